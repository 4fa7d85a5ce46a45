#include "ingest/incoming.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault_host.h"

#include <cmocka.h>

struct scene {
    struct arena *arena;
    char folder[64];
};

static int set_up(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    must(s != NULL);
    s->arena = arena_make(0);
    fault_temporary_folder(s->folder);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *s = *state;
    arena_free(s->arena);
    fault_remove_tree(slice_of(s->folder));
    free(s);
    return 0;
}

static size_t files(struct scene *s)
{
    struct error err;
    struct slice *names;
    size_t count;
    assert_true(host_list_folder(slice_of(s->folder), s->arena, &names, &count, &err));
    return count;
}

static void only_its_owner_may_read_it_and_it_goes_with_its_arena(void **state)
{
    struct scene *s = *state;
    struct error err;
    struct incoming *incoming;
    struct stat found;
    struct arena *arena = arena_make(0);
    assert_true(incoming_make(host_real(), slice_of(s->folder), arena, &incoming, &err));
    assert_true(host_write(incoming->file, "name\n", 5, &err));
    assert_int_equal(stat(arena_cstr(s->arena, incoming->path), &found), 0);
    assert_int_equal(found.st_mode & 07777, 0600);
    assert_int_equal(files(s), 1);
    arena_free(arena);
    assert_int_equal(files(s), 0);
}

static void what_became_something_stays_and_what_was_dropped_is_gone(void **state)
{
    struct scene *s = *state;
    struct error err;
    struct incoming *kept, *dropped;
    struct slice name = arena_format(s->arena, "%s/kept", s->folder), text;
    struct arena *arena = arena_make(0);
    assert_true(incoming_make(host_real(), slice_of(s->folder), arena, &kept, &err));
    assert_true(incoming_make(host_real(), slice_of(s->folder), arena, &dropped, &err));
    assert_true(host_write(kept->file, "x", 1, &err));
    assert_true(incoming_become(kept, name, &err));
    assert_true(incoming_drop(dropped, &err));
    assert_true(incoming_drop(dropped, &err)); /* once more is no fault */
    assert_int_equal(files(s), 1);
    arena_free(arena);
    assert_true(host_read_file(host_real(), name, 10, s->arena, &text, &err) && slice_equal(text, S("x")));
}

/* Another program makes one, says so, and waits to be killed. */
static pid_t another_program(struct scene *s)
{
    int said[2];
    char byte;
    assert_int_equal(pipe(said), 0);
    pid_t child = fork();
    if (child == 0) {
        struct error err;
        struct incoming *incoming;
        struct arena *arena = arena_make(0);
        bool good = incoming_make(host_real(), slice_of(s->folder), arena, &incoming, &err) &&
                    host_write(incoming->file, "Margaret Larter\n", 16, &err);
        (void)!write(said[1], good ? "y" : "n", 1);
        for (;;)
            pause();
    }
    assert_true(child > 0);
    assert_int_equal(read(said[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    close(said[0]);
    close(said[1]);
    return child;
}

static void a_file_of_a_living_program_is_left_alone_and_one_of_a_killed_program_is_swept(void **state)
{
    struct scene *s = *state;
    struct error err;
    pid_t child = another_program(s);
    bool swept = incoming_sweep(host_real(), slice_of(s->folder), &err);
    size_t while_it_lives = files(s);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_true(swept);
    assert_int_equal(while_it_lives, 1);
    assert_true(incoming_sweep(host_real(), slice_of(s->folder), &err));
    assert_int_equal(files(s), 0);
}

static void a_sweep_takes_nothing_of_another_name(void **state)
{
    struct scene *s = *state;
    struct error err;
    assert_true(host_write_file(host_real(), arena_format(s->arena, "%s/0123abcd", s->folder), S("x"), &err));
    assert_true(host_write_file(host_real(), arena_format(s->arena, "%s/incoming-1", s->folder), S("x"), &err));
    assert_true(incoming_sweep(host_real(), slice_of(s->folder), &err));
    assert_int_equal(files(s), 1);
    assert_true(host_exists(arena_format(s->arena, "%s/0123abcd", s->folder)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_its_owner_may_read_it_and_it_goes_with_its_arena, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_became_something_stays_and_what_was_dropped_is_gone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_of_a_living_program_is_left_alone_and_one_of_a_killed_program_is_swept,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sweep_takes_nothing_of_another_name, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("incoming files", tests, NULL, NULL);
}
