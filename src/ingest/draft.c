/* draft.c: two looks at a file: one that profiles every column, one that proves the key.
 *
 * The number of different values is estimated (HyperLogLog, 4,096 registers: within 2% in four KiB a column), since
 * that is all a draft needs; only for the columns that look like a key are all values sorted, and a key that is
 * proposed is a proved one. Values themselves are remembered for short code lists only, and forgotten as soon as a
 * column has too many to be one.
 *
 * A type is proposed when 95% of the filled cells fit it: a file that needs a contract is seldom clean, and what does
 * not fit is then what quarantine shows. */
#include "ingest/draft.h"

#include "base/csv.h"
#include "base/date.h"
#include "base/hash.h"
#include "catalogue/attribute.h"
#include "ingest/row_sort.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define REGISTERS   4096
#define MOST_CODES  20
#define CODE_LENGTH 40
#define KEYS_TRIED  3

struct code {
    struct slice value;
    uint64_t count;
};

struct profile {
    struct slice heading, name;
    uint64_t filled, whole, number, yes_no, leading_zero;
    uint64_t dates[3], two_digit, day_first; /* by enum date_order */
    uint64_t nhs, uprn, postcode;
    size_t longest;
    struct code codes[MOST_CODES];
    size_t code_count;
    bool too_many;
    uint8_t registers[REGISTERS];
};

struct drafting {
    const struct draft_options *o;
    struct arena *arena, *scratch;
    struct profile *columns;
    size_t count;
    uint64_t rows, odd_rows;
    char delimiter;
    enum text_encoding encoding;
    int this_year;
};

/* ---- Names ---- */

/* "Date of Birth" as date_of_birth: letters, digits, underscores, not there already. */
static struct slice name_of(struct drafting *d, struct slice heading, size_t at)
{
    char *name = arena_array(d->arena, char, 48);
    size_t len = 0;
    for (size_t i = 0; i < heading.len && len < 34; i++) {
        char c = heading.at[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c + 'a' - 'A');
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (plain && len == 0 && c <= '9')
            name[len++] = 'c';
        if (plain)
            name[len++] = c;
        else if (len > 0 && name[len - 1] != '_')
            name[len++] = '_';
    }
    while (len > 0 && name[len - 1] == '_')
        len--;
    if (len == 0)
        len = (size_t)snprintf(name, 48, "column_%zu", at + 1);
    struct slice taken = slice_from(name, len);
    bool again = slice_equal(taken, S("record"));
    for (size_t i = 0; i < at && !again; i++)
        again = slice_equal(d->columns[i].name, taken);
    if (again)
        taken.len = len + (size_t)snprintf(name + len, 48 - len, "_%zu", at + 1);
    return taken;
}

