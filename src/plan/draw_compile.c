/* From formulas to the draws' program.
 *
 * A plan is linear nearly everywhere: sums, rates times sums that no risk reaches. So the value of a cell is kept as a
 * *form*: a constant and a factor for each register it depends on, in exact numbers. Adding two cells adds their forms;
 * nothing is emitted. Only where two varying forms are multiplied, compared, rounded, or one is chosen, are they put
 * into registers. A figure of the plan with ten risks so costs ten multiplications a draw, however many cells lie
 * between. A form past TERMS_MAX terms gets a register of its own. */
#include "plan/draw_inside.h"

#include "base/hash.h"
#include "plan/unroll.h"

#include <math.h>

enum { TERMS_MAX = 32, EACH_PLACES = 40 };

struct form_term {
    uint32_t at;
    struct number factor;
};

struct form {
    bool missing; /* not a number: on a side that no draw should take */
    struct number constant;
    struct form_term *terms; /* by register */
    size_t count;
};

struct open_cell {
    plan_cell cell;
    struct plan_term *term;
};

struct maker {
    struct plan_draws *draws;
    struct arena *arena;
    struct form **forms; /* for each cell, once made */
    bool *reached, *open;
    struct open_cell *stack;
    size_t stack_count, stack_capacity;
};

/* ---- Forms ---- */

static struct form *form_make(struct maker *m, struct number constant, size_t room)
{
    struct form *form = arena_new(m->arena, struct form);
    form->constant = constant;
    form->terms = arena_array(m->arena, struct form_term, room ? room : 1);
    return form;
}

static struct form *form_missing(struct maker *m)
{
    struct form *form = form_make(m, NUMBER_ZERO, 0);
    form->missing = true;
    return form;
}

static struct form *form_register(struct maker *m, uint32_t at)
{
    struct form *form = form_make(m, NUMBER_ZERO, 1);
    form->terms[form->count++] = (struct form_term){at, NUMBER_ONE};
    return form;
}

static struct form *form_scale(struct maker *m, const struct form *a, struct number factor)
{
    struct form *form = form_make(m, number_plain(m->arena, number_multiply(m->arena, a->constant, factor)), a->count);
    form->missing = a->missing;
    for (size_t i = 0; number_sign(factor) && i < a->count; i++)
        form->terms[form->count++] = (struct form_term){
            a->terms[i].at, number_plain(m->arena, number_multiply(m->arena, a->terms[i].factor, factor))};
    return form;
}

static struct form *form_add(struct maker *m, const struct form *a, const struct form *b)
{
    struct form *form = form_make(m, number_add(m->arena, a->constant, b->constant), a->count + b->count);
    form->missing = a->missing || b->missing;
    for (size_t i = 0, k = 0; i < a->count || k < b->count;) {
        struct form_term term;
        if (k == b->count || (i < a->count && a->terms[i].at < b->terms[k].at))
            term = a->terms[i++];
        else if (i == a->count || b->terms[k].at < a->terms[i].at)
            term = b->terms[k++];
        else {
            term = a->terms[i];
            term.factor = number_add(m->arena, a->terms[i++].factor, b->terms[k++].factor);
        }
        if (number_sign(term.factor))
            form->terms[form->count++] = term;
    }
    return form;
}

/* ---- Operations ---- */

static uint32_t emit(struct maker *m, struct draw_operation operation)
{
    struct plan_draws *d = m->draws;
    ARENA_GROW(m->arena, d->operations, d->operation_count, d->operation_capacity);
    operation.to = d->registers++;
    d->operations[d->operation_count++] = operation;
    return operation.to;
}

/* The register that holds the form. */
static uint32_t settle(struct maker *m, struct form *form)
{
    struct plan_draws *d = m->draws;
    if (!form->missing && form->count == 1 && number_sign(form->constant) == 0 &&
        number_equal(form->terms[0].factor, NUMBER_ONE))
        return form->terms[0].at;
    struct draw_operation linear = {.code = DRAW_LINEAR,
                                    .constant = form->missing ? (double)NAN : number_real(form->constant),
                                    .first = (uint32_t)d->factor_count,
                                    .count = form->missing ? 0 : (uint32_t)form->count};
    for (size_t i = 0; i < linear.count; i++) {
        ARENA_GROW(m->arena, d->factors, d->factor_count, d->factor_capacity);
        d->factors[d->factor_count++] = (struct draw_factor){form->terms[i].at, number_real(form->terms[i].factor)};
    }
    uint32_t at = emit(m, linear);
    *form = *form_register(m, at); /* whoever reads the same cell finds the register */
    return at;
}

