/* pages_plan_picture.c: a plan in pictures, each beside the same as a table: how the gap comes about, reserves against
 * their floor, which givens matter most, what may come of the risks, savings by RAG status. */
#include "web/pages.h"
#include "web/plan_view.h"
#include "web/svg.h"

#include "base/json.h"
#include "plan/register.h"

enum { PICTURES = 12, TORNADO_BARS = 12 };

static struct part_plan_picture part_of(struct call *call, const struct plan_picture *picture, struct slice about)
{
    struct buffer table = buffer_make(call->arena);
    plan_grid_html(&picture->grid, &table);
    return (struct part_plan_picture){
        .id = picture->id,
        .heading = picture->title,
        .about = about,
        .picture = html_drawn(picture->svg),
        .table = html_drawn(buffer_slice(&table)),
    };
}

const struct part_plan_picture *plan_moved_picture(struct call *call, const struct plan_model *model,
                                                   const struct plan_bridge *bridge, struct slice figure)
{
    struct plan_picture picture;
    bool moves = false;
    for (size_t i = 0; i < bridge->step_count; i++)
        moves = moves || number_sign(bridge->steps[i].change) != 0;
    if (!moves)
        return NULL;
    plan_picture_moved(model, bridge, S("moved-picture"), call->arena, &picture);
    struct part_plan_picture *part = arena_new(call->arena, struct part_plan_picture);
    *part = part_of(call, &picture, NO_SLICE);
    part->heading = arena_format(call->arena, "What moves %.*s, drawn", PRINT(figure));
    return part;
}

/* ---- All of them ---- */

struct drawing {
    struct call *call;
    const struct plan_view *view;
    struct plan_headline headline;
    struct plan_drawn *out;
};

static void add(struct drawing *d, bool done, const struct plan_picture *picture, struct slice about,
                const char *otherwise, struct error *err)
{
    if (done && d->out->count < PICTURES) {
        d->out->abouts[d->out->count] = about;
        d->out->pictures[d->out->count++] = *picture;
    } else if (d->out->missing_count < PICTURES) {
        d->out->missing[d->out->missing_count++] =
            arena_format(d->call->arena, "%s: %s.", otherwise, err->text[0] ? err->text : "there is nothing to draw");
    }
    *err = NO_ERROR;
}

static void draw_bridge(struct drawing *d)
{
    struct plan_picture picture;
    struct error err = NO_ERROR;
    const struct plan_table *table = d->headline.table;
    size_t column = 0;
    for (size_t i = 0; table && i < table->column_count; i++)
        if (slice_equal(table->columns[i].label, d->headline.labels[d->headline.first]))
            column = i;
    bool done = table && plan_picture_bridge(d->view->evaluation, (uint32_t)(table - d->view->model->tables), column,
                                             S("bridge"), d->call->arena, &picture, &err);
    add(d, done, &picture, NO_SLICE, "How the gap comes about", &err);
}

static void draw_paths(struct drawing *d)
{
    const struct plan_model *model = d->view->model;
    size_t drawn = 0;
    for (uint32_t i = 0; i < model->check_count && drawn < 3; i++) {
        const struct plan_check *check = &model->checks[i];
        struct plan_picture picture;
        struct error err = NO_ERROR;
        if (!check->is_rule || check->compare == PLAN_OP_EQUAL || check->right == PLAN_NONE ||
            !plan_picture_path(d->view->evaluation, i, arena_format(d->call->arena, "path-%u", i), d->call->arena,
                               &picture, &err))
            continue;
        add(d, true, &picture, NO_SLICE, "", &err);
        drawn++;
    }
    struct error none = NO_ERROR;
    if (!drawn)
        add(d, false, NULL, NO_SLICE, "Reserves against their floor: the plan states no rule by year", &none);
}

static void draw_tornado(struct drawing *d)
{
    struct plan_tornado tornado;
    struct plan_picture picture;
    struct error err = NO_ERROR;
    struct plan_tornado_options options = {.share = number_of(1, 2), .by_row = true};
    bool done = d->headline.table && plan_tornado_make(d->view->evaluation, d->headline.cells[d->headline.first],
                                                       &options, d->call->arena, &tornado, &err);
    if (done)
        plan_picture_tornado(d->view->model, &tornado, TORNADO_BARS, S("tornado"), d->call->arena, &picture);
    add(d, done, &picture, S("Each given moved by 1% of itself, or by what the plan asks, up and down."),
        "Which givens matter most", &err);
}

/* Figures that risks may reach: the headline, and the left sides of rules by year (reserves against their floor). */
static size_t risky_cells(struct drawing *d, plan_cell **ret)
{
    const struct plan_model *model = d->view->model;
    plan_cell *cells =
        arena_array(d->call->arena, plan_cell, d->headline.count + model->check_count * (size_t)model->year_count);
    size_t count = 0;
    struct number value;
    for (size_t i = 0; i < d->headline.count; i++)
        cells[count++] = d->headline.cells[i];
    for (size_t i = 0; i < model->check_count; i++) {
        const struct plan_row *row = &model->rows[model->checks[i].left];
        for (int32_t year = 0; model->checks[i].is_rule && !row->set_count && !row->always && year < model->year_count;
             year++) {
            plan_cell cell = plan_cell_at(model, model->checks[i].left, NULL, year);
            if (plan_value(d->view->evaluation, cell, &value) == PLAN_HAS_VALUE)
                cells[count++] = cell;
        }
    }
    *ret = cells;
    return count;
}

