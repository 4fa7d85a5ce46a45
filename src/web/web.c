/* web.c: puts the server, the guard and the routes together. */
#include "web/call.h"

#include "ingest/incoming.h"
#include "lists/kept.h"
#include "plans/plans.h"
#include "web/what_ifs.h"

static void free_kept_lists(void *kept)
{
    kept_lists_free(kept);
}

static void free_plans(void *plans)
{
    plans_free(plans);
}

static void free_what_ifs(void *what_ifs)
{
    what_ifs_free(what_ifs);
}

bool web_make(const struct web_options *options, struct arena *arena, struct web **ret, struct error *err)
{
    struct web *web = arena_new(arena, struct web);
    web->options = *options;
    web->upload_folder = arena_format(arena, "%.*s/uploads", PRINT(options->folder));
    web->kept_lists = kept_lists_make();
    arena_defer(arena, free_kept_lists, web->kept_lists);
    web->plans = plans_make(options->host);
    arena_defer(arena, free_plans, web->plans);
    web->what_ifs = what_ifs_make(&web->options);
    arena_defer(arena, free_what_ifs, web->what_ifs);
    *ret = web;
    return host_make_folder(options->host, web->upload_folder, err) &&
           incoming_sweep(options->host, web->upload_folder, err);
}

bool web_serve(struct web *web, const struct web_listening *listening, struct error *err)
{
    struct guard_listening door = {
        .address = slice_empty(listening->address) ? S("127.0.0.1") : listening->address,
        .trusted_proxy = listening->trusted_proxy,
    };
    struct server *server;
    if (!guard_may_listen(web->options.guard, &door, err))
        return false;
    struct server_options options = {
        .address = slice_equal(door.address, S("localhost")) ? S("127.0.0.1") : door.address,
        .port = listening->port,
        .threads = listening->threads,
        .trusted_proxy = listening->trusted_proxy,
        .upload_folder = web->upload_folder,
        .host = web->options.host,
        .log = web->options.log,
        .handle = web_handle,
        .takes_upload = web_takes_upload,
        .refuse = web_refuse,
        .context = web,
    };
    if (!server_start(&options, &server, err))
        return false;
    if (listening->ready)
        listening->ready(listening->context, server_port(server));
    server_wait(server);
    log_line(web->options.log, LOG_INFO, "stopping: requests in work are finished first");
    server_stop(server, 10000);
    return true;
}
