/* The whole plan held against its own claims. */
#include "plan/check.h"

#include "plan/bound.h"
#include "plan/register.h"

struct checking {
    struct plan_evaluation *ev;
    const struct plan_model *model;
    struct arena *arena;
    struct plan_report *report;
    struct bounds bounds;
    size_t findings_capacity, loose_capacity;
};

static void find(struct checking *c, enum plan_finding_kind kind, struct plan_place place, plan_cell cell,
                 struct slice sentence)
{
    ARENA_GROW(c->arena, c->report->findings, c->report->finding_count, c->findings_capacity);
    c->report->findings[c->report->finding_count++] =
        (struct plan_finding){.kind = kind, .place = place, .cell = cell, .sentence = sentence};
}

/* ---- Checks and rules ---- */

static bool holds(const struct checking *c, const struct plan_check *check, struct number left, struct number right)
{
    struct number apart = number_subtract(c->arena, left, right),
                  bound = check->tolerant ? check->tolerance : NUMBER_ZERO;
    int above = number_compare(apart, bound), below = number_compare(number_negate(c->arena, apart), bound);
    switch (check->compare) {
    case PLAN_OP_EQUAL:
        return above <= 0 && below <= 0;
    case PLAN_OP_DIFFERENT:
        return above > 0 || below > 0;
    case PLAN_OP_LESS:
        return check->tolerant ? above < 0 : number_sign(apart) < 0;
    case PLAN_OP_LESS_EQUAL:
        return above <= 0;
    case PLAN_OP_GREATER:
        return check->tolerant ? below < 0 : number_sign(apart) > 0;
    default:
        return below <= 0;
    }
}

/* A tie holds when both sides are the same to the last digit. Else it is explained by the rounding of what is printed,
 * or declared with its difference; what is neither, or declared but otherwise, is a finding. */
static bool tie_holds(struct checking *c, const struct plan_check *check, plan_cell left, plan_cell right,
                      struct number apart)
{
    struct plan_tie tie = {.check = check, .cell = left, .apart = apart};
    const struct plan_difference *declared = NULL;
    c->report->ties++;
    for (size_t i = 0; i < check->difference_count && !declared; i++)
        declared = check->differences[i].cell == left ? &check->differences[i] : NULL;
    if (declared) {
        tie.reason = declared->reason;
        tie.bound = declared->by;
        if (!number_equal(apart, declared->by))
            return false;
        c->report->ties_anomalous++;
    } else if (number_sign(apart) == 0) {
        c->report->ties_held++;
        return true;
    } else {
        tie.bound = number_add(c->arena, bound_of(&c->bounds, left), bound_of(&c->bounds, right));
        if (number_compare(number_absolute(c->arena, apart), tie.bound) > 0)
            return false;
        c->report->ties_rounding++;
    }
    ARENA_GROW(c->arena, c->report->loose, c->report->loose_count, c->loose_capacity);
    c->report->loose[c->report->loose_count++] = tie;
    return true;
}

static const char *kind_of(const struct plan_check *check)
{
    return check->is_tie ? "tie" : check->is_rule ? "rule" : "check";
}

static void check_cell(struct checking *c, const struct plan_check *check, const uint32_t *members, int32_t year)
{
    const struct plan_model *m = c->model;
    plan_cell left = plan_cell_at(m, check->left, members, year);
    struct number a, b = NUMBER_ONE;
    c->report->checks++;
    if (plan_value(c->ev, left, &a) != PLAN_HAS_VALUE)
        return; /* told as a failure */
    if (check->right == PLAN_NONE) {
        if (number_sign(a)) {
            c->report->checks_held++;
            return;
        }
        find(c, PLAN_FINDING_CHECK, check->place, left,
             arena_format(c->arena, "the %s %.*s does not hold: %.*s", check->is_rule ? "rule" : "check",
                          PRINT(plan_cell_name(m, left, c->arena)), PRINT(check->text)));
        return;
    }
    plan_cell right = plan_cell_at(m, check->right, members, year);
    if (plan_value(c->ev, right, &b) != PLAN_HAS_VALUE)
        return;
    if (check->is_tie ? tie_holds(c, check, left, right, number_subtract(c->arena, a, b)) : holds(c, check, a, b)) {
        c->report->checks_held++;
        return;
    }
    const struct plan_unit *unit = &m->rows[check->left].unit;
    struct number apart = number_absolute(c->arena, number_subtract(c->arena, a, b));
    find(c, PLAN_FINDING_CHECK, check->place, left,
         arena_format(c->arena,
                      "the %s %.*s does not hold: %.*s, but the left side is %.*s and the right side %.*s, "
                      "%.*s apart",
                      kind_of(check), PRINT(plan_cell_name(m, left, c->arena)), PRINT(check->text),
                      PRINT(plan_exact(unit, a, c->arena)), PRINT(plan_exact(unit, b, c->arena)),
                      PRINT(plan_exact(unit, apart, c->arena))));
}

