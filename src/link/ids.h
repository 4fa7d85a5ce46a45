/* ids.h: ids that name more than one record of a source: clusters and pairs then name them alike, and nobody can tell
 * which is meant. Said, not refused, as the linking itself is none the worse for it. */
#ifndef STAITHE_LINK_IDS_H
#define STAITHE_LINK_IDS_H

#include "link/link.h"

struct repeated_ids {
    uint32_t count; /* records that have an id which one before them in their source has */
    uint32_t first; /* one of them */
};

/* Where a source's ids rise, as numbers and dates of a register do, one look at each; else some 50 ns a record and
 * eight bytes for a while; twenty more where the sources do not stand one behind the other, as they do when read from
 * files. Fails only when it is stopped. */
bool ids_find_repeated(const struct link_records *records, const struct link_options *options, struct repeated_ids *ret,
                       struct error *err) MUST_USE;

#endif
