/* Two steps. Finding (under the rights to match): keys from the terms, the rarest first, give candidate records; their
 * forms are scored; the best entities' other records are scored with them, so that a surname of the council tax and a
 * birth date of the GP list count together. Showing (under the rights to show): names, birth dates and addresses of the
 * few that are handed out.
 *
 * What was tried: intersecting the lists of two common names. Pairs of sounds ("J500 S530") do the same in one walk,
 * catch most misspellings and swapped fields on the way, and are short lists. */
#include "hub/search.h"

#include "base/text.h"
#include "hub/facts.h"
#include "hub/household.h"
#include "hub/linked.h"
#include "hub/reading.h"
#include "hub/search_score.h"
#include "store/search_table.h"

#include <stdlib.h>

enum { KEY_LIMIT = 120, CANDIDATES_MAX = 400, ENTITIES_MAX = 80, VARIANTS_MAX = 24 };
#define LEAST_SCORE 0.45

struct candidate {
    int64_t anchor;
    size_t source; /* in reading.sources */
    double score;
};

struct searching {
    struct reading *r;
    struct terms terms;
    struct slice *sources; /* that may be matched on: names */
    size_t *numbers;       /* of them in reading.sources */
    size_t source_count;
    struct candidate *candidates;
    size_t count;
    bool too_common;
};

/* ---- Candidates ---- */

static bool known(const struct searching *s, int64_t anchor)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->candidates[i].anchor == anchor)
            return true;
    return false;
}

/* high empty: equal to low. */
static bool find_key(struct searching *s, struct slice attribute, struct slice low, struct slice high,
                     struct error *err)
{
    struct arena *arena = s->r->arena;
    struct result rows;
    if (s->count >= CANDIDATES_MAX) {
        s->too_common = true;
        return true;
    }
    bool equal = high.len == 0;
    struct sql sql = search_table_select(s->sources, s->source_count, equal, KEY_LIMIT,
                                         store_dialect(transaction_store(s->r->transaction)), arena);
    struct value args[] = {value_text(attribute), value_text(low), equal ? value_null() : value_text(high)};
    if (!store_query_sql(s->r->transaction, &sql, args, equal ? 2 : 3, arena, &rows, err))
        return false;
    size_t *taken = arena_array(arena, size_t, s->source_count + 1);
    for (size_t i = 0; i < rows.rows; i++) {
        const struct value *row = result_row(&rows, i);
        size_t source = (size_t)cell_integer(&row[0]);
        int64_t anchor = cell_integer(&row[2]);
        must(source < s->source_count);
        if (++taken[source] == KEY_LIMIT)
            s->too_common = true;
        if (anchor && s->count < CANDIDATES_MAX && !known(s, anchor))
            s->candidates[s->count++] = (struct candidate){anchor, s->numbers[source], 0};
    }
    return true;
}

static struct slice after(struct arena *arena, struct slice prefix)
{
    char *at = arena_cstr(arena, prefix);
    at[prefix.len - 1]++; /* prefixes end in ASCII */
    return slice_from(at, prefix.len);
}

struct words {
    struct slice list[VARIANTS_MAX];
    size_t count;
};

static void add_word(struct words *words, struct slice word)
{
    for (size_t i = 0; i < words->count; i++)
        if (slice_equal(words->list[i], word))
            return;
    if (words->count < VARIANTS_MAX)
        words->list[words->count++] = word;
}

/* The name words of the sources that a misspelt one may mean: by one letter, or by sound. */
static bool find_near(struct searching *s, const struct term *term, struct words *words, struct error *err)
{
    struct arena *arena = s->r->arena;
    enum store_dialect dialect = store_dialect(transaction_store(s->r->transaction));
    struct sql sql = search_table_select(s->sources, s->source_count, false, 40, dialect, arena);
    struct slice word = term->text;
    struct slice keys[34];
    size_t key_count = 0;
    if (word.len < 3 || word.len > 30)
        return true;
    keys[key_count++] = arena_format(arena, "%.*s ", PRINT(word)); /* a letter is missing */
    for (size_t i = 0; i < word.len; i++)                          /* a letter is wrong, or there is one too many */
        if ((unsigned char)word.at[i] < 0x80) {
            struct slice less = arena_format(arena, "%.*s%.*s", PRINT(slice_part(word, 0, i)),
                                             PRINT(slice_part(word, i + 1, word.len)));
            keys[key_count++] = arena_format(arena, "%.*s ", PRINT(less));
        }
    for (size_t k = 0; k < key_count + 1; k++) {
        struct slice attribute = S("near"), key = k < key_count ? keys[k] : NO_SLICE;
        if (k == key_count) {
            char sound[5];
            text_soundex(word, sound);
            if (!sound[0] || words->count >= VARIANTS_MAX / 2)
                break;
            attribute = S("sound");
            key = arena_format(arena, "%s ", sound);
        }
        struct result rows;
        if (text_valid_utf8(key) != key.len)
            continue;
        if (!store_query_sql(s->r->transaction, &sql,
                             ARGS(value_text(attribute), value_text(key), value_text(after(arena, key))), arena, &rows,
                             err))
            return false;
        for (size_t i = 0; i < rows.rows; i++) {
            struct slice token = cell_text(&result_row(&rows, i)[1]);
            struct slice found = slice_part(token, key.len, token.len);
            if (text_distance(word, found, 2) <= 2)
                add_word(words, found);
        }
        if (k < key_count && k > 0)
            add_word(words, slice_part(keys[k], 0, keys[k].len - 1));
    }
    return true;
}

