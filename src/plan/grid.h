/* grid.h: a small table of words and figures, made once and shown as text, HTML or CSV: what stands beside each
 * picture, and the answers to what-if questions. Lives in the arena that it was made in. */
#ifndef STAITHE_PLAN_GRID_H
#define STAITHE_PLAN_GRID_H

#include "base/arena.h"

struct plan_grid {
    struct arena *arena;
    struct slice caption;
    struct slice *columns;
    size_t column_count;
    uint64_t words;      /* one bit a column: words to the left, else figures to the right; the first is always words */
    struct slice *cells; /* row by row; the first of a row is its heading */
    size_t row_count, filled, capacity;
};

/* Columns are copied. At most 64. */
struct plan_grid plan_grid_make(struct arena *arena, struct slice caption, const struct slice *columns, size_t count);
/* The next cell, from left to right and row by row. */
void plan_grid_add(struct plan_grid *grid, struct slice cell);
struct slice plan_grid_at(const struct plan_grid *grid, size_t row, size_t column);

/* In columns, for a terminal; the caption above. */
void plan_grid_text(const struct plan_grid *grid, struct buffer *out);
/* Caption, headings with their scope, figures with class "figure"; all text escaped. */
void plan_grid_html(const struct plan_grid *grid, struct buffer *out);
/* A heading row and the rows; words that a spreadsheet would run as a formula are defused, figures are not touched. */
void plan_grid_csv(const struct plan_grid *grid, struct buffer *out);

#endif
