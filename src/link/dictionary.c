/* dictionary.c: open addressing with linear probing, at most half full. Half of the hash is kept in the slot, so that a
 * probe that fails reads no other memory, and the whole of it beside the text, so that growing reads no text.
 *
 * A table of a million texts is a walk through memory: slot, text's place, text. Many texts at a time are taken through
 * it in steps, each of which only calls for what the next will want; while some wait, the steps of others are done. */
#include "link/dictionary.h"

#include "base/hash.h"

enum { STEP = 16, STEPS = 4 };

/* Most texts are of a few bytes, and a call costs more than looking at them: the last word may overlap the one before.
 */
static bool same_text(struct slice a, struct slice b)
{
    size_t length = a.len, i = 0;
    if (length != b.len)
        return false;
    if (length >= 8) {
        for (; i + 8 < length; i += 8)
            if (slice_word(a.at + i) != slice_word(b.at + i))
                return false;
        return slice_word(a.at + length - 8) == slice_word(b.at + length - 8);
    }
    if (length >= 4)
        return slice_half_word(a.at) == slice_half_word(b.at) &&
               slice_half_word(a.at + length - 4) == slice_half_word(b.at + length - 4);
    for (; i < length; i++)
        if (a.at[i] != b.at[i])
            return false;
    return true;
}

static void make_room(struct dictionary *dictionary, size_t capacity)
{
    dictionary->texts =
        arena_regrow(dictionary->arena, dictionary->texts, dictionary->capacity * sizeof *dictionary->texts,
                     capacity * sizeof *dictionary->texts);
    dictionary->hashes =
        arena_regrow(dictionary->arena, dictionary->hashes, dictionary->capacity * sizeof *dictionary->hashes,
                     capacity * sizeof *dictionary->hashes);
    dictionary->capacity = capacity;
}

void dictionary_start(struct dictionary *dictionary, struct arena *arena)
{
    *dictionary = (struct dictionary){.arena = arena, .slot_count = 1024, .count = 1};
    dictionary->slots = arena_regrow(arena, NULL, 0, dictionary->slot_count * sizeof *dictionary->slots);
    make_room(dictionary, 256);
}

static size_t first_slot(const struct dictionary *dictionary, uint64_t hash)
{
    return hash & (dictionary->slot_count - 1);
}

static size_t find_slot(const struct dictionary *dictionary, struct slice text, uint64_t hash)
{
    for (size_t slot = first_slot(dictionary, hash);; slot = (slot + 1) & (dictionary->slot_count - 1)) {
        const struct dictionary_slot *at = &dictionary->slots[slot];
        if (at->code == 0 || (at->tag == hash >> 32 && same_text(dictionary->texts[at->code], text)))
            return slot;
    }
}

static void widen(struct dictionary *dictionary, size_t wider)
{
    size_t mask = wider - 1, size = sizeof *dictionary->slots;
    dictionary->slots = arena_regrow(dictionary->arena, dictionary->slots, dictionary->slot_count * size, wider * size);
    memset(dictionary->slots, 0, dictionary->slot_count * size);
    dictionary->slot_count = wider;
    for (uint32_t code = 1; code < dictionary->count; code++) {
        uint64_t hash = dictionary->hashes[code];
        size_t slot = hash & mask;
        while (dictionary->slots[slot].code)
            slot = (slot + 1) & mask;
        dictionary->slots[slot] = (struct dictionary_slot){(uint32_t)(hash >> 32), code};
    }
}

static uint32_t add_hashed(struct dictionary *dictionary, struct slice text, uint64_t hash, bool keep)
{
    size_t slot = find_slot(dictionary, text, hash);
    if (dictionary->slots[slot].code)
        return dictionary->slots[slot].code;
    must(dictionary->count < UINT32_MAX);
    if (dictionary->count * 2 >= dictionary->slot_count) {
        widen(dictionary, dictionary->slot_count * (dictionary->slot_count < 1u << 16 ? 4 : 2));
        slot = find_slot(dictionary, text, hash);
    }
    if (dictionary->count == dictionary->capacity)
        make_room(dictionary, dictionary->capacity * 2);
    uint32_t code = (uint32_t)dictionary->count++;
    dictionary->texts[code] = keep ? text : arena_copy(dictionary->lent ? dictionary->lent : dictionary->arena, text);
    dictionary->hashes[code] = hash;
    dictionary->slots[slot] = (struct dictionary_slot){(uint32_t)(hash >> 32), code};
    return code;
}

void dictionary_reserve(struct dictionary *dictionary, size_t more)
{
    size_t texts = dictionary->count + more, slots = dictionary->slot_count, doubled = dictionary->capacity * 2;
    while (slots < texts * 2)
        slots *= 2;
    if (slots > dictionary->slot_count)
        widen(dictionary, slots);
    if (texts > dictionary->capacity)
        make_room(dictionary, dictionary->count > 1 && texts < doubled ? doubled : texts);
}

