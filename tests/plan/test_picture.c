/* Pictures: what they show, their words, and the table beside each. */
#include "plan/picture.h"
#include "tests/plan/plans.h"

#define PLAN                                                                                                           \
    YEARS DEPTS "given cost[dept] \"Cost <of> it\" from 2024-25 10.5\ngiven saving from 2024-25 -4.25\n"               \
                "given balance \"Balances\" from 2024-25 30\ngiven floor \"Floor\" from 2024-25 28\n"                  \
                "calc gap = sum cost + saving\nrule enough \"Balances stay above\" that balance >= floor\n"            \
                "table 1 \"The gap\"\n  columns 2024-25 to 2028-29\n  each for dept cost\n  each \"Savings\" saving\n" \
                "  total \"Forecast gap\" gap\n"                                                                       \
                "saving S1 \"One\" for ASC\n  owner \"A\"  rag amber  state proposed\n  in 2025-26 -2\n"               \
                "saving S2 \"Two\" for CS\n  owner \"B\"  rag red  state withdrawn\n  in 2025-26 -3\n"                 \
                "risk r \"Risk\" uniform 0 1\n  moves balance from 2025-26 by -1\n"

struct scene {
    struct arena *arena;
    const struct plan_model *model;
    struct plan_evaluation *ev;
    struct plan_picture picture;
    struct error err;
};

static struct scene scene(void)
{
    struct scene s = {.arena = arena_make(0)};
    s.model = plan_of(PLAN, s.arena);
    s.ev = plan_evaluate(s.model, PLAN_NONE, s.arena);
    return s;
}

static bool holds(const struct scene *s, const char *piece)
{
    return slice_search(s->picture.svg, slice_of(piece)) < s->picture.svg.len;
}

static const char *cell_at(const struct scene *s, size_t row, size_t column)
{
    return arena_cstr(s->arena, plan_grid_at(&s->picture.grid, row, column));
}

static void is_a_picture(const struct scene *s)
{
    assert_true(slice_starts(s->picture.svg, S("<svg ")) && slice_ends(s->picture.svg, S("</svg>\n")));
    assert_true(holds(s, "<title id=\"p-title\">") && holds(s, "<desc id=\"p-words\">"));
    assert_false(holds(s, "<script") || holds(s, "style="));
    assert_true(s->picture.description.len > 10 && s->picture.grid.row_count > 0);
}

static void a_bridge_leads_from_the_lines_to_the_total_with_the_tables_figures(void **state)
{
    (void)state;
    struct scene s = scene();
    assert_true(plan_picture_bridge(s.ev, 0, 1, S("p"), s.arena, &s.picture, &s.err));
    is_a_picture(&s);
    assert_int_equal(s.picture.grid.row_count, 5);
    assert_string_equal(cell_at(&s, 0, 1), "+10.500");
    assert_string_equal(cell_at(&s, 3, 1), "-4.250");
    assert_string_equal(cell_at(&s, 4, 1), "27.250");
    assert_true(holds(&s, "Children&#39;s Services") || holds(&s, "Children&#x27;s Services") ||
                holds(&s, "Children&apos;s Services"));
    arena_free(s.arena);
}

static void a_path_shows_both_sides_of_a_rule_by_year(void **state)
{
    (void)state;
    struct scene s = scene();
    assert_true(plan_picture_path(s.ev, 0, S("p"), s.arena, &s.picture, &s.err));
    is_a_picture(&s);
    assert_int_equal(s.picture.grid.row_count, 5);
    assert_true(slice_equal(s.picture.grid.columns[1], S("Balances")));
    assert_string_equal(cell_at(&s, 4, 2), "28.000");
    arena_free(s.arena);
}

static void savings_are_stacked_by_status_and_withdrawn_ones_left_out(void **state)
{
    (void)state;
    struct scene s = scene();
    assert_true(plan_picture_rag(s.model, PLAN_SAVINGS, 0, S("p"), s.arena, &s.picture, &s.err));
    is_a_picture(&s);
    assert_int_equal(s.picture.grid.row_count, 1);
    assert_string_equal(cell_at(&s, 0, 0), "Adult Social Services");
    assert_string_equal(cell_at(&s, 0, 2), "2.000");
    arena_free(s.arena);
}

static void a_fan_says_that_it_estimates_from_how_many_draws_and_which_seed(void **state)
{
    (void)state;
    struct scene s = scene();
    const plan_cell cells[] = {cell_in(s.model, "balance@2025-26"), cell_in(s.model, "balance@2026-27")};
    struct plan_draw_request request = {.cells = cells, .cell_count = 2};
    struct plan_draws *draws;
    struct plan_simulation simulation;
    assert_true(plan_draws_make(s.ev, &request, s.arena, &draws, &s.err) &&
                plan_simulate(draws, 1000, 5, 1, s.arena, &simulation, &s.err));
    assert_true(plan_picture_fan(s.model, &simulation, cells[0], S("p"), s.arena, &s.picture, &s.err));
    is_a_picture(&s);
    assert_int_equal(s.picture.grid.row_count, 2);
    assert_true(slice_search(s.picture.description, S("1,000 draws, seed 5")) < s.picture.description.len);
    assert_true(slice_search(s.picture.grid.caption, S("estimates")) < s.picture.grid.caption.len);
    arena_free(s.arena);
}

static void a_tornado_shows_its_largest_bars_and_escapes_their_names(void **state)
{
    (void)state;
    struct scene s = scene();
    struct plan_tornado_options options = {.share = number_of(1, 2)};
    struct plan_tornado tornado;
    assert_true(plan_tornado_make(s.ev, cell_in(s.model, "gap@2025-26"), &options, s.arena, &tornado, &s.err));
    plan_picture_tornado(s.model, &tornado, 3, S("p"), s.arena, &s.picture);
    is_a_picture(&s);
    assert_int_equal(s.picture.grid.row_count, 3);
    assert_true(holds(&s, "Cost &lt;of&gt; it"));
    arena_free(s.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bridge_leads_from_the_lines_to_the_total_with_the_tables_figures),
        cmocka_unit_test(a_path_shows_both_sides_of_a_rule_by_year),
        cmocka_unit_test(savings_are_stacked_by_status_and_withdrawn_ones_left_out),
        cmocka_unit_test(a_fan_says_that_it_estimates_from_how_many_draws_and_which_seed),
        cmocka_unit_test(a_tornado_shows_its_largest_bars_and_escapes_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
