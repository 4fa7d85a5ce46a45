/* plan_call.h: one `staithe plan` as it was typed; between commands_plan.c and commands_plan_what_if.c. */
#ifndef STAITHE_CLI_PLAN_CALL_H
#define STAITHE_CLI_PLAN_CALL_H

#include "cli/commands.h"
#include "plan/evaluate.h"

struct plan_call {
    struct invocation *invocation;
    struct arena *arena;
    const struct plan_model *model;
    struct plan_evaluation *evaluation;
    struct buffer out;
};

/* commands_plan_what_if.c */
bool plan_call_what_if(struct plan_call *call, struct error *err) MUST_USE;
bool plan_call_simulate(struct plan_call *call, struct error *err) MUST_USE;
bool plan_call_export(struct plan_call *call, struct error *err) MUST_USE;

#endif
