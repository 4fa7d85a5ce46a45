/* cluster_component.c: edges to clusters, field by field and under constraints.
 *
 * Agglomeration from the heaviest pair of clusters down. Each record of one cluster is held against the whole of the
 * other, field by field: log2 of the mean over its records of 2^(the field's weight), the odds that this record copied
 * one of their values. So a cluster may hold two spellings, two addresses, a married name, and each new record need
 * agree with one of them in each field. The mean of that over the records is the field's weight between the clusters;
 * the smaller cluster's view counts most, as it is the one that has to be explained, and the greater one's is heard.
 *
 * What was tried on the historical data, pairwise F1: connected components at their best threshold .93, average linkage
 * .918, one mean over all cross pairs .968 (one odd record in either cluster then joins two namesakes of one trade and
 * town), this .975. */
#include "link/cluster.h"
#include "link/score.h"

#include <math.h>

enum { NONE = CLUSTER_NONE, CROSS_PAIRS = 1 << 14 };

uint32_t cluster_find(struct clustering *work, uint32_t node)
{
    while (work->nodes[node].parent != node) {
        work->nodes[node].parent = work->nodes[work->nodes[node].parent].parent;
        node = work->nodes[node].parent;
    }
    return node;
}

/* ---- The heap: what a rule joins before what weighs enough, then the heaviest, then the lowest names ----
 *
 * A rule is certain of its pair, the first in the specification most of all: case notes of one client number are one
 * client's, whatever name they call him by, and only the whole of them can say whose they are. */

static bool comes_first(const struct candidate *a, const struct candidate *b)
{
    if (a->rule != b->rule)
        return a->rule < b->rule;
    if (a->score != b->score)
        return a->score > b->score;
    if (a->lo != b->lo)
        return a->lo < b->lo;
    return a->hi < b->hi;
}

static void heap_sink(struct candidate *heap, size_t count, size_t at)
{
    struct candidate item = heap[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && comes_first(&heap[child + 1], &heap[child]))
            child++;
        if (!comes_first(&heap[child], &item))
            break;
        heap[at] = heap[child];
    }
    heap[at] = item;
}

static void heap_push(struct clustering *work, const struct bond *bond)
{
    ARENA_GROW(work->arena, work->heap, work->heap_count, work->heap_capacity);
    struct candidate item = {bond->score,   bond->side[0], bond->side[1], (uint32_t)(bond - work->bonds),
                             bond->version, bond->rule};
    size_t at = work->heap_count++;
    for (; at > 0 && comes_first(&item, &work->heap[(at - 1) / 2]); at = (at - 1) / 2)
        work->heap[at] = work->heap[(at - 1) / 2];
    work->heap[at] = item;
}

static struct candidate heap_pop(struct clustering *work)
{
    struct candidate top = work->heap[0];
    work->heap[0] = work->heap[--work->heap_count];
    if (work->heap_count > 0)
        heap_sink(work->heap, work->heap_count, 0);
    return top;
}

/* ---- Every cross pair ---- */

void cluster_pair_odds(const struct cluster_plan *plan, const struct compared *compared, float *ret)
{
    size_t compared_fields = plan->fields - plan->near;
    if (plan->near)
        ret[compared_fields] = cluster_near(score_near(plan->input->model, compared));
    for (size_t f = 0; f < compared_fields; f++)
        ret[f] = cluster_odds(plan, f, compared->level[f], compared->frequency[f]);
}

void cluster_compare_into(const struct cluster_plan *plan, struct memo *memo, const struct link_pair *pairs,
                          const size_t *places, size_t count, float *table)
{
    UNINITIALIZED struct compared compared[COMPARE_BATCH];
    compare_batch(&plan->comparer, memo, pairs, count, compared);
    for (size_t i = 0; i < count; i++)
        cluster_pair_odds(plan, &compared[i], table + places[i] * plan->fields);
}

/* Odds by field of every pair of a record of one cluster (a row) and one of the other (a column). */
struct table {
    const float *odds;
    const uint16_t *places; /* by row × columns + column; NULL: the same */
    size_t rows, columns;
};

/* Log2 of a product of many odds: their exponents are summed as whole numbers, and one logarithm is taken of what is
 * left. A logarithm for each was a third of clustering. */
