/* `staithe plan …`: a medium-term plan from its text; needs no hub. Faults of the text are shown with their line and a
 * caret under the place. */
#include "cli/plan_call.h"

#include "base/text.h"
#include "plan/check.h"
#include "plan/explain.h"
#include "plan/export.h"
#include "plan/picture.h"

#include <stdio.h>

/* The number of an argument's file among those of the plan, for the caret. */
static struct plan_place place_of(const struct plan_syntax *syntax, const struct error *err)
{
    struct plan_place place = {.file = UINT32_MAX, .line = (uint32_t)err->line, .column = (uint32_t)err->column};
    for (size_t i = 0; i < syntax->file_count; i++)
        if (slice_equal(syntax->files[i].path, slice_of(err->file)))
            place.file = (uint32_t)i;
    return place;
}

static bool open_plan(struct plan_call *call, struct error *err)
{
    struct invocation *invocation = call->invocation;
    struct plan_model *model;
    const struct plan_syntax *syntax = NULL;
    if (!plan_load(invocation->host, invocation->words[1], call->arena, &model, &syntax, err)) {
        if (syntax && err->line) {
            plan_show_place(syntax, place_of(syntax, err), &call->out);
            if (call->out.len)
                fwrite(call->out.at, 1, call->out.len, stderr);
        }
        return false;
    }
    uint32_t overlay = PLAN_NONE;
    if (option_given(invocation, "scenario")) {
        struct slice name = option_text(invocation, "scenario", "");
        overlay = plan_overlay_find(model, name);
        if (overlay == PLAN_NONE)
            return error_set(err, ERROR_NOT_FOUND, "the plan has no scenario or version %.*s", PRINT(name));
    }
    call->model = model;
    call->evaluation = plan_evaluate(model, overlay, call->arena);
    return true;
}

/* Sources whose figures are fitted, with how many they are: nobody shall take them for the council's. */
static void fitted_sources(struct plan_call *call)
{
    const struct plan_model *model = call->model;
    for (uint32_t s = 0; s < model->source_count; s++) {
        size_t count = 0;
        for (size_t i = 0; model->sources[s].fitted && i < model->given_count; i++)
            count += model->givens[i].origin.source == s;
        if (count)
            buffer_format(&call->out, "%zu given figures are fitted: %.*s\n", count, PRINT(model->sources[s].title));
    }
}

static void fitted_note(struct plan_call *call, bool rests)
{
    if (rests)
        buffer_add(&call->out, S("Rests on fitted figures, which are not the council's.\n"));
}

static bool check(struct plan_call *call, struct error *err)
{
    struct plan_report report;
    (void)err;
    plan_check(call->evaluation, call->arena, &report);
    if (call->invocation->json)
        plan_report_json(call->model, &report, &call->out);
    else {
        fitted_sources(call);
        plan_report_text(call->model, &report, option_given(call->invocation, "all"), &call->out);
    }
    call->invocation->exit_status = report.finding_count > 0;
    return true;
}

/* ---- show ---- */

static struct slice shown_value(struct plan_call *call, const struct plan_row *row, plan_cell cell)
{
    struct number value;
    switch (plan_value(call->evaluation, cell, &value)) {
    case PLAN_HAS_VALUE:
        return option_given(call->invocation, "exact") ? plan_exact(&row->unit, value, call->arena)
                                                       : plan_shown(&row->unit, value, call->arena);
    case PLAN_HAS_FAILED:
        return S("fault");
    default:
        return S(".");
    }
}

static void pad(struct buffer *out, struct slice text, size_t width, bool right)
{
    size_t letters = 0;
    for (size_t i = 0; i < text.len; i++)
        letters += (text.at[i] & 0xc0) != 0x80;
    if (!right)
        buffer_add(out, text);
    for (size_t i = letters; i < width; i++)
        buffer_add_byte(out, ' ');
    if (right)
        buffer_add(out, text);
}

