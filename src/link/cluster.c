/* cluster.c: edges to entities, field by field and under constraints.
 *
 * Agglomeration from the heaviest pair of clusters down. The weight of two clusters is the prior plus, for each field,
 * log2 of the mean over their cross pairs of 2^(the field's weight): the odds that the second record copied one of the
 * first cluster's values. So a cluster may hold two spellings, two addresses, a married name, and each new record need
 * agree with one of them in each field. On the historical data connected components reach F1 .85 to .93 at their best
 * threshold, average linkage .918, this .962 (reference/linkage.md). Sums and counts of cross pairs add up, so a merge
 * costs an addition for each neighbour.
 *
 * Every node is renamed by its canonical key first; a cluster is called by its lowest node; ties break by these names.
 * Clusters of different components never meet in any sum or comparison, so each component's result is its own.
 *
 * What forbids a merge (forbidden()): a steward's cannot-link, two verified identifiers, two records of a source
 * without duplicates, a guard between any two of their records. What delays it to a person (ambiguous()): a second
 * cluster that one of the two fits about as well, and that cannot be one with the other. */

#include "link/score.h"

#include <math.h>
#include <stdlib.h>

enum { NONE = 0xffffffffu, GUARD_MEMBERS = 64, CROSS_PAIRS = 1 << 14 };

/* Two clusters that have at least one edge between them. */
struct bond {
    uint32_t side[2]; /* clusters; [0] < [1] */
    uint32_t next[2]; /* next bond in the list of that side */
    uint32_t version;
    uint32_t best;                   /* heaviest edge that may become a doubt, or NONE */
    uint32_t strong;                 /* edges of join or more that may join by weight */
    uint32_t by_rule, review, apart; /* edges of these verdicts */
    float score;
    bool dead, ambiguous;
    bool complete; /* the sums hold every cross pair, not only the edges */
};

struct cluster_node {
    uint32_t parent, size;
    uint32_t first_bond;
    uint32_t last_member, next_member; /* members as a list from the cluster's name */
    uint32_t first_enemy, last_enemy;  /* places in enemies */
    uint64_t verified, sources;
};

struct enemy {
    uint32_t node, next;
};

struct candidate {
    float score;
    uint32_t lo, hi, bond, version;
};

struct clustering {
    const struct link_cluster_input *input;
    struct arena *arena;
    size_t fields;
    uint32_t count;
    uint32_t *original;  /* node by canonical number */
    uint32_t *canonical; /* canonical number by node, NONE for nodes left out */
    struct cluster_node *nodes;
    struct bond *bonds;
    size_t bond_count;
    double *sums;
    uint32_t *counts;
    struct enemy *enemies;
    size_t enemy_count, enemy_capacity;
    struct candidate *heap;
    size_t heap_count, heap_capacity;
    uint32_t *mark; /* by cluster: the bond to it of the cluster being merged + 1 */
    struct comparer comparer;
    struct memo *memo;
    double prior;
    double odds[LINK_FIELDS_MAX][LINK_PATTERN_LEVELS], odds_of_frequency[256]; /* 2^weight, 2^bits */
    bool guards, constrained;
    float margin;
};

static uint32_t find(struct clustering *work, uint32_t node)
{
    while (work->nodes[node].parent != node) {
        work->nodes[node].parent = work->nodes[work->nodes[node].parent].parent;
        node = work->nodes[node].parent;
    }
    return node;
}

static uint32_t component_root(uint32_t *parent, uint32_t node)
{
    while (parent[node] != node)
        node = parent[node] = parent[parent[node]];
    return node;
}

/* ---- The heap: heaviest first, then the lowest names ---- */

