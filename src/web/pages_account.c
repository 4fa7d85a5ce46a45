/* pages_account.c: accounts, for whoever may administer. */
#include "web/pages.h"
#include "web/parts.h"

#include "guard/account.h"

static struct slice agency_title(struct call *call, struct slice name)
{
    const struct agency *agency = catalogue_agency(call->catalogue, name);
    return agency ? agency->title : name;
}

static struct slice role_titles(struct call *call, struct slice roles)
{
    struct buffer out = buffer_make(call->arena);
    struct slice rest = roles, name;
    while (slice_cut(&rest, ' ', &name)) {
        const struct role *role = catalogue_role(call->catalogue, name);
        buffer_format(&out, "%s%.*s", out.len ? ", " : "", PRINT(role ? role->title : name));
    }
    return buffer_slice(&out);
}

static bool has_role(struct slice roles, struct slice wanted)
{
    struct slice rest = roles, name;
    while (slice_cut(&rest, ' ', &name))
        if (slice_equal(name, wanted))
            return true;
    return false;
}

/* The roles that were ticked. */
static size_t roles_of(struct call *call, struct slice **ret)
{
    const struct parameters *form = &call->request->form;
    struct slice *roles = arena_array(call->arena, struct slice, form->count);
    size_t count = 0;
    for (size_t i = 0; i < form->count; i++)
        if (slice_equal(form->items[i].name, S("role")))
            roles[count++] = form->items[i].value;
    *ret = roles;
    return count;
}

static bool show_accounts(struct call *call, struct slice problem, struct error *err)
{
    const struct catalogue *catalogue = call->catalogue;
    struct account *accounts;
    size_t count;
    if (!account_list(call->session, call->arena, &accounts, &count, err))
        return false;
    struct page_accounts_row *rows = arena_array(call->arena, struct page_accounts_row, count);
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct page_accounts_row){
            .name = accounts[i].name,
            .shown = accounts[i].shown,
            .agency = agency_title(call, accounts[i].agency),
            .roles = role_titles(call, accounts[i].roles),
            .disabled = accounts[i].disabled,
            .demonstration = accounts[i].demonstration,
            .to = url_path(call->arena, "/accounts/%", accounts[i].name),
        };
    struct page_accounts_agency *agencies =
        arena_array(call->arena, struct page_accounts_agency, catalogue->agency_count);
    for (size_t i = 0; i < catalogue->agency_count; i++)
        agencies[i] = (struct page_accounts_agency){catalogue->agencies[i].name, catalogue->agencies[i].title};
    struct page_accounts_role *roles = arena_array(call->arena, struct page_accounts_role, catalogue->role_count);
    for (size_t i = 0; i < catalogue->role_count; i++)
        roles[i] = (struct page_accounts_role){catalogue->roles[i].name, catalogue->roles[i].title};
    struct page_accounts page = {
        .done = part_of_done(call),
        .problem = part_of_problem(call, problem, "name"),
        .csrf = call_csrf(call),
        .rows = rows,
        .rows_count = count,
        .agencies = agencies,
        .agencies_count = catalogue->agency_count,
        .roles = roles,
        .roles_count = catalogue->role_count,
        .name = parameters_get(&call->request->form, S("name")),
        .shown = parameters_get(&call->request->form, S("shown")),
    };
    return call_page_with_status(call, problem.len ? 422 : 200, S("Accounts"), render_accounts(call->arena, &page));
}

bool page_accounts(struct call *call, struct error *err)
{
    return show_accounts(call, NO_SLICE, err);
}

bool do_make_account(struct call *call, struct error *err)
{
    struct slice *roles;
    struct account_options options = {
        .name = slice_trim(request_value(call->request, S("name"))),
        .shown = slice_trim(request_value(call->request, S("shown"))),
        .agency = request_value(call->request, S("agency")),
        .role_count = roles_of(call, &roles),
        .password = request_value(call->request, S("password")),
    };
    options.roles = roles;
    if (account_make(call->session, &options, err))
        return call_redirect(call, url_path(call->arena, "/accounts/%?done=made", options.name));
    if (err->code != ERROR_INPUT && err->code != ERROR_CONFLICT)
        return false;
    struct error problem = *err;
    *err = NO_ERROR;
    return show_accounts(call, words_of_error(call->arena, &problem), err);
}

