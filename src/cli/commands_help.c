#include "cli/commands.h"

#include <stdio.h>

bool run_help(struct invocation *invocation, struct error *err)
{
    struct buffer out = buffer_make(invocation->arena);
    if (option_given(invocation, "manual"))
        command_manual(&out);
    else if (invocation->word_count == 0)
        command_help(NULL, &out);
    else {
        const struct command *c = command_table();
        while (c->name && !slice_equal(invocation->words[0], slice_of(c->name)))
            c++;
        if (!c->name)
            return error_set(err, ERROR_USAGE, "there is no command \"%.*s\"; `staithe help` lists them",
                             PRINT(invocation->words[0]));
        command_help(c, &out);
    }
    fwrite(out.at, 1, out.len, stdout);
    return true;
}
