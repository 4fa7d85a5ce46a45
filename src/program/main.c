#include "cli/command.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* The database is read where the system has it in memory (store/sqlite.c), so a page that the disk cannot give, or that
 * somebody cut off, comes as a signal. Nothing is lost by an end: what was acknowledged is synced. */
static void page_missing(int signal_number, siginfo_t *about, void *context)
{
    (void)context;
    static const char words[] =
        "staithe: the disk failed to give a page of a file that is in use, or somebody cut the file "
        "short; check the disk, run `staithe check`, then start the program again\n";
    if (about->si_code == BUS_ADRERR || about->si_code == BUS_OBJERR) {
        ssize_t ignored = write(2, words, sizeof words - 1);
        (void)ignored;
        _exit(error_exit_status(ERROR_IO));
    }
    (void)signal(signal_number, SIG_DFL); /* a mistake of the program's: as it would have ended */
}

/* `staithe … | head` has what it wanted. */
static bool reader_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

int main(int argc, char **argv)
{
    /* A reader that goes away (a pipe to `head`, a browser that closes) is an error of one write, not the end. */
    signal(SIGPIPE, SIG_IGN);
    struct sigaction missing = {.sa_sigaction = page_missing, .sa_flags = SA_SIGINFO};
    must(sigaction(SIGBUS, &missing, NULL) == 0);
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
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == 0) {
        bool gone = reader_gone();
        if (!gone)
            fprintf(stderr, "staithe: what was to be printed could not be written; the disk may be full\n");
        status = gone ? 128 + SIGPIPE : error_exit_status(ERROR_IO); /* as a shell has it */
    }
    return status;
}
