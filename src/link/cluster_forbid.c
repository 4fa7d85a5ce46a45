/* cluster_forbid.c: what forbids that two clusters become one: a steward's cannot-link, two verified identifiers, two
 * records of a source without duplicates, a guard between any two of their records. What delays it to a person: a
 * second cluster that one of the two fits about as well, and that cannot be one with the other. */
#include "base/text.h"
#include "link/agree.h"
#include "link/cluster.h"
#include "link/score.h"

#include <math.h>

enum { NONE = CLUSTER_NONE, GUARD_MEMBERS = 64 };

static bool enemies(struct clustering *work, uint32_t x, uint32_t y)
{
    for (uint32_t e = work->nodes[x].first_enemy; e != NONE; e = work->enemies[e].next)
        if (cluster_find(work, work->enemies[e].node) == y)
            return true;
    return false;
}

/* Whether a person's or an owner's word stands between two clusters. */
bool cluster_kept_apart(struct clustering *work, uint32_t x, uint32_t y)
{
    const struct cluster_node *p = &work->nodes[x], *q = &work->nodes[y];
    return (p->verified && q->verified && p->verified != q->verified) || enemies(work, x, y);
}

/* What the guards say of two nodes. It is asked again with each two clusters that they are in; an edge knows already.
 */
static enum link_verdict verdict_of(struct clustering *work, uint32_t a, uint32_t b, uint8_t *ret_guard)
{
    struct judged own = {0}, *judged = &own;
    if (work->judged)
        judged = &work->judged[a < b ? (size_t)a * work->count + b : (size_t)b * work->count + a];
    if (!judged->verdict)
        judged->verdict =
            (uint8_t)(compare_verdict(&work->plan->comparer, work->original[a], work->original[b], &judged->guard) + 1);
    *ret_guard = judged->guard;
    return (enum link_verdict)(judged->verdict - 1);
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
    if (work->plan->comparer.spec->columns[column].kind == LINK_DATE)
        return text.len == 8 && text.at[6] + text.at[7] > 2 * '0';
    return text.len > 1;
}

/* Whether this record bears the other's value of a column that the guard speaks of, or meets what lifts the guard. */
static bool bears(const struct clustering *work, const struct link_guard *guard, uint16_t column, uint32_t c,
                  uint32_t other)
{
    enum { BORNE = LINK_IS_SAME | LINK_IS_WITHIN };
    uint32_t x = work->original[c], y = work->original[other];
    if (compare_class(&work->plan->comparer, column, x, y) & BORNE)
        return true;
    for (size_t i = 0; i < guard->unless_count; i++) {
        unsigned class = compare_class(&work->plan->comparer, guard->unless[i].column, x, y);
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
    enum link_verdict verdict = verdict_of(work, c, other, &guard);
    *ret_by_rule = verdict == LINK_JOIN;
    if (verdict != LINK_BY_WEIGHT)
        return *ret_by_rule;
    struct compared compared;
    compare_records(&work->plan->comparer, work->memo, x, y, &compared);
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
        if (!(guard->when[i].classes & LINK_IS_MISSING) &&
            work->plan->comparer.spec->columns[column].kind != LINK_DATE && !bears(work, guard, column, c, a) &&
            !bears(work, guard, column, c, b))
            return false;
    }
    return true;
}

