/* The workbook's frame: formats, names of sheets, contents. libxlsxwriter writes to a file; that file is one in memory
 * (memfd), so nothing is left on a disk that the host does not know of.
 *
 * Text is always written as a text cell, whatever it begins with, so nothing that somebody typed is run as a formula.
 */
#include "plan/export_inside.h"

#include "base/text.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

const char *const book_givens = "Givens", *const book_computed = "Computed", *const book_workings = "Workings";

bool book_fault(struct book *book, lxw_error code)
{
    if (code == LXW_NO_ERROR || book->failed)
        return !book->failed;
    book->failed = true;
    return error_set(book->err, code == LXW_ERROR_WORKSHEET_INDEX_OUT_OF_RANGE ? ERROR_TOO_BIG : ERROR_IO,
                     "the workbook could not be written: %s", lxw_strerror(code));
}

lxw_format *book_format(struct book *book, const struct plan_unit *unit, enum book_look look)
{
    bool percent = unit->kind == PLAN_UNIT_PLAIN && unit->power == -2;
    for (size_t i = 0; i < book->format_count; i++)
        if (book->formats[i].places == unit->places && book->formats[i].percent == percent &&
            book->formats[i].look == look)
            return book->formats[i].format;
    char pattern[64];
    int zeros = unit->places > 15 ? 15 : unit->places;
    snprintf(pattern, sizeof pattern, "#,##0%s%.*s%s", zeros ? "." : "", zeros, "000000000000000", percent ? "%" : "");
    lxw_format *format = workbook_add_format(book->workbook);
    format_set_num_format(format, pattern);
    if (look == BOOK_BOLD || look == BOOK_TOTAL)
        format_set_bold(format);
    if (look == BOOK_TOTAL)
        format_set_top(format, LXW_BORDER_THIN);
    if (look == BOOK_FITTED)
        format_set_bg_color(format, 0xFFF3D6);
    ARENA_GROW(book->arena, book->formats, book->format_count, book->format_capacity);
    book->formats[book->format_count++] = (struct book_format){unit->places, percent, look, format};
    return format;
}

void book_text(struct book *book, lxw_worksheet *sheet, uint32_t row, uint32_t column, struct slice text,
               lxw_format *format)
{
    enum { LETTERS_MAX = 30000 }; /* a cell takes 32,767 */
    struct slice cut = slice_part(text, 0, LETTERS_MAX);
    while (cut.len < text.len && cut.len && ((unsigned char)text.at[cut.len] & 0xc0) == 0x80)
        cut.len--;
    (void)book_fault(book, worksheet_write_string(sheet, row, (lxw_col_t)column, arena_cstr(book->arena, cut), format));
}

void book_formula(struct book *book, lxw_worksheet *sheet, uint32_t row, uint32_t column, struct slice formula,
                  struct number value, lxw_format *format)
{
    if (formula.len > SPREADSHEET_FORMULA_MAX && !book->failed) {
        book->failed = true;
        (void)error_set(book->err, ERROR_TOO_BIG,
                        "a formula of %zu characters is longer than spreadsheets take; split its row (%.*s …)",
                        formula.len, PRINT(slice_part(formula, 0, 60)));
    }
    if (book->failed)
        return;
    (void)book_fault(book, worksheet_write_formula_num(sheet, row, (lxw_col_t)column, arena_cstr(book->arena, formula),
                                                       format, number_real(value)));
}

/* ---- Sheets ---- */

static bool name_taken(const struct book *book, struct slice name)
{
    for (size_t i = 0; i < book->name_count; i++)
        if (slice_equal_nocase(book->names[i], name))
            return true;
    return false;
}

lxw_worksheet *book_sheet(struct book *book, struct slice name, struct slice *ret_name)
{
    enum { LETTERS = 31 };
    struct buffer clean = buffer_make(book->arena);
    size_t letters = 0;
    for (size_t i = 0; i < name.len; i++) {
        letters += ((unsigned char)name.at[i] & 0xc0) != 0x80;
        if (letters > LETTERS - 4)
            break;
        bool refused = strchr("[]:*?/\\'", name.at[i]) || (unsigned char)name.at[i] < ' ';
        buffer_add_byte(&clean, refused ? '-' : name.at[i]);
    }
    struct slice base = buffer_slice(&clean), unique = base.len ? base : S("Sheet");
    for (int i = 2; name_taken(book, unique); i++)
        unique = arena_format(book->arena, "%.*s %d", PRINT(base), i);
    ARENA_GROW(book->arena, book->names, book->name_count, book->name_capacity);
    book->names[book->name_count++] = unique;
    *ret_name = unique;
    lxw_worksheet *sheet = workbook_add_worksheet(book->workbook, arena_cstr(book->arena, unique));
    if (!sheet && !book->failed) {
        book->failed = true;
        (void)error_set(book->err, ERROR_TOO_BIG, "the workbook takes no further sheet: %.*s", PRINT(unique));
    }
    return sheet;
}

static lxw_format *make_format(struct book *book, bool bold, bool wrap, uint32_t ground)
{
    lxw_format *format = workbook_add_format(book->workbook);
    if (bold)
        format_set_bold(format);
    if (wrap) {
        format_set_text_wrap(format);
        format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
    }
    if (ground)
        format_set_bg_color(format, ground);
    return format;
}

static void make_formats(struct book *book)
{
    book->heading = make_format(book, true, true, 0xE3EAF2);
    format_set_bottom(book->heading, LXW_BORDER_THIN);
    book->figure_heading = make_format(book, true, true, 0xE3EAF2);
    format_set_bottom(book->figure_heading, LXW_BORDER_THIN);
    format_set_align(book->figure_heading, LXW_ALIGN_RIGHT);
    book->title = make_format(book, true, false, 0);
    format_set_font_size(book->title, 14);
    book->wrapped = make_format(book, false, true, 0);
    book->total_label = make_format(book, true, false, 0);
    book->fitted_label = make_format(book, false, false, 0xFFF3D6);
}

