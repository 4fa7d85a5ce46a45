/* score_components.c: pairs straight to components.
 *
 * All threads work on one forest in which each record points to a lesser one of its own, or to itself. Two trees become
 * one by a single exchange of the greater root's word, which fails when another thread was there first and is then
 * tried again from where the two stand now. Which pairs are compared depends on who came first; what is one in the end
 * does not, for a pair is passed over only when its two are one already. What is kept besides, the lighter pairs that
 * were compared, has a trace of the threads only within a component: whoever wants the pairs of those compares them
 * again (cluster_compare.c), when they lie side by side. */
#include "link/score.h"

#include "link/threads.h"

#include <stdatomic.h>

enum { AT_A_TIME = 16, CHUNK = 1 << 16 };

struct forest_work {
    struct scored *scored;
    _Atomic uint32_t *parent;
    struct scorer *scorers[LINK_THREADS_MAX];
    struct block_seen *seen[LINK_THREADS_MAX];
    uint64_t *pairs; /* by task */
};

struct forest_visit {
    struct forest_work *work;
    size_t task;
    unsigned thread;
};

static uint32_t root_of(_Atomic uint32_t *parent, uint32_t record)
{
    for (;;) {
        uint32_t up = atomic_load_explicit(&parent[record], memory_order_relaxed);
        if (up == record)
            return record;
        uint32_t above = atomic_load_explicit(&parent[up], memory_order_relaxed);
        if (above != up) /* a shorter way, if it is still the same one */
            (void)atomic_compare_exchange_weak_explicit(&parent[record], &up, above, memory_order_relaxed,
                                                        memory_order_relaxed);
        record = above;
    }
}

static void unite(_Atomic uint32_t *parent, uint32_t x, uint32_t y)
{
    for (;;) {
        x = root_of(parent, x);
        y = root_of(parent, y);
        if (x == y)
            return;
        uint32_t lesser = x < y ? x : y, greater = x < y ? y : x, expected = greater;
        if (atomic_compare_exchange_strong_explicit(&parent[greater], &expected, lesser, memory_order_relaxed,
                                                    memory_order_relaxed))
            return;
    }
}

void light_add(struct light_list *list, struct light_edge edge)
{
    if (!list->newest || list->newest->count == LIGHT_PIECE) {
        struct light_piece *piece = arena_large(list->arena, sizeof *piece);
        piece->next = list->newest;
        list->newest = piece;
    }
    list->newest->edges[list->newest->count++] = edge;
}

struct light_pieces light_pieces(struct light_list *const *lists, size_t count, struct arena *arena)
{
    struct light_pieces all = {0};
    size_t capacity = 0;
    for (size_t l = 0; l < count; l++)
        for (const struct light_piece *piece = lists[l] ? lists[l]->newest : NULL; piece; piece = piece->next) {
            ARENA_GROW(arena, all.pieces, all.count, capacity);
            all.pieces[all.count++] = piece;
        }
    return all;
}

static void unite_pairs(struct forest_visit *visit, const struct link_pair *pairs, size_t count)
{
    const struct scored *scored = visit->work->scored;
    struct light_list *light = scored->light[visit->thread];
    UNINITIALIZED struct link_edge edges[AT_A_TIME];
    count = score_edges(visit->work->scorers[visit->thread], pairs, count, edges);
    for (size_t i = 0; i < count; i++)
        if ((double)edges[i].weight >= scored->join)
            unite(visit->work->parent, edges[i].a, edges[i].b);
        else if (light)
            light_add(light, (struct light_edge){edges[i].a, edges[i].b, edges[i].weight});
}

static void forest_pairs(void *context, const struct link_pair *pairs, size_t count)
{
    struct forest_visit *visit = context;
    struct forest_work *work = visit->work;
    UNINITIALIZED struct link_pair open[AT_A_TIME];
    work->pairs[visit->task] += count;
    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(&work->parent[pairs[i].b]);
    for (size_t i = 0; i < count;) {
        size_t left = 0;
        for (; i < count && left < AT_A_TIME; i++)
            if (root_of(work->parent, pairs[i].a) != root_of(work->parent, pairs[i].b))
                open[left++] = pairs[i];
        if (left > 0)
            unite_pairs(visit, open, left);
    }
}

static void forest_task(void *context, size_t task, unsigned thread)
{
    struct forest_work *work = context;
    struct forest_visit visit = {work, task, thread};
    blocks_visit(work->scored->blocks, task, work->seen[thread], forest_pairs, &visit);
}

static uint32_t chunk_end(const struct forest_work *work, size_t chunk)
{
    uint32_t n = work->scored->blocks->records->count;
    return (chunk + 1) * CHUNK < n ? (uint32_t)(chunk + 1) * CHUNK : n;
}

static void plant_some(void *context, size_t chunk, unsigned thread)
{
    (void)thread;
    const struct forest_work *work = context;
    for (uint32_t r = (uint32_t)chunk * CHUNK, to = chunk_end(work, chunk); r < to; r++)
        atomic_init(&work->parent[r], r);
}

static void take_roots(void *context, size_t chunk, unsigned thread)
{
    (void)thread;
    const struct forest_work *work = context;
    for (uint32_t r = (uint32_t)chunk * CHUNK, to = chunk_end(work, chunk); r < to; r++)
        work->scored->first[r] = root_of(work->parent, r);
}

static void start_threads(struct forest_work *work, const struct link_options *options, struct arena *arena,
                          struct arena *scratch)
{
    struct scored *scored = work->scored;
    for (unsigned t = 0; t < threads_count(options); t++) {
        scored->memos[t] = memo_make(scored->comparer->spec, arena);
        work->scorers[t] = arena_alloc(scratch, sizeof *work->scorers[t], 1, 64);
        scorer_start(work->scorers[t], scored->comparer, scored->memos[t], scored->floor);
        work->seen[t] = block_seen_make(scored->blocks, arena_child(scratch));
        if (scored->floor < scored->join) {
            scored->light[t] = arena_alloc(arena, sizeof *scored->light[t], 1, 64);
            scored->light[t]->arena = arena_child(arena);
        }
    }
}

bool score_components(const struct blocks *blocks, const struct comparer *comparer, double join, double floor,
                      const struct link_options *options, struct arena *arena, struct scored *ret, struct error *err)
{
    uint32_t n = blocks->records->count;
    struct arena *scratch = arena_beside(blocks->records->arena);
    struct scored scored = {.blocks = blocks, .comparer = comparer, .join = join, .floor = floor};
    scored.first = arena_array(arena, uint32_t, (size_t)n + 1);
    struct forest_work work = {.scored = &scored};
    work.parent = arena_array(scratch, _Atomic uint32_t, (size_t)n + 1);
    work.pairs = arena_array(scratch, uint64_t, blocks->task_count + 1);
    start_threads(&work, options, arena, scratch);
    const struct link_options quiet = {.threads = threads_count(options)};
    size_t chunks = n / CHUNK + 1;
    bool done = threads_run(&quiet, "comparing pairs", chunks, plant_some, &work, err) &&
                threads_run(options, "comparing pairs", blocks->task_count, forest_task, &work, err) &&
                threads_run(&quiet, "comparing pairs", chunks, take_roots, &work, err);
    for (size_t t = 0; t < blocks->task_count; t++)
        scored.pairs += work.pairs[t];
    arena_free(scratch);
    if (done)
        *ret = scored;
    return done;
}
