/* dispatch.c: from a request to its handler, in one order for all: route, session, ability, purpose, form token,
 * handler.
 *
 * Nothing here knows any page. A handler runs only when everything that its route asks for holds; what fails becomes an
 * error page with a sentence, or a walk to the sign-in or purpose page that comes back afterwards. */
#include "web/call.h"

#include "base/json.h"
#include "generated/templates.h"

static const struct {
    const char *words, *path;
    unsigned ability; /* any of these; 0: everybody */
} navigation[] = {
    {"Find", "/find", ABILITY_SEARCH},
    {"Lists", "/lists", ABILITY_LIST},
    {"Plans", "/plans", ABILITY_PLAN},
    {"Doubtful links", "/doubts", ABILITY_STEWARD},
    {"Concerns", "/concerns", ABILITY_STEWARD},
    {"Audit", "/audit", ABILITY_AUDIT},
    {"Accounts", "/accounts", ABILITY_ADMINISTER},
    {"Sources", "/sources", 0},
    {"Agreements", "/agreements", 0},
    {"My recent looks", "/my-looks", 0},
};

struct slice call_csrf(const struct call *call)
{
    return call->who ? call->who->csrf : NO_SLICE;
}

bool call_may(const struct call *call, enum ability ability)
{
    return call->who && (call->who->abilities & (unsigned)ability) != 0;
}

/* ---- The frame ---- */

static struct slice title_of_agency(const struct call *call)
{
    const struct agency *agency = catalogue_agency(call->catalogue, call->who->agency);
    return agency ? agency->title : call->who->agency;
}

static void who_is_here(struct call *call, struct page_layout *page)
{
    const struct guard_who *who = call->who;
    const struct role *role = catalogue_role(call->catalogue, who->role);
    const struct purpose *purpose = catalogue_purpose(call->catalogue, who->purpose);
    struct guard_choice *choices;
    size_t count = 0;
    struct error ignored = NO_ERROR;
    page->signed_in = true;
    page->shown = who->shown;
    page->agency = title_of_agency(call);
    page->role = role ? role->title : NO_SLICE;
    page->purpose = purpose ? purpose->title : NO_SLICE;
    page->can_change = guard_choices(call->session, call->arena, &choices, &count, &ignored) && count > 1;
    page->csrf = who->csrf;
    struct page_layout_link *links = arena_array(call->arena, struct page_layout_link, countof(navigation));
    for (size_t i = 0; i < countof(navigation) && role; i++) {
        if (navigation[i].ability && !(who->abilities & navigation[i].ability))
            continue;
        struct slice path = slice_of(navigation[i].path);
        bool under = path.len > 1 && slice_starts(call->request->path, path) &&
                     (call->request->path.len == path.len || call->request->path.at[path.len] == '/');
        links[page->links_count++] = (struct page_layout_link){
            slice_of(navigation[i].words), {path}, under || slice_equal(call->request->path, path)};
    }
    page->links = links;
}

bool call_page_with_status(struct call *call, int status, struct slice title, struct html body)
{
    const struct wording *wording = &call->catalogue->wording;
    struct page_layout page = {
        .title = title,
        .organisation = wording->organisation,
        .product = wording->product,
        .county_style = url_path(call->arena, "/county.css?v=%",
                                 slice_part(digest_hex(call->arena, &call->catalogue->digest), 0, 12)),
        .body = body,
        .help = wording->help,
        .version = S(STAITHE_VERSION),
    };
    if (call->session)
        who_is_here(call, &page);
    response_html(call->response, status, render_layout(call->arena, &page));
    return true;
}

bool call_page(struct call *call, struct slice title, struct html body)
{
    return call_page_with_status(call, 200, title, body);
}

bool call_json(struct call *call, const struct buffer *out)
{
    response_json(call->response, 200, buffer_slice(out));
    return true;
}

bool call_redirect(struct call *call, struct url to)
{
    response_redirect(call->response, to.text);
    return true;
}

/* ---- What goes wrong ---- */

static const struct {
    int status;
    const char *title, *advice;
} faults[] = {
    {400, "That request could not be read", "Go back and try again."},
    {401, "Please sign in", ""},
    {403, "That is not open to you",
     "What you may see and do depends on your role, your purpose and the agreements in force. If you think you should "
     "see this, speak "
     "to your information governance lead."},
    {404, "There is nothing here", ""},
    {409, "Somebody else came first", "Look at it again as it stands now."},
    {413, "That is too big", ""},
    {422, "There is a problem", "Go back, correct it and send it again."},
    {429, "Too many tries", ""},
    {503, "The hub is busy", "Try again in a moment."},
};

