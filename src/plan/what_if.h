/* what_if.h: questions to a plan, answered exactly: what moves when a given moves, which givens matter most, scenarios
 * side by side, and which value of a given makes a figure reach a target.
 *
 * Nothing here changes the plan: each function puts the evaluation back as it found it (cells that the caller had set
 * by plan_set are as the model says afterwards). Results live in the arena. One thread at a time for each evaluation.
 */
#ifndef STAITHE_PLAN_WHAT_IF_H
#define STAITHE_PLAN_WHAT_IF_H

#include "plan/evaluate.h"
#include "plan/grid.h"

/* ---- Changes ---- */

enum plan_change_kind {
    PLAN_CHANGE_BY,    /* the amount is added */
    PLAN_CHANGE_TO,    /* the amount stands instead */
    PLAN_CHANGE_TIMES, /* multiplied by the amount */
};
/* Some of a row's cells, moved alike, each from its own value. Cells without a value stay so, but for CHANGE_TO. */
struct plan_change {
    uint32_t row;
    struct plan_region region;
    enum plan_change_kind kind;
    struct number amount;
};

/* "band-d", "band-d@2025-26", "pressure[economic]@2025-26", "saving[front] from 2025-26 to 2026-27": row and region. */
bool plan_change_read(const struct plan_model *model, struct slice text, struct arena *arena, struct plan_change *ret,
                      struct error *err) MUST_USE;
/* An amount as it is written in the row's unit: 1.99 of a row in % is 0.0199; a % sign always means hundredths. */
bool plan_amount_read(const struct plan_model *model, uint32_t row, struct slice text, struct arena *arena,
                      struct number *ret, struct error *err) MUST_USE;
/* A question that the plan declares (`vary`). */
struct plan_change plan_change_of(const struct plan_vary *vary);
/* "Band D, 2025-26 by 1.00%": for people. */
struct slice plan_change_title(const struct plan_model *model, const struct plan_change *change, struct arena *arena);

struct plan_effect {
    plan_cell cell;
    struct number before, after, difference;
};
struct plan_effects {
    struct plan_effect
        *effects; /* of cells that move, the changed ones too, in the order of cells; hidden rows left out */
    size_t count;
    size_t failed; /* cells that have no value any more */
};
/* ERROR_NOT_FOUND when the change speaks of no cell with a value. */
bool plan_what_if(struct plan_evaluation *evaluation, const struct plan_change *changes, size_t count,
                  struct arena *arena, struct plan_effects *ret, struct error *err) MUST_USE;

/* ---- Tornado ---- */

struct plan_tornado_options {
    struct number share; /* of its value that each given is moved by: 0.01 */
    bool by_row;         /* all givens of a row together */
};
struct plan_tornado_bar {
    uint32_t row;
    plan_cell cell; /* the given; the first of them when by row */
    size_t cells;
    bool declared;          /* moved by what a `vary` of the plan says, not by the share */
    struct number amount;   /* that it was moved by; by row: of the first */
    struct number up, down; /* what comes of it in the output */
};
struct plan_tornado {
    plan_cell output;
    struct number value, share;
    bool by_row;
    struct plan_tornado_bar *bars; /* by size, the largest first; equal ones by cell */
    size_t count;
    size_t tried, without; /* givens that the output depends on; those of them that move nothing, zeros above all */
};
bool plan_tornado_make(struct plan_evaluation *evaluation, plan_cell output, const struct plan_tornado_options *options,
                       struct arena *arena, struct plan_tornado *ret, struct error *err) MUST_USE;
struct slice plan_tornado_label(const struct plan_model *model, const struct plan_tornado *tornado,
                                const struct plan_tornado_bar *bar, struct arena *arena);

/* ---- Scenarios side by side ---- */

struct plan_comparison {
    const plan_cell *lines;
    size_t line_count;
    const uint32_t *overlays; /* PLAN_NONE: the plan itself */
    size_t overlay_count;
    enum plan_state *states; /* line × overlay */
    struct number *values;
};
/* Each overlay is evaluated on its own; the first is what the others are compared with. */
void plan_compare(const struct plan_model *model, const plan_cell *lines, size_t line_count, const uint32_t *overlays,
                  size_t overlay_count, struct arena *arena, struct plan_comparison *ret);
/* The difference of a line between an overlay and the first; false when one of them has no value. */
bool plan_compared(const struct plan_comparison *comparison, size_t line, size_t overlay, struct arena *arena,
                   struct number *ret) MUST_USE;

/* ---- Goal seek ---- */

struct plan_goal {
    struct plan_change change; /* its amount is what is looked for */
    plan_cell output;
    struct number target;
    int32_t places; /* of the amount */
    bool bounded;
    struct number low, high; /* where to look, when bounded */
};
struct plan_try {
    struct number amount, output;
};
struct plan_answer {
    bool found;
    bool exact; /* the output is the target itself at `best` */
    struct plan_try best;
    struct plan_try below, above; /* neighbours to so many places, with the target between; both `best` when exact */
    struct slice sentence;        /* the answer, or why there is none, for a person */
    size_t tries;
};
/* On exact numbers by secants and halving. For what is linear it takes about six tries; a step in the plan's formulas
 * (round, if) that jumps over the target is found too, and said. No answer is no error. */
bool plan_seek(struct plan_evaluation *evaluation, const struct plan_goal *goal, struct arena *arena,
               struct plan_answer *ret, struct error *err) MUST_USE;
/* Decimals of an amount of this change when nobody says otherwise: as the row is shown; 4 of a factor. */
int32_t plan_goal_places(const struct plan_model *model, const struct plan_change *change);
/* The amount as people read it: "10.53%", "× 1.0450". */
struct slice plan_amount_shown(const struct plan_model *model, const struct plan_change *change, struct number amount,
                               struct arena *arena);

/* ---- Words ---- */

/* As tables; the tornado's of its `most` largest bars (0: all). */
struct plan_grid plan_effects_grid(const struct plan_model *model, const struct plan_effects *effects,
                                   struct arena *arena);
struct plan_grid plan_tornado_grid(const struct plan_model *model, const struct plan_tornado *tornado, size_t most,
                                   struct arena *arena);
struct plan_grid plan_comparison_grid(const struct plan_model *model, const struct plan_comparison *comparison,
                                      struct arena *arena);

/* As JSON objects; exact numbers are texts. */
void plan_effects_json(const struct plan_model *model, const struct plan_effects *effects, struct buffer *out);
void plan_tornado_json(const struct plan_model *model, const struct plan_tornado *tornado, struct buffer *out);
void plan_comparison_json(const struct plan_model *model, const struct plan_comparison *comparison, struct buffer *out);
void plan_answer_json(const struct plan_model *model, const struct plan_goal *goal, const struct plan_answer *answer,
                      struct buffer *out);

#endif
