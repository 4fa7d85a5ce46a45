/* Files in, clusters out, and the figures on the labelled data where it is there: rows shuffled, ids replaced. */
#include "tests/link/people.h"

#include "base/csv.h"
#include "link/link_files.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct slice data_folder(struct arena *arena)
{
    const char *shared = getenv("STAITHE_SHARED"), *root = getenv("STAITHE_SOURCE_ROOT");
    struct slice folder = shared ? arena_format(arena, "%s/data/linkage", shared)
                                 : arena_format(arena, "%s/../shared/data/linkage", root ? root : ".");
    return host_exists(folder) ? folder : NO_SLICE;
}

struct scratch {
    struct arena *arena;
    char folder[64];
};

static struct scratch open_scratch(void)
{
    struct scratch scratch = {.arena = arena_make(0), .folder = "/tmp/staithe-link-XXXXXX"};
    assert_non_null(mkdtemp(scratch.folder));
    return scratch;
}

static void close_scratch(struct scratch *scratch)
{
    struct slice *names;
    size_t count;
    struct error err;
    assert_true(host_list_folder(slice_of(scratch->folder), scratch->arena, &names, &count, &err));
    for (size_t i = 0; i < count; i++)
        assert_true(
            host_delete(host_real(), arena_format(scratch->arena, "%s/%.*s", scratch->folder, PRINT(names[i])), &err));
    assert_int_equal(rmdir(scratch->folder), 0);
    arena_free(scratch->arena);
}

static struct slice put_file(struct scratch *scratch, const char *name, struct slice text)
{
    struct slice path = arena_format(scratch->arena, "%s/%s", scratch->folder, name);
    struct error err = NO_ERROR;
    assert_true(host_write_file(host_real(), path, text, &err));
    return path;
}

/* The rows of a file in another order, the columns named in `replaced` filled with random texts. */
static struct slice shuffled_file(struct scratch *scratch, struct slice path, const char *name, uint64_t seed,
                                  const char *replaced)
{
    struct arena *arena = scratch->arena;
    struct host_file *file;
    struct csv_reader *reader;
    const struct csv_row *row;
    struct error err = NO_ERROR;
    struct csv_options options = {.trim = true};
    assert_true(host_open(host_real(), path, HOST_READ, arena, &file, &err));
    assert_true(csv_open_file(file, &options, arena, &reader, &err));
    struct slice *rows = NULL;
    size_t count = 0, capacity = 0, columns = 0, replace = SIZE_MAX;
    uint64_t random = seed;
    while (csv_read(reader, &row, &err) && row) {
        struct slice fields[32];
        assert_true(row->count <= countof(fields));
        memcpy(fields, row->fields, row->count * sizeof *fields);
        if (count == 0) {
            columns = row->count;
            for (size_t c = 0; c < columns; c++)
                if (slice_equal(fields[c], slice_of(replaced)))
                    replace = c;
        } else if (replace < row->count) {
            fields[replace] = arena_format(arena, "x%llu", (unsigned long long)next_random(&random));
        }
        struct buffer line = buffer_make(arena);
        csv_write_row(&line, fields, row->count, false);
        ARENA_GROW(arena, rows, count, capacity);
        rows[count++] = buffer_slice(&line);
    }
    assert_int_equal(err.code, ERROR_NONE);
    for (size_t i = count - 1; i > 1; i--) {
        size_t j = 1 + next_random(&random) % i;
        struct slice swap = rows[i];
        rows[i] = rows[j];
        rows[j] = swap;
    }
    return put_file(scratch, name, arena_join(arena, rows, count, NO_SLICE));
}

static double figure(struct slice report, const char *name)
{
    struct arena *arena = arena_make(0);
    struct slice key = arena_format(arena, "\"%s\":", name);
    size_t at = slice_search(report, key);
    assert_true(at < report.len);
    double value = strtod(report.at + at + key.len, NULL);
    arena_free(arena);
    return value;
}

static struct slice run_files(struct scratch *scratch, struct link_files_request *request)
{
    struct buffer out = buffer_make(scratch->arena);
    struct error err = NO_ERROR;
    request->host = host_real();
    request->json = true;
    if (!link_files(request, &out, &err))
        fail_msg("%s: %s", err.file, err.text);
    return buffer_slice(&out);
}

