/* link_files.c: the way from CSV files to a file of clusters, in the order that keeps the truth unseen: read, train,
 * score, cluster, write; only then open the truth. */
#include "link/link_job.h"

#include "base/text.h"
#include "link/arrange.h"
#include "link/cluster.h"
#include "link/date_orders.h"
#include "link/dictionary.h"
#include "link/ids.h"
#include "link/link_read.h"
#include "link/link_write.h"
#include "link/memory_plan.h"
#include "link/spill.h"
#include "link/train.h"
#include "link/why.h"

#include <inttypes.h>

static double seconds_since(const struct file_job *job, int64_t then)
{
    return (double)(host_monotonic(job->request->host) - then) / 1e9;
}

/* What happened since the last stage ended. */
static void end_stage(struct file_job *job, struct slice name)
{
    double before = 0;
    for (size_t i = 0; i < job->stage_count; i++)
        before += job->stages[i].seconds;
    must(job->stage_count < countof(job->stages));
    job->stages[job->stage_count++] = (struct report_stage){name, seconds_since(job, job->started) - before};
}

/* Of what one stage leaves for the next (arena.h), so many bytes. */
static size_t pages_kept(const struct link_options *options)
{
    enum { MOST = 128 << 20, SHARE = 32 };
    return options->memory && options->memory / SHARE < MOST ? (size_t)options->memory / SHARE : MOST;
}

static bool read_files(struct file_job *job, struct error *err)
{
    const struct link_files_request *request = job->request;
    job->records = request->records;
    if (!job->records) {
        struct arena *arena = arena_child(job->arena);
        arena_keep_pages(arena, 0);
        job->records = link_records_make(job->spec, arena);
    }
    arena_keep_pages(job->records->arena, pages_kept(&request->options));
    struct link_read read = {.host = request->host,
                             .spec = job->spec,
                             .records = job->records,
                             .files = request->files,
                             .file_count = request->file_count,
                             .options = &request->options};
    bool done = link_read_files(&read, err);
    job->irregular = read.irregular;
    return done;
}

/* ---- Linking ---- */

static bool get_model(struct file_job *job, struct error *err)
{
    const struct link_files_request *request = job->request;
    if (slice_empty(request->model)) {
        job->trained = true;
        if (!train_and_keep_blocks(job->records, &request->options, job->arena, &job->model, &job->training,
                                   job->block_arena, &job->blocks, &job->comparer, err))
            return false;
    } else {
        struct slice text;
        if (!host_read_file(request->host, request->model, 1u << 30, job->arena, &text, err) ||
            !link_model_read(text, request->model, job->spec, job->arena, &job->model, err))
            return false;
    }
    if (slice_empty(request->save_model))
        return true;
    return host_write_file(request->host, request->save_model, link_model_write(job->model, job->arena), err);
}

/* Clusters alone are wanted: nothing asks for edges. */
static bool only_clusters(const struct file_job *job)
{
    const struct link_files_request *request = job->request;
    return !request->ret_result && slice_empty(request->pairs) && slice_empty(request->report) &&
           slice_empty(request->explain[0]) && slice_empty(request->labels) && slice_empty(request->ask);
}

/* And whatever holds together is one. */
static bool only_components(const struct file_job *job)
{
    return job->spec->components && only_clusters(job);
}

/* What pairs are expected to take that are kept at so many bytes each. */
static uint64_t memory_of_pairs(const struct file_job *job, size_t size)
{
    return (uint64_t)(job->trained ? job->training.edges : (double)job->blocks.most_pairs) * size;
}

/* And nothing but weights has a say; and the light pairs, which have no place but memory, have one. */
static bool by_weights_alone(const struct file_job *job)
{
    return !job->spec->components && only_clusters(job) && job->spec->guard_count == 0 &&
           !model_keeps_apart(job->model) && job->model->join >= job->model->floor &&
           memory_of_pairs(job, sizeof(struct light_edge)) <= memory_for_edges(&job->blocks, &job->request->options);
}

static uint64_t expected_edges(const struct file_job *job)
{
    return only_components(job) ? 0
           : job->light         ? memory_of_pairs(job, sizeof(struct light_edge))
                                : memory_of_pairs(job, sizeof(struct link_edge));
}

