/* link_read.c: rows in batches. While one batch's columns are coded, each on whichever thread is free, the next batch
 * is parsed and the one before is put into the table: no two of these touch the same memory. */
#include "link/link_read.h"

#include "base/text.h"
#include "link/memory_plan.h"
#include "link/threads.h"

#include <inttypes.h>
#include <math.h>

static struct slice base_name(struct slice path)
{
    size_t from = 0, to = path.len;
    for (size_t i = 0; i < path.len; i++)
        if (path.at[i] == '/')
            from = i + 1;
    for (size_t i = path.len; i > from + 1; i--)
        if (path.at[i - 1] == '.') {
            to = i - 1;
            break;
        }
    return slice_part(path, from, to);
}

static struct slice source_name(const struct link_read *request, size_t file)
{
    struct slice name = base_name(request->files[file]);
    for (size_t i = 0; i < request->file_count; i++)
        if (i != file && slice_equal(base_name(request->files[i]), name))
            return request->files[file];
    return name;
}

bool link_read_header(const struct host *host, struct slice path, struct arena *arena, struct csv_reader **ret,
                      struct slice **ret_headers, size_t *ret_count, struct error *err)
{
    struct host_file *handle = NULL;
    struct csv_options options = {.trim = true};
    const struct csv_row *row = NULL;
    if (!host_open(host, path, HOST_READ, arena, &handle, err) || !csv_open_file(handle, &options, arena, ret, err) ||
        !csv_read(*ret, &row, err))
        return error_wrap(err, "reading %.*s", PRINT(path));
    if (!row)
        return error_set_at(err, ERROR_INPUT, path, 1, 0,
                            "the file is empty; it must begin with a row of column names");
    struct slice *headers = arena_array(arena, struct slice, row->count + 1);
    for (size_t i = 0; i < row->count; i++)
        headers[i] = arena_copy(arena, slice_trim(row->fields[i]));
    *ret_headers = headers;
    *ret_count = row->count;
    return true;
}

bool link_find_header(struct slice path, const struct slice *headers, size_t count, struct slice name, int *ret,
                      struct error *err)
{
    *ret = -1;
    for (size_t i = 0; i < count; i++) {
        if (!slice_equal_nocase(headers[i], name))
            continue;
        if (*ret >= 0)
            return error_set_at(err, ERROR_INPUT, path, 1, 0, "the column %.*s stands twice; keep one of them",
                                PRINT(name));
        *ret = (int)i;
    }
    return true;
}

/* Places of the specification's columns in one file; -1 where it has none. */
static bool map_headers(const struct link_read *job, size_t file, const struct slice *headers, size_t count,
                        int *places, uint8_t *found_anywhere, struct error *err)
{
    size_t found = 0;
    for (size_t c = 0; c < job->spec->input_count; c++) {
        const struct link_column *column = &job->spec->columns[c];
        places[c] = -1;
        for (size_t h = 0; h < column->header_count && places[c] < 0; h++)
            if (!link_find_header(job->files[file], headers, count, column->headers[h], &places[c], err))
                return false;
        if (places[c] >= 0) {
            found++;
            found_anywhere[c] = 1;
        }
    }
    if (found == 0)
        return error_set_at(err, ERROR_INPUT, job->files[file], 1, 0,
                            "none of the specification's columns stands in this file; its first column is %.*s",
                            PRINT(count ? headers[0] : NO_SLICE));
    return true;
}

bool link_missing_header(struct slice path, const struct slice *headers, size_t count, struct slice name,
                         const char *what, struct error *err)
{
    struct slice near = text_nearest(name, headers, count);
    if (slice_empty(near))
        return error_set_at(err, ERROR_INPUT, path, 1, 0, "there is no column %.*s, which %s", PRINT(name), what);
    return error_set_at(err, ERROR_INPUT, path, 1, 0, "there is no column %.*s, which %s; did you mean %.*s?",
                        PRINT(name), what, PRINT(near));
}

/* Asks now and then. How long a pipe is is not known before its end: it counts as read. */
static bool may_go_on(const struct link_read *job, const struct csv_reader *reader, struct error *err)
{
    const struct link_options *options = job->options;
    double part = job->bytes ? fmin((double)(job->read + csv_offset(reader)) / (double)job->bytes, 0.999) : 0.999;
    if (options->progress && !options->progress(options->context, "reading", part))
        return error_set(err, ERROR_CANCELLED, "linking was stopped while reading");
    return memory_suffices(job->records, options, part, err);
}