static bool wants_json(const struct call *call)
{
    if (call->route)
        return call->route->answer == ANSWER_JSON;
    return slice_starts(call->request->path, S("/api/"));
}

static struct slice sentence_of(struct call *call, const struct error *err)
{
    struct slice text = slice_of(err->text);
    if (text.len == 0)
        return S("Something went wrong.");
    char *copy = arena_cstr(call->arena, arena_format(call->arena, "%.*s.", PRINT(text)));
    if (copy[0] >= 'a' && copy[0] <= 'z')
        copy[0] = (char)(copy[0] - 'a' + 'A');
    return slice_of(copy);
}

void call_error(struct call *call, const struct error *err)
{
    int status = error_http_status(err->code);
    struct page_error page = {.title = S("Something went wrong"), .signed_in = call->session != NULL};
    page.sentence = sentence_of(call, err);
    if (status >= 500) {
        log_line(call->web->options.log, LOG_ERROR, "%.*s failed: %s", PRINT(call->place), err->text);
        if (err->code != ERROR_BUSY && err->code != ERROR_FULL)
            page.sentence = S("The hub could not do that, through no fault of yours. It has been written to the log.");
        page.advice = S("Try again in a moment; if it happens again, tell the people who run the hub.");
    }
    for (size_t i = 0; i < countof(faults); i++)
        if (faults[i].status == status) {
            page.title = slice_of(faults[i].title);
            page.advice = slice_of(faults[i].advice);
        }
    if (status == 429 || status == 503)
        call->response->retry_after = S("10");
    if (wants_json(call)) {
        struct buffer out = buffer_make(call->arena);
        struct json json = json_to(&out);
        json_object(&json);
        json_pair_text(&json, "error", page.sentence);
        json_end(&json);
        response_json(call->response, status, buffer_slice(&out));
        return;
    }
    call_page_with_status(call, status, page.title, render_error(call->arena, &page));
}

/* ---- The way in ---- */

struct given_back {
    const struct guard_catalogue *accessor;
    const struct catalogue *catalogue;
};

static void give_back(void *handle)
{
    struct given_back *given = handle;
    given->accessor->give(given->accessor->context, given->catalogue);
}

static void take_catalogue(struct call *call)
{
    struct given_back *given = arena_new(call->arena, struct given_back);
    given->accessor = &call->web->options.catalogue;
    given->catalogue = given->accessor->take(given->accessor->context);
    arena_defer(call->arena, give_back, given);
    call->catalogue = given->catalogue;
}

static struct slice token_of(const struct request *request)
{
    if (slice_starts(request->authorization, S("Bearer ")))
        return slice_trim(slice_part(request->authorization, 7, request->authorization.len));
    return parameters_get(&request->cookies, S(SESSION_COOKIE));
}

static bool resume(struct call *call, struct error *err)
{
    call->token = token_of(call->request);
    if (slice_empty(call->token))
        return error_set(err, ERROR_NOT_SIGNED_IN, "you are not signed in; sign in first");
    struct guard_visit visit = {.token = call->token, .place = call->place, .client = call->request->remote};
    if (!guard_resume(call->web->options.guard, &visit, call->arena, &call->session, err))
        return false;
    call->who = guard_who(call->session);
    call->request->session = call->session;
    call->request->log_account = call->who->account;
    return true;
}

static void start_call(struct call *call, const struct web *web, struct request *request, struct response *response)
{
    *call = (struct call){.web = web, .request = request, .response = response, .arena = request->arena};
    take_catalogue(call);
    call->hub = (struct hub){web->options.host, web->options.store, web->options.guard, call->catalogue};
    call->place = S("web");
}

/* A place to come back to after signing in: only of pages that can be asked for again. */
static struct slice back_to(struct call *call)
{
    if (call->request->method != METHOD_GET || call->request->path.len == 1)
        return NO_SLICE;
    const struct parameters *query = &call->request->query;
    struct buffer out = buffer_make(call->arena);
    struct slice rest = slice_part(call->request->path, 1, call->request->path.len), segment;
    while (slice_cut(&rest, '/', &segment)) {
        buffer_add_byte(&out, '/');
        percent_encode(&out, segment);
    }
    for (size_t i = 0; i < query->count; i++) {
        if (slice_equal(query->items[i].name, S("done")))
            continue;
        buffer_add_byte(&out, slice_find(buffer_slice(&out), '?') < out.len ? '&' : '?');
        percent_encode(&out, query->items[i].name);
        buffer_add_byte(&out, '=');
        percent_encode(&out, query->items[i].value);
    }
    return out.len <= 1000 ? buffer_slice(&out) : call->request->path;
}

