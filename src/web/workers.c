/* workers.c: one list under one lock. The threads are more than the processors, for most of them wait for the disk at
 * any moment; the lock is held for a few instructions only. */
#include "web/workers.h"

#include <pthread.h>
#include <stdlib.h>

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct job *first, **last;
    bool ending;
    unsigned count; /* threads that were started */
    pthread_t *threads;
};

static void *work(void *argument)
{
    struct workers *workers = argument;
    pthread_mutex_lock(&workers->lock);
    for (;;) {
        while (!workers->first && !workers->ending)
            pthread_cond_wait(&workers->arrived, &workers->lock);
        struct job *job = workers->first;
        if (!job)
            break;
        workers->first = job->next;
        if (!workers->first)
            workers->last = &workers->first;
        pthread_mutex_unlock(&workers->lock);
        job->run(job);
        pthread_mutex_lock(&workers->lock);
    }
    pthread_mutex_unlock(&workers->lock);
    return NULL;
}

bool workers_make(unsigned threads, struct workers **ret, struct error *err)
{
    must(threads > 0);
    struct workers *made = calloc(1, sizeof *made);
    must(made != NULL);
    made->threads = calloc(threads, sizeof *made->threads);
    must(made->threads != NULL);
    made->last = &made->first;
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->arrived, NULL);
    while (made->count < threads && pthread_create(&made->threads[made->count], NULL, work, made) == 0)
        made->count++;
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
    if (taken) {
        *workers->last = job;
        workers->last = &job->next;
        pthread_cond_signal(&workers->arrived);
    }
    pthread_mutex_unlock(&workers->lock);
    return taken;
}

void workers_stop(struct workers *workers)
{
    pthread_mutex_lock(&workers->lock);
    workers->ending = true;
    pthread_cond_broadcast(&workers->arrived);
    pthread_mutex_unlock(&workers->lock);
    while (workers->count)
        pthread_join(workers->threads[--workers->count], NULL);
}

void workers_free(struct workers *workers)
{
    if (!workers)
        return;
    workers_stop(workers);
    pthread_cond_destroy(&workers->arrived);
    pthread_mutex_destroy(&workers->lock);
    free(workers->threads);
    free(workers);
}
