/* arrange.c: records that will be compared with each other, put side by side.
 *
 * Files come in any order, and a table of a million records is wider than the processor's caches: each pair would call
 * for lines of memory that nothing else has asked for lately. So before any pair is looked at, the records are put into
 * an order in which most of whom a record meets stand next to it: under a few blocking rules in turn, the records of a
 * small block follow one of them, and those who are followed by records of one block become one group, as long as that
 * stays small. Nothing that is found out depends on it (link.h: ties are broken by content); on a shuffled file of a
 * million rows everything after it takes half of the time. */
#include "link/arrange.h"

#include "base/forest.h"
#include "link/block.h"
#include "link/memory_plan.h"
#include "link/model.h"
#include "link/threads.h"

enum { RULES = 3, LARGEST_BLOCK = 64, GROUP = 16, CHUNK = 1 << 14, AHEAD = 8, NONE = 0xffffffffu };

/* Groups of records: whom each record follows, and which of those that are followed belong together. */
struct grouping {
    uint32_t *leader; /* by record; NONE: nobody yet */
    uint32_t *forest; /* of leaders */
    uint16_t *size;   /* by root, how many leaders */
};

static void join_groups(const struct grouping *groups, uint32_t a, uint32_t b)
{
    uint32_t x = forest_root(groups->forest, a), y = forest_root(groups->forest, b);
    uint32_t both = (uint32_t)groups->size[x] + groups->size[y];
    if (x != y && both <= GROUP)
        groups->size[forest_unite(groups->forest, x, y)] = (uint16_t)both;
}

static void follow(const struct blocks *blocks, size_t rule, const struct grouping *groups)
{
    const uint32_t *members = blocks->members[rule];
    uint32_t *leader = groups->leader;
    for (size_t at = 1, end = blocks->member_count[rule]; at < end; at += members[at] + 1) {
        const uint32_t *block = &members[at];
        if (*block > LARGEST_BLOCK)
            continue;
        if (at + *block + AHEAD < end)
            for (uint32_t j = 1; j <= *block; j++)
                __builtin_prefetch(&leader[block[j + AHEAD]], 1);
        uint32_t first = NONE, last = NONE;
        for (uint32_t j = 1; j <= *block; j++) {
            uint32_t other = leader[block[j]];
            first = first == NONE ? other : first;
            if (other == NONE || other == first || other == last)
                continue;
            join_groups(groups, first, other);
            last = other;
        }
        for (uint32_t j = 1; j <= *block; j++)
            if (leader[block[j]] == NONE)
                leader[block[j]] = first == NONE ? block[1] : first;
    }
}

/* By group, with a counting sort. */
static uint32_t *order_by_group(const struct grouping *groups, uint32_t count, struct arena *arena)
{
    uint32_t *order = arena_array(arena, uint32_t, (size_t)count + 1), *group = groups->leader;
    uint32_t *at = arena_array(arena, uint32_t, (size_t)count + 2);
    for (uint32_t r = 0; r < count; r++) {
        group[r] = forest_root(groups->forest, group[r] == NONE ? r : group[r]);
        at[group[r] + 1]++;
    }
    for (uint32_t r = 0; r < count; r++)
        at[r + 1] += at[r];
    for (uint32_t r = 0; r < count; r++) {
        if (count - r > AHEAD)
            __builtin_prefetch(&at[group[r + AHEAD]], 1);
        order[at[group[r]]++] = r;
    }
    return order;
}

/* Rows of `size` bytes: item i becomes what was at order[i]. */
struct rearranging {
    const uint32_t *order;
    uint32_t count;
    char *at;
    const char *old;
    size_t size;
};

static void rearrange_some(void *context, size_t chunk, unsigned thread)
{
    (void)thread;
    const struct rearranging *work = context;
    size_t size = work->size, to = (chunk + 1) * CHUNK < work->count ? (chunk + 1) * CHUNK : work->count;
    for (size_t r = chunk * CHUNK; r < to; r++) {
        if (r + AHEAD < to)
            __builtin_prefetch(work->old + size * work->order[r + AHEAD]);
        memcpy(work->at + size * r, work->old + size * work->order[r], size);
    }
}

/* One array at a time, for it stands in memory twice: `room` bytes of it. Gives the new one. */
static void *rearrange(struct link_records *records, void *old, size_t size, size_t room, unsigned threads)
{
    struct error err = NO_ERROR;
    struct rearranging work = {records->added, records->count, NULL, old, size};
    work.at = arena_room(records->arena, room);
    must(threads_run(&(struct link_options){.threads = threads}, "arranging", work.count / CHUNK + 1, rearrange_some,
                     &work, &err));
    (void)arena_let_go(records->arena, old, room);
    return work.at;
}

