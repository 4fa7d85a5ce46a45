#include "plan/export.h"

#include "plan/grid.h"

static void mark_readers(struct plan_evaluation *evaluation, plan_cell cell, bool *marks, struct arena *scratch)
{
    plan_cell *readers;
    size_t count = plan_used_by(evaluation, cell, true, scratch, &readers);
    for (size_t i = 0; i < count; i++)
        marks[readers[i]] = true;
}

const bool *plan_fitted(struct plan_evaluation *evaluation, struct arena *arena)
{
    const struct plan_model *model = plan_evaluation_model(evaluation);
    bool *marks = arena_array(arena, bool, model->cells + 1), *seeds = arena_array(arena, bool, model->cells + 1);
    struct arena *scratch = arena_make(0);
    for (size_t i = 0; i < model->given_count; i++) {
        const struct plan_given *given = &model->givens[i];
        const struct plan_clause *clause;
        if (given->origin.source == PLAN_NONE || !model->sources[given->origin.source].fitted ||
            plan_how(evaluation, given->cell, &clause) != PLAN_HOW_GIVEN)
            continue;
        seeds[given->cell] = true;
        mark_readers(evaluation, given->cell, marks, scratch);
        arena_reset(scratch);
    }
    for (size_t i = 0; i < model->cells; i++)
        marks[i] = marks[i] || seeds[i];
    arena_free(scratch);
    return marks;
}

/* As shown, without the commas that would make it text. */
static struct slice bare(const struct plan_figure *figure, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    for (size_t i = 0; i < figure->shown.len; i++)
        if (figure->shown.at[i] != ',')
            buffer_add_byte(&out, figure->shown.at[i]);
    return buffer_slice(&out);
}

void plan_export_csv(const struct plan_model *model, const struct plan_sheet *sheet, struct buffer *out)
{
    (void)model;
    const struct plan_table *table = sheet->table;
    struct slice *columns = arena_array(out->arena, struct slice, table->column_count + 1);
    columns[0] = table->title;
    for (size_t c = 0; c < table->column_count; c++)
        columns[c + 1] = table->columns[c].label;
    struct plan_grid grid = plan_grid_make(out->arena, NO_SLICE, columns, table->column_count + 1);
    for (size_t r = 0; r < table->row_count; r++) {
        plan_grid_add(&grid, table->rows[r].label);
        for (size_t c = 0; c < table->column_count; c++)
            plan_grid_add(&grid, bare(plan_sheet_at(sheet, r, c), out->arena));
    }
    plan_grid_csv(&grid, out);
}
