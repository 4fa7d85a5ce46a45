#include "tests/base/fault_host.h"
#include "tests/link/people.h"

#include "base/hash.h"
#include "link/index_file.h"

#include <stdlib.h>
#include <sys/stat.h>

/* A pool of records that come into indexes on disk and go; what must be there is known from what was done. */
struct scene {
    struct arena *arena;
    char folder[64];
    struct slice specification;
    struct link_spec *spec;
    struct link_records *pool;
    struct link_model *model;
    uint32_t count;
};

static void make_scene(struct scene *scene, unsigned people)
{
    struct error err = NO_ERROR;
    uint64_t *truth;
    *scene = (struct scene){.arena = arena_make(0), .folder = "/tmp/staithe-index-XXXXXX"};
    assert_non_null(mkdtemp(scene->folder));
    scene->specification =
        arena_format(scene->arena, "%sblocking: [given, family, postcode, born]\nblock_cap: 12\n", people_spec);
    scene->spec = read_spec(arena_cstr(scene->arena, scene->specification), scene->arena);
    scene->pool = make_people(scene->spec, people, 4, 0, scene->arena, &truth);
    scene->count = link_records_count(scene->pool);
    assert_true(link_train(scene->pool, NULL, scene->arena, &scene->model, NULL, &err));
}

static void end_scene(struct scene *scene)
{
    fault_remove_tree(slice_of(scene->folder));
    arena_free(scene->arena);
}

static struct slice folder_in(const struct scene *scene, const char *name)
{
    return arena_format(scene->arena, "%s/%s", scene->folder, name);
}

static struct index_row row_of(const struct scene *scene, uint32_t record, struct arena *arena)
{
    struct slice *values = arena_array(arena, struct slice, LINK_COLUMNS_MAX);
    for (size_t c = 0; c < link_spec_columns(scene->spec); c++)
        values[c] = link_records_value(scene->pool, record, c);
    return (struct index_row){S("made"), link_records_id(scene->pool, record), values};
}

/* An index of the pool's records below `count`. */
static bool create(const struct scene *scene, const struct host *host, struct slice folder, uint32_t count,
                   struct arena *arena, struct index_file **ret, struct error *err)
{
    struct link_records *records = link_records_make(scene->spec, arena);
    uint32_t source = source_of(records, "made");
    for (uint32_t r = 0; r < count; r++) {
        struct index_row row = row_of(scene, r, arena);
        if (!link_records_add(records, source, row.id, row.values, err))
            return false;
    }
    return index_file_create(host, folder, scene->specification, records, scene->model, NULL, arena, ret, err);
}

/* Which of the pool are there, a bit each, as a text. */
static struct slice there(const struct scene *scene, const struct index_file *file, struct arena *arena)
{
    struct link_index *index = index_file_index(file);
    struct buffer out = buffer_make(arena);
    struct error err = NO_ERROR;
    uint32_t source;
    assert_true(link_index_source(index, S("made"), &source, &err));
    for (uint32_t r = 0; r < scene->count; r++)
        buffer_add_byte(&out,
                        link_index_record(index, source, link_records_id(scene->pool, r)) == UINT32_MAX ? '-' : 'x');
    return buffer_slice(&out);
}

static void entities_are_those_of_linking_anew(const struct index_file *file)
{
    struct error err = NO_ERROR;
    size_t wrong = 1;
    assert_true(index_file_check(file, NULL, &wrong, &err));
    assert_int_equal(wrong, 0);
}

/* Ids of each entity's records, as sets that two indexes can be compared by. */
static struct slice entities(const struct index_file *file, struct arena *arena)
{
    struct link_index *index = index_file_index(file);
    const struct link_records *records = link_index_records(index);
    uint64_t sum = 0;
    for (uint32_t r = 0; r < link_records_count(records); r++) {
        uint32_t *members;
        if (link_index_entity(index, r) == UINT32_MAX)
            continue;
        size_t count = link_index_members(index, link_index_entity(index, r), arena, &members);
        uint64_t set = 0;
        for (size_t i = 0; i < count; i++)
            set += hash64(link_records_id(records, members[i]), 1);
        sum += hash64(slice_from(&set, sizeof set), hash64(link_records_id(records, r), 2));
    }
    return arena_format(arena, "%016llx of %zu", (unsigned long long)sum, link_index_count(index));
}

