/* Writing rows is short; it stands apart because the reader fills a file of its own. */
#include "base/csv.h"

/* First bytes that make a spreadsheet run the field, the full-width forms of the signs too (OWASP, CSV injection). */
static bool is_formula(struct slice field)
{
    static const struct slice signs[] = {S_INIT("="),
                                         S_INIT("+"),
                                         S_INIT("-"),
                                         S_INIT("@"),
                                         S_INIT("\t"),
                                         S_INIT("\r"),
                                         S_INIT("\n"),
                                         S_INIT("\xef\xbc\x9d"),
                                         S_INIT("\xef\xbc\x8b"),
                                         S_INIT("\xef\xbc\x8d"),
                                         S_INIT("\xef\xbc\xa0")};
    while (field.len && field.at[0] == ' ') /* Some programs drop spaces first. */
        field = slice_part(field, 1, field.len);
    for (size_t i = 0; i < countof(signs); i++)
        if (slice_starts(field, signs[i]))
            return true;
    return false;
}

/* A line of such a field alone would be passed over as blank. */
static bool looks_blank(struct slice field)
{
    for (size_t i = 0; i < field.len; i++)
        if ((unsigned char)field.at[i] > ' ')
            return false;
    return true;
}

void csv_write_row(struct buffer *out, const struct slice *fields, size_t count, bool defuse)
{
    for (size_t i = 0; i < count; i++) {
        struct slice field = fields[i];
        if (i)
            buffer_add_byte(out, ',');
        bool formula = defuse && is_formula(field);
        bool quoted = formula || (count == 1 && looks_blank(field));
        for (size_t k = 0; k < field.len && !quoted; k++)
            quoted = field.at[k] == ',' || field.at[k] == '"' || field.at[k] == '\r' || field.at[k] == '\n';
        quoted = quoted || (field.len && (field.at[0] == ' ' || field.at[field.len - 1] == ' '));
        if (!quoted) {
            buffer_add(out, field);
            continue;
        }
        buffer_add_byte(out, '"');
        if (formula)
            buffer_add_byte(out, '\'');
        for (size_t from = 0; from < field.len;) {
            struct slice rest = slice_part(field, from, field.len);
            size_t quote = slice_find(rest, '"');
            buffer_add(out, slice_part(rest, 0, quote));
            if (quote < rest.len)
                buffer_add(out, S("\"\""));
            from += quote + 1;
        }
        buffer_add_byte(out, '"');
    }
    buffer_add(out, S("\r\n"));
}
