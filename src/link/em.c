/* em.c: expectation and maximisation on pattern counts.
 *
 * A million pairs have a few thousand patterns, so a round costs microseconds. Two things keep it sane. The share of
 * matches is taken over the whole universe of pairs, where those that no blocking rule let through are non-matches: it
 * cannot run to 1 as it does when only blocked pairs are looked at. And u is fixed, so the two classes cannot change
 * places. The last level ("different") of names and dates has an upper bound in m: in a county most pairs that share a
 * surname and an address are a household, not a person, and an unbounded fit would rather call them matches than
 * non-matches. */
#include "link/train.h"

#include <math.h>

enum { ROUNDS = 300 };

static void maximise(struct em *em, size_t field, const double *weights)
{
    struct levels *levels = &em->levels[field];
    unsigned count = em->level_counts[field];
    double total = 0;
    for (unsigned l = 1; l <= count; l++)
        total += weights[l];
    if (total <= 0)
        return;
    /* Half a match spread over the levels keeps every m above zero. */
    for (unsigned l = 1; l <= count; l++)
        levels->m[l] = (weights[l] + 0.5 / count) / (total + 0.5);
    double most = em->different_max[field];
    if (count > 1 && levels->m[count] > most) {
        double rest = 1 - levels->m[count];
        for (unsigned l = 1; l < count; l++)
            levels->m[l] *= rest > 0 ? (1 - most) / rest : 0;
        levels->m[count] = most;
    }
}

unsigned em_run(struct em *em, const struct pattern_count *patterns, size_t count, bool *ret_converged)
{
    *ret_converged = false;
    unsigned round = 0;
    double before = em->lambda;
    while (round < ROUNDS && !*ret_converged) {
        double weights[LINK_FIELDS_MAX][LINK_PATTERN_LEVELS] = {{0}};
        double ratio[LINK_FIELDS_MAX][LINK_PATTERN_LEVELS];
        for (size_t f = 0; f < em->field_count; f++) {
            ratio[f][0] = 1;
            for (unsigned l = 1; l <= em->level_counts[f]; l++)
                ratio[f][l] = em->levels[f].m[l] / em->levels[f].u[l];
        }
        double odds = em->lambda / (1 - em->lambda), matches = 0;
        for (size_t i = 0; i < count; i++) {
            double product = odds;
            for (size_t f = 0; f < em->field_count; f++)
                product *= ratio[f][patterns[i].pattern >> (6 * f) & 63];
            double match = (double)patterns[i].count * (product / (1 + product));
            matches += match;
            for (size_t f = 0; f < em->field_count; f++)
                weights[f][patterns[i].pattern >> (6 * f) & 63] += match;
        }
        for (size_t f = 0; f < em->field_count; f++)
            if (em->train[f])
                maximise(em, f, weights[f]);
        em->matches = matches;
        em->lambda = fmin(0.5, fmax((matches + 0.5) / (em->universe + 1), 1e-15));
        round++;
        *ret_converged = fabs(log(em->lambda / before)) < 1e-5 && round > 1;
        before = em->lambda;
    }
    return round;
}
