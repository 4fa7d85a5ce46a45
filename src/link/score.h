/* score.h: the weight of one pair, for the files of this room. */
#ifndef STAITHE_LINK_SCORE_H
#define STAITHE_LINK_SCORE_H

#include "link/block.h"
#include "link/compare.h"

/* Prior and parts, summed in the order of the comparisons, less score_near where it reaches the floor. */
float score_weight(const struct link_model *model, const struct compared *compared);
/* The bits that this takes away because family and neighbours agree like this too (0 and more): log2(1 + their odds
 * against strangers). */
double score_near(const struct link_model *model, const struct compared *compared);
/* A pair that was compared, with its verdict. */
struct link_edge score_edge(const struct comparer *comparer, struct link_pair pair, const struct compared *compared);
/* Puts the verdict in; a deterministic rule lifts the weight to the join threshold. */
void score_judge(const struct comparer *comparer, struct link_edge *edge);
/* All pairs of these blocks of this weight or more, as link_score gives them. */
bool score_blocks(const struct blocks *blocks, const struct link_model *model, double floor,
                  const struct link_options *options, struct arena *arena, struct link_edges *ret,
                  struct error *err) MUST_USE;
/* What pairs of `join` and more hold together: by record the least of its own, in `ret_first`, which has room for all.
 * No edge is kept, and a pair whose two are one already is not compared. *ret_pairs: that met. */
bool score_components(const struct blocks *blocks, const struct link_model *model, double join,
                      const struct link_options *options, uint32_t *ret_first, uint64_t *ret_pairs,
                      struct error *err) MUST_USE;

#endif
