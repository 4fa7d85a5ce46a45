/* source_state.c: sources as they stand. Counts come from the landing that is shown, which kept them; only quality
 * walks a table. */
#include "ingest/source_state.h"

#include "ingest/landing_inside.h"

static enum column_storage storage_of(const struct column *column)
{
    switch (column->type) {
    case TYPE_INTEGER:
    case TYPE_BOOLEAN:
        return COLUMN_INTEGER;
    case TYPE_DECIMAL:
        return COLUMN_REAL;
    case TYPE_TEXT:
    case TYPE_DATE:
        break;
    }
    return COLUMN_TEXT;
}

struct source_table source_table_shape(const struct source *source, int64_t id, struct arena *arena)
{
    struct source_table_column *columns = arena_array(arena, struct source_table_column, source->column_count);
    for (size_t i = 0; i < source->column_count; i++)
        columns[i] = (struct source_table_column){source->columns[i].name, storage_of(&source->columns[i])};
    return (struct source_table){source->name, id, columns, source->column_count};
}

bool source_table_of(struct transaction *transaction, const struct source *source, struct arena *arena,
                     struct source_table *ret, struct error *err)
{
    struct result rows;
    if (!store_query(transaction, STATEMENT_INGEST_SOURCE, ARGS(value_text(source->name)), arena, &rows, err))
        return false;
    *ret = source_table_shape(source, rows.rows ? cell_integer(&rows.cells[0]) : 0, arena);
    return true;
}

struct source_age source_age(const struct source *source, bool landed, struct date as_at, int64_t received_at,
                             struct date today)
{
    struct date day = date_known(as_at) ? as_at : date_of_time(received_at);
    int64_t days = landed ? date_days(today) - date_days(day) : 0;
    return (struct source_age){days, source->fresh_days > 0 && days > source->fresh_days};
}

/* ---- Through the guard ---- */

bool source_landed_by(const struct guard_session *session, const struct source *source)
{
    const struct guard_who *who = guard_who(session);
    return guard_grant(session) && (who->abilities & ABILITY_LAND) &&
           (slice_equal(who->agency, source->agency) || slice_equal(who->agency, S("hub")));
}

bool source_counted(const struct guard_session *session, const struct source *source)
{
    const struct grant *grant = guard_grant(session);
    return source_landed_by(session, source) || (grant && grant_counts(grant, source->name, AGE_ANY));
}

void landing_for(const struct guard_session *session, const struct source *source, struct landing *landing)
{
    if (source_counted(session, source))
        return;
    landing->counts = (struct landing_counts){0};
    landing->reason = NO_SLICE;
}

bool source_read_begin(const struct guard_session *session, struct arena *arena, struct transaction **ret,
                       struct error *err)
{
    if (!guard_grant(session))
        return error_set(err, ERROR_DENIED, "no role and purpose are chosen yet; choose them first");
    return store_begin(guard_store(guard_of(session)), TRANSACTION_READ, NULL, arena, ret, err);
}

static bool state_in(struct transaction *t, const struct guard_session *session, const struct source *source,
                     struct arena *arena, struct source_state *ret, struct error *err)
{
    struct result rows, newest;
    struct source_state state = {.source = source, .counted = source_counted(session, source)};
    struct landing_row_all all;
    const struct value *open;
    if (!store_query(t, STATEMENT_INGEST_SOURCE, ARGS(value_text(source->name)), arena, &rows, err))
        return false;
    *ret = state;
    if (!rows.rows)
        return true;
    state.id = cell_integer(&rows.cells[0]);
    int64_t current = cell_integer(&rows.cells[2]);
    if (!store_query(t, STATEMENT_INGEST_LANDING_LIST_OF, ARGS(value_text(source->name), value_integer(1)), arena,
                     &newest, err) ||
        !store_query_one(t, STATEMENT_INGEST_QUARANTINE_OPEN, ARGS(value_text(source->name)), arena,
                         "counting the quarantine gave nothing", &open, err))
        return false;
    if (newest.rows) {
        landing_from_row(newest.cells, &all);
        state.newest = all.landing;
        landing_for(session, source, &state.newest);
    }
    state.open_quarantine = state.counted ? cell_integer(&open[0]) : 0;
    if (current) {
        if (!landing_read(t, current, arena, &all, err))
            return false;
        state.landed = true;
        state.current = all.landing;
        landing_for(session, source, &state.current);
        state.records = state.counted ? all.records : 0;
        state.age =
            source_age(source, true, all.landing.as_at, all.landing.received_at, guard_today(guard_of(session)));
    }
    *ret = state;
    return true;
}

