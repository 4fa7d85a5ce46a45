/* Blocks in a list, newest first; each allocation moves a cursor in the newest block. What does not fit into the
 * rest of a block opens a new one, twice the size of the last (4 KiB to 1 MiB), or of its own size if it is larger.
 * Blocks of 2 MiB and more come from the system and go back to it at once: they are zero already, so what is never
 * written to takes no memory, and what is freed is not kept.
 * Under AddressSanitizer each allocation is a block of its own, so that an overrun of one is seen. */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define FIRST_BLOCK   ((size_t)4096)
#define LARGEST_BLOCK ((size_t)1 << 20)
#define MAPPED_BLOCK  ((size_t)2 << 20)
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
    bool mapped;
    _Alignas(64) char bytes[];
};

struct deferred {
    struct deferred *older;
    void (*release)(void *handle);
    void *handle;
};

struct arena {
    unsigned magic;
    size_t limit, used, next_block;
    struct block *newest;
    struct deferred *deferred;
};

static _Noreturn void out_of_memory(size_t size)
{
    fprintf(stderr,
            "staithe: the machine has no memory left for %zu more bytes; nothing landed is lost, close other programs "
            "or give it more memory and start it again.\n",
            size);
    exit(71);
}

struct arena *arena_make(size_t limit)
{
    struct arena *arena = calloc(1, sizeof *arena);
    if (!arena)
        out_of_memory(sizeof *arena);
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
        if (d->release)
            d->release(d->handle);
    }
}

static void free_blocks(struct block *block)
{
    while (block) {
        struct block *older = block->older;
        if (block->mapped)
            must(munmap(block, sizeof *block + block->size) == 0);
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
    free_blocks(arena->newest);
    arena->magic = 0;
    free(arena);
}

static void child_free(void *child)
{
    arena_free(child);
}

struct arena *arena_child(struct arena *arena)
{
    struct arena *child = arena_make(0);
    arena_defer(arena, child_free, child);
    return child;
}

void arena_reset(struct arena *arena)
{
    must(arena->magic == ARENA_MAGIC);
    run_deferred(arena);
    struct block *keep = arena->newest;
    if (keep && (BLOCK_PER_ALLOCATION || keep->size > LARGEST_BLOCK)) {
        free_blocks(keep);
        keep = NULL;
    }
    if (keep) {
        free_blocks(keep->older);
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

static void *map_zeroed(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        out_of_memory(size);
    return memory;
}

/* Tables of many megabytes are filled, and walked at random, with a hundredth of the page faults. */
static void wish_for_large_pages(void *start, size_t size)
{
    if (size >= MAPPED_BLOCK)
        (void)madvise(start, size, MADV_HUGEPAGE);
}

static struct block *block_add(struct arena *arena, size_t size)
{
    struct block *block;
    bool mapped = !BLOCK_PER_ALLOCATION && size >= MAPPED_BLOCK;
    if (mapped) {
        block = map_zeroed(sizeof *block + size);
        wish_for_large_pages(block, sizeof *block + size);
    } else {
        void *memory;
        if (posix_memalign(&memory, _Alignof(struct block), sizeof *block + size) != 0)
            out_of_memory(size);
        block = memory;
    }
    *block = (struct block){.older = arena->newest, .size = size, .mapped = mapped};
    arena->newest = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size, size_t count, size_t align)
{
    must(arena->magic == ARENA_MAGIC);
    must(align && align <= 64 && (align & (align - 1)) == 0);
    size_t bytes;
    if (__builtin_mul_overflow(size, count, &bytes) || bytes > SIZE_MAX / 4)
        out_of_memory(SIZE_MAX);
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
        block = block_add(arena, wanted);
    }
    block->used = start + bytes;
    arena->used += bytes;
    /* A mapped block is as large as what it is made for, and never reset: its start is still zero. */
    return block->mapped && start == 0 ? block->bytes : memset(block->bytes + start, 0, bytes);
}

/* The size stands in the 64 bytes before what the caller has. */
#define LARGE_HEAD ((size_t)64)

static void large_free(void *large)
{
    char *start = (char *)large - LARGE_HEAD;
    size_t size;
    memcpy(&size, start, sizeof size);
    must(munmap(start, size) == 0);
}

void *arena_large(struct arena *arena, size_t size)
{
    must(size < SIZE_MAX / 4);
    size += LARGE_HEAD;
    char *start = map_zeroed(size);
    memcpy(start, &size, sizeof size);
    arena_defer(arena, large_free, start + LARGE_HEAD);
    return start + LARGE_HEAD;
}

void arena_give_back(struct arena *arena, void *large)
{
    arena_undefer(arena, large);
    large_free(large);
}

/* Its pages move, not its bytes; what comes behind is new, and so zero. */
static void *large_regrow(struct arena *arena, void *large, size_t wanted)
{
    size_t size;
    char *start = (char *)large - LARGE_HEAD;
    memcpy(&size, start, sizeof size);
    arena_undefer(arena, large);
    wanted += LARGE_HEAD;
    start = mremap(start, size, wanted, MREMAP_MAYMOVE);
    if (start == MAP_FAILED)
        out_of_memory(wanted);
    memcpy(start, &wanted, sizeof wanted);
    wish_for_large_pages(start, wanted);
    arena_defer(arena, large_free, start + LARGE_HEAD);
    return start + LARGE_HEAD;
}

void *arena_regrow(struct arena *arena, void *array, size_t size, size_t wanted)
{
    if (size >= LARGEST_BLOCK)
        return large_regrow(arena, array, wanted);
    void *grown = wanted >= LARGEST_BLOCK ? arena_large(arena, wanted) : arena_alloc(arena, 1, wanted, 64);
    if (wanted >= LARGEST_BLOCK)
        wish_for_large_pages((char *)grown - LARGE_HEAD, wanted + LARGE_HEAD);
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
    struct deferred *d = arena_new(arena, struct deferred);
    *d = (struct deferred){arena->deferred, release, handle};
    arena->deferred = d;
}

void arena_undefer(struct arena *arena, void *handle)
{
    for (struct deferred *d = arena->deferred; d; d = d->older)
        if (d->handle == handle && d->release) {
            d->release = NULL;
            return;
        }
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
