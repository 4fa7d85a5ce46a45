/* Questions: changes, tornado, scenarios side by side, goal seek; and that the plan is as before after each. */
#include "plan/what_if.h"
#include "tests/plan/plans.h"

#define PLAN                                                                                                           \
    YEARS DEPTS                                                                                                        \
        "set front of dept ASC CS\n"                                                                                   \
        "given rate % from 2024-25 2\ngiven base 2024-25 100\n"                                                        \
        "given saving[dept]\n  ASC 1 1 1 1 1\n  CS 2 2 2 2 2\n  FIN 3 3 3 3 3\n"                                       \
        "given spare from 2024-25 0\ngiven side number from 2024-25 10\n"                                              \
        "calc base from 2025-26 = base' * (1 + rate)\n"                                                                \
        "calc gap = 120 - base - sum saving\ncalc steps = round(gap, 0.250)\ncalc square number = side * side\n"       \
        "calc best = min(gap, 5)\n"                                                                                    \
        "vary rate in 2025-26 by 1 \"One percent\"\n"                                                                  \
        "scenario more \"More savings\"\n  saving[front] = was * 2\n"

struct scene {
    struct arena *arena;
    const struct plan_model *model;
    struct plan_evaluation *ev;
};

static struct scene scene(void)
{
    struct scene s = {.arena = arena_make(0)};
    s.model = plan_of(PLAN, s.arena);
    s.ev = plan_evaluate(s.model, PLAN_NONE, s.arena);
    return s;
}

static struct plan_change change(const struct scene *s, const char *where, enum plan_change_kind kind,
                                 const char *amount)
{
    struct plan_change made;
    struct error err = NO_ERROR;
    if (!plan_change_read(s->model, slice_of(where), s->arena, &made, &err))
        fail_msg("%s", err.text);
    made.kind = kind;
    if (amount && !plan_amount_read(s->model, made.row, slice_of(amount), s->arena, &made.amount, &err))
        fail_msg("%s", err.text);
    return made;
}

static const char *text_of(const struct scene *s, struct number value)
{
    return arena_cstr(s->arena, number_text(s->arena, value));
}

static const char *difference_of(const struct scene *s, const struct plan_effects *effects, const char *figure)
{
    for (size_t i = 0; i < effects->count; i++)
        if (effects->effects[i].cell == cell_in(s->model, figure))
            return text_of(s, effects->effects[i].difference);
    return "stays";
}

static void a_change_moves_what_reads_it_and_nothing_else_exactly(void **state)
{
    (void)state;
    struct scene s = scene();
    struct plan_change one = change(&s, "rate@2025-26", PLAN_CHANGE_BY, "1");
    struct plan_effects effects;
    struct error err = NO_ERROR;
    assert_true(plan_what_if(s.ev, &one, 1, s.arena, &effects, &err));
    assert_string_equal(difference_of(&s, &effects, "gap@2025-26"), "-1");
    assert_string_equal(difference_of(&s, &effects, "gap@2026-27"), "-1.02");
    assert_string_equal(difference_of(&s, &effects, "rate@2025-26"), "0.01");
    assert_string_equal(difference_of(&s, &effects, "gap@2024-25"), "stays");
    assert_string_equal(difference_of(&s, &effects, "saving[ASC]@2025-26"), "stays");
    assert_string_equal(value_in(s.ev, "gap@2025-26", s.arena), "12");
    arena_free(s.arena);
}

static void changes_work_together_and_over_parts_of_sets_and_years(void **state)
{
    (void)state;
    struct scene s = scene();
    struct plan_change both[] = {change(&s, "saving[front] from 2026-27 to 2027-28", PLAN_CHANGE_TIMES, NULL),
                                 change(&s, "base in 2024-25", PLAN_CHANGE_TO, "110")};
    both[0].amount = number_of(3, 0);
    struct plan_effects effects;
    struct error err = NO_ERROR;
    assert_true(plan_what_if(s.ev, both, 2, s.arena, &effects, &err));
    assert_string_equal(difference_of(&s, &effects, "saving[CS]@2026-27"), "4");
    assert_string_equal(difference_of(&s, &effects, "saving[FIN]@2026-27"), "stays");
    assert_string_equal(difference_of(&s, &effects, "saving[CS]@2028-29"), "stays");
    assert_string_equal(difference_of(&s, &effects, "gap@2026-27"), "-16.404");
    arena_free(s.arena);
}

