/* search_table.h: reads and writes of the search tables beside the tables of contracts; the rest of the SQL generator.
 *
 * search_<source>(attribute, token, anchor) has its primary key in that order, so that both a token and the tokens that
 * begin with some letters are one walk along the table. The names of sources are held to the rules of source_table.h;
 * values are bound. */
#ifndef STAITHE_STORE_SEARCH_TABLE_H
#define STAITHE_STORE_SEARCH_TABLE_H

#include "store/source_table.h"

/* SELECT <number of the source in `sources`>, token, anchor, of all of them together, of at most `limit` rows each,
 * ordered by source, token, anchor. Tokens equal $2 when `equal`, else lie in [$2, $3). Arguments: attribute, low (and
 * high). */
struct sql search_table_select(const struct slice *sources, size_t count, bool equal, int64_t limit,
                               enum store_dialect dialect, struct arena *arena);
/* SELECT token of one source's attribute "form" for a list of anchors ($1, JSON for SQLite, an array for PostgreSQL):
 * tokens that begin with the anchor in ten digits and a space. */
struct sql search_table_forms(struct slice source, enum store_dialect dialect, struct arena *arena);
/* SELECT token, anchor of one source and attribute ($1), ordered by token, anchor: all of it. */
struct sql search_table_all(struct slice source, enum store_dialect dialect, struct arena *arena);
/* DELETE of one row: $1 attribute, $2 token, $3 anchor. */
struct sql search_table_delete(struct slice source, enum store_dialect dialect, struct arena *arena);

#endif
