/* deadlines.c: a doubly linked list under one lock; the instants are atomics, so that moving one on takes no lock. */
#include "web/deadlines.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { WATCH_MS = 250 };

struct deadline {
    struct deadline *next, *previous;
    int fd;
    _Atomic int64_t ends_at; /* host_monotonic; 0: not now */
};

struct deadlines {
    const struct host *host;
    pthread_mutex_t lock; /* of `first` and `stopping` */
    pthread_cond_t changed;
    struct deadline *first;
    bool stopping;
    pthread_t watcher;
};

static void end_late_ones(struct deadlines *deadlines)
{
    int64_t now = host_monotonic(deadlines->host);
    for (struct deadline *d = deadlines->first; d; d = d->next) {
        int64_t ends_at = d->ends_at;
        if (!ends_at || now <= ends_at)
            continue;
        /* Reset, not closed gently: what still waits to be sent is dropped too. */
        setsockopt(d->fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof(struct linger));
        shutdown(d->fd, SHUT_RDWR);
    }
}

static void *watch(void *argument)
{
    struct deadlines *deadlines = argument;
    pthread_mutex_lock(&deadlines->lock);
    while (!deadlines->stopping) {
        if (!deadlines->first) {
            pthread_cond_wait(&deadlines->changed, &deadlines->lock);
            continue;
        }
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += WATCH_MS * 1000000L;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000L;
        }
        pthread_cond_timedwait(&deadlines->changed, &deadlines->lock, &until);
        end_late_ones(deadlines);
    }
    pthread_mutex_unlock(&deadlines->lock);
    return NULL;
}

struct deadlines *deadlines_make(const struct host *host)
{
    struct deadlines *made = calloc(1, sizeof *made);
    must(made != NULL);
    made->host = host;
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->changed, NULL);
    must(pthread_create(&made->watcher, NULL, watch, made) == 0);
    return made;
}

void deadlines_free(struct deadlines *deadlines)
{
    if (!deadlines)
        return;
    pthread_mutex_lock(&deadlines->lock);
    must(deadlines->first == NULL);
    deadlines->stopping = true;
    pthread_cond_broadcast(&deadlines->changed);
    pthread_mutex_unlock(&deadlines->lock);
    pthread_join(deadlines->watcher, NULL);
    pthread_cond_destroy(&deadlines->changed);
    pthread_mutex_destroy(&deadlines->lock);
    free(deadlines);
}

void deadline_set(struct deadlines *deadlines, struct deadline *deadline, int64_t milliseconds)
{
    deadline->ends_at = milliseconds < 0 ? 0 : host_monotonic(deadlines->host) + milliseconds * INT64_C(1000000);
}

struct deadline *deadlines_add(struct deadlines *deadlines, int fd, int64_t milliseconds)
{
    struct deadline *made = calloc(1, sizeof *made);
    must(made != NULL);
    made->fd = fd;
    deadline_set(deadlines, made, milliseconds);
    pthread_mutex_lock(&deadlines->lock);
    made->next = deadlines->first;
    if (made->next)
        made->next->previous = made;
    else
        pthread_cond_signal(&deadlines->changed);
    deadlines->first = made;
    pthread_mutex_unlock(&deadlines->lock);
    return made;
}

void deadlines_remove(struct deadlines *deadlines, struct deadline *deadline)
{
    pthread_mutex_lock(&deadlines->lock);
    if (deadline->previous)
        deadline->previous->next = deadline->next;
    else
        deadlines->first = deadline->next;
    if (deadline->next)
        deadline->next->previous = deadline->previous;
    pthread_mutex_unlock(&deadlines->lock);
    free(deadline);
}
