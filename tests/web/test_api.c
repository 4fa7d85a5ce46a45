/* What programs read: every page that shows data has its sister under /api/v1, behind the same guard, with the same
 * entry in the audit, and as the OpenAPI document says. */
#include "guard/audit.h"
#include "web/parameters.h"
#include "web/routes.h"
#include "web/visitor.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct stage stage;

#define API "/api/v1"

/* Pages that show nobody's data and no figure: forms, and help. What the forms about a person show is the view's. */
static const char *const forms[] = {"/sign-in",
                                    "/purpose",
                                    "/my-password",
                                    "/help",
                                    "/people/{id}/concern",
                                    "/people/{id}/split",
                                    "/plans/{name}/registers/{register}/new"};
/* A page whose sister is called otherwise. */
static const struct {
    const char *page, *sister;
} otherwise[] = {{"/", API "/me"}, {"/find", API "/people"}, {API "/events", API "/events"}}; /* the last: no page */

static struct slice sister_of(struct arena *arena, const char *page)
{
    for (size_t i = 0; i < countof(otherwise); i++)
        if (strcmp(otherwise[i].page, page) == 0)
            return slice_of(otherwise[i].sister);
    return arena_format(arena, API "%s", page);
}

static bool is_form(const char *pattern)
{
    for (size_t i = 0; i < countof(forms); i++)
        if (strcmp(forms[i], pattern) == 0)
            return true;
    return false;
}

static const struct route *route_at(struct slice pattern)
{
    size_t count;
    const struct route *routes = route_table(&count);
    for (size_t i = 0; i < count; i++)
        if (routes[i].method == METHOD_GET && slice_equal(slice_of(routes[i].pattern), pattern))
            return &routes[i];
    return NULL;
}

static void every_page_that_shows_data_has_a_sister_for_programs_under_the_same_guard(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    size_t count, pages = 0;
    const struct route *routes = route_table(&count);
    for (size_t i = 0; i < count; i++) {
        const struct route *page = &routes[i];
        if (page->method != METHOD_GET || page->answer != ANSWER_PAGE || is_form(page->pattern))
            continue;
        const struct route *sister = route_at(sister_of(arena, page->pattern));
        if (!sister || sister->answer != ANSWER_JSON || !sister->shape)
            fail_msg("%s has no sister for programs", page->pattern);
        if (sister->ability != page->ability || sister->flags != page->flags)
            fail_msg("%s asks for another ability or session than %s", sister->pattern, page->pattern);
        for (size_t k = 0; k < page->parameter_count; k++) {
            bool takes = strcmp(page->parameters[k].name, "same") == 0; /* only words on the page */
            for (size_t j = 0; j < sister->parameter_count; j++)
                takes = takes || strcmp(sister->parameters[j].name, page->parameters[k].name) == 0;
            if (!takes)
                fail_msg("%s does not take %s", sister->pattern, page->parameters[k].name);
        }
        pages++;
    }
    assert_true(pages >= 23);
    for (size_t i = 0; i < countof(forms); i++)
        assert_non_null(route_at(slice_of(forms[i])));
    arena_free(arena);
}

/* ---- Asking ---- */

static json_t *json_of(struct slice answer)
{
    json_error_t fault;
    size_t at = slice_search(answer, S("\r\n\r\n"));
    struct slice body = slice_part(answer, at + 4, answer.len);
    json_t *value = json_loadb(body.at, body.len, 0, &fault);
    if (!value)
        fail_msg("%s in %.*s", fault.text, PRINT(slice_part(answer, 0, 500)));
    return value;
}

static json_t *ask_json(struct arena *arena, const struct visitor *visitor, const char *path)
{
    struct slice answer = get(arena, visitor, path);
    if (!has(slice_part(answer, 0, 13), " 200") || !has(answer, "Content-Type: application/json"))
        fail_msg("%s: %.*s", path, PRINT(slice_part(answer, 0, 400)));
    return json_of(answer);
}

static int status_of(struct slice answer)
{
    int64_t status = 0;
    assert_true(slice_integer(slice_part(answer, 9, 12), &status));
    return (int)status;
}

static json_t *first_of(json_t *object, const char *list)
{
    json_t *first = json_array_get(json_object_get(object, list), 0);
    if (!first)
        fail_msg("nothing stands under %s", list);
    return first;
}

static long long number_of(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    if (!json_is_integer(value))
        fail_msg("%s is no number", key);
    return json_integer_value(value);
}

