/* store.h: the one database interface, over SQLite (embedded default) and PostgreSQL 15 or later.
 *
 * Both behave the same behind it: one writer at a time, many readers, byte-order collation, NUL refused in text, every
 * query with a total order. Fixed statements are named in sql/statements/<room>.sql and compiled to `enum statement`
 * (generated/statements.h); the tables that contracts bring are made by source_table.h, the only place in C that
 * composes SQL.
 *
 * A `struct store` is opened once and shared by all threads. A transaction belongs to one thread and to one arena: it
 * hangs on the arena's defer list and is rolled back when the arena ends before transaction_commit; so none is ever
 * left open by accident. Results and their texts live in the arena given to the query.
 *
 * Rights are the second line of defence: a transaction opened with rights can read only the columns listed there (an
 * authoriser in SQLite, a role in PostgreSQL), so that a forgotten check upstairs fails closed with ERROR_DENIED.
 *
 * Errors: ERROR_BUSY (the writer is taken for longer than the wait, or the server is away), ERROR_CONFLICT (a unique
 * key is there already), ERROR_FULL, ERROR_IO, ERROR_STORE, ERROR_DENIED. After an error inside a write transaction the
 * only way on is rollback. */
#ifndef STAITHE_STORE_STORE_H
#define STAITHE_STORE_STORE_H

#include "base/host.h"

#include "generated/statements.h"

struct store;
struct transaction;

enum store_dialect { STORE_SQLITE, STORE_POSTGRESQL };

/* Which tables: the hub's (sql/schema), or the audit of reads (sql/audit), a database of its own. In SQLite each is a
 * file; on PostgreSQL each is a schema (staithe_hub, staithe_audit), so that both may have the same address. */
enum store_schema { STORE_HUB, STORE_AUDIT };

struct store_options {
    struct slice address;    /* "postgresql://…", or the path of the SQLite file (made when absent) */
    const struct host *host; /* outlives the store */
    enum store_schema schema;
    bool read_only;
    bool create; /* make the database file if absent; migrate to this program's schema */
    int wait_ms; /* how long to wait for the writer; 0: 10,000 */
    size_t
        cache_bytes; /* page cache for SQLite's writer; 0: 32 MiB; readers map the file and take at most 8 MiB each */
};

/* Opens, and with create makes or migrates. A schema newer than the program's is refused with both numbers named. */
bool store_open(const struct store_options *options, struct store **ret, struct error *err) MUST_USE;
/* Moves what SQLite's write-ahead log holds into the database file, beside readers and the writer, on a connection of
 * its own. A commit would do it every 4,000 pages and so now and then take as long as many; whoever commits often and
 * is waited for calls this from another thread. Nothing to do on PostgreSQL. */
bool store_tidy(struct store *store, struct error *err) MUST_USE;
/* All transactions must have ended. NULL is fine. */
void store_close(struct store *store);
enum store_dialect store_dialect(const struct store *store);
enum store_schema store_schema(const struct store *store);
const struct host *store_host(const struct store *store);
/* The newest migration that the store has, and that the program knows. */
int store_schema_version(const struct store *store);
int store_schema_known(enum store_schema schema);

/* ---- Values ---- */

enum value_kind { VALUE_NULL, VALUE_INTEGER, VALUE_REAL, VALUE_TEXT, VALUE_BYTES };

struct value {
    enum value_kind kind;
    union {
        int64_t integer;
        double real;
        struct slice text; /* TEXT and BYTES */
    };
};

static inline struct value value_null(void)
{
    return (struct value){.kind = VALUE_NULL};
}
static inline struct value value_integer(int64_t integer)
{
    return (struct value){.kind = VALUE_INTEGER, .integer = integer};
}
static inline struct value value_real(double real)
{
    return (struct value){.kind = VALUE_REAL, .real = real};
}
static inline struct value value_text(struct slice text)
{
    return (struct value){.kind = VALUE_TEXT, .text = text};
}
/* NULL for the empty slice. */
static inline struct value value_maybe_text(struct slice text)
{
    return text.len ? value_text(text) : value_null();
}
static inline struct value value_bytes(const void *at, size_t len)
{
    return (struct value){.kind = VALUE_BYTES, .text = {(const char *)at, len}};
}

/* Arguments of a statement: store_query(t, STATEMENT_X, ARGS(value_integer(1), value_text(name)), …), or NO_ARGS. */
#define ARGS(...)                                                                                                      \
    (const struct value[]){__VA_ARGS__}, (sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value))
#define NO_ARGS ((const struct value *)NULL), ((size_t)0)

/* ---- Transactions ---- */

/* What a transaction may read. Tables of sources and of search are closed unless listed; of fixed tables those in
 * `open_tables` are open whole (NULL-terminated; NULL: none), and a fixed table may be listed by columns too. A listed
 * table's `record` column and its number of rows are always open. The pool keeps connections by name and content:
 * changed rights under an old name never meet an old connection. Who uses the same rights many times has them written
 * out once (store_rights_key), which costs more than to begin a transaction. */
