/* linking.h: joins the current records of all sources into people, and puts them into homes.
 *
 * hub_link scores the records of every source that the session's linking agreement lets it match on with the frozen
 * model in force, and clusters one *linkage* for each distinct set of sources that some grant of today may match on:
 * from the same edges, restricted to those sources, so that what a purpose may not use does not shape what it sees.
 * Entities keep their ids: a merge keeps the older id, a split gives the smaller side a new one; each is an
 * entity_event. Ids are numbered for each linkage by itself, in canonical order (source name, key), so that they too
 * say nothing about sources outside it.
 *
 * Stewards' decisions are obeyed, and two different verified NHS numbers never share an entity, unless a source says
 * that one superseded the other. Doubts are written for the linkage of all sources.
 *
 * TWO WAYS, ONE RESULT. Everything is linked anew, or, with an index in the data folder (options->index), only what
 * landings changed since the last linking (linking_changes.h). Digest, edges, doubts and members are the same either
 * way, byte for byte. Everything is linked anew where no index can be used, when a model is trained, when what touches
 * everyone has changed (a contract, the sets of sources of today's agreements, the gazetteer, this program), or when so
 * much landed that it is less work; the index is then made anew too. An index that cannot be kept stops no linking: the
 * result says so in a sentence.
 *
 * Everything is written in one transaction: a reader sees the linkages before or after, never half of them. Linking is
 * deterministic: the same current records give the same digest (a sum over the entities, partition.h), whatever the
 * order of their landing and the number of threads.
 *
 * The model is trained from the records on first use and frozen as version 1, together with the words of
 * county/…/link/person.yaml; `train` makes and adopts a new version, which is a person's act and is named in the record
 * of changes. A change of that file does nothing until then: linking says that the model is outdated.
 *
 * Several servers over one PostgreSQL may link, each with an index in its own data folder; two linkings of one folder
 * wait for each other, and one that finds that another linking or landing came between begins again, up to three times.
 * The store's writer is held only while it is written. Errors: ERROR_DENIED when the session's purpose may not link,
 * ERROR_INPUT for a fault in county/…/link/person.yaml, ERROR_CONFLICT when the records changed under it three times.
 */
#ifndef STAITHE_HUB_LINKING_H
#define STAITHE_HUB_LINKING_H

#include "hub/hub.h"

/* What a person puts in force in the place of the county's file: a specification, and its model; without a model one is
 * trained from today's records. */
struct hub_link_adopt {
    struct slice specification, model; /* texts */
    int64_t
        instead_of; /* the version that it was worked out against; another in force by now: ERROR_CONFLICT; 0: any */
    struct slice reason; /* why, in the person's words, for the record of changes */
};

struct hub_link_options {
    unsigned threads;                   /* 0: as many as the machine has */
    bool train;                         /* make a new model version from today's records and adopt it */
    const struct hub_link_adopt *adopt; /* a new version that is this one; NULL: none */
    /* The folder of the index, in the server's own data folder: of mode 0700, made when it is missing. Empty: none is
     * kept, and everything is linked anew each time. It is in no backup. */
    struct slice index;
    bool anew;    /* link everything and make the index anew, whatever is there */
    bool compact; /* afterwards no file of the index holds the values of a record that has gone */
    /* Called now and then; returning false stops with ERROR_CANCELLED, leaving all as it was. May be NULL. */
    bool (*progress)(void *context, const char *stage, double share);
    void *context;
};

struct hub_linkage {
    int64_t id;
    struct slice sources; /* names in byte order, joined by spaces */
    size_t records, entities;
    size_t made, joined, split, ended; /* entities, since the last linking */
    bool moved;                        /* a record is in another entity than before, or in one at last */
    struct digest digest;              /* of its current records and their partition */
};

struct hub_link_result {
    int64_t model; /* version in force */
    bool trained;  /* in this call */
    bool anew;     /* everything was linked anew */
    /* What is to be said of the index, a sentence; else empty. */
    struct slice index_note;
    size_t changed; /* not anew: records that came, changed or went since the last linking */
    /* A sentence when the county's link/person.yaml is not what the model was trained with, else empty. */
    struct slice outdated;
    size_t records, edges;
    uint64_t pairs; /* compared, when everything was linked anew */
    size_t doubts;  /* that wait for a steward */
    size_t refused; /* stewards' joins that a keep-apart or two verified identifiers forbid */
    size_t homes, placed, placed_by_address, unplaced; /* homes; records in a home, of those by address, and in none */
    struct hub_linkage *linkages;                      /* the first is that of all sources that may be linked */
    size_t linkage_count;
    struct digest digest; /* of the first linkage: the hub's digest */
    double seconds;
};

/* Where a server or command with this data folder keeps its index, for options->index. */
struct slice hub_link_index(struct slice data, struct arena *arena);

/* `session` is of purpose linking (guard_system_session); its grant says which sources may be read for it. */
bool hub_link(const struct hub *hub, const struct guard_session *session, const struct hub_link_options *options,
              struct arena *arena, struct hub_link_result *ret, struct error *err) MUST_USE;

#endif
