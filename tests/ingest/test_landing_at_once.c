#include "world.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define HEAD "number,Full Name,born,kind,score\n"

static struct slice many(struct world *w, int rows, const char *name)
{
    struct buffer text = buffer_make(w->arena);
    buffer_add(&text, S(HEAD));
    for (int i = 0; i < rows; i++)
        buffer_format(&text, "%d,%s %d,,A,1\n", i, name, i);
    return buffer_slice(&text);
}

/* ---- Two landings of one source at once ---- */

struct runner {
    struct world *w;
    struct slice path;
    pthread_barrier_t *start;
    bool good;
    struct error err;
};

static void *run_it(void *context)
{
    struct runner *r = context;
    struct arena *arena = arena_make(0);
    struct intake *intake;
    struct landing landing;
    struct landing_file file = {.path = r->path};
    bool good = intake_make(r->w->store, &r->w->source, r->w->both->folder, S("tess"), arena, &intake, &r->err);
    pthread_barrier_wait(r->start);
    good = good && landing_accept(intake, &file, arena, &landing, &r->err);
    r->good = good && landing_run(intake, landing.id, NULL, arena, &landing, &r->err);
    arena_free(arena);
    return NULL;
}

static void two_landings_at_once_give_one_of_the_two_and_no_mixture(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    for (int round = 0; round < 4; round++) {
        pthread_barrier_t start;
        pthread_t threads[2];
        struct runner runners[2];
        pthread_barrier_init(&start, NULL, 2);
        for (int i = 0; i < 2; i++) {
            char name[20];
            snprintf(name, sizeof name, "Round%d-%c", round, 'a' + i);
            runners[i] = (struct runner){.w = &w, .path = world_file(&w, many(&w, 3000, name)), .start = &start};
            must(pthread_create(&threads[i], NULL, run_it, &runners[i]) == 0);
        }
        for (int i = 0; i < 2; i++)
            pthread_join(threads[i], NULL);
        pthread_barrier_destroy(&start);
        for (int i = 0; i < 2; i++)
            if (!runners[i].good && runners[i].err.code != ERROR_BUSY && runners[i].err.code != ERROR_CONFLICT)
                fail_msg("code %d: %s", runners[i].err.code, runners[i].err.text);
        assert_true(runners[0].good || runners[1].good);
        world_sound(&w);
        struct slice seen = world_seen(&w);
        char one[40], other[40];
        snprintf(one, sizeof one, "|Round%d-a ", round);
        snprintf(other, sizeof other, "|Round%d-b ", round);
        bool has_one = slice_search(seen, slice_of(one)) < seen.len,
             has_other = slice_search(seen, slice_of(other)) < seen.len;
        assert_true(has_one != has_other);
    }
}

/* ---- The database goes away in the middle ---- */

struct breaking {
    struct world *w;
    int calls;
};

/* Every session but our own is ended by the server, as when it is stopped: what the landing holds open is gone. */
static bool break_it(void *context)
{
    struct breaking *b = context;
    if (++b->calls == 8) {
        struct arena *arena = arena_make(0);
        struct transaction *t;
        struct error err;
        struct result rows;
        const struct sql sql = {S("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> "
                                  "pg_backend_pid() AND datname = current_database()")};
        if (store_begin(b->w->store, TRANSACTION_READ, NULL, arena, &t, &err))
            (void)!store_query_sql(t, &sql, NO_ARGS, arena, &rows, &err);
        arena_free(arena);
    }
    return false;
}

static void postgresql_stopped_in_the_middle_leaves_what_was_and_landing_again_works(void **state)
{
    struct world w;
    struct error err;
    struct landing landing;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    world_land(&w, HEAD "1,Ann,,A,1\n");
    struct slice text = many(&w, 20000, "Eve");
    struct landing_file file = {.path = world_file(&w, text)};
    struct breaking breaking = {.w = &w};
    struct landing_watch watch = {.cancelled = break_it, .context = &breaking};
    GOOD(landing_accept(w.intake, &file, w.arena, &landing, &err));
    assert_false(landing_run(w.intake, landing.id, &watch, w.arena, &landing, &err));
    assert_true(breaking.calls >= 8);
    assert_true(err.code == ERROR_BUSY || err.code == ERROR_STORE);
    assert_true(strlen(err.text) > 20);
    assert_string_equal(arena_cstr(w.arena, world_seen(&w)), "1|Ann||A|1;");
    struct catalogue catalogue = {.sources = &w.source, .source_count = 1};
    int64_t recovered;
    GOOD(landing_recover(w.store, w.both->folder, &catalogue, &recovered, &err));
    world_sound(&w);
    landing = world_land_as(&w, text, NULL, NO_DATE, false);
    assert_counts(&landing, 20000, 19999, 1, 0, 0, 0, 0);
    world_sound(&w);
}

