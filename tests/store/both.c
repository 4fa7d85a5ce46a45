#include "store/both.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const struct both_kind both_sqlite = {STORE_SQLITE, STORE_HUB}, both_postgresql = {STORE_POSTGRESQL, STORE_HUB},
                       both_sqlite_audit = {STORE_SQLITE, STORE_AUDIT},
                       both_postgresql_audit = {STORE_POSTGRESQL, STORE_AUDIT};

void both_good(bool done, const struct error *err, const char *file, int line)
{
    if (done)
        return;
    char text[1024];
    error_print(err, text, sizeof text);
    print_error("%s\n", text);
    _fail(file, line);
}

/* Runs one command on the test server's own database. */
static void server_command(const char *server, const char *command)
{
    PGconn *connection = PQconnectdb(server);
    PGresult *result = PQexec(connection, command);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        print_error("%s: %s\n", command, PQerrorMessage(connection));
        abort();
    }
    PQclear(result);
    PQfinish(connection);
}

struct fresh_database {
    const char *server;
    char name[60];
};

static void drop_database(void *handle)
{
    struct fresh_database *fresh = handle;
    char command[160];
    snprintf(command, sizeof command, "DROP DATABASE IF EXISTS %s WITH (FORCE)", fresh->name);
    server_command(fresh->server, command);
}

struct slice both_fresh_address(struct both *both, enum store_dialect dialect)
{
    uint64_t number;
    host_random(host_real(), &number, sizeof number);
    if (dialect == STORE_SQLITE)
        return arena_format(both->life, "%.*s/store-%016llx.db", PRINT(both->folder), (unsigned long long)number);
    const char *server = getenv("STAITHE_TEST_POSTGRESQL");
    if (!server || !server[0])
        return NO_SLICE;
    struct fresh_database *fresh = arena_new(both->life, struct fresh_database);
    fresh->server = server;
    snprintf(fresh->name, sizeof fresh->name, "staithe_test_%016llx", (unsigned long long)number);
    char command[160];
    snprintf(command, sizeof command, "CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8'", fresh->name);
    server_command(server, command);
    arena_defer(both->life, drop_database, fresh);
    /* postgresql://user@/postgres?host=…: the database's name is what stands between the last slash before '?' and it.
     */
    struct slice whole = slice_of(server);
    size_t end = slice_find(whole, '?'), start = end;
    while (start > 0 && whole.at[start - 1] != '/')
        start--;
    return arena_format(both->life, "%.*s%s%.*s", PRINT(slice_part(whole, 0, start)), fresh->name,
                        PRINT(slice_part(whole, end, whole.len)));
}

static void remove_folder(void *handle)
{
    struct arena *arena = arena_make(0);
    struct slice folder = slice_of(handle), *names;
    size_t count;
    struct error err;
    if (host_list_folder(folder, arena, &names, &count, &err))
        for (size_t i = 0; i < count; i++) {
            char *path = arena_cstr(arena, arena_format(arena, "%.*s/%.*s", PRINT(folder), PRINT(names[i])));
            if (unlink(path) != 0)
                remove_folder(path);
        }
    rmdir(handle);
    arena_free(arena);
}

static void open_store(struct both *both)
{
    struct error err;
    const struct store_options options = {
        .address = both->address, .host = host_real(), .schema = both->schema, .create = true};
    GOOD(store_open(&options, &both->store, &err));
}

int both_set_up(void **state)
{
    const struct both_kind *kind = *state;
    struct arena *life = arena_make(0);
    struct both *both = arena_new(life, struct both);
    both->life = life;
    both->arena = arena_make(0);
    both->dialect = kind->dialect;
    both->schema = kind->schema;
    const char *temporary = getenv("TMPDIR");
    char *folder = arena_cstr(life, arena_format(life, "%s/staithe-test-XXXXXX", temporary ? temporary : "/tmp"));
    if (!mkdtemp(folder))
        return -1;
    both->folder = slice_of(folder);
    arena_defer(life, remove_folder, folder);
    *state = both;
    both->address = both_fresh_address(both, kind->dialect);
    if (both->address.len == 0) {
        both->missing =
            "no PostgreSQL server for tests (STAITHE_TEST_POSTGRESQL is not set: install postgresql-15 and use "
            "tests/run.py)";
        return 0;
    }
    open_store(both);
    return 0;
}

int both_tear_down(void **state)
{
    struct both *both = *state;
    arena_free(both->arena);
    store_close(both->store);
    arena_free(both->life);
    return 0;
}

struct both *both_of(void **state)
{
    struct both *both = *state;
    if (both->missing) {
        printf("# reason: %s\n", both->missing);
        fflush(stdout);
        skip();
    }
    return both;
}

struct transaction *both_begin(struct both *both, enum transaction_kind kind)
{
    struct error err;
    struct transaction *t = NULL;
    GOOD(store_begin(both->store, kind, NULL, both->arena, &t, &err));
    return t;
}

void both_commit(struct transaction *transaction)
{
    struct error err;
    GOOD(transaction_commit(transaction, &err));
}

void both_execute(struct transaction *transaction, const char *text)
{
    struct error err;
    struct sql sql = {slice_of(text)};
    GOOD(store_execute_sql(transaction, &sql, NO_ARGS, NULL, &err));
}

int64_t both_integer(struct both *both, struct transaction *transaction, const char *text)
{
    struct error err;
    struct sql sql = {slice_of(text)};
    struct result result;
    GOOD(store_query_sql(transaction, &sql, NO_ARGS, both->arena, &result, &err));
    assert_int_equal(result.rows, 1);
    assert_int_equal(result.columns, 1);
    return cell_integer(result.cells);
}

void both_reopen(struct both *both)
{
    arena_free(both->arena);
    both->arena = arena_make(0);
    store_close(both->store);
    both->store = NULL;
    open_store(both);
}