static struct form *operation(struct maker *m, enum draw_code code, struct form *a, struct form *b, struct form *c)
{
    struct draw_operation o = {.code = code, .a = settle(m, a)};
    o.b = b ? settle(m, b) : 0;
    o.c = c ? settle(m, c) : 0;
    return form_register(m, emit(m, o));
}

static bool is_constant(const struct form *form)
{
    return !form->missing && form->count == 0;
}

static struct form *multiply(struct maker *m, struct form *a, struct form *b)
{
    if (a->missing || b->missing)
        return form_missing(m);
    if (is_constant(a))
        return form_scale(m, b, a->constant);
    if (is_constant(b))
        return form_scale(m, a, b->constant);
    return operation(m, DRAW_MULTIPLY, a, b, NULL);
}

static struct form *compare(struct maker *m, enum plan_operation how, struct form *a, struct form *b)
{
    switch (how) {
    case PLAN_OP_EQUAL:
        return operation(m, DRAW_EQUAL, a, b, NULL);
    case PLAN_OP_DIFFERENT:
        return operation(m, DRAW_DIFFERENT, a, b, NULL);
    case PLAN_OP_LESS:
        return operation(m, DRAW_LESS, a, b, NULL);
    case PLAN_OP_LESS_EQUAL:
        return operation(m, DRAW_LESS_EQUAL, a, b, NULL);
    case PLAN_OP_GREATER:
        return operation(m, DRAW_LESS, b, a, NULL);
    default:
        return operation(m, DRAW_LESS_EQUAL, b, a, NULL);
    }
}

/* Parts that are all known numbers were computed by the unrolling, but cells that no risk reaches are numbers only
 * here: those are computed exactly too, so that a tie falls as in the plan. */
static bool all_constant(struct form **parts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!is_constant(parts[i]))
            return false;
    return true;
}

static struct form *rounded(struct maker *m, const struct plan_term *term, struct form **parts)
{
    struct number value;
    bool known = all_constant(parts, term->part_count);
    if (term->operation == PLAN_OP_ROUND) {
        if (!known)
            return operation(m, DRAW_ROUND, parts[0], parts[1], NULL);
        return number_round(m->arena, parts[0]->constant, parts[1]->constant, &value) ? form_make(m, value, 0)
                                                                                      : form_missing(m);
    }
    struct number step =
        term->operation == PLAN_OP_RATIO ? number_shift(m->arena, NUMBER_ONE, -term->places) : NUMBER_ZERO;
    struct form *steps = term->operation == PLAN_OP_RATIO ? form_make(m, step, 0) : parts[2];
    if (!known)
        return operation(m, DRAW_RATIO, parts[0], parts[1], steps);
    return number_round_ratio(m->arena, parts[0]->constant, parts[1]->constant, steps->constant, &value)
               ? form_make(m, value, 0)
               : form_missing(m);
}

static struct form *fold(struct maker *m, enum plan_operation how, struct form **parts, size_t count)
{
    struct form *sum = parts[0];
    for (size_t i = 1; i < count; i++) {
        struct form *next = parts[i];
        if (is_constant(sum) && is_constant(next)) {
            int order = number_compare(next->constant, sum->constant);
            sum = (how == PLAN_OP_MIN ? order < 0 : order > 0) ? next : sum;
        } else {
            sum = operation(m, how == PLAN_OP_MIN ? DRAW_MIN : DRAW_MAX, sum, next, NULL);
        }
    }
    return sum;
}

