/* Reading and comparing hold nothing but a reader's snapshot; the writer is taken for what is written, and what was
 * read is good only if neither a landing nor a linking came between. The index is changed in memory before; when the
 * attempt has to be made again it goes on from where it is, since what it takes in is what records say now. */
#include "hub/linking_changes.h"

#include "guard/change.h"
#include "hub/component.h"
#include "hub/linking_write.h"
#include "hub/partition.h"

#include <inttypes.h>

struct work {
    const struct linking_changes *ask;
    struct arena *arena;
    struct linking_state last;
    struct result landings; /* STATEMENT_HUB_SOURCES as they were read */
    struct changed changed; /* since the last linking … */
    struct linked linked;   /* … those that stand, in their homes */
    struct changed unseen;  /* since the linking that the index follows: the same, or more */
    struct linked taken;    /* those that stand */
    int64_t before;         /* how many of the changed stood at the last linking */
    int64_t placed_before, placed_by_address_before;
    struct edge_row *edges; /* of those that stand */
    size_t edge_count;
};

/* ---- Reading ---- */

static bool too_many(const struct work *w)
{
    return w->changed.count > 1000 && (int64_t)w->changed.count > w->last.records / 5;
}

static bool read_before(struct transaction *t, struct work *w, struct error *err)
{
    struct content *then;
    struct result residences;
    size_t count;
    if (!contents_at(t, w->last.id, w->changed.anchors, w->changed.count, w->arena, &then, &count, err) ||
        !store_query(t, STATEMENT_HUB_RESIDENCES_OF, ARGS(id_list(t, w->changed.anchors, w->changed.count, w->arena)),
                     w->arena, &residences, err))
        return false;
    w->before = (int64_t)count;
    for (size_t i = 0; i < residences.rows; i++) {
        struct slice how = cell_text(&result_row(&residences, i)[4]);
        w->placed_before += !slice_equal(how, S("before"));
        w->placed_by_address_before += slice_equal(how, S("address"));
    }
    return true;
}

/* Homes are those of the last linking until here, so what did not move since then is where it was. */
static bool read_records(struct transaction *t, struct work *w, const struct changed *changed, struct linked *ret,
                         struct error *err)
{
    const struct catalogue *catalogue = guard_catalogue(w->ask->session);
    struct linked before;
    return linked_read_some(t, catalogue, changed->anchors, changed->count, w->arena, ret, err) &&
           linked_read_at(t, catalogue, w->last.id, changed->anchors, changed->count, w->arena, &before, err) &&
           linked_place_some(t, catalogue, ret, &before, w->arena, err);
}

static bool read_changes(struct transaction *t, struct work *w, enum linking_outcome *ret, struct error *err)
{
    const struct linking_changes *ask = w->ask;
    const struct catalogue *catalogue = guard_catalogue(ask->session);
    int64_t position = people_index_position(ask->index);
    if (!linking_last(t, w->arena, &w->last, err) ||
        !store_query(t, STATEMENT_HUB_SOURCES, NO_ARGS, w->arena, &w->landings, err) ||
        !linking_changed(t, catalogue, w->last.id, ask->sources, w->arena, &w->changed, err))
        return false;
    *ret = too_many(w) ? LINKING_ANEW : LINKING_DONE;
    if (!ask->index->file)
        *ret = w->changed.count ? LINKING_AGAIN : LINKING_DONE;
    if (*ret != LINKING_DONE || !ask->index->file)
        return true;
    if (!read_records(t, w, &w->changed, &w->linked, err) || !read_before(t, w, err))
        return false;
    w->unseen = w->changed, w->taken = w->linked;
    return position == w->last.id ||
           (linking_changed(t, catalogue, position, ask->sources, w->arena, &w->unseen, err) &&
            read_records(t, w, &w->unseen, &w->taken, err));
}

