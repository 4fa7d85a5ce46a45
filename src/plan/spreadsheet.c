/* Every operation but a lone sum stands in brackets of its own, so that no rule of precedence has to be trusted: in
 * spreadsheets -2^2 is 4. */
#include "plan/spreadsheet.h"

#include <stdio.h>

typedef struct spreadsheet_writer writer;

void spreadsheet_address(uint32_t row, uint32_t column, struct buffer *out)
{
    char letters[8];
    size_t at = sizeof letters;
    for (uint32_t left = column + 1; left; left = (left - 1) / 26)
        letters[--at] = (char)('A' + (left - 1) % 26);
    buffer_add(out, slice_from(letters + at, sizeof letters - at));
    buffer_format(out, "%u", row + 1);
}

static void put_place(const writer *w, const struct spreadsheet_place *place)
{
    if (place->sheet != w->home)
        buffer_format(w->out, "%s!", place->sheet);
    spreadsheet_address(place->row, place->column, w->out);
}

void spreadsheet_reference(const struct spreadsheet_writer *w, plan_cell cell)
{
    struct spreadsheet_place place = w->place(w->context, cell);
    if (place.sheet)
        put_place(w, &place);
    else
        buffer_add(w->out, S("NA()"));
}

void spreadsheet_number(struct number value, struct buffer *out)
{
    struct slice text = number_text(out->arena, number_plain(out->arena, value));
    if (text.len <= 16)
        buffer_add(out, text);
    else
        buffer_format(out, "%.17g", number_real(value));
}

/* The decimals of a step that is a power of ten, such as 3 of 0.001; false for others. */
static bool step_places(struct number step, struct arena *arena, int *ret)
{
    for (int places = -9; places <= 15; places++)
        if (number_equal(step, number_shift(arena, NUMBER_ONE, -places))) {
            *ret = places;
            return true;
        }
    return false;
}

void spreadsheet_round_begin(struct number step, struct buffer *out)
{
    int places;
    if (!step_places(step, out->arena, &places))
        buffer_add_byte(out, '(');
    buffer_add(out, S("ROUND("));
}

void spreadsheet_round_end(struct number step, struct buffer *out)
{
    int places;
    if (step_places(step, out->arena, &places)) {
        buffer_format(out, ",%d)", places);
        return;
    }
    buffer_add_byte(out, '/');
    spreadsheet_number(step, out);
    buffer_add(out, S(",0)*"));
    spreadsheet_number(step, out);
    buffer_add_byte(out, ')');
}

/* ---- Sums ---- */

static bool all_cells(const struct plan_term *term)
{
    for (size_t i = 0; i < term->part_count; i++)
        if (term->parts[i]->kind != PLAN_TERM_CELL)
            return false;
    return true;
}

/* How many of the cells from `from` on lie in one line downwards (or to the right) without a gap. */
static size_t run_length(const writer *w, const struct plan_term *term, size_t from, bool down)
{
    struct spreadsheet_place first = w->place(w->context, term->parts[from]->cell);
    size_t length = 1;
    for (; first.sheet && from + length < term->part_count; length++) {
        struct spreadsheet_place next = w->place(w->context, term->parts[from + length]->cell);
        if (next.sheet != first.sheet || next.row != first.row + (down ? length : 0) ||
            next.column != first.column + (down ? 0 : length))
            break;
    }
    return length;
}

/* A function takes at most 255 arguments: then sums stand within the sum. */
static void sum_cells(const writer *w, const struct plan_term *term)
{
    enum { ARGUMENTS = 200 };
    size_t arguments = 0;
    bool nested = term->part_count > ARGUMENTS;
    buffer_add(w->out, nested ? S("SUM(SUM(") : S("SUM("));
    for (size_t i = 0; i < term->part_count;) {
        size_t down = run_length(w, term, i, true), right = run_length(w, term, i, false);
        size_t length = down > right ? down : right;
        if (arguments)
            buffer_add(w->out, arguments % ARGUMENTS ? S(",") : S("),SUM("));
        arguments++;
        spreadsheet_reference(w, term->parts[i]->cell);
        if (length > 1) {
            struct spreadsheet_place last = w->place(w->context, term->parts[i + length - 1]->cell);
            buffer_add_byte(w->out, ':');
            spreadsheet_address(last.row, last.column, w->out);
        }
        i += length;
    }
    buffer_add(w->out, nested ? S("))") : S(")"));
}

/* ---- Operations ---- */

static void joined(const writer *w, const struct plan_term *term, const char *sign)
{
    for (size_t i = 0; i < term->part_count; i++) {
        if (i)
            buffer_add(w->out, slice_of(sign));
        spreadsheet_formula(w, term->parts[i]);
    }
}

static void called(const writer *w, const struct plan_term *term, const char *name)
{
    buffer_format(w->out, "%s(", name);
    joined(w, term, ",");
    buffer_add_byte(w->out, ')');
}

static const char *comparison(enum plan_operation operation)
{
    switch (operation) {
    case PLAN_OP_EQUAL:
        return "=";
    case PLAN_OP_DIFFERENT:
        return "<>";
    case PLAN_OP_LESS:
        return "<";
    case PLAN_OP_LESS_EQUAL:
        return "<=";
    case PLAN_OP_GREATER:
        return ">";
    case PLAN_OP_GREATER_EQUAL:
        return ">=";
    default:
        return NULL;
    }
}

static void condition(const writer *w, const struct plan_term *term)
{
    const char *sign = term->kind == PLAN_TERM_OPERATION ? comparison(term->operation) : NULL;
    if (sign)
        joined(w, term, sign);
    else {
        spreadsheet_formula(w, term);
        buffer_add(w->out, S("<>0"));
    }
}

