/* link_write.h: what came of a linking, as text: clusters and pairs as CSV or, where the path ends in .jsonl, as JSON
 * lines. Nothing is kept; the same linking gives the same bytes. */
#ifndef STAITHE_LINK_LINK_WRITE_H
#define STAITHE_LINK_LINK_WRITE_H

#include "base/host.h"
#include "link/link.h"

/* A linking that is done. Everything is borrowed. */
struct link_done {
    const struct link_spec *spec;
    const struct link_records *records; /* prepared */
    const struct link_model *model;
    const struct link_edges *edges;
    const uint32_t *numbers; /* by record: its cluster's number from 1, in order of first record */
};

/* id, (source, when there are several,) cluster: one line a record, in the order of adding. */
bool link_write_clusters(const struct link_done *done, const struct host *host, struct slice path,
                         const struct link_options *options, struct error *err) MUST_USE;
/* The two ids and sources, weight, probability, what decided: one line an edge. As JSON lines each also has the parts
 * of its weight (link_explain), some microseconds and a kilobyte an edge. */
bool link_write_pairs(const struct link_done *done, const struct host *host, struct slice path,
                      const struct link_options *options, struct error *err) MUST_USE;
/* The share of pairs of this weight (bits) that are of one entity. */
double link_probability(double weight);

#endif
