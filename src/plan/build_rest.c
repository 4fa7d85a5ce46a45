/* What stands upon the rows: scenarios and versions, checks, what-if questions, risks, the timetable. */
#include "plan/build.h"

/* The cells that `ROW[index] years` names. */
static bool target(struct builder *b, const struct plan_statement *s, uint32_t *ret_row, struct plan_region *ret,
                   struct error *err)
{
    uint32_t row = plan_names_find(&b->names, NAME_ROW, 0, s->name.text);
    if (row == NAME_UNKNOWN)
        return build_unknown(b, s->name.place, NAME_ROW, 0, s->name.text, "row", err);
    if (!build_region(b, row, s->index, s->index_count, s->place, ret, err))
        return false;
    *ret_row = row;
    if (!b->model->rows[row].always)
        return build_span(b, &s->span, &ret->from, &ret->to, err);
    if (s->span.given)
        return build_fault(b, s->place, err, "%.*s is the same in all years; write it without years",
                           PRINT(s->name.text));
    return true;
}

/* ---- Scenarios, versions ---- */

static bool setting(struct builder *b, const struct plan_statement *s, uint32_t *ret, struct error *err)
{
    uint32_t row;
    struct plan_region region;
    struct plan_unit unit;
    if (!target(b, s, &row, &region, err))
        return false;
    *ret = (uint32_t)b->model->clause_count;
    struct plan_clause *clause = build_clause(b, row);
    clause->region = region;
    clause->formula = s->formula;
    clause->place = s->place;
    clause->text = build_text(b, s->formula);
    if (!build_origin(b, &s->source, s->place, &clause->origin, err) ||
        !compile_formula(b, clause, s->formula, true, &unit, err))
        return false;
    const struct plan_row *r = &b->model->rows[row];
    if (unit.kind == PLAN_UNIT_ANY && r->unit.kind == PLAN_UNIT_PLAIN && r->unit.power == -2 &&
        s->formula->kind == PLAN_NUMBER && number_sign(s->formula->value) != 0)
        return build_fault(b, s->formula->place, err, "%.*s is in %%; write the %% sign", PRINT(r->name));
    if (unit.kind == PLAN_UNIT_ANY || build_unit_same(&unit, &r->unit))
        return true;
    struct slice words = build_unit_words(&unit);
    return build_fault(b, s->formula->place, err, "%.*s is in %.*s but this gives %.*s", PRINT(r->name),
                       PRINT(r->unit.name), PRINT(words));
}

static bool overlay(struct builder *b, const struct plan_statement *s, struct error *err)
{
    struct plan_model *m = b->model;
    if (!plan_names_add(&b->names, NAME_OVERLAY, 0, s->name.text, (uint32_t)m->overlay_count, NULL))
        return build_fault(b, s->name.place, err, "%.*s is declared twice; keep one of them", PRINT(s->name.text));
    size_t count = 0;
    for (const struct plan_statement *line = s->body; line; line = line->next)
        count++;
    uint32_t *clauses = arena_array(b->arena, uint32_t, count + 1);
    count = 0;
    for (const struct plan_statement *line = s->body; line; line = line->next)
        if (!setting(b, line, &clauses[count++], err))
            return false;
    ARENA_GROW(b->arena, m->overlays, m->overlay_count, b->overlays_capacity);
    m->overlays[m->overlay_count++] = (struct plan_overlay){.name = s->name.text,
                                                            .title = s->title.len ? s->title : s->name.text,
                                                            .on = s->note,
                                                            .is_version = s->kind == PLAN_VERSION,
                                                            .based_on = PLAN_NONE,
                                                            .clauses = clauses,
                                                            .clause_count = count,
                                                            .place = s->place};
    return true;
}

bool build_overlays(struct builder *b, struct error *err)
{
    struct plan_model *m = b->model;
    for (const struct plan_statement *s = b->syntax->statements; s; s = s->next)
        if ((s->kind == PLAN_SCENARIO || s->kind == PLAN_VERSION) && !overlay(b, s, err))
            return false;
    for (const struct plan_statement *s = b->syntax->statements; s; s = s->next) {
        if ((s->kind != PLAN_SCENARIO && s->kind != PLAN_VERSION) || !s->of.text.len)
            continue;
        uint32_t number = plan_names_find(&b->names, NAME_OVERLAY, 0, s->name.text),
                 base = plan_names_find(&b->names, NAME_OVERLAY, 0, s->of.text);
        if (base == NAME_UNKNOWN)
            return build_unknown(b, s->of.place, NAME_OVERLAY, 0, s->of.text, "scenario or version", err);
        for (uint32_t at = base; at != PLAN_NONE; at = m->overlays[at].based_on)
            if (at == number)
                return build_fault(b, s->of.place, err, "%.*s would be based on itself", PRINT(s->name.text));
        m->overlays[number].based_on = base;
    }
    return true;
}

