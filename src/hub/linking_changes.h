/* linking_changes.h: linking what landings changed since the last linking, and nothing else.
 *
 * The index (people_index.h) takes in the records that came, changed or went, and gives their edges; those that the
 * store holds of these records are set to them; what hangs together with a change is clustered anew
 * (component_recluster); members, events, doubts, residences and search tokens are written for what changed. The result
 * is that of linking everything anew under the same model: digests, edges, doubts, members, and the ids of entities too
 * (tests/hub/test_linking_changes.c). The work follows the number of changed records, beside opening the index.
 * Private to this room. */
#ifndef STAITHE_HUB_LINKING_CHANGES_H
#define STAITHE_HUB_LINKING_CHANGES_H

#include "hub/linking.h"
#include "hub/linking_state.h"
#include "hub/people_index.h"

struct linking_changes {
    const struct hub *hub;
    const struct guard_session *session;
    const struct hub_link_options *options;
    const struct person_model *model;
    struct people_index *index; /* open, at a linking that the store knows; not open where nothing has landed */
    struct digest basis;        /* of today; that of the last linking is the same */
    struct slice sources;       /* of the first linkage */
    int64_t now;
};

enum linking_outcome {
    LINKING_DONE,
    LINKING_AGAIN, /* somebody landed or linked meanwhile: begin again; the index goes on from where it is */
    LINKING_ANEW,  /* so much changed that linking everything is less work, or the index could not be used */
};

/* *ret and the result are written where it returns true; the result where it is done. */
bool linking_changes(const struct linking_changes *changes, struct arena *arena, struct hub_link_result *result,
                     enum linking_outcome *ret, struct error *err) MUST_USE;

#endif
