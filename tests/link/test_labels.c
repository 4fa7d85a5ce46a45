/* Labelled pairs: read, held against a linking, asked for. */
#include "tests/link/people.h"

#include "base/csv.h"
#include "link/labels.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const SPEC = "link: dedupe\n"
                                "columns: {given: given_name, family: family_name, born: date, postcode: postcode}\n"
                                "blocking: [family, born]\n"
                                "thresholds: {join: 1, review: -2, floor: -6}\n";
enum { PEOPLE = 120, RECORDS = 2 * PEOPLE };

struct linked {
    struct arena *arena;
    char folder[64];
    struct link_records *records;
    struct link_model *model;
    struct link_edges edges;
    struct link_cluster_input input;
    struct link_clusters clusters;
};

/* Record 2p is "care:p", record 2p + 1 is "gp:p": the same person. */
static struct linked link_people(void)
{
    struct linked l = {.arena = arena_make(0), .folder = "/tmp/staithe-labels-XXXXXX"};
    struct error err = NO_ERROR;
    uint64_t random = 21;
    assert_non_null(mkdtemp(l.folder));
    l.records = link_records_make(read_spec(SPEC, l.arena), l.arena);
    for (int p = 0; p < PEOPLE; p++) {
        struct person person;
        char id[24];
        make_person(&random, &person);
        (void)snprintf(id, sizeof id, "%d", p);
        ADD(l.records, "care", id, person.given, person.family, person.born, person.postcode);
        make_slip(&random, &person);
        ADD(l.records, "gp", id, person.given, person.family, person.born, person.postcode);
    }
    assert_true(link_train(l.records, NULL, l.arena, &l.model, NULL, &err));
    assert_true(link_score(l.records, l.model, NULL, l.arena, &l.edges, &err));
    l.input = (struct link_cluster_input){.count = RECORDS,
                                          .edges = l.edges.edges,
                                          .edge_count = l.edges.count,
                                          .join = link_model_join(l.model),
                                          .review = link_model_review(l.model),
                                          .keys = link_records_keys(l.records),
                                          .records = l.records,
                                          .model = l.model};
    assert_true(link_cluster(&l.input, l.arena, &l.clusters, &err));
    return l;
}

static bool read_text(struct linked *l, struct slice text, struct labels *ret, struct error *err)
{
    struct slice path = arena_format(l->arena, "%s/labels.csv", l->folder);
    *err = NO_ERROR;
    assert_true(host_write_file(host_real(), path, text, err));
    bool done = labels_read(host_real(), path, &l->input, &l->clusters, l->arena, ret, err);
    struct error ignored;
    assert_true(host_delete(host_real(), path, &ignored));
    return done;
}

static void close_people(struct linked *l)
{
    assert_int_equal(rmdir(l->folder), 0);
    arena_free(l->arena);
}

static void figures_count_what_the_entities_say_of_each_labelled_pair(void **state)
{
    (void)state;
    struct linked l = link_people();
    struct buffer text = buffer_make(l.arena);
    uint64_t right = 0, missed = 0, wrong = 0;
    buffer_add(&text, S("match,source_a,id_a,source_b,id_b,note\n"));
    for (uint32_t p = 0; p < PEOPLE; p++) {
        buffer_format(&text, "Yes,care,%u,gp,%u,\n", p, p);
        buffer_format(&text, "0,care,%u,care,%u,other people\n", p, (p + 1) % PEOPLE);
        buffer_format(&text, ",care,%u,gp,%u,not looked at\n", p, (p + 2) % PEOPLE);
        bool same = l.clusters.cluster[2 * p] == l.clusters.cluster[2 * p + 1];
        right += same;
        missed += !same;
        wrong += l.clusters.cluster[2 * p] == l.clusters.cluster[2 * ((p + 1) % PEOPLE)];
    }
    struct labels labels;
    struct error err;
    assert_true(read_text(&l, buffer_slice(&text), &labels, &err));
    assert_int_equal(labels.count, 2 * PEOPLE);
    assert_int_equal(labels.matches, PEOPLE);
    assert_int_equal(labels.right, right);
    assert_int_equal(labels.missed, missed);
    assert_int_equal(labels.wrong, wrong);
    assert_int_equal(labels.contradicted, 0);
    assert_true(right > PEOPLE / 2);
    assert_true(fabs(labels.recall - (double)right / PEOPLE) < 1e-12);
    close_people(&l);
}

