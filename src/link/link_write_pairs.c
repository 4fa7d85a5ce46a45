/* link_write_pairs.c: millions of lines, put together on all threads some thousands at a time and written as they come,
 * as all of them together would be more than the linking itself.
 *
 * What a pair's parts say depends on the comparison, its level and what frequency adds, and what its weight says on the
 * weight: each of these texts is made once. A line of JSON took 45 microseconds before, nearly all of it printing
 * numbers, and takes 3. */
#include "link/link_write.h"

#include "base/csv.h"
#include "base/json.h"
#include "link/records.h"
#include "link/score.h"
#include "link/threads.h"

#include <math.h>
#include <stdio.h>

enum { CHUNK = 1 << 12, CHUNKS = 16, WEIGHTS = 1 << 13, FREQUENCIES = 256 };

/* An edge by the order in which its records were added: the earlier one first. */
struct placed {
    uint32_t a, b;
    size_t edge;
};

/* What stands before and after the values of a part, by level; and by what frequency adds, made when first asked for.
 */
struct part_text {
    struct slice opening;                       /* {"field":…,"a": */
    struct slice levels[LINK_PATTERN_LEVELS];   /* "level":…,"m":…,"u":…,"weight": */
    struct slice *weights[LINK_PATTERN_LEVELS]; /* FREQUENCIES each, or NULL: the weight, "frequency":…} */
};

struct weight_text {
    uint32_t weight; /* its bits */
    uint8_t length;  /* 0: none is kept here */
    char text[87];
};

/* Of one thread. */
struct writer {
    struct arena *kept, *scratch;
    struct part_text parts[LINK_FIELDS_MAX];
    struct weight_text *weights; /* by a hash of the weight */
};

struct pair_lines {
    const struct link_done *done;
    const struct link_options *options;
    bool json;
    struct arena *arena;
    struct placed *placed;
    size_t next, made, given; /* pairs that are put together; chunks of this round, and of those written */
    bool headed;
    struct writer *writers[LINK_THREADS_MAX];
    struct arena *texts[CHUNKS];
    struct buffer out[CHUNKS];
    struct slice prior;
};

double link_probability(double weight)
{
    return 1 / (1 + exp2(-weight));
}

static struct slice source_of(const struct link_done *done, uint32_t record)
{
    return link_records_source_name(done->records, link_records_source_of(done->records, record));
}

static struct slice decided_by(const struct link_done *done, const struct link_edge *edge)
{
    if (edge->guard > 0)
        return done->spec->guards[edge->guard - 1].name;
    if ((double)edge->weight >= link_model_join(done->model))
        return S("weight");
    return (double)edge->weight >= link_model_review(done->model) ? S("doubt") : S("too light");
}

/* ---- Texts that are made once ---- */

static void put_text(struct buffer *out, struct slice text)
{
    struct json json = json_to(out);
    json_text(&json, text);
}

static void put_real(struct buffer *out, double value)
{
    struct json json = json_to(out);
    json_real(&json, value);
}

static struct slice weight_text(const struct pair_lines *lines, struct writer *writer, float weight)
{
    uint32_t bits;
    memcpy(&bits, &weight, sizeof bits);
    struct weight_text *kept = &writer->weights[(bits * 2654435761u) >> (32 - 13)];
    _Static_assert(WEIGHTS == 1 << 13, "as many as the bits of the hash");
    if (kept->length && kept->weight == bits)
        return slice_from(kept->text, kept->length);
    double probability = link_probability((double)weight);
    struct buffer out = buffer_make(writer->scratch);
    if (lines->json) {
        buffer_add(&out, S(",\"weight\":"));
        put_real(&out, (double)weight);
        buffer_add(&out, S(",\"probability\":"));
        put_real(&out, probability);
    } else {
        buffer_format(&out, "%.3f,%.6f", (double)weight, probability);
    }
    must(out.len < sizeof kept->text);
    memcpy(kept->text, out.at, out.len);
    kept->length = (uint8_t)out.len;
    kept->weight = bits;
    return slice_from(kept->text, kept->length);
}

static void make_part_texts(const struct link_done *done, size_t f, struct arena *arena, struct part_text *ret)
{
    const struct link_comparison *comparison = &done->spec->comparisons[f];
    struct buffer out = buffer_make(arena);
    buffer_add(&out, S("{\"field\":"));
    put_text(&out, comparison->name);
    buffer_add(&out, S(",\"a\":"));
    ret->opening = buffer_slice(&out);
    for (unsigned level = 0; level <= spec_level_count(done->spec, comparison); level++) {
        struct buffer text = buffer_make(arena);
        buffer_add(&text, S(",\"level\":"));
        put_text(&text, spec_level_words(done->spec, comparison, level, arena));
        buffer_add(&text, S(",\"m\":"));
        put_real(&text, done->model->levels[f].m[level]);
        buffer_add(&text, S(",\"u\":"));
        put_real(&text, done->model->levels[f].u[level]);
        buffer_add(&text, S(",\"weight\":"));
        ret->levels[level] = buffer_slice(&text);
    }
}

