/* The part of the store that both databases share: the pool of readers, the one writer, transactions on the arena's
 * defer list, migrations, and the checks of what callers hand in.
 *
 * Readers are pooled by their rights: the key holds every word of the rights, so a connection is only ever used again
 * under exactly the rights that it was opened with. The writer is one connection; threads wait for it here (fairly
 * enough: a condition), other processes wait in the database (BEGIN IMMEDIATE, or an advisory lock). */
#include "store/driver.h"

#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define STORE_MAGIC       0x5702e001u
#define TRANSACTION_MAGIC 0x7245ac01u
#define MOST_READERS      24u

struct transaction {
    unsigned magic;
    struct store *store;
    struct connection *connection;
    struct arena *arena;
    enum transaction_kind kind;
    bool failed; /* a statement went wrong in a write transaction */
    bool ended;
};

static const struct migration *known_migrations(enum store_schema schema, int *ret_count)
{
    *ret_count = schema == STORE_HUB ? schema_migration_count : audit_migration_count;
    return schema == STORE_HUB ? schema_migrations : audit_migrations;
}

/* ---- What callers hand in ---- */

bool store_name_fits(struct slice name)
{
    if (name.len == 0 || name.len > 63 || (name.at[0] >= '0' && name.at[0] <= '9'))
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'))
            return false;
    }
    return true;
}

/* Eight bytes at a time: the common text is ASCII without NUL and is told so by two masks. */
static bool plain_ascii(struct slice text)
{
    size_t i = 0;
    for (; i + 8 <= text.len; i += 8) {
        uint64_t word;
        memcpy(&word, text.at + i, sizeof word);
        if ((word | (word - 0x0101010101010101u)) & 0x8080808080808080u)
            return false;
    }
    for (; i < text.len; i++)
        if (text.at[i] <= 0)
            return false;
    return true;
}

bool store_text_fits(struct slice text, struct error *err)
{
    if (plain_ascii(text))
        return true;
    if (memchr(text.at, 0, text.len))
        return error_set(err, ERROR_INPUT, "a text holds a NUL byte, which the store does not keep; take it out");
    if (text_valid_utf8(text) != text.len)
        return error_set(err, ERROR_INPUT, "a text is not valid UTF-8; convert it first");
    return true;
}

static bool values_fit(const struct value *values, size_t count, struct error *err)
{
    for (size_t i = 0; i < count; i++)
        if (values[i].kind == VALUE_TEXT && !store_text_fits(values[i].text, err))
            return false;
    return true;
}

int64_t cell_integer(const struct value *cell)
{
    must(cell->kind == VALUE_INTEGER || cell->kind == VALUE_NULL);
    return cell->kind == VALUE_NULL ? 0 : cell->integer;
}

double cell_real(const struct value *cell)
{
    must(cell->kind == VALUE_REAL || cell->kind == VALUE_INTEGER || cell->kind == VALUE_NULL);
    return cell->kind == VALUE_NULL ? 0 : cell->kind == VALUE_INTEGER ? (double)cell->integer : cell->real;
}

struct slice cell_text(const struct value *cell)
{
    must(cell->kind == VALUE_TEXT || cell->kind == VALUE_BYTES || cell->kind == VALUE_NULL);
    return cell->kind == VALUE_NULL ? NO_SLICE : cell->text;
}

/* ---- Rights ---- */

static struct slice rights_key(struct arena *arena, const struct store_rights *rights)
{
    struct buffer key = buffer_make(arena);
    buffer_format(&key, "%.*s", PRINT(rights->name));
    for (const char *const *table = rights->open_tables; table && *table; table++)
        buffer_format(&key, "\n%s", *table);
    for (size_t i = 0; i < rights->count; i++) {
        buffer_format(&key, "\n%.*s(", PRINT(rights->tables[i].table));
        for (size_t j = 0; j < rights->tables[i].count; j++)
            buffer_format(&key, "%.*s,", PRINT(rights->tables[i].columns[j]));
        buffer_add_byte(&key, ')');
    }
    return buffer_slice(&key);
}

