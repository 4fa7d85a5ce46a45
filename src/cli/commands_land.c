#include "cli/app.h"
#include "cli/commands.h"

#include "base/text.h"
#include "hub/answer_json.h"
#include "ingest/draft.h"
#include "ingest/landing.h"
#include "lists/declaration.h"

#include <stdio.h>

static void report(void *context, uint64_t done, uint64_t all, int64_t rows)
{
    (void)rows;
    progress_show(context, "bytes", done, all);
}

static void print_landing(struct invocation *invocation, const struct landing *landing)
{
    bool as_told = landing->state == LANDING_REFUSED && option_given(invocation, "refuse");
    struct buffer out = buffer_make(invocation->arena);
    if (invocation->json) {
        struct json json = json_to(&out);
        landing_json(&json, landing, invocation->arena);
        buffer_add(&out, S("\n"));
    } else {
        buffer_format(&out, "%.*s %.*s: %.*s\n", PRINT(landing->source), PRINT(landing_state_name(landing->state)),
                      PRINT(landing_sentence(landing, invocation->arena)));
        if (landing->state == LANDING_HELD)
            buffer_format(&out, "It waits for a person's word: staithe land %.*s --accept %lld, or --refuse %lld\n",
                          PRINT(landing->source), (long long)landing->id, (long long)landing->id);
    }
    print_out(&out);
    if (landing->state == LANDING_HELD)
        invocation->exit_status = error_exit_status(ERROR_HELD);
    else if (landing->state == LANDING_FAILED || (landing->state == LANDING_REFUSED && !as_told))
        invocation->exit_status = error_exit_status(ERROR_INPUT);
}

static bool decide(struct invocation *invocation, struct intake *intake, struct error *err)
{
    bool accept = option_given(invocation, "accept");
    int64_t id = 0;
    struct landing landing;
    if (!option_integer(invocation, accept ? "accept" : "refuse", 1, INT64_MAX, &id, err) ||
        !landing_decide(intake, id, accept, NO_SLICE, invocation->arena, &landing, err))
        return false;
    print_landing(invocation, &landing);
    return true;
}

bool run_land(struct invocation *invocation, struct error *err)
{
    struct arena *arena = invocation->arena;
    struct app *app;
    struct guard_session *session;
    struct intake *intake;
    bool deciding = option_given(invocation, "accept") || option_given(invocation, "refuse");
    if (!deciding && invocation->word_count != 2)
        return error_set(err, ERROR_USAGE, "say which file to land: staithe land SOURCE FILE");
    struct landing_file file = {.again = option_given(invocation, "again")};
    struct slice as_at = option_text(invocation, "as-at", "");
    if (as_at.len && !date_read(as_at, &(struct date_form){.order = DATE_DMY}, &file.as_at))
        return error_set(err, ERROR_USAGE, "--as-at takes a date as 2026-11-01, not \"%.*s\"", PRINT(as_at));
    if (!app_open(invocation, false, &app, err) || !app_system_session(invocation, app, S("stewarding"), &session, err))
        return false;
    struct intake_options options = {.session = session, .source = invocation->words[0], .folder = app->data};
    if (!intake_open(&options, arena, &intake, err))
        return false;
    if (deciding)
        return decide(invocation, intake, err);
    file.path = invocation->words[1];
    if (slice_equal(file.path, S("-")))
        file.name = S("standard input");
    struct landing landing;
    bool done = landing_accept(intake, &file, arena, &landing, err);
    if (done && !landing.same_again) {
        struct progress shown = {.invocation = invocation};
        struct landing_watch watch = {.progress = report, .context = &shown};
        done = landing_run(intake, landing.id, &watch, arena, &landing, err);
        progress_end(&shown);
    }
    if (done)
        print_landing(invocation, &landing);
    return done;
}

/* ---- Sources ---- */

