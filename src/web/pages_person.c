/* pages_person.c: the single view of a person, and what is done from it: this looks wrong, the caller's identity, a
 * contact note. */
#include "web/asked.h"
#include "web/pages.h"
#include "web/parts.h"

#include "hub/entry.h"

static struct slice id_text(struct call *call)
{
    return request_value(call->request, S("id"));
}

/* ---- Pieces of the view ---- */

static struct url record_place(struct call *call, size_t number)
{
    return url_path(call->arena, "#record-%", text_of_integer(call->arena, (int64_t)number));
}

static const struct page_person_marker *markers_of(struct call *call, const struct person_view *view)
{
    static const char *const titles[] = {"Has died.", "Staff-safety marker:", "Communication need:"};
    static const char *const classes[] = {"death", "safety", "communication"};
    static const char *const of[] = {"the death", "the staff-safety marker", "the communication need"};
    struct page_person_marker *rows = arena_array(call->arena, struct page_person_marker, view->marker_count);
    for (size_t i = 0; i < view->marker_count; i++) {
        const struct view_marker *m = &view->markers[i];
        const struct evidence *e = &view->records[m->value.record].evidence;
        rows[i] = (struct page_person_marker){
            .class = slice_of(classes[m->kind]),
            .title = slice_of(titles[m->kind]),
            .of = slice_of(of[m->kind]),
            .value = m->value.value,
            .source = arena_format(call->arena, "%.*s, %.*s", PRINT(e->source_title),
                                   PRINT(evidence_words_in_full(e, call->arena))),
            .to = record_place(call, m->value.record),
        };
    }
    return rows;
}

static struct page_person_fact fact_of(struct call *call, const struct person_view *view, const struct view_fact *fact)
{
    const struct evidence *e = &view->records[fact->best.record].evidence;
    struct page_person_other *others = arena_array(call->arena, struct page_person_other, fact->other_count);
    for (size_t i = 0; i < fact->other_count; i++)
        others[i] = (struct page_person_other){fact->others[i].value,
                                               view->records[fact->others[i].record].evidence.source_title,
                                               record_place(call, fact->others[i].record)};
    return (struct page_person_fact){
        .title = fact->title,
        .value = fact->best.value,
        .from = arena_format(call->arena, "%.*s, %.*s%s", PRINT(e->source_title), PRINT(evidence_words(e, call->arena)),
                             fact->agreeing > 1 ? arena_format(call->arena, " · %zu records agree", fact->agreeing).at
                                                : ""),
        .stale = e->stale,
        .rule = fact->rule,
        .evidence = part_of_evidence(call, e),
        .others = others,
        .others_count = fact->other_count,
        .wrong = url_path(call->arena, "/people/%/concern?anchor=%&about=%", text_of_integer(call->arena, view->entity),
                          text_of_integer(call->arena, e->anchor), fact->title),
    };
}

static void put_events(struct call *call, const struct person_view *view, struct page_person *page)
{
    struct page_person_event *rows = arena_array(call->arena, struct page_person_event, view->event_count);
    for (size_t i = 0; i < view->event_count; i++) {
        const struct view_event *e = &view->timeline[i];
        rows[i] = (struct page_person_event){
            .date = date_known(e->date) ? date_words(call->arena, e->date) : NO_SLICE,
            .what = e->what,
            .text = e->text,
            .source = e->source_title,
            .by = e->written_by,
            .to = e->record >= 0 ? record_place(call, (size_t)e->record) : (struct url){NO_SLICE},
        };
    }
    enum { FEW = 8 };
    size_t few = view->event_count > FEW + 2 ? FEW : view->event_count;
    page->events = rows;
    page->events_count = few;
    page->earlier = rows + few;
    page->earlier_count = view->event_count - few;
    page->event_total = (int64_t)view->event_count;
}

/* ---- Records, by source ---- */

/* The day that tells one record from its like, as ISO text: of the event it tells. */
static struct slice day_of(const struct view_record *record)
{
    for (size_t i = 0; i < record->field_count; i++)
        if (record->fields[i].column->attribute == ATTRIBUTE_EVENT_DATE)
            return record->fields[i].raw;
    return NO_SLICE;
}

static int newest_first(const void *a, const void *b)
{
    const struct view_record *x = *(const struct view_record *const *)a, *y = *(const struct view_record *const *)b;
    int order = slice_compare(day_of(y), day_of(x));
    return order ? order : (x > y) - (x < y);
}

