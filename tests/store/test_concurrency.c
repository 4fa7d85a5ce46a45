#include "store/both.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#define READERS 8
#define ROUNDS  40

struct shared {
    struct both *both;
    atomic_bool done;
    atomic_int looks;
};

struct worker {
    struct shared *shared;
    int number;
    char wrong[900]; /* said by the main thread: an assertion in another one would end the test's frame under it */
};

static const char *const counters_only[] = {"counter", NULL};

/* Two counters move together, so a reader that sees a torn or moving state sees them apart. */
static bool look(struct worker *w, struct arena *arena, struct error *err)
{
    struct transaction *t;
    char name[20];
    snprintf(name, sizeof name, "r%d", w->number % 4);
    /* Some with the hub's own access, some with rights, and as many rights as make the pool give connections up. */
    const struct store_rights rights = {slice_of(name), counters_only, NULL, 0};
    if (!store_begin(w->shared->both->store, TRANSACTION_READ, w->number < 4 ? &rights : NULL, arena, &t, err))
        return false;
    int64_t first = 0;
    for (int i = 0; i < 3; i++) {
        struct sql sql = {S("SELECT name, next FROM counter WHERE name IN ('a', 'b') ORDER BY name")};
        struct result r;
        if (!store_query_sql(t, &sql, NO_ARGS, arena, &r, err))
            return false;
        int64_t a = r.rows == 2 ? cell_integer(&result_row(&r, 0)[1]) : 0,
                b = r.rows == 2 ? cell_integer(&result_row(&r, 1)[1]) : 0;
        if (a != b || (i && a != first))
            return error_set(err, ERROR_STORE, "a is %lld, b is %lld, and it was %lld before", (long long)a,
                             (long long)b, (long long)first);
        first = a;
    }
    atomic_fetch_add(&w->shared->looks, 1);
    return true; /* the arena rolls back */
}

static void *read_on(void *handle)
{
    struct worker *w = handle;
    struct error err;
    while (!atomic_load(&w->shared->done)) {
        struct arena *arena = arena_make(0);
        if (!look(w, arena, &err))
            error_print(&err, w->wrong, sizeof w->wrong);
        arena_free(arena);
        if (w->wrong[0])
            break;
    }
    return NULL;
}

static bool move_on(struct store *store, bool leave_open, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct transaction *t;
    int64_t first;
    bool good = store_begin(store, TRANSACTION_WRITE, NULL, arena, &t, err) && store_next_ids(t, "a", 3, &first, err) &&
                store_next_ids(t, "b", 3, &first, err) && (leave_open || transaction_commit(t, err));
    arena_free(arena);
    return good;
}

static void *write_on(void *handle)
{
    struct worker *w = handle;
    struct error err;
    for (int i = 0; i < ROUNDS && !w->wrong[0]; i++)
        if (!move_on(w->shared->both->store, i % 5 == 4, &err))
            error_print(&err, w->wrong, sizeof w->wrong);
    return NULL;
}

static void readers_and_writers_do_not_disturb_each_other(void **state)
{
    struct both *both = both_of(state);
    struct shared shared = {.both = both};
    struct worker workers[READERS + 2];
    pthread_t threads[READERS + 2];
    for (int i = 0; i < READERS + 2; i++) {
        workers[i] = (struct worker){.shared = &shared, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, i < READERS ? read_on : write_on, &workers[i]), 0);
    }
    for (int i = READERS; i < READERS + 2; i++)
        pthread_join(threads[i], NULL);
    atomic_store(&shared.done, true);
    for (int i = 0; i < READERS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < READERS + 2; i++)
        if (workers[i].wrong[0])
            fail_msg("thread %d: %s", i, workers[i].wrong);
    struct transaction *t = both_begin(both, TRANSACTION_READ);
    assert_int_equal(both_integer(both, t, "SELECT next FROM counter WHERE name = 'a'"),
                     1 + 2 * (ROUNDS - ROUNDS / 5) * 3);
    assert_true(atomic_load(&shared.looks) > 0);
    print_message("# %d looks\n", atomic_load(&shared.looks));
}

/* More rights than there are places for connections: the one that has been idle for longest gives way. */
static void many_rights_share_few_connections(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    for (int i = 0; i < 60; i++) {
        struct arena *arena = arena_make(0);
        struct transaction *t;
        struct result r;
        char name[20];
        snprintf(name, sizeof name, "many_%d", i);
        const struct store_rights rights = {slice_of(name), counters_only, NULL, 0};
        struct sql sql = {S("SELECT count(*) FROM counter")};
        GOOD(store_begin(both->store, TRANSACTION_READ, &rights, arena, &t, &err));
        GOOD(store_query_sql(t, &sql, NO_ARGS, arena, &r, &err));
        arena_free(arena);
    }
}

static void when_all_readers_are_at_work_the_next_waits_and_is_told(void **state)
{
    struct both *both = both_of(state);
    struct error err;
    struct store *store;
    const struct store_options options = {.address = both->address, .host = host_real(), .wait_ms = 100};
    GOOD(store_open(&options, &store, &err));
    struct arena *arena = arena_make(0);
    int open = 0;
    struct transaction *t;
    while (open < 200 && store_begin(store, TRANSACTION_READ, NULL, arena, &t, &err))
        open++;
    assert_true(open >= 16 && open < 200);
    assert_int_equal(err.code, ERROR_BUSY);
    arena_free(arena);
    arena = arena_make(0);
    GOOD(store_begin(store, TRANSACTION_READ, NULL, arena, &t, &err));
    arena_free(arena);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(readers_and_writers_do_not_disturb_each_other),
        ON_BOTH(many_rights_share_few_connections),
        ON_BOTH(when_all_readers_are_at_work_the_next_waits_and_is_told),
    };
    return cmocka_run_group_tests_name("concurrency", tests, NULL, NULL);
}
