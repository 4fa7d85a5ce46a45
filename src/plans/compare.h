/* compare.h: what moved a figure between two states of a plan whose texts differ: a frozen version and the plan of
 * today, a past day and now.
 *
 * Inside one model plan_bridge_make does this between overlays. Here each given whose value differs is taken from the
 * old state to the new in the old state's evaluation, row by row in the order of the new plan's rows, and the change
 * of the figure noted; what remains comes from formulas and from cells that only one of the two has, and stands as a
 * step of its own. So the steps add up exactly. */
#ifndef STAITHE_PLANS_COMPARE_H
#define STAITHE_PLANS_COMPARE_H

#include "plans/plans.h"

struct compare_step {
    struct slice row, title; /* name and title of the row; empty name: formulas and structure */
    struct number change;
    size_t cells;
};
struct compare {
    bool has_before, has_after; /* the cell exists and has a value */
    struct number before, after;
    struct compare_step *steps; /* those that move the figure, and no others */
    size_t step_count;
    size_t givens_changed; /* all givens that differ, whether or not they move the figure */
};

/* `name` is a cell's: "gap@2025-26". ERROR_NOT_FOUND when neither state has it. */
bool compare_cell(const struct open_plan *before, const struct open_plan *after, struct slice name, struct arena *arena,
                  struct compare *ret, struct error *err) MUST_USE;

/* The lines of the registers and scenarios that were added, changed or are gone. */
struct compare_row {
    struct slice register_name, id, title;
    struct slice before, after; /* as the language writes it; empty: not there */
};
void compare_rows(const struct open_plan *before, const struct open_plan *after, struct arena *arena,
                  struct compare_row **ret, size_t *ret_count);

#endif