static void what_was_done_stands_after_opening_again_whatever_the_history(void **state)
{
    (void)state;
    struct scene scene;
    struct error err = NO_ERROR;
    make_scene(&scene, 40);
    for (uint64_t history = 1; history <= 40; history++) {
        uint64_t random = history;
        struct arena *arena = arena_make(0);
        struct index_file *file;
        struct slice folder = folder_in(&scene, "one");
        char want[400];
        memset(want, 'x', 30);
        memset(want + 30, '-', scene.count - 30);
        assert_true(create(&scene, host_real(), folder, 30, arena, &file, &err));
        for (unsigned step = 0; step < 40; step++) {
            struct index_row rows[8];
            size_t count = 1 + next_random(&random) % 8, removed;
            bool put = next_random(&random) % 3 > 0;
            for (size_t i = 0; i < count; i++) {
                uint32_t r = (uint32_t)(next_random(&random) % scene.count);
                rows[i] = row_of(&scene, r, arena);
                want[r] = put ? 'x' : '-';
            }
            assert_true(put ? index_file_put(file, rows, count, NULL, &err)
                            : index_file_remove(file, rows, count, NULL, &removed, &err));
            assert_true(index_file_mark(file, step, &err) && index_file_sync(file, &err));
            if (next_random(&random) % 12 == 0)
                assert_true(index_file_compact(file, NULL, &err));
            if (next_random(&random) % 8 == 0) {
                arena_free(arena);
                arena = arena_make(0);
                assert_true(index_file_open(host_real(), folder, true, NULL, arena, &file, &err));
                assert_int_equal(index_file_note(file).len, 0);
                assert_int_equal(index_file_position(file), step);
            }
        }
        assert_memory_equal(there(&scene, file, arena).at, want, scene.count);
        entities_are_those_of_linking_anew(file);
        struct slice before = entities(file, arena);
        struct arena *other = arena_make(0);
        struct index_file *again; /* another process may read meanwhile */
        assert_true(index_file_open(host_real(), folder, false, NULL, other, &again, &err));
        assert_true(slice_equal(entities(again, other), before));
        arena_free(other);
        arena_free(arena);
        fault_remove_tree(folder);
    }
    end_scene(&scene);
}

static void a_log_cut_anywhere_is_played_to_its_last_whole_change(void **state)
{
    (void)state;
    struct scene scene;
    struct error err = NO_ERROR;
    make_scene(&scene, 12);
    struct slice folder = folder_in(&scene, "one"), text, states[12];
    uint64_t sizes[12];
    struct arena *arena = arena_make(0);
    struct index_file *file;
    assert_true(create(&scene, host_real(), folder, 4, arena, &file, &err));
    for (unsigned step = 0; step < 12; step++) {
        struct index_row row = row_of(&scene, step % 2 ? step / 2 : 6 + step, arena);
        size_t removed;
        states[step] = arena_copy(scene.arena, there(&scene, file, arena));
        sizes[step] = index_file_log_size(file);
        assert_true(step % 2 ? index_file_remove(file, &row, 1, NULL, &removed, &err)
                             : index_file_put(file, &row, 1, NULL, &err));
        assert_true(index_file_sync(file, &err));
    }
    arena_free(arena);
    struct slice log = folder_in(&scene, "one/log-1");
    assert_true(host_read_file(host_real(), log, 1 << 20, scene.arena, &text, &err));
    for (size_t cut = 0; cut < text.len; cut++)
        for (unsigned garbage = 0; garbage < 2; garbage++) {
            size_t step = 0;
            while (step + 1 < 12 && sizes[step + 1] <= cut)
                step++;
            char *left = arena_cstr(scene.arena, text);
            memset(left + cut, 'Z', text.len - cut);
            assert_true(host_write_file(host_real(), log, slice_from(left, garbage ? text.len : cut), &err));
            arena = arena_make(0);
            assert_true(index_file_open(host_real(), folder, garbage, NULL, arena, &file, &err));
            assert_true(slice_equal(there(&scene, file, arena), states[step]));
            assert_int_equal(index_file_note(file).len > 0, garbage || cut > sizes[step]);
            arena_free(arena);
            if (garbage) { /* it was cut when it was opened for writing */
                arena = arena_make(0);
                assert_true(index_file_open(host_real(), folder, false, NULL, arena, &file, &err));
                assert_int_equal(index_file_note(file).len, 0);
                arena_free(arena);
            }
        }
    end_scene(&scene);
}

