/* index.c: postings by key, edges by record, and the components that a change touches clustered anew.
 *
 * A find adds its question as a record for a moment and takes it away again: it is then compared by the very code that
 * compares records, and leaves nothing but a few words in the dictionaries. */
#include "link/index.h"

#include "base/hash.h"
#include "link/block.h"
#include "link/cluster.h"
#include "link/score.h"

#include <math.h>

enum { NONE = CLUSTER_NONE };

struct posting {
    uint32_t record, next; /* next: place + 1 */
};

struct key_slot {
    uint64_t key; /* 0: free */
    uint32_t first;
};

/* An edge as one of its ends sees it. */
struct half {
    uint32_t edge, next; /* next: place + 1 */
};

struct link_index {
    struct arena *arena;
    struct link_records *records;
    const struct link_model *model;
    void (*event)(void *context, const struct link_event *event);
    void *context;
    struct key_slot *slots;
    size_t slot_count, key_count;
    struct posting *postings;
    size_t posting_count, posting_capacity;
    struct link_edge *edges;
    size_t edge_count, edge_capacity;
    struct half *halves;
    size_t half_count, half_capacity;
    struct index_record *of; /* by record */
    size_t capacity;
    uint32_t stamp;
    struct link_cluster_input input;
    struct cluster_plan plan;
    struct memo *memo;
};

struct index_record {
    bool gone;
    uint32_t first_half; /* place + 1 */
    uint32_t strong;     /* the first record, by content, of its cluster before attaching */
    uint32_t entity;     /* … and after */
    uint32_t seen;       /* the stamp of the last walk that came by */
    uint32_t next;       /* the next record of its cluster before attaching; a ring */
};

/* ---- Keys ---- */

static uint64_t key_of(const struct link_index *index, size_t rule, uint32_t record, struct arena *scratch)
{
    uint64_t key = block_key(index->records, &index->records->spec->rules[rule], record, scratch);
    if (!key || key_set_has(&index->model->common_sets[rule], key))
        return 0;
    key = (key ^ (rule + 1)) * 0x9e3779b97f4a7c15ull;
    return key ? key : 1;
}

static struct key_slot *slot_of(const struct link_index *index, uint64_t key)
{
    size_t mask = index->slot_count - 1, at = key >> 20 & mask;
    while (index->slots[at].key && index->slots[at].key != key)
        at = (at + 1) & mask;
    return &index->slots[at];
}

static void widen(struct link_index *index)
{
    struct key_slot *old = index->slots;
    size_t count = index->slot_count;
    index->slot_count = count ? count * 2 : 1024;
    index->slots = arena_array(index->arena, struct key_slot, index->slot_count);
    for (size_t i = 0; i < count; i++)
        if (old[i].key)
            *slot_of(index, old[i].key) = old[i];
}

static void post(struct link_index *index, uint64_t key, uint32_t record)
{
    if (index->key_count * 2 >= index->slot_count)
        widen(index);
    struct key_slot *slot = slot_of(index, key);
    if (!slot->key) {
        slot->key = key;
        index->key_count++;
    }
    ARENA_GROW(index->arena, index->postings, index->posting_count, index->posting_capacity);
    index->postings[index->posting_count++] = (struct posting){record, slot->first};
    slot->first = (uint32_t)index->posting_count;
}

static void unpost(struct link_index *index, uint64_t key, uint32_t record)
{
    for (uint32_t *at = &slot_of(index, key)->first; *at; at = &index->postings[*at - 1].next)
        if (index->postings[*at - 1].record == record) {
            *at = index->postings[*at - 1].next;
            return;
        }
}

static void post_all(struct link_index *index, uint32_t record, bool in, struct arena *scratch)
{
    for (size_t rule = 0; rule < index->records->spec->rule_count; rule++) {
        uint64_t key = key_of(index, rule, record, scratch);
        if (key && in)
            post(index, key, record);
        else if (key)
            unpost(index, key, record);
    }
}

