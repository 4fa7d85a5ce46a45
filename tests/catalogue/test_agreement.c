#include "altered.h"
#include "catalogue/catalogue.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char good[] = "agreement: care\n"
                           "title: Sharing for care\n"
                           "between: [council, icb]\n"
                           "about: Nobody is asked twice.\n"
                           "purposes: [assessment, review]\n"
                           "lawful_basis: UK GDPR Article 6(1)(e)\n"
                           "from: 2026-01-01\n"
                           "until: 2028-12-31\n"
                           "review: 2027-06-30\n"
                           "clauses:\n"
                           "  - clause: \"3.1\"\n"
                           "    source: gp_list\n"
                           "    roles: [social_worker]\n"
                           "    match: all\n"
                           "    show: [surname, born]\n"
                           "    subjects: adults\n"
                           "  - clause: \"3.2\"\n"
                           "    source: housing\n"
                           "    roles: [social_worker, officer]\n"
                           "    purposes: [review]\n"
                           "    show: all\n"
                           "    count: true\n";

static void a_good_agreement_is_read_to_the_last_word(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct agreement a;
    struct error err;
    assert_true(agreement_read(slice_of(good), S("care.yaml"), arena, &a, &err));
    assert_int_equal(a.party_count, 2);
    assert_int_equal(a.clause_count, 2);
    assert_true(a.clauses[0].match && !a.clauses[0].count && !a.clauses[0].show_all);
    assert_int_equal(a.clauses[0].show_count, 2);
    assert_int_equal(a.clauses[0].purpose_count, 2); /* all of the agreement's */
    assert_int_equal(a.clauses[0].subjects, SUBJECTS_ADULTS);
    assert_true(!a.clauses[1].match && a.clauses[1].count && a.clauses[1].show_all);
    assert_int_equal(a.clauses[1].show_count, 0);
    assert_int_equal(a.clauses[1].purpose_count, 1);
    assert_int_equal(a.clauses[1].subjects, SUBJECTS_ALL);
    arena_free(arena);
}

static void an_agreement_is_in_force_on_both_its_days_and_not_from_its_withdrawal(void **state)
{
    (void)state;
    struct agreement a = {.from = {2026, 1, 1}, .until = {2028, 12, 31}};
    assert_true(agreement_in_force(&a, (struct date){2026, 1, 1}));
    assert_true(agreement_in_force(&a, (struct date){2028, 12, 31}));
    assert_false(agreement_in_force(&a, (struct date){2025, 12, 31}));
    assert_false(agreement_in_force(&a, (struct date){2029, 1, 1}));
    a.withdrawn = (struct date){2027, 3, 1};
    assert_true(agreement_in_force(&a, (struct date){2027, 2, 28}));
    assert_false(agreement_in_force(&a, (struct date){2027, 3, 1}));
}

static void each_fault_is_one_sentence_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *sentence, *at;
    } faults[] = {
        {"lawful_basis", "lawfull_basis", "did you mean \"lawful_basis\"", "lawfull_basis"},
        {"subjects: adults", "subject: adults", "did you mean \"subjects\"", "subject: adults"},
        {"subjects: adults", "subjects: adlts", "did you mean \"adults\"", "adlts"},
        {"match: all", "match: some", "must be none or all", "some"},
        {"    roles: [social_worker]\n", "", "the key roles is missing", "- clause: \"3.1\""},
        {"[social_worker, officer]", "[officer, officer]", "stands twice under roles", "[officer, officer]"},
        {"[surname, born]", "[surname, surname]", "stands twice under show", "[surname, surname]"},
        {"    purposes: [review]", "    purposes: [reveiw]", "did you mean \"review\"", "reveiw"},
        {"\"3.2\"", "\"3.1\"", "two clauses are called 3.1", "\"3.1\"\n    source: housing"},
        {"until: 2028-12-31", "until: 2025-12-31", "ends before it begins", "until:"},
        {"until: 2028-12-31", "until: 31/12/2028", "a date like", "31/12/2028"},
        {"review: 2027-06-30\n", "", "does not say `review`", "agreement: care"},
        {"    show: all\n    count: true\n", "", "allows nothing", "- clause: \"3.2\""},
        {"count: true", "count: 1", "true or false", "count: 1"},
        {"purposes: [assessment, review]", "purposes: []", "purposes is missing or empty", "purposes: []"},
        {"agreement: care", "agreement: Care", "small letter", "agreement: Care"},
    };
    for (size_t i = 0; i < countof(faults); i++) {
        struct arena *arena = arena_make(0);
        struct slice text = altered(arena, slice_of(good), faults[i].from, faults[i].to);
        struct agreement a;
        struct error err = NO_ERROR;
        if (agreement_read(text, S("agreements/care.yaml"), arena, &a, &err))
            fail_msg("fault %zu, %s, was read as good", i, faults[i].to);
        if (slice_search(slice_of(err.text), slice_of(faults[i].sentence)) == strlen(err.text))
            fail_msg("fault %zu, %s: %s", i, faults[i].to, err.text);
        if (err.line != line_of(text, faults[i].at))
            fail_msg("fault %zu, %s: line %llu, not %u: %s", i, faults[i].to, (unsigned long long)err.line,
                     line_of(text, faults[i].at), err.text);
        assert_string_equal(err.file, "agreements/care.yaml");
        assert_true(err.column > 0);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_agreement_is_read_to_the_last_word),
        cmocka_unit_test(an_agreement_is_in_force_on_both_its_days_and_not_from_its_withdrawal),
        cmocka_unit_test(each_fault_is_one_sentence_with_its_place),
    };
    return cmocka_run_group_tests_name("agreement", tests, NULL, NULL);
}
