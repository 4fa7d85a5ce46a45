/* clustering.h: one linkage's clusters from the hub's edges, under stewards' decisions and verified identifiers.
 * Private to this room: hub_link uses it for everything, a steward's decision for one component; the same records give
 * the same clusters either way. */
#ifndef STAITHE_HUB_CLUSTERING_H
#define STAITHE_HUB_CLUSTERING_H

#include "hub/linked.h"

struct decided_pair {
    int64_t a, b; /* anchors */
    bool join;
};

/* From rows of (a, b, verdict). */
void decisions_of_rows(const struct result *rows, struct arena *arena, struct decided_pair **ret, size_t *ret_count);
bool read_decisions(struct transaction *transaction, struct arena *arena, struct decided_pair **ret, size_t *ret_count,
                    struct error *err) MUST_USE;

struct clustering {
    const struct linked *linked;
    const struct link_records *records;
    const struct link_model *model;
    const struct link_edge *edges;
    size_t edge_count;
    const struct decided_pair *decisions;
    size_t decision_count;
    unsigned threads; /* 0: as many as the machine has */
};

/* Of the sources named in `sources` (joined by spaces) alone. `whole` (NULL: none) are the clusters of all sources:
 * what hangs together by edges and stewards' joins and has all its records in these sources is clustered as there, and
 * is not worked again; then *ret tells doubts and refusals of the rest only. */
bool clustering_run(const struct clustering *clustering, struct slice sources, const struct link_clusters *whole,
                    struct arena *arena, struct link_clusters *ret, struct error *err) MUST_USE;
/* Whether a source's name is one of those joined by spaces. */
bool source_in_set(struct slice sources, struct slice name);
/* Per record a code of its verified NHS number among these sources; 0 for none. Two records of one component have the
 * same when their numbers are the same, or a record of it says that one superseded the other. */
uint64_t *clustering_codes(const struct clustering *clustering, struct slice sources, struct arena *arena);
/* The same for records that are asked about together, as if they were of one component. */
uint64_t *verified_codes(const struct linked *linked, struct slice sources, struct arena *arena);
/* The doubts that wait for a steward: not those that a decision or two verified numbers have settled. */
struct doubt_found;
size_t clustering_doubts(const struct clustering *clustering, const struct link_clusters *clusters,
                         const uint64_t *verified, struct arena *arena, struct doubt_found **ret);

#endif
