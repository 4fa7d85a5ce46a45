/* SQLite behind the store.
 *
 * One file in WAL mode: the writer syncs at each commit (synchronous=FULL), readers see the snapshot of their BEGIN.
 * All connections go through the host's VFS, so that a test can fail each write and sync.
 *
 * Each connection keeps its prepared statements: the named ones in an array, composed ones in a small table by text, of
 * which the one used longest ago gives way.
 *
 * A bulk gathers a few rows and inserts them with one statement: a statement opens and closes its table and each index,
 * which costs as much as the insert itself. Measured with 1,000,000 records of ten columns and two indexes beside
 * 1,000,000 rows of nine: 3.6 s of processor one by one, 2.2 s by twenty, no better by a hundred. The texts are copied
 * into a block of the bulk's and bound in place (SQLITE_STATIC), so that a row costs no allocation of ours.
 *
 * Readers see the database's pages where the system keeps them (a map), all of them the same ones: with a cache of its
 * own each had 15% of a search go into copying pages, and lost them all at each commit of the writer. The pages that
 * stand in the log alone, and what lies past 2 GiB, are read into a cache of 8 MiB. Writes never go through the map. A
 * disk that fails to give a mapped page cannot be told as an error of one statement: it ends the program with a
 * sentence (program/main.c).
 *
 * Rights are SQLite's authoriser, asked as each statement is compiled: a column that is not listed is refused by name,
 * and so is everything but reading. Debian builds SQLite with secure_delete on, so deleted rows are overwritten. */
#include "store/driver.h"

#include "base/vfs.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEPT_STATEMENTS   72
#define READER_CACHE      ((size_t)8 << 20)
#define READER_MAP        ((size_t)0x7fff0000) /* the most that SQLite maps */
#define BULK_ARGUMENTS    ((size_t)200)        /* bound at once by a bulk's insert */
#define BULK_TEXT         ((size_t)64 << 10)
#define APPLICATION_HUB   0x53746148 /* "StaH" in the file's head: `file` and we know whose it is */
#define APPLICATION_AUDIT 0x53746141 /* "StaA" */

struct kept_statement {
    char *text;
    size_t len;
    uint64_t used; /* the connection's clock at the last use */
    sqlite3_stmt *statement;
    bool busy;
};

struct sqlite_connection {
    struct connection base;
    sqlite3 *db;
    sqlite3_stmt *begin, *begin_write, *commit, *rollback, *look, *list;
    sqlite3_stmt *named[STATEMENT_COUNT];
    struct kept_statement kept[KEPT_STATEMENTS];
    uint64_t clock;
    bool own;         /* our own statements: the authoriser lets them pass */
    char denied[160]; /* what the authoriser refused last */
};

struct sqlite_bulk {
    struct bulk base;
    struct kept_statement *one, *many; /* the insert of one row, and of as many as are gathered */
    struct value *cells;               /* of the rows gathered; their texts lie in `text` */
    size_t rows, rows_at_once;
    char *text;
    size_t text_len;
};

/* ---- Errors ---- */

