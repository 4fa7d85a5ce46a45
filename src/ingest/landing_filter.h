/* landing_filter.h: "surely not there": a set of 64-bit hashes in bounded memory that errs to one side only.
 *
 * A Bloom filter in blocks of one cache line: four bits in one of them for each hash. filter_has may say yes of a hash
 * that was never added (about once in 3,000 with 16 bits a hash), never no of one that was. */
#ifndef STAITHE_INGEST_LANDING_FILTER_H
#define STAITHE_INGEST_LANDING_FILTER_H

#include "base/arena.h"

#define FILTER_MOST ((size_t)8 << 20)

struct filter {
    uint64_t *words;
    uint64_t blocks; /* of 8 words; a power of two */
};

/* For about so many hashes; never above FILTER_MOST bytes. Freed with the arena. */
struct filter *filter_make(uint64_t hashes, struct arena *arena);

static inline uint64_t filter_spread(uint64_t h)
{
    h ^= h >> 32;
    h *= 0x9e3779b97f4a7c15u;
    return h ^ (h >> 29);
}

static inline void filter_add(struct filter *filter, uint64_t hash)
{
    uint64_t h = filter_spread(hash);
    uint64_t *block = filter->words + 8 * ((h >> 36) & (filter->blocks - 1));
    for (int i = 0; i < 4; i++)
        block[(h >> (9 * i)) >> 6 & 7] |= (uint64_t)1 << ((h >> (9 * i)) & 63);
}

static inline bool filter_has(const struct filter *filter, uint64_t hash)
{
    uint64_t h = filter_spread(hash);
    const uint64_t *block = filter->words + 8 * ((h >> 36) & (filter->blocks - 1));
    for (int i = 0; i < 4; i++)
        if (!(block[(h >> (9 * i)) >> 6 & 7] & (uint64_t)1 << ((h >> (9 * i)) & 63)))
            return false;
    return true;
}

/* The same for keys, with twice the bits: with 32 bits a key, yes of one that was never added about once in 100,000. */
static inline void filter_add_key(struct filter *filter, const uint64_t key[2])
{
    uint64_t h = filter_spread(key[0]), g = filter_spread(key[1]);
    uint64_t *block = filter->words + 8 * ((h >> 36) & (filter->blocks - 1));
    for (int i = 0; i < 4; i++) {
        block[(h >> (9 * i)) >> 6 & 7] |= (uint64_t)1 << ((h >> (9 * i)) & 63);
        block[(g >> (9 * i)) >> 6 & 7] |= (uint64_t)1 << ((g >> (9 * i)) & 63);
    }
}

/* Brings into the cache what filter_add_key will touch. */
static inline void filter_fetch_key(const struct filter *filter, const uint64_t key[2])
{
    __builtin_prefetch(filter->words + 8 * ((filter_spread(key[0]) >> 36) & (filter->blocks - 1)), 1);
}

static inline bool filter_has_key(const struct filter *filter, const uint64_t key[2])
{
    uint64_t h = filter_spread(key[0]), g = filter_spread(key[1]);
    const uint64_t *block = filter->words + 8 * ((h >> 36) & (filter->blocks - 1));
    for (int i = 0; i < 4; i++)
        if (!(block[(h >> (9 * i)) >> 6 & 7] & (uint64_t)1 << ((h >> (9 * i)) & 63)) ||
            !(block[(g >> (9 * i)) >> 6 & 7] & (uint64_t)1 << ((g >> (9 * i)) & 63)))
            return false;
    return true;
}

#endif
