/* altered.h: a good text with one word changed, and the sentence that must come of it. */
#ifndef STAITHE_TESTS_CATALOGUE_ALTERED_H
#define STAITHE_TESTS_CATALOGUE_ALTERED_H

#include "base/arena.h"

/* The text with the first `from` replaced by `to`; `from` must be there. */
static inline struct slice altered(struct arena *arena, struct slice text, const char *from, const char *to)
{
    struct slice wanted = slice_of(from);
    size_t at = slice_search(text, wanted);
    must(at < text.len);
    return arena_format(arena, "%.*s%s%.*s", PRINT(slice_part(text, 0, at)), to,
                        PRINT(slice_part(text, at + wanted.len, text.len)));
}

/* The line on which the first `piece` of the text stands, from 1. */
static inline unsigned line_of(struct slice text, const char *piece)
{
    unsigned line = 1;
    size_t at = slice_search(text, slice_of(piece));
    must(at < text.len);
    for (size_t i = 0; i < at; i++)
        line += text.at[i] == '\n';
    return line;
}

#endif
