/* Formulas to programs, and their units.
 *
 * The compiler walks the formula once. It keeps the sets that are bound at each place (the row's own, and those of sums
 * around it) in slots; a name that does not say which member takes the innermost slot of the set. A chain of operators
 * is walked in a loop, for a formula may have thousands of terms. */
#include "plan/compile.h"

static bool formula(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err);

size_t compile_emit(struct compiler *c, enum plan_operation code, uint8_t part, int32_t a)
{
    ARENA_GROW(c->b->arena, c->ops, c->op_count, c->ops_capacity);
    c->ops[c->op_count] = (struct plan_op){.code = (uint8_t)code, .part = part, .a = a};
    return c->op_count++;
}

void compile_push(struct compiler *c)
{
    if (++c->depth > c->deepest)
        c->deepest = c->depth;
}

static void push_constant(struct compiler *c, struct number value)
{
    ARENA_GROW(c->b->arena, c->constants, c->constant_count, c->constants_capacity);
    c->constants[c->constant_count] = value;
    compile_emit(c, PLAN_OP_CONSTANT, 0, (int32_t)c->constant_count++);
    compile_push(c);
}

static void land(struct compiler *c, size_t jump)
{
    c->ops[jump].a = (int32_t)c->op_count;
}

bool compile_amount(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    if (!formula(c, f, ret, err))
        return false;
    if (ret->kind == PLAN_UNIT_TRUTH)
        return build_fault(c->b, f->place, err, "an amount is wanted here, not a comparison");
    return true;
}

static bool truth(struct compiler *c, const struct plan_formula *f, struct error *err)
{
    struct plan_unit unit;
    if (!formula(c, f, &unit, err))
        return false;
    if (unit.kind != PLAN_UNIT_TRUTH)
        return build_fault(c->b, f->place, err, "a comparison is wanted here, as in `a > b`");
    return true;
}

static bool name(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    uint32_t number;
    if (!compile_reference(c, f, &number, ret, err))
        return false;
    compile_emit(c, PLAN_OP_LOAD, 0, (int32_t)number);
    compile_push(c);
    return true;
}

/* ---- Operators ---- */

static bool comparison(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    const struct plan_formula *left = f->parts[0], *right = f->parts[1];
    uint8_t code = (uint8_t)(PLAN_OP_EQUAL + (f->kind - PLAN_EQUAL));
    *ret = TRUTH;
    if (left->kind == PLAN_YEAR || right->kind == PLAN_YEAR) {
        if (left->kind != PLAN_YEAR || right->kind != PLAN_YEAR_IS)
            return build_fault(c->b, f->place, err, "a year is compared as in `year >= %.*s`",
                               PRINT(c->b->model->years[0]));
        if (!c->years_bound)
            return build_fault(c->b, left->place, err, "this formula has no years");
        int32_t year;
        if (!build_year(c->b, &(struct plan_word){right->name, right->place}, &year, err))
            return false;
        compile_emit(c, PLAN_OP_YEAR_IS, code, year);
        compile_push(c);
        return true;
    }
    struct plan_unit a, x, both;
    if (!compile_amount(c, left, &a, err) || !compile_amount(c, right, &x, err) ||
        !compile_same_units(c, a, x, "compared", f->place, &both, err))
        return false;
    compile_emit(c, (enum plan_operation)code, 0, 0);
    c->depth--;
    return true;
}

/* The year or the member alone decides it, so that a walk without values can follow the taken side. */
static bool decided(const struct plan_formula *f)
{
    bool compares = f->kind >= PLAN_EQUAL && f->kind <= PLAN_GREATER_EQUAL;
    return f->kind == PLAN_WITHIN || (compares && f->parts[0]->kind == PLAN_YEAR);
}