static bool list_sources(struct invocation *invocation, struct error *err)
{
    struct arena *arena = invocation->arena;
    struct app *app;
    struct freshness *freshness;
    size_t count;
    if (!app_open(invocation, false, &app, err) || !hub_freshness(&app->hub, arena, &freshness, &count, err))
        return false;
    struct buffer out = buffer_make(arena);
    if (invocation->json) {
        struct json json = json_to(&out);
        freshness_json(&json, freshness, count, arena);
        buffer_add(&out, S("\n"));
    }
    for (size_t i = 0; i < count && !invocation->json; i++)
        if (freshness[i].landing)
            buffer_format(&out, "%-32.*s landing %lld, received %.*s, as at %.*s%s\n", PRINT(freshness[i].source->name),
                          (long long)freshness[i].landing,
                          PRINT(date_iso(arena, date_of_time(freshness[i].received_at))),
                          PRINT(date_iso(arena, freshness[i].as_at)), freshness[i].stale ? ", out of date" : "");
        else
            buffer_format(&out, "%-32.*s never landed\n", PRINT(freshness[i].source->name));
    print_out(&out);
    return true;
}

/* ---- Checking ---- */

enum kind { A_CONTRACT, AN_AGREEMENT, A_LIST };

struct checked {
    struct slice path, text, name;
    enum kind kind;
    size_t parts; /* columns, clauses or reasons */
};

struct check {
    struct invocation *invocation;
    struct slice county; /* empty: each file is read by itself */
    struct catalogue *catalogue;
    struct lists lists;
    struct checked *files;
    size_t count;
};

static bool file_open(struct invocation *invocation, struct slice path, struct checked *ret, struct error *err)
{
    struct yaml root;
    *ret = (struct checked){.path = path};
    if (!host_read_file(invocation->host, path, 1 << 22, invocation->arena, &ret->text, err) ||
        !yaml_read(ret->text, path, invocation->arena, &root, err))
        return false;
    ret->kind = yaml_get(&root, "agreement") ? AN_AGREEMENT : yaml_get(&root, "list") ? A_LIST : A_CONTRACT;
    return true;
}

/* The county, with what was named in its place: so a new contract and its new agreement can be checked together. */
static bool county_open(struct check *check, struct error *err)
{
    struct arena *arena = check->invocation->arena;
    struct catalogue_file *parts = arena_array(arena, struct catalogue_file, check->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < check->count; i++)
        if (check->files[i].kind != A_LIST)
            parts[count++] = (struct catalogue_file){check->files[i].path, check->files[i].text,
                                                     check->files[i].kind == AN_AGREEMENT};
    return catalogue_read_with(check->county, parts, count, arena, &check->catalogue, err);
}

static bool file_check(struct check *check, struct checked *file, struct error *err)
{
    struct arena *arena = check->invocation->arena;
    struct source source;
    struct agreement agreement;
    struct list list;
    switch (file->kind) {
    case A_CONTRACT:
        if (!contract_read(file->text, file->path, arena, &source, err))
            return false;
        file->name = source.name;
        file->parts = source.column_count;
        return true;
    case AN_AGREEMENT:
        if (!agreement_read(file->text, file->path, arena, &agreement, err))
            return false;
        file->name = agreement.name;
        file->parts = agreement.clause_count;
        return true;
    case A_LIST:
        if (!check->catalogue)
            return error_set(err, ERROR_USAGE,
                             "%.*s is a list, which is read against a county; name the county with --county DIR",
                             PRINT(file->path));
        if (!list_read(file->text, file->path, check->catalogue, arena, &list, err))
            return false;
        file->name = list.name;
        file->parts = list.reason_count;
        return true;
    }
    return true;
}

/* Without a file: the county's lists too. */
static bool lists_check(struct check *check, struct error *err)
{
    if (!lists_read(check->catalogue, check->invocation->arena, &check->lists, err))
        return false;
    if (check->lists.fault_count)
        *err = check->lists.faults[0].fault;
    return !check->lists.fault_count;
}

static const struct {
    const char *word, *title, *parts;
} kinds[] = {[A_CONTRACT] = {"contract", "the contract of", "columns"},
             [AN_AGREEMENT] = {"agreement", "the agreement", "clauses"},
             [A_LIST] = {"list", "the list", "reasons"}};

