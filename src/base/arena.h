/* arena.h: memory with a named life, and the list of what must be undone when that life ends.
 *
 * An arena belongs to one program, job, request or scratch use, and is always an argument, never hidden. Everything
 * allocated from it is freed together by arena_free. Foreign handles (statement, file, transaction) hang on its defer
 * list and are released then, the last first: so domain code has no ladder of frees.
 *
 * An allocation never fails: when the operating system has no memory left the program says so in one sentence and
 * ends (the store is safe at any instant). A request's arena has a limit: allocations past it still succeed, but
 * arena_over() turns true; loops that gather data look at it and stop with ERROR_TOO_BIG.
 *
 * Not thread-safe: one thread at a time. arena_alloc costs a few instructions; blocks double from 4 KiB to 2 MiB. */
#ifndef STAITHE_BASE_ARENA_H
#define STAITHE_BASE_ARENA_H

#include "base/slice.h"

#include <stdarg.h>

struct arena;

/* A new arena; limit in bytes, 0 for none. Freed by arena_free, which accepts NULL. */
struct arena *arena_make(size_t limit) MUST_USE;
void arena_free(struct arena *arena);

/* An arena that is freed with this one, at the latest: for a thread of its own. Not to be freed by the caller. */
struct arena *arena_child(struct arena *arena) MUST_USE;

/* LARGE PIECES THAT ARE HANDED ON. From now on what this arena gives back of 2 MiB or more is kept, up to `most` bytes,
 * and taken again by it, by children made later and by arenas made beside one of them: for a job whose stages take
 * hundreds of megabytes each (pages.h). Called again for any of them, it is another bound for all, and gives what is
 * beyond it to the system; so an arena may be made ready with 0. The first time before any is shared; then any thread.
 */
void arena_keep_pages(struct arena *arena, size_t most);
/* A new arena that shares what `arena` keeps, if it does. Its life is its own. Any thread. */
struct arena *arena_beside(const struct arena *arena) MUST_USE;

/* Runs the defer list and drops all memory but the first block: for loops that reuse a scratch arena. */
void arena_reset(struct arena *arena);

/* True once more than the limit has been allocated. */
bool arena_over(const struct arena *arena);
/* Bytes handed out so far. */
size_t arena_used(const struct arena *arena);

/* Zeroed memory; count * size is checked against overflow. `align` is a power of two, at most 64. */
void *arena_alloc(struct arena *arena, size_t size, size_t count, size_t align) MUST_USE;

/* arena_new(arena, struct thing) · arena_array(arena, struct thing, n) */
#define arena_new(arena, type)          ((type *)arena_alloc((arena), sizeof(type), 1, _Alignof(type)))
#define arena_array(arena, type, count) ((type *)arena_alloc((arena), sizeof(type), (count), _Alignof(type)))

/* Grows an array in the arena to hold at least one more element. *array, *capacity are updated; the old block stays
 * allocated until the arena ends (growth doubles, so waste is bounded by the final size).
 *   ARENA_GROW(arena, list->items, list->count, list->capacity); list->items[list->count++] = item; */
#define ARENA_GROW(arena, array, count, capacity)                                                                      \
    ((count) < (capacity) ? (void)0                                                                                    \
                          : (void)((array) = arena_grow((arena), (array), (count), &(capacity), sizeof *(array))))
void *arena_grow(struct arena *arena, const void *array, size_t count, size_t *capacity, size_t size) MUST_USE;

/* Copies into the arena. arena_cstr adds a NUL (and is cut at an inner NUL by whoever reads it as a C string). */
struct slice arena_copy(struct arena *arena, struct slice s);
char *arena_cstr(struct arena *arena, struct slice s);
struct slice arena_format(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);
struct slice arena_vformat(struct arena *arena, const char *format, va_list arguments) PRINTF_LIKE(2, 0);
/* The pieces with the separator between them. */
struct slice arena_join(struct arena *arena, const struct slice *pieces, size_t count, struct slice separator);

/* A large piece, zeroed, that goes back to the system at once by arena_give_back, or with the arena: for tables of
 * megabytes that a job needs for a part of its time. (What free() is given of that size may stay with the process.)
 * Memory that was never touched costs nothing. Aligned to 64 bytes. */
void *arena_large(struct arena *arena, size_t size) MUST_USE;
void arena_give_back(struct arena *arena, void *large);

/* The same for what the caller overwrites whole: it may hold anything. Of any size; where it is small, the arena's. */
void *arena_room(struct arena *arena, size_t size) MUST_USE;

/* An array moved to a place of `wanted` bytes (no fewer than before), zeroed behind the first `size`, which are kept.
 * For tables that grow to many megabytes: from one on they lie in a large piece, whose pages move without being copied.
 * `array` is NULL and size 0, or what this function or arena_room gave and the size that was wanted then. */
void *arena_regrow(struct arena *arena, void *array, size_t size, size_t wanted) MUST_USE;
/* Gives back what arena_regrow or arena_room gave, of this size, where it is large; NULL is let pass. Gives NULL. */
void *arena_let_go(struct arena *arena, void *array, size_t size);

/* Calls release(handle) when the arena ends. arena_undefer takes the newest entry with this handle off the list
 * without calling it: for a handle that was released or handed on earlier. */
void arena_defer(struct arena *arena, void (*release)(void *handle), void *handle);
void arena_undefer(struct arena *arena, void *handle);

/* A text that grows in an arena, for output of unknown length. The text is always followed by a NUL. */
struct buffer {
    struct arena *arena;
    char *at;
    size_t len, capacity;
};
struct buffer buffer_make(struct arena *arena);
void buffer_add(struct buffer *buffer, struct slice s);
void buffer_add_byte(struct buffer *buffer, char byte);
/* In decimal; for lists of thousands, where a format would cost ten times as much. */
void buffer_add_number(struct buffer *buffer, int64_t number);
void buffer_format(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);
struct slice buffer_slice(const struct buffer *buffer);

#endif
