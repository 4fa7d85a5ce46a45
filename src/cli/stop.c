/* stop.c: one thread that waits for the signals, so that no handler runs in the middle of the work and no call of the
 * system is cut short. */
#include "cli/stop.h"

#include "base/error.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

enum { QUIET_SECONDS = 1, GRACE_SECONDS = 10 };

struct stop {
    pthread_t thread;
    sigset_t signals;
    atomic_bool asked, over;
};

static void say(const char *words)
{
    ssize_t ignored = write(STDERR_FILENO, words, strlen(words));
    (void)ignored;
}

/* Another signal, and whether one came before so many seconds were over. */
static bool another(const struct stop *stop, int seconds)
{
    const struct timespec most = {seconds, 0};
    int got;
    do
        got = sigtimedwait(&stop->signals, NULL, &most);
    while (got < 0 && errno == EINTR);
    return got >= 0;
}

static void *wait_for_signals(void *argument)
{
    struct stop *stop = argument;
    int got = 0;
    while (sigwait(&stop->signals, &got) != 0)
        ;
    if (atomic_load(&stop->over))
        return NULL;
    atomic_store(&stop->asked, true);
    bool more = another(stop, QUIET_SECONDS);
    if (!more && !atomic_load(&stop->over)) {
        say("staithe: stopping where nothing is half done; once more ends it at once\n");
        more = another(stop, GRACE_SECONDS);
    }
    if (atomic_load(&stop->over))
        return NULL;
    say(more ? "staithe: ended at once, as asked twice.\n" : "staithe: ended, as it could not stop by itself.\n");
    _exit(error_exit_status(ERROR_CANCELLED));
}

/* What whoever started the program wants ignored (nohup, a shell's background) is; so the thread is woken by a signal
 * of its own. */
static void end_watch(void *handle)
{
    struct stop *stop = handle;
    atomic_store(&stop->over, true);
    (void)pthread_kill(stop->thread, SIGUSR1);
    (void)pthread_join(stop->thread, NULL);
    (void)pthread_sigmask(SIG_UNBLOCK, &stop->signals, NULL);
}

struct stop *stop_watch(struct arena *arena)
{
    static const int ending[] = {SIGINT, SIGTERM};
    struct stop *stop = arena_new(arena, struct stop);
    sigemptyset(&stop->signals);
    sigaddset(&stop->signals, SIGUSR1);
    for (size_t i = 0; i < countof(ending); i++) {
        struct sigaction now;
        if (sigaction(ending[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
            sigaddset(&stop->signals, ending[i]);
    }
    must(pthread_sigmask(SIG_BLOCK, &stop->signals, NULL) == 0);
    if (pthread_create(&stop->thread, NULL, wait_for_signals, stop) != 0) {
        must(pthread_sigmask(SIG_UNBLOCK, &stop->signals, NULL) == 0);
        return NULL;
    }
    arena_defer(arena, end_watch, stop);
    return stop;
}

bool stop_asked(const struct stop *stop)
{
    return stop && atomic_load(&stop->asked);
}
