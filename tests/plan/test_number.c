/* Exact numbers against GMP's rationals, which know nothing of our coefficients and places. */
#include "tests/plan/plans.h"

#include "plan/number.h"

#include <gmp.h>

static uint64_t next_random(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15u;
    uint64_t x = *state;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* Numbers of all lengths, of many zeros and nines, near the borders of 64 and 128 bits. */
static struct number random_number(uint64_t *state, struct arena *arena)
{
    char text[200];
    size_t at = 0;
    if (next_random(state) % 2)
        text[at++] = '-';
    size_t kinds[] = {3, 8, 19, 20, 37, 38, 39, 40, 70};
    size_t digits = 1 + next_random(state) % kinds[next_random(state) % countof(kinds)];
    size_t point = next_random(state) % (digits + 1);
    uint64_t manner = next_random(state) % 4;
    for (size_t i = 0; i < digits; i++) {
        if (i == point && i > 0)
            text[at++] = '.';
        text[at++] = (char)(manner == 0 ? '9' : manner == 1 ? '0' : '0' + (char)(next_random(state) % 10));
    }
    struct number n;
    assert_true(number_read(slice_from(text, at), arena, &n));
    return n;
}

static void rational(mpq_t q, struct number n)
{
    struct arena *arena = arena_make(0);
    char *text = arena_cstr(arena, number_text(arena, n)), digits[300];
    size_t at = 0, places = 0;
    bool point = false;
    for (const char *c = text; *c; c++) {
        if (*c == '.') {
            point = true;
            continue;
        }
        digits[at++] = *c;
        places += point;
    }
    digits[at] = '\0';
    mpq_init(q);
    assert_int_equal(mpz_set_str(mpq_numref(q), digits, 10), 0);
    mpz_ui_pow_ui(mpq_denref(q), 10, places);
    mpq_canonicalize(q);
    arena_free(arena);
}

static void same(struct number n, mpq_t wanted)
{
    mpq_t q;
    rational(q, n);
    if (mpq_cmp(q, wanted) != 0) {
        char *a = mpq_get_str(NULL, 10, q), *b = mpq_get_str(NULL, 10, wanted);
        fail_msg("%s instead of %s", a, b);
    }
    mpq_clear(q);
}

static void sums_and_products_are_those_of_rationals(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    uint64_t seed = 1;
    for (int i = 0; i < 20000; i++) {
        struct number a = random_number(&seed, arena), b = random_number(&seed, arena);
        mpq_t x, y, z;
        rational(x, a);
        rational(y, b);
        mpq_init(z);
        mpq_add(z, x, y);
        same(number_add(arena, a, b), z);
        mpq_sub(z, x, y);
        same(number_subtract(arena, a, b), z);
        mpq_mul(z, x, y);
        same(number_multiply(arena, a, b), z);
        int order = mpq_cmp(x, y), ours = number_compare(a, b);
        assert_int_equal(order < 0 ? -1 : order > 0, ours < 0 ? -1 : ours > 0);
        assert_int_equal(number_sign(a), mpq_sgn(x));
        mpq_clears(x, y, z, NULL);
        if (i % 100 == 0)
            arena_reset(arena);
    }
    arena_free(arena);
}

/* floor(|x / step| + 1/2) × step, with x's sign. */
static void nearest(mpq_t result, mpq_t x, mpq_t step)
{
    mpq_t half;
    mpz_t whole;
    mpq_init(half);
    mpz_init(whole);
    mpq_set_ui(half, 1, 2);
    mpq_div(result, x, step);
    int sign = mpq_sgn(result);
    mpq_abs(result, result);
    mpq_add(result, result, half);
    mpz_fdiv_q(whole, mpq_numref(result), mpq_denref(result));
    mpq_set_z(result, whole);
    if (sign < 0)
        mpq_neg(result, result);
    mpq_mul(result, result, step);
    mpq_clear(half);
    mpz_clear(whole);
}

static void roundings_are_half_away_from_zero(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    uint64_t seed = 2;
    for (int i = 0; i < 20000; i++) {
        struct number a = random_number(&seed, arena), b = random_number(&seed, arena), got;
        struct number step = number_absolute(arena, random_number(&seed, arena));
        int32_t places = (int32_t)(next_random(&seed) % 40);
        mpq_t x, y, s, z;
        rational(x, a);
        rational(y, b);
        rational(s, step);
        mpq_init(z);
        assert_int_equal(number_round(arena, a, step, &got), number_sign(step) > 0);
        if (number_sign(step) > 0) {
            nearest(z, x, s);
            same(got, z);
        }
        bool whole = number_sign(b) != 0;
        assert_int_equal(number_ratio(arena, a, b, places, &got), whole);
        if (whole) {
            mpq_div(z, x, y);
            mpq_set(x, z);
            mpq_set_ui(s, 1, 1);
            mpz_ui_pow_ui(mpq_denref(s), 10, (unsigned long)places);
            mpq_canonicalize(s);
            nearest(z, x, s);
            same(got, z);
        }
        if (whole && number_sign(step) > 0) {
            mpq_clear(s);
            rational(s, step);
            assert_true(number_round_ratio(arena, a, b, step, &got));
            nearest(z, x, s);
            same(got, z);
        }
        mpq_clears(x, y, s, z, NULL);
        if (i % 100 == 0)
            arena_reset(arena);
    }
    arena_free(arena);
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    uint64_t seed = 3;
    for (int i = 0; i < 5000; i++) {
        struct number a = random_number(&seed, arena), b;
        assert_true(number_read(number_text(arena, a), arena, &b));
        assert_true(number_equal(a, b));
        assert_true(number_equal(a, number_plain(arena, a)));
        assert_true(number_equal(a, number_keep(arena, a)));
        assert_true(number_equal(a, number_shift(arena, number_shift(arena, a, 25), -25)));
        assert_true(number_equal(a, number_negate(arena, number_negate(arena, a))));
    }
    static const char *const bad[] = {"", "-", ".", "1.2.3", "1e3", "1,000", "0x1", " 1", "1 ", "--1", "+-1"};
    for (size_t i = 0; i < countof(bad); i++) {
        struct number n;
        assert_false(number_read(slice_of(bad[i]), arena, &n));
    }
    arena_free(arena);
}

static void shows_as_tables_do(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int32_t places;
        const char *shown;
    } cases[] = {
        {"44.7224", 3, "44.722"},
        {"44.7225", 3, "44.723"},
        {"-44.7225", 3, "-44.723"},
        {"-0.0004", 3, "0.000"},
        {"1387.982", 3, "1,387.982"},
        {"999999.5", 0, "1,000,000"},
        {"5", 3, "5.000"},
        {"-17", 1, "-17.0"},
        {"0.5", 0, "1"},
        {"-123", 0, "-123"},
        {"1234567890123456789012345678901234567890.5", 0, "1,234,567,890,123,456,789,012,345,678,901,234,567,891"}};
    struct arena *arena = arena_make(0);
    for (size_t i = 0; i < countof(cases); i++) {
        struct number n;
        assert_true(number_read(slice_of(cases[i].value), arena, &n));
        assert_string_equal(arena_cstr(arena, number_shown(arena, n, cases[i].places, true)), cases[i].shown);
    }
    arena_free(arena);
}

static void ten_years_of_compounding_lose_no_digit(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct number value, factor;
    assert_true(number_read(S("545.5353871"), arena, &value) && number_read(S("1.030099"), arena, &factor));
    for (int year = 0; year < 10; year++)
        value = number_multiply(arena, value, factor);
    mpq_t exact, q;
    rational(q, value);
    mpq_init(exact);
    mpq_set_str(exact, "5455353871/10000000", 10);
    mpq_t f;
    mpq_init(f);
    mpq_set_str(f, "1030099/1000000", 10);
    mpq_canonicalize(exact);
    mpq_canonicalize(f);
    for (int year = 0; year < 10; year++)
        mpq_mul(exact, exact, f);
    assert_int_equal(mpq_cmp(q, exact), 0);
    assert_int_equal(value.places, 67);
    mpq_clears(exact, q, f, NULL);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_and_products_are_those_of_rationals),
        cmocka_unit_test(roundings_are_half_away_from_zero),
        cmocka_unit_test(what_is_written_reads_back),
        cmocka_unit_test(shows_as_tables_do),
        cmocka_unit_test(ten_years_of_compounding_lose_no_digit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
