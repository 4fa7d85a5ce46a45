/* Accuracy by group. */
#include "tests/link/people.h"

#include "link/groups.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

enum { N = 120 };

struct cast {
    uint64_t cluster[N], truth[N];
    uint32_t source[N], value[N];
};

static struct cast make_cast(uint64_t *random)
{
    struct cast cast;
    for (int i = 0; i < N; i++) {
        cast.truth[i] = next_random(random) % 30;
        cast.cluster[i] = next_random(random) % 4 ? cast.truth[i] : 30 + next_random(random) % 30;
        cast.source[i] = (uint32_t)(next_random(random) % 3);
        cast.value[i] = (uint32_t)(next_random(random) % 4);
    }
    return cast;
}

static void figures_of_a_group_agree_with_counting_every_pair_of_its_records(void **state)
{
    (void)state;
    static const struct slice names[] = {{0}, S_INIT("female"), S_INIT("male"), S_INIT("other")};
    uint64_t random = 4;
    for (int round = 0; round < 20; round++) {
        struct cast cast = make_cast(&random);
        struct arena *arena = arena_make(0);
        bool across = round % 2;
        struct groups_input input = {cast.cluster, cast.truth, across ? cast.source : NULL, N};
        struct groups groups;
        groups_by_value(&input, S("sex"), cast.value, names, countof(names), arena, &groups);
        assert_int_equal(groups.count, 4);
        for (size_t g = 0; g < groups.count; g++) {
            uint64_t real = 0, predicted = 0, common = 0, records = 0;
            for (int i = 0; i < N; i++) {
                struct slice name = cast.value[i] ? names[cast.value[i]] : S("(no value)");
                if (!slice_equal(name, groups.groups[g].name))
                    continue;
                records++;
                for (int j = 0; j < N; j++) {
                    if (i == j || (across && cast.source[i] == cast.source[j]))
                        continue;
                    real += cast.truth[i] == cast.truth[j];
                    predicted += cast.cluster[i] == cast.cluster[j];
                    common += cast.truth[i] == cast.truth[j] && cast.cluster[i] == cast.cluster[j];
                }
            }
            assert_int_equal(groups.groups[g].records, records);
            assert_int_equal(groups.groups[g].real, real);
            assert_int_equal(groups.groups[g].predicted, predicted);
            assert_int_equal(groups.groups[g].common, common);
        }
        struct link_figures figures;
        link_evaluate(cast.cluster, cast.truth, across ? cast.source : NULL, N, &figures);
        assert_int_equal(groups.whole.common, 2 * figures.common_pairs);
        assert_true(fabs(groups.whole.precision - figures.precision) < 1e-12);
        assert_true(fabs(groups.whole.recall - figures.recall) < 1e-12);
        arena_free(arena);
    }
}

static void a_group_that_is_linked_worse_is_marked_and_chance_is_not(void **state)
{
    (void)state;
    enum { MANY = 4000 };
    struct arena *arena = arena_make(0);
    uint64_t *truth = arena_array(arena, uint64_t, MANY), *cluster = arena_array(arena, uint64_t, MANY);
    uint32_t *value = arena_array(arena, uint32_t, MANY);
    static const struct slice names[] = {{0}, S_INIT("a"), S_INIT("b"), S_INIT("c")};
    for (uint32_t i = 0; i < MANY; i++) {
        truth[i] = cluster[i] = i / 2;
        value[i] = i < 2000 ? 1 : i < 3960 ? 2 : 3;
        if (value[i] == 2 && i / 2 % 4 == 0) /* a quarter of b's pairs are not found */
            cluster[i] = MANY + i;
        if (i == 3960) /* one of the few of c */
            cluster[i] = MANY + i;
    }
    struct groups groups;
    groups_by_value(&(struct groups_input){cluster, truth, NULL, MANY}, S("x"), value, names, 4, arena, &groups);
    assert_int_equal(groups.count, 3);
    assert_false(groups.groups[0].low_recall);
    assert_true(slice_equal(groups.groups[1].name, S("b")) && groups.groups[1].low_recall);
    assert_false(groups.groups[1].low_precision);
    assert_false(groups.groups[2].low_recall);
    arena_free(arena);
}

