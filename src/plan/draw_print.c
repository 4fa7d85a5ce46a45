#include "plan/draw.h"

#include "base/json.h"

#include <math.h>
#include <stdio.h>

struct look {
    int32_t places;
    double scale;
    const char *after; /* % */
};

static struct look look_at(const struct plan_model *model, plan_cell cell)
{
    uint32_t row;
    struct plan_binding binding;
    plan_cell_parts(model, cell, &row, &binding);
    const struct plan_unit *unit = &model->rows[row].unit;
    bool percent = unit->kind == PLAN_UNIT_PLAIN && unit->power == -2;
    return (struct look){unit->places, percent ? 100 : 1, percent ? "%" : ""};
}

static struct slice estimate(const struct look *look, double value, struct arena *arena)
{
    return arena_format(arena, "%.*f%s", look->places, value * look->scale, look->after);
}

/* The value, and how far off it may be: half of the stretch between its bounds. */
static struct slice with_error(const struct look *look, const struct plan_quantile *q, struct arena *arena)
{
    double half = (q->high - q->low) / 2;
    if (half == 0)
        return estimate(look, q->value, arena);
    return arena_format(arena, "%.*s ±%.*s", PRINT(estimate(look, q->value, arena)),
                        PRINT(estimate(look, half, arena)));
}

static struct slice exactly(const struct plan_model *model, plan_cell cell, struct number value, struct arena *arena)
{
    uint32_t row;
    struct plan_binding binding;
    plan_cell_parts(model, cell, &row, &binding);
    return plan_shown(&model->rows[row].unit, value, arena);
}

static struct slice draws_words(const struct plan_simulation *simulation, struct arena *arena)
{
    struct slice count = number_shown(arena, number_of((int64_t)simulation->draws, 0), 0, true);
    return arena_format(arena, "estimates from %.*s draws, seed %llu; ± is the half width of the 95%% bounds",
                        PRINT(count), (unsigned long long)simulation->seed);
}

struct plan_grid plan_spreads_grid(const struct plan_model *model, const struct plan_simulation *simulation,
                                   struct arena *arena)
{
    struct slice columns[4 + PLAN_LEVELS] = {S("figure"), S("planned, exact"), S("mean"), S("deviation")};
    for (size_t i = 0; i < PLAN_LEVELS; i++)
        columns[4 + i] = arena_format(arena, "%.0f%% below", plan_levels[i] * 100);
    struct slice caption = arena_format(arena, "What may come: %.*s", PRINT(draws_words(simulation, arena)));
    struct plan_grid grid = plan_grid_make(arena, caption, columns, countof(columns));
    for (size_t i = 0; i < simulation->spread_count; i++) {
        const struct plan_spread *s = &simulation->spreads[i];
        struct look look = look_at(model, s->cell);
        plan_grid_add(&grid, plan_cell_title(model, s->cell, arena));
        plan_grid_add(&grid, exactly(model, s->cell, s->planned, arena));
        plan_grid_add(&grid, estimate(&look, s->mean, arena));
        plan_grid_add(&grid, estimate(&look, s->deviation, arena));
        for (size_t k = 0; k < PLAN_LEVELS; k++)
            plan_grid_add(&grid, with_error(&look, &s->quantiles[k], arena));
    }
    return grid;
}

static struct slice chance_words(double chance, double error, struct arena *arena)
{
    if (error == 0)
        return chance > 0 ? S("always") : S("never");
    return arena_format(arena, "%.2f%% ±%.2f", chance * 100, error * 100);
}

static struct slice check_title(const struct plan_model *model, const struct plan_likelihood *l, struct arena *arena)
{
    const struct plan_check *check = &model->checks[l->check];
    uint32_t row;
    struct plan_binding binding;
    plan_cell_parts(model, l->left, &row, &binding);
    struct buffer out = buffer_make(arena);
    buffer_add(&out, check->title.len ? check->title : check->name);
    for (size_t i = 0; i < model->rows[row].set_count; i++)
        buffer_format(&out, ", %.*s", PRINT(model->sets[model->rows[row].sets[i]].members[binding.slots[i]].title));
    if (l->year >= 0)
        buffer_format(&out, ", %.*s", PRINT(model->years[l->year]));
    return buffer_slice(&out);
}

