/* pages_frame.c: coming and going: sign in, choose role and purpose, the start page, help, sign out.
 *
 * The sign-in form has no session whose token it could carry, so its token is a random text that also stands in a
 * cookie: another site can neither read nor set it. */
#include "web/pages.h"
#include "web/parts.h"

#include "guard/account.h"

#include <sodium.h>

/* ---- Sign in ---- */

static struct slice form_token(struct call *call)
{
    struct slice have = parameters_get(&call->request->cookies, S(FORM_COOKIE));
    if (have.len == 32)
        return have;
    uint8_t random[16];
    char *hex = arena_array(call->arena, char, 33);
    host_random(call->web->options.host, random, sizeof random);
    sodium_bin2hex(hex, 33, random, sizeof random);
    response_cookie(call->response, S(FORM_COOKIE), slice_of(hex), -1, call->request->over_tls);
    return slice_of(hex);
}

static bool form_token_fits(const struct call *call)
{
    struct slice cookie = parameters_get(&call->request->cookies, S(FORM_COOKIE));
    struct slice given = parameters_get(&call->request->form, S("csrf"));
    return cookie.len == 32 && given.len == 32 && sodium_memcmp(cookie.at, given.at, 32) == 0;
}

/* So that somebody who tries the sample county sees whom to be; they keep the server to loopback while they are there.
 */
static void put_demonstration(struct call *call, struct page_sign_in *page)
{
    struct account *accounts;
    size_t count;
    struct error ignored = NO_ERROR;
    if (!account_demonstration_there(call->web->options.guard, call->arena, &accounts, &count, &ignored))
        return;
    struct page_sign_in_account *rows = arena_array(call->arena, struct page_sign_in_account, count);
    for (size_t i = 0; i < count; i++) {
        const struct role *role = catalogue_role(call->catalogue, accounts[i].roles);
        const struct agency *agency = catalogue_agency(call->catalogue, accounts[i].agency);
        rows[i] = (struct page_sign_in_account){
            accounts[i].name, arena_format(call->arena, "%.*s, %.*s", PRINT(role ? role->title : accounts[i].roles),
                                           PRINT(agency ? agency->title : accounts[i].agency))};
    }
    page->demonstration = count > 0;
    page->password = S(ACCOUNT_DEMONSTRATION_PASSWORD);
    page->accounts = rows;
    page->accounts_count = count;
}

static bool show_sign_in(struct call *call, int status, struct slice name, struct slice error)
{
    struct page_sign_in page = {
        .token = form_token(call),
        .next = url_local(request_value(call->request, S("next"))).text,
        .name = name,
        .error = error,
        .signed_out = parameters_has(&call->request->query, S("signed-out")),
    };
    put_demonstration(call, &page);
    return call_page_with_status(call, status, S("Sign in"), render_sign_in(call->arena, &page));
}

bool page_sign_in(struct call *call, struct error *err)
{
    (void)err;
    if (call->session)
        return call_redirect(call, url_local(request_value(call->request, S("next"))));
    return show_sign_in(call, 200, NO_SLICE, NO_SLICE);
}

bool do_sign_in(struct call *call, struct error *err)
{
    struct request *request = call->request;
    struct slice name = slice_trim(request_value(request, S("name"))), token;
    struct guard_session *session;
    struct guard_visit visit = {.token = call->token, .place = call->place, .client = request->remote};
    if (!form_token_fits(call))
        return error_set(err, ERROR_DENIED,
                         "the sign-in form is too old or came from another site; open it again and sign in");
    if (!guard_sign_in(call->web->options.guard, name, request_value(request, S("password")), &visit, call->arena,
                       &token, &session, err)) {
        if (err->code != ERROR_NOT_SIGNED_IN && err->code != ERROR_TOO_MANY && err->code != ERROR_BUSY)
            return false;
        int status = error_http_status(err->code);
        return show_sign_in(call, status == 401 ? 422 : status, name, words_of_error(call->arena, err));
    }
    request->log_account = guard_who(session)->account;
    response_cookie(call->response, S(SESSION_COOKIE), token, -1, request->over_tls);
    response_cookie(call->response, S(FORM_COOKIE), NO_SLICE, 0, request->over_tls);
    struct url next = url_local(request_value(request, S("next")));
    if (slice_empty(guard_who(session)->purpose))
        return call_redirect(call, url_path(call->arena, "/purpose?next=%", next.text));
    return call_redirect(call, next);
}