static void years_are_put_into_bands_and_many_values_into_few_groups(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    uint64_t label[N];
    uint16_t year[N];
    uint32_t value[N];
    struct slice names[N + 1];
    for (int i = 0; i < N; i++) {
        label[i] = (uint64_t)i;
        year[i] = i ? (uint16_t)(1900 + i) : 0;
        value[i] = (uint32_t)i + 1;
        names[i + 1] = arena_format(arena, "v%d", i);
    }
    struct groups groups;
    struct groups_input input = {label, label, NULL, N};
    groups_by_year(&input, S("born"), year, arena, &groups);
    assert_int_equal(groups.count, 13);
    assert_true(slice_equal(groups.groups[0].name, S("1900 to 1909")));
    assert_int_equal(groups.groups[0].records, 9);
    assert_true(slice_equal(groups.groups[12].name, S("(no value)")));
    groups_by_value(&input, S("v"), value, names, N + 1, arena, &groups);
    assert_int_equal(groups.count, GROUPS_MOST);
    uint64_t records = 0;
    for (size_t g = 0; g < groups.count; g++)
        records += groups.groups[g].records;
    assert_int_equal(records, N);
    memset(year, 0, sizeof year);
    groups_by_year(&input, S("born"), year, arena, &groups);
    assert_int_equal(groups.count, 1);
    arena_free(arena);
}

static bool read_list(struct arena *arena, const char *text, struct group_list *ret, struct error *err)
{
    char folder[] = "/tmp/staithe-groups-XXXXXX";
    struct error ignored;
    assert_non_null(mkdtemp(folder));
    struct slice path = arena_format(arena, "%s/list.csv", folder);
    assert_true(host_write_file(host_real(), path, slice_of(text), &ignored));
    bool done = group_list_read(host_real(), path, arena, ret, err);
    assert_true(host_delete(host_real(), path, &ignored));
    assert_int_equal(rmdir(folder), 0);
    return done;
}

static void a_list_gives_values_their_groups_whatever_their_case_and_accents(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct group_list list;
    struct error err;
    assert_true(
        read_list(arena, "name,origin\nWójcik,Polish\nŻukauskas,Lithuanian\nwojcik,Polish\n,Polish\n", &list, &err));
    assert_true(slice_equal(list.groups.texts[group_list_find(&list, S("WOJCIK"))], S("Polish")));
    assert_true(slice_equal(list.groups.texts[group_list_find(&list, S("Brown-Zukauskas"))], S("Lithuanian")));
    assert_true(slice_equal(list.groups.texts[group_list_find(&list, S("Brown"))], S("(not in the list)")));
    assert_int_equal(group_list_find(&list, S("  ")), 0);
    arena_free(arena);
}

static void a_bad_list_of_groups_is_refused_with_its_line(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"name,origin\nNowak\n", "there are 1 columns"},
        {"name,origin\nNowak,\n", "“Nowak” has no group"},
        {"name,origin\nNowak,Polish\nNOWAK,Czech\n", "“NOWAK” is in two groups, Polish and Czech"},
        {"name,origin\n", "the list of groups is empty"},
        {"", "the list of groups is empty"},
    };
    for (size_t i = 0; i < countof(bad); i++) {
        struct arena *arena = arena_make(0);
        struct group_list list;
        struct error err;
        assert_false(read_list(arena, bad[i][0], &list, &err));
        if (!strstr(err.text, bad[i][1]))
            fail_msg("%s", err.text);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_of_a_group_agree_with_counting_every_pair_of_its_records),
        cmocka_unit_test(a_group_that_is_linked_worse_is_marked_and_chance_is_not),
        cmocka_unit_test(a_list_gives_values_their_groups_whatever_their_case_and_accents),
        cmocka_unit_test(a_bad_list_of_groups_is_refused_with_its_line),
        cmocka_unit_test(years_are_put_into_bands_and_many_values_into_few_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
