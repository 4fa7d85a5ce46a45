#include "tests/link/people.h"

#include "link/agree.h"
#include "link/score.h"

/* A table of pairs with a model of nothing but frequencies. */
struct table {
    struct arena *arena;
    struct link_records *records;
    struct link_model *model;
    struct comparer comparer;
};

static struct table make_table(const char *text, const char *const (*rows)[2], size_t count)
{
    struct table table = {.arena = arena_make(0)};
    struct error err = NO_ERROR;
    table.records = link_records_make(read_spec(text, table.arena), table.arena);
    for (size_t i = 0; i < count; i++)
        for (size_t side = 0; side < 2; side++)
            ADD(table.records, "s", "id", rows[i][side]);
    struct link_options options = {.threads = 1};
    assert_true(link_train(table.records, &options, table.arena, &table.model, NULL, &err));
    comparer_start(&table.comparer, table.records, table.model);
    return table;
}

static void given_names_have_their_levels(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"Margaret", "margaret"}, {"Peggy", "Margaret"}, {"M", "Margaret"},
                                          {"Ann Marie", "Ann"},     {"Xohn", "Xohm"},      {"Marzha", "Marzhall"},
                                          {"Oliver", "Zara"},       {"", "Zara"}};
    static const unsigned levels[] = {1, 2, 4, 5, 6, 7, 9, 0};
    struct table table =
        make_table("columns: {name: given_name}\ncomparisons: [name]\nlearn: false\n", rows, countof(rows));
    for (uint32_t i = 0; i < countof(rows); i++) {
        struct compared one, two;
        compare_records(&table.comparer, NULL, 2 * i, 2 * i + 1, &one);
        compare_records(&table.comparer, NULL, 2 * i + 1, 2 * i, &two);
        if (one.level[0] != levels[i])
            fail_msg("%s and %s give level %u, not %u", rows[i][0], rows[i][1], one.level[0], levels[i]);
        assert_int_equal(one.level[0], two.level[0]);
        assert_float_equal(one.frequency[0], two.frequency[0], 0);
    }
    arena_free(table.arena);
}

static void dates_have_their_levels(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"1952-02-03", "03/02/1952"}, {"1952-02-03", "1952-03-02"},
                                          {"1952-02-03", "1952-02-08"}, {"1952-02-03", "1952"},
                                          {"1952-02-03", "1952-11-28"}, {"1952-02-03", "1987-02-03"},
                                          {"1952-02-03", "1953-11-28"}, {"1952-02-03", "1987-11-28"}};
    struct table table = make_table("columns: {born: date}\ncomparisons: [born]\nlearn: false\n", rows, countof(rows));
    for (uint32_t i = 0; i < countof(rows); i++) {
        struct compared one;
        compare_records(&table.comparer, NULL, 2 * i, 2 * i + 1, &one);
        assert_int_equal(one.level[0], i + 1);
    }
    arena_free(table.arena);
}

static void mail_of_two_people_is_not_near_for_being_made_from_one_name(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"petra.yarrowby43@example.org", "petra.yarrowby43@example.org"},
                                          {"petra.yarrowby43@example.org", "petra.yarrowby43@example.net"},
                                          {"petra.yarrowby43@example.org", "perta.yarrowby43@example.org"},
                                          {"petra.yarrowby43@example.org", "petra.yarrowby56@example.org"},
                                          {"petra.yarrowby43@example.org", "petra.yarrowby4@example.org"},
                                          {"petra.yarrowby@example.org", "petra.yarrowby56@example.org"}};
    static const unsigned levels[] = {1, 2, 3, 4, 4, 4};
    struct table table = make_table("columns: {mail: email}\ncomparisons: [mail]\nlearn: false\n", rows, countof(rows));
    for (uint32_t i = 0; i < countof(rows); i++) {
        struct compared one;
        compare_records(&table.comparer, NULL, 2 * i, 2 * i + 1, &one);
        assert_int_equal(one.level[0], levels[i]);
    }
    arena_free(table.arena);
}

