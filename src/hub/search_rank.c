/* What the keys told chooses whose forms are read; the candidates' own forms choose the best entities; then all records
 * of these are scored together. A form is read once for both, and what a word fits like is worked out once a search
 * (search_score.c): a county has many Smiths. */
#include "hub/search_inside.h"

#include "hub/linked.h"
#include "store/search_table.h"

#include <stdlib.h>

struct packed_form {
    int64_t anchor;
    size_t source; /* number in searching.sources */
    struct slice packed;
};

static int by_anchor(const void *a, const void *b)
{
    const struct packed_form *x = a, *y = b;
    return (x->anchor > y->anchor) - (x->anchor < y->anchor);
}

static const struct packed_form *form_find(const struct searching *s, int64_t anchor)
{
    const struct packed_form wanted = {.anchor = anchor};
    return s->form_count ? bsearch(&wanted, s->forms, s->form_count, sizeof *s->forms, by_anchor) : NULL;
}

/* Reads the forms of those that are not there yet, in one statement. */
static bool read_forms(struct searching *s, const struct candidate *wanted, size_t count, struct error *err)
{
    struct reading *r = s->r;
    int64_t **anchors = arena_array(r->arena, int64_t *, s->source_count);
    size_t *counts = arena_array(r->arena, size_t, s->source_count), missing = 0;
    for (size_t i = 0; i < count; i++) {
        if (form_find(s, wanted[i].anchor))
            continue;
        size_t n = wanted[i].source;
        anchors[n] = anchors[n] ? anchors[n] : arena_array(r->arena, int64_t, count);
        anchors[n][counts[n]++] = wanted[i].anchor;
        missing++;
    }
    if (missing == 0)
        return true;
    struct value *args = arena_array(r->arena, struct value, s->source_count);
    struct result rows;
    for (size_t n = 0; n < s->source_count; n++)
        args[n] = id_list(r->transaction, anchors[n], counts[n], r->arena);
    struct sql sql =
        search_table_forms(s->sources, s->source_count, store_dialect(transaction_store(r->transaction)), r->arena);
    if (!store_query_sql(r->transaction, &sql, args, s->source_count, r->arena, &rows, err))
        return false;
    struct packed_form *forms = arena_array(r->arena, struct packed_form, s->form_count + rows.rows + 1);
    if (s->form_count)
        memcpy(forms, s->forms, s->form_count * sizeof *forms);
    for (size_t i = 0; i < rows.rows; i++) {
        const struct value *row = result_row(&rows, i);
        struct packed_form *form = &forms[s->form_count];
        form->source = (size_t)cell_integer(&row[0]);
        must(form->source < s->source_count);
        if (search_form_untoken(cell_text(&row[1]), &form->anchor, &form->packed))
            s->form_count++;
    }
    array_sort(forms, s->form_count, sizeof *forms, by_anchor);
    s->forms = forms;
    return true;
}

struct chosen {
    int64_t entity;
    double score;
};

static int by_score(const void *a, const void *b)
{
    const struct chosen *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->entity > y->entity) - (x->entity < y->entity);
}

static int by_entity(const void *a, const void *b)
{
    const struct chosen *x = a, *y = b;
    return (x->entity > y->entity) - (x->entity < y->entity);
}

static double weight_of(const struct terms *terms)
{
    double all = 0;
    for (size_t t = 0; t < terms->count; t++)
        all += terms->list[t].weight;
    return all;
}

static double record_score(struct searching *s, const struct packed_form *packed, double all)
{
    double got = 0;
    struct search_form form;
    search_form_unpack(packed->packed, &form);
    for (size_t t = 0; t < s->terms.count; t++)
        got += s->terms.list[t].weight * search_fit(s->fitting, t, &form).quality;
    return all > 0 ? got / all : 0;
}

/* How many forms are read when the keys told of every term and somebody is told to fit well. */
#define FORMS_MOST 160
#define FITS_WELL  0.75
#define WHOLE      0.9999 /* each term fits as well as a term can */

