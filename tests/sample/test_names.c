#include "sample/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct arena *arena;
    struct names *names;
};

static int set_up(void **state)
{
    static struct fixture f;
    f.arena = arena_make(0);
    f.names = names_make(f.arena);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_free(f->arena);
    return 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void enough_given_names_and_short_forms_are_known(void **state)
{
    struct fixture *f = *state;
    assert_true(names_given_count(f->names) >= 600);
    assert_true(names_short_count(f->names) >= 150);
}

static void a_decade_has_its_own_names(void **state)
{
    struct fixture *f = *state;
    struct rng rng = rng_make(1, 1);
    unsigned old = 0, new = 0;
    for (unsigned i = 0; i < 4000; i++) {
        old += strcmp(names_given(f->names, &rng, FEMALE, 1936, HERITAGE_BRITISH), "Doreen") == 0;
        new += strcmp(names_given(f->names, &rng, FEMALE, 2021, HERITAGE_BRITISH), "Doreen") == 0;
    }
    assert_true(old > 20);
    assert_int_equal(new, 0);
}

static void smith_is_borne_by_one_in_a_hundred_and_most_names_by_few(void **state)
{
    struct fixture *f = *state;
    enum { DRAWS = 40000 };
    char(*drawn)[NAME_SIZE] = calloc(DRAWS, NAME_SIZE);
    assert_non_null(drawn);
    struct rng rng = rng_make(1, 2);
    unsigned smiths = 0, different = 0;
    for (unsigned i = 0; i < DRAWS; i++) {
        names_family(f->names, &rng, HERITAGE_BRITISH, drawn[i]);
        smiths += strcmp(drawn[i], "Smith") == 0;
        assert_true(strlen(drawn[i]) >= 2);
    }
    qsort(drawn, DRAWS, NAME_SIZE, by_text);
    for (unsigned i = 0; i < DRAWS; i++)
        different += i == 0 || strcmp(drawn[i], drawn[i - 1]) != 0;
    free(drawn);
    assert_in_range(smiths, DRAWS / 125, DRAWS / 75);
    assert_in_range(different, 6000, DRAWS);
}

static void a_short_form_is_another_word_and_an_unknown_name_has_none(void **state)
{
    struct fixture *f = *state;
    struct rng rng = rng_make(1, 3);
    bool bill = false, peggy = false;
    for (unsigned i = 0; i < 200; i++) {
        const char *william = names_short(f->names, &rng, "William"),
                   *margaret = names_short(f->names, &rng, "Margaret");
        assert_non_null(william);
        assert_string_not_equal(william, "William");
        bill |= strcmp(william, "Bill") == 0;
        peggy |= strcmp(margaret, "Peggy") == 0;
    }
    assert_true(bill && peggy);
    assert_null(names_short(f->names, &rng, "Zzyzx"));
}

static void a_misheard_name_is_another_spelling_of_the_same_sound(void **state)
{
    struct fixture *f = *state;
    struct rng rng = rng_make(1, 4);
    char out[NAME_SIZE];
    bool clark = false;
    for (unsigned i = 0; i < 100; i++) {
        assert_true(names_misheard(f->names, &rng, "Clarke", out));
        assert_string_not_equal(out, "Clarke");
        clark |= strcmp(out, "Clark") == 0;
    }
    assert_true(clark);
    assert_false(names_misheard(f->names, &rng, "Bo", out));
}

static void women_bear_the_feminine_form_where_the_language_has_one(void **state)
{
    (void)state;
    struct rng rng = rng_make(1, 5);
    char polish[NAME_SIZE] = "Kowalski", wife[NAME_SIZE] = "Kazlauskas", daughter[NAME_SIZE] = "Kazlauskas",
         english[NAME_SIZE] = "Kett";
    names_feminine(&rng, HERITAGE_POLISH, true, polish);
    names_feminine(&rng, HERITAGE_LITHUANIAN, true, wife);
    names_feminine(&rng, HERITAGE_LITHUANIAN, false, daughter);
    names_feminine(&rng, HERITAGE_BRITISH, true, english);
    assert_string_equal(polish, "Kowalska");
    assert_string_equal(wife, "Kazlauskienė");
    assert_string_equal(daughter, "Kazlauskaitė");
    assert_string_equal(english, "Kett");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(enough_given_names_and_short_forms_are_known),
        cmocka_unit_test(a_decade_has_its_own_names),
        cmocka_unit_test(smith_is_borne_by_one_in_a_hundred_and_most_names_by_few),
        cmocka_unit_test(a_short_form_is_another_word_and_an_unknown_name_has_none),
        cmocka_unit_test(a_misheard_name_is_another_spelling_of_the_same_sound),
        cmocka_unit_test(women_bear_the_feminine_form_where_the_language_has_one),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
