#include "ingest/checker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const char contract[] =
    "apiVersion: v3.0.2\n"
    "kind: DataContract\n"
    "id: things\n"
    "version: 1.0.0\n"
    "schema:\n"
    "  - name: things\n"
    "    properties:\n"
    "      - {name: a, logicalType: string, primaryKey: true}\n"
    "      - {name: b, logicalType: integer, primaryKey: true, logicalTypeOptions: {minimum: -5, maximum: 99}}\n"
    "      - {name: nhs, logicalType: string, quality: [{rule: nhsNumber}]}\n"
    "      - {name: uprn, logicalType: string, quality: [{rule: uprn}]}\n"
    "      - {name: postcode, logicalType: string, quality: [{rule: postcode}]}\n"
    "      - {name: d, logicalType: date, logicalTypeOptions: {format: dd/mm/yyyy, partial: true, minimum: 1900-01-01, "
    "maximum: "
    "2030-12-31}, quality: [{rule: notFuture}]}\n"
    "      - {name: money, logicalType: number, logicalTypeOptions: {minimum: 0}}\n"
    "      - {name: yes, logicalType: boolean, logicalTypeOptions: {trueWords: [J], falseWords: [N]}}\n"
    "      - {name: plain, logicalType: boolean}\n"
    "      - {name: short, logicalType: string, logicalTypeOptions: {maxLength: 4}}\n"
    "staithe: {agency: x, agreement: y, subject: person, delivery: snapshot}\n";

struct scene {
    struct arena *arena;
    struct source source;
    struct checker *checker;
};

static void scene_make(struct scene *s)
{
    struct error err;
    s->arena = arena_make(0);
    if (!contract_read(slice_of(contract), S("things.yaml"), s->arena, &s->source, &err))
        fail_msg("%u %s", (unsigned)err.line, err.text);
    s->checker = checker_make(&s->source, (struct date){2026, 11, 27}, s->arena);
}

/* A row as the CSV reader gives it: fields between bars. */
static struct csv_row row_of(struct arena *arena, const char *text)
{
    struct slice *fields = arena_array(arena, struct slice, 64);
    struct slice rest = slice_of(text), part;
    size_t count = 0;
    while (slice_cut(&rest, '|', &part))
        fields[count++] = part;
    return (struct csv_row){.fields = fields, .count = count, .line = 7};
}

static void each_rule_names_its_column_and_itself(void **state)
{
    (void)state;
    static const struct {
        const char *row, *column, *rule; /* rule NULL: the row is good */
    } rows[] = {
        {"k|1|9990000018|100|nr1 3aa|03/02/1952|12.5|J|yes|abcd", NULL, NULL},
        {"k|1||||||||", NULL, NULL},
        {"|1||||||||", "a", "required"},
        {"k|x||||||||", "b", "type"},
        {"k|1.5||||||||", "b", "type"},
        {"k|100||||||||", "b", "range"},
        {"k|-6||||||||", "b", "range"},
        {"k|1|9990000019|||||||", "nhs", "nhsNumber"},
        {"k|1||12x||||||", "uprn", "uprn"},
        {"k|1||1234567890123||||||", "uprn", "uprn"},
        {"k|1|||ZZ|||||", "postcode", "postcode"},
        {"k|1||||31/02/1952||||", "d", "type"},
        {"k|1||||1952-02-03||||", NULL, NULL},
        {"k|1||||02/1952||||", NULL, NULL},
        {"k|1||||1952||||", NULL, NULL},
        {"k|1||||31/12/1899||||", "d", "range"},
        {"k|1||||01/01/1900||||", NULL, NULL},
        {"k|1||||27/11/2026||||", NULL, NULL},
        {"k|1||||28/11/2026||||", "d", "notFuture"},
        {"k|1||||01/01/2031||||", "d", "range"},
        {"k|1|||||-0.01|||", "money", "range"},
        {"k|1|||||twelve|||", "money", "type"},
        {"k|1||||||X||", "yes", "type"},
        {"k|1||||||n||", NULL, NULL},
        {"k|1|||||||perhaps|", "plain", "type"},
        {"k|1||||||||abcde", "short", "length"},
        {"k|1||||||||\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", NULL, NULL},
        {"k|1||||||||a\x01", "short", "text"},
        {"k|1||||||||a\x1f", "short", "text"},
        {"k|1||||||||a\xef\xbf\xbd", "short", "text"},
        {"k|1||||||||a\tb", NULL, NULL},
        {"k|1|||||||||", "", "row"},
        {"k|1", "", "row"},
    };
    struct scene s;
    scene_make(&s);
    for (size_t i = 0; i < countof(rows); i++) {
        struct checked_row checked;
        struct csv_row row = row_of(s.arena, rows[i].row);
        checker_row(s.checker, &row, &checked);
        if (!rows[i].rule) {
            if (!checked.good)
                fail_msg("%s: %s %.*s", rows[i].row, checked.faults[0].rule, PRINT(checked.faults[0].reason));
            continue;
        }
        if (checked.good)
            fail_msg("%s is good", rows[i].row);
        assert_string_equal(checked.faults[0].rule, rows[i].rule);
        if (rows[i].column[0])
            assert_true(slice_equal(checked.faults[0].column->name, slice_of(rows[i].column)));
        else
            assert_null(checked.faults[0].column);
        assert_true(checked.faults[0].reason.len > 0);
    }
    arena_free(s.arena);
}