/* Records that share a key with this one, each once. */
static uint32_t *meet(struct link_index *index, uint32_t record, struct arena *scratch, size_t *ret_count)
{
    uint32_t *met = NULL;
    size_t count = 0, capacity = 0;
    uint32_t stamp = ++index->stamp;
    index->of[record].seen = stamp;
    for (size_t rule = 0; rule < index->records->spec->rule_count; rule++) {
        uint64_t key = key_of(index, rule, record, scratch);
        for (uint32_t at = key ? slot_of(index, key)->first : 0; at; at = index->postings[at - 1].next) {
            uint32_t other = index->postings[at - 1].record;
            if (index->of[other].seen == stamp || !records_may_meet(index->records, record, other))
                continue;
            index->of[other].seen = stamp;
            ARENA_GROW(scratch, met, count, capacity);
            met[count++] = other;
        }
    }
    *ret_count = count;
    return met;
}

/* ---- Edges ---- */

static void hang(struct link_index *index, uint32_t record, uint32_t edge)
{
    ARENA_GROW(index->arena, index->halves, index->half_count, index->half_capacity);
    index->halves[index->half_count++] = (struct half){edge, index->of[record].first_half};
    index->of[record].first_half = (uint32_t)index->half_count;
}

/* Edges of this weight or more of the record with all that it meets; not hung up yet. */
static struct link_edge *make_edges(struct link_index *index, uint32_t record, double floor, struct arena *scratch,
                                    size_t *ret_count)
{
    size_t met_count, count = 0;
    const uint32_t *met = meet(index, record, scratch, &met_count);
    struct link_edge *edges = arena_array(scratch, struct link_edge, met_count + 1);
    struct compared compared[COMPARE_BATCH];
    struct link_pair pairs[COMPARE_BATCH];
    for (size_t from = 0; from < met_count; from += COMPARE_BATCH) {
        size_t batch = met_count - from < COMPARE_BATCH ? met_count - from : COMPARE_BATCH;
        for (size_t i = 0; i < batch; i++)
            pairs[i] = (struct link_pair){record < met[from + i] ? record : met[from + i],
                                          record < met[from + i] ? met[from + i] : record};
        compare_batch(&index->plan.comparer, index->memo, pairs, batch, compared);
        for (size_t i = 0; i < batch; i++) {
            struct link_edge edge = score_edge(&index->plan.comparer, pairs[i], &compared[i]);
            if ((double)edge.weight >= floor)
                edges[count++] = edge;
        }
    }
    *ret_count = count;
    return edges;
}

static bool alive(const struct link_edge *edge)
{
    return edge->a != edge->b;
}

static uint32_t other_end(const struct link_edge *edge, uint32_t record)
{
    return edge->a == record ? edge->b : edge->a;
}

/* ---- Components ---- */

struct list {
    uint32_t *items;
    size_t count, capacity;
};

static void push(struct list *list, uint32_t item, struct arena *arena)
{
    ARENA_GROW(arena, list->items, list->count, list->capacity);
    list->items[list->count++] = item;
}

static bool holds_together(const struct link_index *index, const struct link_edge *edge)
{
    return alive(edge) && (index->plan.constrained || (double)edge->weight >= index->input.join);
}

/* The component of `start` among the records that no walk of this stamp came by yet. */
static struct list walk(struct link_index *index, uint32_t start, struct arena *scratch)
{
    struct list nodes = {0};
    index->of[start].seen = index->stamp;
    push(&nodes, start, scratch);
    for (size_t i = 0; i < nodes.count; i++)
        for (uint32_t h = index->of[nodes.items[i]].first_half; h; h = index->halves[h - 1].next) {
            const struct link_edge *edge = &index->edges[index->halves[h - 1].edge];
            if (!holds_together(index, edge))
                continue;
            uint32_t other = other_end(edge, nodes.items[i]);
            if (index->of[other].seen != index->stamp) {
                index->of[other].seen = index->stamp;
                push(&nodes, other, scratch);
            }
        }
    return nodes;
}

static void sort_by_content(const struct link_index *index, uint32_t *records, size_t count)
{
    records_sort_by_key(index->records->keys, records, count);
}

