/* deeds.h: what was looked at and what was changed, in plain words: the audit's actions, the places they were asked
 * from, and the record of changes. The one table of these words; the stored entries keep their short names.
 *
 * Nothing is read here: a person or a home is named by its number, so that whoever reads the audit learns no more of
 * them than that they were looked at. All in the arena; pure. */
#ifndef STAITHE_WEB_DEEDS_H
#define STAITHE_WEB_DEEDS_H

#include "guard/audit.h"
#include "guard/change.h"

#include "web/html.h"

struct look_deed {
    const char *action, *words; /* "view", "Opened a person's record" */
};
const struct look_deed *deeds_of_looks(size_t *ret_count);

/* "Opened a person's record"; an action without words stands for itself. */
struct slice deed_of_look(const struct audit_entry *entry);
/* Where it was asked: "Page: The view of a home", "Program: …", "Command: staithe find". */
struct slice deed_place(struct slice place, struct arena *arena);

/* Whom or what an entry is about: up to two people, or one other thing. */
struct deed_subject {
    struct slice words; /* "person 12", "home 100090012345", a list's, a source's or an account's name */
    struct url to;      /* its own page; empty when the reader cannot open it */
    struct url looks;   /* all looks at it, in the audit */
};
struct deed_reader {
    const struct catalogue *catalogue; /* for titles of sources */
    int64_t linkage;                   /* in which the reader finds people: a number means nobody else there; 0: none */
    bool views, lists;                 /* may open people and homes; may open lists */
};
#define DEED_SUBJECTS 2
/* Returns how many. */
size_t deed_subjects(const struct audit_entry *entry, const struct deed_reader *reader, struct arena *arena,
                     struct deed_subject ret[DEED_SUBJECTS]);

/* "Received an extract" of a change; *ret_subject: of what, in words; *ret_detail: the rest of its detail in words.
 * NULL: the kind has no words, which a test forbids. */
const char *deed_of_change(const struct change *change, const struct catalogue *catalogue, struct arena *arena,
                           struct slice *ret_subject, struct slice *ret_detail);

#endif
