/* agree.c: whether two values agree in some way: pure tests on the features of two plain values. */
#include "link/agree.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>

bool agree_nickname_tokens(const struct token *a, const struct token *b)
{
    for (unsigned i = 0; i < a->line_count; i++)
        for (unsigned j = 0; j < b->line_count; j++)
            if (a->lines[i] == b->lines[j])
                return true;
    return false;
}

/* A slip in a short form: "Magie" for Margaret. Of the two at least one must be in no line itself. */
bool agree_near_nickname(const struct column *column, const struct value *a, const struct value *b)
{
    if (a->token_count == 0 || b->token_count == 0)
        return false;
    const struct token *x = &column->token_features[column->token_ids[a->token_at]];
    const struct token *y = &column->token_features[column->token_ids[b->token_at]];
    if (x->near_count == 0 && y->near_count == 0)
        return false;
    for (unsigned i = 0; i < x->line_count + x->near_count; i++)
        for (unsigned j = 0; j < y->line_count + y->near_count; j++)
            if (x->lines[i] == y->lines[j])
                return true;
    return false;
}

/* Of whole values: their first names are forms of one name, and one of them gives no more than that. */
bool agree_nickname(const struct column *column, const struct value *a, const struct value *b)
{
    if (a->token_count == 0 || b->token_count == 0 || (a->token_count > 1 && b->token_count > 1))
        return false;
    uint32_t first_a = column->token_ids[a->token_at], first_b = column->token_ids[b->token_at];
    return first_a != first_b &&
           agree_nickname_tokens(&column->token_features[first_a], &column->token_features[first_b]);
}

bool agree_contains(const struct column *column, const struct value *a, const struct value *b)
{
    if (a->token_count > b->token_count) {
        const struct value *swap = a;
        a = b;
        b = swap;
    }
    if (a->token_count == 0)
        return false;
    for (unsigned i = 0; i < a->token_count; i++) {
        bool found = false;
        for (unsigned j = 0; j < b->token_count; j++)
            found |= column->token_ids[a->token_at + i] == column->token_ids[b->token_at + j];
        if (!found)
            return false;
    }
    return true;
}

/* All words of the one, none of them an initial, among those of the other. */
bool agree_within(const struct column *column, const struct value *a, const struct value *b)
{
    const struct value *fewer = a->token_count < b->token_count ? a : b;
    if (!agree_contains(column, a, b))
        return false;
    for (unsigned i = 0; i < fewer->token_count; i++)
        if (column->tokens.texts[column->token_ids[fewer->token_at + i]].len < 2)
            return false;
    return true;
}

/* Forms of one word: a nickname, a slip. */
static bool token_near(const struct column *column, uint32_t a, uint32_t b)
{
    struct slice x = column->tokens.texts[a], y = column->tokens.texts[b];
    return a == b || agree_nickname_tokens(&column->token_features[a], &column->token_features[b]) ||
           (x.len >= 4 && y.len >= 4 && similar_one_edit(x, y));
}

/* The same words in another order; of two words, one may be another form: "Webb Jacqueline" and "Jackie Webb". */
bool agree_swapped_names(const struct column *column, const struct value *a, const struct value *b)
{
    if (a->token_count < 2 || a->token_count != b->token_count)
        return false;
    if (a->token_count > 2)
        return agree_contains(column, a, b);
    const uint32_t *x = &column->token_ids[a->token_at], *y = &column->token_ids[b->token_at];
    return (x[0] == y[1] && token_near(column, x[1], y[0])) || (x[1] == y[0] && token_near(column, x[0], y[1]));
}

static int next_digit(struct slice text, size_t *at)
{
    while (*at < text.len && (text.at[*at] < '0' || text.at[*at] > '9'))
        ++*at;
    return *at < text.len ? text.at[(*at)++] : -1;
}

