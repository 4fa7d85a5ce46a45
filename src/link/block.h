/* block.h: which pairs are compared at all. Each rule gives each record a key; records of one key meet, each pair once:
 * under the first rule that lets it through. Keys that the model calls too common are no keys. */
#ifndef STAITHE_LINK_BLOCK_H
#define STAITHE_LINK_BLOCK_H

#include "link/model.h"
#include "link/records.h"

struct block_task {
    uint16_t rule;
    uint32_t from, to; /* places in the rule's sorted records: each is paired with those after it in its block */
};

struct blocks {
    const struct link_records *records;
    size_t rule_count;
    uint32_t *groups; /* record × rule_count + rule: its block's number in the rule, 0: it meets nobody */
    uint32_t *sorted[LINK_RULES_MAX]; /* records by block */
    size_t sorted_count[LINK_RULES_MAX];
    struct block_task *tasks;
    size_t task_count;
    uint64_t most_pairs; /* sum over the rules, pairs that meet twice counted twice */
    uint64_t pairs_of_rule[LINK_RULES_MAX];
    uint32_t from; /* only pairs with a record of this number or above */
};

/* Common keys of `model` (may be NULL) are left out. In training `learn` is the model to be: keys of more records than
 * their rule's cap are put into it, and left out. */
bool blocks_make(struct blocks *blocks, const struct link_records *records, const struct link_model *model,
                 struct link_model *learn, const struct link_options *options, struct arena *arena,
                 struct error *err) MUST_USE;

/* Calls visit with the pairs of a task, a < b in each, at most BLOCK_BATCH at a time. */
enum { BLOCK_BATCH = 64 }; /* as many as compare_batch takes */
void blocks_visit(const struct blocks *blocks, size_t task,
                  void (*visit)(void *context, const struct link_pair *pairs, size_t count), void *context);

/* A rule's key of a record, as blocks are made by; 0 when it has none. */
uint64_t block_key(const struct link_records *records, const struct link_rule *rule, uint32_t record,
                   struct arena *scratch);
/* The text that a rule's key of a record is made of; empty when it has none. */
struct slice block_key_text(const struct link_records *records, const struct link_rule *rule, uint32_t record,
                            struct arena *arena);

#endif
