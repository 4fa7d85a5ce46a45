/* Edges are taken from the table, not scored anew: they are what the model in force said of these two versions when the
 * hub was linked last, so a decision changes what it is about and nothing else. */
#include "hub/component.h"

#include "hub/linking_write.h"

#include <inttypes.h>
#include <stdlib.h>

enum { COMPONENT_MAX = 20000 };

struct anchors {
    int64_t *list;
    size_t count, capacity;
};

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Sorted and each once. */
static void squeeze(struct anchors *anchors)
{
    size_t count = 0;
    array_sort(anchors->list, anchors->count, sizeof *anchors->list, by_number);
    for (size_t i = 0; i < anchors->count; i++)
        if (count == 0 || anchors->list[count - 1] != anchors->list[i])
            anchors->list[count++] = anchors->list[i];
    anchors->count = count;
}

static void add(struct anchors *anchors, int64_t anchor, struct arena *arena)
{
    ARENA_GROW(arena, anchors->list, anchors->count, anchors->capacity);
    anchors->list[anchors->count++] = anchor;
}

static bool has(const struct anchors *anchors, int64_t anchor)
{
    return anchors->count && bsearch(&anchor, anchors->list, anchors->count, sizeof *anchors->list, by_number);
}

/* Adds to *whole, breadth first, what hangs together with it. */
static bool gather(struct transaction *t, struct anchors *whole, struct arena *arena, struct error *err)
{
    struct anchors front = {0};
    squeeze(whole);
    for (size_t i = 0; i < whole->count; i++)
        add(&front, whole->list[i], arena);
    while (front.count) {
        struct result edges, decisions;
        struct value list = id_list(t, front.list, front.count, arena);
        struct anchors next = {0};
        if (!store_query(t, STATEMENT_HUB_EDGES_AT, ARGS(list), arena, &edges, err) ||
            !store_query(t, STATEMENT_HUB_DECISIONS_AT, ARGS(list), arena, &decisions, err))
            return false;
        for (size_t i = 0; i < edges.rows + decisions.rows; i++) {
            const struct value *row = i < edges.rows ? result_row(&edges, i) : result_row(&decisions, i - edges.rows);
            for (size_t k = 0; k < 2; k++)
                if (!has(whole, cell_integer(&row[k])))
                    add(&next, cell_integer(&row[k]), arena);
        }
        squeeze(&next);
        for (size_t i = 0; i < next.count; i++)
            add(whole, next.list[i], arena);
        squeeze(whole);
        front = next;
        if (whole->count > COMPONENT_MAX)
            return error_set(err, ERROR_TOO_BIG, "more than %d records hang together here; link the whole hub instead",
                             COMPONENT_MAX);
    }
    return true;
}

bool component_edge(const struct linked *linked, const struct value *row, struct link_edge *ret)
{
    int64_t a = linked_find(linked, cell_integer(&row[0])), b = linked_find(linked, cell_integer(&row[1]));
    if (a < 0 || b < 0)
        return false;
    *ret = (struct link_edge){.a = (uint32_t)(a < b ? a : b),
                              .b = (uint32_t)(a < b ? b : a),
                              .weight = (float)cell_real(&row[2]),
                              .verdict = (uint8_t)cell_integer(&row[3]),
                              .guard = (uint8_t)cell_integer(&row[4]),
                              .frequency = {LINK_FREQUENCY_UNKNOWN},
                              .pattern = (uint64_t)cell_integer(&row[5])};
    return true;
}

static bool read_edges(struct transaction *t, struct component *c, const int64_t *anchors, size_t count,
                       struct arena *arena, struct error *err)
{
    struct result rows;
    if (!store_query(t, STATEMENT_HUB_EDGES_AT, ARGS(id_list(t, anchors, count, arena)), arena, &rows, err))
        return false;
    c->edges = arena_array(arena, struct link_edge, rows.rows + 1);
    for (size_t i = 0; i < rows.rows; i++)
        c->edge_count += component_edge(&c->linked, result_row(&rows, i), &c->edges[c->edge_count]);
    return true;
}

