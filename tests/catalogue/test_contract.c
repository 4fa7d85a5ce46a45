#include "altered.h"
#include "catalogue/catalogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const char good[] = "apiVersion: v3.0.2\n"
                           "kind: DataContract\n"
                           "id: bus_passes\n"
                           "name: Bus passes\n"
                           "version: 1.2.0\n"
                           "description:\n"
                           "  purpose: Who holds a pass.\n"
                           "schema:\n"
                           "  - name: bus_passes\n"
                           "    physicalType: csv\n"
                           "    properties:\n"
                           "      - name: pass\n"
                           "        physicalName: Pass No\n"
                           "        logicalType: string\n"
                           "        primaryKey: true\n"
                           "      - name: surname\n"
                           "        description: Surname\n"
                           "        logicalType: string\n"
                           "        logicalTypeOptions: {maxLength: 60}\n"
                           "      - name: born\n"
                           "        logicalType: date\n"
                           "        logicalTypeOptions: {format: dd/mm/yy, pivotYear: 2026, minimum: 1900-01-01}\n"
                           "        quality:\n"
                           "          - rule: notFuture\n"
                           "      - name: kind\n"
                           "        logicalType: string\n"
                           "        classification: restricted\n"
                           "        quality:\n"
                           "          - rule: validValues\n"
                           "            validValues: [Older, Disabled]\n"
                           "      - name: journeys\n"
                           "        logicalType: integer\n"
                           "        logicalTypeOptions: {minimum: 0, maximum: 9999}\n"
                           "      - name: live\n"
                           "        logicalType: boolean\n"
                           "        logicalTypeOptions: {trueWords: [\"Y\"], falseWords: [\"N\"]}\n"
                           "slaProperties:\n"
                           "  - {property: frequency, value: 5, unit: w}\n"
                           "  - {property: retention, value: 2, unit: y}\n"
                           "staithe:\n"
                           "  agency: council\n"
                           "  agreement: bus_pass_supply\n"
                           "  subject: person\n"
                           "  delivery: delta\n"
                           "  removed: {column: kind, value: Disabled}\n"
                           "  hold_when_closing_more_than: 2.5%\n"
                           "  as_at_column: born\n"
                           "  file: {encoding: windows-1252, delimiter: \"|\"}\n"
                           "  attributes:\n"
                           "    person.family_name: surname\n"
                           "    person.birth_date: {column: born}\n";

static void a_good_contract_is_read_to_the_last_word(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct source s;
    struct error err;
    if (!contract_read(slice_of(good), S("bus_passes.yaml"), arena, &s, &err))
        fail_msg("%llu:%llu %s", (unsigned long long)err.line, (unsigned long long)err.column, err.text);
    assert_true(slice_equal(s.name, S("bus_passes")));
    assert_true(slice_equal(s.title, S("Bus passes")));
    assert_true(slice_equal(s.about, S("Who holds a pass.")));
    assert_int_equal(s.column_count, 6);
    assert_true(slice_equal(s.columns[0].header, S("Pass No")));
    assert_true(slice_equal(s.columns[0].title, S("Pass")));
    assert_true(s.columns[0].key && s.columns[0].required);
    assert_int_equal(s.columns[1].longest, 60);
    assert_int_equal(s.columns[1].attribute, ATTRIBUTE_PERSON_FAMILY_NAME);
    assert_int_equal(s.columns[2].date_form.order, DATE_DMY);
    assert_int_equal(s.columns[2].date_form.pivot_year, 2026);
    assert_int_equal(s.columns[2].earliest.year, 1900);
    assert_int_equal(s.columns[2].checks, CHECK_NOT_FUTURE);
    assert_int_equal(s.columns[3].allowed_count, 2);
    assert_true(s.columns[3].sensitive);
    assert_true(s.columns[4].has_low && s.columns[4].low == 0 && s.columns[4].high == 9999);
    assert_int_equal(s.columns[5].true_count, 1);
    assert_int_equal(s.fresh_days, 35);
    assert_int_equal(s.keep_days, 732);
    assert_true(s.hold_share > 0.0249 && s.hold_share < 0.0251);
    assert_int_equal(s.delimiter, '|');
    assert_true(s.encoding_given && s.encoding == TEXT_WINDOWS_1252);
    assert_true(slice_equal(s.removed_value, S("Disabled")));
    assert_true(source_attribute(&s, ATTRIBUTE_PERSON_BIRTH_DATE) == &s.columns[2]);
    assert_null(source_attribute(&s, ATTRIBUTE_PLACE_UPRN));
    assert_true(slice_equal(s.row_title, S("Bus passes")));
    arena_free(arena);
}

