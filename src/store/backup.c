/* A restore must not leave something that looks like a whole, empty hub: with its first migration it makes a table
 * `restore_unfinished`, which goes in the same transaction that brings the rows, and a store that has it is not opened
 * (migrate.c). */
#include "store/backup.h"

#include "store/driver.h"
#include "store/dump.h"

/* ---- Backup ---- */

struct backing_up {
    struct backup_writer writer;
    struct host_file *file;
    int64_t rows;
};

static bool to_file(void *context, const void *data, size_t size, struct error *err)
{
    return host_write(((struct backing_up *)context)->file, data, size, err);
}

static bool row_out(void *context, const struct value *cells, size_t columns, struct error *err)
{
    struct backing_up *b = context;
    b->rows++;
    return backup_write_row(&b->writer, cells, columns, err);
}

static bool write_tables(struct backing_up *b, struct transaction *t, struct arena *arena, struct backup_summary *sum,
                         struct error *err)
{
    struct dump_table *tables;
    size_t count;
    if (!dump_tables(t, arena, &tables, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        b->rows = 0;
        if (!backup_write_table(&b->writer, tables[i].name, tables[i].columns, tables[i].count, err) ||
            !dump_rows(t, &tables[i], row_out, b, err) || !backup_write_table_end(&b->writer, b->rows, err))
            return false;
        sum->rows += b->rows;
    }
    sum->tables = (int64_t)count;
    return true;
}

static bool write_backup(struct store *store, struct slice part, struct arena *arena, struct backup_summary *sum,
                         struct error *err)
{
    struct backing_up b = {.writer = {.write = to_file}};
    b.writer.context = &b;
    struct transaction *t;
    sum->schema = store->schema;
    sum->version = store->version;
    if (!host_open(store->host, part, HOST_CREATE, arena, &b.file, err) ||
        !store_begin(store, TRANSACTION_READ, NULL, arena, &t, err))
        return false;
    bool good = backup_write_start(&b.writer, store->schema, store->version, host_now(store->host), err) &&
                write_tables(&b, t, arena, sum, err);
    transaction_rollback(t);
    if (!good) {
        backup_write_drop(&b.writer);
        return false;
    }
    good = backup_write_end(&b.writer, err) && host_sync(b.file, err);
    sum->bytes = b.writer.written;
    sum->digest = b.writer.digest;
    host_close(b.file);
    return good;
}

bool store_backup(struct store *store, struct slice path, struct backup_summary *ret, struct error *err)
{
    if (host_exists(path))
        return error_set(err, ERROR_CONFLICT, "there is a file at %.*s already; name a new one", PRINT(path));
    struct arena *arena = arena_make(0);
    struct slice part = arena_format(arena, "%.*s.part", PRINT(path));
    struct backup_summary sum = {0};
    struct error ignored;
    if (host_exists(part)) /* of a backup that was cut short */
        (void)!host_delete(store->host, part, &ignored);
    bool good = write_backup(store, part, arena, &sum, err) && host_rename(store->host, part, path, err) &&
                host_sync_folder(store->host, host_folder_of(path), err);
    if (!good && host_exists(part))
        (void)!host_delete(store->host, part, &ignored);
    arena_free(arena);
    if (!good)
        return error_wrap(err, "backing up to %.*s", PRINT(path));
    if (ret)
        *ret = sum;
    return true;
}

/* ---- Reading a backup's file ---- */

static bool from_file(void *context, void *out, size_t size, size_t *ret_read, struct error *err)
{
    return host_read(*(struct host_file **)context, out, size, ret_read, err);
}

bool store_backup_verify(const struct host *host, struct slice path, struct backup_summary *ret, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct host_file *file = NULL;
    struct backup_reader reader = {.read = from_file, .context = &file};
    bool good = host_open(host, path, HOST_READ, arena, &file, err) && backup_read(&reader, ret, err);
    arena_free(arena);
    return good || error_wrap(err, "the backup %.*s", PRINT(path));
}

/* ---- Restore ---- */

struct restoring {
    struct host_file *file; /* first: from_file reads through it */
    struct transaction *t;
    struct arena *arena, *table_arena;
    struct bulk *bulk;
};

/* A table of a source, with its table of search, is made from what the backup says of its columns. */
static bool make_source(struct restoring *r, struct slice name, const struct backup_column *columns, size_t count,
                        struct error *err)
{
    struct slice source = slice_part(name, 7, name.len);
    struct source_table_column *made = arena_array(r->table_arena, struct source_table_column, count);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        enum column_storage storage = columns[i].kind == VALUE_INTEGER ? COLUMN_INTEGER
                                      : columns[i].kind == VALUE_REAL  ? COLUMN_REAL
                                                                       : COLUMN_TEXT;
        if (columns[i].kind == VALUE_BYTES || columns[i].name.len > 40)
            return error_set(err, ERROR_INPUT, "the backup's table %.*s is not one of a source", PRINT(name));
        if (!slice_equal(columns[i].name, S("record")))
            made[kept++] = (struct source_table_column){columns[i].name, storage};
    }
    if (source.len == 0 || source.len > 40 || kept == count || !store_name_fits(source))
        return error_set(err, ERROR_INPUT, "the backup's table %.*s is not one of a source", PRINT(name));
    struct source_table table = {source, 0, made, kept};
    return source_table_ensure(r->t, &table, err);
}