/* Each of its records would be joined with itself. */
static bool refuse_repeated(const struct link_read *job, size_t file, struct error *err)
{
    for (size_t f = 0; f < file; f++)
        if (host_same_file(job->files[f], job->files[file]))
            return error_set(err, ERROR_USAGE, "%.*s is given twice; name each file once", PRINT(job->files[file]));
    return true;
}

static bool measure_files(struct link_read *job, struct error *err)
{
    struct arena *scratch = arena_make(0);
    bool done = true;
    for (size_t f = 0; done && f < job->file_count; f++) {
        struct host_file *file = NULL;
        uint64_t size = 0;
        if (!refuse_repeated(job, f, err)) {
            arena_free(scratch);
            return false;
        }
        if (host_is_stream(job->files[f]))
            continue;
        done = host_open(job->host, job->files[f], HOST_READ, scratch, &file, err) && host_file_size(file, &size, err);
        job->bytes += size;
    }
    arena_free(scratch);
    return done || error_wrap(err, "reading the files to link");
}

/* ---- Batches ---- */

enum { BATCH_ROWS = 4096, BATCH_BYTES = 1 << 19, BATCH_FULL = BATCH_BYTES - (1 << 15) };

struct batch {
    size_t rows;
    size_t used;
    char *bytes; /* the values' text; what does not fit is in `more` */
    struct arena *more;
    struct slice *ids;
    struct slice *values; /* column × BATCH_ROWS + row */
    uint32_t *codes;      /* the same */
};

struct file_read {
    struct link_read *job;
    size_t file;
    struct csv_reader *reader;
    int places[LINK_COLUMNS_MAX], id_place;
    size_t headers;
    uint64_t number; /* of rows so far */
    uint32_t source;
    struct batch batches[3], *kept, *coded, *parsed;
    bool ended, failed, full; /* full: the table takes no more */
    struct error err, full_err;
};

static struct slice batch_text(struct batch *batch, struct slice text)
{
    if (text.len > BATCH_BYTES - batch->used)
        return arena_copy(batch->more, text);
    char *at = batch->bytes + batch->used;
    if (text.len)
        memcpy(at, text.at, text.len);
    batch->used += text.len;
    return slice_from(at, text.len);
}

static bool bad_row(const struct file_read *read, const struct csv_row *row, struct error *err)
{
    return error_set_at(
        err, ERROR_INPUT, read->job->files[read->file], row->line, 0, "%s",
        !row->too_long  ? "a quoted field is never closed; close it or take the stray quote out"
        : row->unclosed ? "a quoted field is never closed, or is longer than a row may be (4 MiB); close or shorten it"
                        : "a field is longer than 1 MiB, or the row than 4 MiB; shorten it");
}

/* A record without an id is called by its row. */
static struct slice row_number(uint64_t number, char digits[20])
{
    size_t at = 20;
    for (; number; number /= 10)
        digits[--at] = (char)('0' + number % 10);
    return slice_from(digits + at, 20 - at);
}

/* Most fields are without. */
static struct slice trimmed(struct slice text)
{
    bool clean = text.len == 0 || ((unsigned char)text.at[0] > ' ' && (unsigned char)text.at[text.len - 1] > ' ');
    return clean ? text : slice_trim(text);
}

/* The text of a row, copied at once; what is not in it is copied by itself. */
struct row_copy {
    struct slice from;
    const char *to;
};

/* Of a wide row few columns may be wanted. */
static struct row_copy copy_row(struct batch *batch, struct slice text, size_t wanted)
{
    enum { OF_FIELD = 32 };
    if (text.len > BATCH_BYTES - batch->used || text.len > OF_FIELD * wanted)
        return (struct row_copy){0};
    return (struct row_copy){text, batch_text(batch, text).at};
}

static struct slice field_text(struct batch *batch, const struct row_copy *copy, struct slice field)
{
    field = trimmed(field);
    size_t at = (size_t)((uintptr_t)field.at - (uintptr_t)copy->from.at);
    return at <= copy->from.len && field.len <= copy->from.len - at ? slice_from(copy->to + at, field.len)
                                                                    : batch_text(batch, field);
}

static void keep_row(struct file_read *read, const struct csv_row *row, struct batch *batch)
{
    struct link_read *job = read->job;
    size_t at = batch->rows++, columns = job->spec->input_count;
    struct row_copy copy = copy_row(batch, row->text, columns + 1);
    job->irregular += row->count != read->headers;
    for (size_t c = 0; c < columns; c++) {
        int place = read->places[c];
        bool has = place >= 0 && (size_t)place < row->count;
        batch->values[c * BATCH_ROWS + at] = has ? field_text(batch, &copy, row->fields[place]) : NO_SLICE;
    }
    char digits[20];
    read->number++;
    batch->ids[at] = read->id_place < 0                    ? batch_text(batch, row_number(read->number, digits))
                     : (size_t)read->id_place < row->count ? field_text(batch, &copy, row->fields[read->id_place])
                                                           : NO_SLICE;
}

