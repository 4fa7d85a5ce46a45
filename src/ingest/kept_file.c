/* kept_file.c: the layout of kept files, and the two threads that make them.
 *
 * On the disk: 64 bytes of header (magic line padded with zeros to 40, frame size as 8 bytes little-endian, 16 bytes of
 * id), then frames of 24 bytes nonce + up to 65,536 bytes sealed + 16 bytes tag. Frame n begins at 64 + n × 65,576. All
 * are full but the last; an empty file has one empty last frame. So the size of what is inside follows from the size of
 * the file.
 *
 * A partner's file is read once. Hashing costs as much as sealing and writing together (SHA-256 about 300 MB/s,
 * XChaCha20-Poly1305 about 450 MB/s a core), so a helper thread hashes blocks out of a ring that the main thread fills:
 * the two take the time of one. AES-GCM would seal six times as fast, and was left since libsodium has it only where
 * the processor helps: a backup must open on any machine. */
#include "ingest/kept_file.h"

#include "base/lock.h"
#include "ingest/incoming.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#define FRAME      ((size_t)65536)
#define NONCE      ((size_t)crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
#define TAG        ((size_t)crypto_aead_xchacha20poly1305_ietf_ABYTES)
#define SEALED     (NONCE + FRAME + TAG)
#define HEADER     ((size_t)64)
#define ID_AT      ((size_t)48)
#define ID         ((size_t)16)
#define RING       ((size_t)16)
#define KEPT_MAGIC "staithe kept file 1\n"

struct keeper {
    const struct host *host;
    struct slice folder; /* kept/ itself */
    uint8_t file_key[32], value_key[32];
};

struct kept_reader {
    const struct keeper *keeper;
    struct host_file *file;
    uint8_t id[ID];
    uint64_t size, frames, at;
    uint64_t opened; /* number of the frame in plain[], UINT64_MAX when none */
    size_t plain_len;
    uint8_t plain[FRAME];
    uint8_t sealed[SEALED];
};

/* ---- The keeper ---- */

static void forget(void *handle)
{
    struct keeper *keeper = handle;
    sodium_memzero(keeper->file_key, sizeof keeper->file_key);
    sodium_memzero(keeper->value_key, sizeof keeper->value_key);
}

static bool key_read(struct keeper *keeper, struct slice folder, struct arena *arena, struct error *err)
{
    struct slice keys = arena_format(arena, "%.*s/keys", PRINT(folder));
    struct slice path = arena_format(arena, "%.*s/kept.key", PRINT(keys));
    struct slice key;
    if (!host_exists(path)) {
        struct file_lock *lock;
        uint8_t fresh[32];
        if (!host_make_folder(keeper->host, keys, err) ||
            !file_lock(arena_format(arena, "%.*s/kept.lock", PRINT(keys)), true, arena, &lock, err))
            return false;
        host_random(keeper->host, fresh, sizeof fresh);
        bool made = host_exists(path) || host_write_file(keeper->host, path, slice_from(fresh, sizeof fresh), err);
        sodium_memzero(fresh, sizeof fresh);
        file_unlock(lock);
        if (!made)
            return error_wrap(err, "making the key of the kept files");
    }
    if (!host_read_file(keeper->host, path, 4096, arena, &key, err))
        return error_wrap(err, "reading the key of the kept files");
    if (key.len != 32)
        return error_set(err, ERROR_INPUT,
                         "%.*s is not the key of 32 bytes that it was; put it back from its backup, for without it the "
                         "kept files cannot be read",
                         PRINT(path));
    const uint8_t *master = (const uint8_t *)key.at;
    crypto_kdf_derive_from_key(keeper->file_key, 32, 1, "kept----", master);
    crypto_kdf_derive_from_key(keeper->value_key, 32, 2, "kept----", master);
    sodium_memzero((void *)(uintptr_t)key.at, key.len);
    return true;
}

bool keeper_open(const struct host *host, struct slice folder, struct arena *arena, struct keeper **ret,
                 struct error *err)
{
    must(sodium_init() >= 0);
    struct keeper *keeper = arena_new(arena, struct keeper);
    keeper->host = host;
    keeper->folder = arena_format(arena, "%.*s/kept", PRINT(folder));
    arena_defer(arena, forget, keeper);
    if (!host_make_folder(host, keeper->folder, err) || !key_read(keeper, folder, arena, err) ||
        !incoming_sweep(host, keeper->folder, err))
        return false;
    *ret = keeper;
    return true;
}

static struct slice path_of(const struct keeper *keeper, const struct digest *digest, struct arena *arena)
{
    struct slice hex = digest_hex(arena, digest);
    return arena_format(arena, "%.*s/%.*s", PRINT(keeper->folder), PRINT(hex));
}

