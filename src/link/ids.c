/* ids.c: a table of records by the hash of their ids, at most half full, for each source whose ids do not rise. */
#include "link/ids.h"

#include "base/hash.h"
#include "link/records.h"
#include "link/threads.h"

#include <stdatomic.h>

enum { IDS = 1 << 16 };

struct finding {
    const struct slice *ids; /* source by source */
    const uint32_t *records; /* whose they are; NULL: they stand so in the table */
    size_t sources;
    uint32_t *from;             /* by source its first id; behind the last one all ids */
    atomic_bool *unordered;     /* by source: its ids do not rise */
    struct repeated_ids *found; /* by source */
};

/* Whether an id is longer than the one before it, or as long and greater: none of a source is repeated whose ids rise.
 */
static bool rises(const struct slice *id)
{
    return id->len > id[-1].len || (id->len == id[-1].len && slice_compare(id[-1], *id) < 0);
}

/* Of a range of all ids, in parts of one source each. */
static void look_whether_they_rise(void *context, size_t chunk, unsigned thread)
{
    (void)thread;
    const struct finding *finding = context;
    uint32_t at = (uint32_t)chunk * IDS, all = finding->from[finding->sources], to = all - at > IDS ? at + IDS : all;
    for (size_t source = 0; at < to; source++) {
        uint32_t begin = finding->from[source], end = finding->from[source + 1] < to ? finding->from[source + 1] : to;
        for (at += at == begin; at < end; at++)
            if (!rises(&finding->ids[at]))
                atomic_store_explicit(&finding->unordered[source], true, memory_order_relaxed);
    }
}

static void find_in_source(void *context, size_t source, unsigned thread)
{
    (void)thread;
    struct finding *finding = context;
    struct repeated_ids *found = &finding->found[source];
    uint32_t from = finding->from[source], count = finding->from[source + 1] - from;
    const struct slice *ids = finding->ids + from;
    if (!atomic_load(&finding->unordered[source]))
        return;
    struct arena *scratch = arena_make(0);
    size_t places = 16;
    while (places < 2 * (size_t)count)
        places *= 2;
    uint32_t *table = arena_array(scratch, uint32_t, places); /* id + 1; 0: none */
    for (uint32_t i = 0; i < count; i++) {
        size_t at = hash64(ids[i], 0) & (places - 1);
        while (table[at] && !slice_equal(ids[table[at] - 1], ids[i]))
            at = (at + 1) & (places - 1);
        if (!table[at])
            table[at] = i + 1;
        else if (found->count++ == 0)
            found->first = finding->records ? finding->records[from + i] : from + i;
    }
    arena_free(scratch);
}

/* Records that a program adds come as it has them. */
static void put_apart(const struct link_records *records, struct finding *finding, struct arena *arena)
{
    struct slice *ids = arena_array(arena, struct slice, records->count);
    uint32_t *whose = arena_array(arena, uint32_t, records->count);
    uint32_t *at = arena_array(arena, uint32_t, records->source_count);
    memcpy(at, finding->from, records->source_count * sizeof *at);
    for (uint32_t r = 0; r < records->count; r++) {
        uint32_t place = at[records->source_of[r]]++;
        ids[place] = records->ids[r];
        whose[place] = r;
    }
    finding->ids = ids;
    finding->records = whose;
}

bool ids_find_repeated(const struct link_records *records, const struct link_options *options, struct repeated_ids *ret,
                       struct error *err)
{
    struct arena *scratch = arena_make(0);
    size_t sources = records->source_count;
    struct finding finding = {.ids = records->ids,
                              .sources = sources,
                              .unordered = arena_array(scratch, atomic_bool, sources + 1),
                              .from = arena_array(scratch, uint32_t, sources + 1),
                              .found = arena_array(scratch, struct repeated_ids, sources + 1)};
    bool apart = true;
    for (uint32_t r = 0; r < records->count; r++) {
        apart = apart && (r == 0 || records->source_of[r] >= records->source_of[r - 1]);
        finding.from[records->source_of[r] + 1]++;
    }
    for (size_t s = 0; s < sources; s++)
        finding.from[s + 1] += finding.from[s];
    if (!apart)
        put_apart(records, &finding, scratch);
    bool done =
        threads_run(options, "looking at ids", records->count / IDS + 1, look_whether_they_rise, &finding, err) &&
        threads_run(options, "looking at ids", sources, find_in_source, &finding, err);
    *ret = (struct repeated_ids){0};
    for (size_t s = 0; s < sources; s++) {
        if (ret->count == 0)
            ret->first = finding.found[s].first;
        ret->count += finding.found[s].count;
    }
    arena_free(scratch);
    return done;
}