static struct form *apply(struct maker *m, const struct plan_term *term, struct form **parts)
{
    size_t count = term->part_count;
    struct form *a = parts[0], *b = count > 1 ? parts[1] : NULL, *sum = a;
    switch (term->operation) {
    case PLAN_OP_NEGATE:
        return form_scale(m, a, number_of(-1, 0));
    case PLAN_OP_SHIFT:
        return form_scale(m, a, number_shift(m->arena, NUMBER_ONE, term->places));
    case PLAN_OP_ADD:
        for (size_t i = 1; i < count; i++)
            sum = form_add(m, sum, parts[i]);
        return sum;
    case PLAN_OP_SUBTRACT:
        return form_add(m, a, form_scale(m, b, number_of(-1, 0)));
    case PLAN_OP_MULTIPLY:
        return multiply(m, a, b);
    case PLAN_OP_MIN:
    case PLAN_OP_MAX:
        return fold(m, term->operation, parts, count);
    case PLAN_OP_ABSOLUTE:
        return is_constant(a) ? form_make(m, number_absolute(m->arena, a->constant), 0)
                              : operation(m, DRAW_ABSOLUTE, a, NULL, NULL);
    case PLAN_OP_NOT:
        return is_constant(a) ? form_make(m, number_sign(a->constant) ? NUMBER_ZERO : NUMBER_ONE, 0)
                              : operation(m, DRAW_NOT, a, NULL, NULL);
    case PLAN_OP_ROUND:
    case PLAN_OP_RATIO:
    case PLAN_OP_ROUND_RATIO:
        return rounded(m, term, parts);
    default:
        if (all_constant(parts, 2))
            return form_make(
                m, number_of(plan_order_holds(term->operation, number_compare(a->constant, b->constant)), 0), 0);
        return compare(m, term->operation, a, b);
    }
}

static struct form *cell_form(struct maker *m, plan_cell cell)
{
    if (m->forms[cell])
        return m->forms[cell];
    struct number value;
    must(!m->reached[cell]);
    bool has = plan_value(m->draws->evaluation, cell, &value) == PLAN_HAS_VALUE;
    m->forms[cell] = has ? form_make(m, number_keep(m->arena, value), 0) : form_missing(m);
    return m->forms[cell];
}

static struct form *term_form(struct maker *m, const struct plan_term *term)
{
    if (term->kind == PLAN_TERM_NUMBER)
        return form_make(m, term->value, 0);
    if (term->kind == PLAN_TERM_CELL)
        return cell_form(m, term->cell);
    if (term->kind == PLAN_TERM_MISSING)
        return form_missing(m);
    if (term->kind == PLAN_TERM_CHOICE) {
        struct form *condition = term_form(m, term->parts[0]);
        if (is_constant(condition))
            return term_form(m, term->parts[number_sign(condition->constant) ? 1 : 2]);
        struct form *then = term_form(m, term->parts[1]), *other = term_form(m, term->parts[2]);
        return operation(m, DRAW_CHOICE, condition, then, other);
    }
    struct form **parts = arena_array(m->arena, struct form *, term->part_count);
    for (size_t i = 0; i < term->part_count; i++)
        parts[i] = term_form(m, term->parts[i]);
    return apply(m, term, parts);
}

/* ---- Which cells ---- */

static void reach(struct maker *m, plan_cell cell)
{
    if (m->reached[cell])
        return; /* and with it all that reads it */
    m->reached[cell] = true;
    plan_cell *readers;
    size_t count = plan_used_by(m->draws->evaluation, cell, true, m->arena, &readers);
    for (size_t i = 0; i < count; i++)
        m->reached[readers[i]] = true;
}

typedef void each_moved(struct maker *m, plan_cell cell, uint32_t risk, const struct plan_move *move);

static void for_each_moved(struct maker *m, each_moved *visit)
{
    const struct plan_model *model = m->draws->model;
    for (uint32_t r = 0; r < model->risk_count; r++)
        for (size_t i = 0; i < model->risks[r].move_count; i++) {
            const struct plan_move *move = &model->risks[r].moves[i];
            const struct plan_row *row = &model->rows[move->row];
            for (plan_cell cell = row->first; cell < row->first + row->tuples * (size_t)row->years; cell++) {
                struct plan_binding binding;
                uint32_t number;
                plan_cell_parts(model, cell, &number, &binding);
                if (plan_region_holds(model, move->row, &move->region, &binding))
                    visit(m, cell, r, move);
            }
        }
}

