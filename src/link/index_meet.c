/* index_meet.c: which records a new one meets, and the edges that it has with them.
 *
 * A record's keys lead to slots and lists that lie anywhere in gigabytes. Many records are put under their keys in
 * turn, a share of the keys to each thread, which calls for the memory of the next ones ahead of time: who stands under
 * a key already is then at hand, and is whom the record meets there, so that no list is looked up twice. Some thousand
 * records at a time: then each of them has its pairs compared, some records to a thread; nothing is shared meanwhile
 * but what is only read. */
#include "link/index_inside.h"

#include "link/score.h"

enum { MEET_CHUNK = 64, KEY_CHUNK = 1 << 8, ROUND = 1 << 13, ROUND_FIRST = 1 << 10, MET_MOST = 1 << 22 };

/* ---- Keys ---- */

INLINED void fetch_keys(const struct link_index *index, const uint64_t *keys)
{
    for (size_t rule = 0; rule < index->terms.rule_count; rule++)
        if (keys[rule])
            postings_fetch_slot(index_postings(index, keys[rule]), keys[rule]);
    for (size_t rule = 0; rule < index->terms.rule_count; rule++)
        if (keys[rule])
            postings_fetch_list(index_postings(index, keys[rule]), keys[rule]);
}

/* Who stood under the keys of one share before some records came to them. */
struct before {
    uint32_t *records;
    size_t count, capacity;
    size_t *starts; /* by record that came, and the end: where in `records` those begin that it meets */
};

struct due {
    uint64_t key;
    uint32_t at; /* of the records that come */
};

/* Keys of some records, share by share, in each by record. */
struct due_keys {
    struct due *due;
    uint32_t starts[INDEX_SHARES + 1];
};

struct posting {
    struct link_index *index;
    uint32_t first;
    size_t count, chunk_count;
    struct due_keys *chunks;
    struct before *before; /* by share; NULL: nobody asks */
    struct arena *arenas[LINK_THREADS_MAX];
};

/* What the keys of records to come are made of: values, then their texts. */
INLINED void fetch_values(const struct link_index *index, uint32_t record, uint32_t last)
{
    enum { VALUES = 8, TEXTS = 4 };
    const struct block_terms *terms = &index->terms;
    for (size_t k = 0; k < terms->term_count && record + TEXTS <= last; k++) {
        size_t column = terms->terms[k]->column;
        if (k > 0 && column == terms->terms[k - 1]->column)
            continue;
        if (record + VALUES <= last)
            __builtin_prefetch(record_value(index->records, record + VALUES, column));
        __builtin_prefetch(record_value(index->records, record + TEXTS, column)->text.at);
    }
}

static void deal_out(const uint64_t *keys, size_t count, uint32_t from, size_t rules, struct arena *arena,
                     struct due_keys *ret)
{
    uint32_t next[INDEX_SHARES + 1] = {0};
    for (size_t i = 0; i < count * rules; i++)
        next[index_share(keys[i]) + 1] += keys[i] != 0;
    for (size_t s = 1; s <= INDEX_SHARES; s++)
        next[s] += next[s - 1];
    memcpy(ret->starts, next, sizeof next);
    ret->due = arena_room(arena, (next[INDEX_SHARES] + 1) * sizeof *ret->due);
    for (uint32_t i = 0; i < count; i++)
        for (size_t rule = 0; rule < rules; rule++) {
            uint64_t key = keys[i * rules + rule];
            if (key)
                ret->due[next[index_share(key)]++] = (struct due){key, from + i};
        }
}

static void key_chunk(void *context, size_t chunk, unsigned thread)
{
    const struct posting *work = context;
    const struct link_index *index = work->index;
    struct arena *texts = arena_make(0);
    uint64_t keys[KEY_CHUNK * LINK_RULES_MAX] UNINITIALIZED;
    size_t rules = index->terms.rule_count, from = chunk * KEY_CHUNK;
    size_t count = work->count - from < KEY_CHUNK ? work->count - from : KEY_CHUNK;
    uint32_t first = work->first + (uint32_t)from;
    for (uint32_t i = 0; i < count; i++) {
        fetch_values(index, first + i, first + (uint32_t)count - 1);
        index_keys(index, first + i, texts, keys + i * rules);
        if (arena_used(texts) > 1u << 16)
            arena_reset(texts);
    }
    if (work->count == 1)
        fetch_keys(index, keys); /* of all shares at once */
    deal_out(keys, count, (uint32_t)from, rules, work->arenas[thread], &work->chunks[chunk]);
    arena_free(texts);
}

/* The keys of one share, of all records in turn. */
static struct due *gather_due(const struct posting *work, size_t share, struct arena *arena, size_t *ret_count)
{
    size_t count = 0;
    for (size_t c = 0; c < work->chunk_count; c++)
        count += work->chunks[c].starts[share + 1] - work->chunks[c].starts[share];
    struct due *due = arena_room(arena, (count + 1) * sizeof *due), *to = due;
    for (size_t c = 0; c < work->chunk_count; c++) {
        const struct due_keys *keys = &work->chunks[c];
        size_t own = keys->starts[share + 1] - keys->starts[share];
        memcpy(to, keys->due + keys->starts[share], own * sizeof *to);
        to += own;
    }
    *ret_count = count;
    return due;
}

