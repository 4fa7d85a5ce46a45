/* cluster_attach.c: records that are left over.
 *
 * A record that says little ("henry, wandsworth") never gathers the odds that a join asks for, and may still have one
 * place where it belongs. For each cluster of one or two records, every greater one that one of its edges leads to is
 * as likely as its share of all records times what the fields say, and a person not seen before one in twenty; it goes
 * to the one that is likelier than all others together. On the historical data this lifts pairwise F1 from .976 to
 * .983.
 *
 * Small clusters go to greater ones only, and those stay, so each choice is a function of the clusters that one's edges
 * lead to, and of nothing else. Records whose joins a guard or a person's word has to allow are left alone. */
#include "link/cluster.h"
#include "link/threads.h"

#include <math.h>
#include <stdlib.h>

enum { NONE = CLUSTER_NONE, SMALL = 2, CHUNK = 256, MEMBERS_MOST = 256 };
#define STRANGER 0.05

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
            if (work->size[ends[side]] > SMALL || work->size[ends[!side]] <= SMALL ||
                work->size[ends[!side]] > MEMBERS_MOST)
                continue;
            ARENA_GROW(arena, work->ways, work->way_count, capacity);
            work->ways[work->way_count++] = (struct way){ends[side], ends[!side]};
        }
    }
    if (work->way_count > 1)
        qsort(work->ways, work->way_count, sizeof *work->ways, compare_ways);
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

/* Sources without duplicates, and verified identifiers, of a whole cluster. */
static bool may_share(const struct attaching *work, uint32_t x, uint32_t y)
{
    const struct link_cluster_input *input = work->plan->input;
    uint64_t sources = 0, verified = 0;
    for (uint32_t i = 0; i < work->size[x]; i++) {
        uint32_t node = work->members[work->start[x] + i];
        sources |= input->source ? work->plan->masks[input->source[node]] : 0;
        verified = input->verified && input->verified[node] ? input->verified[node] : verified;
    }
    for (uint32_t i = 0; i < work->size[y]; i++) {
        uint32_t node = work->members[work->start[y] + i];
        if (input->source && (sources & work->plan->masks[input->source[node]]))
            return false;
        if (verified && input->verified[node] && input->verified[node] != verified)
            return false;
    }
    return true;
}

static void choose_chunk(void *context, size_t chunk, unsigned thread)
{
    struct attaching *work = context;
    const struct cluster_plan *plan = work->plan;
    struct arena *scratch = arena_make(0);
    size_t to = (chunk + 1) * CHUNK < work->small_count ? (chunk + 1) * CHUNK : work->small_count;
    for (size_t k = chunk * CHUNK; k < to; k++) {
        double best = 0, sum = STRANGER;
        uint32_t chosen = NONE;
        for (size_t i = work->first[k]; i < work->first[k + 1]; i++) {
            uint32_t x = work->ways[i].from, y = work->ways[i].to;
            double fit = (double)cluster_fit(plan, work->memos[thread], work->members + work->start[x], work->size[x],
                                             work->members + work->start[y], work->size[y], scratch);
            arena_reset(scratch);
            double odds = (double)work->size[y] / (double)plan->input->model->records * exp2(fit - plan->prior);
            sum += odds;
            if (odds > best && may_share(work, x, y)) {
                best = odds;
                chosen = y;
            }
        }
        work->chosen[k] = best > sum / 2 ? chosen : NONE;
    }
    arena_free(scratch);
}

/* Where constraints are about, a cluster takes one newcomer: a second might not be allowed beside the first. */
static void carry_out(struct attaching *work, struct arena *arena)
{
    struct cluster_plan *plan = work->plan;
    uint32_t *gone_to = arena_array(arena, uint32_t, (size_t)plan->count + 1);
    uint8_t *settled = arena_array(arena, uint8_t, (size_t)plan->count + 1);
    for (uint32_t c = 0; c < plan->count; c++)
        gone_to[c] = c;
    for (size_t k = 0; k < work->small_count; k++) {
        uint32_t x = work->ways[work->first[k]].from, y = work->chosen[k];
        if (y == NONE || (plan->constrained && settled[y]))
            continue;
        gone_to[x] = y;
        settled[y] = 1;
    }
    for (uint32_t c = 0; c < plan->count; c++)
        plan->root[c] = gone_to[plan->root[c]];
}

bool cluster_attach(struct cluster_plan *plan, struct error *err)
{
    const struct link_cluster_input *input = plan->input;
    if (!input->model || plan->guards || input->cannot_count > 0)
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
