/* threads.c: plain POSIX threads made for one piece of work and joined at its end. Making one costs some ten
 * microseconds, a piece of work milliseconds; a pool would need a life of its own for nothing. */
#include "link/threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

struct crew {
    atomic_size_t next;
    atomic_bool stop;
    size_t chunks;
    void (*work)(void *context, size_t chunk, unsigned thread);
    void *context;
};

struct hand {
    struct crew *crew;
    unsigned thread;
    pthread_t id;
    bool started;
};

unsigned threads_count(const struct link_options *options)
{
    unsigned threads = options ? options->threads : 0;
    if (threads == 0) {
        long online = sysconf(_SC_NPROCESSORS_ONLN);
        threads = online > 0 ? (unsigned)online : 1;
    }
    return threads > LINK_THREADS_MAX ? LINK_THREADS_MAX : threads;
}

static void *hand_run(void *given)
{
    struct hand *hand = given;
    struct crew *crew = hand->crew;
    for (;;) {
        size_t chunk = atomic_fetch_add(&crew->next, 1);
        if (chunk >= crew->chunks || atomic_load(&crew->stop))
            return NULL;
        crew->work(crew->context, chunk, hand->thread);
    }
}

bool threads_run(const struct link_options *options, const char *stage, size_t chunks,
                 void (*work)(void *context, size_t chunk, unsigned thread), void *context, struct error *err)
{
    struct crew crew = {.chunks = chunks, .work = work, .context = context};
    struct hand hands[LINK_THREADS_MAX];
    unsigned threads = threads_count(options);
    for (unsigned i = 1; i < threads && i < chunks; i++) {
        hands[i] = (struct hand){.crew = &crew, .thread = i};
        hands[i].started = pthread_create(&hands[i].id, NULL, hand_run, &hands[i]) == 0;
    }
    bool going = true;
    while (going) {
        size_t chunk = atomic_fetch_add(&crew.next, 1);
        if (chunk >= chunks)
            break;
        work(context, chunk, 0);
        if (options && options->progress &&
            !options->progress(options->context, stage, (double)(chunk + 1) / (double)chunks)) {
            atomic_store(&crew.stop, true);
            going = false;
        }
    }
    for (unsigned i = 1; i < threads && i < chunks; i++)
        if (hands[i].started)
            (void)pthread_join(hands[i].id, NULL);
    return going || error_set(err, ERROR_CANCELLED, "linking was stopped while %s", stage);
}
