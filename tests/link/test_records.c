#include "tests/link/people.h"

#include "link/records.h"

static void plain_is(enum link_kind kind, const char *raw, const char *plain)
{
    struct arena *arena = arena_make(0);
    struct slice got = plain_form(kind, DATE_DMY, slice_of(raw), arena);
    assert_string_equal(arena_cstr(arena, got), plain);
    arena_free(arena);
}

static void each_kind_has_its_plain_form(void **state)
{
    (void)state;
    plain_is(LINK_FULL_NAME, " Mr. John  O'Brien-Smith ", "john obrien smith");
    plain_is(LINK_FAMILY_NAME, "Müller", "muller");
    plain_is(LINK_FULL_NAME, "dr ann  o`brien", "ann obrien");
    plain_is(LINK_FULL_NAME, "mr", "mr"); /* all that there is */
    plain_is(LINK_FULL_NAME, "mr mrs", "");
    plain_is(LINK_FULL_NAME, "ann lee mr", "ann lee");
    plain_is(LINK_FULL_NAME, "Mrs Zoë Müller", "zoe muller");
    plain_is(LINK_ADDRESS, "mr 5, 'the  Old' Mill ", "mr 5 the old mill");
    plain_is(LINK_ADDRESS, "5 mill lane", "5 mill lane");
    plain_is(LINK_PLACE, "-' ,", "");
    plain_is(LINK_GIVEN_NAME, "Unknown", "");
    plain_is(LINK_GIVEN_NAME, "unknown", "");
    plain_is(LINK_PLACE, "not available", "");
    plain_is(LINK_PLACE, "not availables", "not availables");
    plain_is(LINK_DATE, "03/02/1952", "19520203");
    plain_is(LINK_DATE, "02/19/1936", "19360219"); /* there is no month 19 */
    plain_is(LINK_DATE, "31/31/1936", "");
    plain_is(LINK_DATE, "3.2.52", "19520203");
    plain_is(LINK_DATE, "1952-02-03", "19520203");
    plain_is(LINK_DATE, "19520203", "19520203");
    plain_is(LINK_DATE, "1638-22-02", "16382202");
    plain_is(LINK_DATE, "03021952", "19520203"); /* day first, as the specification says */
    plain_is(LINK_DATE, "19522203", "19522203"); /* a slip of one digit stays one digit away */
    plain_is(LINK_DATE, "Feb 1952", "19520200");
    plain_is(LINK_DATE, "soon", "");
    plain_is(LINK_POSTCODE, "nr1 3aa", "NR13AA");
    plain_is(LINK_IDENTIFIER, "999 000-0018", "9990000018");
    plain_is(LINK_TELEPHONE, "+44 (0)1603 222222", "1603222222");
    plain_is(LINK_TELEPHONE, "01603 222222", "1603222222");
    plain_is(LINK_EMAIL, " A.B@Example.ORG", "a.b@example.org");
}

static void postcodes_have_area_district_and_sector(void **state)
{
    (void)state;
    struct value value = {0};
    plain_postcode(S("NR13AA"), &value);
    assert_true(value.area == 2 && value.district == 3 && value.sector == 4);
    value = (struct value){0};
    plain_postcode(S("SW1H9AA"), &value);
    assert_true(value.area == 2 && value.district == 4 && value.sector == 5);
    value = (struct value){0};
    plain_postcode(S("2119"), &value);
    assert_true(value.area == 1 && value.district == 2 && value.sector == 3);
    value = (struct value){0};
    plain_postcode(S("NR1"), &value);
    assert_true(value.district == 3 && value.sector == 0);
}

