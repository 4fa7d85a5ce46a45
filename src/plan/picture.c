/* From figures to strokes: each function gathers what its picture and the table beside it show, exact values as they
 * are printed and estimates marked as such; picture_strokes.c draws. */
#include "plan/picture_strokes.h"
#include "plan/unroll.h"

static const struct plan_unit *unit_of(const struct plan_model *model, plan_cell cell)
{
    uint32_t row;
    struct plan_binding binding;
    plan_cell_parts(model, cell, &row, &binding);
    return &model->rows[row].unit;
}

static struct slice with_sign(struct slice shown, struct number value, struct arena *arena)
{
    return number_sign(value) > 0 ? arena_format(arena, "+%.*s", PRINT(shown)) : shown;
}

static void finish(struct plan_picture *picture, struct buffer *svg)
{
    picture->svg = buffer_slice(svg);
    picture->grid.caption = picture->title;
}

/* The description of a picture that is a list of steps: label and figure, one after the other. */
static struct slice list_words(const struct stroke_step *steps, size_t count, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    for (size_t i = 0; i < count; i++)
        buffer_format(&out, "%s%.*s %.*s", i ? "; " : "", PRINT(steps[i].label), PRINT(steps[i].figure));
    buffer_add(&out, S("."));
    return buffer_slice(&out);
}

static void waterfall(struct plan_picture *picture, const struct stroke_step *steps, size_t count, struct slice heading,
                      struct arena *arena)
{
    struct slice columns[] = {S("line"), heading};
    struct buffer svg = buffer_make(arena);
    picture->grid = plan_grid_make(arena, picture->title, columns, countof(columns));
    for (size_t i = 0; i < count; i++) {
        plan_grid_add(&picture->grid, steps[i].label);
        plan_grid_add(&picture->grid, steps[i].figure);
    }
    picture->description = list_words(steps, count, arena);
    stroke_waterfall(&svg, picture, steps, count);
    finish(picture, &svg);
}

/* ---- Bridges ---- */

bool plan_picture_bridge(struct plan_evaluation *evaluation, uint32_t table, size_t column, struct slice id,
                         struct arena *arena, struct plan_picture *ret, struct error *err)
{
    const struct plan_table *t = &plan_evaluation_model(evaluation)->tables[table];
    struct plan_sheet sheet;
    plan_table_make(evaluation, t, arena, &sheet);
    struct stroke_step *steps = arena_array(arena, struct stroke_step, t->row_count);
    size_t count = 0;
    bool ended = false;
    for (size_t r = 0; r < t->row_count && !ended; r++) {
        const struct plan_figure *figure = plan_sheet_at(&sheet, r, column);
        enum plan_table_role role = t->rows[r].role;
        if ((role != PLAN_TABLE_LINE && role != PLAN_TABLE_TOTAL) || figure->state != PLAN_HAS_VALUE)
            continue;
        ended = role == PLAN_TABLE_TOTAL;
        steps[count++] = (struct stroke_step){
            .label = t->rows[r].label,
            .figure = ended ? figure->shown : with_sign(figure->shown, figure->rounded, arena),
            .value = number_real(figure->exact),
            .total = ended,
        };
    }
    if (!ended)
        return error_set(err, ERROR_NOT_FOUND, "table %.*s has no total in %.*s, so there is no bridge to it",
                         PRINT(t->name), PRINT(t->columns[column].label));
    *ret = (struct plan_picture){.id = id};
    ret->title = arena_format(arena, "How %.*s comes about, %.*s", PRINT(steps[count - 1].label),
                              PRINT(t->columns[column].label));
    waterfall(ret, steps, count, t->columns[column].label, arena);
    return true;
}

