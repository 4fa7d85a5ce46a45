#include "cli/command.h"
#include "cli/link_call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_make(0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* Parses up to seven words after the program's name. */
static bool parse(const char *const *words, struct invocation **ret, struct error *err)
{
    char *argv[9] = {(char *)"staithe"};
    int argc = 1;
    while (*words && argc < 8)
        argv[argc++] = arena_cstr(arena, slice_of(*words++));
    return command_parse(argc, argv, arena, ret, err);
}

static void a_misspelt_command_is_answered_with_the_nearest(void **state)
{
    (void)state;
    struct error err;
    struct invocation *invocation;
    assert_false(parse((const char *[]){"hlep", NULL}, &invocation, &err));
    assert_int_equal(err.code, ERROR_USAGE);
    assert_non_null(strstr(err.text, "did you mean \"help\"?"));
    assert_false(parse((const char *[]){"zzzzzzzz", NULL}, &invocation, &err));
    assert_null(strstr(err.text, "did you mean"));
}

static void options_are_checked(void **state)
{
    (void)state;
    struct error err;
    struct invocation *invocation;
    assert_false(parse((const char *[]){"help", "--manul", NULL}, &invocation, &err));
    assert_non_null(strstr(err.text, "did you mean --manual?"));
    assert_false(parse((const char *[]){"help", "--data", NULL}, &invocation, &err));
    assert_non_null(strstr(err.text, "--data needs a value"));
    assert_false(parse((const char *[]){"help", "--manual=yes", NULL}, &invocation, &err));
    assert_false(parse((const char *[]){"help", "one", "two", NULL}, &invocation, &err));
    assert_non_null(strstr(err.text, "is used as: staithe help"));
    assert_false(parse((const char *[]){"help", "-x", NULL}, &invocation, &err));
    assert_false(parse((const char *[]){"help", "\xff", NULL}, &invocation, &err));
    assert_true(
        parse((const char *[]){"help", "--data=/somewhere", "--json", "--", "--data", NULL}, &invocation, &err));
    assert_true(slice_equal(invocation->data, S("/somewhere")));
    assert_true(invocation->json);
    assert_int_equal(invocation->word_count, 1);
    assert_true(slice_equal(invocation->words[0], S("--data")));
}

static void an_option_of_two_values_takes_two_words(void **state)
{
    (void)state;
    struct error err;
    struct invocation *invocation;
    assert_false(parse((const char *[]){"link", "a.yaml", "a.csv", "--explain", "1", NULL}, &invocation, &err));
    assert_non_null(strstr(err.text, "--explain needs two values: --explain ID_A ID_B"));
    assert_true(parse((const char *[]){"link", "a.yaml", "--explain", "1", "2", "a.csv", NULL}, &invocation, &err));
    assert_int_equal(invocation->word_count, 2);
    assert_true(slice_equal(option_text(invocation, "explain", ""), S("1")));
    assert_true(slice_equal(option_second(invocation, "explain"), S("2")));
}

/* One table feeds the help and the manual: nothing in it may be missing from either. */
static void every_command_and_option_is_in_the_help_and_in_the_manual(void **state)
{
    (void)state;
    struct buffer all = buffer_make(arena), manual = buffer_make(arena);
    command_help(NULL, &all);
    command_manual(&manual);
    size_t commands = 0;
    for (const struct command *c = command_table(); c->name; c++, commands++) {
        assert_non_null(strstr(all.at, c->summary));
        assert_non_null(strstr(manual.at, arena_format(arena, ".Ss staithe %s", c->name).at));
        struct buffer help = buffer_make(arena);
        command_help(c, &help);
        assert_non_null(strstr(help.at, c->about));
        for (size_t i = 0; i < COMMAND_OPTIONS && c->options[i].name; i++) {
            assert_non_null(strstr(help.at, arena_format(arena, "--%s", c->options[i].name).at));
            assert_non_null(strstr(manual.at, arena_format(arena, ".It Fl -%s", c->options[i].name).at));
        }
    }
    assert_true(commands > 0);
}

