/* The amount is looked for on a grid of so many decimal places: first a secant through the present value gives where a
 * straight line would meet the target; then two grid points are found with the target between them, and that stretch is
 * narrowed by secants and halving in turn until they are neighbours. All values are the engine's own, so what is said
 * of the neighbours is exact. */
#include "plan/what_if_inside.h"

enum { DOUBLINGS = 60, NARROWINGS = 400, SCAN = 64 };

struct point {
    struct number x, off; /* off: output − target */
};

struct seek {
    struct plan_evaluation *evaluation;
    const struct plan_model *model;
    const struct plan_goal *goal;
    struct arena *arena;
    struct lever lever;
    struct number grid;              /* 10^-places */
    bool moved;                      /* some try gave another output than the first */
    struct point first, least, most; /* the first try; those with the least and the greatest output */
    size_t tries;
};

static struct number grid_point(const struct seek *s, struct number x)
{
    return number_round_places(s->arena, x, s->goal->places);
}

static void keep_extremes(struct seek *s, const struct point *p)
{
    if (s->tries == 1)
        s->first = s->least = s->most = *p;
    s->moved = s->moved || !number_equal(p->off, s->first.off);
    if (number_compare(p->off, s->least.off) < 0)
        s->least = *p;
    if (number_compare(p->off, s->most.off) > 0)
        s->most = *p;
}

/* The output at an amount; false where it cannot be computed. */
static bool try_at(struct seek *s, struct number x, struct point *ret)
{
    struct number output;
    lever_move(s->evaluation, &s->lever, s->goal->change.kind, x, s->arena);
    if (plan_value(s->evaluation, s->goal->output, &output) != PLAN_HAS_VALUE)
        return false;
    *ret = (struct point){x, number_keep(s->arena, number_subtract(s->arena, output, s->goal->target))};
    s->tries++;
    keep_extremes(s, ret);
    return true;
}

static bool opposite(const struct point *a, const struct point *b)
{
    return number_sign(a->off) * number_sign(b->off) <= 0;
}

/* Where the line through both meets the target, on the grid. */
static bool secant(const struct seek *s, const struct point *a, const struct point *b, struct number *ret)
{
    struct arena *arena = s->arena;
    struct number rise = number_subtract(arena, b->off, a->off), run = number_subtract(arena, b->x, a->x), step;
    if (!number_ratio(arena, number_multiply(arena, a->off, run), rise, s->goal->places + 2, &step))
        return false;
    *ret = grid_point(s, number_subtract(arena, a->x, step));
    return true;
}

static struct number present(const struct seek *s)
{
    switch (s->goal->change.kind) {
    case PLAN_CHANGE_BY:
        return NUMBER_ZERO;
    case PLAN_CHANGE_TIMES:
        return NUMBER_ONE;
    default:
        return grid_point(s, s->lever.values[0]);
    }
}

/* The ends of a stated range, and the points between: a target that is met and left again is found where a step of the
 * scan sees it. */
static bool bracket_bounded(struct seek *s, struct point *a, struct point *b)
{
    struct arena *arena = s->arena;
    struct number span = number_subtract(arena, s->goal->high, s->goal->low);
    if (!try_at(s, grid_point(s, s->goal->low), a))
        return false;
    for (int i = 1; i <= SCAN; i++) {
        struct number part;
        must(number_ratio(arena, number_multiply(arena, span, number_of(i, 0)), number_of(SCAN, 0), s->goal->places + 2,
                          &part));
        if (!try_at(s, grid_point(s, number_add(arena, s->goal->low, part)), b))
            return false;
        if (opposite(a, b))
            return true;
        *a = *b;
    }
    return false;
}

/* Outwards from `centre`, each step twice as far, to both sides of it. */
static bool bracket_outwards(struct seek *s, const struct point *centre, struct number step, struct point *a,
                             struct point *b)
{
    bool open[2] = {true, true};
    struct point at[2] = {*centre, *centre}, next;
    for (int i = 0; i < DOUBLINGS && (open[0] || open[1]); i++) {
        for (int side = 0; side < 2; side++) {
            struct number x = side ? number_add(s->arena, centre->x, step) : number_subtract(s->arena, centre->x, step);
            open[side] = open[side] && try_at(s, grid_point(s, x), &next);
            if (!open[side])
                continue;
            if (opposite(&at[side], &next)) {
                *a = at[side];
                *b = next;
                return true;
            }
            at[side] = next;
        }
        step = number_add(s->arena, step, step);
    }
    return false;
}

