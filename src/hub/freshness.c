/* How old a thing is, in words: one wording for the pages and the commands. */
#include "hub/hub.h"

struct slice freshness_words(struct date as_at, int64_t received_at, struct arena *arena)
{
    if (date_known(as_at))
        return arena_format(arena, "as at %.*s", PRINT(date_words(arena, as_at)));
    if (received_at)
        return arena_format(arena, "received %.*s", PRINT(date_words(arena, date_of_time(received_at))));
    return S("not landed yet");
}

struct slice evidence_words(const struct evidence *e, struct arena *arena)
{
    if (!e->source)
        return NO_SLICE;
    if (!date_known(e->confirmed))
        return freshness_words(e->as_at, e->received_at, arena);
    struct slice confirmed = date_words(arena, e->confirmed);
    if (date_known(e->as_at))
        return arena_format(arena, "since %.*s, confirmed %.*s", PRINT(date_words(arena, e->as_at)), PRINT(confirmed));
    return arena_format(arena, "%.*s, confirmed %.*s", PRINT(freshness_words(NO_DATE, e->received_at, arena)),
                        PRINT(confirmed));
}

struct slice evidence_words_in_full(const struct evidence *e, struct arena *arena)
{
    struct slice words = evidence_words(e, arena);
    return e->stale && words.len ? arena_format(arena, "%.*s, " STALE_WORDS, PRINT(words)) : words;
}
