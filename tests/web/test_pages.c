/* Routes, permissions and pages over a whole small county, asked through real sockets as a browser does. */
#include "web/routes.h"
#include "web/visitor.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

struct stage stage;

/* ---- At the door ---- */

static void without_a_session_a_page_leads_to_the_sign_in_and_back(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct visitor nobody = {0};
    struct slice got = get(arena, &nobody, "/people/1");
    assert_true(has(got, "HTTP/1.1 303") && has(got, "Location: /sign-in?next=%2Fpeople%2F1"));
    got = get(arena, &nobody, "/find?q=ann+smith&born=1952");
    assert_true(has(got, "Location: /sign-in?next=%2Ffind%3Fq%3Dann%2520smith%26born%3D1952"));
    got = get(arena, &nobody, "/api/v1/people?q=smith");
    assert_true(has(got, "HTTP/1.1 401") && has(got, "application/json") && has(got, "\"error\""));
    arena_free(arena);
}

static void a_forged_session_is_nobody(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct visitor sam = come(arena, "sam.social", "social_worker/care_assessment");
    assert_true(has(get(arena, &sam, "/find"), "HTTP/1.1 200"));
    char *forged = arena_cstr(arena, sam.session);
    forged[sam.session.len - 1] = forged[sam.session.len - 1] == 'A' ? 'B' : 'A';
    static const char *const bad[] = {"", "x", "00000000000000000000000000000000", "../../etc/passwd"};
    for (size_t i = 0; i <= countof(bad); i++) {
        struct visitor visitor = {.session = i < countof(bad) ? slice_of(bad[i]) : slice_of(forged)};
        assert_true(has(get(arena, &visitor, "/find"), "Location: /sign-in"));
        assert_true(has(get(arena, &visitor, "/api/v1/me"), "HTTP/1.1 401"));
    }
    arena_free(arena);
}

static void a_form_without_its_token_is_refused_with_words(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct visitor sam = come(arena, "sam.social", "social_worker/care_assessment");
    size_t count;
    const struct route *routes = route_table(&count);
    for (size_t i = 0; i < count; i++) {
        if (routes[i].method != METHOD_POST ||
            (routes[i].ability && !(routes[i].ability & (ABILITY_SEARCH | ABILITY_VIEW))))
            continue;
        struct buffer path = buffer_make(arena);
        for (const char *at = routes[i].pattern; *at; at++) {
            if (*at == '{') {
                buffer_add_byte(&path, '1');
                at = strchr(at, '}');
            } else {
                buffer_add_byte(&path, *at);
            }
        }
        static const char *const tokens[] = {"", "csrf=", "csrf=0000000000000000000000000000000000000000"};
        for (size_t k = 0; k < countof(tokens); k++) {
            struct slice got = post(arena, &sam, path.at, slice_of(tokens[k]));
            if (!has(got, "HTTP/1.1 403") || !has(got, "form"))
                fail_msg("%s with %s: %.*s", path.at, tokens[k], PRINT(slice_part(got, 0, 200)));
        }
    }
    /* The token of another session is no better. */
    struct visitor fiona = come(arena, "fiona.fire", NULL);
    assert_true(
        has(post(arena, &sam, "/sign-out", arena_format(arena, "csrf=%.*s", PRINT(fiona.csrf))), "HTTP/1.1 403"));
    assert_true(has(get(arena, &sam, "/find"), "HTTP/1.1 200"));
    assert_true(has(post(arena, &sam, "/sign-out", arena_format(arena, "csrf=%.*s", PRINT(sam.csrf))), "HTTP/1.1 303"));
    assert_true(has(get(arena, &sam, "/find"), "Location: /sign-in"));
    arena_free(arena);
}

static void a_wrong_password_and_an_unknown_name_get_the_same_words(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct visitor visitor = {.session = S("-")};
    visitor.form = between(get(arena, &visitor, "/sign-in"), "staithe_form=", ";");
    static const char *const who[] = {"sam.social", "nobody.atall"};
    struct slice words[2];
    for (size_t i = 0; i < 2; i++) {
        struct slice got =
            post(arena, &visitor, "/sign-in",
                 arena_format(arena, "csrf=%.*s&name=%s&password=wrong-wrong-wrong", PRINT(visitor.form), who[i]));
        assert_true(has(got, "HTTP/1.1 422") && !has(got, "staithe_session="));
        words[i] = between(got, "<a href=\"#name\">", "</a>");
    }
    assert_true(words[0].len > 10 && slice_equal(words[0], words[1]));
    arena_free(arena);
}