static bool comes_first(const struct candidate *a, const struct candidate *b)
{
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
    struct candidate item = {bond->score, bond->side[0], bond->side[1], (uint32_t)(bond - work->bonds), bond->version};
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

/* ---- Bonds ---- */

static unsigned side_of(const struct bond *bond, uint32_t cluster)
{
    return bond->side[1] == cluster;
}

static void weigh(struct clustering *work, struct bond *bond)
{
    size_t at = (size_t)(bond - work->bonds) * work->fields;
    double score = work->prior;
    for (size_t f = 0; f < work->fields; f++)
        if (work->counts[at + f] > 0)
            score += log2(work->sums[at + f] / work->counts[at + f]);
    if (bond->by_rule > 0 && score < work->input->join)
        score = work->input->join;
    bond->score = (float)score;
}

/* Adds the fields of one pair of levels and frequencies. */
static void add_compared(struct clustering *work, const struct compared *compared, size_t at)
{
    for (size_t f = 0; f < work->fields; f++) {
        if (compared->level[f] == 0)
            continue;
        work->sums[at + f] += work->odds[f][compared->level[f]] * work->odds_of_frequency[compared->frequency[f] + 128];
        work->counts[at + f]++;
    }
}

static void set_up_odds(struct clustering *work)
{
    for (size_t f = 0; f < work->fields; f++)
        for (unsigned level = 0; level < LINK_PATTERN_LEVELS; level++)
            work->odds[f][level] = exp2(work->input->model->levels[f].weight[level]);
    for (int steps = -128; steps < 128; steps++)
        work->odds_of_frequency[steps + 128] = exp2(compare_frequency((int8_t)steps));
}

static void add_pairs(struct clustering *work, const struct link_pair *pairs, size_t count, size_t at)
{
    struct compared compared[COMPARE_BATCH];
    compare_batch(&work->comparer, work->memo, pairs, count, compared);
    for (size_t i = 0; i < count; i++)
        add_compared(work, &compared[i], at);
}

/* The edges are the best of the cross pairs, so their mean is too high: before a merge the mean is taken over all. */
static void complete(struct clustering *work, struct bond *bond)
{
    const struct cluster_node *p = &work->nodes[bond->side[0]], *q = &work->nodes[bond->side[1]];
    bond->complete = true;
    if (!work->input->model || (p->size == 1 && q->size == 1) || (uint64_t)p->size * q->size > CROSS_PAIRS)
        return;
    size_t at = (size_t)(bond - work->bonds) * work->fields;
    for (size_t f = 0; f < work->fields; f++) {
        work->sums[at + f] = 0;
        work->counts[at + f] = 0;
    }
    struct link_pair pairs[COMPARE_BATCH];
    size_t count = 0;
    for (uint32_t a = bond->side[0]; a != NONE; a = work->nodes[a].next_member)
        for (uint32_t b = bond->side[1]; b != NONE; b = work->nodes[b].next_member) {
            pairs[count++] = (struct link_pair){work->original[a], work->original[b]};
            if (count == COMPARE_BATCH) {
                add_pairs(work, pairs, count, at);
                count = 0;
            }
        }
    add_pairs(work, pairs, count, at);
    weigh(work, bond);
}

static bool may_join(const struct clustering *work, const struct bond *bond)
{
    return (double)bond->score >= work->input->join && (bond->strong > 0 || bond->by_rule > 0);
}

/* The heavier edge first; ties by the canonical numbers of its ends. */
static bool better_edge(const struct clustering *work, uint32_t x, uint32_t y)
{
    const struct link_edge *p = &work->input->edges[x], *q = &work->input->edges[y];
    if (p->weight != q->weight)
        return p->weight > q->weight;
    uint32_t ends_p[2] = {work->canonical[p->a], work->canonical[p->b]};
    uint32_t ends_q[2] = {work->canonical[q->a], work->canonical[q->b]};
    uint32_t lo_p = ends_p[0] < ends_p[1] ? ends_p[0] : ends_p[1], lo_q = ends_q[0] < ends_q[1] ? ends_q[0] : ends_q[1];
    if (lo_p != lo_q)
        return lo_p < lo_q;
    return ends_p[0] + ends_p[1] - lo_p < ends_q[0] + ends_q[1] - lo_q;
}

static void add_bond(struct clustering *work, struct bond *into, const struct bond *from)
{
    size_t a = (size_t)(into - work->bonds) * work->fields, b = (size_t)(from - work->bonds) * work->fields;
    for (size_t f = 0; f < work->fields; f++) {
        work->sums[a + f] += work->sums[b + f];
        work->counts[a + f] += work->counts[b + f];
    }
    into->complete = into->complete && from->complete;
    into->strong += from->strong;
    into->by_rule += from->by_rule;
    into->review += from->review;
    into->apart += from->apart;
    if (from->best != NONE && (into->best == NONE || better_edge(work, from->best, into->best)))
        into->best = from->best;
}

/* ---- What forbids ---- */

static bool enemies(struct clustering *work, uint32_t x, uint32_t y)
{
    for (uint32_t e = work->nodes[x].first_enemy; e != NONE; e = work->enemies[e].next)
        if (find(work, work->enemies[e].node) == y)
            return true;
    return false;
}

/* Whether a person's or an owner's word stands between two clusters. */
static bool kept_apart(struct clustering *work, uint32_t x, uint32_t y)
{
    const struct cluster_node *p = &work->nodes[x], *q = &work->nodes[y];
    return (p->verified && q->verified && p->verified != q->verified) || enemies(work, x, y);
}

/* ---- A third record that lifts a guard ----
 *
 * A guard speaks of two records alone: born in 1993 and in 1939 they are two people. But a third record, born in 1939
 * on the same day, may be plainly one with both, and then the guard met a slip of the pen. It must be one with both on
 * its own account: joined by a rule, or heavy enough without a guard. It must give itself what the guard speaks of, in
 * full, so that neither a bare year nor an initial lifts anything. And where names are spoken of, it must bear the name
 * of one of the two: "Chris" does not make one of Christopher and Christine, nor of twins. */

static bool full_value(const struct clustering *work, uint32_t node, uint16_t column)
{
    struct slice text = record_value(work->input->records, work->original[node], column)->text;
    if (work->comparer.spec->columns[column].kind == LINK_DATE)
        return text.len == 8 && text.at[6] + text.at[7] > 2 * '0';
    return text.len > 1;
}

/* Whether this record bears the other's value of a column that the guard speaks of, or meets what lifts the guard. */
static bool bears(const struct clustering *work, const struct link_guard *guard, uint16_t column, uint32_t c,
                  uint32_t other)
{
    enum { BORNE = LINK_IS_SAME | LINK_IS_WITHIN };
    uint32_t x = work->original[c], y = work->original[other];
    if (compare_class(&work->comparer, column, x, y) & BORNE)
        return true;
    for (size_t i = 0; i < guard->unless_count; i++) {
        unsigned class = compare_class(&work->comparer, guard->unless[i].column, x, y);
        if ((class & guard->unless[i].classes) && (class & BORNE))
            return true;
    }
    return false;
}

/* *ret_by_rule: a rule joins the two. */
static bool plainly_one(struct clustering *work, uint32_t c, uint32_t other, bool *ret_by_rule)
{
    uint8_t guard;
    uint32_t x = work->original[c], y = work->original[other];
    enum link_verdict verdict = compare_verdict(&work->comparer, x, y, &guard);
    *ret_by_rule = verdict == LINK_JOIN;
    if (verdict != LINK_BY_WEIGHT)
        return *ret_by_rule;
    struct compared compared;
    compare_records(&work->comparer, work->memo, x, y, &compared);
    return (double)score_weight(work->input->model, &compared) >= work->input->join;
}

static bool lifts(struct clustering *work, const struct link_guard *guard, uint32_t c, uint32_t a, uint32_t b)
{
    bool rule_a, rule_b;
    for (size_t i = 0; i < guard->when_count; i++)
        if (!(guard->when[i].classes & LINK_IS_MISSING) && !full_value(work, c, guard->when[i].column))
            return false;
    if (!plainly_one(work, c, a, &rule_a) || !plainly_one(work, c, b, &rule_b))
        return false;
    for (size_t i = 0; i < guard->when_count && !(rule_a || rule_b); i++) {
        uint16_t column = guard->when[i].column;
        if (!(guard->when[i].classes & LINK_IS_MISSING) && work->comparer.spec->columns[column].kind != LINK_DATE &&
            !bears(work, guard, column, c, a) && !bears(work, guard, column, c, b))
            return false;
    }
    return true;
}

/* Whether a record of these clusters (NONE: none) lifts the guard between two others. */
static bool lifted(struct clustering *work, uint8_t guard_number, uint32_t a, uint32_t b, const uint32_t *clusters)
{
    const struct link_guard *guard = &work->comparer.spec->guards[guard_number - 1];
    for (unsigned i = 0; i < 3; i++) {
        unsigned looked = 0;
        for (uint32_t c = clusters[i]; c != NONE && looked < GUARD_MEMBERS; c = work->nodes[c].next_member, looked++)
            if (c != a && c != b && lifts(work, guard, c, a, b))
                return true;
    }
    return false;
}

/* The guards between any two records of two clusters, also of pairs without an edge. One pair to be kept apart is
 * enough, unless a third record of them, or of the cluster `with`, lifts it. Pairs for review yield to a rule that
 * joins, or to a greater number of strong edges: a record that is called Anthoyn is one with Anthony, Anthony and Tony,
 * though Anthoyn and Tony alone would be another given name. */
static bool guarded(struct clustering *work, uint32_t x, uint32_t y, const struct bond *bond, uint32_t with)
{
    uint32_t review = bond ? bond->review : 0, strong = bond ? bond->strong : 0;
    bool by_rule = bond && bond->by_rule > 0;
    if (!work->guards)
        return (bond && bond->apart > 0) || (review > 0 && !by_rule && strong <= review);
    const uint32_t clusters[3] = {x, y, with};
    bool all = work->nodes[x].size <= GUARD_MEMBERS && work->nodes[y].size <= GUARD_MEMBERS;
    if (!all && bond && bond->apart > 0)
        return true;
    review = 0;
    unsigned left = 0;
    for (uint32_t a = x; a != NONE && left < GUARD_MEMBERS; a = work->nodes[a].next_member, left++) {
        unsigned right = 0;
        for (uint32_t b = y; b != NONE && right < GUARD_MEMBERS; b = work->nodes[b].next_member, right++) {
            uint8_t guard;
            enum link_verdict verdict = compare_verdict(&work->comparer, work->original[a], work->original[b], &guard);
            by_rule |= verdict == LINK_JOIN;
            if (verdict == LINK_BY_WEIGHT || verdict == LINK_JOIN || lifted(work, guard, a, b, clusters))
                continue;
            if (verdict == LINK_APART)
                return true;
            review += verdict == LINK_REVIEW;
        }
    }
    return review > 0 && !by_rule && strong <= review;
}

/* `with`: a cluster that both are about to be one with, or NONE. */
static bool forbidden(struct clustering *work, uint32_t x, uint32_t y, const struct bond *bond, uint32_t with)
{
    return kept_apart(work, x, y) || (work->nodes[x].sources & work->nodes[y].sources) ||
           guarded(work, x, y, bond, with);
}

static const struct bond *bond_between(const struct clustering *work, uint32_t x, uint32_t y)
{
    for (uint32_t b = work->nodes[x].first_bond; b != NONE; b = work->bonds[b].next[side_of(&work->bonds[b], x)])
        if (!work->bonds[b].dead && work->bonds[b].side[!side_of(&work->bonds[b], x)] == y)
            return &work->bonds[b];
    return NULL;
}

/* Whether no record of a cluster gives more of a given name than an initial. */
static bool only_initials(const struct clustering *work, uint32_t x)
{
    const struct link_spec *spec = work->comparer.spec;
    for (uint32_t a = x; a != NONE; a = work->nodes[a].next_member)
        for (size_t c = 0; c < spec->input_count; c++)
            if (spec->columns[c].kind == LINK_GIVEN_NAME && full_value(work, a, (uint16_t)c))
                return false;
    return true;
}

/* A tax bill to "L. Smith" at the home of Liz, born in 1944, is no rival of what makes her one with Elizabeth, born on
 * that day: it gives neither the name nor the day. Which of the two the bill belongs to is another question. */
static bool says_less(const struct clustering *work, const struct bond *bond, const struct bond *other, uint32_t z)
{
    size_t own = (size_t)(bond - work->bonds) * work->fields, its = (size_t)(other - work->bonds) * work->fields;
    bool less = false;
    for (size_t f = 0; f < work->fields; f++)
        less |= work->counts[own + f] > 0 && work->counts[its + f] == 0 &&
                log2(work->sums[own + f] / work->counts[own + f]) >= (double)work->margin;
    return less && work->input->model && only_initials(work, z);
}

/* Whether `x` fits another cluster about as well as `y`, one that cannot be one with `y`. */
static bool rival(struct clustering *work, uint32_t x, uint32_t y, const struct bond *bond)
{
    for (uint32_t b = work->nodes[x].first_bond, next; b != NONE; b = next) {
        struct bond *other = &work->bonds[b];
        unsigned side = side_of(other, x);
        next = other->next[side];
        if (other->dead || other == bond || other->score < bond->score - work->margin ||
            (double)other->score < work->input->review || (other->best == NONE && other->strong == 0))
            continue;
        uint32_t z = other->side[!side];
        if (says_less(work, bond, other, z) || forbidden(work, x, z, other, NONE))
            continue;
        if (forbidden(work, y, z, bond_between(work, y, z), x))
            return true;
    }
    return false;
}

/* Whether a record of x and one of z agree so in a column of this kind. */
static bool agree(const struct clustering *work, enum link_kind kind, unsigned classes, uint32_t x, uint32_t z)
{
    const struct link_spec *spec = work->comparer.spec;
    unsigned left = 0;
    for (uint32_t a = x; a != NONE && left < GUARD_MEMBERS; a = work->nodes[a].next_member, left++) {
        unsigned right = 0;
        for (uint32_t b = z; b != NONE && right < GUARD_MEMBERS; b = work->nodes[b].next_member, right++)
            for (size_t c = 0; c < spec->input_count; c++)
                if (spec->columns[c].kind == kind &&
                    (compare_class(&work->comparer, c, work->original[a], work->original[b]) & classes))
                    return true;
    }
    return false;
}

/* "J. Nudd", no more, at Janet's home may be her twin Judith, who is known from another home alone. */
static bool of_a_twin(struct clustering *work, uint32_t x, uint32_t y)
{
    if (!work->guards || !only_initials(work, x))
        return false;
    for (uint32_t b = work->nodes[y].first_bond; b != NONE; b = work->bonds[b].next[side_of(&work->bonds[b], y)]) {
        const struct bond *bond = &work->bonds[b];
        uint32_t z = bond->side[!side_of(bond, y)];
        if (!bond->dead && z != x && bond->review + bond->apart > 0 &&
            agree(work, LINK_GIVEN_NAME, LINK_IS_INITIAL, x, z) &&
            agree(work, LINK_FAMILY_NAME, LINK_IS_SAME | LINK_IS_CLOSE, x, z) &&
            agree(work, LINK_DATE, LINK_IS_SAME, y, z) && (kept_apart(work, y, z) || guarded(work, y, z, bond, NONE)))
            return true;
    }
    return false;
}

static bool ambiguous(struct clustering *work, const struct bond *bond)
{
    if (!work->constrained || work->margin <= 0 || bond->by_rule > 0)
        return false;
    uint32_t x = bond->side[0], y = bond->side[1];
    return rival(work, x, y, bond) || rival(work, y, x, bond) || of_a_twin(work, x, y) || of_a_twin(work, y, x);
}

/* ---- Merging ---- */

static void link_bond(struct clustering *work, uint32_t number, uint32_t cluster)
{
    struct bond *bond = &work->bonds[number];
    bond->next[side_of(bond, cluster)] = work->nodes[cluster].first_bond;
    work->nodes[cluster].first_bond = number;
}

/* Puts the cluster y into x, x < y. Bonds of y move to x or are added to x's own. */
static void merge(struct clustering *work, uint32_t x, uint32_t y)
{
    struct cluster_node *p = &work->nodes[x], *q = &work->nodes[y];
    /* x's living bonds, marked by their other end; dead ones are dropped from the list on the way. */
    uint32_t list = NONE;
    for (uint32_t b = p->first_bond, next; b != NONE; b = next) {
        struct bond *bond = &work->bonds[b];
        unsigned side = side_of(bond, x);
        next = bond->next[side];
        if (bond->dead)
            continue;
        bond->next[side] = list;
        list = b;
        work->mark[bond->side[!side]] = b + 1;
    }
    p->first_bond = list;
    for (uint32_t b = q->first_bond, next; b != NONE; b = next) {
        struct bond *bond = &work->bonds[b];
        unsigned side = side_of(bond, y);
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
            bond = kept;
        } else {
            /* z's link to this bond stays where it is when the sides change places. */
            uint32_t z_next = bond->next[!side];
            bond->side[0] = x < z ? x : z;
            bond->side[1] = x < z ? z : x;
            bond->next[side_of(bond, z)] = z_next;
            link_bond(work, b, x);
            work->mark[z] = b + 1;
            bond->complete = false; /* x and z had nothing between them so far */
        }
        bond->version++;
        bond->ambiguous = false;
        weigh(work, bond);
        if (may_join(work, bond))
            heap_push(work, bond);
    }
    for (uint32_t b = p->first_bond; b != NONE; b = work->bonds[b].next[side_of(&work->bonds[b], x)])
        work->mark[work->bonds[b].side[!side_of(&work->bonds[b], x)]] = 0;
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
}

