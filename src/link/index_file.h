/* index_file.h: an index kept on disk, in a folder of its own.
 *
 * WHAT IT IS: derived data. Whatever it holds stands in the files or the database that its records came from, and it
 * can always be made anew from them: so it is in no backup, and a restore makes it anew. It holds names, birth dates
 * and identifiers of everyone: its folder is made with mode 0700 and its files with 0600. Its position (a number that
 * means something to its owner: the hub's is the number of the last landing it has seen) says up to where it follows
 * its source; after a crash its owner goes on from there.
 *
 * THE FOLDER holds `snapshot` (all records in plain form, the specification, the model, the edges, the entities and who
 * stands under which key, in sections with checksums), `log-N` (each change since snapshot N, with its length and a
 * checksum that is chained to all before it) and `lock`. Opening reads the snapshot and plays the log. A log whose end
 * was cut short by a power failure is played up to its last whole entry and cut there; index_file_note says so. A
 * change is on disk once index_file_sync has returned true; what came after the last sync may be lost, never half of
 * it, and never an earlier change while a later one stands. index_file_compact writes snapshot N + 1 beside and puts it
 * in the place of the old one.
 *
 * ERASURE: a removed record is in no answer at once, but its values stay in the log and the snapshot until
 * index_file_compact, after which no file of the folder holds them (the freed blocks of the disk are the disk's
 * matter, as with the database's own). Whoever erases for good calls remove, then compact.
 *
 * SERVERS: one process writes; it holds the lock. Others may open it for reading meanwhile: they see what stood on disk
 * when they opened it. Where several servers stand over one PostgreSQL each keeps an index in its own data folder and
 * follows the store's numbers: with one model the entities are the same in each, whatever the order in which they took
 * the changes (tests/link/test_index_file.c).
 *
 * One thread at a time; opening, bulk and compacting use the threads of their options. Cost, measured with 6,000,000
 * records of people (bench/README.md): opening 2.2 microseconds of the processor a record, on two threads two thirds of
 * that in time, and what the log holds is put in as if it came now; compacting 2.3; about 600 bytes a record in memory
 * once it is opened and 250 on disk. One that was just made holds the
 * table that it was made of too, and one that has grown much since has its records in the order in which they came:
 * whoever keeps it long does well to compact it and open it again. */
#ifndef STAITHE_LINK_INDEX_FILE_H
#define STAITHE_LINK_INDEX_FILE_H

#include "base/host.h"
#include "link/index.h"

struct index_file;

/* Makes an index in a folder that holds none, from a table (whose records are put in, under other numbers unless it
 * keeps edges alone) and its model. `specification` is the text that the table's was read from. */
bool index_file_create(const struct host *host, struct slice folder, struct slice specification,
                       struct link_records *records, const struct link_model *model, const struct link_options *options,
                       struct arena *arena, struct index_file **ret, struct error *err) MUST_USE;
/* ERROR_BUSY when it is opened for writing and another process writes; ERROR_INPUT when it is damaged or of another
 * version: it must then be made anew. All memory is the arena's, which must be this index's own. */
bool index_file_open(const struct host *host, struct slice folder, bool for_writing, const struct link_options *options,
                     struct arena *arena, struct index_file **ret, struct error *err) MUST_USE;
/* Whether a folder holds an index. */
bool index_file_exists(struct slice folder, struct arena *scratch);
/* Takes all of it off the disk. */
bool index_file_delete(const struct host *host, struct slice folder, struct error *err) MUST_USE;

/* To ask, and to listen to; it is changed through its file only. */
struct link_index *index_file_index(const struct index_file *file);
const struct link_spec *index_file_spec(const struct index_file *file);
const struct link_model *index_file_model(const struct index_file *file);
struct slice index_file_model_text(const struct index_file *file);
int64_t index_file_position(const struct index_file *file);
/* Whether records have come or gone since the position was last marked: what its owner keeps beside may then be behind
 * it after a crash, and is to be held against it (link_index_visit_edges) before the next change. */
bool index_file_ahead(const struct index_file *file);
uint64_t index_file_log_size(const struct index_file *file);
/* What opening had to mend, in a sentence; empty when nothing. */
struct slice index_file_note(const struct index_file *file);

struct index_row {
    struct slice source, id;
    const struct slice *values; /* one a column of the specification */
};

/* A listener of the index (link_index_listen, link_index_listen_edges) is told of each of these calls before it
 * returns; of what opening plays from the log nobody is told. Whoever keeps edges of their own writes them and the
 * position in one transaction, then marks and syncs: after a crash the index is at that position, or at the one before
 * and is put the rows again, or index_file_ahead says that some are in already (those change nothing then, and are not
 * told). */

/* Adds records; one whose source and id are there already takes its place, and changes nothing when it says the same.
 * After a failure of these the file is to be closed (with its arena) and opened anew. */
bool index_file_put(struct index_file *file, const struct index_row *rows, size_t count,
                    const struct link_options *options, struct error *err) MUST_USE;
/* Removes records, by source and id (values are not read); those that are not there are passed over.
 * *ret_removed: how many were there. */
bool index_file_remove(struct index_file *file, const struct index_row *rows, size_t count,
                       const struct link_options *options, size_t *ret_removed, struct error *err) MUST_USE;
bool index_file_mark(struct index_file *file, int64_t position, struct error *err) MUST_USE;
bool index_file_sync(struct index_file *file, struct error *err) MUST_USE;
bool index_file_compact(struct index_file *file, const struct link_options *options, struct error *err) MUST_USE;

/* Whether its entities (or edges, when it holds edges alone) are those of linking its records anew; *ret_wrong is how
 * many records are in another (or edges are wrong). */
bool index_file_check(const struct index_file *file, const struct link_options *options, size_t *ret_wrong,
                      struct error *err) MUST_USE;

#endif
