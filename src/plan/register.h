/* register.h: what the registers' lines must keep to, and the ranking of bids. */
#ifndef STAITHE_PLAN_REGISTER_H
#define STAITHE_PLAN_REGISTER_H

#include "plan/evaluate.h"

/* What an entry comes to in one year, over all its members, in its own unit; drafts and proposals too. */
struct number plan_entry_in_year(const struct plan_entry *entry, int32_t year, struct arena *arena);
/* Whether the line counts: not withdrawn, not failed. */
bool plan_entry_counts(const struct plan_entry *entry);

/* The needs of the gate that the entry does not meet, as words: "eqia is needed, not done"; empty when it may pass. A
 * need is also met by not-needed. */
struct slice plan_gate_refuses(const struct plan_gate *gate, const struct plan_entry *entry, struct arena *arena);

struct plan_ranked {
    uint32_t entry;
    struct number score;   /* of the entry's score-… attributes, weighted */
    struct number running; /* the cost in the year of this one and all before it */
    bool within;           /* the running cost is within the limit (true without one) */
};
/* The register's lines that count, the highest score first, then in the order of their ids. */
size_t plan_rank_order(struct plan_evaluation *evaluation, const struct plan_rank *rank, int32_t year,
                       struct arena *arena, struct plan_ranked **ret);

/* A sentence for each line that breaks a rule of registers: a gate that an approved line has not passed, a failed
 * saving that is not replaced pound for pound by its own department, bids past their limit. */
typedef void plan_fault_function(void *context, struct plan_place place, struct slice sentence);
void plan_register_faults(struct plan_evaluation *evaluation, struct arena *arena, plan_fault_function *found,
                          void *context);

#endif
