/* compare.h: two records to a comparison vector: a level for each field and the term-frequency part of its weight.
 *
 * A comparer ties records to a model. Bound, it holds what the model knows of each distinct value and token in arrays
 * by code; unbound, it asks the model each time: the answers are the same. It is read-only and shared; each thread has
 * a memo of its own, which changes speed only. Everything is symmetric: two values are put in an order of their own
 * before they are compared. */
#ifndef STAITHE_LINK_COMPARE_H
#define STAITHE_LINK_COMPARE_H

#include "link/model.h"
#include "link/records.h"

#include <math.h>

/* Columns, a bit each, by what the codes of a pair say of them. */
struct compare_columns {
    uint32_t missing, same, other;
};

struct comparer {
    const struct link_records *records;
    const struct link_model *model;
    const struct link_spec *spec;
    float average[LINK_COLUMNS_MAX]; /* bits that equality of the column is worth on average; 0: frequencies not used */
    /* By guard: where it cannot speak, and where it may be lifted. */
    struct {
        struct compare_columns silent, lifted;
    } guards[LINK_GUARDS_MAX];
    bool bound;
    /* Bound only, by plain code or token code: */
    float *value_bits[LINK_COLUMNS_MAX];    /* -log2 of the share */
    int8_t *equal_steps[LINK_COLUMNS_MAX];  /* what the frequency of an equal value adds */
    struct word *words[LINK_COLUMNS_MAX];   /* by place in the column's token_ids, so that a value's lie side by side */
    float *bag_most[LINK_FIELDS_MAX];       /* by field and plain code: the most bits that a bag with it can bring */
    double *value_counts[LINK_COLUMNS_MAX]; /* records in training that hold it; with guards only */
    uint8_t *in_company[LINK_COLUMNS_MAX];  /* stands in some pair of words that go together */
    uint64_t *partners[LINK_COLUMNS_MAX];   /* by token: bits (compare_partner) of those that it was learned with */
    float *token_bits[LINK_COLUMNS_MAX];    /* of an index alone, where there are no words: by place too */
    uint64_t *summaries[LINK_COLUMNS_MAX];  /* by plain code, what compare_summary.c tells levels by; 0: nothing */
    const struct summary_plan *plans[LINK_FIELDS_MAX], *inner_plans[2 * LINK_FIELDS_MAX]; /* or NULL */
    struct key_set learned_values[LINK_COLUMNS_MAX],
        learned_tokens[LINK_COLUMNS_MAX]; /* pairs: lesser << 32 | greater */
};

/* What the comparison of bags asks of a word nearly always, in one place. */
struct word {
    uint32_t token;
    float bits;
    uint64_t letters; /* as struct token has them, but in place of the digits enum word_flag */
};
enum word_flag {
    WORD_DIGITS = 1u << 26,
    WORD_SINGLE = 1u << 27,  /* one letter */
    WORD_LINES = 1u << 28,   /* stands in the table of nicknames */
    WORD_COMPANY = 1u << 29, /* in_company */
    WORD_LEARNED = 1u << 30, /* the model learned that it means the same as another */
    WORD_FLAGS = WORD_DIGITS | WORD_SINGLE | WORD_LINES | WORD_COMPANY | WORD_LEARNED,
};

struct memo; /* of one thread */

struct compared {
    uint8_t level[LINK_FIELDS_MAX];    /* 0: missing */
    int8_t frequency[LINK_FIELDS_MAX]; /* beside the level's weight; compare_frequency gives it in bits */
};

/* Frequencies are kept in twelfths of a bit: a byte of an edge holds them, and sums of them are exact. */
enum { COMPARE_STEPS = 12 };
extern const double compare_bits_of_steps[256]; /* a division for each field of each pair was seen */
static inline double compare_frequency(int8_t steps)
{
    return compare_bits_of_steps[steps + 128];
}

static inline int8_t compare_steps(float bits)
{
    return (int8_t)lrintf(bits * COMPARE_STEPS);
}

void comparer_start(struct comparer *comparer, const struct link_records *records, const struct link_model *model);
/* Fills the arrays from the arena, on so many threads. */
void comparer_bind(struct comparer *comparer, unsigned threads, struct arena *arena);
/* The parts of it: in training all but frequencies comes later, and more than once. `counted`: the model has just
 * counted these records (frequency_count), so nothing need be looked up. */
void comparer_bind_values(struct comparer *comparer, bool counted, unsigned threads, struct arena *arena);
void comparer_bind_learned(struct comparer *comparer, struct arena *arena);
void comparer_bind_weights(struct comparer *comparer, struct arena *arena);
/* The first level of a comparison whose test holds for two records, from 1; 0: every column it reads is missing on one
 * side or the other. And what the frequency of two values adds at a level, in steps. */
uint8_t compare_first_level(const struct comparer *comparer, const struct link_comparison *comparison, uint32_t a,
                            uint32_t b, int8_t *ret_frequency);
