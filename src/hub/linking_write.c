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

static bool read_residences(struct transaction *t, const struct written *written, struct residences *old,
                            struct error *err)
{
    if (!written->anchors)
        return store_each(t, STATEMENT_HUB_RESIDENCES_ALL, NO_ARGS, take_residence, old, err);
    return store_each(t, STATEMENT_HUB_RESIDENCES_OF,
                      ARGS(id_list(t, written->anchors, written->anchor_count, old->arena)), take_residence, old, err);
}

bool write_residences(struct transaction *t, const struct written *written, struct arena *arena, struct error *err)
{
    const struct linked *linked = written->linked;
    struct residences old = {.arena = arena};
    if (!read_residences(t, written, &old, err))
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

struct edge_rows {
    struct arena *arena;
    struct edge_row *rows;
    size_t count, capacity;
};

struct edge_row edge_row_read(const struct value *row)
{
    return (struct edge_row){cell_integer(&row[0]), cell_integer(&row[1]), cell_integer(&row[3]),
                             cell_integer(&row[4]), cell_integer(&row[5]), cell_real(&row[2])};
}

static bool take_edge(void *context, const struct value *c, size_t columns, struct error *err)
{
    struct edge_rows *list = context;
    (void)columns;
    (void)err;
    ARENA_GROW(list->arena, list->rows, list->count, list->capacity);
    list->rows[list->count++] = edge_row_read(c);
    return true;
}

int edge_rows_by_pair(const void *a, const void *b)
{
    const struct edge_row *x = a, *y = b;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

struct edge_row edge_row_of(const struct link_edge *edge, int64_t a, int64_t b)
{
    return (struct edge_row){a < b ? a : b, a < b ? b : a,          edge->verdict,
                             edge->guard,   (int64_t)edge->pattern, (double)edge->weight};
}

static bool edge_rows_equal(const struct edge_row *x, const struct edge_row *y)
{
    return x->weight == y->weight && x->verdict == y->verdict && x->guard == y->guard && x->pattern == y->pattern;
}

static bool insert_edges(struct transaction *t, const struct edge_row *come, size_t count, int64_t model,
                         struct arena *arena, struct error *err)
{
    static const struct bulk_column columns[] = {
        {"a", VALUE_INTEGER},       {"b", VALUE_INTEGER},     {"model", VALUE_INTEGER},  {"weight", VALUE_REAL},
        {"verdict", VALUE_INTEGER}, {"guard", VALUE_INTEGER}, {"pattern", VALUE_INTEGER}};
    struct bulk *bulk;
    if (count == 0)
        return true;
    if (!bulk_open(t, "edge", columns, countof(columns), arena, &bulk, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct value values[] = {value_integer(come[i].a),       value_integer(come[i].b),
                                 value_integer(model),           value_real(come[i].weight),
                                 value_integer(come[i].verdict), value_integer(come[i].guard),
                                 value_integer(come[i].pattern)};
        if (!bulk_add(bulk, values, err))
            return false;
    }
    return bulk_close(bulk, err);
}

static bool delete_edges(struct transaction *t, const struct edge_row *go, size_t count, struct error *err)
{
    for (size_t i = 0; i < count; i++)
        if (!store_execute(t, STATEMENT_HUB_EDGE_DELETE, ARGS(value_integer(go[i].a), value_integer(go[i].b)), NULL,
                           err))
            return false;
    return true;
}

bool write_edges(struct transaction *t, struct edge_row *now, size_t count, const int64_t *anchors, size_t anchor_count,
                 int64_t model, struct arena *arena, struct edge_row **ret_gone, size_t *ret_gone_count,
                 int64_t *ret_balance, struct error *err)
{
    struct edge_rows old = {.arena = arena};
    if (anchors ? !store_each(t, STATEMENT_HUB_EDGES_AT, ARGS(id_list(t, anchors, anchor_count, arena)), take_edge,
                              &old, err)
                : !store_each(t, STATEMENT_HUB_EDGES_ALL, NO_ARGS, take_edge, &old, err))
        return false;
    array_sort(now, count, sizeof *now, edge_rows_by_pair);
    struct edge_row *go = arena_array(arena, struct edge_row, old.count + 1);
    struct edge_row *come = arena_array(arena, struct edge_row, count + 1);
    size_t going = 0, coming = 0;
    for (size_t i = 0, at = 0; i < count || at < old.count;) {
        int order = i == count ? 1 : at == old.count ? -1 : edge_rows_by_pair(&now[i], &old.rows[at]);
        if (order == 0 && edge_rows_equal(&now[i], &old.rows[at])) {
            i++, at++;
            continue;
        }
        if (order >= 0)
            go[going++] = old.rows[at++];
        if (order <= 0)
            come[coming++] = now[i++];
    }
    *ret_balance = (int64_t)count - (int64_t)old.count;
    if (ret_gone)
        *ret_gone = go, *ret_gone_count = going;
    if (!anchors && mostly(going, old.count))
        return store_execute(t, STATEMENT_HUB_EDGES_DELETE_ALL, NO_ARGS, NULL, err) &&
               insert_edges(t, now, count, model, arena, err);
    return delete_edges(t, go, going, err) && insert_edges(t, come, coming, model, arena, err);
}

/* ---- Doubts ---- */

static int by_doubt(const void *a, const void *b)
{
    const struct doubt_found *x = a, *y = b;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

static struct doubt_found doubt_of(const struct value *row)
{
    return (struct doubt_found){.a = cell_integer(&row[0]),
                                .b = cell_integer(&row[1]),
                                .weight = cell_real(&row[2]),
                                .why = cell_text(&row[3]),
                                .pattern = cell_integer(&row[5]),
                                .unsure = cell_real(&row[6])};
}

static bool doubts_equal(const struct doubt_found *x, const struct doubt_found *y)
{
    return x->weight == y->weight && x->pattern == y->pattern && x->unsure == y->unsure && slice_equal(x->why, y->why);
}

bool write_doubts(struct transaction *t, const struct result *old, struct doubt_found *doubts, size_t count,
                  int64_t now, struct error *err)
{
    size_t kept = 0;
    array_sort(doubts, count, sizeof *doubts, by_doubt);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || by_doubt(&doubts[i - 1], &doubts[i]) != 0)
            doubts[kept++] = doubts[i];
    for (size_t i = 0, at = 0; i < kept || at < old->rows;) {
        struct doubt_found was = {0};
        if (at < old->rows)
            was = doubt_of(result_row(old, at));
        int order = i == kept ? 1 : at == old->rows ? -1 : by_doubt(&doubts[i], &was);
        int64_t found_at = order == 0 ? cell_integer(&result_row(old, at)[4]) : now;
        if (order == 0 && doubts_equal(&doubts[i], &was)) {
            i++, at++;
            continue;
        }
        if (order >= 0 &&
            !store_execute(t, STATEMENT_HUB_DOUBT_DELETE, ARGS(value_integer(was.a), value_integer(was.b)), NULL, err))
            return false;
        if (order <= 0 && !store_execute(t, STATEMENT_HUB_DOUBT_INSERT, DOUBT_ARGS(&doubts[i], found_at), NULL, err))
            return false;
        i += order <= 0;
        at += order >= 0;
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

int member_rows_by_anchor(const void *a, const void *b)
{
    const struct member_row *x = a, *y = b;
    return (x->anchor > y->anchor) - (x->anchor < y->anchor);
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
                   bool all, struct arena *arena, struct error *err)
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
    if (all && mostly(going, before->count)) {
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
