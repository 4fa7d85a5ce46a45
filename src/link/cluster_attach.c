/* cluster_attach.c: records that are left over.
 *
 * A record that says little ("henry, wandsworth") never gathers the odds that a join asks for, and may still have one
 * place where it belongs. For each cluster of one or two records, every greater one that one of its edges leads to is
 * as likely as its share of all records times what the fields say, and a person not seen before one in twenty; it goes
 * to the one that is likelier than all others together. On the historical data this lifts pairwise F1 from .976 to
 * .983.
 *
 * Small clusters go to greater ones only, and those stay, so each choice is a function of the clusters that one's edges
 * lead to, and of nothing else. Where a guard, an identifier, a source or a person has a say, nothing is put anywhere.
 */
#include "link/cluster.h"
#include "link/threads.h"

#include <math.h>

enum { NONE = CLUSTER_NONE, CHUNK = 256 };

/* An edge from a small cluster to a greater one; both by their roots. */
struct way {
    uint32_t from, to;
};

struct attaching {
    struct cluster_plan *plan;
    uint32_t *size, *start; /* by root: its records are members[start … start + size), in canonical order */
    uint32_t *members;      /* numbers in the input */
    struct way *ways;       /* by from, then to, each once */
    size_t way_count;
    size_t *first; /* of each small cluster that has a way */
    size_t small_count;
    uint32_t *chosen; /* by small cluster: the root to go to, or NONE */
    struct memo *memos[LINK_THREADS_MAX];
};

static int compare_ways(const void *a, const void *b)
{
    const struct way *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->to < y->to ? -1 : x->to > y->to;
}

static void list_members(struct attaching *work, struct arena *arena)
{
    struct cluster_plan *plan = work->plan;
    work->size = arena_array(arena, uint32_t, (size_t)plan->count + 1);
    work->start = arena_array(arena, uint32_t, (size_t)plan->count + 1);
    work->members = arena_array(arena, uint32_t, (size_t)plan->count + 1);
    for (uint32_t c = 0; c < plan->count; c++)
        work->size[plan->root[c]]++;
    uint32_t at = 0;
    for (uint32_t c = 0; c < plan->count; c++) {
        work->start[c] = at;
        at += work->size[c];
    }
    uint32_t *next = arena_array(arena, uint32_t, (size_t)plan->count + 1);
    for (uint32_t c = 0; c < plan->count; c++)
        work->members[work->start[plan->root[c]] + next[plan->root[c]]++] = plan->original[c];
}

static void list_ways(struct attaching *work, struct arena *arena)
{
    const struct cluster_plan *plan = work->plan;
    const struct link_cluster_input *input = plan->input;
    size_t capacity = 0, kept = 0;
    for (size_t i = 0; i < input->edge_count; i++) {
        const struct link_edge *edge = &input->edges[i];
        uint32_t a = plan->canonical[edge->a], b = plan->canonical[edge->b];
        if (a == NONE || b == NONE || plan->root[a] == plan->root[b] || edge->verdict == LINK_APART)
            continue;
        uint32_t ends[2] = {plan->root[a], plan->root[b]};
        for (unsigned side = 0; side < 2; side++) {
            if (work->size[ends[side]] > CLUSTER_SMALL || work->size[ends[!side]] <= CLUSTER_SMALL ||
                work->size[ends[!side]] > CLUSTER_GREATEST)
                continue;
            ARENA_GROW(arena, work->ways, work->way_count, capacity);
            work->ways[work->way_count++] = (struct way){ends[side], ends[!side]};
        }
    }
    array_sort(work->ways, work->way_count, sizeof *work->ways, compare_ways);
    for (size_t i = 0; i < work->way_count; i++)
        if (kept == 0 || compare_ways(&work->ways[i], &work->ways[kept - 1]) != 0)
            work->ways[kept++] = work->ways[i];
    work->way_count = kept;
    work->first = arena_array(arena, size_t, kept + 2);
    for (size_t i = 0; i < kept; i++)
        if (i == 0 || work->ways[i].from != work->ways[i - 1].from)
            work->first[work->small_count++] = i;
    work->first[work->small_count] = kept;
    work->chosen = arena_array(arena, uint32_t, work->small_count + 1);
}

double cluster_belongs(const struct cluster_plan *plan, struct memo *memo, const uint32_t *small, size_t small_count,
                       const uint32_t *great, size_t great_count, struct arena *scratch)
{
    double fit = (double)cluster_fit(plan, memo, small, small_count, great, great_count, scratch);
    return (double)great_count / (double)plan->input->model->records * exp2(fit - plan->prior);
}

static void choose_chunk(void *context, size_t chunk, unsigned thread)
{
    struct attaching *work = context;
    struct arena *scratch = arena_make(0);
    size_t to = (chunk + 1) * CHUNK < work->small_count ? (chunk + 1) * CHUNK : work->small_count;
    for (size_t k = chunk * CHUNK; k < to; k++) {
        double best = 0, sum = CLUSTER_STRANGER;
        uint32_t chosen = NONE;
        for (size_t i = work->first[k]; i < work->first[k + 1]; i++) {
            uint32_t x = work->ways[i].from, y = work->ways[i].to;
            double odds = cluster_belongs(work->plan, work->memos[thread], work->members + work->start[x],
                                          work->size[x], work->members + work->start[y], work->size[y], scratch);
            arena_reset(scratch);
            sum += odds;
            if (odds > best) {
                best = odds;
                chosen = y;
            }
        }
        work->chosen[k] = best > sum / 2 ? chosen : NONE;
    }
    arena_free(scratch);
}

static void carry_out(struct attaching *work, struct arena *arena)
{
    struct cluster_plan *plan = work->plan;
    uint32_t *gone_to = arena_array(arena, uint32_t, (size_t)plan->count + 1);
    for (uint32_t c = 0; c < plan->count; c++)
        gone_to[c] = c;
    for (size_t k = 0; k < work->small_count; k++)
        if (work->chosen[k] != NONE)
            gone_to[work->ways[work->first[k]].from] = work->chosen[k];
    for (uint32_t c = 0; c < plan->count; c++)
        plan->root[c] = gone_to[plan->root[c]];
}

bool cluster_attach(struct cluster_plan *plan, struct error *err)
{
    const struct link_cluster_input *input = plan->input;
    if (!input->model || plan->constrained)
        return true;
    struct arena *scratch = arena_make(0);
    struct attaching work = {.plan = plan};
    list_members(&work, scratch);
    list_ways(&work, scratch);
    for (unsigned t = 0; t < threads_count(input->options); t++)
        work.memos[t] = memo_make(input->model->spec, scratch);
    bool done = threads_run(input->options, "placing what is left over", (work.small_count + CHUNK - 1) / CHUNK,
                            choose_chunk, &work, err);
    if (done)
        carry_out(&work, scratch);
    arena_free(scratch);
    return done;
}
