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

/* Lines are put together on all threads, some thousands of records at a time. */
enum { CHUNK = 1 << 15, AHEAD = 8 };

struct cluster_lines {
    const struct link_done *done;
    bool several, lines;
    struct buffer *out; /* by chunk */
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
    const struct cluster_lines *work = context;
    const struct link_records *records = work->done->records;
    uint32_t from = (uint32_t)(chunk * CHUNK), n = link_records_count(records);
    uint32_t to = n - from > CHUNK ? from + CHUNK : n;
    for (uint32_t added = from; added < to; added++) {
        if (to - added > 2 * AHEAD) {
            uint32_t next = record_place(records, added + 2 * AHEAD);
            __builtin_prefetch(&records->ids[next]);
            __builtin_prefetch(&records->source_of[next]);
            __builtin_prefetch(&work->done->numbers[next]);
            __builtin_prefetch(records->ids[record_place(records, added + AHEAD)].at);
        }
        cluster_line(work, record_place(records, added), &work->out[chunk]);
    }
}

bool link_write_clusters(const struct link_done *done, const struct host *host, struct slice path,
                         const struct link_options *options, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct cluster_lines work = {
        .done = done, .several = link_records_sources(done->records) > 1, .lines = as_json_lines(path)};
    size_t chunks = link_records_count(done->records) / CHUNK + 1;
    work.out = arena_array(scratch, struct buffer, chunks);
    for (size_t i = 0; i < chunks; i++)
        work.out[i] = buffer_make(arena_child(scratch));
    struct slice header[3] = {S("id"), S("source"), S("cluster")};
    if (!work.several)
        header[1] = header[2];
    if (!work.lines)
        csv_write_row(&work.out[0], header, work.several ? 3 : 2, false);
    bool written = threads_run(options, "writing", chunks, cluster_chunk, &work, err);
    size_t length = 0;
    for (size_t i = 0; i < chunks; i++)
        length += work.out[i].len;
    char *text = arena_array(scratch, char, length + 1), *at = text;
    for (size_t i = 0; i < chunks; i++) {
        if (work.out[i].len)
            memcpy(at, work.out[i].at, work.out[i].len);
        at += work.out[i].len;
    }
    written = written && host_write_file(host, path, slice_from(text, length), err);
    arena_free(scratch);
    return written;
}
