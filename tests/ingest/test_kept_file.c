#include "ingest/incoming.h"
#include "ingest/kept_file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/fault_host.h"

#include <cmocka.h>

struct scene {
    struct arena *arena;
    char folder[64];
    struct keeper *keeper;
};

static int set_up(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    struct error err;
    must(s != NULL);
    s->arena = arena_make(0);
    fault_temporary_folder(s->folder);
    must(keeper_open(host_real(), slice_of(s->folder), s->arena, &s->keeper, &err));
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

static struct slice bytes(struct arena *arena, size_t size)
{
    char *at = arena_array(arena, char, size + 1);
    uint32_t x = 12345;
    for (size_t i = 0; i < size; i++) {
        x = x * 1664525 + 1013904223;
        at[i] = (char)(x >> 24);
    }
    return slice_from(at, size);
}

static struct kept keep(struct scene *s, struct slice text)
{
    struct error err;
    struct kept kept;
    struct slice path = arena_format(s->arena, "%s/in.csv", s->folder);
    must(host_write_file(host_real(), path, text, &err));
    if (!keeper_keep(s->keeper, path, &kept, &err))
        fail_msg("%s", err.text);
    return kept;
}

static struct slice path_of(struct scene *s, const struct digest *digest)
{
    return arena_format(s->arena, "%s/kept/%.*s", s->folder, PRINT(digest_hex(s->arena, digest)));
}

static void what_is_kept_is_read_back_at_every_size_around_a_frame(void **state)
{
    struct scene *s = *state;
    static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 131072, 131073, 1200000};
    for (size_t i = 0; i < countof(sizes); i++) {
        struct error err;
        struct kept_reader *reader;
        struct slice text = bytes(s->arena, sizes[i]);
        struct kept kept = keep(s, text);
        struct digest wanted = hash_sha256(text);
        bool blanked = true;
        assert_true(digest_equal(&kept.digest, &wanted));
        assert_int_equal(kept.size, sizes[i]);
        assert_true(keeper_read(s->keeper, &kept.digest, s->arena, &reader, &err));
        assert_int_equal(kept_size(reader), sizes[i]);
        char *out = arena_array(s->arena, char, sizes[i] + 1);
        size_t done = 0, got = 1;
        while (got > 0) {
            assert_true(
                kept_csv(reader, out + done, 7777 < sizes[i] + 1 - done ? 7777 : sizes[i] + 1 - done, &got, &err));
            done += got;
        }
        assert_int_equal(done, sizes[i]);
        assert_memory_equal(out, text.at, sizes[i]);
        if (sizes[i] > 70000) { /* a place in the middle, across a frame's border */
            assert_true(kept_read_at(reader, 65530, out, 12, &got, &err));
            assert_int_equal(got, 12);
            assert_memory_equal(out, text.at + 65530, 12);
        }
        assert_true(keeper_check(s->keeper, &kept.digest, &blanked, &err) && !blanked);
    }
}

