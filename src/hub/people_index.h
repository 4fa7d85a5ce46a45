/* people_index.h: the index of people in the hub's data folder (link/index_file.h): which records pair with which.
 *
 * It holds the records of the linking session's sources and their edges, no clusters: those are the hub's own, by
 * linkage and under stewards' words. Its position is the id of the linking that it follows (linking_state.h), 0 while
 * it follows none. It is a servant of the store: what it holds can be made anew from there at any time, so everything
 * that is wrong with it ends in a sentence (`note`), never in a linking that fails.
 *
 * SERVERS: each data folder has its own, over one store too. It goes by the store's numbers: it takes what changed
 * since the linking that it follows, whoever made the linkings after that one.
 *
 * WHEN IT IS MADE ANEW: where there is none; when it is damaged or of another version or model; when its position is no
 * linking of this store, as after a restore of an older backup, which takes it out of the store, not off the disk; when
 * that linking had another basis than today's (another server has linked everything anew since); when it was left in
 * the midst of a change (it may then be ahead of the store); when everything is linked anew. Private to this room. */
#ifndef STAITHE_HUB_PEOPLE_INDEX_H
#define STAITHE_HUB_PEOPLE_INDEX_H

#include "hub/linked.h"

#include "link/index_file.h"

struct people_index {
    const struct host *host;
    struct slice folder;
    struct arena *life;      /* of the note */
    struct arena *arena;     /* of the file below; NULL: none is open */
    struct index_file *file; /* NULL: there is none that can be used */
    struct slice note;       /* what is wrong with it, in a sentence */
    bool writable;
};

/* Takes the folder's lock, waiting for another linking there to end, and makes the folder where it is missing. An empty
 * folder: no index is kept. The lock ends with the arena; people_index_close comes before it. */
void people_index_start(struct people_index *index, const struct host *host, struct slice folder, struct arena *arena);
/* Lets go of what is open, in memory alone. */
void people_index_close(struct people_index *index);

/* Opens what is there, if it is of this model; of what is open already that is asked again. False only when it was
 * stopped. */
bool people_index_open(struct people_index *index, const struct person_model *model, const struct link_options *options,
                       struct arena *arena, struct error *err) MUST_USE;
int64_t people_index_position(const struct people_index *index);
/* Makes it anew of all records, which it takes over: they live as long as it. false: it could not be made (the note
 * tells why), and the table is still the caller's own; with an error set, the linking was stopped. */
bool people_index_make(struct people_index *index, struct link_records *records, const struct link_model *model,
                       struct slice specification, const struct link_options *options, struct arena *arena,
                       struct link_edges *ret, struct error *err) MUST_USE;

/* Takes in what the records say now; `gone` are anchors that stand no more, with the names of their sources. */
bool people_index_follow(struct people_index *index, const struct linked *linked, const struct link_spec *spec,
                         const int64_t *gone, const struct slice *gone_sources, size_t gone_count,
                         const struct link_options *options, struct error *err) MUST_USE;
/* For this linking there is none: why goes into the note. */
void people_index_give_up(struct people_index *index, const struct error *why);
/* The edges of these records, in the arena; each pair once or twice. */
struct edge_row;
size_t people_index_edges(const struct people_index *index, const struct linked *linked, struct arena *arena,
                          struct edge_row **ret);
/* The store's linking is committed: the index follows it from now on. `compact`: also takes the values of records that
 * have gone off the disk. */
void people_index_settle(struct people_index *index, int64_t linking, bool compact);
/* Where that did not come about: takes the whole index off the disk. An error when even that cannot be done. */
bool people_index_wipe(const struct people_index *index, struct error *err) MUST_USE;

#endif
