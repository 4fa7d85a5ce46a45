/* plain.c: the plain form of a value, by its kind.
 *
 * Names and places: folded tokens with single spaces, without titles. Dates: eight digits, unknown parts as zeros; a
 * date that cannot be (month 22) keeps its digits, because a slip of one digit is then still one digit away. Postcodes,
 * identifiers and telephones: letters and digits only. Words such as "unknown" or "n/a" count as missing. */
#include "link/records.h"

#include "base/text.h"

/* Looked up for each distinct text, so that most are let by at their length or their first letter. */
static bool one_of(struct slice s, const char *const *words, size_t shortest, size_t longest, const char *first)
{
    if (s.len < shortest || s.len > longest || !strchr(first, s.at[0]))
        return false;
    for (size_t i = 0; words[i]; i++)
        if (slice_equal(s, slice_of(words[i])))
            return true;
    return false;
}

static bool says_nothing(struct slice s)
{
    static const char *const nothing[] = {"unknown",      "n/a", "na", "none", "null", "not known",
                                          "nk",           "-",   ".",  "?",    "xx",   "not available",
                                          "not recorded", "tbc", NULL};
    return one_of(s, nothing, 1, 13, "unt-.?x");
}

static bool is_title(struct slice s)
{
    static const char *const titles[] = {"mr", "mrs", "ms", "miss", "mx", "dr", "master", "rev", NULL};
    return one_of(s, titles, 2, 6, "mdr");
}

static bool is_plain_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Tokens with single spaces between them, as most texts of files in lower case are already. */
static bool is_tokens(struct slice s)
{
    char before = ' ';
    for (size_t i = 0; i < s.len; before = s.at[i++])
        if (!is_plain_letter(s.at[i]) && (s.at[i] != ' ' || before == ' '))
            return false;
    return before != ' ';
}

static struct slice without_titles(struct slice tokens, struct arena *arena)
{
    char *out = arena_array(arena, char, tokens.len + 1);
    size_t used = 0;
    struct slice token;
    while (slice_cut(&tokens, ' ', &token))
        if (!is_title(token)) {
            if (used > 0)
                out[used++] = ' ';
            memcpy(out + used, token.at, token.len);
            used += token.len;
        }
    return slice_from(out, used);
}

static bool holds_title(struct slice tokens)
{
    struct slice token;
    size_t count = 0;
    bool found = false;
    for (; slice_cut(&tokens, ' ', &token); count++)
        found |= is_title(token);
    return found && count > 1;
}

/* What text_tokens finds in folded ASCII, joined. */
static struct slice ascii_tokens(struct slice folded, struct arena *arena)
{
    char *out = arena_array(arena, char, folded.len + 1);
    size_t used = 0;
    for (size_t i = 0; i < folded.len; i++) {
        if (is_plain_letter(folded.at[i]))
            out[used++] = folded.at[i];
        else if (folded.at[i] != '\'' && used > 0 && out[used - 1] != ' ')
            out[used++] = ' ';
    }
    return slice_from(out, used - (used > 0 && out[used - 1] == ' '));
}

static struct slice plain_tokens(struct slice folded, struct arena *arena)
{
    if (is_tokens(folded))
        return folded;
    if (text_ascii(folded) == folded.len)
        return ascii_tokens(folded, arena);
    struct slice *tokens = NULL;
    size_t count = text_tokens(arena, folded, &tokens);
    return arena_join(arena, tokens, count, S(" "));
}

static struct slice plain_name(struct slice folded, struct arena *arena)
{
    struct slice tokens = plain_tokens(folded, arena);
    return holds_title(tokens) ? without_titles(tokens, arena) : tokens;
}

