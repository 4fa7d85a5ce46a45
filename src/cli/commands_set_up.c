#include "cli/app.h"
#include "cli/commands.h"

#include "guard/guard_json.h"
#include "sample/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

/* A password from a file, from standard input ("-"), or asked for on the terminal without being shown. */
static bool read_password(struct invocation *invocation, struct slice file, const char *prompt, struct slice *ret,
                          struct error *err)
{
    struct slice text;
    if (file.len) {
        if (!host_read_file(invocation->host, file, 4096, invocation->arena, &text, err))
            return error_wrap(err, "reading the password");
    } else {
        if (!isatty(0))
            return error_set(
                err, ERROR_USAGE,
                "there is no terminal to ask for the password; give --password-file FILE (\"-\" is standard input)");
        struct termios shown, hidden;
        tcgetattr(0, &shown);
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)ECHO;
        fprintf(stderr, "%s: ", prompt);
        tcsetattr(0, TCSAFLUSH, &hidden);
        char line[1024] = "";
        bool read = fgets(line, sizeof line, stdin) != NULL;
        tcsetattr(0, TCSAFLUSH, &shown);
        fputc('\n', stderr);
        if (!read)
            return error_set(err, ERROR_CANCELLED, "no password was typed");
        text = arena_copy(invocation->arena, slice_of(line));
    }
    size_t end = slice_find(text, '\n');
    *ret = slice_part(text, 0, end);
    if (slice_ends(*ret, S("\r")))
        ret->len--;
    return true;
}

static void print_accounts(const struct account *accounts, size_t count, struct buffer *out)
{
    for (size_t i = 0; i < count; i++)
        buffer_format(out, "  %-20.*s %-24.*s %.*s%s\n", PRINT(accounts[i].name), PRINT(accounts[i].shown),
                      PRINT(accounts[i].roles), accounts[i].disabled ? " (disabled)" : "");
}

static bool make_people(struct invocation *invocation, struct app *app, struct buffer *out, struct error *err)
{
    struct arena *arena = invocation->arena;
    if (option_given(invocation, "admin")) {
        struct slice password, roles[] = {S("administrator")}, name = option_text(invocation, "admin", "");
        if (!read_password(invocation, option_text(invocation, "password-file", ""),
                           "Password for the first administrator", &password, err))
            return false;
        struct account_options options = {.name = name,
                                          .shown = name,
                                          .agency = option_text(invocation, "agency", "hub"),
                                          .roles = roles,
                                          .role_count = 1,
                                          .password = password};
        if (!account_first_administrator(app->guard, &options, err))
            return false;
        buffer_format(out, "The first administrator is %.*s.\n", PRINT(name));
    }
    if (option_given(invocation, "demo")) {
        struct account *accounts;
        size_t count;
        if (!account_demonstration(app->guard, arena, &accounts, &count, err))
            return false;
        buffer_format(out, "Demonstration accounts, all with the password %s:\n", ACCOUNT_DEMONSTRATION_PASSWORD);
        print_accounts(accounts, count, out);
    }
    return true;
}

/* A hub that stands already, made by an older program: its tables are brought up to this one's. */
static bool bring_up(struct invocation *invocation, struct error *err)
{
    struct app_settings settings;
    struct app *app;
    struct buffer out = buffer_make(invocation->arena);
    if (!app_settings_read(invocation, &settings, err) || !app_open_with(invocation, &settings, true, &app, err))
        return false;
    buffer_format(&out, "The tables of the hub in %.*s are of schema %d, this program's.\n", PRINT(settings.data),
                  store_schema_version(app->store));
    print_out(&out);
    return true;
}