static void choice(const writer *w, const struct plan_term *term)
{
    buffer_add(w->out, S("IF("));
    condition(w, term->parts[0]);
    buffer_add_byte(w->out, ',');
    spreadsheet_formula(w, term->parts[1]);
    buffer_add_byte(w->out, ',');
    spreadsheet_formula(w, term->parts[2]);
    buffer_add_byte(w->out, ')');
}

/* The step is a number nearly always; where it is a cell there is no power of ten to see. */
static void rounded(const writer *w, const struct plan_term *term)
{
    bool ratio = term->operation == PLAN_OP_ROUND_RATIO;
    const struct plan_term *step = term->parts[ratio ? 2 : 1];
    bool known = step->kind == PLAN_TERM_NUMBER;
    if (known)
        spreadsheet_round_begin(step->value, w->out);
    else
        buffer_add(w->out, S("(ROUND("));
    spreadsheet_formula(w, term->parts[0]);
    if (ratio) {
        buffer_add_byte(w->out, '/');
        spreadsheet_formula(w, term->parts[1]);
    }
    if (known) {
        spreadsheet_round_end(step->value, w->out);
        return;
    }
    buffer_add_byte(w->out, '/');
    spreadsheet_formula(w, step);
    buffer_add(w->out, S(",0)*"));
    spreadsheet_formula(w, step);
    buffer_add_byte(w->out, ')');
}

static void in_brackets(const writer *w, const struct plan_term *term, const char *before, const char *sign)
{
    buffer_format(w->out, "%s(", before);
    joined(w, term, sign);
    buffer_add_byte(w->out, ')');
}

static void operation(const writer *w, const struct plan_term *term)
{
    switch (term->operation) {
    case PLAN_OP_NEGATE:
        in_brackets(w, term, "(-", "");
        buffer_add_byte(w->out, ')');
        return;
    case PLAN_OP_ABSOLUTE:
        called(w, term, "ABS");
        return;
    case PLAN_OP_NOT:
        in_brackets(w, term, "IF", "");
        w->out->len--; /* IF(x … =0,1,0) */
        buffer_add(w->out, S("=0,1,0)"));
        return;
    case PLAN_OP_SHIFT:
        in_brackets(w, term, "(", "");
        buffer_add_byte(w->out, term->places < 0 ? '/' : '*');
        spreadsheet_number(number_shift(w->out->arena, NUMBER_ONE, term->places < 0 ? -term->places : term->places),
                           w->out);
        buffer_add_byte(w->out, ')');
        return;
    case PLAN_OP_ADD:
        if (term->part_count > 2 && all_cells(term))
            sum_cells(w, term);
        else
            in_brackets(w, term, "", "+");
        return;
    case PLAN_OP_SUBTRACT:
        in_brackets(w, term, "", "-");
        return;
    case PLAN_OP_MULTIPLY:
        in_brackets(w, term, "", "*");
        return;
    case PLAN_OP_MIN:
        called(w, term, "MIN");
        return;
    case PLAN_OP_MAX:
        called(w, term, "MAX");
        return;
    case PLAN_OP_ROUND:
    case PLAN_OP_ROUND_RATIO:
        rounded(w, term);
        return;
    case PLAN_OP_RATIO:
        buffer_add(w->out, S("ROUND("));
        joined(w, term, "/");
        buffer_format(w->out, ",%d)", term->places);
        return;
    default:
        buffer_add(w->out, S("IF("));
        condition(w, term);
        buffer_add(w->out, S(",1,0)"));
        return;
    }
}

void spreadsheet_formula(const struct spreadsheet_writer *w, const struct plan_term *term)
{
    switch (term->kind) {
    case PLAN_TERM_NUMBER:
        if (number_sign(term->value) < 0)
            buffer_add_byte(w->out, '(');
        spreadsheet_number(term->value, w->out);
        if (number_sign(term->value) < 0)
            buffer_add_byte(w->out, ')');
        return;
    case PLAN_TERM_CELL:
        spreadsheet_reference(w, term->cell);
        return;
    case PLAN_TERM_MISSING:
        buffer_add(w->out, S("NA()"));
        return;
    case PLAN_TERM_CHOICE:
        choice(w, term);
        return;
    case PLAN_TERM_OPERATION:
        operation(w, term);
        return;
    }
}

/* ---- Printed lines ---- */

static bool splits(const struct plan_term *term)
{
    return term->kind == PLAN_TERM_OPERATION &&
           (term->operation == PLAN_OP_ADD || term->operation == PLAN_OP_SUBTRACT || term->operation == PLAN_OP_NEGATE);
}

static void parts(const writer *w, const struct plan_term *term, struct number step, bool negative)
{
    if (!splits(term)) {
        buffer_add_byte(w->out, negative ? '-' : '+');
        spreadsheet_round_begin(step, w->out);
        spreadsheet_formula(w, term);
        spreadsheet_round_end(step, w->out);
        return;
    }
    for (size_t i = 0; i < term->part_count; i++)
        parts(w, term->parts[i], step,
              negative != (term->operation == PLAN_OP_NEGATE || (term->operation == PLAN_OP_SUBTRACT && i == 1)));
}

void spreadsheet_formula_of_parts(const struct spreadsheet_writer *w, const struct plan_term *term, struct number step)
{
    /* The outer rounding takes off what binary fractions leave when rounded parts are added. */
    spreadsheet_round_begin(step, w->out);
    parts(w, term, step, false);
    spreadsheet_round_end(step, w->out);
}