/* The index takes in what it has not seen, and gives the edges of what changed. One that cannot is given up. */
static bool score(struct work *w, enum linking_outcome *ret, struct error *err)
{
    const struct linking_changes *ask = w->ask;
    int64_t *gone = arena_array(w->arena, int64_t, w->unseen.count + 1);
    struct slice *sources = arena_array(w->arena, struct slice, w->unseen.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < w->unseen.count; i++)
        if (linked_find(&w->taken, w->unseen.anchors[i]) < 0) {
            gone[count] = w->unseen.anchors[i];
            sources[count++] = w->unseen.sources[i];
        }
    const struct link_options engine = {
        .threads = ask->options->threads, .progress = ask->options->progress, .context = ask->options->context};
    if (!people_index_follow(ask->index, &w->taken, ask->model->spec, gone, sources, count, &engine, err)) {
        if (err->code == ERROR_CANCELLED)
            return false;
        people_index_give_up(ask->index, err);
        *ret = LINKING_ANEW;
        return true;
    }
    w->edge_count = people_index_edges(ask->index, &w->linked, w->arena, &w->edges);
    array_sort(w->edges, w->edge_count, sizeof *w->edges, edge_rows_by_pair);
    size_t kept = 0;
    for (size_t i = 0; i < w->edge_count; i++)
        if (kept == 0 || edge_rows_by_pair(&w->edges[kept - 1], &w->edges[i]) != 0)
            w->edges[kept++] = w->edges[i];
    w->edge_count = kept;
    return true;
}

/* ---- Writing ---- */

static bool still_so(struct transaction *t, const struct work *w, bool *ret, struct error *err)
{
    struct linking_state last;
    struct result landings;
    if (!linking_last(t, w->arena, &last, err) ||
        !store_query(t, STATEMENT_HUB_SOURCES, NO_ARGS, w->arena, &landings, err))
        return false;
    *ret = last.id == w->last.id && linking_same_landings(&w->landings, &landings);
    return true;
}

/* What changed, and what it hung together with. */
static int64_t *seeds_of(const struct work *w, const struct edge_row *gone, size_t gone_count, size_t *ret_count)
{
    int64_t *seeds = arena_array(w->arena, int64_t, w->changed.count + 2 * gone_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < w->changed.count; i++)
        seeds[count++] = w->changed.anchors[i];
    for (size_t i = 0; i < gone_count; i++) {
        seeds[count++] = gone[i].a;
        seeds[count++] = gone[i].b;
    }
    *ret_count = count;
    return seeds;
}

static bool recluster(struct transaction *t, struct work *w, const struct edge_row *gone, size_t gone_count,
                      struct hub_link_result *result, struct error *err)
{
    const struct linking_changes *ask = w->ask;
    const struct hub_link_options *options = ask->options;
    struct component component;
    struct component_options reading = {.model = ask->model, .most = SIZE_MAX, .threads = options->threads};
    struct linkage_state *linkages;
    size_t seed_count;
    int64_t *seeds = seeds_of(w, gone, gone_count, &seed_count);
    if (!linkages_read(t, w->arena, &linkages, &result->linkage_count, err) ||
        !component_read(t, guard_catalogue(ask->session), seeds, seed_count, &reading, w->arena, &component, err))
        return false;
    struct reclustering reclustering = {.component = &component,
                                        .what = RECLUSTER_LANDED,
                                        .linkages = linkages,
                                        .linkage_count = result->linkage_count,
                                        .main_sources = ask->sources,
                                        .changed = w->changed.anchors,
                                        .changed_count = w->changed.count,
                                        .linking = w->last.id,
                                        .now = ask->now,
                                        .cause = S("linking"),
                                        .threads = options->threads,
                                        .progress = options->progress,
                                        .context = options->context};
    return component_recluster(t, &reclustering, w->arena, &result->linkages, err);
}

static bool write_tokens(struct transaction *t, const struct work *w, struct error *err)
{
    const struct catalogue *catalogue = guard_catalogue(w->ask->session);
    int64_t *own = arena_array(w->arena, int64_t, w->changed.count + 1);
    for (size_t s = 0; s < catalogue->source_count; s++) {
        size_t count = 0;
        for (size_t i = 0; i < w->changed.count; i++)
            if (slice_equal(w->changed.sources[i], catalogue->sources[s].name))
                own[count++] = w->changed.anchors[i];
        if (count && !write_search_some(t, &w->linked, catalogue->sources[s].name, own, count, err))
            return false;
    }
    return true;
}

