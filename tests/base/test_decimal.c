#include "base/decimal.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct decimal number(const char *text)
{
    struct decimal d;
    if (!decimal_read(slice_of(text), true, &d))
        fail_msg("\"%s\" was refused", text);
    return d;
}

static void writes(struct decimal d, const char *wanted)
{
    struct arena *a = arena_make(0);
    assert_string_equal(decimal_text(a, d).at, wanted);
    arena_free(a);
}

static void money_is_read_as_people_write_it(void **state)
{
    (void)state;
    writes(number("-1,234.50"), "-1234.50");
    writes(number("£12.5"), "12.5");
    writes(number("(12.50)"), "-12.50");
    writes(number("(£1,000,000)"), "-1000000");
    writes(number("-£3"), "-3");
    writes(number("£-3"), "-3");
    writes(number(" \xe2\x88\x92"
                  "7.05 "),
           "-7.05");
    writes(number(".5"), "0.5");
    writes(number("0044.722"), "44.722");
    writes(number("-0.00"), "0.00");
    writes(number("99999999999999999999.999999999999999999"), "99999999999999999999.999999999999999999");
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      ".",
                                      "-",
                                      "£",
                                      "1.",
                                      "1,2",
                                      "1,2345",
                                      "12,34,567",
                                      ",123",
                                      "1,234,",
                                      "1.2.3",
                                      "1e3",
                                      "0x1",
                                      "--1",
                                      "-£-1",
                                      "(-1)",
                                      "(1",
                                      "1)",
                                      "1 2",
                                      "£ ",
                                      "1.0000000000000000001",
                                      "1,234.5,6",
                                      "nan",
                                      "1£",
                                      "999999999999999999999999999999999999999999"};
    for (size_t i = 0; i < countof(bad); i++) {
        struct decimal d;
        if (decimal_read(slice_of(bad[i]), true, &d))
            fail_msg("\"%s\" was read", bad[i]);
    }
    struct decimal d;
    assert_false(decimal_read(S("1,234"), false, &d) || decimal_read(S("£1"), false, &d) ||
                 decimal_read(S("(1)"), false, &d));
    assert_true(decimal_read(S("-12.50"), false, &d));
}

static void sums_are_exact(void **state)
{
    (void)state;
    struct decimal d;
    assert_true(decimal_add(number("0.1"), number("0.2"), &d));
    writes(d, "0.3");
    assert_true(decimal_add(number("44.722"), number("-0.0001"), &d));
    writes(d, "44.7219");
    assert_true(decimal_subtract(number("44.722"), number("44.750"), &d));
    writes(d, "-0.028");
    assert_true(decimal_multiply(number("1.05"), number("-2.0"), &d));
    writes(d, "-2.100");
    assert_true(decimal_multiply(number("0.500000000000000000"), number("0.500000000000000000"), &d));
    writes(d, "0.25");
}

static void what_does_not_fit_is_refused_and_never_wrapped(void **state)
{
    (void)state;
    struct decimal large = number("100000000000000000000000000000000000000"), d = {7, 0};
    assert_false(decimal_add(large, large, &d));
    assert_false(decimal_multiply(large, number("10"), &d));
    assert_false(decimal_add(large, number("0.1"), &d));
    assert_false(decimal_multiply(number("0.0000000001"), number("0.000000001"), &d));
    assert_false(decimal_round(large, 1, ROUND_HALF_UP, &d));
    assert_true(d.units == 7);
    struct decimal least;
    assert_true(decimal_subtract(number("-170141183460469231731687303715884105727"), number("1"), &least));
    writes(least, "-170141183460469231731687303715884105728");
    assert_false(decimal_subtract(least, number("1"), &d));
}

static void numbers_compare_by_value_whatever_their_scale(void **state)
{
    (void)state;
    assert_int_equal(decimal_compare(number("1.50"), number("1.5")), 0);
    assert_int_equal(decimal_compare(number("-1.50"), number("-1.5001")), 1);
    assert_int_equal(decimal_compare(number("-0.1"), number("0.1")), -1);
    assert_int_equal(decimal_compare(number("100000000000000000000000000000000000000"), number("0.000000000000000001")),
                     1);
}

static void rounds_as_it_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        enum decimal_rounding how;
        const char *to;
    } cases[] = {{"2.5", ROUND_HALF_UP, "3"},   {"-2.5", ROUND_HALF_UP, "-3"},   {"2.5", ROUND_HALF_EVEN, "2"},
                 {"3.5", ROUND_HALF_EVEN, "4"}, {"-2.5", ROUND_HALF_EVEN, "-2"}, {"2.51", ROUND_HALF_EVEN, "3"},
                 {"2.9", ROUND_DOWN, "2"},      {"-2.9", ROUND_DOWN, "-2"},      {"2.49", ROUND_HALF_UP, "2"},
                 {"-0.5", ROUND_HALF_UP, "-1"}};
    for (size_t i = 0; i < countof(cases); i++) {
        struct decimal d;
        assert_true(decimal_round(number(cases[i].from), 0, cases[i].how, &d));
        writes(d, cases[i].to);
    }
    struct decimal d;
    assert_true(decimal_round(number("1.5"), 3, ROUND_DOWN, &d));
    writes(d, "1.500");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(money_is_read_as_people_write_it),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(sums_are_exact),
        cmocka_unit_test(what_does_not_fit_is_refused_and_never_wrapped),
        cmocka_unit_test(numbers_compare_by_value_whatever_their_scale),
        cmocka_unit_test(rounds_as_it_is_told),
    };
    return cmocka_run_group_tests_name("decimal", tests, NULL, NULL);
}