/* ---- Contents ---- */

static bool any_fitted(const struct book *book)
{
    for (size_t i = 0; i < book->model->source_count; i++)
        if (book->model->sources[i].fitted)
            return true;
    return false;
}

static uint32_t contents_notes(struct book *book, lxw_worksheet *sheet, uint32_t row)
{
    static const struct slice notes[] = {
        S_INIT("Givens holds every figure that somebody gave, with its source. Computed holds every row that is "
               "computed, with the formula in its cells: change a given and all follows."),
        S_INIT("Each table stands on a sheet of its own: as it is printed, rounded as its lines say, and to the right "
               "the exact values. Workings holds what tables and checks compute on the way."),
        S_INIT("Spreadsheets compute in binary fractions of about 15 digits; the plan computes exactly. The last "
               "digit shown may differ where an exact value lies half way between two steps."),
    };
    for (size_t i = 0; i < countof(notes); i++)
        book_text(book, sheet, row++, 0, notes[i], book->wrapped);
    if (any_fitted(book))
        book_text(book, sheet, row++, 0,
                  S("Shaded cells are fitted figures, or rest on some: they were chosen to reproduce printed figures "
                    "and are not the council's."),
                  book->fitted_label);
    return row + 1;
}

static void contents(struct book *book, lxw_worksheet *sheet)
{
    const struct plan_model *model = book->model;
    uint32_t overlay = plan_evaluation_overlay(book->evaluation), row = 0;
    worksheet_set_column(sheet, 0, 0, 100, NULL);
    book_text(book, sheet, row++, 0, model->title, book->title);
    if (overlay != PLAN_NONE)
        book_text(book, sheet, row++, 0,
                  arena_format(book->arena, "%s: %.*s", model->overlays[overlay].is_version ? "Version" : "Scenario",
                               PRINT(model->overlays[overlay].title)),
                  NULL);
    row = contents_notes(book, sheet, row + 1);
    book_text(book, sheet, row++, 0, S("Sheets"), book->heading);
    for (size_t i = 1; i < book->name_count; i++) {
        struct slice link = arena_format(book->arena, "internal:'%.*s'!A1", PRINT(book->names[i]));
        (void)book_fault(book, worksheet_write_url_opt(sheet, row++, 0, arena_cstr(book->arena, link), NULL,
                                                       arena_cstr(book->arena, book->names[i]), NULL));
    }
    row++;
    book_text(book, sheet, row++, 0, S("Sources"), book->heading);
    for (size_t i = 0; i < model->source_count; i++) {
        const struct plan_source *source = &model->sources[i];
        book_text(book, sheet, row++, 0,
                  arena_format(book->arena, "%.*s: %.*s%s", PRINT(source->name), PRINT(source->title),
                               source->fitted ? " (fitted)" : ""),
                  source->fitted ? book->fitted_label : book->wrapped);
    }
}

/* ---- Making it ---- */

static void properties(struct book *book, const struct plan_export_options *options)
{
    lxw_doc_properties about = {.title = arena_cstr(book->arena, book->model->title),
                                .author = (char *)"Staithe",
                                .created = (time_t)(options->now / 1000)};
    (void)book_fault(book, workbook_set_properties(book->workbook, &about));
}

static bool fill(struct book *book, const struct plan_export_options *options)
{
    struct slice name;
    (void)plan_compute_all(book->evaluation);
    book->fitted = plan_fitted(book->evaluation, book->arena);
    make_formats(book);
    properties(book, options);
    lxw_worksheet *first = book_sheet(book, S("Contents"), &name);
    book->givens = book_sheet(book, slice_of(book_givens), &name);
    book->computed = book_sheet(book, slice_of(book_computed), &name);
    book->workings = book_sheet(book, slice_of(book_workings), &name);
    if (book->failed)
        return false;
    book_cells(book);
    book_tables(book);
    book_checks(book);
    book_registers(book);
    contents(book, first);
    return !book->failed;
}

static bool read_back(int file, struct arena *arena, struct slice *ret, struct error *err)
{
    struct stat about;
    if (fstat(file, &about) != 0)
        return error_set(err, ERROR_IO, "the workbook in memory cannot be read back");
    char *bytes = arena_large(arena, (size_t)about.st_size + 1);
    for (size_t at = 0; at < (size_t)about.st_size;) {
        ssize_t got = pread(file, bytes + at, (size_t)about.st_size - at, (off_t)at);
        if (got <= 0)
            return error_set(err, ERROR_IO, "the workbook in memory cannot be read back");
        at += (size_t)got;
    }
    *ret = slice_from(bytes, (size_t)about.st_size);
    return true;
}

bool plan_export_xlsx(struct plan_evaluation *evaluation, const struct plan_export_options *options,
                      struct arena *arena, struct slice *ret_bytes, struct error *err)
{
    struct book book = {
        .evaluation = evaluation, .model = plan_evaluation_model(evaluation), .arena = arena, .err = err};
    int file = memfd_create("staithe-workbook", MFD_CLOEXEC);
    if (file < 0)
        return error_set(err, ERROR_IO, "there is no memory for the workbook");
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    book.workbook = workbook_new(path);
    bool done = fill(&book, options);
    lxw_error closed = workbook_close(book.workbook);
    done = done && book_fault(&book, closed) && read_back(file, arena, ret_bytes, err);
    (void)close(file);
    return done;
}
