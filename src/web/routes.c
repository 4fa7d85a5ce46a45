/* routes.c: the table. Order matters only between patterns that fit the same path: the more literal one stands first.
 */
#include "web/routes.h"

#include "web/pages.h"

#define P(...)                                                                                                         \
    .parameters = (const struct route_parameter[]){__VA_ARGS__},                                                       \
    .parameter_count = sizeof((const struct route_parameter[]){__VA_ARGS__}) / sizeof(struct route_parameter)
#define CSRF                                                                                                           \
    {                                                                                                                  \
        "csrf", IN_FORM, KIND_TEXT, true, "the form's token"                                                           \
    }
#define NEXT(place)                                                                                                    \
    {                                                                                                                  \
        "next", place, KIND_TEXT, false, "where to go afterwards, a path of this server"                               \
    }

static const struct route table[] = {
    /* ---- coming and going ---- */
    {METHOD_GET, "/", page_start, 0, 0, ANSWER_PAGE, "Coming and going", "The start page: what you can do here"},
    {METHOD_GET, "/sign-in", page_sign_in, 0, ROUTE_OPEN, ANSWER_PAGE, "Coming and going", "The form to sign in",
     P(NEXT(IN_QUERY))},
    {METHOD_POST, "/sign-in", do_sign_in, 0, ROUTE_OPEN, ANSWER_REDIRECT, "Coming and going", "Sign in",
     P(CSRF, {"name", IN_FORM, KIND_TEXT, true, "the account's name"},
       {"password", IN_FORM, KIND_TEXT, true, "its password"}, NEXT(IN_FORM))},
    {METHOD_GET, "/purpose", page_purpose, 0, ROUTE_NO_PURPOSE, ANSWER_PAGE, "Coming and going",
     "Choose your role and purpose", P(NEXT(IN_QUERY))},
    {METHOD_POST, "/purpose", do_purpose, 0, ROUTE_NO_PURPOSE, ANSWER_REDIRECT, "Coming and going",
     "Take a role and purpose", P(CSRF, {"choice", IN_FORM, KIND_TEXT, true, "role/purpose"}, NEXT(IN_FORM))},
    {METHOD_POST, "/sign-out", do_sign_out, 0, ROUTE_NO_PURPOSE, ANSWER_REDIRECT, "Coming and going", "Sign out",
     P(CSRF)},
    {METHOD_GET, "/help", page_help, 0, ROUTE_OPEN, ANSWER_PAGE, "Coming and going",
     "Help: everything that can be asked here"},
    /* ---- for programs ---- */
    {METHOD_GET, "/api/openapi.json", api_openapi, 0, ROUTE_OPEN, ANSWER_JSON, "For programs",
     "This description, as OpenAPI 3.1"},
    {METHOD_GET, "/health", api_health, 0, ROUTE_PLAIN | ROUTE_OPEN, ANSWER_JSON, "For programs",
     "Whether the server is up and its database answers"},
    /* ---- files of the program itself ---- */
    {METHOD_GET, "/county.css", file_county_style, 0, ROUTE_OPEN, ANSWER_FILE, "Files", "The county's colours"},
    {METHOD_GET, "/assets/{file}", file_asset, 0, ROUTE_PLAIN | ROUTE_OPEN, ANSWER_FILE, "Files",
     "Style, script and icon", P({"file", IN_PATH, KIND_TEXT, true, "its name with its digest"})},
};

const struct route *route_table(size_t *ret_count)
{
    *ret_count = countof(table);
    return table;
}

static bool fits(const char *pattern, struct slice path, struct arena *arena, struct parameters *values)
{
    struct slice wanted = slice_of(pattern), rest = path, segment, got;
    struct parameter found[8];
    size_t count = 0;
    if (wanted.len == 1 || path.len == 1)
        return slice_equal(wanted, path);
    wanted = slice_part(wanted, 1, wanted.len);
    rest = slice_part(rest, 1, rest.len);
    while (slice_cut(&wanted, '/', &segment)) {
        if (!slice_cut(&rest, '/', &got))
            return false;
        if (segment.at[0] == '{') {
            must(count < countof(found));
            found[count++] = (struct parameter){slice_part(segment, 1, segment.len - 1), got};
        } else if (!slice_equal(segment, got)) {
            return false;
        }
    }
    if (!slice_empty(rest))
        return false;
    values->items = arena_array(arena, struct parameter, count);
    values->count = count;
    for (size_t i = 0; i < count; i++)
        values->items[i] = found[i];
    return true;
}

const struct route *route_find(enum method method, struct slice path, struct arena *arena, struct parameters *values,
                               bool *ret_other)
{
    *ret_other = false;
    for (size_t i = 0; i < countof(table); i++) {
        if (!fits(table[i].pattern, path, arena, values))
            continue;
        if (table[i].method == method)
            return &table[i];
        *ret_other = true;
    }
    return NULL;
}