static bool joined(struct compiler *c, const struct plan_formula *f, struct error *err)
{
    /* a and b: if a then b else 0; a or b: if a then 1 else b */
    if (!truth(c, f->parts[0], err))
        return false;
    size_t skip = compile_emit(c, PLAN_OP_JUMP_FALSE, decided(f->parts[0]), 0);
    c->depth--;
    size_t depth = c->depth;
    if (f->kind == PLAN_AND ? !truth(c, f->parts[1], err) : (push_constant(c, NUMBER_ONE), false))
        return false;
    size_t end = compile_emit(c, PLAN_OP_JUMP, 0, 0);
    land(c, skip);
    c->depth = depth;
    if (f->kind == PLAN_OR ? !truth(c, f->parts[1], err) : (push_constant(c, NUMBER_ZERO), false))
        return false;
    land(c, end);
    return true;
}

static bool choice(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    struct plan_unit a, x;
    if (!truth(c, f->parts[0], err))
        return false;
    size_t skip = compile_emit(c, PLAN_OP_JUMP_FALSE, decided(f->parts[0]), 0);
    c->depth--;
    size_t depth = c->depth;
    if (!formula(c, f->parts[1], &a, err))
        return false;
    size_t end = compile_emit(c, PLAN_OP_JUMP, 0, 0);
    land(c, skip);
    c->depth = depth;
    return formula(c, f->parts[2], &x, err) && (land(c, end), true) &&
           compile_same_units(c, a, x, "the two sides of one if", f->place, ret, err);
}

static bool otherwise(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    struct plan_unit a, x;
    uint32_t number;
    if (f->parts[0]->kind != PLAN_NAME)
        return build_fault(c->b, f->place, err, "before otherwise stands the name of a row alone");
    if (!compile_reference(c, f->parts[0], &number, &a, err))
        return false;
    compile_emit(c, PLAN_OP_KNOWN, 0, (int32_t)number);
    compile_push(c);
    size_t skip = compile_emit(c, PLAN_OP_JUMP_FALSE, 0, 0);
    compile_emit(c, PLAN_OP_LOAD, 0, (int32_t)number);
    size_t end = compile_emit(c, PLAN_OP_JUMP, 0, 0);
    land(c, skip);
    c->depth--;
    if (!compile_amount(c, f->parts[1], &x, err))
        return false;
    land(c, end);
    return compile_same_units(c, a, x, "a value and its stand-in", f->place, ret, err);
}

static bool member_in(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    const struct plan_word *word = &f->more->over[0];
    uint32_t set = plan_names_find(&c->b->names, NAME_SET, 0, f->name);
    size_t slot;
    if (set == NAME_UNKNOWN)
        return build_unknown(c->b, f->place, NAME_SET, 0, f->name, "set", err);
    if (!compile_slot_for(c, c->b->model->sets[set].base, &slot))
        return build_fault(c->b, f->place, err, "%.*s is not one member here; the row has no such set", PRINT(f->name));
    struct choice choice;
    uint32_t base = c->b->model->sets[set].base;
    if (!build_choice(c->b, base, word->text, &choice))
        return build_unknown(c->b, word->place, NAME_MEMBER, base, word->text, "member", err);
    const struct plan_set *whole = &c->b->model->sets[base];
    struct plan_list list = {.set = choice.set};
    if (choice.set == PLAN_NONE) {
        bool *holds = arena_array(c->b->arena, bool, whole->count);
        holds[choice.member] = true;
        list = (struct plan_list){.members = &whole->list[choice.member], .count = 1, .holds = holds, .set = PLAN_NONE};
    } else {
        list.members = c->b->model->sets[choice.set].list;
        list.count = c->b->model->sets[choice.set].count;
        list.holds = c->b->model->sets[choice.set].holds;
    }
    ARENA_GROW(c->b->arena, c->lists, c->list_count, c->lists_capacity);
    c->lists[c->list_count] = list;
    compile_emit(c, PLAN_OP_MEMBER_IN, (uint8_t)slot, (int32_t)c->list_count++);
    compile_push(c);
    *ret = TRUTH;
    return true;
}

static bool several(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    *ret = ANY;
    for (size_t i = 0; i < f->part_count; i++) {
        struct plan_unit unit;
        if (!compile_amount(c, f->parts[i], &unit, err) ||
            !compile_same_units(c, *ret, unit, "compared", f->place, ret, err))
            return false;
    }
    compile_emit(c, f->kind == PLAN_MIN ? PLAN_OP_MIN : PLAN_OP_MAX, 0, (int32_t)f->part_count);
    c->depth -= f->part_count - 1;
    return true;
}

