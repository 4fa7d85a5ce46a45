/* Why two records are one entity, and why not. */
#include "tests/link/people.h"

#include "link/why.h"

#include <math.h>

static struct link_edge edge(uint32_t a, uint32_t b, float weight)
{
    return (struct link_edge){.a = a, .b = b, .weight = weight};
}

/* The weakest link of the best way, by trying every way without a loop. */
static double best_weakest(const struct link_edge *edges, size_t count, uint32_t from, uint32_t to, unsigned seen,
                           double weakest)
{
    if (from == to)
        return weakest;
    double best = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        if (edges[i].a != from && edges[i].b != from)
            continue;
        uint32_t next = edges[i].a == from ? edges[i].b : edges[i].a;
        if (!(seen >> next & 1))
            best = fmax(
                best, best_weakest(edges, count, next, to, seen | 1u << next, fmin(weakest, (double)edges[i].weight)));
    }
    return best;
}

static void the_path_s_weakest_link_is_the_strongest_of_all_ways(void **state)
{
    (void)state;
    enum { N = 8 };
    uint64_t random = 3;
    unsigned found = 0;
    for (int round = 0; round < 400; round++) {
        struct arena *arena = arena_make(0);
        struct link_edge edges[12];
        size_t count = 0;
        for (uint32_t a = 0; a < N; a++)
            for (uint32_t b = a + 1; b < N && count < countof(edges); b++)
                if (next_random(&random) % 3 == 0)
                    edges[count++] = edge(a, b, (float)(next_random(&random) % 9));
        struct link_cluster_input input = {.count = N, .edges = edges, .edge_count = count};
        struct link_path path;
        link_path(&input, NULL, false, 0, N - 1, arena, &path);
        double best = best_weakest(edges, count, 0, N - 1, 1, INFINITY);
        assert_int_equal(path.count == 0, isinf(best) != 0);
        uint32_t at = 0;
        double weakest = INFINITY;
        for (size_t i = 0; i < path.count; i++) {
            const struct link_step *step = &path.steps[i];
            assert_true((step->edge.a == at && step->edge.b == step->record) ||
                        (step->edge.b == at && step->edge.a == step->record));
            weakest = fmin(weakest, (double)step->edge.weight);
            at = step->record;
        }
        if (path.count) {
            found++;
            assert_int_equal(at, N - 1);
            assert_true(weakest == best && path.weakest == best);
        }
        arena_free(arena);
    }
    assert_true(found > 100);
}

static void a_path_stays_in_the_entity_and_off_links_that_a_guard_holds(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct link_edge edges[] = {edge(0, 1, 9), edge(1, 3, 9), edge(0, 2, 2), edge(2, 3, 3)};
    uint32_t cluster[] = {0, 1, 0, 0};
    struct link_cluster_input input = {.count = 4, .edges = edges, .edge_count = 4};
    struct link_path path;
    link_path(&input, cluster, false, 0, 3, arena, &path);
    assert_int_equal(path.count, 2);
    assert_int_equal(path.steps[0].record, 2);
    assert_true(path.weakest == 2);
    edges[1].verdict = LINK_REVIEW;
    link_path(&input, NULL, false, 0, 3, arena, &path);
    assert_int_equal(path.steps[0].record, 2);
    link_path(&input, NULL, true, 0, 3, arena, &path);
    assert_int_equal(path.steps[0].record, 1);
    struct link_pair must[] = {{0, 3}};
    input.must_link = must;
    input.must_count = 1;
    link_path(&input, NULL, false, 3, 0, arena, &path);
    assert_int_equal(path.count, 1);
    assert_true(path.steps[0].by_person && isinf(path.weakest));
    arena_free(arena);
}

/* ---- Reasons ---- */

static const char *const SPEC = "link: dedupe\n"
                                "columns: {given: given_name, family: family_name, born: date, nhs: identifier}\n"
                                "blocking: [family + year(born), nhs]\n"
                                "guards: [{name: two numbers, when: {nhs: different}, then: apart}]\n"
                                "thresholds: {join: 2, review: -3, floor: -8}\n";

