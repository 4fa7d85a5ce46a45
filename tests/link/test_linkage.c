/* The library's plain face: what a stranger's program sees, in order and out of order, whole and cancelled. */
#include "tests/link/people.h"

#include "base/json.h"
#include "link/linkage.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static const char specification[] =
    "id: id\ncolumns: {first: given_name, last: family_name, born: date, town: place}\n";

/* 300 records of 150 people: each once as it is, once with another town. */
static void add_people(struct linkage *linkage)
{
    uint64_t state = 9;
    for (unsigned i = 0; i < 150; i++) {
        char last[40], born[16], id[16];
        uint64_t a = next_random(&state) % 18, b = next_random(&state) % 18;
        const char *first = given_names[next_random(&state) % 32];
        (void)snprintf(last, sizeof last, "%s%s", family_roots[a], family_roots[b]);
        (void)snprintf(born, sizeof born, "19%02u-%02u-%02u", (unsigned)(next_random(&state) % 90) + 10,
                       (unsigned)(next_random(&state) % 12) + 1, (unsigned)(next_random(&state) % 28) + 1);
        (void)snprintf(id, sizeof id, "a%u", i);
        assert_int_equal(linkage_add(linkage, "a", id, (const char *[]){first, last, born, family_roots[i % 18]}), 0);
        (void)snprintf(id, sizeof id, "b%u", i);
        assert_int_equal(linkage_add(linkage, "b", id, (const char *[]){first, last, born, i % 3 ? NULL : "ely"}), 0);
    }
}

static void records_in_memory_come_out_as_entities(void **state)
{
    (void)state;
    struct linkage *linkage = linkage_make();
    assert_int_equal(linkage_specify(linkage, specification), 0);
    assert_int_equal(linkage_columns(linkage), 4);
    assert_string_equal(linkage_column(linkage, 3), "town");
    assert_null(linkage_column(linkage, 4));
    assert_non_null(strstr(linkage_specification(linkage), "blocking:"));
    assert_null(strstr(linkage_specification(linkage), "000000"));
    add_people(linkage);
    assert_int_equal(linkage_run(linkage), 0);
    assert_int_equal(linkage_records(linkage), 300);
    assert_in_range(linkage_entities(linkage), 145, 155);
    unsigned together = 0;
    for (uint32_t r = 0; r < 300; r += 2)
        together += linkage_entity(linkage, r) == linkage_entity(linkage, r + 1);
    assert_true(together >= 148);
    assert_string_equal(linkage_id(linkage, 3), "b1");
    assert_string_equal(linkage_source(linkage, 3), "b");
    assert_null(linkage_id(linkage, 300));
    assert_int_equal(linkage_entity(linkage, 300), 0);
    uint32_t found = 0;
    assert_int_equal(linkage_find(linkage, "b:b7", &found), 0);
    assert_int_equal(found, 15);
    assert_int_equal(linkage_find(linkage, "nobody", &found), 66);
    struct linkage_pair pair;
    assert_true(linkage_pairs(linkage) >= 148);
    assert_int_equal(linkage_pair(linkage, 0, &pair), 0);
    assert_true(pair.a < pair.b && pair.b < 300 && pair.probability > 0 && pair.probability < 1);
    assert_int_equal(linkage_pair(linkage, linkage_pairs(linkage), &pair), 64);
    const char *text = linkage_explain(linkage, 0, 1, false);
    assert_non_null(strstr(text, "are one entity"));
    assert_non_null(strstr(text, "before comparing"));
    assert_non_null(strstr(linkage_explain(linkage, 0, 1, true), "\"together\":true"));
    assert_null(linkage_explain(linkage, 0, 0, false));
    assert_non_null(strstr(linkage_error(linkage), "two different records"));
    linkage_free(linkage);
    linkage_free(NULL);
}

