/* The county's own specification on the cases that a county gets wrong: twins, father and son, a care home, an initial.
 */
#include "tests/link/people.h"

#include "base/host.h"

#include <stdlib.h>

struct case_run {
    struct arena *arena;
    struct link_records *records;
    struct link_model *model;
    struct link_clusters clusters;
};

static uint32_t put_at(struct link_records *records, const char *source, const char *given, const char *middle,
                       const char *family, const char *born, const char *home, const char *postcode)
{
    char id[16];
    (void)snprintf(id, sizeof id, "c%u", link_records_count(records));
    return ADD(records, source, id, given, middle, family, "", "", born, "", "", "", "", "", home, "", postcode);
}

static uint32_t put(struct link_records *records, const char *source, const char *given, const char *family,
                    const char *born, const char *nhs, const char *home)
{
    char id[16];
    (void)snprintf(id, sizeof id, "c%u", link_records_count(records));
    return ADD(records, source, id, given, "", family, "", "", born, "", nhs, "", "", "", home, "", "NR1 1AA");
}

static struct case_run start_case(void)
{
    struct case_run run = {.arena = arena_make(0)};
    const char *root = getenv("STAITHE_SOURCE_ROOT");
    struct slice path = arena_format(run.arena, "%s/county/norfolk/link/person.yaml", root ? root : "."), text;
    struct error err = NO_ERROR;
    assert_true(host_read_file(host_real(), path, 1 << 20, run.arena, &text, &err));
    run.records = link_records_make(read_spec(arena_cstr(run.arena, text), run.arena), run.arena);
    uint64_t random = 21;
    for (unsigned p = 0; p < 800; p++) {
        struct person person;
        char home[16];
        make_person(&random, &person);
        (void)snprintf(home, sizeof home, "9999%05u", p);
        for (unsigned c = 0; c < 2; c++) {
            char id[16];
            (void)snprintf(id, sizeof id, "p%u.%u", p, c);
            ADD(run.records, c ? "housing" : "gp", id, person.given, "", person.family, "", "", person.born, "", "", "",
                "", "", home, person.address, person.postcode);
            make_slip(&random, &person);
        }
    }
    return run;
}

static void finish_case(struct case_run *run)
{
    struct error err = NO_ERROR;
    struct link_model *model = NULL;
    struct link_edges edges;
    assert_true(link_train(run->records, NULL, run->arena, &model, NULL, &err));
    run->model = model;
    assert_true(link_score(run->records, model, NULL, run->arena, &edges, &err));
    struct link_cluster_input input = {.count = link_records_count(run->records),
                                       .edges = edges.edges,
                                       .edge_count = edges.count,
                                       .join = link_model_join(model),
                                       .review = link_model_review(model),
                                       .keys = link_records_keys(run->records),
                                       .records = run->records,
                                       .model = model};
    assert_true(link_cluster(&input, run->arena, &run->clusters, &err));
}

static void twins_stay_two_and_each_finds_her_own_records(void **state)
{
    (void)state;
    struct case_run run = start_case();
    uint32_t ella = put(run.records, "gp", "Ella", "Wickford", "2001-05-06", "", "777");
    uint32_t emma = put(run.records, "gp", "Emma", "Wickford", "2001-05-06", "", "777");
    uint32_t ella_too = put(run.records, "housing", "Ella", "Wickford", "2001-05-06", "", "777");
    uint32_t emma_too = put(run.records, "housing", "Emma", "Wickford", "2001-05-06", "", "777");
    finish_case(&run);
    assert_int_equal(run.clusters.cluster[ella], run.clusters.cluster[ella_too]);
    assert_int_equal(run.clusters.cluster[emma], run.clusters.cluster[emma_too]);
    assert_true(run.clusters.cluster[ella] != run.clusters.cluster[emma]);
    arena_free(run.arena);
}

static void father_and_son_of_one_name_stay_two_and_a_record_without_date_joins_neither(void **state)
{
    (void)state;
    struct case_run run = start_case();
    uint32_t father = put(run.records, "gp", "Walter", "Thornwell", "1951-02-03", "", "778");
    uint32_t son = put(run.records, "gp", "Walter", "Thornwell", "1980-11-27", "", "778");
    uint32_t either = put(run.records, "tax", "Walter", "Thornwell", "", "", "778");
    finish_case(&run);
    assert_true(run.clusters.cluster[father] != run.clusters.cluster[son]);
    assert_true(run.clusters.cluster[either] != run.clusters.cluster[father]);
    assert_true(run.clusters.cluster[either] != run.clusters.cluster[son]);
    arena_free(run.arena);
}

