#include "hub/view.h"

#include "hub/entry.h"
#include "hub/homes.h"
#include "hub/little.h"
#include "hub/search.h"
#include "hub/why.h"

static bool holds(struct slice text, const char *piece)
{
    return slice_search(text, slice_of(piece)) < text.len;
}

static void a_search_forgives_and_says_why(void **state)
{
    struct little *little = little_of(state);
    little_load(little, NULL);
    (void)little_link(little, 1);
    struct guard_session *worker = little_sign_in(little, "sam.worker");
    int64_t margaret = little_find(little, worker, "margaret osgood");
    assert_true(margaret > 0);
    static const char *const words[] = {"osgood margaret",  "Peggy Osgood",         "margret osgood",
                                        "Margaret Ossgood", "osgood 1952",          "osgood 3/2/1952",
                                        "03021952 osgood",  "margaret NR29 4DD",    "m osgood 1952",
                                        "osgoo margaret",   "Margaret Osgood NR29", "OSGOOD, Margaret"};
    for (size_t i = 0; i < countof(words); i++) {
        int64_t found = little_find(little, worker, words[i]);
        if (found != margaret)
            print_error("%s found %lld\n", words[i], (long long)found);
        if (i != 6) /* eight digits are no date here */
            assert_int_equal(found, margaret);
    }
    struct error err;
    struct search_answer *answer;
    struct search_question question = {.words = S("margret osgood")};
    GOOD(hub_search(&little->hub, worker, &question, little->arena, &answer, &err));
    assert_true(answer->hits[0].reason_count == 2);
    assert_true(holds(answer->hits[0].reasons[0].words, "Marg") || holds(answer->hits[0].reasons[0].words, "Peggy"));
    question = (struct search_question){.words = S("zzzyx qqq")};
    GOOD(hub_search(&little->hub, worker, &question, little->arena, &answer, &err));
    assert_int_equal(answer->hit_count, 0);
    question = (struct search_question){.words = S("osgood"), .birth_date = S("32/1/1952")};
    assert_false(hub_search(&little->hub, worker, &question, little->arena, &answer, &err));
    assert_true(err.code == ERROR_INPUT && strstr(err.text, "date of birth \"32/1/1952\""));
    question = (struct search_question){.words = S("osgood"), .postcode = S("ZZ")};
    assert_false(hub_search(&little->hub, worker, &question, little->arena, &answer, &err));
    assert_true(err.code == ERROR_INPUT && strstr(err.text, "postcode \"ZZ\""));
    question = (struct search_question){.words = S("  ")};
    assert_false(hub_search(&little->hub, worker, &question, little->arena, &answer, &err));
    assert_int_equal(err.code, ERROR_INPUT);
}

static void a_search_that_nobody_fits_in_full_says_so(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    struct search_answer *answer;
    little_load(little, NULL);
    (void)little_link(little, 1);
    struct guard_session *worker = little_sign_in(little, "sam.worker"),
                         *contact = little_sign_in(little, "con.contact");
    static const struct {
        const char *words, *born;
        bool in_part;
    } asked[] = {{"osgood", "1952", false},
                 {"margret osgood", "3/2/1952", false}, /* misspelt still fits */
                 {"osgood", "1953", true},
                 {"osgood", "1930", true},
                 {"margaret osgood", "4/7/1952", true}};
    for (size_t i = 0; i < countof(asked); i++) {
        struct search_question question = {.words = slice_of(asked[i].words), .birth_date = slice_of(asked[i].born)};
        GOOD(hub_search(&little->hub, worker, &question, little->arena, &answer, &err));
        assert_true(answer->hit_count > 0);
        if (answer->in_part != asked[i].in_part)
            fail_msg("%s born %s", asked[i].words, asked[i].born);
        /* Before the caller is identified it is not told how well a birth date fits. */
        GOOD(hub_search(&little->hub, contact, &question, little->arena, &answer, &err));
        assert_false(answer->in_part);
    }
    struct search_question nothing = {.words = S("zzzyx qqq")};
    GOOD(hub_search(&little->hub, worker, &nothing, little->arena, &answer, &err));
    assert_false(answer->in_part);
}

