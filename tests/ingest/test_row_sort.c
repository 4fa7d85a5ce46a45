#include "ingest/landing_filter.h"
#include "ingest/row_sort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/fault_host.h"

#include <cmocka.h>

static uint64_t next_random(uint64_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

static bool follows(const struct row_entry *a, const struct row_entry *b)
{
    if (a->key[0] != b->key[0])
        return a->key[0] < b->key[0];
    if (a->key[1] != b->key[1])
        return a->key[1] < b->key[1];
    return a->order < b->order;
}

/* Sorts `count` entries in `memory` and checks order, number and a sum of everything. `spread`: how many different
 * keys. */
static void sorts(size_t count, size_t memory, uint64_t spread)
{
    struct error err;
    char folder[64];
    fault_temporary_folder(folder);
    struct arena *arena = arena_make(0);
    struct row_sort *sort = row_sort_make(host_real(), slice_of(folder), memory, arena);
    uint64_t x = 88172645463325252u, sum = 0, given = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t key = next_random(&x) % spread * 0x9e3779b97f4a7c15u;
        struct row_entry e = {.key = {key, key >> 7}, .order = i, .typed = x, .raw = ~x, .place = i * 3};
        sum += e.key[0] ^ e.typed ^ e.place ^ e.order;
        assert_true(row_sort_add(sort, &e, &err));
    }
    assert_int_equal(row_sort_count(sort), count);
    assert_true(row_sort_finish(sort, &err));
    struct row_entry last = {0};
    const struct row_entry *e;
    for (;;) {
        assert_true(row_sort_next(sort, &e, &err));
        if (!e)
            break;
        assert_true(given == 0 || follows(&last, e));
        sum -= e->key[0] ^ e->typed ^ e->place ^ e->order;
        last = *e;
        given++;
    }
    assert_int_equal(given, count);
    assert_true(sum == 0);
    /* The end stays the end, and no file with a name was left. */
    assert_true(row_sort_next(sort, &e, &err) && !e);
    struct slice *names;
    size_t files;
    assert_true(host_list_folder(slice_of(folder), arena, &names, &files, &err));
    assert_int_equal(files, 0);
    arena_free(arena);
    fault_remove_tree(slice_of(folder));
}

static void entries_come_back_in_order_in_memory_and_from_runs(void **state)
{
    (void)state;
    static const size_t counts[] = {0, 1, 2, 3, 100, 1999, 2000, 2001, 50000};
    for (size_t i = 0; i < countof(counts); i++) {
        sorts(counts[i], 0, UINT64_MAX);
        sorts(counts[i], 52 * 1000, UINT64_MAX);
        sorts(counts[i], 52 * 1000, 7);
        sorts(counts[i], 0, 1);
    }
}

static void a_disk_that_fails_while_sorting_is_an_error(void **state)
{
    (void)state;
    struct error err;
    char folder[64];
    fault_temporary_folder(folder);
    struct fault_host *fault = fault_host_make(slice_of(folder), &err);
    assert_non_null(fault);
    for (uint64_t n = 1; n <= 4; n++) {
        struct arena *arena = arena_make(0);
        struct row_sort *sort = row_sort_make(fault_host_table(fault), slice_of(folder), 52 * 100, arena);
        bool good = true;
        fault_host_fail_at(fault, n, 28);
        for (uint64_t i = 0; good && i < 1000; i++) {
            struct row_entry e = {.key = {i * 0x9e3779b97f4a7c15u, 0}, .order = i};
            good = row_sort_add(sort, &e, &err);
        }
        assert_false(good);
        assert_int_equal(err.code, ERROR_FULL);
        arena_free(arena);
    }
    fault_host_free(fault);
    fault_remove_tree(slice_of(folder));
}

static void the_filter_never_denies_what_was_added_and_seldom_allows_what_was_not(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    const uint64_t count = 200000;
    struct filter *filter = filter_make(count, arena);
    uint64_t x = 1234567, wrong = 0;
    for (uint64_t i = 0; i < count; i++)
        filter_add(filter, next_random(&x));
    x = 1234567;
    for (uint64_t i = 0; i < count; i++)
        assert_true(filter_has(filter, next_random(&x)));
    for (uint64_t i = 0; i < count; i++)
        wrong += filter_has(filter, next_random(&x));
    assert_true(wrong < count / 100);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_come_back_in_order_in_memory_and_from_runs),
        cmocka_unit_test(a_disk_that_fails_while_sorting_is_an_error),
        cmocka_unit_test(the_filter_never_denies_what_was_added_and_seldom_allows_what_was_not),
    };
    return cmocka_run_group_tests_name("row sort", tests, NULL, NULL);
}
