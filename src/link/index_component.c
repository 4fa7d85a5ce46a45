/* index_component.c: one component clustered anew, or what a change can have reached of it.
 *
 * A family is one component: the edges that say its members are others hold it together. But two records can only
 * become one over an edge that may join, and only an edge that a person might be asked about makes one cluster the
 * rival of another. So what hangs together by edges that no guard forbids or silences (a part: most often one person)
 * ends the same whatever else is in the component, and is clustered for itself. One thing sees further: a record that
 * gives no more than an initial may be a twin's of whom only a forbidden edge tells (cluster_forbid.c, of_a_twin); what
 * holds such a record is clustered together with all that it has edges with.
 *
 * Where records have only been added, a part that none of them is in, and that edges of the component's own weight hold
 * together, was a part before, with the same edges: its clusters stand. Where some have gone, a part may have lost
 * light edges to what is no longer in its component: all are clustered.
 *
 * Most parts are one cluster beyond doubt, which their edges alone can tell (cluster_compare.c has the proof). */
#include "link/index_inside.h"

#define ROUNDING 0.01 /* of scores, in bits: much more than there is */

/* Each edge within the component once, from one of its ends; light ones too, whose fields count. */
static size_t copy_edges(const struct link_index *index, struct index_worker *worker, const uint32_t *nodes,
                         size_t count)
{
    size_t edges = 0;
    for (size_t c = 0; c < count; c++)
        for (uint32_t e = index->of[nodes[c]].first_edge; e; e = edge_next(&index->edges[e - 1], nodes[c])) {
            const struct link_edge *edge = &index->edges[e - 1].edge;
            if (!edge_alive(edge) || edge->a != nodes[c] || worker->plan.local[edge->b] == NONE)
                continue;
            INDEX_GROW(worker->store, worker->edges, edges, worker->edge_capacity);
            worker->edges[edges++] = *edge;
        }
    return edges;
}

/* ---- Parts ---- */

/* Of a component: nodes by their number in it. */
struct parts {
    uint32_t *part;           /* by node, once they are numbered; before, its parent in a forest */
    uint32_t *tied;           /* a forest too: of edges that hold the component together and may join */
    uint32_t count;           /* of parts */
    uint32_t *starts, *nodes; /* by part: where it begins in nodes, which keep their order within it */
    uint32_t *edge_starts;    /* … and in edges */
    struct link_edge *edges;
    uint32_t *ties; /* by part: trees of `tied` */
};

static uint32_t find(uint32_t *forest, uint32_t node)
{
    for (; forest[node] != node; node = forest[node])
        forest[node] = forest[forest[node]];
    return node;
}

static void unite(uint32_t *forest, uint32_t a, uint32_t b)
{
    uint32_t x = find(forest, a), y = find(forest, b);
    forest[x < y ? y : x] = x < y ? x : y;
}

static bool may_join(const struct link_edge *edge)
{
    return edge->verdict != LINK_APART && edge->verdict != LINK_QUIET;
}

/* Puts what holds a bare record together with all that it has edges with. */
static void unite_bare(const struct link_index *index, const struct index_worker *worker, const uint32_t *nodes,
                       size_t count, size_t edge_count, struct parts *parts)
{
    struct arena *scratch = worker->arena;
    uint32_t *root = arena_array(scratch, uint32_t, count);
    uint8_t *bare = arena_array(scratch, uint8_t, count);
    bool any = false;
    for (uint32_t c = 0; c < count; c++) {
        root[c] = find(parts->part, c);
        if (bare[root[c]] || cluster_gives_name(&index->comparer, nodes[c]))
            continue;
        bare[root[c]] = 1;
        any = true;
    }
    for (size_t i = 0; any && i < edge_count; i++) {
        const struct link_edge *edge = &worker->edges[i];
        uint32_t a = worker->plan.local[edge->a], b = worker->plan.local[edge->b];
        if (bare[root[a]] || bare[root[b]])
            unite(parts->part, a, b);
    }
}

/* Numbers parts by their first nodes, and puts the nodes and edges of each together. */
static void gather_parts(const struct index_worker *worker, size_t count, size_t edge_count, struct parts *parts)
{
    struct arena *scratch = worker->arena;
    uint32_t *number = arena_array(scratch, uint32_t, count);
    for (uint32_t c = 0; c < count; c++) { /* a root stands before all others of its tree */
        uint32_t root = find(parts->part, c);
        number[c] = root == c ? parts->count++ : number[root];
    }
    memcpy(parts->part, number, count * sizeof *number);
    parts->starts = arena_array(scratch, uint32_t, (size_t)parts->count + 2);
    parts->edge_starts = arena_array(scratch, uint32_t, (size_t)parts->count + 2);
    parts->ties = arena_array(scratch, uint32_t, parts->count);
    parts->nodes = arena_array(scratch, uint32_t, count);
    parts->edges = arena_array(scratch, struct link_edge, edge_count + 1);
    for (uint32_t c = 0; c < count; c++) {
        parts->starts[number[c] + 2]++;
        parts->ties[number[c]] += find(parts->tied, c) == c;
    }
    for (size_t i = 0; i < edge_count; i++) {
        const struct link_edge *edge = &worker->edges[i];
        uint32_t part = number[worker->plan.local[edge->a]];
        if (part == number[worker->plan.local[edge->b]])
            parts->edge_starts[part + 2]++;
    }
    for (uint32_t p = 2; p <= parts->count; p++) {
        parts->starts[p] += parts->starts[p - 1];
        parts->edge_starts[p] += parts->edge_starts[p - 1];
    }
    for (uint32_t c = 0; c < count; c++)
        parts->nodes[parts->starts[number[c] + 1]++] = c;
    for (size_t i = 0; i < edge_count; i++) {
        const struct link_edge *edge = &worker->edges[i];
        uint32_t part = number[worker->plan.local[edge->a]];
        if (part == number[worker->plan.local[edge->b]])
            parts->edges[parts->edge_starts[part + 1]++] = *edge;
    }
}

