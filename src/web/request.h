/* request.h: one request as a handler sees it, read and checked.
 *
 * Made by server.c, which owns it; it and everything in it lives until the handler returns. `arena` is the request's:
 * what the domain needs for the answer, at most REQUEST_ARENA_MAX; it ends (and with it every transaction on its defer
 * list) as soon as the handler returns, before the first byte of the answer is sent. One thread at a time. */
#ifndef STAITHE_WEB_REQUEST_H
#define STAITHE_WEB_REQUEST_H

#include "web/parameters.h"

enum { REQUEST_ARENA_MAX = 16 << 20, REQUEST_FORM_MAX = 64 << 10 };
#define REQUEST_UPLOAD_MAX (INT64_C(2) << 30)

enum method { METHOD_GET = 1, METHOD_POST = 2 }; /* HEAD is a GET whose body is not sent */

/* A file of a multipart form, as received, in the upload folder; deleted when the request ends. */
struct upload {
    struct slice field, file_name; /* the name that the sender gave it: text to show, never a path to use */
    struct slice path;
    uint64_t size;
    struct incoming *incoming; /* the server's own */
};

struct guard_session;
struct route;

struct request {
    struct arena *arena;
    enum method method;
    struct slice path; /* decoded, begins with "/"; no segment is "." or ".." or empty */
    struct parameters query, form, cookies;
    struct parameters path_values; /* set by routes.c: {id} of the pattern */
    struct upload *uploads;
    size_t upload_count;
    struct slice authorization, accept, accept_encoding, if_none_match, host;
    bool over_tls;                 /* said so by a proxy that we were told to trust */
    struct slice remote;           /* the client's address; of the proxy's word when trusted */
    int64_t started;               /* host_monotonic */
    bool may_wait;                 /* response_again is heard: the server can put the request off */
    const struct route *route;     /* set by routes.c */
    struct guard_session *session; /* set by routes.c; NULL when nobody is signed in */
    const char *log_route;         /* for the access log: the route's pattern, never the path itself; set by routes.c */
    int64_t log_account;           /* for the access log: the account's number, never a name */
};

/* The first value of a path, form or query parameter, in that order; empty when absent. */
struct slice request_value(const struct request *request, struct slice name);
/* A whole number above 0, or ERROR_USAGE with the parameter named. */
bool request_integer(const struct request *request, struct slice name, int64_t *ret, struct error *err) MUST_USE;
/* As above, or `otherwise` when it is absent. */
bool request_integer_or(const struct request *request, struct slice name, int64_t otherwise, int64_t *ret,
                        struct error *err) MUST_USE;
/* A text of at least one character besides white space and at most `longest` bytes, trimmed; ERROR_INPUT names the
 * `title`. */
bool request_text(const struct request *request, struct slice name, const char *title, size_t longest,
                  struct slice *ret, struct error *err) MUST_USE;

#endif
