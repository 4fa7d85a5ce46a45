/* check.h: everything that a plan claims about itself, held: its checks and rules, its printed tables, its registers
 * and gates, and every cell's value. */
#ifndef STAITHE_PLAN_CHECK_H
#define STAITHE_PLAN_CHECK_H

#include "plan/table.h"

enum plan_finding_kind {
    PLAN_FINDING_FAILURE,  /* a cell cannot be computed */
    PLAN_FINDING_CHECK,    /* a check or rule does not hold */
    PLAN_FINDING_TABLE,    /* a printed figure differs and nothing explains it */
    PLAN_FINDING_ANOMALY,  /* a declared anomaly is none: both agree, or the printed figure is another */
    PLAN_FINDING_REGISTER, /* a gate, a replacement, a provision that is overspent */
};
struct plan_finding {
    enum plan_finding_kind kind;
    struct plan_place place;
    plan_cell cell; /* or PLAN_NONE */
    struct slice sentence;
};
struct plan_tie {
    const struct plan_check *check;
    plan_cell cell;             /* of the left side */
    struct number apart, bound; /* left less right; what rounding of the parts can do, or what was declared */
    struct slice reason;        /* of a declared one */
};
struct plan_report {
    size_t cells, values; /* all, and those with a value */
    size_t givens, formulas, rows;
    size_t checks, checks_held; /* single comparisons: a check over six departments and four years is 24 */
    size_t ties, ties_held, ties_rounding, ties_anomalous; /* of these the ties: held exactly, explained, declared */
    size_t compared, agreeing, rounding, anomalous; /* of the figures that the sources print; typed-in ones apart */
    size_t typed;                                   /* printed figures that the plan was typed in from */
    size_t agreeing_each;                           /* that would agree if every figure were rounded on its own */
    struct plan_tie *loose; /* the ties that do not hold exactly, and are explained or declared */
    size_t loose_count;
    struct plan_sheet *sheets; /* one for each table */
    size_t sheet_count;
    struct plan_finding *findings;
    size_t finding_count;
};

/* Computes all cells. Not an error when something does not hold: that is a finding. */
void plan_check(struct plan_evaluation *evaluation, struct arena *arena, struct plan_report *ret);
void plan_report_text(const struct plan_model *model, const struct plan_report *report, bool all, struct buffer *out);
void plan_report_json(const struct plan_model *model, const struct plan_report *report, struct buffer *out);

/* ---- What moved a figure between two states of one plan ---- */

/* One step of the bridge: the givens of one row (or settings of one line of the overlay) taken from the old state to
 * the new, with all before it taken already. */
struct plan_bridge_step {
    uint32_t row;
    struct slice title;
    struct number change; /* of the cell looked at */
    size_t cells;         /* that were changed in this step */
};
struct plan_bridge {
    plan_cell cell;
    struct number before, after;
    struct plan_bridge_step *steps; /* in the order of the rows' declaration; the changes add up to after - before */
    size_t step_count;
};
/* From `before` (an overlay, PLAN_NONE for the plan itself) to `after`. */
bool plan_bridge_make(const struct plan_model *model, uint32_t before, uint32_t after, plan_cell cell,
                      struct arena *arena, struct plan_bridge *ret, struct error *err) MUST_USE;

#endif
