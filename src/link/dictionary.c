/* dictionary.c: open addressing with linear probing, at most half full; the hash is kept beside the text, so that
 * growing reads no text and a probe compares bytes only when 64 bits agree. */
#include "link/dictionary.h"

#include "base/hash.h"

void dictionary_start(struct dictionary *dictionary, struct arena *arena)
{
    *dictionary =
        (struct dictionary){.arena = arena, .slot_count = 1024, .count = 1, .capacity = 256, .hash_capacity = 256};
    dictionary->slots = arena_array(arena, uint32_t, dictionary->slot_count);
    dictionary->texts = arena_array(arena, struct slice, dictionary->capacity);
    dictionary->hashes = arena_array(arena, uint64_t, dictionary->hash_capacity);
}

static size_t dictionary_slot(const struct dictionary *dictionary, struct slice text, uint64_t hash)
{
    size_t mask = dictionary->slot_count - 1, slot = hash & mask;
    for (;; slot = (slot + 1) & mask) {
        uint32_t code = dictionary->slots[slot];
        if (code == 0 || (dictionary->hashes[code] == hash && slice_equal(dictionary->texts[code], text)))
            return slot;
    }
}

static void dictionary_widen(struct dictionary *dictionary)
{
    size_t wider = dictionary->slot_count * 4, mask = wider - 1;
    dictionary->slots = arena_array(dictionary->arena, uint32_t, wider);
    dictionary->slot_count = wider;
    for (uint32_t code = 1; code < dictionary->count; code++) {
        size_t slot = dictionary->hashes[code] & mask;
        while (dictionary->slots[slot])
            slot = (slot + 1) & mask;
        dictionary->slots[slot] = code;
    }
}

uint32_t dictionary_add(struct dictionary *dictionary, struct slice text)
{
    if (slice_empty(text))
        return 0;
    uint64_t hash = hash64(text, 0);
    size_t slot = dictionary_slot(dictionary, text, hash);
    if (dictionary->slots[slot])
        return dictionary->slots[slot];
    must(dictionary->count < UINT32_MAX);
    if (dictionary->count * 2 >= dictionary->slot_count) {
        dictionary_widen(dictionary);
        slot = dictionary_slot(dictionary, text, hash);
    }
    ARENA_GROW(dictionary->arena, dictionary->texts, dictionary->count, dictionary->capacity);
    ARENA_GROW(dictionary->arena, dictionary->hashes, dictionary->count, dictionary->hash_capacity);
    uint32_t code = (uint32_t)dictionary->count++;
    dictionary->texts[code] = arena_copy(dictionary->arena, text);
    dictionary->hashes[code] = hash;
    dictionary->slots[slot] = code;
    return code;
}

uint32_t dictionary_find(const struct dictionary *dictionary, struct slice text)
{
    if (slice_empty(text))
        return 0;
    return dictionary->slots[dictionary_slot(dictionary, text, hash64(text, 0))];
}
