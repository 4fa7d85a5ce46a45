#include "tests/link/people.h"

#include "link/train.h"

#include <math.h>

/* Three fields of three levels; pairs of each pattern in their exact expected number. */
static void finds_the_m_and_the_share_that_made_the_pairs(void **state)
{
    (void)state;
    static const double m[3][4] = {{0, 0.9, 0.07, 0.03}, {0, 0.8, 0.15, 0.05}, {0, 0.7, 0.2, 0.1}};
    static const double u[3][4] = {{0, 0.001, 0.009, 0.99}, {0, 0.0005, 0.0195, 0.98}, {0, 0.005, 0.015, 0.98}};
    const double universe = 5e8, lambda = 2e-4;
    struct pattern_count patterns[27];
    size_t count = 0;
    double left_out = 0;
    for (unsigned p = 0; p < 27; p++) {
        unsigned level[3] = {p % 3 + 1, p / 3 % 3 + 1, p / 9 + 1};
        double match = universe * lambda, other = universe * (1 - lambda);
        uint64_t pattern = 0;
        for (unsigned f = 0; f < 3; f++) {
            match *= m[f][level[f]];
            other *= u[f][level[f]];
            pattern |= (uint64_t)level[f] << (6 * f);
        }
        bool blocked = level[0] < 3 || level[1] < 3 || level[2] < 3;
        if (blocked)
            patterns[count++] = (struct pattern_count){pattern, (uint64_t)(match + other)};
        else
            left_out += match;
    }
    assert_true(left_out < 50);
    struct levels levels[3] = {0};
    for (unsigned f = 0; f < 3; f++)
        for (unsigned l = 1; l < 4; l++) {
            levels[f].u[l] = u[f][l];
            levels[f].m[l] = l == 1 ? 0.6 : 0.2;
        }
    bool converged = false;
    struct em em = {.field_count = 3,
                    .level_counts = (unsigned[]){3, 3, 3},
                    .against = (uint64_t[]){0, 0, 0},
                    .different_max = (double[]){1, 1, 1},
                    .near_levels = {(uint64_t[]){0, 0, 0}, (uint64_t[]){0, 0, 0}},
                    .train = (bool[]){true, true, true},
                    .levels = levels,
                    .universe = universe,
                    .lambda = 1e-6};
    em_run(&em, patterns, count, &converged);
    assert_true(converged);
    assert_true(fabs(em.lambda - lambda) < lambda * 0.02);
    for (unsigned f = 0; f < 3; f++)
        for (unsigned l = 1; l < 4; l++)
            assert_true(fabs(levels[f].m[l] - m[f][l]) < 0.02);
}

static void the_share_cannot_run_away_when_all_blocked_pairs_look_alike(void **state)
{
    (void)state;
    struct pattern_count patterns[] = {{1, 100000}, {2, 100000}};
    struct levels levels[1] = {{.m = {0, 0.9, 0.1}, .u = {0, 0.5, 0.5}}};
    bool converged = false;
    struct em em = {.field_count = 1,
                    .level_counts = (unsigned[]){2},
                    .against = (uint64_t[]){0},
                    .different_max = (double[]){1},
                    .near_levels = {(uint64_t[]){0}, (uint64_t[]){0}},
                    .train = (bool[]){true},
                    .levels = levels,
                    .universe = 1e9,
                    .lambda = 1e-4};
    em_run(&em, patterns, 2, &converged);
    assert_true(em.lambda <= 2e-4);
}

static void the_bound_on_different_holds(void **state)
{
    (void)state;
    /* A household: the same home, never the same birth date. Without a bound these look like matches. */
    struct pattern_count patterns[] = {{1 | 2 << 6, 5000}, {1 | 1 << 6, 5000}};
    struct levels levels[2] = {{.m = {0, 0.9, 0.1}, .u = {0, 1e-6, 1}}, {.m = {0, 0.9, 0.1}, .u = {0, 1e-4, 1}}};
    bool converged = false;
    struct em em = {.field_count = 2,
                    .level_counts = (unsigned[]){2, 2},
                    .against = (uint64_t[]){0, 1 << 2},
                    .different_max = (double[]){1, 0.1},
                    .near_levels = {(uint64_t[]){0, 0}, (uint64_t[]){0, 0}},
                    .train = (bool[]){true, true},
                    .levels = levels,
                    .universe = 1e9,
                    .lambda = 1e-6};
    em_run(&em, patterns, 2, &converged);
    assert_true(levels[1].m[2] <= 0.1 + 1e-9);
}

