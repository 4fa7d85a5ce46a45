/* random.h: random numbers by counting: the n-th number of a stream is a function of the seed, the stream and n alone.
 *
 * Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", 2011). So any thread can
 * draw any stretch of a stream, the same draws come whatever the number of threads, and a plan with one more risk draws
 * the same for the others. Pure; any thread. */
#ifndef STAITHE_PLAN_RANDOM_H
#define STAITHE_PLAN_RANDOM_H

#include "base/base.h"

/* One block: 128 random bits for a counter and a key. */
void random_block(const uint32_t counter[4], const uint32_t key[2], uint32_t ret[4]);

/* Numbers `first` to first + count - 1 of the stream, each above 0 and below 1. first and count are even. */
void random_uniform(uint64_t seed, uint64_t stream, uint64_t first, size_t count, double *ret);

/* The value below which a standard normal lies with this probability, 0 < p < 1: Wichura's algorithm AS 241, right to
 * about 1 in 10^16. */
double random_normal(double p);

#endif