bool do_sign_out(struct call *call, struct error *err)
{
    if (!guard_sign_out(call->session, err))
        return false;
    response_cookie(call->response, S(SESSION_COOKIE), NO_SLICE, 0, call->request->over_tls);
    return call_redirect(call, (struct url){S("/sign-in?signed-out=1")});
}

/* ---- Role and purpose ---- */

static bool show_purpose(struct call *call, struct slice problem, struct error *err)
{
    struct guard_choice *choices;
    size_t count;
    if (!guard_choices(call->session, call->arena, &choices, &count, err))
        return false;
    struct page_purpose_choice *rows = arena_array(call->arena, struct page_purpose_choice, count);
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct page_purpose_choice){
            .value =
                arena_format(call->arena, "%.*s/%.*s", PRINT(choices[i].role->name), PRINT(choices[i].purpose->name)),
            .role = choices[i].role->title,
            .purpose = choices[i].purpose->title,
            .about = choices[i].purpose->about,
            .checked = slice_equal(choices[i].role->name, call->who->role) &&
                       slice_equal(choices[i].purpose->name, call->who->purpose),
            .no_agreement = !choices[i].in_force,
        };
    struct page_purpose page = {
        .csrf = call_csrf(call),
        .next = url_local(request_value(call->request, S("next"))).text,
        .error = problem,
        .choices = rows,
        .choices_count = count,
    };
    return call_page_with_status(call, problem.len ? 422 : 200, S("Choose your purpose"),
                                 render_purpose(call->arena, &page));
}

bool page_purpose(struct call *call, struct error *err)
{
    return show_purpose(call, NO_SLICE, err);
}

bool do_purpose(struct call *call, struct error *err)
{
    struct slice purpose = request_value(call->request, S("choice")), role;
    if (slice_empty(purpose))
        return show_purpose(call, S("Choose what you are here to do"), err);
    if (!slice_cut(&purpose, '/', &role) || !guard_choose(&call->session, role, purpose, call->arena, err))
        return false;
    return call_redirect(call, url_local(request_value(call->request, S("next"))));
}

/* ---- Start and help ---- */

bool page_start(struct call *call, struct error *err)
{
    (void)err;
    const struct grant *grant = guard_grant(call->session);
    size_t count;
    const struct route *routes = route_table(&count);
    struct page_start_task *tasks = arena_array(call->arena, struct page_start_task, count);
    struct page_start page = {
        .shown = call->who->shown, .purpose = grant->purpose->title, .about = grant->purpose->about};
    for (size_t i = 0; i < count; i++)
        if (routes[i].method == METHOD_GET && routes[i].task && call->route != &routes[i] &&
            (!routes[i].ability || (routes[i].ability & call->who->abilities)))
            tasks[page.tasks_count++] = (struct page_start_task){
                slice_of(routes[i].task), {slice_of(routes[i].pattern)}, slice_of(routes[i].summary)};
    page.tasks = tasks;
    page.agreements = words_of_agreements(call, grant);
    struct page_start_excluded *excluded = arena_array(call->arena, struct page_start_excluded, grant->excluded_count);
    for (size_t i = 0; i < grant->excluded_count; i++)
        excluded[i] = (struct page_start_excluded){grant->excluded[i].title, grant->excluded[i].reason};
    page.excluded = excluded;
    page.excluded_count = grant->excluded_count;
    return call_page(call, grant->purpose->title, render_start(call->arena, &page));
}

bool page_help(struct call *call, struct error *err)
{
    (void)err;
    size_t count;
    const struct route *routes = route_table(&count);
    struct page_help_group *groups = arena_array(call->arena, struct page_help_group, count);
    struct page_help page = {.groups = groups, .help = call->catalogue->wording.help};
    for (size_t i = 0; i < count; i++) {
        bool first = true;
        for (size_t k = 0; k < i && first; k++)
            first = strcmp(routes[k].group, routes[i].group) != 0;
        if (!first)
            continue;
        struct page_help_row *rows = arena_array(call->arena, struct page_help_row, count);
        struct page_help_group *group = &groups[page.groups_count++];
        *group = (struct page_help_group){.title = slice_of(routes[i].group), .rows = rows};
        for (size_t k = i; k < count; k++)
            if (strcmp(routes[k].group, routes[i].group) == 0)
                rows[group->rows_count++] = (struct page_help_row){
                    slice_of(routes[k].summary), routes[k].method == METHOD_POST ? S("POST") : S("GET"),
                    slice_of(routes[k].pattern),
                    (routes[k].flags & ROUTE_OPEN) ||
                        (call->who && (!routes[k].ability || (routes[k].ability & call->who->abilities)))};
    }
    return call_page(call, S("Help"), render_help(call->arena, &page));
}
