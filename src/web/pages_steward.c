/* pages_steward.c: doubtful links, a pair side by side, splits, decisions and concerns. */
#include "web/asked.h"
#include "web/pages.h"
#include "web/parts.h"

#include "base/text.h"
#include "hub/person_form.h"

static struct slice weight_text(struct arena *arena, double weight)
{
    return arena_format(arena, "%+.1f", weight);
}

static const struct part_pager *pager_to(struct call *call, bool more, struct url next)
{
    if (!more)
        return NULL;
    struct part_pager *pager = arena_new(call->arena, struct part_pager);
    pager->next = next;
    return pager;
}

/* ---- The list ---- */

bool doubts_asked(struct call *call, struct doubt_page *ret, struct error *err)
{
    int64_t skip = 0;
    if (!request_integer_or(call->request, S("skip"), 0, &skip, err) ||
        !hub_doubts(&call->hub, call->session, skip, 50, call->arena, ret, err))
        return false;
    return true;
}

bool page_doubts(struct call *call, struct error *err)
{
    struct doubt_page found;
    if (!doubts_asked(call, &found, err))
        return false;
    struct page_doubts_row *rows = arena_array(call->arena, struct page_doubts_row, found.count);
    for (size_t i = 0; i < found.count; i++) {
        const struct doubt_line *line = &found.lines[i];
        rows[i] = (struct page_doubts_row){
            .to = url_path(call->arena, "/doubts/%/%", text_of_integer(call->arena, line->a),
                           text_of_integer(call->arena, line->b)),
            .name_a = line->name_a,
            .source_a = line->source_a,
            .name_b = line->name_b,
            .source_b = line->source_b,
            .weight = weight_text(call->arena, line->weight),
            .why = line->why,
            .alike = text_of_integer(call->arena, line->alike),
            .found = date_words(call->arena, date_of_time(line->found_at)),
        };
    }
    struct url next = url_path(call->arena, "/doubts?skip=%", text_of_integer(call->arena, found.next));
    struct page_doubts page = {
        .done = part_of_done(call),
        .total = words_of_count(call->arena, found.total, "pair of records waits", "pairs of records wait"),
        .rows = rows,
        .rows_count = found.count,
        .pager = pager_to(call, found.more, next),
        .decisions = {S("/decisions")},
        .concerns = {S("/concerns")},
    };
    return call_page(call, S("Doubtful links"), render_doubts(call->arena, &page));
}

/* ---- A pair side by side ---- */

/* The same meaning on one line: by attribute where both map to it, else by the column's title. */
static size_t line_of(struct page_doubt_row *rows, size_t count, struct slice title)
{
    size_t at = 0;
    while (at < count && !slice_equal(rows[at].title, title))
        at++;
    return at;
}

static struct slice title_of(const struct view_field *field)
{
    return field->column->attribute == ATTRIBUTE_NONE ? field->column->title
                                                      : attribute_title(field->column->attribute);
}

/* "F" and "Female" are one word, as they are to the linkage; so are capitals and points. */
static bool alike(struct arena *arena, const struct page_doubt_row *row)
{
    struct slice a = person_sex_word(row->a), b = person_sex_word(row->b);
    if (a.len && b.len && slice_equal(row->title, attribute_title(ATTRIBUTE_PERSON_SEX)))
        return slice_equal(a, b);
    return slice_equal(text_letters(arena, row->a), text_letters(arena, row->b));
}

static void put_side_by_side(struct call *call, const struct doubt_detail *detail, struct page_doubt *page)
{
    const struct view_record *sides[] = {&detail->record_a, &detail->record_b};
    struct page_doubt_row *rows =
        arena_array(call->arena, struct page_doubt_row, sides[0]->field_count + sides[1]->field_count);
    size_t count = 0;
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < sides[side]->field_count; i++) {
            const struct view_field *field = &sides[side]->fields[i];
            size_t at = line_of(rows, count, title_of(field));
            if (at == count)
                rows[count++].title = title_of(field);
            struct slice *cell = side ? &rows[at].b : &rows[at].a;
            *cell = words_joined(call->arena, (const struct slice[]){*cell, field->value}, 2, S(", "));
        }
    for (size_t i = 0; i < count; i++)
        if (rows[i].a.len && rows[i].b.len) {
            rows[i].differs = !alike(call->arena, &rows[i]);
            rows[i].compared = rows[i].differs ? S("Differs") : S("Alike");
        }
    page->rows = rows;
    page->rows_count = count;
}

