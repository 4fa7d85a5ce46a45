#include "tests/link/people.h"

static const struct link_edge chain[] = {
    {.a = 0, .b = 1, .weight = 10}, {.a = 1, .b = 2, .weight = 8}, {.a = 3, .b = 4, .weight = 1}};

static struct link_cluster_input base_input(void)
{
    return (struct link_cluster_input){
        .count = 5, .edges = chain, .edge_count = countof(chain), .join = 5, .review = 0};
}

static struct link_clusters run(const struct link_cluster_input *input, struct arena *arena)
{
    struct link_clusters clusters;
    struct error err = NO_ERROR;
    assert_true(link_cluster(input, arena, &clusters, &err));
    return clusters;
}

static void heavy_edges_join_and_lighter_ones_are_doubts(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct link_cluster_input input = base_input();
    struct link_clusters clusters = run(&input, arena);
    assert_int_equal(clusters.count, 3);
    assert_true(clusters.cluster[0] == 0 && clusters.cluster[1] == 0 && clusters.cluster[2] == 0);
    assert_true(clusters.cluster[3] == 3 && clusters.cluster[4] == 4);
    assert_int_equal(clusters.doubt_count, 1);
    assert_int_equal(clusters.doubts[0].a, 3);
    assert_int_equal(clusters.doubts[0].reason, LINK_DOUBT_WEIGHT);
    arena_free(arena);
}

static void a_cannot_link_holds_through_a_third_record(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct link_cluster_input input = base_input();
    struct link_pair apart = {2, 0};
    input.cannot_link = &apart;
    input.cannot_count = 1;
    struct link_clusters clusters = run(&input, arena);
    assert_true(clusters.cluster[0] != clusters.cluster[2]);
    arena_free(arena);
}

static void a_record_that_fits_two_that_cannot_be_one_is_a_doubt(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct link_edge edges[] = {{.a = 0, .b = 1, .weight = 9}, {.a = 1, .b = 2, .weight = 8}};
    struct link_pair apart = {0, 2};
    struct link_cluster_input input = {
        .count = 3, .edges = edges, .edge_count = 2, .join = 5, .cannot_link = &apart, .cannot_count = 1};
    struct link_clusters clusters = run(&input, arena);
    assert_int_equal(clusters.count, 3);
    assert_int_equal(clusters.doubt_count, 2);
    assert_int_equal(clusters.doubts[0].reason, LINK_DOUBT_AMBIGUOUS);
    edges[0].weight = 15; /* clearly the better one */
    clusters = run(&input, arena);
    assert_int_equal(clusters.cluster[1], 0);
    assert_int_equal(clusters.cluster[2], 2);
    arena_free(arena);
}

static void two_verified_identifiers_never_share_a_cluster(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct link_edge edges[] = {
        {.a = 0, .b = 1, .weight = 60}, {.a = 1, .b = 2, .weight = 40}, {.a = 0, .b = 2, .weight = 99}};
    uint64_t verified[] = {7, 0, 8};
    struct link_pair must = {0, 2};
    struct link_cluster_input input = {.count = 3, .edges = edges, .edge_count = 3, .join = 5, .verified = verified};
    struct link_clusters clusters = run(&input, arena);
    assert_true(clusters.cluster[0] != clusters.cluster[2]);
    input.must_link = &must;
    input.must_count = 1;
    clusters = run(&input, arena);
    assert_true(clusters.cluster[0] != clusters.cluster[2]);
    assert_int_equal(clusters.refused_count, 1);
    verified[2] = 7; /* one number superseded the other: the caller gives both one code */
    clusters = run(&input, arena);
    assert_int_equal(clusters.count, 1);
    arena_free(arena);
}

static void a_source_without_duplicates_gives_one_record_to_a_cluster(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct link_edge edges[] = {
        {.a = 0, .b = 1, .weight = 20}, {.a = 1, .b = 2, .weight = 10}, {.a = 0, .b = 2, .weight = 9}};
    uint32_t source[] = {0, 1, 0};
    uint8_t none_twice[] = {1, 0};
    struct link_cluster_input input = {
        .count = 3, .edges = edges, .edge_count = 3, .join = 5, .source = source, .no_duplicates = none_twice};
    struct link_clusters clusters = run(&input, arena);
    assert_int_equal(clusters.cluster[1], 0);
    assert_int_equal(clusters.cluster[2], 2);
    arena_free(arena);
}

static void a_must_link_joins_whatever_it_weighs_but_yields_to_a_cannot_link(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct link_cluster_input input = base_input();
    struct link_pair must[] = {{3, 4}, {0, 4}}, cannot = {4, 1};
    input.must_link = must;
    input.must_count = 2;
    struct link_clusters clusters = run(&input, arena);
    assert_int_equal(clusters.count, 1);
    input.cannot_link = &cannot;
    input.cannot_count = 1;
    clusters = run(&input, arena);
    assert_int_equal(clusters.cluster[4], 0);
    assert_true(clusters.cluster[1] != clusters.cluster[4]);
    arena_free(arena);
}

static void a_guard_of_review_keeps_two_clusters_apart_and_tells(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct link_edge edges[] = {{.a = 0, .b = 1, .weight = 30},
                                {.a = 1, .b = 2, .weight = 12},
                                {.a = 0, .b = 2, .weight = 11, .verdict = LINK_REVIEW, .guard = 1}};
    struct link_cluster_input input = {.count = 3, .edges = edges, .edge_count = 3, .join = 5};
    struct link_clusters clusters = run(&input, arena);
    assert_int_equal(clusters.cluster[1], 0);
    assert_int_equal(clusters.cluster[2], 2);
    assert_int_equal(clusters.doubt_count, 1);
    edges[0].verdict = edges[1].verdict = LINK_JOIN; /* a rule outweighs the guard; the first rule joins first */
    edges[0].guard = 1;
    edges[1].guard = 2;
    clusters = run(&input, arena);
    assert_int_equal(clusters.count, 1);
    arena_free(arena);
}

static void records_left_out_leave_no_trace(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    uint8_t in[] = {1, 0, 1, 1, 1};
    struct link_cluster_input input = base_input();
    input.in = in;
    struct link_clusters clusters = run(&input, arena);
    assert_int_equal(clusters.cluster[1], UINT32_MAX);
    assert_true(clusters.cluster[0] != clusters.cluster[2]);
    assert_int_equal(clusters.count, 4);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heavy_edges_join_and_lighter_ones_are_doubts),
        cmocka_unit_test(a_cannot_link_holds_through_a_third_record),
        cmocka_unit_test(a_record_that_fits_two_that_cannot_be_one_is_a_doubt),
        cmocka_unit_test(two_verified_identifiers_never_share_a_cluster),
        cmocka_unit_test(a_source_without_duplicates_gives_one_record_to_a_cluster),
        cmocka_unit_test(a_must_link_joins_whatever_it_weighs_but_yields_to_a_cannot_link),
        cmocka_unit_test(a_guard_of_review_keeps_two_clusters_apart_and_tells),
        cmocka_unit_test(records_left_out_leave_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
