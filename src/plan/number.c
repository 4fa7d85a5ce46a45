/* The coefficient is kept small as long as it fits 128 bits, because nearly all of a plan's figures do: then adding is
 * one aligned 128-bit addition and multiplying one 64 × 64 bit multiplication where both factors are short. What does
 * not fit goes to GMP: the limbs of a big number lie in the arena behind a signed count, as mpz keeps them, so that
 * mpz_roinit_n reads them in place. Results of GMP come back small when they fit.
 *
 * Zeros at the end of the decimals are left where they fall, for taking them off costs a division each; they are taken
 * off when a number turns big, which is where they would begin to cost. */
#include "plan/number.h"

#include <gmp.h>
#include <stdlib.h>

struct number_big {
    int64_t size; /* limbs, negative for a negative number */
    mp_limb_t limbs[];
};

#define POWERS        39   /* 10^0 … 10^38 fit 128 bits */
#define HUGE_LIMBS    1040 /* 20,000 digits need 1,039 limbs of 64 bits */
#define PLACES_MAX    (NUMBER_DIGITS_MAX * 2)
#define FITS_64(wide) ((__int128)(int64_t)(wide) == (wide))

static const uint64_t powers_64[] = {1,
                                     10,
                                     100,
                                     1000,
                                     10000,
                                     100000,
                                     1000000,
                                     10000000,
                                     100000000,
                                     1000000000,
                                     10000000000,
                                     100000000000,
                                     1000000000000,
                                     10000000000000,
                                     100000000000000,
                                     1000000000000000,
                                     10000000000000000,
                                     100000000000000000,
                                     1000000000000000000};

static inline __int128 power_of_ten(int32_t power)
{
    return power < 19   ? (__int128)powers_64[power]
           : power < 37 ? (__int128)powers_64[18] * powers_64[power - 18]
                        : (__int128)powers_64[18] * powers_64[18] * powers_64[power - 36];
}

static inline __int128 coefficient(struct number a)
{
    return (__int128)(((unsigned __int128)(uint64_t)a.high << 64) | a.low);
}

static inline struct number small(__int128 units, int32_t places)
{
    return (struct number){
        .low = (uint64_t)units, .high = (int64_t)(units >> 64), .places = places, .form = NUMBER_SMALL};
}

static const struct number_big *big_of(struct number a)
{
    return (const struct number_big *)(uintptr_t)a.low; /* the field holds an address or a coefficient */
}

struct number number_of(int64_t units, int32_t places)
{
    return small(units, places);
}

/* ---- To and from GMP ---- */

/* A view of a's coefficient; `room` must outlive it. */
struct view {
    mpz_t z;
    mp_limb_t room[2];
};
static mpz_srcptr view(struct number a, struct view *v)
{
    if (a.form == NUMBER_BIG) {
        const struct number_big *big = big_of(a);
        return mpz_roinit_n(v->z, big->limbs, (mp_size_t)big->size);
    }
    __int128 units = coefficient(a);
    unsigned __int128 magnitude = units < 0 ? -(unsigned __int128)units : (unsigned __int128)units;
    v->room[0] = (mp_limb_t)magnitude;
    v->room[1] = (mp_limb_t)(magnitude >> 64);
    mp_size_t size = v->room[1] ? 2 : v->room[0] ? 1 : 0;
    return mpz_roinit_n(v->z, v->room, units < 0 ? -size : size);
}

static bool fits(mpz_srcptr z, __int128 *ret)
{
    size_t size = mpz_size(z);
    if (size > 2)
        return false;
    unsigned __int128 magnitude = size == 0 ? 0 : mpz_getlimbn(z, 0);
    if (size == 2)
        magnitude |= (unsigned __int128)mpz_getlimbn(z, 1) << 64;
    if (magnitude >> 127)
        return false;
    *ret = mpz_sgn(z) < 0 ? -(__int128)magnitude : (__int128)magnitude;
    return true;
}

/* Takes the number over: z is cleared. */
static struct number from_gmp(struct arena *arena, mpz_t z, int32_t places)
{
    __int128 units;
    if (!fits(z, &units)) {
        while (places > 0 && mpz_divisible_ui_p(z, 10)) {
            mpz_divexact_ui(z, z, 10);
            places--;
        }
    }
    if (fits(z, &units)) {
        mpz_clear(z);
        return small(units, places);
    }
    size_t size = mpz_size(z);
    struct number_big *big = arena_alloc(arena, sizeof *big + size * sizeof(mp_limb_t), 1, _Alignof(struct number_big));
    big->size = mpz_sgn(z) < 0 ? -(int64_t)size : (int64_t)size;
    memcpy(big->limbs, mpz_limbs_read(z), size * sizeof(mp_limb_t));
    mpz_clear(z);
    return (struct number){.low = (uint64_t)(uintptr_t)big, .places = places, .form = NUMBER_BIG};
}