/* ---- A field without end ---- */

static void a_field_of_64_mebibytes_costs_its_row_only(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    const size_t size = (size_t)64 << 20;
    struct slice head = S(HEAD "1,Ann,,A,1\n2,"), tail = S(",,B,2\n3,Cas,,C,3\n");
    char *text = malloc(head.len + size + tail.len);
    must(text != NULL);
    memcpy(text, head.at, head.len);
    memset(text + head.len, 'x', size);
    memcpy(text + head.len + size, tail.at, tail.len);
    struct landing l = world_land_as(&w, slice_from(text, head.len + size + tail.len), NULL, NO_DATE, false);
    free(text);
    assert_counts(&l, 3, 2, 0, 0, 1, 0, 0);
    assert_string_equal(arena_cstr(w.arena, world_seen(&w)), "1|Ann||A|1;3|Cas||C|3;");
}

/* ---- Snapshots in a row: whatever order the rows stand in, the same is seen ---- */

static uint32_t next_random(uint32_t *x)
{
    *x = *x * 1664525 + 1013904223;
    return *x >> 8;
}

static void random_snapshots_in_a_row_show_the_last_one(void **state)
{
    struct world w;
    world_make(both_of(state), people_contract, NULL, NULL, &w);
    uint32_t x = 20261127;
    int64_t open = 0;
    for (int round = 0; round < 12; round++) {
        /* Which of 60 people are in it, with which score, in which order; a few rows twice. */
        int score[60], order[60], n = 0;
        for (int i = 0; i < 60; i++) {
            score[i] = next_random(&x) % 4 ? (int)(next_random(&x) % 3) : -1;
            if (score[i] >= 0)
                order[n++] = i;
        }
        for (int i = n - 1; i > 0; i--) {
            int k = (int)(next_random(&x) % (uint32_t)(i + 1)), swap = order[i];
            order[i] = order[k];
            order[k] = swap;
        }
        struct buffer text = buffer_make(w.arena), wanted = buffer_make(w.arena);
        int twice = 0;
        buffer_add(&text, S(HEAD));
        for (int i = 0; i < n; i++) {
            buffer_format(&text, "%02d,P%d,,A,%d\n", order[i], order[i], score[order[i]]);
            if (next_random(&x) % 10 == 0) {
                buffer_format(&text, "%02d,P%d,,A,%d\n", order[i], order[i], score[order[i]]);
                twice++;
            }
        }
        buffer_format(&text, "99,Round %d,,B,1\n", round); /* so that no two files are the same */
        for (int i = 0; i < 60; i++)
            if (score[i] >= 0)
                buffer_format(&wanted, "%02d|P%d||A|%d;", i, i, score[i]);
        buffer_format(&wanted, "99|Round %d||B|1;", round);
        struct landing l = world_land_as(&w, buffer_slice(&text), NULL, NO_DATE, false);
        assert_int_equal(l.counts.rows_in, n + twice + 1);
        assert_int_equal(l.counts.repeated, twice);
        assert_string_equal(arena_cstr(w.arena, world_seen(&w)), arena_cstr(w.arena, buffer_slice(&wanted)));
        open = n + 1;
        world_sound(&w);
    }
    assert_true(open > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(two_landings_at_once_give_one_of_the_two_and_no_mixture),
        ON_POSTGRESQL(postgresql_stopped_in_the_middle_leaves_what_was_and_landing_again_works),
        ON_SQLITE(a_field_of_64_mebibytes_costs_its_row_only),
        ON_BOTH(random_snapshots_in_a_row_show_the_last_one),
    };
    return cmocka_run_group_tests_name("landing at once", tests, NULL, NULL);
}
