/* Values: what formulas mean, what cannot be computed and why, and changes. */
#include "tests/plan/plans.h"

static void is(const char *rows, const char *figure, const char *wanted)
{
    struct arena *arena = arena_make(0);
    struct buffer text = buffer_make(arena);
    buffer_format(&text, "%s%s%s", YEARS, DEPTS, rows);
    struct plan_evaluation *ev = plan_evaluate(plan_of(text.at, arena), PLAN_NONE, arena);
    const char *got = value_in(ev, figure, arena);
    if (strcmp(got, wanted) != 0)
        fail_msg("%s is “%s” instead of “%s”", figure, got, wanted);
    struct plan_evaluation *all = plan_evaluate(plan_evaluation_model(ev), PLAN_NONE, arena);
    plan_compute_all(all);
    assert_string_equal(value_in(all, figure, arena), wanted);
    arena_free(arena);
}

#define SAVING "given saving[dept]\n  ASC -7.4 -4.9 -2.6 0 1\n  CS 1 2 3 4 5\n  FIN 10 20 30 40 50\n"

static void formulas_mean_what_they_say(void **state)
{
    (void)state;
    is("calc a = 1 + 2 * 3 - 4\n", "a@2024-25", "3");
    is("calc a = -2 * -3\n", "a@2024-25", "6");
    is("calc a = 10 - 2 - 3\n", "a@2024-25", "5");
    is("calc a = £0.250m * 50%\n", "a@2024-25", "0.125");
    is("calc a = round(44.722, 0.250)\n", "a@2024-25", "44.75");
    is("calc a = round(1 / 3, 0.001)\n", "a@2024-25", "0.333");
    is("calc a % = ratio(175.232 - 110.880, 175.232, 6)\n", "a@2024-25", "0.367239");
    is("calc a = min(3, 1, 2) + max(3, 1, 2)\n", "a@2024-25", "4");
    is("calc a = abs(1 - 5)\n", "a@2024-25", "4");
    is("calc a = if 1 < 2 and not 3 < 2 then 5 else 6\n", "a@2024-25", "5");
    is("calc a = if year >= 2026-27 then 5 else 6\n", "a@2026-27", "5");
    is("calc a = if year >= 2026-27 then 5 else 6\n", "a@2025-26", "6");
    is("calc a = 2500 in £m\n", "a@2024-25", "2500");
    is("given k £k always 2500\ncalc a = k in £m\n", "a@2024-25", "2.5");
    is("given k £ always 1672.11\nunit homes print 1\ngiven h homes always 313647\ncalc a = (k * h) in £m\n",
       "a@2024-25", "524.45228517");
}

static void names_take_the_member_of_their_row(void **state)
{
    (void)state;
    is(SAVING "calc a[dept] = saving * 2\n", "a[CS]@2025-26", "4");
    is(SAVING "calc a = saving[ASC]\n", "a@2025-26", "-4.9");
    is(SAVING "calc a = saving[\"Adult Social Services\"]\n", "a@2025-26", "-4.9");
    is(SAVING "calc a = sum saving\n", "a@2024-25", "3.6");
    is(SAVING "set front of dept ASC CS\ncalc a = sum saving over front\n", "a@2024-25", "-6.4");
    is(SAVING "calc a[dept] = saving - sum saving over dept\n", "a[CS]@2024-25", "-2.6");
    is(SAVING "calc a = sum saving[FIN] from 2025-26 to 2027-28\n", "a@2024-25", "90");
    is(SAVING "calc a always = sum saving over dept and years\n", "a", "151.1");
    is(SAVING "calc a = largest saving\ncalc b = smallest saving\n", "b@2024-25", "-7.4");
}

static void years_go_back_and_forth(void **state)
{
    (void)state;
    is("given a 2024-25 100\ncalc a from 2025-26 = a' * 1.1\n", "a@2028-29", "146.41");
    is("given a 1 2 3 4 5\ncalc b from 2026-27 = a'' + a@first + a@last + a@2025-26\n", "b@2026-27", "9");
    is("given a 1 2 3 4 5\ncalc b to 2027-28 = a@next\n", "b@2027-28", "5");
    is("given b 2028-29 5\ncalc b to 2027-28 = b@next * 2\n", "b@2024-25", "80");
}