/* ---- The table ---- */

static void each_role_reaches_what_its_abilities_say_and_nothing_else(void **state)
{
    (void)state;
    static const struct {
        const char *name, *choice;
        unsigned abilities;
    } people[] = {
        {"sam.social", "social_worker/care_assessment", ABILITY_SEARCH | ABILITY_VIEW},
        {"fiona.fire", NULL, ABILITY_SEARCH | ABILITY_VIEW | ABILITY_LIST | ABILITY_EXPORT},
        {"grace.governance", NULL, ABILITY_AUDIT},
        {"adam.admin", NULL, ABILITY_ADMINISTER | ABILITY_LAND},
        {"stella.steward", NULL, ABILITY_SEARCH | ABILITY_VIEW | ABILITY_LAND | ABILITY_STEWARD},
    };
    struct arena *arena = arena_make(0);
    size_t count;
    const struct route *routes = route_table(&count);
    for (size_t p = 0; p < countof(people); p++) {
        struct visitor visitor = come(arena, people[p].name, people[p].choice);
        for (size_t i = 0; i < count; i++) {
            if (routes[i].method != METHOD_GET || strchr(routes[i].pattern, '{'))
                continue;
            bool may =
                (routes[i].flags & ROUTE_OPEN) || !routes[i].ability || (routes[i].ability & people[p].abilities);
            struct slice got = get(arena, &visitor, routes[i].pattern);
            bool asked = strcmp(routes[i].pattern, "/api/v1/people") == 0; /* wants words: 422 */
            bool reached = has(slice_part(got, 0, 13), " 200") || has(slice_part(got, 0, 13), " 303") ||
                           (asked && has(slice_part(got, 0, 13), " 422"));
            if (reached != may || (!may && !has(slice_part(got, 0, 13), " 403")))
                fail_msg("%s asked %s: %.*s", people[p].name, routes[i].pattern, PRINT(slice_part(got, 0, 300)));
        }
    }
    arena_free(arena);
}

static void the_openapi_document_tells_of_every_route(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct visitor nobody = {0};
    struct slice got = get(arena, &nobody, "/api/openapi.json");
    struct slice body = between(got, "\r\n\r\n", "\1");
    json_error_t fault;
    json_t *document = json_loadb(body.at, body.len, 0, &fault);
    if (!document)
        fail_msg("%s", fault.text);
    assert_string_equal(json_string_value(json_object_get(document, "openapi")), "3.1.0");
    json_t *paths = json_object_get(document, "paths");
    size_t count, operations = 0;
    const struct route *routes = route_table(&count);
    for (size_t i = 0; i < count; i++) {
        json_t *path = json_object_get(paths, routes[i].pattern);
        json_t *operation = json_object_get(path, routes[i].method == METHOD_POST ? "post" : "get");
        if (!operation)
            fail_msg("%s is missing", routes[i].pattern);
        assert_string_equal(json_string_value(json_object_get(operation, "summary")), routes[i].summary);
        assert_true(json_object_size(json_object_get(operation, "responses")) > 0);
        /* Each {name} of the pattern is described as a path parameter. */
        size_t braces = 0, described = 0;
        for (const char *at = routes[i].pattern; *at; at++)
            braces += *at == '{';
        for (size_t k = 0; k < routes[i].parameter_count; k++)
            described += routes[i].parameters[k].place == IN_PATH;
        if (braces != described)
            fail_msg("%s does not describe its path parameters", routes[i].pattern);
    }
    const char *pattern;
    json_t *path;
    json_object_foreach(paths, pattern, path) operations += json_object_size(path);
    assert_int_equal(operations, count);
    json_decref(document);
    arena_free(arena);
}

static void what_is_not_there_says_so(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct visitor sam = come(arena, "sam.social", "social_worker/care_assessment");
    assert_true(has(get(arena, &sam, "/no/such/page"), "HTTP/1.1 404"));
    assert_true(has(get(arena, &sam, "/people/999999999"), "HTTP/1.1 404"));
    assert_true(has(get(arena, &sam, "/people/abc"), "HTTP/1.1 400"));
    assert_true(has(get(arena, &sam, "/assets/../../etc/passwd"), "HTTP/1.1 404"));
    struct slice got = get(arena, &sam, "/sign-out");
    assert_true(has(got, "HTTP/1.1 405") && has(got, "Allow: POST"));
    arena_free(arena);
}

