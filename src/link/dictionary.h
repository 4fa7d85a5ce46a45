/* dictionary.h: each distinct text once, with a number from 1; 0 is the empty text.
 *
 * Texts are copied into the arena. Numbers follow the order of adding. Equality is by the bytes, not by the hash. */
#ifndef STAITHE_LINK_DICTIONARY_H
#define STAITHE_LINK_DICTIONARY_H

#include "base/arena.h"

struct dictionary {
    struct arena *arena;
    uint32_t *slots; /* code + 0, 0 is free */
    size_t slot_count;
    struct slice *texts; /* by code; texts[0] is empty */
    uint64_t *hashes;
    size_t count, capacity, hash_capacity; /* count includes the empty text */
};

void dictionary_start(struct dictionary *dictionary, struct arena *arena);
/* The number of a text, made when new. */
uint32_t dictionary_add(struct dictionary *dictionary, struct slice text);
/* The number of a text, or 0 when it is not there. Any thread. */
uint32_t dictionary_find(const struct dictionary *dictionary, struct slice text);

#endif
