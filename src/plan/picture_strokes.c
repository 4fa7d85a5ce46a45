/* Labels stand above their bars, not beside them: on a narrow screen there is no beside. A label that is longer than a
 * line goes on in the next. Letters are taken as 8.8 units wide, as in
 * the widest sans-serif face that browsers fall back to. */
#include "plan/picture_strokes.h"

#include "base/drawing.h"

#include <math.h>
#include <stdio.h>

#define LESS    "#1f6f54" /* takes from the sum: 6.0 to 1 on white */
#define MORE    "#b3472a" /* adds to it: 5.6 to 1 */
#define TOTAL   "#2c5a8f"
#define GROUND  "#ffffff"
#define BANDS_0 "#cfdcea"
#define BANDS_1 "#a3bcd8"
#define BANDS_2 "#7a9cc4"

enum { WIDTH = 400, EDGE = 6, LETTERS = 44, LABEL = 19, BAR = 16, GAP = 12 };

struct scale {
    double low, high, from, to; /* from, to: where low and high are drawn */
};

static double place(const struct scale *s, double value)
{
    return s->from + (value - s->low) / (s->high - s->low) * (s->to - s->from);
}

static void stretch(struct scale *s, double value)
{
    s->low = fmin(s->low, value);
    s->high = fmax(s->high, value);
}

static size_t letters(struct slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.at[i] & 0xc0) != 0x80;
    return count;
}

/* Where a text breaks so that its first line has at most `most` letters. */
static size_t break_at(struct slice text, size_t most)
{
    size_t end = drawing_cut(text, most).len, space = end;
    if (end == text.len)
        return end;
    while (space > 0 && text.at[space] != ' ')
        space--;
    return space > 0 ? space : end;
}

enum { LABEL_LINES = 4 };

/* The label's lines; the first leaves room for the figure. Only what is longer than all of them is cut. */
static size_t wrap(struct slice label, struct slice figure, struct slice lines[LABEL_LINES])
{
    size_t count = 0;
    while (count < LABEL_LINES && (label.len || count == 0)) {
        size_t end = break_at(label, count ? LETTERS : LETTERS - letters(figure) - 2);
        lines[count++] = slice_part(label, 0, end);
        label = slice_trim(slice_part(label, end, label.len));
    }
    return count;
}

static size_t label_lines(struct slice label, struct slice figure)
{
    struct slice lines[LABEL_LINES];
    return wrap(label, figure, lines);
}

/* The label from y down, its figure at the right of the first line; the height it took. */
static double put_label(struct buffer *out, double y, struct slice label, struct slice figure)
{
    struct slice lines[LABEL_LINES];
    size_t count = wrap(label, figure, lines);
    for (size_t i = 0; i < count; i++)
        drawing_text(out, EDGE, y + 14 + LABEL * (double)i, "start", lines[i]);
    drawing_text(out, WIDTH - EDGE, y + 14, "end", figure);
    return LABEL * (double)count;
}

static void open_picture(struct buffer *out, const struct plan_picture *picture, double height)
{
    drawing_open(out, picture->id, picture->title, picture->description, WIDTH, height);
    drawing_box(out, GROUND, 0, 0, WIDTH, height);
}

static void outlined_box(struct buffer *out, const char *fill, double x, double y, double width, double height)
{
    buffer_format(out,
                  "<rect fill=\"%s\" stroke=\"" DRAWING_INK "\" stroke-width=\"1\" x=\"%.1f\" y=\"%.1f\" "
                  "width=\"%.1f\" height=\"%.1f\"/>",
                  fill, x, y, fmax(width, 1), height);
}

/* ---- Waterfall ---- */

void stroke_waterfall(struct buffer *out, const struct plan_picture *picture, const struct stroke_step *steps,
                      size_t count)
{
    struct scale s = {0, 0, EDGE, WIDTH - EDGE};
    double sum = 0, height = 4;
    for (size_t i = 0; i < count; i++) {
        sum = steps[i].total ? steps[i].value : sum + steps[i].value;
        stretch(&s, sum);
        height += (double)label_lines(steps[i].label, steps[i].figure) * LABEL + BAR + GAP;
    }
    if (s.high == s.low)
        s.high = s.low + 1;
    open_picture(out, picture, height);
    double y = 2;
    sum = 0;
    for (size_t i = 0; i < count; i++) {
        double from = steps[i].total ? 0 : sum, to = steps[i].total ? steps[i].value : sum + steps[i].value;
        y += put_label(out, y, steps[i].label, steps[i].figure);
        drawing_box(out,
                    steps[i].total       ? TOTAL
                    : steps[i].value < 0 ? LESS
                                         : MORE,
                    fmin(place(&s, from), place(&s, to)), y, fmax(fabs(place(&s, to) - place(&s, from)), 1.5), BAR);
        drawing_line(out, DRAWING_INK, "", place(&s, 0), y - 3, place(&s, 0), y + BAR + 3);
        sum = to;
        if (i + 1 < count && !(steps[i].total && steps[i + 1].total))
            drawing_line(out, DRAWING_GREY, " stroke-dasharray=\"2 3\"", place(&s, sum), y + BAR, place(&s, sum),
                         y + BAR + GAP);
        y += BAR + GAP;
    }
    drawing_close(out);
}

