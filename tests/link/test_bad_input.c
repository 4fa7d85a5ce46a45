/* Columns, names and files that nobody wished for: each is linked, or refused with a sentence that names it; nothing
 * hangs, leaks or eats the memory. */
#include "tests/link/people.h"

#include "link/link_files.h"
#include "link/linkage.h"
#include "link/score.h"
#include "link/spec.h"

#include <stdlib.h>
#include <unistd.h>

static const char specification[] =
    "id: id\ncolumns: {first: given_name, last: family_name, born: date, town: place}\n";

/* The text of a file of `people` people, each twice: b<n> is a<n> with a letter less in the family name and no birthday
 * in one of eight. `town` may hold a %u, which is the record's number. */
static struct slice people_file(struct arena *arena, const char *header, unsigned people, const char *const *first,
                                size_t firsts, const char *const *last, size_t lasts, const char *town)
{
    struct buffer out = buffer_make(arena);
    uint64_t state = 21;
    buffer_format(&out, "%s\n", header);
    for (unsigned p = 0; p < people; p++) {
        const char *f = first[next_random(&state) % firsts], *l = last[next_random(&state) % lasts];
        unsigned y = 1920 + (unsigned)(next_random(&state) % 80), m = 1 + (unsigned)(next_random(&state) % 12),
                 d = 1 + (unsigned)(next_random(&state) % 28);
        for (unsigned c = 0; c < 2; c++) {
            char born[16] = "", place[64];
            if (c == 0 || p % 8 > 0)
                (void)snprintf(born, sizeof born, "%u-%02u-%02u", y, m, d);
            (void)snprintf(place, sizeof place, strstr(town, "%u") ? "%.0s%u" : "%s", town, p * 2 + c);
            buffer_format(&out, "%c%u,%s,%s,%s,%s\n", c ? 'b' : 'a', p, f, l, born, place);
        }
    }
    return buffer_slice(&out);
}

static const char *const latin_first[] = {"olive", "amelia", "george", "isla", "harry",
                                          "ava",   "jack",   "mia",    "noah", "lily"};
static const char *const latin_last[] = {"barnfield", "woodmarsh", "stonebrook", "hillcrow",  "thornwick", "ashfen",
                                         "blackwell", "whitmore",  "greenway",   "northolme", "southby",   "elmhurst"};
static const char *const cyrillic_first[] = {"Иван", "Анна", "Пётр", "Мария", "Сергей", "Ольга", "Дмитрий", "Елена"};
static const char *const cyrillic_last[] = {"Берёзкин", "Лесной",   "Речной", "Полевой",
                                            "Снегов",   "Морозный", "Ветров", "Каменев"};
static const char *const chinese_first[] = {"伟", "娜", "敏", "洋", "静", "光", "磊", "丽", "涛", "芳"};
static const char *const chinese_last[] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"};
static const char *const arabic_first[] = {"محمد", "فاطمة", "أحمد", "ليلى", "يوسف", "مريم", "خالد", "سارة"};
static const char *const arabic_last[] = {"الحداد", "النجار", "الخياط", "البحري",
                                          "الجبلي", "الصغير", "الطويل", "القمري"};

struct place {
    struct arena *arena;
    char folder[64];
    struct slice file;
};

static struct place put(struct slice text, struct arena *arena)
{
    struct place place = {.arena = arena, .folder = "/tmp/staithe-bad-XXXXXX"};
    struct error err = NO_ERROR;
    assert_non_null(mkdtemp(place.folder));
    place.file = arena_format(arena, "%s/people.csv", place.folder);
    assert_true(host_write_file(host_real(), place.file, text, &err));
    return place;
}

static void take(struct place *place)
{
    struct error err = NO_ERROR;
    assert_true(host_delete(host_real(), place->file, &err));
    assert_int_equal(rmdir(place->folder), 0);
    arena_free(place->arena);
}

