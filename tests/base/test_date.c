#include "base/date.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct date_form british = {DATE_DMY, 2026, false}, british_partial = {DATE_DMY, 2026, true},
                              american = {DATE_MDY, 2026, false}, iso = {DATE_YMD, 2026, false},
                              whole_years = {DATE_DMY, 0, true};

static void reads(const char *text, const struct date_form *form, int year, int month, int day)
{
    struct date d = NO_DATE;
    if (!date_read(slice_of(text), form, &d))
        fail_msg("\"%s\" was refused", text);
    if (d.year != year || d.month != month || d.day != day)
        fail_msg("\"%s\" gave %d-%d-%d", text, d.year, d.month, d.day);
}

static void refuses(const char *text, const struct date_form *form)
{
    struct date d = {1, 2, 3};
    if (date_read(slice_of(text), form, &d))
        fail_msg("\"%s\" gave %d-%d-%d", text, d.year, d.month, d.day);
    assert_int_equal(d.day, 3);
}

static void the_british_order_is_read_in_every_dress(void **state)
{
    (void)state;
    static const char *const texts[] = {"03/02/1952",
                                        "3/2/1952",
                                        "3.2.52",
                                        "03-02-1952",
                                        "3 2 1952",
                                        "3 Feb 1952",
                                        "03-FEB-52",
                                        "3rd February 1952",
                                        "3rd of February 1952",
                                        "03FEB1952",
                                        "3Feb52",
                                        "  3 feb 1952\t",
                                        "3 / 2 / 1952",
                                        "Feb 3, 1952",
                                        "February 3rd, 1952",
                                        "3 February, 1952",
                                        "Sun 3 Feb 1952",
                                        "Sunday, 3 February 1952",
                                        "1952 Feb 3",
                                        "3 Feb. 1952",
                                        "03/02/1952 00:00:00",
                                        "3/2/1952 9:05pm",
                                        "3 February 1952, 9:05pm"};
    for (size_t i = 0; i < countof(texts); i++)
        reads(texts[i], &british, 1952, 2, 3);
    reads("1 Sept 2001", &british, 2001, 9, 1);
    reads("31/12/9999", &british, 9999, 12, 31);
    reads("1/1/0001", &british, 1, 1, 1);
}

static void an_iso_date_is_read_in_any_order(void **state)
{
    (void)state;
    static const char *const texts[] = {"1952-02-03",
                                        "1952/02/03",
                                        "1952-2-3",
                                        "19520203",
                                        "1952-02-03T10:15",
                                        "1952-02-03T10:15:09Z",
                                        "1952-02-03T10:15:09.123456+01:00",
                                        "1952-02-03 23:59:60",
                                        "1952-02-03T10:15:09-0500",
                                        "19520203T101509Z",
                                        "19520203 10:15"};
    const struct date_form *forms[] = {&british, &american, &iso};
    for (size_t i = 0; i < countof(texts); i++)
        for (size_t k = 0; k < countof(forms); k++)
            reads(texts[i], forms[k], 1952, 2, 3);
}

static void the_other_orders_mean_what_they_say(void **state)
{
    (void)state;
    reads("02/03/1952", &american, 1952, 2, 3);
    reads("2-3-52", &american, 1952, 2, 3);
    reads("3 Feb 1952", &american, 1952, 2, 3);
    reads("52/02/03", &iso, 1952, 2, 3);
    reads("52-FEB-03", &iso, 1952, 2, 3);
    reads("3 Feb 1952", &iso, 1952, 2, 3);
    refuses("03/02/1952", &iso);
    refuses("13/02/1952", &american);
}

