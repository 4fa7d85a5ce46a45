/* index_inside.h: the parts of an index, for the files index*.c.
 *
 * Arrays by record, the edges and the postings are the arena's, and lie in large pages: at six million records they are
 * gigabytes that are walked at random, and half of the time of a walk through small pages was finding the page. They
 * grow by moving pages, not bytes. */
#ifndef STAITHE_LINK_INDEX_INSIDE_H
#define STAITHE_LINK_INDEX_INSIDE_H

#include "link/block.h"
#include "link/cluster.h"
#include "link/index.h"
#include "link/threads.h"

enum { NONE = CLUSTER_NONE };

/* An edge hangs in the lists of both its ends. One that has gone has two ends that are the same, and next[0] is the
 * next that has gone: its place is used again. */
struct index_edge {
    struct link_edge edge;
    uint32_t next[2]; /* of the list of edge.a, and of edge.b: place + 1 */
};

struct index_record {
    uint32_t first_edge; /* place + 1 */
    uint32_t strong;     /* the first record, by content, of its cluster before attaching */
    uint32_t entity;     /* … and after; NONE: it has gone */
    uint32_t next;       /* the next record of its cluster before attaching; a ring */
};

/* Records by key, open addressing. `list` is 0: none (any more), below LIST: one record + 1, else LIST and the place of
 * a list in `words`, in units of 4. */
struct key_slot {
    uint32_t key[2];
    uint32_t list;
};
enum { INDEX_LIST = 0x80000000u, INDEX_LIST_CLASSES = 28 };

struct postings {
    struct arena *arena;
    struct key_slot *slots;
    size_t slot_count, key_count;
    /* Lists: a word with the count and, in its five high bits, the class c; then room for (4 << c) - 1 records. */
    uint32_t *words;
    size_t word_count, word_capacity;
    uint32_t free[INDEX_LIST_CLASSES]; /* lists not used, by class: place + 1; the next one in their second word */
};

struct list {
    uint32_t *items;
    size_t count, capacity;
};

/* Keys are shared out, so that several threads may put records under theirs. */
enum { INDEX_SHARES = 8 };

/* What one thread clusters with. */
struct index_worker {
    struct cluster_plan plan;
    struct link_cluster_input input;
    struct memo *memo;
    struct cluster_table *table;
    struct arena *arena; /* of the component at hand */
    struct arena *store; /* of the arrays below and the plan's, by record */
    struct link_edge *edges;
    size_t edge_capacity, local_capacity;
    struct list nodes, starts; /* of the components at hand, one after another; and where each begins */
    struct list left;          /* records whose components are no trees */
};

/* Words bound to what the model knows of them so far, by column (index_bind.c). */
struct index_bound {
    size_t values, places, tokens;
    size_t value_capacity, place_capacity, token_capacity;
    float *bits_of_token; /* by token code */
    struct dictionary company;
    size_t bits_capacity;
};

struct link_index {
    struct arena *arena;
    struct link_records *records;
    const struct link_model *model;
    void (*event)(void *context, const struct link_event *event);
    void *context;
    void (*edge)(void *context, const struct link_edge *edge, bool came);
    void *edge_context;
    struct block_terms terms;
    struct postings *postings[INDEX_SHARES];
    struct index_edge *edges;
    size_t edge_count, edge_capacity, edges_gone;
    uint64_t pairs;     /* that were compared when it was made */
    uint32_t free_edge; /* place + 1 */
    struct index_record *of;
    uint32_t *seen;    /* by record: the stamp of the last walk that came by */
    uint32_t *source;  /* by record; NULL unless sources may be without duplicates */
    uint64_t *touched; /* by record, a bit: it is new, or edges of it went; while components are clustered */
    size_t touched_capacity;
    size_t capacity, gone;
    uint32_t stamp;
    uint32_t *names;                 /* by id, open addressing: record + 1; UINT32_MAX: one that has gone */
    size_t name_slots, name_count;   /* count: those that have gone too */
    double floor, join, review, tie; /* tie: cluster_tie */
    bool constrained, attach, rules, edges_only;
    struct comparer comparer;
    struct index_bound bound[LINK_COLUMNS_MAX];
    struct index_worker *workers[LINK_THREADS_MAX];
};

static inline void list_push(struct list *list, uint32_t item, struct arena *arena)
{
    ARENA_GROW(arena, list->items, list->count, list->capacity);
    list->items[list->count++] = item;
}

static inline size_t index_share(uint64_t key)
{
    return key % INDEX_SHARES;
}

static inline struct postings *index_postings(const struct link_index *index, uint64_t key)
{
    return index->postings[index_share(key)];
}

static inline bool edge_alive(const struct link_edge *edge)
{
    return edge->a != edge->b;
}

static inline uint32_t other_end(const struct link_edge *edge, uint32_t record)
{
    return edge->a == record ? edge->b : edge->a;
}

/* For a new walk: a stamp that no record has. When all have been given, those of old walks are taken off. */
static inline uint32_t index_stamp(struct link_index *index)
{
    if (++index->stamp == 0) {
        memset(index->seen, 0, index->capacity * sizeof *index->seen);
        index->stamp = 1;
    }
    return index->stamp;
}

/* The place + 1 of the next edge of this record. */
static inline uint32_t edge_next(const struct index_edge *edge, uint32_t record)
{
    return edge->next[edge->edge.a != record];
}

