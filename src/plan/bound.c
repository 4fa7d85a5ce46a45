#include "plan/bound.h"

#include "plan/explain.h"

#define DEPTH_MAX 2000 /* of cells that read one another; past it a figure counts as exact */

struct bounds bounds_of(struct plan_evaluation *ev, struct arena *arena)
{
    return (struct bounds){.ev = ev, .arena = arena};
}

static struct number of_cell(struct bounds *b, plan_cell cell, size_t depth);

static struct number product(struct bounds *b, const struct plan_node *x, struct number off_x,
                             const struct plan_node *y, struct number off_y)
{
    struct arena *a = b->arena;
    struct number both = number_multiply(a, off_x, off_y);
    both = number_add(a, both, number_multiply(a, number_absolute(a, x->value), off_y));
    return number_add(a, both, number_multiply(a, number_absolute(a, y->value), off_x));
}

/* |x/y - x'/y'| is at most (|x| off_y + |y| off_x) / (|y| (|y| - off_y)). */
static struct number quotient(struct bounds *b, const struct plan_node *x, struct number off_x,
                              const struct plan_node *y, struct number off_y, int32_t places)
{
    struct arena *a = b->arena;
    struct number size = number_absolute(a, y->value), least = number_subtract(a, size, off_y), result;
    struct number above =
        number_add(a, number_multiply(a, number_absolute(a, x->value), off_y), number_multiply(a, size, off_x));
    if (number_sign(above) == 0 || number_sign(least) <= 0 ||
        !number_ratio(a, above, number_multiply(a, size, least), places + 6, &result))
        return NUMBER_ZERO;
    return number_add(a, result, number_of(1, places));
}

static struct number of_node(struct bounds *b, const struct plan_node *n, size_t depth)
{
    struct number sum = NUMBER_ZERO, parts[3] = {NUMBER_ZERO, NUMBER_ZERO, NUMBER_ZERO};
    if (n->kind == PLAN_NODE_NUMBER)
        return NUMBER_ZERO;
    if (n->kind == PLAN_NODE_CELL)
        return of_cell(b, n->cell, depth + 1);
    for (size_t i = 0; i < n->part_count; i++) {
        struct number part = of_node(b, n->parts[i], depth);
        if (i < countof(parts))
            parts[i] = part;
        if (n->operation != PLAN_OP_MIN && n->operation != PLAN_OP_MAX)
            sum = number_add(b->arena, sum, part);
        else if (number_compare(part, sum) > 0)
            sum = part;
    }
    switch (n->operation) {
    case PLAN_OP_MULTIPLY:
        return product(b, n->parts[0], parts[0], n->parts[1], parts[1]);
    case PLAN_OP_RATIO:
        return quotient(b, n->parts[0], parts[0], n->parts[1], parts[1], n->places);
    case PLAN_OP_SHIFT:
        return number_shift(b->arena, sum, n->places);
    case PLAN_OP_ROUND:
        return number_sign(parts[0]) ? number_add(b->arena, parts[0], n->parts[1]->value) : NUMBER_ZERO;
    case PLAN_OP_ROUND_RATIO:
        sum = quotient(b, n->parts[0], parts[0], n->parts[1], parts[1], n->parts[2]->value.places + 3);
        return number_sign(sum) ? number_add(b->arena, sum, n->parts[2]->value) : NUMBER_ZERO;
    default:
        return sum;
    }
}

static struct number of_cell(struct bounds *b, plan_cell cell, size_t depth)
{
    struct plan_explanation e;
    if (depth > DEPTH_MAX)
        return NUMBER_ZERO;
    if (b->has[cell / 8] & (1 << cell % 8))
        return b->known[cell];
    plan_explain(b->ev, cell, b->arena, &e);
    struct number off = e.given ? e.given->half_step : e.tree ? of_node(b, e.tree, depth) : NUMBER_ZERO;
    b->has[cell / 8] |= (uint8_t)(1 << cell % 8);
    b->known[cell] = off;
    return off;
}

struct number bound_of(struct bounds *b, plan_cell cell)
{
    size_t cells = plan_evaluation_model(b->ev)->cells;
    if (!b->known) {
        b->known = arena_large(b->arena, (cells + 1) * sizeof *b->known);
        b->has = arena_large(b->arena, cells / 8 + 1);
    }
    return of_cell(b, cell, 0);
}