/* ---- The shape ---- */

static void assert_fits(json_t *schema, json_t *value, const char *place)
{
    const char *type = json_string_value(json_object_get(schema, "type")), *key;
    json_t *properties = json_object_get(schema, "properties"), *member, *name;
    size_t i;
    if (!type)
        fail_msg("%s is not described", place);
    bool fits = strcmp(type, "object") == 0    ? json_is_object(value)
                : strcmp(type, "array") == 0   ? json_is_array(value)
                : strcmp(type, "string") == 0  ? json_is_string(value)
                : strcmp(type, "integer") == 0 ? json_is_integer(value)
                : strcmp(type, "number") == 0  ? json_is_number(value)
                                               : strcmp(type, "boolean") == 0 && json_is_boolean(value);
    if (!fits)
        fail_msg("%s is no %s", place, type);
    if (json_is_array(value))
        json_array_foreach(value, i, member) assert_fits(json_object_get(schema, "items"), member, place);
    if (!json_is_object(value))
        return;
    json_array_foreach(json_object_get(schema, "required"), i,
                       name) if (!json_object_get(value, json_string_value(name)))
        fail_msg("%s lacks %s", place, json_string_value(name));
    json_object_foreach(value, key, member)
    {
        if (!json_object_get(properties, key))
            fail_msg("%s holds %s, which is not described", place, key);
        assert_fits(json_object_get(properties, key), member, key);
    }
}

static json_t *schema_of(json_t *document, const char *pattern)
{
    json_t *answer = json_object_get(json_object_get(document, "paths"), pattern);
    static const char *const way[] = {"get", "responses", "200", "content", "application/json", "schema"};
    for (size_t i = 0; i < countof(way); i++)
        answer = json_object_get(answer, way[i]);
    if (!answer)
        fail_msg("%s is not described", pattern);
    return answer;
}

/* ---- Everybody at every route ---- */

enum who { SAM, FIONA, GRACE, ADAM, STELLA, CONNIE, FRANK, EVERYBODY };
static const struct {
    const char *name, *choice;
} people[EVERYBODY] = {
    [SAM] = {"sam.social", "social_worker/care_assessment"},
    [FIONA] = {"fiona.fire", NULL},
    [GRACE] = {"grace.governance", NULL},
    [ADAM] = {"adam.admin", NULL},
    [STELLA] = {"stella.steward", NULL},
    [CONNIE] = {"connie.contact", NULL},
    [FRANK] = {"frank.finance", NULL},
};

struct scene {
    struct visitor visitors[EVERYBODY];
    json_t *document;
    struct slice person, record, uprn, a, b, landing, listed;
    struct buffer words; /* that find the person */
};

static struct slice text_of(struct arena *arena, long long number)
{
    return arena_format(arena, "%lld", number);
}

static const char *path_of(struct arena *arena, const struct scene *scene, const char *pattern)
{
    struct slice id = strstr(pattern, "/records/")    ? scene->record
                      : strstr(pattern, "/landings/") ? scene->landing
                      : strstr(pattern, "/lists/")    ? scene->listed
                                                      : scene->person;
    struct slice name = strstr(pattern, "/lists/")      ? S("home_fire_safety_visits")
                        : strstr(pattern, "/sources/")  ? S("adult_social_care_clients")
                        : strstr(pattern, "/accounts/") ? S("sam.social")
                        : strstr(pattern, "/plans/")    ? S("norfolk-example")
                                                        : S("care_assessment");
    const struct {
        const char *key;
        struct slice value;
    } values[] = {{"{id}", id},      {"{name}", name},    {"{uprn}", scene->uprn},      {"{a}", scene->a},
                  {"{b}", scene->b}, {"{table}", S("1")}, {"{register}", S("savings")}, {"{row}", S("EX-1")}};
    struct buffer out = buffer_make(arena);
    for (const char *at = pattern; *at;) {
        size_t k = 0;
        while (k < countof(values) && strncmp(at, values[k].key, strlen(values[k].key)) != 0)
            k++;
        if (k < countof(values)) {
            buffer_add(&out, values[k].value);
            at += strlen(values[k].key);
        } else {
            buffer_add_byte(&out, *at++);
        }
    }
    if (strcmp(pattern, "/find") == 0 || strcmp(pattern, API "/people") == 0)
        buffer_format(&out, "?q=%.*s", PRINT(buffer_slice(&scene->words)));
    if (strstr(pattern, "/figures"))
        buffer_add(&out, S("?cell=gap@2025-26"));
    if (strstr(pattern, "/who-sees"))
        buffer_add(&out, S("?source=gp_list"));
    return arena_cstr(arena, buffer_slice(&out));
}