static void a_broken_list_file_closes_its_own_list_and_no_other(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct visitor fiona = come(arena, "fiona.fire", NULL);
    struct slice path = arena_format(arena, "%.*s/lists/broken.yaml", PRINT(stage.county));
    assert_true(has(get(arena, &fiona, "/lists"), "HTTP/1.1 200"));
    assert_true(host_write_file(host_real(), path, S("list: [\n"), &err));
    struct slice got = get(arena, &fiona, "/lists");
    assert_true(has(got, "HTTP/1.1 200") && has(got, "Closed for now") && has(got, "<li>broken</li>"));
    assert_false(has(got, "broken.yaml"));
    assert_true(has(get(arena, &fiona, "/lists/home_fire_safety_visits"), "HTTP/1.1 200"));
    got = get(arena, &fiona, "/lists/broken");
    assert_true(has(got, "HTTP/1.1 409") && has(got, "its declaration is at fault"));
    assert_int_equal(unlink(arena_cstr(arena, path)), 0);
    assert_true(has(get(arena, &fiona, "/lists"), "HTTP/1.1 200"));
    arena_free(arena);
}

static void anybody_changes_their_own_password_with_the_old_one(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct visitor connie = come(arena, "connie.contact", NULL);
    struct slice page = get(arena, &connie, "/my-password");
    assert_true(has(page, "HTTP/1.1 200") && has(page, "Present password") && has(page, "Sign out everywhere else"));
    struct visitor left_open = come(arena, "connie.contact", NULL);
    assert_true(has(get(arena, &left_open, "/my-password"), "HTTP/1.1 200"));
    assert_true(has(post(arena, &connie, "/sign-out-elsewhere", arena_format(arena, "csrf=%.*s", PRINT(connie.csrf))),
                    "/my-password?done=elsewhere"));
    assert_true(has(get(arena, &left_open, "/my-password"), "HTTP/1.1 303"));
    assert_true(has(get(arena, &connie, "/my-password?done=elsewhere"), "that has ended"));
    struct slice wrong = post(arena, &connie, "/my-password",
                              arena_format(arena,
                                           "csrf=%.*s&old=not-the-old-one&password=a-new-long-password&"
                                           "again=a-new-long-password",
                                           PRINT(connie.csrf)));
    assert_true(has(wrong, "HTTP/1.1 422") && has(wrong, "The old password is not right"));
    struct slice other = post(arena, &connie, "/my-password",
                              arena_format(arena,
                                           "csrf=%.*s&old=" ACCOUNT_DEMONSTRATION_PASSWORD
                                           "&password=a-new-long-password&again=another-long-password",
                                           PRINT(connie.csrf)));
    assert_true(has(other, "HTTP/1.1 422") && has(other, "not the same both times"));
    struct slice right = post(arena, &connie, "/my-password",
                              arena_format(arena,
                                           "csrf=%.*s&old=" ACCOUNT_DEMONSTRATION_PASSWORD
                                           "&password=a-new-long-password&again=a-new-long-password",
                                           PRINT(connie.csrf)));
    assert_true(has(right, "HTTP/1.1 303") && has(right, "/my-password?done=password"));
    /* Back again, for whoever comes next. */
    assert_true(has(post(arena, &connie, "/my-password",
                         arena_format(arena,
                                      "csrf=%.*s&old=a-new-long-password&password=" ACCOUNT_DEMONSTRATION_PASSWORD
                                      "&again=" ACCOUNT_DEMONSTRATION_PASSWORD,
                                      PRINT(connie.csrf))),
                    "HTTP/1.1 303"));
    arena_free(arena);
}

/* ---- Pages ---- */

