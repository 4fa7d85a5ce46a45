/* Tables: rounding once or part by part, totals, what the source prints, anomalies; registers that feed rows; CSV
 * files; bridges. */
#include "tests/plan/plans.h"

#include "plan/register.h"

static struct plan_report report_of(const char *text, struct arena *arena, struct plan_model **ret)
{
    struct plan_report report;
    struct plan_model *model = plan_of(text, arena);
    if (ret)
        *ret = model;
    plan_check(plan_evaluate(model, PLAN_NONE, arena), arena, &report);
    return report;
}

static void table_is(const char *text, const char *wanted)
{
    struct arena *arena = arena_make(0);
    struct plan_model *model;
    struct plan_report report = report_of(text, arena, &model);
    struct buffer out = buffer_make(arena);
    plan_table_text(model, &report.sheets[0], &out);
    assert_string_equal(out.at, wanted);
    arena_free(arena);
}

#define PARTS                                                                                                          \
    YEARS "source C \"Cabinet\"\ngiven increase -10.5410 -10.9647 -11.2947 0 0\ngiven base -5.2445 -5.4554 -5.6196 "   \
          "0 0\ncalc change = increase + base\n"

static void exact_values_are_rounded_once_and_printed_ones_part_by_part(void **state)
{
    (void)state;
    table_is(PARTS
             "table 5 \"Changes\"\n  columns 2024-25 to 2026-27, total\n  each \"Increase\" increase\n  each \"Base\" "
             "base\n  each total \"Exact\" change\n  printed total \"Printed\" change\n",
             "Table 5: Changes (£m)\n"
             "          2024-25   2025-26   2026-27     Total \n"
             "Increase  -10.541   -10.965   -11.295   -32.800 \n"
             "Base       -5.245    -5.455    -5.620   -16.320 \n"
             "Exact     -15.786   -16.420   -16.914   -49.120 \n"
             "Printed   -15.786   -16.420   -16.915   -49.120 \n"
             "Figures are rounded one by one, so totals may differ from the sum of their parts.\n");
}

static void a_total_adds_the_lines_above_it(void **state)
{
    (void)state;
    table_is(YEARS DEPTS
             "given a[dept]\n  ASC 1 2 3 4 5\n  CS 10 20 30 40 50\n  FIN 100 200 300 400 500\nset front of dept ASC "
             "CS\ntable 1 \"T\"\n  columns 2024-25, 2028-29, total \"Sum\"\n  heading \"Front line\"\n  each for "
             "front a\n  subtotal \"Front\"\n  each \"Finance\" a[FIN]\n  subtotal \"Back\"\n  total \"All\"\n  note "
             "\"Net.\"\n",
             "Table 1: T (£m)\n"
             "                       2024-25   2028-29       Sum \n"
             "Front line           \n"
             "Adult Social Services    1.000     5.000     6.000 \n"
             "Children's Services     10.000    50.000    60.000 \n"
             "Front                   11.000    55.000    66.000 \n"
             "Finance                100.000   500.000   600.000 \n"
             "Back                   100.000   500.000   600.000 \n"
             "All                    111.000   555.000   666.000 \n"
             "Net.\n");
}

static void columns_may_be_departments_or_formulas(void **state)
{
    (void)state;
    table_is(YEARS DEPTS
             "given a[dept]\n  ASC 1 2 3 4 5\n  CS 10 20 30 40 50\n  FIN 100 200 300 400 500\ntable 3 \"T\"\n  columns "
             "dept, total in 2025-26\n  each \"Base\" a\n  each \"Twice\" a * 2\n",
             "Table 3: T (£m)\n"
             "       Adult Social Services   Children's Services   Finance     Total \n"
             "Base                   2.000                20.000   200.000   222.000 \n"
             "Twice                  4.000                40.000   400.000   444.000 \n");
    table_is(YEARS DEPTS
             "given a[dept]\n  ASC 1 2 3 4 5\n  CS 10 20 30 40 50\n  FIN 100 200 300 400 500\ntable 9 \"T\"\n  column "
             "\"Existing\" a in 2025-26\n  column \"New\" a * 3 in 2025-26\n  column total \"All\"\n  each for dept\n  "
             "total \"Total\"\n",
             "Table 9: T (£m)\n"
             "                       Existing       New       All \n"
             "Adult Social Services     2.000     6.000     8.000 \n"
             "Children's Services      20.000    60.000    80.000 \n"
             "Finance                 200.000   600.000   800.000 \n"
             "Total                   222.000   666.000   888.000 \n");
}

