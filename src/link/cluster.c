/* cluster.c: records to components to clusters.
 *
 * Two records can share a cluster only along edges that join, so the
 * graph of those falls into components which are worked apart from each other, on as many threads as there are; where
 * guards or verified identifiers may make one cluster a rival of another, lighter edges hold a component together too,
 * but none so light that it makes no rival (cluster_tie): of those a large county has so many that half of it would be
 * one component, and one record more would mean clustering that anew. Clusters of different components never meet in
 * any sum or comparison: each component's result is its own, and the whole does not depend on threads, on order, or on
 * what else is in the table. */
#include "link/cluster.h"

#include "base/forest.h"
#include "link/memory_plan.h"
#include "link/threads.h"

#include <inttypes.h>
#include <math.h>

enum { NONE = CLUSTER_NONE, CHUNK_WORK = 1 << 13, LARGE_COMPONENT = 64 };

/* ---- The plan ---- */

static bool source_masks(const struct link_cluster_input *input, uint64_t *masks, size_t sources, struct error *err)
{
    unsigned bit = 0;
    for (size_t s = 0; s < sources; s++) {
        if (!input->one_to_one && !(input->no_duplicates && input->no_duplicates[s]))
            continue;
        if (bit == 64)
            return error_set(err, ERROR_TOO_BIG, "more than 64 sources are said to hold no duplicates; take some out");
        masks[s] = 1ull << bit++;
    }
    return true;
}

static bool plan_nodes(struct cluster_plan *plan, struct arena *arena, struct error *err)
{
    const struct link_cluster_input *input = plan->input;
    plan->local = arena_array(arena, uint32_t, (size_t)input->count + 1);
    size_t sources = 0;
    for (uint32_t i = 0; i < input->count; i++) {
        plan->local[i] = input->in && !input->in[i] ? NONE : 0;
        plan->count += plan->local[i] != NONE;
        if (plan->local[i] != NONE && input->source && input->source[i] >= sources)
            sources = (size_t)input->source[i] + 1;
    }
    plan->masks = arena_array(arena, uint64_t, sources + 1);
    if (!source_masks(input, plan->masks, sources, err))
        return false;
    plan->root = arena_array(arena, uint32_t, (size_t)input->count + 1);
    for (uint32_t i = 0; i < input->count; i++) {
        plan->root[i] = i;
        plan->constrained |= plan->local[i] != NONE && ((input->verified && input->verified[i]) ||
                                                        (input->source && plan->masks[input->source[i]]));
    }
    return true;
}

void cluster_plan_model(struct cluster_plan *plan)
{
    const struct link_cluster_input *input = plan->input;
    plan->fields = 1;
    plan->margin = 3;
    if (!input->model)
        return;
    must(input->count <= input->records->count);
    comparer_start(&plan->comparer, input->records, input->model);
    plan->near = input->model->knows_near;
    plan->fields = input->model->spec->comparison_count + plan->near;
    plan->prior = input->model->prior;
    plan->stranger = fmax(CLUSTER_STRANGER, 1 / (input->model->lambda * (double)input->model->records));
    plan->guards = input->model->spec->guard_count > 0;
    /* Whether or not an edge meets a guard here, or a record is of such a source: nothing may depend on the rest. */
    plan->constrained |= plan->guards || model_keeps_apart(input->model);
    plan->margin = (float)input->model->spec->margin;
    for (size_t f = 0; f < input->model->spec->comparison_count; f++)
        for (unsigned level = 0; level < LINK_PATTERN_LEVELS; level++)
            plan->odds[f][level] = exp2(input->model->levels[f].weight[level]);
    for (int steps = -128; steps < 128; steps++)
        plan->odds_of_frequency[steps + 128] = exp2(compare_frequency((int8_t)steps));
}

static bool pair_is_in(const struct cluster_plan *plan, const struct link_pair *pair)
{
    return cluster_is_in(plan, pair->a) && cluster_is_in(plan, pair->b) && pair->a != pair->b;
}

static void plan_constraints(struct cluster_plan *plan)
{
    const struct link_cluster_input *input = plan->input;
    for (size_t i = 0; i < input->cannot_count && !plan->constrained; i++)
        plan->constrained = pair_is_in(plan, &input->cannot_link[i]);
    for (size_t i = 0; i < input->edge_count && !plan->constrained; i++) {
        cluster_rest(input, i);
        plan->constrained = input->edges[i].verdict != LINK_BY_WEIGHT && cluster_is_in(plan, input->edges[i].a) &&
                            cluster_is_in(plan, input->edges[i].b);
    }
}

