#include "guard/grant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guard/scene.h"

struct place {
    struct arena *arena;
    struct slice folder;
};

static int set_up(void **state)
{
    struct arena *arena = arena_make(0);
    struct place *place = arena_new(arena, struct place);
    place->arena = arena;
    char *folder = arena_cstr(arena, S("/tmp/staithe-grant-XXXXXX"));
    if (!mkdtemp(folder))
        return -1;
    place->folder = slice_of(folder);
    scene_write_county(place->folder, arena);
    *state = place;
    return 0;
}

static void remove_all(struct slice folder, struct arena *arena)
{
    struct slice *names;
    size_t count;
    struct error err;
    GOOD(host_list_folder(folder, arena, &names, &count, &err));
    for (size_t i = 0; i < count; i++) {
        struct slice path = arena_format(arena, "%.*s/%.*s", PRINT(folder), PRINT(names[i]));
        if (unlink(arena_cstr(arena, path)) != 0)
            remove_all(path, arena);
    }
    assert_int_equal(rmdir(arena_cstr(arena, folder)), 0);
}

static int tear_down(void **state)
{
    struct place *place = *state;
    remove_all(place->folder, place->arena);
    arena_free(place->arena);
    return 0;
}

static void put(struct place *place, const char *name, const char *text)
{
    scene_write(place->folder, arena_cstr(place->arena, arena_format(place->arena, "agreements/%s.yaml", name)), text,
                place->arena);
}

/* The text with one piece put in another's place; the piece must be there. */
static const char *with(struct place *place, const char *text, const char *from, const char *to)
{
    struct slice whole = slice_of(text);
    size_t at = slice_search(whole, slice_of(from));
    assert_true(at < whole.len);
    return arena_cstr(place->arena,
                      arena_format(place->arena, "%.*s%s%s", (int)at, text, to, text + at + strlen(from)));
}

static const struct grant *compile_on(struct place *place, const char *agency, const char *role, const char *purpose,
                                      struct date day)
{
    struct error err;
    const struct grant *grant = NULL;
    const struct grant_request request = {slice_of(agency), slice_of(role), slice_of(purpose), day};
    GOOD(grant_compile(scene_read_county(place->folder, place->arena), &request, place->arena, &grant, &err));
    return grant;
}

static const struct grant *compile(struct place *place)
{
    return compile_on(place, "council", "worker", "assess", SCENE_TODAY);
}

static bool shows(const struct grant *grant, const char *source, const char *column)
{
    return grant_shows(grant, slice_of(source), slice_of(column), AGE_ADULT);
}

static struct slice reason_of(const struct grant *grant, const char *source)
{
    for (size_t i = 0; i < grant->excluded_count; i++)
        if (slice_equal(grant->excluded[i].name, slice_of(source)))
            return grant->excluded[i].reason;
    fail_msg("%s is not excluded", source);
    return NO_SLICE;
}

#define SAYS(grant, source, words) assert_string_equal(arena_cstr(place->arena, reason_of(grant, source)), words)

static void what_no_clause_gives_is_not_there(void **state)
{
    struct place *place = *state;
    const struct grant *grant = compile_on(place, "fire", "officer", "prevent", SCENE_TODAY);
    assert_int_equal(grant->source_count, 0);
    assert_int_equal(grant->match_sources.len, 0);
    assert_int_equal(grant->excluded_count, 5);
    for (size_t i = 0; i < grant->catalogue->source_count; i++) {
        const struct source *source = &grant->catalogue->sources[i];
        assert_false(grant_matches(grant, source->name));
        assert_false(grant_counts(grant, source->name, AGE_ADULT));
        for (size_t k = 0; k < source->column_count; k++)
            assert_false(grant_shows(grant, source->name, source->columns[k].name, AGE_ADULT));
    }
    assert_false(grant_admits(grant, AGE_ADULT));
    assert_int_equal(grant->show_rights.count, 0);
    assert_int_equal(grant->match_rights.count, 0);
    SAYS(grant, "gp", "no agreement in force lets a fire safety officer use \"GP list\" for fire prevention");
}

