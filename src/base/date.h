/* date.h: days of the proleptic Gregorian calendar, also partial ones.
 *
 * A date may lack its day (1952-03) or its month too (1952). Year 0 means no date at all. Valid years are 1 to 9999. */
#ifndef STAITHE_BASE_DATE_H
#define STAITHE_BASE_DATE_H

#include "base/arena.h"

struct date {
    int16_t year;
    uint8_t month, day; /* 0: not known; a day never stands without a month */
};

#define NO_DATE ((struct date){0, 0, 0})

/* How a text is read. DATE_DMY is the British order: 03/02/1952, 3.2.52, 3 Feb 1952, 03-FEB-52, 3rd February 1952. */
enum date_order { DATE_YMD, DATE_DMY, DATE_MDY };

struct date_form {
    enum date_order order;
    /* Two-digit years fall in the hundred years that end with this one: with 2026, "52" is 1952 and "26" is 2026.
     * 0 refuses two-digit years. */
    int pivot_year;
    bool partial; /* "1952", "03/1952", "Mar 1952" are accepted, and 00 for a day or month that is not known */
};

/* Reads the whole slice, trimmed. An ISO date (1952-02-03, 1952/02/03, 19520203) and one with the month's name
 * (Feb 3, 1952; 3rd of February 1952; 03FEB1952) are read in any order. A weekday before must be the right one; a time
 * behind (T10:15, 10:15:00.000, 9:05pm, with Z or +01:00) must be one and is dropped, and does not move the day. Both
 * separators must be the same. False for what is no date: 29 February of a common year, month 13, a spreadsheet's
 * serial. */
bool date_read(struct slice text, const struct date_form *form, struct date *ret_date) MUST_USE;
bool date_valid(struct date d);
static inline bool date_known(struct date d)
{
    return d.year != 0;
}
static inline bool date_whole(struct date d)
{
    return d.day != 0;
}
/* Missing parts sort first. */
int date_compare(struct date a, struct date b);
/* Days since 1970-01-01 of a whole date; a partial one counts from its first day. */
int64_t date_days(struct date d);
struct date date_from_days(int64_t days);
/* The UTC day of a host_now() time. */
struct date date_of_time(int64_t milliseconds);
/* Whole years from birth to day; a partial birth date counts as its first day. */
int date_age(struct date birth, struct date day);
/* "1952-02-03", "1952-02" or "1952". */
struct slice date_iso(struct arena *arena, struct date d);
/* "3 February 1952", "February 1952" or "1952": for people. */
struct slice date_words(struct arena *arena, struct date d);
/* "2026-11-27T21:05:09Z" and "27 November 2026, 9:05pm" (UTC) of a host_now() time. */
struct slice time_iso(struct arena *arena, int64_t milliseconds);
struct slice time_words(struct arena *arena, int64_t milliseconds);

#endif