static void printed_figures_agree_or_are_explained(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct plan_model *model;
    struct plan_report r =
        report_of(YEARS "source P \"Printed\" rounded to 0.001\nsource E \"Exact\"\n"
                        "given a 1.001 1.001 1.001 1.001 1.001 source P\ngiven b 2 2 2 2 2 source E\n"
                        "calc c = a * 3\ncalc d = b * 3\ntable 1\n  each \"C\" c\n  prints 3.003 3.004 3.005 3.006 "
                        ".\n  each \"D\" d\n  prints 6 6.001 . 6.5 6.7\n  anomaly \"D\" 2028-29 prints 6.7 within 1 "
                        "because \"a slip\"\n  anomaly \"D\" 2027-28 prints 6.5 within 0.1 because \"too much\"\n  "
                        "anomaly \"D\" 2024-25 prints 6 within 0.1 because \"none\"\n",
                  arena, &model);
    const struct plan_sheet *s = &r.sheets[0];
    assert_int_equal(plan_sheet_at(s, 0, 0)->agreement, PLAN_AGREES);
    assert_int_equal(plan_sheet_at(s, 0, 1)->agreement, PLAN_ROUNDING); /* 3 × 0.0005 + 0.0005 */
    assert_int_equal(plan_sheet_at(s, 0, 2)->agreement, PLAN_ROUNDING);
    assert_int_equal(plan_sheet_at(s, 0, 3)->agreement, PLAN_DISAGREES);
    assert_int_equal(plan_sheet_at(s, 0, 4)->agreement, PLAN_NOT_PRINTED);
    assert_int_equal(plan_sheet_at(s, 1, 1)->agreement, PLAN_DISAGREES); /* nothing in it was rounded */
    assert_int_equal(plan_sheet_at(s, 1, 4)->agreement, PLAN_ANOMALOUS);
    assert_int_equal(plan_sheet_at(s, 1, 3)->agreement, PLAN_DISAGREES);
    assert_string_equal(arena_cstr(arena, number_text(arena, plan_sheet_at(s, 0, 1)->bound)), "0.002");
    assert_int_equal(r.compared, 8);
    assert_int_equal(r.agreeing, 2);
    assert_int_equal(r.rounding, 2);
    assert_int_equal(r.anomalous, 1);
    assert_int_equal(r.finding_count, 4); /* three that disagree, and the anomaly that is none */
    arena_free(arena);
}

static void checks_hold_within_their_tolerance(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct plan_report r = report_of(
        YEARS DEPTS
        "given a[dept] 1 2 3 4 5\n  ASC 1.001 2 3 4 5\ncheck x[dept] that a = a[CS] within 0.001\ncheck "
        "y[dept] that a = a[CS]\nrule z from 2027-28 that sum a >= £12m\ncheck w in 2024-25 that a[ASC] > 1 and "
        "a[CS] = 1\n",
        arena, NULL);
    assert_int_equal(r.checks, 15 + 15 + 2 + 1);
    assert_int_equal(r.checks_held, 15 + 14 + 2 + 1);
    assert_int_equal(r.finding_count, 1);
    assert_string_equal(
        arena_cstr(arena, r.findings[0].sentence),
        "the check y[ASC]@2024-25 does not hold: a = a[CS], but the left side is 1.001 and the right side 1, "
        "0.001 apart");
    arena_free(arena);
}

/* ---- Registers ---- */

