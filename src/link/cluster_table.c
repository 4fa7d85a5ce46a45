/* cluster_table.c: agglomeration of small components where weights alone have a say.
 *
 * The merges are those of cluster_component.c, in the same order, but where two scores differ in their last bit alone:
 * here a logarithm is of a product, there a sum of logarithms. There each two clusters with an edge between them are
 * a bond in two lists and, each time that their score changes, an entry of a heap; before a merge every pair of their
 * records is read again. Most components are of a dozen records that nearly all meet, so here all lies in tables by two
 * nodes. The best of each row is kept, and the best row is found by looking at all. Of each record and each cluster the
 * sums of the odds are kept by field: a merge adds one cluster's to the other's, side by side for all records, and the
 * score of two clusters costs as many steps as they have records together, not as they have pairs. Fields lie in lanes
 * that the compiler turns into vectors.
 *
 * A logarithm is taken of a product only: fields in which as many records say something share one. */
#include "link/cluster.h"

#include <math.h>

enum { NONE = CLUSTER_NONE, NODES = CLUSTER_PAIRS, TABLE = NODES * NODES, LANES = 4 };
enum { WIDTH_MAX = (LINK_FIELDS_MAX + 1 + LANES - 1) / LANES * LANES };

/* Two clusters with an edge between them, at the lesser name × nodes + the greater. */
struct tie {
    uint16_t edges, strong; /* of them those of `join` or more */
    bool complete;          /* `open` is of every cross pair, not of the edges alone */
    float score;            /* of the edges, where some of them are strong */
};

struct cluster_table {
    size_t width;          /* lanes in use */
    float open[TABLE];     /* by place of a tie: its score if it may join; else CLOSED */
    uint32_t best[NODES];  /* by cluster: the greater one that it is best joined with */
    uint32_t alive[NODES]; /* clusters, ascending */
    uint32_t size[NODES], last_member[NODES], next_member[NODES]; /* by cluster; by node */
    uint32_t heaviest[TABLE];                                     /* by place: the heaviest edge + 1 */
    struct tie ties[TABLE];
    struct local_edge ends[TABLE / 2];
    uint32_t edge_at[TABLE]; /* by pair: its edge + 1 */
    /* By lane: */
    double *edge_sums, *edge_counts; /* by place, over the edges between the two: 2^weight; how many have the field */
    double *sums, *counts;           /* by cluster, then node: the same over all of the cluster's records */
    float *odds;                     /* by pair, as in struct component_input */
};

#define CLOSED (-INFINITY)

struct tabled {
    const struct cluster_plan *plan;
    const struct component_input *component;
    struct cluster_table *table;
    size_t n, alive;
};

struct cluster_table *cluster_table_make(const struct cluster_plan *plan, struct arena *arena)
{
    struct cluster_table *table = arena_large(arena, sizeof *table);
    table->width = (plan->fields + LANES - 1) / LANES * LANES;
    double **lanes[] = {&table->edge_sums, &table->edge_counts, &table->sums, &table->counts};
    for (size_t i = 0; i < countof(lanes); i++)
        *lanes[i] = arena_large(arena, TABLE * table->width * sizeof(double));
    table->odds = arena_large(arena, TABLE * plan->fields * sizeof *table->odds);
    return table;
}

/* ---- Lanes ---- */

static void add_lanes(double *restrict to, const double *restrict from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        to[i] += from[i];
}

/* The mean of each lane; 1 where nobody has it. */
static void mean_lanes(const double *restrict sum, const double *restrict count, size_t width, double *restrict ret)
{
    for (size_t at = 0; at < width; at += LANES)
        for (size_t l = at; l < at + LANES; l++) {
            double none = count[l] == 0 ? 1.0 : 0.0;
            ret[l] = sum[l] / (count[l] + none) + none;
        }
}

/* What the means of a cluster's records come to, by lane: a product as mantissa (below 2^NODES) and exponent. */
struct explained {
    double mantissa[WIDTH_MAX];
    int64_t exponent[WIDTH_MAX];
    double filled[WIDTH_MAX];
    double near; /* bits */
};

