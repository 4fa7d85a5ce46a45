/* pages_plan.c: the county's plans, one plan, its tables as the council prints them, and what it claims about itself.
 */
#include "web/pages.h"
#include "web/plan_view.h"

#include "plan/export.h"
#include "plan/table.h"

bool page_plans(struct call *call, struct error *err)
{
    struct plan_listed *list = NULL;
    size_t count;
    if (!plans_list(call->web->plans, call->session, call->arena, &list, &count, err))
        return false;
    struct page_plans_row *rows = arena_array(call->arena, struct page_plans_row, count);
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct page_plans_row){list[i].title, url_path(call->arena, "/plans/%", list[i].name), list[i].name};
    struct page_plans page = {.rows = rows, .rows_count = count};
    return call_page(call, S("Plans"), render_plans(call->arena, &page));
}

/* ---- One plan ---- */

static void put_headline(struct call *call, const struct plan_view *view, struct page_plan *page)
{
    struct plan_headline headline;
    plan_headline(view, call->arena, &headline);
    struct page_plan_cell *cells = arena_array(call->arena, struct page_plan_cell, headline.count);
    for (size_t i = 0; i < headline.count; i++)
        cells[i] = (struct page_plan_cell){headline.labels[i], plan_value_shown(view, headline.cells[i], call->arena),
                                           plan_to_cell(view, call->arena, headline.cells[i])};
    page->headline = headline.title;
    page->unit = plan_unit_words(&headline.unit);
    page->headline_years = cells;
    page->headline_years_count = headline.count;
}

static void put_tables(struct call *call, const struct plan_view *view, struct page_plan *page)
{
    const struct plan_model *model = view->model;
    struct page_plan_sheet *sheets = arena_array(call->arena, struct page_plan_sheet, model->table_count);
    for (size_t i = 0; i < model->table_count; i++) {
        const struct plan_table *table = &model->tables[i];
        sheets[i] = (struct page_plan_sheet){
            .name = table->name,
            .title = table->title,
            .to = plan_to(view, call->arena, "/tables/%", table->name, NO_SLICE),
            .words = plan_source_words(model, &table->origin, call->arena),
        };
    }
    page->tables = sheets;
    page->tables_count = model->table_count;
}

static void put_registers(struct call *call, const struct plan_view *view, struct page_plan *page)
{
    struct page_plan_kept *kept = arena_array(call->arena, struct page_plan_kept, PLAN_REGISTERS);
    for (int kind = 0; kind < PLAN_REGISTERS; kind++) {
        size_t count = 0;
        for (size_t i = 0; i < view->model->entry_count; i++)
            count += view->model->entries[i].kind == (enum plan_register)kind;
        struct slice words = words_of_count(call->arena, (int64_t)count, "row", "rows");
        if (register_locked(view->plan->journal, (enum plan_register)kind))
            words = arena_format(call->arena, "%.*s, locked", PRINT(words));
        kept[kind] = (struct page_plan_kept){
            slice_of(row_register_title((enum plan_register)kind)),
            plan_to(view, call->arena, "/registers/%", slice_of(plan_register_words[kind]), NO_SLICE), words};
    }
    page->registers = kept;
    page->registers_count = PLAN_REGISTERS;
}

static void put_timetable(struct call *call, const struct plan_view *view, struct page_plan *page)
{
    const struct plan_model *model = view->model;
    struct page_plan_step *steps = arena_array(call->arena, struct page_plan_step, model->step_count);
    for (size_t i = 0; i < model->step_count; i++)
        steps[i] = (struct page_plan_step){
            .title = model->steps[i].title,
            .when = model->steps[i].when.len ? model->steps[i].when : S("to be confirmed"),
            .tag = model->steps[i].external          ? S("Not the council's own step")
                   : model->steps[i].to_be_confirmed ? S("To be confirmed")
                                                     : NO_SLICE,
        };
    page->timetable = steps;
    page->timetable_count = model->step_count;
}

