/* picture.h: the pictures of linking as SVG: stand-alone or inline, coloured by attributes, legible without colour
 * (form, sign and pattern tell the same), each with a title and a description. All text is escaped. */
#ifndef STAITHE_LINK_PICTURE_H
#define STAITHE_LINK_PICTURE_H

#include "base/markup.h"

struct picture {
    struct slice id; /* unique on the page: letters, digits and dashes */
    struct slice title, description;
};

struct picture_step {
    struct slice label;
    double value; /* added to the sum so far; the first is where the sum starts */
};

struct picture_link {
    struct slice to, words; /* where it leads, and what stands beside it */
    bool weak;              /* drawn dashed */
};

/* Horizontal bars, top to bottom: each from the sum before to the sum after, the total last. Below them, where there
 * are links, a chain of them from `from` on. */
void picture_waterfall(struct buffer *out, const struct picture *picture, const struct picture_step *steps,
                       size_t count, double threshold, struct slice from, const struct picture_link *links,
                       size_t link_count);

struct picture_bar {
    struct slice label;
    double share[2]; /* 0 … 1 */
};

/* A horizontal bar or two for each label: shares of one. names[1] empty: one bar. */
void picture_shares(struct buffer *out, const struct picture *picture, const struct picture_bar *bars, size_t count,
                    const struct slice names[2]);

struct picture_column {
    double from;        /* on the horizontal axis; each column is `width` wide */
    uint64_t values[2]; /* side by side */
};

struct picture_mark {
    double at;
    struct slice label;
};

/* Columns over a number line, heights by logarithm. names[1] empty: one column each. */
void picture_histogram(struct buffer *out, const struct picture *picture, const struct picture_column *columns,
                       size_t count, double width, const struct slice names[2], const struct picture_mark *marks,
                       size_t mark_count);

struct picture_point {
    double x, y;
};

/* A curve in the unit square; both axes from their `low` to 1. `at` is marked. */
void picture_curve(struct buffer *out, const struct picture *picture, const struct picture_point *points, size_t count,
                   struct picture_point low, struct picture_point at, struct slice at_label, struct slice x_name,
                   struct slice y_name);

#endif
