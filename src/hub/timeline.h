/* timeline.h: what happened, across agencies, newest first: events that records tell, residences that began or ended,
 * and what was written in the hub. Private to this room. */
#ifndef STAITHE_HUB_TIMELINE_H
#define STAITHE_HUB_TIMELINE_H

#include "hub/entry.h"
#include "hub/reading.h"

void timeline_make(const struct reading *reading, const struct view_record *records, size_t count,
                   const struct entry_line *entries, size_t entry_count, struct view_event **ret, size_t *ret_count);

#endif
