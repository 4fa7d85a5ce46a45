#include "cli/app.h"
#include "cli/commands.h"
#include "cli/link_call.h"

#include "base/json.h"
#include "base/memory.h"

#include "hub/linking.h"
#include "link/link_files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void print_result(const struct hub_link_result *result, struct arena *arena, struct buffer *out)
{
    if (result->anew)
        buffer_format(out, "%zu records, %llu pairs compared, %zu links; model version %lld%s\n", result->records,
                      (unsigned long long)result->pairs, result->edges, (long long)result->model,
                      result->trained ? ", trained now" : "");
    else
        buffer_format(out, "%zu records, of which %zu came, changed or went; %zu links; model version %lld\n",
                      result->records, result->changed, result->edges, (long long)result->model);
    for (size_t i = 0; i < result->linkage_count; i++) {
        const struct hub_linkage *l = &result->linkages[i];
        buffer_format(out, "  %zu people in %zu records of %.*s (%zu new, %zu joined, %zu split, %zu ended)\n",
                      l->entities, l->records, PRINT(l->sources), l->made, l->joined, l->split, l->ended);
    }
    buffer_format(out, "%zu homes; %zu records placed in one, %zu of them by address, %zu in none\n", result->homes,
                  result->placed, result->placed_by_address, result->unplaced);
    buffer_format(out, "%zu doubtful links wait for a steward (%.2f%% of records)\n", result->doubts,
                  result->records ? 100.0 * (double)result->doubts / (double)result->records : 0.0);
    if (result->outdated.len)
        buffer_format(out, "%.*s\n", PRINT(result->outdated));
    if (result->index_note.len)
        buffer_format(out, "%.*s\n", PRINT(result->index_note));
    buffer_format(out, "digest %.*s, %.1f seconds\n", PRINT(digest_hex(arena, &result->digest)), result->seconds);
}

