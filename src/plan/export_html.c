/* The budget book: one file, no script, nothing fetched. On paper each table keeps together where it fits a page and
 * repeats its heading where it does not; pages are numbered by the style sheet, where the browser can. */
#include "plan/export.h"

#include "base/hash.h"
#include "base/markup.h"
#include "plan/picture.h"
#include "plan/unroll.h"

#include <stdio.h>

struct book {
    struct plan_evaluation *evaluation;
    const struct plan_model *model;
    const struct plan_export_options *options;
    struct arena *arena;
    struct buffer *out;
    const bool *fitted;
    size_t pictures; /* so far: their ids */
};

static const struct slice style = S_INIT(
    "@page{size:A4;margin:18mm 15mm 20mm;@bottom-right{content:counter(page) \" / \" counter(pages);font-size:9pt}"
    "@bottom-left{content:string(plan);font-size:9pt}}"
    "html{font:16px/1.45 system-ui,sans-serif;color:#1d2733;background:#fff}"
    "body{max-width:60rem;margin:0 auto;padding:1rem}"
    "h1{font-size:1.9rem;line-height:1.2}h2{font-size:1.4rem;margin-top:2.4rem;border-bottom:2px solid #1d2733}"
    "h3{font-size:1.1rem}a{color:#1d4f91}"
    ".scroll{overflow-x:auto}"
    "table{border-collapse:collapse;margin:1rem 0;font-size:.93rem;min-width:20rem}"
    "caption{text-align:left;font-weight:600;padding:.3rem 0}"
    "th,td{padding:.25rem .6rem;border-bottom:1px solid #d5dbe1;text-align:left;vertical-align:top}"
    "thead th{border-bottom:2px solid #1d2733;vertical-align:bottom}"
    "th[scope=row]{font-weight:400}"
    ".figure{text-align:right;font-variant-numeric:tabular-nums}td.figure{white-space:nowrap}"
    "tbody th{min-width:8rem}"
    ".subtotal th,.subtotal td{font-weight:600;border-top:1px solid #1d2733}"
    ".total th,.total td{font-weight:700;border-top:2px solid #1d2733;border-bottom:2px solid #1d2733}"
    ".heading th{font-weight:700;padding-top:.8rem}"
    ".note{font-size:.88rem;margin:.2rem 0;max-width:48rem}"
    ".warning{border-left:6px solid #b3472a;padding:.4rem .8rem}"
    "figure{margin:1.5rem 0;break-inside:avoid}figure svg{width:100%;max-width:32rem;height:auto;display:block}"
    "figcaption{font-weight:600;margin-bottom:.4rem}"
    "code{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}"
    "@media print{html{font-size:10pt}body{max-width:none;padding:0}.scroll{overflow:visible}"
    "h1{string-set:plan "
    "content()}h2{break-before:page}h2,h3,caption{break-after:avoid}thead{display:table-header-group}"
    "tr{break-inside:avoid}table{font-size:8.5pt}th,td{padding:.15rem .35rem}figure svg{max-width:120mm}"
    "a{color:inherit;text-decoration:none}}");

/* ---- Small words ---- */

static void tag(struct book *b, const char *open, struct slice text, const char *close)
{
    buffer_add(b->out, slice_of(open));
    markup_escape(b->out, text);
    buffer_add(b->out, slice_of(close));
}

static void heading(struct book *b, const char *id, struct slice text)
{
    buffer_format(b->out, "<h2 id=\"%s\">", id);
    markup_escape(b->out, text);
    buffer_add(b->out, S("</h2>\n"));
}

static bool is_fitted(const struct book *b, plan_cell cell)
{
    return cell != PLAN_NONE && b->fitted[cell];
}

static bool any_fitted(const struct plan_model *model)
{
    for (size_t i = 0; i < model->source_count; i++)
        if (model->sources[i].fitted)
            return true;
    return false;
}

/* ---- Tables ---- */

static const struct plan_unit *unit_at(const struct plan_table *table, size_t row, size_t column)
{
    const struct plan_table_column *c = &table->columns[column];
    if (c->kind == PLAN_COLUMN_FORMULA)
        return &c->unit;
    if (c->kind == PLAN_COLUMN_TOTAL && column > 0)
        return unit_at(table, row, column - 1);
    return &table->rows[row].unit;
}