/* ---- Components ---- */

static bool holds_together(const struct cluster_plan *plan, const struct link_edge *edge)
{
    const struct link_cluster_input *input = plan->input;
    bool constrained = plan->constrained && !input->components;
    bool heavy = (double)edge->weight >= cluster_tie(input->join, input->review, (double)plan->margin, constrained);
    return cluster_is_in(plan, edge->a) && cluster_is_in(plan, edge->b) &&
           (heavy || (plan->guards && !input->components && cluster_of_twins(&plan->comparer, edge)));
}

/* `of` gives the group of item i, of `groups`; NONE for none. */
static struct grouped group(const struct components *components, size_t count, size_t groups,
                            uint32_t (*of)(const struct components *components, size_t i), struct arena *arena)
{
    must(count < UINT32_MAX);
    struct grouped grouped = {.starts = arena_array(arena, uint32_t, groups + 2)};
    if (count == 0)
        return grouped;
    uint32_t total = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t k = of(components, i);
        if (k != NONE) {
            grouped.starts[k + 1]++;
            total++;
        }
    }
    for (size_t k = 0; k < groups; k++)
        grouped.starts[k + 1] += grouped.starts[k];
    grouped.items = arena_array(arena, uint32_t, (size_t)total + 1);
    for (size_t i = 0; i < count; i++) {
        uint32_t k = of(components, i);
        if (k != NONE)
            grouped.items[grouped.starts[k]++] = (uint32_t)i;
    }
    for (size_t k = groups; k > 0; k--)
        grouped.starts[k] = grouped.starts[k - 1];
    grouped.starts[0] = 0;
    return grouped;
}

static uint32_t component_of_node(const struct components *components, size_t node)
{
    return components->of[node];
}

static uint32_t component_of_pair(const struct components *components, const struct link_pair *pair)
{
    if (!pair_is_in(components->plan, pair))
        return NONE;
    uint32_t k = components->of[pair->a];
    return k == components->of[pair->b] ? k : NONE;
}

static uint32_t component_of_must(const struct components *components, size_t i)
{
    return component_of_pair(components, &components->plan->input->must_link[i]);
}

static uint32_t component_of_cannot(const struct components *components, size_t i)
{
    return component_of_pair(components, &components->plan->input->cannot_link[i]);
}

static uint32_t first_end(const struct components *components, size_t i)
{
    uint32_t a = components->plan->input->edges[i].a;
    return a < components->plan->input->count ? a : NONE;
}

/* Edges by their first end. Scoring gives them in that order: then only the borders are wanted. */
static void group_edges(struct components *components, struct arena *arena)
{
    const struct link_cluster_input *input = components->plan->input;
    bool sorted = true;
    for (size_t i = 0; i < input->edge_count && sorted; i++) {
        cluster_rest(input, i);
        sorted = input->edges[i].a < input->count && (i == 0 || input->edges[i - 1].a <= input->edges[i].a);
    }
    if (!sorted) {
        components->edges = group(components, input->edge_count, input->count, first_end, arena);
        return;
    }
    must(input->edge_count < UINT32_MAX);
    uint32_t *starts = components->edges.starts = arena_array(arena, uint32_t, (size_t)input->count + 2);
    for (size_t i = 0; i < input->edge_count; i++) {
        cluster_rest(input, i);
        starts[input->edges[i].a + 1] = (uint32_t)i + 1;
    }
    for (uint32_t r = 0; r < input->count; r++)
        starts[r + 1] = starts[r + 1] > starts[r] ? starts[r + 1] : starts[r];
}

/* By node the least of its component, or one between the two. */
static uint32_t *hold_together(const struct cluster_plan *plan, struct arena *arena)
{
    const struct link_cluster_input *input = plan->input;
    if (plan->scored)
        return plan->scored->first;
    uint32_t *parent = forest_make(input->count, arena);
    for (size_t i = 0; i < input->edge_count; i++) {
        cluster_rest(input, i);
        if (holds_together(plan, &input->edges[i]))
            (void)forest_unite(parent, input->edges[i].a, input->edges[i].b);
    }
    for (size_t i = 0; i < input->must_count; i++)
        if (pair_is_in(plan, &input->must_link[i]))
            (void)forest_unite(parent, input->must_link[i].a, input->must_link[i].b);
    return parent;
}