struct product {
    double mantissa;
    int64_t exponent;
};

static void times(struct product *product, double odds)
{
    uint64_t bits;
    memcpy(&bits, &odds, sizeof bits);
    product->exponent += (int64_t)(bits >> 52 & 0x7ff) - 1023;
    bits = (bits & 0x000fffffffffffffull) | 0x3ff0000000000000ull;
    memcpy(&odds, &bits, sizeof odds);
    product->mantissa *= odds;
    if (product->mantissa >= 0x1p512) {
        product->mantissa *= 0x1p-512;
        product->exponent += 512;
    }
}

static double log2_of(const struct product *product)
{
    return (double)product->exponent + log2(product->mantissa);
}

/* Sums along one row or column of a table, by field, of what is filled. */
struct along {
    double sum[LINK_FIELDS_MAX + 1];
    uint32_t count[LINK_FIELDS_MAX + 1];
};

/* What the means along each row (or column) come to. */
struct explained {
    struct product product[LINK_FIELDS_MAX + 1];
    uint32_t filled[LINK_FIELDS_MAX + 1];
    double near; /* bits */
};

static void explain_one(const struct cluster_plan *plan, struct explained *explained, const struct along *along)
{
    for (size_t f = 0; f < plan->fields - plan->near; f++)
        if (along->count[f] > 0) {
            times(&explained->product[f], along->sum[f] / along->count[f]);
            explained->filled[f]++;
        }
    size_t near = plan->fields - 1;
    if (plan->near && along->count[near] > 0) {
        explained->near += along->sum[near] / along->count[near] - 1;
        explained->filled[near]++;
    }
}

/* The prior and, for each field, the mean over the rows (or the columns) of log2 of the mean along each. */
static double score_of(const struct cluster_plan *plan, const struct explained *explained)
{
    double score = plan->prior;
    for (size_t f = 0; f < plan->fields - plan->near; f++)
        if (explained->filled[f])
            score += log2_of(&explained->product[f]) / explained->filled[f];
    if (plan->near && explained->filled[plan->fields - 1])
        score -= explained->near / explained->filled[plan->fields - 1];
    return score;
}

static void start_explained(struct explained *explained, size_t fields)
{
    for (size_t f = 0; f < fields; f++) {
        explained->product[f] = (struct product){1, 0};
        explained->filled[f] = 0;
    }
    explained->near = 0;
}

static float fit_of_table(const struct cluster_plan *plan, const struct table *table, struct arena *scratch)
{
    size_t fields = plan->fields;
    UNINITIALIZED struct along few[CLUSTER_PAIRS];
    struct along *columns = few;
    UNINITIALIZED struct explained by_row, by_column;
    if (table->columns > countof(few))
        columns = arena_array(scratch, struct along, table->columns);
    else
        memset(few, 0, table->columns * sizeof *few);
    start_explained(&by_row, fields);
    start_explained(&by_column, fields);
    for (size_t i = 0; i < table->rows; i++) {
        struct along row = {{0}, {0}};
        for (size_t k = 0; k < table->columns; k++) {
            size_t place = i * table->columns + k;
            const float *odds = table->odds + (table->places ? table->places[place] : place) * fields;
            for (size_t f = 0; f < fields; f++) {
                row.sum[f] += (double)odds[f];
                row.count[f] += odds[f] > 0;
                columns[k].sum[f] += (double)odds[f];
                columns[k].count[f] += odds[f] > 0;
            }
        }
        explain_one(plan, &by_row, &row);
    }
    for (size_t k = 0; k < table->columns; k++)
        explain_one(plan, &by_column, &columns[k]);
    double one = score_of(plan, &by_row), two = score_of(plan, &by_column);
    double smaller = table->rows < table->columns ? one : table->columns < table->rows ? two : (one + two) / 2;
    return (float)(0.6 * smaller + 0.2 * (one + two));
}

