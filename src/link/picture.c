/* picture.c: a drawing is 640 units wide and is shown at least 480 pixels wide, so its text of 15 units is never
 * smaller than 11 pixels. Attributes, not classes, carry the colours, so that a picture is the same alone and in a
 * page. */
#include "link/picture.h"

#include "base/drawing.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define INK     DRAWING_INK
#define GREY    DRAWING_GREY
#define RULE    DRAWING_RULE
#define FOR     "#1f6f54"
#define AGAINST "#b3472a"
#define TOTAL   "#2c5a8f"
#define SECOND  "#d98f2b"

enum { WIDTH = 640, LINE = 28, LEFT = 190, RIGHT = 560 };

static void open_picture(struct buffer *out, const struct picture *picture, double height)
{
    drawing_open(out, picture->id, picture->title, picture->description, WIDTH, height);
}

enum { LABEL_FITS = 20 };

/* A label that fits the space to the left of the bars. */
static void put_label(struct buffer *out, double y, struct slice label)
{
    struct slice cut = drawing_cut(label, LABEL_FITS);
    buffer_format(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", LEFT - 10, y);
    markup_escape(out, cut);
    buffer_add(out, cut.len < label.len ? S("…</text>") : S("</text>"));
}

/* ---- Waterfall ---- */

struct scale {
    double low, high;
};

static double place(const struct scale *scale, double value)
{
    return LEFT + (value - scale->low) / (scale->high - scale->low) * (RIGHT - LEFT);
}

static void put_step(struct buffer *out, const struct scale *scale, const char *colour, double y, struct slice label,
                     double from, double to, double value)
{
    double left = fmin(place(scale, from), place(scale, to));
    char figure[32];
    int length = snprintf(figure, sizeof figure, "%+.1f", value);
    put_label(out, y + 19, label);
    drawing_box(out, colour, left, y + 5, fmax(fabs(place(scale, to) - place(scale, from)), 1.5), LINE - 10);
    drawing_text(out, WIDTH - 8, y + 19, "end", slice_from(figure, (size_t)length));
}

/* Records as dots, one under the other, and the links between them as lines with their words. */
static void put_chain(struct buffer *out, double top, struct slice from, const struct picture_link *links, size_t count)
{
    enum { X = 40 };
    for (size_t i = 0; i < count; i++) {
        double y = top + 14 + 2.0 * LINE * (double)i;
        drawing_line(out, INK, links[i].weak ? " stroke-dasharray=\"5 4\" stroke-width=\"2\"" : " stroke-width=\"2\"",
                     X, y, X, y + 2 * LINE);
        drawing_text(out, X + 40, y + LINE + 5, "start", links[i].words);
    }
    for (size_t i = 0; i <= count; i++) {
        double y = top + 14 + 2.0 * LINE * (double)i;
        struct slice name = i ? links[i - 1].to : from, cut = drawing_cut(name, 60);
        buffer_format(out, "<circle fill=\"%s\" cx=\"%d\" cy=\"%.1f\" r=\"7\"/>", TOTAL, X, y);
        drawing_text(out, X + 18, y + 5, "start", cut);
    }
}

void picture_waterfall(struct buffer *out, const struct picture *picture, const struct picture_step *steps,
                       size_t count, double threshold, struct slice from, const struct picture_link *links,
                       size_t link_count)
{
    struct scale scale = {fmin(0, threshold), fmax(0, threshold)};
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += steps[i].value;
        scale.low = fmin(scale.low, sum);
        scale.high = fmax(scale.high, sum);
    }
    double margin = fmax((scale.high - scale.low) * 0.05, 1), top = 26, bottom = top + (double)(count + 1) * LINE + 4;
    scale.low -= margin;
    scale.high += margin;
    open_picture(out, picture, bottom + 4 + (link_count ? 20 + (double)(2 * link_count + 1) * LINE : 0));
    drawing_line(out, GREY, "", place(&scale, 0), top - 2, place(&scale, 0), bottom);
    drawing_line(out, INK, " stroke-dasharray=\"5 4\"", place(&scale, threshold), top - 2, place(&scale, threshold),
                 bottom);
    drawing_text(out, place(&scale, threshold), 16, "middle", S("joins from here"));
    sum = 0;
    for (size_t i = 0; i < count; i++) {
        double next = sum + steps[i].value, y = top + (double)i * LINE;
        put_step(out, &scale,
                 i == 0               ? GREY
                 : steps[i].value < 0 ? AGAINST
                                      : FOR,
                 y, steps[i].label, sum, next, steps[i].value);
        sum = next;
        drawing_line(out, GREY, "", place(&scale, sum), y + LINE - 5, place(&scale, sum), y + LINE + 5);
    }
    put_step(out, &scale, TOTAL, top + (double)count * LINE, S("together"), 0, sum, sum);
    if (link_count)
        put_chain(out, bottom + 20, from, links, link_count);
    drawing_close(out);
}

