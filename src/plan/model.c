/* Finding and naming: rows, members, cells. */
#include "plan/model.h"

#include "plan/names.h"

#include <stdlib.h>

const char *const plan_register_words[] = {"bids", "savings", "virements", "capital", "reserves", NULL};

uint32_t plan_row_find(const struct plan_model *model, struct slice name)
{
    return plan_names_find(model->names, NAME_ROW, 0, name);
}

uint32_t plan_set_find(const struct plan_model *model, struct slice name)
{
    return plan_names_find(model->names, NAME_SET, 0, name);
}

uint32_t plan_table_find(const struct plan_model *model, struct slice name)
{
    return plan_names_find(model->names, NAME_TABLE, 0, name);
}

uint32_t plan_overlay_find(const struct plan_model *model, struct slice name)
{
    return plan_names_find(model->names, NAME_OVERLAY, 0, name);
}

uint32_t plan_member_find(const struct plan_model *model, uint32_t set, struct slice name)
{
    uint32_t member = plan_names_find(model->names, NAME_MEMBER, set, name);
    return member != NAME_UNKNOWN ? member : plan_names_find(model->names, NAME_MEMBER_TITLE, set, name);
}

int32_t plan_year_find(const struct plan_model *model, struct slice label)
{
    uint32_t year = plan_names_find(model->names, NAME_YEAR, 0, label);
    return year == NAME_UNKNOWN ? -1 : (int32_t)year;
}

const struct plan_given *plan_given_find(const struct plan_model *model, plan_cell cell)
{
    size_t low = 0, high = model->given_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (model->givens[middle].cell < cell)
            low = middle + 1;
        else
            high = middle;
    }
    return low < model->given_count && model->givens[low].cell == cell ? &model->givens[low] : NULL;
}

plan_cell plan_cell_at(const struct plan_model *model, uint32_t row, const uint32_t *members, int32_t year)
{
    const struct plan_row *r = &model->rows[row];
    size_t tuple = 0;
    for (size_t i = 0; i < r->set_count; i++)
        tuple = tuple * model->sets[r->sets[i]].count + members[i];
    return (plan_cell)(r->first + (r->always ? 0 : (size_t)year) * r->tuples + tuple);
}

