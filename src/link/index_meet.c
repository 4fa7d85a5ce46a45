/* index_meet.c: which records a new one meets, and the edges that it has with them.
 *
 * A record's keys lead to slots and lists that lie anywhere in gigabytes: where many come, the memory of those that are
 * next is called for ahead. Many records first stand under all their keys, a share of the keys to each thread; then
 * each meets those that came before it, some records to a thread, which compares the pairs at once: nothing is shared
 * then but what is only read. */
#include "link/index_inside.h"

#include "link/score.h"

enum { MEET_CHUNK = 64, KEY_CHUNK = 1 << 10, POST_ROUND = 1 << 16 };

/* Memory is called for so many records ahead: slots, then lists. */
enum { SLOTS_AHEAD = 6, LISTS_AHEAD = 3 };

/* ---- Keys ---- */

static void fetch_slots(const struct link_index *index, const uint64_t *keys)
{
    for (size_t rule = 0; rule < index->terms.rule_count; rule++)
        if (keys[rule])
            postings_fetch_slot(index_postings(index, keys[rule]), keys[rule]);
}

static void fetch_lists(const struct link_index *index, const uint64_t *keys)
{
    for (size_t rule = 0; rule < index->terms.rule_count; rule++)
        if (keys[rule])
            postings_fetch_list(index_postings(index, keys[rule]), keys[rule]);
}

struct posting {
    struct link_index *index;
    uint32_t first;
    size_t count;
    uint64_t *keys;
};

static void key_chunk(void *context, size_t chunk, unsigned thread)
{
    (void)thread;
    const struct posting *work = context;
    struct arena *texts = arena_make(0);
    for (size_t i = chunk * KEY_CHUNK; i < (chunk + 1) * KEY_CHUNK && i < work->count; i++) {
        index_keys(work->index, work->first + (uint32_t)i, texts, work->keys + i * work->index->terms.rule_count);
        if (arena_used(texts) > 1u << 16)
            arena_reset(texts);
    }
    arena_free(texts);
}

/* The keys of one share, of all records in turn. */
static void post_share(void *context, size_t share, unsigned thread)
{
    enum { AHEAD = 32 };
    (void)thread;
    const struct posting *work = context;
    struct postings *postings = work->index->postings[share];
    size_t rules = work->index->terms.rule_count, count = 0;
    struct {
        uint64_t key;
        uint32_t record;
    } due[AHEAD];
    for (size_t i = 0; i < work->count * rules; i++) {
        uint64_t key = work->keys[i];
        if (!key || index_share(key) != share)
            continue;
        if (count >= AHEAD)
            postings_add(postings, due[count % AHEAD].key, due[count % AHEAD].record);
        postings_fetch_slot(postings, key);
        due[count % AHEAD].key = key;
        due[count++ % AHEAD].record = work->first + (uint32_t)(i / rules);
        if (count >= AHEAD / 2)
            postings_fetch_list(postings, due[(count - AHEAD / 2) % AHEAD].key);
    }
    for (size_t i = count > AHEAD ? count - AHEAD : 0; i < count; i++)
        postings_add(postings, due[i % AHEAD].key, due[i % AHEAD].record);
}

/* Puts records under their keys, which it gives too, in the arena. */
static bool post(struct link_index *index, uint32_t first, size_t count, const struct link_options *options,
                 struct arena *arena, uint64_t **ret_keys, struct error *err)
{
    size_t rules = index->terms.rule_count;
    struct posting work = {index, first, count, arena_array(arena, uint64_t, count * rules + 1)};
    *ret_keys = work.keys;
    return threads_run(options, "keying", (count + KEY_CHUNK - 1) / KEY_CHUNK, key_chunk, &work, err) &&
           threads_run(options, "keying", INDEX_SHARES, post_share, &work, err);
}

