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
 * Most components are one cluster beyond doubt, and agglomeration need not be asked. A score between two clusters is
 * never less than the prior and, for each field, the mean over pairs of their records of the field's weight: it takes
 * the logarithm of means where this takes the mean of logarithms. Over fields that no pair lacks that is a mean of
 * whole pairs' weights, so no less than the least of them; a field that some pairs lack brings no less than its own
 * least, or nothing. Where all of that together reaches `join`, so does every score that agglomeration could ever ask
 * for, and edges of `join` hold all of the component together: it ends as one cluster. */
#include "link/cluster.h"

#include "link/block.h"

#include <math.h>

#define ROUNDING 0.01 /* of scores, in bits: much more than there is */

struct comparing {
    const struct cluster_plan *plan;
    struct memo *memo;
    struct component_input *component;
    struct arena *arena;
    struct link_edge *edges;
    size_t capacity;
};

static uint32_t record_of(const struct comparing *work, uint32_t node)
{
    return work->plan->original[work->component->nodes[node]];
}

static struct link_pair pair_of(const struct comparing *work, uint32_t lo, uint32_t hi)
{
    uint32_t x = record_of(work, lo), y = record_of(work, hi);
    return (struct link_pair){x < y ? x : y, x < y ? y : x};
}

static void add_edge(struct comparing *work, struct link_edge edge)
{
    ARENA_GROW(work->arena, work->edges, work->component->edge_count, work->capacity);
    work->edges[work->component->edge_count++] = edge;
}

/* ---- By distinct values ---- */

/* What one field of two records brings, by the numbers of their values. */
struct brought {
    double weight;
    float odds;
    uint8_t level;
    int8_t frequency;
};

struct distinct {
    uint32_t count;
    uint8_t of[CLUSTER_PAIRS];     /* by node: the number of its value */
    uint32_t first[CLUSTER_PAIRS]; /* by number: a record that has it */
    struct brought *brought;       /* by number × count + number */
};

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

static void number_values(const struct comparing *work, size_t f, struct distinct *ret)
{
    ret->count = 0;
    for (uint32_t node = 0; node < work->component->count; node++) {
        uint32_t record = record_of(work, node), number = 0;
        while (number < ret->count && !same_field(work->plan, f, record, ret->first[number]))
            number++;
        if (number == ret->count)
            ret->first[ret->count++] = record;
        ret->of[node] = (uint8_t)number;
    }
}

static void compare_numbers(const struct comparing *work, size_t f, struct distinct *distinct,
                            const uint8_t (*numbers)[2], const struct link_pair *pairs, size_t count)
{
    const struct cluster_plan *plan = work->plan;
    UNINITIALIZED struct compared compared[COMPARE_BATCH];
    compare_one(&plan->comparer, work->memo, f, pairs, count, compared);
    for (size_t i = 0; i < count; i++) {
        uint8_t level = compared[i].level[f];
        int8_t frequency = compared[i].frequency[f];
        struct brought brought = {.weight = plan->input->model->levels[f].weight[level] + compare_frequency(frequency),
                                  .odds = cluster_odds(plan, f, level, frequency),
                                  .level = level,
                                  .frequency = frequency};
        distinct->brought[numbers[i][0] * distinct->count + numbers[i][1]] = brought;
        distinct->brought[numbers[i][1] * distinct->count + numbers[i][0]] = brought;
    }
}

static void compare_distinct(const struct comparing *work, size_t f, struct distinct *distinct)
{
    UNINITIALIZED struct link_pair pairs[COMPARE_BATCH];
    UNINITIALIZED uint8_t numbers[COMPARE_BATCH][2];
    size_t count = 0;
    for (uint32_t x = 0; x < distinct->count; x++)
        for (uint32_t y = x; y < distinct->count; y++) {
            pairs[count] = (struct link_pair){distinct->first[x], distinct->first[y]};
            numbers[count][0] = (uint8_t)x;
            numbers[count++][1] = (uint8_t)y;
            if (count == COMPARE_BATCH || x + 1 == distinct->count) {
                compare_numbers(work, f, distinct, numbers, pairs, count);
                count = 0;
            }
        }
}

/* Of a pair of nodes, while its fields are gathered. */
struct gathered {
    double weight, least;     /* least: of the fields that no pair lacks */
    struct compared compared; /* where it is known who is near */
};

/* What the field brings at least where it is filled, or 0 if that is less; *ret_lacking: some pair lacks it. */
static double least_brought(const struct distinct *distinct, bool *ret_lacking)
{
    double least = 0;
    *ret_lacking = false;
    for (size_t i = 0; i < (size_t)distinct->count * distinct->count; i++) {
        *ret_lacking |= distinct->brought[i].level == 0;
        least = distinct->brought[i].weight < least ? distinct->brought[i].weight : least;
    }
    return least;
}

