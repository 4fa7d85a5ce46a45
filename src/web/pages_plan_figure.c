/* pages_plan_figure.c: a figure opened down to its sources; what moves when it moves; another value for it in a
 * scenario of one's own; scenarios side by side. */
#include "web/pages.h"
#include "web/plan_view.h"

#include "plan/export.h"
#include "plans/scenario.h"
#include "web/svg.h"

/* ---- Down to the sources ---- */

enum { TREE_NODES = 400, TREE_DEPTH = 40, USES_SHOWN = 15 };

struct tree {
    struct call *call;
    const struct plan_view *view;
    const bool *fitted;
    plan_cell *seen;
    size_t count;
};

static const char *how_words(enum plan_how how)
{
    switch (how) {
    case PLAN_HOW_GIVEN:
        return "given";
    case PLAN_HOW_FORMULA:
        return "computed";
    case PLAN_HOW_OVERLAY:
        return "set by the scenario";
    case PLAN_HOW_SET:
        return "set";
    case PLAN_HOW_NONE:
        break;
    }
    return "no value";
}

/* Parts first: a node's own parts lie together. */
static void put_node(struct tree *tree, plan_cell cell, size_t depth, struct part_plan_node *node)
{
    struct call *call = tree->call;
    const struct plan_view *view = tree->view;
    struct plan_explanation e;
    plan_explain(view->evaluation, cell, call->arena, &e);
    bool again = false;
    for (size_t i = 0; i < tree->count && !again; i++)
        again = tree->seen[i] == cell;
    *node = (struct part_plan_node){
        .title = plan_cell_title(view->model, cell, call->arena),
        .value = plan_value_shown(view, cell, call->arena),
        .how = slice_of(how_words(e.how)),
        .formula = e.how == PLAN_HOW_GIVEN ? NO_SLICE : e.formula,
        .source = plan_source_words(view->model, &e.origin, call->arena),
        .place = plan_place_words(view, e.origin.file, e.origin.line, call->arena),
        .to = plan_to_cell(view, call->arena, cell),
        .fitted = tree->fitted[cell],
        .open = depth == 0,
    };
    if (!e.read_count)
        return;
    if (again || depth >= TREE_DEPTH || tree->count >= TREE_NODES) {
        node->note = again ? S("shown above") : S("open it for the rest");
        return;
    }
    tree->seen[tree->count++] = cell;
    struct part_plan_node *parts = arena_array(call->arena, struct part_plan_node, e.read_count);
    for (size_t i = 0; i < e.read_count; i++)
        put_node(tree, e.reads[i], depth + 1, &parts[i]);
    node->parts = parts;
    node->parts_count = e.read_count;
}

static const struct part_plan_node *tree_of(struct call *call, const struct plan_view *view, plan_cell cell,
                                            const bool *fitted)
{
    struct tree tree = {call, view, fitted, arena_array(call->arena, plan_cell, TREE_NODES + 1), 0};
    struct part_plan_node *node = arena_new(call->arena, struct part_plan_node);
    put_node(&tree, cell, 0, node);
    return node->parts_count ? node : NULL;
}

/* ---- A figure ---- */

static void put_register_lines(struct call *call, const struct plan_view *view, const struct plan_given *given,
                               struct page_plan_figure *page)
{
    if (!given || !given->entry_count)
        return;
    struct page_plan_figure_part *parts = arena_array(call->arena, struct page_plan_figure_part, given->entry_count);
    const struct plan_unit *unit = plan_unit_of(view->model, given->cell);
    for (size_t i = 0; i < given->entry_count; i++) {
        const struct plan_part *part = &view->model->parts[given->first_entry + i];
        const struct plan_entry *entry = &view->model->entries[part->entry];
        parts[i] = (struct page_plan_figure_part){
            arena_format(call->arena, "%.*s: %.*s", PRINT(entry->id), PRINT(entry->title)),
            plan_to(view, call->arena, "/registers/%/%", slice_of(plan_register_words[entry->kind]), entry->id),
            plan_shown(unit, part->value, call->arena)};
    }
    page->parts = parts;
    page->parts_count = given->entry_count;
}

/* Rows that people read, not the workings of tables and checks. */
static bool is_hidden(const struct plan_model *model, plan_cell cell)
{
    struct plan_binding binding;
    uint32_t row;
    plan_cell_parts(model, cell, &row, &binding);
    return model->rows[row].hidden;
}

static void put_uses(struct call *call, const struct plan_view *view, plan_cell cell, struct page_plan_figure *page)
{
    plan_cell *cells;
    size_t count = plan_used_by(view->evaluation, cell, true, call->arena, &cells), shown = 0, all = 0;
    struct page_plan_figure_use *uses = arena_array(call->arena, struct page_plan_figure_use, USES_SHOWN);
    for (size_t i = 0; i < count; i++) {
        if (is_hidden(view->model, cells[i]))
            continue;
        all++;
        if (shown < USES_SHOWN)
            uses[shown++] = (struct page_plan_figure_use){plan_cell_title(view->model, cells[i], call->arena),
                                                          plan_to_cell(view, call->arena, cells[i]),
                                                          plan_value_shown(view, cells[i], call->arena)};
    }
    page->uses = uses;
    page->uses_count = shown;
    if (all > shown)
        page->uses_more = arena_format(call->arena, "and %zu more figures", all - shown);
}

