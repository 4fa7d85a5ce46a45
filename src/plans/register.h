/* register.h: the registers of a plan: their rows, who wrote them, changing and approving them.
 *
 * A row stands in the plan's text or, newer, in the journal. Each change is one transaction: the row as it was seen
 * still stands, its register is not locked, the plan loads with the new row, the journal's entry and the audit's line
 * are written; or none of it. Whoever saw an older row is told who changed it meanwhile (ERROR_CONFLICT) and loses
 * nothing that they typed: the page shows both.
 *
 * A row is approved only by a role that may approve, only when every gate of the plan lets it through, and when both
 * rounds of the budget challenge are recorded; the sentence names all that is missing. Figures of an approved row
 * change only by proposing it anew. */
#ifndef STAITHE_PLANS_REGISTER_H
#define STAITHE_PLANS_REGISTER_H

#include "plans/plans.h"
#include "plans/row.h"

enum { CHALLENGE_ROUNDS = 2, REASON_MAX = 1000 };

struct register_row {
    const struct plan_entry *entry; /* in the model */
    struct row row;
    struct slice seen;                   /* short digest of the row as it stands: what a form carries back */
    const struct journal_entry *written; /* NULL: the plan's own text */
    struct slice file;                   /* where it stands in the text, when it does */
    uint32_t line;
    const struct journal_entry *challenges[CHALLENGE_ROUNDS]; /* NULL: not recorded */
};

/* In the order of the model. */
void register_rows(const struct open_plan *plan, enum plan_register kind, struct arena *arena,
                   struct register_row **ret, size_t *ret_count);
bool register_find(const struct open_plan *plan, enum plan_register kind, struct slice id, struct arena *arena,
                   struct register_row *ret, struct error *err) MUST_USE;

struct register_change {
    struct row row;
    struct slice seen;   /* of the row that was looked at; empty: a new one */
    struct slice reason; /* why, for others to read */
};
/* Adds or changes a row. Needs ABILITY_REGISTER. */
bool register_write(const struct open_plan *plan, const struct guard_session *session, struct register_change *change,
                    struct arena *arena, struct error *err) MUST_USE;

/* What is missing before the row may be approved, in words joined by commas; empty: nothing. */
struct slice register_missing(const struct open_plan *plan, const struct register_row *row, struct arena *arena);
/* Sets its state to approved. Needs ABILITY_APPROVE; ERROR_HELD says what is missing. */
bool register_approve(const struct open_plan *plan, const struct guard_session *session, enum plan_register kind,
                      struct slice id, struct slice seen, struct slice reason, struct arena *arena,
                      struct error *err) MUST_USE;

struct register_round {
    enum plan_register kind;
    struct slice id;
    int64_t round;        /* 1 or 2 */
    struct slice outcome; /* accepted, changed, rejected */
    struct slice words;
};
/* Records that a row was challenged. Needs ABILITY_REGISTER or ABILITY_APPROVE. A later word on a round stands over an
 * earlier one. */
bool register_challenged(const struct open_plan *plan, const struct guard_session *session,
                         const struct register_round *round, struct arena *arena, struct error *err) MUST_USE;

/* The entry that locks the register, or NULL while it is open. */
const struct journal_entry *register_locked(const struct journal *journal, enum plan_register kind);
/* Needs ABILITY_APPROVE. */
bool register_lock(const struct open_plan *plan, const struct guard_session *session, enum plan_register kind,
                   bool locked, struct slice reason, struct arena *arena, struct error *err) MUST_USE;

/* ---- For the files of this room ---- */

/* A reason of at least one word. */
bool reason_check(struct slice *reason, struct error *err) MUST_USE;
/* Within a writing transaction: adds the entry when nothing about its subject was written since `plan` was opened, and
 * commits. `must_load`: the plan is tried with it first. */
bool register_commit(const struct open_plan *plan, const struct guard_session *session, const char *deed,
                     struct journal_entry *entry, bool must_load, struct arena *arena, struct error *err) MUST_USE;

#endif
