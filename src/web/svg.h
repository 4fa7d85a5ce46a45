/* svg.h: what lower rooms draw, let into pages. Their strokes (base/drawing.h, plan/grid.h) escape every text; a
 * picture stands always beside a table of the same. Beside the compiled templates this is the only maker of `struct
 * html`. */
#ifndef STAITHE_WEB_SVG_H
#define STAITHE_WEB_SVG_H

#include "web/html.h"

/* What link/picture.h, plan/picture.h or plan/grid.h drew. */
struct html html_drawn(struct slice markup);

#endif