#define REGISTER                                                                                                       \
    YEARS DEPTS "set rag green amber red blue\n"                                                                       \
                "saving S1 \"Fewer agency staff\" for ASC rag amber eqia done consultation done state approved\n"      \
                "  2025-26 2026-27\n  -1.2 -0.8\n"                                                                     \
                "saving S2 for CS\n  rag red state failed\n  2025-26 -2\n"                                             \
                "saving S3 for CS rag green replaces S2\n  2025-26 -2\n"                                               \
                "saving S4 for FIN rag green delivers 50%\n  from 2026-27 -3\n"                                        \
                "given saving[dept] from savings\ngiven by-rag[rag] from savings where rag is not red\n"               \
                "bid B1 for ASC score-need 3 score-law 5\n  2025-26 10\nbid B2 for CS score-need 5 score-law 1\n"      \
                "  2025-26 9\ngiven provision always 18\nrank bids by need 2, law 1 within provision\n"

static void registers_feed_rows(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct plan_evaluation *ev = plan_evaluate(plan_of(REGISTER, arena), PLAN_NONE, arena);
    assert_string_equal(value_in(ev, "saving[ASC]@2025-26", arena), "-1.2");
    assert_string_equal(value_in(ev, "saving[CS]@2025-26", arena), "-2"); /* the failed one counts for nothing */
    assert_string_equal(value_in(ev, "saving[FIN]@2028-29", arena), "-1.5");
    assert_string_equal(value_in(ev, "saving[FIN]@2024-25", arena), "0");
    assert_string_equal(value_in(ev, "by-rag[green]@2026-27", arena), "-1.5");
    struct buffer out = buffer_make(arena);
    plan_explain_text(ev, cell_in(plan_evaluation_model(ev), "saving[ASC]@2025-26"), 0, &out);
    assert_non_null(strstr(out.at, "S1 “Fewer agency staff” = -1.2"));
    arena_free(arena);
}

static void registers_keep_their_rules(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct plan_report r =
        report_of(REGISTER "gate vote for savings needs eqia done and consultation done\n", arena, NULL);
    assert_int_equal(r.finding_count, 1);
    assert_string_equal(arena_cstr(arena, r.findings[0].sentence),
                        "the bids of 2025-26 come to 19, which is more than may be spent");
    r = report_of(
        YEARS DEPTS
        "saving S1 for ASC state approved eqia needed\n  2025-26 -1\nsaving S2 for ASC state failed\n  "
        "2025-26 -2\nsaving S3 for CS replaces S2 replaces S9\n  2025-26 -1\ngate vote \"The vote\" for savings "
        "needs eqia done and consultation done\n",
        arena, NULL);
    static const char *const wanted[] = {
        "S1 cannot be approved: eqia is needed, not done; consultation is not stated, not done (The vote)",
        "S2 failed with -2 in 2025-26, but what replaces it comes to -1; the same department replaces it pound for "
        "pound",
        "S3 replaces S2, which is another department's",
        "S3 replaces S9, which is not in the register",
    };
    assert_int_equal(r.finding_count, countof(wanted));
    for (size_t i = 0; i < countof(wanted); i++)
        assert_string_equal(arena_cstr(arena, r.findings[i].sentence), wanted[i]);
    arena_free(arena);
}

static void bids_are_ranked_by_their_criteria(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    const struct plan_model *model = plan_of(REGISTER, arena);
    struct plan_evaluation *ev = plan_evaluate(model, PLAN_NONE, arena);
    struct plan_ranked *order;
    assert_int_equal(plan_rank_order(ev, &model->ranks[0], 1, arena, &order), 2);
    assert_string_equal(arena_cstr(arena, model->entries[order[0].entry].id), "B1"); /* 2×3 + 5 = 11, as 2×5 + 1 */
    assert_true(order[0].within);
    assert_false(order[1].within);
    arena_free(arena);
}

static void virements_move_and_change_no_total(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct plan_evaluation *ev = plan_evaluate(
        plan_of(YEARS DEPTS
                "given base[dept] 10 10 10 10 10\nvirement V1 \"x\" from 2025-26 by \"Committee\"\n  CS -1.5\n  FIN "
                "1.5\ngiven moved[dept] from virements\ncalc net[dept] = base + moved\ncalc total = sum net\n",
                arena),
        PLAN_NONE, arena);
    assert_string_equal(value_in(ev, "net[CS]@2024-25", arena), "10");
    assert_string_equal(value_in(ev, "net[CS]@2028-29", arena), "8.5");
    assert_string_equal(value_in(ev, "net[FIN]@2026-27", arena), "11.5");
    assert_string_equal(value_in(ev, "total@2026-27", arena), "30");
    arena_free(arena);
}

