/* program.h: a formula as the engine runs it: a flat list of operations on a stack.
 *
 * One formula serves all cells of a row. It is compiled once; what differs from cell to cell is the *binding*: the year
 * and, in numbered slots, the member of each set that the cell stands for. Four readers share the operations: the exact
 * evaluation (evaluate.h), the walk over the cells that a cell depends on, the explanation as a tree (explain.h), and
 * whoever compiles it to another arithmetic (draws in double precision, a spreadsheet's formulas). So nothing of a
 * formula is hidden from any of them, and no edge between cells is stored: they follow from the references.
 *
 * Jumps go forward only; loops are properly nested; the stack never grows past `depth`. Programs are part of the model
 * and do not change. */
#ifndef STAITHE_PLAN_PROGRAM_H
#define STAITHE_PLAN_PROGRAM_H

#include "plan/number.h"

#define PLAN_SETS_MAX   4        /* of one row */
#define PLAN_SLOTS_MAX  8        /* sets bound at one place of a formula: the row's and those of sums around it */
#define PLAN_LOOPS_MAX  12       /* sums around one place */
#define PLAN_ROUNDS_MAX 10000000 /* of all sums around one place together */

enum plan_operation {
    PLAN_OP_CONSTANT, /* push constants[a] */
    PLAN_OP_LOAD,     /* push the value of the cell that references[a] names; to have none is an error */
    PLAN_OP_NEGATE,   /* 1 from the stack, 1 to it; so do the next two */
    PLAN_OP_ABSOLUTE,
    PLAN_OP_NOT,
    PLAN_OP_SHIFT, /* × 10^a: between £ and £m */
    PLAN_OP_ADD,   /* 2 from the stack, 1 to it; so do all to GREATER_EQUAL */
    PLAN_OP_SUBTRACT,
    PLAN_OP_MULTIPLY,
    PLAN_OP_EQUAL, /* 1 or 0 */
    PLAN_OP_DIFFERENT,
    PLAN_OP_LESS,
    PLAN_OP_LESS_EQUAL,
    PLAN_OP_GREATER,
    PLAN_OP_GREATER_EQUAL,
    PLAN_OP_MIN, /* a values from the stack, 1 to it */
    PLAN_OP_MAX,
    PLAN_OP_ROUND,       /* value, step */
    PLAN_OP_RATIO,       /* a / b to `a` places */
    PLAN_OP_ROUND_RATIO, /* a, b, step: a / b to the nearest step */
    PLAN_OP_YEAR_IS,    /* push 1 or 0: the bound year compared (part: a PLAN_OP_EQUAL … GREATER_EQUAL) with year a */
    PLAN_OP_MEMBER_IN,  /* push 1 or 0: is the member in slot `part` of lists[a] */
    PLAN_OP_WAS,        /* push what the cell would be without the setting that this program is of */
    PLAN_OP_KNOWN,      /* push 1 or 0: has the cell of references[a] a value */
    PLAN_OP_JUMP,       /* to operation a */
    PLAN_OP_JUMP_FALSE, /* takes one from the stack; to operation a when it is 0. part: the year or the member alone
                           decides, by the operation just before */
    PLAN_OP_LOOP,       /* begins loops[a]: binds its slot to each member (or year) in turn, up to its LOOP_END */
    PLAN_OP_LOOP_END,   /* folds the top of the stack into loops[a]; after the last round pushes the result */
};

/* Whether an order (below 0, 0, above 0) is what PLAN_OP_EQUAL … GREATER_EQUAL asks for. */
static inline bool plan_order_holds(enum plan_operation operation, int order)
{
    switch (operation) {
    case PLAN_OP_EQUAL:
        return order == 0;
    case PLAN_OP_DIFFERENT:
        return order != 0;
    case PLAN_OP_LESS:
        return order < 0;
    case PLAN_OP_LESS_EQUAL:
        return order <= 0;
    case PLAN_OP_GREATER:
        return order > 0;
    default:
        return order >= 0;
    }
}

struct plan_op {
    uint8_t code; /* enum plan_operation */
    uint8_t part;
    uint16_t spare;
    int32_t a;
};

/* Which cell a LOAD means: the row, for each of the row's sets a slot or a fixed member, and a year. */
enum plan_year_of {
    PLAN_YEAR_BOUND /* the bound year + offset */,
    PLAN_YEAR_FIXED,
    PLAN_YEAR_NONE /* row without years */
};
struct plan_reference {
    uint32_t row;
    uint8_t year_of;
    uint8_t set_count;
    int32_t year; /* offset or number of the year */
    bool is_slot[PLAN_SETS_MAX];
    uint32_t set[PLAN_SETS_MAX]; /* slot, or member of the row's set */
    int32_t loop[PLAN_SETS_MAX]; /* the loop that binds the slot, or -1: the formula's own row does */
    int32_t year_loop;           /* the loop that binds the year, or -1 */
    uint32_t line, column;       /* where it is written, in the program's file */
    /* The cell is base + slots × stride + bound year × year_stride; `years` bounds the year. */
    uint32_t base, stride[PLAN_SETS_MAX], year_stride;
    int32_t years;
};

enum plan_fold { PLAN_FOLD_SUM, PLAN_FOLD_LARGEST, PLAN_FOLD_SMALLEST };
struct plan_loop {
    uint8_t fold; /* enum plan_fold */
    bool years;   /* over years from `first` to `last`; else over members[0..count) in `slot` */
    uint8_t slot;
    int32_t first, last;
    const uint32_t *members; /* of the base set */
    size_t count;
    uint32_t set;       /* the set, or part of one, that was written */
    int32_t begin, end; /* the places of its LOOP and LOOP_END */
};

struct plan_list { /* members of a base set */
    const uint32_t *members;
    size_t count;
    const bool *holds; /* for each member of the base set */
    uint32_t set;
};

struct plan_program {
    const struct plan_op *ops;
    size_t op_count;
    const struct number *constants;
    size_t constant_count;
    const struct plan_reference *references;
    size_t reference_count;
    const struct plan_loop *loops;
    size_t loop_count;
    const struct plan_list *lists;
    size_t list_count;
    size_t depth; /* of the stack */
};

/* What a program's cell stands for. `slots` holds members of base sets; the clause's own sets come first, in the order
 * of its row. */
struct plan_binding {
    int32_t year; /* 0 for a row without years */
    uint32_t slots[PLAN_SLOTS_MAX];
};

#endif
