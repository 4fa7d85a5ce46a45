/* fault_host.h: a host whose disk fails on purpose, and that knows what a power cut would leave.
 *
 * For tests that walk through every change of the disk that some work makes: every write, sync, rename, delete.
 * The work runs on real files below one folder, the *root*; the fault host sees each change before it happens (it is
 * the `before` of its host table), numbers them from 1, keeps for each file what is durable and what is not yet, and
 * may refuse.
 *
 *     // How many changes does the work make?
 *     struct fault_host *fault = fault_host_make(S("/tmp/x/root"), &err);
 *     work(fault_host_table(fault), …);
 *     uint64_t changes = fault_host_changes(fault);
 *     fault_host_free(fault);
 *     for (uint64_t n = 1; n <= changes; n++) {
 *         // make the root anew in its starting state, then
 *         fault = fault_host_make(root, &err);                 // what lies there now counts as durable
 *         fault_host_stop_at(fault, n);                        // the n-th change and all after it do not happen
 *         work(fault_host_table(fault), …);                    // reports an error, or not: both are fine
 *         // a) the process died, the machine went on: open the root with host_real() and look
 *         // b) the power went: for every variant
 *         for (int v = 0; v < FAULT_VARIANTS; v++) {
 *             fault_host_save(fault, (enum fault_variant)v, S("/tmp/x/after"), &err);
 *             // open /tmp/x/after with host_real() and look: the state before or the state after, nothing else
 *         }
 *         fault_host_free(fault);                              // after everything opened through it is closed
 *     }
 *
 * fault_host_fail_at is the milder fault: the n-th change fails with an errno value (ENOSPC, EIO), once, and the disk
 * is well again: the work must give an error, leave the state before or after, and be able to go on.
 *
 * What is durable (strict, as POSIX allows and ext4 with a bare fsync does at its worst):
 *   - a file's content as of its last HOST_SYNC; writes and truncations since are pending, in order;
 *   - a name (file made, renamed, deleted, folder made) as of the last HOST_SYNC_FOLDER of the folder that it is in; a
 * rename counts for the folder of its new name, and is whole or not at all. So a file that is written and synced, but
 * whose folder is not, is gone. SQLite's assumptions hold within this: it syncs the folder with the first sync of a
 * journal or WAL that it made, which carries the database's own name too. Its -shm files are not announced and so never
 * saved: they are made anew.
 *
 * One write is one unit except in FAULT_KEEP_TORN, which keeps half of the last one; SQLite expects no more of a disk
 * (a journal and a WAL have checksums; a page that is torn lies in the journal whole).
 *
 * The clock starts at 2026-01-01T00:00:00Z and goes on by 1 ms each time it is read; randomness is the same in each
 * run: so the n-th change is the same change in each run, as long as one thread makes them. Thread-safe. Paths may be
 * relative or absolute. Not known to it: changes by programs that do not use its host table, links, and files that
 * are written through an open handle after they were renamed. */
#ifndef STAITHE_TESTS_BASE_FAULT_HOST_H
#define STAITHE_TESTS_BASE_FAULT_HOST_H

#include "base/host.h"

struct fault_host;

enum fault_variant {
    FAULT_LOSE_ALL,        /* nothing that is pending arrived */
    FAULT_KEEP_NAMES,      /* pending names arrived, pending content did not: new files are empty */
    FAULT_KEEP_CONTENT,    /* pending content arrived, pending names did not */
    FAULT_KEEP_FIRST_HALF, /* of each file the first half of the pending writes; all names */
    FAULT_KEEP_ODD,        /* of each file the 1st, 3rd, 5th … pending write; all names */
    FAULT_KEEP_EVEN,       /* of each file the 2nd, 4th, 6th …; all names */
    FAULT_KEEP_TORN,       /* everything, but of the last pending write of each file the first half only */
    FAULT_KEEP_ALL,        /* everything: as after the death of the process alone */
    FAULT_VARIANTS
};

/* A fault host over what lies below root now, which counts as durable. The root must be there. */
struct fault_host *fault_host_make(struct slice root, struct error *err) MUST_USE;
/* After the last use of its table (open databases too). Accepts NULL. */
void fault_host_free(struct fault_host *fault);
const struct host *fault_host_table(struct fault_host *fault);

/* Changes announced so far, refused ones too. */
uint64_t fault_host_changes(struct fault_host *fault);
/* The n-th change from now (1: the next) is refused with this errno value, once. */
void fault_host_fail_at(struct fault_host *fault, uint64_t n, int errno_value);
/* The n-th change from now and all after it are refused with EIO: the machine has stopped. */
void fault_host_stop_at(struct fault_host *fault, uint64_t n);
/* Whether the fault that was asked for has happened. */
bool fault_host_struck(struct fault_host *fault);
/* The last change refused, or else the last one, in words: "write 4096 bytes at 0 of store.db". For messages of tests;
 * good until the next change. */
const char *fault_host_last(struct fault_host *fault);

/* Writes what the power cut leaves of the root into the folder `into`, which is emptied first (made if absent, its
 * parent must be there; must lie outside the root). May be called several times, with different variants. */
bool fault_host_save(struct fault_host *fault, enum fault_variant variant, struct slice into,
                     struct error *err) MUST_USE;
const char *fault_variant_name(enum fault_variant variant);

/* Makes a fresh folder for a test and puts its path into out: in memory (/dev/shm) where there is such a place, because
 * there a sync costs nothing and what would survive is the fault host's business, not the disk's. */
void fault_temporary_folder(char out[64]);
/* Removes the folder and all that is in it, if it is there; for tests' temporary folders. */
void fault_remove_tree(struct slice path);
/* Copies a folder and all that is in it: to lay out the same starting state again and again. */
bool fault_copy_tree(struct slice from, struct slice to, struct error *err) MUST_USE;

#endif