static struct slice words_of_report(struct arena *arena, const struct plan_report *report)
{
    return arena_format(arena, "%zu of %zu checks hold; of %zu figures that the papers print, %zu come out the same.",
                        report->checks_held, report->checks, report->compared, report->agreeing);
}

bool page_plan(struct call *call, struct error *err)
{
    struct plan_view view;
    struct plan_report report;
    if (!plan_asked(call, &view, err))
        return false;
    plan_check(view.evaluation, call->arena, &report);
    struct page_plan page = {
        .top = part_of_plan(call, &view, "Overview"),
        .title = view.model->title.len ? view.model->title : view.model->name,
        .checks = words_of_report(call->arena, &report),
        .checks_to = plan_to(&view, call->arena, "/checks", NO_SLICE, NO_SLICE),
        .exports = true,
        .workbook = plan_to(&view, call->arena, "/workbook.xlsx", NO_SLICE, NO_SLICE),
        .book = plan_to(&view, call->arena, "/book.html", NO_SLICE, NO_SLICE),
        .day_action = url_path(call->arena, "/plans/%", view.plan->name),
        .day = view.day,
        .made = arena_format(call->arena, "%zu figures from %zu givens and %zu formulas in %zu files.", report.values,
                             report.givens, report.formulas, view.plan->texts->count),
    };
    put_headline(call, &view, &page);
    put_tables(call, &view, &page);
    put_registers(call, &view, &page);
    put_timetable(call, &view, &page);
    return call_page(call, page.title, render_plan(call->arena, &page));
}

/* ---- A table ---- */

bool plan_sheet_asked(struct call *call, struct plan_view *view, struct plan_sheet *ret, struct error *err)
{
    if (!plan_asked(call, view, err))
        return false;
    uint32_t table = plan_table_find(view->model, request_value(call->request, S("table")));
    if (table == PLAN_NONE)
        return error_set(err, ERROR_NOT_FOUND, "the plan has no table of this name; choose one of its tables");
    plan_table_make(view->evaluation, &view->model->tables[table], call->arena, ret);
    return true;
}

static struct slice words_of_difference(struct call *call, const struct plan_view *view, const struct plan_sheet *sheet,
                                        size_t row, size_t column)
{
    const struct plan_figure *figure = plan_sheet_at(sheet, row, column);
    const struct plan_table *table = sheet->table;
    struct slice printed = plan_shown(&table->rows[row].unit, figure->prints, call->arena);
    const char *why = figure->agreement == PLAN_ROUNDING    ? "which the rounding of what it is made from explains"
                      : figure->agreement == PLAN_ANOMALOUS ? "an anomaly of the source"
                                                            : "and nothing explains it";
    struct slice words = arena_format(call->arena, "%.*s, %.*s: the paper prints %.*s, the plan gives %.*s, %s",
                                      PRINT(table->rows[row].label), PRINT(table->columns[column].label),
                                      PRINT(printed), PRINT(figure->shown), why);
    (void)view;
    return figure->reason.len ? arena_format(call->arena, "%.*s: %.*s", PRINT(words), PRINT(figure->reason)) : words;
}

static void put_cells(struct call *call, const struct plan_view *view, const struct plan_sheet *sheet, size_t row,
                      const bool *fitted, struct page_plan_table *page, struct page_plan_table_note *notes)
{
    const struct plan_table *table = sheet->table;
    struct page_plan_table_cell *cells = arena_array(call->arena, struct page_plan_table_cell, table->column_count);
    for (size_t i = 0; i < table->column_count; i++) {
        const struct plan_figure *figure = plan_sheet_at(sheet, row, i);
        struct page_plan_table_cell *cell = &cells[i];
        cell->text = figure->shown;
        if (figure->cell != PLAN_NONE) {
            cell->to = plan_to_cell(view, call->arena, figure->cell);
            cell->fitted = figure->state == PLAN_HAS_VALUE && fitted[figure->cell];
            page->any_fitted = page->any_fitted || cell->fitted;
        }
        if (figure->agreement == PLAN_NOT_PRINTED || figure->agreement == PLAN_AGREES)
            continue;
        cell->mark = figure->agreement == PLAN_ROUNDING ? S("r") : S("*");
        cell->said = words_of_difference(call, view, sheet, row, i);
        notes[page->notes_count++] = (struct page_plan_table_note){cell->said,
                                                                   figure->agreement == PLAN_ROUNDING    ? S("Rounding")
                                                                   : figure->agreement == PLAN_ANOMALOUS ? S("Anomaly")
                                                                                                         : S("Differs"),
                                                                   figure->agreement == PLAN_ROUNDING    ? S("grey")
                                                                   : figure->agreement == PLAN_ANOMALOUS ? S("yellow")
                                                                                                         : S("red")};
    }
    struct page_plan_table_row *rows = (struct page_plan_table_row *)page->rows;
    rows[row].cells = cells;
    rows[row].cells_count = table->column_count;
}

