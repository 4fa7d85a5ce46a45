/* Written and read as a stream through one block of 64 KiB each way; memory is that and the largest row. */
#include "store/backup_format.h"

#include "base/date.h"
#include "store/driver.h"

#include <stdlib.h>

#define BLOCK ((size_t)64 << 10)

static const char kind_letters[] = {
    [VALUE_NULL] = 'n', [VALUE_INTEGER] = 'i', [VALUE_REAL] = 'r', [VALUE_TEXT] = 't', [VALUE_BYTES] = 'b'};
static const char first_line[] = "Staithe backup 1\n";

static const char *schema_word(enum store_schema schema)
{
    return schema == STORE_HUB ? "hub" : "audit";
}

/* ---- Writing ---- */

static bool flush(struct backup_writer *w, struct error *err)
{
    size_t len = w->len;
    w->len = 0;
    w->written += len;
    hash_more(&w->hash, slice_from(w->block, len));
    return len == 0 || w->write(w->context, w->block, len, err);
}

static bool put(struct backup_writer *w, const void *data, size_t size, struct error *err)
{
    const char *at = data;
    while (size > 0) {
        size_t piece = BLOCK - w->len < size ? BLOCK - w->len : size;
        memcpy(w->block + w->len, at, piece);
        w->len += piece;
        at += piece;
        size -= piece;
        if (w->len == BLOCK && !flush(w, err))
            return false;
    }
    return true;
}

static size_t varint(char out[10], uint64_t number)
{
    size_t len = 0;
    for (; number >= 0x80; number >>= 7)
        out[len++] = (char)(number | 0x80);
    out[len++] = (char)number;
    return len;
}

static bool put_number(struct backup_writer *w, uint64_t number, struct error *err)
{
    char bytes[10];
    return put(w, bytes, varint(bytes, number), err);
}

static bool put_text(struct backup_writer *w, struct slice text, struct error *err)
{
    return put_number(w, text.len, err) && put(w, text.at, text.len, err);
}

bool backup_write_start(struct backup_writer *w, enum store_schema schema, int version, int64_t made_at,
                        struct error *err)
{
    hash_start(&w->hash);
    w->written = w->len = 0;
    w->block = malloc(BLOCK);
    must(w->block);
    struct arena *arena = arena_make(0);
    struct slice head = arena_format(arena, "%sschema %s %d\nmade %.*s\n", first_line, schema_word(schema), version,
                                     PRINT(time_iso(arena, made_at)));
    bool good = put(w, head.at, head.len, err);
    arena_free(arena);
    return good;
}

bool backup_write_table(struct backup_writer *w, struct slice name, const struct backup_column *columns, size_t count,
                        struct error *err)
{
    must(count > 0 && count <= BACKUP_MOST_COLUMNS);
    bool good = put(w, "T", 1, err) && put_text(w, name, err) && put_number(w, count, err);
    for (size_t i = 0; i < count && good; i++)
        good = put_text(w, columns[i].name, err) && put(w, &kind_letters[columns[i].kind], 1, err);
    return good;
}

bool backup_write_row(struct backup_writer *w, const struct value *cells, size_t count, struct error *err)
{
    bool good = put(w, "R", 1, err);
    for (size_t i = 0; i < count && good; i++) {
        good = put(w, &kind_letters[cells[i].kind], 1, err);
        switch (cells[i].kind) {
        case VALUE_NULL:
            break;
        case VALUE_INTEGER: {
            uint64_t bits = (uint64_t)cells[i].integer;
            good = good && put_number(w, (bits << 1) ^ (uint64_t) - (int64_t)(bits >> 63), err);
            break;
        }
        case VALUE_REAL:
            good = good && put(w, &cells[i].real, 8, err);
            break;
        case VALUE_TEXT:
        case VALUE_BYTES:
            if (cells[i].text.len > BACKUP_LONGEST_CELL)
                return error_set(err, ERROR_TOO_BIG, "a value is longer than a backup can hold");
            good = good && put_text(w, cells[i].text, err);
            break;
        }
    }
    return good;
}

bool backup_write_table_end(struct backup_writer *w, int64_t rows, struct error *err)
{
    return put(w, "E", 1, err) && put_number(w, (uint64_t)rows, err);
}

bool backup_write_end(struct backup_writer *w, struct error *err)
{
    bool good = put(w, "Z", 1, err) && flush(w, err);
    if (good) {
        w->digest = hash_end(&w->hash);
        good = w->write(w->context, w->digest.bytes, sizeof w->digest.bytes, err);
        w->written += sizeof w->digest.bytes;
    }
    backup_write_drop(w);
    return good;
}

