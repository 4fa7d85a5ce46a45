#include "web/deeds.h"
#include "web/routes.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static bool raw(struct slice words)
{
    return slice_empty(words) || slice_find(words, '{') < words.len || slice_find(words, '/') < words.len ||
           slice_find(words, '_') < words.len;
}

static void every_route_has_words_for_the_place_it_was_asked_at(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    size_t count;
    const struct route *routes = route_table(&count);
    for (size_t i = 0; i < count; i++) {
        const char *method = routes[i].method == METHOD_POST ? "POST" : "GET";
        struct slice words = deed_place(arena_format(arena, "web %s %s", method, routes[i].pattern), arena);
        const char *start = routes[i].answer == ANSWER_JSON ? "Program: " : "Page: ";
        if (raw(words) || !slice_starts(words, slice_of(start)))
            fail_msg("%s %s is told as \"%.*s\"", method, routes[i].pattern, PRINT(words));
    }
    assert_true(slice_equal(deed_place(S("command line view"), arena), S("Command: staithe view")));
    assert_true(slice_equal(deed_place(S("web GET /no/such"), arena), S("web GET /no/such")));
    arena_free(arena);
}

static void every_action_of_the_audit_has_words(void **state)
{
    (void)state;
    static const char *const actions[] = {"search", "view",       "record", "identity check", "home",
                                          "why",    "doubts",     "doubt",  "list",           "concerns",
                                          "export", "quarantine", "audit",  "events",         "what if"};
    size_t count;
    deeds_of_looks(&count);
    assert_int_equal(count, countof(actions));
    for (size_t i = 0; i < countof(actions); i++) {
        struct audit_entry entry = {.action = slice_of(actions[i])};
        assert_false(raw(deed_of_look(&entry)) || slice_equal(deed_of_look(&entry), entry.action));
    }
}

static void a_person_is_a_number_and_a_link_only_where_the_number_means_them(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct deed_subject got[DEED_SUBJECTS];
    struct deed_reader reader = {.linkage = 2, .views = true, .lists = true};
    struct audit_entry entry = {.action = S("view"), .subject = S("2:17")};
    assert_int_equal(deed_subjects(&entry, &reader, arena, got), 1);
    assert_true(slice_equal(got[0].words, S("person 17")) && slice_equal(got[0].to.text, S("/people/17")));
    assert_true(slice_equal(got[0].looks.text, S("/audit?subject=2%3A17")));
    reader.linkage = 3;
    assert_int_equal(deed_subjects(&entry, &reader, arena, got), 1);
    assert_true(slice_empty(got[0].to.text));
    entry = (struct audit_entry){.action = S("why"), .subject = S("3:4 and 3:9")};
    assert_int_equal(deed_subjects(&entry, &reader, arena, got), 2);
    assert_true(slice_equal(got[0].to.text, S("/people/4")) && slice_equal(got[1].to.text, S("/people/9")));
    assert_true(slice_equal(deed_of_look(&entry), S("Saw why two records are not one person")));
    entry = (struct audit_entry){.action = S("home"), .subject = S("100090012345")};
    assert_int_equal(deed_subjects(&entry, &reader, arena, got), 1);
    assert_true(slice_equal(got[0].words, S("home 100090012345")));
    assert_true(slice_equal(got[0].to.text, S("/homes/100090012345")));
    reader.views = false;
    assert_int_equal(deed_subjects(&entry, &reader, arena, got), 1);
    assert_true(slice_empty(got[0].to.text));
    entry = (struct audit_entry){.action = S("list"), .subject = S("falls_visits")};
    assert_int_equal(deed_subjects(&entry, &reader, arena, got), 1);
    assert_true(slice_equal(got[0].words, S("falls visits")) && slice_equal(got[0].to.text, S("/lists/falls_visits")));
    entry = (struct audit_entry){.action = S("search"), .subject = S("3f8a")};
    assert_int_equal(deed_subjects(&entry, &reader, arena, got), 0);
    arena_free(arena);
}

static void every_kind_of_change_has_words(void **state)
{
    (void)state;
    static const struct {
        struct slice what, subject, detail;
        const char *words, *rest;
    } changes[] = {
        {S_INIT("landing"), S_INIT("gp_list"), S_INIT("{\"landing\":5,\"state\":\"kept\",\"rows_in\":0}"),
         "Received an extract", "landing: 5, rows in: 0"},
        {S_INIT("landing"), S_INIT("gp_list"), S_INIT("{\"landing\":5,\"state\":\"current\",\"rows_in\":7}"),
         "Showed the extract: it is what is seen now", "landing: 5, rows in: 7"},
        {S_INIT("landing"), S_INIT("x"), S_INIT("{\"state\":\"held\"}"), "Held the extract for a person's word", ""},
        {S_INIT("decision"), S_INIT("3 4"), S_INIT("{\"undone\":\"join\",\"decision\":1}"), "Took a decision back",
         "decision: 1"},
        {S_INIT("decision"), S_INIT("3 4"), S_INIT("{\"verdict\":\"keep_apart\"}"), "Kept two records apart", ""},
        {S_INIT("concern"), S_INIT("1"), S_INIT("{\"raised\":true}"), "Said that something looks wrong", ""},
        {S_INIT("entry"), S_INIT("1"), S_INIT("{\"kind\":\"outcome\",\"outcome\":\"done\"}"), "Recorded what happened",
         ""},
        {S_INIT("account"), S_INIT("sign in"), S_INIT("{\"did\":\"set roles\",\"roles\":\"a b\"}"),
         "Set an account's roles", "roles: a b"},
        {S_INIT("session"), S_INIT("choose"), S_INIT("{}"), "Chose a purpose", ""},
        {S_INIT("session"), S_INIT("sign in"), S_INIT(""), "Signed in", ""},
        {S_INIT("model"), S_INIT("person 3"), S_INIT("{\"digest\":\"ab\"}"), "Took a model of how records match",
         "digest: ab"},
        {S_INIT("link"), S_INIT("person"), S_INIT("{\"records\":3}"), "Linked the records", "records: 3"},
    };
    struct arena *arena = arena_make(0);
    struct catalogue catalogue = {0};
    for (size_t i = 0; i < countof(changes); i++) {
        struct change change = {.what = changes[i].what, .subject = changes[i].subject, .detail = changes[i].detail};
        struct slice subject, detail;
        const char *words = deed_of_change(&change, &catalogue, arena, &subject, &detail);
        if (!words)
            fail_msg("%.*s has no words", PRINT(change.what));
        assert_string_equal(words, changes[i].words);
        if (!slice_equal(detail, slice_of(changes[i].rest)))
            fail_msg("%.*s: %.*s", PRINT(change.what), PRINT(detail));
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_has_words_for_the_place_it_was_asked_at),
        cmocka_unit_test(every_action_of_the_audit_has_words),
        cmocka_unit_test(a_person_is_a_number_and_a_link_only_where_the_number_means_them),
        cmocka_unit_test(every_kind_of_change_has_words),
    };
    return cmocka_run_group_tests_name("deeds", tests, NULL, NULL);
}