static void table_row(struct book *b, const struct plan_sheet *sheet, size_t r, bool *ret_marked)
{
    static const char *const classes[] = {"", " class=\"subtotal\"", " class=\"total\"", " class=\"heading\""};
    const struct plan_table_row *row = &sheet->table->rows[r];
    buffer_format(b->out, "<tr%s>", classes[row->role]);
    tag(b, row->role == PLAN_TABLE_TITLE ? "<th scope=\"rowgroup\">" : "<th scope=\"row\">", row->label, "</th>");
    for (size_t c = 0; c < sheet->table->column_count; c++) {
        const struct plan_figure *figure = plan_sheet_at(sheet, r, c);
        bool marked = figure->state == PLAN_HAS_VALUE && is_fitted(b, figure->cell);
        *ret_marked = *ret_marked || marked;
        tag(b, "<td class=\"figure\">", figure->state == PLAN_HAS_FAILED ? S("cannot be computed") : figure->shown,
            marked ? "<sup>‡</sup></td>" : "</td>");
    }
    buffer_add(b->out, S("</tr>\n"));
}

static void differences(struct book *b, const struct plan_sheet *sheet)
{
    const struct plan_table *table = sheet->table;
    for (size_t r = 0; r < table->row_count; r++)
        for (size_t c = 0; c < table->column_count; c++) {
            const struct plan_figure *f = plan_sheet_at(sheet, r, c);
            if (f->agreement == PLAN_NOT_PRINTED || f->agreement == PLAN_AGREES)
                continue;
            const struct plan_unit *unit = unit_at(table, r, c);
            struct slice why = f->agreement == PLAN_ROUNDING    ? S("the rounding of the parts explains it")
                               : f->agreement == PLAN_ANOMALOUS ? f->reason
                                                                : S("nothing explains it");
            struct slice words =
                arena_format(b->arena, "%.*s, %.*s: computed %.*s, the source prints %.*s: %.*s.",
                             PRINT(table->rows[r].label), PRINT(table->columns[c].label), PRINT(f->shown),
                             PRINT(plan_shown(unit, f->prints, b->arena)), PRINT(why));
            tag(b, "<p class=\"note\">", words, "</p>\n");
        }
}

static void table_notes(struct book *b, const struct plan_sheet *sheet, bool marked)
{
    const struct plan_table *table = sheet->table;
    if (sheet->parts_differ)
        tag(b, "<p class=\"note\">",
            S("Figures are rounded one by one, so a total may differ from the sum of what is shown."), "</p>\n");
    if (marked)
        tag(b, "<p class=\"note\">", S("‡ rests on fitted figures, which are not the council's."), "</p>\n");
    if (table->note.len)
        tag(b, "<p class=\"note\">", table->note, "</p>\n");
    if (table->origin.source != PLAN_NONE)
        tag(b, "<p class=\"note\">",
            arena_format(b->arena, "Source: %.*s, %.*s.", PRINT(b->model->sources[table->origin.source].title),
                         PRINT(table->origin.where)),
            "</p>\n");
    differences(b, sheet);
}

static void one_table(struct book *b, const struct plan_table *table)
{
    struct plan_sheet sheet;
    bool marked = false;
    plan_table_make(b->evaluation, table, b->arena, &sheet);
    buffer_add(b->out, S("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Table, scrolls "
                         "sideways\"><table><caption>"));
    bool money = table->row_count && table->rows[0].unit.kind == PLAN_UNIT_MONEY;
    markup_escape(b->out, arena_format(b->arena, "Table %.*s: %.*s%s%.*s", PRINT(table->name), PRINT(table->title),
                                       money ? ", " : "", PRINT(money ? table->rows[0].unit.name : NO_SLICE)));
    buffer_add(b->out, S("</caption><thead><tr><td></td>"));
    for (size_t c = 0; c < table->column_count; c++)
        tag(b, "<th scope=\"col\" class=\"figure\">", table->columns[c].label, "</th>");
    buffer_add(b->out, S("</tr></thead><tbody>\n"));
    for (size_t r = 0; r < table->row_count; r++)
        table_row(b, &sheet, r, &marked);
    buffer_add(b->out, S("</tbody></table></div>\n"));
    table_notes(b, &sheet, marked);
}

/* ---- Pictures ---- */

static void picture(struct book *b, const struct plan_picture *p)
{
    tag(b, "<figure><figcaption>", p->title, "</figcaption>");
    buffer_add(b->out, p->svg);
    buffer_add(b->out,
               S("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Table, scrolls sideways\">"));
    plan_grid_html(&p->grid, b->out);
    buffer_add(b->out, S("</div></figure>\n"));
}