static void a_clause_gives_its_columns_and_no_other(void **state)
{
    struct place *place = *state;
    const struct grant *grant = compile(place);
    assert_true(shows(grant, "care", "need"));
    assert_true(shows(grant, "gp", "surname"));
    assert_true(shows(grant, "gp", "practice"));
    assert_false(shows(grant, "gp", "nhs_number"));
    assert_false(shows(grant, "gp", "born"));
    assert_false(shows(grant, "gp", "nonsense"));
    assert_true(shows(grant, "homes", "address"));
    assert_true(shows(grant, "recorded_visits", "outcome"));
    assert_false(shows(grant, "contact_notes", "words"));
    assert_true(grant_counts(grant, S("care"), AGE_ADULT));
    assert_false(grant_counts(grant, S("gp"), AGE_ADULT));
    assert_true(slice_equal(grant->match_sources, S("care gp")));
    assert_true(slice_equal(grant->agreements, S("assessing:1.1 assessing:1.2 assessing:1.3 assessing:1.4")));
    assert_int_equal(grant->excluded_count, 1);
    SAYS(grant, "contact_notes",
         "no agreement in force lets a social worker use \"Contact notes\" for care assessment");
}

/* Each condition of a clause, broken alone, takes its source away; put back, gives it again. */
static void each_condition_of_a_clause_is_needed(void **state)
{
    struct place *place = *state;
    static const struct {
        const char *file, *text, *from, *to, *why;
    } breaks[] = {
        {"assessing", scene_assessing, "roles: [worker], match: all, show: all, count",
         "roles: [officer], match: all, show: all, count",
         "no agreement in force lets a social worker use \"Care clients\" for care assessment"},
        {"assessing", scene_assessing, "purposes: [assess]", "purposes: [prevent]",
         "no agreement in force lets a social worker use \"Care clients\" for care assessment"},
        {"assessing", scene_assessing, "purposes: [assess]\n", "purposes: [assess, prevent]\n", NULL},
        {"assessing", scene_assessing, "between: [council, board]", "between: [board, fire]",
         "The Council is not a party to the agreement \"Sharing for assessments\""},
        {"assessing", scene_assessing, "until: 2027-12-31", "until: 2026-11-26",
         "the agreement \"Sharing for assessments\" that let a social worker use it for care assessment ended on 26 "
         "November 2026"},
        {"assessing", scene_assessing, "until: 2027-12-31", "until: 2026-11-27", NULL},
        {"assessing", scene_assessing, "from: 2026-01-01", "from: 2026-11-28",
         "the agreement \"Sharing for assessments\" that let a social worker use it for care assessment begins on 28 "
         "November 2026"},
        {"assessing", scene_assessing, "from: 2026-01-01", "from: 2026-11-27", NULL},
        {"assessing", scene_assessing, "clauses:", "withdrawn: 2026-11-27\nclauses:",
         "the agreement \"Sharing for assessments\" that let a social worker use it for care assessment was withdrawn "
         "on 27 November 2026"},
        {"assessing", scene_assessing, "clauses:", "withdrawn: 2026-11-28\nclauses:", NULL},
        {"supply_care", scene_supply_care, "until: 2027-12-31", "until: 2026-10-31",
         "the agreement \"Supply of care\", under which it is supplied, ended on 31 October 2026"},
    };
    for (size_t i = 0; i < countof(breaks); i++) {
        put(place, breaks[i].file, with(place, breaks[i].text, breaks[i].from, breaks[i].to));
        const struct grant *grant = compile(place);
        assert_int_equal(shows(grant, "care", "need"), breaks[i].why == NULL);
        assert_int_equal(grant_matches(grant, S("care")), breaks[i].why == NULL);
        assert_int_equal(grant_counts(grant, S("care"), AGE_ADULT), breaks[i].why == NULL);
        if (breaks[i].why)
            SAYS(grant, "care", breaks[i].why);
        put(place, breaks[i].file, breaks[i].text);
        assert_true(shows(compile(place), "care", "need"));
    }
}

