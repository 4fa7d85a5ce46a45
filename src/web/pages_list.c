/* pages_list.c: the declared lists: open one, take a person from it, record what happened, export. */
#include "web/asked.h"
#include "web/pages.h"
#include "web/parts.h"

bool call_lists(struct call *call, struct lists *ret, struct error *err)
{
    if (!lists_read(call->catalogue, call->arena, ret, err)) {
        err->code = ERROR_IO; /* call_error logs it and shows no path */
        return false;
    }
    for (size_t i = 0; i < ret->fault_count && call->web->options.log; i++) {
        char words[1024];
        error_print(&ret->faults[i].fault, words, sizeof words);
        log_line(call->web->options.log, LOG_ERROR, "the list %.*s is closed: %s", PRINT(ret->faults[i].name), words);
    }
    return true;
}

bool call_list(struct call *call, const struct lists *lists, const struct list **ret, struct error *err)
{
    struct slice name = request_value(call->request, S("name"));
    *ret = lists_find(lists, name);
    if (*ret)
        return true;
    if (lists_fault(lists, name))
        return error_set(err, ERROR_CONFLICT,
                         "this list is closed, since its declaration is at fault; whoever runs the hub finds the fault "
                         "in the log or by `staithe check`");
    return error_set(err, ERROR_NOT_FOUND, "the county declares no list of this name; choose one of its lists");
}

static bool list_of(struct call *call, const struct list **ret, struct error *err)
{
    struct lists lists;
    return call_lists(call, &lists, err) && call_list(call, &lists, ret, err);
}

static bool is_for(const struct call *call, const struct list *list)
{
    if (!slice_equal(list->purpose, call->who->purpose))
        return false;
    for (size_t i = 0; i < list->role_count; i++)
        if (slice_equal(list->roles[i], call->who->role))
            return true;
    return false;
}

bool page_lists(struct call *call, struct error *err)
{
    struct lists lists;
    if (!call_lists(call, &lists, err))
        return false;
    struct page_lists_row *rows = arena_array(call->arena, struct page_lists_row, lists.count);
    for (size_t i = 0; i < lists.count; i++) {
        const struct list *list = &lists.lists[i];
        const struct purpose *purpose = catalogue_purpose(call->catalogue, list->purpose);
        rows[i] = (struct page_lists_row){list->title, url_path(call->arena, "/lists/%", list->name), list->about,
                                          purpose ? purpose->title : list->purpose, is_for(call, list)};
    }
    struct page_lists_closed *closed = arena_array(call->arena, struct page_lists_closed, lists.fault_count);
    for (size_t i = 0; i < lists.fault_count; i++)
        closed[i] = (struct page_lists_closed){lists.faults[i].name};
    struct page_lists page = {
        .rows = rows, .rows_count = lists.count, .closed = closed, .closed_count = lists.fault_count};
    return call_page(call, S("Lists"), render_lists(call->arena, &page));
}

/* ---- The list ---- */

static struct slice address_of(struct call *call, const struct list_item *item)
{
    struct slice words = words_of_address(call->arena, item->address, item->postcode);
    return slice_empty(words) ? S("Address not shown") : words;
}

static struct slice taken_of(struct call *call, const struct list_item *item)
{
    if (slice_empty(item->taken_by))
        return NO_SLICE;
    if (slice_equal(item->taken_by, call->who->name))
        return S("Yours");
    return arena_format(call->arena, "Taken by %.*s", PRINT(item->taken_by));
}

static struct page_list_item item_of(struct call *call, const struct list *list, const struct list_item *item)
{
    struct slice id = text_of_integer(call->arena, item->entity);
    struct page_list_reason *reasons = arena_array(call->arena, struct page_list_reason, item->reason_count);
    for (size_t i = 0; i < item->reason_count; i++) {
        const struct list_reason *r = &item->reasons[i];
        reasons[i] = (struct page_list_reason){
            .words = r->rule->reason,
            .points = r->rule->points,
            .said = words_joined(call->arena, (const struct slice[]){r->source_title, r->value}, 2, S(": ")),
            .to = url_path(call->arena, "/records/%", text_of_integer(call->arena, r->anchor)),
        };
    }
    return (struct page_list_item){
        .number = id,
        .name = item->name,
        .to = url_path(call->arena, "/people/%", id),
        .act = url_path(call->arena, "/lists/%/%", list->name, id),
        .born = date_known(item->born) ? date_words(call->arena, item->born) : NO_SLICE,
        .address = address_of(call, item),
        .home = slice_empty(item->uprn) ? (struct url){NO_SLICE} : url_path(call->arena, "/homes/%", item->uprn),
        .points = item->points,
        .taken = taken_of(call, item),
        .taken_by_me = slice_equal(item->taken_by, call->who->name),
        .reasons = reasons,
        .reasons_count = item->reason_count,
    };
}

