/* cluster.h: one component of the graph of records being clustered, for the files of this room.
 *
 * cluster.c cuts the records into components that can never share a cluster and hands each to cluster_component, on any
 * thread; nothing is shared between two of them but the plan, which is only read. Nodes of a component are numbered
 * from 0 in canonical order, so every tie breaks by content. A cluster is called by its lowest node. */
#ifndef STAITHE_LINK_CLUSTER_H
#define STAITHE_LINK_CLUSTER_H

#include "link/score.h"
#include "link/spill.h"

#include <math.h>

enum { CLUSTER_PAIRS = 128 /* nodes of a component whose pairs all have a place in a table */ };

enum { CLUSTER_NONE = 0xffffffffu, CLUSTER_NO_RULE = 255 };

struct cluster_plan {
    const struct link_cluster_input *input;
    const struct scored *scored; /* where the edges are; NULL: in the input */
    struct comparer comparer;    /* bound, where there is a model */
    size_t
        fields; /* comparisons, and one more where the model knows who is near; 1 without a model: the whole weight */
    bool near;
    double
        stranger; /* how likely a record that is left over belongs nowhere, against those that cluster_belongs gives */
    double prior;
    double odds[LINK_FIELDS_MAX][LINK_PATTERN_LEVELS]; /* 2^weight */
    double odds_of_frequency[256];                     /* 2^bits, by steps + 128 */
    bool guards, constrained;
    float margin;
    uint64_t *masks; /* by source: its bit, of those that hold no duplicates */
    /* Beside what one component needs: the nodes that are in, component by component, each one's in canonical order;
     * by node the first of its cluster. */
    uint32_t count, *nodes, *root;
    uint32_t *local; /* by node: its number within its component; CLUSTER_NONE for nodes left out */
};

/* Two clusters that have at least one edge between them. */
struct bond {
    uint32_t side[2]; /* clusters; [0] < [1] */
    uint32_t next[2]; /* next bond in the list of that side */
    uint32_t version;
    uint32_t best;                   /* heaviest edge that may become a doubt, or CLUSTER_NONE */
    uint32_t strong;                 /* edges of join or more that may join by weight */
    uint32_t by_rule, review, apart; /* edges of these verdicts */
    float score;
    uint8_t rule; /* the first rule that joins any of its edges: its number + 1; CLUSTER_NO_RULE: none */
    bool dead, ambiguous;
    bool complete; /* the score is that of every cross pair, not of the edges alone */
};

struct cluster_node {
    uint32_t parent, size;
    uint32_t first_bond;
    uint32_t last_member, next_member; /* members as a list from the cluster's name */
    uint32_t first_enemy, last_enemy;  /* places in enemies */
    uint64_t verified, sources;
};

struct enemy {
    uint32_t node, next;
};

struct candidate {
    float score;
    uint32_t lo, hi, bond, version;
    uint8_t rule;
};

/* What guards say of a pair, once they have been asked: verdict + 1, and the guard's number. */
struct judged {
    uint8_t verdict, guard;
};

struct clustering {
    const struct cluster_plan *plan;
    const struct link_cluster_input *input; /* plan->input */
    struct arena *arena;                    /* of this component */
    struct memo *memo;                      /* of this thread */
    uint32_t count;
    const uint32_t *original; /* node of the input by number here */
    const struct link_edge *edges;
    struct cluster_node *nodes;
    struct bond *bonds;
    size_t bond_count;
    double *sums;          /* by bond and field, over its edges: 2^weight */
    uint32_t *counts;      /* of edges that have the field */
    float *pairs;          /* by pair of nodes and field: 2^weight, 0 where missing; NULL in big components */
    uint8_t *paired;       /* by pair: known; NULL: all are */
    struct judged *judged; /* by pair of nodes, the lesser first: what the guards say; NULL in big components */
    uint32_t *members;     /* room for two clusters' nodes, and for the places of their cross pairs */
    uint16_t *places;
    struct enemy *enemies;
    size_t enemy_count, enemy_capacity;
    struct candidate *heap;
    size_t heap_count, heap_capacity;
    uint32_t *mark; /* by cluster: the bond to it of the cluster being merged + 1 */
};

/* The ends of an edge by number within the component, lo < hi. */
struct local_edge {
    uint32_t lo, hi, edge;
};

/* What one component is made of. */
struct component_input {
    const uint32_t *nodes; /* of the input, in canonical order */
    uint32_t count;
    const struct link_edge *edges; /* its own, side by side */
    size_t edge_count;
    /* Where every pair was compared: 2^weight of each field, by pair of nodes as in struct clustering; the edges are
     * then in order of their ends, which stand here. */
    float *odds;
    const struct local_edge *ends;
    bool is_one;                   /* and is known to end as one cluster */
    const uint32_t *must, *cannot; /* numbers in the input */
    size_t must_count, cannot_count;
};

