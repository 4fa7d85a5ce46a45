/* engine.h: what the files of the evaluation share; inside plan/. */
#ifndef STAITHE_PLAN_ENGINE_H
#define STAITHE_PLAN_ENGINE_H

#include "plan/evaluate.h"

enum mark {
    MARK_NEW,
    MARK_OPEN,
    MARK_VALUE,
    MARK_NONE,
    MARK_FAILED, /* values[cell].low is the number of its failure */
    MARK_STATE = 7,
    MARK_GIVEN = 8, /* a given of the model, over which no setting of the overlay stands */
    MARK_SET = 16,  /* by plan_set */
};

enum fault_kind {
    FAULT_NONE,
    FAULT_NEEDS,  /* a new cell: no fault, but the program must run again after it */
    FAULT_FAILED, /* reads a cell that failed */
    FAULT_NO_VALUE,
    FAULT_BEFORE_FIRST,
    FAULT_AFTER_LAST,
    FAULT_ZERO,
    FAULT_STEP,
    FAULT_HUGE,
    FAULT_CYCLE,
    FAULT_WAS,
    FAULT_DEEP,
};
struct fault {
    enum fault_kind kind;
    plan_cell cell; /* NEEDS, FAILED, NO_VALUE */
    uint32_t row;   /* BEFORE_FIRST, AFTER_LAST */
    uint32_t line, column;
};

struct failure {
    plan_cell cell;
    enum fault_kind kind;
    struct plan_place place;
    struct slice sentence;
};

struct overlay_list { /* of a row: clauses in the order in which they take effect */
    uint32_t *clauses;
    size_t count, capacity;
};

struct plan_evaluation {
    const struct plan_model *model;
    uint32_t overlay;
    struct arena *arena, *numbers, *scratch; /* of the evaluation; of big values; of a program's run */
    size_t live;                             /* bytes of big values in use */
    struct number *values;
    uint8_t *marks;
    struct overlay_list *overlays; /* for each row, or NULL without overlay */
    bool *active;                  /* for each clause: it can compute cells here */
    struct failure *failures;
    size_t failure_count, failures_capacity;
    struct number *stack; /* of programs, one behind the other when one asks for `was` */
    size_t stack_size, was_depth;
    plan_cell *pending, *dirty;
    size_t pending_count, pending_capacity, dirty_count, dirty_capacity;
    struct frame *frames;
    size_t frame_count, frames_capacity;
};

struct frame {
    plan_cell cell;
    size_t first_pending;
    uint32_t failure; /* of a cycle that the cell is part of, or PLAN_NONE */
};

#define LEVEL_BASE SIZE_MAX

/* What makes the cell's value, below the overlay's setting `below` (LEVEL_ALL: whatever stands): a clause, and its
 * place among the row's settings or LEVEL_BASE; NULL for a given value or none. */
#define LEVEL_ALL (SIZE_MAX - 1)
const struct plan_clause *engine_define(const struct plan_evaluation *ev, uint32_t row,
                                        const struct plan_binding *binding, size_t below, size_t *ret_level);

/* run.c: runs the clause for the binding. The result may lie in the scratch arena. */
bool engine_run(struct plan_evaluation *ev, const struct plan_clause *clause, const struct plan_binding *binding,
                plan_cell cell, size_t level, struct number *ret, struct fault *fault);
/* The cell that a reference means; false when its year is outside the plan. */
static inline bool engine_cell(const struct plan_reference *r, const struct plan_binding *binding, plan_cell *ret)
{
    uint32_t cell = r->base;
    if (r->year_of == PLAN_YEAR_BOUND) {
        int32_t year = binding->year + r->year;
        if ((uint32_t)year >= (uint32_t)r->years)
            return false;
        cell += (uint32_t)year * r->year_stride;
    }
    for (uint32_t i = 0; i < r->set_count; i++)
        if (r->is_slot[i])
            cell += binding->slots[r->set[i]] * r->stride[i];
    *ret = cell;
    return true;
}

/* depend.c: the cells that the clause may read for this binding, whatever its conditions turn out to be. */
typedef void engine_cell_function(void *context, plan_cell cell);
void engine_reads(const struct plan_evaluation *ev, const struct plan_clause *clause,
                  const struct plan_binding *binding, size_t level, engine_cell_function *found, void *context);
/* The cells whose active clauses may read this one and do make their cells' values. */
void engine_users(const struct plan_evaluation *ev, plan_cell cell, engine_cell_function *found, void *context);

/* evaluate.c */
void engine_ensure(struct plan_evaluation *ev, plan_cell wanted);
void engine_fail(struct plan_evaluation *ev, plan_cell cell, const struct plan_clause *clause,
                 const struct fault *fault);
void engine_store(struct plan_evaluation *ev, plan_cell cell, struct number value);
/* block.c: every cell. */
void engine_all(struct plan_evaluation *ev);

#endif