bool source_state_of(const struct guard_session *session, const struct source *source, struct arena *arena,
                     struct source_state *ret, struct error *err)
{
    struct transaction *t;
    if (!source_read_begin(session, arena, &t, err))
        return false;
    bool done = state_in(t, session, source, arena, ret, err);
    transaction_rollback(t);
    return done;
}

bool source_states(const struct guard_session *session, struct arena *arena, struct source_state **ret,
                   size_t *ret_count, struct error *err)
{
    const struct catalogue *catalogue = guard_catalogue(session);
    struct transaction *t;
    struct source_state *states = arena_array(arena, struct source_state, catalogue->source_count + 1);
    if (!source_read_begin(session, arena, &t, err))
        return false;
    bool done = true;
    for (size_t i = 0; done && i < catalogue->source_count; i++)
        done = state_in(t, session, &catalogue->sources[i], arena, &states[i], err);
    transaction_rollback(t);
    if (!done)
        return false;
    *ret = states;
    *ret_count = catalogue->source_count;
    return true;
}

static bool quality_in(struct transaction *t, const struct source *source, struct arena *arena,
                       struct column_quality *list, int64_t *ret_records, struct error *err)
{
    struct source_table table;
    struct sql sql;
    struct result counts, faults;
    *ret_records = 0;
    if (!source_table_of(t, source, arena, &table, err))
        return false;
    struct result rows;
    if (!store_query(t, STATEMENT_INGEST_SOURCE, ARGS(value_text(source->name)), arena, &rows, err))
        return false;
    if (!rows.rows || cell_integer(&rows.cells[2]) == 0)
        return true;
    source_table_quality(&table, store_dialect(transaction_store(t)), arena, &sql);
    if (!store_query_sql(t, &sql, NO_ARGS, arena, &counts, err) ||
        !store_query(t, STATEMENT_INGEST_QUARANTINE_COLUMNS, ARGS(value_text(source->name)), arena, &faults, err))
        return false;
    *ret_records = cell_integer(&counts.cells[0]);
    for (size_t i = 0; i < source->column_count; i++) {
        list[i].filled = cell_integer(&counts.cells[1 + 2 * i]);
        list[i].distinct = cell_integer(&counts.cells[2 + 2 * i]);
        for (size_t k = 0; k < faults.rows; k++)
            if (slice_equal(cell_text(&result_row(&faults, k)[0]), source->columns[i].name))
                list[i].quarantined = cell_integer(&result_row(&faults, k)[1]);
    }
    return true;
}

bool source_quality(const struct guard_session *session, const struct source *source, struct arena *arena,
                    struct column_quality **ret, size_t *ret_count, int64_t *ret_records, struct error *err)
{
    struct transaction *t;
    struct column_quality *list = arena_array(arena, struct column_quality, source->column_count);
    for (size_t i = 0; i < source->column_count; i++)
        list[i].column = &source->columns[i];
    if (guard_grant(session) && !source_counted(session, source))
        return error_set(err, ERROR_DENIED,
                         "no agreement in force lets the records of \"%.*s\" be counted for your purpose; ask the "
                         "information governance lead",
                         PRINT(source->title));
    if (!source_read_begin(session, arena, &t, err))
        return false;
    bool done = quality_in(t, source, arena, list, ret_records, err);
    transaction_rollback(t);
    if (!done)
        return false;
    *ret = list;
    *ret_count = source->column_count;
    return true;
}
