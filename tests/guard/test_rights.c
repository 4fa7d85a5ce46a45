/* The second line of defence: a function that forgets to ask the grant is stopped by the database. The session, the
 * grant and the transaction are the real ones; the statement is what careless code would send. */
#include "guard/guard.h"

#include <stdio.h>
#include <string.h>

#include "guard/scene.h"
#include "store/source_table.h"

static void make_tables(struct scene *scene)
{
    static const struct source_table_column care[] = {{S_INIT("number"), COLUMN_TEXT},
                                                      {S_INIT("surname"), COLUMN_TEXT},
                                                      {S_INIT("born"), COLUMN_TEXT},
                                                      {S_INIT("need"), COLUMN_TEXT}};
    static const struct source_table_column gp[] = {{S_INIT("nhs_number"), COLUMN_TEXT},
                                                    {S_INIT("surname"), COLUMN_TEXT},
                                                    {S_INIT("born"), COLUMN_TEXT},
                                                    {S_INIT("practice"), COLUMN_TEXT}};
    struct error err;
    struct transaction *t = both_begin(scene->both, TRANSACTION_WRITE);
    const struct source_table tables[] = {{S("care"), 1, care, 4}, {S("gp"), 2, gp, 4}};
    GOOD(source_table_ensure(t, &tables[0], &err));
    GOOD(source_table_ensure(t, &tables[1], &err));
    both_execute(t, "INSERT INTO source_gp (record, nhs_number, surname, born, practice) "
                    "VALUES (1, '9990000000', 'Pilgrim', '1950-01-01', 'The Surgery')");
    both_execute(t, "INSERT INTO source_care (record, number, surname, born, need) "
                    "VALUES (2, 'C1', 'Pilgrim', '1950-01-01', 'bathing')");
    both_commit(t);
}

/* One statement in a fresh transaction of the session. */
static bool asks(struct scene *scene, const struct guard_session *session, enum use use, const char *sql,
                 struct error *err)
{
    (void)scene;
    struct arena *arena = arena_make(0);
    struct transaction *t = NULL;
    struct result rows;
    const struct sql words = {slice_of(sql)};
    *err = NO_ERROR;
    bool done = guard_read_begin(session, use, arena, &t, err) &&
                store_query_sql(t, &words, NO_ARGS, arena, &rows, err) && rows.rows > 0;
    arena_free(arena);
    return done;
}

static void sessions(struct scene *scene, struct guard_session **ret_worker, struct guard_session **ret_linking)
{
    struct error err;
    scene_administrator(scene);
    scene_account(scene, "wanda.worker", "council", "worker");
    *ret_worker = scene_sign_in(scene, "wanda.worker", NULL);
    GOOD(guard_system_session(scene->guard, S("linking"), S("hub"), S("test"), scene->arena, ret_linking, &err));
}

static void a_column_that_the_grant_does_not_show_cannot_be_read(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct guard_session *worker, *linking;
    make_tables(scene);
    sessions(scene, &worker, &linking);
    static const char *const shown[] = {
        "SELECT surname FROM source_gp",
        "SELECT practice, record FROM source_gp",
        "SELECT born FROM source_gp", /* tells an adult from a child */
        "SELECT number, surname, born, need FROM source_care",
    };
    for (size_t i = 0; i < countof(shown); i++)
        GOOD(asks(scene, worker, USE_SHOW, shown[i], &err));
    static const char *const closed[] = {
        "SELECT nhs_number FROM source_gp",
        "SELECT * FROM source_gp",
        "SELECT surname FROM source_gp WHERE nhs_number = '9990000000'",
        "SELECT surname FROM source_gp ORDER BY nhs_number",
        "SELECT c.need FROM source_care c JOIN source_gp g ON g.nhs_number = c.number",
        "SELECT MAX(nhs_number) FROM source_gp",
        "SELECT (SELECT nhs_number FROM source_gp LIMIT 1)",
        "WITH all_of_it AS (SELECT nhs_number FROM source_gp) SELECT * FROM all_of_it",
        "SELECT token FROM search_gp",
        "SELECT password_hash FROM account",
        "SELECT csrf FROM session",
        "SELECT COUNT(*) FROM change WHERE account = 'ada.admin'",
        "SELECT value_sealed FROM quarantine",
        "SELECT a FROM doubt",
    };
    for (size_t i = 0; i < countof(closed); i++) {
        assert_false(asks(scene, worker, USE_SHOW, closed[i], &err));
        if (err.code != ERROR_DENIED)
            fail_msg("%s: %d %s", closed[i], err.code, err.text);
    }
    /* With its own full access the hub could have read them all: it is the rights that stopped them. */
    struct transaction *t = both_begin(scene->both, TRANSACTION_READ);
    assert_int_equal(both_integer(scene->both, t, "SELECT COUNT(*) FROM source_gp WHERE nhs_number <> ''"), 1);
}