static struct slice specification(struct scratch *scratch, const char *name)
{
    const char *root = getenv("STAITHE_SOURCE_ROOT");
    return arena_format(scratch->arena, "%s/examples/link/%s", root ? root : ".", name);
}

#define SKIP_WITHOUT_DATA(folder)                                                                                      \
    if (slice_empty(folder)) {                                                                                         \
        print_message("# reason: the labelled data is not there (shared/data/linkage beside the repository, or "       \
                      "STAITHE_SHARED)\n");                                                                            \
        close_scratch(&scratch);                                                                                       \
        skip();                                                                                                        \
    }

static void historical_figures_shuffled_and_unnamed_are_found(void **state)
{
    (void)state;
    struct scratch scratch = open_scratch();
    struct slice folder = data_folder(scratch.arena);
    SKIP_WITHOUT_DATA(folder);
    struct slice original = arena_format(scratch.arena, "%.*s/historical_figures_with_errors_50k.csv", PRINT(folder));
    struct slice file = shuffled_file(&scratch, original, "people.csv", 11, "unique_id");
    struct link_files_request request = {.specification = specification(&scratch, "historical_50k.yaml"),
                                         .files = &file,
                                         .file_count = 1,
                                         .truth = S("cluster"),
                                         .clusters = arena_format(scratch.arena, "%s/clusters.csv", scratch.folder)};
    struct slice report = run_files(&scratch, &request);
    print_message("# historical: pairwise F1 %.4f, B-cubed F1 %.4f\n", figure(report, "f1"),
                  figure(report, "b_cubed_f1"));
    assert_true(figure(report, "f1") >= 0.975);
    assert_true(figure(report, "b_cubed_f1") >= 0.975);
    close_scratch(&scratch);
}

static void febrl4_is_linked_one_to_one_alike_by_one_and_two_threads(void **state)
{
    (void)state;
    struct scratch scratch = open_scratch();
    struct slice folder = data_folder(scratch.arena), clusters[2];
    SKIP_WITHOUT_DATA(folder);
    struct slice files[2] = {
        shuffled_file(&scratch, arena_format(scratch.arena, "%.*s/dataset4a.csv", PRINT(folder)), "a.csv", 5, ""),
        shuffled_file(&scratch, arena_format(scratch.arena, "%.*s/dataset4b.csv", PRINT(folder)), "b.csv", 6, "")};
    struct link_files_request request = {.specification = specification(&scratch, "febrl4.yaml"),
                                         .files = files,
                                         .file_count = 2,
                                         .truth = S("rec_id"),
                                         .clusters = arena_format(scratch.arena, "%s/clusters.csv", scratch.folder)};
    struct error err = NO_ERROR;
    for (unsigned threads = 1; threads <= 2; threads++) {
        request.options.threads = threads;
        struct slice report = run_files(&scratch, &request);
        assert_true(figure(report, "f1") >= 0.9995);
        assert_true(figure(report, "true_pairs") == 5000);
        assert_true(
            host_read_file(host_real(), request.clusters, 1 << 24, scratch.arena, &clusters[threads - 1], &err));
    }
    assert_true(slice_equal(clusters[0], clusters[1]));
    close_scratch(&scratch);
}

static void febrl3_and_fake_1000_are_found(void **state)
{
    (void)state;
    struct scratch scratch = open_scratch();
    struct slice folder = data_folder(scratch.arena);
    SKIP_WITHOUT_DATA(folder);
    struct slice file = arena_format(scratch.arena, "%.*s/dataset3.csv", PRINT(folder));
    struct link_files_request request = {
        .specification = specification(&scratch, "febrl3.yaml"), .files = &file, .file_count = 1, .truth = S("rec_id")};
    assert_true(figure(run_files(&scratch, &request), "f1") >= 0.999);
    file = arena_format(scratch.arena, "%.*s/fake_1000.csv", PRINT(folder));
    request.specification = specification(&scratch, "fake_1000.yaml");
    request.truth = S("cluster");
    assert_true(figure(run_files(&scratch, &request), "f1") >= 0.95);
    close_scratch(&scratch);
}

