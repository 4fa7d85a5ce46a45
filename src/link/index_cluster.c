/* index_cluster.c: the components that a change touches, clustered anew.
 *
 * Components are found by one walk along the edges that hold records together; each is then clustered by the very code
 * that clusters everything (cluster_component), with its edges copied side by side, so that several threads may work at
 * several components. Where records are put to greater clusters that they belong to, the choice of each small cluster
 * about what changed is made again. */
#include "link/index_inside.h"

#include <stdlib.h>

enum { CHUNK_NODES = 256 };

static bool holds_together(const struct link_index *index, const struct link_edge *edge)
{
    return edge_alive(edge) && ((double)edge->weight >= index->tie || cluster_of_twins(&index->comparer, edge));
}

/* Adds the component of `start` to nodes, but for what a walk of this stamp came by before. */
static void walk(struct link_index *index, uint32_t start, struct list *nodes, struct arena *scratch)
{
    size_t from = nodes->count;
    index->seen[start] = index->stamp;
    list_push(nodes, start, scratch);
    for (size_t i = from; i < nodes->count; i++) {
        uint32_t node = nodes->items[i];
        for (uint32_t e = index->of[node].first_edge; e; e = edge_next(&index->edges[e - 1], node)) {
            const struct link_edge *edge = &index->edges[e - 1].edge;
            uint32_t other = other_end(edge, node);
            if (index->seen[other] == index->stamp || !holds_together(index, edge))
                continue;
            index->seen[other] = index->stamp;
            list_push(nodes, other, scratch);
        }
    }
}

size_t link_index_largest(struct link_index *index)
{
    struct arena *scratch = arena_make(0);
    struct list nodes = {0};
    size_t largest = 0;
    (void)index_stamp(index);
    for (uint32_t r = 0; r < link_records_count(index->records); r++) {
        if (index->of[r].entity == NONE || index->seen[r] == index->stamp)
            continue;
        nodes.count = 0;
        walk(index, r, &nodes, scratch);
        largest = nodes.count > largest ? nodes.count : largest;
    }
    arena_free(scratch);
    return largest;
}

/* ---- One component ---- */

bool index_worker_make(struct link_index *index, unsigned thread)
{
    struct index_worker *worker = index->workers[thread];
    if (!worker) {
        worker = index->workers[thread] = arena_new(index->arena, struct index_worker);
        worker->arena = arena_make(0);
        worker->memo = memo_make(index->records->spec, index->arena);
        worker->input = (struct link_cluster_input){.join = index->join,
                                                    .review = index->review,
                                                    .records = index->records,
                                                    .model = index->model,
                                                    .attach = index->attach};
        worker->plan.input = &worker->input;
        cluster_plan_model(&worker->plan);
        worker->table = cluster_table_make(&worker->plan, index->arena);
        worker->plan.constrained = index->constrained;
        worker->plan.masks = arena_array(index->arena, uint64_t, countof(index->records->sources));
    }
    while (worker->local_capacity < index->capacity) {
        worker->plan.local = realloc(worker->plan.local, index->capacity * sizeof *worker->plan.local);
        must(worker->plan.local);
        for (; worker->local_capacity < index->capacity; worker->local_capacity++)
            worker->plan.local[worker->local_capacity] = NONE;
    }
    worker->plan.comparer = index->comparer;
    worker->input.source = index->source;
    uint64_t bit = 1;
    for (size_t s = 0; s < index->records->source_count && index->source; s++) {
        bool alone = index->model->one_to_one || index->records->sources[s].no_duplicates;
        worker->plan.masks[s] = alone ? bit : 0;
        if (alone && !bit)
            return false;
        bit <<= alone;
    }
    return true;
}

