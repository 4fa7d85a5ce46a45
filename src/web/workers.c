/* workers.c: one list of what waits and one of who is idle, under one lock. The threads are more than the processors,
 * for most of them wait for the disk at any moment; the lock is held for a few instructions only. A job goes to the
 * thread that became idle last: its stack, its memory and its processor's caches are warm, where a round through all
 * threads would find each of them cold. */
#include "web/workers.h"

#include <pthread.h>
#include <stdlib.h>

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

bool workers_add(struct workers *workers, struct job *job)
{
    job->next = NULL;
    pthread_mutex_lock(&workers->lock);
    bool taken = !workers->ending;
    if (taken && workers->idle) {
        struct worker *worker = workers->idle;
        workers->idle = worker->next_idle;
        worker->job = job;
        pthread_cond_signal(&worker->woken);
    } else if (taken) {
        *workers->last = job;
        workers->last = &job->next;
    }
    pthread_mutex_unlock(&workers->lock);
    return taken;
}

void workers_stop(struct workers *workers)
{
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
    pthread_mutex_destroy(&workers->lock);
    free(workers->list);
    free(workers);
}
