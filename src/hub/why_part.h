/* why_part.h: one link of why.h taken apart, with what may not be shown left out. Private to this room. */
#ifndef STAITHE_HUB_WHY_PART_H
#define STAITHE_HUB_WHY_PART_H

#include "hub/component.h"
#include "hub/reading.h"
#include "hub/why.h"

struct tree_edge {
    double weight;
    uint32_t a, b;
};
/* Heaviest first, then by numbers. */
int tree_edge_order(const void *a, const void *b);

/* The component's records as the grant may name them. */
bool why_records(struct reading *reading, const struct component *component, struct why_view *view,
                 struct error *err) MUST_USE;
bool why_link_make(struct reading *reading, const struct component *component, uint32_t a, uint32_t b,
                   struct why_link *ret, struct error *err) MUST_USE;
/* Why the two of a pair are, or are not, one person. */
/* Names the number only where the view's first link shows it. */
struct slice why_numbers_differ(const struct why_view *view);
struct slice why_outcome(const struct component *component, const struct why_view *view, struct arena *arena);

#endif
