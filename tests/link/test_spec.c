#include "tests/link/people.h"

#include "link/spec.h"

static void refused(const char *text, uint64_t line, const char *words)
{
    struct arena *arena = arena_make(0);
    struct link_spec *spec = NULL;
    struct error err = NO_ERROR;
    assert_false(link_spec_read(slice_of(text), S("county.yaml"), arena, &spec, &err));
    if (!strstr(err.text, words))
        fail_msg("“%s” does not say “%s”", err.text, words);
    assert_string_equal(err.file, "county.yaml");
    if (line)
        assert_int_equal(err.line, line);
    arena_free(arena);
}

static void says_what_is_wrong_and_where(void **state)
{
    (void)state;
    refused("columns:\n  name: surname\n", 2, "write family_name");
    refused("columns:\n  name: full_nam\n", 2, "did you mean full_name");
    refused("columns:\n  name: full_name\nblokcing: [name]\n", 3, "blocking");
    refused("columns:\n  name: full_name\nblocking: [soundx(name)]\n", 3, "did you mean soundex");
    refused("columns:\n  name: full_name\nblocking: [soundex(nam)]\n", 3, "did you mean name");
    refused("columns:\n  name: full_name\nblocking: [year(name)]\n", 3, "kind");
    refused("columns:\n  name: full_name\nblocking: ['soundex(name']\n", 3, "closing bracket");
    refused("columns:\n  name: full_name\nblocking: ['prefix(name)']\n", 3, "number of characters");
    refused("columns:\n  name: full_name\nblocking: ['drawn(name)']\n", 3, "number of a lot");
    refused("columns:\n  name: full_name\ncomparisons:\n  - {column: name, levels: [{edits: 99}]}\n", 4, "at most 20");
    refused("columns:\n  name: full_name\nguards:\n  - when: {name: sme}\n", 4, "did you mean same");
    refused("columns:\n  name: full_name\nguards:\n  - when: {nam: same}\n", 4, "did you mean name");
    refused("columns:\n  name: full_name\nthresholds: {join: 1, review: 5}\n", 3, "rise");
    refused("columns:\n  name: full_name\none_to_one: true\n", 3, "dedupes");
    refused("columns:\n  name: full_name\none_to_one: auto\n", 3, "across files alone");
    refused("link: link\ncolumns:\n  name: full_name\nclusters: components\none_to_one: auto\n", 4,
            "keeps nothing apart");
    refused("columns:\n  name: full_name\n  name: date\n", 0, "name");
    refused("columns: {}\n", 0, "column");
    refused("link: dedupe\n", 0, "columns");
}

static void kinds_alone_make_a_whole_specification(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct link_spec *spec =
        read_spec("columns:\n  first: given_name\n  last: family_name\n  born: date\n  town: place\n"
                  "  code: postcode\n  nhs: identifier\n  mail: email\n",
                  arena);
    assert_int_equal(link_spec_columns(spec), 7);
    assert_true(spec->rule_count > 10);
    assert_int_equal(spec->comparison_count, 5); /* name, code × town, born, nhs, mail */
    assert_int_equal(spec->comparisons[0].method, LINK_METHOD_TOKENS);
    assert_int_equal(spec->comparisons[1].method, LINK_METHOD_JOINT);
    assert_int_equal(link_spec_find(spec, S("town")), 3);
    assert_int_equal(link_spec_find(spec, S("city")), -1);
    /* Middle names and second surnames are compared, too, and left out of the keys. */
    spec = read_spec("columns:\n  first: given_name\n  middle: given_name\n  last: family_name\n", arena);
    assert_int_equal(spec->comparison_count, 1);
    assert_string_equal(arena_cstr(arena, spec->comparisons[0].name), "first_middle_last");
    for (size_t r = 0; r < spec->rule_count; r++)
        assert_null(strstr(arena_cstr(arena, spec->rules[r].text), "middle"));
    arena_free(arena);
}

static void things_that_have_no_names_are_known_by_their_first_text(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    const struct link_spec *spec = read_spec("columns:\n  title: text\n  authors: text\n  year: number\n", arena);
    assert_int_equal(spec->comparison_count, 3);
    assert_int_equal(spec->comparisons[0].method, LINK_METHOD_TOKENS);
    assert_true(spec->comparisons[0].different_max < 1 && spec->comparisons[1].different_max == 1);
    assert_true(spec->rule_count > 20);
    const struct link_spec *people = read_spec("columns:\n  name: full_name\n  notes: text\n", arena);
    assert_true(people->comparisons[1].different_max == 1);
    arena_free(arena);
}

