/* Draws: the random numbers, the order statistics, the double program against the exact engine, and cases whose answer
 * is known. */
#include "plan/draw.h"
#include "plan/quantile.h"
#include "plan/random.h"
#include "tests/plan/plans.h"

#include <math.h>

static struct plan_draws *draws_of(struct plan_evaluation *ev, struct arena *arena, const char *figure,
                                   const char *check)
{
    const struct plan_model *model = plan_evaluation_model(ev);
    plan_cell *cells = arena_array(arena, plan_cell, 1);
    uint32_t *checks = arena_array(arena, uint32_t, 1);
    struct plan_draw_request request = {.cells = cells, .checks = checks};
    if (figure)
        cells[request.cell_count++] = cell_in(model, figure);
    for (uint32_t i = 0; check && i < model->check_count; i++)
        if (slice_equal(model->checks[i].name, slice_of(check)))
            checks[request.check_count++] = i;
    struct plan_draws *draws;
    struct error err = NO_ERROR;
    if (!plan_draws_make(ev, &request, arena, &draws, &err))
        fail_msg("%s", err.text);
    return draws;
}

static struct plan_simulation simulated(const char *rows, const char *figure, const char *check, uint64_t count,
                                        unsigned threads, struct arena *arena)
{
    struct buffer text = buffer_make(arena);
    buffer_format(&text, "%s%s%s", YEARS, DEPTS, rows);
    struct plan_evaluation *ev = plan_evaluate(plan_of(text.at, arena), PLAN_NONE, arena);
    struct plan_simulation result;
    struct error err = NO_ERROR;
    if (!plan_simulate(draws_of(ev, arena, figure, check), count, 7, threads, arena, &result, &err))
        fail_msg("%s", err.text);
    return result;
}

static void random_blocks_are_those_of_the_published_algorithm(void **state)
{
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], wanted[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < countof(known); i++) {
        uint32_t got[4];
        random_block(known[i].counter, known[i].key, got);
        assert_memory_equal(got, known[i].wanted, sizeof got);
    }
}

