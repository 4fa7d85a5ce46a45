/* pages_what_if.c: other thresholds or rules, tried before they are put in force. What takes longer than a page is
 * worked out by what_ifs.c; the page tells how far it is, and is looked at again. */
#include "web/asked.h"
#include "web/pages.h"
#include "web/parts.h"

#include "hub/answer_json.h"

#include <math.h>

enum { EXAMPLES = 6 }; /* of joins and of splits each */

static struct what_if_asker asker_of(struct call *call)
{
    return (struct what_if_asker){call->who->account, call->who->name, call->token, call->request->remote, call->place};
}

/* A threshold as a person types it; the one in force is none asked for. */
static bool threshold_of(struct call *call, const char *name, double in_force, double *ret, struct error *err)
{
    struct slice text = slice_trim(request_value(call->request, slice_of(name)));
    double value;
    if (slice_empty(text))
        return true;
    if (!slice_real(text, &value) || !isfinite(value))
        return error_set(err, ERROR_INPUT, "the threshold \"%s\" is a number of bits, such as 7.5", name);
    if (value != in_force)
        *ret = value;
    return true;
}

/* Browsers send lines that end in two characters. */
static struct slice plain_lines(struct slice text, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != '\r')
            buffer_add_byte(&out, text.at[i]);
    while (out.len && (out.at[out.len - 1] == '\n' || out.at[out.len - 1] == ' '))
        out.len--;
    buffer_add_byte(&out, '\n');
    return buffer_slice(&out);
}

static bool question_of(struct call *call, const struct model_in_force *model, struct what_if_question *ret,
                        struct error *err)
{
    *ret = (struct what_if_question){.thresholds = LINK_THRESHOLDS_KEPT};
    struct slice rules = parameters_get(&call->request->form, S("rules"));
    if (slice_trim(rules).len) {
        rules = plain_lines(rules, call->arena);
        if (!slice_equal(rules, plain_lines(model->specification, call->arena))) {
            ret->specification = rules;
            ret->specification_of = S("the rules");
        }
    }
    return threshold_of(call, "join", model->join, &ret->thresholds.join, err) &&
           threshold_of(call, "review", model->review, &ret->thresholds.review, err);
}

static bool is_empty(const struct what_if_question *question)
{
    return !link_thresholds_given(&question->thresholds) && slice_empty(question->specification) &&
           slice_empty(question->model);
}

bool what_if_asked(struct call *call, struct what_if_page *ret, struct error *err)
{
    struct slice id = request_value(call->request, S("asked"));
    struct what_if_asker asker = asker_of(call);
    struct what_if_page page = {.wanted = {.thresholds = LINK_THRESHOLDS_KEPT}};
    if (!hub_model_in_force(&call->hub, call->session, call->arena, &page.model, err))
        return false;
    if (id.len) {
        page.asked = true;
        if (!what_ifs_find(call->web->what_ifs, asker.account, id, call->arena, &page.state, err))
            return false;
    } else {
        if (!question_of(call, &page.model, &page.wanted, err))
            return false;
        page.asked = !is_empty(&page.wanted) &&
                     what_ifs_known(call->web->what_ifs, &asker, &page.wanted, &page.model, call->arena, &page.state);
    }
    bool shows = page.asked && page.state.progress == WHAT_IF_DONE && !page.state.adopts;
    if (shows && !hub_what_if_show(&call->hub, call->session, page.state.found, EXAMPLES, call->arena, &page.view, err))
        return false;
    *ret = page;
    return true;
}

/* ---- The page ---- */

static struct slice bits_text(struct arena *arena, double bits)
{
    return arena_format(arena, "%.10g", bits);
}

static struct slice count_text(struct arena *arena, uint64_t count)
{
    struct buffer out = buffer_make(arena);
    html_integer(&out, (int64_t)count, true);
    return buffer_slice(&out);
}

static struct slice percent_text(struct arena *arena, double share)
{
    return arena_format(arena, "%.2f%%", 100 * share);
}

