/* response.h: what a handler answers with.
 *
 * A handler fills in one `struct response` through the functions below; server.c sends it. Its arena is not the
 * request's: body and headers are copied or rendered into it, and it lives until the last byte is sent. Each response
 * carries the same security headers, set in one place (server.c: send). Pages and JSON are never stored by caches;
 * assets are for a year. */
#ifndef STAITHE_WEB_RESPONSE_H
#define STAITHE_WEB_RESPONSE_H

#include "base/arena.h"
#include "base/error.h"

#include "web/html.h"

enum cache { CACHE_NEVER, CACHE_REVALIDATE, CACHE_FOREVER };

struct response {
    struct arena *arena;
    int status;
    struct slice content_type;
    struct slice body;     /* in `arena`, or static */
    struct slice location; /* of a redirect */
    struct slice download; /* a file name: the browser saves instead of shows */
    struct slice etag;     /* without quotes */
    struct slice encoding; /* "gzip" when the body is so */
    enum cache cache;
    struct slice cookies[3]; /* whole Set-Cookie values */
    size_t cookie_count;
    struct slice allow;       /* of a 405 */
    struct slice retry_after; /* seconds, of a 429 or 503 */
    int64_t again_ms;         /* see response_again */
};

/* No answer yet: the same request is handled again in so many milliseconds, and holds no thread meanwhile. Only where
 * request->may_wait says so, and with nothing else in the response. */
void response_again(struct response *response, int64_t milliseconds);

void response_html(struct response *response, int status, struct html page);
/* `json` is copied. */
void response_json(struct response *response, int status, struct slice json);
/* A file to save; `file_name` may hold anything: what is not a letter, digit, dot, dash or underscore becomes "-". */
void response_csv(struct response *response, struct slice file_name, struct slice csv);
/* The same of any kind of file, which is copied. */
void response_file(struct response *response, struct slice file_name, struct slice content_type, struct slice bytes);
void response_text(struct response *response, int status, struct slice text);
/* 303 See Other, always to a place of our own: a path that begins with one "/"; anything else goes to "/". */
void response_redirect(struct response *response, struct slice path);
/* HttpOnly, SameSite=Lax, Path=/; Secure when the request came over TLS. max_age 0 deletes it; below 0: until the
 * browser closes. */
void response_cookie(struct response *response, struct slice name, struct slice value, int64_t max_age, bool secure);

#endif
