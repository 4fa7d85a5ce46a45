/* The CSV reader on any bytes. The first bytes of the input choose the options and the sizes of the pieces that the
 * source hands out. Read twice, once in pieces and once whole: both must give the same rows, whose places join up to
 * the file, whose fields are valid UTF-8 without NUL; and what is written from them is read back. */
#include "base/csv.h"
#include "base/hash.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct pieces {
    const uint8_t *at;
    size_t left;
    uint32_t seed; /* 0: all at once */
};

static bool give(void *context, void *out, size_t size, size_t *ret_read, struct error *err)
{
    (void)err;
    struct pieces *p = context;
    size_t most = size;
    if (p->seed) {
        p->seed = p->seed * 1664525 + 1013904223;
        most = 1 + (p->seed >> 16) % ((p->seed & 0x100) ? 7 : 5000);
    }
    size_t n = most < size ? most : size;
    n = n < p->left ? n : p->left;
    if (n)
        memcpy(out, p->at, n);
    p->at += n;
    p->left -= n;
    *ret_read = n;
    return true;
}

/* Reads all and gives a digest of what came. */
static uint64_t read_all(struct pieces pieces, const struct csv_options *options, bool write_back)
{
    struct arena *arena = arena_make(0), *scratch = arena_make(0);
    struct csv_reader *reader, *again;
    struct error err;
    const struct csv_row *row, *same;
    uint64_t digest = 0, next = 0, line = 0, rows = 0, size = pieces.left;
    if (!csv_open(give, &pieces, options, arena, &reader, &err)) {
        digest = hash64(slice_of(err.text), 1);
        goto out;
    }
    while (csv_read(reader, &row, &err) && row) {
        must(row->offset >= next && row->length > 0 && row->line > line && row->count > 0);
        next = row->offset + row->length;
        must(next == csv_offset(reader) && next <= size);
        line = row->line;
        for (size_t i = 0; i < row->count; i++) {
            struct slice f = row->fields[i];
            must(text_valid_utf8(f) == f.len && f.len <= options->max_field);
            must(!f.len || !memchr(f.at, '\0', f.len));
            digest = hash64(f, digest + 1);
        }
        uint64_t place[] = {row->offset, row->length, row->line, row->count,
                            (uint64_t)(row->too_long + 2 * row->unclosed + 4 * row->had_nul + 8 * row->bad_character)};
        digest = hash64(slice_from(place, sizeof place), digest);
        if (write_back && rows++ < 10) {
            struct buffer out = buffer_make(scratch);
            csv_write_row(&out, &S("header"), 1, false); /* Marks and "sep=" stand at the very start only. */
            csv_write_row(&out, row->fields, row->count, false);
            struct slice text = buffer_slice(&out);
            struct pieces p = {(const uint8_t *)text.at, text.len, 0};
            struct csv_options plain = {.delimiter = ',', .encoding_given = true, .max_fields = 1 << 20};
            bool binary = !csv_open(give, &p, &plain, scratch, &again, &err);
            if (!binary) {
                must(csv_read(again, &same, &err) && same);
                must(csv_read(again, &same, &err) && same && same->count == row->count);
                for (size_t i = 0; i < row->count; i++)
                    must(slice_equal(row->fields[i], same->fields[i]));
            }
            arena_reset(scratch);
        }
    }
    must(csv_offset(reader) == size);
out:
    arena_free(scratch);
    arena_free(arena);
    return digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    static const char delimiters[] = {0, ',', ';', '\t'};
    struct csv_options options = {
        .delimiter = delimiters[data[0] & 3],
        .trim = data[0] & 4,
        .encoding_given = data[0] & 8,
        .encoding = (enum text_encoding)(data[0] >> 4 & 3),
        .max_field = 1 + (size_t)data[1] * 4,
        .max_row = data[2] ? 4 + (size_t)data[2] * 8 : (size_t)1 << 20,
        .max_fields = 1 + (size_t)(data[3] >> 4),
    };
    struct pieces whole = {data + 4, size - 4, 0}, parts = {data + 4, size - 4, 1 + (uint32_t)data[3] * 7919};
    must(read_all(whole, &options, true) == read_all(parts, &options, false));
    return 0;
}
