/* Files in, answers out: faulty files are refused in words, columns are known by their usual names, and the sample
 * county's addresses find the homes that its truth names. */
#include "link/address_files.h"

#include "base/csv.h"
#include "sample/sample.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct scratch {
    struct arena *arena;
    char folder[64];
};

static struct scratch open_scratch(void)
{
    struct scratch scratch = {.arena = arena_make(0), .folder = "/tmp/staithe-address-XXXXXX"};
    assert_non_null(mkdtemp(scratch.folder));
    return scratch;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about, (void)kind, (void)where;
    return remove(path);
}

static void close_scratch(struct scratch *scratch)
{
    assert_int_equal(nftw(scratch->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
    arena_free(scratch->arena);
}

static struct slice path_of(struct scratch *scratch, const char *name)
{
    return arena_format(scratch->arena, "%s/%s", scratch->folder, name);
}

static struct slice put_file(struct scratch *scratch, const char *name, const char *text)
{
    struct slice path = path_of(scratch, name);
    struct error err = NO_ERROR;
    assert_true(host_write_file(host_real(), path, slice_of(text), &err));
    return path;
}

static const char small_gazetteer[] =
    "UPRN,SAO,PAO,STREET_DESCRIPTOR,LOCALITY,TOWN_NAME,POSTCODE\n"
    "1,,14,High Street,,Holt,NR25 6BN\n2,Flat 2,14,High Street,,Holt,NR25 6BN\n3,,15,High Street,,Holt,NR25 6BN\n";

static struct slice run(struct scratch *scratch, struct address_files_request request)
{
    struct buffer out = buffer_make(scratch->arena);
    struct error err = NO_ERROR;
    request.host = host_real();
    if (!address_files(&request, &out, &err))
        fail_msg("%s", err.text);
    return buffer_slice(&out);
}

static void refused(struct scratch *scratch, struct address_files_request request, const char *words)
{
    struct buffer out = buffer_make(scratch->arena);
    struct error err = NO_ERROR;
    request.host = host_real();
    assert_false(address_files(&request, &out, &err));
    char text[900];
    error_print(&err, text, sizeof text);
    if (!strstr(text, words))
        fail_msg("\"%s\" does not say \"%s\"", text, words);
}

static bool says(struct slice text, const char *piece)
{
    return slice_search(text, slice_of(piece)) < text.len;
}

static void a_faulty_file_is_refused_with_its_place_and_what_to_do(void **state)
{
    (void)state;
    struct scratch scratch = open_scratch();
    struct slice good = put_file(&scratch, "g.csv", small_gazetteer);
    struct slice file = put_file(&scratch, "f.csv", "address\n\"14 High St, Holt NR25 6BN\"\n");
    const struct {
        const char *gazetteer, *file, *column, *words;
    } cases[] = {
        {"PAO,STREET\n14,High Street\n", NULL, "", "bad.csv:1: there is no column UPRN"},
        {"UPN,STREET\n14,High Street\n", NULL, "", "the nearest is UPN"},
        {"UPRN,POSTCODE\n1,NR1 1AA\n", NULL, "", "call them STREET and BUILDING, or ADDRESS"},
        {"UPRN,STREET,uprn\n1,x,2\n", NULL, "", "bad.csv:1:3: a second column of UPRNs"},
        {"UPRN,STREET\n1,High Street\n,Low Street\n", NULL, "", "bad.csv:3: this home has no UPRN"},
        {"UPRN,STREET\n", NULL, "", "holds no homes"},
        {"", NULL, "", "the file is empty"},
        {NULL, "adress\nx\n", "", "the nearest is adress; name it with --column"},
        {NULL, "home address,work address\nx,y\n", "", "say which with --column"},
        {NULL, "address\nx\n", "street", "there is no column street"},
        {NULL, "address,ADDRESS\nx,y\n", "address", "bad2.csv:1:2: the column address stands twice"},
        {NULL, "", "", "the file is empty"},
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct address_files_request request = {
            .gazetteer = cases[i].gazetteer ? put_file(&scratch, "bad.csv", cases[i].gazetteer) : good,
            .file = cases[i].file ? put_file(&scratch, "bad2.csv", cases[i].file) : file,
            .column = slice_of(cases[i].column)};
        refused(&scratch, request, cases[i].words);
    }
    refused(&scratch, (struct address_files_request){.gazetteer = path_of(&scratch, "none.csv"), .file = file},
            "none.csv");
    refused(&scratch, (struct address_files_request){.gazetteer = good, .file = path_of(&scratch, "none.csv")},
            "none.csv");
    close_scratch(&scratch);
}

static void each_answer_says_why_as_text_json_and_csv(void **state)
{
    (void)state;
    struct scratch scratch = open_scratch();
    struct address_files_request request = {
        .gazetteer = put_file(&scratch, "g.csv", small_gazetteer),
        .file = put_file(&scratch, "f.csv",
                         "who,Address,Postcode\nA,\"14 High St, Holt\",NR25 6BN\nB,\"Flat 3, 14 High St, "
                         "Holt\",NR25 6BN\nC,,\n")};
    struct slice text = run(&scratch, request);
    assert_true(says(text, "exact 1, "));
    assert_true(says(text, "number 14, high, st, holt, postcode agree"));
    assert_true(says(text, "nearest is Flat 2, 14 High Street, Holt, NR25 6BN, but its flat or unit differs") ||
                says(text, "nearest is 14 High Street, Holt, NR25 6BN, but its flat or unit differs"));
    assert_true(says(text, "3 addresses against 3 homes: 1 exact, 0 near, 0 ambiguous, 2 none"));
    request.json = true;
    text = run(&scratch, request);
    assert_true(says(text, "\"agreed\":[\"number 14\",\"high\",\"st\",\"holt\",\"postcode\"]"));
    assert_true(says(text, "\"class\":\"none\",\"bits\":0"));
    request.out = path_of(&scratch, "out.csv");
    text = run(&scratch, request);
    assert_false(says(text, "answers\""));
    struct error err = NO_ERROR;
    assert_true(host_read_file(host_real(), request.out, 1 << 20, scratch.arena, &text, &err));
    assert_true(slice_starts(text, S("line,who,Address,Postcode,matched_uprn,match_class,match_bits,")));
    assert_true(says(text, "2,A,\"14 High St, Holt\",NR25 6BN,1,exact,"));
    assert_true(says(text, "\r\n4,C,,,,none,0.0,,no address,\r\n"));
    close_scratch(&scratch);
}

static void columns_are_known_by_their_usual_names(void **state)
{
    (void)state;
    static const char *const gazetteers[] = {
        "uprn,sub_building_name,building_name,building_number,thoroughfare,dependent_locality,post_town,postcode\n"
        "1,FLAT 2,,14,HIGH STREET,,HOLT,NR25 6BN\n2,,,14,HIGH STREET,,HOLT,NR25 6BN\n",
        "UPRN;SAO_TEXT;SAO_START_NUMBER;PAO_TEXT;PAO_START_NUMBER;PAO_START_SUFFIX;PAO_END_NUMBER;STREET_DESCRIPTION;"
        "TOWN_NAME;POSTCODE_LOCATOR\n1;FLAT;2;;14;;;HIGH STREET;HOLT;NR25 6BN\n2;;;;14;;;HIGH STREET;HOLT;NR25 6BN\n",
        "Uprn,Single Line Address\n1,\"FLAT 2, 14 HIGH STREET, HOLT, NR25 6BN\"\n2,\"14 HIGH STREET, HOLT, NR25 "
        "6BN\"\n",
        "uprn\taddress\tpostcode\n1\tFLAT 2 14 HIGH STREET HOLT\tNR25 6BN\n2\t14 HIGH STREET HOLT\tNR25 6BN\n",
    };
    struct scratch scratch = open_scratch();
    struct slice file = put_file(&scratch, "f.csv", "line1,line2,town,code\nFlat 2,14 High St,Holt,NR25 6BN\n");
    for (size_t i = 0; i < countof(gazetteers); i++) {
        struct slice text =
            run(&scratch, (struct address_files_request){.gazetteer = put_file(&scratch, "g.csv", gazetteers[i]),
                                                         .file = file,
                                                         .column = S("line1, line2, town"),
                                                         .postcode = S("code")});
        if (!says(text, "exact 1, "))
            fail_msg("gazetteer %zu: %.*s", i, PRINT(text));
    }
    close_scratch(&scratch);
}

/* ---- Against the truth ---- */

struct truth {
    struct slice key, uprn;
};

static int by_key(const void *a, const void *b)
{
    return slice_compare(((const struct truth *)a)->key, ((const struct truth *)b)->key);
}

static size_t column_of(const struct csv_row *row, const char *name)
{
    for (size_t i = 0; row && i < row->count; i++)
        if (slice_equal(row->fields[i], slice_of(name)))
            return i;
    fail_msg("no column %s", name);
    return 0;
}

static struct csv_reader *open_csv(struct scratch *scratch, const char *name, const struct csv_row **ret_header)
{
    struct host_file *file = NULL;
    struct csv_reader *reader = NULL;
    struct error err = NO_ERROR;
    if (!host_open(host_real(), path_of(scratch, name), HOST_READ, scratch->arena, &file, &err) ||
        !csv_open_file(file, NULL, scratch->arena, &reader, &err) || !csv_read(reader, ret_header, &err))
        fail_msg("%s", err.text);
    assert_non_null(*ret_header);
    return reader;
}

static const struct csv_row *next_row(struct csv_reader *reader)
{
    const struct csv_row *row = NULL;
    struct error err = NO_ERROR;
    assert_true(csv_read(reader, &row, &err));
    return row;
}

/* Addresses of one extract with the UPRN that the truth has for it, into a file to ask. */
static void add_extract(struct scratch *scratch, const char *source, const char *name, const char *key,
                        const char *address, const char *postcode, struct buffer *out)
{
    const struct csv_row *row = NULL;
    struct csv_reader *reader = open_csv(scratch, "truth/records.csv", &row);
    size_t source_at = column_of(row, "source"), key_at = column_of(row, "key"), uprn_at = column_of(row, "uprn");
    struct truth *truth = arena_array(scratch->arena, struct truth, 60000);
    size_t count = 0;
    while ((row = next_row(reader)))
        if (slice_equal(row->fields[source_at], slice_of(source)) && row->fields[uprn_at].len)
            truth[count++] = (struct truth){.key = arena_copy(scratch->arena, row->fields[key_at]),
                                            .uprn = arena_copy(scratch->arena, row->fields[uprn_at])};
    assert_in_range(count, 1, 59999);
    qsort(truth, count, sizeof *truth, by_key);
    reader = open_csv(scratch, name, &row);
    size_t own_key = column_of(row, key), address_at = column_of(row, address), code_at = column_of(row, postcode);
    while ((row = next_row(reader))) {
        struct truth wanted = {.key = row->count > code_at ? row->fields[own_key] : NO_SLICE};
        const struct truth *found = bsearch(&wanted, truth, count, sizeof *truth, by_key);
        if (found && row->fields[address_at].len) {
            struct slice fields[] = {found->uprn, row->fields[address_at], row->fields[code_at]};
            csv_write_row(out, fields, countof(fields), false);
        }
    }
}

struct figures {
    size_t asked, right, wrong;
};

static struct figures figures_of(struct scratch *scratch)
{
    const struct csv_row *row = NULL;
    struct csv_reader *reader = open_csv(scratch, "answers.csv", &row);
    size_t truth_at = column_of(row, "truth"), uprn_at = column_of(row, "matched_uprn");
    struct figures figures = {0};
    while ((row = next_row(reader))) {
        figures.asked++;
        if (slice_equal(row->fields[truth_at], row->fields[uprn_at]))
            figures.right++;
        else if (row->fields[uprn_at].len)
            figures.wrong++;
    }
    return figures;
}

static void addresses_of_the_sample_county_find_their_homes(void **state)
{
    (void)state;
    struct scratch scratch = open_scratch();
    struct sample_options options = {
        .host = host_real(), .out = slice_of(scratch.folder), .residents = 20000, .seed = 7};
    struct sample_counts counts;
    struct error err = NO_ERROR;
    assert_true(sample_make(&options, NULL, &counts, &err));
    struct buffer ask = buffer_make(scratch.arena);
    buffer_add(&ask, S("truth,address,postcode\r\n"));
    /* The second month: the truth names the home of a record's last address. */
    add_extract(&scratch, "council_tax", "2026-11/CTAX_accounts_20261101.txt", "AccountRef", "PropertyAddress",
                "PropertyPostcode", &ask);
    add_extract(&scratch, "gp_list", "2026-11/REGISTERED_PATIENTS_20261101.csv", "NHS_NUMBER", "ADDRESS", "POSTCODE",
                &ask);
    add_extract(&scratch, "fire_safety_visits", "2026-10/HFSV log to 2026-10-01.csv", "Visit Ref", "Address",
                "Postcode", &ask);
    add_extract(&scratch, "police_vulnerability_notices", "2026-10/PVP_notices_20261001.txt", "Notice",
                "Address Stated", "Postcode", &ask);
    buffer_add_byte(&ask, 0);
    struct address_files_request request = {.gazetteer = path_of(&scratch, "2026-10/LLPG_HOMES_20261001.csv"),
                                            .file = put_file(&scratch, "ask.csv", ask.at),
                                            .column = S("address"),
                                            .out = path_of(&scratch, "answers.csv"),
                                            .options = {.threads = 2}};
    (void)run(&scratch, request);
    struct slice two_threads, one_thread;
    assert_true(host_read_file(host_real(), request.out, 1 << 28, scratch.arena, &two_threads, &err));
    request.options.threads = 1;
    (void)run(&scratch, request);
    assert_true(host_read_file(host_real(), request.out, 1 << 28, scratch.arena, &one_thread, &err));
    assert_true(slice_equal(one_thread, two_threads));
    struct figures figures = figures_of(&scratch);
    double precision = (double)figures.right / (double)(figures.right + figures.wrong),
           recall = (double)figures.right / (double)figures.asked;
    print_message("%zu addresses: precision %.4f, recall %.4f\n", figures.asked, precision, recall);
    assert_in_range(figures.asked, 30000, 40000);
    assert_true(precision >= 0.998);
    assert_true(recall >= 0.98);
    close_scratch(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_faulty_file_is_refused_with_its_place_and_what_to_do),
        cmocka_unit_test(each_answer_says_why_as_text_json_and_csv),
        cmocka_unit_test(columns_are_known_by_their_usual_names),
        cmocka_unit_test(addresses_of_the_sample_county_find_their_homes),
    };
    return cmocka_run_group_tests_name("address files", tests, NULL, NULL);
}
