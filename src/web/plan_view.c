#include "web/plan_view.h"

#include "plan/table.h"

static bool read_day(struct slice text, struct date *ret, struct error *err)
{
    struct date_form form = {.order = DATE_DMY};
    *ret = NO_DATE;
    return slice_empty(text) || date_read(text, &form, ret) ||
           error_set(err, ERROR_INPUT, "the day is not a date; write it like 27 11 2026");
}

static bool open_view(struct call *call, bool now, struct plan_view *ret, struct error *err)
{
    struct plan_view view = {.overlay = PLAN_NONE};
    struct plan_wanted wanted = {.name = request_value(call->request, S("name"))};
    if (!now) {
        view.scenario = parameters_get(&call->request->query, S("scenario"));
        view.version = parameters_get(&call->request->query, S("version"));
        view.day = slice_trim(parameters_get(&call->request->query, S("day")));
    }
    wanted.version = view.version;
    if (!read_day(view.day, &wanted.day, err) ||
        !plans_open(call->web->plans, call->session, &wanted, call->arena, &view.plan, err))
        return false;
    view.model = view.plan->model;
    if (view.scenario.len) {
        view.overlay = plan_overlay_find(view.model, view.scenario);
        if (view.overlay == PLAN_NONE)
            return error_set(err, ERROR_NOT_FOUND,
                             "the plan has no scenario of this name; choose one of its scenarios");
    }
    view.evaluation = plans_evaluation(view.plan, view.overlay, call->arena);
    *ret = view;
    return true;
}

bool plan_asked(struct call *call, struct plan_view *ret, struct error *err)
{
    return open_view(call, false, ret, err);
}

bool plan_asked_now(struct call *call, struct plan_view *ret, struct error *err)
{
    return open_view(call, true, ret, err);
}

/* ---- Links ---- */

static void add_state(struct buffer *out, const char *key, struct slice value)
{
    if (!value.len)
        return;
    buffer_format(out, "%c%s=", slice_find(buffer_slice(out), '?') < out->len ? '&' : '?', key);
    percent_encode(out, value);
}

struct url plan_to(const struct plan_view *view, struct arena *arena, const char *pattern, struct slice a,
                   struct slice b)
{
    struct buffer out = buffer_make(arena);
    bool second = false;
    buffer_add(&out, S("/plans/"));
    percent_encode(&out, view->plan->name);
    for (const char *c = pattern; *c; c++) {
        if (*c == '%') {
            percent_encode(&out, second ? b : a);
            second = true;
        } else {
            buffer_add_byte(&out, *c);
        }
    }
    add_state(&out, "scenario", view->scenario);
    add_state(&out, "version", view->version);
    add_state(&out, "day", view->day);
    return url_local(buffer_slice(&out));
}

struct url plan_to_cell(const struct plan_view *view, struct arena *arena, plan_cell cell)
{
    return plan_to(view, arena, "/figures?cell=%", plan_cell_name(view->model, cell, arena), NO_SLICE);
}

/* ---- The head ---- */

static struct slice state_of(struct call *call, const struct plan_view *view)
{
    struct slice words[3] = {{0}};
    if (view->overlay != PLAN_NONE) {
        const struct plan_overlay *overlay = &view->model->overlays[view->overlay];
        words[0] =
            arena_format(call->arena, "Scenario: %.*s", PRINT(overlay->title.len ? overlay->title : overlay->name));
    }
    if (view->version.len)
        words[1] = arena_format(call->arena, "Approved version: %.*s", PRINT(view->version));
    if (view->day.len)
        words[2] = arena_format(call->arena, "As at the end of %.*s", PRINT(view->day));
    return words_joined(call->arena, words, countof(words), S("; "));
}

static struct slice left_out_words(struct call *call, const struct open_plan *plan)
{
    if (!plan->left_out_count)
        return NO_SLICE;
    const struct plan_left_out *first = &plan->left_out[0];
    return arena_format(call->arena, "the row %.*s of the register of %.*s does not fit the plan's text: %.*s",
                        PRINT(first->subject), PRINT(first->register_name), PRINT(first->why));
}

