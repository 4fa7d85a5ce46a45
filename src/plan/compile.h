/* compile.h: what the files of the compiler share; inside plan/. */
#ifndef STAITHE_PLAN_COMPILE_H
#define STAITHE_PLAN_COMPILE_H

#include "plan/build.h"

struct slot {
    uint32_t base, set; /* the base set, and the set or part that was written */
    int32_t loop;       /* that binds it, or -1 */
};

struct compiler {
    struct builder *b;
    const struct plan_clause *clause;
    bool is_setting, years_bound;
    int32_t year_loop; /* that binds the year, or -1 */
    struct slot slots[PLAN_SLOTS_MAX];
    size_t slot_count;
    struct plan_op *ops;
    size_t op_count, ops_capacity;
    struct number *constants;
    size_t constant_count, constants_capacity;
    struct plan_reference *references;
    size_t reference_count, references_capacity;
    struct plan_loop *loops;
    size_t loop_count, loops_capacity;
    struct plan_list *lists;
    size_t list_count, lists_capacity;
    size_t depth, deepest, open_loops, rounds; /* rounds: of the loops around, multiplied */
};

#define ANY   ((struct plan_unit){.kind = PLAN_UNIT_ANY})
#define PLAIN ((struct plan_unit){.kind = PLAN_UNIT_PLAIN})
#define TRUTH ((struct plan_unit){.kind = PLAN_UNIT_TRUTH})

/* ---- compile.c ---- */

size_t compile_emit(struct compiler *c, enum plan_operation code, uint8_t part, int32_t a);
/* One more value on the stack. */
void compile_push(struct compiler *c);
/* A formula that is no comparison. */
bool compile_amount(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret,
                    struct error *err) MUST_USE;

/* ---- compile_unit.c: the unit of two amounts put together, or a fault that names both ---- */

bool compile_same_units(struct compiler *c, struct plan_unit a, struct plan_unit x, const char *what,
                        struct plan_place place, struct plan_unit *ret, struct error *err) MUST_USE;
bool compile_multiplied(struct compiler *c, struct plan_unit a, struct plan_unit x, struct plan_place place,
                        struct plan_unit *ret, struct error *err) MUST_USE;
bool compile_divided(struct compiler *c, struct plan_unit a, struct plan_unit x, struct plan_place place,
                     struct plan_unit *ret, struct error *err) MUST_USE;

/* ---- compile_reference.c ---- */

/* The innermost slot that a set is bound in. */
bool compile_slot_for(const struct compiler *c, uint32_t base, size_t *ret);
bool compile_reference(struct compiler *c, const struct plan_formula *f, uint32_t *ret, struct plan_unit *ret_unit,
                       struct error *err) MUST_USE;

/* ---- compile_sum.c ---- */

bool compile_fold(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err) MUST_USE;

#endif
