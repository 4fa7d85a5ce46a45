/* component.h: the records that hang together with some records by edges and stewards' joins, and their clusters anew.
 *
 * By the locality law nothing outside a component can change when something inside it does. So this is the one way in
 * which clusters are made: of everything, when all is linked anew; of what a landing touched; of what a steward's word
 * is about, which so takes effect at once, in all linkages. Private to this room. */
#ifndef STAITHE_HUB_COMPONENT_H
#define STAITHE_HUB_COMPONENT_H

#include "hub/clustering.h"
#include "hub/hub.h"
#include "hub/linking.h"

struct component {
    struct linked linked;
    struct link_spec *spec;
    struct link_model *model;
    int64_t version;
    struct link_records *records; /* prepared */
    struct link_edge *edges;      /* numbers of records here */
    size_t edge_count;
    struct decided_pair *decisions;
    size_t decision_count;
};

struct component_options {
    const struct person_model *model; /* NULL: the one in force is read */
    size_t most;                      /* records; 0: 20,000 */
    unsigned threads;                 /* for preparing; 0: one */
};

/* Of these anchors and all that they hang together with. ERROR_TOO_BIG past the most. `transaction` has full access.
 * Anchors that have no current version are left out. */
bool component_read(struct transaction *transaction, const struct catalogue *catalogue, const int64_t *anchors,
                    size_t count, const struct component_options *options, struct arena *arena, struct component *ret,
                    struct error *err) MUST_USE;
/* Only these anchors themselves: for explaining. */
bool component_read_only(struct transaction *transaction, const struct catalogue *catalogue, const int64_t *anchors,
                         size_t count, struct arena *arena, struct component *ret, struct error *err) MUST_USE;

/* A row of hub_edges_at or hub_edges_all as an edge of these records; false when one of the two is not among them. */
bool component_edge(const struct linked *linked, const struct value *row, struct link_edge *ret);
/* By (a, b), as the engine has them. */
void component_order_edges(struct link_edge *edges, size_t count);

/* ---- Clustering it ---- */

struct linkage_state {
    int64_t id, linked_at;
    struct slice sources;
    struct digest digest; /* partition.h */
    int64_t records, entities;
};
/* Those that are in force. */
bool linkages_read(struct transaction *transaction, struct arena *arena, struct linkage_state **ret, size_t *ret_count,
                   struct error *err) MUST_USE;

enum reclustered {
    RECLUSTER_ALL,     /* the component is all there is: members that are not in it go */
    RECLUSTER_LANDED,  /* some of its records have come, changed or gone */
    RECLUSTER_DECIDED, /* a word was spoken on it: its records count as they were at the last linking */
};

struct reclustering {
    const struct component *component;
    enum reclustered what;
    const struct linkage_state *linkages;
    size_t linkage_count;
    struct slice main_sources; /* the linkage whose doubts the stewards decide */
    /* RECLUSTER_LANDED: the anchors of which a version came or went, ascending; those that the component does not hold
     * have gone. */
    const int64_t *changed;
    size_t changed_count;
    int64_t linking; /* the last one; 0: there was none */
    int64_t now;
    struct slice cause;
    unsigned threads; /* 0: as many as the machine has */
    bool (*progress)(void *context, const char *stage, double share);
    void *context;
};

/* Clusters it in every linkage, writes members, events, doubts, and each linkage's digest and counts. ret: one a
 * linkage. */
bool component_recluster(struct transaction *transaction, const struct reclustering *reclustering, struct arena *arena,
                         struct hub_linkage **ret, struct error *err) MUST_USE;

#endif