static bool table_in(void *context, struct slice name, const struct backup_column *columns, size_t count,
                     struct error *err)
{
    struct restoring *r = context;
    arena_reset(r->table_arena);
    if (slice_starts(name, S("source_")) && !make_source(r, name, columns, count, err))
        return false;
    /* What a migration has put there is in the backup too. */
    struct sql clear = {arena_format(r->table_arena, "DELETE FROM \"%.*s\"", PRINT(name))};
    if (!store_execute_sql(r->t, &clear, NO_ARGS, NULL, err))
        return error_wrap(err, "the table %.*s of the backup", PRINT(name));
    struct bulk_column *into = arena_array(r->table_arena, struct bulk_column, count);
    for (size_t i = 0; i < count; i++)
        into[i] = (struct bulk_column){arena_cstr(r->table_arena, columns[i].name), columns[i].kind};
    return bulk_open(r->t, arena_cstr(r->table_arena, name), into, count, r->table_arena, &r->bulk, err);
}

static bool row_in(void *context, const struct value *cells, size_t count, struct error *err)
{
    (void)count;
    return bulk_add(((struct restoring *)context)->bulk, cells, err);
}

static bool table_end_in(void *context, int64_t rows, struct error *err)
{
    (void)rows;
    return bulk_close(((struct restoring *)context)->bulk, err);
}

static bool load(struct store *store, struct slice path, struct arena *arena, struct error *err)
{
    struct restoring r = {.arena = arena, .table_arena = arena_make(0)};
    struct backup_reader reader = {
        .read = from_file, .table = table_in, .row = row_in, .table_end = table_end_in, .context = &r};
    struct backup_summary again;
    struct sql finish = {S("DROP TABLE restore_unfinished")};
    bool good = host_open(store->host, path, HOST_READ, arena, &r.file, err) &&
                store_begin(store, TRANSACTION_WRITE, NULL, arena, &r.t, err);
    if (good) {
        good = backup_read(&reader, &again, err) && store_execute_sql(r.t, &finish, NO_ARGS, NULL, err) &&
               transaction_commit(r.t, err);
        if (!good && transaction_open(r.t))
            transaction_rollback(r.t);
    }
    arena_free(r.table_arena);
    return good;
}

bool store_restore(const struct store_options *into, struct slice path, struct backup_summary *ret, struct error *err)
{
    struct backup_summary sum = {0};
    if (!store_backup_verify(into->host, path, &sum, err))
        return false;
    if (sum.version > store_schema_known(sum.schema))
        return error_set(err, ERROR_STORE,
                         "the backup %.*s is of schema %d and this program knows up to %d; use a newer program",
                         PRINT(path), sum.version, store_schema_known(sum.schema));
    struct store_options options = *into;
    options.schema = sum.schema;
    options.create = true;
    options.read_only = false;
    struct store *store;
    if (!store_open_new(&options, sum.version, &store, err))
        return false;
    struct arena *arena = arena_make(0);
    bool good = load(store, path, arena, err);
    arena_free(arena);
    store_close(store);
    if (!good)
        return error_wrap(err, "restoring %.*s (what was made at the new place is not a store; take it away)",
                          PRINT(path));
    /* And up to this program's schema. */
    if (!store_open(&options, &store, err))
        return false;
    store_close(store);
    if (ret)
        *ret = sum;
    return true;
}
