/* labels.c: ids are found through a table made once, so that a file of many labels costs no search for each. Two labels
 * contradict when they say of one pair both, or when a chain of matches joins what a third label keeps apart. */
#include "link/labels.h"

#include "base/csv.h"
#include "link/block.h"
#include "link/patterns.h"
#include "link/why.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { NAMED = 20, SHOWN = 60 };

struct reader {
    const struct link_records *records;
    struct arena *arena;
    struct slice path;
    struct dictionary ids;
    uint32_t *first; /* by id: its only record + 1; UINT32_MAX: several */
    int places[5];   /* id_a, id_b, match, source_a, source_b */
    struct label *labels;
    size_t count, capacity;
};

static const char *const headers[5] = {"id_a", "id_b", "match", "source_a", "source_b"};

static bool read_header(struct reader *reader, const struct csv_row *row, struct error *err)
{
    for (int want = 0; want < 5; want++) {
        reader->places[want] = -1;
        for (size_t i = 0; i < row->count && reader->places[want] < 0; i++)
            if (slice_equal_nocase(slice_trim(row->fields[i]), slice_of(headers[want])))
                reader->places[want] = (int)i;
        if (want < 3 && reader->places[want] < 0)
            return error_set_at(err, ERROR_INPUT, reader->path, row->line, 0,
                                "there is no column %s; labels have the columns id_a, id_b and match", headers[want]);
    }
    return true;
}

static struct slice field_of(const struct reader *reader, const struct csv_row *row, int want)
{
    int place = reader->places[want];
    return place >= 0 && (size_t)place < row->count ? slice_trim(row->fields[place]) : NO_SLICE;
}

static bool find_record(const struct reader *reader, const struct csv_row *row, int side, uint32_t *ret,
                        struct error *err)
{
    struct slice id = field_of(reader, row, side), source = field_of(reader, row, side + 3);
    uint32_t code = dictionary_find(&reader->ids, id);
    if (code && reader->first[code] != UINT32_MAX && slice_empty(source)) {
        *ret = reader->first[code] - 1;
        return true;
    }
    struct arena *scratch = arena_make(0);
    struct slice name = slice_empty(source) ? id : arena_format(scratch, "%.*s:%.*s", PRINT(source), PRINT(id));
    /* The slow way, which also knows what to say of an id that is not there. */
    bool done = code && reader->first[code] != UINT32_MAX &&
                slice_equal(link_records_source_name(reader->records,
                                                     link_records_source_of(reader->records, reader->first[code] - 1)),
                            source);
    if (done)
        *ret = reader->first[code] - 1;
    else
        done = why_find(reader->records, name, ret, err);
    arena_free(scratch);
    if (!done) {
        struct error why = *err;
        return error_set_at(err, why.code, reader->path, row->line, 0, "%s", why.text);
    }
    return true;
}

static bool read_match(const struct reader *reader, const struct csv_row *row, int *ret, struct error *err)
{
    static const char *const words[] = {"no", "yes", "n", "y", "false", "true", "0", "1"};
    struct slice word = field_of(reader, row, 2);
    *ret = -1;
    if (slice_empty(word))
        return true;
    for (size_t i = 0; i < countof(words) && *ret < 0; i++)
        if (slice_equal_nocase(word, slice_of(words[i])))
            *ret = (int)(i % 2);
    return *ret >= 0 || error_set_at(err, ERROR_INPUT, reader->path, row->line, 0,
                                     "match is yes or no, or empty where nobody has looked yet; not “%.*s”",
                                     PRINT(slice_part(word, 0, SHOWN)));
}

static bool read_label(struct reader *reader, const struct csv_row *row, struct error *err)
{
    uint32_t a = 0, b = 0;
    int match = 0;
    if (!read_match(reader, row, &match, err))
        return false;
    if (match < 0)
        return true;
    if (!find_record(reader, row, 0, &a, err) || !find_record(reader, row, 1, &b, err))
        return false;
    if (a == b)
        return error_set_at(err, ERROR_INPUT, reader->path, row->line, 0,
                            "a record is labelled with itself; a label is about two");
    ARENA_GROW(reader->arena, reader->labels, reader->count, reader->capacity);
    reader->labels[reader->count++] =
        (struct label){.a = a < b ? a : b, .b = a < b ? b : a, .line = row->line, .match = match == 1};
    return true;
}

