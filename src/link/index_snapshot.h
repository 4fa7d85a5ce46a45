/* index_snapshot.h: a whole index as one file, for the files of this room (index_file.c). */
#ifndef STAITHE_LINK_INDEX_SNAPSHOT_H
#define STAITHE_LINK_INDEX_SNAPSHOT_H

#include "base/host.h"
#include "link/index.h"

struct snapshot {
    uint64_t sequence;
    int64_t position;
    bool ahead; /* records came or went since the position was marked */
    struct slice specification, model_text;
    struct link_spec *spec;
    struct link_model *model;
    struct link_index *index;
};

/* Everything of `from` but spec and model is written, beside and then over `path`. */
bool snapshot_write(const struct host *host, struct slice path, const struct snapshot *from,
                    const struct link_options *options, struct error *err) MUST_USE;
bool snapshot_read(const struct host *host, struct slice path, const struct link_options *options, struct arena *arena,
                   struct snapshot *ret, struct error *err) MUST_USE;

/* index_postings.c: sections of a kind, one for each share of the keys, which are written one by one. number: by
 * record, in the file. Nothing that a section says leads outside of memory, as with the rest; an index that is read has
 * no postings before. `beside` is called too, by one of the threads, and may read all else of the index. */
struct pack_writer;
struct pack_reader;
bool postings_write(const struct link_index *index, struct pack_writer *pack, uint32_t kind, uint32_t share,
                    const uint32_t *number, struct error *err) MUST_USE;
bool postings_read(struct link_index *index, struct pack_reader *pack, uint32_t kind, void (*beside)(void *context),
                   void *context, const struct link_options *options, struct error *err) MUST_USE;

#endif
