#include "store/backup.h"
#include "store/both.h"
#include "store/source_table.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* A host whose clock stands, so that two backups of the same content are the same bytes. */
static int64_t noon(void *context)
{
    (void)context;
    return 1795780800000;
}

static const struct host *still_host(void)
{
    static struct host host;
    host = *host_real();
    host.now = noon;
    return &host;
}

static struct store *open_at(struct slice address, enum store_schema schema)
{
    struct error err;
    struct store *store;
    const struct store_options options = {.address = address, .host = still_host(), .schema = schema};
    GOOD(store_open(&options, &store, &err));
    return store;
}

/* A source of two landings, with a value of every kind and awkward texts. */
static void fill(struct both *both)
{
    struct error err;
    static const struct source_table_column columns[] = {
        {S_INIT("name"), COLUMN_TEXT}, {S_INIT("visits"), COLUMN_INTEGER}, {S_INIT("score"), COLUMN_REAL}};
    struct transaction *t = both_begin(both, TRANSACTION_WRITE);
    GOOD(source_table_ensure(t, &(struct source_table){S_INIT("care"), 1, columns, 3}, &err));
    int64_t first;
    GOOD(store_next_ids(t, "record", 3, &first, &err));
    GOOD(store_next_ids(t, "landing", 1, &first, &err));
    bool sqlite = both->dialect == STORE_SQLITE;
    both_execute(t, sqlite ? "INSERT INTO source (id, name, contract, contract_digest, current_landing) VALUES (1, "
                             "'care', 'name: care\n', x'00ff', 1)"
                           : "INSERT INTO source (id, name, contract, contract_digest, current_landing) VALUES (1, "
                             "'care', E'name: care\\n', '\\x00ff', 1)");
    both_execute(t, sqlite ? "INSERT INTO landing (id, source, file_digest, file_name, file_size, received_at, "
                             "received_by, state, rows_in, rows_new, "
                             "rows_changed, rows_unchanged, rows_quarantined, rows_repeated, rows_closed, records, "
                             "record_first, record_last) "
                             "VALUES (1, 1, x'01', 'a.csv', 10, 5, 'ada', 'current', 4, 3, 0, 0, 1, 0, 0, 3, 1, 3)"
                           : "INSERT INTO landing (id, source, file_digest, file_name, file_size, received_at, "
                             "received_by, state, rows_in, rows_new, "
                             "rows_changed, rows_unchanged, rows_quarantined, rows_repeated, rows_closed, records, "
                             "record_first, record_last) "
                             "VALUES (1, 1, '\\x01', 'a.csv', 10, 5, 'ada', 'current', 4, 3, 0, 0, 1, 0, 0, 3, 1, 3)");
    struct bulk *record, *row;
    static const struct bulk_column record_columns[] = {
        {"id", VALUE_INTEGER},   {"source", VALUE_INTEGER},      {"anchor", VALUE_INTEGER},
        {"key", VALUE_TEXT},     {"hash", VALUE_BYTES},          {"from_landing", VALUE_INTEGER},
        {"line", VALUE_INTEGER}, {"file_offset", VALUE_INTEGER}, {"file_length", VALUE_INTEGER}};
    static const struct bulk_column row_columns[] = {
        {"record", VALUE_INTEGER}, {"name", VALUE_TEXT}, {"visits", VALUE_INTEGER}, {"score", VALUE_REAL}};
    GOOD(bulk_open(t, "record", record_columns, countof(record_columns), both->arena, &record, &err));
    GOOD(bulk_open(t, "source_care", row_columns, countof(row_columns), both->arena, &row, &err));
    char *wide = arena_array(both->arena, char, 600000);
    memset(wide, 'w', 600000);
    const struct value names[] = {value_text(S("Zoë \xf0\x9f\x8f\xa0 'x' \n\t")), value_null(),
                                  value_text(slice_from(wide, 600000))};
    for (int64_t i = 1; i <= 3; i++) {
        GOOD(bulk_add(record,
                      (const struct value[]){value_integer(i), value_integer(1), value_integer(i),
                                             value_text(arena_format(both->arena, "k%" PRId64, i)),
                                             value_bytes("\0\xff\n", 3), value_integer(1), value_integer(i + 1),
                                             value_integer(0), value_integer(0)},
                      &err));
        GOOD(bulk_add(row,
                      (const struct value[]){value_integer(i), names[i - 1],
                                             i == 2 ? value_null() : value_integer(INT64_MIN + i),
                                             i == 1 ? value_null() : value_real(1.0 / (double)i)},
                      &err));
    }
    GOOD(bulk_close(record, &err));
    GOOD(bulk_close(row, &err));
    both_execute(t, "INSERT INTO search_care VALUES ('person.family_name', 'larke', 2)");
    both_execute(t, "INSERT INTO signin_failure VALUES ('b', 2), ('a', 1), ('b', 2)");
    both_commit(t);
}

