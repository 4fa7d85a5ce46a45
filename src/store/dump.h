/* dump.h: every row of every table, in one order for both databases. Private to this room: for backup and check. */
#ifndef STAITHE_STORE_DUMP_H
#define STAITHE_STORE_DUMP_H

#include "store/backup_format.h"

struct dump_table {
    struct slice name;
    struct backup_column *columns;
    size_t *key; /* for each column its place in the primary key from 1, or 0 */
    size_t count;
};

/* All tables but the list of migrations; tables of sources before those of search, else by name; columns in their
 * order. */
bool dump_tables(struct transaction *transaction, struct arena *arena, struct dump_table **ret, size_t *ret_count,
                 struct error *err) MUST_USE;
/* Each row by the primary key (by all columns where there is none). */
bool dump_rows(struct transaction *transaction, const struct dump_table *table, row_function *function, void *context,
               struct error *err) MUST_USE;

#endif
