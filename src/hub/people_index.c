/* The order of things: the index is changed in memory, then the store is written and committed, then the index's log is
 * synced with the linking's id. A crash before the last step leaves an index that follows an older linking, and the
 * next linking takes it on from there. A change that is so great that a part of it reached the disk before the store
 * was committed leaves an index that is ahead (index_file_ahead): it is made anew, since the store's next linking need
 * not hold what it holds. */
#include "hub/people_index.h"

#include "base/lock.h"
#include "hub/linking_write.h"

/* Playing a log costs more a record than reading the snapshot: it is taken into a new one when it has grown to this
 * share of what the index takes in memory. */
enum { LOG_LEAST = 8 << 20, LOG_SHARE = 8 };

void people_index_start(struct people_index *index, const struct host *host, struct slice folder, struct arena *arena)
{
    struct error err = NO_ERROR;
    struct file_lock *lock;
    *index = (struct people_index){.host = host, .folder = folder, .life = arena};
    if (folder.len == 0)
        return;
    index->writable = host_make_folder(host, folder, &err) &&
                      file_lock(arena_format(arena, "%.*s/linking", PRINT(folder)), true, arena, &lock, &err);
    if (!index->writable)
        index->note = arena_format(arena, "No index is kept, so everything is linked anew each time: %.*s.",
                                   PRINT(slice_of(err.text)));
}

void people_index_close(struct people_index *index)
{
    arena_free(index->arena);
    index->arena = NULL;
    index->file = NULL;
}

void people_index_give_up(struct people_index *index, const struct error *why)
{
    people_index_close(index);
    index->writable = false;
    index->note = arena_format(index->life, "The index could not be used: %.*s.", PRINT(slice_of(why->text)));
}

static void refuse(struct people_index *index, struct slice why)
{
    people_index_close(index);
    index->note = arena_format(index->life, "The index is made anew: %.*s.", PRINT(why));
}

bool people_index_open(struct people_index *index, const struct person_model *model, const struct link_options *options,
                       struct arena *arena, struct error *err)
{
    struct error why = NO_ERROR;
    bool held = index->file != NULL; /* of an attempt before: ahead of the store, maybe under another model */
    if (!index->writable || (!held && !index_file_exists(index->folder, arena)))
        return true;
    if (!held) {
        index->arena = arena_make(0);
        if (!index_file_open(index->host, index->folder, true, options, index->arena, &index->file, &why)) {
            if (why.code == ERROR_CANCELLED) {
                *err = why;
                return false;
            }
            refuse(index, slice_of(why.text));
            return true;
        }
    }
    struct slice body = link_model_write(model->model, index->arena);
    if (!slice_equal(body, index_file_model_text(index->file)))
        refuse(index, S("it is of another model"));
    else if (held)
        return true;
    else if (!link_index_edges_only(index_file_index(index->file)))
        refuse(index, S("it is none of the hub's"));
    else if (index_file_ahead(index->file))
        refuse(index, S("a linking was broken off while it was written"));
    return true;
}

int64_t people_index_position(const struct people_index *index)
{
    return index->file ? index_file_position(index->file) : 0;
}

/* ---- Making ---- */

struct edge_list {
    struct link_edge *edges;
    size_t count;
};

static void take_edge(void *context, const struct link_edge *edge)
{
    struct edge_list *list = context;
    list->edges[list->count++] = *edge;
}

bool people_index_make(struct people_index *index, struct link_records *records, const struct link_model *model,
                       struct slice specification, const struct link_options *options, struct arena *arena,
                       struct link_edges *ret, struct error *err)
{
    struct error why = NO_ERROR;
    struct link_options own = *options;
    people_index_close(index);
    own.edges_only = true;
    index->arena = arena_make(0);
    if (!index_file_delete(index->host, index->folder, &why) ||
        !index_file_create(index->host, index->folder, specification, records, model, &own, index->arena, &index->file,
                           &why)) {
        people_index_close(index);
        if (why.code == ERROR_CANCELLED || why.code == ERROR_TOO_BIG) {
            *err = why;
            return false;
        }
        index->writable = false;
        index->note = arena_format(index->life, "No index could be made: %.*s.", PRINT(slice_of(why.text)));
        return false;
    }
    struct link_index_size size;
    link_index_measure(index_file_index(index->file), &size);
    struct edge_list list = {arena_array(arena, struct link_edge, size.edges + 1), 0};
    link_index_visit_edges(index_file_index(index->file), take_edge, &list);
    *ret = (struct link_edges){list.edges, list.count, size.pairs};
    return true;
}