/* ---- Tornado ---- */

static void put_patterns(struct buffer *out, struct slice id)
{
    buffer_format(out,
                  "<defs><pattern id=\"%.*s-hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
                  "patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" fill=\"" GROUND
                  "\"/><rect width=\"3\" height=\"6\" fill=\"" TOTAL "\"/></pattern></defs>",
                  PRINT(id));
}

static double put_key(struct buffer *out, double x, double y, const char *fill, struct slice name)
{
    outlined_box(out, fill, x, y, 14, 12);
    drawing_text(out, x + 20, y + 11, "start", name);
    return 20 + 8.8 * (double)letters(name) + 14;
}

void stroke_tornado(struct buffer *out, const struct plan_picture *picture, const struct stroke_pair *pairs,
                    size_t count)
{
    struct scale s = {0, 0, EDGE, WIDTH - EDGE};
    double height = 30;
    char hatch[96];
    snprintf(hatch, sizeof hatch, "url(#%.*s-hatch)", PRINT(picture->id));
    for (size_t i = 0; i < count; i++) {
        stretch(&s, pairs[i].up);
        stretch(&s, pairs[i].down);
        height += (double)label_lines(pairs[i].label, pairs[i].figure) * LABEL + BAR + GAP;
    }
    if (s.high == s.low)
        s.high = s.low + 1;
    open_picture(out, picture, height);
    put_patterns(out, picture->id);
    double x = EDGE + put_key(out, EDGE, 5, TOTAL, S("moved up"));
    put_key(out, x, 5, hatch, S("moved down"));
    double y = 28;
    for (size_t i = 0; i < count; i++) {
        double zero = place(&s, 0), up = place(&s, pairs[i].up), down = place(&s, pairs[i].down);
        bool same = (pairs[i].up < 0) == (pairs[i].down < 0); /* both to one side: one above the other */
        y += put_label(out, y, pairs[i].label, pairs[i].figure);
        if (pairs[i].down != 0)
            outlined_box(out, hatch, fmin(zero, down), y + (same ? BAR / 2.0 : 0), fabs(down - zero),
                         same ? BAR / 2.0 : BAR);
        drawing_line(out, DRAWING_INK, "", zero, y - 3, zero, y + BAR + 3);
        if (pairs[i].up != 0)
            outlined_box(out, TOTAL, fmin(zero, up), y, fabs(up - zero), same ? BAR / 2.0 : BAR);
        y += BAR + GAP;
    }
    drawing_close(out);
}

/* ---- Lines and bands ---- */

enum { PLOT_HEIGHT = 220, PLOT_SIDE = 38 };

static double column_x(size_t column, size_t count)
{
    return count < 2 ? WIDTH / 2.0 : PLOT_SIDE + (WIDTH - 2.0 * PLOT_SIDE) * (double)column / (double)(count - 1);
}

static void put_band(struct buffer *out, const struct stroke_band *band, const struct scale *s, size_t count,
                     const char *fill)
{
    buffer_format(out, "<polygon fill=\"%s\" points=\"", fill);
    for (size_t i = 0; i < count; i++)
        buffer_format(out, "%.1f,%.1f ", column_x(i, count), place(s, band->high[i]));
    for (size_t i = count; i-- > 0;)
        buffer_format(out, "%.1f,%.1f ", column_x(i, count), place(s, band->low[i]));
    buffer_add(out, S("\"/>"));
}

static const char *line_colour(size_t line)
{
    static const char *const colours[] = {TOTAL, MORE, LESS, DRAWING_INK};
    return colours[line % countof(colours)];
}

/* Figures stand above the first line and below the others, where they do not meet; with many columns only each second
 * or so has room. */