static struct slice path_in(struct both *both, const char *name)
{
    return arena_format(both->arena, "%.*s/%s", PRINT(both->folder), name);
}

static void a_backup_is_restored_into_either_database_the_same(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    fill(both);
    struct store *store = open_at(both->address, STORE_HUB);
    struct backup_summary made, verified, restored, again;
    struct slice path = path_in(both, "hub.backup");
    GOOD(store_backup(store, path, &made, &err));
    store_close(store);
    assert_false(host_exists(path_in(both, "hub.backup.part")));
    struct stat status;
    assert_int_equal(stat(path.at, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal((uint64_t)status.st_size, made.bytes);
    GOOD(store_backup_verify(host_real(), path, &verified, &err));
    assert_true(digest_equal(&made.digest, &verified.digest));
    assert_int_equal(verified.rows, made.rows);
    assert_true(made.rows == 14 && made.tables > 20);
    for (int into = 0; into < 2; into++) {
        struct slice address = both_fresh_address(both, into ? STORE_POSTGRESQL : STORE_SQLITE);
        if (address.len == 0)
            continue; /* no PostgreSQL here: said by the test's other half */
        const struct store_options options = {.address = address, .host = still_host()};
        GOOD(store_restore(&options, path, &restored, &err));
        assert_int_equal(restored.rows, made.rows);
        store = open_at(address, STORE_HUB);
        GOOD(store_backup(store, path_in(both, into ? "again1" : "again0"), &again, &err));
        assert_true(digest_equal(&made.digest, &again.digest)); /* the same bytes, from whichever database */
        struct check_report report;
        GOOD(store_check(store, NULL, 0, both->arena, &report, &err));
        assert_int_equal(report.count, 0);
        store_close(store);
    }
}

static void the_audits_store_is_backed_up_too(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct backup_summary made, restored;
    GOOD(store_backup(both->store, path_in(both, "audit.backup"), &made, &err));
    assert_int_equal(made.schema, STORE_AUDIT);
    const struct store_options options = {.address = both_fresh_address(both, both->dialect), .host = host_real()};
    GOOD(store_restore(&options, path_in(both, "audit.backup"), &restored, &err));
    struct store *store = open_at(options.address, STORE_AUDIT);
    struct check_report report;
    GOOD(store_check(store, NULL, 0, both->arena, &report, &err));
    assert_int_equal(report.count, 0);
    store_close(store);
}

static void a_backup_holds_what_was_committed_when_it_began(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    fill(both);
    struct transaction *t = both_begin(both, TRANSACTION_WRITE);
    both_execute(t, "INSERT INTO signin_failure VALUES ('c', 3)");
    struct backup_summary during, after;
    GOOD(store_backup(both->store, path_in(both, "one"), &during, &err));
    both_commit(t);
    GOOD(store_backup(both->store, path_in(both, "two"), &after, &err));
    assert_int_equal(after.rows, during.rows + 1);
    assert_false(store_backup(both->store, path_in(both, "two"), &after, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
}

static void a_damaged_backup_is_refused_and_nothing_is_made(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct backup_summary sum;
    struct slice path = path_in(both, "hub.backup"), bad = path_in(both, "bad"), bytes;
    struct transaction *t = both_begin(both, TRANSACTION_WRITE);
    both_execute(t, "INSERT INTO signin_failure VALUES ('b', 2), ('a', 1)");
    both_commit(t);
    GOOD(store_backup(both->store, path, NULL, &err));
    GOOD(host_read_file(host_real(), path, 10 << 20, both->arena, &bytes, &err));
    const struct store_options into = {.address = path_in(both, "new.db"), .host = host_real()};
    assert_true(bytes.len > 1000 && bytes.len < 20000);
    int fd = open(bad.at, O_RDWR | O_CREAT, 0600);
    assert_true(fd >= 0);
    struct arena *arena = arena_make(0);
    for (size_t i = 0; i < bytes.len; i++) { /* every byte changed, every bit of it in turn */
        char changed = (char)(bytes.at[i] ^ (1 << (i % 8)));
        if (i == 0)
            assert_int_equal(pwrite(fd, bytes.at, bytes.len, 0), (ssize_t)bytes.len);
        assert_int_equal(pwrite(fd, &changed, 1, (off_t)i), 1);
        assert_false(store_backup_verify(host_real(), bad, &sum, &err));
        assert_int_equal(err.code, ERROR_INPUT);
        assert_int_equal(pwrite(fd, &bytes.at[i], 1, (off_t)i), 1);
    }
    GOOD(store_backup_verify(host_real(), bad, &sum, &err));
    assert_int_equal(pwrite(fd, "x", 1, (off_t)bytes.len), 1); /* and one byte more */
    assert_false(store_backup_verify(host_real(), bad, &sum, &err));
    for (size_t len = bytes.len; len-- > 0;) { /* cut at every length */
        assert_int_equal(ftruncate(fd, (off_t)len), 0);
        assert_false(store_backup_verify(host_real(), bad, &sum, &err));
        assert_int_equal(err.code, ERROR_INPUT);
        if (len % 500 == 0)
            assert_false(store_restore(&into, bad, &sum, &err));
    }
    close(fd);
    arena_free(arena);
    assert_false(host_exists(into.address));
    assert_non_null(strstr(err.text, "no backup of Staithe's"));
}

static void a_restore_needs_an_empty_place(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct backup_summary sum;
    fill(both);
    GOOD(store_backup(both->store, path_in(both, "b"), &sum, &err));
    const struct store_options into = {.address = both->address, .host = host_real()};
    assert_false(store_restore(&into, path_in(both, "b"), &sum, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    both_reopen(both);
    struct transaction *t = both_begin(both, TRANSACTION_READ);
    assert_int_equal(both_integer(both, t, "SELECT count(*) FROM record"), 3);
}

static void a_restore_that_was_cut_short_is_not_a_store(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct transaction *t = both_begin(both, TRANSACTION_WRITE);
    both_execute(t, "CREATE TABLE restore_unfinished (since BIGINT)"); /* as a restore does, until its rows are in */
    both_commit(t);
    struct store *store;
    for (int create = 0; create < 2; create++) {
        const struct store_options options = {.address = both->address, .host = host_real(), .create = create};
        assert_false(store_open(&options, &store, &err));
        assert_non_null(strstr(err.text, "cut short"));
    }
}

static void a_backup_of_a_newer_schema_is_refused(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct backup_summary sum;
    struct slice path = path_in(both, "newer");
    char bytes[200];
    int len = snprintf(bytes, sizeof bytes, "Staithe backup 1\nschema hub %d\nmade 2026-11-27T12:00:00Z\nZ",
                       store_schema_known(STORE_HUB) + 1);
    struct digest digest = hash_sha256(slice_from(bytes, (size_t)len));
    memcpy(bytes + len, digest.bytes, sizeof digest.bytes);
    GOOD(host_write_file(host_real(), path, slice_from(bytes, (size_t)len + sizeof digest.bytes), &err));
    GOOD(store_backup_verify(host_real(), path, &sum, &err));
    const struct store_options into = {.address = path_in(both, "new.db"), .host = host_real()};
    assert_false(store_restore(&into, path, &sum, &err));
    assert_int_equal(err.code, ERROR_STORE);
    assert_non_null(strstr(err.text, "use a newer program"));
    assert_false(host_exists(into.address));
}

/* ---- Check ---- */

static const struct {
    const char *breaks, *mends, *says;
} wrongs[] = {
    {"UPDATE record SET from_landing = 9 WHERE id = 2", "UPDATE record SET from_landing = 1",
     "version 2 came with landing 9, which its source does not have"},
    {"UPDATE record SET to_landing = 9 WHERE id = 2", "UPDATE record SET to_landing = NULL",
     "version 2 was ended by landing 9, which its source does not have"},
    {"UPDATE record SET to_landing = 1 WHERE id = 2", "UPDATE record SET to_landing = NULL",
     "version 2 ended with landing 1, before it began with 1"},
    {"UPDATE record SET source = 8 WHERE id = 2", "UPDATE record SET source = 1",
     "version 2 is of source 8, which is not there"},
    {"UPDATE record SET anchor = 1 WHERE id = 2", "UPDATE record SET anchor = id",
     "anchor 1 has versions of different keys or sources, or one older than itself"},
    {"UPDATE record SET anchor = 1, key = 'k1' WHERE id = 2", "UPDATE record SET anchor = id, key = 'k' || id",
     "anchor 1 has 2 current versions"},
    {"UPDATE record SET key = 'k1' WHERE id = 2", "UPDATE record SET key = 'k' || id",
     "source 1 has 2 current records of one key, the first of them version 1"},
    {"UPDATE landing SET rows_repeated = 2", "UPDATE landing SET rows_repeated = 0",
     "landing 1 took 4 rows in and accounts for 6"},
    {"UPDATE landing SET source = 8", "UPDATE landing SET source = 1", "landing 1 is of source 8, which is not there"},
    {"UPDATE source SET current_landing = 7", "UPDATE source SET current_landing = 1",
     "source care shows landing 7, which is not a current one of its own"},
    {"UPDATE landing SET records = 2", "UPDATE landing SET records = 3",
     "source care has 3 current records and its landing counted 2"},
    {"INSERT INTO quarantine (id, landing, line, rule, reason) VALUES (5, 9, 1, 'r', 'x')", "DELETE FROM quarantine",
     "quarantined row 5 is of landing 9, which is not there"},
    {"INSERT INTO edge VALUES (2, 1, 1, 5.0, 0, 0, 0)", "DELETE FROM edge",
     "the edge 2 – 1 does not run from the lower"},
    {"INSERT INTO edge VALUES (1, 77, 1, 5.0, 0, 0, 0)", "DELETE FROM edge",
     "the edge 1 – 77 does not run from the lower"},
    {"INSERT INTO edge VALUES (1, 2, 3, 5.0, 0, 0, 0)", "DELETE FROM edge",
     "edges were weighed by model 3, which is not there"},
    {"INSERT INTO member VALUES (1, 77, 1, 1)", "DELETE FROM member",
     "linkage 1 has a member of anchor 77, which is not there"},
    {"INSERT INTO member VALUES (1, 2, 1, 7)", "DELETE FROM member",
     "linkage 1 has anchor 2 as another source's than it is"},
    {"INSERT INTO member VALUES (4, 1, 1, 1)", "DELETE FROM member", "members are of linkage 4, which is not there"},
    {"INSERT INTO decision (id, a, b, verdict, decided_by, decided_at, reason, undone_by, undone_at, undone_reason) "
     "VALUES (6, 3, 2, 'join', 'x', 1, 'y', NULL, NULL, NULL)",
     "DELETE FROM decision", "decision 6 is not of the lower and the higher"},
    {"INSERT INTO decision (id, a, b, verdict, decided_by, decided_at, reason, undone_by, undone_at, undone_reason) "
     "VALUES (6, 1, 2, 'join', 'x', 1, 'y', 'z', NULL, NULL)",
     "DELETE FROM decision", "decision 6 is undone by nobody, or by somebody at no time"},
    {"INSERT INTO doubt (a, b, weight, why, found_at) VALUES (1, 77, 1.0, 'x', 1)", "DELETE FROM doubt",
     "the doubt about 1 – 77 is not of the lower"},
    {"INSERT INTO residence VALUES (77, '1', NULL, NULL, 'uprn')", "DELETE FROM residence",
     "a residence is of anchor 77, which is not there"},
    {"INSERT INTO entry_anchor VALUES (3, 1)", "DELETE FROM entry_anchor", "entry 3 about anchor 1 is not there"},
    {"INSERT INTO concern (id, linkage, entity, anchor, said_by, said_at, purpose, words, state) VALUES (2, 1, 1, 1, "
     "'a', 1, 'p', 'w', 'closed')",
     "DELETE FROM concern", "concern 2 is closed and was never closed"},
    {"UPDATE counter SET next = 3 WHERE name = 'record'", "UPDATE counter SET next = 4 WHERE name = 'record'",
     "the counter record stands at 3 and the ids that are used reach 3"},
    {"DELETE FROM source_care WHERE record = 2", "INSERT INTO source_care (record) VALUES (2)",
     "version 2 has no row in source_care"},
    {"INSERT INTO source_care (record) VALUES (77)", "DELETE FROM source_care WHERE record = 77",
     "the row 77 of source_care is of no version of that source"},
    {"INSERT INTO search_care VALUES ('a', 'b', 77)", "DELETE FROM search_care WHERE anchor = 77",
     "search_care has keys of anchor 77, which is not there"},
};

static bool found(const struct check_report *report, const char *says)
{
    for (size_t i = 0; i < report->count; i++)
        if (slice_search(report->found[i], slice_of(says)) < report->found[i].len)
            return true;
    for (size_t i = 0; i < report->count; i++)
        print_error("found: %.*s\n", PRINT(report->found[i]));
    return false;
}

static void change(struct both *both, const char *sql)
{
    struct transaction *t = both_begin(both, TRANSACTION_WRITE);
    both_execute(t, sql);
    both_commit(t);
}

static void each_broken_invariant_is_found(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct check_report report;
    fill(both);
    /* Keys of anchor 0 are of the source's words as such, and no fault. */
    change(both, "INSERT INTO search_care VALUES ('near', 'smth smith', 0)");
    for (size_t i = 0; i < countof(wrongs); i++) {
        GOOD(store_check(both->store, NULL, 0, both->arena, &report, &err));
        if (report.count)
            print_error("before %s: %.*s\n", wrongs[i].breaks, PRINT(report.found[0]));
        assert_int_equal(report.count, 0);
        assert_true(report.checks > 40);
        change(both, wrongs[i].breaks);
        GOOD(store_check(both->store, NULL, 0, both->arena, &report, &err));
        if (!found(&report, wrongs[i].says))
            fail_msg("not found: %s", wrongs[i].says);
        change(both, wrongs[i].mends);
    }
    GOOD(store_check(both->store, NULL, 0, both->arena, &report, &err));
    assert_int_equal(report.count, 0);
}

static bool another_rooms_check(void *context, struct transaction *t, struct check_report *report, struct error *err)
{
    (void)t;
    if (*(int *)context == 2)
        return error_set(err, ERROR_IO, "the folder cannot be read");
    check_found(report, "file %d is gone", *(int *)context);
    return true;
}

static void other_rooms_add_their_checks(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct check_report report;
    int number = 1;
    const struct store_checker more = {"the kept files", another_rooms_check, &number};
    GOOD(store_check(both->store, &more, 1, both->arena, &report, &err));
    assert_int_equal(report.count, 1);
    assert_true(found(&report, "file 1 is gone"));
    number = 2;
    assert_false(store_check(both->store, &more, 1, both->arena, &report, &err));
    assert_string_equal(err.text, "checking the kept files: the folder cannot be read");
}

static void a_damaged_page_is_found(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct transaction *t = both_begin(both, TRANSACTION_WRITE);
    for (int i = 0; i < 3000; i++) {
        int64_t id;
        GOOD(store_next_ids(t, arena_cstr(both->arena, arena_format(both->arena, "counter number %d", i)), 1, &id,
                            &err));
    }
    both_commit(t);
    store_close(both->store); /* the log goes into the file */
    both->store = NULL;
    char *path = arena_cstr(both->arena, both->address);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    int found_in = 0, pages = (int)(status.st_size / 4096), looked = 0;
    for (int page = 2; page < pages; page += pages / 12, looked++) {
        char kept[4096], wrong[4096];
        int fd = open(path, O_RDWR);
        assert_int_equal(pread(fd, kept, sizeof kept, (off_t)page * 4096), (ssize_t)sizeof kept);
        memset(wrong, 0x5a, sizeof wrong);
        assert_int_equal(pwrite(fd, wrong, sizeof wrong, (off_t)page * 4096), (ssize_t)sizeof wrong);
        close(fd);
        struct store *store = open_at(both->address, STORE_HUB);
        struct check_report report = {0};
        if (!store_check(store, NULL, 0, both->arena, &report, &err) || report.count > 0)
            found_in++;
        store_close(store);
        fd = open(path, O_RDWR);
        assert_int_equal(pwrite(fd, kept, sizeof kept, (off_t)page * 4096), (ssize_t)sizeof kept);
        close(fd);
    }
    assert_true(looked >= 10);
    assert_int_equal(found_in, looked);
    both->store = open_at(both->address, STORE_HUB);
    struct check_report report;
    GOOD(store_check(both->store, NULL, 0, both->arena, &report, &err));
    assert_int_equal(report.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_backup_is_restored_into_either_database_the_same),
        AUDIT_ON_BOTH(the_audits_store_is_backed_up_too),
        ON_BOTH(a_backup_holds_what_was_committed_when_it_began),
        ON_SQLITE(a_damaged_backup_is_refused_and_nothing_is_made),
        ON_BOTH(a_restore_needs_an_empty_place),
        ON_BOTH(a_restore_that_was_cut_short_is_not_a_store),
        ON_SQLITE(a_backup_of_a_newer_schema_is_refused),
        ON_BOTH(each_broken_invariant_is_found),
        ON_BOTH(other_rooms_add_their_checks),
        ON_SQLITE(a_damaged_page_is_found),
    };
    return cmocka_run_group_tests_name("backup", tests, NULL, NULL);
}
