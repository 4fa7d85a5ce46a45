/* search_table.h: reads and writes of the search tables beside the tables of contracts; the rest of the SQL generator.
 *
 * search_<source>(attribute, token, anchor) has its primary key in that order, so that both a token and the tokens that
 * begin with some letters are one walk along the table; the forms of records, which are tokens too, have an index by
 * anchor. The names of sources are held to the rules of source_table.h;
 * values are bound. */
#ifndef STAITHE_STORE_SEARCH_TABLE_H
#define STAITHE_STORE_SEARCH_TABLE_H

#include "store/source_table.h"

/* What is looked up: the tokens in [low, high). */
struct search_key {
    struct slice attribute, low, high;
};
/* How many keys one statement may hold. */
size_t search_keys_most(size_t sources);
/* SELECT <number of the key>, <number of the source in `sources`>, anchor, token, in no order that counts: for each key
 * and source the first `limit` rows by token, then anchor. ret_args as of source_table_select. */
void search_table_select(const struct slice *sources, size_t count, const struct search_key *keys, size_t key_count,
                         int64_t limit, enum store_dialect dialect, struct arena *arena, struct sql *ret_sql,
                         const struct value **ret_args, size_t *ret_count);
/* SELECT <number of the source>, token of the attribute "form" for lists of anchors, one list for each source: argument
 * $1 is that of the first (JSON for SQLite, an array for PostgreSQL). In no order that counts. */
struct sql search_table_forms(const struct slice *sources, size_t count, enum store_dialect dialect,
                              struct arena *arena);
/* SELECT token, anchor of one source and attribute ($1), ordered by token, anchor: all of it. */
struct sql search_table_all(struct slice source, enum store_dialect dialect, struct arena *arena);
/* DELETE of all rows. */
struct sql search_table_clear(struct slice source, struct arena *arena);
/* DELETE of one row: $1 attribute, $2 token, $3 anchor. */
struct sql search_table_delete(struct slice source, enum store_dialect dialect, struct arena *arena);

#endif
