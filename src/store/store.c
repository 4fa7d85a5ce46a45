/* The part of the store that both databases share: transactions on the arena's defer list, statements, the checks of
 * what callers hand in, opening and closing. (Connections: pool.c. Migrations: migrate.c. The databases: sqlite.c,
 * postgresql.c.) */
#include "store/driver.h"

#include "base/text.h"

#include <stdlib.h>

#define STORE_MAGIC       0x5702e001u
#define TRANSACTION_MAGIC 0x7245ac01u

struct transaction {
    unsigned magic;
    struct store *store;
    struct connection *connection;
    struct arena *arena;
    enum transaction_kind kind;
    bool failed;    /* a statement went wrong in a write transaction */
    unsigned bulks; /* open ones */
    bool ended;
};

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
        uint64_t word = slice_word(text.at + i);
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

/* ---- Transactions ---- */

static void transaction_end(struct transaction *t)
{
    t->ended = true;
    if (t->kind == TRANSACTION_WRITE)
        pool_writer_let_go(t->store, t->connection);
    else
        pool_reader_give(t->store, t->connection);
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
    if (kind == TRANSACTION_WRITE ? !pool_writer_take(store, &connection, err)
                                  : !pool_reader_take(store, rights, arena, &connection, err))
        return false;
    bool begun = store->driver->begin(connection, kind, err);
    if (!begun && connection->broken) {
        /* It may have died while it lay in the pool (a server that was started again): once more with a new one. */
        if (kind == TRANSACTION_WRITE) {
            pool_writer_let_go(store, connection);
            if (!pool_writer_take(store, &connection, err))
                return false;
        } else {
            pool_reader_give(store, connection);
            if (!pool_reader_take(store, rights, arena, &connection, err))
                return false;
        }
        begun = store->driver->begin(connection, kind, err);
    }
    if (!begun) {
        if (kind == TRANSACTION_WRITE)
            pool_writer_let_go(store, connection);
        else
            pool_reader_give(store, connection);
        return false;
    }
    struct transaction *t = arena_new(arena, struct transaction);
    *t = (struct transaction){
        .magic = TRANSACTION_MAGIC, .store = store, .connection = connection, .arena = arena, .kind = kind};
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
    must(t->failed || t->bulks == 0); /* Rows of a bulk that was not closed would be lost. */
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

bool transaction_finish(struct transaction *t, bool good, struct error *err)
{
    if (good)
        return transaction_commit(t, err);
    transaction_rollback(t);
    return false;
}

bool transaction_open(const struct transaction *t)
{
    return !t->ended;
}

struct store *transaction_store(const struct transaction *t)
{
    return t->store;
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
    bulk->open = &t->bulks;
    t->bulks++;
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
    --*bulk->open;
    if (!*bulk->failed && bulk->connection->store->driver->bulk_close(bulk, err))
        return true;
    if (*bulk->failed)
        return error_set(err, ERROR_STORE, "writing to %s was not ended because a part of it failed", bulk->table);
    *bulk->failed = true;
    return error_wrap(err, "writing to %s", bulk->table);
}

/* ---- Opening and closing ---- */

static bool open_store(const struct store_options *options, int fresh, struct store **ret, struct error *err)
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

    struct arena *scratch = arena_make(0);
    struct connection *connection;
    bool good = store->driver->prepare(store, options->create, err);
    if (good && options->create) {
        good = pool_writer_take(store, &connection, err);
        if (good) {
            good = migrate_store(store, connection, fresh, err);
            pool_writer_let_go(store, connection);
        }
    } else if (good) {
        good = pool_reader_take(store, NULL, scratch, &connection, err);
        if (good) {
            good = migrate_look(store, connection, err);
            pool_reader_give(store, connection);
        }
    }
    arena_free(scratch);
    if (!good) {
        store_close(store);
        return false;
    }
    *ret = store;
    return true;
}

bool store_open(const struct store_options *options, struct store **ret, struct error *err)
{
    return open_store(options, 0, ret, err);
}

bool store_open_new(const struct store_options *options, int version, struct store **ret, struct error *err)
{
    return open_store(options, version, ret, err);
}

bool store_tidy(struct store *store, struct error *err)
{
    struct connection *connection;
    if (!store->driver->tidy || store->read_only)
        return true;
    if (!store->driver->open(store, true, NULL, &connection, err))
        return false;
    bool done = store->driver->tidy(connection, err);
    pool_connection_close(connection);
    return done;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    must(store->magic == STORE_MAGIC && store->transactions == 0 && !store->writer_taken);
    for (struct connection *c = store->idle_readers, *next; c; c = next) {
        next = c->next;
        pool_connection_close(c);
    }
    if (store->idle_writer)
        pool_connection_close(store->idle_writer); /* Last: it moves the log into the file and removes it. */
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

enum store_schema store_schema(const struct store *store)
{
    return store->schema;
}

const struct host *store_host(const struct store *store)
{
    return store->host;
}

int store_schema_version(const struct store *store)
{
    return store->version;
}
