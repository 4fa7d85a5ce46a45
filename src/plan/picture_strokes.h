/* picture_strokes.h: the forms that a plan's pictures have, drawn from plain numbers; inside plan/picture*.c. */
#ifndef STAITHE_PLAN_PICTURE_STROKES_H
#define STAITHE_PLAN_PICTURE_STROKES_H

#include "plan/picture.h"

struct stroke_step {
    struct slice label, figure;
    double value;
    bool total; /* stands on zero, and the sum goes on from it */
};
/* Bars from the sum before to the sum after, top to bottom, each under its label. */
void stroke_waterfall(struct buffer *out, const struct plan_picture *picture, const struct stroke_step *steps,
                      size_t count);

struct stroke_pair {
    struct slice label, figure;
    double up, down; /* what comes of moving up and down */
};
void stroke_tornado(struct buffer *out, const struct plan_picture *picture, const struct stroke_pair *pairs,
                    size_t count);

struct stroke_line {
    struct slice label;
    const double *values;
    const struct slice *figures; /* at the points; NULL: none */
    bool dashed;
};
struct stroke_band {
    struct slice label;
    const double *low, *high;
};
/* Lines over columns from left to right, bands behind them, the widest first. */
void stroke_lines(struct buffer *out, const struct plan_picture *picture, const struct slice *columns, size_t count,
                  const struct stroke_line *lines, size_t line_count, const struct stroke_band *bands,
                  size_t band_count);

enum { STROKE_PARTS_MAX = 5 };
struct stroke_stack {
    struct slice label, figure;
    double parts[STROKE_PARTS_MAX];
};
/* Stacked bars, each under its label; parts of either sign go their own way from zero. The patterns are those of RAG:
 * green, amber, red, blue, none. */
void stroke_stacks(struct buffer *out, const struct plan_picture *picture, const struct stroke_stack *stacks,
                   size_t count, const struct slice *names, size_t part_count);

#endif
