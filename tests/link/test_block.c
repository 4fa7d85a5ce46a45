#include "tests/link/people.h"

#include "link/block.h"

struct seen {
    uint32_t count;
    uint32_t *times;
};

static void see(void *context, const struct link_pair *pairs, size_t count)
{
    struct seen *seen = context;
    for (size_t i = 0; i < count; i++) {
        assert_true(pairs[i].a < pairs[i].b && pairs[i].b < seen->count);
        seen->times[pairs[i].a * seen->count + pairs[i].b]++;
    }
}

static void sort_and_visit(const struct link_records *records, struct link_model *model,
                           const struct link_options *options, struct seen *seen, struct arena *arena)
{
    struct blocks blocks;
    struct error err = NO_ERROR;
    assert_true(blocks_make(&blocks, records, NULL, model, options, arena, &err));
    seen->count = link_records_count(records);
    seen->times = arena_array(arena, uint32_t, (size_t)seen->count * seen->count);
    for (size_t t = 0; t < blocks.task_count; t++)
        blocks_visit(&blocks, t, block_seen_make(&blocks, arena), see, seen);
}

static void every_pair_that_shares_a_key_comes_once(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    char text[600];
    (void)snprintf(text, sizeof text,
                   "%sblocking: [postcode, soundex(family) + year(born), given, 'sorted(given, family)']\n",
                   people_spec);
    const struct link_spec *spec = read_spec(text, arena);
    uint64_t *truth;
    struct link_records *records = make_people(spec, 150, 5, 0, arena, &truth);
    assert_true(link_prepare(records, NULL, &err));
    struct seen seen;
    sort_and_visit(records, NULL, NULL, &seen, arena);
    uint64_t met = 0;
    for (uint32_t a = 0; a < seen.count; a++)
        for (uint32_t b = a + 1; b < seen.count; b++) {
            bool shares = false;
            for (size_t r = 0; r < spec->rule_count; r++) {
                struct slice x = block_key_text(records, &spec->rules[r], a, arena);
                struct slice y = block_key_text(records, &spec->rules[r], b, arena);
                shares |= x.len > 0 && slice_equal(x, y);
            }
            assert_int_equal(seen.times[a * seen.count + b], shares);
            met += shares;
        }
    assert_true(met > 500);
    arena_free(arena);
}

static void texts_of_mostly_the_same_words_draw_the_same(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    const struct link_spec *spec = read_spec("columns: {title: text}\nblocking: ['drawn(title, 1)', 'drawn(title, 2)', "
                                             "'drawn(title, 3)', 'drawn(title, 4)']\n",
                                             arena);
    struct link_records *records = link_records_make(spec, arena);
    ADD(records, "s", "1", "The quiet harbour: a history of Norfolk staithes and their keepers");
    ADD(records, "s", "2", "history of Norfolk Staithes and their keepers, the quiet harbour");
    ADD(records, "s", "3", "Quiet harbour, a history of norfolk staithes (second edition)");
    ADD(records, "s", "4", "Sugar beet and its diseases");
    ADD(records, "s", "5", "");
    assert_true(link_prepare(records, NULL, &err));
    struct seen seen;
    sort_and_visit(records, NULL, NULL, &seen, arena);
    assert_int_equal(seen.times[0 * 5 + 1], 1); /* the same words in another order */
    assert_int_equal(seen.times[0 * 5 + 2], 1);
    assert_int_equal(seen.times[0 * 5 + 3] + seen.times[1 * 5 + 3] + seen.times[2 * 5 + 3], 0);
    assert_int_equal(block_key(records, &spec->rules[0], 4, arena), 0);
    arena_free(arena);
}

static void a_key_of_too_many_records_blocks_nothing(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    const struct link_spec *spec = read_spec("columns: {name: given_name}\nblocking: [name]\nblock_cap: 3\n", arena);
    struct link_records *records = link_records_make(spec, arena);
    static const char *const names[] = {"ann", "ann", "ann", "ann", "bob", "bob", "bob"};
    for (size_t i = 0; i < countof(names); i++)
        ADD(records, "s", "id", names[i]);
    assert_true(link_prepare(records, NULL, &err));
    struct link_model model = {.spec = spec, .arena = arena};
    struct seen seen;
    sort_and_visit(records, &model, NULL, &seen, arena);
    assert_int_equal(model.common_count[0], 1);
    assert_string_equal(arena_cstr(arena, model.common[0][0].text), "ann");
    assert_int_equal(model.common[0][0].records, 4);
    assert_int_equal(seen.times[0 * seen.count + 1], 0);
    assert_int_equal(seen.times[4 * seen.count + 5], 1);
    arena_free(arena);
}

static void new_records_meet_all_others_but_the_old_do_not_meet_again(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    const struct link_spec *spec = read_spec("columns: {name: given_name}\nblocking: [name]\n", arena);
    struct link_records *records = link_records_make(spec, arena);
    for (size_t i = 0; i < 4; i++)
        ADD(records, "s", "id", "ann");
    assert_true(link_prepare(records, NULL, &err));
    struct link_options options = {.from = 3};
    struct seen seen;
    sort_and_visit(records, NULL, &options, &seen, arena);
    assert_int_equal(seen.times[0 * 4 + 1], 0);
    assert_int_equal(seen.times[0 * 4 + 3] + seen.times[1 * 4 + 3] + seen.times[2 * 4 + 3], 3);
    arena_free(arena);
}

static void a_rule_that_lets_too_much_through_is_named(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    const struct link_spec *spec =
        read_spec("columns: {name: given_name}\nblocking: [first(name)]\nblock_cap: 0\n", arena);
    struct link_records *records = link_records_make(spec, arena);
    for (size_t i = 0; i < 100; i++)
        ADD(records, "s", "id", "ann");
    assert_true(link_prepare(records, NULL, &err));
    struct link_options options = {.pair_limit = 1000};
    struct blocks blocks;
    assert_false(blocks_make(&blocks, records, NULL, NULL, &options, arena, &err));
    assert_int_equal(err.code, ERROR_TOO_BIG);
    assert_non_null(strstr(err.text, "first(name)"));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pair_that_shares_a_key_comes_once),
        cmocka_unit_test(texts_of_mostly_the_same_words_draw_the_same),
        cmocka_unit_test(a_key_of_too_many_records_blocks_nothing),
        cmocka_unit_test(new_records_meet_all_others_but_the_old_do_not_meet_again),
        cmocka_unit_test(a_rule_that_lets_too_much_through_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