bool doubt_asked(struct call *call, struct doubt_detail **ret, struct error *err)
{
    int64_t a, b;
    return request_integer(call->request, S("a"), &a, err) && request_integer(call->request, S("b"), &b, err) &&
           hub_doubt(&call->hub, call->session, a, b, call->arena, ret, err);
}

static bool show_doubt(struct call *call, struct slice problem, struct error *err)
{
    struct doubt_detail *detail;
    if (!doubt_asked(call, &detail, err))
        return false;
    struct slice first = request_value(call->request, S("a")), second = request_value(call->request, S("b"));
    struct page_doubt page = {
        .problem = part_of_problem(call, problem, detail->decision ? "undo-reason" : "reason"),
        .title = S("One person, or two?"),
        .why = detail->why,
        .waiting = detail->waiting,
        .decided = detail->decided,
        .together = detail->entity_a == detail->entity_b,
        .entity_a = url_path(call->arena, "/people/%", text_of_integer(call->arena, detail->entity_a)),
        .entity_b = url_path(call->arena, "/people/%", text_of_integer(call->arena, detail->entity_b)),
        .source_a = detail->record_a.evidence.source_title,
        .source_b = detail->record_b.evidence.source_title,
        .evidence_a = part_of_evidence(call, &detail->record_a.evidence),
        .evidence_b = part_of_evidence(call, &detail->record_b.evidence),
        .action = url_path(call->arena, "/doubts/%/%", first, second),
        .first = first,
        .second = second,
        .csrf = call_csrf(call),
        .reason = parameters_get(&call->request->form, S("reason")),
    };
    if (detail->decision)
        page.undo = url_path(call->arena, "/decisions/%/undo", text_of_integer(call->arena, detail->decision));
    if (detail->waterfall) {
        page.outcome = detail->waterfall->outcome;
        if (detail->waterfall->link_count) {
            struct part_waterfall *link = arena_new(call->arena, struct part_waterfall);
            *link = part_of_link(call, detail->waterfall, &detail->waterfall->links[0], 1);
            page.link = link;
        }
    }
    put_side_by_side(call, detail, &page);
    return call_page_with_status(call, problem.len ? 422 : 200, page.title, render_doubt(call->arena, &page));
}

bool page_doubt(struct call *call, struct error *err)
{
    return show_doubt(call, NO_SLICE, err);
}

/* Where a decision leads: the word, and how many other records moved, for part_of_done. */
static bool decided_redirect(struct call *call, const char *to, const struct decided *decided)
{
    struct url url = {slice_of(to)};
    if (decided->parted_count || decided->drawn_count)
        url = url_path(call->arena, arena_cstr(call->arena, arena_format(call->arena, "%s&parted=%%&drawn=%%", to)),
                       text_of_integer(call->arena, (int64_t)decided->parted_count),
                       text_of_integer(call->arena, (int64_t)decided->drawn_count));
    return call_redirect(call, url);
}

bool do_decide(struct call *call, struct error *err)
{
    int64_t a, b;
    struct slice reason, verdict = request_value(call->request, S("verdict"));
    struct decided decided;
    struct error problem = NO_ERROR;
    bool join = slice_equal(verdict, S("join"));
    if (!join && !slice_equal(verdict, S("keep_apart")))
        return error_set(err, ERROR_USAGE, "verdict must be join or keep_apart");
    if (!request_text(call->request, S("reason"), "the reason", 500, &reason, &problem))
        return show_doubt(call, words_of_error(call->arena, &problem), err);
    return request_integer(call->request, S("a"), &a, err) && request_integer(call->request, S("b"), &b, err) &&
           hub_decide(&call->hub, call->session, a, b, join ? VERDICT_JOIN : VERDICT_KEEP_APART, reason, call->arena,
                      &decided, err) &&
           decided_redirect(call, "/doubts?done=decided", &decided);
}

/* ---- Decisions ---- */

bool decisions_asked(struct call *call, struct decision_line **ret, size_t *ret_count, bool *ret_more,
                     struct error *err)
{
    int64_t before;
    enum { PAGE = 50 };
    if (!request_integer_or(call->request, S("before"), 0, &before, err) ||
        !hub_decisions(&call->hub, call->session, before, PAGE, call->arena, ret, ret_count, err))
        return false;
    *ret_more = *ret_count == PAGE;
    return true;
}

