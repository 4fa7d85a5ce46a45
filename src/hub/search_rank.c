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

static double weight_of(const struct terms *terms)
{
    double all = 0;
    for (size_t t = 0; t < terms->count; t++)
        all += terms->list[t].weight;
    return all;
}

/* The share of what was asked that these fits make up. Initials count beside a name that fits by more: alone they fit
 * half the county. */
static double fits_score(const struct terms *terms, struct fit *fits)
{
    bool named = false, asked = false;
    double got = 0, all = weight_of(terms);
    for (size_t t = 0; t < terms->count; t++) {
        bool word = terms->list[t].kind == TERM_WORD && terms->list[t].text.len > 1;
        asked = asked || word;
        named = named || (word && fits[t].quality > 0 && fits[t].how != FIT_INITIAL);
    }
    for (size_t t = 0; t < terms->count; t++) {
        if (asked && !named && fits[t].how == FIT_INITIAL)
            fits[t] = (struct fit){0};
        got += terms->list[t].weight * fits[t].quality;
    }
    return all > 0 ? got / all : 0;
}

static double record_score(struct searching *s, const struct packed_form *packed)
{
    struct search_form form;
    struct fit fits[TERMS_MAX];
    search_form_unpack(packed->packed, &form);
    for (size_t t = 0; t < s->terms.count; t++)
        fits[t] = search_fit(s->fitting, t, &form);
    return fits_score(&s->terms, fits);
}

/* How many forms are read when the keys told of every term and somebody is told to fit well. */
#define FORMS_MOST 160
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

/* A candidate and how well its own form fits. */
struct fitted {
    int64_t anchor;
    double score;
};

static int by_fit(const void *a, const void *b)
{
    const struct fitted *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->anchor > y->anchor) - (x->anchor < y->anchor);
}

/* The candidates, and whose records they are, the best first. */
struct choice {
    struct fitted *fitted;
    size_t fitted_count, asked; /* asked: of these it is known whose they are */
    int64_t entities[ENTITIES_MAX];
    double scores[ENTITIES_MAX]; /* of the entity's best candidate */
    size_t count, weighed;
};

/* The candidates whose forms are there, by how well they fit. */
static bool fit_candidates(struct searching *s, struct choice *choice, struct error *err)
{
    size_t count;
    const struct candidate *candidates = worth_reading(s, &count);
    choice->fitted = arena_array(s->r->arena, struct fitted, count + 1);
    if (!read_forms(s, candidates, count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct packed_form *form = form_find(s, candidates[i].anchor);
        if (form)
            choice->fitted[choice->fitted_count++] = (struct fitted){candidates[i].anchor, record_score(s, form)};
    }
    array_sort(choice->fitted, choice->fitted_count, sizeof *choice->fitted, by_fit);
    return true;
}

static void add_entity(struct choice *choice, int64_t entity, double score)
{
    for (size_t i = 0; i < choice->count; i++)
        if (choice->entities[i] == entity)
            return;
    if (choice->count == ENTITIES_MAX)
        return;
    choice->entities[choice->count] = entity;
    choice->scores[choice->count++] = score;
}

/* Asks whose the next candidates are, until there are so many entities or no more candidates. */
static bool choose(struct searching *s, struct choice *choice, size_t wanted, struct error *err)
{
    enum { STEP = 96 };
    struct reading *r = s->r;
    while (choice->count < wanted && choice->asked < choice->fitted_count) {
        const struct fitted *from = choice->fitted + choice->asked;
        size_t left = choice->fitted_count - choice->asked, count = left < STEP ? left : STEP;
        int64_t *anchors = arena_array(r->arena, int64_t, count);
        struct result rows;
        for (size_t i = 0; i < count; i++)
            anchors[i] = from[i].anchor;
        if (!store_query(r->transaction, STATEMENT_HUB_ENTITIES_OF_ANCHORS,
                         ARGS(value_integer(r->linkage), id_list(r->transaction, anchors, count, r->arena)), r->arena,
                         &rows, err))
            return false;
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < rows.rows; k++)
                if (cell_integer(&result_row(&rows, k)[0]) == from[i].anchor)
                    add_entity(choice, cell_integer(&result_row(&rows, k)[1]), from[i].score);
        choice->asked += count;
    }
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
    own->score = fits_score(&s->terms, own->fits);
}

