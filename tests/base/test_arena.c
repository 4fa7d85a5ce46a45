#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static char order[8];
static size_t released;

static void note(void *handle)
{
    order[released++] = *(const char *)handle;
}

static void releases_the_last_first(void **state)
{
    (void)state;
    char a = 'a', b = 'b', c = 'c';
    released = 0;
    struct arena *arena = arena_make(0);
    arena_defer(arena, note, &a);
    arena_defer(arena, note, &b);
    arena_defer(arena, note, &c);
    arena_undefer(arena, &b);
    arena_free(arena);
    assert_int_equal(released, 2);
    assert_memory_equal(order, "ca", 2);
}

static void knows_when_it_is_over_its_limit(void **state)
{
    (void)state;
    struct arena *arena = arena_make(100);
    char *first = arena_array(arena, char, 100);
    assert_false(arena_over(arena));
    char *second = arena_array(arena, char, 100000);
    second[99999] = first[0];
    assert_true(arena_over(arena));
    arena_reset(arena);
    assert_false(arena_over(arena));
    arena_free(arena);
}

static void large_pieces_are_zero_and_go_back_before_the_arena_or_with_it(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    size_t size = (size_t)4 << 20;
    for (int i = 0; i < 3; i++) {
        unsigned char *large = arena_large(arena, size);
        assert_int_equal((uintptr_t)large % 64, 0);
        assert_true(large[0] == 0 && large[size / 2] == 0 && large[size - 1] == 0);
        memset(large, 7, size);
        if (i != 1)
            arena_give_back(arena, large);
    }
    arena_free(arena);
}

static bool all_are(const unsigned char *bytes, size_t size, unsigned char byte)
{
    return bytes[0] == byte && memcmp(bytes, bytes + 1, size - 1) == 0;
}

/* Of 2 MiB and more, from two arenas that share what is kept, in sizes that fit and sizes that must be put together. */
static void large_pieces_that_are_handed_on_are_zero_where_they_were_before(void **state)
{
    (void)state;
    enum { MB = 1 << 20 };
    static const size_t sizes[] = {8 * MB, 3 * MB, 5 * MB, 13 * MB + 7, 2 * MB - 64, 21 * MB};
    struct arena *arena = arena_make(0);
    arena_keep_pages(arena, 0);
    struct arena *child = arena_child(arena);
    arena_keep_pages(child, (size_t)16 * MB);
    for (size_t round = 0; round < 3; round++) {
        struct arena *beside = arena_beside(child);
        for (size_t i = 0; i < countof(sizes); i++) {
            unsigned char *array = arena_array(beside, unsigned char, sizes[i]);
            assert_true(all_are(array, sizes[i], 0));
            memset(array, 7, sizes[i]);
        }
        arena_free(beside);
        arena_keep_pages(arena, (size_t)(round ? 64 : 3) * MB);
    }
    arena_free(arena);
}

static void an_array_that_grows_is_zero_behind_what_it_was(void **state)
{
    (void)state;
    enum { MB = 1 << 20 };
    struct arena *arena = arena_make(0);
    arena_keep_pages(arena, (size_t)64 * MB);
    for (int round = 0; round < 2; round++) {
        size_t size = 1000 + (size_t)round * 3 * MB;
        unsigned char *array = arena_room(arena, size);
        memset(array, 9, size);
        for (size_t wanted = size + 100; wanted < (size_t)30 * MB; wanted = wanted * 3 / 2) {
            array = arena_regrow(arena, array, size, wanted);
            assert_true(all_are(array, size, 9));
            assert_true(all_are(array + size, wanted - size, 0));
            memset(array, 9, wanted);
            size = wanted;
        }
        assert_null(arena_let_go(arena, array, size));
    }
    arena_free(arena);
}

static void grows_arrays_and_texts(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    int *numbers = NULL;
    size_t count = 0, capacity = 0;
    for (int i = 0; i < 1000; i++) {
        ARENA_GROW(arena, numbers, count, capacity);
        numbers[count++] = i;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(numbers[i], i);
    struct buffer text = buffer_make(arena);
    for (int i = 0; i < 300; i++)
        buffer_format(&text, "%d,", i);
    assert_true(slice_ends(buffer_slice(&text), S("298,299,")));
    assert_true(slice_equal(arena_join(arena, (struct slice[]){S("a"), S("b")}, 2, S(", ")), S("a, b")));
    assert_int_equal((uintptr_t)arena_alloc(arena, 1, 1, 64) % 64, 0);
    arena_free(arena);
}

static void a_buffer_takes_any_number_and_any_length_of_format(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct buffer buffer = buffer_make(arena);
    const int64_t numbers[] = {0, 7, -1, 1000, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < countof(numbers); i++) {
        buffer_add_number(&buffer, numbers[i]);
        buffer_add_byte(&buffer, ' ');
    }
    assert_string_equal(buffer.at, "0 7 -1 1000 9223372036854775807 -9223372036854775808 ");
    for (int width = 100; width < 300; width++) { /* around what is formatted in place, and what is not */
        struct buffer wide = buffer_make(arena);
        buffer_format(&wide, "%d", 5);
        buffer_format(&wide, "%*d", width, 6);
        assert_int_equal(wide.len, width + 1);
        assert_int_equal(wide.at[width], '6');
        assert_int_equal(wide.at[width + 1], '\0');
        struct slice one = arena_format(arena, "%*d", width, 8);
        assert_int_equal(one.len, width);
        assert_int_equal(one.at[width - 1], '8');
        assert_int_equal(one.at[width], '\0');
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_buffer_takes_any_number_and_any_length_of_format),
        cmocka_unit_test(releases_the_last_first),
        cmocka_unit_test(knows_when_it_is_over_its_limit),
        cmocka_unit_test(large_pieces_are_zero_and_go_back_before_the_arena_or_with_it),
        cmocka_unit_test(large_pieces_that_are_handed_on_are_zero_where_they_were_before),
        cmocka_unit_test(an_array_that_grows_is_zero_behind_what_it_was),
        cmocka_unit_test(grows_arrays_and_texts),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
