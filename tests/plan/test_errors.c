/* What is wrong in a plan is said in one sentence, at its place, with what to do: word for word. */
#include "tests/plan/plans.h"

static void names_that_are_not_there(void **state)
{
    (void)state;
    refused_with(YEARS "calc gap = presure + 1\ngiven pressure always 3\n",
                 "test.plan:4:12: there is no row presure; did you mean pressure?");
    refused_with(YEARS DEPTS "given net[dep] 1 1 1 1 1\n", "test.plan:8:11: there is no set dep; did you mean dept?");
    refused_with(YEARS DEPTS "given net[dept]\n  ASX 1 1 1 1 1\n", "test.plan:9:3: net has no ASX; did you mean ASC?");
    refused_with(YEARS DEPTS "given net[dept] 1 1 1 1 1\ncalc x = net[ACS]\n",
                 "test.plan:9:14: net has no ACS; did you mean ASC?");
    refused_with(YEARS "given a 1 1 1 1 1 source D table 5\nsource C \"Cabinet\"\n",
                 "test.plan:4:26: there is no source D; did you mean C?");
    refused_with(YEARS "calk x = 1\n",
                 "test.plan:4:1: calk is not a statement of the planning language; did you mean calc?");
    refused_with(YEARS "given a £x 1\n", "test.plan:4:9: money is written in £, £k, £m or £bn.");
    refused_with(YEARS "given a hoems always 1\nunit homes print 1\n",
                 "test.plan:4:9: there is no unit hoems; did you mean homes?");
    refused_with(YEARS DEPTS "calc x = dept\n", "test.plan:8:10: dept is a set, and has no value itself; name a row.");
}

static void years_that_are_not_in_the_plan(void **state)
{
    (void)state;
    refused_with(YEARS "given a 2030-31 1\n",
                 "test.plan:4:9: the year 2030-31 is not in the plan, which runs from 2024-25 to 2028-29.");
    refused_with(YEARS "given a 1 1 1 1 1\ncalc b = a@2023-24\n",
                 "test.plan:5:12: the year 2023-24 is not in the plan, which runs from 2024-25 to 2028-29.");
    refused_with(YEARS "given a from 2027-28 to 2025-26 1\n",
                 "test.plan:4:25: the year 2025-26 is before 2027-28; write the earlier one first.");
    refused_with("years 2024-26\n", "test.plan:1:7: 2024-26 is no financial year; the year after 2024 is written 25.");
    refused_with("given a 1\n", "test.plan: the plan has no years; write `years 2024-25 to 2028-29`.");
    refused_with(YEARS "given a 1 2 3\n",
                 "test.plan:4:9: 3 values stand here for 5 years; write one for each year, a dot "
                 "where there is none, or head the columns with their years.");
}

static void units_that_do_not_fit(void **state)
{
    (void)state;
    refused_with(YEARS "given a 1 1 1 1 1\ngiven b % 1 1 1 1 1\ncalc c = a + b\n",
                 "test.plan:6:12: £m and a percentage cannot be added.");
    refused_with(YEARS "given a 1 1 1 1 1\ncalc c = a * a\n",
                 "test.plan:5:12: £m times £m has no meaning; one of them must be a plain number or %.");
    refused_with(YEARS "given a 1 1 1 1 1\ngiven b £k 1 1 1 1 1\ncalc c = a - b\n",
                 "test.plan:6:12: £m and £k cannot be subtracted; write one of them `in £m`.");
    refused_with(YEARS "given a 1 1 1 1 1\ncalc c % = a\n",
                 "test.plan:5:12: c is in % but its formula gives £m; write the unit behind the row's name.");
    refused_with(YEARS "given a £k 1 1 1 1 1\ncalc c = a\n",
                 "test.plan:5:10: c is in £m but its formula in £k; write (…) in £m.");
    refused_with(YEARS "given a 5% 1 1 1 1\n", "test.plan:4:9: this is a percentage, but the row is in £m.");
    refused_with(
        YEARS "given a 1 1 1 1 1\ncalc c = a / 2\n",
        "test.plan:5:12: division is written ratio(amount, amount, decimals) or round(a / b, step), so that its "
        "rounding is seen.");
    refused_with(YEARS "unit homes print 1\ngiven a homes 1 1 1 1 1\ncalc c homes = a + £5m\n",
                 "test.plan:6:18: homes and £m cannot be added.");
}

static void grammar(void **state)
{
    (void)state;
    refused_with(YEARS "calc a = (1 + 2\n",
                 "test.plan:4:16: the closing parenthesis is wanted here, but the statement ends.");
    refused_with(YEARS "calc a = 1 +\n", "test.plan:4:13: an amount is wanted here, but the statement ends.");
    refused_with(YEARS "calc a = 1 2\n", "test.plan:4:12: 2 has no place here; the statement is complete before it.");
    refused_with(YEARS "calc a 1\n", "test.plan:4:8: the sign = and a formula is wanted here, not 1.");
    refused_with(YEARS "  calc a = 1\n calc\n",
                 "test.plan:4:3: calc has no place here; the statement is complete before it.");
}

static void a_text_without_its_closing_quote(void **state)
{
    (void)state;
    refused_with("model x \"title\nyears 2024-25\n",
                 "test.plan:1:9: this text has no closing quote on its line; write \" at its end.");
    refused_with("model x\nyears 2024-25\ncalc a = 1 ; 2\n",
                 "test.plan:3:12: the character “;” has no meaning here; text stands in double quotes.");
    refused_with("\xff\n", "test.plan:1: this line is not UTF-8; save the file in UTF-8.");
}