static void a_clause_may_narrow_the_purposes_of_its_agreement(void **state)
{
    struct place *place = *state;
    const char *both = with(place, scene_assessing, "purposes: [assess]", "purposes: [assess, prevent]");
    put(place, "assessing",
        with(place, both, "roles: [worker], match: all, show: all, count",
             "roles: [worker, officer], purposes: [prevent], match: all, show: all, count"));
    assert_false(shows(compile(place), "care", "need"));
    put(place, "assessing",
        with(place, both, "roles: [worker], match: all, show: all, count",
             "roles: [worker, officer], purposes: [assess], match: all, show: all, count"));
    assert_true(shows(compile(place), "care", "need"));
}

static void a_role_takes_none_but_its_own_purposes(void **state)
{
    struct place *place = *state;
    const struct catalogue *catalogue = scene_read_county(place->folder, place->arena);
    static const struct grant_request wrong[] = {
        {S_INIT("council"), S_INIT("worker"), S_INIT("prevent"), {2026, 11, 27}},
        {S_INIT("council"), S_INIT("nobody"), S_INIT("assess"), {2026, 11, 27}},
        {S_INIT("nowhere"), S_INIT("worker"), S_INIT("assess"), {2026, 11, 27}},
        {S_INIT("council"), S_INIT("worker"), S_INIT("nothing"), {2026, 11, 27}},
        {S_INIT("council"), S_INIT(""), S_INIT(""), {2026, 11, 27}},
    };
    for (size_t i = 0; i < countof(wrong); i++) {
        struct error err = NO_ERROR;
        const struct grant *grant = NULL;
        assert_false(grant_compile(catalogue, &wrong[i], place->arena, &grant, &err));
        assert_int_equal(err.code, ERROR_DENIED);
        assert_null(grant);
    }
}

static void a_clause_for_adults_shows_no_child_and_nobody_of_unknown_age(void **state)
{
    struct place *place = *state;
    const struct grant *grant = compile(place);
    assert_false(grant_ageless(grant));
    assert_true(grant_shows(grant, S("gp"), S("surname"), AGE_ADULT));
    assert_false(grant_shows(grant, S("gp"), S("surname"), AGE_CHILD));
    assert_false(grant_shows(grant, S("gp"), S("surname"), AGE_UNKNOWN));
    assert_false(grant_matches_age(grant, S("gp"), AGE_CHILD));
    assert_true(grant_shows(grant, S("care"), S("surname"), AGE_CHILD));
    assert_true(grant_admits(grant, AGE_CHILD));
    put(place, "assessing",
        with(place, scene_assessing, "roles: [worker], match: all, show: all, count: true",
             "roles: [worker], match: all, show: all, subjects: children"));
    grant = compile(place);
    assert_false(grant_shows(grant, S("care"), S("surname"), AGE_ADULT));
    assert_true(grant_shows(grant, S("care"), S("surname"), AGE_CHILD));
    assert_false(grant_admits(grant, AGE_UNKNOWN));
}

static void uses_of_several_clauses_add_up(void **state)
{
    struct place *place = *state;
    put(place, "more",
        "agreement: more\ntitle: More\nbetween: [council]\npurposes: [assess]\nlawful_basis: Article 6\n"
        "from: 2026-01-01\nuntil: 2027-12-31\nreview: 2027-01-31\nclauses:\n"
        "  - {clause: \"9\", source: gp, roles: [worker], show: [nhs_number, surname], count: true, subjects: "
        "children}\n");
    const struct grant *grant = compile(place);
    assert_true(grant_shows(grant, S("gp"), S("surname"), AGE_ADULT));
    assert_true(grant_shows(grant, S("gp"), S("surname"), AGE_CHILD));
    assert_false(grant_shows(grant, S("gp"), S("surname"), AGE_UNKNOWN));
    assert_true(grant_shows(grant, S("gp"), S("nhs_number"), AGE_CHILD));
    assert_false(grant_shows(grant, S("gp"), S("nhs_number"), AGE_ADULT));
    assert_true(grant_counts(grant, S("gp"), AGE_CHILD));
    assert_false(grant_counts(grant, S("gp"), AGE_ADULT));
    const struct grant_column *surname = grant_column(grant, S("gp"), S("surname"));
    assert_int_equal(surname->clause_count, 2);
    static const struct slice fields[] = {S_INIT("gp.surname"), S_INIT("care.need"), S_INIT("gp.surname")};
    assert_true(slice_equal(grant_agreements(grant, fields, 3, place->arena), S("assessing:1.1 assessing:1.2 more:9")));
    assert_true(slice_equal(grant_agreements(grant, fields + 1, 1, place->arena), S("assessing:1.1")));
}

