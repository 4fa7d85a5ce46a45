/* Blocks in a list, newest first; each allocation moves a cursor in the newest block. What does not fit into the
 * rest of a block opens a new one, twice the size of the last (4 KiB to 1 MiB, and 2 MiB in an arena that holds three
 * times that), or of its own size if it is larger. Blocks of 2 MiB and more are pieces of large pages (pages.h), and go
 * back to the system at once, or to the store of the arena: those of the system are zero already, so what is never
 * written to takes no memory.
 * Under AddressSanitizer each allocation is a block of its own, so that an overrun of one is seen. */
#include "base/arena.h"

#include "base/pages.h"

#include <stdio.h>
#include <stdlib.h>

#define FIRST_BLOCK   ((size_t)4096)
#define LARGEST_BLOCK ((size_t)1 << 20)
#define MAPPED_BLOCK  LARGE_PAGE
#define LARGE_ARENA   ((size_t)6 << 20)
#define ARENA_MAGIC   0x5a7e11a0u

#if defined(__SANITIZE_ADDRESS__)
#define BLOCK_PER_ALLOCATION 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BLOCK_PER_ALLOCATION 1
#endif
#endif
#ifndef BLOCK_PER_ALLOCATION
#define BLOCK_PER_ALLOCATION 0
#endif

struct block {
    struct block *older;
    size_t size, used;
    bool mapped, zero; /* zero: nothing was in it before; mapped ones are never reset */
    _Alignas(64) char bytes[];
};

/* What is released at the end. A large piece is such a handle, of so many bytes: nothing of the arena's stands in the
 * piece, so the threads that fill it are the first to touch it. */
struct deferred {
    struct deferred *older;
    void (*release)(void *handle); /* NULL: nothing is to be done */
    void *handle;
    size_t size; /* of a large piece */
    bool zero;   /* of one, as pages.h says */
};

struct arena {
    unsigned magic;
    size_t limit, used, next_block;
    struct block *newest;
    struct deferred *deferred;
    struct pages *store; /* or NULL */
};

struct arena *arena_make(size_t limit)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena)
        pages_out_of_memory(sizeof *arena);
    arena->magic = ARENA_MAGIC;
    arena->limit = limit;
    arena->next_block = FIRST_BLOCK;
    return arena;
}

static void run_deferred(struct arena *arena)
{
    while (arena->deferred) {
        struct deferred *d = arena->deferred;
        arena->deferred = d->older; /* Taken off first: a release may defer or undefer. */
        if (d->size)
            pages_give(arena->store, d->handle, d->size);
        else if (d->release)
            d->release(d->handle);
    }
}

static void free_blocks(struct pages *store, struct block *block)
{
    while (block) {
        struct block *older = block->older;
        if (block->mapped)
            pages_give(store, block, sizeof *block + block->size);
        else
            free(block);
        block = older;
    }
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    must(arena->magic == ARENA_MAGIC);
    run_deferred(arena);
    free_blocks(arena->store, arena->newest);
    pages_release(arena->store);
    arena->magic = 0;
    free(arena);
}

static void child_free(void *child)
{
    arena_free(child);
}

struct arena *arena_beside(const struct arena *arena)
{
    struct arena *other = arena_make(0);
    other->store = pages_hold(arena->store);
    return other;
}

void arena_keep_pages(struct arena *arena, size_t most)
{
    if (arena->store)
        pages_limit(arena->store, most);
    else
        arena->store = pages_make(most);
}

struct arena *arena_child(struct arena *arena)
{
    struct arena *child = arena_beside(arena);
    arena_defer(arena, child_free, child);
    return child;
}

void arena_reset(struct arena *arena)
{
    must(arena->magic == ARENA_MAGIC);
    run_deferred(arena);
    struct block *keep = arena->newest;
    if (keep && (BLOCK_PER_ALLOCATION || keep->size > LARGEST_BLOCK)) {
        free_blocks(arena->store, keep);
        keep = NULL;
    }
    if (keep) {
        free_blocks(arena->store, keep->older);
        keep->older = NULL;
        keep->used = 0;
    }
    arena->newest = keep;
    arena->used = 0;
}

bool arena_over(const struct arena *arena)
{
    return arena->limit && arena->used > arena->limit;
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}