static void note_before(const struct postings *postings, uint64_t key, struct before *before, struct arena *arena)
{
    uint32_t single;
    size_t count;
    const uint32_t *records = postings_of(postings, key, &single, &count);
    while (before->count + count > before->capacity)
        before->records = arena_grow(arena, before->records, before->count, &before->capacity, sizeof *records);
    if (count)
        memcpy(before->records + before->count, records, count * sizeof *records);
    before->count += count;
}

static void post_share(void *context, size_t share, unsigned thread)
{
    enum { SLOTS = 32, LISTS = 16 }; /* called for so many ahead */
    struct posting *work = context;
    struct postings *postings = work->index->postings[share];
    struct before *before = work->before ? &work->before[share] : NULL;
    size_t count;
    struct due *due = gather_due(work, share, work->arenas[thread], &count);
    uint32_t started = 0;
    for (size_t i = 0; i < count + SLOTS; i++) {
        if (i < count)
            postings_fetch_slot(postings, due[i].key);
        if (i >= LISTS && i - LISTS < count)
            postings_fetch_list(postings, due[i - LISTS].key);
        if (i < SLOTS)
            continue;
        struct due now = due[i - SLOTS];
        while (before && started <= now.at)
            before->starts[started++] = before->count;
        if (before)
            note_before(postings, now.key, before, work->arenas[thread]);
        postings_add(postings, now.key, work->first + now.at);
    }
    while (before && started <= work->count)
        before->starts[started++] = before->count;
}

