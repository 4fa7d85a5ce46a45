/* Units: what may be added, compared, multiplied and divided. */
#include "plan/compile.h"

bool compile_same_units(struct compiler *c, struct plan_unit a, struct plan_unit x, const char *what,
                        struct plan_place place, struct plan_unit *ret, struct error *err)
{
    if (a.kind == PLAN_UNIT_ANY || x.kind == PLAN_UNIT_ANY || build_unit_same(&a, &x)) {
        *ret = a.kind == PLAN_UNIT_ANY ? x : a;
        return true;
    }
    struct slice left = build_unit_words(&a), right = build_unit_words(&x);
    if (a.kind == PLAN_UNIT_MONEY && x.kind == PLAN_UNIT_MONEY)
        return build_fault(c->b, place, err, "%.*s and %.*s cannot be %s; write one of them `in %.*s`", PRINT(left),
                           PRINT(right), what, PRINT(left));
    return build_fault(c->b, place, err, "%.*s and %.*s cannot be %s", PRINT(left), PRINT(right), what);
}

bool compile_multiplied(struct compiler *c, struct plan_unit a, struct plan_unit x, struct plan_place place,
                        struct plan_unit *ret, struct error *err)
{
    struct plan_unit greater = a.kind > x.kind ? a : x, lesser = a.kind > x.kind ? x : a;
    if (greater.kind == PLAN_UNIT_TRUTH)
        return compile_same_units(c, a, x, "multiplied", place, ret, err);
    bool fits = lesser.kind == PLAN_UNIT_ANY || lesser.kind == PLAN_UNIT_PLAIN ||
                (a.kind != x.kind); /* a count times money is money */
    if (!fits) {
        struct slice left = build_unit_words(&a), right = build_unit_words(&x);
        return build_fault(c->b, place, err, "%.*s times %.*s has no meaning; one of them must be a plain number or %%",
                           PRINT(left), PRINT(right));
    }
    *ret = greater;
    if (greater.kind == PLAN_UNIT_COUNT && lesser.kind == PLAN_UNIT_MONEY)
        *ret = lesser;
    if (greater.kind == PLAN_UNIT_PLAIN)
        *ret = PLAIN;
    return true;
}

bool compile_divided(struct compiler *c, struct plan_unit a, struct plan_unit x, struct plan_place place,
                     struct plan_unit *ret, struct error *err)
{
    if (x.kind == PLAN_UNIT_ANY || x.kind == PLAN_UNIT_PLAIN) {
        *ret = a;
        return true;
    }
    if (build_unit_same(&a, &x) && a.kind != PLAN_UNIT_TRUTH) {
        *ret = PLAIN;
        return true;
    }
    if (a.kind == PLAN_UNIT_MONEY && x.kind == PLAN_UNIT_COUNT) {
        *ret = a;
        return true;
    }
    struct slice left = build_unit_words(&a), right = build_unit_words(&x);
    return build_fault(c->b, place, err, "%.*s divided by %.*s has no meaning", PRINT(left), PRINT(right));
}
