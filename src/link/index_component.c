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
 * Most parts are one cluster beyond doubt, which is sooner told than agglomerated (held_by_least).
 *
 * And more than half of what is added comes to a person of whom no edge that holds together leads to anyone else: that
 * is soon seen on the way from the record itself, and is then all of the component (index_cluster_tree). */
#include "link/index_inside.h"

#include "base/forest.h"

enum { CERTAIN = 32 }; /* records of a part that is looked at first for whether it is one beyond doubt */

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
        root[c] = forest_root(parts->part, c);
        if (bare[root[c]] || cluster_gives_name(&index->comparer, nodes[c]))
            continue;
        bare[root[c]] = 1;
        any = true;
    }
    for (size_t i = 0; any && i < edge_count; i++) {
        const struct link_edge *edge = &worker->edges[i];
        uint32_t a = worker->plan.local[edge->a], b = worker->plan.local[edge->b];
        if (bare[root[a]] || bare[root[b]])
            (void)forest_unite(parts->part, a, b);
    }
}

/* Numbers parts by their first nodes, and puts the nodes and edges of each together. */
static void gather_parts(const struct index_worker *worker, size_t count, size_t edge_count, struct parts *parts)
{
    struct arena *scratch = worker->arena;
    uint32_t *number = arena_array(scratch, uint32_t, count);
    for (uint32_t c = 0; c < count; c++) { /* a root stands before all others of its tree */
        uint32_t root = forest_root(parts->part, c);
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
        parts->ties[number[c]] += forest_root(parts->tied, c) == c;
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
        (void)forest_unite(parts->part, a, b);
        if ((double)edge->weight >= index->tie)
            (void)forest_unite(parts->tied, a, b);
    }
    if (forbidden)
        unite_bare(index, worker, nodes, count, edge_count, parts);
    gather_parts(worker, count, edge_count, parts);
}

/* ---- One part ---- */

/* What is known of two nodes of a part. */
struct known {
    struct compared compared;
    bool is_edge, joins, by_rule; /* joins: by its weight */
};

/* The pairs of a part, the lesser node first, at lesser × count + greater. */
struct pairs {
    const uint32_t *nodes;
    size_t count;
    struct known *known;
};

/* A pair that the guards speak against may end apart. */
static bool spoken_against(enum link_verdict verdict)
{
    return verdict == LINK_REVIEW || verdict == LINK_APART;
}

static bool know_edges(const struct link_index *index, const struct cluster_plan *plan, const struct link_edge *edges,
                       size_t count, const struct pairs *ret)
{
    for (size_t i = 0; i < count; i++)
        if (spoken_against(edges[i].verdict) || edges[i].frequency[0] == LINK_FREQUENCY_UNKNOWN)
            return false;
    for (size_t i = 0; i < count; i++) {
        const struct link_edge *edge = &edges[i];
        uint32_t a = plan->local[edge->a], b = plan->local[edge->b];
        struct known *known = &ret->known[a < b ? a * ret->count + b : b * ret->count + a];
        known->is_edge = true;
        known->joins = edge->verdict == LINK_BY_WEIGHT && (double)edge->weight >= index->join;
        known->by_rule = edge->verdict == LINK_JOIN;
        for (size_t f = 0; f < plan->fields; f++)
            known->compared.level[f] = edge->pattern >> (6 * f) & 63;
        memcpy(known->compared.frequency, edge->frequency, sizeof edge->frequency);
    }
    return true;
}

struct others {
    struct link_pair pairs[COMPARE_BATCH];
    size_t at[COMPARE_BATCH], count;
};

static void compare_others(const struct cluster_plan *plan, struct memo *memo, struct others *others,
                           const struct pairs *ret)
{
    UNINITIALIZED struct compared compared[COMPARE_BATCH];
    compare_batch(&plan->comparer, memo, others->pairs, others->count, compared);
    for (size_t i = 0; i < others->count; i++)
        ret->known[others->at[i]].compared = compared[i];
    others->count = 0;
}

static bool know_others(const struct cluster_plan *plan, struct memo *memo, const struct pairs *ret)
{
    UNINITIALIZED struct others others;
    others.count = 0;
    for (size_t lo = 0; lo < ret->count; lo++)
        for (size_t hi = lo + 1; hi < ret->count; hi++) {
            size_t at = lo * ret->count + hi;
            uint32_t a = ret->nodes[lo], b = ret->nodes[hi];
            uint8_t guard;
            if (ret->known[at].is_edge)
                continue;
            if (plan->guards && spoken_against(compare_verdict(&plan->comparer, a, b, &guard)))
                return false;
            others.pairs[others.count] = (struct link_pair){a, b};
            others.at[others.count++] = at;
            if (others.count == COMPARE_BATCH)
                compare_others(plan, memo, &others, ret);
        }
    compare_others(plan, memo, &others, ret);
    return true;
}

/* What a field of a pair brings. */
static double brought(const struct link_index *index, const struct known *known, size_t f)
{
    return index->model->levels[f].weight[known->compared.level[f]] + compare_frequency(known->compared.frequency[f]);
}

/* By field the least that it brings where it is filled. */
static void least_of(const struct link_index *index, size_t fields, const struct pairs *pairs, double *ret)
{
    for (size_t f = 0; f < fields; f++)
        ret[f] = INFINITY;
    for (size_t lo = 0; lo < pairs->count; lo++)
        for (size_t hi = lo + 1; hi < pairs->count; hi++) {
            const struct known *known = &pairs->known[lo * pairs->count + hi];
            for (size_t f = 0; f < fields; f++)
                if (known->compared.level[f])
                    ret[f] = fmin(ret[f], brought(index, known, f));
        }
}