static void classes_tell_slips_from_other_names(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"Harry", "Barry"}, {"Harry", "Barry"},    {"Harry", "Barry"},   {"Harry", "Barry"},  {"Harry", "Barry"},
        {"Harry", "Harry"}, {"Harry", "Hxrry"},    {"H", "Harry"},       {"Bill", "William"}, {"Zara", "Ruth"},
        {"", "Ruth"},       {"Magie", "Margaret"}, {"Mary", "Ann Mary"}, {"A", "Ann A"}};
    struct table table = make_table(
        "columns: {name: given_name}\ncomparisons: [name]\nguards:\n  - when: {name: similar}\nlearn: false\n", rows,
        countof(rows));
    static const unsigned classes[] = {LINK_IS_SIMILAR,
                                       LINK_IS_SIMILAR,
                                       LINK_IS_SIMILAR,
                                       LINK_IS_SIMILAR,
                                       LINK_IS_SIMILAR,
                                       LINK_IS_SAME,
                                       LINK_IS_CLOSE,
                                       LINK_IS_CLOSE | LINK_IS_INITIAL,
                                       LINK_IS_CLOSE,
                                       LINK_IS_DIFFERENT,
                                       LINK_IS_MISSING,
                                       LINK_IS_CLOSE,
                                       LINK_IS_CLOSE | LINK_IS_WITHIN,
                                       LINK_IS_CLOSE | LINK_IS_INITIAL};
    for (uint32_t i = 0; i < countof(rows); i++)
        assert_int_equal(compare_class(&table.comparer, 0, 2 * i, 2 * i + 1), classes[i]);
    uint8_t guard = 0;
    assert_int_equal(compare_verdict(&table.comparer, 0, 1, &guard), LINK_REVIEW);
    assert_int_equal(guard, 1);
    assert_int_equal(compare_verdict(&table.comparer, 10, 11, &guard), LINK_BY_WEIGHT);
    assert_int_equal(guard, 0);
    arena_free(table.arena);
}

static void swapped_names_may_hold_another_form(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"Webb Jacqueline", "Jackie Webb"}, {"Peter Webb", "Webb Peter"},
                                          {"Webb Hanah", "Hannah Webb"},      {"Jackie Webb", "Jacqueline Webb"},
                                          {"Webb John", "Peter Webb"},        {"Webb", "Webb Peter"}};
    static const bool swapped[] = {true, true, true, false, false, false};
    struct table table = make_table("columns: {name: full_name}\ncomparisons: [{column: name, levels: [swapped]}]\n"
                                    "learn: false\n",
                                    rows, countof(rows));
    for (uint32_t i = 0; i < countof(rows); i++)
        assert_int_equal(link_score_pair(table.records, table.model, 2 * i, 2 * i + 1).pattern, swapped[i] ? 1 : 2);
    arena_free(table.arena);
}

static void a_date_a_year_or_a_decade_off_is_close(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"1960-10-24", "1959-10-24"}, {"1960-10-24", "1950-10-24"},
                                          {"1960-10-24", "1963-10-24"}, {"1960-10-24", "1935-10-24"},
                                          {"1960-10-24", "1961"},       {"1960-10-24", "1958"}};
    static const unsigned classes[] = {LINK_IS_CLOSE,     LINK_IS_CLOSE, LINK_IS_CLOSE,
                                       LINK_IS_DIFFERENT, LINK_IS_CLOSE, LINK_IS_DIFFERENT};
    struct table table = make_table("columns: {born: date}\ncomparisons: [born]\nlearn: false\n", rows, countof(rows));
    for (uint32_t i = 0; i < countof(rows); i++)
        assert_int_equal(compare_class(&table.comparer, 0, 2 * i, 2 * i + 1), classes[i]);
    arena_free(table.arena);
}

static void rare_words_bring_more_than_common_ones(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"john wentworth", "john wentworth"}, {"john smith", "john smith"},
                                          {"john smith", "john smith"},         {"john smith", "smith john"},
                                          {"john smith", "john smith"},         {"j smith", "john smith"},
                                          {"john green", "peter smith"}};
    struct table table =
        make_table("columns: {name: full_name}\ncomparisons: [name]\nlearn: false\n", rows, countof(rows));
    const struct link_records *records = table.records;
    struct bag rare =
        compare_bags(&table.comparer, NULL, 0, true, record_code(records, 0, 0), record_code(records, 1, 0));
    struct bag common =
        compare_bags(&table.comparer, NULL, 0, true, record_code(records, 2, 0), record_code(records, 3, 0));
    struct bag turned =
        compare_bags(&table.comparer, NULL, 0, true, record_code(records, 6, 0), record_code(records, 7, 0));
    struct bag initial =
        compare_bags(&table.comparer, NULL, 0, true, record_code(records, 10, 0), record_code(records, 11, 0));
    struct bag other =
        compare_bags(&table.comparer, NULL, 0, true, record_code(records, 12, 0), record_code(records, 13, 0));
    assert_true(rare.matched > common.matched);
    assert_float_equal(turned.matched, common.matched, 0.0001);
    assert_true(initial.matched <= common.matched && initial.conflict == 0);
    assert_true(other.matched == 0 && other.conflict > 0);
    arena_free(table.arena);
}