static void the_first_half_of_a_postcode_finds_those_who_live_there(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    struct search_answer *answer;
    little_load(little, NULL);
    struct guard_session *worker = little_sign_in(little, "sam.worker");
    struct search_question question = {.words = S("NR29"), .limit = 100};
    assert_false(hub_search(&little->hub, worker, &question, little->arena, &answer, &err));
    assert_true(err.code == ERROR_NOT_FOUND && holds(slice_of(err.text), "not linked"));
    (void)little_link(little, 1);
    GOOD(hub_search(&little->hub, worker, &question, little->arena, &answer, &err));
    bool margaret = false;
    for (size_t i = 0; i < answer->hit_count; i++) {
        assert_true(answer->hits[i].score == 1.0 && holds(answer->hits[i].reasons[0].words, "lives at NR29 "));
        margaret = margaret || holds(answer->hits[i].name, "Osgood") || holds(answer->hits[i].name, "OSGOOD");
    }
    assert_true(margaret);
    question.words = S("NR2"); /* is not NR29 */
    GOOD(hub_search(&little->hub, worker, &question, little->arena, &answer, &err));
    assert_int_equal(answer->hit_count, 0);
}

static void a_view_shows_each_fact_with_its_evidence_and_names_what_is_excluded(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    little_load(little, NULL);
    (void)little_link(little, 1);
    struct guard_session *worker = little_sign_in(little, "sam.worker");
    int64_t before = little_audited(little), margaret = little_find(little, worker, "margaret osgood 1952");
    struct person_view *view;
    GOOD(hub_view(&little->hub, worker, margaret, little->arena, &view, &err));
    assert_int_equal(little_audited(little), before + 2);
    assert_int_equal(view->record_count, 3);
    assert_int_equal(view->marker_count, 1);
    assert_int_equal(view->markers[0].kind, MARKER_STAFF_SAFETY);
    bool nhs = false;
    for (size_t i = 0; i < view->fact_count; i++) {
        const struct view_fact *fact = &view->facts[i];
        assert_true(fact->best.record < view->record_count);
        const struct evidence *evidence = &view->records[fact->best.record].evidence;
        assert_true(evidence->line > 0 && evidence->file_digest.len == 64 && evidence->clause.len &&
                    evidence->agreement.len);
        if (fact->attribute == ATTRIBUTE_PERSON_NHS_NUMBER) {
            nhs = true;
            assert_true(slice_equal(fact->rule, S("verified by its owner")));
        }
        if (fact->attribute == ATTRIBUTE_PERSON_GIVEN_NAME)
            assert_true(fact->other_count + 1 >= 2); /* Peggy and Margaret Ann */
    }
    assert_true(nhs);
    bool police = false;
    for (size_t i = 0; i < view->grant->excluded_count; i++)
        police = police || slice_equal(view->grant->excluded[i].name, S("police"));
    assert_true(police);
    assert_int_equal(view->home_count, 1);
    assert_true(view->homes[0].current && slice_equal(view->homes[0].uprn, S("200000001")));
    assert_int_equal(view->household_count, 1);
    assert_true(holds(view->household[0].name, "ALBERT") || holds(view->household[0].name, "OSGOOD"));
    assert_true(view->event_count >= 1);
}

static void many_notes_of_one_source_are_one_voice(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    little_load(little, NULL);
    struct loader_row notices[8];
    for (size_t i = 0; i < countof(notices); i++)
        notices[i] = (struct loader_row){{arena_format(little->arena, "P91%02zu", i).at, "Osgod", "Margaret",
                                          "1952-02-03", "4 Heron Way", "NR29 4DD", "2026-08-09", "Other", "Words"}};
    little_reload(little, "police", notices, countof(notices), "2026-11-15");
    (void)little_link(little, 1);
    struct guard_session *steward = little_sign_in(little, "ada.steward");
    struct person_view *view;
    GOOD(hub_view(&little->hub, steward, little_find(little, steward, "margaret osgood 1952"), little->arena, &view,
                  &err));
    assert_true(view->record_count >= 3 + countof(notices));
    bool family = false;
    for (size_t i = 0; i < view->fact_count; i++) {
        const struct view_fact *fact = &view->facts[i];
        if (fact->attribute != ATTRIBUTE_PERSON_FAMILY_NAME)
            continue;
        family = true;
        assert_true(slice_equal_nocase(fact->best.value, S("Osgood")) && fact->other_count == 1);
        assert_true(holds(fact->rule, "3 of 3 sources say so"));
    }
    assert_true(family);
    struct why_view *why;
    GOOD(hub_why(&little->hub, steward, little_find(little, steward, "albert osgood 1949"), little->arena, &why, &err));
    assert_int_equal(why->link_count, 1);
    assert_true(holds(why->outcome, "2 records were joined by 1 link; it is explained below."));
}

