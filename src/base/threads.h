/* threads.h: work cut into numbered chunks, done by a few threads.
 *
 * The chunks never depend on the number of threads; each writes only its own results, which the caller puts together in
 * the order of the chunks. That is why any number of threads gives the same bytes. */
#ifndef STAITHE_BASE_THREADS_H
#define STAITHE_BASE_THREADS_H

#include "base/base.h"

enum { THREADS_MAX = 16 };

/* What is meant by so many threads: 0 is one for each processor; at most THREADS_MAX. */
unsigned threads_meant(unsigned threads);

struct threads_work {
    unsigned threads; /* as threads_meant gives it */
    size_t chunks;
    void (*work)(void *context, size_t chunk, unsigned thread); /* for each chunk; thread is below `threads` */
    void *context;
    bool (*between)(void *context, double share); /* after each chunk of the calling thread; false stops; or NULL */
    void *between_context;
};

/* The calling thread works too. False when `between` said stop: chunks may be undone then. */
bool threads_share(const struct threads_work *work) MUST_USE;

#endif
