/* household.h: where a person lives and lived, and with whom. Private to this room. */
#ifndef STAITHE_HUB_HOUSEHOLD_H
#define STAITHE_HUB_HOUSEHOLD_H

#include "hub/reading.h"

/* "Dwelling", "Flat" and the like hold one household; care homes, hostels and student houses do not. */
bool home_is_shared(struct slice kind);
/* Fills view->homes. *ret_uprn is the current home's, or empty. */
bool homes_load(struct reading *reading, const struct loaded_person *person, struct person_view *view,
                struct slice *ret_uprn, struct error *err) MUST_USE;
bool household_load(struct reading *reading, const struct loaded_person *person, struct slice uprn,
                    struct person_view *view, struct error *err) MUST_USE;

/* Who the records put into a home, under the grant: entities with what the sources that may show their place say. */
struct resident {
    int64_t entity;
    struct date from, until;
    bool current;
    struct slice *sources; /* titles, each once */
    size_t source_count;
};
bool residents_load(struct reading *reading, struct slice uprn, struct resident **ret, size_t *ret_count,
                    struct error *err) MUST_USE;

/* "LINKAGE:ENTITY", as the guard and the audit name a person. */
struct slice subject_of(int64_t linkage, int64_t entity, struct arena *arena);
void freshness_of(const struct reading *reading, bool shown_only, struct freshness **ret, size_t *ret_count);

#endif
