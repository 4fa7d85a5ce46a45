/* spill.h: an array that is memory as far as it may be, and a file beyond.
 *
 * It is filled from its beginning to its end by one thread at a time, and read in any order, by any thread, once it is
 * ended. What goes past its room goes, with all before it, to a file without a name (host_open_nameless) in the folder
 * of the options; what is read from there counts as memory of this process until spill_rest lets it go. */
#ifndef STAITHE_LINK_SPILL_H
#define STAITHE_LINK_SPILL_H

#include "link/link.h"

struct spill;

/* Where options (may be NULL) name no host, or bound no memory, all is memory. Lives in the arena. */
struct spill *spill_make(const struct link_options *options, uint64_t room, struct arena *arena) MUST_USE;
/* A disk that is full is ERROR_FULL; nothing can be added after an error. */
bool spill_add(struct spill *spill, const void *data, size_t size, struct error *err) MUST_USE;
/* Where it lies, aligned to 64 bytes, for as long as the arena lives. Nothing can be added after it. */
bool spill_end(struct spill *spill, const void **ret, struct error *err) MUST_USE;
/* Bytes on disk, 0 when it is memory; NULL has none. */
uint64_t spill_on_disk(const struct spill *spill);
/* Lets the memory go that reading took; NULL does nothing. Any thread. */
void spill_rest(const struct spill *spill);

#endif
