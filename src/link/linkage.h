/* linkage.h: record linkage as a plain library: opaque handle, plain functions, NUL-terminated UTF-8 text, for C and
 * for whatever calls C (Python's ctypes, R's .C, Julia's ccall). link.h is the same engine with slices, arenas and
 * every intermediate result.
 *
 *     struct linkage *people = linkage_make();
 *     if (linkage_specify(people, "columns: {name: full_name, born: date}") ||
 *         linkage_add_file(people, "people.csv") || linkage_run(people))
 *         puts(linkage_error(people));
 *     else
 *         for (uint32_t r = 0; r < linkage_records(people); r++)
 *             printf("%s is of entity %u\n", linkage_id(people, r), linkage_entity(people, r));
 *     linkage_free(people);
 *
 * ORDER: make, specify, add records and files, run, read the results, free. Each call out of order is refused with a
 * sentence. RESULTS of the functions that give an int: 0 is done, else the exit status that `staithe link` would end
 * with (64 a call that makes no sense, 65 input that does not fit, 66 nothing of that name, 70 to 75 the machine's
 * faults, 130 stopped by the watcher); linkage_error then says what is wrong, where, and what to do. After a failed
 * linkage_add or linkage_specify one may go on; after a failed linkage_run the handle is good for linkage_error and
 * linkage_free alone. OWNERSHIP: texts given are copied; texts and arrays given back belong to the handle and live
 * until linkage_free, but for linkage_error, whose text lives until the next call on the handle. THREADS: nothing is
 * global. Different handles may be used by different threads at the same time; one handle by one thread at a time.
 * linkage_run uses threads of its own, and gives the same answer with any number of them. RECORDS are numbered from 0
 * in the order of adding: those of linkage_add first, then the files' in the order of the files. MEMORY: about 200
 * bytes a record and 32 bytes a pair kept. When the system has none left the process ends with one sentence. */
#ifndef STAITHE_LINK_LINKAGE_H
#define STAITHE_LINK_LINKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct linkage;

struct linkage *linkage_make(void);
void linkage_free(struct linkage *linkage); /* NULL is let pass */

/* "file:line:column: sentence." of the last call that failed; "" when the last call did not. Never NULL. */
const char *linkage_error(const struct linkage *linkage);

/* ---- What is linked ---- */

/* The specification, as YAML (docs/link.md). Once. */
int linkage_specify(struct linkage *linkage, const char *yaml);
/* The specification with all defaults filled in, to copy and change; first, as a comment, which columns are not
 * compared, if any. NULL before linkage_specify. */
const char *linkage_specification(struct linkage *linkage);
/* The columns that a record has, in the order of the specification. */
size_t linkage_columns(const struct linkage *linkage);
const char *linkage_column(const struct linkage *linkage, size_t column); /* NULL past the last */

/* A record of a source (most often: of a file or system), with one value a column of the specification; NULL or "" is
 * missing. */
int linkage_add(struct linkage *linkage, const char *source, const char *id, const char *const *values);
/* A CSV file with a row of column names; it is read by linkage_run. The file's base name is its source. */
int linkage_add_file(struct linkage *linkage, const char *path);
/* A model that linkage_save_model or `staithe link --save-model` wrote, in place of training. Read by linkage_run. */
int linkage_use_model(struct linkage *linkage, const char *path);

/* ---- Linking ---- */

/* Called by linkage_run now and then, in the thread that called it: the stage ("reading", "comparing pairs" …) and the
 * share of the stage that is done. Giving back false stops the run (130). It must not call the handle. */
typedef bool linkage_watcher(void *context, const char *stage, double share);
void linkage_watch(struct linkage *linkage, linkage_watcher *watcher, void *context);
/* 0, the default: as many as the machine has processors, at most 16. */
void linkage_threads(struct linkage *linkage, unsigned threads);

/* Bytes of memory that linkage_run may use; 0, the default: as many as it needs. What is more goes to disk, to files
 * without a name in this folder (NULL: /tmp); what needs more even so is refused. */
void linkage_memory(struct linkage *linkage, unsigned long long bytes, const char *temporary);

/* Reads the files, trains a model without labels (unless one is given), compares, clusters. Once. */
int linkage_run(struct linkage *linkage);

/* ---- What came of it: after linkage_run ---- */

uint32_t linkage_records(const struct linkage *linkage);                         /* 0 before */
uint32_t linkage_entities(const struct linkage *linkage);                        /* 0 before */
const char *linkage_id(struct linkage *linkage, uint32_t record);                /* NULL past the last */
const char *linkage_source(struct linkage *linkage, uint32_t record);            /* NULL past the last */
uint32_t linkage_entity(const struct linkage *linkage, uint32_t record);         /* from 1; 0 past the last */
int linkage_find(struct linkage *linkage, const char *id, uint32_t *ret_record); /* by ID, or SOURCE:ID */

/* Pairs that were kept: those that met under a blocking rule and weigh no less than the specification's floor. Weight
 * is log2 of the odds that the two are of one entity; probability is the same as a share. */
struct linkage_pair {
    uint32_t a, b; /* records, a < b */
    double weight, probability;
};
size_t linkage_pairs(const struct linkage *linkage);
int linkage_pair(struct linkage *linkage, size_t pair, struct linkage_pair *ret);

/* Why these two are one entity or two, field by field: as lines of text, or as JSON. NULL on an error. */
const char *linkage_explain(struct linkage *linkage, uint32_t a, uint32_t b, bool as_json);

/* As CSV, or as JSON lines where the path ends in .jsonl (pairs then have the parts of their weights). */
int linkage_write_clusters(struct linkage *linkage, const char *path);
int linkage_write_pairs(struct linkage *linkage, const char *path);
int linkage_save_model(struct linkage *linkage, const char *path);

#endif
