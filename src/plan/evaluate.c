/* Values on demand.
 *
 * A cell's program is first simply run. When it meets a new cell it stops, the cells that it may read are listed, and
 * those that are new are computed before it, depth first, with a stack of our own: a chain of a hundred thousand cells
 * is no deeper for the machine than one. A listed cell that is open closes a cycle. */
#include "plan/engine.h"

const struct plan_model *plan_evaluation_model(const struct plan_evaluation *evaluation)
{
    return evaluation->model;
}

uint32_t plan_evaluation_overlay(const struct plan_evaluation *evaluation)
{
    return evaluation->overlay;
}

/* ---- Making ---- */

static void add_settings(struct plan_evaluation *ev, uint32_t number)
{
    const struct plan_overlay *overlay = &ev->model->overlays[number];
    if (overlay->based_on != PLAN_NONE)
        add_settings(ev, overlay->based_on); /* as deep as scenarios are based on one another; a cycle is refused */
    for (size_t i = 0; i < overlay->clause_count; i++) {
        uint32_t clause = overlay->clauses[i];
        struct overlay_list *list = &ev->overlays[ev->model->clauses[clause].row];
        ARENA_GROW(ev->arena, list->clauses, list->count, list->capacity);
        list->clauses[list->count++] = clause;
        ev->active[clause] = true;
    }
}

static const struct plan_clause *setting_of(const struct plan_evaluation *ev, uint32_t row,
                                            const struct plan_binding *binding, size_t below, size_t *ret_level)
{
    if (!ev->overlays || below == LEVEL_BASE)
        return NULL;
    const struct overlay_list *list = &ev->overlays[row];
    for (size_t i = below < list->count ? below : list->count; i-- > 0;) {
        const struct plan_clause *clause = &ev->model->clauses[list->clauses[i]];
        if (plan_region_holds(ev->model, row, &clause->region, binding)) {
            *ret_level = i;
            return clause;
        }
    }
    return NULL;
}

const struct plan_clause *engine_define(const struct plan_evaluation *ev, uint32_t row,
                                        const struct plan_binding *binding, size_t below, size_t *ret_level)
{
    const struct plan_clause *clause = setting_of(ev, row, binding, below, ret_level);
    if (clause)
        return clause;
    if (below == LEVEL_BASE)
        return NULL;
    *ret_level = LEVEL_BASE;
    if (ev->model->rows[row].has_given) {
        plan_cell cell = plan_cell_at(ev->model, row, binding->slots, binding->year);
        bool marked = !ev->overlays && !(ev->marks[cell] & MARK_SET); /* then its mark says so */
        if (marked ? (ev->marks[cell] & MARK_GIVEN) != 0 : plan_given_find(ev->model, cell) != NULL)
            return NULL;
    }
    return plan_clause_of(ev->model, row, binding);
}

static void put_givens(struct plan_evaluation *ev)
{
    const struct plan_model *m = ev->model;
    for (size_t i = 0; i < m->given_count; i++) {
        const struct plan_given *given = &m->givens[i];
        if (ev->overlays) {
            uint32_t row;
            struct plan_binding binding;
            size_t level;
            plan_cell_parts(m, given->cell, &row, &binding);
            if (ev->overlays[row].count && setting_of(ev, row, &binding, LEVEL_ALL, &level))
                continue;
        }
        ev->values[given->cell] = given->value;
        ev->marks[given->cell] = MARK_VALUE | MARK_GIVEN;
    }
}

static void free_arenas(void *handle)
{
    struct plan_evaluation *ev = handle;
    arena_free(ev->numbers);
    arena_free(ev->scratch);
}