/* Changes, with what was synced and what was begun last. */
struct deeds {
    unsigned synced, begun;
};

static void do_deeds(const struct scene *scene, const struct host *host, struct slice folder, struct deeds *deeds)
{
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct index_file *file;
    bool done = index_file_open(host, folder, true, NULL, arena, &file, &err);
    for (unsigned step = 1; done && step <= 6; step++) {
        struct index_row row = row_of(scene, 4 + step, arena);
        deeds->begun = step;
        done = index_file_put(file, &row, 1, NULL, &err) && index_file_mark(file, step, &err) &&
               index_file_sync(file, &err);
        if (done)
            deeds->synced = step;
        if (done && step % 3 == 0)
            done = index_file_compact(file, NULL, &err);
    }
    arena_free(arena);
}

static void stands_well(const struct scene *scene, struct slice folder, const struct deeds *deeds)
{
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct index_file *file;
    if (!index_file_open(host_real(), folder, true, NULL, arena, &file, &err))
        fail_msg("after %u of %u: %s", deeds->synced, deeds->begun, err.text);
    struct slice what = there(scene, file, arena);
    unsigned came = 0;
    while (5 + came < what.len && what.at[5 + came] == 'x')
        came++;
    for (uint32_t r = 5 + came; r < what.len; r++)
        assert_int_equal(what.at[r], '-'); /* never a later change without an earlier */
    assert_in_range(came, deeds->synced, deeds->begun);
    assert_in_range(index_file_position(file), deeds->synced, came);
    arena_free(arena);
}

static void a_power_cut_at_any_change_of_the_disk_loses_nothing_that_was_synced(void **state)
{
    (void)state;
    struct scene scene;
    struct error err = NO_ERROR;
    make_scene(&scene, 8);
    uint64_t changes = 1;
    for (uint64_t n = 0; n <= changes; n++) {
        struct slice root = folder_in(&scene, "root"), folder = folder_in(&scene, "root/index");
        struct arena *arena = arena_make(0);
        struct index_file *file;
        struct deeds deeds = {0};
        assert_true(host_make_folder(host_real(), root, &err));
        assert_true(create(&scene, host_real(), folder, 5, arena, &file, &err));
        arena_free(arena);
        struct fault_host *fault = fault_host_make(root, &err);
        assert_non_null(fault);
        if (n > 0)
            fault_host_stop_at(fault, n);
        do_deeds(&scene, fault_host_table(fault), folder, &deeds);
        if (n == 0) {
            changes = fault_host_changes(fault);
            assert_int_equal(deeds.synced, 6);
        }
        for (int v = 0; n > 0 && v < FAULT_VARIANTS; v++) {
            struct slice after = folder_in(&scene, "after");
            assert_true(fault_host_save(fault, (enum fault_variant)v, after, &err));
            stands_well(&scene, folder_in(&scene, "after/index"), &deeds);
            fault_remove_tree(after);
        }
        fault_host_free(fault);
        stands_well(&scene, folder, &deeds); /* the process died, the machine went on */
        fault_remove_tree(root);
    }
    assert_true(changes > 20);
    end_scene(&scene);
}

