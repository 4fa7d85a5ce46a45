/* declaration.h: a list to act on, as a county declares it in county/<name>/lists/<list>.yaml.
 *
 * A list names its purpose and roles, the reasons that put a person on it (conditions on source columns or standard
 * attributes, each with points), what leaves a person out, the outcomes that can be recorded, and its order.
 * docs/lists.md is the manual of the format. Declarations are read against the catalogue: an unknown source, column,
 * attribute, role or purpose is refused with file, line, column and the nearest known word. Immutable, in the caller's
 * arena. */
#ifndef STAITHE_LISTS_DECLARATION_H
#define STAITHE_LISTS_DECLARATION_H

#include "base/hash.h"
#include "catalogue/catalogue.h"

enum list_test {
    LIST_IS,       /* equal to words[0] */
    LIST_IN,       /* equal to one of words */
    LIST_CONTAINS, /* words[0] stands in it, whatever the case */
    LIST_AT_LEAST, /* number low */
    LIST_AT_MOST,  /* number high */
    LIST_PRESENT,
    LIST_ABSENT,
    LIST_WITHIN_DAYS, /* a date of the last `high` days */
    LIST_AGE,         /* a birth date: low <= age in whole years < high */
};

struct list_condition {
    struct slice source; /* empty when an attribute is named */
    struct slice column;
    enum attribute attribute; /* ATTRIBUTE_NONE when a column is named */
    enum list_test test;
    struct slice *words;
    size_t word_count;
    int64_t low, high; /* of ages: high is INT64_MAX when there is no upper bound */
};

struct list_rule {
    struct slice reason;               /* words for people */
    int64_t points;                    /* of a reason; 0 for leave_out */
    bool of_home;                      /* any record of the home, not only the person's own */
    struct list_condition *conditions; /* all must hold; of one source (or all of one attribute) */
    size_t condition_count;
};

struct list_outcome {
    struct slice name, title;
    int64_t off_for_days; /* stays off the list so long after it was recorded */
    bool of_home;         /* everybody of the home does, not only the person */
};

enum list_order { LIST_BY_POINTS, LIST_BY_OLDEST, LIST_BY_ADDRESS };

struct list {
    struct slice name, title, about, file;
    struct slice purpose;
    struct slice *roles;
    size_t role_count;
    struct slice *people_in; /* sources whose people may stand on it; none given: all */
    size_t people_in_count;
    int64_t at_least; /* points */
    struct list_rule *reasons, *leave_out;
    size_t reason_count, leave_out_count;
    struct list_outcome *outcomes;
    size_t outcome_count;
    enum list_order order[3];
    size_t order_count;
    struct slice order_words; /* the rule as shown: "most points first, then the oldest" */
    struct digest digest;     /* of its text */
};

/* A file that is no list: it closes its own list and no other. */
struct list_fault {
    struct slice name; /* the file's, without folder and ending */
    struct error fault;
};

struct lists {
    struct list *lists; /* in byte order of name */
    size_t count;
    struct list_fault *faults;
    size_t fault_count;
};

bool list_read(struct slice text, struct slice file, const struct catalogue *catalogue, struct arena *arena,
               struct list *ret, struct error *err) MUST_USE;
/* All of <folder>/lists/ *.yaml; no such folder is no list. False only when the folder cannot be read: a file at fault
 * is among the faults. */
bool lists_read(const struct catalogue *catalogue, struct arena *arena, struct lists *ret, struct error *err) MUST_USE;
const struct list *lists_find(const struct lists *lists, struct slice name);
/* The fault of the file that has this list's name; NULL: there is none. */
const struct list_fault *lists_fault(const struct lists *lists, struct slice name);
const struct list_outcome *list_outcome(const struct list *list, struct slice name);

#endif
