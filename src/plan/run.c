/* The exact interpreter of programs.
 *
 * One switch over the operations; the values stand on a stack that belongs to the evaluation. The loop that adds up a
 * row over a set, which is most of a plan's work, has a path of its own: it walks the values with a stride. */
#include "plan/engine.h"

#define WAS_MAX 100 /* settings that ask for what was, one below the other */

struct running {
    struct plan_evaluation *ev;
    const struct plan_program *program;
    struct plan_binding binding;
    plan_cell cell;
    size_t level;
    struct number *stack;
    size_t top;
    struct fault *fault;
    struct open_loop {
        int32_t loop;
        size_t at;
        struct number sum;
        uint32_t outer_member;
        int32_t outer_year;
    } loops[PLAN_LOOPS_MAX];
    size_t loop_count;
};

static bool stop(struct running *r, enum fault_kind kind, const struct plan_reference *reference, plan_cell cell)
{
    *r->fault = (struct fault){.kind = kind, .cell = cell};
    if (reference) {
        r->fault->row = reference->row;
        r->fault->line = reference->line;
        r->fault->column = reference->column;
    }
    return false;
}

static bool stop_at(struct running *r, const struct plan_reference *reference, plan_cell cell)
{
    switch (r->ev->marks[cell] & MARK_STATE) {
    case MARK_FAILED:
        return stop(r, FAULT_FAILED, reference, cell);
    case MARK_NONE:
        return stop(r, FAULT_NO_VALUE, reference, cell);
    default:
        return stop(r, FAULT_NEEDS, reference, cell);
    }
}

static inline bool load(struct running *r, int32_t number)
{
    const struct plan_reference *reference = &r->program->references[number];
    plan_cell cell;
    if (!engine_cell(reference, &r->binding, &cell))
        return stop(r, r->binding.year + reference->year < 0 ? FAULT_BEFORE_FIRST : FAULT_AFTER_LAST, reference, 0);
    if ((r->ev->marks[cell] & MARK_STATE) != MARK_VALUE)
        return stop_at(r, reference, cell);
    r->stack[r->top++] = r->ev->values[cell];
    return true;
}

static bool known(struct running *r, int32_t number)
{
    const struct plan_reference *reference = &r->program->references[number];
    plan_cell cell;
    bool is = engine_cell(reference, &r->binding, &cell);
    if (is) {
        uint8_t state = r->ev->marks[cell] & MARK_STATE;
        if (state == MARK_NEW || state == MARK_OPEN)
            return stop_at(r, reference, cell);
        is = state != MARK_NONE;
    }
    r->stack[r->top++] = number_of(is, 0);
    return true;
}

/* LOOP, LOAD, LOOP_END of one set: a walk over values. */
static bool add_up(struct running *r, const struct plan_loop *loop, const struct plan_reference *reference)
{
    plan_cell first;
    uint32_t stride = 0;
    r->binding.slots[loop->slot] = 0;
    if (!engine_cell(reference, &r->binding, &first))
        return stop(r, r->binding.year + reference->year < 0 ? FAULT_BEFORE_FIRST : FAULT_AFTER_LAST, reference, 0);
    for (uint32_t i = 0; i < reference->set_count; i++)
        if (reference->is_slot[i] && reference->set[i] == loop->slot)
            stride += reference->stride[i];
    struct number sum = NUMBER_ZERO;
    const struct number *values = r->ev->values;
    const uint8_t *marks = r->ev->marks;
    for (size_t k = 0; k < loop->count; k++) {
        plan_cell cell = first + loop->members[k] * stride;
        if ((marks[cell] & MARK_STATE) != MARK_VALUE)
            return stop_at(r, reference, cell);
        sum = number_add(r->ev->scratch, sum, values[cell]);
    }
    r->stack[r->top++] = sum;
    return true;
}

static void bind(struct running *r, const struct plan_loop *loop, size_t at)
{
    if (loop->years)
        r->binding.year = loop->first + (int32_t)at;
    else
        r->binding.slots[loop->slot] = loop->members[at];
}