static void nothing_of_the_content_can_be_read_without_the_key(void **state)
{
    struct scene *s = *state;
    struct error err;
    struct slice text = S("9990000018,Reed,Ann,19520203\n"), sealed, key;
    struct kept kept = keep(s, text);
    assert_true(host_read_file(host_real(), path_of(s, &kept.digest), 1 << 20, s->arena, &sealed, &err));
    assert_int_equal(slice_search(sealed, S("Reed")), sealed.len);
    struct slice key_path = arena_format(s->arena, "%s/keys/kept.key", s->folder);
    struct stat status;
    assert_int_equal(stat(arena_cstr(s->arena, key_path), &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_true(host_read_file(host_real(), key_path, 100, s->arena, &key, &err));
    /* Another key opens nothing, and says so. */
    struct keeper *other;
    struct slice wrong = arena_copy(s->arena, key);
    ((char *)(uintptr_t)wrong.at)[0] ^= 1;
    assert_true(host_write_file(host_real(), key_path, wrong, &err));
    assert_true(keeper_open(host_real(), slice_of(s->folder), s->arena, &other, &err));
    bool blanked;
    assert_false(keeper_check(other, &kept.digest, &blanked, &err));
    assert_int_equal(err.code, ERROR_IO);
    assert_true(host_write_file(host_real(), key_path, S("short"), &err));
    assert_false(keeper_open(host_real(), slice_of(s->folder), s->arena, &other, &err));
    assert_non_null(strstr(err.text, "backup"));
}

static void a_frame_that_was_changed_swapped_or_cut_off_is_found(void **state)
{
    struct scene *s = *state;
    struct error err;
    bool blanked;
    struct kept kept = keep(s, bytes(s->arena, 200000));
    struct slice path = path_of(s, &kept.digest), good;
    assert_true(host_read_file(host_real(), path, 1 << 20, s->arena, &good, &err));
    const size_t frame = 24 + 65536 + 16;
    for (int fault = 0; fault < 4; fault++) {
        struct slice bad = arena_copy(s->arena, good);
        char *at = (char *)(uintptr_t)bad.at;
        if (fault == 0)
            at[64 + frame + 1000] ^= 1;
        else if (fault == 1)
            memcpy(at + 64, good.at + 64 + frame, frame), memcpy(at + 64 + frame, good.at + 64, frame);
        else if (fault == 2)
            bad.len = 64 + 2 * frame; /* cut off behind a whole frame */
        else
            at[50] ^= 1; /* the id in the header */
        assert_true(host_write_file(host_real(), path, bad, &err));
        assert_false(keeper_check(s->keeper, &kept.digest, &blanked, &err));
        assert_int_equal(err.code, ERROR_IO);
    }
    /* The same bytes kept again mend it. */
    kept = keep(s, bytes(s->arena, 200000));
    assert_true(keeper_check(s->keeper, &kept.digest, &blanked, &err) && !blanked);
}

static void a_records_bytes_can_be_forgotten_and_the_rest_stays(void **state)
{
    struct scene *s = *state;
    struct error err;
    struct kept_reader *reader;
    struct slice text = bytes(s->arena, 150000);
    struct kept kept = keep(s, text);
    const struct kept_range ranges[] = {{65530, 20}, {140000, 50}};
    assert_true(keeper_blank(s->keeper, &kept.digest, ranges, countof(ranges), &err));
    char *out = arena_array(s->arena, char, 150000);
    size_t got;
    bool blanked = false;
    assert_true(keeper_read(s->keeper, &kept.digest, s->arena, &reader, &err));
    assert_true(kept_read_at(reader, 0, out, 150000, &got, &err));
    assert_int_equal(got, 150000);
    for (size_t i = 0; i < got; i++) {
        bool forgotten = (i >= 65530 && i < 65550) || (i >= 140000 && i < 140050);
        assert_int_equal(out[i], forgotten ? ' ' : text.at[i]);
    }
    assert_true(keeper_check(s->keeper, &kept.digest, &blanked, &err) && blanked);
}

static void what_a_dead_program_left_half_written_is_swept_at_the_next_opening(void **state)
{
    struct scene *s = *state;
    struct error err;
    struct keeper *again;
    struct incoming *own;
    struct slice left = arena_format(s->arena, "%s/kept/incoming-0123456789abcdef0123456789abcdef", s->folder);
    assert_true(host_write_file(host_real(), left, S("x"), &err));
    assert_true(incoming_make(host_real(), arena_format(s->arena, "%s/kept", s->folder), s->arena, &own, &err));
    assert_true(keeper_open(host_real(), slice_of(s->folder), s->arena, &again, &err));
    assert_false(host_exists(left));
    assert_true(host_exists(own->path));
}

static void a_full_disk_at_any_change_gives_one_sentence_and_leaves_nothing(void **state)
{
    struct scene *s = *state;
    struct error err;
    struct kept kept;
    struct slice *names, folder = arena_format(s->arena, "%s/kept", s->folder);
    struct slice path = arena_format(s->arena, "%s/in.csv", s->folder);
    size_t count;
    assert_true(host_write_file(host_real(), path, bytes(s->arena, 200000), &err));
    int refused = 0;
    for (uint64_t n = 1;; n++) {
        struct fault_host *fault = fault_host_make(slice_of(s->folder), &err);
        assert_non_null(fault);
        struct keeper *keeper;
        struct arena *arena = arena_make(0);
        assert_true(keeper_open(fault_host_table(fault), slice_of(s->folder), arena, &keeper, &err));
        fault_host_fail_at(fault, n, ENOSPC);
        bool done = keeper_keep(keeper, path, &kept, &err);
        arena_free(arena);
        fault_host_free(fault);
        if (done)
            break;
        refused++;
        assert_int_equal(err.code, ERROR_FULL);
        assert_non_null(strstr(err.text, "the disk is full; free some space"));
        assert_null(strchr(err.text, '\n'));
        assert_true(host_list_folder(folder, s->arena, &names, &count, &err));
        if (count) /* Only the syncing of the folder comes after the whole file has its name. */
            assert_true(count == 1 && !slice_starts(names[0], S("incoming-")));
    }
    assert_true(refused >= 6); /* opened, the header and four frames, synced, renamed, the folder synced */
}

static void small_texts_are_sealed_and_opened(void **state)
{
    struct scene *s = *state;
    struct error err;
    struct slice text = S("32/01/1950"), back;
    struct slice sealed = keeper_seal(s->keeper, text, s->arena), twice = keeper_seal(s->keeper, text, s->arena);
    assert_false(slice_equal(sealed, twice));
    assert_true(keeper_unseal(s->keeper, sealed, s->arena, &back, &err) && slice_equal(back, text));
    assert_true(keeper_unseal(s->keeper, keeper_seal(s->keeper, NO_SLICE, s->arena), s->arena, &back, &err) &&
                back.len == 0);
    ((char *)(uintptr_t)sealed.at)[30] ^= 1;
    assert_false(keeper_unseal(s->keeper, sealed, s->arena, &back, &err));
    assert_false(keeper_unseal(s->keeper, S("short"), s->arena, &back, &err));
}

static void a_file_that_is_not_there_gives_one_sentence_and_keeps_nothing(void **state)
{
    struct scene *s = *state;
    struct error err;
    struct kept kept;
    struct slice *names;
    size_t count;
    assert_false(keeper_keep(s->keeper, S("/no/such/file.csv"), &kept, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_non_null(strstr(err.text, "/no/such/file.csv"));
    assert_true(host_list_folder(arena_format(s->arena, "%s/kept", s->folder), s->arena, &names, &count, &err));
    assert_int_equal(count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_kept_is_read_back_at_every_size_around_a_frame, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_of_the_content_can_be_read_without_the_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_frame_that_was_changed_swapped_or_cut_off_is_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_records_bytes_can_be_forgotten_and_the_rest_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_dead_program_left_half_written_is_swept_at_the_next_opening, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_at_any_change_gives_one_sentence_and_leaves_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(small_texts_are_sealed_and_opened, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_not_there_gives_one_sentence_and_keeps_nothing, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests_name("kept files", tests, NULL, NULL);
}