void plan_picture_moved(const struct plan_model *model, const struct plan_bridge *bridge, struct slice id,
                        struct arena *arena, struct plan_picture *ret)
{
    const struct plan_unit *unit = unit_of(model, bridge->cell);
    struct stroke_step *steps = arena_array(arena, struct stroke_step, bridge->step_count + 2);
    size_t count = 0;
    steps[count++] =
        (struct stroke_step){S("before"), plan_shown(unit, bridge->before, arena), number_real(bridge->before), true};
    for (size_t i = 0; i < bridge->step_count; i++) {
        struct number change = bridge->steps[i].change;
        if (number_sign(change) == 0)
            continue;
        steps[count++] =
            (struct stroke_step){bridge->steps[i].title, with_sign(plan_shown(unit, change, arena), change, arena),
                                 number_real(change), false};
    }
    steps[count++] =
        (struct stroke_step){S("after"), plan_shown(unit, bridge->after, arena), number_real(bridge->after), true};
    *ret = (struct plan_picture){.id = id};
    ret->title = arena_format(arena, "What moved %.*s", PRINT(plan_cell_title(model, bridge->cell, arena)));
    waterfall(ret, steps, count, S("figure"), arena);
}

void plan_picture_scenarios(const struct plan_model *model, const struct plan_comparison *comparison, size_t line,
                            struct slice id, struct arena *arena, struct plan_picture *ret)
{
    const struct plan_unit *unit = unit_of(model, comparison->lines[line]);
    struct stroke_step *steps = arena_array(arena, struct stroke_step, comparison->overlay_count);
    size_t count = 0;
    for (size_t o = 0; o < comparison->overlay_count; o++) {
        size_t at = line * comparison->overlay_count + o;
        uint32_t overlay = comparison->overlays[o];
        if (comparison->states[at] != PLAN_HAS_VALUE)
            continue;
        steps[count++] = (struct stroke_step){overlay == PLAN_NONE ? S("the plan") : model->overlays[overlay].title,
                                              plan_shown(unit, comparison->values[at], arena),
                                              number_real(comparison->values[at]), true};
    }
    *ret = (struct plan_picture){.id = id};
    ret->title = arena_format(arena, "%.*s by scenario", PRINT(plan_cell_title(model, comparison->lines[line], arena)));
    waterfall(ret, steps, count, S("figure"), arena);
}

/* ---- Tornado ---- */

void plan_picture_tornado(const struct plan_model *model, const struct plan_tornado *tornado, size_t most,
                          struct slice id, struct arena *arena, struct plan_picture *ret)
{
    const struct plan_unit *unit = unit_of(model, tornado->output);
    size_t count = most && most < tornado->count ? most : tornado->count;
    struct stroke_pair *pairs = arena_array(arena, struct stroke_pair, count);
    struct buffer words = buffer_make(arena), svg = buffer_make(arena);
    struct slice share = number_text(arena, number_plain(arena, number_shift(arena, tornado->share, 2)));
    for (size_t i = 0; i < count; i++) {
        const struct plan_tornado_bar *bar = &tornado->bars[i];
        pairs[i] = (struct stroke_pair){plan_tornado_label(model, tornado, bar, arena),
                                        with_sign(plan_shown(unit, bar->up, arena), bar->up, arena),
                                        number_real(bar->up), number_real(bar->down)};
        if (i < 3)
            buffer_format(&words, "%s%.*s %.*s", i ? "; " : "", PRINT(pairs[i].label), PRINT(pairs[i].figure));
    }
    *ret = (struct plan_picture){.id = id};
    ret->title = arena_format(arena, "What moves %.*s most: each given by %.*s%%",
                              PRINT(plan_cell_title(model, tornado->output, arena)), PRINT(share));
    ret->description = arena_format(arena, "The largest, moved up: %.*s.", PRINT(buffer_slice(&words)));
    ret->grid = plan_tornado_grid(model, tornado, most, arena);
    struct slice caption = ret->grid.caption;
    stroke_tornado(&svg, ret, pairs, count);
    finish(ret, &svg);
    ret->grid.caption = caption;
}

/* ---- Paths ---- */

