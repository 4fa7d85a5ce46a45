/* link_write.c: the files that a linking leaves. A file is put together in memory and written whole (host_write_file):
 * the old content or the new, never a half. */
#include "link/link_write.h"

#include "base/csv.h"
#include "base/json.h"
#include "link/records.h"
#include "link/threads.h"

static bool as_json_lines(struct slice path)
{
    return slice_ends(path, S(".jsonl"));
}

static struct slice source_of(const struct link_done *done, uint32_t record)
{
    return link_records_source_name(done->records, link_records_source_of(done->records, record));
}

/* Lines are put together on all threads, some thousands of records at a time, and a few of these at once: so of all
 * lines there is but one copy. */
enum { CHUNK = 1 << 13, ROUND = 8, AHEAD = 8 };

struct cluster_lines {
    const struct link_done *done;
    bool several, lines;
    size_t from; /* records in the order of adding: of this round */
    struct {
        struct arena *arena;
        struct buffer out;
    } chunks[ROUND];
};

static void cluster_line(const struct cluster_lines *work, uint32_t r, struct buffer *out)
{
    struct slice fields[3] = {link_records_id(work->done->records, r),
                              work->several ? source_of(work->done, r) : NO_SLICE, NO_SLICE};
    if (work->lines) {
        struct json json = json_to(out);
        json_object(&json);
        json_pair_text(&json, "id", fields[0]);
        if (work->several)
            json_pair_text(&json, "source", fields[1]);
        json_pair_integer(&json, "cluster", work->done->numbers[r]);
        json_end(&json);
        buffer_add_byte(out, '\n');
        return;
    }
    char digits[10];
    size_t at = sizeof digits;
    for (uint32_t rest = work->done->numbers[r]; at == sizeof digits || rest; rest /= 10)
        digits[--at] = (char)('0' + rest % 10);
    fields[work->several ? 2 : 1] = slice_from(digits + at, sizeof digits - at);
    csv_write_row(out, fields, work->several ? 3 : 2, false);
}

static void cluster_chunk(void *context, size_t chunk, unsigned thread)
{
    (void)thread;
    struct cluster_lines *work = context;
    const struct link_records *records = work->done->records;
    struct buffer *out = &work->chunks[chunk].out;
    uint32_t from = (uint32_t)(work->from + chunk * CHUNK), n = link_records_count(records);
    uint32_t to = n - from > CHUNK ? from + CHUNK : n;
    for (uint32_t added = from; added < to; added++) {
        if (to - added > 2 * AHEAD) {
            uint32_t next = record_place(records, added + 2 * AHEAD);
            __builtin_prefetch(&records->ids[next]);
            __builtin_prefetch(&records->source_of[next]);
            __builtin_prefetch(&work->done->numbers[next]);
            __builtin_prefetch(records->ids[record_place(records, added + AHEAD)].at);
        }
        cluster_line(work, record_place(records, added), out);
    }
}

/* A text that grows to the size of the file. */
struct text {
    struct arena *arena;
    char *at;
    size_t length, capacity;
};

static void text_add(struct text *text, struct slice s)
{
    if (text->length + s.len > text->capacity) {
        size_t capacity = (text->length + s.len) / 2 * 3 + (1 << 16);
        text->at = arena_regrow(text->arena, text->at, text->capacity, capacity);
        text->capacity = capacity;
    }
    if (s.len)
        memcpy(text->at + text->length, s.at, s.len);
    text->length += s.len;
}

static bool add_lines(struct cluster_lines *work, const struct link_options *options, struct text *text,
                      struct error *err)
{
    const struct link_options quiet = {.threads = threads_count(options)};
    size_t n = link_records_count(work->done->records), chunks;
    for (size_t c = 0; c < ROUND; c++)
        work->chunks[c].arena = arena_child(text->arena);
    for (work->from = 0; work->from < n; work->from += chunks * CHUNK) {
        chunks = (n - work->from - 1) / CHUNK + 1;
        chunks = chunks < ROUND ? chunks : ROUND;
        for (size_t c = 0; c < chunks; c++) {
            arena_reset(work->chunks[c].arena);
            work->chunks[c].out = buffer_make(work->chunks[c].arena);
        }
        if (!threads_may_go_on(options, "writing", (double)work->from / (double)n, err) ||
            !threads_run(&quiet, "writing", chunks, cluster_chunk, work, err))
            return false;
        for (size_t c = 0; c < chunks; c++)
            text_add(text, buffer_slice(&work->chunks[c].out));
    }
    return true;
}

bool link_write_clusters(const struct link_done *done, const struct host *host, struct slice path,
                         const struct link_options *options, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct cluster_lines *work = arena_new(scratch, struct cluster_lines);
    struct text text = {.arena = scratch};
    struct buffer first = buffer_make(scratch);
    work->done = done;
    work->several = link_records_sources(done->records) > 1;
    work->lines = as_json_lines(path);
    struct slice header[3] = {S("id"), S("source"), S("cluster")};
    if (!work->several)
        header[1] = header[2];
    if (!work->lines)
        csv_write_row(&first, header, work->several ? 3 : 2, false);
    text_add(&text, buffer_slice(&first));
    bool written =
        add_lines(work, options, &text, err) && host_write_file(host, path, slice_from(text.at, text.length), err);
    arena_free(scratch);
    return written;
}
