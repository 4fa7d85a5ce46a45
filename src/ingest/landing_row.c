/* landing_row.c: landings as they are looked at, through the guard: lists, one, its rows, its sentence, its JSON.
 * Figures only; nobody's data. */
#include "base/json.h"

#include "ingest/landing_inside.h"
#include "ingest/source_state.h"

static const struct slice state_names[] = {
    [LANDING_KEPT] = S_INIT("kept"),       [LANDING_CHECKING] = S_INIT("checking"),
    [LANDING_HELD] = S_INIT("held"),       [LANDING_CURRENT] = S_INIT("current"),
    [LANDING_REFUSED] = S_INIT("refused"), [LANDING_FAILED] = S_INIT("failed")};

struct slice landing_state_name(enum landing_state state)
{
    return state_names[state];
}

static enum landing_state state_of(struct slice name)
{
    for (size_t i = 0; i < countof(state_names); i++)
        if (slice_equal(state_names[i], name))
            return (enum landing_state)i;
    never("the table landing holds the states of landing.h");
    return LANDING_FAILED;
}

void landing_from_row(const struct value *row, struct landing_row_all *ret)
{
    struct landing *l = &ret->landing;
    *ret = (struct landing_row_all){.source_id = cell_integer(&row[24])};
    l->id = cell_integer(&row[0]);
    l->source = cell_text(&row[1]);
    l->state = state_of(cell_text(&row[2]));
    struct slice digest = cell_text(&row[3]);
    must(digest.len == sizeof l->digest.bytes);
    memcpy(l->digest.bytes, digest.at, digest.len);
    l->file_name = cell_text(&row[4]);
    l->file_size = cell_integer(&row[5]);
    l->received_at = cell_integer(&row[6]);
    l->received_by = cell_text(&row[7]);
    l->as_at = NO_DATE;
    if (!cell_null(&row[8]))
        must(date_read(cell_text(&row[8]), &(struct date_form){.order = DATE_YMD}, &l->as_at));
    l->counts = (struct landing_counts){.rows_in = cell_integer(&row[9]),
                                        .added = cell_integer(&row[10]),
                                        .changed = cell_integer(&row[11]),
                                        .unchanged = cell_integer(&row[12]),
                                        .quarantined = cell_integer(&row[13]),
                                        .repeated = cell_integer(&row[14]),
                                        .closed = cell_integer(&row[15])};
    ret->records = cell_integer(&row[16]);
    ret->record_first = cell_integer(&row[17]);
    ret->record_last = cell_integer(&row[18]);
    l->reason = cell_text(&row[19]);
    l->decided_by = cell_text(&row[20]);
    l->decided_at = cell_integer(&row[21]);
    l->finished_at = cell_integer(&row[22]);
    ret->current_landing = cell_integer(&row[23]);
    l->is_current = l->state == LANDING_CURRENT && ret->current_landing == l->id;
}

bool landing_read(struct transaction *transaction, int64_t id, struct arena *arena, struct landing_row_all *ret,
                  struct error *err)
{
    const struct value *row;
    if (!store_query_one(transaction, STATEMENT_INGEST_LANDING_GET, ARGS(value_integer(id)), arena,
                         "there is no landing of that number; look for it among the landings of its source", &row, err))
        return false;
    landing_from_row(row, ret);
    return true;
}

bool landing_load(struct store *store, int64_t id, struct arena *arena, struct landing *ret, struct error *err)
{
    struct transaction *t;
    struct landing_row_all all;
    if (!store_begin(store, TRANSACTION_READ, NULL, arena, &t, err))
        return false;
    bool done = landing_read(t, id, arena, &all, err);
    transaction_rollback(t);
    if (done)
        *ret = all.landing;
    return done;
}

/* The landing, if the session may know how many rows it had. */
static bool read_counted(struct transaction *t, const struct guard_session *session, int64_t id, struct arena *arena,
                         struct landing_row_all *ret, struct error *err)
{
    if (!landing_read(t, id, arena, ret, err))
        return false;
    const struct source *source = catalogue_source(guard_catalogue(session), ret->landing.source);
    return (source && source_counted(session, source)) ||
           error_set(err, ERROR_DENIED,
                     "no agreement in force lets your role count the rows of \"%.*s\" for this purpose",
                     PRINT(source ? source->title : ret->landing.source));
}

