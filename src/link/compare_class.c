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

/* ---- Rules and guards ---- */

enum {
    SAME_CLASSES = LINK_IS_SAME | LINK_IS_COMMON | LINK_IS_INITIAL,
    OTHER_CLASSES = LINK_IS_CLOSE | LINK_IS_SIMILAR | LINK_IS_DIFFERENT | LINK_IS_INITIAL | LINK_IS_WITHIN,
};

/* One pair: columns where a value is missing, where the two are the same, and others, a bit a column, which its codes
 * tell; and classes, each found once for all guards. */
struct pair_classes {
    uint32_t missing, same, other;
    uint32_t asked;
    uint8_t of[LINK_COLUMNS_MAX]; /* of those that were asked for */
};

static void take_columns(const struct comparer *comparer, uint32_t a, uint32_t b, struct pair_classes *classes)
{
    size_t columns = comparer->spec->column_count;
    const uint32_t *row_a = &comparer->records->plain[a * columns], *row_b = &comparer->records->plain[b * columns];
    uint32_t missing = 0, same = 0;
    for (size_t c = 0; c < columns; c++) {
        missing |= (uint32_t)(!row_a[c] | !row_b[c]) << c;
        same |= (uint32_t)(row_a[c] == row_b[c]) << c;
    }
    classes->missing = missing;
    classes->same = same & ~missing;
    classes->other = ~(same | missing);
    classes->asked = 0;
}

static bool any_column(const struct pair_classes *pair, const struct compare_columns *columns)
{
    return ((pair->missing & columns->missing) | (pair->same & columns->same) | (pair->other & columns->other)) != 0;
}

/* Columns whose values, where they are missing, the same or neither, are in none of the classes that this asks for; or
 * may be in one. */
static void list_columns(const struct link_condition *conditions, size_t count, bool may, struct compare_columns *ret)
{
    *ret = (struct compare_columns){0};
    for (size_t i = 0; i < count; i++) {
        uint32_t column = 1u << conditions[i].column;
        unsigned classes = conditions[i].classes;
        ret->missing |= ((classes & LINK_IS_MISSING) != 0) == may ? column : 0;
        ret->same |= ((classes & SAME_CLASSES) != 0) == may ? column : 0;
        ret->other |= ((classes & OTHER_CLASSES) != 0) == may ? column : 0;
    }
}

void compare_guards_start(struct comparer *comparer)
{
    for (size_t g = 0; g < comparer->spec->guard_count; g++) {
        const struct link_guard *guard = &comparer->spec->guards[g];
        list_columns(guard->when, guard->when_count, false, &comparer->guards[g].silent);
        list_columns(guard->unless, guard->unless_count, true, &comparer->guards[g].lifted);
    }
}

bool compare_rule_possible(const struct comparer *comparer, uint32_t a, uint32_t b)
{
    size_t columns = comparer->spec->column_count;
    const uint32_t *row_a = &comparer->records->plain[a * columns], *row_b = &comparer->records->plain[b * columns];
    for (size_t g = 0; g < comparer->spec->guard_count; g++) {
        const struct link_guard *guard = &comparer->spec->guards[g];
        bool may = guard->then == LINK_JOIN;
        for (size_t i = 0; may && i < guard->when_count; i++) {
            uint32_t code_a = row_a[guard->when[i].column], code_b = row_b[guard->when[i].column];
            unsigned possible = !code_a || !code_b ? LINK_IS_MISSING : code_a == code_b ? SAME_CLASSES : OTHER_CLASSES;
            may = (possible & guard->when[i].classes) != 0;
        }
        if (may)
            return true;
    }
    return false;
}

static bool holds(const struct comparer *comparer, struct pair_classes *pair, struct link_condition condition,
                  uint32_t a, uint32_t b)
{
    uint32_t column = 1u << condition.column;
    if (pair->missing & column)
        return condition.classes & LINK_IS_MISSING;
    if (pair->same & column && condition.classes & LINK_IS_SAME)
        return true;
    if (!(condition.classes & (pair->same & column ? SAME_CLASSES : OTHER_CLASSES)))
        return false;
    if (!(pair->asked & column)) {
        pair->of[condition.column] = (uint8_t)compare_class(comparer, condition.column, a, b);
        pair->asked |= column;
    }
    return pair->of[condition.column] & condition.classes;
}

/* Of a guard that is not silent. */
static bool speaks(const struct comparer *comparer, size_t g, struct pair_classes *pair, uint32_t a, uint32_t b)
{
    const struct link_guard *guard = &comparer->spec->guards[g];
    for (size_t i = 0; i < guard->when_count; i++)
        if (!holds(comparer, pair, guard->when[i], a, b))
            return false;
    bool may = any_column(pair, &comparer->guards[g].lifted);
    for (size_t i = 0; may && i < guard->unless_count; i++)
        if (holds(comparer, pair, guard->unless[i], a, b))
            return false;
    return true;
}

enum link_verdict compare_verdict(const struct comparer *comparer, uint32_t a, uint32_t b, uint8_t *ret_guard)
{
    static const uint8_t strength[] = {
        [LINK_BY_WEIGHT] = 0, [LINK_QUIET] = 1, [LINK_REVIEW] = 2, [LINK_JOIN] = 3, [LINK_APART] = 4};
    enum link_verdict verdict = LINK_BY_WEIGHT;
    struct pair_classes pair UNINITIALIZED;
    take_columns(comparer, a, b, &pair);
    *ret_guard = 0;
    for (size_t g = 0; g < comparer->spec->guard_count; g++) {
        if (any_column(&pair, &comparer->guards[g].silent))
            continue;
        enum link_verdict then = comparer->spec->guards[g].then;
        if (strength[then] > strength[verdict] && speaks(comparer, g, &pair, a, b)) {
            verdict = then;
            *ret_guard = (uint8_t)(g + 1);
        }
    }
    return verdict;
}