static bool sqlite_error(struct sqlite_connection *c, int code, struct error *err)
{
    struct store *store = c->base.store;
    const char *said = sqlite3_errmsg(c->db);
    int extended = sqlite3_extended_errcode(c->db);
    if ((extended & 0xff) != (code & 0xff))
        extended = code;
    if (extended == SQLITE_IOERR_FSYNC || extended == SQLITE_IOERR_DIR_FSYNC) {
        store_stop(store);
        return error_set(err, ERROR_IO,
                         "the disk failed to sync %s, so nothing more is written; check the disk, then start the "
                         "program again",
                         store->address);
    }
    switch (code & 0xff) {
    case SQLITE_FULL:
        return error_set(err, ERROR_FULL, "the disk is full under %s; free some space and try again", store->address);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_set(err, ERROR_BUSY, "another program is writing to %s; try again when it has ended",
                         store->address);
    case SQLITE_CONSTRAINT:
        return error_set(err, ERROR_CONFLICT,
                         "the store has this already or does not allow it (%s); look at what is there and "
                         "try again",
                         said);
    case SQLITE_AUTH:
        return error_set(err, ERROR_DENIED,
                         "the rights of this session do not reach %s; choose a purpose whose agreement does",
                         c->denied[0] ? c->denied : "what was asked for");
    case SQLITE_READONLY:
        return error_set(err, ERROR_IO, "%s may not be written to; check its owner and mode and those of its folder",
                         store->address);
    case SQLITE_CANTOPEN:
        return error_set(err, ERROR_IO, "%s cannot be opened; check the path and who may read it", store->address);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return error_set(err, ERROR_STORE, "%s is damaged or is no database; run `staithe check` and restore a backup",
                         store->address);
    case SQLITE_IOERR:
        return error_set(err, ERROR_IO, "reading or writing %s failed (%s); check the disk and try again",
                         store->address, said);
    case SQLITE_NOMEM:
        return error_set(err, ERROR_STORE, "there is no memory left for the store; close other programs and try again");
    case SQLITE_TOOBIG:
        return error_set(err, ERROR_TOO_BIG, "a value is too long for the store; shorten it");
    default:
        return error_set(err, ERROR_STORE, "the store refused a statement: %s", said);
    }
}

/* ---- Rights ---- */

static bool listed(const struct kept_rights *kept, struct slice table, struct slice column)
{
    for (const char *const *open = kept->rights.open_tables; *open; open++)
        if (slice_equal(slice_of(*open), table))
            return true;
    for (size_t i = 0; i < kept->rights.count; i++) {
        const struct store_right *right = &kept->rights.tables[i];
        if (!slice_equal(right->table, table))
            continue;
        if (column.len == 0 || slice_equal(column, S("record")))
            return true; /* that a row is there; its record */
        for (size_t j = 0; j < right->count; j++)
            if (slice_equal(right->columns[j], column))
                return true;
    }
    return false;
}

/* A table of the schema or of a source, not a name given inside a statement. (The authoriser may not ask the database.)
 */
static bool is_table(const struct store *store, const char *name)
{
    if (strncmp(name, "source_", 7) == 0 || strncmp(name, "search_", 7) == 0 || strncmp(name, "sqlite_", 7) == 0 ||
        strcmp(name, "schema_migration") == 0)
        return true;
    char made[100];
    if (snprintf(made, sizeof made, "CREATE TABLE %s (", name) >= (int)sizeof made)
        return true;
    const struct migration *migrations = store->schema == STORE_HUB ? schema_migrations : audit_migrations;
    for (int i = 0; i < (store->schema == STORE_HUB ? schema_migration_count : audit_migration_count); i++)
        if (strstr(migrations[i].sqlite, made))
            return true;
    return false;
}

static int authorise(void *context, int action, const char *first, const char *second, const char *database,
                     const char *trigger)
{
    (void)database, (void)trigger;
    struct sqlite_connection *c = context;
    if (c->own)
        return SQLITE_OK;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        if (second && strcmp(second, "load_extension") != 0)
            return SQLITE_OK;
        break;
    case SQLITE_READ:
        if (listed(c->base.kept, slice_of(first), slice_of(second)) || strcmp(first, "json_each") == 0)
            return SQLITE_OK;
        /* A named subquery is announced like a table of which no column is read. */
        if ((!second || !second[0]) && !is_table(c->base.store, first))
            return SQLITE_OK;
        break;
    default:
        snprintf(c->denied, sizeof c->denied, "anything but reading");
        return SQLITE_DENY;
    }
    snprintf(c->denied, sizeof c->denied, "%s%s%s", first ? first : "", second && second[0] ? "." : "",
             second ? second : "");
    return SQLITE_DENY;
}

/* ---- Statements ---- */

static bool sqlite_prepare(struct sqlite_connection *c, struct slice text, bool keep, sqlite3_stmt **ret,
                           struct error *err)
{
    must(text.len < INT32_MAX);
    c->denied[0] = '\0';
    const char *rest = NULL;
    int code = sqlite3_prepare_v3(c->db, text.at, (int)text.len, keep ? SQLITE_PREPARE_PERSISTENT : 0, ret, &rest);
    if (code != SQLITE_OK)
        return sqlite_error(c, code, err);
    must(*ret != NULL);
    if (rest && rest < text.at + text.len) {
        sqlite3_finalize(*ret);
        return error_set(err, ERROR_STORE, "the store takes one statement at a time");
    }
    return true;
}

