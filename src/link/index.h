/* index.h: records that come, change and go one at a time, under one frozen model.
 *
 * THE LOCALITY LAW (link.h) makes it possible: a pair's weight depends on the pair and the model, a component's
 * clusters on the component. So the entities here are, after any sequence of adds, changes and deletes, those that
 * link_score and link_cluster would give for the records that are left (tests/link/test_index.c holds one against the
 * other). A new record is compared only with those that share a key of the blocking rules with it; keys that the model
 * calls too common are no keys, however many or few records hold them now.
 *
 * An index lives in memory, in the arena it was made in; index_file.h keeps one on disk. Of values only the plain form
 * is kept. One thread at a time; adding many at once uses several of its own, with the same result. Space of records
 * that have gone is not used again until an index is written to its file and read. Cost of an add: a look at each
 * rule's key, a comparison with each record found, and clustering the components touched. */
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
    LINK_CALLED, /* what was called `other` is called `entity`: its first record has come or gone */
};

struct link_event {
    enum link_change change;
    uint32_t entity, other; /* records that name the two */
};

/* Takes over a table and a model of the same specification; all its records are put in. From then on records are added
 * by the index only. `options` (may be NULL) are for putting in. */
bool link_index_make(struct link_records *records, const struct link_model *model, const struct link_options *options,
                     struct arena *arena, struct link_index **ret, struct error *err) MUST_USE;
/* With options->edges_only it keeps edges and makes no clusters: for an owner who clusters by other words than weights
 * (the hub, by linkages and stewards' decisions). Each record is then an entity of its own and no event is told. It is
 * said once, here, and kept in the index's file. */
bool link_index_edges_only(const struct link_index *index);
/* From then on `event` is called for each join and split, at the end of the call that brought it about. NULL: no more.
 * It must not call the index. */
void link_index_listen(struct link_index *index, void (*event)(void *context, const struct link_event *event),
                       void *context);

/* From then on `edge` is called for each edge that went and for each that came, at the end of the call that brought it
 * about, before the events above: first those that went, then those that came, each once, of either end. They are just
 * those with a record that was taken out or put in: by the locality law an edge between two records that stay neither
 * comes nor goes nor changes its weight, as keys too common, frequencies and learned values are the model's and are
 * frozen with it. An end that has gone still has its source and id in the table (link_records_id); of a record that was
 * replaced the edges of its old number go and those of its new number come, the unchanged ones too. NULL: no more. It
 * must not call the index but for asking of its table. */
void link_index_listen_edges(struct link_index *index,
                             void (*edge)(void *context, const struct link_edge *edge, bool came), void *context);

/* The table, for sources, ids and values; the number of a source by name, made when new. */
const struct link_records *link_index_records(const struct link_index *index);
bool link_index_source(struct link_index *index, struct slice name, uint32_t *ret, struct error *err) MUST_USE;

/* Adds a record and says its number. */
bool link_index_add(struct link_index *index, uint32_t source, struct slice id, const struct slice *values,
                    uint32_t *ret_record, struct error *err) MUST_USE;
/* Adds records that get numbers one after another, the first *ret_first. The entities are those of adding them one by
 * one; what is told of them is the difference between before and after. A call that fails has added some or none, and
 * the index is no longer good for anything but freeing. */
bool link_index_add_many(struct link_index *index, const struct link_row *rows, size_t count,
                         const struct link_options *options, uint32_t *ret_first, struct error *err) MUST_USE;
/* A record that has gone is in no entity and is found no more. Removing one twice is a mistake of the caller. A change
 * is a removal and an add. */
bool link_index_remove(struct link_index *index, uint32_t record, struct error *err) MUST_USE;
/* All at once, as adding many. */
bool link_index_remove_many(struct link_index *index, const uint32_t *records, size_t count,
                            const struct link_options *options, struct error *err) MUST_USE;

/* Both at once, so that a changed record is told as what became of it: takes out the first, then puts in the second. */
bool link_index_replace(struct link_index *index, const uint32_t *gone, size_t gone_count, const struct link_row *rows,
                        size_t count, const struct link_options *options, uint32_t *ret_first,
                        struct error *err) MUST_USE;

/* The record of this source and id, the one that came last of several; UINT32_MAX when there is none. */
uint32_t link_index_record(const struct link_index *index, uint32_t source, struct slice id);
/* Records that are there. */
size_t link_index_count(const struct link_index *index);
/* The entity of a record; UINT32_MAX for one that has gone. */
uint32_t link_index_entity(const struct link_index *index, uint32_t record);
/* Records of an entity, by number; in the arena. */
size_t link_index_members(const struct link_index *index, uint32_t entity, struct arena *arena, uint32_t **ret);

/* All edges that there are, in no order; of one record: in the arena. */
void link_index_visit_edges(const struct link_index *index, void (*visit)(void *context, const struct link_edge *edge),
                            void *context);
size_t link_index_edges(const struct link_index *index, uint32_t record, struct arena *arena, struct link_edge **ret);

struct link_found {
    uint32_t record, entity;
    double weight;   /* bits; as an edge of the two would have */
    uint8_t verdict; /* enum link_verdict: what rules and guards say of the two */
};
/* Who fits these values: records that share a key with them, of `least` bits or more, heaviest first, at most `most`.
 * Nothing is added, and of the words that were asked for nothing is kept. */
bool link_index_find(struct link_index *index, const struct slice *values, double least, size_t most,
                     struct arena *arena, struct link_found **ret, size_t *ret_count, struct error *err) MUST_USE;

struct link_index_size {
    size_t records, gone, edges, keys;
    uint64_t pairs; /* compared when it was made; 0 of one that was read from its file */
    size_t bytes;   /* in memory, about, of all that belongs to it */
};
void link_index_measure(const struct link_index *index, struct link_index_size *ret);
/* Records of the greatest component, which one record more may mean clustering anew. Walks all of it. */
size_t link_index_largest(struct link_index *index);

#endif