static void find_components(struct components *components, struct arena *arena)
{
    struct cluster_plan *plan = components->plan;
    const struct link_cluster_input *input = plan->input;
    uint32_t *parent = components->of = hold_together(plan, arena);
    for (uint32_t node = 0; node < input->count;
         node++) { /* no parent is greater: by now it is the least, or its number */
        uint32_t up = parent[node];
        if (plan->local[node] == NONE)
            parent[node] = NONE;
        else
            parent[node] = up == node ? components->count++ : parent[up];
    }
    components->nodes = group(components, input->count, components->count, component_of_node, arena);
    plan->nodes = components->nodes.items;
    components->must = group(components, input->must_count, components->count, component_of_must, arena);
    components->cannot = group(components, input->cannot_count, components->count, component_of_cannot, arena);
    group_edges(components, arena);
}

/* Chunks of about the same work; single records need none. */
static void cut_chunks(struct components *components, struct arena *arena)
{
    components->chunk_from = arena_array(arena, uint32_t, (size_t)components->count + 2);
    size_t work = 0;
    for (uint32_t k = 0; k < components->count; k++) {
        size_t size = components->nodes.starts[k + 1] - components->nodes.starts[k];
        work += size > LARGE_COMPONENT ? LARGE_COMPONENT * size : size * (size - 1) / 2;
        if (work >= CHUNK_WORK || k + 1 == components->count) {
            components->chunk_from[++components->chunks] = k + 1;
            work = 0;
        }
    }
    components->results = arena_array(arena, struct component_result, components->chunks + 1);
}

/* Of two nodes where only weights have a say, the one edge between them joins: else nothing held them together. */
static bool trivial(const struct components *components, const struct component_input *component)
{
    return component->count == 1 || (component->count == 2 && !components->plan->constrained &&
                                     component->must_count + component->cannot_count == 0);
}

/* All edges within a component, side by side. */
static void copy_edges(const struct components *components, uint32_t k, struct component_input *component,
                       struct arena *arena)
{
    const struct cluster_plan *plan = components->plan;
    const struct grouped *edges = &components->edges;
    struct link_edge *list = NULL;
    size_t capacity = 0;
    for (uint32_t c = 0; c < component->count; c++) {
        uint32_t node = component->nodes[c];
        for (uint32_t i = edges->starts[node]; i < edges->starts[node + 1]; i++) {
            const struct link_edge *edge = &plan->input->edges[edges->items ? edges->items[i] : i];
            if (edge->b >= plan->input->count || components->of[edge->b] != k || edge->b == node)
                continue;
            ARENA_GROW(arena, list, component->edge_count, capacity);
            list[component->edge_count++] = *edge;
        }
    }
    component->edges = list;
}

static void start_result(const struct components *components, unsigned thread, struct component_result *result)
{
    result->arena = arena_make(0);
    if (components->plan->scored)
        result->light = components->light[thread];
}

static void make_one(const struct components *components, const struct component_input *component,
                     struct component_result *result)
{
    for (uint32_t i = 1; i < component->count; i++)
        components->plan->root[component->nodes[i]] = component->nodes[0];
    result->edge_count += component->edge_count;
}

static void refine_one(const struct components *components, const struct component_input *component, unsigned thread,
                       struct component_result *result)
{
    struct arena *arena = components->arenas[thread];
    uint32_t *roots = arena_array(arena, uint32_t, component->count);
    cluster_component(components->plan, component, components->memos[thread], components->tables[thread], arena, roots,
                      result);
    for (uint32_t c = 0; c < component->count; c++)
        components->plan->root[component->nodes[c]] = component->nodes[roots[c]];
}

/* Canonical order: by key. Until now it is by number, so that next to each other lies what will be needed together. */
static void order_nodes(const struct components *components, uint32_t *nodes, uint32_t count)
{
    const struct cluster_plan *plan = components->plan;
    records_sort_by_key(plan->input->keys, nodes, count);
    for (uint32_t c = 0; c < count; c++)
        plan->local[nodes[c]] = c;
}

/* What a component takes that has no place in a table: of each edge itself, ties of two clusters, candidates. */
static uint64_t edge_bytes(const struct components *components)
{
    return 2 * sizeof(struct link_edge) + sizeof(struct local_edge) + sizeof(struct bond) +
           2 * sizeof(struct candidate) + components->plan->fields * (sizeof(double) + sizeof(uint32_t));
}