static bool show_account(struct call *call, struct slice problem, const char *field, struct error *err)
{
    struct account account;
    const struct catalogue *catalogue = call->catalogue;
    if (!account_find(call->session, request_value(call->request, S("name")), call->arena, &account, err))
        return false;
    struct page_account_role *roles = arena_array(call->arena, struct page_account_role, catalogue->role_count);
    for (size_t i = 0; i < catalogue->role_count; i++)
        roles[i] = (struct page_account_role){catalogue->roles[i].name, catalogue->roles[i].title,
                                              has_role(account.roles, catalogue->roles[i].name)};
    struct page_account page = {
        .done = part_of_done(call),
        .problem = part_of_problem(call, problem, field),
        .own = slice_equal(account.name, call->who->name),
        .name = account.name,
        .shown = account.shown,
        .agency = agency_title(call, account.agency),
        .disabled = account.disabled,
        .csrf = call_csrf(call),
        .roles = roles,
        .roles_count = catalogue->role_count,
        .set_roles = url_path(call->arena, "/accounts/%/roles", account.name),
        .set_disabled = url_path(call->arena, "/accounts/%/state", account.name),
        .set_password = url_path(call->arena, "/accounts/%/password", account.name),
    };
    return call_page_with_status(call, problem.len ? 422 : 200, account.name, render_account(call->arena, &page));
}

bool page_account(struct call *call, struct error *err)
{
    return show_account(call, NO_SLICE, "", err);
}

static bool back_to_account(struct call *call, const char *pattern)
{
    return call_redirect(call, url_path(call->arena, pattern, request_value(call->request, S("name"))));
}

/* What the person can put right is said on the account's page. */
static bool account_problem(struct call *call, const char *field, struct error *err)
{
    if (err->code != ERROR_INPUT && err->code != ERROR_CONFLICT)
        return false;
    struct error problem = *err;
    *err = NO_ERROR;
    return show_account(call, words_of_error(call->arena, &problem), field, err);
}

bool do_account_roles(struct call *call, struct error *err)
{
    struct slice *roles;
    size_t count = roles_of(call, &roles);
    if (account_set_roles(call->session, request_value(call->request, S("name")), roles, count, err))
        return back_to_account(call, "/accounts/%?done=changed");
    return account_problem(call, "role-1", err);
}

bool do_account_state(struct call *call, struct error *err)
{
    bool disabled = slice_equal(request_value(call->request, S("disabled")), S("1"));
    if (account_disable(call->session, request_value(call->request, S("name")), disabled, err))
        return back_to_account(call, "/accounts/%?done=changed");
    return account_problem(call, "state", err);
}

bool do_account_password(struct call *call, struct error *err)
{
    struct slice name = request_value(call->request, S("name"));
    if (slice_equal(name, call->who->name)) /* one's own: with the old one */
        return call_redirect(call, (struct url){S("/my-password")});
    if (account_set_password(call->session, name, NO_SLICE, request_value(call->request, S("password")), err))
        return back_to_account(call, "/accounts/%?done=password");
    return account_problem(call, "password", err);
}

/* ---- One's own ---- */

static bool show_my_password(struct call *call, struct slice problem, const char *field)
{
    struct page_password page = {.done = part_of_done(call),
                                 .problem = part_of_problem(call, problem, field),
                                 .name = call->who->name,
                                 .csrf = call_csrf(call)};
    return call_page_with_status(call, problem.len ? 422 : 200, S("Change your password"),
                                 render_password(call->arena, &page));
}

bool page_my_password(struct call *call, struct error *err)
{
    (void)err;
    return show_my_password(call, NO_SLICE, "");
}

bool do_my_password(struct call *call, struct error *err)
{
    struct slice password = request_value(call->request, S("password"));
    if (!slice_equal(password, request_value(call->request, S("again"))))
        return show_my_password(call, S("The new password is not the same both times; type it again"), "password");
    if (account_set_password(call->session, call->who->name, request_value(call->request, S("old")), password, err))
        return call_redirect(call, (struct url){S("/my-password?done=password")});
    if (err->code != ERROR_INPUT && err->code != ERROR_DENIED)
        return false;
    return show_my_password(call, words_of_error(call->arena, err), err->code == ERROR_DENIED ? "old" : "password");
}

bool do_sign_out_elsewhere(struct call *call, struct error *err)
{
    return account_sign_out_elsewhere(call->session, err) &&
           call_redirect(call, (struct url){S("/my-password?done=elsewhere")});
}
