/* link_read.h: CSV files into a table of records. */
#ifndef STAITHE_LINK_LINK_READ_H
#define STAITHE_LINK_LINK_READ_H

#include "base/csv.h"
#include "link/spec.h"

struct link_read {
    const struct host *host;
    const struct link_spec *spec;
    struct link_records *records; /* not prepared: the files' rows are added */
    const struct slice *files;    /* paths */
    size_t file_count;
    const struct link_options *options;
    bool partial;         /* rows for a table that has others: a column may stand in none of these files */
    uint64_t bytes, read; /* of all files; of those that are read */
    uint64_t irregular;   /* result: rows of another length than their header */
};

/* Reads all files, in their order. Headers and columns as link_files.h says. */
bool link_read_files(struct link_read *job, struct error *err) MUST_USE;

/* Opens a file and reads its header into the arena. */
bool link_read_header(const struct host *host, struct slice path, struct arena *arena, struct csv_reader **ret,
                      struct slice **ret_headers, size_t *ret_count, struct error *err) MUST_USE;
/* The place of a column by its header, -1 where there is none. */
bool link_find_header(struct slice path, const struct slice *headers, size_t count, struct slice name, int *ret,
                      struct error *err) MUST_USE;
/* False, with what is missing and `what` it was for. */
bool link_missing_header(struct slice path, const struct slice *headers, size_t count, struct slice name,
                         const char *what, struct error *err);

#endif
