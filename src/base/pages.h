/* pages.h: large pieces of memory from the system, and a store of those that were given back. For arena.c.
 *
 * What the system hands out anew it zeroes page by page as it is touched, which on a rented machine costs more than the
 * work on it: a job that takes and gives back hundreds of megabytes, stage after stage, does better to hand its own
 * from one stage to the next. A store belongs to the arenas that share it and goes with the last of them; it never
 * holds more than it was allowed, and gives all back when it is told to.
 *
 * Any thread. Pieces of 2 MiB or more begin at a multiple of that, as large pages do. Out of memory ends the
 * program (arena.h). */
#ifndef STAITHE_BASE_PAGES_H
#define STAITHE_BASE_PAGES_H

#include "base/base.h"

#define LARGE_PAGE ((size_t)2 << 20)

struct pages;

/* A store of at most so many bytes, with one holder. */
struct pages *pages_make(size_t most) MUST_USE;
struct pages *pages_hold(struct pages *store);
/* NULL is let pass. What it holds goes to the system with the last holder. */
void pages_release(struct pages *store);
/* From now on at most so many bytes; what is more goes to the system. */
void pages_limit(struct pages *store, size_t most);

/* A piece of at least so many bytes, all zero. Memory that is never touched costs nothing; `dense`: most will be, so
 * large pages are asked for. */
void *pages_map(size_t size, bool dense) MUST_USE;
/* A dense one, of any content when *ret_zero is false, from the store if it has one. `store` may be NULL. */
void *pages_take(struct pages *store, size_t size, bool *ret_zero) MUST_USE;
/* The size is that which was asked for. `store` may be NULL. */
void pages_give(struct pages *store, void *piece, size_t size);
/* A piece made larger, zero behind `size`: its pages move, not its bytes. `zero` as pages_take gave it, true of what
 * pages_map gave. */
void *pages_grow(void *piece, size_t size, size_t wanted, bool zero) MUST_USE;

/* Says in one sentence that there is no memory left for so many bytes, and ends the program. */
_Noreturn void pages_out_of_memory(size_t size);

#endif
