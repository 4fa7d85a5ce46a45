/* A row is parsed where it lies: the buffer holds the row whole, and its fields are slices of it. When the buffer ends
 * before the row does, the row is moved to the front, the buffer filled up, and the row parsed again from its start; so
 * the parser has no state between calls, and the repeated work stays below the work itself. Fields are touched only
 * afterwards, and only in rows that need it: doubled quotes and NUL bytes are taken out in place, and what grows
 * (Windows-1252, bad bytes becoming U+FFFD) goes to a second buffer.
 *
 * A quote that is not closed would make each following line a new candidate for the same long search. So the bytes
 * that one such search has covered are read line by line, where a quote must close on its own line: each byte is
 * parsed twice at most (test: stray_quotes_on_every_line_cost_no_more_than_two_readings). */
#include "base/csv_reader.h"

#include <stdlib.h>

/* ---- Finishing a row: what csv_parse() left in its fields is made text ---- */

/* Takes the quotes out of what stood behind an opening quote: doubled ones become one, the closing one goes, what
 * follows it stays as it is. In place. */
static struct slice unquote(struct slice s)
{
    char *out = (char *)(uintptr_t)s.at; /* inside at[], which is ours to change */
    size_t used = 0, i = 0;
    for (; i < s.len; i++) {
        const char *quote = memchr(s.at + i, '"', s.len - i);
        size_t run = quote ? (size_t)(quote - s.at) - i : s.len - i;
        memmove(out + used, s.at + i, run);
        used += run;
        i += run;
        if (i + 1 < s.len && s.at[i + 1] == '"') {
            out[used++] = '"';
            i++;
        } else if (i < s.len) {
            memmove(out + used, s.at + i + 1, s.len - i - 1);
            used += s.len - i - 1;
            break;
        }
    }
    return slice_from(out, used);
}

static struct slice without_nul(struct slice s)
{
    char *out = (char *)(uintptr_t)s.at;
    size_t used = 0;
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] != '\0')
            out[used++] = s.at[i];
    return slice_from(out, used);
}

static size_t character_start(struct slice s, size_t at)
{
    while (at > 0 && ((unsigned char)s.at[at] & 0xc0) == 0x80)
        at--;
    return at;
}

/* The field as valid UTF-8, in the side buffer; *cut when it does not fit there. */
static struct slice turned(struct csv_reader *r, struct slice s, bool *cut)
{
    bool windows = r->encoding == TEXT_WINDOWS_1252;
    char *out = r->side + r->side_used;
    size_t used = 0, room = r->side_capacity - r->side_used;
    for (size_t i = 0; i < s.len && !*cut;) {
        struct slice rest = slice_part(s, i, s.len);
        size_t good = windows ? text_ascii(rest) : text_valid_utf8(rest);
        if (good > room - used) {
            good = character_start(rest, room - used);
            *cut = true;
        }
        memcpy(out + used, rest.at, good);
        used += good;
        i += good;
        if (i == s.len || *cut)
            break;
        if (room - used < 4) {
            *cut = true;
            break;
        }
        uint32_t c = windows ? text_windows_1252_character((unsigned char)s.at[i]) : 0xfffd;
        r->row.bad_character = r->row.bad_character || c == 0xfffd;
        used += text_put_character(out + used, c);
        i++;
    }
    r->side_used += used;
    return slice_from(out, used);
}

static bool turn_fields(struct csv_reader *r, size_t row_len, struct error *err)
{
    /* Each byte becomes three at most; past max_row the content is cut, as the text of a row may not be longer. */
    size_t wanted = (row_len < r->max_row / 3 ? row_len * 3 : r->max_row) + 4;
    if (wanted > r->side_capacity) {
        if (!csv_grow(&r->side, wanted, err))
            return false;
        r->side_capacity = wanted;
    }
    r->side_used = 0;
    for (size_t i = 0; i < r->count; i++) {
        if (text_ascii(r->fields[i]) == r->fields[i].len)
            continue;
        bool cut = false;
        r->fields[i] = turned(r, r->fields[i], &cut);
        r->row.too_long = r->row.too_long || cut;
    }
    return true;
}

/* Maybe: most fields have none, and are not worth a call. */
static inline bool space_around(struct slice s)
{
    return s.len > 0 && (s.at[0] <= ' ' || s.at[s.len - 1] <= ' ');
}

static bool finish(struct csv_reader *r, const struct csv_parsed *found, struct error *err)
{
    struct slice row = slice_from(r->at + r->position, found->content_end - r->position);
    bool ascii = true, valid = true, nul = false;
    /* Looked at in one piece while it still is as it was read: its fields are valid when it is. */
    if (found->special) {
        ascii = text_ascii(row) == row.len;
        valid = ascii || (r->encoding != TEXT_WINDOWS_1252 && text_valid_utf8(row) == row.len);
        nul = memchr(row.at, '\0', row.len) != NULL;
    }
    if (!ascii && r->guess_open) {
        r->guess_open = false;
        r->encoding = valid ? TEXT_UTF8 : TEXT_WINDOWS_1252;
    }
    if (!ascii && csv_is_utf16(r)) /* Bad units were turned already. */
        r->row.bad_character = slice_search(row, S("\xef\xbf\xbd")) < row.len;
    if (found->quotes || r->trim || nul)
        for (size_t i = 0; i < r->count; i++) {
            size_t flags = r->fields[i].len & ~FIELD_LEN;
            r->fields[i].len &= FIELD_LEN;
            if (flags & UNQUOTE)
                r->fields[i] = unquote(r->fields[i]);
            if (r->trim && !(flags & QUOTED) && space_around(r->fields[i]))
                r->fields[i] = slice_trim(r->fields[i]);
            if (nul)
                r->fields[i] = without_nul(r->fields[i]);
        }
    r->row.had_nul = nul;
    r->row.text = valid ? row : NO_SLICE;
    if (!valid && !turn_fields(r, row.len, err))
        return false;
    if (row.len > r->max_field || !valid)
        for (size_t i = 0; i < r->count; i++)
            if (r->fields[i].len > r->max_field) {
                r->fields[i].len = character_start(r->fields[i], r->max_field);
                r->row.too_long = true;
            }
    return true;
}

