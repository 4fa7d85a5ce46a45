/* index_ask.c: what an index answers.
 *
 * A find lends its question to the table as a record for a moment and takes it away again: it is then compared by the
 * very code that compares records, and leaves nothing behind. */
#include "link/index_inside.h"

size_t link_index_count(const struct link_index *index)
{
    return link_records_count(index->records) - index->gone;
}

uint32_t link_index_entity(const struct link_index *index, uint32_t record)
{
    return record >= link_records_count(index->records) ? NONE : index->of[record].entity;
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

size_t link_index_members(const struct link_index *index, uint32_t entity, struct arena *arena, uint32_t **ret)
{
    struct list members = {0}, small = {0};
    uint32_t own = index->of[entity].strong;
    index_ring(index, own, &members, arena);
    /* Small clusters that have come stand at the other end of an edge. */
    for (size_t i = 0; i < members.count; i++)
        for (uint32_t e = index->of[members.items[i]].first_edge; e;
             e = edge_next(&index->edges[e - 1], members.items[i])) {
            uint32_t other = other_end(&index->edges[e - 1].edge, members.items[i]);
            if (index->of[other].strong == own || index->of[other].entity != entity)
                continue;
            struct list ring_of = {0};
            index_ring(index, index->of[other].strong, &ring_of, arena);
            for (size_t k = 0; k < ring_of.count; k++)
                list_push(&small, ring_of.items[k], arena);
        }
    for (size_t i = 0; i < small.count; i++)
        list_push(&members, small.items[i], arena);
    array_sort(members.items, members.count, sizeof *members.items, compare_numbers);
    size_t kept = 0;
    for (size_t i = 0; i < members.count; i++)
        if (kept == 0 || members.items[i] != members.items[kept - 1])
            members.items[kept++] = members.items[i];
    *ret = members.items;
    return kept;
}

void link_index_visit_edges(const struct link_index *index, void (*visit)(void *context, const struct link_edge *edge),
                            void *context)
{
    for (size_t e = 0; e < index->edge_count; e++)
        if (edge_alive(&index->edges[e].edge))
            visit(context, &index->edges[e].edge);
}

size_t link_index_edges(const struct link_index *index, uint32_t record, struct arena *arena, struct link_edge **ret)
{
    size_t count = 0, capacity = 0;
    *ret = NULL;
    for (uint32_t e = index->of[record].first_edge; e; e = edge_next(&index->edges[e - 1], record)) {
        ARENA_GROW(arena, *ret, count, capacity);
        (*ret)[count++] = index->edges[e - 1].edge;
    }
    return count;
}

static int compare_found(const void *a, const void *b)
{
    const struct link_found *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return x->record < y->record ? -1 : x->record > y->record;
}

bool link_index_find(struct link_index *index, const struct slice *values, double least, size_t most,
                     struct arena *arena, struct link_found **ret, size_t *ret_count, struct error *err)
{
    uint32_t record = link_records_count(index->records), source = 0;
    struct arena *scratch = arena_make(0);
    struct records_mark mark;
    struct link_edges edges;
    if (!index_room(index, record, err) || !link_records_source(index->records, S(""), &source, err) ||
        !records_lend(index->records, &(struct link_row){source, NO_SLICE, values}, scratch, &mark, err)) {
        arena_free(scratch);
        return false;
    }
    index_bind_new(index);
    index_find_edges(index, record, least, !mark.new_words, scratch, &edges);
    struct link_found *found = arena_array(arena, struct link_found, edges.count + 1);
    for (size_t i = 0; i < edges.count; i++) {
        uint32_t other = other_end(&edges.edges[i], record);
        found[i] =
            (struct link_found){other, index->of[other].entity, (double)edges.edges[i].weight, edges.edges[i].verdict};
    }
    records_take_back(index->records, &mark);
    index_bind_back(index);
    array_sort(found, edges.count, sizeof *found, compare_found);
    *ret = found;
    *ret_count = edges.count < most ? edges.count : most;
    arena_free(scratch);
    return true;
}

/* Of the table: what a record has, and each distinct value and token. */
static size_t bytes_of_records(const struct link_records *records)
{
    size_t columns = records->spec->column_count;
    size_t bytes = records->count * (columns * sizeof *records->plain + sizeof *records->keys + sizeof *records->ids +
                                     sizeof *records->source_of);
    for (size_t c = 0; c < columns; c++) {
        const struct column *column = &records->columns[c];
        size_t entry = sizeof *column->plain.texts + sizeof *column->plain.hashes + sizeof *column->plain.slots;
        bytes += column->plain.count * (sizeof *column->values + entry) + column->token_id_count * sizeof(uint32_t) +
                 column->tokens.count * (sizeof *column->token_features + entry);
    }
    return bytes;
}

void link_index_measure(const struct link_index *index, struct link_index_size *ret)
{
    *ret = (struct link_index_size){.records = link_index_count(index),
                                    .gone = index->gone,
                                    .edges = index->edge_count - index->edges_gone,
                                    .pairs = index->pairs};
    ret->bytes = bytes_of_records(index->records) + arena_used(index->arena) +
                 index->edge_count * sizeof *index->edges +
                 index->capacity * (sizeof *index->of + sizeof *index->seen) + index->name_slots * sizeof *index->names;
    for (size_t s = 0; s < INDEX_SHARES; s++) {
        const struct postings *share = index->postings[s];
        ret->keys += share->key_count;
        ret->bytes += share->slot_count * sizeof *share->slots + share->word_count * sizeof *share->words;
    }
}