static bool all_told(const struct terms *terms)
{
    for (size_t t = 0; t < terms->count; t++)
        if (terms->list[t].kind != TERM_WORD && terms->list[t].kind != TERM_YEAR)
            return false;
    return true;
}

struct telling {
    double score;
    const struct candidate *candidate;
};

static int by_telling(const void *a, const void *b)
{
    const struct telling *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x->candidate->row != y->candidate->row) /* so that no source crowds out another */
        return x->candidate->row < y->candidate->row ? -1 : 1;
    return (x->candidate > y->candidate) - (x->candidate < y->candidate);
}

/* The candidates whose forms are worth reading. */
static struct candidate *worth_reading(const struct searching *s, size_t *ret_count)
{
    struct telling *list = arena_array(s->r->arena, struct telling, s->count);
    for (size_t i = 0; i < s->count; i++) {
        list[i].candidate = &s->candidates[i];
        for (size_t t = 0; t < s->terms.count; t++)
            list[i].score += s->terms.list[t].weight * s->candidates[i].told[t];
    }
    array_sort(list, s->count, sizeof *list, by_telling);
    bool few = all_told(&s->terms) && list[0].score >= FITS_WELL * weight_of(&s->terms);
    size_t count = few && s->count > FORMS_MOST ? FORMS_MOST : s->count;
    struct candidate *best = arena_array(s->r->arena, struct candidate, count);
    for (size_t i = 0; i < count; i++)
        best[i] = *list[i].candidate;
    *ret_count = count;
    return best;
}

/* How many of the best, in their order, are worth weighing with all their records: when more than are handed out fit
 * whole by one record alone, no other record can make anybody better. Where ages decide who is admitted, some of these
 * may fall away, so all are weighed. */
static size_t worth_weighing(const struct searching *s, const struct chosen *list, size_t count)
{
    size_t most = s->wanted + 1 < ENTITIES_MAX && grant_ageless(s->r->grant) ? s->wanted + 1 : ENTITIES_MAX;
    if (count > most && list[most - 1].score < WHOLE)
        most = ENTITIES_MAX;
    return count < most ? count : most;
}

/* The best entities by the candidates' own forms. */
static bool choose(struct searching *s, struct chosen **ret, size_t *ret_count, struct error *err)
{
    struct reading *r = s->r;
    struct result rows;
    size_t candidate_count;
    const struct candidate *candidates = worth_reading(s, &candidate_count);
    int64_t *anchors = arena_array(r->arena, int64_t, candidate_count);
    double all = weight_of(&s->terms);
    for (size_t i = 0; i < candidate_count; i++)
        anchors[i] = candidates[i].anchor;
    if (!read_forms(s, candidates, candidate_count, err) ||
        !store_query(r->transaction, STATEMENT_HUB_ENTITIES_OF_ANCHORS,
                     ARGS(value_integer(r->linkage), id_list(r->transaction, anchors, candidate_count, r->arena)),
                     r->arena, &rows, err))
        return false;
    struct chosen *list = arena_array(r->arena, struct chosen, rows.rows + 1);
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < rows.rows; i++) {
        const struct packed_form *form = form_find(s, cell_integer(&result_row(&rows, i)[0]));
        if (form)
            list[count++] = (struct chosen){cell_integer(&result_row(&rows, i)[1]), record_score(s, form, all)};
    }
    array_sort(list, count, sizeof *list, by_entity);
    for (size_t i = 0; i < count; i++)
        if (kept && list[kept - 1].entity == list[i].entity)
            list[kept - 1].score = list[i].score > list[kept - 1].score ? list[i].score : list[kept - 1].score;
        else
            list[kept++] = list[i];
    array_sort(list, kept, sizeof *list, by_score);
    *ret = list;
    *ret_count = worth_weighing(s, list, kept);
    return true;
}

/* Room for the records of one entity. */
struct room {
    struct search_form *forms;
    size_t *sources;
    struct date *births;
};

