/* Sums, largest, smallest: loops over sets and years around what is added up. */
#include "plan/compile.h"

static bool is_free(const struct compiler *c, uint32_t base, const uint32_t *sets, size_t count)
{
    size_t slot;
    if (compile_slot_for(c, base, &slot))
        return false;
    for (size_t i = 0; i < count; i++)
        if (sets[i] == base)
            return false;
    return true;
}

/* Adds the sets that this formula's rows have and nothing binds. */
static bool free_sets(struct compiler *c, const struct plan_formula *f, uint32_t *sets, size_t *count,
                      struct error *err)
{
    if (f->kind == PLAN_NAME) {
        uint32_t number = plan_names_find(&c->b->names, NAME_ROW, 0, f->name);
        if (number == NAME_UNKNOWN)
            return true; /* said when it is compiled */
        const struct plan_row *row = &c->b->model->rows[number];
        bool taken[PLAN_SETS_MAX] = {false};
        for (size_t w = 0; f->more && w < f->more->index_count; w++)
            for (size_t i = 0; i < row->set_count; i++) {
                struct choice choice;
                if (taken[i] || !build_choice(c->b, row->sets[i], f->more->index[w].text, &choice))
                    continue;
                taken[i] = choice.set == PLAN_NONE; /* a set named here is left open like one that is not */
                break;
            }
        for (size_t i = 0; i < row->set_count; i++)
            if (!taken[i] && is_free(c, row->sets[i], sets, *count)) {
                if (*count == PLAN_SETS_MAX)
                    return build_fault(c->b, f->place, err, "more than %d sets are left open here", PLAN_SETS_MAX);
                sets[(*count)++] = row->sets[i];
            }
        return true;
    }
    size_t slots = c->slot_count;
    bool fold = f->kind == PLAN_SUM || f->kind == PLAN_LARGEST || f->kind == PLAN_SMALLEST;
    if (fold && f->more->over_count == 0 && !f->more->over_years)
        return true; /* it closes what it finds open */
    for (size_t i = 0; fold && i < f->more->over_count && c->slot_count < PLAN_SLOTS_MAX; i++) {
        uint32_t set = plan_names_find(&c->b->names, NAME_SET, 0, f->more->over[i].text);
        if (set != NAME_UNKNOWN)
            c->slots[c->slot_count++] = (struct slot){c->b->model->sets[set].base, set, -1};
    }
    /* Down the left side in a loop: a chain may be thousands long. */
    const struct plan_formula *at = f;
    bool done = true;
    for (; done && at && at->kind != PLAN_NAME; at = at->part_count ? at->parts[0] : NULL) {
        if (at != f && (at->kind == PLAN_SUM || at->kind == PLAN_LARGEST || at->kind == PLAN_SMALLEST))
            break;
        for (size_t i = 1; done && i < at->part_count; i++)
            done = free_sets(c, at->parts[i], sets, count, err);
    }
    if (done && at)
        done = free_sets(c, at, sets, count, err);
    c->slot_count = slots;
    return done;
}

/* One more loop around what follows: neither too deep nor too much to add up. */
static bool opened(struct compiler *c, size_t rounds, struct plan_place place, struct error *err)
{
    c->open_loops++;
    c->rounds *= rounds;
    if (c->open_loops > PLAN_LOOPS_MAX || c->rounds > PLAN_ROUNDS_MAX)
        return build_fault(c->b, place, err, "this sum adds up more than %d figures, or %d sums stand in one another",
                           PLAN_ROUNDS_MAX, PLAN_LOOPS_MAX);
    return true;
}