static void matching_reads_what_is_mapped_and_no_more(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct guard_session *worker, *linking;
    make_tables(scene);
    sessions(scene, &worker, &linking);
    GOOD(asks(scene, worker, USE_MATCH, "SELECT nhs_number, surname, born FROM source_gp", &err));
    GOOD(asks(scene, worker, USE_MATCH, "SELECT COUNT(token) FROM search_gp", &err));
    GOOD(asks(scene, linking, USE_MATCH, "SELECT nhs_number, surname, born FROM source_gp", &err));
    static const char *const closed[] = {"SELECT practice FROM source_gp", "SELECT need FROM source_care",
                                         "SELECT number FROM source_care", "SELECT words FROM entry",
                                         "SELECT address FROM home"};
    for (size_t i = 0; i < countof(closed); i++) {
        assert_false(asks(scene, linking, USE_MATCH, closed[i], &err));
        assert_int_equal(err.code, ERROR_DENIED);
    }
    /* And it shows nothing. */
    assert_false(asks(scene, linking, USE_SHOW, "SELECT surname FROM source_gp", &err));
    assert_int_equal(err.code, ERROR_DENIED);
}

static void a_reading_session_changes_nothing(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct guard_session *worker, *linking;
    make_tables(scene);
    sessions(scene, &worker, &linking);
    static const char *const changes[] = {
        "UPDATE source_gp SET surname = 'Other'",
        "DELETE FROM source_care",
        "DELETE FROM record",
        "INSERT INTO doubt (a, b, weight, why, found_at) VALUES (1, 2, 0, '', 0)",
        "DROP TABLE source_gp",
        "UPDATE account SET roles = 'admin'",
    };
    for (size_t i = 0; i < countof(changes); i++) {
        struct arena *arena = arena_make(0);
        struct transaction *t = NULL;
        const struct sql words = {slice_of(changes[i])};
        GOOD(guard_read_begin(worker, USE_MATCH, arena, &t, &err));
        assert_false(store_execute_sql(t, &words, NO_ARGS, NULL, &err));
        arena_free(arena);
    }
    struct transaction *t = both_begin(scene->both, TRANSACTION_READ);
    assert_int_equal(both_integer(scene->both, t, "SELECT COUNT(*) FROM source_gp WHERE surname = 'Pilgrim'"), 1);
    assert_int_equal(both_integer(scene->both, t, "SELECT COUNT(*) FROM source_care"), 1);
}

/* Connections are pooled: the next session must not inherit the wider rights of the one before, nor the narrower ones.
 */
static void a_withdrawn_clause_closes_the_database_at_the_next_request(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct slice token;
    make_tables(scene);
    scene_administrator(scene);
    scene_account(scene, "wanda.worker", "council", "worker");
    (void)scene_sign_in(scene, "wanda.worker", &token);
    GOOD(asks(scene, scene_resume(scene, token), USE_SHOW, "SELECT practice FROM source_gp", &err));
    struct slice text = slice_of(scene_assessing);
    size_t at = slice_search(text, S(", practice]"));
    assert_true(at < text.len);
    scene_agreement(
        scene, "assessing",
        arena_cstr(scene->arena, arena_format(scene->arena, "%.*s]%s", (int)at, text.at, text.at + at + 11)));
    assert_false(asks(scene, scene_resume(scene, token), USE_SHOW, "SELECT practice FROM source_gp", &err));
    assert_int_equal(err.code, ERROR_DENIED);
    GOOD(asks(scene, scene_resume(scene, token), USE_SHOW, "SELECT surname FROM source_gp", &err));
    scene_agreement(scene, "assessing", scene_assessing);
    GOOD(asks(scene, scene_resume(scene, token), USE_SHOW, "SELECT practice FROM source_gp", &err));
}

/* A server that runs while the first extract of a source lands. */
static void a_table_that_is_made_later_can_be_read_without_a_restart(void **state)
{
    struct scene *scene = scene_of(state);
    struct error err;
    struct guard_session *worker, *linking;
    sessions(scene, &worker, &linking);
    (void)asks(scene, worker, USE_SHOW, "SELECT id FROM source", &err); /* a connection lies in the pool */
    make_tables(scene);
    GOOD(asks(scene, worker, USE_SHOW, "SELECT surname FROM source_gp", &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_ON_BOTH(a_column_that_the_grant_does_not_show_cannot_be_read),
        SCENE_ON_BOTH(matching_reads_what_is_mapped_and_no_more),
        SCENE_ON_BOTH(a_reading_session_changes_nothing),
        SCENE_ON_BOTH(a_withdrawn_clause_closes_the_database_at_the_next_request),
        SCENE_ON_BOTH(a_table_that_is_made_later_can_be_read_without_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
