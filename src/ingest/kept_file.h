/* kept_file.h: the files as the partners sent them: kept under their digest, encrypted, and able to forget one record.
 *
 * A keeper looks after the folder kept/ of the hub's data folder. keeper_keep copies a file into it while hashing it
 * (SHA-256 over the bytes as received), syncs the copy, gives it its digest as name, and syncs the folder: when it
 * returns true the file outlives a power cut. Keeping the same bytes twice keeps one file.
 *
 * Form of a kept file: a header of 64 bytes (a magic line, the frame size, a random id), then frames of 64 KiB of the
 * file's bytes, each sealed by XChaCha20-Poly1305 under its own random nonce, with id, frame number and "this is the
 * last" as associated data: a frame that was changed, swapped, taken from another file or cut off at the end is found.
 * Any part can be read without reading what stands before it; keeper_blank overwrites byte ranges with spaces (erasure)
 * by writing the file anew beside.
 *
 * The key is 32 random bytes in keys/kept.key, mode 0600, made at the first use. Without it kept files and quarantined
 * values cannot be read: back it up apart from the data. Values in quarantine are sealed under a key derived from it.
 *
 * A keeper is immutable and may be used from any thread; a kept_reader belongs to one. Keeping costs two threads for as
 * long as it runs (one hashes, one seals and writes) and 1 MiB. Errors: ERROR_FULL, ERROR_NOT_FOUND, and ERROR_IO,
 * also for a kept file that does not open under the key. */
#ifndef STAITHE_INGEST_KEPT_FILE_H
#define STAITHE_INGEST_KEPT_FILE_H

#include "base/csv.h"
#include "base/hash.h"
#include "base/host.h"

struct keeper;
struct kept_reader;

struct kept {
    struct digest digest; /* of the bytes as received */
    uint64_t size;
};

/* `folder` is the hub's data folder. Makes kept/ and keys/kept.key when they are not there. Lives in the arena. */
bool keeper_open(const struct host *host, struct slice folder, struct arena *arena, struct keeper **ret,
                 struct error *err) MUST_USE;

/* Keeps the file at `path` ("-": what comes from standard input), in one reading and without a copy of it in plain text
 * anywhere. After a failure nothing new is kept; what a killed program had half written is swept by the next
 * keeper_open (incoming.h). */
bool keeper_keep(const struct keeper *keeper, struct slice path, struct kept *ret, struct error *err) MUST_USE;

/* Opens a kept file for reading; closed when the arena ends. */
bool keeper_read(const struct keeper *keeper, const struct digest *digest, struct arena *arena,
                 struct kept_reader **ret, struct error *err) MUST_USE;
uint64_t kept_size(const struct kept_reader *reader);
/* Up to size bytes from the offset; *ret_read is 0 at the end only. Cheap when offsets rise: one frame is held opened.
 */
bool kept_read_at(struct kept_reader *reader, uint64_t offset, void *out, size_t size, size_t *ret_read,
                  struct error *err) MUST_USE;
/* A csv_source from kept_seek's place on. */
bool kept_csv(void *reader, void *out, size_t size, size_t *ret_read, struct error *err) MUST_USE;
void kept_seek(struct kept_reader *reader, uint64_t offset);

/* Overwrites byte ranges [offset, offset + length) with spaces, for good; the name stays, and the digest no longer fits
 * the content, which is meant. The old content or the new, never a mixture. */
struct kept_range {
    uint64_t offset, length;
};
bool keeper_blank(const struct keeper *keeper, const struct digest *digest, const struct kept_range *ranges,
                  size_t count, struct error *err) MUST_USE;

/* Reads the whole file and holds it against its name. *ret_blanked: every frame opens, but the digest differs, as after
 * keeper_blank. */
bool keeper_check(const struct keeper *keeper, const struct digest *digest, bool *ret_blanked,
                  struct error *err) MUST_USE;

/* Small texts under the keeper's key: values in quarantine. */
struct slice keeper_seal(const struct keeper *keeper, struct slice text, struct arena *arena);
bool keeper_unseal(const struct keeper *keeper, struct slice sealed, struct arena *arena, struct slice *ret,
                   struct error *err) MUST_USE;

#endif