static void what_is_said_twice(void **state)
{
    (void)state;
    refused_with(YEARS "calc a = 1\ncalc a = 2\n",
                 "test.plan:5:6: a has another formula for some of these figures on line "
                 "4; give each its own members or years.");
    refused_with(YEARS "given a 1 1 1 1 1\ngiven a 2025-26 2\n",
                 "test.plan:5:17: a@2025-26 is given here and on line 4; keep one of them.");
    refused_with(YEARS DEPTS "set dept x y\n", "test.plan:8:5: the set dept is declared twice; keep one of them.");
    refused_with(YEARS "scenario s\nscenario s\n", "test.plan:5:10: s is declared twice; keep one of them.");
}

static void registers(void **state)
{
    (void)state;
    refused_with(YEARS DEPTS "virement V1 \"x\" in 2024-25\n  ASC -145.047\n  CS 145.046\n",
                 "test.plan:8:1: the virement V1 does not add up to nothing in 2024-25: -0.001 is left over.");
    refused_with(YEARS DEPTS "scheme C1 for ASC\n  2024-25 2025-26\n  10 5\n  reprofile -4 3\n",
                 "test.plan:8:1: the reprofiling of C1 does not add up to nothing across its years: -1 is left over.");
    refused_with(YEARS DEPTS "saving S1 for ASC rag orange\n",
                 "test.plan:8:23: orange is no state of rag; write one of green, amber, red, blue.");
    refused_with(YEARS DEPTS "saving S1 for ASX\n  2024-25 1\n",
                 "test.plan:8:15: ASX is a member of no set; did you mean ASC?");
}

static void ten_thousand_parentheses_are_refused_in_a_sentence(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct buffer text = buffer_make(arena);
    buffer_add(&text, S(YEARS "calc a = "));
    for (int i = 0; i < 10000; i++)
        buffer_add_byte(&text, '(');
    buffer_add_byte(&text, '1');
    for (int i = 0; i < 10000; i++)
        buffer_add_byte(&text, ')');
    refused_with(buffer_slice(&text).at,
                 "test.plan:4:110: this formula is nested more than 200 deep; give its inner part a "
                 "row of its own.");
    arena_free(arena);
}

static void a_formula_of_ten_thousand_terms_is_computed_and_a_longer_one_refused(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    for (int terms = 9999; terms <= 10002; terms += 3) {
        struct buffer text = buffer_make(arena);
        buffer_add(&text, S(YEARS "calc a = 1"));
        for (int i = 1; i < terms; i++)
            buffer_add(&text, i % 2 ? S(" - 1") : S(" + 1"));
        buffer_add_byte(&text, '\n');
        if (terms < 10000) {
            struct plan_evaluation *ev = plan_evaluate(plan_of(buffer_slice(&text).at, arena), PLAN_NONE, arena);
            assert_string_equal(value_in(ev, "a@2024-25", arena), "1");
            struct buffer out = buffer_make(arena);
            plan_explain_json(ev, cell_in(plan_evaluation_model(ev), "a@2024-25"), &out);
            assert_true(out.len > 0);
        } else {
            struct error err = NO_ERROR;
            struct plan_syntax *syntax;
            assert_false(plan_parse_text(host_real(), buffer_slice(&text), S("test.plan"), arena, &syntax, &err));
            assert_non_null(strstr(err.text, "10000 operators and more"));
        }
    }
    arena_free(arena);
}

static void more_figures_than_memory_should_hold_are_refused(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct buffer text = buffer_make(arena);
    buffer_add(&text, S("years 2024-25\nset a"));
    for (int i = 0; i < 5000; i++)
        buffer_format(&text, " m%d", i);
    buffer_add(&text, S("\nset b"));
    for (int i = 0; i < 5000; i++)
        buffer_format(&text, " n%d", i);
    buffer_add(&text, S("\ncalc x[a, b] = 1\n"));
    refused_with(text.at, "test.plan:4:6: the row x has more than 20000000 figures; give it fewer sets.");
    arena_free(arena);
}

static void the_line_is_shown_with_a_caret(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct plan_syntax *syntax;
    struct error err = NO_ERROR;
    struct plan_model *model;
    assert_true(plan_parse_text(host_real(), S(YEARS "calc café = presure\n"), S("test.plan"), arena, &syntax, &err));
    assert_false(plan_resolve(host_real(), syntax, arena, &model, &err));
    struct buffer out = buffer_make(arena);
    plan_show_place(syntax,
                    (struct plan_place){.line = (uint32_t)err.line, .column = (uint32_t)err.column, .length = 7}, &out);
    assert_string_equal(out.at, "     4 | calc café = presure\n       |             ^^^^^^^\n");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_are_not_there),
        cmocka_unit_test(years_that_are_not_in_the_plan),
        cmocka_unit_test(units_that_do_not_fit),
        cmocka_unit_test(grammar),
        cmocka_unit_test(a_text_without_its_closing_quote),
        cmocka_unit_test(what_is_said_twice),
        cmocka_unit_test(registers),
        cmocka_unit_test(ten_thousand_parentheses_are_refused_in_a_sentence),
        cmocka_unit_test(a_formula_of_ten_thousand_terms_is_computed_and_a_longer_one_refused),
        cmocka_unit_test(more_figures_than_memory_should_hold_are_refused),
        cmocka_unit_test(the_line_is_shown_with_a_caret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
