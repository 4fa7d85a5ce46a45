/* cluster_compare.c: the edges of a component that were never kept.
 *
 * Most pairs that are looked at lie within a component or weigh too little to join anything. Where clusters alone are
 * wanted, the first are not even compared once their two are known to be one (score_components.c); only now, when all
 * of a component lies side by side in the processor's nearest memory, is each of its pairs compared, and each that
 * meets and weighs enough is an edge. Seven million edges of 32 bytes are so never written: on a million records
 * 250 MB less, and the time that fresh memory costs. Clustering asks for nearly all of these pairs sooner or later.
 *
 * The records of one person repeat each other: thirteen of them have eight names, four days of birth, five homes. So
 * each field is compared by its distinct values, and what comes out is spread over the pairs.
 *
 * What each pair brings at least goes to cluster_certain.c, which finds that most components are one cluster without
 * agglomeration being asked.
 */
#include "link/cluster.h"

#include "link/block.h"

#include <math.h>

/* Of a pair of nodes, while its fields are gathered. */
struct gathered {
    double weight, least; /* least: where a field is missing, the least that it brings any pair, or 0 if that is less */
};

/* What one field of two records brings, by the numbers of their values. */
struct brought {
    double weight;
    float odds;
    uint8_t level;
    int8_t frequency;
};

enum { NODES = CLUSTER_PAIRS, TABLE = NODES * NODES, LANES = 4 };
enum { RULES = (LINK_RULES_MAX + LANES - 1) / LANES * LANES };

/* Used again for each component: to clear what is written over anyway took longer than to compare it. */
struct cluster_room {
    struct gathered gathered[TABLE];
    double spare[TABLE];             /* as cluster_is_one has it */
    struct compared compared[TABLE]; /* where it is known who is near */
    struct local_edge ends[TABLE / 2];
    struct link_edge edges[TABLE / 2];
    struct brought brought[TABLE]; /* by number × count + number */
    uint32_t distinct;             /* values of the field at hand */
    uint8_t of[NODES];             /* by node: the number of its value */
    uint32_t first[NODES];         /* by number: a record that has it */
    uint8_t holders[NODES];        /* and how many have */
    uint32_t groups[NODES][RULES]; /* by node and rule: its block, or what no other node has */
    float odds[];                  /* as struct component_input has them */
};

struct cluster_room *cluster_room_make(const struct cluster_plan *plan, struct arena *arena)
{
    return arena_large(arena, sizeof(struct cluster_room) + TABLE * plan->fields * sizeof(float));
}

struct comparing {
    const struct cluster_plan *plan;
    struct memo *memo;
    struct cluster_room *room;
    struct component_input *component;
};

static uint32_t record_of(const struct comparing *work, uint32_t node)
{
    return work->component->nodes[node];
}

static struct link_pair pair_of(const struct comparing *work, uint32_t lo, uint32_t hi)
{
    uint32_t x = record_of(work, lo), y = record_of(work, hi);
    return (struct link_pair){x < y ? x : y, x < y ? y : x};
}

/* ---- By distinct values ---- */

static bool same_values(const struct link_records *records, const struct link_comparison *comparison, uint32_t a,
                        uint32_t b)
{
    for (unsigned c = 0; c < comparison->column_count; c++)
        if (record_code(records, a, comparison->columns[c]) != record_code(records, b, comparison->columns[c]))
            return false;
    return true;
}

static bool same_field(const struct cluster_plan *plan, size_t f, uint32_t a, uint32_t b)
{
    const struct link_records *records = plan->comparer.records;
    const struct link_spec *spec = records->spec;
    const struct link_comparison *comparison = &spec->comparisons[f];
    if (comparison->method == LINK_METHOD_JOINT)
        return same_values(records, &spec->inner[comparison->first], a, b) &&
               same_values(records, &spec->inner[comparison->second], a, b);
    return same_values(records, comparison, a, b);
}

static void number_values(const struct comparing *work, size_t f)
{
    struct cluster_room *room = work->room;
    room->distinct = 0;
    for (uint32_t node = 0; node < work->component->count; node++) {
        uint32_t record = record_of(work, node), number = 0;
        while (number < room->distinct && !same_field(work->plan, f, record, room->first[number]))
            number++;
        if (number == room->distinct) {
            room->holders[number] = 0;
            room->first[room->distinct++] = record;
        }
        room->holders[number]++;
        room->of[node] = (uint8_t)number;
    }
}

