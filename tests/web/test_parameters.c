#include "web/parameters.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct parameters read_all(struct arena *arena, struct slice text)
{
    struct parameters found = {0};
    struct error err = NO_ERROR;
    assert_true(parameters_read(text, arena, &found, &err));
    return found;
}

static void names_and_values_are_decoded(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct parameters p = read_all(arena, S("name=Ann+O%27Brien&caf%C3%A9=%e2%82%ac&empty=&bare&&x=1&x=2&a=b=c"));
    assert_int_equal(p.count, 7);
    assert_true(slice_equal(parameters_get(&p, S("name")), S("Ann O'Brien")));
    assert_true(slice_equal(parameters_get(&p, S("café")), S("€")));
    assert_true(parameters_has(&p, S("empty")) && slice_empty(parameters_get(&p, S("empty"))));
    assert_true(parameters_has(&p, S("bare")));
    assert_true(slice_equal(parameters_get(&p, S("x")), S("1")));
    assert_true(slice_equal(p.items[5].value, S("2")));
    assert_true(slice_equal(parameters_get(&p, S("a")), S("b=c")));
    assert_false(parameters_has(&p, S("absent")));
    arena_free(arena);
}

static void what_is_malformed_is_refused_with_a_sentence(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    static const char *const bad[] = {"a=%",      "a=%4",  "a=%zz",    "%0=1",       "a=%00",
                                      "a=%ff%fe", "%c3=1", "a=%C0%AF", "a=%ed%a0%80"};
    for (size_t i = 0; i < countof(bad); i++) {
        struct parameters found = {0};
        struct error err = NO_ERROR;
        if (parameters_read(slice_of(bad[i]), arena, &found, &err))
            fail_msg("%s was taken", bad[i]);
        assert_int_equal(err.code, ERROR_USAGE);
        assert_true(strlen(err.text) > 20);
        assert_int_equal(found.count, 0);
    }
    arena_free(arena);
}

static void more_than_the_limit_of_pairs_is_refused(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct buffer text = buffer_make(arena);
    for (int i = 0; i < PARAMETERS_MAX; i++)
        buffer_format(&text, "%sa%d=1", i ? "&" : "", i);
    assert_int_equal(read_all(arena, buffer_slice(&text)).count, PARAMETERS_MAX);
    buffer_add(&text, S("&one=more"));
    struct parameters found = {0};
    struct error err = NO_ERROR;
    assert_false(parameters_read(buffer_slice(&text), arena, &found, &err));
    arena_free(arena);
}

static void encoding_and_decoding_are_each_others_inverse(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct buffer all = buffer_make(arena);
    for (int c = 1; c < 128; c++)
        buffer_add_byte(&all, (char)c);
    buffer_add(&all, S("ÅßŁ…€𝄞"));
    struct buffer coded = buffer_make(arena);
    percent_encode(&coded, buffer_slice(&all));
    struct slice plain;
    struct error err = NO_ERROR;
    assert_true(percent_decode(buffer_slice(&coded), false, arena, &plain, &err));
    assert_true(slice_equal(plain, buffer_slice(&all)));
    assert_true(percent_decode(buffer_slice(&coded), true, arena, &plain, &err));
    assert_true(slice_equal(plain, buffer_slice(&all)));
    arena_free(arena);
}

static void cookies_are_read_and_bad_ones_left_out(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct parameters p = {0};
    cookies_read(S(" a=1; b=\"two\" ;nonsense; =x; c=3;c=4"), arena, &p);
    assert_int_equal(p.count, 4);
    assert_true(slice_equal(parameters_get(&p, S("a")), S("1")));
    assert_true(slice_equal(parameters_get(&p, S("b")), S("two")));
    assert_true(slice_equal(parameters_get(&p, S("c")), S("3")));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_values_are_decoded),
        cmocka_unit_test(what_is_malformed_is_refused_with_a_sentence),
        cmocka_unit_test(more_than_the_limit_of_pairs_is_refused),
        cmocka_unit_test(encoding_and_decoding_are_each_others_inverse),
        cmocka_unit_test(cookies_are_read_and_bad_ones_left_out),
    };
    return cmocka_run_group_tests_name("parameters", tests, NULL, NULL);
}
