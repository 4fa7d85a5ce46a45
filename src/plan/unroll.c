/* The program is run once on terms instead of numbers. A jump on a known number is taken; a jump on a term is an `if`
 * whose two sides are both run: the compiler writes `condition JUMP_FALSE else, then…, JUMP end, else…`, so the sides
 * are the stretches between those jumps. Operations on numbers alone are computed here, exactly. */
#include "plan/unroll.h"

struct unroll {
    struct plan_evaluation *evaluation;
    const struct plan_model *model;
    struct arena *arena;
    plan_cell cell;
    uint32_t row;
    struct plan_binding home; /* of the cell itself, for `was` */
};

struct run {
    struct unroll *u;
    const struct plan_program *program;
    uint32_t layer; /* which of the overlays' clauses over the cell this is; 0: the row's own */
    struct plan_binding binding;
    struct plan_term **stack;
    size_t depth, capacity;
};

static void run(struct run *r, int32_t from, int32_t end);

static struct plan_term *make(struct arena *arena, enum plan_term_kind kind)
{
    struct plan_term *term = arena_new(arena, struct plan_term);
    term->kind = kind;
    return term;
}

static struct plan_term *make_number(struct arena *arena, struct number value)
{
    struct plan_term *term = make(arena, PLAN_TERM_NUMBER);
    term->value = number_keep(arena, value);
    return term;
}

static void push(struct run *r, struct plan_term *term)
{
    ARENA_GROW(r->u->arena, r->stack, r->depth, r->capacity);
    r->stack[r->depth++] = term;
}

static struct plan_term *pop(struct run *r)
{
    must(r->depth > 0);
    return r->stack[--r->depth];
}

static bool is_number(const struct plan_term *term)
{
    return term->kind == PLAN_TERM_NUMBER;
}

static struct number truth(bool is)
{
    return is ? NUMBER_ONE : NUMBER_ZERO;
}

/* Of numbers alone. False where there is no result: then the operation stays as it is written. */
static bool compute(struct arena *arena, enum plan_operation operation, int32_t places, struct plan_term **parts,
                    size_t count, struct number *ret)
{
    struct number a = parts[0]->value, b = count > 1 ? parts[1]->value : NUMBER_ZERO;
    switch (operation) {
    case PLAN_OP_NEGATE:
        *ret = number_negate(arena, a);
        return true;
    case PLAN_OP_ABSOLUTE:
        *ret = number_absolute(arena, a);
        return true;
    case PLAN_OP_NOT:
        *ret = truth(number_sign(a) == 0);
        return true;
    case PLAN_OP_SHIFT:
        *ret = number_shift(arena, a, places);
        return true;
    case PLAN_OP_ADD:
        *ret = a;
        for (size_t i = 1; i < count; i++)
            *ret = number_add(arena, *ret, parts[i]->value);
        return true;
    case PLAN_OP_SUBTRACT:
        *ret = number_subtract(arena, a, b);
        return true;
    case PLAN_OP_MULTIPLY:
        *ret = number_multiply(arena, a, b);
        return true;
    case PLAN_OP_MIN:
    case PLAN_OP_MAX:
        *ret = a;
        for (size_t i = 1; i < count; i++) {
            int order = number_compare(parts[i]->value, *ret);
            if (operation == PLAN_OP_MIN ? order < 0 : order > 0)
                *ret = parts[i]->value;
        }
        return true;
    case PLAN_OP_ROUND:
        return number_round(arena, a, b, ret);
    case PLAN_OP_RATIO:
        return number_ratio(arena, a, b, places, ret);
    case PLAN_OP_ROUND_RATIO:
        return number_round_ratio(arena, a, b, parts[2]->value, ret);
    default:
        *ret = truth(plan_order_holds(operation, number_compare(a, b)));
        return true;
    }
}

/* a + b + c …: one sum, however long; the left side is nobody else's. */
static bool append(struct run *r)
{
    struct plan_term *left = r->stack[r->depth - 2], *right = r->stack[r->depth - 1];
    if (left->kind != PLAN_TERM_OPERATION || left->operation != PLAN_OP_ADD)
        return false;
    ARENA_GROW(r->u->arena, left->parts, left->part_count, left->capacity);
    left->parts[left->part_count++] = right;
    r->depth--;
    return true;
}

