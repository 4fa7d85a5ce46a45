/* patterns.c: comparison vectors counted: a few thousand distinct ones stand for millions of pairs. */
#include "link/patterns.h"

static void pattern_widen(struct pattern_table *table)
{
    struct pattern_count *old = table->slots;
    size_t old_count = table->slot_count;
    table->slot_count = old_count ? old_count * 4 : 4096;
    table->slots = arena_array(table->arena, struct pattern_count, table->slot_count);
    table->count = 0;
    for (size_t i = 0; i < old_count; i++)
        if (old[i].count)
            patterns_add(table, old[i].pattern, old[i].count);
}

void patterns_add(struct pattern_table *table, uint64_t pattern, uint64_t count)
{
    if (table->count * 2 >= table->slot_count)
        pattern_widen(table);
    size_t mask = table->slot_count - 1, slot = (pattern * 0x9e3779b97f4a7c15ull) >> 20 & mask;
    while (table->slots[slot].count && table->slots[slot].pattern != pattern)
        slot = (slot + 1) & mask;
    table->count += table->slots[slot].count == 0;
    table->slots[slot].pattern = pattern;
    table->slots[slot].count += count;
}

void patterns_start(struct pattern_table *table, struct arena *arena)
{
    *table = (struct pattern_table){.arena = arena};
    pattern_widen(table);
}

static int compare_patterns(const void *a, const void *b)
{
    const struct pattern_count *x = a, *y = b;
    return x->pattern < y->pattern ? -1 : x->pattern > y->pattern;
}

struct pattern_count *patterns_gather(const struct pattern_table *tables, unsigned table_count, struct arena *arena,
                                      size_t *ret_count, uint64_t *ret_pairs)
{
    struct pattern_table all;
    patterns_start(&all, arena);
    *ret_pairs = 0;
    for (unsigned t = 0; t < table_count; t++)
        for (size_t i = 0; i < tables[t].slot_count; i++)
            if (tables[t].slots[i].count) {
                patterns_add(&all, tables[t].slots[i].pattern, tables[t].slots[i].count);
                *ret_pairs += tables[t].slots[i].count;
            }
    size_t count = 0;
    for (size_t i = 0; i < all.slot_count; i++)
        if (all.slots[i].count)
            all.slots[count++] = all.slots[i];
    array_sort(all.slots, count, sizeof *all.slots, compare_patterns);
    *ret_count = count;
    return all.slots;
}