static struct slice part_weight(const struct link_done *done, struct writer *writer, size_t f, unsigned level,
                                int8_t frequency)
{
    struct part_text *part = &writer->parts[f];
    if (!part->weights[level])
        part->weights[level] = arena_array(writer->kept, struct slice, FREQUENCIES);
    struct slice *kept = &part->weights[level][(uint8_t)frequency];
    if (slice_empty(*kept)) {
        struct buffer out = buffer_make(writer->kept);
        put_real(&out, done->model->levels[f].weight[level] + compare_frequency(frequency));
        buffer_add(&out, S(",\"frequency\":"));
        put_real(&out, compare_frequency(frequency));
        buffer_add_byte(&out, '}');
        *kept = buffer_slice(&out);
    }
    return *kept;
}

/* ---- Lines ---- */

static void put_name(const struct link_done *done, const char *before, uint32_t record, const char *between,
                     struct buffer *out)
{
    buffer_add(out, slice_of(before));
    put_text(out, link_records_id(done->records, record));
    buffer_add(out, slice_of(between));
    put_text(out, source_of(done, record));
}

/* As link_explain says them. */
static void put_parts(const struct link_done *done, struct writer *writer, const struct link_edge *edge,
                      struct buffer *out)
{
    struct compared compared;
    for (size_t f = 0; f < done->spec->comparison_count; f++) {
        const struct link_comparison *comparison = &done->spec->comparisons[f];
        unsigned level = compared.level[f] = (uint8_t)(edge->pattern >> (6 * f) & 63);
        compared.frequency[f] = edge->frequency[f];
        if (f)
            buffer_add_byte(out, ',');
        buffer_add(out, writer->parts[f].opening);
        put_text(out, explain_values(done->records, comparison, level, edge->a, writer->scratch));
        buffer_add(out, S(",\"b\":"));
        put_text(out, explain_values(done->records, comparison, level, edge->b, writer->scratch));
        buffer_add(out, writer->parts[f].levels[level]);
        buffer_add(out, part_weight(done, writer, f, level, edge->frequency[f]));
    }
    double near = done->model->knows_near ? score_near(done->model, &compared) : 0;
    if (near < EXPLAIN_NEAR_LEAST)
        return;
    buffer_format(out,
                  ",{\"field\":\"%s\",\"a\":\"\",\"b\":\"\",\"level\":\"%s\",\"m\":0,\"u\":0,\"weight\":", EXPLAIN_NEAR,
                  EXPLAIN_NEAR_LEVEL);
    put_real(out, -near);
    buffer_add(out, S(",\"frequency\":0}"));
}

static void pair_json(const struct pair_lines *lines, struct writer *writer, const struct link_edge *edge,
                      struct buffer *out)
{
    const struct link_done *done = lines->done;
    put_name(done, "{\"id_a\":", edge->a, ",\"source_a\":", out);
    put_name(done, ",\"id_b\":", edge->b, ",\"source_b\":", out);
    buffer_add(out, weight_text(lines, writer, edge->weight));
    buffer_add(out, S(",\"decided_by\":"));
    put_text(out, decided_by(done, edge));
    buffer_add(out, lines->prior);
    put_parts(done, writer, edge, out);
    buffer_add(out, S("]}\n"));
}

static void pair_csv(const struct pair_lines *lines, struct writer *writer, const struct link_edge *edge,
                     struct buffer *out)
{
    const struct link_done *done = lines->done;
    struct slice probability = weight_text(lines, writer, edge->weight), weight;
    (void)slice_cut(&probability, ',', &weight);
    struct slice fields[7] = {link_records_id(done->records, edge->a),
                              source_of(done, edge->a),
                              link_records_id(done->records, edge->b),
                              source_of(done, edge->b),
                              weight,
                              probability,
                              decided_by(done, edge)};
    csv_write_row(out, fields, countof(fields), false);
}

