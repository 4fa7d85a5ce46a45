/* Which cells a cell may read, and by which it may be read, both worked out from the references of programs when asked:
 * no edge is stored.
 *
 * Forwards, the program is walked without values: every loop in full, both sides of every condition but those that the
 * year or the member decides. Backwards, each reference is solved for the binding: a member that is fixed must agree, a
 * slot of the formula's own row takes the cell's member, a slot of a loop must hold it; and so for the year. */
#include "plan/engine.h"

/* ---- Forwards ---- */

struct walk {
    const struct plan_evaluation *ev;
    const struct plan_program *program;
    struct plan_binding binding;
    engine_cell_function *found;
    void *context;
};

static bool decided(const struct walk *w, const struct plan_op *op, bool *ret)
{
    if (op->code == PLAN_OP_MEMBER_IN) {
        *ret = w->program->lists[op->a].holds[w->binding.slots[op->part]];
        return true;
    }
    if (op->code != PLAN_OP_YEAR_IS)
        return false;
    *ret = plan_order_holds((enum plan_operation)op->part, w->binding.year - op->a);
    return true;
}

static void walk(struct walk *w, int32_t from, int32_t to);

static void walk_loop(struct walk *w, const struct plan_loop *loop)
{
    struct plan_binding outer = w->binding;
    size_t count = loop->years ? (size_t)(loop->last - loop->first) + 1 : loop->count;
    for (size_t k = 0; k < count; k++) {
        if (loop->years)
            w->binding.year = loop->first + (int32_t)k;
        else
            w->binding.slots[loop->slot] = loop->members[k];
        walk(w, loop->begin + 1, loop->end);
    }
    w->binding = outer;
}

static void walk(struct walk *w, int32_t from, int32_t to)
{
    const struct plan_op *ops = w->program->ops;
    plan_cell cell;
    bool holds;
    for (int32_t at = from; at < to; at++) {
        switch (ops[at].code) {
        case PLAN_OP_LOAD:
        case PLAN_OP_KNOWN:
            if (engine_cell(&w->program->references[ops[at].a], &w->binding, &cell))
                w->found(w->context, cell);
            break;
        case PLAN_OP_LOOP:
            walk_loop(w, &w->program->loops[ops[at].a]);
            at = w->program->loops[ops[at].a].end;
            break;
        case PLAN_OP_JUMP_FALSE:
            if (!ops[at].part || !decided(w, &ops[at - 1], &holds))
                break;
            if (!holds) {
                at = ops[at].a - 1;
                break;
            }
            /* The taken side ends with a jump over the other; it stands just before where this one would land. */
            int32_t other = ops[at].a;
            walk(w, at + 1, other);
            at = ops[other - 1].code == PLAN_OP_JUMP ? ops[other - 1].a - 1 : other - 1;
            break;
        default:
            break;
        }
    }
}

void engine_reads(const struct plan_evaluation *ev, const struct plan_clause *clause,
                  const struct plan_binding *binding, size_t level, engine_cell_function *found, void *context)
{
    uint32_t row = clause->row;
    for (size_t guard = 0; clause && guard <= 1000; guard++) {
        struct walk w = {
            .ev = ev, .program = &clause->program, .binding = *binding, .found = found, .context = context};
        walk(&w, 0, (int32_t)clause->program.op_count);
        bool was = false;
        for (size_t i = 0; i < clause->program.op_count && !was; i++)
            was = clause->program.ops[i].code == PLAN_OP_WAS;
        if (!was)
            return;
        clause = engine_define(ev, row, binding, level, &level);
    }
}

/* ---- Backwards ---- */

struct solution { /* of a reference for one cell: the clause's cells that read it */
    bool fixed[PLAN_SETS_MAX];
    uint32_t members[PLAN_SETS_MAX];
    int32_t from, to;
};

static bool solve_years(const struct plan_model *m, const struct plan_clause *clause, const struct plan_reference *r,
                        int32_t year, struct solution *s)
{
    s->from = clause->region.from;
    s->to = clause->region.to;
    if (r->year_of == PLAN_YEAR_NONE)
        return true;
    if (r->year_of == PLAN_YEAR_FIXED)
        return r->year == year;
    if (r->year_loop >= 0) {
        const struct plan_loop *loop = &clause->program.loops[r->year_loop];
        return year - r->year >= loop->first && year - r->year <= loop->last;
    }
    year -= r->year;
    if (year < s->from || year > s->to || m->rows[clause->row].always)
        return false;
    s->from = s->to = year;
    return true;
}

static bool solve(const struct plan_model *m, const struct plan_clause *clause, const struct plan_reference *r,
                  const struct plan_binding *cell, struct solution *s)
{
    *s = (struct solution){0};
    if (!solve_years(m, clause, r, cell->year, s))
        return false;
    for (uint32_t i = 0; i < r->set_count; i++) {
        uint32_t member = cell->slots[i];
        if (!r->is_slot[i]) {
            if (r->set[i] != member)
                return false;
        } else if (r->loop[i] >= 0) {
            if (!m->sets[clause->program.loops[r->loop[i]].set].holds[member])
                return false;
        } else {
            uint32_t slot = r->set[i];
            if ((s->fixed[slot] && s->members[slot] != member) || !clause->region.holds[slot][member])
                return false;
            s->fixed[slot] = true;
            s->members[slot] = member;
        }
    }
    return true;
}

