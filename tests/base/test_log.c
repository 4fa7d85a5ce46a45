#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static int64_t fixed_time(void *context)
{
    (void)context;
    return 1795813509000;
}

/* What a line becomes. */
static void logs(const char *words, const char *wanted)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct host host = {.now = fixed_time};
    struct log log = {&host, LOG_INFO, ends[1]};
    log_line(&log, LOG_WARNING, "%s", words);
    log_line(&log, LOG_DEBUG, "below the level");
    (void)close(ends[1]);
    char line[4096];
    ssize_t got = read(ends[0], line, sizeof line - 1);
    assert_true(got > 0);
    line[got] = '\0';
    (void)close(ends[0]);
    assert_string_equal(line, wanted);
}

static void a_line_has_time_level_and_words(void **state)
{
    (void)state;
    logs("landed 3 rows", "2026-11-27T21:05:09Z warning landed 3 rows\n");
}

static void no_control_character_passes(void **state)
{
    (void)state;
    logs("a\nb\r\x1b[31mc\x07\x7f", "2026-11-27T21:05:09Z warning a?b??[31mc??\n");
    logs("C1 \xc2\x9b, line \xe2\x80\xa8, turn \xe2\x80\xae, \xe2\x81\xa6, mark \xe2\x80\x8f",
         "2026-11-27T21:05:09Z warning C1 ??, line ???, turn ???, ???, mark ???\n");
    logs("bad \xff\xc3", "2026-11-27T21:05:09Z warning bad ??\n");
    logs("good \xc3\xa9 \xe2\x80\x99 \xf0\x9f\x9a\x92",
         "2026-11-27T21:05:09Z warning good \xc3\xa9 \xe2\x80\x99 \xf0\x9f\x9a\x92\n");
}

static void a_long_line_is_cut_and_still_ends(void **state)
{
    (void)state;
    char words[5000];
    memset(words, 'x', sizeof words);
    words[sizeof words - 1] = '\0';
    char wanted[2100];
    int head = snprintf(wanted, sizeof wanted, "2026-11-27T21:05:09Z warning ");
    memset(wanted + head, 'x', 1999);
    memcpy(wanted + head + 1999, "\n", 2);
    logs(words, wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_time_level_and_words),
        cmocka_unit_test(no_control_character_passes),
        cmocka_unit_test(a_long_line_is_cut_and_still_ends),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