static void an_asset_is_kept_for_a_year_and_comes_packed(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct visitor nobody = {0};
    struct slice page = get(arena, &nobody, "/sign-in");
    struct slice url = between(page, "rel=\"stylesheet\" href=\"", "\"");
    assert_true(slice_starts(url, S("/assets/style-")));
    struct slice got = ask(
        arena, arena_format(arena, "GET %.*s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAccept-Encoding: gzip\r\n\r\n",
                            PRINT(url)));
    assert_true(has(got, "Content-Encoding: gzip") && has(got, "max-age=31536000, immutable"));
    struct slice etag = between(got, "ETag: ", "\r\n");
    got = ask(arena,
              arena_format(arena, "GET %.*s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIf-None-Match: %.*s\r\n\r\n",
                           PRINT(url), PRINT(etag)));
    assert_true(has(got, "HTTP/1.1 304"));
    arena_free(arena);
}

/* Finds somebody by a name out of the sample's own truth, and opens the view, the evidence and the why. */
static void a_person_is_found_opened_and_explained(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct visitor sam = come(arena, "sam.social", "social_worker/care_assessment");
    struct slice people, line;
    assert_true(host_read_file(host_real(), arena_format(arena, "%s/extracts/truth/people.csv", stage.folder), 1 << 26,
                               arena, &people, &err));
    slice_cut(&people, '\n', &line);
    bool opened = false;
    for (int tries = 0; tries < 60 && !opened && slice_cut(&people, '\n', &line); tries++) {
        struct slice cells[4];
        for (size_t i = 0; i < 4; i++)
            slice_cut(&line, ',', &cells[i]);
        struct slice found =
            get(arena, &sam, arena_format(arena, "/find?q=%.*s+%.*s", PRINT(cells[1]), PRINT(cells[2])).at);
        assert_true(has(found, "HTTP/1.1 200"));
        struct slice link = between(found, "<a class=\"govuk-link\" href=\"/people/", "\"");
        int64_t id;
        if (!slice_integer(link, &id))
            continue;
        struct slice view = get(arena, &sam, arena_format(arena, "/people/%lld", (long long)id).at);
        if (!has(view, "Why are these the same person?"))
            continue;
        opened = true;
        assert_true(has(view, "whether or not they hold anything about this person"));
        assert_true(has(view, "SHA-256 of the file") && has(view, "This looks wrong") && has(view, "Shown under"));
        struct slice why = get(arena, &sam, arena_format(arena, "/people/%lld/why", (long long)id).at);
        assert_true(has(why, "<svg xmlns=") && has(why, "role=\"img\"") && has(why, "<caption") &&
                    has(why, "Before any comparison"));
        struct slice json = get(arena, &sam, arena_format(arena, "/api/v1/people/%lld", (long long)id).at);
        assert_true(has(json, "application/json") && has(json, "HTTP/1.1 200"));
        struct slice looks = get(arena, &sam, "/my-looks");
        assert_true(has(looks, "Opened a person's record") || has(looks, "Opened a person&#39;s record"));
        assert_true(
            has(looks, arena_format(arena, "href=\"/people/%lld\">person %lld</a>", (long long)id, (long long)id).at));
        assert_true(has(looks, "Saw why records are one person") && has(looks, "Searched for people and homes"));
        assert_false(has(looks, "{id}") || has(looks, "web GET"));
        /* The governance lead reads the same without opening anybody. */
        struct visitor grace = come(arena, "grace.governance", NULL);
        struct slice audit = get(arena, &grace, "/audit?account=sam.social&action=view");
        assert_true(has(audit, "<a class=\"govuk-link\" href=\"/audit?subject=") &&
                    has(audit, "Page: The single view"));
        assert_false(has(audit, "href=\"/people/") || has(audit, "{id}") || has(audit, "web GET"));
        struct slice changes = get(arena, &grace, "/changes");
        assert_true(has(changes, "Chose a purpose") && has(changes, "Signed in"));
        assert_false(has(changes, "session choose"));
    }
    assert_true(opened);
    arena_free(arena);
}

static size_t times(struct slice text, const char *piece)
{
    size_t count = 0, at;
    while ((at = slice_search(text, slice_of(piece))) < text.len) {
        text = slice_part(text, at + strlen(piece), text.len);
        count++;
    }
    return count;
}

