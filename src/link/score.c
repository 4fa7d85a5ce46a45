/* score.c: pairs to weights to edges.
 *
 * Each task of the blocks collects its edges for itself. Tasks go by record number, so their lists one after another
 * are in order of `a`; those of one record are put in order of `b`. The threads leave no trace. */
#include "link/score.h"

#include "link/block.h"
#include "link/threads.h"

#include <stdlib.h>

float score_weight(const struct link_model *model, const struct compared *compared)
{
    double weight = model->prior;
    for (size_t f = 0; f < model->spec->comparison_count; f++)
        weight += model->levels[f].weight[compared->level[f]] + compare_frequency(compared->frequency[f]);
    return (float)weight;
}

void score_judge(const struct comparer *comparer, struct link_edge *edge)
{
    if (comparer->spec->guard_count == 0)
        return;
    edge->verdict = (uint8_t)compare_verdict(comparer, edge->a, edge->b, &edge->guard);
    if (edge->verdict == LINK_JOIN && edge->weight < (float)comparer->model->join)
        edge->weight = (float)comparer->model->join;
}

struct task_edges {
    struct arena *arena;
    struct link_edge *edges;
    size_t count, capacity;
    uint64_t pairs;
};

struct score_work {
    const struct comparer *comparer;
    const struct blocks *blocks;
    struct memo *memos[LINK_THREADS_MAX];
    struct block_seen *seen[LINK_THREADS_MAX];
    struct task_edges *tasks;
    float floor;
    bool rules; /* a deterministic rule may lift a light pair */
};

struct score_visit {
    struct score_work *work;
    struct task_edges *task;
    struct memo *memo;
};

static struct link_edge weigh_edge(const struct comparer *comparer, struct link_pair pair,
                                   const struct compared *compared)
{
    struct link_edge edge = {.a = pair.a,
                             .b = pair.b,
                             .weight = score_weight(comparer->model, compared),
                             .pattern = compare_pattern(compared, comparer->spec->comparison_count)};
    memcpy(edge.frequency, compared->frequency, sizeof edge.frequency);
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
    struct score_visit *visit = context;
    const struct comparer *comparer = visit->work->comparer;
    struct task_edges *task = visit->task;
    struct compared compared[BLOCK_BATCH];
    compare_batch(comparer, visit->memo, pairs, count, compared);
    task->pairs += count;
    for (size_t i = 0; i < count; i++) {
        if (score_weight(comparer->model, &compared[i]) < visit->work->floor && !visit->work->rules)
            continue;
        struct link_edge edge = score_edge(comparer, pairs[i], &compared[i]);
        if (edge.weight < visit->work->floor)
            continue;
        if (!task->arena)
            task->arena = arena_make(0);
        ARENA_GROW(task->arena, task->edges, task->count, task->capacity);
        task->edges[task->count++] = edge;
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

static void sort_task(struct task_edges *task)
{
    for (size_t i = 0, end; i < task->count; i = end) {
        for (end = i + 1; end < task->count && task->edges[end].a == task->edges[i].a; end++)
            ;
        if (end - i > 32)
            qsort(task->edges + i, end - i, sizeof *task->edges, compare_edges);
        else
            sort_few(task->edges + i, end - i);
    }
}

static void score_task(void *context, size_t task, unsigned thread)
{
    struct score_work *work = context;
    struct score_visit visit = {work, &work->tasks[task], work->memos[thread]};
    blocks_visit(work->blocks, task, work->seen[thread], score_pairs, &visit);
    sort_task(&work->tasks[task]);
}

/* The tasks' lists one after another; each is given back as soon as it is copied. */
static struct link_edge *join_tasks(struct score_work *work, size_t count, struct arena *arena)
{
    struct link_edge *edges = arena_array(arena, struct link_edge, count + 1);
    size_t at = 0;
    for (size_t t = 0; t < work->blocks->task_count; t++) {
        struct task_edges *task = &work->tasks[t];
        if (task->count)
            memcpy(edges + at, task->edges, task->count * sizeof *edges);
        at += task->count;
        arena_free(task->arena);
        task->arena = NULL;
    }
    return edges;
}

bool score_blocks(const struct blocks *blocks, const struct link_model *model, double floor,
                  const struct link_options *options, struct arena *arena, struct link_edges *ret, struct error *err)
{
    const struct link_spec *spec = blocks->records->spec;
    struct arena *scratch = arena_make(0);
    struct comparer comparer;
    comparer_start(&comparer, blocks->records, model);
    comparer_bind(&comparer, scratch);
    struct score_work work = {.comparer = &comparer, .blocks = blocks, .floor = (float)floor};
    for (size_t i = 0; i < spec->guard_count; i++)
        work.rules |= spec->guards[i].then == LINK_JOIN;
    work.tasks = arena_array(scratch, struct task_edges, blocks->task_count + 1);
    for (unsigned t = 0; t < threads_count(options); t++) {
        work.memos[t] = memo_make(spec, scratch);
        work.seen[t] = block_seen_make(blocks, scratch);
    }
    bool done = threads_run(options, "comparing pairs", blocks->task_count, score_task, &work, err);
    size_t count = 0;
    uint64_t pairs = 0;
    for (size_t t = 0; t < blocks->task_count; t++) {
        count += work.tasks[t].count;
        pairs += work.tasks[t].pairs;
    }
    if (done)
        *ret = (struct link_edges){join_tasks(&work, count, arena), count, pairs};
    for (size_t t = 0; t < blocks->task_count; t++)
        arena_free(work.tasks[t].arena);
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
    bool done = blocks_make(&blocks, records, model, NULL, options, scratch, err) &&
                score_blocks(&blocks, model, model->floor, options, arena, ret, err);
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
