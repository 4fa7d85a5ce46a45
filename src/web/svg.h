/* svg.h: pictures drawn here: SVG with a title and a description, always beside a table of the same. Beside the
 * compiled templates this is the only maker of `struct html`: every text in it goes through html_escape. */
#ifndef STAITHE_WEB_SVG_H
#define STAITHE_WEB_SVG_H

#include "web/html.h"

/* What src/plan drew (plan/picture.h, plan/grid.h): it escapes every text in it itself. */
struct html html_of_plan(struct slice markup);

struct svg_step {
    struct slice label;
    double value; /* added to the sum so far */
};

struct svg_waterfall {
    struct slice id; /* unique on the page: letters, digits and dashes */
    struct slice title, description;
    const struct svg_step *steps; /* the first is where the sum starts */
    size_t count;
    struct slice total_label;
    double threshold; /* a dashed line stands here */
    struct slice threshold_label;
};

/* A waterfall of horizontal bars, top to bottom: each from the sum before to the sum after, the total last. */
struct html svg_waterfall(struct arena *arena, const struct svg_waterfall *waterfall);

#endif
