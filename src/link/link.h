/* link.h: probabilistic record linkage (Fellegi and Sunter 1969) as a library that stands without any hub.
 *
 * A specification (YAML) names the columns and what they are. Records are added to a table; a model is trained from
 * them without labels, or read from a file; the frozen model scores pairs of records into edges; edges are clustered
 * under constraints into entities; and every weight can be explained.
 *
 *     link_spec_read → link_records_make, link_records_add … → link_train (or link_model_read)
 *                    → link_score → link_cluster → link_explain
 *
 * THE LOCALITY LAW. Given a frozen model, the weight of a pair depends on those two records and the model alone; the
 * clusters of a connected component depend on that component alone. Term frequencies, the list of keys too common
 * to block on, learned value pairs, m and u, thresholds and the digest of the specification live in the model. Scoring
 * has no block caps, no samples and no dependence on order: adding a record to the table changes no other pair's
 * weight. Training orders the records by their content first, so the order in which they were added changes no byte of
 * a model.
 *
 * WEIGHTS are in bits: log2 of the odds that two records are of one entity. 0 is even odds; +10 is about 1000 to 1.
 *
 * Numbers: records are numbered from 0 in the order of adding, sources from 0 in the order of link_records_source.
 * Ties are broken by a canonical order (content, then source name, then id), never by these numbers: the same records
 * in another order give the same edges and the same partition. Any number of threads gives the same bytes.
 *
 * Ownership: everything lives in the arena it was made in. A specification must outlive the records and models made
 * from it. Threads: a table is filled by one thread; once filled and prepared (link_train, link_score and link_prepare
 * do it) it may be read by several. Nothing is global.
 *
 * Cost: about 200 bytes a record and 32 bytes an edge; the time grows with the pairs that the blocking rules let
 * through. */
#ifndef STAITHE_LINK_LINK_H
#define STAITHE_LINK_LINK_H

#include "base/arena.h"
#include "base/error.h"

struct link_spec;
struct link_records;
struct link_model;

/* ---- The specification (spec.c) ---- */

enum link_kind {
    LINK_GIVEN_NAME,
    LINK_FAMILY_NAME,
    LINK_FULL_NAME,
    LINK_DATE,
    LINK_POSTCODE,
    LINK_ADDRESS,
    LINK_PLACE,
    LINK_IDENTIFIER,
    LINK_EMAIL,
    LINK_TELEPHONE,
    LINK_CATEGORY,
    LINK_NUMBER,
    LINK_TEXT,
};
#define LINK_KINDS 13

/* dedupe: pairs within and across all sources. link: across sources only. link_and_dedupe: as dedupe, but sources that
 * are said to hold no duplicates are never joined within themselves. */
enum link_type { LINK_DEDUPE, LINK_LINK, LINK_LINK_AND_DEDUPE };

enum { LINK_COLUMNS_MAX = 32, LINK_FIELDS_MAX = 10, LINK_RULES_MAX = 48, LINK_GUARDS_MAX = 32 };

struct link_column {
    struct slice name;
    enum link_kind kind;
    /* Headers under which files may give this column; the first is the name itself. */
    const struct slice *headers;
    size_t header_count;
};

/* Reads and checks a specification; `file` is its name for messages. Errors name file, line, column and, for a
 * misspelt word, the nearest known one. Blocking rules, comparisons and thresholds that are left out get defaults from
 * the kinds of the columns. docs/link.md is the manual of the format. */
bool link_spec_read(struct slice text, struct slice file, struct arena *arena, struct link_spec **ret,
                    struct error *err) MUST_USE;
size_t link_spec_columns(const struct link_spec *spec);
const struct link_column *link_spec_column(const struct link_spec *spec, size_t index);
/* The number of a column by name, or -1. */
int link_spec_find(const struct link_spec *spec, struct slice name);
enum link_type link_spec_type(const struct link_spec *spec);
/* The specification with all defaults filled in, as YAML to copy, change and fix. */
struct slice link_spec_print(const struct link_spec *spec, struct arena *arena);

