/* train.h: the stages of training, apart so that each can be tested. */
#ifndef STAITHE_LINK_TRAIN_H
#define STAITHE_LINK_TRAIN_H

#include "link/block.h"
#include "link/compare.h"

struct pattern_count {
    uint64_t pattern; /* six bits a comparison */
    uint64_t count;
};

/* em.c: maximum likelihood of m and of the share of matches, u fixed, over a universe of pairs of which only `patterns`
 * were looked at; the others count as non-matches. m and lambda hold the start and then the result. Returns the number
 * of rounds; *ret_converged is false when 200 rounds were not enough. */
struct em {
    size_t field_count;
    const unsigned *level_counts;
    const double *different_max; /* per field: bound on m of the last level, 1 for none */
    const bool *train;
    struct levels *levels;
    double universe, lambda;
    double matches; /* expected, after em_run */
};
unsigned em_run(struct em *em, const struct pattern_count *patterns, size_t count, bool *ret_converged);

/* frequency.c: counts values and tokens into the model. */
void frequency_count(const struct link_records *records, struct link_model *model);

/* chance.c: u of every level, from value frequencies where they say it exactly, else from random pairs. */
bool chance_measure(const struct comparer *comparer, struct link_model *model, const struct link_options *options,
                    struct error *err) MUST_USE;

/* learn.c: value pairs that stand together in many clusters though they are not spelt alike. */
void learn_pairs(const struct link_records *records, struct link_model *model, const uint32_t *cluster);

#endif
