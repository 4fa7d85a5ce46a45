/* index_pack.h: a file of numbered sections, each with its size and checksum; for the files of this room.
 *
 * It is written beside, synced and renamed over, so that there is the old file or the new one. On reading nothing of a
 * section is believed before its checksum fits. Numbers are as this kind of machine holds them; a file of another kind
 * is refused. */
#ifndef STAITHE_LINK_INDEX_PACK_H
#define STAITHE_LINK_INDEX_PACK_H

#include "base/host.h"
#include "link/link.h"

enum { INDEX_PACK_VERSION = 3 };

struct pack_writer;

/* Begins the file that is to take the place of `path`. */
bool pack_begin(const struct host *host, struct slice path, uint64_t sequence, struct arena *arena,
                struct pack_writer **ret, struct error *err) MUST_USE;
/* What is added from here on is of this section. */
bool pack_section(struct pack_writer *writer, uint32_t kind, uint32_t number, struct error *err) MUST_USE;
bool pack_add(struct pack_writer *writer, const void *data, size_t size, struct error *err) MUST_USE;

/* Several threads make the file's parts, each of which writes its sections to the writer that it is handed; they come
 * into the file in the order of their numbers. The part whose turn it is writes, others hold what they have until they
 * are that: some megabytes, then they wait. */
bool pack_parts(struct pack_writer *writer, size_t parts, const struct link_options *options,
                bool (*make)(void *context, size_t part, struct pack_writer *writer, struct error *err), void *context,
                struct error *err) MUST_USE;
/* Writes the table of sections, makes the file durable and puts it in its place. */
bool pack_end(struct pack_writer *writer, struct error *err) MUST_USE;

struct pack_reader;

/* Says that the file is damaged, and how; false. */
bool pack_damaged(const struct pack_reader *reader, const char *what, struct error *err);

bool pack_open(const struct host *host, struct slice path, struct arena *arena, struct pack_reader **ret,
               struct error *err) MUST_USE;
uint64_t pack_sequence(const struct pack_reader *reader);
/* A whole section, to be given back with arena_give_back(arena, ret->at) or with the arena; one that is not there is
 * an error. */
bool pack_read(struct pack_reader *reader, uint32_t kind, uint32_t number, struct arena *arena, struct slice *ret,
               struct error *err) MUST_USE;

#endif