static void checked_json(const struct check *check, struct buffer *out)
{
    struct json json = json_to(out);
    json_object(&json);
    if (check->catalogue)
        json_pair_text(&json, "county", check->county);
    json_key(&json, "files");
    json_array(&json);
    for (size_t i = 0; i < check->count; i++) {
        const struct checked *file = &check->files[i];
        json_object(&json);
        json_pair_text(&json, "file", file->path);
        json_pair_text(&json, "kind", slice_of(kinds[file->kind].word));
        json_pair_text(&json, "name", file->name);
        json_pair_integer(&json, kinds[file->kind].parts, (int64_t)file->parts);
        json_end(&json);
    }
    json_end(&json);
    if (check->catalogue) {
        json_pair_integer(&json, "sources", (int64_t)check->catalogue->source_count);
        json_pair_integer(&json, "agreements", (int64_t)check->catalogue->agreement_count);
        json_pair_integer(&json, "roles", (int64_t)check->catalogue->role_count);
    }
    if (!check->count)
        json_pair_integer(&json, "lists", (int64_t)check->lists.count);
    json_end(&json);
    buffer_add(out, S("\n"));
}

static void checked_print(const struct check *check, struct buffer *out)
{
    for (size_t i = 0; i < check->count; i++) {
        const struct checked *file = &check->files[i];
        buffer_format(out, "%.*s: %s %.*s ", PRINT(file->path), kinds[file->kind].title, PRINT(file->name));
        if (check->catalogue)
            buffer_format(out, "holds with the county %.*s", PRINT(check->county));
        else
            buffer_add(out, S("reads well by itself (--county DIR holds it against a county)"));
        buffer_format(out, ", with %zu %s\n", file->parts, kinds[file->kind].parts);
    }
    if (!check->count)
        buffer_format(out, "%.*s holds together: %zu sources, %zu agreements, %zu roles, %zu lists\n",
                      PRINT(check->county), check->catalogue->source_count, check->catalogue->agreement_count,
                      check->catalogue->role_count, check->lists.count);
}

static bool check_sources(struct invocation *invocation, struct error *err)
{
    struct app_settings settings;
    struct check check = {.invocation = invocation, .county = invocation->county, .count = invocation->word_count - 1};
    check.files = arena_array(invocation->arena, struct checked, check.count + 1);
    for (size_t i = 0; i < check.count; i++)
        if (!file_open(invocation, invocation->words[i + 1], &check.files[i], err))
            return false;
    if (!check.county.len && (!check.count || invocation->data.len)) {
        if (!app_settings_read(invocation, &settings, err))
            return false;
        check.county = settings.county;
    }
    if (check.county.len && !county_open(&check, err))
        return false;
    for (size_t i = 0; i < check.count; i++)
        if (!file_check(&check, &check.files[i], err))
            return false;
    if (!check.count && !lists_check(&check, err))
        return false;
    struct buffer out = buffer_make(invocation->arena);
    if (invocation->json)
        checked_json(&check, &out);
    else
        checked_print(&check, &out);
    print_out(&out);
    return true;
}

bool run_source(struct invocation *invocation, struct error *err)
{
    static const struct slice verbs[] = {S_INIT("list"), S_INIT("check"), S_INIT("draft")};
    struct slice verb = invocation->words[0];
    if (slice_equal(verb, verbs[0]))
        return list_sources(invocation, err);
    if (slice_equal(verb, verbs[1]))
        return check_sources(invocation, err);
    if (slice_equal(verb, verbs[2])) {
        if (invocation->word_count != 2)
            return error_set(err, ERROR_USAGE, "say which file to profile: staithe source draft FILE");
        struct draft_options options = {
            .host = invocation->host, .path = invocation->words[1], .name = option_text(invocation, "name", "")};
        struct slice yaml;
        if (!source_draft(&options, invocation->arena, &yaml, err))
            return false;
        fwrite(yaml.at, 1, yaml.len, stdout);
        return true;
    }
    struct slice near = text_nearest(verb, verbs, countof(verbs));
    return error_set(err, ERROR_USAGE, "`staithe source` can list, check and draft, not \"%.*s\"%s%.*s%s", PRINT(verb),
                     near.len ? "; did you mean \"" : "", PRINT(near), near.len ? "\"?" : "");
}
