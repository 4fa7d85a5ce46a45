/* syntax.h: the text of a plan, parsed: what was written, where, before any name is looked up.
 *
 * A plan is text in lines (docs/plan-language.md has the grammar). A statement begins at the left margin with its
 * keyword; lines that begin with white space belong to the statement above. `#` begins a comment. The parser knows
 * words, numbers, years and the shape of each statement; whether a name exists is the model's business (model.h).
 *
 * Everything lives in the arena that plan_parse got, and points into the files' text, which it keeps. Every node knows
 * its place. Nesting deeper than PLAN_DEPTH_MAX is refused in a sentence, so no text can exhaust the stack. The time is
 * linear in the text. */
#ifndef STAITHE_PLAN_SYNTAX_H
#define STAITHE_PLAN_SYNTAX_H

#include "base/error.h"
#include "base/host.h"
#include "plan/number.h"

#define PLAN_DEPTH_MAX     200                /* nested parentheses and the like in one formula */
#define PLAN_OPERATORS_MAX 10000              /* of the formulas of one statement */
#define PLAN_FILE_MAX      ((size_t)64 << 20) /* bytes of one file */
#define PLAN_FILES_MAX     1000               /* files of one plan */

/* Where something stands. length is in bytes and may be 0. */
struct plan_place {
    uint32_t file, line, column, length; /* file counts from 0, line and column (in characters) from 1 */
};

struct plan_file {
    struct slice path; /* as it was given, or as joined from the including file's folder */
    struct slice text;
};

/* ---- Formulas ---- */

enum plan_formula_kind {
    PLAN_NUMBER,  /* value; unit when it was written with one (£0.250m, 5%) */
    PLAN_NAME,    /* a row, or a set where one may stand: name, index, year */
    PLAN_WAS,     /* `was`: in an overlay, the value that it stands over */
    PLAN_YEAR,    /* `year`, to be compared with a year */
    PLAN_YEAR_IS, /* a year such as 2026-27: name */
    PLAN_NEGATE,  /* 1 part, as are the next three */
    PLAN_NOT,
    PLAN_ABSOLUTE,
    PLAN_KNOWN, /* `known x`: 1 when x has a value */
    PLAN_ADD,   /* 2 parts, as are those up to OTHERWISE */
    PLAN_SUBTRACT,
    PLAN_MULTIPLY,
    PLAN_DIVIDE, /* only directly inside round(…) */
    PLAN_EQUAL,
    PLAN_DIFFERENT,
    PLAN_LESS,
    PLAN_LESS_EQUAL,
    PLAN_GREATER,
    PLAN_GREATER_EQUAL,
    PLAN_AND,
    PLAN_OR,
    PLAN_OTHERWISE, /* the first when it has a value, else the second */
    PLAN_WITHIN,    /* `dept in front`: name and over[0] */
    PLAN_IF,        /* condition, then, else */
    PLAN_ROUND,     /* what, step */
    PLAN_RATIO,     /* a, b, places (a whole number) */
    PLAN_MIN,       /* 2 parts or more */
    PLAN_MAX,
    PLAN_SUM, /* 1 part; over sets and years */
    PLAN_LARGEST,
    PLAN_SMALLEST,
    PLAN_IN_UNIT, /* 1 part: `x in £m` */
};

/* A name in square brackets or after `over`. */
struct plan_word {
    struct slice text;
    struct plan_place place;
};

enum plan_when { PLAN_WHEN_SAME, PLAN_WHEN_BEFORE, PLAN_WHEN_AT, PLAN_WHEN_NEXT, PLAN_WHEN_FIRST, PLAN_WHEN_LAST };

/* `in 2025-26`, `from 2025-26 to 2028-29`, `to 2025-26`: ends that are empty are the plan's own. */
struct plan_span {
    bool given;
    struct plan_word from, to;
};

/* What only names and sums have. */
struct plan_formula_more {
    struct plan_word *index;
    size_t index_count;
    enum plan_when when;
    uint32_t back;         /* PLAN_WHEN_BEFORE: how many years */
    struct plan_word year; /* PLAN_WHEN_AT */
    struct plan_word *over;
    size_t over_count;
    bool over_years; /* `over years`, or a span: `sum gap from 2025-26 to 2028-29` */
    struct plan_span span;
};

struct plan_formula {
    enum plan_formula_kind kind;
    struct plan_place place; /* of its operator or first word */
    uint32_t first, last;    /* offsets of its text in the file: [first, last) */
    struct slice name;       /* PLAN_NUMBER and PLAN_IN_UNIT: the unit that is written, or empty */
    struct number value;
    struct plan_formula **parts;
    size_t part_count;
    struct plan_formula_more *more; /* names, sums, `in`; else NULL */
};

/* ---- Statements ---- */

