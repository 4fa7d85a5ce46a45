/* api_plan.c: the plans for programs: what each page of a plan shows, as JSON. Exact figures are texts, so that no
 * program rounds them by reading. */
#include "web/pages.h"
#include "web/plan_view.h"

#include "base/json.h"
#include "plan/register.h"
#include "plans/scenario.h"

struct answer {
    struct buffer out;
    struct json json;
};

static void begin(struct call *call, struct answer *answer)
{
    answer->out = buffer_make(call->arena);
    answer->json = json_to(&answer->out);
}

/* A text that may be left out. */
static void maybe(struct json *json, const char *key, struct slice text)
{
    if (text.len)
        json_pair_text(json, key, text);
}

static void list(struct json *json, const char *key)
{
    json_key(json, key);
    json_array(json);
}

static void put_value(struct json *json, const struct plan_view *view, plan_cell cell, struct arena *arena)
{
    struct number value;
    json_pair_text(json, "cell", plan_cell_name(view->model, cell, arena));
    json_pair_text(json, "title", plan_cell_title(view->model, cell, arena));
    json_pair_text(json, "unit", plan_unit_words(plan_unit_of(view->model, cell)));
    if (plan_value(view->evaluation, cell, &value) == PLAN_HAS_VALUE)
        json_pair_text(json, "value", number_text(arena, value));
}

bool api_plans(struct call *call, struct error *err)
{
    struct plan_listed *plans = NULL;
    struct answer a;
    size_t count;
    if (!plans_list(call->web->plans, call->session, call->arena, &plans, &count, err))
        return false;
    begin(call, &a);
    json_array(&a.json);
    for (size_t i = 0; i < count; i++) {
        json_object(&a.json);
        json_pair_text(&a.json, "plan", plans[i].name);
        json_pair_text(&a.json, "title", plans[i].title);
        json_end(&a.json);
    }
    json_end(&a.json);
    return call_json(call, &a.out);
}

static void put_parts(struct call *call, const struct plan_view *view, struct json *json)
{
    const struct plan_model *model = view->model;
    struct plan_headline headline;
    plan_headline(view, call->arena, &headline);
    list(json, "headline");
    for (size_t i = 0; i < headline.count; i++) {
        json_object(json);
        put_value(json, view, headline.cells[i], call->arena);
        json_end(json);
    }
    json_end(json);
    list(json, "tables");
    for (size_t i = 0; i < model->table_count; i++) {
        json_object(json);
        json_pair_text(json, "table", model->tables[i].name);
        json_pair_text(json, "title", model->tables[i].title);
        json_end(json);
    }
    json_end(json);
    list(json, "registers");
    for (int kind = 0; kind < PLAN_REGISTERS; kind++) {
        int64_t count = 0;
        for (size_t i = 0; i < model->entry_count; i++)
            count += model->entries[i].kind == (enum plan_register)kind;
        json_object(json);
        json_pair_text(json, "register", slice_of(plan_register_words[kind]));
        json_pair_integer(json, "rows", count);
        json_pair_bool(json, "locked", register_locked(view->plan->journal, (enum plan_register)kind) != NULL);
        json_end(json);
    }
    json_end(json);
}

bool api_plan(struct call *call, struct error *err)
{
    struct plan_view view;
    struct answer a;
    if (!plan_asked(call, &view, err))
        return false;
    begin(call, &a);
    json_object(&a.json);
    json_pair_text(&a.json, "plan", view.plan->name);
    json_pair_text(&a.json, "title", view.model->title);
    json_pair_text(&a.json, "digest", digest_hex(call->arena, &view.plan->digest));
    json_pair_integer(&a.json, "entry", view.plan->newest);
    list(&a.json, "years");
    for (int32_t i = 0; i < view.model->year_count; i++)
        json_text(&a.json, view.model->years[i]);
    json_end(&a.json);
    put_parts(call, &view, &a.json);
    list(&a.json, "left_out");
    for (size_t i = 0; i < view.plan->left_out_count; i++) {
        json_object(&a.json);
        json_pair_text(&a.json, "register", view.plan->left_out[i].register_name);
        json_pair_text(&a.json, "row", view.plan->left_out[i].subject);
        json_pair_text(&a.json, "why", view.plan->left_out[i].why);
        json_end(&a.json);
    }
    json_end(&a.json);
    json_end(&a.json);
    return call_json(call, &a.out);
}

bool api_plan_table(struct call *call, struct error *err)
{
    struct plan_view view;
    struct plan_sheet sheet;
    struct answer a;
    if (!plan_sheet_asked(call, &view, &sheet, err))
        return false;
    begin(call, &a);
    plan_table_json(view.model, &sheet, &a.json);
    return call_json(call, &a.out);
}

static void put_cells(struct json *json, const char *key, const struct plan_view *view, const plan_cell *cells,
                      size_t count, struct arena *arena)
{
    list(json, key);
    for (size_t i = 0; i < count; i++) {
        json_object(json);
        put_value(json, view, cells[i], arena);
        json_end(json);
    }
    json_end(json);
}

