/* Blocks of 256 draws go through the whole program at a time: a register is 2 KiB, so a plan's few dozen stay in the
 * processor's second cache, and each operation is one loop that the compiler turns into vector instructions. Chunks of
 * 8,192 draws are what threads share; sums are added up chunk by chunk in their order, so the number of threads changes
 * no bit. Wanted figures are kept, a column each, for the quantiles: those are found exactly (quantile.h). */
#include "base/threads.h"
#include "plan/draw_inside.h"
#include "plan/quantile.h"
#include "plan/random.h"

#include <math.h>

enum { CHUNK = 32 * DRAW_BLOCK };

#define BYTES_MAX ((uint64_t)4 << 30)

const double plan_levels[PLAN_LEVELS] = {0.05, 0.1, 0.2, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95};
const double plan_confidences[PLAN_CONFIDENCES] = {0.5, 0.8, 0.9, 0.95, 0.99};

typedef double block[DRAW_BLOCK];

/* ---- Drawing ---- */

/* From numbers between 0 and 1 to draws, in place. */
static void shape(const struct draw_risk *risk, double *restrict x)
{
    double low = risk->low, high = risk->high, span = high - low;
    switch (risk->chance) {
    case PLAN_UNIFORM:
        for (size_t i = 0; i < DRAW_BLOCK; i++)
            x[i] = low + span * x[i];
        return;
    case PLAN_TRIANGLE: {
        double left = risk->mode - low, right = high - risk->mode, part = span > 0 ? left / span : 0;
        for (size_t i = 0; i < DRAW_BLOCK; i++) {
            double below = low + sqrt(x[i] * span * left), above = high - sqrt((1 - x[i]) * span * right);
            x[i] = x[i] < part ? below : above;
        }
        return;
    }
    case PLAN_NORMAL:
        for (size_t i = 0; i < DRAW_BLOCK; i++)
            x[i] = low + risk->mode * random_normal(x[i]);
        return;
    default:
        for (size_t i = 0; i < DRAW_BLOCK; i++)
            x[i] = x[i] < low ? 1 : 0;
        return;
    }
}

/* ---- Operations ---- */

static void linear(const struct draw_factor *f, size_t count, double constant, block *registers, double *restrict to)
{
    for (size_t i = 0; i < DRAW_BLOCK; i++)
        to[i] = constant;
    for (; count >= 4; count -= 4, f += 4) {
        const double *a = registers[f[0].of], *b = registers[f[1].of], *c = registers[f[2].of], *d = registers[f[3].of];
        double fa = f[0].factor, fb = f[1].factor, fc = f[2].factor, fd = f[3].factor;
        for (size_t i = 0; i < DRAW_BLOCK; i++)
            to[i] += fa * a[i] + fb * b[i] + (fc * c[i] + fd * d[i]);
    }
    for (; count; count--, f++) {
        const double *a = registers[f->of], fa = f->factor;
        for (size_t i = 0; i < DRAW_BLOCK; i++)
            to[i] += fa * a[i];
    }
}

static double nearest(double value)
{
    return copysign(floor(fabs(value) + 0.5), value); /* half away from zero */
}

#define EACH(expression)                                                                                               \
    do {                                                                                                               \
        for (size_t i = 0; i < DRAW_BLOCK; i++)                                                                        \
            to[i] = (expression);                                                                                      \
        return;                                                                                                        \
    } while (0)

static void operate(const struct plan_draws *d, const struct draw_operation *o, block *registers)
{
    double *restrict to = registers[o->to];
    const double *a = registers[o->a], *b = registers[o->b], *c = registers[o->c];
    switch (o->code) {
    case DRAW_LINEAR:
        linear(d->factors + o->first, o->count, o->constant, registers, to);
        return;
    case DRAW_MULTIPLY:
        EACH(a[i] * b[i]);
    case DRAW_MIN:
        EACH(a[i] < b[i] ? a[i] : b[i]);
    case DRAW_MAX:
        EACH(a[i] > b[i] ? a[i] : b[i]);
    case DRAW_ABSOLUTE:
        EACH(fabs(a[i]));
    case DRAW_NOT:
        EACH(a[i] == 0 ? 1 : 0);
    case DRAW_ROUND:
        EACH(nearest(a[i] / b[i]) * b[i]);
    case DRAW_RATIO:
        EACH(nearest(a[i] / b[i] / c[i]) * c[i]);
    case DRAW_EQUAL:
        EACH(a[i] == b[i] ? 1 : 0);
    case DRAW_DIFFERENT:
        EACH(a[i] != b[i] ? 1 : 0);
    case DRAW_LESS:
        EACH(a[i] < b[i] ? 1 : 0);
    case DRAW_LESS_EQUAL:
        EACH(a[i] <= b[i] ? 1 : 0);
    default:
        EACH(a[i] != 0 ? b[i] : c[i]);
    }
}

