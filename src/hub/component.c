/* Edges are taken from the table, not scored anew: they are what the model in force said of these two versions when the
 * hub was linked last, so a decision changes what it is about and nothing else. The walk goes breadth first, a round of
 * it one question, and keeps the edges that it goes along. */
#include "hub/component.h"

#include "base/hash.h"
#include "hub/linking_write.h"
#include "hub/partition.h"

enum { COMPONENT_MAX = 20000 };

/* ---- What hangs together ---- */

struct anchors {
    struct arena *arena;
    int64_t *list;
    size_t count, capacity;
    uint32_t *slots; /* place + 1, open addressing */
    size_t slot_count;
};

static size_t slot_of(const struct anchors *anchors, int64_t anchor)
{
    size_t at = (size_t)((uint64_t)anchor * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (anchors->slot_count - 1);
    while (anchors->slots[at] && anchors->list[anchors->slots[at] - 1] != anchor)
        at = (at + 1) & (anchors->slot_count - 1);
    return at;
}

static void widen(struct anchors *anchors)
{
    anchors->slot_count = anchors->slot_count ? 4 * anchors->slot_count : 1024;
    anchors->slots = arena_array(anchors->arena, uint32_t, anchors->slot_count);
    for (size_t i = 0; i < anchors->count; i++)
        anchors->slots[slot_of(anchors, anchors->list[i])] = (uint32_t)i + 1;
}

static void add(struct anchors *anchors, int64_t anchor)
{
    if (2 * (anchors->count + 1) > anchors->slot_count)
        widen(anchors);
    size_t slot = slot_of(anchors, anchor);
    if (anchors->slots[slot])
        return;
    ARENA_GROW(anchors->arena, anchors->list, anchors->count, anchors->capacity);
    anchors->list[anchors->count++] = anchor;
    anchors->slots[slot] = (uint32_t)anchors->count;
}

struct walk {
    struct anchors whole;
    struct edge_row *edges; /* some of them twice */
    size_t edge_count, edge_capacity;
};

/* One round: what stands at the other ends of those that came in the last one. */
static bool walk_on(struct transaction *t, struct walk *walk, size_t from, struct arena *arena, struct error *err)
{
    struct result edges, decisions;
    struct arena *scratch = arena_make(0);
    struct value list = id_list(t, walk->whole.list + from, walk->whole.count - from, scratch);
    bool done = store_query(t, STATEMENT_HUB_EDGES_AT, ARGS(list), scratch, &edges, err) &&
                store_query(t, STATEMENT_HUB_DECISIONS_AT, ARGS(list), scratch, &decisions, err);
    for (size_t i = 0; done && i < edges.rows + decisions.rows; i++) {
        const struct value *row = i < edges.rows ? result_row(&edges, i) : result_row(&decisions, i - edges.rows);
        add(&walk->whole, cell_integer(&row[0]));
        add(&walk->whole, cell_integer(&row[1]));
        if (i >= edges.rows)
            continue;
        ARENA_GROW(arena, walk->edges, walk->edge_count, walk->edge_capacity);
        walk->edges[walk->edge_count++] = edge_row_read(row);
    }
    arena_free(scratch);
    return done;
}

static bool gather(struct transaction *t, struct walk *walk, size_t most, struct arena *arena, struct error *err)
{
    for (size_t from = 0, end; from < walk->whole.count; from = end) {
        end = walk->whole.count;
        if (!walk_on(t, walk, from, arena, err))
            return false;
        if (walk->whole.count > most)
            return error_set(err, ERROR_TOO_BIG, "more than %zu records hang together here; link the whole hub instead",
                             most);
    }
    return true;
}

/* ---- Reading ---- */

static bool edge_between(const struct linked *linked, const struct edge_row *row, struct link_edge *ret)
{
    int64_t a = linked_find(linked, row->a), b = linked_find(linked, row->b);
    if (a < 0 || b < 0)
        return false;
    *ret = (struct link_edge){.a = (uint32_t)(a < b ? a : b),
                              .b = (uint32_t)(a < b ? b : a),
                              .weight = (float)row->weight,
                              .verdict = (uint8_t)row->verdict,
                              .guard = (uint8_t)row->guard,
                              .frequency = {LINK_FREQUENCY_UNKNOWN},
                              .pattern = (uint64_t)row->pattern};
    return true;
}

bool component_edge(const struct linked *linked, const struct value *row, struct link_edge *ret)
{
    struct edge_row edge = edge_row_read(row);
    return edge_between(linked, &edge, ret);
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

static void take_edges(struct component *c, struct edge_row *rows, size_t count, struct arena *arena)
{
    array_sort(rows, count, sizeof *rows, edge_rows_by_pair);
    c->edges = arena_array(arena, struct link_edge, count + 1);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || edge_rows_by_pair(&rows[i - 1], &rows[i]) != 0)
            c->edge_count += edge_between(&c->linked, &rows[i], &c->edges[c->edge_count]);
    component_order_edges(c->edges, c->edge_count);
}

static bool read_model(struct transaction *t, const struct person_model *given, struct component *c,
                       struct arena *arena, struct error *err)
{
    struct person_model person;
    if (given)
        person = *given;
    else if (!person_model_read(t, arena, &person, err))
        return false;
    c->spec = person.spec, c->model = person.model, c->version = person.version;
    return c->model || error_set(err, ERROR_NOT_FOUND, "the hub was not linked yet; run staithe link");
}

static bool read_decisions_at(struct transaction *t, struct component *c, const int64_t *anchors, size_t count,
                              struct arena *arena, struct error *err)
{
    struct result decisions;
    if (!store_query(t, STATEMENT_HUB_DECISIONS_AT, ARGS(id_list(t, anchors, count, arena)), arena, &decisions, err))
        return false;
    decisions_of_rows(&decisions, arena, &c->decisions, &c->decision_count);
    return true;
}

static bool read_people(struct transaction *t, const struct catalogue *catalogue, const int64_t *anchors, size_t count,
                        const struct component_options *options, struct arena *arena, struct component *c,
                        struct error *err)
{
    struct link_options engine = {.threads = options->threads ? options->threads : 1};
    return read_model(t, options->model, c, arena, err) &&
           linked_read_some(t, catalogue, anchors, count, arena, &c->linked, err) &&
           linked_fill(&c->linked, c->spec, arena, &c->records, err) && link_prepare(c->records, &engine, err) &&
           read_decisions_at(t, c, anchors, count, arena, err);
}

bool component_read_only(struct transaction *t, const struct catalogue *catalogue, const int64_t *anchors, size_t count,
                         struct arena *arena, struct component *ret, struct error *err)
{
    struct component c = {0};
    struct component_options options = {0};
    struct result edges;
    if (!read_people(t, catalogue, anchors, count, &options, arena, &c, err) ||
        !store_query(t, STATEMENT_HUB_EDGES_AT, ARGS(id_list(t, anchors, count, arena)), arena, &edges, err))
        return false;
    struct edge_row *rows = arena_array(arena, struct edge_row, edges.rows + 1);
    for (size_t i = 0; i < edges.rows; i++)
        rows[i] = edge_row_read(result_row(&edges, i));
    take_edges(&c, rows, edges.rows, arena);
    *ret = c;
    return true;
}

bool component_read(struct transaction *t, const struct catalogue *catalogue, const int64_t *anchors, size_t count,
                    const struct component_options *options, struct arena *arena, struct component *ret,
                    struct error *err)
{
    struct component c = {0};
    struct walk walk = {.whole = {.arena = arena}};
    for (size_t i = 0; i < count; i++)
        add(&walk.whole, anchors[i]);
    if (!gather(t, &walk, options->most ? options->most : COMPONENT_MAX, arena, err) ||
        !read_people(t, catalogue, walk.whole.list, walk.whole.count, options, arena, &c, err))
        return false;
    take_edges(&c, walk.edges, walk.edge_count, arena);
    *ret = c;
    return true;
}

bool linkages_read(struct transaction *t, struct arena *arena, struct linkage_state **ret, size_t *ret_count,
                   struct error *err)
{
    struct result rows;
    if (!store_query(t, STATEMENT_HUB_LINKAGES, ARGS(value_text(S("person"))), arena, &rows, err))
        return false;
    *ret = arena_array(arena, struct linkage_state, rows.rows + 1);
    *ret_count = rows.rows;
    for (size_t i = 0; i < rows.rows; i++) {
        const struct value *row = result_row(&rows, i);
        struct linkage_state *state = &(*ret)[i];
        *state = (struct linkage_state){.id = cell_integer(&row[0]),
                                        .sources = cell_text(&row[1]),
                                        .records = cell_integer(&row[3]),
                                        .entities = cell_integer(&row[4]),
                                        .linked_at = cell_integer(&row[5])};
        if (row[2].text.len == sizeof state->digest.bytes)
            memcpy(state->digest.bytes, row[2].text.at, sizeof state->digest.bytes);
    }
    return true;
}
