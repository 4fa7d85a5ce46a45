/* Formulas to programs, and their units.
 *
 * The compiler walks the formula once. It keeps the sets that are bound at each place (the row's own, and those of sums
 * around it) in slots; a name that does not say which member takes the innermost slot of the set. A chain of operators
 * is walked in a loop, for a formula may have thousands of terms. */
#include "plan/build.h"

#include <stdio.h>

struct slot {
    uint32_t base, set; /* the base set, and the set or part that was written */
    int32_t loop;       /* that binds it, or -1 */
};

struct compiler {
    struct builder *b;
    const struct plan_clause *clause;
    bool is_setting, years_bound;
    int32_t year_loop; /* that binds the year, or -1 */
    struct slot slots[PLAN_SLOTS_MAX];
    size_t slot_count;
    struct plan_op *ops;
    size_t op_count, ops_capacity;
    struct number *constants;
    size_t constant_count, constants_capacity;
    struct plan_reference *references;
    size_t reference_count, references_capacity;
    struct plan_loop *loops;
    size_t loop_count, loops_capacity;
    struct plan_list *lists;
    size_t list_count, lists_capacity;
    size_t depth, deepest, open_loops, rounds; /* rounds: of the loops around, multiplied */
};

#define ANY   ((struct plan_unit){.kind = PLAN_UNIT_ANY})
#define PLAIN ((struct plan_unit){.kind = PLAN_UNIT_PLAIN})
#define TRUTH ((struct plan_unit){.kind = PLAN_UNIT_TRUTH})

static bool formula(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err);

static size_t emit(struct compiler *c, enum plan_operation code, uint8_t part, int32_t a)
{
    ARENA_GROW(c->b->arena, c->ops, c->op_count, c->ops_capacity);
    c->ops[c->op_count] = (struct plan_op){.code = (uint8_t)code, .part = part, .a = a};
    return c->op_count++;
}

static void push(struct compiler *c)
{
    if (++c->depth > c->deepest)
        c->deepest = c->depth;
}

static void push_constant(struct compiler *c, struct number value)
{
    ARENA_GROW(c->b->arena, c->constants, c->constant_count, c->constants_capacity);
    c->constants[c->constant_count] = value;
    emit(c, PLAN_OP_CONSTANT, 0, (int32_t)c->constant_count++);
    push(c);
}

static void land(struct compiler *c, size_t jump)
{
    c->ops[jump].a = (int32_t)c->op_count;
}

/* ---- Units ---- */

static bool same_units(struct compiler *c, struct plan_unit a, struct plan_unit x, const char *what,
                       struct plan_place place, struct plan_unit *ret, struct error *err)
{
    if (a.kind == PLAN_UNIT_ANY || x.kind == PLAN_UNIT_ANY || build_unit_same(&a, &x)) {
        *ret = a.kind == PLAN_UNIT_ANY ? x : a;
        return true;
    }
    struct slice left = build_unit_words(&a), right = build_unit_words(&x);
    if (a.kind == PLAN_UNIT_MONEY && x.kind == PLAN_UNIT_MONEY)
        return build_fault(c->b, place, err, "%.*s and %.*s cannot be %s; write one of them `in %.*s`", PRINT(left),
                           PRINT(right), what, PRINT(left));
    return build_fault(c->b, place, err, "%.*s and %.*s cannot be %s", PRINT(left), PRINT(right), what);
}

static bool multiplied(struct compiler *c, struct plan_unit a, struct plan_unit x, struct plan_place place,
                       struct plan_unit *ret, struct error *err)
{
    struct plan_unit greater = a.kind > x.kind ? a : x, lesser = a.kind > x.kind ? x : a;
    if (greater.kind == PLAN_UNIT_TRUTH)
        return same_units(c, a, x, "multiplied", place, ret, err);
    bool fits = lesser.kind == PLAN_UNIT_ANY || lesser.kind == PLAN_UNIT_PLAIN ||
                (a.kind != x.kind); /* a count times money is money */
    if (!fits) {
        struct slice left = build_unit_words(&a), right = build_unit_words(&x);
        return build_fault(c->b, place, err, "%.*s times %.*s has no meaning; one of them must be a plain number or %%",
                           PRINT(left), PRINT(right));
    }
    *ret = greater;
    if (greater.kind == PLAN_UNIT_COUNT && lesser.kind == PLAN_UNIT_MONEY)
        *ret = lesser;
    if (greater.kind == PLAN_UNIT_PLAIN)
        *ret = PLAIN;
    return true;
}