static bool rounded(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    const struct plan_formula *what = f->parts[0];
    struct plan_unit a, step;
    bool quotient = what->kind == PLAN_DIVIDE;
    if (quotient) {
        struct plan_unit above, below;
        if (!compile_amount(c, what->parts[0], &above, err) || !compile_amount(c, what->parts[1], &below, err) ||
            !compile_divided(c, above, below, what->place, &a, err))
            return false;
    } else if (!compile_amount(c, what, &a, err))
        return false;
    if (!compile_amount(c, f->parts[1], &step, err) ||
        !compile_same_units(c, a, step, "an amount and its step", f->place, ret, err))
        return false;
    compile_emit(c, quotient ? PLAN_OP_ROUND_RATIO : PLAN_OP_ROUND, 0, 0);
    c->depth -= quotient ? 2 : 1;
    return true;
}

static bool ratio(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    struct plan_unit a, x;
    const struct plan_formula *places = f->parts[2];
    if (places->kind != PLAN_NUMBER || places->name.len || places->value.places != 0 ||
        number_compare(places->value, number_of(100, 0)) > 0)
        return build_fault(c->b, places->place, err, "the decimals of a ratio are a whole number from 0 to 100");
    if (!compile_amount(c, f->parts[0], &a, err) || !compile_amount(c, f->parts[1], &x, err) ||
        !compile_divided(c, a, x, f->place, ret, err))
        return false;
    compile_emit(c, PLAN_OP_RATIO, 0, (int32_t)places->value.low);
    c->depth--;
    return true;
}

static bool in_unit(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    struct plan_unit unit;
    if (!build_unit(c->b, f->name, f->place, ret, err) || !compile_amount(c, f->parts[0], &unit, err))
        return false;
    if (unit.kind == PLAN_UNIT_ANY)
        return true;
    if (unit.kind != PLAN_UNIT_MONEY) {
        struct slice words = build_unit_words(&unit);
        return build_fault(c->b, f->place, err, "%.*s cannot be written in %.*s", PRINT(words), PRINT(f->name));
    }
    if (unit.power != ret->power)
        compile_emit(c, PLAN_OP_SHIFT, 0, unit.power - ret->power);
    return true;
}

static bool single(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    if (f->kind == PLAN_NOT) {
        *ret = TRUTH;
        if (!truth(c, f->parts[0], err))
            return false;
        compile_emit(c, PLAN_OP_NOT, 0, 0);
        return true;
    }
    if (!compile_amount(c, f->parts[0], ret, err))
        return false;
    compile_emit(c, f->kind == PLAN_NEGATE ? PLAN_OP_NEGATE : PLAN_OP_ABSOLUTE, 0, 0);
    return true;
}

static bool is_chain(const struct plan_formula *f)
{
    return f->kind == PLAN_ADD || f->kind == PLAN_SUBTRACT || f->kind == PLAN_MULTIPLY;
}

/* a + b - c …: from the left, in a loop. */
static bool chain(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    size_t length = 0;
    for (const struct plan_formula *at = f; is_chain(at); at = at->parts[0])
        length++;
    const struct plan_formula **links = arena_array(c->b->arena, const struct plan_formula *, length);
    const struct plan_formula *at = f;
    for (size_t i = length; i-- > 0; at = at->parts[0])
        links[i] = at;
    if (!compile_amount(c, at, ret, err))
        return false;
    for (size_t i = 0; i < length; i++) {
        struct plan_unit left = *ret, right;
        if (!compile_amount(c, links[i]->parts[1], &right, err))
            return false;
        bool fits = links[i]->kind == PLAN_MULTIPLY
                        ? compile_multiplied(c, left, right, links[i]->place, ret, err)
                        : compile_same_units(c, left, right, links[i]->kind == PLAN_ADD ? "added" : "subtracted",
                                             links[i]->place, ret, err);
        if (!fits)
            return false;
        compile_emit(c,
                     links[i]->kind == PLAN_ADD        ? PLAN_OP_ADD
                     : links[i]->kind == PLAN_SUBTRACT ? PLAN_OP_SUBTRACT
                                                       : PLAN_OP_MULTIPLY,
                     0, 0);
        c->depth--;
    }
    return true;
}

