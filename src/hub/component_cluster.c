/* What differs between linking all, a landing and a word is only which members stood there before: all of the linkage,
 * or those of the component's anchors. Everything else is done the same way, so that an entity keeps or gets the id
 * that it would keep or get if everything were linked anew. */
#include "hub/component.h"

#include "base/hash.h"
#include "hub/linking_write.h"
#include "hub/partition.h"

#include <inttypes.h>
#include <stdlib.h>

struct recluster {
    const struct reclustering *ask;
    const struct linked *linked;
    struct transaction *t;
    int64_t *anchors; /* ascending: of the component, and those that have gone */
    size_t anchor_count;
    const struct content *now; /* by record */
    struct content *then;      /* in canonical order: what the members' records said before */
    size_t then_count;
};

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool has_changed(const struct reclustering *ask, int64_t anchor)
{
    return ask->changed_count &&
           bsearch(&anchor, ask->changed, ask->changed_count, sizeof *ask->changed, by_number) != NULL;
}

/* The records that stood before: those that did not change as they are now, the others as they were. */
static bool read_then(struct recluster *r, struct arena *arena, struct error *err)
{
    struct content *changed;
    size_t count;
    if (!contents_at(r->t, r->ask->linking, r->ask->changed, r->ask->changed_count, arena, &changed, &count, err))
        return false;
    r->then = arena_array(arena, struct content, r->linked->count + count + 1);
    for (size_t i = 0; i < r->linked->count; i++)
        if (!has_changed(r->ask, r->now[i].anchor))
            r->then[r->then_count++] = r->now[i];
    for (size_t i = 0; i < count; i++)
        r->then[r->then_count++] = changed[i];
    contents_order(r->then, r->then_count);
    return true;
}

static bool start(struct recluster *r, struct arena *arena, struct error *err)
{
    const struct linked *linked = r->linked;
    r->now = contents_of(linked, arena);
    if (r->ask->what == RECLUSTER_ALL)
        return true;
    r->anchors = arena_array(arena, int64_t, linked->count + r->ask->changed_count + 1);
    for (size_t i = 0; i < linked->count; i++)
        r->anchors[r->anchor_count++] = linked->by_anchor[i].anchor;
    for (size_t i = 0; i < r->ask->changed_count; i++)
        if (linked_find(linked, r->ask->changed[i]) < 0)
            r->anchors[r->anchor_count++] = r->ask->changed[i];
    array_sort(r->anchors, r->anchor_count, sizeof *r->anchors, by_number);
    return r->ask->what == RECLUSTER_DECIDED || read_then(r, arena, err);
}

/* ---- Members ---- */

static bool members_before(const struct recluster *r, int64_t linkage, struct arena *arena, struct members *ret,
                           struct error *err)
{
    struct result rows;
    if (r->ask->what == RECLUSTER_ALL)
        return read_members(r->t, linkage, arena, ret, err);
    if (!store_query(r->t, STATEMENT_HUB_ENTITIES_OF_ANCHORS,
                     ARGS(value_integer(linkage), id_list(r->t, r->anchors, r->anchor_count, arena)), arena, &rows,
                     err))
        return false;
    *ret = (struct members){arena_array(arena, struct member_row, rows.rows + 1), rows.rows};
    for (size_t i = 0; i < rows.rows; i++)
        ret->rows[i] =
            (struct member_row){cell_integer(&result_row(&rows, i)[0]), cell_integer(&result_row(&rows, i)[1]), 0};
    return true;
}

/* Entities get their ids; *before loses what a word leaves where it is: records that no longer stand, or are not of
 * this linkage's sources any more, which the next linking takes out. */
static bool assign(const struct recluster *r, int64_t linkage, const struct link_clusters *clusters,
                   struct members *before, struct arena *arena, struct entities *ret, struct members *ret_after,
                   struct error *err)
{
    const struct linked *linked = r->linked;
    int64_t *was = arena_array(arena, int64_t, linked->count + 1),
            *gone = arena_array(arena, int64_t, before->count + 1);
    size_t gone_count = 0, kept = 0;
    for (size_t i = 0; i < before->count; i++) {
        int64_t record = linked_find(linked, before->rows[i].anchor);
        if (record >= 0 && clusters->cluster[record] != UINT32_MAX)
            was[record] = before->rows[i].entity;
        else if (r->ask->what == RECLUSTER_DECIDED)
            continue;
        else
            gone[gone_count++] = before->rows[i].entity;
        before->rows[kept++] = before->rows[i];
    }
    before->count = kept;
    entities_assign(&(struct entities_input){(uint32_t)linked->count, clusters->cluster, was, gone, gone_count}, arena,
                    ret);
    int64_t first = 0;
    const char *counter = arena_cstr(arena, arena_format(arena, "entity_%" PRId64, linkage));
    if (ret->fresh && !store_next_ids(r->t, counter, (int64_t)ret->fresh, &first, err))
        return false;
    entities_number(ret, (uint32_t)linked->count, first);
    struct members after = {.rows = arena_array(arena, struct member_row, linked->count + 1)};
    for (size_t i = 0; i < linked->count; i++) {
        uint32_t record = linked->by_anchor[i].record;
        if (clusters->cluster[record] != UINT32_MAX)
            after.rows[after.count++] = (struct member_row){linked->by_anchor[i].anchor, ret->entity[record],
                                                            linked->sources[linked->records[record].source].id};
    }
    *ret_after = after;
    return true;
}

