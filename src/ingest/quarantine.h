/* quarantine.h: the rows that did not fit their contract, for the steward who puts them right with the partner.
 *
 * The values are personal data: they are sealed in the table, and reading them needs a session whose role may land, of
 * the source's agency or the hub's; what was read is in the audit before the answer leaves. The reason is a sentence
 * without the value. */
#ifndef STAITHE_INGEST_QUARANTINE_H
#define STAITHE_INGEST_QUARANTINE_H

#include "guard/guard.h"

struct quarantined {
    int64_t id, landing, line;
    struct slice column; /* its name; empty when the row as a whole is at fault */
    struct slice rule;   /* required, type, allowed, range, length, nhsNumber, uprn, postcode, notFuture, unique, unique
                            key, row, text */
    struct slice reason; /* "is not a date in the form dd/mm/yyyy" */
    struct slice value;  /* what stood there */
    struct slice key;    /* the row's key, its columns joined by U+001F, when it could be read */
    bool corrected;      /* a later landing had the row right */
};

struct quarantine_filter {
    struct slice source; /* needed */
    int64_t landing;     /* 0: of all landings of the source */
    bool open_only;      /* without those that were corrected */
    int64_t after;       /* ids above this: the next page */
    int64_t limit;       /* 1 to 1,000; 0: 100 */
};

/* In order of id: by landing and line. With values, and audited as action "quarantine". `folder` is the hub's data
 * folder (for the key). *ret_more: there is a next page. */
bool quarantine_list(const struct guard_session *session, struct slice folder, const struct quarantine_filter *filter,
                     struct arena *arena, struct quarantined **ret, size_t *ret_count, bool *ret_more,
                     struct error *err) MUST_USE;

/* A rule as a person reads it: "type" is "not a date, number or yes and no, as the column wants". */
struct slice quarantine_rule_words(struct slice rule);

/* How many rows each rule caught in a landing, most first. Errors as landing_get. */
struct quarantine_sum {
    struct slice column, rule;
    int64_t rows;
};
bool quarantine_summary(const struct guard_session *session, int64_t landing, struct arena *arena,
                        struct quarantine_sum **ret, size_t *ret_count, struct error *err) MUST_USE;

#endif