bool run_init(struct invocation *invocation, struct error *err)
{
    struct arena *arena = invocation->arena;
    const char *set = getenv("STAITHE_DATA");
    struct app_settings settings = {
        .data = invocation->data.len ? invocation->data : slice_of(set && *set ? set : "data"),
        .store = invocation->store.len ? app_store_address(arena, invocation->store) : S("hub.db"),
        .county = invocation->county};
    bool there = host_exists(arena_format(arena, "%.*s/staithe.yaml", PRINT(settings.data)));
    if (there && !settings.county.len && !option_given(invocation, "admin") && !option_given(invocation, "demo"))
        return bring_up(invocation, err);
    if (!settings.county.len)
        return error_set(err, ERROR_USAGE,
                         "say which county's folder to use: --county DIR (county/norfolk is the reference)");
    if (!option_given(invocation, "admin") && !option_given(invocation, "demo"))
        return error_set(err, ERROR_USAGE,
                         "say who is to administer it: --admin NAME, or --demo for demonstration accounts");
    if (there)
        return error_set(err, ERROR_CONFLICT, "the folder %.*s holds a hub already; choose another with --data",
                         PRINT(settings.data));
    if (!app_county_folder(arena, settings.county, &settings.county, err))
        return false;
    struct app_settings opened = settings;
    if (!invocation->store.len)
        opened.store = arena_format(arena, "%.*s/hub.db", PRINT(settings.data));
    struct app *app;
    struct buffer out = buffer_make(arena);
    if (!host_make_folder(invocation->host, settings.data, err) ||
        !app_open_with(invocation, &opened, true, &app, err) || !make_people(invocation, app, &out, err) ||
        !app_settings_write(invocation, &settings, err))
        return false;
    if (invocation->json) {
        out = buffer_make(arena);
        struct json json = json_to(&out);
        json_object(&json);
        json_pair_text(&json, "data", settings.data);
        json_pair_text(&json, "county", app->catalogue->wording.county);
        if (option_given(invocation, "admin"))
            json_pair_text(&json, "administrator", option_text(invocation, "admin", ""));
        json_pair_bool(&json, "demonstration_accounts", option_given(invocation, "demo"));
        json_end(&json);
        buffer_add(&out, S("\n"));
    } else {
        buffer_format(&out, "A hub for %.*s stands in %.*s.\n", PRINT(app->catalogue->wording.county),
                      PRINT(settings.data));
    }
    print_out(&out);
    return true;
}

static void report_sample(void *context, uint64_t done, uint64_t all)
{
    progress_show(context, "residents", done, all);
}

bool run_sample(struct invocation *invocation, struct error *err)
{
    int64_t residents = 50000, seed = 1, threads = 0;
    if (!option_integer(invocation, "residents", SAMPLE_FEWEST, SAMPLE_MOST, &residents, err) ||
        !option_integer(invocation, "seed", 0, INT64_MAX, &seed, err) ||
        !option_integer(invocation, "threads", 1, 64, &threads, err))
        return false;
    if (!option_given(invocation, "out"))
        return error_set(err, ERROR_USAGE, "say where the sample county should go: --out DIR");
    struct progress shown = {.invocation = invocation};
    struct sample_progress progress = {.report = report_sample, .context = &shown};
    struct sample_options options = {.host = invocation->host,
                                     .out = option_text(invocation, "out", ""),
                                     .residents = (uint64_t)residents,
                                     .seed = (uint64_t)seed,
                                     .threads = (unsigned)threads};
    struct sample_counts counts;
    bool made = sample_make(&options, &progress, &counts, err);
    progress_end(&shown);
    if (!made)
        return false;
    struct buffer out = buffer_make(invocation->arena);
    if (invocation->json) {
        struct json json = json_to(&out);
        json_object(&json);
        json_pair_integer(&json, "residents", (int64_t)counts.residents);
        json_pair_integer(&json, "homes", (int64_t)counts.homes);
        json_pair_integer(&json, "households", (int64_t)counts.households);
        json_pair_integer(&json, "rows", (int64_t)counts.rows);
        json_pair_integer(&json, "records", (int64_t)counts.records);
        json_pair_integer(&json, "bytes", (int64_t)counts.bytes);
        json_end(&json);
        buffer_add(&out, S("\n"));
    } else {
        buffer_format(&out, "%llu residents in %llu homes; %llu rows of %llu records in %.1f MB, in %.*s\n",
                      (unsigned long long)counts.residents, (unsigned long long)counts.homes,
                      (unsigned long long)counts.rows, (unsigned long long)counts.records, (double)counts.bytes / 1e6,
                      PRINT(options.out));
    }
    print_out(&out);
    return true;
}