struct plan_evaluation *plan_evaluate(const struct plan_model *model, uint32_t overlay, struct arena *arena)
{
    struct plan_evaluation *ev = arena_new(arena, struct plan_evaluation);
    *ev = (struct plan_evaluation){.model = model, .overlay = overlay, .arena = arena};
    ev->numbers = arena_make(0);
    ev->scratch = arena_make(0);
    arena_defer(arena, free_arenas, ev);
    ev->values = arena_large(arena, (model->cells + 1) * sizeof *ev->values);
    ev->marks = arena_large(arena, model->cells + 1);
    ev->active = arena_array(arena, bool, model->clause_count + 1);
    size_t depth = 0;
    for (size_t i = 0; i < model->clause_count; i++)
        depth = model->clauses[i].program.depth > depth ? model->clauses[i].program.depth : depth;
    ev->stack_size = depth + 4096;
    ev->stack = arena_large(arena, ev->stack_size * sizeof *ev->stack);
    for (size_t r = 0; r < model->row_count; r++)
        for (size_t i = 0; i < model->rows[r].clause_count; i++)
            ev->active[model->rows[r].clauses[i]] = true;
    if (overlay != PLAN_NONE) {
        ev->overlays = arena_array(arena, struct overlay_list, model->row_count + 1);
        add_settings(ev, overlay);
    }
    put_givens(ev);
    return ev;
}

/* ---- Storing ---- */

static void set_state(struct plan_evaluation *ev, plan_cell cell, enum mark state)
{
    ev->marks[cell] = (uint8_t)((ev->marks[cell] & ~MARK_STATE) | state);
}

void engine_store(struct plan_evaluation *ev, plan_cell cell, struct number value)
{
    if (value.form == NUMBER_BIG) {
        value = number_keep(ev->numbers, value);
        ev->live += number_size(value);
    }
    ev->values[cell] = value;
    set_state(ev, cell, MARK_VALUE);
    if (arena_used(ev->scratch) > (size_t)1 << 20)
        arena_reset(ev->scratch);
}

static void drop(struct plan_evaluation *ev, plan_cell cell)
{
    if ((ev->marks[cell] & MARK_STATE) == MARK_VALUE && !(ev->marks[cell] & MARK_GIVEN)) {
        size_t size = number_size(ev->values[cell]);
        ev->live -= size < ev->live ? size : ev->live;
    }
    set_state(ev, cell, MARK_NEW);
}

/* Big values that were replaced stay in the arena until they are more than the live ones. */
static void compact(struct plan_evaluation *ev)
{
    if (arena_used(ev->numbers) < ((size_t)1 << 20) + 2 * ev->live)
        return;
    struct arena *fresh = arena_make(0);
    ev->live = 0;
    for (size_t i = 0; i < ev->model->cells; i++)
        if ((ev->marks[i] & MARK_STATE) == MARK_VALUE && ev->values[i].form == NUMBER_BIG) {
            ev->values[i] = number_keep(fresh, ev->values[i]);
            ev->live += number_size(ev->values[i]);
        }
    arena_free(ev->numbers);
    ev->numbers = fresh;
}

/* ---- Failing ---- */

static struct slice sentence_of(struct plan_evaluation *ev, plan_cell cell, const struct fault *fault)
{
    const struct plan_model *m = ev->model;
    struct slice name = plan_cell_name(m, cell, ev->arena);
    switch (fault->kind) {
    case FAULT_NO_VALUE: {
        struct slice read = plan_cell_name(m, fault->cell, ev->arena);
        return arena_format(ev->arena,
                            "%.*s reads %.*s, which has no value; give it one, or let the formula begin later",
                            PRINT(name), PRINT(read));
    }
    case FAULT_BEFORE_FIRST: {
        struct slice row = slice_trim(m->rows[fault->row].name);
        return arena_format(ev->arena,
                            "%.*s looks back at %.*s before %.*s, the first year; give an opening value in %.*s, or "
                            "begin the formula later, as in `from %.*s`",
                            PRINT(name), PRINT(row), PRINT(m->years[0]), PRINT(m->years[0]),
                            PRINT(m->years[m->year_count > 1 ? 1 : 0]));
    }
    case FAULT_AFTER_LAST:
        return arena_format(ev->arena, "%.*s looks ahead at %.*s after %.*s, the last year", PRINT(name),
                            PRINT(slice_trim(m->rows[fault->row].name)), PRINT(m->years[m->year_count - 1]));
    case FAULT_ZERO:
        return arena_format(ev->arena, "%.*s divides by zero", PRINT(name));
    case FAULT_STEP:
        return arena_format(ev->arena, "%.*s rounds to a step that is not above zero", PRINT(name));
    case FAULT_DEEP:
        return arena_format(ev->arena, "%.*s asks what it was through more than a hundred settings; join some of them",
                            PRINT(name));
    case FAULT_WAS:
        return arena_format(ev->arena, "%.*s asks what it was, but it had no value", PRINT(name));
    default:
        return arena_format(ev->arena, "%.*s has more than %d digits; round it on the way", PRINT(name),
                            NUMBER_DIGITS_MAX);
    }
}

