/* error.h: the one error type.
 *
 * Every fallible function returns bool (true: done), takes `struct error *err` as its last argument, and is MUST_USE.
 * The error is set once, where the fault happens, as one sentence for a person: what is wrong, where, what to do. On
 * the way up it may be wrapped with context ("landing gp_list: …"). err may not be NULL. Out-parameters are called
 * ret_* and are written on success only.
 *
 *     if (!file_read(host, path, arena, &ret, err))
 *         return error_wrap(err, "reading the contract %.*s", PRINT(path));
 *     return error_set(err, ERROR_INPUT, "the column %.*s stands twice; keep one of them", PRINT(name));
 *
 * Each code maps to one HTTP status and one exit status (sysexits.h where one fits), listed in error.c and in the
 * manual. Values are small and live on the stack. */
#ifndef STAITHE_BASE_ERROR_H
#define STAITHE_BASE_ERROR_H

#include "base/slice.h"

enum error_code {
    ERROR_NONE,
    ERROR_USAGE,         /* the command or request is not one we know      400 · exit 64 */
    ERROR_INPUT,         /* a file, field or text that does not fit        422 · exit 65 */
    ERROR_NOT_FOUND,     /* no such thing, or not for this grant           404 · exit 66 */
    ERROR_NOT_SIGNED_IN, /* nobody is signed in                            401 · exit 77 */
    ERROR_DENIED,        /* no agreement or role allows it                 403 · exit 77 */
    ERROR_CONFLICT,      /* somebody else changed it first                 409 · exit 75 */
    ERROR_HELD,          /* waits for a person's word                      409 · exit 3  */
    ERROR_TOO_MANY,      /* throttled; try later                           429 · exit 75 */
    ERROR_TOO_BIG,       /* past a stated limit                            413 · exit 65 */
    ERROR_BUSY,          /* the writer or the database is taken or away    503 · exit 75 */
    ERROR_FULL,          /* the disk is full                               507 · exit 74 */
    ERROR_IO,            /* reading, writing or syncing failed             500 · exit 74 */
    ERROR_STORE,         /* the database refused                           500 · exit 70 */
    ERROR_CANCELLED,     /* stopped on request                             499 · exit 130 */
};

struct error {
    enum error_code code;
    char file[160];        /* the place in the input, empty when there is none */
    uint64_t line, column; /* from 1; 0 when unknown */
    char text[640];        /* one sentence without a full stop at its end, UTF-8, cut at a character's border */
};

#define NO_ERROR ((struct error){.code = ERROR_NONE})

/* Both return false, so that a caller can write `return error_set(…)`. */
bool error_set(struct error *err, enum error_code code, const char *format, ...) PRINTF_LIKE(3, 4);
bool error_set_at(struct error *err, enum error_code code, struct slice file, uint64_t line, uint64_t column,
                  const char *format, ...) PRINTF_LIKE(6, 7);
/* Puts "context: " before the sentence; keeps the code and the place. Returns false. */
bool error_wrap(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);
/* The sentence of a failed system call: ENOSPC and EDQUOT give ERROR_FULL, ENOENT ERROR_NOT_FOUND, the rest ERROR_IO.
 * `what` says what was being done, as in "writing county.db". Returns false. */
bool error_from_errno(struct error *err, int errno_value, const char *what, ...) PRINTF_LIKE(3, 4);

/* clang-tidy reads one source at a time and cannot know that these return false: it is told so here, else it finds
 * paths on which a failed call succeeded. */
#if defined __clang_analyzer__ && !defined STAITHE_ERROR_C
static inline bool error_is_false(bool said)
{
    (void)said;
    return false;
}
#define error_set(...)        error_is_false(error_set(__VA_ARGS__))
#define error_set_at(...)     error_is_false(error_set_at(__VA_ARGS__))
#define error_wrap(...)       error_is_false(error_wrap(__VA_ARGS__))
#define error_from_errno(...) error_is_false(error_from_errno(__VA_ARGS__))
#endif

int error_http_status(enum error_code code);
int error_exit_status(enum error_code code);
/* "file:line:column: text." into `out`, always NUL-terminated. */
void error_print(const struct error *err, char *out, size_t size);

#endif
