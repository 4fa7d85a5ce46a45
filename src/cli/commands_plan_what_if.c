/* `staithe plan what-if`, `simulate` and `export`. A change is written as it is said: 'band-d@2025-26 = 4.99',
 * 'pressure[economic] *= 1.05', 'band-d += 1'; with --seek the amount that is looked for is a question mark. */
#include "cli/plan_call.h"

#include "base/json.h"
#include "plan/export.h"
#include "plan/picture.h"

#include <stdio.h>

/* ---- Words ---- */

/* Figures by name: a cell, or all cells with a value of a row or a part of one. */
struct figures {
    plan_cell *cells;
    size_t count, capacity;
};

static bool add_figures(struct plan_call *call, struct slice word, struct figures *figures, struct error *err)
{
    struct plan_change region;
    size_t before = figures->count;
    if (!plan_change_read(call->model, word, call->arena, &region, err))
        return false;
    const struct plan_row *row = &call->model->rows[region.row];
    for (plan_cell cell = row->first; cell < row->first + row->tuples * (size_t)row->years; cell++) {
        struct plan_binding binding;
        uint32_t number;
        struct number value;
        plan_cell_parts(call->model, cell, &number, &binding);
        if (!plan_region_holds(call->model, region.row, &region.region, &binding) ||
            plan_value(call->evaluation, cell, &value) == PLAN_HAS_NONE)
            continue;
        ARENA_GROW(call->arena, figures->cells, figures->count, figures->capacity);
        figures->cells[figures->count++] = cell;
    }
    return figures->count > before || error_set(err, ERROR_NOT_FOUND, "%.*s has no value in the plan", PRINT(word));
}

static bool add_list(struct plan_call *call, struct slice list, struct figures *figures, struct error *err)
{
    struct slice word;
    while (slice_cut(&list, ' ', &word))
        if (word.len && !add_figures(call, word, figures, err))
            return false;
    return true;
}

static bool one_figure(struct plan_call *call, struct slice word, plan_cell *ret, struct error *err)
{
    return plan_cell_read(call->model, word, ret, err);
}

/* "ROW = AMOUNT", "ROW += AMOUNT", "ROW -= AMOUNT", "ROW *= FACTOR". *ret_asked: the amount is a question mark. */
static bool read_change(struct plan_call *call, struct slice word, struct plan_change *ret, bool *ret_asked,
                        struct error *err)
{
    size_t at = slice_find(word, '=');
    if (at == word.len || at == 0)
        return error_set(err, ERROR_USAGE,
                         "write a change as 'ROW = AMOUNT', 'ROW += AMOUNT' or 'ROW *= FACTOR', not \"%.*s\"",
                         PRINT(word));
    char sign = word.at[at - 1];
    bool has_sign = sign == '+' || sign == '-' || sign == '*';
    struct slice amount = slice_trim(slice_part(word, at + 1, word.len));
    if (!plan_change_read(call->model, slice_part(word, 0, at - has_sign), call->arena, ret, err))
        return false;
    ret->kind = !has_sign ? PLAN_CHANGE_TO : sign == '*' ? PLAN_CHANGE_TIMES : PLAN_CHANGE_BY;
    *ret_asked = slice_equal(amount, S("?"));
    if (*ret_asked)
        return true;
    if (ret->kind == PLAN_CHANGE_TIMES) {
        bool percent = slice_ends(amount, S("%"));
        if (!number_read(percent ? slice_part(amount, 0, amount.len - 1) : amount, call->arena, &ret->amount))
            return error_set(err, ERROR_USAGE, "%.*s is no factor; write digits with a point, such as 1.05",
                             PRINT(amount));
        if (percent)
            ret->amount = number_shift(call->arena, ret->amount, -2);
        return true;
    }
    if (!plan_amount_read(call->model, ret->row, amount, call->arena, &ret->amount, err))
        return false;
    if (sign == '-')
        ret->amount = number_negate(call->arena, ret->amount);
    return true;
}