static bool read_rows(const struct host *host, struct reader *reader, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct host_file *file = NULL;
    struct csv_reader *csv = NULL;
    const struct csv_row *row = NULL;
    struct csv_options options = {.trim = true};
    bool done = (host_open(host, reader->path, HOST_READ, scratch, &file, err) &&
                 csv_open_file(file, &options, scratch, &csv, err) && csv_read(csv, &row, err)) ||
                error_wrap(err, "reading the labels %.*s", PRINT(reader->path));
    if (done && !row)
        done = error_set_at(err, ERROR_INPUT, reader->path, 1, 0,
                            "the file of labels is empty; it begins with the column names id_a, id_b and match");
    done = done && read_header(reader, row, err);
    while (done && (done = csv_read(csv, &row, err)) && row)
        done = read_label(reader, row, err);
    arena_free(scratch);
    return done;
}

/* ---- Contradictions ---- */

static int compare_labels(const void *x, const void *y)
{
    const struct label *p = x, *q = y;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    if (p->b != q->b)
        return p->b < q->b ? -1 : 1;
    return p->line < q->line ? -1 : p->line > q->line;
}

static void name_contradiction(struct labels *labels, struct arena *arena, struct slice words)
{
    if (labels->against_count == NAMED)
        return;
    if (!labels->against)
        labels->against = arena_array(arena, struct slice, NAMED);
    labels->against[labels->against_count++] = words;
}

/* Of each pair the first label stays; when its labels differ all that stays is the contradiction. */
static void same_pairs(struct labels *labels, struct arena *arena)
{
    size_t kept = 0;
    for (size_t i = 0, end; i < labels->count; i = end) {
        struct label *first = &labels->labels[i];
        for (end = i + 1; end < labels->count && labels->labels[end].a == first->a && labels->labels[end].b == first->b;
             end++) {
            if (labels->labels[end].match == first->match || first->contradicted)
                continue;
            first->contradicted = true;
            name_contradiction(labels, arena,
                               arena_format(arena,
                                            "%.*s:%" PRIu64 ": says %s of a pair of which line %" PRIu64 " says %s",
                                            PRINT(labels->file), labels->labels[end].line, first->match ? "no" : "yes",
                                            first->line, first->match ? "yes" : "no"));
        }
        labels->labels[kept++] = *first;
    }
    labels->count = kept;
}

/* The line of a match on the way between the two ends of a label of no match, for the sentence: the weakest of a path
 * over the labels. */
static void through_others(struct labels *labels, const struct link_cluster_input *input, struct arena *arena)
{
    struct arena *scratch = arena_make(0);
    struct link_edge *edges = arena_array(scratch, struct link_edge, labels->count + 1);
    struct link_cluster_input graph = {.count = input->count, .edges = edges, .keys = input->keys};
    uint32_t *component = arena_array(scratch, uint32_t, (size_t)input->count + 1);
    for (uint32_t r = 0; r < input->count; r++)
        component[r] = r;
    for (size_t i = 0; i < labels->count; i++) {
        const struct label *label = &labels->labels[i];
        if (!label->match || label->contradicted)
            continue;
        edges[graph.edge_count++] = (struct link_edge){.a = label->a, .b = label->b};
        uint32_t x = label->a, y = label->b;
        while (component[x] != x)
            x = component[x] = component[component[x]];
        while (component[y] != y)
            y = component[y] = component[component[y]];
        component[x > y ? x : y] = x > y ? y : x;
    }
    for (size_t i = 0; i < labels->count; i++) {
        struct label *label = &labels->labels[i];
        uint32_t x = label->a, y = label->b;
        while (component[x] != x)
            x = component[x];
        while (component[y] != y)
            y = component[y];
        if (label->match || label->contradicted || x != y)
            continue;
        label->contradicted = true;
        if (labels->against_count == NAMED)
            continue;
        struct link_path path;
        link_path(&graph, NULL, false, label->a, label->b, scratch, &path);
        struct buffer lines = buffer_make(scratch);
        for (size_t s = 0; s < path.count && s < 5; s++) {
            struct label key = {.a = path.steps[s].edge.a, .b = path.steps[s].edge.b};
            for (size_t j = 0; j < labels->count; j++)
                if (labels->labels[j].a == key.a && labels->labels[j].b == key.b)
                    buffer_format(&lines, "%s%" PRIu64, lines.len ? ", " : "", labels->labels[j].line);
        }
        name_contradiction(labels, arena,
                           arena_format(arena,
                                        "%.*s:%" PRIu64 ": says no of a pair that the lines %.*s%s together "
                                        "say is one",
                                        PRINT(labels->file), label->line, PRINT(buffer_slice(&lines)),
                                        path.count > 5 ? " and others" : ""));
    }
    arena_free(scratch);
}

