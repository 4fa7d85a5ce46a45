/* what_if.h: which entities would join and split under another specification, before it is adopted: what
 * `staithe link SPEC.yaml FILE… --what-if OTHER.yaml` says. Both link the same files; nothing is written. */
#ifndef STAITHE_LINK_WHAT_IF_H
#define STAITHE_LINK_WHAT_IF_H

#include "link/link_files.h"

struct what_if {
    uint32_t before, after; /* entities */
    uint32_t same;          /* of exactly the same records */
    uint32_t joined;        /* entities after that have records of several before */
    uint32_t split;         /* entities before whose records are in several after */
    uint64_t pairs_joined, pairs_split;
};

/* Entities by record, numbered below `count`. */
void what_if_count(const uint32_t *before, const uint32_t *after, uint32_t count, struct what_if *ret);

/* `request` links as things stand (its outputs are not written); `other` is the path of the other specification, whose
 * model is trained from the same files. At most `examples` joins and as many splits are explained, those first that
 * are the least certain. */
bool link_what_if(const struct link_files_request *request, struct slice other, size_t examples, struct buffer *out,
                  struct error *err) MUST_USE;

#endif
