#include "hub/entities.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assign(const uint32_t *cluster, const int64_t *before, uint32_t count, const int64_t *gone,
                   size_t gone_count, struct arena *arena, struct entities *ret)
{
    struct entities_input input = {count, cluster, before, gone, gone_count};
    entities_assign(&input, arena, ret);
    entities_number(ret, count, 100);
}

static void a_first_linking_numbers_in_canonical_order(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct entities e;
    assign((uint32_t[]){0, 1, 0, UINT32_MAX, 4}, (int64_t[]){0, 0, 0, 0, 0}, 5, NULL, 0, arena, &e);
    assert_int_equal(e.entity[0], 100);
    assert_int_equal(e.entity[1], 101);
    assert_int_equal(e.entity[2], 100);
    assert_int_equal(e.entity[4], 102);
    assert_int_equal(e.made, 3);
    assert_int_equal(e.total, 3);
    assert_int_equal(e.change_count, 0);
    arena_free(arena);
}

static void a_merge_keeps_the_older_id_and_a_split_gives_the_smaller_side_a_new_one(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct entities e;
    assign((uint32_t[]){0, 0, 0}, (int64_t[]){7, 7, 3}, 3, NULL, 0, arena, &e);
    assert_int_equal(e.entity[0], 3);
    assert_int_equal(e.joined, 1);
    assert_int_equal(e.changes[0].kind, ENTITY_JOINED);
    assert_int_equal(e.changes[0].entity, 3);
    assert_int_equal(e.changes[0].other, 7);
    assert_int_equal(e.changes[1].kind, ENTITY_INTO);

    assign((uint32_t[]){0, 1, 1}, (int64_t[]){5, 5, 5}, 3, NULL, 0, arena, &e);
    assert_int_equal(e.entity[0], 100);
    assert_int_equal(e.entity[1], 5);
    assert_int_equal(e.entity[2], 5);
    assert_int_equal(e.split, 1);
    assert_int_equal(e.made, 0);
    arena_free(arena);
}

static void a_record_that_moves_between_entities_ends_neither(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct entities e;
    assign((uint32_t[]){0, 0, 2, 2, 2}, (int64_t[]){1, 1, 1, 2, 2}, 5, NULL, 0, arena, &e);
    assert_int_equal(e.entity[0], 1);
    assert_int_equal(e.entity[2], 2);
    assert_int_equal(e.change_count, 0);
    arena_free(arena);
}

static void an_entity_whose_records_are_all_gone_ends(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct entities e;
    assign((uint32_t[]){0}, (int64_t[]){4}, 1, (int64_t[]){9, 4, 9}, 3, arena, &e);
    assert_int_equal(e.ended, 1);
    assert_int_equal(e.changes[0].kind, ENTITY_END);
    assert_int_equal(e.changes[0].entity, 9);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_linking_numbers_in_canonical_order),
        cmocka_unit_test(a_merge_keeps_the_older_id_and_a_split_gives_the_smaller_side_a_new_one),
        cmocka_unit_test(a_record_that_moves_between_entities_ends_neither),
        cmocka_unit_test(an_entity_whose_records_are_all_gone_ends),
    };
    return cmocka_run_group_tests_name("entities", tests, NULL, NULL);
}