static void put_rule(struct call *call, const struct list_page *found, struct page_list *page)
{
    const struct list *list = found->list;
    struct page_list_rule *rules = arena_array(call->arena, struct page_list_rule, list->reason_count);
    for (size_t i = 0; i < list->reason_count; i++)
        rules[i] = (struct page_list_rule){list->reasons[i].reason, list->reasons[i].points};
    struct page_list_out *out = arena_array(call->arena, struct page_list_out, found->left_out_count);
    for (size_t i = 0; i < found->left_out_count; i++)
        out[i] = (struct page_list_out){found->left_out[i].reason, (int64_t)found->left_out[i].people,
                                        found->left_out[i].uncounted};
    struct page_list_no *unusable = arena_array(call->arena, struct page_list_no, found->unusable_count);
    for (size_t i = 0; i < found->unusable_count; i++)
        unusable[i] = (struct page_list_no){found->unusable[i].rule->reason, found->unusable[i].why};
    page->rules = rules;
    page->rules_count = list->reason_count;
    page->left_out = out;
    page->left_out_count = found->left_out_count;
    page->unusable = unusable;
    page->unusable_count = found->unusable_count;
}

enum { PAGE = 25 };

static bool list_question_of(struct call *call, struct list_question *question, struct error *err)
{
    int64_t page;
    if (!request_integer_or(call->request, S("page"), 1, &page, err))
        return false;
    if (page > 100000)
        return error_set(err, ERROR_USAGE, "there is no such page of the list");
    *question =
        (struct list_question){.first = (size_t)(page - 1) * PAGE, .limit = PAGE, .kept = call->web->kept_lists};
    return true;
}

bool list_asked(struct call *call, struct list_page **ret, struct error *err)
{
    const struct list *list;
    struct list_question question;
    return list_of(call, &list, err) && list_question_of(call, &question, err) &&
           list_open(&call->hub, call->session, list, &question, call->arena, ret, err);
}

bool page_list(struct call *call, struct error *err)
{
    struct list_page *found;
    if (!list_asked(call, &found, err))
        return false;
    const struct list *list = found->list;
    struct page_list_item *items = arena_array(call->arena, struct page_list_item, found->count);
    for (size_t i = 0; i < found->count; i++)
        items[i] = item_of(call, list, &found->items[i]);
    struct page_list page = {
        .done = part_of_done(call),
        .title = list->title,
        .about = list->about,
        .order = list->order_words,
        .total = found->uncounted.len ? 0 : (int64_t)found->total,
        .uncounted = found->uncounted,
        .first = (int64_t)found->first + 1,
        .last = (int64_t)(found->first + found->count),
        .items = items,
        .items_count = found->count,
        .threshold = list->at_least,
        .export = call_may(call, ABILITY_EXPORT) ? url_path(call->arena, "/lists/%/export.csv", list->name)
                                                 : (struct url){NO_SLICE},
        .name = list->name,
    };
    if (found->first + found->count < found->total) {
        struct part_pager *pager = arena_new(call->arena, struct part_pager);
        int64_t next = (int64_t)(found->first / PAGE) + 2;
        pager->next = url_path(call->arena, "/lists/%?page=%", list->name, text_of_integer(call->arena, next));
        page.pager = pager;
    }
    put_rule(call, found, &page);
    return call_page(call, list->title, render_list(call->arena, &page));
}

bool file_list_csv(struct call *call, struct error *err)
{
    const struct list *list;
    struct list_question question = {.limit = 10000, .export = true, .kept = call->web->kept_lists};
    struct list_page *found;
    struct buffer csv = buffer_make(call->arena);
    if (!list_of(call, &list, err) || !list_open(&call->hub, call->session, list, &question, call->arena, &found, err))
        return false;
    list_csv(found, &csv);
    response_csv(call->response,
                 arena_format(call->arena, "%.*s-%.*s.csv", PRINT(list->name),
                              PRINT(date_iso(call->arena, guard_today(call->web->options.guard)))),
                 buffer_slice(&csv));
    return true;
}

/* ---- One person of it ---- */

bool list_item_asked(struct call *call, struct list_page **ret, struct error *err)
{
    const struct list *list;
    struct list_question question = {.limit = 1, .kept = call->web->kept_lists};
    if (!list_of(call, &list, err) || !request_integer(call->request, S("id"), &question.entity, err) ||
        !list_open(&call->hub, call->session, list, &question, call->arena, ret, err))
        return false;
    return (*ret)->count ||
           error_set(err, ERROR_NOT_FOUND, "this person does not stand on the list any more; open the list again");
}

