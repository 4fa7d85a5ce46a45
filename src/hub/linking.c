/* The way: read (a transaction with the grant's rights) → homes → the engine's table → model → edges; then, with the
 * writer: decisions and members as they are now → clusters for each linkage → write all → commit. Scoring, the long
 * part, holds nothing. Decisions are read only once the writer is held, so a steward's word spoken meanwhile is obeyed;
 * if a landing became visible meanwhile, all is done again, up to three times. */
#include "hub/linking.h"

#include "base/hash.h"
#include "base/json.h"
#include "guard/change.h"
#include "hub/clustering.h"
#include "hub/linking_write.h"

#include <inttypes.h>

struct linking {
    const struct hub *hub;
    const struct guard_session *session;
    const struct hub_link_options *options;
    struct arena *arena;
    struct link_spec *spec;
    struct linked linked;
    struct link_records *records;
    struct link_model *model;
    struct slice specification; /* the text of spec */
    struct link_edges edges;
    struct decided_pair *decisions;
    size_t decision_count;
    int64_t version, now;
    struct slice *sets; /* the first is that of all sources that may be linked */
    size_t set_count;
};

static bool say(const struct hub_link_options *options, const char *stage, double share, struct error *err)
{
    if (options->progress && !options->progress(options->context, stage, share))
        return error_set(err, ERROR_CANCELLED, "the linking was stopped; nothing was changed");
    return true;
}

/* The linking session's own sources first, then each distinct set of today's grants. */
static bool sets_of(struct linking *l, struct error *err)
{
    struct slice *sets, all = guard_grant(l->session)->match_sources;
    size_t count;
    if (!grant_match_sets(guard_catalogue(l->session), guard_today(guard_of(l->session)), l->arena, &sets, &count, err))
        return false;
    l->sets = arena_array(l->arena, struct slice, count + 1);
    l->sets[l->set_count++] = all;
    for (size_t i = 0; i < count; i++)
        if (!slice_equal(sets[i], all))
            l->sets[l->set_count++] = sets[i];
    return true;
}

/* A file that is gone or cannot be read stops nothing: it differs. */
static void put_outdated(const struct linking *l, struct slice in_force, struct hub_link_result *result)
{
    struct slice today;
    struct error unread;
    if (!person_spec_text(guard_catalogue(l->session), l->hub->host, l->arena, &today, &unread) ||
        !slice_equal(today, in_force))
        result->outdated = S("The county's link/person.yaml is not what the model in force was trained with; the model "
                             "keeps its own until you train anew with staithe link --train.");
}

/* The model in force with its own specification; what a person adopts; or, to train one, the county's file. */
static bool specify(struct linking *l, struct hub_link_result *result, struct error *err)
{
    const struct catalogue *catalogue = guard_catalogue(l->session);
    struct person_model person = {0};
    const struct hub_link_adopt *adopt = l->options->adopt;
    if (adopt) {
        l->specification = adopt->specification;
        if (!person_spec_read(l->specification, S("the specification to adopt"), l->arena, &l->spec, err) ||
            (adopt->model.len &&
             !link_model_read(adopt->model, S("the model to adopt"), l->spec, l->arena, &l->model, err)))
            return false;
        put_outdated(l, l->specification, result);
        return true;
    }
    if (!l->options->train) {
        struct transaction *t;
        if (!guard_read_begin(l->session, USE_MATCH, l->arena, &t, err) ||
            !person_model_read(t, l->arena, &person, err))
            return false;
        transaction_rollback(t);
    }
    if (!person.model) {
        struct slice path = arena_format(l->arena, "%.*s/link/person.yaml", PRINT(catalogue->folder));
        return person_spec_text(catalogue, l->hub->host, l->arena, &l->specification, err) &&
               person_spec_read(l->specification, path, l->arena, &l->spec, err);
    }
    l->spec = person.spec, l->model = person.model, l->version = person.version;
    put_outdated(l, person.specification, result);
    return true;
}

