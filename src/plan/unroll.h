/* unroll.h: the formula of one cell as a tree of cells and operations, with nothing left to bind: sums are spread out,
 * what depends only on the year, the member or on whether a value is known is decided; an `if` whose condition needs
 * values keeps both its sides. Where explain.h shows what was computed, this is what would be computed from any
 * values: what draws in double precision and a spreadsheet's formulas are made from.
 *
 * The tree lives in the arena. Time and size are those of the formula with its sums spread out. Any thread. */
#ifndef STAITHE_PLAN_UNROLL_H
#define STAITHE_PLAN_UNROLL_H

#include "plan/evaluate.h"

enum plan_term_kind {
    PLAN_TERM_NUMBER,
    PLAN_TERM_CELL,
    PLAN_TERM_MISSING,   /* a cell that is read and has no value, or outside the plan's years */
    PLAN_TERM_OPERATION, /* NEGATE … ROUND_RATIO; ADD, MIN and MAX with any number of parts */
    PLAN_TERM_CHOICE,    /* condition (not 0), then, else */
};

struct plan_term {
    enum plan_term_kind kind;
    enum plan_operation operation;
    int32_t places; /* RATIO: decimals; SHIFT: power of ten */
    plan_cell cell;
    struct number value;
    struct plan_term **parts;
    size_t part_count, capacity;
};

/* Of a cell that is computed in this evaluation (plan_how: a formula or an overlay's); else its given as a number, or
 * MISSING. The evaluation is asked which cells have a value at all, and computes them for that. */
struct plan_term *plan_unroll(struct plan_evaluation *evaluation, plan_cell cell, struct arena *arena);

/* Calls visit for each cell in the tree, left to right, as often as it stands there. */
void plan_term_cells(const struct plan_term *term, void (*visit)(void *context, plan_cell cell), void *context);

#endif