/* What a heading most often means; the longest piece that stands in it wins. */
static enum attribute meaning_of(struct drafting *d, struct slice heading)
{
    static const struct {
        const char *piece;
        enum attribute attribute;
    } words[] = {
        {"superseded nhs", ATTRIBUTE_PERSON_SUPERSEDED_NHS_NUMBER},
        {"old nhs", ATTRIBUTE_PERSON_SUPERSEDED_NHS_NUMBER},
        {"nhs", ATTRIBUTE_PERSON_NHS_NUMBER},
        {"uprn", ATTRIBUTE_PLACE_UPRN},
        {"previous surname", ATTRIBUTE_PERSON_PREVIOUS_FAMILY_NAME},
        {"maiden", ATTRIBUTE_PERSON_PREVIOUS_FAMILY_NAME},
        {"surname", ATTRIBUTE_PERSON_FAMILY_NAME},
        {"last name", ATTRIBUTE_PERSON_FAMILY_NAME},
        {"family name", ATTRIBUTE_PERSON_FAMILY_NAME},
        {"forename", ATTRIBUTE_PERSON_GIVEN_NAME},
        {"first name", ATTRIBUTE_PERSON_GIVEN_NAME},
        {"given name", ATTRIBUTE_PERSON_GIVEN_NAME},
        {"middle name", ATTRIBUTE_PERSON_MIDDLE_NAMES},
        {"known as", ATTRIBUTE_PERSON_KNOWN_AS},
        {"full name", ATTRIBUTE_PERSON_FULL_NAME},
        {"liable", ATTRIBUTE_PERSON_FULL_NAME},
        {"occupier", ATTRIBUTE_PERSON_FULL_NAME},
        {"date of birth", ATTRIBUTE_PERSON_BIRTH_DATE},
        {"birth date", ATTRIBUTE_PERSON_BIRTH_DATE},
        {"dob", ATTRIBUTE_PERSON_BIRTH_DATE},
        {"date of death", ATTRIBUTE_PERSON_DEATH_DATE},
        {"dod", ATTRIBUTE_PERSON_DEATH_DATE},
        {"gender", ATTRIBUTE_PERSON_SEX},
        {"sex", ATTRIBUTE_PERSON_SEX},
        {"ethnic", ATTRIBUTE_PERSON_ETHNICITY},
        {"mobile", ATTRIBUTE_PERSON_TELEPHONE},
        {"telephone", ATTRIBUTE_PERSON_TELEPHONE},
        {"phone", ATTRIBUTE_PERSON_TELEPHONE},
        {"email", ATTRIBUTE_PERSON_EMAIL},
        {"e mail", ATTRIBUTE_PERSON_EMAIL},
        {"post code", ATTRIBUTE_PLACE_POSTCODE},
        {"postcode", ATTRIBUTE_PLACE_POSTCODE},
        {"address", ATTRIBUTE_PLACE_ADDRESS},
        {"street", ATTRIBUTE_PLACE_STREET},
        {"town", ATTRIBUTE_PLACE_TOWN},
        {"locality", ATTRIBUTE_PLACE_LOCALITY},
        {"district", ATTRIBUTE_PLACE_DISTRICT},
        {"parish", ATTRIBUTE_PLACE_PARISH},
        {"tenure", ATTRIBUTE_PLACE_TENURE},
        {"title", ATTRIBUTE_PERSON_TITLE},
        {"status", ATTRIBUTE_SERVICE_STATUS},
    };
    struct slice *tokens;
    size_t count = text_tokens(d->scratch, heading, &tokens);
    struct slice plain = arena_join(d->scratch, tokens, count, S(" "));
    enum attribute best = ATTRIBUTE_NONE;
    size_t longest = 0;
    for (size_t i = 0; i < countof(words); i++) {
        struct slice piece = slice_of(words[i].piece);
        size_t at = slice_search(plain, piece);
        bool starts = at < plain.len && (at == 0 || plain.at[at - 1] == ' ');
        if (starts && piece.len > longest) {
            best = words[i].attribute;
            longest = piece.len;
        }
    }
    return best;
}

/* ---- The first look ---- */

static void note_distinct(struct profile *p, struct slice value)
{
    uint64_t h = hash64(value, 0x0d4af7);
    size_t at = h & (REGISTERS - 1);
    uint64_t rest = h >> 12 | (uint64_t)1 << 52;
    uint8_t rank = (uint8_t)(__builtin_ctzll(rest) + 1);
    if (rank > p->registers[at])
        p->registers[at] = rank;
}

static uint64_t distinct_of(const struct profile *p)
{
    double sum = 0, m = REGISTERS;
    unsigned zeros = 0;
    for (size_t i = 0; i < REGISTERS; i++) {
        sum += ldexp(1.0, -p->registers[i]);
        zeros += p->registers[i] == 0;
    }
    double estimate = 0.7213 / (1 + 1.079 / m) * m * m / sum;
    if (estimate < 2.5 * m && zeros)
        estimate = m * log(m / zeros);
    uint64_t n = (uint64_t)(estimate + 0.5);
    return n < p->filled ? n : p->filled;
}

static void note_code(struct drafting *d, struct profile *p, struct slice value)
{
    if (p->too_many)
        return;
    for (size_t i = 0; i < p->code_count; i++)
        if (slice_equal(p->codes[i].value, value)) {
            p->codes[i].count++;
            return;
        }
    if (p->code_count == MOST_CODES || value.len > CODE_LENGTH) {
        p->too_many = true;
        p->code_count = 0;
        return;
    }
    p->codes[p->code_count++] = (struct code){arena_copy(d->arena, value), 1};
}

