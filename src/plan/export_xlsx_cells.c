/* The sheets of cells. A row's tuple (net[ASC]) is one line, its years stand side by side. What is given stands on
 * Givens alone; a computed row that has given years too (an opening position) shows them on Computed by a reference, so
 * that its line is whole and sums over years are ranges. */
#include "plan/export_inside.h"

static bool is_given(const struct book *book, plan_cell cell)
{
    const struct plan_clause *clause;
    enum plan_how how = plan_how(book->evaluation, cell, &clause);
    return how == PLAN_HOW_GIVEN || how == PLAN_HOW_SET;
}

static plan_cell cell_of(const struct plan_row *row, size_t tuple, int32_t year)
{
    return row->first + (plan_cell)((size_t)year * row->tuples + tuple);
}

static uint32_t column_of(const struct plan_row *row, int32_t year)
{
    return row->always ? BOOK_ALWAYS : (uint32_t)(BOOK_YEARS + year);
}

/* Which lines there are on each sheet. Workings holds the hidden rows. */
static void number_lines(struct book *book)
{
    const struct plan_model *model = book->model;
    uint32_t next[3] = {1, 1, 1}; /* below the heading */
    size_t all = 0;
    book->first_line = arena_array(book->arena, size_t, model->row_count + 1);
    for (size_t r = 0; r < model->row_count; r++) {
        book->first_line[r] = all;
        all += model->rows[r].tuples;
    }
    book->lines = arena_array(book->arena, struct book_line, all + 1);
    for (size_t r = 0; r < model->row_count; r++)
        for (size_t t = 0; t < model->rows[r].tuples; t++) {
            struct book_line *line = &book->lines[book->first_line[r] + t];
            bool given = false, computed = false;
            for (int32_t y = 0; y < model->rows[r].years; y++) {
                const struct plan_clause *clause;
                enum plan_how how = plan_how(book->evaluation, cell_of(&model->rows[r], t, y), &clause);
                given = given || how == PLAN_HOW_GIVEN || how == PLAN_HOW_SET;
                computed = computed || how == PLAN_HOW_FORMULA || how == PLAN_HOW_OVERLAY;
            }
            if (given)
                line->given = next[0]++;
            if (computed)
                line->computed = next[model->rows[r].hidden ? 2 : 1]++;
        }
}

/* Where formulas find a cell: on the computed line when the row has one, else among the givens. */
struct spreadsheet_place book_place(const void *context, plan_cell cell)
{
    const struct book *book = context;
    uint32_t number;
    struct plan_binding binding;
    plan_cell_parts(book->model, cell, &number, &binding);
    const struct plan_row *row = &book->model->rows[number];
    size_t tuple = (cell - row->first) % row->tuples;
    const struct book_line *line = &book->lines[book->first_line[number] + tuple];
    if (line->computed)
        return (struct spreadsheet_place){row->hidden ? book_workings : book_computed, line->computed,
                                          column_of(row, binding.year)};
    if (line->given)
        return (struct spreadsheet_place){book_givens, line->given, column_of(row, binding.year)};
    return (struct spreadsheet_place){0};
}

/* ---- Writing ---- */

static void headings(struct book *book, lxw_worksheet *sheet, bool sources)
{
    static const struct slice words[] = {S_INIT("Row"), S_INIT("What it is"), S_INIT("Unit"), S_INIT("Always")};
    uint32_t column = 0;
    for (; column < countof(words); column++)
        book_text(book, sheet, 0, column, words[column], book->heading);
    for (int32_t y = 0; y < book->model->year_count; y++)
        book_text(book, sheet, 0, column++, book->model->years[y], book->figure_heading);
    book_text(book, sheet, 0, column, sources ? S("Source") : S("Formula"), book->heading);
    worksheet_set_column(sheet, BOOK_NAME, BOOK_NAME, 28, NULL);
    worksheet_set_column(sheet, BOOK_TITLE, BOOK_TITLE, 44, NULL);
    worksheet_set_column(sheet, BOOK_UNIT, BOOK_UNIT, 8, NULL);
    worksheet_set_column(sheet, BOOK_ALWAYS, (lxw_col_t)(column - 1), 13, NULL);
    worksheet_set_column(sheet, (lxw_col_t)column, (lxw_col_t)column, 60, NULL);
    worksheet_freeze_panes(sheet, 1, BOOK_YEARS);
}

/* "net[ASC]" of a cell's name. */
static struct slice line_name(const struct book *book, plan_cell cell)
{
    struct slice name = plan_cell_name(book->model, cell, book->arena);
    return slice_part(name, 0, slice_find(name, '@'));
}

static struct slice line_title(const struct book *book, const struct plan_row *row, plan_cell cell)
{
    struct buffer out = buffer_make(book->arena);
    uint32_t number;
    struct plan_binding binding;
    plan_cell_parts(book->model, cell, &number, &binding);
    buffer_add(&out, row->title);
    for (size_t i = 0; i < row->set_count; i++)
        buffer_format(&out, ", %.*s", PRINT(book->model->sets[row->sets[i]].members[binding.slots[i]].title));
    return buffer_slice(&out);
}