static uint32_t add_failure(struct plan_evaluation *ev, plan_cell cell, enum fault_kind kind, struct plan_place place,
                            struct slice sentence)
{
    ARENA_GROW(ev->arena, ev->failures, ev->failure_count, ev->failures_capacity);
    ev->failures[ev->failure_count] =
        (struct failure){.cell = cell, .kind = kind, .place = place, .sentence = sentence};
    return (uint32_t)ev->failure_count++;
}

static void fail_with(struct plan_evaluation *ev, plan_cell cell, uint32_t failure)
{
    ev->values[cell] = (struct number){.low = failure};
    set_state(ev, cell, MARK_FAILED);
}

void engine_fail(struct plan_evaluation *ev, plan_cell cell, const struct plan_clause *clause,
                 const struct fault *fault)
{
    if (fault->kind == FAULT_FAILED) {
        fail_with(ev, cell, (uint32_t)ev->values[fault->cell].low);
        return;
    }
    struct plan_place place = clause->place;
    if (fault->line) {
        place.line = fault->line;
        place.column = fault->column;
        place.length = 1;
    } else if (clause->formula)
        place = clause->formula->place;
    fail_with(ev, cell, add_failure(ev, cell, fault->kind, place, sentence_of(ev, cell, fault)));
}

/* Frames from `first` to the top are a cycle. It is told from its smallest cell on, whichever was asked for first. */
static void fail_cycle(struct plan_evaluation *ev, size_t first)
{
    size_t count = ev->frame_count - first, start = 0;
    for (size_t i = 1; i < count; i++)
        if (ev->frames[first + i].cell < ev->frames[first + start].cell)
            start = i;
    plan_cell smallest = ev->frames[first + start].cell;
    struct buffer path = buffer_make(ev->arena);
    buffer_format(&path, "%.*s depends on itself: ", PRINT(plan_cell_name(ev->model, smallest, ev->arena)));
    struct plan_place place = {0};
    for (size_t i = 0; i <= count && i < 12; i++) {
        plan_cell cell = ev->frames[first + (start + i) % count].cell;
        const struct plan_clause *clause;
        (void)plan_how(ev, cell, &clause);
        if (i == 0)
            place = clause->formula->place;
        buffer_format(&path, "%s%.*s (line %u)", i ? " reads " : "", PRINT(plan_cell_name(ev->model, cell, ev->arena)),
                      clause->place.line);
    }
    if (count > 11)
        buffer_format(&path, " and so on, %zu cells in all", count);
    buffer_add(&path, S("; one of them must not"));
    uint32_t failure = add_failure(ev, smallest, FAULT_CYCLE, place, buffer_slice(&path));
    for (size_t i = first; i < ev->frame_count; i++)
        if (ev->frames[i].failure == PLAN_NONE)
            ev->frames[i].failure = failure;
}

/* ---- On demand ---- */

static void add_pending(void *context, plan_cell cell)
{
    struct plan_evaluation *ev = context;
    uint8_t state = ev->marks[cell] & MARK_STATE;
    if (state != MARK_NEW && state != MARK_OPEN)
        return;
    ARENA_GROW(ev->arena, ev->pending, ev->pending_count, ev->pending_capacity);
    ev->pending[ev->pending_count++] = cell;
}

/* Runs the cell's program if it has one. False when it needs a new cell first. */
static bool attempt(struct plan_evaluation *ev, plan_cell cell)
{
    uint32_t row;
    struct plan_binding binding;
    size_t level;
    plan_cell_parts(ev->model, cell, &row, &binding);
    const struct plan_clause *clause = engine_define(ev, row, &binding, LEVEL_ALL, &level);
    if (!clause) {
        set_state(ev, cell, MARK_NONE);
        return true;
    }
    struct number value;
    struct fault fault;
    if (engine_run(ev, clause, &binding, cell, level, &value, &fault)) {
        engine_store(ev, cell, value);
        return true;
    }
    if (fault.kind == FAULT_NEEDS)
        return false;
    engine_fail(ev, cell, clause, &fault);
    return true;
}