static const struct term *first_of(const struct terms *terms, enum term_kind kind)
{
    for (size_t i = 0; i < terms->count; i++)
        if (terms->list[i].kind == kind)
            return &terms->list[i];
    return NULL;
}

/* The words that are telling enough to be looked up, longest first kept in the order asked. */
static size_t telling(const struct terms *terms, const struct term **ret)
{
    size_t count = 0;
    for (size_t i = 0; i < terms->count; i++)
        if (terms->list[i].kind == TERM_WORD && terms->list[i].weight >= 6 && count < 4)
            ret[count++] = &terms->list[i];
    return count;
}

static void sounds_of(const struct term *term, struct words *sounds, struct arena *arena)
{
    char sound[5];
    text_soundex(term->text, sound);
    if (sound[0])
        add_word(sounds, arena_copy(arena, slice_of(sound)));
    for (size_t i = 0; i < term->form_count && sounds->count < 5; i++) {
        text_soundex(term->forms[i], sound);
        if (sound[0])
            add_word(sounds, arena_copy(arena, slice_of(sound)));
    }
}

static bool find_pairs(struct searching *s, const struct term *a, const struct term *b, struct error *err)
{
    struct words first = {0}, second = {0};
    sounds_of(a, &first, s->r->arena);
    sounds_of(b, &second, s->r->arena);
    for (size_t i = 0; i < first.count; i++)
        for (size_t k = 0; k < second.count; k++) {
            if (i && k) /* at most one of the two is a nickname */
                continue;
            bool order = slice_compare(first.list[i], second.list[k]) <= 0;
            struct slice token = arena_format(s->r->arena, "%.*s %.*s", PRINT(order ? first.list[i] : second.list[k]),
                                              PRINT(order ? second.list[k] : first.list[i]));
            if (!find_key(s, S("pair"), token, NO_SLICE, err))
                return false;
        }
    return true;
}

static bool find_years(struct searching *s, const struct term *word, struct slice year, struct error *err)
{
    struct words sounds = {0};
    sounds_of(word, &sounds, s->r->arena);
    for (size_t i = 0; i < sounds.count; i++)
        if (!find_key(s, S("year"), arena_format(s->r->arena, "%.*s %.*s", PRINT(sounds.list[i]), PRINT(year)),
                      NO_SLICE, err))
            return false;
    return true;
}

static bool find_names(struct searching *s, const struct term *term, struct error *err)
{
    if (!find_key(s, S("name"), term->text, NO_SLICE, err))
        return false;
    for (size_t i = 0; i < term->form_count && i < 6; i++)
        if (!find_key(s, S("name"), term->forms[i], NO_SLICE, err))
            return false;
    if (term->text.len >= 3 && s->count < CANDIDATES_MAX / 2 &&
        !find_key(s, S("name"), term->text, after(s->r->arena, term->text), err))
        return false;
    if (s->count >= KEY_LIMIT / 2)
        return true;
    struct words near = {0};
    if (!find_near(s, term, &near, err))
        return false;
    for (size_t i = 0; i < near.count; i++)
        if (!find_key(s, S("name"), near.list[i], NO_SLICE, err))
            return false;
    return true;
}

/* Everybody at the first half of a postcode, up to the limit. Of the second half the first letter after its digit tells
 * NR1 0AA from NR10 0AA: the keys have no space. */
