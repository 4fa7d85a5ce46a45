/* evaluate.c: pairwise and B-cubed figures, from the sizes of the cells (cluster × entity) alone, so that no pair is
 * ever listed. */
#include "link/link.h"

struct cell {
    uint64_t cluster, truth;
    uint32_t source;
};

static int by_cluster(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;
    if (x->cluster != y->cluster)
        return x->cluster < y->cluster ? -1 : 1;
    if (x->truth != y->truth)
        return x->truth < y->truth ? -1 : 1;
    return x->source < y->source ? -1 : x->source > y->source;
}

static int by_truth(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;
    if (x->truth != y->truth)
        return x->truth < y->truth ? -1 : 1;
    return x->source < y->source ? -1 : x->source > y->source;
}

static int by_source(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;
    return x->source < y->source ? -1 : x->source > y->source;
}

/* Pairs among n records; with sources only those across, of a run sorted by source. */
static uint64_t pairs_in(const struct cell *cells, size_t n, bool across)
{
    uint64_t pairs = (uint64_t)n * (n - 1) / 2;
    for (size_t i = 0, end; across && i < n; i = end) {
        for (end = i; end < n && cells[end].source == cells[i].source; end++)
            ;
        pairs -= (uint64_t)(end - i) * (end - i - 1) / 2;
    }
    return pairs;
}

static double ratio(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static double f1_of(double precision, double recall)
{
    return ratio(2 * precision * recall, precision + recall);
}

void link_evaluate(const uint64_t *cluster, const uint64_t *truth, const uint32_t *source, size_t count,
                   struct link_figures *ret)
{
    *ret = (struct link_figures){.records = count};
    if (count == 0)
        return;
    struct arena *scratch = arena_make(0);
    struct cell *cells = arena_array(scratch, struct cell, count), *run = arena_array(scratch, struct cell, count);
    for (size_t i = 0; i < count; i++)
        cells[i] = (struct cell){cluster[i], truth[i], source ? source[i] : 0};
    array_sort(cells, count, sizeof *cells, by_truth);
    double b3_recall = 0, b3_precision = 0;
    uint64_t *entity_size = arena_array(scratch, uint64_t, count); /* by place in the order of by_truth */
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i; end < count && cells[end].truth == cells[i].truth; end++)
            ;
        for (size_t j = i; j < end; j++)
            entity_size[j] = end - i;
        ret->true_pairs += pairs_in(&cells[i], end - i, source != NULL);
        ret->entities++;
    }
    /* The same again by cluster; within a cluster by entity. Entity sizes are found by the first place of the entity.
     */
    struct cell *order = arena_array(scratch, struct cell, count);
    memcpy(order, cells, count * sizeof *cells);
    array_sort(cells, count, sizeof *cells, by_cluster);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i; end < count && cells[end].cluster == cells[i].cluster; end++)
            ;
        memcpy(run, &cells[i], (end - i) * sizeof *run);
        array_sort(run, end - i, sizeof *run, by_source);
        ret->predicted_pairs += pairs_in(run, end - i, source != NULL);
        ret->clusters++;
        for (size_t j = i, stop; j < end; j = stop) {
            for (stop = j; stop < end && cells[stop].truth == cells[j].truth; stop++)
                ;
            double both = (double)(stop - j);
            ret->common_pairs += pairs_in(&cells[j], stop - j, source != NULL);
            size_t low = 0, high = count;
            while (low < high) {
                size_t middle = (low + high) / 2;
                if (order[middle].truth < cells[j].truth)
                    low = middle + 1;
                else
                    high = middle;
            }
            b3_precision += both * both / (double)(end - i);
            b3_recall += both * both / (double)entity_size[low];
        }
    }
    ret->precision = ratio((double)ret->common_pairs, (double)ret->predicted_pairs);
    ret->recall = ratio((double)ret->common_pairs, (double)ret->true_pairs);
    ret->f1 = f1_of(ret->precision, ret->recall);
    ret->b3_precision = b3_precision / (double)count;
    ret->b3_recall = b3_recall / (double)count;
    ret->b3_f1 = f1_of(ret->b3_precision, ret->b3_recall);
    arena_free(scratch);
}