/* Each edge within the component once, from its lesser end; light ones too, whose fields count. */
static size_t copy_edges(const struct link_index *index, struct index_worker *worker, const uint32_t *nodes,
                         size_t count)
{
    size_t edges = 0;
    for (size_t c = 0; c < count; c++)
        for (uint32_t e = index->of[nodes[c]].first_edge; e; e = edge_next(&index->edges[e - 1], nodes[c])) {
            const struct link_edge *edge = &index->edges[e - 1].edge;
            if (!edge_alive(edge) || edge->a != nodes[c] || worker->plan.local[edge->b] == NONE)
                continue;
            INDEX_GROW(worker->edges, edges, worker->edge_capacity);
            worker->edges[edges++] = *edge;
        }
    return edges;
}

/* Its records are then rings from their clusters' first. */
static void cluster_anew(struct link_index *index, struct index_worker *worker, uint32_t *nodes, size_t count)
{
    struct cluster_plan *plan = &worker->plan;
    struct arena *scratch = worker->arena;
    if (count == 1) {
        index->of[nodes[0]].strong = index->of[nodes[0]].entity = index->of[nodes[0]].next = nodes[0];
        return;
    }
    records_sort_by_key(index->records->keys, nodes, count);
    uint32_t *roots = arena_array(scratch, uint32_t, count + 1);
    for (uint32_t c = 0; c < count; c++)
        plan->local[nodes[c]] = c;
    size_t edges = copy_edges(index, worker, nodes, count);
    struct component_input component = {
        .nodes = nodes, .count = (uint32_t)count, .edges = worker->edges, .edge_count = edges};
    struct component_result result = {.arena = scratch};
    if (count > 2 || index->constrained) /* else the edge that holds the two together joins them */
        cluster_component(plan, &component, worker->memo, worker->table, scratch, roots, &result);
    for (uint32_t c = 0; c < count; c++) {
        uint32_t record = nodes[c], root = nodes[roots[c]];
        index->of[record].strong = index->of[record].entity = root;
        index->of[record].next = record;
        if (record != root) { /* the first stands before its members in content order */
            index->of[record].next = index->of[root].next;
            index->of[root].next = record;
        }
    }
    for (uint32_t c = 0; c < count; c++)
        plan->local[nodes[c]] = NONE;
    arena_reset(scratch);
}

size_t index_ring(const struct link_index *index, uint32_t root, struct list *ret, struct arena *scratch)
{
    ret->count = 0;
    uint32_t at = root;
    do {
        list_push(ret, at, scratch);
        at = index->of[at].next;
    } while (at != root);
    if (ret->count > 1)
        records_sort_by_key(index->records->keys, ret->items, ret->count);
    return ret->count;
}

/* ---- Records left over ---- */

static bool listed(const struct list *list, uint32_t item)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i] == item)
            return true;
    return false;
}

/* Chooses anew where one small cluster belongs; writes to its own records alone. */
static void attach(struct link_index *index, struct index_worker *worker, uint32_t root)
{
    struct list members = {0}, ways = {0}, great = {0};
    struct arena *scratch = worker->arena;
    if (index_ring(index, root, &members, scratch) > CLUSTER_SMALL)
        return;
    for (size_t i = 0; i < members.count; i++) {
        uint32_t own = members.items[i];
        for (uint32_t e = index->of[own].first_edge; e; e = edge_next(&index->edges[e - 1], own)) {
            uint32_t to = index->of[other_end(&index->edges[e - 1].edge, own)].strong;
            if (to != root && !listed(&ways, to))
                list_push(&ways, to, scratch);
        }
    }
    records_sort_by_key(index->records->keys, ways.items, ways.count);
    double best = 0, sum = worker->plan.stranger;
    uint32_t chosen = root;
    for (size_t w = 0; w < ways.count; w++) {
        size_t count = index_ring(index, ways.items[w], &great, scratch);
        if (count <= CLUSTER_SMALL || count > CLUSTER_GREATEST)
            continue;
        double odds =
            cluster_belongs(&worker->plan, worker->memo, members.items, members.count, great.items, count, scratch);
        sum += odds;
        if (odds > best) {
            best = odds;
            chosen = ways.items[w];
        }
    }
    for (size_t i = 0; i < members.count; i++)
        index->of[members.items[i]].entity = best > sum / 2 ? chosen : root;
    arena_reset(scratch);
}