/* One sentence to tell whoever wrote the specification: which columns no comparison reads, for there were too many.
 * Empty where there is nothing to say, and where a person wrote the comparisons. */
struct slice link_spec_note(const struct link_spec *spec);

/* ---- Records (records.c) ---- */

/* One record, to be added with others. */
struct link_row {
    uint32_t source; /* link_records_source of the table */
    struct slice id;
    const struct slice *values; /* one a column of the specification */
};

struct link_records *link_records_make(const struct link_spec *spec, struct arena *arena) MUST_USE;
/* The number of a source by name, made when new. At most 1024 sources. */
bool link_records_source(struct link_records *records, struct slice name, uint32_t *ret, struct error *err) MUST_USE;
/* Adds a record; `values` has one slice a column of the specification, empty for missing. Text is copied. The record's
 * number is link_records_count before the call. Refused when link_prepare has been called (ERROR_CONFLICT). */
bool link_records_add(struct link_records *records, uint32_t source, struct slice id, const struct slice *values,
                      struct error *err) MUST_USE;
uint32_t link_records_count(const struct link_records *records);
struct slice link_records_id(const struct link_records *records, uint32_t record);
uint32_t link_records_source_of(const struct link_records *records, uint32_t record);
struct slice link_records_source_name(const struct link_records *records, uint32_t source);
size_t link_records_sources(const struct link_records *records);
struct slice link_records_value(const struct link_records *records, uint32_t record, size_t column);

struct host;
struct link_options {
    /* Bytes of memory that may be used; 0: not bounded. What there is no room for goes to files without a name in the
     * folder `temporary` (empty: /tmp), made through `host`, which must be given then. */
    uint64_t memory;
    const struct host *host;
    struct slice temporary;
    unsigned threads; /* 0: as many as the machine has processors, at most 16 */
    uint64_t seed;    /* of the random pairs that u is measured on; same seed, same model */
    /* Scoring: only pairs of which at least one record's number is `from` or above. For new records. */
    uint32_t from;
    /* Scoring ends with ERROR_TOO_BIG before it compares more pairs than this; 0: 2,000 million. */
    uint64_t pair_limit;
    /* An index: made to hold edges alone, without clusters (link/index.h). */
    bool edges_only;
    /* Called now and then from the calling thread; returning false stops with ERROR_CANCELLED. May be NULL. */
    bool (*progress)(void *context, const char *stage, double share);
    void *context;
};

/* Turns values into dictionary codes and their features; called by the others when needed. After it, no record can be
 * added. */
bool link_prepare(struct link_records *records, const struct link_options *options, struct error *err) MUST_USE;

/* ---- The model (model.c, train.c) ---- */

struct link_training {
    uint64_t universe;   /* pairs that could be */
    uint64_t pairs;      /* pairs that the blocking rules let through */
    size_t patterns;     /* distinct comparison patterns among them */
    unsigned iterations; /* of the EM */
    bool converged;
    double matches;     /* expected number of matching pairs */
    double edges;       /* expected number of pairs of the floor and more */
    size_t common_keys; /* keys found too common to block on */
    size_t learned;     /* value pairs learned */
};

/* Trains without labels: u from value frequencies and random pairs, m and the share of matches by EM over the whole
 * universe of pairs (pairs that no rule lets through count as non-matches, so the share cannot run away). Needs 2
 * records or more. */
bool link_train(struct link_records *records, const struct link_options *options, struct arena *arena,
                struct link_model **ret, struct link_training *ret_training, struct error *err) MUST_USE;
/* Readable JSON, the same bytes for the same model. A model from another specification, of a newer version, or damaged,
 * is refused on reading. */
struct slice link_model_write(const struct link_model *model, struct arena *arena);
bool link_model_read(struct slice text, struct slice file, const struct link_spec *spec, struct arena *arena,
                     struct link_model **ret, struct error *err) MUST_USE;
