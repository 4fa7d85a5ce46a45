/* scenario.h: scenarios that people make for themselves: some givens of the plan otherwise, and what comes of it.
 *
 * A scenario of one's own stands in the journal as the planning language writes it, so that it is an overlay of the
 * model like the county's own. Whoever made it changes it; everybody who may open plans sees it. */
#ifndef STAITHE_PLANS_SCENARIO_H
#define STAITHE_PLANS_SCENARIO_H

#include "plans/plans.h"

struct scenario {
    uint32_t overlay; /* in the model */
    struct slice name, title;
    struct slice owner; /* account; empty: the county's own text */
    bool mine;
};
/* In the order of the model; versions written in the text are left out. */
void scenario_list(const struct open_plan *plan, const struct guard_session *session, struct arena *arena,
                   struct scenario **ret, size_t *ret_count);

struct scenario_setting {
    struct slice name;   /* of the scenario: its words become a name; made when there is none */
    plan_cell cell;      /* what is otherwise */
    struct slice figure; /* as typed, in the unit of the cell's row; empty: back to the plan's own value */
};
/* Needs ABILITY_PLAN. *ret_name is the scenario's. ERROR_DENIED for somebody else's or the county's own. */
bool scenario_set(const struct open_plan *plan, const struct guard_session *session,
                  const struct scenario_setting *setting, struct arena *arena, struct slice *ret_name,
                  struct error *err) MUST_USE;
/* "band-d in 2025-26", "saving[ASC] in 2026-27": a cell as a setting names it. */
struct slice scenario_target(const struct plan_model *model, plan_cell cell, struct arena *arena);

#endif
