/* server.h: HTTP/1.1 over libmicrohttpd: connections in, whole requests to one handler, answers out.
 *
 * Two threads move bytes (epoll); the handler runs in one of `threads` workers, so several run at once and one that
 * waits for the disk holds up nobody else. A request's body is read before the handler is called: a form up to 64 KiB
 * into memory, a file of a multipart form straight to the upload folder, but only where `takes_upload` says so.
 * Everything else past 64 KiB is refused with 413 unread.
 *
 * Time is our own: an idle connection, a head that dribbles in, a body slower than it must be and an answer that is not
 * fetched are each closed at an absolute deadline by one watching thread, however lively the trickle (server.c says how
 * long).
 *
 * server_stop ends it gracefully: no new connections, requests in work are finished (up to `grace_ms`), then all is
 * closed. One log line a request: method, route, status, milliseconds, bytes, account number; never a query, a name or
 * an address. */
#ifndef STAITHE_WEB_SERVER_H
#define STAITHE_WEB_SERVER_H

#include "base/log.h"

#include "web/request.h"
#include "web/response.h"

struct server;

struct server_options {
    struct slice address;       /* "127.0.0.1" or "::1"; empty: 127.0.0.1 */
    uint16_t port;              /* 0: any free one, see server_port */
    unsigned threads;           /* workers; 0: eight for each processor, 16 at least */
    bool trusted_proxy;         /* X-Forwarded-For and X-Forwarded-Proto are believed */
    struct slice upload_folder; /* made if absent; empty: no uploads at all */
    const struct host *host;
    const struct log *log;
    /* In a worker. Fills in the response; never fails: an error is a response too. */
    void (*handle)(void *context, struct request *request, struct response *response);
    /* Whether a POST to this path by this session's cookie may stream a file: asked before the body is read. NULL: none
     * may. */
    bool (*takes_upload)(void *context, const struct request *request);
    /* Words the answer to a request that could not be read (a bad path, too long a body). NULL: one line of plain text.
     */
    void (*refuse)(void *context, const struct request *request, const struct error *err, struct response *response);
    void *context;
    /* Milliseconds; 0 gives the default. Tests shorten them. */
    int head_ms;          /* from the connection (or the end of the request before) to a whole head: 20,000 */
    int body_ms;          /* for a form's body; an upload gets this and a second for each 64 KiB: 20,000 */
    int send_ms;          /* for fetching the answer, and a second for each 64 KiB: 30,000 */
    unsigned connections; /* at once; 0: 1,000 */
};

/* First thing in main: SIGTERM and SIGINT wait for server_wait in every thread made from now on, and SIGPIPE is
 * ignored. */
void server_block_signals(void);
/* Listens and serves from threads of its own when it returns true. A taken port is ERROR_CONFLICT with what to do. */
bool server_start(const struct server_options *options, struct server **ret, struct error *err) MUST_USE;
uint16_t server_port(const struct server *server);
/* Returns after SIGTERM or SIGINT came to the process, or after server_ask_to_stop. */
void server_wait(struct server *server);
void server_ask_to_stop(struct server *server); /* from any thread */
/* NULL is fine. */
void server_stop(struct server *server, int grace_ms);

#endif