static void what_is_printed_reads_back_the_same(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "columns:\n  first: given_name\n  last: family_name\n  born: date\n  town: place\n  code: postcode\n",
        "link: link_and_dedupe\nid: key\ncolumns:\n  name: {kind: full_name, headers: [Full Name, \"a \\\"b\\\"\"]}\n"
        "  alias: full_name\n  nhs: {kind: identifier, common: 7, keep: 3}\n  any: {kind: full_name, either: [name, "
        "alias]}\n"
        "blocking: [any, 'sorted(name, alias)', 'soundex(longest(any)) + prefix(nhs, 3)']\nblock_cap: 9\n"
        "comparisons:\n  - {column: any, name: who, fuzzy: false}\n"
        "  - {column: nhs, levels: [equal, {edits: 1}, {equal: alias}], different: 0.02, train: false}\n"
        "rules:\n  - {name: same number, join: {nhs: same}, unless: {any: different}}\n"
        "guards:\n  - {when: {nhs: [different, missing]}, then: quiet}\n"
        "thresholds: {join: 9, review: 2.5, floor: -1}\nsources: {no_duplicates: [gp]}\none_to_one: true\n"
        "truth: {column: key, until: '-', times: 2}\n",
        "link: link\ncolumns: {name: full_name}\n"};
    for (size_t i = 0; i < countof(texts); i++) {
        struct arena *arena = arena_make(0);
        struct link_spec *spec = read_spec(texts[i], arena);
        struct slice printed = link_spec_print(spec, arena);
        struct link_spec *again = read_spec(arena_cstr(arena, printed), arena);
        struct slice twice = link_spec_print(again, arena);
        assert_string_equal(arena_cstr(arena, twice), arena_cstr(arena, printed));
        assert_true(spec->digest == again->digest);
        arena_free(arena);
    }
}

/* Not dropped in silence: the first comparisons are made, and the rest is named. */
static void columns_that_are_left_over_are_named(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct link_spec *spec;
    struct buffer text = buffer_make(arena), shown = buffer_make(arena);
    buffer_add(&text, S("columns:\n  name: full_name\n"));
    for (int i = 1; i <= 11; i++)
        buffer_format(&text, "  n%d: number\n", i);
    assert_true(link_spec_read(buffer_slice(&text), S("many.yaml"), arena, &spec, &err));
    assert_true(slice_starts(link_spec_note(spec), S("not compared: n10, n11 (")));
    link_spec_show(spec, &shown);
    assert_true(slice_starts(buffer_slice(&shown), S("# not compared: n10, n11 (")));
    assert_true(link_spec_read(buffer_slice(&shown), S("shown.yaml"), arena, &spec, &err));
    assert_int_equal(link_spec_note(spec).len, 0); /* as it is written there, a person wants it */
    assert_true(link_spec_read(S("columns: {name: full_name, born: date}\n"), S("few.yaml"), arena, &spec, &err));
    assert_int_equal(link_spec_note(spec).len, 0);
    arena_free(arena);
}

static void another_threshold_is_another_digest(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    const struct link_spec *one = read_spec("columns: {name: full_name}\n", arena);
    const struct link_spec *two = read_spec("columns: {name: full_name}\nthresholds: {join: 2}\n", arena);
    assert_true(one->digest != two->digest);
    arena_free(arena);
}

static bool has_rule(const char *columns, const char *rule)
{
    struct arena *arena = arena_make(0);
    const struct link_spec *spec = read_spec(columns, arena);
    bool found = false;
    for (size_t r = 0; r < spec->rule_count; r++)
        found |= slice_equal(spec->rules[r].text, slice_of(rule));
    arena_free(arena);
    return found;
}

static void a_text_that_stands_first_meets_by_itself_and_a_persons_beside_the_name(void **state)
{
    (void)state;
    const char *film = "columns:\n  title: text\n  director: full_name\n",
               *inventor = "columns:\n  inventor: full_name\n  title: text\n";
    assert_true(has_rule(film, "drawn(title, 1)"));
    assert_true(has_rule(film, "last(director) + drawn(title, 1)"));
    assert_false(has_rule(inventor, "drawn(title, 1)"));
    assert_true(has_rule(inventor, "last(inventor) + drawn(title, 1)"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_is_wrong_and_where),
        cmocka_unit_test(kinds_alone_make_a_whole_specification),
        cmocka_unit_test(things_that_have_no_names_are_known_by_their_first_text),
        cmocka_unit_test(what_is_printed_reads_back_the_same),
        cmocka_unit_test(columns_that_are_left_over_are_named),
        cmocka_unit_test(another_threshold_is_another_digest),
        cmocka_unit_test(a_text_that_stands_first_meets_by_itself_and_a_persons_beside_the_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
