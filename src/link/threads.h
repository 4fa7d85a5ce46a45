/* threads.h: work cut into numbered chunks, done by a few threads.
 *
 * The chunks never depend on the number of threads; each writes only its own results, which the caller puts together in
 * the order of the chunks. That is why any number of threads gives the same bytes. */
#ifndef STAITHE_LINK_THREADS_H
#define STAITHE_LINK_THREADS_H

#include "link/link.h"

enum { LINK_THREADS_MAX = 16 };

/* How many threads these options mean; options may be NULL. */
unsigned threads_count(const struct link_options *options);

/* Calls work(context, chunk, thread) for each chunk of [0, chunks); thread is below threads_count. The calling thread
 * works too and reports progress between its chunks under `stage`. False when progress said stop (chunks may be
 * undone). */
bool threads_run(const struct link_options *options, const char *stage, size_t chunks,
                 void (*work)(void *context, size_t chunk, unsigned thread), void *context, struct error *err) MUST_USE;

#endif