static void twins_of_forms_of_one_name_are_not_joined_through_a_third_record(void **state)
{
    (void)state;
    struct case_run run = start_case();
    uint32_t kit = put(run.records, "care", "Kit", "Wickford", "2001-05-06", "9990000018", "780");
    uint32_t christopher = put(run.records, "care", "Christopher", "Wickford", "2001-05-06", "9990000026", "780");
    uint32_t pass = put(run.records, "bus", "Kit", "Wickford", "2001-05-06", "", "780");
    uint32_t renewed = put(run.records, "bus", "Kit", "Wickford", "2001-05-06", "", "780");
    finish_case(&run);
    assert_true(run.clusters.cluster[kit] != run.clusters.cluster[christopher]);
    assert_true(run.clusters.cluster[pass] != run.clusters.cluster[christopher]);
    assert_int_equal(run.clusters.cluster[pass], run.clusters.cluster[renewed]);
    arena_free(run.arena);
}

static void a_name_that_two_share_does_not_make_them_one(void **state)
{
    (void)state;
    struct case_run run = start_case();
    uint32_t man = put(run.records, "gp", "Christopher", "Wickford", "2001-05-06", "", "781");
    uint32_t woman = put(run.records, "gp", "Christine", "Wickford", "2001-05-06", "", "781");
    (void)put(run.records, "bus", "Chris", "Wickford", "2001-05-06", "", "781");
    (void)put(run.records, "bus", "Chris", "Wickford", "2001-05-06", "", "781");
    finish_case(&run);
    assert_true(run.clusters.cluster[man] != run.clusters.cluster[woman]);
    arena_free(run.arena);
}

static void an_initial_at_the_home_of_one_twin_may_be_the_other(void **state)
{
    (void)state;
    struct case_run run = start_case();
    uint32_t janet = put(run.records, "gp", "Janet", "Wickford", "1952-04-12", "", "782");
    (void)put(run.records, "gp", "Judith", "Wickford", "1952-04-12", "", "783");
    uint32_t bill = put(run.records, "tax", "J", "Wickford", "", "", "782");
    uint32_t alone = put(run.records, "gp", "Janet", "Thornwell", "1952-04-12", "", "784");
    uint32_t her_bill = put(run.records, "tax", "J", "Thornwell", "", "", "784");
    finish_case(&run);
    assert_true(run.clusters.cluster[bill] != run.clusters.cluster[janet]);
    assert_int_equal(run.clusters.cluster[her_bill], run.clusters.cluster[alone]);
    arena_free(run.arena);
}

/* The twins' own pair weighs too little to hold their records together, and still counts. */
static void an_initial_may_be_a_twin_whose_home_is_not_known(void **state)
{
    (void)state;
    struct case_run run = start_case();
    uint32_t janet = put_at(run.records, "gp", "Janet", "", "Barnham", "1952-04-12", "782", "NR1 1AA");
    uint32_t judith = put_at(run.records, "gp", "Judith", "", "Barnham", "1952-04-12", "", "");
    uint32_t bill = put_at(run.records, "tax", "J", "", "Barnham", "", "782", "NR1 1AA");
    uint32_t alone = put_at(run.records, "gp", "Janet", "", "Barnton", "1952-04-12", "784", "NR1 1AB");
    uint32_t her_bill = put_at(run.records, "tax", "J", "", "Barnton", "", "784", "NR1 1AB");
    finish_case(&run);
    struct link_edge twins = link_score_pair(run.records, run.model, janet, judith);
    assert_true((double)twins.weight >= link_model_floor(run.model));
    assert_true((double)twins.weight < link_model_review(run.model) - 4);
    assert_int_equal(run.clusters.cluster[her_bill], run.clusters.cluster[alone]);
    assert_true(run.clusters.cluster[bill] != run.clusters.cluster[janet]);
    arena_free(run.arena);
}

static void a_third_record_explains_two_birth_dates(void **state)
{
    (void)state;
    struct case_run run = start_case();
    uint32_t right = put(run.records, "gp", "Flora", "Charhurst", "1939-01-11", "", "785");
    uint32_t turned = put(run.records, "bus", "Flora", "Charhurst", "1993-01-11", "", "785");
    uint32_t next_day = put(run.records, "housing", "Flora", "Charhurst", "1939-01-10", "", "785");
    uint32_t mother = put(run.records, "gp", "Edith", "Charhurst", "1939-01-11", "", "786");
    uint32_t daughter = put(run.records, "bus", "Edith", "Charhurst", "1993-07-24", "", "786");
    (void)put(run.records, "tax", "Edith", "Charhurst", "", "", "786");
    finish_case(&run);
    assert_int_equal(run.clusters.cluster[turned], run.clusters.cluster[right]);
    assert_int_equal(run.clusters.cluster[next_day], run.clusters.cluster[right]);
    assert_true(run.clusters.cluster[daughter] != run.clusters.cluster[mother]);
    arena_free(run.arena);
}

