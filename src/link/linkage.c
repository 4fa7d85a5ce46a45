/* linkage.c: link_files behind an opaque handle: text instead of slices, one arena for all that a handle holds, and the
 * error kept in the handle, so that a caller needs no struct of ours. */
#include "link/linkage.h"

#include "link/link_files.h"
#include "link/link_write.h"
#include "link/records.h"
#include "link/why.h"

enum { LINKAGE_OPEN, LINKAGE_DONE, LINKAGE_FAILED };

struct linkage {
    struct arena *arena;
    struct link_spec *spec;
    struct link_records *records;
    struct slice *files;
    size_t file_count, file_capacity;
    struct slice model;
    struct link_options options;
    int state;
    struct link_files_result result;
    const char **columns;
    char error[900];
};

struct linkage *linkage_make(void)
{
    struct arena *arena = arena_make(0);
    arena_keep_pages(arena, 0); /* link_files will */
    struct linkage *linkage = arena_new(arena, struct linkage);
    linkage->arena = arena;
    return linkage;
}

void linkage_free(struct linkage *linkage)
{
    if (linkage)
        arena_free(linkage->arena);
}

const char *linkage_error(const struct linkage *linkage)
{
    return linkage->error;
}

static int done(struct linkage *linkage)
{
    linkage->error[0] = 0;
    return 0;
}

static int failed(struct linkage *linkage, const struct error *err)
{
    error_print(err, linkage->error, sizeof linkage->error);
    return error_exit_status(err->code);
}

static int refused(struct linkage *linkage, const char *sentence)
{
    struct error err = NO_ERROR;
    error_set(&err, ERROR_USAGE, "%s", sentence);
    return failed(linkage, &err);
}

/* ---- What is linked ---- */

int linkage_specify(struct linkage *linkage, const char *yaml)
{
    struct error err = NO_ERROR;
    if (linkage->spec)
        return refused(linkage, "the specification was given before; make another linkage for another one");
    struct slice text = arena_copy(linkage->arena, slice_of(yaml));
    if (!link_spec_read(text, S("specification"), linkage->arena, &linkage->spec, &err))
        return failed(linkage, &err);
    linkage->records = link_records_make(linkage->spec, linkage->arena);
    linkage->columns = arena_array(linkage->arena, const char *, link_spec_columns(linkage->spec) + 1);
    for (size_t c = 0; c < link_spec_columns(linkage->spec); c++)
        linkage->columns[c] = arena_cstr(linkage->arena, link_spec_column(linkage->spec, c)->name);
    return done(linkage);
}

const char *linkage_specification(struct linkage *linkage)
{
    if (!linkage->spec)
        return NULL;
    struct buffer out = buffer_make(linkage->arena);
    link_spec_show(linkage->spec, &out);
    return out.at;
}

size_t linkage_columns(const struct linkage *linkage)
{
    return linkage->spec ? link_spec_columns(linkage->spec) : 0;
}

const char *linkage_column(const struct linkage *linkage, size_t column)
{
    return column < linkage_columns(linkage) ? linkage->columns[column] : NULL;
}

/* Says what is amiss unless records may still be added. */
static int not_open(struct linkage *linkage)
{
    if (!linkage->spec)
        return refused(linkage, "there is no specification yet; call linkage_specify first");
    if (linkage->state != LINKAGE_OPEN)
        return refused(linkage, "it was linked before; make another linkage for more");
    return done(linkage);
}

int linkage_add(struct linkage *linkage, const char *source, const char *id, const char *const *values)
{
    struct error err = NO_ERROR;
    struct slice fields[LINK_COLUMNS_MAX];
    uint32_t number = 0;
    int status = not_open(linkage);
    if (status)
        return status;
    if (!source || !id || !values)
        return refused(linkage, "a record needs a source, an id and an array of values");
    for (size_t c = 0; c < link_spec_columns(linkage->spec); c++)
        fields[c] = slice_trim(slice_of(values[c]));
    if (!link_records_source(linkage->records, slice_of(source), &number, &err) ||
        !link_records_add(linkage->records, number, slice_of(id), fields, &err))
        return failed(linkage, &err);
    return done(linkage);
}

int linkage_add_file(struct linkage *linkage, const char *path)
{
    int status = not_open(linkage);
    if (status)
        return status;
    if (!path || !*path)
        return refused(linkage, "a file needs a path");
    ARENA_GROW(linkage->arena, linkage->files, linkage->file_count, linkage->file_capacity);
    linkage->files[linkage->file_count++] = slice_of(arena_cstr(linkage->arena, slice_of(path)));
    return 0;
}

int linkage_use_model(struct linkage *linkage, const char *path)
{
    int status = not_open(linkage);
    if (status == 0)
        linkage->model = slice_of(arena_cstr(linkage->arena, slice_of(path)));
    return status;
}

/* ---- Linking ---- */

void linkage_watch(struct linkage *linkage, linkage_watcher *watcher, void *context)
{
    linkage->options.progress = watcher;
    linkage->options.context = context;
}

void linkage_threads(struct linkage *linkage, unsigned threads)
{
    linkage->options.threads = threads;
}

void linkage_memory(struct linkage *linkage, unsigned long long bytes, const char *temporary)
{
    linkage->options.memory = bytes;
    linkage->options.host = host_real();
    linkage->options.temporary = arena_copy(linkage->arena, slice_of(temporary));
}

