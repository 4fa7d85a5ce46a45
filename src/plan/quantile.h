/* quantile.h: order statistics of many numbers without sorting them all. Pure; any thread. */
#ifndef STAITHE_PLAN_QUANTILE_H
#define STAITHE_PLAN_QUANTILE_H

#include "base/arena.h"

/* The values that would stand at these ranks (from 0, in rising order) if the values were sorted. No value is NaN.
 * A few passes over the values, which are not changed; scratch memory for those near the ranks. */
void quantile_ranks(const double *values, size_t count, const size_t *ranks, size_t rank_count, struct arena *scratch,
                    double *ret);

/* The p-quantile and the ranks whose values bound it in 95 of 100 cases, by the binomial distribution's normal
 * approximation: np ± 1.96 √(np(1−p)). */
struct quantile_ranks {
    size_t at, low, high;
};
struct quantile_ranks quantile_ranks_of(size_t count, double p);

#endif
