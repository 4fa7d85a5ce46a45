/* What a pack of papers needs: printed figures held against each other, other names for one thing, figures that the
 * plan was typed in from, a total of something else than its line. */
#include "tests/plan/plans.h"

#define SOURCE "source C \"Cabinet\" rounded to 0.001\n"
/* a and b are printed to 0.001; the sum of a's two parts is 0.001 off in 2025-26 and 0.600 in 2026-27. */
#define PRINTED                                                                                                        \
    YEARS DEPTS SOURCE "set parts of dept ASC CS\n"                                                                    \
                       "given a[dept] source C table 1\n  2024-25 2025-26 2026-27\n  ASC 1.000 1.000 1.000\n"          \
                       "  CS 2.000 2.000 2.000\n  FIN 3.000 3.001 3.600\n"

static struct plan_report report_of(const char *text, struct arena *arena, struct plan_model **ret)
{
    struct plan_report report;
    *ret = plan_of(text, arena);
    plan_check(plan_evaluate(*ret, PLAN_NONE, arena), arena, &report);
    return report;
}

static void ties(const char *text, size_t all, size_t held, size_t rounding, size_t declared, const char *finding)
{
    struct arena *arena = arena_make(0);
    struct plan_model *model;
    struct plan_report report = report_of(text, arena, &model);
    assert_int_equal(report.ties, all);
    assert_int_equal(report.ties_held, held);
    assert_int_equal(report.ties_rounding, rounding);
    assert_int_equal(report.ties_anomalous, declared);
    assert_int_equal(report.loose_count, rounding + declared);
    assert_int_equal(report.finding_count, finding != NULL);
    if (finding)
        assert_string_equal(arena_cstr(arena, report.findings[0].sentence), finding);
    arena_free(arena);
}

static void a_tie_holds_or_is_rounding_or_is_declared(void **state)
{
    (void)state;
    ties(PRINTED "tie sum from 2024-25 to 2026-27 that a[FIN] = sum a over parts\n"
                 "  differs 2026-27 by 0.600 because \"no text explains it\"\n",
         3, 1, 1, 1, NULL);
}

static void more_than_rounding_can_do_is_a_finding(void **state)
{
    (void)state;
    ties(PRINTED "tie sum from 2024-25 to 2026-27 that a[FIN] = sum a over parts\n", 3, 1, 1, 0,
         "the tie sum@2026-27 does not hold: a[FIN] = sum a over parts, but the left side is 3.6 and the right side 3, "
         "0.6 apart");
}

static void a_declared_difference_must_be_exactly_so(void **state)
{
    (void)state;
    ties(PRINTED "tie sum from 2025-26 to 2025-26 that a[FIN] = sum a over parts\n"
                 "  differs 2025-26 by 0.002 because \"it is 0.001\"\n",
         1, 0, 0, 0,
         "the tie sum@2025-26 does not hold: a[FIN] = sum a over parts, but the left side is 3.001 and the right side "
         "3, "
         "0.001 apart");
}

static void a_tie_over_a_set_says_of_which_member(void **state)
{
    (void)state;
    ties(PRINTED "tie twice[dept] in 2026-27 that a = a'\n  differs FIN 2026-27 by 0.599 because \"so\"\n", 3, 2, 0, 1,
         NULL);
}

static void what_a_tie_may_not_be(void **state)
{
    (void)state;
    refused_with(PRINTED "tie t in 2024-25 that a[FIN] > 1\n",
                 "test.plan:15:30: a tie says that a = b, without a tolerance.");
    refused_with(PRINTED "tie t[dept] in 2024-25 that a = a\n  differs 2024-25 by 1 because \"x\"\n",
                 "test.plan:16:3: say of which dept this is.");
    refused_with(PRINTED "tie t in 2024-25 that a[FIN] = 3\n  differs 2024-25 by 1\n",
                 "test.plan:16:23: because and a reason in quotes is wanted here, but the statement ends.");
}

