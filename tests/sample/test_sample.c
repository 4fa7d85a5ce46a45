/* The sample county as a whole: made once into a temporary folder, read back with the project's own CSV reader and the
 * real contracts, and held against its truth. */
#include "sample/sample.h"

#include "ingest/checker.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { RESIDENTS = 12000, SEED = 42, SOURCES = 9 };

static const char *const source_names[SOURCES] = {
    "gazetteer",         "gp_list",     "adult_social_care_clients", "adult_social_care_notes",
    "housing_tenancies", "council_tax", "fire_safety_visits",        "police_vulnerability_notices",
    "bus_passes"};

struct true_record {
    struct slice source, key, person, faults;
    bool found, failed;
    /* The newest row that passed its contract, in the form that is compared. */
    bool read;
    struct slice given, family, birth;
    uint64_t content[2];
    bool there[2];
};

struct extract {
    struct slice source, file, as_at;
    unsigned month;
};

struct fixture {
    char folder[64];
    struct arena *arena;
    struct sample_counts counts;
    struct true_record *records; /* sorted by source and key */
    size_t record_count;
    struct extract extracts[2 * SOURCES];
    size_t extract_count;
    size_t failed[SOURCES], rows[SOURCES];
};

static void fail_with(const struct error *err)
{
    char text[1024];
    error_print(err, text, sizeof text);
    fail_msg("%s", text);
}

