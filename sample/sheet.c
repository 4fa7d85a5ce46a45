/* sheet.c: fields to bytes. Written for speed where it is easy: a field without special characters is one memcpy. */
#include "sample/sheet.h"

#include "base/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void out_add(struct out *out, const void *bytes, size_t count)
{
    if (!count)
        return;
    if (out->len + count > out->capacity) {
        size_t capacity = out->capacity ? out->capacity : 65536;
        while (capacity < out->len + count)
            capacity *= 2;
        char *at = realloc(out->at, capacity);
        must(at != NULL);
        out->at = at;
        out->capacity = capacity;
    }
    memcpy(out->at + out->len, bytes, count);
    out->len += count;
}

void out_text(struct out *out, const char *text)
{
    out_add(out, text, strlen(text));
}

void out_free(struct out *out)
{
    free(out->at);
    *out = (struct out){0};
}

/* The next character of valid UTF-8, up to U+FFFF, which is all that the tables hold. */
static uint32_t next_character(const char **text)
{
    const unsigned char *at = (const unsigned char *)*text;
    if (at[0] < 0x80) {
        *text += 1;
        return at[0];
    }
    if (at[0] < 0xE0) {
        *text += 2;
        return (at[0] & 0x1Fu) << 6 | (at[1] & 0x3Fu);
    }
    *text += 3;
    return (at[0] & 0x0Fu) << 12 | (at[1] & 0x3Fu) << 6 | (at[2] & 0x3Fu);
}

/* The letter below the marks, for the letters of the name tables. */
static char plain_letter(uint32_t c)
{
    static const struct {
        uint16_t from, to;
        char letter;
    } ranges[] = {
        {0xC0, 0xC5, 'A'},   {0xC7, 0xC7, 'C'},   {0xC8, 0xCB, 'E'},   {0xCC, 0xCF, 'I'},   {0xD1, 0xD1, 'N'},
        {0xD2, 0xD8, 'O'},   {0xD9, 0xDC, 'U'},   {0xDD, 0xDD, 'Y'},   {0xE0, 0xE5, 'a'},   {0xE7, 0xE7, 'c'},
        {0xE8, 0xEB, 'e'},   {0xEC, 0xEF, 'i'},   {0xF1, 0xF1, 'n'},   {0xF2, 0xF8, 'o'},   {0xF9, 0xFC, 'u'},
        {0xFD, 0xFF, 'y'},   {0x102, 0x102, 'A'}, {0x103, 0x103, 'a'}, {0x104, 0x104, 'A'}, {0x105, 0x105, 'a'},
        {0x106, 0x106, 'C'}, {0x107, 0x107, 'c'}, {0x10C, 0x10C, 'C'}, {0x10D, 0x10D, 'c'}, {0x116, 0x116, 'E'},
        {0x117, 0x117, 'e'}, {0x118, 0x118, 'E'}, {0x119, 0x119, 'e'}, {0x12E, 0x12E, 'I'}, {0x12F, 0x12F, 'i'},
        {0x141, 0x141, 'L'}, {0x142, 0x142, 'l'}, {0x143, 0x143, 'N'}, {0x144, 0x144, 'n'}, {0x15A, 0x15A, 'S'},
        {0x15B, 0x15B, 's'}, {0x160, 0x160, 'S'}, {0x161, 0x161, 's'}, {0x16A, 0x16A, 'U'}, {0x16B, 0x16B, 'u'},
        {0x172, 0x172, 'U'}, {0x173, 0x173, 'u'}, {0x179, 0x179, 'Z'}, {0x17A, 0x17A, 'z'}, {0x17B, 0x17B, 'Z'},
        {0x17C, 0x17C, 'z'}, {0x17D, 0x17D, 'Z'}, {0x17E, 0x17E, 'z'}, {0x218, 0x218, 'S'}, {0x219, 0x219, 's'},
        {0x21A, 0x21A, 'T'}, {0x21B, 0x21B, 't'},
    };
    for (size_t i = 0; i < countof(ranges); i++)
        if (c >= ranges[i].from && c <= ranges[i].to)
            return ranges[i].letter;
    return '?';
}

void sheet_plain(const char *text, char *out)
{
    while (*text) {
        uint32_t c = next_character(&text);
        *out++ = c < 0x80 ? (char)c : plain_letter(c);
    }
    *out = 0;
}

void sheet_capitals(char *text)
{
    for (; *text; text++)
        if (*text >= 'a' && *text <= 'z')
            *text = (char)(*text - 'a' + 'A');
}

static void put_encoded(struct sheet *sheet, const char *text, size_t length)
{
    if (sheet->form->encoding == SHEET_UTF8) {
        out_add(sheet->out, text, length);
        return;
    }
    char bytes[512];
    size_t filled = 0;
    const char *end = text + length;
    while (text < end) {
        if (filled + 2 > sizeof bytes) {
            out_add(sheet->out, bytes, filled);
            filled = 0;
        }
        uint32_t c = next_character(&text);
        if (sheet->form->encoding == SHEET_UTF16) {
            bytes[filled++] = (char)(c & 0xFF);
            bytes[filled++] = (char)(c >> 8);
        } else if (c < 0x80 || (c >= 0xA0 && c <= 0xFF)) {
            bytes[filled++] = (char)c;
        } else if (c == 0x160 || c == 0x161 || c == 0x17D || c == 0x17E) {
            bytes[filled++] = (char)(c == 0x160 ? 0x8A : c == 0x161 ? 0x9A : c == 0x17D ? 0x8E : 0x9E);
        } else {
            bytes[filled++] = plain_letter(c);
        }
    }
    out_add(sheet->out, bytes, filled);
}