static void put_columns(struct call *call, const struct plan_view *view, const struct plan_table *table,
                        struct page_plan_table *page)
{
    struct page_plan_table_column *columns =
        arena_array(call->arena, struct page_plan_table_column, table->column_count);
    for (size_t i = 0; i < table->column_count; i++) {
        columns[i].label = table->columns[i].label;
        if (table->columns[i].kind == PLAN_COLUMN_FORMULA &&
            !slice_equal(table->columns[i].unit.name, view->model->unit.name))
            columns[i].unit = plan_unit_words(&table->columns[i].unit);
    }
    page->columns = columns;
    page->columns_count = table->column_count;
}

bool page_plan_table(struct call *call, struct error *err)
{
    struct plan_view view;
    struct plan_sheet sheet;
    if (!plan_sheet_asked(call, &view, &sheet, err))
        return false;
    const struct plan_table *table = sheet.table;
    const bool *fitted = plan_fitted(view.evaluation, call->arena);
    struct page_plan_table_row *rows = arena_array(call->arena, struct page_plan_table_row, table->row_count);
    struct page_plan_table_note *notes =
        arena_array(call->arena, struct page_plan_table_note, table->row_count * table->column_count);
    struct page_plan_table page = {
        .top = part_of_plan(call, &view, "Overview"),
        .name = table->name,
        .title = table->title,
        .source = plan_source_words(view.model, &table->origin, call->arena),
        .rows = rows,
        .rows_count = table->row_count,
        .span = (int64_t)table->column_count + 1,
        .parts_differ = sheet.parts_differ,
        .notes = notes,
        .own_note = table->note,
        .export = plan_to(&view, call->arena, "/tables/%/export.csv", table->name, NO_SLICE),
    };
    const struct plan_unit *unit = &view.model->unit;
    for (size_t i = 0; i < table->row_count; i++) {
        rows[i].label = table->rows[i].label;
        rows[i].heading = table->rows[i].role == PLAN_TABLE_TITLE;
        rows[i].strong = table->rows[i].role == PLAN_TABLE_SUBTOTAL || table->rows[i].role == PLAN_TABLE_TOTAL;
        if (table->rows[i].role == PLAN_TABLE_TITLE)
            continue;
        unit = table->rows[i].unit.name.len ? &table->rows[i].unit : unit;
        put_cells(call, &view, &sheet, i, fitted, &page, notes);
    }
    page.unit = plan_unit_words(unit);
    put_columns(call, &view, table, &page);
    if (sheet.compared)
        page.compared = arena_format(
            call->arena,
            "%zu of the %zu figures that the paper prints come out the same; %zu differ by rounding, %zu as "
            "declared anomalies, %zu otherwise.",
            sheet.agreeing, sheet.compared, sheet.rounding, sheet.anomalous, sheet.disagreeing);
    return call_page(call, arena_format(call->arena, "Table %.*s: %.*s", PRINT(table->name), PRINT(table->title)),
                     render_plan_table(call->arena, &page));
}