static bool score_without_edges(struct file_job *job, struct error *err)
{
    double join = job->model->join, floor = job->spec->components ? join : job->model->floor;
    if (!score_components(&job->blocks, &job->comparer, join, floor, &job->request->options, job->block_arena,
                          &job->scored, err))
        return false;
    job->edges.pairs = job->scored.pairs;
    blocks_drop_members(&job->blocks);
    return true;
}

static void take_components(struct file_job *job)
{
    uint32_t n = link_records_count(job->records);
    uint32_t *first = job->clusters.cluster = arena_array(job->arena, uint32_t, (size_t)n + 1);
    memcpy(first, job->scored.first, (size_t)n * sizeof *first);
    for (uint32_t r = 0; r < n; r++)
        job->clusters.count += first[r] == r;
}

static const char *what_spills(const struct file_job *job, uint64_t edges)
{
    const struct link_options *options = &job->request->options;
    bool pairs = options->memory && edges > memory_for_edges(&job->blocks, options);
    if (job->records->raw_on_disk)
        return "pairs, blocks and the texts as written";
    return job->blocks.spill ? "pairs and blocks" : pairs ? "pairs" : NULL;
}

/* What all is expected to take, and what it may. */
static void say_size(struct file_job *job)
{
    const struct link_files_request *request = job->request;
    const struct blocks *blocks = &job->blocks;
    struct memory_plan plan;
    memory_plan_make(job->records, &request->options, &plan);
    uint64_t edges = expected_edges(job);
    job->needed = memory_needed(&plan, edges);
    if (!request->say)
        return;
    size_t most = 0;
    for (size_t rule = 1; rule < blocks->rule_count; rule++)
        if (blocks->pairs_of_rule[rule] > blocks->pairs_of_rule[most])
            most = rule;
    struct arena *scratch = arena_make(0);
    struct buffer line = buffer_make(scratch);
    buffer_format(&line,
                  "%u records; the blocking rules let at most %" PRIu64 " pairs through, %" PRIu64
                  " of them “%.*s”; needs about %" PRIu64 " MB of memory",
                  link_records_count(job->records), blocks->most_pairs, blocks->pairs_of_rule[most],
                  PRINT(job->spec->rules[most].text), job->needed >> 20);
    if (request->options.memory)
        buffer_format(&line, " and may use %" PRIu64 " MB", request->options.memory >> 20);
    const char *spills = what_spills(job, edges);
    if (spills)
        buffer_format(&line, "; what is more goes to disk: %s", spills);
    request->say(request->say_context, buffer_slice(&line));
    arena_free(scratch);
}

static bool compare_pairs(struct file_job *job, struct error *err)
{
    const struct link_options *options = &job->request->options;
    if (!job->trained) {
        if (!blocks_make(&job->blocks, job->records, job->model, NULL, options, job->block_arena, err))
            return false;
        comparer_start(&job->comparer, job->records, job->model);
        comparer_bind(&job->comparer, threads_count(options), job->block_arena);
    }
    job->light = by_weights_alone(job);
    say_size(job);
    if (only_components(job) || job->light
            ? !score_without_edges(job, err)
            : !score_blocks(&job->blocks, &job->comparer, job->model->floor, options, job->arena, &job->edges, err))
        return false;
    job->training.pairs = job->edges.pairs;
    job->on_disk =
        spill_on_disk(job->edges.spill) + spill_on_disk(job->blocks.spill) + spill_on_disk(job->records->raw_on_disk);
    return true;
}

static bool link_records(struct file_job *job, struct error *err)
{
    job->block_arena = arena_beside(job->records->arena);
    bool done = get_model(job, err);
    end_stage(job, job->trained ? S("training") : S("reading the model"));
    done = done && compare_pairs(job, err);
    if (!done || !(only_components(job) || job->light)) {
        arena_free(job->block_arena);
        job->block_arena = NULL;
    }
    end_stage(job, S("comparing pairs"));
    return done;
}

static bool find_clusters(struct file_job *job, struct error *err)
{
    if (only_components(job)) {
        take_components(job);
        return true;
    }
    if (job->light)
        return cluster_scored(&job->cluster_input, &job->scored, job->arena, &job->clusters, &job->edges.count, err);
    return link_cluster(&job->cluster_input, job->arena, &job->clusters, err);
}