float cluster_fit(const struct cluster_plan *plan, struct memo *memo, const uint32_t *a, size_t a_count,
                  const uint32_t *b, size_t b_count, struct arena *scratch)
{
    UNINITIALIZED float few[CLUSTER_PAIRS * (LINK_FIELDS_MAX + 1)];
    float *odds =
        a_count * b_count <= CLUSTER_PAIRS ? few : arena_array(scratch, float, a_count *b_count * plan->fields);
    UNINITIALIZED struct link_pair pairs[COMPARE_BATCH];
    UNINITIALIZED size_t places[COMPARE_BATCH];
    size_t count = 0;
    for (size_t i = 0; i < a_count; i++)
        for (size_t k = 0; k < b_count; k++) {
            pairs[count] = (struct link_pair){a[i], b[k]};
            places[count++] = i * b_count + k;
            if (count == COMPARE_BATCH || (i + 1 == a_count && k + 1 == b_count)) {
                cluster_compare_into(plan, memo, pairs, places, count, odds);
                count = 0;
            }
        }
    return fit_of_table(plan, &(struct table){odds, NULL, a_count, b_count}, scratch);
}

/* ---- Bonds ---- */

static void lift_by_rule(const struct clustering *work, struct bond *bond)
{
    if (bond->by_rule > 0 && (double)bond->score < work->input->join)
        bond->score = (float)work->input->join;
}

/* From the edges alone: they are the best of the cross pairs, so this is an upper bound more often than not. */
static void weigh(struct clustering *work, struct bond *bond)
{
    size_t fields = work->plan->fields, at = (size_t)(bond - work->bonds) * fields, near = at + fields - 1;
    double odds = 1; /* of ten fields at most, each within 2^±80 */
    for (size_t f = 0; f < fields - work->plan->near; f++)
        if (work->counts[at + f] > 0)
            odds *= work->sums[at + f] / work->counts[at + f];
    double bits = work->plan->near && work->counts[near] > 0 ? work->sums[near] / work->counts[near] - 1 : 0;
    bond->score = (float)(work->plan->prior + log2(odds) - bits);
    lift_by_rule(work, bond);
}

static size_t pair_place(const struct clustering *work, uint32_t a, uint32_t b)
{
    return a < b ? (size_t)a * work->count + b : (size_t)b * work->count + a;
}

/* Lists the places of the cross pairs, and compares those that no edge and no earlier bond did. */
static void compare_missing(struct clustering *work, const uint32_t *rows, size_t row_count, const uint32_t *columns,
                            size_t column_count)
{
    UNINITIALIZED struct link_pair pairs[COMPARE_BATCH];
    UNINITIALIZED size_t wanted[COMPARE_BATCH];
    size_t batch = 0;
    for (size_t i = 0; i < row_count; i++)
        for (size_t k = 0; k < column_count; k++) {
            size_t place = pair_place(work, rows[i], columns[k]);
            work->places[i * column_count + k] = (uint16_t)place;
            if (!work->paired || work->paired[place])
                continue;
            work->paired[place] = 1;
            pairs[batch] = (struct link_pair){work->original[rows[i]], work->original[columns[k]]};
            wanted[batch++] = place;
            if (batch == COMPARE_BATCH) {
                cluster_compare_into(work->plan, work->memo, pairs, wanted, batch, work->pairs);
                batch = 0;
            }
        }
    if (batch > 0)
        cluster_compare_into(work->plan, work->memo, pairs, wanted, batch, work->pairs);
}

/* Over every cross pair, before a merge. */
static void complete(struct clustering *work, struct bond *bond)
{
    const struct cluster_node *p = &work->nodes[bond->side[0]], *q = &work->nodes[bond->side[1]];
    bond->complete = true;
    if (!work->input->model || (p->size == 1 && q->size == 1) || (uint64_t)p->size * q->size > CROSS_PAIRS)
        return;
    size_t count = 0;
    for (unsigned side = 0; side < 2; side++)
        for (uint32_t c = bond->side[side]; c != NONE; c = work->nodes[c].next_member)
            work->members[count++] = work->pairs ? c : work->original[c];
    const uint32_t *rows = work->members, *columns = work->members + p->size;
    if (work->pairs) {
        compare_missing(work, rows, p->size, columns, q->size);
        bond->score = fit_of_table(work->plan, &(struct table){work->pairs, work->places, p->size, q->size}, NULL);
    } else {
        struct arena *scratch = arena_make(0);
        bond->score = cluster_fit(work->plan, work->memo, rows, p->size, columns, q->size, scratch);
        arena_free(scratch);
    }
    lift_by_rule(work, bond);
}

