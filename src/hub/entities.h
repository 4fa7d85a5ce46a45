/* entities.h: ids that survive: which entity each cluster is, given the entities that its records were in before.
 *
 * An old entity is claimed by the cluster that holds most of its records (on a tie, the one whose first record comes
 * first). A cluster that several claim keeps the oldest id and the others end in it (a join); a cluster that none
 * claims gets a new id, split off the entity that most of its records were in, if any. Pure: depends on nothing but its
 * input, whose nodes stand in canonical order. */
#ifndef STAITHE_HUB_ENTITIES_H
#define STAITHE_HUB_ENTITIES_H

#include "base/arena.h"

struct entities_input {
    uint32_t count;
    const uint32_t *cluster; /* per node the lowest node of its cluster; UINT32_MAX: not there */
    const int64_t *before;   /* per node its entity before, 0 for none */
    const int64_t *gone;     /* entities before of records that are not among the nodes; may repeat */
    size_t gone_count;
};

enum entity_change_kind { ENTITY_JOINED, ENTITY_INTO, ENTITY_SPLIT, ENTITY_FROM, ENTITY_END };

struct entity_change {
    enum entity_change_kind kind;
    int64_t entity, other;
};

struct entities {
    int64_t
        *entity; /* per node; for new ones -1, -2, … in canonical order: the caller takes ids and puts them in place */
    size_t fresh;                  /* how many new ones */
    size_t total;                  /* entities now */
    size_t made;                   /* new ones that were split off none */
    struct entity_change *changes; /* ids of new ones as above */
    size_t change_count;
    size_t joined, split, ended;
};

void entities_assign(const struct entities_input *input, struct arena *arena, struct entities *ret);
/* Puts the real ids in: -1 becomes first, -2 first + 1, … */
void entities_number(struct entities *entities, uint32_t count, int64_t first);

#endif