/* Somebody whom the social worker and the fire officer find, and what hangs on them. */
static struct scene set_scene(void)
{
    struct arena *arena = stage.arena;
    static struct scene kept;
    struct scene *scene = &kept;
    if (kept.document)
        return kept;
    for (size_t i = 0; i < EVERYBODY; i++)
        scene->visitors[i] = come(arena, people[i].name, people[i].choice);
    const struct visitor *sam = &scene->visitors[SAM], *stella = &scene->visitors[STELLA];
    scene->document = json_of(get(arena, sam, "/api/openapi.json"));
    json_t *list = ask_json(arena, &scene->visitors[FIONA], API "/lists/home_fire_safety_visits");
    scene->listed = text_of(arena, number_of(first_of(list, "people"), "person"));
    scene->words = buffer_make(arena);
    percent_encode(&scene->words, slice_of(json_string_value(json_object_get(first_of(list, "people"), "name"))));
    json_t *found = ask_json(arena, sam, path_of(arena, scene, API "/people"));
    scene->person = text_of(arena, number_of(first_of(found, "hits"), "person"));
    json_t *view = ask_json(arena, sam, arena_format(arena, API "/people/%.*s", PRINT(scene->person)).at);
    json_t *evidence = json_object_get(first_of(view, "records"), "evidence");
    scene->record = text_of(arena, number_of(evidence, "record"));
    scene->landing = text_of(arena, number_of(evidence, "landing"));
    scene->uprn = arena_format(arena, "%s", json_string_value(json_object_get(first_of(view, "homes"), "uprn")));
    json_t *doubts = ask_json(arena, stella, API "/doubts"), *doubt = first_of(doubts, "doubts");
    scene->a = text_of(arena, number_of(doubt, "a"));
    scene->b = text_of(arena, number_of(doubt, "b"));
    assert_true(
        has(post(arena, sam, arena_format(arena, "/people/%.*s/concern", PRINT(scene->person)).at,
                 arena_format(arena, "csrf=%.*s&anchor=%.*s&words=Not+hers", PRINT(sam->csrf), PRINT(scene->record))),
            "HTTP/1.1 303"));
    assert_true(has(post(arena, stella, arena_format(arena, "/doubts/%.*s/%.*s", PRINT(scene->a), PRINT(scene->b)).at,
                         arena_format(arena, "csrf=%.*s&verdict=keep_apart&reason=Two+people", PRINT(stella->csrf))),
                    "HTTP/1.1 303"));
    json_decref(list), json_decref(found), json_decref(view), json_decref(doubts);
    return kept;
}

/* The newest entry of the visitor's own in the audit; id 0 when there is none. */
static struct audit_entry newest_look(struct arena *arena, const struct visitor *visitor)
{
    struct guard_session *session;
    struct error err = NO_ERROR;
    struct audit_filter filter = {.limit = 1};
    struct audit_entry *entries;
    size_t count;
    bool more;
    struct guard_visit visit = {.token = visitor->session, .place = S("test"), .client = S("127.0.0.1")};
    assert_true(guard_resume(stage.guard, &visit, arena, &session, &err));
    filter.account = guard_who(session)->name;
    assert_true(audit_list(session, &filter, arena, &entries, &count, &more, &err));
    return count ? entries[0] : (struct audit_entry){0};
}