static void put_grid(struct plan_call *call, const struct plan_grid *grid)
{
    plan_grid_text(grid, &call->out);
}

static bool write_picture(struct plan_call *call, const struct plan_picture *picture, struct error *err)
{
    return host_write_file(call->invocation->host, option_text(call->invocation, "svg", ""), picture->svg, err);
}

/* ---- What moves ---- */

static void keep_wanted(struct plan_effects *effects, const struct figures *wanted)
{
    size_t kept = 0;
    for (size_t i = 0; wanted->count && i < effects->count; i++)
        for (size_t k = 0; k < wanted->count; k++)
            if (effects->effects[i].cell == wanted->cells[k]) {
                effects->effects[kept++] = effects->effects[i];
                break;
            }
    if (wanted->count)
        effects->count = kept;
}

static bool put_effects(struct plan_call *call, const struct plan_change *changes, size_t count,
                        const struct figures *wanted, struct error *err)
{
    struct plan_effects effects;
    if (!plan_what_if(call->evaluation, changes, count, call->arena, &effects, err))
        return false;
    keep_wanted(&effects, wanted);
    if (call->invocation->json) {
        plan_effects_json(call->model, &effects, &call->out);
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        struct slice title = plan_change_title(call->model, &changes[i], call->arena);
        buffer_format(&call->out, "%.*s\n", PRINT(title));
    }
    struct plan_grid grid = plan_effects_grid(call->model, &effects, call->arena);
    put_grid(call, &grid);
    if (effects.failed)
        buffer_format(&call->out, "%zu figures cannot be computed any more\n", effects.failed);
    return true;
}

/* The questions that the plan itself declares. */
static bool declared(struct plan_call *call, const struct figures *wanted, struct error *err)
{
    if (call->model->vary_count == 0)
        return error_set(err, ERROR_USAGE,
                         "the plan declares no question (`vary`); write one behind the file, as in 'band-d += 1'");
    if (call->invocation->json)
        buffer_add_byte(&call->out, '[');
    for (size_t i = 0; i < call->model->vary_count; i++) {
        const struct plan_vary *vary = &call->model->varies[i];
        struct plan_change change = plan_change_of(vary);
        if (i)
            buffer_add(&call->out, call->invocation->json ? S(",") : S("\n"));
        if (!call->invocation->json && vary->title.len)
            buffer_format(&call->out, "%.*s: ", PRINT(vary->title));
        if (!put_effects(call, &change, 1, wanted, err))
            return false;
    }
    if (call->invocation->json)
        buffer_add_byte(&call->out, ']');
    return true;
}

static bool changes_given(struct plan_call *call, const struct figures *wanted, struct error *err)
{
    size_t count = call->invocation->word_count - 2;
    struct plan_change *changes = arena_array(call->arena, struct plan_change, count);
    for (size_t i = 0; i < count; i++) {
        bool asked;
        if (!read_change(call, call->invocation->words[i + 2], &changes[i], &asked, err))
            return false;
        if (asked)
            return error_set(err, ERROR_USAGE, "a question mark asks for an amount: say what it must reach by --seek");
    }
    return put_effects(call, changes, count, wanted, err);
}

/* ---- Tornado, goal seek, scenarios ---- */

static bool tornado(struct plan_call *call, struct error *err)
{
    struct plan_tornado_options options = {.share = number_of(1, 2), .by_row = option_given(call->invocation, "rows")};
    struct slice share = option_text(call->invocation, "share", "1");
    int64_t most = 20;
    plan_cell cell;
    struct plan_tornado made;
    if (slice_ends(share, S("%")))
        share = slice_part(share, 0, share.len - 1);
    if (!number_read(share, call->arena, &options.share) || number_sign(options.share) <= 0)
        return error_set(err, ERROR_USAGE, "--share wants a percentage above 0, such as 1");
    options.share = number_shift(call->arena, options.share, -2);
    if (!option_integer(call->invocation, "most", 1, 1000000, &most, err) ||
        !one_figure(call, option_text(call->invocation, "tornado", ""), &cell, err) ||
        !plan_tornado_make(call->evaluation, cell, &options, call->arena, &made, err))
        return false;
    if (call->invocation->json)
        plan_tornado_json(call->model, &made, &call->out);
    else {
        struct plan_grid grid = plan_tornado_grid(call->model, &made, (size_t)most, call->arena);
        put_grid(call, &grid);
    }
    if (!option_given(call->invocation, "svg"))
        return true;
    struct plan_picture picture;
    plan_picture_tornado(call->model, &made, (size_t)most, S("tornado"), call->arena, &picture);
    return write_picture(call, &picture, err);
}

