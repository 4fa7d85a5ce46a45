/* Rows: which there are, over which sets, in which unit, and the numbers of their cells. A row may be written of in
 * many statements; the first that names its sets makes it. */
#include "plan/build.h"

bool build_choice(const struct builder *b, uint32_t base, struct slice word, struct choice *ret)
{
    *ret = (struct choice){.set = PLAN_NONE, .base = base};
    uint32_t set = plan_names_find(&b->names, NAME_SET, 0, word);
    if (set != NAME_UNKNOWN && b->model->sets[set].base == base) {
        ret->set = set;
        return true;
    }
    ret->member = plan_member_find(b->model, base, word);
    return ret->member != PLAN_NONE;
}

uint32_t build_row(struct builder *b, struct slice name, const uint32_t *sets, size_t set_count,
                   struct plan_place place)
{
    struct plan_model *m = b->model;
    ARENA_GROW(b->arena, m->rows, m->row_count, b->rows_capacity);
    size_t lists = m->row_count;
    ARENA_GROW(b->arena, b->row_clauses, lists, b->row_clauses_capacity);
    b->row_clauses[lists] = (struct clause_list){0};
    struct plan_row *row = &m->rows[m->row_count];
    *row = (struct plan_row){.name = name,
                             .title = name,
                             .set_count = set_count,
                             .tuples = 1,
                             .place = place,
                             .origin = {.source = PLAN_NONE},
                             .years = m->year_count};
    for (size_t i = 0; i < set_count; i++)
        row->sets[i] = sets[i];
    return (uint32_t)m->row_count++;
}

bool build_cells(struct builder *b, uint32_t number, struct error *err)
{
    struct plan_model *m = b->model;
    struct plan_row *row = &m->rows[number];
    if (row->always)
        row->years = 1;
    size_t cells = (size_t)row->years;
    row->tuples = 1;
    for (size_t i = 0; i < row->set_count; i++) {
        row->tuples *= m->sets[row->sets[i]].count;
        if (row->tuples > PLAN_CELLS_MAX)
            return build_fault(b, row->place, err, "the row %.*s has more than %u figures; give it fewer sets",
                               PRINT(row->name), PLAN_CELLS_MAX);
    }
    cells *= row->tuples;
    if (m->cells + cells > PLAN_CELLS_MAX)
        return build_fault(b, row->place, err, "with the row %.*s the plan has more than %u figures, which is too many",
                           PRINT(row->name), PLAN_CELLS_MAX);
    row->first = (plan_cell)m->cells;
    m->cells += cells;
    return true;
}

/* The base set of a word of an index whose row is not known yet: a set, or a member of one set alone. */
static bool base_of(struct builder *b, const struct plan_word *word, bool sets_only, uint32_t *ret, struct error *err)
{
    uint32_t set = plan_names_find(&b->names, NAME_SET, 0, word->text);
    *ret = PLAN_NONE;
    if (set != NAME_UNKNOWN) {
        *ret = b->model->sets[set].base;
        return true;
    }
    if (sets_only)
        return true;
    for (uint32_t i = 0; i < b->model->set_count; i++) {
        if (b->model->sets[i].base != i || plan_member_find(b->model, i, word->text) == PLAN_NONE)
            continue;
        if (*ret != PLAN_NONE)
            return build_fault(b, word->place, err,
                               "%.*s is a member of %.*s and of %.*s; declare the row with the set's name first",
                               PRINT(word->text), PRINT(b->model->sets[*ret].name), PRINT(b->model->sets[i].name));
        *ret = i;
    }
    return *ret != PLAN_NONE || build_unknown(b, word->place, NAME_SET, 0, word->text, "set", err);
}