/* "Net budget, Adult Social Services" of "Net budget, Adult Social Services, 2025-26". */
static struct slice without_year(const struct plan_model *model, plan_cell cell, struct arena *arena)
{
    struct slice title = plan_cell_title(model, cell, arena);
    uint32_t row;
    struct plan_binding binding;
    plan_cell_parts(model, cell, &row, &binding);
    struct slice year = arena_format(arena, ", %.*s", PRINT(model->years[binding.year]));
    return !model->rows[row].always && slice_ends(title, year) ? slice_part(title, 0, title.len - year.len) : title;
}

/* A side that is no more than another row's cell is shown by that row's title, a formula as it is written. */
static struct slice side_label(struct plan_evaluation *evaluation, uint32_t row, int32_t year, struct arena *arena)
{
    const struct plan_model *model = plan_evaluation_model(evaluation);
    const struct plan_row *r = &model->rows[row];
    if (!r->hidden || r->clause_count == 0)
        return r->title;
    const struct plan_term *term = plan_unroll(evaluation, plan_cell_at(model, row, NULL, year), arena);
    return term->kind == PLAN_TERM_CELL ? without_year(model, term->cell, arena) : model->clauses[r->clauses[0]].text;
}

struct path {
    double *values[2];
    struct slice *figures[2], *columns;
    size_t count;
    int32_t first; /* year with values */
};

static void gather_path(struct plan_evaluation *evaluation, const struct plan_check *check, struct arena *arena,
                        struct path *path)
{
    const struct plan_model *model = plan_evaluation_model(evaluation);
    const struct plan_row *row = &model->rows[check->left];
    const uint32_t sides[2] = {check->left, check->right};
    path->columns = arena_array(arena, struct slice, (size_t)row->years);
    for (int k = 0; k < 2; k++) {
        path->values[k] = arena_array(arena, double, (size_t)row->years);
        path->figures[k] = arena_array(arena, struct slice, (size_t)row->years);
    }
    for (int32_t year = check->region.from; year <= check->region.to && year < row->years; year++) {
        struct number values[2];
        bool has = true;
        for (int k = 0; k < 2 && has; k++)
            has = plan_value(evaluation, plan_cell_at(model, sides[k], NULL, year), &values[k]) == PLAN_HAS_VALUE;
        if (!has)
            continue;
        for (int k = 0; k < 2; k++) {
            path->values[k][path->count] = number_real(values[k]);
            path->figures[k][path->count] = plan_shown(&row->unit, values[k], arena);
        }
        path->first = path->count ? path->first : year;
        path->columns[path->count++] = row->always ? S("") : model->years[year];
    }
}

bool plan_picture_path(struct plan_evaluation *evaluation, uint32_t check, struct slice id, struct arena *arena,
                       struct plan_picture *ret, struct error *err)
{
    const struct plan_model *model = plan_evaluation_model(evaluation);
    const struct plan_check *c = &model->checks[check];
    struct path path = {0};
    if (c->right == PLAN_NONE || model->rows[c->left].set_count)
        return error_set(err, ERROR_INPUT, "the check %.*s does not compare two rows year by year", PRINT(c->name));
    gather_path(evaluation, c, arena, &path);
    if (path.count == 0)
        return error_set(err, ERROR_NOT_FOUND, "the check %.*s has no values to draw", PRINT(c->name));
    struct slice labels[2] = {side_label(evaluation, c->left, path.first, arena),
                              side_label(evaluation, c->right, path.first, arena)};
    struct slice columns[] = {S("year"), labels[0], labels[1]};
    *ret = (struct plan_picture){.id = id, .title = c->title.len ? c->title : c->name};
    ret->grid = plan_grid_make(arena, ret->title, columns, countof(columns));
    struct buffer words = buffer_make(arena), svg = buffer_make(arena);
    for (size_t i = 0; i < path.count; i++) {
        plan_grid_add(&ret->grid, path.columns[i]);
        plan_grid_add(&ret->grid, path.figures[0][i]);
        plan_grid_add(&ret->grid, path.figures[1][i]);
        buffer_format(&words, "%s%.*s: %.*s against %.*s", i ? "; " : "", PRINT(path.columns[i]),
                      PRINT(path.figures[0][i]), PRINT(path.figures[1][i]));
    }
    ret->description = arena_format(arena, "%.*s against %.*s. %.*s.", PRINT(labels[0]), PRINT(labels[1]),
                                    PRINT(buffer_slice(&words)));
    const struct stroke_line lines[] = {{labels[0], path.values[0], path.figures[0], false},
                                        {labels[1], path.values[1], path.figures[1], true}};
    stroke_lines(&svg, ret, path.columns, path.count, lines, 2, NULL, 0);
    finish(ret, &svg);
    return true;
}