static void parse_batch(struct file_read *read)
{
    struct batch *batch = read->parsed;
    batch->rows = batch->used = 0;
    arena_reset(batch->more);
    while (!read->ended && !read->failed && batch->rows < BATCH_ROWS && batch->used < BATCH_FULL) {
        const struct csv_row *row = NULL;
        if (!csv_read(read->reader, &row, &read->err))
            read->failed = true;
        else if (!row)
            read->ended = true;
        else if (row->unclosed || row->too_long)
            read->failed = !bad_row(read, row, &read->err);
        else
            keep_row(read, row, batch);
    }
}

/* Chunk 0 parses, chunk 1 puts into the table what is coded, the others code a column each. */
static void batch_step(void *context, size_t chunk, unsigned thread)
{
    (void)thread;
    struct file_read *read = context;
    const struct batch *kept = read->kept, *coded = read->coded;
    if (chunk == 0)
        parse_batch(read);
    else if (chunk == 1)
        read->full = !records_add_coded(read->job->records, read->source, kept->ids, kept->codes, BATCH_ROWS,
                                        kept->rows, &read->full_err);
    else
        records_code(read->job->records, chunk - 2, coded->values + (chunk - 2) * BATCH_ROWS, coded->rows,
                     coded->codes + (chunk - 2) * BATCH_ROWS);
}

static void make_batches(struct file_read *read, struct arena *arena)
{
    size_t cells = read->job->spec->input_count * BATCH_ROWS;
    for (int i = 0; i < 3; i++)
        read->batches[i] = (struct batch){.bytes = arena_array(arena, char, BATCH_BYTES),
                                          .more = arena_child(arena),
                                          .ids = arena_array(arena, struct slice, BATCH_ROWS),
                                          .values = arena_array(arena, struct slice, cells),
                                          .codes = arena_array(arena, uint32_t, cells)};
    read->kept = &read->batches[0];
    read->coded = &read->batches[1];
    read->parsed = &read->batches[2];
}

static bool read_rows(struct file_read *read, struct error *err)
{
    struct link_read *job = read->job;
    const struct link_options quiet = {.threads = job->options->threads};
    do {
        struct batch *next = read->kept;
        if (!may_go_on(job, read->reader, err) ||
            !threads_run(&quiet, "reading", 2 + (read->coded->rows ? job->spec->input_count : 0), batch_step, read,
                         err))
            return false;
        read->kept = read->coded;
        read->coded = read->parsed;
        read->parsed = next;
    } while ((read->kept->rows > 0 || read->coded->rows > 0) && !read->failed && !read->full);
    if (read->full)
        *err = read->full_err;
    else if (read->failed)
        *err = read->err;
    return !read->full && !read->failed;
}

static bool read_file(struct link_read *job, size_t file, uint8_t *found_anywhere, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct file_read *read = arena_new(scratch, struct file_read);
    struct slice *headers = NULL, path = job->files[file];
    *read = (struct file_read){.job = job, .file = file, .id_place = -1};
    bool done = link_read_header(job->host, path, scratch, &read->reader, &headers, &read->headers, err) &&
                map_headers(job, file, headers, read->headers, read->places, found_anywhere, err) &&
                link_records_source(job->records, source_name(job, file), &read->source, err);
    for (size_t h = 0; done && h < job->spec->id_header_count && read->id_place < 0; h++)
        done = link_find_header(path, headers, read->headers, job->spec->id_headers[h], &read->id_place, err);
    if (done && job->spec->id_header_count > 0 && read->id_place < 0)
        done = link_missing_header(path, headers, read->headers, job->spec->id_headers[0],
                                   "the specification calls the id", err);
    if (done) {
        make_batches(read, scratch);
        done = read_rows(read, err);
    }
    if (done)
        job->read += csv_offset(read->reader);
    arena_free(scratch);
    return done;
}

bool link_read_files(struct link_read *job, struct error *err)
{
    uint8_t found[LINK_COLUMNS_MAX] = {0};
    if (!measure_files(job, err))
        return false;
    for (size_t f = 0; f < job->file_count; f++)
        if (!read_file(job, f, found, err))
            return false;
    for (size_t c = 0; c < job->spec->input_count && job->file_count > 0; c++)
        if (!found[c] && !job->partial)
            return error_set_at(err, ERROR_INPUT, job->files[0], 1, 0,
                                "the column %.*s of the specification stands in no file; give its header under headers",
                                PRINT(job->spec->columns[c].name));
    return true;
}