/* ---- Shares ---- */

static void put_key(struct buffer *out, double x, double y, const char *colour, struct slice name)
{
    drawing_box(out, colour, x, y - 12, 13, 13);
    drawing_text(out, x + 19, y, "start", name);
}

static void put_share(struct buffer *out, double y, double size, double share)
{
    char figure[32];
    int length = share > 0 && share < 0.0001
                     ? snprintf(figure, sizeof figure, "under 0.01%%")
                     : snprintf(figure, sizeof figure, share < 0.01 ? "%.2f%%" : "%.1f%%", 100 * share);
    buffer_format(out, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" font-size=\"%.0f\">", WIDTH - 4, y, size);
    markup_escape(out, slice_from(figure, (size_t)length));
    buffer_add(out, S("</text>"));
}

/* Labels stand to the left of the bars; where one is too long for that, all stand above theirs. */
void picture_shares(struct buffer *out, const struct picture *picture, const struct picture_bar *bars, size_t count,
                    const struct slice names[2])
{
    bool two = !slice_empty(names[1]), above = false;
    for (size_t i = 0; i < count; i++)
        above |= drawing_cut(bars[i].label, LABEL_FITS).len < bars[i].label.len;
    double head = above ? 22 : 0, left = above ? 4 : LEFT, right = WIDTH - 90, top = two ? 30 : 6;
    double line = head + (two ? 38 : LINE) + (above ? 4 : 0), thick = two ? 13 : 16;
    open_picture(out, picture, top + (double)count * line + 6);
    if (two) {
        put_key(out, left, 16, TOTAL, names[0]);
        put_key(out, left + 190, 16, SECOND, names[1]);
    }
    for (int part = 0; part <= 4; part++) {
        double x = left + (right - left) * part / 4.0;
        for (size_t i = 0; i < count; i++)
            drawing_line(out, RULE, "", x, top + head + (double)i * line, x, top + (double)(i + 1) * line);
    }
    for (size_t i = 0; i < count; i++) {
        double y = top + (double)i * line;
        if (above) {
            struct slice label = drawing_cut(bars[i].label, 80);
            buffer_format(out, "<text x=\"%.0f\" y=\"%.1f\">", left, y + 17);
            markup_escape(out, label);
            buffer_add(out, label.len < bars[i].label.len ? S("…</text>") : S("</text>"));
        } else {
            put_label(out, y + (two ? 23 : 19), bars[i].label);
        }
        for (int k = 0; k < (two ? 2 : 1); k++) {
            double share = fmin(fmax(bars[i].share[k], 0), 1), bar_y = y + head + (two ? 4 + 16 * k : 6);
            drawing_box(out, k ? SECOND : TOTAL, left, bar_y, (right - left) * share, thick);
            put_share(out, bar_y + (two ? 12 : 13), two ? 13 : 15, share);
        }
    }
    drawing_close(out);
}

/* ---- Histogram ---- */

enum { PLOT_LEFT = 80, PLOT_RIGHT = 628, PLOT_TOP = 40, PLOT_BOTTOM = 270 };

static double plot_x(const struct scale *scale, double value)
{
    return PLOT_LEFT + (value - scale->low) / (scale->high - scale->low) * (PLOT_RIGHT - PLOT_LEFT);
}

static double tick_step(double span)
{
    static const double steps[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};
    for (size_t i = 0; i < countof(steps); i++)
        if (span / steps[i] <= 10)
            return steps[i];
    return pow(10, ceil(log10(span / 10)));
}

