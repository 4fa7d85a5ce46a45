#include "store/both.h"

#include <pthread.h>
#include <stdio.h>

static bool open_again(struct both *both, bool create, struct error *err)
{
    struct store *store;
    const struct store_options options = {
        .address = both->address, .host = host_real(), .schema = both->schema, .create = create};
    if (!store_open(&options, &store, err))
        return false;
    store_close(store);
    return true;
}

static void change(struct both *both, const char *sql)
{
    struct transaction *t = both_begin(both, TRANSACTION_WRITE);
    both_execute(t, sql);
    both_commit(t);
}

static void a_new_store_is_of_the_programs_schema(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    assert_int_equal(store_schema_version(both->store), store_schema_known(both->schema));
    assert_true(store_schema_known(both->schema) >= 1);
    GOOD(open_again(both, true, &err));
    GOOD(open_again(both, false, &err));
    both_reopen(both);
    struct transaction *t = both_begin(both, TRANSACTION_READ);
    assert_int_equal(both_integer(both, t, "SELECT count(*) FROM schema_migration"), store_schema_known(both->schema));
}

static void a_store_of_a_newer_schema_is_refused(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    char sql[200], words[100];
    int newer = store_schema_known(both->schema) + 1;
    snprintf(sql, sizeof sql, "INSERT INTO schema_migration VALUES (%d, 'from_the_future', 'x', 0)", newer);
    change(both, sql);
    snprintf(words, sizeof words, "are of schema %d and this program knows up to %d; use a newer program", newer,
             newer - 1);
    for (int create = 0; create < 2; create++) {
        assert_false(open_again(both, create, &err));
        assert_int_equal(err.code, ERROR_STORE);
        assert_non_null(strstr(err.text, words));
    }
}

static void a_store_made_by_another_form_of_a_migration_is_refused(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    change(both, "UPDATE schema_migration SET digest = 'other' WHERE number = 1");
    assert_false(open_again(both, true, &err));
    assert_non_null(strstr(err.text, "another form of migration 1"));
}

static void an_older_store_is_brought_up_only_when_asked(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    /* A store from before the newest migration cannot be made by hand for every schema; an empty list stands for one.
     */
    change(both, "DELETE FROM schema_migration");
    assert_false(open_again(both, false, &err));
    assert_non_null(strstr(err.text, "are of schema 0 and this program needs"));
    assert_non_null(strstr(err.text, "staithe init"));
    /* Asked, it tries, finds the tables there, and leaves all as it was. */
    assert_false(open_again(both, true, &err));
    assert_non_null(strstr(err.text, "migration 1 ("));
    struct transaction *t = both_begin(both, TRANSACTION_READ);
    assert_int_equal(both_integer(both, t, "SELECT count(*) FROM schema_migration"), 0);
}

struct opening {
    struct slice address;
    bool good;
    struct error err;
};

static void *open_new(void *handle)
{
    struct opening *opening = handle;
    struct store *store;
    const struct store_options options = {.address = opening->address, .host = host_real(), .create = true};
    opening->good = store_open(&options, &store, &opening->err);
    if (opening->good)
        store_close(store);
    return NULL;
}

static void many_may_make_one_store_at_once(void **state)
{
    struct both *both = both_of(state);
    for (int round = 0; round < 5; round++) {
        struct opening openings[4];
        pthread_t threads[countof(openings)];
        struct slice address = both_fresh_address(both, both->dialect);
        for (size_t i = 0; i < countof(openings); i++) {
            openings[i] = (struct opening){.address = address};
            assert_int_equal(pthread_create(&threads[i], NULL, open_new, &openings[i]), 0);
        }
        for (size_t i = 0; i < countof(openings); i++)
            pthread_join(threads[i], NULL);
        for (size_t i = 0; i < countof(openings); i++) {
            both_good(openings[i].good, &openings[i].err, __FILE__, __LINE__);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_new_store_is_of_the_programs_schema),
        AUDIT_ON_BOTH(a_new_store_is_of_the_programs_schema),
        ON_BOTH(a_store_of_a_newer_schema_is_refused),
        ON_BOTH(a_store_made_by_another_form_of_a_migration_is_refused),
        ON_BOTH(an_older_store_is_brought_up_only_when_asked),
        ON_BOTH(many_may_make_one_store_at_once),
    };
    return cmocka_run_group_tests_name("migrate", tests, NULL, NULL);
}
