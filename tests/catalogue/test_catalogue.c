#include "catalogue/catalogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "altered.h"
#include "base/host.h"

#include <cmocka.h>

static const char county[] = "county: Testshire\n"
                             "agencies:\n"
                             "  council: The Council\n"
                             "  icb: The Board\n"
                             "purposes:\n"
                             "  assessment: {title: Assessment}\n"
                             "roles:\n"
                             "  social_worker:\n"
                             "    title: Social worker\n"
                             "    may: [search, view]\n"
                             "    purposes: [assessment]\n";
static const char people[] = "apiVersion: v3.0.2\n"
                             "kind: DataContract\n"
                             "id: people\n"
                             "version: 1.0.0\n"
                             "schema:\n"
                             "  - name: people\n"
                             "    properties:\n"
                             "      - {name: number, logicalType: string, primaryKey: true}\n"
                             "      - {name: uprn, logicalType: string}\n"
                             "staithe:\n"
                             "  agency: council\n"
                             "  agreement: care\n"
                             "  subject: home\n"
                             "  delivery: snapshot\n"
                             "  gazetteer: true\n"
                             "  attributes:\n"
                             "    place.uprn: uprn\n";
static const char care[] = "agreement: care\n"
                           "title: Care\n"
                           "between: [council, icb]\n"
                           "purposes: [assessment]\n"
                           "lawful_basis: Article 6(1)(e)\n"
                           "from: 2026-01-01\n"
                           "until: 2028-12-31\n"
                           "review: 2027-06-30\n"
                           "clauses:\n"
                           "  - clause: \"1\"\n"
                           "    source: people\n"
                           "    roles: [social_worker]\n"
                           "    show: [number]\n"
                           "  - clause: \"2\"\n"
                           "    source: recorded_visits\n"
                           "    roles: [social_worker]\n"
                           "    show: all\n";

struct place {
    struct arena *arena;
    struct slice folder;
};

static int make(void **state)
{
    struct arena *arena = arena_make(0);
    struct place *place = arena_new(arena, struct place);
    char path[] = "/tmp/staithe-catalogue-XXXXXX";
    must(mkdtemp(path));
    *place = (struct place){arena, arena_copy(arena, slice_of(path))};
    *state = place;
    return 0;
}

static int unmake(void **state)
{
    struct place *place = *state;
    char command[200];
    snprintf(command, sizeof command, "rm -r '%.*s'", PRINT(place->folder));
    int status = system(command);
    arena_free(place->arena);
    return status;
}

static void put(struct place *place, const char *name, struct slice text)
{
    struct error err;
    struct slice path = arena_format(place->arena, "%.*s/%s", PRINT(place->folder), name);
    must(host_write_file(host_real(), path, text, &err));
}

static void put_all(struct place *place)
{
    struct error err;
    must(host_make_folder(host_real(), arena_format(place->arena, "%.*s/sources", PRINT(place->folder)), &err));
    must(host_make_folder(host_real(), arena_format(place->arena, "%.*s/agreements", PRINT(place->folder)), &err));
    put(place, "county.yaml", slice_of(county));
    put(place, "sources/people.yaml", slice_of(people));
    put(place, "agreements/care.yaml", slice_of(care));
}

static void a_county_is_read_whole(void **state)
{
    struct place *place = *state;
    struct catalogue *c;
    struct error err;
    put_all(place);
    put(place, "sources/README.md", S("words for people"));
    assert_true(catalogue_read(place->folder, place->arena, &c, &err));
    assert_int_equal(c->agency_count, 2);
    assert_int_equal(c->source_count, 1);
    assert_int_equal(catalogue_role(c, S("social_worker"))->abilities, ABILITY_SEARCH | ABILITY_VIEW);
    assert_true(catalogue_source(c, S("people"))->gazetteer);
    assert_null(catalogue_source(c, S("recorded_visits")));
    assert_true(source_is_built_in(S("recorded_visits")));
    struct catalogue *again;
    assert_true(catalogue_read(place->folder, place->arena, &again, &err));
    assert_true(digest_equal(&c->digest, &again->digest));
    put(place, "agreements/care.yaml", altered(place->arena, slice_of(care), "2028", "2029"));
    assert_true(catalogue_read(place->folder, place->arena, &again, &err));
    assert_false(digest_equal(&c->digest, &again->digest));
}

