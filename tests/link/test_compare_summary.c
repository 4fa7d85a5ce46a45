/* What summaries tell of a level against what the texts tell, over values that are near each other in every way; and
 * both ways of telling it, that of every processor and that of AVX2. */
#include "tests/link/people.h"

#include "link/compare_inside.h"
#include "link/similar_inside.h"

enum { VALUES = 400, PAIRS = 40000 };

struct table {
    struct arena *arena;
    struct link_records *records;
    struct link_model *model;
    struct comparer comparer;
};

typedef void make_value(uint64_t *random, char *ret, size_t size);

static struct table make_table(const char *text, make_value *make)
{
    struct table table = {.arena = arena_make(0)};
    struct error err = NO_ERROR;
    struct link_options options = {.threads = 1};
    uint64_t random = 11;
    table.records = link_records_make(read_spec(text, table.arena), table.arena);
    for (size_t i = 0; i < VALUES; i++) {
        char value[80];
        make(&random, value, sizeof value);
        ADD(table.records, "s", "id", value);
    }
    assert_true(link_train(table.records, &options, table.arena, &table.model, NULL, &err));
    comparer_start(&table.comparer, table.records, table.model);
    comparer_bind(&table.comparer, 1, table.arena);
    return table;
}

/* How many of the pairs the summaries tell. */
static size_t check_pairs(const struct table *table, size_t field)
{
    const struct link_comparison *comparison = &table->comparer.spec->comparisons[field];
    const struct summary_plan *plan = table->comparer.plans[field];
    const uint64_t *summaries = table->comparer.summaries[comparison->columns[0]];
    uint64_t random = 5;
    size_t told = 0;
    assert_non_null(plan);
    for (size_t i = 0; i < PAIRS; i++) {
        uint32_t a = (uint32_t)(next_random(&random) % VALUES), b = (uint32_t)(next_random(&random) % VALUES);
        uint32_t code_a = record_code(table->records, a, comparison->columns[0]);
        uint32_t code_b = record_code(table->records, b, comparison->columns[0]);
        uint8_t portable, avx2, level;
        int8_t frequency;
        if (!code_a || !code_b || code_a == code_b)
            continue;
        level = compare_first_level(&table->comparer, comparison, a, b, &frequency);
        summary_levels_portable(plan, &summaries[code_a], &summaries[code_b], 1, &portable);
        if (similar_has_avx2()) {
            summary_levels_avx2(plan, &summaries[code_a], &summaries[code_b], 1, &avx2);
            assert_int_equal(portable, avx2);
        }
        if (portable == COMPARE_OPEN)
            continue;
        if (portable != level)
            fail_msg("%.*s and %.*s are at level %u, not %u", (int)record_value(table->records, a, 0)->text.len,
                     record_value(table->records, a, 0)->text.at, (int)record_value(table->records, b, 0)->text.len,
                     record_value(table->records, b, 0)->text.at, level, portable);
        told++;
        struct compared whole;
        compare_records(&table->comparer, NULL, a, b, &whole);
        assert_int_equal(whole.level[field], level);
        assert_int_equal(whole.frequency[field], frequency);
    }
    return told;
}

/* Many at once, as the four or eight of AVX2 are. */
static void check_many(const struct table *table, size_t field)
{
    const struct link_comparison *comparison = &table->comparer.spec->comparisons[field];
    const uint64_t *summaries = table->comparer.summaries[comparison->columns[0]];
    size_t count = table->records->columns[comparison->columns[0]].plain.count;
    uint64_t random = 7;
    for (size_t batch = 0; batch <= COMPARE_BATCH; batch++) {
        uint64_t a[COMPARE_BATCH], b[COMPARE_BATCH];
        uint8_t portable[COMPARE_BATCH], avx2[COMPARE_BATCH];
        for (size_t i = 0; i < batch; i++) {
            a[i] = summaries[next_random(&random) % count]; /* of code 0, too, which does not fit */
            b[i] = summaries[next_random(&random) % count];
        }
        summary_levels_portable(table->comparer.plans[field], a, b, batch, portable);
        if (!similar_has_avx2())
            continue;
        summary_levels_avx2(table->comparer.plans[field], a, b, batch, avx2);
        assert_memory_equal(portable, avx2, batch);
    }
}

static void make_date(uint64_t *random, char *ret, size_t size)
{
    unsigned year = 1950 + (unsigned)(next_random(random) % 3) * (next_random(random) % 4 ? 1 : 10),
             month = (unsigned)(next_random(random) % 4), day = (unsigned)(next_random(random) % 5);
    if (next_random(random) % 8 == 0)
        day = 10 + day * 10 % 19;
    (void)snprintf(ret, size, "%04u%02u%02u", year, month, day);
}

