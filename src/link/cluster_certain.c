/* cluster_certain.c: components that are one cluster beyond doubt.
 *
 * Agglomeration ends when no two clusters with an edge of `join` between them score `join` or more. The score of two
 * clusters takes, for each field, the logarithm of a mean of odds, which is no less than the mean of the logarithms; a
 * field that a pair lacks brings no less than the least that it brings any pair, or nothing. So a score is no less than
 * the mean over all cross pairs of what each brings at least. Call what that is above `join` the pair's spare, and let
 * a pair that is no edge of `join` have less than nothing. Where the spares across a cut of the component, between any
 * of its records and all others, never sum to less than nothing, each cluster has another one that it meets by an edge
 * of `join` and scores `join` with, as long as there is another: agglomeration goes on to the end.
 *
 * That no cut sums to less than nothing is shown by paying for each pair of less than nothing out of pairs that have
 * more: whatever cut runs between its two records runs, for any third one, between that and one of the two. */
#include "link/cluster.h"

#define ROUNDING 0.01 /* of scores, in bits: much more than there is */
#define NOTHING  1e-6

double cluster_spare(double above, bool joins)
{
    above -= ROUNDING;
    return joins ? above : fmin(above, -NOTHING);
}

/* Pays for the pair of a and b by way of all third records, each for what it has of all that they have. */
static bool pay(double *spare, size_t count, size_t a, size_t b)
{
    double *of_a = spare + a * count, *of_b = spare + b * count, all = 0, owed = -of_a[b];
    for (size_t c = 0; c < count; c++)
        all += c == a || c == b ? 0 : fmax(fmin(of_a[c], of_b[c]), 0);
    if (all < owed)
        return false;
    for (size_t c = 0; c < count; c++) {
        double share = c == a || c == b ? 0 : fmax(fmin(of_a[c], of_b[c]), 0) * (owed / all);
        of_a[c] -= share;
        of_b[c] -= share;
        spare[c * count + a] -= share;
        spare[c * count + b] -= share;
    }
    return true;
}

/* Whether each record by itself has more than it owes: soon found, and needed. */
static bool all_hold(const double *spare, size_t count)
{
    for (size_t a = 0; a < count; a++) {
        double sum = 0;
        for (size_t b = 0; b < count; b++)
            sum += b == a ? 0 : spare[a * count + b];
        if (sum < 0)
            return false;
    }
    return true;
}

bool cluster_is_one(double *spare, size_t count)
{
    if (!all_hold(spare, count))
        return false;
    for (size_t a = 0; a < count; a++)
        for (size_t b = a + 1; b < count; b++) {
            if (spare[a * count + b] >= 0)
                continue;
            if (!pay(spare, count, a, b))
                return false;
            spare[a * count + b] = spare[b * count + a] = 0;
        }
    return true;
}