static bool find_outward(struct searching *s, struct slice outward, struct error *err)
{
    for (int digit = 0; digit <= 9; digit++)
        if (!find_key(s, S("code"), arena_format(s->r->arena, "%.*s%dA", PRINT(outward), digit),
                      arena_format(s->r->arena, "%.*s%d[", PRINT(outward), digit), err)) /* [ follows Z */
            return false;
    return true;
}

/* Keys from the most telling to the least; a broad one is asked only when the narrow ones gave little. */
static bool find_candidates(struct searching *s, struct error *err)
{
    const struct terms *terms = &s->terms;
    const struct term *words[4], *term;
    size_t word_count = telling(terms, words);
    if ((term = first_of(terms, TERM_NHS)) && !find_key(s, S("nhs"), term->text, NO_SLICE, err))
        return false;
    if ((term = first_of(terms, TERM_UPRN)) && !find_key(s, S("uprn"), term->text, NO_SLICE, err))
        return false;
    if ((term = first_of(terms, TERM_DATE)) && !find_key(s, S("born"), term->text, NO_SLICE, err))
        return false;
    if ((term = first_of(terms, TERM_POSTCODE)) && !find_key(s, S("code"), term->text, NO_SLICE, err))
        return false;
    if ((term = first_of(terms, TERM_NUMBER)))
        for (size_t i = 0; i < word_count; i++)
            if (!find_key(s, S("street"),
                          arena_format(s->r->arena, "%.*s %.*s", PRINT(term->text), PRINT(words[i]->text)), NO_SLICE,
                          err))
                return false;
    struct slice year = NO_SLICE;
    if ((term = first_of(terms, TERM_YEAR)))
        year = term->text;
    else if ((term = first_of(terms, TERM_DATE)))
        year = slice_part(term->text, 0, 4);
    for (size_t i = 0; i < word_count && year.len; i++)
        if (!find_years(s, words[i], year, err))
            return false;
    for (size_t i = 0; i < word_count; i++)
        for (size_t k = i + 1; k < word_count; k++)
            if (!find_pairs(s, words[i], words[k], err))
                return false;
    /* One word alone, or nothing found by the keys of two: each word by itself, the longest first. */
    if (word_count && (word_count == 1 || s->count == 0)) {
        if (word_count == 1 && s->count >= 20)
            return true;
        size_t longest = 0;
        for (size_t i = 1; i < word_count; i++)
            if (words[i]->text.len > words[longest]->text.len)
                longest = i;
        if (!find_names(s, words[longest], err))
            return false;
        for (size_t i = 0; i < word_count && s->count < KEY_LIMIT; i++)
            if (i != longest && !find_names(s, words[i], err))
                return false;
    }
    if (s->count == 0 && (term = first_of(terms, TERM_PART_POSTCODE)))
        return find_outward(s, term->text, err);
    return true;
}

/* When the narrow keys led to nobody who fits well: each telling word by itself, with what it may be a slip for. */
static bool widen_candidates(struct searching *s, bool *ret_wider, struct error *err)
{
    const struct term *words[4];
    size_t word_count = telling(&s->terms, words), before = s->count;
    for (size_t i = 0; i < word_count; i++)
        if (!find_names(s, words[i], err))
            return false;
    *ret_wider = s->count > before;
    return true;
}

/* ---- Scoring ---- */

struct form_of {
    int64_t anchor;
    struct search_form form;
    struct slice source;
};

static int by_anchor(const void *a, const void *b)
{
    const struct form_of *x = a, *y = b;
    return (x->anchor > y->anchor) - (x->anchor < y->anchor);
}

/* Forms of these anchors, which are of source `number`; added to forms. */
static bool read_forms(struct searching *s, size_t number, const int64_t *anchors, size_t count, struct form_of *forms,
                       size_t *form_count, size_t most, struct error *err)
{
    struct reading *r = s->r;
    struct slice name = r->sources[number].source->name;
    struct sql sql = search_table_forms(name, store_dialect(transaction_store(r->transaction)), r->arena);
    struct result rows;
    if (count == 0)
        return true;
    if (!store_query_sql(r->transaction, &sql, ARGS(id_list(r->transaction, anchors, count, r->arena)), r->arena, &rows,
                         err))
        return false;
    for (size_t i = 0; i < rows.rows && *form_count < most; i++) {
        struct form_of *form = &forms[*form_count];
        struct slice packed;
        if (!search_form_untoken(cell_text(&result_row(&rows, i)[0]), &form->anchor, &packed))
            continue;
        search_form_unpack(packed, &form->form);
        form->source = name;
        (*form_count)++;
    }
    return true;
}