static void check_one(struct checking *c, const struct plan_check *check)
{
    const struct plan_row *row = &c->model->rows[check->left];
    size_t at[PLAN_SETS_MAX] = {0};
    uint32_t members[PLAN_SETS_MAX] = {0};
    for (;;) {
        for (size_t i = 0; i < row->set_count; i++)
            members[i] = check->region.members[i][at[i]];
        for (int32_t year = check->region.from; year <= check->region.to; year++)
            check_cell(c, check, members, year);
        size_t i = row->set_count;
        while (i > 0 && ++at[i - 1] == check->region.counts[i - 1])
            at[--i] = 0;
        if (i == 0)
            return;
    }
}

/* ---- Tables ---- */

static void table_findings(struct checking *c, const struct plan_sheet *sheet)
{
    const struct plan_table *table = sheet->table;
    for (size_t i = 0; i < table->printed_count; i++) {
        const struct plan_printed *p = &table->printed[i];
        const struct plan_figure *f = plan_sheet_at(sheet, p->row, p->column);
        const struct plan_table_column *column = &table->columns[p->column];
        const struct plan_unit *unit = column->kind == PLAN_COLUMN_FORMULA ? &column->unit : &table->rows[p->row].unit;
        if (f->agreement != PLAN_DISAGREES)
            continue;
        find(c, PLAN_FINDING_TABLE, table->rows[p->row].place, f->cell,
             arena_format(c->arena,
                          "table %.*s, %.*s, %.*s: the source prints %.*s, the plan gives %.*s (exactly %.*s)",
                          PRINT(table->name), PRINT(table->rows[p->row].label), PRINT(table->columns[p->column].label),
                          PRINT(plan_shown(unit, p->value, c->arena)),
                          PRINT(f->state == PLAN_HAS_VALUE ? f->shown : S("nothing")),
                          PRINT(plan_exact(unit, f->exact, c->arena))));
    }
    for (size_t i = 0; i < table->anomaly_count; i++) {
        const struct plan_anomaly *a = &table->anomalies[i];
        const struct plan_figure *f = plan_sheet_at(sheet, a->row, a->column);
        if (f->agreement == PLAN_AGREES)
            find(c, PLAN_FINDING_ANOMALY, a->place, f->cell,
                 arena_format(c->arena, "this is no anomaly: the source prints %.*s and so does the plan",
                              PRINT(number_text(c->arena, a->prints))));
    }
}

static void check_tables(struct checking *c)
{
    struct plan_report *report = c->report;
    report->sheet_count = c->model->table_count;
    report->sheets = arena_array(c->arena, struct plan_sheet, report->sheet_count + 1);
    for (size_t i = 0; i < report->sheet_count; i++) {
        struct plan_sheet *sheet = &report->sheets[i];
        plan_table_make(c->ev, &c->model->tables[i], c->arena, sheet);
        report->compared += sheet->compared;
        report->typed += sheet->typed;
        report->agreeing_each += sheet->agreeing_each;
        report->agreeing += sheet->agreeing;
        report->rounding += sheet->rounding;
        report->anomalous += sheet->anomalous;
        table_findings(c, sheet);
    }
}

/* ---- All of it ---- */

static void register_fault(void *context, struct plan_place place, struct slice sentence)
{
    find(context, PLAN_FINDING_REGISTER, place, PLAN_NONE, sentence);
}

static void failures(struct checking *c)
{
    struct plan_failure *list;
    size_t count = plan_failures(c->ev, c->arena, &list);
    for (size_t i = 0; i < count; i++) {
        struct slice sentence = list[i].sentence;
        if (list[i].cells > 1)
            sentence = arena_format(c->arena, "%.*s (and %zu more figures of the row likewise)", PRINT(sentence),
                                    list[i].cells - 1);
        find(c, PLAN_FINDING_FAILURE, list[i].place, list[i].cell, sentence);
    }
}

