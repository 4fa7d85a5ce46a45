/* The list of invariants is sql/statements/store.sql; each statement gives sentences. What a source's own tables must
 * hold is composed by source_table.c. */
#include "store/backup.h"

#include "store/dump.h"
#include "store/source_table.h"

#include <stdarg.h>

#define MOST_FOUND 1000

static const enum statement invariants[] = {
    STATEMENT_STORE_CHECK_RECORD_LANDING,
    STATEMENT_STORE_CHECK_RECORD_END,
    STATEMENT_STORE_CHECK_RECORD_ORDER,
    STATEMENT_STORE_CHECK_RECORD_SOURCE,
    STATEMENT_STORE_CHECK_ANCHOR,
    STATEMENT_STORE_CHECK_ONE_VERSION,
    STATEMENT_STORE_CHECK_ONE_ANCHOR,
    STATEMENT_STORE_CHECK_LANDING_SUM,
    STATEMENT_STORE_CHECK_LANDING_SOURCE,
    STATEMENT_STORE_CHECK_CURRENT_LANDING,
    STATEMENT_STORE_CHECK_RECORD_COUNT,
    STATEMENT_STORE_CHECK_QUARANTINE,
    STATEMENT_STORE_CHECK_EDGE,
    STATEMENT_STORE_CHECK_EDGE_MODEL,
    STATEMENT_STORE_CHECK_MEMBER,
    STATEMENT_STORE_CHECK_MEMBER_SOURCE,
    STATEMENT_STORE_CHECK_MEMBER_LINKAGE,
    STATEMENT_STORE_CHECK_DECISION,
    STATEMENT_STORE_CHECK_DECISION_UNDONE,
    STATEMENT_STORE_CHECK_DOUBT,
    STATEMENT_STORE_CHECK_RESIDENCE,
    STATEMENT_STORE_CHECK_ENTRY,
    STATEMENT_STORE_CHECK_CONCERN,
    STATEMENT_STORE_CHECK_SESSION,
    STATEMENT_STORE_CHECK_COUNTER,
};

void check_found(struct check_report *report, const char *format, ...)
{
    if (report->count >= MOST_FOUND)
        return;
    ARENA_GROW(report->arena, report->found, report->count, report->capacity);
    va_list arguments;
    va_start(arguments, format);
    report->found[report->count++] = arena_vformat(report->arena, format, arguments);
    va_end(arguments);
}

static bool take_sentence(void *context, const struct value *cells, size_t columns, struct error *err)
{
    (void)err;
    must(columns == 1);
    check_found(context, "%.*s", PRINT(cell_text(&cells[0])));
    return true;
}

static bool integrity_row(void *context, const struct value *cells, size_t columns, struct error *err)
{
    if (columns == 1 && slice_equal(cell_text(&cells[0]), S("ok")))
        return true;
    check_found(context, "the database file is damaged: %.*s", PRINT(cell_text(&cells[0])));
    (void)err;
    return true;
}

static bool check_integrity(struct transaction *t, struct check_report *report, struct error *err)
{
    if (store_dialect(transaction_store(t)) != STORE_SQLITE)
        return true; /* PostgreSQL tells a damaged page when its rows are read, below. */
    report->checks++;
    struct sql sql = {S("PRAGMA integrity_check(20)")};
    return store_each_sql(t, &sql, NO_ARGS, integrity_row, report, err);
}

static bool count_row(void *context, const struct value *cells, size_t columns, struct error *err)
{
    (void)cells, (void)columns, (void)err;
    ++*(int64_t *)context;
    return true;
}

static bool check_rows(struct transaction *t, struct arena *arena, struct check_report *report, struct error *err)
{
    struct dump_table *tables;
    size_t count;
    if (!dump_tables(t, arena, &tables, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        int64_t rows = 0;
        report->checks++;
        if (!dump_rows(t, &tables[i], count_row, &rows, err))
            return error_wrap(err, "after %lld rows", (long long)rows);
    }
    return true;
}

static bool check_sources(struct transaction *t, struct arena *arena, struct check_report *report, struct error *err)
{
    struct result sources;
    if (!store_query(t, STATEMENT_STORE_CHECK_SOURCES, NO_ARGS, arena, &sources, err))
        return false;
    for (size_t i = 0; i < sources.rows; i++) {
        const struct value *row = result_row(&sources, i);
        struct source_table table = {.source = cell_text(&row[1]), .source_id = cell_integer(&row[0])};
        struct sql sql[3];
        bool there;
        if (!source_table_there(t, table.source, &there, err))
            return false;
        report->checks++;
        if (!there) {
            if (table.source_id)
                check_found(report, "the source %.*s has no table", PRINT(table.source));
            continue;
        }
        source_table_checks(&table, arena, sql);
        for (size_t j = 0; j < countof(sql); j++)
            if (!store_each_sql(t, &sql[j], NO_ARGS, take_sentence, report, err))
                return false;
    }
    return true;
}

static bool check_all(struct transaction *t, const struct store_checker *more, size_t count, struct arena *scratch,
                      struct check_report *report, enum store_schema schema, struct error *err)
{
    if (!check_integrity(t, report, err) || !check_rows(t, scratch, report, err))
        return false;
    if (schema == STORE_HUB) {
        for (size_t i = 0; i < countof(invariants); i++) {
            report->checks++;
            if (!store_each(t, invariants[i], NO_ARGS, take_sentence, report, err))
                return false;
        }
        if (!check_sources(t, scratch, report, err))
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        report->checks++;
        if (!more[i].check(more[i].context, t, report, err))
            return error_wrap(err, "checking %s", more[i].what);
    }
    return true;
}

bool store_check(struct store *store, const struct store_checker *more, size_t count, struct arena *arena,
                 struct check_report *ret, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct check_report report = {.arena = arena};
    struct transaction *t;
    bool good = store_begin(store, TRANSACTION_READ, NULL, scratch, &t, err) &&
                check_all(t, more, count, scratch, &report, store_schema(store), err);
    arena_free(scratch);
    /* A page that cannot be read stops the looking; what was found by then is worth telling. */
    if (!good && report.count > 0 && (err->code == ERROR_STORE || err->code == ERROR_IO)) {
        check_found(&report, "not everything could be looked at: %s", err->text);
        good = true;
    }
    if (good)
        *ret = report;
    return good;
}