/* ---- Files ---- */

static void with_file(const char *csv, const char *plan,
                      void (*look)(const struct plan_model *model, struct arena *arena), const char *fault)
{
    struct arena *arena = arena_make(0);
    char folder[] = "/tmp/staithe-plan-XXXXXX", path[100], file[100], line[1400];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/test.plan", folder);
    (void)snprintf(file, sizeof file, "%s/x.csv", folder);
    struct error err = NO_ERROR;
    assert_true(host_write_file(host_real(), slice_of(path), slice_of(plan), &err));
    assert_true(host_write_file(host_real(), slice_of(file), slice_of(csv), &err));
    struct plan_model *model;
    bool done = plan_load(host_real(), slice_of(path), arena, &model, NULL, &err);
    if (!done) {
        error_print(&err, line, sizeof line);
        if (!fault || !strstr(line, fault))
            fail_msg("%s", line);
    } else if (fault)
        fail_msg("accepted; wanted: %s", fault);
    else
        look(model, arena);
    assert_true(host_delete(host_real(), slice_of(path), &err) && host_delete(host_real(), slice_of(file), &err));
    assert_int_equal(rmdir(folder), 0);
    arena_free(arena);
}

static void look_long(const struct plan_model *model, struct arena *arena)
{
    struct plan_evaluation *ev = plan_evaluate(model, PLAN_NONE, arena);
    assert_string_equal(value_in(ev, "a[CS]@2025-26", arena), "-1234.5");
    assert_string_equal(value_in(ev, "a[ASC]@2024-25", arena), "none");
    struct plan_explanation e;
    plan_explain(ev, cell_in(model, "a[CS]@2025-26"), arena, &e);
    assert_int_equal(e.origin.line, 3);
    assert_true(slice_ends(e.origin.file, S("/x.csv")));
}

static void long_files_are_read_by_their_columns(void **state)
{
    (void)state;
    with_file("department,year,role,gbp\nAdult Social "
              "Services,2025-26,line,1\nCS,2025-26,line,\"-1,234.50\"\nFinance,2025-26,line,"
              "3\nTotal,total,total,4\n",
              YEARS DEPTS "given a[dept] from \"x.csv\", dept is department, value is gbp where role is line\n",
              look_long, NULL);
    with_file("department,year,role,gbp\nASC,2025-26,line,1\nFinance,2025-26,line,3\n",
              YEARS DEPTS "given a[dept] from \"x.csv\", dept is department, value is gbp\n", NULL,
              "test.plan:8:20: x.csv has no value for a[CS]@2025-26; add its row, or write `missing 0`.");
    with_file("department,year,gbp\nASD,2025-26,1\n",
              YEARS DEPTS "given a[dept] from \"x.csv\", dept is department, value is gbp\n", NULL,
              "x.csv:2: “ASD” is no member of dept; leave the row out with `where`, or add the member.");
    with_file("department,year,gbp\nASC,2035-36,1\n",
              YEARS DEPTS "given a[dept] from \"x.csv\", dept is department, value is gbp\n", NULL,
              "x.csv:2: “2035-36” is no year of the plan; leave the row out, as in `where year is not 2035-36`.");
    with_file("department,year,gbp\nASC,2025-26,1x\n",
              YEARS DEPTS "given a[dept] from \"x.csv\", dept is department, value is gbp\n", NULL,
              "x.csv:2: “1x” is no number; write it as in -1234.50.");
    with_file("department,year,gbp\nASC,2025-26,1\nASC,2025-26,1\n",
              YEARS DEPTS "given a[dept] from \"x.csv\", dept is department, value is gbp\n", NULL,
              "x.csv:3: a[ASC]@2025-26 has a value on an earlier line already");
    with_file("departmnt,year,gbp\n", YEARS DEPTS "given a[dept] from \"x.csv\", dept is department, value is gbp\n",
              NULL, "test.plan:8:37: x.csv has no column department; did you mean departmnt?");
    with_file("a\n", YEARS DEPTS "given a[dept] from \"y.csv\"\n", NULL, "no such file");
}