static bool divided(struct compiler *c, struct plan_unit a, struct plan_unit x, struct plan_place place,
                    struct plan_unit *ret, struct error *err)
{
    if (x.kind == PLAN_UNIT_ANY || x.kind == PLAN_UNIT_PLAIN) {
        *ret = a;
        return true;
    }
    if (build_unit_same(&a, &x) && a.kind != PLAN_UNIT_TRUTH) {
        *ret = PLAIN;
        return true;
    }
    if (a.kind == PLAN_UNIT_MONEY && x.kind == PLAN_UNIT_COUNT) {
        *ret = a;
        return true;
    }
    struct slice left = build_unit_words(&a), right = build_unit_words(&x);
    return build_fault(c->b, place, err, "%.*s divided by %.*s has no meaning", PRINT(left), PRINT(right));
}

static bool amount(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
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

/* ---- References ---- */

static bool slot_for(const struct compiler *c, uint32_t base, size_t *ret)
{
    for (size_t i = c->slot_count; i-- > 0;)
        if (c->slots[i].base == base) {
            *ret = i;
            return true;
        }
    return false;
}

/* Which of the row's sets a word of an index chooses. */
static bool indexed(struct compiler *c, const struct plan_row *row, const struct plan_word *word, bool *taken,
                    struct plan_reference *r, struct error *err)
{
    for (size_t i = 0; i < row->set_count; i++) {
        struct choice choice;
        if (taken[i] || !build_choice(c->b, row->sets[i], word->text, &choice))
            continue;
        taken[i] = true;
        if (choice.set == PLAN_NONE) {
            r->set[i] = choice.member;
            return true;
        }
        size_t slot;
        r->is_slot[i] = true;
        if (!slot_for(c, row->sets[i], &slot))
            return build_fault(
                c->b, word->place, err,
                "%.*s stands for each of its members here; write `sum %.*s over %.*s`, or name one member",
                PRINT(word->text), PRINT(row->name), PRINT(word->text));
        r->set[i] = (uint32_t)slot;
        return true;
    }
    struct slice near = NO_SLICE;
    for (size_t i = 0; i < row->set_count && !near.len; i++)
        if (!taken[i])
            near = plan_names_nearest(&c->b->names, NAME_MEMBER, row->sets[i], word->text);
    return build_fault(c->b, word->place, err, "%.*s has no %.*s%s%.*s%s", PRINT(row->name), PRINT(word->text),
                       near.len ? "; did you mean " : " among its members", PRINT(near), near.len ? "?" : "");
}

static bool when(struct compiler *c, const struct plan_formula *f, const struct plan_row *row, struct plan_reference *r,
                 struct error *err)
{
    enum plan_when when = f->more ? f->more->when : PLAN_WHEN_SAME;
    if (row->always) {
        r->year_of = PLAN_YEAR_NONE;
        if (when != PLAN_WHEN_SAME)
            return build_fault(c->b, f->place, err, "%.*s is the same in all years; write it without a year",
                               PRINT(row->name));
        return true;
    }
    switch (when) {
    case PLAN_WHEN_AT:
        r->year_of = PLAN_YEAR_FIXED;
        return build_year(c->b, &f->more->year, &r->year, err);
    case PLAN_WHEN_FIRST:
    case PLAN_WHEN_LAST:
        r->year_of = PLAN_YEAR_FIXED;
        r->year = when == PLAN_WHEN_FIRST ? 0 : c->b->model->year_count - 1;
        return true;
    default:
        break;
    }
    r->year_of = PLAN_YEAR_BOUND;
    r->year = when == PLAN_WHEN_NEXT ? 1 : when == PLAN_WHEN_BEFORE ? -(int32_t)f->more->back : 0;
    if (!c->years_bound)
        return build_fault(c->b, f->place, err,
                           "%.*s has a figure for each year, but this formula has no years; write %.*s@%.*s, or `sum "
                           "%.*s over years`",
                           PRINT(row->name), PRINT(row->name), PRINT(c->b->model->years[0]), PRINT(row->name));
    return true;
}

/* The arithmetic of the cell's number. */
static void address(const struct compiler *c, const struct plan_row *row, struct plan_reference *r)
{
    uint32_t stride = 1;
    r->base = row->first;
    r->set_count = (uint8_t)row->set_count;
    r->year_loop = c->year_loop;
    for (size_t i = row->set_count; i-- > 0;) {
        r->stride[i] = stride;
        if (!r->is_slot[i])
            r->base += r->set[i] * stride;
        r->loop[i] = r->is_slot[i] ? c->slots[r->set[i]].loop : -1;
        stride *= (uint32_t)c->b->model->sets[row->sets[i]].count;
    }
    r->years = row->years;
    if (r->year_of == PLAN_YEAR_FIXED)
        r->base += (uint32_t)r->year * stride;
    else if (r->year_of == PLAN_YEAR_BOUND)
        r->year_stride = stride;
}

static bool reference(struct compiler *c, const struct plan_formula *f, uint32_t *ret, struct plan_unit *ret_unit,
                      struct error *err)
{
    uint32_t number = plan_names_find(&c->b->names, NAME_ROW, 0, f->name);
    if (number == NAME_UNKNOWN) {
        if (plan_names_find(&c->b->names, NAME_SET, 0, f->name) != NAME_UNKNOWN)
            return build_fault(c->b, f->place, err, "%.*s is a set, and has no value itself; name a row",
                               PRINT(f->name));
        return build_unknown(c->b, f->place, NAME_ROW, 0, f->name, "row", err);
    }
    const struct plan_row *row = &c->b->model->rows[number];
    struct plan_reference r = {.row = number, .line = f->place.line, .column = f->place.column};
    bool taken[PLAN_SETS_MAX] = {false};
    size_t index_count = f->more ? f->more->index_count : 0;
    if (index_count > row->set_count)
        return build_fault(c->b, f->place, err, "%.*s has %zu sets, but %zu words stand in brackets", PRINT(row->name),
                           row->set_count, index_count);
    for (size_t i = 0; i < index_count; i++)
        if (!indexed(c, row, &f->more->index[i], taken, &r, err))
            return false;
    for (size_t i = 0; i < row->set_count; i++) {
        size_t slot;
        if (taken[i])
            continue;
        const struct plan_set *set = &c->b->model->sets[row->sets[i]];
        if (!slot_for(c, row->sets[i], &slot))
            return build_fault(c->b, f->place, err, "%.*s has a figure for each %.*s; write %.*s[%.*s] or `sum %.*s`",
                               PRINT(row->name), PRINT(set->name), PRINT(row->name), PRINT(set->members[0].name),
                               PRINT(row->name));
        r.is_slot[i] = true;
        r.set[i] = (uint32_t)slot;
    }
    if (!when(c, f, row, &r, err))
        return false;
    address(c, row, &r);
    ARENA_GROW(c->b->arena, c->references, c->reference_count, c->references_capacity);
    *ret = (uint32_t)c->reference_count;
    c->references[c->reference_count++] = r;
    *ret_unit = row->unit;
    return true;
}

static bool name(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    uint32_t number;
    if (!reference(c, f, &number, ret, err))
        return false;
    emit(c, PLAN_OP_LOAD, 0, (int32_t)number);
    push(c);
    return true;
}

/* ---- Sums ---- */

static bool is_free(const struct compiler *c, uint32_t base, const uint32_t *sets, size_t count)
{
    size_t slot;
    if (slot_for(c, base, &slot))
        return false;
    for (size_t i = 0; i < count; i++)
        if (sets[i] == base)
            return false;
    return true;
}

/* Adds the sets that this formula's rows have and nothing binds. */
static bool free_sets(struct compiler *c, const struct plan_formula *f, uint32_t *sets, size_t *count,
                      struct error *err)
{
    if (f->kind == PLAN_NAME) {
        uint32_t number = plan_names_find(&c->b->names, NAME_ROW, 0, f->name);
        if (number == NAME_UNKNOWN)
            return true; /* said when it is compiled */
        const struct plan_row *row = &c->b->model->rows[number];
        bool taken[PLAN_SETS_MAX] = {false};
        for (size_t w = 0; f->more && w < f->more->index_count; w++)
            for (size_t i = 0; i < row->set_count; i++) {
                struct choice choice;
                if (taken[i] || !build_choice(c->b, row->sets[i], f->more->index[w].text, &choice))
                    continue;
                taken[i] = choice.set == PLAN_NONE; /* a set named here is left open like one that is not */
                break;
            }
        for (size_t i = 0; i < row->set_count; i++)
            if (!taken[i] && is_free(c, row->sets[i], sets, *count)) {
                if (*count == PLAN_SETS_MAX)
                    return build_fault(c->b, f->place, err, "more than %d sets are left open here", PLAN_SETS_MAX);
                sets[(*count)++] = row->sets[i];
            }
        return true;
    }
    size_t slots = c->slot_count;
    bool fold = f->kind == PLAN_SUM || f->kind == PLAN_LARGEST || f->kind == PLAN_SMALLEST;
    if (fold && f->more->over_count == 0 && !f->more->over_years)
        return true; /* it closes what it finds open */
    for (size_t i = 0; fold && i < f->more->over_count && c->slot_count < PLAN_SLOTS_MAX; i++) {
        uint32_t set = plan_names_find(&c->b->names, NAME_SET, 0, f->more->over[i].text);
        if (set != NAME_UNKNOWN)
            c->slots[c->slot_count++] = (struct slot){c->b->model->sets[set].base, set, -1};
    }
    /* Down the left side in a loop: a chain may be thousands long. */
    const struct plan_formula *at = f;
    bool done = true;
    for (; done && at && at->kind != PLAN_NAME; at = at->part_count ? at->parts[0] : NULL) {
        if (at != f && (at->kind == PLAN_SUM || at->kind == PLAN_LARGEST || at->kind == PLAN_SMALLEST))
            break;
        for (size_t i = 1; done && i < at->part_count; i++)
            done = free_sets(c, at->parts[i], sets, count, err);
    }
    if (done && at)
        done = free_sets(c, at, sets, count, err);
    c->slot_count = slots;
    return done;
}

/* One more loop around what follows: neither too deep nor too much to add up. */
static bool opened(struct compiler *c, size_t rounds, struct plan_place place, struct error *err)
{
    c->open_loops++;
    c->rounds *= rounds;
    if (c->open_loops > PLAN_LOOPS_MAX || c->rounds > PLAN_ROUNDS_MAX)
        return build_fault(c->b, place, err, "this sum adds up more than %d figures, or %d sums stand in one another",
                           PLAN_ROUNDS_MAX, PLAN_LOOPS_MAX);
    return true;
}

static bool bind_set(struct compiler *c, uint32_t set, struct plan_place place, enum plan_fold fold, struct error *err)
{
    if (c->slot_count == PLAN_SLOTS_MAX)
        return build_fault(c->b, place, err, "more than %d sets are open here; give the inner sum a row of its own",
                           PLAN_SLOTS_MAX);
    const struct plan_set *s = &c->b->model->sets[set];
    ARENA_GROW(c->b->arena, c->loops, c->loop_count, c->loops_capacity);
    c->loops[c->loop_count] = (struct plan_loop){
        .fold = (uint8_t)fold, .slot = (uint8_t)c->slot_count, .members = s->list, .count = s->count, .set = set};
    c->slots[c->slot_count++] = (struct slot){s->base, set, (int32_t)c->loop_count};
    c->loops[c->loop_count].begin = (int32_t)c->op_count;
    emit(c, PLAN_OP_LOOP, 0, (int32_t)c->loop_count++);
    return opened(c, s->count, place, err);
}

static bool bind_years(struct compiler *c, const struct plan_formula *f, enum plan_fold fold, struct error *err)
{
    struct plan_loop loop = {.fold = (uint8_t)fold, .years = true, .set = PLAN_NONE};
    if (!build_span(c->b, &f->more->span, &loop.first, &loop.last, err))
        return false;
    ARENA_GROW(c->b->arena, c->loops, c->loop_count, c->loops_capacity);
    c->loops[c->loop_count] = loop;
    c->year_loop = (int32_t)c->loop_count;
    c->loops[c->loop_count].begin = (int32_t)c->op_count;
    emit(c, PLAN_OP_LOOP, 0, (int32_t)c->loop_count++);
    c->years_bound = true;
    return opened(c, (size_t)(loop.last - loop.first) + 1, f->place, err);
}

static bool bind(struct compiler *c, const struct plan_formula *f, enum plan_fold fold, struct error *err)
{
    const struct plan_formula_more *m = f->more;
    for (size_t i = 0; i < m->over_count; i++) {
        uint32_t set = plan_names_find(&c->b->names, NAME_SET, 0, m->over[i].text);
        if (set == NAME_UNKNOWN)
            return build_unknown(c->b, m->over[i].place, NAME_SET, 0, m->over[i].text, "set", err);
        if (!bind_set(c, set, m->over[i].place, fold, err))
            return false;
    }
    if (m->over_years && !bind_years(c, f, fold, err))
        return false;
    if (m->over_count || m->over_years)
        return true;
    uint32_t sets[PLAN_SETS_MAX];
    size_t count = 0;
    if (!free_sets(c, f->parts[0], sets, &count, err))
        return false;
    if (count == 0 && f->parts[0]->kind == PLAN_NAME &&
        plan_names_find(&c->b->names, NAME_ROW, 0, f->parts[0]->name) == NAME_UNKNOWN)
        return true; /* the name is the fault, and is said when it is compiled */
    for (size_t i = 0; i < count; i++)
        if (!bind_set(c, sets[i], f->place, fold, err))
            return false;
    if (count == 0)
        return build_fault(c->b, f->place, err,
                           "nothing is left to add up here; say over what, as in `sum net over dept` or `sum gap over "
                           "years`");
    return true;
}

static bool fold(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    enum plan_fold fold = f->kind == PLAN_SUM       ? PLAN_FOLD_SUM
                          : f->kind == PLAN_LARGEST ? PLAN_FOLD_LARGEST
                                                    : PLAN_FOLD_SMALLEST;
    size_t slots = c->slot_count, first = c->loop_count;
    bool years_bound = c->years_bound;
    int32_t year_loop = c->year_loop;
    size_t open_loops = c->open_loops, rounds = c->rounds;
    if (!bind(c, f, fold, err))
        return false;
    size_t last = c->loop_count;
    if (!amount(c, f->parts[0], ret, err))
        return false;
    for (size_t i = last; i-- > first;) {
        c->loops[i].end = (int32_t)c->op_count;
        emit(c, PLAN_OP_LOOP_END, 0, (int32_t)i);
    }
    c->slot_count = slots;
    c->years_bound = years_bound;
    c->year_loop = year_loop;
    c->open_loops = open_loops;
    c->rounds = rounds;
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
        emit(c, PLAN_OP_YEAR_IS, code, year);
        push(c);
        return true;
    }
    struct plan_unit a, x, both;
    if (!amount(c, left, &a, err) || !amount(c, right, &x, err) ||
        !same_units(c, a, x, "compared", f->place, &both, err))
        return false;
    emit(c, (enum plan_operation)code, 0, 0);
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
    size_t skip = emit(c, PLAN_OP_JUMP_FALSE, decided(f->parts[0]), 0);
    c->depth--;
    size_t depth = c->depth;
    if (f->kind == PLAN_AND ? !truth(c, f->parts[1], err) : (push_constant(c, NUMBER_ONE), false))
        return false;
    size_t end = emit(c, PLAN_OP_JUMP, 0, 0);
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
    size_t skip = emit(c, PLAN_OP_JUMP_FALSE, decided(f->parts[0]), 0);
    c->depth--;
    size_t depth = c->depth;
    if (!formula(c, f->parts[1], &a, err))
        return false;
    size_t end = emit(c, PLAN_OP_JUMP, 0, 0);
    land(c, skip);
    c->depth = depth;
    return formula(c, f->parts[2], &x, err) && (land(c, end), true) &&
           same_units(c, a, x, "the two sides of one if", f->place, ret, err);
}

