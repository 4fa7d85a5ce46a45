/* compare_class.c: what a specification's rules and guards say of a pair. */
#include "link/agree.h"
#include "link/compare.h"

/* Three letters or more that begin or end the other: Lyn and Marilyn. */
static bool short_form(struct slice a, struct slice b)
{
    struct slice shorter = a.len < b.len ? a : b, longer = a.len < b.len ? b : a;
    return shorter.len >= 3 && (slice_starts(longer, shorter) || slice_ends(longer, shorter));
}

/* Whether both are names that people bear, rather than one a slip of the other: they stand in the table of nicknames,
 * or in five records and more, and not forty times less often than the other, as "Robat" does beside Robert. */
static bool both_known(const struct comparer *comparer, size_t column, uint32_t code_a, uint32_t code_b)
{
    const struct column *store = &comparer->records->columns[column];
    double count[2] = {compare_value_count(comparer, column, code_a), compare_value_count(comparer, column, code_b)};
    for (unsigned side = 0; side < 2; side++) {
        const struct value *value = &store->values[side ? code_b : code_a];
        bool listed = value->token_count && store->token_features[store->token_ids[value->token_at]].line_count;
        if (!listed && (count[side] < 5 || count[side] * 40 < count[!side]))
            return false;
    }
    return true;
}

static unsigned given_class(const struct comparer *comparer, size_t column, uint32_t code_a, uint32_t code_b)
{
    const struct column *store = &comparer->records->columns[column];
    struct slice a = store->plain.texts[code_a], b = store->plain.texts[code_b];
    if (agree_initial(a, b))
        return LINK_IS_CLOSE | LINK_IS_INITIAL;
    const struct value *value_a = &store->values[code_a], *value_b = &store->values[code_b];
    if (agree_within(store, value_a, value_b))
        return LINK_IS_CLOSE | LINK_IS_WITHIN;
    if (agree_nickname(store, value_a, value_b) || agree_contains(store, value_a, value_b) || short_form(a, b))
        return LINK_IS_CLOSE;
    bool known = both_known(comparer, column, code_a, code_b);
    if (!known && agree_near_nickname(store, value_a, value_b))
        return LINK_IS_CLOSE;
    if (!similar_one_edit(a, b) && similar_jaro_winkler(a, b) < (known ? 0.88 : 0.8))
        return LINK_IS_DIFFERENT;
    return known ? LINK_IS_SIMILAR : LINK_IS_CLOSE;
}

unsigned compare_class(const struct comparer *comparer, size_t column, uint32_t a, uint32_t b)
{
    uint32_t code_a = record_code(comparer->records, a, column), code_b = record_code(comparer->records, b, column);
    const struct column *store = &comparer->records->columns[column];
    if (!code_a || !code_b)
        return LINK_IS_MISSING;
    if (code_a == code_b) {
        bool common = comparer->model->values[column].used &&
                      compare_value_count(comparer, column, code_a) >= comparer->spec->common[column];
        bool initial = comparer->spec->columns[column].kind == LINK_GIVEN_NAME && store->plain.texts[code_a].len == 1;
        return LINK_IS_SAME | (common ? LINK_IS_COMMON : 0u) | (initial ? LINK_IS_INITIAL : 0u);
    }
    column_order(store, &code_a, &code_b);
    const struct value *value_a = &store->values[code_a], *value_b = &store->values[code_b];
    struct slice text_a = value_a->text, text_b = value_b->text;
    switch (comparer->spec->columns[column].kind) {
    case LINK_GIVEN_NAME:
        return given_class(comparer, column, code_a, code_b);
    case LINK_FAMILY_NAME:
        if (agree_contains(store, value_a, value_b) || similar_one_edit(text_a, text_b) ||
            similar_jaro_winkler(text_a, text_b) >= 0.9)
            return LINK_IS_CLOSE;
        return LINK_IS_DIFFERENT;
    case LINK_DATE:
        if (agree_dates(LINK_TEST_SWAPPED, 0, value_a, value_b) || agree_dates(LINK_TEST_DIGIT, 0, value_a, value_b) ||
            agree_dates(LINK_TEST_PARTIAL, 0, value_a, value_b) || agree_dates(LINK_TEST_PARTS, 0, value_a, value_b) ||
            agree_year_from_age(value_a, value_b))
            return LINK_IS_CLOSE;
        return LINK_IS_DIFFERENT;
    case LINK_FULL_NAME:
        if (agree_swapped_names(store, value_a, value_b))
            return LINK_IS_CLOSE;
        /* fallthrough */
    case LINK_ADDRESS:
        if (comparer->model->tokens[column].used)
            return compare_bags(comparer, NULL, column, true, code_a, code_b).conflict < 2 ? LINK_IS_CLOSE
                                                                                           : LINK_IS_DIFFERENT;
        return agree_contains(store, value_a, value_b) ? LINK_IS_CLOSE : LINK_IS_DIFFERENT;
    case LINK_PLACE:
    case LINK_TEXT:
        return similar_jaro_winkler(text_a, text_b) >= 0.9 ? LINK_IS_CLOSE : LINK_IS_DIFFERENT;
    case LINK_CATEGORY:
        return LINK_IS_DIFFERENT;
    default:
        return similar_one_edit(text_a, text_b) ? LINK_IS_CLOSE : LINK_IS_DIFFERENT;
    }
}

