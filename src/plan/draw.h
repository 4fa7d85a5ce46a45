/* draw.h: what may come of the risks that a plan declares: many draws of them all, and how often what follows.
 *
 * Only the cells that a risk reaches and a wanted figure needs are compiled, once, to a short program in double
 * precision: each cell as a sum of draws with factors (kept exact until the end), with an operation of its own only
 * where the formula is not linear in what is drawn. The program runs over blocks of draws. The random numbers are
 * counted (random.h), one stream a risk: the same seed gives the same figures, bit by bit, for any number of threads,
 * and a risk draws the same numbers in every scenario, so that scenarios compare draw by draw.
 *
 * Everything here is an estimate, and says how far off it may be from so many draws: a quantile's bounds hold it in 95
 * of 100 cases (by the order of the draws), a chance's or mean's error is its standard error. No figure of a table ever
 * comes from here; `planned` alone is exact.
 *
 * Cost: 8 bytes a draw and wanted figure that varies; a million draws of a plan with ten risks and a dozen such
 * figures in about 0.3 s of one core. */
#ifndef STAITHE_PLAN_DRAW_H
#define STAITHE_PLAN_DRAW_H

#include "plan/evaluate.h"
#include "plan/grid.h"

struct plan_draws;

/* A check or rule of the model (`left >= right`, with >, <= or < alike) as it is looked at: by how much it is kept. */
struct plan_draw_request {
    const plan_cell *cells; /* figures whose spread is wanted */
    size_t cell_count;
    const uint32_t *checks; /* of model.checks: how likely they hold; those with = and <> are counted only */
    size_t check_count;
};

/* Compiles for this evaluation (of the plan or a scenario). ERROR_INPUT when the model declares no risk, when a figure
 * cannot be computed, or has no value. The evaluation must not change while the draws are used. */
bool plan_draws_make(struct plan_evaluation *evaluation, const struct plan_draw_request *request, struct arena *arena,
                     struct plan_draws **ret, struct error *err) MUST_USE;

/* ---- Many draws ---- */

enum { PLAN_LEVELS = 9, PLAN_CONFIDENCES = 5 };
extern const double plan_levels[];      /* of the quantiles: 0.05 0.1 0.2 0.25 0.5 0.75 0.8 0.9 0.95 */
extern const double plan_confidences[]; /* 0.5 0.8 0.9 0.95 0.99 */

struct plan_quantile {
    double value, low, high;
};
/* What may become of one figure. */
struct plan_spread {
    plan_cell cell;
    struct number planned; /* exact: without any risk */
    bool varies;           /* false: no risk reaches it, everything below is the planned value */
    double mean, mean_error, deviation, least, most;
    struct plan_quantile quantiles[PLAN_LEVELS];
};
/* How likely one cell of a check holds. */
struct plan_likelihood {
    uint32_t check;
    plan_cell left, right; /* right may be PLAN_NONE */
    int32_t year;          /* -1: of a check without years */
    bool varies;
    double chance, chance_error;
    struct number planned;                         /* left */
    struct number limit;                           /* right, as planned */
    bool levels;                                   /* the next is known: of >= > <= < */
    struct plan_quantile needed[PLAN_CONFIDENCES]; /* what left would have to be in the plan to hold so surely */
};
struct plan_joint { /* all cells of a check at once, draw by draw */
    uint32_t check;
    double chance, chance_error;
};

struct plan_simulation {
    uint64_t draws, seed;
    struct plan_spread *spreads; /* as requested */
    size_t spread_count;
    struct plan_likelihood *likelihoods; /* check by check, cell by cell */
    size_t likelihood_count;
    struct plan_joint *joints; /* as requested */
    size_t joint_count;
    size_t cells, operations; /* compiled */
};

/* threads: 0 for one a processor. ERROR_TOO_BIG when it would take more than 4 GiB. */
bool plan_simulate(const struct plan_draws *draws, uint64_t count, uint64_t seed, unsigned threads, struct arena *arena,
                   struct plan_simulation *ret, struct error *err) MUST_USE;

/* ---- One draw ---- */

size_t plan_draws_risks(const struct plan_draws *draws);   /* as many as the model's */
size_t plan_draws_figures(const struct plan_draws *draws); /* the wanted cells, then each check's left − right */
/* What draw number n of this seed draws, a value a risk. */
void plan_draw_risks(const struct plan_draws *draws, uint64_t seed, uint64_t n, double *ret);
/* The figures that follow from such values: in double precision as the many are computed, and exactly. */
void plan_draw_run(const struct plan_draws *draws, const double *risks, double *ret);
bool plan_draw_exact(const struct plan_draws *draws, const struct number *risks, struct arena *arena,
                     struct number *ret, struct error *err) MUST_USE;

/* As tables; each says in its caption that it is an estimate, of how many draws and which seed. */
struct plan_grid plan_spreads_grid(const struct plan_model *model, const struct plan_simulation *simulation,
                                   struct arena *arena);
struct plan_grid plan_likelihoods_grid(const struct plan_model *model, const struct plan_simulation *simulation,
                                       struct arena *arena);
void plan_simulation_json(const struct plan_model *model, const struct plan_simulation *simulation, struct buffer *out);

#endif
