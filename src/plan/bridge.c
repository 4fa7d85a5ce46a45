/* What moved a figure. The cells that either state sets otherwise than the plan are taken from the one state to the
 * other, row by row in the order of declaration; each step's share is what the figure moves by, so the shares add up
 * exactly. */
#include "plan/check.h"

static void cells_of(const struct plan_model *m, const struct plan_clause *clause, bool *changes)
{
    const struct plan_row *row = &m->rows[clause->row];
    size_t at[PLAN_SETS_MAX] = {0};
    uint32_t members[PLAN_SETS_MAX] = {0};
    for (;;) {
        for (size_t i = 0; i < row->set_count; i++)
            members[i] = clause->region.members[i][at[i]];
        for (int32_t year = clause->region.from; year <= clause->region.to; year++)
            changes[plan_cell_at(m, clause->row, members, year)] = true;
        size_t i = row->set_count;
        while (i > 0 && ++at[i - 1] == clause->region.counts[i - 1])
            at[--i] = 0;
        if (i == 0)
            return;
    }
}

static void settings_of(const struct plan_model *m, uint32_t overlay, bool *changes)
{
    for (; overlay != PLAN_NONE; overlay = m->overlays[overlay].based_on)
        for (size_t i = 0; i < m->overlays[overlay].clause_count; i++)
            cells_of(m, &m->clauses[m->overlays[overlay].clauses[i]], changes);
}

/* Takes the row's changed cells to their new values; false when a value is wanting. */
static bool take_row(struct plan_evaluation *from, struct plan_evaluation *to, uint32_t number, const bool *changes,
                     size_t *ret_cells, struct error *err)
{
    const struct plan_row *row = &plan_evaluation_model(from)->rows[number];
    *ret_cells = 0;
    for (size_t i = 0; i < row->tuples * (size_t)row->years; i++) {
        plan_cell cell = (plan_cell)(row->first + i);
        struct number old = NUMBER_ZERO, value = NUMBER_ZERO;
        if (!changes[cell])
            continue;
        if (!plan_value_or_error(to, cell, &value, err))
            return false;
        if (plan_value(from, cell, &old) == PLAN_HAS_VALUE && number_equal(old, value)) {
            plan_set(from, cell, value); /* what it is computed from may change yet */
            continue;
        }
        plan_set(from, cell, value);
        ++*ret_cells;
    }
    return true;
}

static bool walk(const struct plan_model *m, struct plan_evaluation *from, struct plan_evaluation *to, plan_cell cell,
                 const bool *changes, struct arena *arena, struct plan_bridge *ret, struct error *err)
{
    size_t capacity = 0;
    *ret = (struct plan_bridge){.cell = cell};
    if (!plan_value_or_error(from, cell, &ret->before, err) || !plan_value_or_error(to, cell, &ret->after, err))
        return false;
    ret->before = number_keep(arena, ret->before);
    ret->after = number_keep(arena, ret->after);
    struct number now = ret->before;
    for (uint32_t row = 0; row < m->row_count; row++) {
        size_t cells;
        struct number next = NUMBER_ZERO;
        if (!take_row(from, to, row, changes, &cells, err))
            return false;
        if (cells == 0)
            continue;
        if (!plan_value_or_error(from, cell, &next, err))
            return false;
        next = number_keep(arena, next);
        ARENA_GROW(arena, ret->steps, ret->step_count, capacity);
        ret->steps[ret->step_count++] = (struct plan_bridge_step){
            .row = row, .title = m->rows[row].title, .change = number_subtract(arena, next, now), .cells = cells};
        now = next;
    }
    must(number_equal(now, ret->after));
    return true;
}

bool plan_bridge_make(const struct plan_model *m, uint32_t before, uint32_t after, plan_cell cell, struct arena *arena,
                      struct plan_bridge *ret, struct error *err)
{
    struct arena *scratch = arena_make(0);
    bool *changes = arena_large(scratch, m->cells + 1);
    settings_of(m, before, changes);
    settings_of(m, after, changes);
    bool done =
        walk(m, plan_evaluate(m, before, scratch), plan_evaluate(m, after, scratch), cell, changes, arena, ret, err);
    arena_free(scratch);
    return done;
}
