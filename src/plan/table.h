/* table.h: tables as the council prints them: every figure with its exact value, what is shown, what it opens to, and
 * what the source printed.
 *
 * Rounding happens here and nowhere else. A row is `each` (the exact value, rounded once) or `printed` (the rounded
 * parts, added up): the parts are the rows above for a total without formula, else the terms that the row's formula
 * adds and subtracts. A printed figure (`prints`) that differs is an anomaly that the model declares with its bound and
 * reason, or a rounding: a difference that the rounding of the inputs (`source … rounded to`) can explain, with the
 * bound computed; or else it is a fault. */
#ifndef STAITHE_PLAN_TABLE_H
#define STAITHE_PLAN_TABLE_H

#include "base/json.h"
#include "plan/evaluate.h"

enum plan_agreement {
    PLAN_NOT_PRINTED, /* the source prints nothing here */
    PLAN_AGREES,
    PLAN_ROUNDING,  /* differs within the bound that rounded inputs explain */
    PLAN_ANOMALOUS, /* differs as a declared anomaly says */
    PLAN_DISAGREES, /* differs otherwise: a fault of the model */
};

struct plan_figure {
    enum plan_state state;
    struct number exact;   /* before rounding; of a `printed` sum, the exact sum */
    struct number rounded; /* as shown */
    struct slice shown;    /* "44.722", "" without a value */
    plan_cell cell;        /* to open; PLAN_NONE for a plain total */
    enum plan_agreement agreement;
    struct number prints; /* of the source */
    struct number bound;  /* of PLAN_ROUNDING and PLAN_ANOMALOUS */
    struct slice reason;  /* of PLAN_ANOMALOUS */
    bool printed;         /* by the sum of rounded parts */
    bool typed;           /* a given that was typed in from the very place that the table names */
};

struct plan_sheet {
    const struct plan_table *table;
    struct plan_figure *figures;                                 /* row × column, row by row */
    size_t compared, agreeing, rounding, anomalous, disagreeing; /* without the typed ones that agree */
    size_t typed, agreeing_each; /* agreeing_each: if every figure were rounded on its own */
    bool parts_differ;           /* some shown total is not the sum of its shown parts: a footnote is due */
};

/* Computes the table. Lives in the arena. */
void plan_table_make(struct plan_evaluation *evaluation, const struct plan_table *table, struct arena *arena,
                     struct plan_sheet *ret);
/* Whether the total in line `total`, which has no formula, adds up this line: a subtotal those since the last one, a
 * total all since the last total. */
bool plan_table_adds(const struct plan_table *table, size_t total, size_t row);
/* The cell of a row of the model (the line's own, or another) that belongs where line and column meet. */
plan_cell plan_table_cell(const struct plan_model *model, const struct plan_table_row *row, uint32_t number,
                          const struct plan_table_column *column);
const struct plan_figure *plan_sheet_at(const struct plan_sheet *sheet, size_t row, size_t column);

void plan_table_text(const struct plan_model *model, const struct plan_sheet *sheet, struct buffer *out);
/* One object, as a value where json stands. */
void plan_table_json(const struct plan_model *model, const struct plan_sheet *sheet, struct json *json);

#endif