static void clusters_name_id_source_and_cluster(void **state)
{
    (void)state;
    struct scratch scratch = open_scratch();
    struct slice files[2] = {
        put_file(&scratch, "one.csv", S("key,Name ,born\na1,Ann Lee,1950-01-02\na2,Bob Hill,1960-03-04\n")),
        put_file(&scratch, "two.csv", S("key,name,born\nb1,Ann Lee,1950-01-02\nb2,Cy Dale,1970-05-06\n"))};
    struct link_files_request request = {
        .specification = put_file(&scratch, "s.yaml", S("id: key\ncolumns: {name: full_name, born: date}\n")),
        .files = files,
        .file_count = 2,
        .clusters = arena_format(scratch.arena, "%s/c.csv", scratch.folder)};
    struct slice text;
    struct error err = NO_ERROR;
    (void)run_files(&scratch, &request);
    assert_true(host_read_file(host_real(), request.clusters, 1 << 20, scratch.arena, &text, &err));
    assert_true(slice_starts(text, S("id,source,cluster\r\na1,one,1\r\na2,one,2\r\nb1,two,")));
    close_scratch(&scratch);
}

static void wrong_files_are_told_by_name_and_line(void **state)
{
    (void)state;
    struct scratch scratch = open_scratch();
    static const struct {
        const char *text, *words;
        uint64_t line;
    } cases[] = {{"", "empty", 1},
                 {"key,name,born\n", "no record below the row", 1},
                 {"key,name,born\n1,ann,1950\n", "one record alone teaches nothing", 0},
                 {"x,y\n1,2\n", "none of the specification's columns", 1},
                 {"name,key\nann,1\n", "born", 1},
                 {"key,name,name,born\n1,2,3,4\n", "stands twice", 1},
                 {"kee,name,born\n1,2,3\n", "did you mean kee", 1},
                 {"key,name,born\n1,ann,1950\n2,\"bob,1951\n", "never closed", 3}};
    for (size_t i = 0; i < countof(cases); i++) {
        struct slice file = put_file(&scratch, "file.csv", slice_of(cases[i].text));
        struct link_files_request request = {
            .host = host_real(),
            .specification = put_file(&scratch, "s.yaml", S("id: key\ncolumns: {name: full_name, born: date}\n")),
            .files = &file,
            .file_count = 1};
        struct buffer out = buffer_make(scratch.arena);
        struct error err = NO_ERROR;
        assert_false(link_files(&request, &out, &err));
        if (!strstr(err.text, cases[i].words))
            fail_msg("“%s” does not say “%s”", err.text, cases[i].words);
        assert_int_equal(err.line, cases[i].line);
    }
    close_scratch(&scratch);
}

static void the_truth_is_not_asked_for_before_the_clusters_are_written(void **state)
{
    (void)state;
    struct scratch scratch = open_scratch();
    struct slice file =
        put_file(&scratch, "file.csv", S("key,name,born\n1,Ann Lee,1950-01-02\n2,Ann Lee,1950-01-02\n"));
    struct link_files_request request = {
        .host = host_real(),
        .specification = put_file(&scratch, "s.yaml", S("id: key\ncolumns: {name: full_name, born: date}\n")),
        .files = &file,
        .file_count = 1,
        .truth = S("no_such_column"),
        .clusters = arena_format(scratch.arena, "%s/c.csv", scratch.folder)};
    struct buffer out = buffer_make(scratch.arena);
    struct error err = NO_ERROR;
    assert_false(link_files(&request, &out, &err));
    assert_non_null(strstr(err.text, "no_such_column"));
    assert_true(host_exists(request.clusters));
    close_scratch(&scratch);
}

/* The file becomes another, in place, once its records are read and before anything is compared. */
struct changing {
    const char *path, *text;
    const char *mode;
    unsigned times;
};