static void many_records_of_one_source_are_folded_and_none_is_missing_or_doubled(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct visitor sam = come(arena, "sam.social", "social_worker/care_assessment");
    struct slice view = NO_SLICE;
    for (int id = 1; id < 300 && !has(view, "of Adult social care case notes</span></span></summary>"); id++)
        view = get(arena, &sam, arena_format(arena, "/people/%d", id).at);
    assert_true(has(view, "of Adult social care case notes</span></span></summary>"));
    int64_t records, notes, events;
    assert_true(slice_integer(between(view, "id=\"records\">Records (", ")"), &records));
    struct slice fold = slice_part(view, slice_search(view, S("id=\"records\">")), view.len);
    assert_true(slice_integer(between(fold, "Show all ", " records<"), &notes));
    assert_true(notes > 4 && notes <= records);
    assert_int_equal(times(view, "<article class=\"staithe-record\""), records);
    for (int64_t i = 0; i < records; i++)
        assert_int_equal(
            times(view, arena_format(arena, "<article class=\"staithe-record\" id=\"record-%lld\"", (long long)i).at),
            1);
    /* The timeline is folded behind its newest few likewise. */
    if (has(view, " events</span></summary>")) {
        assert_true(slice_integer(between(view, "Show all ", " events<"), &events));
        struct slice timeline = between(view, "id=\"timeline\"", "</section>");
        assert_int_equal(times(timeline, "<li>"), events);
    }
    arena_free(arena);
}

static void a_search_that_fits_in_part_and_a_source_that_is_as_expected_say_so(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct slice people, line, found = NO_SLICE, family = NO_SLICE;
    struct visitor sam = come(arena, "sam.social", "social_worker/care_assessment");
    assert_true(host_read_file(host_real(), arena_format(arena, "%s/extracts/truth/people.csv", stage.folder), 1 << 26,
                               arena, &people, &err));
    slice_cut(&people, '\n', &line);
    for (int tries = 0; tries < 20 && !has(found, "staithe-hit__name"); tries++) { /* somebody whom a source holds */
        assert_true(slice_cut(&people, '\n', &line));
        for (size_t i = 0; i < 3; i++)
            slice_cut(&line, ',', &family);
        found = get(arena, &sam, arena_format(arena, "/find?q=%.*s", PRINT(family)).at);
    }
    assert_true(has(found, "staithe-hit__name") && !has(found, "Nobody fits all of it"));
    found = get(arena, &sam, arena_format(arena, "/find?q=%.*s&born=1907", PRINT(family)).at);
    assert_true(has(found, "staithe-hit__name") && has(found, "Nobody fits all of it; these fit in part."));
    assert_true(has(get(arena, &sam, "/sources"), ", as expected</td>"));
    arena_free(arena);
}

static struct slice upload(struct arena *arena, const struct visitor *visitor, const char *path, struct slice csrf,
                           struct slice file_name, struct slice file)
{
    struct slice body =
        arena_format(arena,
                     "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n%.*s\r\n--b\r\n"
                     "Content-Disposition: form-data; name=\"file\"; filename=\"%.*s\"\r\n\r\n%.*s\r\n--b--\r\n",
                     PRINT(csrf), PRINT(file_name), PRINT(file));
    return ask(arena, arena_format(arena,
                                   "POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: %.*s\r\n"
                                   "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: %zu\r\n\r\n%.*s",
                                   path, PRINT(cookies_of(arena, visitor)), body.len, PRINT(body)));
}

static void an_upload_is_landed_and_reported_row_by_row(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct visitor stella = come(arena, "stella.steward", NULL),
                   sam = come(arena, "sam.social", "social_worker/care_assessment");
    /* The heading alone does not fit the contract's hold share; a wrong file is told so. */
    struct slice got =
        upload(arena, &stella, "/sources/adult_social_care_clients", stella.csrf, S("<b>x.csv"), S("a,b\n1,2\n"));
    assert_true(has(got, "HTTP/1.1 303"));
    struct slice report = get(arena, &stella, arena_cstr(arena, between(got, "Location: ", "\r\n")));
    assert_true(has(report, "Failed") && has(report, "&lt;b&gt;x.csv") && !has(report, "<b>x"));
    /* Nothing was read of it, so there is no table of noughts; the sources say which of them has such an extract. */
    assert_true(has(report, "Nothing was landed") && !has(report, "What became of its rows"));
    assert_true(has(get(arena, &stella, "/sources"), "Newest extract</th>"));
    /* No token, no role, nobody: nothing is landed. */
    assert_true(has(upload(arena, &stella, "/sources/adult_social_care_clients", S("wrong"), S("x.csv"), S("a\n")),
                    "HTTP/1.1 403"));
    assert_true(
        has(upload(arena, &sam, "/sources/adult_social_care_clients", sam.csrf, S("x.csv"), S("a\n")), "HTTP/1.1 403"));
    struct visitor nobody = {0};
    assert_true(
        has(upload(arena, &nobody, "/sources/adult_social_care_clients", S(""), S("x.csv"), S("a\n")), "HTTP/1.1 403"));
    struct slice *names;
    size_t count;
    struct error err = NO_ERROR;
    assert_true(host_list_folder(arena_format(arena, "%s/uploads", stage.folder), arena, &names, &count, &err));
    assert_int_equal(count, 0);
    arena_free(arena);
}