static void refused(const char *where, const char *words)
{
    struct scene s = scene();
    struct plan_change made;
    struct error err = NO_ERROR;
    assert_false(plan_change_read(s.model, slice_of(where), s.arena, &made, &err));
    if (!strstr(err.text, words))
        fail_msg("“%s” does not speak of %s", err.text, words);
    arena_free(s.arena);
}

static void a_change_that_names_nothing_is_refused_in_words(void **state)
{
    (void)state;
    refused("rat@2025-26", "rate");
    refused("saving[XYZ]", "has no XYZ");
    refused("saving[ASC", "not closed");
    refused("rate@1999-00", "is not a year of the plan");
    refused("rate since 2025-26", "since");
    refused("rate from 2027-28 to 2025-26", "backwards");
}

static void the_tornado_is_sorted_signed_and_exact(void **state)
{
    (void)state;
    struct scene s = scene();
    struct plan_tornado_options options = {.share = number_of(1, 2)};
    struct plan_tornado tornado;
    struct error err = NO_ERROR;
    assert_true(plan_tornado_make(s.ev, cell_in(s.model, "gap@2025-26"), &options, s.arena, &tornado, &err));
    assert_int_equal(tornado.tried, 5); /* base, rate, three savings; other years and other rows are not read */
    assert_int_equal(tornado.count, 5);
    assert_true(tornado.bars[0].cell == cell_in(s.model, "base@2024-25"));
    assert_string_equal(text_of(&s, tornado.bars[0].up), "-1.02");
    assert_true(tornado.bars[1].cell == cell_in(s.model, "rate@2025-26") && tornado.bars[1].declared);
    assert_string_equal(text_of(&s, tornado.bars[1].up), "-1");
    assert_string_equal(text_of(&s, tornado.bars[1].down), "1");
    assert_true(tornado.bars[4].cell == cell_in(s.model, "saving[ASC]@2025-26"));
    assert_string_equal(text_of(&s, tornado.bars[4].up), "-0.01");
    options.by_row = true;
    assert_true(plan_tornado_make(s.ev, cell_in(s.model, "gap@2025-26"), &options, s.arena, &tornado, &err));
    assert_int_equal(tornado.count, 3);
    assert_string_equal(text_of(&s, tornado.bars[2].up), "-0.06");
    assert_string_equal(value_in(s.ev, "gap@2025-26", s.arena), "12");
    arena_free(s.arena);
}

static void scenarios_stand_beside_the_plan_with_their_differences(void **state)
{
    (void)state;
    struct scene s = scene();
    const plan_cell lines[] = {cell_in(s.model, "gap@2025-26"), cell_in(s.model, "base@2025-26")};
    const uint32_t overlays[] = {PLAN_NONE, plan_overlay_find(s.model, S("more"))};
    struct plan_comparison comparison;
    struct number difference;
    plan_compare(s.model, lines, 2, overlays, 2, s.arena, &comparison);
    assert_string_equal(text_of(&s, comparison.values[1]), "9");
    assert_true(plan_compared(&comparison, 0, 1, s.arena, &difference));
    assert_string_equal(text_of(&s, difference), "-3");
    assert_true(plan_compared(&comparison, 1, 1, s.arena, &difference));
    assert_int_equal(number_sign(difference), 0);
    arena_free(s.arena);
}

static struct plan_answer sought(const struct scene *s, const char *where, enum plan_change_kind kind,
                                 const char *figure, const char *target, int32_t places)
{
    struct plan_goal goal = {
        .change = change(s, where, kind, NULL), .output = cell_in(s->model, figure), .places = places};
    struct plan_answer answer;
    struct error err = NO_ERROR;
    must(number_read(slice_of(target), s->arena, &goal.target));
    const char *before = value_in(s->ev, figure, s->arena);
    if (!plan_seek(s->ev, &goal, s->arena, &answer, &err))
        fail_msg("%s", err.text);
    assert_string_equal(value_in(s->ev, figure, s->arena), before);
    return answer;
}

static void a_linear_goal_is_met_exactly_in_a_few_tries(void **state)
{
    (void)state;
    struct scene s = scene();
    struct plan_answer answer = sought(&s, "rate@2025-26", PLAN_CHANGE_TO, "gap@2025-26", "0", 4);
    assert_true(answer.found && answer.exact);
    assert_string_equal(text_of(&s, number_plain(s.arena, answer.best.amount)), "0.14");
    assert_true(answer.tries <= 8);
    answer = sought(&s, "saving", PLAN_CHANGE_TIMES, "gap@2025-26", "0", 4);
    assert_true(answer.found && answer.exact);
    assert_string_equal(text_of(&s, number_plain(s.arena, answer.best.amount)), "3");
    answer = sought(&s, "saving[FIN]@2025-26", PLAN_CHANGE_BY, "gap@2025-26", "-1.5", 3);
    assert_string_equal(text_of(&s, number_plain(s.arena, answer.best.amount)), "13.5");
    arena_free(s.arena);
}