struct linked {
    struct arena *arena;
    struct link_records *records;
    struct link_model *model;
    struct link_edges edges;
    struct link_cluster_input input;
    struct link_clusters clusters;
};

/* 120 people twice, then the records of the test. */
static struct linked start_people(const char *spec)
{
    struct linked l = {.arena = arena_make(0)};
    uint64_t random = 5;
    l.records = link_records_make(read_spec(spec, l.arena), l.arena);
    for (int p = 0; p < 120; p++) {
        struct person person;
        char id[24], nhs[24];
        make_person(&random, &person);
        for (int copy = 0; copy < 2; copy++) {
            (void)snprintf(id, sizeof id, "%d.%d", p % 1000, copy);
            (void)snprintf(nhs, sizeof nhs, "%010d", 1000 + p);
            ADD(l.records, copy ? "gp" : "care", id, person.given, person.family, person.born, nhs);
        }
    }
    return l;
}

static void finish(struct linked *l, struct link_cluster_input extra)
{
    struct error err = NO_ERROR;
    assert_true(link_train(l->records, NULL, l->arena, &l->model, NULL, &err));
    assert_true(link_score(l->records, l->model, NULL, l->arena, &l->edges, &err));
    l->input = extra;
    l->input.count = link_records_count(l->records);
    l->input.edges = l->edges.edges;
    l->input.edge_count = l->edges.count;
    l->input.join = link_model_join(l->model);
    l->input.review = link_model_review(l->model);
    l->input.keys = link_records_keys(l->records);
    l->input.records = l->records;
    l->input.model = l->model;
    assert_true(link_cluster(&l->input, l->arena, &l->clusters, &err));
}

static bool says(const struct link_why *why, const char *words)
{
    for (size_t i = 0; i < why->reason_count; i++)
        if (slice_search(why->reasons[i], slice_of(words)) < why->reasons[i].len)
            return true;
    return false;
}

static void why_linked_tells_the_rules_the_weight_and_what_speaks_most(void **state)
{
    (void)state;
    struct linked l = start_people(SPEC);
    finish(&l, (struct link_cluster_input){0});
    struct link_why why;
    link_why(&l.input, &l.clusters, 0, 1, l.arena, &why);
    assert_true(why.together);
    assert_true(says(&why, "they meet under the blocking rules “family + year(born)”, “nhs”"));
    assert_true(says(&why, "above the threshold of 2.0"));
    assert_true(says(&why, "most speaks for it: "));
    assert_int_equal(why.path.count, 1);
    arena_free(l.arena);
}

static void why_not_names_a_pair_that_never_met_and_a_guard(void **state)
{
    (void)state;
    struct linked l = start_people(SPEC);
    uint32_t a = ADD(l.records, "care", "a", "Amelia", "Marshham", "1970-02-03", "4815162342"),
             b = ADD(l.records, "gp", "b", "Amelia", "Marshham", "1970-02-03", "9071234567"),
             c = ADD(l.records, "gp", "c", "Zara", "Elmton", "1950-01-01", "");
    finish(&l, (struct link_cluster_input){0});
    struct link_why why;
    link_why(&l.input, &l.clusters, a, b, l.arena, &why);
    assert_false(why.together);
    assert_true(says(&why, "the guard “two numbers” keeps them apart whatever joins them"));
    link_why(&l.input, &l.clusters, a, c, l.arena, &why);
    assert_true(says(&why, "no blocking rule lets them meet"));
    assert_true(says(&why, "too little to join by themselves"));
    assert_int_equal(why.path.count, 0);
    arena_free(l.arena);
}