union lane {
    double number;
    uint64_t bits;
};

static void explain_one(const struct cluster_plan *plan, size_t width, const double *sum, const double *count,
                        struct explained *explained)
{
    UNINITIALIZED union lane mean[WIDTH_MAX];
    mean_lanes(sum, count, width, &mean[0].number);
    size_t near = plan->fields - 1;
    if (plan->near && count[near] > 0)
        explained->near += mean[near].number - 1;
    if (plan->near)
        mean[near].number = 1;
    for (size_t at = 0; at < width; at += LANES)
        for (size_t l = at; l < at + LANES; l++) {
            uint64_t bits = mean[l].bits;
            explained->exponent[l] += (int64_t)(bits >> 52) - 1023;
            mean[l].bits = (bits & 0x000fffffffffffffull) | 0x3ff0000000000000ull;
            explained->mantissa[l] *= mean[l].number;
            explained->filled[l] += count[l] == 0 ? 0.0 : 1.0;
        }
}

/* The prior and, for each field, the mean over the records of log2 of their means. */
static double score_of(const struct cluster_plan *plan, const struct explained *explained)
{
    size_t fields = plan->fields - plan->near;
    double score = plan->prior;
    bool taken[WIDTH_MAX] = {false};
    for (size_t f = 0; f < fields; f++) {
        double filled = explained->filled[f], mantissa = 1;
        int64_t exponent = 0;
        if (taken[f] || filled == 0)
            continue;
        for (size_t g = f; g < fields; g++)
            if (explained->filled[g] == filled) {
                int own;
                mantissa *= frexp(explained->mantissa[g], &own);
                exponent += own + explained->exponent[g];
                taken[g] = true;
            }
        score += ((double)exponent + log2(mantissa)) / filled;
    }
    if (plan->near && explained->filled[fields] > 0)
        score -= explained->near / explained->filled[fields];
    return score;
}

/* How well the records of one cluster are explained by the other. */
static double explain(const struct tabled *work, uint32_t cluster, uint32_t by)
{
    const struct cluster_table *table = work->table;
    UNINITIALIZED struct explained explained;
    for (size_t l = 0; l < WIDTH_MAX; l++) {
        explained.mantissa[l] = 1;
        explained.exponent[l] = 0;
        explained.filled[l] = 0;
    }
    explained.near = 0;
    for (uint32_t c = cluster; c != NONE; c = table->next_member[c]) {
        size_t at = (by * work->n + c) * table->width;
        explain_one(work->plan, table->width, table->sums + at, table->counts + at, &explained);
    }
    return score_of(work->plan, &explained);
}

static float fit(const struct tabled *work, uint32_t x, uint32_t y)
{
    uint32_t rows = work->table->size[x], columns = work->table->size[y];
    double one = explain(work, x, y), two = explain(work, y, x);
    double smaller = rows < columns ? one : columns < rows ? two : (one + two) / 2;
    return (float)(0.6 * smaller + 0.2 * (one + two));
}

/* ---- Ties ---- */

static size_t place_of(const struct tabled *work, uint32_t x, uint32_t y)
{
    return x < y ? x * work->n + y : y * work->n + x;
}

/* From the edges alone: they are the best of the cross pairs, so this is an upper bound more often than not. */
static float weigh(const struct tabled *work, size_t place)
{
    const struct cluster_plan *plan = work->plan;
    const struct cluster_table *table = work->table;
    size_t at = place * table->width, near = plan->fields - 1;
    UNINITIALIZED double mean[WIDTH_MAX];
    mean_lanes(table->edge_sums + at, table->edge_counts + at, table->width, mean);
    double bits = 0, odds = 1; /* of ten fields at most, each within 2^±80 */
    if (plan->near && table->edge_counts[at + near] > 0)
        bits = mean[near] - 1;
    for (size_t f = 0; f < plan->fields - plan->near; f++)
        odds *= mean[f];
    return (float)(plan->prior + log2(odds) - bits);
}