bool index_post_all(struct link_index *index, const struct link_options *options, struct error *err)
{
    uint32_t count = link_records_count(index->records);
    size_t rules = index->terms.rule_count, keys_about = (size_t)count * (rules < 3 ? rules : 3);
    struct arena *scratch = arena_make(0);
    bool done = true;
    for (size_t s = 0; s < INDEX_SHARES; s++)
        postings_start(index->postings[s], keys_about / INDEX_SHARES, arena_child(index->arena));
    for (uint32_t from = 0; done && from < count; from += POST_ROUND) {
        uint64_t *keys;
        done = post(index, from, count - from < POST_ROUND ? count - from : POST_ROUND, options, scratch, &keys, err);
        arena_reset(scratch);
    }
    arena_free(scratch);
    return done;
}

/* ---- Meeting ---- */

/* What one thread needs: those that one record has met, as a set, and the pairs of several. */
struct meeting {
    struct arena *arena;
    uint32_t *met; /* record + 1 */
    size_t slot_count, mask;
    struct link_pair *pairs;
    size_t count, capacity;
};

static void empty_set(struct meeting *meeting, size_t most)
{
    size_t wanted = 64;
    while (wanted < 2 * most)
        wanted *= 2;
    if (wanted > meeting->slot_count) {
        meeting->met = arena_array(meeting->arena, uint32_t, wanted);
        meeting->slot_count = wanted;
    } else {
        memset(meeting->met, 0, wanted * sizeof *meeting->met);
    }
    meeting->mask = wanted - 1;
}

static bool meets_first(struct meeting *meeting, uint32_t other)
{
    size_t at = other * 0x9e3779b1u >> 8 & meeting->mask;
    for (; meeting->met[at]; at = (at + 1) & meeting->mask)
        if (meeting->met[at] == other + 1)
            return false;
    meeting->met[at] = other + 1;
    return true;
}

static void fetch_row(const struct link_index *index, uint32_t record)
{
    size_t columns = index->records->spec->column_count;
    const uint32_t *row = &index->records->plain[(size_t)record * columns];
    __builtin_prefetch(row);
    __builtin_prefetch(row + columns - 1);
}

/* Adds the pairs of a record with those before it that stand under one of these keys, each once. */
static void meet(const struct link_index *index, uint32_t record, const uint64_t *keys, struct meeting *meeting)
{
    const uint32_t *lists[LINK_RULES_MAX];
    uint32_t singles[LINK_RULES_MAX];
    size_t counts[LINK_RULES_MAX], most = 0, rules = index->terms.rule_count;
    bool all = records_all_meet(index->records);
    for (size_t rule = 0; rule < rules; rule++) {
        counts[rule] = 0;
        if (keys[rule])
            lists[rule] = postings_of(index_postings(index, keys[rule]), keys[rule], &singles[rule], &counts[rule]);
        most += counts[rule];
    }
    empty_set(meeting, most);
    for (size_t rule = 0; rule < rules; rule++)
        for (size_t i = 0; i < counts[rule]; i++) {
            uint32_t other = lists[rule][i];
            if (other >= record || !meets_first(meeting, other) ||
                (!all && !records_may_meet(index->records, record, other)))
                continue;
            ARENA_GROW(meeting->arena, meeting->pairs, meeting->count, meeting->capacity);
            meeting->pairs[meeting->count++] = (struct link_pair){other, record};
            fetch_row(index, other);
        }
}

/* ---- Comparing ---- */

struct found_edges {
    struct arena *arena;
    struct link_edge *edges;
    size_t count, capacity;
};

/* Adds the edges of `floor` or more among these pairs, in their order. */
static void compare(const struct link_index *index, struct memo *memo, const struct meeting *meeting, double floor,
                    struct found_edges *out)
{
    UNINITIALIZED struct link_edge edges[BLOCK_BATCH];
    struct scorer scorer;
    scorer_start(&scorer, &index->comparer, memo, floor);
    for (size_t from = 0; from < meeting->count; from += BLOCK_BATCH) {
        size_t left = meeting->count - from, batch = left < BLOCK_BATCH ? left : BLOCK_BATCH;
        size_t count = score_edges(&scorer, meeting->pairs + from, batch, edges);
        for (size_t i = 0; i < count; i++) {
            ARENA_GROW(out->arena, out->edges, out->count, out->capacity);
            out->edges[out->count++] = edges[i];
        }
    }
}