bool api_plan_figure(struct call *call, struct error *err)
{
    static const char *const hows[] = {"none", "given", "formula", "overlay", "set"};
    struct plan_view view;
    struct plan_explanation e;
    plan_cell cell, *uses;
    struct answer a;
    if (!plan_asked(call, &view, err) || !plan_cell_asked(call, &view, &cell, err))
        return false;
    plan_explain(view.evaluation, cell, call->arena, &e);
    size_t count = plan_used_by(view.evaluation, cell, false, call->arena, &uses);
    begin(call, &a);
    json_object(&a.json);
    put_value(&a.json, &view, cell, call->arena);
    json_pair_text(&a.json, "how", slice_of(hows[e.how]));
    maybe(&a.json, "formula", e.how == PLAN_HOW_GIVEN ? NO_SLICE : e.formula);
    maybe(&a.json, "source", plan_source_words(view.model, &e.origin, call->arena));
    maybe(&a.json, "file", texts_name(e.origin.file));
    json_pair_integer(&a.json, "line", e.origin.line);
    put_cells(&a.json, "reads", &view, e.reads, e.read_count, call->arena);
    put_cells(&a.json, "used_by", &view, uses, count, call->arena);
    json_end(&a.json);
    return call_json(call, &a.out);
}

bool api_plan_checks(struct call *call, struct error *err)
{
    struct plan_view view;
    struct plan_report report;
    struct buffer out = buffer_make(call->arena);
    if (!plan_asked(call, &view, err))
        return false;
    plan_check(view.evaluation, call->arena, &report);
    plan_report_json(view.model, &report, &out);
    return call_json(call, &out);
}

static void put_bridge(struct call *call, const struct plan_view *view, const struct plan_bridge *bridge,
                       struct json *json)
{
    json_pair_text(json, "cell", plan_cell_name(view->model, bridge->cell, call->arena));
    json_pair_text(json, "before", number_text(call->arena, bridge->before));
    json_pair_text(json, "after", number_text(call->arena, bridge->after));
    list(json, "steps");
    for (size_t i = 0; i < bridge->step_count; i++) {
        json_object(json);
        json_pair_text(json, "title", bridge->steps[i].title);
        json_pair_text(json, "change", number_text(call->arena, bridge->steps[i].change));
        json_end(json);
    }
    json_end(json);
}

bool api_plan_scenarios(struct call *call, struct error *err)
{
    struct plan_view view;
    struct scenario *scenarios;
    struct plan_bridge bridge;
    struct answer a;
    size_t count;
    if (!plan_asked(call, &view, err) || (view.overlay != PLAN_NONE && !plan_moved(call, &view, &bridge, err)))
        return false;
    scenario_list(view.plan, call->session, call->arena, &scenarios, &count);
    begin(call, &a);
    json_object(&a.json);
    list(&a.json, "scenarios");
    for (size_t i = 0; i < count; i++) {
        json_object(&a.json);
        json_pair_text(&a.json, "scenario", scenarios[i].name);
        json_pair_text(&a.json, "title", scenarios[i].title);
        maybe(&a.json, "owner", scenarios[i].owner);
        json_end(&a.json);
    }
    json_end(&a.json);
    if (view.overlay != PLAN_NONE) {
        json_key(&a.json, "moved");
        json_object(&a.json);
        put_bridge(call, &view, &bridge, &a.json);
        json_end(&a.json);
    }
    json_end(&a.json);
    return call_json(call, &a.out);
}

static void put_row(struct call *call, const struct plan_view *view, const struct register_row *row, struct json *json)
{
    json_pair_text(json, "id", row->row.id);
    json_pair_text(json, "title", row->row.title);
    json_pair_text(json, "text", row_text(&row->row, view->model, call->arena));
    maybe(json, "state", row_get(&row->row, "state"));
    if (row->written) {
        json_pair_integer(json, "entry", row->written->id);
        json_pair_text(json, "written_by", row->written->by);
    } else {
        json_pair_text(json, "file", row->file);
        json_pair_integer(json, "line", row->line);
    }
    list(json, "years");
    for (int32_t year = 0; year < view->model->year_count; year++) {
        json_object(json);
        json_pair_text(json, "year", view->model->years[year]);
        json_pair_text(json, "value", number_text(call->arena, plan_entry_in_year(row->entry, year, call->arena)));
        json_end(json);
    }
    json_end(json);
}

bool api_plan_register(struct call *call, struct error *err)
{
    struct plan_view view;
    enum plan_register kind;
    struct register_row *rows;
    struct answer a;
    size_t count;
    if (!plan_register_asked(call, &view, &kind, err))
        return false;
    register_rows(view.plan, kind, call->arena, &rows, &count);
    begin(call, &a);
    json_object(&a.json);
    json_pair_text(&a.json, "register", slice_of(plan_register_words[kind]));
    json_pair_bool(&a.json, "locked", register_locked(view.plan->journal, kind) != NULL);
    list(&a.json, "rows");
    for (size_t i = 0; i < count; i++) {
        json_object(&a.json);
        put_row(call, &view, &rows[i], &a.json);
        json_end(&a.json);
    }
    json_end(&a.json);
    json_end(&a.json);
    return call_json(call, &a.out);
}

