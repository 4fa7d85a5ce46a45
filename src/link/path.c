/* path.c: the strongest way from one record to another.
 *
 * Links are taken the heaviest first until the two hang together: the last one taken is the weakest link of every best
 * way. Among the links taken so far, a search in breadth then finds the way of the fewest, heavier ones tried first. */
#include "link/why.h"

#include "base/forest.h"

#include <math.h>

enum { NONE = 0xffffffffu };

struct way {
    uint32_t a, b, edge; /* edge: its number, NONE for a must-link */
    float weight;
    uint64_t key; /* of its records' contents, so that numbering plays no part in ties */
};

static int heavier(const void *x, const void *y)
{
    const struct way *p = x, *q = y;
    if (p->weight != q->weight)
        return p->weight > q->weight ? -1 : 1;
    if (p->key != q->key)
        return p->key < q->key ? -1 : 1;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return p->b < q->b ? -1 : p->b > q->b;
}

static bool usable(const struct link_cluster_input *input, const uint32_t *within, uint32_t home, uint32_t a,
                   uint32_t b)
{
    if (a >= input->count || b >= input->count || a == b || (input->in && (!input->in[a] || !input->in[b])))
        return false;
    return !within || (within[a] == home && within[b] == home);
}

static struct way *list_ways(const struct link_cluster_input *input, const uint32_t *within, bool held, uint32_t home,
                             struct arena *arena, size_t *ret_count)
{
    struct way *ways = NULL;
    size_t count = 0, capacity = 0;
    for (size_t i = 0; i < input->edge_count + input->must_count; i++) {
        bool by_person = i >= input->edge_count;
        const struct link_edge *edge = by_person ? NULL : &input->edges[i];
        uint32_t a = by_person ? input->must_link[i - input->edge_count].a : edge->a,
                 b = by_person ? input->must_link[i - input->edge_count].b : edge->b;
        if (!usable(input, within, home, a, b) ||
            (edge && !held && edge->verdict != LINK_BY_WEIGHT && edge->verdict != LINK_JOIN))
            continue;
        ARENA_GROW(arena, ways, count, capacity);
        ways[count++] = (struct way){.a = a,
                                     .b = b,
                                     .edge = by_person ? NONE : (uint32_t)i,
                                     .weight = by_person ? INFINITY : edge->weight,
                                     .key = input->keys ? input->keys[a] ^ input->keys[b] : 0};
    }
    array_sort(ways, count, sizeof *ways, heavier);
    *ret_count = count;
    return ways;
}

/* How many of the ways, the heaviest first, it takes until the two hang together; 0: all are not enough. */
static size_t ways_needed(const struct way *ways, size_t count, uint32_t *parent, uint32_t from, uint32_t to)
{
    for (size_t i = 0; i < count; i++) {
        (void)forest_unite(parent, ways[i].a, ways[i].b);
        if (forest_root(parent, from) == forest_root(parent, to))
            return i + 1;
    }
    return 0;
}

/* By node the ways that leave it, in their order: those of node n are list[starts[n] … starts[n + 1]). */
static uint32_t *list_by_node(const struct way *ways, size_t count, uint32_t nodes, struct arena *arena,
                              size_t **ret_starts)
{
    size_t *at = arena_array(arena, size_t, (size_t)nodes + 2), *starts = arena_array(arena, size_t, (size_t)nodes + 2);
    uint32_t *list = arena_array(arena, uint32_t, 2 * count + 1);
    for (size_t i = 0; i < count; i++) {
        starts[ways[i].a + 1]++;
        starts[ways[i].b + 1]++;
    }
    for (uint32_t n = 0; n < nodes; n++)
        at[n + 1] = starts[n + 1] += starts[n];
    for (size_t i = 0; i < count; i++) {
        list[at[ways[i].a]++] = (uint32_t)i;
        list[at[ways[i].b]++] = (uint32_t)i;
    }
    *ret_starts = starts;
    return list;
}

void link_path(const struct link_cluster_input *input, const uint32_t *within, bool held, uint32_t from, uint32_t to,
               struct arena *arena, struct link_path *ret)
{
    must(from < input->count && to < input->count);
    *ret = (struct link_path){.weakest = INFINITY};
    if (from == to)
        return;
    struct arena *scratch = arena_make(0);
    size_t count = 0, head = 0, tail = 0;
    struct way *ways = list_ways(input, within, held, within ? within[from] : 0, scratch, &count);
    uint32_t *parent = forest_make(input->count, scratch);
    count = ways_needed(ways, count, parent, from, to);
    if (count > 0) {
        size_t *starts = NULL, length = 0;
        uint32_t *list = list_by_node(ways, count, input->count, scratch, &starts);
        uint32_t *came_by = arena_array(scratch, uint32_t, (size_t)input->count + 1),
                 *queue = arena_array(scratch, uint32_t, (size_t)input->count + 1);
        for (uint32_t n = 0; n < input->count; n++)
            came_by[n] = NONE;
        queue[tail++] = from;
        while (head < tail && came_by[to] == NONE) {
            uint32_t node = queue[head++];
            for (size_t i = starts[node]; i < starts[node + 1]; i++) {
                uint32_t next = ways[list[i]].a == node ? ways[list[i]].b : ways[list[i]].a;
                if (next == from || came_by[next] != NONE)
                    continue;
                came_by[next] = list[i];
                queue[tail++] = next;
            }
        }
        for (uint32_t node = to; node != from; length++)
            node = ways[came_by[node]].a == node ? ways[came_by[node]].b : ways[came_by[node]].a;
        struct link_step *steps = arena_array(arena, struct link_step, length);
        ret->steps = steps;
        ret->count = length;
        for (uint32_t node = to; node != from;) {
            const struct way *way = &ways[came_by[node]];
            struct link_step *step = &steps[--length];
            *step = (struct link_step){.record = node, .by_person = way->edge == NONE};
            if (!step->by_person)
                step->edge = input->edges[way->edge];
            ret->weakest = fmin(ret->weakest, (double)way->weight);
            node = way->a == node ? way->b : way->a;
        }
    }
    arena_free(scratch);
}
