/* index_meet.c: which records a new one meets, and the edges that it has with them.
 *
 * A record's keys lead to slots and lists that lie anywhere in gigabytes: where many come, the memory of those that are
 * next is called for ahead. */
#include "link/index_inside.h"

#include "link/score.h"

enum { PAIR_CHUNK = 1 << 12, KEY_CHUNK = 1 << 10 };

/* Memory is called for so many records ahead: slots, then lists. */
enum { SLOTS_AHEAD = 6, LISTS_AHEAD = 3 };

/* ---- Meeting ---- */

void index_meet(struct link_index *index, uint32_t record, const uint64_t *keys, struct index_pairs *pairs,
                struct arena *scratch)
{
    uint32_t stamp = index_stamp(index), single = 0;
    bool all = records_all_meet(index->records);
    index->seen[record] = stamp;
    for (size_t rule = 0; rule < index->terms.rule_count; rule++) {
        size_t count = 0;
        const uint32_t *others = keys[rule] ? postings_of(&index->postings, keys[rule], &single, &count) : NULL;
        for (size_t i = 0; i < count; i++)
            __builtin_prefetch(&index->seen[others[i]]);
        for (size_t i = 0; i < count; i++) {
            uint32_t other = others[i];
            if (index->seen[other] == stamp)
                continue;
            index->seen[other] = stamp;
            if (!all && !records_may_meet(index->records, record, other))
                continue;
            ARENA_GROW(scratch, pairs->items, pairs->count, pairs->capacity);
            pairs->items[pairs->count++] =
                (struct link_pair){record < other ? record : other, record < other ? other : record};
        }
    }
}

static void fetch_ahead(const struct link_index *index, const uint64_t *keys, size_t i, size_t count)
{
    size_t rules = index->terms.rule_count;
    const uint64_t *slots = keys + (i + SLOTS_AHEAD) * rules, *lists = keys + (i + LISTS_AHEAD) * rules;
    for (size_t rule = 0; rule < rules && i + SLOTS_AHEAD < count; rule++)
        if (slots[rule])
            postings_fetch_slot(&index->postings, slots[rule]);
    for (size_t rule = 0; rule < rules && i + LISTS_AHEAD < count; rule++)
        if (lists[rule])
            postings_fetch_list(&index->postings, lists[rule]);
}

struct keying {
    const struct link_index *index;
    uint32_t first;
    size_t count;
    uint64_t *keys;
};

static void key_chunk(void *context, size_t chunk, unsigned thread)
{
    (void)thread;
    const struct keying *work = context;
    struct arena *texts = arena_make(0);
    for (size_t i = chunk * KEY_CHUNK; i < (chunk + 1) * KEY_CHUNK && i < work->count; i++) {
        index_keys(work->index, work->first + (uint32_t)i, texts, work->keys + i * work->index->terms.rule_count);
        if (arena_used(texts) > 1u << 16)
            arena_reset(texts);
    }
    arena_free(texts);
}

