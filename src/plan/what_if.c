/* A question is put by plan_set, read, and taken back by plan_unset: only the cells that depend on what was moved are
 * computed again. */
#include "plan/what_if_inside.h"

#include <stdlib.h>

/* ---- Reading a change ---- */

static bool whole_set(const struct plan_model *model, uint32_t row, size_t position, struct plan_region *region)
{
    const struct plan_set *set = &model->sets[model->rows[row].sets[position]];
    region->members[position] = set->list;
    region->holds[position] = set->holds;
    region->counts[position] = set->count;
    return true;
}

/* One word in brackets: a member of one of the row's sets, or a part of one. */
static bool choose(const struct plan_model *model, uint32_t row, struct slice word, bool *taken, struct arena *arena,
                   struct plan_region *region)
{
    const struct plan_row *r = &model->rows[row];
    for (size_t i = 0; i < r->set_count; i++) {
        const struct plan_set *base = &model->sets[r->sets[i]];
        if (taken[i])
            continue;
        uint32_t set = plan_set_find(model, word), member = plan_member_find(model, r->sets[i], word);
        if (set != PLAN_NONE && model->sets[set].base == r->sets[i]) {
            region->members[i] = model->sets[set].list;
            region->holds[i] = model->sets[set].holds;
            region->counts[i] = model->sets[set].count;
        } else if (member != PLAN_NONE) {
            uint32_t *list = arena_array(arena, uint32_t, 1);
            bool *holds = arena_array(arena, bool, base->count);
            *list = member;
            holds[member] = true;
            region->members[i] = list;
            region->holds[i] = holds;
            region->counts[i] = 1;
        } else {
            continue;
        }
        taken[i] = true;
        return true;
    }
    return false;
}

static bool read_year(const struct plan_model *model, struct slice word, int32_t *ret, struct error *err)
{
    int32_t year = plan_year_find(model, word);
    if (year < 0)
        return error_set(err, ERROR_NOT_FOUND, "%.*s is not a year of the plan; it has %.*s to %.*s", PRINT(word),
                         PRINT(model->years[0]), PRINT(model->years[model->year_count - 1]));
    *ret = year;
    return true;
}

/* "@2025-26", "in 2025-26", "from 2025-26", "from 2025-26 to 2026-27", "to 2026-27", or nothing. */
static bool read_years(const struct plan_model *model, struct slice rest, struct plan_region *region, struct error *err)
{
    rest = slice_trim(rest);
    if (slice_starts(rest, S("@"))) {
        if (!read_year(model, slice_trim(slice_part(rest, 1, rest.len)), &region->from, err))
            return false;
        region->to = region->from;
        return true;
    }
    struct slice key, word;
    while (slice_cut(&rest, ' ', &key)) {
        if (key.len == 0)
            continue;
        rest = slice_trim(rest);
        if (!slice_cut(&rest, ' ', &word) ||
            !(slice_equal(key, S("in")) || slice_equal(key, S("from")) || slice_equal(key, S("to"))))
            return error_set(err, ERROR_USAGE,
                             "behind a row's name stands @YEAR, `from YEAR` or `from YEAR to YEAR`, not \"%.*s\"",
                             PRINT(key));
        if (!read_year(model, word, slice_equal(key, S("to")) ? &region->to : &region->from, err))
            return false;
        if (slice_equal(key, S("in")))
            region->to = region->from;
    }
    return region->from <= region->to || error_set(err, ERROR_USAGE, "the years run backwards: %.*s to %.*s",
                                                   PRINT(model->years[region->from]), PRINT(model->years[region->to]));
}

static size_t name_length(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] == '[' || text.at[i] == '@' || text.at[i] == ' ')
            return i;
    return text.len;
}

bool plan_change_read(const struct plan_model *model, struct slice text, struct arena *arena, struct plan_change *ret,
                      struct error *err)
{
    text = slice_trim(text);
    struct slice name = slice_part(text, 0, name_length(text)), rest = slice_part(text, name.len, text.len);
    struct plan_change change = {.row = plan_row_find(model, name)};
    if (change.row == PLAN_NONE) {
        plan_cell cell;
        return plan_cell_read(model, name, &cell, err) &&
               error_set(err, ERROR_NOT_FOUND, "the plan has no row %.*s", PRINT(name));
    }
    const struct plan_row *row = &model->rows[change.row];
    for (size_t i = 0; i < row->set_count; i++)
        (void)whole_set(model, change.row, i, &change.region);
    change.region.to = row->years - 1;
    if (slice_starts(rest, S("["))) {
        bool taken[PLAN_SETS_MAX] = {false};
        size_t end = slice_find(rest, ']');
        struct slice words = slice_part(rest, 1, end), word;
        if (end == rest.len)
            return error_set(err, ERROR_USAGE, "the bracket behind %.*s is not closed", PRINT(name));
        rest = slice_part(rest, end + 1, rest.len);
        while (slice_cut(&words, ',', &word))
            if (!choose(model, change.row, slice_trim(word), taken, arena, &change.region))
                return error_set(err, ERROR_NOT_FOUND, "%.*s has no %.*s among the members of its sets", PRINT(name),
                                 PRINT(slice_trim(word)));
    }
    if (!row->always && !read_years(model, rest, &change.region, err))
        return false;
    *ret = change;
    return true;
}

