/* backup.h: a store copied to one file while it runs, made again from it on either database, and checked.
 *
 * A backup is of one instant (a reader's snapshot; writing goes on), in a form of its own (backup_format.h) that does
 * not depend on the database: what was backed up from SQLite can be restored into PostgreSQL and the other way about,
 * and the same content gives the same bytes from both. It ends with its SHA-256. It holds personal data in the clear:
 * the file is made with mode 0600, and is to be kept as safe as the store. The hub's and the audit's stores are backed
 * up each to its own file; kept files of landings lie beside the store and are copied by whoever owns them.
 *
 * Cost: a backup reads the store once in order of keys; a restore reads the file twice (the digest first) and fills
 * each table by bulk. Memory is bounded by the largest row. */
#ifndef STAITHE_STORE_BACKUP_H
#define STAITHE_STORE_BACKUP_H

#include "store/backup_format.h"

/* To a new file; ERROR_CONFLICT when there is one. Written beside and renamed when it is whole and synced. ret may be
 * NULL. */
bool store_backup(struct store *store, struct slice path, struct backup_summary *ret, struct error *err) MUST_USE;

/* Reads the whole file and checks it, changing nothing. */
bool store_backup_verify(const struct host *host, struct slice path, struct backup_summary *ret,
                         struct error *err) MUST_USE;

/* Into a place where there is no store yet (into->create and into->schema are set for the caller; ERROR_CONFLICT when
 * there is one), after verifying. A backup of an older schema is brought up to this program's, one of a newer is
 * refused. A restore that was cut short leaves a store that nothing opens. */
bool store_restore(const struct store_options *into, struct slice path, struct backup_summary *ret,
                   struct error *err) MUST_USE;

/* ---- Checking ---- */

/* What was looked at and what is wrong, each as a sentence without personal data. */
struct check_report {
    struct arena *arena;
    size_t checks;
    struct slice *found;
    size_t count, capacity;
};

/* A check of another room's: digests of kept files, the audit's chain, … It calls check_found for each thing that is
 * wrong and returns false only when it could not look. */
struct store_checker {
    const char *what; /* "the digests of kept files" */
    bool (*check)(void *context, struct transaction *transaction, struct check_report *report, struct error *err);
    void *context;
};

/* At most 1,000 sentences are kept. */
void check_found(struct check_report *report, const char *format, ...) PRINTF_LIKE(2, 3);

/* Under one snapshot: the database's own integrity check (SQLite), each row of each table read, every invariant that
 * SQL can tell, then `more`. True when all could be looked at; what is wrong is in the report. ERROR_STORE or ERROR_IO
 * when the store is too damaged to be looked at. */
bool store_check(struct store *store, const struct store_checker *more, size_t count, struct arena *arena,
                 struct check_report *ret, struct error *err) MUST_USE;

#endif