static void run_constants(const struct plan_draws *d, block *registers)
{
    for (size_t i = 0; i < d->constants; i++)
        operate(d, &d->operations[i], registers);
}

static void run_rest(const struct plan_draws *d, block *registers)
{
    for (size_t i = d->constants; i < d->operation_count; i++)
        operate(d, &d->operations[i], registers);
}

static void draw_block(const struct plan_draws *d, uint64_t seed, uint64_t first, block *registers)
{
    for (size_t r = 0; r < d->risk_count; r++) {
        random_uniform(seed, d->risks[r].stream, first, DRAW_BLOCK, registers[r]);
        shape(&d->risks[r], registers[r]);
    }
}

/* ---- Many draws ---- */

struct tally {
    double sum, squares, least, most; /* about the planned value */
    uint64_t held;
};

struct simulation {
    const struct plan_draws *draws;
    uint64_t count, seed;
    double **columns;      /* for each figure; NULL when it does not vary */
    double *planned;       /* for each figure */
    struct tally *tallies; /* chunk × figure */
    uint64_t *joint;       /* chunk × check */
    block *registers[THREADS_MAX];
    struct plan_simulation *result;
    struct plan_quantile (*quantiles)[PLAN_LEVELS]; /* for each figure */
};

static bool keeps(const struct plan_check *check, double margin)
{
    double within = check->tolerant ? number_real(check->tolerance) : 0;
    if (check->right == PLAN_NONE)
        return margin != 0;
    switch (check->compare) {
    case PLAN_OP_EQUAL:
        return fabs(margin) <= within + 1e-9;
    case PLAN_OP_DIFFERENT:
        return fabs(margin) > within + 1e-9;
    case PLAN_OP_LESS:
        return margin < within;
    case PLAN_OP_LESS_EQUAL:
        return margin <= within;
    case PLAN_OP_GREATER:
        return margin > -within;
    default:
        return margin >= -within;
    }
}

static void tally_column(struct tally *tally, const double *values, size_t count, double planned)
{
    for (size_t i = 0; i < count; i++) {
        double off = values[i] - planned;
        tally->sum += off;
        tally->squares += off * off;
        tally->least = values[i] < tally->least ? values[i] : tally->least;
        tally->most = values[i] > tally->most ? values[i] : tally->most;
    }
}

/* Which draws keep each check, and all of its cells. */
static void tally_checks(const struct simulation *s, struct tally *tallies, uint64_t *joint, block *registers,
                         size_t count)
{
    const struct plan_draws *d = s->draws;
    size_t f = d->cell_figures;
    for (size_t k = 0; k < d->check_count; k++) {
        const struct plan_check *check = &d->model->checks[d->checks[k]];
        bool all[DRAW_BLOCK];
        memset(all, 1, sizeof all);
        for (; f < d->figure_count && d->figures[f].check == d->checks[k]; f++) {
            const double *margins = registers[d->figures[f].at];
            for (size_t i = 0; i < count; i++) {
                bool kept = keeps(check, d->figures[f].varies ? margins[i] : s->planned[f]);
                tallies[f].held += kept;
                all[i] = all[i] && kept;
            }
        }
        for (size_t i = 0; i < count; i++)
            joint[k] += all[i];
    }
}

