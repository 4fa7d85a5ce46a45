/* landing.h: an agency's extract becomes versions of records: accepted, checked, versioned, shown together.
 *
 * A landing is one file for one source, and goes through these states:
 *
 *     kept      landing_accept: hashed, encrypted, synced, the row committed; only now is it acknowledged
 *     checking  landing_run is at work; its rows are in the database and nobody sees them
 *     current   its rows are what is seen; the state stays when a later one takes over (source.current_landing tells)
 *     held      a snapshot that would close more current records than the contract's share: waits for landing_decide
 *     refused   by a person's word, or because a newer landing came before it
 *     failed    the file does not fit the contract (its headings, nothing passed, …); `reason` says what to do
 *
 * Promises, each with its test:
 *  - rows in = new + changed + unchanged + quarantined + repeats, always; must() holds it before anything is shown.
 *  - The current file again, renamed or not, changes nothing. A file that was landed before, or whose as-at day lies
 * before the current one's, is refused without `again`.
 *  - All rows of a landing appear at one instant, by one small transaction; a crash, a failed write or a power cut at
 * any instant leaves the state before or after. What an interrupted landing left behind is taken out at the next
 * landing of its source, or by landing_recover; its file is still kept and can be run again.
 *  - Within a file the first row of a key counts; a later identical one is a repeat, a later different one goes to
 * quarantine.
 *  - A quarantined row never closes its predecessor: its key counts as present. When a snapshot holds rows whose key
 * cannot be read, nothing is closed by that landing, and `reason` says how many were left open.
 *  - A record that comes back after it was closed keeps its anchor.
 *
 * An intake is one person's (or the hub's own) right to land one source: intake_open checks it once. It belongs to one
 * thread. Two landings of one source at once: the second gets ERROR_BUSY. Landings of different sources may run side by
 * side and take turns at the database.
 *
 * Memory stays bounded however large the file: about 30 MiB beside the database's own cache. landing_run uses one
 * thread to read and check, one to read the old records, and one to write. */
#ifndef STAITHE_INGEST_LANDING_H
#define STAITHE_INGEST_LANDING_H

#include "guard/guard.h"
#include "ingest/kept_file.h"

struct intake;

struct intake_options {
    const struct guard_session *session; /* outlives the intake */
    struct slice source;                 /* its name in the session's catalogue */
    struct slice folder;                 /* the hub's data folder */
};

/* ERROR_DENIED unless the role may land, the agency is the source's own (or the hub's), and the source's agreement is
 * in force today; ERROR_NOT_FOUND for a source that the catalogue has not. */
bool intake_open(const struct intake_options *options, struct arena *arena, struct intake **ret,
                 struct error *err) MUST_USE;

enum landing_state { LANDING_KEPT, LANDING_CHECKING, LANDING_HELD, LANDING_CURRENT, LANDING_REFUSED, LANDING_FAILED };
/* "kept", "checking", … as in the table. */
struct slice landing_state_name(enum landing_state state);

struct landing_counts {
    int64_t rows_in, added, changed, unchanged, quarantined, repeated;
    int64_t closed; /* versions ended because a snapshot no longer has them, or a delta said so */
};

struct landing {
    int64_t id;
    struct slice source; /* its name */
    enum landing_state state;
    bool is_current; /* the source shows this one now */
    bool same_again; /* landing_accept: this is the current file again; nothing is to be done */
    struct digest digest;
    struct slice file_name;
    int64_t file_size;
    int64_t received_at; /* host_now time */
    struct slice received_by;
    struct date as_at; /* NO_DATE until it was run */
    struct landing_counts counts;
    struct slice reason;     /* why held, refused or failed; or what to know of a current one; empty: nothing */
    struct slice decided_by; /* empty: nobody had to */
    int64_t decided_at, finished_at;
};

struct landing_file {
    struct slice path; /* where it lies now */
    struct slice name; /* as it is to be shown; empty: the last part of path */
    struct date as_at; /* the day that the extract speaks of; NO_DATE: by the contract, the name, or today */
    bool again;        /* take an older file, or one landed before, all the same */
};

