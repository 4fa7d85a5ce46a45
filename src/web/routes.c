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
#define ID(of)                                                                                                         \
    {                                                                                                                  \
        "id", IN_PATH, KIND_INTEGER, true, "number of the " of                                                         \
    }
#define ASKED                                                                                                          \
    {"q", IN_QUERY, KIND_TEXT, false, "words: names, address, NHS number or UPRN"},                                    \
        {"born", IN_QUERY, KIND_TEXT, false, "date or year of birth"},                                                 \
        {"postcode", IN_QUERY, KIND_TEXT, false, "postcode or its first half"},                                        \
    {                                                                                                                  \
        "limit", IN_QUERY, KIND_INTEGER, false, "hits at most, up to 100"                                              \
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
    /* ---- people and homes ---- */
    {METHOD_GET, "/find", page_find, ABILITY_SEARCH, 0, ANSWER_PAGE, "People and homes",
     "Search by name, address, date of birth, postcode, NHS number or UPRN", "Find a person or a home", P(ASKED)},
    {METHOD_GET, "/people/{id}", page_person, ABILITY_VIEW, 0, ANSWER_PAGE, "People and homes",
     "The single view of a person", P(ID("person"))},
    {METHOD_GET, "/people/{id}/why", page_why, ABILITY_VIEW, 0, ANSWER_PAGE, "People and homes",
     "Why are these records the same person?", P(ID("person"))},
    {METHOD_GET, "/people/{id}/concern", page_concern, ABILITY_VIEW, 0, ANSWER_PAGE, "People and homes",
     "The form to say that something looks wrong",
     P(ID("person"), {"anchor", IN_QUERY, KIND_INTEGER, true, "the record"},
       {"about", IN_QUERY, KIND_TEXT, false, "the fact"})},
    {METHOD_POST, "/people/{id}/concern", do_concern, ABILITY_VIEW, 0, ANSWER_REDIRECT, "People and homes",
     "Say that something looks wrong",
     P(CSRF, ID("person"), {"anchor", IN_FORM, KIND_INTEGER, true, "the record"},
       {"words", IN_FORM, KIND_TEXT, true, "what"})},
    {METHOD_POST, "/people/{id}/caller", do_caller, ABILITY_NOTE, 0, ANSWER_REDIRECT, "People and homes",
     "Check who is calling",
     P(CSRF, ID("person"), {"name", IN_FORM, KIND_TEXT, false, "as the caller says it"},
       {"birth_date", IN_FORM, KIND_TEXT, false, "likewise"}, {"postcode", IN_FORM, KIND_TEXT, false, "likewise"},
       {"nhs_number", IN_FORM, KIND_TEXT, false, "likewise"})},
    {METHOD_POST, "/people/{id}/notes", do_note, ABILITY_NOTE, 0, ANSWER_REDIRECT, "People and homes",
     "Write a contact note", P(CSRF, ID("person"), {"words", IN_FORM, KIND_TEXT, true, "the note"})},
    {METHOD_GET, "/records/{id}", page_record, ABILITY_VIEW, 0, ANSWER_PAGE, "People and homes",
     "One record down to its file and line, with its earlier versions", P(ID("record"))},
    {METHOD_GET, "/homes/{uprn}", page_home, ABILITY_VIEW, 0, ANSWER_PAGE, "People and homes", "The view of a home",
     P({"uprn", IN_PATH, KIND_TEXT, true, "the home's UPRN"})},
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