static void put_separator(struct sheet *sheet)
{
    if (sheet->fields++)
        put_encoded(sheet, &sheet->form->delimiter, 1);
}

static void put_field(struct sheet *sheet, const char *text, size_t length)
{
    put_separator(sheet);
    bool quote = sheet->form->quote_all;
    for (size_t i = 0; i < length && !quote; i++)
        quote = text[i] == sheet->form->delimiter || text[i] == '"' || text[i] == '\n' || text[i] == '\r';
    if (!quote) {
        put_encoded(sheet, text, length);
        return;
    }
    put_encoded(sheet, "\"", 1);
    for (size_t from = 0; from < length;) {
        const char *at = memchr(text + from, '"', length - from);
        size_t to = at ? (size_t)(at - text) + 1 : length;
        put_encoded(sheet, text + from, to - from);
        if (at)
            put_encoded(sheet, "\"", 1);
        from = to;
    }
    put_encoded(sheet, "\"", 1);
}

void sheet_heading(struct sheet *sheet)
{
    out_text(sheet->out, sheet->form->mark);
    struct slice rest = slice_of(sheet->form->heading), name;
    while (slice_cut(&rest, '|', &name))
        put_field(sheet, name.at, name.len);
    sheet_end(sheet);
    sheet->rows = 0;
}

void sheet_text(struct sheet *sheet, const char *text)
{
    put_field(sheet, text ? text : "", text ? strlen(text) : 0);
}

void sheet_name(struct sheet *sheet, const char *text)
{
    char changed[1024];
    if (!text || sheet->form->letters == SHEET_AS_IT_IS || strlen(text) >= sizeof changed) {
        sheet_text(sheet, text);
        return;
    }
    sheet_plain(text, changed);
    if (sheet->form->letters == SHEET_CAPITALS)
        sheet_capitals(changed);
    sheet_text(sheet, changed);
}

void sheet_required(struct sheet *sheet, const char *text)
{
    sheet_name(sheet, sheet->spoil == SPOIL_REQUIRED ? "" : text);
}

void sheet_code(struct sheet *sheet, const char *text)
{
    if (sheet->spoil == SPOIL_CODE) {
        sheet->spoil = SPOIL_NOTHING;
        text = "ZZ9";
    }
    sheet_text(sheet, text);
}

static size_t format_date(enum sheet_dates form, struct date d, char out[16])
{
    static const char *const months[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                         "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
    char y[4] = {(char)('0' + d.year / 1000), (char)('0' + d.year / 100 % 10), (char)('0' + d.year / 10 % 10),
                 (char)('0' + d.year % 10)};
    char m[2] = {(char)('0' + d.month / 10), (char)('0' + d.month % 10)},
         day[2] = {(char)('0' + d.day / 10), (char)('0' + d.day % 10)};
    char *at = out;
#define PUT(part) (memcpy(at, (part), sizeof(part)), at += sizeof(part))
    char separator = form == DATES_SLASHES ? '/' : form == DATES_DOTS ? '.' : '-';
    if (form == DATES_YYYYMMDD || form == DATES_ISO) {
        PUT(y);
        if (form == DATES_ISO)
            *at++ = '-';
        PUT(m);
        if (form == DATES_ISO)
            *at++ = '-';
        PUT(day);
    } else {
        PUT(day);
        *at++ = separator;
        if (form == DATES_MONTH_NAMES) {
            memcpy(at, months[d.month - 1], 3);
            at += 3;
        } else {
            PUT(m);
        }
        *at++ = separator;
        PUT(y);
    }
#undef PUT
    return (size_t)(at - out);
}

void sheet_event_date(struct sheet *sheet, int32_t day)
{
    char text[16];
    if (day == NO_DAY) {
        put_field(sheet, "", 0);
        return;
    }
    put_field(sheet, text, format_date(sheet->form->dates, date_from_days(day), text));
}

void sheet_date(struct sheet *sheet, int32_t day)
{
    if (sheet->spoil == SPOIL_DATE) {
        sheet->spoil = SPOIL_NOTHING;
        char text[16];
        struct date none = {1961, 2, 31};
        put_field(sheet, text, format_date(sheet->form->dates, none, text));
        return;
    }
    if (sheet->spoil == SPOIL_FUTURE) {
        sheet->spoil = SPOIL_NOTHING;
        day = (day == NO_DAY ? 0 : day) + 36525; /* a century late */
        if (day < 22000)
            day = 25000;
    }
    sheet_event_date(sheet, day);
}

void sheet_number(struct sheet *sheet, int64_t number)
{
    char text[24];
    int length = snprintf(text, sizeof text, "%lld", (long long)number);
    put_field(sheet, text, (size_t)length);
}

void sheet_blank(struct sheet *sheet)
{
    put_field(sheet, "", 0);
}

void sheet_yes_no(struct sheet *sheet, int yes)
{
    put_field(sheet, yes > 0 ? "Y" : "N", yes < 0 ? 0 : 1);
}

void sheet_end(struct sheet *sheet)
{
    if (sheet->spoil == SPOIL_RAGGED)
        put_field(sheet, "?", 1);
    put_encoded(sheet, "\r\n", 2);
    sheet->fields = 0;
    sheet->spoil = SPOIL_NOTHING;
    sheet->rows++;
}
