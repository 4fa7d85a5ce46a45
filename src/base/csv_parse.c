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

/* One row being parsed. The steps below become part of csv_parse, where this then lives in registers: as functions
 * of their own they would take a tenth longer. */
struct scan {
    const char *p;
    char delimiter;
    bool trim, all_here, final; /* final: nothing beyond the limit belongs to the row */
    size_t end, limit;
    size_t base; /* where the block begins; at the limit or beyond it was not looked at */
    struct block block;
    uint64_t fresh; /* bits of the block that belong to this row */
    uint64_t stops; /* separators that are still to come in the block */
    uint64_t special;
};

INLINED struct scan scan_begin(const struct csv_reader *r, bool line_mode)
{
    size_t start = r->position;
    struct scan s = {.p = r->at,
                     .delimiter = r->delimiter,
                     .trim = r->trim,
                     .all_here = csv_all_here(r),
                     .end = r->end,
                     .limit = r->end - start > r->max_row ? start + r->max_row : r->end,
                     .base = r->base,
                     .block = r->block};
    s.final = s.all_here && s.limit == s.end;
    if (line_mode) {
        size_t stop = csv_line_end(s.p, start, s.limit);
        s.final = s.final || stop < s.limit;
        s.limit = stop;
    }
    if (s.base == NO_BLOCK || start - s.base >= 64) {
        s.base = start;
        s.block = look(s.p + s.base, s.delimiter);
    }
    s.fresh = bits_from(start - s.base);
    s.stops = s.block.stops & s.fresh;
    return s;
}

/* False at the limit. */
INLINED bool next_block(struct scan *s)
{
    s->special |= s->block.special & s->fresh;
    s->fresh = ~(uint64_t)0;
    s->base += 64;
    if (s->base >= s->limit)
        return false;
    s->block = look(s->p + s->base, s->delimiter);
    return true;
}

enum quote { QUOTE_CLOSED, QUOTE_OPEN, QUOTE_NEEDS_MORE };

/* From behind the opening quote to the one that closes it, over doubled ones. */
INLINED enum quote quote_end(struct scan *s, size_t open, size_t *flags, size_t *ret_close)
{
    for (size_t from = open, at;; from = at + 2) {
        while (from - s->base >= 64)
            if (!next_block(s))
                return QUOTE_OPEN;
        uint64_t quotes = s->block.quotes & bits_from(from - s->base);
        while (!quotes) {
            if (!next_block(s))
                return QUOTE_OPEN;
            quotes = s->block.quotes;
        }
        at = s->base + (size_t)__builtin_ctzll(quotes);
        if (at >= s->limit)
            return QUOTE_OPEN;
        if (at + 1 == s->end && !s->all_here)
            return QUOTE_NEEDS_MORE; /* Whether it is doubled shows in the next byte. */
        if (s->p[at + 1] != '"') {
            s->stops = at + 1 - s->base < 64 ? s->block.stops & bits_from(at + 1 - s->base) : 0;
            *ret_close = at;
            return QUOTE_CLOSED;
        }
        *flags |= UNQUOTE;
    }
}

/* The next separator or line end, or the limit. */
INLINED size_t next_stop(struct scan *s)
{
    while (!s->stops) {
        if (!next_block(s))
            return s->limit;
        s->stops = s->block.stops;
    }
    size_t stop = s->base + (size_t)__builtin_ctzll(s->stops);
    s->stops &= s->stops - 1;
    return stop < s->limit ? stop : s->limit;
}

/* Whether a field in quotes is all that stands between its separators. */
INLINED bool closed_whole(const struct scan *s, size_t close, size_t stop)
{
    size_t after = close + 1;
    while (s->trim && after < stop && (s->p[after] == ' ' || s->p[after] == '\t'))
        after++;
    return stop == after;
}

INLINED void field_add(struct csv_reader *r, size_t count, struct slice field)
{
    if (count == r->fields_capacity) {
        r->count = count;
        fields_grow(r);
    }
    r->fields[count] = field;
}

/* The row ends at `stop`, or what is to be seen of it. */
INLINED enum csv_outcome row_end(struct csv_reader *r, const struct scan *s, size_t stop, struct csv_parsed *found)
{
    size_t next = stop;
    if (stop == s->limit && !s->final) {
        r->base = NO_BLOCK;
        found->content_end = found->next = s->limit;
        found->special = true;
        return s->end - r->position > r->max_row ? CSV_PAST_LIMIT : CSV_NEEDS_MORE;
    }
    if (next < s->end) {
        if (s->p[next] == '\r') {
            if (next + 1 == s->end && !s->all_here) {
                r->base = NO_BLOCK;
                return CSV_NEEDS_MORE;
            }
            next += next + 1 < s->end && s->p[next + 1] == '\n';
        }
        next++;
    }
    uint64_t special = s->special;
    if (stop > s->base)
        special |= s->block.special & s->fresh & (stop - s->base < 64 ? ~bits_from(stop - s->base) : ~(uint64_t)0);
    r->base = s->base < s->limit ? s->base : NO_BLOCK;
    r->block = s->block;
    found->content_end = stop;
    found->next = next;
    found->special = special != 0;
    return CSV_ROW;
}

enum csv_outcome csv_parse(struct csv_reader *r, bool line_mode, struct csv_parsed *ret)
{
    struct scan s = scan_begin(r, line_mode);
    const size_t max_fields = r->max_fields;
    size_t field = r->position, count = 0;
    bool in_quote = false, any_quotes = false, too_many = false;
    for (;;) {
        size_t open = field, close = 0, flags = 0;
        if (s.trim)
            while (open < s.limit && (s.p[open] == ' ' || (s.p[open] == '\t' && s.delimiter != '\t')))
                open++;
        if (open < s.limit && s.p[open] == '"') {
            any_quotes = true;
            flags = QUOTED;
            open++;
            enum quote quote = quote_end(&s, open, &flags, &close);
            if (quote == QUOTE_NEEDS_MORE) {
                r->base = NO_BLOCK;
                return CSV_NEEDS_MORE;
            }
            in_quote = quote == QUOTE_OPEN;
        } else {
            open = field;
        }
        size_t stop = in_quote ? s.limit : next_stop(&s), len = stop - open;
        if (flags) {
            if (in_quote || !closed_whole(&s, close, stop))
                flags |= UNQUOTE;
            else
                len = close - open;
        }
        if (count < max_fields) {
            field_add(r, count++, (struct slice){s.p + open, len | flags});
        } else {
            too_many = true;
        }
        if (stop < s.limit && s.p[stop] == s.delimiter) {
            field = stop + 1;
            continue;
        }
        r->count = count;
        *ret = (struct csv_parsed){.in_quote = in_quote, .quotes = any_quotes, .too_many = too_many};
        return row_end(r, &s, stop, ret);
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