/* A copy with its key; names that could not be names of ours are a mistake of the program's. */
static struct kept_rights *rights_keep(const struct store_rights *rights)
{
    struct arena *arena = arena_make(0);
    struct kept_rights *kept = arena_new(arena, struct kept_rights);
    kept->arena = arena;
    kept->key = rights_key(arena, rights);
    must(store_name_fits(rights->name) && rights->name.len <= 40);
    kept->rights.name = arena_copy(arena, rights->name);
    size_t open = 0;
    while (rights->open_tables && rights->open_tables[open])
        open++;
    const char **names = arena_array(arena, const char *, open + 1);
    for (size_t i = 0; i < open; i++) {
        names[i] = arena_cstr(arena, slice_of(rights->open_tables[i]));
        must(store_name_fits(slice_of(names[i])));
    }
    kept->rights.open_tables = names;
    struct store_right *tables = arena_array(arena, struct store_right, rights->count);
    for (size_t i = 0; i < rights->count; i++) {
        const struct store_right *from = &rights->tables[i];
        struct slice *columns = arena_array(arena, struct slice, from->count);
        must(store_name_fits(from->table));
        for (size_t j = 0; j < from->count; j++) {
            columns[j] = arena_copy(arena, from->columns[j]);
            must(store_name_fits(columns[j]));
        }
        tables[i] = (struct store_right){arena_copy(arena, from->table), columns, from->count};
    }
    kept->rights.tables = tables;
    kept->rights.count = rights->count;
    return kept;
}

/* ---- The pool ---- */

static void connection_close(struct connection *connection)
{
    struct kept_rights *kept = connection->kept;
    connection->store->driver->close(connection);
    if (kept)
        arena_free(kept->arena);
}

static struct timespec deadline_after(int milliseconds)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += milliseconds / 1000;
    at.tv_nsec += (long)(milliseconds % 1000) * 1000000L;
    if (at.tv_nsec >= 1000000000L) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000L;
    }
    return at;
}

/* Takes an idle reader of this key out of the pool, or NULL. The lock is held. */
static struct connection *idle_take(struct store *store, struct slice key)
{
    for (struct connection **at = &store->idle_readers; *at; at = &(*at)->next) {
        struct connection *c = *at;
        if (slice_equal(c->kept ? c->kept->key : NO_SLICE, key)) {
            *at = c->next;
            return c;
        }
    }
    return NULL;
}

/* The one idle for longest; the list is newest first. The lock is held. */
static struct connection *idle_oldest(struct store *store)
{
    struct connection **at = &store->idle_readers;
    if (!*at)
        return NULL;
    while ((*at)->next)
        at = &(*at)->next;
    struct connection *c = *at;
    *at = NULL;
    return c;
}

static bool reader_take(struct store *store, const struct store_rights *rights, struct arena *scratch,
                        struct connection **ret, struct error *err)
{
    struct slice key = rights ? rights_key(scratch, rights) : NO_SLICE;
    struct timespec deadline = deadline_after(store->wait_ms);
    pthread_mutex_lock(&store->lock);
    struct connection *found, *stale = NULL;
    while (!(found = idle_take(store, key)) && store->readers >= MOST_READERS && !(stale = idle_oldest(store)))
        if (pthread_cond_timedwait(&store->freed, &store->lock, &deadline) == ETIMEDOUT) {
            pthread_mutex_unlock(&store->lock);
            return error_set(err, ERROR_BUSY, "all %u readers of the store are at work; try again in a moment",
                             MOST_READERS);
        }
    if (!found && !stale)
        store->readers++; /* The place is ours while we open; a stale one leaves us its own. */
    pthread_mutex_unlock(&store->lock);
    if (stale)
        connection_close(stale);
    if (found) {
        *ret = found;
        return true;
    }
    struct kept_rights *kept = rights ? rights_keep(rights) : NULL;
    if (store->driver->open(store, false, kept, ret, err))
        return true;
    if (kept)
        arena_free(kept->arena);
    pthread_mutex_lock(&store->lock);
    store->readers--;
    pthread_cond_broadcast(&store->freed);
    pthread_mutex_unlock(&store->lock);
    return false;
}

