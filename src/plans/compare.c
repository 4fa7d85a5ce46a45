#include "plans/compare.h"

#include "plans/row.h"

struct comparing {
    const struct open_plan *before, *after;
    struct plan_evaluation *evaluation; /* of the old state, changed step by step */
    struct arena *arena;
    plan_cell cell; /* in the old state */
    struct number now;
    struct compare *out;
    size_t capacity;
};

/* The same cell in the other model, by names of rows, members and years. */
static bool twin(const struct plan_model *from, plan_cell cell, const struct plan_model *to, plan_cell *ret)
{
    struct plan_binding binding;
    uint32_t number, members[PLAN_SETS_MAX];
    plan_cell_parts(from, cell, &number, &binding);
    const struct plan_row *row = &from->rows[number];
    uint32_t other = row->hidden ? PLAN_NONE : plan_row_find(to, row->name);
    if (other == PLAN_NONE || to->rows[other].set_count != row->set_count || to->rows[other].always != row->always)
        return false;
    for (size_t i = 0; i < row->set_count; i++) {
        uint32_t set = to->rows[other].sets[i];
        if (!slice_equal(to->sets[set].name, from->sets[row->sets[i]].name))
            return false;
        members[i] = plan_member_find(to, set, from->sets[row->sets[i]].members[binding.slots[i]].name);
        if (members[i] == PLAN_NONE)
            return false;
    }
    int32_t year = row->always ? 0 : plan_year_find(to, from->years[binding.year]);
    if (year < 0)
        return false;
    *ret = plan_cell_at(to, other, members, year);
    return true;
}

static void add_step(struct comparing *c, struct slice row, struct slice title, size_t cells)
{
    struct number value;
    if (plan_value(c->evaluation, c->cell, &value) != PLAN_HAS_VALUE)
        return;
    struct number change = number_subtract(c->arena, value, c->now);
    c->now = number_keep(c->arena, value);
    if (number_sign(change) == 0)
        return;
    ARENA_GROW(c->arena, c->out->steps, c->out->step_count, c->capacity);
    c->out->steps[c->out->step_count++] =
        (struct compare_step){.row = row, .title = title, .change = change, .cells = cells};
}

/* All givens of one row of the new state that the old has otherwise; and those that only the old gives. */
static void move_row(struct comparing *c, uint32_t number)
{
    const struct plan_model *old = c->before->model, *new = c->after->model;
    const struct plan_row *row = &new->rows[number];
    size_t cells = 0;
    for (plan_cell cell = row->first; cell < row->first + row->tuples * (size_t)row->years; cell++) {
        plan_cell there;
        const struct plan_given *given = plan_given_find(new, cell);
        if (!given || !twin(new, cell, old, &there))
            continue;
        const struct plan_given *was = plan_given_find(old, there);
        if (was && number_equal(was->value, given->value))
            continue;
        plan_set(c->evaluation, there, number_keep(c->arena, given->value));
        cells++;
    }
    if (cells) {
        c->out->givens_changed += cells;
        add_step(c, row->name, row->title.len ? row->title : row->name, cells);
    }
}

static bool find(const struct open_plan *plan, struct slice name, struct arena *arena, plan_cell *ret_cell,
                 struct number *ret, bool *ret_has, struct error *err)
{
    struct error mine = NO_ERROR;
    *ret_has = false;
    if (!plan_cell_read(plan->model, name, ret_cell, &mine)) {
        *err = mine;
        return false;
    }
    struct number value;
    *ret_has = plan_value(plans_evaluation(plan, PLAN_NONE, arena), *ret_cell, &value) == PLAN_HAS_VALUE;
    if (*ret_has)
        *ret = number_keep(arena, value);
    return true;
}

bool compare_cell(const struct open_plan *before, const struct open_plan *after, struct slice name, struct arena *arena,
                  struct compare *ret, struct error *err)
{
    plan_cell new_cell = PLAN_NONE;
    struct comparing c = {.before = before, .after = after, .arena = arena, .cell = PLAN_NONE, .out = ret};
    *ret = (struct compare){0};
    bool old_there = find(before, name, arena, &c.cell, &ret->before, &ret->has_before, err);
    bool new_there = find(after, name, arena, &new_cell, &ret->after, &ret->has_after, err);
    if (!old_there && !new_there)
        return false;
    *err = NO_ERROR;
    if (!ret->has_before || !ret->has_after)
        return true;
    c.evaluation = plan_evaluate(before->model, PLAN_NONE, arena);
    c.now = ret->before;
    for (uint32_t i = 0; i < after->model->row_count; i++)
        if (!after->model->rows[i].hidden && after->model->rows[i].has_given)
            move_row(&c, i);
    struct number left = number_subtract(arena, ret->after, c.now);
    if (number_sign(left) != 0) {
        ARENA_GROW(arena, ret->steps, ret->step_count, c.capacity);
        ret->steps[ret->step_count++] = (struct compare_step){.title = S("Formulas and structure"), .change = left};
    }
    return true;
}

/* ---- Rows of registers ---- */

static const struct plan_entry *same_entry(const struct plan_model *model, const struct plan_entry *entry)
{
    for (size_t i = 0; i < model->entry_count; i++)
        if (model->entries[i].kind == entry->kind && slice_equal(model->entries[i].id, entry->id))
            return &model->entries[i];
    return NULL;
}

static struct slice text_of(const struct open_plan *plan, const struct plan_entry *entry, struct arena *arena)
{
    if (!entry)
        return NO_SLICE;
    struct row row = row_of_entry(plan->model, entry, arena);
    return row_text(&row, plan->model, arena);
}

void compare_rows(const struct open_plan *before, const struct open_plan *after, struct arena *arena,
                  struct compare_row **ret, size_t *ret_count)
{
    struct compare_row *rows =
        arena_array(arena, struct compare_row, before->model->entry_count + after->model->entry_count);
    size_t count = 0;
    for (int pass = 0; pass < 2; pass++) {
        const struct open_plan *here = pass ? before : after, *there = pass ? after : before;
        for (size_t i = 0; i < here->model->entry_count; i++) {
            const struct plan_entry *entry = &here->model->entries[i], *other = same_entry(there->model, entry);
            if (pass && other)
                continue;
            struct slice mine = text_of(here, entry, arena), theirs = text_of(there, other, arena);
            if (!slice_equal(mine, theirs))
                rows[count++] = (struct compare_row){slice_of(plan_register_words[entry->kind]), entry->id,
                                                     entry->title, pass ? mine : theirs, pass ? theirs : mine};
        }
    }
    *ret = rows;
    *ret_count = count;
}