/* Reads of a person's data leave an entry; registers and figures leave none. */
static const struct {
    const char *pattern;
    enum who may, may_not; /* EVERYBODY: nobody is refused */
    const char *action;    /* NULL: no entry */
} reads[] = {
    {"/", SAM, EVERYBODY, NULL},
    {"/find", SAM, GRACE, "search"},
    {"/people/{id}", SAM, GRACE, "view"},
    {"/people/{id}/why", SAM, GRACE, "why"},
    {"/people/{id}/why-not", SAM, GRACE, NULL}, /* nobody is chosen yet */
    {"/records/{id}", SAM, GRACE, "record"},
    {"/homes/{uprn}", SAM, ADAM, "home"},
    {"/doubts", STELLA, SAM, "doubts"},
    {"/doubts/{a}/{b}", STELLA, SAM, "doubt"},
    {"/what-if", STELLA, SAM, NULL}, /* nothing is asked */
    {API "/events", SAM, GRACE, "events"},
    {"/decisions", STELLA, FIONA, NULL},
    {"/concerns", STELLA, SAM, "concerns"},
    {"/lists", FIONA, SAM, NULL},
    {"/lists/{name}", FIONA, SAM, "list"},
    {"/lists/{name}/{id}", FIONA, SAM, "list"},
    {"/sources", CONNIE, EVERYBODY, NULL},
    {"/sources/{name}", STELLA, EVERYBODY, NULL},
    {"/sources/{name}/quarantine", STELLA, SAM, "quarantine"},
    {"/landings/{id}", STELLA, CONNIE, NULL},
    {"/agreements", ADAM, EVERYBODY, NULL},
    {"/agreements/{name}", CONNIE, EVERYBODY, NULL},
    {"/who-sees", GRACE, EVERYBODY, NULL},
    {"/my-looks", SAM, EVERYBODY, "concerns"},
    {"/audit", GRACE, SAM, "audit"},
    {"/changes", GRACE, STELLA, NULL},
    {"/accounts", ADAM, GRACE, NULL},
    {"/accounts/{name}", ADAM, SAM, NULL},
    {"/plans", FRANK, SAM, NULL},
    {"/plans/{name}", FRANK, ADAM, NULL},
    {"/plans/{name}/tables/{table}", FRANK, GRACE, NULL},
    {"/plans/{name}/figures", FRANK, FIONA, NULL},
    {"/plans/{name}/pictures", FRANK, SAM, NULL},
    {"/plans/{name}/checks", FRANK, STELLA, NULL},
    {"/plans/{name}/scenarios", FRANK, CONNIE, NULL},
    {"/plans/{name}/registers/{register}", FRANK, SAM, NULL},
    {"/plans/{name}/registers/{register}/{row}", FRANK, SAM, NULL},
    {"/plans/{name}/versions", FRANK, SAM, NULL},
    {"/plans/{name}/changes", FRANK, SAM, NULL},
    {"/plans/{name}/journal", FRANK, SAM, NULL},
};

static void assert_entry(struct arena *arena, const struct scene *scene, size_t number)
{
    const struct visitor *visitor = &scene->visitors[reads[number].may];
    const char *page = reads[number].pattern, *sister = arena_cstr(arena, sister_of(arena, page));
    struct audit_entry before = newest_look(arena, visitor);
    json_t *answer = ask_json(arena, visitor, path_of(arena, scene, sister));
    assert_fits(schema_of(scene->document, sister), answer, sister);
    struct audit_entry told = newest_look(arena, visitor);
    assert_int_equal(status_of(get(arena, visitor, path_of(arena, scene, page))), 200);
    struct audit_entry shown = newest_look(arena, visitor);
    json_decref(answer);
    if (!reads[number].action) {
        if (told.id != before.id || shown.id != before.id)
            fail_msg("%s or its page left an entry", sister);
        return;
    }
    if (told.id == before.id || shown.id == told.id)
        fail_msg("%s or its page left no entry", sister);
    assert_true(slice_equal(told.action, slice_of(reads[number].action)));
    assert_true(slice_equal(told.place, arena_format(arena, "web GET %s", sister)));
    const struct slice alike[][2] = {{told.account, shown.account}, {told.role, shown.role},
                                     {told.purpose, shown.purpose}, {told.agreements, shown.agreements},
                                     {told.action, shown.action},   {told.subject, shown.subject},
                                     {told.anchors, shown.anchors}, {told.fields, shown.fields}};
    for (size_t i = 0; i < countof(alike); i++)
        if (!slice_equal(alike[i][0], alike[i][1]))
            fail_msg("%s and its page left different entries: %.*s, %.*s", sister, PRINT(alike[i][0]),
                     PRINT(alike[i][1]));
}

static void assert_refused(struct arena *arena, const struct scene *scene, size_t number)
{
    const struct visitor *visitor = &scene->visitors[reads[number].may_not];
    const char *sister = arena_cstr(arena, sister_of(arena, reads[number].pattern));
    struct audit_entry before = newest_look(arena, visitor);
    struct slice answer = get(arena, visitor, path_of(arena, scene, sister));
    if (status_of(answer) != 403)
        fail_msg("%s was not refused: %.*s", sister, PRINT(slice_part(answer, 0, 200)));
    json_t *said = json_of(answer);
    assert_int_equal(json_object_size(said), 1); /* a sentence, and no data */
    assert_true(json_is_string(json_object_get(said, "error")));
    json_decref(said);
    assert_int_equal(newest_look(arena, visitor).id, before.id);
}