static bool otherwise(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    struct plan_unit a, x;
    uint32_t number;
    if (f->parts[0]->kind != PLAN_NAME)
        return build_fault(c->b, f->place, err, "before otherwise stands the name of a row alone");
    if (!reference(c, f->parts[0], &number, &a, err))
        return false;
    emit(c, PLAN_OP_KNOWN, 0, (int32_t)number);
    push(c);
    size_t skip = emit(c, PLAN_OP_JUMP_FALSE, 0, 0);
    emit(c, PLAN_OP_LOAD, 0, (int32_t)number);
    size_t end = emit(c, PLAN_OP_JUMP, 0, 0);
    land(c, skip);
    c->depth--;
    if (!amount(c, f->parts[1], &x, err))
        return false;
    land(c, end);
    return same_units(c, a, x, "a value and its stand-in", f->place, ret, err);
}

static bool member_in(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    const struct plan_word *word = &f->more->over[0];
    uint32_t set = plan_names_find(&c->b->names, NAME_SET, 0, f->name);
    size_t slot;
    if (set == NAME_UNKNOWN)
        return build_unknown(c->b, f->place, NAME_SET, 0, f->name, "set", err);
    if (!slot_for(c, c->b->model->sets[set].base, &slot))
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
    emit(c, PLAN_OP_MEMBER_IN, (uint8_t)slot, (int32_t)c->list_count++);
    push(c);
    *ret = TRUTH;
    return true;
}

