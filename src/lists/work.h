/* work.h: the working out of a list, inside this room: people with the reasons that hold for them.
 *
 * One `struct work` serves one call, in its arena, inside one transaction: load (members and residences), then gather
 * (the rows that meet each rule), then select (who reaches the points and is not left out). list.c pages and names
 * them. */
#ifndef STAITHE_LISTS_WORK_H
#define STAITHE_LISTS_WORK_H

#include "lists/list.h"

struct work_member {
    int64_t anchor, entity;
};

struct work_residence {
    int64_t anchor;
    struct slice uprn;
    bool now;
};

/* A row that meets a rule. */
struct work_hit {
    int64_t entity, anchor;
    struct slice uprn;     /* of rules about homes */
    uint16_t rule, source; /* numbers in the list's rules, in the catalogue's sources */
    struct slice value;
};

struct work_person {
    int64_t entity;
    int64_t points;
    size_t first_hit, hit_count; /* in hits, which are by entity, then rule */
    struct date born;
    enum age_group age;
    struct slice uprn;                 /* home, empty when none is known */
    size_t first_member, member_count; /* in by_entity */
};

struct work {
    const struct hub *hub;
    const struct grant *grant;
    const struct list *list;
    struct arena *arena;
    struct transaction *transaction;
    struct date day;
    int64_t linkage;
    struct work_member *members;   /* by anchor */
    struct work_member *by_entity; /* by entity, then anchor */
    size_t member_count;
    struct work_residence *residences; /* by anchor */
    size_t residence_count;
    struct work_hit *hits;
    size_t hit_count, hit_capacity;
    struct work_person *people; /* chosen, in the list's order */
    size_t person_count;
    struct list_left_out *left_out; /* one for each leave_out rule, then one for recorded outcomes */
    struct list_unusable *unusable;
    size_t unusable_count;
};

bool work_out(struct work *work, struct error *err) MUST_USE;
/* Why it may not be told for how many people any of the rules holds: the titles of the sources that a rule reads and
 * the grant does not count, for an age group that it reads; empty: it may. `reasons`: these are reasons, not leave_out
 * rules. */
struct slice work_uncounted(const struct work *work, const struct list_rule *rules, size_t count, bool reasons,
                            struct arena *arena);
/* The entity that a record is of, 0 for none. */
int64_t work_entity_of(const struct work *work, int64_t anchor);

/* ---- What is left of it: nothing that points anywhere else ---- */

struct worked_person {
    int64_t entity, points;
    size_t first_hit, hit_count;
    struct slice uprn, taken_by;
    int64_t taken_at;
};

struct worked {
    struct arena *arena;          /* its own: everything here lies in it */
    struct worked_person *people; /* in the list's order */
    size_t person_count;
    struct slice uncounted; /* sources for which it may not be told how many; empty: it may */
    struct work_hit *hits;
    struct list_left_out *left_out;
    size_t left_out_count;
    struct worked_unusable {
        bool leave_out; /* of leave_out, else of reasons */
        size_t rule;
        struct slice why;
    } * unusable;
    size_t unusable_count;
};

#endif
