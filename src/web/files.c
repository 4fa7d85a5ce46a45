/* files.c: style, script and icon out of the program itself (kept for a year, as their addresses carry their digest),
 * and the county's colours, made from its folder. */
#include "web/call.h"
#include "web/pages.h"

#include "generated/assets.h"

static bool accepts_gzip(const struct request *request)
{
    return slice_search(request->accept_encoding, S("gzip")) < request->accept_encoding.len;
}

bool file_asset(struct call *call, struct error *err)
{
    struct response *response = call->response;
    for (size_t i = 0; i < ASSET_COUNT; i++) {
        const struct asset_file *file = &asset_files[i];
        if (!slice_equal(file->url, call->request->path))
            continue;
        bool packed = file->gzip.len && accepts_gzip(call->request);
        response->status = 200;
        response->content_type = file->type;
        response->cache = CACHE_FOREVER;
        response->etag = packed ? arena_format(response->arena, "%.*s-gzip", PRINT(file->etag)) : file->etag;
        response->encoding = packed ? S("gzip") : NO_SLICE;
        response->body = packed ? file->gzip : file->bytes;
        struct slice seen = call->request->if_none_match;
        if (slice_search(seen, file->etag) < seen.len) {
            response->status = 304;
            response->body = NO_SLICE;
            response->encoding = NO_SLICE;
        }
        return true;
    }
    return error_set(err, ERROR_NOT_FOUND, "there is no such file; load the page anew");
}

/* Black or white, whichever stands out more on the colour (WCAG relative luminance, to the nearest thousandth that
 * matters here). */
static bool is_light(struct slice colour)
{
    double luminance = 0;
    static const double weights[] = {0.2126, 0.7152, 0.0722};
    for (size_t i = 0; i < 3; i++) {
        unsigned value = 0;
        for (size_t k = 0; k < 2; k++) {
            char c = colour.at[1 + i * 2 + k];
            value = value * 16 + (unsigned)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
        }
        double share = value / 255.0;
        luminance += weights[i] * share * share; /* gamma 2 is near enough to choose by */
    }
    return luminance > 0.18;
}

static bool is_colour(struct slice colour)
{
    if (colour.len != 7 || colour.at[0] != '#')
        return false;
    for (size_t i = 1; i < 7; i++) {
        char c = colour.at[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
            return false;
    }
    return true;
}

bool file_county_style(struct call *call, struct error *err)
{
    (void)err;
    struct slice colour = call->catalogue->wording.colour;
    if (!is_colour(colour))
        colour = S("#005e5d");
    struct response *response = call->response;
    response->status = 200;
    response->content_type = S("text/css; charset=utf-8");
    response->cache = CACHE_REVALIDATE;
    response->body =
        arena_format(response->arena, ":root{--county-colour:%.*s;--county-text:%s;--govuk-brand-colour:%.*s}\n",
                     PRINT(colour), is_light(colour) ? "#0b0c0c" : "#ffffff", PRINT(colour));
    return true;
}

bool api_health(struct call *call, struct error *err)
{
    struct transaction *transaction;
    if (!store_begin(call->web->options.store, TRANSACTION_READ, NULL, call->arena, &transaction, err))
        return false;
    transaction_rollback(transaction);
    response_json(call->response, 200, S("{\"up\":true,\"version\":\"" STAITHE_VERSION "\"}\n"));
    return true;
}