/* ---- Sealing frames ---- */

static void associated(uint8_t out[ID + 9], const uint8_t id[ID], uint64_t frame, bool last)
{
    memcpy(out, id, ID);
    for (int i = 0; i < 8; i++)
        out[ID + (size_t)i] = (uint8_t)(frame >> (8 * i));
    out[ID + 8] = last;
}

static size_t frame_seal(const struct keeper *keeper, const uint8_t id[ID], uint64_t frame, bool last,
                         const uint8_t *plain, size_t len, uint8_t out[SEALED])
{
    uint8_t about[ID + 9];
    unsigned long long sealed;
    associated(about, id, frame, last);
    host_random(keeper->host, out, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, &sealed, plain, len, about, sizeof about, NULL, out,
                                               keeper->file_key);
    return NONCE + (size_t)sealed;
}

static void header_make(const struct keeper *keeper, uint8_t header[HEADER])
{
    memset(header, 0, HEADER);
    memcpy(header, KEPT_MAGIC, sizeof KEPT_MAGIC - 1);
    for (int i = 0; i < 8; i++)
        header[40 + i] = (uint8_t)((uint64_t)FRAME >> (8 * i));
    host_random(keeper->host, header + ID_AT, ID);
}

/* The ring between the thread that reads, seals and writes and the one that hashes. */
struct ring {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    uint8_t (*blocks)[FRAME];
    size_t lens[RING];
    uint64_t filled, hashed; /* blocks so far */
    bool ended;
    struct hash_state hash;
};

static void *hash_along(void *context)
{
    struct ring *ring = context;
    for (;;) {
        pthread_mutex_lock(&ring->lock);
        while (ring->hashed == ring->filled && !ring->ended)
            pthread_cond_wait(&ring->moved, &ring->lock);
        if (ring->hashed == ring->filled) {
            pthread_mutex_unlock(&ring->lock);
            return NULL;
        }
        size_t at = ring->hashed % RING;
        pthread_mutex_unlock(&ring->lock);
        hash_more(&ring->hash, slice_from(ring->blocks[at], ring->lens[at]));
        pthread_mutex_lock(&ring->lock);
        ring->hashed++;
        pthread_cond_signal(&ring->moved);
        pthread_mutex_unlock(&ring->lock);
    }
}

/* Fills a block to the brim, or to the end of the file. */
static bool block_read(struct host_file *file, uint8_t *block, size_t *ret_len, struct error *err)
{
    size_t len = 0, got = 1;
    while (len < FRAME && got > 0) {
        if (!host_read(file, block + len, FRAME - len, &got, err))
            return false;
        len += got;
    }
    *ret_len = len;
    return true;
}

/* Waits until the block's place in the ring is free, and fills it; *ret_len 0 at the end. */
static bool ring_fill(struct ring *ring, struct host_file *in, size_t *ret_len, struct error *err)
{
    pthread_mutex_lock(&ring->lock);
    /* The block before this one is still to be sealed, so one place less than the ring has may be ahead of the hash. */
    while (ring->filled - ring->hashed >= RING - 1)
        pthread_cond_wait(&ring->moved, &ring->lock);
    size_t at = ring->filled % RING;
    pthread_mutex_unlock(&ring->lock);
    if (!block_read(in, ring->blocks[at], &ring->lens[at], err))
        return false;
    *ret_len = ring->lens[at];
    pthread_mutex_lock(&ring->lock);
    ring->filled++;
    pthread_cond_signal(&ring->moved);
    pthread_mutex_unlock(&ring->lock);
    return true;
}

static bool seal_all(const struct keeper *keeper, struct ring *ring, struct host_file *in, struct host_file *out,
                     uint64_t *ret_size, struct error *err)
{
    uint8_t header[HEADER], *sealed = malloc(SEALED);
    must(sealed);
    header_make(keeper, header);
    size_t len, next = 0;
    uint64_t size = 0, frame = 0;
    bool good = host_write(out, header, sizeof header, err) && ring_fill(ring, in, &len, err);
    for (bool last = false; good && !last; frame++, len = next) {
        const uint8_t *block = ring->blocks[frame % RING];
        last = len < FRAME;
        if (!last)
            good = ring_fill(ring, in, &next, err);
        if (!good)
            break;
        if (!last && next == 0)
            last = true;
        size_t sealed_len = frame_seal(keeper, header + ID_AT, frame, last, block, len, sealed);
        good = host_write(out, sealed, sealed_len, err);
        size += len;
    }
    free(sealed);
    *ret_size = size;
    return good;
}

