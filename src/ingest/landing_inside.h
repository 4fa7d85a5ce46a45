/* landing_inside.h: what the sources of landing share. Private to the room.
 *
 *   landing.c        intake, accept, decide
 *   landing_run.c    begin, finish, undo, recover: the states and the transactions that move them
 *   landing_pass.c   the pass over the old records and over the file
 *   landing_old.c    the thread that reads the old records
 *   landing_step.c   rows that are as they were, matched with the old records as both are read
 *   landing_merge.c  both, sorted by key, side by side: what is new, changed, unchanged, repeated, closed
 *   landing_write.c  the thread that writes
 *   landing_row.c    landings as they are looked at */
#ifndef STAITHE_INGEST_LANDING_INSIDE_H
#define STAITHE_INGEST_LANDING_INSIDE_H

#include "ingest/checker.h"
#include "ingest/landing.h"
#include "ingest/row_sort.h"
#include "store/source_table.h"

struct intake {
    struct arena *arena;
    struct store *store;
    const struct host *host;
    const struct source *source;
    const struct keeper *keeper;
    struct slice folder;
    struct slice by;                     /* the account, for received_by and decided_by */
    const struct guard_session *session; /* NULL: the hub itself, at start-up and in tests */
    struct date today;
    bool again; /* as landing_accept was told */
};

/* An intake without a session: for landing_recover, and for tests of landing itself. */
bool intake_make(struct store *store, const struct source *source, struct slice folder, struct slice by,
                 struct arena *arena, struct intake **ret, struct error *err) MUST_USE;

/* One row of the table landing with what else the sources need of it. */
struct landing_row_all {
    struct landing landing;
    int64_t source_id, current_landing, record_first, record_last, records;
};
void landing_from_row(const struct value *row, struct landing_row_all *ret);
bool landing_read(struct transaction *transaction, int64_t id, struct arena *arena, struct landing_row_all *ret,
                  struct error *err) MUST_USE;
/* The same in a transaction of its own: what landing itself goes by, without a session. */
bool landing_load(struct store *store, int64_t id, struct arena *arena, struct landing *ret,
                  struct error *err) MUST_USE;
/* What landing_rows gives, in somebody's transaction. */
bool landing_rows_in(struct transaction *transaction, const struct landing_row_all *landing, enum row_fate fate,
                     int64_t after_line, int64_t limit, struct arena *arena, struct landing_row **ret,
                     size_t *ret_count, struct error *err) MUST_USE;

/* ---- The writer ---- */

#define BATCH_ROWS  ((size_t)2048)
#define BATCH_COUNT 3
#define WRITER_IDS  ((int64_t)(BATCH_ROWS * BATCH_COUNT)) /* of `record`, reserved before the writer starts */

enum action_kind {
    ACTION_ANCHOR,    /* version `id` belongs to anchor `other` */
    ACTION_CLOSE,     /* version `id` ends with this landing */
    ACTION_CORRECT,   /* quarantine `id` was put right by this landing */
    ACTION_REMOVE,    /* version `id`, of this landing, was written too soon */
    ACTION_DUPLICATE, /* the same, and its row (line `other`) goes to quarantine */
};

struct writer;
struct writer_options {
    struct store *store;
    int64_t source_id, landing;
    const struct source *source;
    const struct source_table *table;
    int64_t first_id; /* WRITER_IDS of them are reserved */
};
bool writer_start(const struct writer_options *options, struct arena *arena, struct writer **ret,
                  struct error *err) MUST_USE;
/* Copies a row; *ret_id is the version's id. anchor 0: not known yet, or its own id. False once the writer has failed:
 * then writer_end says why. */
bool writer_version(struct writer *writer, const struct csv_row *row, const struct checked_row *checked, int64_t anchor,
                    int64_t *ret_id) MUST_USE;
/* Copies the row's faults, values sealed. */
bool writer_faults(struct writer *writer, const struct keeper *keeper, uint64_t line,
                   const struct checked_row *checked) MUST_USE;
bool writer_action(struct writer *writer, enum action_kind kind, int64_t id, int64_t other) MUST_USE;
/* From now on a batch is handed over after so many rows, at most BATCH_ROWS (which it is at first). */
void writer_at_once(struct writer *writer, size_t rows);
/* Writes what is left, commits, ends the thread. `abandon`: what is not committed yet is dropped. False with the
 * writer's fault. */
bool writer_end(struct writer *writer, bool abandon, struct error *err) MUST_USE;
int64_t writer_last_id(const struct writer *writer); /* the highest that was used; 0: none */

/* ---- The pass and the merge ---- */