/* ---- The digest and the counts ---- */

static const struct member_row *member_of(const struct members *members, int64_t anchor)
{
    struct member_row wanted = {.anchor = anchor};
    return members->count
               ? bsearch(&wanted, members->rows, members->count, sizeof *members->rows, member_rows_by_anchor)
               : NULL;
}

static int64_t *entities_of(const struct content *contents, size_t count, const struct members *members,
                            struct arena *arena)
{
    int64_t *entity = arena_array(arena, int64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct member_row *row = member_of(members, contents[i].anchor);
        entity[i] = row ? row->entity : 0;
    }
    return entity;
}

/* A word moves whole entities, of which some records may not stand any more: all members of those that it touches, as
 * they were at the last linking, once by the entity that they were in and once by the one that they are in. */
static bool sum_decided(const struct recluster *r, int64_t linkage, const struct members *before,
                        const struct members *after, struct digest *sum, size_t *ret_less, size_t *ret_more,
                        struct arena *arena, struct error *err)
{
    struct result rows;
    struct content *contents;
    size_t count, touched = 0;
    int64_t *entities = arena_array(arena, int64_t, before->count + 1);
    for (size_t i = 0; i < before->count; i++)
        entities[touched++] = before->rows[i].entity;
    if (!store_query(r->t, STATEMENT_HUB_MEMBERS_OF_ENTITIES,
                     ARGS(value_integer(linkage), id_list(r->t, entities, touched, arena)), arena, &rows, err))
        return false;
    struct members then = {.rows = arena_array(arena, struct member_row, rows.rows + 1)}, now = then;
    int64_t *anchors = arena_array(arena, int64_t, rows.rows + 1);
    now.rows = arena_array(arena, struct member_row, rows.rows + 1);
    for (size_t i = 0; i < rows.rows; i++) {
        const struct value *row = result_row(&rows, i);
        struct member_row member = {cell_integer(&row[1]), cell_integer(&row[0]), 0};
        const struct member_row *moved = member_of(after, member.anchor);
        anchors[i] = member.anchor;
        then.rows[then.count++] = member;
        now.rows[now.count++] = moved ? *moved : member;
    }
    array_sort(then.rows, then.count, sizeof *then.rows, member_rows_by_anchor);
    array_sort(now.rows, now.count, sizeof *now.rows, member_rows_by_anchor);
    if (!contents_at(r->t, r->ask->linking, anchors, rows.rows, arena, &contents, &count, err))
        return false;
    contents_order(contents, count);
    partition_add(sum, contents, entities_of(contents, count, &then, arena), count, true, ret_less);
    partition_add(sum, contents, entities_of(contents, count, &now, arena), count, false, ret_more);
    return true;
}

static bool sum_up(const struct recluster *r, const struct linkage_state *linkage, const struct entities *entities,
                   const struct members *before, const struct members *after, struct arena *arena,
                   struct hub_linkage *out, struct error *err)
{
    size_t less = 0, more = 0;
    int64_t *entity = arena_array(arena, int64_t, r->linked->count + 1);
    for (size_t i = 0; i < r->linked->count; i++)
        entity[i] = entities->entity[i] > 0 ? entities->entity[i] : 0;
    out->digest = linkage->digest;
    switch (r->ask->what) {
    case RECLUSTER_ALL:
        out->digest = (struct digest){0};
        partition_add(&out->digest, r->now, entity, r->linked->count, false, &more);
        out->records = after->count;
        out->entities = more;
        return true;
    case RECLUSTER_LANDED:
        partition_add(&out->digest, r->then, entities_of(r->then, r->then_count, before, arena), r->then_count, true,
                      &less);
        partition_add(&out->digest, r->now, entity, r->linked->count, false, &more);
        break;
    case RECLUSTER_DECIDED:
        if (!sum_decided(r, linkage->id, before, after, &out->digest, &less, &more, arena, err))
            return false;
        break;
    }
    out->records = (size_t)linkage->records + after->count - before->count;
    out->entities = (size_t)linkage->entities + more - less;
    return true;
}

