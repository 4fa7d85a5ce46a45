/* A table's sheet: at the left as it is printed, at the right, under "Exact", what stands behind each figure. A printed
 * figure is ROUND of the exact one beside it, or, where its line says `printed`, the sum of rounded parts. */
#include "plan/export_inside.h"

struct table {
    struct book *book;
    const struct plan_table *table;
    struct plan_sheet sheet;
    lxw_worksheet *worksheet;
    const char *home;
    uint32_t top, exact; /* first row of figures; first column of the exact ones */
};

static const struct plan_unit *unit_at(const struct table *t, size_t row, size_t column)
{
    const struct plan_table_column *c = &t->table->columns[column];
    if (c->kind == PLAN_COLUMN_FORMULA)
        return &c->unit;
    if (c->kind == PLAN_COLUMN_TOTAL && column > 0)
        return unit_at(t, row, column - 1);
    return &t->table->rows[row].unit;
}

/* `total of` another row: what the total column adds up in place of the line's figures. */
static plan_cell instead_cell(const struct table *t, size_t row, size_t column)
{
    return plan_table_cell(t->book->model, &t->table->rows[row], t->table->rows[row].total_row,
                           &t->table->columns[column]);
}

static bool instead_has(const struct table *t, size_t row, size_t column)
{
    struct number value;
    return plan_value(t->book->evaluation, instead_cell(t, row, column), &value) == PLAN_HAS_VALUE;
}

static void instead_of(const struct table *t, size_t row, size_t column, bool rounded, struct buffer *out)
{
    struct spreadsheet_writer writer = {.place = book_place, .context = t->book, .home = t->home, .out = out};
    if (rounded)
        spreadsheet_round_begin(unit_at(t, row, column)->step, out);
    spreadsheet_reference(&writer, instead_cell(t, row, column));
    if (rounded)
        spreadsheet_round_end(unit_at(t, row, column)->step, out);
}

/* The figures that a sum adds up, in the block that begins at this column. */
static void sum_of(const struct table *t, size_t row, size_t column, uint32_t block, struct buffer *out)
{
    bool across = t->table->columns[column].kind == PLAN_COLUMN_TOTAL;
    size_t end = across ? column : row, count = 0;
    buffer_add(out, S("SUM("));
    for (size_t i = 0; i < end; i++) {
        bool part = across ? t->table->columns[i].kind != PLAN_COLUMN_TOTAL : plan_table_adds(t->table, row, i);
        size_t r = across ? row : i, c = across ? i : column;
        if (!part || (t->table->rows[r].total_row == PLAN_NONE || !across
                          ? plan_sheet_at(&t->sheet, r, c)->state != PLAN_HAS_VALUE
                          : !instead_has(t, r, c)))
            continue;
        if (count++)
            buffer_add_byte(out, ',');
        if (across && t->table->rows[r].total_row != PLAN_NONE)
            instead_of(t, r, c, block == 1, out);
        else
            spreadsheet_address(t->top + (uint32_t)r, block + (uint32_t)c, out);
    }
    buffer_add_byte(out, ')');
}

static void exact_figure(struct table *t, size_t row, size_t column, const struct plan_figure *figure)
{
    struct buffer out = buffer_make(t->book->arena);
    struct spreadsheet_writer writer = {.place = book_place, .context = t->book, .home = t->home, .out = &out};
    buffer_add_byte(&out, '=');
    if (figure->cell != PLAN_NONE)
        spreadsheet_reference(&writer, figure->cell);
    else
        sum_of(t, row, column, t->exact, &out);
    bool fitted = figure->cell != PLAN_NONE && t->book->fitted[figure->cell];
    struct plan_unit wide = *unit_at(t, row, column);
    wide.places += 3;
    book_formula(t->book, t->worksheet, t->top + (uint32_t)row, t->exact + (uint32_t)column, buffer_slice(&out),
                 figure->exact, book_format(t->book, &wide, fitted ? BOOK_FITTED : BOOK_PLAIN));
}

