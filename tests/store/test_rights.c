#include "store/both.h"
#include "store/source_table.h"

static const struct source_table_column columns[] = {
    {S_INIT("family_name"), COLUMN_TEXT}, {S_INIT("note"), COLUMN_TEXT}, {S_INIT("later"), COLUMN_TEXT}};

static const char *const record_and_source[] = {"record", "source", NULL};

static void make_source(struct both *both, size_t count)
{
    struct error err;
    struct transaction *t = both_begin(both, TRANSACTION_WRITE);
    GOOD(source_table_ensure(t, &(struct source_table){S_INIT("care"), 1, columns, count}, &err));
    both_execute(t, "INSERT INTO source_care (record, family_name, note) VALUES (1, 'Larke', 'secret')");
    both_execute(t, "INSERT INTO search_care VALUES ('person.family_name', 'larke', 1)");
    both_commit(t);
}

static bool ask(struct both *both, const struct store_rights *rights, const char *text, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct transaction *t;
    struct result r;
    struct sql sql = {slice_of(text)};
    bool good = store_begin(both->store, TRANSACTION_READ, rights, arena, &t, err) &&
                store_query_sql(t, &sql, NO_ARGS, arena, &r, err);
    arena_free(arena);
    return good;
}

#define assert_allowed(rights, sql) GOOD(ask(both, rights, sql, &err))
#define assert_denied(rights, sql)                                                                                     \
    do {                                                                                                               \
        assert_false(ask(both, rights, sql, &err));                                                                    \
        assert_int_equal(err.code, ERROR_DENIED);                                                                      \
    } while (0)

static const struct slice name_only[] = {S_INIT("family_name")},
                          name_and_note[] = {S_INIT("family_name"), S_INIT("note")};

static void a_column_that_is_not_listed_cannot_be_read(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    make_source(both, 2);
    const struct store_right tables[] = {{S_INIT("source_care"), name_only, 1}};
    const struct store_rights fire = {S_INIT("fire_1"), record_and_source, tables, 1};
    assert_allowed(&fire, "SELECT family_name FROM source_care");
    assert_allowed(&fire, "SELECT record, family_name FROM source_care ORDER BY record");
    assert_allowed(&fire, "SELECT count(*) FROM source_care");
    assert_allowed(&fire, "SELECT id, key FROM record");
    assert_denied(&fire, "SELECT note FROM source_care");
    assert_denied(&fire, "SELECT * FROM source_care");
    assert_denied(&fire, "SELECT family_name FROM source_care WHERE note = 'secret'");
    assert_denied(&fire, "SELECT family_name FROM source_care ORDER BY note");
    assert_denied(&fire, "SELECT count(note) FROM source_care");
    assert_denied(&fire, "WITH x AS (SELECT note FROM source_care) SELECT count(*) FROM x");
    assert_denied(&fire, "SELECT s FROM (SELECT record AS r, note AS s FROM source_care) AS x");
    assert_allowed(&fire, "WITH x AS (SELECT family_name FROM source_care) SELECT count(*) FROM x");
    /* Tables that are not listed, of sources, of search and fixed. */
    assert_denied(&fire, "SELECT token FROM search_care");
    assert_denied(&fire, "SELECT count(*) FROM search_care");
    assert_denied(&fire, "SELECT password_hash FROM account");
    assert_denied(&fire, "SELECT count(*) FROM session");
    /* And nothing is written. */
    assert_denied(&fire, "DELETE FROM record");
    assert_denied(&fire, "INSERT INTO source_care (record) VALUES (9)");
    assert_denied(&fire, "UPDATE source_care SET family_name = 'x'");
    assert_denied(&fire, "DROP TABLE source_care");
    /* The hub's own access still reads it all. */
    struct transaction *t = both_begin(both, TRANSACTION_READ);
    assert_int_equal(both_integer(both, t, "SELECT count(note) FROM source_care"), 1);
}

static void no_rights_read_nothing(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    make_source(both, 2);
    const struct store_rights none = {.name = S_INIT("none")};
    assert_denied(&none, "SELECT count(*) FROM source_care");
    assert_denied(&none, "SELECT id FROM record");
    assert_denied(&none, "SELECT name FROM counter");
    assert_allowed(&none, "SELECT 1");
}

