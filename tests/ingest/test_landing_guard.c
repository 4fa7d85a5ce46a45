#include "guard/scene.h"
#include "ingest/landing.h"
#include "ingest/quarantine.h"
#include "ingest/source_state.h"

static const char county[] =
    "county: Testshire\n"
    "agencies:\n"
    "  council: The Council\n"
    "  board: The Care Board\n"
    "  fire: The Fire Service\n"
    "  hub: The hub itself\n"
    "purposes:\n"
    "  assess: {title: Care assessment}\n"
    "  prevent: {title: Fire prevention}\n"
    "  answer: {title: Answering callers}\n"
    "  linking: {title: Linking}\n"
    "  oversight: {title: Oversight}\n"
    "  stewarding: {title: Stewarding}\n"
    "roles:\n"
    "  worker: {title: Social worker, may: [search, view], purposes: [assess]}\n"
    "  officer: {title: Fire safety officer, may: [search, view, list], purposes: [prevent, assess]}\n"
    "  contact: {title: Contact officer, may: [search, view, note], caller_check: true, purposes: [answer]}\n"
    "  lead: {title: Information governance lead, may: [audit], purposes: [oversight]}\n"
    "  admin: {title: Administrator, may: [administer], purposes: [oversight]}\n"
    "  steward: {title: Data steward, may: [land], purposes: [stewarding]}\n"
    "  linker: {title: The linking engine, may: [], purposes: [linking]}\n";
static const char stewarding[] =
    "agreement: stewarding\n"
    "title: Stewarding\n"
    "between: [council, board, fire, hub]\n"
    "purposes: [stewarding]\n"
    "lawful_basis: UK GDPR Article 6(1)(e)\n"
    "from: 2026-01-01\nuntil: 2027-12-31\nreview: 2027-01-31\n"
    "clauses:\n"
    "  - {clause: \"1\", source: care, roles: [steward], match: all, show: all, count: true}\n"
    "  - {clause: \"2\", source: gp, roles: [steward], match: all, show: all, count: true}\n";

static void county_with_stewards(struct scene *scene)
{
    scene_write(scene->county, "county.yaml", county, scene->arena);
    scene_agreement(scene, "stewarding", stewarding);
    scene_catalogue(scene);
    scene_administrator(scene);
}

static bool opens(struct scene *scene, const struct guard_session *session, const char *source, struct intake **ret,
                  struct error *err)
{
    struct intake_options options = {.session = session, .source = slice_of(source), .folder = scene->folder};
    return intake_open(&options, scene->arena, ret, err);
}