static struct slice next_id(struct book *b)
{
    return arena_format(b->arena, "picture-%zu", ++b->pictures);
}

/* The table's first total that is not nothing: its column, and the cell behind it. */
static bool total_of(struct book *b, uint32_t table, size_t *ret_column, plan_cell *ret_cell)
{
    const struct plan_table *t = &b->model->tables[table];
    struct plan_sheet sheet;
    size_t lines = 0;
    plan_table_make(b->evaluation, t, b->arena, &sheet);
    for (size_t r = 0; r < t->row_count; r++) {
        lines += t->rows[r].role == PLAN_TABLE_LINE;
        for (size_t c = 0; t->rows[r].role == PLAN_TABLE_TOTAL && c < t->column_count; c++) {
            const struct plan_figure *figure = plan_sheet_at(&sheet, r, c);
            if (t->columns[c].kind != PLAN_COLUMN_YEAR || figure->state != PLAN_HAS_VALUE ||
                figure->cell == PLAN_NONE || !number_sign(figure->exact) || lines < 2)
                continue;
            *ret_column = c;
            *ret_cell = figure->cell;
            return true;
        }
    }
    return false;
}

static bool main_total(struct book *b, uint32_t *ret_table, size_t *ret_column, plan_cell *ret_cell)
{
    for (uint32_t i = 0; i < b->model->table_count; i++)
        if (total_of(b, i, ret_column, ret_cell)) {
            *ret_table = i;
            return true;
        }
    return false;
}

/* A row's cells of all years with a value. */
static size_t years_of(struct book *b, plan_cell cell, plan_cell *ret)
{
    uint32_t number;
    struct plan_binding binding;
    size_t count = 0;
    plan_cell_parts(b->model, cell, &number, &binding);
    for (int32_t year = 0; year < b->model->rows[number].years; year++) {
        struct number value;
        plan_cell at = plan_cell_at(b->model, number, binding.slots, year);
        if (plan_value(b->evaluation, at, &value) == PLAN_HAS_VALUE)
            ret[count++] = at;
    }
    return count;
}

static bool draws_a_path(const struct plan_model *model, const struct plan_check *check)
{
    return check->right != PLAN_NONE && model->rows[check->left].set_count == 0 && !model->rows[check->left].always &&
           check->is_rule && check->compare != PLAN_OP_EQUAL && check->compare != PLAN_OP_DIFFERENT;
}

static void paths(struct book *b)
{
    for (uint32_t i = 0; i < b->model->check_count; i++) {
        struct plan_picture p;
        struct error none = NO_ERROR;
        if (draws_a_path(b->model, &b->model->checks[i]) &&
            plan_picture_path(b->evaluation, i, next_id(b), b->arena, &p, &none))
            picture(b, &p);
    }
}

/* The main total and what the rules with a limit are about, in all years. */
static void simulated_cells(struct book *b, plan_cell total, struct plan_draw_request *request)
{
    const struct plan_model *model = b->model;
    plan_cell *cells = arena_array(b->arena, plan_cell, (model->check_count + 1) * (size_t)model->year_count);
    uint32_t *checks = arena_array(b->arena, uint32_t, model->check_count + 1);
    *request = (struct plan_draw_request){.cells = cells, .checks = checks};
    request->cell_count = years_of(b, total, cells);
    for (uint32_t i = 0; i < model->check_count; i++) {
        const struct plan_check *check = &model->checks[i];
        if (!draws_a_path(model, check))
            continue;
        checks[request->check_count++] = i;
        const struct plan_term *side =
            plan_unroll(b->evaluation, model->rows[check->left].first + (plan_cell)check->region.from, b->arena);
        if (side->kind == PLAN_TERM_CELL)
            request->cell_count += years_of(b, side->cell, cells + request->cell_count);
    }
}

static void fans(struct book *b, const struct plan_simulation *done)
{
    uint32_t last = PLAN_NONE;
    for (size_t i = 0; i < done->spread_count; i++) {
        struct plan_picture p;
        struct error none = NO_ERROR;
        uint32_t row;
        struct plan_binding binding;
        plan_cell_parts(b->model, done->spreads[i].cell, &row, &binding);
        if (!done->spreads[i].varies || row == last)
            continue;
        last = row;
        if (plan_picture_fan(b->model, done, done->spreads[i].cell, next_id(b), b->arena, &p, &none))
            picture(b, &p);
    }
}

