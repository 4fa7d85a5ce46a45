/* All tables are compared as two sorted lists walked side by side. Rows that go are deleted one by one unless they are
 * more than a quarter of the table; rows that come go in bulk, in the order of the table's key. */
#include "hub/linking_write.h"

static bool mostly(size_t changed, size_t whole)
{
    return changed > 1000 && changed > whole / 4;
}

/* ---- Homes ---- */

struct home_row {
    struct slice uprn, kind, address, postcode, locality, town, district;
    int64_t entity;
};

/* Gazetteers write the postcode into the address too; it has a place of its own here, and is not to be read twice. */
static struct slice without_postcode(struct slice address, struct slice postcode)
{
    if (!postcode.len || address.len < postcode.len)
        return address;
    struct slice head = slice_part(address, 0, address.len - postcode.len);
    if (!slice_equal_nocase(slice_part(address, head.len, address.len), postcode))
        return address;
    while (head.len && (head.at[head.len - 1] == ' ' || head.at[head.len - 1] == ','))
        head.len--;
    return head.len ? head : address;
}

static struct home_row home_row_of(const struct linked_home *home)
{
    const struct person_form *form = &home->form;
    return (struct home_row){
        .uprn = home->uprn,
        .kind = form->kind,
        .address = without_postcode(form->address_line.len ? form->address_line : form->address, form->postcode),
        .postcode = form->postcode,
        .locality = form->locality,
        .town = form->town,
        .district = form->district};
}

static bool home_rows_equal(const struct home_row *a, const struct home_row *b)
{
    return slice_equal(a->kind, b->kind) && slice_equal(a->address, b->address) &&
           slice_equal(a->postcode, b->postcode) && slice_equal(a->locality, b->locality) &&
           slice_equal(a->town, b->town) && slice_equal(a->district, b->district);
}

bool write_homes(struct transaction *t, const struct linked *linked, struct arena *arena, struct error *err)
{
    struct result old;
    if (!store_query(t, STATEMENT_HUB_HOMES_ALL, NO_ARGS, arena, &old, err))
        return false;
    struct home_row *coming = arena_array(arena, struct home_row, linked->home_count + 1);
    size_t come = 0, fresh = 0, at = 0;
    for (size_t i = 0; i < linked->home_count; i++) {
        struct home_row row = home_row_of(&linked->homes[i]);
        if (i && slice_equal(row.uprn, linked->homes[i - 1].uprn))
            continue;
        for (; at < old.rows && slice_compare(cell_text(&result_row(&old, at)[0]), row.uprn) < 0; at++)
            if (!store_execute(t, STATEMENT_HUB_HOME_DELETE, ARGS(result_row(&old, at)[0]), NULL, err))
                return false;
        if (at < old.rows && slice_equal(cell_text(&result_row(&old, at)[0]), row.uprn)) {
            const struct value *c = result_row(&old, at++);
            struct home_row was = {cell_text(&c[0]), cell_text(&c[2]), cell_text(&c[3]), cell_text(&c[4]),
                                   cell_text(&c[5]), cell_text(&c[6]), cell_text(&c[7]), cell_integer(&c[1])};
            if (home_rows_equal(&was, &row))
                continue;
            row.entity = was.entity;
            if (!store_execute(t, STATEMENT_HUB_HOME_DELETE, ARGS(c[0]), NULL, err))
                return false;
        } else {
            fresh++;
        }
        coming[come++] = row;
    }
    for (; at < old.rows; at++)
        if (!store_execute(t, STATEMENT_HUB_HOME_DELETE, ARGS(result_row(&old, at)[0]), NULL, err))
            return false;
    if (come == 0)
        return true;
    int64_t next = 0;
    if (fresh && !store_next_ids(t, "home", (int64_t)fresh, &next, err))
        return false;
    static const struct bulk_column columns[] = {
        {"uprn", VALUE_TEXT},     {"entity", VALUE_INTEGER}, {"kind", VALUE_TEXT}, {"address", VALUE_TEXT},
        {"postcode", VALUE_TEXT}, {"locality", VALUE_TEXT},  {"town", VALUE_TEXT}, {"district", VALUE_TEXT}};
    struct bulk *bulk;
    if (!bulk_open(t, "home", columns, countof(columns), arena, &bulk, err))
        return false;
    for (size_t i = 0; i < come; i++) {
        const struct home_row *row = &coming[i];
        struct value values[] = {value_text(row->uprn),           value_integer(row->entity ? row->entity : next++),
                                 value_text(row->kind),           value_text(row->address),
                                 value_maybe_text(row->postcode), value_maybe_text(row->locality),
                                 value_maybe_text(row->town),     value_maybe_text(row->district)};
        if (!bulk_add(bulk, values, err))
            return false;
    }
    return bulk_close(bulk, err);
}

