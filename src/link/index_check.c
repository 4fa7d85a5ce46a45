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

bool index_link_anew(const struct link_index *index, const struct link_model *model, const struct link_options *options,
                     struct arena *arena, struct link_clusters *ret, uint32_t **ret_numbers, struct error *err)
{
    const struct link_spec *spec = index->records->spec;
    struct link_records *records;
    struct link_edges edges;
    if (!copy_records(index, arena, &records, ret_numbers, err) ||
        !link_score(records, model, options, arena, &edges, err))
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
                                       .one_to_one = spec->one_to_one,
                                       .keys = link_records_keys(records),
                                       .records = records,
                                       .model = model,
                                       .attach = spec->attach,
                                       .options = options};
    return link_cluster(&input, arena, ret, err);
}

bool index_file_check(const struct index_file *file, const struct link_options *options, size_t *ret_wrong,
                      struct error *err)
{
    const struct link_index *index = index_file_index(file);
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
