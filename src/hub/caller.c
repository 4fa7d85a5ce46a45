/* The caller-identity check. What identifies comes from the caller: facts that were typed into a search fit as they
 * found the person, so at least one that was not must fit too. Answers are held against every record that the grant may
 * match on, in the form that search uses; which of them fitted is never said, not even to the officer, so that nobody
 * can find out a birth date by trying. The name stands on the screen already, so it proves nothing: it is no answer
 * that counts, but another name than the record's refuses. Tries are few (guard_try_caller), and each is an audit
 * entry. */
#include "base/text.h"
#include "hub/household.h"
#include "hub/linked.h"
#include "hub/reading.h"
#include "hub/search_score.h"
#include "hub/view.h"
#include "store/search_table.h"

struct answers {
    struct terms name;
    struct fitting *fitting; /* of the name's terms */
    struct slice birth, postcode, nhs_number;
};

/* What the answers were found to fit, over all records of the person. */
struct fits {
    bool name, birth, postcode, nhs_number;
};

static bool name_fits(const struct answers *answers, const struct search_form *form)
{
    const struct terms *name = &answers->name;
    for (size_t i = 0; i < name->count; i++) {
        struct fit fit = search_fit(answers->fitting, i, form);
        if (fit.where == FIT_ADDRESS || fit.quality < 0.6)
            return false;
    }
    return name->count > 0;
}

static void check_form(const struct answers *answers, const struct search_form *form, struct fits *fits)
{
    fits->name = fits->name || name_fits(answers, form);
    fits->birth = fits->birth || (answers->birth.len == 10 && slice_equal(answers->birth, form->birth));
    fits->postcode = fits->postcode || (answers->postcode.len && slice_equal(answers->postcode, form->postcode));
    fits->nhs_number =
        fits->nhs_number || (answers->nhs_number.len && slice_equal(answers->nhs_number, form->nhs_number));
}

/* What the answers were held against, for the audit. */
static void note_compared(struct reading *r, const struct answers *answers, const struct source *source, int64_t anchor)
{
    const struct {
        enum attribute attribute;
        bool asked;
    } all[] = {{ATTRIBUTE_PERSON_GIVEN_NAME, answers->name.count > 0},
               {ATTRIBUTE_PERSON_MIDDLE_NAMES, answers->name.count > 0},
               {ATTRIBUTE_PERSON_FAMILY_NAME, answers->name.count > 0},
               {ATTRIBUTE_PERSON_FULL_NAME, answers->name.count > 0},
               {ATTRIBUTE_PERSON_PREVIOUS_FAMILY_NAME, answers->name.count > 0},
               {ATTRIBUTE_PERSON_KNOWN_AS, answers->name.count > 0},
               {ATTRIBUTE_PERSON_BIRTH_DATE, answers->birth.len > 0},
               {ATTRIBUTE_PLACE_POSTCODE, answers->postcode.len > 0},
               {ATTRIBUTE_PERSON_NHS_NUMBER, answers->nhs_number.len > 0}};
    reading_note(r, anchor, NO_SLICE, NO_SLICE);
    for (size_t i = 0; i < countof(all); i++) {
        const struct column *column = all[i].asked ? source_attribute(source, all[i].attribute) : NULL;
        if (column)
            reading_note(r, anchor, source->name, column->name);
    }
}

static void read_answers(const struct caller_answers *given, struct date today, struct arena *arena,
                         struct answers *ret)
{
    struct terms terms;
    struct search_question question = {
        .words = given->name, .birth_date = given->birth_date, .postcode = given->postcode};
    search_question_read(&question, today, arena, &terms);
    for (size_t i = 0; i < terms.count; i++)
        switch (terms.list[i].kind) {
        case TERM_WORD:
            ret->name.list[ret->name.count++] = terms.list[i];
            break;
        case TERM_DATE:
            ret->birth = terms.list[i].text;
            break;
        case TERM_POSTCODE:
            ret->postcode = terms.list[i].text;
            break;
        default:
            break;
        }
    ret->fitting = search_fitting(&ret->name, arena);
    (void)(text_nhs_number(arena, given->nhs_number, &ret->nhs_number) || (ret->nhs_number.len = 0));
}