/* Makes room for element `count`, by doubling, from a million on by a quarter; what is new is zero. */
void *index_grow(struct arena *arena, void *array, size_t count, size_t *capacity, size_t size);
#define INDEX_GROW(arena, array, count, capacity)                                                                      \
    ((count) < (capacity) ? (void)0                                                                                    \
                          : (void)((array) = index_grow((arena), (array), (count), &(capacity), sizeof *(array))))

/* index_keys.c: postings. index_keys gives the keys of a record, one a rule, 0 for none; common keys are none. */
void index_keys(const struct link_index *index, uint32_t record, struct arena *scratch, uint64_t *ret_keys);
void postings_start(struct postings *postings, size_t keys, struct arena *arena);
/* All records of a key that is not there yet. */
void postings_put(struct postings *postings, uint64_t key, const uint32_t *records, size_t count);
/* The key in a slot and its records; 0 for a slot that has none. */
uint64_t postings_at(const struct postings *postings, size_t slot, const uint32_t **ret, uint32_t *single,
                     size_t *ret_count);
void postings_add(struct postings *postings, uint64_t key, uint32_t record);
void postings_remove(struct postings *postings, uint64_t key, uint32_t record);
/* The records of a key; `single` is room for one. */
const uint32_t *postings_of(const struct postings *postings, uint64_t key, uint32_t *single, size_t *ret_count);
void postings_fetch_slot(const struct postings *postings, uint64_t key);
void postings_fetch_list(const struct postings *postings, uint64_t key);

/* index_meet.c. Puts all records under their keys, where none is yet. */
bool index_post_all(struct link_index *index, const struct link_options *options, struct error *err) MUST_USE;
/* The edges of `floor` or more of the last record with those that stand under its keys, which it need not do itself;
 * in the arena. `remember`: the words compared may be kept in memos. */
void index_find_edges(struct link_index *index, uint32_t record, double floor, bool remember, struct arena *arena,
                      struct link_edges *ret);
/* The last records are new: they are put under their keys and meet those that came before them. Their edges, in order
 * of the later record, those of some records after those of others; in the arena. */
struct index_edges {
    struct link_edge *edges;
    size_t count;
};
bool index_meet_all(struct link_index *index, uint32_t first, size_t count, const struct link_options *options,
                    struct arena *arena, struct index_edges **ret, size_t *ret_count, struct error *err) MUST_USE;

/* index_bind.c: what the comparer asks of the model, for words that have come; and for those that go again. */
void index_bind_new(struct link_index *index);
void index_bind_back(struct link_index *index);

/* index_cluster.c */
struct index_change {
    struct list watched; /* records whose entity may change, with … */
    struct list before;  /* … what it was */
};
/* Notes every record whose entity a change at these records may touch. */
void index_watch(struct link_index *index, const struct list *from, struct index_change *change, struct arena *scratch);
/* Adds the component of `start` to nodes, but for what a walk of this stamp came by before. */
void index_walk(struct link_index *index, uint32_t start, struct list *nodes, struct arena *scratch);
/* Clusters the components of these records anew, which came or lost edges to such as have gone (some_gone), and lets
 * the small clusters about them choose again. */
bool index_renew(struct link_index *index, const struct list *from, bool some_gone, const struct link_options *options,
                 struct error *err) MUST_USE;
/* Which entities the watched records came from and went to, told as joins and splits. */
void index_tell(struct link_index *index, const struct index_change *change, struct arena *scratch);
/* The records of a cluster before attaching, in order of content. */
size_t index_ring(const struct link_index *index, uint32_t root, struct list *ret, struct arena *scratch);
bool index_worker_make(struct link_index *index, unsigned thread);

/* index_component.c: clusters a component, or what the touched records can have changed of it. Puts nodes in order. */
struct index_touched {
    const uint64_t *bits;
    bool some_gone;
};
static inline bool index_is_touched(const struct index_touched *touched, uint32_t record)
{
    return touched->bits[record / 64] >> record % 64 & 1;
}
void index_cluster_anew(struct link_index *index, struct index_worker *worker, uint32_t *nodes, size_t count,
                        const struct index_touched *touched);
/* Clusters the component of a touched record where all of it hangs together by edges that may join. PART: it does not,
 * or is too great; OTHERS: it holds a touched record of a lesser number, from which it is to be clustered. Several
 * threads may come from several records at once. */
enum index_tree { INDEX_TREE_WHOLE, INDEX_TREE_PART, INDEX_TREE_OTHERS };
enum index_tree index_cluster_tree(struct link_index *index, struct index_worker *worker, uint32_t start,
                                   const struct index_touched *touched);

/* index.c */
bool index_room(struct link_index *index, size_t records, struct error *err) MUST_USE;
uint32_t index_edge_add(struct link_index *index, const struct link_edge *edge);
void index_name_add(struct link_index *index, uint32_t record);
void index_name_fetch(const struct link_index *index, uint32_t source, struct slice id);
/* An index with nothing in it yet but the table's words. */
bool index_start(struct link_records *records, const struct link_model *model, struct arena *arena,
                 struct link_index **ret, struct error *err) MUST_USE;

/* index_check.c: its records linked from nothing under a model of its specification; numbers are those of the index by
 * place in the result. */
bool index_link_anew(const struct link_index *index, const struct link_model *model, const struct link_options *options,
                     struct arena *arena, struct link_clusters *ret, uint32_t **ret_numbers,
                     struct error *err) MUST_USE;

#endif
