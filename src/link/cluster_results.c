/* cluster_results.c: when all components are clustered: which clusters there are, what a person is to be asked, and
 * which of the words of persons could not be heeded. */
#include "link/cluster.h"
#include "link/threads.h"

struct doubts {
    const struct components *components;
    struct doubt_table table;
    struct light_pieces light;
    struct asked *asked[LINK_THREADS_MAX];
};

/* What a thread finds between components: how many edges, and those heavy enough to ask about. */
struct asked {
    struct arena *arena;
    struct light_edge *edges;
    size_t count, capacity, between;
};

static void add_doubt(struct doubts *doubts, struct link_doubt doubt)
{
    const struct cluster_plan *plan = doubts->components->plan;
    cluster_doubt(&doubts->table, plan->root[doubt.a], plan->root[doubt.b], doubt);
}

/* Edges between components that are heavy enough to ask about. */
static void doubt_edges(struct doubts *doubts)
{
    const struct components *components = doubts->components;
    const struct link_cluster_input *input = components->plan->input;
    for (size_t i = 0; i < input->edge_count; i++) {
        const struct link_edge *edge = &input->edges[i];
        cluster_rest(input, i);
        if ((double)edge->weight < input->review || edge->verdict == LINK_QUIET || edge->verdict == LINK_APART ||
            !cluster_is_in(components->plan, edge->a) || !cluster_is_in(components->plan, edge->b) ||
            components->of[edge->a] == components->of[edge->b])
            continue;
        add_doubt(doubts, (struct link_doubt){edge->a, edge->b, edge->weight, LINK_DOUBT_WEIGHT, edge->guard});
    }
}

static void light_chunk(void *context, size_t chunk, unsigned thread)
{
    const struct doubts *doubts = context;
    const struct components *components = doubts->components;
    const struct light_piece *piece = doubts->light.pieces[chunk];
    struct asked *asked = doubts->asked[thread];
    for (uint32_t i = 0; i < piece->count; i++) {
        const struct light_edge *edge = &piece->edges[i];
        if (components->of[edge->a] == components->of[edge->b])
            continue;
        asked->between++;
        if ((double)edge->weight < components->plan->input->review)
            continue;
        ARENA_GROW(asked->arena, asked->edges, asked->count, asked->capacity);
        asked->edges[asked->count++] = *edge;
    }
}

static bool doubt_light(struct doubts *doubts, size_t *edge_count, struct arena *arena, struct error *err)
{
    const struct link_options *options = doubts->components->plan->input->options;
    doubts->light = light_pieces(doubts->components->light, doubts->components->light_count, arena);
    for (unsigned t = 0; t < threads_count(options); t++) {
        doubts->asked[t] = arena_alloc(arena, sizeof *doubts->asked[t], 1, 64);
        doubts->asked[t]->arena = arena_child(arena);
    }
    if (!threads_run(options, "gathering doubts", doubts->light.count, light_chunk, doubts, err))
        return false;
    for (unsigned t = 0; t < threads_count(options); t++) {
        const struct asked *asked = doubts->asked[t];
        *edge_count += asked->between;
        for (size_t i = 0; i < asked->count; i++)
            add_doubt(doubts, (struct link_doubt){asked->edges[i].a, asked->edges[i].b, asked->edges[i].weight,
                                                  LINK_DOUBT_WEIGHT, 0});
    }
    return true;
}

/* Those that the components found and those between them; of each two clusters the heaviest. */
bool cluster_gather_doubts(struct components *components, struct arena *arena, struct link_clusters *ret,
                           struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct doubts doubts = {.components = components, .table = {.arena = scratch}};
    for (size_t chunk = 0; chunk < components->chunks; chunk++) {
        components->edge_count += components->results[chunk].edge_count;
        for (size_t i = 0; i < components->results[chunk].doubt_count; i++)
            add_doubt(&doubts, components->results[chunk].doubts[i]);
    }
    doubt_edges(&doubts);
    bool done = doubt_light(&doubts, &components->edge_count, scratch, err);
    if (done)
        cluster_doubts_list(&doubts.table, arena, ret);
    arena_free(scratch);
    return done;
}

void cluster_gather_refused(const struct components *components, struct arena *arena, struct link_clusters *ret)
{
    const struct link_cluster_input *input = components->plan->input;
    bool *refused = arena_array(arena, bool, input->must_count + 1);
    ret->refused = arena_array(arena, struct link_pair, input->must_count + 1);
    for (size_t chunk = 0; chunk < components->chunks; chunk++)
        for (size_t i = 0; i < components->results[chunk].refused_count; i++)
            refused[components->results[chunk].refused[i]] = true;
    for (size_t i = 0; i < input->must_count; i++)
        if (refused[i])
            ret->refused[ret->refused_count++] = input->must_link[i];
}

void cluster_name(const struct cluster_plan *plan, struct arena *arena, struct link_clusters *ret)
{
    const struct link_records *records = plan->input->records;
    struct arena *scratch = records ? arena_beside(records->arena) : arena_make(0);
    ret->cluster = arena_array(arena, uint32_t, (size_t)plan->input->count + 1);
    uint32_t *lowest = arena_array(scratch, uint32_t, (size_t)plan->input->count + 1); /* + 1; 0: none yet */
    for (uint32_t node = 0; node < plan->input->count; node++) {
        ret->cluster[node] = CLUSTER_NONE;
        if (plan->local[node] == CLUSTER_NONE)
            continue;
        uint32_t root = plan->root[node];
        if (lowest[root] == 0) {
            lowest[root] = node + 1;
            ret->count++;
        }
        ret->cluster[node] = lowest[root] - 1;
    }
    arena_free(scratch);
}