static void a_word_of_each_date_tells_every_level(void **state)
{
    (void)state;
    static const char *const levels[] = {"", ", levels: [equal, parts, swapped, {years: 1}]",
                                         ", levels: [equal, day_month, partial, year, digit]"};
    for (size_t i = 0; i < countof(levels); i++) {
        char text[200];
        (void)snprintf(text, sizeof text,
                       "columns: {born: date}\ndate_order: ymd\ncomparisons: [{column: born%s}]\nlearn: false\n",
                       levels[i]);
        struct table table = make_table(text, make_date);
        assert_true(check_pairs(&table, 0) > PAIRS / 2);
        check_many(&table, 0);
        arena_free(table.arena);
    }
}

static void make_postcode(uint64_t *random, char *ret, size_t size)
{
    static const char *const foreign[] = {"75008", "75108", "NR", "NR1", "NR12", "90210-1234", "1", "GIR0AA", "A"};
    if (next_random(random) % 6 == 0) {
        (void)snprintf(ret, size, "%s", foreign[next_random(random) % countof(foreign)]);
        return;
    }
    (void)snprintf(ret, size, "%s%u %u%c%c",
                   next_random(random) % 3   ? "NR"
                   : next_random(random) % 2 ? "N"
                                             : "RN",
                   (unsigned)(1 + next_random(random) % 2 * (1 + next_random(random) % 12)),
                   (unsigned)(next_random(random) % 3), (char)('A' + next_random(random) % 2),
                   (char)('A' + next_random(random) % 3));
}

static void a_word_of_each_postcode_tells_every_level(void **state)
{
    (void)state;
    struct table table = make_table("columns: {home: postcode}\ncomparisons: [home]\nlearn: false\n", make_postcode);
    assert_true(check_pairs(&table, 0) > PAIRS / 2);
    check_many(&table, 0);
    arena_free(table.arena);
}

static void make_name(uint64_t *random, char *ret, size_t size)
{
    char word[40];
    const char *part = given_names[next_random(random) % 8];
    (void)snprintf(word, sizeof word, "%s", part);
    size_t len = strlen(word);
    switch (next_random(random) % 6) {
    case 0:
        word[next_random(random) % len] = (char)('a' + next_random(random) % 26);
        break;
    case 1:
        memmove(word + 1, word + 2, len - 1);
        break;
    case 2:
        word[1] = '\0';
        break;
    default:
        break;
    }
    bool several = next_random(random) % 3 == 0;
    (void)snprintf(ret, size, "%s%s%s", word, several ? " " : "", several ? given_names[next_random(random) % 8] : "");
}

static void a_word_of_each_name_never_says_that_none_agrees_where_one_does(void **state)
{
    (void)state;
    static const char *const kinds[] = {"given_name", "family_name", "place", "email", "telephone", "identifier"};
    for (size_t i = 0; i < countof(kinds); i++) {
        char text[200];
        (void)snprintf(text, sizeof text, "columns: {name: %s}\ncomparisons: [{column: name%s}]\nlearn: false\n",
                       kinds[i], i == 1 ? ", levels: [equal, swapped, {prefix: 2}, soundex, {edits: 2}]" : "");
        if (i == 4)
            continue; /* letters are no telephone number: their own below */
        struct table table = make_table(text, make_name);
        assert_true(check_pairs(&table, 0) > PAIRS / 100);
        check_many(&table, 0);
        arena_free(table.arena);
    }
}

static void make_number(uint64_t *random, char *ret, size_t size)
{
    (void)snprintf(ret, size, "01603 %u%u", (unsigned)(next_random(random) % 2 * 411 + 100),
                   (unsigned)(next_random(random) % 1000));
}

static void a_word_of_each_number_never_says_that_none_agrees_where_one_does(void **state)
{
    (void)state;
    struct table table = make_table("columns: {call: telephone}\ncomparisons: [call]\nlearn: false\n", make_number);
    assert_true(check_pairs(&table, 0) > PAIRS / 10);
    check_many(&table, 0);
    arena_free(table.arena);
}

static void what_is_asked_of_texts_has_no_plan(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "columns: {a: number}\ncomparisons: [a]\n",
        "columns: {a: date}\ncomparisons: [{column: a, levels: [equal, {edits: 1}]}]\n",
        "columns: {a: postcode}\ncomparisons: [{column: a, levels: [equal, {edits: 2}]}]\n",
        "columns: {a: place}\ncomparisons: [{column: a, levels: [{edits: 1}, equal]}]\n",
        "columns: {a: date}\ncomparisons: [{column: a, levels: [equal, {years: 1}, {years: 2}]}]\n"};
    struct arena *arena = arena_make(0);
    for (size_t i = 0; i < countof(texts); i++) {
        struct link_spec *spec = read_spec(texts[i], arena);
        assert_int_equal(summary_plan(spec, &spec->comparisons[0]).way, SUMMARY_NONE);
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_of_each_date_tells_every_level),
        cmocka_unit_test(a_word_of_each_postcode_tells_every_level),
        cmocka_unit_test(a_word_of_each_name_never_says_that_none_agrees_where_one_does),
        cmocka_unit_test(a_word_of_each_number_never_says_that_none_agrees_where_one_does),
        cmocka_unit_test(what_is_asked_of_texts_has_no_plan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