/* By record; made when it is first asked for. */
static const uint32_t *sources_of(struct file_job *job)
{
    uint32_t n = link_records_count(job->records);
    if (job->sources)
        return job->sources;
    job->sources = arena_array(job->arena, uint32_t, (size_t)n + 1);
    for (uint32_t r = 0; r < n; r++)
        job->sources[r] = link_records_source_of(job->records, r);
    return job->sources;
}

/* In order of the first record, as they were read. Neither a record's cluster nor that one's number lies near the last
 * one's, so both are called for ahead. */
static void number_clusters(struct file_job *job)
{
    enum { FAR = 16, NEAR = 8 };
    const uint32_t *cluster = job->clusters.cluster;
    uint32_t n = link_records_count(job->records), next = 0;
    job->numbers = arena_array(job->arena, uint32_t, (size_t)n + 1);
    for (uint32_t added = 0; added < n; added++) {
        if (n - added > FAR) {
            __builtin_prefetch(&cluster[record_place(job->records, added + FAR)]);
            __builtin_prefetch(&job->numbers[cluster[record_place(job->records, added + NEAR)]], 1);
        }
        uint32_t r = record_place(job->records, added), first = cluster[r];
        if (!job->numbers[first])
            job->numbers[first] = ++next;
        job->numbers[r] = job->numbers[first];
    }
}

static bool make_clusters(struct file_job *job, struct error *err)
{
    uint32_t n = link_records_count(job->records);
    uint8_t *no_duplicates = arena_array(job->arena, uint8_t, link_records_sources(job->records) + 1);
    bool any = false;
    for (size_t s = 0; s < link_records_sources(job->records); s++) {
        struct slice name = link_records_source_name(job->records, (uint32_t)s);
        no_duplicates[s] = job->spec->all_without_duplicates;
        for (size_t i = 0; i < job->spec->no_duplicate_count; i++)
            no_duplicates[s] |= slice_equal(job->spec->no_duplicates[i], name);
        any |= no_duplicates[s];
    }
    job->cluster_input = (struct link_cluster_input){.count = n,
                                                     .edges = job->edges.edges,
                                                     .edge_count = job->edges.count,
                                                     .spill = job->edges.spill,
                                                     .join = link_model_join(job->model),
                                                     .review = link_model_review(job->model),
                                                     .source = any || job->model->one_to_one ? sources_of(job) : NULL,
                                                     .no_duplicates = no_duplicates,
                                                     .one_to_one = job->model->one_to_one,
                                                     .keys = link_records_keys(job->records),
                                                     .records = job->records,
                                                     .model = job->model,
                                                     .attach = job->spec->attach,
                                                     .components = job->spec->components,
                                                     .options = &job->request->options};
    bool done = find_clusters(job, err);
    arena_keep_pages(job->records->arena, 0);
    arena_free(job->block_arena);
    if (!done)
        return false;
    records_rejoin(job->records, job->model, &job->clusters);
    number_clusters(job);
    return true;
}

static struct link_done done_of(const struct file_job *job)
{
    return (struct link_done){
        .spec = job->spec, .records = job->records, .model = job->model, .edges = &job->edges, .numbers = job->numbers};
}

static bool write_files(const struct file_job *job, struct error *err)
{
    const struct link_files_request *request = job->request;
    struct link_done done = done_of(job);
    return (slice_empty(request->clusters) ||
            link_write_clusters(&done, request->host, request->clusters, &request->options, err)) &&
           (slice_empty(request->pairs) ||
            link_write_pairs(&done, request->host, request->pairs, &request->options, err));
}

/* ---- Truth, opened last ---- */

static struct slice truth_part(const struct link_spec *spec, struct slice column, struct slice value)
{
    if (!slice_equal(spec->truth_column, column) || slice_empty(spec->truth_until))
        return value;
    size_t at = 0;
    for (int64_t time = 0; time < spec->truth_times; time++) {
        size_t found = slice_search(slice_part(value, at, value.len), spec->truth_until);
        if (at + found >= value.len)
            return value;
        at += found + spec->truth_until.len;
    }
    return slice_part(value, 0, at - spec->truth_until.len);
}

