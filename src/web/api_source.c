/* api_source.c: for programs: the sources, their landings and what is in quarantine. */
#include "web/asked.h"
#include "web/pages.h"

#include "base/json.h"

/* What the list of sources tells of each; left open, for more of one. */
static void begin_source(struct call *call, struct json *json, const struct source_state *state)
{
    const struct source *source = state->source;
    json_object(json);
    json_pair_text(json, "source", source->name);
    json_pair_text(json, "title", source->title);
    json_pair_text(json, "agency", source->agency);
    if (state->landed) {
        json_pair_integer(json, "landing", state->current.id);
        json_pair_text(json, "received", time_iso(call->arena, state->current.received_at));
        if (date_known(state->current.as_at))
            json_pair_text(json, "as_at", date_iso(call->arena, state->current.as_at));
        json_pair_integer(json, "age_days", state->age.days);
    }
    json_pair_bool(json, "stale", state->age.stale);
    if (state->newest.id)
        json_pair_text(json, "newest", landing_state_name(state->newest.state));
    if (state->counted) {
        json_pair_integer(json, "records", state->records);
        json_pair_integer(json, "quarantine", state->open_quarantine);
    }
}

bool api_sources(struct call *call, struct error *err)
{
    struct source_state *states;
    size_t count;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!source_states(call->session, call->arena, &states, &count, err))
        return false;
    json_array(&json);
    for (size_t i = 0; i < count; i++) {
        begin_source(call, &json, &states[i]);
        json_end(&json);
    }
    json_end(&json);
    return call_json(call, &out);
}

static void put_columns(struct json *json, const struct source_report *report)
{
    json_key(json, "columns");
    json_array(json);
    for (size_t i = 0; i < report->source->column_count; i++) {
        const struct column *column = &report->source->columns[i];
        json_object(json);
        json_pair_text(json, "column", column->name);
        json_pair_text(json, "title", column->title);
        if (column->attribute != ATTRIBUTE_NONE)
            json_pair_text(json, "attribute", attribute_name(column->attribute));
        for (size_t k = 0; k < report->quality_count; k++)
            if (report->quality[k].column == column) {
                json_pair_integer(json, "filled", report->quality[k].filled);
                json_pair_integer(json, "distinct", report->quality[k].distinct);
                json_pair_integer(json, "quarantined", report->quality[k].quarantined);
            }
        json_end(json);
    }
    json_end(json);
}

bool api_source(struct call *call, struct error *err)
{
    const struct source *source;
    struct source_report report;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!source_asked(call, &source, err) || !source_report(call, source, &report, err))
        return false;
    begin_source(call, &json, &report.state);
    json_pair_text(&json, "about", source->about);
    json_pair_text(&json, "agreement", source->agreement);
    json_pair_integer(&json, "fresh_days", source->fresh_days);
    put_columns(&json, &report);
    json_key(&json, "landings");
    json_array(&json);
    for (size_t i = 0; i < report.landing_count; i++) {
        const struct landing *landing = &report.landings[i];
        if (report.counted) {
            landing_json(&json, landing, call->arena);
            continue;
        }
        json_object(&json);
        json_pair_integer(&json, "landing", landing->id);
        json_pair_text(&json, "state", landing_state_name(landing->state));
        json_pair_bool(&json, "current", landing->is_current);
        json_pair_text(&json, "file_name", landing->file_name);
        json_pair_text(&json, "received_at", time_iso(call->arena, landing->received_at));
        json_pair_text(&json, "received_by", landing->received_by);
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
    return call_json(call, &out);
}

bool api_landing(struct call *call, struct error *err)
{
    struct landing_report report;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!landing_report(call, &report, err))
        return false;
    json_object(&json);
    json_key(&json, "landing");
    landing_json(&json, &report.landing, call->arena);
    json_key(&json, "rules");
    json_array(&json);
    for (size_t i = 0; i < report.sum_count; i++) {
        json_object(&json);
        json_maybe_text(&json, "column", report.sums[i].column);
        json_pair_text(&json, "rule", report.sums[i].rule);
        json_pair_integer(&json, "rows", report.sums[i].rows);
        json_end(&json);
    }
    json_end(&json);
    json_key(&json, "rows");
    json_array(&json);
    for (size_t i = 0; i < report.row_count; i++) {
        const struct landing_row *row = &report.rows[i];
        json_object(&json);
        json_pair_integer(&json, "line", row->line);
        json_pair_text(&json, "fate", words_of_fate(row->fate));
        json_maybe_text(&json, "column", row->column);
        json_maybe_text(&json, "rule", row->rule);
        json_maybe_text(&json, "reason", row->reason);
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
    return call_json(call, &out);
}

bool api_quarantine(struct call *call, struct error *err)
{
    struct quarantine_page asked;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!quarantine_asked(call, &asked, err))
        return false;
    json_object(&json);
    json_pair_bool(&json, "more", asked.more);
    json_key(&json, "rows");
    json_array(&json);
    for (size_t i = 0; i < asked.count; i++) {
        const struct quarantined *row = &asked.rows[i];
        json_object(&json);
        json_pair_integer(&json, "id", row->id);
        json_pair_integer(&json, "landing", row->landing);
        json_pair_integer(&json, "line", row->line);
        json_maybe_text(&json, "column", row->column);
        json_pair_text(&json, "rule", row->rule);
        json_pair_text(&json, "reason", row->reason);
        json_pair_text(&json, "value", row->value);
        json_pair_bool(&json, "corrected", row->corrected);
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
    return call_json(call, &out);
}