static bool one_of(struct slice value, const char *const *words)
{
    for (; *words; words++)
        if (slice_equal_nocase(value, slice_of(*words)))
            return true;
    return false;
}

static void note_value(struct drafting *d, struct profile *p, struct slice field)
{
    static const char *const yes_no[] = {"y", "n", "yes", "no", "true", "false", NULL};
    struct slice value = slice_trim(field), form;
    int64_t whole;
    double real;
    struct date date;
    if (!value.len)
        return;
    p->filled++;
    size_t length = 0;
    for (size_t i = 0; i < value.len; i++)
        length += ((unsigned char)value.at[i] & 0xc0) != 0x80;
    p->longest = length > p->longest ? length : p->longest;
    note_distinct(p, value);
    note_code(d, p, value);
    bool is_whole = slice_integer(value, &whole);
    p->whole += is_whole;
    p->number += is_whole || (value.len < 30 && strchr("0123456789-.", value.at[0]) && slice_real(value, &real));
    p->leading_zero += is_whole && value.len > 1 && value.at[0] == '0';
    p->yes_no += one_of(value, yes_no);
    p->nhs += text_nhs_number(d->scratch, value, &form);
    p->uprn += value.len >= 6 && text_uprn(d->scratch, value, &form);
    p->postcode += text_postcode(d->scratch, value, &form);
    if (value.len < 6 || value.len > 30)
        return;
    bool any = false;
    for (int order = DATE_YMD; order <= DATE_MDY; order++) {
        struct date_form whole_years = {.order = (enum date_order)order},
                         two = {.order = (enum date_order)order, .pivot_year = d->this_year};
        if (date_read(value, &whole_years, &date)) {
            p->dates[order]++;
            any = true;
            p->day_first += order == DATE_DMY && date.day > 12;
        } else if (!is_whole && date_read(value, &two, &date)) {
            p->dates[order]++;
            p->two_digit += !any;
            any = true;
            p->day_first += order == DATE_DMY && date.day > 12;
        }
    }
}

static bool open_it(struct drafting *d, struct arena *arena, struct csv_reader **ret, const struct csv_row **ret_row,
                    struct error *err)
{
    struct host_file *file;
    const struct csv_options options = {0};
    return host_open(d->o->host, d->o->path, HOST_READ, arena, &file, err) &&
           csv_open_file(file, &options, arena, ret, err) && csv_read(*ret, ret_row, err);
}

static bool first_look(struct drafting *d, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct csv_reader *csv;
    const struct csv_row *row;
    bool good = open_it(d, arena, &csv, &row, err);
    if (good && !row)
        good = error_set_at(err, ERROR_INPUT, d->o->path, 0, 0,
                            "the file is empty; there is nothing to draft a contract from");
    if (good && (row->too_long || row->unclosed || row->had_nul || row->count > 500))
        good = error_set_at(err, ERROR_INPUT, d->o->path, row->line, 0,
                            "the first row is no row of headings; is this a CSV file of at most 500 columns?");
    if (good) {
        d->delimiter = csv_delimiter(csv);
        d->encoding = csv_encoding(csv);
        d->count = row->count;
        d->columns = arena_array(d->arena, struct profile, row->count);
        for (size_t i = 0; i < row->count; i++) {
            d->columns[i].heading = arena_copy(d->arena, slice_trim(row->fields[i]));
            d->columns[i].name = name_of(d, d->columns[i].heading, i);
        }
        good = csv_read(csv, &row, err);
    }
    for (; good && row; good = csv_read(csv, &row, err)) {
        d->rows++;
        arena_reset(d->scratch);
        if (row->count != d->count || row->too_long || row->unclosed)
            d->odd_rows++;
        else
            for (size_t i = 0; i < d->count; i++)
                note_value(d, &d->columns[i], row->fields[i]);
    }
    arena_free(arena);
    return good;
}

/* ---- The second look: is no value of this column there twice? ---- */

