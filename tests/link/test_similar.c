#include "tests/link/people.h"

#include "base/csv.h"
#include "link/similar_inside.h"

#include <stdlib.h>

static void jaro_winkler_gives_the_published_values(void **state)
{
    (void)state;
    assert_float_equal(similar_jaro_winkler_portable(S("martha"), S("marhta")), 0.9611, 0.0001);
    assert_float_equal(similar_jaro_winkler(S("martha"), S("marhta")), 0.9611, 0.0001);
    assert_float_equal(similar_jaro_winkler(S("dwayne"), S("duane")), 0.84, 0.0001);
    assert_float_equal(similar_jaro_winkler(S("dixon"), S("dicksonx")), 0.8133, 0.0001);
    assert_float_equal(similar_jaro_winkler(S("same"), S("same")), 1, 0.0001);
    assert_float_equal(similar_jaro_winkler(S("abc"), S("xyz")), 0, 0.0001);
    assert_float_equal(similar_jaro_winkler(S(""), S("")), 0, 0.0001);
}

static void one_edit_is_a_slip_of_any_kind_and_two_are_not(void **state)
{
    (void)state;
    assert_true(similar_one_edit(S("smith"), S("smith")));
    assert_true(similar_one_edit(S("smith"), S("smyth")));
    assert_true(similar_one_edit(S("smith"), S("smiths")));
    assert_true(similar_one_edit(S("smith"), S("smit")));
    assert_true(similar_one_edit(S("smith"), S("simth")));
    assert_true(similar_one_edit(S("a"), S("")));
    assert_false(similar_one_edit(S("smith"), S("smythe")));
    assert_false(similar_one_edit(S("abcd"), S("badc")));
    assert_false(similar_one_edit(S("ab"), S("")));
}

/* ---- With AVX2 and without ---- */

#define SKIP_WITHOUT_AVX2()                                                                                            \
    if (!similar_has_avx2()) {                                                                                         \
        print_message("# reason: this processor has no AVX2, so there is no second way to hold against the "           \
                      "portable one\n");                                                                               \
        skip();                                                                                                        \
    }

/* Each in memory of its own, so that a byte read past an end is seen. */
static void check_alike(struct slice a, struct slice b)
{
    char *x = malloc(a.len + !a.len), *y = malloc(b.len + !b.len);
    assert_true(x && y);
    memcpy(x, a.len ? a.at : "", a.len);
    memcpy(y, b.len ? b.at : "", b.len);
    a.at = x;
    b.at = y;
    double one = similar_jaro_winkler_portable(a, b), two = similar_jaro_winkler_avx2(a, b);
    bool edit_one = similar_one_edit_portable(a, b), edit_two = similar_one_edit_avx2(a, b);
    if (one != two || edit_one != edit_two)
        fail_msg("“%.*s” and “%.*s”: %.17g and %.17g, %d and %d", PRINT(a), PRINT(b), one, two, edit_one, edit_two);
    free(x);
    free(y);
}

/* A slip or more of the first text, of other lengths too; all bytes occur. */
static size_t slip_text(uint64_t *state, const char *from, size_t len, char *to)
{
    memcpy(to, from, len);
    for (uint64_t slips = next_random(state) % 3; slips > 0 && len > 1; slips--) {
        size_t at = next_random(state) % (len - 1);
        switch (next_random(state) % 4) {
        case 0:
            to[at] = (char)next_random(state);
            break;
        case 1:
            memmove(to + at, to + at + 1, --len - at);
            break;
        case 2:
            memmove(to + at + 1, to + at, len++ - at);
            break;
        default: {
            char swap = to[at];
            to[at] = to[at + 1];
            to[at + 1] = swap;
        }
        }
    }
    return len;
}

static void with_avx2_and_without_a_million_random_pairs_are_alike(void **state)
{
    (void)state;
    SKIP_WITHOUT_AVX2();
    uint64_t random = 7;
    for (unsigned i = 0; i < 1000000; i++) {
        char a[96], b[96];
        size_t a_len = next_random(&random) % (i % 4 == 0 ? 90 : 20), b_len = next_random(&random) % 20;
        unsigned letters = i % 2 ? 3 : 26;
        for (size_t k = 0; k < a_len; k++)
            a[k] = (char)('a' + next_random(&random) % letters);
        for (size_t k = 0; k < b_len; k++)
            b[k] = (char)('a' + next_random(&random) % letters);
        if (i % 3)
            b_len = slip_text(&random, a, a_len, b);
        check_alike(slice_from(a, a_len), slice_from(b, b_len));
        if (i % 16 == 0)
            check_alike(slice_from(b, b_len), slice_from(a, a_len));
    }
}

