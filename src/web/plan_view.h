/* plan_view.h: a plan as a request asks for it, for its pages and for their sisters among the routes for programs.
 *
 * A request names the plan in its path, and which state of it in its query: scenario, version, day. Links made by
 * plan_to keep that state. Everything lives in the request's arena. */
#ifndef STAITHE_WEB_PLAN_VIEW_H
#define STAITHE_WEB_PLAN_VIEW_H

#include "plan/check.h"
#include "plan/explain.h"
#include "plan/picture.h"
#include "plan/table.h"
#include "plans/compare.h"
#include "plans/plans.h"
#include "plans/register.h"
#include "plans/version.h"

#include "web/call.h"
#include "web/parts.h"

enum { PLAN_VIEW_DRAWS = 20000 }; /* of what may come of the risks, for a page */

struct plan_view {
    const struct open_plan *plan;
    const struct plan_model *model;
    uint32_t overlay;
    struct plan_evaluation *evaluation;
    struct slice scenario, version, day; /* as asked */
};

/* ERROR_NOT_FOUND for what there is none of, ERROR_INPUT for a day that is none. */
bool plan_asked(struct call *call, struct plan_view *ret, struct error *err) MUST_USE;
/* The same plan as it stands: for whoever changes it. */
bool plan_asked_now(struct call *call, struct plan_view *ret, struct error *err) MUST_USE;
/* plan_to(view, arena, "/tables/%", name, NO_SLICE): a page of this plan in this state; % takes a, then b. */
struct url plan_to(const struct plan_view *view, struct arena *arena, const char *pattern, struct slice a,
                   struct slice b);
struct url plan_to_cell(const struct plan_view *view, struct arena *arena, plan_cell cell);
/* The head of the page; `here` is the words of its own link. */
const struct part_plan_top *part_of_plan(struct call *call, const struct plan_view *view, const char *here);

/* "2.1%", "44.722": as a table would print it, and "no value". */
struct slice plan_value_shown(const struct plan_view *view, plan_cell cell, struct arena *arena);
struct slice plan_unit_words(const struct plan_unit *unit);
const struct plan_unit *plan_unit_of(const struct plan_model *model, plan_cell cell);
/* "Cabinet, 8 May 2024, table 5": the source, and where in it; empty when none is named. */
struct slice plan_source_words(const struct plan_model *model, const struct plan_origin *origin, struct arena *arena);
/* "norfolk.plan, line 12". */
struct slice plan_place_words(const struct plan_view *view, struct slice file, uint32_t line, struct arena *arena);
/* A cell that the query's `cell` names. */
bool plan_cell_asked(struct call *call, const struct plan_view *view, plan_cell *ret, struct error *err) MUST_USE;

/* The figure that a plan is looked at by: the last total of its first table that has cells to open, year by year. */
struct plan_headline {
    const struct plan_table *table; /* NULL: the plan has none */
    struct slice title;
    struct plan_unit unit;
    plan_cell *cells;
    struct slice *labels;
    size_t count;
    size_t first; /* the first that is not nothing: most often the next budget */
};
void plan_headline(const struct plan_view *view, struct arena *arena, struct plan_headline *ret);

/* ---- What requests ask for, read once for the page and for its sister: each is defined beside its page ---- */

/* pages_plan.c: the table that the path names. */
bool plan_sheet_asked(struct call *call, struct plan_view *view, struct plan_sheet *ret, struct error *err) MUST_USE;
/* pages_plan_figure.c: what moved a figure (`cell`, else the headline) between the plan and the scenario shown. */
bool plan_moved(struct call *call, const struct plan_view *view, struct plan_bridge *ret, struct error *err) MUST_USE;
/* pages_plan_picture.c: what moved a figure, drawn; NULL when nothing did. */
const struct part_plan_picture *plan_moved_picture(struct call *call, const struct plan_model *model,
                                                   const struct plan_bridge *bridge, struct slice figure);
/* All pictures of a plan, and why others are not drawn. */
struct plan_drawn {
    struct plan_picture *pictures;
    struct slice *abouts; /* one a picture, may be empty */
    size_t count;
    struct slice *missing;
    size_t missing_count;
};
bool plan_pictures_asked(struct call *call, struct plan_view *view, struct plan_drawn *ret, struct error *err) MUST_USE;
/* pages_plan_register.c */
bool plan_register_asked(struct call *call, struct plan_view *view, enum plan_register *ret,
                         struct error *err) MUST_USE;
/* pages_plan_version.c: two states, `from` and `to`, each a version, a day, or empty for the plan as it stands. */
struct plan_compared {
    struct plan_headline headline;
    struct version *versions;
    size_t version_count;
    struct slice cell, from, to, from_words, to_words;
    const struct open_plan *before, *after;
    struct compare moved;
};
bool plan_compare_asked(struct call *call, struct plan_view *view, struct plan_compared *ret,
                        struct error *err) MUST_USE;
struct plan_journal {
    int64_t before;
    struct journal_chain chain;
    size_t start, end; /* of the plan's journal: this page */
};
bool plan_journal_asked(struct call *call, struct plan_view *view, struct plan_journal *ret,
                        struct error *err) MUST_USE;

#endif
