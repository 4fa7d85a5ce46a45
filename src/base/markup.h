/* markup.h: text into HTML and SVG. Pure; any thread. */
#ifndef STAITHE_BASE_MARKUP_H
#define STAITHE_BASE_MARKUP_H

#include "base/arena.h"

/* & < > " ' as character references; control characters but tab, line feed and carriage return as U+FFFD. For text and
 * for quoted attributes. */
void markup_escape(struct buffer *out, struct slice text);
/* A whole number; with `grouped`, commas between thousands. */
void markup_integer(struct buffer *out, int64_t value, bool grouped);

#endif
