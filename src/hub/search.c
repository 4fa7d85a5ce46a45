/* Two steps. Finding (under the rights to match): keys from the terms give candidate records (search_candidates.c);
 * their forms are scored, and the best entities' other records with them (search_rank.c), so that a surname of the
 * council tax and a birth date of the GP list count together. Showing (under the rights to show): names, birth dates
 * and addresses of the few that are handed out. */
#include "hub/search.h"

#include "base/text.h"
#include "hub/facts.h"
#include "hub/household.h"
#include "hub/linked.h"
#include "hub/search_inside.h"
#include "link/address.h"

static int by_score_name(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    int order = slice_compare(x->name, y->name);
    return order ? order : (x->entity > y->entity) - (x->entity < y->entity);
}

/* ---- People ---- */

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

/* A short name, a misspelling or swapped day and month still fits; a year beside the one asked, or the same district
 * only, does not. */
static bool fits_all(const struct terms *terms, const struct scored *entity)
{
    for (size_t t = 0; t < terms->count; t++)
        if (entity->fits[t].quality <= 0.5)
            return false;
    return true;
}

static bool answer_people(struct searching *s, struct scored *entities, size_t count, size_t limit,
                          struct search_answer *answer, struct error *err)
{
    struct reading *r = s->r;
    size_t load =
        count < limit ? count : limit; /* ties at the end are cut by number: whose names would be read for it? */
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
    array_sort(entities, kept, sizeof *entities, by_score_name);
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
        hit->whole = !hidden && fits_all(&s->terms, &entities[i]);
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

/* ---- Homes ---- */

/* By postcode, and the words and numbers of the address. */
static bool answer_homes(struct searching *s, size_t limit, struct search_answer *answer, struct error *err)
{
    struct reading *r = s->r;
    const struct term *code = search_term(&s->terms, TERM_POSTCODE), *uprn = search_term(&s->terms, TERM_UPRN);
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
        if (!store_query(
                r->transaction, STATEMENT_HUB_HOMES_IN_POSTCODE,
                ARGS(value_text(low), value_text(arena_format(r->arena, "%.*s!", PRINT(low))), value_integer(100)),
                r->arena, &rows, err))
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
                                   .whole = got / all >= 0.999,
                                   .reasons = arena_array(r->arena, struct search_reason, 1),
                                   .reason_count = 1};
        hit->reasons[0] = (struct search_reason){uprn ? uprn->asked : code->asked,
                                                 uprn ? S("the home of this UPRN") : S("a home of this postcode")};
    }
    return true;
}

static bool search_all(struct searching *s, size_t limit, struct search_answer *answer, struct error *err)
{
    struct scored *entities = arena_array(s->r->arena, struct scored, ENTITIES_MAX);
    size_t count = 0;
    if (s->source_count && s->r->linkage) {
        if (!search_find(s, err) || !search_rank(s, entities, &count, err))
            return false;
        if ((count == 0 || entities[0].score < FITS_WELL) &&
            (!search_widen(s, err) || !search_rank(s, entities, &count, err)))
            return false;
    }
    return reading_turn(s->r, USE_SHOW, err) && answer_people(s, entities, count, limit, answer, err) &&
           answer_homes(s, limit, answer, err);
}

/* What was typed here is no answer of a caller's afterwards. */
static bool note_facts(const struct searching *s, struct error *err)
{
    for (size_t i = 0; i < s->terms.count; i++) {
        struct slice fact = search_question_fact(&s->terms.list[i], s->r->arena);
        if (fact.len && !guard_note_searched(s->r->session, fact, err))
            return false;
    }
    return true;
}

bool hub_search(const struct hub *hub, const struct guard_session *session, const struct search_question *question,
                struct arena *arena, struct search_answer **ret, struct error *err)
{
    struct searching s = {0};
    if (!hub_read_begin(hub, session, USE_MATCH, arena, &s.r, err))
        return false;
    if (!s.r->linkage && s.r->grant->match_sources.len)
        return reading_needs_linkage(s.r, err); /* "nobody fits" would not be true */
    search_question_read(question, s.r->today, arena, &s.terms);
    if (s.r->grant->role->caller_check) {
        if (!note_facts(&s, err))
            return false;
        search_question_hide_birth(&s.terms);
    }
    if (!search_question_known(&s.terms, err))
        return false;
    size_t limit = question->limit > 0 ? (size_t)(question->limit > 100 ? 100 : question->limit) : 20;
    s.wanted = limit;
    s.fitting = search_fitting(&s.terms, arena);
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
    struct search_answer *answer = arena_new(arena, struct search_answer);
    *answer = (struct search_answer){.read_as = search_question_words(&s.terms, arena)};
    if (!search_all(&s, limit, answer, err))
        return false;
    answer->too_common = s.too_common;
    answer->in_part = answer->hit_count > 0;
    for (size_t i = 0; i < answer->hit_count; i++)
        answer->in_part = answer->in_part && !answer->hits[i].whole && !answer->hits[i].hidden;
    if (!hub_read_end(s.r, S("search"), guard_keyed(guard_of(session), question->words, arena), err))
        return false;
    *ret = answer;
    return true;
}
