/* score.c: pairs to weights to edges.
 *
 * Each task of the blocks collects its edges for itself. Tasks go by record number, so their lists one after another
 * (edge_queue.h) are in order of `a`; those of one record are put in order of `b`. Only where learning looks at a part
 * of the records may a task's own be `b` (block.c): whoever wants an order then makes one. The threads leave no trace.
 */
#include "link/score.h"

#include "link/block.h"
#include "link/edge_queue.h"
#include "link/memory_plan.h"
#include "link/threads.h"

#include <math.h>

float score_weight(const struct link_model *model, const struct compared *compared)
{
    double weight = model->prior;
    for (size_t f = 0; f < model->spec->comparison_count; f++)
        weight += model->levels[f].weight[compared->level[f]] + compare_frequency(compared->frequency[f]);
    if (model->knows_near && weight >= model->floor)
        weight -= score_near(model, compared);
    return (float)weight;
}

double score_near(const struct link_model *model, const struct compared *compared)
{
    double odds = 1;
    for (unsigned n = 0; n < LINK_NEAR; n++) {
        if (model->near[n] <= 0)
            continue;
        double bits = model->near_prior[n];
        for (size_t f = 0; f < model->spec->comparison_count; f++)
            bits += model->levels[f].near[n][compared->level[f]] + compare_frequency(compared->frequency[f]);
        odds += exp2(bits);
    }
    return log2(odds);
}

void score_judge(const struct comparer *comparer, struct link_edge *edge)
{
    if (comparer->spec->guard_count == 0)
        return;
    edge->verdict = (uint8_t)compare_verdict(comparer, edge->a, edge->b, &edge->guard);
    if (edge->verdict == LINK_JOIN && edge->weight < (float)comparer->model->join)
        edge->weight = (float)comparer->model->join;
}

struct thread_edges {
    struct scorer scorer;
    struct block_seen *seen;
    struct arena *arena;   /* of `own` */
    struct link_edge *own; /* of the task at hand */
    size_t own_count, own_capacity;
    uint64_t pairs;
};

struct score_work {
    const struct blocks *blocks;
    struct thread_edges *threads[LINK_THREADS_MAX];
    struct edge_queue *queue;
};

static struct link_edge weigh_edge(const struct comparer *comparer, struct link_pair pair,
                                   const struct compared *compared)
{
    struct link_edge edge = {.a = pair.a,
                             .b = pair.b,
                             .weight = score_weight(comparer->model, compared),
                             .pattern = compare_pattern(compared, comparer->spec->comparison_count)};
    memcpy(edge.frequency, compared->frequency, comparer->spec->comparison_count * sizeof *edge.frequency);
    return edge;
}

struct link_edge score_edge(const struct comparer *comparer, struct link_pair pair, const struct compared *compared)
{
    struct link_edge edge = weigh_edge(comparer, pair, compared);
    score_judge(comparer, &edge);
    return edge;
}

static void score_pairs(void *context, const struct link_pair *pairs, size_t count)
{
    struct thread_edges *thread = context;
    UNINITIALIZED struct link_edge edges[BLOCK_BATCH];
    thread->pairs += count;
    count = score_edges(&thread->scorer, pairs, count, edges);
    for (size_t i = 0; i < count; i++) {
        ARENA_GROW(thread->arena, thread->own, thread->own_count, thread->own_capacity);
        thread->own[thread->own_count++] = edges[i];
    }
}

static int compare_edges(const void *x, const void *y)
{
    const struct link_edge *p = x, *q = y;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return p->b < q->b ? -1 : p->b > q->b;
}

/* By b, for most records have a few edges. */
static void sort_few(struct link_edge *edges, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct link_edge edge = edges[i];
        size_t to = i;
        for (; to > 0 && edges[to - 1].b > edge.b; to--)
            edges[to] = edges[to - 1];
        edges[to] = edge;
    }
}

static void sort_own(struct thread_edges *thread)
{
    for (size_t i = 0, end; i < thread->own_count; i = end) {
        struct link_edge *edges = thread->own + i;
        for (end = i + 1; end < thread->own_count && thread->own[end].a == edges->a; end++)
            ;
        if (end - i > 32)
            array_sort(edges, end - i, sizeof *edges, compare_edges);
        else
            sort_few(edges, end - i);
    }
}

static void score_task(void *context, size_t task, unsigned thread)
{
    struct score_work *work = context;
    struct thread_edges *own = work->threads[thread];
    if (edge_queue_failed(work->queue))
        return;
    blocks_visit(work->blocks, task, own->seen, score_pairs, own);
    sort_own(own);
    edge_queue_put(work->queue, task, own->own, own->own_count, own->pairs);
    own->own_count = 0;
    own->pairs = 0;
}

bool score_blocks(const struct blocks *blocks, const struct comparer *comparer, double floor,
                  const struct link_options *options, struct arena *arena, struct link_edges *ret, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct score_work work = {.blocks = blocks};
    work.queue = edge_queue_make(options, memory_for_edges(blocks, options), blocks->task_count, arena);
    for (unsigned t = 0; t < threads_count(options); t++) {
        struct thread_edges *thread = work.threads[t] = arena_alloc(scratch, sizeof *thread, 1, 64);
        thread->arena = arena_child(scratch);
        scorer_start(&thread->scorer, comparer, memo_make(comparer->spec, thread->arena), (double)(float)floor);
        thread->seen = block_seen_make(blocks, thread->arena);
    }
    bool done = threads_run(options, "comparing pairs", blocks->task_count, score_task, &work, err) &&
                edge_queue_end(work.queue, ret, err);
    arena_free(scratch);
    return done;
}

bool link_score(struct link_records *records, const struct link_model *model, const struct link_options *options,
                struct arena *arena, struct link_edges *ret, struct error *err)
{
    if (records->spec->digest != model->spec->digest)
        return error_set(err, ERROR_CONFLICT,
                         "the records and the model belong to different specifications; train a new model");
    if (!link_prepare(records, options, err))
        return false;
    struct arena *scratch = arena_make(0);
    struct blocks blocks;
    struct comparer comparer;
    comparer_start(&comparer, records, model);
    comparer_bind(&comparer, threads_count(options), scratch);
    bool done = blocks_make(&blocks, records, model, NULL, options, scratch, err) &&
                score_blocks(&blocks, &comparer, model->floor, options, arena, ret, err);
    arena_free(scratch);
    return done;
}

struct link_edge link_score_pair(const struct link_records *records, const struct link_model *model, uint32_t a,
                                 uint32_t b)
{
    must(records->prepared && a != b && a < records->count && b < records->count);
    struct comparer comparer;
    comparer_start(&comparer, records, model);
    struct link_pair pair = {a < b ? a : b, a < b ? b : a};
    struct compared compared;
    compare_records(&comparer, NULL, pair.a, pair.b, &compared);
    return score_edge(&comparer, pair, &compared);
}