static bool own_prepare(struct sqlite_connection *c, const char *text, sqlite3_stmt **ret, struct error *err)
{
    c->own = true;
    bool done = sqlite_prepare(c, slice_of(text), true, ret, err);
    c->own = false;
    return done;
}

/* A statement from the table of composed ones, prepared if it is not there; NULL when all are busy. */
static bool kept_find(struct sqlite_connection *c, struct slice text, struct kept_statement **ret, struct error *err)
{
    struct kept_statement *place = NULL;
    for (size_t i = 0; i < KEPT_STATEMENTS; i++) {
        struct kept_statement *k = &c->kept[i];
        if (k->busy)
            continue;
        if (k->statement && k->len == text.len && memcmp(k->text, text.at, text.len) == 0) {
            k->used = ++c->clock;
            *ret = k;
            return true;
        }
        if (!place || (place->statement && (!k->statement || k->used < place->used)))
            place = k;
    }
    if (!place) {
        *ret = NULL;
        return true;
    }
    sqlite3_stmt *statement;
    if (!sqlite_prepare(c, text, true, &statement, err))
        return false;
    sqlite3_finalize(place->statement);
    free(place->text);
    place->text = malloc(text.len + 1);
    must(place->text);
    memcpy(place->text, text.at, text.len);
    place->len = text.len;
    place->statement = statement;
    place->used = ++c->clock;
    *ret = place;
    return true;
}

static int bind(sqlite3_stmt *statement, int at, const struct value *value)
{
    switch (value->kind) {
    case VALUE_NULL:
        return sqlite3_bind_null(statement, at);
    case VALUE_INTEGER:
        return sqlite3_bind_int64(statement, at, value->integer);
    case VALUE_REAL:
        return sqlite3_bind_double(statement, at, value->real);
    case VALUE_TEXT:
        return sqlite3_bind_text64(statement, at, value->text.len ? value->text.at : "", value->text.len, SQLITE_STATIC,
                                   SQLITE_UTF8);
    case VALUE_BYTES:
        return sqlite3_bind_blob64(statement, at, value->text.len ? value->text.at : "", value->text.len,
                                   SQLITE_STATIC);
    }
    must(false);
}

static void cell_read(sqlite3_stmt *statement, int at, struct value *ret)
{
    switch (sqlite3_column_type(statement, at)) {
    case SQLITE_INTEGER:
        *ret = value_integer(sqlite3_column_int64(statement, at));
        return;
    case SQLITE_FLOAT:
        *ret = value_real(sqlite3_column_double(statement, at));
        return;
    case SQLITE_TEXT: {
        const void *text = sqlite3_column_text(statement, at);
        *ret = value_text(slice_from(text, (size_t)sqlite3_column_bytes(statement, at)));
        return;
    }
    case SQLITE_BLOB: {
        const void *bytes = sqlite3_column_blob(statement, at);
        *ret = value_bytes(bytes, (size_t)sqlite3_column_bytes(statement, at));
        return;
    }
    default:
        *ret = value_null();
    }
}

static bool step_all(struct sqlite_connection *c, sqlite3_stmt *statement, const struct command *command,
                     row_function *function, void *context, int64_t *ret_changed, struct error *err)
{
    int code = SQLITE_OK;
    for (size_t i = 0; i < command->count && code == SQLITE_OK; i++)
        code = bind(statement, (int)i + 1, &command->args[i]);
    if (code != SQLITE_OK)
        return sqlite_error(c, code, err);
    int columns = sqlite3_column_count(statement);
    struct value few[32], *cells = few;
    if (columns > (int)countof(few)) {
        cells = calloc((size_t)columns, sizeof *cells);
        must(cells);
    }
    bool good = true;
    sqlite3_int64 before = sqlite3_total_changes64(c->db);
    while (good && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        for (int i = 0; i < columns; i++)
            cell_read(statement, i, &cells[i]);
        if (function)
            good = function(context, cells, (size_t)columns, err);
    }
    if (good && code != SQLITE_DONE)
        good = sqlite_error(c, code, err);
    if (good && ret_changed)
        *ret_changed = sqlite3_total_changes64(c->db) - before;
    if (cells != few)
        free(cells);
    return good;
}

