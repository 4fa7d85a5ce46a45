/* model.h: a frozen model inside. Made by train.c or read by model.c, then never changed. */
#ifndef STAITHE_LINK_MODEL_H
#define STAITHE_LINK_MODEL_H

#include "link/dictionary.h"
#include "link/spec.h"

enum { LINK_MODEL_VERSION = 1 };

/* How often the values of a column stand in the training records. Rare ones are not named. */
struct frequencies {
    bool used;
    uint64_t filled; /* records that have the column */
    double equal;    /* chance that two records agree by chance: sum of squares of the shares */
    double rest;     /* count taken for a value that is not named: what a record of such a value sees on average */
    struct dictionary values;
    uint32_t *counts; /* by code of `values` */
    size_t count_capacity;
};

/* Two people who agree in more than strangers do. */
enum link_near {
    LINK_FAMILY,    /* share a family name, mostly a home */
    LINK_NEIGHBOUR, /* share a home, a postcode, a telephone, but no name */
    LINK_NEAR
};
extern const char *const near_words[LINK_NEAR]; /* family, neighbours */

struct levels {
    double m[LINK_PATTERN_LEVELS], u[LINK_PATTERN_LEVELS]; /* from 1; of pairs in which it is not missing */
    double weight[LINK_PATTERN_LEVELS];                    /* log2(m / u), bounded; 0 for missing */
    double r[LINK_NEAR][LINK_PATTERN_LEVELS];              /* of two people who are near each other */
    double near[LINK_NEAR][LINK_PATTERN_LEVELS];           /* log2(r / u), bounded likewise */
};

/* A set of 64-bit keys. */
struct key_set {
    uint64_t *slots; /* 0 is free; the key 0 is never in the set */
    size_t slot_count, count;
};

/* Blocks of more records than COMMON_LARGEST are never one entity's. */
enum { COMMON_SAMPLE = 8, COMMON_LARGEST = 2000 };

struct common_key {
    uint64_t key;
    struct slice text; /* what it is made of, for people */
    uint32_t records;
    uint32_t sample[COMMON_SAMPLE]; /* in training: some of its records, that differ where any do */
    uint32_t sampled;               /* how many */
};

/* Two words of a column that stand together far more often than their shares explain: sir and baronet. The second tells
 * `bits` less. */
struct word_pair {
    uint16_t column;
    struct slice a, b; /* in byte order */
    double bits;
};

struct word_pairs {
    struct word_pair *pairs; /* by column and texts */
    size_t count;
    uint64_t *keys; /* open addressing: model_pair_key, 0 free */
    float *bits;
    size_t slot_count;
};

struct learned_pair {
    uint16_t column;
    bool token;        /* of tokens, else of whole values */
    struct slice a, b; /* in byte order */
    double bits;
};

struct link_model {
    const struct link_spec *spec;
    struct arena *arena;
    uint64_t records;             /* trained on */
    double universe;              /* pairs */
    double lambda;                /* share of matches among them */
    double prior;                 /* log2 of its odds */
    double near[LINK_NEAR];       /* shares of such pairs; 0: the model knows none */
    double near_prior[LINK_NEAR]; /* log2 of their odds against strangers */
    bool knows_near;
    double join, review, floor;
    bool one_to_one; /* at most one record of each source in an entity */
    struct frequencies values[LINK_COLUMNS_MAX], tokens[LINK_COLUMNS_MAX];
    struct levels levels[LINK_FIELDS_MAX];
    struct common_key *common[LINK_RULES_MAX]; /* by rule, in order of key */
    size_t common_count[LINK_RULES_MAX];
    struct key_set common_sets[LINK_RULES_MAX];
    struct learned_pair *learned;
    size_t learned_count;
    struct key_set learned_set;
    struct word_pairs words;
};

/* Whether records of one source may be kept apart. */
static inline bool model_keeps_apart(const struct link_model *model)
{
    return model->one_to_one || spec_keeps_apart(model->spec);
}

/* Bits by which the second of two words tells less beside the first; 0 for words that keep no company. */
float model_word_bits(const struct link_model *model, uint16_t column, struct slice a, struct slice b);

void key_set_start(struct key_set *set, size_t most, struct arena *arena);
void key_set_add(struct key_set *set, uint64_t key);
static inline bool key_set_has(const struct key_set *set, uint64_t key)
{
    if (set->count == 0)
        return false;
    for (size_t slot = key & (set->slot_count - 1);; slot = (slot + 1) & (set->slot_count - 1)) {
        if (set->slots[slot] == key)
            return true;
        if (set->slots[slot] == 0)
            return false;
    }
}

/* Which frequencies a specification needs of a column. */
bool model_uses_values(const struct link_spec *spec, size_t column);
bool model_uses_tokens(const struct link_spec *spec, size_t column);

/* Records of a value or token; the stand-in for those not named. */
double model_count(const struct frequencies *frequencies, struct slice text);
/* The key of a learned pair in the set. */
uint64_t model_pair_key(uint16_t column, bool token, struct slice a, struct slice b);
/* Makes the words that go together findable; before any comparison. */
void model_index_words(struct link_model *model);
/* Fills weight and near from m, r and u, the priors from the shares, and the sets from the lists. */
void model_finish(struct link_model *model);

#endif