static bool proved_key(struct drafting *d, size_t column, bool *ret, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct csv_reader *csv;
    const struct csv_row *row;
    const struct row_entry *entry;
    uint64_t last[2] = {0};
    bool unique = true, any = false;
    struct row_sort *sort = row_sort_make(d->o->host, S("/tmp"), 0, arena);
    bool good = open_it(d, arena, &csv, &row, err) && csv_read(csv, &row, err);
    for (; good && row; good = good && csv_read(csv, &row, err)) {
        struct row_entry e = {.order = row->line};
        if (row->count != d->count)
            continue;
        hash128(slice_trim(row->fields[column]), e.key);
        good = row_sort_add(sort, &e, err);
    }
    good = good && row_sort_finish(sort, err);
    while (good && unique) {
        good = row_sort_next(sort, &entry, err);
        if (!good || !entry)
            break;
        unique = !any || entry->key[0] != last[0] || entry->key[1] != last[1];
        memcpy(last, entry->key, sizeof last);
        any = true;
    }
    arena_free(arena);
    *ret = unique;
    return good;
}

/* The first column that may be the key and is; d->count when there is none. */
static bool find_key(struct drafting *d, size_t *ret, struct error *err)
{
    size_t tried = 0;
    uint64_t rows = d->rows - d->odd_rows;
    *ret = d->count;
    for (size_t i = 0; i < d->count && tried < KEYS_TRIED; i++) {
        const struct profile *p = &d->columns[i];
        bool unique;
        if (rows == 0 || p->filled != rows || p->longest > 60 || (double)distinct_of(p) < 0.93 * (double)rows)
            continue;
        tried++;
        if (!proved_key(d, i, &unique, err))
            return false;
        if (unique) {
            *ret = i;
            return true;
        }
    }
    return true;
}

/* ---- Writing ---- */

static struct slice quoted(struct arena *arena, struct slice text)
{
    struct buffer out = buffer_make(arena);
    buffer_add_byte(&out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c == '"' || c == '\\')
            buffer_add_byte(&out, '\\');
        if (c < 32 || c == 127)
            buffer_format(&out, "\\x%02x", c);
        else
            buffer_add_byte(&out, (char)c);
    }
    buffer_add_byte(&out, '"');
    return buffer_slice(&out);
}

static bool most(uint64_t n, uint64_t of)
{
    return of > 0 && (double)n >= 0.95 * (double)of;
}

/* Two columns in one attribute would be one too many for a draft: the first that means it has it. */
static enum attribute attribute_for(struct drafting *d, size_t at, bool *taken)
{
    const struct profile *p = &d->columns[at];
    enum attribute attribute = meaning_of(d, p->heading);
    if (most(p->nhs, p->filled) && attribute != ATTRIBUTE_PERSON_SUPERSEDED_NHS_NUMBER)
        attribute = ATTRIBUTE_PERSON_NHS_NUMBER;
    else if (attribute == ATTRIBUTE_NONE && most(p->postcode, p->filled))
        attribute = ATTRIBUTE_PLACE_POSTCODE;
    bool date = attribute == ATTRIBUTE_PERSON_BIRTH_DATE || attribute == ATTRIBUTE_PERSON_DEATH_DATE;
    bool is_date = most(p->dates[DATE_DMY], p->filled) || most(p->dates[DATE_YMD], p->filled) ||
                   most(p->dates[DATE_MDY], p->filled);
    if (attribute == ATTRIBUTE_NONE || taken[attribute] || (date && !is_date))
        return ATTRIBUTE_NONE;
    taken[attribute] = true;
    return attribute;
}