bool landing_get(const struct guard_session *session, int64_t id, struct arena *arena, struct landing *ret,
                 struct error *err)
{
    struct transaction *t;
    struct landing_row_all all;
    if (!source_read_begin(session, arena, &t, err))
        return false;
    bool done = read_counted(t, session, id, arena, &all, err);
    transaction_rollback(t);
    if (done)
        *ret = all.landing;
    return done;
}

static void list_from(const struct result *rows, struct arena *arena, struct landing **ret, size_t *ret_count)
{
    struct landing *list = arena_array(arena, struct landing, rows->rows + 1);
    for (size_t i = 0; i < rows->rows; i++) {
        struct landing_row_all all;
        landing_from_row(result_row(rows, i), &all);
        list[i] = all.landing;
    }
    *ret = list;
    *ret_count = rows->rows;
}

bool landing_list(const struct guard_session *session, const struct source *source, int64_t limit, struct arena *arena,
                  struct landing **ret, size_t *ret_count, struct error *err)
{
    struct transaction *t;
    struct result rows;
    if (limit < 1 || limit > 1000)
        limit = 100;
    if (!source_read_begin(session, arena, &t, err))
        return false;
    bool done = store_query(t, STATEMENT_INGEST_LANDING_LIST_OF, ARGS(value_text(source->name), value_integer(limit)),
                            arena, &rows, err);
    transaction_rollback(t);
    if (!done)
        return false;
    list_from(&rows, arena, ret, ret_count);
    for (size_t i = 0; i < rows.rows; i++)
        landing_for(session, source, &(*ret)[i]);
    return true;
}

bool landing_all(struct transaction *t, struct arena *arena, struct landing **ret, size_t *ret_count, struct error *err)
{
    struct result rows;
    if (!store_query(t, STATEMENT_INGEST_LANDING_ALL, NO_ARGS, arena, &rows, err))
        return false;
    list_from(&rows, arena, ret, ret_count);
    return true;
}

bool landing_rows_in(struct transaction *t, const struct landing_row_all *all, enum row_fate fate, int64_t after_line,
                     int64_t limit, struct arena *arena, struct landing_row **ret, size_t *ret_count, struct error *err)
{
    int64_t id = all->landing.id;
    struct result rows = {0};
    if (limit < 1 || limit > 1000)
        limit = 100;
    bool done =
        fate == ROW_QUARANTINED
            ? store_query(t, STATEMENT_INGEST_ROWS_QUARANTINED,
                          ARGS(value_integer(id), value_integer(after_line), value_integer(limit)), arena, &rows, err)
            : store_query(t, fate == ROW_NEW ? STATEMENT_INGEST_ROWS_NEW : STATEMENT_INGEST_ROWS_CHANGED,
                          ARGS(value_integer(all->record_first), value_integer(all->record_last), value_integer(id),
                               value_integer(after_line), value_integer(limit)),
                          arena, &rows, err);
    if (!done)
        return false;
    struct landing_row *list = arena_array(arena, struct landing_row, rows.rows + 1);
    for (size_t i = 0; i < rows.rows; i++) {
        const struct value *row = result_row(&rows, i);
        list[i] = (struct landing_row){.line = cell_integer(&row[0]), .fate = fate};
        if (fate == ROW_QUARANTINED) {
            list[i].column = cell_text(&row[1]);
            list[i].rule = cell_text(&row[2]);
            list[i].reason = cell_text(&row[3]);
        }
    }
    *ret = list;
    *ret_count = rows.rows;
    return true;
}

bool landing_rows(const struct guard_session *session, int64_t landing, enum row_fate fate, int64_t after_line,
                  int64_t limit, struct arena *arena, struct landing_row **ret, size_t *ret_count, struct error *err)
{
    struct transaction *t;
    struct landing_row_all all;
    if (!source_read_begin(session, arena, &t, err))
        return false;
    bool done = read_counted(t, session, landing, arena, &all, err) &&
                landing_rows_in(t, &all, fate, after_line, limit, arena, ret, ret_count, err);
    transaction_rollback(t);
    return done;
}