static void a_source_is_landed_by_its_own_agencys_steward_and_nobody_else(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct intake *intake;
    struct slice token;
    county_with_stewards(scene);
    scene_account(scene, "sue.steward", "council", "steward");
    scene_account(scene, "hal.hub", "hub", "steward");
    scene_account(scene, "wanda.worker", "council", "worker");
    struct guard_session *sue = scene_sign_in(scene, "sue.steward", &token);
    struct guard_session *hal = scene_sign_in(scene, "hal.hub", &token);
    struct guard_session *wanda = scene_sign_in(scene, "wanda.worker", &token);
    GOOD(opens(scene, sue, "care", &intake, &err));
    GOOD(opens(scene, hal, "gp", &intake, &err));
    assert_false(opens(scene, sue, "gp", &intake, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    assert_false(opens(scene, wanda, "care", &intake, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    assert_false(opens(scene, sue, "no_such_source", &intake, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
}

static void a_source_whose_agreement_ran_out_is_not_landed(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct intake *intake;
    struct slice token;
    county_with_stewards(scene);
    scene_account(scene, "sue.steward", "council", "steward");
    char *withdrawn =
        arena_cstr(scene->arena, arena_format(scene->arena, "withdrawn: 2026-11-01\n%s", scene_supply_care));
    scene_agreement(scene, "supply_care", withdrawn);
    scene_catalogue(scene);
    struct guard_session *sue = scene_sign_in(scene, "sue.steward", &token);
    assert_false(opens(scene, sue, "care", &intake, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    assert_non_null(strstr(err.text, "supply_care"));
}

static void values_in_quarantine_are_sealed_and_shown_to_the_steward_with_an_audit_entry(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct intake *intake;
    struct slice token;
    struct landing landing;
    struct quarantined *found;
    size_t count;
    bool more;
    county_with_stewards(scene);
    scene_account(scene, "sue.steward", "council", "steward");
    scene_account(scene, "bob.board", "board", "steward");
    struct guard_session *sue = scene_sign_in(scene, "sue.steward", &token);
    struct guard_session *bob = scene_sign_in(scene, "bob.board", &token);
    GOOD(opens(scene, sue, "care", &intake, &err));
    struct slice path = arena_format(scene->arena, "%.*s/care.csv", PRINT(scene->folder));
    GOOD(host_write_file(host_real(), path, S("number,surname,born,need\n1,Reed,1950-02-03,\n2,Moor,99/99/1950,help\n"),
                         &err));
    struct landing_file file = {.path = path};
    GOOD(landing_accept(intake, &file, scene->arena, &landing, &err));
    assert_true(slice_equal(landing.received_by, S("sue.steward")));
    GOOD(landing_run(intake, landing.id, NULL, scene->arena, &landing, &err));
    assert_int_equal(landing.counts.quarantined, 1);

    struct quarantine_filter filter = {.source = S("care"), .landing = landing.id};
    assert_false(quarantine_list(bob, scene->folder, &filter, scene->arena, &found, &count, &more, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    GOOD(quarantine_list(sue, scene->folder, &filter, scene->arena, &found, &count, &more, &err));
    assert_int_equal(count, 1);
    assert_true(found[0].line == 3 && !more);
    assert_true(slice_equal(found[0].column, S("born")) && slice_equal(found[0].rule, S("type")));
    assert_true(slice_equal(found[0].value, S("99/99/1950")) && slice_equal(found[0].key, S("2")));

    /* In the table the value is not to be read. */
    struct transaction *t = both_begin(scene->both, TRANSACTION_READ);
    struct result rows;
    const struct sql sql = {S("SELECT value_sealed FROM quarantine")};
    GOOD(store_query_sql(t, &sql, NO_ARGS, scene->arena, &rows, &err));
    struct slice sealed = cell_text(&rows.cells[0]);
    assert_int_equal(slice_search(sealed, S("1950")), sealed.len);
    assert_int_equal(
        both_integer(scene->both, t, "SELECT count(*) FROM change WHERE what = 'landing' AND account = 'sue.steward'"),
        2);
    transaction_rollback(t);

    struct audit_entry *entries;
    struct audit_filter mine = {.account = S("sue.steward"), .action = S("quarantine")};
    GOOD(audit_list(sue, &mine, scene->arena, &entries, &count, &more, &err));
    assert_int_equal(count, 1);
    assert_true(slice_equal(entries[0].fields, S("care.born")));

    struct quarantine_sum *sums;
    GOOD(quarantine_summary(sue, landing.id, scene->arena, &sums, &count, &err));
    assert_int_equal(count, 1);
    assert_int_equal(sums[0].rows, 1);
}

static void figures_of_quality_count_what_is_filled_for_those_who_may_count(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct intake *intake;
    struct slice token;
    struct landing landing;
    struct column_quality *quality;
    struct source_state *states, care;
    size_t count;
    int64_t records;
    county_with_stewards(scene);
    scene_account(scene, "sue.steward", "council", "steward");
    scene_account(scene, "connie.contact", "council", "contact");
    struct guard_session *sue = scene_sign_in(scene, "sue.steward", &token);
    struct guard_session *connie = scene_sign_in(scene, "connie.contact", &token);
    const struct source *source = catalogue_source(guard_catalogue(sue), S("care"));
    GOOD(source_quality(sue, source, scene->arena, &quality, &count, &records, &err));
    assert_int_equal(records, 0);
    GOOD(opens(scene, sue, "care", &intake, &err));
    struct slice path = arena_format(scene->arena, "%.*s/care.csv", PRINT(scene->folder));
    GOOD(host_write_file(
        host_real(), path,
        S("number,surname,born,need\n1,Reed,1950-02-03,\n2,Moor,99/99/1950,help\n3,Reed,,help\n4,Reed,,\n"), &err));
    struct landing_file file = {.path = path};
    GOOD(landing_accept(intake, &file, scene->arena, &landing, &err));
    GOOD(landing_run(intake, landing.id, NULL, scene->arena, &landing, &err));

    GOOD(source_quality(sue, source, scene->arena, &quality, &count, &records, &err));
    assert_int_equal(count, 4);
    assert_int_equal(records, 3);
    assert_true(quality[1].filled == 3 && quality[1].distinct == 1);
    assert_true(quality[2].filled == 1 && quality[2].quarantined == 1 && quality[3].filled == 1);
    GOOD(source_states(sue, scene->arena, &states, &count, &err));
    assert_int_equal(count, guard_catalogue(sue)->source_count);
    size_t at = 0;
    while (at < count && states[at].source != source)
        at++;
    assert_true(at < count && states[at].landed && states[at].counted);
    assert_true(states[at].records == 3 && states[at].open_quarantine == 1);

    /* A role that no agreement lets count: that the source is there and how fresh it is, and not one figure more. */
    assert_false(source_counted(connie, source));
    assert_false(source_quality(connie, source, scene->arena, &quality, &count, &records, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    GOOD(source_state_of(connie, source, scene->arena, &care, &err));
    assert_true(care.landed && care.current.id == landing.id && !care.counted);
    assert_true(care.records == 0 && care.open_quarantine == 0);
    assert_true(care.current.counts.rows_in == 0 && care.newest.counts.rows_in == 0);
}

static void how_a_landing_went_is_told_to_those_who_may_count_its_source(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct intake *intake;
    struct slice token;
    struct landing landing, *landings;
    struct landing_row *rows;
    struct quarantine_sum *sums;
    size_t count;
    county_with_stewards(scene);
    scene_account(scene, "sue.steward", "council", "steward");
    scene_account(scene, "connie.contact", "council", "contact");
    scene_account(scene, "tom.two", "council", "steward worker");
    struct guard_session *sue = scene_sign_in(scene, "sue.steward", &token);
    const struct source *source = catalogue_source(guard_catalogue(sue), S("care"));
    GOOD(opens(scene, sue, "care", &intake, &err));
    struct slice path = arena_format(scene->arena, "%.*s/care.csv", PRINT(scene->folder));
    GOOD(host_write_file(host_real(), path, S("number,surname,born,need\n1,Reed,1950-02-03,\n2,Moor,99/99/1950,help\n"),
                         &err));
    struct landing_file file = {.path = path};
    GOOD(landing_accept(intake, &file, scene->arena, &landing, &err));
    GOOD(landing_run(intake, landing.id, NULL, scene->arena, &landing, &err));
    int64_t id = landing.id;

    GOOD(landing_list(sue, source, 20, scene->arena, &landings, &count, &err));
    assert_true(count == 1 && landings[0].id == id && landings[0].counts.rows_in == 2);
    GOOD(landing_get(sue, id, scene->arena, &landing, &err));
    assert_int_equal(landing.counts.quarantined, 1);
    assert_false(landing_get(sue, id + 1, scene->arena, &landing, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    GOOD(landing_rows(sue, id, ROW_QUARANTINED, 0, 10, scene->arena, &rows, &count, &err));
    assert_true(count == 1 && rows[0].line == 3 && slice_equal(rows[0].column, S("born")));

    /* Who may not count it is told that an extract came, and no more. */
    struct guard_session *connie = scene_sign_in(scene, "connie.contact", &token);
    GOOD(landing_list(connie, source, 20, scene->arena, &landings, &count, &err));
    assert_true(count == 1 && landings[0].id == id && landings[0].state == LANDING_CURRENT);
    assert_true(landings[0].counts.rows_in == 0 && landings[0].counts.added == 0);
    /* Nor, with two roles and none chosen yet, even that. */
    struct guard_session *tom = scene_sign_in(scene, "tom.two", &token);
    assert_false(landing_list(tom, source, 20, scene->arena, &landings, &count, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    struct guard_session *none[] = {connie, tom};
    for (size_t i = 0; i < countof(none); i++) {
        assert_false(landing_get(none[i], id, scene->arena, &landing, &err));
        assert_int_equal(err.code, ERROR_DENIED);
        assert_false(landing_rows(none[i], id, ROW_NEW, 0, 10, scene->arena, &rows, &count, &err));
        assert_int_equal(err.code, ERROR_DENIED);
        assert_false(quarantine_summary(none[i], id, scene->arena, &sums, &count, &err));
        assert_int_equal(err.code, ERROR_DENIED);
    }
}

/* Two roles, and none of them chosen yet. */
static void nothing_is_told_of_a_source_before_a_role_and_purpose_are_chosen(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct slice token;
    struct column_quality *quality;
    struct source_state *states;
    size_t count;
    int64_t records;
    county_with_stewards(scene);
    scene_account(scene, "tom.two", "council", "steward worker");
    struct guard_session *tom = scene_sign_in(scene, "tom.two", &token);
    const struct source *source = catalogue_source(guard_catalogue(tom), S("care"));
    assert_null(guard_grant(tom));
    assert_false(source_states(tom, scene->arena, &states, &count, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    assert_false(source_quality(tom, source, scene->arena, &quality, &count, &records, &err));
    assert_int_equal(err.code, ERROR_DENIED);
    assert_false(source_counted(tom, source));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_ON_BOTH(a_source_is_landed_by_its_own_agencys_steward_and_nobody_else),
        SCENE_ON_BOTH(a_source_whose_agreement_ran_out_is_not_landed),
        SCENE_ON_BOTH(values_in_quarantine_are_sealed_and_shown_to_the_steward_with_an_audit_entry),
        SCENE_ON_BOTH(figures_of_quality_count_what_is_filled_for_those_who_may_count),
        SCENE_ON_BOTH(how_a_landing_went_is_told_to_those_who_may_count_its_source),
        SCENE_ON_BOTH(nothing_is_told_of_a_source_before_a_role_and_purpose_are_chosen),
    };
    return cmocka_run_group_tests_name("landing and the guard", tests, NULL, NULL);
}
