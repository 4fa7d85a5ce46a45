/* What a linkage may not use is left out before anything is computed: records of other sources are not nodes, their NHS
 * numbers give no codes, decisions that touch them are not constraints. */
#include "hub/clustering.h"

#include "base/forest.h"
#include "base/hash.h"
#include "base/text.h"
#include "hub/linking_write.h"

#include <stdlib.h>

void decisions_of_rows(const struct result *rows, struct arena *arena, struct decided_pair **ret, size_t *ret_count)
{
    struct decided_pair *decisions = arena_array(arena, struct decided_pair, rows->rows + 1);
    for (size_t i = 0; i < rows->rows; i++) {
        const struct value *row = result_row(rows, i);
        decisions[i] = (struct decided_pair){cell_integer(&row[0]), cell_integer(&row[1]),
                                             slice_equal(cell_text(&row[2]), S("join"))};
    }
    *ret = decisions;
    *ret_count = rows->rows;
}

bool read_decisions(struct transaction *t, struct arena *arena, struct decided_pair **ret, size_t *ret_count,
                    struct error *err)
{
    struct result rows;
    if (!store_query(t, STATEMENT_HUB_DECISIONS_IN_FORCE, NO_ARGS, arena, &rows, err))
        return false;
    decisions_of_rows(&rows, arena, ret, ret_count);
    return true;
}

bool source_in_set(struct slice sources, struct slice name)
{
    struct slice part;
    while (slice_cut(&sources, ' ', &part))
        if (slice_equal(part, name))
            return true;
    return false;
}

/* ---- What hangs together ---- */

/* By edges and stewards' joins whose both ends are in; `in` NULL: all are. */
static uint32_t *parents(const struct clustering *c, const uint8_t *in, struct arena *arena)
{
    size_t count = c->linked->count;
    uint32_t *parent = forest_make(count, arena);
    for (size_t i = 0; i < c->edge_count; i++)
        if (!in || (in[c->edges[i].a] && in[c->edges[i].b]))
            (void)forest_unite(parent, c->edges[i].a, c->edges[i].b);
    for (size_t i = 0; i < c->decision_count; i++) {
        int64_t a = linked_find(c->linked, c->decisions[i].a), b = linked_find(c->linked, c->decisions[i].b);
        if (c->decisions[i].join && a >= 0 && b >= 0 && (!in || (in[a] && in[b])))
            (void)forest_unite(parent, (uint32_t)a, (uint32_t)b);
    }
    return parent;
}

/* ---- Verified NHS numbers ---- */

struct held_number {
    uint32_t component;
    struct slice number;
};

static int by_number(const void *a, const void *b)
{
    const struct held_number *x = a, *y = b;
    if (x->component != y->component)
        return x->component < y->component ? -1 : 1;
    return slice_compare(x->number, y->number);
}

static uint32_t place_of(const struct held_number *number, const struct held_number *numbers, size_t count)
{
    const struct held_number *found = bsearch(number, numbers, count, sizeof *numbers, by_number);
    must(found);
    return (uint32_t)(found - numbers);
}

/* The locality law: that one number superseded another is known within the component of the record that says so, and
 * nowhere else, so that a component by itself gives the codes that it has among all. `parent` NULL: all are of one. */
static uint64_t *codes_of(const struct linked *linked, struct slice sources, uint32_t *parent, struct arena *arena)
{
    uint64_t *codes = arena_array(arena, uint64_t, linked->count + 1);
    struct held_number *own = arena_array(arena, struct held_number, linked->count + 1);
    struct held_number *old = arena_array(arena, struct held_number, linked->count + 1);
    struct held_number *numbers = arena_array(arena, struct held_number, 2 * linked->count + 1);
    size_t raw = 0, count = 0;
    for (size_t i = 0; i < linked->count; i++) {
        const struct linked_source *source = &linked->sources[linked->records[i].source];
        if (!source->verified || !source_in_set(sources, source->source->name))
            continue;
        own[i].component = old[i].component = parent ? forest_root(parent, (uint32_t)i) : 0;
        if (text_nhs_number(arena, linked->records[i].form.nhs_number, &own[i].number))
            numbers[raw++] = own[i];
        if (own[i].number.len && text_nhs_number(arena, linked->records[i].form.superseded, &old[i].number))
            numbers[raw++] = old[i];
    }
    array_sort(numbers, raw, sizeof *numbers, by_number);
    for (size_t i = 0; i < raw; i++)
        if (count == 0 || by_number(&numbers[i], &numbers[count - 1]) != 0)
            numbers[count++] = numbers[i];
    uint32_t *same = forest_make(count, arena);
    for (size_t i = 0; i < linked->count; i++)
        if (old[i].number.len)
            (void)forest_unite(same, place_of(&own[i], numbers, count), place_of(&old[i], numbers, count));
    for (size_t i = 0; i < linked->count; i++)
        if (own[i].number.len)
            codes[i] = (uint64_t)forest_root(same, place_of(&own[i], numbers, count)) + 1;
    return codes;
}