static bool seek_bounds(struct plan_call *call, struct plan_goal *goal, struct error *err)
{
    int64_t places = plan_goal_places(call->model, &goal->change);
    const struct plan_unit *unit = &call->model->rows[goal->change.row].unit;
    bool factor = goal->change.kind == PLAN_CHANGE_TIMES, percent = unit->kind == PLAN_UNIT_PLAIN && unit->power == -2;
    if (option_given(call->invocation, "places")) {
        if (!option_integer(call->invocation, "places", 0, 30, &places, err))
            return false;
        places += percent && !factor ? 2 : 0; /* of the amount as it is shown */
    }
    goal->places = (int32_t)places;
    if (!option_given(call->invocation, "between"))
        return true;
    goal->bounded = true;
    struct slice low = option_text(call->invocation, "between", ""), high = option_second(call->invocation, "between");
    if (factor)
        return (number_read(low, call->arena, &goal->low) && number_read(high, call->arena, &goal->high)) ||
               error_set(err, ERROR_USAGE, "--between wants two factors");
    return plan_amount_read(call->model, goal->change.row, low, call->arena, &goal->low, err) &&
           plan_amount_read(call->model, goal->change.row, high, call->arena, &goal->high, err);
}

static bool seek(struct plan_call *call, struct error *err)
{
    struct plan_goal goal = {0};
    struct plan_answer answer;
    uint32_t row;
    struct plan_binding binding;
    bool asked = false;
    if (call->invocation->word_count != 3 ||
        !read_change(call, call->invocation->words[2], &goal.change, &asked, err) || !asked)
        return err->code != ERROR_NONE
                   ? false
                   : error_set(err, ERROR_USAGE, "say what is looked for, as in 'band-d@2025-26 = ?' or 'saving *= ?'");
    if (!one_figure(call, option_text(call->invocation, "seek", ""), &goal.output, err))
        return false;
    plan_cell_parts(call->model, goal.output, &row, &binding);
    if (!plan_amount_read(call->model, row, option_second(call->invocation, "seek"), call->arena, &goal.target, err) ||
        !seek_bounds(call, &goal, err) || !plan_seek(call->evaluation, &goal, call->arena, &answer, err))
        return false;
    if (call->invocation->json)
        plan_answer_json(call->model, &goal, &answer, &call->out);
    else
        buffer_format(&call->out, "%.*s.\n", PRINT(answer.sentence));
    call->invocation->exit_status = answer.found ? 0 : 1;
    return true;
}

