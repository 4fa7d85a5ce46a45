/* index_cluster.c: the components that a change touches, clustered anew.
 *
 * Components are found by a walk along the edges that hold records together; each is then clustered by the very code
 * that clusters everything (index_component.c), with its edges copied side by side, so that several threads may work at
 * several components. Where records are put to greater clusters that they belong to, the choice of each small cluster
 * about what changed is made again. */
#include "link/index_inside.h"

#include <pthread.h>
#include <stdlib.h>

enum { CHUNK_NODES = 256, CHUNK_STARTS = 64, CHUNK_TREES = 512, TREES_SHARE = 4 };

static bool holds_together(const struct link_index *index, const struct link_edge *edge)
{
    return edge_alive(edge) && ((double)edge->weight >= index->tie || cluster_of_twins(&index->comparer, edge));
}

void index_walk(struct link_index *index, uint32_t start, struct list *nodes, struct arena *scratch)
{
    size_t from = nodes->count;
    index->seen[start] = index->stamp;
    list_push(nodes, start, scratch);
    for (size_t i = from; i < nodes->count; i++) {
        uint32_t node = nodes->items[i];
        for (uint32_t e = index->of[node].first_edge; e; e = edge_next(&index->edges[e - 1], node)) {
            const struct link_edge *edge = &index->edges[e - 1].edge;
            uint32_t other = other_end(edge, node);
            bool heavy = (double)edge->weight >= index->tie;
            if ((!heavy && edge->verdict != LINK_REVIEW && edge->verdict != LINK_APART) ||
                index->seen[other] == index->stamp || !holds_together(index, edge))
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
        index_walk(index, r, &nodes, scratch);
        largest = nodes.count > largest ? nodes.count : largest;
    }
    arena_free(scratch);
    return largest;
}

/* ---- Threads ---- */

bool index_worker_make(struct link_index *index, unsigned thread)
{
    struct index_worker *worker = index->workers[thread];
    if (!worker) {
        worker = index->workers[thread] = arena_alloc(index->arena, sizeof *worker, 1, 64);
        worker->arena = arena_make(0);
        worker->store = arena_make(0);
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
    size_t known = worker->local_capacity;
    if (known < index->capacity)
        INDEX_GROW(worker->store, worker->plan.local, index->capacity - 1, worker->local_capacity);
    memset(worker->plan.local + known, 0xff, (worker->local_capacity - known) * sizeof(uint32_t)); /* NONE */
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

/* The clusters of these records and those at the other ends of their edges, but for those that a walk of this stamp
 * came by before. */
static void list_small(struct link_index *index, const struct list *records, struct list *small, struct arena *scratch)
{
    uint32_t stamp = index->stamp;
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

/* Components are found by one thread at a time, and clustered by each as soon as it has found a few: what it walked
 * through is then still at hand. */
struct renewing {
    struct link_index *index;
    const struct list *from;
    struct index_touched touched;
    pthread_mutex_t walking;
    bool keep; /* the nodes of all components are wanted afterwards */
    struct list small;
};

/* What a walk from a record to come will want, in steps: the record, its edges, their other ends, and the edges of
 * those. */
INLINED void fetch_starts(const struct renewing *work, size_t i)
{
    enum { RECORDS = 24, EDGES = 18, ENDS = 12, THEIR_EDGES = 6 };
    const struct link_index *index = work->index;
    const uint32_t *from = work->from->items;
    size_t end = work->from->count; /* who takes the next chunk has them near too */
    if (i + RECORDS < end)
        __builtin_prefetch(&index->of[from[i + RECORDS]]);
    if (i + EDGES < end && index->of[from[i + EDGES]].first_edge)
        __builtin_prefetch(&index->edges[index->of[from[i + EDGES]].first_edge - 1]);
    for (uint32_t e = i + ENDS < end ? index->of[from[i + ENDS]].first_edge : 0; e;) {
        const struct index_edge *edge = &index->edges[e - 1];
        uint32_t other = other_end(&edge->edge, from[i + ENDS]);
        __builtin_prefetch(&index->of[other]);
        __builtin_prefetch(&index->seen[other]);
        __builtin_prefetch(&index->records->keys[other]);
        e = edge_next(edge, from[i + ENDS]);
    }
    for (uint32_t e = i + THEIR_EDGES < end ? index->of[from[i + THEIR_EDGES]].first_edge : 0; e;) {
        const struct index_edge *edge = &index->edges[e - 1];
        uint32_t first = index->of[other_end(&edge->edge, from[i + THEIR_EDGES])].first_edge;
        if (first > 0) {
            __builtin_prefetch(&index->edges[first - 1]);
            __builtin_prefetch(&index->edges[first - 1].next);
        }
        if (first > 2) /* the older ones stand before it, most often */
            __builtin_prefetch(&index->edges[first - 3]);
        e = edge_next(edge, from[i + THEIR_EDGES]);
    }
}

/* The components of some of the records that nobody came by before. */
static void find_components(struct renewing *work, size_t begin, size_t end, struct index_worker *worker)
{
    struct link_index *index = work->index;
    worker->starts.count = 0;
    if (!work->keep)
        worker->nodes.count = 0;
    must(pthread_mutex_lock(&work->walking) == 0);
    for (size_t i = begin; i < end; i++) {
        uint32_t record = work->from->items[i];
        fetch_starts(work, i);
        if (index->seen[record] == index->stamp || index->of[record].entity == NONE)
            continue;
        list_push(&worker->starts, (uint32_t)worker->nodes.count, worker->store);
        index_walk(index, record, &worker->nodes, worker->store);
    }
    must(pthread_mutex_unlock(&work->walking) == 0);
    list_push(&worker->starts, (uint32_t)worker->nodes.count, worker->store);
}

static void renew_chunk(void *context, size_t chunk, unsigned thread)
{
    struct renewing *work = context;
    struct index_worker *worker = work->index->workers[thread];
    size_t begin = chunk * CHUNK_STARTS, end = begin + CHUNK_STARTS;
    find_components(work, begin, end < work->from->count ? end : work->from->count, worker);
    for (size_t k = 0; k + 1 < worker->starts.count; k++)
        index_cluster_anew(work->index, worker, worker->nodes.items + worker->starts.items[k],
                           worker->starts.items[k + 1] - worker->starts.items[k], &work->touched);
}

/* Components that are trees, each from the first of its touched records; others are left. */
static void renew_trees(void *context, size_t chunk, unsigned thread)
{
    struct renewing *work = context;
    struct index_worker *worker = work->index->workers[thread];
    size_t begin = chunk * CHUNK_TREES, end = begin + CHUNK_TREES;
    end = end < work->from->count ? end : work->from->count;
    for (size_t i = begin; i < end; i++) {
        fetch_starts(work, i);
        if (index_cluster_tree(work->index, worker, work->from->items[i], &work->touched) == INDEX_TREE_PART)
            list_push(&worker->left, work->from->items[i], worker->store);
    }
}

static bool cluster_trees(struct renewing *work, const struct link_options *options, struct list *ret_left,
                          struct arena *scratch, struct error *err)
{
    if (!threads_run(options, "clustering", (work->from->count + CHUNK_TREES - 1) / CHUNK_TREES, renew_trees, work,
                     err))
        return false;
    for (unsigned t = 0; t < options->threads; t++) {
        struct list *left = &work->index->workers[t]->left;
        for (size_t i = 0; i < left->count; i++)
            list_push(ret_left, left->items[i], scratch);
        left->count = 0;
    }
    work->from = ret_left;
    return true;
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

static bool make_workers(struct link_index *index, unsigned threads, struct error *err)
{
    for (unsigned t = 0; t < threads; t++) {
        if (!index_worker_make(index, t))
            return error_set(err, ERROR_TOO_BIG, "more than 64 sources are said to hold no duplicates; take some out");
        index->workers[t]->nodes.count = index->workers[t]->left.count = 0;
    }
    return true;
}

static void touch(struct link_index *index, const struct list *from, bool touched)
{
    INDEX_GROW(index->arena, index->touched, index->capacity / 64, index->touched_capacity);
    for (size_t i = 0; i < from->count; i++) {
        uint64_t *bits = &index->touched[from->items[i] / 64], bit = 1ull << from->items[i] % 64;
        *bits = touched ? *bits | bit : *bits & ~bit;
    }
}

bool index_renew(struct link_index *index, const struct list *from, bool some_gone, const struct link_options *options,
                 struct error *err)
{
    struct link_options own = own_threads(options, from->count);
    if (!make_workers(index, own.threads, err))
        return false;
    touch(index, from, true);
    struct renewing work = {.index = index,
                            .from = from,
                            .touched = {index->touched, some_gone},
                            .keep = !index->constrained && index->attach};
    struct arena *scratch = arena_make(0);
    struct list left = {0};
    (void)index_stamp(index);
    must(pthread_mutex_init(&work.walking, NULL) == 0);
    /* Where nearly all are touched, looking from each of them is not worth it. */
    bool few = from->count < link_index_count(index) / TREES_SHARE;
    bool done = some_gone || work.keep || !few || cluster_trees(&work, &own, &left, scratch, err);
    done = done && threads_run(&own, "clustering", (work.from->count + CHUNK_STARTS - 1) / CHUNK_STARTS, renew_chunk,
                               &work, err);
    if (done && work.keep) {
        (void)index_stamp(index);
        for (unsigned t = 0; t < own.threads; t++)
            list_small(index, &index->workers[t]->nodes, &work.small, scratch);
        done = threads_run(&own, "placing what is left over", (work.small.count + CHUNK_NODES - 1) / CHUNK_NODES,
                           attach_chunk, &work, err);
    }
    must(pthread_mutex_destroy(&work.walking) == 0);
    touch(index, from, false);
    arena_free(scratch);
    return done;
}

/* ---- Events ---- */

void index_watch(struct link_index *index, const struct list *from, struct index_change *change, struct arena *scratch)
{
    uint32_t stamp = index_stamp(index);
    for (size_t i = 0; i < from->count; i++)
        if (index->seen[from->items[i]] != stamp)
            index_walk(index, from->items[i], &change->watched, scratch);
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