static void pair_chunk(void *context, size_t chunk, unsigned thread)
{
    struct pair_lines *lines = context;
    const struct link_done *done = lines->done;
    struct writer *writer = lines->writers[thread];
    size_t from = lines->next + chunk * CHUNK,
           to = done->edges->count - from > CHUNK ? from + CHUNK : done->edges->count;
    lines->out[chunk] = buffer_make(lines->texts[chunk]);
    for (size_t i = from; i < to; i++) {
        struct link_edge edge = done->edges->edges[lines->placed[i].edge];
        edge.a = record_place(done->records, lines->placed[i].a);
        edge.b = record_place(done->records, lines->placed[i].b);
        (lines->json ? pair_json : pair_csv)(lines, writer, &edge, &lines->out[chunk]);
        arena_reset(writer->scratch);
    }
}

/* ---- The file ---- */

static int compare_placed(const void *x, const void *y)
{
    const struct placed *p = x, *q = y;
    return p->b < q->b ? -1 : p->b > q->b;
}

static struct placed of_edge(const struct link_done *done, size_t i)
{
    uint32_t a = record_added(done->records, done->edges->edges[i].a),
             b = record_added(done->records, done->edges->edges[i].b);
    return (struct placed){a < b ? a : b, a < b ? b : a, i};
}

/* Counted out by their first record, then each record's few sorted by the second. */
static struct placed *placed_edges(const struct link_done *done, struct arena *arena)
{
    size_t count = done->edges->count;
    uint32_t n = link_records_count(done->records);
    struct placed *placed = arena_array(arena, struct placed, count + 1);
    size_t *ends = arena_array(arena, size_t, (size_t)n + 1);
    for (size_t i = 0; i < count; i++)
        ends[of_edge(done, i).a + 1]++;
    for (uint32_t r = 0; r < n; r++)
        ends[r + 1] += ends[r];
    for (size_t i = 0; i < count; i++) {
        struct placed one = of_edge(done, i);
        placed[ends[one.a]++] = one;
    }
    for (size_t from = 0, to; from < count; from = to) {
        to = ends[placed[from].a];
        array_sort(placed + from, to - from, sizeof *placed, compare_placed);
    }
    return placed;
}

static void make_writers(struct pair_lines *lines)
{
    const struct link_done *done = lines->done;
    struct buffer prior = buffer_make(lines->arena);
    buffer_add(&prior, S(",\"prior\":"));
    put_real(&prior, done->model->prior);
    buffer_add(&prior, S(",\"parts\":["));
    lines->prior = buffer_slice(&prior);
    for (unsigned t = 0; t < threads_count(lines->options); t++) {
        struct writer *writer = lines->writers[t] = arena_new(lines->arena, struct writer);
        writer->kept = arena_child(lines->arena);
        writer->scratch = arena_child(lines->arena);
        writer->weights = arena_array(lines->arena, struct weight_text, WEIGHTS);
        for (size_t f = 0; lines->json && f < done->spec->comparison_count; f++)
            make_part_texts(done, f, writer->kept, &writer->parts[f]);
    }
    for (size_t i = 0; i < CHUNKS; i++)
        lines->texts[i] = arena_child(lines->arena);
}

static bool next_part(void *context, struct slice *ret_part, struct error *err)
{
    static const struct slice header = S_INIT("id_a,source_a,id_b,source_b,weight,probability,decided_by\r\n");
    struct pair_lines *lines = context;
    *ret_part = NO_SLICE;
    if (!lines->headed && !lines->json)
        *ret_part = header;
    lines->headed = true;
    if (ret_part->len)
        return true;
    if (lines->given == lines->made) {
        size_t left = lines->done->edges->count - lines->next, chunks = (left + CHUNK - 1) / CHUNK;
        lines->made = chunks < CHUNKS ? chunks : CHUNKS;
        lines->given = 0;
        for (size_t i = 0; i < CHUNKS; i++)
            arena_reset(lines->texts[i]);
        if (!threads_run(lines->options, "writing pairs", lines->made, pair_chunk, lines, err))
            return false;
        lines->next += left < (size_t)CHUNK * CHUNKS ? left : (size_t)CHUNK * CHUNKS;
    }
    if (lines->given < lines->made)
        *ret_part = buffer_slice(&lines->out[lines->given++]);
    return true;
}

bool link_write_pairs(const struct link_done *done, const struct host *host, struct slice path,
                      const struct link_options *options, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct pair_lines *lines = arena_new(arena, struct pair_lines);
    *lines =
        (struct pair_lines){.done = done, .options = options, .json = slice_ends(path, S(".jsonl")), .arena = arena};
    lines->placed = placed_edges(done, arena);
    make_writers(lines);
    bool written = host_write_parts(host, path, next_part, lines, err);
    arena_free(arena);
    return written;
}
