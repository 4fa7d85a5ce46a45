/* pages_why.c: why records are one person, the way between two of them, and why somebody else is another. */
#include "web/asked.h"
#include "web/pages.h"
#include "web/parts.h"

#include "hub/answer_json.h"

static struct slice bits_text(struct arena *arena, double bits)
{
    return arena_format(arena, "%.1f", bits);
}

static struct part_waterfall *parts_of_links(struct call *call, const struct why_view *why)
{
    struct part_waterfall *links = arena_array(call->arena, struct part_waterfall, why->link_count);
    for (size_t i = 0; i < why->link_count; i++)
        links[i] = part_of_link(call, why, &why->links[i], i + 1);
    return links;
}

bool why_asked(struct call *call, struct why_view **ret, struct error *err)
{
    int64_t entity, a, b;
    if (!request_integer(call->request, S("id"), &entity, err) ||
        !request_integer_or(call->request, S("a"), 0, &a, err) ||
        !request_integer_or(call->request, S("b"), 0, &b, err))
        return false;
    return a && b ? hub_why_path(&call->hub, call->session, entity, a, b, call->arena, ret, err)
                  : hub_why(&call->hub, call->session, entity, call->arena, ret, err);
}

bool page_why(struct call *call, struct error *err)
{
    struct why_view *why;
    struct arena *arena = call->arena;
    struct slice id = request_value(call->request, S("id"));
    if (!why_asked(call, &why, err))
        return false;
    struct slice name = why->record_count ? why->records[0].name : S("the person");
    struct page_why_record_line *records = arena_array(arena, struct page_why_record_line, why->record_count);
    size_t a = why->link_count ? why->links[0].a : 0, b = why->link_count ? why->links[0].b : 0;
    for (size_t i = 0; i < why->record_count; i++)
        records[i] = (struct page_why_record_line){
            .source = why->records[i].source_title,
            .row = why->records[i].row_title,
            .name = why->records[i].name,
            .to = url_path(arena, "/records/%", text_of_integer(arena, why->records[i].anchor)),
            .number = text_of_integer(arena, why->records[i].anchor),
            .is_a = i == a,
            .is_b = i == b && a != b,
        };
    struct page_why page = {
        .name = slice_empty(name) ? S("the person") : name,
        .back = url_path(arena, "/people/%", id),
        .title = why->way ? S("How do these two records hang together?") : S("Why are these the same person?"),
        .outcome = why->outcome,
        .action = why->record_count > 1 ? url_path(arena, "/people/%/why", id) : (struct url){NO_SLICE},
        .other = url_path(arena, "/people/%/why-not", id),
        .model = why->model,
        .join = bits_text(arena, why->join),
        .review = bits_text(arena, why->review),
        .links = parts_of_links(call, why),
        .links_count = why->link_count,
        .records = records,
        .records_count = why->record_count,
    };
    return call_page(call, page.title, render_why(arena, &page));
}

bool api_why(struct call *call, struct error *err)
{
    struct why_view *why;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!why_asked(call, &why, err))
        return false;
    why_json(&json, why);
    return call_json(call, &out);
}

/* ---- Why not ---- */

bool why_not_asked(struct call *call, struct why_not_page *ret, struct error *err)
{
    struct search_question question;
    struct why_not_page page = {.answer = NULL};
    if (!request_integer(call->request, S("id"), &page.person, err) ||
        !request_integer_or(call->request, S("other"), 0, &page.other, err) ||
        !search_question_of(call, &question, err))
        return false;
    if (page.other && !hub_why_not(&call->hub, call->session, page.person, page.other, call->arena, &page.why, err))
        return false;
    if (!page.other && question.words.len &&
        !(guard_needs(call->session, ABILITY_SEARCH, err) &&
          hub_search(&call->hub, call->session, &question, call->arena, &page.answer, err)))
        return false;
    *ret = page;
    return true;
}

static void put_hits(struct call *call, const struct why_not_page *asked, struct page_why_not *page)
{
    struct slice id = text_of_integer(call->arena, asked->person);
    struct page_why_not_hit *hits = arena_array(call->arena, struct page_why_not_hit, asked->answer->hit_count);
    for (size_t i = 0; i < asked->answer->hit_count; i++) {
        const struct search_hit *hit = &asked->answer->hits[i];
        if (!hit->entity || hit->entity == asked->person)
            continue;
        struct slice born = date_known(hit->born)
                                ? arena_format(call->arena, "Born %.*s", PRINT(date_words(call->arena, hit->born)))
                                : NO_SLICE;
        hits[page->hits_count++] = (struct page_why_not_hit){
            .name = hit->name,
            .to = url_path(call->arena, "/people/%/why-not?other=%", id, text_of_integer(call->arena, hit->entity)),
            .about = words_joined(call->arena, (const struct slice[]){born, hit->address}, 2, S(" · ")),
        };
    }
    page->hits = hits;
}

bool page_why_not(struct call *call, struct error *err)
{
    struct why_not_page asked;
    struct slice problem = NO_SLICE, id = request_value(call->request, S("id"));
    if (!why_not_asked(call, &asked, err)) {
        if (err->code != ERROR_INPUT)
            return false;
        problem = words_of_error(call->arena, err);
        *err = NO_ERROR;
        asked = (struct why_not_page){.answer = NULL};
    }
    struct page_why_not page = {
        .problem = part_of_problem(call, problem, "q"),
        .back = url_path(call->arena, "/people/%", id),
        .action = url_path(call->arena, "/people/%/why-not", id),
        .words = request_value(call->request, S("q")),
        .asked = asked.answer != NULL,
    };
    if (asked.answer)
        put_hits(call, &asked, &page);
    if (asked.why) {
        page.answered = true;
        page.outcome = asked.why->outcome;
        page.model = asked.why->model;
        page.join = bits_text(call->arena, asked.why->join);
        page.review = bits_text(call->arena, asked.why->review);
        page.one = page.back;
        page.two = url_path(call->arena, "/people/%", text_of_integer(call->arena, asked.other));
        page.links = parts_of_links(call, asked.why);
        page.links_count = asked.why->link_count;
        page.several = asked.why->link_count > 1;
    }
    return call_page_with_status(call, problem.len ? 422 : 200, S("Why is somebody else not this person?"),
                                 render_why_not(call->arena, &page));
}

bool api_why_not(struct call *call, struct error *err)
{
    struct why_not_page asked;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!why_not_asked(call, &asked, err))
        return false;
    json_object(&json);
    json_pair_integer(&json, "person", asked.person);
    if (asked.why) {
        json_pair_integer(&json, "other", asked.other);
        json_key(&json, "why");
        why_json(&json, asked.why);
    }
    json_key(&json, "found");
    json_array(&json);
    for (size_t i = 0; asked.answer && i < asked.answer->hit_count; i++) {
        const struct search_hit *hit = &asked.answer->hits[i];
        if (!hit->entity || hit->entity == asked.person)
            continue;
        json_object(&json);
        json_pair_integer(&json, "person", hit->entity);
        json_pair_text(&json, "name", hit->name);
        json_end(&json);
    }
    json_end(&json);
    json_end(&json);
    return call_json(call, &out);
}
