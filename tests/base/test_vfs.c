#include "base/fault_host.h"
#include "base/vfs.h"

#include <errno.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct scene {
    struct arena *arena;
    char folder[64];
    struct slice start, root, after;
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    must(scene != NULL);
    scene->arena = arena_make(0);
    fault_temporary_folder(scene->folder);
    scene->start = arena_format(scene->arena, "%s/start", scene->folder);
    scene->root = arena_format(scene->arena, "%s/root", scene->folder);
    scene->after = arena_format(scene->arena, "%s/after", scene->folder);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    arena_free(scene->arena);
    fault_remove_tree(slice_of(scene->folder));
    free(scene);
    return 0;
}

static sqlite3 *opened(const struct host *host, struct slice folder)
{
    struct arena *arena = arena_make(0);
    struct error err;
    const char *vfs;
    sqlite3 *db = NULL;
    must(vfs_register(host, &vfs, &err));
    int result = sqlite3_open_v2(arena_format(arena, "%.*s/t.db", PRINT(folder)).at, &db,
                                 SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs);
    arena_free(arena);
    if (result == SQLITE_OK)
        return db;
    (void)sqlite3_close(db);
    return NULL;
}

static int run(sqlite3 *db, const char *sql)
{
    return db ? sqlite3_exec(db, sql, NULL, NULL, NULL) : SQLITE_CANTOPEN;
}

static int one_number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    int number = -1;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int(statement, 0);
    (void)sqlite3_finalize(statement);
    return number;
}

/* The database as every case finds it: ten old rows, of which some fill pages. */
static void lay_out(struct scene *scene, const char *mode)
{
    struct error err;
    fault_remove_tree(scene->start);
    must(host_make_folder(host_real(), scene->start, &err));
    sqlite3 *db = opened(host_real(), scene->start);
    must(db != NULL);
    assert_int_equal(run(db, mode), SQLITE_OK);
    assert_int_equal(run(db, "create table t(id integer primary key, state text, filler text) strict;"
                             "with recursive n(i) as (values(1) union all select i + 1 from n where i < 10)"
                             "insert into t select i, 'old', hex(zeroblob(1500)) from n;"),
                     SQLITE_OK);
    (void)sqlite3_close(db);
}

/* One transaction that changes every row and adds ten. */
static bool work(const struct host *host, struct slice folder, const char *mode)
{
    sqlite3 *db = opened(host, folder);
    bool done = run(db, mode) == SQLITE_OK &&
                run(db, "pragma synchronous = full; begin immediate; update t set state = 'new';"
                        "insert into t select id + 10, 'new', filler from t where id <= 10; commit") == SQLITE_OK;
    (void)sqlite3_close(db);
    return done;
}

/* 0 the state before, 1 the state after; anything else is a failure of the promise. */
static int state_of(struct slice folder, const char *where)
{
    sqlite3 *db = opened(host_real(), folder);
    if (!db)
        fail_msg("%s: it does not open", where);
    int rows = one_number(db, "select count(*) from t"),
        changed = one_number(db, "select count(*) from t where state = 'new'"),
        sound = one_number(db, "select count(*) from pragma_integrity_check where integrity_check = 'ok'");
    (void)sqlite3_close(db);
    if (sound != 1 || !((rows == 10 && changed == 0) || (rows == 20 && changed == 20)))
        fail_msg("%s: %d rows, %d new, sound %d", where, rows, changed, sound);
    return rows == 20;
}

static void every_change_in_turn(struct scene *scene, const char *mode, int errno_value, bool stops)
{
    struct error err;
    uint64_t changes = 0;
    int befores = 0, afters = 0;
    lay_out(scene, mode);
    for (uint64_t n = 0; n <= changes; n++) {
        fault_remove_tree(scene->root);
        assert_true(fault_copy_tree(scene->start, scene->root, &err));
        struct fault_host *fault = fault_host_make(scene->root, &err);
        assert_non_null(fault);
        if (n && stops)
            fault_host_stop_at(fault, n);
        else if (n)
            fault_host_fail_at(fault, n, errno_value);
        bool done = work(fault_host_table(fault), scene->root, mode);
        char where[300];
        (void)snprintf(where, sizeof where, "%s, change %d (%.160s)", mode, (int)n, fault_host_last(fault));
        if (n == 0) {
            changes = fault_host_changes(fault);
            assert_true(done && changes > 8);
        } else {
            assert_true(fault_host_struck(fault));
        }
        for (int v = 0; stops && v < FAULT_VARIANTS; v++) {
            assert_true(fault_host_save(fault, (enum fault_variant)v, scene->after, &err));
            char variant[400];
            (void)snprintf(variant, sizeof variant, "%s, %s", where, fault_variant_name((enum fault_variant)v));
            int after = state_of(scene->after, variant);
            if (done && !after && strstr(mode, "wal"))
                fail_msg("%s: what was committed is lost", variant);
        }
        int after = state_of(scene->root, where);
        assert_true(after || !done);
        befores += !after;
        afters += after;
        fault_host_free(fault);
    }
    assert_true(befores > 0 && afters > 0);
}

