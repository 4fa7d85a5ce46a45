/* entry.h: what people write in the hub itself: contact notes, outcomes of visits, items taken from a list.
 *
 * An entry holds on to the records (anchors) of the person and to the home (UPRN) as they were when it was written, so
 * that it outlives joins and splits. It belongs to a built-in source, SOURCE_RECORDED_VISITS or SOURCE_CONTACT_NOTES,
 * which agreements name like any other: an entry may be written only under a grant that names that source, and is seen
 * only through one that shows it. The entry for the record of changes rides in the same transaction. Entries are never
 * changed; a wrong one is answered by another. */
#ifndef STAITHE_HUB_ENTRY_H
#define STAITHE_HUB_ENTRY_H

#include "hub/hub.h"

enum entry_kind { ENTRY_TAKEN, ENTRY_GIVEN_BACK, ENTRY_OUTCOME, ENTRY_CONTACT_NOTE };

struct entry_new {
    enum entry_kind kind;
    int64_t entity;       /* of the session's linkage; 0 when it is of a home only */
    struct slice uprn;    /* the home, may be empty */
    struct slice list;    /* of taken, given back and outcome: the list's name */
    struct slice outcome; /* of an outcome: "visited", "alarms_fitted", … as the list declares */
    struct date on_date;  /* NO_DATE: today */
    struct slice words;   /* at most 4,000 characters; may be empty but in a contact note */
};

/* ERROR_DENIED without an agreement that names the built-in source, or with a caller who was not identified;
 * ERROR_INPUT for words too long, a day in the future or before 1900; ERROR_CONFLICT when a list's item is
 * taken by somebody else, or somebody else has recorded an outcome of that day for it. */
bool hub_entry_write(const struct hub *hub, const struct guard_session *session, const struct entry_new *entry,
                     struct arena *arena, int64_t *ret_id, struct error *err) MUST_USE;

struct entry_line {
    int64_t id;
    enum entry_kind kind;
    struct slice source; /* built-in source */
    struct slice list, outcome, words, uprn, written_by, role, purpose, agreement;
    struct date on_date;
    int64_t written_at;
    const int64_t *anchors;
    size_t anchor_count;
};

/* Entries of one list, newest first, inside a transaction that the caller opened through its own session: for the lists
 * room, which takes away who was visited and shows what is taken. `after_id` 0: all. Only when the grant names the
 * built-in source. */
bool hub_entries_of_list(struct transaction *transaction, const struct guard_session *session, struct slice list,
                         struct arena *arena, struct entry_line **ret, size_t *ret_count, struct error *err) MUST_USE;
/* Entries that hold on to any of these anchors or this home, newest first, of the built-in sources that the grant
 * shows. */
bool hub_entries_of(struct transaction *transaction, const struct guard_session *session, const int64_t *anchors,
                    size_t anchor_count, struct slice uprn, struct arena *arena, struct entry_line **ret,
                    size_t *ret_count, struct error *err) MUST_USE;

#endif