/* Line ends in p[from, to); CR LF is one. */
static uint64_t count_lines(const char *p, size_t from, size_t to)
{
    uint64_t lines = 0;
    while ((from = csv_line_end(p, from, to)) < to) {
        from += p[from] == '\r' && from + 1 < to && p[from + 1] == '\n' ? 2 : 1;
        lines++;
    }
    return lines;
}

/* ---- Reading ---- */

/* Passes over the rest of a line, from `position` on, keeping at[0, kept). *ret_bytes: what it took of the file. */
static bool skip_line(struct csv_reader *r, size_t kept, uint64_t *ret_bytes, struct error *err)
{
    *ret_bytes = 0;
    for (;;) {
        size_t stop = csv_line_end(r->at, r->position, r->end);
        bool split = stop + 1 == r->end && r->at[stop] == '\r' && !csv_all_here(r);
        if (stop < r->end && !split) {
            size_t next = stop + 1 + (r->at[stop] == '\r' && stop + 1 < r->end && r->at[stop + 1] == '\n');
            *ret_bytes += csv_file_bytes(r, r->position, next);
            r->position = next;
            return true;
        }
        *ret_bytes += csv_file_bytes(r, r->position, stop);
        if (csv_all_here(r)) {
            r->position = r->end;
            return true;
        }
        r->dropped += stop - kept;
        memmove(r->at + kept, r->at + stop, r->end - stop); /* a CR at most */
        r->end = kept + (r->end - stop);
        r->position = kept;
        if (!csv_fill(r, err))
            return false;
    }
}

/* Bytes before `limit` that belong to a character which goes on behind it: to cut there is no fault of the file's. */
static size_t part_of_character(const struct csv_reader *r, size_t start, size_t limit)
{
    if (r->encoding == TEXT_WINDOWS_1252 || ((unsigned char)r->at[limit] & 0xc0) != 0x80)
        return 0;
    for (size_t part = 1; part < 4 && start + part <= limit; part++) {
        unsigned char c = (unsigned char)r->at[limit - part];
        if ((c & 0xc0) != 0x80)
            return c >= 0xc0 ? part : 0;
    }
    return 0;
}

/* A row that does not end within max_row: its start is given, cut; reading goes on behind its line. */
static bool take_long_row(struct csv_reader *r, struct csv_parsed *found, struct error *err)
{
    /* The fields point into the buffer; while the rest of the line streams by behind them, they must stay where they
     * are. */
    if (r->capacity - found->content_end < SKIP_ROOM) {
        if (!csv_refill(r, err))
            return false;
        must(csv_parse(r, r->dropped < r->line_mode_until, found) == CSV_PAST_LIMIT);
        must(r->capacity - found->content_end >= SKIP_ROOM);
    }
    size_t start = r->position, cut = part_of_character(r, start, found->content_end);
    if (cut && !found->too_many) /* Only then the last field that is kept ends at the cut. */
        r->fields[r->count - 1].len -= cut;
    found->content_end -= cut;
    size_t limit = found->content_end;
    uint64_t bytes = csv_file_bytes(r, start, limit), more;
    r->row.too_long = true;
    r->row.unclosed = found->in_quote;
    r->line += 1 + count_lines(r->at, start, limit);
    r->position = limit;
    r->base = NO_BLOCK;
    if (!skip_line(r, limit, &more, err))
        return false;
    found->next = r->position;
    r->position = start;
    r->row.length = bytes + more;
    return finish(r, found, err);
}

bool csv_read(struct csv_reader *r, const struct csv_row **ret_row, struct error *err)
{
    must(r->magic == CSV_MAGIC);
    for (;;) {
        if (r->position == r->end) {
            if (!csv_all_here(r) && !csv_refill(r, err))
                return false;
            if (r->position == r->end) {
                *ret_row = NULL;
                return true;
            }
        }
        uint64_t start = r->dropped + r->position;
        bool line_mode = start < r->line_mode_until;
        struct csv_parsed found;
        enum csv_outcome outcome = csv_parse(r, line_mode, &found);
        if (outcome == CSV_NEEDS_MORE) {
            if (!csv_refill(r, err))
                return false;
            continue;
        }
        if (found.in_quote && !line_mode) {
            r->line_mode_until = r->dropped + found.content_end;
            continue;
        }
        r->row = (struct csv_row){.line = r->line, .offset = r->offset};
        if (outcome == CSV_PAST_LIMIT) {
            if (!take_long_row(r, &found, err))
                return false;
        } else {
            r->row.unclosed = found.in_quote;
            r->row.too_long = found.too_many;
            r->row.length = csv_file_bytes(r, r->position, found.next);
            r->line += 1 + (found.quotes ? count_lines(r->at, r->position, found.content_end) : 0);
            if (csv_is_blank(r, &found)) {
                r->offset += r->row.length;
                r->position = found.next;
                continue;
            }
            if (!finish(r, &found, err))
                return false;
        }
        r->offset += r->row.length;
        r->position = found.next;
        r->row.fields = r->fields;
        r->row.count = r->count;
        *ret_row = &r->row;
        return true;
    }
}
