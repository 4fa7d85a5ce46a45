/* index_check.c: an index held against linking its records anew. */
#include "link/index_file.h"

#include "link/index_inside.h"

/* The records that are there, in plain form; their numbers in the index by their numbers in the copy. */
static bool copy_records(const struct link_index *index, struct arena *arena, struct link_records **ret,
                         uint32_t **ret_numbers, struct error *err)
{
    const struct link_records *from = index->records;
    const struct link_spec *spec = from->spec;
    struct link_records *to = link_records_make(spec, arena);
    uint32_t *numbers = arena_array(arena, uint32_t, link_index_count(index) + 1);
    records_reserve(to, link_index_count(index) + 1);
    for (size_t s = 0; s < from->source_count; s++) {
        uint32_t ignored;
        if (!link_records_source(to, from->sources[s].name, &ignored, err))
            return false;
    }
    for (uint32_t r = 0; r < from->count; r++) {
        uint32_t codes[LINK_COLUMNS_MAX];
        if (index->of[r].entity == NONE)
            continue;
        for (size_t c = 0; c < spec->input_count; c++)
            codes[c] = dictionary_add(&to->columns[c].plain, from->columns[c].plain.texts[record_code(from, r, c)]);
        numbers[to->count] = r;
        records_put(to, from->source_of[r], from->ids[r], codes);
    }
    *ret = to;
    *ret_numbers = numbers;
    return true;
}

static bool score_anew(const struct link_index *index, const struct link_model *model,
                       const struct link_options *options, struct arena *arena, struct link_records **ret,
                       struct link_edges *ret_edges, uint32_t **ret_numbers, struct error *err)
{
    struct link_options whole = options ? *options : (struct link_options){0};
    whole.memory = 0; /* edges are put in another order and numbered anew: those on disk could only be read */
    return copy_records(index, arena, ret, ret_numbers, err) && link_score(*ret, model, &whole, arena, ret_edges, err);
}

bool index_link_anew(const struct link_index *index, const struct link_model *model, const struct link_options *options,
                     struct arena *arena, struct link_clusters *ret, uint32_t **ret_numbers, struct error *err)
{
    const struct link_spec *spec = index->records->spec;
    struct link_records *records;
    struct link_edges edges;
    if (!score_anew(index, model, options, arena, &records, &edges, ret_numbers, err))
        return false;
    uint32_t *source = arena_array(arena, uint32_t, (size_t)records->count + 1);
    uint8_t *no_duplicates = arena_array(arena, uint8_t, records->source_count + 1);
    for (uint32_t r = 0; r < records->count; r++)
        source[r] = records->source_of[r];
    for (size_t s = 0; s < records->source_count; s++)
        no_duplicates[s] = records->sources[s].no_duplicates;
    struct link_cluster_input input = {.count = records->count,
                                       .edges = edges.edges,
                                       .edge_count = edges.count,
                                       .join = link_model_join(model),
                                       .review = link_model_review(model),
                                       .source = source,
                                       .no_duplicates = no_duplicates,
                                       .one_to_one = link_model_one_to_one(model),
                                       .keys = link_records_keys(records),
                                       .records = records,
                                       .model = model,
                                       .attach = spec->attach,
                                       .options = options};
    return link_cluster(&input, arena, ret, err);
}

/* ---- Edges alone ---- */

struct edge_list {
    struct link_edge *edges;
    size_t count;
};

static void list_edge(void *context, const struct link_edge *edge)
{
    struct edge_list *list = context;
    list->edges[list->count++] = *edge;
}

static int compare_ends(const void *x, const void *y)
{
    const struct link_edge *p = x, *q = y;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return p->b < q->b ? -1 : p->b > q->b;
}

static bool same_edge(const struct link_edge *x, const struct link_edge *y)
{
    return x->weight == y->weight && x->verdict == y->verdict && x->guard == y->guard && x->pattern == y->pattern;
}

/* Edges that only one of two lists has, or that say something else; both are sorted. */
static size_t count_others(const struct edge_list *x, const struct edge_list *y)
{
    size_t wrong = 0;
    for (size_t i = 0, k = 0; i < x->count || k < y->count;) {
        int order = i == x->count ? 1 : k == y->count ? -1 : compare_ends(&x->edges[i], &y->edges[k]);
        wrong += order != 0 || !same_edge(&x->edges[i], &y->edges[k]);
        i += order <= 0;
        k += order >= 0;
    }
    return wrong;
}

static bool check_edges(const struct link_index *index, const struct link_model *model,
                        const struct link_options *options, size_t *ret_wrong, struct error *err)
{
    struct arena *own = arena_make(0);
    struct link_records *records;
    struct link_edges edges;
    uint32_t *numbers;
    bool done = score_anew(index, model, options, own, &records, &edges, &numbers, err);
    if (done) {
        struct edge_list held = {arena_array(own, struct link_edge, index->edge_count + 1), 0};
        struct edge_list anew = {edges.edges, edges.count};
        link_index_visit_edges(index, list_edge, &held);
        for (size_t i = 0; i < anew.count; i++) {
            anew.edges[i].a = numbers[anew.edges[i].a];
            anew.edges[i].b = numbers[anew.edges[i].b];
        }
        array_sort(held.edges, held.count, sizeof *held.edges, compare_ends);
        array_sort(anew.edges, anew.count, sizeof *anew.edges, compare_ends);
        *ret_wrong = count_others(&held, &anew);
    }
    arena_free(own);
    return done;
}

bool index_file_check(const struct index_file *file, const struct link_options *options, size_t *ret_wrong,
                      struct error *err)
{
    const struct link_index *index = index_file_index(file);
    if (link_index_edges_only(index))
        return check_edges(index, index_file_model(file), options, ret_wrong, err);
    struct arena *own = arena_make(0);
    struct link_clusters clusters;
    uint32_t *numbers;
    bool done = index_link_anew(index, index_file_model(file), options, own, &clusters, &numbers, err);
    size_t count = link_index_count(index), wrong = 0;
    /* Two partitions are one when each group of the one is a group of the other. */
    uint32_t *cluster_of = arena_array(own, uint32_t, (size_t)index->records->count + 1);
    uint32_t *entity_of = arena_array(own, uint32_t, count + 1);
    for (size_t i = 0; done && i < count; i++) {
        uint32_t entity = index->of[numbers[i]].entity, cluster = clusters.cluster[i];
        if (!cluster_of[entity])
            cluster_of[entity] = cluster + 1;
        if (!entity_of[cluster])
            entity_of[cluster] = entity + 1;
        wrong += cluster_of[entity] != cluster + 1 || entity_of[cluster] != entity + 1;
    }
    if (done)
        *ret_wrong = wrong;
    arena_free(own);
    return done;
}
