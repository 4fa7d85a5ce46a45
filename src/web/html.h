/* html.h: markup that is known to be safe, and the escapers that make it so.
 *
 * `struct html` is the only way round escaping: it comes out of a compiled template (generated/templates.h) or of
 * svg.c, and from nowhere else (tests/web/test_templates.py holds it). Everything that is a slice is text, and is
 * escaped for the place it stands in. `struct url` is a place inside this server, made by url_path; a template's href
 * takes nothing else. */
#ifndef STAITHE_WEB_HTML_H
#define STAITHE_WEB_HTML_H

#include "base/markup.h"

struct html {
    struct slice markup;
};

struct url {
    struct slice text; /* begins with "/" (not "//"), "?" or "#" */
};

/* Text and whole numbers, as base/markup.h writes them. */
static inline void html_escape(struct buffer *out, struct slice text)
{
    markup_escape(out, text);
}
static inline void html_integer(struct buffer *out, int64_t value, bool grouped)
{
    markup_integer(out, value, grouped);
}
void html_url(struct buffer *out, struct url url);

/* url_path(arena, "/people/%/edit?from=%", a, b): each % takes one slice, percent-encoded. `pattern` must begin with
 * "/", "?" or "#". */
#define url_path(arena, pattern, ...)                                                                                  \
    url_make((arena), (pattern), (const struct slice[]){__VA_ARGS__},                                                  \
             sizeof((const struct slice[]){__VA_ARGS__}) / sizeof(struct slice))
struct url url_make(struct arena *arena, const char *pattern, const struct slice *values, size_t count);
/* The same from a path given in a request ("next=/people/7"); what is not a place of this server gives "/". */
struct url url_local(struct slice path);
struct slice text_of_integer(struct arena *arena, int64_t value);

#endif
