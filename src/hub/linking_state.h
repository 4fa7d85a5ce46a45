/* linking_state.h: what each linking saw, so that the next one begins there. Private to this room.
 *
 * A row of `linking` has a random id, the landing up to which every source was seen, and its *basis*: a digest of all
 * that touches everyone (the model's version, the contracts, the sets of sources that grants may match on, the
 * gazetteer, the texts that this program was built from). While the basis is the same, the difference between two
 * linkings is what the landings between them changed. */
#ifndef STAITHE_HUB_LINKING_STATE_H
#define STAITHE_HUB_LINKING_STATE_H

#include "hub/linking.h"

struct linking_state {
    int64_t id; /* 0: there was none */
    int64_t number, model;
    struct digest basis;
    int64_t records, edges, homes, placed, placed_by_address;
};

/* The last one. */
bool linking_last(struct transaction *transaction, struct arena *arena, struct linking_state *ret,
                  struct error *err) MUST_USE;
/* Whether this linking is known and had this basis: one that is not known was never made in this store, or was
 * forgotten since; what one of another basis saw is not told by what landed after it. */
bool linking_known(struct transaction *transaction, int64_t linking, const struct digest *basis, struct arena *arena,
                   bool *ret, struct error *err) MUST_USE;
/* As the next one, with an id of its own; those long gone are forgotten. */
bool linking_write(struct transaction *transaction, const struct host *host, struct linking_state *state, int64_t now,
                   struct error *err) MUST_USE;

/* sets: the sets of sources, joined by spaces; sources: rows of STATEMENT_HUB_SOURCES. */
struct digest linking_basis(const struct catalogue *catalogue, int64_t model, const struct slice *sets,
                            size_t set_count, const struct result *sources);
/* Whether the same landings are shown. */
bool linking_same_landings(const struct result *before, const struct result *now);

struct changed {
    int64_t *anchors; /* ascending */
    struct slice *sources;
    size_t count;
};
/* What came, changed or went since a linking, among the sources of persons in a set. */
bool linking_changed(struct transaction *transaction, const struct catalogue *catalogue, int64_t linking,
                     struct slice sources, struct arena *arena, struct changed *ret, struct error *err) MUST_USE;

/* What the result says of the whole hub, and the entry in the record of changes. `main_sources`: the linkage whose
 * digest is the hub's, which becomes the first; result->linkages are written already. */
bool linking_finish(struct transaction *transaction, const struct guard_session *session,
                    const struct linking_state *state, struct slice main_sources, struct arena *arena,
                    struct hub_link_result *result, struct error *err) MUST_USE;

#endif
