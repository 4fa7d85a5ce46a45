#include "tests/base/fault_host.h"
#include "tests/link/people.h"

#include "link/what_if.h"

#include <stdlib.h>

/* Pair by pair, as nobody would do it. */
static void what_is_counted_is_what_counting_every_pair_gives(void **state)
{
    (void)state;
    uint64_t random = 3;
    for (unsigned round = 0; round < 300; round++) {
        uint32_t before[24], after[24], count = 1 + (uint32_t)(next_random(&random) % 24);
        uint64_t joined = 0, split = 0;
        for (uint32_t r = 0; r < count; r++) {
            before[r] = (uint32_t)(next_random(&random) % (count < 8 ? count : 8));
            after[r] = next_random(&random) % 3 ? before[r] : (uint32_t)(next_random(&random) % count);
        }
        uint32_t joins[24] = {0}, splits[24] = {0}, changed[24] = {0}, there[2][24] = {{0}};
        for (uint32_t a = 0; a < count; a++) {
            there[0][before[a]] = there[1][after[a]] = 1;
            for (uint32_t b = 0; b < a; b++) {
                bool was = before[a] == before[b], is = after[a] == after[b];
                joined += is && !was;
                split += was && !is;
                joins[after[a]] |= is && !was;
                splits[before[a]] |= was && !is;
                changed[after[a]] |= is && !was;
                if (was && !is)
                    changed[after[a]] = changed[after[b]] = 1;
            }
        }
        uint32_t sums[5] = {0};
        for (uint32_t e = 0; e < count; e++) {
            sums[0] += there[0][e];
            sums[1] += there[1][e];
            sums[2] += joins[e];
            sums[3] += splits[e];
            sums[4] += there[1][e] && !changed[e];
        }
        struct what_if found;
        what_if_count(before, after, count, &found);
        assert_int_equal(found.before, sums[0]);
        assert_int_equal(found.after, sums[1]);
        assert_int_equal(found.joined, sums[2]);
        assert_int_equal(found.split, sums[3]);
        assert_int_equal(found.same, sums[4]);
        assert_int_equal(found.pairs_joined, joined);
        assert_int_equal(found.pairs_split, split);
    }
}

static bool says(const struct buffer *out, const char *word)
{
    return slice_search(buffer_slice(out), slice_of(word)) < out->len;
}

static void another_threshold_is_tried_on_files_and_nothing_is_written(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    char folder[64] = "/tmp/staithe-what-if-XXXXXX";
    uint64_t random = 5;
    assert_non_null(mkdtemp(folder));
    struct buffer rows = buffer_make(arena);
    buffer_add(&rows, S("id,given,family,born,postcode\n"));
    for (unsigned i = 0; i < 120; i++) {
        struct person person, slipped;
        make_person(&random, &person);
        slipped = person;
        make_slip(&random, &slipped);
        buffer_format(&rows, "a%u,%s,%s,%s,%s\nb%u,%s,%s,%s,%s\n", i, person.given, person.family, person.born,
                      person.postcode, i, slipped.given, slipped.family, slipped.born, slipped.postcode);
    }
    struct slice file = arena_format(arena, "%s/people.csv", folder), specs[2];
    assert_true(host_write_file(host_real(), file, buffer_slice(&rows), &err));
    for (unsigned s = 0; s < 2; s++) {
        specs[s] = arena_format(arena, "%s/%u.yaml", folder, s);
        struct slice text =
            arena_format(arena,
                         "id: id\ncolumns: {given: given_name, family: family_name, born: date, postcode: postcode}\n"
                         "blocking: [born, family, postcode]\nthresholds: {join: %d}\n",
                         s ? 40 : 2);
        assert_true(host_write_file(host_real(), specs[s], text, &err));
    }
    struct link_files_request request = {
        .host = host_real(), .specification = specs[0], .files = &file, .file_count = 1, .json = true};
    struct buffer none = buffer_make(arena), split = buffer_make(arena), join = buffer_make(arena);
    assert_true(link_what_if(&request, specs[0], 5, &none, &err));
    assert_true(says(&none, "\"joined\":0,\"split\":0") && !says(&none, "\"would\""));
    assert_true(link_what_if(&request, specs[1], 5, &split, &err));
    assert_true(says(&split, "\"joined\":0") && says(&split, "{\"would\":\"split\",\"why\":{"));
    request.specification = specs[1];
    request.json = false;
    assert_true(link_what_if(&request, specs[0], 2, &join, &err));
    assert_true(says(&join, "Would join:") && says(&join, "0 would split") && !says(&join, "Would split:"));
    struct slice *names;
    size_t count;
    assert_true(host_list_folder(slice_of(folder), arena, &names, &count, &err));
    assert_int_equal(count, 3);
    fault_remove_tree(slice_of(folder));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_counted_is_what_counting_every_pair_gives),
        cmocka_unit_test(another_threshold_is_tried_on_files_and_nothing_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
