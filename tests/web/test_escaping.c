/* What a template compiled by tools/templates.py puts out, and the escapers under it. */
#include "generated/templates.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static bool has(struct html page, const char *piece)
{
    return slice_search(page.markup, slice_of(piece)) < page.markup.len;
}

#define HOSTILE "<script>alert(\"O'Neil & co\")</script>"

static void markup_in_a_name_is_shown_as_text_wherever_it_stands(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct part_chip chips[] = {{S_INIT(HOSTILE)}, {S_INIT("plain")}};
    struct page_proof_row rows[] = {{.name = S(HOSTILE), .inner = chips, .inner_count = 2}, {.name = S("second")}};
    struct page_proof page = {.name = S(HOSTILE),
                              .link = url_path(arena, "/find?q=%", S(HOSTILE)),
                              .count = -1234567,
                              .yes = true,
                              .rows = rows,
                              .rows_count = 2,
                              .one = &chips[0]};
    struct html made = render_proof(arena, &page);
    assert_false(has(made, "<script"));
    assert_false(has(made, "'"));
    assert_true(has(made, "<p>&lt;script&gt;alert(&quot;O&#39;Neil &amp; co&quot;)&lt;/script&gt;|-1,234,567|</p>"));
    assert_true(has(made, "value=\"&lt;script&gt;alert(&quot;O&#39;Neil"));
    assert_true(has(made, "data-n=\"-1234567\" checked>"));
    assert_true(has(made, "href=\"/find?q=%3Cscript%3Ealert%28%22O%27Neil%20%26%20co%22%29%3C%2Fscript%3E\""));
    assert_true(has(made, "href=\"/p/%3Cscript%3E"));
    assert_true(has(made, "<b>1&lt;script") && has(made, "<i>plain</i>") && has(made, "<b>2second"));
    assert_true(has(made, "some") && !has(made, "none") && !has(made, "more"));
    arena_free(arena);
}

static void html_goes_in_as_it_is_only_from_a_template(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct page_proof inner = {.name = S("a<b"), .link = url_local(S("/"))};
    struct page_proof outer = {.name = S("x"), .link = url_local(S("/")), .mark = render_proof(arena, &inner)};
    struct html made = render_proof(arena, &outer);
    assert_true(has(made, "|<p>a&lt;b|0|</p>"));
    assert_true(has(made, "none"));
    arena_free(arena);
}

static void control_characters_become_the_replacement_character(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct buffer out = buffer_make(arena);
    html_escape(&out, slice_from("a\0b\x1b[1m\x7f\tc\n", 11));
    assert_true(slice_equal(buffer_slice(&out), S("a\xef\xbf\xbd"
                                                  "b\xef\xbf\xbd[1m\xef\xbf\xbd\tc\n")));
    arena_free(arena);
}

static void only_places_of_this_server_are_addresses(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",     "//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "people/7",
        "/a b", "/a\nb",          "/a\\b",           "/caf\xc3\xa9"};
    for (size_t i = 0; i < countof(bad); i++)
        assert_true(slice_equal(url_local(slice_of(bad[i])).text, S("/")));
    static const char *const good[] = {"/", "/people/7", "/find?q=a%20b", "?page=2", "#main"};
    for (size_t i = 0; i < countof(good); i++)
        assert_true(slice_equal(url_local(slice_of(good[i])).text, slice_of(good[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_in_a_name_is_shown_as_text_wherever_it_stands),
        cmocka_unit_test(html_goes_in_as_it_is_only_from_a_template),
        cmocka_unit_test(control_characters_become_the_replacement_character),
        cmocka_unit_test(only_places_of_this_server_are_addresses),
    };
    return cmocka_run_group_tests_name("escaping", tests, NULL, NULL);
}