bool index_meet_all(struct link_index *index, uint32_t first, size_t count, unsigned threads, struct index_pairs *pairs,
                    struct arena *scratch, struct error *err)
{
    size_t rules = index->terms.rule_count;
    uint64_t *keys = arena_array(scratch, uint64_t, count * rules + 1);
    struct keying keying = {index, first, count, keys};
    if (!threads_run(&(struct link_options){.threads = threads}, "keying", (count + KEY_CHUNK - 1) / KEY_CHUNK,
                     key_chunk, &keying, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        uint32_t record = first + (uint32_t)i;
        fetch_ahead(index, keys, i, count);
        index_meet(index, record, keys + i * rules, pairs, scratch);
        for (size_t rule = 0; rule < rules; rule++)
            if (keys[i * rules + rule])
                postings_add(&index->postings, keys[i * rules + rule], record);
    }
    return true;
}

void index_post_all(struct link_index *index)
{
    size_t rules = index->terms.rule_count;
    uint32_t count = link_records_count(index->records);
    uint64_t keys[SLOTS_AHEAD + 1][LINK_RULES_MAX];
    struct arena *texts = arena_make(0);
    for (uint32_t r = 0; r < count + SLOTS_AHEAD; r++) {
        if (r < count) {
            uint64_t *own = keys[r % (SLOTS_AHEAD + 1)];
            index_keys(index, r, texts, own);
            for (size_t rule = 0; rule < rules; rule++)
                if (own[rule])
                    postings_fetch_slot(&index->postings, own[rule]);
        }
        uint32_t due = r - SLOTS_AHEAD;
        for (size_t rule = 0; rule < rules && r >= SLOTS_AHEAD; rule++)
            if (keys[due % (SLOTS_AHEAD + 1)][rule])
                postings_add(&index->postings, keys[due % (SLOTS_AHEAD + 1)][rule], due);
        if (arena_used(texts) > 1u << 16)
            arena_reset(texts);
    }
    arena_free(texts);
}

/* ---- Comparing ---- */

struct chunk_edges {
    struct arena *arena;
    struct link_edge *edges;
    size_t count, capacity;
};

struct comparing {
    struct link_index *index;
    const struct index_pairs *pairs;
    struct chunk_edges *chunks;
    double floor;
    bool remember;
};

static void fetch_rows(const struct link_index *index, const struct link_pair *pairs, size_t count)
{
    size_t columns = index->records->spec->column_count;
    for (size_t i = 0; i < count; i++) {
        const uint32_t *row = &index->records->plain[(size_t)pairs[i].a * columns];
        __builtin_prefetch(row);
        __builtin_prefetch(row + columns - 1);
    }
}

static void compare_chunk(void *context, size_t chunk, unsigned thread)
{
    struct comparing *work = context;
    const struct link_index *index = work->index;
    const struct link_pair *pairs = work->pairs->items + chunk * PAIR_CHUNK;
    size_t total = work->pairs->count - chunk * PAIR_CHUNK;
    struct chunk_edges *out = &work->chunks[chunk];
    struct compared compared[COMPARE_BATCH];
    struct memo *memo = work->remember ? index->workers[thread]->memo : NULL;
    total = total < PAIR_CHUNK ? total : PAIR_CHUNK;
    fetch_rows(index, pairs, total < COMPARE_BATCH ? total : COMPARE_BATCH);
    for (size_t from = 0; from < total; from += COMPARE_BATCH) {
        size_t batch = total - from < COMPARE_BATCH ? total - from : COMPARE_BATCH;
        if (from + batch < total)
            fetch_rows(index, pairs + from + batch,
                       total - from - batch < COMPARE_BATCH ? total - from - batch : COMPARE_BATCH);
        compare_batch(&index->comparer, memo, pairs + from, batch, compared);
        for (size_t i = 0; i < batch; i++) {
            if ((double)score_weight(index->model, &compared[i]) < work->floor && !index->rules)
                continue;
            struct link_edge edge = score_edge(&index->comparer, pairs[from + i], &compared[i]);
            if ((double)edge.weight < work->floor)
                continue;
            if (!out->arena)
                out->arena = arena_make(0);
            ARENA_GROW(out->arena, out->edges, out->count, out->capacity);
            out->edges[out->count++] = edge;
        }
    }
}

bool index_compare(struct link_index *index, const struct index_pairs *pairs, double floor, bool remember,
                   const struct link_options *options, struct arena *scratch, struct link_edges *ret, struct error *err)
{
    size_t chunks = (pairs->count + PAIR_CHUNK - 1) / PAIR_CHUNK, count = 0;
    struct comparing work = {index, pairs, arena_array(scratch, struct chunk_edges, chunks + 1), floor, remember};
    struct link_options own = options ? *options : (struct link_options){0};
    own.threads = chunks < 2 ? 1 : threads_count(options);
    for (unsigned t = 0; t < own.threads; t++)
        (void)index_worker_make(index, t); /* for its memo; what it says of sources is asked when clustering */
    bool done = threads_run(&own, "comparing pairs", chunks, compare_chunk, &work, err);
    for (size_t i = 0; i < chunks; i++)
        count += work.chunks[i].count;
    *ret = (struct link_edges){arena_array(scratch, struct link_edge, count + 1), 0, pairs->count};
    for (size_t i = 0; i < chunks; i++) {
        if (work.chunks[i].count)
            memcpy(ret->edges + ret->count, work.chunks[i].edges, work.chunks[i].count * sizeof *ret->edges);
        ret->count += work.chunks[i].count;
        arena_free(work.chunks[i].arena);
    }
    return done;
}
