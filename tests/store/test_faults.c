/* Each change of the disk that a store makes, failed and cut off in turn: the state before or the state after, and what
 * was promised stays. */
#include "base/fault_host.h"
#include "store/backup.h"
#include "store/both.h"

#include <errno.h>
#include <stdio.h>

struct place {
    char folder[64];
    struct arena *arena;
    struct slice root, start, after, store;
};

static struct slice below(struct place *p, struct slice folder, const char *name)
{
    return arena_format(p->arena, "%.*s/%s", PRINT(folder), name);
}

static int set_up(void **state)
{
    struct arena *arena = arena_make(0);
    struct place *p = arena_new(arena, struct place);
    p->arena = arena;
    fault_temporary_folder(p->folder);
    p->root = arena_format(arena, "%s/root", p->folder);
    p->start = arena_format(arena, "%s/start", p->folder);
    p->after = arena_format(arena, "%s/after", p->folder);
    p->store = below(p, p->root, "county.db");
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    fault_remove_tree(slice_of(p->folder));
    arena_free(p->arena);
    return 0;
}

static bool open_at(struct slice path, const struct host *host, bool create, struct store **ret, struct error *err)
{
    /* A small cache, so that a transaction spills into the log before it commits. */
    const struct store_options options = {
        .address = path, .host = host, .create = create, .cache_bytes = 64 << 10, .wait_ms = 500};
    return store_open(&options, ret, err);
}

#define ROWS 150

/* One generation: 150 rows of some size, and the counter moved on, in one transaction. */
static bool write_generation(struct store *store, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct transaction *t;
    struct bulk *bulk;
    int64_t generation, first;
    static const struct bulk_column columns[] = {{"name", VALUE_TEXT}, {"at", VALUE_INTEGER}};
    char words[400];
    memset(words, 'w', sizeof words);
    bool good = store_begin(store, TRANSACTION_WRITE, NULL, arena, &t, err) &&
                store_next_ids(t, "generation", 1, &generation, err) && store_next_ids(t, "row", ROWS, &first, err) &&
                bulk_open(t, "signin_failure", columns, countof(columns), arena, &bulk, err);
    for (int i = 0; good && i < ROWS; i++)
        good = bulk_add(
            bulk, (const struct value[]){value_text(slice_from(words, (size_t)(i % 400))), value_integer(first + i)},
            err);
    good = good && bulk_close(bulk, err) && transaction_commit(t, err);
    arena_free(arena); /* rolls back what was not committed */
    return good;
}

static bool ask(struct store *store, const char *text, int64_t *ret, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct transaction *t;
    struct result r;
    struct sql sql = {slice_of(text)};
    bool good =
        store_begin(store, TRANSACTION_READ, NULL, arena, &t, err) && store_query_sql(t, &sql, NO_ARGS, arena, &r, err);
    if (good)
        *ret = r.rows ? cell_integer(r.cells) : 0;
    arena_free(arena);
    return good;
}

/* How many generations the store at `path` holds, each of them whole; the test fails when it is not sound. */
static int64_t generations(struct slice path, bool look_closely, const char *when)
{
    struct error err;
    struct store *store;
    if (!open_at(path, host_real(), false, &store, &err))
        fail_msg("%s: %s", when, err.text);
    int64_t counter, rows;
    struct arena *arena = arena_make(0);
    struct check_report report;
    GOOD(ask(store, "SELECT next - 1 FROM counter WHERE name = 'generation'", &counter, &err));
    GOOD(ask(store, "SELECT count(*) FROM signin_failure", &rows, &err));
    /* The whole check now and then: it takes ten times as long as the rest. */
    report.count = 0;
    if (look_closely)
        GOOD(store_check(store, NULL, 0, arena, &report, &err));
    if (rows != counter * ROWS || report.count)
        fail_msg("%s: %lld generations, %lld rows, %.*s", when, (long long)counter, (long long)rows,
                 PRINT(report.count ? report.found[0] : S("no finding")));
    arena_free(arena);
    GOOD(write_generation(store, &err)); /* and it goes on */
    store_close(store);
    return counter;
}