static void reader_give(struct store *store, struct connection *connection)
{
    pthread_mutex_lock(&store->lock);
    if (connection->broken) {
        store->readers--;
    } else {
        connection->next = store->idle_readers;
        store->idle_readers = connection;
    }
    pthread_cond_broadcast(&store->freed);
    pthread_mutex_unlock(&store->lock);
    if (connection->broken)
        connection_close(connection);
}

static bool stopped_error(struct error *err)
{
    return error_set(err, ERROR_IO,
                     "nothing more is written because the disk failed to sync what was written before; "
                     "check the disk, then start the program again");
}

static void writer_let_go(struct store *store, struct connection *connection)
{
    if (connection && connection->broken) {
        connection_close(connection);
        connection = NULL;
    }
    pthread_mutex_lock(&store->lock);
    store->idle_writer = connection;
    store->writer_taken = false;
    pthread_cond_broadcast(&store->freed);
    pthread_mutex_unlock(&store->lock);
}

static bool writer_take(struct store *store, struct connection **ret, struct error *err)
{
    if (store->read_only)
        return error_set(err, ERROR_STORE, "the store was opened for reading only; open it for writing to change it");
    struct timespec deadline = deadline_after(store->wait_ms);
    pthread_mutex_lock(&store->lock);
    while (store->writer_taken)
        if (pthread_cond_timedwait(&store->freed, &store->lock, &deadline) == ETIMEDOUT) {
            pthread_mutex_unlock(&store->lock);
            return error_set(err, ERROR_BUSY,
                             "somebody else is writing to the store for longer than %d seconds; try again "
                             "when that has ended",
                             store->wait_ms / 1000);
        }
    bool stopped = store->stopped;
    struct connection *writer = store->idle_writer;
    if (!stopped) {
        store->writer_taken = true;
        store->idle_writer = NULL;
    }
    pthread_mutex_unlock(&store->lock);
    if (stopped)
        return stopped_error(err);
    if (!writer && !store->driver->open(store, true, NULL, &writer, err)) {
        writer_let_go(store, NULL);
        return false;
    }
    *ret = writer;
    return true;
}

void store_stop(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    store->stopped = true;
    pthread_mutex_unlock(&store->lock);
}

/* ---- Transactions ---- */

static void transaction_end(struct transaction *t)
{
    t->ended = true;
    if (t->kind == TRANSACTION_WRITE)
        writer_let_go(t->store, t->connection);
    else
        reader_give(t->store, t->connection);
    pthread_mutex_lock(&t->store->lock);
    t->store->transactions--;
    pthread_mutex_unlock(&t->store->lock);
    t->connection = NULL;
}

static void transaction_release(void *handle)
{
    struct transaction *t = handle;
    must(t->magic == TRANSACTION_MAGIC);
    if (t->ended)
        return;
    t->store->driver->rollback(t->connection);
    transaction_end(t);
}

bool store_begin(struct store *store, enum transaction_kind kind, const struct store_rights *rights,
                 struct arena *arena, struct transaction **ret, struct error *err)
{
    must(store->magic == STORE_MAGIC);
    must(!rights || kind == TRANSACTION_READ);
    struct connection *connection;
    if (kind == TRANSACTION_WRITE ? !writer_take(store, &connection, err)
                                  : !reader_take(store, rights, arena, &connection, err))
        return false;
    bool begun = store->driver->begin(connection, kind, err);
    if (!begun && connection->broken) {
        /* It may have died while it lay in the pool (a server that was started again): once more with a new one. */
        if (kind == TRANSACTION_WRITE) {
            writer_let_go(store, connection);
            if (!writer_take(store, &connection, err))
                return false;
        } else {
            reader_give(store, connection);
            if (!reader_take(store, rights, arena, &connection, err))
                return false;
        }
        begun = store->driver->begin(connection, kind, err);
    }
    if (!begun) {
        if (kind == TRANSACTION_WRITE)
            writer_let_go(store, connection);
        else
            reader_give(store, connection);
        return false;
    }
    struct transaction *t = arena_new(arena, struct transaction);
    *t = (struct transaction){TRANSACTION_MAGIC, store, connection, arena, kind, false, false};
    arena_defer(arena, transaction_release, t);
    pthread_mutex_lock(&store->lock);
    store->transactions++;
    pthread_mutex_unlock(&store->lock);
    *ret = t;
    return true;
}