/* A formula that is no more than another row's name has that row's parts, as in table.c. */
static const struct plan_term *parts_of(const struct table *t, plan_cell cell)
{
    const struct plan_term *term = plan_unroll(t->book->evaluation, cell, t->book->arena);
    for (int step = 1; step < 16 && term->kind == PLAN_TERM_CELL; step++) {
        const struct plan_clause *clause;
        enum plan_how how = plan_how(t->book->evaluation, term->cell, &clause);
        if (how != PLAN_HOW_FORMULA && how != PLAN_HOW_OVERLAY)
            break;
        term = plan_unroll(t->book->evaluation, term->cell, t->book->arena);
    }
    return term;
}

static void printed_figure(struct table *t, size_t row, size_t column, const struct plan_figure *figure)
{
    const struct plan_unit *unit = unit_at(t, row, column);
    struct buffer out = buffer_make(t->book->arena);
    struct spreadsheet_writer writer = {.place = book_place, .context = t->book, .home = t->home, .out = &out};
    buffer_add_byte(&out, '=');
    if (figure->printed && figure->cell != PLAN_NONE) {
        spreadsheet_formula_of_parts(&writer, parts_of(t, figure->cell), unit->step);
    } else {
        spreadsheet_round_begin(unit->step, &out);
        if (figure->printed)
            sum_of(t, row, column, 1, &out);
        else
            spreadsheet_address(t->top + (uint32_t)row, t->exact + (uint32_t)column, &out);
        spreadsheet_round_end(unit->step, &out);
    }
    enum plan_table_role role = t->table->rows[row].role;
    enum book_look look = role == PLAN_TABLE_TOTAL ? BOOK_TOTAL : role == PLAN_TABLE_SUBTOTAL ? BOOK_BOLD : BOOK_PLAIN;
    if (look == BOOK_PLAIN && figure->cell != PLAN_NONE && t->book->fitted[figure->cell])
        look = BOOK_FITTED;
    book_formula(t->book, t->worksheet, t->top + (uint32_t)row, 1 + (uint32_t)column, buffer_slice(&out),
                 figure->rounded, book_format(t->book, unit, look));
}

static void headings(struct table *t)
{
    struct book *book = t->book;
    uint32_t row = t->top - 1;
    book_text(book, t->worksheet, 0, 0, t->table->title, book->title);
    book_text(book, t->worksheet, row, 0, S(""), book->heading);
    book_text(book, t->worksheet, row - 1, t->exact, S("Exact values"), book->total_label);
    for (size_t c = 0; c < t->table->column_count; c++) {
        book_text(book, t->worksheet, row, 1 + (uint32_t)c, t->table->columns[c].label, book->figure_heading);
        book_text(book, t->worksheet, row, t->exact + (uint32_t)c, t->table->columns[c].label, book->figure_heading);
    }
    worksheet_set_column(t->worksheet, 0, 0, 44, NULL);
    worksheet_set_column(t->worksheet, 1, (lxw_col_t)(t->exact + t->table->column_count), 13, NULL);
    worksheet_freeze_panes(t->worksheet, t->top, 1);
    worksheet_set_landscape(t->worksheet);
    worksheet_fit_to_pages(t->worksheet, 1, 0);
}