static void what_cannot_be_computed_says_why(void **state)
{
    (void)state;
    is("calc a = a' + 1\n", "a@2026-27",
       "a@2024-25 looks back at a before 2024-25, the first year; give an opening value in 2024-25, or begin the "
       "formula "
       "later, as in `from 2025-26`");
    is("given b 1 . 3 4 5\ncalc a = b\n", "a@2025-26",
       "a@2025-26 reads b@2025-26, which has no value; give it one, or let the formula begin later");
    is("given b 1 0 3 4 5\ncalc a % = ratio(b, b, 3)\ncalc c % = a\n", "c@2025-26", "a@2025-26 divides by zero");
    is("given b 1 0 3 4 5\ncalc a = round(1, b)\n", "a@2025-26", "a@2025-26 rounds to a step that is not above zero");
    is("calc a = b + 1\ncalc b = c\ncalc c = a\ncalc d = a\n", "d@2025-26",
       "a@2025-26 depends on itself: a@2025-26 (line 8) reads b@2025-26 (line 9) reads c@2025-26 (line 10) reads "
       "a@2025-26 "
       "(line 8); one of them must not");
    is("given b . 1 2 3 4\ncalc a = if known b then b else 9\ncalc c = b otherwise 7\n", "c@2024-25", "7");
    is("given b . 1 2 3 4\ncalc a = if known b then b else 9\n", "a@2024-25", "9");
    is("given b number always 7\ncalc a number = a' * b * b * b\ngiven a 2024-25 1\n", "a@2028-29", "13841287201");
}

static void a_circle_of_rows_is_no_circle_of_cells(void **state)
{
    (void)state;
    is("given a[dept]\n  ASC 1 1 1 1 1\ncalc a[CS] = b[ASC] + 1\ncalc a[FIN] = b[CS] + 1\ncalc b[dept] = a * 2\n",
       "b[FIN]@2025-26", "14");
    is("calc a = if year = 2024-25 then 5 else b'\ncalc b = a * 2\n", "b@2026-27", "40");
}

static void numbers_that_explode_are_refused(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct buffer text = buffer_make(arena);
    buffer_add(
        &text,
        S("years 2000-01 to 2040-41\nunit number print 1\ngiven a 2000-01 1.2345678901\ncalc a from 2001-02 = a' "
          "* a'\n"));
    struct plan_evaluation *ev = plan_evaluate(plan_of(text.at, arena), PLAN_NONE, arena);
    assert_non_null(strstr(value_in(ev, "a@2040-41", arena), "has more than 20000 digits; round it on the way"));
    arena_free(arena);
}

static const char *const changing = YEARS DEPTS SAVING
    "given rate % 1 2 3 4 5\ngiven net[dept] 2024-25 100\ncalc net[dept] from 2025-26 = net' * (1 + rate) "
    "+ saving\ncalc total = sum net\ncalc share[dept] % = ratio(net, total, 6)\ncalc spread = largest "
    "net - smallest net\ncalc top[dept] = if net > £150m then net - £150m else 0\ncalc ever always = sum "
    "total over years\ncalc big[dept] = (total' otherwise 0) * share\n"
    "scenario s\n  rate in 2026-27 = was + 1%\n  saving[ASC] = was * 2\n  total in 2027-28 = 7\n";

static void all_equal(struct plan_evaluation *a, struct plan_evaluation *b)
{
    const struct plan_model *model = plan_evaluation_model(a);
    for (plan_cell cell = 0; cell < model->cells; cell++) {
        struct number x, y;
        enum plan_state state = plan_value(a, cell, &x);
        assert_int_equal(state, plan_value(b, cell, &y));
        if (state == PLAN_HAS_VALUE)
            assert_true(number_equal(x, y));
    }
}

static void a_change_computes_again_what_depends_on_it_and_nothing_else(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    const struct plan_model *model = plan_of(changing, arena);
    for (uint32_t overlay = 0; overlay < 2; overlay++) {
        uint32_t number = overlay ? 0 : PLAN_NONE;
        struct plan_evaluation *ev = plan_evaluate(model, number, arena), *still = plan_evaluate(model, number, arena);
        plan_compute_all(ev);
        for (plan_cell cell = 0; cell < model->cells; cell++) {
            struct plan_evaluation *fresh = plan_evaluate(model, number, arena);
            const plan_cell *changed;
            plan_cell *users;
            size_t count = plan_used_by(ev, cell, true, arena, &users);
            plan_set(ev, cell, number_of(4321, 2));
            size_t again = plan_recompute(ev, &changed);
            assert_true(again <= count + 1);
            for (size_t i = 1; i < again; i++) { /* each is among those that read it */
                bool found = false;
                for (size_t k = 0; k < count && !found; k++)
                    found = users[k] == changed[i];
                assert_true(found);
            }
            plan_set(fresh, cell, number_of(4321, 2));
            all_equal(ev, fresh);
            plan_unset(ev, cell);
            all_equal(ev, still);
        }
    }
    arena_free(arena);
}

