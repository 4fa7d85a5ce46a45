/* sample.c: pairs drawn once, with their patterns.
 *
 * Random pairs are drawn by number from the canonical order, pairs that meet by their records' keys (block.h), so the
 * sample is the same whatever the order of adding and the number of threads. Random pairs share nothing with each
 * other: comparing them is as slow as comparing gets, and a third of a small linking when it was done for each fit. */
#include "link/threads.h"
#include "link/train.h"

enum { CHUNK = 8192, SAMPLE_PAIRS = 150000 /* more teach no more about m and u */ };

struct sampled {
    struct link_pair pair;
    uint64_t pattern;
};

struct part { /* what one thread drew */
    struct arena *arena;
    struct sampled *items;
    size_t count, capacity;
};

struct sample {
    struct part *parts[LINK_THREADS_MAX];
    uint64_t each; /* one pair stands for as many */
};

struct sample_work {
    const struct comparer *comparer;
    const struct blocks *blocks;
    struct sample *sample;
    uint64_t seed, pairs;
    struct memo *memos[LINK_THREADS_MAX];
    struct block_seen *seen[LINK_THREADS_MAX];
};

struct sample_visit {
    struct sample_work *work;
    unsigned thread;
};

static struct sample *sample_make(struct arena *arena, uint64_t each)
{
    struct sample *sample = arena_new(arena, struct sample);
    sample->each = each;
    for (unsigned t = 0; t < LINK_THREADS_MAX; t++) {
        sample->parts[t] = arena_alloc(arena, sizeof *sample->parts[t], 1, 64);
        sample->parts[t]->arena = arena_child(arena);
    }
    return sample;
}

static void take_pairs(void *context, const struct link_pair *pairs, size_t count)
{
    struct sample_visit *visit = context;
    struct part *part = visit->work->sample->parts[visit->thread];
    size_t fields = visit->work->comparer->spec->comparison_count;
    UNINITIALIZED struct compared compared[COMPARE_BATCH];
    compare_batch(visit->work->comparer, visit->work->memos[visit->thread], pairs, count, compared);
    for (size_t i = 0; i < count; i++) {
        ARENA_GROW(part->arena, part->items, part->count, part->capacity);
        part->items[part->count++] = (struct sampled){pairs[i], compare_pattern(&compared[i], fields)};
    }
}

/* ---- Random pairs ---- */

static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
}

static void random_chunk(void *context, size_t chunk, unsigned thread)
{
    struct sample_work *work = context;
    struct sample_visit visit = {work, thread};
    const struct link_records *records = work->comparer->records;
    size_t columns = records->spec->column_count, count = 0;
    struct link_pair pairs[COMPARE_BATCH];
    uint64_t to = (chunk + 1) * CHUNK < work->pairs ? (chunk + 1) * CHUNK : work->pairs;
    for (uint64_t i = chunk * CHUNK; i < to; i++) {
        uint64_t one = mix(work->seed ^ (2 * i)), two = mix(work->seed ^ (2 * i + 1));
        uint32_t a = records->order[one % records->order_count], b = records->order[two % records->order_count];
        if (a == b || !records_may_meet(records, a, b))
            continue;
        __builtin_prefetch(&records->plain[a * columns]);
        __builtin_prefetch(&records->plain[b * columns]);
        pairs[count++] = (struct link_pair){a, b};
        if (count == COMPARE_BATCH) {
            take_pairs(&visit, pairs, count);
            count = 0;
        }
    }
    if (count > 0)
        take_pairs(&visit, pairs, count);
}

static void start_threads(struct sample_work *work, const struct link_options *options, struct arena *scratch)
{
    for (unsigned t = 0; t < threads_count(options); t++) {
        work->memos[t] = memo_make(work->comparer->spec, scratch);
        if (work->blocks)
            work->seen[t] = block_seen_make(work->blocks, arena_child(scratch));
    }
}