static void a_call_out_of_order_is_refused_with_a_sentence(void **state)
{
    (void)state;
    struct linkage *linkage = linkage_make();
    const char *values[] = {"ann", "fen", "1950-01-01", "ely"};
    uint32_t record = 0;
    struct linkage_pair pair;
    assert_string_equal(linkage_error(linkage), "");
    assert_null(linkage_specification(linkage));
    assert_int_equal(linkage_add(linkage, "a", "1", values), 64);
    assert_int_equal(linkage_add_file(linkage, "people.csv"), 64);
    assert_int_equal(linkage_run(linkage), 64);
    assert_non_null(strstr(linkage_error(linkage), "linkage_specify first"));
    assert_int_equal(linkage_find(linkage, "1", &record), 64);
    assert_int_equal(linkage_pair(linkage, 0, &pair), 64);
    assert_int_equal(linkage_write_pairs(linkage, "/nowhere/pairs.csv"), 64);
    assert_null(linkage_explain(linkage, 0, 1, false));
    assert_int_equal(linkage_specify(linkage, "columns: {name: full_nam}"), 65);
    assert_non_null(strstr(linkage_error(linkage), "did you mean full_name"));
    assert_int_equal(linkage_specify(linkage, specification), 0); /* the failure left it open */
    assert_string_equal(linkage_error(linkage), "");
    assert_int_equal(linkage_specify(linkage, specification), 64);
    assert_int_equal(linkage_add(linkage, "a", NULL, values), 64);
    assert_int_equal(linkage_add(linkage, "a", "1", NULL), 64);
    assert_int_equal(linkage_records(linkage), 0);
    assert_int_equal(linkage_entities(linkage), 0);
    assert_int_equal(linkage_add_file(linkage, "/nowhere/people.csv"), 0);
    assert_int_equal(linkage_run(linkage), 66);
    assert_non_null(strstr(linkage_error(linkage), "/nowhere/people.csv"));
    assert_int_equal(linkage_run(linkage), 64); /* once */
    linkage_free(linkage);
}

struct watch {
    unsigned calls, stop_at; /* 0: never */
    char stages[400];
};

static bool watching(void *context, const char *stage, double share)
{
    struct watch *watch = context;
    assert_true(share >= 0 && share <= 1);
    size_t len = strlen(watch->stages);
    if (!strstr(watch->stages, stage) && len + strlen(stage) + 2 < sizeof watch->stages)
        (void)snprintf(watch->stages + len, sizeof watch->stages - len, "%s;", stage);
    return ++watch->calls != watch->stop_at;
}

struct files {
    char folder[64], csv[96], other[96];
};

static struct files put_files(void)
{
    struct files files = {.folder = "/tmp/staithe-linkage-XXXXXX"};
    assert_non_null(mkdtemp(files.folder));
    (void)snprintf(files.csv, sizeof files.csv, "%s/people.csv", files.folder);
    (void)snprintf(files.other, sizeof files.other, "%s/out.jsonl", files.folder);
    FILE *out = fopen(files.csv, "w");
    assert_non_null(out);
    (void)fputs("id,first,last,born,town\n", out);
    uint64_t state = 4;
    for (unsigned i = 0; i < 200; i++) {
        unsigned person = i % 120;
        (void)fprintf(out, "r%u,%s,%s%s,19%02u-%02u-%02u,%s\n", i, given_names[person % 32], family_roots[person % 18],
                      family_roots[person / 18], person % 90 + 10, person % 12 + 1, person % 28 + 1,
                      family_roots[next_random(&state) % 18]);
    }
    assert_int_equal(fclose(out), 0);
    return files;
}

static void take_files(struct files *files)
{
    (void)unlink(files->csv);
    (void)unlink(files->other);
    assert_int_equal(rmdir(files->folder), 0);
}

/* One run over the file, stopped at the n-th call of the watcher. */
static int run_stopped(const struct files *files, unsigned threads, struct watch *watch)
{
    struct linkage *linkage = linkage_make();
    assert_int_equal(linkage_specify(linkage, specification), 0);
    assert_int_equal(linkage_add_file(linkage, files->csv), 0);
    linkage_watch(linkage, watching, watch);
    linkage_threads(linkage, threads);
    int status = linkage_run(linkage);
    if (status)
        assert_non_null(strstr(linkage_error(linkage), "stopped while"));
    linkage_free(linkage);
    return status;
}

static void the_watcher_may_stop_it_at_every_call(void **state)
{
    (void)state;
    struct files files = put_files();
    struct watch all = {0};
    assert_int_equal(run_stopped(&files, 1, &all), 0);
    static const char *const stages[] = {"reading", "coding", "comparing pairs", "clustering"};
    for (size_t i = 0; i < countof(stages); i++)
        if (!strstr(all.stages, stages[i]))
            fail_msg("%s is not among the stages: %s", stages[i], all.stages);
    assert_true(all.calls > 10);
    for (unsigned n = 1; n <= all.calls; n++) {
        struct watch some = {.stop_at = n};
        int status = run_stopped(&files, 1, &some);
        if (status != 130 || some.calls != n)
            fail_msg("stopped at call %u of %u (%s): status %d after %u calls", n, all.calls, some.stages, status,
                     some.calls);
    }
    /* With two, the other thread may do a stage's pieces: as many calls or fewer, but each is heeded. */
    for (unsigned n = 1; n <= all.calls; n += 7) {
        struct watch some = {.stop_at = n};
        int status = run_stopped(&files, 2, &some);
        assert_true(status == 130 ? some.calls == n : status == 0 && some.calls < n);
    }
    take_files(&files);
}

