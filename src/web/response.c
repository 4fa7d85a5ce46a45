/* response.c: each kind of answer sets its type and how long it may be kept; what every answer has in common is in
 * server.c. */
#include "web/response.h"

void response_again(struct response *response, int64_t milliseconds)
{
    must(milliseconds > 0);
    response->again_ms = milliseconds;
}

void response_html(struct response *response, int status, struct html page)
{
    response->status = status;
    response->content_type = S("text/html; charset=utf-8");
    response->body = arena_copy(response->arena, page.markup);
    response->cache = CACHE_NEVER;
}

void response_json(struct response *response, int status, struct slice json)
{
    response->status = status;
    response->content_type = S("application/json");
    response->body = arena_copy(response->arena, json);
    response->cache = CACHE_NEVER;
}

void response_text(struct response *response, int status, struct slice text)
{
    response->status = status;
    response->content_type = S("text/plain; charset=utf-8");
    response->body = arena_copy(response->arena, text);
    response->cache = CACHE_NEVER;
}

void response_file(struct response *response, struct slice file_name, struct slice content_type, struct slice bytes)
{
    response->status = 200;
    response->content_type = content_type;
    response->body = arena_copy(response->arena, bytes);
    response->cache = CACHE_NEVER;
    struct slice name = arena_copy(response->arena, file_name);
    char *at = arena_cstr(response->arena, name);
    for (size_t i = 0; i < name.len; i++) {
        char c = at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                     c == '_' || (c == '.' && i > 0);
        if (!plain)
            at[i] = '-';
    }
    response->download = slice_from(at, name.len);
}

void response_csv(struct response *response, struct slice file_name, struct slice csv)
{
    response_file(response, file_name, S("text/csv; charset=utf-8; header=present"), csv);
}

void response_redirect(struct response *response, struct slice path)
{
    response->status = 303;
    response->content_type = S("text/plain; charset=utf-8");
    response->body = NO_SLICE;
    response->location = arena_copy(response->arena, url_local(path).text);
    response->cache = CACHE_NEVER;
}

void response_cookie(struct response *response, struct slice name, struct slice value, int64_t max_age, bool secure)
{
    must(response->cookie_count < countof(response->cookies));
    struct buffer out = buffer_make(response->arena);
    buffer_format(&out, "%.*s=%.*s; Path=/; HttpOnly; SameSite=Lax", PRINT(name), PRINT(value));
    if (max_age >= 0)
        buffer_format(&out, "; Max-Age=%lld", (long long)max_age);
    if (secure)
        buffer_add(&out, S("; Secure"));
    response->cookies[response->cookie_count++] = buffer_slice(&out);
}
