#include "base/slice.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void cuts_and_finds(void **state)
{
    (void)state;
    struct slice rest = S("a,b,,c"), part;
    const char *wanted[] = {"a", "b", "", "c"};
    for (size_t i = 0; i < countof(wanted); i++) {
        assert_true(slice_cut(&rest, ',', &part));
        assert_true(slice_equal(part, slice_of(wanted[i])));
    }
    assert_false(slice_cut(&rest, ',', &part));
    assert_int_equal(slice_search(S("landing stage"), S("stage")), 8);
    assert_int_equal(slice_search(S("landing"), S("stage")), 7);
    assert_true(slice_equal(slice_trim(S(" \t a b \r\n")), S("a b")));
    assert_true(slice_equal_nocase(S("Nr1 3aA"), S("nR1 3Aa")));
    assert_true(slice_compare(S("ab"), S("abc")) < 0 && slice_compare(S("b"), S("abc")) > 0);
}

static void reads_whole_numbers_and_nothing_else(void **state)
{
    (void)state;
    int64_t n = 0;
    assert_true(slice_integer(S("-9223372036854775808"), &n));
    assert_true(n == INT64_MIN);
    assert_true(slice_integer(S("+42"), &n) && n == 42);
    const char *bad[] = {"", "-", "9223372036854775808", "-9223372036854775809", "1 ", "0x1", "1.0", "١"};
    for (size_t i = 0; i < countof(bad); i++)
        assert_false(slice_integer(slice_of(bad[i]), &n));
    double d;
    assert_true(slice_real(S("-1.5e3"), &d) && d == -1500.0);
    assert_false(slice_real(S("nan"), &d) || slice_real(S("1e999"), &d) || slice_real(S("1x"), &d));
}

static int by_value(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

static void an_array_is_sorted_and_one_that_is_not_there_stays_so(void **state)
{
    (void)state;
    int numbers[] = {3, 1, 2};
    array_sort(numbers, countof(numbers), sizeof *numbers, by_value);
    assert_true(numbers[0] == 1 && numbers[1] == 2 && numbers[2] == 3);
    array_sort(NULL, 0, sizeof *numbers, by_value); /* the sanitizer stops at qsort(NULL, 0, …) */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_and_finds),
        cmocka_unit_test(an_array_is_sorted_and_one_that_is_not_there_stays_so),
        cmocka_unit_test(reads_whole_numbers_and_nothing_else),
    };
    return cmocka_run_group_tests_name("slice", tests, NULL, NULL);
}