enum plan_statement_kind {
    PLAN_MODEL,   /* model NAME "title" */
    PLAN_INCLUDE, /* include "file" (already followed by the parser) */
    PLAN_YEARS,   /* years 2024-25 to 2028-29: words */
    PLAN_UNIT,    /* unit £m print 0.001 */
    PLAN_SOURCE,  /* source C "title" [rounded to 0.001] */
    PLAN_SET,     /* set dept …: members as body; of: the set it is part of */
    PLAN_MEMBER,  /* inside a set */
    PLAN_GIVEN,
    PLAN_CALC,
    PLAN_CHECK, /* check NAME that FORMULA within TOLERANCE; also `rule` and `tie`, the latter's body PLAN_DIFFERS */
    PLAN_DIFFERS,
    PLAN_TABLE, /* body: rows, headings, columns, anomalies, prints */
    PLAN_TABLE_COLUMNS,
    PLAN_TABLE_COLUMN,
    PLAN_TABLE_ROW,
    PLAN_TABLE_HEADING,
    PLAN_TABLE_PRINTS,
    PLAN_ANOMALY,
    PLAN_BID,
    PLAN_SAVING,
    PLAN_VIREMENT,
    PLAN_SCHEME, /* of the capital programme */
    PLAN_RESERVE,
    PLAN_SCENARIO, /* body: settings */
    PLAN_VERSION,
    PLAN_SETTING, /* ROW[index] [span] = FORMULA, inside the two above */
    PLAN_VARY,
    PLAN_RISK, /* body: moves */
    PLAN_MOVES,
    PLAN_STEP, /* of the timetable */
    PLAN_GATE,
    PLAN_RANK, /* rank bids by CRITERION WEIGHT … within FORMULA */
};

/* `source C table 5`: the id, and the words to the line's end. */
struct plan_source_use {
    struct plan_word id;
    struct slice where;
};

/* One line of values: `ASC  -7.400 -4.900 .`, `always 5`, `from 2025-26 1.99`, `2025-26 3.2`. */
struct plan_values {
    struct plan_place place;
    struct plan_word *members; /* of any of the row's sets, in any order; a set's name means each of its members */
    size_t member_count;
    bool always;
    struct plan_span span;   /* when given, one value for each of its years */
    struct plan_word *years; /* of the columns, by the header in force; NULL: all years of the plan */
    size_t year_count;
    struct number *values;
    bool *present; /* `.` is no value */
    bool *percent; /* written with a % sign */
    struct plan_place *places;
    size_t count;
    bool reprofile; /* a scheme's move between years */
    struct plan_source_use source;
};

/* `from "file.csv", dept is department, value is gbp_m where line_role is line`, and `from savings where rag is red`.
 */
struct plan_pair {
    struct plan_word key, value;
    bool is_not;
};
struct plan_from {
    struct plan_place place;
    struct plan_word file; /* a CSV file, when written in quotes */
    struct plan_word register_name;
    struct plan_pair *columns; /* name is column */
    size_t column_count;
    struct plan_pair *where;
    size_t where_count;
    struct plan_span span; /* all values go to these years */
    bool missing_given;    /* `missing 0` */
    struct number missing;
    struct plan_source_use source;
};

/* An attribute of a register's line: owner, rag, eqia, consultation, state, … */
struct plan_attribute {
    struct plan_word key, value;
    bool is_number;
    struct number number;
};

struct plan_statement {
    enum plan_statement_kind kind;
    struct plan_place place;
    struct plan_word name; /* id of a register's line, table, step … */
    struct slice title;
    struct plan_word *index; /* in square brackets */
    size_t index_count;
    struct plan_word *words; /* years; a subset's members; `for` of a register's line; columns */
    size_t word_count;
    struct plan_word of; /* set front of dept; gate … for savings; scenario based on another */
    struct plan_word unit;
    struct plan_span span;
    struct plan_formula *formula;
    struct plan_formula *second; /* check: tolerance */
    struct number number;        /* print step, by, prints */
    struct number numbers[3];    /* a risk's figures; `each` of moves in [0] */
    size_t number_count;
    struct plan_values *values;
    size_t value_count;
    struct plan_from *froms;
    size_t from_count;
    struct plan_attribute *attributes;
    size_t attribute_count;
    struct plan_source_use source;
    struct slice note;
    struct slice style; /* table rows: each, printed; risks: triangle …; checks: check, rule */
    struct slice role;  /* table rows: line, subtotal, total */
    bool flags[2]; /* step: to be confirmed, external; source: rounded, fitted; given: always; columns: printed total */
    struct plan_statement *body; /* a list by next */
    struct plan_statement *next;
};

struct plan_syntax {
    struct arena *arena;
    struct plan_file *files;
    size_t file_count;
    struct plan_statement *statements; /* of all files, in reading order, by next */
};

/* Reads the file and those that it includes, each once. */
bool plan_parse(const struct host *host, struct slice path, struct arena *arena, struct plan_syntax **ret,
                struct error *err) MUST_USE;
/* The same of a text in memory; include and from "file" are looked up beside `path`. */
bool plan_parse_text(const struct host *host, struct slice text, struct slice path, struct arena *arena,
                     struct plan_syntax **ret, struct error *err) MUST_USE;

/* The line of the text that a place (or an error, when its file is one of these) speaks of, with a caret under it:
 *     12 | calc gap = presures + saving
 *        |            ^^^^^^^^
 * Nothing when the place is not known. */
void plan_show_place(const struct plan_syntax *syntax, struct plan_place place, struct buffer *out);

#endif
