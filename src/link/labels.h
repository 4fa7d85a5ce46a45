/* labels.h: pairs that a person has labelled: read, held against a linking, and the pairs whose labels would teach
 * most.
 *
 * The file is CSV with a header: id_a, id_b and match; source_a and source_b where ids are shared between files (or the
 * id written source:id); other columns are passed over, so that the file of labels_ask comes back as it is once `match`
 * is filled. match is yes, no, y, n, true, false, 1 or 0; empty: not labelled yet. */
#ifndef STAITHE_LINK_LABELS_H
#define STAITHE_LINK_LABELS_H

#include "base/host.h"
#include "link/link.h"

struct label {
    uint32_t a, b; /* a < b */
    uint64_t line; /* in the file */
    float weight;
    bool match, contradicted;
    bool held;     /* a guard keeps the two from joining by weight */
    bool met;      /* some blocking rule lets the two meet */
    bool together; /* in one entity */
};

struct labels {
    struct slice file;
    struct label *labels; /* by a, b; each pair once, but for those that contradict */
    size_t count;
    size_t matches;        /* labelled yes, without those that contradict */
    struct slice *against; /* sentences: file, lines and what contradicts, at most 20 */
    size_t against_count, contradicted;
    uint64_t right, wrong, missed, never_met; /* joined rightly, wrongly; matches not joined, and of these never met */
    double precision, recall, f1;
};

/* Labels that contradict each other, of one pair or by way of third records, are named and left out of the figures. */
bool labels_read(const struct host *host, struct slice path, const struct link_cluster_input *input,
                 const struct link_clusters *clusters, struct arena *arena, struct labels *ret,
                 struct error *err) MUST_USE;

/* A CSV of the `most` pairs to label next, both records beside each other. Edges are gathered by their pattern of
 * agreement; a pattern teaches as much as its edges are uncertain together (4 p (1 - p) each, with the threshold as
 * even odds), and is asked by the edge of it that is nearest the threshold. Pairs that have a label are not asked
 * again. */
void labels_ask(const struct link_cluster_input *input, const struct labels *known, size_t most, struct buffer *out);

#endif
