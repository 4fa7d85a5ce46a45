/* Given values: lines of the plan; build_csv.c and build_register.c bring the others. All are gathered as they come and
 * sorted by cell once, so that a plan may hold hundreds of thousands. */
#include "plan/build.h"

struct plan_given *build_give(struct builder *b, plan_cell cell, struct number value, const struct plan_origin *origin,
                              size_t breadth, struct plan_place place)
{
    struct plan_model *m = b->model;
    size_t count = m->given_count;
    ARENA_GROW(b->arena, b->order, count, b->order_capacity);
    ARENA_GROW(b->arena, m->givens, m->given_count, b->givens_capacity);
    b->order[m->given_count] = (struct given_order){.breadth = breadth, .place = place};
    struct plan_given *given = &m->givens[m->given_count++];
    *given = (struct plan_given){.cell = cell, .value = value, .origin = *origin};
    return given;
}

bool build_value(const struct builder *b, const struct plan_unit *unit, struct number written, bool percent,
                 struct plan_place place, struct number *ret, struct error *err)
{
    bool is_percent = unit->kind == PLAN_UNIT_PLAIN && unit->power == -2;
    if (percent && unit->kind != PLAN_UNIT_PLAIN)
        return build_fault(b, place, err, "this is a percentage, but the row is in %.*s", PRINT(unit->name));
    *ret = percent || is_percent ? number_shift(b->arena, written, -2) : written;
    return true;
}

static size_t breadth_of(const struct builder *b, uint32_t row, const struct plan_region *region)
{
    size_t breadth = 1;
    for (size_t i = 0; i < b->model->rows[row].set_count; i++)
        breadth *= region->counts[i];
    return breadth;
}

struct filling {
    struct builder *b;
    uint32_t row;
    const struct plan_region *region;
    const struct plan_origin *origin;
    struct number half_step;
    size_t breadth;
};

/* The value in one year for every tuple of the region. */
static void fill(const struct filling *f, int32_t year, struct number value, struct plan_place place)
{
    const struct plan_row *row = &f->b->model->rows[f->row];
    size_t at[PLAN_SETS_MAX] = {0};
    uint32_t members[PLAN_SETS_MAX];
    for (;;) {
        for (size_t i = 0; i < row->set_count; i++)
            members[i] = f->region->members[i][at[i]];
        build_give(f->b, plan_cell_at(f->b->model, f->row, members, year), value, f->origin, f->breadth, place)
            ->half_step = f->half_step;
        size_t i = row->set_count;
        while (i > 0 && ++at[i - 1] == f->region->counts[i - 1])
            at[--i] = 0;
        if (i == 0)
            return;
    }
}

static struct number half_step_of(const struct builder *b, const struct plan_unit *unit, uint32_t source)
{
    if (source == PLAN_NONE || !b->model->sources[source].rounded || unit->kind != PLAN_UNIT_MONEY)
        return NUMBER_ZERO;
    return number_multiply(b->arena, b->model->sources[source].step, number_of(5, 1));
}

/* The year of value i of a line. */
static bool year_of(struct builder *b, const struct plan_row *row, const struct plan_values *v, size_t i, int32_t from,
                    int32_t *ret, struct error *err)
{
    if (row->always)
        *ret = 0;
    else if (v->span.given)
        *ret = from + (int32_t)i;
    else if (v->years)
        return build_year(b, &v->years[i], ret, err);
    else
        *ret = (int32_t)i;
    return true;
}

static bool count_fits(struct builder *b, const struct plan_row *row, const struct plan_values *v, int32_t from,
                       int32_t to, struct error *err)
{
    size_t wanted = row->always     ? 1
                    : v->span.given ? (size_t)(to - from) + 1
                    : v->years      ? v->year_count
                                    : (size_t)b->model->year_count;
    if (v->count == wanted || (v->count == 1 && v->span.given))
        return true;
    if (row->always)
        return build_fault(b, v->place, err, "%.*s is the same in all years, so its line has one value, not %zu",
                           PRINT(row->name), v->count);
    return build_fault(
        b, v->place, err,
        "%zu values stand here for %zu years; write one for each year, a dot where there is none, or head "
        "the columns with their years",
        v->count, wanted);
}

