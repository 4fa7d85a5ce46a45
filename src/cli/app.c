#include "cli/app.h"

#include "base/yaml.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

static struct slice folder_of(const struct invocation *invocation)
{
    if (invocation->data.len)
        return invocation->data;
    const char *set = getenv("STAITHE_DATA");
    return set && *set ? slice_of(set) : S("data");
}

/* A relative path in staithe.yaml is relative to its folder, so that the folder may be moved. */
static struct slice beside(struct arena *arena, struct slice folder, struct slice path)
{
    if (slice_starts(path, S("/")) || slice_search(path, S("://")) < path.len)
        return path;
    return arena_format(arena, "%.*s/%.*s", PRINT(folder), PRINT(path));
}

struct slice app_store_address(struct arena *arena, struct slice given)
{
    char here[4096];
    if (slice_starts(given, S("/")) || slice_search(given, S("://")) < given.len || !getcwd(here, sizeof here))
        return given;
    return arena_format(arena, "%s/%.*s", here, PRINT(given));
}

bool app_county_folder(struct arena *arena, struct slice given, struct slice *ret, struct error *err)
{
    char *whole = realpath(arena_cstr(arena, given), NULL);
    if (!whole)
        return error_set(err, ERROR_NOT_FOUND, "there is no county folder %.*s; check the path", PRINT(given));
    arena_defer(arena, free, whole);
    *ret = slice_of(whole);
    return true;
}

bool app_settings_read(const struct invocation *invocation, struct app_settings *ret, struct error *err)
{
    static const char *const keys[] = {"store", "county", NULL};
    struct arena *arena = invocation->arena;
    struct app_settings settings = {.data = folder_of(invocation)};
    struct slice path = arena_format(arena, "%.*s/staithe.yaml", PRINT(settings.data)), text;
    struct yaml root;
    if (!host_read_file(invocation->host, path, 65536, arena, &text, err)) {
        if (err->code == ERROR_NOT_FOUND)
            return error_set(err, ERROR_NOT_FOUND,
                             "the folder %.*s holds no hub; make one with `staithe init --data %.*s --county DIR`",
                             PRINT(settings.data), PRINT(settings.data));
        return false;
    }
    if (!yaml_read(text, path, arena, &root, err) || !yaml_only_keys(&root, keys, "the settings", err) ||
        !yaml_text(&root, "store", &settings.store, err) || !yaml_text(&root, "county", &settings.county, err))
        return false;
    if (invocation->store.len)
        settings.store = invocation->store;
    else
        settings.store = beside(arena, settings.data, settings.store);
    settings.county = invocation->county.len ? invocation->county : beside(arena, settings.data, settings.county);
    *ret = settings;
    return true;
}

/* The text as a YAML scalar in double quotes. */
static void quoted(struct buffer *out, struct slice text)
{
    buffer_add_byte(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"' || text.at[i] == '\\')
            buffer_add_byte(out, '\\');
        buffer_add_byte(out, text.at[i]);
    }
    buffer_add_byte(out, '"');
}

bool app_settings_write(const struct invocation *invocation, const struct app_settings *settings, struct error *err)
{
    struct buffer out = buffer_make(invocation->arena);
    buffer_add(&out, S("# Which store and which county folder this hub uses; written by `staithe init`.\nstore: "));
    quoted(&out, settings->store);
    buffer_add(&out, S("\ncounty: "));
    quoted(&out, settings->county);
    buffer_add(&out, S("\n"));
    struct slice path = arena_format(invocation->arena, "%.*s/staithe.yaml", PRINT(settings->data));
    return host_write_file(invocation->host, path, buffer_slice(&out), err);
}

static void close_store(void *store)
{
    store_close(store);
}

static void close_guard(void *guard)
{
    guard_close(guard);
}

static struct slice operator_name(struct arena *arena)
{
    const struct passwd *entry = getpwuid(getuid());
    return entry ? arena_copy(arena, slice_of(entry->pw_name)) : arena_format(arena, "uid-%u", (unsigned)getuid());
}

static bool open_stores(struct invocation *invocation, struct app *app, bool create, struct error *err)
{
    bool postgresql = slice_search(app->address, S("://")) < app->address.len;
    struct store_options options = {
        .address = app->address, .host = invocation->host, .schema = STORE_HUB, .create = create};
    if (!store_open(&options, &app->store, err))
        return false;
    arena_defer(invocation->arena, close_store, app->store);
    options.schema = STORE_AUDIT;
    if (!postgresql)
        options.address = arena_format(invocation->arena, "%.*s/audit.db", PRINT(app->data));
    if (!store_open(&options, &app->audit_store, err))
        return error_wrap(err, "opening the audit of reads");
    arena_defer(invocation->arena, close_store, app->audit_store);
    return true;
}

bool app_open_with(struct invocation *invocation, const struct app_settings *settings, bool create, struct app **ret,
                   struct error *err)
{
    struct arena *arena = invocation->arena;
    struct app *app = arena_new(arena, struct app);
    app->data = settings->data;
    app->address = settings->store;
    app->token_path = arena_format(arena, "%.*s/login.token", PRINT(app->data));
    app->account = operator_name(arena);
    struct catalogue *catalogue;
    if (!catalogue_read(settings->county, arena, &catalogue, err) || !open_stores(invocation, app, create, err))
        return false;
    app->catalogue = catalogue;
    struct guard_options options = {.store = app->store,
                                    .audit_store = app->audit_store,
                                    .catalogue =
                                        settings->watched.take ? settings->watched : guard_fixed_catalogue(catalogue),
                                    .host = invocation->host,
                                    .log = invocation->log,
                                    .folder = app->data};
    if (!guard_open(&options, &app->guard, err))
        return false;
    arena_defer(arena, close_guard, app->guard);
    app->hub = (struct hub){.host = invocation->host, .store = app->store, .guard = app->guard, .catalogue = catalogue};
    *ret = app;
    return true;
}

bool app_open(struct invocation *invocation, bool create, struct app **ret, struct error *err)
{
    struct app_settings settings;
    return app_settings_read(invocation, &settings, err) && app_open_with(invocation, &settings, create, ret, err);
}

struct slice app_place(const struct invocation *invocation)
{
    return arena_format(invocation->arena, "command line %s", invocation->command->name);
}

bool app_session(struct invocation *invocation, struct app *app, struct guard_session **ret, struct error *err)
{
    struct slice token;
    struct error unread = NO_ERROR;
    if (!guard_token_read(invocation->host, app->token_path, invocation->arena, &token, &unread)) {
        if (unread.code == ERROR_NOT_FOUND)
            return error_set(err, ERROR_NOT_SIGNED_IN,
                             "nobody is signed in on this command line; use `staithe login` first");
        *err = unread;
        return false;
    }
    struct guard_visit visit = {.token = token, .place = app_place(invocation), .client = S("local")};
    if (!guard_resume(app->guard, &visit, invocation->arena, ret, err))
        return err->code == ERROR_NOT_SIGNED_IN
                   ? error_set(err, ERROR_NOT_SIGNED_IN, "the sign-in has ended; use `staithe login` again")
                   : false;
    return true;
}

bool app_system_session(struct invocation *invocation, struct app *app, struct slice purpose,
                        struct guard_session **ret, struct error *err)
{
    return guard_system_session(app->guard, purpose, app->account, app_place(invocation), invocation->arena, ret, err);
}
