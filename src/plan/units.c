/* Units: £ in its sizes, %, plain numbers, and whatever else a plan declares. */
#include "plan/build.h"

static const struct {
    const char *name;
    enum plan_unit_kind kind;
    int32_t power, places;
} known[] = {
    {"£", PLAN_UNIT_MONEY, 0, 2},   {"£k", PLAN_UNIT_MONEY, 3, 0}, {"£m", PLAN_UNIT_MONEY, 6, 3},
    {"£bn", PLAN_UNIT_MONEY, 9, 3}, {"%", PLAN_UNIT_PLAIN, -2, 2}, {"number", PLAN_UNIT_PLAIN, 0, 3},
};

static struct plan_unit known_unit(size_t i)
{
    struct plan_unit unit = {
        .kind = known[i].kind, .power = known[i].power, .name = slice_of(known[i].name), .places = known[i].places};
    unit.step = number_of(1, unit.places + (unit.kind == PLAN_UNIT_PLAIN ? -unit.power : 0));
    return unit;
}

bool build_unit_same(const struct plan_unit *a, const struct plan_unit *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == PLAN_UNIT_MONEY)
        return a->power == b->power;
    return a->kind != PLAN_UNIT_COUNT || slice_equal(a->name, b->name);
}

struct slice build_unit_words(const struct plan_unit *unit)
{
    switch (unit->kind) {
    case PLAN_UNIT_TRUTH:
        return S("true or false");
    case PLAN_UNIT_ANY:
    case PLAN_UNIT_PLAIN:
        return unit->power ? S("a percentage") : S("a plain number");
    default:
        return unit->name;
    }
}

bool build_unit(const struct builder *b, struct slice name, struct plan_place place, struct plan_unit *ret,
                struct error *err)
{
    for (size_t i = 0; i < b->unit_count; i++)
        if (slice_equal(b->units[i].name, name)) {
            *ret = b->units[i];
            return true;
        }
    for (size_t i = 0; i < countof(known); i++)
        if (slice_equal(slice_of(known[i].name), name)) {
            *ret = known_unit(i);
            return true;
        }
    return build_unknown(b, place, NAME_UNIT, 0, name, "unit", err);
}

/* Digits after the point that a step needs: 0.250 shows three. */
static int32_t places_of(struct number step)
{
    return step.places;
}

bool build_units(struct builder *b, struct error *err)
{
    for (size_t i = 0; i < countof(known); i++)
        plan_names_add(&b->names, NAME_UNIT, 0, slice_of(known[i].name), (uint32_t)i, NULL);
    for (const struct plan_statement *s = b->syntax->statements; s; s = s->next) {
        if (s->kind != PLAN_UNIT)
            continue;
        for (size_t i = 0; i < b->unit_count; i++)
            if (slice_equal(b->units[i].name, s->name.text))
                return build_fault(b, s->name.place, err, "the unit %.*s is declared twice; keep one of them",
                                   PRINT(s->name.text));
        struct plan_unit unit = {.kind = PLAN_UNIT_COUNT, .name = s->name.text};
        for (size_t i = 0; i < countof(known); i++)
            if (slice_equal(slice_of(known[i].name), s->name.text))
                unit = known_unit(i);
        unit.step = unit.kind == PLAN_UNIT_PLAIN ? number_shift(b->arena, s->number, unit.power) : s->number;
        unit.places = places_of(s->number);
        plan_names_add(&b->names, NAME_UNIT, 0, unit.name, 0, NULL);
        ARENA_GROW(b->arena, b->units, b->unit_count, b->units_capacity);
        b->units[b->unit_count++] = unit;
    }
    b->model->unit = b->unit_count ? b->units[0] : known_unit(countof(known) - 1);
    return true;
}
