/* what_if.c: two partitions of the same records held against each other.
 *
 * The cells of the table "entity before by entity after" tell all: sorted, each run of one entity before is where its
 * records went, and the sums of pairs follow from the cells' sizes. */
#include "link/what_if.h"

#include "link/records.h"

#include <math.h>

struct cell {
    uint32_t before, after, source;
};

static int by_before(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;
    if (x->before != y->before)
        return x->before < y->before ? -1 : 1;
    return (x->after > y->after) - (x->after < y->after);
}

static int by_after(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;
    if (x->after != y->after)
        return x->after < y->after ? -1 : 1;
    return (x->before > y->before) - (x->before < y->before);
}

static uint64_t pairs_of(uint64_t records)
{
    return records * (records - 1) / 2;
}

static bool same_cell(const struct cell *x, const struct cell *y)
{
    return x->before == y->before && x->after == y->after;
}

/* Where the run of one entity, of those that `after` says, ends. */
static uint32_t run_end(const struct cell *cells, uint32_t count, bool after, uint32_t from)
{
    uint32_t end = from;
    while (end < count && (after ? cells[end].after == cells[from].after : cells[end].before == cells[from].before))
        end++;
    return end;
}

static uint32_t cell_end(const struct cell *cells, uint32_t end, uint32_t from)
{
    uint32_t at = from;
    while (at < end && same_cell(&cells[at], &cells[from]))
        at++;
    return at;
}

/* Of the entities that `after` tells apart: how many there are, how many hold several of the other's, and how many
 * pairs of their records the other has in one entity too. carried (of those before): marks the ones after that most of
 * their records went to. */
static void walk_runs(const struct cell *cells, uint32_t count, bool after, uint8_t *carried, uint32_t *ret_entities,
                      uint32_t *ret_several, uint64_t *ret_pairs, uint64_t *ret_common)
{
    for (uint32_t i = 0, end; i < count; i = end) {
        uint32_t parts = 0, most = 0, heir = 0;
        end = run_end(cells, count, after, i);
        for (uint32_t from = i, to; from < end; from = to) {
            to = cell_end(cells, end, from);
            parts++;
            *ret_common += pairs_of(to - from);
            if (to - from > most)
                most = to - from, heir = cells[from].after;
        }
        if (carried)
            carried[heir] = 1;
        (*ret_entities)++;
        *ret_several += parts > 1;
        *ret_pairs += pairs_of(end - i);
    }
}

static struct cell *cells_make(const uint32_t *before, const uint32_t *after, const uint32_t *source, uint32_t count,
                               struct arena *arena)
{
    struct cell *cells = arena_array(arena, struct cell, (size_t)count + 1);
    for (uint32_t r = 0; r < count; r++)
        cells[r] = (struct cell){before[r], after[r], source ? source[r] : 0};
    return cells;
}

void what_if_count(const uint32_t *before, const uint32_t *after, uint32_t count, struct what_if *ret)
{
    struct arena *scratch = arena_make(0);
    struct cell *cells = cells_make(before, after, NULL, count, scratch);
    uint8_t *carried = arena_array(scratch, uint8_t, (size_t)count + 1);
    uint64_t pairs_before = 0, pairs_after = 0, common = 0, again = 0;
    *ret = (struct what_if){0};
    array_sort(cells, count, sizeof *cells, by_before);
    walk_runs(cells, count, false, carried, &ret->before, &ret->split, &pairs_before, &common);
    array_sort(cells, count, sizeof *cells, by_after);
    walk_runs(cells, count, true, NULL, &ret->after, &ret->joined, &pairs_after, &again);
    /* An entity that stands as it stood: all of it went to one that holds nothing else. */
    uint32_t *sizes = arena_array(scratch, uint32_t, (size_t)count + 2);
    uint32_t heirs = 0;
    for (uint32_t r = 0; r < count; r++) {
        sizes[before[r]]++;
        heirs += carried[r];
    }
    for (uint32_t i = 0, end; i < count; i = end) {
        end = run_end(cells, count, true, i);
        ret->same += cells[i].before == cells[end - 1].before && sizes[cells[i].before] == end - i;
    }
    ret->made = ret->after - heirs;
    ret->ended = ret->before - heirs;
    ret->pairs_joined = pairs_after - common;
    ret->pairs_split = pairs_before - common;
    arena_free(scratch);
}

/* ---- By source ---- */

