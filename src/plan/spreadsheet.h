/* spreadspreadsheet.h: one cell's formula as a spreadsheet writes it, from its unrolled tree: "SUM(Givens!E4:E9)-F12".
 *
 * Cells that lie beside each other become ranges. round is ROUND, or ROUND(a/step,0)*step for a step such as 0.250.
 * Only functions that every spreadsheet has: SUM, ROUND, MIN, MAX, ABS, IF, NA. */
#ifndef STAITHE_PLAN_SPREADSHEET_H
#define STAITHE_PLAN_SPREADSHEET_H

#include "plan/unroll.h"

#define SPREADSHEET_FORMULA_MAX 8000 /* characters that spreadsheets take, with room to spare */

/* Where a cell stands in the workbook. */
struct spreadsheet_place {
    const char *sheet;    /* NULL: nowhere; compared by address */
    uint32_t row, column; /* from 0 */
};

struct spreadsheet_writer {
    struct spreadsheet_place (*place)(const void *context, plan_cell cell);
    const void *context;
    const char *home; /* the sheet that the formula stands on: its own cells are named without it */
    struct buffer *out;
};

/* "F12" */
void spreadsheet_address(uint32_t row, uint32_t column, struct buffer *out);
/* The cell's place, with its sheet where that is not `home`. */
void spreadsheet_reference(const struct spreadsheet_writer *writer, plan_cell cell);
/* Without the equals sign. */
void spreadsheet_formula(const struct spreadsheet_writer *writer, const struct plan_term *term);
/* The sum of the terms that the formula adds and subtracts, each rounded to the step: `printed` lines of tables. */
void spreadsheet_formula_of_parts(const struct spreadsheet_writer *writer, const struct plan_term *term,
                                  struct number step);
/* What stands before and behind an amount that is rounded to the step. */
void spreadsheet_round_begin(struct number step, struct buffer *out);
void spreadsheet_round_end(struct number step, struct buffer *out);
/* A number as a spreadsheet reads it: at most 17 digits. */
void spreadsheet_number(struct number value, struct buffer *out);

#endif