static void settle(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement); /* They point into memory of the caller's. */
}

static bool sqlite_run(struct connection *base, const struct command *command, bool stream, row_function *function,
                       void *context, int64_t *ret_changed, struct error *err)
{
    (void)stream; /* SQLite always gives row by row, and lets other statements run between. */
    struct sqlite_connection *c = (struct sqlite_connection *)base;
    bool named = command->named != STATEMENT_NONE;
    sqlite3_stmt *statement = named ? c->named[command->named] : NULL;
    struct kept_statement *kept = NULL;
    if (named && !statement) {
        if (!sqlite_prepare(c, command->text, true, &statement, err))
            return error_wrap(err, "%s", statement_texts[command->named].name);
        c->named[command->named] = statement;
    } else if (!named) {
        if (!kept_find(c, command->text, &kept, err))
            return false;
        statement = kept ? kept->statement : NULL;
    }
    /* The same statement is running further up (a row's function that asks it again), or all are: one for this once. */
    bool once = !statement || sqlite3_stmt_busy(statement);
    if (once) {
        if (!sqlite_prepare(c, command->text, false, &statement, err))
            return false;
        kept = NULL;
    }
    if (kept)
        kept->busy = true;
    c->denied[0] = '\0';
    bool good = step_all(c, statement, command, function, context, ret_changed, err);
    if (once)
        sqlite3_finalize(statement);
    else
        settle(statement);
    if (kept)
        kept->busy = false;
    return good;
}