static void put_origin(struct call *call, const struct plan_view *view, const struct plan_explanation *e,
                       struct page_plan_figure *page)
{
    page->how = words_with_capital(call->arena, slice_of(how_words(e->how)));
    page->formula = e->how == PLAN_HOW_GIVEN ? NO_SLICE : e->formula;
    page->source = plan_source_words(view->model, &e->origin, call->arena);
    page->place = plan_place_words(view, e->origin.file, e->origin.line, call->arena);
    if (!page->place.len)
        page->place = S("not written anywhere");
}

static bool show_figure(struct call *call, struct slice problem, struct error *err)
{
    struct plan_view view;
    plan_cell cell;
    struct plan_explanation e;
    struct plan_failure failure;
    if (!plan_asked(call, &view, err) || !plan_cell_asked(call, &view, &cell, err))
        return false;
    plan_explain(view.evaluation, cell, call->arena, &e);
    const struct plan_unit *unit = plan_unit_of(view.model, cell);
    struct slice title = plan_cell_title(view.model, cell, call->arena);
    struct slice exact = e.state == PLAN_HAS_VALUE ? plan_exact(unit, e.value, call->arena) : NO_SLICE;
    struct slice shown = plan_value_shown(&view, cell, call->arena);
    bool own = view.overlay != PLAN_NONE;
    const bool *fitted = plan_fitted(view.evaluation, call->arena);
    struct page_plan_figure page = {
        .top = part_of_plan(call, &view, ""),
        .problem = part_of_problem(call, problem, "figure"),
        .title = title,
        .value = shown,
        .exact = slice_equal(exact, shown) ? NO_SLICE : exact,
        .unit = plan_unit_words(unit),
        .failed = e.state == PLAN_HAS_FAILED && plan_failure_of(view.evaluation, cell, &failure) ? failure.sentence
                  : e.state == PLAN_HAS_NONE ? S("nothing is given or computed here")
                                             : NO_SLICE,
        .tree = tree_of(call, &view, cell, fitted),
        .fitted = fitted[cell],
        .try = !is_hidden(view.model, cell) && !view.version.len && !view.day.len,
        .try_action = url_path(call->arena, "/plans/%/scenarios", view.plan->name),
        .csrf = call_csrf(call),
        .cell = plan_cell_name(view.model, cell, call->arena),
        .figure = parameters_get(&call->request->form, S("figure")),
        .scenario = parameters_has(&call->request->form, S("scenario"))
                        ? parameters_get(&call->request->form, S("scenario"))
                    : own ? view.scenario
                          : NO_SLICE,
    };
    put_origin(call, &view, &e, &page);
    put_register_lines(call, &view, e.given, &page);
    put_uses(call, &view, cell, &page);
    return call_page_with_status(call, problem.len ? 422 : 200, title, render_plan_figure(call->arena, &page));
}

bool page_plan_figure(struct call *call, struct error *err)
{
    return show_figure(call, NO_SLICE, err);
}

/* ---- What if ---- */

bool do_plan_scenario(struct call *call, struct error *err)
{
    struct plan_view view;
    struct scenario_setting setting = {
        .name = parameters_get(&call->request->form, S("scenario")),
        .figure = parameters_get(&call->request->form, S("figure")),
    };
    struct slice name;
    if (!plan_asked_now(call, &view, err) || !plan_cell_asked(call, &view, &setting.cell, err))
        return false;
    if (scenario_set(view.plan, call->session, &setting, call->arena, &name, err))
        return call_redirect(
            call, url_path(call->arena, "/plans/%/scenarios?scenario=%&done=scenario", view.plan->name, name));
    if (err->code != ERROR_INPUT && err->code != ERROR_DENIED)
        return false;
    struct error problem = *err;
    *err = NO_ERROR;
    return show_figure(call, words_of_error(call->arena, &problem), err);
}

/* ---- Side by side ---- */

static struct slice difference_words(const struct plan_unit *unit, struct number value, struct arena *arena)
{
    struct slice shown = plan_shown(unit, value, arena);
    return number_sign(value) > 0 ? arena_format(arena, "+%.*s", PRINT(shown)) : shown;
}