/* ---- Checks ---- */

static bool is_comparison(const struct plan_formula *f)
{
    return f->kind >= PLAN_EQUAL && f->kind <= PLAN_GREATER_EQUAL && f->parts[0]->kind != PLAN_YEAR;
}

/* The check's sets, and the part of them that it is for. */
static bool check_sets(struct builder *b, const struct plan_statement *s, uint32_t *sets, struct plan_region *region,
                       struct error *err)
{
    *region = (struct plan_region){0};
    if (s->index_count > PLAN_SETS_MAX)
        return build_fault(b, s->index[PLAN_SETS_MAX].place, err, "a check has at most %d sets", PLAN_SETS_MAX);
    for (size_t i = 0; i < s->index_count; i++) {
        uint32_t set = plan_names_find(&b->names, NAME_SET, 0, s->index[i].text);
        if (set == NAME_UNKNOWN)
            return build_unknown(b, s->index[i].place, NAME_SET, 0, s->index[i].text, "set", err);
        const struct plan_set *whole = &b->model->sets[set];
        sets[i] = whole->base;
        region->members[i] = whole->list;
        region->holds[i] = whole->holds;
        region->counts[i] = whole->count;
    }
    return build_span(b, &s->span, &region->from, &region->to, err);
}

/* The cells that a tie's `differs` lines speak of. */
static bool differences(struct builder *b, const struct plan_statement *s, struct plan_check *c, struct error *err)
{
    size_t count = 0, capacity = 0;
    struct plan_difference *all = NULL;
    for (const struct plan_statement *line = s->body; line; line = line->next) {
        struct plan_region region;
        uint32_t members[PLAN_SETS_MAX];
        int32_t year;
        ARENA_GROW(b->arena, all, count, capacity);
        if (!build_year(b, &line->name, &year, err) ||
            !build_region(b, c->left, line->words, line->word_count, line->place, &region, err))
            return false;
        for (size_t i = 0; i < b->model->rows[c->left].set_count; i++) {
            if (region.counts[i] != 1)
                return build_fault(b, line->place, err, "say of which %.*s this is",
                                   PRINT(b->model->sets[b->model->rows[c->left].sets[i]].name));
            members[i] = region.members[i][0];
        }
        all[count++] = (struct plan_difference){.cell = plan_cell_at(b->model, c->left, members, year),
                                                .by = line->number,
                                                .reason = line->title,
                                                .place = line->place};
    }
    c->differences = all;
    c->difference_count = count;
    return true;
}