static void remove_folder(const char *folder)
{
    char command[128];
    must(strlen(folder) > 5 && strncmp(folder, "/tmp/", 5) == 0);
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

static void make_folder(char folder[64])
{
    memcpy(folder, "/tmp/staithe-sample-XXXXXX", sizeof "/tmp/staithe-sample-XXXXXX");
    assert_non_null(mkdtemp(folder));
}

static void make(const char *folder, uint64_t residents, uint64_t seed, unsigned threads, struct sample_counts *ret)
{
    struct error err = NO_ERROR;
    struct sample_options options = {
        .host = host_real(), .out = slice_of(folder), .residents = residents, .seed = seed, .threads = threads};
    if (!sample_make(&options, NULL, ret, &err))
        fail_with(&err);
}

/* Every row of a file, copied into the arena. */
static struct slice **read_all(struct arena *arena, struct slice path, const struct csv_options *options, size_t fields,
                               size_t *ret_count)
{
    struct error err = NO_ERROR;
    struct host_file *file = NULL;
    struct csv_reader *reader = NULL;
    const struct csv_row *row = NULL;
    struct slice **rows = NULL;
    size_t count = 0, capacity = 0;
    if (!host_open(host_real(), path, HOST_READ, arena, &file, &err) ||
        !csv_open_file(file, options, arena, &reader, &err))
        fail_with(&err);
    for (;;) {
        if (!csv_read(reader, &row, &err))
            fail_with(&err);
        if (!row)
            break;
        assert_int_equal(row->count, fields);
        ARENA_GROW(arena, rows, count, capacity); // NOLINT(bugprone-sizeof-expression): rows are pointers
        rows[count] = arena_array(arena, struct slice, fields);
        for (size_t i = 0; i < fields; i++)
            rows[count][i] = arena_copy(arena, row->fields[i]);
        count++;
    }
    host_close(file);
    *ret_count = count;
    return rows;
}

static int by_key(const void *a, const void *b)
{
    const struct true_record *x = a, *y = b;
    int order = slice_compare(x->source, y->source);
    return order ? order : slice_compare(x->key, y->key);
}

static struct true_record *find_record(struct fixture *f, struct slice source, struct slice key)
{
    struct true_record wanted = {.source = source, .key = key};
    return bsearch(&wanted, f->records, f->record_count, sizeof *f->records, by_key);
}

static bool has_fault(const struct true_record *record, const char *fault)
{
    struct slice rest = record->faults, word;
    while (slice_cut(&rest, ' ', &word))
        if (slice_equal(word, slice_of(fault)))
            return true;
    return false;
}

static unsigned source_index(struct slice name)
{
    for (unsigned i = 0; i < SOURCES; i++)
        if (slice_equal(name, slice_of(source_names[i])))
            return i;
    fail_msg("no such source");
    return 0;
}

static struct source read_contract(struct arena *arena, struct slice name)
{
    struct error err = NO_ERROR;
    struct source source = {0};
    struct slice text,
        path = arena_format(arena, "%s/county/norfolk/sources/%.*s.yaml", getenv("STAITHE_SOURCE_ROOT"), PRINT(name));
    if (!host_read_file(host_real(), path, 1 << 20, arena, &text, &err) ||
        !contract_read(text, path, arena, &source, &err))
        fail_with(&err);
    return source;
}

static struct slice value_of(const struct source *source, const struct csv_row *row, const struct csv_row *heading,
                             enum attribute attribute)
{
    const struct column *column = source_attribute(source, attribute);
    for (size_t i = 0; column && i < heading->count; i++)
        if (slice_equal(heading->fields[i], column->header))
            return row->fields[i];
    return NO_SLICE;
}

/* Reads one extract through its contract's checker and notes in the truth what became of each row. */
static void check_extract(struct fixture *f, const struct extract *extract)
{
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct source source = read_contract(arena, extract->source);
    unsigned index = source_index(extract->source);
    struct slice path = arena_format(arena, "%s/%.*s", f->folder, PRINT(extract->file));
    struct date as_at;
    assert_true(date_read(extract->as_at, &(struct date_form){.order = DATE_YMD}, &as_at));
    struct checker *checker = checker_make(&source, as_at, arena);
    struct csv_options options = {
        .delimiter = source.delimiter, .encoding_given = source.encoding_given, .encoding = source.encoding};
    struct host_file *file = NULL;
    struct csv_reader *reader = NULL;
    const struct csv_row *row = NULL;
    if (!host_open(host_real(), path, HOST_READ, arena, &file, &err) ||
        !csv_open_file(file, &options, arena, &reader, &err) || !csv_read(reader, &row, &err))
        fail_with(&err);
    must(row != NULL);
    assert_int_equal(row->count, source.column_count);
    struct csv_row heading = {.count = row->count};
    struct slice *names = arena_array(arena, struct slice, row->count);
    for (size_t i = 0; i < row->count; i++) {
        names[i] = arena_copy(arena, row->fields[i]);
        assert_true(slice_equal(names[i], source.columns[i].header)); /* in the contract's order too */
    }
    heading.fields = names;
    if (!checker_headings(checker, row, path, &err))
        fail_with(&err);
    for (;;) {
        if (!csv_read(reader, &row, &err))
            fail_with(&err);
        if (!row)
            break;
        struct checked_row checked;
        checker_row(checker, row, &checked);
        assert_true(checked.key_read || row->count != source.column_count || source.columns[0].checks);
        struct slice key = row->fields[0];
        struct true_record *record = find_record(f, extract->source, key);
        if (!record)
            fail_msg("%.*s: the key %.*s of line %llu has no truth", PRINT(path), PRINT(key),
                     (unsigned long long)row->line);
        f->rows[index]++;
        record->found = true;
        if (!checked.good) {
            f->failed[index]++;
            record->failed = true;
            if (!has_fault(record, "fails_contract"))
                fail_msg("%.*s: line %llu fails its contract unmeant: %.*s \"%.*s\" %.*s", PRINT(path),
                         (unsigned long long)row->line,
                         PRINT(checked.faults[0].column ? checked.faults[0].column->name : S("row")),
                         PRINT(checked.faults[0].value), PRINT(checked.faults[0].reason));
            continue;
        }
        record->there[extract->month] = true;
        record->content[extract->month] = checked.typed;
        struct slice given = value_of(&source, row, &heading, ATTRIBUTE_PERSON_GIVEN_NAME);
        struct slice family = value_of(&source, row, &heading, ATTRIBUTE_PERSON_FAMILY_NAME);
        const struct column *birth = source_attribute(&source, ATTRIBUTE_PERSON_BIRTH_DATE);
        struct date born;
        record->read = false;
        if (!birth || slice_empty(given) || slice_empty(family) || !checker_date(checker, row, birth, &born) ||
            !date_whole(born))
            continue;
        struct slice first = given;
        (void)slice_cut(&given, ' ', &first); /* middle names do not count against equality */
        record->given = text_letters(f->arena, first);
        record->family = text_letters(f->arena, family);
        record->birth = date_iso(f->arena, born);
        record->read = true;
    }
    arena_free(arena);
}

static int set_up(void **state)
{
    static struct fixture f;
    f.arena = arena_make(0);
    make_folder(f.folder);
    make(f.folder, RESIDENTS, SEED, 2, &f.counts);
    size_t count;
    struct csv_options comma = {.delimiter = ','};
    struct slice **rows = read_all(f.arena, arena_format(f.arena, "%s/truth/records.csv", f.folder), &comma, 7, &count);
    f.record_count = count - 1;
    f.records = arena_array(f.arena, struct true_record, f.record_count);
    for (size_t i = 1; i < count; i++)
        f.records[i - 1] =
            (struct true_record){.source = rows[i][0], .key = rows[i][1], .person = rows[i][2], .faults = rows[i][6]};
    qsort(f.records, f.record_count, sizeof *f.records, by_key);
    rows = read_all(f.arena, arena_format(f.arena, "%s/extracts.csv", f.folder), &comma, 3, &count);
    assert_true(count - 1 <= countof(f.extracts));
    for (size_t i = 1; i < count; i++)
        f.extracts[f.extract_count++] =
            (struct extract){rows[i][0], rows[i][1], rows[i][2], slice_equal(rows[i][2], S("2026-10-01")) ? 0 : 1};
    for (size_t i = 0; i < f.extract_count; i++)
        check_extract(&f, &f.extracts[i]);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    remove_folder(f->folder);
    arena_free(f->arena);
    return 0;
}

/* One digest over the names and contents of all files. */
static struct digest folder_digest(const char *folder)
{
    static const char *const parts[] = {"", "2026-10", "2026-11", "truth"};
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct hash_state state;
    hash_start(&state);
    size_t files = 0;
    for (size_t p = 0; p < countof(parts); p++) {
        struct slice path = arena_format(arena, "%s/%s", folder, parts[p]), *names, text;
        size_t count;
        if (!host_list_folder(path, arena, &names, &count, &err))
            fail_with(&err);
        for (size_t i = 0; i < count; i++) {
            if (p == 0 && !slice_ends(names[i], S(".csv")))
                continue;
            struct slice file = arena_format(arena, "%.*s/%.*s", PRINT(path), PRINT(names[i]));
            if (!host_read_file(host_real(), file, 1u << 30, arena, &text, &err))
                fail_with(&err);
            hash_more(&state, names[i]);
            hash_more(&state, text);
            files++;
        }
    }
    assert_int_equal(files, 21);
    arena_free(arena);
    return hash_end(&state);
}

static struct digest made_digest(uint64_t residents, uint64_t seed, unsigned threads)
{
    char folder[64];
    struct sample_counts counts;
    make_folder(folder);
    make(folder, residents, seed, threads, &counts);
    struct digest digest = folder_digest(folder);
    remove_folder(folder);
    return digest;
}

static void the_same_seed_gives_the_same_bytes_with_any_number_of_threads(void **state)
{
    (void)state;
    struct digest one = made_digest(2500, 7, 1), three = made_digest(2500, 7, 3), other = made_digest(2500, 8, 2);
    assert_true(digest_equal(&one, &three));
    assert_false(digest_equal(&one, &other));
}

static void a_seed_gives_the_bytes_that_it_gave_on_other_machines(void **state)
{
    (void)state;
    /* Changes whenever the generator does: then set it anew, in the same commit. */
    static const char expected[] = "08dff226122f608c78939b12b6bee74327d8248c598328695bb27188af11da9c";
    struct arena *arena = arena_make(0);
    struct digest digest = made_digest(1000, 1, 2);
    assert_string_equal(arena_cstr(arena, digest_hex(arena, &digest)), expected);
    arena_free(arena);
}

static void every_record_of_the_truth_stands_in_an_extract(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(f->counts.residents, RESIDENTS);
    assert_int_equal(f->counts.records, f->record_count);
    size_t rows = 0;
    for (unsigned s = 0; s < SOURCES; s++)
        rows += f->rows[s];
    assert_int_equal(rows, f->counts.rows);
    for (size_t i = 0; i < f->record_count; i++) {
        assert_true(f->records[i].found);
        if (i)
            assert_true(by_key(&f->records[i - 1], &f->records[i]) < 0);
    }
}

static void a_few_rows_in_a_thousand_fail_their_contract_and_only_those_that_are_meant_to(void **state)
{
    struct fixture *f = *state;
    size_t rows = 0, failed = 0;
    for (unsigned s = 0; s < SOURCES; s++) {
        print_message("# %s: %zu of %zu rows fail their contract\n", source_names[s], f->failed[s], f->rows[s]);
        rows += f->rows[s];
        failed += f->failed[s];
    }
    for (size_t i = 0; i < f->record_count; i++)
        if (f->records[i].failed != has_fault(&f->records[i], "fails_contract"))
            fail_msg("the truth says of %.*s %.*s that it %s, but it does not", PRINT(f->records[i].source),
                     PRINT(f->records[i].key), f->records[i].failed ? "passes" : "fails");
    assert_in_range(failed * 100000 / rows, 150, 500);
}

static size_t records_of(const struct fixture *f, const char *source)
{
    size_t count = 0;
    for (size_t i = 0; i < f->record_count; i++)
        count += slice_equal(f->records[i].source, slice_of(source));
    return count;
}

static void each_source_holds_about_its_published_share(void **state)
{
    struct fixture *f = *state;
    for (unsigned s = 0; s < SOURCES; s++)
        print_message("# %s: %zu records, %.3f a resident\n", source_names[s], records_of(f, source_names[s]),
                      (double)records_of(f, source_names[s]) / RESIDENTS);
    print_message("# all: %.2f records a resident, %.2f rows\n", (double)f->record_count / RESIDENTS,
                  (double)f->counts.rows / RESIDENTS);
    assert_in_range(records_of(f, "gp_list") * 1000 / RESIDENTS, 940, 980);
    assert_in_range(records_of(f, "adult_social_care_clients") * 1000 / RESIDENTS, 45, 90);
    assert_in_range(records_of(f, "council_tax") * 1000 / f->counts.households, 1000, 1250);
    assert_in_range(records_of(f, "bus_passes") * 1000 / RESIDENTS, 160, 240);
    assert_in_range(records_of(f, "housing_tenancies") * 1000 / RESIDENTS, 80, 160);
    assert_in_range(records_of(f, "fire_safety_visits") * 1000 / RESIDENTS, 20, 60);
    assert_in_range(records_of(f, "police_vulnerability_notices") * 1000 / RESIDENTS, 12, 40);
    assert_int_equal(records_of(f, "gazetteer"), f->counts.homes);
    assert_in_range(f->record_count * 100 / RESIDENTS, 270, 400);
}

static int by_person(const void *a, const void *b)
{
    const struct true_record *const *x = a, *const *y = b;
    int order = slice_compare((*x)->person, (*y)->person);
    return order ? order : (*x < *y ? -1 : *x > *y);
}

static void exact_equality_of_name_and_birth_date_finds_under_seven_in_ten_true_pairs(void **state)
{
    struct fixture *f = *state;
    const struct true_record **sorted = arena_array(f->arena, const struct true_record *, f->record_count);
    size_t count = 0, pairs[SOURCES][SOURCES] = {{0}}, equal[SOURCES][SOURCES] = {{0}}, all = 0, all_equal = 0,
           without = 0, without_equal = 0;
    for (size_t i = 0; i < f->record_count; i++)
        if (f->records[i].read && f->records[i].person.len)
            sorted[count++] = &f->records[i];
    qsort(sorted, count, sizeof *sorted, by_person); // NOLINT(bugprone-sizeof-expression): an array of pointers
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count && slice_equal(sorted[i]->person, sorted[j]->person); j++) {
            unsigned a = source_index(sorted[i]->source), b = source_index(sorted[j]->source);
            if (a == b)
                continue;
            bool same = slice_equal(sorted[i]->given, sorted[j]->given) &&
                        slice_equal(sorted[i]->family, sorted[j]->family) &&
                        slice_equal(sorted[i]->birth, sorted[j]->birth);
            unsigned low = a < b ? a : b, high = a < b ? b : a;
            pairs[low][high]++;
            equal[low][high] += same;
            all++;
            all_equal += same;
            if (slice_equal(sorted[i]->source, S("adult_social_care_notes")) ||
                slice_equal(sorted[j]->source, S("adult_social_care_notes")))
                continue;
            without++;
            without_equal += same;
        }
    for (unsigned a = 0; a < SOURCES; a++)
        for (unsigned b = a + 1; b < SOURCES; b++)
            if (pairs[a][b])
                print_message("# %s and %s: %zu true pairs, %.3f equal\n", source_names[a], source_names[b],
                              pairs[a][b], (double)equal[a][b] / (double)pairs[a][b]);
    print_message("# all: %zu true pairs, %.3f equal; without case notes %zu, %.3f\n", all,
                  (double)all_equal / (double)all, without, (double)without_equal / (double)without);
    assert_true(all > 20000 && without > 4000);
    assert_true(all_equal * 100 < all * 70);
    assert_true(without_equal * 100 < without * 70);
    assert_true(all_equal * 100 > all * 50); /* hard, not hopeless */
}