static void what_does_not_hang_together_is_refused_with_its_place(void **state)
{
    struct place *place = *state;
    static const struct {
        const char *file, *base, *from, *to, *sentence;
    } faults[] = {
        {"agreements/care.yaml", care, "source: people", "source: peple",
         "is no source of this county; did you mean \"people\""},
        {"agreements/care.yaml", care, "show: [number]", "show: [nmber]",
         "is no column of people; did you mean \"number\""},
        {"agreements/care.yaml", care, "roles: [social_worker]", "roles: [socal_worker]",
         "did you mean \"social_worker\""},
        {"agreements/care.yaml", care, "between: [council, icb]", "between: [council, icbb]",
         "is no agency of county.yaml"},
        {"agreements/care.yaml", care, "between: [council, icb]", "between: [icb]",
         "is no party to the agreement care"},
        {"agreements/care.yaml", care, "purposes: [assessment]", "purposes: [assesment]",
         "did you mean \"assessment\""},
        {"agreements/care.yaml", care, "agreement: care", "agreement: caring", "its file is care.yaml"},
        {"agreements/care.yaml", care, "source: people", "source: contact_notes",
         "no clause of the agreement care is about people"},
        {"sources/people.yaml", people, "agency: council", "agency: counsil", "did you mean \"council\""},
        {"sources/people.yaml", people, "agreement: care", "agreement: core", "did you mean \"care\""},
        {"sources/people.yaml", people, "id: people", "id: persons", "its file is people.yaml"},
        {"county.yaml", county, "may: [search, view]", "may: [search, veiw]", "did you mean \"view\""},
        {"county.yaml", county, "    purposes: [assessment]", "    purposes: [assesment]",
         "did you mean \"assessment\""},
        {"county.yaml", county, "county: Testshire", "county: Testshire\ncolour: green", "a colour is written like"},
        {"county.yaml", county, "  icb: The Board", "  icb: [The Board]", "an agency is written"},
        {"county.yaml", county, "agencies:", "agences:", "did you mean \"agencies\""},
    };
    for (size_t i = 0; i < countof(faults); i++) {
        struct catalogue *c;
        struct error err;
        put_all(place);
        put(place, faults[i].file, altered(place->arena, slice_of(faults[i].base), faults[i].from, faults[i].to));
        if (catalogue_read(place->folder, place->arena, &c, &err))
            fail_msg("fault %zu, %s, was read as good", i, faults[i].to);
        if (slice_search(slice_of(err.text), slice_of(faults[i].sentence)) == strlen(err.text))
            fail_msg("fault %zu, %s: %s", i, faults[i].to, err.text);
        assert_true(err.line > 0 && err.column > 0 && err.file[0] != 0);
    }
}