static struct block *block_add(struct arena *arena, size_t size)
{
    struct block *block;
    bool mapped = !BLOCK_PER_ALLOCATION && sizeof *block + size >= MAPPED_BLOCK, zero = false;
    if (mapped) {
        block = pages_take(arena->store, sizeof *block + size, &zero);
    } else {
        void *memory;
        if (posix_memalign(&memory, _Alignof(struct block), sizeof *block + size) != 0)
            pages_out_of_memory(size);
        block = memory;
    }
    *block = (struct block){.older = arena->newest, .size = size, .mapped = mapped, .zero = zero};
    arena->newest = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size, size_t count, size_t align)
{
    must(arena->magic == ARENA_MAGIC);
    must(align && align <= 64 && (align & (align - 1)) == 0);
    size_t bytes;
    if (__builtin_mul_overflow(size, count, &bytes) || bytes > SIZE_MAX / 4)
        pages_out_of_memory(SIZE_MAX);
    if (bytes == 0)
        bytes = 1;
    struct block *block = arena->newest;
    size_t start = 0;
    bool fits = false;
    if (!BLOCK_PER_ALLOCATION && block) {
        size_t aligned = (block->used + align - 1) & ~(align - 1);
        fits = aligned <= block->size && block->size - aligned >= bytes;
        start = fits ? aligned : 0;
    }
    if (!fits) {
        size_t wanted = BLOCK_PER_ALLOCATION ? bytes : arena->next_block;
        if (wanted < bytes)
            wanted = bytes;
        else if (arena->next_block < LARGEST_BLOCK)
            arena->next_block *= 2;
        else if (arena->used >= LARGE_ARENA)
            arena->next_block = MAPPED_BLOCK - sizeof *block;
        block = block_add(arena, wanted);
    }
    block->used = start + bytes;
    arena->used += bytes;
    return block->zero ? block->bytes + start : memset(block->bytes + start, 0, bytes);
}

static struct deferred *defer(struct arena *arena, void *handle)
{
    struct deferred *d = arena_new(arena, struct deferred);
    *d = (struct deferred){.older = arena->deferred, .handle = handle};
    arena->deferred = d;
    return d;
}

/* The newest that is still to be released; a large piece is always there. */
static struct deferred *deferred_of(const struct arena *arena, const void *handle)
{
    struct deferred *d = arena->deferred;
    while (d && (d->handle != handle || (!d->release && !d->size)))
        d = d->older;
    return d;
}

static void *large_begin(struct arena *arena, void *piece, size_t size, bool zero)
{
    struct deferred *large = defer(arena, piece);
    large->size = size;
    large->zero = zero;
    return piece;
}

static void *map_large(struct arena *arena, size_t size, bool dense)
{
    must(size < SIZE_MAX / 4);
    size += size == 0;
    return large_begin(arena, pages_map(size, dense), size, true);
}

void *arena_large(struct arena *arena, size_t size)
{
    return map_large(arena, size, false);
}

void *arena_room(struct arena *arena, size_t size)
{
    if (size < LARGEST_BLOCK)
        return arena_alloc(arena, 1, size, 64);
    must(size < SIZE_MAX / 4);
    bool zero;
    void *room = pages_take(arena->store, size, &zero);
    if (BLOCK_PER_ALLOCATION)
        memset(room, 0xa5, size);
    return large_begin(arena, room, size, zero);
}

void arena_give_back(struct arena *arena, void *large)
{
    struct deferred *d = deferred_of(arena, large);
    must(d && d->size);
    pages_give(arena->store, large, d->size);
    d->size = 0;
}

void *arena_regrow(struct arena *arena, void *array, size_t size, size_t wanted)
{
    if (size >= LARGEST_BLOCK) {
        struct deferred *d = deferred_of(arena, array);
        must(d && d->size);
        d->handle = pages_grow(array, d->size, wanted, d->zero);
        d->size = wanted;
        d->zero = true;
        return d->handle;
    }
    void *grown = wanted >= LARGEST_BLOCK ? map_large(arena, wanted, true) : arena_alloc(arena, 1, wanted, 64);
    if (size)
        memcpy(grown, array, size);
    return grown;
}

