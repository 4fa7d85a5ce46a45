/* index_keys.c: which records have a key.
 *
 * Most keys are of one record, which then stands in the slot itself; the others have a list that doubles. Twelve bytes
 * a slot and a load below seven tenths: a look-up is one or two lines of memory, called for ahead of time when many
 * records come at once. Slots of keys whose records have all gone stay until the table is next made wider. */
#include "link/index_inside.h"

enum { CLASS_SHIFT = 27, COUNT_MASK = (1 << CLASS_SHIFT) - 1 };

void *index_grow(struct arena *arena, void *array, size_t count, size_t *capacity, size_t size)
{
    size_t room = *capacity;
    while (room <= count)
        room += room < 1u << 20 ? room + 1024 : room / 4;
    array = arena_regrow(arena, array, *capacity * size, room * size);
    *capacity = room;
    return array;
}

void index_keys(const struct link_index *index, uint32_t record, struct arena *scratch, uint64_t *ret_keys)
{
    block_keys(index->records, &index->terms, record, scratch, ret_keys);
    for (size_t rule = 0; rule < index->terms.rule_count; rule++) {
        uint64_t key = ret_keys[rule];
        if (!key || key_set_has(&index->model->common_sets[rule], key)) {
            ret_keys[rule] = 0;
            continue;
        }
        key = (key ^ (rule + 1)) * 0x9e3779b97f4a7c15ull;
        key ^= key >> 29;
        ret_keys[rule] = key ? key : 1;
    }
}

/* ---- Slots ---- */

static size_t home_of(const struct postings *postings, uint64_t key)
{
    return (size_t)(((key >> 32) * postings->slot_count) >> 32); /* the share goes by the other half */
}

static uint64_t slot_key(const struct key_slot *slot)
{
    return (uint64_t)slot->key[1] << 32 | slot->key[0];
}

static struct key_slot *slot_of(const struct postings *postings, uint64_t key)
{
    size_t at = home_of(postings, key);
    for (;;) {
        struct key_slot *slot = &postings->slots[at];
        uint64_t held = slot_key(slot);
        if (held == key || held == 0)
            return slot;
        if (++at == postings->slot_count)
            at = 0;
    }
}

static void make_slots(struct postings *postings, size_t count)
{
    must(count < UINT32_MAX);
    postings->slots = arena_regrow(postings->arena, NULL, 0, count * sizeof *postings->slots);
    postings->slot_count = count;
    postings->key_count = 0;
}

void postings_start(struct postings *postings, size_t keys, struct arena *arena)
{
    *postings = (struct postings){.arena = arena};
    make_slots(postings, keys + keys / 2 + 256);
}

static void widen(struct postings *postings)
{
    struct key_slot *old = postings->slots;
    size_t count = postings->slot_count;
    make_slots(postings, count + count / 2);
    for (size_t i = 0; i < count; i++)
        if (old[i].list) {
            *slot_of(postings, slot_key(&old[i])) = old[i];
            postings->key_count++;
        }
    (void)arena_let_go(postings->arena, old, count * sizeof *old);
}

/* ---- Lists ---- */

static uint32_t *list_at(const struct postings *postings, uint32_t list)
{
    return postings->words + (size_t)(list & ~INDEX_LIST) * 4;
}

static uint32_t take_list(struct postings *postings, unsigned class)
{
    uint32_t list = postings->free[class];
    if (list) {
        postings->free[class] = list_at(postings, list - 1)[1];
        return list - 1;
    }
    must(class < INDEX_LIST_CLASSES);
    size_t at = postings->word_count;
    postings->word_count += (size_t)4 << class;
    if (postings->word_count > postings->word_capacity)
        postings->words = index_grow(postings->arena, postings->words, postings->word_count, &postings->word_capacity,
                                     sizeof *postings->words);
    must(at / 4 < INDEX_LIST);
    return (uint32_t)(at / 4);
}

static void give_list(struct postings *postings, uint32_t list)
{
    uint32_t *words = list_at(postings, list);
    unsigned class = words[0] >> CLASS_SHIFT;
    words[1] = postings->free[class];
    postings->free[class] = (list & ~INDEX_LIST) + 1;
}