static void put_points(struct buffer *out, const struct stroke_line *line, size_t number, const struct scale *s,
                       size_t count, size_t each)
{
    const char *colour = line_colour(number);
    buffer_format(out, "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2.5\"%s points=\"", colour,
                  line->dashed ? " stroke-dasharray=\"7 4\"" : "");
    for (size_t i = 0; i < count; i++)
        buffer_format(out, "%.1f,%.1f ", column_x(i, count), place(s, line->values[i]));
    buffer_add(out, S("\"/>"));
    if (count == 1)
        drawing_line(out, colour, line->dashed ? " stroke-width=\"2.5\" stroke-dasharray=\"7 4\"" : "",
                     column_x(0, 1) - 40, place(s, line->values[0]), column_x(0, 1) + 40, place(s, line->values[0]));
    for (size_t i = 0; i < count; i++) {
        double x = column_x(i, count), y = place(s, line->values[i]);
        if (!line->dashed)
            buffer_format(out, "<circle fill=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>", colour, x, y);
        if (!line->figures || i % each)
            continue;
        buffer_format(out,
                      "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" paint-order=\"stroke\" stroke=\"" GROUND
                      "\" stroke-width=\"4\">",
                      x, number == 0 ? y - 9 : y + 19); /* a line may pass behind it */
        markup_escape(out, line->figures[i]);
        buffer_add(out, S("</text>"));
    }
}

static double put_line_keys(struct buffer *out, const struct stroke_line *lines, size_t line_count,
                            const struct stroke_band *bands, size_t band_count, const char *const *fills)
{
    double y = 4;
    for (size_t i = 0; i < line_count; i++, y += LABEL + 2) {
        drawing_line(out, line_colour(i),
                     lines[i].dashed ? " stroke-width=\"2.5\" stroke-dasharray=\"7 4\"" : " stroke-width=\"2.5\"", EDGE,
                     y + 9, EDGE + 28, y + 9);
        drawing_text(out, EDGE + 36, y + 14, "start", drawing_cut(lines[i].label, LETTERS));
    }
    for (size_t i = 0; i < band_count; i++, y += LABEL + 2) {
        outlined_box(out, fills[i], EDGE, y + 2, 28, 13);
        drawing_text(out, EDGE + 36, y + 14, "start", drawing_cut(bands[i].label, LETTERS));
    }
    return y + 22;
}

/* From zero, or, where all values lie in the upper half, from a round number below them: the distance between the lines
 * is what is looked for. */
static struct scale lines_scale(const struct stroke_line *lines, size_t line_count, const struct stroke_band *bands,
                                size_t band_count, size_t count)
{
    struct scale s = {lines[0].values[0], lines[0].values[0], 0, 0};
    for (size_t k = 0; k < line_count; k++)
        for (size_t i = 0; i < count; i++)
            stretch(&s, lines[k].values[i]);
    for (size_t k = 0; k < band_count; k++)
        for (size_t i = 0; i < count; i++) {
            stretch(&s, bands[k].low[i]);
            stretch(&s, bands[k].high[i]);
        }
    double span = s.high - s.low;
    if (s.low > s.high / 2) {
        double step = pow(10, floor(log10(fmax(span, s.high / 100))));
        s.low = fmax(floor((s.low - span * 0.4) / step) * step, 0);
    } else {
        stretch(&s, 0);
    }
    if (s.high == s.low)
        s.high = s.low + 1;
    s.high += (s.high - s.low) * 0.12;
    if (s.low < 0)
        s.low -= (s.high - s.low) * 0.12;
    return s;
}

/* The line at the foot, or at zero where there are values below it, with its value. */
static void put_base(struct buffer *out, const struct scale *s)
{
    double base = s->low < 0 ? 0 : s->low, y = place(s, base);
    char words[48];
    snprintf(words, sizeof words, base > 0 ? "this line is %g, not 0" : "0", base);
    drawing_line(out, DRAWING_GREY, "", 0, y, WIDTH, y);
    drawing_text(out, 2, y + (s->low < 0 ? -4 : 16), "start", slice_of(words));
}

