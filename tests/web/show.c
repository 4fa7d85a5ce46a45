/* show.c: serves a sample county until it is told to stop, for looking at pages: show FOLDER PORT RESIDENTS. */
#include "web/stage.h"

#include <stdio.h>
#include <stdlib.h>

int main(int count, char **arguments)
{
    struct stage stage;
    struct error err = NO_ERROR;
    if (count != 4)
        return 64;
    server_block_signals();
    if (!stage_open(&stage, arguments[1], (uint16_t)atoi(arguments[2]), (uint64_t)atoll(arguments[3]), &err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        return error_exit_status(err.code);
    }
    (void)printf("http://127.0.0.1:%u\n", stage.port);
    (void)fflush(stdout);
    server_wait(stage.server);
    stage_close(&stage, false);
    return 0;
}
