/* threads.c: plain POSIX threads made for one piece of work and joined at its end. Making one costs some ten
 * microseconds, a piece of work milliseconds; a pool would need a life of its own for nothing. */
#include "base/threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

struct crew {
    const struct threads_work *work;
    atomic_size_t next;
    atomic_bool stop;
};

struct hand {
    struct crew *crew;
    unsigned thread;
    pthread_t id;
    bool started;
};

unsigned threads_meant(unsigned threads)
{
    if (threads == 0) {
        long online = sysconf(_SC_NPROCESSORS_ONLN);
        threads = online > 0 ? (unsigned)online : 1;
    }
    return threads > THREADS_MAX ? THREADS_MAX : threads;
}

static void *hand_run(void *given)
{
    struct hand *hand = given;
    struct crew *crew = hand->crew;
    for (;;) {
        size_t chunk = atomic_fetch_add(&crew->next, 1);
        if (chunk >= crew->work->chunks || atomic_load(&crew->stop))
            return NULL;
        crew->work->work(crew->work->context, chunk, hand->thread);
    }
}

bool threads_share(const struct threads_work *work)
{
    struct crew crew = {.work = work};
    struct hand hands[THREADS_MAX];
    unsigned threads = threads_meant(work->threads);
    for (unsigned i = 1; i < threads && i < work->chunks; i++) {
        hands[i] = (struct hand){.crew = &crew, .thread = i};
        hands[i].started = pthread_create(&hands[i].id, NULL, hand_run, &hands[i]) == 0;
    }
    bool going = true;
    while (going) {
        size_t chunk = atomic_fetch_add(&crew.next, 1);
        if (chunk >= work->chunks)
            break;
        work->work(work->context, chunk, 0);
        if (work->between && !work->between(work->between_context, (double)(chunk + 1) / (double)work->chunks)) {
            atomic_store(&crew.stop, true);
            going = false;
        }
    }
    for (unsigned i = 1; i < threads && i < work->chunks; i++)
        if (hands[i].started)
            (void)pthread_join(hands[i].id, NULL);
    return going;
}