/* ---- Residences ---- */

struct residence_row {
    int64_t anchor;
    struct slice uprn, from, until, how;
};

static int by_residence(const void *a, const void *b)
{
    const struct residence_row *x = a, *y = b;
    if (x->anchor != y->anchor)
        return x->anchor < y->anchor ? -1 : 1;
    return slice_compare(x->uprn, y->uprn);
}

struct residences {
    struct arena *arena;
    struct residence_row *rows;
    size_t count, capacity;
};

static bool take_residence(void *context, const struct value *cells, size_t columns, struct error *err)
{
    struct residences *list = context;
    (void)columns;
    (void)err;
    ARENA_GROW(list->arena, list->rows, list->count, list->capacity);
    list->rows[list->count++] = (struct residence_row){
        cell_integer(&cells[0]), arena_copy(list->arena, cell_text(&cells[1])),
        arena_copy(list->arena, cell_text(&cells[2])), arena_copy(list->arena, cell_text(&cells[3])),
        arena_copy(list->arena, cell_text(&cells[4]))};
    return true;
}

bool write_residences(struct transaction *t, const struct linked *linked, struct arena *arena, struct error *err)
{
    struct residences old = {.arena = arena};
    if (!store_each(t, STATEMENT_HUB_RESIDENCES_ALL, NO_ARGS, take_residence, &old, err))
        return false;
    struct residence_row *now = arena_array(arena, struct residence_row, linked->count + 1);
    struct residence_row *coming = arena_array(arena, struct residence_row, linked->count + old.count + 1);
    size_t count = 0, come = 0, at = 0;
    for (size_t i = 0; i < linked->count; i++) {
        const struct linked_record *record = &linked->records[i];
        if (record->placed)
            now[count++] = (struct residence_row){record->anchor, linked->homes[record->home].uprn,
                                                  record->form.residence_from, record->form.residence_until,
                                                  record->placed == PLACED_BY_UPRN ? S("uprn") : S("address")};
    }
    array_sort(now, count, sizeof *now, by_residence);
    for (size_t i = 0; i < count || at < old.count;) {
        int order = i == count ? 1 : at == old.count ? -1 : by_residence(&now[i], &old.rows[at]);
        if (order < 0) {
            /* A home that the record says for the first time though it said another before: since that version's day.
             */
            bool moved = (at > 0 && old.rows[at - 1].anchor == now[i].anchor) ||
                         (at < old.count && old.rows[at].anchor == now[i].anchor);
            if (moved && now[i].from.len == 0)
                now[i].from = linked->records[linked_find(linked, now[i].anchor)].seen;
            coming[come++] = now[i++];
            continue;
        }
        struct residence_row row = old.rows[at];
        if (order == 0) {
            struct residence_row said = now[i++];
            if (said.from.len == 0)
                said.from = row.from;
            if (slice_equal(said.from, row.from) && slice_equal(said.until, row.until) &&
                slice_equal(said.how, row.how)) {
                at++;
                continue;
            }
            row = said;
        } else {
            /* No longer said: it ended by the day of the version that says otherwise, and stays as history. */
            if (slice_equal(row.how, S("before"))) {
                at++;
                continue;
            }
            int64_t record = linked_find(linked, row.anchor);
            if (row.until.len == 0 && record >= 0)
                row.until = linked->records[record].seen;
            row.how = S("before");
        }
        if (!store_execute(t, STATEMENT_HUB_RESIDENCE_DELETE, ARGS(value_integer(row.anchor), value_text(row.uprn)),
                           NULL, err))
            return false;
        coming[come++] = row;
        at++;
    }
    if (come == 0)
        return true;
    static const struct bulk_column columns[] = {{"anchor", VALUE_INTEGER},
                                                 {"uprn", VALUE_TEXT},
                                                 {"from_date", VALUE_TEXT},
                                                 {"until_date", VALUE_TEXT},
                                                 {"how", VALUE_TEXT}};
    struct bulk *bulk;
    if (!bulk_open(t, "residence", columns, countof(columns), arena, &bulk, err))
        return false;
    for (size_t i = 0; i < come; i++) {
        struct value values[] = {value_integer(coming[i].anchor), value_text(coming[i].uprn),
                                 value_maybe_text(coming[i].from), value_maybe_text(coming[i].until),
                                 value_text(coming[i].how)};
        if (!bulk_add(bulk, values, err))
            return false;
    }
    return bulk_close(bulk, err);
}

