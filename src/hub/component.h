/* component.h: the records that hang together with some records by edges and stewards' joins, and their clusters anew.
 * By the locality law nothing outside a component can change when a decision inside it does; so a steward's word takes
 * effect at once, in all linkages, without linking everything. Private to this room. */
#ifndef STAITHE_HUB_COMPONENT_H
#define STAITHE_HUB_COMPONENT_H

#include "hub/clustering.h"
#include "hub/hub.h"

struct component {
    struct linked linked;
    struct link_spec *spec;
    struct link_model *model;
    int64_t version;
    struct link_records *records; /* prepared */
    struct link_edge *edges;      /* by (a, b), numbers of records here */
    size_t edge_count;
    struct decided_pair *decisions;
    size_t decision_count;
};

/* Of these anchors and all that they hang together with. ERROR_TOO_BIG past 20,000 records. `transaction` has full
 * access. */
bool component_read(struct transaction *transaction, const struct catalogue *catalogue, const int64_t *anchors,
                    size_t count, struct arena *arena, struct component *ret, struct error *err) MUST_USE;
/* Only these anchors themselves: for explaining. */
bool component_read_only(struct transaction *transaction, const struct catalogue *catalogue, const int64_t *anchors,
                         size_t count, struct arena *arena, struct component *ret, struct error *err) MUST_USE;
/* A row of hub_edges_at or hub_edges_all as an edge of these records; false when one of the two is not among them. */
bool component_edge(const struct linked *linked, const struct value *row, struct link_edge *ret);
/* By (a, b), as the engine has them. */
void component_order_edges(struct link_edge *edges, size_t count);
/* Clusters it in every linkage, writes members, events and doubts. `main_sources`: the linkage whose doubts the
 * stewards decide. */
bool component_recluster(const struct hub *hub, struct transaction *transaction, const struct component *component,
                         struct slice main_sources, struct slice cause, struct arena *arena, size_t *ret_changed,
                         struct error *err) MUST_USE;

#endif