static void write_date(struct buffer *out, const struct drafting *d, const struct profile *p)
{
    enum date_order order = DATE_YMD;
    if (p->dates[DATE_DMY] >= p->dates[DATE_YMD] && p->dates[DATE_DMY] >= p->dates[DATE_MDY] &&
        p->dates[DATE_DMY] > p->dates[DATE_YMD])
        order = DATE_DMY;
    else if (p->dates[DATE_MDY] > p->dates[DATE_YMD])
        order = DATE_MDY;
    bool two = p->two_digit * 2 > p->filled;
    static const char *const formats[2][3] = {{"yyyy-mm-dd", "dd/mm/yyyy", "mm/dd/yyyy"},
                                              {"yy-mm-dd", "dd/mm/yy", "mm/dd/yy"}};
    buffer_add(out, S("        logicalType: date\n"));
    buffer_format(out, "        logicalTypeOptions: {format: %s", formats[two][order]);
    if (two)
        buffer_format(out, ", pivotYear: %d", d->this_year);
    buffer_add(out, S("}"));
    if (order == DATE_DMY && p->day_first == 0)
        buffer_add(out, S("    # check: no day above 12 stands in it, so day and month could be the other way round"));
    buffer_add_byte(out, '\n');
}

static bool is_code_list(const struct profile *p)
{
    if (p->too_many || p->code_count < 2 || p->filled < 50 * p->code_count)
        return false;
    for (size_t i = 0; i < p->code_count; i++)
        if (p->codes[i].count < 10)
            return false;
    return true;
}

static void write_column(struct drafting *d, struct buffer *out, size_t at, bool key, enum attribute attribute)
{
    const struct profile *p = &d->columns[at];
    uint64_t rows = d->rows - d->odd_rows;
    buffer_format(out, "      - name: %.*s", PRINT(p->name));
    buffer_format(out, "        # filled in %.1f%% of rows, about %llu different values, %zu characters at most\n",
                  rows ? 100.0 * (double)p->filled / (double)rows : 0.0, (unsigned long long)distinct_of(p),
                  p->longest);
    buffer_format(out, "        physicalName: %.*s\n",
                  PRINT(quoted(d->scratch, p->heading.len ? p->heading : p->name)));
    bool nhs = most(p->nhs, p->filled), postcode = most(p->postcode, p->filled);
    bool uprn = attribute == ATTRIBUTE_PLACE_UPRN && most(p->uprn, p->filled);
    bool date = !nhs &&
                (most(p->dates[DATE_DMY], p->filled) || most(p->dates[DATE_YMD], p->filled) ||
                 most(p->dates[DATE_MDY], p->filled)) &&
                !(attribute != ATTRIBUTE_NONE && attribute != ATTRIBUTE_PERSON_BIRTH_DATE &&
                  attribute != ATTRIBUTE_PERSON_DEATH_DATE);
    bool number = attribute == ATTRIBUTE_NONE && !key && !date && !p->leading_zero && !nhs && p->filled > 0;
    if (date) {
        write_date(out, d, p);
    } else if (number && most(p->whole, p->filled)) {
        buffer_add(out, S("        logicalType: integer\n"));
    } else if (number && most(p->number, p->filled)) {
        buffer_add(out, S("        logicalType: number\n"));
    } else if (number && most(p->yes_no, p->filled) && p->code_count == 2) {
        buffer_add(out, S("        logicalType: boolean\n"));
    } else {
        buffer_add(out, S("        logicalType: string\n"));
        size_t room = p->longest <= 20 ? 20 : p->longest <= 60 ? 60 : p->longest <= 200 ? 200 : p->longest * 2;
        buffer_format(out, "        logicalTypeOptions: {maxLength: %zu}\n", room > 1000000 ? (size_t)1000000 : room);
        if (nhs || uprn || postcode) {
            buffer_format(out, "        quality:\n          - rule: %s\n",
                          nhs    ? "nhsNumber"
                          : uprn ? "uprn"
                                 : "postcode");
        } else if (is_code_list(p)) {
            buffer_add(out, S("        quality:\n          - rule: validValues\n            validValues: ["));
            for (size_t i = 0; i < p->code_count; i++)
                buffer_format(out, "%s%.*s", i ? ", " : "", PRINT(quoted(d->scratch, p->codes[i].value)));
            buffer_add(out, S("]\n"));
        }
    }
    if (key)
        buffer_add(out, S("        primaryKey: true\n"));
    else if (p->filled == rows && rows > 0)
        buffer_add(out, S("        required: true\n"));
}

