/* score_batch.c: many pairs to edges, each distinct one once.
 *
 * Half of the pairs of a county or of a file with duplicates are, in all that is compared, the same as a pair shortly
 * before (alike.c), in the same batch more often than not. What came out of those is remembered by the two records that
 * theirs are like, in a table small enough for the processor's nearest memories: four thousand pairs are as good as a
 * quarter of a million. */
#include "link/score.h"

#include <math.h>

enum { MEMO_BITS = 12, NO_RECORD = 0xffffffffu };

/* `a`, `b`: what the two records are like, the lesser first; NO_RECORD: free. */
struct edge_memo {
    struct link_edge slots[1u << MEMO_BITS];
};

static struct edge_memo *edge_memo_make(struct arena *arena)
{
    struct edge_memo *memo = arena_alloc(arena, sizeof *memo, 1, 64);
    for (size_t i = 0; i < countof(memo->slots); i++)
        memo->slots[i].a = NO_RECORD;
    return memo;
}

void scorer_start(struct scorer *scorer, const struct comparer *comparer, struct memo *memo, double floor,
                  struct arena *arena)
{
    const struct link_spec *spec = comparer->spec;
    *scorer = (struct scorer){.comparer = comparer, .memo = memo, .edges = edge_memo_make(arena), .floor = floor};
    for (size_t i = 0; i < spec->guard_count; i++)
        scorer->rules |= spec->guards[i].then == LINK_JOIN;
}

/* As a remembered edge's verdict: it is being compared, in this batch at the place that `pattern` gives. */
enum { PENDING = 255 };

struct batch {
    const struct scorer *scorer;
    struct link_edge edges[BLOCK_BATCH]; /* below the floor: of the weight -INFINITY */
    struct link_pair open[BLOCK_BATCH];  /* to be compared */
    uint8_t open_at[BLOCK_BATCH];        /* their places */
    struct link_edge *slots[BLOCK_BATCH];
    uint8_t waiting[BLOCK_BATCH], waits_for[BLOCK_BATCH]; /* places */
    size_t open_count, waiting_count;
};

static void open_pair(struct batch *batch, struct link_pair pair, size_t at, struct link_edge *slot)
{
    batch->open[batch->open_count] = pair;
    batch->slots[batch->open_count] = slot;
    batch->open_at[batch->open_count++] = (uint8_t)at;
}

static void recall(struct batch *batch, struct link_pair pair, size_t at)
{
    const uint32_t *alike = batch->scorer->comparer->records->alike;
    if (!alike) {
        open_pair(batch, pair, at, NULL);
        return;
    }
    uint32_t x = alike[pair.a], y = alike[pair.b], a = x < y ? x : y, b = x < y ? y : x;
    struct link_edge *slot = &batch->scorer->edges->slots[compare_slot(a, b, MEMO_BITS)];
    if (slot->a != a || slot->b != b) {
        *slot = (struct link_edge){.a = a, .b = b, .verdict = PENDING, .pattern = at};
        open_pair(batch, pair, at, slot);
    } else if (slot->verdict == PENDING) {
        batch->waits_for[batch->waiting_count] = (uint8_t)slot->pattern;
        batch->waiting[batch->waiting_count++] = (uint8_t)at;
    } else {
        batch->edges[at] = *slot;
    }
}

static struct link_edge weigh(const struct scorer *scorer, struct link_pair pair, const struct compared *compared)
{
    if (!scorer->rules && score_weight(scorer->comparer->model, compared) < (float)scorer->floor)
        return (struct link_edge){.weight = -INFINITY};
    struct link_edge edge = score_edge(scorer->comparer, pair, compared);
    if (edge.weight < (float)scorer->floor)
        edge.weight = -INFINITY;
    return edge;
}

static void compare_open(struct batch *batch)
{
    const struct scorer *scorer = batch->scorer;
    UNINITIALIZED struct link_pair kept[BLOCK_BATCH];
    UNINITIALIZED struct compared compared[BLOCK_BATCH];
    size_t count = batch->open_count, next = 0;
    memcpy(kept, batch->open, count * sizeof *kept);
    if (scorer->rules)
        compare_batch(scorer->comparer, scorer->memo, kept, count, compared);
    else
        count = compare_batch_above(scorer->comparer, scorer->memo, scorer->floor, kept, count, compared);
    for (size_t i = 0; i < batch->open_count; i++) {
        bool above = next < count && kept[next].a == batch->open[i].a && kept[next].b == batch->open[i].b;
        struct link_edge edge =
            above ? weigh(scorer, batch->open[i], &compared[next]) : (struct link_edge){.weight = -INFINITY};
        next += above;
        batch->edges[batch->open_at[i]] = edge;
        struct link_edge *slot = batch->slots[i];
        if (slot && slot->verdict == PENDING && slot->pattern == batch->open_at[i]) {
            uint32_t a = slot->a, b = slot->b;
            *slot = edge;
            slot->a = a;
            slot->b = b;
        }
    }
}

size_t score_edges(const struct scorer *scorer, const struct link_pair *pairs, size_t count, struct link_edge *ret)
{
    UNINITIALIZED struct batch batch;
    batch.scorer = scorer;
    batch.open_count = batch.waiting_count = 0;
    must(count <= BLOCK_BATCH);
    for (size_t i = 0; i < count; i++)
        recall(&batch, pairs[i], i);
    if (batch.open_count > 0)
        compare_open(&batch);
    for (size_t i = 0; i < batch.waiting_count; i++)
        batch.edges[batch.waiting[i]] = batch.edges[batch.waits_for[i]];
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (batch.edges[i].weight < (float)scorer->floor)
            continue;
        ret[kept] = batch.edges[i];
        ret[kept].a = pairs[i].a;
        ret[kept++].b = pairs[i].b;
    }
    return kept;
}
