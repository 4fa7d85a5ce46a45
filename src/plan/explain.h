/* explain.h: where a figure comes from, as a tree: from the cell down to what somebody gave, with source, file, line.
 *
 * Each cell's node says how it comes by its value, its formula as written, and the formula as a tree of operations with
 * the numbers that went in (sums spread out, only the taken side of an `if`). A leaf that is a cell can be opened in
 * turn. Computing the tree by any other means gives the cell again: that is a test of the engine, and what the exports
 * to spreadsheets are written from. */
#ifndef STAITHE_PLAN_EXPLAIN_H
#define STAITHE_PLAN_EXPLAIN_H

#include "plan/evaluate.h"

enum plan_node_kind { PLAN_NODE_NUMBER, PLAN_NODE_CELL, PLAN_NODE_OPERATION };

/* A formula's tree for one cell. */
struct plan_node {
    enum plan_node_kind kind;
    enum plan_operation operation; /* NEGATE … ROUND_RATIO; a sum is ADD with any number of parts, largest MAX */
    int32_t places;                /* RATIO: decimals; SHIFT: power of ten */
    plan_cell cell;
    struct number value;
    struct plan_node **parts;
    size_t part_count;
};

struct plan_explanation {
    plan_cell cell;
    enum plan_how how;
    enum plan_state state;
    struct number value;
    const struct plan_clause *clause; /* of a formula or overlay */
    struct slice formula;             /* its text as written */
    struct plan_origin origin;        /* of the given, or of the formula's line */
    const struct plan_given *given;   /* with the register's lines that it adds up */
    struct plan_node *tree;           /* of a formula */
    const plan_cell *reads;           /* the cells in it, each once */
    size_t read_count;
};

/* One cell; open its `reads` to go on. Computes what is needed. */
void plan_explain(struct plan_evaluation *evaluation, plan_cell cell, struct arena *arena,
                  struct plan_explanation *ret);

/* As indented text, down to the givens or `depth` levels; a cell that was shown before is named, not opened again. */
void plan_explain_text(struct plan_evaluation *evaluation, plan_cell cell, size_t depth, struct buffer *out);
/* As JSON: {"cells": [{"cell", "title", "how", "value", "unit", "formula", "source", "file", "line", "tree"} …]}, the
 * cell itself first and each cell below it once; "tree" is a number as text, {"cell"} or {"operation", "parts"}. With
 * PLAN_NONE every cell that has a value, of checks and tables too. */
void plan_explain_json(struct plan_evaluation *evaluation, plan_cell cell, struct buffer *out);

#endif
