/* compare_inside.h: what compare_batch.c asks of compare_summary.c, and its two ways for the test that holds them
 * against each other and against the texts. */
#ifndef STAITHE_LINK_COMPARE_INSIDE_H
#define STAITHE_LINK_COMPARE_INSIDE_H

#include "link/compare.h"

/* In place of a level: a field of a pair that has not been compared yet. */
enum { COMPARE_OPEN = 255 };

/* ---- One field of many pairs (compare_batch.c) ---- */

struct field {
    const struct link_comparison *comparison;
    const struct summary_plan *plan; /* or NULL */
    uint64_t *slots;                 /* of its memo, or NULL */
};

struct field_batch {
    uint8_t level[COMPARE_BATCH];
    int8_t frequency[COMPARE_BATCH];
};

struct equal_pairs {
    uint32_t code[COMPARE_BATCH];
    uint8_t of[COMPARE_BATCH]; /* place in the batch */
    size_t count;
};

struct open_pairs {
    uint32_t a[COMPARE_BATCH], b[COMPARE_BATCH]; /* codes */
    uint64_t mixed[COMPARE_BATCH];               /* compare_mixed of them, where there is a memo */
    uint8_t of[COMPARE_BATCH];
    size_t count;
};

/* ---- What is told by a word of each value (compare_summary.c) ---- */

enum summary_way {
    SUMMARY_NONE,     /* the comparison asks what no summary tells */
    SUMMARY_DATE,     /* year, month, day and all digits */
    SUMMARY_POSTCODE, /* the text, if of seven letters at most, and where its parts end */
    SUMMARY_TEXT,     /* which letters stand in it, how long it is, its first two; tells only that nothing agrees */
};

enum summary_asks { SUMMARY_ASKS_NOTHING, SUMMARY_ASKS_LEARNED, SUMMARY_ASKS_MORE }; /* beyond equality */

/* What a comparison of one column asks of two different values. */
struct summary_plan {
    enum summary_way way;
    enum summary_asks asks;
    uint8_t level_of[1u << 7]; /* dates, postcodes: by which tests hold */
    bool frequency_of[16];     /* by level: whether compare_level_frequency must be asked; the last is COMPARE_OPEN's */
    uint8_t different;         /* the level where nothing holds */
    int years;                 /* of the test of years */
    /* Texts: each is 0 where no level asks for it. */
    uint64_t both;    /* flags, one of which both must have, that say that a level may hold */
    uint64_t initial; /* flag that one must have, where the first letters are the same */
    bool contains, first_letter, two_letters, first_known;
    unsigned edits;      /* at most so many + 1 */
    float jaro_least[3]; /* of matches / length + matches / length: where nothing, one or more letters begin both */
};

/* Flags of a text's summary. */
#define SUMMARY_INITIAL (1ull << 58) /* one letter is its first word */
#define SUMMARY_LINES   (1ull << 59) /* its first word stands in the table of nicknames */
#define SUMMARY_LEARNED (1ull << 60) /* the model learned that it means the same as another */
#define SUMMARY_SEVERAL (1ull << 61) /* words */
#define SUMMARY_CUT     (1ull << 62) /* it may have more words than are kept */

/* The plans of a comparer; then the summaries of a column that one of them asks for; then, of each two values that were
 * learned, marks them. */
void comparer_bind_plans(struct comparer *comparer, struct arena *arena);
void comparer_bind_summaries(struct comparer *comparer, size_t column, struct arena *arena);
void summary_mark_learned(struct comparer *comparer, size_t column, uint32_t a, uint32_t b);

/* The plan of a comparison; SUMMARY_NONE for those that read several columns. */
struct summary_plan summary_plan(const struct link_spec *spec, const struct link_comparison *comparison);
/* Of a column's value; 0: it does not fit. */
uint64_t summary_of(const struct column *column, enum link_kind kind, const struct value *value);
/* The levels of pairs of summaries of different values, COMPARE_OPEN where they do not tell. At most COMPARE_BATCH. */
void summary_levels(const struct summary_plan *plan, const uint64_t *a, const uint64_t *b, size_t count,
                    uint8_t *ret_levels);
void summary_levels_portable(const struct summary_plan *plan, const uint64_t *a, const uint64_t *b, size_t count,
                             uint8_t *ret_levels);
void summary_levels_avx2(const struct summary_plan *plan, const uint64_t *a, const uint64_t *b, size_t count,
                         uint8_t *ret_levels);

#endif
