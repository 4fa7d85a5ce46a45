#include "cli/command.h"

#include <signal.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    /* A reader that goes away (a pipe to `head`, a browser that closes) is an error of one write, not the end. */
    signal(SIGPIPE, SIG_IGN);
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct invocation *invocation;
    struct log log = {.host = host_real(), .level = LOG_INFO, .fd = 2};
    int status = 0;
    bool done = command_parse(argc, argv, arena, &invocation, &err);
    if (done && invocation) {
        invocation->host = log.host;
        invocation->log = &log;
        done = invocation->command->run(invocation, &err);
        status = invocation->exit_status;
    }
    if (!done) {
        char line[1024];
        error_print(&err, line, sizeof line);
        fprintf(stderr, "staithe: %s\n", line);
        status = error_exit_status(err.code);
    }
    arena_free(arena);
    if (fflush(stdout) != 0 && status == 0)
        status = error_exit_status(ERROR_IO);
    return status;
}
