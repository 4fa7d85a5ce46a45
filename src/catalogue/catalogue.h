/* catalogue.h: the county folder, read, checked and immutable: agencies, purposes, roles, sources, agreements, wording.
 *
 * catalogue_read reads everything, or fails with the first fault as one sentence with file, line, column and what to
 * do. It refuses what does not hang together: an agreement that names an unknown source, column, role, purpose or
 * agency; a source without an agreement that governs its landing; two of one name. Nothing in it is personal data.
 *
 * A `struct catalogue` lives in its arena, never changes, and may be read from any thread. The server keeps the current
 * one behind catalogue_watch (catalogue_current.h of the web room may swap it) so that a withdrawn agreement bites at
 * the next request. */
#ifndef STAITHE_CATALOGUE_CATALOGUE_H
#define STAITHE_CATALOGUE_CATALOGUE_H

#include "base/date.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/yaml.h"

#include "catalogue/attribute.h"

struct agency {
    struct slice name, title;
};

struct purpose {
    struct slice name, title, about;
};

/* What a role may do beside reading through agreements; written in county.yaml as `may: […]`. */
enum ability {
    ABILITY_SEARCH = 1 << 0,
    ABILITY_VIEW = 1 << 1,
    ABILITY_LAND = 1 << 2,       /* upload extracts of its own agency's sources, see their quarantine */
    ABILITY_STEWARD = 1 << 3,    /* decide doubtful links and concerns, try thresholds and put them in force */
    ABILITY_LIST = 1 << 4,       /* open lists, take from them, record outcomes */
    ABILITY_NOTE = 1 << 5,       /* contact notes; needs the caller-identity check */
    ABILITY_AUDIT = 1 << 6,      /* read the audit */
    ABILITY_ADMINISTER = 1 << 7, /* accounts */
    ABILITY_EXPORT = 1 << 8,
    ABILITY_PLAN = 1 << 9,      /* open plans, try scenarios */
    ABILITY_REGISTER = 1 << 10, /* add and change rows of plans' registers */
    ABILITY_APPROVE = 1 << 11,  /* approve rows and versions of plans, lock registers */
};

struct role {
    struct slice name, title;
    unsigned abilities;
    bool caller_check; /* details appear only after the caller was identified (contact centre) */
    struct slice *purposes;
    size_t purpose_count;
};

enum column_type { TYPE_TEXT, TYPE_INTEGER, TYPE_DECIMAL, TYPE_DATE, TYPE_BOOLEAN };

enum column_check {
    CHECK_NHS_NUMBER = 1 << 0,
    CHECK_UPRN = 1 << 1,
    CHECK_POSTCODE = 1 << 2,
    CHECK_NOT_FUTURE = 1 << 3, /* a date not after the landing's as-at day */
    CHECK_UNIQUE = 1 << 4,     /* within the file */
};

struct column {
    struct slice name;   /* letters, digits, underscores: its name in the database */
    struct slice header; /* the heading in the file; the same as name unless physicalName says otherwise */
    struct slice title;  /* for people */
    enum column_type type;
    bool required, key, sensitive;
    unsigned checks;
    struct date_form date_form;
    struct date earliest, latest; /* NO_DATE: no bound */
    bool has_low, has_high;
    int64_t low, high; /* of integers */
    size_t longest;    /* characters; 0: 4,000 */
    struct slice *allowed;
    size_t allowed_count;
    struct slice *true_words, *false_words; /* of booleans */
    size_t true_count, false_count;
    enum attribute attribute; /* ATTRIBUTE_NONE when not mapped */
    bool verified;            /* an identifier traced by its owner */
};

enum delivery { DELIVERY_SNAPSHOT, DELIVERY_DELTA };
enum subject { SUBJECT_PERSON, SUBJECT_HOME };