static void labels_that_contradict_are_named_by_file_and_line_and_left_out(void **state)
{
    (void)state;
    struct linked l = link_people();
    struct labels labels;
    struct error err;
    assert_true(read_text(&l,
                          S("id_a,id_b,match\ncare:1,gp:1,yes\ngp:1,care:1,no\ncare:2,gp:2,y\ngp:2,care:3,y\n"
                            "care:2,care:3,n\ncare:4,gp:4,true\ncare:4,gp:4,1\n"),
                          &labels, &err));
    assert_int_equal(labels.contradicted, 2);
    assert_int_equal(labels.against_count, 2);
    assert_non_null(strstr(arena_cstr(l.arena, labels.against[0]), "labels.csv:3: says no of a pair of which line 2"));
    assert_non_null(
        strstr(arena_cstr(l.arena, labels.against[1]), "labels.csv:6: says no of a pair that the lines 4, 5"));
    assert_int_equal(labels.matches, 3); /* the same label twice counts once */
    close_people(&l);
}

static void bad_labels_are_refused_with_their_line(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"", "the file of labels is empty"},
        {"id_a,match\n", "there is no column id_b"},
        {"id_a,id_b,match\ncare:1,gp:1,maybe\n", "not “maybe”"},
        {"id_a,id_b,match\n1,care:2,yes\n", "write care:1 or gp:1"},
        {"id_a,id_b,match\ncare:1,care:1,yes\n", "labelled with itself"},
        {"id_a,id_b,match\ncare:777,care:1,yes\n", "there is no record with the id"},
    };
    struct linked l = link_people();
    for (size_t i = 0; i < countof(bad); i++) {
        struct labels labels;
        struct error err;
        assert_false(read_text(&l, slice_of(bad[i][0]), &labels, &err));
        if (!strstr(err.text, bad[i][1]))
            fail_msg("%s", err.text);
        assert_int_equal(err.line, i < 2 ? 1 : 2);
    }
    close_people(&l);
}

static size_t questions_in(struct slice page)
{
    size_t lines = 0;
    for (size_t i = 0; i < page.len; i++)
        lines += page.at[i] == '\n';
    return lines - 1;
}

static void what_is_asked_comes_back_as_labels_and_is_not_asked_again(void **state)
{
    (void)state;
    struct linked l = link_people();
    struct buffer page = buffer_make(l.arena), answered = buffer_make(l.arena), next = buffer_make(l.arena);
    labels_ask(&l.input, NULL, 4, &page);
    assert_int_equal(questions_in(buffer_slice(&page)), 4);
    /* Each row has an empty field for the answer behind three numbers and four names. */
    struct slice rest = buffer_slice(&page), line;
    for (size_t i = 0; slice_cut(&rest, '\n', &line); i++) {
        size_t commas = 0;
        for (size_t c = 0; c < line.len; c++) {
            buffer_add_byte(&answered, line.at[c]);
            commas += line.at[c] == ',';
            if (i && line.at[c] == ',' && commas == 6)
                buffer_add(&answered, S("yes"));
        }
        buffer_add_byte(&answered, '\n');
    }
    struct labels labels;
    struct error err;
    assert_true(read_text(&l, buffer_slice(&answered), &labels, &err));
    assert_int_equal(labels.count, 4);
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < i; j++)
            assert_true(link_score_pair(l.records, l.model, labels.labels[i].a, labels.labels[i].b).pattern !=
                        link_score_pair(l.records, l.model, labels.labels[j].a, labels.labels[j].b).pattern);
    labels_ask(&l.input, &labels, 1000, &next);
    assert_true(questions_in(buffer_slice(&next)) > 0);
    for (size_t i = 0; i < 4; i++) {
        struct slice row = arena_format(
            l.arena, "\n%.*s,%.*s,%.*s,%.*s,", PRINT(link_records_id(l.records, labels.labels[i].a)),
            PRINT(link_records_source_name(l.records, link_records_source_of(l.records, labels.labels[i].a))),
            PRINT(link_records_id(l.records, labels.labels[i].b)),
            PRINT(link_records_source_name(l.records, link_records_source_of(l.records, labels.labels[i].b))));
        assert_true(slice_search(buffer_slice(&next), row) == next.len);
    }
    close_people(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_count_what_the_entities_say_of_each_labelled_pair),
        cmocka_unit_test(labels_that_contradict_are_named_by_file_and_line_and_left_out),
        cmocka_unit_test(bad_labels_are_refused_with_their_line),
        cmocka_unit_test(what_is_asked_comes_back_as_labels_and_is_not_asked_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