static bool check(struct builder *b, const struct plan_statement *s, struct error *err)
{
    struct plan_model *m = b->model;
    uint32_t sets[PLAN_SETS_MAX];
    struct plan_check c = {.name = s->name.text,
                           .title = s->title.len ? s->title : s->name.text,
                           .is_rule = slice_equal(s->style, S("rule")),
                           .is_tie = slice_equal(s->style, S("tie")),
                           .right = PLAN_NONE,
                           .tolerant = s->second != NULL,
                           .text = build_text(b, s->formula),
                           .place = s->place};
    if (!plan_names_add(&b->names, NAME_CHECK, 0, s->name.text, (uint32_t)m->check_count, NULL))
        return build_fault(b, s->name.place, err, "the check %.*s stands twice; keep one of them", PRINT(s->name.text));
    if (!check_sets(b, s, sets, &c.region, err) || !build_origin(b, &s->source, s->place, &c.origin, err))
        return false;
    if (c.tolerant) {
        if (s->second->kind != PLAN_NUMBER || !is_comparison(s->formula))
            return build_fault(b, s->second->place, err, "a tolerance is one number, behind a comparison");
        c.tolerance = s->second->value;
    }
    const struct plan_formula *left = s->formula;
    if (is_comparison(s->formula)) {
        c.compare = (enum plan_operation)(PLAN_OP_EQUAL + (s->formula->kind - PLAN_EQUAL));
        left = s->formula->parts[0];
        if (!build_hidden(b, arena_format(b->arena, " %.*s right", PRINT(c.name)), sets, s->index_count, &c.region,
                          s->formula->parts[1], arena_format(b->arena, "%.*s (right side)", PRINT(c.title)), &c.right,
                          err))
            return false;
    }
    if (!build_hidden(b, arena_format(b->arena, " %.*s", PRINT(c.name)), sets, s->index_count, &c.region, left, c.title,
                      &c.left, err))
        return false;
    const struct plan_unit *unit = &m->rows[c.left].unit;
    if (c.right == PLAN_NONE && unit->kind != PLAN_UNIT_TRUTH)
        return build_fault(b, s->formula->place, err, "a check compares, as in `that a = b`");
    const struct plan_unit *other = c.right == PLAN_NONE ? unit : &m->rows[c.right].unit;
    if (!build_unit_same(unit, other) && left->kind != PLAN_NUMBER && s->formula->parts[1]->kind != PLAN_NUMBER &&
        left->kind != PLAN_NEGATE && s->formula->parts[1]->kind != PLAN_NEGATE)
        return build_fault(b, s->formula->place, err, "%.*s and %.*s cannot be compared", PRINT(build_unit_words(unit)),
                           PRINT(build_unit_words(other)));
    if (c.is_tie && (c.compare != PLAN_OP_EQUAL || c.right == PLAN_NONE || c.tolerant))
        return build_fault(b, s->formula->place, err, "a tie says that a = b, without a tolerance");
    if (!differences(b, s, &c, err))
        return false;
    ARENA_GROW(b->arena, m->checks, m->check_count, b->checks_capacity);
    m->checks[m->check_count++] = c;
    return true;
}

bool build_checks(struct builder *b, struct error *err)
{
    for (const struct plan_statement *s = b->syntax->statements; s; s = s->next)
        if (s->kind == PLAN_CHECK && !check(b, s, err))
            return false;
    return true;
}

/* ---- What if, risks ---- */

static bool vary(struct builder *b, const struct plan_statement *s, struct error *err)
{
    struct plan_model *m = b->model;
    struct plan_vary v = {.title = s->title.len ? s->title : s->name.text, .place = s->place};
    if (!target(b, s, &v.row, &v.region, err) ||
        !build_value(b, &m->rows[v.row].unit, s->number, s->flags[0], s->place, &v.by, err))
        return false;
    ARENA_GROW(b->arena, m->varies, m->vary_count, b->varies_capacity);
    m->varies[m->vary_count++] = v;
    return true;
}

static bool risk(struct builder *b, const struct plan_statement *s, struct error *err)
{
    struct plan_model *m = b->model;
    struct plan_risk r = {.name = s->name.text,
                          .title = s->title.len ? s->title : s->name.text,
                          .chance = slice_equal(s->style, S("triangle"))  ? PLAN_TRIANGLE
                                    : slice_equal(s->style, S("uniform")) ? PLAN_UNIFORM
                                    : slice_equal(s->style, S("normal"))  ? PLAN_NORMAL
                                                                          : PLAN_CHANCE,
                          .place = s->place};
    if (!plan_names_add(&b->names, NAME_RISK, 0, s->name.text, (uint32_t)m->risk_count, NULL))
        return build_fault(b, s->name.place, err, "the risk %.*s stands twice; keep one of them", PRINT(s->name.text));
    for (size_t i = 0; i < countof(r.figures); i++)
        r.figures[i] = s->numbers[i];
    for (size_t i = 1; i < s->number_count && r.chance <= PLAN_UNIFORM; i++)
        if (number_compare(r.figures[i], r.figures[i - 1]) < 0)
            return build_fault(b, s->place, err, "the figures of a %.*s rise from the lowest to the highest",
                               PRINT(s->style));
    if (r.chance == PLAN_CHANCE && (number_sign(r.figures[0]) < 0 || number_compare(r.figures[0], NUMBER_ONE) > 0))
        return build_fault(b, s->place, err, "a chance is from 0%% to 100%%");
    size_t count = 0;
    for (const struct plan_statement *line = s->body; line; line = line->next)
        count++;
    struct plan_move *moves = arena_array(b->arena, struct plan_move, count);
    for (const struct plan_statement *line = s->body; line; line = line->next) {
        struct plan_move *move = &moves[r.move_count++];
        if (!target(b, line, &move->row, &move->region, err) ||
            !build_value(b, &m->rows[move->row].unit, line->number, line->flags[0], line->place, &move->by, err))
            return false;
        move->each = line->numbers[0];
        if (number_sign(move->each) == 0)
            return build_fault(b, line->place, err, "each 0 has no meaning");
    }
    r.moves = moves;
    if (!build_origin(b, &s->source, s->place, &r.origin, err))
        return false;
    ARENA_GROW(b->arena, m->risks, m->risk_count, b->risks_capacity);
    m->risks[m->risk_count++] = r;
    return true;
}