static bool give_line(struct builder *b, const struct plan_statement *s, const struct plan_values *v, uint32_t number,
                      struct error *err)
{
    const struct plan_row *row = &b->model->rows[number];
    struct plan_region region;
    struct plan_origin origin;
    int32_t from, to;
    const struct plan_word *index = v->member_count ? v->members : s->index;
    size_t index_count = v->member_count ? v->member_count : s->index_count;
    if (v->reprofile)
        return build_fault(b, v->place, err, "reprofile belongs to schemes");
    if (!build_region(b, number, index, index_count, v->place, &region, err) ||
        !build_origin(b, v->source.id.text.len ? &v->source : &s->source, v->place, &origin, err) ||
        !build_span(b, &v->span, &from, &to, err) || !count_fits(b, row, v, from, to, err))
        return false;
    struct filling f = {.b = b,
                        .row = number,
                        .region = &region,
                        .origin = &origin,
                        .half_step = half_step_of(b, &row->unit, origin.source),
                        .breadth = breadth_of(b, number, &region)};
    for (size_t i = 0; i < v->count; i++) {
        struct number value;
        int32_t year;
        if (!v->present[i])
            continue;
        if (!build_value(b, &row->unit, v->values[i], v->percent[i], v->places[i], &value, err) ||
            !year_of(b, row, v, i, from, &year, err))
            return false;
        int32_t last = v->count == 1 && v->span.given && !row->always ? to : year;
        for (; year <= last; year++)
            fill(&f, year, value, v->places[i]);
    }
    return true;
}

/* ---- Sorting ---- */

struct sorted {
    struct plan_given given;
    struct given_order order;
};

static int by_cell(const void *a, const void *b)
{
    const struct sorted *x = a, *y = b;
    if (x->given.cell != y->given.cell)
        return x->given.cell < y->given.cell ? -1 : 1;
    if (x->order.breadth != y->order.breadth)
        return x->order.breadth < y->order.breadth ? -1 : 1;
    if (x->order.place.file != y->order.place.file)
        return x->order.place.file < y->order.place.file ? -1 : 1;
    return x->order.place.line < y->order.place.line ? -1 : x->order.place.line > y->order.place.line;
}

static bool sort_givens(struct builder *b, struct error *err)
{
    struct plan_model *m = b->model;
    struct arena *scratch = arena_make(0);
    struct sorted *all = arena_large(scratch, (m->given_count + 1) * sizeof *all);
    bool in_order = true;
    for (size_t i = 0; i < m->given_count; i++) {
        all[i] = (struct sorted){m->givens[i], b->order[i]};
        in_order = in_order && (i == 0 || by_cell(&all[i - 1], &all[i]) <= 0);
    }
    if (!in_order)
        array_sort(all, m->given_count, sizeof *all, by_cell);
    size_t kept = 0;
    bool done = true;
    for (size_t i = 0; i < m->given_count && done; i++) {
        bool repeats = i > 0 && all[i].given.cell == all[i - 1].given.cell;
        if (!repeats)
            m->givens[kept++] = all[i].given;
        else if (all[i].order.breadth == all[i - 1].order.breadth) {
            struct slice name = plan_cell_name(m, all[i].given.cell, b->arena);
            done = build_fault(b, all[i].order.place, err, "%.*s is given here and on line %u; keep one of them",
                               PRINT(name), all[i - 1].order.place.line);
        }
    }
    m->given_count = kept;
    arena_free(scratch);
    return done;
}

bool build_givens(struct builder *b, struct error *err)
{
    for (const struct plan_statement *s = b->syntax->statements; s; s = s->next) {
        if (s->kind != PLAN_GIVEN)
            continue;
        uint32_t row = plan_names_find(&b->names, NAME_ROW, 0, s->name.text);
        b->model->rows[row].has_given = true;
        if (s->value_count == 0 && s->from_count == 0)
            return build_fault(b, s->name.place, err, "%.*s is given no value; write its values, or `from` a file",
                               PRINT(s->name.text));
        for (size_t i = 0; i < s->value_count; i++)
            if (!give_line(b, s, &s->values[i], row, err))
                return false;
        for (size_t i = 0; i < s->from_count; i++)
            if (!(s->froms[i].file.text.len ? build_from_csv(b, s, &s->froms[i], row, err)
                                            : build_from_register(b, s, &s->froms[i], row, err)))
                return false;
    }
    return sort_givens(b, err);
}