static void each_fault_is_one_sentence_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *sentence;
        const char *at; /* what stands on the line that the sentence names, in the altered text */
    } faults[] = {
        {"physicalName", "physicalNam", "did you mean \"physicalName\"", "physicalNam:"},
        {"description: Surname", "descripton: Surname", "did you mean \"description\"", "descripton"},
        {"delivery:", "delivry:", "did you mean \"delivery\"", "delivry"},
        {"logicalType: integer", "logicalType: intger", "did you mean \"integer\"", "intger"},
        {"        logicalType: integer\n", "", "says no logicalType", "- name: journeys"},
        {"logicalType: boolean", "logicalType: array", "must be string, integer, number, date or boolean", "array"},
        {"person.family_name", "person.famly_name", "did you mean \"person.family_name\"", "person.famly_name"},
        {"person.family_name", "family_name", "did you mean \"person.family_name\"", "    family_name"},
        {"person.family_name", "vehicle.colour", "is no standard attribute", "vehicle.colour"},
        {"family_name: surname", "family_name: surnme", "did you mean \"surname\"", "surnme"},
        {"birth_date: {column: born}", "birth_date: surname", "is mapped to person.family_name already",
         "birth_date: surname"},
        {"birth_date: {column: born}", "birth_date: {column: kind}", "is a date, and the column kind is not",
         "column: kind}\n"},
        {"birth_date: {column: born}", "birth_date: {column: born, verified: true}",
         "only an identifier can be verified", "verified"},
        {"primaryKey: true", "primaryKey: false", "no column is the key", "- name: pass\n"},
        {"primaryKey: true", "primaryKey: maybe", "must be true or false", "maybe"},
        {"- name: surname", "- name: Surname", "small letter", "- name: Surname"},
        {"- name: surname", "- name: record", "may not be called record", "- name: record"},
        {"- name: surname", "- name: pass", "two columns are called pass", "- name: pass\n        description"},
        {"description: Surname", "physicalName: PASS NO", "belongs to the column pass already", "PASS NO"},
        {"dd/mm/yy,", "dd/mm/yyy,", "date format \"dd/mm/yyy\" is not known", "dd/mm/yyy"},
        {"pivotYear: 2026, ", "", "years of two digits", "dd/mm/yy"},
        {"{maxLength: 60}", "{format: dd/mm/yyyy}", "format is for a date", "{format: dd/mm/yyyy}"},
        {"maxLength: 60", "maxLength: many", "whole number", "many"},
        {"minimum: 0, maximum: 9999", "minimum: 9, maximum: 1", "maximum is below the minimum", "minimum: 9"},
        {"rule: notFuture", "rule: notFutur", "did you mean \"notFuture\"", "notFutur"},
        {"rule: notFuture", "rule: uprn", "is a check of strings", "rule: uprn"},
        {"            validValues: [Older, Disabled]\n", "", "needs its list", "rule: validValues"},
        {"unit: w", "unit: fortnight", "is not known; write d, w, m or y", "fortnight"},
        {"property: retention", "property: retension", "did you mean \"retention\"", "retension"},
        {"2.5%", "250%", "is no share", "250%"},
        {"delivery: delta", "delivery: snapshot", "a snapshot removes a record by leaving it out", "removed:"},
        {"subject: person", "subject: persn", "did you mean \"person\"", "persn"},
        {"  subject: person\n", "", "does not say whom the records are about", "agency: council"},
        {"as_at_column: born", "as_at_column: kind", "is no date", "as_at_column"},
        {"delimiter: \"|\"", "delimiter: \"||\"", "one character", "||"},
        {"windows-1252", "latin-9", "must be utf-8, windows-1252", "latin-9"},
        {"apiVersion: v3.0.2", "apiVersion: v2.2.2", "follow version 3", "apiVersion"},
        {"kind: DataContract", "kind: Contract", "kind of a contract is DataContract", "kind:"},
        {"id: bus_passes", "id: Bus-Passes", "small letter", "id:"},
        {"  delivery: delta\n", "  delivery: delta\n  gazetteer: true\n", "the gazetteer is a list of homes",
         "gazetteer"},
        {"name: Bus passes", "name: [Bus passes]", "must be a text", "name: [Bus"},
        {"    properties:", "    properties: []\n    x:", "has no key \"x\"", "    x:"},
    };
    for (size_t i = 0; i < countof(faults); i++) {
        struct arena *arena = arena_make(0);
        struct slice text = altered(arena, slice_of(good), faults[i].from, faults[i].to);
        struct source s;
        struct error err = NO_ERROR;
        if (contract_read(text, S("sources/bus_passes.yaml"), arena, &s, &err))
            fail_msg("fault %zu, %s, was read as good", i, faults[i].to);
        if (slice_search(slice_of(err.text), slice_of(faults[i].sentence)) == strlen(err.text))
            fail_msg("fault %zu, %s: %s", i, faults[i].to, err.text);
        if (err.line != line_of(text, faults[i].at))
            fail_msg("fault %zu, %s: line %llu, not %u: %s", i, faults[i].to, (unsigned long long)err.line,
                     line_of(text, faults[i].at), err.text);
        assert_string_equal(err.file, "sources/bus_passes.yaml");
        assert_true(err.column > 0);
        assert_int_equal(err.code, ERROR_INPUT);
        assert_null(strchr(err.text, '\n'));
        arena_free(arena);
    }
}

