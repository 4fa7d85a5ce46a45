/* html.c: one escaper for text and for attribute values, as every template quotes its attributes: what is safe in the
 * one is then safe in the other. Runs of ordinary characters are copied whole. */
#include "web/html.h"

#include "web/parameters.h"

void html_escape(struct buffer *out, struct slice text)
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

void html_integer(struct buffer *out, int64_t value, bool grouped)
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

static bool is_local(struct slice path)
{
    if (path.len && (path.at[0] == '?' || path.at[0] == '#'))
        return true;
    return path.len && path.at[0] == '/' && !(path.len > 1 && (path.at[1] == '/' || path.at[1] == '\\'));
}

void html_url(struct buffer *out, struct url url)
{
    must(is_local(url.text));
    html_escape(out, url.text);
}

struct url url_make(struct arena *arena, const char *pattern, const struct slice *values, size_t count)
{
    struct buffer out = buffer_make(arena);
    size_t used = 0;
    for (const char *at = pattern; *at; at++) {
        if (*at != '%') {
            buffer_add_byte(&out, *at);
            continue;
        }
        must(used < count);
        percent_encode(&out, values[used++]);
    }
    must(used == count || (count == 1 && used == 0 && values[0].len == 0));
    struct url url = {buffer_slice(&out)};
    must(is_local(url.text));
    return url;
}

struct url url_local(struct slice path)
{
    bool fine = is_local(path);
    for (size_t i = 0; i < path.len && fine; i++)
        fine = (unsigned char)path.at[i] > 0x20 && (unsigned char)path.at[i] < 0x7f && path.at[i] != '\\';
    return (struct url){fine ? path : S("/")};
}

struct slice text_of_integer(struct arena *arena, int64_t value)
{
    return arena_format(arena, "%lld", (long long)value);
}