static void draw_fan(struct drawing *d)
{
    struct plan_draws *draws;
    struct plan_simulation simulation = {0};
    struct plan_picture picture;
    struct error err = NO_ERROR;
    struct plan_draw_request request = {0};
    plan_cell *cells;
    size_t at = 0;
    request.cell_count = risky_cells(d, &cells);
    request.cells = cells;
    bool done = request.cell_count && plan_draws_make(d->view->evaluation, &request, d->call->arena, &draws, &err) &&
                plan_simulate(draws, PLAN_VIEW_DRAWS, 1, 1, d->call->arena, &simulation, &err);
    while (done && at < simulation.spread_count && !simulation.spreads[at].varies)
        at++;
    if (done && at == simulation.spread_count)
        done = error_set(&err, ERROR_NOT_FOUND, "no risk that the plan declares reaches its headline or a rule");
    done = done && plan_picture_fan(d->view->model, &simulation, simulation.spreads[at].cell, S("fan"), d->call->arena,
                                    &picture, &err);
    add(d, done, &picture,
        arena_format(
            d->call->arena,
            "An estimate from %d draws of the risks that the plan declares, seed 1. No figure of a table comes "
            "from it.",
            PLAN_VIEW_DRAWS),
        "What may come of the risks", &err);
}

static void draw_rag(struct drawing *d, enum plan_register kind)
{
    uint32_t sets[PLAN_SETS_MAX];
    struct plan_picture picture;
    struct error err = NO_ERROR;
    size_t count = row_sets(d->view->model, kind, sets);
    bool done = plan_picture_rag(d->view->model, kind, count ? sets[0] : PLAN_NONE,
                                 arena_format(d->call->arena, "rag-%s", plan_register_words[kind]), d->call->arena,
                                 &picture, &err);
    add(d, done, &picture, NO_SLICE, kind == PLAN_SAVINGS ? "Savings by RAG status" : "Growth bids by RAG status",
        &err);
}

bool plan_pictures_asked(struct call *call, struct plan_view *view, struct plan_drawn *ret, struct error *err)
{
    if (!plan_asked(call, view, err))
        return false;
    *ret = (struct plan_drawn){.pictures = arena_array(call->arena, struct plan_picture, PICTURES),
                               .abouts = arena_array(call->arena, struct slice, PICTURES),
                               .missing = arena_array(call->arena, struct slice, PICTURES)};
    struct drawing d = {.call = call, .view = view, .out = ret};
    plan_headline(view, call->arena, &d.headline);
    draw_bridge(&d);
    draw_paths(&d);
    draw_tornado(&d);
    draw_fan(&d);
    draw_rag(&d, PLAN_SAVINGS);
    draw_rag(&d, PLAN_BIDS);
    return true;
}

bool page_plan_pictures(struct call *call, struct error *err)
{
    struct plan_view view;
    struct plan_drawn drawn;
    if (!plan_pictures_asked(call, &view, &drawn, err))
        return false;
    struct part_plan_picture *parts = arena_array(call->arena, struct part_plan_picture, drawn.count);
    struct page_plan_pictures_gap *gaps = arena_array(call->arena, struct page_plan_pictures_gap, drawn.missing_count);
    for (size_t i = 0; i < drawn.count; i++)
        parts[i] = part_of(call, &drawn.pictures[i], drawn.abouts[i]);
    for (size_t i = 0; i < drawn.missing_count; i++)
        gaps[i].words = drawn.missing[i];
    struct page_plan_pictures page = {
        .top = part_of_plan(call, &view, "Pictures"),
        .pictures = parts,
        .pictures_count = drawn.count,
        .missing = gaps,
        .missing_count = drawn.missing_count,
    };
    return call_page(call, S("Pictures"), render_plan_pictures(call->arena, &page));
}

bool api_plan_pictures(struct call *call, struct error *err)
{
    struct plan_view view;
    struct plan_drawn drawn;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!plan_pictures_asked(call, &view, &drawn, err))
        return false;
    json_array(&json);
    for (size_t i = 0; i < drawn.count; i++) {
        const struct plan_grid *grid = &drawn.pictures[i].grid;
        json_object(&json);
        json_pair_text(&json, "picture", drawn.pictures[i].id);
        json_pair_text(&json, "title", drawn.pictures[i].title);
        json_pair_text(&json, "description", drawn.pictures[i].description);
        json_key(&json, "columns");
        json_array(&json);
        for (size_t k = 0; k < grid->column_count; k++)
            json_text(&json, grid->columns[k]);
        json_end(&json);
        json_key(&json, "rows");
        json_array(&json);
        for (size_t row = 0; row < grid->row_count; row++) {
            json_array(&json);
            for (size_t k = 0; k < grid->column_count; k++)
                json_text(&json, plan_grid_at(grid, row, k));
            json_end(&json);
        }
        json_end(&json);
        json_end(&json);
    }
    json_end(&json);
    return call_json(call, &out);
}
