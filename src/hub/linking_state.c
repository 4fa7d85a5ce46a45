/* Ids are random, not counted: a store that was put back to an older day would count the same numbers again for other
 * linkings, and an index beside it would be believed. */
#include "hub/linking_state.h"

#include "base/hash.h"
#include "generated/made_of.h"
#include "guard/change.h"
#include "hub/clustering.h"

#include <inttypes.h>

/* How many linkings are remembered: an index that is further behind is made anew. */
enum { LINKINGS_KEPT = 200 };

bool linking_last(struct transaction *t, struct arena *arena, struct linking_state *ret, struct error *err)
{
    struct result rows;
    *ret = (struct linking_state){0};
    if (!store_query(t, STATEMENT_HUB_LINKING_LAST, NO_ARGS, arena, &rows, err))
        return false;
    if (rows.rows == 0)
        return true;
    const struct value *row = result_row(&rows, 0);
    *ret = (struct linking_state){.id = cell_integer(&row[0]),
                                  .number = cell_integer(&row[1]),
                                  .model = cell_integer(&row[2]),
                                  .records = cell_integer(&row[4]),
                                  .edges = cell_integer(&row[5]),
                                  .homes = cell_integer(&row[6]),
                                  .placed = cell_integer(&row[7]),
                                  .placed_by_address = cell_integer(&row[8])};
    if (row[3].text.len == sizeof ret->basis.bytes)
        memcpy(ret->basis.bytes, row[3].text.at, sizeof ret->basis.bytes);
    return true;
}

bool linking_known(struct transaction *t, int64_t linking, const struct digest *basis, struct arena *arena, bool *ret,
                   struct error *err)
{
    struct result rows;
    if (!store_query(t, STATEMENT_HUB_LINKING_BASIS, ARGS(value_integer(linking)), arena, &rows, err))
        return false;
    *ret = rows.rows > 0 && slice_equal(result_row(&rows, 0)[0].text, slice_from(basis->bytes, sizeof basis->bytes));
    return true;
}

bool linking_write(struct transaction *t, const struct host *host, struct linking_state *state, int64_t now,
                   struct error *err)
{
    uint64_t random = 0;
    while (random == 0) {
        host_random(host, &random, sizeof random);
        random >>= 1;
    }
    state->id = (int64_t)random;
    state->number++;
    return store_execute(t, STATEMENT_HUB_LINKING_FORGET, ARGS(value_integer(state->number - LINKINGS_KEPT)), NULL,
                         err) &&
           store_execute(t, STATEMENT_HUB_LINKING_LANDINGS_FORGET, NO_ARGS, NULL, err) &&
           store_execute(t, STATEMENT_HUB_LINKING_INSERT,
                         ARGS(value_integer(state->id), value_integer(state->number), value_integer(now),
                              value_integer(state->model), value_bytes(state->basis.bytes, sizeof state->basis.bytes),
                              value_integer(state->records), value_integer(state->edges), value_integer(state->homes),
                              value_integer(state->placed), value_integer(state->placed_by_address)),
                         NULL, err) &&
           store_execute(t, STATEMENT_HUB_LINKING_LANDINGS_INSERT, ARGS(value_integer(state->id)), NULL, err);
}

static void hash_text(struct hash_state *state, struct slice text)
{
    hash_more(state, text);
    hash_more(state, S("\n"));
}

static void hash_number(struct hash_state *state, int64_t number)
{
    hash_more(state, slice_from(&number, sizeof number));
}

struct digest linking_basis(const struct catalogue *catalogue, int64_t model, const struct slice *sets,
                            size_t set_count, const struct result *sources)
{
    struct hash_state state;
    hash_start(&state);
    hash_text(&state, S(MADE_OF)); /* another program may read a row, or cluster, otherwise */
    hash_number(&state, model);
    for (size_t i = 0; i < set_count; i++)
        hash_text(&state, sets[i]);
    for (size_t i = 0; i < catalogue->source_count; i++) {
        const struct source *source = &catalogue->sources[i];
        const struct value *row = linked_source_row(sources, source->name);
        hash_text(&state, source->name);
        hash_more(&state, slice_from(source->digest.bytes, sizeof source->digest.bytes));
        if (source->subject == SUBJECT_HOME && source->gazetteer)
            hash_number(&state, row ? cell_integer(&row[2]) : 0);
    }
    return hash_end(&state);
}

