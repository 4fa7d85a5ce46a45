/* What must not matter does not: the order of lines and of files, a scenario that changes nothing, virements; and what
 * must carry through does: doubling every input doubles every linear figure. Plans are made at random from a seed. */
#include "tests/plan/plans.h"

static uint64_t next_random(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u;
    uint64_t x = *state;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

#define ROWS 14

/* Each statement a slice of its own. Linear: sums, products with plain numbers, last year's values. */
static size_t random_plan(uint64_t *state, int factor, struct arena *arena, struct slice *statements)
{
    size_t count = 0;
    statements[count++] = S("years 2024-25 to 2028-29\n");
    statements[count++] = S("unit £m print 0.001\n");
    statements[count++] = S("set dept ASC CS FIN\n");
    statements[count++] = S("given rate number always 1.0199\n");
    for (unsigned r = 0; r < ROWS; r++) {
        struct buffer line = buffer_make(arena);
        if (r < 4) {
            buffer_format(&line, "given r%u[dept]\n", r);
            for (int d = 0; d < 3; d++) {
                buffer_format(&line, "  %s", (const char *const[]){"ASC", "CS", "FIN"}[d]);
                for (int y = 0; y < 5; y++)
                    buffer_format(&line, " %lld", (long long)(next_random(state) % 900) * factor);
                buffer_add_byte(&line, '\n');
            }
        } else {
            unsigned a = (unsigned)(next_random(state) % r), b = (unsigned)(next_random(state) % r);
            switch (next_random(state) % 5) {
            case 0:
                buffer_format(&line, "calc r%u[dept] = r%u * rate - r%u\n", r, a, b);
                break;
            case 1:
                buffer_format(&line, "calc r%u[dept] = r%u + 3 * sum r%u over dept\n", r, a, b);
                break;
            case 2:
                buffer_format(&line, "calc r%u[dept] = if year > 2025-26 then r%u' + r%u else -r%u\n", r, a, b, b);
                break;
            case 3:
                buffer_format(&line, "calc r%u[dept] = if dept is CS then r%u[ASC] else r%u@last\n", r, a, b);
                break;
            default:
                buffer_format(&line, "calc r%u[dept] = sum r%u over years - largest r%u over dept\n", r, a, b);
            }
        }
        statements[count++] = buffer_slice(&line);
    }
    statements[count++] = S("scenario nothing\n  r0 = was\n  r5[ASC] from 2026-27 = was\n  r6 = was * 1\n");
    return count;
}

static const char *joined(const struct slice *statements, size_t count, struct arena *arena)
{
    return arena_cstr(arena, arena_join(arena, statements, count, NO_SLICE));
}

static struct number value_of(struct plan_evaluation *ev, unsigned row, unsigned dept, int year, enum plan_state *state)
{
    const struct plan_model *m = plan_evaluation_model(ev);
    char name[20];
    struct number value = NUMBER_ZERO;
    (void)snprintf(name, sizeof name, "r%u", row);
    *state = plan_value(ev, plan_cell_at(m, plan_row_find(m, slice_of(name)), &dept, year), &value);
    return value;
}

static void same_but_for(struct plan_evaluation *a, struct plan_evaluation *b, int64_t factor, struct arena *arena)
{
    for (unsigned row = 0; row < ROWS; row++)
        for (unsigned dept = 0; dept < 3; dept++)
            for (int year = 0; year < 5; year++) {
                enum plan_state x, y;
                struct number p = value_of(a, row, dept, year, &x), q = value_of(b, row, dept, year, &y);
                assert_int_equal(x, y);
                assert_true(number_equal(number_multiply(arena, p, number_of(factor, 0)), q));
            }
}

static void order_of_lines_does_not_matter(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct arena *arena = arena_make(0);
        struct slice statements[ROWS + 8];
        uint64_t s = seed;
        size_t count = random_plan(&s, 1, arena, statements);
        struct plan_evaluation *a = plan_evaluate(plan_of(joined(statements, count, arena), arena), PLAN_NONE, arena);
        for (size_t i = count; i > 1; i--) {
            size_t k = next_random(&s) % i;
            struct slice t = statements[k];
            statements[k] = statements[i - 1];
            statements[i - 1] = t;
        }
        struct plan_evaluation *b = plan_evaluate(plan_of(joined(statements, count, arena), arena), PLAN_NONE, arena);
        plan_compute_all(b);
        same_but_for(a, b, 1, arena);
        arena_free(arena);
    }
}