static void run_chunk(void *context, size_t chunk, unsigned thread)
{
    struct simulation *s = context;
    const struct plan_draws *d = s->draws;
    block *registers = s->registers[thread];
    struct tally *tallies = s->tallies + chunk * d->figure_count;
    uint64_t *joint = s->joint + chunk * d->check_count;
    uint64_t from = (uint64_t)chunk * CHUNK, end = from + CHUNK < s->count ? from + CHUNK : s->count;
    for (size_t f = 0; f < d->figure_count; f++)
        tallies[f] = (struct tally){.least = (double)INFINITY, .most = -(double)INFINITY};
    for (uint64_t first = from; first < end; first += DRAW_BLOCK) {
        size_t count = end - first < DRAW_BLOCK ? (size_t)(end - first) : DRAW_BLOCK;
        draw_block(d, s->seed, first, registers);
        run_rest(d, registers);
        for (size_t f = 0; f < d->figure_count; f++) {
            if (!s->columns[f])
                continue;
            const double *values = registers[d->figures[f].at];
            memcpy(s->columns[f] + first, values, count * sizeof *values);
            tally_column(&tallies[f], values, count, s->planned[f]);
        }
        tally_checks(s, tallies, joint, registers, count);
    }
}

/* 1: the left side of a check must be large, so what is missing is −margin; −1: it must be small; 0: neither. */
static int side_of(const struct plan_check *check)
{
    if (check->right == PLAN_NONE || check->compare == PLAN_OP_EQUAL || check->compare == PLAN_OP_DIFFERENT)
        return 0;
    return check->compare == PLAN_OP_GREATER || check->compare == PLAN_OP_GREATER_EQUAL ? 1 : -1;
}

/* The quantiles of one figure: of a cell, plan_levels; of a check's margin, what is missing with each confidence. */
static void run_quantiles(void *context, size_t f, unsigned thread)
{
    (void)thread;
    struct simulation *s = context;
    const struct draw_figure *figure = &s->draws->figures[f];
    bool is_check = figure->check != PLAN_NONE;
    size_t levels = is_check ? PLAN_CONFIDENCES : PLAN_LEVELS, count = (size_t)s->count;
    size_t ranks[3 * PLAN_LEVELS];
    double values[3 * PLAN_LEVELS];
    if (!s->columns[f])
        return;
    for (size_t i = 0; i < levels; i++) {
        double p = !is_check                                               ? plan_levels[i]
                   : side_of(&s->draws->model->checks[figure->check]) >= 0 ? 1 - plan_confidences[i]
                                                                           : plan_confidences[i];
        struct quantile_ranks r = quantile_ranks_of(count, p);
        ranks[3 * i] = r.at;
        ranks[3 * i + 1] = r.low;
        ranks[3 * i + 2] = r.high;
    }
    struct arena *scratch = arena_make(0);
    quantile_ranks(s->columns[f], count, ranks, 3 * levels, scratch, values);
    arena_free(scratch);
    for (size_t i = 0; i < levels; i++)
        s->quantiles[f][i] = (struct plan_quantile){values[3 * i], values[3 * i + 1], values[3 * i + 2]};
}

/* ---- Results ---- */

static struct tally add_up(const struct simulation *s, size_t figure)
{
    size_t chunks = (size_t)((s->count + CHUNK - 1) / CHUNK);
    struct tally all = {.least = (double)INFINITY, .most = -(double)INFINITY};
    for (size_t c = 0; c < chunks; c++) {
        const struct tally *t = &s->tallies[c * s->draws->figure_count + figure];
        all.sum += t->sum;
        all.squares += t->squares;
        all.least = fmin(all.least, t->least);
        all.most = fmax(all.most, t->most);
        all.held += t->held;
    }
    return all;
}

static void set_spread(const struct simulation *s, size_t f, struct plan_spread *ret)
{
    const struct draw_figure *figure = &s->draws->figures[f];
    double n = (double)s->count, planned = s->planned[f];
    *ret = (struct plan_spread){.cell = figure->cell, .planned = figure->planned, .varies = figure->varies};
    ret->mean = ret->least = ret->most = planned;
    for (size_t i = 0; i < PLAN_LEVELS; i++)
        ret->quantiles[i] = (struct plan_quantile){planned, planned, planned};
    if (!figure->varies)
        return;
    struct tally all = add_up(s, f);
    double off = all.sum / n;
    ret->mean = planned + off;
    ret->deviation = n > 1 ? sqrt(fmax((all.squares - n * off * off) / (n - 1), 0)) : 0;
    ret->mean_error = ret->deviation / sqrt(n);
    ret->least = all.least;
    ret->most = all.most;
    memcpy(ret->quantiles, s->quantiles[f], sizeof ret->quantiles);
}

