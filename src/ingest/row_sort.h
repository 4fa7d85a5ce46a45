/* row_sort.h: sorts what a landing needs to know of each row, by key, on the disk when memory does not hold it.
 *
 * An entry is 48 bytes, whatever the row's length. Entries go in by row_sort_add, in any order; row_sort_finish ends
 * that, and row_sort_next gives them back by (key, order). Up to ROW_SORT_MEMORY bytes are held; past that, sorted runs
 * go to a file that has no name any more (it vanishes with the program) and are merged as they are read: about 2 × 48
 * bytes a row on the disk. Keys must be well spread (hashes): runs are sorted by buckets of their first bits; ids are
 * well spread within a range that rises evenly, and are sorted as they come.
 *
 * Belongs to one thread. Errors: ERROR_IO, ERROR_FULL. Everything goes when the arena ends. */
#ifndef STAITHE_INGEST_ROW_SORT_H
#define STAITHE_INGEST_ROW_SORT_H

#include "base/host.h"

#define ROW_SORT_MEMORY ((size_t)3 << 20)

struct row_entry {
    uint64_t key[2];
    uint64_t order;      /* among entries of one key */
    uint64_t typed, raw; /* hashes of the row's values as checked, and as they stood in the file */
    uint64_t place;
};

struct row_sort;

/* `folder`: where runs go. `memory`: 0 for ROW_SORT_MEMORY; tests take little. */
struct row_sort *row_sort_make(const struct host *host, struct slice folder, size_t memory, struct arena *arena);
bool row_sort_add(struct row_sort *sort, const struct row_entry *entry, struct error *err) MUST_USE;
bool row_sort_finish(struct row_sort *sort, struct error *err) MUST_USE;
/* *ret is NULL at the end, and otherwise valid until the next call. */
bool row_sort_next(struct row_sort *sort, const struct row_entry **ret, struct error *err) MUST_USE;
uint64_t row_sort_count(const struct row_sort *sort);

#endif
