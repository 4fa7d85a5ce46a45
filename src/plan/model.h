/* model.h: a plan with every name looked up, every unit checked and every formula compiled; read only from then on.
 *
 * plan_load reads the text and its CSV files and gives the model, or the first fault with file, line, column and, where
 * a name is near, a suggestion. What can be known without computing is refused here: unknown names, units that do not
 * fit, years that are not in the plan, two formulas for one cell, a CSV file that leaves out a department, virements
 * that do not sum to nothing. What needs values (a division by zero, a missing opening value, a cycle) comes from
 * evaluate.h.
 *
 * Numbering. Years count from 0. A row has a *tuple* for each combination of its sets' members (none: one tuple), the
 * last set running fastest, and a cell for each tuple and year:
 *     cell = row.first + year × row.tuples + tuple         (a row `always`: year is 0)
 * All cells of all rows are numbered through from 0 to model.cells: values live in one flat array.
 *
 * Checks, tables and rules are computed by rows of the model too, whose names begin with a space (`hidden`), so that
 * every figure that is shown is a cell that can be opened.
 *
 * The model, all structs below and the texts in them live in the arena that plan_load got. They do not change after it:
 * any number of threads may read one model, each with evaluations of its own. */
#ifndef STAITHE_PLAN_MODEL_H
#define STAITHE_PLAN_MODEL_H

#include "plan/program.h"
#include "plan/syntax.h"

#define PLAN_CELLS_MAX   20000000u /* half a gigabyte of values */
#define PLAN_NONE        UINT32_MAX
#define PLAN_COLUMNS_MAX 64

typedef uint32_t plan_cell;

struct names;

/* ---- Units ---- */

enum plan_unit_kind {
    PLAN_UNIT_ANY,   /* a bare number in a formula: it takes the unit of its neighbour */
    PLAN_UNIT_PLAIN, /* a number, or % */
    PLAN_UNIT_MONEY, /* £ × 10^power */
    PLAN_UNIT_COUNT, /* a declared unit such as homes */
    PLAN_UNIT_TRUTH, /* of a comparison */
};
struct plan_unit {
    enum plan_unit_kind kind;
    int32_t power;      /* money: 6 for £m; %: -2, for reading and showing alone, the value of 5% is 0.05 */
    struct slice name;  /* as written: £m, %, homes */
    struct number step; /* what a table rounds to: `unit £m print 0.001`; as shown, so 0.01 for % is 0.0001 */
    int32_t places;     /* digits that are shown */
};

/* ---- Sets, sources, rows ---- */

struct plan_member {
    struct slice name, title; /* the title is the name when none was given */
    struct plan_place place;
};
struct plan_set {
    struct slice name, title;
    uint32_t base;               /* itself, or the set that it is part of */
    struct plan_member *members; /* of a base set */
    const uint32_t *list;        /* numbers in the base set, in its own order */
    const bool *holds;           /* for each member of the base set */
    size_t count;
    struct plan_place place;
};

struct plan_source {
    struct slice name, title;
    bool rounded;       /* `rounded to 0.001`: what it prints is known to half of that */
    bool fitted;        /* chosen to reproduce printed figures, not anybody's own: marked wherever it is shown */
    struct number step; /* in the unit that it is printed in */
    struct plan_place place;
};
/* Where a figure comes from. source is PLAN_NONE when none is given. */
struct plan_origin {
    uint32_t source;
    struct slice where; /* "table 5" */
    struct slice file;  /* a CSV file, or the plan's own */
    uint32_t line;
};

struct plan_region {                        /* some members of each of a row's sets, and years */
    const uint32_t *members[PLAN_SETS_MAX]; /* of base sets */
    const bool *holds[PLAN_SETS_MAX];
    size_t counts[PLAN_SETS_MAX];
    int32_t from, to;
};

/* A formula for some of a row's cells. */
struct plan_clause {
    uint32_t row;
    struct plan_region region;
    struct plan_program program;
    const struct plan_formula *formula;
    struct slice text; /* of the formula, as written, runs of white space as one */
    struct plan_place place;
    struct plan_origin origin;
};

struct plan_row {
    struct slice name, title;
    uint32_t sets[PLAN_SETS_MAX]; /* base sets */
    size_t set_count;
    size_t tuples;
    plan_cell first;
    int32_t years; /* of the plan, or 1 when `always` */
    bool always, hidden, has_given;
    struct plan_unit unit;
    const uint32_t *clauses; /* numbers in model.clauses; no two speak of one cell */
    size_t clause_count;
    struct plan_place place;
    struct plan_origin origin;
};

/* A value that was typed in, read from a file, or added up from a register. */
struct plan_given {
    plan_cell cell;
    struct number value;
    struct plan_origin origin;
    struct number half_step;           /* how far the true value may be off: half of its source's step, or 0 */
    uint32_t first_entry, entry_count; /* of a register: in model.parts */
};
struct plan_part { /* a register's line as a part of a given */
    uint32_t entry;
    struct number value;
};

/* ---- Registers, timetable ---- */

