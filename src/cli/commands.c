/* The command table. What each command is for, takes and answers is said here once: --help, the manual page staithe(1)
 * and the parser read it. */
#include "cli/commands.h"

static const struct command table[] = {
    {.name = "help",
     .arguments = "[COMMAND]",
     .most = 1,
     .summary = "say how to use Staithe, or one command",
     .about = "Lists the commands, or explains one.",
     .options = {{"manual", NULL, "print the manual page staithe(1) in mdoc"}},
     .run = run_help},
    {.name = NULL},
};

const struct command *command_table(void)
{
    return table;
}
