/* Every change of the disk that a landing makes is refused once (EIO, ENOSPC), and every one is the last before the
 * power goes: what is found afterwards is the state before or after, a file that was acknowledged is there, and landing
 * it again succeeds. */
#include "world.h"

#include "base/fault_host.h"
#include "base/lock.h"
#include "guard/change.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#define HEAD   "number,Full Name,born,kind,score\n"
#define BEFORE "1|Ann||A|1;2|Ben||B|2;3|Cas||C|3;4|Dot||A|4;"
#define AFTER  "1|Anne||A|1;2|Ben||B|2;3|Cas||C|3;5|Eve|1950-02-03|C|9;"

static const char first_file[] = HEAD "1,Ann,,A,1\n2,Ben,,B,2\n3,Cas,,C,3\n4,Dot,,A,4\n";
/* Changed, unchanged, quarantined (and so left open), new, a repeat, a duplicate that was written too soon; 4 is
 * closed. */
static const char second_file[] =
    HEAD "1,Anne,,A,1\n2,Ben,,B,2\n3,Cas,,Z,3\n5,Eve,03/02/1950,C,9\n5,Eve,03/02/1950,C,9\n5,Eva,,C,9\n";

struct scene {
    struct arena *arena;
    char folder[64];
    struct slice start, root, after, file;
    struct digest digest;
};

/* A store below a folder, opened through a host, as a program of its own would. */
struct opened {
    struct both both;
    struct world world;
    struct arena *arena;
};

static bool open_in(struct slice folder, const struct host *host, struct opened *o, struct error *err)
{
    struct arena *arena = arena_make(0);
    *o = (struct opened){.arena = arena, .both = {.arena = arena, .folder = folder, .dialect = STORE_SQLITE}};
    struct store_options options = {
        .address = arena_format(arena, "%.*s/hub.db", PRINT(folder)), .host = host, .create = true};
    if (!store_open(&options, &o->both.store, err)) {
        arena_free(arena);
        return false;
    }
    o->world = (struct world){.both = &o->both, .arena = arena, .store = o->both.store};
    must(contract_read(slice_of(people_contract), S("people.yaml"), arena, &o->world.source, err));
    return true;
}

static void close_it(struct opened *o)
{
    arena_free(o->arena);
    store_close(o->both.store);
}

