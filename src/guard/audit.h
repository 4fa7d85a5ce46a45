/* audit.h: the audit of reads: who looked at which fields of whom, as what, for what, under which clause.
 *
 * A database of its own (STORE_AUDIT), only ever added to. audit_read returns true when the entry is durable, and only
 * then may the answer leave; when it cannot be written the answer must not leave (ERROR_IO;
 * ERROR_BUSY when only its turn did not come).
 *
 * Entries are numbered from 1 by one sequencer and chained: hash = SHA-256(canonical form, hash before). An edited,
 * deleted or swapped entry breaks the chain; one cut off the end is told by the head (count and hash) kept beside, in
 * audit.head, and by any head that was sent to a partner earlier (audit_check takes one). Whoever holds the machine can
 * rewrite both: a head that lies elsewhere is what catches that, so send it to the partners.
 *
 * Threads: any may call audit_read; one writer thread gathers what waits into a batch, one transaction each. Several
 * programs on one audit (the server, a command) take turns by the store's one writer. Memory and time: a caller waits
 * for one commit, two at most. */
#ifndef STAITHE_GUARD_AUDIT_H
#define STAITHE_GUARD_AUDIT_H

#include "guard/guard.h"

/* What was read. Field names are "source.column". */
struct audit_reading {
    struct slice action;    /* search, view, home, why, list, export, doubt, match, … */
    int64_t linkage;        /* 0: none */
    struct slice subject;   /* the entity's, home's or list's name; for a search guard_keyed(words) */
    const int64_t *anchors; /* the records of which something was shown */
    size_t anchor_count;
    const struct slice *fields;
    size_t field_count;
};

/* Blocks until the entry is durable. Account, role, purpose and place are the session's; the clauses are those of the
 * fields, by its grant. */
bool audit_read(const struct guard_session *session, const struct audit_reading *reading, struct error *err) MUST_USE;

/* ---- Reading it ---- */

struct audit_entry {
    int64_t id, at;
    struct slice account, role, purpose;
    struct slice agreements; /* "care_assessment:3.1 …" */
    struct slice action;
    int64_t linkage;
    struct slice subject, anchors, fields, place; /* anchors and fields joined by spaces */
    struct digest hash;
};

struct audit_filter {
    struct slice account; /* empty: everybody's */
    struct slice action;  /* empty: all */
    int64_t linkage;      /* with subject */
    struct slice subject; /* empty: all */
    int64_t anchor;       /* 0: all; else only entries that showed something of this record */
    int64_t from, until;  /* host_now times, [from, until); 0: no bound */
    int64_t before;       /* entries with a smaller id: the next page; 0: from the newest */
    int64_t limit;        /* 1 to 1,000; 0: 50 */
};

/* Newest first. One's own looks are open to anybody who is signed in (filter.account = own name); everything else needs
 * a role that may read the audit and an agreement in force for its purpose, and is itself an entry ("audit").
 * *ret_more: there is a next page. */
bool audit_list(const struct guard_session *session, const struct audit_filter *filter, struct arena *arena,
                struct audit_entry **ret, size_t *ret_count, bool *ret_more, struct error *err) MUST_USE;

/* ---- Proving it ---- */

struct audit_head {
    int64_t count;
    struct digest hash; /* of the last entry; all zero when there is none */
};
/* As it stands in the database. */
bool audit_head(struct guard *guard, struct audit_head *ret, struct error *err) MUST_USE;
/* "1234 9f86…": to send to a partner; and read back. */
struct slice audit_head_text(const struct audit_head *head, struct arena *arena);
bool audit_head_read(struct slice text, struct audit_head *ret) MUST_USE;

/* Walks the whole chain in bounded memory; a fault is ERROR_STORE and names the first entry that does not fit.
 * `witness` is a head kept elsewhere, or NULL; the one in the data folder is always held against the chain. Needs no
 * session: it shows nothing of anybody. *ret is the head that was proved. */
bool audit_check(struct guard *guard, const struct audit_head *witness, struct audit_head *ret,
                 struct error *err) MUST_USE;

/* ---- For guard.c ---- */

struct audit_options {
    struct store *store;
    const struct host *host;
    const struct log *log;
    struct slice folder;
};
bool audit_open(const struct audit_options *options, struct audit **ret, struct error *err) MUST_USE;
void audit_close(struct audit *audit);

#endif