bool plan_amount_read(const struct plan_model *model, uint32_t row, struct slice text, struct arena *arena,
                      struct number *ret, struct error *err)
{
    const struct plan_unit *unit = &model->rows[row].unit;
    struct slice digits = slice_trim(text);
    bool percent = slice_ends(digits, S("%"));
    if (percent)
        digits = slice_part(digits, 0, digits.len - 1);
    struct number value;
    if (!number_read(digits, arena, &value))
        return error_set(err, ERROR_USAGE, "%.*s is no amount; write digits with a point, such as 1.99", PRINT(text));
    bool hundredths = percent || (unit->kind == PLAN_UNIT_PLAIN && unit->power == -2);
    *ret = hundredths ? number_shift(arena, value, -2) : value;
    return true;
}

struct plan_change plan_change_of(const struct plan_vary *vary)
{
    return (struct plan_change){.row = vary->row, .region = vary->region, .kind = PLAN_CHANGE_BY, .amount = vary->by};
}

struct slice plan_amount_shown(const struct plan_model *model, const struct plan_change *change, struct number amount,
                               struct arena *arena)
{
    const struct plan_unit *unit = &model->rows[change->row].unit;
    if (change->kind == PLAN_CHANGE_TIMES)
        return arena_format(arena, "× %.*s", PRINT(number_text(arena, amount)));
    struct slice exact = plan_exact(unit, amount, arena), shown = plan_shown(unit, amount, arena);
    return exact.len > shown.len ? exact : shown;
}

/* Which of the row's cells the region means, in words: "Economic, 2025-26 to 2028-29". */
static void region_words(const struct plan_model *model, const struct plan_change *change, struct buffer *out)
{
    const struct plan_row *row = &model->rows[change->row];
    for (size_t i = 0; i < row->set_count; i++) {
        const struct plan_set *set = &model->sets[row->sets[i]];
        if (change->region.counts[i] == set->count)
            continue;
        for (size_t k = 0; k < change->region.counts[i]; k++)
            buffer_format(out, "%s%.*s", k ? " and " : ", ", PRINT(set->members[change->region.members[i][k]].title));
    }
    if (row->always || (change->region.from == 0 && change->region.to == row->years - 1))
        return;
    buffer_format(out, ", %.*s", PRINT(model->years[change->region.from]));
    if (change->region.to > change->region.from)
        buffer_format(out, " to %.*s", PRINT(model->years[change->region.to]));
}

struct slice plan_change_title(const struct plan_model *model, const struct plan_change *change, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    buffer_add(&out, model->rows[change->row].title);
    region_words(model, change, &out);
    struct slice amount = plan_amount_shown(model, change, change->amount, arena);
    buffer_format(&out, " %s%.*s",
                  change->kind == PLAN_CHANGE_BY   ? "by "
                  : change->kind == PLAN_CHANGE_TO ? "to "
                                                   : "",
                  PRINT(amount));
    return buffer_slice(&out);
}

/* ---- Making a change and taking it back ---- */

bool lever_take(struct plan_evaluation *evaluation, const struct plan_change *change, struct arena *arena,
                struct lever *ret, struct error *err)
{
    const struct plan_model *model = plan_evaluation_model(evaluation);
    const struct plan_row *row = &model->rows[change->row];
    size_t all = row->tuples * (size_t)row->years;
    *ret =
        (struct lever){.cells = arena_array(arena, plan_cell, all), .values = arena_array(arena, struct number, all)};
    for (plan_cell cell = row->first; cell < row->first + all; cell++) {
        struct plan_binding binding;
        uint32_t number;
        struct number value = NUMBER_ZERO;
        plan_cell_parts(model, cell, &number, &binding);
        if (!plan_region_holds(model, change->row, &change->region, &binding))
            continue;
        if (plan_value(evaluation, cell, &value) != PLAN_HAS_VALUE && change->kind != PLAN_CHANGE_TO)
            continue;
        ret->values[ret->count] = number_keep(arena, value);
        ret->cells[ret->count++] = cell;
    }
    if (ret->count)
        return true;
    struct buffer words = buffer_make(arena);
    buffer_add(&words, row->title);
    region_words(model, change, &words);
    return error_set(err, ERROR_NOT_FOUND, "%.*s has no value that could be moved", PRINT(buffer_slice(&words)));
}

void lever_move(struct plan_evaluation *evaluation, const struct lever *lever, enum plan_change_kind kind,
                struct number amount, struct arena *arena)
{
    for (size_t i = 0; i < lever->count; i++) {
        struct number value = amount;
        if (kind == PLAN_CHANGE_BY)
            value = number_add(arena, lever->values[i], amount);
        else if (kind == PLAN_CHANGE_TIMES)
            value = number_multiply(arena, lever->values[i], amount);
        plan_set(evaluation, lever->cells[i], value);
    }
}