/* Whether the clause makes this cell's value, or a setting above it that asks what was. */
static bool makes(const struct plan_evaluation *ev, const struct plan_clause *clause, plan_cell cell,
                  const struct plan_binding *binding)
{
    if (ev->marks[cell] & MARK_SET)
        return false;
    if (!ev->overlays) /* the cell is in the clause's region, and no other formula of the row's is */
        return !(ev->marks[cell] & MARK_GIVEN);
    size_t level = LEVEL_ALL;
    const struct plan_clause *at = engine_define(ev, clause->row, binding, level, &level);
    for (size_t guard = 0; at && guard <= 1000; guard++) {
        if (at == clause)
            return true;
        bool was = false;
        for (size_t i = 0; i < at->program.op_count && !was; i++)
            was = at->program.ops[i].code == PLAN_OP_WAS;
        if (!was)
            return false;
        at = engine_define(ev, clause->row, binding, level, &level);
    }
    return false;
}

static void visit(const struct plan_evaluation *ev, const struct plan_clause *clause, const struct solution *s,
                  engine_cell_function *found, void *context)
{
    const struct plan_model *m = ev->model;
    const struct plan_row *row = &m->rows[clause->row];
    size_t at[PLAN_SETS_MAX] = {0};
    for (int32_t year = s->from; year <= s->to; year++)
        for (;;) {
            struct plan_binding binding = {.year = year};
            for (size_t i = 0; i < row->set_count; i++)
                binding.slots[i] = s->fixed[i] ? s->members[i] : clause->region.members[i][at[i]];
            plan_cell cell = plan_cell_at(m, clause->row, binding.slots, year);
            if (makes(ev, clause, cell, &binding))
                found(context, cell);
            size_t i = row->set_count;
            while (i > 0 && (s->fixed[i - 1] || ++at[i - 1] == clause->region.counts[i - 1]))
                at[--i] = 0;
            if (i == 0)
                break;
        }
}

void engine_users(const struct plan_evaluation *ev, plan_cell cell, engine_cell_function *found, void *context)
{
    const struct plan_model *m = ev->model;
    uint32_t row;
    struct plan_binding binding;
    plan_cell_parts(m, cell, &row, &binding);
    for (uint32_t u = m->first_use[row]; u < m->first_use[row + 1]; u++) {
        const struct plan_clause *clause = &m->clauses[m->uses[u].clause];
        struct solution s;
        if (ev->active[m->uses[u].clause] &&
            solve(m, clause, &clause->program.references[m->uses[u].reference], &binding, &s))
            visit(ev, clause, &s, found, context);
    }
}

/* ---- Lists for others ---- */

struct cell_list {
    struct arena *arena;
    plan_cell *cells;
    size_t count, capacity;
    uint8_t *seen; /* a bit for each cell, or NULL */
};

static void add_cell(void *context, plan_cell cell)
{
    struct cell_list *list = context;
    if (list->seen[cell / 8] & (1 << cell % 8))
        return;
    list->seen[cell / 8] |= (uint8_t)(1 << cell % 8);
    ARENA_GROW(list->arena, list->cells, list->count, list->capacity);
    list->cells[list->count++] = cell;
}

size_t plan_reads(const struct plan_evaluation *ev, plan_cell cell, struct arena *arena, plan_cell **ret)
{
    struct arena *scratch = arena_make(0);
    struct cell_list list = {.arena = arena, .seen = arena_large(scratch, ev->model->cells / 8 + 1)};
    const struct plan_clause *clause;
    enum plan_how how = plan_how(ev, cell, &clause);
    if (how == PLAN_HOW_FORMULA || how == PLAN_HOW_OVERLAY) {
        uint32_t row;
        struct plan_binding binding;
        size_t level;
        plan_cell_parts(ev->model, cell, &row, &binding);
        clause = engine_define(ev, row, &binding, LEVEL_ALL, &level);
        engine_reads(ev, clause, &binding, level, add_cell, &list);
    }
    arena_free(scratch);
    *ret = list.cells;
    return list.count;
}

static int by_number(const void *a, const void *b)
{
    plan_cell x = *(const plan_cell *)a, y = *(const plan_cell *)b;
    return x < y ? -1 : x > y;
}

size_t plan_used_by(const struct plan_evaluation *ev, plan_cell cell, bool all, struct arena *arena, plan_cell **ret)
{
    struct arena *scratch = arena_make(0);
    struct cell_list list = {.arena = arena, .seen = arena_large(scratch, ev->model->cells / 8 + 1)};
    engine_users(ev, cell, add_cell, &list);
    for (size_t i = 0; all && i < list.count; i++)
        engine_users(ev, list.cells[i], add_cell, &list);
    arena_free(scratch);
    array_sort(list.cells, list.count, sizeof *list.cells, by_number);
    *ret = list.cells;
    return list.count;
}
