/* Connections: readers pooled by their rights, and the one writer.
 *
 * A reader's key holds every word of its rights, so a connection is only ever used again under exactly the rights that
 * it was opened with. When all places are taken the connection that has been idle for longest gives way; when none is
 * idle the thread waits. The writer is one connection; threads wait for it here, other processes in the database (BEGIN
 * IMMEDIATE, or an advisory lock). */
#include "store/driver.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define MOST_READERS 24u

/* ---- Rights ---- */

struct slice store_rights_key(const struct store_rights *rights, struct arena *arena)
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
    kept->key = store_rights_key(rights, arena);
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

void pool_connection_close(struct connection *connection)
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

bool pool_reader_take(struct store *store, const struct store_rights *rights, struct arena *scratch,
                      struct connection **ret, struct error *err)
{
    struct slice key = !rights ? NO_SLICE : rights->key.len ? rights->key : store_rights_key(rights, scratch);
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
        pool_connection_close(stale);
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

void pool_reader_give(struct store *store, struct connection *connection)
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
        pool_connection_close(connection);
}

static bool stopped_error(struct error *err)
{
    return error_set(err, ERROR_IO,
                     "nothing more is written because the disk failed to sync what was written before; "
                     "check the disk, then start the program again");
}

void pool_writer_let_go(struct store *store, struct connection *connection)
{
    if (connection && connection->broken) {
        pool_connection_close(connection);
        connection = NULL;
    }
    pthread_mutex_lock(&store->lock);
    store->idle_writer = connection;
    store->writer_taken = false;
    pthread_cond_broadcast(&store->freed);
    pthread_mutex_unlock(&store->lock);
}

bool pool_writer_take(struct store *store, struct connection **ret, struct error *err)
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
        pool_writer_let_go(store, NULL);
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