static bool intake_in(struct opened *o, struct error *err)
{
    return intake_make(o->both.store, &o->world.source, o->both.folder, S("tess"), o->arena, &o->world.intake, err);
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct error err;
    struct opened o;
    struct landing landing;
    must(scene != NULL);
    scene->arena = arena_make(0);
    fault_temporary_folder(scene->folder);
    scene->start = arena_format(scene->arena, "%s/start", scene->folder);
    scene->root = arena_format(scene->arena, "%s/root", scene->folder);
    scene->after = arena_format(scene->arena, "%s/after", scene->folder);
    scene->file = arena_format(scene->arena, "%s/people.csv", scene->folder);
    struct slice first = arena_format(scene->arena, "%s/first.csv", scene->folder);
    GOOD(host_write_file(host_real(), scene->file, slice_of(second_file), &err));
    GOOD(host_write_file(host_real(), first, slice_of(first_file), &err));
    scene->digest = hash_sha256(slice_of(second_file));
    GOOD(host_make_folder(host_real(), scene->start, &err));
    GOOD(open_in(scene->start, host_real(), &o, &err));
    GOOD(intake_in(&o, &err));
    struct landing_file file = {.path = first};
    GOOD(landing_accept(o.world.intake, &file, o.arena, &landing, &err));
    GOOD(landing_run(o.world.intake, landing.id, NULL, o.arena, &landing, &err));
    assert_string_equal(arena_cstr(o.arena, world_seen(&o.world)), BEFORE);
    close_it(&o);
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

/* The work whose every change is struck. *ret_kept: it was acknowledged. */
static bool work(struct scene *scene, const struct host *host, bool *ret_kept, bool *ret_shown, struct error *err)
{
    struct opened o;
    struct landing landing;
    struct landing_file file = {.path = scene->file};
    *ret_kept = *ret_shown = false;
    if (!open_in(scene->root, host, &o, err))
        return false;
    bool good = intake_in(&o, err) && landing_accept(o.world.intake, &file, o.arena, &landing, err);
    *ret_kept = good;
    good = good && landing_run(o.world.intake, landing.id, NULL, o.arena, &landing, err);
    *ret_shown = good;
    close_it(&o);
    return good;
}

/* Looks at what is there, as the next start of the program would find it, and lands the file again. */
static void look(struct scene *scene, struct slice folder, bool kept, bool shown, const char *what)
{
    struct error err;
    struct opened o;
    struct landing landing;
    int64_t recovered;
    if (!open_in(folder, host_real(), &o, &err))
        fail_msg("%s: %s", what, err.text);
    char *seen = arena_cstr(o.arena, world_seen(&o.world));
    bool before = strcmp(seen, BEFORE) == 0, after = strcmp(seen, AFTER) == 0;
    if (!before && !after)
        fail_msg("%s: neither before nor after but %s", what, seen);
    if (shown && !after)
        fail_msg("%s: it was shown, and is not any more", what);
    if (!intake_in(&o, &err))
        fail_msg("%s: %s", what, err.text);
    bool blanked = true;
    if (kept && (!keeper_check(o.world.intake->keeper, &scene->digest, &blanked, &err) || blanked))
        fail_msg("%s: the file was acknowledged, and is not kept", what);
    struct transaction *t = both_begin(&o.both, TRANSACTION_READ);
    if (kept && both_integer(&o.both, t, "SELECT count(*) FROM landing") != 2)
        fail_msg("%s: the file was acknowledged, and its landing is not there", what);
    transaction_rollback(t);
    struct catalogue catalogue = {.sources = &o.world.source, .source_count = 1};
    if (!landing_recover(o.both.store, folder, &catalogue, &recovered, &err))
        fail_msg("%s: %s", what, err.text);
    world_sound(&o.world);
    assert_string_equal(arena_cstr(o.arena, world_seen(&o.world)), before ? BEFORE : AFTER);
    struct landing_file file = {.path = scene->file};
    if (!landing_accept(o.world.intake, &file, o.arena, &landing, &err) ||
        (!landing.same_again && !landing_run(o.world.intake, landing.id, NULL, o.arena, &landing, &err)))
        fail_msg("%s: it cannot be landed again: %s", what, err.text);
    assert_true(landing.is_current && landing.same_again == after);
    assert_counts(&landing, 6, 1, 1, 1, 2, 1, 1);
    assert_string_equal(arena_cstr(o.arena, world_seen(&o.world)), AFTER);
    world_sound(&o.world);
    t = both_begin(&o.both, TRANSACTION_READ);
    assert_int_equal(both_integer(&o.both, t, "SELECT count(*) FROM quarantine"), 2);
    transaction_rollback(t);
    close_it(&o);
}

static struct fault_host *fresh(struct scene *scene)
{
    struct error err;
    struct fault_host *fault;
    fault_remove_tree(scene->root);
    GOOD(fault_copy_tree(scene->start, scene->root, &err));
    fault = fault_host_make(scene->root, &err);
    must(fault != NULL);
    return fault;
}

static uint64_t count_changes(struct scene *scene)
{
    struct error err;
    bool kept, shown;
    struct fault_host *fault = fresh(scene);
    GOOD(work(scene, fault_host_table(fault), &kept, &shown, &err));
    uint64_t changes = fault_host_changes(fault);
    fault_host_free(fault);
    look(scene, scene->root, true, true, "no fault at all");
    assert_true(changes > 40);
    return changes;
}

static void each_refused(struct scene *scene, int errno_value, enum error_code expected)
{
    uint64_t changes = count_changes(scene);
    for (uint64_t n = 1; n <= changes; n++) {
        struct error err = NO_ERROR;
        bool kept, shown;
        char what[300];
        struct fault_host *fault = fresh(scene);
        fault_host_fail_at(fault, n, errno_value);
        bool good = work(scene, fault_host_table(fault), &kept, &shown, &err);
        snprintf(what, sizeof what, "change %llu of %llu refused (%s)", (unsigned long long)n,
                 (unsigned long long)changes, fault_host_last(fault));
        assert_true(fault_host_struck(fault));
        if (!good && err.code != expected && err.code != ERROR_IO)
            fail_msg("%s: code %d: %s", what, err.code, err.text);
        fault_host_free(fault);
        look(scene, scene->root, kept, shown, what);
    }
}

static void each_write_and_sync_that_fails_leaves_the_state_before_or_after(void **state)
{
    each_refused(*state, EIO, ERROR_IO);
}

static void a_full_disk_at_each_change_leaves_the_state_before_or_after(void **state)
{
    each_refused(*state, ENOSPC, ERROR_FULL);
}

static void a_power_cut_at_each_change_leaves_the_state_before_or_after(void **state)
{
    struct scene *scene = *state;
    uint64_t changes = count_changes(scene);
    for (uint64_t n = 1; n <= changes; n++) {
        struct error err;
        bool kept, shown;
        char what[300];
        struct fault_host *fault = fresh(scene);
        fault_host_stop_at(fault, n);
        (void)!work(scene, fault_host_table(fault), &kept, &shown, &err);
        for (int v = 0; v < FAULT_VARIANTS; v++) {
            snprintf(what, sizeof what, "the power went at change %llu of %llu (%s), %s", (unsigned long long)n,
                     (unsigned long long)changes, fault_host_last(fault), fault_variant_name((enum fault_variant)v));
            GOOD(fault_host_save(fault, (enum fault_variant)v, scene->after, &err));
            look(scene, scene->after, kept, shown, what);
        }
        fault_host_free(fault);
    }
}

/* A small real disk: not every mistake announces itself to a host table. */
static void a_disk_that_is_really_full_gives_a_clear_error_and_keeps_what_was(void **state)
{
    struct scene *scene = *state;
    struct error err;
    struct opened o;
    struct landing landing;
    char *disk = arena_cstr(scene->arena, arena_format(scene->arena, "%s/disk", scene->folder));
    GOOD(host_make_folder(host_real(), slice_of(disk), &err));
    if (mount("staithe-test", disk, "tmpfs", 0, "size=3m") != 0) {
        printf("# reason: a file system cannot be mounted here (it needs root)\n");
        skip();
    }
    struct slice folder = arena_format(scene->arena, "%s/hub", disk);
    GOOD(fault_copy_tree(scene->start, folder, &err));
    struct buffer text = buffer_make(scene->arena);
    buffer_add(&text, S(HEAD));
    for (int i = 0; i < 30000; i++)
        buffer_format(&text, "%d,Somebody with a name of some length number %d,,A,1\n", i, i);
    struct slice large = arena_format(scene->arena, "%s/large.csv", scene->folder);
    GOOD(host_write_file(host_real(), large, buffer_slice(&text), &err));
    GOOD(open_in(folder, host_real(), &o, &err));
    GOOD(intake_in(&o, &err));
    struct landing_file file = {.path = large};
    bool good = landing_accept(o.world.intake, &file, o.arena, &landing, &err) &&
                landing_run(o.world.intake, landing.id, NULL, o.arena, &landing, &err);
    int code = good ? ERROR_NONE : (int)err.code;
    close_it(&o);
    bool opened = open_in(folder, host_real(), &o, &err);
    char seen[200] = "";
    if (opened) {
        snprintf(seen, sizeof seen, "%.*s", PRINT(world_seen(&o.world)));
        close_it(&o);
    }
    assert_int_equal(umount(disk), 0);
    assert_int_equal(code, ERROR_FULL);
    assert_true(opened);
    assert_string_equal(seen, BEFORE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_write_and_sync_that_fails_leaves_the_state_before_or_after, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_at_each_change_leaves_the_state_before_or_after, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_power_cut_at_each_change_leaves_the_state_before_or_after, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_disk_that_is_really_full_gives_a_clear_error_and_keeps_what_was, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests_name("landing faults", tests, NULL, NULL);
}