static void transaction_alive(const struct transaction *t)
{
    must(t->magic == TRANSACTION_MAGIC && !t->ended);
}

bool transaction_commit(struct transaction *t, struct error *err)
{
    transaction_alive(t);
    bool done = !t->failed && t->store->driver->commit(t->connection, err);
    if (t->failed)
        (void)error_set(err, ERROR_STORE, "the change was not made because a part of it failed; nothing of it is kept");
    if (!done)
        t->store->driver->rollback(t->connection);
    arena_undefer(t->arena, t);
    transaction_end(t);
    return done;
}

void transaction_rollback(struct transaction *t)
{
    transaction_alive(t);
    arena_undefer(t->arena, t);
    transaction_release(t);
}

struct store *transaction_store(const struct transaction *t)
{
    return t->store;
}

struct connection *transaction_connection(const struct transaction *t)
{
    transaction_alive(t);
    return t->connection;
}

/* ---- Statements ---- */

static bool run(struct transaction *t, const struct command *command, bool stream, row_function *function,
                void *context, int64_t *ret_changed, struct error *err)
{
    transaction_alive(t);
    if (t->failed)
        return error_set(err, ERROR_STORE,
                         "an earlier part of this change failed, so no more of it is done; begin again");
    if (values_fit(command->args, command->count, err) &&
        t->store->driver->run(t->connection, command, stream, function, context, ret_changed, err))
        return true;
    if (t->kind == TRANSACTION_WRITE)
        t->failed = true;
    return false;
}

static struct command named_command(struct transaction *t, enum statement statement, const struct value *args,
                                    size_t count)
{
    must((int)statement >= 0 && statement < STATEMENT_COUNT);
    const struct statement_text *text = &statement_texts[statement];
    must(text->arguments == (int)count);
    return (struct command){(int)statement,
                            slice_of(t->store->driver->dialect == STORE_SQLITE ? text->sqlite : text->postgresql), args,
                            count};
}

static struct command unnamed_command(const struct sql *sql, const struct value *args, size_t count)
{
    return (struct command){STATEMENT_NONE, sql->text, args, count};
}

struct gathering {
    struct arena *arena;
    struct value *cells;
    size_t rows, columns, count, capacity;
};

static bool gather_row(void *context, const struct value *cells, size_t columns, struct error *err)
{
    struct gathering *g = context;
    if (arena_over(g->arena))
        return error_set(err, ERROR_TOO_BIG, "the answer is larger than one request may hold; narrow it down");
    g->columns = columns;
    for (size_t i = 0; i < columns; i++) {
        ARENA_GROW(g->arena, g->cells, g->count, g->capacity);
        struct value cell = cells[i];
        if (cell.kind == VALUE_TEXT || cell.kind == VALUE_BYTES)
            cell.text = arena_copy(g->arena, cell.text);
        g->cells[g->count++] = cell;
    }
    g->rows++;
    return true;
}

static bool query(struct transaction *t, const struct command *command, struct arena *arena, struct result *ret,
                  struct error *err)
{
    struct gathering g = {.arena = arena};
    if (!run(t, command, false, gather_row, &g, NULL, err))
        return false;
    *ret = (struct result){g.rows, g.columns, g.cells};
    return true;
}

