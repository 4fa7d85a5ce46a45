#include "plan/grid.h"

#include "base/csv.h"
#include "base/markup.h"

struct plan_grid plan_grid_make(struct arena *arena, struct slice caption, const struct slice *columns, size_t count)
{
    must(count > 0 && count <= 64);
    struct plan_grid grid = {.arena = arena, .caption = caption, .column_count = count, .words = 1};
    grid.columns = arena_array(arena, struct slice, count);
    memcpy(grid.columns, columns, count * sizeof *columns);
    return grid;
}

void plan_grid_add(struct plan_grid *grid, struct slice cell)
{
    ARENA_GROW(grid->arena, grid->cells, grid->filled, grid->capacity);
    grid->cells[grid->filled++] = cell;
    grid->row_count = grid->filled / grid->column_count;
}

struct slice plan_grid_at(const struct plan_grid *grid, size_t row, size_t column)
{
    return grid->cells[row * grid->column_count + column];
}

static bool is_words(const struct plan_grid *grid, size_t column)
{
    return grid->words >> column & 1;
}

static size_t letters(struct slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.at[i] & 0xc0) != 0x80;
    return count;
}

static void put_cell(const struct plan_grid *grid, struct slice cell, size_t column, size_t width, struct buffer *out)
{
    size_t space = width - letters(cell);
    bool last = column + 1 == grid->column_count;
    if (column)
        buffer_add(out, S("  "));
    for (size_t i = 0; !is_words(grid, column) && i < space; i++)
        buffer_add_byte(out, ' ');
    buffer_add(out, cell);
    for (size_t i = 0; is_words(grid, column) && !last && i < space; i++)
        buffer_add_byte(out, ' ');
    if (last)
        buffer_add_byte(out, '\n');
}

void plan_grid_text(const struct plan_grid *grid, struct buffer *out)
{
    size_t widths[64];
    for (size_t c = 0; c < grid->column_count; c++) {
        widths[c] = letters(grid->columns[c]);
        for (size_t r = 0; r < grid->row_count; r++) {
            size_t width = letters(plan_grid_at(grid, r, c));
            widths[c] = width > widths[c] ? width : widths[c];
        }
    }
    if (grid->caption.len)
        buffer_format(out, "%.*s\n", PRINT(grid->caption));
    for (size_t c = 0; c < grid->column_count; c++)
        put_cell(grid, grid->columns[c], c, widths[c], out);
    for (size_t r = 0; r < grid->row_count; r++)
        for (size_t c = 0; c < grid->column_count; c++)
            put_cell(grid, plan_grid_at(grid, r, c), c, widths[c], out);
}

static void html_cell(const struct plan_grid *grid, const char *tag, const char *scope, size_t column,
                      struct slice text, struct buffer *out)
{
    buffer_format(out, "<%s%s%s>", tag, scope, is_words(grid, column) ? "" : " class=\"figure\"");
    markup_escape(out, text);
    buffer_format(out, "</%s>", tag);
}

void plan_grid_html(const struct plan_grid *grid, struct buffer *out)
{
    buffer_add(out, S("<table><caption>"));
    markup_escape(out, grid->caption);
    buffer_add(out, S("</caption><thead><tr>"));
    for (size_t c = 0; c < grid->column_count; c++)
        html_cell(grid, "th", " scope=\"col\"", c, grid->columns[c], out);
    buffer_add(out, S("</tr></thead><tbody>\n"));
    for (size_t r = 0; r < grid->row_count; r++) {
        buffer_add(out, S("<tr>"));
        for (size_t c = 0; c < grid->column_count; c++)
            html_cell(grid, c ? "td" : "th", c ? "" : " scope=\"row\"", c, plan_grid_at(grid, r, c), out);
        buffer_add(out, S("</tr>\n"));
    }
    buffer_add(out, S("</tbody></table>\n"));
}

static void csv_row(const struct plan_grid *grid, const struct slice *cells, bool heading, struct buffer *out)
{
    /* Row by row the writer defuses all fields or none; a figure's minus is no formula. */
    struct buffer line = buffer_make(grid->arena);
    for (size_t c = 0; c < grid->column_count; c++) {
        struct buffer field = buffer_make(grid->arena);
        csv_write_row(&field, &cells[c], 1, heading || is_words(grid, c));
        struct slice text = buffer_slice(&field);
        if (c)
            buffer_add_byte(&line, ',');
        buffer_add(&line, cells[c].len ? slice_part(text, 0, text.len - 2) : NO_SLICE);
    }
    buffer_add(&line, S("\r\n"));
    buffer_add(out, buffer_slice(&line));
}

void plan_grid_csv(const struct plan_grid *grid, struct buffer *out)
{
    csv_row(grid, grid->columns, true, out);
    for (size_t r = 0; r < grid->row_count; r++)
        csv_row(grid, grid->cells + r * grid->column_count, false, out);
}
