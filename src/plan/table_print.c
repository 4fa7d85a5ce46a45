/* Tables as text for a terminal, and as JSON. */
#include "plan/table.h"

static size_t letters(struct slice s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; i++)
        count += (s.at[i] & 0xc0) != 0x80;
    return count;
}

static void pad(struct buffer *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buffer_add_byte(out, ' ');
}

static const char *mark_of(const struct plan_figure *f)
{
    switch (f->agreement) {
    case PLAN_ROUNDING:
        return "~";
    case PLAN_ANOMALOUS:
        return "*";
    case PLAN_DISAGREES:
        return "!";
    default:
        return " ";
    }
}

static struct slice shown_at(const struct plan_figure *f)
{
    return f->state == PLAN_HAS_FAILED ? S("fault") : f->shown;
}

static void notes(const struct plan_model *model, const struct plan_sheet *sheet, struct buffer *out)
{
    const struct plan_table *table = sheet->table;
    for (size_t i = 0; i < table->printed_count; i++) {
        const struct plan_printed *p = &table->printed[i];
        const struct plan_figure *f = plan_sheet_at(sheet, p->row, p->column);
        const struct plan_unit *unit = table->columns[p->column].kind == PLAN_COLUMN_FORMULA
                                           ? &table->columns[p->column].unit
                                           : &table->rows[p->row].unit;
        if (f->agreement == PLAN_AGREES || f->agreement == PLAN_NOT_PRINTED)
            continue;
        struct slice prints = plan_shown(unit, f->prints, out->arena);
        buffer_format(out, "%s %.*s, %.*s: the source prints %.*s", mark_of(f), PRINT(table->rows[p->row].label),
                      PRINT(table->columns[p->column].label), PRINT(prints));
        if (f->agreement == PLAN_ROUNDING)
            buffer_format(out, "; rounded inputs explain up to %.*s\n", PRINT(plan_exact(unit, f->bound, out->arena)));
        else if (f->agreement == PLAN_ANOMALOUS)
            buffer_format(out, ": %.*s\n", PRINT(f->reason));
        else
            buffer_add(out, S(", and nothing explains it\n"));
    }
    if (sheet->parts_differ)
        buffer_add(out, S("Figures are rounded one by one, so totals may differ from the sum of their parts.\n"));
    if (table->note.len)
        buffer_format(out, "%.*s\n", PRINT(table->note));
    if (table->origin.source != PLAN_NONE)
        buffer_format(out, "Source: %.*s%s%.*s\n", PRINT(model->sources[table->origin.source].title),
                      table->origin.where.len ? ", " : "", PRINT(table->origin.where));
}

void plan_table_text(const struct plan_model *model, const struct plan_sheet *sheet, struct buffer *out)
{
    const struct plan_table *table = sheet->table;
    size_t label_width = 0, widths[PLAN_COLUMNS_MAX];
    for (size_t r = 0; r < table->row_count; r++)
        if (letters(table->rows[r].label) > label_width)
            label_width = letters(table->rows[r].label);
    for (size_t c = 0; c < table->column_count; c++) {
        widths[c] = letters(table->columns[c].label);
        for (size_t r = 0; r < table->row_count; r++)
            if (letters(shown_at(plan_sheet_at(sheet, r, c))) > widths[c])
                widths[c] = letters(shown_at(plan_sheet_at(sheet, r, c)));
    }
    buffer_format(out, "Table %.*s: %.*s", PRINT(table->name), PRINT(table->title));
    if (table->row_count && table->rows[0].unit.kind == PLAN_UNIT_MONEY)
        buffer_format(out, " (%.*s)", PRINT(table->rows[0].unit.name));
    buffer_add_byte(out, '\n');
    pad(out, label_width);
    for (size_t c = 0; c < table->column_count; c++) {
        pad(out, 2 + widths[c] - letters(table->columns[c].label));
        buffer_add(out, table->columns[c].label);
        buffer_add_byte(out, ' ');
    }
    buffer_add_byte(out, '\n');
    for (size_t r = 0; r < table->row_count; r++) {
        buffer_add(out, table->rows[r].label);
        pad(out, label_width - letters(table->rows[r].label));
        for (size_t c = 0; c < table->column_count && table->rows[r].role != PLAN_TABLE_TITLE; c++) {
            const struct plan_figure *f = plan_sheet_at(sheet, r, c);
            pad(out, 2 + widths[c] - letters(shown_at(f)));
            buffer_add(out, shown_at(f));
            buffer_add(out, slice_of(mark_of(f)));
        }
        buffer_add_byte(out, '\n');
    }
    notes(model, sheet, out);
}

static void figure_json(const struct plan_model *model, const struct plan_figure *f, struct json *json,
                        struct arena *arena)
{
    static const char *const agreements[] = {NULL, "agrees", "rounding", "anomaly", "disagrees"};
    json_object(json);
    if (f->state == PLAN_HAS_VALUE) {
        json_pair_text(json, "shown", f->shown);
        json_pair_text(json, "exact", number_text(arena, f->exact));
    } else if (f->state == PLAN_HAS_FAILED)
        json_pair_bool(json, "fault", true);
    if (f->cell != PLAN_NONE)
        json_pair_text(json, "cell", plan_cell_name(model, f->cell, arena));
    if (f->printed)
        json_pair_bool(json, "sum_of_rounded_parts", true);
    if (f->agreement != PLAN_NOT_PRINTED) {
        json_pair_text(json, "prints", number_text(arena, f->prints));
        json_pair_text(json, "agreement", slice_of(agreements[f->agreement]));
    }
    if (f->agreement == PLAN_ROUNDING || f->agreement == PLAN_ANOMALOUS)
        json_pair_text(json, "bound", number_text(arena, f->bound));
    if (f->reason.len)
        json_pair_text(json, "reason", f->reason);
    json_end(json);
}

void plan_table_json(const struct plan_model *model, const struct plan_sheet *sheet, struct json *json)
{
    static const char *const roles[] = {"line", "subtotal", "total", "heading"};
    const struct plan_table *table = sheet->table;
    json_object(json);
    json_pair_text(json, "table", table->name);
    json_pair_text(json, "title", table->title);
    json_key(json, "columns");
    json_array(json);
    for (size_t c = 0; c < table->column_count; c++)
        json_text(json, table->columns[c].label);
    json_end(json);
    json_key(json, "rows");
    json_array(json);
    for (size_t r = 0; r < table->row_count; r++) {
        json_object(json);
        json_pair_text(json, "label", table->rows[r].label);
        json_pair_text(json, "role", slice_of(roles[table->rows[r].role]));
        json_pair_text(json, "unit", table->rows[r].unit.name);
        json_key(json, "figures");
        json_array(json);
        for (size_t c = 0; c < table->column_count && table->rows[r].role != PLAN_TABLE_TITLE; c++)
            figure_json(model, plan_sheet_at(sheet, r, c), json, json->out->arena);
        json_end(json);
        json_end(json);
    }
    json_end(json);
    json_pair_integer(json, "compared", (int64_t)sheet->compared);
    json_pair_integer(json, "agreeing", (int64_t)sheet->agreeing);
    json_pair_integer(json, "rounding", (int64_t)sheet->rounding);
    json_pair_integer(json, "anomalies", (int64_t)sheet->anomalous);
    json_pair_integer(json, "disagreeing", (int64_t)sheet->disagreeing);
    json_pair_bool(json, "parts_differ", sheet->parts_differ);
    json_end(json);
}