/* Each term's best fit among the records of one entity. */
static void score_entity(struct searching *s, const struct candidate *members, size_t count, const struct room *room,
                         struct scored *own)
{
    struct reading *r = s->r;
    struct search_form *forms = room->forms;
    size_t *sources = room->sources, form_count = 0, birth_count = 0;
    struct date *births = room->births;
    double got = 0, all = weight_of(&s->terms);
    for (size_t i = 0; i < count; i++) {
        const struct packed_form *packed = form_find(s, members[i].anchor);
        if (!packed)
            continue;
        search_form_unpack(packed->packed, &forms[form_count]);
        struct date birth = read_iso(forms[form_count].birth);
        if (date_known(birth))
            births[birth_count++] = birth;
        sources[form_count++] = packed->source;
    }
    own->age = age_group_of(births, birth_count, r->today);
    for (size_t i = 0; i < form_count; i++) {
        struct slice source = s->sources[sources[i]];
        if (!grant_matches_age(r->grant, source, own->age))
            continue;
        for (size_t t = 0; t < s->terms.count; t++) {
            struct fit fit = search_fit(s->fitting, t, &forms[i]);
            if (fit.quality > own->fits[t].quality)
                own->fits[t] = fit, own->fit_sources[t] = source;
        }
    }
    for (size_t t = 0; t < s->terms.count; t++)
        got += s->terms.list[t].weight * own->fits[t].quality;
    own->score = all > 0 ? got / all : 0;
}

static int by_entity_score(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->entity > y->entity) - (x->entity < y->entity);
}

bool search_rank(struct searching *s, struct scored *ret, size_t *ret_count, struct error *err)
{
    struct reading *r = s->r;
    struct chosen *chosen;
    size_t count, kept = 0, at = 0, member_count = 0;
    struct result rows;
    *ret_count = 0;
    if (s->count == 0)
        return true;
    if (!choose(s, &chosen, &count, err))
        return false;
    int64_t *ids = arena_array(r->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++)
        ids[i] = chosen[i].entity;
    if (count == 0)
        return true;
    if (!store_query(r->transaction, STATEMENT_HUB_MEMBERS_OF_ENTITIES,
                     ARGS(value_integer(r->linkage), id_list(r->transaction, ids, count, r->arena)), r->arena, &rows,
                     err))
        return false;
    struct candidate *members = arena_array(r->arena, struct candidate, rows.rows + 1);
    struct scored *list = arena_array(r->arena, struct scored, count);
    size_t *ends = arena_array(r->arena, size_t, count), entity_count = 0, most = 0;
    for (size_t i = 0; i < rows.rows; i++) { /* by entity */
        const struct value *row = result_row(&rows, i);
        int64_t entity = cell_integer(&row[0]);
        size_t n = 0;
        if (entity_count == 0 || list[entity_count - 1].entity != entity) {
            must(entity_count < count);
            list[entity_count++].entity = entity;
        }
        while (n < s->source_count && r->sources[s->numbers[n]].id != cell_integer(&row[2]))
            n++;
        if (n < s->source_count)
            members[member_count++] = (struct candidate){.anchor = cell_integer(&row[1]), .source = n};
        ends[entity_count - 1] = member_count;
    }
    if (!read_forms(s, members, member_count, err))
        return false;
    for (size_t i = 0; i < entity_count; at = ends[i++])
        most = ends[i] - at > most ? ends[i] - at : most;
    const struct room room = {arena_array(r->arena, struct search_form, most), arena_array(r->arena, size_t, most),
                              arena_array(r->arena, struct date, most)};
    at = 0;
    for (size_t i = 0; i < entity_count; at = ends[i++]) {
        score_entity(s, members + at, ends[i] - at, &room, &list[i]);
        if (list[i].score >= LEAST_SCORE && grant_admits(r->grant, list[i].age))
            ret[kept++] = list[i];
    }
    array_sort(ret, kept, sizeof *ret, by_entity_score);
    *ret_count = kept;
    return true;
}