/* Clusters one component; its records are then rings from their clusters' first. */
static void cluster_anew(struct link_index *index, struct list *nodes, struct arena *scratch)
{
    struct cluster_plan *plan = &index->plan;
    uint32_t count = (uint32_t)nodes->count;
    struct list edges = {0};
    sort_by_content(index, nodes->items, count);
    plan->original = nodes->items;
    plan->count = count;
    plan->local = arena_array(scratch, uint32_t, (size_t)count + 1);
    plan->root = arena_array(scratch, uint32_t, (size_t)count + 1);
    uint32_t *numbers = arena_array(scratch, uint32_t, (size_t)count + 1);
    for (uint32_t c = 0; c < count; c++) {
        plan->canonical[nodes->items[c]] = c;
        plan->local[c] = plan->root[c] = numbers[c] = c;
    }
    for (uint32_t c = 0; c < count; c++)
        for (uint32_t h = index->of[nodes->items[c]].first_half; h; h = index->halves[h - 1].next) {
            const struct link_edge *edge = &index->edges[index->halves[h - 1].edge];
            /* Once, from its lesser end; also light edges within the component, whose fields count. */
            if (alive(edge) && edge->a == nodes->items[c] && plan->canonical[edge->b] != NONE)
                push(&edges, index->halves[h - 1].edge, scratch);
        }
    struct component_input component = {
        .nodes = numbers, .count = count, .edges = edges.items, .edge_count = edges.count};
    struct component_result result = {.arena = arena_make(0)};
    struct arena *own = arena_make(0);
    index->input.edges = index->edges;
    index->input.edge_count = index->edge_count;
    if (count > 1)
        cluster_component(plan, &component, index->memo, own, &result);
    arena_free(own);
    arena_free(result.arena);
    for (uint32_t c = 0; c < count; c++) {
        uint32_t record = nodes->items[c], root = nodes->items[plan->root[c]];
        index->of[record].strong = index->of[record].entity = root;
        index->of[record].next = record;
        if (record != root) { /* the first stands before its members in content order */
            index->of[record].next = index->of[root].next;
            index->of[root].next = record;
        }
        plan->canonical[record] = NONE;
    }
}

static size_t ring(const struct link_index *index, uint32_t root, struct list *ret, struct arena *scratch)
{
    ret->count = 0;
    uint32_t at = root;
    do {
        push(ret, at, scratch);
        at = index->of[at].next;
    } while (at != root);
    sort_by_content(index, ret->items, ret->count);
    return ret->count;
}

/* ---- Records left over ---- */

static void settle(struct link_index *index, const struct list *members, uint32_t entity)
{
    for (size_t i = 0; i < members->count; i++)
        index->of[members->items[i]].entity = entity;
}

/* Chooses anew where one small cluster belongs. */
static void attach(struct link_index *index, uint32_t root, struct arena *scratch)
{
    struct list members = {0}, ways = {0}, great = {0};
    if (ring(index, root, &members, scratch) > CLUSTER_SMALL)
        return;
    for (size_t i = 0; i < members.count; i++)
        for (uint32_t h = index->of[members.items[i]].first_half; h; h = index->halves[h - 1].next) {
            const struct link_edge *edge = &index->edges[index->halves[h - 1].edge];
            uint32_t to = alive(edge) ? index->of[other_end(edge, members.items[i])].strong : root;
            bool known = to == root;
            for (size_t w = 0; w < ways.count && !known; w++)
                known = ways.items[w] == to;
            if (!known)
                push(&ways, to, scratch);
        }
    sort_by_content(index, ways.items, ways.count);
    double best = 0, sum = CLUSTER_STRANGER;
    uint32_t chosen = root;
    for (size_t w = 0; w < ways.count; w++) {
        size_t count = ring(index, ways.items[w], &great, scratch);
        if (count <= CLUSTER_SMALL || count > CLUSTER_GREATEST)
            continue;
        struct arena *own = arena_make(0);
        double odds = cluster_belongs(&index->plan, index->memo, members.items, members.count, great.items, count, own);
        arena_free(own);
        sum += odds;
        if (odds > best) {
            best = odds;
            chosen = ways.items[w];
        }
    }
    settle(index, &members, best > sum / 2 ? chosen : root);
}

/* ---- A change ---- */

struct change {
    struct list records; /* of the components touched */
    struct list small;   /* roots of small clusters whose choice may differ now */
    struct list watched; /* records whose entity may change, with … */
    struct list before;  /* … what it was */
};

