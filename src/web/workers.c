/* workers.c: one list of what waits and one of who is idle, under one lock. The threads are more than the processors,
 * for most of them wait for the disk at any moment; the lock is held for a few instructions only. A job goes to the
 * thread that became idle last: its stack, its memory and its processor's caches are warm, where a round through all
 * threads would find each of them cold. What is put off stands in a list of its own, which one more thread, started by
 * the first of them, hands over as it falls due. */
#include "web/workers.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct worker {
    struct workers *all;
    pthread_t thread;
    pthread_cond_t woken;
    struct job *job; /* handed to it while it was idle */
    struct worker *next_idle;
};

struct workers {
    pthread_mutex_t lock;
    struct job *first, **last; /* that wait, for nobody is idle */
    struct worker *idle;       /* the latest first */
    struct job *later;         /* put off, the first due first */
    pthread_cond_t sooner;     /* told to the thread that keeps the time */
    pthread_t clock;
    bool clocked, hurried;
    bool ending;
    unsigned count; /* threads that were started */
    struct worker *list;
};

/* The next job of this worker; NULL at the end. The lock is held. */
static struct job *next_job(struct worker *worker)
{
    struct workers *all = worker->all;
    struct job *job = all->first;
    if (job) {
        all->first = job->next;
        if (!all->first)
            all->last = &all->first;
        return job;
    }
    if (all->ending)
        return NULL;
    worker->next_idle = all->idle;
    all->idle = worker;
    while (!worker->job && !all->ending)
        pthread_cond_wait(&worker->woken, &all->lock);
    job = worker->job;
    worker->job = NULL;
    return job;
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    struct job *job;
    pthread_mutex_lock(&worker->all->lock);
    while ((job = next_job(worker)) != NULL) {
        pthread_mutex_unlock(&worker->all->lock);
        job->run(job);
        pthread_mutex_lock(&worker->all->lock);
    }
    pthread_mutex_unlock(&worker->all->lock);
    return NULL;
}

bool workers_make(unsigned threads, struct workers **ret, struct error *err)
{
    must(threads > 0);
    struct workers *made = calloc(1, sizeof *made);
    must(made != NULL);
    made->list = calloc(threads, sizeof *made->list);
    must(made->list != NULL);
    made->last = &made->first;
    pthread_mutex_init(&made->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&made->sooner, &attributes);
    pthread_condattr_destroy(&attributes);
    for (; made->count < threads; made->count++) {
        struct worker *worker = &made->list[made->count];
        worker->all = made;
        pthread_cond_init(&worker->woken, NULL);
        if (pthread_create(&worker->thread, NULL, work, worker) != 0) {
            pthread_cond_destroy(&worker->woken);
            break;
        }
    }
    if (made->count < threads) {
        workers_free(made);
        return error_set(err, ERROR_IO,
                         "the server's threads could not be started; there are too many on this machine");
    }
    *ret = made;
    return true;
}

/* The lock is held. */
static void hand_over(struct workers *workers, struct job *job)
{
    job->next = NULL;
    if (workers->idle) {
        struct worker *worker = workers->idle;
        workers->idle = worker->next_idle;
        worker->job = job;
        pthread_cond_signal(&worker->woken);
    } else {
        *workers->last = job;
        workers->last = &job->next;
    }
}

bool workers_add(struct workers *workers, struct job *job)
{
    pthread_mutex_lock(&workers->lock);
    bool taken = !workers->ending;
    if (taken)
        hand_over(workers, job);
    pthread_mutex_unlock(&workers->lock);
    return taken;
}

/* ---- Putting off ---- */

static int64_t now(void)
{
    struct timespec time;
    must(clock_gettime(CLOCK_MONOTONIC, &time) == 0);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void *keep_time(void *argument)
{
    struct workers *workers = argument;
    pthread_mutex_lock(&workers->lock);
    for (;;) {
        while (workers->later && (workers->hurried || workers->later->due <= now())) {
            struct job *job = workers->later;
            workers->later = job->next;
            hand_over(workers, job);
        }
        if (workers->hurried)
            break;
        if (workers->later) {
            struct timespec until = {workers->later->due / 1000, workers->later->due % 1000 * 1000000};
            pthread_cond_timedwait(&workers->sooner, &workers->lock, &until);
        } else {
            pthread_cond_wait(&workers->sooner, &workers->lock);
        }
    }
    pthread_mutex_unlock(&workers->lock);
    return NULL;
}

bool workers_add_later(struct workers *workers, struct job *job, int64_t milliseconds)
{
    pthread_mutex_lock(&workers->lock);
    bool taken = !workers->ending && !workers->hurried;
    if (taken && !workers->clocked)
        taken = workers->clocked = pthread_create(&workers->clock, NULL, keep_time, workers) == 0;
    if (taken) {
        struct job **at = &workers->later;
        job->due = now() + milliseconds;
        while (*at && (*at)->due <= job->due)
            at = &(*at)->next;
        job->next = *at;
        *at = job;
        if (workers->later == job)
            pthread_cond_signal(&workers->sooner);
    }
    pthread_mutex_unlock(&workers->lock);
    return taken;
}

void workers_hurry(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    bool clocked = workers->clocked;
    workers->clocked = false;
    workers->hurried = true;
    pthread_cond_signal(&workers->sooner);
    pthread_mutex_unlock(&workers->lock);
    if (clocked)
        pthread_join(workers->clock, NULL);
}

/* ---- The end ---- */

void workers_stop(struct workers *workers)
{
    workers_hurry(workers);
    pthread_mutex_lock(&workers->lock);
    workers->ending = true;
    for (; workers->idle; workers->idle = workers->idle->next_idle)
        pthread_cond_signal(&workers->idle->woken);
    pthread_mutex_unlock(&workers->lock);
    for (; workers->count; workers->count--) {
        pthread_join(workers->list[workers->count - 1].thread, NULL);
        pthread_cond_destroy(&workers->list[workers->count - 1].woken);
    }
}

void workers_free(struct workers *workers)
{
    if (!workers)
        return;
    workers_stop(workers);
    pthread_cond_destroy(&workers->sooner);
    pthread_mutex_destroy(&workers->lock);
    free(workers->list);
    free(workers);
}