/* A source's records, newest first; of many the newest few stand open to view, and the others are folded. */
static struct page_person_group group_of(struct call *call, const struct person_view *view, size_t from, size_t until)
{
    enum { FEW = 3 };
    size_t count = until - from, few = count > FEW + 1 ? FEW : count;
    const struct view_record **order = arena_array(call->arena, const struct view_record *, count);
    struct part_record *records = arena_array(call->arena, struct part_record, count);
    for (size_t i = 0; i < count; i++)
        order[i] = &view->records[from + i];
    array_sort(order, count, sizeof *order, newest_first);
    for (size_t i = 0; i < count; i++) {
        size_t number = (size_t)(order[i] - view->records);
        records[i] = part_of_record(call, order[i], number, view->entity, number == 0);
    }
    return (struct page_person_group){
        .source = view->records[from].evidence.source_title,
        .total = (int64_t)count,
        .few = records,
        .few_count = few,
        .folded = records + few,
        .folded_count = count - few,
    };
}

static void put_records(struct call *call, const struct person_view *view, struct page_person *page)
{
    struct page_person_group *groups = arena_array(call->arena, struct page_person_group, view->record_count);
    for (size_t from = 0, until; from < view->record_count; from = until) {
        for (until = from + 1; until < view->record_count && slice_equal(view->records[until].evidence.source_title,
                                                                         view->records[from].evidence.source_title);)
            until++;
        groups[page->groups_count++] = group_of(call, view, from, until);
    }
    page->groups = groups;
}

static void put_homes(struct call *call, const struct person_view *view, struct page_person *page)
{
    struct page_person_home *homes = arena_array(call->arena, struct page_person_home, view->home_count);
    for (size_t i = 0; i < view->home_count; i++) {
        const struct view_home *h = &view->homes[i];
        homes[i] = (struct page_person_home){
            .address = words_of_address(call->arena, h->address, h->postcode),
            .to = url_path(call->arena, "/homes/%", h->uprn),
            .kind = h->kind,
            .when = words_of_span(call->arena, h->from, h->until),
            .how = h->how,
            .current = h->current,
        };
    }
    struct page_person_mate *mates = arena_array(call->arena, struct page_person_mate, view->household_count);
    for (size_t i = 0; i < view->household_count; i++) {
        const struct view_housemate *m = &view->household[i];
        mates[i] = (struct page_person_mate){
            .name = m->name,
            .to = url_path(call->arena, "/people/%", text_of_integer(call->arena, m->entity)),
            .born = date_known(m->born) ? date_words(call->arena, m->born) : NO_SLICE,
            .since = date_known(m->from) ? date_words(call->arena, m->from) : NO_SLICE,
        };
    }
    page->homes = homes;
    page->homes_count = view->home_count;
    page->household = mates;
    page->household_count = view->household_count;
    page->household_shared = view->household_shared;
}

static void put_sources(struct call *call, const struct person_view *view, struct page_person *page)
{
    struct page_person_source *rows = arena_array(call->arena, struct page_person_source, view->freshness_count);
    for (size_t i = 0; i < view->freshness_count; i++)
        rows[i] = (struct page_person_source){
            view->freshness[i].source->title,
            freshness_words(view->freshness[i].as_at, view->freshness[i].received_at, call->arena),
            view->freshness[i].stale};
    page->sources = rows;
    page->sources_count = view->freshness_count;
    page->excluded = parts_of_excluded(call, view->grant);
    page->excluded_count = view->grant->excluded_count;
    page->agreements = words_of_agreements(call, view->grant);
}

static void put_changes(struct call *call, const struct person_view *view, struct page_person *page)
{
    struct page_person_change *rows = arena_array(call->arena, struct page_person_change, view->change_count);
    for (size_t i = 0; i < view->change_count; i++)
        rows[i] = (struct page_person_change){
            time_words(call->arena, view->changes[i].at),
            words_joined(call->arena, (const struct slice[]){view->changes[i].kind, view->changes[i].cause}, 2,
                         S(": "))};
    page->changes = rows;
    page->changes_count = view->change_count;
}

static struct slice summary_of(struct call *call, const struct person_view *view)
{
    struct slice pieces[2] = {NO_SLICE, NO_SLICE};
    for (size_t i = 0; i < view->fact_count; i++)
        if (view->facts[i].attribute == ATTRIBUTE_PERSON_BIRTH_DATE)
            pieces[0] = arena_format(call->arena, "Born %.*s", PRINT(view->facts[i].best.value));
    if (view->home_count && view->homes[0].current)
        pieces[1] = words_of_address(call->arena, view->homes[0].address, view->homes[0].postcode);
    return words_joined(call->arena, pieces, 2, S(" · "));
}