/* ---- Against the linking ---- */

static bool any_rule_meets(const struct link_cluster_input *input, const struct label *label, struct arena *scratch)
{
    const struct link_spec *spec = input->records->spec;
    if (!records_may_meet(input->records, label->a, label->b))
        return false;
    for (size_t r = 0; r < spec->rule_count; r++) {
        struct slice x = block_key_text(input->records, &spec->rules[r], label->a, scratch);
        bool common = false;
        if (slice_empty(x) || !slice_equal(x, block_key_text(input->records, &spec->rules[r], label->b, scratch)))
            continue;
        for (size_t i = 0; i < input->model->common_count[r] && !common; i++)
            common = slice_equal(input->model->common[r][i].text, x);
        if (!common)
            return true;
    }
    return false;
}

static double ratio(uint64_t part, uint64_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

static void judge(struct labels *labels, const struct link_cluster_input *input, const struct link_clusters *clusters)
{
    struct arena *scratch = arena_make(0);
    for (size_t i = 0; i < labels->count; i++) {
        struct label *label = &labels->labels[i];
        struct link_edge edge = link_score_pair(input->records, input->model, label->a, label->b);
        label->weight = edge.weight;
        label->held = edge.verdict != LINK_BY_WEIGHT && edge.verdict != LINK_JOIN;
        label->met = any_rule_meets(input, label, scratch);
        label->together = clusters->cluster[label->a] == clusters->cluster[label->b];
        arena_reset(scratch);
        labels->contradicted += label->contradicted;
        if (label->contradicted)
            continue;
        labels->matches += label->match;
        labels->right += label->match && label->together;
        labels->wrong += !label->match && label->together;
        labels->missed += label->match && !label->together;
        labels->never_met += label->match && !label->together && !label->met;
    }
    labels->precision = ratio(labels->right, labels->right + labels->wrong);
    labels->recall = ratio(labels->right, labels->right + labels->missed);
    double sum = labels->precision + labels->recall;
    labels->f1 = sum > 0 ? 2 * labels->precision * labels->recall / sum : 0;
    arena_free(scratch);
}

bool labels_read(const struct host *host, struct slice path, const struct link_cluster_input *input,
                 const struct link_clusters *clusters, struct arena *arena, struct labels *ret, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct reader reader = {.records = input->records, .arena = arena, .path = path};
    dictionary_start(&reader.ids, scratch);
    reader.first = arena_array(scratch, uint32_t, (size_t)input->count + 2);
    for (uint32_t r = 0; r < input->count; r++) {
        uint32_t code = dictionary_add(&reader.ids, link_records_id(input->records, r));
        reader.first[code] = reader.first[code] ? UINT32_MAX : r + 1;
    }
    bool done = read_rows(host, &reader, err);
    arena_free(scratch);
    if (!done)
        return false;
    *ret = (struct labels){.file = path, .labels = reader.labels, .count = reader.count};
    array_sort(ret->labels, ret->count, sizeof *ret->labels, compare_labels);
    same_pairs(ret, arena);
    through_others(ret, input, arena);
    judge(ret, input, clusters);
    return true;
}

/* ---- What to ask ---- */

struct question {
    uint64_t pattern, worth, links, key;
    struct link_edge edge;
    double distance;
    bool found;
};

static bool is_known(const struct labels *known, const struct link_edge *edge)
{
    if (!known || known->count == 0)
        return false;
    size_t low = 0, high = known->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct label *label = &known->labels[middle];
        if (label->a < edge->a || (label->a == edge->a && label->b < edge->b))
            low = middle + 1;
        else
            high = middle;
    }
    return low < known->count && known->labels[low].a == edge->a && known->labels[low].b == edge->b;
}

static int worth_more(const void *x, const void *y)
{
    const struct question *p = x, *q = y;
    if (p->worth != q->worth)
        return p->worth > q->worth ? -1 : 1;
    return p->pattern < q->pattern ? -1 : p->pattern > q->pattern;
}

static int by_pattern(const void *x, const void *y)
{
    const struct question *p = x, *q = y;
    return p->pattern < q->pattern ? -1 : p->pattern > q->pattern;
}