static void place_some(void *context, size_t chunk, unsigned thread)
{
    (void)thread;
    struct link_records *records = context;
    size_t to = (chunk + 1) * CHUNK < records->count ? (chunk + 1) * CHUNK : records->count;
    for (size_t r = chunk * CHUNK; r < to; r++)
        records->place[records->added[r]] = (uint32_t)r;
}

static void reorder_some(void *context, size_t chunk, unsigned thread)
{
    (void)thread;
    struct link_records *records = context;
    size_t to = (chunk + 1) * CHUNK < records->count ? (chunk + 1) * CHUNK : records->count;
    for (size_t i = chunk * CHUNK; i < to; i++)
        records->order[i] = records->place[records->order[i]];
}

#define REARRANGE(records, array, room, threads)                                                                       \
    ((array) = rearrange((records), (array), sizeof *(array), (room) * sizeof *(array), (threads)))

/* Gives the records their new numbers. */
static void renumber(struct link_records *records, uint32_t *added, unsigned threads)
{
    const struct link_options quiet = {.threads = threads};
    struct error err = NO_ERROR;
    size_t chunks = records->count / CHUNK + 1, row = records->spec->column_count * sizeof *records->plain;
    records->added = added;
    records->place = arena_array(records->arena, uint32_t, (size_t)records->count + 1);
    must(threads_run(&quiet, "arranging", chunks, place_some, records, &err));
    must(threads_run(&quiet, "arranging", chunks, reorder_some, records, &err));
    records->plain = rearrange(records, records->plain, row, records->plain_capacity * sizeof *records->plain, threads);
    REARRANGE(records, records->ids, records->capacity, threads);
    REARRANGE(records, records->keys, records->key_capacity, threads);
    REARRANGE(records, records->source_of, records->capacity, threads);
}

/* ---- Followers ---- */

static bool same_content(const struct link_records *records, uint32_t a, uint32_t b)
{
    size_t columns = records->spec->column_count;
    return records->source_of[a] == records->source_of[b] &&
           memcmp(&records->plain[a * columns], &records->plain[b * columns], columns * sizeof *records->plain) == 0;
}

static void note_same(struct link_records *records, const uint32_t *same, size_t *capacity)
{
    for (uint32_t i = 1; i < RECORDS_SAME; i++) {
        ARENA_GROW(records->arena, records->same, records->same_count, *capacity);
        records->same[records->same_count++] = (struct link_pair){same[0], same[i]};
    }
}

static void go_with(struct link_records *records, uint32_t record, uint32_t first)
{
    if (!records->follows) {
        records->follows = arena_array(records->arena, uint32_t, (size_t)records->count + 1);
        for (uint32_t r = 0; r < records->count; r++)
            records->follows[r] = r;
    }
    records->follows[record] = first;
}

/* Of those in [from, to) of the order, whose keys are of one content. */
static void find_same(struct link_records *records, uint32_t from, uint32_t to, size_t *capacity)
{
    uint32_t same = 0, first[RECORDS_SAME];
    for (uint32_t i = from; i < to; i++) {
        uint32_t record = records->order[i];
        if (!same_content(records, records->order[from], record))
            continue;
        if (same < RECORDS_SAME)
            first[same] = record;
        else
            go_with(records, record, first[0]);
        same++;
    }
    if (same > RECORDS_SAME)
        note_same(records, first, capacity);
}

/* Records that stand together in the order: the first, and behind the last. */
struct run {
    uint32_t from, to;
};

struct run_search {
    const struct link_records *records;
    struct run_list {
        struct run *runs;
        size_t count, capacity;
    } * lists; /* by chunk */
    struct arena *arenas[LINK_THREADS_MAX];
};

static uint64_t content_at(const struct link_records *records, uint32_t i)
{
    enum { ID_BITS = 24 }; /* of a key; the rest is of the content */
    return records->keys[records->order[i]] >> ID_BITS;
}

/* Runs of more than RECORDS_SAME keys of one content that begin in a chunk of the order. */
static void find_runs(void *context, size_t chunk, unsigned thread)
{
    const struct run_search *search = context;
    const struct link_records *records = search->records;
    struct run_list *list = &search->lists[chunk];
    uint32_t n = records->count, at = (uint32_t)chunk * CHUNK, to = n - at > CHUNK ? at + CHUNK : n;
    uint64_t before = at > 0 ? content_at(records, at - 1) : 0;
    while (at > 0 && at < to && content_at(records, at) == before)
        at++;
    for (uint32_t end; at < to; at = end) {
        uint64_t content = content_at(records, at);
        for (end = at + 1; end < n && content_at(records, end) == content; end++)
            ;
        if (n - end > AHEAD)
            __builtin_prefetch(&records->keys[records->order[end + AHEAD]]);
        if (end - at <= RECORDS_SAME)
            continue;
        ARENA_GROW(search->arenas[thread], list->runs, list->count, list->capacity);
        list->runs[list->count++] = (struct run){at, end};
    }
}

