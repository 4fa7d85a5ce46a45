/* SHA-256 is libnettle's, which uses the processor's own instructions for it: a landing hashes every byte of its file.
 * BLAKE2b is libsodium's, XXH3 is libxxhash's, compiled in here because most of what is hashed is short
 * and a call would cost more than the hash. */
#include "base/hash.h"

#include <nettle/sha2.h>
#include <sodium.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

_Static_assert(sizeof(struct digest) == SHA256_DIGEST_SIZE, "a digest is a SHA-256");
_Static_assert(sizeof(struct sha256_ctx) <= sizeof(struct hash_state), "the opaque state is large enough");

static const unsigned char *bytes_of(struct slice s)
{
    return (const unsigned char *)(s.at ? s.at : "");
}

struct digest hash_sha256(struct slice s)
{
    struct hash_state state;
    hash_start(&state);
    hash_more(&state, s);
    return hash_end(&state);
}

void hash_start(struct hash_state *state)
{
    sha256_init((struct sha256_ctx *)(void *)state->opaque);
}

void hash_more(struct hash_state *state, struct slice s)
{
    sha256_update((struct sha256_ctx *)(void *)state->opaque, s.len, bytes_of(s));
}

struct digest hash_end(struct hash_state *state)
{
    struct digest d;
    sha256_digest((struct sha256_ctx *)(void *)state->opaque, sizeof d.bytes, d.bytes);
    return d;
}

struct digest hash_keyed(const uint8_t key[32], struct slice s)
{
    struct digest d;
    must(crypto_generichash(d.bytes, sizeof d.bytes, bytes_of(s), s.len, key, 32) == 0);
    return d;
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
    return sodium_memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

struct slice digest_hex(struct arena *arena, const struct digest *d)
{
    static const char digits[] = "0123456789abcdef";
    char *hex = arena_alloc(arena, 1, 2 * sizeof d->bytes + 1, 1);
    for (size_t i = 0; i < sizeof d->bytes; i++) {
        hex[2 * i] = digits[d->bytes[i] >> 4];
        hex[2 * i + 1] = digits[d->bytes[i] & 15];
    }
    return slice_from(hex, 2 * sizeof d->bytes);
}

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool digest_from_hex(struct slice hex, struct digest *ret)
{
    struct digest d;
    if (hex.len != 2 * sizeof d.bytes)
        return false;
    for (size_t i = 0; i < sizeof d.bytes; i++) {
        int high = nibble(hex.at[2 * i]), low = nibble(hex.at[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        d.bytes[i] = (uint8_t)(high << 4 | low);
    }
    *ret = d;
    return true;
}

uint64_t hash64(struct slice s, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes_of(s), s.len, seed);
}

uint64_t hash64_two(uint64_t a, uint64_t b, uint64_t seed)
{
    const uint64_t both[2] = {a, b};
    return XXH3_64bits_withSeed(both, sizeof both, seed);
}

void hash128(struct slice s, uint64_t ret[2])
{
    XXH128_hash_t h = XXH3_128bits(bytes_of(s), s.len);
    ret[0] = h.low64;
    ret[1] = h.high64;
}
