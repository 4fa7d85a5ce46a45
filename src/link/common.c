/* common.c: keys too common to block on that are no common value but one entity of many records.
 *
 * A surname of a thousand people and an inventor of a thousand patents make blocks of one size. The first is passed
 * over, as its pairs cost much and find little; with the second passed over, everything of that inventor stays in
 * pieces (13,467 mentions of inventors: recall .60, and .98 with them). So the first model weighs a few pairs of each
 * such block: where half of them join, and so many that an entity in it is too large for the cap by itself, the block
 * is compared in full, the smallest first, as long as there are pairs to spare. Most blocks are given up after as many
 * pairs as they have sampled records. */
#include "link/train.h"

#include "link/score.h"

#include <math.h>

/* Pairs that a rule may let through by this, for each record. */
enum { PAIRS_A_RECORD = 60 };

struct large_key {
    size_t at; /* in the rule's list */
    uint32_t records;
    uint64_t key;
};

static int smallest_first(const void *x, const void *y)
{
    const struct large_key *p = x, *q = y;
    if (p->records != q->records)
        return p->records < q->records ? -1 : 1;
    return p->key < q->key ? -1 : p->key > q->key;
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

/* Marks those of a rule by taking their sample away; the pairs that they bring. */
static uint64_t mark_rule(const struct comparer *comparer, struct memo *memo, struct link_model *model, size_t rule,
                          struct arena *scratch)
{
    struct common_key *list = model->common[rule];
    size_t count = model->common_count[rule], large_count = 0;
    struct large_key *large = arena_array(scratch, struct large_key, count + 1);
    for (size_t i = 0; i < count; i++)
        if (mostly_one(comparer, memo, &list[i], model->spec->rules[rule].cap))
            large[large_count++] = (struct large_key){i, list[i].records, list[i].key};
    array_sort(large, large_count, sizeof *large, smallest_first);
    uint64_t most = (uint64_t)PAIRS_A_RECORD * comparer->records->count, all = 0;
    for (size_t i = 0; i < large_count; i++) {
        uint64_t pairs = (uint64_t)large[i].records * (large[i].records - 1) / 2;
        if (all + pairs > most)
            break;
        all += pairs;
        list[large[i].at].sampled = 0;
    }
    return all;
}

static void take_out_marked(struct link_model *model, size_t rule)
{
    size_t kept = 0;
    for (size_t i = 0; i < model->common_count[rule]; i++)
        if (model->common[rule][i].sampled > 0)
            model->common[rule][kept++] = model->common[rule][i];
    model->common_count[rule] = kept;
}

bool common_free(const struct link_records *records, struct link_model *model, uint64_t least)
{
    struct arena *scratch = arena_make(0);
    struct comparer comparer;
    comparer_start(&comparer, records, model);
    struct memo *memo = memo_make(model->spec, scratch);
    uint64_t pairs = 0;
    for (size_t rule = 0; rule < model->spec->rule_count; rule++)
        pairs += mark_rule(&comparer, memo, model, rule, scratch);
    arena_free(scratch);
    for (size_t rule = 0; pairs > least && rule < model->spec->rule_count; rule++)
        take_out_marked(model, rule);
    return pairs > least;
}
