/* prepare.h: what the files that prepare a table of records share: prepare.c codes the columns of the files and makes
 * their features, made.c codes the columns that join them, record_order.c puts the records in order. */
#ifndef STAITHE_LINK_PREPARE_H
#define STAITHE_LINK_PREPARE_H

#include "link/records.h"

/* Room for what is known to come first; what comes later doubles, from a million on it takes a quarter more. */
#define RESERVE(arena, array, capacity, wanted)                                                                        \
    ((capacity) ? (void)0                                                                                              \
                : (void)((array) = arena_regrow((arena), NULL, 0, (wanted) * sizeof *(array)), (capacity) = (wanted)))
#define GROW(arena, array, count, capacity)                                                                            \
    ((count) < (capacity)                                                                                              \
         ? (void)0                                                                                                     \
         : (void)((array) = prepare_grown((arena), (array), (count) + 1, &(capacity), sizeof *(array))))
void *prepare_grown(struct arena *arena, void *array, size_t wanted, size_t *capacity, size_t size);

/* Room for the codes and keys of all records. */
void prepare_room(struct link_records *records);
/* Codes the records that are not coded yet: the columns of the files, then the rows, then the columns made of them. */
bool prepare_new(struct link_records *records, const struct link_options *options, struct error *err) MUST_USE;
/* Features of those of a column's first `count` plain texts that have none, and of their tokens. One thread a column;
 * another one may number further texts of it meanwhile, as long as that moves nothing. */
void prepare_features(struct link_records *records, size_t column, size_t count);
/* A made column's codes and features of the records that are not coded yet, whose other columns are. */
bool made_code(struct link_records *records, size_t column, const struct link_options *options,
               struct error *err) MUST_USE;
/* Fills records->order. */
bool order_make(struct link_records *records, const struct link_options *options, struct error *err) MUST_USE;

#endif