bool api_plan_row(struct call *call, struct error *err)
{
    struct plan_view view;
    enum plan_register kind;
    struct register_row row;
    struct answer a;
    if (!plan_register_asked(call, &view, &kind, err) ||
        !register_find(view.plan, kind, request_value(call->request, S("row")), call->arena, &row, err))
        return false;
    begin(call, &a);
    json_object(&a.json);
    put_row(call, &view, &row, &a.json);
    maybe(&a.json, "missing", register_missing(view.plan, &row, call->arena));
    list(&a.json, "challenges");
    for (int i = 0; i < CHALLENGE_ROUNDS; i++) {
        if (!row.challenges[i])
            continue;
        json_object(&a.json);
        json_pair_integer(&a.json, "round", i + 1);
        json_pair_text(&a.json, "outcome", row.challenges[i]->body);
        json_pair_text(&a.json, "words", row.challenges[i]->reason);
        json_pair_text(&a.json, "by", row.challenges[i]->by);
        json_end(&a.json);
    }
    json_end(&a.json);
    json_end(&a.json);
    return call_json(call, &a.out);
}

bool api_plan_versions(struct call *call, struct error *err)
{
    struct plan_view view;
    struct version *versions;
    struct answer a;
    size_t count;
    if (!plan_asked_now(call, &view, err) ||
        !version_list(call->session, view.plan->name, call->arena, &versions, &count, err))
        return false;
    begin(call, &a);
    json_array(&a.json);
    for (size_t i = 0; i < count; i++) {
        json_object(&a.json);
        json_pair_text(&a.json, "version", versions[i].name);
        json_pair_text(&a.json, "title", versions[i].title);
        json_pair_text(&a.json, "approved_by", versions[i].by);
        json_pair_text(&a.json, "approved_at", time_iso(call->arena, versions[i].at));
        json_pair_integer(&a.json, "entry", versions[i].entry);
        json_pair_text(&a.json, "digest", digest_hex(call->arena, &versions[i].digest));
        json_end(&a.json);
    }
    json_end(&a.json);
    return call_json(call, &a.out);
}

bool api_plan_changes(struct call *call, struct error *err)
{
    struct plan_view view;
    struct plan_compared compared = {0};
    struct compare_row *rows;
    struct answer a;
    size_t count;
    if (!plan_compare_asked(call, &view, &compared, err))
        return false;
    compare_rows(compared.before, compared.after, call->arena, &rows, &count);
    begin(call, &a);
    json_object(&a.json);
    json_pair_text(&a.json, "cell", compared.cell);
    if (compared.moved.has_before)
        json_pair_text(&a.json, "before", number_text(call->arena, compared.moved.before));
    if (compared.moved.has_after)
        json_pair_text(&a.json, "after", number_text(call->arena, compared.moved.after));
    list(&a.json, "steps");
    for (size_t i = 0; i < compared.moved.step_count; i++) {
        json_object(&a.json);
        json_pair_text(&a.json, "title", compared.moved.steps[i].title);
        json_pair_text(&a.json, "change", number_text(call->arena, compared.moved.steps[i].change));
        json_end(&a.json);
    }
    json_end(&a.json);
    list(&a.json, "rows");
    for (size_t i = 0; i < count; i++) {
        json_object(&a.json);
        json_pair_text(&a.json, "register", rows[i].register_name);
        json_pair_text(&a.json, "id", rows[i].id);
        maybe(&a.json, "before", rows[i].before);
        maybe(&a.json, "after", rows[i].after);
        json_end(&a.json);
    }
    json_end(&a.json);
    json_end(&a.json);
    return call_json(call, &a.out);
}

bool api_plan_journal(struct call *call, struct error *err)
{
    struct plan_view view;
    struct plan_journal journal;
    struct answer a;
    if (!plan_journal_asked(call, &view, &journal, err))
        return false;
    begin(call, &a);
    json_object(&a.json);
    json_pair_integer(&a.json, "entries_of_all_plans", journal.chain.entries);
    if (journal.chain.broken)
        json_pair_integer(&a.json, "broken_at", journal.chain.broken);
    json_pair_text(&a.json, "head", digest_hex(call->arena, &journal.chain.head));
    json_pair_bool(&a.json, "more", journal.start > 0);
    list(&a.json, "entries");
    for (size_t i = journal.end; i-- > journal.start;) {
        const struct journal_entry *e = &view.plan->journal->entries[i];
        json_object(&a.json);
        json_pair_integer(&a.json, "id", e->id);
        json_pair_text(&a.json, "register", e->register_name);
        json_pair_text(&a.json, "subject", e->subject);
        json_pair_text(&a.json, "body", e->body);
        json_pair_text(&a.json, "reason", e->reason);
        json_pair_text(&a.json, "by", e->by);
        json_pair_text(&a.json, "at", time_iso(call->arena, e->at));
        json_pair_integer(&a.json, "replaces", e->replaces);
        json_pair_text(&a.json, "hash", digest_hex(call->arena, &e->hash));
        json_end(&a.json);
    }
    json_end(&a.json);
    json_end(&a.json);
    return call_json(call, &a.out);
}
