/* reading.h: the one way into personal data of this room: begin, load, note, end.
 *
 * hub_read_begin opens a transaction with the grant's rights and finds the session's linkage. What is handed out of it
 * is noted (reading_note); hub_read_end closes the transaction and has the audit entry committed. A reader hands back
 * its result only when hub_read_end was true: there is no other way to end. For this
 * room, and for the services above it that read about people in ways of their own (lists). */
#ifndef STAITHE_HUB_READING_H
#define STAITHE_HUB_READING_H

#include "hub/view.h"

#include "guard/audit.h"
#include "ingest/source_state.h"

struct reading_source {
    const struct source *source;
    const struct grant_source *granted; /* NULL: no use of it */
    int64_t id, current_landing;        /* 0: never landed */
    int64_t received_at;
    struct date as_at;
    struct source_age age;
    struct source_table table;
    bool *noted; /* for the audit: which of its columns were handed out */
};

struct reading {
    const struct hub *hub;
    const struct guard_session *session;
    const struct grant *grant;
    const struct catalogue *catalogue;
    struct arena *arena;
    struct transaction *transaction;
    int64_t linkage;   /* 0: nobody can be found under this grant */
    int64_t linked_at; /* when it was last linked */
    struct date today;
    struct reading_source *sources; /* of the catalogue, in its order */
    size_t source_count;
    bool homes; /* the table of homes is open */
    bool notes; /* the tables of entries are open */
    /* for the audit */
    int64_t *anchors;
    size_t anchor_count, anchor_capacity;
    struct slice *fields;
    size_t field_count, field_capacity;
};

/* use: USE_SHOW for what is handed out, USE_MATCH for finding. */
bool hub_read_begin(const struct hub *hub, const struct guard_session *session, enum use use, struct arena *arena,
                    struct reading **ret, struct error *err) MUST_USE;
/* ERROR_NOT_FOUND when there is no linkage for this grant. */
bool reading_needs_linkage(const struct reading *reading, struct error *err) MUST_USE;
/* Changes from finding to showing: ends the first transaction and begins the second. */
bool reading_turn(struct reading *reading, enum use use, struct error *err) MUST_USE;
void reading_note(struct reading *reading, int64_t anchor, struct slice source, struct slice column);
void reading_note_record(struct reading *reading, const struct view_record *record);
bool hub_read_end(struct reading *reading, struct slice action, struct slice subject, struct error *err) MUST_USE;

const struct reading_source *reading_source_of(const struct reading *reading, struct slice name);
const struct reading_source *reading_source_by_id(const struct reading *reading, int64_t id);

/* ---- Loading people ---- */

struct loaded_person {
    int64_t entity;
    int64_t *anchors; /* all its records in the linkage */
    size_t anchor_count;
    enum age_group age;
    size_t first, count; /* its records below */
};

struct load_options {
    const enum attribute *only; /* NULL: every column that may be shown */
    size_t only_count;
    bool evidence; /* fill it */
};

struct loaded {
    struct loaded_person *people; /* in the order asked; those whom the grant does not admit are left out */
    size_t person_count;
    struct view_record *records; /* by person, then source name, then anchor */
    size_t record_count;
};

/* What the grant shows of these entities. */
bool people_load(struct reading *reading, const int64_t *entities, size_t count, const struct load_options *options,
                 struct loaded *ret, struct error *err) MUST_USE;
/* The shown columns of all versions of one record of a person of this age group, newest first. */
bool versions_load(struct reading *reading, const struct reading_source *source, int64_t anchor, enum age_group age,
                   struct view_record **ret, size_t *ret_count, struct error *err) MUST_USE;
/* The first field of a record with this attribute, or NULL. */
const struct view_field *record_field(const struct view_record *record, enum attribute attribute);
/* May the place that a source says be shown of a person of this age group? */
bool reading_shows_place(const struct reading *reading, struct slice source, enum age_group age);
/* The person's name, birth date and death out of loaded records. */
struct person_head {
    struct slice name; /* "Name not shown under this purpose" */
    bool named;
    const struct view_record *named_by; /* the record that gave the name, or NULL */
    struct date born;
    bool died;
};
struct person_head person_head(const struct loaded *loaded, const struct loaded_person *person, struct arena *arena);
#define NAME_NOT_SHOWN S("Name not shown under this purpose")

/* Attributes that person_head needs. */
extern const enum attribute head_attributes[];
extern const size_t head_attribute_count;

/* A stored value in words. */
struct slice value_words(const struct column *column, struct slice raw, struct arena *arena);
struct date read_iso(struct slice text);

#endif