static void a_normal_value_has_the_probability_asked_for(void **state)
{
    (void)state;
    for (double p = 0.0005; p < 1; p += 0.0005)
        assert_true(fabs(0.5 * erfc(-random_normal(p) / sqrt(2)) - p) < 1e-14);
    assert_true(fabs(random_normal(1e-12) + 7.034483825) < 1e-8);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void ranks_are_those_of_the_sorted_values(void **state)
{
    (void)state;
    enum { COUNT = 20000, RANKS = 9 };
    struct arena *arena = arena_make(0);
    double *values = arena_array(arena, double, COUNT), *sorted = arena_array(arena, double, COUNT), got[RANKS];
    for (uint64_t kind = 0; kind < 4; kind++) {
        random_uniform(3, kind, 0, COUNT, values);
        for (size_t i = 0; i < COUNT; i++)
            values[i] = kind == 0   ? values[i]
                        : kind == 1 ? (values[i] < 0.7 ? 0 : values[i]) /* most are one value */
                        : kind == 2 ? floor(values[i] * 5)
                                    : exp(200 * values[i]);
        memcpy(sorted, values, COUNT * sizeof *sorted);
        qsort(sorted, COUNT, sizeof *sorted, by_value);
        const size_t ranks[RANKS] = {0, 1, 999, 5000, 5001, 13999, 14000, COUNT - 2, COUNT - 1};
        quantile_ranks(values, COUNT, ranks, RANKS, arena, got);
        for (size_t i = 0; i < RANKS; i++)
            assert_true(got[i] == sorted[ranks[i]]);
    }
    arena_free(arena);
}

static void the_sum_of_two_uniforms_is_a_triangle(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct plan_simulation s = simulated("given a from 2024-25 10\ngiven b from 2024-25 20\ncalc c = a + b\n"
                                         "risk x uniform 0 1\n  moves a in 2025-26 by 1\n"
                                         "risk y uniform 0 1\n  moves b in 2025-26 by 1\n",
                                         "c@2025-26", NULL, 400000, 2, arena);
    const struct plan_spread *spread = &s.spreads[0];
    assert_true(spread->varies);
    assert_true(fabs(spread->mean - 31) < 5 * spread->mean_error);
    assert_true(fabs(spread->deviation - sqrt(1.0 / 6)) < 0.005);
    for (size_t i = 0; i < PLAN_LEVELS; i++) {
        double p = plan_levels[i], wanted = 30 + (p < 0.5 ? sqrt(2 * p) : 2 - sqrt(2 * (1 - p)));
        double half = spread->quantiles[i].high - spread->quantiles[i].low;
        assert_true(fabs(spread->quantiles[i].value - wanted) < 2 * half + 1e-9);
        assert_true(half < 0.01 && half > 0);
    }
    arena_free(arena);
}

static void chances_triangles_and_normals_have_their_means(void **state)
{
    (void)state;
    static const struct {
        const char *risk;
        double mean, deviation;
    } known[] = {
        {"chance 20%", 0.2, 0.4}, {"triangle -1 0 4", 1, 1.0801234497}, {"triangle 2 2 5", 3, 0.7071067812},
        {"normal 3 0.5", 3, 0.5}, {"uniform -2 4", 1, 1.7320508076},
    };
    for (size_t i = 0; i < countof(known); i++) {
        struct arena *arena = arena_make(0);
        struct buffer rows = buffer_make(arena);
        buffer_format(&rows, "given a from 2024-25 0\nrisk x %s\n  moves a in 2025-26 by 1\n", known[i].risk);
        struct plan_simulation s = simulated(rows.at, "a@2025-26", NULL, 200001, 2, arena);
        assert_true(fabs(s.spreads[0].mean - known[i].mean) < 5 * s.spreads[0].mean_error);
        assert_true(fabs(s.spreads[0].deviation - known[i].deviation) < 0.01);
        arena_free(arena);
    }
}

#define FLOOR                                                                                                          \
    "given balance from 2024-25 10\ngiven hit from 2024-25 0\ncalc left = balance - hit\n"                             \
    "rule floor that left >= 9.5 from 2025-26\n"                                                                       \
    "risk x uniform 0 1\n  moves hit in 2025-26 by 1\n  moves hit in 2026-27 by 2 each 1\n"

static void a_rule_holds_as_often_as_it_must_and_says_what_it_takes(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct plan_simulation s = simulated(FLOOR, NULL, "floor", 300000, 2, arena);
    assert_int_equal(s.likelihood_count, 4);
    const struct plan_likelihood *first = &s.likelihoods[0], *second = &s.likelihoods[1];
    assert_true(fabs(first->chance - 0.5) < 5 * first->chance_error);
    assert_true(fabs(second->chance - 0.25) < 5 * second->chance_error);
    assert_true(s.likelihoods[2].chance == 1 && !s.likelihoods[2].varies);
    assert_true(fabs(s.joints[0].chance - 0.25) < 5 * s.joints[0].chance_error);
    /* To hold with confidence c, what is planned must exceed the floor by the c-quantile of what is drawn. */
    for (size_t i = 0; i < PLAN_CONFIDENCES; i++) {
        assert_true(fabs(first->needed[i].value - (9.5 + plan_confidences[i])) < 0.01);
        assert_true(fabs(second->needed[i].value - (9.5 + 2 * plan_confidences[i])) < 0.02);
        assert_true(first->needed[i].low <= first->needed[i].value && first->needed[i].value <= first->needed[i].high);
    }
    arena_free(arena);
}

static void any_number_of_threads_gives_the_same_bits(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct plan_simulation one = simulated(FLOOR, "left@2025-26", "floor", 100003, 1, arena);
    for (unsigned threads = 2; threads <= 5; threads++) {
        struct plan_simulation more = simulated(FLOOR, "left@2025-26", "floor", 100003, threads, arena);
        assert_memory_equal(one.spreads[0].quantiles, more.spreads[0].quantiles, sizeof one.spreads[0].quantiles);
        assert_true(one.spreads[0].mean == more.spreads[0].mean);
        assert_true(one.spreads[0].deviation == more.spreads[0].deviation);
        assert_true(one.likelihoods[0].chance == more.likelihoods[0].chance);
    }
    arena_free(arena);
}

static void another_risk_leaves_the_draws_of_the_others(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct plan_simulation one = simulated(FLOOR, "left@2025-26", NULL, 5000, 1, arena);
    struct plan_simulation more = simulated("risk first uniform 0 1\n  moves balance in 2028-29 by 1\n" FLOOR,
                                            "left@2025-26", NULL, 5000, 1, arena);
    assert_memory_equal(one.spreads[0].quantiles, more.spreads[0].quantiles, sizeof one.spreads[0].quantiles);
    arena_free(arena);
}

/* Everything that a formula can say, moved in givens and in formulas, over years. */
#define NASTY                                                                                                          \
    "given cost[dept] from 2024-25 100\ngiven rate % from 2024-25 3\ngiven base 2024-25 500\n"                         \
    "given share[dept] % always\n  ASC 50\n  CS 30\n  FIN 20\n"                                                        \
    "calc base from 2025-26 = base' * (1 + rate) + 0.1 * sum cost\n"                                                   \
    "calc capped[dept] = min(cost, base * share, 130) + max(cost, 90)\n"                                               \
    "calc choice[dept] = if cost > 101 and rate < 3.5% then capped * rate else if dept is CS then -cost else base\n"   \
    "calc steps[dept] = round(cost * 1.037, 0.250) + ratio(cost, base, 5) * £1m + round(cost / base, 0.001) * £1m\n" \
    "calc far = abs(sum cost over dept - 301) + largest cost - smallest capped\n"                                      \
    "calc all from 2025-26 = sum choice + sum steps + far + base' + ((sum base from 2024-25 to 2025-26) in £k) in "   \
    "£m\n"                                                                                                            \
    "scenario other\n  cost[ASC] = was * 1.1\n  rate from 2026-27 = was + 0.25%\n"                                     \
    "risk a triangle -5 0 12\n  moves cost[ASC] by 1 each 1\n  moves base in 2026-27 by 0.5 each 1\n"                  \
    "risk b normal 0 0.5 %\n  moves rate from 2025-26 by 1 each 1\n"                                                   \
    "risk c chance 30%\n  moves cost[CS] in 2027-28 by 7.3\n  moves capped[FIN] by -2\n"                               \
    "risk d uniform -3 3\n  moves cost[FIN] by 1.7 each 1\n"

static void compare_draws(struct plan_evaluation *ev, struct arena *arena)
{
    enum { TRIES = 60 };
    const struct plan_draws *draws = draws_of(ev, arena, "all@2028-29", NULL);
    size_t risks = plan_draws_risks(draws), figures = plan_draws_figures(draws);
    double *drawn = arena_array(arena, double, risks), *got = arena_array(arena, double, figures);
    struct number *exact = arena_array(arena, struct number, risks),
                  *wanted = arena_array(arena, struct number, figures);
    for (uint64_t n = 0; n < TRIES; n++) {
        struct error err = NO_ERROR;
        plan_draw_risks(draws, 11, n * 37, drawn);
        for (size_t r = 0; r < risks; r++) { /* the same draw for both, written with nine decimals */
            exact[r] = number_of((int64_t)llround(drawn[r] * 1e9), 9);
            drawn[r] = number_real(exact[r]);
        }
        plan_draw_run(draws, drawn, got);
        if (!plan_draw_exact(draws, exact, arena, wanted, &err))
            fail_msg("%s", err.text);
        for (size_t f = 0; f < figures; f++)
            if (fabs(got[f] - number_real(wanted[f])) > 1e-9)
                fail_msg("draw %u: %.12f instead of %.12f", (unsigned)n, got[f], number_real(wanted[f]));
    }
}

static void the_double_program_agrees_with_the_exact_engine(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    const struct plan_model *model = plan_of(YEARS DEPTS NASTY, arena);
    compare_draws(plan_evaluate(model, PLAN_NONE, arena), arena);
    compare_draws(plan_evaluate(model, plan_overlay_find(model, S("other")), arena), arena);
    arena_free(arena);
}

static void a_draw_leaves_the_evaluation_as_it_was(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct plan_evaluation *ev = plan_evaluate(plan_of(YEARS DEPTS NASTY, arena), PLAN_NONE, arena);
    const char *before = value_in(ev, "all@2028-29", arena);
    const struct plan_draws *draws = draws_of(ev, arena, "all@2028-29", NULL);
    struct number risks[4] = {number_of(1, 0), number_of(1, 3), number_of(1, 0), number_of(-1, 0)}, figure;
    struct error err = NO_ERROR;
    assert_true(plan_draw_exact(draws, risks, arena, &figure, &err));
    assert_string_equal(value_in(ev, "all@2028-29", arena), before);
    arena_free(arena);
}

static void a_plan_without_risks_says_how_to_write_one(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct plan_evaluation *ev = plan_evaluate(plan_of(YEARS "given a from 2024-25 1\n", arena), PLAN_NONE, arena);
    struct plan_draw_request request = {0};
    struct plan_draws *draws;
    struct error err = NO_ERROR;
    assert_false(plan_draws_make(ev, &request, arena, &draws, &err));
    assert_true(strstr(err.text, "declares no risk") != NULL);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_blocks_are_those_of_the_published_algorithm),
        cmocka_unit_test(a_normal_value_has_the_probability_asked_for),
        cmocka_unit_test(ranks_are_those_of_the_sorted_values),
        cmocka_unit_test(the_sum_of_two_uniforms_is_a_triangle),
        cmocka_unit_test(chances_triangles_and_normals_have_their_means),
        cmocka_unit_test(a_rule_holds_as_often_as_it_must_and_says_what_it_takes),
        cmocka_unit_test(any_number_of_threads_gives_the_same_bits),
        cmocka_unit_test(another_risk_leaves_the_draws_of_the_others),
        cmocka_unit_test(the_double_program_agrees_with_the_exact_engine),
        cmocka_unit_test(a_draw_leaves_the_evaluation_as_it_was),
        cmocka_unit_test(a_plan_without_risks_says_how_to_write_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