/* 1234567 as "1,234,567". */
static struct slice grouped(struct arena *arena, int64_t n)
{
    struct slice plain = arena_format(arena, "%lld", (long long)n);
    struct buffer out = buffer_make(arena);
    for (size_t i = 0; i < plain.len; i++) {
        if (i > 0 && (plain.len - i) % 3 == 0 && plain.at[i - 1] != '-')
            buffer_add_byte(&out, ',');
        buffer_add_byte(&out, plain.at[i]);
    }
    return buffer_slice(&out);
}

static struct slice many(struct arena *arena, int64_t n, const char *one, const char *several)
{
    return arena_format(arena, "%.*s %s", PRINT(grouped(arena, n)), n == 1 ? one : several);
}

struct slice landing_sentence(const struct landing *l, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    const struct landing_counts *c = &l->counts;
    if (l->same_again) {
        buffer_format(&out, "This is the current file again (landing %lld): nothing changes", (long long)l->id);
        return buffer_slice(&out);
    }
    if (l->state == LANDING_KEPT || l->state == LANDING_CHECKING) {
        buffer_format(&out, "Landing %lld of %.*s is kept and %s", (long long)l->id, PRINT(l->source),
                      l->state == LANDING_KEPT ? "waits to be checked" : "is being checked");
    } else if (l->state == LANDING_FAILED && c->rows_in == 0) {
        buffer_add(&out, S("Nothing was landed"));
    } else {
        buffer_format(&out, "%.*s in = %.*s new + %.*s changed + %.*s unchanged + %.*s quarantined + %.*s",
                      PRINT(many(arena, c->rows_in, "row", "rows")), PRINT(grouped(arena, c->added)),
                      PRINT(grouped(arena, c->changed)), PRINT(grouped(arena, c->unchanged)),
                      PRINT(grouped(arena, c->quarantined)), PRINT(many(arena, c->repeated, "repeat", "repeats")));
        buffer_format(&out, "; %.*s closed", PRINT(many(arena, c->closed, "record", "records")));
    }
    if (c->rows_in && l->state != LANDING_CURRENT && l->state != LANDING_KEPT && l->state != LANDING_CHECKING)
        buffer_format(&out, "; the landing is %.*s", PRINT(state_names[l->state]));
    if (l->reason.len)
        buffer_format(&out, ": %.*s", PRINT(l->reason));
    if (l->state == LANDING_HELD)
        buffer_add(&out, S("; accept it if that is right, or refuse it"));
    return buffer_slice(&out);
}

void landing_json(struct json *json, const struct landing *l, struct arena *arena)
{
    const struct landing_counts *c = &l->counts;
    json_object(json);
    json_pair_integer(json, "landing", l->id);
    json_pair_text(json, "source", l->source);
    json_pair_text(json, "state", state_names[l->state]);
    json_pair_bool(json, "current", l->is_current);
    json_pair_bool(json, "same_again", l->same_again);
    json_pair_text(json, "digest", digest_hex(arena, &l->digest));
    json_pair_text(json, "file_name", l->file_name);
    json_pair_integer(json, "file_size", l->file_size);
    json_pair_text(json, "received_at", time_iso(arena, l->received_at));
    json_pair_text(json, "received_by", l->received_by);
    if (date_known(l->as_at))
        json_pair_text(json, "as_at", date_iso(arena, l->as_at));
    json_pair_integer(json, "rows_in", c->rows_in);
    json_pair_integer(json, "new", c->added);
    json_pair_integer(json, "changed", c->changed);
    json_pair_integer(json, "unchanged", c->unchanged);
    json_pair_integer(json, "quarantined", c->quarantined);
    json_pair_integer(json, "repeats", c->repeated);
    json_pair_integer(json, "closed", c->closed);
    if (l->reason.len)
        json_pair_text(json, "reason", l->reason);
    if (l->decided_by.len) {
        json_pair_text(json, "decided_by", l->decided_by);
        json_pair_text(json, "decided_at", time_iso(arena, l->decided_at));
    }
    if (l->finished_at)
        json_pair_text(json, "finished_at", time_iso(arena, l->finished_at));
    json_end(json);
}