enum plan_register { PLAN_BIDS, PLAN_SAVINGS, PLAN_VIREMENTS, PLAN_SCHEMES, PLAN_RESERVES, PLAN_REGISTERS };
extern const char *const plan_register_words[]; /* bids, savings, virements, capital, reserves, NULL */

struct plan_entry_value {
    const struct plan_word *members; /* names of members, of the head's `for` and of the line, in any order */
    size_t member_count;
    int32_t year;
    struct number value; /* in the entry's unit */
    bool reprofile;
    uint32_t line;
};
struct plan_entry {
    enum plan_register kind;
    struct slice id, title;
    struct plan_unit unit;
    const struct plan_attribute *attributes;
    size_t attribute_count;
    const struct plan_entry_value *values;
    size_t value_count;
    struct plan_origin origin;
    struct slice note;
    struct plan_place place;
};
/* The value of an attribute, empty when the entry has none. */
struct slice plan_entry_get(const struct plan_entry *entry, struct slice key);

struct plan_step {
    struct slice id, title, when; /* "Late October to mid December 2024" */
    bool to_be_confirmed, external;
    struct plan_place place;
};
struct plan_gate { /* no entry of the register is approved without these */
    struct slice name, title, step;
    enum plan_register kind;
    const struct plan_attribute *needs;
    size_t need_count;
    struct plan_place place;
};
struct plan_rank {
    enum plan_register kind;
    const struct plan_attribute *weights; /* criterion, weight */
    size_t weight_count;
    uint32_t limit_row; /* hidden; PLAN_NONE without `within` */
    struct plan_place place;
};

/* ---- Checks, tables ---- */

/* A tie that is known not to hold: `cell` of the left row is above the right by so much. */
struct plan_difference {
    plan_cell cell;
    struct number by;
    struct slice reason;
    struct plan_place place;
};
struct plan_check {
    struct slice name, title, text;
    bool is_rule;
    bool is_tie; /* between printed figures: what their rounding explains is no failure */
    const struct plan_difference *differences;
    size_t difference_count;
    enum plan_operation compare; /* PLAN_OP_EQUAL … GREATER_EQUAL */
    uint32_t left, right;        /* hidden rows over the check's sets; right PLAN_NONE: left is true or not */
    bool tolerant;
    struct number tolerance;
    struct plan_region region; /* of the left row */
    struct plan_place place;
    struct plan_origin origin;
};

enum plan_table_role { PLAN_TABLE_LINE, PLAN_TABLE_SUBTOTAL, PLAN_TABLE_TOTAL, PLAN_TABLE_TITLE };
enum plan_column_kind { PLAN_COLUMN_YEAR, PLAN_COLUMN_MEMBER, PLAN_COLUMN_FORMULA, PLAN_COLUMN_TOTAL };
struct plan_table_column {
    enum plan_column_kind kind;
    struct slice label;
    int32_t year;          /* all but PLAN_COLUMN_TOTAL */
    uint32_t set, member;  /* PLAN_COLUMN_MEMBER: of the base set */
    uint32_t row;          /* PLAN_COLUMN_FORMULA: what is shown */
    bool printed;          /* total: of the rounded figures of its line */
    struct plan_unit unit; /* formula: as the column's row has it */
};
struct plan_table_row {
    struct slice label;
    enum plan_table_role role;
    uint32_t row;         /* hidden or the row itself; PLAN_NONE for a heading, a plain total, a formula column's row */
    uint32_t set, member; /* `for dept`: one row each; PLAN_NONE when none */
    uint32_t total_row;   /* what total columns add up instead of the line; PLAN_NONE: the line */
    bool adds_up;         /* a total without a formula: of the lines above it */
    bool printed;         /* the sum of rounded parts; else the exact value, rounded once */
    bool printed_in[PLAN_COLUMNS_MAX]; /* columns where it is the other way round */
    struct plan_unit unit;
    struct plan_place place;
};
struct plan_printed {     /* a figure as the source prints it */
    uint32_t row, column; /* of the table */
    struct number value;
    struct plan_origin origin;
};
struct plan_anomaly { /* the source's figure differs from what it is computed from, and why */
    uint32_t row, column;
    struct number prints, within;
    struct slice reason;
    struct plan_place place;
};
struct plan_table {
    struct slice name, title;
    struct plan_table_column *columns;
    size_t column_count;
    struct plan_table_row *rows;
    size_t row_count;
    struct plan_printed *printed;
    size_t printed_count;
    struct plan_anomaly *anomalies;
    size_t anomaly_count;
    struct slice note;
    struct plan_origin origin;
    struct plan_place place;
};

/* ---- Scenarios, versions, what-if ---- */