static void what_is_no_contract_at_all_is_refused(void **state)
{
    (void)state;
    const char *texts[] = {"", "just words", "- a\n- b\n", "{", "\xff\xfe\x01", "a: &x 1\nb: *x\n"};
    for (size_t i = 0; i < countof(texts); i++) {
        struct arena *arena = arena_make(0);
        struct source s;
        struct error err = NO_ERROR;
        assert_false(contract_read(slice_of(texts[i]), S("x.yaml"), arena, &s, &err));
        assert_true(err.text[0] != 0);
        arena_free(arena);
    }
}

static void a_contract_of_another_tool_with_more_of_the_standard_is_read(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct slice text =
        altered(arena, slice_of(good), "schema:\n",
                "domain: travel\nteam:\n  - username: jo\nprice: {priceAmount: 0}\nservers:\n  - server: x\nschema:\n");
    text = altered(arena, text, "        logicalType: integer\n",
                   "        logicalType: integer\n        examples: [12]\n        tags: [a]\n");
    struct source s;
    struct error err;
    assert_true(contract_read(text, S("x.yaml"), arena, &s, &err));
    arena_free(arena);
}

static void attributes_find_their_names_and_their_neighbours(void **state)
{
    (void)state;
    enum attribute a;
    for (int i = 0; i < ATTRIBUTE_COUNT; i++) {
        assert_true(attribute_find(attribute_name((enum attribute)i), &a) && a == (enum attribute)i);
        assert_true(attribute_title((enum attribute)i).len > 0);
    }
    assert_false(attribute_find(S("person"), &a));
    assert_true(slice_empty(attribute_name(ATTRIBUTE_NONE)));
    assert_true(slice_equal(attribute_link_kind(ATTRIBUTE_PERSON_BIRTH_DATE), S("date")));
    assert_true(slice_empty(attribute_link_kind(ATTRIBUTE_EVENT_TEXT)));
    assert_true(slice_equal(attribute_nearest(S("person.given_nam")), S("person.given_name")));
    assert_true(slice_equal(attribute_nearest(S("postcode")), S("place.postcode")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_contract_is_read_to_the_last_word),
        cmocka_unit_test(each_fault_is_one_sentence_with_its_place),
        cmocka_unit_test(what_is_no_contract_at_all_is_refused),
        cmocka_unit_test(a_contract_of_another_tool_with_more_of_the_standard_is_read),
        cmocka_unit_test(attributes_find_their_names_and_their_neighbours),
    };
    return cmocka_run_group_tests_name("contract", tests, NULL, NULL);
}
