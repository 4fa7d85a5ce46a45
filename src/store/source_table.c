/* The one place in C that composes SQL. Only names that must() has seen to be letters, digits and underscores go into a
 * text, and those in quotes; numbers of ours (a source's id, a limit) go in as digits; everything else is bound.
 *
 * Texts are made so that equal questions have equal texts, whatever is bound, for then the statement is compiled once:
 * the anchors go in as one argument (a JSON list, or an array), not as so many marks.
 *
 * A plus sign before r.source keeps both databases from walking the index on (source, key): without statistics SQLite
 * thinks that a source has ten records. */
#include "store/source_table.h"

#include "store/driver.h"

#include <inttypes.h>

static const char *const storage_words[2][3] = {
    [STORE_SQLITE] = {[COLUMN_TEXT] = "TEXT", [COLUMN_INTEGER] = "INTEGER", [COLUMN_REAL] = "REAL"},
    [STORE_POSTGRESQL] =
        {[COLUMN_TEXT] = "TEXT COLLATE \"C\"", [COLUMN_INTEGER] = "BIGINT", [COLUMN_REAL] = "DOUBLE PRECISION"},
};

static void name_is_plain(struct slice name)
{
    must(store_name_fits(name) && name.len <= 40);
}

struct slice source_table_name(struct arena *arena, struct slice source)
{
    name_is_plain(source);
    return arena_format(arena, "source_%.*s", PRINT(source));
}

struct slice search_table_name(struct arena *arena, struct slice source)
{
    name_is_plain(source);
    return arena_format(arena, "search_%.*s", PRINT(source));
}

/* ---- Making the tables ---- */

static bool execute(struct transaction *t, struct slice text, struct error *err)
{
    struct sql sql = {text};
    return store_execute_sql(t, &sql, NO_ARGS, NULL, err);
}

/* Name and type of each column that a table has; none when it is not there. */
static bool columns_there(struct transaction *t, struct slice table, struct arena *arena, struct result *ret,
                          struct error *err)
{
    struct sql sql = {
        store_dialect(transaction_store(t)) == STORE_SQLITE
            ? S("SELECT name, type FROM pragma_table_info(?1)")
            : S("SELECT a.attname::text, upper(pg_catalog.format_type(a.atttypid, NULL)) FROM pg_catalog.pg_attribute "
                "a "
                "JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = "
                "c.relnamespace WHERE c.relname = $1 AND n.nspname = current_schema() AND a.attnum > 0 AND NOT "
                "a.attisdropped ORDER BY a.attnum")};
    return store_query_sql(t, &sql, ARGS(value_text(table)), arena, ret, err);
}

static bool column_fits(const struct result *there, const struct source_table_column *column,
                        enum store_dialect dialect, struct slice source, bool *ret_found, struct error *err)
{
    *ret_found = false;
    struct slice word = slice_of(storage_words[dialect][column->storage]);
    for (size_t i = 0; i < there->rows; i++) {
        const struct value *row = result_row(there, i);
        if (!slice_equal_nocase(cell_text(&row[0]), column->name))
            continue;
        *ret_found = true;
        if (!slice_starts(word, cell_text(&row[1])))
            return error_set(err, ERROR_CONFLICT,
                             "the column %.*s of the source %.*s is kept as %.*s and the contract now wants %s; "
                             "give the changed column another name",
                             PRINT(column->name), PRINT(source), PRINT(cell_text(&row[1])),
                             column->storage == COLUMN_TEXT ? "TEXT" : storage_words[dialect][column->storage]);
    }
    return true;
}

