/* compare.h: two records to a comparison vector: a level for each field and the term-frequency part of its weight.
 *
 * A comparer ties records to a model. Bound, it holds the frequency of each distinct value and token in arrays;
 * unbound, it asks the model each time: the answers are the same. It is read-only and shared; each thread has a memo of
 * its own, which changes speed only. Everything is symmetric: values are put in byte order before they are compared. */
#ifndef STAITHE_LINK_COMPARE_H
#define STAITHE_LINK_COMPARE_H

#include "link/model.h"
#include "link/records.h"

struct comparer {
    const struct link_records *records;
    const struct link_model *model;
    const struct link_spec *spec;
    float *value_bits[LINK_COLUMNS_MAX]; /* by plain code: -log2 of the share; NULL: not bound */
    float *token_bits[LINK_COLUMNS_MAX];
    double *value_counts[LINK_COLUMNS_MAX]; /* by plain code: records in training that hold it; with guards only */
    uint8_t *in_company[LINK_COLUMNS_MAX];  /* by token: stands in some pair of words that go together */
};

struct memo; /* of one thread */

struct compared {
    uint8_t level[LINK_FIELDS_MAX];   /* 0: missing */
    float frequency[LINK_FIELDS_MAX]; /* bits, beside the level's weight */
};

void comparer_start(struct comparer *comparer, const struct link_records *records, const struct link_model *model);
/* Fills the arrays from the arena. */
void comparer_bind(struct comparer *comparer, struct arena *arena);
struct memo *memo_make(const struct link_spec *spec, struct arena *arena);

/* memo may be NULL. */
void compare_records(const struct comparer *comparer, struct memo *memo, uint32_t a, uint32_t b, struct compared *ret);

static inline uint64_t compare_pattern(const struct compared *compared, size_t fields)
{
    uint64_t pattern = 0;
    for (size_t f = 0; f < fields; f++)
        pattern |= (uint64_t)compared->level[f] << (6 * f);
    return pattern;
}

/* Degree of agreement of one column, as conditions ask for it: bits of enum link_class. */
unsigned compare_class(const struct comparer *comparer, size_t column, uint32_t a, uint32_t b);
/* What rules and guards say; *ret_guard is the number of the one that speaks + 1, or 0. */
enum link_verdict compare_verdict(const struct comparer *comparer, uint32_t a, uint32_t b, uint8_t *ret_guard);

/* Bags of tokens: matched information and conflict, both in bits; and their level. */
struct bag {
    float matched, conflict;
};
struct bag compare_bags(const struct comparer *comparer, struct memo *memo, size_t column, bool fuzzy, uint32_t code_a,
                        uint32_t code_b);
uint8_t compare_bag_level(struct bag bag, float *ret_frequency);
/* The middle of an information bin, in bits. */
double compare_bin_middle(unsigned bin);

#endif