static bool score(struct linking *l, struct hub_link_result *result, struct error *err)
{
    const struct hub_link_options *options = l->options;
    struct link_options engine = {
        .threads = options->threads, .progress = options->progress, .context = options->context};
    if (!specify(l, result, err) || !linked_fill(&l->linked, l->spec, l->arena, &l->records, err) ||
        !link_prepare(l->records, &engine, err))
        return false;
    if (!l->model && l->linked.count >= 2) {
        struct link_training training;
        if (!link_train(l->records, &engine, l->arena, &l->model, &training, err))
            return error_wrap(err, "training the model");
        result->trained = true;
    }
    if (!l->model)
        return error_set(err, ERROR_INPUT, "there are fewer than two records to link; land an extract first");
    if (!link_score(l->records, l->model, &engine, l->arena, &l->edges, err))
        return error_wrap(err, "scoring");
    result->pairs = l->edges.pairs;
    result->edges = l->edges.count;
    return true;
}

static bool write_model(struct transaction *t, struct linking *l, struct error *err)
{
    struct slice body = link_model_write(l->model, l->arena);
    struct digest digest = hash_sha256(body);
    if (!store_next_ids(t, "model", 1, &l->version, err) ||
        !store_execute(t, STATEMENT_HUB_MODEL_INSERT,
                       ARGS(value_integer(l->version), value_text(S("person")), value_text(body),
                            value_bytes(digest.bytes, sizeof digest.bytes), value_integer(l->now),
                            value_text(guard_who(l->session)->name), value_integer(l->now),
                            value_text(l->specification)),
                       NULL, err))
        return false;
    struct buffer detail = buffer_make(l->arena);
    struct json json = json_to(&detail);
    json_object(&json);
    if (l->options->adopt) {
        json_pair_bool(&json, "adopted", true);
        json_pair_text(&json, "reason", l->options->adopt->reason);
        json_pair_real(&json, "join", link_model_join(l->model));
        json_pair_real(&json, "review", link_model_review(l->model));
    }
    json_pair_text(&json, "digest", digest_hex(l->arena, &digest));
    json_end(&json);
    return change_write(t, l->session, S("model"), arena_format(l->arena, "person %" PRId64, l->version),
                        buffer_slice(&detail), err);
}

static int by_member(const void *a, const void *b)
{
    const struct member_row *x = a, *y = b;
    return (x->anchor > y->anchor) - (x->anchor < y->anchor);
}

static bool write_linkage(struct transaction *t, struct linking *l, size_t number, const struct link_clusters *clusters,
                          struct arena *arena, struct hub_linkage *ret, struct error *err)
{
    const struct linked *linked = &l->linked;
    struct result found;
    struct members before = {0}, after = {.rows = arena_array(arena, struct member_row, linked->count + 1)};
    struct hub_linkage out = {.sources = l->sets[number], .digest = clustering_digest(linked, clusters)};
    if (!store_query(t, STATEMENT_HUB_LINKAGE_FIND, ARGS(value_text(S("person")), value_text(out.sources)), arena,
                     &found, err))
        return false;
    struct value digest = value_bytes(out.digest.bytes, sizeof out.digest.bytes);
    if (found.rows) {
        out.id = cell_integer(&result_row(&found, 0)[0]);
        if (!read_members(t, out.id, arena, &before, err) ||
            !store_execute(t, STATEMENT_HUB_LINKAGE_UPDATE, ARGS(value_integer(out.id), value_integer(l->now), digest),
                           NULL, err))
            return false;
    } else if (!store_next_ids(t, "linkage", 1, &out.id, err) ||
               !store_execute(t, STATEMENT_HUB_LINKAGE_INSERT,
                              ARGS(value_integer(out.id), value_text(S("person")), value_text(out.sources),
                                   value_integer(l->now), digest),
                              NULL, err)) {
        return false;
    }
    int64_t *was = arena_array(arena, int64_t, linked->count + 1),
            *gone = arena_array(arena, int64_t, before.count + 1);
    size_t gone_count = 0;
    for (size_t i = 0; i < before.count; i++) {
        int64_t record = linked_find(linked, before.rows[i].anchor);
        if (record >= 0 && clusters->cluster[record] != UINT32_MAX)
            was[record] = before.rows[i].entity;
        else
            gone[gone_count++] = before.rows[i].entity;
    }
    struct entities entities;
    entities_assign(&(struct entities_input){(uint32_t)linked->count, clusters->cluster, was, gone, gone_count}, arena,
                    &entities);
    int64_t first = 0;
    const char *counter = arena_cstr(arena, arena_format(arena, "entity_%" PRId64, out.id));
    if (entities.fresh && !store_next_ids(t, counter, (int64_t)entities.fresh, &first, err))
        return false;
    entities_number(&entities, (uint32_t)linked->count, first);
    for (size_t i = 0; i < linked->count; i++)
        if (clusters->cluster[i] != UINT32_MAX)
            after.rows[after.count++] = (struct member_row){linked->records[i].anchor, entities.entity[i],
                                                            linked->sources[linked->records[i].source].id};
    array_sort(after.rows, after.count, sizeof *after.rows, by_member);
    out.records = after.count;
    out.entities = entities.total;
    out.made = entities.made, out.joined = entities.joined, out.split = entities.split, out.ended = entities.ended;
    *ret = out;
    return write_members(t, out.id, &before, &after, arena, err) &&
           write_entity_changes(t, out.id, &entities, l->now, S("linking"), arena, err);
}