int8_t compare_level_frequency(const struct comparer *comparer, const struct link_level *level, uint32_t code_a,
                               uint32_t code_b);

/* ---- Many at a time (compare_batch.c) ---- */

struct memo *memo_make(const struct link_spec *spec, struct arena *arena);

/* Pairs are best compared many at a time: what they need from memory is then called for together. memo may be NULL. */
enum { COMPARE_BATCH = 64 };
void compare_batch(const struct comparer *comparer, struct memo *memo, const struct link_pair *pairs, size_t count,
                   struct compared *ret);
/* One comparison alone: sets its level and frequency in each. */
void compare_one(const struct comparer *comparer, struct memo *memo, size_t f, const struct link_pair *pairs,
                 size_t count, struct compared *ret);
/* All comparisons, for those pairs alone that may weigh `floor` or more (rules: or that one which joins may hold for):
 * what costs most, fields of several columns and, where the comparer is bound, bags of tokens, is not compared where
 * the rest and the most that it can bring stay below. Puts what is left to the front of pairs and ret; how many. */
struct compare_above {
    double floor;
    bool rules;
    bool any;                     /* fields of several columns */
    double most[LINK_FIELDS_MAX]; /* of those: what they bring where their first level fails */
};
void compare_above_start(struct compare_above *above, const struct comparer *comparer, double floor, bool rules);
size_t compare_batch_above(const struct comparer *comparer, struct memo *memo, const struct compare_above *above,
                           struct link_pair *pairs, size_t count, struct compared *ret);
void compare_records(const struct comparer *comparer, struct memo *memo, uint32_t a, uint32_t b, struct compared *ret);

static inline uint64_t compare_pattern(const struct compared *compared, size_t fields)
{
    uint64_t pattern = 0;
    for (size_t f = 0; f < fields; f++)
        pattern |= (uint64_t)compared->level[f] << (6 * f);
    return pattern;
}

/* Bits of a value's agreement, and of the token at a place of the column's token_ids; whether the model learned that
 * two values or tokens mean the same. */
float compare_value_bits(const struct comparer *comparer, size_t column, uint32_t code);
float compare_token_bits(const struct comparer *comparer, size_t column, size_t place);
double compare_value_count(const struct comparer *comparer, size_t column, uint32_t code);
bool compare_learned(const struct comparer *comparer, size_t column, bool token, uint32_t a, uint32_t b);
/* Whether two records hold, one each, two values or tokens that the model learned. Needs a comparer that is bound. */
bool compare_has_learned(const struct comparer *comparer, uint32_t a, uint32_t b);

/* compare_class.c: degree of agreement of one column, as conditions ask for it: bits of enum link_class. */
unsigned compare_class(const struct comparer *comparer, size_t column, uint32_t a, uint32_t b);
void compare_guards_start(struct comparer *comparer); /* comparer_start does */
/* What rules and guards say; *ret_guard is the number of the one that speaks + 1, or 0. */
enum link_verdict compare_verdict(const struct comparer *comparer, uint32_t a, uint32_t b, uint8_t *ret_guard);
/* Whether a rule that joins may hold for two records, as far as can be seen from what is missing and what is the same:
 * where none can, a pair that weighs too little for an edge needs no verdict. */
bool compare_rule_possible(const struct comparer *comparer, uint32_t a, uint32_t b);

/* compare_bag.c: bags of tokens: matched information and conflict, both in bits; and their level. */
struct bag {
    float matched, conflict;
};
struct word compare_word(const struct comparer *comparer, size_t column, uint32_t token, float bits);
struct token_memo;
struct token_memo *token_memo_make(struct arena *arena);
/* memo may be NULL. */
struct bag compare_bags(const struct comparer *comparer, struct token_memo *memo, size_t column, bool fuzzy,
                        uint32_t code_a, uint32_t code_b);
uint8_t compare_bag_level(struct bag bag, float *ret_frequency);
/* The most that a bag of so many bits can bring, given the weights of the levels, which the limits refer to. */
struct bag_limits {
    const double *weights;
    bool frequency;
    float below[LINK_BINS + 1]; /* by bin: the most that all lesser bins bring where they are full */
};
void compare_bag_limits(const double *weights, bool frequency, struct bag_limits *ret);
float compare_bag_most(const struct bag_limits *limits, float bits);
/* The middle of an information bin, in bits. */
double compare_bin_middle(unsigned bin);

static inline float compare_clamp(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

/* A bit for a token, of few: that it is set among a token's partners is likely but not certain proof. */
static inline uint64_t compare_partner(uint32_t token)
{
    return 1ull << (token * 0x9e3779b1u >> 26);
}

/* A pair of codes, the lesser first, as a number of its own with all bits alike: its highest are a place in a table,
 * its lowest then tell it from all others there. */
static inline uint64_t compare_mixed(uint32_t a, uint32_t b)
{
    return ((uint64_t)a << 32 | b) * 0x9e3779b97f4a7c15ull;
}

#endif