static void the_second_month_has_new_closed_changed_and_mostly_unchanged_rows(void **state)
{
    struct fixture *f = *state;
    size_t new = 0, closed = 0, changed = 0, same = 0;
    for (size_t i = 0; i < f->record_count; i++) {
        const struct true_record *r = &f->records[i];
        if (!slice_equal(r->source, S("gp_list")) || r->failed)
            continue;
        new += !r->there[0] && r->there[1];
        closed += r->there[0] && !r->there[1];
        changed += r->there[0] && r->there[1] && r->content[0] != r->content[1];
        same += r->there[0] && r->there[1] && r->content[0] == r->content[1];
    }
    print_message("# GP list: %zu new, %zu closed, %zu changed, %zu unchanged\n", new, closed, changed, same);
    assert_true(new > 3 && closed > 3 && changed > 20 && same > changed * 20);
    assert_true(closed * 50 < same);
}

static void every_hard_case_is_there(void **state)
{
    struct fixture *f = *state;
    static const char *const tags[] = {"twin",          "father_son",       "married",   "moved",
                                       "died",          "short_name",       "care_home", "hostel",
                                       "student_house", "double_barrelled", "accents"};
    static const char *const faults[] = {
        "mistyped",         "misheard",    "short_name",   "initial",  "middle_name",   "swapped",
        "previous_name",    "misdated",    "default_date", "no_date",  "half_blank",    "old_address",
        "address_mistyped", "no_postcode", "duplicate",    "repeated", "fails_contract"};
    size_t count;
    struct csv_options comma = {.delimiter = ','};
    struct slice **rows =
        read_all(f->arena, arena_format(f->arena, "%s/truth/hard_cases.csv", f->folder), &comma, 3, &count);
    for (size_t t = 0; t < countof(tags); t++) {
        size_t seen = 0;
        for (size_t i = 1; i < count; i++)
            seen += slice_equal(rows[i][0], slice_of(tags[t]));
        print_message("# %s: %zu\n", tags[t], seen);
        assert_true(seen > 0);
    }
    for (size_t t = 0; t < countof(faults); t++) {
        size_t seen = 0;
        for (size_t i = 0; i < f->record_count; i++)
            seen += has_fault(&f->records[i], faults[t]);
        print_message("# faults, %s: %zu\n", faults[t], seen);
        assert_true(seen > 0);
    }
}