bool page_decisions(struct call *call, struct error *err)
{
    struct decision_line *lines;
    size_t count;
    bool more;
    if (!decisions_asked(call, &lines, &count, &more, err))
        return false;
    struct page_decisions_row *rows = arena_array(call->arena, struct page_decisions_row, count);
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct page_decisions_row){
            .at = time_words(call->arena, lines[i].decided_at),
            .by = lines[i].decided_by,
            .verdict = lines[i].verdict == VERDICT_JOIN ? S("Join") : S("Keep apart"),
            .reason = lines[i].reason,
            .undone = lines[i].undone_at ? arena_format(call->arena, "by %.*s, %.*s: %.*s", PRINT(lines[i].undone_by),
                                                        PRINT(time_words(call->arena, lines[i].undone_at)),
                                                        PRINT(lines[i].undone_reason))
                                         : NO_SLICE,
            .to = url_path(call->arena, "/doubts/%/%", text_of_integer(call->arena, lines[i].a),
                           text_of_integer(call->arena, lines[i].b)),
        };
    struct url next = {S("/decisions")};
    if (count)
        next = url_path(call->arena, "/decisions?before=%", text_of_integer(call->arena, lines[count - 1].id));
    struct page_decisions page = {
        .done = part_of_done(call), .rows = rows, .rows_count = count, .pager = pager_to(call, more, next)};
    return call_page(call, S("Decisions taken"), render_decisions(call->arena, &page));
}

bool do_undo(struct call *call, struct error *err)
{
    int64_t decision;
    struct slice reason;
    struct decided decided;
    struct error problem = NO_ERROR;
    if (!request_text(call->request, S("reason"), "the reason", 500, &reason, &problem))
        return show_doubt(call, words_of_error(call->arena, &problem), err);
    return request_integer(call->request, S("id"), &decision, err) &&
           hub_undo(&call->hub, call->session, decision, reason, call->arena, &decided, err) &&
           decided_redirect(call, "/decisions?done=undone", &decided);
}

/* ---- Split ---- */

static bool is_marked(const struct request *request, int64_t anchor)
{
    for (size_t i = 0; i < request->form.count; i++) {
        int64_t value;
        if (slice_equal(request->form.items[i].name, S("apart")) &&
            slice_integer(request->form.items[i].value, &value) && value == anchor)
            return true;
    }
    return false;
}

static struct slice words_of_record(struct call *call, const struct view_record *record)
{
    struct slice *pieces = arena_array(call->arena, struct slice, record->field_count);
    size_t count = record->field_count < 8 ? record->field_count : 8;
    for (size_t i = 0; i < count; i++)
        pieces[i] = arena_format(call->arena, "%.*s: %.*s", PRINT(record->fields[i].column->title),
                                 PRINT(record->fields[i].value));
    return arena_join(call->arena, pieces, count, S(" · "));
}

static bool show_split(struct call *call, struct slice problem, struct error *err)
{
    int64_t entity;
    struct person_view *view;
    if (!request_integer(call->request, S("id"), &entity, err) ||
        !hub_view(&call->hub, call->session, entity, call->arena, &view, err))
        return false;
    struct page_split_row *rows = arena_array(call->arena, struct page_split_row, view->record_count);
    for (size_t i = 0; i < view->record_count; i++) {
        const struct view_record *record = &view->records[i];
        rows[i] = (struct page_split_row){
            .anchor = text_of_integer(call->arena, record->evidence.anchor),
            .title = arena_format(call->arena, "%.*s, %.*s", PRINT(record->evidence.row_title),
                                  PRINT(record->evidence.source_title)),
            .words = words_of_record(call, record),
            .checked = is_marked(call->request, record->evidence.anchor),
        };
    }
    struct slice id = text_of_integer(call->arena, entity);
    struct page_split page = {
        .problem = part_of_problem(call, problem, "apart-1"),
        .name = view->name,
        .back = url_path(call->arena, "/people/%", id),
        .action = url_path(call->arena, "/people/%/split", id),
        .csrf = call_csrf(call),
        .reason = parameters_get(&call->request->form, S("reason")),
        .records = rows,
        .records_count = view->record_count,
    };
    return call_page_with_status(call, problem.len ? 422 : 200, S("Split a wrong join"),
                                 render_split(call->arena, &page));
}

bool page_split(struct call *call, struct error *err)
{
    return show_split(call, NO_SLICE, err);
}