static void keep_order(struct link_records *records, uint32_t from, uint32_t to)
{
    memmove(records->order + records->order_count, records->order + from, (to - from) * sizeof *records->order);
    records->order_count += to - from;
}

/* Those of a run that follow nobody stay in the order. */
static void take_run(struct link_records *records, struct run run, size_t *capacity)
{
    find_same(records, run.from, run.to, capacity);
    for (uint32_t i = run.from; i < run.to; i++)
        if (!record_follows(records, records->order[i]))
            keep_order(records, i, i + 1);
}

static bool find_followers(struct link_records *records, const struct link_options *options, struct error *err)
{
    if (!records_all_meet(records) || records->spec->one_to_one)
        return true;
    struct arena *scratch = arena_make(0);
    size_t chunks = records->count / CHUNK + 1, capacity = 0;
    struct run_search search = {.records = records, .lists = arena_array(scratch, struct run_list, chunks)};
    for (unsigned t = 0; t < threads_count(options); t++)
        search.arenas[t] = arena_child(scratch);
    bool done = threads_run(options, "arranging", chunks, find_runs, &search, err);
    uint32_t kept = 0;
    records->order_count = 0;
    for (size_t chunk = 0; done && chunk < chunks; chunk++)
        for (size_t i = 0; i < search.lists[chunk].count; i++) {
            struct run run = search.lists[chunk].runs[i];
            keep_order(records, kept, run.from);
            take_run(records, run, &capacity);
            kept = run.to;
        }
    keep_order(records, kept, records->count);
    arena_free(scratch);
    return done;
}

static size_t filled(const struct link_records *records, uint32_t r)
{
    size_t filled = 0;
    for (size_t c = 0; c < records->spec->input_count; c++)
        filled += record_code(records, r, c) != 0;
    return filled;
}

void records_rejoin(const struct link_records *records, const struct link_model *model, struct link_clusters *clusters)
{
    enum { FILLED = 3 };
    if (!records->follows)
        return;
    uint32_t *cluster = clusters->cluster;
    struct arena *scratch = arena_make(0);
    uint32_t *size = arena_array(scratch, uint32_t, (size_t)records->count + 1);
    uint8_t *goes = arena_array(scratch, uint8_t, (size_t)records->count + 1);
    for (uint32_t r = 0; r < records->count; r++)
        size[cluster[r]]++;
    for (size_t i = 0; i < records->same_count; i++) {
        struct link_pair same = records->same[i];
        bool certain = filled(records, same.a) >= FILLED ||
                       (double)link_score_pair(records, model, same.a, same.b).weight >= model->join;
        goes[same.a] = certain || size[cluster[same.a]] > 1;
        if (certain && size[cluster[same.b]] == 1 && cluster[same.a] != same.b) {
            cluster[same.b] = cluster[same.a];
            clusters->count--;
        }
    }
    for (uint32_t r = 0; r < records->count; r++)
        if (record_follows(records, r) && goes[records->follows[r]]) {
            cluster[r] = cluster[records->follows[r]];
            clusters->count--;
        }
    /* Each is called by its lowest record again. */
    uint32_t *lowest = size;
    for (uint32_t r = records->count; r-- > 0;)
        lowest[cluster[r]] = r;
    for (uint32_t r = 0; r < records->count; r++)
        cluster[r] = lowest[cluster[r]];
    arena_free(scratch);
}

/* ---- Arranging ---- */

bool records_put_together(struct link_records *records, const struct link_options *options, struct error *err)
{
    must(!records->added);
    if (!link_prepare(records, options, err))
        return false;
    struct arena *scratch = arena_beside(records->arena);
    struct blocks blocks;
    uint32_t n = records->count;
    bool done = blocks_make_first(&blocks, records, RULES, options, scratch, err);
    if (done) {
        struct grouping groups = {.leader = arena_room(scratch, ((size_t)n + 1) * sizeof *groups.leader),
                                  .forest = forest_make(n, scratch),
                                  .size = arena_room(scratch, ((size_t)n + 1) * sizeof *groups.size)};
        for (uint32_t r = 0; r < n; r++) {
            groups.leader[r] = NONE;
            groups.size[r] = 1;
        }
        for (size_t rule = 0; rule < blocks.rule_count; rule++)
            follow(&blocks, rule, &groups);
        renumber(records, order_by_group(&groups, n, records->arena), threads_count(options));
    }
    arena_free(scratch);
    return done;
}

bool records_arrange(struct link_records *records, const struct link_options *options, struct error *err)
{
    if (!link_prepare(records, options, err))
        return false;
    if (memory_spills_raw(records, options) && !records_spill_raw(records, options, err))
        return false;
    if (!memory_suffices(records, options, 1, err) || !records_put_together(records, options, err))
        return false;
    return find_followers(records, options, err);
}