static double record_score(const struct terms *terms, const struct search_form *form)
{
    double all = 0, got = 0;
    for (size_t i = 0; i < terms->count; i++) {
        all += terms->list[i].weight;
        got += terms->list[i].weight * search_fit(&terms->list[i], form).quality;
    }
    return all > 0 ? got / all : 0;
}

struct scored {
    int64_t entity;
    double score;
    struct fit fits[TERMS_MAX];
    struct slice fit_sources[TERMS_MAX];
    enum age_group age;
    struct slice name; /* once it is known, for ties */
    size_t loaded;     /* its number in what was loaded */
};

static int by_entity_score(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return (x->entity > y->entity) - (x->entity < y->entity);
}

static int by_entity(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;
    return (x->entity > y->entity) - (x->entity < y->entity);
}

static int by_score_name(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    int order = slice_compare(x->name, y->name);
    return order ? order : (x->entity > y->entity) - (x->entity < y->entity);
}

/* The candidates' own forms, then the best entities among them. */
static bool best_entities(struct searching *s, struct form_of *forms, size_t *form_count, size_t most,
                          struct scored *entities, size_t *entity_count, struct error *err)
{
    struct reading *r = s->r;
    int64_t *anchors = arena_array(r->arena, int64_t, s->count + 1);
    struct result rows;
    for (size_t n = 0; n < s->source_count; n++) {
        size_t count = 0;
        for (size_t i = 0; i < s->count; i++)
            if (s->candidates[i].source == s->numbers[n])
                anchors[count++] = s->candidates[i].anchor;
        if (!read_forms(s, s->numbers[n], anchors, count, forms, form_count, most, err))
            return false;
    }
    qsort(forms, *form_count, sizeof *forms, by_anchor);
    for (size_t i = 0; i < s->count; i++)
        anchors[i] = s->candidates[i].anchor;
    if (!store_query(r->transaction, STATEMENT_HUB_ENTITIES_OF_ANCHORS,
                     ARGS(value_integer(r->linkage), id_list(r->transaction, anchors, s->count, r->arena)), r->arena,
                     &rows, err))
        return false;
    struct scored *all = arena_array(r->arena, struct scored, rows.rows + 1);
    size_t count = 0, kept = 0;
    for (size_t i = 0; i < rows.rows; i++) {
        struct form_of wanted = {.anchor = cell_integer(&result_row(&rows, i)[0])};
        const struct form_of *form = bsearch(&wanted, forms, *form_count, sizeof *forms, by_anchor);
        if (form)
            all[count++] = (struct scored){.entity = cell_integer(&result_row(&rows, i)[1]),
                                           .score = record_score(&s->terms, &form->form)};
    }
    qsort(all, count, sizeof *all, by_entity);
    for (size_t i = 0; i < count; i++)
        if (kept && all[kept - 1].entity == all[i].entity)
            all[kept - 1].score = all[i].score > all[kept - 1].score ? all[i].score : all[kept - 1].score;
        else
            all[kept++] = all[i];
    qsort(all, kept, sizeof *all, by_entity_score);
    if (kept > ENTITIES_MAX)
        kept = ENTITIES_MAX;
    memcpy(entities, all, kept * sizeof *all);
    *entity_count = kept;
    return true;
}

