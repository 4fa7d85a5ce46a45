/* what_if_inside.h: the cells of a change, moved and put back; inside what_if.c and seek.c. */
#ifndef STAITHE_PLAN_WHAT_IF_INSIDE_H
#define STAITHE_PLAN_WHAT_IF_INSIDE_H

#include "plan/what_if.h"

struct lever {
    plan_cell *cells;
    struct number *values; /* as they were */
    size_t count;
};

/* The change's cells with their values; ERROR_NOT_FOUND when there is none. */
bool lever_take(struct plan_evaluation *evaluation, const struct plan_change *change, struct arena *arena,
                struct lever *ret, struct error *err) MUST_USE;
void lever_move(struct plan_evaluation *evaluation, const struct lever *lever, enum plan_change_kind kind,
                struct number amount, struct arena *arena);
void lever_put_back(struct plan_evaluation *evaluation, const struct lever *lever);

#endif
