/* random.h: the sample's own generator, so that one seed gives one county on every machine.
 *
 * PCG32 (M. O'Neill, XSH-RR 64/32): 64 bits of state and a stream. Streams of different (seed, stream) pairs are
 * independent for our purposes; splitting by number, never by order of calls, is what makes blocks and records
 * independent of threads and of each other. */
#ifndef STAITHE_SAMPLE_RANDOM_H
#define STAITHE_SAMPLE_RANDOM_H

#include "base/base.h"

struct rng {
    uint64_t state, stream;
};

/* A good mixture of both numbers (splitmix64's finisher). */
static inline uint64_t rng_mix(uint64_t a, uint64_t b)
{
    uint64_t z = a + 0x9E3779B97F4A7C15u * (b + 1);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static inline uint32_t rng_next(struct rng *r)
{
    uint64_t old = r->state;
    r->state = old * 6364136223846793005u + r->stream;
    uint32_t shifted = (uint32_t)(((old >> 18) ^ old) >> 27);
    uint32_t turn = (uint32_t)(old >> 59);
    return (shifted >> turn) | (shifted << ((32 - turn) & 31));
}

static inline struct rng rng_make(uint64_t seed, uint64_t stream)
{
    struct rng r = {rng_mix(seed, stream), (rng_mix(stream, seed) << 1) | 1};
    (void)rng_next(&r);
    return r;
}

/* 0 to n - 1; n at least 1. */
static inline uint32_t rng_below(struct rng *r, uint32_t n)
{
    return (uint32_t)(((uint64_t)rng_next(r) * n) >> 32);
}

/* low to high, both included. */
static inline int rng_between(struct rng *r, int low, int high)
{
    return low + (int)rng_below(r, (uint32_t)(high - low + 1));
}

/* True in so many of 1,000, or of 1,000,000. */
static inline bool rng_chance(struct rng *r, uint32_t of_thousand)
{
    return rng_below(r, 1000) < of_thousand;
}
static inline bool rng_rare(struct rng *r, uint32_t of_million)
{
    return rng_below(r, 1000000) < of_million;
}

/* The index drawn by weight; `total` is the sum of the count weights. */
static inline unsigned rng_weighted(struct rng *r, const uint16_t *weights, unsigned count, uint32_t total)
{
    uint32_t at = rng_below(r, total);
    unsigned i = 0;
    while (i + 1 < count && at >= weights[i])
        at -= weights[i++];
    return i;
}

#define rng_pick(r, array) ((array)[rng_below((r), (uint32_t)countof(array))])

#endif
