/* quarantine.c: what failed, looked at through the guard: with values by the source's own steward, how much of it by
 * anybody who may count the source. */
#include "ingest/quarantine.h"

#include "guard/audit.h"
#include "ingest/source_state.h"

struct slice quarantine_rule_words(struct slice rule)
{
    static const struct {
        struct slice rule, words;
    } table[] = {
        {S_INIT("required"), S_INIT("empty, and must be there")},
        {S_INIT("type"), S_INIT("not of the kind that the column wants (date, number, yes or no)")},
        {S_INIT("allowed"), S_INIT("none of the values that the contract allows")},
        {S_INIT("range"), S_INIT("below or above what the contract allows")},
        {S_INIT("length"), S_INIT("too long")},
        {S_INIT("nhsNumber"), S_INIT("no NHS number")},
        {S_INIT("uprn"), S_INIT("no UPRN")},
        {S_INIT("postcode"), S_INIT("no postcode")},
        {S_INIT("notFuture"), S_INIT("after the day of the extract")},
        {S_INIT("unique"), S_INIT("stands in an earlier row too, and must stand once")},
        {S_INIT("unique key"), S_INIT("the key of an earlier row, with other values")},
        {S_INIT("row"), S_INIT("a row without the form of the others")},
        {S_INIT("text"), S_INIT("characters that are no text")},
    };
    for (size_t i = 0; i < countof(table); i++)
        if (slice_equal(table[i].rule, rule))
            return table[i].words;
    return rule;
}

static int64_t limit_of(const struct quarantine_filter *filter)
{
    return filter->limit >= 1 && filter->limit <= 1000 ? filter->limit : 100;
}

/* Ends the transaction. */
static bool ask(struct transaction *t, const struct quarantine_filter *filter, struct arena *arena, struct result *ret,
                struct error *err)
{
    /* One more than wanted tells whether there is a next page. */
    bool done =
        filter->landing
            ? store_query(t, STATEMENT_INGEST_QUARANTINE_OF_LANDING,
                          ARGS(value_integer(filter->landing), value_text(filter->source), value_integer(filter->after),
                               value_integer(filter->open_only), value_integer(limit_of(filter) + 1)),
                          arena, ret, err)
            : store_query(t, STATEMENT_INGEST_QUARANTINE_OF_SOURCE,
                          ARGS(value_text(filter->source), value_integer(filter->after),
                               value_integer(filter->open_only), value_integer(limit_of(filter) + 1)),
                          arena, ret, err);
    transaction_rollback(t);
    return done;
}

static bool list_of(const struct result *rows, const struct quarantine_filter *filter, const struct keeper *keeper,
                    struct arena *arena, struct quarantined **ret, size_t *ret_count, bool *ret_more, struct error *err)
{
    size_t count = rows->rows > (size_t)limit_of(filter) ? (size_t)limit_of(filter) : rows->rows;
    struct quarantined *list = arena_array(arena, struct quarantined, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct value *row = result_row(rows, i);
        list[i] = (struct quarantined){.id = cell_integer(&row[0]),
                                       .landing = cell_integer(&row[1]),
                                       .line = cell_integer(&row[2]),
                                       .column = cell_text(&row[3]),
                                       .rule = cell_text(&row[4]),
                                       .reason = cell_text(&row[5]),
                                       .key = cell_text(&row[7]),
                                       .corrected = cell_integer(&row[8]) != 0};
        if (!cell_null(&row[6]) && !keeper_unseal(keeper, cell_text(&row[6]), arena, &list[i].value, err))
            return false;
    }
    *ret = list;
    *ret_count = count;
    *ret_more = rows->rows > count;
    return true;
}

static bool may_look(const struct guard_session *session, const struct quarantine_filter *filter, struct error *err)
{
    const struct source *source = catalogue_source(guard_catalogue(session), filter->source);
    const struct guard_who *who = guard_who(session);
    if (!guard_needs(session, ABILITY_LAND, err))
        return false;
    if (!source)
        return error_set(err, ERROR_NOT_FOUND, "there is no source %.*s in this county",
                         PRINT(slice_part(filter->source, 0, 60)));
    const struct agency *owner = catalogue_agency(guard_catalogue(session), source->agency);
    if (!slice_equal(who->agency, source->agency) && !slice_equal(who->agency, S("hub")))
        return error_set(err, ERROR_DENIED,
                         "the quarantine of \"%.*s\" is open to its own agency alone; ask the data steward of %.*s",
                         PRINT(source->title), PRINT(owner ? owner->title : source->agency));
    return true;
}

bool quarantine_list(const struct guard_session *session, struct slice folder, const struct quarantine_filter *filter,
                     struct arena *arena, struct quarantined **ret, size_t *ret_count, bool *ret_more,
                     struct error *err)
{
    struct transaction *t;
    struct result rows;
    struct keeper *keeper;
    struct guard *guard = guard_of(session);
    if (!may_look(session, filter, err) || !keeper_open(guard_host(guard), folder, arena, &keeper, err) ||
        !guard_read_begin(session, USE_SHOW, arena, &t, err) || !ask(t, filter, arena, &rows, err))
        return false;
    struct slice *fields = arena_array(arena, struct slice, rows.rows + 1);
    size_t field_count = 0;
    for (size_t i = 0; i < rows.rows; i++) {
        const struct value *row = result_row(&rows, i);
        if (cell_null(&row[3]))
            continue;
        struct slice field = arena_format(arena, "%.*s.%.*s", PRINT(filter->source), PRINT(cell_text(&row[3])));
        bool listed = false;
        for (size_t k = 0; k < field_count && !listed; k++)
            listed = slice_equal(fields[k], field);
        if (!listed)
            fields[field_count++] = field;
    }
    struct audit_reading reading = {
        .action = S("quarantine"), .subject = filter->source, .fields = fields, .field_count = field_count};
    return list_of(&rows, filter, keeper, arena, ret, ret_count, ret_more, err) && audit_read(session, &reading, err);
}

bool quarantine_summary(const struct guard_session *session, int64_t landing, struct arena *arena,
                        struct quarantine_sum **ret, size_t *ret_count, struct error *err)
{
    struct transaction *t;
    struct result rows;
    struct landing known;
    if (!landing_get(session, landing, arena, &known, err) || !source_read_begin(session, arena, &t, err))
        return false;
    bool done = store_query(t, STATEMENT_INGEST_QUARANTINE_SUMS, ARGS(value_integer(landing)), arena, &rows, err);
    transaction_rollback(t);
    if (!done)
        return false;
    struct quarantine_sum *sums = arena_array(arena, struct quarantine_sum, rows.rows + 1);
    for (size_t i = 0; i < rows.rows; i++) {
        const struct value *row = result_row(&rows, i);
        sums[i] = (struct quarantine_sum){cell_text(&row[0]), cell_text(&row[1]), cell_integer(&row[2])};
    }
    *ret = sums;
    *ret_count = rows.rows;
    return true;
}