static void change_file(void *context, struct slice line)
{
    struct changing *changing = context;
    assert_true(line.len > 0);
    FILE *file = fopen(changing->path, changing->mode);
    assert_non_null(file);
    assert_true(fputs(changing->text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    changing->times++;
}

static void a_file_that_changes_while_it_is_linked_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *mode, *text, *words;
    } cases[] = {{"a", "3,Cy Dale,1970-05-06,3\n", "grew while it was linked"},
                 {"w", "key,name,born,who\n1,Ann Lee,1950-01-02,1\n", "changed while they were linked"},
                 {"w", "", "empty"}};
    for (size_t i = 0; i < countof(cases); i++) {
        struct scratch scratch = open_scratch();
        struct slice file =
            put_file(&scratch, "file.csv", S("key,name,born,who\n1,Ann Lee,1950-01-02,1\n2,Ann Lee,1950-01-02,1\n"));
        struct changing changing = {arena_cstr(scratch.arena, file), cases[i].text, cases[i].mode, 0};
        struct link_files_request request = {
            .host = host_real(),
            .specification = put_file(&scratch, "s.yaml", S("id: key\ncolumns: {name: full_name, born: date}\n")),
            .files = &file,
            .file_count = 1,
            .truth = S("who"),
            .say = change_file,
            .say_context = &changing};
        struct buffer out = buffer_make(scratch.arena);
        struct error err = NO_ERROR;
        assert_false(link_files(&request, &out, &err));
        assert_int_equal(changing.times, 1);
        if (!strstr(err.text, cases[i].words))
            fail_msg("“%s” does not say “%s”", err.text, cases[i].words);
        close_scratch(&scratch);
    }
}

/* Its writer waits for one reader and is gone with it. */
static void a_named_pipe_is_opened_once(void **state)
{
    (void)state;
    struct scratch scratch = open_scratch();
    struct slice pipe = arena_format(scratch.arena, "%s/pipe", scratch.folder);
    assert_int_equal(mkfifo(pipe.at, 0600), 0);
    pid_t writer = fork();
    assert_true(writer >= 0);
    if (writer == 0) {
        FILE *file = fopen(pipe.at, "w");
        _exit(!file || fputs("key,name,born\n1,Ann Lee,1950-01-02\n2,Ann Lee,1950-01-02\n", file) < 0 ||
              fclose(file) != 0);
    }
    struct link_files_request request = {
        .specification = put_file(&scratch, "s.yaml", S("id: key\ncolumns: {name: full_name, born: date}\n")),
        .files = &pipe,
        .file_count = 1};
    assert_true(figure(run_files(&scratch, &request), "records") == 2);
    int status = 1;
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(status, 0);
    close_scratch(&scratch);
}

/* People with a duplicate each, and one who stands in the file over and over. */
static struct slice crowd(struct scratch *scratch, unsigned repeats)
{
    struct buffer text = buffer_make(scratch->arena);
    buffer_add(&text, S("id,given,family,born,town\n"));
    for (unsigned i = 0; i < 400; i++)
        for (unsigned copy = 0; copy < 2; copy++)
            buffer_format(&text, "%u-%u,given%c%c,family%c%c,%u-0%u-1%u,town%u\n", i, copy, 'a' + i % 23, 'a' + i % 19,
                          'a' + i % 17, 'a' + i % 13, 1900 + i % 90, 1 + i % 9, i % 9, i % 30);
    for (unsigned i = 0; i < repeats; i++)
        buffer_format(&text, "r%u,robin,wrensley,1950-01-02,town7\n", i);
    return put_file(scratch, "crowd.csv", buffer_slice(&text));
}

static const char crowd_spec[] = "id: id\ncolumns: {given: given_name, family: family_name, born: date, town: place}\n"
                                 "blocking: [family, given, born]\ndate_order: ymd\n";