struct source {
    struct slice name, title, about, version;
    struct slice file; /* of the contract, for messages */
    struct slice text; /* the YAML itself */
    struct digest digest;
    struct slice agency;       /* which sends it */
    struct slice agency_title; /* when the contract itself makes the agency known; else empty */
    struct slice agreement;    /* under which it may be landed and linked */
    enum subject subject;
    bool gazetteer; /* the list of homes: exactly one source says so */
    enum delivery delivery;
    struct slice removed_column, removed_value; /* delta: a row with this value closes the record; empty: none */
    bool no_duplicates;                         /* a person stands in it once at most */
    struct column *columns;
    size_t column_count;
    char delimiter;      /* 0: guess */
    bool encoding_given; /* else guessed */
    enum text_encoding encoding;
    bool headless;      /* the file has no line of headings: columns stand in the contract's order */
    bool keep_spaces;   /* white space around a value counts; else it is dropped */
    int64_t fresh_days; /* shown as stale after this; 0: no promise */
    int64_t keep_days;  /* retention after a record is closed */
    double hold_share;  /* 0 to 1: a snapshot that would close more of the current records than this share waits for a
                           person's word */
    struct slice as_at_column; /* the first row's date here is the as-at day; empty: given, in the file's name, or the
                                  day of landing */
    struct slice row_title;    /* e.g. "Council tax account": what one record is called in the timeline */
};

/* May do with a field. */
enum use { USE_MATCH = 1, USE_SHOW = 2, USE_COUNT = 4 };
enum subjects { SUBJECTS_ALL, SUBJECTS_ADULTS, SUBJECTS_CHILDREN };

struct clause {
    struct slice name;   /* "4.2" */
    struct slice source; /* a source, or a built-in one: recorded_visits, contact_notes */
    struct slice *roles;
    size_t role_count;
    struct slice *purposes; /* of the agreement's purposes; all of them when not given */
    size_t purpose_count;
    bool match; /* all of the source's mapped columns may be used to find and join */
    bool show_all, count;
    struct slice *show; /* columns */
    size_t show_count;
    enum subjects subjects;
};

struct agreement {
    struct slice name, title, file, text;
    struct digest digest;
    struct slice *parties; /* agencies */
    size_t party_count;
    struct slice *purposes;
    size_t purpose_count;
    struct slice lawful_basis, special_category, about;
    struct date from, until, review; /* in force from `from` to `until`, both included */
    struct date withdrawn;           /* NO_DATE unless withdrawn: not in force from this day on */
    struct clause *clauses;
    size_t clause_count;
};

struct wording {
    struct slice county, product, organisation, colour, help; /* from county.yaml */
};

struct catalogue {
    struct slice folder;
    struct wording wording;
    struct agency *agencies;
    size_t agency_count;
    struct purpose *purposes;
    size_t purpose_count;
    struct role *roles;
    size_t role_count;
    struct source *sources; /* in byte order of name */
    size_t source_count;
    struct agreement *agreements;
    size_t agreement_count;
    struct digest digest; /* of everything read */
};

bool catalogue_read(struct slice folder, struct arena *arena, struct catalogue **ret, struct error *err) MUST_USE;

/* The county as it would be with these contracts and agreements: each stands in the place of the folder's of the same
 * name, or beside the others. For `staithe source check FILE… --county DIR`, before a file is put into the folder. */
struct catalogue_file {
    struct slice path, text;
    bool is_agreement;
};
bool catalogue_read_with(struct slice folder, const struct catalogue_file *files, size_t count, struct arena *arena,
                         struct catalogue **ret, struct error *err) MUST_USE;

const struct source *catalogue_source(const struct catalogue *catalogue, struct slice name);
const struct agreement *catalogue_agreement(const struct catalogue *catalogue, struct slice name);
const struct role *catalogue_role(const struct catalogue *catalogue, struct slice name);
const struct purpose *catalogue_purpose(const struct catalogue *catalogue, struct slice name);
const struct agency *catalogue_agency(const struct catalogue *catalogue, struct slice name);
const struct column *source_column(const struct source *source, struct slice name);
/* The first column mapped to the attribute, or NULL. */
const struct column *source_attribute(const struct source *source, enum attribute attribute);
bool agreement_in_force(const struct agreement *agreement, struct date day);

/* The built-in sources: what people write in the hub itself, and the county's plans. Agreements name them like any
 * other. */
#define SOURCE_RECORDED_VISITS "recorded_visits"
#define SOURCE_CONTACT_NOTES   "contact_notes"
#define SOURCE_PLANS           "plans" /* budgets: nothing about any person */
bool source_is_built_in(struct slice name);

/* Readers of one file each, for `staithe source check` and the fuzzers. */
bool contract_read(struct slice text, struct slice file, struct arena *arena, struct source *ret,
                   struct error *err) MUST_USE;
bool agreement_read(struct slice text, struct slice file, struct arena *arena, struct agreement *ret,
                    struct error *err) MUST_USE;

#endif
