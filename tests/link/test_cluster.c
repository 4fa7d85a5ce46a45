#include "link/cluster.h"
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

/* Kin who share most of what they say, so that components are greater than clusters. */
static struct link_records *make_kin(const struct link_spec *spec, struct arena *arena)
{
    struct link_records *records = link_records_make(spec, arena);
    uint64_t random = 11;
    for (int p = 0; p < 400; p++) {
        struct person person;
        make_person(&random, &person);
        (void)snprintf(person.family, sizeof person.family, "%s%s", family_roots[p % 6], family_ends[p / 6 % 5]);
        (void)snprintf(person.postcode, sizeof person.postcode, "NR1 %uA%c", 1 + p % 9, 'A' + p / 9 % 3);
        for (uint64_t left = 1 + next_random(&random) % 9; left > 0; left--) {
            struct person row = person;
            for (uint64_t slips = next_random(&random) % 4; slips > 0; slips--)
                make_slip(&random, &row);
            if (next_random(&random) % 3 == 0)
                row.given[1] = row.born[4] = 0;
            (void)ADD(records, "made", "", row.given, row.family, row.born, row.address, row.postcode);
        }
    }
    return records;
}

static void what_weights_alone_decide_is_the_same_in_tables_and_in_lists(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct link_records *records = make_kin(read_spec(people_spec, arena), arena);
    struct link_model *model;
    struct link_edges edges;
    struct error err = NO_ERROR;
    assert_true(link_train(records, NULL, arena, &model, NULL, &err));
    assert_true(link_score(records, model, NULL, arena, &edges, &err));
    for (double join = -4; join <= 12; join += 2) {
        struct link_cluster_input input = {.count = link_records_count(records),
                                           .edges = edges.edges,
                                           .edge_count = edges.count,
                                           .join = join,
                                           .review = join - 8,
                                           .keys = link_records_keys(records),
                                           .records = records,
                                           .model = model};
        struct link_clusters tables = run(&input, arena);
        struct link_pair apart = {0, 0};
        while (tables.cluster[apart.b] == tables.cluster[0])
            apart.b++;
        for (size_t i = 0; i < edges.count; i++)
            if (edges.edges[i].a == 0 && edges.edges[i].b == apart.b)
                fail_msg("the two to keep apart should have nothing to do with each other");
        input.cannot_link = &apart; /* a person's word: no component is worked in a table any more */
        input.cannot_count = 1;
        struct link_clusters lists = run(&input, arena);
        assert_int_equal(tables.count, lists.count);
        assert_memory_equal(tables.cluster, lists.cluster, input.count * sizeof *lists.cluster);
        assert_int_equal(tables.doubt_count, lists.doubt_count);
        for (size_t i = 0; i < lists.doubt_count; i++)
            assert_true(tables.doubts[i].weight == lists.doubts[i].weight); /* which of equal ones may differ */
        assert_in_range(tables.count, 50, input.count - 500);
    }
    arena_free(arena);
}

/* Of the cut between the nodes of `side` and all others. */
static double across(const double *spare, size_t count, unsigned side)
{
    double sum = 0;
    for (size_t a = 0; a < count; a++)
        for (size_t b = 0; b < count; b++)
            if ((side >> a & 1) && !(side >> b & 1))
                sum += spare[a * count + b];
    return sum;
}

static void what_is_called_one_beyond_doubt_has_no_cut_that_falls_short(void **state)
{
    (void)state;
    uint64_t random = 5;
    unsigned one = 0, short_of = 0;
    for (unsigned round = 0; round < 3000; round++) {
        enum { MOST = 8 };
        double spare[MOST * MOST], kept[MOST * MOST];
        size_t count = 2 + next_random(&random) % (MOST - 1);
        int lift = (int)(next_random(&random) % 12);
        for (size_t a = 0; a < count; a++)
            for (size_t b = a; b < count; b++) {
                double above = (double)(next_random(&random) % 160) / 10 + lift - 10;
                spare[a * count + b] = spare[b * count + a] = cluster_spare(above, next_random(&random) % 4 > 0);
            }
        memcpy(kept, spare, sizeof kept);
        bool called_one = cluster_is_one(spare, count), falls_short = false;
        for (unsigned side = 1; side + 1 < 1u << count; side++)
            falls_short |= across(kept, count, side) < -1e-9;
        assert_false(called_one && falls_short);
        one += called_one;
        short_of += falls_short;
    }
    assert_true(one > 300 && short_of > 300);
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
        cmocka_unit_test(what_weights_alone_decide_is_the_same_in_tables_and_in_lists),
        cmocka_unit_test(what_is_called_one_beyond_doubt_has_no_cut_that_falls_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
