/* markup.c: one escaper for text and for attribute values, as every attribute is quoted: what is safe in the one is
 * then safe in the other. Runs of ordinary characters are copied whole. */
#include "base/markup.h"

void markup_escape(struct buffer *out, struct slice text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        struct slice with;
        switch (c) {
        case '&':
            with = S("&amp;");
            break;
        case '<':
            with = S("&lt;");
            break;
        case '>':
            with = S("&gt;");
            break;
        case '"':
            with = S("&quot;");
            break;
        case '\'':
            with = S("&#39;");
            break;
        default:
            if ((c >= 0x20 && c != 0x7f) || c == '\t' || c == '\n' || c == '\r')
                continue;
            with = S("\xef\xbf\xbd");
        }
        buffer_add(out, slice_part(text, from, i));
        buffer_add(out, with);
        from = i + 1;
    }
    buffer_add(out, slice_part(text, from, text.len));
}

void markup_integer(struct buffer *out, int64_t value, bool grouped)
{
    char digits[32];
    int len = 0;
    uint64_t rest = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
    for (int n = 0; n == 0 || rest; n++, rest /= 10) {
        if (grouped && n && n % 3 == 0)
            digits[len++] = ',';
        digits[len++] = (char)('0' + rest % 10);
    }
    if (value < 0)
        digits[len++] = '-';
    while (len)
        buffer_add_byte(out, digits[--len]);
}
