/* Migrations: which the database has, which this program knows, and bringing the one up to the other.
 *
 * Each runs in a transaction of its own together with the line that records it, so a crash between two leaves a whole
 * number of them. The recorded digest is of the migration's words (tools/sql.py): a store made by another form of the
 * same number is refused rather than guessed at. */
#include "store/driver.h"

static const struct migration *known_migrations(enum store_schema schema, int *ret_count)
{
    *ret_count = schema == STORE_HUB ? schema_migration_count : audit_migration_count;
    return schema == STORE_HUB ? schema_migrations : audit_migrations;
}

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

static bool take_integer(void *context, const struct value *cells, size_t columns, struct error *err)
{
    (void)err;
    must(columns == 1);
    *(int64_t *)context = cell_integer(cells);
    return true;
}

static bool internal_run(struct connection *c, const char *text, const struct value *args, size_t count,
                         row_function *function, void *context, struct error *err)
{
    struct command command = {STATEMENT_NONE, slice_of(text), args, count};
    return c->store->driver->run(c, &command, false, function, context, NULL, err);
}

/* The newest migration recorded; 0 when there is no list. Fails on a newer or strange one. */
static bool read_version(struct connection *c, bool fresh, int *ret, struct error *err)
{
    bool sqlite = c->store->driver->dialect == STORE_SQLITE;
    int64_t there = 0, unfinished = 0;
    const char *count = sqlite ? "SELECT count(*) FROM sqlite_schema WHERE name = ?1"
                               : "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND "
                                 "tablename = $1";
    const struct value list = value_text(S("schema_migration")), mark = value_text(S("restore_unfinished"));
    if (!internal_run(c, count, &list, 1, take_integer, &there, err) ||
        !internal_run(c, count, &mark, 1, take_integer, &unfinished, err))
        return false;
    if (unfinished && !fresh)
        return error_set(err, ERROR_STORE,
                         "a restore into this store was cut short; take it away and restore the backup again");
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

static bool apply_next(struct connection *c, const struct migration *m, bool fresh, struct error *err)
{
    return apply(c, m, err) &&
           (!fresh || m->number > 1 ||
            c->store->driver->script(c, "CREATE TABLE restore_unfinished (since BIGINT)", err)) &&
           c->store->driver->commit(c, err);
}

/* One migration in one transaction; each looks again at what is recorded, as another process may be doing the same. */
bool migrate_store(struct store *store, struct connection *c, int fresh, struct error *err)
{
    int target;
    const struct migration *migrations = known_migrations(store->schema, &target);
    must(fresh >= 0 && fresh <= target);
    if (fresh)
        target = fresh;
    for (bool first = true;; first = false) {
        if (!store->driver->begin(c, TRANSACTION_WRITE, err))
            return false;
        bool good = read_version(c, fresh != 0, &store->version, err);
        if (good && fresh && first && store->version)
            good = error_set(err, ERROR_CONFLICT, "there is a store at this place already; restore into a new one");
        if (!good || store->version >= target) {
            store->driver->rollback(c);
            return good;
        }
        const struct migration *m = &migrations[store->version];
        if (!apply_next(c, m, fresh != 0, err)) {
            store->driver->rollback(c);
            return error_wrap(err, "migration %d (%s)", m->number, m->name);
        }
    }
}

/* The version of a store that is not to be changed: it must be the program's own. */
bool migrate_look(struct store *store, struct connection *c, struct error *err)
{
    if (!store->driver->begin(c, TRANSACTION_READ, err))
        return false;
    bool good = read_version(c, false, &store->version, err);
    store->driver->rollback(c);
    int known = store_schema_known(store->schema);
    if (good && store->version < known)
        return error_set(err, ERROR_STORE,
                         "the store's %s tables are of schema %d and this program needs %d; run `staithe init` "
                         "to bring them up",
                         schema_name(store->schema), store->version, known);
    return good;
}

int store_schema_known(enum store_schema schema)
{
    int count;
    (void)known_migrations(schema, &count);
    return count;
}