/* Links the text; how many of the pairs a<n>, b<n> came together, and how many entities there are. */
static unsigned linked(struct slice text, struct arena *arena, unsigned people, unsigned *ret_entities)
{
    struct place place = put(text, arena);
    struct linkage *linkage = linkage_make();
    assert_int_equal(linkage_specify(linkage, specification), 0);
    assert_int_equal(linkage_add_file(linkage, arena_cstr(arena, place.file)), 0);
    int status = linkage_run(linkage);
    if (status)
        fail_msg("%d: %s", status, linkage_error(linkage));
    assert_int_equal(linkage_records(linkage), people * 2);
    unsigned together = 0;
    for (uint32_t r = 0; r < people * 2; r += 2)
        together += linkage_entity(linkage, r) == linkage_entity(linkage, r + 1);
    *ret_entities = linkage_entities(linkage);
    assert_non_null(linkage_explain(linkage, 0, 1, false));
    linkage_free(linkage);
    take(&place);
    return together;
}

static void refused(struct slice text, struct arena *arena, const char *words)
{
    struct place place = put(text, arena);
    struct linkage *linkage = linkage_make();
    assert_int_equal(linkage_specify(linkage, specification), 0);
    assert_int_equal(linkage_add_file(linkage, arena_cstr(arena, place.file)), 0);
    assert_int_not_equal(linkage_run(linkage), 0);
    if (!strstr(linkage_error(linkage), words))
        fail_msg("“%s” does not say “%s”", linkage_error(linkage), words);
    linkage_free(linkage);
    take(&place);
}

#define LATIN latin_first, countof(latin_first), latin_last, countof(latin_last)

static void two_columns_of_one_name_are_refused_by_name(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct slice text = people_file(arena, "id,first,last,born,Last", 5, LATIN, "ely");
    refused(text, arena, "the column last stands twice");
}

static void an_empty_constant_or_unique_column_says_nothing_and_hurts_nobody(void **state)
{
    (void)state;
    static const char *const towns[] = {"", "ely", "%u"};
    for (size_t i = 0; i < countof(towns); i++) {
        struct arena *arena = arena_make(0);
        unsigned entities = 0;
        struct slice text = people_file(arena, "id,first,last,born,town", 120, LATIN, towns[i]);
        unsigned together = linked(text, arena, 120, &entities);
        if (together < 105 || entities < 90 || entities > 140)
            fail_msg("town “%s”: %u of 120 came together, %u entities", towns[i], together, entities);
    }
}

static void a_column_that_is_empty_everywhere_links_nothing(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct place place = put(people_file(arena, "id,first,last,born,town", 60, LATIN, ""), arena);
    struct linkage *linkage = linkage_make();
    assert_int_equal(linkage_specify(linkage, "id: id\ncolumns: {town: place}\n"), 0);
    assert_int_equal(linkage_add_file(linkage, arena_cstr(arena, place.file)), 0);
    assert_int_equal(linkage_run(linkage), 0);
    assert_int_equal(linkage_entities(linkage), 120);
    assert_int_equal(linkage_pairs(linkage), 0);
    linkage_free(linkage);
    take(&place);
}

static void names_of_any_script_are_linked(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        const char *const *first, *const *last;
        size_t firsts, lasts;
        const char *town;
    } scripts[] = {
        {"Cyrillic", cyrillic_first, cyrillic_last, countof(cyrillic_first), countof(cyrillic_last), "Київ"},
        {"Chinese", chinese_first, chinese_last, countof(chinese_first), countof(chinese_last), "上海"},
        {"Arabic", arabic_first, arabic_last, countof(arabic_first), countof(arabic_last), "بغداد"},
    };
    for (size_t i = 0; i < countof(scripts); i++) {
        struct arena *arena = arena_make(0);
        unsigned entities = 0;
        struct slice text = people_file(arena, "id,first,last,born,town", 60, scripts[i].first, scripts[i].firsts,
                                        scripts[i].last, scripts[i].lasts, scripts[i].town);
        unsigned together = linked(text, arena, 60, &entities);
        if (together < 50 || entities < 40)
            fail_msg("%s: %u of 60 came together, %u entities", scripts[i].script, together, entities);
    }
}

