/* arrange.h: for linking files: the records put into an order in which what is compared stands side by side. */
#ifndef STAITHE_LINK_ARRANGE_H
#define STAITHE_LINK_ARRANGE_H

#include "link/records.h"

/* Prepares the records and gives them other numbers. `added` then tells in which place a record was added, `place` the
 * way back. Once, and before anything else has taken note of a number. */
bool records_arrange(struct link_records *records, const struct link_options *options, struct error *err) MUST_USE;
/* The same alone, without looking for followers (below) and at memory. */
bool records_put_together(struct link_records *records, const struct link_options *options, struct error *err) MUST_USE;

/* FOLLOWERS. Of more than RECORDS_SAME records of a source that are the same in every column, all but the first
 * RECORDS_SAME go with the first: they are not blocked on, compared or counted, so a file that holds one record a
 * million times is no million times a million pairs. Found by records_arrange, where any two records may meet.
 * records_rejoin puts them to the cluster of the one that they follow, where that is one with others, or two such
 * records weigh enough to join, or three columns are filled; else each stays by itself. */
enum { RECORDS_SAME = 8 };
void records_rejoin(const struct link_records *records, const struct link_model *model, struct link_clusters *clusters);

#endif
