/* index.h: records that come, change and go one at a time, under one frozen model.
 *
 * THE LOCALITY LAW (link.h) makes it possible: a pair's weight depends on the pair and the model, a component's
 * clusters on the component. So the entities here are, after any sequence of adds, changes and deletes, those that
 * link_score and link_cluster would give for the records that are left (tests/link/test_index.c holds one against the
 * other). A new record is compared only with those that share a key of the blocking rules with it; keys that the model
 * calls too common are no keys, however many or few records hold them now.
 *
 * An index lives in memory, in the arena it was made in; space of records that have gone is not used again until a new
 * index is made. One thread at a time. Cost of an add: a look at each rule's key, a comparison with each record found,
 * and clustering the components touched. */
#ifndef STAITHE_LINK_INDEX_H
#define STAITHE_LINK_INDEX_H

#include "link/link.h"

struct link_index;

/* Entities are called by a record of theirs: the first by content. */
enum link_change {
    LINK_MADE,   /* a new entity; other is the same */
    LINK_ENDED,  /* its last record has gone */
    LINK_JOINED, /* `other` is now part of `entity` */
    LINK_PARTED, /* `entity` came out of `other` */
};

struct link_event {
    enum link_change change;
    uint32_t entity, other; /* records that name the two */
};

/* Takes over a table and a model of the same specification; all its records are put in. From then on records are added
 * by the index only. `event` (may be NULL) is called for each join and split as it happens, not while the table is put
 * in. */
bool link_index_make(struct link_records *records, const struct link_model *model,
                     void (*event)(void *context, const struct link_event *event), void *context, struct arena *arena,
                     struct link_index **ret, struct error *err) MUST_USE;

/* Adds a record and says its number. */
bool link_index_add(struct link_index *index, uint32_t source, struct slice id, const struct slice *values,
                    uint32_t *ret_record, struct error *err) MUST_USE;
/* A record that has gone is in no entity and is found no more. Removing one twice is a mistake of the caller. A change
 * is a removal and an add. */
bool link_index_remove(struct link_index *index, uint32_t record, struct error *err) MUST_USE;

/* The entity of a record; UINT32_MAX for one that has gone. */
uint32_t link_index_entity(const struct link_index *index, uint32_t record);
/* Records of an entity, by number; in the arena. */
size_t link_index_members(const struct link_index *index, uint32_t entity, struct arena *arena, uint32_t **ret);

struct link_found {
    uint32_t record, entity;
    double weight; /* bits; as an edge of the two would have */
};
/* Who fits these values: records that share a key with them, of `least` bits or more, heaviest first, at most `most`.
 * Nothing is added. */
bool link_index_find(struct link_index *index, const struct slice *values, double least, size_t most,
                     struct arena *arena, struct link_found **ret, size_t *ret_count, struct error *err) MUST_USE;

#endif