/* All records of these entities; each term's best fit among them. */
static bool score_entities(struct searching *s, struct scored *entities, size_t *entity_count, struct error *err)
{
    struct reading *r = s->r;
    size_t count = *entity_count, form_count = 0, kept = 0;
    struct result rows;
    int64_t *ids = arena_array(r->arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++)
        ids[i] = entities[i].entity;
    if (count == 0)
        return true;
    if (!store_query(r->transaction, STATEMENT_HUB_MEMBERS_OF_ENTITIES,
                     ARGS(value_integer(r->linkage), id_list(r->transaction, ids, count, r->arena)), r->arena, &rows,
                     err))
        return false;
    struct form_of *forms = arena_array(r->arena, struct form_of, rows.rows + 1);
    int64_t *anchors = arena_array(r->arena, int64_t, rows.rows + 1);
    for (size_t n = 0; n < s->source_count; n++) {
        size_t own = 0;
        for (size_t i = 0; i < rows.rows; i++)
            if (cell_integer(&result_row(&rows, i)[2]) == r->sources[s->numbers[n]].id)
                anchors[own++] = cell_integer(&result_row(&rows, i)[1]);
        if (!read_forms(s, s->numbers[n], anchors, own, forms, &form_count, rows.rows, err))
            return false;
    }
    qsort(forms, form_count, sizeof *forms, by_anchor);
    struct date *births = arena_array(r->arena, struct date, rows.rows + 1);
    double all = 0;
    for (size_t t = 0; t < s->terms.count; t++)
        all += s->terms.list[t].weight;
    for (size_t e = 0; e < count; e++) {
        struct scored *own = &entities[e];
        size_t birth_count = 0;
        double got = 0;
        for (size_t i = 0; i < rows.rows; i++) {
            struct form_of wanted = {.anchor = cell_integer(&result_row(&rows, i)[1])};
            if (cell_integer(&result_row(&rows, i)[0]) != own->entity)
                continue;
            const struct form_of *form = bsearch(&wanted, forms, form_count, sizeof *forms, by_anchor);
            if (!form)
                continue;
            struct date birth = read_iso(form->form.birth);
            if (date_known(birth))
                births[birth_count++] = birth;
        }
        own->age = age_group_of(births, birth_count, r->today);
        for (size_t i = 0; i < rows.rows; i++) {
            struct form_of wanted = {.anchor = cell_integer(&result_row(&rows, i)[1])};
            if (cell_integer(&result_row(&rows, i)[0]) != own->entity)
                continue;
            const struct form_of *form = bsearch(&wanted, forms, form_count, sizeof *forms, by_anchor);
            if (!form || !grant_matches_age(r->grant, form->source, own->age))
                continue;
            for (size_t t = 0; t < s->terms.count; t++) {
                struct fit fit = search_fit(&s->terms.list[t], &form->form);
                if (fit.quality > own->fits[t].quality)
                    own->fits[t] = fit, own->fit_sources[t] = form->source;
            }
        }
        for (size_t t = 0; t < s->terms.count; t++)
            got += s->terms.list[t].weight * own->fits[t].quality;
        own->score = all > 0 ? got / all : 0;
        if (own->score >= LEAST_SCORE && grant_admits(r->grant, own->age))
            entities[kept++] = *own;
    }
    qsort(entities, kept, sizeof *entities, by_entity_score);
    *entity_count = kept;
    return true;
}

/* ---- Answering ---- */

static bool where_shown(const struct reading *r, struct slice source, enum fit_where where, enum age_group age)
{
    static const enum attribute attributes[][3] = {
        [FIT_GIVEN_NAME] = {ATTRIBUTE_PERSON_GIVEN_NAME, ATTRIBUTE_PERSON_FULL_NAME, ATTRIBUTE_PERSON_MIDDLE_NAMES},
        [FIT_FAMILY_NAME] = {ATTRIBUTE_PERSON_FAMILY_NAME, ATTRIBUTE_PERSON_FULL_NAME, ATTRIBUTE_NONE},
        [FIT_OTHER_NAME] = {ATTRIBUTE_PERSON_KNOWN_AS, ATTRIBUTE_PERSON_PREVIOUS_FAMILY_NAME, ATTRIBUTE_NONE},
        [FIT_BIRTH] = {ATTRIBUTE_PERSON_BIRTH_DATE, ATTRIBUTE_NONE, ATTRIBUTE_NONE},
        [FIT_POSTCODE] = {ATTRIBUTE_PLACE_POSTCODE, ATTRIBUTE_NONE, ATTRIBUTE_NONE},
        [FIT_NHS] = {ATTRIBUTE_PERSON_NHS_NUMBER, ATTRIBUTE_NONE, ATTRIBUTE_NONE},
        [FIT_UPRN] = {ATTRIBUTE_PLACE_UPRN, ATTRIBUTE_NONE, ATTRIBUTE_NONE},
        [FIT_ADDRESS] = {ATTRIBUTE_PLACE_ADDRESS, ATTRIBUTE_PLACE_STREET, ATTRIBUTE_NONE},
    };
    const struct reading_source *own = reading_source_of(r, source);
    for (size_t a = 0; own && a < 3; a++) {
        const struct column *column =
            attributes[where][a] == ATTRIBUTE_NONE ? NULL : source_attribute(own->source, attributes[where][a]);
        if (column && grant_shows(r->grant, source, column->name, age))
            return true;
    }
    return false;
}

static struct slice capital(struct arena *arena, struct slice word)
{
    char *at = arena_cstr(arena, word);
    if (word.len && at[0] >= 'a' && at[0] <= 'z')
        at[0] = (char)(at[0] - 32);
    return slice_from(at, word.len);
}