static struct slice outcome_of(struct call *call, const struct hub_what_if *found)
{
    struct arena *arena = call->arena;
    const struct what_if *counts = &found->counts;
    if (counts->joined == 0 && counts->split == 0)
        return S("Nobody would be joined and nobody split: all people stand as they stand.");
    struct slice joined = words_of_count(arena, counts->joined, "person would be made of several",
                                         "people would each be made of several"),
                 split = words_of_count(arena, counts->split, "person would be split", "people would be split");
    struct slice pieces[] = {counts->joined ? joined : NO_SLICE, counts->split ? split : NO_SLICE};
    return arena_format(arena, "%.*s; %.*s as they stand.", PRINT(words_joined(arena, pieces, 2, S(", "))),
                        PRINT(words_of_count(arena, counts->same, "stays", "stay")));
}

static void put_rows(struct call *call, const struct hub_what_if *found, struct page_what_if *page)
{
    struct arena *arena = call->arena;
    const struct what_if *counts = &found->counts;
    struct page_what_if_row *rows = arena_array(arena, struct page_what_if_row, 6);
    size_t count = 0;
    rows[count++] = (struct page_what_if_row){S("Joins from (bits)"), bits_text(arena, found->join[0]),
                                              bits_text(arena, found->join[1])};
    rows[count++] = (struct page_what_if_row){S("Doubtful from (bits)"), bits_text(arena, found->review[0]),
                                              bits_text(arena, found->review[1])};
    rows[count++] =
        (struct page_what_if_row){S("People"), count_text(arena, counts->before), count_text(arena, counts->after)};
    rows[count++] = (struct page_what_if_row){S("Doubtful links that wait"), count_text(arena, found->doubts[0]),
                                              count_text(arena, found->doubts[1])};
    rows[count++] =
        (struct page_what_if_row){S("Links expected to be right"), percent_text(arena, found->expected[0].precision),
                                  percent_text(arena, found->expected[1].precision)};
    rows[count++] =
        (struct page_what_if_row){S("True links expected to be found"), percent_text(arena, found->expected[0].recall),
                                  percent_text(arena, found->expected[1].recall)};
    page->rows = rows;
    page->rows_count = count;
}

static struct slice title_of_source(const struct call *call, struct slice name)
{
    const struct source *source = catalogue_source(call->catalogue, name);
    return source ? source->title : name;
}

static void put_pairs(struct call *call, const struct hub_what_if *found, struct page_what_if *page)
{
    struct page_what_if_pair *pairs = arena_array(call->arena, struct page_what_if_pair, found->pair_count);
    for (size_t i = 0; i < found->pair_count; i++)
        pairs[i] = (struct page_what_if_pair){
            arena_format(call->arena, "%.*s and %.*s", PRINT(title_of_source(call, found->pairs[i].source_a)),
                         PRINT(title_of_source(call, found->pairs[i].source_b))),
            count_text(call->arena, found->pairs[i].joined), count_text(call->arena, found->pairs[i].split)};
    page->pairs = pairs;
    page->pairs_count = found->pair_count;
    page->pair_total = (int64_t)found->pair_count;
}

static void put_examples(struct call *call, const struct what_if_view *view, struct page_what_if *page)
{
    struct page_what_if_example *examples = arena_array(call->arena, struct page_what_if_example, view->count);
    for (size_t i = 0; i < view->count; i++) {
        const struct what_if_shown *shown = &view->shown[i];
        const struct why_link *link = &view->why->links[shown->link];
        struct slice a = view->why->records[link->a].name, b = view->why->records[link->b].name;
        bool two = shown->entity_a != shown->entity_b;
        struct part_waterfall *part = arena_new(call->arena, struct part_waterfall);
        *part = part_of_link(call, view->why, link, i + 1);
        part->open = false;
        examples[i] = (struct page_what_if_example){
            .would = shown->example->joins ? S("Would join") : S("Would split"),
            .reason = shown->reason,
            .a = a,
            .to_a = url_path(call->arena, "/people/%", text_of_integer(call->arena, shown->entity_a)),
            .b = two ? b : NO_SLICE,
            .to_b = url_path(call->arena, "/people/%", text_of_integer(call->arena, shown->entity_b)),
            .link = part,
        };
    }
    page->examples = examples;
    page->examples_count = view->count;
}

