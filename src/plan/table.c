/* Tables are made column by column within each line: first the figures that are cells, then those that add up others.
 */
#include "plan/table.h"

#include "plan/bound.h"
#include "plan/explain.h"

struct making {
    struct plan_evaluation *ev;
    const struct plan_model *model;
    const struct plan_table *table;
    struct plan_sheet *sheet;
    struct arena *arena;
    struct bounds bounds;
};

const struct plan_figure *plan_sheet_at(const struct plan_sheet *sheet, size_t row, size_t column)
{
    return &sheet->figures[row * sheet->table->column_count + column];
}

static struct plan_figure *at(const struct making *m, size_t row, size_t column)
{
    return &m->sheet->figures[row * m->table->column_count + column];
}

static const struct plan_unit *unit_at(const struct making *m, size_t row, size_t column)
{
    const struct plan_table_column *c = &m->table->columns[column];
    if (c->kind == PLAN_COLUMN_FORMULA)
        return &c->unit;
    if (c->kind == PLAN_COLUMN_TOTAL && column > 0)
        return unit_at(m, row, column - 1);
    return &m->table->rows[row].unit;
}

static struct number rounded_to(const struct making *m, const struct plan_unit *unit, struct number value)
{
    struct number rounded = value;
    must(number_round(m->arena, value, unit->step, &rounded));
    return rounded;
}

/* ---- The sum of rounded parts ---- */

static struct number terms(struct making *m, const struct plan_unit *unit, const struct plan_node *node, bool negative)
{
    bool adds =
        node->kind == PLAN_NODE_OPERATION &&
        (node->operation == PLAN_OP_ADD || node->operation == PLAN_OP_SUBTRACT || node->operation == PLAN_OP_NEGATE);
    if (!adds) {
        struct number value = rounded_to(m, unit, node->value);
        return negative ? number_negate(m->arena, value) : value;
    }
    struct number sum = NUMBER_ZERO;
    for (size_t i = 0; i < node->part_count; i++) {
        bool turned = node->operation == PLAN_OP_NEGATE || (node->operation == PLAN_OP_SUBTRACT && i == 1);
        sum = number_add(m->arena, sum, terms(m, unit, node->parts[i], negative != turned));
    }
    return sum;
}

/* A formula that is no more than another row's name has that row's parts. */
static struct number of_parts(struct making *m, const struct plan_unit *unit, plan_cell cell, struct number value)
{
    struct plan_explanation e;
    for (size_t step = 0; step < 16; step++) {
        plan_explain(m->ev, cell, m->arena, &e);
        if (!e.tree)
            return rounded_to(m, unit, value);
        if (e.tree->kind != PLAN_NODE_CELL)
            return terms(m, unit, e.tree, false);
        cell = e.tree->cell;
    }
    return rounded_to(m, unit, value);
}

/* ---- Figures ---- */

static void show(struct making *m, const struct plan_unit *unit, struct plan_figure *f)
{
    if (f->state == PLAN_HAS_VALUE)
        f->shown = plan_shown(unit, f->rounded, m->arena);
}

plan_cell plan_table_cell(const struct plan_model *model, const struct plan_table_row *row, uint32_t number,
                          const struct plan_table_column *column)
{
    uint32_t members[PLAN_SETS_MAX] = {0};
    const struct plan_row *r = &model->rows[number];
    for (size_t i = 0; i < r->set_count; i++)
        members[i] = column->kind == PLAN_COLUMN_MEMBER && r->sets[i] == column->set ? column->member : row->member;
    return plan_cell_at(model, number, members, column->year);
}

static plan_cell cell_of(const struct making *m, const struct plan_table_row *row,
                         const struct plan_table_column *column)
{
    return plan_table_cell(m->model, row, column->kind == PLAN_COLUMN_FORMULA ? column->row : row->row, column);
}

static void make_cell(struct making *m, size_t r, size_t c)
{
    const struct plan_table_row *row = &m->table->rows[r];
    const struct plan_unit *unit = unit_at(m, r, c);
    struct plan_figure *f = at(m, r, c);
    f->cell = cell_of(m, row, &m->table->columns[c]);
    f->state = plan_value(m->ev, f->cell, &f->exact);
    f->printed = row->printed != row->printed_in[c];
    if (f->state == PLAN_HAS_VALUE)
        f->rounded = f->printed ? of_parts(m, unit, f->cell, f->exact) : rounded_to(m, unit, f->exact);
    show(m, unit, f);
}

