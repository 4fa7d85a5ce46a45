/* bound.h: how far a figure may be off because what it is computed from was printed rounded; inside plan/.
 *
 * A given whose source is `rounded to` a step is known to half of it. Through sums, products, quotients and roundings
 * the bounds carry on as in interval arithmetic, exactly. */
#ifndef STAITHE_PLAN_BOUND_H
#define STAITHE_PLAN_BOUND_H

#include "plan/evaluate.h"

struct bounds {
    struct plan_evaluation *ev;
    struct arena *arena;
    struct number *known; /* for each cell, when `has` says so; made at the first question */
    uint8_t *has;
};

struct bounds bounds_of(struct plan_evaluation *ev, struct arena *arena);
struct number bound_of(struct bounds *bounds, plan_cell cell);

#endif
