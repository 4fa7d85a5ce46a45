/* html.c: places inside this server; text is escaped by base/markup.c. */
#include "web/html.h"

#include "web/parameters.h"

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