/* ---- Setting up ---- */

struct keyed_node {
    uint64_t key;
    uint32_t node;
};

static int compare_keyed(const void *a, const void *b)
{
    const struct keyed_node *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->node < y->node ? -1 : x->node > y->node;
}

static bool source_masks(const struct link_cluster_input *input, uint64_t *masks, size_t sources, struct error *err)
{
    unsigned bit = 0;
    for (size_t s = 0; s < sources; s++) {
        if (!input->one_to_one && !(input->no_duplicates && input->no_duplicates[s]))
            continue;
        if (bit == 64)
            return error_set(err, ERROR_TOO_BIG, "more than 64 sources are said to hold no duplicates; take some out");
        masks[s] = 1ull << bit++;
    }
    return true;
}

static bool set_up_nodes(struct clustering *work, struct error *err)
{
    const struct link_cluster_input *input = work->input;
    struct keyed_node *keyed = arena_array(work->arena, struct keyed_node, (size_t)input->count + 1);
    size_t sources = 0;
    for (uint32_t i = 0; i < input->count; i++) {
        if (input->in && !input->in[i])
            continue;
        keyed[work->count++] = (struct keyed_node){input->keys ? input->keys[i] : i, i};
        if (input->source && input->source[i] >= sources)
            sources = (size_t)input->source[i] + 1;
    }
    uint64_t *masks = arena_array(work->arena, uint64_t, sources + 1);
    if (!source_masks(input, masks, sources, err))
        return false;
    qsort(keyed, work->count, sizeof *keyed, compare_keyed);
    work->original = arena_array(work->arena, uint32_t, (size_t)work->count + 1);
    work->canonical = arena_array(work->arena, uint32_t, (size_t)input->count + 1);
    work->nodes = arena_array(work->arena, struct cluster_node, (size_t)work->count + 1);
    work->mark = arena_array(work->arena, uint32_t, (size_t)work->count + 1);
    for (uint32_t i = 0; i < input->count; i++)
        work->canonical[i] = NONE;
    for (uint32_t c = 0; c < work->count; c++) {
        uint32_t node = keyed[c].node;
        work->original[c] = node;
        work->canonical[node] = c;
        work->nodes[c] = (struct cluster_node){.parent = c,
                                               .size = 1,
                                               .first_bond = NONE,
                                               .last_member = c,
                                               .next_member = NONE,
                                               .first_enemy = NONE,
                                               .last_enemy = NONE,
                                               .verified = input->verified ? input->verified[node] : 0,
                                               .sources = input->source ? masks[input->source[node]] : 0};
        work->constrained |= work->nodes[c].verified != 0 || work->nodes[c].sources != 0;
    }
    return true;
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

static void set_up_enemies(struct clustering *work)
{
    for (size_t i = 0; i < work->input->cannot_count; i++) {
        struct link_pair pair = work->input->cannot_link[i];
        if (pair.a >= work->input->count || pair.b >= work->input->count)
            continue;
        uint32_t x = work->canonical[pair.a], y = work->canonical[pair.b];
        if (x == NONE || y == NONE || x == y)
            continue;
        add_enemy(work, x, y);
        add_enemy(work, y, x);
        work->constrained = true;
    }
}

/* The field weights of one edge into its bond: with a model field by field, else the whole weight as one field. */
static void edge_fields(struct clustering *work, const struct link_edge *edge, size_t at)
{
    if (!work->input->model) {
        work->sums[at] = exp2(fmin((double)edge->weight, 500));
        work->counts[at] = 1;
        return;
    }
    struct compared compared;
    if (edge->frequency[0] == LINK_FREQUENCY_UNKNOWN) {
        compare_records(&work->comparer, work->memo, edge->a, edge->b, &compared);
    } else {
        memcpy(compared.frequency, edge->frequency, sizeof compared.frequency);
        for (size_t f = 0; f < work->fields; f++)
            compared.level[f] = edge->pattern >> (6 * f) & 63;
    }
    add_compared(work, &compared, at);
}

static void set_up_bonds(struct clustering *work)
{
    const struct link_cluster_input *input = work->input;
    size_t count = 0;
    for (size_t i = 0; i < input->edge_count; i++)
        count += work->canonical[input->edges[i].a] != NONE && work->canonical[input->edges[i].b] != NONE;
    must(count < NONE);
    work->bonds = arena_array(work->arena, struct bond, count + 1);
    work->sums = arena_array(work->arena, double, (count + 1) * work->fields);
    work->counts = arena_array(work->arena, uint32_t, (count + 1) * work->fields);
    work->memo = input->model ? memo_make(input->model->spec, work->arena) : NULL;
    for (size_t i = 0; i < input->edge_count; i++) {
        const struct link_edge *edge = &input->edges[i];
        uint32_t x = work->canonical[edge->a], y = work->canonical[edge->b];
        if (x == NONE || y == NONE)
            continue;
        uint32_t number = (uint32_t)work->bond_count++;
        struct bond *bond = &work->bonds[number];
        *bond = (struct bond){.side = {x < y ? x : y, x < y ? y : x}, .next = {NONE, NONE}, .best = NONE};
        if (edge->verdict != LINK_QUIET && edge->verdict != LINK_APART)
            bond->best = (uint32_t)i;
        bond->strong = edge->verdict == LINK_BY_WEIGHT && (double)edge->weight >= input->join;
        bond->by_rule = edge->verdict == LINK_JOIN;
        bond->review = edge->verdict == LINK_REVIEW;
        bond->apart = edge->verdict == LINK_APART;
        work->constrained |= edge->verdict != LINK_BY_WEIGHT;
        edge_fields(work, edge, (size_t)number * work->fields);
        weigh(work, bond);
        link_bond(work, number, x);
        link_bond(work, number, y);
    }
}

/* Must-links: by a person's word, so neither weights nor guards are asked; only what is stronger. */
static void join_must_links(struct clustering *work, struct arena *arena, struct link_clusters *ret)
{
    const struct link_cluster_input *input = work->input;
    ret->refused = arena_array(arena, struct link_pair, input->must_count + 1);
    for (size_t i = 0; i < input->must_count; i++) {
        struct link_pair pair = input->must_link[i];
        if (pair.a >= input->count || pair.b >= input->count || work->canonical[pair.a] == NONE ||
            work->canonical[pair.b] == NONE)
            continue;
        uint32_t x = find(work, work->canonical[pair.a]), y = find(work, work->canonical[pair.b]);
        if (x == y)
            continue;
        if (kept_apart(work, x, y))
            ret->refused[ret->refused_count++] = pair;
        else
            merge(work, x < y ? x : y, x < y ? y : x);
    }
}

/* The living bonds with those of one connected component side by side: *ret_ends[i] is the end of the i-th component's.
 */
static uint32_t *bonds_by_component(struct clustering *work, uint32_t **ret_ends, size_t *ret_count)
{
    uint32_t *parent = arena_array(work->arena, uint32_t, (size_t)work->count + 1);
    uint32_t *ends = arena_array(work->arena, uint32_t, (size_t)work->count + 2);
    uint32_t *bonds = arena_array(work->arena, uint32_t, work->bond_count + 1);
    for (uint32_t c = 0; c < work->count; c++)
        parent[c] = c;
    for (size_t b = 0; b < work->bond_count; b++) {
        if (work->bonds[b].dead)
            continue;
        uint32_t x = component_root(parent, work->bonds[b].side[0]);
        uint32_t y = component_root(parent, work->bonds[b].side[1]);
        parent[x < y ? y : x] = x < y ? x : y;
    }
    for (size_t b = 0; b < work->bond_count; b++)
        if (!work->bonds[b].dead)
            ends[component_root(parent, work->bonds[b].side[0]) + 1]++;
    for (uint32_t c = 0; c < work->count; c++)
        ends[c + 1] += ends[c];
    for (size_t b = 0; b < work->bond_count; b++)
        if (!work->bonds[b].dead)
            bonds[ends[component_root(parent, work->bonds[b].side[0])]++] = (uint32_t)b;
    size_t count = 0;
    for (uint32_t c = 0; c < work->count; c++)
        if (ends[c] > (count ? ends[count - 1] : 0))
            ends[count++] = ends[c];
    *ret_ends = ends;
    *ret_count = count;
    return bonds;
}

static void agglomerate_heap(struct clustering *work)
{
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
        if (forbidden(work, bond->side[0], bond->side[1], bond, NONE))
            continue;
        if (ambiguous(work, bond)) {
            bond->ambiguous = true;
            continue;
        }
        merge(work, bond->side[0], bond->side[1]);
    }
}

