/* 128 bits hold 38 digits: any sum that a county counts, at 18 places, with room to multiply. Every step checks for
 * overflow; two numbers are compared by their whole parts and then by their fractions brought to 18 places, because
 * bringing the whole numbers to one scale may not fit. */
#include "base/decimal.h"

#define MOST_PLACES 18

static __int128 power_of_ten(unsigned n)
{
    __int128 p = 1;
    while (n--)
        p *= 10;
    return p;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool take(struct slice *s, struct slice prefix)
{
    if (!slice_starts(*s, prefix))
        return false;
    *s = slice_part(*s, prefix.len, s->len);
    return true;
}

/* Digits with commas between groups of three, once there is a comma at all. */
static bool groups_fit(struct slice whole)
{
    size_t comma = slice_find(whole, ',');
    if (comma == whole.len)
        return true;
    if (comma == 0 || comma > 3 || (whole.len - comma) % 4 != 0)
        return false;
    for (size_t i = comma; i < whole.len; i++)
        if ((whole.at[i] == ',') != ((i - comma) % 4 == 0))
            return false;
    return true;
}

bool decimal_read(struct slice text, bool money, struct decimal *ret)
{
    struct slice s = slice_trim(text);
    bool negative = false, sign = false;
    if (money && s.len >= 2 && s.at[0] == '(' && s.at[s.len - 1] == ')') {
        negative = sign = true;
        s = slice_trim(slice_part(s, 1, s.len - 1));
    }
    /* The sign stands before the pound or behind it. */
    for (int i = 0; i < 2; i++) {
        bool minus = take(&s, S("-")) || (money && take(&s, S("\xe2\x88\x92")));
        if (minus || take(&s, S("+"))) {
            if (sign)
                return false;
            sign = true;
            negative = minus;
        }
        if (i == 0 && (!money || !take(&s, S("£"))))
            break;
    }
    size_t point = slice_find(s, '.');
    struct slice whole = slice_part(s, 0, point), fraction = slice_part(s, point + 1, s.len);
    if (point < s.len ? fraction.len == 0 || fraction.len > MOST_PLACES : whole.len == 0)
        return false;
    if (money && !groups_fit(whole))
        return false;
    __int128 units = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (i == point || (money && i < point && c == ','))
            continue;
        if (!is_digit(c))
            return false;
        if (__builtin_mul_overflow(units, 10, &units) || __builtin_add_overflow(units, c - '0', &units))
            return false;
    }
    *ret = (struct decimal){negative ? -units : units, (uint8_t)fraction.len};
    return true;
}

struct slice decimal_text(struct arena *arena, struct decimal d)
{
    must(d.scale <= MOST_PLACES);
    char digits[48];
    size_t at = sizeof digits;
    unsigned __int128 rest = d.units < 0 ? -(unsigned __int128)d.units : (unsigned __int128)d.units;
    for (unsigned i = 0; rest > 0 || i <= d.scale; i++) {
        if (d.scale && i == d.scale)
            digits[--at] = '.';
        digits[--at] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    }
    if (d.units < 0)
        digits[--at] = '-';
    return arena_copy(arena, slice_from(digits + at, sizeof digits - at));
}

int decimal_compare(struct decimal a, struct decimal b)
{
    __int128 one_a = power_of_ten(a.scale), one_b = power_of_ten(b.scale);
    __int128 whole_a = a.units / one_a, whole_b = b.units / one_b;
    if (whole_a != whole_b)
        return whole_a < whole_b ? -1 : 1;
    __int128 fraction_a = a.units % one_a * power_of_ten(MOST_PLACES - a.scale);
    __int128 fraction_b = b.units % one_b * power_of_ten(MOST_PLACES - b.scale);
    return fraction_a < fraction_b ? -1 : fraction_a > fraction_b;
}

static bool to_scale(struct decimal d, uint8_t scale, __int128 *ret_units)
{
    return !__builtin_mul_overflow(d.units, power_of_ten(scale - d.scale), ret_units);
}

bool decimal_add(struct decimal a, struct decimal b, struct decimal *ret)
{
    uint8_t scale = a.scale > b.scale ? a.scale : b.scale;
    __int128 x, y, sum;
    if (!to_scale(a, scale, &x) || !to_scale(b, scale, &y) || __builtin_add_overflow(x, y, &sum))
        return false;
    *ret = (struct decimal){sum, scale};
    return true;
}

bool decimal_subtract(struct decimal a, struct decimal b, struct decimal *ret)
{
    uint8_t scale = a.scale > b.scale ? a.scale : b.scale;
    __int128 x, y, difference;
    if (!to_scale(a, scale, &x) || !to_scale(b, scale, &y) || __builtin_sub_overflow(x, y, &difference))
        return false;
    *ret = (struct decimal){difference, scale};
    return true;
}

/* Drops zeros at the end, which changes no value, to make room. */
static struct decimal shortest(struct decimal d)
{
    while (d.scale > 0 && d.units % 10 == 0) {
        d.units /= 10;
        d.scale--;
    }
    return d;
}

bool decimal_multiply(struct decimal a, struct decimal b, struct decimal *ret)
{
    __int128 product;
    if (a.scale + b.scale > MOST_PLACES || __builtin_mul_overflow(a.units, b.units, &product)) {
        a = shortest(a);
        b = shortest(b);
        if (__builtin_mul_overflow(a.units, b.units, &product))
            return false;
    }
    struct decimal result = {product, (uint8_t)(a.scale + b.scale)};
    if (result.scale > MOST_PLACES)
        result = shortest(result);
    if (result.scale > MOST_PLACES)
        return false;
    *ret = result;
    return true;
}

bool decimal_round(struct decimal d, uint8_t scale, enum decimal_rounding how, struct decimal *ret)
{
    must(scale <= MOST_PLACES && d.scale <= MOST_PLACES);
    __int128 units;
    if (scale >= d.scale) {
        if (!to_scale(d, scale, &units))
            return false;
        *ret = (struct decimal){units, scale};
        return true;
    }
    __int128 one = power_of_ten(d.scale - scale), rest = d.units % one;
    units = d.units / one;
    if (rest < 0)
        rest = -rest;
    bool away = how == ROUND_HALF_UP
                    ? rest * 2 >= one
                    : how == ROUND_HALF_EVEN && (rest * 2 > one || (rest * 2 == one && units % 2 != 0));
    if (away)
        units += d.units < 0 ? -1 : 1;
    *ret = (struct decimal){units, scale};
    return true;
}