static bool walk_to(struct call *call, const char *pattern)
{
    struct slice next = back_to(call);
    if (slice_empty(next))
        return call_redirect(call, (struct url){slice_part(slice_of(pattern), 0, slice_find(slice_of(pattern), '?'))});
    return call_redirect(call, url_path(call->arena, pattern, next));
}

static bool may_any(const struct call *call, struct error *err)
{
    unsigned wanted = call->route->ability;
    if (!wanted || call_may(call, (enum ability)wanted))
        return true;
    return guard_needs(call->session, (enum ability)(wanted & -wanted), err);
}

static bool answer(struct call *call, struct error *err)
{
    const struct route *route = call->route;
    bool page = route->answer != ANSWER_JSON;
    if (!resume(call, err)) {
        bool nobody = err->code == ERROR_NOT_SIGNED_IN;
        if (!nobody || (!(route->flags & ROUTE_OPEN) && !page))
            return false;
        if (!(route->flags & ROUTE_OPEN) && call->request->method == METHOD_GET)
            return walk_to(call, "/sign-in?next=%");
        if (!(route->flags & ROUTE_OPEN))
            return false;
        *err = NO_ERROR;
        return route->handle(call, err);
    }
    bool chosen = !slice_empty(call->who->role) && !slice_empty(call->who->purpose);
    if (!chosen && !(route->flags & (ROUTE_OPEN | ROUTE_NO_PURPOSE))) {
        if (page && call->request->method == METHOD_GET)
            return walk_to(call, "/purpose?next=%");
        return error_set(err, ERROR_DENIED, "no role and purpose are chosen; choose them first");
    }
    if (!may_any(call, err))
        return false;
    if (call->request->method == METHOD_POST && !(route->flags & ROUTE_OPEN) &&
        !guard_csrf(call->session, parameters_get(&call->request->form, S("csrf")), err))
        return false;
    return route->handle(call, err);
}

void web_handle(void *context, struct request *request, struct response *response)
{
    const struct web *web = context;
    struct error err = NO_ERROR;
    struct call call = {.web = web, .request = request, .response = response, .arena = request->arena};
    bool other = false;
    const struct route *route =
        route_find(request->method, request->path, request->arena, &request->path_values, &other);
    request->route = route;
    request->log_route = route ? route->pattern : "(no such page)";
    if (route && (route->flags & ROUTE_PLAIN)) {
        call.route = route;
        if (!route->handle(&call, &err))
            response_text(response, error_http_status(err.code), arena_format(request->arena, "%s.\n", err.text));
        return;
    }
    start_call(&call, web, request, response);
    call.route = route;
    bool fine;
    if (route) {
        call.place =
            arena_format(call.arena, "web %s %s", request->method == METHOD_POST ? "POST" : "GET", route->pattern);
        fine = answer(&call, &err);
    } else {
        (void)!resume(&call, &err);
        response->allow = other ? (request->method == METHOD_POST ? S("GET, HEAD") : S("POST")) : NO_SLICE;
        fine = error_set(&err, other ? ERROR_USAGE : ERROR_NOT_FOUND,
                         other ? "this page is not asked for in this way; go there by its own link or form"
                               : "there is no such page; check the address");
    }
    if (!fine)
        call_error(&call, &err);
    if (other)
        response->status = 405;
}

bool web_takes_upload(void *context, const struct request *request)
{
    const struct web *web = context;
    struct error ignored = NO_ERROR;
    struct parameters values = {0};
    bool other;
    const struct route *route = route_find(METHOD_POST, request->path, request->arena, &values, &other);
    struct slice token = token_of(request);
    if (!route || !(route->flags & ROUTE_UPLOAD) || slice_empty(token))
        return false;
    /* Nobody fills the disk without having signed in as somebody who may land. */
    struct arena *arena = arena_make(REQUEST_ARENA_MAX);
    struct guard_session *session;
    struct guard_visit visit = {.token = token, .place = S("web upload"), .client = request->remote};
    bool may = guard_resume(web->options.guard, &visit, arena, &session, &ignored) &&
               (guard_who(session)->abilities & route->ability);
    arena_free(arena);
    return may;
}

void web_refuse(void *context, const struct request *request, const struct error *err, struct response *response)
{
    struct request copy = *request;
    struct call call;
    if (slice_empty(copy.path))
        copy.path = S("/");
    start_call(&call, context, &copy, response);
    call_error(&call, err);
}
