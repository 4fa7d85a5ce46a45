/* The way of linking everything: read (a transaction with the grant's rights) → homes → the engine's table → model →
 * edges, and the index with them; then, with the writer: decisions and members as they are now → clusters for each
 * linkage → write all → commit. Scoring, the long part, holds nothing. Decisions are read only once the writer is held,
 * so a steward's word spoken meanwhile is obeyed; if a landing became visible or another linking ended meanwhile, all
 * is done again, up to three times. */
#include "hub/linking.h"

#include "base/hash.h"
#include "base/json.h"
#include "guard/change.h"
#include "hub/component.h"
#include "hub/linking_changes.h"
#include "hub/linking_write.h"

#include <inttypes.h>

struct linking {
    const struct hub *hub;
    const struct guard_session *session;
    const struct hub_link_options *options;
    struct arena *arena; /* of one attempt */
    struct people_index *index;
    struct person_model person;
    struct component all;
    struct link_edges edges;
    struct result landings; /* STATEMENT_HUB_SOURCES as they were read */
    struct digest basis;
    int64_t last; /* the linking before, as it was read */
    int64_t now;
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

/* What a person adopts. */
static bool specify_adopted(struct linking *l, struct hub_link_result *result, struct error *err)
{
    const struct hub_link_adopt *adopt = l->options->adopt;
    struct person_model *person = &l->person;
    person->specification = adopt->specification;
    if (!person_spec_read(person->specification, S("the specification to adopt"), l->arena, &person->spec, err) ||
        (adopt->model.len &&
         !link_model_read(adopt->model, S("the model to adopt"), person->spec, l->arena, &person->model, err)))
        return false;
    put_outdated(l, person->specification, result);
    return true;
}

/* The model in force with its own specification; what a person adopts; or, to train one, the county's file: `model`
 * then stays NULL. */
static bool specify(struct linking *l, struct hub_link_result *result, struct error *err)
{
    const struct catalogue *catalogue = guard_catalogue(l->session);
    const struct hub_link_options *options = l->options;
    struct person_model *person = &l->person;
    struct transaction *t;
    struct linking_state last;
    if (!guard_read_begin(l->session, USE_MATCH, l->arena, &t, err) || !linking_last(t, l->arena, &last, err) ||
        (!options->train && !options->adopt && !person_model_read(t, l->arena, person, err)) ||
        !store_query(t, STATEMENT_HUB_SOURCES, NO_ARGS, l->arena, &l->landings, err))
        return false;
    transaction_rollback(t);
    l->last = last.id; /* and under the writer it must be the last still */
    if (options->adopt && options->adopt->instead_of && options->adopt->instead_of != last.model)
        return error_set(err, ERROR_CONFLICT,
                         "another model was put in force since this was worked out; ask again what it would do now");
    if (options->adopt)
        return specify_adopted(l, result, err);
    if (!person->model) {
        struct slice path = arena_format(l->arena, "%.*s/link/person.yaml", PRINT(catalogue->folder));
        return person_spec_text(catalogue, l->hub->host, l->arena, &person->specification, err) &&
               person_spec_read(person->specification, path, l->arena, &person->spec, err);
    }
    put_outdated(l, person->specification, result);
    return true;
}

/* ---- Everything ---- */

static bool read_all(struct linking *l, struct hub_link_result *result, struct error *err)
{
    struct linked *linked = &l->all.linked;
    if (!say(l->options, "reading", 0, err) || !linked_read(l->session, l->arena, linked, err) ||
        !say(l->options, "placing in homes", 0, err))
        return false;
    linked_place(linked, l->arena);
    result->records = linked->count;
    return true;
}

static bool score(struct linking *l, struct hub_link_result *result, struct error *err)
{
    const struct hub_link_options *options = l->options;
    struct component *all = &l->all;
    struct link_options engine = {
        .threads = options->threads, .progress = options->progress, .context = options->context};
    all->spec = l->person.spec, all->model = l->person.model, all->version = l->person.version;
    if (!linked_fill(&all->linked, all->spec, l->arena, &all->records, err))
        return false;
    if (!all->model && all->linked.count >= 2) {
        struct link_training training;
        if (!link_train(all->records, &engine, l->arena, &all->model, &training, err))
            return error_wrap(err, "training the model");
        result->trained = true;
    }
    if (!all->model)
        return error_set(err, ERROR_INPUT, "there are fewer than two records to link; land an extract first");
    struct error stopped = NO_ERROR;
    bool made = l->index->writable && people_index_make(l->index, all->records, all->model, l->person.specification,
                                                        &engine, l->arena, &l->edges, &stopped);
    if (stopped.code) {
        *err = stopped;
        return error_wrap(err, "scoring");
    }
    if (!made && !link_score(all->records, all->model, &engine, l->arena, &l->edges, err))
        return error_wrap(err, "scoring");
    all->edges = l->edges.edges, all->edge_count = l->edges.count;
    result->pairs = l->edges.pairs;
    return true;
}

static bool write_model(struct transaction *t, struct linking *l, struct error *err)
{
    struct slice body = link_model_write(l->all.model, l->arena);
    struct digest digest = hash_sha256(body);
    int64_t *version = &l->all.version;
    if (!store_next_ids(t, "model", 1, version, err) ||
        !store_execute(t, STATEMENT_HUB_MODEL_INSERT,
                       ARGS(value_integer(*version), value_text(S("person")), value_text(body),
                            value_bytes(digest.bytes, sizeof digest.bytes), value_integer(l->now),
                            value_text(guard_who(l->session)->name), value_integer(l->now),
                            value_text(l->person.specification)),
                       NULL, err))
        return false;
    struct buffer detail = buffer_make(l->arena);
    struct json json = json_to(&detail);
    json_object(&json);
    if (l->options->adopt) {
        json_pair_bool(&json, "adopted", true);
        json_pair_text(&json, "reason", l->options->adopt->reason);
        json_pair_real(&json, "join", link_model_join(l->all.model));
        json_pair_real(&json, "review", link_model_review(l->all.model));
    }
    json_pair_text(&json, "digest", digest_hex(l->arena, &digest));
    json_end(&json);
    return change_write(t, l->session, S("model"), arena_format(l->arena, "person %" PRId64, *version),
                        buffer_slice(&detail), err);
}

/* Each set's linkage, made where it is new. */
static bool find_linkages(struct transaction *t, struct linking *l, struct linkage_state **ret, struct error *err)
{
    *ret = arena_array(l->arena, struct linkage_state, l->set_count + 1);
    for (size_t i = 0; i < l->set_count; i++) {
        struct result found;
        struct linkage_state *linkage = &(*ret)[i];
        linkage->sources = l->sets[i];
        if (!store_query(t, STATEMENT_HUB_LINKAGE_FIND, ARGS(value_text(S("person")), value_text(l->sets[i])), l->arena,
                         &found, err))
            return false;
        if (found.rows)
            linkage->id = cell_integer(&result_row(&found, 0)[0]);
        else if (!store_next_ids(t, "linkage", 1, &linkage->id, err) ||
                 !store_execute(t, STATEMENT_HUB_LINKAGE_INSERT,
                                ARGS(value_integer(linkage->id), value_text(S("person")), value_text(l->sets[i]),
                                     value_integer(l->now)),
                                NULL, err))
            return false;
    }
    return true;
}

static bool write_linkages(struct transaction *t, struct linking *l, struct hub_link_result *result, struct error *err)
{
    struct linkage_state *linkages;
    if (!find_linkages(t, l, &linkages, err))
        return false;
    struct reclustering all = {.component = &l->all,
                               .what = RECLUSTER_ALL,
                               .linkages = linkages,
                               .linkage_count = l->set_count,
                               .main_sources = l->sets[0],
                               .now = l->now,
                               .cause = S("linking"),
                               .threads = l->options->threads,
                               .progress = l->options->progress,
                               .context = l->options->context};
    result->linkage_count = l->set_count;
    return component_recluster(t, &all, l->arena, &result->linkages, err);
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

static struct linking_state state_of(const struct linking *l)
{
    const struct linked *linked = &l->all.linked;
    struct linking_state state = {.model = l->all.version,
                                  .basis = l->basis,
                                  .records = (int64_t)linked->count,
                                  .edges = (int64_t)l->all.edge_count,
                                  .homes = (int64_t)linked->home_count};
    for (size_t i = 0; i < linked->count; i++) {
        state.placed += linked->records[i].placed != PLACED_NOWHERE;
        state.placed_by_address += linked->records[i].placed == PLACED_BY_ADDRESS;
    }
    return state;
}

static bool write_edges_of_all(struct transaction *t, struct linking *l, struct error *err)
{
    const struct linked *linked = &l->all.linked;
    struct arena *scratch = arena_make(0);
    struct edge_row *rows = arena_array(scratch, struct edge_row, l->all.edge_count + 1);
    int64_t balance;
    for (size_t i = 0; i < l->all.edge_count; i++)
        rows[i] = edge_row_of(&l->all.edges[i], linked->records[l->all.edges[i].a].anchor,
                              linked->records[l->all.edges[i].b].anchor);
    bool done = write_edges(t, rows, l->all.edge_count, NULL, 0, l->all.version, scratch, NULL, NULL, &balance, err);
    arena_free(scratch);
    return done;
}

static bool write_places(struct transaction *t, struct linking *l, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct written written = {.linked = &l->all.linked};
    bool done = write_homes(t, &l->all.linked, scratch, err) && write_residences(t, &written, scratch, err);
    arena_free(scratch);
    return done;
}

static bool write_all(struct transaction *t, struct linking *l, struct linking_state *state,
                      struct hub_link_result *result, struct error *err)
{
    if (((result->trained || l->options->adopt) && !write_model(t, l, err)) ||
        !read_decisions(t, l->arena, &l->all.decisions, &l->all.decision_count, err) ||
        !write_linkages(t, l, result, err) || !forget_others(t, l, result, err) ||
        !say(l->options, "writing", 0.1, err) || !write_places(t, l, err) || !write_edges_of_all(t, l, err) ||
        !say(l->options, "writing", 0.4, err) || !write_search(t, &l->all.linked, err) ||
        !say(l->options, "writing", 0.9, err))
        return false;
    l->basis = linking_basis(guard_catalogue(l->session), l->all.version, l->sets, l->set_count, &l->landings);
    int64_t number = state->number;
    *state = state_of(l);
    state->number = number;
    return linking_write(t, l->hub->host, state, l->now, err) &&
           linking_finish(t, l->session, state, l->sets[0], l->arena, result, err);
}

static bool link_all(struct linking *l, struct hub_link_result *result, enum linking_outcome *ret, struct error *err)
{
    struct transaction *t;
    struct result now;
    struct linking_state state;
    people_index_close(l->index);
    if (!read_all(l, result, err) || !score(l, result, err) || !guard_write_begin(l->session, l->arena, &t, err) ||
        !store_query(t, STATEMENT_HUB_SOURCES, NO_ARGS, l->arena, &now, err) || !linking_last(t, l->arena, &state, err))
        return false;
    *ret = LINKING_AGAIN;
    /* Another linking may have put another model in force. */
    if (state.id != l->last || !linking_same_landings(&l->landings, &now)) {
        transaction_rollback(t);
        people_index_close(l->index); /* its records are this attempt's */
        return true;
    }
    if (!write_all(t, l, &state, result, err) || !transaction_commit(t, err))
        return false;
    result->anew = true;
    people_index_settle(l->index, state.id, false);
    *ret = LINKING_DONE;
    return true;
}

/* ---- Which of the two ways ---- */

/* Nothing landed since, so the index need not even be opened. */
static bool nothing_landed(struct transaction *t, struct linking *l, int64_t linking, bool *ret, struct error *err)
{
    struct changed changed;
    *ret = false;
    if (l->index->file || l->options->compact || !index_file_exists(l->index->folder, l->arena))
        return true;
    if (!linking_changed(t, guard_catalogue(l->session), linking, l->sets[0], l->arena, &changed, err))
        return false;
    *ret = changed.count == 0;
    return true;
}

/* Whether the index can take the hub from the last linking to today. */
static bool can_follow(struct linking *l, bool *ret, struct error *err)
{
    struct transaction *t;
    struct linking_state last;
    *ret = false;
    if (!l->person.model || l->options->anew || l->options->adopt || !l->index->writable)
        return true;
    l->basis = linking_basis(guard_catalogue(l->session), l->person.version, l->sets, l->set_count, &l->landings);
    if (!guard_read_begin(l->session, USE_MATCH, l->arena, &t, err) || !linking_last(t, l->arena, &last, err))
        return false;
    if (last.id && last.model == l->person.version && digest_equal(&last.basis, &l->basis)) {
        bool known = false, nothing;
        if (!nothing_landed(t, l, last.id, &nothing, err))
            return false;
        if (!nothing) {
            const struct link_options engine = {
                .threads = l->options->threads, .progress = l->options->progress, .context = l->options->context};
            if (!people_index_open(l->index, &l->person, &engine, l->arena, err) ||
                !linking_known(t, people_index_position(l->index), &l->basis, l->arena, &known, err))
                return false;
        }
        *ret = nothing || (l->index->file && known);
    }
    transaction_rollback(t);
    return true;
}

static bool link_once(struct linking *l, struct hub_link_result *result, enum linking_outcome *ret, struct error *err)
{
    bool follow;
    *ret = LINKING_ANEW;
    if (!sets_of(l, err) || !specify(l, result, err) || !can_follow(l, &follow, err))
        return false;
    struct linking_changes changes = {.hub = l->hub,
                                      .session = l->session,
                                      .options = l->options,
                                      .model = &l->person,
                                      .index = l->index,
                                      .basis = l->basis,
                                      .sources = l->sets[0],
                                      .now = l->now};
    if (follow &&
        (!say(l->options, "reading what changed", 0, err) || !linking_changes(&changes, l->arena, result, ret, err)))
        return false;
    return *ret != LINKING_ANEW || link_all(l, result, ret, err);
}

static void keep_result(struct hub_link_result *result, const struct people_index *index, struct arena *arena)
{
    struct hub_linkage *linkages = arena_array(arena, struct hub_linkage, result->linkage_count + 1);
    for (size_t i = 0; i < result->linkage_count; i++) {
        linkages[i] = result->linkages[i];
        linkages[i].sources = arena_copy(arena, linkages[i].sources);
    }
    result->linkages = linkages;
    result->index_note = arena_copy(arena, index->note);
}

struct slice hub_link_index(struct slice data, struct arena *arena)
{
    return arena_format(arena, "%.*s/index", PRINT(data));
}

bool hub_link(const struct hub *hub, const struct guard_session *session, const struct hub_link_options *options,
              struct arena *arena, struct hub_link_result *ret, struct error *err)
{
    int64_t start = host_monotonic(hub->host);
    if (!guard_grant(session) || !slice_equal(guard_who(session)->purpose, S("linking")))
        return error_set(err, ERROR_DENIED, "linking needs a session of the purpose linking");
    struct arena *held = arena_make(0);
    struct people_index index;
    enum linking_outcome outcome = LINKING_AGAIN;
    bool done = true, linked = false, clean = true;
    people_index_start(&index, hub->host, options->index, held);
    for (int attempt = 0; attempt < 3 && done && outcome != LINKING_DONE; attempt++) {
        struct hub_link_result result = {0};
        struct arena *own = arena_make(0);
        struct linking l = {.hub = hub,
                            .session = session,
                            .options = options,
                            .arena = own,
                            .index = &index,
                            .now = host_now(hub->host)};
        done = link_once(&l, &result, &outcome, err);
        if (done && outcome == LINKING_DONE) {
            keep_result(&result, &index, arena);
            result.seconds = (double)(host_monotonic(hub->host) - start) / 1e9;
            *ret = result;
        }
        linked = done && outcome == LINKING_DONE;
        clean = !linked || !options->compact || index.file || people_index_wipe(&index, err);
        if (!done || linked)
            people_index_close(&index);
        arena_free(own);
    }
    people_index_close(&index);
    arena_free(held);
    if (!done)
        return error_wrap(err, "linking");
    if (!clean)
        return false;
    return outcome == LINKING_DONE ||
           error_set(err, ERROR_CONFLICT,
                     "extracts landed, or others linked the hub, while it was linked; link again when they have ended");
}
