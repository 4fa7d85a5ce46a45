/* base.h: the few words that every file uses.
 *
 * MUST_USE marks each function whose result may not be dropped. must() is an assertion that stays on in production:
 * it is for what cannot be, never for bad input. countof() counts the elements of an array, array_sort sorts one. */
#ifndef STAITHE_BASE_BASE_H
#define STAITHE_BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))
/* For arrays in inner loops of which only what was written is read: the compiler fills all others with zeros. */
#define UNINITIALIZED __attribute__((uninitialized))
/* Part of its caller whatever the compiler holds: for what only calls for memory, since calls of what has no effect are
 * taken out; for loops that live in registers; for bodies that are compiled for more than one processor. */
#define INLINED           static inline __attribute__((always_inline))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a), nonnull(f)))
#define countof(array)    (sizeof(array) / sizeof((array)[0]))

#define must(condition) ((condition) ? (void)0 : must_failed(#condition, __FILE__, __LINE__))

/* Where the program cannot come: never("the word is one of column_words"). */
#define never(words) must_failed(words, __FILE__, __LINE__)

/* Prints the broken assumption to standard error and aborts. Never returns. */
_Noreturn void must_failed(const char *condition, const char *file, int line);

/* Sorts in place, as qsort(3) does, but an empty array may be NULL: an array that nothing was put into has no place. */
void array_sort(void *items, size_t count, size_t size, int (*order)(const void *a, const void *b));

#endif