/* Thresholds in bits: an edge of `join` or more joins by itself; one from `review` up to `join` is a doubt for a
 * person; edges below `floor` are not given. Defaults from the specification. */
double link_model_join(const struct link_model *model);
double link_model_review(const struct link_model *model);
double link_model_floor(const struct link_model *model);
/* Whether an entity holds at most one record of each source: as the specification says, or as training found. */
bool link_model_one_to_one(const struct link_model *model);

/* ---- Scoring (score.c) ---- */

/* What the specification's rules and guards say of a pair, beside its weight. */
enum link_verdict {
    LINK_BY_WEIGHT, /* the weight decides */
    LINK_JOIN,      /* a deterministic rule joins it (the weight given is at least the join threshold) */
    LINK_REVIEW,    /* a guard: never joins by weight, and no cluster that holds such a pair forms by weight; a doubt */
    LINK_QUIET,     /* a guard: as LINK_REVIEW, but no doubt is made of it: too weak to trouble a person with */
    LINK_APART,     /* a guard: the two never share an entity, also not through third records; no doubt */
};

struct link_edge {
    uint32_t a, b;   /* record numbers, a < b */
    float weight;    /* total, bits */
    uint8_t verdict; /* enum link_verdict */
    uint8_t guard;   /* number of the guard or rule + 1, 0: none */
    /* By comparison: what the values' frequency adds, in twelfths of a bit; the first is LINK_FREQUENCY_UNKNOWN in an
     * edge that was kept elsewhere and lost them: they are then reckoned again. */
    int8_t frequency[LINK_FIELDS_MAX];
    uint64_t pattern; /* six bits a comparison: 0 is missing, else the level from 1 */
};
enum { LINK_FREQUENCY_UNKNOWN = -128 };

struct spill;
struct link_edges {
    struct link_edge *edges; /* only to be read where they lie on disk */
    size_t count;
    uint64_t pairs;      /* compared */
    struct spill *spill; /* where they lie on disk, beyond what options.memory allows; else NULL */
};

/* All pairs that meet under a blocking rule, each once, with weight >= floor, by (a, b). Edges of verdict LINK_APART
 * are given whatever they weigh above the floor. Fails when the records or the model are of another specification. */
bool link_score(struct link_records *records, const struct link_model *model, const struct link_options *options,
                struct arena *arena, struct link_edges *ret, struct error *err) MUST_USE;
/* One pair, whether or not a blocking rule lets it through. Needs link_prepare. */
struct link_edge link_score_pair(const struct link_records *records, const struct link_model *model, uint32_t a,
                                 uint32_t b);

/* ---- Clusters (cluster.c) ---- */

struct link_pair {
    uint32_t a, b;
};

/* A pure function of what stands here. Arrays that are NULL are left out of account. */
struct link_cluster_input {
    uint32_t count;    /* nodes 0 … count-1, most often record numbers */
    const uint8_t *in; /* per node: 0 leaves it (and its edges and constraints) out, as if it were not there */
    const struct link_edge *edges;
    size_t edge_count;
    const struct spill *spill; /* of the edges, when they lie on disk; or NULL */
    double join, review;
    const struct link_pair *must_link; /* joined first, whatever they weigh */
    size_t must_count;
    const struct link_pair *cannot_link; /* never in one cluster, also not through third records */
    size_t cannot_count;
    /* Per node: a code of its verified identifier, 0 for none. Two different codes never share a cluster. For an
     * identifier that superseded another, give both the same code. link_records_codes makes codes from a column. */
    const uint64_t *verified;
    /* Per node its source, and per source whether it holds no duplicates: then no cluster holds two of its records. At
     * most 64 such sources. */
    const uint32_t *source;
    const uint8_t *no_duplicates; /* per source */
    /* Per node: a key that does not depend on numbering, for breaking ties; link_records_keys gives it. NULL: the
     * node's number. */
    const uint64_t *keys;
    /* For field-wise linkage and the guards of pairs that no rule let through: node numbers must then be record
     * numbers. Without them clusters are made from the edges' total weights. */
    const struct link_records *records;
    const struct link_model *model;
    /* Per record one-to-one (link_type link): at most one record of each source in a cluster. */
    bool one_to_one;
    /* Puts what is left over (clusters of one or two records) to the cluster where it belongs more likely than not,
     * though no pair is heavy enough to join. Not where anything but weights has a say. Needs a model. */
    bool attach;
    /* Whatever edges of `join` and more hold together is one cluster. Nothing is kept apart, nothing is doubtful. */
    bool components;
    const struct link_options *options; /* threads and progress; may be NULL */
};