static bool sqlite_script(struct connection *base, const char *sql, struct error *err)
{
    struct sqlite_connection *c = (struct sqlite_connection *)base;
    int code = sqlite3_exec(c->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || sqlite_error(c, code, err);
}

/* ---- Connections ---- */

static void sqlite_close(struct connection *base)
{
    struct sqlite_connection *c = (struct sqlite_connection *)base;
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(c->named[i]);
    for (size_t i = 0; i < KEPT_STATEMENTS; i++) {
        sqlite3_finalize(c->kept[i].statement);
        free(c->kept[i].text);
    }
    sqlite3_stmt *own[] = {c->begin, c->begin_write, c->commit, c->rollback, c->look, c->list};
    for (size_t i = 0; i < countof(own); i++)
        sqlite3_finalize(own[i]);
    int code = sqlite3_close(c->db);
    must(code == SQLITE_OK);
    free(c);
}

static bool sqlite_open(struct store *store, bool writer, struct kept_rights *kept, struct connection **ret,
                        struct error *err)
{
    struct sqlite_connection *c = calloc(1, sizeof *c);
    must(c);
    c->base = (struct connection){.store = store, .writer = writer, .kept = kept};
    /* A reader may write the shared memory of the log, so it is opened for both; query_only and the authoriser keep it
     * from more. */
    int flags = (store->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                (store->make_file ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                SQLITE_OPEN_PRIVATECACHE;
    int code = sqlite3_open_v2(store->address, &c->db, flags, store->vfs);
    if (code != SQLITE_OK) {
        (void)sqlite_error(c, code, err);
        c->base.kept = NULL;
        sqlite_close(&c->base);
        return false;
    }
    sqlite3_busy_timeout(c->db, store->wait_ms);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
    /* A plan never hangs on what is bound. Without this SQLite holds each bound attribute against the partial index of
     * the forms, and so compiles the statement again at each use: that was a third of a search's time. */
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
    char pragmas[400];
    snprintf(
        pragmas, sizeof pragmas,
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; PRAGMA secure_delete = ON; PRAGMA cache_size = -%zu; "
        "PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 4000; PRAGMA query_only = %d; "
        "PRAGMA mmap_size = %zu;",
        (writer ? store->cache_bytes : READER_CACHE) / 1024, !writer, writer ? (size_t)0 : READER_MAP);
    if (!sqlite_script(&c->base, pragmas, err) || !own_prepare(c, "BEGIN", &c->begin, err) ||
        !own_prepare(c, "BEGIN IMMEDIATE", &c->begin_write, err) || !own_prepare(c, "COMMIT", &c->commit, err) ||
        !own_prepare(c, "ROLLBACK", &c->rollback, err) ||
        !own_prepare(c, "SELECT 1 FROM sqlite_schema LIMIT 1", &c->look, err) ||
        /* Its first use makes a table of it, which the authoriser would refuse. */
        !own_prepare(c, "SELECT 1 FROM json_each('[]')", &c->list, err)) {
        sqlite_close(&c->base);
        return false;
    }
    if (kept)
        sqlite3_set_authorizer(c->db, authorise, c);
    *ret = &c->base;
    return true;
}

/* Runs one of our own statements to its end. */
static bool own_step(struct sqlite_connection *c, sqlite3_stmt *statement, struct error *err)
{
    c->own = true; /* It may be compiled again when the schema has changed. */
    int code = sqlite3_step(statement);
    while (code == SQLITE_ROW)
        code = sqlite3_step(statement);
    bool good = code == SQLITE_DONE || sqlite_error(c, code, err);
    sqlite3_reset(statement);
    c->own = false;
    return good;
}

static bool sqlite_begin(struct connection *base, enum transaction_kind kind, struct error *err)
{
    struct sqlite_connection *c = (struct sqlite_connection *)base;
    if (kind == TRANSACTION_WRITE)
        return own_step(c, c->begin_write, err);
    /* A snapshot is taken by the first read: take it now, so that it is that of the beginning. */
    if (!own_step(c, c->begin, err))
        return false;
    if (own_step(c, c->look, err))
        return true;
    struct error ignored;
    if (!own_step(c, c->rollback, &ignored))
        c->base.broken = true;
    return false;
}

static void free_all(struct sqlite_connection *c)
{
    for (size_t i = 0; i < KEPT_STATEMENTS; i++)
        if (c->kept[i].busy) {
            settle(c->kept[i].statement);
            c->kept[i].busy = false;
        }
}

static bool sqlite_commit(struct connection *base, struct error *err)
{
    struct sqlite_connection *c = (struct sqlite_connection *)base;
    free_all(c);
    return own_step(c, c->commit, err);
}

static void sqlite_rollback(struct connection *base)
{
    struct sqlite_connection *c = (struct sqlite_connection *)base;
    free_all(c);
    /* Some errors (a full disk) have rolled back already. */
    struct error ignored;
    if (!sqlite3_get_autocommit(c->db) && !own_step(c, c->rollback, &ignored))
        c->base.broken = true;
}

/* Somebody else may be at it already: that is as good. */
static bool sqlite_tidy(struct connection *base, struct error *err)
{
    struct sqlite_connection *c = (struct sqlite_connection *)base;
    int code = sqlite3_wal_checkpoint_v2(c->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    return code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY || sqlite_error(c, code, err);
}

/* ---- Bulk ---- */

static bool bulk_statement(struct sqlite_connection *c, const char *table, const struct bulk_column *columns,
                           size_t count, size_t rows, struct arena *arena, struct kept_statement **ret,
                           struct error *err)
{
    struct buffer text = buffer_make(arena);
    buffer_format(&text, "INSERT INTO \"%s\" (", table);
    for (size_t i = 0; i < count; i++)
        buffer_format(&text, "%s\"%s\"", i ? ", " : "", columns[i].name);
    buffer_add(&text, S(") VALUES "));
    for (size_t i = 0; i < rows * count; i++)
        buffer_format(&text, "%s?%zu%s", i % count ? ", " : i ? ", (" : "(", i + 1, i % count == count - 1 ? ")" : "");
    if (!kept_find(c, buffer_slice(&text), ret, err))
        return false;
    must(*ret); /* That many bulks at once is a mistake of the program's. */
    (*ret)->busy = true;
    return true;
}

static bool sqlite_bulk_open(struct connection *base, const char *table, const struct bulk_column *columns,
                             size_t count, struct arena *arena, struct bulk **ret, struct error *err)
{
    struct sqlite_connection *c = (struct sqlite_connection *)base;
    struct sqlite_bulk *bulk = arena_new(arena, struct sqlite_bulk);
    bulk->rows_at_once = count >= BULK_ARGUMENTS ? 1 : BULK_ARGUMENTS / count;
    if (!bulk_statement(c, table, columns, count, 1, arena, &bulk->one, err))
        return false;
    bulk->many = bulk->one;
    if (bulk->rows_at_once > 1 &&
        !bulk_statement(c, table, columns, count, bulk->rows_at_once, arena, &bulk->many, err))
        return false;
    bulk->cells = arena_array(arena, struct value, bulk->rows_at_once * count);
    bulk->text = arena_array(arena, char, BULK_TEXT);
    *ret = &bulk->base;
    return true;
}

static bool insert(struct sqlite_bulk *bulk, sqlite3_stmt *statement, const struct value *cells, size_t count,
                   struct error *err)
{
    struct sqlite_connection *c = (struct sqlite_connection *)bulk->base.connection;
    for (size_t i = 0; i < count; i++) {
        int code = bind(statement, (int)i + 1, &cells[i]);
        if (code != SQLITE_OK)
            return sqlite_error(c, code, err);
    }
    int code = sqlite3_step(statement);
    bool good = code == SQLITE_DONE || sqlite_error(c, code, err);
    sqlite3_reset(statement);
    return good;
}

static bool flush(struct sqlite_bulk *bulk, struct error *err)
{
    size_t columns = bulk->base.columns, rows = bulk->rows;
    bulk->rows = bulk->text_len = 0;
    if (rows == bulk->rows_at_once)
        return insert(bulk, bulk->many->statement, bulk->cells, rows * columns, err);
    for (size_t i = 0; i < rows; i++)
        if (!insert(bulk, bulk->one->statement, bulk->cells + i * columns, columns, err))
            return false;
    return true;
}

static bool sqlite_bulk_add(struct bulk *base, const struct value *row, struct error *err)
{
    struct sqlite_bulk *bulk = (struct sqlite_bulk *)base;
    size_t text = 0;
    for (size_t i = 0; i < base->columns; i++)
        if (row[i].kind == VALUE_TEXT || row[i].kind == VALUE_BYTES)
            text += row[i].text.len;
    if (text > BULK_TEXT - bulk->text_len && !flush(bulk, err))
        return false;
    if (text > BULK_TEXT) /* as it stands, without a copy */
        return insert(bulk, bulk->one->statement, row, base->columns, err);
    struct value *cells = bulk->cells + bulk->rows * base->columns;
    for (size_t i = 0; i < base->columns; i++) {
        cells[i] = row[i];
        if (row[i].kind != VALUE_TEXT && row[i].kind != VALUE_BYTES)
            continue;
        cells[i].text.at = bulk->text + bulk->text_len;
        if (row[i].text.len)
            memcpy(bulk->text + bulk->text_len, row[i].text.at, row[i].text.len);
        bulk->text_len += row[i].text.len;
    }
    bulk->rows++;
    return bulk->rows < bulk->rows_at_once || flush(bulk, err);
}

static bool sqlite_bulk_close(struct bulk *base, struct error *err)
{
    struct sqlite_bulk *bulk = (struct sqlite_bulk *)base;
    bool good = flush(bulk, err);
    settle(bulk->one->statement);
    settle(bulk->many->statement);
    bulk->one->busy = bulk->many->busy = false;
    return good;
}

/* ---- The file ---- */

static bool ask_integer(struct sqlite_connection *c, const char *text, int64_t *ret, struct error *err)
{
    sqlite3_stmt *statement = NULL;
    if (!own_prepare(c, text, &statement, err))
        return false;
    int code = sqlite3_step(statement);
    bool good = code == SQLITE_ROW || code == SQLITE_DONE || sqlite_error(c, code, err);
    *ret = code == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return good;
}

/* Whose the file is and how many tables it has, both at one instant. */
static bool look_at_file(struct sqlite_connection *c, int64_t *ret_owner, int64_t *ret_tables, struct error *err)
{
    bool good = own_step(c, c->begin, err) && ask_integer(c, "PRAGMA application_id", ret_owner, err) &&
                ask_integer(c, "SELECT count(*) FROM sqlite_schema", ret_tables, err);
    struct error ignored;
    return (sqlite3_get_autocommit(c->db) || own_step(c, c->rollback, good ? err : &ignored)) && good;
}

/* SQLite does not wait for the lock that a change of journal needs, so we do: another process may be making the same
 * store. */
static bool begin_log(struct sqlite_connection *c, struct error *err)
{
    for (int waited = 0;; waited += 10) {
        if (sqlite_script(&c->base, "PRAGMA journal_mode = WAL", err))
            return true;
        if (err->code != ERROR_BUSY || waited >= c->base.store->wait_ms)
            return false;
        sqlite3_sleep(10);
    }
}

/* An empty file becomes ours; a file of another program is left alone. */
static bool claim(struct sqlite_connection *c, bool create, struct error *err)
{
    struct store *store = c->base.store;
    int64_t ours = store->schema == STORE_HUB ? APPLICATION_HUB : APPLICATION_AUDIT, found = 0, tables = 0;
    if (!look_at_file(c, &found, &tables, err))
        return false;
    if (found != ours && (tables || found))
        return error_set(err, ERROR_STORE,
                         found == APPLICATION_HUB     ? "%s is the hub's store, not the audit's; name the other file"
                         : found == APPLICATION_AUDIT ? "%s is the audit's store, not the hub's; name the other file"
                                                      : "%s is a database of another program; name a new file",
                         store->address);
    if (!create)
        return found == ours ||
               error_set(err, ERROR_STORE, "%s is empty; run `staithe init` to make the hub", store->address);
    char mark[100];
    snprintf(mark, sizeof mark, "BEGIN IMMEDIATE; PRAGMA application_id = %lld; COMMIT", (long long)ours);
    return begin_log(c, err) && (found == ours || sqlite_script(&c->base, mark, err));
}

static bool make_folder_of(struct store *store, struct slice path, struct error *err)
{
    size_t slash = path.len;
    while (slash > 0 && path.at[slash - 1] != '/')
        slash--;
    return slash <= 1 || host_make_folder(store->host, slice_part(path, 0, slash - 1), err);
}

static bool sqlite_ready(struct store *store, bool create, struct error *err)
{
    /* Counting SQLite's memory takes one lock for all threads at each allocation. Refused, without harm, when it runs
     * already. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    must(sqlite3_threadsafe());
    if (!vfs_register(store->host, &store->vfs, err))
        return false;
    struct slice path = slice_of(store->address);
    if (path.len == 0)
        return error_set(err, ERROR_USAGE, "the store has no path; name a file or a postgresql:// address");
    bool there = host_exists(path);
    if (!there && !create)
        return error_set(err, ERROR_NOT_FOUND, "there is no store at %s; run `staithe init` to make one",
                         store->address);
    if (!there && !make_folder_of(store, path, err))
        return false;
    struct connection *connection;
    store->make_file = !there;
    bool opened = sqlite_open(store, !store->read_only, NULL, &connection, err);
    store->make_file = false;
    if (!opened)
        return false;
    /* Before anything stands in it; the log takes its mode from the file. */
    if (!there && chmod(store->address, 0600) != 0) {
        sqlite_close(connection);
        return error_from_errno(err, errno, "closing %s to other accounts", store->address);
    }
    bool good = claim((struct sqlite_connection *)connection, create, err);
    if (good && !store->read_only)
        store->idle_writer = connection;
    else
        sqlite_close(connection);
    return good;
}

const struct driver sqlite_driver = {
    .dialect = STORE_SQLITE,
    .prepare = sqlite_ready,
    .open = sqlite_open,
    .close = sqlite_close,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .run = sqlite_run,
    .script = sqlite_script,
    .bulk_open = sqlite_bulk_open,
    .bulk_add = sqlite_bulk_add,
    .bulk_close = sqlite_bulk_close,
    .tidy = sqlite_tidy,
};