/* order = line << 8 | kind in rows, id << 8 | kind in the old records. */
enum row_kind {
    ROW_WRITTEN,    /* place: its version's id */
    ROW_WRITTEN_ON, /* the same, and its anchor and the end of the version before are written too */
    ROW_SAME_RAW,   /* perhaps unchanged, by its fields; place: offset in the file */
    ROW_SAME_TYPED, /* perhaps unchanged, by its values; place: offset */
    ROW_REMOVAL,    /* place: offset */
    ROW_BAD,        /* in quarantine, its key read */
    ROW_BAD_DOUBTFUL,
    ROW_NOT_UNIQUE, /* the good row of this line failed a check of uniqueness; place: number of the column */
};
enum old_kind {
    OLD_CURRENT,
    OLD_CLOSED,
    OLD_QUARANTINE,
    OLD_MATCHED, /* current, and the first row of its key in the file was matched with it and counted */
    OLD_DONE,    /* in the window of landing_step.c only: ended before one that was matched */
    OLD_MET,     /* there too: current, and a row of its key goes the long way */
};

struct filter; /* tells for certain that something was not put into it */
struct step;
struct old_stream;

struct id_range {
    int64_t first, last;
};

struct pass {
    struct intake *intake;
    struct landing_row_all *row; /* the landing */
    const struct landing_watch *watch;
    struct arena *arena;
    struct source_table table;
    struct checker *checker;
    struct kept_reader *kept;
    struct csv_options form; /* as guessed, for reading a row again */
    struct row_sort *old, *rows, *unique;
    struct id_range *ranges; /* in which the source's versions lie */
    size_t range_count;
    struct old_stream *old_stream;
    struct filter *filter; /* hashes of the old records that are in the sort; NULL: there are none at all */
    struct step *step;     /* NULL: every row goes the long way */
    struct filter *put_by, *matched, *asked; /* keys, as landing_step.c tells; NULL when never in step */
    bool any_put_by, any_asked;
    struct writer *writer;
    bool may_skip; /* rows that stand as they stood need no check: the contract is the same */
    struct landing_counts counts;
    int64_t unreadable;  /* rows in quarantine whose key is not known */
    int64_t open_before; /* current records before */
    int64_t returned;    /* closed before, and here again */
    int64_t closures;    /* absent from a snapshot */
    struct date
        not_before; /* an as-at column that speaks of an older day makes the file a misfit; NO_DATE: none does */
    int64_t last_told;
    bool misfit; /* the file does not fit the contract: err says how */
};

/* Finds the source's old records and puts its open quarantine into pass->old. */
bool pass_old(struct pass *pass, struct error *err) MUST_USE;
/* The file into pass->rows, the writer and the counts, and the old records into pass->old and the filter. With
 * pass->misfit the fault is the file's, else the machine's. */
bool pass_file(struct pass *pass, struct error *err) MUST_USE;
/* One row by the long way; all old records have come by. */
bool pass_row(struct pass *pass, const struct csv_row *row, struct error *err) MUST_USE;
/* One old record, that no row was matched with. */
bool pass_old_entry(struct pass *pass, const struct row_entry *entry, struct error *err) MUST_USE;
bool pass_writer_gone(struct error *err) MUST_USE;
bool pass_merge(struct pass *pass, struct error *err) MUST_USE;
/* ERROR_CANCELLED when the watcher wants so; tells it about progress. */
bool pass_watch(struct pass *pass, uint64_t done, struct error *err) MUST_USE;

/* ---- The old records: landing_old.c ---- */

#define OLD_RANGES_MOST ((size_t)2048) /* that are read in step */

/* Starts reading, in the order of lines; versions with key, order, hashes and anchor (place). Ended by old_stream_close
 * or with the arena. */
bool old_stream_open(struct store *store, int64_t source, const struct id_range *ranges, size_t count,
                     struct arena *arena, struct old_stream **ret, struct error *err) MUST_USE;
/* Some entries, valid until the next call; *ret_count 0 at the end. */
bool old_stream_next(struct old_stream *stream, const struct row_entry **ret, size_t *ret_count,
                     struct error *err) MUST_USE;
void old_stream_close(struct old_stream *stream);

/* ---- In step: landing_step.c ---- */

/* From now on pass->step takes the rows; pass->old_stream is at its beginning. */
void step_start(struct pass *pass);
bool step_row(struct pass *pass, const struct csv_row *row, struct error *err) MUST_USE;
/* Lets all old records come by that are still to come, then sends the rows that waited the long way. */
bool step_end(struct pass *pass, struct error *err) MUST_USE;

/* ---- The states ---- */

/* The source's lock: *ret is NULL when another landing of it is at work. */
struct file_lock;
bool landing_lock(const struct intake *intake, struct arena *arena, struct file_lock **ret, struct error *err) MUST_USE;
/* Takes a landing's rows out again, in bounded steps, and puts it in `state`. Under the source's lock. */
bool landing_undo(struct intake *intake, int64_t landing, struct slice state, struct slice reason,
                  struct error *err) MUST_USE;
/* Undoes what interrupted landings of the source left. Under the source's lock. */
bool landing_clean(struct intake *intake, int64_t source_id, int64_t *ret_cleaned, struct error *err) MUST_USE;
/* One line in the audit of changes. */
bool landing_change(struct intake *intake, struct transaction *transaction, const struct landing *landing,
                    struct error *err) MUST_USE;

#endif