static void put_answer(struct call *call, const struct what_if_page *asked, struct page_what_if *page)
{
    const struct hub_what_if *found = asked->state.found;
    struct arena *arena = call->arena;
    page->answered = true;
    page->outcome = outcome_of(call, found);
    if (found->left_out)
        page->left_out = arena_format(
            arena, "%.*s left out.",
            PRINT(words_of_count(arena, (int64_t)found->left_out, "record that landed since the last linking is",
                                 "records that landed since the last linking are")));
    put_rows(call, found, page);
    put_pairs(call, found, page);
    put_examples(call, asked->view, page);
    page->stale = found->model != asked->model.version || found->linked_at != asked->model.linked_at;
    page->asked = slice_of(asked->state.id);
    page->adopt.text = S("/what-if/adopt");
    page->adopt_words = arena_format(
        arena,
        "A new model, version %lld, is written down in your name, and the hub is linked by it at once, for everybody. "
        "People keep their numbers as after any linking, and each join and split is an event. To go back, put the "
        "thresholds of today in force again.%s",
        (long long)asked->model.version + 1,
        " The county's file link/person.yaml stays as it is: change it there too, or the next training brings it "
        "back.");
}

static void put_adopted(struct call *call, const struct hub_link_result *linked, struct page_what_if *page)
{
    const struct hub_linkage *all = &linked->linkages[0];
    page->adopted = arena_format(
        call->arena, "Model version %lld is in force: %.*s, %zu joined, %zu split; %.*s for a steward.",
        (long long)linked->model, PRINT(words_of_count(call->arena, (int64_t)all->entities, "person", "people")),
        all->joined, all->split,
        PRINT(words_of_count(call->arena, (int64_t)linked->doubts, "doubtful link waits", "doubtful links wait")));
}

static void put_state(struct call *call, const struct what_if_page *asked, struct page_what_if *page)
{
    const struct what_if_state *state = &asked->state;
    switch (state->progress) {
    case WHAT_IF_WAITS:
    case WHAT_IF_WORKS:
        page->working = true;
        page->adopting = state->adopts;
        page->again = url_path(call->arena, "/what-if?asked=%", slice_of(state->id));
        page->stage = words_with_capital(call->arena, state->stage ? slice_of(state->stage) : S("waiting its turn"));
        if (state->stage && state->share > 0)
            page->percent = arena_format(call->arena, "%.0f%%", 100 * state->share);
        break;
    case WHAT_IF_FAILED:
        page->failed = arena_format(call->arena, "%.*s.", PRINT(words_of_error(call->arena, state->error)));
        break;
    case WHAT_IF_DONE:
        if (state->adopts)
            put_adopted(call, state->linked, page);
        else
            put_answer(call, asked, page);
    }
}

static bool show(struct call *call, struct what_if_page *asked, struct slice problem, const char *field)
{
    const struct what_if_question *question = asked->asked ? asked->state.question : &asked->wanted;
    const struct parameters *form = &call->request->form;
    const struct model_in_force *model = &asked->model;
    struct arena *arena = call->arena;
    struct page_what_if page = {
        .problem = part_of_problem(call, problem, field),
        .action = {S("/what-if")},
        .csrf = call_csrf(call),
        .model = model->version,
        .today_join = bits_text(arena, model->join),
        .today_review = bits_text(arena, model->review),
        .join = bits_text(arena, isnan(question->thresholds.join) ? model->join : question->thresholds.join),
        .review = bits_text(arena, isnan(question->thresholds.review) ? model->review : question->thresholds.review),
        .rules = question->specification.len ? question->specification : model->specification,
        .rules_open = question->specification.len > 0,
    };
    if (problem.len && form->count) { /* as it was typed */
        page.join = parameters_get(form, S("join"));
        page.review = parameters_get(form, S("review"));
        page.reason = parameters_get(form, S("reason"));
        if (parameters_get(form, S("rules")).len)
            page.rules = parameters_get(form, S("rules"));
        page.rules_open = slice_search(problem, S("rules")) < problem.len;
    }
    if (asked->asked)
        put_state(call, asked, &page);
    return call_page_with_status(call, problem.len ? 422 : 200, S("What if"), render_what_if(arena, &page));
}