/* A scenario or version is a list of clauses that stand over the rows' own, in the order that they take effect. */
struct plan_overlay {
    struct slice name, title, on;
    bool is_version;
    uint32_t based_on;       /* another overlay that takes effect before, or PLAN_NONE */
    const uint32_t *clauses; /* in model.clauses */
    size_t clause_count;
    struct plan_place place;
};
struct plan_vary {
    struct slice title;
    uint32_t row;
    struct plan_region region;
    struct number by;
    struct plan_place place;
};
enum plan_chance {
    PLAN_TRIANGLE /* low, most likely, high */,
    PLAN_UNIFORM /* low, high */,
    PLAN_NORMAL /* mean, standard deviation */,
    PLAN_CHANCE /* of happening: draws 1, else 0 */
};
struct plan_move {
    uint32_t row;
    struct plan_region region;
    struct number by, each; /* the cells change by `by` for each `each` that is drawn */
};
struct plan_risk {
    struct slice name, title;
    enum plan_chance chance;
    struct number figures[3];
    const struct plan_move *moves;
    size_t move_count;
    struct plan_origin origin;
    struct plan_place place;
};

/* A reference of a clause's program to a row. */
struct plan_use {
    uint32_t row, clause, reference;
};

struct plan_model {
    struct arena *arena;
    const struct plan_syntax *syntax; /* the files */
    struct slice name, title;
    struct slice *years;
    int32_t year_count;
    struct plan_unit unit; /* the first declared: of rows that name none */
    struct plan_set *sets;
    size_t set_count;
    struct plan_source *sources;
    size_t source_count;
    struct plan_row *rows; /* as declared; hidden ones last */
    size_t row_count;
    size_t cells;
    const plan_cell *first_cells; /* of the rows, close together for searching */
    struct plan_clause *clauses;
    size_t clause_count;
    struct plan_given *givens; /* by cell, each once */
    size_t given_count;
    struct plan_part *parts;
    size_t part_count;
    struct plan_entry *entries;
    size_t entry_count;
    struct plan_step *steps;
    size_t step_count;
    struct plan_gate *gates;
    size_t gate_count;
    struct plan_rank *ranks;
    size_t rank_count;
    struct plan_check *checks;
    size_t check_count;
    struct plan_table *tables;
    size_t table_count;
    struct plan_overlay *overlays;
    size_t overlay_count;
    struct plan_vary *varies;
    size_t vary_count;
    struct plan_risk *risks;
    size_t risk_count;
    const struct plan_use *uses; /* which formulas read a row, by row; for evaluate.c */
    const uint32_t *first_use;   /* for each row, and one more */
    const struct names *names;   /* for the functions below */
};

/* Reads, parses, looks up. `ret_syntax` (may be NULL) is set as soon as the text is parsed, also when a later step
 * fails: for showing the line of an error. */
bool plan_load(const struct host *host, struct slice path, struct arena *arena, struct plan_model **ret,
               const struct plan_syntax **ret_syntax, struct error *err) MUST_USE;
/* The second half of it. */
bool plan_resolve(const struct host *host, const struct plan_syntax *syntax, struct arena *arena,
                  struct plan_model **ret, struct error *err) MUST_USE;

/* ---- Finding and naming ---- */

/* PLAN_NONE when there is none. */
uint32_t plan_row_find(const struct plan_model *model, struct slice name);
uint32_t plan_set_find(const struct plan_model *model, struct slice name);
uint32_t plan_table_find(const struct plan_model *model, struct slice name);
uint32_t plan_overlay_find(const struct plan_model *model, struct slice name);
/* Of a base set, by name or, failing that, by title; PLAN_NONE. */
uint32_t plan_member_find(const struct plan_model *model, uint32_t set, struct slice name);
int32_t plan_year_find(const struct plan_model *model, struct slice label); /* -1 */
/* The given of a cell, or NULL. */
const struct plan_given *plan_given_find(const struct plan_model *model, plan_cell cell);

/* members: one of each of the row's base sets; year is ignored when the row is `always`. */
plan_cell plan_cell_at(const struct plan_model *model, uint32_t row, const uint32_t *members, int32_t year);
void plan_cell_parts(const struct plan_model *model, plan_cell cell, uint32_t *ret_row, struct plan_binding *ret);
/* "net[ASC]@2025-26": what plan_cell_read reads back. */
struct slice plan_cell_name(const struct plan_model *model, plan_cell cell, struct arena *arena);
/* "Net budget, Adult Social Services, 2025-26": for people. */
struct slice plan_cell_title(const struct plan_model *model, plan_cell cell, struct arena *arena);
/* Reads a cell's name; ERROR_NOT_FOUND names the nearest. */
bool plan_cell_read(const struct plan_model *model, struct slice name, plan_cell *ret, struct error *err) MUST_USE;

bool plan_region_holds(const struct plan_model *model, uint32_t row, const struct plan_region *region,
                       const struct plan_binding *binding);
/* The clause that computes the cell when nothing is given and no overlay stands, or NULL. */
const struct plan_clause *plan_clause_of(const struct plan_model *model, uint32_t row,
                                         const struct plan_binding *binding);
/* A value in the row's unit as people read it: "44.722", "1.99%"; exact: every digit. */
struct slice plan_shown(const struct plan_unit *unit, struct number value, struct arena *arena);
struct slice plan_exact(const struct plan_unit *unit, struct number value, struct arena *arena);

#endif
