/* hash.h: digests that identify (SHA-256), keyed digests, and quick hashes for tables in memory. */
#ifndef STAITHE_BASE_HASH_H
#define STAITHE_BASE_HASH_H

#include "base/arena.h"

struct digest {
    uint8_t bytes[32];
};

/* SHA-256 (FIPS 180-4). */
struct digest hash_sha256(struct slice s);
/* Streaming: hash_start, hash_more …, hash_end. The state is about 100 bytes and may be copied. */
struct hash_state {
    _Alignas(16) uint8_t opaque[128];
};
void hash_start(struct hash_state *state);
void hash_more(struct hash_state *state, struct slice s);
struct digest hash_end(struct hash_state *state);
/* BLAKE2b-256 keyed with 32 bytes: for tombstones and tokens. */
struct digest hash_keyed(const uint8_t key[32], struct slice s);

bool digest_equal(const struct digest *a, const struct digest *b); /* in constant time */
struct slice digest_hex(struct arena *arena, const struct digest *d);
bool digest_from_hex(struct slice hex, struct digest *ret) MUST_USE;

/* XXH3, 64 and 128 bits: for tables in memory and for telling rows apart; never for security. */
uint64_t hash64(struct slice s, uint64_t seed);
/* The same of two numbers, one behind the other as they lie in memory. */
uint64_t hash64_two(uint64_t a, uint64_t b, uint64_t seed);
void hash128(struct slice s, uint64_t ret[2]);

#endif