static void reach_moved(struct maker *m, plan_cell cell, uint32_t risk, const struct plan_move *move)
{
    (void)risk;
    (void)move;
    struct number value;
    if (plan_value(m->draws->evaluation, cell, &value) == PLAN_HAS_VALUE)
        reach(m, cell);
}

/* What the risks add to a cell, into draws->moved. */
static void add_moves(struct maker *m, plan_cell cell, struct form **form)
{
    const struct plan_model *model = m->draws->model;
    struct plan_draws *d = m->draws;
    uint32_t row;
    struct plan_binding binding;
    plan_cell_parts(model, cell, &row, &binding);
    for (uint32_t r = 0; r < model->risk_count; r++)
        for (size_t i = 0; i < model->risks[r].move_count; i++) {
            const struct plan_move *move = &model->risks[r].moves[i];
            struct number factor;
            if (move->row != row || !plan_region_holds(model, row, &move->region, &binding))
                continue;
            must(number_ratio(m->arena, move->by, move->each, EACH_PLACES, &factor));
            factor = number_plain(m->arena, factor);
            ARENA_GROW(m->arena, d->moved, d->moved_count, d->moved_capacity);
            d->moved[d->moved_count++] = (struct draw_moved){cell, r, factor};
            *form = form_add(m, *form, form_scale(m, form_register(m, r), factor));
        }
}

static void push_cell(void *context, plan_cell cell)
{
    struct maker *m = context;
    if (!m->reached[cell] || m->forms[cell])
        return;
    ARENA_GROW(m->arena, m->stack, m->stack_count, m->stack_capacity);
    m->stack[m->stack_count++] = (struct open_cell){cell, NULL};
}

/* The cell and all that it needs, without recursion from cell to cell: a plan may be many years deep. */
static bool compile_cell(struct maker *m, plan_cell cell, struct error *err)
{
    push_cell(m, cell);
    while (m->stack_count) {
        size_t top = m->stack_count - 1;
        struct open_cell at = m->stack[top];
        if (m->forms[at.cell]) {
            m->stack_count--;
        } else if (!at.term) {
            if (m->open[at.cell]) {
                struct slice name = plan_cell_name(m->draws->model, at.cell, m->arena);
                return error_set(
                    err, ERROR_INPUT,
                    "%.*s reads itself on one side of an `if`, so its draws cannot be computed in an order "
                    "that serves both sides; write the two sides as rows of their own",
                    PRINT(name));
            }
            m->open[at.cell] = true;
            m->stack[top].term = plan_unroll(m->draws->evaluation, at.cell, m->arena);
            plan_term_cells(m->stack[top].term, push_cell, m);
        } else {
            struct form *form = term_form(m, at.term);
            add_moves(m, at.cell, &form);
            if (form->count > TERMS_MAX)
                (void)settle(m, form);
            m->forms[at.cell] = form;
            m->open[at.cell] = false;
            m->draws->cells++;
            m->stack_count--;
        }
    }
    (void)cell_form(m, cell);
    return true;
}

/* ---- Figures ---- */

static void finish_figure(struct maker *m, struct form *form, struct draw_figure *figure)
{
    figure->varies = !is_constant(form);
    figure->at = figure->varies ? settle(m, form) : 0;
}

static bool check_figures(struct maker *m, uint32_t number, size_t *capacity, struct error *err)
{
    struct plan_draws *d = m->draws;
    const struct plan_check *check = &d->model->checks[number];
    const struct plan_row *row = &d->model->rows[check->left];
    for (plan_cell cell = row->first; cell < row->first + row->tuples * (size_t)row->years; cell++) {
        struct plan_binding binding;
        uint32_t same;
        plan_cell_parts(d->model, cell, &same, &binding);
        if (!plan_region_holds(d->model, check->left, &check->region, &binding))
            continue;
        struct draw_figure figure = {.cell = cell, .right = PLAN_NONE, .check = number};
        struct number left, right = NUMBER_ZERO;
        if (!plan_value_or_error(d->evaluation, cell, &left, err) || !compile_cell(m, cell, err))
            return false;
        left = number_keep(m->arena, left);
        struct form *margin = m->forms[cell];
        if (check->right != PLAN_NONE) {
            figure.right = plan_cell_at(d->model, check->right, binding.slots, binding.year);
            if (!plan_value_or_error(d->evaluation, figure.right, &right, err) || !compile_cell(m, figure.right, err))
                return false;
            margin = form_add(m, margin, form_scale(m, m->forms[figure.right], number_of(-1, 0)));
        }
        figure.limit = number_keep(m->arena, right);
        figure.planned = number_subtract(m->arena, left, right);
        finish_figure(m, margin, &figure);
        ARENA_GROW(m->arena, d->figures, d->figure_count, *capacity);
        d->figures[d->figure_count++] = figure;
    }
    return true;
}

