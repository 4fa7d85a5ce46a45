/* block.h: which pairs are compared at all. Each rule gives each record a key; records of one key meet, each pair once:
 * under the first rule that lets it through. Keys that the model calls too common are no keys. */
#ifndef STAITHE_LINK_BLOCK_H
#define STAITHE_LINK_BLOCK_H

#include "base/hash.h"
#include "link/model.h"
#include "link/records.h"

struct blocks {
    const struct link_records *records;
    size_t rule_count;
    /* By rule, then record: where its block lies in the rule's members, 0: it meets nobody. At that place is how many
     * records the block has, then these, ascending. */
    const uint32_t *groups[LINK_RULES_MAX];
    const uint32_t *members[LINK_RULES_MAX];
    struct arena *arena, *member_arenas[LINK_RULES_MAX];
    size_t member_count[LINK_RULES_MAX]; /* of its words; the first is none's */
    size_t task_count;
    uint32_t task_records; /* of a task: record numbers next to each other */
    uint64_t most_pairs;   /* sum over the rules, pairs that meet twice counted twice */
    uint64_t pairs_of_rule[LINK_RULES_MAX];
    struct spill *spill; /* where both lie on disk (memory_plan.h); else NULL */
    uint32_t from;       /* only pairs with a record of this number or above */
    uint32_t each;       /* only the pairs of about one record in so many, chosen by key, with all others; 0: all */
    uint32_t largest;    /* blocks of more records than this are passed over; 0: none is */
};

/* More pairs than this are refused. */
static inline uint64_t blocks_pair_limit(const struct link_options *options)
{
    return options && options->pair_limit ? options->pair_limit : 2000000000ull;
}

/* Common keys of `model` (may be NULL) are left out. In training `learn` is the model to be: keys of more records than
 * their rule's cap are put into it, and left out. */
bool blocks_make(struct blocks *blocks, const struct link_records *records, const struct link_model *model,
                 struct link_model *learn, const struct link_options *options, struct arena *arena,
                 struct error *err) MUST_USE;

/* The same by the first rules of the specification alone, no key left out. */
bool blocks_make_first(struct blocks *blocks, const struct link_records *records, size_t rules,
                       const struct link_options *options, struct arena *arena, struct error *err) MUST_USE;

/* What a thread that visits pairs needs for itself. */
struct block_seen;
struct block_seen *block_seen_make(const struct blocks *blocks, struct arena *arena);

/* Calls visit with the pairs of a task, a < b in each, at most BLOCK_BATCH at a time. A task's pairs are those whose
 * lesser record is one of its own: they come in order of that, so that what is kept of task after task is in order of
 * `a`. */
enum { BLOCK_BATCH = 64 }; /* as many as compare_batch takes */
typedef void block_visit(void *context, const struct link_pair *pairs, size_t count);
void blocks_visit(const struct blocks *blocks, size_t task, struct block_seen *seen, block_visit *visit, void *context);
/* Gives the members back, most of what blocks take; after it only blocks_first_rule may be asked, without `largest`. */
void blocks_drop_members(struct blocks *blocks);
/* The block of a record under a rule, where it may meet somebody there; 0: it may not. Two records meet under a rule
 * where this is the same, and records_may_meet. */
static inline uint32_t blocks_group(const struct blocks *blocks, size_t rule, uint32_t record)
{
    uint32_t group = blocks->groups[rule][record];
    return group && blocks->largest && blocks->members[rule][group] > blocks->largest ? 0 : group;
}
/* The first rule under which two records meet; rule_count: under none. */
size_t blocks_first_rule(const struct blocks *blocks, uint32_t a, uint32_t b);
/* A sample of them: the pairs of about one record in `each`, whichever of the two has the lesser canonical key. Neither
 * the order of the records nor the tasks can be seen in what all tasks together give. */
void blocks_sample(const struct blocks *blocks, size_t task, uint64_t each, struct block_seen *seen, block_visit *visit,
                   void *context);

/* The hash of a term's text, 0 where there is none; and the key so far with one more of them, `term` counting from 0:
 * without all of them there is no key. */
uint64_t block_term_hash(const struct link_term *term, const struct value *value, struct arena *scratch);
static inline uint64_t block_join(uint64_t key, unsigned term, uint64_t hash)
{
    return term == 0 || !hash ? hash : hash64_two(key, hash, 22);
}
/* A rule's key of a record, as blocks are made by; 0 when it has none. */
uint64_t block_key(const struct link_records *records, const struct link_rule *rule, uint32_t record,
                   struct arena *scratch);
/* The text that a rule's key of a record is made of; empty when it has none. */
struct slice block_key_text(const struct link_records *records, const struct link_rule *rule, uint32_t record,
                            struct arena *arena);

/* The terms of all rules, each once, for finding all keys of one record at a time. */
struct block_terms {
    const struct link_spec *spec;
    size_t rule_count, term_count;
    const struct link_term *terms[LINK_RULES_MAX * LINK_TERMS_MAX];
    uint16_t of[LINK_RULES_MAX][LINK_TERMS_MAX]; /* by rule and term: its place in `terms` */
};
void block_terms_list(const struct link_spec *spec, struct block_terms *ret);
/* What block_key gives for each rule. */
void block_keys(const struct link_records *records, const struct block_terms *terms, uint32_t record,
                struct arena *scratch, uint64_t *ret_keys);

#endif