static struct slice letters_and_digits(struct slice folded, bool upper, struct arena *arena)
{
    char *out = arena_array(arena, char, folded.len + 1);
    size_t length = 0;
    for (size_t i = 0; i < folded.len; i++) {
        unsigned char c = (unsigned char)folded.at[i];
        if ((c >= '0' && c <= '9') || c >= 0x80)
            out[length++] = (char)c;
        else if (c >= 'a' && c <= 'z')
            out[length++] = (char)(upper ? c - 32 : c);
    }
    return slice_from(out, length);
}

static bool all_digits(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
    return s.len > 0;
}

/* yyyy-m-d in any digits, with one kind of separator. */
static bool loose_iso(struct slice s, unsigned *year, unsigned *month, unsigned *day)
{
    unsigned parts[3] = {0, 0, 0}, part = 0, digits = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (c >= '0' && c <= '9' && digits < 4) {
            parts[part] = parts[part] * 10 + (unsigned)(c - '0');
            digits++;
        } else if ((c == '-' || c == '/' || c == '.') && part < 2 && digits > 0) {
            if (part == 0 && digits != 4)
                return false;
            part++;
            digits = 0;
        } else {
            return false;
        }
    }
    if (part != 2 || digits == 0 || parts[1] > 99 || parts[2] > 99)
        return false;
    *year = parts[0];
    *month = parts[1];
    *day = parts[2];
    return true;
}

static unsigned number_at(struct slice s, size_t from, size_t to)
{
    unsigned number = 0;
    for (size_t i = from; i < to; i++)
        number = number * 10 + (unsigned)(s.at[i] - '0');
    return number;
}

/* Each below the power of ten that its digits hold. */
static struct slice date_digits(unsigned year, unsigned month, unsigned day, struct arena *arena)
{
    char *digits = arena_array(arena, char, 8);
    unsigned number = year * 10000 + month * 100 + day;
    for (size_t i = 8; i-- > 0; number /= 10)
        digits[i] = (char)('0' + number % 10);
    return slice_from(digits, 8);
}

