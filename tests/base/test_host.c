#include "base/fault_host.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct scene {
    struct arena *arena;
    char folder[64];
};

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    must(scene != NULL);
    scene->arena = arena_make(0);
    fault_temporary_folder(scene->folder);
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

static struct slice in(struct scene *scene, const char *name)
{
    return arena_format(scene->arena, "%s/%s", scene->folder, name);
}

static void files_are_written_and_read_in_place_and_in_sequence(void **state)
{
    struct scene *scene = *state;
    const struct host *host = host_real();
    struct error err;
    struct host_file *file;
    struct slice path = in(scene, "a"), text;
    char out[16];
    size_t got;
    uint64_t size;
    assert_true(host_open(host, path, HOST_CREATE, scene->arena, &file, &err));
    assert_true(host_write(file, "hello ", 6, &err) && host_write(file, "world", 5, &err) && host_sync(file, &err));
    assert_true(host_write_at(file, 0, "J", 1, &err));
    assert_true(host_file_size(file, &size, &err) && size == 11);
    host_close(file);
    struct stat found;
    assert_int_equal(stat(path.at, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    assert_false(host_open(host, path, HOST_CREATE, scene->arena, &file, &err));
    assert_true(host_open(host, path, HOST_APPEND, scene->arena, &file, &err) && host_write(file, "!", 1, &err));
    assert_true(host_read_file(host, path, 100, scene->arena, &text, &err) && slice_equal(text, S("Jello world!")));
    assert_true(host_open(host, path, HOST_UPDATE, scene->arena, &file, &err));
    assert_true(host_read(file, out, 5, &got, &err) && got == 5 && memcmp(out, "Jello", 5) == 0);
    assert_true(host_write(file, "-", 1, &err) && host_read_at(file, 4, out, 16, &got, &err));
    assert_true(got == 8 && memcmp(out, "o-world!", 8) == 0);
    assert_true(host_read_at(file, 12, out, 16, &got, &err) && got == 0);
    assert_true(host_open(host, path, HOST_OVERWRITE, scene->arena, &file, &err));
    assert_true(host_read_file(host, path, 100, scene->arena, &text, &err) && text.len == 0);
}

static void faults_of_the_disk_are_told_in_words(void **state)
{
    struct scene *scene = *state;
    struct error err;
    struct host_file *file;
    struct slice text, *names;
    size_t count;
    assert_false(host_open(host_real(), in(scene, "none"), HOST_READ, scene->arena, &file, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_non_null(strstr(err.text, "none"));
    assert_false(host_open(host_real(), slice_of(scene->folder), HOST_READ, scene->arena, &file, &err));
    assert_non_null(strstr(err.text, "folder"));
    assert_false(host_open(host_real(), S("a\0b"), HOST_READ, scene->arena, &file, &err));
    assert_int_equal(err.code, ERROR_INPUT);
    assert_false(host_open(host_real(), S(""), HOST_READ, scene->arena, &file, &err));
    assert_false(host_delete(host_real(), in(scene, "none"), &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_false(host_list_folder(in(scene, "none"), scene->arena, &names, &count, &err));
    assert_true(host_write_file(host_real(), in(scene, "big"), S("0123456789"), &err));
    assert_true(host_read_file(host_real(), in(scene, "big"), 10, scene->arena, &text, &err));
    assert_false(host_read_file(host_real(), in(scene, "big"), 9, scene->arena, &text, &err));
    assert_int_equal(err.code, ERROR_TOO_BIG);
    assert_false(host_make_folder(host_real(), in(scene, "big"), &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
}

/* Renamed over, a device would be gone for everybody on the machine. */
static void a_pipe_is_written_into_and_a_link_stays(void **state)
{
    struct scene *scene = *state;
    struct error err = NO_ERROR;
    struct slice pipe = in(scene, "pipe"), target = in(scene, "target"), link = in(scene, "link"), text;
    struct stat found;
    char got[8] = "";
    assert_int_equal(mkfifo(pipe.at, 0600), 0);
    int reader = open(pipe.at, O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    assert_true(host_write_file(host_real(), pipe, S("hello"), &err));
    assert_int_equal(read(reader, got, sizeof got), 5);
    assert_int_equal(close(reader), 0);
    assert_memory_equal(got, "hello", 5);
    assert_true(stat(pipe.at, &found) == 0 && S_ISFIFO(found.st_mode));
    assert_true(host_write_file(host_real(), target, S("old"), &err));
    assert_int_equal(symlink("target", link.at), 0);
    assert_true(host_write_file(host_real(), link, S("new"), &err));
    assert_true(lstat(link.at, &found) == 0 && S_ISLNK(found.st_mode));
    assert_true(host_read_file(host_real(), target, 10, scene->arena, &text, &err) && slice_equal(text, S("new")));
    assert_int_equal(symlink("not-there", in(scene, "ahead").at), 0);
    assert_true(host_write_file(host_real(), in(scene, "ahead"), S("made"), &err));
    assert_true(lstat(in(scene, "ahead").at, &found) == 0 && S_ISLNK(found.st_mode));
    assert_true(host_exists(in(scene, "not-there")));
    assert_int_equal(symlink("round", in(scene, "round").at), 0);
    assert_false(host_write_file(host_real(), in(scene, "round"), S("x"), &err));
    assert_non_null(strstr(err.text, "leads nowhere"));
}

static void where_nothing_can_be_written_is_told_before(void **state)
{
    struct scene *scene = *state;
    struct error err = NO_ERROR;
    struct slice file = in(scene, "file"), link = in(scene, "link"), closed = in(scene, "closed");
    assert_true(host_may_write(file, &err));
    assert_false(host_may_write(slice_of(scene->folder), &err));
    assert_non_null(strstr(err.text, "is a folder"));
    assert_false(host_may_write(in(scene, "none/file"), &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_int_equal(mkdir(closed.at, 0500), 0);
    if (geteuid() != 0) { /* nothing is closed to root */
        assert_false(host_may_write(in(scene, "closed/file"), &err));
        assert_non_null(strstr(err.text, "may not write in the folder"));
    }
    assert_int_equal(symlink("to-be", in(scene, "one").at), 0);
    assert_int_equal(symlink("to-be", in(scene, "two").at), 0);
    assert_true(host_same_file(in(scene, "one"), in(scene, "two")));
    assert_false(host_may_write(in(scene, "none/"), &err));
    assert_non_null(strstr(err.text, "is a folder"));
    assert_true(host_same_file(file, arena_format(scene->arena, "%s/./file", scene->folder)));
    assert_false(host_same_file(file, in(scene, "other")));
    assert_true(host_write_file(host_real(), file, S("x"), &err));
    assert_int_equal(symlink("file", link.at), 0);
    assert_true(host_same_file(file, link));
    assert_false(host_same_file(file, in(scene, "other")));
}

static void a_file_without_a_size_is_read_whole(void **state)
{
    struct scene *scene = *state;
    struct error err;
    struct slice text;
    assert_true(host_read_file(host_real(), S("/proc/self/maps"), 1 << 20, scene->arena, &text, &err));
    assert_true(text.len > 100);
    assert_false(host_read_file(host_real(), S("/dev/zero"), 1 << 20, scene->arena, &text, &err));
    assert_int_equal(err.code, ERROR_TOO_BIG);
}

static void folders_are_made_with_their_parents_and_listed_in_order(void **state)
{
    struct scene *scene = *state;
    struct error err;
    struct slice *names;
    size_t count;
    assert_true(host_make_folder(host_real(), in(scene, "x/y//z/"), &err));
    assert_true(host_make_folder(host_real(), in(scene, "x/y/z"), &err));
    assert_true(host_write_file(host_real(), in(scene, "x/b"), S("1"), &err));
    assert_true(host_write_file(host_real(), in(scene, "x/B"), S("1"), &err));
    assert_true(host_list_folder(in(scene, "x"), scene->arena, &names, &count, &err));
    assert_int_equal(count, 3);
    assert_true(slice_equal(names[0], S("B")) && slice_equal(names[1], S("b")) && slice_equal(names[2], S("y")));
    assert_true(host_exists(in(scene, "x/y/z")) && !host_exists(in(scene, "x/y/w")));
    assert_true(host_rename(host_real(), in(scene, "x/b"), in(scene, "x/c"), &err) && host_exists(in(scene, "x/c")));
    assert_true(host_delete(host_real(), in(scene, "x/c"), &err) && !host_exists(in(scene, "x/c")));
}

/* ---- Every change is announced before it happens, and does not happen when it is refused. ---- */

struct watcher {
    enum host_operation refused;
    int errno_value;
    struct host_change last;
    char path[128];
};

static int watch(void *context, const struct host_change *change)
{
    struct watcher *w = context;
    w->last = *change;
    (void)snprintf(w->path, sizeof w->path, "%s", change->path);
    return change->operation == w->refused ? w->errno_value : 0;
}

static void each_operation_can_be_refused(void **state)
{
    struct scene *scene = *state;
    struct error err;
    struct host_file *file;
    struct watcher w = {.refused = HOST_OPEN, .errno_value = ENOSPC};
    struct host host = *host_real();
    host.before = watch;
    host.context = &w;
    struct slice path = in(scene, "a"), other = in(scene, "b");
    static const enum host_open_mode modes[] = {HOST_CREATE, HOST_OVERWRITE, HOST_APPEND, HOST_UPDATE};
    for (size_t i = 0; i < countof(modes); i++) {
        assert_false(host_open(&host, path, modes[i], scene->arena, &file, &err));
        assert_int_equal(err.code, ERROR_FULL);
        assert_false(host_exists(path));
    }
    w.refused = HOST_WRITE;
    assert_true(host_open(&host, path, HOST_CREATE, scene->arena, &file, &err));
    assert_false(host_write(file, "x", 1, &err));
    assert_int_equal(err.code, ERROR_FULL);
    assert_false(host_write_at(file, 5, "xyz", 3, &err));
    assert_true(w.last.offset == 5 && w.last.size == 3 && memcmp(w.last.data, "xyz", 3) == 0);
    assert_string_equal(w.path, path.at);
    uint64_t size = 1;
    assert_true(host_file_size(file, &size, &err) && size == 0);
    w.refused = HOST_SYNC;
    w.errno_value = EIO;
    assert_true(host_write(file, "ab", 2, &err) && host_write(file, "c", 1, &err));
    assert_true(w.last.offset == 2);
    assert_false(host_sync(file, &err));
    assert_int_equal(err.code, ERROR_IO);
    host_close(file);
    w.refused = HOST_TRUNCATE;
    assert_false(host_open(&host, path, HOST_OVERWRITE, scene->arena, &file, &err));
    struct slice text;
    assert_true(host_read_file(&host, path, 10, scene->arena, &text, &err) && slice_equal(text, S("abc")));
    w.refused = HOST_RENAME;
    assert_false(host_rename(&host, path, other, &err));
    assert_string_equal(w.last.other, other.at);
    assert_true(host_exists(path) && !host_exists(other));
    w.refused = HOST_DELETE;
    assert_false(host_delete(&host, path, &err));
    assert_true(host_exists(path));
    w.refused = HOST_MAKE_FOLDER;
    assert_false(host_make_folder(&host, in(scene, "f"), &err));
    assert_false(host_exists(in(scene, "f")));
    w.refused = HOST_SYNC_FOLDER;
    assert_false(host_sync_folder(&host, slice_of(scene->folder), &err));
}

static void writing_a_file_is_atomic_at_every_fault_and_power_cut(void **state)
{
    struct scene *scene = *state;
    struct error err;
    struct slice root = in(scene, "root"), after = in(scene, "after"), path = in(scene, "root/config");
    uint64_t changes = 0;
    for (uint64_t n = 0; n <= 2 * changes; n++) {
        fault_remove_tree(root);
        assert_true(host_make_folder(host_real(), root, &err));
        assert_true(host_write_file(host_real(), path, S("old content"), &err));
        struct fault_host *fault = fault_host_make(root, &err);
        assert_non_null(fault);
        bool stops = n > changes;
        if (stops)
            fault_host_stop_at(fault, n - changes);
        else if (n)
            fault_host_fail_at(fault, n, ENOSPC);
        bool done = host_write_file(fault_host_table(fault), path, S("new content"), &err);
        assert_true(done == (n == 0));
        if (n == 0)
            changes = fault_host_changes(fault);
        struct slice text, *names;
        size_t count;
        assert_true(host_read_file(host_real(), path, 100, scene->arena, &text, &err));
        assert_true(slice_equal(text, S("old content")) || slice_equal(text, S("new content")));
        assert_true(host_list_folder(root, scene->arena, &names, &count, &err));
        assert_true(stops || count == 1); /* Nothing is left beside after an error. */
        for (int v = 0; v < FAULT_VARIANTS; v++) {
            assert_true(fault_host_save(fault, (enum fault_variant)v, after, &err));
            assert_true(host_read_file(host_real(), in(scene, "after/config"), 100, scene->arena, &text, &err));
            bool is_new = slice_equal(text, S("new content"));
            if (!is_new && !slice_equal(text, S("old content")))
                fail_msg("change %d, %s: \"%.*s\"", (int)n, fault_variant_name((enum fault_variant)v), PRINT(text));
            assert_true(is_new || !done); /* What was acknowledged is durable. */
        }
        fault_host_free(fault);
    }
    assert_int_equal(changes, 5); /* open, write, sync, rename, sync of the folder */
}

static void time_and_randomness_are_the_hosts(void **state)
{
    (void)state;
    int64_t one = host_monotonic(host_real()), two = host_monotonic(host_real());
    assert_true(two >= one);
    assert_true(host_now(host_real()) > 1700000000000);
    unsigned char a[40] = {0}, b[40] = {0};
    host_random(host_real(), a, sizeof a);
    host_random(host_real(), b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_are_written_and_read_in_place_and_in_sequence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(faults_of_the_disk_are_told_in_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_pipe_is_written_into_and_a_link_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(where_nothing_can_be_written_is_told_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_without_a_size_is_read_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(folders_are_made_with_their_parents_and_listed_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_operation_can_be_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(writing_a_file_is_atomic_at_every_fault_and_power_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(time_and_randomness_are_the_hosts, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