static void line_labels(struct book *book, lxw_worksheet *sheet, uint32_t at, const struct plan_row *row,
                        plan_cell cell)
{
    book_text(book, sheet, at, BOOK_NAME, line_name(book, cell), NULL);
    book_text(book, sheet, at, BOOK_TITLE, line_title(book, row, cell), NULL);
    book_text(book, sheet, at, BOOK_UNIT, row->unit.name, NULL);
}

/* "Cabinet, table 4" once, however many of the line's cells have it. */
static void line_source(struct book *book, uint32_t at, const struct plan_row *row, size_t tuple)
{
    struct buffer out = buffer_make(book->arena);
    struct plan_origin last = {.source = PLAN_NONE};
    for (int32_t y = 0; y < row->years; y++) {
        const struct plan_given *given = plan_given_find(book->model, cell_of(row, tuple, y));
        if (!given || given->origin.source == PLAN_NONE ||
            (given->origin.source == last.source && slice_equal(given->origin.where, last.where)))
            continue;
        last = given->origin;
        buffer_format(&out, "%s%.*s%s%.*s", out.len ? "; " : "", PRINT(book->model->sources[last.source].title),
                      last.where.len ? ", " : "", PRINT(last.where));
    }
    book_text(book, book->givens, at, (uint32_t)(BOOK_YEARS + book->model->year_count), buffer_slice(&out), NULL);
}

static enum book_look look_of(const struct book *book, plan_cell cell)
{
    return book->fitted[cell] ? BOOK_FITTED : BOOK_PLAIN;
}

static void given_line(struct book *book, const struct plan_row *row, size_t tuple, uint32_t at)
{
    line_labels(book, book->givens, at, row, cell_of(row, tuple, 0));
    for (int32_t y = 0; y < row->years; y++) {
        plan_cell cell = cell_of(row, tuple, y);
        struct number value;
        if (!is_given(book, cell) || plan_value(book->evaluation, cell, &value) != PLAN_HAS_VALUE)
            continue;
        (void)book_fault(book,
                         worksheet_write_number(book->givens, at, (lxw_col_t)column_of(row, y), number_real(value),
                                                book_format(book, &row->unit, look_of(book, cell))));
    }
    line_source(book, at, row, tuple);
}

static void computed_cell(struct book *book, lxw_worksheet *sheet, const char *home, uint32_t at, uint32_t column,
                          const struct plan_row *row, plan_cell cell)
{
    struct number value;
    struct plan_failure failure;
    lxw_format *format = book_format(book, &row->unit, look_of(book, cell));
    enum plan_state state = plan_value(book->evaluation, cell, &value);
    if (state == PLAN_HAS_NONE)
        return;
    if (state == PLAN_HAS_FAILED) {
        bool known = plan_failure_of(book->evaluation, cell, &failure);
        book_text(book, sheet, at, column, known ? failure.sentence : S("cannot be computed"), NULL);
        return;
    }
    struct buffer out = buffer_make(book->arena);
    struct spreadsheet_writer writer = {.place = book_place, .context = book, .home = home, .out = &out};
    buffer_add_byte(&out, '=');
    if (is_given(book, cell)) {
        uint32_t number;
        struct plan_binding binding;
        plan_cell_parts(book->model, cell, &number, &binding);
        const struct book_line *line = &book->lines[book->first_line[number] + (cell - row->first) % row->tuples];
        buffer_format(&out, "%s!", book_givens);
        spreadsheet_address(line->given, column, &out);
    } else {
        spreadsheet_formula(&writer, plan_unroll(book->evaluation, cell, book->arena));
    }
    book_formula(book, sheet, at, column, buffer_slice(&out), value, format);
}

static void computed_line(struct book *book, const struct plan_row *row, size_t tuple, uint32_t at)
{
    lxw_worksheet *sheet = row->hidden ? book->workings : book->computed;
    const char *home = row->hidden ? book_workings : book_computed;
    const struct plan_clause *clause = NULL, *last = NULL;
    struct buffer formulas = buffer_make(book->arena);
    line_labels(book, sheet, at, row, cell_of(row, tuple, 0));
    for (int32_t y = 0; y < row->years && !book->failed; y++) {
        plan_cell cell = cell_of(row, tuple, y);
        computed_cell(book, sheet, home, at, column_of(row, y), row, cell);
        enum plan_how how = plan_how(book->evaluation, cell, &clause);
        if ((how == PLAN_HOW_FORMULA || how == PLAN_HOW_OVERLAY) && clause && clause != last) {
            buffer_format(&formulas, "%s%.*s", formulas.len ? "; " : "", PRINT(clause->text));
            last = clause;
        }
    }
    book_text(book, sheet, at, (uint32_t)(BOOK_YEARS + book->model->year_count), buffer_slice(&formulas), NULL);
}

void book_cells(struct book *book)
{
    const struct plan_model *model = book->model;
    number_lines(book);
    headings(book, book->givens, true);
    headings(book, book->computed, false);
    headings(book, book->workings, false);
    for (size_t r = 0; r < model->row_count; r++)
        for (size_t t = 0; t < model->rows[r].tuples && !book->failed; t++) {
            const struct book_line *line = &book->lines[book->first_line[r] + t];
            if (line->given)
                given_line(book, &model->rows[r], t, line->given);
            if (line->computed)
                computed_line(book, &model->rows[r], t, line->computed);
        }
}
