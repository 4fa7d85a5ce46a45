/* The databases' own lists of tables and columns are read, so that a table of a source needs no list of ours. */
#include "store/dump.h"

#include "store/driver.h"

static const char sqlite_columns[] =
    "SELECT m.name, p.name, p.type, p.pk FROM sqlite_schema m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' "
    "AND substr(m.name, 1, 7) <> 'sqlite_' AND m.name <> 'schema_migration' "
    "ORDER BY substr(m.name, 1, 7) = 'search_', m.name, p.cid";

static const char postgresql_columns[] =
    "SELECT c.relname::text, a.attname::text, upper(pg_catalog.format_type(a.atttypid, NULL)), "
    "coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0) FROM pg_catalog.pg_class c "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid "
    "LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary "
    "WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relname <> 'schema_migration' AND a.attnum > 0 AND "
    "NOT "
    "a.attisdropped ORDER BY left(c.relname::text, 7) = 'search_', c.relname::text COLLATE \"C\", a.attnum";

static bool kind_of_type(struct slice type, enum value_kind *ret)
{
    static const struct {
        struct slice type;
        enum value_kind kind;
    } kinds[] = {{S_INIT("INTEGER"), VALUE_INTEGER}, {S_INIT("BIGINT"), VALUE_INTEGER},
                 {S_INIT("REAL"), VALUE_REAL},       {S_INIT("DOUBLE PRECISION"), VALUE_REAL},
                 {S_INIT("TEXT"), VALUE_TEXT},       {S_INIT("BLOB"), VALUE_BYTES},
                 {S_INIT("BYTEA"), VALUE_BYTES}};
    for (size_t i = 0; i < countof(kinds); i++)
        if (slice_equal(kinds[i].type, type)) {
            *ret = kinds[i].kind;
            return true;
        }
    return false;
}

bool dump_tables(struct transaction *transaction, struct arena *arena, struct dump_table **ret, size_t *ret_count,
                 struct error *err)
{
    bool sqlite = store_dialect(transaction_store(transaction)) == STORE_SQLITE;
    struct sql sql = {slice_of(sqlite ? sqlite_columns : postgresql_columns)};
    struct result result;
    if (!store_query_sql(transaction, &sql, NO_ARGS, arena, &result, err))
        return false;
    struct dump_table *tables = NULL, *table = NULL;
    size_t count = 0, capacity = 0;
    for (size_t i = 0; i < result.rows; i++) {
        const struct value *row = result_row(&result, i);
        if (!table || !slice_equal(table->name, cell_text(&row[0]))) {
            ARENA_GROW(arena, tables, count, capacity);
            table = &tables[count++];
            *table = (struct dump_table){.name = cell_text(&row[0])};
            table->columns = arena_array(arena, struct backup_column, BACKUP_MOST_COLUMNS);
            table->key = arena_array(arena, size_t, BACKUP_MOST_COLUMNS);
        }
        struct backup_column *column = &table->columns[table->count];
        if (table->count == BACKUP_MOST_COLUMNS || !store_name_fits(table->name) ||
            !store_name_fits(cell_text(&row[1])) || !kind_of_type(cell_text(&row[2]), &column->kind))
            return error_set(err, ERROR_STORE,
                             "the store has a table %.*s (column %.*s of type %.*s) that is not of this program's "
                             "making; take it out",
                             PRINT(table->name), PRINT(cell_text(&row[1])), PRINT(cell_text(&row[2])));
        column->name = cell_text(&row[1]);
        table->key[table->count++] = (size_t)cell_integer(&row[3]);
    }
    *ret = tables;
    *ret_count = count;
    return true;
}

bool dump_rows(struct transaction *transaction, const struct dump_table *table, row_function *function, void *context,
               struct error *err)
{
    struct arena *arena = arena_make(0);
    struct buffer text = buffer_make(arena);
    buffer_add(&text, S("SELECT "));
    for (size_t i = 0; i < table->count; i++)
        buffer_format(&text, "%s\"%.*s\"", i ? ", " : "", PRINT(table->columns[i].name));
    buffer_format(&text, " FROM \"%.*s\"", PRINT(table->name));
    /* How often tables of sources changed their shape is PostgreSQL's own business (source_table.c), not content. */
    if (slice_equal(table->name, S("counter")))
        buffer_add(&text, S(" WHERE name <> 'shape'"));
    buffer_add(&text, S(" ORDER BY "));
    size_t keys = 0;
    for (size_t place = 1; place <= table->count; place++)
        for (size_t i = 0; i < table->count; i++)
            if (table->key[i] == place)
                buffer_format(&text, "%s%zu", keys++ ? ", " : "", i + 1);
    for (size_t i = 0; keys == 0 && i < table->count; i++)
        buffer_format(&text, "%s%zu", i ? ", " : "", i + 1);
    struct sql sql = {buffer_slice(&text)};
    bool good = store_each_sql(transaction, &sql, NO_ARGS, function, context, err);
    arena_free(arena);
    return good || error_wrap(err, "the table %.*s", PRINT(table->name));
}
