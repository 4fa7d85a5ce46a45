/* pages_source.c: what each agency sends: freshness, quality, landings, quarantine, and landing an extract by upload.
 *
 * An upload is kept and run within its request: the report that the browser then gets is of what became of each row. */
#include "web/asked.h"
#include "web/pages.h"
#include "web/parts.h"

static struct slice agency_title(struct call *call, struct slice name)
{
    const struct agency *agency = catalogue_agency(call->catalogue, name);
    return agency ? agency->title : name;
}

bool source_asked(struct call *call, const struct source **ret, struct error *err)
{
    *ret = catalogue_source(call->catalogue, request_value(call->request, S("name")));
    return *ret ||
           error_set(err, ERROR_NOT_FOUND, "there is no source of this name; choose one from the list of sources");
}

static struct slice state_words(enum landing_state state, bool current, struct slice *ret_colour)
{
    static const struct {
        const char *words, *colour;
    } table[] = {
        [LANDING_KEPT] = {"Kept, not run yet", "blue"},  [LANDING_CHECKING] = {"At work", "blue"},
        [LANDING_HELD] = {"Waits for a word", "yellow"}, [LANDING_CURRENT] = {"Landed", "grey"},
        [LANDING_REFUSED] = {"Refused", "red"},          [LANDING_FAILED] = {"Failed", "red"},
    };
    *ret_colour = current ? S("green") : slice_of(table[state].colour);
    return current ? S("Shown now") : slice_of(table[state].words);
}

/* ---- All sources ---- */

/* "1 November 2026, as expected": when the newest extract came, and how it stands. */
static struct slice newest_words(struct call *call, const struct source_state *state)
{
    const struct landing *newest = &state->newest;
    struct slice colour, day = date_words(call->arena, date_of_time(newest->received_at));
    if (!newest->id)
        return S("None came yet");
    if (newest->state != LANDING_CURRENT)
        return arena_format(call->arena, "%.*s: %.*s", PRINT(day), PRINT(state_words(newest->state, false, &colour)));
    return arena_format(call->arena, "%.*s, %s", PRINT(day),
                        state->age.stale ? "and the next is overdue" : "as expected");
}

bool page_sources(struct call *call, struct error *err)
{
    struct source_state *states;
    size_t count;
    if (!source_states(call->session, call->arena, &states, &count, err))
        return false;
    struct page_sources_row *rows = arena_array(call->arena, struct page_sources_row, count);
    for (size_t i = 0; i < count; i++) {
        const struct source_state *s = &states[i];
        rows[i] = (struct page_sources_row){
            .title = s->source->title,
            .to = url_path(call->arena, "/sources/%", s->source->name),
            .agency = agency_title(call, s->source->agency),
            .as_at = s->landed ? freshness_words(s->current.as_at, s->current.received_at, call->arena) : NO_SLICE,
            .stale = s->age.stale,
            .never = !s->landed,
            .counted = s->counted,
            .records = s->records,
            .quarantine = s->open_quarantine,
            .newest = newest_words(call, s),
        };
    }
    struct page_sources page = {.rows = rows, .rows_count = count};
    return call_page(call, S("Sources"), render_sources(call->arena, &page));
}

/* ---- One source ---- */

static const char *const kinds[] = {[TYPE_TEXT] = "Text",
                                    [TYPE_INTEGER] = "Whole number",
                                    [TYPE_DECIMAL] = "Decimal number",
                                    [TYPE_DATE] = "Date",
                                    [TYPE_BOOLEAN] = "Yes or no"};

bool source_report(struct call *call, const struct source *source, struct source_report *ret, struct error *err)
{
    *ret = (struct source_report){.source = source, .counted = source_counted(call->session, source)};
    if (!source_state_of(call->session, source, call->arena, &ret->state, err) ||
        !landing_list(call->session, source, 20, call->arena, &ret->landings, &ret->landing_count, err))
        return false;
    return !ret->state.landed || !ret->counted ||
           source_quality(call->session, source, call->arena, &ret->quality, &ret->quality_count, &ret->records, err);
}

static void put_quality(struct call *call, const struct source_report *report, struct page_source *page)
{
    const struct source *source = report->source;
    struct page_source_column *rows = arena_array(call->arena, struct page_source_column, source->column_count);
    for (size_t i = 0; i < source->column_count; i++) {
        const struct column *column = &source->columns[i];
        rows[i] = (struct page_source_column){.title = column->title,
                                              .kind = slice_of(kinds[column->type]),
                                              .attribute = attribute_title(column->attribute)};
        for (size_t k = 0; k < report->quality_count; k++)
            if (report->quality[k].column == column) {
                rows[i].filled = report->records
                                     ? arena_format(call->arena, "%.1f%%",
                                                    100.0 * (double)report->quality[k].filled / (double)report->records)
                                     : S("–");
                rows[i].distinct = report->quality[k].distinct;
                rows[i].quarantined = report->quality[k].quarantined;
            }
    }
    page->columns = rows;
    page->columns_count = source->column_count;
}

