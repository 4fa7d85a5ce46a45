/* events.h: the joins and splits of the entities that a session may know of, in the order in which they happened, for
 * whoever keeps something by an entity's number and must follow where it went.
 *
 * A follower asks for what came after the last event it has seen; numbers never go back. Events are of the linkage of
 * the session's own sources: what joined by a source that it may not match on is no event to it. They hold numbers and
 * no personal values; each reading is in the audit all the same. Two events are one deed seen from both sides: "joined"
 * (entity took other in) and "into" (entity went into other); "split" (other came out of entity) and "from"; "end": the
 * entity's last record has gone. */
#ifndef STAITHE_HUB_EVENTS_H
#define STAITHE_HUB_EVENTS_H

#include "hub/hub.h"

struct hub_event {
    int64_t id, at;
    struct slice kind;
    int64_t entity, other; /* other: 0 for none */
    struct slice cause;    /* "linking", or what a steward decided */
};

/* Events with a number above `since`, at most `most` (to 1000); *ret_more: there are further ones. */
bool hub_events(const struct hub *hub, const struct guard_session *session, int64_t since, size_t most,
                struct arena *arena, struct hub_event **ret, size_t *ret_count, bool *ret_more,
                struct error *err) MUST_USE;

/* Whether there is any above `since`: nothing of it is told, and nothing is written into the audit. For those who wait.
 */
bool hub_events_any(const struct hub *hub, const struct guard_session *session, int64_t since, struct arena *arena,
                    bool *ret, struct error *err) MUST_USE;

#endif