/* Opens, writes two generations, closes; how many it was told are durable. */
static int64_t work(struct place *p, const struct host *host, struct error *err)
{
    struct store *store;
    int64_t done = 0;
    if (!open_at(p->store, host, false, &store, err))
        return 0;
    while (done < 2 && write_generation(store, err))
        done++;
    store_close(store);
    return done;
}

static void lay_out(struct place *p)
{
    struct error err;
    fault_remove_tree(p->root);
    GOOD(fault_copy_tree(p->start, p->root, &err));
}

/* A store of one generation in p->start. */
static void make_start(struct place *p)
{
    struct error err;
    struct store *store;
    struct slice path = below(p, p->start, "county.db");
    GOOD(host_make_folder(host_real(), p->start, &err));
    GOOD(open_at(path, host_real(), true, &store, &err));
    GOOD(write_generation(store, &err));
    store_close(store);
}

static uint64_t changes_of_work(struct place *p)
{
    struct error err;
    lay_out(p);
    struct fault_host *fault = fault_host_make(p->root, &err);
    assert_non_null(fault);
    assert_int_equal(work(p, fault_host_table(fault), &err), 2);
    uint64_t changes = fault_host_changes(fault);
    fault_host_free(fault);
    assert_true(changes > 20);
    print_message("# %llu changes of the disk\n", (unsigned long long)changes);
    return changes;
}

static void a_power_cut_at_any_change_leaves_whole_generations(void **state)
{
    struct place *p = *state;
    struct error err;
    make_start(p);
    uint64_t changes = changes_of_work(p);
    int64_t seen[4] = {0};
    for (uint64_t n = 1; n <= changes; n++) {
        lay_out(p);
        struct fault_host *fault = fault_host_make(p->root, &err);
        fault_host_stop_at(fault, n);
        int64_t promised = 1 + work(p, fault_host_table(fault), &err);
        for (int v = 0; v < FAULT_VARIANTS; v++) {
            GOOD(fault_host_save(fault, (enum fault_variant)v, p->after, &err));
            char when[300];
            snprintf(when, sizeof when, "change %llu (%s), %s", (unsigned long long)n, fault_host_last(fault),
                     fault_variant_name((enum fault_variant)v));
            int64_t left = generations(below(p, p->after, "county.db"), v == (int)(n % FAULT_VARIANTS), when);
            if (left < promised || left > 3)
                fail_msg("%s: %lld generations were promised and %lld are there", when, (long long)promised,
                         (long long)left);
            seen[left]++;
        }
        fault_host_free(fault);
        int64_t left = generations(p->store, false, "the machine went on");
        assert_true(left >= promised && left <= 3);
    }
    assert_true(seen[1] > 0 && seen[2] > 0 && seen[3] > 0); /* the cuts fell before, between and after */
}

static void a_failing_change_is_an_error_and_the_store_goes_on_or_stops(void **state)
{
    struct place *p = *state;
    struct error err;
    make_start(p);
    uint64_t changes = changes_of_work(p);
    int stopped = 0, full = 0, went_on = 0;
    for (int errno_of = 0; errno_of < 2; errno_of++) {
        for (uint64_t n = 1; n <= changes; n++) {
            lay_out(p);
            struct fault_host *fault = fault_host_make(p->root, &err);
            const struct host *host = fault_host_table(fault);
            fault_host_fail_at(fault, n, errno_of ? ENOSPC : EIO);
            struct store *store;
            int64_t done = 1;
            if (open_at(p->store, host, false, &store, &err)) {
                for (int i = 0; i < 2; i++) {
                    if (write_generation(store, &err)) {
                        done++;
                        continue;
                    }
                    full += err.code == ERROR_FULL;
                    bool sync_failed = strstr(err.text, "sync") != NULL;
                    if (!errno_of)
                        assert_true(err.code == ERROR_IO);
                    /* The fault is over. A failed sync stops the writer for good; anything else does not. */
                    bool again = write_generation(store, &err);
                    if (sync_failed) {
                        assert_false(again);
                        assert_non_null(strstr(err.text, "start the program again"));
                        stopped++;
                        int64_t counter;
                        GOOD(ask(store, "SELECT next - 1 FROM counter WHERE name = 'generation'", &counter, &err));
                        assert_int_equal(counter, done); /* what was there is still read */
                        break;
                    }
                    if (!again)
                        fail_msg("change %llu: %s", (unsigned long long)n, err.text);
                    done++;
                    went_on++;
                }
                store_close(store);
            }
            fault_host_free(fault);
            int64_t left = generations(p->store, n % 4 == 0, "after a fault");
            /* A commit whose sync failed may be there all the same. */
            if (left < done || left > 3)
                fail_msg("change %llu: %lld generations were promised and %lld are there", (unsigned long long)n,
                         (long long)done, (long long)left);
        }
    }
    print_message("# %d times stopped, %d times a full disk, %d times it went on\n", stopped, full, went_on);
    assert_true(stopped > 0 && full > 0 && went_on > 0);
}

