/* names.h: from a name to its number; inside plan/.
 *
 * One table for all kinds of names of a model: names of different kinds, and members of different sets, do not meet. */
#ifndef STAITHE_PLAN_NAMES_H
#define STAITHE_PLAN_NAMES_H

#include "base/arena.h"

enum name_kind {
    NAME_ROW,
    NAME_SET,
    NAME_SOURCE,
    NAME_TABLE,
    NAME_OVERLAY,
    NAME_YEAR,
    NAME_UNIT,
    NAME_CHECK,
    NAME_STEP,
    NAME_RISK,
    NAME_ENTRY,  /* within: the register */
    NAME_MEMBER, /* within: the base set */
    NAME_MEMBER_TITLE,
};

#define NAME_UNKNOWN UINT32_MAX

struct names {
    struct arena *arena;
    struct name_slot {
        struct slice name;
        uint32_t kind, within, number;
        bool taken;
    } * slots;
    size_t count, capacity;
};

struct names plan_names_make(struct arena *arena);
/* False, and nothing happens, when the name is there; *ret_other (may be NULL) is its number then. */
bool plan_names_add(struct names *names, enum name_kind kind, uint32_t within, struct slice name, uint32_t number,
                    uint32_t *ret_other);
uint32_t plan_names_find(const struct names *names, enum name_kind kind, uint32_t within, struct slice name);
/* The name of this kind nearest to a wrong one, or the empty slice. */
struct slice plan_names_nearest(const struct names *names, enum name_kind kind, uint32_t within, struct slice name);

#endif