static void a_file_is_held_against_the_county_in_the_place_of_the_one_of_its_name(void **state)
{
    struct place *place = *state;
    struct catalogue *c;
    struct error err;
    put_all(place);
    struct slice later = altered(place->arena, slice_of(care), "2028", "2029");
    struct slice wrong = altered(place->arena, later, "show: [number]", "show: [nmber]");
    struct slice pupils = altered(place->arena, altered(place->arena, slice_of(people), "id: people", "id: pupils"),
                                  "  gazetteer: true\n", "");
    struct slice schools =
        altered(place->arena, altered(place->arena, slice_of(care), "agreement: care", "agreement: schools"),
                "source: people", "source: pupils");
    struct catalogue_file files[] = {{S("/elsewhere/draft.yaml"), later, true}, {S("p.yaml"), pupils, false}};
    assert_true(catalogue_read_with(place->folder, files, 1, place->arena, &c, &err));
    assert_int_equal(c->agreement_count, 1);
    assert_int_equal(catalogue_agreement(c, S("care"))->until.year, 2029);

    files[0].text = wrong;
    assert_false(catalogue_read_with(place->folder, files, 1, place->arena, &c, &err));
    assert_string_equal(err.file, "/elsewhere/draft.yaml");
    assert_int_equal(err.line, line_of(wrong, "nmber"));

    /* A new source needs its agreement, and the two together hold; the names stay in order. */
    pupils = altered(place->arena, pupils, "agreement: care", "agreement: schools");
    files[1].text = pupils;
    assert_false(catalogue_read_with(place->folder, &files[1], 1, place->arena, &c, &err));
    files[0].text = schools;
    assert_true(catalogue_read_with(place->folder, files, 2, place->arena, &c, &err));
    assert_int_equal(c->source_count, 2);
    assert_true(slice_equal(c->sources[0].name, S("people")) && slice_equal(c->sources[1].name, S("pupils")));

    files[1] = files[0];
    assert_false(catalogue_read_with(place->folder, files, 2, place->arena, &c, &err));
    assert_non_null(strstr(err.text, "two of the files are of schools"));
}

static void two_gazetteers_and_a_file_of_another_ending_are_refused(void **state)
{
    struct place *place = *state;
    struct catalogue *c;
    struct error err;
    put_all(place);
    put(place, "sources/homes.yaml", altered(place->arena, slice_of(people), "id: people", "id: homes"));
    put(place, "agreements/care.yaml",
        altered(place->arena, slice_of(care), "source: recorded_visits", "source: homes"));
    assert_false(catalogue_read(place->folder, place->arena, &c, &err));
    assert_true(slice_search(slice_of(err.text), S("is the gazetteer already")) < strlen(err.text));
    put_all(place);
    put(place, "sources/homes.yml", slice_of(people));
    assert_false(catalogue_read(place->folder, place->arena, &c, &err));
}

static void a_folder_that_is_no_county_says_what_is_missing(void **state)
{
    struct place *place = *state;
    struct catalogue *c;
    struct error err;
    assert_false(catalogue_read(place->folder, place->arena, &c, &err));
    assert_true(slice_search(slice_of(err.text), S("county.yaml")) < strlen(err.text));
    put(place, "county.yaml", slice_of(county));
    assert_false(catalogue_read(place->folder, place->arena, &c, &err));
    assert_true(slice_search(slice_of(err.text), S("sources")) < strlen(err.text));
}

static void the_reference_county_is_good(void **state)
{
    struct place *place = *state;
    struct catalogue *c;
    struct error err;
    const char *root = getenv("STAITHE_SOURCE_ROOT");
    assert_non_null(root);
    struct slice folder = arena_format(place->arena, "%s/county/norfolk", root);
    if (!catalogue_read(folder, place->arena, &c, &err))
        fail_msg("%s:%llu:%llu: %s", err.file, (unsigned long long)err.line, (unsigned long long)err.column, err.text);
    assert_true(c->source_count >= 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_county_is_read_whole, make, unmake),
        cmocka_unit_test_setup_teardown(what_does_not_hang_together_is_refused_with_its_place, make, unmake),
        cmocka_unit_test_setup_teardown(a_file_is_held_against_the_county_in_the_place_of_the_one_of_its_name, make,
                                        unmake),
        cmocka_unit_test_setup_teardown(two_gazetteers_and_a_file_of_another_ending_are_refused, make, unmake),
        cmocka_unit_test_setup_teardown(a_folder_that_is_no_county_says_what_is_missing, make, unmake),
        cmocka_unit_test_setup_teardown(the_reference_county_is_good, make, unmake),
    };
    return cmocka_run_group_tests_name("catalogue", tests, NULL, NULL);
}
