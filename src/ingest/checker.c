/* checker.c: the inner loop of landing.
 *
 * What is common is quick: a text that is ASCII without control characters is taken where it stands, with no copy.
 * Forms (dates, NHS numbers, postcodes) go into a scratch arena that is reset before each row.
 *
 * Hashes are chained over fields: h = XXH3(field, seed h). Each step takes the length in, so ("ab", "c") and ("a",
 * "bc") differ; a typed step is seeded by the column's name too, and columns without a value take no step: a contract
 * that gains a column does not make a new version of every row that has nothing in it. */
#include "ingest/checker.h"

#include "base/decimal.h"

#include <stdio.h>

struct plan {
    const struct column *column;
    size_t field;  /* where it stands in the file */
    uint64_t seed; /* hash of its name */
    size_t longest;
};

struct checker {
    const struct source *source;
    struct date as_at;
    struct arena *arena, *scratch;
    struct plan *plans; /* as the columns of the contract */
    size_t field_count; /* headings in the file */
    uint64_t raw_seed;  /* of the order of headings */
    const struct column *removed;
    struct value *values;
    struct slice *texts; /* the written form of each value */
    bool *bad;           /* columns that failed */
    struct fault faults[MOST_FAULTS];
    size_t fault_count;
    char *key;
    size_t key_capacity;
};

struct checker *checker_make(const struct source *source, struct date as_at, struct arena *arena)
{
    struct checker *c = arena_new(arena, struct checker);
    *c = (struct checker){.source = source, .as_at = as_at, .arena = arena, .scratch = arena_make(0)};
    arena_defer(arena, (void (*)(void *))arena_free, c->scratch);
    c->plans = arena_array(arena, struct plan, source->column_count);
    c->values = arena_array(arena, struct value, source->column_count);
    c->texts = arena_array(arena, struct slice, source->column_count);
    c->bad = arena_array(arena, bool, source->column_count);
    for (size_t i = 0; i < source->column_count; i++) {
        const struct column *column = &source->columns[i];
        c->plans[i] = (struct plan){column, i, hash64(column->name, 0x5741), column->longest ? column->longest : 4000};
    }
    c->field_count = source->column_count;
    c->removed = source->removed_column.len ? source_column(source, source->removed_column) : NULL;
    c->raw_seed = hash64(source->name, source->column_count);
    return c;
}

void checker_key_hash(struct slice key, uint64_t ret[2])
{
    hash128(key, ret);
}

void checker_as_at(struct checker *checker, struct date as_at)
{
    checker->as_at = as_at;
}

/* ---- Headings ---- */

static struct slice shown(struct slice heading)
{
    return slice_part(heading, 0, 60);
}

static bool heading_unknown(const struct checker *c, struct slice heading, struct slice file, uint64_t line, size_t at,
                            struct error *err)
{
    const struct source *source = c->source;
    struct slice *names = arena_array(c->scratch, struct slice, source->column_count);
    for (size_t i = 0; i < source->column_count; i++)
        names[i] = source->columns[i].header;
    struct slice near = text_nearest(heading, names, source->column_count);
    if (near.len)
        return error_set_at(err, ERROR_INPUT, file, line, at + 1,
                            "the heading \"%.*s\" is not in the contract %.*s; if it is \"%.*s\", ask the sender to "
                            "write it so, or change "
                            "physicalName in the contract",
                            PRINT(shown(heading)), PRINT(source->name), PRINT(near));
    return error_set_at(err, ERROR_INPUT, file, line, at + 1,
                        "the heading \"%.*s\" is not in the contract %.*s, and nothing is landed that no contract "
                        "describes; ask the sender to "
                        "leave the column out, or add it to the contract",
                        PRINT(shown(heading)), PRINT(source->name));
}

/* A first row none of whose fields is a heading of ours is no row of headings, or belongs to another file. */
static bool nothing_known(const struct checker *c, const struct csv_row *row)
{
    for (size_t f = 0; f < row->count; f++)
        for (size_t i = 0; i < c->source->column_count; i++)
            if (slice_equal_nocase(slice_trim(row->fields[f]), c->source->columns[i].header))
                return false;
    return true;
}