/* Each name against those of the rows before it, all that errors made of it among them. */
static void with_avx2_and_without_the_names_of_the_historical_data_are_alike(void **state)
{
    enum { BEFORE = 4 };
    (void)state;
    SKIP_WITHOUT_AVX2();
    const char *shared = getenv("STAITHE_SHARED"), *root = getenv("STAITHE_SOURCE_ROOT");
    struct arena *arena = arena_make(0);
    struct slice path = arena_format(arena, "%s%s/data/linkage/historical_figures_with_errors_50k.csv",
                                     shared ? shared
                                     : root ? root
                                            : ".",
                                     shared ? "" : "/../shared");
    if (!host_exists(path)) {
        print_message("# reason: the labelled data is not there (shared/data/linkage beside the repository, or "
                      "STAITHE_SHARED)\n");
        arena_free(arena);
        skip();
    }
    struct host_file *file;
    struct csv_reader *reader;
    const struct csv_row *row;
    struct error err = NO_ERROR;
    struct csv_options options = {.trim = true};
    assert_true(host_open(host_real(), path, HOST_READ, arena, &file, &err));
    assert_true(csv_open_file(file, &options, arena, &reader, &err));
    struct slice before[BEFORE][32] = {{NO_SLICE}};
    unsigned rows = 0;
    for (; csv_read(reader, &row, &err) && row; rows++) {
        assert_true(row->count <= 32);
        for (size_t c = 0; c < row->count; c++) {
            for (unsigned i = 0; i < BEFORE; i++)
                check_alike(row->fields[c], before[i][c]);
            before[rows % BEFORE][c] = arena_copy(arena, row->fields[c]);
        }
    }
    assert_true(rows > 50000);
    arena_free(arena);
}

static bool share_a_line(const struct nicknames *nicknames, struct slice a, struct slice b)
{
    uint16_t lines_a[NICKNAME_LINES], lines_b[NICKNAME_LINES];
    unsigned count_a = nicknames_lines(nicknames, a, lines_a), count_b = nicknames_lines(nicknames, b, lines_b);
    for (unsigned i = 0; i < count_a; i++)
        for (unsigned j = 0; j < count_b; j++)
            if (lines_a[i] == lines_b[j])
                return true;
    return false;
}

static void nicknames_are_forms_of_one_name(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    const struct nicknames *nicknames = nicknames_make(arena);
    assert_true(share_a_line(nicknames, S("bill"), S("william")));
    assert_true(share_a_line(nicknames, S("bill"), S("will")));
    assert_true(share_a_line(nicknames, S("peggy"), S("margaret")));
    assert_false(share_a_line(nicknames, S("jack"), S("jake")));
    assert_false(share_a_line(nicknames, S("anna"), S("peter")));
    assert_false(share_a_line(nicknames, S("nobody"), S("nobody")));
    uint16_t lines[NICKNAME_LINES], near[NICKNAME_LINES];
    assert_int_equal(nicknames_lines(nicknames, S("derek"), lines), 1);
    assert_true(nicknames_near(nicknames, S("dereck"), near) >= 1);
    assert_int_equal(near[0], lines[0]);
    assert_int_equal(nicknames_near(nicknames, S("derek"), near), 0); /* known itself */
    assert_int_equal(nicknames_near(nicknames, S("qqqqqq"), near), 0);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jaro_winkler_gives_the_published_values),
        cmocka_unit_test(one_edit_is_a_slip_of_any_kind_and_two_are_not),
        cmocka_unit_test(with_avx2_and_without_a_million_random_pairs_are_alike),
        cmocka_unit_test(with_avx2_and_without_the_names_of_the_historical_data_are_alike),
        cmocka_unit_test(nicknames_are_forms_of_one_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