/* Component by component: the same merges in the same order within each, from heaps that are small. */
static void agglomerate(struct clustering *work)
{
    uint32_t *ends;
    size_t count, b = 0;
    const uint32_t *bonds = bonds_by_component(work, &ends, &count);
    for (size_t i = 0; i < count; i++) {
        work->heap_count = 0; /* must-links may have pushed some */
        for (; b < ends[i]; b++)
            if (may_join(work, &work->bonds[bonds[b]]))
                heap_push(work, &work->bonds[bonds[b]]);
        agglomerate_heap(work);
    }
}

/* ---- Results ---- */

static int compare_doubts(const void *a, const void *b)
{
    const struct link_doubt *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return x->b < y->b ? -1 : x->b > y->b;
}

static void collect_doubts(struct clustering *work, struct arena *arena, struct link_clusters *ret)
{
    size_t capacity = 0;
    for (size_t b = 0; b < work->bond_count; b++) {
        struct bond *bond = &work->bonds[b];
        if (bond->dead || bond->best == NONE)
            continue;
        const struct link_edge *edge = &work->input->edges[bond->best];
        if ((double)edge->weight < work->input->review || bond->apart > 0 ||
            kept_apart(work, bond->side[0], bond->side[1]))
            continue;
        struct link_doubt doubt = {edge->a, edge->b, edge->weight, LINK_DOUBT_WEIGHT, edge->guard};
        if (bond->ambiguous)
            doubt.reason = LINK_DOUBT_AMBIGUOUS;
        else if (edge->verdict == LINK_REVIEW)
            doubt.reason = LINK_DOUBT_GUARD;
        else if (may_join(work, bond))
            doubt.reason = LINK_DOUBT_CONSTRAINT;
        if (work->nodes[bond->side[0]].sources & work->nodes[bond->side[1]].sources)
            continue;
        ARENA_GROW(arena, ret->doubts, ret->doubt_count, capacity);
        ret->doubts[ret->doubt_count++] = doubt;
    }
    if (ret->doubt_count > 1)
        qsort(ret->doubts, ret->doubt_count, sizeof *ret->doubts, compare_doubts);
}

