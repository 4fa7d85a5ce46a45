/* report.h: one linking told on one HTML page, and the figures it is made of.
 *
 * The page needs no script and nothing from outside; each picture is inline SVG and has its table. Values of the files
 * are escaped and cut to a length that a page can hold, so the page's size depends on the specification, not on the
 * records. Nothing here runs unless a report, labels or groups are asked for: report_gather goes once more over all
 * pairs that meet (as long as scoring took) and clusters again at a few other thresholds.
 *
 * Memory: the blocks of the rules, as scoring has them, and some hundred kilobytes a thread. Any number of threads
 * gives the same figures: they are sums of whole numbers. */
#ifndef STAITHE_LINK_REPORT_H
#define STAITHE_LINK_REPORT_H

#include "base/host.h"
#include "link/groups.h"
#include "link/labels.h"
#include "link/model.h"
#include "link/records.h"

struct report_stage {
    struct slice name;
    double seconds;
};

/* What was linked. Everything is borrowed; pointers that say so may be NULL. */
struct report_input {
    struct slice title; /* of the page: the specification's path */
    const struct link_records *records;
    const struct link_model *model;
    const struct link_training *training; /* NULL: the model was read, not trained */
    const struct link_edges *edges;
    const struct link_cluster_input *cluster_input;
    const struct link_clusters *clusters;
    const struct link_options *options;
    struct slice truth_name;
    const uint64_t *truth;              /* by record; NULL: none */
    const struct link_figures *figures; /* with truth */
    const struct labels *labels;        /* NULL: none */
    const struct groups *groups;        /* with truth: accuracy by columns */
    size_t group_count;
    const struct report_stage *stages;
    size_t stage_count;
};

enum { REPORT_BIN_PER_BIT = 16, REPORT_LOW = -64, REPORT_BINS = 128 * REPORT_BIN_PER_BIT };

/* Pairs by weight, in sixteenths of a bit from REPORT_LOW. */
struct report_weights {
    uint64_t all[REPORT_BINS];   /* pairs that meet */
    uint64_t held[REPORT_BINS];  /* of these, held from joining by a guard */
    uint64_t real[REPORT_BINS];  /* with truth: of all, true matches */
    uint64_t right[REPORT_BINS]; /* of those not held, true matches */
};

struct report_rule {
    uint64_t pairs;                    /* that meet under it */
    uint64_t first;                    /* and under no rule before it */
    uint64_t alone;                    /* and under no other rule at all */
    uint64_t matches, matches_alone;   /* with truth: true matches */
    uint64_t expected, expected_alone; /* by the model, in 2^-32 */
};

/* A threshold and what pairs of that weight or more are. */
struct report_point {
    double threshold;
    uint64_t pairs;
    double precision, recall, f1;
};

/* Clusters at another threshold. */
struct report_choice {
    double join;
    uint32_t clusters, largest;
    uint64_t pairs; /* within clusters */
    size_t doubts;
    struct link_figures figures; /* with truth */
};

enum { REPORT_CHOICES = 9, REPORT_POINTS = 81, REPORT_SHOWN = 8, REPORT_TYPICAL = 5, REPORT_SIZES = 16 };

struct report_size {
    uint32_t least, most;
    uint64_t clusters, records;
};

struct report {
    const struct report_input *input;
    struct report_rule rules[LINK_RULES_MAX];
    struct report_weights *weights;
    uint64_t pairs, matches, true_pairs;
    double expected;                           /* matches among the pairs that meet, by the model */
    struct report_point points[REPORT_POINTS]; /* by the truth, else by labels with a match, else as expected */
    bool by_labels;
    size_t point_count;
    struct report_choice choices[REPORT_CHOICES];
    size_t choice_count;
    struct report_size sizes[REPORT_SIZES];
    size_t size_count;
    struct link_pair unsure[REPORT_SHOWN]; /* nearest the threshold, each of another pattern */
    size_t unsure_count;
    struct link_pair typical[REPORT_TYPICAL];
    uint64_t typical_pairs[REPORT_TYPICAL]; /* links of the same pattern */
    size_t typical_count;
};

/* Fails only when it is cancelled. Needs prepared records. */
bool report_gather(const struct report_input *input, struct arena *arena, struct report **ret,
                   struct error *err) MUST_USE;
/* The page. */
struct slice report_html(const struct report *report, struct arena *arena);

#endif
