/* link_write.c: the files that a linking leaves. A file is put together in memory and written whole (host_write_file):
 * the old content or the new, never a half. */
#include "link/link_write.h"

#include "base/csv.h"
#include "base/json.h"
#include "link/records.h"
#include "link/threads.h"
#include "link/why.h"

#include <math.h>
#include <stdio.h>

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
    struct slice fields[3] = {link_records_id(work->done->records, r), source_of(work->done, r), NO_SLICE};
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
            __builtin_prefetch(&records->ids[record_place(records, added + 2 * AHEAD)]);
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

static struct slice decided_by(const struct link_done *done, const struct link_edge *edge)
{
    if (edge->guard > 0)
        return done->spec->guards[edge->guard - 1].name;
    if ((double)edge->weight >= link_model_join(done->model))
        return S("weight");
    return (double)edge->weight >= link_model_review(done->model) ? S("doubt") : S("too light");
}

double link_probability(double weight)
{
    return 1 / (1 + exp2(-weight));
}

static void pair_names_json(struct json *json, const struct link_done *done, uint32_t a, uint32_t b)
{
    json_pair_text(json, "id_a", link_records_id(done->records, a));
    json_pair_text(json, "source_a", source_of(done, a));
    json_pair_text(json, "id_b", link_records_id(done->records, b));
    json_pair_text(json, "source_b", source_of(done, b));
}

static void pair_json(const struct link_done *done, const struct link_edge *edge, struct arena *scratch,
                      struct buffer *out)
{
    struct link_explanation explanation;
    link_explain(done->records, done->model, edge->a, edge->b, scratch, &explanation);
    struct json json = json_to(out);
    json_object(&json);
    pair_names_json(&json, done, edge->a, edge->b);
    json_pair_real(&json, "weight", (double)edge->weight);
    json_pair_real(&json, "probability", link_probability((double)edge->weight));
    json_pair_text(&json, "decided_by", decided_by(done, edge));
    link_parts_json(&json, &explanation, "field");
    json_end(&json);
    buffer_add_byte(out, '\n');
}

static void pair_csv(const struct link_done *done, const struct link_edge *edge, struct buffer *out)
{
    char weight[32], probability[32];
    int weight_length = snprintf(weight, sizeof weight, "%.3f", (double)edge->weight);
    int probability_length = snprintf(probability, sizeof probability, "%.6f", link_probability((double)edge->weight));
    struct slice fields[7] = {link_records_id(done->records, edge->a),
                              source_of(done, edge->a),
                              link_records_id(done->records, edge->b),
                              source_of(done, edge->b),
                              slice_from(weight, (size_t)weight_length),
                              slice_from(probability, (size_t)probability_length),
                              decided_by(done, edge)};
    csv_write_row(out, fields, 7, false);
}

/* An edge by the order in which its records were added: the earlier one first. */
struct placed {
    uint32_t a, b;
    size_t edge;
};

static int compare_placed(const void *x, const void *y)
{
    const struct placed *p = x, *q = y;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return p->b < q->b ? -1 : p->b > q->b;
}

static struct placed *placed_edges(const struct link_done *done, struct arena *arena)
{
    size_t count = done->edges->count;
    struct placed *placed = arena_array(arena, struct placed, count + 1);
    for (size_t i = 0; i < count; i++) {
        uint32_t a = record_added(done->records, done->edges->edges[i].a),
                 b = record_added(done->records, done->edges->edges[i].b);
        placed[i] = (struct placed){a < b ? a : b, a < b ? b : a, i};
    }
    if (done->records->added)
        array_sort(placed, count, sizeof *placed, compare_placed);
    return placed;
}

bool link_write_pairs(const struct link_done *done, const struct host *host, struct slice path, struct error *err)
{
    struct arena *arena = arena_make(0), *scratch = arena_make(0);
    struct buffer out = buffer_make(arena);
    const struct slice header[7] = {S("id_a"),   S("source_a"),    S("id_b"),      S("source_b"),
                                    S("weight"), S("probability"), S("decided_by")};
    bool lines = as_json_lines(path);
    if (!lines)
        csv_write_row(&out, header, 7, false);
    const struct placed *placed = placed_edges(done, arena);
    for (size_t i = 0; i < done->edges->count; i++) {
        struct link_edge edge = done->edges->edges[placed[i].edge];
        edge.a = record_place(done->records, placed[i].a);
        edge.b = record_place(done->records, placed[i].b);
        if (lines)
            pair_json(done, &edge, scratch, &out);
        else
            pair_csv(done, &edge, &out);
        arena_reset(scratch);
    }
    bool written = host_write_file(host, path, buffer_slice(&out), err);
    arena_free(scratch);
    arena_free(arena);
    return written;
}
