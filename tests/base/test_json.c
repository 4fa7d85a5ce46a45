#include "base/json.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void commas_and_nesting_are_placed_by_themselves(void **state)
{
    (void)state;
    struct arena *a = arena_make(0);
    struct buffer out = buffer_make(a);
    struct json j = json_to(&out);
    json_object(&j);
    json_pair_text(&j, "name", S("Ann"));
    json_pair_integer(&j, "n", INT64_MIN);
    json_key(&j, "list");
    json_array(&j);
    json_bool(&j, true);
    json_null(&j);
    json_array(&j);
    json_end(&j);
    json_object(&j);
    json_end(&j);
    json_end(&j);
    json_pair_bool(&j, "last", false);
    json_end(&j);
    assert_string_equal(buffer_slice(&out).at,
                        "{\"name\":\"Ann\",\"n\":-9223372036854775808,\"list\":[true,null,[],{}],\"last\":false}");
    arena_free(a);
}

static void escapes(struct slice text, const char *wanted)
{
    struct arena *a = arena_make(0);
    struct buffer out = buffer_make(a);
    struct json j = json_to(&out);
    json_text(&j, text);
    assert_string_equal(buffer_slice(&out).at, wanted);
    arena_free(a);
}

static void text_is_safe_inside_a_page(void **state)
{
    (void)state;
    escapes(S("</script><!--&"), "\"\\u003c/script\\u003e\\u003c!--\\u0026\"");
    escapes(S("a\"b\\c\n\r\t\x01\x7f"), "\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u007f\"");
    escapes(S("x\xe2\x80\xa8y\xe2\x80\xa9z"), "\"x\\u2028y\\u2029z\"");
    escapes(S("caf\xc3\xa9 \xe2\x80\x99 \xf0\x9f\x9a\x92"), "\"caf\xc3\xa9 \xe2\x80\x99 \xf0\x9f\x9a\x92\"");
    escapes(S("a\0b"), "\"a\\u0000b\"");
    escapes(NO_SLICE, "\"\"");
}

static void bytes_that_are_no_text_become_the_replacement_character(void **state)
{
    (void)state;
    escapes(S("a\xff"
              "b\xc3"),
            "\"a\\ufffdb\\ufffd\"");
    escapes(S("\xe2\x80"), "\"\\ufffd\\ufffd\"");
}

static void numbers_are_read_back_the_same(void **state)
{
    (void)state;
    static const double values[] = {0.1, 1.0 / 3, 1e300, 5e-324, DBL_MAX, 44.722, -0.0, 123456789012345678.0, 3};
    for (size_t i = 0; i < countof(values); i++) {
        struct arena *a = arena_make(0);
        struct buffer out = buffer_make(a);
        struct json j = json_to(&out);
        json_real(&j, values[i]);
        assert_true(strtod(buffer_slice(&out).at, NULL) == values[i]);
        arena_free(a);
    }
    struct arena *a = arena_make(0);
    struct buffer out = buffer_make(a);
    struct json j = json_to(&out);
    json_array(&j);
    json_real(&j, 0.1);
    json_real(&j, (double)NAN);
    json_real(&j, (double)INFINITY);
    json_end(&j);
    assert_string_equal(buffer_slice(&out).at, "[0.1,null,null]");
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_and_nesting_are_placed_by_themselves),
        cmocka_unit_test(text_is_safe_inside_a_page),
        cmocka_unit_test(bytes_that_are_no_text_become_the_replacement_character),
        cmocka_unit_test(numbers_are_read_back_the_same),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