static size_t rounds(const struct plan_loop *loop)
{
    return loop->years ? (size_t)(loop->last - loop->first) + 1 : loop->count;
}

/* Returns the next operation; PLAN_NONE on a fault. */
static uint32_t begin_loop(struct running *r, uint32_t at)
{
    int32_t number = r->program->ops[at].a;
    const struct plan_loop *loop = &r->program->loops[number];
    const struct plan_op *next = &r->program->ops[at + 1];
    if (!loop->years && loop->fold == PLAN_FOLD_SUM && next->code == PLAN_OP_LOAD && loop->end == (int32_t)at + 2)
        return add_up(r, loop, &r->program->references[next->a]) ? at + 3 : PLAN_NONE;
    struct open_loop *open = &r->loops[r->loop_count++];
    *open =
        (struct open_loop){.loop = number, .outer_member = r->binding.slots[loop->slot], .outer_year = r->binding.year};
    bind(r, loop, 0);
    return at + 1;
}

static uint32_t end_loop(struct running *r, uint32_t at)
{
    struct open_loop *open = &r->loops[r->loop_count - 1];
    const struct plan_loop *loop = &r->program->loops[open->loop];
    struct number value = r->stack[--r->top];
    if (loop->fold == PLAN_FOLD_SUM)
        open->sum = number_add(r->ev->scratch, open->sum, value);
    else if (open->at == 0 || (number_compare(value, open->sum) > 0) == (loop->fold == PLAN_FOLD_LARGEST))
        open->sum = value;
    if (++open->at < rounds(loop)) {
        bind(r, loop, open->at);
        return (uint32_t)loop->begin + 1;
    }
    if (loop->years)
        r->binding.year = open->outer_year;
    else
        r->binding.slots[loop->slot] = open->outer_member;
    r->stack[r->top++] = open->sum;
    r->loop_count--;
    return at + 1;
}

static bool was(struct running *r)
{
    struct plan_evaluation *ev = r->ev;
    uint32_t row;
    struct plan_binding binding;
    size_t level;
    plan_cell_parts(ev->model, r->cell, &row, &binding);
    const struct plan_clause *clause = engine_define(ev, row, &binding, r->level, &level);
    if (!clause) {
        const struct plan_given *given = plan_given_find(ev->model, r->cell);
        if (!given)
            return stop(r, FAULT_WAS, NULL, r->cell);
        r->stack[r->top++] = given->value;
        return true;
    }
    struct number *stack = ev->stack;
    size_t size = ev->stack_size, used = (size_t)(r->stack - stack) + r->top;
    if (used + clause->program.depth > size || ev->was_depth == WAS_MAX)
        return stop(r, FAULT_DEEP, NULL, r->cell);
    ev->was_depth++;
    ev->stack += used;
    ev->stack_size -= used;
    struct number value;
    bool done = engine_run(ev, clause, &binding, r->cell, level, &value, r->fault);
    ev->was_depth--;
    ev->stack = stack;
    ev->stack_size = size;
    if (done)
        r->stack[r->top++] = value;
    return done;
}

static void pick(struct running *r, size_t count, bool largest)
{
    struct number *first = &r->stack[r->top - count];
    for (size_t i = 1; i < count; i++)
        if ((number_compare(first[i], first[0]) > 0) == largest)
            first[0] = first[i];
    r->top -= count - 1;
}

static bool divide(struct running *r, const struct plan_op *op)
{
    struct arena *scratch = r->ev->scratch;
    struct number *top = &r->stack[r->top - 1];
    switch (op->code) {
    case PLAN_OP_ROUND:
        r->top--;
        return number_round(scratch, top[-1], top[0], &top[-1]) || stop(r, FAULT_STEP, NULL, r->cell);
    case PLAN_OP_RATIO:
        r->top--;
        return number_ratio(scratch, top[-1], top[0], op->a, &top[-1]) || stop(r, FAULT_ZERO, NULL, r->cell);
    default:
        r->top -= 2;
        if (number_sign(top[0]) <= 0)
            return stop(r, FAULT_STEP, NULL, r->cell);
        return number_round_ratio(scratch, top[-2], top[-1], top[0], &top[-2]) || stop(r, FAULT_ZERO, NULL, r->cell);
    }
}

