#include "store/both.h"

#include <sys/stat.h>

/* The next ids are the first of a run that nobody else gets. */
static void ids_count_from_one_without_a_gap(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct transaction *t = both_begin(both, TRANSACTION_WRITE);
    int64_t first = 0;
    GOOD(store_next_ids(t, "record", 1, &first, &err));
    assert_int_equal(first, 1);
    GOOD(store_next_ids(t, "record", 100, &first, &err));
    assert_int_equal(first, 2);
    GOOD(store_next_ids(t, "landing", 5, &first, &err));
    assert_int_equal(first, 1);
    both_commit(t);
    t = both_begin(both, TRANSACTION_WRITE);
    GOOD(store_next_ids(t, "record", 1, &first, &err));
    assert_int_equal(first, 102);
    transaction_rollback(t);
    t = both_begin(both, TRANSACTION_WRITE);
    GOOD(store_next_ids(t, "record", 1, &first, &err));
    assert_int_equal(first, 102);
    both_commit(t);
}

/* A table with every type, made by hand so that these tests stand whatever the schema becomes. */
static void make_things(struct transaction *t)
{
    both_execute(t,
                 store_dialect(transaction_store(t)) == STORE_SQLITE
                     ? "CREATE TABLE thing (n INTEGER NOT NULL PRIMARY KEY, words TEXT, weight REAL, bytes BLOB) STRICT"
                     : "CREATE TABLE thing (n BIGINT NOT NULL PRIMARY KEY, words TEXT COLLATE \"C\", weight DOUBLE "
                       "PRECISION, bytes BYTEA)");
}

static const struct bulk_column thing_columns[] = {
    {"n", VALUE_INTEGER}, {"words", VALUE_TEXT}, {"weight", VALUE_REAL}, {"bytes", VALUE_BYTES}};

static struct sql numbered(struct both *both, const char *sqlite)
{
    char *text = arena_cstr(both->arena, slice_of(sqlite));
    for (char *c = text; *c; c++)
        if (*c == '?' && both->dialect == STORE_POSTGRESQL)
            *c = '$';
    return (struct sql){slice_of(text)};
}

static bool same(const struct value *a, const struct value *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case VALUE_NULL:
        return true;
    case VALUE_INTEGER:
        return a->integer == b->integer;
    case VALUE_REAL:
        return memcmp(&a->real, &b->real, sizeof a->real) == 0;
    default:
        return slice_equal(a->text, b->text);
    }
}

static void values_come_back_as_they_went_in(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct transaction *t = both_begin(both, TRANSACTION_WRITE);
    make_things(t);
    char *long_text = arena_array(both->arena, char, 3000001);
    memset(long_text, 'x', 3000000);
    const struct value rows[][4] = {
        {value_integer(1), value_text(S("Zoë 'quoted' \"twice\" \\ \xf0\x9f\x8f\xa0")), value_real(0.1),
         value_bytes("\0\1\xff", 3)},
        {value_integer(INT64_MAX), value_text(S("")), value_real(-1e300), value_bytes("", 0)},
        {value_integer(INT64_MIN), value_null(), value_null(), value_null()},
        {value_integer(0), value_text(slice_of(long_text)), value_real(1.0 / 3), value_bytes(long_text, 70000)},
        {value_integer(-5), value_text(S("a\tb\nc\r,\x7f")), value_real(3), value_null()},
    };
    struct sql insert = numbered(both, "INSERT INTO thing VALUES (?1, ?2, ?3, ?4)");
    struct sql select = numbered(both, "SELECT n, words, weight, bytes FROM thing WHERE n = ?1");
    for (int bulk_too = 0; bulk_too < 2; bulk_too++) {
        struct bulk *bulk;
        if (bulk_too)
            GOOD(bulk_open(t, "thing", thing_columns, 4, both->arena, &bulk, &err));
        for (size_t i = 0; i < countof(rows); i++) {
            int64_t changed = 0;
            if (bulk_too) {
                GOOD(bulk_add(bulk, rows[i], &err));
                continue;
            }
            GOOD(store_execute_sql(t, &insert, rows[i], 4, &changed, &err));
            assert_int_equal(changed, 1);
        }
        if (bulk_too)
            GOOD(bulk_close(bulk, &err));
        for (size_t i = 0; i < countof(rows); i++) {
            struct result r;
            GOOD(store_query_sql(t, &select, rows[i], 1, both->arena, &r, &err));
            assert_int_equal(r.rows, 1);
            assert_int_equal(r.columns, 4);
            for (size_t j = 0; j < 4; j++)
                assert_true(same(&r.cells[j], &rows[i][j]));
        }
        int64_t changed;
        struct sql clear = numbered(both, "DELETE FROM thing");
        GOOD(store_execute_sql(t, &clear, NO_ARGS, &changed, &err));
        assert_int_equal(changed, countof(rows));
    }
    transaction_rollback(t);
}

