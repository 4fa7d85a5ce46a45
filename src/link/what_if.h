/* what_if.h: which entities would join and split under other thresholds, another specification or another model, before
 * it is adopted: two partitions of the same records held against each other, with examples. link_what_if is what
 * `staithe link SPEC.yaml FILE… --what-if OTHER` says; the hub asks the same of its own records (hub/what_if.h).
 * Nothing is written. */
#ifndef STAITHE_LINK_WHAT_IF_H
#define STAITHE_LINK_WHAT_IF_H

#include "link/link_files.h"
#include "link/thresholds.h"

struct what_if {
    uint32_t before, after; /* entities */
    uint32_t same;          /* of exactly the same records */
    uint32_t joined;        /* entities after that have records of several before */
    uint32_t split;         /* entities before whose records are in several after */
    /* An entity before goes on in the one after that has most of its records (one of several keeps its number): those
     * after that carry on none are made, those before that are carried on in another are ended. */
    uint32_t made, ended;
    uint64_t pairs_joined, pairs_split; /* pairs of records */
};

/* Entities by record, numbered below `count`. */
void what_if_count(const uint32_t *before, const uint32_t *after, uint32_t count, struct what_if *ret);

/* Pairs of records that would be together and were not, and that would not be and were, by the sources of the two:
 * both arrays have sources × sources places, of which those with the lower number first are used. */
void what_if_by_source(const uint32_t *before, const uint32_t *after, const uint32_t *source, uint32_t count,
                       size_t sources, uint64_t *joined, uint64_t *split);

struct what_if_link {
    uint32_t a, b; /* as the entities are numbered */
    float weight;
    uint8_t verdict, guard;
    uint32_t entity; /* of `own` */
};

/* Links (by weight or rule) within an entity of `own` between two of `other`: their number, and of each entity the
 * heaviest, the lightest of all first. `records` (may be NULL) says where a record's number in the edges stands in the
 * order of adding, by which entities are numbered. */
size_t what_if_links(const struct link_edge *edges, size_t edge_count, const struct link_records *records,
                     const uint32_t *own, const uint32_t *other, struct arena *arena, struct what_if_link **ret,
                     uint64_t *ret_all);

/* How right the clusters are if the weights are: of the links that no guard holds, those within an entity. precision:
 * how many of these are of one person; recall: how many of all that are of one person lie within an entity. */
struct what_if_expected {
    double precision, recall;
};
struct what_if_expected what_if_expect(const struct link_edge *edges, size_t edge_count, const uint32_t *cluster);

/* What the files are linked with instead: any of these. */
struct what_if_other {
    struct slice specification; /* path; empty: the same */
    struct slice model;         /* path; empty: trained anew for another specification, else the same */
    struct link_thresholds thresholds;
};

/* `request` links as things stand (its outputs are not written). At most `examples` joins and as many splits are
 * explained, those first that are the least certain. */
bool link_what_if(const struct link_files_request *request, const struct what_if_other *other, size_t examples,
                  struct buffer *out, struct error *err) MUST_USE;

#endif