void stroke_lines(struct buffer *out, const struct plan_picture *picture, const struct slice *columns, size_t count,
                  const struct stroke_line *lines, size_t line_count, const struct stroke_band *bands,
                  size_t band_count)
{
    static const char *const fills[] = {BANDS_0, BANDS_1, BANDS_2};
    must(band_count <= countof(fills) && count > 0);
    double top = (double)(line_count + band_count) * (LABEL + 2) + 26, bottom = top + PLOT_HEIGHT;
    struct scale s = lines_scale(lines, line_count, bands, band_count, count);
    s.from = bottom;
    s.to = top;
    open_picture(out, picture, bottom + 54);
    put_line_keys(out, lines, line_count, bands, band_count, fills);
    size_t each = count <= 5 ? 1 : (count + 4) / 5;
    for (size_t k = 0; k < band_count; k++)
        put_band(out, &bands[k], &s, count, fills[k]);
    put_base(out, &s);
    for (size_t i = 0; i < count; i++)
        if (i % each == 0)
            drawing_text(out, column_x(i, count), bottom + 44, "middle", columns[i]);
    for (size_t k = 0; k < line_count; k++)
        put_points(out, &lines[k], k, &s, count, each);
    drawing_close(out);
}

/* ---- Stacks ---- */

/* Green whole, amber dotted, red hatched, blue striped, none white: told apart without colour. */
static void put_rag_patterns(struct buffer *out, struct slice id)
{
    buffer_format(
        out,
        "<defs><pattern id=\"%.*s-1\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\"><rect width=\"8\" "
        "height=\"8\" fill=\"#e0a030\"/><circle cx=\"4\" cy=\"4\" r=\"2\" fill=\"#5a3a00\"/></pattern>"
        "<pattern id=\"%.*s-2\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" "
        "patternTransform=\"rotate(45)\"><rect width=\"7\" height=\"7\" fill=\"#b3261e\"/><rect width=\"2\" "
        "height=\"7\" fill=\"#ffffff\"/></pattern>"
        "<pattern id=\"%.*s-3\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\"><rect width=\"7\" "
        "height=\"7\" fill=\"#2c5a8f\"/><rect width=\"7\" height=\"2\" fill=\"#ffffff\"/></pattern></defs>",
        PRINT(id), PRINT(id), PRINT(id));
}

static void part_fill(struct slice id, size_t part, char out[96])
{
    if (part == 0)
        snprintf(out, 96, "#1f6f54");
    else if (part <= 3)
        snprintf(out, 96, "url(#%.*s-%zu)", PRINT(id), part);
    else
        snprintf(out, 96, GROUND);
}

static void stack_reach(const struct stroke_stack *stack, size_t part_count, double *ret_low, double *ret_high)
{
    *ret_low = *ret_high = 0;
    for (size_t p = 0; p < part_count; p++)
        *(stack->parts[p] < 0 ? ret_low : ret_high) += stack->parts[p];
}

static double put_stack_keys(struct buffer *out, struct slice id, const struct slice *names, size_t part_count)
{
    double x = EDGE, y = 5;
    char fill[96];
    for (size_t p = 0; p < part_count; p++) {
        double width = 20 + 8.8 * (double)letters(names[p]) + 14;
        if (x + width - 14 > WIDTH - EDGE) {
            x = EDGE;
            y += LABEL + 3;
        }
        part_fill(id, p, fill);
        x += put_key(out, x, y, fill, names[p]);
    }
    return y + LABEL + 6;
}

void stroke_stacks(struct buffer *out, const struct plan_picture *picture, const struct stroke_stack *stacks,
                   size_t count, const struct slice *names, size_t part_count)
{
    must(part_count <= STROKE_PARTS_MAX);
    struct scale s = {0, 0, EDGE, WIDTH - EDGE};
    struct buffer body = buffer_make(out->arena);
    char fill[96];
    double y = put_stack_keys(&body, picture->id, names, part_count);
    for (size_t i = 0; i < count; i++) {
        double low, high;
        stack_reach(&stacks[i], part_count, &low, &high);
        stretch(&s, low);
        stretch(&s, high);
    }
    if (s.high == s.low)
        s.high = s.low + 1;
    for (size_t i = 0; i < count; i++) {
        double right = 0, left = 0;
        y += put_label(&body, y, stacks[i].label, stacks[i].figure);
        for (size_t p = 0; p < part_count; p++) {
            double value = stacks[i].parts[p], from = value < 0 ? left : right;
            if (value == 0)
                continue;
            part_fill(picture->id, p, fill);
            outlined_box(&body, fill, fmin(place(&s, from), place(&s, from + value)), y,
                         fabs(place(&s, value) - place(&s, 0)), BAR);
            *(value < 0 ? &left : &right) += value;
        }
        drawing_line(&body, DRAWING_INK, "", place(&s, 0), y - 3, place(&s, 0), y + BAR + 3);
        y += BAR + GAP;
    }
    open_picture(out, picture, y);
    put_rag_patterns(out, picture->id);
    buffer_add(out, buffer_slice(&body));
    drawing_close(out);
}
