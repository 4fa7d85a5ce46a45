#include "store/both.h"
#include "store/source_table.h"

#include <inttypes.h>

static const struct source_table_column columns[] = {{S_INIT("name"), COLUMN_TEXT},
                                                     {S_INIT("visits"), COLUMN_INTEGER},
                                                     {S_INIT("score"), COLUMN_REAL},
                                                     {S_INIT("order"), COLUMN_TEXT}};
static const struct source_table fire = {S_INIT("fire_visits"), 7, columns, countof(columns)};

static void put_record(struct both *both, struct transaction *t, int64_t id, int64_t anchor, int64_t from, int64_t to,
                       const struct value cells[4])
{
    struct error err;
    struct bulk *bulk;
    static const struct bulk_column record[] = {{"id", VALUE_INTEGER},          {"source", VALUE_INTEGER},
                                                {"anchor", VALUE_INTEGER},      {"key", VALUE_TEXT},
                                                {"hash", VALUE_BYTES},          {"from_landing", VALUE_INTEGER},
                                                {"to_landing", VALUE_INTEGER},  {"line", VALUE_INTEGER},
                                                {"file_offset", VALUE_INTEGER}, {"file_length", VALUE_INTEGER}};
    GOOD(bulk_open(t, "record", record, countof(record), both->arena, &bulk, &err));
    const struct value row[] = {value_integer(id),
                                value_integer(7),
                                value_integer(anchor),
                                value_text(arena_format(both->arena, "k%" PRId64, anchor)),
                                value_bytes("h", 1),
                                value_integer(from),
                                to ? value_integer(to) : value_null(),
                                value_integer(id + 1),
                                value_integer(0),
                                value_integer(0)};
    GOOD(bulk_add(bulk, row, &err));
    GOOD(bulk_close(bulk, &err));
    static const struct bulk_column source[] = {{"record", VALUE_INTEGER},
                                                {"name", VALUE_TEXT},
                                                {"visits", VALUE_INTEGER},
                                                {"score", VALUE_REAL},
                                                {"order", VALUE_TEXT}};
    GOOD(bulk_open(t, "source_fire_visits", source, countof(source), both->arena, &bulk, &err));
    const struct value wide[] = {value_integer(id), cells[0], cells[1], cells[2], cells[3]};
    GOOD(bulk_add(bulk, wide, &err));
    GOOD(bulk_close(bulk, &err));
}

/* Landing 1 has records 1 to 3; landing 2 changes 2 (as 4), closes 3 and brings 5; it is not current yet. */
static struct transaction *two_landings(struct both *both)
{
    struct error err;
    struct transaction *t = both_begin(both, TRANSACTION_WRITE);
    GOOD(source_table_ensure(t, &fire, &err));
    both_execute(
        t,
        both->dialect == STORE_SQLITE
            ? "INSERT INTO source (id, name, contract, contract_digest, current_landing) VALUES (7, 'fire_visits', '', "
              "x'00', 1)"
            : "INSERT INTO source (id, name, contract, contract_digest, current_landing) VALUES (7, 'fire_visits', '', "
              "'\\x00', 1)");
    put_record(both, t, 1, 1, 1, 0,
               (const struct value[]){value_text(S("Ada Larke")), value_integer(3), value_real(0.5), value_null()});
    put_record(both, t, 2, 2, 1, 2,
               (const struct value[]){value_text(S("Ben ÉDEN")), value_integer(0), value_null(), value_text(S("x"))});
    put_record(both, t, 3, 3, 1, 2,
               (const struct value[]){value_null(), value_null(), value_real(2), value_text(S("y"))});
    put_record(both, t, 4, 2, 2, 0,
               (const struct value[]){value_text(S("Ben Eden")), value_integer(1), value_null(), value_text(S("x"))});
    put_record(both, t, 5, 5, 2, 0,
               (const struct value[]){value_text(S("O'Neill; DROP TABLE record")), value_integer(9), value_real(-1),
                                      value_null()});
    return t;
}

static const struct slice shown[] = {S_INIT("order"), S_INIT("name"), S_INIT("score")};

