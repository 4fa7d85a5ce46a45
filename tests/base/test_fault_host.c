/* The fault host is itself what other tests rest on: so its picture of the disk is tested here. */
#include "base/fault_host.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct scene {
    struct arena *arena;
    char folder[64];
    struct slice root, after;
    struct fault_host *fault;
    const struct host *host;
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    must(scene != NULL);
    scene->arena = arena_make(0);
    fault_temporary_folder(scene->folder);
    scene->root = arena_format(scene->arena, "%s/root", scene->folder);
    scene->after = arena_format(scene->arena, "%s/after", scene->folder);
    struct error err;
    must(host_make_folder(host_real(), scene->root, &err));
    must(host_write_file(host_real(), arena_format(scene->arena, "%s/root/old", scene->folder), S("old"), &err));
    scene->fault = fault_host_make(scene->root, &err);
    must(scene->fault != NULL);
    scene->host = fault_host_table(scene->fault);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    arena_free(scene->arena);
    fault_host_free(scene->fault);
    fault_remove_tree(slice_of(scene->folder));
    free(scene);
    return 0;
}

static struct slice at(struct scene *scene, const char *name)
{
    return arena_format(scene->arena, "%.*s/%s", PRINT(scene->root), name);
}

/* What the file holds after a power cut; "-" when it is not there. */
static void leaves(struct scene *scene, enum fault_variant variant, const char *name, const char *wanted)
{
    struct error err;
    struct slice text = S("-"), path = arena_format(scene->arena, "%.*s/%s", PRINT(scene->after), name);
    assert_true(fault_host_save(scene->fault, variant, scene->after, &err));
    if (host_exists(path))
        assert_true(host_read_file(host_real(), path, 1000, scene->arena, &text, &err));
    if (!slice_equal(text, slice_of(wanted)))
        fail_msg("%s, %s: \"%.*s\", wanted \"%s\"", name, fault_variant_name(variant), PRINT(text), wanted);
}

static struct host_file *opened(struct scene *scene, const char *name, enum host_open_mode mode)
{
    struct host_file *file;
    struct error err;
    must(host_open(scene->host, at(scene, name), mode, scene->arena, &file, &err));
    return file;
}

static void a_write_is_durable_once_the_file_is_synced(void **state)
{
    struct scene *scene = *state;
    struct error err;
    struct host_file *file = opened(scene, "old", HOST_UPDATE);
    static const char *const pieces[] = {"A", "B", "C", "DE"};
    for (uint64_t i = 0; i < 4; i++)
        assert_true(host_write_at(file, i, pieces[i], strlen(pieces[i]), &err));
    leaves(scene, FAULT_LOSE_ALL, "old", "old");
    leaves(scene, FAULT_KEEP_NAMES, "old", "old");
    leaves(scene, FAULT_KEEP_CONTENT, "old", "ABCDE");
    leaves(scene, FAULT_KEEP_FIRST_HALF, "old", "ABd");
    leaves(scene, FAULT_KEEP_ODD, "old", "AlC");
    leaves(scene, FAULT_KEEP_EVEN, "old", "oBdDE");
    leaves(scene, FAULT_KEEP_TORN, "old", "ABCD");
    assert_true(host_sync(file, &err));
    leaves(scene, FAULT_LOSE_ALL, "old", "ABCDE");
}

static void a_new_file_is_durable_once_its_folder_is_synced_too(void **state)
{
    struct scene *scene = *state;
    struct error err;
    struct host_file *file = opened(scene, "new", HOST_CREATE);
    assert_true(host_write(file, "text", 4, &err) && host_sync(file, &err));
    leaves(scene, FAULT_LOSE_ALL, "new", "-");
    leaves(scene, FAULT_KEEP_CONTENT, "new", "-");
    leaves(scene, FAULT_KEEP_NAMES, "new", "text");
    assert_true(host_sync_folder(scene->host, scene->root, &err));
    leaves(scene, FAULT_LOSE_ALL, "new", "text");
    (void)opened(scene, "empty", HOST_CREATE);
    assert_true(host_sync_folder(scene->host, scene->root, &err));
    leaves(scene, FAULT_LOSE_ALL, "empty", "");
}