static void operate(struct run *r, enum plan_operation operation, int32_t places, size_t count)
{
    struct arena *arena = r->u->arena;
    must(count <= r->depth && count > 0);
    if (operation == PLAN_OP_ADD && count == 2 && append(r))
        return;
    struct plan_term **parts = arena_array(arena, struct plan_term *, count);
    bool known = true;
    for (size_t i = 0; i < count; i++) {
        parts[i] = r->stack[r->depth - count + i];
        known = known && is_number(parts[i]);
    }
    r->depth -= count;
    struct number value;
    if (known && compute(arena, operation, places, parts, count, &value)) {
        push(r, make_number(arena, value));
        return;
    }
    if (count == 1 && (operation == PLAN_OP_ADD || operation == PLAN_OP_MIN || operation == PLAN_OP_MAX)) {
        push(r, parts[0]);
        return;
    }
    struct plan_term *term = make(arena, PLAN_TERM_OPERATION);
    term->operation = operation;
    term->places = places;
    term->parts = parts;
    term->part_count = term->capacity = count;
    push(r, term);
}

/* ---- Cells ---- */

/* False when the year is not one of the plan's. */
static bool resolve(const struct run *r, const struct plan_reference *reference, plan_cell *ret)
{
    const struct plan_row *row = &r->u->model->rows[reference->row];
    uint32_t members[PLAN_SETS_MAX] = {0};
    for (size_t i = 0; i < row->set_count; i++)
        members[i] = reference->is_slot[i] ? r->binding.slots[reference->set[i]] : reference->set[i];
    int32_t year = reference->year_of == PLAN_YEAR_BOUND   ? r->binding.year + reference->year
                   : reference->year_of == PLAN_YEAR_FIXED ? reference->year
                                                           : 0;
    if (year < 0 || year >= row->years)
        return false;
    *ret = plan_cell_at(r->u->model, reference->row, members, year);
    return true;
}

static bool has_value(const struct run *r, const struct plan_reference *reference, plan_cell *ret)
{
    struct number value;
    return resolve(r, reference, ret) && plan_value(r->u->evaluation, *ret, &value) != PLAN_HAS_NONE;
}

static void load(struct run *r, const struct plan_reference *reference)
{
    plan_cell cell;
    struct plan_term *term = make(r->u->arena, has_value(r, reference, &cell) ? PLAN_TERM_CELL : PLAN_TERM_MISSING);
    term->cell = term->kind == PLAN_TERM_CELL ? cell : PLAN_NONE;
    push(r, term);
}

/* ---- What a setting stands over ---- */

/* The clauses of the overlay, and of those that it is based on, that speak of the cell; the topmost last. */
static size_t layers_of(const struct unroll *u, uint32_t overlay, const struct plan_clause **layers, size_t capacity)
{
    if (overlay == PLAN_NONE)
        return 0;
    const struct plan_overlay *o = &u->model->overlays[overlay];
    size_t count = layers_of(u, o->based_on, layers, capacity);
    for (size_t i = 0; i < o->clause_count; i++) {
        const struct plan_clause *clause = &u->model->clauses[o->clauses[i]];
        if (clause->row == u->row && plan_region_holds(u->model, u->row, &clause->region, &u->home)) {
            must(count < capacity);
            layers[count++] = clause;
        }
    }
    return count;
}

static size_t layer_room(const struct unroll *u)
{
    size_t room = 1;
    for (uint32_t o = plan_evaluation_overlay(u->evaluation); o != PLAN_NONE; o = u->model->overlays[o].based_on)
        room += u->model->overlays[o].clause_count;
    return room;
}

/* What stands `below` this many layers: an overlay's clause, the given, the row's own formula, or nothing. */
static struct plan_term *layer_term(struct unroll *u, uint32_t below)
{
    size_t room = layer_room(u);
    const struct plan_clause **layers = arena_array(u->arena, const struct plan_clause *, room);
    size_t count = layers_of(u, plan_evaluation_overlay(u->evaluation), layers, room);
    const struct plan_clause *clause;
    if (below == UINT32_MAX)
        below = (uint32_t)count;
    must(below <= count);
    if (below > 0) {
        clause = layers[below - 1];
    } else {
        const struct plan_given *given = plan_given_find(u->model, u->cell);
        if (given)
            return make_number(u->arena, given->value);
        clause = plan_clause_of(u->model, u->row, &u->home);
    }
    if (!clause)
        return make(u->arena, PLAN_TERM_MISSING);
    struct run r = {.u = u, .program = &clause->program, .layer = below, .binding = u->home};
    run(&r, 0, (int32_t)clause->program.op_count);
    return pop(&r);
}

/* ---- Running ---- */

