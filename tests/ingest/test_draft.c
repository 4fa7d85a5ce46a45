#include "world.h"

#include "base/fault_host.h"
#include "ingest/draft.h"

static struct slice draft(struct arena *arena, struct slice text)
{
    struct error err;
    struct slice yaml;
    char folder[64];
    fault_temporary_folder(folder);
    struct slice path = arena_format(arena, "%s/Housing List 2026.csv", folder);
    GOOD(host_write_file(host_real(), path, text, &err));
    struct draft_options options = {.host = host_real(), .path = path};
    bool done = source_draft(&options, arena, &yaml, &err);
    fault_remove_tree(slice_of(folder));
    both_good(done, &err, __FILE__, __LINE__);
    return yaml;
}

static void a_draft_is_a_contract_but_for_what_only_a_person_knows(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct buffer text = buffer_make(arena);
    buffer_add(&text, S("Ref No;Surname;First Name;D.O.B.;NHS No;Post Code;Band;Rent;Notes, misc\n"));
    for (int i = 0; i < 500; i++)
        buffer_format(&text, "H%05d;Reed%d;Ann;%02d/%02d/%d;%s;NR%d 3AA;%c;%d.50;\n", i, i % 40, i % 28 + 1, i % 12 + 1,
                      1930 + i % 60, i % 2 ? "9990000018" : "999 000 0026", i % 9 + 1, "ABC"[i % 3], i % 7);
    struct slice yaml = draft(arena, buffer_slice(&text));
    struct source source;
    struct error err;
    if (!contract_read(yaml, S("draft.yaml"), arena, &source, &err))
        fail_msg("%u:%u %s\n%.*s", (unsigned)err.line, (unsigned)err.column, err.text, PRINT(yaml));
    assert_true(slice_equal(source.name, S("housing_list_2026")));
    assert_int_equal(source.column_count, 9);
    assert_int_equal(source.delimiter, ';');
    assert_true(source.columns[0].key && !source.columns[1].key);
    assert_true(slice_equal(source.columns[3].name, S("d_o_b")));
    assert_int_equal(source.columns[3].type, TYPE_DATE);
    assert_int_equal(source.columns[3].date_form.order, DATE_DMY);
    assert_int_equal(source.columns[4].checks, CHECK_NHS_NUMBER);
    assert_int_equal(source.columns[4].attribute, ATTRIBUTE_PERSON_NHS_NUMBER);
    assert_int_equal(source.columns[5].checks, CHECK_POSTCODE);
    assert_int_equal(source.columns[6].allowed_count, 3);
    assert_int_equal(source.columns[7].type, TYPE_DECIMAL);
    assert_int_equal(source.columns[1].attribute, ATTRIBUTE_PERSON_FAMILY_NAME);
    assert_int_equal(source.columns[2].attribute, ATTRIBUTE_PERSON_GIVEN_NAME);
    assert_true(slice_equal(source.agency, S("AGENCY")));
    /* No value of a row but those of code lists. */
    assert_int_equal(slice_search(yaml, S("Reed")), yaml.len);
    assert_int_equal(slice_search(yaml, S("999000")), yaml.len);
    arena_free(arena);
}

static void headings_that_are_strange_become_names(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct slice yaml = draft(arena, S("record,,\"a \"\"b\"\" \\ c\",2nd line,record\n1,2,3,4,5\n1,3,3,4,5\n"));
    struct source source;
    struct error err;
    if (!contract_read(yaml, S("draft.yaml"), arena, &source,
                       &err)) /* the empty heading and the double one are found by the reader */
        assert_says(slice_of(err.text), "belongs to the column");
    yaml = draft(arena, S("record,\"a \"\"b\"\" \\ c\",2nd line\n1,3,4\n1,3,4\n"));
    if (!contract_read(yaml, S("draft.yaml"), arena, &source, &err))
        fail_msg("%u:%u %s\n%.*s", (unsigned)err.line, (unsigned)err.column, err.text, PRINT(yaml));
    assert_true(slice_equal(source.columns[0].name, S("record_1")));
    assert_true(slice_equal(source.columns[1].header, S("a \"b\" \\ c")));
    assert_says(yaml, "no single column tells every row apart");
    arena_free(arena);
}

static void a_file_with_nothing_in_it_gives_one_sentence(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err;
    struct slice yaml;
    struct draft_options options = {.host = host_real(), .path = S("/dev/null")};
    assert_false(source_draft(&options, arena, &yaml, &err));
    assert_says(slice_of(err.text), "empty");
    options.path = S("/no/such/file.csv");
    assert_false(source_draft(&options, arena, &yaml, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_draft_is_a_contract_but_for_what_only_a_person_knows),
        cmocka_unit_test(headings_that_are_strange_become_names),
        cmocka_unit_test(a_file_with_nothing_in_it_gives_one_sentence),
    };
    return cmocka_run_group_tests_name("draft", tests, NULL, NULL);
}