static struct slice fit_words(const struct fit *fit, struct arena *arena)
{
    struct slice value = fit->where <= FIT_OTHER_NAME ? capital(arena, fit->value) : fit->value;
    switch (fit->where) {
    case FIT_BIRTH: {
        struct slice born = date_words(arena, read_iso(fit->value));
        switch (fit->how) {
        case FIT_SWAPPED:
            return arena_format(arena, "born %.*s: day and month swapped", PRINT(born));
        case FIT_NEAR_DATE:
            return arena_format(arena, "born %.*s: one digit differs", PRINT(born));
        case FIT_YEAR:
            return arena_format(arena, "born %.*s: the year fits", PRINT(born));
        case FIT_NEAR_YEAR:
            return arena_format(arena, "born %.*s: a year apart", PRINT(born));
        default:
            return arena_format(arena, "born %.*s", PRINT(born));
        }
    }
    case FIT_POSTCODE:
        value = fit->value.len > 3 ? arena_format(arena, "%.*s %.*s", PRINT(slice_part(value, 0, value.len - 3)),
                                                  PRINT(slice_part(value, value.len - 3, value.len)))
                                   : value;
        return fit->how == FIT_SECTOR ? arena_format(arena, "lives near, at %.*s", PRINT(value))
                                      : arena_format(arena, "lives at %.*s", PRINT(value));
    case FIT_NHS:
        return S("has this NHS number");
    case FIT_UPRN:
        return S("lives at this UPRN");
    case FIT_ADDRESS:
        return arena_format(arena, "%.*s in the address", PRINT(value));
    case FIT_GIVEN_NAME:
    case FIT_FAMILY_NAME:
    case FIT_OTHER_NAME:
        break;
    }
    switch (fit->how) {
    case FIT_NICKNAME:
        return arena_format(arena, "another form of %.*s", PRINT(value));
    case FIT_PART:
        return arena_format(arena, "the beginning of %.*s", PRINT(value));
    case FIT_EDIT:
        return arena_format(arena, "spelt nearly as %.*s", PRINT(value));
    case FIT_SOUND:
        return arena_format(arena, "sounds like %.*s", PRINT(value));
    case FIT_INITIAL:
        return arena_format(arena, "the initial of %.*s", PRINT(value));
    default:
        return arena_format(arena, "%s %.*s", fit->where == FIT_OTHER_NAME ? "also called" : "named", PRINT(value));
    }
}

static void make_reasons(const struct searching *s, const struct scored *own, struct search_hit *hit)
{
    struct reading *r = s->r;
    hit->reasons = arena_array(r->arena, struct search_reason, s->terms.count + 1);
    for (size_t t = 0; t < s->terms.count; t++) {
        if (own->fits[t].quality <= 0)
            continue;
        bool shown = where_shown(r, own->fit_sources[t], own->fits[t].where, own->age);
        hit->reasons[hit->reason_count++] =
            (struct search_reason){s->terms.list[t].asked, shown ? fit_words(&own->fits[t], r->arena)
                                                                 : S("fits a field not shown under this purpose")};
    }
}

/* The address of the freshest record that gives one. */
static void newest_address(const struct reading *r, const struct loaded *loaded, const struct loaded_person *person,
                           struct search_hit *hit)
{
    struct date newest = NO_DATE;
    for (size_t i = person->first; i < person->first + person->count; i++) {
        const struct view_record *record = &loaded->records[i];
        const struct view_field *address = record_field(record, ATTRIBUTE_PLACE_ADDRESS),
                                *postcode = record_field(record, ATTRIBUTE_PLACE_POSTCODE);
        const struct view_field *building = record_field(record, ATTRIBUTE_PLACE_BUILDING),
                                *street = record_field(record, ATTRIBUTE_PLACE_STREET);
        const struct view_field *uprn = record_field(record, ATTRIBUTE_PLACE_UPRN);
        const struct reading_source *source = reading_source_of(r, record->evidence.source->name);
        struct date day = record_day(record, r->today);
        if (!record_field(record, ATTRIBUTE_EVENT_DATE) && !date_known(record->evidence.as_at))
            day = source && date_known(source->as_at) ? source->as_at : day;
        struct slice line = address ? address->value
                            : building && street
                                ? arena_format(r->arena, "%.*s %.*s", PRINT(building->value), PRINT(street->value))
                                : NO_SLICE;
        if (line.len == 0 || (date_known(newest) && date_compare(day, newest) <= 0))
            continue;
        newest = day;
        hit->address = postcode ? arena_format(r->arena, "%.*s, %.*s", PRINT(line), PRINT(postcode->value)) : line;
        hit->uprn = uprn ? uprn->raw : NO_SLICE;
    }
}