static void a_record_that_stands_in_a_file_many_times_is_one(void **state)
{
    (void)state;
    struct scratch scratch = open_scratch();
    struct slice file = crowd(&scratch, 20000), out = arena_format(scratch.arena, "%s/out.csv", scratch.folder), text;
    struct link_files_request request = {.specification = put_file(&scratch, "s.yaml", slice_of(crowd_spec)),
                                         .files = &file,
                                         .file_count = 1,
                                         .clusters = out};
    struct slice report = run_files(&scratch, &request);
    assert_true(figure(report, "pairs_compared") < 50000); /* of 200 million that share a key */
    assert_true(figure(report, "clusters") <= 801);
    struct error err = NO_ERROR;
    assert_true(host_read_file(host_real(), out, 1 << 24, scratch.arena, &text, &err));
    struct slice rest = text, line, last = NO_SLICE;
    uint32_t seen = 0;
    while (slice_cut(&rest, '\n', &line))
        if (slice_starts(line, S("r"))) {
            struct slice cluster = slice_part(line, slice_find(line, ','), line.len);
            assert_true(seen == 0 || slice_equal(cluster, last));
            last = cluster;
            seen++;
        }
    assert_int_equal(seen, 20000);
    close_scratch(&scratch);
}

static void components_are_the_same_from_pairs_and_from_edges(void **state)
{
    (void)state;
    struct scratch scratch = open_scratch();
    struct slice file = crowd(&scratch, 30), text[3];
    struct slice spec = arena_format(scratch.arena, "%sclusters: components\n", crowd_spec);
    for (unsigned i = 0; i < 3; i++) {
        struct link_files_request request = {
            .specification = put_file(&scratch, "s.yaml", spec),
            .files = &file,
            .file_count = 1,
            .clusters = arena_format(scratch.arena, "%s/out%u.csv", scratch.folder, i),
            .pairs = i == 2 ? arena_format(scratch.arena, "%s/pairs.csv", scratch.folder) : NO_SLICE,
            .options = {.threads = 1 + i % 2}};
        struct slice report = run_files(&scratch, &request);
        assert_true((figure(report, "edges") > 0) == (i == 2));
        struct error err = NO_ERROR;
        assert_true(host_read_file(host_real(), request.clusters, 1 << 24, scratch.arena, &text[i], &err));
    }
    assert_true(slice_equal(text[0], text[1]) && slice_equal(text[0], text[2]));
    struct error err = NO_ERROR;
    struct link_spec *read;
    assert_false(link_spec_read(arena_format(scratch.arena, "%.*ssources: {no_duplicates: [crowd]}\n", PRINT(spec)),
                                S("s.yaml"), scratch.arena, &read, &err));
    close_scratch(&scratch);
}

/* People with up to seven records each, slips among them, and one of 200 records, no two the same. */
static struct slice town(struct scratch *scratch)
{
    struct buffer text = buffer_make(scratch->arena);
    uint64_t state = 5;
    buffer_add(&text, S("id,given,family,born,address,postcode\n"));
    for (unsigned p = 0; p < 501; p++) {
        struct person person;
        make_person(&state, &person);
        for (unsigned c = 0, copies = p == 500 ? 200 : 1 + (unsigned)(next_random(&state) % 7); c < copies; c++) {
            struct person row = person;
            for (unsigned slip = 0; slip < c % 4; slip++)
                make_slip(&state, &row);
            if (p == 500)
                (void)snprintf(row.address, sizeof row.address, "%u Quay Side", c);
            buffer_format(&text, "%u-%u,%s,%s,%s,%s,%s\n", p, c, row.given, row.family, row.born, row.address,
                          row.postcode);
        }
    }
    return put_file(scratch, "town.csv", buffer_slice(&text));
}

/* With these lines more; gives how many doubts there are. */
static double same_from_pairs_and_from_edges(struct scratch *scratch, struct slice file, const char *more)
{
    struct slice spec = arena_format(scratch->arena, "id: id\n%s%s", people_spec, more), text[3];
    double edges[3], doubts[3];
    for (unsigned i = 0; i < 3; i++) {
        struct link_files_request request = {
            .specification = put_file(scratch, "s.yaml", spec),
            .files = &file,
            .file_count = 1,
            .clusters = arena_format(scratch->arena, "%s/out%u.csv", scratch->folder, i),
            .pairs = i == 2 ? arena_format(scratch->arena, "%s/pairs.csv", scratch->folder) : NO_SLICE,
            .options = {.threads = 1 + i % 2}};
        struct slice report = run_files(scratch, &request);
        edges[i] = figure(report, "edges");
        doubts[i] = figure(report, "doubts");
        struct error err = NO_ERROR;
        assert_true(host_read_file(host_real(), request.clusters, 1 << 24, scratch->arena, &text[i], &err));
    }
    assert_true(slice_equal(text[0], text[1]) && slice_equal(text[0], text[2]));
    assert_true(edges[0] > 500 && edges[0] == edges[1] && edges[0] == edges[2]);
    assert_true(doubts[0] == doubts[1] && doubts[0] == doubts[2]);
    return doubts[0];
}