static uint64_t component_bytes(const struct components *components, const struct component_input *component,
                                size_t edges)
{
    return component->count > CLUSTER_PAIRS ? edges * edge_bytes(components) : 0;
}

/* Said, rather than ended by the system's killer. Against the whole room, whoever else has a part of it now. */
static bool has_room(const struct components *components, const struct component_input *component, size_t edges,
                     struct component_result *result)
{
    uint64_t wanted = component_bytes(components, component, edges);
    if (wanted <= memory_room_whole(components->room))
        return true;
    if (wanted > result->wanted) {
        result->wanted = wanted;
        result->wanting = component->count;
    }
    return false;
}

static size_t edges_from(const struct components *components, const struct component_input *component)
{
    size_t edges = 0;
    for (uint32_t c = 0; c < component->count && components->edges.starts; c++)
        edges += components->edges.starts[component->nodes[c] + 1] - components->edges.starts[component->nodes[c]];
    return edges;
}

/* At the most: all pairs, where edges are not kept. */
static size_t edges_at_most(const struct components *components, const struct component_input *component)
{
    return components->plan->scored ? (size_t)component->count * (component->count - 1) / 2
                                    : edges_from(components, component);
}

/* A component of three nodes or more, or one in which more than weights has a say. */
static void work_component(const struct components *components, uint32_t k, unsigned thread,
                           struct component_input *component, struct component_result *result)
{
    const struct cluster_plan *plan = components->plan;
    struct arena *arena = components->arenas[thread];
    size_t most = edges_at_most(components, component);
    if (!plan->scored && !has_room(components, component, most, result))
        return;
    uint64_t taken = memory_room_take(components->room, component_bytes(components, component, most));
    if (plan->scored)
        cluster_compare(plan, components->memos[thread], components->rooms[thread], component,
                        memory_room_whole(components->room) / edge_bytes(components), arena);
    else
        copy_edges(components, k, component, arena);
    if (has_room(components, component, component->edge_count, result)) {
        uint64_t wanted = component_bytes(components, component, component->edge_count);
        if (taken > wanted) {
            memory_room_give(components->room, taken - wanted);
            taken = wanted;
        }
        if (component->is_one)
            make_one(components, component, result);
        else
            refine_one(components, component, thread, result);
    }
    arena_reset(arena);
    memory_room_give(components->room, taken);
}

static void component_chunk(void *context, size_t chunk, unsigned thread)
{
    struct components *components = context;
    struct component_result *result = &components->results[chunk];
    spill_rest(components->plan->input->spill);
    if (components->plan->scored)
        spill_rest(components->plan->scored->blocks->spill);
    const struct grouped *nodes = &components->nodes, *must = &components->must, *cannot = &components->cannot;
    for (uint32_t k = components->chunk_from[chunk]; k < components->chunk_from[chunk + 1]; k++) {
        struct component_input component = {.nodes = nodes->items + nodes->starts[k],
                                            .count = nodes->starts[k + 1] - nodes->starts[k],
                                            .must_count = must->starts[k + 1] - must->starts[k],
                                            .cannot_count = cannot->starts[k + 1] - cannot->starts[k]};
        order_nodes(components, nodes->items + nodes->starts[k], component.count);
        if (components->plan->scored && k + 1 < components->chunk_from[chunk + 1] &&
            nodes->starts[k + 2] - nodes->starts[k + 1] > 2)
            cluster_compare_soon(components->plan, nodes->items + nodes->starts[k + 1],
                                 nodes->starts[k + 2] - nodes->starts[k + 1]);
        if (trivial(components, &component)) {
            component.edge_count = component.count - 1;
            make_one(components, &component, result);
            continue;
        }
        component.must = must->items + must->starts[k];
        component.cannot = cannot->items + cannot->starts[k];
        if (!result->arena)
            start_result(components, thread, result);
        work_component(components, k, thread, &component, result);
    }
}

static bool had_room(const struct components *components, struct error *err)
{
    const struct component_result *most = NULL;
    for (size_t chunk = 0; chunk < components->chunks; chunk++)
        if (components->results[chunk].wanted > (most ? most->wanted : 0))
            most = &components->results[chunk];
    return !most || error_set(err, ERROR_TOO_BIG,
                              "%u records hold together as one group, and finding the clusters among them takes "
                              "%" PRIu64 " MB of memory beside all else, of which %" PRIu64
                              " MB are left: give --memory that much more, cap the blocks in which they meet "
                              "(block_cap), or raise the join threshold",
                              most->wanting, most->wanted >> 20, memory_room_whole(components->room) >> 20);
}

