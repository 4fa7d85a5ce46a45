/* Entities are gathered by sorting (entity, place): places are canonical, so the records of each stand in canonical
 * order, which does not depend on the entity's number. */
#include "hub/partition.h"

#include "base/hash.h"

struct content *contents_of(const struct linked *linked, struct arena *arena)
{
    struct content *contents = arena_array(arena, struct content, linked->count + 1);
    for (size_t i = 0; i < linked->count; i++) {
        const struct linked_record *record = &linked->records[i];
        contents[i] = (struct content){record->anchor, linked->sources[record->source].source->name, record->key,
                                       slice_from(record->hash, sizeof record->hash)};
    }
    return contents;
}

bool contents_at(struct transaction *t, int64_t linking, const int64_t *anchors, size_t count, struct arena *arena,
                 struct content **ret, size_t *ret_count, struct error *err)
{
    struct result rows;
    if (!store_query(t, STATEMENT_HUB_VERSIONS_AT, ARGS(id_list(t, anchors, count, arena), value_integer(linking)),
                     arena, &rows, err))
        return false;
    struct content *contents = arena_array(arena, struct content, rows.rows + 1);
    for (size_t i = 0; i < rows.rows; i++) {
        const struct value *row = result_row(&rows, i);
        contents[i] = (struct content){cell_integer(&row[0]), cell_text(&row[2]), cell_text(&row[3]), row[4].text};
    }
    *ret = contents;
    *ret_count = rows.rows;
    return true;
}

static int canonically(const void *a, const void *b)
{
    const struct content *x = a, *y = b;
    int order = slice_compare(x->source, y->source);
    if (!order)
        order = slice_compare(x->key, y->key);
    return order ? order : (x->anchor > y->anchor) - (x->anchor < y->anchor);
}

void contents_order(struct content *contents, size_t count)
{
    array_sort(contents, count, sizeof *contents, canonically);
}

struct place {
    int64_t entity;
    size_t content;
};

static int by_entity(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->entity != y->entity)
        return x->entity < y->entity ? -1 : 1;
    return (x->content > y->content) - (x->content < y->content);
}

static void add_one(struct digest *sum, const struct digest *entity, bool take_away)
{
    uint64_t whole[4], part[4];
    _Static_assert(sizeof whole == sizeof sum->bytes, "a digest is four numbers");
    for (size_t i = 0; i < countof(whole); i++) {
        whole[i] = part[i] = 0;
        for (size_t k = 0; k < 8; k++) {
            whole[i] |= (uint64_t)sum->bytes[8 * i + k] << (8 * k);
            part[i] |= (uint64_t)entity->bytes[8 * i + k] << (8 * k);
        }
        whole[i] = take_away ? whole[i] - part[i] : whole[i] + part[i];
        for (size_t k = 0; k < 8; k++)
            sum->bytes[8 * i + k] = (uint8_t)(whole[i] >> (8 * k));
    }
}

void partition_add(struct digest *sum, const struct content *contents, const int64_t *entity, size_t count,
                   bool take_away, size_t *ret_entities)
{
    struct arena *scratch = arena_make(0);
    struct place *places = arena_array(scratch, struct place, count + 1);
    size_t place_count = 0;
    *ret_entities = 0;
    for (size_t i = 0; i < count; i++)
        if (entity[i])
            places[place_count++] = (struct place){entity[i], i};
    array_sort(places, place_count, sizeof *places, by_entity);
    for (size_t i = 0, end; i < place_count; i = end) {
        struct hash_state state;
        hash_start(&state);
        for (end = i; end < place_count && places[end].entity == places[i].entity; end++) {
            const struct content *content = &contents[places[end].content];
            hash_more(&state, content->source);
            hash_more(&state, S("\n"));
            hash_more(&state, content->key);
            hash_more(&state, S("\n"));
            hash_more(&state, content->hash);
        }
        struct digest digest = hash_end(&state);
        add_one(sum, &digest, take_away);
        ++*ret_entities;
    }
    arena_free(scratch);
}