/* a's coefficient × 10^power into a fresh z. */
static void scaled(mpz_t z, struct number a, int32_t power)
{
    struct view v;
    mpz_init(z);
    if (power == 0) {
        mpz_set(z, view(a, &v));
        return;
    }
    mpz_ui_pow_ui(z, 10, (unsigned long)power);
    mpz_mul(z, z, view(a, &v));
}

/* ---- Reading ---- */

bool number_read(struct slice text, struct arena *arena, struct number *ret)
{
    size_t at = text.len > 0 && (text.at[0] == '-' || text.at[0] == '+');
    bool negative = at && text.at[0] == '-', point = false;
    __int128 units = 0;
    size_t digits = 0, places = 0;
    bool over = false;
    for (size_t i = at; i < text.len; i++) {
        if (text.at[i] == '.' && !point) {
            point = true;
            continue;
        }
        int digit = text.at[i] - '0';
        if (digit < 0 || digit > 9)
            return false;
        digits++;
        places += point;
        if (digits <= 38)
            units = units * 10 + digit;
        else
            over = true;
    }
    if (digits == 0 || digits > NUMBER_DIGITS_MAX)
        return false;
    if (!over) {
        *ret = small(negative ? -units : units, (int32_t)places);
        return true;
    }
    char *plain = arena_array(arena, char, digits + 2);
    size_t used = 0;
    if (negative)
        plain[used++] = '-';
    for (size_t i = at; i < text.len; i++)
        if (text.at[i] != '.')
            plain[used++] = text.at[i];
    mpz_t z;
    must(mpz_init_set_str(z, plain, 10) == 0);
    *ret = from_gmp(arena, z, (int32_t)places);
    return true;
}

/* ---- Adding, multiplying ---- */

static struct number add_big(struct arena *arena, struct number a, struct number b)
{
    int32_t places = a.places > b.places ? a.places : b.places;
    mpz_t x, y;
    scaled(x, a, places - a.places);
    scaled(y, b, places - b.places);
    mpz_add(x, x, y);
    mpz_clear(y);
    return from_gmp(arena, x, places);
}

struct number number_add(struct arena *arena, struct number a, struct number b)
{
    if (a.form != NUMBER_SMALL || b.form != NUMBER_SMALL)
        return add_big(arena, a, b);
    __int128 x = coefficient(a), y = coefficient(b), sum;
    int32_t places = a.places;
    if (a.places != b.places) {
        int32_t power = a.places < b.places ? b.places - a.places : a.places - b.places;
        __int128 *shorter = a.places < b.places ? &x : &y;
        if (a.places < b.places)
            places = b.places;
        if (*shorter == 0)
            power = 0;
        if (power >= POWERS || __builtin_mul_overflow(*shorter, power_of_ten(power), shorter))
            return add_big(arena, a, b);
    }
    if (__builtin_add_overflow(x, y, &sum))
        return add_big(arena, a, b);
    return small(sum, places);
}

struct number number_negate(struct arena *arena, struct number a)
{
    if (a.form == NUMBER_SMALL && coefficient(a) != (__int128)((unsigned __int128)1 << 127))
        return small(-coefficient(a), a.places);
    struct view v;
    mpz_t z;
    mpz_init(z);
    mpz_neg(z, view(a, &v));
    return from_gmp(arena, z, a.places);
}

struct number number_subtract(struct arena *arena, struct number a, struct number b)
{
    return number_add(arena, a, number_negate(arena, b));
}

struct number number_absolute(struct arena *arena, struct number a)
{
    return number_sign(a) < 0 ? number_negate(arena, a) : a;
}

struct number number_multiply(struct arena *arena, struct number a, struct number b)
{
    int32_t places = a.places + b.places;
    if (a.form == NUMBER_SMALL && b.form == NUMBER_SMALL) {
        __int128 x = coefficient(a), y = coefficient(b), product;
        if (FITS_64(x) && FITS_64(y))
            return small(x * y, places);
        if (!__builtin_mul_overflow(x, y, &product))
            return small(product, places);
    }
    struct view u, v;
    mpz_t z;
    mpz_init(z);
    mpz_mul(z, view(a, &u), view(b, &v));
    return from_gmp(arena, z, places);
}