/* Reads, hashes and seals; the hash has its own thread for as long. */
static bool keep_into(const struct keeper *keeper, struct host_file *in, struct host_file *out, struct arena *arena,
                      struct kept *ret, struct error *err)
{
    struct ring ring = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};
    ring.blocks = arena_alloc(arena, FRAME, RING, 64);
    hash_start(&ring.hash);
    pthread_t helper;
    must(pthread_create(&helper, NULL, hash_along, &ring) == 0);
    uint64_t size = 0;
    bool good = seal_all(keeper, &ring, in, out, &size, err);
    pthread_mutex_lock(&ring.lock);
    ring.ended = true;
    pthread_cond_signal(&ring.moved);
    pthread_mutex_unlock(&ring.lock);
    pthread_join(helper, NULL);
    if (good)
        *ret = (struct kept){hash_end(&ring.hash), size};
    return good;
}

bool keeper_keep(const struct keeper *keeper, struct slice path, struct kept *ret, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct host_file *in;
    struct incoming *incoming;
    struct kept kept;
    bool good = host_open(keeper->host, path, HOST_READ, arena, &in, err) &&
                incoming_make(keeper->host, keeper->folder, arena, &incoming, err) &&
                keep_into(keeper, in, incoming->file, arena, &kept, err) &&
                incoming_become(incoming, path_of(keeper, &kept.digest, arena), err);
    arena_free(arena);
    if (!good)
        return error_wrap(err, "keeping %.*s", PRINT(slice_equal(path, S("-")) ? S("standard input") : path));
    *ret = kept;
    return true;
}

/* ---- Reading ---- */

static bool damaged(const struct kept_reader *reader, struct error *err)
{
    (void)reader;
    return error_set(err, ERROR_IO,
                     "a kept file does not open under this hub's key, or was changed; put it back from a backup");
}

static bool frame_open(struct kept_reader *r, uint64_t frame, struct error *err)
{
    size_t got = 0, len = 0;
    bool last = frame + 1 == r->frames;
    if (!host_read_at(r->file, HEADER + frame * SEALED, r->sealed, SEALED, &got, err))
        return false;
    while (got > len && got < SEALED) { /* a short read is no end */
        len = got;
        size_t more;
        if (!host_read_at(r->file, HEADER + frame * SEALED + got, r->sealed + got, SEALED - got, &more, err))
            return false;
        got += more;
    }
    uint8_t about[ID + 9];
    unsigned long long plain;
    associated(about, r->id, frame, last);
    r->opened = UINT64_MAX;
    if (got < NONCE + TAG ||
        crypto_aead_xchacha20poly1305_ietf_decrypt(r->plain, &plain, NULL, r->sealed + NONCE, got - NONCE, about,
                                                   sizeof about, r->sealed, r->keeper->file_key) != 0)
        return damaged(r, err);
    r->plain_len = (size_t)plain;
    r->opened = frame;
    return true;
}

bool keeper_read(const struct keeper *keeper, const struct digest *digest, struct arena *arena,
                 struct kept_reader **ret, struct error *err)
{
    struct kept_reader *r = arena_new(arena, struct kept_reader);
    uint8_t header[HEADER];
    size_t got;
    uint64_t size;
    r->keeper = keeper;
    r->opened = UINT64_MAX;
    if (!host_open(keeper->host, path_of(keeper, digest, arena), HOST_READ, arena, &r->file, err) ||
        !host_file_size(r->file, &size, err) || !host_read_at(r->file, 0, header, sizeof header, &got, err))
        return error_wrap(err, "opening a kept file");
    if (got != sizeof header || memcmp(header, KEPT_MAGIC, sizeof KEPT_MAGIC - 1) != 0 || size < HEADER + NONCE + TAG)
        return damaged(r, err);
    memcpy(r->id, header + ID_AT, ID);
    r->frames = (size - HEADER + SEALED - 1) / SEALED;
    if (size - HEADER - (r->frames - 1) * SEALED < NONCE + TAG)
        return damaged(r, err);
    r->size = size - HEADER - r->frames * (NONCE + TAG);
    *ret = r;
    return true;
}

uint64_t kept_size(const struct kept_reader *reader)
{
    return reader->size;
}

bool kept_read_at(struct kept_reader *reader, uint64_t offset, void *out, size_t size, size_t *ret_read,
                  struct error *err)
{
    size_t done = 0;
    while (done < size && offset + done < reader->size) {
        uint64_t at = offset + done;
        if (reader->opened != at / FRAME && !frame_open(reader, at / FRAME, err))
            return false;
        size_t from = (size_t)(at % FRAME);
        if (from >= reader->plain_len)
            return damaged(reader, err);
        size_t take = reader->plain_len - from;
        take = take < size - done ? take : size - done;
        memcpy((uint8_t *)out + done, reader->plain + from, take);
        done += take;
    }
    *ret_read = done;
    return true;
}

