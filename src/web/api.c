/* api.c: the same reads for programs: JSON under /api/v1, behind the same session, grant and audit. */
#include "web/call.h"
#include "web/pages.h"

#include "hub/answer_json.h"
#include "lists/list.h"

static bool send_json(struct call *call, struct buffer *out)
{
    response_json(call->response, 200, buffer_slice(out));
    return true;
}

bool api_people(struct call *call, struct error *err)
{
    struct search_question question;
    struct search_answer *answer;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!search_question_of(call, &question, err) ||
        !hub_search(&call->hub, call->session, &question, call->place, call->arena, &answer, err))
        return false;
    search_json(&json, answer, call->arena);
    return send_json(call, &out);
}

bool api_person(struct call *call, struct error *err)
{
    int64_t entity;
    struct person_view *view;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!request_integer(call->request, S("id"), &entity, err) ||
        !hub_view(&call->hub, call->session, entity, call->place, call->arena, &view, err))
        return false;
    if (view->caller_check_needed)
        return error_set(err, ERROR_DENIED, "the caller has not been identified; do so on the person's page first");
    person_json(&json, view, call->arena);
    return send_json(call, &out);
}

bool api_why(struct call *call, struct error *err)
{
    int64_t entity;
    struct why_view *why;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!request_integer(call->request, S("id"), &entity, err) ||
        !hub_why(&call->hub, call->session, entity, call->place, call->arena, &why, err))
        return false;
    why_json(&json, why);
    return send_json(call, &out);
}

bool api_home(struct call *call, struct error *err)
{
    struct home_view *view;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!hub_home(&call->hub, call->session, request_value(call->request, S("uprn")), call->place, call->arena, &view,
                  err))
        return false;
    home_json(&json, view, call->arena);
    return send_json(call, &out);
}

bool api_sources(struct call *call, struct error *err)
{
    struct freshness *freshness;
    size_t count;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!hub_freshness(&call->hub, call->arena, &freshness, &count, err))
        return false;
    freshness_json(&json, freshness, count, call->arena);
    return send_json(call, &out);
}

static void put_names(struct json *json, const char *key, const struct slice *names, size_t count)
{
    json_key(json, key);
    json_array(json);
    for (size_t i = 0; i < count; i++)
        json_text(json, names[i]);
    json_end(json);
}

static void put_clause(struct json *json, const struct clause *c)
{
    static const char *const subjects[] = {"all", "adults", "children"};
    json_object(json);
    json_pair_text(json, "clause", c->name);
    json_pair_text(json, "source", c->source);
    put_names(json, "roles", c->roles, c->role_count);
    put_names(json, "purposes", c->purposes, c->purpose_count);
    json_pair_bool(json, "match", c->match);
    json_pair_bool(json, "show_all", c->show_all);
    put_names(json, "show", c->show, c->show_count);
    json_pair_bool(json, "count", c->count);
    json_pair_text(json, "subjects", slice_of(subjects[c->subjects]));
    json_end(json);
}

bool api_agreements(struct call *call, struct error *err)
{
    (void)err;
    const struct catalogue *catalogue = call->catalogue;
    struct date today = guard_today(call->web->options.guard);
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    json_array(&json);
    for (size_t i = 0; i < catalogue->agreement_count; i++) {
        const struct agreement *a = &catalogue->agreements[i];
        json_object(&json);
        json_pair_text(&json, "name", a->name);
        json_pair_text(&json, "title", a->title);
        put_names(&json, "between", a->parties, a->party_count);
        put_names(&json, "purposes", a->purposes, a->purpose_count);
        json_pair_text(&json, "lawful_basis", a->lawful_basis);
        json_pair_text(&json, "from", date_iso(call->arena, a->from));
        json_pair_text(&json, "until", date_iso(call->arena, a->until));
        json_pair_bool(&json, "in_force", agreement_in_force(a, today));
        json_pair_text(&json, "digest", digest_hex(call->arena, &a->digest));
        json_key(&json, "clauses");
        json_array(&json);
        for (size_t k = 0; k < a->clause_count; k++)
            put_clause(&json, &a->clauses[k]);
        json_end(&json);
        json_end(&json);
    }
    json_end(&json);
    return send_json(call, &out);
}

bool api_lists(struct call *call, struct error *err)
{
    struct lists lists;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!call_lists(call, &lists, err))
        return false;
    json_array(&json);
    for (size_t i = 0; i < lists.count; i++) {
        json_object(&json);
        json_pair_text(&json, "name", lists.lists[i].name);
        json_pair_text(&json, "title", lists.lists[i].title);
        json_pair_text(&json, "about", lists.lists[i].about);
        json_pair_text(&json, "purpose", lists.lists[i].purpose);
        json_end(&json);
    }
    json_end(&json);
    return send_json(call, &out);
}

bool api_list(struct call *call, struct error *err)
{
    struct lists lists;
    struct list_question question;
    struct list_page *found;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    const struct list *list;
    if (!call_lists(call, &lists, err) || !list_question_of(call, &question, err) ||
        !call_list(call, &lists, &list, err) ||
        !list_open(&call->hub, call->session, list, &question, call->arena, &found, err))
        return false;
    list_json(&json, found, call->arena);
    return send_json(call, &out);
}

bool api_me(struct call *call, struct error *err)
{
    (void)err;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    json_object(&json);
    json_pair_text(&json, "name", call->who->name);
    json_pair_text(&json, "shown", call->who->shown);
    json_pair_text(&json, "agency", call->who->agency);
    json_pair_text(&json, "role", call->who->role);
    json_pair_text(&json, "purpose", call->who->purpose);
    json_key(&json, "excluded");
    excluded_json(&json, guard_grant(call->session));
    json_end(&json);
    return send_json(call, &out);
}