/* Adds up figures; one that failed makes the sum fail, one without a value counts for nothing. */
static void add_figure(struct making *m, struct plan_figure *sum, const struct plan_figure *f)
{
    if (f->state == PLAN_HAS_FAILED)
        sum->state = PLAN_HAS_FAILED;
    if (f->state != PLAN_HAS_VALUE)
        return;
    if (sum->state == PLAN_HAS_NONE)
        sum->state = PLAN_HAS_VALUE;
    sum->exact = number_add(m->arena, sum->exact, f->exact);
    sum->rounded = number_add(m->arena, sum->rounded, f->rounded);
}

static void end_sum(struct making *m, size_t r, size_t c, struct plan_figure *sum)
{
    struct number shown_parts = sum->rounded;
    if (!sum->printed)
        sum->rounded = rounded_to(m, unit_at(m, r, c), sum->exact);
    if (sum->state == PLAN_HAS_VALUE && !number_equal(shown_parts, sum->rounded))
        m->sheet->parts_differ = true;
    show(m, unit_at(m, r, c), sum);
}

bool plan_table_adds(const struct plan_table *table, size_t total, size_t row)
{
    for (size_t i = row + 1; i < total; i++)
        if (table->rows[i].role == PLAN_TABLE_TOTAL ||
            (table->rows[total].role == PLAN_TABLE_SUBTOTAL && table->rows[i].role == PLAN_TABLE_SUBTOTAL))
            return false;
    return table->rows[row].role == PLAN_TABLE_LINE;
}

static void make_total_row(struct making *m, size_t r, size_t c)
{
    const struct plan_table_row *row = &m->table->rows[r];
    struct plan_figure *f = at(m, r, c);
    f->cell = PLAN_NONE;
    f->printed = row->printed != row->printed_in[c];
    for (size_t i = 0; i < r; i++)
        if (plan_table_adds(m->table, r, i))
            add_figure(m, f, at(m, i, c));
    end_sum(m, r, c, f);
}

/* What the total of the line adds up in place of a figure of it: `total of`. */
static const struct plan_figure *instead(struct making *m, size_t r, size_t c)
{
    struct plan_table_row row = m->table->rows[r];
    struct plan_figure *f = arena_new(m->arena, struct plan_figure);
    row.row = row.total_row;
    f->cell = cell_of(m, &row, &m->table->columns[c]);
    f->state = plan_value(m->ev, f->cell, &f->exact);
    if (f->state == PLAN_HAS_VALUE)
        f->rounded = rounded_to(m, unit_at(m, r, c), f->exact);
    return f;
}

static void make_total_column(struct making *m, size_t r, size_t c)
{
    struct plan_figure *f = at(m, r, c);
    f->cell = PLAN_NONE;
    f->printed = m->table->columns[c].printed != m->table->rows[r].printed_in[c];
    for (size_t i = 0; i < c; i++)
        if (m->table->columns[i].kind != PLAN_COLUMN_TOTAL)
            add_figure(m, f, m->table->rows[r].total_row == PLAN_NONE ? at(m, r, i) : instead(m, r, i));
    end_sum(m, r, c, f);
}

/* A total with a formula: do the shown lines above give it? Only where the exact ones do. */
static void compare_parts(struct making *m, size_t r, size_t c)
{
    struct number exact = NUMBER_ZERO, shown = NUMBER_ZERO;
    size_t parts = 0;
    const struct plan_figure *f = at(m, r, c);
    for (size_t i = 0; i < r && f->state == PLAN_HAS_VALUE; i++)
        if (plan_table_adds(m->table, r, i) && at(m, i, c)->state == PLAN_HAS_VALUE) {
            exact = number_add(m->arena, exact, at(m, i, c)->exact);
            shown = number_add(m->arena, shown, at(m, i, c)->rounded);
            parts++;
        }
    if (parts > 1 && number_equal(exact, f->exact) && !number_equal(shown, f->rounded))
        m->sheet->parts_differ = true;
}

static void make_row(struct making *m, size_t r)
{
    const struct plan_table_row *row = &m->table->rows[r];
    for (size_t c = 0; c < m->table->column_count; c++) {
        at(m, r, c)->cell = PLAN_NONE;
        if (row->role == PLAN_TABLE_TITLE)
            continue;
        if (m->table->columns[c].kind == PLAN_COLUMN_TOTAL)
            make_total_column(m, r, c);
        else if (row->adds_up)
            make_total_row(m, r, c);
        else {
            make_cell(m, r, c);
            if (row->role != PLAN_TABLE_LINE)
                compare_parts(m, r, c);
        }
    }
}

/* ---- What the source prints ---- */

