/* version.h: versions of a plan: frozen with all their texts when they are approved.
 *
 * A version is the registers' text and every file that the plan was read from, with a digest over all of it. It can be
 * opened (plans_open with its name) and compared, never changed: nothing writes to its rows again, and an opened one
 * whose texts do not give its digest is said to be broken.
 *
 * Approving needs ABILITY_APPROVE, and that the state which was looked at still stands. It is refused while a cell of
 * the plan cannot be computed, or a gate, a replacement or a provision of its registers is not kept. */
#ifndef STAITHE_PLANS_VERSION_H
#define STAITHE_PLANS_VERSION_H

#include "plans/plans.h"

struct version {
    struct slice name, title, by;
    int64_t at;
    int64_t entry; /* the newest entry of the journal that went into it */
    struct digest digest;
};

/* Oldest first. */
bool version_list(const struct guard_session *session, struct slice plan, struct arena *arena, struct version **ret,
                  size_t *ret_count, struct error *err) MUST_USE;
bool version_find(const struct guard_session *session, struct slice plan, struct slice name, struct arena *arena,
                  struct version *ret, struct error *err) MUST_USE;

struct version_making {
    struct slice name, title, reason;
    struct slice seen; /* digest (hex) of the state that was looked at */
};
/* `plan` is open as it stands. */
bool version_freeze(const struct open_plan *plan, const struct guard_session *session,
                    const struct version_making *making, struct arena *arena, struct error *err) MUST_USE;
/* What keeps the plan from being approved, in one sentence; empty: nothing. */
struct slice version_missing(const struct open_plan *plan, struct arena *arena);

#endif
