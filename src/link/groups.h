/* groups.h: how well each group of people is linked, so that nobody is worse linked unnoticed.
 *
 * A record belongs to the group of its own value, right or wrong. A group's pairs are those of its records with any
 * others: a pair counts once for each of its ends that is of the group. So the figures of a group are what a person of
 * it meets, and values that differ within an entity blur nothing. */
#ifndef STAITHE_LINK_GROUPS_H
#define STAITHE_LINK_GROUPS_H

#include "base/host.h"
#include "link/dictionary.h"

struct group {
    struct slice name;
    uint64_t records;
    uint64_t real, predicted, common; /* ends of pairs: true, joined, both */
    double precision, recall, f1;
    /* Lower than that of all records by more than a hundredth and by more than chance would make it (three standard
     * errors, taking each record for one trial). */
    bool low_precision, low_recall;
};

struct groups {
    struct slice column;
    struct group whole;
    struct group *groups; /* by years for dates; else the largest first, those without a value last */
    size_t count;
};

enum { GROUPS_MOST = 24 }; /* smaller ones are put together */

struct groups_input {
    const uint64_t *cluster, *truth;
    const uint32_t *source; /* only pairs across sources count; NULL: all */
    uint32_t count;
};

/* value: by record the number of its name, 0: none. names[0] is not read. */
void groups_by_value(const struct groups_input *input, struct slice column, const uint32_t *value,
                     const struct slice *names, uint32_t name_count, struct arena *arena, struct groups *ret);
/* year: by record, 0: not known. In bands of 10 years, or of 25 or 100 where they would be too many;
 * the few of unusual years are put together before and after. */
void groups_by_year(const struct groups_input *input, struct slice column, const uint16_t *year, struct arena *arena,
                    struct groups *ret);

/* A list that tells which group a value is of, such as the origin of family names: a CSV file of two columns under a
 * heading, the value and the group. Values are found whatever their case and accents. */
struct group_list {
    struct dictionary values, groups;
    uint32_t *group; /* by the value's number */
};
/* ERROR_INPUT with file and line: a row of another number of columns, an empty group, one value in two groups. */
bool group_list_read(const struct host *host, struct slice path, struct arena *arena, struct group_list *ret,
                     struct error *err) MUST_USE;
/* The number of the group that a value is of; of a value of several words that of the first that is listed; `other`, a
 * group of its own that the list need not have, when none is; 0 for the empty value. */
uint32_t group_list_find(struct group_list *list, struct slice value);

#endif