struct cluster_room;

struct component_result {
    struct arena *arena; /* of the lists */
    struct link_doubt *doubts;
    size_t doubt_count, doubt_capacity;
    uint32_t *refused; /* must-links, by number */
    size_t refused_count, refused_capacity;
    uint64_t wanted; /* bytes that a component of `wanting` records needs and has no room for; 0: none */
    uint32_t wanting;
    size_t edge_count;        /* met; counted where the edges are nowhere else */
    struct light_list *light; /* those between two of its clusters; NULL: not wanted */
};

/* The weight from which an edge holds a component together: join; where more than weights has a say, lighter ones down
 * to `margin` below what a person is asked about or what joins. A cluster that is tied to another by less counts
 * as no rival for any of its records, though several such edges might together have made one: that is what small
 * components cost. Twins are tied whatever they weigh (cluster_of_twins). */
static inline double cluster_tie(double join, double review, double margin, bool constrained)
{
    if (!constrained || margin <= 0)
        return join;
    return (review < join ? review : join) - margin;
}

/* cluster.c: link_cluster for what was scored without edges; *ret_edges: how many there are. The input has none, and
 * nothing but weights has a say: no guards, no sources, nobody's word. */
bool cluster_scored(const struct link_cluster_input *input, const struct scored *scored, struct arena *arena,
                    struct link_clusters *ret, size_t *ret_edges, struct error *err) MUST_USE;
/* cluster_compare.c: calls for the memory that cluster_compare will want of these nodes. */
void cluster_compare_soon(const struct cluster_plan *plan, const uint32_t *nodes, uint32_t count);
/* Compares a component's records with each other, where they were scored without edges. What it finds lies in the room,
 * which is one thread's, or in the arena, until the next component. Of a great component's edges `most` are kept, and
 * all counted. */
struct cluster_room *cluster_room_make(const struct cluster_plan *plan, struct arena *arena);
void cluster_compare(const struct cluster_plan *plan, struct memo *memo, struct cluster_room *room,
                     struct component_input *component, uint64_t most, struct arena *arena);

/* cluster_certain.c: what a pair has to spare, from what its weight is above `join` at least and whether it is an edge
 * of `join` or more; and whether a component is one cluster whatever else is known of it: true is certain, false is
 * not. `spare` is by two nodes, both ways, the diagonal unread; it is changed. Steps as count² × pairs below `join`. */
double cluster_spare(double above, bool joins);
bool cluster_is_one(double *spare, size_t count);

/* cluster_doubts.c: of each two clusters, by their roots, the doubt that comes first: the heaviest. */
struct doubt_table {
    struct arena *arena;
    struct doubted *slots;
    size_t slot_count, count;
};
void cluster_doubt(struct doubt_table *table, uint32_t x, uint32_t y, struct link_doubt doubt);
/* All of them, the heaviest first. */
void cluster_doubts_list(const struct doubt_table *table, struct arena *arena, struct link_clusters *ret);

/* For a walk through the edges, when it comes to edge i: of those that lie on disk not many stay in memory. */
static inline void cluster_rest(const struct link_cluster_input *input, size_t i)
{
    if (input->spill && i % (1u << 16) == 0)
        spill_rest(input->spill);
}

static inline bool cluster_is_in(const struct cluster_plan *plan, uint32_t node)
{
    return node < plan->input->count && plan->local[node] != CLUSTER_NONE;
}

/* Things of components side by side: those of component k are items[starts[k] … starts[k + 1]). */
struct grouped {
    uint32_t *items;
    uint32_t *starts;
};

struct components {
    struct cluster_plan *plan;
    uint32_t *of; /* by node: its component, from 0; CLUSTER_NONE for nodes left out */
    uint32_t count;
    struct grouped nodes, must, cannot;
    struct grouped edges; /* by node: the edges that it is `a` of; items NULL: they stand in that order */
    uint32_t *chunk_from; /* components by chunk of work */
    size_t chunks;
    struct component_result *results; /* by chunk */
    struct memo *memos[LINK_THREADS_MAX];
    struct arena *arenas[LINK_THREADS_MAX];
    struct cluster_room *rooms[LINK_THREADS_MAX];
    struct cluster_table *tables[LINK_THREADS_MAX];
    /* Without edges in the input: of the threads that compared all pairs, then of those that cluster. */
    struct light_list *light[2 * LINK_THREADS_MAX];
    size_t light_count;
    size_t edge_count;
    struct memory_room *room; /* of great components, for all that are worked at a time */
};

/* cluster_results.c: of each two clusters the heaviest doubt, those that the components found and those between them;
 * the must-links that none could heed; clusters by their lowest nodes. */