static double chance_error(double chance, double n)
{
    /* With none or all of n draws the truth may still be off by about 1 in n. */
    return fmax(sqrt(chance * (1 - chance) / n), 1 / n);
}

static void set_likelihood(const struct simulation *s, size_t f, struct arena *arena, struct plan_likelihood *ret)
{
    const struct plan_draws *d = s->draws;
    const struct draw_figure *figure = &d->figures[f];
    const struct plan_check *check = &d->model->checks[figure->check];
    uint32_t number;
    struct plan_binding binding;
    plan_cell_parts(d->model, figure->cell, &number, &binding);
    double n = (double)s->count;
    *ret = (struct plan_likelihood){.check = figure->check,
                                    .left = figure->cell,
                                    .right = figure->right,
                                    .year = d->model->rows[check->left].always ? -1 : binding.year,
                                    .varies = figure->varies,
                                    .limit = figure->limit,
                                    .levels = side_of(check) != 0};
    ret->planned = number_add(arena, figure->planned, figure->limit);
    ret->chance = (double)add_up(s, f).held / n;
    ret->chance_error = figure->varies ? chance_error(ret->chance, n) : 0;
    double left = number_real(ret->planned), margin = s->planned[f];
    for (size_t i = 0; i < PLAN_CONFIDENCES; i++) {
        struct plan_quantile q = {margin, margin, margin};
        if (s->columns[f])
            q = s->quantiles[f][i];
        ret->needed[i] = (struct plan_quantile){left - q.value, left - q.high, left - q.low};
    }
}

static void set_result(const struct simulation *s, struct arena *arena, struct plan_simulation *ret)
{
    const struct plan_draws *d = s->draws;
    size_t chunks = (size_t)((s->count + CHUNK - 1) / CHUNK);
    *ret = (struct plan_simulation){.draws = s->count,
                                    .seed = s->seed,
                                    .spread_count = d->cell_figures,
                                    .likelihood_count = d->figure_count - d->cell_figures,
                                    .joint_count = d->check_count,
                                    .cells = d->cells,
                                    .operations = d->operation_count - d->constants};
    ret->spreads = arena_array(arena, struct plan_spread, ret->spread_count);
    ret->likelihoods = arena_array(arena, struct plan_likelihood, ret->likelihood_count);
    ret->joints = arena_array(arena, struct plan_joint, ret->joint_count);
    for (size_t f = 0; f < ret->spread_count; f++)
        set_spread(s, f, &ret->spreads[f]);
    for (size_t f = 0; f < ret->likelihood_count; f++)
        set_likelihood(s, d->cell_figures + f, arena, &ret->likelihoods[f]);
    for (size_t k = 0; k < d->check_count; k++) {
        uint64_t held = 0;
        for (size_t c = 0; c < chunks; c++)
            held += s->joint[c * d->check_count + k];
        double chance = (double)held / (double)s->count;
        ret->joints[k] = (struct plan_joint){d->checks[k], chance, chance_error(chance, (double)s->count)};
    }
}

static bool prepare(struct simulation *s, struct arena *scratch, unsigned threads, struct error *err)
{
    const struct plan_draws *d = s->draws;
    uint64_t varying = 0, chunks = (s->count + CHUNK - 1) / CHUNK;
    for (size_t f = 0; f < d->figure_count; f++)
        varying += d->figures[f].varies;
    if (s->count == 0)
        return error_set(err, ERROR_USAGE, "say how many draws are wanted, 1 or more");
    if (s->count > BYTES_MAX / 8 / (varying ? varying : 1))
        return error_set(err, ERROR_TOO_BIG,
                         "%llu draws of %llu figures would take more than 4 GiB; ask for at most %llu",
                         (unsigned long long)s->count, (unsigned long long)varying,
                         (unsigned long long)(BYTES_MAX / 8 / (varying ? varying : 1)));
    s->columns = arena_array(scratch, double *, d->figure_count);
    s->planned = arena_array(scratch, double, d->figure_count);
    s->quantiles = arena_alloc(scratch, sizeof *s->quantiles, d->figure_count, _Alignof(double));
    s->tallies = arena_array(scratch, struct tally, chunks * d->figure_count);
    s->joint = arena_array(scratch, uint64_t, chunks * d->check_count);
    for (size_t f = 0; f < d->figure_count; f++) {
        s->planned[f] = number_real(d->figures[f].planned);
        if (d->figures[f].varies)
            s->columns[f] = arena_large(scratch, (size_t)s->count * sizeof(double));
    }
    for (unsigned t = 0; t < threads; t++) {
        s->registers[t] = arena_large(scratch, (d->registers + 1) * sizeof(block));
        run_constants(d, s->registers[t]);
    }
    return true;
}