struct store_rights {
    struct slice name; /* letters, digits and underscores, at most 40 */
    const char *const *open_tables;
    const struct store_right {
        struct slice table;
        const struct slice *columns;
        size_t count;
    } * tables;
    size_t count;
    struct slice key; /* what store_rights_key gave for all above; or empty */
};

/* Name and content of rights in one text. */
struct slice store_rights_key(const struct store_rights *rights, struct arena *arena);

enum transaction_kind { TRANSACTION_READ, TRANSACTION_WRITE };

/* Waits for a connection (and for the one writer). rights NULL: the hub's own full access; only a TRANSACTION_READ may
 * carry rights. A read sees one snapshot throughout. */
bool store_begin(struct store *store, enum transaction_kind kind, const struct store_rights *rights,
                 struct arena *arena, struct transaction **ret, struct error *err) MUST_USE;
/* Durable when it returns true; the connection goes back to the pool. On failure it is rolled back. */
bool transaction_commit(struct transaction *transaction, struct error *err) MUST_USE;
/* Ends it without effect, before its arena ends. */
void transaction_rollback(struct transaction *transaction);
/* Commits it when `good`, that is when everything in it went well; else ends it without effect, and err stays as it is.
 * Either way the one writer is free again at once, not when the arena ends. */
bool transaction_finish(struct transaction *transaction, bool good, struct error *err) MUST_USE;
struct store *transaction_store(const struct transaction *transaction);

/* ---- Statements ---- */

struct result {
    size_t rows, columns;
    const struct value *cells;
};

static inline const struct value *result_row(const struct result *result, size_t row)
{
    return result->cells + row * result->columns;
}

/* Reading of cells: NULL gives 0, the empty slice, false. must() on a wrong kind. */
int64_t cell_integer(const struct value *cell);
double cell_real(const struct value *cell);
struct slice cell_text(const struct value *cell);
static inline bool cell_null(const struct value *cell)
{
    return cell->kind == VALUE_NULL;
}

/* All rows into the arena; ERROR_TOO_BIG when the arena is over its limit. */
bool store_query(struct transaction *transaction, enum statement statement, const struct value *args, size_t count,
                 struct arena *arena, struct result *ret, struct error *err) MUST_USE;
/* Exactly one row, else ERROR_NOT_FOUND with the sentence `missing`. */
bool store_query_one(struct transaction *transaction, enum statement statement, const struct value *args, size_t count,
                     struct arena *arena, const char *missing, const struct value **ret_row,
                     struct error *err) MUST_USE;
/* ret_changed may be NULL. */
bool store_execute(struct transaction *transaction, enum statement statement, const struct value *args, size_t count,
                   int64_t *ret_changed, struct error *err) MUST_USE;
/* Row by row in bounded memory; the cells are valid during the call only. The callback returns false (with err set) to
 * stop. It may run other statements of the same transaction, but not change the tables that are being read. */
typedef bool row_function(void *context, const struct value *cells, size_t columns, struct error *err);
bool store_each(struct transaction *transaction, enum statement statement, const struct value *args, size_t count,
                row_function *function, void *context, struct error *err) MUST_USE;

/* SQL text that source_table.h composed, with the same three uses. */
struct sql {
    struct slice text;
};
bool store_query_sql(struct transaction *transaction, const struct sql *sql, const struct value *args, size_t count,
                     struct arena *arena, struct result *ret, struct error *err) MUST_USE;
bool store_execute_sql(struct transaction *transaction, const struct sql *sql, const struct value *args, size_t count,
                       int64_t *ret_changed, struct error *err) MUST_USE;
bool store_each_sql(struct transaction *transaction, const struct sql *sql, const struct value *args, size_t count,
                    row_function *function, void *context, struct error *err) MUST_USE;

/* The next `count` ids of a counter ("landing", "record", "entity", …), which is made at 1 when new. Inside a write
 * transaction. */
bool store_next_ids(struct transaction *transaction, const char *counter, int64_t count, int64_t *ret_first,
                    struct error *err) MUST_USE;

/* ---- Bulk writing: prepared batches in SQLite, binary COPY in PostgreSQL ---- */

struct bulk;
struct bulk_column {
    const char *name;
    enum value_kind kind; /* what each row gives here, or NULL */
};
/* Into a table of the schema or of a source (its name from source_table.h). Several bulks may be open at once (at most
 * 32), and other statements may run between; rows are there for them after bulk_close. must() on a cell of another kind
 * than its column's.
 * Each is closed before the commit (must(), unless something failed); an error may be told at a later row or at
 * bulk_close. */
bool bulk_open(struct transaction *transaction, const char *table, const struct bulk_column *columns, size_t count,
               struct arena *arena, struct bulk **ret, struct error *err) MUST_USE;
bool bulk_add(struct bulk *bulk, const struct value *row, struct error *err) MUST_USE;
bool bulk_close(struct bulk *bulk, struct error *err) MUST_USE;

#endif