void plan_check(struct plan_evaluation *ev, struct arena *arena, struct plan_report *ret)
{
    const struct plan_model *m = plan_evaluation_model(ev);
    struct checking c = {.ev = ev, .model = m, .arena = arena, .report = ret, .bounds = bounds_of(ev, arena)};
    *ret = (struct plan_report){.givens = m->given_count};
    plan_compute_all(ev);
    for (size_t i = 0; i < m->row_count; i++) {
        if (m->rows[i].hidden)
            continue;
        ret->rows++;
        ret->formulas += m->rows[i].clause_count;
        size_t cells = m->rows[i].tuples * (size_t)m->rows[i].years;
        ret->cells += cells;
        for (size_t k = 0; k < cells; k++) {
            struct number value;
            ret->values += plan_value(ev, (plan_cell)(m->rows[i].first + k), &value) == PLAN_HAS_VALUE;
        }
    }
    failures(&c);
    for (size_t i = 0; i < m->check_count; i++)
        check_one(&c, &m->checks[i]);
    check_tables(&c);
    plan_register_faults(ev, arena, register_fault, &c);
}

static const char *const kind_words[] = {"failure", "check", "table", "anomaly", "register"};

/* The printed figures of a table that differ, each with its bound and reason. */
static void sheet_text(const struct plan_sheet *s, struct buffer *out)
{
    const struct plan_table *table = s->table;
    if (s->compared + s->typed)
        buffer_format(out, "  table %.*s: %zu compared, %zu agree, %zu rounding, %zu anomalies; %zu typed in\n",
                      PRINT(table->name), s->compared, s->agreeing, s->rounding, s->anomalous, s->typed);
    for (size_t i = 0; i < table->printed_count; i++) {
        const struct plan_printed *p = &table->printed[i];
        const struct plan_figure *f = plan_sheet_at(s, p->row, p->column);
        if (f->agreement != PLAN_ROUNDING && f->agreement != PLAN_ANOMALOUS)
            continue;
        buffer_format(out, "    %.*s, %.*s: prints %.*s, computed %.*s, within %.*s: %.*s\n",
                      PRINT(table->rows[p->row].label), PRINT(table->columns[p->column].label),
                      PRINT(number_text(out->arena, p->value)), PRINT(number_text(out->arena, f->exact)),
                      PRINT(number_text(out->arena, f->bound)),
                      PRINT(f->reason.len ? f->reason : S("rounding of what it is computed from")));
    }
}

static void ties_text(const struct plan_model *model, const struct plan_report *report, struct buffer *out)
{
    for (size_t i = 0; i < report->loose_count; i++) {
        const struct plan_tie *t = &report->loose[i];
        buffer_format(out, "  tie %.*s, %.*s: %.*s apart, ", PRINT(plan_cell_name(model, t->cell, out->arena)),
                      PRINT(t->check->title), PRINT(number_text(out->arena, t->apart)));
        if (t->reason.len)
            buffer_format(out, "declared: %.*s\n", PRINT(t->reason));
        else
            buffer_format(out, "within %.*s: rounding of its parts\n", PRINT(number_text(out->arena, t->bound)));
    }
}

static void counts_text(const struct plan_report *r, struct buffer *out)
{
    if (r->checks > r->ties)
        buffer_format(out, "%zu of %zu checks hold\n",
                      r->checks_held - r->ties_held - r->ties_rounding - r->ties_anomalous, r->checks - r->ties);
    if (r->ties)
        buffer_format(
            out,
            "%zu sums and ties between printed figures: %zu hold, %zu differ: %zu by rounding of their parts, "
            "%zu as declared, %zu otherwise\n",
            r->ties, r->ties_held, r->ties - r->ties_held, r->ties_rounding, r->ties_anomalous,
            r->ties - r->ties_held - r->ties_rounding - r->ties_anomalous);
    if (r->compared + r->typed == 0)
        return;
    buffer_format(
        out,
        "%zu printed figures compared: %zu agree, %zu differ: %zu by rounding, %zu by a declared anomaly, %zu "
        "otherwise\n",
        r->compared, r->agreeing, r->compared - r->agreeing, r->rounding, r->anomalous,
        r->compared - r->agreeing - r->rounding - r->anomalous);
    buffer_format(out,
                  "  with every figure rounded on its own, %zu would agree and %zu differ; %zu more are typed in from "
                  "where they are printed\n",
                  r->agreeing_each, r->compared - r->agreeing_each, r->typed);
}