static void simulation(struct book *b, plan_cell total)
{
    const struct plan_model *model = b->model;
    struct plan_draw_request request;
    struct plan_draws *draws;
    struct plan_simulation done;
    struct error err = NO_ERROR;
    if (model->risk_count == 0 || b->options->draws == 0)
        return;
    simulated_cells(b, total, &request);
    if (!plan_draws_make(b->evaluation, &request, b->arena, &draws, &err) ||
        !plan_simulate(draws, b->options->draws, b->options->seed, b->options->threads, b->arena, &done, &err)) {
        tag(b, "<p class=\"warning\">", arena_format(b->arena, "The risks could not be drawn: %s.", err.text),
            "</p>\n");
        return;
    }
    fans(b, &done);
    struct plan_grid grid = plan_likelihoods_grid(model, &done, b->arena);
    if (grid.row_count) {
        buffer_add(b->out,
                   S("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Table, scrolls sideways\">"));
        plan_grid_html(&grid, b->out);
        buffer_add(b->out, S("</div>\n"));
    }
}

static void scenarios(struct book *b, plan_cell total)
{
    uint32_t *overlays = arena_array(b->arena, uint32_t, b->model->overlay_count + 1);
    size_t count = 0;
    struct plan_comparison comparison;
    struct plan_picture p;
    overlays[count++] = PLAN_NONE;
    for (uint32_t i = 0; i < b->model->overlay_count; i++)
        overlays[count++] = i;
    if (count == 1)
        return;
    plan_compare(b->model, &total, 1, overlays, count, b->arena, &comparison);
    plan_picture_scenarios(b->model, &comparison, 0, next_id(b), b->arena, &p);
    picture(b, &p);
}

static void pictures(struct book *b)
{
    uint32_t table;
    size_t column;
    plan_cell total;
    struct plan_picture p;
    struct plan_tornado tornado;
    struct plan_tornado_options options = {.share = number_of(1, 2)};
    struct error none = NO_ERROR;
    heading(b, "pictures", S("Pictures, each with its table"));
    paths(b);
    if (plan_picture_rag(b->model, PLAN_SAVINGS, PLAN_NONE, next_id(b), b->arena, &p, &none))
        picture(b, &p);
    if (!main_total(b, &table, &column, &total))
        return;
    if (plan_picture_bridge(b->evaluation, table, column, next_id(b), b->arena, &p, &none))
        picture(b, &p);
    if (plan_tornado_make(b->evaluation, total, &options, b->arena, &tornado, &none)) {
        plan_picture_tornado(b->model, &tornado, 12, next_id(b), b->arena, &p);
        picture(b, &p);
    }
    scenarios(b, total);
    simulation(b, total);
}

/* ---- Checks, registers, rows, givens, sources ---- */

static void checks(struct book *b)
{
    struct plan_report report;
    plan_check(b->evaluation, b->arena, &report);
    heading(b, "checks", S("What the plan claims of itself"));
    tag(b, "<p>",
        arena_format(b->arena,
                     "%zu comparisons were made, %zu hold. %zu figures were compared with what the sources print: %zu "
                     "agree, %zu differ by rounding, %zu as declared.",
                     report.checks, report.checks_held, report.compared, report.agreeing, report.rounding,
                     report.anomalous),
        "</p>\n");
    for (size_t i = 0; i < report.finding_count; i++)
        tag(b, "<p class=\"warning\">", report.findings[i].sentence, "</p>\n");
}

static struct slice amounts_of(struct book *b, const struct plan_entry *entry)
{
    struct buffer out = buffer_make(b->arena);
    for (size_t v = 0; v < entry->value_count; v++) {
        const struct plan_entry_value *value = &entry->values[v];
        buffer_format(&out, "%s%.*s", v ? "; " : "", PRINT(b->model->years[value->year]));
        for (size_t m = 0; m < value->member_count; m++)
            buffer_format(&out, " %.*s", PRINT(value->members[m].text));
        buffer_format(&out, " %.*s%s", PRINT(plan_shown(&entry->unit, value->value, b->arena)),
                      value->reprofile ? " (moved between years)" : "");
    }
    return buffer_slice(&out);
}