bool kept_csv(void *context, void *out, size_t size, size_t *ret_read, struct error *err)
{
    struct kept_reader *reader = context;
    /* An empty file has a frame too: it is opened, so that one that was put in another's place is found. */
    if (reader->size == 0 && reader->opened == UINT64_MAX && !frame_open(reader, 0, err))
        return false;
    if (!kept_read_at(reader, reader->at, out, size, ret_read, err))
        return false;
    reader->at += *ret_read;
    return true;
}

void kept_seek(struct kept_reader *reader, uint64_t offset)
{
    reader->at = offset;
}

/* ---- Forgetting and checking ---- */

static void blank_frame(struct kept_reader *r, uint64_t start, const struct kept_range *ranges, size_t count)
{
    uint64_t end = start + r->plain_len;
    for (size_t i = 0; i < count; i++) {
        uint64_t from = ranges[i].offset > start ? ranges[i].offset : start;
        uint64_t until = ranges[i].offset + ranges[i].length < end ? ranges[i].offset + ranges[i].length : end;
        if (from < until)
            memset(r->plain + (from - start), ' ', (size_t)(until - from));
    }
}

static bool blank_into(const struct keeper *keeper, struct kept_reader *r, struct host_file *out,
                       const struct kept_range *ranges, size_t count, struct arena *arena, struct error *err)
{
    uint8_t header[HEADER], *sealed = arena_array(arena, uint8_t, SEALED);
    header_make(keeper, header);
    bool good = host_write(out, header, sizeof header, err);
    for (uint64_t frame = 0; good && frame < r->frames; frame++) {
        good = frame_open(r, frame, err);
        if (!good)
            break;
        blank_frame(r, frame * FRAME, ranges, count);
        size_t len = frame_seal(keeper, header + ID_AT, frame, frame + 1 == r->frames, r->plain, r->plain_len, sealed);
        good = host_write(out, sealed, len, err);
    }
    return good;
}

bool keeper_blank(const struct keeper *keeper, const struct digest *digest, const struct kept_range *ranges,
                  size_t count, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct kept_reader *reader;
    struct incoming *incoming;
    bool good = keeper_read(keeper, digest, arena, &reader, err) &&
                incoming_make(keeper->host, keeper->folder, arena, &incoming, err) &&
                blank_into(keeper, reader, incoming->file, ranges, count, arena, err) &&
                incoming_become(incoming, path_of(keeper, digest, arena), err);
    arena_free(arena);
    return good;
}

bool keeper_check(const struct keeper *keeper, const struct digest *digest, bool *ret_blanked, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct kept_reader *reader = NULL;
    struct hash_state hash;
    hash_start(&hash);
    bool good = keeper_read(keeper, digest, arena, &reader, err);
    for (uint64_t frame = 0; good && frame < reader->frames; frame++) {
        good = frame_open(reader, frame, err);
        if (good)
            hash_more(&hash, slice_from(reader->plain, reader->plain_len));
    }
    arena_free(arena);
    if (!good)
        return false;
    struct digest now = hash_end(&hash);
    *ret_blanked = !digest_equal(&now, digest);
    return true;
}

/* ---- Small texts ---- */

struct slice keeper_seal(const struct keeper *keeper, struct slice text, struct arena *arena)
{
    uint8_t *out = arena_array(arena, uint8_t, NONCE + text.len + TAG);
    unsigned long long len;
    host_random(keeper->host, out, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE, &len, (const uint8_t *)text.at, text.len, NULL, 0, NULL,
                                               out, keeper->value_key);
    return slice_from(out, NONCE + (size_t)len);
}

bool keeper_unseal(const struct keeper *keeper, struct slice sealed, struct arena *arena, struct slice *ret,
                   struct error *err)
{
    const uint8_t *in = (const uint8_t *)sealed.at;
    unsigned long long len = 0;
    uint8_t *out = arena_array(arena, uint8_t, sealed.len + 1);
    if (sealed.len < NONCE + TAG ||
        crypto_aead_xchacha20poly1305_ietf_decrypt(out, &len, NULL, in + NONCE, sealed.len - NONCE, NULL, 0, in,
                                                   keeper->value_key) != 0)
        return error_set(
            err, ERROR_INPUT,
            "a value in quarantine does not open under this hub's key; put keys/kept.key back from its backup");
    *ret = slice_from(out, (size_t)len);
    return true;
}