/* The same of one edge. */
static float weigh_edge(const struct cluster_plan *plan, const double *odds)
{
    double all = 1, bits = 0;
    size_t near = plan->fields - plan->near;
    for (size_t f = 0; f < near; f++)
        all *= odds[f] > 0 ? odds[f] : 1;
    if (plan->near && odds[near] > 0)
        bits = odds[near] - 1;
    return (float)(plan->prior + log2(all) - bits);
}

static void open_tie(const struct tabled *work, size_t place, float score)
{
    const struct tie *tie = &work->table->ties[place];
    work->table->open[place] = tie->strong > 0 && (double)score >= work->plan->input->join ? score : CLOSED;
}

/* The best of a row; among equals the lowest. */
static void find_best(const struct tabled *work, uint32_t x)
{
    const float *row = work->table->open + x * work->n;
    uint32_t best = x;
    float most = CLOSED;
    for (uint32_t y = x + 1; y < work->n; y++)
        if (row[y] > most) {
            most = row[y];
            best = y;
        }
    work->table->best[x] = best;
}

/* After the row's ties to x and y became one. */
static void keep_best(const struct tabled *work, uint32_t z, uint32_t x, uint32_t y)
{
    struct cluster_table *table = work->table;
    const float *row = table->open + z * work->n;
    uint32_t best = table->best[z];
    if (best == x || best == y)
        find_best(work, z);
    else if (z < x && (row[x] > row[best] || (row[x] == row[best] && x < best)))
        table->best[z] = x;
}

/* The tie of x and z takes that of y and z in, if there is one; scores begin again from the edges. */
static void take_tie(const struct tabled *work, uint32_t x, uint32_t y, uint32_t z)
{
    struct cluster_table *table = work->table;
    size_t to = place_of(work, x, z), from = place_of(work, y, z), width = table->width;
    struct tie *tie = &table->ties[to];
    const struct tie *taken = &table->ties[from];
    if (taken->edges > 0) {
        bool first = tie->edges == 0;
        tie->edges = (uint16_t)(tie->edges + taken->edges);
        tie->strong = (uint16_t)(tie->strong + taken->strong);
        double *sums = table->edge_sums + to * width, *counts = table->edge_counts + to * width;
        if (first) {
            memcpy(sums, table->edge_sums + from * width, width * sizeof *sums);
            memcpy(counts, table->edge_counts + from * width, width * sizeof *counts);
            tie->score = taken->score;
        } else {
            add_lanes(sums, table->edge_sums + from * width, width);
            add_lanes(counts, table->edge_counts + from * width, width);
            tie->score = tie->strong > 0 ? weigh(work, to) : 0;
        }
    }
    tie->complete = false;
    if (tie->edges > 0)
        open_tie(work, to, tie->score);
    table->open[from] = CLOSED;
}

/* Puts the cluster y into x, x < y. */
static void merge(struct tabled *work, uint32_t x, uint32_t y)
{
    struct cluster_table *table = work->table;
    size_t row = work->n * table->width, left = 0;
    table->next_member[table->last_member[x]] = y;
    table->last_member[x] = table->last_member[y];
    table->size[x] += table->size[y];
    table->open[x * work->n + y] = CLOSED;
    for (size_t i = 0; i < work->alive; i++)
        if (table->alive[i] != y)
            table->alive[left++] = table->alive[i];
    work->alive = left;
    if (left == 1)
        return;
    add_lanes(table->sums + x * row, table->sums + y * row, row);
    add_lanes(table->counts + x * row, table->counts + y * row, row);
    for (size_t i = 0; i < left; i++) {
        uint32_t z = table->alive[i];
        if (z == x)
            continue;
        take_tie(work, x, y, z);
        if (z < y)
            keep_best(work, z, x, y);
    }
    find_best(work, x);
}

