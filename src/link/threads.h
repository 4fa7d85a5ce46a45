/* threads.h: base/threads.h with the options and the progress of linking. */
#ifndef STAITHE_LINK_THREADS_H
#define STAITHE_LINK_THREADS_H

#include "base/threads.h"
#include "link/link.h"

enum { LINK_THREADS_MAX = THREADS_MAX };

/* How many threads these options mean; options may be NULL. */
unsigned threads_count(const struct link_options *options);

/* Calls work(context, chunk, thread) for each chunk of [0, chunks); thread is below threads_count. The calling thread
 * works too and reports progress between its chunks under `stage`. False when progress said stop (chunks may be
 * undone). */
bool threads_run(const struct link_options *options, const char *stage, size_t chunks,
                 void (*work)(void *context, size_t chunk, unsigned thread), void *context, struct error *err) MUST_USE;

/* Tells the progress and asks, for work in rounds. False, with the same error, when it said stop. */
bool threads_may_go_on(const struct link_options *options, const char *stage, double share, struct error *err) MUST_USE;

#endif
