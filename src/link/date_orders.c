/* date_orders.c: distinct texts are counted, by the orders in which they are a date. What can be read in one order
 * alone tells the order of all others: two thirds of all days of a year are the 13th or later. A few are slips of the
 * pen. */
#include "link/date_orders.h"

#include "base/text.h"
#include "link/records.h"

enum { FEW = 5, PART = 20 /* fewer than one in so many are few, too */ };

struct counted {
    size_t count;
    struct slice example;
};

struct counts {
    struct counted only[3]; /* by order: what can be read in no other of days first and months first */
    struct counted nothing; /* no date at all */
    size_t all;
};

static const char *const words[] = {"year first", "days first", "months first"};
static const char *const names[] = {"ymd", "dmy", "mdy"};

static void count_one(struct counted *counted, struct slice text)
{
    if (counted->count++ == 0)
        counted->example = text_at_most(text, 40);
}

static struct counts count_orders(const struct dictionary *texts)
{
    struct counts counts = {.all = texts->count - 1};
    const unsigned days = 1u << DATE_DMY, months = 1u << DATE_MDY;
    for (size_t code = 1; code < texts->count; code++) {
        unsigned orders = plain_date_orders(texts->texts[code]);
        if (orders == 0)
            count_one(&counts.nothing, texts->texts[code]);
        else if ((orders & (days | months)) == days)
            count_one(&counts.only[DATE_DMY], texts->texts[code]);
        else if ((orders & (days | months)) == months)
            count_one(&counts.only[DATE_MDY], texts->texts[code]);
        if (orders && !(orders & 1u << DATE_YMD))
            count_one(&counts.only[DATE_YMD], texts->texts[code]); /* not year first */
    }
    return counts;
}

static bool are_many(size_t count, size_t of)
{
    return count >= FEW && count * PART >= of;
}

struct slice date_orders_note(const struct link_records *records, size_t column, struct arena *arena)
{
    const struct link_column *about = link_spec_column(records->spec, column);
    if (about->kind != LINK_DATE || column >= records->spec->input_count)
        return NO_SLICE;
    struct counts counts = count_orders(&records->columns[column].raw);
    enum date_order order = records->spec->date_order;
    enum date_order better = counts.only[DATE_MDY].count > counts.only[DATE_DMY].count ? DATE_MDY : DATE_DMY;
    enum date_order worse = better == DATE_MDY ? DATE_DMY : DATE_MDY;
    const struct counted *many = &counts.only[better], *fewer = &counts.only[worse], *none = &counts.only[DATE_YMD];
    if (order == DATE_YMD && are_many(none->count, counts.all))
        return arena_format(
            arena,
            "dates in %.*s: %zu of %zu values, such as %.*s, are not written year first, as date_order: "
            "ymd reads them, and are missing or misread; say date_order: %s",
            PRINT(about->name), none->count, counts.all, PRINT(none->example), names[better]);
    if (order != DATE_YMD && are_many(fewer->count, many->count))
        return arena_format(arena,
                            "dates in %.*s: %zu values, such as %.*s, can only be %s, and %zu, such as %.*s, only %s; "
                            "each is read as it must be, and what may be either %s (date_order: %s); write them in one "
                            "order",
                            PRINT(about->name), many->count, PRINT(many->example), words[better], fewer->count,
                            PRINT(fewer->example), words[worse], words[order], names[order]);
    if (order == worse && are_many(many->count, counts.all))
        return arena_format(arena,
                            "dates in %.*s: %zu values, such as %.*s, can only be %s, and %zu only %s, but what may be "
                            "either is read %s (date_order: %s); say date_order: %s",
                            PRINT(about->name), many->count, PRINT(many->example), words[better], fewer->count,
                            words[worse], words[order], names[order], names[better]);
    if (are_many(counts.nothing.count, counts.all))
        return arena_format(arena,
                            "dates in %.*s: %zu of %zu values, such as “%.*s”, cannot be read as dates and are not "
                            "compared as such",
                            PRINT(about->name), counts.nothing.count, counts.all, PRINT(counts.nothing.example));
    return NO_SLICE;
}
