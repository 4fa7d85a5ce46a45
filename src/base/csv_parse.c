/* Speed: 64 bytes at a time are turned into bit masks of separators, quotes, and bytes that need care (NUL and
 * everything beyond ASCII), with SSE2 where there is one; the masks outlive the row, so each byte is looked at once. A
 * quote matters at the start of a field only, so the usual trick of a running parity of quotes does not fit. Measured:
 * see bench/README.md.
 *
 * What a row is depends on the bytes alone, never on how they were cut into pieces: a row may use max_row bytes, and
 * whether it ends within them is decided only once that many, or the end, are in the buffer. */
#include "base/csv_reader.h"

#if defined __SSE2__
#include <emmintrin.h>
#endif

#if defined __SSE2__

static inline struct block look(const char *at, char delimiter)
{
    const __m128i d = _mm_set1_epi8(delimiter), lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r'),
                  quote = _mm_set1_epi8('"'), zero = _mm_setzero_si128();
    struct block b = {0, 0, 0};
    for (unsigned i = 0; i < 4; i++) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(at + (size_t)16 * i));
        __m128i stop = _mm_or_si128(_mm_cmpeq_epi8(v, d), _mm_or_si128(_mm_cmpeq_epi8(v, lf), _mm_cmpeq_epi8(v, cr)));
        b.stops |= (uint64_t)(uint32_t)_mm_movemask_epi8(stop) << 16 * i;
        b.quotes |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, quote)) << 16 * i;
        b.special |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_or_si128(v, _mm_cmpeq_epi8(v, zero))) << 16 * i;
    }
    return b;
}

#else

static inline struct block look(const char *at, char delimiter)
{
    struct block b = {0, 0, 0};
    for (unsigned i = 0; i < 64; i++) {
        char c = at[i];
        b.stops |= (uint64_t)(c == delimiter || c == '\n' || c == '\r') << i;
        b.quotes |= (uint64_t)(c == '"') << i;
        b.special |= (uint64_t)(c == '\0' || (unsigned char)c >= 0x80) << i;
    }
    return b;
}

#endif

/* Bits from `from` (below 64) upwards. */
static inline uint64_t bits_from(size_t from)
{
    return ~(uint64_t)0 << from;
}

size_t csv_line_end(const char *p, size_t from, size_t to)
{
    const char *lf = memchr(p + from, '\n', to - from);
    size_t end = lf ? (size_t)(lf - p) : to;
    const char *cr = memchr(p + from, '\r', end - from);
    return cr ? (size_t)(cr - p) : end;
}

static void fields_grow(struct csv_reader *r)
{
    r->fields = arena_grow(r->arena, r->fields, r->count, &r->fields_capacity, sizeof *r->fields);
}

