/* facts.h: the golden summary: of what several records say, the best value of each attribute, by the rule of view.h.
 * Pure. Private to this room. */
#ifndef STAITHE_HUB_FACTS_H
#define STAITHE_HUB_FACTS_H

#include "hub/view.h"

/* The day that a record speaks of: of the event that it tells, of the end of its residence when that is past, else that
 * of the last extract that held it so, or its arrival. */
struct date record_day(const struct view_record *record, struct date today);

void facts_make(const struct view_record *records, size_t count, struct date today, struct arena *arena,
                struct view_fact **ret, size_t *ret_count);
void markers_make(const struct view_record *records, size_t count, struct arena *arena, struct view_marker **ret,
                  size_t *ret_count);

#endif