static void watch(struct link_index *index, struct change *change, uint32_t record, struct arena *scratch)
{
    push(&change->watched, record, scratch);
    push(&change->before, index->of[record].gone ? NONE : index->of[record].entity, scratch);
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

/* Which entities the watched records came from and went to, told as joins and splits. */
static void tell(struct link_index *index, const struct change *change, struct arena *scratch)
{
    if (!index->event)
        return;
    size_t count = change->watched.count;
    struct moved *moved = arena_array(scratch, struct moved, count + 1);
    for (size_t i = 0; i < count; i++)
        moved[i] = (struct moved){link_index_entity(index, change->watched.items[i]), change->before.items[i]};
    array_sort(moved, count, sizeof *moved, compare_moved);
    for (size_t i = 0; i < count; i++) {
        bool first = i == 0 || compare_moved(&moved[i], &moved[i - 1]) != 0;
        if (!first || moved[i].after == moved[i].before)
            continue;
        uint32_t after = moved[i].after, before = moved[i].before;
        bool lives = false, same = false;
        for (size_t k = 0; k < count; k++) {
            lives |= moved[k].before == before && moved[k].after == before;
            same |= moved[k].before == after && moved[k].after == after;
        }
        struct link_event event = {LINK_MADE, after, after};
        if (after == NONE)
            event = (struct link_event){LINK_ENDED, before, before};
        else if (before != NONE)
            event = lives && !same ? (struct link_event){LINK_PARTED, after, before}
                                   : (struct link_event){LINK_JOINED, after, before};
        if (after == NONE && lives)
            continue; /* a record has gone, its entity has not */
        index->event(index->context, &event);
    }
}

/* Clusters the components of these records anew and lets the small clusters about them choose again. */
static void renew(struct link_index *index, const struct list *from, struct change *change, struct arena *scratch)
{
    index->stamp++;
    for (size_t i = 0; i < from->count; i++) {
        if (index->of[from->items[i]].gone || index->of[from->items[i]].seen == index->stamp)
            continue;
        struct list nodes = walk(index, from->items[i], scratch);
        for (size_t k = 0; k < nodes.count; k++)
            push(&change->records, nodes.items[k], scratch);
        cluster_anew(index, &nodes, scratch);
    }
    if (index->plan.constrained || !index->input.attach)
        return;
    uint32_t stamp = ++index->stamp;
    for (size_t i = 0; i < change->records.count; i++) {
        uint32_t record = change->records.items[i];
        if (index->of[index->of[record].strong].seen != stamp) {
            index->of[index->of[record].strong].seen = stamp;
            push(&change->small, index->of[record].strong, scratch);
        }
        for (uint32_t h = index->of[record].first_half; h; h = index->halves[h - 1].next) {
            const struct link_edge *edge = &index->edges[index->halves[h - 1].edge];
            uint32_t root = alive(edge) ? index->of[other_end(edge, record)].strong : NONE;
            if (root != NONE && index->of[root].seen != stamp) {
                index->of[root].seen = stamp;
                push(&change->small, root, scratch);
            }
        }
    }
    for (size_t i = 0; i < change->small.count; i++)
        attach(index, change->small.items[i], scratch);
}

/* Every record whose entity a change at `record` may touch: its component as it is, and the small clusters about it. */
static void watch_about(struct link_index *index, const struct list *from, struct change *change, struct arena *scratch)
{
    uint32_t stamp = ++index->stamp;
    struct list reached = {0};
    for (size_t i = 0; i < from->count; i++)
        if (index->of[from->items[i]].seen != stamp) {
            struct list nodes = walk(index, from->items[i], scratch);
            for (size_t k = 0; k < nodes.count; k++)
                push(&reached, nodes.items[k], scratch);
        }
    size_t core = reached.count;
    for (size_t i = 0; i < core && !index->plan.constrained; i++)
        for (uint32_t h = index->of[reached.items[i]].first_half; h; h = index->halves[h - 1].next) {
            const struct link_edge *edge = &index->edges[index->halves[h - 1].edge];
            uint32_t other = alive(edge) ? other_end(edge, reached.items[i]) : reached.items[i];
            struct list members = {0};
            if (index->of[other].seen == stamp ||
                ring(index, index->of[other].strong, &members, scratch) > CLUSTER_SMALL)
                continue;
            for (size_t k = 0; k < members.count; k++) {
                index->of[members.items[k]].seen = stamp;
                push(&reached, members.items[k], scratch);
            }
        }
    for (size_t i = 0; i < reached.count; i++)
        watch(index, change, reached.items[i], scratch);
}

/* ---- Making, adding, removing ---- */

static bool make_room(struct link_index *index, uint32_t records, struct error *err)
{
    if (records < index->capacity)
        return true;
    if (records >= NONE / 2)
        return error_set(err, ERROR_TOO_BIG, "an index holds at most 2,000 million records");
    size_t capacity = index->capacity ? index->capacity * 2 : 1024;
    while (capacity <= records)
        capacity *= 2;
    struct index_record *of = arena_array(index->arena, struct index_record, capacity);
    uint32_t *canonical = arena_array(index->arena, uint32_t, capacity);
    if (index->capacity)
        memcpy(of, index->of, index->capacity * sizeof *of);
    for (size_t i = 0; i < capacity; i++)
        canonical[i] = NONE;
    index->of = of;
    index->plan.canonical = canonical;
    index->capacity = capacity;
    return true;
}

static bool put_in_all(struct link_index *index, struct error *err)
{
    uint32_t count = link_records_count(index->records);
    struct link_options options = {.threads = 1};
    struct arena *scratch = arena_make(0);
    struct link_edges edges;
    struct list all = {0};
    struct change change = {0};
    bool done = link_score(index->records, index->model, &options, scratch, &edges, err);
    for (uint32_t r = 0; done && r < count; r++) {
        index->of[r] = (struct index_record){.strong = r, .entity = r, .next = r};
        struct arena *own = arena_make(0);
        post_all(index, r, true, own);
        arena_free(own);
        push(&all, r, scratch);
    }
    for (size_t i = 0; done && i < edges.count; i++) {
        ARENA_GROW(index->arena, index->edges, index->edge_count, index->edge_capacity);
        index->edges[index->edge_count++] = edges.edges[i];
        hang(index, edges.edges[i].a, (uint32_t)i);
        hang(index, edges.edges[i].b, (uint32_t)i);
    }
    if (done)
        renew(index, &all, &change, scratch);
    arena_free(scratch);
    return done;
}

bool link_index_make(struct link_records *records, const struct link_model *model,
                     void (*event)(void *context, const struct link_event *event), void *context, struct arena *arena,
                     struct link_index **ret, struct error *err)
{
    if (!link_prepare(records, NULL, err))
        return false;
    if (records->spec->one_to_one || records->spec->all_without_duplicates || records->spec->no_duplicate_count > 0)
        return error_set(err, ERROR_INPUT,
                         "an index does not know sources without duplicates; take one_to_one and no_duplicates out of "
                         "the specification");
    struct link_index *index = arena_new(arena, struct link_index);
    *index = (struct link_index){
        .arena = arena, .records = records, .model = model, .memo = memo_make(records->spec, arena)};
    index->input = (struct link_cluster_input){.join = model->join,
                                               .review = model->review,
                                               .records = records,
                                               .model = model,
                                               .attach = records->spec->attach};
    index->plan.input = &index->input;
    cluster_plan_model(&index->plan);
    widen(index);
    if (!make_room(index, link_records_count(records), err) || !put_in_all(index, err))
        return false;
    index->event = event;
    index->context = context;
    *ret = index;
    return true;
}

bool link_index_add(struct link_index *index, uint32_t source, struct slice id, const struct slice *values,
                    uint32_t *ret_record, struct error *err)
{
    uint32_t record = link_records_count(index->records);
    if (!make_room(index, record, err) || !records_append(index->records, source, id, values, err))
        return false;
    struct arena *scratch = arena_make(0);
    struct change change = {0};
    struct list from = {0};
    size_t count;
    index->of[record] = (struct index_record){.strong = record, .entity = record, .next = record, .gone = true};
    const struct link_edge *edges = make_edges(index, record, index->model->floor, scratch, &count);
    push(&from, record, scratch);
    for (size_t i = 0; i < count; i++)
        push(&from, other_end(&edges[i], record), scratch);
    watch_about(index, &from, &change, scratch);
    index->of[record].gone = false;
    post_all(index, record, true, scratch);
    for (size_t i = 0; i < count; i++) {
        uint32_t number = (uint32_t)index->edge_count;
        ARENA_GROW(index->arena, index->edges, index->edge_count, index->edge_capacity);
        index->edges[index->edge_count++] = edges[i];
        hang(index, edges[i].a, number);
        hang(index, edges[i].b, number);
    }
    from.count = 1;
    renew(index, &from, &change, scratch);
    tell(index, &change, scratch);
    arena_free(scratch);
    *ret_record = record;
    return true;
}

bool link_index_remove(struct link_index *index, uint32_t record, struct error *err)
{
    if (record >= link_records_count(index->records) || index->of[record].gone)
        return error_set(err, ERROR_NOT_FOUND, "record %u is not in the index", record);
    struct arena *scratch = arena_make(0);
    struct change change = {0};
    struct list from = {0};
    push(&from, record, scratch);
    watch_about(index, &from, &change, scratch);
    for (uint32_t h = index->of[record].first_half; h; h = index->halves[h - 1].next) {
        struct link_edge *edge = &index->edges[index->halves[h - 1].edge];
        if (!alive(edge))
            continue;
        push(&from, other_end(edge, record), scratch);
        edge->a = edge->b; /* dead */
    }
    post_all(index, record, false, scratch);
    index->of[record].gone = true;
    renew(index, &from, &change, scratch);
    tell(index, &change, scratch);
    arena_free(scratch);
    return true;
}

uint32_t link_index_entity(const struct link_index *index, uint32_t record)
{
    return record >= link_records_count(index->records) || index->of[record].gone ? NONE : index->of[record].entity;
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

size_t link_index_members(const struct link_index *index, uint32_t entity, struct arena *arena, uint32_t **ret)
{
    struct list members = {0}, small = {0};
    uint32_t own = index->of[entity].strong;
    ring(index, own, &members, arena);
    /* Small clusters that have come stand at the other end of an edge. */
    size_t core = members.count;
    for (size_t i = 0; i < core; i++)
        for (uint32_t h = index->of[members.items[i]].first_half; h; h = index->halves[h - 1].next) {
            const struct link_edge *edge = &index->edges[index->halves[h - 1].edge];
            uint32_t other = alive(edge) ? other_end(edge, members.items[i]) : members.items[i];
            if (index->of[other].strong == own || index->of[other].entity != entity)
                continue;
            struct list ring_of = {0};
            ring(index, index->of[other].strong, &ring_of, arena);
            for (size_t k = 0; k < ring_of.count; k++)
                push(&small, ring_of.items[k], arena);
        }
    for (size_t i = 0; i < small.count; i++)
        push(&members, small.items[i], arena);
    array_sort(members.items, members.count, sizeof *members.items, compare_numbers);
    size_t kept = 0;
    for (size_t i = 0; i < members.count; i++)
        if (kept == 0 || members.items[i] != members.items[kept - 1])
            members.items[kept++] = members.items[i];
    *ret = members.items;
    return kept;
}

static int compare_found(const void *a, const void *b)
{
    const struct link_found *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return x->record < y->record ? -1 : x->record > y->record;
}

bool link_index_find(struct link_index *index, const struct slice *values, double least, size_t most,
                     struct arena *arena, struct link_found **ret, size_t *ret_count, struct error *err)
{
    uint32_t record = link_records_count(index->records), source = 0;
    if (!make_room(index, record, err) || !link_records_source(index->records, S(""), &source, err) ||
        !records_append(index->records, source, NO_SLICE, values, err))
        return false;
    struct arena *scratch = arena_make(0);
    size_t count;
    index->of[record] = (struct index_record){.gone = true, .strong = record, .entity = record, .next = record};
    const struct link_edge *edges = make_edges(index, record, least, scratch, &count);
    struct link_found *found = arena_array(arena, struct link_found, count + 1);
    for (size_t i = 0; i < count; i++) {
        uint32_t other = other_end(&edges[i], record);
        found[i] = (struct link_found){other, index->of[other].entity, (double)edges[i].weight};
    }
    records_take_back(index->records);
    array_sort(found, count, sizeof *found, compare_found);
    *ret = found;
    *ret_count = count < most ? count : most;
    arena_free(scratch);
    return true;
}
