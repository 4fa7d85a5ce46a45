/* openapi.c: the route table as an OpenAPI 3.1 document. Everything in it comes from the table, so it cannot be out of
 * date. */
#include "web/call.h"
#include "web/pages.h"

#include "base/json.h"

static const char *type_of(enum parameter_kind kind)
{
    return kind == KIND_INTEGER ? "integer" : kind == KIND_BOOL ? "boolean" : "string";
}

static void put_schema(struct json *json, const struct route_parameter *p)
{
    json_object(json);
    json_pair_text(json, "type", slice_of(type_of(p->kind)));
    if (p->kind == KIND_DATE)
        json_pair_text(json, "format", S("date"));
    if (p->kind == KIND_FILE)
        json_pair_text(json, "format", S("binary"));
    json_end(json);
}

static void put_parameters(struct json *json, const struct route *route)
{
    json_key(json, "parameters");
    json_array(json);
    for (size_t i = 0; i < route->parameter_count; i++) {
        const struct route_parameter *p = &route->parameters[i];
        if (p->place == IN_FORM)
            continue;
        json_object(json);
        json_pair_text(json, "name", slice_of(p->name));
        json_pair_text(json, "in", p->place == IN_PATH ? S("path") : S("query"));
        json_pair_bool(json, "required", p->required);
        json_pair_text(json, "description", slice_of(p->about));
        json_key(json, "schema");
        put_schema(json, p);
        json_end(json);
    }
    json_end(json);
}

static void put_body(struct json *json, const struct route *route)
{
    json_key(json, "requestBody");
    json_object(json);
    json_pair_bool(json, "required", true);
    json_key(json, "content");
    json_object(json);
    json_key(json, route->flags & ROUTE_UPLOAD ? "multipart/form-data" : "application/x-www-form-urlencoded");
    json_object(json);
    json_key(json, "schema");
    json_object(json);
    json_pair_text(json, "type", S("object"));
    json_key(json, "properties");
    json_object(json);
    for (size_t i = 0; i < route->parameter_count; i++)
        if (route->parameters[i].place == IN_FORM) {
            json_key(json, route->parameters[i].name);
            put_schema(json, &route->parameters[i]);
        }
    json_end(json);
    json_key(json, "required");
    json_array(json);
    for (size_t i = 0; i < route->parameter_count; i++)
        if (route->parameters[i].place == IN_FORM && route->parameters[i].required)
            json_text(json, slice_of(route->parameters[i].name));
    json_end(json);
    json_end(json), json_end(json), json_end(json), json_end(json);
}

/* ---- Shapes (shapes.h) ---- */

static struct slice word_of(const char **at)
{
    const char *from = *at;
    while ((**at >= 'a' && **at <= 'z') || **at == '_' || (**at >= '0' && **at <= '9'))
        (*at)++;
    must(*at > from);
    return slice_from(from, (size_t)(*at - from));
}

static void put_word(struct json *json, struct slice word)
{
    bool day = slice_equal(word, S("date")), moment = slice_equal(word, S("time"));
    json_pair_text(json, "type", day || moment || slice_equal(word, S("text")) ? S("string") : word);
    if (day || moment)
        json_pair_text(json, "format", day ? S("date") : S("date-time"));
}

static void put_shape(struct json *json, const char **at);

/* The names that are always there, of the object whose shape begins at `at`. */
static void put_required(struct json *json, const char *at)
{
    int depth = 0;
    json_key(json, "required");
    json_array(json);
    for (at++; depth >= 0; at++) {
        depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
        if (depth || (at[-1] != '{' && at[-1] != ',') || *at < 'a' || *at > 'z')
            continue;
        struct slice name = word_of(&at);
        if (*at == ':')
            json_text(json, name);
    }
    json_end(json);
}

static void put_members(struct json *json, const char **at)
{
    const char *object = *at;
    json_pair_text(json, "type", S("object"));
    json_key(json, "properties");
    json_object(json);
    do {
        (*at)++;
        json_key(json, arena_cstr(json->out->arena, word_of(at)));
        *at += **at == '?';
        must(*(*at)++ == ':');
        put_shape(json, at);
    } while (**at == ',');
    must(*(*at)++ == '}');
    json_end(json);
    put_required(json, object);
}