static void put_landings(struct call *call, const struct source_report *report, struct page_source *page)
{
    struct page_source_landing *rows = arena_array(call->arena, struct page_source_landing, report->landing_count);
    for (size_t i = 0; i < report->landing_count; i++) {
        const struct landing *landing = &report->landings[i];
        rows[i] = (struct page_source_landing){
            .to = url_path(call->arena, "/landings/%", text_of_integer(call->arena, landing->id)),
            .file = landing->file_name,
            .received = time_words(call->arena, landing->received_at),
            .by = landing->received_by,
            .words = page->counted ? landing_sentence(landing, call->arena) : NO_SLICE,
        };
        rows[i].state = state_words(landing->state, landing->is_current, &rows[i].colour);
    }
    page->landings = rows;
    page->landings_count = report->landing_count;
}

static bool show_source(struct call *call, const struct source *source, struct slice problem, int status,
                        struct error *err)
{
    struct source_report report;
    if (!source_report(call, source, &report, err))
        return false;
    const struct source_state state = report.state;
    const struct agreement *agreement = catalogue_agreement(call->catalogue, source->agreement);
    bool land = source_landed_by(call->session, source);
    struct page_source page = {
        .done = part_of_done(call),
        .problem = part_of_problem(call, problem, "file"),
        .title = source->title,
        .about = source->about,
        .agency = agency_title(call, source->agency),
        .agreement = agreement ? agreement->title : source->agreement,
        .agreement_to = url_path(call->arena, "/agreements/%", source->agreement),
        .promise = source->fresh_days
                       ? arena_format(call->arena, "a new extract every %lld days", (long long)source->fresh_days)
                       : S("nothing about how often"),
        .as_at = state.landed ? freshness_words(state.current.as_at, state.current.received_at, call->arena)
                              : S("never landed"),
        .stale = state.age.stale,
        .counted = report.counted,
        .records = state.records,
        .open_quarantine = state.open_quarantine,
        .quarantine_to = land ? url_path(call->arena, "/sources/%/quarantine", source->name) : (struct url){NO_SLICE},
        .can_land = land,
        .upload = url_path(call->arena, "/sources/%", source->name),
        .csrf = call_csrf(call),
    };
    put_landings(call, &report, &page);
    put_quality(call, &report, &page);
    return call_page_with_status(call, status, source->title, render_source(call->arena, &page));
}

bool page_source(struct call *call, struct error *err)
{
    const struct source *source;
    return source_asked(call, &source, err) && show_source(call, source, NO_SLICE, 200, err);
}

/* ---- Landing ---- */

static bool intake_of(struct call *call, struct slice source, struct intake **ret, struct error *err)
{
    struct intake_options options = {.session = call->session, .source = source, .folder = call->web->options.folder};
    return intake_open(&options, call->arena, ret, err);
}

static bool land(struct call *call, const struct source *source, struct landing *ret, struct error *err)
{
    const struct request *request = call->request;
    struct date_form form = {.order = DATE_DMY};
    struct slice as_at = slice_trim(parameters_get(&request->form, S("as_at")));
    struct intake *intake;
    if (!request->upload_count || slice_empty(request->uploads[0].file_name))
        return error_set(err, ERROR_INPUT, "no file was chosen; choose the extract to land");
    struct landing_file file = {.path = request->uploads[0].path,
                                .name = request->uploads[0].file_name,
                                .again = parameters_has(&request->form, S("again"))};
    if (!slice_empty(as_at) && !date_read(as_at, &form, &file.as_at))
        return error_set(err, ERROR_INPUT, "the as-at day is not a date; write it like 27 11 2026, or leave it empty");
    return intake_of(call, source->name, &intake, err) && landing_accept(intake, &file, call->arena, ret, err) &&
           (ret->same_again || landing_run(intake, ret->id, NULL, call->arena, ret, err));
}

