/* arrange.h: for linking files: the records put into an order in which what is compared stands side by side. */
#ifndef STAITHE_LINK_ARRANGE_H
#define STAITHE_LINK_ARRANGE_H

#include "link/records.h"

/* Prepares the records and gives them other numbers. `added` then tells in which place a record was added, `place` the
 * way back. Once, and before anything else has taken note of a number. */
bool records_arrange(struct link_records *records, const struct link_options *options, struct error *err) MUST_USE;

#endif