static bool eight_in_order(enum date_order order, struct slice s)
{
    unsigned first = number_at(s, 0, 2), second = number_at(s, 2, 4), year = number_at(s, 4, 8);
    unsigned month = order == DATE_MDY ? first : second, day = order == DATE_MDY ? second : first;
    return order != DATE_YMD && year >= 1800 && year <= 2099 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/* Eight digits are a year, a month and a day, unless that month cannot be and they are a date in the specification's
 * order, as 31011999 is where days come first, or, if not in that, in the other. */
static struct slice eight_digits(enum date_order order, struct slice s, struct arena *arena)
{
    if (order == DATE_YMD || number_at(s, 4, 6) <= 12)
        return arena_copy(arena, s);
    if (!eight_in_order(order, s))
        order = order == DATE_MDY ? DATE_DMY : DATE_MDY;
    if (!eight_in_order(order, s))
        return arena_copy(arena, s);
    unsigned first = number_at(s, 0, 2), second = number_at(s, 2, 4);
    return date_digits(number_at(s, 4, 8), order == DATE_MDY ? first : second, order == DATE_MDY ? second : first,
                       arena);
}

/* What cannot be in the order that is said (02/19/1936 where days come first) is read in the other. Years of two digits
 * are those of 1927 to 2026: a person of 98 is likelier in a list than one who is not born. */
enum { PIVOT_YEAR = 2026 };

static bool read_date(enum date_order order, struct slice s, struct date *ret)
{
    struct date_form form = {.order = order, .pivot_year = PIVOT_YEAR, .partial = true};
    if (date_read(s, &form, ret))
        return true;
    form.order = order == DATE_DMY ? DATE_MDY : DATE_DMY;
    return order != DATE_YMD && date_read(s, &form, ret);
}

static struct slice day_alone(struct slice raw)
{
    struct slice s = slice_trim(raw);
    return s.len > 10 && (s.at[10] == 'T' || s.at[10] == ' ') ? slice_part(s, 0, 10) : s;
}

unsigned plain_date_orders(struct slice raw)
{
    enum { ALL = 1 << DATE_YMD | 1 << DATE_DMY | 1 << DATE_MDY };
    static const enum date_order orders[] = {DATE_YMD, DATE_DMY, DATE_MDY};
    struct slice s = day_alone(raw);
    unsigned year, month, day, found = 0;
    bool eight = s.len == 8 && all_digits(s);
    if (loose_iso(s, &year, &month, &day) || (eight && number_at(s, 4, 6) <= 12))
        return ALL;
    for (size_t i = 0; i < countof(orders); i++) {
        struct date_form form = {.order = orders[i], .pivot_year = PIVOT_YEAR, .partial = true};
        struct date date;
        if (eight ? eight_in_order(orders[i], s) : date_read(s, &form, &date))
            found |= 1u << orders[i];
    }
    return found;
}

static struct slice plain_date(enum date_order order, struct slice raw, struct arena *arena)
{
    struct slice s = day_alone(raw);
    unsigned year = 0, month = 0, day = 0;
    if (s.len == 8 && all_digits(s))
        return eight_digits(order, s, arena);
    if (!loose_iso(s, &year, &month, &day)) {
        struct date date;
        if (!read_date(order, s, &date))
            return NO_SLICE;
        year = (unsigned)date.year;
        month = date.month;
        day = date.day;
    }
    return date_digits(year, month, day, arena);
}

static struct slice plain_telephone(struct slice raw, struct arena *arena)
{
    struct slice s = text_digits(arena, raw);
    if (slice_starts(s, S("0044")))
        s = slice_part(s, 4, s.len);
    else if (slice_starts(s, S("44")) && s.len >= 11)
        s = slice_part(s, 2, s.len);
    while (s.len > 0 && s.at[0] == '0')
        s = slice_part(s, 1, s.len);
    return s.len >= 5 ? s : NO_SLICE;
}

struct slice plain_form(enum link_kind kind, enum date_order order, struct slice raw, struct arena *arena)
{
    if (kind == LINK_DATE)
        return plain_date(order, raw, arena);
    if (kind == LINK_TELEPHONE)
        return plain_telephone(raw, arena);
    struct slice folded = is_tokens(raw) ? raw : text_fold(arena, raw);
    if (slice_empty(folded) || says_nothing(folded))
        return NO_SLICE;
    switch (kind) {
    case LINK_GIVEN_NAME:
    case LINK_FAMILY_NAME:
    case LINK_FULL_NAME:
        return plain_name(folded, arena);
    case LINK_ADDRESS:
    case LINK_PLACE:
    case LINK_TEXT:
        return plain_tokens(folded, arena);
    case LINK_POSTCODE:
    case LINK_IDENTIFIER:
        return letters_and_digits(folded, true, arena);
    default:
        return folded;
    }
}

void plain_postcode(struct slice s, struct value *value)
{
    size_t letters = 0;
    while (letters < s.len && s.at[letters] >= 'A' && s.at[letters] <= 'Z')
        letters++;
    bool inward =
        s.len >= 5 && s.len <= 7 && letters >= 1 && letters <= 2 && s.at[s.len - 3] >= '0' && s.at[s.len - 3] <= '9';
    for (size_t i = s.len - (inward ? 2 : 0); inward && i < s.len; i++)
        inward = s.at[i] >= 'A' && s.at[i] <= 'Z';
    if (inward) {
        value->area = (uint8_t)letters;
        value->district = (uint8_t)(s.len - 3);
        value->sector = (uint8_t)(s.len - 2);
    } else if (letters >= 1 && letters <= 2 && s.len <= 4) {
        value->area = (uint8_t)letters; /* only the outward half */
        value->district = (uint8_t)s.len;
    } else if (all_digits(s) && s.len >= 4 && s.len <= 6) {
        value->area = 1; /* as Australian and continental codes go */
        value->district = 2;
        value->sector = 3;
    }
}