/* customer_contact has count: false for the care clients, and true for bus passes. */
static void figures_of_a_source_need_an_agreement_that_lets_them_be_counted(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct visitor stella = come(arena, "stella.steward", NULL), connie = come(arena, "connie.contact", NULL);
    struct slice counted = get(arena, &stella, "/sources/adult_social_care_clients");
    struct slice landing = between(counted, "href=\"/landings/", "\"");
    assert_true(has(counted, "Different values") && has(counted, " in = ") && landing.len);
    const char *report = arena_format(arena, "/landings/%.*s", PRINT(landing)).at;
    assert_true(has(get(arena, &stella, report), "Nothing was landed"));
    struct slice shut = get(arena, &connie, "/sources/adult_social_care_clients");
    assert_true(has(shut, "HTTP/1.1 200") && has(shut, "No agreement in force lets your role count them"));
    assert_true(!has(shut, "Different values") && !has(shut, " in = ") && !has(shut, "href=\"/landings/"));
    assert_true(has(get(arena, &connie, report), "HTTP/1.1 403"));
    assert_true(has(get(arena, &connie, "/sources/bus_passes"), "Different values"));
    arena_free(arena);
}

static void a_withdrawn_agreement_bites_at_the_next_request(void **state)
{
    (void)state;
    struct arena *arena = arena_make(0);
    struct error err = NO_ERROR;
    struct visitor sam = come(arena, "sam.social", "social_worker/care_assessment");
    struct slice path = arena_format(arena, "%.*s/agreements/care_assessment.yaml", PRINT(stage.county)), text;
    assert_true(has(get(arena, &sam, "/find?q=ann"), "HTTP/1.1 200"));
    assert_true(host_read_file(host_real(), path, 1 << 20, arena, &text, &err));
    assert_true(
        host_write_file(host_real(), path, arena_format(arena, "%.*s\nwithdrawn: 2026-01-02\n", PRINT(text)), &err));
    assert_true(has(get(arena, &sam, "/find?q=ann"), "HTTP/1.1 403"));
    assert_true(host_write_file(host_real(), path, text, &err));
    assert_true(has(get(arena, &sam, "/find?q=ann"), "HTTP/1.1 200"));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_session_a_page_leads_to_the_sign_in_and_back),
        cmocka_unit_test(a_forged_session_is_nobody),
        cmocka_unit_test(a_form_without_its_token_is_refused_with_words),
        cmocka_unit_test(a_wrong_password_and_an_unknown_name_get_the_same_words),
        cmocka_unit_test(each_role_reaches_what_its_abilities_say_and_nothing_else),
        cmocka_unit_test(the_openapi_document_tells_of_every_route),
        cmocka_unit_test(what_is_not_there_says_so),
        cmocka_unit_test(a_broken_list_file_closes_its_own_list_and_no_other),
        cmocka_unit_test(anybody_changes_their_own_password_with_the_old_one),
        cmocka_unit_test(an_asset_is_kept_for_a_year_and_comes_packed),
        cmocka_unit_test(a_person_is_found_opened_and_explained),
        cmocka_unit_test(many_records_of_one_source_are_folded_and_none_is_missing_or_doubled),
        cmocka_unit_test(a_search_that_fits_in_part_and_a_source_that_is_as_expected_say_so),
        cmocka_unit_test(an_upload_is_landed_and_reported_row_by_row),
        cmocka_unit_test(figures_of_a_source_need_an_agreement_that_lets_them_be_counted),
        cmocka_unit_test(a_withdrawn_agreement_bites_at_the_next_request),
    };
    return cmocka_run_group_tests_name("pages", tests, open_stage, close_stage);
}
