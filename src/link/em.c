/* em.c: expectation and maximisation on pattern counts.
 *
 * A million pairs have a few thousand patterns, so a round costs microseconds. Two things keep it sane. The share of
 * matches is taken over the whole universe of pairs, where those that no blocking rule let through are non-matches: it
 * cannot run to 1 as it does when only blocked pairs are looked at. And u is fixed, so the two classes cannot change
 * places. The levels of names and dates that speak of another person ("different", "years at most 2 apart", a name of
 * which as much speaks against as for) have an upper bound in m together: in a county most pairs that share a surname
 * and an address are a household, not a person, and an unbounded fit would rather call them matches than non-matches.
 * Wholly other names have a bound of their own (all who live in a care home share its telephone), and full agreement of
 * dates, postcodes and numbers has a least share: where nothing is a duplicate, the likeliest class is one of chance.
 *
 * People who are near each other have classes of their own, in which they agree far more often than strangers and yet
 * are two: family, of whom nearly all share the family's name, and neighbours, of whom nearly all share no name; both
 * differ in what is a person's own (given name, birth date), which tells them from matches. */
#include "link/train.h"

#include <math.h>

enum { ROUNDS = 300 };

/* Shares of the levels from weights. Half a match spread over them keeps each above zero. False when nothing was seen.
 */
static bool shares(const double *weights, unsigned count, double *ret)
{
    double total = 0;
    for (unsigned l = 1; l <= count; l++)
        total += weights[l];
    if (total <= 0)
        return false;
    for (unsigned l = 1; l <= count; l++)
        ret[l] = (weights[l] + 0.5 / count) / (total + 0.5);
    return true;
}

/* Brings the levels of the mask to this share of all, each side in proportion. */
static void bring(double *share, unsigned count, uint64_t mask, double wanted, bool at_most)
{
    double sum = 0;
    for (unsigned l = 1; l <= count; l++)
        sum += mask >> l & 1 ? share[l] : 0;
    if (sum <= 0 || sum >= 1 || (at_most ? sum <= wanted : sum >= wanted))
        return;
    for (unsigned l = 1; l <= count; l++)
        share[l] *= mask >> l & 1 ? wanted / sum : (1 - wanted) / (1 - sum);
}

enum { MATCH = LINK_NEAR, CLASSES };

struct sums {
    double levels[CLASSES][LINK_FIELDS_MAX][LINK_PATTERN_LEVELS]; /* near ones, then matches */
    double pairs[CLASSES];
};

/* How much likelier a level is in a class than among strangers. */
struct ratios {
    double of[CLASSES][LINK_FIELDS_MAX][LINK_PATTERN_LEVELS];
    double rest; /* share of strangers */
};

static double *levels_of(struct em *em, unsigned class, size_t field)
{
    return class == MATCH ? em->levels[field].m : em->levels[field].r[class];
}

static double *share_of(struct em *em, unsigned class)
{
    return class == MATCH ? &em->lambda : &em->near[class];
}

static void find_ratios(struct em *em, struct ratios *ret)
{
    ret->rest = 1;
    for (unsigned c = 0; c < CLASSES; c++) {
        ret->rest -= *share_of(em, c);
        for (size_t f = 0; f < em->field_count; f++) {
            ret->of[c][f][0] = 1;
            for (unsigned l = 1; l <= em->level_counts[f]; l++)
                ret->of[c][f][l] = levels_of(em, c, f)[l] / em->levels[f].u[l];
        }
    }
}

/* Odds of each class against strangers, and their sum and that of strangers. */
static double find_odds(struct em *em, const struct ratios *ratios, uint64_t pattern, double *ret)
{
    double all = 1;
    for (unsigned c = 0; c < CLASSES; c++) {
        ret[c] = *share_of(em, c) / ratios->rest;
        for (size_t f = 0; f < em->field_count && ret[c] > 0; f++)
            ret[c] *= ratios->of[c][f][pattern >> (6 * f) & 63];
        all += ret[c];
    }
    return all;
}

/* What each pattern is believed to be, added up. */
static void expect(struct em *em, const struct pattern_count *patterns, size_t count, struct sums *ret)
{
    struct ratios ratios;
    find_ratios(em, &ratios);
    *ret = (struct sums){.pairs = {0}};
    for (size_t i = 0; i < count; i++) {
        double odds[CLASSES], all = find_odds(em, &ratios, patterns[i].pattern, odds);
        for (unsigned c = 0; c < CLASSES; c++) {
            double pairs = (double)patterns[i].count * (odds[c] / all);
            ret->pairs[c] += pairs;
            for (size_t f = 0; f < em->field_count && pairs > 0; f++)
                ret->levels[c][f][patterns[i].pattern >> (6 * f) & 63] += pairs;
        }
    }
}

/* Log of it, against that of strangers alone. */
static double find_likelihood(struct em *em, const struct pattern_count *patterns, size_t count)
{
    struct ratios ratios;
    double unseen = em->universe, likelihood = 0;
    find_ratios(em, &ratios);
    for (size_t i = 0; i < count; i++) {
        double odds[CLASSES];
        likelihood += (double)patterns[i].count * log(find_odds(em, &ratios, patterns[i].pattern, odds) * ratios.rest);
        unseen -= (double)patterns[i].count;
    }
    return likelihood + fmax(unseen, 0) * log(ratios.rest);
}

unsigned em_run(struct em *em, const struct pattern_count *patterns, size_t count, bool *ret_converged)
{
    *ret_converged = false;
    unsigned round = 0;
    double before = em->lambda;
    struct sums sums;
    while (round < ROUNDS && !*ret_converged) {
        expect(em, patterns, count, &sums);
        for (unsigned c = 0; c < CLASSES; c++) {
            double *share = share_of(em, c);
            for (size_t f = 0; *share > 0 && f < em->field_count; f++) {
                unsigned levels = em->level_counts[f];
                uint64_t mask = c == MATCH ? em->against[f] : em->near_levels[c][f];
                if ((c == MATCH && !em->train[f]) || !shares(sums.levels[c][f], levels, levels_of(em, c, f)))
                    continue;
                if (c != MATCH && em->namesakes && em->namesakes[f])
                    bring(levels_of(em, c, f), levels, em->namesakes[f], EM_NAMESAKES, false);
                if (mask && levels > 1)
                    bring(levels_of(em, c, f), levels, mask, c == MATCH ? em->different_max[f] : EM_NEAR, c == MATCH);
                if (c == MATCH && em->equal && em->equal[f])
                    bring(levels_of(em, c, f), levels, em->equal[f], em->equal_min[f], false);
                if (c == MATCH && em->moved && em->moved[f])
                    bring(levels_of(em, c, f), levels, em->moved[f], EM_MOVED, false);
                if (c == MATCH && em->strangers && em->strangers[f])
                    bring(levels_of(em, c, f), levels, em->strangers[f], EM_STRANGERS, true);
            }
            if (*share > 0)
                *share = fmin(c == MATCH ? 0.5 : 0.2, fmax((sums.pairs[c] + 0.5) / (em->universe + 1), 1e-15));
        }
        em->matches = sums.pairs[MATCH];
        round++;
        *ret_converged = fabs(log(em->lambda / before)) < 1e-5 && round > 1;
        before = em->lambda;
    }
    em->likelihood = find_likelihood(em, patterns, count);
    return round;
}