/* Two names that differ never share a key only because a function cannot read their letters. */
static void blocking_functions_take_letters_of_any_script(void **state)
{
    (void)state;
    static const char *const functions[] = {
        "soundex(last)",   "prefix(last, 2)", "suffix(last, 1)",           "first(last)",
        "last(last)",      "longest(last)",   "sorted(first, last)",       "soundex(longest(last))",
        "prefix(last, 9)", "digits(last)",    "soundex(last) + year(born)"};
    /* Alike in their first bytes, not in their first two letters. */
    static const char *const names[][2] = {{"Лесной", "Лобар"}, {"王", "玉"}, {"خالد", "خولة"}, {"Ångström", "Çelik"}};
    for (size_t f = 0; f < countof(functions); f++) {
        for (size_t n = 0; n < countof(names); n++) {
            struct arena *arena = arena_make(0);
            struct slice text = arena_format(arena, "%sblocking: ['%s']\n", specification, functions[f]);
            struct link_spec *spec = read_spec(arena_cstr(arena, text), arena);
            struct link_records *records = link_records_make(spec, arena);
            struct error err = NO_ERROR;
            for (size_t k = 0; k < 3; k++) /* the first and the third are the same */
                ADD(records, "a", k ? "y" : "x", "Анна", names[n][k % 2], "1950-01-01", "");
            assert_true(link_prepare(records, NULL, &err));
            uint64_t keys[3];
            for (uint32_t r = 0; r < 3; r++)
                keys[r] = block_key(records, &spec->rules[0], r, arena);
            if (keys[0] != keys[2] || (keys[0] && keys[0] == keys[1]))
                fail_msg("%s of %s and %s: one key", functions[f], names[n][0], names[n][1]);
            arena_free(arena);
        }
    }
}

static void keep_line(void *context, struct slice line)
{
    struct buffer *said = context;
    buffer_add(said, line);
    buffer_add_byte(said, '\n');
}

/* Links a place's file by a specification of this text; what is said on the way goes to `said`, a line each. */
static void link_and_listen(const struct place *place, struct slice text, struct buffer *said, struct buffer *out)
{
    struct slice spec = arena_format(out->arena, "%s/spec.yaml", place->folder);
    struct error err = NO_ERROR;
    struct link_files_request request = {.host = host_real(),
                                         .specification = spec,
                                         .files = &place->file,
                                         .file_count = 1,
                                         .json = true,
                                         .say = keep_line,
                                         .say_context = said};
    assert_true(host_write_file(host_real(), spec, text, &err));
    assert_true(link_files(&request, out, &err));
    assert_true(host_delete(host_real(), spec, &err));
}

static void ids_that_repeat_are_said_and_their_records_linked(void **state)
{
    (void)state;
    const char *rows[] = {"1,ann,lee,1950-01-02,ely\n2,bob,hill,1960-03-04,ely\n10,cy,dale,1970-05-06,ely\n",
                          "2,ann,lee,1950-01-02,ely\n1,bob,hill,1960-03-04,ely\n2,cy,dale,1970-05-06,ely\n"};
    for (int repeats = 0; repeats < 2; repeats++) {
        struct arena *own = arena_make(0);
        struct place place = put(arena_format(own, "id,first,last,born,town\n%s", rows[repeats]), own);
        struct buffer said = buffer_make(own), out = buffer_make(own);
        link_and_listen(&place, slice_of(specification), &said, &out);
        assert_true((slice_search(buffer_slice(&out), S("\"repeated_ids\":1,")) < out.len) == (repeats == 1));
        assert_true(slice_starts(buffer_slice(&said), S("ids repeat: 1, such as 2 of people;")) == (repeats == 1));
        take(&place);
    }
}