enum csv_outcome csv_parse(struct csv_reader *r, bool line_mode, struct csv_parsed *ret)
{
    const char *p = r->at;
    const char delimiter = r->delimiter;
    const size_t start = r->position, end = r->end, max_fields = r->max_fields;
    const bool all_here = csv_all_here(r);
    size_t limit = end - start > r->max_row ? start + r->max_row : end;
    bool final = all_here && limit == end;
    if (line_mode) {
        size_t stop = csv_line_end(p, start, limit);
        final = final || stop < limit;
        limit = stop;
    }
    struct block block = r->block;
    size_t base = r->base;
    if (base == NO_BLOCK || start - base >= 64) {
        base = start;
        block = look(p + base, delimiter);
    }
    uint64_t fresh = bits_from(start - base); /* bits of the block that belong to this row */
    uint64_t stops = block.stops & fresh, special = 0;
    size_t field = start, count = 0, at;
    bool in_quote = false, any_quotes = false, too_many = false;
    for (;;) {
        size_t open = field, close = 0;
        size_t flags = 0;
        if (r->trim)
            while (open < limit && (p[open] == ' ' || (p[open] == '\t' && delimiter != '\t')))
                open++;
        if (open < limit && p[open] == '"') {
            any_quotes = in_quote = true;
            flags = QUOTED;
            open++;
            for (size_t from = open;; from = at + 2) {
                while (from - base >= 64) {
                    special |= block.special & fresh;
                    fresh = ~(uint64_t)0;
                    base += 64;
                    if (base >= limit)
                        break;
                    block = look(p + base, delimiter);
                }
                if (base >= limit)
                    break;
                uint64_t quotes = block.quotes & bits_from(from - base);
                while (!quotes) {
                    special |= block.special & fresh;
                    fresh = ~(uint64_t)0;
                    base += 64;
                    if (base >= limit)
                        break;
                    block = look(p + base, delimiter);
                    quotes = block.quotes;
                }
                at = quotes ? base + (size_t)__builtin_ctzll(quotes) : limit;
                if (at >= limit)
                    break;
                if (at + 1 == end && !all_here) {
                    r->base = NO_BLOCK;
                    return CSV_NEEDS_MORE; /* Whether it is doubled shows in the next byte. */
                }
                if (p[at + 1] != '"') {
                    in_quote = false;
                    close = at;
                    break;
                }
                flags |= UNQUOTE;
            }
            if (!in_quote)
                stops = close + 1 - base < 64 ? block.stops & bits_from(close + 1 - base) : 0;
        } else {
            open = field;
        }
        size_t stop = limit;
        if (!in_quote) {
            while (!stops) {
                special |= block.special & fresh;
                fresh = ~(uint64_t)0;
                base += 64;
                if (base >= limit)
                    break;
                block = look(p + base, delimiter);
                stops = block.stops;
            }
            if (stops) {
                stop = base + (size_t)__builtin_ctzll(stops);
                stops &= stops - 1;
                if (stop > limit)
                    stop = limit;
            }
        }
        size_t len = stop - open;
        if (flags) {
            size_t after = close + 1;
            while (r->trim && after < stop && (p[after] == ' ' || p[after] == '\t'))
                after++;
            if (in_quote || stop != after)
                flags |= UNQUOTE;
            else
                len = close - open;
        }
        if (count < max_fields) {
            if (count == r->fields_capacity) {
                r->count = count;
                fields_grow(r);
            }
            r->fields[count++] = (struct slice){p + open, len | flags};
        } else {
            too_many = true;
        }
        if (stop < limit && p[stop] == delimiter) {
            field = stop + 1;
            continue;
        }
        /* The row ends here, or what is to be seen of it. */
        size_t next = stop;
        if (stop == limit && !final) {
            r->base = NO_BLOCK;
            r->count = count;
            *ret = (struct csv_parsed){limit, limit, in_quote, any_quotes, true, too_many};
            return end - start > r->max_row ? CSV_PAST_LIMIT : CSV_NEEDS_MORE;
        }
        if (next < end) {
            if (p[next] == '\r') {
                if (next + 1 == end && !all_here) {
                    r->base = NO_BLOCK;
                    return CSV_NEEDS_MORE;
                }
                next += next + 1 < end && p[next + 1] == '\n';
            }
            next++;
        }
        if (stop > base)
            special |= block.special & fresh & (stop - base < 64 ? ~bits_from(stop - base) : ~(uint64_t)0);
        r->base = base < limit ? base : NO_BLOCK; /* Past the limit the block was not looked at. */
        r->block = block;
        r->count = count;
        *ret = (struct csv_parsed){stop, next, in_quote, any_quotes, special != 0, too_many};
        return CSV_ROW;
    }
}

bool csv_is_blank(const struct csv_reader *r, const struct csv_parsed *found)
{
    if (r->count != 1 || found->quotes)
        return false;
    struct slice text = slice_trim((struct slice){r->fields[0].at, r->fields[0].len & FIELD_LEN});
    /* Control-Z ends files of old systems. */
    return text.len == 0 || (text.len == 1 && text.at[0] == 0x1a && found->next == r->end && csv_all_here(r));
}
