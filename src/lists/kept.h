/* kept.h: lists worked out, kept from one opening to the next.
 *
 * Working out a list reads the whole county; what comes of it is small and stays the same until something lands, is
 * linked, decided or recorded, or an agreement or the declaration changes. All of that is in the key (list.c makes it
 * inside the transaction that it holds for), so that what is found under a key is what working out would give now,
 * under the grant of this request.
 *
 * Bounds: KEPT_LISTS_MOST lists and KEPT_LISTS_BYTES; past either the one used longest ago is let go, and one that
 * alone is larger is not kept. An older state of the same list under the same grant is let go as the newer comes.
 * Nothing is ever written to disk.
 *
 * Any thread may take and keep; each user counts as one and the last one frees. */
#ifndef STAITHE_LISTS_KEPT_H
#define STAITHE_LISTS_KEPT_H

#include "lists/work.h"

enum { KEPT_LISTS_MOST = 32 };
#define KEPT_LISTS_BYTES ((size_t)64 << 20)

struct kept_lists;

struct kept_lists *kept_lists_make(void);
/* Nobody uses one any more. NULL is fine. */
void kept_lists_free(struct kept_lists *kept);

/* A list's own name among others: `what` (list and grant) stays the same, `state` changes with what it was made from.
 */
struct kept_key {
    struct slice what, state;
};
/* The one of this key, until the arena ends; NULL when there is none. */
const struct worked *kept_lists_find(struct kept_lists *kept, const struct kept_key *key, struct arena *arena);
/* Keeps it; `worked` is in an arena of its own, which belongs to the keeper from now on, and lives until `arena` ends
 * at least. `kept` NULL: only that. */
void kept_lists_add(struct kept_lists *kept, const struct kept_key *key, struct worked *worked, struct arena *arena);

#endif
