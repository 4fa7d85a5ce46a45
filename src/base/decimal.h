/* decimal.h: exact decimal numbers: a whole number of units of ten to the minus scale, in 128 bits.
 *
 * For money and counted quantities in records. Nothing is rounded unless decimal_round says so; results that do not
 * fit are refused, never wrapped. (The planning engine, which compounds for years, uses GMP instead.) */
#ifndef STAITHE_BASE_DECIMAL_H
#define STAITHE_BASE_DECIMAL_H

#include "base/arena.h"

struct decimal {
    __int128 units;
    uint8_t scale; /* 0 to 18 digits after the point */
};

enum decimal_rounding { ROUND_HALF_UP /* away from zero */, ROUND_HALF_EVEN, ROUND_DOWN /* towards zero */ };

/* Whole slice, trimmed: "-1,234.50", "£12.5", "(12.50)" for minus when money is true; plain digits else. */
bool decimal_read(struct slice text, bool money, struct decimal *ret) MUST_USE;
struct slice decimal_text(struct arena *arena, struct decimal d);
int decimal_compare(struct decimal a, struct decimal b);
bool decimal_add(struct decimal a, struct decimal b, struct decimal *ret) MUST_USE;
bool decimal_subtract(struct decimal a, struct decimal b, struct decimal *ret) MUST_USE;
bool decimal_multiply(struct decimal a, struct decimal b, struct decimal *ret) MUST_USE;
bool decimal_round(struct decimal d, uint8_t scale, enum decimal_rounding how, struct decimal *ret) MUST_USE;

#endif
