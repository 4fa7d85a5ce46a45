/* why.h: why two records are one entity, or why they are not, of a linking that was made.
 *
 * Everything is reckoned from what the clusters were made of (link_cluster_input, its records, model and edges) and the
 * clusters; nothing is changed. Sentences are of the program's own words with values of the records in them: whoever
 * shows them escapes them. Costs a sort of the edges and what the blocking rules' keys of two records cost. */
#ifndef STAITHE_LINK_WHY_H
#define STAITHE_LINK_WHY_H

#include "link/link.h"

struct link_step {
    uint32_t record;       /* the record that the step leads to */
    struct link_edge edge; /* from the record before */
    bool by_person;        /* a must-link: no edge */
};

/* The links from one record to another of which the weakest is as strong as can be; of those the fewest. */
struct link_path {
    const struct link_step *steps; /* without the first record; 0: there is no way */
    size_t count;
    double weakest; /* bits; infinite when all are must-links */
};

/* within: by record a cluster, as link_clusters has it: only records of the cluster of `from` are passed through; NULL:
 * any. Edges that a guard holds count as links only with `held`. Needs records and model in the input only for ties. */
void link_path(const struct link_cluster_input *input, const uint32_t *within, bool held, uint32_t from, uint32_t to,
               struct arena *arena, struct link_path *ret);

struct link_why {
    uint32_t a, b;
    bool together;
    uint32_t cluster_size[2]; /* records in the entity of each */
    struct link_explanation pair;
    struct link_path path; /* together: within the entity; apart: through any records, whatever holds them, if no link
                              of it is too weak even for a doubt */
    bool has_best;
    struct link_edge best; /* apart: the heaviest edge between the two entities */
    bool has_rival[2];
    struct link_edge rival[2];   /* apart: the heaviest edge from the entity of each to a third one */
    const struct slice *reasons; /* what speaks or stands between, one sentence each, without a full stop */
    size_t reason_count;
};

/* The input must have records and model. */
void link_why(const struct link_cluster_input *input, const struct link_clusters *clusters, uint32_t a, uint32_t b,
              struct arena *arena, struct link_why *ret);

/* How a record is called: its id, with more than one source after "source:". */
struct slice why_name(const struct link_records *records, uint32_t record, struct arena *arena);
/* The record that is called so, by its id or by source:id; errors name the nearest id, or the sources that share it. */
bool why_find(const struct link_records *records, struct slice name, uint32_t *ret, struct error *err) MUST_USE;

/* why_print.c: as lines of text, as JSON, and as one SVG picture: the waterfall, and the path below it. */
void link_why_text(const struct link_cluster_input *input, const struct link_why *why, struct buffer *out);
void link_why_json(const struct link_cluster_input *input, const struct link_why *why, struct buffer *out);
/* "prior" and "parts" into an object that is open; `field`: the key of each part's comparison. */
struct json;
void link_parts_json(struct json *json, const struct link_explanation *pair, const char *field);
void link_why_svg(const struct link_cluster_input *input, const struct link_why *why, struct buffer *out);

#endif