int linkage_run(struct linkage *linkage)
{
    struct error err = NO_ERROR;
    int status = not_open(linkage);
    if (status)
        return status;
    struct link_files_request request = {.host = host_real(),
                                         .specification = S("specification"),
                                         .spec = linkage->spec,
                                         .records = linkage->records,
                                         .ret_result = &linkage->result,
                                         .files = linkage->files,
                                         .file_count = linkage->file_count,
                                         .model = linkage->model,
                                         .options = linkage->options};
    request.options.seed = 1;
    struct buffer report = buffer_make(linkage->arena);
    linkage->state = LINKAGE_FAILED;
    if (!link_files(&request, &report, &err))
        return failed(linkage, &err);
    linkage->result.cluster_input.options = &linkage->options; /* the request ends here */
    linkage->state = LINKAGE_DONE;
    return done(linkage);
}

/* ---- What came of it ---- */

static int not_done(struct linkage *linkage)
{
    return linkage->state == LINKAGE_DONE ? done(linkage)
                                          : refused(linkage, "nothing was linked yet; call linkage_run first");
}

uint32_t linkage_records(const struct linkage *linkage)
{
    return linkage->state == LINKAGE_DONE ? link_records_count(linkage->records) : 0;
}

uint32_t linkage_entities(const struct linkage *linkage)
{
    return linkage->state == LINKAGE_DONE ? linkage->result.clusters.count : 0;
}

/* The caller counts records as they were added. */
static uint32_t place_of(const struct linkage *linkage, uint32_t record)
{
    return record_place(linkage->records, record);
}

const char *linkage_id(struct linkage *linkage, uint32_t record)
{
    if (record >= linkage_records(linkage))
        return NULL;
    return arena_cstr(linkage->arena, link_records_id(linkage->records, place_of(linkage, record)));
}

const char *linkage_source(struct linkage *linkage, uint32_t record)
{
    if (record >= linkage_records(linkage))
        return NULL;
    uint32_t source = link_records_source_of(linkage->records, place_of(linkage, record));
    return arena_cstr(linkage->arena, link_records_source_name(linkage->records, source));
}

uint32_t linkage_entity(const struct linkage *linkage, uint32_t record)
{
    return record < linkage_records(linkage) ? linkage->result.numbers[place_of(linkage, record)] : 0;
}

int linkage_find(struct linkage *linkage, const char *id, uint32_t *ret_record)
{
    struct error err = NO_ERROR;
    int status = not_done(linkage);
    if (status)
        return status;
    uint32_t place = 0;
    if (!why_find(linkage->records, slice_of(id), &place, &err))
        return failed(linkage, &err);
    *ret_record = record_added(linkage->records, place);
    return 0;
}

size_t linkage_pairs(const struct linkage *linkage)
{
    return linkage->state == LINKAGE_DONE ? linkage->result.edges.count : 0;
}

int linkage_pair(struct linkage *linkage, size_t pair, struct linkage_pair *ret)
{
    int status = not_done(linkage);
    if (status)
        return status;
    if (pair >= linkage->result.edges.count)
        return refused(linkage, "there is no such pair; linkage_pairs tells how many there are");
    const struct link_edge *edge = &linkage->result.edges.edges[pair];
    double weight = (double)edge->weight;
    uint32_t a = record_added(linkage->records, edge->a), b = record_added(linkage->records, edge->b);
    *ret = (struct linkage_pair){
        .a = a < b ? a : b, .b = a < b ? b : a, .weight = weight, .probability = link_probability(weight)};
    return 0;
}

static struct link_done done_of(const struct linkage *linkage)
{
    return (struct link_done){.spec = linkage->spec,
                              .records = linkage->records,
                              .model = linkage->result.model,
                              .edges = &linkage->result.edges,
                              .numbers = linkage->result.numbers};
}

const char *linkage_explain(struct linkage *linkage, uint32_t a, uint32_t b, bool as_json)
{
    if (not_done(linkage))
        return NULL;
    if (a == b || a >= linkage_records(linkage) || b >= linkage_records(linkage)) {
        (void)refused(linkage, "give two different records, each below linkage_records");
        return NULL;
    }
    struct buffer out = buffer_make(linkage->arena);
    struct link_why why;
    link_why(&linkage->result.cluster_input, &linkage->result.clusters, place_of(linkage, a), place_of(linkage, b),
             linkage->arena, &why);
    if (as_json)
        link_why_json(&linkage->result.cluster_input, &why, &out);
    else
        link_why_text(&linkage->result.cluster_input, &why, &out);
    return out.at;
}

int linkage_write_clusters(struct linkage *linkage, const char *path)
{
    struct error err = NO_ERROR;
    int status = not_done(linkage);
    if (status)
        return status;
    struct link_done result = done_of(linkage);
    return link_write_clusters(&result, host_real(), slice_of(path), NULL, &err) ? 0 : failed(linkage, &err);
}

int linkage_write_pairs(struct linkage *linkage, const char *path)
{
    struct error err = NO_ERROR;
    int status = not_done(linkage);
    if (status)
        return status;
    struct link_done result = done_of(linkage);
    return link_write_pairs(&result, host_real(), slice_of(path), &linkage->options, &err) ? 0 : failed(linkage, &err);
}

int linkage_save_model(struct linkage *linkage, const char *path)
{
    struct error err = NO_ERROR;
    int status = not_done(linkage);
    if (status)
        return status;
    struct arena *scratch = arena_make(0);
    struct slice text = link_model_write(linkage->result.model, scratch);
    status = host_write_file(host_real(), slice_of(path), text, &err) ? 0 : failed(linkage, &err);
    arena_free(scratch);
    return status;
}