static struct number uncertainty(struct making *m, size_t r, size_t c)
{
    const struct plan_figure *f = at(m, r, c);
    struct number sum = NUMBER_ZERO;
    if (f->cell != PLAN_NONE)
        return bound_of(&m->bounds, f->cell);
    if (m->table->columns[c].kind == PLAN_COLUMN_TOTAL) {
        for (size_t i = 0; i < c; i++)
            if (m->table->columns[i].kind != PLAN_COLUMN_TOTAL)
                sum = number_add(m->arena, sum, uncertainty(m, r, i));
        return sum;
    }
    for (size_t i = 0; i < r; i++)
        if (plan_table_adds(m->table, r, i))
            sum = number_add(m->arena, sum, uncertainty(m, i, c));
    return sum;
}

static const struct plan_anomaly *anomaly_of(const struct plan_table *table, size_t r, size_t c)
{
    for (size_t i = 0; i < table->anomaly_count; i++)
        if (table->anomalies[i].row == r && table->anomalies[i].column == c)
            return &table->anomalies[i];
    return NULL;
}

static enum plan_agreement judge(struct making *m, size_t r, size_t c, struct plan_figure *f)
{
    const struct plan_anomaly *anomaly = anomaly_of(m->table, r, c);
    if (f->state != PLAN_HAS_VALUE)
        return PLAN_DISAGREES;
    if (number_equal(f->rounded, f->prints))
        return PLAN_AGREES;
    struct number apart = number_absolute(m->arena, number_subtract(m->arena, f->rounded, f->prints));
    if (anomaly) {
        f->reason = anomaly->reason;
        f->bound = anomaly->within;
        bool as_declared = number_equal(anomaly->prints, f->prints) && number_compare(apart, anomaly->within) <= 0;
        return as_declared ? PLAN_ANOMALOUS : PLAN_DISAGREES;
    }
    struct number off = uncertainty(m, r, c);
    if (number_sign(off) == 0)
        return PLAN_DISAGREES;
    struct number half = number_multiply(m->arena, unit_at(m, r, c)->step, number_of(5, 1));
    struct number bound = number_add(m->arena, off, half);
    f->bound = bound.places > 6 ? number_round_places(m->arena, bound, 6) : bound; /* to be read */
    apart = number_absolute(m->arena, number_subtract(m->arena, f->exact, f->prints));
    return number_compare(apart, bound) <= 0 ? PLAN_ROUNDING : PLAN_DISAGREES;
}

/* The figure shows a given, or its opposite, whose source names the place that the table is printed from: to compare
 * it would be to compare it with itself. */
static bool is_typed(const struct making *m, const struct plan_figure *f)
{
    struct plan_explanation e;
    plan_cell cell = f->cell;
    struct slice place = m->table->origin.where;
    for (size_t step = 0; step < 4 && cell != PLAN_NONE && place.len; step++) {
        plan_explain(m->ev, cell, m->arena, &e);
        if (e.given)
            return slice_equal(e.given->origin.where, place);
        const struct plan_node *n = e.tree;
        if (n && n->kind == PLAN_NODE_OPERATION && n->operation == PLAN_OP_NEGATE)
            n = n->parts[0];
        if (!n || n->kind != PLAN_NODE_CELL)
            return false;
        cell = n->cell;
    }
    return false;
}

static void compare(struct making *m)
{
    struct plan_sheet *sheet = m->sheet;
    for (size_t i = 0; i < m->table->printed_count; i++) {
        const struct plan_printed *p = &m->table->printed[i];
        struct plan_figure *f = at(m, p->row, p->column);
        f->prints = p->value;
        f->agreement = judge(m, p->row, p->column, f);
        f->typed = is_typed(m, f);
        if (f->typed && f->agreement == PLAN_AGREES) {
            sheet->typed++;
            continue;
        }
        sheet->agreeing_each += number_equal(rounded_to(m, unit_at(m, p->row, p->column), f->exact), f->prints);
        sheet->compared++;
        sheet->agreeing += f->agreement == PLAN_AGREES;
        sheet->rounding += f->agreement == PLAN_ROUNDING;
        sheet->anomalous += f->agreement == PLAN_ANOMALOUS;
        sheet->disagreeing += f->agreement == PLAN_DISAGREES;
    }
}

void plan_table_make(struct plan_evaluation *ev, const struct plan_table *table, struct arena *arena,
                     struct plan_sheet *ret)
{
    struct making m = {.ev = ev,
                       .model = plan_evaluation_model(ev),
                       .table = table,
                       .sheet = ret,
                       .arena = arena,
                       .bounds = bounds_of(ev, arena)};
    *ret = (struct plan_sheet){.table = table};
    ret->figures = arena_array(arena, struct plan_figure, table->row_count * table->column_count + 1);
    for (size_t r = 0; r < table->row_count; r++)
        make_row(&m, r);
    if (plan_evaluation_overlay(ev) == PLAN_NONE) /* the source prints the plan, not a scenario */
        compare(&m);
}