const struct part_plan_top *part_of_plan(struct call *call, const struct plan_view *view, const char *here)
{
    static const struct {
        const char *words, *path;
    } pages[] = {{"Overview", ""},       {"Pictures", "/pictures"}, {"Scenarios", "/scenarios"},
                 {"Checks", "/checks"},  {"Versions", "/versions"}, {"What moved", "/changes"},
                 {"Journal", "/journal"}};
    struct plan_view plain = {.plan = view->plan};
    struct part_plan_top *part = arena_new(call->arena, struct part_plan_top);
    struct part_plan_top_link *links = arena_array(call->arena, struct part_plan_top_link, countof(pages));
    for (size_t i = 0; i < countof(pages); i++)
        links[i] = (struct part_plan_top_link){slice_of(pages[i].words),
                                               plan_to(view, call->arena, pages[i].path, NO_SLICE, NO_SLICE),
                                               strcmp(here, pages[i].words) == 0};
    *part = (struct part_plan_top){
        .title = view->model->title.len ? view->model->title : view->model->name,
        .home = plan_to(view, call->arena, "", NO_SLICE, NO_SLICE),
        .state = state_of(call, view),
        .leave = plan_to(&plain, call->arena, "", NO_SLICE, NO_SLICE),
        .fault = left_out_words(call, view->plan),
        .links = links,
        .links_count = countof(pages),
    };
    return part;
}

/* ---- Words ---- */

const struct plan_unit *plan_unit_of(const struct plan_model *model, plan_cell cell)
{
    struct plan_binding binding;
    uint32_t row;
    plan_cell_parts(model, cell, &row, &binding);
    return &model->rows[row].unit;
}

struct slice plan_unit_words(const struct plan_unit *unit)
{
    return unit->name.len ? unit->name : unit->kind == PLAN_UNIT_PLAIN ? S("number") : NO_SLICE;
}

struct slice plan_value_shown(const struct plan_view *view, plan_cell cell, struct arena *arena)
{
    struct number value;
    if (plan_value(view->evaluation, cell, &value) != PLAN_HAS_VALUE)
        return S("no value");
    return plan_shown(plan_unit_of(view->model, cell), value, arena);
}

struct slice plan_source_words(const struct plan_model *model, const struct plan_origin *origin, struct arena *arena)
{
    if (origin->source == PLAN_NONE)
        return NO_SLICE;
    return words_joined(arena, (const struct slice[]){model->sources[origin->source].title, origin->where}, 2, S(", "));
}

struct slice plan_place_words(const struct plan_view *view, struct slice file, uint32_t line, struct arena *arena)
{
    if (slice_equal(file, S(PLANS_REGISTERS_FILE))) {
        const struct journal_entry *entry = plans_entry_at(view->plan, line);
        if (entry)
            return arena_format(arena, "written here by %.*s on %.*s", PRINT(entry->by),
                                PRINT(time_words(arena, entry->at)));
    }
    return file.len ? arena_format(arena, "%.*s, line %u", PRINT(texts_name(file)), line) : NO_SLICE;
}

bool plan_cell_asked(struct call *call, const struct plan_view *view, plan_cell *ret, struct error *err)
{
    struct slice name = request_value(call->request, S("cell"));
    if (!name.len)
        return error_set(err, ERROR_USAGE, "say which figure, as in cell=gap@2025-26");
    return plan_cell_read(view->model, name, ret, err);
}

/* ---- The headline ---- */

static bool headline_of(const struct plan_view *view, const struct plan_table *table, struct arena *arena,
                        struct plan_headline *ret)
{
    struct plan_sheet sheet;
    size_t row = table->row_count;
    for (size_t i = 0; i < table->row_count; i++)
        if (table->rows[i].role == PLAN_TABLE_TOTAL)
            row = i;
    if (row == table->row_count)
        return false;
    plan_table_make(view->evaluation, table, arena, &sheet);
    struct plan_headline found = {.table = table, .title = table->rows[row].label, .unit = table->rows[row].unit};
    found.cells = arena_array(arena, plan_cell, table->column_count);
    found.labels = arena_array(arena, struct slice, table->column_count);
    for (size_t i = 0; i < table->column_count; i++) {
        const struct plan_figure *figure = plan_sheet_at(&sheet, row, i);
        if (table->columns[i].kind != PLAN_COLUMN_YEAR || figure->cell == PLAN_NONE || figure->state != PLAN_HAS_VALUE)
            continue;
        found.cells[found.count] = figure->cell;
        found.labels[found.count++] = table->columns[i].label;
    }
    for (size_t i = found.count; i-- > 0;) {
        struct number value;
        if (plan_value(view->evaluation, found.cells[i], &value) == PLAN_HAS_VALUE && number_sign(value) != 0)
            found.first = i;
    }
    *ret = found;
    return found.count > 0;
}

void plan_headline(const struct plan_view *view, struct arena *arena, struct plan_headline *ret)
{
    *ret = (struct plan_headline){0};
    for (size_t i = 0; i < view->model->table_count; i++)
        if (headline_of(view, &view->model->tables[i], arena, ret))
            return;
    *ret = (struct plan_headline){0};
}