static void why_not_names_a_person_s_word_a_verified_identifier_and_a_source_without_duplicates(void **state)
{
    (void)state;
    static const char *const plain = "link: dedupe\n"
                                     "columns: {given: given_name, family: family_name, born: date, nhs: identifier}\n"
                                     "blocking: [family + year(born)]\n"
                                     "thresholds: {join: 2, review: -3, floor: -8}\n";
    struct link_why why;
    struct link_pair cannot = {0, 1};
    struct linked l = start_people(plain);
    finish(&l, (struct link_cluster_input){.cannot_link = &cannot, .cannot_count = 1});
    link_why(&l.input, &l.clusters, 0, 1, l.arena, &why);
    assert_true(says(&why, "a person said that care:0.0 and gp:0.1 are not one"));
    arena_free(l.arena);

    l = start_people(plain);
    uint64_t verified[240] = {11, 12};
    finish(&l, (struct link_cluster_input){.verified = verified});
    link_why(&l.input, &l.clusters, 0, 1, l.arena, &why);
    assert_true(says(&why, "two different verified identifiers"));
    arena_free(l.arena);

    l = start_people(plain);
    uint32_t source[240] = {0};
    uint8_t no_duplicates[2] = {1, 0};
    for (uint32_t r = 0; r < 240; r++)
        source[r] = r < 2 ? 0 : 1;
    finish(&l, (struct link_cluster_input){.source = source, .no_duplicates = no_duplicates});
    link_why(&l.input, &l.clusters, 0, 1, l.arena, &why);
    assert_true(says(&why, "care holds no duplicates, and each of the two entities has a record of it: care:0.0 and "
                           "gp:0.1"));
    arena_free(l.arena);
}

static void an_id_is_found_by_itself_or_with_its_source_and_a_misspelt_one_is_answered_with_the_nearest(void **state)
{
    (void)state;
    struct linked l = start_people(SPEC);
    ADD(l.records, "care", "shared", "A", "B", "", "");
    ADD(l.records, "gp", "shared", "A", "B", "", "");
    uint32_t record = 0;
    struct error err = NO_ERROR;
    assert_true(why_find(l.records, S("7.1"), &record, &err));
    assert_int_equal(record, 15);
    assert_true(why_find(l.records, S("gp:shared"), &record, &err));
    assert_int_equal(record, 241);
    assert_false(why_find(l.records, S("shared"), &record, &err));
    assert_non_null(strstr(err.text, "write care:shared or gp:shared"));
    assert_false(why_find(l.records, S("shered"), &record, &err));
    assert_non_null(strstr(err.text, "did you mean shared?"));
    arena_free(l.arena);
}

static void the_answer_is_text_json_and_a_picture_with_everything_escaped(void **state)
{
    (void)state;
    struct linked l = start_people(SPEC);
    uint32_t a = ADD(l.records, "care", "<a>", "Amelia", "Marsh\"ham", "1970-02-03", "0000000001"),
             b = ADD(l.records, "gp", "<b>", "Amelia", "Marsh\"ham", "1970-02-03", "0000000001");
    finish(&l, (struct link_cluster_input){0});
    struct link_why why;
    link_why(&l.input, &l.clusters, a, b, l.arena, &why);
    struct buffer text = buffer_make(l.arena), json = buffer_make(l.arena), svg = buffer_make(l.arena);
    link_why_text(&l.input, &why, &text);
    link_why_json(&l.input, &why, &json);
    link_why_svg(&l.input, &why, &svg);
    assert_non_null(strstr(text.at, "care:<a> and gp:<b> are one entity of 2 records"));
    assert_non_null(strstr(json.at, "\"together\":true"));
    assert_null(strstr(svg.at, "<a>"));
    assert_non_null(strstr(svg.at, "care:&lt;a&gt;"));
    arena_free(l.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_path_s_weakest_link_is_the_strongest_of_all_ways),
        cmocka_unit_test(a_path_stays_in_the_entity_and_off_links_that_a_guard_holds),
        cmocka_unit_test(why_linked_tells_the_rules_the_weight_and_what_speaks_most),
        cmocka_unit_test(why_not_names_a_pair_that_never_met_and_a_guard),
        cmocka_unit_test(why_not_names_a_person_s_word_a_verified_identifier_and_a_source_without_duplicates),
        cmocka_unit_test(an_id_is_found_by_itself_or_with_its_source_and_a_misspelt_one_is_answered_with_the_nearest),
        cmocka_unit_test(the_answer_is_text_json_and_a_picture_with_everything_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
