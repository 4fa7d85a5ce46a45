/* api_watch.c: for programs: what was looked at and changed, what waits for a steward, and what was decided. */
#include "hub/events.h"
#include "web/asked.h"
#include "web/deeds.h"
#include "web/pages.h"

#include "guard/guard_json.h"
#include "hub/answer_json.h"

static void pair_time(struct json *json, const char *key, int64_t at, struct arena *arena)
{
    if (at)
        json_pair_text(json, key, time_iso(arena, at));
}

/* ---- Looks and changes ---- */

static bool put_looks(struct call *call, const struct audit_filter *filter, struct json *json, struct error *err)
{
    struct audit_entry *entries;
    size_t count;
    bool more;
    if (!audit_list(call->session, filter, call->arena, &entries, &count, &more, err))
        return false;
    json_pair_bool(json, "more", more);
    json_key(json, "looks");
    json_array(json);
    for (size_t i = 0; i < count; i++)
        audit_entry_json(json, &entries[i], call->arena);
    json_end(json);
    return true;
}

static void put_concerns(struct call *call, struct json *json, const struct concern_page *page)
{
    json_key(json, "concerns");
    json_array(json);
    for (size_t i = 0; i < page->count; i++) {
        const struct concern_line *line = &page->lines[i];
        json_object(json);
        json_pair_integer(json, "id", line->id);
        if (line->entity)
            json_pair_integer(json, "person", line->entity);
        json_pair_integer(json, "record", line->anchor);
        json_pair_text(json, "source_title", line->source_title);
        json_pair_text(json, "said_by", line->said_by);
        json_pair_text(json, "purpose", line->purpose);
        pair_time(json, "said_at", line->said_at, call->arena);
        json_pair_text(json, "words", line->words);
        json_pair_bool(json, "open", line->open);
        json_maybe_text(json, "closed_by", line->closed_by);
        pair_time(json, "closed_at", line->closed_at, call->arena);
        json_maybe_text(json, "answer", line->answer);
        json_end(json);
    }
    json_end(json);
}

bool api_my_looks(struct call *call, struct error *err)
{
    struct audit_filter filter = {.account = call->who->name};
    struct concern_page mine;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    json_object(&json);
    if (!request_integer_or(call->request, S("before"), 0, &filter.before, err) ||
        !put_looks(call, &filter, &json, err) || !concerns_mine_asked(call, &mine, err))
        return false;
    put_concerns(call, &json, &mine);
    json_end(&json);
    return call_json(call, &out);
}

bool api_audit(struct call *call, struct error *err)
{
    struct audit_filter filter;
    struct audit_head head;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    json_object(&json);
    if (!audit_filter_of(call, &filter, err) || !put_looks(call, &filter, &json, err) ||
        !audit_head(call->web->options.guard, &head, err))
        return false;
    json_pair_text(&json, "head", audit_head_text(&head, call->arena));
    json_end(&json);
    return call_json(call, &out);
}

bool api_changes(struct call *call, struct error *err)
{
    struct change *changes;
    size_t count;
    bool more;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!changes_asked(call, &changes, &count, &more, err))
        return false;
    json_object(&json);
    json_pair_bool(&json, "more", more);
    json_key(&json, "changes");
    json_array(&json);
    for (size_t i = 0; i < count; i++) {
        struct slice subject, detail;
        const char *did = deed_of_change(&changes[i], call->catalogue, call->arena, &subject, &detail);
        json_object(&json);
        json_pair_integer(&json, "id", changes[i].id);
        pair_time(&json, "at", changes[i].at, call->arena);
        json_pair_text(&json, "account", changes[i].account);
        json_pair_text(&json, "role", changes[i].role);
        json_pair_text(&json, "purpose", changes[i].purpose);
        json_pair_text(&json, "what", changes[i].what);
        json_pair_text(&json, "did", did ? slice_of(did) : changes[i].what);
        json_pair_text(&json, "subject", changes[i].subject);
        json_pair_text(&json, "subject_words", subject);
        json_pair_text(&json, "detail", detail);
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
    return call_json(call, &out);
}

/* ---- Joins and splits ---- */

/* How long one who waits for an event is put off: it asks again so often, and one who waits for long waits no longer.
 */
enum { EVENTS_WAIT_MOST = 30, EVENTS_EVERY_MS = 1000 };

/* A whole number from 0. */
static bool number_asked(struct call *call, struct slice name, int64_t *ret, struct error *err)
{
    *ret = 0;
    return slice_equal(request_value(call->request, name), S("0")) ||
           request_integer_or(call->request, name, 0, ret, err);
}