static const enum attribute shown_attributes[] = {
    ATTRIBUTE_PERSON_GIVEN_NAME, ATTRIBUTE_PERSON_FAMILY_NAME, ATTRIBUTE_PERSON_FULL_NAME, ATTRIBUTE_PERSON_BIRTH_DATE,
    ATTRIBUTE_PERSON_DEATH_DATE, ATTRIBUTE_PLACE_ADDRESS,      ATTRIBUTE_PLACE_BUILDING,   ATTRIBUTE_PLACE_STREET,
    ATTRIBUTE_PLACE_POSTCODE,    ATTRIBUTE_PLACE_UPRN,         ATTRIBUTE_EVENT_DATE,       ATTRIBUTE_RESIDENCE_UNTIL};

static bool answer_people(struct searching *s, struct scored *entities, size_t count, size_t limit,
                          struct search_answer *answer, struct error *err)
{
    struct reading *r = s->r;
    /* Ties at the end of the list are cut by name, so those that tie with the last are loaded too. */
    size_t load = count < limit ? count : limit;
    while (load < count && load < limit + 20 && entities[load].score == entities[load - 1].score)
        load++;
    int64_t *ids = arena_array(r->arena, int64_t, load + 1);
    for (size_t i = 0; i < load; i++)
        ids[i] = entities[i].entity;
    struct loaded loaded;
    struct load_options options = {.only = shown_attributes, .only_count = countof(shown_attributes)};
    if (!people_load(r, ids, load, &options, &loaded, err))
        return false;
    size_t kept = 0;
    for (size_t i = 0; i < load; i++)
        for (size_t p = 0; p < loaded.person_count; p++)
            if (loaded.people[p].entity == entities[i].entity) {
                entities[i].name = person_head(&loaded, &loaded.people[p], r->arena).name;
                entities[i].loaded = p;
                entities[kept++] = entities[i];
                break;
            }
    qsort(entities, kept, sizeof *entities, by_score_name);
    answer->more = count > limit || s->too_common;
    answer->hits = arena_array(r->arena, struct search_hit, limit + limit + 1);
    for (size_t i = 0; i < kept && answer->hit_count < limit; i++) {
        const struct loaded_person *person = &loaded.people[entities[i].loaded];
        struct person_head head = person_head(&loaded, person, r->arena);
        struct search_hit *hit = &answer->hits[answer->hit_count++];
        struct slice *sources = arena_array(r->arena, struct slice, r->source_count + 1);
        *hit = (struct search_hit){.entity = entities[i].entity,
                                   .name = head.name,
                                   .born = head.born,
                                   .died = head.died,
                                   .score = entities[i].score};
        bool hidden = r->grant->role->caller_check &&
                      !guard_caller_known(r->session, subject_of(r->linkage, hit->entity, r->arena));
        hit->hidden = hidden;
        if (!hidden)
            newest_address(r, &loaded, person, hit);
        else {
            hit->born = NO_DATE; /* until the caller is identified */
            hit->score = 0;
        }
        for (size_t k = person->first; k < person->first + person->count; k++) {
            struct slice title = loaded.records[k].evidence.source_title;
            if (hit->source_count == 0 || !slice_equal(sources[hit->source_count - 1], title))
                sources[hit->source_count++] = title;
            reading_note_record(r, &loaded.records[k]);
        }
        hit->sources = sources;
        if (!hidden)
            make_reasons(s, &entities[i], hit);
    }
    return true;
}