static bool scenarios(struct plan_call *call, const struct figures *wanted, struct error *err)
{
    struct slice list = option_text(call->invocation, "scenarios", ""), word;
    uint32_t *overlays = arena_array(call->arena, uint32_t, call->model->overlay_count + list.len + 2);
    size_t count = 0;
    struct plan_comparison comparison;
    overlays[count++] = PLAN_NONE;
    if (slice_equal(list, S("all"))) {
        for (uint32_t i = 0; i < call->model->overlay_count; i++)
            overlays[count++] = i;
        list = NO_SLICE;
    }
    while (slice_cut(&list, ' ', &word)) {
        if (!word.len)
            continue;
        overlays[count] = plan_overlay_find(call->model, word);
        if (overlays[count++] == PLAN_NONE)
            return error_set(err, ERROR_NOT_FOUND, "the plan has no scenario or version %.*s", PRINT(word));
    }
    if (wanted->count == 0)
        return error_set(err, ERROR_USAGE, "say which figures are compared, as in --of 'gap net[ASC]'");
    if (count > 30)
        return error_set(err, ERROR_USAGE, "at most 29 scenarios are shown beside each other; name them");
    plan_compare(call->model, wanted->cells, wanted->count, overlays, count, call->arena, &comparison);
    if (call->invocation->json)
        plan_comparison_json(call->model, &comparison, &call->out);
    else {
        struct plan_grid grid = plan_comparison_grid(call->model, &comparison, call->arena);
        put_grid(call, &grid);
    }
    if (!option_given(call->invocation, "svg"))
        return true;
    struct plan_picture picture;
    plan_picture_scenarios(call->model, &comparison, 0, S("scenarios"), call->arena, &picture);
    return write_picture(call, &picture, err);
}

bool plan_call_what_if(struct plan_call *call, struct error *err)
{
    struct figures wanted = {0};
    if (!add_list(call, option_text(call->invocation, "of", ""), &wanted, err))
        return false;
    if (option_given(call->invocation, "tornado"))
        return tornado(call, err);
    if (option_given(call->invocation, "seek"))
        return seek(call, err);
    if (option_given(call->invocation, "scenarios"))
        return scenarios(call, &wanted, err);
    return call->invocation->word_count > 2 ? changes_given(call, &wanted, err) : declared(call, &wanted, err);
}

/* ---- Simulation ---- */

/* The checks that are named, or all that set a limit. */
static bool wanted_checks(struct plan_call *call, struct plan_draw_request *request, struct error *err)
{
    const struct plan_model *model = call->model;
    struct slice list = option_text(call->invocation, "checks", ""), word;
    uint32_t *checks = arena_array(call->arena, uint32_t, model->check_count + list.len + 1);
    request->checks = checks;
    for (uint32_t i = 0; !list.len && i < model->check_count; i++)
        if (model->checks[i].is_rule && model->checks[i].right != PLAN_NONE &&
            model->checks[i].compare != PLAN_OP_EQUAL && model->checks[i].compare != PLAN_OP_DIFFERENT)
            checks[request->check_count++] = i;
    while (slice_cut(&list, ' ', &word)) {
        uint32_t found = PLAN_NONE;
        for (uint32_t i = 0; i < model->check_count; i++)
            if (slice_equal(model->checks[i].name, word))
                found = i;
        if (word.len && found == PLAN_NONE)
            return error_set(err, ERROR_NOT_FOUND, "the plan has no check or rule %.*s", PRINT(word));
        if (word.len)
            checks[request->check_count++] = found;
    }
    return true;
}

static void put_simulation(struct plan_call *call, const struct plan_simulation *simulation)
{
    if (call->invocation->json) {
        plan_simulation_json(call->model, simulation, &call->out);
        return;
    }
    struct plan_grid spreads = plan_spreads_grid(call->model, simulation, call->arena),
                     likelihoods = plan_likelihoods_grid(call->model, simulation, call->arena);
    if (spreads.row_count)
        put_grid(call, &spreads);
    if (spreads.row_count && likelihoods.row_count)
        buffer_add_byte(&call->out, '\n');
    if (likelihoods.row_count)
        put_grid(call, &likelihoods);
}