/* One more column, by its header: numbers of its values, 0 where there is none. Every file must have it, or any. */
static bool read_column(const struct file_job *job, struct slice column, bool every, const char *what,
                        struct dictionary *values, uint32_t *codes, struct error *err)
{
    uint32_t n = link_records_count(job->records), at = 0;
    bool done = true, found = false;
    for (size_t f = 0; done && f < job->request->file_count; f++) {
        struct arena *scratch = arena_make(0);
        struct csv_reader *reader = NULL;
        struct slice *headers = NULL;
        size_t count = 0;
        int place = -1;
        const struct csv_row *row = NULL;
        done = link_read_header(job->request->host, job->request->files[f], scratch, &reader, &headers, &count, err) &&
               link_find_header(job->request->files[f], headers, count, column, &place, err);
        found |= place >= 0;
        if (done && place < 0 && (every || (!found && f + 1 == job->request->file_count)))
            done = link_missing_header(job->request->files[f], headers, count, column, what, err);
        while (done && (done = csv_read(reader, &row, err)) && row) {
            if (at == n) {
                done = error_set(err, ERROR_CONFLICT, "%.*s grew while it was linked; link it again",
                                 PRINT(job->request->files[f]));
                break;
            }
            bool has = place >= 0 && (size_t)place < row->count;
            codes[record_place(job->records, at++)] =
                dictionary_add(values, has ? truth_part(job->spec, column, slice_trim(row->fields[place])) : NO_SLICE);
        }
        arena_free(scratch);
    }
    if (done && at != n)
        done = error_set(err, ERROR_CONFLICT, "the files changed while they were linked; link them again");
    return done;
}

static bool read_truth(struct file_job *job, struct error *err)
{
    uint32_t n = link_records_count(job->records);
    struct arena *scratch = arena_make(0);
    uint32_t *codes = arena_array(scratch, uint32_t, (size_t)n + 1);
    struct dictionary labels;
    dictionary_start(&labels, scratch);
    bool done = read_column(job, job->request->truth, true, "was given as the truth", &labels, codes, err);
    if (done) {
        job->truth = arena_array(job->arena, uint64_t, (size_t)n + 1);
        for (uint32_t r = 0; r < n; r++)
            job->truth[r] = codes[r] ? codes[r] : (1ull << 32) + r; /* no label: an entity of its own */
    }
    arena_free(scratch);
    return done;
}

static void evaluate(struct file_job *job, struct link_figures *ret)
{
    uint32_t n = link_records_count(job->records);
    struct arena *scratch = arena_make(0);
    uint64_t *cluster = arena_array(scratch, uint64_t, (size_t)n + 1);
    for (uint32_t r = 0; r < n; r++)
        cluster[r] = job->numbers[r];
    link_evaluate(cluster, job->truth, job->spec->type == LINK_LINK ? sources_of(job) : NULL, n, ret);
    arena_free(scratch);
}

/* ---- Accuracy by group ---- */

/* By the groups that a list gives to a column's values, as they are written. */
static bool make_listed_group(struct file_job *job, const struct groups_input *input, struct slice name,
                              struct slice path, struct groups *ret, struct error *err)
{
    struct arena *scratch = arena_make(0);
    uint32_t *codes = arena_array(scratch, uint32_t, (size_t)input->count + 1);
    struct dictionary values;
    struct group_list list;
    dictionary_start(&values, scratch);
    bool done = group_list_read(job->request->host, path, scratch, &list, err) &&
                read_column(job, name, false, "accuracy was asked by", &values, codes, err);
    if (done) {
        uint32_t *group = arena_array(scratch, uint32_t, values.count);
        for (size_t i = 1; i < values.count; i++)
            group[i] = group_list_find(&list, values.texts[i]);
        for (uint32_t r = 0; r < input->count; r++)
            codes[r] = group[codes[r]];
        groups_by_value(input, arena_format(job->arena, "%.*s, by the list %.*s", PRINT(name), PRINT(path)), codes,
                        list.groups.texts, (uint32_t)list.groups.count, job->arena, ret);
    }
    arena_free(scratch);
    return done;
}

