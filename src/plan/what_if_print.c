#include "plan/what_if.h"

#include "base/json.h"

static const struct plan_unit *unit_of(const struct plan_model *model, plan_cell cell)
{
    uint32_t row;
    struct plan_binding binding;
    plan_cell_parts(model, cell, &row, &binding);
    return &model->rows[row].unit;
}

static struct slice shown(const struct plan_model *model, plan_cell cell, struct number value, struct arena *arena)
{
    return plan_shown(unit_of(model, cell), value, arena);
}

/* With its sign, also when it is a plus. */
static struct slice signed_shown(const struct plan_model *model, plan_cell cell, struct number value,
                                 struct arena *arena)
{
    struct slice text = shown(model, cell, value, arena);
    return number_sign(value) > 0 ? arena_format(arena, "+%.*s", PRINT(text)) : text;
}

struct plan_grid plan_effects_grid(const struct plan_model *model, const struct plan_effects *effects,
                                   struct arena *arena)
{
    static const struct slice columns[] = {S_INIT("what moves"), S_INIT("before"), S_INIT("after"),
                                           S_INIT("difference"), S_INIT("exactly")};
    struct slice caption = arena_format(arena, "%zu figures move", effects->count);
    struct plan_grid grid = plan_grid_make(arena, caption, columns, countof(columns));
    for (size_t i = 0; i < effects->count; i++) {
        const struct plan_effect *e = &effects->effects[i];
        plan_grid_add(&grid, plan_cell_title(model, e->cell, arena));
        plan_grid_add(&grid, shown(model, e->cell, e->before, arena));
        plan_grid_add(&grid, shown(model, e->cell, e->after, arena));
        plan_grid_add(&grid, signed_shown(model, e->cell, e->difference, arena));
        plan_grid_add(&grid, plan_exact(unit_of(model, e->cell), e->difference, arena));
    }
    return grid;
}

struct plan_grid plan_tornado_grid(const struct plan_model *model, const struct plan_tornado *tornado, size_t most,
                                   struct arena *arena)
{
    static const struct slice columns[] = {S_INIT("given"), S_INIT("moved by"), S_INIT("up"), S_INIT("down"),
                                           S_INIT("up, exactly")};
    struct slice title = plan_cell_title(model, tornado->output, arena);
    struct slice share = number_shown(arena, number_shift(arena, tornado->share, 2), 2, false);
    size_t count = most && most < tornado->count ? most : tornado->count;
    struct slice caption = arena_format(
        arena, "What moves %.*s (%.*s): each given by %.*s%% of its value, or as declared; %zu of %zu that move it",
        PRINT(title), PRINT(shown(model, tornado->output, tornado->value, arena)), PRINT(share), count, tornado->count);
    struct plan_grid grid = plan_grid_make(arena, caption, columns, countof(columns));
    for (size_t i = 0; i < count; i++) {
        const struct plan_tornado_bar *bar = &tornado->bars[i];
        bool one = bar->cells == 1;
        plan_grid_add(&grid, plan_tornado_label(model, tornado, bar, arena));
        plan_grid_add(&grid, one ? plan_shown(&model->rows[bar->row].unit, bar->amount, arena) : S(""));
        plan_grid_add(&grid, signed_shown(model, tornado->output, bar->up, arena));
        plan_grid_add(&grid, signed_shown(model, tornado->output, bar->down, arena));
        plan_grid_add(&grid, plan_exact(unit_of(model, tornado->output), bar->up, arena));
    }
    return grid;
}

static struct slice overlay_title(const struct plan_model *model, uint32_t overlay)
{
    return overlay == PLAN_NONE ? S("the plan") : model->overlays[overlay].title;
}

struct plan_grid plan_comparison_grid(const struct plan_model *model, const struct plan_comparison *comparison,
                                      struct arena *arena)
{
    size_t count = comparison->overlay_count, columns = 2 * count;
    struct slice *names = arena_array(arena, struct slice, columns + 1);
    size_t column = 0;
    names[column++] = S("figure");
    for (size_t o = 0; o < count; o++) {
        names[column++] = overlay_title(model, comparison->overlays[o]);
        if (o)
            names[column++] = S("difference");
    }
    struct plan_grid grid = plan_grid_make(arena, S("Scenarios beside each other"), names, column);
    for (size_t i = 0; i < comparison->line_count; i++) {
        plan_grid_add(&grid, plan_cell_title(model, comparison->lines[i], arena));
        for (size_t o = 0; o < count; o++) {
            struct number difference;
            bool has = comparison->states[i * count + o] == PLAN_HAS_VALUE;
            plan_grid_add(&grid, has ? shown(model, comparison->lines[i], comparison->values[i * count + o], arena)
                                     : S("none"));
            if (o)
                plan_grid_add(&grid, plan_compared(comparison, i, o, arena, &difference)
                                         ? signed_shown(model, comparison->lines[i], difference, arena)
                                         : S(""));
        }
    }
    return grid;
}