static void what_lies_outside_the_grant_changes_no_byte(void **state)
{
    struct little *little = little_of(state);
    little_load(little, NULL);
    (void)little_link(little, 1);
    struct guard_session *worker = little_sign_in(little, "sam.worker"),
                         *officer = little_sign_in(little, "fay.officer");
    int64_t margaret = little_find(little, worker, "margaret osgood 1952"),
            seen = little_find(little, officer, "margaret osgood");
    struct slice as_worker = little_view(little, worker, margaret), as_officer = little_view(little, officer, seen);
    assert_false(holds(as_worker, "Door-step"));
    assert_false(holds(as_officer, "1952"));
    assert_false(holds(as_officer, "Dog not safe"));
    /* The police write otherwise of her, move her, give her another name; and the need, that no clause shows the
     * officer, changes. */
    static const struct loader_row notices[] = {{{"P9001", "Osborne", "Marjorie", "1951-01-01", "8 Heron Way",
                                                  "NR29 4DD", "2026-08-09", "Other", "Other words"}},
                                                {{"P9003", "Osgood", "Margaret", "1952-02-03", "8 Heron Way",
                                                  "NR29 4DD", "2026-09-09", "Fire setting", "More"}}};
    little_reload(little, "police", notices, countof(notices), "2026-11-15");
    (void)little_link(little, 2);
    assert_true(slice_equal(little_view(little, worker, margaret), as_worker));
    static const struct loader_row needs[] = {{{"C9001", "Peggy", "Osgood", "", "1952-02-03", "4 Heron Way", "NR29 4DD",
                                                "200000001", "01493 700001", "None", "Changed"}}};
    little_reload(little, "care", needs, countof(needs), "2026-11-16");
    (void)little_link(little, 1);
    assert_true(slice_equal(little_view(little, officer, seen), as_officer));
    assert_false(slice_equal(little_view(little, worker, margaret), as_worker));
}

static void why_shows_weights_and_hides_what_may_not_be_shown(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    little_load(little, NULL);
    (void)little_link(little, 1);
    struct guard_session *worker = little_sign_in(little, "sam.worker"),
                         *officer = little_sign_in(little, "fay.officer");
    struct why_view *why;
    GOOD(hub_why(&little->hub, worker, little_find(little, worker, "margaret osgood 1952"), little->arena, &why, &err));
    assert_int_equal(why->record_count, 3);
    assert_int_equal(why->link_count, 2);
    for (size_t i = 0; i < why->link_count; i++) {
        double sum = why->links[i].prior;
        for (size_t k = 0; k < why->links[i].part_count; k++)
            sum += why->links[i].parts[k].weight;
        assert_true(sum - why->links[i].total < 0.01 && why->links[i].total - sum < 0.01);
    }
    GOOD(hub_why(&little->hub, officer, little_find(little, officer, "margaret osgood"), little->arena, &why, &err));
    for (size_t i = 0; i < why->link_count; i++)
        for (size_t k = 0; k < why->links[i].part_count; k++) {
            const struct why_part *part = &why->links[i].parts[k];
            assert_false(holds(part->a, "1952") || holds(part->b, "1952"));
            if (slice_equal(part->field, S("Date of birth")))
                assert_true(!part->shown && part->a.len == 0);
        }
}

/* The newest own entry of an action says these fields, under the clause that lets them be used. */
static void audited_as(struct little *little, struct guard_session *contact, const char *action, const char *fields)
{
    struct error err;
    struct audit_filter own = {.account = guard_who(contact)->name, .action = slice_of(action), .limit = 1};
    struct audit_entry *entries;
    size_t count;
    bool more;
    GOOD(audit_list(contact, &own, little->arena, &entries, &count, &more, &err));
    assert_int_equal(count, 1);
    assert_string_equal(arena_cstr(little->arena, entries[0].fields), fields);
    assert_string_equal(arena_cstr(little->arena, entries[0].agreements), "answering:3.1");
    assert_true(entries[0].anchors.len > 0);
}