bool page_what_if(struct call *call, struct error *err)
{
    struct what_if_page asked;
    return what_if_asked(call, &asked, err) && show(call, &asked, NO_SLICE, "join");
}

static bool ask_again(struct call *call, const struct error *problem, struct error *err)
{
    struct what_if_page blank = {.wanted = {.thresholds = LINK_THRESHOLDS_KEPT}};
    return hub_model_in_force(&call->hub, call->session, call->arena, &blank.model, err) &&
           show(call, &blank, words_of_error(call->arena, problem), "join");
}

bool do_what_if(struct call *call, struct error *err)
{
    struct what_if_question question;
    struct what_if_state state;
    struct what_if_asker asker = asker_of(call);
    struct model_in_force model;
    struct error problem = NO_ERROR;
    if (!hub_model_in_force(&call->hub, call->session, call->arena, &model, err))
        return false;
    if (!question_of(call, &model, &question, &problem))
        return ask_again(call, &problem, err);
    if (is_empty(&question)) {
        error_set(&problem, ERROR_INPUT, "change a threshold or the rules; these are the ones in force");
        return ask_again(call, &problem, err);
    }
    return what_ifs_ask(call->web->what_ifs, &asker, &question, &model, call->arena, &state, err) &&
           call_redirect(call, url_path(call->arena, "/what-if?asked=%", slice_of(state.id)));
}

bool do_what_if_adopt(struct call *call, struct error *err)
{
    struct slice reason;
    struct what_if_page asked;
    struct what_if_state state;
    struct what_if_asker asker = asker_of(call);
    struct error problem = NO_ERROR;
    if (!request_text(call->request, S("reason"), "the reason", 500, &reason, &problem))
        return what_if_asked(call, &asked, err) &&
               show(call, &asked, words_of_error(call->arena, &problem), "adopt-reason");
    return what_ifs_adopt(call->web->what_ifs, &asker, request_value(call->request, S("asked")), reason, call->arena,
                          &state, err) &&
           call_redirect(call, url_path(call->arena, "/what-if?asked=%", slice_of(state.id)));
}

/* ---- For programs ---- */

bool api_what_if(struct call *call, struct error *err)
{
    static const char *const words[] = {
        [WHAT_IF_WAITS] = "waiting", [WHAT_IF_WORKS] = "working", [WHAT_IF_DONE] = "done", [WHAT_IF_FAILED] = "failed"};
    struct what_if_page asked;
    struct buffer out = buffer_make(call->arena);
    struct json json = json_to(&out);
    if (!what_if_asked(call, &asked, err))
        return false;
    const struct what_if_state *state = &asked.state;
    json_object(&json);
    json_pair_integer(&json, "model", asked.model.version);
    json_pair_real(&json, "join", asked.model.join);
    json_pair_real(&json, "review", asked.model.review);
    json_pair_text(&json, "state", asked.asked ? slice_of(words[state->progress]) : S("nothing asked"));
    if (asked.asked)
        json_pair_text(&json, "asked", slice_of(state->id));
    if (asked.asked && state->progress == WHAT_IF_WORKS && state->stage) {
        json_pair_text(&json, "stage", slice_of(state->stage));
        json_pair_real(&json, "share", state->share);
    }
    if (asked.asked && state->error)
        json_pair_text(&json, "why", words_of_error(call->arena, state->error));
    if (asked.view) {
        json_key(&json, "answer");
        what_if_json(&json, state->found, asked.view, call->arena);
    }
    if (asked.asked && state->linked) {
        json_key(&json, "put_in_force");
        json_object(&json);
        json_pair_integer(&json, "model", state->linked->model);
        json_pair_integer(&json, "people", (int64_t)state->linked->linkages[0].entities);
        json_pair_integer(&json, "joined", (int64_t)state->linked->linkages[0].joined);
        json_pair_integer(&json, "split", (int64_t)state->linked->linkages[0].split);
        json_pair_integer(&json, "doubts", (int64_t)state->linked->doubts);
        json_end(&json);
    }
    json_end(&json);
    return call_json(call, &out);
}