static struct slice tuple_label(struct plan_call *call, const struct plan_row *row, size_t tuple)
{
    uint32_t number;
    struct plan_binding binding;
    plan_cell_parts(call->model, (plan_cell)(row->first + tuple), &number, &binding);
    struct buffer label = buffer_make(call->arena);
    buffer_add(&label, row->name);
    for (size_t i = 0; i < row->set_count; i++)
        buffer_format(&label, "%c%.*s", i ? ',' : '[',
                      PRINT(call->model->sets[row->sets[i]].members[binding.slots[i]].name));
    if (row->set_count)
        buffer_add_byte(&label, ']');
    return buffer_slice(&label);
}

static void show_row(struct plan_call *call, const struct plan_row *row)
{
    for (size_t tuple = 0; tuple < row->tuples; tuple++) {
        pad(&call->out, tuple_label(call, row, tuple), 34, false);
        pad(&call->out, row->unit.name, 7, true);
        for (int32_t year = 0; year < row->years; year++) {
            buffer_add(&call->out, S("  "));
            pad(&call->out, shown_value(call, row, (plan_cell)(row->first + (size_t)year * row->tuples + tuple)), 11,
                true);
        }
        buffer_add_byte(&call->out, '\n');
    }
}

static void row_json(struct plan_call *call, const struct plan_row *row, struct json *json)
{
    for (size_t tuple = 0; tuple < row->tuples; tuple++) {
        json_object(json);
        json_pair_text(json, "row", tuple_label(call, row, tuple));
        json_pair_text(json, "title", row->title);
        json_pair_text(json, "unit", row->unit.name);
        json_key(json, "values");
        json_array(json);
        for (int32_t year = 0; year < row->years; year++) {
            struct number value;
            plan_cell cell = (plan_cell)(row->first + (size_t)year * row->tuples + tuple);
            if (plan_value(call->evaluation, cell, &value) == PLAN_HAS_VALUE)
                json_text(json, number_text(call->arena, value));
            else
                json_null(json);
        }
        json_end(json);
        json_end(json);
    }
}

static bool wanted_row(const struct plan_call *call, const struct plan_row *row)
{
    if (row->hidden)
        return false;
    for (size_t i = 2; i < call->invocation->word_count; i++)
        if (slice_equal(call->invocation->words[i], row->name))
            return true;
    return call->invocation->word_count == 2;
}

static bool known_rows(const struct plan_call *call, struct error *err)
{
    for (size_t i = 2; i < call->invocation->word_count; i++) {
        struct slice name = call->invocation->words[i];
        if (plan_row_find(call->model, name) != PLAN_NONE)
            continue;
        plan_cell cell;
        return plan_cell_read(call->model, name, &cell, err) &&
               error_set(err, ERROR_NOT_FOUND, "%.*s is a figure; `staithe plan explain` opens it", PRINT(name));
    }
    return true;
}

static bool show(struct plan_call *call, struct error *err)
{
    const struct plan_model *model = call->model;
    struct json json = json_to(&call->out);
    if (!known_rows(call, err))
        return false;
    if (call->invocation->json) {
        json_object(&json);
        json_key(&json, "years");
        json_array(&json);
        for (int32_t year = 0; year < model->year_count; year++)
            json_text(&json, model->years[year]);
        json_end(&json);
        json_key(&json, "rows");
        json_array(&json);
    } else {
        pad(&call->out, model->title, 41, false);
        for (int32_t year = 0; year < model->year_count; year++) {
            buffer_add(&call->out, S("  "));
            pad(&call->out, model->years[year], 11, true);
        }
        buffer_add_byte(&call->out, '\n');
    }
    bool rests = false;
    const bool *fitted = plan_fitted(call->evaluation, call->arena);
    for (size_t i = 0; i < model->row_count; i++) {
        if (!wanted_row(call, &model->rows[i]))
            continue;
        for (size_t c = 0; c < model->rows[i].tuples * (size_t)model->rows[i].years; c++)
            rests |= fitted[model->rows[i].first + c];
        if (call->invocation->json)
            row_json(call, &model->rows[i], &json);
        else
            show_row(call, &model->rows[i]);
    }
    if (call->invocation->json) {
        json_end(&json);
        json_pair_bool(&json, "fitted", rests);
        json_end(&json);
    } else
        fitted_note(call, rests);
    return true;
}

