/* source_state.h: how each source stands: its last landing, how fresh it is, how well filled. Figures only, nobody's
 * data: so there is no audit entry. All the same they are read through the guard: that a source is there and how fresh
 * it is may be seen in every role (ERROR_DENIED until a role and purpose are chosen); how much it holds, only where
 * source_counted says so.
 *
 * Freshness counts from the as-at day of the current landing: the day that the extract speaks of, not the day it came.
 */
#ifndef STAITHE_INGEST_SOURCE_STATE_H
#define STAITHE_INGEST_SOURCE_STATE_H

#include "catalogue/catalogue.h"
#include "ingest/landing.h"
#include "store/source_table.h"

/* How old the current landing of a source is. Without an as-at day the day that it arrived counts. A source that never
 * landed is of age 0 and not stale: nothing of it is shown. */
struct source_age {
    int64_t days;
    bool stale; /* older than the contract promises */
};
struct source_age source_age(const struct source *source, bool landed, struct date as_at, int64_t received_at,
                             struct date today);

struct source_state {
    const struct source *source;
    int64_t id;              /* its row in the table source; 0: never landed */
    bool landed;             /* there is a current landing */
    struct landing current;  /* when landed */
    struct landing newest;   /* the newest of any state; id 0 when there is none */
    bool counted;            /* source_counted */
    int64_t records;         /* current records; 0 unless counted */
    int64_t open_quarantine; /* rows that no later landing had right; 0 unless counted */
    struct source_age age;   /* of the current one */
};

/* Whether the session may land the source, as intake_open will say while the source's agreement is in force. */
bool source_landed_by(const struct guard_session *session, const struct source *source);
/* Whether the session may see how many records a source has and how its columns are filled: it may land the source, or
 * an agreement in force lets the records be counted for its purpose. False before a role and purpose are chosen. */
bool source_counted(const struct guard_session *session, const struct source *source);

/* A transaction to read how sources stand; ERROR_DENIED before a role and purpose are chosen. */
bool source_read_begin(const struct guard_session *session, struct arena *arena, struct transaction **ret,
                       struct error *err) MUST_USE;
/* Takes out of a landing what only those may know who may count its source: its counts, and the reason, which tells
 * some of them. */
void landing_for(const struct guard_session *session, const struct source *source, struct landing *landing);

/* Of every source of the session's catalogue, in its order. */
bool source_states(const struct guard_session *session, struct arena *arena, struct source_state **ret,
                   size_t *ret_count, struct error *err) MUST_USE;
bool source_state_of(const struct guard_session *session, const struct source *source, struct arena *arena,
                     struct source_state *ret, struct error *err) MUST_USE;

/* Per column of the current records: how many have a value, and how many different ones. Valid = all of them: what is
 * not is in quarantine, counted by column. ERROR_DENIED unless source_counted. Costs one pass over the source's table:
 * about half a second a million rows. */
struct column_quality {
    const struct column *column;
    int64_t filled, distinct, quarantined;
};
bool source_quality(const struct guard_session *session, const struct source *source, struct arena *arena,
                    struct column_quality **ret, size_t *ret_count, int64_t *ret_records, struct error *err) MUST_USE;

/* The source's table as source_table.h wants it, with `source_id` 0 when it was never landed. Column storage: dates are
 * ISO text, booleans integers 0 and 1, decimals real. */
bool source_table_of(struct transaction *transaction, const struct source *source, struct arena *arena,
                     struct source_table *ret, struct error *err) MUST_USE;
/* The same when the source's id is known. */
struct source_table source_table_shape(const struct source *source, int64_t id, struct arena *arena);

#endif
