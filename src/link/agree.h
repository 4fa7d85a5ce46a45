/* agree.h: whether two values of a column agree in some way. Pure functions of the two values' features; the same for
 * (a, b) and (b, a) but where a value is cut at 64 bytes. */
#ifndef STAITHE_LINK_AGREE_H
#define STAITHE_LINK_AGREE_H

#include "link/records.h"

/* Tokens: forms of one given name. */
bool agree_nickname_tokens(const struct token *a, const struct token *b);
/* Of whole values: their first names are forms of one name, and one of them gives no more than that. */
bool agree_nickname(const struct column *column, const struct value *a, const struct value *b);
/* A slip in a short form: "Magie" for Margaret. Of the two at least one must be in no line itself. */
bool agree_near_nickname(const struct column *column, const struct value *a, const struct value *b);
/* All tokens of the one among those of the other. */
bool agree_contains(const struct column *column, const struct value *a, const struct value *b);
/* The same, and none of them is an initial. */
bool agree_within(const struct column *column, const struct value *a, const struct value *b);
/* The same words in another order; of two words, one may be another form: "Webb Jacqueline" and "Jackie Webb". */
bool agree_swapped_names(const struct column *column, const struct value *a, const struct value *b);
/* One is the other's initial. */
bool agree_initial(struct slice a, struct slice b);
/* The digits of both, in their order: petra.yarrowby43 and petra.yarrowby56 are two people's. */
bool agree_digits(struct slice a, struct slice b);
/* Numbers, each with a sign or currency before it and a unit behind it at the most, that are apart by at most this
 * share of the greater: 1,299.00 and £1280. False when either is none. */
bool agree_near(struct slice a, struct slice b, double share);
bool agree_prefix(struct slice a, unsigned length_a, struct slice b, unsigned length_b);
bool agree_soundex(struct slice a, struct slice b);
/* One of the tests that read dates. False when either is none. */
bool agree_dates(enum link_test test, double argument, const struct value *a, const struct value *b);
/* Only a year on one side, and one off: as reckoned from an age. */
bool agree_year_from_age(const struct value *a, const struct value *b);

#endif
