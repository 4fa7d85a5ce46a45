#include "base/slice.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

_Noreturn void must_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "staithe: a promise inside the program does not hold: %s (%s:%d); please report this line.\n",
            condition, file, line);
    abort();
}

void array_sort(void *items, size_t count, size_t size, int (*order)(const void *a, const void *b))
{
    if (count > 1) /* qsort(3) may not be given NULL, even for nothing */
        qsort(items, count, size, order);
}

static unsigned char lower(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 'A' && u <= 'Z' ? (unsigned char)(u + 32) : u;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

int slice_compare(struct slice a, struct slice b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.at, b.at, shorter) : 0;
    if (order != 0)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

bool slice_equal_nocase(struct slice a, struct slice b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.at[i]) != lower(b.at[i]))
            return false;
    return true;
}

bool slice_starts(struct slice s, struct slice prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.at, prefix.at, prefix.len) == 0);
}

bool slice_ends(struct slice s, struct slice suffix)
{
    return s.len >= suffix.len && (suffix.len == 0 || memcmp(s.at + (s.len - suffix.len), suffix.at, suffix.len) == 0);
}

struct slice slice_trim(struct slice s)
{
    while (s.len > 0 && is_space(s.at[0])) {
        s.at++;
        s.len--;
    }
    while (s.len > 0 && is_space(s.at[s.len - 1]))
        s.len--;
    return s;
}

struct slice slice_part(struct slice s, size_t from, size_t to)
{
    if (to > s.len)
        to = s.len;
    if (from > to)
        from = to;
    return (struct slice){s.at ? s.at + from : NULL, to - from};
}

size_t slice_find(struct slice s, char byte)
{
    const char *hit = s.len ? memchr(s.at, byte, s.len) : NULL;
    return hit ? (size_t)(hit - s.at) : s.len;
}

size_t slice_search(struct slice s, struct slice piece)
{
    if (piece.len == 0)
        return 0;
    for (size_t i = 0; i + piece.len <= s.len; i++)
        if (memcmp(s.at + i, piece.at, piece.len) == 0)
            return i;
    return s.len;
}

bool slice_cut(struct slice *rest, char separator, struct slice *ret_part)
{
    if (rest->at == NULL)
        return false;
    size_t end = slice_find(*rest, separator);
    *ret_part = slice_part(*rest, 0, end);
    *rest = end == rest->len ? NO_SLICE : slice_part(*rest, end + 1, rest->len);
    return true;
}

bool slice_integer(struct slice s, int64_t *ret_value)
{
    bool negative = s.len > 0 && s.at[0] == '-';
    size_t i = s.len > 0 && (s.at[0] == '-' || s.at[0] == '+');
    if (i == s.len)
        return false;
    int64_t value = 0;
    for (; i < s.len; i++) {
        int digit = s.at[i] - '0';
        if (digit < 0 || digit > 9)
            return false;
        /* Built up on the negative side, which reaches one further. */
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, digit, &value))
            return false;
    }
    if (!negative && __builtin_sub_overflow((int64_t)0, value, &value))
        return false;
    *ret_value = value;
    return true;
}

bool slice_real(struct slice s, double *ret_value)
{
    char text[64];
    if (s.len == 0 || s.len >= sizeof text || is_space(s.at[0]))
        return false;
    memcpy(text, s.at, s.len);
    text[s.len] = '\0';
    if (strspn(text, "+-0123456789.eE") != s.len)
        return false;
    char *end;
    double value = strtod(text, &end);
    if (end != text + s.len || !isfinite(value))
        return false;
    *ret_value = value;
    return true;
}