/* *ret: nothing came yet, and the time that was asked for is not over. */
static bool waits_for_events(struct call *call, int64_t since, bool *ret, struct error *err)
{
    int64_t wait;
    bool any = false;
    if (!number_asked(call, S("wait"), &wait, err))
        return false;
    int64_t spent_ms = (host_monotonic(call->hub.host) - call->request->started) / 1000000;
    *ret = call->request->may_wait && spent_ms < 1000 * (wait < EVENTS_WAIT_MOST ? wait : EVENTS_WAIT_MOST);
    if (*ret && !hub_events_any(&call->hub, call->session, since, call->arena, &any, err))
        return false;
    *ret = *ret && !any;
    return true;
}

bool api_events(struct call *call, struct error *err)
{
    int64_t since;
    bool waits;
    struct hub_event *events;
    size_t count;
    bool more;
    if (!number_asked(call, S("since"), &since, err) || !waits_for_events(call, since, &waits, err))
        return false;
    if (waits) {
        response_again(call->response, EVENTS_EVERY_MS);
        return true;
    }
    if (!hub_events(&call->hub, call->session, since, 200, call->arena, &events, &count, &more, err))
        return false;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    json_object(&json);
    json_pair_bool(&json, "more", more);
    json_pair_integer(&json, "next", count ? events[count - 1].id : since);
    json_key(&json, "events");
    json_array(&json);
    for (size_t i = 0; i < count; i++) {
        json_object(&json);
        json_pair_integer(&json, "id", events[i].id);
        pair_time(&json, "at", events[i].at, call->arena);
        json_pair_text(&json, "kind", events[i].kind);
        json_pair_integer(&json, "person", events[i].entity);
        if (events[i].other)
            json_pair_integer(&json, "other", events[i].other);
        json_pair_text(&json, "cause", events[i].cause);
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
    return call_json(call, &out);
}

/* ---- Stewardship ---- */

bool api_doubts(struct call *call, struct error *err)
{
    struct doubt_page page;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!doubts_asked(call, &page, err))
        return false;
    json_object(&json);
    json_pair_integer(&json, "total", page.total);
    json_pair_bool(&json, "more", page.more);
    json_pair_integer(&json, "next", page.next);
    json_key(&json, "doubts");
    json_array(&json);
    for (size_t i = 0; i < page.count; i++) {
        const struct doubt_line *line = &page.lines[i];
        json_object(&json);
        json_pair_integer(&json, "a", line->a);
        json_pair_integer(&json, "b", line->b);
        json_pair_real(&json, "weight", line->weight);
        json_pair_text(&json, "why", line->why);
        json_pair_integer(&json, "alike", line->alike);
        json_pair_text(&json, "name_a", line->name_a);
        json_pair_text(&json, "name_b", line->name_b);
        json_pair_text(&json, "source_title_a", line->source_a);
        json_pair_text(&json, "source_title_b", line->source_b);
        pair_time(&json, "found_at", line->found_at, call->arena);
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
    return call_json(call, &out);
}

bool api_doubt(struct call *call, struct error *err)
{
    struct doubt_detail *detail;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!doubt_asked(call, &detail, err))
        return false;
    doubt_json(&json, detail, call->arena);
    return call_json(call, &out);
}

bool api_decisions(struct call *call, struct error *err)
{
    struct decision_line *lines;
    size_t count;
    bool more;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!decisions_asked(call, &lines, &count, &more, err))
        return false;
    json_object(&json);
    json_pair_bool(&json, "more", more);
    json_key(&json, "decisions");
    json_array(&json);
    for (size_t i = 0; i < count; i++) {
        json_object(&json);
        json_pair_integer(&json, "id", lines[i].id);
        json_pair_integer(&json, "a", lines[i].a);
        json_pair_integer(&json, "b", lines[i].b);
        json_pair_text(&json, "verdict", lines[i].verdict == VERDICT_JOIN ? S("join") : S("keep_apart"));
        json_pair_text(&json, "decided_by", lines[i].decided_by);
        pair_time(&json, "decided_at", lines[i].decided_at, call->arena);
        json_pair_text(&json, "reason", lines[i].reason);
        pair_time(&json, "undone_at", lines[i].undone_at, call->arena);
        json_maybe_text(&json, "undone_by", lines[i].undone_by);
        json_maybe_text(&json, "undone_reason", lines[i].undone_reason);
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
    return call_json(call, &out);
}

bool api_concerns(struct call *call, struct error *err)
{
    struct concern_page page;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!concerns_asked(call, &page, err))
        return false;
    json_object(&json);
    json_pair_bool(&json, "more", page.more);
    put_concerns(call, &json, &page);
    json_end(&json);
    return call_json(call, &out);
}
