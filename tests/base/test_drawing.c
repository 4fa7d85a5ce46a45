#include "base/drawing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static bool holds(const struct buffer *out, struct slice piece)
{
    return slice_search(buffer_slice(out), piece) < out->len;
}

static void a_picture_names_its_title_and_description_and_escapes_them(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct buffer out = buffer_make(arena);
    drawing_open(&out, S("gap"), S("A <b> & c"), S("\"words\""), 400, 100);
    drawing_text(&out, 1, 2, "end", S("<script>"));
    drawing_close(&out);
    assert_true(holds(&out, S("aria-labelledby=\"gap-title gap-words\"")));
    assert_true(holds(&out, S("<title id=\"gap-title\">A &lt;b&gt; &amp; c</title>")));
    assert_true(holds(&out, S("<desc id=\"gap-words\">&quot;words&quot;</desc>")));
    assert_true(holds(&out, S("&lt;script&gt;")));
    assert_false(holds(&out, S("<script>")));
    arena_free(arena);
}

static void boxes_of_negative_size_are_drawn_as_nothing(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct buffer out = buffer_make(arena);
    drawing_box(&out, "red", 1, 2, -3, 4);
    assert_true(holds(&out, S("width=\"0.0\"")));
    arena_free(arena);
}

static void a_text_is_cut_between_letters(void **state)
{
    (void)state;
    assert_int_equal(drawing_cut(S("£m and"), 1).len, 2);
    assert_int_equal(drawing_cut(S("ab"), 5).len, 2);
    assert_int_equal(drawing_cut(S(""), 5).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_names_its_title_and_description_and_escapes_them),
        cmocka_unit_test(boxes_of_negative_size_are_drawn_as_nothing),
        cmocka_unit_test(a_text_is_cut_between_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