/* In 2^-20, so that sums are exact whatever their order. */
static uint64_t uncertainty(double bits)
{
    double p = 1 / (1 + exp2(-bits));
    return (uint64_t)(4 * p * (1 - p) * 1048576) + 1;
}

static struct question *choose(const struct link_cluster_input *input, const struct labels *known, size_t most,
                               struct arena *scratch, size_t *ret_count)
{
    struct pattern_table table;
    size_t count = 0;
    uint64_t total = 0;
    patterns_start(&table, scratch);
    for (size_t i = 0; i < input->edge_count; i++)
        if (input->edges[i].verdict == LINK_BY_WEIGHT && !is_known(known, &input->edges[i]))
            patterns_add(&table, input->edges[i].pattern, uncertainty((double)input->edges[i].weight - input->join));
    struct pattern_count *patterns = patterns_gather(&table, 1, scratch, &count, &total);
    struct question *questions = arena_array(scratch, struct question, count + 1);
    for (size_t i = 0; i < count; i++)
        questions[i] = (struct question){.pattern = patterns[i].pattern, .worth = patterns[i].count};
    array_sort(questions, count, sizeof *questions, worth_more);
    count = count < most ? count : most;
    array_sort(questions, count, sizeof *questions, by_pattern);
    for (size_t i = 0; i < input->edge_count; i++) {
        const struct link_edge *edge = &input->edges[i];
        struct question wanted = {.pattern = edge->pattern};
        struct question *question = count ? bsearch(&wanted, questions, count, sizeof *questions, by_pattern) : NULL;
        if (!question || edge->verdict != LINK_BY_WEIGHT || is_known(known, edge))
            continue;
        question->links++;
        double distance = fabs((double)edge->weight - input->join);
        uint64_t key = input->keys ? input->keys[edge->a] ^ input->keys[edge->b] : i;
        if (question->found &&
            (distance > question->distance || (distance == question->distance && key >= question->key)))
            continue;
        question->found = true;
        question->distance = distance;
        question->key = key;
        question->edge = *edge;
    }
    array_sort(questions, count, sizeof *questions, worth_more);
    *ret_count = count;
    return questions;
}

void labels_ask(const struct link_cluster_input *input, const struct labels *known, size_t most, struct buffer *out)
{
    const struct link_records *records = input->records;
    const struct link_spec *spec = records->spec;
    struct arena *scratch = arena_make(0), *row_arena = arena_make(0);
    size_t count = 0, columns = spec->input_count;
    struct question *questions = choose(input, known, most, scratch, &count);
    struct slice fields[7 + 2 * LINK_COLUMNS_MAX] = {S("id_a"),   S("source_a"), S("id_b"), S("source_b"),
                                                     S("weight"), S("pairs"),    S("match")};
    for (size_t c = 0; c < columns; c++)
        for (size_t side = 0; side < 2; side++)
            fields[7 + 2 * c + side] = arena_format(scratch, "%.*s_%c", PRINT(spec->columns[c].name), side ? 'b' : 'a');
    csv_write_row(out, fields, 7 + 2 * columns, false);
    for (size_t i = 0; i < count; i++) {
        const struct link_edge *edge = &questions[i].edge;
        const uint32_t sides[2] = {edge->a, edge->b};
        for (size_t side = 0; side < 2; side++) {
            fields[2 * side] = link_records_id(records, sides[side]);
            fields[2 * side + 1] = link_records_source_name(records, link_records_source_of(records, sides[side]));
            for (size_t c = 0; c < columns; c++)
                fields[7 + 2 * c + side] = link_records_value(records, sides[side], c);
        }
        fields[4] = arena_format(row_arena, "%.2f", (double)edge->weight);
        fields[5] = arena_format(row_arena, "%" PRIu64, questions[i].links);
        fields[6] = NO_SLICE;
        /* Ids as they are, for they come back; values so that no spreadsheet runs them. */
        struct buffer row = buffer_make(row_arena), values = buffer_make(row_arena);
        csv_write_row(&row, fields, 7, false);
        csv_write_row(&values, fields + 7, 2 * columns, true);
        buffer_add(out, slice_part(buffer_slice(&row), 0, row.len - 2));
        buffer_add_byte(out, ',');
        buffer_add(out, buffer_slice(&values));
        arena_reset(row_arena);
    }
    arena_free(row_arena);
    arena_free(scratch);
}