static void who_gives_both_names_explains_that_two_records_give_one_each(void **state)
{
    (void)state;
    struct case_run run = start_case();
    uint32_t both = put_at(run.records, "gp", "Janet", "Elsie", "Wickford", "1952-01-02", "787", "NR1 1AA");
    uint32_t elsie = put_at(run.records, "housing", "Elsie", "", "Wickford", "1952-01-02", "787", "NR1 1AA");
    uint32_t janet = put_at(run.records, "bus", "Janet", "", "Wickford", "1952-01-02", "788", "NR28 9PZ");
    finish_case(&run);
    assert_int_equal(run.clusters.cluster[elsie], run.clusters.cluster[both]);
    assert_int_equal(run.clusters.cluster[janet], run.clusters.cluster[both]);
    arena_free(run.arena);
}

static void a_bill_to_an_initial_does_not_part_two_full_records(void **state)
{
    (void)state;
    struct case_run run = start_case();
    uint32_t before = ADD(run.records, "gp", "before", "Liz", "", "Wickford", "", "", "1944-10-24", "", "",
                          "07700 900123", "", "", "789", "", "NR1 1AA");
    uint32_t now = ADD(run.records, "bus", "now", "Elizabeth", "", "Wickford", "", "", "1944-10-24", "", "",
                       "07700 900123", "", "", "790", "", "NR28 9PZ");
    (void)put_at(run.records, "tax", "E", "", "Wickford", "", "790", "NR28 9PZ");
    finish_case(&run);
    assert_int_equal(run.clusters.cluster[now], run.clusters.cluster[before]);
    arena_free(run.arena);
}

static void nobody_in_a_care_home_is_joined_for_living_there(void **state)
{
    (void)state;
    struct case_run run = start_case();
    uint64_t random = 4;
    uint32_t first = link_records_count(run.records);
    for (unsigned i = 0; i < 70; i++) {
        struct person person;
        make_person(&random, &person);
        (void)put(run.records, "gp", person.given, i % 3 ? person.family : "Smith", i % 4 ? person.born : "", "",
                  "779");
    }
    finish_case(&run);
    for (uint32_t r = first; r < link_records_count(run.records); r++)
        assert_int_equal(run.clusters.cluster[r], r);
    arena_free(run.arena);
}

static void an_initial_at_a_home_is_the_one_person_it_fits_and_nobody_when_it_fits_two(void **state)
{
    (void)state;
    struct case_run run = start_case();
    uint32_t full = put(run.records, "gp", "Doreen", "Crowley", "1948-10-31", "", "780");
    uint32_t initial = put(run.records, "tax", "D", "Crowley", "", "", "780");
    uint32_t derek = put(run.records, "gp", "Derek", "Hollis", "1950-01-30", "", "781");
    uint32_t dawn = put(run.records, "gp", "Dawn", "Hollis", "1952-07-11", "", "781");
    uint32_t either = put(run.records, "tax", "D", "Hollis", "", "", "781");
    finish_case(&run);
    assert_int_equal(run.clusters.cluster[full], run.clusters.cluster[initial]);
    assert_true(run.clusters.cluster[either] != run.clusters.cluster[derek]);
    assert_true(run.clusters.cluster[either] != run.clusters.cluster[dawn]);
    arena_free(run.arena);
}

static void who_is_called_by_a_middle_name_is_known_by_a_record_that_gives_both(void **state)
{
    (void)state;
    struct case_run run = start_case();
    uint32_t both = ADD(run.records, "gp", "B", "Jean", "Enid", "Medbury", "", "", "1930-07-04", "", "", "", "", "",
                        "782", "", "NR1 1AA");
    uint32_t first = put(run.records, "bus", "Jean", "Medbury", "1930-07-04", "", "782");
    uint32_t second = put(run.records, "housing", "Enid", "Medbury", "1930-07-04", "", "782");
    finish_case(&run);
    assert_int_equal(run.clusters.cluster[both], run.clusters.cluster[first]);
    assert_int_equal(run.clusters.cluster[both], run.clusters.cluster[second]);
    arena_free(run.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(twins_stay_two_and_each_finds_her_own_records),
        cmocka_unit_test(father_and_son_of_one_name_stay_two_and_a_record_without_date_joins_neither),
        cmocka_unit_test(twins_of_forms_of_one_name_are_not_joined_through_a_third_record),
        cmocka_unit_test(a_name_that_two_share_does_not_make_them_one),
        cmocka_unit_test(an_initial_at_the_home_of_one_twin_may_be_the_other),
        cmocka_unit_test(an_initial_may_be_a_twin_whose_home_is_not_known),
        cmocka_unit_test(a_third_record_explains_two_birth_dates),
        cmocka_unit_test(who_gives_both_names_explains_that_two_records_give_one_each),
        cmocka_unit_test(a_bill_to_an_initial_does_not_part_two_full_records),
        cmocka_unit_test(nobody_in_a_care_home_is_joined_for_living_there),
        cmocka_unit_test(an_initial_at_a_home_is_the_one_person_it_fits_and_nobody_when_it_fits_two),
        cmocka_unit_test(who_is_called_by_a_middle_name_is_known_by_a_record_that_gives_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