/* *least becomes the least that the field brings, if it was more. */
static void compare_numbers(const struct comparing *work, size_t f, const uint8_t (*numbers)[2],
                            const struct link_pair *pairs, size_t count, double *least)
{
    const struct cluster_plan *plan = work->plan;
    struct cluster_room *room = work->room;
    UNINITIALIZED struct compared compared[COMPARE_BATCH];
    compare_one(&plan->comparer, work->memo, f, pairs, count, compared);
    for (size_t i = 0; i < count; i++) {
        uint8_t level = compared[i].level[f];
        int8_t frequency = compared[i].frequency[f];
        struct brought brought = {.weight = plan->input->model->levels[f].weight[level] + compare_frequency(frequency),
                                  .odds = cluster_odds(plan, f, level, frequency),
                                  .level = level,
                                  .frequency = frequency};
        room->brought[numbers[i][0] * room->distinct + numbers[i][1]] = brought;
        room->brought[numbers[i][1] * room->distinct + numbers[i][0]] = brought;
        *least = fmin(*least, brought.weight);
    }
}

/* Gives what the field brings at least, or 0 if that is less. */
static double compare_distinct(const struct comparing *work, size_t f)
{
    const struct cluster_room *room = work->room;
    UNINITIALIZED struct link_pair pairs[COMPARE_BATCH];
    UNINITIALIZED uint8_t numbers[COMPARE_BATCH][2];
    double least = 0;
    size_t count = 0;
    for (uint32_t x = 0; x < room->distinct; x++)
        for (uint32_t y = room->holders[x] > 1 ? x : x + 1; y < room->distinct; y++) {
            pairs[count] = (struct link_pair){room->first[x], room->first[y]};
            numbers[count][0] = (uint8_t)x;
            numbers[count++][1] = (uint8_t)y;
            if (count == COMPARE_BATCH) {
                compare_numbers(work, f, numbers, pairs, count, &least);
                count = 0;
            }
        }
    if (count > 0)
        compare_numbers(work, f, numbers, pairs, count, &least);
    return least;
}

static void gather_field(struct comparing *work, size_t f)
{
    struct cluster_room *room = work->room;
    size_t n = work->component->count, fields = work->plan->fields;
    number_values(work, f);
    double least = compare_distinct(work, f);
    for (size_t lo = 0; lo < n; lo++) {
        const struct brought *row = room->brought + (size_t)room->of[lo] * room->distinct;
        float *odds = room->odds + lo * n * fields + f;
        struct gathered *pairs = room->gathered + lo * n;
        for (size_t hi = lo + 1; hi < n; hi++) {
            const struct brought *brought = &row[room->of[hi]];
            odds[hi * fields] = brought->odds;
            pairs[hi].weight += brought->weight;
            pairs[hi].least += brought->level ? brought->weight : least;
            if (work->plan->near) {
                room->compared[lo * n + hi].level[f] = brought->level;
                room->compared[lo * n + hi].frequency[f] = brought->frequency;
            }
        }
    }
}

/* The weight of a pair whose fields are gathered; *ret_least loses what near ones agree in. */
static float weigh_gathered(const struct comparing *work, size_t place, double *ret_least)
{
    const struct cluster_plan *plan = work->plan;
    const struct gathered *pair = &work->room->gathered[place];
    *ret_least = pair->least;
    if (!plan->near)
        return (float)pair->weight;
    double near = score_near(plan->input->model, &work->room->compared[place]);
    work->room->odds[place * plan->fields + plan->fields - 1] = cluster_near(near);
    *ret_least -= near;
    return (float)(pair->weight >= plan->input->model->floor ? pair->weight - near : pair->weight); /* score_weight */
}

/* ---- Which of them meet ---- */

static void gather_groups(const struct comparing *work, size_t rules)
{
    const struct blocks *blocks = work->plan->scored->blocks;
    for (uint32_t node = 0; node < work->component->count; node++)
        for (size_t rule = 0; rule < rules; rule++) {
            uint32_t group = rule < blocks->rule_count ? blocks_group(blocks, rule, record_of(work, node)) : 0;
            work->room->groups[node][rule] = group ? group : UINT32_MAX - node;
        }
}

static bool meet(const struct comparing *work, uint32_t lo, uint32_t hi, size_t rules)
{
    const uint32_t *a = work->room->groups[lo], *b = work->room->groups[hi];
    uint32_t met = 0;
    for (size_t rule = 0; rule < rules; rule++)
        met |= a[rule] == b[rule] ? 1u : 0u;
    return met && records_may_meet(work->plan->input->records, record_of(work, lo), record_of(work, hi));
}

