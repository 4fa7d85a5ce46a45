/* linking_write.h: what hub_link found, written as differences from what stands there. Private to this room.
 *
 * Each of these works inside the caller's write transaction and leaves it open. When most of a table would change it is
 * cleared and written in bulk; else only what changed is touched, so linking again after a small landing writes little.
 */
#ifndef STAITHE_HUB_LINKING_WRITE_H
#define STAITHE_HUB_LINKING_WRITE_H

#include "hub/entities.h"
#include "hub/linked.h"
#include "hub/linking.h"

/* Which records the caller knows of. `anchors` is NULL where that is all there are; else it holds these alone, those
 * that have gone among them, and what the tables say of others stays as it is. */
struct written {
    const struct linked *linked; /* of the anchors that stand */
    const int64_t *anchors;      /* ascending */
    size_t anchor_count;
};

bool write_homes(struct transaction *transaction, const struct linked *linked, struct arena *arena,
                 struct error *err) MUST_USE;
/* Ends the residences that the records no longer say. */
bool write_residences(struct transaction *transaction, const struct written *written, struct arena *arena,
                      struct error *err) MUST_USE;

struct edge_row {
    int64_t a, b, verdict, guard, pattern; /* anchors, a < b */
    double weight;
};
int edge_rows_by_pair(const void *a, const void *b);
struct edge_row edge_row_of(const struct link_edge *edge, int64_t a, int64_t b);
/* Of a row of STATEMENT_HUB_EDGES_ALL or _AT. */
struct edge_row edge_row_read(const struct value *row);
/* The edges in place of those that stand at these anchors (NULL: of all). *ret_gone (may be NULL): those that went or
 * say something else, in the arena. *ret_balance: how many more there are. */
bool write_edges(struct transaction *transaction, struct edge_row *edges, size_t count, const int64_t *anchors,
                 size_t anchor_count, int64_t model, struct arena *arena, struct edge_row **ret_gone,
                 size_t *ret_gone_count, int64_t *ret_balance, struct error *err) MUST_USE;

struct doubt_found {
    int64_t a, b; /* anchors, a < b */
    double weight;
    struct slice why;
    int64_t pattern; /* which comparisons agree how well: pairs of one pattern are doubtful alike */
    double unsure;   /* 0 to 1 */
};
/* The arguments of STATEMENT_HUB_DOUBT_INSERT. */
#define DOUBT_ARGS(doubt, found_at)                                                                                    \
    ARGS(value_integer((doubt)->a), value_integer((doubt)->b), value_real((doubt)->weight), value_text((doubt)->why),  \
         value_integer(found_at), value_integer((doubt)->pattern), value_real((doubt)->unsure))
/* The doubts in place of the old rows (of STATEMENT_HUB_DOUBTS_ALL or _AT); a pair that waited before keeps the time it
 * was found. */
bool write_doubts(struct transaction *transaction, const struct result *old, struct doubt_found *doubts, size_t count,
                  int64_t now, struct error *err) MUST_USE;

/* Members of one linkage before: by anchor. */
struct members {
    struct member_row {
        int64_t anchor, entity;
        int64_t source; /* id; of those that come */
    } * rows;
    size_t count;
};
/* Their order, for sorting and searching. */
int member_rows_by_anchor(const void *a, const void *b);
bool read_members(struct transaction *transaction, int64_t linkage, struct arena *arena, struct members *ret,
                  struct error *err) MUST_USE;
/* after: by anchor too. `all`: before are all the members that the linkage has; else they are some, and the others
 * stay.
 */
bool write_members(struct transaction *transaction, int64_t linkage, const struct members *before,
                   const struct members *after, bool all, struct arena *arena, struct error *err) MUST_USE;
bool write_entity_changes(struct transaction *transaction, int64_t linkage, const struct entities *entities,
                          int64_t now, struct slice cause, struct arena *arena, struct error *err) MUST_USE;

/* linking_search.c */
bool write_search(struct transaction *transaction, const struct linked *linked, struct error *err) MUST_USE;
/* Of one source, and of its records these anchors alone, those that have gone among them. */
bool write_search_some(struct transaction *transaction, const struct linked *linked, struct slice source,
                       const int64_t *anchors, size_t count, struct error *err) MUST_USE;

#endif