/* The days of a year in one order, or in several. */
static void dates_in_another_order_than_the_one_that_is_read_are_said(void **state)
{
    (void)state;
    static const struct {
        const char *order, *form, *other, *said;
        bool month_first, other_month_first;
    } cases[] = {
        {"", "%02u/%02u/1950", NULL, "", false, false},
        {"", "%02u/%02u/1950", NULL, "can only be months first, and 0 only days first", true, false},
        {"dmy", "%02u/%02u/1950", NULL, "(date_order: dmy); say date_order: mdy", true, false},
        {"dmy", "%02u%02u1950", NULL, "(date_order: dmy); say date_order: mdy", true, false},
        {"mdy", "%02u/%02u/1950", NULL, "", true, false},
        {"mdy", "%u.%u.50", NULL, "say date_order: dmy", false, false},
        {"dmy", "%02u/%02u/1950", "%02u-%02u-1951", "what may be either days first (date_order: dmy)", true, false},
        {"ymd", "%02u/%02u/1950", NULL, "are missing or misread; say date_order: dmy", false, false},
        {"ymd", "%02u%02u1950", NULL, "are missing or misread; say date_order: dmy", false, false},
        {"dmy", "1950-%02u-%02u", NULL, "", true, false},
        {"ymd", "1950%02u%02u", NULL, "", true, false},
        {"dmy", "the %ust of the %u", NULL, "cannot be read as dates and are not compared as such", true, false},
        {"dmy", "%u the %u of a month: €€€€€€€€€€€€€€€€€€€€€€€€", NULL, "month: €€€€€€€€€€€€€€€€€€€€”, cannot", true,
         false},
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct arena *own = arena_make(0);
        struct buffer rows = buffer_make(own), said = buffer_make(own), out = buffer_make(own);
        buffer_add(&rows, S("id,first,last,born,town\n"));
        for (unsigned day = 0; day < 300; day++) {
            bool other = cases[i].other && day % 3 == 0;
            bool month_first = other ? cases[i].other_month_first : cases[i].month_first;
            unsigned month = day / 25 + 1, number = day % 25 + 1;
            char born[120];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            (void)snprintf(born, sizeof born, other ? cases[i].other : cases[i].form, month_first ? month : number,
                           month_first ? number : month);
#pragma GCC diagnostic pop
            buffer_format(&rows, "%u,%s,%s,%s,ely\n", day, latin_first[day % 10], latin_last[day % 12], born);
        }
        struct place place = put(buffer_slice(&rows), own);
        link_and_listen(
            &place,
            arena_format(own, "%s%s%s\n", specification, cases[i].order[0] ? "date_order: " : "", cases[i].order),
            &said, &out);
        struct slice words = slice_of(cases[i].said), told = buffer_slice(&said);
        bool any = slice_search(told, S("dates in born: ")) < told.len;
        assert_int_equal(any, words.len > 0);
        assert_true(!any || slice_search(told, words) < told.len);
        assert_int_equal(slice_search(buffer_slice(&out), S("\"dates\":[\"dates in born: ")) < out.len, any);
        take(&place);
    }
}

/* Before a record is read: what would be written over, or given twice, or cannot be read twice. */
static void files_that_get_in_each_others_way_are_refused_by_name(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct place place = put(people_file(arena, "id,first,last,born,town", 5, LATIN, "ely"), arena);
    struct slice spec = arena_format(arena, "%s/spec.yaml", place.folder),
                 other = arena_format(arena, "%s/other.csv", place.folder),
                 around = arena_format(arena, "%s/./people.csv", place.folder);
    struct slice twice[2] = {place.file, around};
    const struct {
        struct link_files_request request;
        const char *words;
    } cases[] = {
        {{.clusters = around}, "--clusters would write over"},
        {{.save_model = spec}, "--save-model would write over"},
        {{.clusters = other, .pairs = other}, "--clusters and --pairs would both write"},
        {{.pairs = slice_of(place.folder)}, "is a folder; name a file in it"},
        {{.report = S("/no/such/folder/x.html")}, "there is no folder"},
        {{.files = twice, .file_count = 2}, "is given twice"},
        {{.files = &(struct slice)S_INIT("/dev/null"), .file_count = 1, .truth = S("id")}, "can be read only once"},
        {{.files = &(struct slice)S_INIT("/dev/null"), .file_count = 1}, "the file is empty"}};
    struct error err = NO_ERROR;
    assert_true(host_write_file(host_real(), spec, slice_of(specification), &err));
    for (size_t i = 0; i < countof(cases); i++) {
        struct link_files_request request = cases[i].request;
        struct buffer out = buffer_make(arena);
        request.host = host_real();
        request.specification = spec;
        if (request.file_count == 0) {
            request.files = &place.file;
            request.file_count = 1;
        }
        assert_false(link_files(&request, &out, &err));
        if (!strstr(err.text, cases[i].words))
            fail_msg("“%s” does not say “%s”", err.text, cases[i].words);
        assert_false(host_exists(other));
    }
    assert_true(host_delete(host_real(), spec, &err));
    take(&place);
}

