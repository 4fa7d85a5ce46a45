#include "cli/app.h"
#include "cli/commands.h"

#include "base/text.h"
#include "hub/answer_json.h"
#include "ingest/draft.h"
#include "ingest/landing.h"

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

static bool check_file(struct invocation *invocation, struct slice path, struct buffer *out, struct error *err)
{
    struct slice text;
    struct source source;
    struct agreement agreement;
    struct yaml root;
    if (!host_read_file(invocation->host, path, 1 << 22, invocation->arena, &text, err) ||
        !yaml_read(text, path, invocation->arena, &root, err))
        return false;
    if (yaml_get(&root, "agreement")) {
        if (!agreement_read(text, path, invocation->arena, &agreement, err))
            return false;
        buffer_format(
            out, "%.*s: the agreement %.*s reads well by itself; `staithe source check` holds it against the county\n",
            PRINT(path), PRINT(agreement.name));
        return true;
    }
    if (!contract_read(text, path, invocation->arena, &source, err))
        return false;
    buffer_format(out, "%.*s: the contract of %.*s holds, with %zu columns\n", PRINT(path), PRINT(source.name),
                  source.column_count);
    return true;
}

static bool check_sources(struct invocation *invocation, struct error *err)
{
    struct buffer out = buffer_make(invocation->arena);
    for (size_t i = 1; i < invocation->word_count; i++)
        if (!check_file(invocation, invocation->words[i], &out, err))
            return false;
    if (invocation->word_count == 1) {
        struct app_settings settings;
        struct catalogue *catalogue;
        if (invocation->county.len)
            settings.county = invocation->county;
        else if (!app_settings_read(invocation, &settings, err))
            return false;
        if (!catalogue_read(settings.county, invocation->arena, &catalogue, err))
            return false;
        buffer_format(&out, "%.*s holds together: %zu sources, %zu agreements, %zu roles\n", PRINT(settings.county),
                      catalogue->source_count, catalogue->agreement_count, catalogue->role_count);
    }
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