static void each_read_fits_its_description_and_leaves_the_entry_that_its_page_leaves(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct scene scene = set_scene();
    struct visitor nobody = {0};
    size_t count;
    const struct route *routes = route_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (routes[i].answer != ANSWER_JSON || !slice_starts(slice_of(routes[i].pattern), S(API)))
            continue;
        size_t k = 0;
        while (k < countof(reads) && !slice_equal(sister_of(arena, reads[k].pattern), slice_of(routes[i].pattern)))
            k++;
        if (k == countof(reads))
            fail_msg("%s is not tried here", routes[i].pattern);
        assert_entry(arena, &scene, k);
        if (reads[k].may_not != EVERYBODY)
            assert_refused(arena, &scene, k);
        struct slice answer = get(arena, &nobody, path_of(arena, &scene, routes[i].pattern));
        if (status_of(answer) != 401 || !has(answer, "\"error\""))
            fail_msg("%s is open to nobody in particular", routes[i].pattern);
    }
    arena_free(arena);
}

static void whoever_asks_a_page_and_its_sister_are_answered_alike(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct scene scene = set_scene();
    for (size_t i = 0; i < countof(reads); i++)
        for (size_t who = 0; who < EVERYBODY; who++) {
            struct slice sister = sister_of(arena, reads[i].pattern);
            const char *page = path_of(arena, &scene, reads[i].pattern);
            int shown = status_of(get(arena, &scene.visitors[who], page)),
                told = status_of(get(arena, &scene.visitors[who], path_of(arena, &scene, arena_cstr(arena, sister))));
            /* Where the page asks the contact centre who is calling, a program is told that it has to. */
            bool caller = who == CONNIE && strcmp(reads[i].pattern, "/people/{id}") == 0 && shown == 200;
            if (caller ? told != 403 : shown != told)
                fail_msg("%s was answered %d at %s and %d at %.*s", people[who].name, shown, page, told, PRINT(sister));
        }
    arena_free(arena);
}

static void figures_of_a_source_stay_untold_to_programs_too(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct visitor stella = come(arena, "stella.steward", NULL), connie = come(arena, "connie.contact", NULL);
    json_t *counted = ask_json(arena, &stella, API "/sources/adult_social_care_clients"),
           *shut = ask_json(arena, &connie, API "/sources/adult_social_care_clients");
    assert_true(number_of(counted, "records") > 0);
    assert_true(json_object_get(first_of(counted, "columns"), "filled") != NULL);
    assert_true(json_object_get(first_of(counted, "landings"), "rows_in") != NULL);
    assert_null(json_object_get(shut, "records"));
    assert_null(json_object_get(shut, "quarantine"));
    assert_null(json_object_get(first_of(shut, "columns"), "filled"));
    assert_null(json_object_get(first_of(shut, "landings"), "rows_in"));
    assert_null(json_object_get(first_of(shut, "landings"), "file_size"));
    json_decref(counted), json_decref(shut);
    arena_free(arena);
}

/* Asks until it is done. */
static json_t *answer_of(struct arena *arena, const struct scene *scene, const struct visitor *visitor,
                         const char *path)
{
    for (int tries = 0; tries < 100; tries++) {
        json_t *answer = ask_json(arena, visitor, path);
        const char *state = json_string_value(json_object_get(answer, "state"));
        assert_fits(schema_of(scene->document, API "/what-if"), answer, API "/what-if");
        if (strcmp(state, "done") == 0)
            return answer;
        if (strcmp(state, "failed") == 0)
            fail_msg("%s", json_string_value(json_object_get(answer, "why")));
        json_decref(answer);
    }
    fail_msg("%s was not answered", path);
    return NULL;
}

