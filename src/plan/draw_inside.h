/* draw_inside.h: the program that draws run; inside plan/draw*.c. Registers hold a block of draws each: first one a
 * risk, then what operations make. */
#ifndef STAITHE_PLAN_DRAW_INSIDE_H
#define STAITHE_PLAN_DRAW_INSIDE_H

#include "plan/draw.h"

enum { DRAW_BLOCK = 256 };

enum draw_code {
    DRAW_LINEAR, /* constant + factors × registers */
    DRAW_MULTIPLY,
    DRAW_MIN,
    DRAW_MAX,
    DRAW_ABSOLUTE,
    DRAW_NOT,
    DRAW_ROUND, /* a to the nearest b */
    DRAW_RATIO, /* a / b to the nearest c */
    DRAW_EQUAL, /* of a and b: 1 or 0 */
    DRAW_DIFFERENT,
    DRAW_LESS,
    DRAW_LESS_EQUAL,
    DRAW_CHOICE, /* a is not 0: b, else c */
};

struct draw_operation {
    enum draw_code code;
    uint32_t to, a, b, c;
    double constant;
    uint32_t first, count; /* LINEAR: in program.factors */
};

struct draw_factor {
    uint32_t of;
    double factor;
};

struct draw_risk {
    enum plan_chance chance;
    double low, mode, high; /* normal: mean, deviation; chance: p */
    uint64_t stream;
};

struct draw_figure {
    plan_cell cell, right; /* right and check: of a check's left − right; else PLAN_NONE */
    uint32_t check;
    bool varies;
    uint32_t at;                  /* register, when it varies */
    struct number planned, limit; /* limit: the right side as planned */
};

/* A cell that risks move, with what each unit of a draw adds. In an order in which each stands behind those that it
 * reads. */
struct draw_moved {
    plan_cell cell;
    uint32_t risk;
    struct number factor;
};

struct plan_draws {
    const struct plan_model *model;
    struct plan_evaluation *evaluation;
    struct draw_risk *risks;
    size_t risk_count;
    struct draw_operation *operations; /* the first `constants` of them do not depend on the draws */
    size_t operation_count, operation_capacity, constants;
    struct draw_factor *factors;
    size_t factor_count, factor_capacity;
    uint32_t registers;
    struct draw_figure *figures;
    size_t figure_count, cell_figures;
    const uint32_t *checks;
    size_t check_count;
    struct draw_moved *moved;
    size_t moved_count, moved_capacity;
    size_t cells;
};

#endif
