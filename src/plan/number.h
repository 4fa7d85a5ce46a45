/* number.h: exact decimal numbers of any length, for sums of money that are multiplied year after year.
 *
 * A number is coefficient × 10^-places. The coefficient stands in the number itself while it fits 128 bits (about 38
 * digits); past that it is a big integer of GMP's limbs in an arena. A tax base that grows by 1.030099 a year gains six
 * decimal places a year, so a plan of ten years needs 67 digits: nothing is cut, nothing is floating point.
 *
 * Adding, subtracting and multiplying are exact. Dividing exists only together with the rounding that it needs:
 * number_ratio, number_round, number_round_ratio. Half is rounded away from zero, as councils' tables do.
 *
 * A number is 24 bytes, passed by value. A big one points into the arena it was made in and lives as long as that;
 * number_keep copies it to another. Trailing zeros of the decimals mean nothing: compare by number_compare, never by
 * bytes. All functions are pure but for the arena: any thread, each with its own arena. The common case (both within 64
 * bits) costs a few nanoseconds. */
#ifndef STAITHE_PLAN_NUMBER_H
#define STAITHE_PLAN_NUMBER_H

#include "base/arena.h"

enum number_form { NUMBER_SMALL, NUMBER_BIG };

/* Zeroed memory is the number 0. */
struct number {
    uint64_t low; /* of the coefficient in two's complement; NUMBER_BIG: the address of a struct number_big */
    int64_t high;
    int32_t places; /* digits after the point, 0 or more */
    uint32_t form;
};

/* A number past this many digits is number_huge: whoever multiplies in a loop looks, and refuses. */
#define NUMBER_DIGITS_MAX 20000

struct number number_of(int64_t units, int32_t places);
#define NUMBER_ZERO ((struct number){0})
#define NUMBER_ONE  ((struct number){.low = 1})

/* Digits with one point at most, an optional sign before them; the whole slice. "-7.400" keeps its three places. False
 * on anything else and past NUMBER_DIGITS_MAX digits. */
bool number_read(struct slice text, struct arena *arena, struct number *ret) MUST_USE;

struct number number_add(struct arena *arena, struct number a, struct number b);
struct number number_subtract(struct arena *arena, struct number a, struct number b);
struct number number_multiply(struct arena *arena, struct number a, struct number b);
struct number number_negate(struct arena *arena, struct number a);
struct number number_absolute(struct arena *arena, struct number a);
/* a × 10^power: 1.99 as a percentage is number_shift(arena, a, -2). */
struct number number_shift(struct arena *arena, struct number a, int32_t power);

/* a / b to so many places. False when b is zero. */
bool number_ratio(struct arena *arena, struct number a, struct number b, int32_t places, struct number *ret) MUST_USE;
/* The multiple of `step` nearest to a: number_round(…, 44.722, 0.250) is 44.750. False when step is not above zero. */
bool number_round(struct arena *arena, struct number a, struct number step, struct number *ret) MUST_USE;
/* The multiple of `step` nearest to the exact a / b. False when b is zero or step not above zero. */
bool number_round_ratio(struct arena *arena, struct number a, struct number b, struct number step,
                        struct number *ret) MUST_USE;
/* To so many places. */
struct number number_round_places(struct arena *arena, struct number a, int32_t places);

int number_compare(struct number a, struct number b); /* below 0, 0, above 0 */
static inline bool number_equal(struct number a, struct number b)
{
    return number_compare(a, b) == 0;
}
int number_sign(struct number a); /* -1, 0, 1 */
bool number_huge(struct number a);

/* The same value without trailing zeros after the point, small when it fits. */
struct number number_plain(struct arena *arena, struct number a);
/* A copy whose big coefficient, if any, lies in this arena. */
struct number number_keep(struct arena *arena, struct number a);
/* The bytes that a number holds in its arena: 0 for a small one. */
size_t number_size(struct number a);

/* The exact value, shortest: "-17.7872". */
struct slice number_text(struct arena *arena, struct number a);
/* Rounded to so many places, all of them written, with a comma at each thousand when wanted: "1,387.982". A value that
 * rounds to zero has no sign. */
struct slice number_shown(struct arena *arena, struct number a, int32_t places, bool commas);
/* The nearest double, for charts and draws; never for a published figure. */
double number_real(struct number a);

#endif