/* ---- Edges ---- */

struct edge_row {
    int64_t a, b, verdict, guard, pattern;
    double weight;
};

struct edge_rows {
    struct arena *arena;
    struct edge_row *rows;
    size_t count, capacity;
};

static bool take_edge(void *context, const struct value *c, size_t columns, struct error *err)
{
    struct edge_rows *list = context;
    (void)columns;
    (void)err;
    ARENA_GROW(list->arena, list->rows, list->count, list->capacity);
    list->rows[list->count++] = (struct edge_row){cell_integer(&c[0]), cell_integer(&c[1]), cell_integer(&c[3]),
                                                  cell_integer(&c[4]), cell_integer(&c[5]), cell_real(&c[2])};
    return true;
}

static int by_pair(const void *a, const void *b)
{
    const struct edge_row *x = a, *y = b;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

static bool edge_rows_equal(const struct edge_row *x, const struct edge_row *y)
{
    return x->weight == y->weight && x->verdict == y->verdict && x->guard == y->guard && x->pattern == y->pattern;
}

bool write_edges(struct transaction *t, const struct linked *linked, const struct link_edges *edges, int64_t model,
                 struct arena *arena, struct error *err)
{
    struct edge_rows old = {.arena = arena};
    if (!store_each(t, STATEMENT_HUB_EDGES_ALL, NO_ARGS, take_edge, &old, err))
        return false;
    struct edge_row *now = arena_array(arena, struct edge_row, edges->count + 1);
    for (size_t i = 0; i < edges->count; i++) {
        const struct link_edge *edge = &edges->edges[i];
        int64_t a = linked->records[edge->a].anchor, b = linked->records[edge->b].anchor;
        now[i] = (struct edge_row){a < b ? a : b, a < b ? b : a,          edge->verdict,
                                   edge->guard,   (int64_t)edge->pattern, (double)edge->weight};
    }
    array_sort(now, edges->count, sizeof *now, by_pair);
    struct edge_row *go = arena_array(arena, struct edge_row, old.count + 1);
    struct edge_row *come = arena_array(arena, struct edge_row, edges->count + 1);
    size_t going = 0, coming = 0;
    for (size_t i = 0, at = 0; i < edges->count || at < old.count;) {
        int order = i == edges->count ? 1 : at == old.count ? -1 : by_pair(&now[i], &old.rows[at]);
        if (order == 0 && edge_rows_equal(&now[i], &old.rows[at])) {
            i++, at++;
            continue;
        }
        if (order >= 0)
            go[going++] = old.rows[at++];
        if (order <= 0)
            come[coming++] = now[i++];
    }
    if (mostly(going, old.count)) {
        if (!store_execute(t, STATEMENT_HUB_EDGES_DELETE_ALL, NO_ARGS, NULL, err))
            return false;
        come = now, coming = edges->count;
    } else {
        for (size_t i = 0; i < going; i++)
            if (!store_execute(t, STATEMENT_HUB_EDGE_DELETE, ARGS(value_integer(go[i].a), value_integer(go[i].b)), NULL,
                               err))
                return false;
    }
    if (coming == 0)
        return true;
    static const struct bulk_column columns[] = {
        {"a", VALUE_INTEGER},       {"b", VALUE_INTEGER},     {"model", VALUE_INTEGER},  {"weight", VALUE_REAL},
        {"verdict", VALUE_INTEGER}, {"guard", VALUE_INTEGER}, {"pattern", VALUE_INTEGER}};
    struct bulk *bulk;
    if (!bulk_open(t, "edge", columns, countof(columns), arena, &bulk, err))
        return false;
    for (size_t i = 0; i < coming; i++) {
        struct value values[] = {value_integer(come[i].a),       value_integer(come[i].b),
                                 value_integer(model),           value_real(come[i].weight),
                                 value_integer(come[i].verdict), value_integer(come[i].guard),
                                 value_integer(come[i].pattern)};
        if (!bulk_add(bulk, values, err))
            return false;
    }
    return bulk_close(bulk, err);
}

/* ---- Doubts ---- */

static int by_doubt(const void *a, const void *b)
{
    const struct doubt_found *x = a, *y = b;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

bool write_doubts(struct transaction *t, struct doubt_found *doubts, size_t count, int64_t now, struct arena *arena,
                  struct error *err)
{
    struct result old;
    if (!store_query(t, STATEMENT_HUB_DOUBTS_ALL, NO_ARGS, arena, &old, err) ||
        !store_execute(t, STATEMENT_HUB_DOUBTS_DELETE_ALL, NO_ARGS, NULL, err))
        return false;
    array_sort(doubts, count, sizeof *doubts, by_doubt);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (i && by_doubt(&doubts[i - 1], &doubts[i]) == 0)
            continue;
        struct doubt_found was = {0};
        int64_t found_at = now;
        for (; at < old.rows; at++) {
            const struct value *row = result_row(&old, at);
            was.a = cell_integer(&row[0]), was.b = cell_integer(&row[1]);
            if (by_doubt(&was, &doubts[i]) >= 0)
                break;
        }
        if (at < old.rows && by_doubt(&was, &doubts[i]) == 0)
            found_at = cell_integer(&result_row(&old, at)[4]);
        if (!store_execute(t, STATEMENT_HUB_DOUBT_INSERT, DOUBT_ARGS(&doubts[i], found_at), NULL, err))
            return false;
    }
    return true;
}

/* ---- Members ---- */

struct members_reading {
    struct arena *arena;
    struct members list;
    size_t capacity;
};

static bool take_member(void *context, const struct value *cells, size_t columns, struct error *err)
{
    struct members_reading *reading = context;
    (void)columns;
    (void)err;
    ARENA_GROW(reading->arena, reading->list.rows, reading->list.count, reading->capacity);
    reading->list.rows[reading->list.count++] =
        (struct member_row){cell_integer(&cells[0]), cell_integer(&cells[1]), 0};
    return true;
}

bool read_members(struct transaction *t, int64_t linkage, struct arena *arena, struct members *ret, struct error *err)
{
    struct members_reading reading = {.arena = arena};
    if (!store_each(t, STATEMENT_HUB_MEMBERS_ALL, ARGS(value_integer(linkage)), take_member, &reading, err))
        return false;
    *ret = reading.list;
    return true;
}

bool write_members(struct transaction *t, int64_t linkage, const struct members *before, const struct members *after,
                   struct arena *arena, struct error *err)
{
    struct member_row *go = arena_array(arena, struct member_row, before->count + 1);
    struct member_row *come = arena_array(arena, struct member_row, after->count + 1);
    size_t going = 0, coming = 0;
    for (size_t i = 0, at = 0; i < after->count || at < before->count;) {
        bool old_first = i == after->count || (at < before->count && before->rows[at].anchor < after->rows[i].anchor);
        bool new_first = at == before->count || (i < after->count && after->rows[i].anchor < before->rows[at].anchor);
        if (old_first) {
            go[going++] = before->rows[at++];
        } else if (new_first) {
            come[coming++] = after->rows[i++];
        } else {
            if (before->rows[at].entity != after->rows[i].entity) {
                go[going++] = before->rows[at];
                come[coming++] = after->rows[i];
            }
            i++, at++;
        }
    }
    if (mostly(going, before->count)) {
        if (!store_execute(t, STATEMENT_HUB_MEMBERS_DELETE_ALL, ARGS(value_integer(linkage)), NULL, err))
            return false;
        come = after->rows, coming = after->count;
    } else {
        for (size_t i = 0; i < going; i++)
            if (!store_execute(t, STATEMENT_HUB_MEMBER_DELETE,
                               ARGS(value_integer(linkage), value_integer(go[i].anchor)), NULL, err))
                return false;
    }
    if (coming == 0)
        return true;
    static const struct bulk_column columns[] = {
        {"linkage", VALUE_INTEGER}, {"anchor", VALUE_INTEGER}, {"entity", VALUE_INTEGER}, {"source", VALUE_INTEGER}};
    struct bulk *bulk;
    if (!bulk_open(t, "member", columns, countof(columns), arena, &bulk, err))
        return false;
    for (size_t i = 0; i < coming; i++) {
        struct value values[] = {value_integer(linkage), value_integer(come[i].anchor), value_integer(come[i].entity),
                                 value_integer(come[i].source)};
        if (!bulk_add(bulk, values, err))
            return false;
    }
    return bulk_close(bulk, err);
}

bool write_entity_changes(struct transaction *t, int64_t linkage, const struct entities *entities, int64_t now,
                          struct slice cause, struct arena *arena, struct error *err)
{
    static const struct slice words[] = {[ENTITY_JOINED] = S_INIT("joined"),
                                         [ENTITY_INTO] = S_INIT("into"),
                                         [ENTITY_SPLIT] = S_INIT("split"),
                                         [ENTITY_FROM] = S_INIT("from"),
                                         [ENTITY_END] = S_INIT("end")};
    int64_t id;
    if (entities->change_count == 0)
        return true;
    if (!store_next_ids(t, "entity_event", (int64_t)entities->change_count, &id, err))
        return false;
    static const struct bulk_column columns[] = {
        {"id", VALUE_INTEGER},     {"linkage", VALUE_INTEGER}, {"at", VALUE_INTEGER}, {"kind", VALUE_TEXT},
        {"entity", VALUE_INTEGER}, {"other", VALUE_INTEGER},   {"cause", VALUE_TEXT}};
    struct bulk *bulk;
    if (!bulk_open(t, "entity_event", columns, countof(columns), arena, &bulk, err))
        return false;
    for (size_t i = 0; i < entities->change_count; i++) {
        const struct entity_change *change = &entities->changes[i];
        struct value values[] = {value_integer(id++),
                                 value_integer(linkage),
                                 value_integer(now),
                                 value_text(words[change->kind]),
                                 value_integer(change->entity),
                                 change->other ? value_integer(change->other) : value_null(),
                                 value_text(cause)};
        if (!bulk_add(bulk, values, err))
            return false;
    }
    return bulk_close(bulk, err);
}
