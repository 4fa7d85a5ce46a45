/* evaluate.h: the values of a model, exact, computed when asked for and again where something changed.
 *
 * An evaluation holds one value and one mark (new, open, done) for each cell: 25 bytes a cell. Nothing else is kept
 * from cell to cell: which cells one depends on follows from its formula, and who depends on it from the list of
 * formulas that read its row. Meeting an open cell is a cycle, and is reported as the path of cells with their lines.
 *
 * A cell without formula and without given has no value. Reading it in a formula is an error of the cell that reads,
 * never a silent zero; so is `'` in the first year, a division by zero, a number past 20,000 digits. An error is kept
 * with its cell (plan_failures lists them, each cause once); cells that read it fail because of it.
 *
 * The same model with the same changes gives the same values, digit by digit, whatever was asked first.
 *
 * Cost: all cells in about 0.1 µs each; after plan_set only the cells that read it, in about 0.3 µs each. One thread at
 * a time for each evaluation; several evaluations of one model may run side by side. */
#ifndef STAITHE_PLAN_EVALUATE_H
#define STAITHE_PLAN_EVALUATE_H

#include "plan/model.h"

struct plan_evaluation;

enum plan_state {
    PLAN_HAS_NONE, /* neither given nor computed here */
    PLAN_HAS_VALUE,
    PLAN_HAS_FAILED, /* see plan_failure_of */
};

/* overlay: of model.overlays, or PLAN_NONE for the plan itself. Ends with the arena. */
struct plan_evaluation *plan_evaluate(const struct plan_model *model, uint32_t overlay, struct arena *arena);
const struct plan_model *plan_evaluation_model(const struct plan_evaluation *evaluation);
uint32_t plan_evaluation_overlay(const struct plan_evaluation *evaluation);

/* Computes what is needed and gives the value; it stays valid until the next plan_set. */
enum plan_state plan_value(struct plan_evaluation *evaluation, plan_cell cell, struct number *ret);
/* The same as an error when there is no value. */
bool plan_value_or_error(struct plan_evaluation *evaluation, plan_cell cell, struct number *ret,
                         struct error *err) MUST_USE;
/* Every cell, row by row. Returns how many have a value. */
size_t plan_compute_all(struct plan_evaluation *evaluation);

/* ---- Failures ---- */

struct plan_failure {
    plan_cell cell;          /* where it happened: the first, when several cells of a row fail alike */
    size_t cells;            /* how many of that row fail for the same cause */
    struct plan_place place; /* in the formula */
    struct slice sentence;
};
/* Of cells that fail by themselves, in the order of cells; found so far (all after plan_compute_all). */
size_t plan_failures(struct plan_evaluation *evaluation, struct arena *arena, struct plan_failure **ret);
/* Why a failed cell fails: its own fault, or that of the first cell it reads which fails by itself. */
bool plan_failure_of(struct plan_evaluation *evaluation, plan_cell cell, struct plan_failure *ret);

/* ---- What if ---- */

/* Gives a cell this value, over a formula too; cells that read it become new and are computed again when asked. */
void plan_set(struct plan_evaluation *evaluation, plan_cell cell, struct number value);
/* Back to what the model says. */
void plan_unset(struct plan_evaluation *evaluation, plan_cell cell);
/* The cells that the last plan_set or plan_unset made new, itself first, and computes them. Valid until the next one.
 */
size_t plan_recompute(struct plan_evaluation *evaluation, const plan_cell **ret_cells);
/* How a cell comes by its value here. */
enum plan_how { PLAN_HOW_NONE, PLAN_HOW_GIVEN, PLAN_HOW_FORMULA, PLAN_HOW_OVERLAY, PLAN_HOW_SET };
enum plan_how plan_how(const struct plan_evaluation *evaluation, plan_cell cell, const struct plan_clause **ret_clause);

/* ---- What depends on what ---- */

/* The cells that this one's formula reads, in the order of reading, each once. */
size_t plan_reads(const struct plan_evaluation *evaluation, plan_cell cell, struct arena *arena, plan_cell **ret);
/* The cells whose formulas read this one; with `all`, and those that read these, and so on. In the order of cells. */
size_t plan_used_by(const struct plan_evaluation *evaluation, plan_cell cell, bool all, struct arena *arena,
                    plan_cell **ret);

#endif
