/* export.h: a plan for other programs and for paper: each table as CSV, the whole as one workbook with live formulas,
 * the whole as one page that prints as a budget book.
 *
 * What is written is the evaluation's state: the plan's own, or a scenario's. Everything is made in memory (the caller
 * writes it by host_write_file or sends it), and the same state gives the same bytes: the time stands in the options.
 * Figures that rest on givens whose source is declared `fitted` are marked wherever they are shown; they are not
 * the council's. */
#ifndef STAITHE_PLAN_EXPORT_H
#define STAITHE_PLAN_EXPORT_H

#include "plan/check.h"

/* ---- Fitted ---- */

/* For each cell of the model: is it a given whose source is fitted, or does it depend on one. */
const bool *plan_fitted(struct plan_evaluation *evaluation, struct arena *arena);

/* ---- CSV ---- */

/* A table as it is printed: figures rounded as shown, without commas; words that a spreadsheet would run as a formula
 * are defused. */
void plan_export_csv(const struct plan_model *model, const struct plan_sheet *sheet, struct buffer *out);

/* ---- Workbook ---- */

struct plan_export_options {
    int64_t now;    /* milliseconds since 1970: stands in the file as the time it was made */
    bool pictures;  /* HTML: with the pictures; a tornado takes one computation a given */
    uint64_t draws; /* HTML: of the simulation, when the plan declares risks; 0: none */
    uint64_t seed;
    unsigned threads;
};

/* An XLSX workbook: the contents; the givens with their sources; all computed rows with formulas that refer to cells;
 * the workings of tables and checks; the checks; the registers; a sheet a table, as printed (ROUND where a line says
 * so) beside the exact values. Cached values are the engine's. ERROR_TOO_BIG when it is more than a sheet holds. */
bool plan_export_xlsx(struct plan_evaluation *evaluation, const struct plan_export_options *options,
                      struct arena *arena, struct slice *ret_bytes, struct error *err) MUST_USE;

/* ---- Budget book ---- */

/* One HTML file that needs nothing else and prints on A4: the tables with their footnotes, the pictures with theirs,
 * the checks, registers, formulas, givens and sources, and the digests of the files it was made from. */
void plan_export_html(struct plan_evaluation *evaluation, const struct plan_export_options *options,
                      struct arena *arena, struct buffer *out);

#endif