bool plan_call_simulate(struct plan_call *call, struct error *err)
{
    struct figures wanted = {0};
    struct plan_draw_request request = {0};
    struct plan_draws *draws;
    struct plan_simulation simulation;
    int64_t count = 100000, seed = 1, threads = 0;
    for (size_t i = 2; i < call->invocation->word_count; i++)
        if (!add_figures(call, call->invocation->words[i], &wanted, err))
            return false;
    if (!option_integer(call->invocation, "draws", 1, INT64_MAX, &count, err) ||
        !option_integer(call->invocation, "seed", 0, INT64_MAX, &seed, err) ||
        !option_integer(call->invocation, "threads", 1, 64, &threads, err) || !wanted_checks(call, &request, err))
        return false;
    request.cells = wanted.cells;
    request.cell_count = wanted.count;
    if (request.cell_count + request.check_count == 0)
        return error_set(err, ERROR_USAGE,
                         "name the figures whose spread is wanted; the plan has no rule with a limit");
    if (!plan_draws_make(call->evaluation, &request, call->arena, &draws, err) ||
        !plan_simulate(draws, (uint64_t)count, (uint64_t)seed, (unsigned)threads, call->arena, &simulation, err))
        return false;
    put_simulation(call, &simulation);
    if (!option_given(call->invocation, "svg"))
        return true;
    struct plan_picture picture;
    if (wanted.count == 0)
        return error_set(err, ERROR_USAGE, "--svg draws the spread of the first figure named; name one");
    return plan_picture_fan(call->model, &simulation, wanted.cells[0], S("fan"), call->arena, &picture, err) &&
           write_picture(call, &picture, err);
}

/* ---- Export ---- */

static bool written(struct plan_call *call, struct slice path, struct slice bytes, struct error *err)
{
    if (!host_write_file(call->invocation->host, path, bytes, err))
        return false;
    buffer_format(&call->out, "%.*s: %zu bytes\n", PRINT(path), bytes.len);
    return true;
}

static bool export_csv(struct plan_call *call, struct slice folder, struct error *err)
{
    if (!host_make_folder(call->invocation->host, folder, err))
        return false;
    for (size_t i = 0; i < call->model->table_count; i++) {
        const struct plan_table *table = &call->model->tables[i];
        struct buffer out = buffer_make(call->arena);
        struct plan_sheet sheet;
        char name[64];
        size_t length = 0;
        for (size_t k = 0; k < table->name.len && length + 1 < sizeof name; k++) {
            unsigned char c = (unsigned char)table->name.at[k];
            bool plain = c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                         c == '-' || c == '_' || (c == '.' && length);
            name[length++] = plain ? (char)c : '_';
        }
        plan_table_make(call->evaluation, table, call->arena, &sheet);
        plan_export_csv(call->model, &sheet, &out);
        struct slice path = arena_format(call->arena, "%.*s/table_%.*s.csv", PRINT(folder), (int)length, name);
        if (!written(call, path, buffer_slice(&out), err))
            return false;
    }
    return true;
}

bool plan_call_export(struct plan_call *call, struct error *err)
{
    struct invocation *invocation = call->invocation;
    int64_t draws = 100000, seed = 1, threads = 0;
    if (!option_integer(invocation, "draws", 1, INT64_MAX, &draws, err) ||
        !option_integer(invocation, "seed", 0, INT64_MAX, &seed, err) ||
        !option_integer(invocation, "threads", 1, 64, &threads, err))
        return false;
    struct plan_export_options options = {.now = host_now(invocation->host),
                                          .pictures = true,
                                          .draws = (uint64_t)draws,
                                          .seed = (uint64_t)seed,
                                          .threads = (unsigned)threads};
    bool xlsx = option_given(invocation, "xlsx"), html = option_given(invocation, "html"),
         csv = option_given(invocation, "csv");
    if (!xlsx && !html && !csv)
        return error_set(err, ERROR_USAGE, "say what to write: --xlsx FILE, --html FILE or --csv FOLDER");
    struct slice bytes;
    if (xlsx && (!plan_export_xlsx(call->evaluation, &options, call->arena, &bytes, err) ||
                 !written(call, option_text(invocation, "xlsx", ""), bytes, err)))
        return false;
    if (html) {
        struct buffer page = buffer_make(call->arena);
        plan_export_html(call->evaluation, &options, call->arena, &page);
        if (!written(call, option_text(invocation, "html", ""), buffer_slice(&page), err))
            return false;
    }
    return !csv || export_csv(call, option_text(invocation, "csv", ""), err);
}
