/* journal.h: what was done to plans on pages: one entry after the other, only ever added to.
 *
 * An entry says which plan and register, whose row (its subject), the whole of the row as the planning language writes
 * it, why, who and when, and which entry it takes the place of. Entries of all plans are numbered from 1 without a gap
 * and chained: hash = SHA-256(hash before, all fields), so that one which was changed, taken out or moved is found by
 * journal_check. The newest entry about a subject is what stands; a position of any past day is the entries up to it.
 *
 * journal_add writes the entry and its line in the audit of changes in the transaction that it is given: neither or
 * both are there after the commit. Entries lie in the arena that they were read into. */
#ifndef STAITHE_PLANS_JOURNAL_H
#define STAITHE_PLANS_JOURNAL_H

#include "base/hash.h"
#include "guard/guard.h"

/* Beside the registers of the language (plan_register_words): */
#define JOURNAL_SCENARIOS  "scenarios"  /* body: a scenario as the language writes it */
#define JOURNAL_CHALLENGES "challenges" /* subject "savings/S-1/2": round 2 for the saving S-1; body: its outcome */
#define JOURNAL_LOCKS      "locks"      /* subject: a register; body: locked or open */
#define JOURNAL_VERSIONS   "versions"   /* subject: the version's name; body: its digest */

struct journal_entry {
    int64_t id;
    struct slice plan, register_name, subject, body, reason, by;
    int64_t at;
    int64_t replaces; /* id of the entry that stood before; 0: none, or the plan's own text */
    struct digest hash;
};

struct journal {
    const struct journal_entry *entries; /* of one plan, oldest first */
    size_t count;
};

/* The number of the plan's newest entry, 0 for none. */
bool journal_newest(struct transaction *transaction, struct slice plan, struct arena *arena, int64_t *ret,
                    struct error *err) MUST_USE;
/* Up to this entry; INT64_MAX: all. */
bool journal_read(struct transaction *transaction, struct slice plan, int64_t until, struct arena *arena,
                  struct journal *ret, struct error *err) MUST_USE;
/* The newest about a subject, or NULL. */
const struct journal_entry *journal_find(const struct journal *journal, struct slice register_name,
                                         struct slice subject);
/* The newest entry written before the end of this day, 0 for none. */
int64_t journal_until(const struct journal *journal, struct date day);

/* Gives the entry id, by, at and hash, and writes it with its line in the audit of changes. `deed` is the key under
 * which the audit names the subject: row, scenario, approved, challenge, locked, opened, version. */
bool journal_add(struct transaction *transaction, const struct guard_session *session, const char *deed,
                 struct journal_entry *entry, struct error *err) MUST_USE;

/* The chain over all plans. */
struct journal_chain {
    int64_t entries;
    int64_t broken; /* the first entry that does not fit; 0: all fit */
    struct digest head;
};
bool journal_check(struct transaction *transaction, struct journal_chain *ret, struct error *err) MUST_USE;

#endif