static bool ensure(struct transaction *t, const struct source_table *table, struct arena *arena, bool *ret_changed,
                   struct error *err)
{
    enum store_dialect dialect = store_dialect(transaction_store(t));
    struct slice name = source_table_name(arena, table->source), search = search_table_name(arena, table->source);
    for (size_t i = 0; i < table->count; i++) {
        name_is_plain(table->columns[i].name);
        if (slice_equal_nocase(table->columns[i].name, S("record")))
            return error_set(err, ERROR_INPUT,
                             "the source %.*s has a column called record, a name that the store needs itself; "
                             "call the column otherwise",
                             PRINT(table->source));
    }
    struct result there;
    if (!columns_there(t, name, arena, &there, err))
        return false;
    if (there.rows == 0) {
        struct buffer sql = buffer_make(arena);
        buffer_format(&sql, "CREATE TABLE \"%.*s\" (record %s NOT NULL PRIMARY KEY", PRINT(name),
                      storage_words[dialect][COLUMN_INTEGER]);
        for (size_t i = 0; i < table->count; i++)
            buffer_format(&sql, ", \"%.*s\" %s", PRINT(table->columns[i].name),
                          storage_words[dialect][table->columns[i].storage]);
        buffer_add(&sql, dialect == STORE_SQLITE ? S(") STRICT") : S(")"));
        if (!execute(t, buffer_slice(&sql), err))
            return false;
        *ret_changed = true;
    } else {
        for (size_t i = 0; i < table->count; i++) {
            bool found;
            const struct source_table_column *column = &table->columns[i];
            if (!column_fits(&there, column, dialect, table->source, &found, err))
                return false;
            if (!found && !execute(t,
                                   arena_format(arena, "ALTER TABLE \"%.*s\" ADD COLUMN \"%.*s\" %s", PRINT(name),
                                                PRINT(column->name), storage_words[dialect][column->storage]),
                                   err))
                return false;
            *ret_changed = *ret_changed || !found;
        }
    }
    if (!columns_there(t, search, arena, &there, err))
        return false;
    const char *text = storage_words[dialect][COLUMN_TEXT], *integer = storage_words[dialect][COLUMN_INTEGER];
    *ret_changed = *ret_changed || there.rows == 0;
    if (there.rows == 0 &&
        !execute(t,
                 arena_format(arena,
                              "CREATE TABLE \"%.*s\" (attribute %s NOT NULL, token %s NOT NULL, anchor %s NOT NULL, "
                              "PRIMARY KEY (attribute, token, anchor))%s",
                              PRINT(search), text, text, integer,
                              dialect == STORE_SQLITE ? " STRICT, WITHOUT ROWID" : ""),
                 err))
        return false;
    /* Tables made before had every key by its anchor, which nobody asked for. */
    return execute(t, arena_format(arena, "DROP INDEX IF EXISTS \"%.*s_by_anchor\"", PRINT(search)), err) &&
           execute(t,
                   arena_format(arena,
                                "CREATE INDEX IF NOT EXISTS \"%.*s_forms\" ON \"%.*s\" (anchor, token) WHERE attribute "
                                "= 'form'",
                                PRINT(search), PRINT(search)),
                   err);
}

bool source_table_ensure(struct transaction *t, const struct source_table *table, struct error *err)
{
    struct arena *arena = arena_make(0);
    bool changed = false;
    int64_t shape;
    bool done = ensure(t, table, arena, &changed, err);
    /* Tells connections with rights that there is more to be granted than when they were opened. */
    if (done && changed && store_dialect(transaction_store(t)) == STORE_POSTGRESQL)
        done = store_next_ids(t, "shape", 1, &shape, err);
    arena_free(arena);
    return done || error_wrap(err, "the tables of the source %.*s", PRINT(table->source));
}

/* ---- Reading ---- */

struct composing {
    struct buffer sql;
    enum store_dialect dialect;
    struct value *args;
    size_t count, capacity;
};

static void add_argument(struct composing *c, struct value value)
{
    ARENA_GROW(c->sql.arena, c->args, c->count, c->capacity);
    c->args[c->count++] = value;
}

/* The mark of the next argument. */
static void mark(struct composing *c, struct value value)
{
    add_argument(c, value);
    buffer_format(&c->sql, "%c%zu", c->dialect == STORE_SQLITE ? '?' : '$', c->count);
}

static const struct source_table_column *column_of(const struct source_table *table, struct slice name)
{
    for (size_t i = 0; i < table->count; i++)
        if (slice_equal(table->columns[i].name, name))
            return &table->columns[i];
    must(false); /* the column is one of the table's */
    return NULL;
}

/* PostgreSQL takes an argument's type from the column beside it; a fraction against whole numbers has to be said. */
static void compared(struct composing *c, const struct source_table_column *column, struct value value)
{
    must(value.kind != VALUE_NULL && value.kind != VALUE_BYTES);
    must((value.kind == VALUE_TEXT) == (column->storage == COLUMN_TEXT));
    bool fraction = value.kind == VALUE_REAL && c->dialect == STORE_POSTGRESQL;
    if (fraction)
        buffer_add(&c->sql, S("CAST("));
    mark(c, value);
    if (fraction)
        buffer_add(&c->sql, S(" AS DOUBLE PRECISION)"));
}