static void what_is_only_matched_or_counted_is_among_the_excluded(void **state)
{
    struct place *place = *state;
    const struct grant *linking = compile_on(place, "hub", "linker", "linking", SCENE_TODAY);
    assert_true(slice_equal(linking->match_sources, S("care gp")));
    assert_int_equal(linking->excluded_count, 5);
    SAYS(linking, "gp",
         "the agreement \"Joining records\" (clause 2) lets the linking engine find and join people by it, and shows "
         "nothing of it");
    const struct grant *lead = compile_on(place, "council", "lead", "oversight", SCENE_TODAY);
    SAYS(
        lead, "care",
        "the agreement \"Oversight\" (clause 1) lets an information governance lead count it, and shows nothing of it");
    assert_int_equal(lead->match_sources.len, 0);
}

static void ages_are_told_only_when_every_date_agrees(void **state)
{
    (void)state;
    const struct date today = SCENE_TODAY;
    static const struct {
        struct date dates[3];
        enum age_group group;
    } cases[] = {
        {{{0}}, AGE_UNKNOWN},
        {{{2008, 11, 27}}, AGE_ADULT},  /* eighteen today */
        {{{2008, 11, 28}}, AGE_CHILD},  /* tomorrow */
        {{{2008, 11, 0}}, AGE_UNKNOWN}, /* either */
        {{{2008, 0, 0}}, AGE_UNKNOWN},
        {{{2007, 0, 0}}, AGE_ADULT},
        {{{2009, 0, 0}}, AGE_CHILD},
        {{{2008, 2, 0}}, AGE_ADULT},
        {{{2008, 12, 0}}, AGE_CHILD},
        {{{1950, 1, 1}, {1951, 0, 0}}, AGE_ADULT},
        {{{1950, 1, 1}, {0}, {2015, 1, 1}}, AGE_UNKNOWN}, /* somebody is wrong */
        {{{0}, {2015, 1, 1}}, AGE_CHILD},
        {{{2030, 1, 1}}, AGE_CHILD},
    };
    assert_int_equal(age_group_of(NULL, 0, today), AGE_UNKNOWN);
    for (size_t i = 0; i < countof(cases); i++)
        assert_int_equal(age_group_of(cases[i].dates, 3, today), cases[i].group);
}

static const struct store_right *right_of(const struct store_rights *rights, const char *table)
{
    for (size_t i = 0; i < rights->count; i++)
        if (slice_equal(rights->tables[i].table, slice_of(table)))
            return &rights->tables[i];
    return NULL;
}

static bool opens(const struct store_rights *rights, const char *table)
{
    for (const char *const *open = rights->open_tables; *open; open++)
        if (strcmp(*open, table) == 0)
            return true;
    return false;
}

static struct slice columns_of(struct place *place, const struct store_rights *rights, const char *table)
{
    const struct store_right *right = right_of(rights, table);
    return right ? arena_join(place->arena, right->columns, right->count, S(" ")) : NO_SLICE;
}