static void a_goal_between_two_grid_points_names_both(void **state)
{
    (void)state;
    struct scene s = scene();
    struct plan_answer answer = sought(&s, "saving", PLAN_CHANGE_TIMES, "gap@2025-26", "1", 2);
    assert_true(answer.found && !answer.exact); /* 6 x = 17: 2.8333… */
    assert_string_equal(text_of(&s, answer.below.amount), "2.83");
    assert_string_equal(text_of(&s, answer.below.output), "1.02");
    assert_string_equal(text_of(&s, answer.above.amount), "2.84");
    assert_string_equal(text_of(&s, answer.above.output), "0.96");
    arena_free(s.arena);
}

static void curves_and_steps_are_sought_too(void **state)
{
    (void)state;
    struct scene s = scene();
    struct plan_answer answer = sought(&s, "side@2024-25", PLAN_CHANGE_TO, "square@2024-25", "2", 6);
    assert_true(answer.found && !answer.exact);
    assert_string_equal(text_of(&s, answer.below.amount), "1.414213");
    assert_string_equal(text_of(&s, answer.above.amount), "1.414214");
    answer = sought(&s, "saving[ASC]@2025-26", PLAN_CHANGE_TO, "steps@2025-26", "10.1", 3);
    assert_true(answer.found && !answer.exact); /* jumps from 10.25 to 10 */
    assert_string_equal(text_of(&s, answer.below.output), "10.25");
    assert_string_equal(text_of(&s, answer.above.output), "10");
    arena_free(s.arena);
}

static void there_is_none_in_a_sentence_where_there_is_none(void **state)
{
    (void)state;
    struct scene s = scene();
    struct plan_answer answer = sought(&s, "spare@2025-26", PLAN_CHANGE_TO, "gap@2025-26", "0", 2);
    assert_false(answer.found);
    assert_non_null(strstr(arena_cstr(s.arena, answer.sentence), "does not depend on spare"));
    answer = sought(&s, "saving[ASC]@2025-26", PLAN_CHANGE_TO, "best@2025-26", "7", 2);
    assert_false(answer.found);
    assert_non_null(strstr(arena_cstr(s.arena, answer.sentence), "5.000"));
    answer = sought(&s, "side@2024-25", PLAN_CHANGE_TO, "square@2024-25", "-1", 2);
    assert_false(answer.found);
    arena_free(s.arena);
}

static void a_range_is_kept_to(void **state)
{
    (void)state;
    struct scene s = scene();
    struct plan_goal goal = {.change = change(&s, "rate@2025-26", PLAN_CHANGE_TO, NULL),
                             .output = cell_in(s.model, "gap@2025-26"),
                             .places = 4,
                             .bounded = true,
                             .low = NUMBER_ZERO,
                             .high = number_of(499, 4)};
    struct plan_answer answer;
    struct error err = NO_ERROR;
    assert_true(plan_seek(s.ev, &goal, s.arena, &answer, &err));
    assert_false(answer.found); /* it would take 14% */
    goal.high = number_of(2, 1);
    assert_true(plan_seek(s.ev, &goal, s.arena, &answer, &err));
    assert_true(answer.found && answer.exact);
    arena_free(s.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_moves_what_reads_it_and_nothing_else_exactly),
        cmocka_unit_test(changes_work_together_and_over_parts_of_sets_and_years),
        cmocka_unit_test(a_change_that_names_nothing_is_refused_in_words),
        cmocka_unit_test(the_tornado_is_sorted_signed_and_exact),
        cmocka_unit_test(scenarios_stand_beside_the_plan_with_their_differences),
        cmocka_unit_test(a_linear_goal_is_met_exactly_in_a_few_tries),
        cmocka_unit_test(a_goal_between_two_grid_points_names_both),
        cmocka_unit_test(curves_and_steps_are_sought_too),
        cmocka_unit_test(there_is_none_in_a_sentence_where_there_is_none),
        cmocka_unit_test(a_range_is_kept_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
