/* view.h: the single view of one person, under one session's grant.
 *
 * Everything in it is read through the grant: records of a source that the purpose may not show are not there, fields
 * that no clause shows are not there, and changing anything outside the grant changes no byte of the answer. Each fact
 * points to the record that gave it, and the record carries its evidence.
 *
 * THE BEST VALUE of an attribute, by this rule, which is said with each fact: a value of an identifier verified by its
 * owner; else the value that most sources agree on, then most records (compared in plain form, a fuller form counting
 * with the shorter one that it contains); else that of the source with the latest as-at day; else the first source by
 * name. Addresses and contact details are of the freshest record first. Values that differ stand below it, never
 * hidden.
 *
 * Cost: about twenty indexed statements; well under a millisecond on SQLite for a person of ten records. */
#ifndef STAITHE_HUB_VIEW_H
#define STAITHE_HUB_VIEW_H

#include "hub/hub.h"

struct view_field {
    const struct column *column; /* its title and attribute */
    struct slice value;          /* in words: dates as "3 February 1952", booleans as Yes and No */
    struct slice raw;            /* as stored */
};

struct view_record {
    struct evidence evidence;
    int64_t entity;
    struct view_field *fields; /* those that the grant shows and that are filled, in the contract's order */
    size_t field_count;
};

struct view_value {
    struct slice value; /* in words */
    size_t record;      /* number in person_view.records */
    size_t field;       /* number in that record's fields */
};

struct view_fact {
    enum attribute attribute;
    struct slice title; /* "Date of birth" */
    struct view_value best;
    struct slice rule;         /* why this value: "verified by its owner", "3 of 4 sources say so", "the only one" */
    size_t agreeing;           /* records that say the same, itself included */
    struct view_value *others; /* that differ; each differing value once, by source */
    size_t other_count;
};

enum view_marker_kind { MARKER_DEATH, MARKER_STAFF_SAFETY, MARKER_COMMUNICATION };
struct view_marker {
    enum view_marker_kind kind;
    struct view_value value;
};

struct view_event {
    struct date date;  /* NO_DATE last */
    struct slice what; /* "Home safety visit: alarms fitted" */
    struct slice text; /* a note, may be empty */
    struct slice source_title;
    int64_t record;          /* number in records, or -1 */
    int64_t entry;           /* id in the hub's own entries, or 0 */
    struct slice written_by; /* of entries */
};

struct view_home {
    struct slice uprn, address, postcode, kind;
    struct date from, until;
    bool current;
    struct slice how; /* "by UPRN", "by its address" */
    size_t record;    /* which record says so */
};

struct view_housemate {
    int64_t entity;
    struct slice name;
    struct date born; /* NO_DATE unless shown */
    struct date from;
};

struct view_change { /* joins and splits of this entity */
    int64_t at;
    struct slice kind, cause;
    int64_t other;
};

struct person_view {
    int64_t linkage, entity;
    struct slice name;           /* "Margaret Ann Smith"; "Name not shown under this purpose" */
    struct view_marker *markers; /* death first, then staff safety, then communication */
    size_t marker_count;
    struct view_fact *facts; /* the golden summary, in the order of ATTRIBUTES */
    size_t fact_count;
    struct view_record *records; /* by source name, then anchor */
    size_t record_count;
    struct view_event *timeline; /* newest first */
    size_t event_count;
    struct view_home *homes; /* current first, then newest */
    size_t home_count;
    struct view_housemate *household; /* others who live at the current home, by name; at most 30 */
    size_t household_count;
    bool household_shared;       /* the home is a care home, hostel or the like: neighbours, no household */
    struct view_change *changes; /* of the entity, newest first */
    size_t change_count;
    size_t open_concerns;
    const struct grant *grant;   /* purposes, clauses, and the sources excluded, whether or not they hold anything */
    struct freshness *freshness; /* of the sources that the grant shows */
    size_t freshness_count;
    size_t records_held; /* how many records there are, also while the caller is not identified */
    /* True when the session's role must identify the caller first and has not: then only `name`, `records_held` and
     * what is not about the person is filled. */
    bool caller_check_needed;
};

/* Audited as "view", with the place of the session's visit. ERROR_NOT_FOUND when there is no such entity in the
 * session's linkage, or the grant shows nothing of it. An entity that was joined into another gives the other. */
bool hub_view(const struct hub *hub, const struct guard_session *session, int64_t entity, struct arena *arena,
              struct person_view **ret, struct error *err) MUST_USE;

/* The caller-identity check of the contact centre: the answers that the caller gave are held against the records
 * that the grant may match on. At least two of birth date, postcode and NHS number must fit, the birth date among them
 * when given; the name is on the screen and counts for nothing, but one that does not fit refuses. At least one
 * that fits must not have been part of a search of the same account today: what was typed to find the person is not
 * what the caller says. On success the session remembers this entity (guard_caller_checked). *ret_passed says the
 * outcome; both outcomes are audited as "identity check". Which answers fitted is never said. */
struct caller_answers {
    struct slice name, birth_date, postcode, nhs_number;
};
bool hub_check_caller(const struct hub *hub, struct guard_session *session, int64_t entity,
                      const struct caller_answers *answers, bool *ret_passed, struct error *err) MUST_USE;

/* One record, down to its evidence, with its earlier versions, newest first. Audited as "record". */
bool hub_record(const struct hub *hub, const struct guard_session *session, int64_t anchor, struct arena *arena,
                struct view_record **ret_versions, size_t *ret_count, struct error *err) MUST_USE;

#endif