static void the_rights_of_the_database_are_those_of_the_grant(void **state)
{
    struct place *place = *state;
    const struct grant *grant = compile(place);
    /* Shown, and the birth date that tells adults from children. */
    assert_true(slice_equal(columns_of(place, &grant->show_rights, "source_gp"), S("born practice record surname")));
    assert_true(slice_equal(columns_of(place, &grant->match_rights, "source_gp"),
                            S("born nhs_number practice record surname")));
    assert_null(right_of(&grant->show_rights, "search_gp"));
    assert_non_null(right_of(&grant->match_rights, "search_gp"));
    assert_true(opens(&grant->show_rights, "entry"));
    assert_true(opens(&grant->show_rights, "home"));
    assert_true(opens(&grant->show_rights, "member"));
    static const char *const closed[] = {"account", "session",    "signin_failure", "change",
                                         "counter", "quarantine", "doubt"};
    for (size_t i = 0; i < countof(closed); i++) {
        assert_false(opens(&grant->show_rights, closed[i]));
        assert_false(opens(&grant->match_rights, closed[i]));
    }
    assert_false(slice_equal(grant->show_rights.name, grant->match_rights.name));
    assert_true(grant->show_rights.name.len <= 40);
    /* Equal content, equal name; other content, another. */
    assert_true(slice_equal(grant->show_rights.name, compile(place)->show_rights.name));
    put(place, "assessing", with(place, scene_assessing, "show: [surname, practice]", "show: [surname]"));
    assert_false(slice_equal(grant->show_rights.name, compile(place)->show_rights.name));
    const struct grant *linking = compile_on(place, "hub", "linker", "linking", SCENE_TODAY);
    assert_int_equal(linking->show_rights.count, 0);
    assert_false(opens(&linking->match_rights, "entry"));
    assert_false(opens(&linking->match_rights, "home"));
    assert_true(slice_equal(columns_of(place, &linking->match_rights, "source_care"), S("born record surname")));
}

/* ---- Norfolk ---- */

static const struct catalogue *norfolk(struct arena *arena)
{
    const char *root = getenv("STAITHE_SOURCE_ROOT");
    return scene_read_county(arena_format(arena, "%s/county/norfolk", root ? root : "."), arena);
}

static bool in(struct slice word, const struct slice *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(word, list[i]))
            return true;
    return false;
}

/* The rule said once more, in the plainest way: one question at a time, nothing kept. */
static bool oracle(const struct catalogue *catalogue, const struct grant_request *r, struct slice source,
                   struct slice column, enum use use, enum age_group age)
{
    const struct source *contract = catalogue_source(catalogue, source);
    if (contract && !agreement_in_force(catalogue_agreement(catalogue, contract->agreement), r->day))
        return false;
    for (size_t i = 0; i < catalogue->agreement_count; i++) {
        const struct agreement *a = &catalogue->agreements[i];
        for (size_t k = 0; k < a->clause_count; k++) {
            const struct clause *c = &a->clauses[k];
            bool age_fits = c->subjects == SUBJECTS_ALL || (c->subjects == SUBJECTS_ADULTS && age == AGE_ADULT) ||
                            (c->subjects == SUBJECTS_CHILDREN && age == AGE_CHILD);
            bool gives = use == USE_MATCH   ? c->match
                         : use == USE_COUNT ? c->count
                                            : c->show_all || in(column, c->show, c->show_count);
            if (slice_equal(c->source, source) && agreement_in_force(a, r->day) &&
                in(r->agency, a->parties, a->party_count) && in(r->role, c->roles, c->role_count) &&
                in(r->purpose, a->purposes, a->purpose_count) &&
                (!c->purpose_count || in(r->purpose, c->purposes, c->purpose_count)) && age_fits && gives)
                return true;
        }
    }
    return false;
}