/* ---- Timetable, gates, ranking ---- */

static bool step(struct builder *b, const struct plan_statement *s, struct error *err)
{
    struct plan_model *m = b->model;
    if (!plan_names_add(&b->names, NAME_STEP, 0, s->name.text, (uint32_t)m->step_count, NULL))
        return build_fault(b, s->name.place, err, "the step %.*s stands twice; keep one of them", PRINT(s->name.text));
    ARENA_GROW(b->arena, m->steps, m->step_count, b->steps_capacity);
    m->steps[m->step_count++] = (struct plan_step){.id = s->name.text,
                                                   .title = s->title,
                                                   .when = s->note,
                                                   .to_be_confirmed = s->flags[0],
                                                   .external = s->flags[1],
                                                   .place = s->place};
    return true;
}

static bool register_of(struct builder *b, const struct plan_word *word, enum plan_register *ret, struct error *err)
{
    for (size_t i = 0; plan_register_words[i]; i++)
        if (slice_equal(word->text, slice_of(plan_register_words[i]))) {
            *ret = (enum plan_register)i;
            return true;
        }
    return build_fault(b, word->place, err, "%.*s is no register; write bids, savings, virements, capital or reserves",
                       PRINT(word->text));
}

static bool gate(struct builder *b, const struct plan_statement *s, struct error *err)
{
    struct plan_model *m = b->model;
    struct plan_gate g = {.name = s->name.text,
                          .title = s->title.len ? s->title : s->name.text,
                          .needs = s->attributes,
                          .need_count = s->attribute_count,
                          .place = s->place};
    if (!register_of(b, &s->of, &g.kind, err))
        return false;
    if (s->word_count) {
        g.step = s->words[0].text;
        if (plan_names_find(&b->names, NAME_STEP, 0, g.step) == NAME_UNKNOWN)
            return build_unknown(b, s->words[0].place, NAME_STEP, 0, g.step, "step", err);
    }
    ARENA_GROW(b->arena, m->gates, m->gate_count, b->gates_capacity);
    m->gates[m->gate_count++] = g;
    return true;
}

static bool rank(struct builder *b, const struct plan_statement *s, struct error *err)
{
    struct plan_model *m = b->model;
    struct plan_rank r = {
        .weights = s->attributes, .weight_count = s->attribute_count, .limit_row = PLAN_NONE, .place = s->place};
    if (!register_of(b, &s->of, &r.kind, err))
        return false;
    for (size_t i = 0; i < s->attribute_count; i++)
        if (!s->attributes[i].is_number)
            return build_fault(b, s->attributes[i].value.place, err, "a criterion has a number as its weight");
    struct plan_region all = {.to = m->year_count - 1};
    if (s->formula && !build_hidden(b, S(" limit of the ranking"), NULL, 0, &all, s->formula, S("What may be spent"),
                                    &r.limit_row, err))
        return false;
    ARENA_GROW(b->arena, m->ranks, m->rank_count, b->ranks_capacity);
    m->ranks[m->rank_count++] = r;
    return true;
}

bool build_rest(struct builder *b, struct error *err)
{
    for (const struct plan_statement *s = b->syntax->statements; s; s = s->next)
        if (s->kind == PLAN_STEP && !step(b, s, err))
            return false;
    for (const struct plan_statement *s = b->syntax->statements; s; s = s->next) {
        bool done = s->kind == PLAN_VARY   ? vary(b, s, err)
                    : s->kind == PLAN_RISK ? risk(b, s, err)
                    : s->kind == PLAN_GATE ? gate(b, s, err)
                    : s->kind == PLAN_RANK ? rank(b, s, err)
                                           : true;
        if (!done)
            return false;
    }
    return true;
}