/* ---- Fan ---- */

struct fan {
    const struct plan_spread **spreads;
    struct slice *columns, *figures;
    double *planned, *levels[PLAN_LEVELS];
    size_t count;
};

static void gather_fan(const struct plan_model *model, const struct plan_simulation *simulation, plan_cell cell,
                       struct arena *arena, struct fan *fan)
{
    uint32_t row, other;
    struct plan_binding binding, its;
    plan_cell_parts(model, cell, &row, &binding);
    size_t room = simulation->spread_count;
    fan->spreads = arena_array(arena, const struct plan_spread *, room);
    fan->columns = arena_array(arena, struct slice, room);
    fan->figures = arena_array(arena, struct slice, room);
    fan->planned = arena_array(arena, double, room);
    for (size_t k = 0; k < PLAN_LEVELS; k++)
        fan->levels[k] = arena_array(arena, double, room);
    for (size_t i = 0; i < room; i++) {
        const struct plan_spread *spread = &simulation->spreads[i];
        plan_cell_parts(model, spread->cell, &other, &its);
        if (other != row || memcmp(binding.slots, its.slots, sizeof *its.slots * model->rows[row].set_count) != 0)
            continue;
        size_t at = fan->count++;
        fan->spreads[at] = spread;
        fan->columns[at] = model->rows[row].always ? S("") : model->years[its.year];
        fan->figures[at] = plan_shown(&model->rows[row].unit, spread->planned, arena);
        fan->planned[at] = number_real(spread->planned);
        for (size_t k = 0; k < PLAN_LEVELS; k++)
            fan->levels[k][at] = spread->quantiles[k].value;
    }
}

bool plan_picture_fan(const struct plan_model *model, const struct plan_simulation *simulation, plan_cell cell,
                      struct slice id, struct arena *arena, struct plan_picture *ret, struct error *err)
{
    struct fan fan = {0};
    gather_fan(model, simulation, cell, arena, &fan);
    struct slice name = without_year(model, cell, arena);
    if (fan.count == 0)
        return error_set(err, ERROR_NOT_FOUND, "nothing was drawn of %.*s", PRINT(name));
    *ret = (struct plan_picture){.id = id};
    ret->title = arena_format(arena, "What may become of %.*s", PRINT(name));
    struct slice count = number_shown(arena, number_of((int64_t)simulation->draws, 0), 0, true);
    struct plan_simulation part = *simulation;
    part.spreads = arena_array(arena, struct plan_spread, fan.count);
    part.spread_count = fan.count;
    for (size_t i = 0; i < fan.count; i++)
        part.spreads[i] = *fan.spreads[i];
    ret->grid = plan_spreads_grid(model, &part, arena);
    struct slice caption = ret->grid.caption;
    size_t last = fan.count - 1;
    uint32_t row;
    struct plan_binding binding;
    plan_cell_parts(model, cell, &row, &binding);
    int places = model->rows[row].unit.places;
    ret->description = arena_format(
        arena,
        "Estimates from %.*s draws, seed %llu. In %.*s half of the draws lie below %.*f, nine in ten between %.*f and "
        "%.*f; the plan says %.*s.",
        PRINT(count), (unsigned long long)simulation->seed, PRINT(fan.columns[last]), places, fan.levels[4][last],
        places, fan.levels[0][last], places, fan.levels[8][last], PRINT(fan.figures[last]));
    const struct stroke_line lines[] = {{S("as planned, exact"), fan.planned, fan.figures, false},
                                        {S("half of the draws below (estimate)"), fan.levels[4], NULL, true}};
    const struct stroke_band bands[] = {{S("9 in 10 draws"), fan.levels[0], fan.levels[8]},
                                        {S("8 in 10 draws"), fan.levels[1], fan.levels[7]},
                                        {S("5 in 10 draws"), fan.levels[3], fan.levels[5]}};
    struct buffer svg = buffer_make(arena);
    stroke_lines(&svg, ret, fan.columns, fan.count, lines, 2, bands, 3);
    finish(ret, &svg);
    ret->grid.caption = caption;
    return true;
}

