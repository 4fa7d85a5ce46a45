/* similar.h: how alike two short texts are. Pure functions on bytes of folded text. */
#ifndef STAITHE_LINK_SIMILAR_H
#define STAITHE_LINK_SIMILAR_H

#include "base/slice.h"

/* Jaro-Winkler similarity, 0 to 1 (Winkler 1990: common prefix of at most four, scale 0.1, at any Jaro value). Texts
 * longer than 64 bytes are cut there. Two empty texts give 0. */
double similar_jaro_winkler(struct slice a, struct slice b);
/* True when one edit (insert, delete, replace, or swap of neighbours) makes one the other, or they are equal. */
bool similar_one_edit(struct slice a, struct slice b);
/* True when one is a known short or other form of the other given name, or both are of one name: bill, will and william. */
bool similar_nickname(struct slice a, struct slice b);

#endif