static void put_rows(struct call *call, const struct plan_view *view, const struct plan_headline *headline,
                     struct page_plan_scenarios *page)
{
    struct scenario *list;
    size_t count;
    scenario_list(view->plan, call->session, call->arena, &list, &count);
    struct page_plan_scenarios_row *rows = arena_array(call->arena, struct page_plan_scenarios_row, count + 1);
    for (size_t i = 0; i <= count; i++) {
        struct plan_view other = *view;
        other.scenario = i ? list[i - 1].name : NO_SLICE;
        other.overlay = i ? list[i - 1].overlay : PLAN_NONE;
        other.evaluation = plans_evaluation(view->plan, other.overlay, call->arena);
        struct page_plan_scenarios_cell *cells =
            arena_array(call->arena, struct page_plan_scenarios_cell, headline->count);
        for (size_t k = 0; k < headline->count; k++)
            cells[k] = (struct page_plan_scenarios_cell){plan_value_shown(&other, headline->cells[k], call->arena),
                                                         plan_to_cell(&other, call->arena, headline->cells[k])};
        rows[i] = (struct page_plan_scenarios_row){
            .title = i ? list[i - 1].title : S("The plan itself"),
            .to = plan_to(&other, call->arena, "/scenarios", NO_SLICE, NO_SLICE),
            .owner = !i || !list[i - 1].owner.len ? NO_SLICE
                     : list[i - 1].mine           ? S("yours")
                                                  : list[i - 1].owner,
            .current = other.overlay == view->overlay,
            .cells = cells,
            .cells_count = headline->count,
        };
    }
    page->rows = rows;
    page->rows_count = count + 1;
}

/* The scenario as its text says it. */
static struct slice text_of_overlay(const struct plan_view *view)
{
    const struct plan_overlay *overlay = &view->model->overlays[view->overlay];
    const struct journal_entry *entry = journal_find(view->plan->journal, S(JOURNAL_SCENARIOS), overlay->name);
    if (entry)
        return entry->body;
    if (overlay->place.file >= view->model->syntax->file_count)
        return NO_SLICE;
    struct slice rest = view->model->syntax->files[overlay->place.file].text, line;
    for (uint32_t i = 1; i < overlay->place.line; i++)
        if (!slice_cut(&rest, '\n', &line))
            return NO_SLICE;
    struct slice start = rest;
    size_t length = 0;
    while (slice_cut(&rest, '\n', &line) && (!length || (line.len && (line.at[0] == ' ' || line.at[0] == '\t'))))
        length = (size_t)(line.at + line.len - start.at);
    return slice_part(start, 0, length);
}

bool plan_moved(struct call *call, const struct plan_view *view, struct plan_bridge *ret, struct error *err)
{
    struct plan_headline headline;
    plan_cell cell;
    if (request_value(call->request, S("cell")).len) {
        if (!plan_cell_asked(call, view, &cell, err))
            return false;
    } else {
        plan_headline(view, call->arena, &headline);
        if (!headline.table)
            return error_set(err, ERROR_NOT_FOUND, "the plan prints no total that could move; say which figure");
        cell = headline.cells[headline.first];
    }
    return plan_bridge_make(view->model, PLAN_NONE, view->overlay, cell, call->arena, ret, err);
}

static bool put_bridge(struct call *call, const struct plan_view *view, struct page_plan_scenarios *page,
                       struct error *err)
{
    struct plan_bridge bridge;
    if (view->overlay == PLAN_NONE)
        return true;
    if (!plan_moved(call, view, &bridge, err))
        return false;
    const struct plan_unit *unit = plan_unit_of(view->model, bridge.cell);
    struct page_plan_scenarios_step *steps =
        arena_array(call->arena, struct page_plan_scenarios_step, bridge.step_count);
    for (size_t i = 0; i < bridge.step_count; i++)
        if (number_sign(bridge.steps[i].change) != 0)
            steps[page->steps_count++] = (struct page_plan_scenarios_step){
                bridge.steps[i].title, difference_words(unit, bridge.steps[i].change, call->arena)};
    page->steps = steps;
    page->before = plan_shown(unit, bridge.before, call->arena);
    page->after = plan_shown(unit, bridge.after, call->arena);
    page->figure = plan_cell_title(view->model, bridge.cell, call->arena);
    page->chosen =
        view->model->overlays[view->overlay].title.len ? view->model->overlays[view->overlay].title : view->scenario;
    page->chosen_to = plan_to(view, call->arena, "", NO_SLICE, NO_SLICE);
    page->settings = text_of_overlay(view);
    page->bridge = plan_moved_picture(call, view->model, &bridge, page->figure);
    return true;
}

bool page_plan_scenarios(struct call *call, struct error *err)
{
    struct plan_view view;
    struct plan_headline headline;
    if (!plan_asked(call, &view, err))
        return false;
    plan_headline(&view, call->arena, &headline);
    struct page_plan_scenarios page = {
        .done = part_of_done(call),
        .top = part_of_plan(call, &view, "Scenarios"),
        .line = headline.title.len ? headline.title : S("Scenarios"),
        .unit = plan_unit_words(&headline.unit),
    };
    struct page_plan_scenarios_column *columns =
        arena_array(call->arena, struct page_plan_scenarios_column, headline.count);
    for (size_t i = 0; i < headline.count; i++)
        columns[i].label = headline.labels[i];
    page.columns = columns;
    page.columns_count = headline.count;
    put_rows(call, &view, &headline, &page);
    return put_bridge(call, &view, &page, err) &&
           call_page(call, S("Scenarios"), render_plan_scenarios(call->arena, &page));
}
