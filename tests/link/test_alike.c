#include "tests/link/people.h"

#include "link/arrange.h"
#include "link/score.h"

static const char *const guards = "guards:\n  - when: {family: same, born: close}\n    then: apart\nlearn: false\n";

static struct link_records *arranged(uint64_t seed, unsigned threads, struct arena *arena)
{
    char text[900];
    struct error err = NO_ERROR;
    (void)snprintf(text, sizeof text, "%s%s", people_spec, guards);
    uint64_t *truth;
    struct link_records *records = make_people(read_spec(text, arena), 600, seed, seed + 1, arena, &truth);
    assert_true(records_arrange(records, &(struct link_options){.threads = threads}, &err));
    return records;
}

static void a_record_is_told_of_one_that_is_the_same_in_all_that_is_compared(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    const struct link_records *records = arranged(3, 2, arena);
    size_t found = 0;
    for (uint32_t r = 0; r < records->count; r++) {
        uint32_t like = records->alike[r];
        assert_true(like <= r);
        found += like != r;
        for (size_t c = 0; c < records->spec->column_count; c++)
            assert_int_equal(record_code(records, r, c), record_code(records, like, c));
    }
    assert_true(found > records->count / 10);
    arena_free(arena);
}

static struct link_edges score(struct link_records *records, const struct link_model *model, unsigned threads,
                               struct arena *arena)
{
    struct link_edges edges;
    struct error err = NO_ERROR;
    assert_true(link_score(records, model, &(struct link_options){.threads = threads}, arena, &edges, &err));
    return edges;
}

static void what_is_remembered_of_a_pair_is_what_comparing_it_again_gives(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 4; seed++) {
        struct arena *arena = arena_make(0);
        struct error err = NO_ERROR;
        struct link_records *records = arranged(seed, 1, arena);
        struct link_model *model;
        assert_true(link_train(records, NULL, arena, &model, NULL, &err));
        struct link_edges one = score(records, model, 1, arena), two = score(records, model, 2, arena);
        records->alike = NULL;
        struct link_edges none = score(records, model, 1, arena);
        assert_true(none.count > records->count / 2);
        assert_int_equal(one.count, none.count);
        assert_int_equal(two.count, none.count);
        assert_memory_equal(one.edges, none.edges, none.count * sizeof *none.edges);
        assert_memory_equal(two.edges, none.edges, none.count * sizeof *none.edges);
        size_t apart = 0;
        for (size_t i = 0; i < none.count; i++) {
            struct link_edge alone = link_score_pair(records, model, none.edges[i].a, none.edges[i].b);
            assert_memory_equal(&none.edges[i], &alone, sizeof alone);
            apart += alone.verdict == LINK_APART;
        }
        assert_true(apart > 0);
        arena_free(arena);
    }
}

static void components_are_the_same_without_anything_remembered(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct link_records *records = arranged(9, 1, arena);
    struct link_model *model;
    struct blocks blocks;
    struct scored with, without;
    assert_true(link_train(records, NULL, arena, &model, NULL, &err));
    assert_true(blocks_make(&blocks, records, model, NULL, NULL, arena, &err));
    struct comparer comparer;
    comparer_start(&comparer, records, model);
    comparer_bind(&comparer, arena);
    assert_true(score_components(&blocks, &comparer, model->join, model->floor, NULL, arena, &with, &err));
    records->alike = NULL;
    assert_true(score_components(&blocks, &comparer, model->join, model->floor, NULL, arena, &without, &err));
    assert_memory_equal(with.first, without.first, records->count * sizeof *with.first);
    assert_true(with.pairs == without.pairs);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_told_of_one_that_is_the_same_in_all_that_is_compared),
        cmocka_unit_test(what_is_remembered_of_a_pair_is_what_comparing_it_again_gives),
        cmocka_unit_test(components_are_the_same_without_anything_remembered),
    };
    return cmocka_run_group_tests_name("link alike", tests, NULL, NULL);
}