/* A column of the specification counts by its plain values, any other of the files as it is written. */
static bool make_group(struct file_job *job, const struct groups_input *input, struct slice asked, struct groups *ret,
                       struct error *err)
{
    struct slice path = asked, name;
    if (slice_cut(&path, '=', &name) && !slice_empty(path))
        return make_listed_group(job, input, slice_trim(name), slice_trim(path), ret, err);
    int found = link_spec_find(job->spec, name);
    struct arena *scratch = arena_make(0);
    size_t n = (size_t)input->count + 1;
    uint32_t *codes = arena_array(scratch, uint32_t, n);
    bool done = true;
    if (found >= 0 && job->spec->columns[found].kind == LINK_DATE) {
        uint16_t *years = arena_array(scratch, uint16_t, n);
        for (uint32_t r = 0; r < input->count; r++)
            years[r] =
                record_code(job->records, r, (size_t)found) ? record_value(job->records, r, (size_t)found)->year : 0;
        groups_by_year(input, name, years, job->arena, ret);
    } else if (found >= 0) {
        const struct dictionary *plain = &job->records->columns[found].plain;
        for (uint32_t r = 0; r < input->count; r++)
            codes[r] = record_code(job->records, r, (size_t)found);
        groups_by_value(input, name, codes, plain->texts, (uint32_t)plain->count, job->arena, ret);
    } else {
        struct dictionary values;
        dictionary_start(&values, scratch);
        done = read_column(job, name, false, "accuracy was asked by", &values, codes, err);
        if (done)
            groups_by_value(input, name, codes, values.texts, (uint32_t)values.count, job->arena, ret);
    }
    arena_free(scratch);
    return done;
}

static bool make_groups(struct file_job *job, struct error *err)
{
    struct slice rest = job->request->by, name;
    uint32_t n = link_records_count(job->records);
    struct arena *scratch = arena_make(0);
    uint64_t *cluster = arena_array(scratch, uint64_t, (size_t)n + 1);
    for (uint32_t r = 0; r < n; r++)
        cluster[r] = job->numbers[r];
    struct groups_input input = {cluster, job->truth, job->spec->type == LINK_LINK ? sources_of(job) : NULL, n};
    bool done = true;
    while (done && slice_cut(&rest, ',', &name)) {
        name = slice_trim(name);
        if (slice_empty(name))
            continue;
        size_t kept = job->group_count, capacity = kept;
        ARENA_GROW(job->arena, job->groups, kept, capacity);
        done = make_group(job, &input, name, &job->groups[job->group_count++], err);
    }
    arena_free(scratch);
    return done;
}

/* ---- Labels ---- */

static bool use_labels(struct file_job *job, struct error *err)
{
    const struct link_files_request *request = job->request;
    if (!slice_empty(request->labels)) {
        job->labels = arena_new(job->arena, struct labels);
        if (!labels_read(request->host, request->labels, &job->cluster_input, &job->clusters, job->arena, job->labels,
                         err))
            return false;
    }
    if (slice_empty(request->ask))
        return true;
    struct arena *scratch = arena_make(0);
    struct buffer page = buffer_make(scratch);
    labels_ask(&job->cluster_input, job->labels, request->ask_count, &page);
    bool done = host_write_file(request->host, request->ask, buffer_slice(&page), err);
    arena_free(scratch);
    return done;
}

/* ---- The page ---- */

static bool write_report(struct file_job *job, const struct link_figures *figures, struct error *err)
{
    const struct link_files_request *request = job->request;
    struct arena *scratch = arena_make(0);
    struct report_input input = {.title = request->specification,
                                 .records = job->records,
                                 .model = job->model,
                                 .training = job->trained ? &job->training : NULL,
                                 .edges = &job->edges,
                                 .cluster_input = &job->cluster_input,
                                 .clusters = &job->clusters,
                                 .options = &request->options,
                                 .truth_name = request->truth,
                                 .truth = job->truth,
                                 .labels = job->labels,
                                 .groups = job->groups,
                                 .group_count = job->group_count,
                                 .figures = figures};
    struct report *report;
    bool done = report_gather(&input, scratch, &report, err);
    if (done) {
        end_stage(job, S("counting for this report"));
        input.stages = job->stages;
        input.stage_count = job->stage_count;
        done = host_write_file(request->host, request->report, report_html(report, scratch), err);
    }
    arena_free(scratch);
    return done || error_wrap(err, "writing the report %.*s", PRINT(request->report));
}