static void *link_in_a_thread(void *context)
{
    uint32_t *entities = context;
    struct linkage *linkage = linkage_make();
    assert_int_equal(linkage_specify(linkage, specification), 0);
    add_people(linkage);
    assert_int_equal(linkage_run(linkage), 0);
    for (uint32_t r = 0; r < 300; r++)
        entities[r] = linkage_entity(linkage, r);
    linkage_free(linkage);
    return NULL;
}

static void handles_of_different_threads_do_not_meet(void **state)
{
    (void)state;
    static uint32_t entities[4][300];
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, link_in_a_thread, entities[i]), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 1; i < 4; i++)
        assert_memory_equal(entities[i], entities[0], sizeof entities[0]);
}

static void pairs_as_json_lines_add_up_to_their_weights(void **state)
{
    (void)state;
    struct files files = put_files();
    struct linkage *linkage = linkage_make();
    assert_int_equal(linkage_specify(linkage, specification), 0);
    assert_int_equal(linkage_add_file(linkage, files.csv), 0);
    assert_int_equal(linkage_run(linkage), 0);
    assert_int_equal(linkage_write_pairs(linkage, files.other), 0);
    FILE *in = fopen(files.other, "r");
    assert_non_null(in);
    char *line = NULL;
    size_t size = 0, count = 0;
    while (getline(&line, &size, in) > 0) {
        double sum = atof(strstr(line, "\"prior\":") + 8), weight = atof(strstr(line, "\"weight\":") + 9);
        for (const char *part = strstr(line, "\"parts\":"); (part = strstr(part + 1, "\"weight\":"));)
            sum += atof(part + 9);
        assert_true(sum - weight < 0.01 && weight - sum < 0.01);
        count++;
    }
    free(line);
    assert_int_equal(fclose(in), 0);
    assert_int_equal(count, linkage_pairs(linkage));
    assert_int_equal(linkage_write_clusters(linkage, files.other), 0);
    in = fopen(files.other, "r");
    char first[80] = "";
    assert_non_null(in);
    assert_non_null(fgets(first, sizeof first, in));
    assert_string_equal(first, "{\"id\":\"r0\",\"cluster\":1}\n");
    assert_int_equal(fclose(in), 0);
    linkage_free(linkage);
    take_files(&files);
}

/* Records of two sources in turn, and a file behind them. */
static void records_and_a_file_are_linked_together(void **state)
{
    (void)state;
    struct files files = put_files();
    struct linkage *linkage = linkage_make();
    assert_int_equal(linkage_specify(linkage, specification), 0);
    add_people(linkage);
    assert_int_equal(linkage_add_file(linkage, files.csv), 0);
    assert_int_equal(linkage_run(linkage), 0);
    assert_int_equal(linkage_records(linkage), 500);
    linkage_free(linkage);
    take_files(&files);
}

static void a_kept_model_links_again_without_training(void **state)
{
    (void)state;
    struct files files = put_files();
    struct linkage *first = linkage_make(), *second = linkage_make(), *other = linkage_make();
    assert_int_equal(linkage_specify(first, specification), 0);
    assert_int_equal(linkage_specify(second, specification), 0);
    assert_int_equal(linkage_specify(other, "id: id\ncolumns: {last: family_name, born: date}\n"), 0);
    assert_int_equal(linkage_add_file(first, files.csv), 0);
    assert_int_equal(linkage_run(first), 0);
    assert_int_equal(linkage_save_model(first, files.other), 0);
    assert_int_equal(linkage_use_model(second, files.other), 0);
    assert_int_equal(linkage_add_file(second, files.csv), 0);
    assert_int_equal(linkage_run(second), 0);
    assert_int_equal(linkage_records(second), 200);
    for (uint32_t r = 0; r < 200; r++)
        assert_int_equal(linkage_entity(first, r), linkage_entity(second, r));
    assert_int_equal(linkage_use_model(other, files.other), 0);
    assert_int_equal(linkage_add_file(other, files.csv), 0);
    assert_int_not_equal(linkage_run(other), 0);
    assert_non_null(strstr(linkage_error(other), "specification"));
    linkage_free(first);
    linkage_free(second);
    linkage_free(other);
    take_files(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_in_memory_come_out_as_entities),
        cmocka_unit_test(a_call_out_of_order_is_refused_with_a_sentence),
        cmocka_unit_test(the_watcher_may_stop_it_at_every_call),
        cmocka_unit_test(handles_of_different_threads_do_not_meet),
        cmocka_unit_test(pairs_as_json_lines_add_up_to_their_weights),
        cmocka_unit_test(records_and_a_file_are_linked_together),
        cmocka_unit_test(a_kept_model_links_again_without_training),
    };
    return cmocka_run_group_tests_name("link/linkage", tests, NULL, NULL);
}
