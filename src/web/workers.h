/* workers.h: threads that answer requests, apart from those that move bytes.
 *
 * A request may have to wait, most of all for the audit's sync, and a thread of the epoll pool that waited would keep
 * every other connection of its own waiting too. So a whole request goes to the worker that became free last, or into
 * one queue, first come first served, while none is.
 *
 * Any thread may add. workers_stop runs what is in the queue still and returns when the last job has ended. */
#ifndef STAITHE_WEB_WORKERS_H
#define STAITHE_WEB_WORKERS_H

#include "base/error.h"

#include <stdint.h>

struct workers;

/* What is queued; it belongs to who adds it and must stay until `run` has been called. */
struct job {
    struct job *next; /* the queue's own */
    int64_t due;      /* likewise */
    void (*run)(struct job *job);
};

/* ERROR_IO when the threads cannot be started. */
bool workers_make(unsigned threads, struct workers **ret, struct error *err) MUST_USE;
/* False, with nothing done, once workers_stop was called. */
bool workers_add(struct workers *workers, struct job *job) MUST_USE;
/* The same, not before so many milliseconds from now; no worker is held meanwhile. False once workers_hurry or
 * workers_stop was called, or when a first one finds no thread to keep the time. */
bool workers_add_later(struct workers *workers, struct job *job, int64_t milliseconds) MUST_USE;
/* What was put off is due now, and nothing more is put off. */
void workers_hurry(struct workers *workers);
/* From now on nothing is added; returns when all that was has run. */
void workers_stop(struct workers *workers);
/* Stops them, and frees. NULL is fine. */
void workers_free(struct workers *workers);

#endif