static void a_steward_asks_what_thresholds_would_change_and_puts_them_in_force(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct scene scene = set_scene();
    const struct visitor *stella = &scene.visitors[STELLA], *grace = &scene.visitors[GRACE];
    struct visitor petra = come(arena, "petra.partner", NULL);
    /* To look starts nothing, however often: asking is a POST. */
    for (int looks = 0; looks < 2; looks++) {
        json_t *idle = ask_json(arena, stella, API "/what-if?join=16&review=9");
        assert_string_equal(json_string_value(json_object_get(idle, "state")), "nothing asked");
        json_decref(idle);
    }
    assert_true(has(get(arena, stella, "/what-if?join=16&review=9"), "value=\"16\""));
    assert_int_equal(status_of(post(arena, stella, "/what-if",
                                    arena_format(arena, "csrf=%.*s&join=16&review=9", PRINT(stella->csrf)))),
                     303);
    json_t *asked = answer_of(arena, &scene, stella, API "/what-if?join=16&review=9");
    json_t *answer = json_object_get(asked, "answer");
    long long after = number_of(answer, "after"), split = number_of(answer, "split"), model = number_of(asked, "model");
    assert_true(split > 0 && after > number_of(answer, "before"));
    assert_true(json_array_size(json_object_get(answer, "examples")) > 0);
    struct audit_entry entry = newest_look(arena, stella);
    assert_true(slice_equal(entry.action, S("what if")) && entry.fields.len && entry.anchors.len);
    /* The same question is found again, by its name too; nobody else finds it. */
    struct slice id = arena_copy(arena, slice_of(json_string_value(json_object_get(asked, "asked"))));
    const char *path = arena_format(arena, "/what-if?asked=%.*s", PRINT(id)).at;
    json_decref(asked);
    asked = answer_of(arena, &scene, stella, API "/what-if?join=16&review=9");
    assert_true(slice_equal(slice_of(json_string_value(json_object_get(asked, "asked"))), id));
    json_decref(asked);
    struct slice page = get(arena, stella, path);
    assert_true(has(page, "would be split") && has(page, "Would split") && has(page, "<svg"));
    assert_int_equal(status_of(get(arena, &petra, path)), 404);
    /* What is no question; what is no reason. */
    struct slice csrf = stella->csrf;
    assert_int_equal(status_of(post(arena, stella, "/what-if", arena_format(arena, "csrf=%.*s&join=six", PRINT(csrf)))),
                     422);
    assert_int_equal(
        status_of(post(arena, stella, "/what-if", arena_format(arena, "csrf=%.*s&join=6&review=5", PRINT(csrf)))), 422);
    assert_int_equal(status_of(post(arena, stella, "/what-if/adopt",
                                    arena_format(arena, "csrf=%.*s&asked=%.*s&reason=+", PRINT(csrf), PRINT(id)))),
                     422);
    assert_int_equal(status_of(post(arena, &scene.visitors[SAM], "/what-if/adopt",
                                    arena_format(arena, "csrf=%.*s&asked=%.*s&reason=mine",
                                                 PRINT(scene.visitors[SAM].csrf), PRINT(id)))),
                     403);
    /* Put in force, it does what was foretold; the record of changes says who and why; the old answer is stale. */
    struct slice gone = post(arena, stella, "/what-if/adopt",
                             arena_format(arena, "csrf=%.*s&asked=%.*s&reason=Too+many", PRINT(csrf), PRINT(id)));
    assert_int_equal(status_of(gone), 303);
    struct slice adopting = between(gone, "asked=", "\r");
    asked = answer_of(arena, &scene, stella, arena_format(arena, API "/what-if?asked=%.*s", PRINT(adopting)).at);
    json_t *forced = json_object_get(asked, "put_in_force");
    assert_int_equal(number_of(forced, "model"), model + 1);
    assert_int_equal(number_of(forced, "people"), after);
    assert_true(has(get(arena, stella, arena_format(arena, "/what-if?asked=%.*s", PRINT(adopting)).at), "is in force"));
    assert_true(has(get(arena, stella, path), "Ask again before putting it in force"));
    struct slice changes = get(arena, grace, API "/changes");
    assert_true(has(changes, "Put other thresholds or rules in force") && has(changes, "Too many"));
    json_decref(asked);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_page_that_shows_data_has_a_sister_for_programs_under_the_same_guard),
        cmocka_unit_test(each_read_fits_its_description_and_leaves_the_entry_that_its_page_leaves),
        cmocka_unit_test(whoever_asks_a_page_and_its_sister_are_answered_alike),
        cmocka_unit_test(figures_of_a_source_stay_untold_to_programs_too),
        cmocka_unit_test(a_steward_asks_what_thresholds_would_change_and_puts_them_in_force),
    };
    return cmocka_run_group_tests_name("api", tests, open_stage, close_stage);
}