static bool show_person(struct call *call, const struct person_view *view, struct slice problem)
{
    struct slice id = text_of_integer(call->arena, view->entity);
    struct page_person page = {
        .name = view->name,
        .summary = summary_of(call, view),
        .done = part_of_done(call),
        .problem = part_of_problem(call, problem, "note"),
        .note = parameters_get(&call->request->form, S("words")),
        .purpose = view->grant->purpose->title,
        .markers = markers_of(call, view),
        .markers_count = view->marker_count,
        .why = url_path(call->arena, "/people/%/why", id),
        .why_not = url_path(call->arena, "/people/%/why-not", id),
        .split = url_path(call->arena, "/people/%/split", id),
        .several = view->record_count > 1,
        .can_split = view->record_count > 1 && call_may(call, ABILITY_STEWARD),
        .record_total = (int64_t)view->record_count,
        .open_concerns = view->open_concerns ? words_of_count(call->arena, (int64_t)view->open_concerns,
                                                              "open concern about these facts waits",
                                                              "open concerns about these facts wait")
                                             : NO_SLICE,
        .can_note = call_may(call, ABILITY_NOTE),
        .note_action = url_path(call->arena, "/people/%/notes", id),
        .csrf = call_csrf(call),
    };
    struct page_person_fact *facts = arena_array(call->arena, struct page_person_fact, view->fact_count);
    for (size_t i = 0; i < view->fact_count; i++)
        facts[i] = fact_of(call, view, &view->facts[i]);
    page.facts = facts;
    page.facts_count = view->fact_count;
    put_records(call, view, &page);
    put_events(call, view, &page);
    put_homes(call, view, &page);
    put_sources(call, view, &page);
    put_changes(call, view, &page);
    return call_page_with_status(call, problem.len ? 422 : 200, view->name, render_person(call->arena, &page));
}

/* ---- The caller ---- */

static bool show_caller(struct call *call, struct slice name, struct slice problem)
{
    struct page_caller page = {
        .problem = part_of_problem(call, problem, "caller-born"),
        .name = name,
        .action = url_path(call->arena, "/people/%/caller", id_text(call)),
        .csrf = call_csrf(call),
    };
    return call_page_with_status(call, problem.len ? 422 : 200, S("Who is calling?"),
                                 render_caller(call->arena, &page));
}

bool page_person(struct call *call, struct error *err)
{
    int64_t entity;
    struct person_view *view;
    if (!request_integer(call->request, S("id"), &entity, err) ||
        !hub_view(&call->hub, call->session, entity, call->arena, &view, err))
        return false;
    if (view->entity != entity) /* it was joined into another */
        return call_redirect(call, url_path(call->arena, "/people/%", text_of_integer(call->arena, view->entity)));
    if (view->caller_check_needed)
        return show_caller(call, view->name, NO_SLICE);
    return show_person(call, view, NO_SLICE);
}

bool do_caller(struct call *call, struct error *err)
{
    int64_t entity;
    bool passed;
    struct person_view *view;
    const struct request *request = call->request;
    struct caller_answers answers = {
        .name = slice_trim(parameters_get(&request->form, S("name"))),
        .birth_date = slice_trim(parameters_get(&request->form, S("birth_date"))),
        .postcode = slice_trim(parameters_get(&request->form, S("postcode"))),
        .nhs_number = slice_trim(parameters_get(&request->form, S("nhs_number"))),
    };
    if (!request_integer(request, S("id"), &entity, err))
        return false;
    int given = (answers.birth_date.len > 0) + (answers.postcode.len > 0) + (answers.nhs_number.len > 0);
    if (given < 2) /* cannot pass, so it is no try either */
        return hub_view(&call->hub, call->session, entity, call->arena, &view, err) &&
               (view->caller_check_needed
                    ? show_caller(call, view->name,
                                  S("Type at least two of the caller's date of birth, postcode and NHS number"))
                    : call_redirect(call, url_path(call->arena, "/people/%", id_text(call))));
    if (!hub_check_caller(&call->hub, call->session, entity, &answers, &passed, err))
        return false;
    if (passed)
        return call_redirect(call, url_path(call->arena, "/people/%?done=caller", id_text(call)));
    return hub_view(&call->hub, call->session, entity, call->arena, &view, err) &&
           show_caller(
               call, view->name,
               S("The answers do not fit well enough, or only repeat what you searched by. Ask for something else, or "
                 "call back on a number that is on record"));
}