static struct linking_state state_after(const struct work *w, int64_t edge_balance)
{
    struct linking_state state = w->last;
    state.records += (int64_t)w->linked.count - w->before;
    state.edges += edge_balance;
    state.placed -= w->placed_before;
    state.placed_by_address -= w->placed_by_address_before;
    for (size_t i = 0; i < w->linked.count; i++) {
        state.placed += w->linked.records[i].placed != PLACED_NOWHERE;
        state.placed_by_address += w->linked.records[i].placed == PLACED_BY_ADDRESS;
    }
    return state;
}

static bool write_changes(struct transaction *t, struct work *w, struct hub_link_result *result, struct error *err)
{
    const struct linking_changes *ask = w->ask;
    struct written written = {&w->linked, w->changed.anchors, w->changed.count};
    struct edge_row *gone;
    size_t gone_count;
    int64_t balance;
    if (!write_edges(t, w->edges, w->edge_count, w->changed.anchors, w->changed.count, ask->model->version, w->arena,
                     &gone, &gone_count, &balance, err) ||
        !write_residences(t, &written, w->arena, err) || !recluster(t, w, gone, gone_count, result, err) ||
        !write_tokens(t, w, err))
        return false;
    w->last = state_after(w, balance);
    w->last.basis = ask->basis;
    return linking_write(t, ask->hub->host, &w->last, ask->now, err);
}

/* Nothing landed: linked it is all the same, today. */
static bool write_day(struct transaction *t, struct work *w, struct hub_link_result *result, struct error *err)
{
    struct linkage_state *linkages;
    if (!linkages_read(t, w->arena, &linkages, &result->linkage_count, err))
        return false;
    result->linkages = arena_array(w->arena, struct hub_linkage, result->linkage_count + 1);
    for (size_t i = 0; i < result->linkage_count; i++) {
        struct linkage_state *l = &linkages[i];
        result->linkages[i] = (struct hub_linkage){.id = l->id,
                                                   .sources = l->sources,
                                                   .records = (size_t)l->records,
                                                   .entities = (size_t)l->entities,
                                                   .digest = l->digest};
        if (!store_execute(t, STATEMENT_HUB_LINKAGE_UPDATE,
                           ARGS(value_integer(l->id), value_integer(w->ask->now),
                                value_bytes(l->digest.bytes, sizeof l->digest.bytes), value_integer(l->records),
                                value_integer(l->entities)),
                           NULL, err))
            return false;
    }
    return true;
}

bool linking_changes(const struct linking_changes *changes, struct arena *arena, struct hub_link_result *result,
                     enum linking_outcome *ret, struct error *err)
{
    struct work w = {.ask = changes, .arena = arena};
    struct transaction *t;
    bool same;
    if (!guard_read_begin(changes->session, USE_MATCH, arena, &t, err) || !read_changes(t, &w, ret, err))
        return false;
    transaction_rollback(t);
    if (*ret == LINKING_DONE && changes->index->file && !score(&w, ret, err))
        return false;
    if (*ret != LINKING_DONE)
        return true;
    if (!guard_write_begin(changes->session, arena, &t, err) || !still_so(t, &w, &same, err))
        return false;
    *ret = LINKING_AGAIN;
    if (!same) {
        transaction_rollback(t);
        return true;
    }
    struct hub_link_result out = *result;
    if (!(w.changed.count ? write_changes(t, &w, &out, err) : write_day(t, &w, &out, err)) ||
        !linking_finish(t, changes->session, &w.last, changes->sources, arena, &out, err) ||
        !transaction_commit(t, err))
        return false;
    out.changed = w.changed.count;
    people_index_settle(changes->index, w.last.id, changes->options->compact);
    *result = out;
    *ret = LINKING_DONE;
    return true;
}