static bool members_equal(const struct members *x, const struct members *y)
{
    bool equal = x->count == y->count;
    for (size_t i = 0; equal && i < x->count; i++)
        equal = x->rows[i].anchor == y->rows[i].anchor && x->rows[i].entity == y->rows[i].entity;
    return equal;
}

static bool one_linkage(const struct recluster *r, const struct linkage_state *linkage,
                        const struct link_clusters *clusters, struct arena *arena, struct hub_linkage *ret,
                        struct error *err)
{
    struct members before, after;
    struct entities entities;
    struct hub_linkage out = {.id = linkage->id, .sources = linkage->sources};
    if (!members_before(r, linkage->id, arena, &before, err) ||
        !assign(r, linkage->id, clusters, &before, arena, &entities, &after, err) ||
        !sum_up(r, linkage, &entities, &before, &after, arena, &out, err))
        return false;
    out.made = entities.made, out.joined = entities.joined, out.split = entities.split, out.ended = entities.ended;
    out.moved = entities.change_count > 0 || !members_equal(&before, &after);
    *ret = out;
    int64_t linked_at = r->ask->what == RECLUSTER_DECIDED ? linkage->linked_at : r->ask->now;
    return write_members(r->t, linkage->id, &before, &after, r->ask->what == RECLUSTER_ALL, arena, err) &&
           write_entity_changes(r->t, linkage->id, &entities, r->ask->now, r->ask->cause, arena, err) &&
           store_execute(r->t, STATEMENT_HUB_LINKAGE_UPDATE,
                         ARGS(value_integer(linkage->id), value_integer(linked_at),
                              value_bytes(out.digest.bytes, sizeof out.digest.bytes),
                              value_integer((int64_t)out.records), value_integer((int64_t)out.entities)),
                         NULL, err);
}

/* ---- Doubts ---- */

/* Those that stood on its records go, those of the new clusters come. */
static bool renew_doubts(const struct recluster *r, const struct clustering *clustering,
                         const struct link_clusters *clusters, struct slice sources, struct arena *arena,
                         struct error *err)
{
    struct result old;
    struct doubt_found *doubts;
    bool all = r->ask->what == RECLUSTER_ALL;
    if (all ? !store_query(r->t, STATEMENT_HUB_DOUBTS_ALL, NO_ARGS, arena, &old, err)
            : !store_query(r->t, STATEMENT_HUB_DOUBTS_AT, ARGS(id_list(r->t, r->anchors, r->anchor_count, arena)),
                           arena, &old, err))
        return false;
    size_t count =
        clustering_doubts(clustering, clusters, clustering_codes(clustering, sources, arena), arena, &doubts);
    return write_doubts(r->t, &old, doubts, count, r->ask->now, err);
}

static size_t main_linkage(const struct reclustering *ask)
{
    for (size_t i = 0; i < ask->linkage_count; i++)
        if (slice_equal(ask->linkages[i].sources, ask->main_sources))
            return i;
    return ask->linkage_count;
}

bool component_recluster(struct transaction *t, const struct reclustering *ask, struct arena *arena,
                         struct hub_linkage **ret, struct error *err)
{
    const struct component *c = ask->component;
    struct clustering clustering = {.linked = &c->linked,
                                    .records = c->records,
                                    .model = c->model,
                                    .edges = c->edges,
                                    .edge_count = c->edge_count,
                                    .decisions = c->decisions,
                                    .decision_count = c->decision_count,
                                    .threads = ask->threads};
    struct recluster r = {.ask = ask, .linked = &c->linked, .t = t};
    struct hub_linkage *linkages = arena_array(arena, struct hub_linkage, ask->linkage_count + 1);
    struct arena *first = arena_make(0);
    struct link_clusters whole;
    size_t chief = main_linkage(ask);
    bool done = start(&r, first, err);
    /* That of all sources first: what lies whole within another linkage is clustered as there. */
    for (size_t k = 0; done && k < ask->linkage_count; k++) {
        size_t i = chief == ask->linkage_count ? k : k == 0 ? chief : k <= chief ? k - 1 : k;
        struct arena *scratch = arena_make(0);
        struct link_clusters clusters;
        const struct linkage_state *linkage = &ask->linkages[i];
        done = clustering_run(&clustering, linkage->sources, i != chief && chief < ask->linkage_count ? &whole : NULL,
                              i == chief ? first : scratch, &clusters, err) &&
               one_linkage(&r, linkage, &clusters, scratch, &linkages[i], err);
        if (done && i == chief) {
            whole = clusters;
            done = renew_doubts(&r, &clustering, &clusters, linkage->sources, scratch, err);
        }
        arena_free(scratch);
        if (done && ask->progress &&
            !ask->progress(ask->context, "clustering", (double)(k + 1) / (double)ask->linkage_count))
            done = error_set(err, ERROR_CANCELLED, "the linking was stopped; nothing was changed");
    }
    arena_free(first);
    *ret = linkages;
    return done;
}
