/* homes.h: homes from the gazetteer, records put into them, and the view of a home.
 *
 * A record is put into a home by its UPRN when the gazetteer has it, else by its address when that fits exactly one
 * home: the postcode, the numbers (flat and house), and the words of the street or building, without regard to case,
 * punctuation, usual short forms (Rd, St, Ave, …), and words that name only the town, district or county. An address
 * that fits two homes is put into none. */
#ifndef STAITHE_HUB_HOMES_H
#define STAITHE_HUB_HOMES_H

#include "hub/hub.h"
#include "hub/view.h"

/* ---- Putting addresses into homes: pure, no database ---- */

struct home_index;

struct home_entry {
    struct slice uprn, postcode;
    struct slice address; /* on one line: flat, building or number, street, and what comes after */
    struct slice place;   /* locality, town, parish, district: words that tell no home apart */
};

/* Built over all homes; texts are copied into the arena. Cost: about 400 bytes a home. */
struct home_index *home_index_make(const struct home_entry *entries, size_t count, struct arena *arena) MUST_USE;
/* The number of the one home that the address fits, or -1. The postcode may be empty or mistyped: then the address must
 * fit one home of the whole gazetteer by its number, all words of its street, and its place. An index may be read from
 * any thread; scratch is the caller's. */
int64_t home_index_find(const struct home_index *index, struct slice address, struct slice postcode,
                        struct arena *scratch);
/* The words and numbers that an address is compared by, each once in the order of the text:
 * "Flat 2, 14 St. John's Rd" gives "f2", "14", "st", "johns", "road" (street and saint are both "st"). */
size_t address_words(struct arena *arena, struct slice address, struct slice **ret_words);

/* ---- The view of a home ---- */

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
bool hub_home(const struct hub *hub, const struct guard_session *session, struct slice uprn, struct slice place,
              struct arena *arena, struct home_view **ret, struct error *err) MUST_USE;

#endif