void lever_put_back(struct plan_evaluation *evaluation, const struct lever *lever)
{
    for (size_t i = 0; i < lever->count; i++)
        plan_unset(evaluation, lever->cells[i]);
}

/* ---- What moves ---- */

static int by_number(const void *a, const void *b)
{
    plan_cell x = *(const plan_cell *)a, y = *(const plan_cell *)b;
    return (x > y) - (x < y);
}

/* The changed cells and all that may move with them, each once, in order. */
static size_t moved_cells(struct plan_evaluation *evaluation, const struct lever *changed, size_t count,
                          struct arena *arena, plan_cell **ret)
{
    size_t all = 0, capacity = 0, kept = 0;
    plan_cell *cells = NULL;
    for (size_t c = 0; c < count; c++)
        for (size_t i = 0; i < changed[c].count; i++) {
            plan_cell *readers;
            size_t reader_count = plan_used_by(evaluation, changed[c].cells[i], true, arena, &readers);
            for (size_t k = 0; k <= reader_count; k++) {
                ARENA_GROW(arena, cells, all, capacity);
                cells[all++] = k ? readers[k - 1] : changed[c].cells[i];
            }
        }
    array_sort(cells, all, sizeof *cells, by_number);
    for (size_t i = 0; i < all; i++)
        if (kept == 0 || cells[kept - 1] != cells[i])
            cells[kept++] = cells[i];
    *ret = cells;
    return kept;
}

static bool is_hidden(const struct plan_model *model, plan_cell cell)
{
    uint32_t row;
    struct plan_binding binding;
    plan_cell_parts(model, cell, &row, &binding);
    return model->rows[row].hidden;
}

bool plan_what_if(struct plan_evaluation *evaluation, const struct plan_change *changes, size_t count,
                  struct arena *arena, struct plan_effects *ret, struct error *err)
{
    const struct plan_model *model = plan_evaluation_model(evaluation);
    struct lever *changed = arena_array(arena, struct lever, count);
    for (size_t c = 0; c < count; c++)
        if (!lever_take(evaluation, &changes[c], arena, &changed[c], err))
            return false;
    plan_cell *cells;
    size_t moved = moved_cells(evaluation, changed, count, arena, &cells);
    struct plan_effects effects = {.effects = arena_array(arena, struct plan_effect, moved)};
    enum plan_state *states = arena_array(arena, enum plan_state, moved);
    struct number *before = arena_array(arena, struct number, moved);
    for (size_t i = 0; i < moved; i++) {
        struct number value = NUMBER_ZERO;
        states[i] = plan_value(evaluation, cells[i], &value);
        before[i] = number_keep(arena, value);
    }
    for (size_t c = 0; c < count; c++)
        lever_move(evaluation, &changed[c], changes[c].kind, changes[c].amount, arena);
    for (size_t i = 0; i < moved; i++) {
        struct number after = NUMBER_ZERO;
        bool has = plan_value(evaluation, cells[i], &after) == PLAN_HAS_VALUE, had = states[i] == PLAN_HAS_VALUE;
        effects.failed += had && !has;
        if (!has || is_hidden(model, cells[i]) || (had && number_equal(before[i], after)))
            continue;
        effects.effects[effects.count++] = (struct plan_effect){.cell = cells[i],
                                                                .before = before[i],
                                                                .after = number_keep(arena, after),
                                                                .difference = number_subtract(arena, after, before[i])};
    }
    for (size_t c = 0; c < count; c++)
        lever_put_back(evaluation, &changed[c]);
    *ret = effects;
    return true;
}

/* ---- Scenarios ---- */

void plan_compare(const struct plan_model *model, const plan_cell *lines, size_t line_count, const uint32_t *overlays,
                  size_t overlay_count, struct arena *arena, struct plan_comparison *ret)
{
    *ret = (struct plan_comparison){
        .lines = lines, .line_count = line_count, .overlays = overlays, .overlay_count = overlay_count};
    ret->states = arena_array(arena, enum plan_state, line_count * overlay_count);
    ret->values = arena_array(arena, struct number, line_count * overlay_count);
    for (size_t o = 0; o < overlay_count; o++) {
        struct arena *scratch = arena_make(0);
        struct plan_evaluation *evaluation = plan_evaluate(model, overlays[o], scratch);
        for (size_t i = 0; i < line_count; i++) {
            struct number value = NUMBER_ZERO;
            ret->states[i * overlay_count + o] = plan_value(evaluation, lines[i], &value);
            ret->values[i * overlay_count + o] = number_keep(arena, value);
        }
        arena_free(scratch);
    }
}

bool plan_compared(const struct plan_comparison *comparison, size_t line, size_t overlay, struct arena *arena,
                   struct number *ret)
{
    size_t first = line * comparison->overlay_count, at = first + overlay;
    if (comparison->states[first] != PLAN_HAS_VALUE || comparison->states[at] != PLAN_HAS_VALUE)
        return false;
    *ret = number_subtract(arena, comparison->values[at], comparison->values[first]);
    return true;
}
