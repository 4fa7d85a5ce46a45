/* learn.c: value pairs that one model's clusters teach to the next.
 *
 * Two values (or name tokens) that stand side by side in three clusters or more, and at least six times (2.5 bits) as
 * often as chance would put them there, mean the same to the people who wrote them: a nickname, a village and its
 * district, a trade. Only records that differ in the column speak, and of names only the tokens in which they differ.
 * And of the clusters in which the rarer of the two differs from something, one in four must have the other: Bill
 * stands for William, but Frank is married to a Doris, a Joan, an Edna, whose names go with his by their years alone.
 */
#include "link/train.h"

#include "base/hash.h"

#include <math.h>

#define SHARE_LEAST 0.25
enum { MEMBERS = 40, CLUSTERS_LEAST = 3, PAIRS_MOST = 1 << 22 };

struct seen_pair {
    uint32_t a, b, cluster;
};

struct learner {
    const struct link_records *records;
    struct link_model *model;
    struct arena *arena;
    const uint32_t *members, *starts; /* records by cluster, in canonical order */
    size_t cluster_count;
    struct seen_pair *seen;
    size_t seen_count, seen_capacity;
};

static int compare_seen(const void *x, const void *y)
{
    const struct seen_pair *p = x, *q = y;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    if (p->b != q->b)
        return p->b < q->b ? -1 : 1;
    return p->cluster < q->cluster ? -1 : p->cluster > q->cluster;
}

static void see(struct learner *learner, uint32_t a, uint32_t b, size_t cluster)
{
    if (learner->seen_count >= PAIRS_MOST)
        return;
    ARENA_GROW(learner->arena, learner->seen, learner->seen_count, learner->seen_capacity);
    learner->seen[learner->seen_count++] = (struct seen_pair){a < b ? a : b, a < b ? b : a, (uint32_t)cluster};
}

static bool holds(const struct column *column, const struct value *value, uint32_t token)
{
    for (unsigned i = 0; i < value->token_count; i++)
        if (column->token_ids[value->token_at + i] == token)
            return true;
    return false;
}

static void see_tokens(struct learner *learner, const struct column *column, const struct value *a,
                       const struct value *b, size_t cluster)
{
    for (unsigned i = 0; i < a->token_count; i++) {
        uint32_t x = column->token_ids[a->token_at + i];
        if (holds(column, b, x) || column->tokens.texts[x].len < 2 || column->token_features[x].digits)
            continue;
        for (unsigned j = 0; j < b->token_count; j++) {
            uint32_t y = column->token_ids[b->token_at + j];
            if (!holds(column, a, y) && column->tokens.texts[y].len >= 2 && !column->token_features[y].digits)
                see(learner, x, y, cluster);
        }
    }
}

/* In how many clusters each value or token stands. */
static uint32_t *spread(const struct learner *learner, size_t c, bool token)
{
    const struct column *column = &learner->records->columns[c];
    size_t codes = token ? column->tokens.count : column->plain.count;
    uint32_t *spread = arena_array(learner->arena, uint32_t, codes),
             *last = arena_array(learner->arena, uint32_t, codes);
    for (size_t k = 0; k < learner->cluster_count; k++)
        for (uint32_t i = learner->starts[k]; i < learner->starts[k + 1]; i++) {
            const struct value *value = record_value(learner->records, learner->members[i], c);
            uint32_t code = record_code(learner->records, learner->members[i], c);
            unsigned count = token ? value->token_count : code != 0;
            for (unsigned t = 0; t < count; t++) {
                uint32_t id = token ? column->token_ids[value->token_at + t] : code;
                if (last[id] != k + 1) {
                    last[id] = (uint32_t)k + 1;
                    spread[id]++;
                }
            }
        }
    return spread;
}

/* In how many clusters each value or token stands beside another one. */
static uint32_t *differs(const struct learner *learner, size_t codes)
{
    uint32_t *count = arena_array(learner->arena, uint32_t, codes);
    uint32_t *last = arena_array(learner->arena, uint32_t, codes);
    for (size_t i = 0; i < learner->seen_count; i++) { /* as they were seen: cluster by cluster */
        const uint32_t both[2] = {learner->seen[i].a, learner->seen[i].b};
        for (size_t k = 0; k < 2; k++)
            if (last[both[k]] != learner->seen[i].cluster + 1) {
                last[both[k]] = learner->seen[i].cluster + 1;
                count[both[k]]++;
            }
    }
    return count;
}