static void a_made_column_joins_or_takes_the_first(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    const struct link_spec *spec = read_spec("columns:\n  a: given_name\n  b: family_name\n"
                                             "  both: {kind: full_name, join: [a, b]}\n"
                                             "  any: {kind: full_name, either: [b, a]}\n",
                                             arena);
    struct link_records *records = link_records_make(spec, arena);
    ADD(records, "s", "1", "Ann", "Lee");
    ADD(records, "s", "2", "Ann", "");
    assert_true(link_prepare(records, NULL, &err));
    assert_string_equal(arena_cstr(arena, link_records_value(records, 0, 2)), "ann lee");
    assert_string_equal(arena_cstr(arena, link_records_value(records, 0, 3)), "lee");
    assert_string_equal(arena_cstr(arena, link_records_value(records, 1, 3)), "ann");
    assert_string_equal(arena_cstr(arena, link_records_value(records, 0, 0)), "Ann");
    struct slice values[2] = {S("x"), S("y")};
    assert_false(link_records_add(records, 0, S("3"), values, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    arena_free(arena);
}

static void parts_that_join_to_one_text_are_one_value(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    const struct link_spec *spec = read_spec("columns:\n  a: given_name\n  b: family_name\n"
                                             "  both: {kind: full_name, join: [a, b]}\n",
                                             arena);
    struct link_records *records = link_records_make(spec, arena);
    ADD(records, "s", "1", "Ann Marie", "Lee");
    ADD(records, "s", "2", "", "");
    ADD(records, "s", "3", "Ann", "Marie Lee");
    ADD(records, "s", "4", "", "Ann Marie Lee");
    assert_true(link_prepare(records, NULL, &err));
    assert_int_equal(record_code(records, 0, 2), 1);
    assert_int_equal(record_code(records, 1, 2), 0);
    assert_int_equal(record_code(records, 2, 2), 1);
    assert_int_equal(record_code(records, 3, 2), 1);
    arena_free(arena);
}

static void words_are_made_of_what_is_compared_alone(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    const struct link_spec *spec = read_spec("columns:\n  a: given_name\n  b: family_name\n  c: place\n"
                                             "  both: {kind: full_name, join: [a, b]}\ncomparisons: [both, c]\n",
                                             arena);
    struct link_records *records = link_records_make(spec, arena);
    ADD(records, "s", "1", "Ann Marie", "Lee", "Great Snoring");
    assert_true(link_prepare(records, NULL, &err));
    assert_int_equal(record_value(records, 0, 0)->token_count, 0);
    assert_int_equal(records->columns[1].tokens.count, 1); /* the empty one */
    assert_int_equal(record_value(records, 0, 2)->token_count, 2);
    assert_int_equal(record_value(records, 0, 3)->token_count, 3);
    arena_free(arena);
}

/* Six parts of thousands of values do not fit into one number; a hundred and fifty thousand records are dealt out; of
 * forty thousand texts some are numbered while features of others are made. */
static void made_columns_are_right_whatever_their_parts_and_threads(void **state)
{
    (void)state;
    const struct {
        uint32_t records, values;
        unsigned threads;
    } cases[] = {{3000, 2500, 1}, {3000, 2500, 2}, {150000, 400, 2}, {45000, 40000, 1}, {45000, 40000, 2}};
    for (size_t i = 0; i < countof(cases); i++) {
        struct arena *arena = arena_make(0);
        struct error err = NO_ERROR;
        const struct link_spec *spec =
            read_spec("columns:\n  a: identifier\n  b: identifier\n  c: identifier\n  d: identifier\n  e: identifier\n"
                      "  f: identifier\n  all: {kind: full_name, join: [a, b, c, d, e, f]}\ncomparisons: [all]\n",
                      arena);
        struct link_records *records = link_records_make(spec, arena);
        struct link_options options = {.threads = cases[i].threads};
        uint32_t values = cases[i].values;
        for (uint32_t r = 0; r < cases[i].records; r++) {
            char texts[6][12];
            for (uint32_t c = 0; c < 6; c++)
                (void)snprintf(texts[c], sizeof texts[c], "%u", (r * (c + 1)) % values);
            ADD(records, "s", "1", texts[0], texts[1], texts[2], texts[3], texts[4], texts[5]);
        }
        assert_true(link_prepare(records, &options, &err));
        for (uint32_t r = 0; r < cases[i].records; r++) {
            char joined[72];
            (void)snprintf(joined, sizeof joined, "%u %u %u %u %u %u", r % values, r * 2 % values, r * 3 % values,
                           r * 4 % values, r * 5 % values, r * 6 % values);
            assert_true(slice_equal(record_value(records, r, 6)->text, slice_of(joined)));
            assert_int_equal(record_code(records, r, 6), 1 + r % values);
            assert_int_equal(record_value(records, r, 6)->token_count, 6);
        }
        for (uint32_t o = 1; o < records->order_count; o++)
            assert_true(records->keys[records->order[o - 1]] <= records->keys[records->order[o]]);
        arena_free(arena);
    }
}

/* The texts that the first record brought are not made room for again. */
static void a_record_that_comes_later_widens_no_column_for_those_before(void **state)
{
    (void)state;
    enum { RECORDS = 700 };
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct link_records *records = link_records_make(read_spec("columns: {a: identifier}\n", arena), arena);
    for (unsigned r = 0; r < RECORDS; r++) {
        char value[16];
        (void)snprintf(value, sizeof value, "%u", r + 1);
        ADD(records, "s", value, value);
    }
    assert_true(link_prepare(records, NULL, &err));
    const struct dictionary *plain = &records->columns[0].plain;
    size_t slots = plain->slot_count, capacity = plain->capacity;
    struct slice another = S("another");
    assert_true(records_append(records, &(struct link_row){0, another, &another}, 1, 1, &err));
    assert_int_equal(plain->count, RECORDS + 2);
    assert_int_equal(plain->slot_count, slots);
    assert_true(plain->capacity <= 2 * capacity);
    arena_free(arena);
}

static void only_pairs_across_sources_may_meet_when_linking(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    const struct link_spec *spec =
        read_spec("link: link_and_dedupe\ncolumns: {a: given_name}\nsources: {no_duplicates: [x]}\n", arena);
    struct link_records *records = link_records_make(spec, arena);
    ADD(records, "x", "1", "ann");
    ADD(records, "x", "2", "ann");
    ADD(records, "y", "3", "ann");
    ADD(records, "y", "4", "ann");
    assert_false(records_may_meet(records, 0, 1));
    assert_true(records_may_meet(records, 2, 3));
    assert_true(records_may_meet(records, 0, 2));
    assert_float_equal(records_universe(records), 5, 0);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_has_its_plain_form),
        cmocka_unit_test(postcodes_have_area_district_and_sector),
        cmocka_unit_test(a_made_column_joins_or_takes_the_first),
        cmocka_unit_test(parts_that_join_to_one_text_are_one_value),
        cmocka_unit_test(words_are_made_of_what_is_compared_alone),
        cmocka_unit_test(made_columns_are_right_whatever_their_parts_and_threads),
        cmocka_unit_test(a_record_that_comes_later_widens_no_column_for_those_before),
        cmocka_unit_test(only_pairs_across_sources_may_meet_when_linking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
