/* Reading goes in two steps. First the text is cut into at most three parts, numbers and month names, with what stood
 * between them; then the parts are given their roles: a month's name and a four-digit year speak for themselves, only
 * all-number dates with the year last (or of two digits) need the order that the form states. A time behind the date is
 * checked and dropped; the day is taken as written, whatever the zone, because it is the day that somebody wrote down.
 *
 * Days are counted with the era arithmetic of 400 years = 146,097 days, years starting in March, so that leap days
 * come last. */
#include "base/date.h"

#include <stdio.h>

static const char *const month_names[] = {"January", "February", "March",     "April",   "May",      "June",
                                          "July",    "August",   "September", "October", "November", "December"};
static const char *const day_names[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* ---- The calendar ---- */

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && leap(year));
}

bool date_valid(struct date d)
{
    if (d.year < 1 || d.year > 9999 || d.month > 12)
        return false;
    if (d.month == 0)
        return d.day == 0;
    return d.day <= month_days(d.year, d.month);
}

int date_compare(struct date a, struct date b)
{
    if (a.year != b.year)
        return a.year < b.year ? -1 : 1;
    if (a.month != b.month)
        return a.month < b.month ? -1 : 1;
    return a.day < b.day ? -1 : a.day > b.day;
}

int64_t date_days(struct date d)
{
    int64_t month = d.month ? d.month : 1, day = d.day ? d.day : 1;
    int64_t year = d.year - (month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct date date_from_days(int64_t days)
{
    /* 1 January 1 to 31 December 9999; outside there is no date. */
    if (days < -719162 || days > 2932896)
        return NO_DATE;
    days += 719468;
    int64_t era = days / 146097, of_era = days % 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * of_year + 2) / 153;
    int64_t day = of_year - (153 * shifted + 2) / 5 + 1, month = shifted < 10 ? shifted + 3 : shifted - 9;
    return (struct date){(int16_t)(year_of_era + era * 400 + (month <= 2)), (uint8_t)month, (uint8_t)day};
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

struct date date_of_time(int64_t milliseconds)
{
    return date_from_days(floor_divide(milliseconds, 86400000));
}

int date_age(struct date birth, struct date day)
{
    struct date b = {birth.year, birth.month ? birth.month : 1, birth.day ? birth.day : 1};
    struct date d = {day.year, day.month ? day.month : 1, day.day ? day.day : 1};
    /* Born on 29 February: a year older on 1 March of a common year, as English law has it. */
    return d.year - b.year - (d.month < b.month || (d.month == b.month && d.day < b.day));
}

/* ---- Reading ---- */

struct part {
    int value;
    int digits; /* 0: a month's name */
    bool ordinal;
};

/* Index of the word among the names, whole or by its first three letters; -1 when it is none. */
static int find_name(struct slice word, const char *const *names, int count)
{
    if (word.len < 3)
        return -1;
    for (int i = 0; i < count; i++) {
        struct slice name = slice_of(names[i]);
        if (slice_equal_nocase(word, name) || (word.len == 3 && slice_equal_nocase(word, slice_part(name, 0, 3))))
            return i;
    }
    return -1;
}

static int find_month(struct slice word)
{
    return slice_equal_nocase(word, S("sept")) ? 8 : find_name(word, month_names, 12);
}

static struct slice take_letters(struct slice *rest)
{
    size_t n = 0;
    while (n < rest->len && is_letter(rest->at[n]))
        n++;
    struct slice word = slice_part(*rest, 0, n);
    *rest = slice_part(*rest, n, rest->len);
    return word;
}

static bool take_number(struct slice *rest, struct part *ret)
{
    *ret = (struct part){0};
    size_t n = 0;
    for (; n < rest->len && is_digit(rest->at[n]); n++) {
        if (n == 8)
            return false;
        ret->value = ret->value * 10 + (rest->at[n] - '0');
    }
    ret->digits = (int)n;
    *rest = slice_part(*rest, n, rest->len);
    return n > 0;
}

static size_t skip_spaces(struct slice *rest)
{
    size_t n = 0;
    while (n < rest->len && is_space(rest->at[n]))
        n++;
    *rest = slice_part(*rest, n, rest->len);
    return n;
}

/* st, nd, rd, th, when it is the right one for the number. */
static bool take_ordinal(struct slice *rest, int value)
{
    static const char *const endings[] = {"th", "st", "nd", "rd"};
    int last = value % 100 / 10 == 1 || value % 10 > 3 ? 0 : value % 10;
    struct slice after = *rest, word = take_letters(&after);
    if (!slice_equal_nocase(word, slice_of(endings[last])))
        return false;
    *rest = after;
    return true;
}

/* What stands between two parts: '/', '-', '.', ' ' (also for a comma, and for nothing between letters and digits);
 * 0 when the parts end here. */
static char take_separator(struct slice *rest, bool after_name)
{
    size_t spaces = skip_spaces(rest);
    if (rest->len == 0)
        return 0;
    char c = rest->at[0];
    if (c == '/' || c == '-' || c == '.') {
        *rest = slice_part(*rest, 1, rest->len);
        size_t more = skip_spaces(rest);
        return c == '.' && after_name && more ? ' ' : c; /* "Feb. 1952" */
    }
    if (c == ',') {
        *rest = slice_part(*rest, 1, rest->len);
        skip_spaces(rest);
        return ' ';
    }
    if (spaces)
        return ' ';
    return is_letter(c) || (after_name && is_digit(c)) ? ' ' : 0;
}

static bool two_digits(struct slice *rest, int highest, int *ret)
{
    if (rest->len < 2 || !is_digit(rest->at[0]) || !is_digit(rest->at[1]))
        return false;
    *ret = (rest->at[0] - '0') * 10 + (rest->at[1] - '0');
    *rest = slice_part(*rest, 2, rest->len);
    return *ret <= highest;
}

static bool take_byte(struct slice *rest, char byte)
{
    if (rest->len == 0 || rest->at[0] != byte)
        return false;
    *rest = slice_part(*rest, 1, rest->len);
    return true;
}

/* A time of day and a zone, to the end of the text: 10:15, 9:05pm, 10:15:09.123Z, 101509, 10:15+01:00. */
static bool is_time(struct slice rest)
{
    int hour, minute, second;
    if (rest.len >= 2 && is_digit(rest.at[0]) && rest.at[1] == ':') {
        hour = rest.at[0] - '0';
        rest = slice_part(rest, 1, rest.len);
    } else if (!two_digits(&rest, 23, &hour)) {
        return false;
    }
    bool colons = take_byte(&rest, ':');
    if (!two_digits(&rest, 59, &minute))
        return false;
    bool seconds = colons ? take_byte(&rest, ':') : rest.len > 0 && is_digit(rest.at[0]);
    if (seconds) {
        if (!two_digits(&rest, 60, &second))
            return false;
        if (take_byte(&rest, '.') || take_byte(&rest, ',')) {
            size_t n = 0;
            while (n < rest.len && is_digit(rest.at[n]))
                n++;
            if (n == 0 || n > 9)
                return false;
            rest = slice_part(rest, n, rest.len);
        }
    }
    skip_spaces(&rest);
    struct slice after = rest, word = take_letters(&after);
    if (slice_equal_nocase(word, S("am")) || slice_equal_nocase(word, S("pm")))
        return hour >= 1 && hour <= 12 && after.len == 0;
    if (slice_equal_nocase(word, S("z")) || slice_equal_nocase(word, S("utc")) || slice_equal_nocase(word, S("gmt")) ||
        slice_equal_nocase(word, S("bst")))
        return after.len == 0;
    if (take_byte(&rest, '+') || take_byte(&rest, '-')) {
        if (!two_digits(&rest, 14, &hour))
            return false;
        if (rest.len == 0)
            return true;
        take_byte(&rest, ':');
        return two_digits(&rest, 59, &minute) && rest.len == 0;
    }
    return rest.len == 0;
}

/* Nothing, or a time after T or a space. */
static bool is_end(struct slice rest)
{
    if (rest.len == 0)
        return true;
    if (take_byte(&rest, 'T') || take_byte(&rest, 't'))
        return is_time(rest);
    take_byte(&rest, ','); /* "3 February 1952, 9:05pm" */
    return skip_spaces(&rest) > 0 && is_time(rest);
}

static bool year_of(struct part part, const struct date_form *form, int *ret_year)
{
    if (part.ordinal)
        return false;
    if (part.digits == 4) {
        *ret_year = part.value;
        return true;
    }
    if (part.digits != 2 || form->pivot_year == 0)
        return false;
    int year = form->pivot_year - form->pivot_year % 100 + part.value;
    *ret_year = year > form->pivot_year ? year - 100 : year;
    return true;
}

/* Checks roles and ranges; a zero for an unknown month or day is for forms that take partial dates. */
static bool assemble(int year, struct part month, struct part day, const struct date_form *form, struct date *ret)
{
    if (month.digits > 2 || month.ordinal || day.digits > 2 || day.digits == 0)
        return false;
    if ((month.value == 0 || day.value == 0) && !form->partial)
        return false;
    if (year < 1 || month.value > 12 || day.value > 31)
        return false;
    struct date d = {(int16_t)year, (uint8_t)month.value, (uint8_t)day.value};
    if (!date_valid(d))
        return false;
    *ret = d;
    return true;
}

static bool from_three(const struct part p[3], const struct date_form *form, struct date *ret)
{
    static const uint8_t orders[][3] = {[DATE_YMD] = {0, 1, 2}, [DATE_DMY] = {2, 1, 0}, [DATE_MDY] = {2, 0, 1}};
    const uint8_t *at = orders[form->order];
    if (p[0].digits == 4)
        at = orders[DATE_YMD];
    else if (p[0].digits == 0)
        at = orders[DATE_MDY];
    else if (p[2].digits == 4 && form->order == DATE_YMD)
        return p[1].digits == 0 ? from_three(p, &(struct date_form){DATE_DMY, form->pivot_year, form->partial}, ret)
                                : false; /* 03/02/1952 under YMD: which is the month? */
    else if (p[1].digits == 0 && form->order == DATE_MDY)
        at = orders[DATE_DMY];
    int year;
    if (p[at[0]].digits == 0 || !year_of(p[at[0]], form, &year))
        return false;
    return assemble(year, p[at[1]], p[at[2]], form, ret);
}

static bool from_two(const struct part p[2], const struct date_form *form, struct date *ret)
{
    struct part year = p[0].digits == 4 ? p[0] : p[1], month = p[0].digits == 4 ? p[1] : p[0];
    if (!form->partial || year.digits != 4 || month.digits > 2 || month.ordinal || year.value < 1)
        return false;
    struct date d = {(int16_t)year.value, (uint8_t)(month.value > 12 ? 13 : month.value), 0};
    if (!date_valid(d))
        return false;
    *ret = d;
    return true;
}

static bool from_one(struct part p, struct slice rest, const struct date_form *form, struct date *ret)
{
    if (p.ordinal)
        return false;
    if (p.digits == 8 && is_end(rest)) {
        struct part month = {.value = p.value / 100 % 100, .digits = 2}, day = {.value = p.value % 100, .digits = 2};
        return assemble(p.value / 10000, month, day, form, ret);
    }
    if (p.digits != 4 || !form->partial || rest.len || p.value < 1)
        return false;
    *ret = (struct date){(int16_t)p.value, 0, 0};
    return true;
}

bool date_read(struct slice text, const struct date_form *form, struct date *ret_date)
{
    struct slice rest = slice_trim(text);
    int weekday = -1;
    struct part parts[3];
    size_t count = 0;
    char separators[3] = {0};
    if (rest.len > 0 && is_letter(rest.at[0])) {
        struct slice after = rest;
        weekday = find_name(take_letters(&after), day_names, 7);
        if (weekday >= 0) {
            take_byte(&after, ',');
            skip_spaces(&after);
            rest = after;
        }
    }
    for (;;) {
        if (rest.len > 0 && is_letter(rest.at[0])) {
            struct slice word = take_letters(&rest);
            if (count == 1 && parts[0].ordinal && slice_equal_nocase(word, S("of")) && skip_spaces(&rest))
                word = take_letters(&rest);
            int month = find_month(word);
            if (month < 0)
                return false;
            parts[count++] = (struct part){.value = month + 1};
        } else {
            struct part number;
            if (!take_number(&rest, &number))
                return false;
            number.ordinal = number.digits <= 2 && take_ordinal(&rest, number.value);
            parts[count++] = number;
        }
        if (count == 3)
            break;
        struct slice before = rest;
        separators[count - 1] = take_separator(&rest, parts[count - 1].digits == 0);
        if (!separators[count - 1])
            break;
        /* "19520203T1015": the letter does not start a part but a time. */
        if (parts[count - 1].digits == 8) {
            rest = before;
            break;
        }
    }
    struct date d;
    if (count == 3) {
        size_t names = (size_t)(parts[0].digits == 0) + (parts[1].digits == 0) + (parts[2].digits == 0);
        bool ordinals = parts[0].ordinal || parts[1].ordinal || parts[2].ordinal;
        if (separators[0] != separators[1] || names > 1 || (ordinals && names == 0) || !is_end(rest) ||
            !from_three(parts, form, &d))
            return false;
    } else if (count == 2) {
        if (rest.len || (parts[0].digits == 0 && parts[1].digits == 0) || !from_two(parts, form, &d))
            return false;
    } else if (parts[0].digits == 0 || !from_one(parts[0], rest, form, &d)) {
        return false;
    }
    if (weekday >= 0 && (!date_whole(d) || (date_days(d) % 7 + 10) % 7 != weekday)) /* 1970-01-01 was a Thursday. */
        return false;
    *ret_date = d;
    return true;
}

/* ---- Writing ---- */

struct slice date_iso(struct arena *arena, struct date d)
{
    if (d.day)
        return arena_format(arena, "%04d-%02d-%02d", d.year, d.month, d.day);
    if (d.month)
        return arena_format(arena, "%04d-%02d", d.year, d.month);
    return d.year ? arena_format(arena, "%04d", d.year) : S("");
}

struct slice date_words(struct arena *arena, struct date d)
{
    if (d.day)
        return arena_format(arena, "%d %s %d", d.day, month_names[d.month - 1], d.year);
    if (d.month)
        return arena_format(arena, "%s %d", month_names[d.month - 1], d.year);
    return d.year ? arena_format(arena, "%d", d.year) : S("");
}

struct slice time_iso(struct arena *arena, int64_t milliseconds)
{
    struct date d = date_of_time(milliseconds);
    int of_day = (int)(floor_divide(milliseconds, 1000) - floor_divide(milliseconds, 86400000) * 86400);
    return arena_format(arena, "%04d-%02d-%02dT%02d:%02d:%02dZ", d.year, d.month, d.day, of_day / 3600,
                        of_day / 60 % 60, of_day % 60);
}

struct slice time_words(struct arena *arena, int64_t milliseconds)
{
    struct date d = date_of_time(milliseconds);
    int of_day = (int)(floor_divide(milliseconds, 60000) - floor_divide(milliseconds, 86400000) * 1440);
    int hour = of_day / 60;
    return arena_format(arena, "%.*s, %d:%02d%s", PRINT(date_words(arena, d)), hour % 12 ? hour % 12 : 12, of_day % 60,
                        hour < 12 ? "am" : "pm");
}