uint32_t dictionary_add(struct dictionary *dictionary, struct slice text)
{
    return slice_empty(text) ? 0 : add_hashed(dictionary, text, hash64(text, 0), false);
}

uint64_t dictionary_hash(struct slice text)
{
    return hash64(text, 0);
}

/* The text that a word may be the same as, or NULL: most that are new meet a free place. */
static const struct slice *rival(const struct dictionary *dictionary, uint64_t hash)
{
    const struct dictionary_slot *slot = &dictionary->slots[first_slot(dictionary, hash)];
    return slot->code && slot->tag == hash >> 32 ? &dictionary->texts[slot->code] : NULL;
}

/* One step each on the way to a text: its slot, what may be the same, the bytes of that; and there. */
INLINED void fetch_slots(const struct dictionary *dictionary, const struct dictionary_word *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(&dictionary->slots[first_slot(dictionary, words[i].hash)]);
}

INLINED void fetch_rivals(const struct dictionary *dictionary, const struct dictionary_word *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(rival(dictionary, words[i].hash));
}

INLINED void fetch_bytes(const struct dictionary *dictionary, const struct dictionary_word *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct slice *text = rival(dictionary, words[i].hash);
        if (text)
            __builtin_prefetch(text->at);
    }
}

static void add_some(struct dictionary *dictionary, struct dictionary_word *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        words[i].code =
            slice_empty(words[i].text) ? 0 : add_hashed(dictionary, words[i].text, words[i].hash, words[i].stays);
}

void dictionary_add_words(struct dictionary *dictionary, struct dictionary_word *words, size_t count)
{
    for (size_t at = 0; at < count + (STEPS - 1) * (size_t)STEP; at += STEP)
        for (size_t step = 0; step < STEPS && step * STEP <= at; step++) {
            size_t from = at - step * STEP, some = from >= count ? 0 : count - from < STEP ? count - from : STEP;
            if (some == 0)
                continue;
            if (step == 0)
                fetch_slots(dictionary, words + from, some);
            else if (step == 1)
                fetch_rivals(dictionary, words + from, some);
            else if (step == 2)
                fetch_bytes(dictionary, words + from, some);
            else
                add_some(dictionary, words + from, some);
        }
}

void dictionary_add_all(struct dictionary *dictionary, const struct slice *texts, size_t count, uint32_t *ret_codes)
{
    enum { SOME = 512 };
    struct dictionary_word words[SOME] UNINITIALIZED;
    for (size_t from = 0; from < count; from += SOME) {
        size_t some = count - from < SOME ? count - from : SOME;
        for (size_t i = 0; i < some; i++)
            words[i] = (struct dictionary_word){.text = texts[from + i], .hash = hash64(texts[from + i], 0)};
        dictionary_add_words(dictionary, words, some);
        for (size_t i = 0; i < some; i++)
            ret_codes[from + i] = words[i].code;
    }
}

uint32_t dictionary_find(const struct dictionary *dictionary, struct slice text)
{
    return dictionary_find_hashed(dictionary, text, hash64(text, 0));
}

uint32_t dictionary_find_hashed(const struct dictionary *dictionary, struct slice text, uint64_t hash)
{
    return slice_empty(text) ? 0 : dictionary->slots[find_slot(dictionary, text, hash)].code;
}

/* The last to come stands at the first place that was free to it, so its going leaves all others findable. */
void dictionary_cut(struct dictionary *dictionary, size_t count)
{
    must(count >= 1);
    while (dictionary->count > count) {
        uint32_t code = (uint32_t)--dictionary->count;
        size_t slot = first_slot(dictionary, dictionary->hashes[code]);
        while (dictionary->slots[slot].code != code)
            slot = (slot + 1) & (dictionary->slot_count - 1);
        dictionary->slots[slot] = (struct dictionary_slot){0};
    }
}

void dictionary_end_search(struct dictionary *dictionary)
{
    dictionary->slots =
        arena_let_go(dictionary->arena, dictionary->slots, dictionary->slot_count * sizeof *dictionary->slots);
}

void dictionary_close(struct dictionary *dictionary)
{
    struct arena *arena = dictionary->arena;
    dictionary_end_search(dictionary);
    dictionary->hashes = arena_let_go(arena, dictionary->hashes, dictionary->capacity * sizeof *dictionary->hashes);
}

void dictionary_drop(struct dictionary *dictionary)
{
    dictionary_close(dictionary);
    dictionary->texts =
        arena_let_go(dictionary->arena, dictionary->texts, dictionary->capacity * sizeof *dictionary->texts);
    dictionary->count = dictionary->capacity = 0;
}

uint64_t dictionary_memory(const struct dictionary *dictionary)
{
    return (dictionary->slots ? dictionary->slot_count * sizeof *dictionary->slots : 0) +
           dictionary->count * (sizeof *dictionary->texts + (dictionary->hashes ? sizeof *dictionary->hashes : 0));
}