static bool write_linkages(struct transaction *t, struct linking *l, struct hub_link_result *result, struct error *err)
{
    struct clustering clustering = {.linked = &l->linked,
                                    .records = l->records,
                                    .model = l->model,
                                    .edges = l->edges.edges,
                                    .edge_count = l->edges.count,
                                    .decisions = l->decisions,
                                    .decision_count = l->decision_count,
                                    .threads = l->options->threads};
    result->linkages = arena_array(l->arena, struct hub_linkage, l->set_count + 1);
    struct arena *first = arena_make(0);
    struct link_clusters whole;
    bool done = true;
    for (size_t i = 0; i < l->set_count && done; i++) {
        struct arena *scratch = arena_make(0);
        struct link_clusters clusters;
        done = clustering_run(&clustering, l->sets[i], i ? &whole : NULL, i ? scratch : first, &clusters, err) &&
               write_linkage(t, l, i, &clusters, scratch, &result->linkages[i], err);
        if (done && i == 0) {
            struct doubt_found *doubts;
            whole = clusters;
            result->doubts = clustering_doubts(&clustering, &clusters, verified_codes(&l->linked, l->sets[0], scratch),
                                               scratch, &doubts);
            result->refused = clusters.refused_count;
            done = write_doubts(t, doubts, result->doubts, l->now, scratch, err);
        }
        arena_free(scratch);
        done = done && say(l->options, "clustering", (double)(i + 1) / (double)l->set_count, err);
    }
    arena_free(first);
    if (!done)
        return false;
    result->linkage_count = l->set_count;
    result->digest = result->linkages[0].digest;
    return true;
}

/* Linkages of sets that no grant has any more are not read again; their members stay, so that ids come back with the
 * grant. */
static bool forget_others(struct transaction *t, struct linking *l, const struct hub_link_result *result,
                          struct error *err)
{
    struct result rows;
    if (!store_query(t, STATEMENT_HUB_LINKAGES, ARGS(value_text(S("person"))), l->arena, &rows, err))
        return false;
    for (size_t i = 0; i < rows.rows; i++) {
        int64_t id = cell_integer(&result_row(&rows, i)[0]);
        bool kept = false;
        for (size_t k = 0; k < result->linkage_count; k++)
            kept = kept || result->linkages[k].id == id;
        if (!kept && !store_execute(t, STATEMENT_HUB_LINKAGE_FORGET, ARGS(value_integer(id)), NULL, err))
            return false;
    }
    return true;
}

static bool unchanged(struct transaction *t, struct linking *l, const struct result *before, bool *ret,
                      struct error *err)
{
    struct result now;
    if (!store_query(t, STATEMENT_HUB_SOURCES, NO_ARGS, l->arena, &now, err))
        return false;
    *ret = now.rows == before->rows;
    for (size_t i = 0; *ret && i < now.rows; i++)
        *ret = cell_integer(&result_row(&now, i)[1]) == cell_integer(&result_row(before, i)[1]) &&
               cell_integer(&result_row(&now, i)[2]) == cell_integer(&result_row(before, i)[2]);
    return true;
}