/* ---- JSON ---- */

static void pair_cell(struct json *json, const struct plan_model *model, const char *key, plan_cell cell,
                      struct arena *arena)
{
    json_pair_text(json, key, plan_cell_name(model, cell, arena));
}

static void pair_number(struct json *json, const char *key, struct number value, struct arena *arena)
{
    json_pair_text(json, key, number_text(arena, value));
}

void plan_effects_json(const struct plan_model *model, const struct plan_effects *effects, struct buffer *out)
{
    struct json json = json_to(out);
    json_object(&json);
    json_pair_integer(&json, "failed", (int64_t)effects->failed);
    json_key(&json, "effects");
    json_array(&json);
    for (size_t i = 0; i < effects->count; i++) {
        const struct plan_effect *e = &effects->effects[i];
        json_object(&json);
        pair_cell(&json, model, "cell", e->cell, out->arena);
        json_pair_text(&json, "title", plan_cell_title(model, e->cell, out->arena));
        pair_number(&json, "before", e->before, out->arena);
        pair_number(&json, "after", e->after, out->arena);
        pair_number(&json, "difference", e->difference, out->arena);
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
}

void plan_tornado_json(const struct plan_model *model, const struct plan_tornado *tornado, struct buffer *out)
{
    struct json json = json_to(out);
    json_object(&json);
    pair_cell(&json, model, "output", tornado->output, out->arena);
    pair_number(&json, "value", tornado->value, out->arena);
    pair_number(&json, "share", tornado->share, out->arena);
    json_pair_integer(&json, "givens", (int64_t)tornado->tried);
    json_pair_integer(&json, "without_effect", (int64_t)tornado->without);
    json_key(&json, "bars");
    json_array(&json);
    for (size_t i = 0; i < tornado->count; i++) {
        const struct plan_tornado_bar *bar = &tornado->bars[i];
        json_object(&json);
        json_pair_text(&json, "row", model->rows[bar->row].name);
        pair_cell(&json, model, "cell", bar->cell, out->arena);
        json_pair_integer(&json, "cells", (int64_t)bar->cells);
        json_pair_bool(&json, "declared", bar->declared);
        pair_number(&json, "amount", bar->amount, out->arena);
        pair_number(&json, "up", bar->up, out->arena);
        pair_number(&json, "down", bar->down, out->arena);
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
}

void plan_comparison_json(const struct plan_model *model, const struct plan_comparison *comparison, struct buffer *out)
{
    struct json json = json_to(out);
    size_t count = comparison->overlay_count;
    json_object(&json);
    json_key(&json, "lines");
    json_array(&json);
    for (size_t i = 0; i < comparison->line_count; i++) {
        json_object(&json);
        pair_cell(&json, model, "cell", comparison->lines[i], out->arena);
        json_pair_text(&json, "title", plan_cell_title(model, comparison->lines[i], out->arena));
        json_key(&json, "scenarios");
        json_array(&json);
        for (size_t o = 0; o < count; o++) {
            struct number difference;
            json_object(&json);
            json_pair_text(&json, "scenario",
                           comparison->overlays[o] == PLAN_NONE ? S("")
                                                                : model->overlays[comparison->overlays[o]].name);
            if (comparison->states[i * count + o] == PLAN_HAS_VALUE)
                pair_number(&json, "value", comparison->values[i * count + o], out->arena);
            if (o && plan_compared(comparison, i, o, out->arena, &difference))
                pair_number(&json, "difference", difference, out->arena);
            json_end(&json);
        }
        json_end(&json);
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
}

static void json_try(struct json *json, const char *key, const struct plan_try *try, struct arena *arena)
{
    json_key(json, key);
    json_object(json);
    pair_number(json, "amount", try->amount, arena);
    pair_number(json, "output", try->output, arena);
    json_end(json);
}

void plan_answer_json(const struct plan_model *model, const struct plan_goal *goal, const struct plan_answer *answer,
                      struct buffer *out)
{
    static const char *const kinds[] = {"by", "to", "times"};
    struct json json = json_to(out);
    json_object(&json);
    json_pair_text(&json, "row", model->rows[goal->change.row].name);
    json_pair_text(&json, "kind", slice_of(kinds[goal->change.kind]));
    pair_cell(&json, model, "output", goal->output, out->arena);
    pair_number(&json, "target", goal->target, out->arena);
    json_pair_bool(&json, "found", answer->found);
    if (answer->found) {
        json_pair_bool(&json, "exact", answer->exact);
        json_try(&json, "best", &answer->best, out->arena);
        json_try(&json, "below", &answer->below, out->arena);
        json_try(&json, "above", &answer->above, out->arena);
    }
    json_pair_text(&json, "sentence", answer->sentence);
    json_pair_integer(&json, "tries", (int64_t)answer->tries);
    json_end(&json);
}