/* What no pair brings less of in a field that some pairs lack; 0 for others, where it is in each pair's least. */
static double gather_field(struct comparing *work, size_t f, struct distinct *distinct, struct gathered *gathered)
{
    size_t n = work->component->count, fields = work->plan->fields;
    number_values(work, f, distinct);
    distinct->brought = arena_array(work->arena, struct brought, (size_t)distinct->count * distinct->count);
    compare_distinct(work, f, distinct);
    bool lacking;
    double least = least_brought(distinct, &lacking);
    for (size_t lo = 0; lo < n; lo++) {
        const struct brought *row = distinct->brought + (size_t)distinct->of[lo] * distinct->count;
        float *odds = work->component->odds + lo * n * fields + f;
        struct gathered *pairs = gathered + lo * n;
        for (size_t hi = lo + 1; hi < n; hi++) {
            const struct brought *brought = &row[distinct->of[hi]];
            odds[hi * fields] = brought->odds;
            pairs[hi].weight += brought->weight;
            pairs[hi].least += lacking ? 0 : brought->weight;
            pairs[hi].compared.level[f] = brought->level;
            pairs[hi].compared.frequency[f] = brought->frequency;
        }
    }
    return lacking ? least : 0;
}

static void compare_all(struct comparing *work)
{
    const struct cluster_plan *plan = work->plan;
    const struct scored *scored = plan->scored;
    struct component_input *component = work->component;
    uint32_t n = component->count;
    component->odds = arena_array(work->arena, float, (size_t)n *n * plan->fields);
    struct gathered *gathered = arena_array(work->arena, struct gathered, (size_t)n * n);
    struct local_edge *ends = arena_array(work->arena, struct local_edge, (size_t)n * (n - 1) / 2 + 1);
    component->ends = ends;
    for (size_t pair = 0; pair < (size_t)n * n; pair++)
        gathered[pair].weight = plan->prior;
    UNINITIALIZED struct distinct distinct;
    double lacked = plan->prior - ROUNDING, least = 1e9;
    for (size_t f = 0; f < plan->fields - plan->near; f++)
        lacked += gather_field(work, f, &distinct, gathered);
    for (uint32_t lo = 0; lo < n; lo++)
        for (uint32_t hi = lo + 1; hi < n; hi++) {
            size_t place = (size_t)lo * n + hi;
            const struct gathered *pair = &gathered[place];
            double weight = pair->weight, near = 0;
            if (plan->near) {
                near = fmin(score_near(plan->input->model, &pair->compared), CLUSTER_NEAR_MOST);
                component->odds[place * plan->fields + plan->fields - 1] = (float)exp2(-near);
                weight = (double)score_weight(plan->input->model, &pair->compared);
            }
            least = fmin(least, pair->least - near);
            struct link_pair records = pair_of(work, lo, hi);
            if ((float)weight < (float)scored->floor ||
                blocks_first_rule(scored->blocks, records.a, records.b) == scored->blocks->rule_count)
                continue;
            ends[component->edge_count] = (struct local_edge){lo, hi, (uint32_t)component->edge_count};
            add_edge(work, (struct link_edge){.a = records.a, .b = records.b, .weight = (float)weight});
        }
    component->is_one = lacked + least >= scored->join;
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

static void score_batch(struct comparing *work, const struct link_pair *pairs, size_t count)
{
    const struct cluster_plan *plan = work->plan;
    UNINITIALIZED struct compared compared[COMPARE_BATCH];
    compare_batch(&plan->comparer, work->memo, pairs, count, compared);
    for (size_t i = 0; i < count; i++) {
        struct link_edge edge = score_edge(&plan->comparer, pairs[i], &compared[i]);
        if (edge.weight >= (float)plan->scored->floor)
            add_edge(work, edge);
    }
}

static void compare_block(struct comparing *work, size_t rule, const struct blocked *nodes, size_t count)
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
                score_batch(work, pairs, batch);
                batch = 0;
            }
        }
    if (batch > 0)
        score_batch(work, pairs, batch);
}

static void compare_by_rule(struct comparing *work)
{
    const struct blocks *blocks = work->plan->scored->blocks;
    struct blocked *nodes = arena_array(work->arena, struct blocked, work->component->count);
    for (size_t rule = 0; rule < blocks->rule_count; rule++) {
        size_t count = 0;
        for (uint32_t node = 0; node < work->component->count; node++) {
            uint32_t group = blocks->groups[(size_t)record_of(work, node) * blocks->rule_count + rule];
            if (group)
                nodes[count++] = (struct blocked){group, node};
        }
        array_sort(nodes, count, sizeof *nodes, compare_blocked);
        for (size_t i = 0, end; i < count; i = end) {
            for (end = i + 1; end < count && nodes[end].group == nodes[i].group; end++)
                ;
            compare_block(work, rule, nodes + i, end - i);
        }
    }
}

void cluster_compare(const struct cluster_plan *plan, struct memo *memo, struct component_input *component,
                     struct arena *arena)
{
    struct comparing work = {.plan = plan, .memo = memo, .component = component, .arena = arena};
    if (component->count <= CLUSTER_PAIRS)
        compare_all(&work);
    else
        compare_by_rule(&work);
    component->edges = work.edges;
}