static int by_entity_score(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->entity > y->entity) - (x->entity < y->entity);
}

/* The records of these entities, entity by entity, each with where its own end. */
static bool read_members(struct searching *s, const int64_t *entities, size_t count, struct candidate **ret_members,
                         struct scored *list, size_t *ends, size_t *ret_count, struct error *err)
{
    struct reading *r = s->r;
    struct result rows;
    size_t entity_count = 0, member_count = 0;
    if (!store_query(r->transaction, STATEMENT_HUB_MEMBERS_OF_ENTITIES,
                     ARGS(value_integer(r->linkage), id_list(r->transaction, entities, count, r->arena)), r->arena,
                     &rows, err))
        return false;
    struct candidate *members = arena_array(r->arena, struct candidate, rows.rows + 1);
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
    *ret_members = members;
    *ret_count = entity_count;
    return read_forms(s, members, member_count, err);
}

/* Scores these entities by all their records; those that fit and may be seen are added. */
static bool weigh(struct searching *s, const int64_t *entities, size_t count, struct scored *ret, size_t *kept,
                  struct error *err)
{
    struct reading *r = s->r;
    struct scored *list = arena_array(r->arena, struct scored, count + 1);
    size_t *ends = arena_array(r->arena, size_t, count + 1), most = 0, at = 0;
    struct candidate *members;
    if (!read_members(s, entities, count, &members, list, ends, &count, err))
        return false;
    for (size_t i = 0; i < count; at = ends[i++])
        most = ends[i] - at > most ? ends[i] - at : most;
    const struct room room = {arena_array(r->arena, struct search_form, most), arena_array(r->arena, size_t, most),
                              arena_array(r->arena, struct date, most)};
    at = 0;
    for (size_t i = 0; i < count; at = ends[i++]) {
        score_entity(s, members + at, ends[i] - at, &room, &list[i]);
        if (list[i].score >= LEAST_SCORE && grant_admits(r->grant, list[i].age))
            ret[(*kept)++] = list[i];
    }
    return true;
}

/* Twice as many as are handed out are weighed with all their records, for another record may lift one that stands a
 * little lower by its own; one more than are handed out where so many fit whole by one record alone, for then no other
 * record can make anybody better. Of whom ages let fall away too many, more are weighed. */
bool search_rank(struct searching *s, struct scored *ret, size_t *ret_count, struct error *err)
{
    struct choice choice = {0};
    size_t most = 2 * s->wanted < ENTITIES_MAX ? 2 * s->wanted : ENTITIES_MAX;
    *ret_count = 0;
    if (s->count == 0)
        return true;
    if (!fit_candidates(s, &choice, err))
        return false;
    if (!s->widened && (choice.fitted_count == 0 || choice.fitted[0].score < FITS_WELL))
        return true;
    if (!choose(s, &choice, most, err))
        return false;
    if (choice.count > s->wanted && choice.scores[s->wanted] >= WHOLE)
        most = s->wanted + 1;
    while (choice.weighed < choice.count && *ret_count <= s->wanted) {
        size_t count = choice.count < most ? choice.count : most;
        if (!weigh(s, choice.entities + choice.weighed, count - choice.weighed, ret, ret_count, err))
            return false;
        choice.weighed = count;
        most = most + s->wanted < ENTITIES_MAX ? most + s->wanted : ENTITIES_MAX;
        if (*ret_count <= s->wanted && !choose(s, &choice, most, err))
            return false;
    }
    array_sort(ret, *ret_count, sizeof *ret, by_entity_score);
    return true;
}