/* Makes the row of a given or calc when its index is of sets alone (first round) or at all (second). */
static bool declare_row(struct builder *b, const struct plan_statement *s, bool sets_only, struct error *err)
{
    uint32_t sets[PLAN_SETS_MAX];
    if (plan_names_find(&b->names, NAME_ROW, 0, s->name.text) != NAME_UNKNOWN)
        return true;
    if (parse_is_reserved(s->name.text))
        return build_fault(b, s->name.place, err, "%.*s is a word of the language; name the row otherwise",
                           PRINT(s->name.text));
    if (s->index_count > PLAN_SETS_MAX)
        return build_fault(b, s->index[PLAN_SETS_MAX].place, err, "a row has at most %d sets", PLAN_SETS_MAX);
    for (size_t i = 0; i < s->index_count; i++) {
        if (!base_of(b, &s->index[i], sets_only, &sets[i], err))
            return false;
        if (sets[i] == PLAN_NONE)
            return true; /* in the second round */
        for (size_t j = 0; j < i; j++)
            if (sets[i] == sets[j])
                return build_fault(b, s->index[i].place, err, "the set %.*s stands twice in the row %.*s",
                                   PRINT(b->model->sets[sets[i]].name), PRINT(s->name.text));
    }
    uint32_t row = build_row(b, s->name.text, sets, s->index_count, s->name.place);
    plan_names_add(&b->names, NAME_ROW, 0, s->name.text, row, NULL);
    return true;
}

/* What further statements of a row say of it. */
static bool describe_row(struct builder *b, const struct plan_statement *s, bool *has_unit, bool *has_title,
                         struct error *err)
{
    uint32_t number = plan_names_find(&b->names, NAME_ROW, 0, s->name.text);
    struct plan_row *row = &b->model->rows[number];
    if (s->index_count != row->set_count)
        return build_fault(b, s->name.place, err,
                           "%.*s has %zu sets here and %zu where it is first written, on line %u; name the same sets",
                           PRINT(row->name), s->index_count, row->set_count, row->place.line);
    if (s->title.len && has_title[number] && !slice_equal(s->title, row->title))
        return build_fault(b, s->name.place, err, "%.*s has two titles; keep one of them", PRINT(row->name));
    if (s->title.len) {
        row->title = s->title;
        has_title[number] = true;
    }
    if (s->unit.text.len) {
        struct plan_unit unit;
        if (!build_unit(b, s->unit.text, s->unit.place, &unit, err))
            return false;
        if (has_unit[number] && !build_unit_same(&unit, &row->unit))
            return build_fault(b, s->unit.place, err, "%.*s is in %.*s here and in %.*s elsewhere; keep one of them",
                               PRINT(row->name), PRINT(unit.name), PRINT(row->unit.name));
        row->unit = unit;
        has_unit[number] = true;
    }
    bool always = s->flags[0];
    for (size_t i = 0; i < s->value_count; i++)
        always |= s->values[i].always;
    row->always |= always;
    if (row->origin.source == PLAN_NONE && !build_origin(b, &s->source, s->place, &row->origin, err))
        return false;
    return true;
}

bool build_rows(struct builder *b, struct error *err)
{
    for (int round = 0; round < 2; round++)
        for (const struct plan_statement *s = b->syntax->statements; s; s = s->next)
            if ((s->kind == PLAN_GIVEN || s->kind == PLAN_CALC) && !declare_row(b, s, round == 0, err))
                return false;
    struct plan_model *m = b->model;
    bool *has_unit = arena_array(b->arena, bool, m->row_count + 1),
         *has_title = arena_array(b->arena, bool, m->row_count + 1);
    for (size_t i = 0; i < m->row_count; i++)
        m->rows[i].unit = m->unit;
    for (const struct plan_statement *s = b->syntax->statements; s; s = s->next)
        if ((s->kind == PLAN_GIVEN || s->kind == PLAN_CALC) && !describe_row(b, s, has_unit, has_title, err))
            return false;
    for (uint32_t i = 0; i < m->row_count; i++)
        if (!build_cells(b, i, err))
            return false;
    return true;
}