bool do_land(struct call *call, struct error *err)
{
    const struct source *source;
    struct landing landing;
    if (!source_asked(call, &source, err))
        return false;
    if (land(call, source, &landing, err))
        return call_redirect(call, url_path(call->arena, landing.same_again ? "/landings/%?same=1" : "/landings/%",
                                            text_of_integer(call->arena, landing.id)));
    int status = error_http_status(err->code);
    if (status >= 500 || err->code == ERROR_DENIED)
        return false;
    struct error problem = *err;
    *err = NO_ERROR;
    return show_source(call, source, words_of_error(call->arena, &problem), status, err);
}

bool do_landing_word(struct call *call, struct error *err)
{
    int64_t id;
    struct landing landing, decided;
    struct intake *intake;
    struct slice word = request_value(call->request, S("word"));
    bool accept = slice_equal(word, S("accept"));
    if (!accept && !slice_equal(word, S("refuse")))
        return error_set(err, ERROR_USAGE, "word must be accept or refuse");
    return request_integer(call->request, S("id"), &id, err) &&
           landing_get(call->session, id, call->arena, &landing, err) &&
           intake_of(call, landing.source, &intake, err) &&
           landing_decide(intake, id, accept, slice_trim(request_value(call->request, S("reason"))), call->arena,
                          &decided, err) &&
           call_redirect(call, url_path(call->arena, accept ? "/landings/%?done=shown" : "/landings/%?done=refused",
                                        request_value(call->request, S("id"))));
}

/* ---- The report ---- */

static void put_counts(struct call *call, const struct landing *landing, struct page_landing *page)
{
    const struct landing_counts *c = &landing->counts;
    const struct page_landing_count all[] = {
        {S("Rows in the file"), c->rows_in},
        {S("New"), c->added},
        {S("Changed"), c->changed},
        {S("Unchanged"), c->unchanged},
        {S("In quarantine"), c->quarantined},
        {S("Repeats"), c->repeated},
        {S("Records closed by it"), c->closed},
    };
    struct page_landing_count *rows = arena_array(call->arena, struct page_landing_count, countof(all));
    memcpy(rows, all, sizeof all);
    page->counts = rows;
    page->counts_count = countof(all);
}

static struct slice column_title(const struct source *source, struct slice name)
{
    const struct column *column = source ? source_column(source, name) : NULL;
    return column ? column->title : slice_empty(name) ? S("The row as a whole") : name;
}

bool landing_report(struct call *call, struct landing_report *ret, struct error *err)
{
    static const enum row_fate fates[] = {ROW_QUARANTINED, ROW_CHANGED, ROW_NEW};
    enum { EACH = 50 };
    int64_t id;
    *ret = (struct landing_report){0};
    if (!request_integer(call->request, S("id"), &id, err) ||
        !landing_get(call->session, id, call->arena, &ret->landing, err) ||
        !quarantine_summary(call->session, id, call->arena, &ret->sums, &ret->sum_count, err))
        return false;
    ret->source = catalogue_source(call->catalogue, ret->landing.source);
    must(ret->source); /* or landing_get had refused it */
    ret->rows = arena_array(call->arena, struct landing_row, EACH * countof(fates));
    for (size_t f = 0; f < countof(fates); f++) {
        struct landing_row *found;
        size_t count;
        if (!landing_rows(call->session, id, fates[f], 0, EACH, call->arena, &found, &count, err))
            return false;
        for (size_t i = 0; i < count; i++)
            ret->rows[ret->row_count++] = found[i];
    }
    return true;
}

struct slice words_of_fate(enum row_fate fate)
{
    static const char *const words[] = {
        [ROW_NEW] = "new", [ROW_CHANGED] = "changed", [ROW_QUARANTINED] = "in quarantine", [ROW_CLOSED] = "closed"};
    return slice_of(words[fate]);
}

static void put_rows(struct call *call, const struct landing_report *report, struct page_landing *page)
{
    struct page_landing_row *rows = arena_array(call->arena, struct page_landing_row, report->row_count);
    struct page_landing_rule *rules = arena_array(call->arena, struct page_landing_rule, report->sum_count);
    for (size_t i = 0; i < report->row_count; i++) {
        const struct landing_row *row = &report->rows[i];
        rows[i] = (struct page_landing_row){
            .line = text_of_integer(call->arena, row->line),
            .fate = words_of_fate(row->fate),
            .column = row->fate == ROW_QUARANTINED ? column_title(report->source, row->column) : NO_SLICE,
            .reason = row->reason,
        };
    }
    for (size_t i = 0; i < report->sum_count; i++)
        rules[i] = (struct page_landing_rule){column_title(report->source, report->sums[i].column),
                                              quarantine_rule_words(report->sums[i].rule), report->sums[i].rows};
    page->rows = rows;
    page->rows_count = report->row_count;
    page->rules = rules;
    page->rules_count = report->sum_count;
}

