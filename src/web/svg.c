/* svg.c: lines of 28 units, labels on the left, values on the right, the sum between. Colours come from the style sheet
 * by class (the content security policy lets no style in here); form and sign tell the same as colour does. */
#include "web/svg.h"

#include <math.h>
#include <stdio.h>

enum { WIDTH = 760, LINE = 28, TOP = 34, LEFT = 210, RIGHT = 680 };

struct scale {
    double low, high;
};

static double place(const struct scale *scale, double value)
{
    return LEFT + (value - scale->low) / (scale->high - scale->low) * (RIGHT - LEFT);
}

static struct scale scale_of(const struct svg_waterfall *w)
{
    struct scale scale = {fmin(0, w->threshold), fmax(0, w->threshold)};
    double sum = 0;
    for (size_t i = 0; i < w->count; i++) {
        sum += w->steps[i].value;
        scale.low = fmin(scale.low, sum);
        scale.high = fmax(scale.high, sum);
    }
    double margin = fmax((scale.high - scale.low) * 0.05, 1);
    scale.low -= margin;
    scale.high += margin;
    return scale;
}

static void put_text(struct buffer *out, double x, double y, const char *anchor, struct slice words)
{
    buffer_format(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    html_escape(out, words);
    buffer_add(out, S("</text>"));
}

static void put_vertical(struct buffer *out, const char *class, double x, double from, double to)
{
    buffer_format(out, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", class, x, from, x, to);
}

static void put_bar(struct buffer *out, const struct scale *scale, const char *class, size_t line, struct slice label,
                    double from, double to, double value)
{
    double y = TOP + (double)line * LINE, left = fmin(place(scale, from), place(scale, to));
    double width = fmax(fabs(place(scale, to) - place(scale, from)), 1.5);
    char figure[32];
    snprintf(figure, sizeof figure, "%+.1f", value);
    put_text(out, LEFT - 12, y + 19, "end", label);
    buffer_format(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>", class, left, y + 5,
                  width, LINE - 10);
    put_text(out, WIDTH - 8, y + 19, "end", slice_of(figure));
}

struct html html_of_plan(struct slice markup)
{
    return (struct html){markup};
}

struct html svg_waterfall(struct arena *arena, const struct svg_waterfall *w)
{
    struct buffer buffer = buffer_make(arena), *out = &buffer;
    struct scale scale = scale_of(w);
    double bottom = TOP + (double)(w->count + 1) * LINE + 6, sum = 0;
    buffer_format(out,
                  "<svg class=\"staithe-waterfall\" viewBox=\"0 0 %d %.0f\" role=\"img\" aria-labelledby=\"%.*s-title "
                  "%.*s-words\">"
                  "<title id=\"%.*s-title\">",
                  WIDTH, bottom + 4, PRINT(w->id), PRINT(w->id), PRINT(w->id));
    html_escape(out, w->title);
    buffer_format(out, "</title><desc id=\"%.*s-words\">", PRINT(w->id));
    html_escape(out, w->description);
    buffer_add(out, S("</desc>"));
    put_vertical(out, "axis", place(&scale, 0), TOP - 4, bottom);
    put_vertical(out, "join", place(&scale, w->threshold), TOP - 12, bottom);
    put_text(out, place(&scale, w->threshold), TOP - 18, "middle", w->threshold_label);
    for (size_t i = 0; i < w->count; i++) {
        double next = sum + w->steps[i].value;
        const char *class = i == 0 ? "bar-start" : w->steps[i].value < 0 ? "bar-against" : "bar-for";
        put_bar(out, &scale, class, i, w->steps[i].label, sum, next, w->steps[i].value);
        sum = next;
        double y = TOP + (double)i * LINE;
        put_vertical(out, "thread", place(&scale, sum), y + LINE - 5, y + LINE + 5);
    }
    put_bar(out, &scale, "bar-total", w->count, w->total_label, 0, sum, sum);
    buffer_add(out, S("</svg>"));
    return (struct html){buffer_slice(out)};
}
