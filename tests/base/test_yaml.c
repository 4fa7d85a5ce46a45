#include "base/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_make(0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct yaml read(const char *text)
{
    struct yaml root;
    struct error err;
    if (!yaml_read(slice_of(text), S("c.yaml"), arena, &root, &err))
        fail_msg("%s", err.text);
    return root;
}

static void says(const struct error *err, const char *wanted)
{
    char line[1000];
    error_print(err, line, sizeof line);
    if (!strstr(line, wanted))
        fail_msg("\"%s\" does not hold \"%s\"", line, wanted);
}

static void refused(const char *text, const char *wanted)
{
    struct yaml root;
    struct error err;
    if (yaml_read(slice_of(text), S("c.yaml"), arena, &root, &err))
        fail_msg("accepted: %s", text);
    says(&err, wanted);
}

static void the_tree_knows_kind_place_and_quotes(void **state)
{
    (void)state;
    struct yaml root =
        read("# a source\nname: GP list\nquoted: 'true'\nempty:\ntilde: ~\ncolumns:\n  - id\n  - {name: x, n: 3}\n"
             "block: |\n  two\n  lines\n");
    assert_int_equal(root.kind, YAML_MAPPING);
    assert_int_equal(root.count, 6);
    assert_true(slice_equal(root.keys[0], S("name")));
    assert_int_equal(root.key_places[0].line, 2);
    assert_int_equal(root.items[0].column, 7);
    assert_false(root.items[0].quoted);
    assert_true(root.items[1].quoted);
    assert_int_equal(root.items[2].kind, YAML_NULL);
    assert_int_equal(root.items[3].kind, YAML_NULL);
    assert_null(yaml_get(&root, "empty"));
    assert_null(yaml_get(&root, "nothing"));
    assert_null(yaml_get(NULL, "nothing"));
    const struct yaml *columns = yaml_get(&root, "columns");
    assert_int_equal(columns->kind, YAML_SEQUENCE);
    assert_int_equal(columns->count, 2);
    assert_int_equal(columns->items[1].line, 8);
    assert_int_equal(columns->items[1].column, 5);
    assert_true(slice_equal(yaml_get(&columns->items[1], "n")->text, S("3")));
    assert_true(slice_equal(yaml_get(&root, "block")->text, S("two\nlines\n")));
    assert_true(yaml_get(&root, "block")->quoted);
    assert_true(slice_equal(root.file, S("c.yaml")));
    assert_int_equal(read("").kind, YAML_NULL);
    assert_int_equal(read("# nothing\n").kind, YAML_NULL);
    assert_int_equal(read("\xef\xbb\xbfid: 1\n").count, 1);
}

static void what_hides_meaning_is_refused_with_its_place(void **state)
{
    (void)state;
    refused("a: &x 1\nb: 2\n", "c.yaml:1:4: anchors");
    refused("a: 1\nb: *x\n", "c.yaml:2:4: aliases");
    refused("a: !!str 1\n", "c.yaml:1:4: tags");
    refused("a: !mine {x: 1}\n", "c.yaml:1:4: tags");
    refused("a: 1\n---\nb: 2\n", "c.yaml:2:1: a second document");
    refused("a: 1\nb: 2\na: 3\n", "c.yaml:3:1: the key \"a\" stands twice, first in line 1");
    refused("<<: {a: 1}\n", "c.yaml:1:1: merge keys");
    refused("? [a, b]\n: 1\n", "a key must be");
    refused("'': 1\n", "a value without a key");
    refused("a: 1\n: 2\n", "this is no YAML");
    refused("a:\n\t- 1\n", "c.yaml:2:");
    refused("a:\n\t- 1\n", "indented with a tab");
    refused("a: [1, 2\n", "this is no YAML");
    refused("a: 'x\n", "this is no YAML");
    refused("a: 1\n b: 2\n", "c.yaml:2:");
    refused("name: caf\xe9\n", "c.yaml:1:10: there are bytes here that are no text");
    refused("a: \x01\n", "no text");
    refused("a: \"x\\0y\"\n", "NUL");
    refused("%TAG ! tag:x,2026:\n---\na: 1\n", "%TAG");
    refused("a: b: c\n", "c.yaml:1:5: this is no YAML");
}

static void depth_and_size_have_limits(void **state)
{
    (void)state;
    struct buffer deep = buffer_make(arena);
    for (int i = 0; i < 32; i++)
        buffer_add_byte(&deep, '[');
    for (int i = 0; i < 32; i++)
        buffer_add_byte(&deep, ']');
    assert_int_equal(read(buffer_slice(&deep).at).kind, YAML_SEQUENCE);
    struct buffer deeper = buffer_make(arena);
    for (int i = 0; i < 100000; i++)
        buffer_add_byte(&deeper, '[');
    refused(buffer_slice(&deeper).at, "deeper than 32");
    struct buffer large = buffer_make(arena);
    while (large.len <= ((size_t)4 << 20))
        buffer_add(&large, S("# a comment that fills the text up to the limit and past it, line by line\n"));
    struct yaml root;
    struct error err;
    assert_false(yaml_read(buffer_slice(&large), S("c.yaml"), arena, &root, &err));
    assert_int_equal(err.code, ERROR_TOO_BIG);
}

static void many_keys_are_compared_quickly(void **state)
{
    (void)state;
    struct buffer text = buffer_make(arena);
    for (int i = 0; i < 100000; i++)
        buffer_format(&text, "k%d: %d\n", i, i);
    assert_int_equal(read(buffer_slice(&text).at).count, 100000);
    buffer_add(&text, S("k77777: again\n"));
    refused(buffer_slice(&text).at, "c.yaml:100001:1: the key \"k77777\" stands twice, first in line 77778");
}