static bool holds(struct slice folder, struct slice word, struct arena *arena)
{
    struct error err = NO_ERROR;
    struct slice *names, text;
    size_t count;
    bool found = false;
    assert_true(host_list_folder(folder, arena, &names, &count, &err));
    for (size_t i = 0; i < count; i++) {
        struct slice path = arena_format(arena, "%.*s/%.*s", PRINT(folder), PRINT(names[i]));
        assert_true(host_read_file(host_real(), path, 1 << 24, arena, &text, &err));
        found |= slice_search(text, word) < text.len;
    }
    return found;
}

static void what_was_erased_stands_in_no_file_after_compacting_and_nobody_else_may_read_them(void **state)
{
    (void)state;
    struct scene scene;
    struct error err = NO_ERROR;
    make_scene(&scene, 8);
    struct slice folder = folder_in(&scene, "one");
    struct arena *arena = arena_make(0);
    struct index_file *file;
    struct stat found;
    assert_true(create(&scene, host_real(), folder, 8, arena, &file, &err));
    struct slice values[] = {S("zebedee"), S("quillfeather"), S("1931-07-09"), S("77 Unheard Lane"), S("NR77 7ZZ")};
    struct index_row row = {S("made"), S("erase-me"), values};
    size_t removed;
    assert_true(index_file_put(file, &row, 1, NULL, &err) && index_file_sync(file, &err));
    assert_true(holds(folder, S("quillfeather"), arena));
    assert_true(index_file_compact(file, NULL, &err));
    assert_true(holds(folder, S("quillfeather"), arena));
    assert_true(index_file_remove(file, &row, 1, NULL, &removed, &err));
    assert_int_equal(removed, 1);
    struct link_found *who;
    size_t count;
    assert_true(link_index_find(index_file_index(file), values, -30, 10, arena, &who, &count, &err));
    assert_int_equal(count, 0);
    assert_true(index_file_compact(file, NULL, &err));
    assert_false(holds(folder, S("quillfeather"), arena));
    assert_false(holds(folder, S("erase-me"), arena));
    assert_false(holds(folder, S("unheard"), arena)); /* nor what was asked for */

    assert_int_equal(stat(arena_cstr(arena, folder), &found), 0);
    assert_int_equal(found.st_mode & 0777, 0700);
    static const char *const names[] = {"snapshot", "log-3", "lock"};
    for (size_t i = 0; i < countof(names); i++) {
        assert_int_equal(stat(arena_cstr(arena, arena_format(arena, "%.*s/%s", PRINT(folder), names[i])), &found), 0);
        assert_int_equal(found.st_mode & 0777, 0600);
    }
    arena_free(arena);
    end_scene(&scene);
}

static void a_damaged_snapshot_is_refused_with_a_sentence(void **state)
{
    (void)state;
    struct scene scene;
    struct error err = NO_ERROR;
    make_scene(&scene, 8);
    struct slice folder = folder_in(&scene, "one"), path = folder_in(&scene, "one/snapshot"), text;
    struct arena *arena = arena_make(0);
    struct index_file *file;
    assert_true(create(&scene, host_real(), folder, 8, arena, &file, &err));
    arena_free(arena);
    assert_true(host_read_file(host_real(), path, 1 << 24, scene.arena, &text, &err));
    for (size_t at = 0; at < text.len; at += at < 80 ? 1 : 97) {
        char *bytes = arena_cstr(scene.arena, text);
        bytes[at] = (char)(bytes[at] ^ 1 << (at % 8));
        for (unsigned cut = 0; cut < 2; cut++) {
            assert_true(host_write_file(host_real(), path, slice_from(bytes, cut ? at : text.len), &err));
            arena = arena_make(0);
            assert_false(index_file_open(host_real(), folder, true, NULL, arena, &file, &err));
            assert_int_equal(err.code, ERROR_INPUT);
            assert_true(slice_search(slice_of(err.text), S("anew")) < strlen(err.text));
            arena_free(arena);
        }
    }
    end_scene(&scene);
}