static void an_arena_that_ends_rolls_back_and_frees_the_writer(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct arena *request = arena_make(0);
    struct transaction *t;
    int64_t first;
    GOOD(store_begin(both->store, TRANSACTION_WRITE, NULL, request, &t, &err));
    GOOD(store_next_ids(t, "record", 7, &first, &err));
    struct bulk *bulk;
    make_things(t);
    GOOD(bulk_open(t, "thing", thing_columns, 4, request, &bulk, &err));
    GOOD(bulk_add(bulk, (const struct value[]){value_integer(1), value_null(), value_null(), value_null()}, &err));
    arena_free(request);
    t = both_begin(both, TRANSACTION_WRITE);
    GOOD(store_next_ids(t, "record", 1, &first, &err));
    assert_int_equal(first, 1);
    make_things(t); /* and the table is not there either */
    both_commit(t);
}

static void a_reader_sees_one_snapshot(void **state)
{
    struct both *both = both_of(state);
    struct transaction *reader = both_begin(both, TRANSACTION_READ);
    struct transaction *writer = both_begin(both, TRANSACTION_WRITE);
    struct error err;
    int64_t first;
    GOOD(store_next_ids(writer, "record", 1, &first, &err));
    both_commit(writer);
    /* The reader began before the change, though it asks only now. */
    assert_int_equal(both_integer(both, reader, "SELECT count(*) FROM counter"), 0);
    struct transaction *later = both_begin(both, TRANSACTION_READ);
    assert_int_equal(both_integer(both, later, "SELECT count(*) FROM counter"), 1);
    assert_int_equal(both_integer(both, reader, "SELECT count(*) FROM counter"), 0);
}

static void a_reader_cannot_write(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct transaction *t = both_begin(both, TRANSACTION_READ);
    struct sql sql = {S("INSERT INTO counter VALUES ('x', 1)")};
    assert_false(store_execute_sql(t, &sql, NO_ARGS, NULL, &err));
    transaction_rollback(t);
    t = both_begin(both, TRANSACTION_READ);
    assert_int_equal(both_integer(both, t, "SELECT count(*) FROM counter"), 0);
}

static void nul_and_broken_utf8_are_refused(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    const struct slice wrong[] = {
        S_INIT("a\0b"),        S_INIT("\0"), S_INIT("12345678\0"), S_INIT("abc\xff"), S_INIT("caf\xe9 au lait"),
        S_INIT("\xed\xa0\x80")};
    for (size_t i = 0; i < countof(wrong); i++) {
        for (int bulk_too = 0; bulk_too < 2; bulk_too++) {
            struct transaction *t = both_begin(both, TRANSACTION_WRITE);
            make_things(t);
            const struct value row[] = {value_integer(1), value_text(wrong[i]), value_null(), value_null()};
            struct sql insert = numbered(both, "INSERT INTO thing VALUES (?1, ?2, ?3, ?4)");
            struct bulk *bulk;
            if (bulk_too)
                GOOD(bulk_open(t, "thing", thing_columns, 4, both->arena, &bulk, &err));
            assert_false(bulk_too ? bulk_add(bulk, row, &err) : store_execute_sql(t, &insert, row, 4, NULL, &err));
            assert_int_equal(err.code, ERROR_INPUT);
            transaction_rollback(t);
        }
    }
}

