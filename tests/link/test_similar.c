#include "tests/link/people.h"

#include "link/similar.h"

static void jaro_winkler_gives_the_published_values(void **state)
{
    (void)state;
    assert_float_equal(similar_jaro_winkler(S("martha"), S("marhta")), 0.9611, 0.0001);
    assert_float_equal(similar_jaro_winkler(S("dwayne"), S("duane")), 0.84, 0.0001);
    assert_float_equal(similar_jaro_winkler(S("dixon"), S("dicksonx")), 0.8133, 0.0001);
    assert_float_equal(similar_jaro_winkler(S("same"), S("same")), 1, 0.0001);
    assert_float_equal(similar_jaro_winkler(S("abc"), S("xyz")), 0, 0.0001);
    assert_float_equal(similar_jaro_winkler(S(""), S("")), 0, 0.0001);
}

static void one_edit_is_a_slip_of_any_kind_and_two_are_not(void **state)
{
    (void)state;
    assert_true(similar_one_edit(S("smith"), S("smith")));
    assert_true(similar_one_edit(S("smith"), S("smyth")));
    assert_true(similar_one_edit(S("smith"), S("smiths")));
    assert_true(similar_one_edit(S("smith"), S("smit")));
    assert_true(similar_one_edit(S("smith"), S("simth")));
    assert_true(similar_one_edit(S("a"), S("")));
    assert_false(similar_one_edit(S("smith"), S("smythe")));
    assert_false(similar_one_edit(S("abcd"), S("badc")));
    assert_false(similar_one_edit(S("ab"), S("")));
}

static bool share_a_line(const struct nicknames *nicknames, struct slice a, struct slice b)
{
    uint16_t lines_a[NICKNAME_LINES], lines_b[NICKNAME_LINES];
    unsigned count_a = nicknames_lines(nicknames, a, lines_a), count_b = nicknames_lines(nicknames, b, lines_b);
    for (unsigned i = 0; i < count_a; i++)
        for (unsigned j = 0; j < count_b; j++)
            if (lines_a[i] == lines_b[j])
                return true;
    return false;
}

static void nicknames_are_forms_of_one_name(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    const struct nicknames *nicknames = nicknames_make(arena);
    assert_true(share_a_line(nicknames, S("bill"), S("william")));
    assert_true(share_a_line(nicknames, S("bill"), S("will")));
    assert_true(share_a_line(nicknames, S("peggy"), S("margaret")));
    assert_false(share_a_line(nicknames, S("jack"), S("jake")));
    assert_false(share_a_line(nicknames, S("anna"), S("peter")));
    assert_false(share_a_line(nicknames, S("nobody"), S("nobody")));
    uint16_t lines[NICKNAME_LINES], near[NICKNAME_LINES];
    assert_int_equal(nicknames_lines(nicknames, S("derek"), lines), 1);
    assert_true(nicknames_near(nicknames, S("dereck"), near) >= 1);
    assert_int_equal(near[0], lines[0]);
    assert_int_equal(nicknames_near(nicknames, S("derek"), near), 0); /* known itself */
    assert_int_equal(nicknames_near(nicknames, S("qqqqqq"), near), 0);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jaro_winkler_gives_the_published_values),
        cmocka_unit_test(one_edit_is_a_slip_of_any_kind_and_two_are_not),
        cmocka_unit_test(nicknames_are_forms_of_one_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
