/* backup_format.h: a backup as bytes: one form for both databases.
 *
 *     Staithe backup 1\n                       text, so that `head` says what the file is
 *     schema hub 3\n                           or audit; the number of the newest migration
 *     made 2026-11-27T21:05:09Z\n
 *     T name column-count (name kind)…         a table; kind is one of i r t b
 *     R cell…                                  a row: n · i zigzag-varint · r 8 bytes · t length bytes · b length bytes
 *     E rows                                   the table's end
 *     Z sha-256                                of everything before the digest
 *
 * Numbers are LEB128 varints, little-endian. The reader takes nothing on trust: lengths are bounded before memory is
 * taken, kinds must fit, counts must agree, the digest must be right and nothing may follow it. Pure but for the two
 * functions it reads and writes through; any thread. */
#ifndef STAITHE_STORE_BACKUP_FORMAT_H
#define STAITHE_STORE_BACKUP_FORMAT_H

#include "base/hash.h"
#include "store/store.h"

#define BACKUP_MOST_COLUMNS 1000u
#define BACKUP_LONGEST_CELL ((uint64_t)1 << 30)

struct backup_column {
    struct slice name;
    enum value_kind kind;
};

/* What the bytes go to. */
struct backup_writer {
    bool (*write)(void *context, const void *data, size_t size, struct error *err);
    void *context;
    struct hash_state hash;
    uint64_t written;
    char *block; /* gathered; freed by backup_write_end or backup_write_drop */
    size_t len;
    struct digest digest; /* after the end */
};

bool backup_write_start(struct backup_writer *writer, enum store_schema schema, int version, int64_t made_at,
                        struct error *err) MUST_USE;
bool backup_write_table(struct backup_writer *writer, struct slice name, const struct backup_column *columns,
                        size_t count, struct error *err) MUST_USE;
bool backup_write_row(struct backup_writer *writer, const struct value *cells, size_t count,
                      struct error *err) MUST_USE;
bool backup_write_table_end(struct backup_writer *writer, int64_t rows, struct error *err) MUST_USE;
bool backup_write_end(struct backup_writer *writer, struct error *err) MUST_USE;
/* After a failure. */
void backup_write_drop(struct backup_writer *writer);

/* What a backup holds, told in order. Each function may be NULL; what it is given lives during the call only. */
struct backup_reader {
    bool (*read)(void *context, void *out, size_t size, size_t *ret_read, struct error *err);
    bool (*start)(void *context, enum store_schema schema, int version, struct slice made_at, struct error *err);
    bool (*table)(void *context, struct slice name, const struct backup_column *columns, size_t count,
                  struct error *err);
    bool (*row)(void *context, const struct value *cells, size_t count, struct error *err);
    bool (*table_end)(void *context, int64_t rows, struct error *err);
    void *context;
};

struct backup_summary {
    enum store_schema schema;
    int version;
    int64_t tables, rows;
    uint64_t bytes;
    struct digest digest;
};

/* Reads to the end and checks everything; ERROR_INPUT with the place for whatever is wrong. The functions have been
 * called by then: who must not act on a damaged backup reads it twice. */
bool backup_read(const struct backup_reader *reader, struct backup_summary *ret, struct error *err) MUST_USE;

#endif