/* The classes of one pair, each found once for all guards. Whether a column's two values are missing, the same or
 * neither is in their codes, and leaves few guards to look at more closely. */
struct pair_classes {
    uint16_t of[LINK_COLUMNS_MAX]; /* 0: not asked for yet; no class is 0 */
    uint16_t possible[LINK_COLUMNS_MAX];
};

enum {
    SAME_CLASSES = LINK_IS_SAME | LINK_IS_COMMON | LINK_IS_INITIAL,
    OTHER_CLASSES = LINK_IS_CLOSE | LINK_IS_SIMILAR | LINK_IS_DIFFERENT | LINK_IS_INITIAL | LINK_IS_WITHIN,
};

static uint16_t possible(uint32_t code_a, uint32_t code_b)
{
    if (!code_a || !code_b)
        return LINK_IS_MISSING;
    return code_a == code_b ? SAME_CLASSES : OTHER_CLASSES;
}

bool compare_rule_possible(const struct comparer *comparer, uint32_t a, uint32_t b)
{
    size_t columns = comparer->spec->column_count;
    const uint32_t *row_a = &comparer->records->plain[a * columns], *row_b = &comparer->records->plain[b * columns];
    for (size_t g = 0; g < comparer->spec->guard_count; g++) {
        const struct link_guard *guard = &comparer->spec->guards[g];
        bool may = guard->then == LINK_JOIN;
        for (size_t i = 0; may && i < guard->when_count; i++) {
            const struct link_condition *when = &guard->when[i];
            may = (possible(row_a[when->column], row_b[when->column]) & when->classes) != 0;
        }
        if (may)
            return true;
    }
    return false;
}

static void possible_classes(const struct comparer *comparer, uint32_t a, uint32_t b, struct pair_classes *classes)
{
    size_t columns = comparer->spec->column_count;
    const uint32_t *row_a = &comparer->records->plain[a * columns], *row_b = &comparer->records->plain[b * columns];
    for (size_t c = 0; c < columns; c++) {
        classes->of[c] = 0;
        classes->possible[c] = possible(row_a[c], row_b[c]);
    }
}

static bool conditions_hold(const struct comparer *comparer, struct pair_classes *classes,
                            const struct link_condition *conditions, size_t count, uint32_t a, uint32_t b, bool all)
{
    for (size_t i = 0; i < count && all; i++)
        if (!(classes->possible[conditions[i].column] & conditions[i].classes))
            return false;
    for (size_t i = 0; i < count; i++) {
        bool holds = (classes->possible[conditions[i].column] & conditions[i].classes) != 0;
        if (holds) {
            uint16_t *class = &classes->of[conditions[i].column];
            if (!*class)
                *class = (uint16_t)compare_class(comparer, conditions[i].column, a, b);
            holds = (*class & conditions[i].classes) != 0;
        }
        if (holds != all)
            return !all;
    }
    return all;
}

enum link_verdict compare_verdict(const struct comparer *comparer, uint32_t a, uint32_t b, uint8_t *ret_guard)
{
    static const uint8_t strength[] = {
        [LINK_BY_WEIGHT] = 0, [LINK_QUIET] = 1, [LINK_REVIEW] = 2, [LINK_JOIN] = 3, [LINK_APART] = 4};
    enum link_verdict verdict = LINK_BY_WEIGHT;
    UNINITIALIZED struct pair_classes classes;
    possible_classes(comparer, a, b, &classes);
    *ret_guard = 0;
    for (size_t i = 0; i < comparer->spec->guard_count; i++) {
        const struct link_guard *guard = &comparer->spec->guards[i];
        if (strength[guard->then] > strength[verdict] &&
            conditions_hold(comparer, &classes, guard->when, guard->when_count, a, b, true) &&
            !conditions_hold(comparer, &classes, guard->unless, guard->unless_count, a, b, false)) {
            verdict = guard->then;
            *ret_guard = (uint8_t)(i + 1);
        }
    }
    return verdict;
}
