/* hub.h: what every function of this room is given: the store, the county as it is today, the host.
 *
 * A `struct hub` is a handful of pointers, made by the two faces (web, command line) for each request or command, so
 * that a county folder that changed bites at the next request. It owns nothing. Any number of threads may hold one over
 * the same store.
 *
 * THE LAW OF THIS ROOM. Every function that reads personal data takes a `const struct guard_session *`, opens its
 * transaction through hub_read_begin (reading.h: the grant's rights, nothing else), and has its audit entry committed
 * by hub_read_end before its result is handed back. When the audit cannot be written the answer is an error. */
#ifndef STAITHE_HUB_HUB_H
#define STAITHE_HUB_HUB_H

#include "catalogue/catalogue.h"
#include "guard/guard.h"
#include "store/store.h"

struct hub {
    const struct host *host;
    struct store *store; /* of schema STORE_HUB */
    struct guard *guard; /* accounts, grants, audit */
    const struct catalogue *catalogue;
};

/* Where a fact comes from: what makes it possible to open it down to the line of a file. All texts live in the
 * arena of the answer. */
struct evidence {
    const struct source *source; /* NULL for what was written in the hub itself */
    struct slice source_title, agency_title, row_title;
    int64_t anchor;  /* of the record: what concerns, notes and links hold on to */
    int64_t version; /* record.id of the version shown */
    int64_t landing;
    struct slice file_name;
    struct slice file_digest;       /* SHA-256, hex */
    int64_t line;                   /* in that file, from 1 */
    int64_t received_at;            /* milliseconds */
    struct date as_at;              /* the day that the extract speaks of; NO_DATE when it did not say */
    struct date confirmed;          /* the day of the snapshot that still holds it so; NO_DATE: none came since */
    struct slice agreement, clause; /* under which it is shown: "care_assessment", "3.1" */
    bool stale;                     /* the source's last landing is older than it promises */
};

/* When a source said so, in the words of every face: "as at 1 November 2026"; where later snapshots still held it so,
 * "since 1 October 2026, confirmed 1 November 2026"; "received 3 May 2026" of an extract without a day; empty for what
 * was written in the hub itself. */
struct slice evidence_words(const struct evidence *evidence, struct arena *arena);
/* The same, and ", older than promised" of a source that is stale. */
struct slice evidence_words_in_full(const struct evidence *evidence, struct arena *arena);
/* Of a source as a whole: "as at …", "received …", or "not landed yet". */
struct slice freshness_words(struct date as_at, int64_t received_at, struct arena *arena);
#define STALE_WORDS "older than promised"

/* The linkage in which this session finds people: their numbers are of it. 0: none, or none under an agreement in
 * force. Reads nobody's data. */
bool hub_linkage(const struct hub *hub, const struct guard_session *session, struct arena *arena, int64_t *ret,
                 struct error *err) MUST_USE;

/* How fresh a source is. */
struct freshness {
    const struct source *source;
    int64_t landing; /* 0: never landed */
    int64_t received_at;
    struct date as_at;
    int64_t age_days; /* of the last landing */
    bool stale;
};

/* Of every source of the catalogue, in byte order of name. Holds no personal data; needs no session. */
bool hub_freshness(const struct hub *hub, struct arena *arena, struct freshness **ret, size_t *ret_count,
                   struct error *err) MUST_USE;

#endif