/* The clusters of these records and those at the other ends of their edges. */
static void list_small(struct link_index *index, const struct list *records, struct list *small, struct arena *scratch)
{
    uint32_t stamp = index_stamp(index);
    for (size_t i = 0; i < records->count; i++) {
        uint32_t record = records->items[i], root = index->of[record].strong;
        if (index->seen[root] != stamp) {
            index->seen[root] = stamp;
            list_push(small, root, scratch);
        }
        for (uint32_t e = index->of[record].first_edge; e; e = edge_next(&index->edges[e - 1], record)) {
            root = index->of[other_end(&index->edges[e - 1].edge, record)].strong;
            if (index->seen[root] != stamp) {
                index->seen[root] = stamp;
                list_push(small, root, scratch);
            }
        }
    }
}

/* ---- Several ---- */

struct renewing {
    struct link_index *index;
    struct list nodes, starts, chunks, small; /* starts: of components in nodes; chunks: of chunks in starts */
};

static void renew_chunk(void *context, size_t chunk, unsigned thread)
{
    struct renewing *work = context;
    for (uint32_t k = work->chunks.items[chunk]; k < work->chunks.items[chunk + 1]; k++)
        cluster_anew(work->index, work->index->workers[thread], work->nodes.items + work->starts.items[k],
                     work->starts.items[k + 1] - work->starts.items[k]);
}

static void attach_chunk(void *context, size_t chunk, unsigned thread)
{
    struct renewing *work = context;
    for (size_t i = chunk * CHUNK_NODES; i < (chunk + 1) * CHUNK_NODES && i < work->small.count; i++)
        attach(work->index, work->index->workers[thread], work->small.items[i]);
}

/* One record's change is not worth a thread's start, nor the doubling of what a thread needs. */
static struct link_options own_threads(const struct link_options *options, size_t records)
{
    struct link_options own = options ? *options : (struct link_options){0};
    own.threads = records < (size_t)2 * CHUNK_NODES ? 1 : threads_count(options);
    return own;
}

bool index_renew(struct link_index *index, const struct list *from, const struct link_options *options,
                 struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct renewing work = {.index = index};
    struct link_options own = own_threads(options, from->count);
    (void)index_stamp(index);
    for (size_t i = 0; i < from->count; i++) {
        uint32_t record = from->items[i];
        if (index->of[record].entity == NONE || index->seen[record] == index->stamp)
            continue;
        list_push(&work.starts, (uint32_t)work.nodes.count, scratch);
        walk(index, record, &work.nodes, scratch);
    }
    list_push(&work.starts, (uint32_t)work.nodes.count, scratch);
    for (uint32_t k = 0; k + 1 < work.starts.count; k++)
        if (work.chunks.count == 0 ||
            work.starts.items[k] - work.starts.items[work.chunks.items[work.chunks.count - 1]] >= CHUNK_NODES)
            list_push(&work.chunks, k, scratch);
    size_t chunks = work.chunks.count;
    list_push(&work.chunks, (uint32_t)work.starts.count - 1, scratch);
    bool done = true;
    for (unsigned t = 0; t < own.threads; t++)
        done = done && (index_worker_make(index, t) ||
                        error_set(err, ERROR_TOO_BIG,
                                  "more than 64 sources are said to hold no duplicates; take some "
                                  "out"));
    done = done && threads_run(&own, "clustering", chunks, renew_chunk, &work, err);
    if (done && !index->constrained && index->attach) {
        list_small(index, &work.nodes, &work.small, scratch);
        done = threads_run(&own, "placing what is left over", (work.small.count + CHUNK_NODES - 1) / CHUNK_NODES,
                           attach_chunk, &work, err);
    }
    arena_free(scratch);
    return done;
}

/* ---- Events ---- */