static void clusters_are_the_same_from_pairs_and_from_edges(void **state)
{
    (void)state;
    struct scratch scratch = open_scratch();
    struct slice file = town(&scratch);
    assert_true(same_from_pairs_and_from_edges(&scratch, file, "") > 0);
    (void)same_from_pairs_and_from_edges(&scratch, file, "thresholds: {join: 8, review: 8, floor: 8}\n");
    close_scratch(&scratch);
}

static const char bagless_spec[] =
    "id: id\ncolumns: {given: given_name, family: family_name, born: date, postcode: postcode}\n"
    "blocking: [family, born, postcode]\ncomparisons: [given, family, born, postcode]\n"
    "learn: false\nclusters: components\n";

/* A weight that rounding lifts to the threshold joins, whether its pair is kept or not. */
static void a_pair_at_the_very_threshold_joins_alike_from_pairs_and_from_edges(void **state)
{
    (void)state;
    struct scratch scratch = open_scratch();
    struct slice file = town(&scratch), text[2];
    struct error err = NO_ERROR;
    struct link_files_result result;
    struct link_files_request request = {.specification = put_file(&scratch, "s.yaml", slice_of(bagless_spec)),
                                         .files = &file,
                                         .file_count = 1,
                                         .ret_result = &result};
    (void)run_files(&scratch, &request);
    double joins[8];
    size_t count = 0;
    for (size_t i = 0; i < result.edges.count && count < countof(joins); i++) {
        const struct link_edge *edge = &result.edges.edges[i];
        struct link_explanation said;
        link_explain(result.records, result.model, edge->a, edge->b, scratch.arena, &said);
        if (edge->weight > 0 && said.total < (double)edge->weight &&
            (count == 0 || joins[count - 1] != (double)edge->weight))
            joins[count++] = (double)edge->weight;
    }
    assert_int_equal(count, countof(joins));
    request.ret_result = NULL;
    for (size_t i = 0; i < 2 * count; i++) {
        request.specification =
            put_file(&scratch, "t.yaml",
                     arena_format(scratch.arena, "%sthresholds: {join: %.17g}\n", bagless_spec, joins[i / 2]));
        request.clusters = arena_format(scratch.arena, "%s/out.csv", scratch.folder);
        request.pairs = i % 2 ? arena_format(scratch.arena, "%s/pairs.csv", scratch.folder) : NO_SLICE;
        (void)run_files(&scratch, &request);
        assert_true(host_read_file(host_real(), request.clusters, 1 << 24, scratch.arena, &text[i % 2], &err));
        assert_true(i % 2 == 0 || slice_equal(text[0], text[1]));
    }
    close_scratch(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(historical_figures_shuffled_and_unnamed_are_found),
        cmocka_unit_test(febrl4_is_linked_one_to_one_alike_by_one_and_two_threads),
        cmocka_unit_test(febrl3_and_fake_1000_are_found),
        cmocka_unit_test(clusters_name_id_source_and_cluster),
        cmocka_unit_test(wrong_files_are_told_by_name_and_line),
        cmocka_unit_test(the_truth_is_not_asked_for_before_the_clusters_are_written),
        cmocka_unit_test(a_file_that_changes_while_it_is_linked_is_told),
        cmocka_unit_test(a_named_pipe_is_opened_once),
        cmocka_unit_test(a_record_that_stands_in_a_file_many_times_is_one),
        cmocka_unit_test(components_are_the_same_from_pairs_and_from_edges),
        cmocka_unit_test(a_pair_at_the_very_threshold_joins_alike_from_pairs_and_from_edges),
        cmocka_unit_test(clusters_are_the_same_from_pairs_and_from_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