static void a_scenario_that_changes_nothing_is_the_plan(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct arena *arena = arena_make(0);
        struct slice statements[ROWS + 8];
        uint64_t s = seed;
        size_t count = random_plan(&s, 1, arena, statements);
        const struct plan_model *model = plan_of(joined(statements, count, arena), arena);
        same_but_for(plan_evaluate(model, PLAN_NONE, arena), plan_evaluate(model, 0, arena), 1, arena);
        arena_free(arena);
    }
}

static void doubling_every_input_doubles_every_linear_figure(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct arena *arena = arena_make(0);
        struct slice statements[ROWS + 8];
        uint64_t s = seed, again = seed;
        size_t count = random_plan(&s, 1, arena, statements);
        struct plan_evaluation *a = plan_evaluate(plan_of(joined(statements, count, arena), arena), PLAN_NONE, arena);
        count = random_plan(&again, 2, arena, statements);
        struct plan_evaluation *b = plan_evaluate(plan_of(joined(statements, count, arena), arena), PLAN_NONE, arena);
        same_but_for(a, b, 2, arena);
        arena_free(arena);
    }
}

static void order_of_files_does_not_matter(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    char folder[] = "/tmp/staithe-plan-XXXXXX", paths[4][64];
    static const char *const names[] = {"a.plan", "b.plan", "one.plan", "two.plan"};
    struct slice texts[] = {S("set dept ASC CS\ngiven a[dept] 1 2 3 4 5\n"),
                            S("calc b = sum a\nyears 2024-25 to 2028-29\n"),
                            S("include \"a.plan\"\ninclude \"b.plan\"\n"),
                            S("include \"b.plan\"\ninclude \"a.plan\"\ninclude \"b.plan\"\n")};
    struct error err = NO_ERROR;
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "%s/%s", folder, names[i]);
        assert_true(host_write_file(host_real(), slice_of(paths[i]), texts[i], &err));
    }
    for (size_t i = 2; i < 4; i++) {
        struct plan_model *model;
        assert_true(plan_load(host_real(), slice_of(paths[i]), arena, &model, NULL, &err));
        assert_string_equal(value_in(plan_evaluate(model, PLAN_NONE, arena), "b@2026-27", arena), "6");
        assert_int_equal(model->syntax->file_count, 3);
    }
    for (size_t i = 0; i < 4; i++)
        assert_true(host_delete(host_real(), slice_of(paths[i]), &err));
    assert_int_equal(rmdir(folder), 0);
    arena_free(arena);
}

static void names_may_be_of_any_alphabet(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    /* é as one letter where it is declared, as e with an accent where it is used */
    const struct plan_model *model =
        plan_of("years 2024-25\nset отдел Забота Дети\ngiven caf\xc3\xa9 3\ngiven 費用[отдел]\n  Забота "
                "2\n  Дети 5\ncalc всего = sum 費用 + cafe\xcc\x81\n",
                arena);
    assert_string_equal(value_in(plan_evaluate(model, PLAN_NONE, arena), "всего@2024-25", arena), "10");
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_of_lines_does_not_matter),
        cmocka_unit_test(a_scenario_that_changes_nothing_is_the_plan),
        cmocka_unit_test(doubling_every_input_doubles_every_linear_figure),
        cmocka_unit_test(order_of_files_does_not_matter),
        cmocka_unit_test(names_may_be_of_any_alphabet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