void backup_write_drop(struct backup_writer *w)
{
    free(w->block);
    w->block = NULL;
}

/* ---- Reading ---- */

struct reading {
    const struct backup_reader *to;
    struct hash_state hash; /* of all before block[unhashed] */
    uint64_t at;            /* bytes taken so far */
    char *block;
    size_t start, end, unhashed;
    struct arena *table_arena, *row_arena;
    struct backup_column *columns;
    size_t count;
    struct value *cells;
};

static bool damaged(const struct reading *r, struct error *err, const char *what)
{
    return error_set(err, ERROR_INPUT, "the backup is damaged at byte %llu (%s); take another backup",
                     (unsigned long long)r->at, what);
}

/* Exactly size bytes. The digest is taken block by block. */
static bool take(struct reading *r, void *out, size_t size, struct error *err)
{
    char *to = out;
    while (size > 0) {
        if (r->start == r->end) {
            hash_more(&r->hash, slice_from(r->block + r->unhashed, r->end - r->unhashed));
            r->start = r->end = r->unhashed = 0;
            if (!r->to->read(r->to->context, r->block, BLOCK, &r->end, err))
                return false;
            if (r->end == 0)
                return damaged(r, err, "it ends too early");
        }
        size_t piece = r->end - r->start < size ? r->end - r->start : size;
        memcpy(to, r->block + r->start, piece);
        r->start += piece;
        r->at += piece;
        to += piece;
        size -= piece;
    }
    return true;
}

static bool take_number(struct reading *r, uint64_t *ret, struct error *err)
{
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        unsigned char byte = 0;
        if (!take(r, &byte, 1, err))
            return false;
        if (shift == 63 && byte > 1)
            break;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *ret = number;
            return true;
        }
    }
    return damaged(r, err, "a number is too large");
}

/* Grows with what really comes, so that a wrong length takes no memory. */
static bool take_bytes(struct reading *r, struct arena *arena, uint64_t most, struct slice *ret, struct error *err)
{
    uint64_t len = 0;
    if (!take_number(r, &len, err))
        return false;
    if (len > most)
        return damaged(r, err, "a length is too large");
    if (len <= BLOCK) {
        char *at = arena_array(arena, char, len);
        *ret = slice_from(at, len);
        return take(r, at, len, err);
    }
    struct buffer text = buffer_make(arena);
    char piece[4096];
    for (uint64_t left = len; left > 0;) {
        size_t size = left < sizeof piece ? (size_t)left : sizeof piece;
        if (!take(r, piece, size, err))
            return false;
        buffer_add(&text, slice_from(piece, size));
        left -= size;
    }
    *ret = buffer_slice(&text);
    return true;
}

static bool take_line(struct reading *r, struct arena *arena, struct slice *ret, struct error *err)
{
    struct buffer line = buffer_make(arena);
    for (char c = 0;;) {
        if (!take(r, &c, 1, err))
            return false;
        if (c == '\n')
            break;
        if (line.len > 100 || (unsigned char)c < ' ')
            return damaged(r, err, "its head is not a backup's");
        buffer_add_byte(&line, c);
    }
    *ret = buffer_slice(&line);
    return true;
}

static bool kind_of(char letter, enum value_kind *ret)
{
    for (size_t i = 0; i < countof(kind_letters); i++)
        if (kind_letters[i] == letter) {
            *ret = (enum value_kind)i;
            return true;
        }
    return false;
}

static bool read_head(struct reading *r, struct backup_summary *sum, struct error *err)
{
    char first[sizeof first_line - 1];
    struct error early;
    if (!take(r, first, sizeof first, &early) || memcmp(first, first_line, sizeof first) != 0)
        return error_set(err, ERROR_INPUT, "the file is no backup of Staithe's, or of a later form; name another");
    struct slice schema = NO_SLICE, made = NO_SLICE, word = NO_SLICE, number;
    if (!take_line(r, r->table_arena, &schema, err) || !take_line(r, r->table_arena, &made, err))
        return false;
    int64_t version;
    if (!slice_starts(schema, S("schema ")) || !slice_starts(made, S("made ")))
        return damaged(r, err, "its head is not a backup's");
    number = slice_part(schema, 7, schema.len);
    bool hub = slice_cut(&number, ' ', &word) && slice_equal(word, S("hub"));
    if ((!hub && !slice_equal(word, S("audit"))) || !slice_integer(number, &version) || version < 1 || version > 9999)
        return damaged(r, err, "its head is not a backup's");
    sum->schema = hub ? STORE_HUB : STORE_AUDIT;
    sum->version = (int)version;
    return !r->to->start || r->to->start(r->to->context, sum->schema, sum->version, slice_part(made, 5, made.len), err);
}

