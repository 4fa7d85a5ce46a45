/* score.h: the weight of one pair, for the files of this room. */
#ifndef STAITHE_LINK_SCORE_H
#define STAITHE_LINK_SCORE_H

#include "link/block.h"
#include "link/compare.h"
#include "link/threads.h"

/* Prior and parts, summed in the order of the comparisons, less score_near where it reaches the floor. */
float score_weight(const struct link_model *model, const struct compared *compared);
/* The bits that this takes away because family and neighbours agree like this too (0 and more): log2(1 + their odds
 * against strangers). */
double score_near(const struct link_model *model, const struct compared *compared);
/* A pair that was compared, with its verdict. */
struct link_edge score_edge(const struct comparer *comparer, struct link_pair pair, const struct compared *compared);
/* Puts the verdict in; a deterministic rule lifts the weight to the join threshold. */
void score_judge(const struct comparer *comparer, struct link_edge *edge);
/* ---- Many at a time (score_batch.c) ---- */

/* score_batch.c: of one thread. */
struct scorer {
    const struct comparer *comparer;
    struct memo *memo;
    struct compare_above above; /* rules: a deterministic one may lift a light pair */
};
void scorer_start(struct scorer *scorer, const struct comparer *comparer, struct memo *memo, double floor);
/* The edges of the floor or more of at most BLOCK_BATCH pairs, in their order; how many. */
size_t score_edges(const struct scorer *scorer, const struct link_pair *pairs, size_t count, struct link_edge *ret);

/* All pairs of these blocks of this weight or more, as link_score gives them. The comparer is bound. */
bool score_blocks(const struct blocks *blocks, const struct comparer *comparer, double floor,
                  const struct link_options *options, struct arena *arena, struct link_edges *ret,
                  struct error *err) MUST_USE;
/* ---- Without edges (score_components.c) ---- */

/* A pair of less than `join`, without what it was compared in. */
struct light_edge {
    uint32_t a, b; /* a < b */
    float weight;
};

enum { LIGHT_PIECE = 1 << 14 };
struct light_piece {
    struct light_piece *next;
    uint32_t count;
    struct light_edge edges[LIGHT_PIECE];
};

struct light_list {
    struct arena *arena;
    struct light_piece *newest;
};
void light_add(struct light_list *list, struct light_edge edge);

/* The pieces of several lists (NULL: none), for threads to share. */
struct light_pieces {
    const struct light_piece **pieces;
    size_t count;
};
struct light_pieces light_pieces(struct light_list *const *lists, size_t count, struct arena *arena);

/* What pairs of `join` and more hold together, and no edge kept for it: a pair whose two are one already is not even
 * compared. Of the others those that reach `floor` are kept, as most of them lie between components. */
struct scored {
    const struct blocks *blocks;
    const struct comparer *comparer;            /* bound */
    struct memo *memos[LINK_THREADS_MAX];       /* of as many threads as the options have */
    uint32_t *first;                            /* by record the least of its own */
    uint64_t pairs;                             /* that met */
    double join, floor;                         /* floor: join where only the components are wanted */
    struct light_list *light[LINK_THREADS_MAX]; /* some of them within a component; NULL where none are wanted */
};
/* Everything lives in the arena; blocks and comparer, which is bound, must outlive it. */
bool score_components(const struct blocks *blocks, const struct comparer *comparer, double join, double floor,
                      const struct link_options *options, struct arena *arena, struct scored *ret,
                      struct error *err) MUST_USE;

/* explain.c: the texts of a record that a comparison at this level compared; and what is said of score_near, bits, from
 * where on it is said. */
struct slice explain_values(const struct link_records *records, const struct link_comparison *comparison,
                            unsigned level, uint32_t record, struct arena *arena);
#define EXPLAIN_NEAR       "family and neighbours"
#define EXPLAIN_NEAR_LEVEL "two people near each other agree like this too"
#define EXPLAIN_NEAR_LEAST 0.005

#endif