static void look_wide(const struct plan_model *model, struct arena *arena)
{
    struct plan_evaluation *ev = plan_evaluate(model, PLAN_NONE, arena);
    assert_string_equal(value_in(ev, "a[FIN]@2026-27", arena), "6");
}

static void wide_files_have_a_column_a_year(void **state)
{
    (void)state;
    with_file("dept,2025-26,2026-27\nASC,1,2\nCS,3,4\nFIN,5,6\n", YEARS DEPTS "given a[dept] from \"x.csv\"\n",
              look_wide, NULL);
}

static void look_prints(const struct plan_model *model, struct arena *arena)
{
    struct plan_report report;
    plan_check(plan_evaluate(model, PLAN_NONE, arena), arena, &report);
    assert_int_equal(report.compared, 3);
    assert_int_equal(report.agreeing, 2);
    assert_int_equal(report.finding_count, 1);
}

static void what_the_source_prints_comes_from_a_file(void **state)
{
    (void)state;
    with_file("line,year,gbp\nA,2024-25,1.000\nA,total,4.9\nTotal,2024-25,1\n",
              YEARS "given a 1 1 1 1 1\ntable 1\n  columns 2024-25 to 2028-29, total\n  each \"A\" a\n  total "
                    "\"Total\"\n  prints from "
                    "\"x.csv\", row is line, column is year, value is gbp\n",
              look_prints, NULL);
}

/* ---- Bridges ---- */

static void a_bridge_adds_up_to_the_penny(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    const struct plan_model *model = plan_of(
        YEARS DEPTS
        "given rate % 1 2 3 4 5\ngiven net[dept] 2024-25 100.123\ngiven extra 0 0 0 0 0\ncalc net[dept] from "
        "2025-26 = net' * (1 + rate) + extra\ncalc total = sum net\nversion feb on 2024-02-20\n  rate = was - "
        "0.5%\n  net[CS] in 2024-25 = £90m\nscenario bad based on feb\n  extra from 2026-27 = £1.5m\n  net[ASC] "
        "in 2027-28 = was * 1.01\n",
        arena);
    plan_cell cell = cell_in(model, "total@2028-29");
    for (uint32_t before = 0; before <= 2; before++)
        for (uint32_t after = 0; after <= 2; after++) {
            struct plan_bridge bridge;
            struct error err = NO_ERROR;
            assert_true(plan_bridge_make(model, before == 2 ? PLAN_NONE : before, after == 2 ? PLAN_NONE : after, cell,
                                         arena, &bridge, &err));
            struct number sum = bridge.before;
            for (size_t i = 0; i < bridge.step_count; i++)
                sum = number_add(arena, sum, bridge.steps[i].change);
            assert_true(number_equal(sum, bridge.after));
            assert_int_equal(bridge.step_count > 0, before != after);
        }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_values_are_rounded_once_and_printed_ones_part_by_part),
        cmocka_unit_test(a_total_adds_the_lines_above_it),
        cmocka_unit_test(columns_may_be_departments_or_formulas),
        cmocka_unit_test(printed_figures_agree_or_are_explained),
        cmocka_unit_test(checks_hold_within_their_tolerance),
        cmocka_unit_test(registers_feed_rows),
        cmocka_unit_test(registers_keep_their_rules),
        cmocka_unit_test(bids_are_ranked_by_their_criteria),
        cmocka_unit_test(virements_move_and_change_no_total),
        cmocka_unit_test(long_files_are_read_by_their_columns),
        cmocka_unit_test(wide_files_have_a_column_a_year),
        cmocka_unit_test(what_the_source_prints_comes_from_a_file),
        cmocka_unit_test(a_bridge_adds_up_to_the_penny),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