static void add_condition(struct composing *c, const struct source_table *table, const struct condition *condition)
{
    static const char *const signs[] = {
        [CONDITION_EQUAL] = "=", [CONDITION_NOT_EQUAL] = "<>", [CONDITION_AT_LEAST] = ">=", [CONDITION_AT_MOST] = "<="};
    const struct source_table_column *column = column_of(table, condition->column);
    buffer_add(&c->sql, S(" AND "));
    switch (condition->operator) {
    case CONDITION_EQUAL:
    case CONDITION_NOT_EQUAL:
    case CONDITION_AT_LEAST:
    case CONDITION_AT_MOST:
        must(condition->count == 1);
        buffer_format(&c->sql, "s.\"%.*s\" %s ", PRINT(column->name), signs[condition->operator]);
        compared(c, column, condition->values[0]);
        return;
    case CONDITION_IN:
        if (condition->count == 0) {
            buffer_add(&c->sql, S("1 = 0"));
            return;
        }
        buffer_format(&c->sql, "s.\"%.*s\" IN (", PRINT(column->name));
        for (size_t i = 0; i < condition->count; i++) {
            if (i)
                buffer_add(&c->sql, S(", "));
            compared(c, column, condition->values[i]);
        }
        buffer_add_byte(&c->sql, ')');
        return;
    case CONDITION_CONTAINS:
        must(condition->count == 1 && column->storage == COLUMN_TEXT && condition->values[0].kind == VALUE_TEXT);
        /* lower() is of ASCII in SQLite, and in PostgreSQL under "C". */
        buffer_format(&c->sql,
                      c->dialect == STORE_SQLITE ? "instr(lower(s.\"%.*s\"), lower("
                                                 : "strpos(lower(s.\"%.*s\"), lower(CAST(",
                      PRINT(column->name));
        mark(c, condition->values[0]);
        buffer_add(&c->sql, c->dialect == STORE_SQLITE ? S(")) > 0") : S(" AS TEXT) COLLATE \"C\")) > 0"));
        return;
    case CONDITION_PRESENT:
        buffer_format(&c->sql, "s.\"%.*s\" IS NOT NULL", PRINT(column->name));
        return;
    case CONDITION_ABSENT:
        buffer_format(&c->sql, "s.\"%.*s\" IS NULL", PRINT(column->name));
        return;
    }
    must(false); /* every operator is written above */
}

static struct slice anchor_list(const struct source_read *read, enum store_dialect dialect, struct arena *arena)
{
    struct buffer list = buffer_make(arena);
    buffer_add_byte(&list, dialect == STORE_SQLITE ? '[' : '{');
    for (size_t i = 0; i < read->anchor_count; i++) {
        if (i)
            buffer_add_byte(&list, ',');
        buffer_add_number(&list, read->anchors[i]);
    }
    buffer_add_byte(&list, dialect == STORE_SQLITE ? ']' : '}');
    return buffer_slice(&list);
}

void source_table_select(const struct source_read *read, enum store_dialect dialect, struct arena *arena,
                         struct sql *ret_sql, const struct value **ret_args, size_t *ret_count)
{
    const struct source_table *table = read->table;
    struct composing c = {buffer_make(arena), dialect, NULL, 0, 0};
    buffer_add(&c.sql, S("SELECT r.id, r.anchor, r.from_landing, r.line"));
    for (size_t i = 0; i < read->column_count; i++) {
        buffer_add(&c.sql, S(", s.\""));
        buffer_add(&c.sql, column_of(table, read->columns[i])->name);
        buffer_add_byte(&c.sql, '"');
    }
    buffer_format(&c.sql, " FROM \"%.*s\" s JOIN record r ON r.id = s.record WHERE +r.source = %" PRId64,
                  PRINT(source_table_name(arena, table->source)), table->source_id);
    buffer_format(&c.sql, " AND r.from_landing <= (SELECT current_landing FROM source WHERE id = %" PRId64 ")",
                  table->source_id);
    if (!read->all_versions)
        buffer_format(
            &c.sql,
            " AND (r.to_landing IS NULL OR r.to_landing > (SELECT current_landing FROM source WHERE id = %" PRId64 "))",
            table->source_id);
    for (size_t i = 0; i < read->condition_count; i++)
        add_condition(&c, table, &read->conditions[i]);
    if (read->anchor_count == 1) {
        buffer_add(&c.sql, S(" AND r.anchor = "));
        mark(&c, value_integer(read->anchors[0]));
    } else if (read->anchor_count > 1) {
        buffer_add(&c.sql, dialect == STORE_SQLITE ? S(" AND r.anchor IN (SELECT value FROM json_each(")
                                                   : S(" AND r.anchor = ANY (CAST("));
        mark(&c, value_text(anchor_list(read, dialect, arena)));
        buffer_add(&c.sql, dialect == STORE_SQLITE ? S("))") : S(" AS BIGINT[]))"));
    }
    buffer_add(&c.sql, S(" ORDER BY r.anchor, r.id"));
    if (read->limit > 0)
        buffer_format(&c.sql, " LIMIT %" PRId64, read->limit);
    ret_sql->text = buffer_slice(&c.sql);
    *ret_args = c.args;
    *ret_count = c.count;
}