/* Puts records under their keys. `before`: by share, where it is asked. */
static bool post(struct link_index *index, uint32_t first, size_t count, const struct link_options *options,
                 struct before *before, struct arena *arena, struct error *err)
{
    size_t chunks = (count + KEY_CHUNK - 1) / KEY_CHUNK;
    struct posting work = {index, first, count, chunks, arena_array(arena, struct due_keys, chunks + 1), before, {0}};
    for (unsigned t = 0; t < threads_count(options); t++)
        work.arenas[t] = arena_child(arena);
    for (size_t s = 0; before && s < INDEX_SHARES; s++)
        before[s].starts = arena_array(arena, size_t, count + 1);
    return threads_run(options, "keying", chunks, key_chunk, &work, err) &&
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
    for (uint32_t from = 0; done && from < count; from += ROUND) {
        done = post(index, from, count - from < ROUND ? count - from : ROUND, options, NULL, scratch, err);
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

struct met {
    const uint32_t *records;
    size_t count;
};

/* Adds the pairs of a record with those before it in these lists, each once. */
static void meet(const struct link_index *index, uint32_t record, const struct met *lists, size_t list_count,
                 struct meeting *meeting)
{
    size_t most = 0;
    bool all = records_all_meet(index->records);
    for (size_t k = 0; k < list_count; k++)
        most += lists[k].count;
    empty_set(meeting, most);
    for (size_t k = 0; k < list_count; k++)
        for (size_t i = 0; i < lists[k].count; i++) {
            uint32_t other = lists[k].records[i];
            if (other >= record || !meets_first(meeting, other) ||
                (!all && !records_may_meet(index->records, record, other)))
                continue;
            ARENA_GROW(meeting->arena, meeting->pairs, meeting->count, meeting->capacity);
            meeting->pairs[meeting->count++] = (struct link_pair){other, record};
        }
}

/* ---- Comparing ---- */

struct found_edges {
    struct arena *arena;
    struct link_edge *edges;
    size_t count, capacity;
};

/* The rows of those that were there before, of a batch to come. (Their values and texts too were called for, and it
 * gained nothing: most pairs are settled without.) */
INLINED void fetch_rows(const struct link_index *index, const struct meeting *meeting, size_t from)
{
    size_t columns = index->records->spec->column_count, end = from + BLOCK_BATCH;
    for (size_t i = from; i < end && i < meeting->count; i++) {
        const uint32_t *row = &index->records->plain[meeting->pairs[i].a * columns];
        __builtin_prefetch(row);
        __builtin_prefetch(row + columns - 1);
    }
}

/* Adds the edges of `floor` or more among these pairs, in their order. */
static void compare(const struct link_index *index, struct memo *memo, const struct meeting *meeting, double floor,
                    struct found_edges *out)
{
    struct scorer scorer;
    scorer_start(&scorer, &index->comparer, memo, floor);
    fetch_rows(index, meeting, 0);
    for (size_t from = 0; from < meeting->count; from += BLOCK_BATCH) {
        size_t left = meeting->count - from, some = left < BLOCK_BATCH ? left : BLOCK_BATCH;
        fetch_rows(index, meeting, from + BLOCK_BATCH);
        while (out->count + some > out->capacity)
            out->edges = arena_grow(out->arena, out->edges, out->count, &out->capacity, sizeof *out->edges);
        out->count += score_edges(&scorer, meeting->pairs + from, some, out->edges + out->count);
    }
}

void index_find_edges(struct link_index *index, uint32_t record, double floor, bool remember, struct arena *arena,
                      struct link_edges *ret)
{
    uint64_t keys[LINK_RULES_MAX];
    uint32_t singles[LINK_RULES_MAX];
    struct met lists[LINK_RULES_MAX];
    struct meeting meeting = {.arena = arena};
    struct found_edges found = {.arena = arena};
    (void)index_worker_make(index, 0); /* for its memo; what it says of sources is asked when clustering */
    index_keys(index, record, arena, keys);
    fetch_keys(index, keys);
    for (size_t rule = 0; rule < index->terms.rule_count; rule++) {
        lists[rule].count = 0;
        if (keys[rule])
            lists[rule].records =
                postings_of(index_postings(index, keys[rule]), keys[rule], &singles[rule], &lists[rule].count);
    }
    meet(index, record, lists, index->terms.rule_count, &meeting);
    compare(index, remember ? index->workers[0]->memo : NULL, &meeting, floor, &found);
    *ret = (struct link_edges){found.edges, found.count, meeting.count};
}

/* ---- Many ---- */

struct meeting_all {
    struct link_index *index;
    uint32_t first;
    size_t count;
    struct before before[INDEX_SHARES];
    struct {
        struct meeting meeting;
        struct found_edges found;
        struct arena *arena; /* of the edges that are handed on */
    } threads[LINK_THREADS_MAX];
    struct index_edges *chunks;
};

static void meet_chunk(void *context, size_t chunk, unsigned thread)
{
    struct meeting_all *work = context;
    const struct link_index *index = work->index;
    size_t begin = chunk * MEET_CHUNK;
    size_t end = work->count - begin < MEET_CHUNK ? work->count : begin + MEET_CHUNK;
    struct meeting *meeting = &work->threads[thread].meeting;
    struct found_edges *found = &work->threads[thread].found;
    struct met lists[INDEX_SHARES];
    meeting->count = found->count = 0;
    for (size_t i = begin; i < end; i++) {
        for (size_t s = 0; s < INDEX_SHARES; s++) {
            const struct before *before = &work->before[s];
            lists[s] = (struct met){before->records + before->starts[i], before->starts[i + 1] - before->starts[i]};
        }
        meet(index, work->first + (uint32_t)i, lists, INDEX_SHARES, meeting);
    }
    compare(index, index->workers[thread]->memo, meeting, index->floor, found);
    struct index_edges *ret = &work->chunks[chunk];
    *ret = (struct index_edges){arena_array(work->threads[thread].arena, struct link_edge, found->count + 1),
                                found->count};
    if (found->count)
        memcpy(ret->edges, found->edges, found->count * sizeof *ret->edges);
}

static bool meet_some(struct meeting_all *work, const struct link_options *options, struct error *err)
{
    struct arena *scratch = arena_make(0);
    memset(work->before, 0, sizeof work->before);
    bool done =
        post(work->index, work->first, work->count, options, work->before, scratch, err) &&
        threads_run(options, "comparing pairs", (work->count + MEET_CHUNK - 1) / MEET_CHUNK, meet_chunk, work, err);
    arena_free(scratch);
    return done;
}

/* Of the next round: where one key is of thousands, whoever stands under it is noted for each new record, so fewer of
 * these are taken at a time. A multiple of MEET_CHUNK. */
static size_t next_round(const struct meeting_all *work, size_t round)
{
    size_t met = 0;
    for (size_t s = 0; s < INDEX_SHARES; s++)
        met += work->before[s].count;
    if (met > MET_MOST && round > MEET_CHUNK)
        return round / 2;
    return met < MET_MOST / 4 && round < ROUND ? round * 2 : round;
}

bool index_meet_all(struct link_index *index, uint32_t first, size_t count, const struct link_options *options,
                    struct arena *arena, struct index_edges **ret, size_t *ret_count, struct error *err)
{
    struct arena *scratch = arena_make(0);
    size_t chunks = (count + MEET_CHUNK - 1) / MEET_CHUNK;
    struct meeting_all *work = arena_new(scratch, struct meeting_all);
    struct index_edges *found = arena_array(arena, struct index_edges, chunks + 1);
    work->index = index;
    for (unsigned t = 0; t < threads_count(options); t++) {
        (void)index_worker_make(index, t);
        work->threads[t].meeting.arena = work->threads[t].found.arena = arena_child(scratch);
        work->threads[t].arena = arena_child(arena);
    }
    bool done = true;
    size_t round = ROUND_FIRST;
    for (size_t from = 0; done && from < count; from += work->count) {
        work->first = first + (uint32_t)from;
        work->count = count - from < round ? count - from : round;
        work->chunks = found + from / MEET_CHUNK;
        done = meet_some(work, options, err);
        round = next_round(work, round);
    }
    arena_free(scratch);
    *ret = found;
    *ret_count = chunks;
    return done;
}