/* ---- table, explain, uses, diff ---- */

static bool table(struct plan_call *call, struct error *err)
{
    const struct plan_model *model = call->model;
    struct slice wanted = call->invocation->word_count > 2 ? call->invocation->words[2] : NO_SLICE;
    struct json json = json_to(&call->out);
    if (wanted.len && plan_table_find(model, wanted) == PLAN_NONE)
        return error_set(err, ERROR_NOT_FOUND, "the plan has no table %.*s; `staithe plan table FILE` shows all",
                         PRINT(wanted));
    if (call->invocation->json) {
        json_object(&json);
        json_key(&json, "tables");
        json_array(&json);
    }
    bool first = true;
    const bool *fitted = plan_fitted(call->evaluation, call->arena);
    for (size_t i = 0; i < model->table_count; i++) {
        struct plan_sheet sheet;
        if (wanted.len && !slice_equal(model->tables[i].name, wanted))
            continue;
        plan_table_make(call->evaluation, &model->tables[i], call->arena, &sheet);
        if (call->invocation->json) {
            plan_table_json(model, &sheet, &json);
            continue;
        }
        if (!first)
            buffer_add_byte(&call->out, '\n');
        first = false;
        plan_table_text(model, &sheet, &call->out);
        bool rests = false;
        for (size_t f = 0; f < sheet.table->row_count * sheet.table->column_count; f++)
            rests |= sheet.figures[f].cell != PLAN_NONE && fitted[sheet.figures[f].cell];
        fitted_note(call, rests);
    }
    if (call->invocation->json) {
        json_end(&json);
        json_end(&json);
    }
    return true;
}

static bool cell_of(struct plan_call *call, size_t word, plan_cell *ret, struct error *err)
{
    if (call->invocation->word_count <= word)
        return error_set(err, ERROR_USAGE, "name a figure, as in `staithe plan %.*s FILE 'net[ASC]@2025-26'`",
                         PRINT(call->invocation->words[0]));
    return plan_cell_read(call->model, call->invocation->words[word], ret, err);
}

static bool explain(struct plan_call *call, struct error *err)
{
    plan_cell cell = PLAN_NONE;
    int64_t depth = 0;
    bool every = call->invocation->json && call->invocation->word_count == 2;
    if ((!every && !cell_of(call, 2, &cell, err)) || !option_integer(call->invocation, "depth", 1, 400, &depth, err))
        return false;
    if (call->invocation->json)
        plan_explain_json(call->evaluation, cell, &call->out);
    else
        plan_explain_text(call->evaluation, cell, (size_t)depth, &call->out);
    return true;
}

static bool uses(struct plan_call *call, struct error *err)
{
    plan_cell cell, *cells;
    if (!cell_of(call, 2, &cell, err))
        return false;
    size_t count = plan_used_by(call->evaluation, cell, option_given(call->invocation, "all"), call->arena, &cells);
    struct json json = json_to(&call->out);
    if (call->invocation->json)
        json_array(&json);
    for (size_t i = 0; i < count; i++) {
        uint32_t row;
        struct plan_binding binding;
        plan_cell_parts(call->model, cells[i], &row, &binding);
        struct slice name = plan_cell_name(call->model, cells[i], call->arena);
        if (call->invocation->json)
            json_text(&json, name);
        else
            buffer_format(&call->out, "%.*s%s\n", PRINT(name),
                          call->model->rows[row].hidden ? "  (a check or table)" : "");
    }
    if (call->invocation->json)
        json_end(&json);
    else if (count == 0)
        buffer_add(&call->out, S("No formula reads it.\n"));
    return true;
}

