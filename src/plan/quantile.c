/* The range is cut into equal slots and the values are counted into them; a slot that holds a wanted rank is gathered
 * and looked at again in the same way, until it is small enough to sort. Sorting a million doubles takes 80 ms, this
 * takes about 5. */
#include "plan/quantile.h"

#include <math.h>
#include <stdlib.h>

enum { SLOTS = 1024, SMALL = 512 };

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static size_t slot_of(double value, double low, double per)
{
    size_t slot = (size_t)((value - low) * per);
    return slot < SLOTS ? slot : SLOTS - 1;
}

static void take_sorted(const double *values, size_t count, const size_t *ranks, size_t rank_count, size_t before,
                        struct arena *scratch, double *ret)
{
    double *sorted = arena_array(scratch, double, count);
    memcpy(sorted, values, count * sizeof *sorted);
    array_sort(sorted, count, sizeof *sorted, by_value);
    for (size_t r = 0; r < rank_count; r++)
        if (ranks[r] >= before && ranks[r] - before < count)
            ret[r] = sorted[ranks[r] - before];
}

/* `before`: how many of all values lie below these. */
static void take(const double *values, size_t count, const size_t *ranks, size_t rank_count, size_t before,
                 struct arena *scratch, double *ret)
{
    if (count <= SMALL) {
        take_sorted(values, count, ranks, rank_count, before, scratch, ret);
        return;
    }
    double low = values[0], high = values[0];
    for (size_t i = 1; i < count; i++) {
        low = values[i] < low ? values[i] : low;
        high = values[i] > high ? values[i] : high;
    }
    double per = SLOTS / (high - low);
    if (!isfinite(per)) { /* all the same, or as near as makes no difference */
        for (size_t r = 0; r < rank_count; r++)
            if (ranks[r] >= before && ranks[r] - before < count)
                ret[r] = ranks[r] - before < count - 1 ? low : high;
        return;
    }
    size_t counts[SLOTS] = {0};
    for (size_t i = 0; i < count; i++)
        counts[slot_of(values[i], low, per)]++;
    size_t start = before;
    for (size_t slot = 0; slot < SLOTS; start += counts[slot++]) {
        bool wanted = false;
        for (size_t r = 0; r < rank_count; r++)
            wanted = wanted || (ranks[r] >= start && ranks[r] - start < counts[slot]);
        if (!wanted)
            continue;
        double *part = arena_large(scratch, counts[slot] * sizeof *part);
        size_t held = 0;
        for (size_t i = 0; i < count; i++)
            if (slot_of(values[i], low, per) == slot)
                part[held++] = values[i];
        take(part, held, ranks, rank_count, start, scratch, ret);
        arena_give_back(scratch, part);
    }
}

void quantile_ranks(const double *values, size_t count, const size_t *ranks, size_t rank_count, struct arena *scratch,
                    double *ret)
{
    if (count)
        take(values, count, ranks, rank_count, 0, scratch, ret);
}

struct quantile_ranks quantile_ranks_of(size_t count, double p)
{
    double n = (double)count, middle = ceil(n * p), reach = 1.96 * sqrt(n * p * (1 - p));
    double low = fmax(floor(n * p - reach), 1), high = fmin(ceil(n * p + reach) + 1, n);
    middle = fmin(fmax(middle, 1), n);
    return (struct quantile_ranks){(size_t)middle - 1, (size_t)low - 1, (size_t)high - 1};
}