static bool make_figures(struct maker *m, const struct plan_draw_request *request, struct error *err)
{
    struct plan_draws *d = m->draws;
    size_t capacity = 0;
    for (size_t i = 0; i < request->cell_count; i++) {
        struct draw_figure figure = {.cell = request->cells[i], .right = PLAN_NONE, .check = PLAN_NONE};
        if (!plan_value_or_error(d->evaluation, figure.cell, &figure.planned, err) ||
            !compile_cell(m, figure.cell, err))
            return false;
        figure.planned = number_keep(m->arena, figure.planned);
        struct form copy = *m->forms[figure.cell];
        finish_figure(m, &copy, &figure);
        ARENA_GROW(m->arena, d->figures, d->figure_count, capacity);
        d->figures[d->figure_count++] = figure;
    }
    d->cell_figures = d->figure_count;
    for (size_t i = 0; i < request->check_count; i++)
        if (!check_figures(m, request->checks[i], &capacity, err))
            return false;
    return true;
}

static void make_risks(struct maker *m)
{
    struct plan_draws *d = m->draws;
    d->risk_count = d->model->risk_count;
    d->risks = arena_array(m->arena, struct draw_risk, d->risk_count);
    d->registers = (uint32_t)d->risk_count;
    for (size_t i = 0; i < d->risk_count; i++) {
        const struct plan_risk *risk = &d->model->risks[i];
        d->risks[i] = (struct draw_risk){.chance = risk->chance, .stream = hash64(risk->name, 0)};
        d->risks[i].low = number_real(risk->figures[0]);
        d->risks[i].mode = number_real(risk->figures[1]);
        d->risks[i].high = number_real(risk->figures[risk->chance == PLAN_TRIANGLE ? 2 : 1]);
    }
}

/* Operations without draws are run once a thread, before all others. They read constants only, so their order stays. */
static void constants_first(struct maker *m)
{
    struct plan_draws *d = m->draws;
    struct draw_operation *sorted = arena_array(m->arena, struct draw_operation, d->operation_count + 1);
    size_t count = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < d->operation_count; i++) {
            const struct draw_operation *o = &d->operations[i];
            bool constant = o->code == DRAW_LINEAR && o->count == 0;
            if (constant == (pass == 0))
                sorted[count++] = *o;
        }
        d->constants = pass == 0 ? count : d->constants;
    }
    d->operations = sorted;
}

bool plan_draws_make(struct plan_evaluation *evaluation, const struct plan_draw_request *request, struct arena *arena,
                     struct plan_draws **ret, struct error *err)
{
    const struct plan_model *model = plan_evaluation_model(evaluation);
    if (model->risk_count == 0)
        return error_set(
            err, ERROR_INPUT,
            "the plan declares no risk; write one, such as `risk pay \"Pay award\" triangle 0 0.5 2` with a "
            "line `moves pressure by 1`");
    struct plan_draws *draws = arena_new(arena, struct plan_draws);
    draws->model = model;
    draws->evaluation = evaluation;
    draws->checks = request->checks;
    draws->check_count = request->check_count;
    struct maker m = {.draws = draws, .arena = arena};
    m.forms = arena_large(arena, sizeof *m.forms * model->cells + 1);
    m.reached = arena_large(arena, model->cells + 1);
    m.open = arena_large(arena, model->cells + 1);
    make_risks(&m);
    for_each_moved(&m, reach_moved);
    bool done = make_figures(&m, request, err);
    arena_give_back(arena, m.forms);
    arena_give_back(arena, m.reached);
    arena_give_back(arena, m.open);
    if (!done)
        return false;
    constants_first(&m);
    *ret = draws;
    return true;
}