/* What the source prints otherwise. */
static uint32_t differences(struct table *t, uint32_t row)
{
    struct book *book = t->book;
    for (size_t r = 0; r < t->table->row_count; r++)
        for (size_t c = 0; c < t->table->column_count; c++) {
            const struct plan_figure *f = plan_sheet_at(&t->sheet, r, c);
            if (f->agreement == PLAN_NOT_PRINTED || f->agreement == PLAN_AGREES)
                continue;
            const struct plan_unit *unit = unit_at(t, r, c);
            struct slice why = f->agreement == PLAN_ROUNDING ? S("the rounding of what it is computed from explains it")
                               : f->agreement == PLAN_ANOMALOUS ? f->reason
                                                                : S("nothing explains it");
            book_text(book, t->worksheet, row++, 0,
                      arena_format(book->arena, "%.*s, %.*s: the source prints %.*s; %.*s",
                                   PRINT(t->table->rows[r].label), PRINT(t->table->columns[c].label),
                                   PRINT(plan_shown(unit, f->prints, book->arena)), PRINT(why)),
                      NULL);
        }
    return row;
}

static void notes(struct table *t)
{
    struct book *book = t->book;
    uint32_t row = t->top + (uint32_t)t->table->row_count + 1;
    if (t->sheet.parts_differ)
        book_text(book, t->worksheet, row++, 0,
                  S("Figures are rounded one by one, so a total may differ from the sum of what is shown."), NULL);
    if (t->table->note.len)
        book_text(book, t->worksheet, row++, 0, t->table->note, NULL);
    if (t->table->origin.source != PLAN_NONE)
        book_text(book, t->worksheet, row++, 0,
                  arena_format(book->arena, "Source: %.*s, %.*s",
                               PRINT(book->model->sources[t->table->origin.source].title),
                               PRINT(t->table->origin.where)),
                  NULL);
    (void)differences(t, row);
}

static void make_table(struct book *book, const struct plan_table *table)
{
    struct table t = {.book = book, .table = table, .top = 3, .exact = (uint32_t)table->column_count + 2};
    struct slice name;
    t.worksheet = book_sheet(book, arena_format(book->arena, "Table %.*s", PRINT(table->name)), &name);
    t.home = name.at;
    if (book->failed)
        return;
    plan_table_make(book->evaluation, table, book->arena, &t.sheet);
    headings(&t);
    for (size_t r = 0; r < table->row_count && !book->failed; r++) {
        bool strong = table->rows[r].role != PLAN_TABLE_LINE;
        book_text(book, t.worksheet, t.top + (uint32_t)r, 0, table->rows[r].label, strong ? book->total_label : NULL);
        for (size_t c = 0; c < table->column_count && !book->failed; c++) {
            const struct plan_figure *figure = plan_sheet_at(&t.sheet, r, c);
            if (figure->state != PLAN_HAS_VALUE)
                continue;
            exact_figure(&t, r, c, figure);
            printed_figure(&t, r, c, figure);
        }
    }
    notes(&t);
}

void book_tables(struct book *book)
{
    for (size_t i = 0; i < book->model->table_count && !book->failed; i++)
        make_table(book, &book->model->tables[i]);
}

/* ---- Checks ---- */

static const char *const compare_signs[] = {"=", "<>", "<", "<=", ">", ">="};

/* Whether it holds, with room for what binary fractions leave. */
static void holds_formula(const struct plan_check *check, uint32_t row, struct buffer *out)
{
    struct number tolerance = check->tolerant ? check->tolerance : NUMBER_ZERO;
    struct buffer within = buffer_make(out->arena);
    spreadsheet_number(tolerance, &within);
    buffer_format(out, "=IF(");
    uint32_t line = row + 1;
    switch (check->right == PLAN_NONE ? PLAN_OP_NOT : check->compare) {
    case PLAN_OP_NOT:
        buffer_format(out, "C%u<>0", line);
        break;
    case PLAN_OP_EQUAL:
        buffer_format(out, "ABS(C%u-E%u)<=%.*s+0.000000001", line, line, PRINT(buffer_slice(&within)));
        break;
    case PLAN_OP_DIFFERENT:
        buffer_format(out, "ABS(C%u-E%u)>%.*s+0.000000001", line, line, PRINT(buffer_slice(&within)));
        break;
    case PLAN_OP_LESS:
    case PLAN_OP_LESS_EQUAL:
        buffer_format(out, "C%u-E%u<=%.*s+0.000000001", line, line, PRINT(buffer_slice(&within)));
        break;
    default:
        buffer_format(out, "E%u-C%u<=%.*s+0.000000001", line, line, PRINT(buffer_slice(&within)));
        break;
    }
    buffer_add(out, S(",\"holds\",\"does not hold\")"));
}