/* ---- Writing ---- */

bool do_note(struct call *call, struct error *err)
{
    int64_t entity, entry_id;
    struct entry_new entry = {.kind = ENTRY_CONTACT_NOTE};
    struct person_view *view;
    struct error problem = NO_ERROR;
    if (!request_integer(call->request, S("id"), &entity, err))
        return false;
    if (!request_text(call->request, S("words"), "the note", 4000, &entry.words, &problem)) {
        if (!hub_view(&call->hub, call->session, entity, call->arena, &view, err))
            return false;
        return view->caller_check_needed ? show_caller(call, view->name, NO_SLICE)
                                         : show_person(call, view, words_of_error(call->arena, &problem));
    }
    entry.entity = entity;
    return hub_entry_write(&call->hub, call->session, &entry, call->arena, &entry_id, err) &&
           call_redirect(call, url_path(call->arena, "/people/%?done=note", id_text(call)));
}

static bool show_concern(struct call *call, struct slice problem, struct error *err)
{
    int64_t entity, anchor;
    struct person_view *view;
    if (!request_integer(call->request, S("id"), &entity, err) ||
        !request_integer(call->request, S("anchor"), &anchor, err) ||
        !hub_view(&call->hub, call->session, entity, call->arena, &view, err))
        return false;
    size_t at = 0;
    while (at < view->record_count && view->records[at].evidence.anchor != anchor)
        at++;
    if (at == view->record_count)
        return error_set(err, ERROR_NOT_FOUND, "this record does not stand in this view; open the view again");
    struct page_concern page = {
        .problem = part_of_problem(call, problem, "words"),
        .name = view->name,
        .about = parameters_get(&call->request->query, S("about")),
        .source = view->records[at].evidence.source_title,
        .action = url_path(call->arena, "/people/%/concern", id_text(call)),
        .back = url_path(call->arena, "/people/%", id_text(call)),
        .csrf = call_csrf(call),
        .words = parameters_get(&call->request->form, S("words")),
        .anchor = text_of_integer(call->arena, anchor),
    };
    return call_page_with_status(call, problem.len ? 422 : 200, S("This looks wrong"),
                                 render_concern(call->arena, &page));
}

bool page_concern(struct call *call, struct error *err)
{
    return show_concern(call, NO_SLICE, err);
}

bool do_concern(struct call *call, struct error *err)
{
    int64_t entity, anchor, concern;
    struct slice words;
    struct error problem = NO_ERROR;
    if (!request_integer(call->request, S("id"), &entity, err) ||
        !request_integer(call->request, S("anchor"), &anchor, err))
        return false;
    if (!request_text(call->request, S("words"), "what looks wrong", 2000, &words, &problem))
        return show_concern(call, words_of_error(call->arena, &problem), err);
    return hub_concern_raise(&call->hub, call->session, entity, anchor, words, &concern, err) &&
           call_redirect(call, url_path(call->arena, "/people/%?done=concern", id_text(call)));
}

/* ---- One record ---- */

bool record_asked(struct call *call, struct view_record **ret, size_t *ret_count, struct error *err)
{
    int64_t anchor;
    if (!request_integer(call->request, S("id"), &anchor, err) ||
        !hub_record(&call->hub, call->session, anchor, call->arena, ret, ret_count, err))
        return false;
    return *ret_count ||
           error_set(err, ERROR_NOT_FOUND, "there is no such record for this purpose; go back to the person");
}

bool page_record(struct call *call, struct error *err)
{
    struct view_record *versions;
    size_t count;
    if (!record_asked(call, &versions, &count, err))
        return false;
    struct part_record *rows = arena_array(call->arena, struct part_record, count);
    for (size_t i = 0; i < count; i++)
        rows[i] = part_of_record(call, &versions[i], i, 0, true);
    struct page_record page = {.title = arena_format(call->arena, "%.*s, %.*s", PRINT(versions[0].evidence.row_title),
                                                     PRINT(versions[0].evidence.source_title)),
                               .person =
                                   url_path(call->arena, "/people/%", text_of_integer(call->arena, versions[0].entity)),
                               .versions = rows,
                               .versions_count = count};
    return call_page(call, page.title, render_record(call->arena, &page));
}
