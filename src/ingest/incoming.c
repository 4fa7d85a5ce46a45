/* incoming.c: one lock, on the file itself, answers "does anybody still want this?".
 *
 * The number of the process in the name, which this had first, says too little: the number is given to another program
 * in time, and after a restart of the machine at once. flock(2) ends with its program, however that ends.
 *
 * Between the making of a file and its being held a sweep may take it. Then it has no name any more, which host_hold
 * tells, and another is made. */
#include "ingest/incoming.h"

#include <inttypes.h>

#define PREFIX "incoming-"

static void drop_late(void *handle)
{
    struct error ignored; /* Nobody is there to tell; the next sweep takes it. */
    (void)!incoming_drop(handle, &ignored);
}

bool incoming_make(const struct host *host, struct slice folder, struct arena *arena, struct incoming **ret,
                   struct error *err)
{
    struct incoming *incoming = arena_new(arena, struct incoming);
    for (bool held = false; !held;) {
        uint64_t random[2];
        host_random(host, random, sizeof random);
        *incoming = (struct incoming){.host = host,
                                      .arena = arena,
                                      .path = arena_format(arena, "%.*s/" PREFIX "%016" PRIx64 "%016" PRIx64,
                                                           PRINT(folder), random[0], random[1])};
        if (!host_open(host, incoming->path, HOST_CREATE, arena, &incoming->file, err))
            return false;
        bool asked = host_hold(incoming->file, &held, err);
        if (!held)
            host_close(incoming->file);
        if (!asked)
            return false;
    }
    incoming->there = true;
    arena_defer(arena, drop_late, incoming);
    *ret = incoming;
    return true;
}

static void close_it(struct incoming *incoming)
{
    incoming->there = false;
    arena_undefer(incoming->arena, incoming);
    host_close(incoming->file);
}

bool incoming_become(struct incoming *incoming, struct slice path, struct error *err)
{
    must(incoming->there);
    if (!host_sync(incoming->file, err) || !host_rename(incoming->host, incoming->path, path, err))
        return false;
    close_it(incoming);
    return host_sync_folder(incoming->host, host_folder_of(path), err);
}

bool incoming_drop(struct incoming *incoming, struct error *err)
{
    if (!incoming->there)
        return true;
    bool deleted = host_delete(incoming->host, incoming->path, err);
    close_it(incoming);
    return deleted;
}

/* ---- Sweeping ---- */

/* Gone already is fine: another sweep was faster, or the file has its own name now. */
static bool sweep_one(const struct host *host, struct slice path, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct host_file *file;
    bool left_behind = false;
    bool good = host_open(host, path, HOST_READ, arena, &file, err) && host_hold(file, &left_behind, err) &&
                (!left_behind || host_delete(host, path, err));
    arena_free(arena);
    return good || err->code == ERROR_NOT_FOUND;
}

bool incoming_sweep(const struct host *host, struct slice folder, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct slice *names;
    size_t count = 0;
    bool good = host_list_folder(folder, arena, &names, &count, err);
    for (size_t i = 0; good && i < count; i++)
        if (slice_starts(names[i], S(PREFIX)))
            good = sweep_one(host, arena_format(arena, "%.*s/%.*s", PRINT(folder), PRINT(names[i])), err);
    arena_free(arena);
    return good;
}
