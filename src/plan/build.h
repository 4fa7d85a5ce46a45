/* build.h: a model while it is made; inside plan/. The steps run in the order in which they stand here. */
#ifndef STAITHE_PLAN_BUILD_H
#define STAITHE_PLAN_BUILD_H

#include "plan/model.h"
#include "plan/names.h"
#include "plan/parse.h"

struct builder {
    struct arena *arena;
    const struct host *host;
    const struct plan_syntax *syntax;
    struct plan_model *model;
    struct names names;
    struct plan_unit *units; /* as declared */
    size_t unit_count, units_capacity;
    size_t years_capacity, sets_capacity, sources_capacity, rows_capacity, clauses_capacity, givens_capacity,
        parts_capacity, entries_capacity, steps_capacity, gates_capacity, ranks_capacity, checks_capacity,
        tables_capacity, overlays_capacity, varies_capacity, risks_capacity;
    struct clause_list {
        uint32_t *clauses;
        size_t count, capacity;
    } * row_clauses; /* for each row */
    size_t row_clauses_capacity;
    struct csv_file *csv_files; /* read so far */
    struct given_order {        /* beside each of model.givens until they are sorted */
        size_t breadth;
        struct plan_place place;
    } * order;
    size_t order_capacity;
};

/* A set, part of a set or one member, as an index names it. */
struct choice {
    uint32_t set; /* PLAN_NONE for a member */
    uint32_t base;
    uint32_t member;
};

/* ---- build.c ---- */

bool build_fault(const struct builder *b, struct plan_place place, struct error *err, const char *format, ...)
    PRINTF_LIKE(4, 5);
bool build_unknown(const struct builder *b, struct plan_place place, enum name_kind kind, uint32_t within,
                   struct slice name, const char *what, struct error *err);
bool build_year(const struct builder *b, const struct plan_word *word, int32_t *ret, struct error *err) MUST_USE;
bool build_span(const struct builder *b, const struct plan_span *span, int32_t *ret_from, int32_t *ret_to,
                struct error *err) MUST_USE;
bool build_origin(const struct builder *b, const struct plan_source_use *use, struct plan_place place,
                  struct plan_origin *ret, struct error *err) MUST_USE;
/* An index of a row whose sets are known: which of the row's sets each word chooses from, all others whole. */
bool build_region(struct builder *b, uint32_t row, const struct plan_word *index, size_t count, struct plan_place place,
                  struct plan_region *ret, struct error *err) MUST_USE;
void build_choose(struct builder *b, uint32_t row, size_t position, const struct choice *choice,
                  struct plan_region *region);
/* What a word names among the members and parts of this base set. */
bool build_choice(const struct builder *b, uint32_t base, struct slice word, struct choice *ret);
uint32_t build_row(struct builder *b, struct slice name, const uint32_t *sets, size_t set_count,
                   struct plan_place place);
/* Numbers the row's cells. */
bool build_cells(struct builder *b, uint32_t row, struct error *err) MUST_USE;
struct plan_clause *build_clause(struct builder *b, uint32_t row);
struct slice build_text(struct builder *b, const struct plan_formula *formula);

/* ---- build_rows.c ---- */

/* Makes the rows of all givens and formulas, and numbers their cells. */
bool build_rows(struct builder *b, struct error *err) MUST_USE;

/* ---- units.c ---- */

bool build_units(struct builder *b, struct error *err) MUST_USE;
bool build_unit(const struct builder *b, struct slice name, struct plan_place place, struct plan_unit *ret,
                struct error *err) MUST_USE;
struct slice build_unit_words(const struct plan_unit *unit);
bool build_unit_same(const struct plan_unit *a, const struct plan_unit *b);

/* ---- compile.c ---- */

/* Compiles the clause's formula for its row and region; *ret_unit is the formula's. */
bool compile_formula(struct builder *b, struct plan_clause *clause, const struct plan_formula *formula, bool is_setting,
                     struct plan_unit *ret_unit, struct error *err) MUST_USE;
/* ---- build_given.c, build_register.c, build_csv.c ---- */

bool build_entries(struct builder *b, struct error *err) MUST_USE;
bool build_givens(struct builder *b, struct error *err) MUST_USE;
bool build_from_csv(struct builder *b, const struct plan_statement *s, const struct plan_from *from, uint32_t row,
                    struct error *err) MUST_USE;
bool build_from_register(struct builder *b, const struct plan_statement *s, const struct plan_from *from, uint32_t row,
                         struct error *err) MUST_USE;
/* Of several values of one cell the one that was written for the fewest cells stands: a member's line over a set's.
 * Two as narrow as each other are a fault, which build_givens finds. The pointer is valid until the next call. */
struct plan_given *build_give(struct builder *b, plan_cell cell, struct number value, const struct plan_origin *origin,
                              size_t breadth, struct plan_place place);
/* A value as written in a row's unit. */
bool build_value(const struct builder *b, const struct plan_unit *unit, struct number written, bool percent,
                 struct plan_place place, struct number *ret, struct error *err) MUST_USE;

/* A figure that a source prints, from a long CSV file with columns for the line's label, the column's and the value. */
struct plan_csv_cell {
    struct slice path, row, column;
    struct number value;
    uint32_t line;
};
bool build_csv_cells(struct builder *b, const struct plan_from *from, struct slice row_column,
                     struct slice column_column, struct slice value_column,
                     bool (*take)(void *context, const struct plan_csv_cell *cell, struct error *err), void *context,
                     struct error *err) MUST_USE;

/* ---- build_table.c, build_rest.c ---- */

bool build_tables(struct builder *b, struct error *err) MUST_USE;
bool build_checks(struct builder *b, struct error *err) MUST_USE;
bool build_overlays(struct builder *b, struct error *err) MUST_USE;
bool build_rest(struct builder *b, struct error *err) MUST_USE;
/* A hidden row that computes the formula over these sets and the region's years. */
bool build_hidden(struct builder *b, struct slice name, const uint32_t *sets, size_t set_count,
                  const struct plan_region *region, const struct plan_formula *formula, struct slice title,
                  uint32_t *ret, struct error *err) MUST_USE;

#endif
