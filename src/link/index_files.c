/* index_files.c: one way in, one way out. Every command opens the index, does its deed, and says what stands then;
 * after many changes the log is put away, so that the next opening is quick. */
#include "link/index_files.h"

#include "base/json.h"
#include "base/text.h"
#include "link/index_file.h"
#include "link/link_read.h"
#include "link/spec.h"
#include "link/why.h"

#include <math.h>

enum { LOG_MOST = 1 << 26 };

struct job {
    const struct index_files_request *request;
    struct arena *arena;
    struct index_file *file;
    struct buffer *out;
    size_t told[LINK_CALLED + 1];
    struct link_event *events;
    size_t event_count, event_capacity;
    size_t added, removed;
};

static void hear(void *context, const struct link_event *event)
{
    struct job *job = context;
    job->told[event->change]++;
    if (!job->request->json)
        return;
    ARENA_GROW(job->arena, job->events, job->event_count, job->event_capacity);
    job->events[job->event_count++] = *event;
}

/* ---- Saying ---- */

static const char *const change_words[] = {[LINK_MADE] = "made",
                                           [LINK_ENDED] = "ended",
                                           [LINK_JOINED] = "joined",
                                           [LINK_PARTED] = "parted",
                                           [LINK_CALLED] = "called"};

static struct slice name_of(const struct job *job, uint32_t record)
{
    const struct link_records *records = link_index_records(index_file_index(job->file));
    return arena_format(job->arena, "%.*s:%.*s",
                        PRINT(link_records_source_name(records, link_records_source_of(records, record))),
                        PRINT(link_records_id(records, record)));
}

static void say_text(struct job *job)
{
    if (job->added || job->removed)
        buffer_format(job->out, "%zu records added or changed, %zu removed\n", job->added, job->removed);
    if (job->request->deed == INDEX_ADD || job->request->deed == INDEX_REMOVE)
        buffer_format(job->out, "entities: %zu new, %zu joined, %zu split, %zu ended\n", job->told[LINK_MADE],
                      job->told[LINK_JOINED], job->told[LINK_PARTED], job->told[LINK_ENDED]);
    if (index_file_note(job->file).len)
        buffer_format(job->out, "%.*s\n", PRINT(index_file_note(job->file)));
    if (job->request->deed == INDEX_BUILD && link_spec_note(index_file_spec(job->file)).len)
        buffer_format(job->out, "%.*s\n", PRINT(link_spec_note(index_file_spec(job->file))));
    struct link_index_size size;
    link_index_measure(index_file_index(job->file), &size);
    buffer_format(job->out, "the index holds %zu records and %zu links\n", size.records, size.edges);
}

static void say_json(struct job *job, struct json *json)
{
    struct link_index_size size;
    link_index_measure(index_file_index(job->file), &size);
    json_pair_integer(json, "records", (int64_t)size.records);
    json_pair_integer(json, "links", (int64_t)size.edges);
    json_pair_integer(json, "bytes", (int64_t)size.bytes);
    json_maybe_text(json, "note", index_file_note(job->file));
    if (job->request->deed == INDEX_BUILD)
        json_maybe_text(json, "not_compared", link_spec_note(index_file_spec(job->file)));
    if (job->request->deed != INDEX_ADD && job->request->deed != INDEX_REMOVE)
        return;
    json_pair_integer(json, "added", (int64_t)job->added);
    json_pair_integer(json, "removed", (int64_t)job->removed);
    json_key(json, "events");
    json_array(json);
    for (size_t i = 0; i < job->event_count; i++) {
        const struct link_event *event = &job->events[i];
        json_object(json);
        json_pair_text(json, "change", slice_of(change_words[event->change]));
        json_pair_text(json, "entity", name_of(job, event->entity));
        if (event->other != event->entity)
            json_pair_text(json, "other", name_of(job, event->other));
        json_end(json);
    }
    json_end(json);
}

static void say(struct job *job)
{
    if (!job->request->json) {
        say_text(job);
        return;
    }
    struct json json = json_to(job->out);
    json_object(&json);
    say_json(job, &json);
    json_end(&json);
    buffer_add(job->out, S("\n"));
}

/* ---- Deeds ---- */