bool store_query(struct transaction *t, enum statement statement, const struct value *args, size_t count,
                 struct arena *arena, struct result *ret, struct error *err)
{
    struct command command = named_command(t, statement, args, count);
    return query(t, &command, arena, ret, err);
}

bool store_query_sql(struct transaction *t, const struct sql *sql, const struct value *args, size_t count,
                     struct arena *arena, struct result *ret, struct error *err)
{
    struct command command = unnamed_command(sql, args, count);
    return query(t, &command, arena, ret, err);
}

bool store_query_one(struct transaction *t, enum statement statement, const struct value *args, size_t count,
                     struct arena *arena, const char *missing, const struct value **ret_row, struct error *err)
{
    struct result result;
    if (!store_query(t, statement, args, count, arena, &result, err))
        return false;
    if (result.rows == 0)
        return error_set(err, ERROR_NOT_FOUND, "%s", missing);
    must(result.rows == 1);
    *ret_row = result.cells;
    return true;
}

bool store_execute(struct transaction *t, enum statement statement, const struct value *args, size_t count,
                   int64_t *ret_changed, struct error *err)
{
    struct command command = named_command(t, statement, args, count);
    return run(t, &command, false, NULL, NULL, ret_changed, err);
}

bool store_execute_sql(struct transaction *t, const struct sql *sql, const struct value *args, size_t count,
                       int64_t *ret_changed, struct error *err)
{
    struct command command = unnamed_command(sql, args, count);
    return run(t, &command, false, NULL, NULL, ret_changed, err);
}

bool store_each(struct transaction *t, enum statement statement, const struct value *args, size_t count,
                row_function *function, void *context, struct error *err)
{
    struct command command = named_command(t, statement, args, count);
    return run(t, &command, true, function, context, NULL, err);
}

bool store_each_sql(struct transaction *t, const struct sql *sql, const struct value *args, size_t count,
                    row_function *function, void *context, struct error *err)
{
    struct command command = unnamed_command(sql, args, count);
    return run(t, &command, true, function, context, NULL, err);
}

static bool take_integer(void *context, const struct value *cells, size_t columns, struct error *err)
{
    (void)err;
    must(columns == 1);
    *(int64_t *)context = cell_integer(cells);
    return true;
}

bool store_next_ids(struct transaction *t, const char *counter, int64_t count, int64_t *ret_first, struct error *err)
{
    must(t->kind == TRANSACTION_WRITE && count > 0);
    const struct value args[] = {value_text(slice_of(counter)), value_integer(count)};
    struct command command = named_command(t, STATEMENT_STORE_NEXT_IDS, args, countof(args));
    return run(t, &command, false, take_integer, ret_first, NULL, err);
}

/* ---- Bulk writing ---- */

bool bulk_open(struct transaction *t, const char *table, const struct bulk_column *columns, size_t count,
               struct arena *arena, struct bulk **ret, struct error *err)
{
    transaction_alive(t);
    must(t->kind == TRANSACTION_WRITE && count > 0 && count <= 1000);
    must(store_name_fits(slice_of(table)));
    for (size_t i = 0; i < count; i++)
        must(store_name_fits(slice_of(columns[i].name)));
    if (!t->store->driver->bulk_open(t->connection, table, columns, count, arena, ret, err)) {
        t->failed = true;
        return error_wrap(err, "writing to %s", table);
    }
    struct bulk *bulk = *ret;
    bulk->connection = t->connection;
    bulk->table = arena_cstr(arena, slice_of(table));
    bulk->columns = count;
    bulk->kinds = arena_array(arena, enum value_kind, count);
    for (size_t i = 0; i < count; i++)
        bulk->kinds[i] = columns[i].kind;
    bulk->failed = &t->failed;
    return true;
}

