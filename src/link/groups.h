/* groups.h: how well each group of people is linked, so that nobody is worse linked unnoticed.
 *
 * A record belongs to the group of its own value, right or wrong. A group's pairs are those of its records with any
 * others: a pair counts once for each of its ends that is of the group. So the figures of a group are what a person of
 * it meets, and values that differ within an entity blur nothing. */
#ifndef STAITHE_LINK_GROUPS_H
#define STAITHE_LINK_GROUPS_H

#include "link/link.h"

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

#endif