static bool read_rows(const struct job *job, const struct link_spec *spec, struct link_records *records, size_t from,
                      struct error *err)
{
    struct link_read read = {.host = job->request->host,
                             .spec = spec,
                             .records = records,
                             .files = job->request->words + from,
                             .file_count = job->request->word_count - from,
                             .partial = job->request->deed == INDEX_ADD,
                             .options = &job->request->options};
    return link_read_files(&read, err);
}

static bool build(struct job *job, struct error *err)
{
    const struct index_files_request *request = job->request;
    struct link_spec *spec;
    struct link_model *model;
    struct slice text, model_text;
    if (request->word_count < 2)
        return error_set(err, ERROR_USAGE, "say what to build from: staithe index build FOLDER SPEC.yaml FILE…");
    if (!host_read_file(request->host, request->words[0], 1u << 20, job->arena, &text, err) ||
        !link_spec_read(text, request->words[0], job->arena, &spec, err))
        return false;
    struct link_records *records = link_records_make(spec, job->arena);
    if (!read_rows(job, spec, records, 1, err))
        return false;
    if (slice_empty(request->model)) {
        if (!link_train(records, &request->options, job->arena, &model, NULL, err))
            return false;
    } else if (!host_read_file(request->host, request->model, 1u << 30, job->arena, &model_text, err) ||
               !link_model_read(model_text, request->model, spec, job->arena, &model, err)) {
        return false;
    }
    if (!index_file_create(request->host, request->folder, text, records, model, &request->options, job->arena,
                           &job->file, err))
        return false;
    say(job);
    return true;
}

static bool add(struct job *job, struct error *err)
{
    const struct link_spec *spec = index_file_spec(job->file);
    struct link_records *records = link_records_make(spec, job->arena);
    size_t columns = link_spec_columns(spec);
    if (!read_rows(job, spec, records, 0, err))
        return false;
    job->added = link_records_count(records);
    struct index_row *rows = arena_array(job->arena, struct index_row, job->added + 1);
    struct slice *values = arena_array(job->arena, struct slice, job->added * columns + 1);
    for (uint32_t r = 0; r < job->added; r++) {
        for (size_t c = 0; c < columns; c++)
            values[r * columns + c] = link_records_value(records, r, c);
        rows[r] = (struct index_row){link_records_source_name(records, link_records_source_of(records, r)),
                                     link_records_id(records, r), values + r * columns};
    }
    return index_file_put(job->file, rows, job->added, &job->request->options, err);
}

static bool take_out(struct job *job, struct error *err)
{
    const struct index_files_request *request = job->request;
    if (request->word_count < 2)
        return error_set(err, ERROR_USAGE, "say what to remove: staithe index remove FOLDER SOURCE ID…");
    size_t count = request->word_count - 1;
    struct index_row *rows = arena_array(job->arena, struct index_row, count);
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct index_row){.source = request->words[0], .id = request->words[i + 1]};
    if (!index_file_remove(job->file, rows, count, &request->options, &job->removed, err))
        return false;
    return job->removed > 0 ||
           error_set(err, ERROR_NOT_FOUND, "no record of the source %.*s has such an id", PRINT(request->words[0]));
}

static bool change(struct job *job, struct error *err)
{
    link_index_listen(index_file_index(job->file), hear, job);
    if (!(job->request->deed == INDEX_ADD ? add(job, err) : take_out(job, err)) || !index_file_sync(job->file, err))
        return false;
    say(job); /* before compacting: events name records by number */
    bool compact = job->request->erase || index_file_log_size(job->file) > LOG_MOST;
    return !compact || index_file_compact(job->file, &job->request->options, err);
}

static bool read_question(const struct job *job, struct slice *values, struct error *err)
{
    const struct link_spec *spec = index_file_spec(job->file);
    if (job->request->word_count == 0)
        return error_set(err, ERROR_USAGE, "say whom to find: staithe index find FOLDER COLUMN=VALUE…");
    for (size_t i = 0; i < job->request->word_count; i++) {
        struct slice rest = job->request->words[i], name;
        bool any = slice_find(rest, '=') < rest.len;
        (void)slice_cut(&rest, '=', &name);
        int column = link_spec_find(spec, name);
        if (any && column >= 0 && (size_t)column < spec->input_count) {
            values[column] = rest;
            continue;
        }
        struct slice names[LINK_COLUMNS_MAX] = {{0}};
        for (size_t c = 0; c < spec->input_count; c++)
            names[c] = spec->columns[c].name;
        struct slice near = text_nearest(name, names, spec->input_count);
        return error_set(err, ERROR_USAGE, "\"%.*s\" is not COLUMN=VALUE of a column of the index; %s%.*s%s",
                         PRINT(job->request->words[i]), near.len ? "did you mean " : "its first is ",
                         PRINT(near.len ? near : names[0]), "=…?");
    }
    return true;
}