static bool read_table(struct reading *r, struct error *err)
{
    struct slice name;
    uint64_t count = 0;
    arena_reset(r->table_arena);
    if (!take_bytes(r, r->table_arena, 63, &name, err) || !take_number(r, &count, err))
        return false;
    if (!store_name_fits(name) || count < 1 || count > BACKUP_MOST_COLUMNS)
        return damaged(r, err, "a table has no proper name or columns");
    r->count = count;
    r->columns = arena_array(r->table_arena, struct backup_column, count);
    r->cells = arena_array(r->table_arena, struct value, count);
    for (size_t i = 0; i < count; i++) {
        char letter = 0;
        if (!take_bytes(r, r->table_arena, 63, &r->columns[i].name, err) || !take(r, &letter, 1, err))
            return false;
        if (!store_name_fits(r->columns[i].name) || !kind_of(letter, &r->columns[i].kind) ||
            r->columns[i].kind == VALUE_NULL)
            return damaged(r, err, "a column has no proper name or kind");
    }
    return !r->to->table || r->to->table(r->to->context, name, r->columns, r->count, err);
}

static bool read_cell(struct reading *r, enum value_kind wanted, struct value *ret, struct error *err)
{
    char letter = 0;
    uint64_t bits = 0;
    if (!take(r, &letter, 1, err))
        return false;
    *ret = value_null();
    if (!kind_of(letter, &ret->kind) || (ret->kind != VALUE_NULL && ret->kind != wanted))
        return damaged(r, err, "a cell is of another kind than its column");
    switch (ret->kind) {
    case VALUE_NULL:
        return true;
    case VALUE_INTEGER:
        if (!take_number(r, &bits, err))
            return false;
        ret->integer = (int64_t)((bits >> 1) ^ -(bits & 1));
        return true;
    case VALUE_REAL:
        return take(r, &ret->real, 8, err);
    default:
        return take_bytes(r, r->row_arena, BACKUP_LONGEST_CELL, &ret->text, err);
    }
}

static bool read_row(struct reading *r, struct error *err)
{
    arena_reset(r->row_arena);
    for (size_t i = 0; i < r->count; i++)
        if (!read_cell(r, r->columns[i].kind, &r->cells[i], err))
            return false;
    return !r->to->row || r->to->row(r->to->context, r->cells, r->count, err);
}

static bool read_end(struct reading *r, struct backup_summary *sum, struct error *err)
{
    hash_more(&r->hash, slice_from(r->block + r->unhashed, r->start - r->unhashed));
    r->unhashed = r->start;
    struct hash_state before = r->hash;
    sum->digest = hash_end(&before);
    struct digest said;
    if (!take(r, said.bytes, sizeof said.bytes, err))
        return false;
    if (!digest_equal(&said, &sum->digest))
        return damaged(r, err, "its digest is not that of its bytes");
    char more;
    size_t left = r->end - r->start;
    if (left == 0 && !r->to->read(r->to->context, &more, 1, &left, err))
        return false;
    return left == 0 || damaged(r, err, "something stands behind its end");
}

static bool read_all(struct reading *r, struct backup_summary *sum, struct error *err)
{
    if (!read_head(r, sum, err))
        return false;
    int64_t rows = -1; /* of the open table; -1: none is open */
    for (;;) {
        char what;
        uint64_t said = 0;
        if (!take(r, &what, 1, err))
            return false;
        if (what == 'T' && rows < 0) {
            if (!read_table(r, err))
                return false;
            rows = 0;
            sum->tables++;
        } else if (what == 'R' && rows >= 0) {
            if (!read_row(r, err))
                return false;
            rows++;
        } else if (what == 'E' && rows >= 0) {
            if (!take_number(r, &said, err))
                return false;
            if (said != (uint64_t)rows)
                return damaged(r, err, "a table has not as many rows as it says");
            if (r->to->table_end && !r->to->table_end(r->to->context, rows, err))
                return false;
            sum->rows += rows;
            rows = -1;
        } else if (what == 'Z' && rows < 0) {
            return read_end(r, sum, err);
        } else {
            return damaged(r, err, "neither a table nor a row stands there");
        }
    }
}

bool backup_read(const struct backup_reader *reader, struct backup_summary *ret, struct error *err)
{
    struct reading r = {.to = reader, .block = malloc(BLOCK), .table_arena = arena_make(0), .row_arena = arena_make(0)};
    must(r.block);
    hash_start(&r.hash);
    struct backup_summary sum = {0};
    bool good = read_all(&r, &sum, err);
    sum.bytes = r.at;
    free(r.block);
    arena_free(r.table_arena);
    arena_free(r.row_arena);
    if (good)
        *ret = sum;
    return good;
}