static void bridge_text(struct plan_call *call, const struct plan_bridge *bridge)
{
    uint32_t row;
    struct plan_binding binding;
    plan_cell_parts(call->model, bridge->cell, &row, &binding);
    const struct plan_unit *unit = &call->model->rows[row].unit;
    pad(&call->out, S("before"), 50, false);
    pad(&call->out, plan_exact(unit, bridge->before, call->arena), 24, true);
    buffer_add_byte(&call->out, '\n');
    for (size_t i = 0; i < bridge->step_count; i++) {
        pad(&call->out, bridge->steps[i].title, 50, false);
        pad(&call->out, plan_exact(unit, bridge->steps[i].change, call->arena), 24, true);
        buffer_add_byte(&call->out, '\n');
    }
    pad(&call->out, S("after"), 50, false);
    pad(&call->out, plan_exact(unit, bridge->after, call->arena), 24, true);
    buffer_add_byte(&call->out, '\n');
}

static void bridge_json(struct plan_call *call, const struct plan_bridge *bridge)
{
    struct json json = json_to(&call->out);
    json_object(&json);
    json_pair_text(&json, "cell", plan_cell_name(call->model, bridge->cell, call->arena));
    json_pair_text(&json, "before", number_text(call->arena, bridge->before));
    json_key(&json, "steps");
    json_array(&json);
    for (size_t i = 0; i < bridge->step_count; i++) {
        json_object(&json);
        json_pair_text(&json, "row", call->model->rows[bridge->steps[i].row].name);
        json_pair_text(&json, "title", bridge->steps[i].title);
        json_pair_text(&json, "change", number_text(call->arena, bridge->steps[i].change));
        json_pair_integer(&json, "figures", (int64_t)bridge->steps[i].cells);
        json_end(&json);
    }
    json_end(&json);
    json_pair_text(&json, "after", number_text(call->arena, bridge->after));
    json_end(&json);
}

static bool diff(struct plan_call *call, struct error *err)
{
    plan_cell cell;
    struct plan_bridge bridge;
    if (call->invocation->word_count < 4)
        return error_set(err, ERROR_USAGE,
                         "write `staithe plan diff FILE VERSION FIGURE`, as in `plan diff FILE feb "
                         "gap@2025-26`");
    uint32_t before = plan_overlay_find(call->model, call->invocation->words[2]);
    if (before == PLAN_NONE)
        return error_set(err, ERROR_NOT_FOUND, "the plan has no version or scenario %.*s",
                         PRINT(call->invocation->words[2]));
    if (!cell_of(call, 3, &cell, err) ||
        !plan_bridge_make(call->model, before, plan_evaluation_overlay(call->evaluation), cell, call->arena, &bridge,
                          err))
        return false;
    if (call->invocation->json)
        bridge_json(call, &bridge);
    else
        bridge_text(call, &bridge);
    if (!option_given(call->invocation, "svg"))
        return true;
    struct plan_picture picture;
    plan_picture_moved(call->model, &bridge, S("moved"), call->arena, &picture);
    return host_write_file(call->invocation->host, option_text(call->invocation, "svg", ""), picture.svg, err);
}

bool run_plan(struct invocation *invocation, struct error *err)
{
    static const struct {
        const char *word;
        bool (*run)(struct plan_call *call, struct error *err);
    } deeds[] = {{"check", check},
                 {"show", show},
                 {"table", table},
                 {"explain", explain},
                 {"uses", uses},
                 {"diff", diff},
                 {"what-if", plan_call_what_if},
                 {"simulate", plan_call_simulate},
                 {"export", plan_call_export}};
    struct plan_call call = {
        .invocation = invocation, .arena = invocation->arena, .out = buffer_make(invocation->arena)};
    struct slice words[countof(deeds)];
    for (size_t i = 0; i < countof(deeds); i++) {
        words[i] = slice_of(deeds[i].word);
        if (!slice_equal(invocation->words[0], words[i]))
            continue;
        if (!open_plan(&call, err) || !deeds[i].run(&call, err))
            return false;
        if (invocation->json)
            buffer_add_byte(&call.out, '\n');
        print_out(&call.out);
        return true;
    }
    struct slice near = text_nearest(invocation->words[0], words, countof(words));
    return error_set(err, ERROR_USAGE, "`staithe plan` has no %.*s%s%.*s%s", PRINT(invocation->words[0]),
                     near.len ? "; did you mean " : "; `staithe plan --help` lists what it does", PRINT(near),
                     near.len ? "?" : "");
}