/* Homes by postcode, and the words and numbers of the address. */
static bool answer_homes(struct searching *s, size_t limit, struct search_answer *answer, struct error *err)
{
    struct reading *r = s->r;
    const struct term *code = first_of(&s->terms, TERM_POSTCODE), *uprn = first_of(&s->terms, TERM_UPRN);
    struct result rows = {0};
    if (!r->homes || (!code && !uprn))
        return true;
    if (uprn) {
        if (!store_query(r->transaction, STATEMENT_HUB_HOMES_AT,
                         ARGS(digits_list(r->transaction, &uprn->text, 1, r->arena)), r->arena, &rows, err))
            return false;
    } else {
        struct slice low = arena_format(r->arena, "%.*s %.*s", PRINT(slice_part(code->text, 0, code->text.len - 3)),
                                        PRINT(slice_part(code->text, code->text.len - 3, code->text.len)));
        if (!store_query(r->transaction, STATEMENT_HUB_HOMES_IN_POSTCODE,
                         ARGS(value_text(low), value_text(after(r->arena, low)), value_integer(100)), r->arena, &rows,
                         err))
            return false;
    }
    for (size_t i = 0; i < rows.rows && answer->hit_count < 2 * limit; i++) {
        const struct value *row = result_row(&rows, i);
        struct slice *words;
        size_t count = address_words(r->arena, cell_text(&row[2]), &words);
        double all = 0, got = 0;
        for (size_t t = 0; t < s->terms.count; t++) {
            const struct term *term = &s->terms.list[t];
            all += term->weight;
            bool fits = term == code || term == uprn;
            for (size_t w = 0; w < count && !fits; w++)
                fits = slice_equal(words[w], term->text);
            got += fits ? term->weight : 0;
        }
        if (all <= 0 || got / all < 0.6)
            continue;
        struct search_hit *hit = &answer->hits[answer->hit_count++];
        *hit = (struct search_hit){.uprn = cell_text(&row[0]),
                                   .name = cell_text(&row[2]),
                                   .address = cell_text(&row[2]),
                                   .score = got / all,
                                   .reasons = arena_array(r->arena, struct search_reason, 1),
                                   .reason_count = 1};
        hit->reasons[0] = (struct search_reason){uprn ? uprn->asked : code->asked,
                                                 uprn ? S("the home of this UPRN") : S("a home of this postcode")};
    }
    return true;
}

static bool search_all(struct searching *s, size_t limit, struct search_answer *answer, struct error *err)
{
    struct reading *r = s->r;
    struct scored *entities = arena_array(r->arena, struct scored, ENTITIES_MAX + 1);
    struct form_of *forms = arena_array(r->arena, struct form_of, CANDIDATES_MAX + 1);
    size_t count = 0, form_count = 0;
    bool wider = false;
    if (s->source_count && r->linkage &&
        (!find_candidates(s, err) ||
         (s->count && (!best_entities(s, forms, &form_count, CANDIDATES_MAX, entities, &count, err) ||
                       !score_entities(s, entities, &count, err)))))
        return false;
    if (s->source_count && r->linkage && (count == 0 || entities[0].score < 0.75) && !widen_candidates(s, &wider, err))
        return false;
    form_count = 0;
    if (wider && (!best_entities(s, forms, &form_count, CANDIDATES_MAX, entities, &count, err) ||
                  !score_entities(s, entities, &count, err)))
        return false;
    return reading_turn(r, USE_SHOW, err) && answer_people(s, entities, count, limit, answer, err) &&
           answer_homes(s, limit, answer, err);
}

bool hub_search(const struct hub *hub, const struct guard_session *session, const struct search_question *question,
                struct slice place, struct arena *arena, struct search_answer **ret, struct error *err)
{
    (void)place;
    struct searching s = {0};
    if (!hub_read_begin(hub, session, USE_MATCH, arena, &s.r, err))
        return false;
    if (!s.r->linkage && s.r->grant->match_sources.len)
        return reading_needs_linkage(s.r, err); /* "nobody fits" would not be true */
    search_question_read(question, s.r->today, arena, &s.terms);
    if (s.r->grant->role->caller_check)
        search_question_hide_birth(&s.terms);
    if (!search_question_known(&s.terms, err))
        return false;
    s.sources = arena_array(arena, struct slice, s.r->source_count + 1);
    s.numbers = arena_array(arena, size_t, s.r->source_count + 1);
    s.candidates = arena_array(arena, struct candidate, CANDIDATES_MAX + 1);
    for (size_t i = 0; i < s.r->source_count; i++) {
        const struct reading_source *own = &s.r->sources[i];
        if (!own->granted || !own->granted->match || own->source->subject != SUBJECT_PERSON || !own->id ||
            !own->current_landing)
            continue;
        s.sources[s.source_count] = own->source->name;
        s.numbers[s.source_count++] = i;
    }
    size_t limit = question->limit > 0 ? (size_t)(question->limit > 100 ? 100 : question->limit) : 20;
    struct search_answer *answer = arena_new(arena, struct search_answer);
    *answer = (struct search_answer){.read_as = search_question_words(&s.terms, arena)};
    if (!search_all(&s, limit, answer, err))
        return false;
    answer->too_common = s.too_common;
    if (!hub_read_end(s.r, S("search"), guard_keyed(guard_of(session), question->words, arena), err))
        return false;
    *ret = answer;
    return true;
}