static void a_caller_is_identified_before_details_appear(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    little_load(little, NULL);
    (void)little_link(little, 1);
    struct guard_session *contact = little_sign_in(little, "con.contact");
    int64_t peggy = little_find(little, contact, "peggy osgood");
    struct person_view *view;
    int64_t id;
    GOOD(hub_view(&little->hub, contact, peggy, little->arena, &view, &err));
    assert_true(view->caller_check_needed);
    assert_int_equal(view->record_count + view->fact_count + view->marker_count, 0);
    audited_as(little, contact, "view", "care.family care.given");
    struct entry_new note = {.kind = ENTRY_CONTACT_NOTE, .entity = peggy, .words = S("Rang about her bath")};
    assert_false(hub_entry_write(&little->hub, contact, &note, little->arena, &id, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    bool passed = true;
    struct caller_answers wrong = {.name = S("Peggy Osgood"), .birth_date = S("4/2/1952"), .postcode = S("NR29 4DD")};
    GOOD(hub_check_caller(&little->hub, contact, peggy, &wrong, &passed, &err));
    assert_false(passed);
    audited_as(little, contact, "identity check",
               "care.born care.family care.given care.known_as care.postcode hub.refused");
    struct caller_answers right = {
        .name = S("Margaret Osgood"), .birth_date = S("3/2/1952"), .postcode = S("NR29 4DD")};
    GOOD(hub_check_caller(&little->hub, contact, peggy, &right, &passed, &err));
    assert_true(passed);
}

static void the_callers_name_stands_on_the_screen_and_can_only_refuse(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    little_load(little, NULL);
    (void)little_link(little, 1);
    struct guard_session *contact = little_sign_in(little, "con.contact");
    int64_t peggy = little_find(little, contact, "peggy osgood");
    const struct {
        struct caller_answers answers;
        bool passes;
    } tries[] = {
        {{.name = S("Margaret Osgood"), .postcode = S("NR29 4DD")}, false},
        {{.name = S("Margaret Osgood"), .birth_date = S("3/2/1952")}, false},
        {{.name = S("Brenda Utting"), .birth_date = S("3/2/1952"), .postcode = S("NR29 4DD")}, false},
        {{.birth_date = S("3/2/1952"), .postcode = S("NR29 4DD")}, true},
    };
    for (size_t i = 0; i < countof(tries); i++) {
        bool passed = !tries[i].passes;
        GOOD(hub_check_caller(&little->hub, contact, peggy, &tries[i].answers, &passed, &err));
        assert_int_equal(passed, tries[i].passes);
    }
}

static void what_was_searched_by_is_no_answer_of_the_callers(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    little_load(little, NULL);
    (void)little_link(little, 1);
    struct guard_session *contact = little_sign_in(little, "con.contact");
    int64_t peggy = little_find(little, contact, "peggy osgood");
    struct search_answer *found;
    struct caller_answers answers = {.birth_date = S("3/2/1952"), .postcode = S("NR29 4DD")};
    bool passed = false;
    /* The postcode was searched by, the birth date is the caller's own word: fits. */
    struct search_question code = {.words = S("peggy osgood"), .postcode = S("nr29 4dd")};
    GOOD(hub_search(&little->hub, contact, &code, little->arena, &found, &err));
    GOOD(hub_check_caller(&little->hub, contact, peggy, &answers, &passed, &err));
    assert_true(passed);
    /* Both typed into a search, in whatever form: the answers only repeat it. */
    struct search_question born = {.words = S("osgood"), .birth_date = S("3 February 1952")};
    GOOD(hub_search(&little->hub, contact, &born, little->arena, &found, &err));
    GOOD(hub_check_caller(&little->hub, contact, peggy, &answers, &passed, &err));
    assert_false(passed);
    /* Signing in again does not make them the caller's word. */
    contact = little_sign_in(little, "con.contact");
    GOOD(hub_check_caller(&little->hub, contact, peggy, &answers, &passed, &err));
    assert_false(passed);
    little->now += INT64_C(13) * 3600 * 1000; /* another day's work */
    contact = little_sign_in(little, "con.contact");
    GOOD(hub_check_caller(&little->hub, contact, peggy, &answers, &passed, &err));
    assert_true(passed);
}

static void a_caller_is_checked_five_times_and_search_tells_nothing_before(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    little_load(little, NULL);
    (void)little_link(little, 1);
    struct guard_session *contact = little_sign_in(little, "con.contact");
    int64_t peggy = little_find(little, contact, "peggy osgood");
    struct search_answer *found;
    static const char *const guesses[] = {"3/2/1952", "4/2/1952"};
    for (size_t i = 0; i < countof(guesses); i++) {
        struct search_question question = {.words = S("peggy osgood"), .birth_date = slice_of(guesses[i]), .limit = 20};
        GOOD(hub_search(&little->hub, contact, &question, little->arena, &found, &err));
        for (size_t k = 0; k < found->hit_count; k++)
            assert_true(found->hits[k].hidden && found->hits[k].reason_count == 0 && !(found->hits[k].score > 0));
    }
    /* Who is found, and in which order, is what the words find without the guess. */
    struct search_answer *plain;
    struct search_question words = {.words = S("osgood"), .limit = 20};
    GOOD(hub_search(&little->hub, contact, &words, little->arena, &plain, &err));
    assert_true(plain->hit_count > 0);
    static const char *const with_dates[] = {"osgood 1952", "osgood 1953", "3 feb 1952 osgood", "osgood 04/02/1952"};
    for (size_t i = 0; i < countof(with_dates); i++) {
        struct search_question guess = {.words = slice_of(with_dates[i]), .limit = 20};
        GOOD(hub_search(&little->hub, contact, &guess, little->arena, &found, &err));
        assert_int_equal(found->hit_count, plain->hit_count);
        for (size_t k = 0; k < found->hit_count; k++)
            assert_int_equal(found->hits[k].entity, plain->hits[k].entity);
        assert_true(slice_search(found->read_as, S("left out")) < found->read_as.len);
        assert_true(slice_search(found->read_as, S("195")) == found->read_as.len);
    }
    struct search_question only = {.birth_date = S("3/2/1952")};
    assert_false(hub_search(&little->hub, contact, &only, little->arena, &found, &err));
    assert_int_equal(err.code, ERROR_INPUT);
    struct caller_answers wrong = {.name = S("Peggy Osgood"), .birth_date = S("4/2/1952")},
                          right = {
                              .name = S("Margaret Osgood"), .birth_date = S("3/2/1952"), .postcode = S("NR29 4DD")};
    bool passed;
    for (int i = 0; i < 5; i++) {
        GOOD(hub_check_caller(&little->hub, contact, peggy, &wrong, &passed, &err));
        assert_false(passed);
    }
    assert_false(hub_check_caller(&little->hub, contact, peggy, &right, &passed, &err));
    assert_int_equal(err.code, ERROR_TOO_MANY);
}

static void what_is_written_shows_in_the_view_of_those_whose_agreement_says_so(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    little_load(little, NULL);
    (void)little_link(little, 1);
    struct guard_session *officer = little_sign_in(little, "fay.officer"),
                         *worker = little_sign_in(little, "sam.worker"),
                         *contact = little_sign_in(little, "con.contact");
    int64_t seen = little_find(little, officer, "margaret osgood"), id;
    struct entry_new visit = {.kind = ENTRY_OUTCOME,
                              .entity = seen,
                              .uprn = S("200000001"),
                              .list = S("fire_risk"),
                              .outcome = S("Alarms fitted"),
                              .words = S("Two smoke alarms <b>fitted</b>")};
    GOOD(hub_entry_write(&little->hub, officer, &visit, little->arena, &id, &err));
    assert_true(holds(little_view(little, officer, seen), "Alarms fitted"));
    assert_true(
        holds(little_view(little, worker, little_find(little, worker, "margaret osgood 1952")), "Alarms fitted"));
    struct entry_new late = {.kind = ENTRY_OUTCOME, .entity = seen, .on_date = {2027, 1, 1}, .outcome = S("x")};
    assert_false(hub_entry_write(&little->hub, officer, &late, little->arena, &id, &err));
    assert_int_equal(err.code, ERROR_INPUT);
    struct entry_new taken = {.kind = ENTRY_OUTCOME, .entity = seen, .outcome = S("x")};
    assert_false(hub_entry_write(&little->hub, contact, &taken, little->arena, &id, &err));
    assert_int_equal(err.code, ERROR_DENIED);
}

static void a_home_shows_who_lives_there_under_the_grant(void **state)
{
    struct little *little = little_of(state);
    struct error err;
    little_load(little, NULL);
    (void)little_link(little, 1);
    struct guard_session *worker = little_sign_in(little, "sam.worker");
    struct home_view *home;
    GOOD(hub_home(&little->hub, worker, S("200000001"), little->arena, &home, &err));
    assert_int_equal(home->resident_count, 2);
    assert_true(home->residents[0].current && home->residents[1].current);
    GOOD(hub_home(&little->hub, worker, S("200000002"), little->arena, &home, &err));
    assert_int_equal(home->resident_count, 2);
    assert_false(hub_home(&little->hub, worker, S("999"), little->arena, &home, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    /* She moves: the old home keeps her as one who lived there. */
    static const struct loader_row care[] = {{{"C9001", "Peggy", "Osgood", "", "1952-02-03", "8 Heron Way", "NR29 4DD",
                                               "200000002", "01493 700001", "", "Falls"}}};
    little_reload(little, "care", care, 1, "2026-11-20");
    (void)little_link(little, 1);
    struct person_view *view;
    GOOD(hub_view(&little->hub, worker, little_find(little, worker, "peggy osgood 1952"), little->arena, &view, &err));
    assert_int_equal(view->home_count, 2);
}

/* Words of Margaret's record of the care clients, and those of its newest version. */
static struct slice said_of_care(struct little *little, struct slice *ret_version)
{
    struct error err;
    struct guard_session *worker = little_sign_in(little, "sam.worker");
    struct person_view *view;
    struct view_record *versions;
    size_t at = 0, count;
    GOOD(hub_view(&little->hub, worker, little_find(little, worker, "peggy osgood 1952"), little->arena, &view, &err));
    while (at < view->record_count && !slice_equal(view->records[at].evidence.source->name, S("care")))
        at++;
    assert_true(at < view->record_count);
    GOOD(hub_record(&little->hub, worker, view->records[at].evidence.anchor, little->arena, &versions, &count, &err));
    *ret_version = evidence_words(&versions[0].evidence, little->arena);
    /* Of what a later file changed, the earlier version was confirmed by nobody. */
    for (size_t i = 1; i < count; i++)
        assert_false(date_known(versions[i].evidence.confirmed));
    return evidence_words_in_full(&view->records[at].evidence, little->arena);
}

static void a_fact_says_since_when_it_stands_and_which_snapshot_confirmed_it(void **state)
{
    struct little *little = little_of(state);
    struct slice version;
    little_load(little, NULL);
    (void)little_link(little, 1);
    assert_true(slice_equal(said_of_care(little, &version), S("as at 1 November 2026")));
    little_reload(little, "care", NULL, 0, "2026-11-15"); /* as it was */
    (void)little_link(little, 1);
    assert_true(slice_equal(said_of_care(little, &version), S("since 1 November 2026, confirmed 15 November 2026")));
    assert_true(slice_equal(version, S("since 1 November 2026, confirmed 15 November 2026")));
    static const struct loader_row moved[] = {{{"C9001", "Peggy", "Osgood", "", "1952-02-03", "8 Heron Way", "NR29 4DD",
                                                "200000002", "01493 700001", "", "Falls"}}};
    little_reload(little, "care", moved, 1, "2026-11-20");
    (void)little_link(little, 1);
    assert_true(slice_equal(said_of_care(little, &version), S("as at 20 November 2026")));
    assert_true(slice_equal(version, S("as at 20 November 2026")));
    struct evidence stale = {.source = &little->catalogue->sources[0], .as_at = {2026, 1, 2}, .stale = true};
    assert_true(
        slice_equal(evidence_words_in_full(&stale, little->arena), S("as at 2 January 2026, older than promised")));
    stale = (struct evidence){0}; /* written in the hub itself */
    assert_int_equal(evidence_words_in_full(&stale, little->arena).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LITTLE_ON_BOTH(a_search_forgives_and_says_why),
        LITTLE_ON_BOTH(a_search_that_nobody_fits_in_full_says_so),
        LITTLE_ON_BOTH(the_first_half_of_a_postcode_finds_those_who_live_there),
        LITTLE_ON_BOTH(a_view_shows_each_fact_with_its_evidence_and_names_what_is_excluded),
        LITTLE_ON_BOTH(a_fact_says_since_when_it_stands_and_which_snapshot_confirmed_it),
        LITTLE_ON_BOTH(many_notes_of_one_source_are_one_voice),
        LITTLE_ON_BOTH(what_lies_outside_the_grant_changes_no_byte),
        LITTLE_ON_BOTH(why_shows_weights_and_hides_what_may_not_be_shown),
        LITTLE_ON_BOTH(a_caller_is_identified_before_details_appear),
        LITTLE_ON_BOTH(the_callers_name_stands_on_the_screen_and_can_only_refuse),
        LITTLE_ON_BOTH(what_was_searched_by_is_no_answer_of_the_callers),
        LITTLE_ON_BOTH(a_caller_is_checked_five_times_and_search_tells_nothing_before),
        LITTLE_ON_BOTH(what_is_written_shows_in_the_view_of_those_whose_agreement_says_so),
        LITTLE_ON_BOTH(a_home_shows_who_lives_there_under_the_grant),
    };
    return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