/* Rows are numbered in the order of their cells. While the model is made, its list of first cells is not there yet. */
static uint32_t row_of(const struct plan_model *model, plan_cell cell)
{
    uint32_t low = 0, high = (uint32_t)model->row_count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if ((model->first_cells ? model->first_cells[middle] : model->rows[middle].first) <= cell)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* In 32 bits, and no division where one member or none is to be told: this runs for each cell that is computed again.
 */
void plan_cell_parts(const struct plan_model *model, plan_cell cell, uint32_t *ret_row, struct plan_binding *ret)
{
    uint32_t number = row_of(model, cell);
    const struct plan_row *row = &model->rows[number];
    uint32_t place = cell - row->first, tuples = (uint32_t)row->tuples, year = place;
    *ret_row = number;
    *ret = (struct plan_binding){.year = 0};
    if (tuples > 1) {
        year = place / tuples;
        uint32_t tuple = place - year * tuples;
        size_t i = row->set_count;
        while (i-- > 1) {
            uint32_t count = (uint32_t)model->sets[row->sets[i]].count;
            ret->slots[i] = tuple % count;
            tuple /= count;
        }
        ret->slots[0] = tuple;
    }
    ret->year = (int32_t)year;
}

struct slice plan_cell_name(const struct plan_model *model, plan_cell cell, struct arena *arena)
{
    uint32_t number;
    struct plan_binding binding;
    plan_cell_parts(model, cell, &number, &binding);
    const struct plan_row *row = &model->rows[number];
    struct buffer out = buffer_make(arena);
    buffer_add(&out, slice_trim(row->name));
    for (size_t i = 0; i < row->set_count; i++) {
        buffer_add(&out, i ? S(",") : S("["));
        buffer_add(&out, model->sets[row->sets[i]].members[binding.slots[i]].name);
    }
    if (row->set_count)
        buffer_add_byte(&out, ']');
    if (!row->always) {
        buffer_add_byte(&out, '@');
        buffer_add(&out, model->years[binding.year]);
    }
    return buffer_slice(&out);
}

struct slice plan_cell_title(const struct plan_model *model, plan_cell cell, struct arena *arena)
{
    uint32_t number;
    struct plan_binding binding;
    plan_cell_parts(model, cell, &number, &binding);
    const struct plan_row *row = &model->rows[number];
    struct buffer out = buffer_make(arena);
    buffer_add(&out, slice_trim(row->title));
    for (size_t i = 0; i < row->set_count; i++) {
        buffer_add(&out, S(", "));
        buffer_add(&out, model->sets[row->sets[i]].members[binding.slots[i]].title);
    }
    if (!row->always) {
        buffer_add(&out, S(", "));
        buffer_add(&out, model->years[binding.year]);
    }
    return buffer_slice(&out);
}

static bool read_members(const struct plan_model *model, const struct plan_row *row, struct slice text,
                         uint32_t *members, struct error *err)
{
    bool taken[PLAN_SETS_MAX] = {false};
    struct slice word;
    while (text.len && slice_cut(&text, ',', &word)) {
        word = slice_trim(word);
        size_t i = 0;
        for (; i < row->set_count; i++) {
            uint32_t member = taken[i] ? PLAN_NONE : plan_member_find(model, row->sets[i], word);
            if (member == PLAN_NONE)
                continue;
            members[i] = member;
            taken[i] = true;
            break;
        }
        if (i < row->set_count)
            continue;
        struct slice near = NO_SLICE;
        for (size_t k = 0; k < row->set_count && !near.len; k++)
            if (!taken[k])
                near = plan_names_nearest(model->names, NAME_MEMBER, row->sets[k], word);
        return error_set(err, ERROR_NOT_FOUND, "%.*s has no %.*s%s%.*s%s", PRINT(row->name), PRINT(word),
                         near.len ? "; did you mean " : "; name one of its members", PRINT(near), near.len ? "?" : "");
    }
    for (size_t i = 0; i < row->set_count; i++)
        if (!taken[i])
            return error_set(err, ERROR_NOT_FOUND, "%.*s has a figure for each %.*s; name one, as in %.*s[%.*s]",
                             PRINT(row->name), PRINT(model->sets[row->sets[i]].name), PRINT(row->name),
                             PRINT(model->sets[row->sets[i]].members[0].name));
    return true;
}

bool plan_cell_read(const struct plan_model *model, struct slice name, plan_cell *ret, struct error *err)
{
    name = slice_trim(name);
    size_t at = slice_find(name, '@'), open = slice_find(slice_part(name, 0, at), '[');
    struct slice label = at < name.len ? slice_trim(slice_part(name, at + 1, name.len)) : NO_SLICE,
                 row_name = slice_trim(slice_part(name, 0, open)), inside = slice_trim(slice_part(name, open, at));
    uint32_t number = plan_row_find(model, row_name), members[PLAN_SETS_MAX] = {0};
    if (number == PLAN_NONE) {
        struct slice near = plan_names_nearest(model->names, NAME_ROW, 0, row_name);
        return error_set(err, ERROR_NOT_FOUND, "the plan has no row %.*s%s%.*s%s", PRINT(row_name),
                         near.len ? "; did you mean " : "; `staithe plan show` lists them", PRINT(near),
                         near.len ? "?" : "");
    }
    const struct plan_row *row = &model->rows[number];
    if (inside.len && inside.at[inside.len - 1] != ']')
        return error_set(err, ERROR_NOT_FOUND, "a figure is written %.*s[member]@year, with both brackets",
                         PRINT(row->name));
    if (inside.len)
        inside = slice_part(inside, 1, inside.len - 1);
    if (!read_members(model, row, inside, members, err))
        return false;
    int32_t year = 0;
    if (!row->always) {
        year = plan_year_find(model, label);
        if (year < 0)
            return error_set(err, ERROR_NOT_FOUND, "%s%.*s is no year of the plan; write one from @%.*s to @%.*s",
                             label.len ? "" : "no year stands behind ", PRINT(label.len ? label : row->name),
                             PRINT(model->years[0]), PRINT(model->years[model->year_count - 1]));
    }
    *ret = plan_cell_at(model, number, members, year);
    return true;
}

bool plan_region_holds(const struct plan_model *model, uint32_t row, const struct plan_region *region,
                       const struct plan_binding *binding)
{
    if (binding->year < region->from || binding->year > region->to)
        return false;
    for (size_t i = 0; i < model->rows[row].set_count; i++)
        if (!region->holds[i][binding->slots[i]])
            return false;
    return true;
}

const struct plan_clause *plan_clause_of(const struct plan_model *model, uint32_t row,
                                         const struct plan_binding *binding)
{
    for (size_t i = 0; i < model->rows[row].clause_count; i++) {
        const struct plan_clause *clause = &model->clauses[model->rows[row].clauses[i]];
        if (plan_region_holds(model, row, &clause->region, binding))
            return clause;
    }
    return NULL;
}

struct slice plan_entry_get(const struct plan_entry *entry, struct slice key)
{
    for (size_t i = 0; i < entry->attribute_count; i++)
        if (slice_equal(entry->attributes[i].key.text, key))
            return entry->attributes[i].value.text;
    return NO_SLICE;
}

struct slice plan_shown(const struct plan_unit *unit, struct number value, struct arena *arena)
{
    if (unit->kind == PLAN_UNIT_TRUTH)
        return number_sign(value) ? S("yes") : S("no");
    bool percent = unit->kind == PLAN_UNIT_PLAIN && unit->power == -2;
    struct number rounded = value;
    must(number_round(arena, value, unit->step, &rounded));
    if (percent)
        rounded = number_shift(arena, rounded, 2);
    struct slice shown = number_shown(arena, rounded, unit->places, true);
    return percent ? arena_format(arena, "%.*s%%", PRINT(shown)) : shown;
}

struct slice plan_exact(const struct plan_unit *unit, struct number value, struct arena *arena)
{
    if (unit->kind == PLAN_UNIT_TRUTH)
        return number_sign(value) ? S("yes") : S("no");
    if (unit->kind == PLAN_UNIT_PLAIN && unit->power == -2)
        return arena_format(arena, "%.*s%%", PRINT(number_text(arena, number_shift(arena, value, 2))));
    return number_text(arena, value);
}