static void open_frame(struct plan_evaluation *ev, plan_cell cell)
{
    uint32_t row;
    struct plan_binding binding;
    size_t level;
    set_state(ev, cell, MARK_OPEN);
    ARENA_GROW(ev->arena, ev->frames, ev->frame_count, ev->frames_capacity);
    ev->frames[ev->frame_count++] =
        (struct frame){.cell = cell, .first_pending = ev->pending_count, .failure = PLAN_NONE};
    plan_cell_parts(ev->model, cell, &row, &binding);
    const struct plan_clause *clause = engine_define(ev, row, &binding, LEVEL_ALL, &level);
    engine_reads(ev, clause, &binding, level, add_pending, ev);
}

static void close_frame(struct plan_evaluation *ev)
{
    struct frame frame = ev->frames[ev->frame_count - 1];
    if (frame.failure != PLAN_NONE)
        fail_with(ev, frame.cell, frame.failure);
    else
        must(attempt(ev, frame.cell)); /* all that it may read is there */
    ev->frame_count--;
}

void engine_ensure(struct plan_evaluation *ev, plan_cell wanted)
{
    if ((ev->marks[wanted] & MARK_STATE) != MARK_NEW || attempt(ev, wanted))
        return;
    size_t bottom = ev->frame_count;
    open_frame(ev, wanted);
    while (ev->frame_count > bottom) {
        if (ev->pending_count == ev->frames[ev->frame_count - 1].first_pending) {
            close_frame(ev);
            continue;
        }
        plan_cell cell = ev->pending[--ev->pending_count];
        uint8_t state = ev->marks[cell] & MARK_STATE;
        if (state == MARK_OPEN) {
            size_t first = ev->frame_count;
            while (ev->frames[--first].cell != cell)
                ;
            fail_cycle(ev, first);
        } else if (state == MARK_NEW && !attempt(ev, cell))
            open_frame(ev, cell);
    }
}

enum plan_state plan_value(struct plan_evaluation *ev, plan_cell cell, struct number *ret)
{
    must(cell < ev->model->cells);
    engine_ensure(ev, cell);
    switch (ev->marks[cell] & MARK_STATE) {
    case MARK_VALUE:
        *ret = ev->values[cell];
        return PLAN_HAS_VALUE;
    case MARK_FAILED:
        return PLAN_HAS_FAILED;
    default:
        return PLAN_HAS_NONE;
    }
}

bool plan_value_or_error(struct plan_evaluation *ev, plan_cell cell, struct number *ret, struct error *err)
{
    struct plan_failure failure;
    switch (plan_value(ev, cell, ret)) {
    case PLAN_HAS_VALUE:
        return true;
    case PLAN_HAS_NONE: {
        struct slice name = plan_cell_name(ev->model, cell, ev->arena);
        return error_set(err, ERROR_INPUT, "%.*s has no value: nothing is given, and no formula speaks of it",
                         PRINT(name));
    }
    default:
        must(plan_failure_of(ev, cell, &failure));
        return error_set_at(err, ERROR_INPUT, ev->model->syntax->files[failure.place.file].path, failure.place.line,
                            failure.place.column, "%.*s", PRINT(failure.sentence));
    }
}

size_t plan_compute_all(struct plan_evaluation *ev)
{
    engine_all(ev);
    size_t values = 0;
    for (size_t i = 0; i < ev->model->cells; i++)
        values += (ev->marks[i] & MARK_STATE) == MARK_VALUE;
    return values;
}

/* ---- Failures, told ---- */

static int by_cell(const void *a, const void *b)
{
    const struct failure *x = a, *y = b;
    return x->cell < y->cell ? -1 : x->cell > y->cell;
}