static void who_reads_and_who_is_read_are_two_sides(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    const struct plan_model *model = plan_of(changing, arena);
    for (uint32_t overlay = 0; overlay < 2; overlay++) {
        struct plan_evaluation *ev = plan_evaluate(model, overlay ? 0 : PLAN_NONE, arena);
        bool *reads = arena_array(arena, bool, model->cells * model->cells);
        size_t edges = 0;
        for (plan_cell cell = 0; cell < model->cells; cell++) {
            plan_cell *list;
            size_t count = plan_reads(ev, cell, arena, &list);
            for (size_t i = 0; i < count; i++)
                reads[(size_t)cell * model->cells + list[i]] = true;
            edges += count;
        }
        for (plan_cell cell = 0; cell < model->cells; cell++) {
            plan_cell *list;
            size_t count = plan_used_by(ev, cell, false, arena, &list);
            /* Backwards both sides of a condition count, forwards the year or member may have decided: a superset. */
            size_t both = 0;
            for (plan_cell other = 0; other < model->cells; other++)
                both += reads[(size_t)other * model->cells + cell];
            assert_true(count >= both);
            edges -= both;
        }
        assert_int_equal(edges, 0);
    }
    arena_free(arena);
}

static void scenarios_stand_over_the_plan(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    const struct plan_model *model = plan_of(changing, arena);
    struct plan_evaluation *ev = plan_evaluate(model, plan_overlay_find(model, S("s")), arena);
    assert_string_equal(value_in(ev, "rate@2026-27", arena), "0.04");
    assert_string_equal(value_in(ev, "saving[ASC]@2024-25", arena), "-14.8");
    assert_string_equal(value_in(ev, "total@2027-28", arena), "7");
    assert_string_equal(value_in(ev, "rate@2025-26", arena), "0.02");
    arena_free(arena);
}

static void settings_that_ask_what_was_may_stand_a_hundred_deep(void **state)
{
    (void)state;
    for (int settings = 100; settings <= 300; settings += 200) {
        struct arena *arena = arena_make(0);
        struct buffer text = buffer_make(arena);
        buffer_add(&text, S("years 2024-25\nunit number print 1\ngiven a 1\nscenario s\n"));
        for (int i = 0; i < settings; i++)
            buffer_add(&text, S("  a = was + 1\n"));
        struct plan_evaluation *ev = plan_evaluate(plan_of(text.at, arena), 0, arena);
        assert_string_equal(value_in(ev, "a@2024-25", arena),
                            settings == 100
                                ? "101"
                                : "a@2024-25 asks what it was through more than a hundred settings; join some "
                                  "of them");
        arena_free(arena);
    }
}

static void a_chain_of_fifty_thousand_rows_needs_no_deep_stack(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct buffer text = buffer_make(arena);
    buffer_add(&text, S("years 2024-25\nunit number print 1\ngiven r0 1\n"));
    for (int i = 1; i <= 50000; i++)
        buffer_format(&text, "calc r%d = r%d + 1\n", i, i - 1);
    struct plan_evaluation *ev = plan_evaluate(plan_of(text.at, arena), PLAN_NONE, arena);
    assert_string_equal(value_in(ev, "r50000@2024-25", arena), "50001");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formulas_mean_what_they_say),
        cmocka_unit_test(names_take_the_member_of_their_row),
        cmocka_unit_test(years_go_back_and_forth),
        cmocka_unit_test(what_cannot_be_computed_says_why),
        cmocka_unit_test(a_circle_of_rows_is_no_circle_of_cells),
        cmocka_unit_test(numbers_that_explode_are_refused),
        cmocka_unit_test(a_change_computes_again_what_depends_on_it_and_nothing_else),
        cmocka_unit_test(who_reads_and_who_is_read_are_two_sides),
        cmocka_unit_test(scenarios_stand_over_the_plan),
        cmocka_unit_test(settings_that_ask_what_was_may_stand_a_hundred_deep),
        cmocka_unit_test(a_chain_of_fifty_thousand_rows_needs_no_deep_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