static void learn_column(struct learner *learner, size_t c, bool token, size_t *capacity)
{
    const struct link_records *records = learner->records;
    const struct column *column = &records->columns[c];
    learner->seen_count = 0;
    for (size_t k = 0; k < learner->cluster_count; k++) {
        uint32_t from = learner->starts[k], to = learner->starts[k + 1];
        if (to - from > MEMBERS)
            to = from + MEMBERS;
        for (uint32_t i = from; i < to; i++)
            for (uint32_t j = i + 1; j < to; j++) {
                uint32_t a = record_code(records, learner->members[i], c),
                         b = record_code(records, learner->members[j], c);
                if (!a || !b || a == b)
                    continue;
                if (token)
                    see_tokens(learner, column, &column->values[a], &column->values[b], k);
                else
                    see(learner, a, b, k);
            }
    }
    if (learner->seen_count == 0)
        return;
    const uint32_t *differ = differs(learner, token ? column->tokens.count : column->plain.count);
    array_sort(learner->seen, learner->seen_count, sizeof *learner->seen, compare_seen);
    const uint32_t *stands = spread(learner, c, token);
    const struct slice *texts = token ? column->tokens.texts : column->plain.texts;
    for (size_t i = 0, end; i < learner->seen_count; i = end) {
        const struct seen_pair *pair = &learner->seen[i];
        size_t clusters = 0;
        for (end = i; end < learner->seen_count && learner->seen[end].a == pair->a && learner->seen[end].b == pair->b;
             end++)
            clusters += end == i || learner->seen[end].cluster != learner->seen[end - 1].cluster;
        if (clusters < CLUSTERS_LEAST)
            continue;
        double bits =
            log2((double)clusters * (double)learner->cluster_count / ((double)stands[pair->a] * stands[pair->b]));
        uint32_t rarer = differ[pair->a] < differ[pair->b] ? differ[pair->a] : differ[pair->b];
        if (bits < 2.5 || (double)clusters < SHARE_LEAST * rarer)
            continue;
        struct slice a = texts[pair->a], b = texts[pair->b];
        bool order = slice_compare(a, b) <= 0;
        struct link_model *model = learner->model;
        ARENA_GROW(model->arena, model->learned, model->learned_count, *capacity);
        model->learned[model->learned_count++] =
            (struct learned_pair){(uint16_t)c, token, arena_copy(model->arena, order ? a : b),
                                  arena_copy(model->arena, order ? b : a), round(bits * 1000) / 1000};
    }
}

static int learned_order(const void *x, const void *y)
{
    const struct learned_pair *p = x, *q = y;
    if (p->column != q->column)
        return p->column < q->column ? -1 : 1;
    if (p->token != q->token)
        return p->token < q->token ? -1 : 1;
    int order = slice_compare(p->a, q->a);
    return order ? order : slice_compare(p->b, q->b);
}

static bool wants_values(const struct link_spec *spec, size_t column)
{
    for (size_t i = 0; i < spec->comparison_count + spec->inner_count; i++) {
        const struct link_comparison *comparison =
            i < spec->comparison_count ? &spec->comparisons[i] : &spec->inner[i - spec->comparison_count];
        for (size_t l = 0; comparison->method == LINK_METHOD_LEVELS && l < comparison->level_count; l++)
            if (comparison->levels[l].test == LINK_TEST_LEARNED && comparison->levels[l].column == column)
                return true;
    }
    return false;
}

static bool wants_tokens(const struct link_spec *spec, size_t column)
{
    for (size_t i = 0; i < spec->comparison_count; i++)
        if (spec->comparisons[i].method == LINK_METHOD_TOKENS && spec->comparisons[i].fuzzy &&
            spec->comparisons[i].columns[0] == column)
            return true;
    return false;
}

void learn_pairs(const struct link_records *records, struct link_model *model, const uint32_t *cluster)
{
    struct arena *scratch = arena_make(0);
    struct learner learner = {.records = records, .model = model, .arena = scratch};
    uint32_t n = records->count;
    /* Clusters numbered by their first record in canonical order; single records teach nothing. */
    uint32_t *size = arena_array(scratch, uint32_t, (size_t)n + 1),
             *number = arena_array(scratch, uint32_t, (size_t)n + 1);
    for (uint32_t r = 0; r < n; r++)
        if (cluster[r] != UINT32_MAX)
            size[cluster[r]]++;
    for (uint32_t i = 0; i < records->order_count; i++) {
        uint32_t c = cluster[records->order[i]];
        if (c != UINT32_MAX && size[c] > 1 && number[c] == 0)
            number[c] = (uint32_t)++learner.cluster_count;
    }
    uint32_t *starts = arena_array(scratch, uint32_t, learner.cluster_count + 2);
    uint32_t *members = arena_array(scratch, uint32_t, (size_t)n + 1);
    uint32_t *at = arena_array(scratch, uint32_t, learner.cluster_count + 2);
    for (uint32_t r = 0; r < n; r++)
        if (cluster[r] != UINT32_MAX && number[cluster[r]])
            starts[number[cluster[r]]]++;
    for (size_t k = 1; k <= learner.cluster_count; k++)
        starts[k] += starts[k - 1];
    for (size_t k = 0; k < learner.cluster_count; k++)
        at[k] = starts[k];
    for (uint32_t i = 0; i < records->order_count; i++) {
        uint32_t c = cluster[records->order[i]], k = c == UINT32_MAX ? 0 : number[c];
        if (k)
            members[at[k - 1]++] = records->order[i];
    }
    learner.members = members;
    learner.starts = starts;
    size_t capacity = 0;
    for (size_t c = 0; c < records->spec->column_count; c++) {
        if (wants_values(records->spec, c))
            learn_column(&learner, c, false, &capacity);
        if (wants_tokens(records->spec, c))
            learn_column(&learner, c, true, &capacity);
    }
    array_sort(model->learned, model->learned_count, sizeof *model->learned, learned_order);
    arena_free(scratch);
}
