/* similar.h: how alike two short texts are. Pure functions on bytes of folded text. */
#ifndef STAITHE_LINK_SIMILAR_H
#define STAITHE_LINK_SIMILAR_H

#include "base/arena.h"

/* Jaro-Winkler similarity, 0 to 1 (Winkler 1990: common prefix of at most four, scale 0.1, at any Jaro value). Texts
 * longer than 64 bytes are cut there. Two empty texts give 0. */
double similar_jaro_winkler(struct slice a, struct slice b);
/* True when one edit (insert, delete, replace, or swap of neighbours) makes one the other, or they are equal. */
bool similar_one_edit(struct slice a, struct slice b);
/* Known short and other forms of given names (nickname.c). Each name stands in some lines of the table; two names that
 * share a line are forms of one name: bill, will and william. */
enum { NICKNAME_LINES = 7 };
struct nicknames;
struct nicknames *nicknames_make(struct arena *arena) MUST_USE;
/* The lines (from 1) that a folded name stands in, at most NICKNAME_LINES; how many. */
unsigned nicknames_lines(const struct nicknames *nicknames, struct slice name, uint16_t ret_lines[NICKNAME_LINES]);
/* The same for a folded name of four letters or more that stands in no line: the lines of the names that one edit makes
 * of it, as "dafid" and "davvy" are one letter from David's line. */
unsigned nicknames_near(const struct nicknames *nicknames, struct slice name, uint16_t ret_lines[NICKNAME_LINES]);
/* All other names that share a line with this folded one, each once, in the order of the table; how many. For
 * searching. */
size_t nickname_forms(struct slice name, struct arena *arena, struct slice **ret);

#endif
