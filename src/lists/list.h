/* list.h: a declared list, worked out under a session: who stands on it, why, in which order; and acting on it.
 *
 * A person (an entity of the session's linkage) stands on a list when the reasons that hold for them add up to the
 * list's `at_least`, nothing leaves them out, and no outcome recorded for them (or for their home, where it is
 * declared `of: home`) is recent enough to keep them off. Every reason shown carries the record and the value that it
 * rests on; a reason whose column the grant does not show holds for nobody and stands among `unusable`. Points order
 * the list; they decide nothing.
 *
 * A person's home is the one that most of their records give today (ties: the lowest UPRN).
 *
 * How many stand on it, or are left out for a reason, is told only where the grant counts every source that the figure
 * rests on.
 *
 * The order is total: the declared order, then the entity's number. Opening a list is audited as "list" (or "export")
 * with the records and fields that the page shows. Cost of working out: one read of each column asked for, one of the
 * linkage's members; about half a second of processor for 50,000 residents on SQLite. While nothing changes it is kept
 * (kept.h), and another opening costs what the names and homes of its page do. */
#ifndef STAITHE_LISTS_LIST_H
#define STAITHE_LISTS_LIST_H

#include "base/json.h"
#include "hub/hub.h"
#include "lists/declaration.h"

struct list_reason {
    const struct list_rule *rule;
    struct slice source, source_title, column_title, value; /* the first record that says so */
    int64_t anchor;
    size_t records; /* that say so, all in all */
};

struct list_item {
    int64_t entity;
    struct slice name; /* as the grant may show it */
    struct date born;
    struct slice uprn, address, postcode;
    int64_t points;
    struct list_reason *reasons; /* most points first */
    size_t reason_count;
    struct slice taken_by; /* empty: nobody */
    int64_t taken_at;
};

struct list_left_out {
    struct slice reason;
    struct slice uncounted; /* titles of sources for which it may not be told how many: then `people` is 0 */
    size_t people;          /* who would stand on it otherwise; counted at the first reason that applies */
};

struct list_unusable {
    const struct list_rule *rule;
    struct slice why;
};

struct list_page {
    const struct list *list;
    struct list_item *items;
    size_t count, first, total; /* items [first, first + count) of total */
    struct slice uncounted; /* titles of sources for which the total may not be told: then it is for turning pages */
    struct list_left_out *left_out;
    size_t left_out_count;
    struct list_unusable *unusable;
    size_t unusable_count;
};

struct kept_lists; /* kept.h */

struct list_question {
    size_t first, limit;     /* limit 0: 25; at most 10,000 for an export */
    bool export;             /* needs ABILITY_EXPORT; audited so */
    int64_t entity;          /* not 0: only this person, if on the list */
    struct kept_lists *kept; /* where lists that were worked out are kept; NULL: nowhere */
};

/* ERROR_DENIED when the session's role or purpose is not the list's. */
bool list_open(const struct hub *hub, const struct guard_session *session, const struct list *list,
               const struct list_question *question, struct arena *arena, struct list_page **ret,
               struct error *err) MUST_USE;

/* What is done about a person on a list. */
struct list_act {
    int64_t entity;
    struct kept_lists *kept; /* as in a question */
    struct slice outcome;    /* of list_record: a name that the list declares */
    struct date on_date;     /* NO_DATE: today */
    struct slice words;
};
/* Takes a person from the list, so that colleagues see who goes; ERROR_CONFLICT when somebody else did. */
bool list_take(const struct hub *hub, const struct guard_session *session, const struct list *list,
               const struct list_act *act, struct arena *arena, struct error *err) MUST_USE;
bool list_give_back(const struct hub *hub, const struct guard_session *session, const struct list *list,
                    const struct list_act *act, struct arena *arena, struct error *err) MUST_USE;
/* Records an outcome; the person leaves the list and the outcome stands in their view. ERROR_INPUT for an outcome that
 * the list does not declare, ERROR_NOT_FOUND when the person is not on the list. */
bool list_record(const struct hub *hub, const struct guard_session *session, const struct list *list,
                 const struct list_act *act, struct arena *arena, struct error *err) MUST_USE;

/* The page as CSV, formulas defused, and as JSON (for the API and `--json`). */
void list_csv(const struct list_page *page, struct buffer *out);
void list_json(struct json *json, const struct list_page *page, struct arena *arena);
void list_item_json(struct json *json, const struct list_item *item, struct arena *arena);

#endif