bool page_landing(struct call *call, struct error *err)
{
    struct landing_report report;
    if (!landing_report(call, &report, err))
        return false;
    const struct landing landing = report.landing;
    const struct source *source = report.source;
    struct slice number = text_of_integer(call->arena, landing.id);
    struct page_landing page = {
        .done = part_of_done(call),
        .source = source->title,
        .back = url_path(call->arena, "/sources/%", landing.source),
        .file = landing.file_name,
        .digest = digest_hex(call->arena, &landing.digest),
        .received = time_words(call->arena, landing.received_at),
        .by = landing.received_by,
        .as_at = date_known(landing.as_at) ? date_words(call->arena, landing.as_at) : NO_SLICE,
        .sentence = landing_sentence(&landing, call->arena),
        .same_again = parameters_has(&call->request->query, S("same")),
        .held = landing.state == LANDING_HELD,
        .can_decide = source_landed_by(call->session, source),
        .action = url_path(call->arena, "/landings/%", number),
        .csrf = call_csrf(call),
        .quarantine_to = source_landed_by(call->session, source)
                             ? url_path(call->arena, "/sources/%/quarantine?landing=%&all=1", landing.source, number)
                             : (struct url){NO_SLICE},
    };
    page.state = state_words(landing.state, landing.is_current, &page.colour);
    if (!slice_empty(landing.decided_by))
        page.decided = arena_format(call->arena, "Decided by %.*s, %.*s.", PRINT(landing.decided_by),
                                    PRINT(time_words(call->arena, landing.decided_at)));
    /* Of a file that was not read the sentence says all that there is. */
    if (landing.state != LANDING_FAILED || landing.counts.rows_in)
        put_counts(call, &landing, &page);
    put_rows(call, &report, &page);
    return call_page(call, page.file, render_landing(call->arena, &page));
}

/* ---- Quarantine ---- */

bool quarantine_asked(struct call *call, struct quarantine_page *ret, struct error *err)
{
    bool all = parameters_has(&call->request->query, S("all"));
    *ret = (struct quarantine_page){.filter = {.open_only = !all, .limit = 100}};
    if (!source_asked(call, &ret->source, err) ||
        !request_integer_or(call->request, S("landing"), 0, &ret->filter.landing, err) ||
        !request_integer_or(call->request, S("after"), 0, &ret->filter.after, err))
        return false;
    ret->filter.source = ret->source->name;
    return quarantine_list(call->session, call->web->options.folder, &ret->filter, call->arena, &ret->rows, &ret->count,
                           &ret->more, err);
}

bool page_quarantine(struct call *call, struct error *err)
{
    struct quarantine_page asked;
    if (!quarantine_asked(call, &asked, err))
        return false;
    const struct source *source = asked.source;
    bool all = !asked.filter.open_only;
    struct page_quarantine_row *rows = arena_array(call->arena, struct page_quarantine_row, asked.count);
    for (size_t i = 0; i < asked.count; i++) {
        const struct quarantined *found = &asked.rows[i];
        rows[i] = (struct page_quarantine_row){
            .line = text_of_integer(call->arena, found->line),
            .landing = url_path(call->arena, "/landings/%", text_of_integer(call->arena, found->landing)),
            .landing_number = text_of_integer(call->arena, found->landing),
            .column = column_title(source, found->column),
            .value = found->value,
            .reason = found->reason,
            .corrected = found->corrected,
        };
    }
    /* Of one landing only, if that was asked; and so again on the next page. */
    struct slice here = url_path(call->arena, "/sources/%/quarantine", source->name).text;
    here = asked.filter.landing
               ? arena_format(call->arena, "%.*s?landing=%lld&", PRINT(here), (long long)asked.filter.landing)
               : arena_format(call->arena, "%.*s?", PRINT(here));
    struct page_quarantine page = {
        .source = source->title,
        .back = url_path(call->arena, "/sources/%", source->name),
        .rows = rows,
        .rows_count = asked.count,
        .all = all,
        .here = {all ? slice_part(here, 0, here.len - 1) : arena_format(call->arena, "%.*sall=1", PRINT(here))},
    };
    if (asked.more) {
        struct part_pager *pager = arena_new(call->arena, struct part_pager);
        pager->next.text = arena_format(call->arena, "%.*s%safter=%lld", PRINT(here), all ? "all=1&" : "",
                                        (long long)asked.rows[asked.count - 1].id);
        page.pager = pager;
    }
    return call_page(call, S("Rows in quarantine"), render_quarantine(call->arena, &page));
}