static void options_that_would_be_left_out_of_account_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *words[7], *said;
    } cases[] = {{{"link", "--clusters", "x.csv"}, "--clusters is of a linking of files"},
                 {{"link", "--print-specification"}, "--print-specification is of a linking of files"},
                 {{"link", "--seed", "1"}, "--seed is of a linking of files"},
                 {{"link", "--threshold", "join=1", "--compact"}, "--compact changes the hub"},
                 {{"link", "--threshold", "join=1", "--train"}, "--train changes the hub"},
                 {{"link", "--model", "a.json", "--what-if", "b.json"}, "--what-if and --model name a model each"},
                 {{"link", "--adopt", "more"}, "--adopt puts in force what"},
                 {{"link", "s.yaml", "f.csv", "--compact"}, "--compact is the hub's"},
                 {{"link", "s.yaml", "f.csv", "--anew"}, "--anew is the hub's"},
                 {{"link", "s.yaml", "f.csv", "--train"}, "--train is the hub's"},
                 {{"link", "s.yaml", "f.csv", "--adopt", "more"}, "--adopt is the hub's"},
                 {{"link", "s.yaml", "--print-specification", "--pairs", "p.csv"}, "--pairs asks for a linking"},
                 {{"link", "s.yaml", "--print-specification", "--model", "m"}, "--model asks for a linking"},
                 {{"link", "s.yaml", "f.csv", "--what-if", "t.yaml", "--report", "r"}, "--report is not of a what-if"},
                 {{"link", "s.yaml", "f.csv", "--model", "m.json", "--seed", "2"}, "--seed is of training"},
                 {{"link", "s.yaml", "f.csv", "--svg", "x.svg"}, "--svg draws what --explain"},
                 {{"link", "s.yaml", "f.csv", "--by", "sex"}, "--by needs --truth"}};
    for (size_t i = 0; i < countof(cases); i++) {
        struct error err = NO_ERROR;
        struct invocation *invocation;
        assert_true(parse(cases[i].words, &invocation, &err));
        assert_false(link_options_fit(invocation, &err));
        assert_int_equal(err.code, ERROR_USAGE);
        if (!strstr(err.text, cases[i].said))
            fail_msg("“%s” does not say “%s”", err.text, cases[i].said);
    }
    static const char *const fits[][8] = {{"link", "--train", "--anew", "--compact"},
                                          {"link", "--what-if", "a.yaml", "--adopt", "more"},
                                          {"link", "s.yaml", "f.csv", "--pairs", "p.csv", "--json"},
                                          {"link", "s.yaml", "--print-specification"},
                                          {"link", "s.yaml", "f.csv", "--threshold", "join=2"}};
    for (size_t i = 0; i < countof(fits); i++) {
        struct error err = NO_ERROR;
        struct invocation *invocation;
        assert_true(parse(fits[i], &invocation, &err));
        assert_true(link_options_fit(invocation, &err));
    }
}

static void an_option_that_is_given_nothing_is_refused(void **state)
{
    (void)state;
    struct error err;
    struct invocation *invocation;
    assert_false(parse((const char *[]){"link", "s.yaml", "f.csv", "--clusters", "", NULL}, &invocation, &err));
    assert_non_null(strstr(err.text, "--clusters is given nothing"));
    assert_false(parse((const char *[]){"link", "s.yaml", "--clusters=", NULL}, &invocation, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_misspelt_command_is_answered_with_the_nearest, setup, teardown),
        cmocka_unit_test_setup_teardown(an_option_of_two_values_takes_two_words, setup, teardown),
        cmocka_unit_test_setup_teardown(options_are_checked, setup, teardown),
        cmocka_unit_test_setup_teardown(options_that_would_be_left_out_of_account_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(an_option_that_is_given_nothing_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(every_command_and_option_is_in_the_help_and_in_the_manual, setup, teardown),
    };
    return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