static void add_pairs(const uint64_t *records, size_t sources, int sign, uint64_t *sums)
{
    for (size_t s = 0; s < sources; s++)
        for (size_t t = s; records[s] && t < sources; t++) {
            uint64_t pairs = s == t ? pairs_of(records[s]) : records[s] * records[t];
            sums[s * sources + t] += sign > 0 ? pairs : 0 - pairs;
        }
}

/* Pairs within each run that are of two cells: all of the run, less those of each cell. */
static void cross_pairs(const struct cell *cells, uint32_t count, bool after, size_t sources, uint64_t *sums,
                        struct arena *scratch)
{
    uint64_t *all = arena_array(scratch, uint64_t, sources + 1), *own = arena_array(scratch, uint64_t, sources + 1);
    for (uint32_t i = 0, end; i < count; i = end) {
        end = run_end(cells, count, after, i);
        if (same_cell(&cells[i], &cells[end - 1]))
            continue;
        memset(all, 0, sources * sizeof *all);
        for (uint32_t from = i, to; from < end; from = to) {
            to = cell_end(cells, end, from);
            memset(own, 0, sources * sizeof *own);
            for (uint32_t r = from; r < to; r++) {
                own[cells[r].source]++;
                all[cells[r].source]++;
            }
            add_pairs(own, sources, -1, sums);
        }
        add_pairs(all, sources, 1, sums);
    }
}

void what_if_by_source(const uint32_t *before, const uint32_t *after, const uint32_t *source, uint32_t count,
                       size_t sources, uint64_t *joined, uint64_t *split)
{
    struct arena *scratch = arena_make(0);
    struct cell *cells = cells_make(before, after, source, count, scratch);
    memset(joined, 0, sources * sources * sizeof *joined);
    memset(split, 0, sources * sources * sizeof *split);
    array_sort(cells, count, sizeof *cells, by_before);
    cross_pairs(cells, count, false, sources, split, scratch);
    array_sort(cells, count, sizeof *cells, by_after);
    cross_pairs(cells, count, true, sources, joined, scratch);
    arena_free(scratch);
}

/* ---- Links ---- */

static int by_entity(const void *a, const void *b)
{
    const struct what_if_link *x = a, *y = b;
    if (x->entity != y->entity)
        return x->entity < y->entity ? -1 : 1;
    return (x->weight < y->weight) - (x->weight > y->weight);
}

static int by_weight(const void *a, const void *b)
{
    const struct what_if_link *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight < y->weight ? -1 : 1;
    return x->a != y->a ? (x->a > y->a) - (x->a < y->a) : (x->b > y->b) - (x->b < y->b);
}

size_t what_if_links(const struct link_edge *edges, size_t edge_count, const struct link_records *records,
                     const uint32_t *own, const uint32_t *other, struct arena *arena, struct what_if_link **ret,
                     uint64_t *ret_all)
{
    struct what_if_link *links = NULL;
    size_t count = 0, capacity = 0, kept = 0;
    for (size_t e = 0; e < edge_count; e++) {
        const struct link_edge *edge = &edges[e];
        uint32_t a = records ? record_added(records, edge->a) : edge->a,
                 b = records ? record_added(records, edge->b) : edge->b;
        if (own[a] != own[b] || other[a] == other[b] || edge->verdict > LINK_JOIN)
            continue;
        ARENA_GROW(arena, links, count, capacity);
        links[count++] = (struct what_if_link){a, b, edge->weight, edge->verdict, edge->guard, own[a]};
    }
    *ret_all = count;
    array_sort(links, count, sizeof *links, by_entity);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || links[i].entity != links[kept - 1].entity)
            links[kept++] = links[i];
    array_sort(links, kept, sizeof *links, by_weight);
    *ret = links;
    return kept;
}

struct what_if_expected what_if_expect(const struct link_edge *edges, size_t edge_count, const uint32_t *cluster)
{
    double whole = 0, right = 0, joined = 0;
    for (size_t e = 0; e < edge_count; e++) {
        if (edges[e].verdict > LINK_JOIN)
            continue;
        double chance = 1 / (1 + exp2(-(double)edges[e].weight));
        bool within = cluster[edges[e].a] == cluster[edges[e].b] && cluster[edges[e].a] != UINT32_MAX;
        whole += chance;
        right += within ? chance : 0;
        joined += within;
    }
    return (struct what_if_expected){joined > 0 ? right / joined : 1, whole > 0 ? right / whole : 1};
}