static void a_failed_change_leaves_the_old_state_or_the_new_with_a_wal(void **state)
{
    every_change_in_turn(*state, "pragma journal_mode = wal", EIO, false);
}

static void a_failed_change_leaves_the_old_state_or_the_new_with_a_journal(void **state)
{
    every_change_in_turn(*state, "pragma journal_mode = delete", EIO, false);
}

static void a_failed_change_leaves_the_old_state_or_the_new_with_a_map(void **state)
{
    every_change_in_turn(*state, "pragma mmap_size = 1000000; pragma journal_mode = wal", EIO, false);
}

static void a_power_cut_leaves_the_old_state_or_the_new_with_a_map(void **state)
{
    every_change_in_turn(*state, "pragma mmap_size = 1000000; pragma journal_mode = wal", EIO, true);
}

static int count_changes(void *context, const struct host_change *change)
{
    (void)change;
    ++*(int *)context;
    return 0;
}

static void a_map_hides_no_change(void **state)
{
    struct scene *scene = *state;
    int seen[2] = {0};
    for (int mapped = 0; mapped < 2; mapped++) {
        lay_out(scene, "pragma journal_mode = wal");
        struct host host = *host_real();
        host.context = &seen[mapped];
        host.before = count_changes;
        sqlite3 *db = opened(&host, scene->start);
        assert_int_equal(one_number(db, mapped ? "pragma mmap_size = 1000000" : "pragma mmap_size = 0"),
                         mapped ? 1000000 : 0);
        assert_int_equal(one_number(db, "select count(*) from t where state = 'old'"), 10);
        assert_int_equal(run(db, "update t set state = 'new'; pragma wal_checkpoint(truncate)"), SQLITE_OK);
        assert_int_equal(one_number(db, "select count(*) from t where state = 'new'"), 10);
        (void)sqlite3_close(db);
    }
    assert_true(seen[0] > 4);
    assert_int_equal(seen[0], seen[1]);
}

static void a_reader_with_a_map_keeps_its_snapshot_and_sees_the_next(void **state)
{
    struct scene *scene = *state;
    lay_out(scene, "pragma journal_mode = wal");
    sqlite3 *writer = opened(host_real(), scene->start), *reader = opened(host_real(), scene->start);
    assert_int_equal(one_number(reader, "pragma mmap_size = 1000000"), 1000000);
    assert_int_equal(run(reader, "begin; select count(*) from t"), SQLITE_OK);
    assert_int_equal(run(writer, "update t set state = 'new'; pragma wal_checkpoint"), SQLITE_OK);
    assert_int_equal(one_number(reader, "select count(*) from t where state = 'old'"), 10);
    assert_int_equal(run(reader, "commit"), SQLITE_OK);
    assert_int_equal(run(writer, "insert into t select id + 10, 'new', filler from t; pragma wal_checkpoint(truncate)"),
                     SQLITE_OK);
    assert_int_equal(one_number(reader, "select count(*) from t where state = 'new'"), 20);
    (void)sqlite3_close(writer);
    (void)sqlite3_close(reader);
}

static void a_full_disk_leaves_the_old_state_or_the_new(void **state)
{
    every_change_in_turn(*state, "pragma journal_mode = wal", ENOSPC, false);
}

static void a_power_cut_leaves_the_old_state_or_the_new_with_a_wal(void **state)
{
    every_change_in_turn(*state, "pragma journal_mode = wal", EIO, true);
}

static void a_power_cut_leaves_the_old_state_or_the_new_with_a_journal(void **state)
{
    every_change_in_turn(*state, "pragma journal_mode = delete", EIO, true);
}