static void a_class_of_slips_alone_is_no_match(void **state)
{
    (void)state;
    /* A list without duplicates: some pairs have the day and the month swapped, none the same date. And a care home:
     * one telephone, wholly other names. */
    struct pattern_count patterns[] = {{2 | 1 << 6, 40}, {3 | 2 << 6, 3000}};
    struct levels levels[2] = {{.m = {0, 0.6, 0.3, 0.1}, .u = {0, 1e-5, 1e-5, 1}},
                               {.m = {0, 0.5, 0.5}, .u = {0, 1e-4, 1}}};
    bool converged = false;
    struct em em = {.field_count = 2,
                    .level_counts = (unsigned[]){3, 2},
                    .against = (uint64_t[]){0, 0},
                    .different_max = (double[]){1, 1},
                    .equal = (uint64_t[]){1 << 1, 0},
                    .equal_min = (double[]){0.4, 0},
                    .strangers = (uint64_t[]){0, 1 << 2},
                    .near_levels = {(uint64_t[]){0, 0}, (uint64_t[]){0, 0}},
                    .train = (bool[]){true, true},
                    .levels = levels,
                    .universe = 1e9,
                    .lambda = 1e-6};
    em_run(&em, patterns, 2, &converged);
    assert_true(levels[0].m[1] >= 0.4 - 1e-9);
    assert_true(levels[1].m[2] <= EM_STRANGERS + 1e-9);
}

/* A list in which nobody stands twice, without birth dates: names of independent parts, homes all over. */
static struct link_records *make_list(const struct link_spec *spec, unsigned people, struct arena *arena)
{
    struct link_records *records = link_records_make(spec, arena);
    uint64_t state = 7;
    for (unsigned p = 0; p < people; p++) {
        struct person person;
        char id[16];
        make_person(&state, &person);
        (void)snprintf(id, sizeof id, "p%u", p);
        (void)ADD(records, "list", id, person.given, person.family, person.address, person.postcode);
    }
    return records;
}

static const char *const list_spec = "columns:\n  given: given_name\n  family: family_name\n  address: address\n"
                                     "  postcode: postcode\n";

static void strangers_of_one_name_are_not_taken_for_people_who_moved(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct link_records *records = make_list(read_spec(list_spec, arena), 4000, arena);
    struct link_model *model = NULL;
    struct link_edges edges;
    struct error err = NO_ERROR;
    assert_true(link_train(records, NULL, arena, &model, NULL, &err));
    assert_true(link_score(records, model, NULL, arena, &edges, &err));
    size_t joined = 0;
    for (size_t i = 0; i < edges.count; i++)
        joined += (double)edges.edges[i].weight >= link_model_join(model);
    if (joined > 4)
        fail_msg("%zu pairs of strangers would be joined", joined);
    arena_free(arena);
}

static void how_often_strangers_bear_one_name_is_told_by_its_words(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    enum { PEOPLE = 4000 };
    struct link_records *records = make_list(read_spec(list_spec, arena), PEOPLE, arena);
    struct link_model *model = NULL;
    struct error err = NO_ERROR;
    assert_true(link_train(records, NULL, arena, &model, NULL, &err));
    struct comparer comparer;
    struct namesakes namesakes;
    comparer_start(&comparer, records, model);
    chance_namesakes(&comparer, &namesakes);
    double told = 0, seen = 0;
    for (unsigned l = 1; l < LINK_PATTERN_LEVELS; l++)
        told += namesakes.of[0][l];
    uint16_t name = comparer.spec->comparisons[0].columns[0];
    for (uint32_t a = 0; a < PEOPLE; a++)
        for (uint32_t b = 0; b < a; b++)
            seen += record_code(records, a, name) == record_code(records, b, name);
    told *= PEOPLE * (PEOPLE - 1) / 2.0;
    if (fabs(told - seen) > seen / 5)
        fail_msg("%.0f pairs of one name, and %.0f told", seen, told);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_m_and_the_share_that_made_the_pairs),
        cmocka_unit_test(the_share_cannot_run_away_when_all_blocked_pairs_look_alike),
        cmocka_unit_test(the_bound_on_different_holds),
        cmocka_unit_test(a_class_of_slips_alone_is_no_match),
        cmocka_unit_test(strangers_of_one_name_are_not_taken_for_people_who_moved),
        cmocka_unit_test(how_often_strangers_bear_one_name_is_told_by_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
