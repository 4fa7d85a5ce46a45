/* Names of rows: which member of each set, which year, and the arithmetic of the cell. */
#include "plan/compile.h"

bool compile_slot_for(const struct compiler *c, uint32_t base, size_t *ret)
{
    for (size_t i = c->slot_count; i-- > 0;)
        if (c->slots[i].base == base) {
            *ret = i;
            return true;
        }
    return false;
}

/* Which of the row's sets a word of an index chooses. */
static bool indexed(struct compiler *c, const struct plan_row *row, const struct plan_word *word, bool *taken,
                    struct plan_reference *r, struct error *err)
{
    for (size_t i = 0; i < row->set_count; i++) {
        struct choice choice;
        if (taken[i] || !build_choice(c->b, row->sets[i], word->text, &choice))
            continue;
        taken[i] = true;
        if (choice.set == PLAN_NONE) {
            r->set[i] = choice.member;
            return true;
        }
        size_t slot;
        r->is_slot[i] = true;
        if (!compile_slot_for(c, row->sets[i], &slot))
            return build_fault(
                c->b, word->place, err,
                "%.*s stands for each of its members here; write `sum %.*s over %.*s`, or name one member",
                PRINT(word->text), PRINT(row->name), PRINT(word->text));
        r->set[i] = (uint32_t)slot;
        return true;
    }
    struct slice near = NO_SLICE;
    for (size_t i = 0; i < row->set_count && !near.len; i++)
        if (!taken[i])
            near = plan_names_nearest(&c->b->names, NAME_MEMBER, row->sets[i], word->text);
    return build_fault(c->b, word->place, err, "%.*s has no %.*s%s%.*s%s", PRINT(row->name), PRINT(word->text),
                       near.len ? "; did you mean " : " among its members", PRINT(near), near.len ? "?" : "");
}

static bool when(struct compiler *c, const struct plan_formula *f, const struct plan_row *row, struct plan_reference *r,
                 struct error *err)
{
    enum plan_when when = f->more ? f->more->when : PLAN_WHEN_SAME;
    if (row->always) {
        r->year_of = PLAN_YEAR_NONE;
        if (when != PLAN_WHEN_SAME)
            return build_fault(c->b, f->place, err, "%.*s is the same in all years; write it without a year",
                               PRINT(row->name));
        return true;
    }
    switch (when) {
    case PLAN_WHEN_AT:
        r->year_of = PLAN_YEAR_FIXED;
        return build_year(c->b, &f->more->year, &r->year, err);
    case PLAN_WHEN_FIRST:
    case PLAN_WHEN_LAST:
        r->year_of = PLAN_YEAR_FIXED;
        r->year = when == PLAN_WHEN_FIRST ? 0 : c->b->model->year_count - 1;
        return true;
    default:
        break;
    }
    r->year_of = PLAN_YEAR_BOUND;
    r->year = when == PLAN_WHEN_NEXT ? 1 : when == PLAN_WHEN_BEFORE ? -(int32_t)f->more->back : 0;
    if (!c->years_bound)
        return build_fault(c->b, f->place, err,
                           "%.*s has a figure for each year, but this formula has no years; write %.*s@%.*s, or `sum "
                           "%.*s over years`",
                           PRINT(row->name), PRINT(row->name), PRINT(c->b->model->years[0]), PRINT(row->name));
    return true;
}

/* The arithmetic of the cell's number. */
static void address(const struct compiler *c, const struct plan_row *row, struct plan_reference *r)
{
    uint32_t stride = 1;
    r->base = row->first;
    r->set_count = (uint8_t)row->set_count;
    r->year_loop = c->year_loop;
    for (size_t i = row->set_count; i-- > 0;) {
        r->stride[i] = stride;
        if (!r->is_slot[i])
            r->base += r->set[i] * stride;
        r->loop[i] = r->is_slot[i] ? c->slots[r->set[i]].loop : -1;
        stride *= (uint32_t)c->b->model->sets[row->sets[i]].count;
    }
    r->years = row->years;
    if (r->year_of == PLAN_YEAR_FIXED)
        r->base += (uint32_t)r->year * stride;
    else if (r->year_of == PLAN_YEAR_BOUND)
        r->year_stride = stride;
}

bool compile_reference(struct compiler *c, const struct plan_formula *f, uint32_t *ret, struct plan_unit *ret_unit,
                       struct error *err)
{
    uint32_t number = plan_names_find(&c->b->names, NAME_ROW, 0, f->name);
    if (number == NAME_UNKNOWN) {
        if (plan_names_find(&c->b->names, NAME_SET, 0, f->name) != NAME_UNKNOWN)
            return build_fault(c->b, f->place, err, "%.*s is a set, and has no value itself; name a row",
                               PRINT(f->name));
        return build_unknown(c->b, f->place, NAME_ROW, 0, f->name, "row", err);
    }
    const struct plan_row *row = &c->b->model->rows[number];
    struct plan_reference r = {.row = number, .line = f->place.line, .column = f->place.column};
    bool taken[PLAN_SETS_MAX] = {false};
    size_t index_count = f->more ? f->more->index_count : 0;
    if (index_count > row->set_count)
        return build_fault(c->b, f->place, err, "%.*s has %zu sets, but %zu words stand in brackets", PRINT(row->name),
                           row->set_count, index_count);
    for (size_t i = 0; i < index_count; i++)
        if (!indexed(c, row, &f->more->index[i], taken, &r, err))
            return false;
    for (size_t i = 0; i < row->set_count; i++) {
        size_t slot;
        if (taken[i])
            continue;
        const struct plan_set *set = &c->b->model->sets[row->sets[i]];
        if (!compile_slot_for(c, row->sets[i], &slot))
            return build_fault(c->b, f->place, err, "%.*s has a figure for each %.*s; write %.*s[%.*s] or `sum %.*s`",
                               PRINT(row->name), PRINT(set->name), PRINT(row->name), PRINT(set->members[0].name),
                               PRINT(row->name));
        r.is_slot[i] = true;
        r.set[i] = (uint32_t)slot;
    }
    if (!when(c, f, row, &r, err))
        return false;
    address(c, row, &r);
    ARENA_GROW(c->b->arena, c->references, c->reference_count, c->references_capacity);
    *ret = (uint32_t)c->reference_count;
    c->references[c->reference_count++] = r;
    *ret_unit = row->unit;
    return true;
}
