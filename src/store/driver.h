/* driver.h: what each database does for store.c. Private to this room.
 *
 * A connection belongs to one transaction at a time; store.c pools them, waits for the one writer and checks arguments.
 * A driver only speaks to its database. Functions are called by one thread at a time for each connection. */
#ifndef STAITHE_STORE_DRIVER_H
#define STAITHE_STORE_DRIVER_H

#include "store/source_table.h"
#include "store/store.h"

#include "generated/migrations.h"

#include <pthread.h>

#define STATEMENT_NONE ((int)STATEMENT_COUNT) /* an unnamed one: SQL composed by source_table.c or by this room */

/* Rights as the store keeps them: copied, and with every word of them in the key, so that new rights under an old name
 * never meet an old connection. */
struct kept_rights {
    struct arena *arena;
    struct slice key;
    struct store_rights rights;
};

/* What the first part of each driver's connection is. */
struct connection {
    struct store *store;
    bool writer;
    bool broken;              /* not to be used again */
    struct kept_rights *kept; /* NULL: the hub's own access */
    struct connection *next;  /* in the pool */
};

struct command {
    int named; /* enum statement, or STATEMENT_NONE */
    struct slice text;
    const struct value *args;
    size_t count;
};

struct bulk {
    struct connection *connection;
    const char *table;
    size_t columns;
    enum value_kind *kinds;
    bool *failed;   /* the transaction's */
    unsigned *open; /* the transaction's count of bulks */
    bool ended;
};

struct driver {
    enum store_dialect dialect;
    /* Before the first connection: the file is ours and in the right mode, or the server answers. */
    bool (*prepare)(struct store *store, bool create, struct error *err);
    bool (*open)(struct store *store, bool writer, struct kept_rights *kept, struct connection **ret,
                 struct error *err);
    void (*close)(struct connection *connection);
    bool (*begin)(struct connection *connection, enum transaction_kind kind, struct error *err);
    bool (*commit)(struct connection *connection, struct error *err);
    void (*rollback)(struct connection *connection);
    /* Each row to the function (NULL: thrown away). `stream`: in bounded memory, and the function may run other
     * statements. */
    bool (*run)(struct connection *connection, const struct command *command, bool stream, row_function *function,
                void *context, int64_t *ret_changed, struct error *err);
    /* Several statements without arguments or rows: migrations. */
    bool (*script)(struct connection *connection, const char *sql, struct error *err);
    bool (*bulk_open)(struct connection *connection, const char *table, const struct bulk_column *columns, size_t count,
                      struct arena *arena, struct bulk **ret, struct error *err);
    bool (*bulk_add)(struct bulk *bulk, const struct value *row, struct error *err);
    bool (*bulk_close)(struct bulk *bulk, struct error *err);
    bool (*tidy)(struct connection *connection, struct error *err); /* NULL: the database does it itself */
};

extern const struct driver sqlite_driver, postgresql_driver;

struct store {
    unsigned magic;
    const struct driver *driver;
    const struct host *host;
    enum store_schema schema;
    bool read_only;
    char *address;
    int wait_ms;
    size_t cache_bytes;
    const char *vfs; /* SQLite's */
    bool make_file;  /* SQLite's: while the first connection is opened */
    int version;     /* the newest migration that the database has */

    pthread_mutex_t lock; /* over all below */
    pthread_cond_t freed; /* a reader went back, or the writer was let go */
    struct connection *idle_readers, *idle_writer;
    unsigned readers;      /* open, idle or not */
    unsigned transactions; /* open */
    bool writer_taken;
    bool stopped; /* a sync failed: nothing is written any more */
};

/* ---- pool.c ---- */

/* Waits for a place, and opens a connection with these rights unless one is idle. The scratch arena takes the key. */
bool pool_reader_take(struct store *store, const struct store_rights *rights, struct arena *scratch,
                      struct connection **ret, struct error *err) MUST_USE;
void pool_reader_give(struct store *store, struct connection *connection);
bool pool_writer_take(struct store *store, struct connection **ret, struct error *err) MUST_USE;
/* NULL: there is none to keep. */
void pool_writer_let_go(struct store *store, struct connection *connection);
void pool_connection_close(struct connection *connection);

/* ---- migrate.c ---- */

/* Brings the database up to this program's schema, or only looks that it is of it; sets store->version. `fresh`: up to
 * that version, in a place where there is no store yet, and marked as unfinished (backup.c); 0 for the usual. */
bool migrate_store(struct store *store, struct connection *writer, int fresh, struct error *err) MUST_USE;
bool migrate_look(struct store *store, struct connection *reader, struct error *err) MUST_USE;

/* ---- store.c ---- */

/* A store for a restore to fill: of schema `version`, and marked as unfinished. ERROR_CONFLICT when there is one. */
bool store_open_new(const struct store_options *options, int version, struct store **ret, struct error *err) MUST_USE;
bool transaction_open(const struct transaction *transaction);

/* After a failed sync nobody knows what the disk holds: every later write is refused. */
void store_stop(struct store *store);
/* Valid UTF-8 without NUL; else ERROR_INPUT. */
bool store_text_fits(struct slice text, struct error *err) MUST_USE;
/* Letters, digits, underscores, a letter or underscore first, at most 63. */
bool store_name_fits(struct slice name);

#endif