static int32_t run_loop(struct run *r, const struct plan_loop *loop, int32_t at)
{
    size_t count = loop->years ? (size_t)(loop->last >= loop->first ? loop->last - loop->first + 1 : 0) : loop->count;
    int32_t year = r->binding.year;
    for (size_t i = 0; i < count; i++) {
        if (loop->years)
            r->binding.year = loop->first + (int32_t)i;
        else
            r->binding.slots[loop->slot] = loop->members[i];
        run(r, at + 1, loop->end);
    }
    r->binding.year = year;
    if (count == 0)
        push(r, make_number(r->u->arena, NUMBER_ZERO));
    else
        operate(r,
                loop->fold == PLAN_FOLD_SUM       ? PLAN_OP_ADD
                : loop->fold == PLAN_FOLD_LARGEST ? PLAN_OP_MAX
                                                  : PLAN_OP_MIN,
                0, count);
    return loop->end + 1;
}

/* Both sides of an `if` at `at`; what follows it. */
static int32_t run_choice(struct run *r, struct plan_term *condition, int32_t at)
{
    const struct plan_op *ops = r->program->ops;
    int32_t other = ops[at].a;
    must(other > at + 1 && ops[other - 1].code == PLAN_OP_JUMP);
    int32_t end = ops[other - 1].a;
    run(r, at + 1, other - 1);
    run(r, other, end);
    struct plan_term *term = make(r->u->arena, PLAN_TERM_CHOICE);
    term->parts = arena_array(r->u->arena, struct plan_term *, 3);
    term->part_count = 3;
    term->parts[2] = pop(r);
    term->parts[1] = pop(r);
    term->parts[0] = condition;
    push(r, term);
    return end;
}

static bool holds_member(const struct run *r, const struct plan_op *op)
{
    const struct plan_list *list = &r->program->lists[op->a];
    uint32_t member = r->binding.slots[op->part];
    return list->holds[member];
}

/* One operation; the number of the next. */
static int32_t step(struct run *r, int32_t at)
{
    const struct plan_program *program = r->program;
    const struct plan_op *op = &program->ops[at];
    struct arena *arena = r->u->arena;
    plan_cell cell;
    struct plan_term *top;
    switch ((enum plan_operation)op->code) {
    case PLAN_OP_CONSTANT:
        push(r, make_number(arena, program->constants[op->a]));
        break;
    case PLAN_OP_LOAD:
        load(r, &program->references[op->a]);
        break;
    case PLAN_OP_WAS:
        must(r->layer > 0);
        push(r, layer_term(r->u, r->layer - 1));
        break;
    case PLAN_OP_YEAR_IS:
        push(r, make_number(arena, truth(plan_order_holds((enum plan_operation)op->part, r->binding.year - op->a))));
        break;
    case PLAN_OP_MEMBER_IN:
        push(r, make_number(arena, truth(holds_member(r, op))));
        break;
    case PLAN_OP_KNOWN:
        push(r, make_number(arena, truth(has_value(r, &program->references[op->a], &cell))));
        break;
    case PLAN_OP_JUMP:
        return op->a;
    case PLAN_OP_JUMP_FALSE:
        top = pop(r);
        if (!is_number(top))
            return run_choice(r, top, at);
        return number_sign(top->value) ? at + 1 : op->a;
    case PLAN_OP_LOOP:
        return run_loop(r, &program->loops[op->a], at);
    case PLAN_OP_LOOP_END:
        never("a loop is run up to its end");
    case PLAN_OP_NEGATE:
    case PLAN_OP_ABSOLUTE:
    case PLAN_OP_NOT:
    case PLAN_OP_SHIFT:
        operate(r, op->code, op->a, 1);
        break;
    case PLAN_OP_MIN:
    case PLAN_OP_MAX:
        operate(r, op->code, 0, (size_t)op->a);
        break;
    case PLAN_OP_ROUND_RATIO:
        operate(r, op->code, 0, 3);
        break;
    default:
        operate(r, op->code, op->a, 2);
        break;
    }
    return at + 1;
}

static void run(struct run *r, int32_t from, int32_t end)
{
    for (int32_t at = from; at < end;)
        at = step(r, at);
}

struct plan_term *plan_unroll(struct plan_evaluation *evaluation, plan_cell cell, struct arena *arena)
{
    struct unroll u = {.evaluation = evaluation, .model = plan_evaluation_model(evaluation), .arena = arena};
    u.cell = cell;
    plan_cell_parts(u.model, cell, &u.row, &u.home);
    const struct plan_clause *clause;
    if (plan_how(evaluation, cell, &clause) == PLAN_HOW_SET) {
        struct number value;
        if (plan_value(evaluation, cell, &value) == PLAN_HAS_VALUE)
            return make_number(arena, value);
    }
    return layer_term(&u, UINT32_MAX);
}

void plan_term_cells(const struct plan_term *term, void (*visit)(void *context, plan_cell cell), void *context)
{
    if (term->kind == PLAN_TERM_CELL)
        visit(context, term->cell);
    for (size_t i = 0; i < term->part_count; i++)
        plan_term_cells(term->parts[i], visit, context);
}