uint64_t *verified_codes(const struct linked *linked, struct slice sources, struct arena *arena)
{
    return codes_of(linked, sources, NULL, arena);
}

static uint8_t *records_in(const struct linked *linked, struct slice sources, struct arena *arena)
{
    uint8_t *in = arena_array(arena, uint8_t, linked->count + 1);
    for (size_t s = 0; s < linked->source_count; s++)
        if (source_in_set(sources, linked->sources[s].source->name))
            memset(in + linked->sources[s].first, 1, linked->sources[s].count);
    return in;
}

uint64_t *clustering_codes(const struct clustering *c, struct slice sources, struct arena *arena)
{
    return codes_of(c->linked, sources, parents(c, records_in(c->linked, sources, arena), arena), arena);
}

/* ---- Clusters ---- */

/* Takes out of in[] the records whose whole component is within it; tells which those are. */
static uint8_t *take_out_whole(const struct clustering *c, uint8_t *in, struct arena *arena)
{
    size_t count = c->linked->count;
    uint32_t *parent = parents(c, NULL, arena);
    uint8_t *touched = arena_array(arena, uint8_t, count + 1), *same = arena_array(arena, uint8_t, count + 1);
    for (size_t i = 0; i < count; i++)
        touched[forest_root(parent, (uint32_t)i)] |= !in[i];
    for (size_t i = 0; i < count; i++) {
        same[i] = !touched[forest_root(parent, (uint32_t)i)];
        in[i] = in[i] && !same[i];
    }
    return same;
}

bool clustering_run(const struct clustering *c, struct slice sources, const struct link_clusters *whole,
                    struct arena *arena, struct link_clusters *ret, struct error *err)
{
    const struct linked *linked = c->linked;
    uint8_t *in = records_in(linked, sources, arena);
    uint32_t *source = arena_array(arena, uint32_t, linked->count + 1);
    uint8_t *no_duplicates = arena_array(arena, uint8_t, linked->source_count + 1);
    struct link_pair *must_link = arena_array(arena, struct link_pair, c->decision_count + 1);
    struct link_pair *cannot_link = arena_array(arena, struct link_pair, c->decision_count + 1);
    size_t must_count = 0, cannot_count = 0;
    for (size_t s = 0; s < linked->source_count; s++) {
        const struct linked_source *own = &linked->sources[s];
        no_duplicates[s] = own->source->no_duplicates;
        for (size_t i = own->first; i < own->first + own->count; i++)
            source[i] = (uint32_t)s;
    }
    const uint64_t *verified = clustering_codes(c, sources, arena);
    const uint8_t *same = whole ? take_out_whole(c, in, arena) : NULL;
    for (size_t i = 0; i < c->decision_count; i++) {
        int64_t a = linked_find(linked, c->decisions[i].a), b = linked_find(linked, c->decisions[i].b);
        if (a < 0 || b < 0 || !in[a] || !in[b])
            continue;
        struct link_pair pair = {(uint32_t)(a < b ? a : b), (uint32_t)(a < b ? b : a)};
        if (c->decisions[i].join)
            must_link[must_count++] = pair;
        else
            cannot_link[cannot_count++] = pair;
    }
    struct link_options options = {.threads = c->threads};
    struct link_cluster_input input = {
        .count = (uint32_t)linked->count,
        .in = in,
        .edges = c->edges,
        .edge_count = c->edge_count,
        .join = link_model_join(c->model),
        .review = link_model_review(c->model),
        .must_link = must_link,
        .must_count = must_count,
        .cannot_link = cannot_link,
        .cannot_count = cannot_count,
        .verified = verified,
        .source = source,
        .no_duplicates = no_duplicates,
        .keys = linked_keys(linked, c->records, arena),
        .records = c->records,
        .model = c->model,
        .options = &options,
    };
    if (!link_cluster(&input, arena, ret, err))
        return false;
    for (uint32_t i = 0; same && i < linked->count; i++)
        if (same[i]) {
            ret->cluster[i] = whole->cluster[i];
            ret->count += whole->cluster[i] == i;
        }
    return true;
}