struct number number_shift(struct arena *arena, struct number a, int32_t power)
{
    if (power <= a.places) {
        a.places -= power;
        return a;
    }
    struct number ten = NUMBER_ONE;
    mpz_t z;
    mpz_init(z);
    mpz_ui_pow_ui(z, 10, (unsigned long)(power - a.places));
    ten = from_gmp(arena, z, 0);
    a.places = 0;
    return number_multiply(arena, a, ten);
}

/* ---- Comparing ---- */

int number_sign(struct number a)
{
    if (a.form == NUMBER_SMALL)
        return a.high < 0 ? -1 : (a.high | (int64_t)(a.low != 0)) != 0;
    return big_of(a)->size < 0 ? -1 : 1;
}

int number_compare(struct number a, struct number b)
{
    int sign = number_sign(a), other = number_sign(b);
    if (sign != other)
        return sign < other ? -1 : 1;
    if (a.form == NUMBER_SMALL && b.form == NUMBER_SMALL) {
        __int128 x = coefficient(a), y = coefficient(b);
        int32_t power = a.places - b.places;
        bool compared = power == 0;
        if (power < 0)
            compared = -power < POWERS && !__builtin_mul_overflow(x, power_of_ten(-power), &x);
        else if (power > 0)
            compared = power < POWERS && !__builtin_mul_overflow(y, power_of_ten(power), &y);
        if (compared)
            return x < y ? -1 : x > y;
    }
    int32_t places = a.places > b.places ? a.places : b.places;
    mpz_t x, y;
    scaled(x, a, places - a.places);
    scaled(y, b, places - b.places);
    int order = mpz_cmp(x, y);
    mpz_clear(x);
    mpz_clear(y);
    return order < 0 ? -1 : order > 0;
}

bool number_huge(struct number a)
{
    if (a.places > PLACES_MAX)
        return true;
    return a.form == NUMBER_BIG && llabs(big_of(a)->size) > HUGE_LIMBS;
}

/* ---- Dividing with rounding ---- */

/* The whole number nearest to n / d, half away from zero, into n; d is not zero. */
static void nearest(mpz_t n, mpz_t d)
{
    bool negative = (mpz_sgn(n) < 0) != (mpz_sgn(d) < 0);
    mpz_abs(n, n);
    mpz_abs(d, d);
    mpz_mul_2exp(n, n, 1);
    mpz_add(n, n, d);
    mpz_mul_2exp(d, d, 1);
    mpz_fdiv_q(n, n, d);
    if (negative)
        mpz_neg(n, n);
}

/* a / b × 10^power to the nearest whole number, as z. */
static void quotient(mpz_t z, struct number a, struct number b, int32_t power)
{
    mpz_t d;
    int32_t shift = power + b.places - a.places;
    scaled(z, a, shift > 0 ? shift : 0);
    scaled(d, b, shift < 0 ? -shift : 0);
    nearest(z, d);
    mpz_clear(d);
}

/* The same in 128 bits, which nearly all are. */
static bool quotient_small(struct number a, struct number b, int32_t power, __int128 *ret)
{
    if (a.form != NUMBER_SMALL || b.form != NUMBER_SMALL)
        return false;
    __int128 n = coefficient(a), d = coefficient(b);
    int32_t shift = power + b.places - a.places;
    if (shift <= -POWERS || shift >= POWERS)
        return false;
    if (shift > 0 ? __builtin_mul_overflow(n, power_of_ten(shift), &n)
                  : __builtin_mul_overflow(d, power_of_ten(-shift), &d))
        return false;
    const __int128 limit = (__int128)1 << 125;
    if (n > limit || n < -limit || d > limit || d < -limit)
        return false;
    bool negative = (n < 0) != (d < 0);
    unsigned __int128 up = (unsigned __int128)(n < 0 ? -n : n), down = (unsigned __int128)(d < 0 ? -d : d);
    unsigned __int128 whole = up >> 64 || down >> 64 ? (2 * up + down) / (2 * down) : 0;
    if (!(up >> 64) && !(down >> 64)) { /* in 64 bits, which is many times as fast */
        uint64_t q = (uint64_t)up / (uint64_t)down, rest = (uint64_t)up % (uint64_t)down;
        whole = (unsigned __int128)q + (rest >= (uint64_t)down - rest);
    }
    *ret = negative ? -(__int128)whole : (__int128)whole;
    return true;
}

bool number_ratio(struct arena *arena, struct number a, struct number b, int32_t places, struct number *ret)
{
    if (number_sign(b) == 0)
        return false;
    __int128 units;
    if (quotient_small(a, b, places, &units)) {
        *ret = small(units, places);
        return true;
    }
    mpz_t z;
    quotient(z, a, b, places);
    *ret = from_gmp(arena, z, places);
    return true;
}