/* ---- Following ---- */

static bool put_in(struct people_index *index, const struct linked *linked, const struct link_spec *spec,
                   const struct link_options *options, struct arena *scratch, struct error *err)
{
    struct index_row *rows = arena_array(scratch, struct index_row, linked->count + 1);
    for (size_t i = 0; i < linked->count; i++)
        rows[i] = (struct index_row){.source = linked->sources[linked->records[i].source].source->name,
                                     .id = linked_id(&linked->records[i], scratch),
                                     .values = linked_values(linked, i, spec, scratch)};
    return index_file_put(index->file, rows, linked->count, options, err);
}

static bool take_out(struct people_index *index, const int64_t *gone, const struct slice *sources, size_t count,
                     const struct link_options *options, struct arena *scratch, struct error *err)
{
    size_t removed;
    struct index_row *rows = arena_array(scratch, struct index_row, count + 1);
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct index_row){.source = sources[i],
                                     .id = linked_id(&(struct linked_record){.anchor = gone[i]}, scratch)};
    return index_file_remove(index->file, rows, count, options, &removed, err);
}

bool people_index_follow(struct people_index *index, const struct linked *linked, const struct link_spec *spec,
                         const int64_t *gone, const struct slice *gone_sources, size_t gone_count,
                         const struct link_options *options, struct error *err)
{
    struct arena *scratch = arena_make(0);
    bool done = (gone_count == 0 || take_out(index, gone, gone_sources, gone_count, options, scratch, err)) &&
                (linked->count == 0 || put_in(index, linked, spec, options, scratch, err));
    arena_free(scratch);
    return done;
}

size_t people_index_edges(const struct people_index *index, const struct linked *linked, struct arena *arena,
                          struct edge_row **ret)
{
    struct link_index *table = index_file_index(index->file);
    const struct link_records *records = link_index_records(table);
    struct edge_row *rows = NULL;
    size_t count = 0, capacity = 0;
    struct arena *scratch = arena_make(0);
    for (size_t i = 0; i < linked->count; i++) {
        uint32_t source;
        struct link_edge *edges;
        struct error err;
        must(link_index_source(table, linked->sources[linked->records[i].source].source->name, &source, &err));
        uint32_t record = link_index_record(table, source, linked_id(&linked->records[i], scratch));
        must(record != UINT32_MAX);
        size_t edge_count = link_index_edges(table, record, scratch, &edges);
        for (size_t k = 0; k < edge_count; k++) {
            ARENA_GROW(arena, rows, count, capacity);
            rows[count++] = edge_row_of(&edges[k], linked_anchor_of_id(link_records_id(records, edges[k].a)),
                                        linked_anchor_of_id(link_records_id(records, edges[k].b)));
        }
        arena_reset(scratch);
    }
    arena_free(scratch);
    *ret = rows;
    return count;
}

void people_index_settle(struct people_index *index, int64_t linking, bool compact)
{
    struct error err = NO_ERROR;
    struct link_index_size size;
    const struct link_options alone = {.threads = 1}; /* others are answered meanwhile */
    if (!index->file)
        return;
    uint64_t log = index_file_log_size(index->file);
    if (log > LOG_LEAST && !compact) {
        link_index_measure(index_file_index(index->file), &size);
        compact = log > size.bytes / LOG_SHARE;
    }
    bool follows = people_index_position(index) == linking && !index_file_ahead(index->file);
    if ((!follows && (!index_file_mark(index->file, linking, &err) || !index_file_sync(index->file, &err))) ||
        (compact && !index_file_compact(index->file, &alone, &err))) {
        people_index_close(index);
        index->note = arena_format(index->life, "The hub is linked, but its index could not be written: %.*s.",
                                   PRINT(slice_of(err.text)));
    }
}

bool people_index_wipe(const struct people_index *index, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct error why = NO_ERROR;
    bool there = index->folder.len && index_file_exists(index->folder, scratch);
    arena_free(scratch);
    if (!there || index_file_delete(index->host, index->folder, &why))
        return true;
    return error_set(
        err, ERROR_IO,
        "the hub is linked, but %.*s may still hold values of people who have gone, and could not be taken "
        "away (%s); remove that folder",
        PRINT(index->folder), why.text);
}