static bool may_join(const struct clustering *work, const struct bond *bond)
{
    return (double)bond->score >= work->input->join && (bond->strong > 0 || bond->by_rule > 0);
}

/* The heavier edge first; ties by the numbers of its ends, which are in canonical order. */
static bool better_edge(const struct clustering *work, uint32_t x, uint32_t y)
{
    const struct link_edge *p = &work->edges[x], *q = &work->edges[y];
    const uint32_t *local = work->plan->local;
    if (p->weight != q->weight)
        return p->weight > q->weight;
    uint32_t ends_p[2] = {local[p->a], local[p->b]}, ends_q[2] = {local[q->a], local[q->b]};
    uint32_t lo_p = ends_p[0] < ends_p[1] ? ends_p[0] : ends_p[1], lo_q = ends_q[0] < ends_q[1] ? ends_q[0] : ends_q[1];
    if (lo_p != lo_q)
        return lo_p < lo_q;
    return ends_p[0] + ends_p[1] - lo_p < ends_q[0] + ends_q[1] - lo_q;
}

static void add_bond(struct clustering *work, struct bond *into, const struct bond *from)
{
    size_t fields = work->plan->fields;
    size_t a = (size_t)(into - work->bonds) * fields, b = (size_t)(from - work->bonds) * fields;
    for (size_t f = 0; f < fields; f++) {
        work->sums[a + f] += work->sums[b + f];
        work->counts[a + f] += work->counts[b + f];
    }
    into->strong += from->strong;
    into->by_rule += from->by_rule;
    into->rule = from->rule < into->rule ? from->rule : into->rule;
    into->review += from->review;
    into->apart += from->apart;
    if (from->best != NONE && (into->best == NONE || better_edge(work, from->best, into->best)))
        into->best = from->best;
}

static void link_bond(struct clustering *work, uint32_t number, uint32_t cluster)
{
    struct bond *bond = &work->bonds[number];
    bond->next[bond_side(bond, cluster)] = work->nodes[cluster].first_bond;
    work->nodes[cluster].first_bond = number;
}

/* ---- Merging ---- */

/* x's living bonds, marked by their other end; dead ones are dropped from the list on the way. */
static void mark_bonds(struct clustering *work, uint32_t x)
{
    uint32_t list = NONE;
    for (uint32_t b = work->nodes[x].first_bond, next; b != NONE; b = next) {
        struct bond *bond = &work->bonds[b];
        unsigned side = bond_side(bond, x);
        next = bond->next[side];
        if (bond->dead)
            continue;
        bond->next[side] = list;
        list = b;
        work->mark[bond->side[!side]] = b + 1;
    }
    work->nodes[x].first_bond = list;
}

/* Bonds of y move to x or are added to x's own. */
static void take_bonds(struct clustering *work, uint32_t x, uint32_t y)
{
    for (uint32_t b = work->nodes[y].first_bond, next; b != NONE; b = next) {
        struct bond *bond = &work->bonds[b];
        unsigned side = bond_side(bond, y);
        next = bond->next[side];
        if (bond->dead)
            continue;
        uint32_t z = bond->side[!side];
        if (z == x) {
            bond->dead = true;
            continue;
        }
        if (work->mark[z]) {
            struct bond *kept = &work->bonds[work->mark[z] - 1];
            add_bond(work, kept, bond);
            bond->dead = true;
        } else {
            /* z's link to this bond stays where it is when the sides change places. */
            uint32_t z_next = bond->next[!side];
            bond->side[0] = x < z ? x : z;
            bond->side[1] = x < z ? z : x;
            bond->next[bond_side(bond, z)] = z_next;
            link_bond(work, b, x);
            work->mark[z] = b + 1;
        }
    }
}