static bool bracket(struct seek *s, struct point *a, struct point *b)
{
    struct point start, near, guess;
    struct number x = present(s), step, by;
    if (s->goal->bounded)
        return bracket_bounded(s, a, b);
    if (!try_at(s, x, &start))
        return false;
    /* a hundredth of the present value, or of one, and never less than the grid */
    by = number_sign(x) ? number_absolute(s->arena, x) : NUMBER_ONE;
    step = grid_point(s, number_shift(s->arena, by, -2));
    if (number_compare(step, s->grid) < 0)
        step = s->grid;
    if (number_sign(start.off) == 0) {
        *a = *b = start;
        return true;
    }
    if (try_at(s, number_add(s->arena, x, step), &near) && secant(s, &start, &near, &x) && try_at(s, x, &guess)) {
        *a = start;
        *b = guess;
        if (number_sign(guess.off) == 0)
            *a = guess;
        return opposite(a, b) || bracket_outwards(s, &guess, s->grid, a, b) || bracket_outwards(s, &start, step, a, b);
    }
    return bracket_outwards(s, &start, step, a, b);
}

static struct number middle(const struct seek *s, const struct point *a, const struct point *b)
{
    struct number half;
    must(number_ratio(s->arena, number_add(s->arena, a->x, b->x), number_of(2, 0), s->goal->places + 2, &half));
    return grid_point(s, half);
}

static bool between(struct number x, struct number a, struct number b)
{
    return number_compare(a, b) < 0 ? number_compare(a, x) < 0 && number_compare(x, b) < 0
                                    : number_compare(b, x) < 0 && number_compare(x, a) < 0;
}

/* Until the two are neighbours on the grid, or one is on the target. */
static void narrow(struct seek *s, struct point *a, struct point *b)
{
    for (int i = 0; i < NARROWINGS; i++) {
        if (number_sign(a->off) == 0)
            *b = *a;
        if (number_sign(b->off) == 0)
            *a = *b;
        struct number gap = number_absolute(s->arena, number_subtract(s->arena, a->x, b->x)), x;
        if (number_compare(gap, s->grid) <= 0)
            return;
        /* Halving in two of three steps keeps the number of steps bounded; a secant's neighbours end it for a line. */
        if (i % 3 == 2 || !secant(s, a, b, &x) || !between(x, a->x, b->x))
            x = middle(s, a, b);
        if (!between(x, a->x, b->x))
            x = number_compare(a->x, b->x) < 0 ? number_add(s->arena, a->x, s->grid)
                                               : number_subtract(s->arena, a->x, s->grid);
        struct point p;
        if (!try_at(s, x, &p))
            return;
        /* the grid point beside it may already be on the other side */
        struct point beside;
        struct number other =
            opposite(a, &p)
                ? number_add(s->arena, x, number_compare(a->x, x) < 0 ? number_negate(s->arena, s->grid) : s->grid)
                : number_add(s->arena, x, number_compare(x, b->x) < 0 ? s->grid : number_negate(s->arena, s->grid));
        bool has = i % 3 == 0 && between(other, a->x, b->x) && try_at(s, other, &beside);
        if (opposite(a, &p)) {
            *b = p;
            if (has && opposite(&beside, &p))
                *a = beside;
            else if (has)
                *b = beside;
        } else {
            *a = p;
            if (has && opposite(&beside, &p))
                *b = beside;
            else if (has)
                *a = beside;
        }
    }
}

/* ---- The answer in words ---- */

/* As the output is shown, with `more` decimals. */
static struct slice output_shown(const struct seek *s, struct number off, int32_t more)
{
    uint32_t row;
    struct plan_binding binding;
    plan_cell_parts(s->model, s->goal->output, &row, &binding);
    struct plan_unit unit = s->model->rows[row].unit;
    unit.places += more;
    unit.step = more ? number_shift(s->arena, unit.step, -more) : unit.step;
    return plan_shown(&unit, number_add(s->arena, off, s->goal->target), s->arena);
}

/* The fewest decimals more that tell the two apart from each other and from the target. */
static int32_t telling(const struct seek *s, const struct point *a, const struct point *b)
{
    for (int32_t more = 0; more < 12; more++) {
        struct slice target = output_shown(s, NUMBER_ZERO, more);
        if (!slice_equal(output_shown(s, a->off, more), target) && !slice_equal(output_shown(s, b->off, more), target))
            return more;
    }
    return 12;
}

static struct slice lever_words(const struct seek *s, struct number amount)
{
    struct plan_change change = s->goal->change;
    change.amount = amount;
    return plan_change_title(s->model, &change, s->arena);
}