static void renames_and_deletes_wait_for_the_folder(void **state)
{
    struct scene *scene = *state;
    struct error err;
    assert_true(host_rename(scene->host, at(scene, "old"), at(scene, "moved"), &err));
    leaves(scene, FAULT_LOSE_ALL, "old", "old");
    leaves(scene, FAULT_LOSE_ALL, "moved", "-");
    leaves(scene, FAULT_KEEP_NAMES, "moved", "old");
    leaves(scene, FAULT_KEEP_NAMES, "old", "-");
    assert_true(host_sync_folder(scene->host, scene->root, &err));
    leaves(scene, FAULT_LOSE_ALL, "moved", "old");
    assert_true(host_delete(scene->host, at(scene, "moved"), &err));
    leaves(scene, FAULT_LOSE_ALL, "moved", "old");
    leaves(scene, FAULT_KEEP_ALL, "moved", "-");
    assert_true(host_sync_folder(scene->host, scene->root, &err));
    leaves(scene, FAULT_LOSE_ALL, "moved", "-");
}

static void a_folder_that_was_never_durable_takes_its_files_with_it(void **state)
{
    struct scene *scene = *state;
    struct error err;
    assert_true(host_make_folder(host_real(), at(scene, "plain"), &err)); /* behind its back: unknown to it */
    struct host bare = *scene->host;
    assert_true(host_make_folder(&bare, at(scene, "kept/2026"), &err));
    assert_true(host_write_file(&bare, at(scene, "kept/2026/file"), S("x"), &err));
    leaves(scene, FAULT_LOSE_ALL, "kept/2026/file", "x");
    fault_host_stop_at(scene->fault, 2); /* the making of the folder, but not its parent's sync */
    assert_false(host_make_folder(&bare, at(scene, "lost"), &err));
    assert_true(fault_host_save(scene->fault, FAULT_LOSE_ALL, scene->after, &err));
    assert_false(host_exists(arena_format(scene->arena, "%.*s/lost", PRINT(scene->after))));
    assert_true(fault_host_save(scene->fault, FAULT_KEEP_NAMES, scene->after, &err));
    assert_true(host_exists(arena_format(scene->arena, "%.*s/lost", PRINT(scene->after))));
}

static void faults_strike_when_they_are_told(void **state)
{
    struct scene *scene = *state;
    struct error err;
    struct host_file *file = opened(scene, "old", HOST_UPDATE);
    assert_int_equal(fault_host_changes(scene->fault), 1);
    fault_host_fail_at(scene->fault, 2, ENOSPC);
    assert_true(host_write(file, "1", 1, &err));
    assert_false(fault_host_struck(scene->fault));
    assert_false(host_write(file, "2", 1, &err));
    assert_int_equal(err.code, ERROR_FULL);
    assert_true(fault_host_struck(scene->fault));
    assert_non_null(strstr(fault_host_last(scene->fault), "write 1 bytes at 1 of"));
    assert_true(host_write(file, "3", 1, &err));
    leaves(scene, FAULT_KEEP_ALL, "old", "13d");
    fault_host_stop_at(scene->fault, 2);
    assert_true(host_write(file, "4", 1, &err));
    assert_false(host_write(file, "5", 1, &err));
    assert_false(host_sync(file, &err));
    assert_false(host_sync_folder(scene->host, scene->root, &err));
    leaves(scene, FAULT_LOSE_ALL, "old", "old");
    leaves(scene, FAULT_KEEP_ALL, "old", "134");
}

static void a_file_that_could_not_be_opened_never_was(void **state)
{
    struct scene *scene = *state;
    struct error err;
    struct host_file *file;
    assert_false(host_open(scene->host, at(scene, "none"), HOST_UPDATE, scene->arena, &file, &err));
    assert_true(host_sync_folder(scene->host, scene->root, &err));
    leaves(scene, FAULT_KEEP_ALL, "none", "-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_write_is_durable_once_the_file_is_synced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_new_file_is_durable_once_its_folder_is_synced_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(renames_and_deletes_wait_for_the_folder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_folder_that_was_never_durable_takes_its_files_with_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(faults_strike_when_they_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_could_not_be_opened_never_was, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("fault host", tests, NULL, NULL);
}
