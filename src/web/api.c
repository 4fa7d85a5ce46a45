/* api.c: the same reads for programs: JSON under /api/v1, behind the same session, grant and audit. */
#include "web/asked.h"
#include "web/pages.h"

#include "hub/answer_json.h"

bool api_people(struct call *call, struct error *err)
{
    struct search_question question;
    struct search_answer *answer;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!search_question_of(call, &question, err) ||
        !hub_search(&call->hub, call->session, &question, call->arena, &answer, err))
        return false;
    search_json(&json, answer, call->arena);
    return call_json(call, &out);
}

bool api_person(struct call *call, struct error *err)
{
    int64_t entity;
    struct person_view *view;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!request_integer(call->request, S("id"), &entity, err) ||
        !hub_view(&call->hub, call->session, entity, call->arena, &view, err))
        return false;
    if (view->caller_check_needed)
        return error_set(err, ERROR_DENIED, "the caller has not been identified; do so on the person's page first");
    person_json(&json, view, call->arena);
    return call_json(call, &out);
}

bool api_home(struct call *call, struct error *err)
{
    struct home_view *view;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!hub_home(&call->hub, call->session, request_value(call->request, S("uprn")), call->arena, &view, err))
        return false;
    home_json(&json, view, call->arena);
    return call_json(call, &out);
}

bool api_record(struct call *call, struct error *err)
{
    struct view_record *versions;
    size_t count;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!record_asked(call, &versions, &count, err))
        return false;
    versions_json(&json, versions, count, call->arena);
    return call_json(call, &out);
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
    return call_json(call, &out);
}

bool api_list(struct call *call, struct error *err)
{
    struct list_page *found;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!list_asked(call, &found, err))
        return false;
    list_json(&json, found, call->arena);
    return call_json(call, &out);
}

bool api_list_item(struct call *call, struct error *err)
{
    struct list_page *found;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!list_item_asked(call, &found, err))
        return false;
    list_item_json(&json, &found->items[0], call->arena);
    return call_json(call, &out);
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
    return call_json(call, &out);
}