void plan_report_text(const struct plan_model *model, const struct plan_report *report, bool all, struct buffer *out)
{
    buffer_format(out, "%zu rows, %zu figures of which %zu have a value, %zu given, %zu formulas\n", report->rows,
                  report->cells, report->values, report->givens, report->formulas);
    counts_text(report, out);
    for (size_t i = 0; all && i < report->sheet_count; i++)
        sheet_text(&report->sheets[i], out);
    if (all)
        ties_text(model, report, out);
    for (size_t i = 0; i < report->finding_count; i++) {
        const struct plan_finding *f = &report->findings[i];
        if (f->place.line)
            buffer_format(out, "%.*s:%u:%u: ", PRINT(model->syntax->files[f->place.file].path), f->place.line,
                          f->place.column);
        buffer_format(out, "%.*s.\n", PRINT(f->sentence));
    }
    buffer_format(out, report->finding_count ? "%zu faults.\n" : "No faults.\n", report->finding_count);
}

static void loose_json(const struct plan_model *model, const struct plan_report *report, struct json *json)
{
    struct arena *arena = json->out->arena;
    json_key(json, "ties_that_differ");
    json_array(json);
    for (size_t i = 0; i < report->loose_count; i++) {
        const struct plan_tie *t = &report->loose[i];
        json_object(json);
        json_pair_text(json, "tie", t->check->name);
        json_pair_text(json, "title", t->check->title);
        json_pair_text(json, "cell", plan_cell_name(model, t->cell, arena));
        json_pair_text(json, "apart", number_text(arena, t->apart));
        json_pair_text(json, "bound", number_text(arena, t->bound));
        if (t->reason.len)
            json_pair_text(json, "reason", t->reason);
        json_end(json);
    }
    json_end(json);
}

void plan_report_json(const struct plan_model *model, const struct plan_report *report, struct buffer *out)
{
    struct json json = json_to(out);
    json_object(&json);
    json_pair_text(&json, "model", model->name);
    json_pair_integer(&json, "rows", (int64_t)report->rows);
    json_pair_integer(&json, "figures", (int64_t)report->cells);
    json_pair_integer(&json, "values", (int64_t)report->values);
    json_pair_integer(&json, "givens", (int64_t)report->givens);
    json_pair_integer(&json, "formulas", (int64_t)report->formulas);
    json_pair_integer(&json, "checks", (int64_t)report->checks);
    json_pair_integer(&json, "checks_held", (int64_t)report->checks_held);
    json_pair_integer(&json, "ties", (int64_t)report->ties);
    json_pair_integer(&json, "ties_held", (int64_t)report->ties_held);
    json_pair_integer(&json, "ties_rounding", (int64_t)report->ties_rounding);
    json_pair_integer(&json, "ties_declared", (int64_t)report->ties_anomalous);
    json_pair_integer(&json, "typed", (int64_t)report->typed);
    json_pair_integer(&json, "agreeing_each", (int64_t)report->agreeing_each);
    json_pair_integer(&json, "compared", (int64_t)report->compared);
    json_pair_integer(&json, "agreeing", (int64_t)report->agreeing);
    json_pair_integer(&json, "rounding", (int64_t)report->rounding);
    json_pair_integer(&json, "anomalies", (int64_t)report->anomalous);
    loose_json(model, report, &json);
    json_key(&json, "findings");
    json_array(&json);
    for (size_t i = 0; i < report->finding_count; i++) {
        const struct plan_finding *f = &report->findings[i];
        json_object(&json);
        json_pair_text(&json, "kind", slice_of(kind_words[f->kind]));
        json_pair_text(&json, "sentence", f->sentence);
        if (f->cell != PLAN_NONE)
            json_pair_text(&json, "cell", plan_cell_name(model, f->cell, out->arena));
        if (f->place.line) {
            json_pair_text(&json, "file", model->syntax->files[f->place.file].path);
            json_pair_integer(&json, "line", f->place.line);
            json_pair_integer(&json, "column", f->place.column);
        }
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
}
