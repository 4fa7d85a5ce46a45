/* plans.h: plans as texts, for the tests of plan/. */
#ifndef TESTS_PLAN_PLANS_H
#define TESTS_PLAN_PLANS_H

#include "plan/check.h"
#include "plan/explain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline struct plan_model *plan_of(const char *text, struct arena *arena)
{
    struct plan_syntax *syntax;
    struct plan_model *model;
    struct error err = NO_ERROR;
    if (!plan_parse_text(host_real(), slice_of(text), S("test.plan"), arena, &syntax, &err) ||
        !plan_resolve(host_real(), syntax, arena, &model, &err)) {
        char line[1000];
        error_print(&err, line, sizeof line);
        fail_msg("%s", line);
    }
    return model;
}

/* The exact value of a figure as text; "none"; or the sentence of its fault. */
static inline const char *value_in(struct plan_evaluation *ev, const char *name, struct arena *arena)
{
    plan_cell cell;
    struct number value;
    struct plan_failure failure;
    struct error err = NO_ERROR;
    if (!plan_cell_read(plan_evaluation_model(ev), slice_of(name), &cell, &err))
        fail_msg("%s", err.text);
    switch (plan_value(ev, cell, &value)) {
    case PLAN_HAS_VALUE:
        return arena_cstr(arena, number_text(arena, value));
    case PLAN_HAS_NONE:
        return "none";
    default:
        must(plan_failure_of(ev, cell, &failure));
        return arena_cstr(arena, failure.sentence);
    }
}

static inline plan_cell cell_in(const struct plan_model *model, const char *name)
{
    plan_cell cell = PLAN_NONE;
    struct error err = NO_ERROR;
    if (!plan_cell_read(model, slice_of(name), &cell, &err))
        fail_msg("%s", err.text);
    return cell;
}

/* The text is refused with exactly this line: "test.plan:3:7: …." */
static inline void refused_with(const char *text, const char *wanted)
{
    struct arena *arena = arena_make(0);
    struct plan_syntax *syntax;
    struct plan_model *model;
    struct error err = NO_ERROR;
    if (plan_parse_text(host_real(), slice_of(text), S("test.plan"), arena, &syntax, &err) &&
        plan_resolve(host_real(), syntax, arena, &model, &err))
        fail_msg("accepted, but should be refused with: %s", wanted);
    char line[1000];
    error_print(&err, line, sizeof line);
    if (strcmp(line, wanted) != 0)
        fail_msg("“%s” instead of “%s”", line, wanted);
    arena_free(arena);
}

#define YEARS "years 2024-25 to 2028-29\nunit £m print 0.001\nunit % print 0.01\n"
#define DEPTS "set dept\n  ASC \"Adult Social Services\"\n  CS \"Children's Services\"\n  FIN \"Finance\"\n"

#endif