enum link_reason {
    LINK_DOUBT_WEIGHT,     /* between review and join */
    LINK_DOUBT_GUARD,      /* a guard asks for a person's word */
    LINK_DOUBT_AMBIGUOUS,  /* fits two clusters that cannot be one, about equally well */
    LINK_DOUBT_CONSTRAINT, /* heavy enough, but verified identifiers, a source without duplicates or a third record
                              stand between */
};

struct link_doubt {
    uint32_t a, b; /* the heaviest edge between two clusters that were not joined */
    float weight;
    uint8_t reason; /* enum link_reason */
    uint8_t guard;  /* as in link_edge */
};

struct link_clusters {
    uint32_t *cluster;         /* per node: the lowest node number of its cluster; UINT32_MAX for nodes left out */
    uint32_t count;            /* clusters, singles included */
    struct link_doubt *doubts; /* heaviest first; one for each pair of clusters */
    size_t doubt_count;
    struct link_pair *refused; /* must-links that cannot-links or verified identifiers forbid */
    size_t refused_count;
};

/* A steward's cannot-link is stronger than a must-link; both are stronger than any weight. */
bool link_cluster(const struct link_cluster_input *input, struct arena *arena, struct link_clusters *ret,
                  struct error *err) MUST_USE;
/* Per record a code of the value of this column (its plain form), 0 where missing; for `verified`. */
uint64_t *link_records_codes(const struct link_records *records, size_t column, struct arena *arena);
/* Per record its canonical key, for `keys`. Needs link_prepare. */
const uint64_t *link_records_keys(const struct link_records *records);

/* ---- Explanation (explain.c) ---- */

struct link_part {
    struct slice field; /* the comparison's name */
    struct slice a, b;  /* the two records' values that were compared, joined by commas */
    struct slice level; /* "equal", "one letter apart", "missing", … */
    double m, u;        /* of the level; 0 where missing */
    double weight;      /* bits this field adds: log2(m / u) + frequency */
    double frequency;   /* of those, the term-frequency part */
};

struct link_explanation {
    double prior; /* log2 of the odds before any comparison */
    double total; /* prior + the parts' weights, as link_score_pair gives it */
    struct link_part *parts;
    size_t part_count;
    enum link_verdict verdict;
    struct slice guard; /* name of the rule or guard that speaks, empty for none */
    double probability; /* of the total */
};

/* Needs link_prepare. */
void link_explain(const struct link_records *records, const struct link_model *model, uint32_t a, uint32_t b,
                  struct arena *arena, struct link_explanation *ret);

/* ---- Evaluation against labels (evaluate.c) ---- */

struct link_figures {
    uint64_t true_pairs, predicted_pairs, common_pairs;
    double precision, recall, f1;
    double b3_precision, b3_recall, b3_f1;
    uint64_t records, entities, clusters;
};

/* cluster and truth: per record a label (any numbers; equal: the same). With `source`, only pairs across sources count
 * for the pairwise figures. */
void link_evaluate(const uint64_t *cluster, const uint64_t *truth, const uint32_t *source, size_t count,
                   struct link_figures *ret);

#endif
