/* ids.c: a table of records by the hash of source and id, at most half full. */
#include "link/ids.h"

#include "base/hash.h"
#include "link/records.h"

/* Whether each id is longer than the one before it, or as long and greater; sources one after the other. */
static bool they_rise(const struct link_records *records)
{
    for (uint32_t r = 1; r < records->count; r++) {
        struct slice before = records->ids[r - 1], id = records->ids[r];
        if (records->source_of[r] < records->source_of[r - 1])
            return false;
        if (records->source_of[r] == records->source_of[r - 1] &&
            (id.len < before.len || (id.len == before.len && slice_compare(before, id) >= 0)))
            return false;
    }
    return true;
}

void ids_find_repeated(const struct link_records *records, struct repeated_ids *ret)
{
    *ret = (struct repeated_ids){0};
    if (they_rise(records))
        return;
    struct arena *scratch = arena_make(0);
    size_t places = 16;
    while (places < 2 * (size_t)records->count)
        places *= 2;
    uint32_t *table = arena_array(scratch, uint32_t, places); /* record + 1; 0: none */
    for (uint32_t r = 0; r < records->count; r++) {
        size_t at = hash64(records->ids[r], records->source_of[r]) & (places - 1);
        while (table[at] && !(records->source_of[table[at] - 1] == records->source_of[r] &&
                              slice_equal(records->ids[table[at] - 1], records->ids[r])))
            at = (at + 1) & (places - 1);
        if (!table[at]) {
            table[at] = r + 1;
            continue;
        }
        if (ret->count++ == 0)
            ret->first = r;
    }
    arena_free(scratch);
}
