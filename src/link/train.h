/* train.h: the stages of training, apart so that each can be tested. */
#ifndef STAITHE_LINK_TRAIN_H
#define STAITHE_LINK_TRAIN_H

#include "link/block.h"
#include "link/compare.h"
#include "link/patterns.h"

/* train.c: link_train, and the blocks and the bound comparer that it made, in the arena: those that scoring with this
 * model makes too. */
bool train_and_keep_blocks(struct link_records *records, const struct link_options *options, struct arena *arena,
                           struct link_model **ret, struct link_training *ret_training, struct arena *block_arena,
                           struct blocks *ret_blocks, struct comparer *ret_comparer, struct error *err) MUST_USE;

/* Who marries, is called by a nickname or goes by a title keeps some part of the name. */
#define EM_STRANGERS 0.005
/* Some people move between two records, however few of those that were found did: who did not agree in a home was
 * hardly ever found. */
#define EM_MOVED 0.05
/* Some fathers and sons of one home have one name, whether or not there are pairs that say so: where birth dates tell
 * them apart. */
#define EM_NAMESAKES 0.01
#define EM_NEAR      0.97 /* the least share of people near each other in `near_levels` */

/* em.c: maximum likelihood of m and of the share of matches, u fixed, over a universe of pairs of which only `patterns`
 * were looked at; the others count as non-matches. m, r and the shares hold the start and then the result. Returns the
 * number of rounds; *ret_converged is false when 300 rounds were not enough. */
struct em {
    size_t field_count;
    const unsigned *level_counts;
    const uint64_t *against;     /* per field: the levels that speak of another person, bit by number */
    const double *different_max; /* per field: bound on m of these together, 1 for none */
    const uint64_t *strangers;   /* per field: of these, the levels of wholly other names: EM_STRANGERS at most */
    const uint64_t *moved;       /* per field: the levels of another home: EM_MOVED at least */
    const uint64_t *equal;       /* per field: the levels of agreement in full */
    const double *equal_min;     /* per field: the least m of these together, 0 for none */
    const uint64_t *namesakes;   /* per field: of whole names that agree: EM_NAMESAKES at least of near ones */
    const uint64_t *near_levels[LINK_NEAR]; /* per field: the levels where nearly all of these are, 0: anywhere */
    const bool *train;
    struct levels *levels;                    /* m and r are found, u is given */
    double universe, lambda, near[LINK_NEAR]; /* near: 0 for a model without them */
    double matches;                           /* expected, after em_run */
    double likelihood;                        /* log of it, against that of strangers alone, after em_run */
};
unsigned em_run(struct em *em, const struct pattern_count *patterns, size_t count, bool *ret_converged);

/* frequency.c: counts values and tokens into the model. False when it was stopped. */
bool frequency_count(const struct link_records *records, const struct link_options *options, struct link_model *model,
                     struct error *err) MUST_USE;

/* sample.c: the pairs that a model is fitted to, each compared once: random ones, and a sample of those that meet. When
 * a model has learned value pairs, sample_again compares anew those in which one of them stands, and no others. */
struct sample;
bool sample_random(const struct comparer *comparer, const struct link_options *options, struct arena *arena,
                   struct sample **ret, struct error *err) MUST_USE;
bool sample_blocked(const struct comparer *comparer, const struct blocks *blocks, const struct link_options *options,
                    struct arena *arena, struct sample **ret, struct error *err) MUST_USE;
bool sample_again(const struct comparer *comparer, struct sample *sample, const struct link_options *options,
                  struct error *err) MUST_USE;
/* The distinct patterns in order; each pair counts for as many as it stands for. */
struct pattern_count *sample_patterns(const struct sample *sample, struct arena *arena, size_t *ret_count,
                                      uint64_t *ret_pairs);

/* chance.c: u of every level, from the patterns of random pairs, and from value frequencies where they say it exactly.
 * With `known`, the model's m, u and lambda tell how likely each pattern is a match, and matches are taken out: in a
 * small table of many duplicates a random pair is one often enough to spoil u. Then the blocked pairs speak too: those
 * of them that are no matches are a floor under u, the only measure of levels that no sample sees. */
struct pattern_list {
    struct pattern_count *patterns;
    size_t count;
};
/* By field and level: how often two strangers bear one name, by its words' shares alone: a floor under u. Where nobody
 * has a birth date, all who do may look like matches that have moved, and, taken out of u as such, be so for good. */
struct namesakes {
    double of[LINK_FIELDS_MAX][LINK_PATTERN_LEVELS];
};
void chance_namesakes(const struct comparer *comparer, struct namesakes *ret);
void chance_levels(struct link_model *model, struct pattern_list random, struct pattern_list blocked,
                   const struct namesakes *namesakes, bool known);

/* common.c: takes out of the model's keys too common to block on those whose records are mostly one entity's, as the
 * model weighs a few of them; if they bring a twentieth of the pairs of these blocks, else none (*ret_freed). Then the
 * model must be finished, and the blocks be made, anew. The comparer is bound. False when it was stopped. */
bool common_free(const struct comparer *comparer, const struct blocks *blocks, struct link_model *model,
                 const struct link_options *options, bool *ret_freed, struct error *err) MUST_USE;

/* twice.c: whether a source seems to hold somebody, or something, more than once; true where nothing tells. */
bool records_hold_twice(const struct link_records *records);

/* learn.c: value pairs that stand together in many clusters though they are not spelt alike. `cluster` by record: the
 * number of one of its own. */
bool learn_pairs(const struct link_records *records, struct link_model *model, const uint32_t *cluster,
                 const struct link_options *options, struct error *err) MUST_USE;

#endif