static void compare_all(struct comparing *work)
{
    const struct cluster_plan *plan = work->plan;
    const struct scored *scored = plan->scored;
    struct cluster_room *room = work->room;
    struct component_input *component = work->component;
    uint32_t n = component->count, edges = 0;
    size_t rules = (scored->blocks->rule_count + LANES - 1) / LANES * LANES;
    for (size_t pair = 0; pair < (size_t)n * n; pair++) {
        room->gathered[pair].weight = plan->prior;
        room->gathered[pair].least = plan->prior;
    }
    for (size_t f = 0; f < plan->fields - plan->near; f++)
        gather_field(work, f);
    gather_groups(work, rules);
    for (uint32_t lo = 0; lo < n; lo++)
        for (uint32_t hi = lo + 1; hi < n; hi++) {
            double least;
            float weight = weigh_gathered(work, (size_t)lo * n + hi, &least);
            bool is_edge = weight >= (float)scored->floor && meet(work, lo, hi, rules);
            room->spare[(size_t)lo * n + hi] = room->spare[(size_t)hi * n + lo] =
                cluster_spare(least - scored->join, is_edge && (double)weight >= scored->join);
            if (!is_edge)
                continue;
            struct link_pair pair = pair_of(work, lo, hi);
            room->ends[edges] = (struct local_edge){lo, hi, edges};
            room->edges[edges++] = (struct link_edge){.a = pair.a, .b = pair.b, .weight = weight};
        }
    component->odds = room->odds;
    component->ends = room->ends;
    component->edges = room->edges;
    component->edge_count = edges;
    component->is_one = cluster_is_one(room->spare, n);
}

/* ---- Great components: rule by rule, each pair under its first ---- */

struct blocked {
    uint32_t group, node;
};

static int compare_blocked(const void *a, const void *b)
{
    const struct blocked *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return x->node < y->node ? -1 : x->node > y->node;
}

struct edge_list {
    struct arena *arena;
    struct link_edge *edges;
    size_t count, capacity, over; /* over: past `most`, counted alone */
    uint64_t most;
};

static void score_batch(const struct comparing *work, const struct link_pair *pairs, size_t count,
                        struct edge_list *list)
{
    const struct cluster_plan *plan = work->plan;
    UNINITIALIZED struct compared compared[COMPARE_BATCH];
    compare_batch(&plan->comparer, work->memo, pairs, count, compared);
    for (size_t i = 0; i < count; i++) {
        struct link_edge edge = score_edge(&plan->comparer, pairs[i], &compared[i]);
        if (edge.weight < (float)plan->scored->floor)
            continue;
        if (list->count == list->most) {
            list->over++;
            continue;
        }
        ARENA_GROW(list->arena, list->edges, list->count, list->capacity);
        list->edges[list->count++] = edge;
    }
}

static void compare_block(const struct comparing *work, size_t rule, const struct blocked *nodes, size_t count,
                          struct edge_list *list)
{
    UNINITIALIZED struct link_pair pairs[COMPARE_BATCH];
    size_t batch = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++) {
            struct link_pair pair = pair_of(work, nodes[i].node, nodes[j].node);
            if (blocks_first_rule(work->plan->scored->blocks, pair.a, pair.b) != rule)
                continue;
            pairs[batch++] = pair;
            if (batch == COMPARE_BATCH) {
                score_batch(work, pairs, batch, list);
                batch = 0;
            }
        }
    if (batch > 0)
        score_batch(work, pairs, batch, list);
}

static void compare_by_rule(struct comparing *work, uint64_t most, struct arena *arena)
{
    const struct blocks *blocks = work->plan->scored->blocks;
    struct edge_list list = {.arena = arena, .most = most};
    struct blocked *nodes = arena_array(arena, struct blocked, work->component->count);
    for (size_t rule = 0; rule < blocks->rule_count; rule++) {
        size_t count = 0;
        for (uint32_t node = 0; node < work->component->count; node++) {
            uint32_t group = blocks->groups[rule][record_of(work, node)];
            if (group)
                nodes[count++] = (struct blocked){group, node};
        }
        array_sort(nodes, count, sizeof *nodes, compare_blocked);
        for (size_t i = 0, end; i < count; i = end) {
            for (end = i + 1; end < count && nodes[end].group == nodes[i].group; end++)
                ;
            compare_block(work, rule, nodes + i, end - i, &list);
        }
    }
    work->component->edges = list.edges;
    work->component->edge_count = list.count + list.over;
}

void cluster_compare_soon(const struct cluster_plan *plan, const uint32_t *nodes, uint32_t count)
{
    const struct blocks *blocks = plan->scored->blocks;
    const struct link_records *records = plan->comparer.records;
    for (uint32_t c = 0; c < count && c < NODES; c++) {
        __builtin_prefetch(records->plain + (size_t)nodes[c] * records->spec->column_count);
        for (size_t rule = 0; rule < blocks->rule_count; rule++)
            __builtin_prefetch(&blocks->groups[rule][nodes[c]]);
    }
}

void cluster_compare(const struct cluster_plan *plan, struct memo *memo, struct cluster_room *room,
                     struct component_input *component, uint64_t most, struct arena *arena)
{
    struct comparing work = {plan, memo, room, component};
    if (component->count <= CLUSTER_PAIRS)
        compare_all(&work);
    else
        compare_by_rule(&work, most, arena);
}
