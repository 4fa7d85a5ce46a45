/* similar_inside.h: the two ways of similar.h's functions, for similar.c, which picks one, and for the test that holds
 * them against each other. Both give the same to the last bit. */
#ifndef STAITHE_LINK_SIMILAR_INSIDE_H
#define STAITHE_LINK_SIMILAR_INSIDE_H

#include "link/similar.h"

double similar_jaro_winkler_portable(struct slice a, struct slice b);
bool similar_one_edit_portable(struct slice a, struct slice b);

/* Whether this processor has what similar_avx2.c needs. */
static inline bool similar_has_avx2(void)
{
#if defined __x86_64__
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
#else
    return false;
#endif
}

/* similar_avx2.c: must not be called where it has not. */
double similar_jaro_winkler_avx2(struct slice a, struct slice b);
bool similar_one_edit_avx2(struct slice a, struct slice b);

enum { SIMILAR_LONGEST = 64 }; /* bytes of a text; the rest is cut off by Jaro-Winkler */

/* The lowest n bits. */
static inline uint64_t similar_low_bits(size_t n)
{
    return n >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << n) - 1;
}

/* The places of b within the window about place i of a. */
static inline uint64_t similar_window(size_t i, size_t window)
{
    return similar_low_bits(i + window + 1) & ~similar_low_bits(i > window ? i - window : 0);
}

/* How far apart letters may stand and match still. */
static inline size_t similar_reach(struct slice a, struct slice b)
{
    size_t longer = a.len > b.len ? a.len : b.len;
    return longer / 2 > 0 ? longer / 2 - 1 : 0;
}

/* From the places that matched, as many in each of the two. */
static inline double similar_from_places(struct slice a, struct slice b, uint64_t taken_a, uint64_t taken_b)
{
    size_t matches = 0, half_swaps = 0, prefix = 0;
    for (uint64_t left = taken_a, right = taken_b; left; left &= left - 1, right &= right - 1, matches++)
        half_swaps += a.at[__builtin_ctzll(left)] != b.at[__builtin_ctzll(right)];
    if (matches == 0)
        return 0;
    double m = (double)matches;
    double jaro = (m / (double)a.len + m / (double)b.len + (m - (double)half_swaps / 2) / m) / 3;
    while (prefix < 4 && prefix < a.len && prefix < b.len && a.at[prefix] == b.at[prefix])
        prefix++;
    return jaro + (double)prefix * 0.1 * (1 - jaro);
}

#endif
