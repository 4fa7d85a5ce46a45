/* cluster_doubts.c: of all edges between two clusters that a person could be asked about, the heaviest.
 *
 * Two clusters of ten records have a hundred edges between them, so a table by the two keeps a tenth of what a list
 * to sort would hold. */
#include "link/cluster.h"

struct doubted { /* lo and hi are the same: free */
    uint32_t lo, hi;
    struct link_doubt doubt;
};

static int compare_doubts(const void *a, const void *b)
{
    const struct link_doubt *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return x->b < y->b ? -1 : x->b > y->b;
}

/* Where these two stand, or may. */
static struct doubted *slot_of(const struct doubt_table *table, uint32_t lo, uint32_t hi)
{
    size_t mask = table->slot_count - 1, at = (((uint64_t)lo << 32 | hi) * 0x9e3779b97f4a7c15ull) >> 24 & mask;
    while (table->slots[at].lo != table->slots[at].hi && (table->slots[at].lo != lo || table->slots[at].hi != hi))
        at = (at + 1) & mask;
    return &table->slots[at];
}

static void widen(struct doubt_table *table)
{
    struct doubt_table old = *table;
    table->slot_count = old.slot_count ? 2 * old.slot_count : 64;
    table->slots = arena_array(table->arena, struct doubted, table->slot_count);
    for (size_t i = 0; i < old.slot_count; i++)
        if (old.slots[i].lo != old.slots[i].hi)
            *slot_of(table, old.slots[i].lo, old.slots[i].hi) = old.slots[i];
}

void cluster_doubt(struct doubt_table *table, uint32_t x, uint32_t y, struct link_doubt doubt)
{
    if (x == y)
        return;
    if (2 * table->count >= table->slot_count)
        widen(table);
    uint32_t lo = x < y ? x : y, hi = x < y ? y : x;
    struct doubted *slot = slot_of(table, lo, hi);
    bool free = slot->lo == slot->hi;
    table->count += free;
    if (free || compare_doubts(&doubt, &slot->doubt) < 0)
        *slot = (struct doubted){lo, hi, doubt};
}

void cluster_doubts_list(const struct doubt_table *table, struct arena *arena, struct link_clusters *ret)
{
    ret->doubts = arena_array(arena, struct link_doubt, table->count + 1);
    for (size_t i = 0; i < table->slot_count; i++)
        if (table->slots[i].lo != table->slots[i].hi)
            ret->doubts[ret->doubt_count++] = table->slots[i].doubt;
    array_sort(ret->doubts, ret->doubt_count, sizeof *ret->doubts, compare_doubts);
}