static void a_joint_comparison_has_a_level_for_each_two(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    const struct link_spec *spec = read_spec(
        "columns: {code: postcode, town: place}\nblocking: [town]\nlearn: false\n"
        "comparisons:\n  - joint:\n      - {column: code, levels: [equal]}\n      - {column: town, levels: [equal]}\n",
        arena);
    struct link_records *records = link_records_make(spec, arena);
    ADD(records, "s", "1", "NR1 1AA", "norwich");
    ADD(records, "s", "2", "NR1 1AA", "norwich");
    ADD(records, "s", "3", "NR2 2AA", "norwich");
    ADD(records, "s", "4", "", "norwich");
    ADD(records, "s", "5", "NR1 1AA", "");
    struct link_model *model = NULL;
    assert_true(link_train(records, NULL, arena, &model, NULL, &err));
    static const unsigned levels[] = {4, 7, 1, 3}; /* (1,1), (2,1), (0,1), (1,0) of three by three */
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(link_score_pair(records, model, 0, i + 1).pattern, levels[i]);
    arena_free(arena);
}

/* Of all pairs at once those of the floor and more, against each pair compared to its end. */
static void check_edges(const struct comparer *comparer, double floor, struct arena *arena)
{
    struct scorer scorer;
    uint32_t count = link_records_count(comparer->records);
    size_t kept = 0, left = 0;
    scorer_start(&scorer, comparer, memo_make(comparer->spec, arena), floor);
    for (uint32_t a = 0; a < count; a++)
        for (uint32_t from = a + 1, to; from < count; from = to) {
            struct link_pair pairs[BLOCK_BATCH];
            struct link_edge edges[BLOCK_BATCH];
            to = count - from < BLOCK_BATCH ? count : from + BLOCK_BATCH;
            for (uint32_t b = from; b < to; b++)
                pairs[b - from] = (struct link_pair){a, b};
            size_t found = score_edges(&scorer, pairs, to - from, edges), next = 0;
            for (uint32_t b = from; b < to; b++) {
                struct link_edge whole = link_score_pair(comparer->records, comparer->model, a, b);
                if (whole.weight < (float)floor) {
                    left++;
                    continue;
                }
                kept++;
                assert_true(next < found);
                assert_int_equal(edges[next].b, b);
                assert_float_equal(edges[next].weight, whole.weight, 0);
                assert_int_equal(edges[next].pattern, whole.pattern);
                assert_int_equal(edges[next].verdict, whole.verdict);
                assert_memory_equal(edges[next].frequency, whole.frequency, sizeof whole.frequency);
                next++;
            }
            assert_int_equal(next, found);
        }
    assert_true(kept > 20 && left > 10 * kept);
}

static void what_is_not_compared_to_its_end_is_no_edge(void **state)
{
    (void)state;
    static const char text[] =
        "columns:\n  given: given_name\n  family: family_name\n  born: date\n  address: address\n"
        "  postcode: postcode\n  whole: {kind: full_name, join: [given, family]}\nblocking: [born, family, given]\n"
        "comparisons:\n"
        "  - {name: given, column: given, levels: [equal, {swapped: whole}, nickname, {jaro_winkler: 0.9}]}\n"
        "  - {name: family, column: family, levels: [{edits: 1}, {swapped: whole}, soundex]}\n"
        "  - {name: home, column: postcode, levels: [equal, {equal: address}, {sector: postcode}]}\n"
        "  - born\n  - address\n"
        "rules:\n  - {name: one house, join: {address: same, born: close}}\n"
        "thresholds: {join: 6, review: 4, floor: -2}\n";
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct link_options options = {.threads = 1};
    struct link_model *model;
    struct comparer comparer;
    uint64_t *truth;
    struct link_records *records = make_people(read_spec(text, arena), 70, 7, 0, arena, &truth);
    assert_true(link_train(records, &options, arena, &model, NULL, &err));
    comparer_start(&comparer, records, model);
    check_edges(&comparer, -2, arena);
    comparer_bind(&comparer, 1, arena);
    for (int floor = -4; floor <= 20; floor += 2)
        check_edges(&comparer, floor, arena);
    arena_free(arena);
}