/* ---- What landing needs beside reading ---- */

void source_table_delete(const struct source_table *table, enum store_dialect dialect, struct arena *arena,
                         struct sql *ret_sql)
{
    char mark = dialect == STORE_SQLITE ? '?' : '$';
    ret_sql->text =
        arena_format(arena,
                     "DELETE FROM \"%.*s\" WHERE record BETWEEN %c1 AND %c2 AND record IN (SELECT id FROM record "
                     "WHERE id BETWEEN %c1 AND %c2 AND from_landing = %c3)",
                     PRINT(source_table_name(arena, table->source)), mark, mark, mark, mark, mark);
}

void source_table_quality(const struct source_table *table, enum store_dialect dialect, struct arena *arena,
                          struct sql *ret_sql)
{
    (void)dialect;
    struct buffer sql = buffer_make(arena);
    buffer_add(&sql, S("SELECT count(*)"));
    for (size_t i = 0; i < table->count; i++)
        buffer_format(&sql, ", count(s.\"%.*s\"), count(DISTINCT s.\"%.*s\")", PRINT(table->columns[i].name),
                      PRINT(table->columns[i].name));
    buffer_format(
        &sql,
        " FROM \"%.*s\" s JOIN record r ON r.id = s.record WHERE r.from_landing <= (SELECT current_landing FROM "
        "source WHERE id = %" PRId64 ") AND (r.to_landing IS NULL OR r.to_landing > (SELECT current_landing FROM "
        "source WHERE id = %" PRId64 "))",
        PRINT(source_table_name(arena, table->source)), table->source_id, table->source_id);
    ret_sql->text = buffer_slice(&sql);
}

bool source_table_there(struct transaction *transaction, struct slice source, bool *ret_there, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct result there;
    bool good = columns_there(transaction, source_table_name(arena, source), arena, &there, err);
    if (good)
        *ret_there = there.rows > 0;
    arena_free(arena);
    return good;
}

void source_table_checks(const struct source_table *table, struct arena *arena, struct sql ret_sql[3])
{
    struct slice name = source_table_name(arena, table->source), search = search_table_name(arena, table->source);
    ret_sql[0].text = arena_format(arena,
                                   "SELECT 'version ' || r.id || ' has no row in %.*s' FROM record r LEFT JOIN "
                                   "\"%.*s\" s ON s.record = r.id WHERE "
                                   "r.source = %" PRId64 " AND s.record IS NULL ORDER BY r.id LIMIT 20",
                                   PRINT(name), PRINT(name), table->source_id);
    ret_sql[1].text =
        arena_format(arena,
                     "SELECT 'the row ' || s.record || ' of %.*s is of no version of that source' FROM \"%.*s\" s LEFT "
                     "JOIN record r ON "
                     "r.id = s.record AND r.source = %" PRId64 " WHERE r.id IS NULL ORDER BY s.record LIMIT 20",
                     PRINT(name), PRINT(name), table->source_id);
    ret_sql[2].text = arena_format(arena,
                                   "SELECT '%.*s has keys of anchor ' || s.anchor || ', which is not there' FROM "
                                   "\"%.*s\" s WHERE s.anchor <> 0 AND NOT EXISTS (SELECT 1 "
                                   "FROM record r WHERE r.anchor = s.anchor AND r.source = %" PRId64
                                   ") GROUP BY s.anchor ORDER BY s.anchor LIMIT 20",
                                   PRINT(search), PRINT(search), table->source_id);
}