bool bulk_add(struct bulk *bulk, const struct value *row, struct error *err)
{
    must(!bulk->ended);
    for (size_t i = 0; i < bulk->columns; i++) {
        must(row[i].kind == VALUE_NULL || row[i].kind == bulk->kinds[i]);
        if (row[i].kind == VALUE_TEXT && !store_text_fits(row[i].text, err))
            goto failed;
    }
    if (bulk->connection->store->driver->bulk_add(bulk, row, err))
        return true;
failed:
    *bulk->failed = true;
    return error_wrap(err, "writing to %s", bulk->table);
}

bool bulk_close(struct bulk *bulk, struct error *err)
{
    must(!bulk->ended);
    bulk->ended = true;
    if (!*bulk->failed && bulk->connection->store->driver->bulk_close(bulk, err))
        return true;
    if (*bulk->failed)
        return error_set(err, ERROR_STORE, "writing to %s was not ended because a part of it failed", bulk->table);
    *bulk->failed = true;
    return error_wrap(err, "writing to %s", bulk->table);
}

/* ---- Opening: migrations ---- */

static const char *schema_name(enum store_schema schema)
{
    return schema == STORE_HUB ? "hub" : "audit";
}

struct recorded {
    int newest;
    int known;
    const struct migration *migrations;
};

static bool see_recorded(void *context, const struct value *cells, size_t columns, struct error *err)
{
    struct recorded *recorded = context;
    must(columns == 2);
    int64_t number = cell_integer(&cells[0]);
    if (number > INT32_MAX || number != recorded->newest + 1)
        return error_set(err, ERROR_STORE, "the store's list of migrations has a gap before %lld; restore a backup",
                         (long long)number);
    recorded->newest = (int)number;
    if (number <= recorded->known &&
        !slice_equal(cell_text(&cells[1]), slice_of(recorded->migrations[number - 1].digest)))
        return error_set(err, ERROR_STORE,
                         "the store's tables were made by another form of migration %lld than this program has; "
                         "use the program that made the store, or a new store",
                         (long long)number);
    return true;
}

static bool internal_run(struct connection *c, const char *text, const struct value *args, size_t count,
                         row_function *function, void *context, struct error *err)
{
    struct command command = {STATEMENT_NONE, slice_of(text), args, count};
    return c->store->driver->run(c, &command, false, function, context, NULL, err);
}

/* The newest migration recorded; 0 when there is no list. Fails on a newer or strange one. */
static bool read_version(struct connection *c, int *ret, struct error *err)
{
    bool sqlite = c->store->driver->dialect == STORE_SQLITE;
    int64_t there = 0;
    if (!internal_run(c,
                      sqlite ? "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_migration'"
                             : "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND "
                               "tablename = 'schema_migration'",
                      NULL, 0, take_integer, &there, err))
        return false;
    struct recorded recorded = {.newest = 0};
    recorded.migrations = known_migrations(c->store->schema, &recorded.known);
    if (there && !internal_run(c, "SELECT number, digest FROM schema_migration ORDER BY number", NULL, 0, see_recorded,
                               &recorded, err))
        return false;
    if (recorded.newest > recorded.known)
        return error_set(err, ERROR_STORE,
                         "the store's %s tables are of schema %d and this program knows up to %d; use a "
                         "newer program",
                         schema_name(c->store->schema), recorded.newest, recorded.known);
    *ret = recorded.newest;
    return true;
}

static bool apply(struct connection *c, const struct migration *m, struct error *err)
{
    bool sqlite = c->store->driver->dialect == STORE_SQLITE;
    if (m->number == 1 &&
        !c->store->driver->script(
            c,
            sqlite ? "CREATE TABLE schema_migration (number INTEGER NOT NULL PRIMARY KEY, name TEXT "
                     "NOT NULL, digest TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT"
                   : "CREATE TABLE schema_migration (number BIGINT NOT NULL PRIMARY KEY, name TEXT "
                     "COLLATE \"C\" NOT NULL, digest TEXT COLLATE \"C\" NOT NULL, applied_at BIGINT NOT NULL)",
            err))
        return false;
    if (!c->store->driver->script(c, sqlite ? m->sqlite : m->postgresql, err))
        return false;
    const struct value args[] = {value_integer(m->number), value_text(slice_of(m->name)),
                                 value_text(slice_of(m->digest)), value_integer(host_now(c->store->host))};
    return internal_run(c,
                        sqlite ? "INSERT INTO schema_migration VALUES (?1, ?2, ?3, ?4)"
                               : "INSERT INTO schema_migration VALUES ($1, $2, $3, $4)",
                        args, countof(args), NULL, NULL, err);
}