static struct slice ids(struct both *both, struct transaction *t, struct source_read read)
{
    struct error err;
    struct sql sql;
    const struct value *args;
    size_t count;
    struct result r;
    read.table = &fire;
    if (!read.columns) {
        read.columns = shown;
        read.column_count = countof(shown);
    }
    source_table_select(&read, both->dialect, both->arena, &sql, &args, &count);
    GOOD(store_query_sql(t, &sql, args, count, both->arena, &r, &err));
    struct buffer out = buffer_make(both->arena);
    for (size_t i = 0; i < r.rows; i++)
        buffer_format(&out, "%s%" PRId64, i ? " " : "", cell_integer(&result_row(&r, i)[0]));
    return buffer_slice(&out);
}

#define assert_ids(expected, ...) assert_string_equal(ids(both, t, (struct source_read){__VA_ARGS__}).at, expected)

static void a_landings_rows_appear_together_when_it_becomes_current(void **state)
{
    struct both *both = both_of(state);
    struct transaction *t = two_landings(both);
    assert_ids("1 2 3", .limit = 0);
    assert_ids("1 2 3", .all_versions = true);
    both_execute(t, "UPDATE source SET current_landing = 2");
    assert_ids("1 4 5", .limit = 0);
    assert_ids("1 2 4 3 5", .all_versions = true); /* by anchor, then by version */
    assert_ids("1 4", .limit = 2);
    transaction_rollback(t);
}

static void the_cells_come_in_the_order_that_was_asked(void **state)
{
    struct both *both = both_of(state);
    struct transaction *t = two_landings(both);
    struct error err;
    struct source_read read = {
        .table = &fire, .columns = shown, .column_count = 3, .anchors = (const int64_t[]){2}, .anchor_count = 1};
    struct sql sql;
    const struct value *args;
    size_t count;
    struct result r;
    source_table_select(&read, both->dialect, both->arena, &sql, &args, &count);
    GOOD(store_query_sql(t, &sql, args, count, both->arena, &r, &err));
    assert_int_equal(r.rows, 1);
    assert_int_equal(r.columns, 7);
    assert_int_equal(cell_integer(&r.cells[1]), 2);
    assert_int_equal(cell_integer(&r.cells[2]), 1);
    assert_int_equal(cell_integer(&r.cells[3]), 3);
    assert_true(slice_equal(cell_text(&r.cells[4]), S("x")));
    assert_true(slice_equal(cell_text(&r.cells[5]), S("Ben ÉDEN")));
    assert_true(cell_null(&r.cells[6]));
    transaction_rollback(t);
}

static void records_are_narrowed_by_anchor_and_condition(void **state)
{
    struct both *both = both_of(state);
    struct transaction *t = two_landings(both);
    both_execute(t, "UPDATE source SET current_landing = 2");
    const int64_t some[] = {5, 1, 99, 1};
    int64_t many[3000];
    for (size_t i = 0; i < countof(many); i++)
        many[i] = (int64_t)i + 2;
    assert_ids("1 5", .anchors = some, .anchor_count = countof(some));
    assert_ids("4 5", .anchors = many, .anchor_count = countof(many));
#define WHERE(...)                                                                                                     \
    .conditions = (const struct condition[]){__VA_ARGS__},                                                             \
    .condition_count = countof(((const struct condition[]){__VA_ARGS__}))
#define VALUES(...)                                                                                                    \
    .values = (const struct value[]){__VA_ARGS__}, .count = countof(((const struct value[]){__VA_ARGS__}))
    assert_ids("1", WHERE({.column = S("name"), .operator= CONDITION_EQUAL, VALUES(value_text(S("Ada Larke")))}));
    assert_ids(
        "5",
        WHERE({.column = S("name"), .operator= CONDITION_EQUAL, VALUES(value_text(S("O'Neill; DROP TABLE record")))}));
    assert_ids("4 5", WHERE({.column = S("name"), .operator= CONDITION_NOT_EQUAL, VALUES(value_text(S("Ada Larke")))}));
    assert_ids("1 5", WHERE({.column = S("visits"), .operator= CONDITION_AT_LEAST, VALUES(value_integer(3))}));
    assert_ids("1 5", WHERE({.column = S("visits"), .operator= CONDITION_AT_LEAST, VALUES(value_real(1.5))}));
    assert_ids("5", WHERE({.column = S("score"), .operator= CONDITION_AT_MOST, VALUES(value_integer(0))}));
    assert_ids("4 5",
               WHERE({.column = S("visits"), .operator= CONDITION_IN, VALUES(value_integer(1), value_integer(9))}));
    assert_ids("", WHERE({.column = S("visits"), .operator= CONDITION_IN}));
    assert_ids("4", WHERE({.column = S("name"), .operator= CONDITION_CONTAINS, VALUES(value_text(S("eDEN")))}));
    assert_ids("", WHERE({.column = S("name"), .operator= CONDITION_CONTAINS, VALUES(value_text(S("%")))}));
    assert_ids("4", WHERE({.column = S("order"), .operator= CONDITION_PRESENT}));
    assert_ids("1 5", WHERE({.column = S("order"), .operator= CONDITION_ABSENT}));
    assert_ids("5", .anchors = some, .anchor_count = countof(some),
               WHERE({.column = S("order"), .operator= CONDITION_ABSENT},
                     {.column = S("score"), .operator= CONDITION_AT_MOST, VALUES(value_real(0.25))}));
    transaction_rollback(t);
}