static void every_grant_of_norfolk_is_what_its_agreements_say(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    const struct catalogue *catalogue = norfolk(arena);
    static const struct date days[] = {{2025, 12, 31}, {2026, 1, 1},   {2026, 5, 5},   {2026, 9, 30},
                                       {2026, 10, 1},  {2026, 11, 27}, {2028, 12, 31}, {2031, 1, 1}};
    static const enum age_group ages[] = {AGE_ADULT, AGE_CHILD, AGE_UNKNOWN};
    size_t asked = 0, given = 0;
    for (size_t d = 0; d < countof(days); d++)
        for (size_t a = 0; a < catalogue->agency_count; a++)
            for (size_t r = 0; r < catalogue->role_count; r++)
                for (size_t p = 0; p < catalogue->roles[r].purpose_count; p++) {
                    struct arena *scratch = arena_make(0);
                    const struct grant_request request = {catalogue->agencies[a].name, catalogue->roles[r].name,
                                                          catalogue->roles[r].purposes[p], days[d]};
                    const struct grant *grant = NULL;
                    struct error err;
                    GOOD(grant_compile(catalogue, &request, scratch, &grant, &err));
                    for (size_t s = 0; s < catalogue->source_count; s++) {
                        const struct source *source = &catalogue->sources[s];
                        for (size_t g = 0; g < countof(ages); g++) {
                            assert_int_equal(grant_matches_age(grant, source->name, ages[g]),
                                             oracle(catalogue, &request, source->name, NO_SLICE, USE_MATCH, ages[g]));
                            assert_int_equal(grant_counts(grant, source->name, ages[g]),
                                             oracle(catalogue, &request, source->name, NO_SLICE, USE_COUNT, ages[g]));
                            for (size_t c = 0; c < source->column_count; c++) {
                                bool may = grant_shows(grant, source->name, source->columns[c].name, ages[g]);
                                assert_int_equal(may, oracle(catalogue, &request, source->name, source->columns[c].name,
                                                             USE_SHOW, ages[g]));
                                asked++;
                                given += may;
                            }
                        }
                    }
                    arena_free(scratch);
                }
    assert_true(asked > 50000);
    assert_true(given > 500);
    arena_free(arena);
}

static const struct grant *norfolk_grant(const struct catalogue *catalogue, struct arena *arena, const char *agency,
                                         const char *role, const char *purpose)
{
    struct error err;
    const struct grant *grant = NULL;
    const struct grant_request request = {slice_of(agency), slice_of(role), slice_of(purpose), SCENE_TODAY};
    GOOD(grant_compile(catalogue, &request, arena, &grant, &err));
    return grant;
}

static void norfolks_roles_see_what_their_work_needs(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    const struct catalogue *catalogue = norfolk(arena);
    const struct grant *social =
        norfolk_grant(catalogue, arena, "norfolk_county_council", "social_worker", "care_assessment");
    const struct grant *safeguarding =
        norfolk_grant(catalogue, arena, "norfolk_county_council", "social_worker", "safeguarding");
    const struct grant *fire =
        norfolk_grant(catalogue, arena, "norfolk_fire", "fire_safety_officer", "fire_prevention");
    const struct grant *contact =
        norfolk_grant(catalogue, arena, "norfolk_county_council", "contact_officer", "customer_contact");
    const struct grant *steward = norfolk_grant(catalogue, arena, "breckland", "data_steward", "stewarding");
    const struct grant *lead = norfolk_grant(catalogue, arena, "norfolk_icb", "governance_lead", "oversight");
    assert_true(shows(social, "adult_social_care_notes", "note"));
    assert_true(shows(social, "gp_list", "nhs_number"));
    assert_false(shows(social, "police_vulnerability_notices", "notice_date"));
    assert_false(shows(social, "council_tax", "reduction"));
    assert_true(shows(safeguarding, "police_vulnerability_notices", "narrative"));
    assert_true(shows(fire, "housing_tenancies", "tenure"));
    assert_true(shows(fire, "adult_social_care_clients", "oxygen"));
    assert_true(shows(fire, "gp_list", "date_of_birth"));
    assert_false(shows(fire, "gp_list", "nhs_number"));
    assert_false(shows(fire, "adult_social_care_notes", "note"));
    assert_false(shows(fire, "police_vulnerability_notices", "narrative"));
    assert_true(shows(fire, "police_vulnerability_notices", "officer_safety"));
    assert_false(shows(contact, "adult_social_care_clients", "support_reason"));
    assert_true(shows(contact, "bus_passes", "expires"));
    assert_false(grant_matches(contact, S("gp_list")));
    assert_true(shows(steward, "police_vulnerability_notices", "surname"));
    assert_false(shows(steward, "police_vulnerability_notices", "narrative"));
    assert_false(shows(steward, "adult_social_care_clients", "mobility"));
    assert_int_equal(lead->match_sources.len, 0);
    assert_false(shows(lead, "gp_list", "surname"));
    bool named = false;
    for (size_t i = 0; i < social->excluded_count; i++)
        if (slice_equal(social->excluded[i].name, S("police_vulnerability_notices"))) {
            assert_string_equal(
                arena_cstr(arena, social->excluded[i].reason),
                "the agreement \"Pilot of police vulnerability notices in care assessments\" that let a "
                "social worker use it for care assessment ended on 30 September 2026");
            named = true;
        }
    assert_true(named);
    /* The same role in an agency that is no party has nothing. */
    assert_int_equal(
        norfolk_grant(catalogue, arena, "norfolk_police", "social_worker", "care_assessment")->source_count, 0);
    struct slice *sets;
    size_t count;
    struct error err;
    GOOD(grant_match_sets(catalogue, SCENE_TODAY, arena, &sets, &count, &err));
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++) {
        struct slice gazetteer = S("gazetteer");
        assert_int_equal(slice_search(sets[i], gazetteer), sets[i].len);
        if (i)
            assert_true(slice_compare(sets[i - 1], sets[i]) < 0);
    }
    assert_true(in(steward->match_sources, sets, count));
    assert_true(in(fire->match_sources, sets, count));
    assert_true(slice_equal(safeguarding->match_sources, steward->match_sources));
    arena_free(arena);
}