static void a_store_that_was_cut_off_in_the_making_is_made_again(void **state)
{
    struct place *p = *state;
    struct error err;
    struct store *store;
    uint64_t changes = 1;
    for (uint64_t n = 0; n <= changes; n++) {
        fault_remove_tree(p->root);
        GOOD(host_make_folder(host_real(), p->root, &err));
        struct fault_host *fault = fault_host_make(p->root, &err);
        if (n)
            fault_host_stop_at(fault, n);
        if (open_at(p->store, fault_host_table(fault), true, &store, &err))
            store_close(store);
        if (!n)
            changes = fault_host_changes(fault);
        /* Each change, and of what it may leave three variants in turn. */
        for (int v = (int)(n % 3); v < FAULT_VARIANTS; v += 3) {
            GOOD(fault_host_save(fault, (enum fault_variant)v, p->after, &err));
            struct slice path = below(p, p->after, "county.db");
            if (!open_at(path, host_real(), true, &store, &err))
                fail_msg("change %llu, %s: %s", (unsigned long long)n, fault_variant_name((enum fault_variant)v),
                         err.text);
            GOOD(write_generation(store, &err));
            store_close(store);
        }
        fault_host_free(fault);
    }
    print_message("# %llu changes of the disk\n", (unsigned long long)changes);
    assert_true(changes > 20);
}

static void a_backup_that_was_cut_off_is_not_there(void **state)
{
    struct place *p = *state;
    struct error err;
    make_start(p);
    uint64_t changes = 1;
    int there = 0, absent = 0;
    for (uint64_t n = 0; n <= changes; n++) {
        lay_out(p);
        struct store *store;
        GOOD(open_at(below(p, p->start, "county.db"), host_real(), false, &store, &err));
        store_close(store);
        struct fault_host *fault = fault_host_make(p->root, &err);
        GOOD(open_at(p->store, fault_host_table(fault), false, &store, &err));
        uint64_t before = fault_host_changes(fault);
        if (n)
            fault_host_stop_at(fault, n);
        bool done = store_backup(store, below(p, p->root, "hub.backup"), NULL, &err);
        if (!n)
            changes = fault_host_changes(fault) - before;
        assert_true(done || n);
        store_close(store);
        for (int v = 0; v < FAULT_VARIANTS; v++) {
            struct backup_summary sum;
            GOOD(fault_host_save(fault, (enum fault_variant)v, p->after, &err));
            struct slice path = below(p, p->after, "hub.backup");
            assert_true(host_exists(path) || !done);
            if (host_exists(path))
                GOOD(store_backup_verify(host_real(), path, &sum, &err));
            host_exists(path) ? there++ : absent++;
        }
        fault_host_free(fault);
    }
    assert_true(changes >= 4 && there > 0 && absent > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_power_cut_at_any_change_leaves_whole_generations, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failing_change_is_an_error_and_the_store_goes_on_or_stops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_store_that_was_cut_off_in_the_making_is_made_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_backup_that_was_cut_off_is_not_there, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("store faults", tests, NULL, NULL);
}