static void values_have_one_written_form(void **state)
{
    (void)state;
    static const char *const same[] = {
        "k|7|9990000018|100|NR1 3AA|03/02/1952|12.5|J|1|ab",
        "k|07|999 000 0018|0100|nr13aa|3.2.1952|12.50|j|YES|ab",
        " k |+7|999-000-0018|100|NR1  3AA|1952-02-03|012.5|J|true| ab ",
    };
    struct scene s;
    struct checked_row first, checked;
    scene_make(&s);
    struct csv_row row = row_of(s.arena, same[0]);
    checker_row(s.checker, &row, &first);
    assert_true(first.good);
    uint64_t typed = first.typed, key = first.key_hash[0], raw = first.raw;
    for (size_t i = 1; i < countof(same); i++) {
        row = row_of(s.arena, same[i]);
        checker_row(s.checker, &row, &checked);
        if (!checked.good)
            fail_msg("%s: %s %.*s", same[i], checked.faults[0].rule, PRINT(checked.faults[0].reason));
        assert_true(checked.typed == typed && checked.key_hash[0] == key);
        assert_true(checked.raw != raw);
        assert_true(slice_equal(checked.values[2].text, S("9990000018")));
        assert_true(slice_equal(checked.values[3].text, S("100")));
        assert_true(slice_equal(checked.values[4].text, S("NR1 3AA")));
        assert_true(slice_equal(checked.values[5].text, S("1952-02-03")));
        assert_int_equal(checked.values[7].integer, 1);
    }
    arena_free(s.arena);
}

static void any_other_value_makes_another_hash(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "k|7||||||||",  "k|7||100||||||", "k|7||||||||100", "k|7||||1952||||", "k|7||||||||1952",
        "k|7|||||1|||", "k|7||||||J||",   "k|7|||||||1|",   "k|7||||||N||",    "k|8||||||||",
    };
    struct scene s;
    uint64_t typed[countof(rows)], raw[countof(rows)];
    scene_make(&s);
    for (size_t i = 0; i < countof(rows); i++) {
        struct checked_row checked, quick;
        struct csv_row row = row_of(s.arena, rows[i]);
        checker_row(s.checker, &row, &checked);
        assert_true(checked.good);
        typed[i] = checked.typed;
        raw[i] = checked.raw;
        uint64_t key[2] = {checked.key_hash[0], checked.key_hash[1]};
        assert_true(slice_equal(checked.key, i < countof(rows) - 1 ? S("k\x1f"
                                                                       "7")
                                                                   : S("k\x1f"
                                                                       "8")));
        /* The short way gives the same key and the same raw hash. */
        assert_true(checker_key(s.checker, &row, &quick));
        assert_true(quick.raw == raw[i] && quick.key_hash[0] == key[0] && quick.key_hash[1] == key[1]);
        for (size_t k = 0; k < i; k++)
            assert_true(typed[i] != typed[k] && raw[i] != raw[k]);
    }
    arena_free(s.arena);
}

static void all_faults_of_a_row_are_told(void **state)
{
    (void)state;
    struct scene s;
    struct checked_row checked;
    scene_make(&s);
    struct csv_row row = row_of(s.arena, "k|100|1|x|ZZ|99|-1|X|?|toolong");
    checker_row(s.checker, &row, &checked);
    assert_int_equal(checked.fault_count, MOST_FAULTS);
    assert_false(checked.key_read);
    arena_free(s.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_names_its_column_and_itself),
        cmocka_unit_test(values_have_one_written_form),
        cmocka_unit_test(any_other_value_makes_another_hash),
        cmocka_unit_test(all_faults_of_a_row_are_told),
    };
    return cmocka_run_group_tests_name("checker", tests, NULL, NULL);
}