static bool check_holds(struct book *book, const struct plan_check *check, struct number left, struct number right)
{
    struct number margin = number_subtract(book->arena, left, right);
    struct number within = check->tolerant ? check->tolerance : NUMBER_ZERO,
                  apart = number_absolute(book->arena, margin);
    if (check->right == PLAN_NONE)
        return number_sign(left) != 0;
    switch (check->compare) {
    case PLAN_OP_EQUAL:
        return number_compare(apart, within) <= 0;
    case PLAN_OP_DIFFERENT:
        return number_compare(apart, within) > 0;
    case PLAN_OP_LESS:
    case PLAN_OP_LESS_EQUAL:
        return number_compare(margin, within) <= 0;
    default:
        return number_compare(number_negate(book->arena, margin), within) <= 0;
    }
}

static void check_side(struct book *book, lxw_worksheet *sheet, uint32_t row, uint32_t column, plan_cell cell,
                       struct number *ret)
{
    struct buffer out = buffer_make(book->arena);
    struct spreadsheet_writer writer = {.place = book_place, .context = book, .home = "", .out = &out};
    uint32_t number;
    struct plan_binding binding;
    plan_cell_parts(book->model, cell, &number, &binding);
    if (plan_value(book->evaluation, cell, ret) != PLAN_HAS_VALUE)
        *ret = NUMBER_ZERO;
    *ret = number_keep(book->arena, *ret);
    buffer_add_byte(&out, '=');
    spreadsheet_reference(&writer, cell);
    book_formula(book, sheet, row, column, buffer_slice(&out), *ret,
                 book_format(book, &book->model->rows[number].unit, BOOK_PLAIN));
}

static uint32_t check_rows(struct book *book, lxw_worksheet *sheet, const struct plan_check *check, uint32_t row)
{
    const struct plan_row *left = &book->model->rows[check->left];
    for (plan_cell cell = left->first; cell < left->first + left->tuples * (size_t)left->years; cell++) {
        struct plan_binding binding;
        uint32_t number;
        struct number values[2] = {NUMBER_ZERO, NUMBER_ZERO}, some;
        plan_cell_parts(book->model, cell, &number, &binding);
        if (!plan_region_holds(book->model, check->left, &check->region, &binding) ||
            plan_value(book->evaluation, cell, &some) != PLAN_HAS_VALUE)
            continue;
        book_text(book, sheet, row, 0, check->name, NULL);
        book_text(book, sheet, row, 1, plan_cell_title(book->model, cell, book->arena), NULL);
        check_side(book, sheet, row, 2, cell, &values[0]);
        if (check->right != PLAN_NONE) {
            book_text(book, sheet, row, 3, slice_of(compare_signs[check->compare - PLAN_OP_EQUAL]), NULL);
            check_side(book, sheet, row, 4, plan_cell_at(book->model, check->right, binding.slots, binding.year),
                       &values[1]);
        }
        struct buffer out = buffer_make(book->arena);
        holds_formula(check, row, &out);
        bool holds = check_holds(book, check, values[0], values[1]);
        (void)book_fault(book, worksheet_write_formula_str(sheet, row, 5, arena_cstr(book->arena, buffer_slice(&out)),
                                                           NULL, holds ? "holds" : "does not hold"));
        row++;
    }
    return row;
}

/* A sheet with headings in its first row. */
static lxw_worksheet *list_sheet(struct book *book, struct slice title, const struct slice *words, uint32_t count)
{
    struct slice name;
    lxw_worksheet *sheet = book_sheet(book, title, &name);
    for (uint32_t c = 0; c < count; c++)
        book_text(book, sheet, 0, c, words[c], book->heading);
    return sheet;
}

