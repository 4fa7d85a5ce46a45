/* truth.h: a linkage held against the sample county's truth.
 *
 * A pair of records is "full" when both hold a given name, a family name and a birth date, as the hub reads them. */
#ifndef STAITHE_TESTS_HUB_TRUTH_H
#define STAITHE_TESTS_HUB_TRUTH_H

#include "guard/guard.h"
#include "store/store.h"

struct truth_figures {
    uint64_t true_pairs, joined_pairs, right_pairs;
    uint64_t full_true, full_right;    /* of full pairs */
    uint64_t shared_wrong, twin_wrong; /* wrong pairs within a care home; between twins */
    double precision, recall, full_recall;
    double lowest_recall; /* of full pairs, of the pair of two sources, each with columns for a name and a birth date,
                             that has the lowest */
};

/* A full true pair that is not in one entity. */
struct truth_missed {
    struct slice source_a, key_a, faults_a, source_b, key_b, faults_b, person, tags;
    int64_t anchor_a, anchor_b;
};

struct truth_question {
    struct store *store;
    const struct guard_session *session; /* of the purpose linking */
    struct slice folder;                 /* of the sample */
    int64_t linkage;
    bool print; /* a line for each pair of sources, and the first wrong joins */
    void (*missed)(void *context, const struct truth_missed *missed); /* may be NULL */
    void *context;
};

bool truth_measure(const struct truth_question *question, struct arena *arena, struct truth_figures *ret,
                   struct error *err) MUST_USE;

#endif