/* Puts the cluster y into x, x < y. */
static void merge(struct clustering *work, uint32_t x, uint32_t y)
{
    struct cluster_node *p = &work->nodes[x], *q = &work->nodes[y];
    mark_bonds(work, x);
    take_bonds(work, x, y);
    q->parent = x;
    p->size += q->size;
    work->nodes[p->last_member].next_member = y;
    p->last_member = q->last_member;
    if (q->first_enemy != NONE) {
        if (p->first_enemy == NONE)
            p->first_enemy = q->first_enemy;
        else
            work->enemies[p->last_enemy].next = q->first_enemy;
        p->last_enemy = q->last_enemy;
    }
    p->verified = p->verified ? p->verified : q->verified;
    p->sources |= q->sources;
    for (uint32_t b = p->first_bond; b != NONE;) {
        struct bond *bond = &work->bonds[b];
        unsigned side = bond_side(bond, x);
        work->mark[bond->side[!side]] = 0;
        b = bond->next[side];
        if (bond->dead)
            continue;
        bond->version++;
        bond->ambiguous = bond->complete = false;
        weigh(work, bond);
        if (may_join(work, bond))
            heap_push(work, bond);
    }
}

/* ---- Setting up ---- */

static void set_up_nodes(struct clustering *work)
{
    const struct link_cluster_input *input = work->input;
    work->nodes = arena_array(work->arena, struct cluster_node, work->count);
    work->mark = arena_array(work->arena, uint32_t, work->count);
    work->members = arena_array(work->arena, uint32_t, work->count);
    for (uint32_t c = 0; c < work->count; c++) {
        uint32_t node = work->original[c];
        work->nodes[c] = (struct cluster_node){.parent = c,
                                               .size = 1,
                                               .first_bond = NONE,
                                               .last_member = c,
                                               .next_member = NONE,
                                               .first_enemy = NONE,
                                               .last_enemy = NONE,
                                               .verified = input->verified ? input->verified[node] : 0,
                                               .sources = input->source ? work->plan->masks[input->source[node]] : 0};
    }
}

static uint32_t local_number(const struct clustering *work, uint32_t node)
{
    return work->plan->local[node];
}

static void add_enemy(struct clustering *work, uint32_t x, uint32_t y)
{
    ARENA_GROW(work->arena, work->enemies, work->enemy_count, work->enemy_capacity);
    uint32_t number = (uint32_t)work->enemy_count++;
    work->enemies[number] = (struct enemy){y, work->nodes[x].first_enemy};
    if (work->nodes[x].first_enemy == NONE)
        work->nodes[x].last_enemy = number;
    work->nodes[x].first_enemy = number;
}

static void set_up_enemies(struct clustering *work, const struct component_input *component)
{
    for (size_t i = 0; i < component->cannot_count; i++) {
        struct link_pair pair = work->input->cannot_link[component->cannot[i]];
        uint32_t x = local_number(work, pair.a), y = local_number(work, pair.b);
        add_enemy(work, x, y);
        add_enemy(work, y, x);
    }
}

void cluster_edge_odds(const struct cluster_plan *plan, struct memo *memo, const struct link_edge *edge, float *ret)
{
    struct compared compared;
    if (edge->frequency[0] == LINK_FREQUENCY_UNKNOWN) {
        compare_records(&plan->comparer, memo, edge->a, edge->b, &compared);
    } else {
        memcpy(compared.frequency, edge->frequency, sizeof compared.frequency);
        for (size_t f = 0; f < plan->fields - plan->near; f++)
            compared.level[f] = edge->pattern >> (6 * f) & 63;
    }
    cluster_pair_odds(plan, &compared, ret);
}

/* The field weights of one edge into its bond: with a model field by field, else the whole weight as one field. */
static void edge_fields(struct clustering *work, const struct link_edge *edge, const struct bond *bond)
{
    const struct cluster_plan *plan = work->plan;
    size_t at = (size_t)(bond - work->bonds) * plan->fields;
    if (!work->input->model) {
        work->sums[at] = exp2(fmin((double)edge->weight, 500));
        work->counts[at] = 1;
        return;
    }
    float few[LINK_FIELDS_MAX + 1];
    size_t place = pair_place(work, bond->side[0], bond->side[1]) * plan->fields;
    const float *odds = work->pairs && !work->paired ? work->pairs + place : few;
    if (odds == few)
        cluster_edge_odds(plan, work->memo, edge, few);
    for (size_t f = 0; f < plan->fields; f++) {
        work->sums[at + f] = (double)odds[f];
        work->counts[at + f] = odds[f] > 0;
    }
    if (work->paired) {
        memcpy(work->pairs + place, odds, plan->fields * sizeof *odds);
        work->paired[place / plan->fields] = 1;
    }
}