static bool write_all(struct transaction *t, struct linking *l, struct hub_link_result *result, struct error *err)
{
    if (((result->trained || l->options->adopt) && !write_model(t, l, err)) ||
        !read_decisions(t, l->arena, &l->decisions, &l->decision_count, err) || !write_linkages(t, l, result, err) ||
        !forget_others(t, l, result, err) || !say(l->options, "writing", 0.1, err) ||
        !write_homes(t, &l->linked, l->arena, err) || !write_residences(t, &l->linked, l->arena, err) ||
        !write_edges(t, &l->linked, &l->edges, l->version, l->arena, err) || !say(l->options, "writing", 0.4, err) ||
        !write_search(t, &l->linked, l->arena, err) || !say(l->options, "writing", 0.9, err))
        return false;
    struct slice hex = digest_hex(l->arena, &result->digest);
    return change_write(t, l->session, S("link"), S("person"),
                        arena_format(l->arena,
                                     "{\"model\":%" PRId64 ",\"records\":%zu,\"entities\":%zu,\"digest\":\"%.*s\"}",
                                     l->version, l->linked.count, result->linkages[0].entities, PRINT(hex)),
                        err);
}

/* *ret_again: a landing became visible while this was computed. */
static bool link_once(struct linking *l, struct hub_link_result *result, bool *ret_again, struct error *err)
{
    struct transaction *t;
    struct result before;
    bool same = false;
    if (!guard_read_begin(l->session, USE_MATCH, l->arena, &t, err) ||
        !store_query(t, STATEMENT_HUB_SOURCES, NO_ARGS, l->arena, &before, err))
        return false;
    transaction_rollback(t);
    if (!say(l->options, "reading", 0, err) || !linked_read(l->session, l->arena, &l->linked, err) ||
        !say(l->options, "placing in homes", 0, err))
        return false;
    linked_place(&l->linked, l->arena);
    result->records = l->linked.count;
    result->homes = l->linked.home_count;
    for (size_t i = 0; i < l->linked.count; i++) {
        result->placed += l->linked.records[i].placed != PLACED_NOWHERE;
        result->placed_by_address += l->linked.records[i].placed == PLACED_BY_ADDRESS;
    }
    result->unplaced = result->records - result->placed;
    if (!score(l, result, err) || !guard_write_begin(l->session, l->arena, &t, err) ||
        !unchanged(t, l, &before, &same, err))
        return false;
    *ret_again = !same;
    if (!same) {
        transaction_rollback(t);
        return true;
    }
    if (!write_all(t, l, result, err) || !transaction_commit(t, err))
        return false;
    result->model = l->version;
    return true;
}

bool hub_link(const struct hub *hub, const struct guard_session *session, const struct hub_link_options *options,
              struct arena *arena, struct hub_link_result *ret, struct error *err)
{
    int64_t start = host_monotonic(hub->host);
    for (int attempt = 0; attempt < 3; attempt++) {
        struct hub_link_result result = {0};
        struct arena *own = arena_make(0);
        struct linking l = {
            .hub = hub, .session = session, .options = options, .arena = own, .now = host_now(hub->host)};
        bool again = false;
        bool done = guard_grant(session) && slice_equal(guard_who(session)->purpose, S("linking"))
                        ? sets_of(&l, err) && link_once(&l, &result, &again, err)
                        : error_set(err, ERROR_DENIED, "linking needs a session of the purpose linking");
        if (done && !again) {
            struct hub_linkage *linkages = arena_array(arena, struct hub_linkage, result.linkage_count + 1);
            for (size_t i = 0; i < result.linkage_count; i++) {
                linkages[i] = result.linkages[i];
                linkages[i].sources = arena_copy(arena, linkages[i].sources);
            }
            result.linkages = linkages;
            result.seconds = (double)(host_monotonic(hub->host) - start) / 1e9;
            *ret = result;
        }
        arena_free(own);
        if (!done)
            return error_wrap(err, "linking");
        if (!again)
            return true;
    }
    return error_set(err, ERROR_CONFLICT,
                     "extracts kept landing while the hub was linked; link again when they have ended");
}