static bool leaf(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    uint32_t number;
    switch (f->kind) {
    case PLAN_NUMBER:
        push_constant(c, f->value);
        *ret = ANY;
        return !f->name.len || build_unit(c->b, f->name, f->place, ret, err);
    case PLAN_NAME:
        return name(c, f, ret, err);
    case PLAN_KNOWN:
        *ret = TRUTH;
        struct plan_unit unit;
        if (!compile_reference(c, f->parts[0], &number, &unit, err))
            return false;
        compile_emit(c, PLAN_OP_KNOWN, 0, (int32_t)number);
        compile_push(c);
        return true;
    case PLAN_WAS:
        if (!c->is_setting)
            return build_fault(c->b, f->place, err, "`was` has a meaning in scenarios and versions only");
        *ret = c->b->model->rows[c->clause->row].unit;
        compile_emit(c, PLAN_OP_WAS, 0, 0);
        compile_push(c);
        return true;
    default:
        return build_fault(c->b, f->place, err, "a year is compared as in `year >= %.*s`",
                           PRINT(c->b->model->years[0]));
    }
}

static bool formula(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    switch (f->kind) {
    case PLAN_ADD:
    case PLAN_SUBTRACT:
    case PLAN_MULTIPLY:
        return chain(c, f, ret, err);
    case PLAN_NEGATE:
    case PLAN_ABSOLUTE:
    case PLAN_NOT:
        return single(c, f, ret, err);
    case PLAN_DIVIDE:
        return build_fault(c->b, f->place, err,
                           "division is written ratio(amount, amount, decimals) or round(a / b, step), so that its "
                           "rounding is seen");
    case PLAN_EQUAL:
    case PLAN_DIFFERENT:
    case PLAN_LESS:
    case PLAN_LESS_EQUAL:
    case PLAN_GREATER:
    case PLAN_GREATER_EQUAL:
        return comparison(c, f, ret, err);
    case PLAN_AND:
    case PLAN_OR:
        *ret = TRUTH;
        return joined(c, f, err);
    case PLAN_OTHERWISE:
        return otherwise(c, f, ret, err);
    case PLAN_WITHIN:
        return member_in(c, f, ret, err);
    case PLAN_IF:
        return choice(c, f, ret, err);
    case PLAN_ROUND:
        return rounded(c, f, ret, err);
    case PLAN_RATIO:
        return ratio(c, f, ret, err);
    case PLAN_MIN:
    case PLAN_MAX:
        return several(c, f, ret, err);
    case PLAN_SUM:
    case PLAN_LARGEST:
    case PLAN_SMALLEST:
        return compile_fold(c, f, ret, err);
    case PLAN_IN_UNIT:
        return in_unit(c, f, ret, err);
    default:
        return leaf(c, f, ret, err);
    }
}

bool compile_formula(struct builder *b, struct plan_clause *clause, const struct plan_formula *f, bool is_setting,
                     struct plan_unit *ret_unit, struct error *err)
{
    const struct plan_row *row = &b->model->rows[clause->row];
    struct compiler c = {
        .b = b, .clause = clause, .is_setting = is_setting, .years_bound = !row->always, .year_loop = -1, .rounds = 1};
    for (size_t i = 0; i < row->set_count; i++)
        c.slots[c.slot_count++] = (struct slot){row->sets[i], row->sets[i], -1};
    if (!formula(&c, f, ret_unit, err))
        return false;
    clause->program = (struct plan_program){.ops = c.ops,
                                            .op_count = c.op_count,
                                            .constants = c.constants,
                                            .constant_count = c.constant_count,
                                            .references = c.references,
                                            .reference_count = c.reference_count,
                                            .loops = c.loops,
                                            .loop_count = c.loop_count,
                                            .lists = c.lists,
                                            .list_count = c.list_count,
                                            .depth = c.deepest};
    return true;
}
