#include "store/both.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(ids_count_from_one_without_a_gap),
        ON_BOTH(values_come_back_as_they_went_in),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