static bool add_user(struct invocation *invocation, struct guard_session *session, struct slice name, struct error *err)
{
    struct slice password, given = option_text(invocation, "roles", ""), roles[16], role;
    size_t count = 0;
    while (count < countof(roles) && slice_cut(&given, ',', &role))
        if (role.len)
            roles[count++] = role;
    if (!read_password(invocation, option_text(invocation, "password-file", ""), "Password", &password, err))
        return false;
    struct account_options options = {.name = name,
                                      .shown = option_text(invocation, "shown", arena_cstr(invocation->arena, name)),
                                      .agency = option_text(invocation, "agency", ""),
                                      .roles = roles,
                                      .role_count = count,
                                      .password = password};
    return account_make(session, &options, err);
}

static bool list_users(struct invocation *invocation, struct guard_session *session, struct error *err)
{
    struct account *accounts;
    size_t count;
    if (!account_list(session, invocation->arena, &accounts, &count, err))
        return false;
    struct buffer out = buffer_make(invocation->arena);
    if (!invocation->json) {
        print_accounts(accounts, count, &out);
        print_out(&out);
        return true;
    }
    struct json json = json_to(&out);
    json_array(&json);
    for (size_t i = 0; i < count; i++)
        account_json(&json, &accounts[i]);
    json_end(&json);
    buffer_add(&out, S("\n"));
    print_out(&out);
    return true;
}

/* What was done to an account: a command that changes something says nothing, unless a program asks it. */
static bool account_done(struct invocation *invocation, struct slice verb, struct slice name)
{
    if (!invocation->json)
        return true;
    struct buffer out = buffer_make(invocation->arena);
    struct json json = json_to(&out);
    json_object(&json);
    json_pair_text(&json, "done", verb);
    if (name.len)
        json_pair_text(&json, "user", name);
    json_end(&json);
    buffer_add(&out, S("\n"));
    print_out(&out);
    return true;
}

bool run_user(struct invocation *invocation, struct error *err)
{
    struct slice verb = invocation->words[0], name = invocation->word_count > 1 ? invocation->words[1] : NO_SLICE;
    static const struct slice verbs[] = {S_INIT("list"),   S_INIT("add"),   S_INIT("disable"),
                                         S_INIT("enable"), S_INIT("reset"), S_INIT("remove-demonstration")};
    size_t which = 0;
    while (which < countof(verbs) && !slice_equal(verbs[which], verb))
        which++;
    if (which == countof(verbs))
        return error_set(err, ERROR_USAGE,
                         "`staithe user` can list, add, disable, enable, reset and remove-demonstration, not \"%.*s\"",
                         PRINT(verb));
    if (which >= 1 && which <= 4 && !name.len)
        return error_set(err, ERROR_USAGE, "say whose account: staithe user %.*s NAME", PRINT(verb));
    struct app *app;
    struct guard_session *session = NULL;
    struct slice password;
    if (!app_open(invocation, false, &app, err))
        return false;
    if (which == 4) /* Whoever holds the data folder holds everything: no sign-in can be asked for when none works. */
        return read_password(invocation, option_text(invocation, "password-file", ""), "New password", &password,
                             err) &&
               account_reset(app->guard, name, password, err) && account_done(invocation, verb, name);
    if (!app_session(invocation, app, &session, err))
        return false;
    switch (which) {
    case 0:
        return list_users(invocation, session, err);
    case 1:
        return add_user(invocation, session, name, err) && account_done(invocation, verb, name);
    case 2:
    case 3:
        return account_disable(session, name, which == 2, err) && account_done(invocation, verb, name);
    default:
        return account_remove_demonstration(session, err) && account_done(invocation, verb, NO_SLICE);
    }
}