static void agglomerate(struct tabled *work)
{
    struct cluster_table *table = work->table;
    while (work->alive > 1) {
        uint32_t x = NONE;
        float best = CLOSED;
        for (size_t i = 0; i + 1 < work->alive; i++) {
            uint32_t row = table->alive[i];
            float score = table->open[row * work->n + table->best[row]];
            if (score > best) {
                best = score;
                x = row;
            }
        }
        if (x == NONE)
            return;
        uint32_t y = table->best[x];
        size_t place = x * work->n + y;
        if (!table->ties[place].complete && table->size[x] + table->size[y] > 2) {
            table->ties[place].complete = true;
            open_tie(work, place, fit(work, x, y));
            find_best(work, x);
        } else {
            merge(work, x, y);
        }
    }
}

/* ---- Setting up ---- */

static void set_up_nodes(struct tabled *work)
{
    struct cluster_table *table = work->table;
    for (uint32_t c = 0; c < work->n; c++) {
        table->alive[c] = table->last_member[c] = c;
        table->next_member[c] = NONE;
        table->size[c] = 1;
    }
    work->alive = work->n;
}

/* The sums of single records: what each pair brings. */
static void set_up_sums(struct tabled *work, const float *odds)
{
    struct cluster_table *table = work->table;
    size_t n = work->n, width = table->width, fields = work->plan->fields;
    for (size_t lo = 0; lo < n; lo++) {
        memset(table->sums + (lo * n + lo) * width, 0, width * sizeof *table->sums);
        memset(table->counts + (lo * n + lo) * width, 0, width * sizeof *table->counts);
        for (size_t hi = lo + 1; hi < n; hi++) {
            UNINITIALIZED float own[WIDTH_MAX];
            const float *pair = odds + (lo * n + hi) * fields;
            for (size_t l = 0; l < width; l++)
                own[l] = l < fields ? pair[l] : 0;
            double *sums = table->sums + (lo * n + hi) * width, *turned = table->sums + (hi * n + lo) * width,
                   *counts = table->counts + (lo * n + hi) * width,
                   *turned_counts = table->counts + (hi * n + lo) * width;
            for (size_t l = 0; l < width; l++) {
                sums[l] = turned[l] = (double)own[l];
                counts[l] = turned_counts[l] = own[l] > 0 ? 1.0 : 0.0;
            }
        }
    }
}

static void set_up_ties(struct tabled *work, const struct local_edge *ends, size_t count)
{
    struct cluster_table *table = work->table;
    const struct component_input *component = work->component;
    size_t n = work->n, width = table->width;
    for (size_t place = 0; place < n * n; place++) {
        table->open[place] = CLOSED;
        table->ties[place] = (struct tie){0};
    }
    for (uint32_t x = 0; x < n; x++)
        table->best[x] = x;
    for (size_t i = 0; i < count; i++) {
        size_t place = ends[i].lo * n + ends[i].hi;
        memcpy(table->edge_sums + place * width, table->sums + place * width, width * sizeof(double));
        memcpy(table->edge_counts + place * width, table->counts + place * width, width * sizeof(double));
        bool strong = (double)component->edges[ends[i].edge].weight >= work->plan->input->join;
        table->ties[place] =
            (struct tie){.edges = 1,
                         .strong = strong,
                         .score = strong ? weigh_edge(work->plan, table->edge_sums + place * width) : 0};
        open_tie(work, place, table->ties[place].score);
        if (table->open[place] > table->open[ends[i].lo * n + table->best[ends[i].lo]])
            table->best[ends[i].lo] = ends[i].hi;
    }
}

/* Where only edges are known: each pair's odds, those without an edge compared, and the edges in order of their ends.
 */