static bool find(struct job *job, struct error *err)
{
    struct slice values[LINK_COLUMNS_MAX] = {{0}};
    struct link_index *index = index_file_index(job->file);
    struct link_found *found;
    size_t count;
    if (!read_question(job, values, err) ||
        !link_index_find(index, values, job->request->least, job->request->most, job->arena, &found, &count, err))
        return false;
    struct json json = json_to(job->out);
    if (job->request->json)
        json_array(&json);
    else if (count == 0)
        buffer_add(job->out, S("nobody fits\n"));
    for (size_t i = 0; i < count; i++) {
        uint32_t *members;
        size_t size = link_index_members(index, found[i].entity, job->arena, &members);
        double probability = 1 / (1 + exp2(-found[i].weight));
        if (!job->request->json) {
            buffer_format(job->out, "%7.1f bits  %.*s, one of the %zu records of %.*s%s\n", found[i].weight,
                          PRINT(name_of(job, found[i].record)), size, PRINT(name_of(job, found[i].entity)),
                          found[i].verdict == LINK_APART ? " (a guard says: another person)" : "");
            continue;
        }
        json_object(&json);
        json_pair_text(&json, "record", name_of(job, found[i].record));
        json_pair_text(&json, "entity", name_of(job, found[i].entity));
        json_pair_integer(&json, "records_of_entity", (int64_t)size);
        json_pair_real(&json, "weight", round(found[i].weight * 100) / 100);
        json_pair_real(&json, "probability", probability);
        json_pair_bool(&json, "apart", found[i].verdict == LINK_APART);
        json_end(&json);
    }
    if (job->request->json) {
        json_end(&json);
        buffer_add(job->out, S("\n"));
    }
    return true;
}

/* The hub's own index holds links alone: its entities stand in the store. */
static bool check(struct job *job, bool *ret_sound, struct error *err)
{
    size_t wrong;
    bool links = link_index_edges_only(index_file_index(job->file));
    if (!index_file_check(job->file, &job->request->options, &wrong, err))
        return false;
    *ret_sound = wrong == 0;
    if (job->request->json) {
        struct json json = json_to(job->out);
        json_object(&json);
        say_json(job, &json);
        json_pair_integer(&json, links ? "links_that_differ" : "in_another_entity", (int64_t)wrong);
        json_end(&json);
        buffer_add(job->out, S("\n"));
        return true;
    }
    say(job);
    if (wrong)
        buffer_format(job->out,
                      links
                          ? "%zu links are others than comparing its records anew gives: staithe link --anew makes it "
                            "anew\n"
                          : "%zu records are in another entity than linking anew puts them into: build it anew\n",
                      wrong);
    else
        buffer_add(job->out, links ? S("its links are those of comparing its records anew\n")
                                   : S("its entities are those of linking its records anew\n"));
    return true;
}

bool index_files(const struct index_files_request *request, struct buffer *out, bool *ret_sound, struct error *err)
{
    struct job job = {.request = request, .arena = out->arena, .out = out};
    *ret_sound = true;
    if (request->deed == INDEX_BUILD)
        return build(&job, err);
    bool writes = request->deed != INDEX_FIND && request->deed != INDEX_CHECK;
    if (!index_file_open(request->host, request->folder, writes, &request->options, out->arena, &job.file, err))
        return false;
    switch (request->deed) {
    case INDEX_FIND:
        return find(&job, err);
    case INDEX_CHECK:
        return check(&job, ret_sound, err);
    case INDEX_COMPACT:
        if (!index_file_compact(job.file, &request->options, err))
            return false;
        say(&job);
        return true;
    default:
        return change(&job, err);
    }
}
