/* picture.h: a plan's pictures, each as SVG with a title and a description, and beside it the same as a table for those
 * who cannot see it. No script. A picture is 400 units wide with text of 15, so that its words can still be read on a
 * screen of 320 pixels; form, sign and pattern say the same as colour does; text and lines have the contrast of WCAG
 * 2.2 AA on white.
 *
 * Everything lives in the arena. */
#ifndef STAITHE_PLAN_PICTURE_H
#define STAITHE_PLAN_PICTURE_H

#include "plan/check.h"
#include "plan/draw.h"
#include "plan/grid.h"
#include "plan/what_if.h"

struct plan_picture {
    struct slice id, title, description;
    struct slice svg;
    struct plan_grid grid;
};

/* How the lines of a printed table lead to its total in one column: the waterfall of the gap. Values are exact, shown
 * as the table shows them. ERROR_NOT_FOUND when the table has no total. id: unique on the page. */
bool plan_picture_bridge(struct plan_evaluation *evaluation, uint32_t table, size_t column, struct slice id,
                         struct arena *arena, struct plan_picture *ret, struct error *err) MUST_USE;
/* What moved a figure between two states; steps that changed nothing are left out. */
void plan_picture_moved(const struct plan_model *model, const struct plan_bridge *bridge, struct slice id,
                        struct arena *arena, struct plan_picture *ret);
/* The two sides of a check by year: reserves against their floor. For checks without sets. */
bool plan_picture_path(struct plan_evaluation *evaluation, uint32_t check, struct slice id, struct arena *arena,
                       struct plan_picture *ret, struct error *err) MUST_USE;
void plan_picture_tornado(const struct plan_model *model, const struct plan_tornado *tornado, size_t most,
                          struct slice id, struct arena *arena, struct plan_picture *ret);
/* The spread of a row by year: all spreads of the simulation that are of that row and tuple (of the cell named). */
bool plan_picture_fan(const struct plan_model *model, const struct plan_simulation *simulation, plan_cell cell,
                      struct slice id, struct arena *arena, struct plan_picture *ret, struct error *err) MUST_USE;
/* What the savings (or bids) of a register come to by member of `set`, or by year (PLAN_NONE), and by RAG status. */
bool plan_picture_rag(const struct plan_model *model, enum plan_register kind, uint32_t set, struct slice id,
                      struct arena *arena, struct plan_picture *ret, struct error *err) MUST_USE;
/* Scenarios beside each other: one figure under each. */
void plan_picture_scenarios(const struct plan_model *model, const struct plan_comparison *comparison, size_t line,
                            struct slice id, struct arena *arena, struct plan_picture *ret);

#endif
