#include "program/serve.h"
#include "cli/app.h"

#include "guard/account.h"
#include "ingest/landing.h"
#include "web/catalogue_current.h"
#include "web/web.h"

#include <stdio.h>

static void close_catalogue(void *current)
{
    catalogue_current_close(current);
}

struct announcement {
    struct invocation *invocation;
    struct app *app;
    struct slice address;
};

/* Printed once it listens, so that whoever reads it can open it. */
static void announce(void *context, uint16_t port)
{
    const struct announcement *a = context;
    struct error err = NO_ERROR;
    struct account *accounts;
    size_t count = 0;
    if (!account_demonstration_there(a->app->guard, a->invocation->arena, &accounts, &count, &err))
        log_line(a->invocation->log, LOG_WARNING, "%s", err.text);
    printf("Staithe serves %.*s on http://%.*s:%u (Ctrl-C ends it).\nIts data lies in %.*s.\n",
           PRINT(a->app->catalogue->wording.county), PRINT(a->address), port,
           PRINT(app_store_address(a->invocation->arena, a->app->data)));
    if (count)
        printf("Demonstration sign-ins, all with the password %s:\n", ACCOUNT_DEMONSTRATION_PASSWORD);
    for (size_t i = 0; i < count; i++)
        printf("  %-18.*s %.*s\n", PRINT(accounts[i].name), PRINT(accounts[i].roles));
    fflush(stdout);
}

bool run_serve(struct invocation *invocation, struct error *err)
{
    int64_t port = 8080, threads = 0;
    struct slice address = option_text(invocation, "address", "127.0.0.1");
    if (!option_integer(invocation, "port", 0, 65535, &port, err) ||
        !option_integer(invocation, "threads", 1, 64, &threads, err))
        return false;
    server_block_signals();
    struct app_settings settings;
    struct catalogue_current *current;
    if (!app_settings_read(invocation, &settings, err) ||
        !catalogue_current_open(settings.county, invocation->log, &current, err))
        return false;
    arena_defer(invocation->arena, close_catalogue, current);
    settings.watched = catalogue_current_accessor(current);
    struct app *app;
    struct web *web;
    int64_t recovered;
    if (!app_open_with(invocation, &settings, true, &app, err) ||
        !landing_recover(app->store, app->data, app->catalogue, &recovered, err))
        return false;
    if (recovered)
        log_line(invocation->log, LOG_WARNING,
                 "%lld landings were interrupted; what they left behind is taken out, their files are kept",
                 (long long)recovered);
    struct web_options options = {.store = app->store,
                                  .guard = app->guard,
                                  .catalogue = settings.watched,
                                  .host = invocation->host,
                                  .log = invocation->log,
                                  .folder = app->data};
    struct announcement announcement = {.invocation = invocation, .app = app, .address = address};
    struct web_listening listening = {.address = address,
                                      .port = (uint16_t)port,
                                      .threads = (unsigned)threads,
                                      .trusted_proxy = option_given(invocation, "behind-proxy"),
                                      .ready = announce,
                                      .context = &announcement};
    return web_make(&options, invocation->arena, &web, err) && web_serve(web, &listening, err);
}