static void a_number_of_residents_out_of_range_is_refused_in_a_sentence(void **state)
{
    (void)state;
    struct sample_counts counts;
    static const uint64_t wrong[] = {0, 99, 5000001};
    for (size_t i = 0; i < countof(wrong); i++) {
        struct error err = NO_ERROR;
        struct sample_options options = {
            .host = host_real(), .out = S("/tmp/staithe-sample-never"), .residents = wrong[i], .seed = 1};
        assert_false(sample_make(&options, NULL, &counts, &err));
        assert_int_equal(err.code, ERROR_USAGE);
        assert_non_null(strstr(err.text, "choose a number between"));
        assert_false(host_exists(S("/tmp/staithe-sample-never")));
    }
}

struct full_disk {
    unsigned writes, allowed;
};

static int refuse_late(void *context, const struct host_change *change)
{
    struct full_disk *disk = context;
    return change->operation == HOST_WRITE && disk->writes++ >= disk->allowed ? ENOSPC : 0;
}

static void a_full_disk_is_told_and_leaves_no_list_of_extracts(void **state)
{
    (void)state;
    char folder[64];
    make_folder(folder);
    for (unsigned allowed = 0; allowed < 60; allowed += 7) {
        struct full_disk disk = {.allowed = allowed};
        struct host host = *host_real();
        host.context = &disk;
        host.before = refuse_late;
        struct error err = NO_ERROR;
        struct sample_counts counts;
        struct arena *arena = arena_make(0);
        struct sample_options options = {.host = &host, .out = slice_of(folder), .residents = 600, .seed = 1};
        if (!sample_make(&options, NULL, &counts, &err)) {
            assert_int_equal(err.code, ERROR_FULL);
            assert_false(host_exists(arena_format(arena, "%s/extracts.csv", folder)));
        } else {
            assert_true(disk.writes <= allowed);
        }
        arena_free(arena);
    }
    remove_folder(folder);
}

