/* date_orders.h: dates that are not written in the order in which the specification reads them: taken for others, or
 * for none, they cost accuracy and nobody sees it. Said, not refused, as people write what they write. */
#ifndef STAITHE_LINK_DATE_ORDERS_H
#define STAITHE_LINK_DATE_ORDERS_H

#include "link/link.h"

/* A sentence on a column of dates, or empty. For records that are read and not prepared yet. Some 100 ns for each
 * distinct text that is not written as ISO. */
struct slice date_orders_note(const struct link_records *records, size_t column, struct arena *arena);

#endif