static bool several(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    *ret = ANY;
    for (size_t i = 0; i < f->part_count; i++) {
        struct plan_unit unit;
        if (!amount(c, f->parts[i], &unit, err) || !same_units(c, *ret, unit, "compared", f->place, ret, err))
            return false;
    }
    emit(c, f->kind == PLAN_MIN ? PLAN_OP_MIN : PLAN_OP_MAX, 0, (int32_t)f->part_count);
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
        if (!amount(c, what->parts[0], &above, err) || !amount(c, what->parts[1], &below, err) ||
            !divided(c, above, below, what->place, &a, err))
            return false;
    } else if (!amount(c, what, &a, err))
        return false;
    if (!amount(c, f->parts[1], &step, err) || !same_units(c, a, step, "an amount and its step", f->place, ret, err))
        return false;
    emit(c, quotient ? PLAN_OP_ROUND_RATIO : PLAN_OP_ROUND, 0, 0);
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
    if (!amount(c, f->parts[0], &a, err) || !amount(c, f->parts[1], &x, err) || !divided(c, a, x, f->place, ret, err))
        return false;
    emit(c, PLAN_OP_RATIO, 0, (int32_t)places->value.low);
    c->depth--;
    return true;
}

static bool in_unit(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    struct plan_unit unit;
    if (!build_unit(c->b, f->name, f->place, ret, err) || !amount(c, f->parts[0], &unit, err))
        return false;
    if (unit.kind == PLAN_UNIT_ANY)
        return true;
    if (unit.kind != PLAN_UNIT_MONEY) {
        struct slice words = build_unit_words(&unit);
        return build_fault(c->b, f->place, err, "%.*s cannot be written in %.*s", PRINT(words), PRINT(f->name));
    }
    if (unit.power != ret->power)
        emit(c, PLAN_OP_SHIFT, 0, unit.power - ret->power);
    return true;
}

