/* Which givens the output depends on is found by walking from it to what it reads: a given that it does not read in its
 * present state cannot move it alone, for a condition that would turn to another side is read as well. */
#include "plan/what_if.h"

#include <stdlib.h>

struct walk {
    struct plan_evaluation *evaluation;
    struct arena *arena, *scratch;
    bool *seen;
    plan_cell *stack;
    size_t depth, capacity;
    plan_cell *givens;
    size_t given_count, givens_capacity;
};

static void push(struct walk *w, plan_cell cell)
{
    if (w->seen[cell])
        return;
    w->seen[cell] = true;
    ARENA_GROW(w->scratch, w->stack, w->depth, w->capacity);
    w->stack[w->depth++] = cell;
}

static int by_number(const void *a, const void *b)
{
    plan_cell x = *(const plan_cell *)a, y = *(const plan_cell *)b;
    return (x > y) - (x < y);
}

/* The givens below the output, in the order of cells. */
static void find_givens(struct walk *w, plan_cell output)
{
    push(w, output);
    while (w->depth) {
        plan_cell cell = w->stack[--w->depth], *reads;
        const struct plan_clause *clause;
        if (plan_how(w->evaluation, cell, &clause) == PLAN_HOW_GIVEN) {
            ARENA_GROW(w->scratch, w->givens, w->given_count, w->givens_capacity);
            w->givens[w->given_count++] = cell;
            continue;
        }
        size_t count = plan_reads(w->evaluation, cell, w->scratch, &reads);
        for (size_t i = 0; i < count; i++)
            push(w, reads[i]);
    }
    array_sort(w->givens, w->given_count, sizeof *w->givens, by_number);
}

/* What the given is moved by: as the plan declares, else the share of its value. */
static struct number amount_of(const struct walk *w, plan_cell cell, struct number share, bool *ret_declared)
{
    const struct plan_model *model = plan_evaluation_model(w->evaluation);
    uint32_t row;
    struct plan_binding binding;
    struct number value;
    plan_cell_parts(model, cell, &row, &binding);
    for (size_t i = 0; i < model->vary_count; i++)
        if (model->varies[i].row == row && plan_region_holds(model, row, &model->varies[i].region, &binding)) {
            *ret_declared = true;
            return model->varies[i].by;
        }
    *ret_declared = false;
    must(plan_value(w->evaluation, cell, &value) == PLAN_HAS_VALUE);
    return number_multiply(w->arena, number_absolute(w->arena, value), share);
}

/* Givens [from, to) moved together, each by its amount or the reverse. False when the output fails then. */
static bool effect(const struct walk *w, const struct number *amounts, size_t from, size_t to, bool down,
                   plan_cell output, struct number before, struct number *ret)
{
    for (size_t i = from; i < to; i++) {
        struct number value;
        must(plan_value(w->evaluation, w->givens[i], &value) == PLAN_HAS_VALUE);
        plan_set(w->evaluation, w->givens[i],
                 down ? number_subtract(w->arena, value, amounts[i]) : number_add(w->arena, value, amounts[i]));
    }
    struct number after;
    bool has = plan_value(w->evaluation, output, &after) == PLAN_HAS_VALUE;
    if (has)
        *ret = number_keep(w->arena, number_subtract(w->arena, after, before));
    for (size_t i = from; i < to; i++)
        plan_unset(w->evaluation, w->givens[i]);
    return has;
}

struct sorted_bar {
    struct plan_tornado_bar bar;
    struct number size;
};

static int by_size(const void *a, const void *b)
{
    const struct sorted_bar *x = a, *y = b;
    int order = number_compare(y->size, x->size);
    return order ? order : (x->bar.cell > y->bar.cell) - (x->bar.cell < y->bar.cell);
}

static bool same_group(const struct walk *w, size_t a, size_t b, bool by_row)
{
    const struct plan_model *model = plan_evaluation_model(w->evaluation);
    uint32_t x, y;
    struct plan_binding binding;
    plan_cell_parts(model, w->givens[a], &x, &binding);
    plan_cell_parts(model, w->givens[b], &y, &binding);
    return by_row ? x == y : a == b;
}

static void make_bars(const struct walk *w, const struct plan_tornado_options *options, struct plan_tornado *tornado)
{
    struct sorted_bar *bars = arena_array(w->arena, struct sorted_bar, w->given_count);
    struct number *amounts = arena_array(w->arena, struct number, w->given_count);
    bool *declared = arena_array(w->arena, bool, w->given_count);
    size_t count = 0;
    for (size_t i = 0; i < w->given_count; i++)
        amounts[i] = amount_of(w, w->givens[i], options->share, &declared[i]);
    for (size_t from = 0, to; from < w->given_count; from = to) {
        for (to = from + 1; to < w->given_count && same_group(w, from, to, options->by_row);)
            to++;
        struct sorted_bar *bar = &bars[count];
        struct plan_binding binding;
        bar->bar = (struct plan_tornado_bar){
            .cell = w->givens[from], .cells = to - from, .declared = declared[from], .amount = amounts[from]};
        plan_cell_parts(plan_evaluation_model(w->evaluation), w->givens[from], &bar->bar.row, &binding);
        bool up = effect(w, amounts, from, to, false, tornado->output, tornado->value, &bar->bar.up);
        bool down = effect(w, amounts, from, to, true, tornado->output, tornado->value, &bar->bar.down);
        struct number larger = number_absolute(w->arena, bar->bar.up), other = number_absolute(w->arena, bar->bar.down);
        bar->size = number_compare(larger, other) < 0 ? other : larger;
        if ((up || down) && number_sign(bar->size))
            count++;
        else
            tornado->without++;
    }
    array_sort(bars, count, sizeof *bars, by_size);
    tornado->bars = arena_array(w->arena, struct plan_tornado_bar, count);
    tornado->count = count;
    for (size_t i = 0; i < count; i++)
        tornado->bars[i] = bars[i].bar;
}

bool plan_tornado_make(struct plan_evaluation *evaluation, plan_cell output, const struct plan_tornado_options *options,
                       struct arena *arena, struct plan_tornado *ret, struct error *err)
{
    struct number value;
    if (!plan_value_or_error(evaluation, output, &value, err))
        return false;
    *ret = (struct plan_tornado){
        .output = output, .value = number_keep(arena, value), .share = options->share, .by_row = options->by_row};
    struct arena *scratch = arena_make(0);
    struct walk w = {.evaluation = evaluation, .arena = arena, .scratch = scratch};
    w.seen = arena_large(scratch, plan_evaluation_model(evaluation)->cells + 1);
    find_givens(&w, output);
    ret->tried = w.given_count;
    make_bars(&w, options, ret);
    arena_free(scratch);
    return true;
}

struct slice plan_tornado_label(const struct plan_model *model, const struct plan_tornado *tornado,
                                const struct plan_tornado_bar *bar, struct arena *arena)
{
    struct slice title = plan_cell_title(model, bar->cell, arena);
    if (tornado->by_row) {
        const struct plan_row *row = &model->rows[bar->row];
        return arena_format(arena, "%.*s, %zu given figure%s", PRINT(row->title), bar->cells,
                            bar->cells == 1 ? "" : "s");
    }
    if (!bar->declared)
        return title;
    return arena_format(arena, "%.*s, by %.*s", PRINT(title),
                        PRINT(plan_shown(&model->rows[bar->row].unit, bar->amount, arena)));
}