static void a_million_residents_would_take_under_a_minute(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
    print_message("# reason: speed is tested on the release build\n");
    skip();
#else
    /* A tenth of it, by the processor's time, so that other work on the machine does not count. Two threads share it.
     */
    char folder[64];
    struct sample_counts counts;
    make_folder(folder);
    clock_t started = clock();
    make(folder, 100000, 1, 2, &counts);
    double seconds = (double)(clock() - started) / CLOCKS_PER_SEC;
    remove_folder(folder);
    print_message("# 100,000 residents in %.2f s of processor time, %.1f MB\n", seconds, (double)counts.bytes / 1e6);
    assert_true(seconds < 12);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_bytes_with_any_number_of_threads),
        cmocka_unit_test(a_seed_gives_the_bytes_that_it_gave_on_other_machines),
        cmocka_unit_test(every_record_of_the_truth_stands_in_an_extract),
        cmocka_unit_test(a_few_rows_in_a_thousand_fail_their_contract_and_only_those_that_are_meant_to),
        cmocka_unit_test(each_source_holds_about_its_published_share),
        cmocka_unit_test(exact_equality_of_name_and_birth_date_finds_under_seven_in_ten_true_pairs),
        cmocka_unit_test(the_second_month_has_new_closed_changed_and_mostly_unchanged_rows),
        cmocka_unit_test(every_hard_case_is_there),
        cmocka_unit_test(a_number_of_residents_out_of_range_is_refused_in_a_sentence),
        cmocka_unit_test(a_full_disk_is_told_and_leaves_no_list_of_extracts),
        cmocka_unit_test(a_million_residents_would_take_under_a_minute),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
