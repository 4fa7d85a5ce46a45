/* slice.h: a piece of text or bytes as pointer and length, passed by value.
 *
 * A slice never owns what it points at; whoever hands one out says how long it lives (most often: as long as an arena).
 * It is not NUL-terminated, and may hold NUL bytes. The empty slice has len 0 and may have at == NULL. All functions
 * are pure and may be called from any thread. Parsers take a slice and give back a value and the rest.
 *
 * Printing: printf("%.*s", PRINT(slice)). */
#ifndef STAITHE_BASE_SLICE_H
#define STAITHE_BASE_SLICE_H

#include "base/base.h"

#include <string.h>

struct slice {
    const char *at;
    size_t len;
};

/* S("text") is the slice of a string literal; usable in initialisers as S_INIT("text"). */
#define S(literal) ((struct slice){"" literal, sizeof(literal) - 1})
#define S_INIT(literal)                                                                                                \
    {                                                                                                                  \
        "" literal, sizeof(literal) - 1                                                                                \
    }
#define NO_SLICE     ((struct slice){NULL, 0})
#define PRINT(slice) ((int)((slice).len > 0x7fffffff ? 0x7fffffff : (slice).len)), ((slice).at ? (slice).at : "")

/* The slice of a NUL-terminated string; NULL gives the empty slice. */
static inline struct slice slice_of(const char *text)
{
    return (struct slice){text, text ? strlen(text) : 0};
}

static inline struct slice slice_from(const void *at, size_t len)
{
    return (struct slice){(const char *)at, len};
}

static inline bool slice_empty(struct slice s)
{
    return s.len == 0;
}

static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* The eight, or four, bytes at any place as one number. */
static inline uint64_t slice_word(const char *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

static inline uint32_t slice_half_word(const char *at)
{
    uint32_t half;
    memcpy(&half, at, sizeof half);
    return half;
}

/* Byte order, shorter first on a tie: below 0, 0 or above 0, as memcmp. */
int slice_compare(struct slice a, struct slice b);

/* Equal but for the case of ASCII letters. */
bool slice_equal_nocase(struct slice a, struct slice b);
bool slice_starts(struct slice s, struct slice prefix);
bool slice_ends(struct slice s, struct slice suffix);

/* Without ASCII white space at both ends. */
struct slice slice_trim(struct slice s);

/* Bytes [from, to), both clamped to the length. */
struct slice slice_part(struct slice s, size_t from, size_t to);

/* Offset of the first such byte or piece, or s.len when there is none. */
size_t slice_find(struct slice s, char byte);
size_t slice_search(struct slice s, struct slice piece);

/* What stands before the first `separator`; *rest (may alias the source's variable) is what stands after it, empty when
 * there is none. Walks a list:  while (slice_cut(&rest, ',', &part)) …   Returns false when nothing is left. */
bool slice_cut(struct slice *rest, char separator, struct slice *ret_part);

/* A whole decimal number with optional sign, nothing else; false on anything else or past 64 bits. */
bool slice_integer(struct slice s, int64_t *ret_value) MUST_USE;
/* A whole finite number as strtod reads it in the C locale, nothing else. */
bool slice_real(struct slice s, double *ret_value) MUST_USE;

#endif
