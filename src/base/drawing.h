/* drawing.h: the strokes that every picture here is made of: SVG with a title and a description, coloured by
 * attributes (so a picture is the same alone, in a page and under a content policy without styles), no script. All
 * text is escaped. Pure; any thread. */
#ifndef STAITHE_BASE_DRAWING_H
#define STAITHE_BASE_DRAWING_H

#include "base/markup.h"

#define DRAWING_INK  "#1d2733"
#define DRAWING_GREY "#6b7785" /* 4.5 to 1 on white */
#define DRAWING_RULE "#d5dbe1"

/* id: unique on the page, letters, digits and dashes. Text is 15 units high. */
void drawing_open(struct buffer *out, struct slice id, struct slice title, struct slice description, int width,
                  double height);
void drawing_close(struct buffer *out);

/* anchor: start, middle or end. */
void drawing_text(struct buffer *out, double x, double y, const char *anchor, struct slice words);
/* more: further attributes with a space before them, such as " stroke-dasharray=\"5 4\"", or "". */
void drawing_line(struct buffer *out, const char *colour, const char *more, double x1, double y1, double x2, double y2);
/* fill: a colour or url(#pattern). Negative sizes are drawn as nothing. */
void drawing_box(struct buffer *out, const char *fill, double x, double y, double width, double height);

/* The first letters of a text, `most` of them. */
struct slice drawing_cut(struct slice text, size_t most);

#endif
