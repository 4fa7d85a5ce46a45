/* landing_filter.c: the filter's memory. 28 bits of the hash choose the block and 36 the four bits in it. */
#include "ingest/landing_filter.h"

struct filter *filter_make(uint64_t hashes, struct arena *arena)
{
    struct filter *filter = arena_new(arena, struct filter);
    filter->blocks = 1024;
    while (filter->blocks * 64 < FILTER_MOST && filter->blocks * 512 < hashes * 16)
        filter->blocks *= 2;
    filter->words = arena_large(arena, filter->blocks * 64);
    return filter;
}