void index_watch(struct link_index *index, const struct list *from, struct index_change *change, struct arena *scratch)
{
    uint32_t stamp = index_stamp(index);
    for (size_t i = 0; i < from->count; i++)
        if (index->seen[from->items[i]] != stamp)
            walk(index, from->items[i], &change->watched, scratch);
    size_t core = change->watched.count;
    for (size_t i = change->before.count; i < core && !index->constrained && index->attach; i++) {
        uint32_t record = change->watched.items[i];
        for (uint32_t e = index->of[record].first_edge; e; e = edge_next(&index->edges[e - 1], record)) {
            uint32_t other = other_end(&index->edges[e - 1].edge, record);
            struct list members = {0};
            if (index->seen[other] == stamp ||
                index_ring(index, index->of[other].strong, &members, scratch) > CLUSTER_SMALL)
                continue;
            for (size_t k = 0; k < members.count; k++)
                if (index->seen[members.items[k]] != stamp) {
                    index->seen[members.items[k]] = stamp;
                    list_push(&change->watched, members.items[k], scratch);
                }
        }
    }
    for (size_t i = change->before.count; i < change->watched.count; i++)
        list_push(&change->before, index->of[change->watched.items[i]].entity, scratch);
}

struct moved {
    uint32_t after, before;
};

static int compare_moved(const void *a, const void *b)
{
    const struct moved *x = a, *y = b;
    if (x->after != y->after)
        return x->after < y->after ? -1 : 1;
    return x->before < y->before ? -1 : x->before > y->before;
}

static bool has_moved(const struct moved *moved, size_t count, uint32_t after, uint32_t before)
{
    struct moved wanted = {after, before};
    return bsearch(&wanted, moved, count, sizeof *moved, compare_moved) != NULL;
}

/* Whether nothing but one entity's records, and records that have come, are what is `after` now. */
static bool alone(const struct moved *moved, size_t count, size_t i)
{
    for (size_t k = i; k-- > 0 && moved[k].after == moved[i].after;)
        if (moved[k].before != moved[i].before)
            return false;
    for (size_t k = i + 1; k < count && moved[k].after == moved[i].after; k++)
        if (moved[k].before != moved[i].before && moved[k].before != NONE)
            return false;
    return !has_moved(moved, count, moved[i].before, moved[i].before);
}

/* A record that was replaced stands on in what took its place. */
static uint32_t stands_on(const struct link_index *index, uint32_t record)
{
    if (record == NONE || index->of[record].entity != NONE)
        return record;
    uint32_t next = link_index_record(index, index->records->source_of[record], index->records->ids[record]);
    return next == NONE ? record : next;
}

void index_tell(struct link_index *index, const struct index_change *change, struct arena *scratch)
{
    size_t count = change->watched.count;
    struct moved *moved = arena_array(scratch, struct moved, count + 1);
    for (size_t i = 0; i < count; i++)
        moved[i] = (struct moved){index->of[stands_on(index, change->watched.items[i])].entity,
                                  stands_on(index, change->before.items[i])};
    array_sort(moved, count, sizeof *moved, compare_moved);
    for (size_t i = 0; i < count; i++) {
        uint32_t after = moved[i].after, before = moved[i].before;
        if (after == before || (i > 0 && compare_moved(&moved[i], &moved[i - 1]) == 0))
            continue;
        bool lives = before != NONE && has_moved(moved, count, before, before);
        bool same = after != NONE && has_moved(moved, count, after, after);
        struct link_event event = {LINK_MADE, after, after};
        if (after == NONE && lives)
            continue; /* a record has gone, its entity has not */
        /* NONE is the last `before` of an entity: with another before it, a record came to what was there. */
        if (before == NONE && i > 0 && moved[i - 1].after == after)
            continue;
        if (after == NONE)
            event = (struct link_event){LINK_ENDED, before, before};
        else if (before != NONE)
            event = (struct link_event){lives && !same           ? LINK_PARTED
                                        : alone(moved, count, i) ? LINK_CALLED
                                                                 : LINK_JOINED,
                                        after, before};
        index->event(index->context, &event);
    }
}
