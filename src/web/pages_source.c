/* pages_source.c: what each agency sends: freshness, quality, landings, quarantine, and landing an extract by upload.
 *
 * An upload is kept and run within its request: the report that the browser then gets is of what became of each row. */
#include "web/pages.h"
#include "web/parts.h"

#include "ingest/landing.h"
#include "ingest/quarantine.h"
#include "ingest/source_state.h"

static struct slice agency_title(struct call *call, struct slice name)
{
    const struct agency *agency = catalogue_agency(call->catalogue, name);
    return agency ? agency->title : name;
}

static bool source_of(struct call *call, const struct source **ret, struct error *err)
{
    *ret = catalogue_source(call->catalogue, request_value(call->request, S("name")));
    return *ret ||
           error_set(err, ERROR_NOT_FOUND, "there is no source of this name; choose one from the list of sources");
}

/* As intake_open will say: the role may land, and the source is of one's own agency or one is of the hub itself. */
static bool may_land(struct call *call, const struct source *source)
{
    return call_may(call, ABILITY_LAND) &&
           (slice_equal(call->who->agency, source->agency) || slice_equal(call->who->agency, S("hub")));
}

/* Figures of a source are for whoever lands it, and for whom an agreement in force lets count it. */
static bool may_count(struct call *call, const struct source *source)
{
    return may_land(call, source) || grant_counts(guard_grant(call->session), source->name, AGE_ANY);
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

bool page_sources(struct call *call, struct error *err)
{
    struct source_state *states;
    size_t count;
    if (!source_states(call->web->options.store, call->catalogue, guard_today(call->web->options.guard), call->arena,
                       &states, &count, err))
        return false;
    struct page_sources_row *rows = arena_array(call->arena, struct page_sources_row, count);
    for (size_t i = 0; i < count; i++) {
        const struct source_state *s = &states[i];
        struct slice colour;
        bool other = s->newest.id && s->newest.state != LANDING_CURRENT;
        rows[i] = (struct page_sources_row){
            .title = s->source->title,
            .to = url_path(call->arena, "/sources/%", s->source->name),
            .agency = agency_title(call, s->source->agency),
            .as_at = s->landed ? words_of_freshness(call, s->current.as_at, s->current.received_at) : NO_SLICE,
            .stale = s->age.stale,
            .never = !s->landed,
            .counted = may_count(call, s->source),
            .records = s->records,
            .quarantine = s->open_quarantine,
            .newest = other ? state_words(s->newest.state, false, &colour) : NO_SLICE,
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

static bool put_quality(struct call *call, const struct source *source, bool counted, struct page_source *page,
                        struct error *err)
{
    struct column_quality *quality = NULL;
    size_t count = 0;
    int64_t records = 0;
    if (counted && !source_quality(call->web->options.store, source, call->arena, &quality, &count, &records, err))
        return false;
    struct page_source_column *rows = arena_array(call->arena, struct page_source_column, source->column_count);
    for (size_t i = 0; i < source->column_count; i++) {
        const struct column *column = &source->columns[i];
        rows[i] = (struct page_source_column){.title = column->title,
                                              .kind = slice_of(kinds[column->type]),
                                              .attribute = attribute_title(column->attribute)};
        for (size_t k = 0; k < count; k++)
            if (quality[k].column == column) {
                rows[i].filled =
                    records ? arena_format(call->arena, "%.1f%%", 100.0 * (double)quality[k].filled / (double)records)
                            : S("–");
                rows[i].distinct = quality[k].distinct;
                rows[i].quarantined = quality[k].quarantined;
            }
    }
    page->columns = rows;
    page->columns_count = source->column_count;
    return true;
}

static bool put_landings(struct call *call, const struct source *source, struct page_source *page, struct error *err)
{
    struct landing *landings;
    size_t count;
    if (!landing_list(call->web->options.store, source->name, 20, call->arena, &landings, &count, err))
        return false;
    struct page_source_landing *rows = arena_array(call->arena, struct page_source_landing, count);
    for (size_t i = 0; i < count; i++) {
        rows[i] = (struct page_source_landing){
            .to = url_path(call->arena, "/landings/%", text_of_integer(call->arena, landings[i].id)),
            .file = landings[i].file_name,
            .received = time_words(call->arena, landings[i].received_at),
            .by = landings[i].received_by,
            .words = page->counted ? landing_sentence(&landings[i], call->arena) : NO_SLICE,
        };
        rows[i].state = state_words(landings[i].state, landings[i].is_current, &rows[i].colour);
    }
    page->landings = rows;
    page->landings_count = count;
    return true;
}

static bool show_source(struct call *call, const struct source *source, struct slice problem, int status,
                        struct error *err)
{
    struct source_state state;
    if (!source_state_of(call->web->options.store, source, guard_today(call->web->options.guard), call->arena, &state,
                         err))
        return false;
    const struct agreement *agreement = catalogue_agreement(call->catalogue, source->agreement);
    bool land = may_land(call, source);
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
        .as_at =
            state.landed ? words_of_freshness(call, state.current.as_at, state.current.received_at) : S("never landed"),
        .stale = state.age.stale,
        .counted = may_count(call, source),
        .records = state.records,
        .open_quarantine = state.open_quarantine,
        .quarantine_to = land ? url_path(call->arena, "/sources/%/quarantine", source->name) : (struct url){NO_SLICE},
        .can_land = land,
        .upload = url_path(call->arena, "/sources/%", source->name),
        .csrf = call_csrf(call),
    };
    return put_landings(call, source, &page, err) &&
           put_quality(call, source, state.landed && page.counted, &page, err) &&
           call_page_with_status(call, status, source->title, render_source(call->arena, &page));
}

bool page_source(struct call *call, struct error *err)
{
    const struct source *source;
    return source_of(call, &source, err) && show_source(call, source, NO_SLICE, 200, err);
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
    if (!source_of(call, &source, err))
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
           landing_get(call->web->options.store, id, call->arena, &landing, err) &&
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

static bool put_rows(struct call *call, int64_t id, const struct source *source, struct page_landing *page,
                     struct error *err)
{
    static const struct {
        enum row_fate fate;
        const char *words;
    } fates[] = {{ROW_QUARANTINED, "in quarantine"}, {ROW_CHANGED, "changed"}, {ROW_NEW, "new"}};
    enum { EACH = 50 };
    struct page_landing_row *rows = arena_array(call->arena, struct page_landing_row, EACH * countof(fates));
    for (size_t f = 0; f < countof(fates); f++) {
        struct landing_row *found;
        size_t count;
        if (!landing_rows(call->web->options.store, id, fates[f].fate, 0, EACH, call->arena, &found, &count, err))
            return false;
        for (size_t i = 0; i < count; i++)
            rows[page->rows_count++] = (struct page_landing_row){
                .line = text_of_integer(call->arena, found[i].line),
                .fate = slice_of(fates[f].words),
                .column = fates[f].fate == ROW_QUARANTINED ? column_title(source, found[i].column) : NO_SLICE,
                .reason = found[i].reason,
            };
    }
    page->rows = rows;
    return true;
}

bool page_landing(struct call *call, struct error *err)
{
    int64_t id;
    struct landing landing;
    struct quarantine_sum *sums;
    size_t count;
    if (!request_integer(call->request, S("id"), &id, err) ||
        !landing_get(call->web->options.store, id, call->arena, &landing, err))
        return false;
    const struct source *source = catalogue_source(call->catalogue, landing.source);
    if (!source || !may_count(call, source))
        return error_set(err, ERROR_DENIED,
                         "no agreement in force lets your role count the rows of \"%.*s\" for this purpose",
                         PRINT(source ? source->title : landing.source));
    if (!quarantine_summary(call->web->options.store, id, call->arena, &sums, &count, err))
        return false;
    struct page_landing page = {
        .done = part_of_done(call),
        .source = source ? source->title : landing.source,
        .back = url_path(call->arena, "/sources/%", landing.source),
        .file = landing.file_name,
        .digest = digest_hex(call->arena, &landing.digest),
        .received = time_words(call->arena, landing.received_at),
        .by = landing.received_by,
        .as_at = date_known(landing.as_at) ? date_words(call->arena, landing.as_at) : NO_SLICE,
        .sentence = landing_sentence(&landing, call->arena),
        .same_again = parameters_has(&call->request->query, S("same")),
        .held = landing.state == LANDING_HELD,
        .can_decide = source && may_land(call, source),
        .action = url_path(call->arena, "/landings/%", text_of_integer(call->arena, id)),
        .csrf = call_csrf(call),
        .quarantine_to = source && may_land(call, source)
                             ? url_path(call->arena, "/sources/%/quarantine?landing=%&all=1", landing.source,
                                        text_of_integer(call->arena, id))
                             : (struct url){NO_SLICE},
    };
    page.state = state_words(landing.state, landing.is_current, &page.colour);
    if (!slice_empty(landing.decided_by))
        page.decided = arena_format(call->arena, "Decided by %.*s, %.*s.", PRINT(landing.decided_by),
                                    PRINT(time_words(call->arena, landing.decided_at)));
    struct page_landing_rule *rules = arena_array(call->arena, struct page_landing_rule, count);
    for (size_t i = 0; i < count; i++)
        rules[i] = (struct page_landing_rule){column_title(source, sums[i].column), quarantine_rule_words(sums[i].rule),
                                              sums[i].rows};
    page.rules = rules;
    page.rules_count = count;
    /* Of a file that was not read the sentence says all that there is. */
    if (landing.state != LANDING_FAILED || landing.counts.rows_in)
        put_counts(call, &landing, &page);
    return put_rows(call, id, source, &page, err) && call_page(call, page.file, render_landing(call->arena, &page));
}

/* ---- Quarantine ---- */

bool page_quarantine(struct call *call, struct error *err)
{
    const struct source *source;
    struct quarantined *found;
    size_t count;
    bool more, all = parameters_has(&call->request->query, S("all"));
    struct quarantine_filter filter = {.open_only = !all, .limit = 100};
    if (!source_of(call, &source, err) || !request_integer_or(call->request, S("landing"), 0, &filter.landing, err) ||
        !request_integer_or(call->request, S("after"), 0, &filter.after, err))
        return false;
    filter.source = source->name;
    if (!quarantine_list(call->session, call->web->options.folder, &filter, call->arena, &found, &count, &more, err))
        return false;
    struct page_quarantine_row *rows = arena_array(call->arena, struct page_quarantine_row, count);
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct page_quarantine_row){
            .line = text_of_integer(call->arena, found[i].line),
            .landing = url_path(call->arena, "/landings/%", text_of_integer(call->arena, found[i].landing)),
            .landing_number = text_of_integer(call->arena, found[i].landing),
            .column = column_title(source, found[i].column),
            .value = found[i].value,
            .reason = found[i].reason,
            .corrected = found[i].corrected,
        };
    /* Of one landing only, if that was asked; and so again on the next page. */
    struct slice here = url_path(call->arena, "/sources/%/quarantine", source->name).text;
    here = filter.landing ? arena_format(call->arena, "%.*s?landing=%lld&", PRINT(here), (long long)filter.landing)
                          : arena_format(call->arena, "%.*s?", PRINT(here));
    struct page_quarantine page = {
        .source = source->title,
        .back = url_path(call->arena, "/sources/%", source->name),
        .rows = rows,
        .rows_count = count,
        .all = all,
        .here = {all ? slice_part(here, 0, here.len - 1) : arena_format(call->arena, "%.*sall=1", PRINT(here))},
    };
    if (more) {
        struct part_pager *pager = arena_new(call->arena, struct part_pager);
        pager->next.text = arena_format(call->arena, "%.*s%safter=%lld", PRINT(here), all ? "all=1&" : "",
                                        (long long)found[count - 1].id);
        page.pager = pager;
    }
    return call_page(call, S("Rows in quarantine"), render_quarantine(call->arena, &page));
}