bool linking_same_landings(const struct result *before, const struct result *now)
{
    bool same = now->rows == before->rows;
    for (size_t i = 0; same && i < now->rows; i++)
        same = cell_integer(&result_row(now, i)[1]) == cell_integer(&result_row(before, i)[1]) &&
               cell_integer(&result_row(now, i)[2]) == cell_integer(&result_row(before, i)[2]);
    return same;
}

static bool of_persons(const struct catalogue *catalogue, struct slice name)
{
    for (size_t i = 0; i < catalogue->source_count; i++)
        if (slice_equal(catalogue->sources[i].name, name))
            return catalogue->sources[i].subject == SUBJECT_PERSON;
    return false;
}

bool linking_changed(struct transaction *t, const struct catalogue *catalogue, int64_t linking, struct slice sources,
                     struct arena *arena, struct changed *ret, struct error *err)
{
    struct result rows;
    if (!store_query(t, STATEMENT_HUB_CHANGED_SINCE, ARGS(value_integer(linking)), arena, &rows, err))
        return false;
    *ret = (struct changed){arena_array(arena, int64_t, rows.rows + 1), arena_array(arena, struct slice, rows.rows + 1),
                            0};
    for (size_t i = 0; i < rows.rows; i++) {
        const struct value *row = result_row(&rows, i);
        struct slice name = cell_text(&row[1]);
        if (!source_in_set(sources, name) || !of_persons(catalogue, name))
            continue;
        ret->anchors[ret->count] = cell_integer(&row[0]);
        ret->sources[ret->count++] = name;
    }
    return true;
}

static void main_first(struct hub_link_result *result, struct slice main_sources)
{
    for (size_t i = 0; i < result->linkage_count; i++)
        if (slice_equal(result->linkages[i].sources, main_sources)) {
            struct hub_linkage chief = result->linkages[i];
            memmove(result->linkages + 1, result->linkages, i * sizeof *result->linkages);
            result->linkages[0] = chief;
            return;
        }
}

bool linking_finish(struct transaction *t, const struct guard_session *session, const struct linking_state *state,
                    struct slice main_sources, struct arena *arena, struct hub_link_result *result, struct error *err)
{
    struct result doubts, refused;
    main_first(result, main_sources);
    must(result->linkage_count);
    const struct hub_linkage *chief = &result->linkages[0];
    if (!store_query(t, STATEMENT_HUB_DOUBTS_COUNT, NO_ARGS, arena, &doubts, err) ||
        !store_query(t, STATEMENT_HUB_JOINS_REFUSED, ARGS(value_integer(chief->id)), arena, &refused, err))
        return false;
    result->model = state->model;
    result->records = (size_t)state->records;
    result->edges = (size_t)state->edges;
    result->homes = (size_t)state->homes;
    result->placed = (size_t)state->placed;
    result->placed_by_address = (size_t)state->placed_by_address;
    result->unplaced = (size_t)(state->records - state->placed);
    result->doubts = (size_t)cell_integer(&result_row(&doubts, 0)[0]);
    result->refused = (size_t)cell_integer(&result_row(&refused, 0)[0]);
    result->digest = chief->digest;
    struct slice hex = digest_hex(arena, &result->digest);
    return change_write(t, session, S("link"), S("person"),
                        arena_format(arena,
                                     "{\"model\":%" PRId64 ",\"records\":%zu,\"entities\":%zu,\"digest\":\"%.*s\"}",
                                     state->model, result->records, chief->entities, PRINT(hex)),
                        err);
}