void book_checks(struct book *book)
{
    static const struct slice words[] = {S_INIT("Check"), S_INIT("Of"),    S_INIT("Left"),
                                         S_INIT(""),      S_INIT("Right"), S_INIT("Result")};
    if (book->failed || book->model->check_count == 0)
        return;
    lxw_worksheet *sheet = list_sheet(book, S("Checks"), words, countof(words));
    worksheet_set_column(sheet, 0, 0, 28, NULL);
    worksheet_set_column(sheet, 1, 1, 60, NULL);
    worksheet_set_column(sheet, 2, 5, 14, NULL);
    worksheet_freeze_panes(sheet, 1, 2);
    uint32_t row = 1;
    for (size_t i = 0; i < book->model->check_count && !book->failed; i++)
        row = check_rows(book, sheet, &book->model->checks[i], row);
}

/* ---- Registers ---- */

static void register_line(struct book *book, lxw_worksheet *sheet, const struct plan_entry *entry, uint32_t row)
{
    static const struct slice keys[] = {S_INIT("owner"), S_INIT("rag"), S_INIT("state"), S_INIT("eqia"),
                                        S_INIT("consultation")};
    book_text(book, sheet, row, 0, slice_of(plan_register_words[entry->kind]), NULL);
    book_text(book, sheet, row, 1, entry->id, NULL);
    book_text(book, sheet, row, 2, entry->title, NULL);
    for (uint32_t k = 0; k < countof(keys); k++)
        book_text(book, sheet, row, 3 + k, plan_entry_get(entry, keys[k]), NULL);
}

/* One line for each value, its year and its members beside it. */
static uint32_t register_values(struct book *book, lxw_worksheet *sheet, const struct plan_entry *entry, uint32_t row)
{
    for (size_t v = 0; v < entry->value_count; v++) {
        const struct plan_entry_value *value = &entry->values[v];
        struct buffer members = buffer_make(book->arena);
        for (size_t m = 0; m < value->member_count; m++)
            buffer_format(&members, "%s%.*s", m ? ", " : "", PRINT(value->members[m].text));
        register_line(book, sheet, entry, row);
        book_text(book, sheet, row, 8, buffer_slice(&members), NULL);
        book_text(book, sheet, row, 9, book->model->years[value->year], NULL);
        (void)book_fault(book, worksheet_write_number(sheet, row, 10, number_real(value->value),
                                                      book_format(book, &entry->unit, BOOK_PLAIN)));
        book_text(book, sheet, row, 11, value->reprofile ? S("moved between years") : S(""), NULL);
        row++;
    }
    return row;
}

void book_registers(struct book *book)
{
    static const struct slice words[] = {S_INIT("Register"), S_INIT("Line"),  S_INIT("Title"),  S_INIT("Owner"),
                                         S_INIT("RAG"),      S_INIT("State"), S_INIT("EqIA"),   S_INIT("Consultation"),
                                         S_INIT("For"),      S_INIT("Year"),  S_INIT("Amount"), S_INIT("Note")};
    if (book->failed || book->model->entry_count == 0)
        return;
    lxw_worksheet *sheet = list_sheet(book, S("Registers"), words, countof(words));
    worksheet_set_column(sheet, 0, 1, 14, NULL);
    worksheet_set_column(sheet, 2, 3, 36, NULL);
    worksheet_set_column(sheet, 4, 11, 14, NULL);
    worksheet_freeze_panes(sheet, 1, 3);
    uint32_t row = 1;
    for (size_t i = 0; i < book->model->entry_count && !book->failed; i++)
        row = register_values(book, sheet, &book->model->entries[i], row);
    worksheet_autofilter(sheet, 0, 0, row - 1, (lxw_col_t)(countof(words) - 1));
}