static bool run_components(struct components *components, struct arena *arena, struct error *err)
{
    const struct link_cluster_input *input = components->plan->input;
    const struct scored *scored = components->plan->scored;
    unsigned threads = threads_count(input->options);
    for (unsigned t = 0; t < threads; t++) {
        components->arenas[t] = arena_make(0);
        components->tables[t] = cluster_table_make(components->plan, arena);
        components->rooms[t] = scored ? cluster_room_make(components->plan, arena) : NULL;
        components->memos[t] = scored ? scored->memos[t] : input->model ? memo_make(input->model->spec, arena) : NULL;
    }
    uint64_t edges = input->spill ? 0 : input->edge_count * sizeof *input->edges;
    components->room = memory_room_make(memory_for_component(input->records, edges, input->options), arena);
    bool done = threads_run(input->options, "clustering", components->chunks, component_chunk, components, err) &&
                had_room(components, err);
    for (unsigned t = 0; t < threads; t++)
        arena_free(components->arenas[t]);
    return done;
}

/* Each component is one cluster: that of its first node. */
static void take_components(const struct components *components)
{
    const struct grouped *nodes = &components->nodes;
    for (uint32_t k = 0; k < components->count; k++)
        for (uint32_t i = nodes->starts[k]; i < nodes->starts[k + 1]; i++)
            components->plan->root[nodes->items[i]] = nodes->items[nodes->starts[k]];
}

static bool refine(struct components *components, struct arena *arena, struct error *err)
{
    if (components->plan->input->components) {
        take_components(components);
        return true;
    }
    cut_chunks(components, arena);
    return run_components(components, arena, err) &&
           (!components->plan->input->attach ||
            cluster_attach(components->plan, light_pieces(components->light, components->light_count, arena), arena,
                           err));
}

/* The lists of what was scored without edges, and as many for what is found within components. */
static void list_light(struct components *components, struct arena *arena)
{
    unsigned threads = threads_count(components->plan->input->options);
    for (unsigned t = 0; t < threads; t++) {
        components->light[t] = arena_alloc(arena, sizeof *components->light[t], 1, 64);
        components->light[t]->arena = arena_child(arena);
        components->light[threads + t] = components->plan->scored->light[t];
    }
    components->light_count = 2 * (size_t)threads;
}

static bool cluster_input(const struct link_cluster_input *input, const struct scored *scored, struct arena *arena,
                          struct link_clusters *ret, size_t *ret_edges, struct error *err)
{
    struct arena *scratch = input->records ? arena_beside(input->records->arena) : arena_make(0);
    struct cluster_plan *plan = arena_new(scratch, struct cluster_plan);
    struct components components = {.plan = plan};
    struct link_clusters clusters = {0};
    plan->input = input;
    plan->scored = scored;
    bool done = plan_nodes(plan, scratch, err);
    if (done) {
        cluster_plan_model(plan);
        if (scored)
            plan->comparer = *scored->comparer;
        else if (input->model)
            comparer_bind(&plan->comparer, threads_count(input->options), scratch);
        plan_constraints(plan);
        must(!scored || !plan->constrained);
        if (scored)
            list_light(&components, scratch);
        find_components(&components, scratch);
        done = refine(&components, scratch, err);
    }
    if (done) {
        cluster_name(plan, arena, &clusters);
        done = input->components || cluster_gather_doubts(&components, arena, &clusters, err);
    }
    if (done) {
        cluster_gather_refused(&components, arena, &clusters);
        *ret = clusters;
        *ret_edges = components.edge_count;
    }
    for (size_t chunk = 0; chunk < components.chunks; chunk++)
        arena_free(components.results[chunk].arena);
    arena_free(scratch);
    return done;
}

bool link_cluster(const struct link_cluster_input *input, struct arena *arena, struct link_clusters *ret,
                  struct error *err)
{
    size_t edges;
    return cluster_input(input, NULL, arena, ret, &edges, err);
}

bool cluster_scored(const struct link_cluster_input *input, const struct scored *scored, struct arena *arena,
                    struct link_clusters *ret, size_t *ret_edges, struct error *err)
{
    must(input->edge_count == 0 && input->must_count + input->cannot_count == 0);
    return cluster_input(input, scored, arena, ret, ret_edges, err);
}
