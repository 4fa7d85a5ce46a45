/* homes.h: homes from the gazetteer, records put into them, and the view of a home.
 *
 * A record is put into a home by its UPRN when the gazetteer has it, else by its address when link/address.h finds one
 * home for it, exact or near. An address that fits two homes is put into none. */
#ifndef STAITHE_HUB_HOMES_H
#define STAITHE_HUB_HOMES_H

#include "hub/hub.h"
#include "hub/view.h"

struct home_resident {
    int64_t entity;
    struct slice name;       /* as the grant may show it; "Name not shown under this purpose" else */
    struct date born;        /* NO_DATE unless shown */
    struct date from, until; /* earliest and latest that a record says; NO_DATE: not said */
    bool current;
    const struct slice *sources; /* titles of the sources that put the person here, among those of the grant */
    size_t source_count;
};

struct home_view {
    struct slice uprn;
    int64_t entity;
    struct slice kind, address, postcode, locality, town, district;
    bool shared;                     /* more people than one household: a care home, hostel, or very many residents */
    struct home_resident *residents; /* now first, then before; by name */
    size_t resident_count;
    bool more_residents;         /* cut at 100 */
    struct view_record *records; /* records about the home itself: tenancies, visits, by source and anchor */
    size_t record_count;
    struct view_event *timeline; /* visits and other events of the home, newest first */
    size_t event_count;
    const struct grant *grant; /* what was allowed and what excluded */
    struct freshness *freshness;
    size_t freshness_count;
};

/* The home under the session's grant, audited as "home". ERROR_NOT_FOUND when there is no such UPRN. */
bool hub_home(const struct hub *hub, const struct guard_session *session, struct slice uprn, struct arena *arena,
              struct home_view **ret, struct error *err) MUST_USE;

#endif