static void one_process_writes_at_a_time(void **state)
{
    (void)state;
    struct scene scene;
    struct error err = NO_ERROR;
    make_scene(&scene, 8);
    struct slice folder = folder_in(&scene, "one");
    struct arena *arena = arena_make(0), *other = arena_make(0);
    struct index_file *file, *second;
    assert_false(index_file_open(host_real(), folder, true, NULL, arena, &file, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_true(create(&scene, host_real(), folder, 8, arena, &file, &err));
    assert_false(index_file_open(host_real(), folder, true, NULL, other, &second, &err));
    assert_int_equal(err.code, ERROR_BUSY);
    assert_true(index_file_open(host_real(), folder, false, NULL, other, &second, &err));
    assert_false(index_file_mark(second, 1, &err));
    assert_false(create(&scene, host_real(), folder, 8, other, &second, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    arena_free(other);
    arena_free(arena);
    assert_true(index_file_delete(host_real(), folder, &err));
    assert_false(index_file_exists(folder, scene.arena));
    end_scene(&scene);
}

/* Several servers over one store: each takes the store's changes in its own batches, one was made late from what stood
 * by then. */
static void indexes_that_follow_one_store_give_the_same_answers(void **state)
{
    (void)state;
    struct scene scene;
    struct error err = NO_ERROR;
    make_scene(&scene, 60);
    struct arena *arena = arena_make(0);
    struct index_file *files[3];
    uint64_t random = 9;
    size_t taken[2] = {0}, removed;
    struct {
        uint32_t record;
        bool put;
    } changes[300];
    assert_true(create(&scene, host_real(), folder_in(&scene, "a"), 0, arena, &files[0], &err));
    assert_true(create(&scene, host_real(), folder_in(&scene, "b"), 0, arena, &files[1], &err));
    assert_true(create(&scene, host_real(), folder_in(&scene, "c"), 0, arena, &files[2], &err));
    for (size_t i = 0; i < countof(changes); i++) {
        changes[i].record = (uint32_t)(next_random(&random) % scene.count);
        changes[i].put = next_random(&random) % 4 > 0;
    }
    for (unsigned server = 0; server < 2; server++)
        while (taken[server] < countof(changes)) {
            size_t most = server ? 1 + next_random(&random) % 40 : 1, count = 0, from = taken[server];
            struct index_row *rows = arena_array(arena, struct index_row, most);
            while (count < most && from + count < countof(changes) && changes[from + count].put == changes[from].put) {
                rows[count] = row_of(&scene, changes[from + count].record, arena);
                count++;
            }
            assert_true(changes[from].put ? index_file_put(files[server], rows, count, NULL, &err)
                                          : index_file_remove(files[server], rows, count, NULL, &removed, &err));
            taken[server] += count;
            assert_true(index_file_mark(files[server], (int64_t)taken[server], &err));
        }
    struct slice stands = there(&scene, files[0], arena);
    for (uint32_t r = scene.count; r-- > 0;)
        if (stands.at[r] == 'x') {
            struct index_row row = row_of(&scene, r, arena);
            assert_true(index_file_put(files[2], &row, 1, NULL, &err));
        }
    for (unsigned server = 1; server < 3; server++) {
        assert_true(slice_equal(there(&scene, files[server], arena), stands));
        assert_true(slice_equal(entities(files[server], arena), entities(files[0], arena)));
    }
    arena_free(arena);
    end_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_done_stands_after_opening_again_whatever_the_history),
        cmocka_unit_test(a_log_cut_anywhere_is_played_to_its_last_whole_change),
        cmocka_unit_test(a_power_cut_at_any_change_of_the_disk_loses_nothing_that_was_synced),
        cmocka_unit_test(what_was_erased_stands_in_no_file_after_compacting_and_nobody_else_may_read_them),
        cmocka_unit_test(a_damaged_snapshot_is_refused_with_a_sentence),
        cmocka_unit_test(one_process_writes_at_a_time),
        cmocka_unit_test(indexes_that_follow_one_store_give_the_same_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