static struct slice found_words(const struct seek *s, const struct plan_answer *answer, const struct point *a,
                                const struct point *b)
{
    struct slice output = plan_cell_title(s->model, s->goal->output, s->arena);
    struct slice target = output_shown(s, NUMBER_ZERO, 0);
    int32_t more = answer->exact ? 0 : telling(s, a, b);
    if (answer->exact)
        return arena_format(s->arena, "%.*s gives %.*s %.*s exactly", PRINT(lever_words(s, answer->best.amount)),
                            PRINT(output), PRINT(target));
    return arena_format(s->arena, "%.*s gives %.*s %.*s, %.*s gives %.*s; %.*s lies between them",
                        PRINT(lever_words(s, a->x)), PRINT(output), PRINT(output_shown(s, a->off, more)),
                        PRINT(plan_amount_shown(s->model, &s->goal->change, b->x, s->arena)),
                        PRINT(output_shown(s, b->off, more)), PRINT(target));
}

static struct slice none_words(const struct seek *s)
{
    struct slice output = plan_cell_title(s->model, s->goal->output, s->arena);
    struct slice name = s->model->rows[s->goal->change.row].title, target = output_shown(s, NUMBER_ZERO, 0);
    if (!s->tries)
        return arena_format(s->arena, "%.*s cannot be computed for any value of %.*s that was tried", PRINT(output),
                            PRINT(name));
    if (!s->moved)
        return arena_format(s->arena, "%.*s does not depend on %.*s: it stays at %.*s for every value that was tried",
                            PRINT(output), PRINT(name), PRINT(output_shown(s, s->first.off, 0)));
    return arena_format(s->arena,
                        "no value of %.*s that was tried makes %.*s %.*s: it lies between %.*s (at %.*s) and %.*s "
                        "(at %.*s)",
                        PRINT(name), PRINT(output), PRINT(target), PRINT(output_shown(s, s->least.off, 0)),
                        PRINT(plan_amount_shown(s->model, &s->goal->change, s->least.x, s->arena)),
                        PRINT(output_shown(s, s->most.off, 0)),
                        PRINT(plan_amount_shown(s->model, &s->goal->change, s->most.x, s->arena)));
}

static struct plan_try to_try(const struct seek *s, const struct point *p)
{
    return (struct plan_try){p->x, number_add(s->arena, p->off, s->goal->target)};
}

static void set_answer(struct seek *s, bool found, const struct point *a, const struct point *b,
                       struct plan_answer *ret)
{
    *ret = (struct plan_answer){.found = found, .tries = s->tries};
    if (!found) {
        ret->sentence = none_words(s);
        return;
    }
    bool rising = number_compare(a->x, b->x) <= 0;
    const struct point *low = rising ? a : b, *high = rising ? b : a, *best = low;
    if (number_compare(number_absolute(s->arena, high->off), number_absolute(s->arena, low->off)) < 0)
        best = high;
    ret->exact = number_sign(best->off) == 0;
    ret->best = to_try(s, best);
    ret->below = to_try(s, ret->exact ? best : low);
    ret->above = to_try(s, ret->exact ? best : high);
    ret->sentence = found_words(s, ret, low, high);
}

/* ---- Doing it ---- */

bool plan_seek(struct plan_evaluation *evaluation, const struct plan_goal *goal, struct arena *arena,
               struct plan_answer *ret, struct error *err)
{
    struct seek s = {
        .evaluation = evaluation, .model = plan_evaluation_model(evaluation), .goal = goal, .arena = arena};
    struct number value;
    if (!plan_value_or_error(evaluation, goal->output, &value, err))
        return false;
    if (goal->places < 0 || goal->places > 40)
        return error_set(err, ERROR_USAGE, "so many decimal places are not looked at; say 0 to 40");
    if (goal->bounded && number_compare(goal->low, goal->high) >= 0)
        return error_set(err, ERROR_USAGE, "the range to look in runs backwards");
    if (!lever_take(evaluation, &goal->change, arena, &s.lever, err))
        return false;
    s.grid = number_shift(arena, NUMBER_ONE, -goal->places);
    struct point a, b;
    bool found = bracket(&s, &a, &b);
    if (found)
        narrow(&s, &a, &b);
    lever_put_back(evaluation, &s.lever);
    set_answer(&s, found, &a, &b, ret);
    return true;
}

int32_t plan_goal_places(const struct plan_model *model, const struct plan_change *change)
{
    const struct plan_unit *unit = &model->rows[change->row].unit;
    if (change->kind == PLAN_CHANGE_TIMES)
        return 4;
    return unit->places - (unit->kind == PLAN_UNIT_PLAIN ? unit->power : 0);
}