bool cluster_gather_doubts(struct components *components, struct arena *arena, struct link_clusters *ret,
                           struct error *err) MUST_USE;
void cluster_gather_refused(const struct components *components, struct arena *arena, struct link_clusters *ret);
void cluster_name(const struct cluster_plan *plan, struct arena *arena, struct link_clusters *ret);

/* cluster.c: what a plan takes from its input's model; the comparer is not bound. */
void cluster_plan_model(struct cluster_plan *plan);

/* cluster_table.c: what cluster_component does, of small components in which weights alone have a say and most pairs
 * are known; the table is one thread's. */
struct cluster_table *cluster_table_make(const struct cluster_plan *plan, struct arena *arena);
bool cluster_table_serves(const struct cluster_plan *plan, const struct component_input *component);
void cluster_table_refine(const struct cluster_plan *plan, const struct component_input *component, struct memo *memo,
                          struct cluster_table *table, uint32_t *ret_root, struct component_result *ret);

/* cluster_component.c. ret_root: by number in the component, that of the first of its cluster. Adds to the result. The
 * arena is reset by the caller. */
void cluster_component(const struct cluster_plan *plan, const struct component_input *component, struct memo *memo,
                       struct cluster_table *table, struct arena *arena, uint32_t *ret_root,
                       struct component_result *ret);
uint32_t cluster_find(struct clustering *work, uint32_t node);
/* How well two sets of records, by their numbers in the input, fit into one cluster: prior and fields, in bits. */
float cluster_fit(const struct cluster_plan *plan, struct memo *memo, const uint32_t *a, size_t a_count,
                  const uint32_t *b, size_t b_count, struct arena *scratch);
/* By field what a pair, or an edge, says; and of some pairs at `places` of a table. */
void cluster_pair_odds(const struct cluster_plan *plan, const struct compared *compared, float *ret);
void cluster_edge_odds(const struct cluster_plan *plan, struct memo *memo, const struct link_edge *edge, float *ret);
void cluster_compare_into(const struct cluster_plan *plan, struct memo *memo, const struct link_pair *pairs,
                          const size_t *places, size_t count, float *table);

/* 2^weight of one field; 0 where missing. */
static inline float cluster_odds(const struct cluster_plan *plan, size_t f, uint8_t level, int8_t frequency)
{
    return level ? (float)(plan->odds[f][level] * plan->odds_of_frequency[frequency + 128]) : 0;
}

/* What family and neighbours agree in too is taken away by a field more. It is kept as bits and one, so that 0 is none,
 * and its mean is over bits, not over odds: the mildest pair of a cluster's, of two at different homes perhaps, must
 * not excuse all others. */
static inline float cluster_near(double bits)
{
    return (float)fmin(bits, 120) + 1;
}

static inline unsigned bond_side(const struct bond *bond, uint32_t cluster)
{
    return bond->side[1] == cluster;
}

/* cluster_forbid.c: whether a record gives more of a given name than an initial; whether a person's or an owner's word
 * stands between two clusters; whether anything forbids that they become one (bond: theirs, or NULL; with: a cluster
 * that both are about to be one with, or CLUSTER_NONE); whether one of a bond's two fits another cluster about as well,
 * so that a person has to say. */
bool cluster_gives_name(const struct comparer *comparer, uint32_t record);
bool cluster_kept_apart(struct clustering *work, uint32_t x, uint32_t y);
bool cluster_forbidden(struct clustering *work, uint32_t x, uint32_t y, const struct bond *bond, uint32_t with);
bool cluster_ambiguous(struct clustering *work, const struct bond *bond);

/* Whether an edge is of two who may be twins and share an initial. It holds a component together whatever it weighs: a
 * record that gives that initial alone may be either's. A million people have about a thousand such pairs by chance. */
bool cluster_of_twins(const struct comparer *comparer, const struct link_edge *edge);

/* cluster_attach.c: puts clusters of at most CLUSTER_SMALL records to greater ones where they belong; changes
 * plan->root. cluster_belongs: how likely one is of another, beside plan->stranger for none. */
enum { CLUSTER_SMALL = 2, CLUSTER_GREATEST = 256 };
#define CLUSTER_STRANGER 0.05 /* the least that none is worth; more where the model expects few matches a record */
double cluster_belongs(const struct cluster_plan *plan, struct memo *memo, const uint32_t *small, size_t small_count,
                       const uint32_t *great, size_t great_count, struct arena *scratch);
/* `light`: all edges that may lead from one cluster to another, where they are not in the input. */
bool cluster_attach(struct cluster_plan *plan, struct light_pieces light, struct arena *arena,
                    struct error *err) MUST_USE;

#endif