static void what_is_no_date_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        " ",
                                        "n/a",
                                        "unknown",
                                        "29/02/1900",
                                        "29 Feb 2023",
                                        "31/04/2000",
                                        "32/01/2000",
                                        "00/01/2000",
                                        "01/00/2000",
                                        "01/13/2000",
                                        "1/2/0000",
                                        "03/02-1952",
                                        "03-02/1952",
                                        "3/2/195",
                                        "3/2/19521",
                                        "3/2/952",
                                        "003/02/1952",
                                        "44197",
                                        "44197.5",
                                        "520203",
                                        "3rd/2/1952",
                                        "3th Feb 1952",
                                        "2rd Feb 1952",
                                        "11st Feb 1952",
                                        "Mon 3 Feb 1952",
                                        "3 Febr 1952",
                                        "Feb Feb 1952",
                                        "3 Feb",
                                        "3/2",
                                        "3/2/",
                                        "/3/2/1952",
                                        "3/2/1952 x",
                                        "3/2/1952 25:00",
                                        "3/2/1952 10:60",
                                        "1952-02-03T",
                                        "1952-02-03T1",
                                        "1952-02-03T24:00",
                                        "1952-02-03Z",
                                        "1952-02-03 10:15:00 xm",
                                        "1952-02-03 13:00pm",
                                        "19521301",
                                        "19520230",
                                        "-3/2/1952",
                                        "3/-2/1952",
                                        "1952-02",
                                        "1952",
                                        "Feb 1952",
                                        "3 2 Feb 1952",
                                        "3/Feb",
                                        "1952-02-03-04",
                                        "3\n/2/1952",
                                        "3 of 2 1952",
                                        "3/2/52/1",
                                        "99999999999999999999"};
    for (size_t i = 0; i < countof(texts); i++)
        refuses(texts[i], &british);
    refuses("٣/٢/١٩٥٢", &british);
    struct date d;
    assert_false(date_read(slice_from("3/2/19\0"
                                      "52",
                                      9),
                           &british, &d));
}

static void two_digit_years_fall_in_the_hundred_years_that_end_with_the_pivot(void **state)
{
    (void)state;
    reads("3/2/26", &british, 2026, 2, 3);
    reads("3/2/27", &british, 1927, 2, 3);
    reads("3/2/00", &british, 2000, 2, 3);
    reads("3/2/99", &british, 1999, 2, 3);
    reads("3/2/99", &(struct date_form){DATE_DMY, 1999, false}, 1999, 2, 3);
    reads("3/2/00", &(struct date_form){DATE_DMY, 1999, false}, 1900, 2, 3);
    refuses("3/2/52", &whole_years);
}

static void partial_dates_are_read_only_where_they_are_allowed(void **state)
{
    (void)state;
    reads("1952", &british_partial, 1952, 0, 0);
    reads("03/1952", &british_partial, 1952, 3, 0);
    reads("1952-03", &british_partial, 1952, 3, 0);
    reads("Mar 1952", &british_partial, 1952, 3, 0);
    reads("March, 1952", &british_partial, 1952, 3, 0);
    reads("00/03/1952", &british_partial, 1952, 3, 0);
    reads("00/00/1952", &british_partial, 1952, 0, 0);
    reads("1952-00-00", &british_partial, 1952, 0, 0);
    reads("3/2/1952", &british_partial, 1952, 2, 3);
    static const char *const bad[] = {"52",         "03/52",      "Mar 52", "13/1952", "0000",
                                      "00/00/0000", "05/00/1952", "195203", "March",   "1952 10:15"};
    for (size_t i = 0; i < countof(bad); i++)
        refuses(bad[i], &british_partial);
}

static void days_and_dates_are_each_others_inverse(void **state)
{
    (void)state;
    assert_int_equal(date_days((struct date){1970, 1, 1}), 0);
    assert_int_equal(date_days((struct date){2000, 3, 1}), 11017);
    assert_int_equal(date_days((struct date){1, 1, 1}), -719162);
    assert_int_equal(date_days((struct date){9999, 12, 31}), 2932896);
    assert_int_equal(date_days((struct date){1952, 2, 0}), date_days((struct date){1952, 2, 1}));
    struct date before = NO_DATE;
    for (int64_t day = -719162; day <= 2932896; day++) {
        struct date d = date_from_days(day);
        if (!date_valid(d) || !date_whole(d) || date_days(d) != day || date_compare(before, d) >= 0)
            fail_msg("day %lld", (long long)day);
        before = d;
    }
    assert_false(date_known(date_from_days(-719163)) || date_known(date_from_days(2932897)));
    assert_int_equal(date_compare((struct date){1952, 0, 0}, (struct date){1952, 1, 1}), -1);
    assert_int_equal(date_compare((struct date){1952, 2, 3}, (struct date){1952, 2, 3}), 0);
}

