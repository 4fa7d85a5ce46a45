/* truth.h: a linkage held against the sample county's truth. */
#ifndef STAITHE_TESTS_HUB_TRUTH_H
#define STAITHE_TESTS_HUB_TRUTH_H

#include "store/store.h"

struct truth_figures {
    uint64_t true_pairs, joined_pairs, right_pairs;
    /* Pairs across two sources that both give names and birth dates. */
    uint64_t full_true, full_right;
    uint64_t shared_wrong, twin_wrong; /* wrong pairs within a care home or the like; between twins */
    double precision, recall, full_recall;
};

bool truth_measure(struct store *store, struct slice folder, int64_t linkage, bool print, struct arena *arena,
                   struct truth_figures *ret, struct error *err) MUST_USE;
bool truth_print(struct store *store, struct slice folder, int64_t linkage, struct arena *arena,
                 struct error *err) MUST_USE;

#endif