size_t plan_failures(struct plan_evaluation *ev, struct arena *arena, struct plan_failure **ret)
{
    struct failure *sorted = arena_array(arena, struct failure, ev->failure_count + 1);
    struct plan_failure *list = arena_array(arena, struct plan_failure, ev->failure_count + 1);
    size_t alive = 0, count = 0;
    for (size_t i = 0; i < ev->failure_count; i++) {
        const struct failure *f = &ev->failures[i];
        if ((ev->marks[f->cell] & MARK_STATE) == MARK_FAILED && ev->values[f->cell].low == i)
            sorted[alive++] = *f;
    }
    array_sort(sorted, alive, sizeof *sorted, by_cell);
    for (size_t i = 0; i < alive; i++) {
        const struct failure *f = &sorted[i];
        bool like = count && i && sorted[i - 1].kind == f->kind && f->kind != FAULT_CYCLE &&
                    sorted[i - 1].place.line == f->place.line && sorted[i - 1].place.column == f->place.column &&
                    sorted[i - 1].place.file == f->place.file;
        if (like)
            list[count - 1].cells++;
        else
            list[count++] =
                (struct plan_failure){.cell = f->cell, .cells = 1, .place = f->place, .sentence = f->sentence};
    }
    *ret = list;
    return count;
}

bool plan_failure_of(struct plan_evaluation *ev, plan_cell cell, struct plan_failure *ret)
{
    if ((ev->marks[cell] & MARK_STATE) != MARK_FAILED)
        return false;
    const struct failure *f = &ev->failures[ev->values[cell].low];
    *ret = (struct plan_failure){.cell = f->cell, .cells = 1, .place = f->place, .sentence = f->sentence};
    return true;
}

/* ---- What if ---- */

static void make_new(void *context, plan_cell cell)
{
    struct plan_evaluation *ev = context;
    if ((ev->marks[cell] & MARK_STATE) == MARK_NEW)
        return;
    drop(ev, cell);
    ARENA_GROW(ev->arena, ev->dirty, ev->dirty_count, ev->dirty_capacity);
    ev->dirty[ev->dirty_count++] = cell;
}

/* The cell itself, then all that read it, each made new. */
static void invalidate(struct plan_evaluation *ev, plan_cell cell)
{
    compact(ev);
    ev->dirty_count = 0;
    ARENA_GROW(ev->arena, ev->dirty, ev->dirty_count, ev->dirty_capacity);
    ev->dirty[ev->dirty_count++] = cell;
    for (size_t i = 0; i < ev->dirty_count; i++)
        engine_users(ev, ev->dirty[i], make_new, ev);
}

void plan_set(struct plan_evaluation *ev, plan_cell cell, struct number value)
{
    must(cell < ev->model->cells);
    drop(ev, cell);
    invalidate(ev, cell);
    ev->marks[cell] = MARK_SET;
    engine_store(ev, cell, value);
}

void plan_unset(struct plan_evaluation *ev, plan_cell cell)
{
    if (!(ev->marks[cell] & MARK_SET))
        return;
    drop(ev, cell);
    ev->marks[cell] = MARK_NEW;
    invalidate(ev, cell);
    const struct plan_given *given = plan_given_find(ev->model, cell);
    uint32_t row;
    struct plan_binding binding;
    size_t level;
    plan_cell_parts(ev->model, cell, &row, &binding);
    if (given && !setting_of(ev, row, &binding, LEVEL_ALL, &level)) {
        ev->values[cell] = given->value;
        ev->marks[cell] = MARK_VALUE | MARK_GIVEN;
    }
}

size_t plan_recompute(struct plan_evaluation *ev, const plan_cell **ret_cells)
{
    for (size_t i = 0; i < ev->dirty_count; i++)
        engine_ensure(ev, ev->dirty[i]);
    *ret_cells = ev->dirty;
    return ev->dirty_count;
}

enum plan_how plan_how(const struct plan_evaluation *ev, plan_cell cell, const struct plan_clause **ret_clause)
{
    uint32_t row;
    struct plan_binding binding;
    size_t level;
    *ret_clause = NULL;
    if (ev->marks[cell] & MARK_SET)
        return PLAN_HOW_SET;
    plan_cell_parts(ev->model, cell, &row, &binding);
    *ret_clause = engine_define(ev, row, &binding, LEVEL_ALL, &level);
    if (*ret_clause)
        return level == LEVEL_BASE ? PLAN_HOW_FORMULA : PLAN_HOW_OVERLAY;
    return plan_given_find(ev->model, cell) ? PLAN_HOW_GIVEN : PLAN_HOW_NONE;
}