/* One value of the shape, and *at behind it. A shape that is not well formed cannot be. */
static void put_shape(struct json *json, const char **at)
{
    json_object(json);
    if (**at == '{') {
        put_members(json, at);
    } else if (**at == '[') {
        (*at)++;
        json_pair_text(json, "type", S("array"));
        json_key(json, "items");
        put_shape(json, at);
        must(*(*at)++ == ']');
    } else {
        put_word(json, word_of(at));
    }
    json_end(json);
}

static void put_answer(struct json *json, const char *status, const char *words, const char *type, const char *shape)
{
    json_key(json, status);
    json_object(json);
    json_pair_text(json, "description", slice_of(words));
    if (type) {
        json_key(json, "content");
        json_object(json);
        json_key(json, type);
        json_object(json);
        if (shape) {
            json_key(json, "schema");
            put_shape(json, &shape);
        }
        json_end(json), json_end(json);
    }
    json_end(json);
}

static void put_route(struct json *json, const struct route *route)
{
    static const char *const types[] = {"text/html", "application/json", "text/csv", NULL, "application/octet-stream"};
    json_key(json, route->method == METHOD_POST ? "post" : "get");
    json_object(json);
    json_pair_text(json, "summary", slice_of(route->summary));
    json_key(json, "tags");
    json_array(json);
    json_text(json, slice_of(route->group));
    json_end(json);
    put_parameters(json, route);
    if (route->method == METHOD_POST)
        put_body(json, route);
    json_key(json, "responses");
    json_object(json);
    if (route->answer == ANSWER_REDIRECT)
        put_answer(json, "303", "Done; the page to look at next", NULL, NULL);
    else
        put_answer(json, "200", "The answer", types[route->answer], route->shape);
    if (!(route->flags & ROUTE_OPEN)) {
        if (route->answer == ANSWER_JSON)
            put_answer(json, "401", "Nobody is signed in", "application/json", "{error:text}");
        put_answer(json, "403", "No agreement, role or form token allows it",
                   route->answer == ANSWER_JSON ? "application/json" : NULL,
                   route->answer == ANSWER_JSON ? "{error:text}" : NULL);
    }
    json_end(json);
    json_key(json, "security");
    json_array(json);
    if (!(route->flags & ROUTE_OPEN)) {
        json_object(json), json_key(json, "cookie"), json_array(json), json_end(json), json_end(json);
        json_object(json), json_key(json, "bearer"), json_array(json), json_end(json), json_end(json);
    }
    json_end(json);
    json_end(json);
}

static void put_head(struct json *json, const struct call *call)
{
    json_pair_text(json, "openapi", S("3.1.0"));
    json_key(json, "info");
    json_object(json);
    json_pair_text(json, "title", call->catalogue->wording.organisation);
    json_pair_text(json, "version", S(STAITHE_VERSION));
    json_pair_text(json, "description",
                   S("Every read is made by a person, in a role, for a purpose, under an agreement in force, and is "
                     "written to the audit."));
    json_end(json);
    json_key(json, "components");
    json_object(json);
    json_key(json, "securitySchemes");
    json_object(json);
    json_key(json, "cookie");
    json_object(json);
    json_pair_text(json, "type", S("apiKey"));
    json_pair_text(json, "in", S("cookie"));
    json_pair_text(json, "name", S(SESSION_COOKIE));
    json_end(json);
    json_key(json, "bearer");
    json_object(json);
    json_pair_text(json, "type", S("http"));
    json_pair_text(json, "scheme", S("bearer"));
    json_end(json), json_end(json), json_end(json);
}

bool api_openapi(struct call *call, struct error *err)
{
    (void)err;
    size_t count;
    const struct route *routes = route_table(&count);
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    json_object(&json);
    put_head(&json, call);
    json_key(&json, "paths");
    json_object(&json);
    for (size_t i = 0; i < count; i++) {
        bool seen = false;
        for (size_t k = 0; k < i && !seen; k++)
            seen = strcmp(routes[k].pattern, routes[i].pattern) == 0;
        if (seen)
            continue;
        json_key(&json, routes[i].pattern);
        json_object(&json);
        for (size_t k = i; k < count; k++)
            if (strcmp(routes[k].pattern, routes[i].pattern) == 0)
                put_route(&json, &routes[k]);
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
    response_json(call->response, 200, buffer_slice(&out));
    return true;
}
