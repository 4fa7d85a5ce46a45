#include "lists/declaration.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct arena *arena;
static struct catalogue *catalogue;

static int setup(void **state)
{
    (void)state;
    struct error err;
    arena = arena_make(0);
    struct slice county = arena_format(arena, "%s/county/norfolk", getenv("STAITHE_SOURCE_ROOT"));
    if (!catalogue_read(county, arena, &catalogue, &err)) {
        print_error("%s:%d %s\n", err.file, (int)err.line, err.text);
        return -1;
    }
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const char good[] = "list: visits\n"
                           "title: Visits\n"
                           "purpose: fire_prevention\n"
                           "roles: [fire_safety_officer]\n"
                           "people_in: [gp_list]\n"
                           "at_least: 2\n"
                           "reasons:\n"
                           "  - reason: Old\n"
                           "    points: 2\n"
                           "    when: {attribute: person.birth_date, age_at_least: 80, age_under: 90}\n"
                           "  - reason: Oxygen\n"
                           "    when: {source: adult_social_care_clients, column: oxygen, is: \"Y\"}\n"
                           "leave_out:\n"
                           "  - reason: Visited\n"
                           "    of: home\n"
                           "    when:\n"
                           "      - {source: fire_safety_visits, column: visit_date, within_days: 30}\n"
                           "      - {source: fire_safety_visits, column: alarms_fitted, at_least: 1}\n"
                           "outcomes:\n"
                           "  visited: {title: Visited, of: home, off_for_days: 10}\n"
                           "  refused: {title: Refused}\n"
                           "order: [points, oldest]\n";

static void a_good_declaration_is_read_whole(void **state)
{
    (void)state;
    struct list list;
    struct error err;
    assert_true(list_read(slice_of(good), S("visits.yaml"), catalogue, arena, &list, &err));
    assert_int_equal(list.reason_count, 2);
    assert_int_equal(list.reasons[0].points, 2);
    assert_int_equal(list.reasons[0].conditions[0].test, LIST_AGE);
    assert_int_equal(list.reasons[0].conditions[0].low, 80);
    assert_int_equal(list.reasons[0].conditions[0].high, 90);
    assert_int_equal(list.reasons[1].points, 1);
    assert_int_equal(list.leave_out_count, 1);
    assert_true(list.leave_out[0].of_home);
    assert_int_equal(list.leave_out[0].condition_count, 2);
    assert_int_equal(list_outcome(&list, S("visited"))->off_for_days, 10);
    assert_true(list_outcome(&list, S("visited"))->of_home);
    assert_int_equal(list_outcome(&list, S("refused"))->off_for_days, 365);
    assert_false(list_outcome(&list, S("refused"))->of_home);
    assert_null(list_outcome(&list, S("nothing")));
    assert_true(slice_equal(list.order_words, S("most points first, then the oldest first")));
}

/* The good text with one piece replaced must be refused at that line, with these words. */
static void refuse(const char *piece, const char *instead, unsigned line, const char *words)
{
    struct list list;
    struct error err;
    size_t at = slice_search(slice_of(good), slice_of(piece));
    assert_true(at < sizeof good - 1);
    struct slice text = arena_format(arena, "%.*s%s%s", (int)at, good, instead, good + at + strlen(piece));
    assert_false(list_read(text, S("visits.yaml"), catalogue, arena, &list, &err));
    assert_int_equal(err.code, ERROR_INPUT);
    if (!strstr(err.text, words) || err.line != line)
        fail_msg("line %u, \"%s\" instead of line %u, \"%s\"", (unsigned)err.line, err.text, line, words);
    assert_string_equal(err.file, "visits.yaml");
}

static void each_fault_is_a_sentence_with_its_place(void **state)
{
    (void)state;
    refuse("purpose: fire_prevention", "purpose: fire_preventoin", 3, "did you mean \"fire_prevention\"");
    refuse("[fire_safety_officer]", "[fire_safety_oficer]", 4, "did you mean \"fire_safety_officer\"");
    refuse("[gp_list]", "[gp_lists]", 5, "did you mean \"gp_list\"");
    refuse("person.birth_date", "person.birthdate", 10, "did you mean \"person.birth_date\"");
    refuse("column: oxygen", "column: oxigen", 12, "did you mean \"oxygen\"");
    refuse("is: \"Y\"", "is: \"Yes\"", 12, "no allowed value \"Yes\"");
    refuse("is: \"Y\"", "equals: \"Y\"", 12, "equals");
    refuse("column: visit_date, within_days: 30", "column: crew, within_days: 30", 17, "holds no dates");
    refuse("column: alarms_fitted, at_least: 1", "column: crew, at_least: 1", 18, "holds no whole numbers");
    refuse("{source: fire_safety_visits, column: alarms_fitted, at_least: 1}",
           "{source: gazetteer, column: kind, is: Care home}", 18, "must be about one source");
    refuse("points: 2", "points: lots", 9, "points");
    refuse("[points, oldest]", "[points, eldest]", 22, "did you mean \"oldest\"");
    refuse("of: home", "of: house", 15, "home");
    refuse("of: home, off", "of: house, off", 20, "home");
    refuse("title: Visits", "titel: Visits", 2, "did you mean \"title\"");
}

static void every_list_of_the_county_reads(void **state)
{
    (void)state;
    struct lists lists;
    struct error err;
    if (!lists_read(catalogue, arena, &lists, &err))
        fail_msg("%s:%u: %s", err.file, (unsigned)err.line, err.text);
    assert_int_equal(lists.fault_count, 0);
    assert_non_null(lists_find(&lists, S("home_fire_safety_visits")));
    assert_null(lists_find(&lists, S("no_such_list")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_good_declaration_is_read_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(each_fault_is_a_sentence_with_its_place, setup, teardown),
        cmocka_unit_test_setup_teardown(every_list_of_the_county_reads, setup, teardown),
    };
    return cmocka_run_group_tests_name("declaration", tests, NULL, NULL);
}