bool agree_digits(struct slice a, struct slice b)
{
    size_t at_a = 0, at_b = 0;
    for (;;) {
        int digit = next_digit(a, &at_a);
        if (digit != next_digit(b, &at_b))
            return false;
        if (digit < 0)
            return true;
    }
}

static bool is_digit(struct slice text, size_t at)
{
    return at < text.len && text.at[at] >= '0' && text.at[at] <= '9';
}

/* Three digits and no fourth: a comma before them parts thousands. */
static bool thousand(struct slice text, size_t at)
{
    return is_digit(text, at) && is_digit(text, at + 1) && is_digit(text, at + 2) && !is_digit(text, at + 3);
}

static bool read_number(struct slice text, double *ret)
{
    size_t at = 0;
    double number = 0, unit = 1;
    while (at < text.len && !is_digit(text, at))
        at++;
    bool negative = at > 0 && text.at[at - 1] == '-', behind = false;
    if (at == text.len)
        return false;
    for (; at < text.len; at++) {
        bool mark = text.at[at] == '.' || text.at[at] == ',';
        if (is_digit(text, at)) {
            number = 10 * number + (text.at[at] - '0');
            unit *= behind ? 10 : 1;
        } else if (text.at[at] == ',' && !behind && thousand(text, at + 1)) {
            continue;
        } else if (mark && !behind && is_digit(text, at + 1)) {
            behind = true;
        } else {
            break;
        }
    }
    for (; at < text.len; at++)
        if (is_digit(text, at))
            return false; /* more than one number */
    *ret = (negative ? -number : number) / unit;
    return true;
}

bool agree_near(struct slice a, struct slice b, double share)
{
    double x, y;
    return read_number(a, &x) && read_number(b, &y) && fabs(x - y) <= share * fmax(fabs(x), fabs(y));
}

bool agree_initial(struct slice a, struct slice b)
{
    size_t first_a = slice_find(a, ' '), first_b = slice_find(b, ' ');
    return (first_a == 1 || first_b == 1) && a.at[0] == b.at[0];
}

static bool decades_apart(int years)
{
    return years == 10 || years == 100;
}

bool agree_dates(enum link_test test, double argument, const struct value *a, const struct value *b)
{
    if (!a->date || !b->date)
        return false;
    int years = abs(a->year - b->year);
    switch (test) {
    case LINK_TEST_SWAPPED:
        return years == 0 && a->month == b->day && a->day == b->month && a->day > 0;
    case LINK_TEST_DIGIT:
        return a->day && b->day && similar_one_edit(a->text, b->text);
    case LINK_TEST_PARTIAL:
        return (!a->day || !b->day) && years == 0 && (!a->month || !b->month || a->month == b->month);
    case LINK_TEST_PARTS:
        if (!a->day || !b->day)
            return false;
        if (a->month == b->month && a->day == b->day)
            return years <= 2 || decades_apart(years);
        return years == 0 && (a->month == b->month || a->day == b->day || (a->month == 1 && a->day == 1) ||
                              (b->month == 1 && b->day == 1));
    case LINK_TEST_DAY_MONTH:
        return a->day && a->day == b->day && a->month == b->month;
    case LINK_TEST_YEAR:
        return years == 0;
    default:
        return years <= (int)argument;
    }
}

bool agree_year_from_age(const struct value *a, const struct value *b)
{
    bool year_only = (a->month == 0 && a->day == 0) || (b->month == 0 && b->day == 0);
    return a->date && b->date && year_only && abs(a->year - b->year) == 1;
}

bool agree_prefix(struct slice a, unsigned length_a, struct slice b, unsigned length_b)
{
    return length_a > 0 && length_a == length_b && memcmp(a.at, b.at, length_a) == 0;
}

bool agree_soundex(struct slice a, struct slice b)
{
    char code_a[5], code_b[5];
    text_soundex(a, code_a);
    text_soundex(b, code_b);
    return code_a[0] && memcmp(code_a, code_b, 4) == 0;
}
