#include "base/forest.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { NUMBERS = 300, PAIRS = 1000 };

/* The same by colouring: all of one colour become the lesser of two. */
static void colour(uint32_t *colours, uint32_t a, uint32_t b)
{
    uint32_t x = colours[a], y = colours[b];
    for (size_t i = 0; i < NUMBERS; i++)
        if (colours[i] == x || colours[i] == y)
            colours[i] = x < y ? x : y;
}

static void a_root_is_the_least_of_all_that_hang_together(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    uint32_t *forest = forest_make(NUMBERS, arena), *colours = forest_make(NUMBERS, arena);
    uint64_t random = 1;
    for (size_t pair = 0; pair < PAIRS; pair++) {
        random = random * 6364136223846793005ull + 1442695040888963407ull;
        uint32_t a = (uint32_t)(random >> 33) % NUMBERS, b = pair % 3 ? a / 2 : (uint32_t)(random >> 20) % NUMBERS;
        colour(colours, a, b);
        assert_int_equal(forest_unite(forest, a, b), colours[a]);
        if (pair % 50 == 0)
            for (uint32_t i = 0; i < NUMBERS; i++)
                assert_int_equal(forest_root(forest, i), colours[i]);
    }
    arena_free(arena);
}

static void each_number_begins_by_itself(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    uint32_t *forest = forest_make(3, arena);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(forest_root(forest, i), i);
    assert_int_equal(forest_unite(forest, 2, 2), 2);
    assert_int_equal(forest_root(forest, 2), 2);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_number_begins_by_itself),
        cmocka_unit_test(a_root_is_the_least_of_all_that_hang_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