static bool bind_set(struct compiler *c, uint32_t set, struct plan_place place, enum plan_fold fold, struct error *err)
{
    if (c->slot_count == PLAN_SLOTS_MAX)
        return build_fault(c->b, place, err, "more than %d sets are open here; give the inner sum a row of its own",
                           PLAN_SLOTS_MAX);
    const struct plan_set *s = &c->b->model->sets[set];
    ARENA_GROW(c->b->arena, c->loops, c->loop_count, c->loops_capacity);
    c->loops[c->loop_count] = (struct plan_loop){
        .fold = (uint8_t)fold, .slot = (uint8_t)c->slot_count, .members = s->list, .count = s->count, .set = set};
    c->slots[c->slot_count++] = (struct slot){s->base, set, (int32_t)c->loop_count};
    c->loops[c->loop_count].begin = (int32_t)c->op_count;
    compile_emit(c, PLAN_OP_LOOP, 0, (int32_t)c->loop_count++);
    return opened(c, s->count, place, err);
}

static bool bind_years(struct compiler *c, const struct plan_formula *f, enum plan_fold fold, struct error *err)
{
    struct plan_loop loop = {.fold = (uint8_t)fold, .years = true, .set = PLAN_NONE};
    if (!build_span(c->b, &f->more->span, &loop.first, &loop.last, err))
        return false;
    ARENA_GROW(c->b->arena, c->loops, c->loop_count, c->loops_capacity);
    c->loops[c->loop_count] = loop;
    c->year_loop = (int32_t)c->loop_count;
    c->loops[c->loop_count].begin = (int32_t)c->op_count;
    compile_emit(c, PLAN_OP_LOOP, 0, (int32_t)c->loop_count++);
    c->years_bound = true;
    return opened(c, (size_t)(loop.last - loop.first) + 1, f->place, err);
}

static bool bind(struct compiler *c, const struct plan_formula *f, enum plan_fold fold, struct error *err)
{
    const struct plan_formula_more *m = f->more;
    for (size_t i = 0; i < m->over_count; i++) {
        uint32_t set = plan_names_find(&c->b->names, NAME_SET, 0, m->over[i].text);
        if (set == NAME_UNKNOWN)
            return build_unknown(c->b, m->over[i].place, NAME_SET, 0, m->over[i].text, "set", err);
        if (!bind_set(c, set, m->over[i].place, fold, err))
            return false;
    }
    if (m->over_years && !bind_years(c, f, fold, err))
        return false;
    if (m->over_count || m->over_years)
        return true;
    uint32_t sets[PLAN_SETS_MAX];
    size_t count = 0;
    if (!free_sets(c, f->parts[0], sets, &count, err))
        return false;
    if (count == 0 && f->parts[0]->kind == PLAN_NAME &&
        plan_names_find(&c->b->names, NAME_ROW, 0, f->parts[0]->name) == NAME_UNKNOWN)
        return true; /* the name is the fault, and is said when it is compiled */
    for (size_t i = 0; i < count; i++)
        if (!bind_set(c, sets[i], f->place, fold, err))
            return false;
    if (count == 0)
        return build_fault(c->b, f->place, err,
                           "nothing is left to add up here; say over what, as in `sum net over dept` or `sum gap over "
                           "years`");
    return true;
}

bool compile_fold(struct compiler *c, const struct plan_formula *f, struct plan_unit *ret, struct error *err)
{
    enum plan_fold fold = f->kind == PLAN_SUM       ? PLAN_FOLD_SUM
                          : f->kind == PLAN_LARGEST ? PLAN_FOLD_LARGEST
                                                    : PLAN_FOLD_SMALLEST;
    size_t slots = c->slot_count, first = c->loop_count;
    bool years_bound = c->years_bound;
    int32_t year_loop = c->year_loop;
    size_t open_loops = c->open_loops, rounds = c->rounds;
    if (!bind(c, f, fold, err))
        return false;
    size_t last = c->loop_count;
    if (!compile_amount(c, f->parts[0], ret, err))
        return false;
    for (size_t i = last; i-- > first;) {
        c->loops[i].end = (int32_t)c->op_count;
        compile_emit(c, PLAN_OP_LOOP_END, 0, (int32_t)i);
    }
    c->slot_count = slots;
    c->years_bound = years_bound;
    c->year_loop = year_loop;
    c->open_loops = open_loops;
    c->rounds = rounds;
    return true;
}