static void numbers_are_near_by_their_size_not_by_their_letters(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        double share;
        bool near;
    } cases[] = {{"99.99", "104.5", 0.05, true},
                 {"99.99", "110", 0.05, false},
                 {"$1,299.00", "£1280", 0.05, true},
                 {"1,299.00", "1.29", 0.2, false},
                 {"12,5", "12.9", 0.05, true},
                 {"999", "1001", 0.05, true},
                 {"-5", "5", 0.2, false},
                 {"-5", "-5.1", 0.05, true},
                 {"0", "0.0", 0.05, true},
                 {"5 kg", "5.1kg", 0.05, true},
                 {"5 x 10", "5", 0.2, false},
                 {"free", "0", 0.2, false},
                 {"", "1", 0.2, false},
                 {"1,000,000", "1000000", 0.05, true}};
    for (size_t i = 0; i < countof(cases); i++) {
        assert_int_equal(agree_near(slice_of(cases[i].a), slice_of(cases[i].b), cases[i].share), cases[i].near);
        assert_int_equal(agree_near(slice_of(cases[i].b), slice_of(cases[i].a), cases[i].share), cases[i].near);
    }
}

/* Two shops' prices of one thing are a few per cent apart; other things in them are called alike. */
static void a_price_that_is_near_speaks_for_a_pair(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct link_spec *spec = read_spec("link: link\ncolumns: {title: text, price: number}\n", arena), *again = NULL;
    struct link_records *records = link_records_make(spec, arena);
    struct link_model *model = NULL;
    uint64_t random = 3;
    for (unsigned thing = 0; thing < 500; thing++) {
        char title[80], price[2][16];
        (void)snprintf(title, sizeof title, "%s %s %s %s", given_names[next_random(&random) % 16],
                       family_roots[next_random(&random) % 16], given_names[16 + next_random(&random) % 16],
                       family_roots[next_random(&random) % 16]);
        unsigned pence = 900 + (unsigned)(next_random(&random) % 90000);
        for (unsigned shop = 0; shop < 2; shop++)
            (void)snprintf(price[shop], sizeof price[shop], "%.2f", (1 + 0.03 * shop) * pence / 100);
        ADD(records, "one", "", title, price[0]);
        ADD(records, "two", "", title, price[1]);
    }
    assert_true(link_train(records, NULL, arena, &model, NULL, &err));
    const double *weight = model->levels[1].weight; /* equal, one letter apart, near, less near, different */
    assert_true(weight[3] > 1 && weight[3] > weight[4] && weight[3] > weight[5]);
    struct slice printed = link_spec_print(spec, arena);
    assert_true(slice_search(printed, S("{near: 0.05, column: ")) < printed.len);
    assert_true(link_spec_read(printed, S("printed.yaml"), arena, &again, &err));
    assert_true(slice_equal(link_spec_print(again, arena), printed));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_names_have_their_levels),
        cmocka_unit_test(dates_have_their_levels),
        cmocka_unit_test(mail_of_two_people_is_not_near_for_being_made_from_one_name),
        cmocka_unit_test(classes_tell_slips_from_other_names),
        cmocka_unit_test(swapped_names_may_hold_another_form),
        cmocka_unit_test(a_date_a_year_or_a_decade_off_is_close),
        cmocka_unit_test(rare_words_bring_more_than_common_ones),
        cmocka_unit_test(a_joint_comparison_has_a_level_for_each_two),
        cmocka_unit_test(what_is_not_compared_to_its_end_is_no_edge),
        cmocka_unit_test(numbers_are_near_by_their_size_not_by_their_letters),
        cmocka_unit_test(a_price_that_is_near_speaks_for_a_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