/* Whoever is named as one who sees a column has a grant that shows it, and nobody else has. */
static void who_can_see_agrees_with_the_grants(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    const struct catalogue *catalogue = norfolk(arena);
    size_t seen = 0;
    for (size_t s = 0; s < catalogue->source_count; s++)
        for (size_t c = 0; c < catalogue->sources[s].column_count; c++) {
            struct slice source = catalogue->sources[s].name, column = catalogue->sources[s].columns[c].name;
            const struct grant_seer *seers;
            size_t count;
            grant_who_sees(catalogue, SCENE_TODAY, source, column, arena, &seers, &count);
            for (size_t a = 0; a < catalogue->agency_count; a++)
                for (size_t r = 0; r < catalogue->role_count; r++)
                    for (size_t p = 0; p < catalogue->roles[r].purpose_count; p++) {
                        const struct grant_request request = {catalogue->agencies[a].name, catalogue->roles[r].name,
                                                              catalogue->roles[r].purposes[p], SCENE_TODAY};
                        bool named = false, may = false;
                        for (size_t i = 0; i < count; i++)
                            named =
                                named || ((seers[i].uses & USE_SHOW) && slice_equal(seers[i].agency, request.agency) &&
                                          slice_equal(seers[i].role, request.role) &&
                                          slice_equal(seers[i].purpose, request.purpose));
                        static const enum age_group ages[] = {AGE_ADULT, AGE_CHILD, AGE_UNKNOWN};
                        for (size_t g = 0; g < countof(ages); g++)
                            may = may || oracle(catalogue, &request, source, column, USE_SHOW, ages[g]);
                        assert_int_equal(named, may);
                        seen += named;
                    }
        }
    assert_true(seen > 100);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_no_clause_gives_is_not_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_clause_gives_its_columns_and_no_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_condition_of_a_clause_is_needed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_clause_may_narrow_the_purposes_of_its_agreement, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_role_takes_none_but_its_own_purposes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_clause_for_adults_shows_no_child_and_nobody_of_unknown_age, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(uses_of_several_clauses_add_up, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_only_matched_or_counted_is_among_the_excluded, set_up, tear_down),
        cmocka_unit_test(ages_are_told_only_when_every_date_agrees),
        cmocka_unit_test_setup_teardown(the_rights_of_the_database_are_those_of_the_grant, set_up, tear_down),
        cmocka_unit_test(every_grant_of_norfolk_is_what_its_agreements_say),
        cmocka_unit_test(norfolks_roles_see_what_their_work_needs),
        cmocka_unit_test(who_can_see_agrees_with_the_grants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