static void a_key_that_is_there_is_a_conflict_and_nothing_is_kept(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct transaction *t = both_begin(both, TRANSACTION_WRITE);
    make_things(t);
    both_commit(t);
    t = both_begin(both, TRANSACTION_WRITE);
    both_execute(t, "INSERT INTO thing (n) VALUES (1)");
    struct sql again = {S("INSERT INTO thing (n) VALUES (1)")};
    assert_false(store_execute_sql(t, &again, NO_ARGS, NULL, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    struct sql other = {S("INSERT INTO thing (n) VALUES (2)")};
    assert_false(store_execute_sql(t, &other, NO_ARGS, NULL, &err));
    assert_false(transaction_commit(t, &err));
    assert_int_equal(err.code, ERROR_STORE);
    t = both_begin(both, TRANSACTION_WRITE);
    struct bulk *bulk;
    GOOD(bulk_open(t, "thing", thing_columns, 1, both->arena, &bulk, &err));
    const struct value row = value_integer(7);
    GOOD(bulk_add(bulk, &row, &err));
    assert_false(bulk_add(bulk, &row, &err) && bulk_close(bulk, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    assert_non_null(strstr(err.text, "writing to thing"));
    transaction_rollback(t);
    t = both_begin(both, TRANSACTION_READ);
    assert_int_equal(both_integer(both, t, "SELECT count(*) FROM thing"), 0);
}

static void a_second_writer_waits_and_then_is_told(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    const struct store_options options = {.address = both->address, .host = host_real(), .wait_ms = 200};
    struct store *other;
    GOOD(store_open(&options, &other, &err));
    struct transaction *t = both_begin(both, TRANSACTION_WRITE), *second;
    assert_false(store_begin(other, TRANSACTION_WRITE, NULL, both->arena, &second, &err));
    assert_int_equal(err.code, ERROR_BUSY);
    both_commit(t);
    struct arena *arena = arena_make(0);
    GOOD(store_begin(other, TRANSACTION_WRITE, NULL, arena, &second, &err));
    /* Within one program too. */
    struct transaction *third;
    assert_false(store_begin(other, TRANSACTION_WRITE, NULL, both->arena, &third, &err));
    assert_int_equal(err.code, ERROR_BUSY);
    arena_free(arena);
    GOOD(store_begin(other, TRANSACTION_WRITE, NULL, both->arena, &third, &err));
    transaction_rollback(third);
    store_close(other);
}

struct walk {
    struct both *both;
    struct transaction *t;
    int64_t seen, sum, stop_at;
};

static bool walk_row(void *context, const struct value *cells, size_t columns, struct error *err)
{
    struct walk *walk = context;
    assert_int_equal(columns, 2);
    assert_int_equal(cell_integer(&cells[0]), walk->seen);
    assert_true(slice_starts(cell_text(&cells[1]), S("words ")));
    walk->seen++;
    if (walk->seen == walk->stop_at)
        return error_set(err, ERROR_CANCELLED, "enough");
    if (walk->seen % 700 == 0) /* another statement of the same transaction, and the same one again */
        walk->sum += both_integer(walk->both, walk->t, "SELECT count(*) FROM thing");
    return true;
}

static void rows_come_one_by_one_and_others_may_be_asked_between(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct transaction *t = both_begin(both, TRANSACTION_WRITE);
    make_things(t);
    struct bulk *bulk;
    GOOD(bulk_open(t, "thing", thing_columns, 2, both->arena, &bulk, &err));
    for (int i = 0; i < 2500; i++)
        GOOD(bulk_add(bulk,
                      (const struct value[]){value_integer(i), value_text(arena_format(both->arena, "words %d", i))},
                      &err));
    GOOD(bulk_close(bulk, &err));
    struct walk walk = {.both = both, .t = t};
    struct sql all = {S("SELECT n, words FROM thing ORDER BY n")};
    GOOD(store_each_sql(t, &all, NO_ARGS, walk_row, &walk, &err));
    assert_int_equal(walk.seen, 2500);
    assert_int_equal(walk.sum, 3 * 2500);
    both_commit(t);
    t = both_begin(both, TRANSACTION_READ);
    walk = (struct walk){.both = both, .t = t, .stop_at = 1200};
    assert_false(store_each_sql(t, &all, NO_ARGS, walk_row, &walk, &err));
    assert_int_equal(err.code, ERROR_CANCELLED);
    assert_int_equal(walk.seen, 1200);
    walk = (struct walk){.both = both, .t = t};
    GOOD(store_each_sql(t, &all, NO_ARGS, walk_row, &walk, &err));
    assert_int_equal(walk.seen, 2500);
}

static void an_answer_past_the_arenas_limit_is_too_big(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct transaction *t = both_begin(both, TRANSACTION_WRITE);
    make_things(t);
    for (int i = 0; i < 20; i++) {
        struct sql insert = numbered(both, "INSERT INTO thing (n, bytes) VALUES (?1, ?2)");
        static const char zeros[10000];
        GOOD(store_execute_sql(t, &insert, ARGS(value_integer(i), value_bytes(zeros, sizeof zeros)), NULL, &err));
    }
    both_commit(t);
    t = both_begin(both, TRANSACTION_READ);
    struct arena *small = arena_make(50000);
    struct result r;
    struct sql all = {S("SELECT n, bytes FROM thing ORDER BY n")};
    assert_false(store_query_sql(t, &all, NO_ARGS, small, &r, &err));
    assert_int_equal(err.code, ERROR_TOO_BIG);
    assert_true(arena_used(small) < 100000);
    arena_free(small);
}

static void several_bulks_may_be_open_at_once(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct transaction *t = both_begin(both, TRANSACTION_WRITE);
    make_things(t);
    struct bulk *first, *second;
    static const struct bulk_column counter[] = {{"name", VALUE_TEXT}, {"next", VALUE_INTEGER}};
    GOOD(bulk_open(t, "thing", thing_columns, 1, both->arena, &first, &err));
    GOOD(bulk_open(t, "counter", counter, 2, both->arena, &second, &err));
    for (int i = 0; i < 50000; i++) {
        GOOD(bulk_add(first, (const struct value[]){value_integer(i)}, &err));
        if (i % 100 == 0)
            GOOD(bulk_add(second,
                          (const struct value[]){value_text(arena_format(both->arena, "c%d", i)), value_integer(i)},
                          &err));
    }
    int64_t id;
    GOOD(store_next_ids(t, "record", 1, &id, &err));
    GOOD(bulk_close(second, &err));
    GOOD(bulk_close(first, &err));
    both_commit(t);
    t = both_begin(both, TRANSACTION_READ);
    assert_int_equal(both_integer(both, t, "SELECT count(*) FROM thing"), 50000);
    assert_int_equal(both_integer(both, t, "SELECT count(*) FROM counter"), 501);
}

static void a_bulk_that_was_not_closed_is_told_by_the_count(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct transaction *t = both_begin(both, TRANSACTION_WRITE);
    make_things(t);
    both_commit(t);
    /* The same insert is ready again after a transaction that left it half done. */
    for (int round = 0; round < 3; round++) {
        t = both_begin(both, TRANSACTION_WRITE);
        struct bulk *bulk;
        GOOD(bulk_open(t, "thing", thing_columns, 1, both->arena, &bulk, &err));
        GOOD(bulk_add(bulk, (const struct value[]){value_integer(round)}, &err));
        transaction_rollback(t);
    }
    t = both_begin(both, TRANSACTION_READ);
    assert_int_equal(both_integer(both, t, "SELECT count(*) FROM thing"), 0);
}

static void numbers_and_words_are_the_same_on_both(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct transaction *t = both_begin(both, TRANSACTION_WRITE);
    make_things(t);
    both_execute(t, "INSERT INTO thing (n, words, weight) VALUES (1, 'b', 1.5), (2, 'B', 2.5), (3, 'é', NULL), (4, "
                    "'a', 0.25), (5, NULL, 8)");
    struct sql sums = {
        S("SELECT sum(n), count(*), count(words), n = 7, max(weight), sum(weight), CAST(7 AS BIGINT) / 2, avg(n) "
          "FROM (SELECT n, words, weight FROM thing) AS x GROUP BY n = 7")};
    struct result r;
    GOOD(store_query_sql(t, &sums, NO_ARGS, both->arena, &r, &err));
    assert_int_equal(r.rows, 1);
    assert_int_equal(cell_integer(&r.cells[0]), 15);
    assert_int_equal(cell_integer(&r.cells[1]), 5);
    assert_int_equal(cell_integer(&r.cells[2]), 4);
    assert_int_equal(cell_integer(&r.cells[3]), 0);
    assert_true(cell_real(&r.cells[4]) == 8.0 && cell_real(&r.cells[5]) == 12.25);
    assert_int_equal(cell_integer(&r.cells[6]), 3);
    assert_true(r.cells[7].kind == VALUE_REAL && cell_real(&r.cells[7]) == 3.0);
    struct sql order = {S("SELECT words FROM thing WHERE words IS NOT NULL ORDER BY words")};
    GOOD(store_query_sql(t, &order, NO_ARGS, both->arena, &r, &err));
    assert_int_equal(r.rows, 4);
    const struct slice expected[] = {S_INIT("B"), S_INIT("a"), S_INIT("b"), S_INIT("é")};
    for (size_t i = 0; i < 4; i++)
        assert_true(slice_equal(cell_text(&r.cells[i]), expected[i]));
    transaction_rollback(t);
}

static void nothing_is_made_without_create(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct store *store;
    struct store_options options = {.address = both_fresh_address(both, both->dialect), .host = host_real()};
    assert_false(store_open(&options, &store, &err));
    assert_int_equal(err.code, both->dialect == STORE_SQLITE ? ERROR_NOT_FOUND : ERROR_STORE);
    assert_non_null(strstr(err.text, "staithe init"));
    if (both->dialect == STORE_SQLITE)
        assert_false(host_exists(options.address));
    options.address = both->address;
    options.read_only = true;
    GOOD(store_open(&options, &store, &err));
    struct transaction *t;
    assert_false(store_begin(store, TRANSACTION_WRITE, NULL, both->arena, &t, &err));
    assert_int_equal(err.code, ERROR_STORE);
    GOOD(store_begin(store, TRANSACTION_READ, NULL, both->arena, &t, &err));
    transaction_rollback(t);
    store_close(store);
}

static void the_hubs_file_is_not_taken_for_another(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct store *store;
    struct store_options options = {
        .address = both->address, .host = host_real(), .schema = STORE_AUDIT, .create = true};
    assert_false(store_open(&options, &store, &err));
    assert_non_null(strstr(err.text, "not the audit's"));
    struct slice path = arena_format(both->arena, "%.*s/notes.txt", PRINT(both->folder));
    GOOD(host_write_file(host_real(), path,
                         S("these are notes and no database, however long the text may be; "
                           "SQLite looks at the first hundred bytes"),
                         &err));
    options.address = path;
    assert_false(store_open(&options, &store, &err));
    assert_int_equal(err.code, ERROR_STORE);
    struct stat status;
    assert_int_equal(stat(arena_cstr(both->arena, both->address), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void a_server_that_cuts_the_line_leaves_the_state_before(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct transaction *t = both_begin(both, TRANSACTION_WRITE);
    int64_t id;
    GOOD(store_next_ids(t, "record", 5, &id, &err));
    int64_t backend = both_integer(both, t, "SELECT pg_backend_pid()");
    struct arena *arena = arena_make(0);
    struct transaction *killer;
    GOOD(store_begin(both->store, TRANSACTION_READ, NULL, arena, &killer, &err));
    struct sql cut = {arena_format(arena, "SELECT pg_terminate_backend(%lld)", (long long)backend)};
    GOOD(store_execute_sql(killer, &cut, NO_ARGS, NULL, &err));
    arena_free(arena);
    assert_false(store_next_ids(t, "record", 5, &id, &err) && transaction_commit(t, &err));
    assert_int_equal(err.code, ERROR_BUSY);
    transaction_rollback(t);
    /* The writer connects anew. */
    t = both_begin(both, TRANSACTION_WRITE);
    GOOD(store_next_ids(t, "record", 1, &id, &err));
    assert_int_equal(id, 1);
    both_commit(t);
    /* And so does a reader that died while it was idle. */
    t = both_begin(both, TRANSACTION_WRITE);
    both_execute(t,
                 "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
                 "pg_backend_pid()");
    both_commit(t);
    t = both_begin(both, TRANSACTION_READ);
    assert_int_equal(both_integer(both, t, "SELECT count(*) FROM counter"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(ids_count_from_one_without_a_gap),
        ON_BOTH(values_come_back_as_they_went_in),
        ON_BOTH(an_arena_that_ends_rolls_back_and_frees_the_writer),
        ON_BOTH(a_reader_sees_one_snapshot),
        ON_BOTH(a_reader_cannot_write),
        ON_BOTH(nul_and_broken_utf8_are_refused),
        ON_BOTH(a_key_that_is_there_is_a_conflict_and_nothing_is_kept),
        ON_BOTH(a_second_writer_waits_and_then_is_told),
        ON_BOTH(rows_come_one_by_one_and_others_may_be_asked_between),
        ON_BOTH(an_answer_past_the_arenas_limit_is_too_big),
        ON_BOTH(several_bulks_may_be_open_at_once),
        ON_BOTH(a_bulk_that_was_not_closed_is_told_by_the_count),
        ON_BOTH(numbers_and_words_are_the_same_on_both),
        ON_BOTH(nothing_is_made_without_create),
        ON_SQLITE(the_hubs_file_is_not_taken_for_another),
        ON_POSTGRESQL(a_server_that_cuts_the_line_leaves_the_state_before),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