static void registers(struct book *b)
{
    static const struct slice columns[] = {S_INIT("line"),  S_INIT("title"), S_INIT("owner"),        S_INIT("RAG"),
                                           S_INIT("state"), S_INIT("EqIA"),  S_INIT("consultation"), S_INIT("amounts")};
    static const struct slice keys[] = {S_INIT("owner"), S_INIT("rag"), S_INIT("state"), S_INIT("eqia"),
                                        S_INIT("consultation")};
    if (b->model->entry_count == 0)
        return;
    heading(b, "registers", S("Registers"));
    for (int kind = 0; kind < PLAN_REGISTERS; kind++) {
        struct plan_grid grid =
            plan_grid_make(b->arena, slice_of(plan_register_words[kind]), columns, countof(columns));
        grid.words = UINT64_MAX;
        for (size_t i = 0; i < b->model->entry_count; i++) {
            const struct plan_entry *entry = &b->model->entries[i];
            if ((int)entry->kind != kind)
                continue;
            plan_grid_add(&grid, entry->id);
            plan_grid_add(&grid, entry->title);
            for (size_t k = 0; k < countof(keys); k++)
                plan_grid_add(&grid, plan_entry_get(entry, keys[k]));
            plan_grid_add(&grid, amounts_of(b, entry));
        }
        if (grid.row_count == 0)
            continue;
        buffer_add(b->out,
                   S("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Table, scrolls sideways\">"));
        plan_grid_html(&grid, b->out);
        buffer_add(b->out, S("</div>\n"));
    }
}

static void formulas(struct book *b)
{
    heading(b, "formulas", S("How the rows are computed"));
    buffer_add(b->out, S("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Table, scrolls "
                         "sideways\"><table><thead><tr><th scope=\"col\">row</th><th scope=\"col\">what it "
                         "is</th><th scope=\"col\">formula</th></tr></thead><tbody>\n"));
    for (size_t r = 0; r < b->model->row_count; r++) {
        const struct plan_row *row = &b->model->rows[r];
        if (row->hidden || row->clause_count == 0)
            continue;
        tag(b, "<tr><th scope=\"row\"><code>", row->name, "</code></th>");
        tag(b, "<td>", row->title, "</td><td>");
        for (size_t i = 0; i < row->clause_count; i++)
            tag(b, i ? "<br><code>" : "<code>", b->model->clauses[row->clauses[i]].text, "</code>");
        buffer_add(b->out, S("</td></tr>\n"));
    }
    buffer_add(b->out, S("</tbody></table></div>\n"));
}

static struct slice source_words(struct book *b, const struct plan_origin *origin)
{
    if (origin->source == PLAN_NONE)
        return arena_format(b->arena, "%.*s, line %u", PRINT(origin->file), origin->line);
    return arena_format(b->arena, "%.*s%s%.*s", PRINT(b->model->sources[origin->source].name),
                        origin->where.len ? ", " : "", PRINT(origin->where));
}

/* One line a tuple; its source is that of its first given. */
static void givens_of(struct book *b, const struct plan_row *row, size_t tuple)
{
    const struct plan_given *first = NULL;
    for (int32_t y = 0; y < row->years && !first; y++)
        first = plan_given_find(b->model, row->first + (plan_cell)((size_t)y * row->tuples + tuple));
    if (!first)
        return;
    struct slice name = plan_cell_name(b->model, first->cell, b->arena);
    bool fitted = first->origin.source != PLAN_NONE && b->model->sources[first->origin.source].fitted;
    tag(b, "<tr><th scope=\"row\"><code>", slice_part(name, 0, slice_find(name, '@')), "</code>");
    buffer_format(b->out, "%s</th>", fitted ? "<sup>‡</sup>" : "");
    for (int32_t y = 0; y < (row->always ? 1 : b->model->year_count); y++) {
        const struct plan_given *given =
            plan_given_find(b->model, row->first + (plan_cell)((size_t)y * row->tuples + tuple));
        struct slice value = given ? plan_exact(&row->unit, given->value, b->arena) : S("");
        if (row->always) {
            buffer_format(b->out, "<td class=\"figure\" colspan=\"%d\">", b->model->year_count);
            tag(b, "", value, "</td>");
        } else {
            tag(b, "<td class=\"figure\">", value, "</td>");
        }
    }
    tag(b, "<td>", row->unit.name, "</td>");
    tag(b, "<td>", source_words(b, &first->origin), "</td></tr>\n");
}

static void givens(struct book *b)
{
    heading(b, "givens", S("What was given, and by whom"));
    buffer_add(b->out, S("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Table, scrolls "
                         "sideways\"><table><thead><tr><th scope=\"col\">row</th>"));
    for (int32_t y = 0; y < b->model->year_count; y++)
        tag(b, "<th scope=\"col\" class=\"figure\">", b->model->years[y], "</th>");
    buffer_add(b->out, S("<th scope=\"col\">unit</th><th scope=\"col\">source</th></tr></thead><tbody>\n"));
    for (size_t r = 0; r < b->model->row_count; r++)
        for (size_t t = 0; b->model->rows[r].has_given && t < b->model->rows[r].tuples; t++)
            givens_of(b, &b->model->rows[r], t);
    buffer_add(b->out, S("</tbody></table></div>\n"));
}