bool checker_headings(struct checker *c, const struct csv_row *row, struct slice file, struct error *err)
{
    const struct source *source = c->source;
    if (row->had_nul || row->bad_character || row->too_long || row->unclosed)
        return error_set_at(
            err, ERROR_INPUT, file, row->line, 0,
            "the file is no text with headings (%s in its first row); ask the sender for a CSV file of %.*s",
            row->too_long   ? "there is a field or row without end"
            : row->unclosed ? "there is a quote that is never closed"
            : row->had_nul  ? "there are NUL bytes"
                            : "there are bytes that are no text",
            PRINT(source->name));
    if (nothing_known(c, row))
        return error_set_at(err, ERROR_INPUT, file, row->line, 1,
                            /* What does stand there is not said: without headings it is somebody's record. */
                            "none of the headings of the contract %.*s stands in the first row; is this the right "
                            "file, with its headings and delimiter?",
                            PRINT(source->name));
    bool *found = arena_array(c->scratch, bool, source->column_count);
    for (size_t f = 0; f < row->count; f++) {
        struct slice heading = slice_trim(row->fields[f]);
        size_t i = 0;
        while (i < source->column_count && !slice_equal_nocase(heading, source->columns[i].header))
            i++;
        if (i == source->column_count)
            return heading_unknown(c, heading, file, row->line, f, err);
        if (found[i])
            return error_set_at(err, ERROR_INPUT, file, row->line, f + 1,
                                "the heading \"%.*s\" stands twice; ask the sender which of the two is meant",
                                PRINT(shown(heading)));
        found[i] = true;
        c->plans[i].field = f;
        c->raw_seed = hash64(heading, c->raw_seed);
    }
    for (size_t i = 0; i < source->column_count; i++)
        if (!found[i])
            return error_set_at(err, ERROR_INPUT, file, row->line, 0,
                                "the column \"%.*s\" of the contract %.*s is missing; ask the sender for it, or take "
                                "it out of the contract",
                                PRINT(source->columns[i].header), PRINT(source->name));
    c->field_count = row->count;
    arena_reset(c->scratch);
    return true;
}

/* ---- Faults ---- */

static bool fault(struct checker *c, const struct column *column, const char *rule, struct slice value,
                  struct slice reason)
{
    if (column)
        c->bad[column - c->source->columns] = true;
    if (c->fault_count < MOST_FAULTS)
        c->faults[c->fault_count++] = (struct fault){column, rule, reason, value};
    return false;
}

/* ---- Values ---- */

/* 1: plain ASCII. 2: more than ASCII. 0: a control character that text does not hold. */
static int text_kind(struct slice s)
{
    size_t i = 0;
    for (; i + 8 <= s.len; i += 8) {
        uint64_t w = slice_word(s.at + i);
        /* Any byte below 32, or with its high bit. (A borrow may cry wolf, and then the slow look below decides.) */
        if ((w | (w - 0x2020202020202020u)) & 0x8080808080808080u)
            break;
    }
    int kind = 1;
    for (; i < s.len; i++) {
        unsigned char b = (unsigned char)s.at[i];
        if (b < 32 && b != '\t' && b != '\n' && b != '\r')
            return 0;
        if (b >= 128)
            kind = 2;
    }
    return kind;
}

static size_t characters(struct slice s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.at[i] & 0xc0) != 0x80;
    return n;
}

static struct slice digits_of(struct checker *c, int64_t number)
{
    return arena_format(c->scratch, "%lld", (long long)number);
}

static bool text_value(struct checker *c, size_t i, struct slice raw, struct slice *ret)
{
    const struct column *column = c->plans[i].column;
    int kind = text_kind(raw);
    if (kind == 0)
        return fault(c, column, "text", raw, S("holds a control character"));
    if (kind == 2 && slice_search(raw, S("\xef\xbf\xbd")) < raw.len)
        return fault(c, column, "text", raw, S("holds bytes that are no text in the file's encoding"));
    if (raw.len > c->plans[i].longest && (kind == 1 || characters(raw) > c->plans[i].longest))
        return fault(c, column, "length", raw,
                     arena_format(c->scratch, "is longer than %zu characters", c->plans[i].longest));
    *ret = raw;
    if ((column->checks & CHECK_NHS_NUMBER) && !text_nhs_number(c->scratch, raw, ret))
        return fault(c, column, "nhsNumber", raw,
                     S("is no NHS number: ten digits of which the last checks the others"));
    if ((column->checks & CHECK_UPRN) && !text_uprn(c->scratch, raw, ret))
        return fault(c, column, "uprn", raw, S("is no UPRN: one to twelve digits"));
    if ((column->checks & CHECK_POSTCODE) && !text_postcode(c->scratch, raw, ret))
        return fault(c, column, "postcode", raw, S("has not the form of a postcode"));
    return true;
}