bool sample_random(const struct comparer *comparer, const struct link_options *options, struct arena *arena,
                   struct sample **ret, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct sample_work work = {.comparer = comparer,
                               .sample = sample_make(arena, 1),
                               .seed = mix(options ? options->seed : 0),
                               .pairs = (uint64_t)comparer->spec->random_pairs};
    start_threads(&work, options, scratch);
    bool done =
        threads_run(options, "measuring chance agreement", (work.pairs + CHUNK - 1) / CHUNK, random_chunk, &work, err);
    arena_free(scratch);
    *ret = work.sample;
    return done;
}

/* ---- Pairs that meet ---- */

static void blocked_task(void *context, size_t task, unsigned thread)
{
    struct sample_work *work = context;
    struct sample_visit visit = {work, thread};
    blocks_sample(work->blocks, task, work->sample->each, work->seen[thread], take_pairs, &visit);
}

bool sample_blocked(const struct comparer *comparer, const struct blocks *blocks, const struct link_options *options,
                    struct arena *arena, struct sample **ret, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct sample_work work = {
        .comparer = comparer, .blocks = blocks, .sample = sample_make(arena, blocks->most_pairs / SAMPLE_PAIRS + 1)};
    start_threads(&work, options, scratch);
    bool done = threads_run(options, "learning from pairs", blocks->task_count, blocked_task, &work, err);
    arena_free(scratch);
    *ret = work.sample;
    return done;
}

/* ---- Again ---- */

/* A piece of what one thread drew. */
struct piece {
    struct part *part;
    size_t from, to;
};

struct again {
    const struct comparer *comparer;
    struct memo *memos[LINK_THREADS_MAX];
    struct piece *pieces;
    size_t count;
};

static void again_piece(void *context, size_t number, unsigned thread)
{
    enum { AHEAD = 8 };
    const struct again *work = context;
    const struct piece *piece = &work->pieces[number];
    const struct link_records *records = work->comparer->records;
    size_t fields = work->comparer->spec->comparison_count, columns = records->spec->column_count;
    for (size_t i = piece->from; i < piece->to; i++) {
        struct sampled *item = &piece->part->items[i];
        if (piece->to - i > AHEAD) {
            __builtin_prefetch(&records->plain[item[AHEAD].pair.a * columns]);
            __builtin_prefetch(&records->plain[item[AHEAD].pair.b * columns]);
        }
        if (!compare_has_learned(work->comparer, item->pair.a, item->pair.b))
            continue;
        struct compared compared;
        compare_records(work->comparer, work->memos[thread], item->pair.a, item->pair.b, &compared);
        item->pattern = compare_pattern(&compared, fields);
    }
}

static void cut_pieces(struct again *work, const struct sample *sample, struct arena *arena)
{
    size_t capacity = 0;
    for (unsigned t = 0; t < LINK_THREADS_MAX; t++)
        for (size_t from = 0, count = sample->parts[t]->count; from < count; from += CHUNK) {
            ARENA_GROW(arena, work->pieces, work->count, capacity);
            work->pieces[work->count++] =
                (struct piece){sample->parts[t], from, count - from > CHUNK ? from + CHUNK : count};
        }
}

bool sample_again(const struct comparer *comparer, struct sample *sample, const struct link_options *options,
                  struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct again work = {.comparer = comparer};
    for (unsigned t = 0; t < threads_count(options); t++)
        work.memos[t] = memo_make(comparer->spec, scratch);
    cut_pieces(&work, sample, scratch);
    bool done = threads_run(options, "measuring again", work.count, again_piece, &work, err);
    arena_free(scratch);
    return done;
}

struct pattern_count *sample_patterns(const struct sample *sample, struct arena *arena, size_t *ret_count,
                                      uint64_t *ret_pairs)
{
    struct pattern_table table;
    patterns_start(&table, arena);
    for (unsigned t = 0; t < LINK_THREADS_MAX; t++)
        for (size_t i = 0; i < sample->parts[t]->count; i++)
            patterns_add(&table, sample->parts[t]->items[i].pattern, sample->each);
    return patterns_gather(&table, 1, arena, ret_count, ret_pairs);
}