static int by_pair(const void *a, const void *b)
{
    const struct link_edge *x = a, *y = b;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

void component_order_edges(struct link_edge *edges, size_t count)
{
    array_sort(edges, count, sizeof *edges, by_pair);
}

bool component_read_only(struct transaction *t, const struct catalogue *catalogue, const int64_t *anchors, size_t count,
                         struct arena *arena, struct component *ret, struct error *err)
{
    struct component c = {0};
    struct link_options options = {.threads = 1};
    struct result decisions;
    struct person_model person;
    if (!person_model_read(t, arena, &person, err))
        return false;
    c.spec = person.spec, c.model = person.model, c.version = person.version;
    if (!c.model)
        return error_set(err, ERROR_NOT_FOUND, "the hub was not linked yet; run staithe link");
    if (!linked_read_some(t, catalogue, anchors, count, arena, &c.linked, err) ||
        !linked_fill(&c.linked, c.spec, arena, &c.records, err) || !link_prepare(c.records, &options, err) ||
        !read_edges(t, &c, anchors, count, arena, err) ||
        !store_query(t, STATEMENT_HUB_DECISIONS_AT, ARGS(id_list(t, anchors, count, arena)), arena, &decisions, err))
        return false;
    component_order_edges(c.edges, c.edge_count);
    c.decisions = arena_array(arena, struct decided_pair, decisions.rows + 1);
    for (size_t i = 0; i < decisions.rows; i++) {
        const struct value *row = result_row(&decisions, i);
        c.decisions[c.decision_count++] = (struct decided_pair){cell_integer(&row[0]), cell_integer(&row[1]),
                                                                slice_equal(cell_text(&row[2]), S("join"))};
    }
    *ret = c;
    return true;
}

bool component_read(struct transaction *t, const struct catalogue *catalogue, const int64_t *anchors, size_t count,
                    struct arena *arena, struct component *ret, struct error *err)
{
    struct anchors whole = {0};
    for (size_t i = 0; i < count; i++)
        add(&whole, anchors[i], arena);
    return gather(t, &whole, arena, err) && component_read_only(t, catalogue, whole.list, whole.count, arena, ret, err);
}

static bool recluster_linkage(const struct hub *hub, struct transaction *t, const struct component *c, int64_t linkage,
                              const struct link_clusters *clusters, struct slice cause, struct arena *arena,
                              bool *ret_changed, struct error *err)
{
    const struct linked *linked = &c->linked;
    int64_t *anchors = arena_array(arena, int64_t, linked->count + 1),
            *was = arena_array(arena, int64_t, linked->count + 1);
    for (size_t i = 0; i < linked->count; i++)
        anchors[i] = linked->by_anchor[i].anchor;
    struct result rows;
    if (!store_query(t, STATEMENT_HUB_ENTITIES_OF_ANCHORS,
                     ARGS(value_integer(linkage), id_list(t, anchors, linked->count, arena)), arena, &rows, err))
        return false;
    struct members before = {.rows = arena_array(arena, struct member_row, rows.rows + 1)},
                   after = {.rows = arena_array(arena, struct member_row, linked->count + 1)};
    for (size_t i = 0; i < rows.rows; i++) {
        int64_t anchor = cell_integer(&result_row(&rows, i)[0]), record = linked_find(linked, anchor);
        if (record < 0 || clusters->cluster[record] == UINT32_MAX)
            continue; /* not of this linkage's sources any more: the next linking takes it out */
        was[record] = cell_integer(&result_row(&rows, i)[1]);
        before.rows[before.count++] = (struct member_row){anchor, was[record], 0};
    }
    struct entities entities;
    struct entities_input input = {(uint32_t)linked->count, clusters->cluster, was, NULL, 0};
    entities_assign(&input, arena, &entities);
    int64_t first = 0;
    const char *counter = arena_cstr(arena, arena_format(arena, "entity_%" PRId64, linkage));
    if (entities.fresh && !store_next_ids(t, counter, (int64_t)entities.fresh, &first, err))
        return false;
    entities_number(&entities, (uint32_t)linked->count, first);
    *ret_changed = entities.change_count > 0;
    for (size_t i = 0; i < linked->count; i++) {
        uint32_t record = linked->by_anchor[i].record;
        if (clusters->cluster[record] == UINT32_MAX)
            continue;
        after.rows[after.count++] = (struct member_row){linked->by_anchor[i].anchor, entities.entity[record],
                                                        linked->sources[linked->records[record].source].id};
        *ret_changed = *ret_changed || was[record] != entities.entity[record];
    }
    return write_members(t, linkage, &before, &after, arena, err) &&
           write_entity_changes(t, linkage, &entities, host_now(hub->host), cause, arena, err);
}

/* The component's doubts anew: those that stood between its records go, those of the new clusters come. */
static bool rewrite_doubts(const struct hub *hub, struct transaction *t, const struct component *c,
                           const struct clustering *clustering, const struct link_clusters *clusters,
                           struct slice sources, struct arena *arena, struct error *err)
{
    struct result old;
    struct doubt_found *doubts;
    int64_t *anchors = arena_array(arena, int64_t, c->linked.count + 1);
    for (size_t i = 0; i < c->linked.count; i++)
        anchors[i] = c->linked.records[i].anchor;
    if (!store_query(t, STATEMENT_HUB_DOUBTS_AT, ARGS(id_list(t, anchors, c->linked.count, arena)), arena, &old, err))
        return false;
    size_t count = clustering_doubts(clustering, clusters, verified_codes(&c->linked, sources, arena), arena, &doubts);
    for (size_t i = 0; i < old.rows; i++) {
        const struct value *row = result_row(&old, i);
        bool stays = false;
        for (size_t k = 0; k < count; k++)
            if (doubts[k].a == cell_integer(&row[0]) && doubts[k].b == cell_integer(&row[1]))
                stays = true, doubts[k].a = 0;
        if (!stays && !store_execute(t, STATEMENT_HUB_DOUBT_DELETE, ARGS(row[0], row[1]), NULL, err))
            return false;
    }
    for (size_t i = 0; i < count; i++)
        if (doubts[i].a &&
            !store_execute(t, STATEMENT_HUB_DOUBT_INSERT, DOUBT_ARGS(&doubts[i], host_now(hub->host)), NULL, err))
            return false;
    return true;
}

bool component_recluster(const struct hub *hub, struct transaction *t, const struct component *c,
                         struct slice main_sources, struct slice cause, struct arena *arena, size_t *ret_changed,
                         struct error *err)
{
    struct result linkages;
    struct clustering clustering = {.linked = &c->linked,
                                    .records = c->records,
                                    .model = c->model,
                                    .edges = c->edges,
                                    .edge_count = c->edge_count,
                                    .decisions = c->decisions,
                                    .decision_count = c->decision_count,
                                    .threads = 1};
    *ret_changed = 0;
    if (!store_query(t, STATEMENT_HUB_LINKAGES, ARGS(value_text(S("person"))), arena, &linkages, err))
        return false;
    for (size_t i = 0; i < linkages.rows; i++) {
        const struct value *row = result_row(&linkages, i);
        struct link_clusters clusters;
        bool changed = false;
        if (!clustering_run(&clustering, cell_text(&row[1]), NULL, arena, &clusters, err) ||
            !recluster_linkage(hub, t, c, cell_integer(&row[0]), &clusters, cause, arena, &changed, err))
            return false;
        *ret_changed += changed;
        if (slice_equal(cell_text(&row[1]), main_sources) &&
            !rewrite_doubts(hub, t, c, &clustering, &clusters, main_sources, arena, err))
            return false;
    }
    return true;
}