void index_find_edges(struct link_index *index, uint32_t record, double floor, bool remember, struct arena *arena,
                      struct link_edges *ret)
{
    uint64_t keys[LINK_RULES_MAX];
    struct meeting meeting = {.arena = arena};
    struct found_edges found = {.arena = arena};
    (void)index_worker_make(index, 0); /* for its memo; what it says of sources is asked when clustering */
    index_keys(index, record, arena, keys);
    fetch_slots(index, keys);
    fetch_lists(index, keys);
    meet(index, record, keys, &meeting);
    compare(index, remember ? index->workers[0]->memo : NULL, &meeting, floor, &found);
    *ret = (struct link_edges){found.edges, found.count, meeting.count};
}

/* ---- Many ---- */

struct meeting_all {
    struct link_index *index;
    uint32_t first;
    size_t count;
    const uint64_t *keys;
    struct meeting meetings[LINK_THREADS_MAX];
    struct found_edges *chunks;
    struct arena *arenas[LINK_THREADS_MAX]; /* of the edges that a thread finds */
};

static void meet_chunk(void *context, size_t chunk, unsigned thread)
{
    struct meeting_all *work = context;
    const struct link_index *index = work->index;
    size_t rules = index->terms.rule_count, begin = chunk * MEET_CHUNK;
    size_t end = work->count - begin < MEET_CHUNK ? work->count : begin + MEET_CHUNK;
    struct meeting *meeting = &work->meetings[thread];
    meeting->count = 0;
    for (size_t i = begin; i < end; i++) {
        const uint64_t *keys = work->keys + i * rules;
        if (i + SLOTS_AHEAD < end)
            fetch_slots(index, keys + SLOTS_AHEAD * rules);
        if (i + LISTS_AHEAD < end)
            fetch_lists(index, keys + LISTS_AHEAD * rules);
        meet(index, work->first + (uint32_t)i, keys, meeting);
    }
    work->chunks[chunk].arena = work->arenas[thread];
    compare(index, index->workers[thread]->memo, meeting, index->floor, &work->chunks[chunk]);
}

bool index_meet_all(struct link_index *index, uint32_t first, size_t count, const struct link_options *options,
                    struct arena *arena, struct link_edges *ret, struct error *err)
{
    struct arena *scratch = arena_make(0);
    size_t chunks = (count + MEET_CHUNK - 1) / MEET_CHUNK, found = 0;
    struct meeting_all work = {.index = index, .first = first, .count = count};
    uint64_t *keys;
    bool done = post(index, first, count, options, scratch, &keys, err);
    work.keys = keys;
    work.chunks = arena_array(scratch, struct found_edges, chunks + 1);
    for (unsigned t = 0; t < threads_count(options); t++) {
        (void)index_worker_make(index, t);
        work.meetings[t].arena = arena_child(scratch);
        work.arenas[t] = arena_child(scratch);
    }
    done = done && threads_run(options, "comparing pairs", chunks, meet_chunk, &work, err);
    for (size_t i = 0; i < chunks; i++)
        found += work.chunks[i].count;
    *ret = (struct link_edges){.edges = arena_array(arena, struct link_edge, found + 1)};
    for (size_t i = 0; i < chunks; i++) {
        if (work.chunks[i].count)
            memcpy(ret->edges + ret->count, work.chunks[i].edges, work.chunks[i].count * sizeof *ret->edges);
        ret->count += work.chunks[i].count;
    }
    arena_free(scratch);
    return done;
}
