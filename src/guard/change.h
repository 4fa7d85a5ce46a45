/* change.h: the audit of changes, in the same transaction as what it tells of: neither stands without the other.
 *
 * `what` is one of landing, decision, concern, entry, account, session, model, link, plan; `subject` is what was
 * changed (a source, a pair of records, an account's name); `detail` is a JSON object, or empty for {}. Never a
 * person's own words or values: it says which, not what; of a plan or a model, which hold no personal data, it says why
 * too. */
#ifndef STAITHE_GUARD_CHANGE_H
#define STAITHE_GUARD_CHANGE_H

#include "guard/guard.h"

bool change_write(struct transaction *transaction, const struct guard_session *session, struct slice what,
                  struct slice subject, struct slice detail, struct error *err) MUST_USE;

/* Who did it when there is no session: set-up at the machine itself. */
bool change_write_as(struct transaction *transaction, struct slice account, struct slice what, struct slice subject,
                     struct slice detail, struct error *err) MUST_USE;

struct change {
    int64_t id, at;
    struct slice account, role, purpose, what, subject, detail;
};

struct change_filter {
    struct slice account, what, subject; /* empty: all */
    int64_t before, limit;               /* as in audit.h */
};

/* Newest first; needs a role that may read the audit, and an agreement in force for its purpose. */
bool change_list(const struct guard_session *session, const struct change_filter *filter, struct arena *arena,
                 struct change **ret, size_t *ret_count, bool *ret_more, struct error *err) MUST_USE;

#endif
