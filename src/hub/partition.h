/* partition.h: the digest of a linkage: which records there are, what they say, and which of them are of one person.
 *
 * It is a sum over the entities: of each entity the SHA-256 of its records (source, key and hash of the values, in
 * canonical order) is taken as four numbers of 64 bits, which are added each for itself. So it depends neither on ids
 * nor on any order, and when a few entities change, theirs of before are taken away and theirs of now are added: that
 * gives the bytes that summing everything anew gives. Private to this room. */
#ifndef STAITHE_HUB_PARTITION_H
#define STAITHE_HUB_PARTITION_H

#include "hub/linked.h"

/* What the digest holds of a record. */
struct content {
    int64_t anchor;
    struct slice source, key, hash;
};

/* In canonical order, of all records. */
struct content *contents_of(const struct linked *linked, struct arena *arena);
/* The versions of these anchors at a linking, in canonical order; such as were not there then are left out. */
bool contents_at(struct transaction *transaction, int64_t linking, const int64_t *anchors, size_t count,
                 struct arena *arena, struct content **ret, size_t *ret_count, struct error *err) MUST_USE;
void contents_order(struct content *contents, size_t count);

/* Adds the entities to a digest, or takes them away. entity[i] is that of contents[i], in canonical order; 0: none. The
 * entities must be whole. *ret_entities: how many. */
void partition_add(struct digest *sum, const struct content *contents, const int64_t *entity, size_t count,
                   bool take_away, size_t *ret_entities);

#endif