static bool check_person(struct reading *r, int64_t entity, const struct answers *answers, struct fits *fits,
                         struct error *err)
{
    struct result rows;
    if (!store_query(r->transaction, STATEMENT_HUB_MEMBERS_OF_ENTITIES,
                     ARGS(value_integer(r->linkage), id_list(r->transaction, &entity, 1, r->arena)), r->arena, &rows,
                     err))
        return false;
    if (rows.rows == 0)
        return error_set(err, ERROR_NOT_FOUND, "there is no such person for this purpose; search again");
    for (size_t i = 0; i < rows.rows; i++) {
        const struct value *row = result_row(&rows, i);
        const struct reading_source *own = reading_source_by_id(r, cell_integer(&row[2]));
        struct result forms;
        int64_t anchor = cell_integer(&row[1]);
        if (!own || !own->granted || !own->granted->match)
            continue;
        struct sql sql =
            search_table_forms(&own->source->name, 1, store_dialect(transaction_store(r->transaction)), r->arena);
        if (!store_query_sql(r->transaction, &sql, ARGS(id_list(r->transaction, &anchor, 1, r->arena)), r->arena,
                             &forms, err))
            return false;
        for (size_t k = 0; k < forms.rows; k++) {
            struct slice packed;
            struct search_form form;
            if (!search_form_untoken(cell_text(&result_row(&forms, k)[1]), &anchor, &packed))
                continue;
            search_form_unpack(packed, &form);
            check_form(answers, &form, fits);
            note_compared(r, answers, own->source, anchor);
        }
    }
    return true;
}

/* At least one answer that fits must come from the caller: what was searched by was typed before anybody asked. */
static bool tells_more_than_the_search(const struct guard_session *session, const struct answers *answers,
                                       const struct fits *fits, struct arena *arena, bool *ret, struct error *err)
{
    const struct {
        bool fits;
        struct term term;
    } facts[] = {{fits->birth, {.kind = TERM_DATE, .text = answers->birth}},
                 {fits->postcode, {.kind = TERM_POSTCODE, .text = answers->postcode}},
                 {fits->nhs_number, {.kind = TERM_NHS, .text = answers->nhs_number}}};
    *ret = false;
    for (size_t i = 0; i < countof(facts); i++) {
        bool searched = true;
        if (facts[i].fits && !guard_was_searched(session, search_question_fact(&facts[i].term, arena), &searched, err))
            return false;
        *ret = *ret || !searched;
    }
    return true;
}

bool hub_check_caller(const struct hub *hub, struct guard_session *session, int64_t entity,
                      const struct caller_answers *given, bool *ret_passed, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct reading *r;
    struct answers answers = {0};
    struct fits fits = {0};
    bool done = false, told = false;
    if (!hub_read_begin(hub, session, USE_MATCH, arena, &r, err) || !reading_needs_linkage(r, err))
        goto out;
    struct slice subject = subject_of(r->linkage, entity, arena);
    if (!guard_try_caller(session, subject, err))
        goto out;
    read_answers(given, r->today, arena, &answers);
    if (!check_person(r, entity, &answers, &fits, err) ||
        !tells_more_than_the_search(session, &answers, &fits, arena, &told, err))
        goto out;
    /* A birth date or a name that was given and does not fit is a refusal, whatever else fits. */
    bool passed = fits.birth + fits.postcode + fits.nhs_number >= 2 && told &&
                  (fits.birth || slice_trim(given->birth_date).len == 0) &&
                  (fits.name || slice_trim(given->name).len == 0);
    reading_note(r, 0, S("hub"), passed ? S("passed") : S("refused"));
    if (!hub_read_end(r, S("identity check"), subject, err) || (passed && !guard_note_caller(session, subject, err)))
        goto out;
    *ret_passed = passed;
    done = true;
out:
    arena_free(arena);
    return done;
}