static int compare_local(const void *x, const void *y)
{
    const struct local_edge *p = x, *q = y;
    if (p->lo != q->lo)
        return p->lo < q->lo ? -1 : 1;
    return p->hi < q->hi ? -1 : p->hi > q->hi;
}

/* In order of both ends: where each pair of nodes has a place, by putting them there. */
static const struct local_edge *local_edges(const struct clustering *work, const struct component_input *component,
                                            size_t *ret_count)
{
    if (component->ends) {
        *ret_count = component->edge_count;
        return component->ends;
    }
    size_t n = work->count, count = component->edge_count, kept = 0;
    struct local_edge *edges = arena_array(work->arena, struct local_edge, count + 1);
    uint32_t *at = n <= CLUSTER_PAIRS ? arena_array(work->arena, uint32_t, n * n) : NULL; /* the edge + 1 */
    for (size_t i = 0; i < count; i++) {
        const struct link_edge *edge = &work->edges[i];
        uint32_t x = local_number(work, edge->a), y = local_number(work, edge->b);
        uint32_t lo = x < y ? x : y, hi = x < y ? y : x;
        if (at)
            at[lo * n + hi] = (uint32_t)i + 1;
        else
            edges[kept++] = (struct local_edge){lo, hi, (uint32_t)i};
    }
    for (uint32_t lo = 0; at && lo < n; lo++)
        for (uint32_t hi = lo + 1; hi < n; hi++)
            if (at[lo * n + hi])
                edges[kept++] = (struct local_edge){lo, hi, at[lo * n + hi] - 1};
    if (!at && count > 1)
        array_sort(edges, count, sizeof *edges, compare_local);
    *ret_count = kept;
    return edges;
}

/* In canonical order, so that sums come out the same to the last bit whatever the order of the records was. */
static void set_up_bonds(struct clustering *work, const struct component_input *component)
{
    const struct link_cluster_input *input = work->input;
    size_t fields = work->plan->fields;
    size_t count;
    const struct local_edge *edges = local_edges(work, component, &count);
    work->bonds = arena_array(work->arena, struct bond, count + 1);
    work->sums = arena_array(work->arena, double, (count + 1) * fields);
    work->counts = arena_array(work->arena, uint32_t, (count + 1) * fields);
    if (component->odds) {
        work->pairs = component->odds;
    } else if (input->model && work->count <= CLUSTER_PAIRS && work->count > 2) {
        work->pairs = arena_array(work->arena, float, (size_t)work->count * work->count * fields);
        work->paired = arena_array(work->arena, uint8_t, (size_t)work->count * work->count);
    }
    if (work->pairs)
        work->places = arena_array(work->arena, uint16_t, (size_t)work->count * work->count / 4 + 1);
    if (work->plan->guards && work->count <= CLUSTER_PAIRS)
        work->judged = arena_array(work->arena, struct judged, (size_t)work->count * work->count);
    for (size_t i = 0; i < count; i++) {
        const struct link_edge *edge = &work->edges[edges[i].edge];
        uint32_t number = (uint32_t)work->bond_count++;
        struct bond *bond = &work->bonds[number];
        *bond = (struct bond){
            .side = {edges[i].lo, edges[i].hi}, .next = {NONE, NONE}, .best = NONE, .rule = CLUSTER_NO_RULE};
        if (edge->verdict != LINK_QUIET && edge->verdict != LINK_APART)
            bond->best = edges[i].edge;
        bond->strong = edge->verdict == LINK_BY_WEIGHT && (double)edge->weight >= input->join;
        bond->by_rule = edge->verdict == LINK_JOIN;
        if (bond->by_rule)
            bond->rule = edge->guard;
        bond->review = edge->verdict == LINK_REVIEW;
        bond->apart = edge->verdict == LINK_APART;
        if (work->judged)
            work->judged[(size_t)edges[i].lo * work->count + edges[i].hi] =
                (struct judged){(uint8_t)(edge->verdict + 1), edge->guard};
        edge_fields(work, edge, bond);
        weigh(work, bond);
        link_bond(work, number, edges[i].lo);
        link_bond(work, number, edges[i].hi);
    }
}