/* Whether a record of these clusters (NONE: none) lifts the guard between two others. */
static bool lifted(struct clustering *work, uint8_t guard_number, uint32_t a, uint32_t b, const uint32_t *clusters)
{
    const struct link_guard *guard = &work->plan->comparer.spec->guards[guard_number - 1];
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
    if (!work->plan->guards)
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
            enum link_verdict verdict = verdict_of(work, a, b, &guard);
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
bool cluster_forbidden(struct clustering *work, uint32_t x, uint32_t y, const struct bond *bond, uint32_t with)
{
    return cluster_kept_apart(work, x, y) || (work->nodes[x].sources & work->nodes[y].sources) ||
           guarded(work, x, y, bond, with);
}

static const struct bond *bond_between(const struct clustering *work, uint32_t x, uint32_t y)
{
    for (uint32_t b = work->nodes[x].first_bond; b != NONE; b = work->bonds[b].next[bond_side(&work->bonds[b], x)])
        if (!work->bonds[b].dead && work->bonds[b].side[!bond_side(&work->bonds[b], x)] == y)
            return &work->bonds[b];
    return NULL;
}

bool cluster_gives_name(const struct comparer *comparer, uint32_t record)
{
    for (size_t c = 0; c < comparer->spec->input_count; c++)
        if (comparer->spec->columns[c].kind == LINK_GIVEN_NAME &&
            record_value(comparer->records, record, c)->text.len > 1)
            return true;
    return false;
}

/* Whether no record of a cluster gives more of a given name than an initial. */
static bool only_initials(const struct clustering *work, uint32_t x)
{
    for (uint32_t a = x; a != NONE; a = work->nodes[a].next_member)
        if (cluster_gives_name(&work->plan->comparer, work->original[a]))
            return false;
    return true;
}

/* A tax bill to "L. Smith" at the home of Liz, born in 1944, is no rival of what makes her one with Elizabeth, born on
 * that day: it gives neither the name nor the day. Which of the two the bill belongs to is another question. */
static bool says_less(const struct clustering *work, const struct bond *bond, const struct bond *other, uint32_t z)
{
    size_t own = (size_t)(bond - work->bonds) * work->plan->fields,
           its = (size_t)(other - work->bonds) * work->plan->fields;
    bool less = false;
    for (size_t f = 0; f < work->plan->fields; f++)
        less |= work->counts[own + f] > 0 && work->counts[its + f] == 0 &&
                log2(work->sums[own + f] / work->counts[own + f]) >= (double)work->plan->margin;
    return less && work->input->model && only_initials(work, z);
}

/* Whether `x` fits another cluster about as well as `y`, one that cannot be one with `y`. */
static bool rival(struct clustering *work, uint32_t x, uint32_t y, const struct bond *bond)
{
    for (uint32_t b = work->nodes[x].first_bond, next; b != NONE; b = next) {
        struct bond *other = &work->bonds[b];
        unsigned side = bond_side(other, x);
        next = other->next[side];
        if (other->dead || other == bond || other->score < bond->score - work->plan->margin ||
            (double)other->score < work->input->review || (other->best == NONE && other->strong == 0))
            continue;
        uint32_t z = other->side[!side];
        if (says_less(work, bond, other, z) || cluster_forbidden(work, x, z, other, NONE))
            continue;
        if (cluster_forbidden(work, y, z, bond_between(work, y, z), x))
            return true;
    }
    return false;
}

static bool pair_agrees(const struct comparer *comparer, enum link_kind kind, unsigned classes, uint32_t a, uint32_t b)
{
    for (size_t c = 0; c < comparer->spec->input_count; c++)
        if (comparer->spec->columns[c].kind == kind && (compare_class(comparer, c, a, b) & classes))
            return true;
    return false;
}

/* Whether a record of x and one of z agree so in a column of this kind. */
static bool agree(const struct clustering *work, enum link_kind kind, unsigned classes, uint32_t x, uint32_t z)
{
    unsigned left = 0;
    for (uint32_t a = x; a != NONE && left < GUARD_MEMBERS; a = work->nodes[a].next_member, left++) {
        unsigned right = 0;
        for (uint32_t b = z; b != NONE && right < GUARD_MEMBERS; b = work->nodes[b].next_member, right++)
            if (pair_agrees(&work->plan->comparer, kind, classes, work->original[a], work->original[b]))
                return true;
    }
    return false;
}

static bool same_initial(const struct comparer *comparer, uint32_t a, uint32_t b)
{
    for (size_t c = 0; c < comparer->spec->input_count; c++) {
        if (comparer->spec->columns[c].kind != LINK_GIVEN_NAME)
            continue;
        struct slice x = text_first_letters(record_value(comparer->records, a, c)->text, 1),
                     y = text_first_letters(record_value(comparer->records, b, c)->text, 1);
        if (x.len > 0 && slice_equal(x, y))
            return true;
    }
    return false;
}

bool cluster_of_twins(const struct comparer *comparer, const struct link_edge *edge)
{
    return (edge->verdict == LINK_REVIEW || edge->verdict == LINK_APART) && same_initial(comparer, edge->a, edge->b) &&
           pair_agrees(comparer, LINK_DATE, LINK_IS_SAME, edge->a, edge->b) &&
           pair_agrees(comparer, LINK_FAMILY_NAME, LINK_IS_SAME | LINK_IS_CLOSE, edge->a, edge->b);
}

/* "J. Nudd", no more, at Janet's home may be her twin Judith, who is known from another home alone. */
static bool of_a_twin(struct clustering *work, uint32_t x, uint32_t y)
{
    if (!work->plan->guards || !only_initials(work, x))
        return false;
    for (uint32_t b = work->nodes[y].first_bond; b != NONE; b = work->bonds[b].next[bond_side(&work->bonds[b], y)]) {
        const struct bond *bond = &work->bonds[b];
        uint32_t z = bond->side[!bond_side(bond, y)];
        if (!bond->dead && z != x && bond->review + bond->apart > 0 &&
            agree(work, LINK_GIVEN_NAME, LINK_IS_INITIAL, x, z) &&
            agree(work, LINK_FAMILY_NAME, LINK_IS_SAME | LINK_IS_CLOSE, x, z) &&
            agree(work, LINK_DATE, LINK_IS_SAME, y, z) &&
            (cluster_kept_apart(work, y, z) || guarded(work, y, z, bond, NONE)))
            return true;
    }
    return false;
}

/* ---- Twins whose names are forms of one name ----
 *
 * Christopher, whom his own notes call Kit, has a twin who is Kit: a name that both may bear tells nothing, whichever
 * of them it stands with more often. What else tells them apart has to tell twice as clearly as elsewhere. */

enum { FORMS = LINK_IS_SAME | LINK_IS_CLOSE };

/* The next of x's bonds, from `from` on, to a cluster whose name x may bear; NONE at the end. */
static uint32_t next_namesake(struct clustering *work, uint32_t x, uint32_t from)
{
    uint32_t b = from;
    for (; b != NONE; b = work->bonds[b].next[bond_side(&work->bonds[b], x)]) {
        const struct bond *bond = &work->bonds[b];
        uint32_t z = bond->side[!bond_side(bond, x)];
        if (!bond->dead && (double)bond->score >= work->input->review && agree(work, LINK_GIVEN_NAME, FORMS, x, z) &&
            agree(work, LINK_FAMILY_NAME, FORMS, x, z))
            break;
    }
    return b;
}

static bool twins(struct clustering *work, uint32_t y, uint32_t z)
{
    return y != z && cluster_kept_apart(work, y, z) && agree(work, LINK_DATE, LINK_IS_SAME, y, z);
}

static bool near_as_well(const struct clustering *work, float score, float other)
{
    return other >= score - 2 * work->plan->margin;
}

/* Whether x may as well be a twin of y. */
static bool bears_both_names(struct clustering *work, uint32_t x, uint32_t y, const struct bond *bond)
{
    bool known = work->input->verified || work->enemy_count > 0; /* of any two that they are twins */
    if (!known || !work->plan->guards || !agree(work, LINK_GIVEN_NAME, FORMS, x, y))
        return false;
    for (uint32_t b = next_namesake(work, x, work->nodes[x].first_bond); b != NONE;
         b = next_namesake(work, x, work->bonds[b].next[bond_side(&work->bonds[b], x)])) {
        uint32_t z = work->bonds[b].side[!bond_side(&work->bonds[b], x)];
        if (near_as_well(work, bond->score, work->bonds[b].score) && twins(work, y, z))
            return true;
    }
    return false;
}

/* Whether x may be either of two twins. */
static bool either_of_twins(struct clustering *work, uint32_t x)
{
    if (!work->plan->guards || !work->input->verified)
        return false;
    for (uint32_t b = next_namesake(work, x, work->nodes[x].first_bond); b != NONE;
         b = next_namesake(work, x, work->bonds[b].next[bond_side(&work->bonds[b], x)]))
        if (work->nodes[work->bonds[b].side[!bond_side(&work->bonds[b], x)]].verified &&
            bears_both_names(work, x, work->bonds[b].side[!bond_side(&work->bonds[b], x)], &work->bonds[b]))
            return true;
    return false;
}

bool cluster_ambiguous(struct clustering *work, const struct bond *bond)
{
    if (!work->plan->constrained || work->plan->margin <= 0)
        return false;
    uint32_t x = bond->side[0], y = bond->side[1];
    if (bears_both_names(work, x, y, bond) || bears_both_names(work, y, x, bond))
        return true;
    if (bond->by_rule > 0)
        return false;
    return rival(work, x, y, bond) || rival(work, y, x, bond) || of_a_twin(work, x, y) || of_a_twin(work, y, x) ||
           (either_of_twins(work, x) && either_of_twins(work, y));
}