/* ---- RAG ---- */

static const struct slice rag_names[STROKE_PARTS_MAX] = {S_INIT("green"), S_INIT("amber"), S_INIT("red"),
                                                         S_INIT("blue: delivered"), S_INIT("no status")};

static size_t rag_of(const struct plan_entry *entry)
{
    struct slice rag = plan_entry_get(entry, S("rag"));
    static const struct slice words[] = {S_INIT("green"), S_INIT("amber"), S_INIT("red"), S_INIT("blue")};
    for (size_t i = 0; i < countof(words); i++)
        if (slice_equal(rag, words[i]))
            return i;
    return countof(words);
}

static bool counts_for_nothing(const struct plan_entry *entry)
{
    struct slice state = plan_entry_get(entry, S("state"));
    return slice_equal(state, S("withdrawn")) || slice_equal(state, S("failed"));
}

struct rag {
    struct number (*sums)[STROKE_PARTS_MAX];
    struct slice *labels;
    size_t count;
    struct plan_unit unit;
    bool any;
};

static void add_entry(const struct plan_model *model, const struct plan_entry *entry, uint32_t set, struct arena *arena,
                      struct rag *rag)
{
    if (!rag->any)
        rag->unit = entry->unit;
    rag->any = true;
    for (size_t v = 0; v < entry->value_count; v++) {
        const struct plan_entry_value *value = &entry->values[v];
        size_t at = set == PLAN_NONE ? (size_t)value->year : rag->count - 1; /* the last: no member of this set */
        for (size_t k = 0; set != PLAN_NONE && k < value->member_count; k++)
            if (plan_member_find(model, model->sets[set].base, value->members[k].text) != PLAN_NONE)
                at = plan_member_find(model, model->sets[set].base, value->members[k].text);
        struct number amount = number_shift(arena, value->value, entry->unit.power - rag->unit.power);
        struct number *sum = &rag->sums[at][rag_of(entry)];
        *sum = number_add(arena, *sum, amount);
    }
}

static void gather_rag(const struct plan_model *model, enum plan_register kind, uint32_t set, struct arena *arena,
                       struct rag *rag)
{
    const struct plan_set *members = set == PLAN_NONE ? NULL : &model->sets[model->sets[set].base];
    rag->count = members ? members->count + 1 : (size_t)model->year_count;
    rag->sums = arena_alloc(arena, sizeof *rag->sums, rag->count, _Alignof(struct number));
    rag->labels = arena_array(arena, struct slice, rag->count);
    for (size_t i = 0; i < rag->count; i++)
        rag->labels[i] = !members             ? model->years[i]
                         : i < members->count ? members->members[i].title
                                              : S("not assigned");
    for (size_t e = 0; e < model->entry_count; e++)
        if (model->entries[e].kind == kind && !counts_for_nothing(&model->entries[e]))
            add_entry(model, &model->entries[e], set, arena, rag);
}