bool plan_simulate(const struct plan_draws *draws, uint64_t count, uint64_t seed, unsigned threads, struct arena *arena,
                   struct plan_simulation *ret, struct error *err)
{
    struct simulation s = {.draws = draws, .count = count, .seed = seed};
    struct arena *scratch = arena_make(0);
    threads = threads_meant(threads);
    bool done = prepare(&s, scratch, threads, err);
    if (done) {
        struct threads_work work = {
            .threads = threads, .chunks = (size_t)((count + CHUNK - 1) / CHUNK), .work = run_chunk, .context = &s};
        struct threads_work quantiles = {
            .threads = threads, .chunks = draws->figure_count, .work = run_quantiles, .context = &s};
        must(threads_share(&work) && threads_share(&quantiles));
        set_result(&s, arena, ret);
    }
    arena_free(scratch);
    return done;
}

/* ---- One draw ---- */

size_t plan_draws_risks(const struct plan_draws *draws)
{
    return draws->risk_count;
}

size_t plan_draws_figures(const struct plan_draws *draws)
{
    return draws->figure_count;
}

static block *one_block(const struct plan_draws *draws, struct arena *scratch)
{
    block *registers = arena_large(scratch, (draws->registers + 1) * sizeof(block));
    run_constants(draws, registers);
    return registers;
}

void plan_draw_risks(const struct plan_draws *draws, uint64_t seed, uint64_t n, double *ret)
{
    struct arena *scratch = arena_make(0);
    block *registers = one_block(draws, scratch);
    draw_block(draws, seed, n / DRAW_BLOCK * DRAW_BLOCK, registers);
    for (size_t r = 0; r < draws->risk_count; r++)
        ret[r] = registers[r][n % DRAW_BLOCK];
    arena_free(scratch);
}

void plan_draw_run(const struct plan_draws *draws, const double *risks, double *ret)
{
    struct arena *scratch = arena_make(0);
    block *registers = one_block(draws, scratch);
    for (size_t r = 0; r < draws->risk_count; r++)
        for (size_t i = 0; i < DRAW_BLOCK; i++)
            registers[r][i] = risks[r];
    run_rest(draws, registers);
    for (size_t f = 0; f < draws->figure_count; f++)
        ret[f] = draws->figures[f].varies ? registers[draws->figures[f].at][0] : number_real(draws->figures[f].planned);
    arena_free(scratch);
}

/* The moved cells one after the other, each behind those that it reads: its value as it then is, and what is added. */
static bool move_exactly(const struct plan_draws *d, const struct number *risks, struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < d->moved_count;) {
        plan_cell cell = d->moved[i].cell;
        struct number value;
        if (!plan_value_or_error(d->evaluation, cell, &value, err))
            return false;
        value = number_keep(arena, value);
        for (; i < d->moved_count && d->moved[i].cell == cell; i++)
            value = number_add(arena, value, number_multiply(arena, d->moved[i].factor, risks[d->moved[i].risk]));
        plan_set(d->evaluation, cell, value);
    }
    return true;
}

bool plan_draw_exact(const struct plan_draws *draws, const struct number *risks, struct arena *arena,
                     struct number *ret, struct error *err)
{
    bool done = move_exactly(draws, risks, arena, err);
    for (size_t f = 0; done && f < draws->figure_count; f++) {
        const struct draw_figure *figure = &draws->figures[f];
        struct number left, right = NUMBER_ZERO;
        done = plan_value_or_error(draws->evaluation, figure->cell, &left, err);
        left = done ? number_keep(arena, left) : NUMBER_ZERO;
        if (done && figure->right != PLAN_NONE)
            done = plan_value_or_error(draws->evaluation, figure->right, &right, err);
        if (done)
            ret[f] = number_subtract(arena, left, right);
    }
    for (size_t i = 0; i < draws->moved_count; i++)
        plan_unset(draws->evaluation, draws->moved[i].cell);
    return done;
}