/* Hashes, keeps, and records; when it returns true the file is safe and *ret is in state kept — or is the current
 * landing, with same_again set. A file that was kept but never run gives its old landing back. ERROR_CONFLICT for a
 * file landed before or an older as-at day (without `again`), ERROR_HELD while another landing of this source waits for
 * a word. After a failure nothing is recorded. */
bool landing_accept(struct intake *intake, const struct landing_file *file, struct arena *arena, struct landing *ret,
                    struct error *err) MUST_USE;

/* Told about every tenth of a second from the thread that called landing_run; may be all NULL. */
struct landing_watch {
    void (*progress)(void *context, uint64_t bytes_done, uint64_t bytes_all, int64_t rows);
    bool (*cancelled)(void *context); /* true: stop, clean up, ERROR_CANCELLED; the landing is kept again */
    void *context;
};

/* Checks and versions a kept landing. True also when it ends up held or failed: look at ret->state and ret->reason.
 * False for faults of the machine (ERROR_IO, ERROR_FULL, ERROR_BUSY, ERROR_STORE, …): what was shown before is still
 * shown, and running it again goes on from the kept file. */
bool landing_run(struct intake *intake, int64_t landing, const struct landing_watch *watch, struct arena *arena,
                 struct landing *ret, struct error *err) MUST_USE;

/* A person's word on a held landing: show it (closing what it closes), or refuse it (its rows are taken out).
 * ERROR_CONFLICT when it is no longer held. `reason` is the person's own words and may be empty. */
bool landing_decide(struct intake *intake, int64_t landing, bool accept, struct slice reason, struct arena *arena,
                    struct landing *ret, struct error *err) MUST_USE;

/* At start-up: takes out what interrupted landings left behind, of all sources; their files stay kept. Reads nobody's
 * data. A landing that is at work in another process is left alone. */
bool landing_recover(struct store *store, struct slice folder, const struct catalogue *catalogue,
                     int64_t *ret_recovered, struct error *err) MUST_USE;

/* ---- Looking: figures and reasons, nobody's data, so there is no audit entry; read through the guard all the same.
 * That a landing came, when and from whom, is open in every role once a purpose is chosen (ERROR_DENIED before that);
 * how many rows it had, only where source_counted (source_state.h) says so. ---- */

/* Of one source, newest first, at most `limit` (1 to 1,000). Counts are 0 and the reason is empty unless
 * source_counted. */
bool landing_list(const struct guard_session *session, const struct source *source, int64_t limit, struct arena *arena,
                  struct landing **ret, size_t *ret_count, struct error *err) MUST_USE;
/* ERROR_NOT_FOUND when there is none of that id, ERROR_DENIED unless source_counted; also of a landing whose source has
 * left the county folder. */
bool landing_get(const struct guard_session *session, int64_t id, struct arena *arena, struct landing *ret,
                 struct error *err) MUST_USE;

/* What became of each row, told by its line: a page of the report. Rows that are not listed were unchanged or repeats.
 */
enum row_fate { ROW_NEW, ROW_CHANGED, ROW_QUARANTINED, ROW_CLOSED };
struct landing_row {
    int64_t line; /* 0 for a closed one: it stands in no line of this file */
    enum row_fate fate;
    struct slice column, rule, reason; /* of the first fault of a quarantined row */
};
/* Of fate new, changed or quarantined, by line, from after_line on. Errors as landing_get. */
bool landing_rows(const struct guard_session *session, int64_t landing, enum row_fate fate, int64_t after_line,
                  int64_t limit, struct arena *arena, struct landing_row **ret, size_t *ret_count,
                  struct error *err) MUST_USE;

/* All landings of all sources, oldest first: for `staithe check`, which holds each kept file against its digest. */
bool landing_all(struct transaction *transaction, struct arena *arena, struct landing **ret, size_t *ret_count,
                 struct error *err) MUST_USE;

/* The landing as one paragraph for people ("1,000 rows in: 12 new, …"), and as a JSON object (json.h). */
struct slice landing_sentence(const struct landing *landing, struct arena *arena);
struct json;
void landing_json(struct json *json, const struct landing *landing, struct arena *arena);

#endif