static void a_power_cut_while_a_database_is_made_leaves_none_or_a_sound_one(void **state)
{
    struct scene *scene = *state;
    struct error err;
    uint64_t changes = 0;
    for (uint64_t n = 0; n <= changes; n++) {
        fault_remove_tree(scene->root);
        assert_true(host_make_folder(host_real(), scene->root, &err));
        struct fault_host *fault = fault_host_make(scene->root, &err);
        if (n)
            fault_host_stop_at(fault, n);
        sqlite3 *db = opened(fault_host_table(fault), scene->root);
        bool done = run(db, "pragma journal_mode = wal") == SQLITE_OK && run(db, "create table t(a)") == SQLITE_OK;
        (void)sqlite3_close(db);
        if (n == 0)
            changes = fault_host_changes(fault);
        for (int v = 0; v < FAULT_VARIANTS; v++) {
            assert_true(fault_host_save(fault, (enum fault_variant)v, scene->after, &err));
            db = opened(host_real(), scene->after);
            int sound = one_number(db, "select count(*) from pragma_integrity_check where integrity_check = 'ok'");
            int tables = one_number(db, "select count(*) from sqlite_schema");
            (void)sqlite3_close(db);
            if (sound != 1 || (done && tables != 1))
                fail_msg("change %d, %s: sound %d, %d tables", (int)n, fault_variant_name((enum fault_variant)v), sound,
                         tables);
        }
        fault_host_free(fault);
    }
    assert_true(changes > 8);
}

static int refuse_all_writes(void *context, const struct host_change *change)
{
    return change->operation == HOST_WRITE ? *(int *)context : 0;
}

static void sqlite_reports_the_fault_by_its_own_name(void **state)
{
    struct scene *scene = *state;
    lay_out(scene, "pragma journal_mode = wal");
    int errno_value = 0;
    struct host host = *host_real();
    host.context = &errno_value;
    host.before = refuse_all_writes;
    sqlite3 *db = opened(&host, scene->start);
    assert_int_equal(run(db, "select count(*) from t"), SQLITE_OK);
    errno_value = ENOSPC;
    assert_int_equal(run(db, "update t set state = 'x'"), SQLITE_FULL);
    errno_value = EIO;
    assert_int_equal(run(db, "update t set state = 'x'"), SQLITE_IOERR);
    assert_int_equal(sqlite3_extended_errcode(db), SQLITE_IOERR_WRITE);
    errno_value = 0;
    assert_int_equal(run(db, "update t set state = 'x'"), SQLITE_OK);
    (void)sqlite3_close(db);
}

static void readers_and_the_writer_meet_in_the_wal(void **state)
{
    struct scene *scene = *state;
    lay_out(scene, "pragma journal_mode = wal");
    sqlite3 *writer = opened(host_real(), scene->start), *reader = opened(host_real(), scene->start);
    assert_int_equal(run(reader, "begin; select count(*) from t"), SQLITE_OK);
    assert_int_equal(run(writer, "begin immediate; delete from t; commit"), SQLITE_OK);
    assert_int_equal(one_number(reader, "select count(*) from t"), 10);
    assert_int_equal(run(reader, "commit"), SQLITE_OK);
    assert_int_equal(one_number(reader, "select count(*) from t"), 0);
    assert_int_equal(run(writer, "begin immediate"), SQLITE_OK);
    assert_int_equal(run(reader, "begin immediate"), SQLITE_BUSY);
    (void)sqlite3_close(writer);
    (void)sqlite3_close(reader);
}

static void time_is_the_hosts_and_one_host_has_one_name(void **state)
{
    struct scene *scene = *state;
    struct error err;
    assert_true(host_make_folder(host_real(), scene->root, &err));
    struct fault_host *fault = fault_host_make(scene->root, &err);
    const char *one = NULL, *two = NULL, *other = NULL;
    assert_true(vfs_register(fault_host_table(fault), &one, &err) && vfs_register(fault_host_table(fault), &two, &err));
    assert_true(vfs_register(host_real(), &other, &err));
    assert_ptr_equal(one, two);
    assert_string_not_equal(one, other);
    sqlite3 *db = opened(fault_host_table(fault), scene->root);
    assert_int_equal(one_number(db, "select strftime('%Y%m%d', 'now')"), 20260101);
    (void)sqlite3_close(db);
    fault_host_free(fault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_failed_change_leaves_the_old_state_or_the_new_with_a_wal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_failed_change_leaves_the_old_state_or_the_new_with_a_journal, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_failed_change_leaves_the_old_state_or_the_new_with_a_map, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_power_cut_leaves_the_old_state_or_the_new_with_a_map, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_map_hides_no_change, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reader_with_a_map_keeps_its_snapshot_and_sees_the_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_the_old_state_or_the_new, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_power_cut_leaves_the_old_state_or_the_new_with_a_wal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_power_cut_leaves_the_old_state_or_the_new_with_a_journal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_power_cut_while_a_database_is_made_leaves_none_or_a_sound_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(sqlite_reports_the_fault_by_its_own_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(readers_and_the_writer_meet_in_the_wal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(time_is_the_hosts_and_one_host_has_one_name, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("vfs", tests, NULL, NULL);
}