static void a_changed_contract_adds_columns_and_never_drops(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct transaction *t = two_landings(both);
    GOOD(source_table_ensure(t, &fire, &err)); /* again: nothing to do */
    const struct source_table_column wider[] = {{S_INIT("name"), COLUMN_TEXT}, {S_INIT("alarms"), COLUMN_INTEGER}};
    GOOD(source_table_ensure(t, &(struct source_table){S_INIT("fire_visits"), 7, wider, countof(wider)}, &err));
    assert_int_equal(
        both_integer(both, t, "SELECT count(*) FROM source_fire_visits WHERE alarms IS NULL AND visits IS NOT NULL"),
        4);
    both_execute(t,
                 "INSERT INTO search_fire_visits (attribute, token, anchor) VALUES ('person.family_name', 'larke', 1)");
    both_commit(t);
    const struct source_table_column other[] = {{S_INIT("visits"), COLUMN_TEXT}};
    t = both_begin(both, TRANSACTION_WRITE);
    assert_false(source_table_ensure(t, &(struct source_table){S_INIT("fire_visits"), 7, other, 1}, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    transaction_rollback(t);
    const struct source_table_column taken[] = {{S_INIT("Record"), COLUMN_TEXT}};
    t = both_begin(both, TRANSACTION_WRITE);
    assert_false(source_table_ensure(t, &(struct source_table){S_INIT("fire_visits"), 7, taken, 1}, &err));
    assert_int_equal(err.code, ERROR_INPUT);
    transaction_rollback(t);
}

/* The tables of a person's records are reached by anchor, whatever the planner knows: never by walking a source. */
static void a_read_by_anchor_uses_the_index_on_anchors(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct transaction *t = two_landings(both);
    const int64_t some[] = {5, 1};
    struct source_read read = {.table = &fire, .columns = shown, .column_count = 3, .anchors = some, .anchor_count = 2};
    for (read.anchor_count = 1; read.anchor_count <= 2; read.anchor_count++) {
        struct sql sql;
        const struct value *args;
        size_t count;
        struct result r;
        source_table_select(&read, both->dialect, both->arena, &sql, &args, &count);
        sql.text = arena_format(both->arena, "EXPLAIN QUERY PLAN %.*s", PRINT(sql.text));
        GOOD(store_query_sql(t, &sql, args, count, both->arena, &r, &err));
        bool by_anchor = false, walks = false;
        for (size_t i = 0; i < r.rows; i++) {
            struct slice step = cell_text(&result_row(&r, i)[3]);
            by_anchor = by_anchor || slice_search(step, S("record_by_anchor")) < step.len;
            walks = walks || slice_starts(step, S("SCAN s")) || slice_starts(step, S("SCAN r"));
        }
        assert_true(by_anchor);
        assert_false(walks);
    }
    transaction_rollback(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_landings_rows_appear_together_when_it_becomes_current),
        ON_BOTH(the_cells_come_in_the_order_that_was_asked),
        ON_BOTH(records_are_narrowed_by_anchor_and_condition),
        ON_BOTH(a_changed_contract_adds_columns_and_never_drops),
        ON_SQLITE(a_read_by_anchor_uses_the_index_on_anchors),
    };
    return cmocka_run_group_tests_name("source table", tests, NULL, NULL);
}