void picture_histogram(struct buffer *out, const struct picture *picture, const struct picture_column *columns,
                       size_t count, double width, const struct slice names[2], const struct picture_mark *marks,
                       size_t mark_count)
{
    bool two = !slice_empty(names[1]);
    struct scale scale = {count ? columns[0].from : 0, count ? columns[count - 1].from + width : 1};
    uint64_t most = 9;
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < 2; k++)
            most = columns[i].values[k] > most ? columns[i].values[k] : most;
    double tallest = ceil(log10((double)most + 1));
    open_picture(out, picture, PLOT_BOTTOM + 30);
    for (int power = 0; power <= (int)tallest; power++) {
        char figure[32];
        double y = PLOT_BOTTOM - (PLOT_BOTTOM - PLOT_TOP) * power / tallest;
        static const char *const words[] = {"1", "10", "100", "1,000", "10,000", "100,000", "1m", "10m", "100m"};
        int length = power < (int)countof(words) ? snprintf(figure, sizeof figure, "%s", words[power])
                                                 : snprintf(figure, sizeof figure, "1e%d", power);
        drawing_line(out, RULE, "", PLOT_LEFT, y, PLOT_RIGHT, y);
        drawing_text(out, PLOT_LEFT - 6, y + 5, "end", slice_from(figure, (size_t)length));
    }
    double pixels = plot_x(&scale, width) - plot_x(&scale, 0), part = pixels * (two ? 0.45 : 0.9);
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < (two ? 2 : 1); k++) {
            if (columns[i].values[k] == 0)
                continue;
            /* One pair is a thin line, not nothing. */
            double height = fmax(log10((double)columns[i].values[k]) / tallest * (PLOT_BOTTOM - PLOT_TOP), 2);
            drawing_box(out, k ? SECOND : TOTAL, plot_x(&scale, columns[i].from) + k * part, PLOT_BOTTOM - height, part,
                        height);
        }
    drawing_line(out, INK, "", PLOT_LEFT, PLOT_BOTTOM, PLOT_RIGHT, PLOT_BOTTOM);
    double step = tick_step(scale.high - scale.low);
    for (double tick = ceil(scale.low / step) * step; tick <= scale.high; tick += step) {
        char figure[32];
        int length = snprintf(figure, sizeof figure, "%g", tick);
        drawing_line(out, INK, "", plot_x(&scale, tick), PLOT_BOTTOM, plot_x(&scale, tick), PLOT_BOTTOM + 5);
        drawing_text(out, plot_x(&scale, tick), PLOT_BOTTOM + 22, "middle", slice_from(figure, (size_t)length));
    }
    for (size_t i = 0; i < mark_count; i++) {
        double x = plot_x(&scale, marks[i].at);
        if (marks[i].at < scale.low || marks[i].at > scale.high)
            continue;
        drawing_line(out, INK, " stroke-dasharray=\"5 4\"", x, PLOT_TOP - 14, x, PLOT_BOTTOM);
        drawing_text(out, x + (i ? 6 : -6), PLOT_TOP - 4, i ? "start" : "end", marks[i].label);
    }
    if (two) {
        put_key(out, PLOT_LEFT, 14, TOTAL, names[0]);
        put_key(out, PLOT_LEFT + 220, 14, SECOND, names[1]);
    }
    drawing_close(out);
}

/* ---- Curve ---- */

void picture_curve(struct buffer *out, const struct picture *picture, const struct picture_point *points, size_t count,
                   struct picture_point low, struct picture_point at, struct slice at_label, struct slice x_name,
                   struct slice y_name)
{
    enum { TOP = 30, BOTTOM = 330, FROM = 64, TO = 600 };
    open_picture(out, picture, BOTTOM + 50);
    drawing_text(out, FROM, 16, "start", y_name);
    drawing_text(out, TO, BOTTOM + 42, "end", x_name);
    for (int part = 0; part <= 4; part++) {
        char figure[32];
        double x = FROM + (TO - FROM) * part / 4.0, y = BOTTOM - (BOTTOM - TOP) * part / 4.0;
        drawing_line(out, RULE, "", x, TOP, x, BOTTOM);
        drawing_line(out, RULE, "", FROM, y, TO, y);
        int length = snprintf(figure, sizeof figure, "%.3g", low.x + (1 - low.x) * part / 4);
        drawing_text(out, x, BOTTOM + 20, "middle", slice_from(figure, (size_t)length));
        length = snprintf(figure, sizeof figure, "%.3g", low.y + (1 - low.y) * part / 4);
        drawing_text(out, FROM - 6, y + 5, "end", slice_from(figure, (size_t)length));
    }
    buffer_add(out, S("<polyline fill=\"none\" stroke=\"" TOTAL "\" stroke-width=\"2.5\" points=\""));
    for (size_t i = 0; i < count; i++)
        if (points[i].x >= low.x && points[i].y >= low.y)
            buffer_format(out, "%.1f,%.1f ", FROM + (points[i].x - low.x) / (1 - low.x) * (TO - FROM),
                          BOTTOM - (points[i].y - low.y) / (1 - low.y) * (BOTTOM - TOP));
    buffer_add(out, S("\"/>"));
    if (at.x >= low.x && at.y >= low.y) {
        double x = FROM + (at.x - low.x) / (1 - low.x) * (TO - FROM),
               y = BOTTOM - (at.y - low.y) / (1 - low.y) * (BOTTOM - TOP);
        buffer_format(out, "<circle fill=\"" SECOND "\" stroke=\"" INK "\" cx=\"%.1f\" cy=\"%.1f\" r=\"6\"/>", x, y);
        drawing_text(out, fmin(x - 12, TO - 8), y + 24 > BOTTOM - 4 ? y - 12 : y + 24, "end", at_label);
    }
    drawing_close(out);
}