static bool show_item(struct call *call, struct slice problem, struct error *err)
{
    struct list_page *found;
    if (!list_item_asked(call, &found, err))
        return false;
    const struct list *list = found->list;
    const struct list_item *item = &found->items[0];
    struct slice id = text_of_integer(call->arena, item->entity),
                 chosen = parameters_get(&call->request->form, S("outcome"));
    struct page_visit_reason *reasons = arena_array(call->arena, struct page_visit_reason, item->reason_count);
    for (size_t i = 0; i < item->reason_count; i++)
        reasons[i] = (struct page_visit_reason){
            item->reasons[i].rule->reason, item->reasons[i].rule->points, item->reasons[i].value,
            item->reasons[i].source_title,
            url_path(call->arena, "/records/%", text_of_integer(call->arena, item->reasons[i].anchor))};
    struct page_visit_outcome *outcomes = arena_array(call->arena, struct page_visit_outcome, list->outcome_count);
    for (size_t i = 0; i < list->outcome_count; i++)
        outcomes[i] = (struct page_visit_outcome){list->outcomes[i].name, list->outcomes[i].title,
                                                  slice_equal(list->outcomes[i].name, chosen)};
    bool mine = slice_equal(item->taken_by, call->who->name);
    struct page_visit page = {
        .problem = part_of_problem(call, problem, "outcome-1"),
        .list = list->title,
        .back = url_path(call->arena, "/lists/%", list->name),
        .name = item->name,
        .person = url_path(call->arena, "/people/%", id),
        .born = date_known(item->born) ? date_words(call->arena, item->born) : NO_SLICE,
        .address = address_of(call, item),
        .points = item->points,
        .taken = taken_of(call, item),
        .taken_by_me = mine,
        .taken_by_other = !mine && !slice_empty(item->taken_by),
        .reasons = reasons,
        .reasons_count = item->reason_count,
        .take = url_path(call->arena, "/lists/%/%/take", list->name, id),
        .give_back = url_path(call->arena, "/lists/%/%/give-back", list->name, id),
        .record = url_path(call->arena, "/lists/%/%/outcome", list->name, id),
        .csrf = call_csrf(call),
        .outcomes = outcomes,
        .outcomes_count = list->outcome_count,
        .on_date = parameters_get(&call->request->form, S("on_date")),
        .words = parameters_get(&call->request->form, S("words")),
    };
    return call_page_with_status(call, problem.len ? 422 : 200, item->name, render_visit(call->arena, &page));
}

bool page_list_item(struct call *call, struct error *err)
{
    return show_item(call, NO_SLICE, err);
}

typedef bool act_function(const struct hub *hub, const struct guard_session *session, const struct list *list,
                          const struct list_act *act, struct arena *arena, struct error *err);

static bool act(struct call *call, act_function *function, const char *then, struct error *err)
{
    const struct list *list;
    struct list_act act = {.kept = call->web->kept_lists};
    return list_of(call, &list, err) && request_integer(call->request, S("id"), &act.entity, err) &&
           function(&call->hub, call->session, list, &act, call->arena, err) &&
           call_redirect(call, url_path(call->arena, then, list->name));
}

bool do_list_take(struct call *call, struct error *err)
{
    return act(call, list_take, "/lists/%?done=taken", err);
}

bool do_list_give_back(struct call *call, struct error *err)
{
    return act(call, list_give_back, "/lists/%?done=given-back", err);
}

bool do_list_outcome(struct call *call, struct error *err)
{
    const struct list *list;
    const struct parameters *form = &call->request->form;
    struct date_form day = {.order = DATE_DMY};
    struct slice on_date = slice_trim(parameters_get(form, S("on_date")));
    struct list_act result = {.kept = call->web->kept_lists,
                              .outcome = parameters_get(form, S("outcome")),
                              .words = slice_trim(parameters_get(form, S("words")))};
    if (slice_empty(result.outcome))
        return show_item(call, S("Choose what happened"), err);
    if (!slice_empty(on_date) && !date_read(on_date, &day, &result.on_date))
        return show_item(call, S("The day is not a date; write it like 27 11 2026, or leave it empty for today"), err);
    if (!list_of(call, &list, err) || !request_integer(call->request, S("id"), &result.entity, err))
        return false;
    if (list_record(&call->hub, call->session, list, &result, call->arena, err))
        return call_redirect(call, url_path(call->arena, "/lists/%?done=recorded", list->name));
    if (err->code != ERROR_INPUT)
        return false;
    struct error problem = *err;
    *err = NO_ERROR;
    return show_item(call, words_of_error(call->arena, &problem), err);
}