void postings_add(struct postings *postings, uint64_t key, uint32_t record)
{
    if (postings->key_count * 10 >= postings->slot_count * 7)
        widen(postings);
    struct key_slot *slot = slot_of(postings, key);
    if (slot_key(slot) == 0) {
        slot->key[0] = (uint32_t)key;
        slot->key[1] = (uint32_t)(key >> 32);
        postings->key_count++;
    }
    if (slot->list == 0) {
        slot->list = record + 1;
        return;
    }
    if (slot->list < INDEX_LIST) {
        uint32_t list = take_list(postings, 0), *words = list_at(postings, list);
        words[0] = 2;
        words[1] = slot->list - 1;
        words[2] = record;
        slot->list = list | INDEX_LIST;
        return;
    }
    uint32_t *words = list_at(postings, slot->list), count = words[0] & COUNT_MASK;
    unsigned class = words[0] >> CLASS_SHIFT;
    must(count < COUNT_MASK);
    if (count + 1 == (uint32_t)4 << class) {
        uint32_t wider = take_list(postings, class + 1);
        words = list_at(postings, slot->list); /* may have moved */
        memcpy(list_at(postings, wider), words, ((size_t)4 << class) * sizeof *words);
        give_list(postings, slot->list);
        slot->list = wider | INDEX_LIST;
        words = list_at(postings, wider);
        class ++;
    }
    words[0] = (uint32_t) class << CLASS_SHIFT | (count + 1);
    words[count + 1] = record;
}

void postings_remove(struct postings *postings, uint64_t key, uint32_t record)
{
    struct key_slot *slot = slot_of(postings, key);
    if (slot->list < INDEX_LIST) {
        if (slot->list == record + 1)
            slot->list = 0;
        return;
    }
    uint32_t *words = list_at(postings, slot->list), count = words[0] & COUNT_MASK;
    for (uint32_t i = 1; i <= count; i++)
        if (words[i] == record) {
            words[i] = words[count];
            words[0]--;
            if (count == 1) {
                give_list(postings, slot->list);
                slot->list = 0;
            }
            return;
        }
}

void postings_put(struct postings *postings, uint64_t key, const uint32_t *records, size_t count)
{
    postings_add(postings, key, records[0]);
    if (count == 1)
        return;
    must(count <= COUNT_MASK);
    unsigned class = 0;
    while (count >= (size_t)4 << class)
        class ++;
    uint32_t list = take_list(postings, class), *words = list_at(postings, list);
    words[0] = (uint32_t) class << CLASS_SHIFT | (uint32_t)count;
    memcpy(words + 1, records, count * sizeof *words);
    slot_of(postings, key)->list = list | INDEX_LIST;
}

static const uint32_t *records_of(const struct postings *postings, const struct key_slot *slot, uint32_t *single,
                                  size_t *ret_count)
{
    *ret_count = slot->list != 0;
    if (slot->list < INDEX_LIST) {
        *single = slot->list - 1;
        return single;
    }
    const uint32_t *words = list_at(postings, slot->list);
    *ret_count = words[0] & COUNT_MASK;
    return words + 1;
}

const uint32_t *postings_of(const struct postings *postings, uint64_t key, uint32_t *single, size_t *ret_count)
{
    return records_of(postings, slot_of(postings, key), single, ret_count);
}

uint64_t postings_at(const struct postings *postings, size_t slot, const uint32_t **ret, uint32_t *single,
                     size_t *ret_count)
{
    if (!postings->slots[slot].list)
        return 0;
    *ret = records_of(postings, &postings->slots[slot], single, ret_count);
    return slot_key(&postings->slots[slot]);
}

void postings_fetch_slot(const struct postings *postings, uint64_t key)
{
    __builtin_prefetch(&postings->slots[home_of(postings, key)]);
}

void postings_fetch_list(const struct postings *postings, uint64_t key)
{
    const struct key_slot *slot = slot_of(postings, key);
    if (slot->list >= INDEX_LIST)
        __builtin_prefetch(list_at(postings, slot->list));
}