/* Must-links: by a person's word, so neither weights nor guards are asked; only what is stronger. */
static void join_must_links(struct clustering *work, const struct component_input *component,
                            struct component_result *ret)
{
    for (size_t i = 0; i < component->must_count; i++) {
        struct link_pair pair = work->input->must_link[component->must[i]];
        uint32_t x = cluster_find(work, local_number(work, pair.a)), y = cluster_find(work, local_number(work, pair.b));
        if (x == y)
            continue;
        if (cluster_kept_apart(work, x, y)) {
            ARENA_GROW(ret->arena, ret->refused, ret->refused_count, ret->refused_capacity);
            ret->refused[ret->refused_count++] = component->must[i];
        } else {
            merge(work, x < y ? x : y, x < y ? y : x);
        }
    }
}

static void agglomerate(struct clustering *work)
{
    work->heap_count = 0; /* must-links may have pushed some */
    for (size_t b = 0; b < work->bond_count; b++)
        if (!work->bonds[b].dead && may_join(work, &work->bonds[b]))
            heap_push(work, &work->bonds[b]);
    while (work->heap_count > 0) {
        struct candidate top = heap_pop(work);
        struct bond *bond = &work->bonds[top.bond];
        if (bond->dead || bond->version != top.version)
            continue;
        if (!bond->complete) {
            complete(work, bond);
            if (may_join(work, bond))
                heap_push(work, bond);
            continue;
        }
        if (cluster_forbidden(work, bond->side[0], bond->side[1], bond, NONE))
            continue;
        if (cluster_ambiguous(work, bond)) {
            bond->ambiguous = true;
            continue;
        }
        merge(work, bond->side[0], bond->side[1]);
    }
}

/* ---- Results ---- */

static void collect_doubts(struct clustering *work, struct component_result *ret)
{
    for (size_t b = 0; b < work->bond_count; b++) {
        const struct bond *bond = &work->bonds[b];
        if (bond->dead || bond->best == NONE)
            continue;
        const struct link_edge *edge = &work->edges[bond->best];
        if ((double)edge->weight < work->input->review || bond->apart > 0 ||
            cluster_kept_apart(work, bond->side[0], bond->side[1]) ||
            (work->nodes[bond->side[0]].sources & work->nodes[bond->side[1]].sources))
            continue;
        struct link_doubt doubt = {edge->a, edge->b, edge->weight, LINK_DOUBT_WEIGHT, edge->guard};
        if (bond->ambiguous)
            doubt.reason = LINK_DOUBT_AMBIGUOUS;
        else if (edge->verdict == LINK_REVIEW)
            doubt.reason = LINK_DOUBT_GUARD;
        else if (may_join(work, bond))
            doubt.reason = LINK_DOUBT_CONSTRAINT;
        ARENA_GROW(ret->arena, ret->doubts, ret->doubt_count, ret->doubt_capacity);
        ret->doubts[ret->doubt_count++] = doubt;
    }
}

static void collect_light(struct clustering *work, const struct component_input *component,
                          struct component_result *ret)
{
    ret->edge_count += component->edge_count;
    if (work->nodes[0].size == work->count)
        return;
    for (size_t i = 0; i < component->edge_count; i++) {
        const struct link_edge *edge = &component->edges[i];
        if (cluster_find(work, local_number(work, edge->a)) != cluster_find(work, local_number(work, edge->b)))
            light_add(ret->light, (struct light_edge){edge->a, edge->b, edge->weight});
    }
}

void cluster_component(const struct cluster_plan *plan, const struct component_input *component, struct memo *memo,
                       struct cluster_table *table, struct arena *arena, uint32_t *ret_root,
                       struct component_result *ret)
{
    if (cluster_table_serves(plan, component)) {
        cluster_table_refine(plan, component, memo, table, ret_root, ret);
        return;
    }
    struct clustering work = {.plan = plan,
                              .input = plan->input,
                              .arena = arena,
                              .memo = memo,
                              .count = component->count,
                              .original = component->nodes,
                              .edges = component->edges};
    set_up_nodes(&work);
    set_up_enemies(&work, component);
    set_up_bonds(&work, component);
    join_must_links(&work, component, ret);
    agglomerate(&work);
    for (uint32_t c = 0; c < work.count; c++)
        ret_root[c] = cluster_find(&work, c);
    collect_doubts(&work, ret);
    if (ret->light)
        collect_light(&work, component, ret);
}