static bool explain(const struct file_job *job, struct buffer *out, struct error *err)
{
    const struct link_files_request *request = job->request;
    uint32_t pair[2];
    for (int side = 0; side < 2; side++)
        if (!why_find(job->records, request->explain[side], &pair[side], err))
            return false;
    if (pair[0] == pair[1])
        return error_set(err, ERROR_USAGE, "a record and itself need no explanation; give two ids");
    struct link_why why;
    link_why(&job->cluster_input, &job->clusters, pair[0], pair[1], job->arena, &why);
    if (request->json)
        link_why_json(&job->cluster_input, &why, out);
    else
        link_why_text(&job->cluster_input, &why, out);
    if (slice_empty(request->svg))
        return true;
    struct buffer picture = buffer_make(job->arena);
    link_why_svg(&job->cluster_input, &why, &picture);
    return host_write_file(request->host, request->svg, buffer_slice(&picture), err);
}

/* ---- Said before the work, not after it ---- */

/* A file that is written over while it is read, or by another answer. */
static bool check_place(const struct link_files_request *request, const char *option, struct slice path,
                        struct error *err)
{
    const struct slice read[] = {request->specification, request->model, request->labels};
    if (host_same_file(path, S("/dev/stdout")))
        return error_set(err, ERROR_USAGE,
                         "--%s %.*s and what is printed would both go to standard output; name a file", option,
                         PRINT(path));
    if (!host_may_write(path, err))
        return false;
    if (host_is_stream(path))
        return true;
    for (size_t i = 0; i < countof(read) + request->file_count; i++) {
        struct slice other = i < countof(read) ? read[i] : request->files[i - countof(read)];
        if (!slice_empty(other) && host_same_file(path, other))
            return error_set(err, ERROR_USAGE, "--%s would write over %.*s, which is read; give it another name",
                             option, PRINT(other));
    }
    return true;
}

static bool check_places(const struct link_files_request *request, struct error *err)
{
    static const char *const options[] = {"clusters", "pairs", "save-model", "report", "svg", "ask"};
    const struct slice paths[countof(options)] = {request->clusters, request->pairs, request->save_model,
                                                  request->report,   request->svg,   request->ask};
    for (size_t i = 0; i < countof(paths); i++) {
        if (slice_empty(paths[i]))
            continue;
        if (!check_place(request, options[i], paths[i], err))
            return false;
        for (size_t j = 0; j < i; j++)
            if (!slice_empty(paths[j]) && host_same_file(paths[i], paths[j]) && !host_is_stream(paths[i]))
                return error_set(err, ERROR_USAGE, "--%s and --%s would both write %.*s; name two files", options[j],
                                 options[i], PRINT(paths[i]));
    }
    return true;
}

static bool check_request(const struct file_job *job, struct error *err)
{
    const struct link_files_request *request = job->request;
    if (request->file_count == 0 && !request->records)
        return error_set(err, ERROR_USAGE, "no file to link was given");
    if (job->spec->type == LINK_LINK && request->file_count < 2 && !request->records)
        return error_set(err, ERROR_USAGE, "the specification says link: link, which needs two files or more");
    if (!slice_empty(request->by) && slice_empty(request->truth))
        return error_set(err, ERROR_USAGE, "--by needs --truth COLUMN: accuracy is a comparison with the truth");
    for (size_t f = 0; f < request->file_count && !slice_empty(request->truth); f++)
        if (host_is_stream(request->files[f]) || slice_equal(request->files[f], S("-")))
            return error_set(err, ERROR_USAGE,
                             "the truth is read from the files when all is linked, and %.*s can be read only once; "
                             "write it to a file first",
                             PRINT(request->files[f]));
    return check_places(request, err);
}