static void a_rule_that_puts_all_in_one_block_is_named_before_any_pair_is_made(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct link_spec *spec = read_spec(
        "columns: {last: family_name, born: date, town: place}\nblocking: [town, born]\nblock_cap: 0\n", arena);
    struct link_records *records = link_records_make(spec, arena);
    uint64_t random = 8;
    for (unsigned i = 0; i < 3000; i++) {
        char last[16], born[16];
        (void)snprintf(last, sizeof last, "n%u", (unsigned)(next_random(&random) % 900));
        (void)snprintf(born, sizeof born, "19%02u-01-01", (unsigned)(next_random(&random) % 90) + 10);
        ADD(records, "a", last, last, born, "ely");
    }
    struct link_options options = {.threads = 2, .pair_limit = 1000000};
    struct link_model *model;
    struct link_training training;
    struct error err = NO_ERROR;
    size_t before = arena_used(arena);
    assert_false(link_train(records, &options, arena, &model, &training, &err));
    assert_int_equal(err.code, ERROR_TOO_BIG);
    if (!strstr(err.text, "“town” (4498500 pairs by itself)") || !strstr(err.text, "1000000"))
        fail_msg("“%s” does not name the rule, its pairs and the limit", err.text);
    assert_true(arena_used(arena) - before < 64u << 20);
    arena_free(arena);
}

static void a_field_of_ten_megabytes_is_refused_by_its_line(void **state)
{
    (void)state;
    for (unsigned quoted = 0; quoted < 2; quoted++) {
        struct arena *arena = arena_make(0);
        struct buffer out = buffer_make(arena);
        buffer_add(&out, S("id,first,last,born,town\n1,ann,fen,1950-01-01,ely\n2,"));
        if (quoted)
            buffer_add_byte(&out, '"');
        for (unsigned i = 0; i < 2600000; i++)
            buffer_add(&out, S("ab c"));
        if (quoted)
            buffer_add_byte(&out, '"');
        buffer_add(&out, S(",fen,1950-01-01,ely\n3,ann,fen,1950-01-01,ely\n"));
        refused(buffer_slice(&out), arena,
                quoted ? "3: a quoted field is never closed, or is longer" : "3: a field is longer");
    }
}

/* From memory there is no such limit: it is compared by its beginning, in no more than the usual time. */
static void a_value_of_ten_megabytes_in_memory_is_linked(void **state)
{
    (void)state;
    enum { LONG = 10 << 20 };
    struct linkage *linkage = linkage_make();
    char *text = malloc(LONG + 1);
    assert_non_null(text);
    for (size_t i = 0; i < LONG; i++)
        text[i] = i % 5 == 4 ? ' ' : (char)('a' + i * 7 % 13);
    text[LONG] = 0;
    assert_int_equal(linkage_specify(linkage, specification), 0);
    assert_int_equal(linkage_add(linkage, "a", "1", (const char *[]){text, "fen", "1950-01-01", text}), 0);
    text[LONG - 1] = 'z';
    assert_int_equal(linkage_add(linkage, "a", "2", (const char *[]){text, "fen", "1950-01-01", text}), 0);
    for (unsigned i = 0; i < 40; i++)
        assert_int_equal(
            linkage_add(linkage, "a", "3", (const char *[]){latin_first[i % 10], latin_last[i % 12], NULL, NULL}), 0);
    if (linkage_run(linkage))
        fail_msg("%s", linkage_error(linkage));
    assert_int_equal(linkage_records(linkage), 42);
    linkage_free(linkage);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_columns_of_one_name_are_refused_by_name),
        cmocka_unit_test(an_empty_constant_or_unique_column_says_nothing_and_hurts_nobody),
        cmocka_unit_test(a_column_that_is_empty_everywhere_links_nothing),
        cmocka_unit_test(names_of_any_script_are_linked),
        cmocka_unit_test(blocking_functions_take_letters_of_any_script),
        cmocka_unit_test(ids_that_repeat_are_said_and_their_records_linked),
        cmocka_unit_test(dates_in_another_order_than_the_one_that_is_read_are_said),
        cmocka_unit_test(files_that_get_in_each_others_way_are_refused_by_name),
        cmocka_unit_test(a_rule_that_puts_all_in_one_block_is_named_before_any_pair_is_made),
        cmocka_unit_test(a_field_of_ten_megabytes_is_refused_by_its_line),
        cmocka_unit_test(a_value_of_ten_megabytes_in_memory_is_linked),
    };
    return cmocka_run_group_tests_name("link/bad_input", tests, NULL, NULL);
}