static void result_json(const struct hub_link_result *result, struct arena *arena, struct buffer *out)
{
    struct json json = json_to(out);
    json_object(&json);
    json_pair_integer(&json, "model", result->model);
    json_pair_bool(&json, "trained", result->trained);
    json_pair_bool(&json, "anew", result->anew);
    if (!result->anew)
        json_pair_integer(&json, "changed", (int64_t)result->changed);
    if (result->outdated.len)
        json_pair_text(&json, "outdated", result->outdated);
    if (result->index_note.len)
        json_pair_text(&json, "index", result->index_note);
    json_pair_integer(&json, "records", (int64_t)result->records);
    json_pair_integer(&json, "pairs", (int64_t)result->pairs);
    json_pair_integer(&json, "links", (int64_t)result->edges);
    json_pair_integer(&json, "doubts", (int64_t)result->doubts);
    json_pair_integer(&json, "homes", (int64_t)result->homes);
    json_pair_integer(&json, "placed", (int64_t)result->placed);
    json_pair_integer(&json, "placed_by_address", (int64_t)result->placed_by_address);
    json_pair_integer(&json, "unplaced", (int64_t)result->unplaced);
    json_pair_text(&json, "digest", digest_hex(arena, &result->digest));
    json_pair_real(&json, "seconds", result->seconds);
    json_key(&json, "linkages");
    json_array(&json);
    for (size_t i = 0; i < result->linkage_count; i++) {
        json_object(&json);
        json_pair_text(&json, "sources", result->linkages[i].sources);
        json_pair_integer(&json, "records", (int64_t)result->linkages[i].records);
        json_pair_integer(&json, "people", (int64_t)result->linkages[i].entities);
        json_pair_text(&json, "digest", digest_hex(arena, &result->linkages[i].digest));
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
    buffer_add(out, S("\n"));
}

/* What --what-if, --model and --threshold ask, of the hub; *ret_asks: any of them is given. */
static bool hub_question(const struct invocation *invocation, struct what_if_question *ret, bool *ret_asks,
                         struct error *err)
{
    struct slice other = option_text(invocation, "what-if", ""), model = option_text(invocation, "model", ""),
                 thresholds = option_text(invocation, "threshold", "");
    *ret = (struct what_if_question){.thresholds = LINK_THRESHOLDS_KEPT};
    if (slice_ends(other, S(".json")))
        model = other;
    else
        ret->specification_of = other;
    ret->model_of = model;
    *ret_asks = other.len || model.len || thresholds.len;
    return (!thresholds.len || link_thresholds_read(thresholds, &ret->thresholds, err)) &&
           (!ret->specification_of.len || host_read_file(invocation->host, ret->specification_of, 1 << 20,
                                                         invocation->arena, &ret->specification, err)) &&
           (!model.len || host_read_file(invocation->host, model, 1 << 30, invocation->arena, &ret->model, err));
}

static bool link_the_hub(struct invocation *invocation, unsigned threads, struct error *err)
{
    struct arena *arena = invocation->arena;
    struct app *app;
    struct guard_session *session;
    struct what_if_question question;
    struct hub_link_adopt adopt;
    struct progress shown = {.invocation = invocation, .stop = stop_watch(invocation->arena)};
    struct hub_link_options options = {.threads = threads,
                                       .train = option_given(invocation, "train"),
                                       .anew = option_given(invocation, "anew"),
                                       .compact = option_given(invocation, "compact"),
                                       .progress = progress_share,
                                       .context = &shown};
    bool asks, adopts = option_given(invocation, "adopt");
    if (!hub_question(invocation, &question, &asks, err))
        return false;
    if (!app_open(invocation, false, &app, err) || !app_system_session(invocation, app, S("linking"), &session, err))
        return false;
    if (asks && !adopts) {
        bool told = what_if_the_hub(invocation, app, session, &question, &options, err);
        progress_end(&shown);
        return told;
    }
    options.index = hub_link_index(app->data, arena);
    if (adopts) {
        if (!hub_what_if_adopt(&app->hub, session, &question, arena, &adopt, err))
            return false;
        adopt.reason = option_text(invocation, "adopt", "");
        options.adopt = &adopt;
    }
    struct hub_link_result result;
    bool linked = hub_link(&app->hub, session, &options, arena, &result, err);
    progress_end(&shown);
    if (!linked)
        return false;
    struct buffer out = buffer_make(arena);
    if (invocation->json)
        result_json(&result, arena, &out);
    else
        print_result(&result, arena, &out);
    print_out(&out);
    return true;
}

static void say_size(void *context, struct slice line)
{
    struct progress *shown = context;
    progress_end(shown);
    (void)fprintf(stderr, "%.*s\n", PRINT(line));
}

static bool files_question(const struct invocation *invocation, struct what_if_other *ret, bool *ret_asks,
                           struct error *err)
{
    struct slice other = option_text(invocation, "what-if", ""), thresholds = option_text(invocation, "threshold", "");
    *ret = (struct what_if_other){.thresholds = LINK_THRESHOLDS_KEPT};
    *(slice_ends(other, S(".json")) ? &ret->model : &ret->specification) = other;
    *ret_asks = other.len || thresholds.len;
    return !thresholds.len || link_thresholds_read(thresholds, &ret->thresholds, err);
}

/* Three quarters of what there is, unless said otherwise; what is more goes to the folder for temporary files. */
static bool memory_options(const struct invocation *invocation, struct link_options *options, struct error *err)
{
    struct slice size = option_text(invocation, "memory", "");
    const char *folder = getenv("TMPDIR");
    options->host = invocation->host;
    options->memory = memory_of_machine() / 4 * 3;
    options->temporary = option_text(invocation, "temporary", folder && *folder ? folder : "/tmp");
    if (size.len > 0 && !memory_read(size, &options->memory))
        return error_set(err, ERROR_USAGE, "--memory takes a size such as 400M or 2G, not %.*s", PRINT(size));
    return true;
}

bool run_link(struct invocation *invocation, struct error *err)
{
    int64_t threads = 0, seed = 1;
    if (!option_integer(invocation, "threads", 1, 64, &threads, err) ||
        !option_integer(invocation, "seed", 0, INT64_MAX, &seed, err) || !link_options_fit(invocation, err))
        return false;
    if (invocation->word_count == 0)
        return link_the_hub(invocation, (unsigned)threads, err);
    if (invocation->word_count == 1 && !option_given(invocation, "print-specification"))
        return error_set(err, ERROR_USAGE, "say which files to link: staithe link SPEC.yaml FILE…");
    if (option_given(invocation, "print-specification") && invocation->word_count > 1)
        (void)fprintf(stderr, "# only the specification was read; the files were not\n");
    int64_t ask = 0;
    if (!option_integer(invocation, "ask", 1, 100000, &ask, err))
        return false;
    struct progress shown = {.invocation = invocation, .stop = stop_watch(invocation->arena)};
    struct buffer out = buffer_make(invocation->arena);
    struct link_files_request request = {
        .host = invocation->host,
        .specification = invocation->words[0],
        .files = invocation->words + 1,
        .file_count = invocation->word_count - 1,
        .truth = option_text(invocation, "truth", ""),
        .labels = option_text(invocation, "labels", ""),
        .ask = option_second(invocation, "ask"),
        .ask_count = (size_t)ask,
        .by = option_text(invocation, "by", ""),
        .clusters = option_text(invocation, "clusters", ""),
        .pairs = option_text(invocation, "pairs", ""),
        .model = option_text(invocation, "model", ""),
        .report = option_text(invocation, "report", ""),
        .explain = {option_text(invocation, "explain", ""), option_second(invocation, "explain")},
        .svg = option_text(invocation, "svg", ""),
        .save_model = option_text(invocation, "save-model", ""),
        .print_specification = option_given(invocation, "print-specification"),
        .json = invocation->json,
        .say = say_size,
        .say_context = &shown,
        .options = {
            .threads = (unsigned)threads, .seed = (uint64_t)seed, .progress = progress_share, .context = &shown}};
    struct what_if_other other;
    bool asks;
    if (!files_question(invocation, &other, &asks, err))
        return false;
    if (!memory_options(invocation, &request.options, err))
        return false;
    bool linked = asks ? link_what_if(&request, &other, 5, &out, err) : link_files(&request, &out, err);
    progress_end(&shown);
    if (linked)
        print_out(&out);
    return linked;
}