/* The commonest forms of a date, before date_read's patience. */
static bool date_quick(struct slice s, enum date_order order, struct date *ret)
{
    int d[8], n = 0;
    if (s.len != 8 && s.len != 10)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        bool mark = s.len == 10 && (order == DATE_YMD ? i == 4 || i == 7 : i == 2 || i == 5);
        if (mark ? s.at[i] != '-' && s.at[i] != '/' && s.at[i] != '.' : s.at[i] < '0' || s.at[i] > '9')
            return false;
        if (!mark)
            d[n++] = s.at[i] - '0';
    }
    if (s.len == 8 && order != DATE_YMD)
        return false;
    int ab = d[0] * 10 + d[1], cd = d[2] * 10 + d[3];
    int year = order == DATE_YMD ? ab * 100 + cd : (d[4] * 10 + d[5]) * 100 + d[6] * 10 + d[7];
    int month = order == DATE_YMD ? d[4] * 10 + d[5] : order == DATE_DMY ? cd : ab;
    int day = order == DATE_YMD ? d[6] * 10 + d[7] : order == DATE_DMY ? ab : cd;
    struct date date = {(int16_t)year, (uint8_t)month, (uint8_t)day};
    if (month == 0 || day == 0 || !date_valid(date))
        return false;
    *ret = date;
    return true;
}

static struct slice iso(struct checker *c, struct date d)
{
    if (!date_whole(d))
        return date_iso(c->scratch, d);
    char *out = arena_array(c->scratch, char, 10);
    int year = d.year;
    out[0] = (char)('0' + year / 1000);
    out[1] = (char)('0' + year / 100 % 10);
    out[2] = (char)('0' + year / 10 % 10);
    out[3] = (char)('0' + year % 10);
    out[4] = out[7] = '-';
    out[5] = (char)('0' + d.month / 10);
    out[6] = (char)('0' + d.month % 10);
    out[8] = (char)('0' + d.day / 10);
    out[9] = (char)('0' + d.day % 10);
    return slice_from(out, 10);
}

static const char *form_words(const struct date_form *form)
{
    if (form->order == DATE_YMD)
        return "year, month, day";
    return form->order == DATE_DMY ? "day, month, year" : "month, day, year";
}

static bool date_value(struct checker *c, size_t i, struct slice raw, struct slice *ret)
{
    const struct column *column = c->plans[i].column;
    struct date d;
    if (!date_quick(raw, column->date_form.order, &d) && !date_read(raw, &column->date_form, &d))
        return fault(c, column, "type", raw,
                     arena_format(c->scratch, "is no date in the order %s%s", form_words(&column->date_form),
                                  column->date_form.partial ? ", whole or in part" : ""));
    if (date_known(column->earliest) && date_compare(d, column->earliest) < 0 &&
        !(d.year == column->earliest.year && !date_whole(d)))
        return fault(c, column, "range", raw,
                     arena_format(c->scratch, "lies before %.*s", PRINT(date_iso(c->scratch, column->earliest))));
    if (date_known(column->latest) && date_compare(d, column->latest) > 0)
        return fault(c, column, "range", raw,
                     arena_format(c->scratch, "lies after %.*s", PRINT(date_iso(c->scratch, column->latest))));
    if ((column->checks & CHECK_NOT_FUTURE) && date_compare(d, c->as_at) > 0)
        return fault(
            c, column, "notFuture", raw,
            arena_format(c->scratch, "lies after the day of the extract, %.*s", PRINT(date_iso(c->scratch, c->as_at))));
    *ret = iso(c, d);
    return true;
}

