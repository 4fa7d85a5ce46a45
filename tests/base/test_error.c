#include "base/error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void wraps_from_the_inside_out(void **state)
{
    (void)state;
    struct error err;
    char line[1024];
    assert_false(error_set_at(&err, ERROR_INPUT, S("gp.yaml"), 7, 3, "the key %s is not known", "typ"));
    assert_false(error_wrap(&err, "reading the source %s", "gp"));
    error_print(&err, line, sizeof line);
    assert_string_equal(line, "gp.yaml:7:3: reading the source gp: the key typ is not known.");
    assert_int_equal(error_http_status(err.code), 422);
    assert_int_equal(error_exit_status(err.code), 65);
}

static void cuts_at_a_character(void **state)
{
    (void)state;
    struct error err;
    char wide[2000] = "";
    for (int i = 0; i < 600; i++)
        strcat(wide, "é");
    error_set(&err, ERROR_IO, "x%s", wide);
    size_t len = strlen(err.text);
    assert_true(len < sizeof err.text && len > sizeof err.text - 4);
    assert_int_equal((unsigned char)err.text[len - 1], 0xa9);
    error_wrap(&err, "%s", wide);
    assert_int_equal((unsigned char)err.text[strlen(err.text) - 1], 0xa9);
}

static void a_full_disk_says_what_to_do(void **state)
{
    (void)state;
    struct error err;
    error_from_errno(&err, ENOSPC, "writing %s", "county.db");
    assert_int_equal(err.code, ERROR_FULL);
    assert_string_equal(err.text, "writing county.db failed because the disk is full; free some space and try again");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wraps_from_the_inside_out),
        cmocka_unit_test(cuts_at_a_character),
        cmocka_unit_test(a_full_disk_says_what_to_do),
    };
    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
