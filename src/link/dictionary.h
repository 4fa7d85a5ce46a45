/* dictionary.h: each distinct text once, with a number from 1; 0 is the empty text.
 *
 * Texts are copied into the arena, or left where they are (struct dictionary_word). Numbers follow the order of adding.
 * Equality is by the bytes, not by the hash. */
#ifndef STAITHE_LINK_DICTIONARY_H
#define STAITHE_LINK_DICTIONARY_H

#include "base/arena.h"

struct dictionary_slot {
    uint32_t tag;  /* upper half of the hash */
    uint32_t code; /* 0 is free */
};

struct dictionary {
    struct arena *arena;
    struct arena *lent; /* NULL, or where the texts of what is added are copied to: words that are taken back soon */
    struct dictionary_slot *slots;
    size_t slot_count;
    struct slice *texts; /* by code; texts[0] is empty */
    uint64_t *hashes;
    size_t count, capacity; /* count includes the empty text */
};

/* A text on its way into a dictionary, with what is known of it. */
struct dictionary_word {
    struct slice text;
    uint64_t hash; /* dictionary_hash(text) */
    uint32_t code; /* is found out */
    bool stays;    /* the text outlives the dictionary: it is not copied */
};

void dictionary_start(struct dictionary *dictionary, struct arena *arena);
/* Room for so many more texts: nothing is moved while they come. Room that is not used takes no memory. */
void dictionary_reserve(struct dictionary *dictionary, size_t more);
/* The number of a text, made when new. */
uint32_t dictionary_add(struct dictionary *dictionary, struct slice text);
/* The numbers of many texts, each made when new: what they need of memory is called for together. */
void dictionary_add_words(struct dictionary *dictionary, struct dictionary_word *words, size_t count);
uint64_t dictionary_hash(struct slice text);
void dictionary_add_all(struct dictionary *dictionary, const struct slice *texts, size_t count, uint32_t *ret_codes);
/* The number of a text, or 0 when it is not there. Any thread. And where its hash is known. */
uint32_t dictionary_find(const struct dictionary *dictionary, struct slice text);
uint32_t dictionary_find_hashed(const struct dictionary *dictionary, struct slice text, uint64_t hash);
/* No text is looked for any more, and none added: the texts by number and their hashes stay in memory; then only the
 * texts. */
void dictionary_end_search(struct dictionary *dictionary);
void dictionary_close(struct dictionary *dictionary);
/* Nor is any text asked for; those that other words share stay. */
void dictionary_drop(struct dictionary *dictionary);
/* Bytes of memory that large tables take; what is small is the arena's. */
uint64_t dictionary_memory(const struct dictionary *dictionary);
/* Forgets the words that came last, all but `count`. */
void dictionary_cut(struct dictionary *dictionary, size_t count);

#endif