static void an_unknown_key_is_met_with_a_suggestion(void **state)
{
    (void)state;
    static const char *const known[] = {"name", "type", "required", NULL};
    struct error err;
    struct yaml good = read("name: x\ntype: y\n"), bad = read("name: x\nrequird: true\n"), odd = read("colour: red\n"),
                list = read("- a\n");
    assert_true(yaml_only_keys(&good, known, "a column", &err));
    assert_false(yaml_only_keys(&bad, known, "a column", &err));
    says(&err, "c.yaml:2:1: a column has no key \"requird\"; did you mean \"required\"?");
    assert_false(yaml_only_keys(&odd, known, "a column", &err));
    says(&err, "a column has no key \"colour\"; it may have: name, type, required");
    assert_false(yaml_only_keys(&list, known, "a column", &err));
    says(&err, "c.yaml:1:1: a column is written as keys with values, and here stands a list");
}

static void required_values_are_missed(void **state)
{
    (void)state;
    struct yaml root = read("at:\n  name: ''\n  list: x\n  map: [1]\n  text: {a: 1}\n  empty: ~\n");
    const struct yaml *at = yaml_get(&root, "at"), *node;
    struct slice text = S("before");
    struct error err;
    assert_false(yaml_text(at, "id", &text, &err));
    says(&err, "c.yaml:2:3: the key \"id\" is missing here; add it with a text");
    assert_false(yaml_text(at, "empty", &text, &err));
    says(&err, "\"empty\" is missing");
    assert_false(yaml_text(at, "name", &text, &err));
    says(&err, "c.yaml:2:9: \"name\" must be a text that is not empty");
    assert_false(yaml_text(at, "text", &text, &err));
    says(&err, "here stands keys with values");
    assert_false(yaml_sequence(at, "list", &node, &err));
    says(&err, "c.yaml:3:9: \"list\" must be a list");
    assert_false(yaml_mapping(at, "map", &node, &err));
    says(&err, "c.yaml:4:8: \"map\" must be keys with values");
    assert_true(slice_equal(text, S("before")));
}

static void optional_values_are_read_as_what_is_expected(void **state)
{
    (void)state;
    struct yaml root =
        read("t: text\nyes: true\nno: No\nn: -5\nr: 1.5e3\nd: 2026-11-27\none: a\nmany: [a, b]\nw: delta\n"
             "q: 'true'\nqn: '5'\nbad_w: dleta\nbad_d: 27/11/2026\nnested: [[a]]\nnothing: ~\n");
    struct error err;
    struct slice text = S("kept"), *texts = NULL;
    bool flag = false;
    int64_t n = 7;
    double r = 0;
    struct date d = NO_DATE;
    size_t count = 0;
    int word = -1;
    static const char *const words[] = {"snapshot", "delta", NULL};
    assert_true(yaml_maybe_text(&root, "absent", &text, &err) && slice_equal(text, S("kept")));
    assert_true(yaml_maybe_text(&root, "nothing", &text, &err) && slice_equal(text, S("kept")));
    assert_true(yaml_maybe_text(&root, "t", &text, &err) && slice_equal(text, S("text")));
    assert_true(yaml_maybe_bool(&root, "yes", &flag, &err) && flag);
    assert_true(yaml_maybe_bool(&root, "no", &flag, &err) && !flag);
    assert_true(yaml_maybe_integer(&root, "n", -5, 5, &n, &err) && n == -5);
    assert_true(yaml_maybe_real(&root, "r", &r, &err) && r == 1500.0);
    assert_true(yaml_maybe_date(&root, "d", &d, &err) && d.year == 2026 && d.month == 11 && d.day == 27);
    assert_true(yaml_maybe_texts(&root, "one", arena, &texts, &count, &err) && count == 1);
    assert_true(yaml_maybe_texts(&root, "many", arena, &texts, &count, &err) && count == 2);
    assert_true(slice_equal(texts[1], S("b")));
    assert_true(yaml_maybe_word(&root, "w", words, &word, &err) && word == 1);

    assert_false(yaml_maybe_bool(&root, "q", &flag, &err));
    says(&err, "c.yaml:10:4: \"q\" must be true or false, without quotes, and here stands \"true\"");
    assert_false(yaml_maybe_integer(&root, "qn", 0, 9, &n, &err));
    assert_false(yaml_maybe_integer(&root, "n", 0, 9, &n, &err));
    says(&err, "\"n\" must be a whole number from 0 to 9");
    assert_false(yaml_maybe_real(&root, "t", &r, &err));
    assert_false(yaml_maybe_word(&root, "bad_w", words, &word, &err));
    says(&err, "\"bad_w\" must be snapshot or delta; did you mean \"delta\"?");
    assert_false(yaml_maybe_word(&root, "t", words, &word, &err));
    says(&err, "\"t\" must be snapshot or delta, and here stands \"text\"");
    assert_false(yaml_maybe_date(&root, "bad_d", &d, &err));
    says(&err, "a date like 2026-11-27");
    assert_false(yaml_maybe_texts(&root, "nested", arena, &texts, &count, &err));
    assert_false(yaml_maybe_text(&root, "many", &text, &err));
    assert_int_equal(word, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree_knows_kind_place_and_quotes),
        cmocka_unit_test(what_hides_meaning_is_refused_with_its_place),
        cmocka_unit_test(depth_and_size_have_limits),
        cmocka_unit_test(many_keys_are_compared_quickly),
        cmocka_unit_test(an_unknown_key_is_met_with_a_suggestion),
        cmocka_unit_test(required_values_are_missed),
        cmocka_unit_test(optional_values_are_read_as_what_is_expected),
    };
    return cmocka_run_group_tests_name("yaml", tests, set_up, tear_down);
}