/* ---- Doubts ---- */

static bool settled(const struct clustering *c, const struct link_clusters *clusters, uint32_t a, uint32_t b)
{
    for (size_t i = 0; i < c->decision_count; i++) {
        if (c->decisions[i].join)
            continue;
        int64_t x = linked_find(c->linked, c->decisions[i].a), y = linked_find(c->linked, c->decisions[i].b);
        if (x < 0 || y < 0)
            continue;
        uint32_t first = clusters->cluster[x], second = clusters->cluster[y];
        if ((first == clusters->cluster[a] && second == clusters->cluster[b]) ||
            (first == clusters->cluster[b] && second == clusters->cluster[a]))
            return true;
    }
    return false;
}

static bool only_initials(const struct linked_record *record)
{
    struct slice rest = record->form.given, word;
    while (slice_cut(&rest, ' ', &word))
        if (word.len > 2 || (word.len == 2 && word.at[1] != '.'))
            return false;
    return record->form.birth.len == 0;
}

/* "J SMITH" without a birth date, in a home where John and Jane Smith live: the two records hold nothing by which a
 * person could tell. It stays apart, and nobody is asked. */
static bool untellable(const struct linked_record *a, const struct linked_record *b)
{
    bool contact = (a->form.email.len && slice_equal_nocase(a->form.email, b->form.email)) ||
                   (a->form.telephone.len && slice_equal(a->form.telephone, b->form.telephone));
    return !contact && (only_initials(a) || only_initials(b));
}

/* Which comparisons agree how well, as one number. */
static int64_t pattern_of(const struct link_explanation *explanation)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < explanation->part_count; i++)
        hash = hash64(explanation->parts[i].level, hash64(explanation->parts[i].field, hash));
    return (int64_t)hash;
}

/* How open the question is: most where the odds are even; half at least where not the weight raised it. */
static double unsure_of(const struct link_explanation *explanation, bool by_weight)
{
    double open = 4 * explanation->probability * (1 - explanation->probability);
    return by_weight || open > 0.5 ? open : 0.5;
}

size_t clustering_doubts(const struct clustering *c, const struct link_clusters *clusters, const uint64_t *verified,
                         struct arena *arena, struct doubt_found **ret)
{
    struct doubt_found *found = arena_array(arena, struct doubt_found, clusters->doubt_count + 1);
    uint64_t *cluster_code = arena_array(arena, uint64_t, c->linked->count + 1);
    for (size_t i = 0; i < c->linked->count; i++)
        if (verified[i] && clusters->cluster[i] != UINT32_MAX)
            cluster_code[clusters->cluster[i]] = verified[i];
    size_t count = 0;
    for (size_t i = 0; i < clusters->doubt_count; i++) {
        const struct link_doubt *doubt = &clusters->doubts[i];
        uint64_t a = cluster_code[clusters->cluster[doubt->a]], b = cluster_code[clusters->cluster[doubt->b]];
        if ((a && b && a != b) || settled(c, clusters, doubt->a, doubt->b))
            continue;
        if (doubt->reason == LINK_DOUBT_AMBIGUOUS &&
            untellable(&c->linked->records[doubt->a], &c->linked->records[doubt->b]))
            continue;
        struct slice why = S("its weight lies between a certain match and none");
        struct link_explanation explanation;
        link_explain(c->records, c->model, doubt->a, doubt->b, arena, &explanation);
        bool by_weight = false;
        if (doubt->reason == LINK_DOUBT_GUARD) {
            why = explanation.guard.len
                      ? arena_format(arena, "asks for a person's word: %.*s", PRINT(explanation.guard))
                      : S("a rule asks for a person's word");
        } else if (doubt->reason == LINK_DOUBT_AMBIGUOUS) {
            why = S("fits two people about equally well");
        } else if (doubt->reason == LINK_DOUBT_CONSTRAINT) {
            why = S("weighs enough, but would join two records of one source, or two that do not fit");
        } else {
            by_weight = true;
        }
        int64_t x = c->linked->records[doubt->a].anchor, y = c->linked->records[doubt->b].anchor;
        found[count++] = (struct doubt_found){.a = x < y ? x : y,
                                              .b = x < y ? y : x,
                                              .weight = (double)doubt->weight,
                                              .why = why,
                                              .pattern = pattern_of(&explanation),
                                              .unsure = unsure_of(&explanation, by_weight)};
    }
    *ret = found;
    return count;
}
