/* What the file is, from its first 64 KiB: text at all, encoding, delimiter. A file of another program (spreadsheet,
 * PDF, archive) is told by its first bytes, because "save it as CSV" helps where "column 1 is not a date" does not. */
#include "base/csv_reader.h"

static const struct {
    struct slice start;
    const char *what;
} not_text[] = {
    {S_INIT("PK\x03\x04"), "a ZIP archive or a spreadsheet (.xlsx)"},
    {S_INIT("\xd0\xcf\x11\xe0"), "an old spreadsheet or document (.xls, .doc)"},
    {S_INIT("%PDF-"), "a PDF"},
    {S_INIT("\x1f\x8b"), "a gzip archive"},
    {S_INIT("\xfd"
            "7zXZ"),
     "an xz archive"},
    {S_INIT("7z\xbc\xaf"), "a 7z archive"},
    {S_INIT("SQLite format 3"), "an SQLite database"},
    {S_INIT("\x7f"
            "ELF"),
     "a program"},
    {S_INIT("\x89PNG"), "a picture"},
    {S_INIT("\xff\xd8\xff"), "a picture"},
    {S_INIT("PAR1\x15"), "a Parquet file"},
};

static bool looks_like_text(struct slice start, char delimiter, struct error *err)
{
    for (size_t i = 0; i < countof(not_text); i++)
        if (slice_starts(start, not_text[i].start))
            return error_set(err, ERROR_INPUT, "this is no delimited text but %s; save or unpack it as CSV first",
                             not_text[i].what);
    size_t controls = 0;
    for (size_t i = 0; i < start.len; i++) {
        unsigned char c = (unsigned char)start.at[i];
        controls += c < 0x20 && c != '\0' && (c < '\t' || c > '\r') && start.at[i] != delimiter;
    }
    if (controls >= 8 && controls > start.len / 32)
        return error_set(err, ERROR_INPUT,
                         "this is a binary file and no delimited text; export it from its program as CSV");
    return true;
}

/* "sep=;" in the first line, as spreadsheets write it: taken off. */
static void take_separator_line(struct csv_reader *r, char *delimiter)
{
    struct slice text = slice_from(r->at + r->position, r->end - r->position);
    if (text.len < 6 || !slice_equal_nocase(slice_part(text, 0, 4), S("sep=")))
        return;
    char c = text.at[4];
    size_t line = text.at[5] == '\r' && text.len > 6 && text.at[6] == '\n' ? 7 : 6;
    if ((text.at[5] != '\r' && text.at[5] != '\n') || !c || strchr("\"\r\n", c) || (unsigned char)c >= 0x80)
        return;
    if (!*delimiter)
        *delimiter = c;
    r->offset += csv_file_bytes(r, r->position, r->position + line);
    r->position += line;
    r->line = 2;
}

/* The delimiter under which the most of the first rows have as many fields as the first, more than one; then the one
 * with more fields. */
static char guess_delimiter(struct csv_reader *r)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    char best = ',';
    size_t best_rows = 0, best_fields = 1, from = r->position;
    for (size_t i = 0; i < countof(candidates); i++) {
        r->delimiter = candidates[i];
        r->base = NO_BLOCK;
        size_t rows = 0, fields = 0;
        struct csv_parsed found;
        for (size_t n = 0; n < 20 && r->position < r->end && csv_parse(r, false, &found) == CSV_ROW; n++) {
            if (!csv_is_blank(r, &found)) {
                fields = fields ? fields : r->count;
                rows += r->count == fields && !found.in_quote;
            }
            r->position = found.next;
        }
        r->position = from;
        if (fields > 1 && (rows > best_rows || (rows == best_rows && fields > best_fields))) {
            best = candidates[i];
            best_rows = rows;
            best_fields = fields;
        }
    }
    r->base = NO_BLOCK;
    return best;
}

static bool start_reading(struct csv_reader *r, const struct csv_options *options, struct error *err)
{
    while (!r->ended && r->end < GUESSED_FROM) {
        size_t got;
        if (!csv_pull(r, r->at + r->end, GUESSED_FROM - r->end, &got, err))
            return false;
        r->end += got;
    }
    struct slice start = slice_from(r->at, r->end);
    size_t mark;
    enum text_encoding guessed = text_guess(start, r->ended, &mark);
    r->encoding = options->encoding_given ? options->encoding : guessed;
    /* A mark that speaks against the given encoding is left as it is, but UTF-8's own is no text in Windows-1252
     * either. */
    if (r->encoding != guessed && !(r->encoding == TEXT_WINDOWS_1252 && guessed == TEXT_UTF8))
        mark = 0;
    r->guess_open = !options->encoding_given && r->encoding == TEXT_UTF8 && mark == 0;
    for (size_t i = 0; i < r->end && r->guess_open; i++)
        r->guess_open = (unsigned char)r->at[i] < 0x80;
    char delimiter = options->delimiter;
    if ((unsigned char)delimiter >= 0x80 && r->encoding != TEXT_WINDOWS_1252)
        return error_set(err, ERROR_USAGE,
                         "the delimiter is a byte beyond ASCII, which works in Windows-1252 only; use another one");
    if (!csv_is_utf16(r) && !looks_like_text(start, delimiter, err))
        return false;
    if (csv_is_utf16(r)) {
        if (!csv_grow(&r->raw, TAIL, err))
            return false;
        r->raw_len = r->end - mark;
        memcpy(r->raw, r->at + mark, r->raw_len);
        r->end = 0;
    } else {
        r->position = mark;
    }
    r->offset = mark;
    if (!csv_fill(r, err))
        return false;
    take_separator_line(r, &delimiter);
    r->delimiter = delimiter ? delimiter : guess_delimiter(r);
    return true;
}

bool csv_open(csv_source *source, void *context, const struct csv_options *options, struct arena *arena,
              struct csv_reader **ret, struct error *err)
{
    static const struct csv_options usual = {0};
    if (!options)
        options = &usual;
    if (options->delimiter && strchr("\"\r\n", options->delimiter))
        return error_set(err, ERROR_USAGE, "the delimiter can be neither a quote nor a line end; use , ; | or a tab");
    struct csv_reader *r = arena_new(arena, struct csv_reader);
    *r = (struct csv_reader){.magic = CSV_MAGIC,
                             .source = source,
                             .context = context,
                             .arena = arena,
                             .max_field = options->max_field ? options->max_field : (size_t)1 << 20,
                             .max_row = options->max_row ? options->max_row : (size_t)4 << 20,
                             .max_fields = options->max_fields ? options->max_fields : 4096,
                             .trim = options->trim,
                             .base = NO_BLOCK,
                             .line = 1,
                             .capacity = FIRST_CAPACITY};
    must(r->max_row < SIZE_MAX / 8);
    arena_defer(arena, csv_free, r);
    if (!csv_grow(&r->at, r->capacity + PADDING, err) || !start_reading(r, options, err))
        return false;
    *ret = r;
    return true;
}

static bool read_host_file(void *context, void *out, size_t size, size_t *ret_read, struct error *err)
{
    return host_read(context, out, size, ret_read, err);
}

bool csv_open_file(struct host_file *file, const struct csv_options *options, struct arena *arena,
                   struct csv_reader **ret, struct error *err)
{
    return csv_open(read_host_file, file, options, arena, ret, err);
}

char csv_delimiter(const struct csv_reader *reader)
{
    return reader->delimiter;
}

enum text_encoding csv_encoding(const struct csv_reader *reader)
{
    return reader->encoding;
}

uint64_t csv_offset(const struct csv_reader *reader)
{
    return reader->offset;
}
