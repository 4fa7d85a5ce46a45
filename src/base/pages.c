/* A store is a list of runs of large pages. The smallest run that is enough is taken, and what is left of it stays;
 * where none is, the pages of several are moved into one place of the address space, which costs microseconds where
 * zeroing as many would cost milliseconds. A piece that grows moves in the same way: page by page, for kernels do not
 * move at once what they hold to be several mappings, as pieces of a store may be. */
#include "base/pages.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { RUNS = 64 };

struct run {
    char *at;
    size_t size;
};

struct pages {
    pthread_mutex_t lock;
    atomic_uint holders;
    size_t most, kept;
    struct run runs[RUNS];
    size_t count;
};

_Noreturn void pages_out_of_memory(size_t size)
{
    fprintf(stderr,
            "staithe: the machine has no memory left for %zu more bytes; nothing landed is lost, close other programs "
            "or give it more memory and start it again.\n",
            size);
    exit(71);
}

struct pages *pages_make(size_t most)
{
    struct pages *store = calloc(1, sizeof *store);
    if (!store)
        pages_out_of_memory(sizeof *store);
    must(pthread_mutex_init(&store->lock, NULL) == 0);
    store->holders = 1;
    store->most = most;
    return store;
}

struct pages *pages_hold(struct pages *store)
{
    if (store)
        atomic_fetch_add(&store->holders, 1);
    return store;
}

static void unmap(char *at, size_t size)
{
    must(munmap(at, size) == 0);
}

void pages_limit(struct pages *store, size_t most)
{
    must(pthread_mutex_lock(&store->lock) == 0);
    store->most = most;
    while (store->kept > most) {
        const struct run *last = &store->runs[--store->count];
        store->kept -= last->size;
        unmap(last->at, last->size);
    }
    must(pthread_mutex_unlock(&store->lock) == 0);
}

void pages_release(struct pages *store)
{
    if (!store || atomic_fetch_sub(&store->holders, 1) > 1)
        return;
    pages_limit(store, 0);
    must(pthread_mutex_destroy(&store->lock) == 0);
    free(store);
}

/* ---- Pieces ---- */

/* What a piece takes of the address space: small ones lie on small pages, as many as there are. */
static size_t room_of(size_t size)
{
    return size < LARGE_PAGE ? size : (size + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
}

/* More of the address space than is needed, cut to begin where a large page does. */
static char *map_aligned(size_t room)
{
    char *at = mmap(NULL, room + LARGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        pages_out_of_memory(room);
    size_t before = (LARGE_PAGE - (uintptr_t)at % LARGE_PAGE) % LARGE_PAGE;
    if (before > 0)
        unmap(at, before);
    unmap(at + before + room, LARGE_PAGE - before);
    return at + before;
}

void *pages_map(size_t size, bool dense)
{
    if (size >= LARGE_PAGE) {
        char *piece = map_aligned(room_of(size));
        size_t last = size % LARGE_PAGE;
        /* Without the last page if most of it lies behind the end, for it would be taken whole. */
        if (dense)
            (void)madvise(piece, last < LARGE_PAGE / 4 * 3 ? size - last : room_of(size), MADV_HUGEPAGE);
        return piece;
    }
    void *piece = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (piece == MAP_FAILED)
        pages_out_of_memory(size);
    return piece;
}

static void move_page(char *from, char *to)
{
    if (mremap(from, LARGE_PAGE, LARGE_PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
        pages_out_of_memory(LARGE_PAGE);
}

/* So much of a run, at the end of it. */
static char *cut_run(struct pages *store, size_t run, size_t size)
{
    struct run *from = &store->runs[run];
    char *at = from->at + (from->size -= size);
    store->kept -= size;
    if (from->size == 0)
        *from = store->runs[--store->count];
    return at;
}

/* The smallest run that is enough, or NULL. */
static char *take_run(struct pages *store, size_t room)
{
    size_t best = store->count;
    for (size_t i = 0; i < store->count; i++)
        if (store->runs[i].size >= room && (best == store->count || store->runs[i].size < store->runs[best].size))
            best = i;
    return best < store->count ? cut_run(store, best, room) : NULL;
}

/* Moves what the store has into a piece that was just mapped. Gives whether it had anything. */
static bool fill(struct pages *store, char *piece, size_t room)
{
    size_t at = 0;
    for (; at < room && store->count > 0; at += LARGE_PAGE)
        move_page(cut_run(store, store->count - 1, LARGE_PAGE), piece + at);
    return at > 0;
}

void *pages_take(struct pages *store, size_t size, bool *ret_zero)
{
    *ret_zero = true;
    if (!store || size < LARGE_PAGE)
        return pages_map(size, true);
    must(pthread_mutex_lock(&store->lock) == 0);
    char *piece = take_run(store, room_of(size));
    *ret_zero = false;
    if (!piece) {
        piece = pages_map(size, true);
        *ret_zero = !fill(store, piece, room_of(size));
    }
    must(pthread_mutex_unlock(&store->lock) == 0);
    return piece;
}

void pages_give(struct pages *store, void *piece, size_t size)
{
    size_t room = room_of(size);
    bool kept = false;
    if (store && size >= LARGE_PAGE) {
        must(pthread_mutex_lock(&store->lock) == 0);
        kept = store->count < RUNS && store->kept + room <= store->most;
        if (kept) {
            store->runs[store->count++] = (struct run){piece, room};
            store->kept += room;
        }
        must(pthread_mutex_unlock(&store->lock) == 0);
    }
    if (!kept)
        unmap(piece, room);
}

void *pages_grow(void *piece, size_t size, size_t wanted, bool zero)
{
    size_t had = room_of(size);
    if (size >= LARGE_PAGE && !zero)
        memset((char *)piece + size, 0, had - size);
    if (room_of(wanted) == had)
        return piece;
    char *to = pages_map(wanted, true);
    if (size < LARGE_PAGE) {
        memcpy(to, piece, size);
        unmap(piece, had);
        return to;
    }
    for (size_t at = 0; at < had; at += LARGE_PAGE)
        move_page((char *)piece + at, to + at);
    return to;
}