bool number_round(struct arena *arena, struct number a, struct number step, struct number *ret)
{
    if (number_sign(step) <= 0)
        return false;
    struct number count = NUMBER_ZERO;
    if (!number_ratio(arena, a, step, 0, &count))
        return false;
    *ret = number_multiply(arena, count, step);
    return true;
}

bool number_round_ratio(struct arena *arena, struct number a, struct number b, struct number step, struct number *ret)
{
    if (number_sign(step) <= 0 || number_sign(b) == 0)
        return false;
    struct number count = NUMBER_ZERO;
    if (!number_ratio(arena, a, number_multiply(arena, b, step), 0, &count))
        return false;
    *ret = number_multiply(arena, count, step);
    return true;
}

struct number number_round_places(struct arena *arena, struct number a, int32_t places)
{
    struct number result = a;
    if (a.places > places)
        must(number_ratio(arena, a, NUMBER_ONE, places, &result));
    return result;
}

/* ---- Keeping, showing ---- */

struct number number_plain(struct arena *arena, struct number a)
{
    if (a.form == NUMBER_SMALL) {
        __int128 units = coefficient(a);
        if (units == 0)
            return NUMBER_ZERO;
        while (a.places > 0 && units % 10 == 0) {
            units /= 10;
            a.places--;
        }
        return small(units, a.places);
    }
    mpz_t z;
    scaled(z, a, 0);
    return from_gmp(arena, z, a.places);
}

size_t number_size(struct number a)
{
    return a.form == NUMBER_BIG ? sizeof(struct number_big) + (size_t)llabs(big_of(a)->size) * sizeof(mp_limb_t) : 0;
}

struct number number_keep(struct arena *arena, struct number a)
{
    if (a.form == NUMBER_SMALL)
        return a;
    size_t size = number_size(a);
    void *copy = arena_alloc(arena, size, 1, _Alignof(struct number_big));
    memcpy(copy, big_of(a), size);
    a.low = (uint64_t)(uintptr_t)copy;
    return a;
}

/* The digits of the coefficient without its sign, and the sign. */
static struct slice digits_of(struct arena *arena, struct number a, bool *ret_negative)
{
    *ret_negative = number_sign(a) < 0;
    if (a.form == NUMBER_SMALL) {
        __int128 units = coefficient(a);
        unsigned __int128 rest = units < 0 ? -(unsigned __int128)units : (unsigned __int128)units;
        char text[40];
        size_t at = sizeof text;
        do
            text[--at] = (char)('0' + (int)(rest % 10));
        while ((rest /= 10) != 0);
        return arena_copy(arena, slice_from(text + at, sizeof text - at));
    }
    struct view v;
    mpz_srcptr z = view(a, &v);
    char *text = arena_array(arena, char, mpz_sizeinbase(z, 10) + 2);
    mpz_get_str(text, 10, z);
    return slice_of(text + *ret_negative);
}

static struct slice written(struct arena *arena, struct number a, bool commas)
{
    bool negative;
    struct slice digits = digits_of(arena, a, &negative);
    size_t places = (size_t)a.places, whole = digits.len > places ? digits.len - places : 0;
    struct buffer out = buffer_make(arena);
    if (negative)
        buffer_add_byte(&out, '-');
    if (whole == 0)
        buffer_add_byte(&out, '0');
    for (size_t i = 0; i < whole; i++) {
        if (commas && i > 0 && (whole - i) % 3 == 0)
            buffer_add_byte(&out, ',');
        buffer_add_byte(&out, digits.at[i]);
    }
    if (places == 0)
        return buffer_slice(&out);
    buffer_add_byte(&out, '.');
    for (size_t i = digits.len; i < places; i++)
        buffer_add_byte(&out, '0');
    buffer_add(&out, slice_part(digits, whole, digits.len));
    return buffer_slice(&out);
}

struct slice number_text(struct arena *arena, struct number a)
{
    return written(arena, number_plain(arena, a), false);
}

struct slice number_shown(struct arena *arena, struct number a, int32_t places, bool commas)
{
    struct number result = number_round_places(arena, a, places);
    if (result.places < places) {
        result = number_shift(arena, result, places);
        result.places = places; /* the same value, with the zeros that are wanted */
    }
    return written(arena, result, commas);
}

double number_real(struct number a)
{
    if (a.form == NUMBER_SMALL && a.places < 19) {
        __int128 units = coefficient(a);
        if (units < ((int64_t)1 << 53) && units > -((int64_t)1 << 53))
            return (double)(int64_t)units / (double)powers_64[a.places];
    }
    struct arena *scratch = arena_make(0);
    double value = strtod(arena_cstr(scratch, number_text(scratch, a)), NULL);
    arena_free(scratch);
    return value;
}