static void new_rights_under_an_old_name_never_meet_an_old_connection(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    make_source(both, 2);
    const struct store_right wide[] = {{S_INIT("source_care"), name_and_note, 2}},
                             narrow[] = {{S_INIT("source_care"), name_only, 1}};
    const struct store_rights before = {S_INIT("care"), record_and_source, wide, 1},
                              after = {S_INIT("care"), record_and_source, narrow, 1},
                              closed = {S_INIT("care"), NULL, wide, 1};
    assert_allowed(&before, "SELECT note FROM source_care");
    assert_denied(&after, "SELECT note FROM source_care");
    assert_allowed(&before, "SELECT note FROM source_care");
    assert_denied(&closed, "SELECT id FROM record");
    assert_allowed(&after, "SELECT family_name FROM source_care");
}

static void rights_reach_a_column_that_comes_later(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    make_source(both, 2);
    static const struct slice with_later[] = {S_INIT("family_name"), S_INIT("later")};
    const struct store_right tables[] = {{S_INIT("source_care"), with_later, 2}, {S_INIT("source_new"), with_later, 1}};
    const struct store_rights rights = {S_INIT("later"), NULL, tables, 2};
    assert_allowed(&rights, "SELECT family_name FROM source_care");
    assert_false(ask(both, &rights, "SELECT later FROM source_care", &err));
    struct transaction *t = both_begin(both, TRANSACTION_WRITE);
    GOOD(source_table_ensure(t, &(struct source_table){S_INIT("care"), 1, columns, 3}, &err));
    GOOD(source_table_ensure(t, &(struct source_table){S_INIT("new"), 2, columns, 1}, &err));
    both_commit(t);
    /* PostgreSQL may have to be asked twice: the first refusal makes it look at its grants again. */
    if (!ask(both, &rights, "SELECT later FROM source_care", &err))
        assert_allowed(&rights, "SELECT later FROM source_care");
    assert_allowed(&rights, "SELECT family_name FROM source_new");
}

static void a_source_is_read_through_the_generator_under_rights(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    make_source(both, 2);
    const struct store_right tables[] = {{S_INIT("source_care"), name_only, 1}};
    const struct store_rights rights = {S_INIT("fire_1"), record_and_source, tables, 1};
    const struct source_table care = {S_INIT("care"), 1, columns, 2};
    const int64_t anchors[] = {1, 2};
    for (size_t narrow = 0; narrow <= 2; narrow++) {
        struct source_read read = {
            .table = &care, .columns = name_only, .column_count = 1, .anchors = anchors, .anchor_count = narrow};
        struct sql sql;
        const struct value *args;
        size_t count;
        struct transaction *t;
        struct result r;
        GOOD(store_begin(both->store, TRANSACTION_READ, &rights, both->arena, &t, &err));
        source_table_select(&read, both->dialect, both->arena, &sql, &args, &count);
        GOOD(store_query_sql(t, &sql, args, count, both->arena, &r, &err));
        read.columns = name_and_note;
        read.column_count = 2;
        source_table_select(&read, both->dialect, both->arena, &sql, &args, &count);
        assert_false(store_query_sql(t, &sql, args, count, both->arena, &r, &err));
        assert_int_equal(err.code, ERROR_DENIED);
        if (both->dialect == STORE_SQLITE)
            assert_non_null(strstr(err.text, "source_care.note"));
        transaction_rollback(t);
        if (narrow == 1) { /* the schema changes under the connections in the pool */
            t = both_begin(both, TRANSACTION_WRITE);
            GOOD(source_table_ensure(t, &(struct source_table){S_INIT("care"), 1, columns, 3}, &err));
            both_commit(t);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_column_that_is_not_listed_cannot_be_read),
        ON_BOTH(no_rights_read_nothing),
        ON_BOTH(new_rights_under_an_old_name_never_meet_an_old_connection),
        ON_BOTH(rights_reach_a_column_that_comes_later),
        ON_BOTH(a_source_is_read_through_the_generator_under_rights),
    };
    return cmocka_run_group_tests_name("rights", tests, NULL, NULL);
}