static bool choose(struct invocation *invocation, struct guard_session **session, struct buffer *out, struct error *err)
{
    struct guard_choice *choices;
    size_t count;
    struct slice role = option_text(invocation, "role", ""), purpose = option_text(invocation, "purpose", "");
    if (!guard_choices(*session, invocation->arena, &choices, &count, err))
        return false;
    size_t fitting = 0, chosen = 0;
    for (size_t i = 0; i < count; i++)
        if ((!role.len || slice_equal(role, choices[i].role->name)) &&
            (!purpose.len || slice_equal(purpose, choices[i].purpose->name))) {
            fitting++;
            chosen = i;
        }
    if (fitting == 1)
        return guard_choose(session, choices[chosen].role->name, choices[chosen].purpose->name, invocation->arena, err);
    if ((role.len || purpose.len) && fitting == 0)
        return error_set(err, ERROR_USAGE,
                         "%.*s has no such role and purpose to choose; run `staithe login` without --role and "
                         "--purpose to see those there are",
                         PRINT(guard_who(*session)->shown));
    if (invocation->json) {
        struct json json = json_to(out);
        json_object(&json);
        json_pair_text(&json, "signed_in", guard_who(*session)->name);
        json_key(&json, "choose");
        json_array(&json);
        for (size_t i = 0; i < count; i++) {
            json_object(&json);
            json_pair_text(&json, "role", choices[i].role->name);
            json_pair_text(&json, "purpose", choices[i].purpose->name);
            json_pair_bool(&json, "in_force", choices[i].in_force);
            json_end(&json);
        }
        json_end(&json);
        json_end(&json);
        buffer_add(out, S("\n"));
        return true;
    }
    buffer_add(out, S("Choose with --role and --purpose:\n"));
    for (size_t i = 0; i < count; i++)
        buffer_format(out, "  --role %.*s --purpose %.*s%s\n", PRINT(choices[i].role->name),
                      PRINT(choices[i].purpose->name), choices[i].in_force ? "" : " (no agreement in force)");
    return true;
}

bool run_login(struct invocation *invocation, struct error *err)
{
    struct app *app;
    struct guard_session *session;
    if (!app_open(invocation, false, &app, err))
        return false;
    if (option_given(invocation, "out")) {
        struct error gone = NO_ERROR;
        if (app_session(invocation, app, &session, &gone) && !guard_sign_out(session, err))
            return false;
        return (!host_exists(app->token_path) || host_delete(invocation->host, app->token_path, err)) &&
               account_done(invocation, S("signed out"), NO_SLICE);
    }
    if (invocation->word_count == 0)
        return error_set(err, ERROR_USAGE, "say who signs in: staithe login NAME");
    struct slice password, token;
    if (!read_password(invocation, option_text(invocation, "password-file", ""), "Password", &password, err))
        return false;
    struct guard_visit visit = {.place = app_place(invocation), .client = S("local")};
    struct buffer out = buffer_make(invocation->arena);
    if (!guard_sign_in(app->guard, invocation->words[0], password, &visit, invocation->arena, &token, &session, err) ||
        !choose(invocation, &session, &out, err) || !guard_token_write(invocation->host, app->token_path, token, err))
        return false;
    const struct guard_who *who = guard_who(session);
    if (who->purpose.len && invocation->json) {
        struct json json = json_to(&out);
        json_object(&json);
        json_pair_text(&json, "signed_in", who->name);
        json_pair_text(&json, "role", who->role);
        json_pair_text(&json, "purpose", who->purpose);
        json_end(&json);
        buffer_add(&out, S("\n"));
    } else if (who->purpose.len)
        buffer_format(&out, "Signed in as %.*s, %.*s, for %.*s.\n", PRINT(who->shown), PRINT(who->role),
                      PRINT(who->purpose));
    print_out(&out);
    return true;
}
