#include "base/drawing.h"

#include <math.h>

void drawing_open(struct buffer *out, struct slice id, struct slice title, struct slice description, int width,
                  double height)
{
    buffer_format(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" role=\"img\" "
                  "aria-labelledby=\"%.*s-title %.*s-words\" font-family=\"system-ui, sans-serif\" font-size=\"15\" "
                  "fill=\"" DRAWING_INK "\"><title id=\"%.*s-title\">",
                  width, height, PRINT(id), PRINT(id), PRINT(id));
    markup_escape(out, title);
    buffer_format(out, "</title><desc id=\"%.*s-words\">", PRINT(id));
    markup_escape(out, description);
    buffer_add(out, S("</desc>"));
}

void drawing_close(struct buffer *out)
{
    buffer_add(out, S("</svg>\n"));
}

void drawing_text(struct buffer *out, double x, double y, const char *anchor, struct slice words)
{
    buffer_format(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    markup_escape(out, words);
    buffer_add(out, S("</text>"));
}

void drawing_line(struct buffer *out, const char *colour, const char *more, double x1, double y1, double x2, double y2)
{
    buffer_format(out, "<line stroke=\"%s\"%s x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", colour, more, x1, y1,
                  x2, y2);
}

void drawing_box(struct buffer *out, const char *fill, double x, double y, double width, double height)
{
    buffer_format(out, "<rect fill=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", fill, x, y,
                  fmax(width, 0), fmax(height, 0));
}

struct slice drawing_cut(struct slice text, size_t most)
{
    size_t at = 0, letters = 0;
    for (; at < text.len; at++)
        if (((unsigned char)text.at[at] & 0xc0) != 0x80 && ++letters > most)
            break;
    return slice_part(text, 0, at);
}