/* Savings are written as what they take from the costs; what is drawn is what they save. */
static int sign_of(const struct rag *rag, struct arena *arena)
{
    struct number sum = NUMBER_ZERO;
    for (size_t i = 0; i < rag->count; i++)
        for (size_t p = 0; p < STROKE_PARTS_MAX; p++)
            sum = number_add(arena, sum, rag->sums[i][p]);
    return number_sign(sum) < 0 ? -1 : 1;
}

static void rag_rows(struct rag *rag, struct arena *arena, struct stroke_stack *stacks, size_t *ret_count,
                     struct plan_picture *picture, struct buffer *words)
{
    struct number sign = number_of(sign_of(rag, arena), 0);
    *ret_count = 0;
    for (size_t i = 0; i < rag->count; i++) {
        struct stroke_stack *stack = &stacks[*ret_count];
        struct number sum = NUMBER_ZERO;
        bool any = false;
        *stack = (struct stroke_stack){.label = rag->labels[i]};
        for (size_t p = 0; p < STROKE_PARTS_MAX; p++) {
            struct number part = number_multiply(arena, rag->sums[i][p], sign);
            any = any || number_sign(part);
            sum = number_add(arena, sum, part);
            stack->parts[p] = number_real(part);
        }
        if (!any)
            continue;
        stack->figure = plan_shown(&rag->unit, sum, arena);
        plan_grid_add(&picture->grid, stack->label);
        for (size_t p = 0; p < STROKE_PARTS_MAX; p++)
            plan_grid_add(&picture->grid, plan_shown(&rag->unit, number_multiply(arena, rag->sums[i][p], sign), arena));
        plan_grid_add(&picture->grid, stack->figure);
        buffer_format(words, "%s%.*s %.*s", *ret_count ? "; " : "", PRINT(stack->label), PRINT(stack->figure));
        (*ret_count)++;
    }
}

bool plan_picture_rag(const struct plan_model *model, enum plan_register kind, uint32_t set, struct slice id,
                      struct arena *arena, struct plan_picture *ret, struct error *err)
{
    struct rag rag = {0};
    gather_rag(model, kind, set, arena, &rag);
    if (!rag.any)
        return error_set(err, ERROR_NOT_FOUND, "the plan has no %s to draw", plan_register_words[kind]);
    struct slice by = set == PLAN_NONE ? S("year") : model->sets[set].title;
    struct slice columns[STROKE_PARTS_MAX + 2] = {by};
    for (size_t p = 0; p < STROKE_PARTS_MAX; p++)
        columns[p + 1] = rag_names[p];
    columns[STROKE_PARTS_MAX + 1] = S("total");
    *ret = (struct plan_picture){.id = id};
    struct slice word = slice_of(plan_register_words[kind]);
    ret->title = arena_format(arena, "%c%.*s by status and %.*s, %.*s", word.at[0] - 'a' + 'A',
                              PRINT(slice_part(word, 1, word.len)), PRINT(by), PRINT(rag.unit.name));
    ret->grid = plan_grid_make(arena, ret->title, columns, countof(columns));
    struct stroke_stack *stacks = arena_array(arena, struct stroke_stack, rag.count);
    struct buffer words = buffer_make(arena), svg = buffer_make(arena);
    size_t count;
    rag_rows(&rag, arena, stacks, &count, ret, &words);
    ret->description =
        arena_format(arena, "Bars of green, amber, red and delivered parts. %.*s.", PRINT(buffer_slice(&words)));
    size_t parts = STROKE_PARTS_MAX - 1; /* "no status" is in the key only where there is such a part */
    for (size_t i = 0; i < count; i++)
        parts += parts < STROKE_PARTS_MAX && stacks[i].parts[STROKE_PARTS_MAX - 1] != 0;
    stroke_stacks(&svg, ret, stacks, count, rag_names, parts);
    finish(ret, &svg);
    return true;
}
