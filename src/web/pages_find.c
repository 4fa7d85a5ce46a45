/* pages_find.c: the search, the view of a home, and why records are taken for one person. */
#include "web/asked.h"
#include "web/pages.h"
#include "web/parts.h"

#include "hub/homes.h"

/* ---- Search ---- */

static struct page_find_hit hit_of(struct call *call, const struct search_hit *hit)
{
    struct arena *arena = call->arena;
    struct slice *reasons = arena_array(arena, struct slice, hit->reason_count);
    for (size_t i = 0; i < hit->reason_count; i++)
        reasons[i] = hit->reasons[i].words;
    bool home = hit->entity == 0;
    return (struct page_find_hit){
        .name = home ? hit->address : hit->name,
        .to = home ? url_path(arena, "/homes/%", hit->uprn)
                   : url_path(arena, "/people/%", text_of_integer(arena, hit->entity)),
        .is_home = home,
        .died = hit->died,
        .born = date_known(hit->born) ? date_words(arena, hit->born) : NO_SLICE,
        .address = home ? NO_SLICE : hit->address,
        .fit = hit->hidden          ? S("Details once the caller is identified")
               : hit->score >= 0.95 ? S("Fits")
               : hit->score >= 0.6  ? S("Fits well")
                                    : S("Fits in part"),
        .reasons = arena_join(arena, reasons, hit->reason_count, S(", ")),
        .sources = arena_join(arena, hit->sources, hit->source_count, S(", ")),
    };
}

static bool show_find(struct call *call, const struct search_answer *answer, struct slice problem)
{
    const struct parameters *query = &call->request->query;
    struct page_find page = {
        .words = parameters_get(query, S("q")),
        .born = parameters_get(query, S("born")),
        .postcode = parameters_get(query, S("postcode")),
        .problem = part_of_problem(call, problem, "q"),
    };
    if (answer) {
        struct page_find_hit *hits = arena_array(call->arena, struct page_find_hit, answer->hit_count);
        for (size_t i = 0; i < answer->hit_count; i++)
            hits[i] = hit_of(call, &answer->hits[i]);
        page.asked = true;
        page.read_as = answer->read_as;
        page.count = (int64_t)answer->hit_count;
        page.one = answer->hit_count == 1;
        page.more = answer->more;
        page.in_part = answer->in_part ? S(SEARCH_IN_PART) : NO_SLICE;
        page.too_common = answer->too_common;
        page.hits = hits;
        page.hits_count = answer->hit_count;
    }
    return call_page_with_status(call, problem.len ? 422 : 200, S("Find a person or a home"),
                                 render_find(call->arena, &page));
}

bool search_question_of(struct call *call, struct search_question *question, struct error *err)
{
    int64_t limit;
    if (!request_integer_or(call->request, S("limit"), 20, &limit, err))
        return false;
    *question = (struct search_question){
        .words = slice_trim(request_value(call->request, S("q"))),
        .birth_date = slice_trim(request_value(call->request, S("born"))),
        .postcode = slice_trim(request_value(call->request, S("postcode"))),
        .limit = limit > 100 ? 100 : (int)limit,
    };
    return true;
}

bool page_find(struct call *call, struct error *err)
{
    struct search_question question;
    struct search_answer *answer;
    if (!search_question_of(call, &question, err))
        return false;
    if (!question.words.len && !question.birth_date.len && !question.postcode.len)
        return show_find(call, NULL, NO_SLICE);
    if (hub_search(&call->hub, call->session, &question, call->arena, &answer, err))
        return show_find(call, answer, NO_SLICE);
    return err->code == ERROR_INPUT && show_find(call, NULL, words_of_error(call->arena, err));
}

/* ---- A home ---- */

static void put_residents(struct call *call, const struct home_view *view, struct page_home *page)
{
    struct page_home_resident *rows = arena_array(call->arena, struct page_home_resident, view->resident_count);
    for (size_t i = 0; i < view->resident_count; i++) {
        const struct home_resident *r = &view->residents[i];
        rows[i] = (struct page_home_resident){
            .name = r->name,
            .to = url_path(call->arena, "/people/%", text_of_integer(call->arena, r->entity)),
            .born = date_known(r->born) ? date_words(call->arena, r->born) : NO_SLICE,
            .when = words_of_span(call->arena, r->from, r->until),
            .current = r->current,
            .sources = arena_join(call->arena, r->sources, r->source_count, S(", ")),
        };
    }
    page->residents = rows;
    page->residents_count = view->resident_count;
}

static void put_home_rest(struct call *call, const struct home_view *view, struct page_home *page)
{
    struct page_home_event *events = arena_array(call->arena, struct page_home_event, view->event_count);
    for (size_t i = 0; i < view->event_count; i++)
        events[i] = (struct page_home_event){
            date_known(view->timeline[i].date) ? date_words(call->arena, view->timeline[i].date) : NO_SLICE,
            view->timeline[i].what, view->timeline[i].text, view->timeline[i].source_title};
    struct part_record *records = arena_array(call->arena, struct part_record, view->record_count);
    for (size_t i = 0; i < view->record_count; i++)
        records[i] = part_of_record(call, &view->records[i], i, 0, view->record_count <= 4);
    struct page_home_source *sources = arena_array(call->arena, struct page_home_source, view->freshness_count);
    for (size_t i = 0; i < view->freshness_count; i++)
        sources[i] = (struct page_home_source){
            view->freshness[i].source->title,
            freshness_words(view->freshness[i].as_at, view->freshness[i].received_at, call->arena),
            view->freshness[i].stale};
    page->events = events;
    page->events_count = view->event_count;
    page->records = records;
    page->records_count = view->record_count;
    page->sources = sources;
    page->sources_count = view->freshness_count;
}

bool page_home(struct call *call, struct error *err)
{
    struct home_view *view;
    if (!hub_home(&call->hub, call->session, request_value(call->request, S("uprn")), call->arena, &view, err))
        return false;
    struct page_home page = {
        .address = words_of_address(call->arena, view->address, view->postcode),
        .uprn = view->uprn,
        .kind = view->kind,
        .place =
            words_joined(call->arena, (const struct slice[]){view->locality, view->town, view->district}, 3, S(", ")),
        .shared = view->shared,
        .more_residents = view->more_residents,
        .excluded = parts_of_excluded(call, view->grant),
        .excluded_count = view->grant->excluded_count,
        .purpose = view->grant->purpose->title,
        .agreements = words_of_agreements(call, view->grant),
    };
    put_residents(call, view, &page);
    put_home_rest(call, view, &page);
    return call_page(call, page.address, render_home(call->arena, &page));
}
