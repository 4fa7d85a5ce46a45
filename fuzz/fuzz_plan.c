/* The planning language: a text is read, and when it is a plan and small, computed, checked and explained. What holds
 * for each: a fault has a sentence; the values do not depend on how they are asked for; an explanation's tree has the
 * value of its cell. */
#include "plan/check.h"
#include "plan/explain.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CELLS_MAX  2000
#define ROUNDS_MAX 20000

static bool small_enough(const struct plan_model *model)
{
    size_t work = 0;
    for (size_t i = 0; i < model->clause_count; i++) {
        const struct plan_program *p = &model->clauses[i].program;
        size_t rounds = 1;
        for (size_t k = 0; k < p->loop_count && rounds < ROUNDS_MAX; k++)
            rounds *= p->loops[k].years ? (size_t)(p->loops[k].last - p->loops[k].first + 1) : p->loops[k].count;
        work += rounds;
    }
    return model->cells <= CELLS_MAX && work <= ROUNDS_MAX;
}

/* Any path that a text names is nobody's business here. */
static int no_files(void *context, const struct host_change *change)
{
    (void)context;
    (void)change;
    return 13;
}

static void use(const struct plan_model *model, struct arena *arena)
{
    for (uint32_t overlay = 0; overlay <= model->overlay_count; overlay++) {
        uint32_t number = overlay == model->overlay_count ? PLAN_NONE : overlay;
        struct plan_evaluation *all = plan_evaluate(model, number, arena), *one = plan_evaluate(model, number, arena);
        struct plan_report report;
        plan_check(all, arena, &report);
        struct buffer out = buffer_make(arena);
        plan_report_json(model, &report, &out);
        for (plan_cell cell = (plan_cell)model->cells; cell-- > 0;) {
            struct number x = NUMBER_ZERO, y = NUMBER_ZERO;
            struct plan_explanation e;
            if (plan_value(all, cell, &x) != plan_value(one, cell, &y))
                abort();
            if (plan_value(all, cell, &x) == PLAN_HAS_VALUE && !number_equal(x, y))
                abort();
            plan_explain(all, cell, arena, &e);
            if (e.tree && !number_equal(e.tree->value, x))
                abort();
        }
        if (model->cells == 0)
            continue;
        const plan_cell *changed;
        plan_set(one, 0, number_of(7, 1));
        plan_recompute(one, &changed);
        plan_unset(one, 0);
        plan_recompute(one, &changed);
        for (plan_cell cell = 0; cell < model->cells; cell++) {
            struct number x = NUMBER_ZERO, y = NUMBER_ZERO;
            if (plan_value(all, cell, &x) != plan_value(one, cell, &y) ||
                (plan_value(all, cell, &x) == PLAN_HAS_VALUE && !number_equal(x, y)))
                abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_make(0);
    struct host host = *host_real();
    host.before = no_files;
    struct plan_syntax *syntax = NULL;
    struct plan_model *model = NULL;
    struct error err = NO_ERROR;
    bool done = plan_parse_text(&host, slice_from(data, size), S("/nonexistent/fuzz.plan"), arena, &syntax, &err) &&
                plan_resolve(&host, syntax, arena, &model, &err);
    if (!done && err.text[0] == '\0')
        abort();
    if (!done && syntax && err.line) {
        struct buffer out = buffer_make(arena);
        plan_show_place(syntax, (struct plan_place){.line = (uint32_t)err.line, .column = (uint32_t)err.column}, &out);
    }
    if (done && small_enough(model))
        use(model, arena);
    arena_free(arena);
    return 0;
}