/* Two clusters score no less than this, for any pair between them (cluster_component.c: a score is, for each field that
 * any pair between the two has, a mean of means over such pairs): of a field that the pair has, the least that it
 * brings any pair; of another one the same or nothing. A pair that a rule joins makes any two score `join`. Where pairs
 * that join and have enough of that hold all together, any two sets of clusters have such a pair between them, so two
 * of them become one until one is left. */
static bool held_by_least(const struct link_index *index, const struct cluster_plan *plan, const struct pairs *pairs,
                          const double *least)
{
    uint32_t forest[CERTAIN];
    size_t trees = pairs->count;
    for (uint32_t c = 0; c < pairs->count; c++)
        forest[c] = c;
    for (uint32_t lo = 0; lo < pairs->count; lo++)
        for (uint32_t hi = lo + 1; hi < pairs->count; hi++) {
            const struct known *known = &pairs->known[lo * pairs->count + hi];
            double score = plan->prior;
            for (size_t f = 0; f < plan->fields; f++)
                score += known->compared.level[f] ? least[f] : fmin(least[f], 0);
            if (!known->by_rule && (!known->joins || cluster_spare(score - index->join, true) < 0))
                continue;
            trees -= forest_root(forest, lo) != forest_root(forest, hi);
            (void)forest_unite(forest, lo, hi);
        }
    return trees == 1;
}

/* Whether a part is one cluster beyond doubt: no guard speaks against any two of it, so that nothing forbids that it
 * becomes one, and its weights make it so. */
static bool is_one(const struct link_index *index, const struct index_worker *worker, const uint32_t *nodes,
                   size_t count, const struct link_edge *edges, size_t edge_count)
{
    const struct cluster_plan *plan = &worker->plan;
    if (index->source || plan->near || count > CERTAIN)
        return false;
    struct pairs pairs = {nodes, count, arena_array(worker->arena, struct known, count * count)};
    double least[LINK_FIELDS_MAX];
    if (!know_edges(index, plan, edges, edge_count, &pairs) || !know_others(plan, worker->memo, &pairs))
        return false;
    least_of(index, plan->fields, &pairs, least);
    return held_by_least(index, plan, &pairs, least);
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
    if (!whole && !is_one(index, worker, nodes, count, edges, edge_count))
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

/* ---- A component that is one part ---- */

/* What hangs together with a record by edges that may join and hold a component together, and its edges. */
struct tree {
    uint32_t nodes[CERTAIN], count;
    struct link_edge edges[CERTAIN * (CERTAIN - 1) / 2];
    size_t edge_count;
    uint32_t out[CERTAIN]; /* nodes that other edges, of twins or forbidden, hold to it, when they were met */
    uint32_t out_count;
};

static bool holds(const struct tree *tree, uint32_t count, uint32_t node)
{
    for (uint32_t i = 0; i < count; i++)
        if (tree->nodes[i] == node)
            return true;
    return false;
}

/* The edges of node i of the tree: those to nodes before it are the tree's; those that hold others to it bring them
 * in. Anything but WHOLE: there is no use in going on. */
static enum index_tree grow_tree(const struct link_index *index, const struct index_touched *touched, uint32_t i,
                                 struct tree *tree)
{
    uint32_t node = tree->nodes[i];
    for (uint32_t e = index->of[node].first_edge; e; e = edge_next(&index->edges[e - 1], node)) {
        const struct link_edge *edge = &index->edges[e - 1].edge;
        uint32_t other = other_end(edge, node);
        if (holds(tree, i, other)) {
            tree->edges[tree->edge_count++] = *edge;
            continue;
        }
        bool joins = may_join(edge), tied = (double)edge->weight >= index->tie;
        if ((!tied && !cluster_of_twins(&index->comparer, edge)) || holds(tree, tree->count, other))
            continue;
        bool grows = joins && tied;
        if (grows && other < tree->nodes[0] && index_is_touched(touched, other))
            return INDEX_TREE_OTHERS;
        if ((grows ? tree->count : tree->out_count) == CERTAIN)
            return INDEX_TREE_PART;
        if (grows)
            tree->nodes[tree->count++] = other;
        else
            tree->out[tree->out_count++] = other;
    }
    return INDEX_TREE_WHOLE;
}

enum index_tree index_cluster_tree(struct link_index *index, struct index_worker *worker, uint32_t start,
                                   const struct index_touched *touched)
{
    struct tree tree UNINITIALIZED;
    tree.nodes[0] = start;
    tree.count = 1;
    tree.edge_count = tree.out_count = 0;
    for (uint32_t i = 0; i < tree.count; i++) {
        enum index_tree grown = grow_tree(index, touched, i, &tree);
        if (grown != INDEX_TREE_WHOLE)
            return grown;
    }
    for (uint32_t i = 0; i < tree.out_count; i++)
        if (!holds(&tree, tree.count, tree.out[i]))
            return INDEX_TREE_PART;
    records_sort_by_key(index->records->keys, tree.nodes, tree.count);
    cluster_part(index, worker, tree.nodes, tree.count, tree.edges, tree.edge_count);
    for (uint32_t c = 0; c < tree.count; c++)
        worker->plan.local[tree.nodes[c]] = NONE;
    arena_reset(worker->arena);
    return INDEX_TREE_WHOLE;
}

/* ---- Any component ---- */

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