static void sources(struct book *b)
{
    heading(b, "sources", S("Sources and files"));
    buffer_add(b->out, S("<dl>\n"));
    for (size_t i = 0; i < b->model->source_count; i++) {
        const struct plan_source *source = &b->model->sources[i];
        tag(b, "<dt><strong>", source->name, "</strong></dt>");
        tag(b, "<dd>", source->title,
            source->fitted ? " <strong>‡ fitted: not the council's</strong></dd>\n" : "</dd>\n");
    }
    buffer_add(b->out, S("</dl>\n<p>This book was made from these files (SHA-256):</p>\n<ul>\n"));
    for (size_t i = 0; i < b->model->syntax->file_count; i++) {
        struct digest digest = hash_sha256(b->model->syntax->files[i].text);
        tag(b, "<li>", b->model->syntax->files[i].path, " <code>");
        tag(b, "", digest_hex(b->arena, &digest), "</code></li>\n");
    }
    buffer_add(b->out, S("</ul>\n"));
}

/* ---- The whole ---- */

static void contents(struct book *b)
{
    static const char *const places[][2] = {{"tables", "Tables"},
                                            {"pictures", "Pictures, each with its table"},
                                            {"checks", "What the plan claims of itself"},
                                            {"registers", "Registers"},
                                            {"formulas", "How the rows are computed"},
                                            {"givens", "What was given, and by whom"},
                                            {"sources", "Sources and files"}};
    buffer_add(b->out, S("<nav aria-label=\"Contents\"><ol>\n"));
    for (size_t i = 0; i < countof(places); i++) {
        bool left_out = (slice_equal(slice_of(places[i][0]), S("pictures")) && !b->options->pictures) ||
                        (slice_equal(slice_of(places[i][0]), S("registers")) && b->model->entry_count == 0);
        if (!left_out)
            buffer_format(b->out, "<li><a href=\"#%s\">%s</a></li>\n", places[i][0], places[i][1]);
    }
    buffer_add(b->out, S("</ol></nav>\n"));
}

static void front(struct book *b)
{
    uint32_t overlay = plan_evaluation_overlay(b->evaluation);
    tag(b, "<h1>", b->model->title, "</h1>\n");
    if (overlay != PLAN_NONE)
        tag(b, "<p class=\"warning\">",
            arena_format(b->arena, "This book shows the %s “%.*s”, not the plan itself.",
                         b->model->overlays[overlay].is_version ? "version" : "scenario",
                         PRINT(b->model->overlays[overlay].title)),
            "</p>\n");
    if (any_fitted(b->model))
        tag(b, "<p class=\"warning\">",
            S("Figures with ‡ rest on inputs that were fitted so as to reproduce printed figures. They are not the "
              "council's."),
            "</p>\n");
    tag(b, "<p>",
        S("Every figure is computed exactly and rounded only where a table prints it. Where a picture or table shows "
          "estimates from draws, it says so."),
        "</p>\n");
    contents(b);
}

void plan_export_html(struct plan_evaluation *evaluation, const struct plan_export_options *options,
                      struct arena *arena, struct buffer *out)
{
    struct book b = {.evaluation = evaluation,
                     .model = plan_evaluation_model(evaluation),
                     .options = options,
                     .arena = arena,
                     .out = out,
                     .fitted = plan_fitted(evaluation, arena)};
    buffer_add(out, S("<!DOCTYPE html>\n<html lang=\"en-GB\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                      "content=\"width=device-width, initial-scale=1\"><title>"));
    markup_escape(out, b.model->title);
    buffer_add(out, S("</title><style>"));
    buffer_add(out, style);
    buffer_add(out, S("</style></head><body><main>\n"));
    front(&b);
    heading(&b, "tables", S("Tables"));
    for (size_t i = 0; i < b.model->table_count; i++)
        one_table(&b, &b.model->tables[i]);
    if (options->pictures)
        pictures(&b);
    checks(&b);
    registers(&b);
    formulas(&b);
    givens(&b);
    sources(&b);
    buffer_add(out, S("</main></body></html>\n"));
}