void *arena_let_go(struct arena *arena, void *array, size_t size)
{
    if (array && size >= LARGEST_BLOCK)
        arena_give_back(arena, array);
    return NULL;
}

void *arena_grow(struct arena *arena, const void *array, size_t count, size_t *capacity, size_t size)
{
    must(*capacity < SIZE_MAX / 2);
    size_t wanted = *capacity ? *capacity * 2 : 8;
    char *grown = arena_alloc(arena, size, wanted, 16);
    if (count)
        memcpy(grown, array, count * size);
    *capacity = wanted;
    return grown;
}

struct slice arena_copy(struct arena *arena, struct slice s)
{
    return (struct slice){arena_cstr(arena, s), s.len};
}

char *arena_cstr(struct arena *arena, struct slice s)
{
    char *copy = arena_alloc(arena, 1, s.len + 1, 1);
    if (s.len)
        memcpy(copy, s.at, s.len);
    return copy;
}

struct slice arena_vformat(struct arena *arena, const char *format, va_list arguments)
{
    char few[120]; /* most are short, and formatting twice costs more than a copy */
    va_list again;
    va_copy(again, arguments);
    int len = vsnprintf(few, sizeof few, format, again);
    va_end(again);
    must(len >= 0);
    if ((size_t)len < sizeof few)
        return arena_copy(arena, slice_from(few, (size_t)len));
    char *text = arena_alloc(arena, 1, (size_t)len + 1, 1);
    (void)vsnprintf(text, (size_t)len + 1, format, arguments);
    return (struct slice){text, (size_t)len};
}

struct slice arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct slice text = arena_vformat(arena, format, arguments);
    va_end(arguments);
    return text;
}

struct slice arena_join(struct arena *arena, const struct slice *pieces, size_t count, struct slice separator)
{
    struct buffer out = buffer_make(arena);
    for (size_t i = 0; i < count; i++) {
        if (i)
            buffer_add(&out, separator);
        buffer_add(&out, pieces[i]);
    }
    return buffer_slice(&out);
}

void arena_defer(struct arena *arena, void (*release)(void *handle), void *handle)
{
    defer(arena, handle)->release = release;
}

void arena_undefer(struct arena *arena, void *handle)
{
    struct deferred *d = deferred_of(arena, handle);
    if (d)
        d->release = NULL;
}

struct buffer buffer_make(struct arena *arena)
{
    return (struct buffer){.arena = arena};
}

static void buffer_reserve(struct buffer *buffer, size_t more)
{
    size_t needed = buffer->len + more + 1;
    if (needed <= buffer->capacity)
        return;
    size_t capacity = buffer->capacity ? buffer->capacity * 2 : 256;
    if (capacity < needed)
        capacity = needed;
    char *grown = arena_alloc(buffer->arena, 1, capacity, 1);
    if (buffer->len)
        memcpy(grown, buffer->at, buffer->len);
    buffer->at = grown;
    buffer->capacity = capacity;
}

void buffer_add(struct buffer *buffer, struct slice s)
{
    buffer_reserve(buffer, s.len);
    must(buffer->at);
    if (s.len)
        memcpy(buffer->at + buffer->len, s.at, s.len);
    buffer->len += s.len;
    buffer->at[buffer->len] = '\0';
}

void buffer_add_byte(struct buffer *buffer, char byte)
{
    buffer_add(buffer, (struct slice){&byte, 1});
}

void buffer_add_number(struct buffer *buffer, int64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do
        digits[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (number < 0)
        digits[--at] = '-';
    buffer_add(buffer, slice_from(digits + at, sizeof digits - at));
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    size_t room = buffer->capacity - buffer->len;
    int len = vsnprintf(room ? buffer->at + buffer->len : NULL, room, format, again);
    va_end(again);
    must(len >= 0);
    if ((size_t)len >= room) {
        buffer_reserve(buffer, (size_t)len);
        (void)vsnprintf(buffer->at + buffer->len, (size_t)len + 1, format, arguments);
    }
    va_end(arguments);
    buffer->len += (size_t)len;
}

struct slice buffer_slice(const struct buffer *buffer)
{
    return (struct slice){buffer->at ? buffer->at : "", buffer->len};
}