static void typed_in_figures_are_not_compared(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct plan_model *model;
    struct plan_report report = report_of(
        PRINTED "table 1 \"First\"\n  source C table 1\n  columns 2024-25 to 2025-26\n  each for parts a\n"
                "  prints 2.000 2.000\n  each \"Against\" -a[FIN]\n  prints -3.000 -3.001\n"
                "table 2 \"Again\"\n  source C table 2\n  columns 2024-25\n  each \"Finance\" a[FIN]\n  prints 3.000\n",
        arena, &model);
    assert_int_equal(report.finding_count, 0);
    assert_int_equal(report.typed, 4);
    assert_int_equal(report.compared, 1);
    assert_int_equal(report.agreeing, 1);
    arena_free(arena);
}

static void what_would_agree_with_each_figure_rounded_on_its_own(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct plan_model *model;
    struct plan_report report =
        report_of(YEARS "given a 0.0004 0.0004 0 0 0\ncalc b = a + a\ntable 1 \"T\"\n  columns 2024-25 to 2025-26\n"
                        "  each \"B\" b, printed in 2024-25\n  prints 0.000 0.001\n",
                  arena, &model);
    assert_int_equal(report.agreeing, 2);
    assert_int_equal(report.agreeing_each, 1);
    arena_free(arena);
}

static void a_total_may_be_of_another_row(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct plan_model *model;
    struct plan_report report =
        report_of(YEARS "given rule 9.5 9.5 9 8.5 0\ngiven used 9.25 9.5 9 8.5 0\ntable 1 \"T\"\n"
                        "  columns 2024-25 to 2027-28, total\n  each \"Rule\" rule, total of used\n",
                  arena, &model);
    assert_string_equal(arena_cstr(arena, plan_sheet_at(&report.sheets[0], 0, 0)->shown), "9.500");
    assert_string_equal(arena_cstr(arena, plan_sheet_at(&report.sheets[0], 0, 4)->shown), "36.250");
    arena_free(arena);
}

static void a_member_has_other_titles_and_one_of_its_own_in_a_part(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct plan_model *model;
    struct plan_report report = report_of(
        YEARS
        "set dept\n  ASC \"Adult Social Services\" also \"Adults\"\n  FIN \"Finance\"\n"
        "set new of dept \"New\"\n  ASC \"Adult Social Care\"\n  FIN\ngiven a[dept] from 2024-25 1\n"
        "table 1 \"Old\"\n  columns 2024-25\n  each for dept a\ntable 2 \"New\"\n  columns 2024-25\n  each for new a\n",
        arena, &model);
    assert_string_equal(arena_cstr(arena, report.sheets[0].table->rows[0].label), "Adult Social Services");
    assert_string_equal(arena_cstr(arena, report.sheets[1].table->rows[0].label), "Adult Social Care");
    uint32_t dept = plan_set_find(model, S("dept"));
    assert_int_equal(plan_member_find(model, dept, S("Adult Social Care")), 0);
    assert_int_equal(plan_member_find(model, dept, S("Adults")), 0);
    arena_free(arena);
    refused_with(YEARS "set dept\n  A \"One\"\n  B \"Two\" also \"One\"\n",
                 "test.plan:6:16: “One” is the title of A; tell them apart.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tie_holds_or_is_rounding_or_is_declared),
        cmocka_unit_test(more_than_rounding_can_do_is_a_finding),
        cmocka_unit_test(a_declared_difference_must_be_exactly_so),
        cmocka_unit_test(a_tie_over_a_set_says_of_which_member),
        cmocka_unit_test(what_a_tie_may_not_be),
        cmocka_unit_test(typed_in_figures_are_not_compared),
        cmocka_unit_test(what_would_agree_with_each_figure_rounded_on_its_own),
        cmocka_unit_test(a_total_may_be_of_another_row),
        cmocka_unit_test(a_member_has_other_titles_and_one_of_its_own_in_a_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