static void find_parts(const struct link_index *index, const struct index_worker *worker, const uint32_t *nodes,
                       size_t count, size_t edge_count, struct parts *parts)
{
    *parts = (struct parts){.part = arena_array(worker->arena, uint32_t, count),
                            .tied = arena_array(worker->arena, uint32_t, count)};
    for (uint32_t c = 0; c < count; c++)
        parts->part[c] = parts->tied[c] = c;
    size_t forbidden = 0;
    for (size_t i = 0; i < edge_count; i++) {
        const struct link_edge *edge = &worker->edges[i];
        uint32_t a = worker->plan.local[edge->a], b = worker->plan.local[edge->b];
        if (!may_join(edge)) {
            forbidden++;
            continue;
        }
        unite(parts->part, a, b);
        if ((double)edge->weight >= index->tie)
            unite(parts->tied, a, b);
    }
    if (forbidden)
        unite_bare(index, worker, nodes, count, edge_count, parts);
    gather_parts(worker, count, edge_count, parts);
}

/* ---- One part ---- */

/* Whether its edges alone say that it is one: every two have one, none is spoken against, and the least that any of
 * them could bring to a score reaches `join`. */
static bool is_one(const struct link_index *index, const struct cluster_plan *plan, size_t count,
                   const struct link_edge *edges, size_t edge_count)
{
    const struct link_model *model = index->model;
    size_t fields = plan->fields;
    double least[LINK_FIELDS_MAX] = {0}, lacked = plan->prior - ROUNDING;
    bool lacking[LINK_FIELDS_MAX] = {false};
    if (index->source || plan->near || count > CLUSTER_PAIRS || edge_count != count * (count - 1) / 2)
        return false;
    for (size_t i = 0; i < edge_count; i++) {
        const struct link_edge *edge = &edges[i];
        if ((edge->verdict != LINK_BY_WEIGHT && edge->verdict != LINK_JOIN) || (double)edge->weight < index->join ||
            edge->frequency[0] == LINK_FREQUENCY_UNKNOWN)
            return false;
        for (size_t f = 0; f < fields; f++) {
            unsigned level = edge->pattern >> (6 * f) & 63;
            double weight = model->levels[f].weight[level] + compare_frequency(edge->frequency[f]);
            least[f] = weight < least[f] ? weight : least[f];
            lacking[f] |= level == 0;
        }
    }
    for (size_t f = 0; f < fields; f++)
        lacked += lacking[f] ? least[f] : 0;
    for (size_t i = 0; i < edge_count; i++) {
        double own = lacked;
        for (size_t f = 0; f < fields; f++)
            if (!lacking[f])
                own += model->levels[f].weight[edges[i].pattern >> (6 * f) & 63] +
                       compare_frequency(edges[i].frequency[f]);
        if (own < index->join)
            return false;
    }
    return true;
}

/* Its records are then rings from their clusters' first. */
static void cluster_part(struct link_index *index, struct index_worker *worker, const uint32_t *nodes, size_t count,
                         const struct link_edge *edges, size_t edge_count)
{
    struct cluster_plan *plan = &worker->plan;
    uint32_t *roots = arena_array(worker->arena, uint32_t, count);
    for (uint32_t c = 0; c < count; c++)
        plan->local[nodes[c]] = c;
    struct component_input component = {
        .nodes = nodes, .count = (uint32_t)count, .edges = edges, .edge_count = edge_count};
    struct component_result result = {.arena = worker->arena};
    bool whole =
        count == 1 || (count == 2 && !index->constrained); /* the edge that holds the two together joins them */
    if (!whole && !is_one(index, plan, count, edges, edge_count))
        cluster_component(plan, &component, worker->memo, worker->table, worker->arena, roots, &result);
    for (uint32_t c = 0; c < count; c++) {
        uint32_t record = nodes[c], root = nodes[roots[c]];
        index->of[record].strong = index->of[record].entity = root;
        index->of[record].next = record;
        if (record != root) { /* the first stands before its members in content order */
            index->of[record].next = index->of[root].next;
            index->of[root].next = record;
        }
    }
}

void index_cluster_anew(struct link_index *index, struct index_worker *worker, uint32_t *nodes, size_t count,
                        const struct index_touched *touched)
{
    struct parts parts;
    if (count == 1) {
        index->of[nodes[0]].strong = index->of[nodes[0]].entity = index->of[nodes[0]].next = nodes[0];
        return;
    }
    records_sort_by_key(index->records->keys, nodes, count);
    for (uint32_t c = 0; c < count; c++)
        worker->plan.local[nodes[c]] = c;
    find_parts(index, worker, nodes, count, copy_edges(index, worker, nodes, count), &parts);
    for (uint32_t p = 0; p < parts.count; p++) {
        uint32_t *own = parts.nodes + parts.starts[p], size = parts.starts[p + 1] - parts.starts[p];
        bool stands = !touched->some_gone && parts.ties[p] == 1;
        for (uint32_t i = 0; i < size; i++) {
            own[i] = nodes[own[i]];
            stands = stands && !index_is_touched(touched, own[i]);
        }
        if (!stands)
            cluster_part(index, worker, own, size, parts.edges + parts.edge_starts[p],
                         parts.edge_starts[p + 1] - parts.edge_starts[p]);
    }
    for (uint32_t c = 0; c < count; c++)
        worker->plan.local[nodes[c]] = NONE;
    arena_reset(worker->arena);
}