static bool single(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    if (f->kind == PLAN_NOT) {
        *ret = TRUTH;
        if (!truth(c, f->parts[0], err))
            return false;
        emit(c, PLAN_OP_NOT, 0, 0);
        return true;
    }
    if (!amount(c, f->parts[0], ret, err))
        return false;
    emit(c, f->kind == PLAN_NEGATE ? PLAN_OP_NEGATE : PLAN_OP_ABSOLUTE, 0, 0);
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
    if (!amount(c, at, ret, err))
        return false;
    for (size_t i = 0; i < length; i++) {
        struct plan_unit left = *ret, right;
        if (!amount(c, links[i]->parts[1], &right, err))
            return false;
        bool fits = links[i]->kind == PLAN_MULTIPLY
                        ? multiplied(c, left, right, links[i]->place, ret, err)
                        : same_units(c, left, right, links[i]->kind == PLAN_ADD ? "added" : "subtracted",
                                     links[i]->place, ret, err);
        if (!fits)
            return false;
        emit(c,
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
        if (!reference(c, f->parts[0], &number, &unit, err))
            return false;
        emit(c, PLAN_OP_KNOWN, 0, (int32_t)number);
        push(c);
        return true;
    case PLAN_WAS:
        if (!c->is_setting)
            return build_fault(c->b, f->place, err, "`was` has a meaning in scenarios and versions only");
        *ret = c->b->model->rows[c->clause->row].unit;
        emit(c, PLAN_OP_WAS, 0, 0);
        push(c);
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
        return fold(c, f, ret, err);
    case PLAN_IN_UNIT:
        return in_unit(c, f, ret, err);
    default:
        return leaf(c, f, ret, err);
    }
}

bool compile_free_sets(struct builder *b, const struct plan_formula *f, uint32_t *sets, size_t *count,
                       struct error *err)
{
    struct compiler c = {.b = b};
    return free_sets(&c, f, sets, count, err);
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
