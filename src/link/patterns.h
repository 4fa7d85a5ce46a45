/* patterns.h: how often each comparison pattern was seen. A table belongs to one thread; tables are added up at the
 * end, in order of pattern, so that neither threads nor order show. */
#ifndef STAITHE_LINK_PATTERNS_H
#define STAITHE_LINK_PATTERNS_H

#include "base/arena.h"

struct pattern_count {
    uint64_t pattern; /* six bits a comparison */
    uint64_t count;
};

struct pattern_table {
    struct arena *arena;
    struct pattern_count *slots; /* count 0: free */
    size_t slot_count, count;
};

void patterns_start(struct pattern_table *table, struct arena *arena);
void patterns_add(struct pattern_table *table, uint64_t pattern, uint64_t count);
/* All distinct patterns of the tables in order of pattern; *ret_pairs is the sum of the counts. */
struct pattern_count *patterns_gather(const struct pattern_table *tables, unsigned table_count, struct arena *arena,
                                      size_t *ret_count, uint64_t *ret_pairs);

#endif
