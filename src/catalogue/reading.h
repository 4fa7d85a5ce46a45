/* reading.h: what the readers of one file each (contract.c, agreement.c) share with the reader of the county
 * (catalogue.c).
 *
 * Private to the room. The trees are handed out beside what was read, so that the cross-checks of the whole can name
 * the line and column of what does not hang together. */
#ifndef STAITHE_CATALOGUE_READING_H
#define STAITHE_CATALOGUE_READING_H

#include "catalogue/catalogue.h"

bool contract_read_tree(struct slice text, struct slice file, struct arena *arena, struct yaml *ret_tree,
                        struct source *ret, struct error *err) MUST_USE;
bool agreement_read_tree(struct slice text, struct slice file, struct arena *arena, struct yaml *ret_tree,
                         struct agreement *ret, struct error *err) MUST_USE;

/* A name that becomes part of SQL and of addresses: a small letter, then small letters, digits and underscores, 40 at
 * most. `what` is the thing as in "a column". */
bool name_check(struct slice name, const struct yaml *place, const char *what, struct error *err) MUST_USE;

/* Fails at `place` with the nearest of `known` as a suggestion: `"gp_lst" is no source of this county; did you mean
 * "gp_list"?` */
bool unknown_word(const struct yaml *place, struct slice word, const char *what, const struct slice *known,
                  size_t count, struct error *err);

/* The place of the n-th scalar of a sequence under `key` (or of the scalar itself, where one stands for a list of one).
 */
const struct yaml *place_of(const struct yaml *node, const char *key, size_t n);

#endif