static bool multiply(struct running *r)
{
    struct number *top = &r->stack[--r->top];
    top[-1] = number_multiply(r->ev->scratch, top[-1], top[0]);
    return top[-1].form == NUMBER_SMALL || !number_huge(top[-1]) || stop(r, FAULT_HUGE, NULL, r->cell);
}

/* All but jumps and loops. */
static bool simple(struct running *r, const struct plan_op *op)
{
    struct arena *scratch = r->ev->scratch;
    struct number *end = r->stack + r->top;
    switch (op->code) {
    case PLAN_OP_CONSTANT:
        r->stack[r->top++] = r->program->constants[op->a];
        return true;
    case PLAN_OP_LOAD:
        return load(r, op->a);
    case PLAN_OP_ADD:
        r->top--;
        end[-2] = number_add(scratch, end[-2], end[-1]);
        return true;
    case PLAN_OP_SUBTRACT:
        r->top--;
        end[-2] = number_subtract(scratch, end[-2], end[-1]);
        return true;
    case PLAN_OP_MULTIPLY:
        return multiply(r);
    case PLAN_OP_NEGATE:
        end[-1] = number_negate(scratch, end[-1]);
        return true;
    case PLAN_OP_ABSOLUTE:
        end[-1] = number_absolute(scratch, end[-1]);
        return true;
    case PLAN_OP_NOT:
        end[-1] = number_of(number_sign(end[-1]) == 0, 0);
        return true;
    case PLAN_OP_SHIFT:
        end[-1] = number_shift(scratch, end[-1], op->a);
        return true;
    case PLAN_OP_MIN:
    case PLAN_OP_MAX:
        pick(r, (size_t)op->a, op->code == PLAN_OP_MAX);
        return true;
    case PLAN_OP_ROUND:
    case PLAN_OP_RATIO:
    case PLAN_OP_ROUND_RATIO:
        return divide(r, op);
    case PLAN_OP_YEAR_IS:
        r->stack[r->top++] = number_of(plan_order_holds((enum plan_operation)op->part, r->binding.year - op->a), 0);
        return true;
    case PLAN_OP_MEMBER_IN:
        r->stack[r->top++] = number_of(r->program->lists[op->a].holds[r->binding.slots[op->part]], 0);
        return true;
    case PLAN_OP_KNOWN:
        return known(r, op->a);
    case PLAN_OP_WAS:
        return was(r);
    default: /* comparisons */
        r->top--;
        end[-2] = number_of(plan_order_holds((enum plan_operation)op->code, number_compare(end[-2], end[-1])), 0);
        return true;
    }
}

bool engine_run(struct plan_evaluation *ev, const struct plan_clause *clause, const struct plan_binding *binding,
                plan_cell cell, size_t level, struct number *ret, struct fault *fault)
{
    __attribute__((
        uninitialized)) struct running r; /* each field that is read is set: a thousand bytes of loops are not */
    r.ev = ev;
    r.program = &clause->program;
    r.binding = *binding;
    r.cell = cell;
    r.level = level;
    r.stack = ev->stack;
    r.top = 0;
    r.fault = fault;
    r.loop_count = 0;
    const struct plan_op *ops = clause->program.ops;
    uint32_t count = (uint32_t)clause->program.op_count;
    for (uint32_t at = 0; at < count;) {
        switch (ops[at].code) {
        case PLAN_OP_JUMP:
            at = (uint32_t)ops[at].a;
            break;
        case PLAN_OP_JUMP_FALSE:
            at = number_sign(r.stack[--r.top]) ? at + 1 : (uint32_t)ops[at].a;
            break;
        case PLAN_OP_LOOP:
            at = begin_loop(&r, at);
            break;
        case PLAN_OP_LOOP_END:
            at = end_loop(&r, at);
            break;
        default:
            if (!simple(&r, &ops[at]))
                return false;
            at++;
        }
        if (at == PLAN_NONE)
            return false;
    }
    must(r.top == 1);
    *ret = r.stack[0];
    return true;
}
