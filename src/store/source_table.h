/* source_table.h: the one SQL generator: tables of contracts, the search tables beside them, and the reads they need.
 *
 * For a source named `gp_list` there are source_gp_list(record, <columns…>), one row for each version of a record, and
 * search_gp_list(attribute TEXT, token TEXT, anchor INTEGER), the keys by which the current version is found, each
 * once, with an index by anchor of the attribute "form". Names come from contracts; they are
 * letters, digits and underscores only (must() — the catalogue has checked), at most 40 long, and are quoted all the
 * same; `record` is not for a contract's column. Values are always bound.
 *
 * A record version r is current when r.from_landing <= s.current_landing and (r.to_landing IS NULL or r.to_landing >
 * s.current_landing), s being its source: so a landing's rows appear together when current_landing moves. */
#ifndef STAITHE_STORE_SOURCE_TABLE_H
#define STAITHE_STORE_SOURCE_TABLE_H

#include "store/store.h"

enum column_storage { COLUMN_TEXT, COLUMN_INTEGER, COLUMN_REAL };

struct source_table {
    struct slice source; /* the source's name */
    int64_t source_id;   /* its row in `source` */
    const struct source_table_column {
        struct slice name;
        enum column_storage storage;
    } * columns;
    size_t count;
};

/* "source_gp_list", "search_gp_list" */
struct slice source_table_name(struct arena *arena, struct slice source);
struct slice search_table_name(struct arena *arena, struct slice source);

/* Makes both tables with their indexes when absent; adds columns that a changed contract brings. Never drops; a column
 * whose storage changed is ERROR_CONFLICT, one called `record` ERROR_INPUT. */
bool source_table_ensure(struct transaction *transaction, const struct source_table *table, struct error *err) MUST_USE;

/* One condition on a column; several are joined by AND. */
enum condition_operator {
    CONDITION_EQUAL,
    CONDITION_NOT_EQUAL,
    CONDITION_AT_LEAST,
    CONDITION_AT_MOST,
    CONDITION_IN,       /* values[0..count) */
    CONDITION_CONTAINS, /* text without regard to ASCII case */
    CONDITION_PRESENT,
    CONDITION_ABSENT,
};
struct condition {
    struct slice column; /* a column of the table */
    enum condition_operator operator;
    const struct value *values;
    size_t count;
};

/* SELECT r.id, r.anchor, r.from_landing, r.line, <columns in order> of current records, narrowed by conditions and,
 * when anchor_count is above 0, to those anchors; ORDER BY r.anchor, r.id. ret_args and ret_count are what to bind, in
 * the arena: hand all three to store_query_sql or store_each_sql. Under rights it needs record and source open, and
 * each column named here listed.
 *
 * A condition's values fit the column's storage: text for text, whole numbers or fractions for the others, never NULL;
 * must(). CONDITION_NOT_EQUAL is false where the column is empty. */
struct source_read {
    const struct source_table *table;
    const struct slice *columns; /* which to give; each must be a column of the table */
    size_t column_count;
    const struct condition *conditions;
    size_t condition_count;
    const int64_t *anchors;
    size_t anchor_count;
    bool all_versions; /* also closed versions, for history; never those of a landing that is not current yet */
    int64_t limit;     /* 0: none */
};
void source_table_select(const struct source_read *read, enum store_dialect dialect, struct arena *arena,
                         struct sql *ret_sql, const struct value **ret_args, size_t *ret_count);

/* DELETE of the rows of versions with ids from $1 to $2 that landing $3 brought; the versions in `record` must still be
 * there. For taking a landing out again. */
void source_table_delete(const struct source_table *table, enum store_dialect dialect, struct arena *arena,
                         struct sql *ret_sql);

/* SELECT count(*), then for each column of the table how many current records have a value there and how many different
 * ones. No arguments; one row. */
void source_table_quality(const struct source_table *table, enum store_dialect dialect, struct arena *arena,
                          struct sql *ret_sql);

/* Whether the source has its table. */
bool source_table_there(struct transaction *transaction, struct slice source, bool *ret_there,
                        struct error *err) MUST_USE;

/* Three statements without arguments that give a sentence for each thing that is wrong, at most 20 each: a version
 * without its row, a row without its version, a key of search that is of no record. Only source and source_id of the
 * table are looked at. */
void source_table_checks(const struct source_table *table, struct arena *arena, struct sql ret_sql[3]);

#endif
