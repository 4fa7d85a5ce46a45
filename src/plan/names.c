/* Open addressing, doubled when half full. */
#include "plan/names.h"

#include "base/hash.h"
#include "base/text.h"

struct names plan_names_make(struct arena *arena)
{
    struct names names = {.arena = arena, .capacity = 256};
    names.slots = arena_array(arena, struct name_slot, names.capacity);
    return names;
}

static struct name_slot *slot_of(const struct names *names, enum name_kind kind, uint32_t within, struct slice name)
{
    size_t at = (size_t)hash64(name, ((uint64_t)kind << 32) | within) & (names->capacity - 1);
    for (;; at = (at + 1) & (names->capacity - 1)) {
        struct name_slot *slot = &names->slots[at];
        if (!slot->taken || (slot->kind == kind && slot->within == within && slice_equal(slot->name, name)))
            return slot;
    }
}

bool plan_names_add(struct names *names, enum name_kind kind, uint32_t within, struct slice name, uint32_t number,
                    uint32_t *ret_other)
{
    struct name_slot *slot = slot_of(names, kind, within, name);
    if (slot->taken) {
        if (ret_other)
            *ret_other = slot->number;
        return false;
    }
    *slot = (struct name_slot){.name = name, .kind = kind, .within = within, .number = number, .taken = true};
    if (++names->count * 2 < names->capacity)
        return true;
    struct names larger = {.arena = names->arena, .capacity = names->capacity * 2, .count = names->count};
    larger.slots = arena_array(names->arena, struct name_slot, larger.capacity);
    for (size_t i = 0; i < names->capacity; i++) {
        const struct name_slot *old = &names->slots[i];
        if (old->taken)
            *slot_of(&larger, old->kind, old->within, old->name) = *old;
    }
    *names = larger;
    return true;
}

uint32_t plan_names_find(const struct names *names, enum name_kind kind, uint32_t within, struct slice name)
{
    const struct name_slot *slot = slot_of(names, kind, within, name);
    return slot->taken ? slot->number : NAME_UNKNOWN;
}

static int by_name(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

struct slice plan_names_nearest(const struct names *names, enum name_kind kind, uint32_t within, struct slice name)
{
    struct arena *scratch = arena_make(0);
    struct slice *candidates = arena_array(scratch, struct slice, names->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < names->capacity; i++)
        if (names->slots[i].taken && names->slots[i].kind == kind && names->slots[i].within == within &&
            !slice_starts(names->slots[i].name, S(" ")))
            candidates[count++] = names->slots[i].name;
    array_sort(candidates, count, sizeof *candidates, by_name); /* the same suggestion every time */
    struct slice nearest = text_nearest(name, candidates, count);
    arena_free(scratch);
    return nearest;
}