static struct slice source_name(struct drafting *d)
{
    struct slice name = d->o->name;
    if (!name.len) {
        size_t start = d->o->path.len;
        while (start > 0 && d->o->path.at[start - 1] != '/')
            start--;
        name = slice_part(d->o->path, start, d->o->path.len);
        size_t dot = slice_find(name, '.');
        if (dot > 0)
            name = slice_part(name, 0, dot);
    }
    return name_of(d, name, 0);
}

static struct slice write_all(struct drafting *d, size_t key)
{
    static const char *const encodings[] = {[TEXT_UTF8] = "utf-8",
                                            [TEXT_WINDOWS_1252] = "windows-1252",
                                            [TEXT_UTF16_LE] = "utf-16le",
                                            [TEXT_UTF16_BE] = "utf-16be"};
    struct buffer out = buffer_make(d->arena);
    bool taken[ATTRIBUTE_COUNT] = {false};
    struct slice name = source_name(d);
    enum attribute *attributes = arena_array(d->arena, enum attribute, d->count + 1);
    buffer_format(&out, "# A draft from a file of %llu rows", (unsigned long long)d->rows);
    if (d->odd_rows)
        buffer_format(&out, ", of which %llu have more or fewer fields than the headings",
                      (unsigned long long)d->odd_rows);
    buffer_add(
        &out,
        S(". Read it through; words in CAPITALS are for you to fill in.\n# docs/contracts.md explains each line.\n"));
    buffer_format(&out, "apiVersion: v3.0.2\nkind: DataContract\nid: %.*s\nname: %.*s\nversion: 0.1.0\nstatus: draft\n",
                  PRINT(name), PRINT(name));
    buffer_format(&out,
                  "description:\n  purpose: SAY WHAT THIS IS AND WHO SENDS IT\nschema:\n  - name: %.*s\n    "
                  "physicalType: csv\n    properties:\n",
                  PRINT(name));
    for (size_t i = 0; i < d->count; i++) {
        arena_reset(d->scratch);
        attributes[i] = attribute_for(d, i, taken);
        bool is_key = i == key || (key == d->count && i == 0);
        if (is_key && key == d->count)
            buffer_add(&out, S("      # check: no single column tells every row apart; mark each column of the key "
                               "with primaryKey: true\n"));
        write_column(d, &out, i, is_key, attributes[i]);
    }
    buffer_add(&out,
               S("slaProperties:\n  - {property: frequency, value: 35, unit: d}      # shown as stale after this\n"
                 "  - {property: retention, value: 2190, unit: d}    # kept so long after it is closed\nstaithe:\n"
                 "  agency: AGENCY\n  agreement: AGREEMENT\n  subject: person    # or home\n"
                 "  delivery: snapshot    # each file holds every record; or delta: only what changed\n"
                 "  hold_when_closing_more_than: 10%\n"));
    buffer_format(&out, "  file: {encoding: %s, delimiter: %s}\n  attributes:", encodings[d->encoding],
                  d->delimiter == '\t' ? "tab" : arena_cstr(d->arena, quoted(d->arena, slice_from(&d->delimiter, 1))));
    bool any = false;
    for (size_t i = 0; i < d->count; i++)
        if (attributes[i] != ATTRIBUTE_NONE) {
            buffer_format(&out, "%s    %.*s: %.*s\n", any ? "" : "\n", PRINT(attribute_name(attributes[i])),
                          PRINT(d->columns[i].name));
            any = true;
        }
    if (!any)
        buffer_add(&out, S(" {}    # map columns to standard attributes here\n"));
    return buffer_slice(&out);
}

bool source_draft(const struct draft_options *options, struct arena *arena, struct slice *ret_yaml, struct error *err)
{
    struct drafting d = {.o = options, .arena = arena, .scratch = arena_make(0)};
    size_t key;
    *err = NO_ERROR;
    d.this_year = date_of_time(host_now(options->host)).year;
    bool good = first_look(&d, err) && find_key(&d, &key, err);
    if (good)
        *ret_yaml = write_all(&d, key);
    arena_free(d.scratch);
    return good;
}