bool file_plan_table(struct call *call, struct error *err)
{
    struct plan_view view;
    struct plan_sheet sheet;
    struct buffer csv = buffer_make(call->arena);
    if (!plan_sheet_asked(call, &view, &sheet, err))
        return false;
    plan_export_csv(view.model, &sheet, &csv);
    response_csv(call->response,
                 arena_format(call->arena, "%.*s-table-%.*s.csv", PRINT(view.plan->name), PRINT(sheet.table->name)),
                 buffer_slice(&csv));
    return true;
}

/* ---- To take away ---- */

static struct slice file_name(struct call *call, const struct plan_view *view, const char *ending)
{
    const struct slice pieces[] = {view->plan->name, view->scenario, view->version, view->day};
    return arena_format(call->arena, "%.*s%s", PRINT(words_joined(call->arena, pieces, countof(pieces), S("-"))),
                        ending);
}

bool file_plan_workbook(struct call *call, struct error *err)
{
    struct plan_view view;
    struct slice bytes;
    struct plan_export_options options = {.now = host_now(call->web->options.host)};
    if (!plan_asked(call, &view, err) || !plan_export_xlsx(view.evaluation, &options, call->arena, &bytes, err))
        return false;
    response_file(call->response, file_name(call, &view, ".xlsx"),
                  S("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), bytes);
    return true;
}

bool file_plan_book(struct call *call, struct error *err)
{
    struct plan_view view;
    struct buffer out = buffer_make(call->arena);
    struct plan_export_options options = {
        .now = host_now(call->web->options.host), .pictures = true, .draws = PLAN_VIEW_DRAWS, .seed = 1, .threads = 1};
    if (!plan_asked(call, &view, err))
        return false;
    plan_export_html(view.evaluation, &options, call->arena, &out);
    response_file(call->response, file_name(call, &view, ".html"), S("text/html; charset=utf-8"), buffer_slice(&out));
    return true;
}

/* ---- What it claims about itself ---- */

static const struct {
    const char *words, *colour;
} finding_words[] = {
    [PLAN_FINDING_FAILURE] = {"Cannot be computed", "red"}, [PLAN_FINDING_CHECK] = {"Does not hold", "red"},
    [PLAN_FINDING_TABLE] = {"Printed otherwise", "orange"}, [PLAN_FINDING_ANOMALY] = {"No anomaly", "orange"},
    [PLAN_FINDING_REGISTER] = {"Register", "orange"},
};

static void put_findings(struct call *call, const struct plan_view *view, const struct plan_report *report,
                         struct page_plan_checks *page)
{
    struct page_plan_checks_finding *findings =
        arena_array(call->arena, struct page_plan_checks_finding, report->finding_count);
    for (size_t i = 0; i < report->finding_count; i++) {
        const struct plan_finding *f = &report->findings[i];
        struct slice file =
            f->place.file < view->model->syntax->file_count ? view->model->syntax->files[f->place.file].path : NO_SLICE;
        findings[i] = (struct page_plan_checks_finding){
            .kind = slice_of(finding_words[f->kind].words),
            .colour = slice_of(finding_words[f->kind].colour),
            .sentence = words_with_capital(call->arena, f->sentence),
            .place = plan_place_words(view, file, f->place.line, call->arena),
            .to = f->cell == PLAN_NONE ? (struct url){NO_SLICE} : plan_to_cell(view, call->arena, f->cell),
        };
    }
    page->findings = findings;
    page->findings_count = report->finding_count;
}

static bool fails(const struct plan_report *report, const struct plan_check *check)
{
    for (size_t i = 0; i < report->finding_count; i++)
        if (report->findings[i].kind == PLAN_FINDING_CHECK && report->findings[i].place.file == check->place.file &&
            report->findings[i].place.line == check->place.line)
            return true;
    return false;
}

static void put_checks(struct call *call, const struct plan_view *view, const struct plan_report *report,
                       struct page_plan_checks *page)
{
    const struct plan_model *model = view->model;
    struct page_plan_checks_check *checks = arena_array(call->arena, struct page_plan_checks_check, model->check_count);
    for (size_t i = 0; i < model->check_count; i++) {
        const struct plan_check *check = &model->checks[i];
        bool held = !fails(report, check);
        checks[i] = (struct page_plan_checks_check){
            .title = check->title.len ? check->title : check->name,
            .text = check->text,
            .source = plan_source_words(model, &check->origin, call->arena),
            .held = held,
            .kept = held ? S("Holds") : S("Does not hold"),
        };
    }
    page->checks = checks;
    page->checks_count = model->check_count;
}

static void put_anomalies(struct call *call, const struct plan_view *view, struct page_plan_checks *page)
{
    const struct plan_model *model = view->model;
    size_t most = 0;
    for (size_t i = 0; i < model->table_count; i++)
        most += model->tables[i].anomaly_count;
    struct page_plan_checks_anomaly *anomalies = arena_array(call->arena, struct page_plan_checks_anomaly, most);
    for (size_t i = 0; i < model->table_count; i++)
        for (size_t k = 0; k < model->tables[i].anomaly_count; k++) {
            const struct plan_table *table = &model->tables[i];
            const struct plan_anomaly *a = &table->anomalies[k];
            anomalies[page->anomalies_count++] = (struct page_plan_checks_anomaly){
                .table = arena_format(call->arena, "Table %.*s", PRINT(table->name)),
                .to = plan_to(view, call->arena, "/tables/%", table->name, NO_SLICE),
                .words = arena_format(call->arena, "%.*s, %.*s prints %.*s: %.*s", PRINT(table->rows[a->row].label),
                                      PRINT(table->columns[a->column].label),
                                      PRINT(plan_shown(&table->rows[a->row].unit, a->prints, call->arena)),
                                      PRINT(a->reason)),
            };
        }
    page->anomalies = anomalies;
}

static void put_ties(struct call *call, const struct plan_view *view, const struct plan_report *report,
                     struct page_plan_checks *page)
{
    struct page_plan_checks_tie *ties = arena_array(call->arena, struct page_plan_checks_tie, report->loose_count);
    for (size_t i = 0; i < report->loose_count; i++) {
        const struct plan_tie *tie = &report->loose[i];
        ties[i] = (struct page_plan_checks_tie){
            .title = plan_cell_title(view->model, tie->cell, call->arena),
            .to = plan_to_cell(view, call->arena, tie->cell),
            .words =
                arena_format(call->arena, "%.*s apart, at most %.*s %s%.*s",
                             PRINT(number_text(call->arena, tie->apart)), PRINT(number_text(call->arena, tie->bound)),
                             tie->reason.len ? "declared: " : "by rounding", PRINT(tie->reason)),
        };
    }
    page->ties = ties;
    page->ties_count = report->loose_count;
}

bool page_plan_checks(struct call *call, struct error *err)
{
    struct plan_view view;
    struct plan_report report;
    if (!plan_asked(call, &view, err))
        return false;
    plan_check(view.evaluation, call->arena, &report);
    const struct page_plan_checks_line lines[] = {
        {S("Figures with a value"), (int64_t)report.values},
        {S("Givens"), (int64_t)report.givens},
        {S("Checks, one for each department and year"), (int64_t)report.checks},
        {S("of them hold"), (int64_t)report.checks_held},
        {S("Ties between printed figures"), (int64_t)report.ties},
        {S("of them hold exactly"), (int64_t)report.ties_held},
        {S("Figures that the papers print"), (int64_t)report.compared},
        {S("of them come out the same"), (int64_t)report.agreeing},
        {S("of them differ by rounding alone"), (int64_t)report.rounding},
        {S("of them are declared anomalies"), (int64_t)report.anomalous},
    };
    struct page_plan_checks page = {
        .top = part_of_plan(call, &view, "Checks"),
        .summary = lines,
        .summary_count = countof(lines),
        .chain = arena_format(call->arena, "Digest of all texts that this was computed from: %.*s",
                              PRINT(digest_hex(call->arena, &view.plan->digest))),
    };
    put_findings(call, &view, &report, &page);
    put_checks(call, &view, &report, &page);
    put_anomalies(call, &view, &page);
    put_ties(call, &view, &report, &page);
    return call_page(call, S("Checks"), render_plan_checks(call->arena, &page));
}