static void ages_change_on_the_birthday(void **state)
{
    (void)state;
    assert_int_equal(date_age((struct date){1952, 2, 3}, (struct date){2026, 2, 2}), 73);
    assert_int_equal(date_age((struct date){1952, 2, 3}, (struct date){2026, 2, 3}), 74);
    assert_int_equal(date_age((struct date){2004, 2, 29}, (struct date){2022, 2, 28}), 17);
    assert_int_equal(date_age((struct date){2004, 2, 29}, (struct date){2022, 3, 1}), 18);
    assert_int_equal(date_age((struct date){1952, 0, 0}, (struct date){2026, 1, 1}), 74);
    assert_int_equal(date_age((struct date){2026, 1, 2}, (struct date){2026, 1, 1}), -1);
}

static void dates_are_written_for_people_and_for_machines(void **state)
{
    (void)state;
    struct arena *a = arena_make(0);
    assert_string_equal(date_iso(a, (struct date){1952, 2, 3}).at, "1952-02-03");
    assert_string_equal(date_iso(a, (struct date){1952, 2, 0}).at, "1952-02");
    assert_string_equal(date_iso(a, (struct date){952, 0, 0}).at, "0952");
    assert_string_equal(date_iso(a, NO_DATE).at, "");
    assert_string_equal(date_words(a, (struct date){1952, 2, 3}).at, "3 February 1952");
    assert_string_equal(date_words(a, (struct date){1952, 2, 0}).at, "February 1952");
    assert_string_equal(date_words(a, (struct date){1952, 0, 0}).at, "1952");
    assert_string_equal(time_iso(a, 1795813509000).at, "2026-11-27T21:05:09Z");
    assert_string_equal(time_words(a, 1795813509000).at, "27 November 2026, 9:05pm");
    assert_string_equal(time_words(a, 1795813509000 - 9 * 3600000).at, "27 November 2026, 12:05pm");
    assert_string_equal(time_words(a, 1795813509000 - 21 * 3600000).at, "27 November 2026, 12:05am");
    assert_string_equal(time_iso(a, -1).at, "1969-12-31T23:59:59Z");
    arena_free(a);
}

static void every_date_is_read_back_as_it_was_written(void **state)
{
    (void)state;
    struct arena *a = arena_make(0);
    for (int64_t day = -30000; day < 30000; day += 7) {
        struct date d = date_from_days(day), back = NO_DATE;
        assert_true(date_read(date_iso(a, d), &iso, &back) && date_compare(d, back) == 0);
        assert_true(date_read(date_words(a, d), &british, &back) && date_compare(d, back) == 0);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_british_order_is_read_in_every_dress),
        cmocka_unit_test(an_iso_date_is_read_in_any_order),
        cmocka_unit_test(the_other_orders_mean_what_they_say),
        cmocka_unit_test(what_is_no_date_is_refused),
        cmocka_unit_test(two_digit_years_fall_in_the_hundred_years_that_end_with_the_pivot),
        cmocka_unit_test(partial_dates_are_read_only_where_they_are_allowed),
        cmocka_unit_test(days_and_dates_are_each_others_inverse),
        cmocka_unit_test(ages_change_on_the_birthday),
        cmocka_unit_test(dates_are_written_for_people_and_for_machines),
        cmocka_unit_test(every_date_is_read_back_as_it_was_written),
    };
    return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