static void name_clusters(struct clustering *work, struct arena *arena, struct link_clusters *ret)
{
    ret->cluster = arena_array(arena, uint32_t, (size_t)work->input->count + 1);
    uint32_t *lowest = arena_array(work->arena, uint32_t, (size_t)work->count + 1);
    for (uint32_t c = 0; c < work->count; c++)
        lowest[c] = NONE;
    for (uint32_t node = 0; node < work->input->count; node++) {
        ret->cluster[node] = NONE;
        if (work->canonical[node] == NONE)
            continue;
        uint32_t root = find(work, work->canonical[node]);
        if (lowest[root] == NONE) {
            lowest[root] = node;
            ret->count++;
        }
        ret->cluster[node] = lowest[root];
    }
}

bool link_cluster(const struct link_cluster_input *input, struct arena *arena, struct link_clusters *ret,
                  struct error *err)
{
    must(!input->model == !input->records && (!input->records || input->records->prepared));
    struct arena *scratch = arena_make(0);
    struct clustering work = {.input = input, .arena = scratch, .fields = 1};
    struct link_clusters clusters = {0};
    bool done = set_up_nodes(&work, err);
    if (done) {
        if (input->model) {
            must(input->count <= input->records->count);
            comparer_start(&work.comparer, input->records, input->model);
            comparer_bind(&work.comparer, scratch);
            work.fields = input->model->spec->comparison_count;
            set_up_odds(&work);
            work.prior = input->model->prior;
            work.guards = input->model->spec->guard_count > 0;
            work.margin = (float)input->model->spec->margin;
        } else {
            work.margin = 3;
        }
        set_up_enemies(&work);
        set_up_bonds(&work);
        join_must_links(&work, arena, &clusters);
        agglomerate(&work);
        name_clusters(&work, arena, &clusters);
        collect_doubts(&work, arena, &clusters);
        *ret = clusters;
    }
    arena_free(scratch);
    return done;
}
