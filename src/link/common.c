/* common.c: keys too common to block on that are no common value but one entity of many records.
 *
 * A surname of a thousand people and an inventor of a thousand patents make blocks of one size. The first is passed
 * over, as its pairs cost much and find little; with the second passed over, everything of that inventor stays in
 * pieces (13,467 mentions of inventors: recall .60, and .98 with them). So the first model weighs a few pairs of each
 * such block: where half of them join, and so many that an entity in it is too large for the cap by itself, the block
 * is compared in full, the smallest first, as long as there are pairs to spare. Most blocks are given up after as many
 * pairs as they have sampled records. */
#include "link/train.h"

#include "base/hash.h"
#include "link/score.h"
#include "link/threads.h"

#include <math.h>

/* Pairs that all rules together may let through by this, for each record, blocks that are alike counted once; keys
 * that a thread weighs at a time. (Inventors: 240 give F1 .983, 400 .990, more the same.) */
enum { PAIRS_A_RECORD = 400, LEAST_PART = 20, CHUNK = 64 };

struct large_key {
    struct common_key *common;
    uint32_t records; /* 0: not one entity's */
    uint16_t rule;
    uint64_t sample; /* a hash of what is in it */
};

struct common_work {
    const struct comparer *comparer; /* bound */
    struct large_key *keys;          /* of all rules */
    size_t count;
    struct memo *memos[LINK_THREADS_MAX];
};

/* Blocks of the same records, or mostly so, under several rules stand next to each other. */
static int smallest_first(const void *x, const void *y)
{
    const struct large_key *p = x, *q = y;
    if (p->records != q->records)
        return p->records < q->records ? -1 : 1;
    if (p->sample != q->sample)
        return p->sample < q->sample ? -1 : 1;
    return p->rule < q->rule ? -1 : p->rule > q->rule;
}

static bool alike(const struct large_key *x, const struct large_key *y)
{
    return x->records == y->records && x->sample == y->sample;
}

struct tally {
    unsigned pairs, joined;
};

static void weigh(const struct comparer *comparer, struct memo *memo, const struct common_key *common, unsigned i,
                  unsigned j, struct tally *tally)
{
    uint32_t a = common->sample[i], b = common->sample[j];
    struct compared compared;
    if (!records_may_meet(comparer->records, a, b))
        return;
    compare_records(comparer, memo, a < b ? a : b, a < b ? b : a, &compared);
    tally->pairs++;
    tally->joined += (double)score_weight(comparer->model, &compared) >= comparer->model->join;
}

static bool mostly_one(const struct comparer *comparer, struct memo *memo, const struct common_key *common,
                       uint32_t cap)
{
    struct tally tally = {0, 0};
    for (unsigned i = 1; i < common->sampled; i++)
        weigh(comparer, memo, common, i - 1, i, &tally);
    if (3 * tally.joined < tally.pairs)
        return false;
    for (unsigned i = 2; i < common->sampled; i++)
        for (unsigned j = 0; j + 1 < i; j++)
            weigh(comparer, memo, common, j, i, &tally);
    double share = tally.pairs > 0 ? (double)tally.joined / tally.pairs : 0;
    return share >= 0.5 && sqrt(share) * common->records > cap; /* of k records in n: (k/n)² of the pairs */
}

static uint64_t sample_hash(const struct link_records *records, const struct common_key *common)
{
    uint64_t keys[COMMON_SAMPLE];
    for (unsigned i = 0; i < common->sampled; i++)
        keys[i] = records->keys[common->sample[i]];
    return hash64(slice_from(keys, common->sampled * sizeof *keys), 23);
}

static void weigh_keys(void *context, size_t chunk, unsigned thread)
{
    struct common_work *work = context;
    const struct link_spec *spec = work->comparer->spec;
    size_t to = (chunk + 1) * CHUNK < work->count ? (chunk + 1) * CHUNK : work->count;
    for (size_t i = chunk * CHUNK; i < to; i++) {
        struct large_key *large = &work->keys[i];
        if (mostly_one(work->comparer, work->memos[thread], large->common, spec->rules[large->rule].cap))
            large->records = large->common->records;
        large->sample = sample_hash(work->comparer->records, large->common);
    }
}

static void list_keys(const struct link_model *model, struct arena *arena, struct common_work *work)
{
    size_t rules = model->spec->rule_count, count = 0;
    for (size_t rule = 0; rule < rules; rule++)
        count += model->common_count[rule];
    work->keys = arena_array(arena, struct large_key, count + 1);
    for (size_t rule = 0; rule < rules; rule++)
        for (size_t i = 0; i < model->common_count[rule]; i++) {
            struct common_key *common = &model->common[rule][i];
            work->keys[work->count++] = (struct large_key){.common = common, .rule = (uint16_t)rule};
        }
}

/* Marks the smallest by taking their sample away, as long as there are pairs to spare, and fewer than `limit` in all
 * with those that meet again under another rule; how many they bring. */
static uint64_t mark(struct common_work *work, uint64_t most, uint64_t limit)
{
    uint64_t all = 0, met = 0;
    array_sort(work->keys, work->count, sizeof *work->keys, smallest_first);
    for (size_t i = 0; i < work->count; i++) {
        uint64_t records = work->keys[i].records, pairs = records > 0 ? records * (records - 1) / 2 : 0;
        bool again = i > 0 && alike(&work->keys[i - 1], &work->keys[i]);
        if ((!again && all + pairs > most) || met + pairs > limit)
            break;
        all += again ? 0 : pairs;
        met += pairs;
        if (records > 0)
            work->keys[i].common->sampled = 0;
    }
    return met;
}

static void take_out_marked(struct link_model *model, size_t rule)
{
    size_t kept = 0;
    for (size_t i = 0; i < model->common_count[rule]; i++)
        if (model->common[rule][i].sampled > 0)
            model->common[rule][kept++] = model->common[rule][i];
    model->common_count[rule] = kept;
}

bool common_free(const struct comparer *comparer, const struct blocks *blocks, struct link_model *model,
                 const struct link_options *options, bool *ret_freed, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct common_work work = {.comparer = comparer};
    list_keys(model, scratch, &work);
    for (unsigned t = 0; t < threads_count(options) && work.count > 0; t++)
        work.memos[t] = memo_make(model->spec, scratch);
    bool done = threads_run(options, "weighing large blocks", (work.count + CHUNK - 1) / CHUNK, weigh_keys, &work, err);
    uint64_t most = (uint64_t)PAIRS_A_RECORD * comparer->records->count, limit = blocks_pair_limit(options);
    uint64_t pairs = done ? mark(&work, most, limit > blocks->most_pairs ? limit - blocks->most_pairs : 0) : 0;
    arena_free(scratch);
    *ret_freed = pairs > blocks->most_pairs / LEAST_PART;
    for (size_t rule = 0; *ret_freed && rule < model->spec->rule_count; rule++)
        take_out_marked(model, rule);
    return done;
}
