/* spill.c: memory straight from the system, moved when it grows by changing page tables and not bytes; then one file,
 * written in large steps and mapped for reading. A map would do for writing too, but a full disk is a signal there and
 * an error here. */
#include "link/spill.h"

#include "base/host.h"

#include <errno.h>
#include <sys/mman.h>

enum { STEP = 1 << 20, FIRST = 2 << 20 };

struct spill {
    const struct link_options *options;
    struct arena *arena;
    uint64_t room, used;
    char *memory; /* capacity bytes of it; NULL: none yet, or on disk */
    size_t capacity;
    struct host_file *file;
    char *step; /* what is not written yet */
    size_t step_used;
    const void *map;
};

static void let_go(void *handle)
{
    struct spill *spill = handle;
    if (spill->memory)
        must(munmap(spill->memory, spill->capacity) == 0);
    spill->memory = NULL;
}

struct spill *spill_make(const struct link_options *options, uint64_t room, struct arena *arena)
{
    struct spill *spill = arena_new(arena, struct spill);
    bool bounded = options && options->host && options->memory;
    *spill = (struct spill){.options = options, .arena = arena, .room = bounded ? room : UINT64_MAX};
    arena_defer(arena, let_go, spill);
    return spill;
}

/* Room for so many bytes in memory. */
static bool widen(struct spill *spill, uint64_t wanted, struct error *err)
{
    size_t capacity = spill->capacity ? spill->capacity : FIRST;
    while (capacity < wanted)
        capacity *= 2;
    if (capacity == spill->capacity)
        return true;
    void *memory = spill->memory ? mremap(spill->memory, spill->capacity, capacity, MREMAP_MAYMOVE)
                                 : mmap(NULL, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return error_from_errno(err, errno, "taking %zu MB of memory", capacity >> 20);
    (void)madvise(memory, capacity, MADV_HUGEPAGE);
    spill->memory = memory;
    spill->capacity = capacity;
    return true;
}

static bool write_step(struct spill *spill, struct error *err)
{
    size_t size = spill->step_used;
    spill->step_used = 0;
    if (size == 0 || host_write(spill->file, spill->step, size, err))
        return true;
    return error_wrap(err, "the memory allowed is full, and so is the place for the rest; give --temporary DIR or "
                           "more --memory");
}

static bool write_out(struct spill *spill, const char *data, size_t size, struct error *err)
{
    while (size > 0) {
        size_t some = STEP - spill->step_used < size ? STEP - spill->step_used : size;
        memcpy(spill->step + spill->step_used, data, some);
        spill->step_used += some;
        data += some;
        size -= some;
        if (spill->step_used == STEP && !write_step(spill, err))
            return false;
    }
    return true;
}

static bool go_to_disk(struct spill *spill, struct error *err)
{
    const struct link_options *options = spill->options;
    if (!host_open_nameless(options->host, options->temporary.len ? options->temporary : S("/tmp"), spill->arena,
                            &spill->file, err))
        return error_wrap(err, "the memory allowed is full; give --temporary DIR or more --memory");
    spill->step = arena_alloc(spill->arena, 1, STEP, 64);
    bool done = write_out(spill, spill->memory, (size_t)spill->used, err);
    let_go(spill);
    return done;
}

bool spill_add(struct spill *spill, const void *data, size_t size, struct error *err)
{
    must(!spill->map);
    if (size == 0)
        return true;
    if (!spill->file && spill->used + size > spill->room && !go_to_disk(spill, err))
        return false;
    if (spill->file) {
        spill->used += size;
        return write_out(spill, data, size, err);
    }
    if (!widen(spill, spill->used + size, err))
        return false;
    memcpy(spill->memory + spill->used, data, size);
    spill->used += size;
    return true;
}

bool spill_end(struct spill *spill, const void **ret, struct error *err)
{
    if (spill->file ? !write_step(spill, err) || !host_map(spill->file, spill->used, &spill->map, err)
                    : !widen(spill, 1, err))
        return false;
    *ret = spill->file ? spill->map : spill->memory;
    return true;
}

uint64_t spill_on_disk(const struct spill *spill)
{
    return spill && spill->file ? spill->used : 0;
}

void spill_rest(const struct spill *spill)
{
    if (spill && spill->map)
        host_map_rest(spill->map, spill->used);
}