/* One migration in one transaction; each looks again at what is recorded, as another process may be doing the same. */
static bool migrate(struct store *store, struct connection *c, struct error *err)
{
    int count;
    const struct migration *migrations = known_migrations(store->schema, &count);
    for (;;) {
        if (!store->driver->begin(c, TRANSACTION_WRITE, err))
            return false;
        if (!read_version(c, &store->version, err)) {
            store->driver->rollback(c);
            return false;
        }
        if (store->version >= count) {
            store->driver->rollback(c);
            return true;
        }
        const struct migration *m = &migrations[store->version];
        if (!apply(c, m, err) || !store->driver->commit(c, err)) {
            store->driver->rollback(c);
            return error_wrap(err, "migration %d (%s)", m->number, m->name);
        }
    }
}

static bool look_at_version(struct store *store, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct transaction *t;
    bool good =
        store_begin(store, TRANSACTION_READ, NULL, arena, &t, err) && read_version(t->connection, &store->version, err);
    arena_free(arena);
    int known = store_schema_known(store->schema);
    if (good && store->version < known)
        return error_set(err, ERROR_STORE,
                         "the store's %s tables are of schema %d and this program needs %d; run `staithe init` "
                         "to bring them up",
                         schema_name(store->schema), store->version, known);
    return good;
}

bool store_open(const struct store_options *options, struct store **ret, struct error *err)
{
    must(options->host && !(options->read_only && options->create));
    struct store *store = calloc(1, sizeof *store);
    char *address = strndup(options->address.at ? options->address.at : "", options->address.len);
    must(store && address);
    store->magic = STORE_MAGIC;
    store->address = address;
    bool server =
        slice_starts(options->address, S("postgresql://")) || slice_starts(options->address, S("postgres://"));
    store->driver = server ? &postgresql_driver : &sqlite_driver;
    store->host = options->host;
    store->schema = options->schema;
    store->read_only = options->read_only;
    store->wait_ms = options->wait_ms > 0 ? options->wait_ms : 10000;
    store->cache_bytes = options->cache_bytes ? options->cache_bytes : (size_t)32 << 20;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&store->lock, NULL);
    pthread_cond_init(&store->freed, &attributes);
    pthread_condattr_destroy(&attributes);

    struct connection *writer = NULL;
    bool good = store->driver->prepare(store, options->create, err);
    if (good && options->create) {
        good = writer_take(store, &writer, err);
        if (good) {
            good = migrate(store, writer, err);
            writer_let_go(store, writer);
        }
    } else if (good) {
        good = look_at_version(store, err);
    }
    if (!good) {
        store_close(store);
        return false;
    }
    *ret = store;
    return true;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    must(store->magic == STORE_MAGIC && store->transactions == 0 && !store->writer_taken);
    for (struct connection *c = store->idle_readers, *next; c; c = next) {
        next = c->next;
        connection_close(c);
    }
    if (store->idle_writer)
        connection_close(store->idle_writer); /* Last: it moves the log into the file and removes it. */
    pthread_mutex_destroy(&store->lock);
    pthread_cond_destroy(&store->freed);
    free(store->address);
    store->magic = 0;
    free(store);
}

enum store_dialect store_dialect(const struct store *store)
{
    return store->driver->dialect;
}

const struct host *store_host(const struct store *store)
{
    return store->host;
}

int store_schema_version(const struct store *store)
{
    return store->version;
}

int store_schema_known(enum store_schema schema)
{
    int count;
    (void)known_migrations(schema, &count);
    return count;
}