struct plan_grid plan_likelihoods_grid(const struct plan_model *model, const struct plan_simulation *simulation,
                                       struct arena *arena)
{
    struct slice columns[4 + PLAN_CONFIDENCES] = {S("check"), S("chance that it holds"), S("planned, exact"),
                                                  S("limit, exact")};
    for (size_t i = 0; i < PLAN_CONFIDENCES; i++)
        columns[4 + i] = arena_format(arena, "for %.0f%% it takes", plan_confidences[i] * 100);
    struct slice caption = arena_format(arena, "How surely it holds: %.*s", PRINT(draws_words(simulation, arena)));
    struct plan_grid grid = plan_grid_make(arena, caption, columns, countof(columns));
    for (size_t i = 0; i < simulation->likelihood_count; i++) {
        const struct plan_likelihood *l = &simulation->likelihoods[i];
        struct look look = look_at(model, l->left);
        plan_grid_add(&grid, check_title(model, l, arena));
        plan_grid_add(&grid, chance_words(l->chance, l->chance_error, arena));
        plan_grid_add(&grid, exactly(model, l->left, l->planned, arena));
        plan_grid_add(&grid, l->right == PLAN_NONE ? S("") : exactly(model, l->left, l->limit, arena));
        for (size_t k = 0; k < PLAN_CONFIDENCES; k++)
            plan_grid_add(&grid, l->levels ? with_error(&look, &l->needed[k], arena) : S(""));
    }
    for (size_t i = 0; i < simulation->joint_count; i++) {
        const struct plan_check *check = &model->checks[simulation->joints[i].check];
        plan_grid_add(&grid, arena_format(arena, "%.*s: all of it at once",
                                          PRINT(check->title.len ? check->title : check->name)));
        plan_grid_add(&grid, chance_words(simulation->joints[i].chance, simulation->joints[i].chance_error, arena));
        for (size_t k = 0; k < 2 + PLAN_CONFIDENCES; k++)
            plan_grid_add(&grid, S(""));
    }
    return grid;
}

/* ---- JSON ---- */

static void json_quantile(struct json *json, const char *of, double p, const struct plan_quantile *q)
{
    json_object(json);
    json_pair_real(json, of, p);
    json_pair_real(json, "value", q->value);
    json_pair_real(json, "low", q->low);
    json_pair_real(json, "high", q->high);
    json_end(json);
}

static void json_spread(struct json *json, const struct plan_model *model, const struct plan_spread *s,
                        struct arena *arena)
{
    json_object(json);
    json_pair_text(json, "cell", plan_cell_name(model, s->cell, arena));
    json_pair_text(json, "planned", number_text(arena, s->planned));
    json_pair_bool(json, "varies", s->varies);
    json_pair_real(json, "mean", s->mean);
    json_pair_real(json, "mean_error", s->mean_error);
    json_pair_real(json, "deviation", s->deviation);
    json_pair_real(json, "least", s->least);
    json_pair_real(json, "most", s->most);
    json_key(json, "quantiles");
    json_array(json);
    for (size_t k = 0; k < PLAN_LEVELS; k++)
        json_quantile(json, "p", plan_levels[k], &s->quantiles[k]);
    json_end(json);
    json_end(json);
}

static void json_likelihood(struct json *json, const struct plan_model *model, const struct plan_likelihood *l,
                            struct arena *arena)
{
    json_object(json);
    json_pair_text(json, "check", model->checks[l->check].name);
    json_pair_text(json, "title", check_title(model, l, arena));
    if (l->year >= 0)
        json_pair_text(json, "year", model->years[l->year]);
    json_pair_real(json, "chance", l->chance);
    json_pair_real(json, "chance_error", l->chance_error);
    json_pair_text(json, "planned", number_text(arena, l->planned));
    json_pair_text(json, "limit", number_text(arena, l->limit));
    json_key(json, "needed");
    json_array(json);
    for (size_t k = 0; l->levels && k < PLAN_CONFIDENCES; k++)
        json_quantile(json, "confidence", plan_confidences[k], &l->needed[k]);
    json_end(json);
    json_end(json);
}

void plan_simulation_json(const struct plan_model *model, const struct plan_simulation *simulation, struct buffer *out)
{
    struct json json = json_to(out);
    json_object(&json);
    json_pair_bool(&json, "estimate", true);
    json_pair_integer(&json, "draws", (int64_t)simulation->draws);
    json_pair_text(&json, "seed", arena_format(out->arena, "%llu", (unsigned long long)simulation->seed));
    json_pair_integer(&json, "cells_compiled", (int64_t)simulation->cells);
    json_pair_integer(&json, "operations", (int64_t)simulation->operations);
    json_key(&json, "figures");
    json_array(&json);
    for (size_t i = 0; i < simulation->spread_count; i++)
        json_spread(&json, model, &simulation->spreads[i], out->arena);
    json_end(&json);
    json_key(&json, "checks");
    json_array(&json);
    for (size_t i = 0; i < simulation->likelihood_count; i++)
        json_likelihood(&json, model, &simulation->likelihoods[i], out->arena);
    json_end(&json);
    json_key(&json, "together");
    json_array(&json);
    for (size_t i = 0; i < simulation->joint_count; i++) {
        json_object(&json);
        json_pair_text(&json, "check", model->checks[simulation->joints[i].check].name);
        json_pair_real(&json, "chance", simulation->joints[i].chance);
        json_pair_real(&json, "chance_error", simulation->joints[i].chance_error);
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
}