static bool low_and_high(struct checker *c, const struct column *column, struct slice raw, bool below, bool above)
{
    if (below)
        return fault(c, column, "range", raw,
                     arena_format(c->scratch, "is below %.*s", PRINT(digits_of(c, column->low))));
    if (above)
        return fault(c, column, "range", raw,
                     arena_format(c->scratch, "is above %.*s", PRINT(digits_of(c, column->high))));
    return true;
}

static bool number_value(struct checker *c, size_t i, struct slice raw, struct slice *ret)
{
    const struct column *column = c->plans[i].column;
    if (column->type == TYPE_INTEGER) {
        int64_t n;
        if (!slice_integer(raw, &n))
            return fault(c, column, "type", raw, S("is no whole number"));
        if (!low_and_high(c, column, raw, column->has_low && n < column->low, column->has_high && n > column->high))
            return false;
        c->values[i] = value_integer(n);
        *ret = digits_of(c, n);
        return true;
    }
    struct decimal d;
    double real;
    if (!decimal_read(raw, false, &d))
        return fault(c, column, "type", raw, S("is no number, such as 12.50"));
    *ret = decimal_text(c->scratch, d);
    if (d.scale > 0) { /* 12.50 is 12.5 */
        while (ret->at[ret->len - 1] == '0')
            ret->len--;
        if (ret->at[ret->len - 1] == '.')
            ret->len--;
    }
    struct decimal low = {column->low, 0}, high = {column->high, 0};
    if (!low_and_high(c, column, raw, column->has_low && decimal_compare(d, low) < 0,
                      column->has_high && decimal_compare(d, high) > 0))
        return false;
    if (!slice_real(*ret, &real))
        return fault(c, column, "type", raw, S("is a number too large to keep"));
    c->values[i] = value_real(real);
    return true;
}

static bool among(struct slice word, const struct slice *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal_nocase(word, words[i]))
            return true;
    return false;
}

static bool boolean_value(struct checker *c, size_t i, struct slice raw, struct slice *ret)
{
    static const struct slice yes[] = {S_INIT("true"), S_INIT("yes"), S_INIT("y"), S_INIT("1")};
    static const struct slice no[] = {S_INIT("false"), S_INIT("no"), S_INIT("n"), S_INIT("0")};
    const struct column *column = c->plans[i].column;
    bool own = column->true_count || column->false_count;
    bool is_true = own ? among(raw, column->true_words, column->true_count) : among(raw, yes, countof(yes));
    bool is_false = own ? among(raw, column->false_words, column->false_count) : among(raw, no, countof(no));
    if (!is_true && !is_false)
        return fault(c, column, "type", raw,
                     own ? S("is none of the contract's words for yes and no") : S("is neither yes nor no"));
    c->values[i] = value_integer(is_true);
    *ret = is_true ? S("1") : S("0");
    return true;
}

static bool value_check(struct checker *c, size_t i, struct slice field)
{
    const struct column *column = c->plans[i].column;
    struct slice raw = c->source->keep_spaces ? field : slice_trim(field), text = NO_SLICE;
    c->texts[i] = NO_SLICE;
    c->values[i] = value_null();
    c->bad[i] = false;
    if (raw.len == 0)
        return !column->required || fault(c, column, "required", NO_SLICE, S("is empty, and must be there"));
    bool good = false;
    switch (column->type) {
    case TYPE_TEXT:
        good = text_value(c, i, raw, &text);
        break;
    case TYPE_DATE:
        good = date_value(c, i, raw, &text);
        break;
    case TYPE_INTEGER:
    case TYPE_DECIMAL:
        good = number_value(c, i, raw, &text);
        break;
    case TYPE_BOOLEAN:
        good = boolean_value(c, i, raw, &text);
        break;
    }
    if (!good)
        return false;
    if (column->allowed_count) {
        bool allowed = false;
        for (size_t k = 0; k < column->allowed_count && !allowed; k++)
            allowed = slice_equal(text, column->allowed[k]);
        if (!allowed)
            return fault(c, column, "allowed", raw, S("is none of the values that the contract allows"));
    }
    c->texts[i] = text;
    if (column->type == TYPE_TEXT || column->type == TYPE_DATE)
        c->values[i] = value_text(text);
    return true;
}

/* ---- Rows ---- */

static uint64_t raw_hash(const struct checker *c, const struct csv_row *row)
{
    uint64_t h = c->raw_seed;
    for (size_t f = 0; f < row->count; f++)
        h = hash64(row->fields[f], h);
    return h;
}