bool do_split(struct call *call, struct error *err)
{
    int64_t entity;
    const struct parameters *form = &call->request->form;
    int64_t *apart = arena_array(call->arena, int64_t, form->count);
    size_t count = 0;
    struct slice reason;
    struct error problem = NO_ERROR;
    for (size_t i = 0; i < form->count; i++)
        if (slice_equal(form->items[i].name, S("apart")) && slice_integer(form->items[i].value, &apart[count]))
            count++;
    if (!count)
        return show_split(call, S("Mark the records that are of somebody else"), err);
    if (!request_text(call->request, S("reason"), "the reason", 500, &reason, &problem))
        return show_split(call, words_of_error(call->arena, &problem), err);
    struct decided decided;
    if (!request_integer(call->request, S("id"), &entity, err))
        return false;
    if (!hub_split(&call->hub, call->session, entity, apart, count, reason, call->arena, &decided, err)) {
        if (err->code != ERROR_INPUT)
            return false;
        problem = *err;
        *err = NO_ERROR;
        return show_split(call, words_of_error(call->arena, &problem), err);
    }
    struct page_split_done page = {
        .outcome = decided.outcome,
        .stays = url_path(call->arena, "/people/%", text_of_integer(call->arena, decided.entity_a)),
        .leaves = url_path(call->arena, "/people/%", text_of_integer(call->arena, decided.entity_b)),
        .undo = S("It can be taken back, pair by pair."),
    };
    return call_page(call, S("The join is split"), render_split_done(call->arena, &page));
}

/* ---- Concerns ---- */

static bool concerns_after(struct call *call, int64_t after, struct concern_page *ret, struct error *err)
{
    enum { PAGE = 50 };
    *ret = (struct concern_page){.closed = parameters_has(&call->request->query, S("closed"))};
    if (!hub_concerns(&call->hub, call->session, ret->closed, after, PAGE, call->arena, &ret->lines, &ret->count, err))
        return false;
    ret->more = ret->count == PAGE;
    return true;
}

bool concerns_asked(struct call *call, struct concern_page *ret, struct error *err)
{
    int64_t after;
    return request_integer_or(call->request, S("after"), 0, &after, err) && concerns_after(call, after, ret, err);
}

static bool show_concerns(struct call *call, const struct concern_page *asked, struct slice problem)
{
    bool closed = asked->closed;
    const struct concern_line *lines = asked->lines;
    size_t count = asked->count;
    struct page_concerns_row *rows = arena_array(call->arena, struct page_concerns_row, count);
    for (size_t i = 0; i < count; i++) {
        const struct concern_line *line = &lines[i];
        struct slice id = text_of_integer(call->arena, line->id);
        const struct purpose *purpose = catalogue_purpose(call->catalogue, line->purpose);
        rows[i] = (struct page_concerns_row){
            .id = id,
            .action = url_path(call->arena, "/concerns/%/close", id),
            .words = line->words,
            .source = line->source_title,
            .by = line->said_by,
            .purpose = purpose ? purpose->title : line->purpose,
            .at = time_words(call->arena, line->said_at),
            .to = line->entity ? url_path(call->arena, "/people/%", text_of_integer(call->arena, line->entity))
                               : (struct url){NO_SLICE},
            .record = url_path(call->arena, "/records/%", text_of_integer(call->arena, line->anchor)),
            .open = line->open,
            .answer =
                line->open && problem.len && i == 0 ? parameters_get(&call->request->form, S("answer")) : line->answer,
            .closed = line->open ? NO_SLICE
                                 : arena_format(call->arena, "Closed by %.*s, %.*s:", PRINT(line->closed_by),
                                                PRINT(time_words(call->arena, line->closed_at))),
        };
    }
    struct url next = {S("/concerns")};
    if (count)
        next = url_path(call->arena, closed ? "/concerns?closed=1&after=%" : "/concerns?after=%", rows[count - 1].id);
    struct page_concerns page = {
        .done = part_of_done(call),
        .problem = part_of_problem(
            call, problem, count ? arena_format(call->arena, "answer-%lld", (long long)lines[0].id).at : "main"),
        .closed = closed,
        .csrf = call_csrf(call),
        .rows = rows,
        .rows_count = count,
        .pager = pager_to(call, asked->more, next),
    };
    return call_page_with_status(call, problem.len ? 422 : 200, S("Concerns"), render_concerns(call->arena, &page));
}

bool page_concerns(struct call *call, struct error *err)
{
    struct concern_page asked;
    return concerns_asked(call, &asked, err) && show_concerns(call, &asked, NO_SLICE);
}

bool do_close_concern(struct call *call, struct error *err)
{
    int64_t concern;
    struct slice answer;
    struct concern_page asked;
    struct error problem = NO_ERROR;
    if (!request_integer(call->request, S("id"), &concern, err))
        return false;
    if (!request_text(call->request, S("answer"), "the answer", 2000, &answer, &problem)) /* with that one first */
        return concerns_after(call, concern - 1, &asked, err) &&
               show_concerns(call, &asked, words_of_error(call->arena, &problem));
    return hub_concern_close(&call->hub, call->session, concern, answer, err) &&
           call_redirect(call, (struct url){S("/concerns?done=closed")});
}