static bool say_repeated(struct file_job *job, struct error *err)
{
    const struct link_files_request *request = job->request;
    struct repeated_ids repeated;
    if (job->spec->id_header_count == 0 || request->file_count == 0)
        return true;
    if (!ids_find_repeated(job->records, &request->options, &repeated, err))
        return false;
    job->repeated_ids = repeated.count;
    if (!repeated.count || !request->say)
        return true;
    struct arena *scratch = arena_make(0);
    struct slice id = link_records_id(job->records, repeated.first);
    request->say(
        request->say_context,
        arena_format(
            scratch,
            "ids repeat: %u, such as %.*s of %.*s; the records are linked, but what is written cannot tell them "
            "apart",
            repeated.count, PRINT(id.len ? text_at_most(id, 60) : S("the empty one")),
            PRINT(link_records_source_name(job->records, link_records_source_of(job->records, repeated.first)))));
    arena_free(scratch);
    return true;
}

static void say_dates(struct file_job *job)
{
    const struct link_files_request *request = job->request;
    for (size_t c = 0; c < link_spec_columns(job->spec); c++) {
        struct slice note = date_orders_note(job->records, c, job->arena);
        if (!note.len)
            continue;
        job->notes[job->note_count++] = note;
        if (request->say)
            request->say(request->say_context, note);
    }
}

static bool check_records(const struct file_job *job, struct error *err)
{
    const struct link_files_request *request = job->request;
    uint32_t n = link_records_count(job->records);
    if (n == 0 && request->file_count)
        return error_set_at(err, ERROR_INPUT, request->files[0], 1, 0,
                            request->file_count > 1 ? "no file holds a record below its row of column names"
                                                    : "there is no record below the row of column names");
    if (n == 1 && slice_empty(request->model) && request->file_count)
        return error_set_at(err, ERROR_INPUT, request->files[0], 0, 0,
                            "one record alone teaches nothing; give more records, or a model by --model");
    return true;
}

bool link_files(const struct link_files_request *request, struct buffer *out, struct error *err)
{
    struct file_job job = {
        .request = request, .arena = out->arena, .spec = request->spec, .started = host_monotonic(request->host)};
    struct slice text;
    if (!job.spec && (!host_read_file(request->host, request->specification, 4u << 20, job.arena, &text, err) ||
                      !link_spec_read(text, request->specification, job.arena, &job.spec, err)))
        return false;
    if (request->print_specification) {
        link_spec_show(job.spec, out);
        return true;
    }
    if (request->say && link_spec_note(job.spec).len)
        request->say(request->say_context, link_spec_note(job.spec));
    if (!check_request(&job, err) || !read_files(&job, err) || !check_records(&job, err) || !say_repeated(&job, err))
        return false;
    say_dates(&job);
    end_stage(&job, S("reading"));
    if (!link_prepare(job.records, &request->options, err))
        return false;
    if (only_clusters(&job))
        records_forget_raw(job.records);
    if (!records_arrange(job.records, &request->options, err))
        return false;
    end_stage(&job, S("arranging"));
    if (!link_records(&job, err))
        return false;
    if (!make_clusters(&job, err))
        return false;
    end_stage(&job, S("clustering"));
    if (!write_files(&job, err))
        return false;
    end_stage(&job, S("writing"));
    job.seconds = seconds_since(&job, job.started);
    if (request->ret_result)
        *request->ret_result = (struct link_files_result){.spec = job.spec,
                                                          .records = job.records,
                                                          .model = job.model,
                                                          .edges = job.edges,
                                                          .cluster_input = job.cluster_input,
                                                          .clusters = job.clusters,
                                                          .numbers = job.numbers};
    struct link_figures figures;
    bool judged = !slice_empty(request->truth);
    if (judged && !read_truth(&job, err))
        return false;
    if (judged)
        evaluate(&job, &figures);
    if ((judged && !make_groups(&job, err)) || !use_labels(&job, err))
        return false;
    if (!slice_empty(request->report) && !write_report(&job, judged ? &figures : NULL, err))
        return false;
    if (!slice_empty(request->explain[0]))
        return explain(&job, out, err);
    if (request->json)
        link_job_json(&job, judged ? &figures : NULL, out);
    else
        link_job_text(&job, judged ? &figures : NULL, out);
    return true;
}