static size_t compare_pairs(struct tabled *work, struct memo *memo)
{
    const struct cluster_plan *plan = work->plan;
    const struct component_input *component = work->component;
    struct cluster_table *table = work->table;
    size_t n = work->n, edges = 0, batch = 0;
    UNINITIALIZED struct link_pair pairs[COMPARE_BATCH];
    UNINITIALIZED size_t places[COMPARE_BATCH];
    memset(table->edge_at, 0, n * n * sizeof *table->edge_at);
    for (size_t i = 0; i < component->edge_count; i++) {
        const struct link_edge *edge = &component->edges[i];
        table->edge_at[place_of(work, plan->local[edge->a], plan->local[edge->b])] = (uint32_t)i + 1;
    }
    for (uint32_t lo = 0; lo < n; lo++)
        for (uint32_t hi = lo + 1; hi < n; hi++) {
            size_t place = lo * n + hi;
            uint32_t edge = table->edge_at[place];
            if (edge) {
                table->ends[edges++] = (struct local_edge){lo, hi, edge - 1};
                cluster_edge_odds(plan, memo, &component->edges[edge - 1], table->odds + place * plan->fields);
                continue;
            }
            pairs[batch] = (struct link_pair){component->nodes[lo], component->nodes[hi]};
            places[batch++] = place;
            if (batch == COMPARE_BATCH) {
                cluster_compare_into(plan, memo, pairs, places, batch, table->odds);
                batch = 0;
            }
        }
    if (batch > 0)
        cluster_compare_into(plan, memo, pairs, places, batch, table->odds);
    return edges;
}

/* ---- Results ---- */

static void name_roots(const struct tabled *work, uint32_t *ret_root)
{
    const struct cluster_table *table = work->table;
    for (size_t i = 0; i < work->alive; i++)
        for (uint32_t c = table->alive[i]; c != NONE; c = table->next_member[c])
            ret_root[c] = table->alive[i];
}

/* Of each two clusters the heaviest edge, if a person could be asked; and all of them where they are wanted. */
static void collect_between(struct tabled *work, const uint32_t *root, const struct local_edge *ends, size_t count,
                            struct component_result *ret)
{
    struct cluster_table *table = work->table;
    const struct link_edge *edges = work->component->edges;
    for (size_t i = 0; i < work->alive; i++)
        memset(table->heaviest + table->alive[i] * work->n, 0, work->n * sizeof *table->heaviest);
    for (size_t i = 0; i < count; i++) {
        const struct link_edge *edge = &edges[ends[i].edge];
        uint32_t x = root[ends[i].lo], y = root[ends[i].hi], *heaviest = &table->heaviest[place_of(work, x, y)];
        if (x == y)
            continue;
        if (ret->light)
            light_add(ret->light, (struct light_edge){edge->a, edge->b, edge->weight});
        if (!*heaviest || edge->weight > edges[*heaviest - 1].weight) /* among equals the first by its ends */
            *heaviest = ends[i].edge + 1;
    }
    for (size_t i = 0; i < work->alive; i++)
        for (size_t k = i + 1; k < work->alive; k++) {
            uint32_t heaviest = table->heaviest[table->alive[i] * work->n + table->alive[k]];
            const struct link_edge *edge = &edges[heaviest ? heaviest - 1 : 0];
            if (!heaviest || (double)edge->weight < work->plan->input->review)
                continue;
            ARENA_GROW(ret->arena, ret->doubts, ret->doubt_count, ret->doubt_capacity);
            ret->doubts[ret->doubt_count++] =
                (struct link_doubt){edge->a, edge->b, edge->weight, LINK_DOUBT_WEIGHT, edge->guard};
        }
}

bool cluster_table_serves(const struct cluster_plan *plan, const struct component_input *component)
{
    size_t n = component->count;
    return !plan->constrained && component->must_count + component->cannot_count == 0 && plan->input->model &&
           n <= NODES && (component->odds || 4 * component->edge_count >= n * (n - 1));
}

void cluster_table_refine(const struct cluster_plan *plan, const struct component_input *component, struct memo *memo,
                          struct cluster_table *table, uint32_t *ret_root, struct component_result *ret)
{
    struct tabled work = {.plan = plan, .component = component, .table = table, .n = component->count};
    size_t count = component->ends ? component->edge_count : compare_pairs(&work, memo);
    const struct local_edge *ends = component->ends ? component->ends : table->ends;
    set_up_nodes(&work);
    set_up_sums(&work, component->odds ? component->odds : table->odds);
    set_up_ties(&work, ends, count);
    agglomerate(&work);
    name_roots(&work, ret_root);
    if (ret->light)
        ret->edge_count += component->edge_count;
    if (work.alive > 1)
        collect_between(&work, ret_root, ends, count, ret);
}
