/* web.h: the pages and the API over one county: what `staithe serve` starts.
 *
 * web_make gathers what every request needs; web_serve listens, serves until SIGTERM or SIGINT, and ends gracefully. A
 * test may instead hand web_handle to a server of its own, or call it with a request made by hand. Threads: a `struct
 * web` is read-only once made and shared by all pool threads. */
#ifndef STAITHE_WEB_WEB_H
#define STAITHE_WEB_WEB_H

#include "guard/guard.h"
#include "store/store.h"

#include "web/server.h"

struct web_options {
    struct store *store; /* the hub's; all of these outlive the web */
    struct guard *guard;
    struct guard_catalogue catalogue; /* most often catalogue_current_accessor */
    const struct host *host;
    const struct log *log;
    struct slice folder; /* the data folder: uploads and kept files lie below it */
};

struct web;

bool web_make(const struct web_options *options, struct arena *arena, struct web **ret, struct error *err) MUST_USE;

/* `context` is the struct web. Answers one request: finds the route, checks session, ability, purpose and CSRF token,
 * calls the handler. */
void web_handle(void *context, struct request *request, struct response *response);
bool web_takes_upload(void *context, const struct request *request);
void web_refuse(void *context, const struct request *request, const struct error *err, struct response *response);

struct web_listening {
    struct slice address; /* empty: 127.0.0.1 */
    uint16_t port;
    unsigned threads;
    bool trusted_proxy;
    /* Told once, when it listens; may be NULL. */
    void (*ready)(void *context, uint16_t port);
    void *context;
};
/* ERROR_DENIED beyond loopback without a trusted proxy or with demonstration accounts (guard_may_listen).
 * server_block_signals must have been called first. Returns true after a stop that was asked for. */
bool web_serve(struct web *web, const struct web_listening *listening, struct error *err) MUST_USE;

#endif