static uint64_t typed_hash(const struct checker *c)
{
    uint64_t h = 0;
    for (size_t i = 0; i < c->source->column_count; i++)
        if (c->texts[i].len)
            h = hash64(c->texts[i], h ^ c->plans[i].seed);
    return h;
}

/* Joins the key from texts[]; false when a key column is not good. */
static bool key_join(struct checker *c, struct checked_row *ret)
{
    size_t len = 0, columns = 0, only = 0;
    for (size_t i = 0; i < c->source->column_count; i++)
        if (c->source->columns[i].key) {
            if (c->bad[i] || !c->texts[i].len)
                return false;
            len += c->texts[i].len + 1;
            only = i;
            columns++;
        }
    if (columns == 1) {
        ret->key = c->texts[only];
    } else {
        if (len > c->key_capacity) {
            c->key_capacity = len * 2;
            c->key = arena_array(c->arena, char, c->key_capacity);
        }
        size_t at = 0;
        for (size_t i = 0; i < c->source->column_count; i++)
            if (c->source->columns[i].key) {
                if (at)
                    c->key[at++] = KEY_SEPARATOR;
                memcpy(c->key + at, c->texts[i].at, c->texts[i].len);
                at += c->texts[i].len;
            }
        ret->key = slice_from(c->key, at);
    }
    checker_key_hash(ret->key, ret->key_hash);
    return true;
}

bool checker_key(struct checker *c, const struct csv_row *row, struct checked_row *ret)
{
    if (row->count != c->field_count || row->too_long || row->unclosed || row->had_nul || row->bad_character ||
        c->removed)
        return false;
    arena_reset(c->scratch);
    c->fault_count = 0;
    *ret = (struct checked_row){.good = true};
    for (size_t i = 0; i < c->source->column_count; i++)
        if (c->source->columns[i].key && !value_check(c, i, row->fields[c->plans[i].field]))
            return false;
    ret->key_read = key_join(c, ret);
    ret->raw = raw_hash(c, row);
    return ret->key_read;
}

void checker_row(struct checker *c, const struct csv_row *row, struct checked_row *ret)
{
    arena_reset(c->scratch);
    c->fault_count = 0;
    *ret = (struct checked_row){.good = false};
    bool ragged = row->count != c->field_count;
    if (ragged)
        fault(c, NULL, "row", NO_SLICE,
              arena_format(c->scratch,
                           "has %zu fields, and the headings are %zu; a delimiter or quote stands wrong in it",
                           row->count, c->field_count));
    if (row->too_long)
        fault(c, NULL, "row", NO_SLICE, S("is longer than a row or a field may be"));
    if (row->unclosed)
        fault(c, NULL, "row", NO_SLICE, S("has a quote that is never closed"));
    if (row->had_nul)
        fault(c, NULL, "row", NO_SLICE, S("holds NUL bytes"));
    for (size_t i = 0; i < c->source->column_count; i++) {
        size_t f = c->plans[i].field;
        if (f < row->count) {
            /* Of a row that is cut off or shifted, the faults of its values say nothing more. */
            size_t faults = c->fault_count;
            value_check(c, i, row->fields[f]);
            if (ragged || row->too_long || row->unclosed)
                c->fault_count = faults;
        } else {
            c->bad[i] = true;
        }
    }
    ret->key_read = key_join(c, ret);
    ret->key_doubtful = ret->key_read && (ragged || row->too_long || row->unclosed || row->had_nul);
    ret->good = c->fault_count == 0 && ret->key_read;
    ret->faults = c->faults;
    ret->fault_count = c->fault_count;
    if (!ret->good)
        return;
    ret->raw = raw_hash(c, row);
    ret->typed = typed_hash(c);
    ret->values = c->values;
    ret->removal = c->removed && slice_equal(c->texts[c->removed - c->source->columns], c->source->removed_value);
}

bool checker_date(struct checker *c, const struct csv_row *row, const struct column *column, struct date *ret)
{
    size_t f = c->plans[column - c->source->columns].field;
    if (f >= row->count)
        return false;
    return date_read(row->fields[f], &column->date_form, ret) && date_whole(*ret);
}
