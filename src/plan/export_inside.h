/* export_inside.h: the workbook while it is made; inside plan/export_xlsx*.c. */
#ifndef STAITHE_PLAN_EXPORT_INSIDE_H
#define STAITHE_PLAN_EXPORT_INSIDE_H

#include "plan/export.h"
#include "plan/spreadsheet.h"

#include <xlsxwriter.h>

enum book_look { BOOK_PLAIN, BOOK_BOLD, BOOK_TOTAL, BOOK_FITTED, BOOK_LOOKS };

struct book_format {
    int32_t places;
    bool percent;
    enum book_look look;
    lxw_format *format;
};

/* Where a row's tuple stands on the sheets; 0: not. */
struct book_line {
    uint32_t given, computed;
};

struct book {
    struct plan_evaluation *evaluation;
    const struct plan_model *model;
    struct arena *arena;
    struct error *err; /* the first fault */
    bool failed;
    lxw_workbook *workbook;
    lxw_worksheet *givens, *computed, *workings;
    lxw_format *heading, *figure_heading, *title, *wrapped, *total_label, *fitted_label;
    struct book_format *formats;
    size_t format_count, format_capacity;
    size_t *first_line; /* of each row, in lines */
    struct book_line *lines;
    const bool *fitted;
    struct slice *names; /* of the sheets so far, in capitals */
    size_t name_count, name_capacity;
};

extern const char *const book_givens, *const book_computed, *const book_workings;

/* Columns of the three sheets of cells. */
enum { BOOK_NAME, BOOK_TITLE, BOOK_UNIT, BOOK_ALWAYS, BOOK_YEARS };

bool book_fault(struct book *book, lxw_error code);
lxw_format *book_format(struct book *book, const struct plan_unit *unit, enum book_look look);
/* A sheet with a name that is allowed and not taken: "Table 5 %" stays, "Table 1/2" becomes "Table 1-2". */
lxw_worksheet *book_sheet(struct book *book, struct slice name, struct slice *ret_name);
void book_text(struct book *book, lxw_worksheet *sheet, uint32_t row, uint32_t column, struct slice text,
               lxw_format *format);
struct spreadsheet_place book_place(const void *context, plan_cell cell); /* context: the book */
/* Writes "=" and the formula with the engine's value beside it. */
void book_formula(struct book *book, lxw_worksheet *sheet, uint32_t row, uint32_t column, struct slice formula,
                  struct number value, lxw_format *format);

void book_cells(struct book *book);  /* the sheets of givens, computed rows, workings */
void book_tables(struct book *book); /* a sheet each */
void book_checks(struct book *book);
void book_registers(struct book *book);

#endif
