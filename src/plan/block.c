/* All cells, a row and year at a time.
 *
 * A block is one row in one year. Blocks are put in order by what the row's formulas read, row by row and year by year:
 * there are thousands of blocks where there are millions of cells. Within a block that reads no unfinished one, the
 * cells are simply run one after another. Where blocks read each other in a circle (which their cells need not), the
 * cells of those blocks are computed on demand instead; real cycles are found there. */
#include "plan/engine.h"

enum block_state { BLOCK_NEW, BLOCK_OPEN, BLOCK_TANGLED, BLOCK_DONE };

struct block_frame {
    uint32_t row;
    int32_t year;
    size_t first_pending;
};

struct blocks {
    struct plan_evaluation *ev;
    struct arena *arena;
    uint8_t *states;
    uint32_t *pending;
    size_t pending_count, pending_capacity;
    struct block_frame *frames;
    size_t frame_count, frames_capacity;
};

static uint32_t block_of(const struct blocks *b, uint32_t row, int32_t year)
{
    return row * (uint32_t)b->ev->model->year_count + (uint32_t)(b->ev->model->rows[row].always ? 0 : year);
}

static void need(struct blocks *b, uint32_t row, int32_t year)
{
    uint32_t block = block_of(b, row, year);
    if (b->states[block] == BLOCK_DONE)
        return;
    ARENA_GROW(b->arena, b->pending, b->pending_count, b->pending_capacity);
    b->pending[b->pending_count++] = block;
}

static void need_reference(struct blocks *b, const struct plan_clause *clause, const struct plan_reference *r,
                           int32_t year)
{
    int32_t from = year, to = year;
    if (r->year_of == PLAN_YEAR_NONE) {
        need(b, r->row, 0);
        return;
    }
    if (r->year_of == PLAN_YEAR_FIXED) {
        need(b, r->row, r->year);
        return;
    }
    if (r->year_loop >= 0) {
        from = clause->program.loops[r->year_loop].first;
        to = clause->program.loops[r->year_loop].last;
    }
    for (int32_t y = from + r->year; y <= to + r->year; y++)
        if (y >= 0 && y < r->years)
            need(b, r->row, y);
}

static void need_clause(struct blocks *b, uint32_t number, int32_t year)
{
    const struct plan_clause *clause = &b->ev->model->clauses[number];
    if (year < clause->region.from || year > clause->region.to)
        return;
    for (size_t i = 0; i < clause->program.reference_count; i++)
        need_reference(b, clause, &clause->program.references[i], year);
}

static void open_block(struct blocks *b, uint32_t block)
{
    const struct plan_model *m = b->ev->model;
    uint32_t row = block / (uint32_t)m->year_count;
    int32_t year = (int32_t)(block % (uint32_t)m->year_count);
    b->states[block] = BLOCK_OPEN;
    ARENA_GROW(b->arena, b->frames, b->frame_count, b->frames_capacity);
    b->frames[b->frame_count++] = (struct block_frame){.row = row, .year = year, .first_pending = b->pending_count};
    for (size_t i = 0; i < m->rows[row].clause_count; i++)
        need_clause(b, m->rows[row].clauses[i], year);
    for (size_t i = 0; b->ev->overlays && i < b->ev->overlays[row].count; i++)
        need_clause(b, b->ev->overlays[row].clauses[i], year);
}

/* The clause for each of its tuples that is new. */
static void run_clause(struct plan_evaluation *ev, const struct plan_clause *clause, size_t level, int32_t year)
{
    const struct plan_model *m = ev->model;
    const struct plan_row *row = &m->rows[clause->row];
    size_t at[PLAN_SETS_MAX] = {0};
    struct plan_binding binding = {.year = year};
    if (year < clause->region.from || year > clause->region.to)
        return;
    for (;;) {
        for (size_t i = 0; i < row->set_count; i++)
            binding.slots[i] = clause->region.members[i][at[i]];
        plan_cell cell = plan_cell_at(m, clause->row, binding.slots, year);
        if ((ev->marks[cell] & MARK_STATE) == MARK_NEW) {
            struct number value;
            struct fault fault;
            if (engine_run(ev, clause, &binding, cell, level, &value, &fault))
                engine_store(ev, cell, value);
            else if (fault.kind == FAULT_NEEDS)
                engine_ensure(ev, cell);
            else
                engine_fail(ev, cell, clause, &fault);
        }
        size_t i = row->set_count;
        while (i > 0 && ++at[i - 1] == clause->region.counts[i - 1])
            at[--i] = 0;
        if (i == 0)
            return;
    }
}

static void run_block(struct blocks *b, const struct block_frame *frame)
{
    struct plan_evaluation *ev = b->ev;
    const struct plan_row *row = &ev->model->rows[frame->row];
    plan_cell first = (plan_cell)(row->first + (size_t)frame->year * row->tuples);
    if (b->states[block_of(b, frame->row, frame->year)] == BLOCK_TANGLED) {
        for (size_t i = 0; i < row->tuples; i++)
            engine_ensure(ev, (plan_cell)(first + i));
        return;
    }
    if (ev->overlays)
        for (size_t i = ev->overlays[frame->row].count; i-- > 0;)
            run_clause(ev, &ev->model->clauses[ev->overlays[frame->row].clauses[i]], i, frame->year);
    for (size_t i = 0; i < row->clause_count; i++)
        run_clause(ev, &ev->model->clauses[row->clauses[i]], LEVEL_BASE, frame->year);
    for (size_t i = 0; i < row->tuples; i++)
        if ((ev->marks[first + i] & MARK_STATE) == MARK_NEW)
            ev->marks[first + i] |= MARK_NONE;
}

static void tangle(struct blocks *b, uint32_t block)
{
    for (size_t i = b->frame_count; i-- > 0;) {
        uint32_t at = block_of(b, b->frames[i].row, b->frames[i].year);
        b->states[at] = BLOCK_TANGLED;
        if (at == block)
            return;
    }
}

static void finish(struct blocks *b, uint32_t wanted)
{
    open_block(b, wanted);
    while (b->frame_count) {
        struct block_frame frame = b->frames[b->frame_count - 1];
        if (b->pending_count == frame.first_pending) {
            b->frame_count--;
            run_block(b, &frame);
            b->states[block_of(b, frame.row, frame.year)] = BLOCK_DONE;
            continue;
        }
        uint32_t block = b->pending[--b->pending_count];
        if (b->states[block] == BLOCK_NEW)
            open_block(b, block);
        else if (b->states[block] != BLOCK_DONE)
            tangle(b, block);
    }
}

void engine_all(struct plan_evaluation *ev)
{
    const struct plan_model *m = ev->model;
    struct arena *scratch = arena_make(0);
    struct blocks b = {.ev = ev, .arena = scratch};
    b.states = arena_large(scratch, m->row_count * (size_t)m->year_count + 1);
    for (uint32_t row = 0; row < m->row_count; row++)
        for (int32_t year = 0; year < m->rows[row].years; year++)
            if (b.states[block_of(&b, row, year)] == BLOCK_NEW)
                finish(&b, block_of(&b, row, year));
    arena_free(scratch);
}
