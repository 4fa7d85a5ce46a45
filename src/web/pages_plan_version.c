/* pages_plan_version.c: approved versions, what moved between two states, and the journal. */
#include "web/pages.h"
#include "web/plan_view.h"

#include "plans/compare.h"
#include "plans/version.h"

/* ---- Versions ---- */

/* Whether the frozen texts still give the digest that was written down. */
static bool is_whole(struct call *call, const struct plan_view *view, const struct version *version)
{
    const struct open_plan *frozen;
    struct error ignored = NO_ERROR;
    struct plan_wanted wanted = {.name = view->plan->name, .version = version->name};
    return plans_open(call->web->plans, call->session, &wanted, call->arena, &frozen, &ignored) &&
           digest_equal(&frozen->digest, &version->digest);
}

static bool show_versions(struct call *call, struct slice problem, struct error *err)
{
    struct plan_view view;
    struct version *versions;
    size_t count;
    if (!plan_asked_now(call, &view, err) ||
        !version_list(call->session, view.plan->name, call->arena, &versions, &count, err))
        return false;
    struct page_plan_versions_version *out = arena_array(call->arena, struct page_plan_versions_version, count);
    for (size_t i = 0; i < count; i++)
        out[i] = (struct page_plan_versions_version){
            .title = versions[i].title,
            .to = url_path(call->arena, "/plans/%?version=%", view.plan->name, versions[i].name),
            .compare = url_path(call->arena, "/plans/%/changes?from=%", view.plan->name, versions[i].name),
            .words = arena_format(call->arena, "%.*s: approved by %.*s on %.*s.", PRINT(versions[i].name),
                                  PRINT(versions[i].by), PRINT(time_words(call->arena, versions[i].at))),
            .digest = digest_hex(call->arena, &versions[i].digest),
            .whole = is_whole(call, &view, &versions[i]),
        };
    const struct parameters *form = &call->request->form;
    bool may = call_may(call, ABILITY_APPROVE);
    struct page_plan_versions page = {
        .done = part_of_done(call),
        .problem = part_of_problem(call, problem, "name"),
        .top = part_of_plan(call, &view, "Versions"),
        .versions = out,
        .versions_count = count,
        .can_approve = may,
        .missing = may ? version_missing(view.plan, call->arena) : NO_SLICE,
        .action = url_path(call->arena, "/plans/%/versions", view.plan->name),
        .csrf = call_csrf(call),
        .seen = digest_hex(call->arena, &view.plan->digest),
        .name = parameters_get(form, S("name")),
        .given_title = parameters_get(form, S("title")),
        .reason = parameters_get(form, S("reason")),
        .digest = digest_hex(call->arena, &view.plan->digest),
    };
    return call_page_with_status(call, problem.len ? 422 : 200, S("Versions"),
                                 render_plan_versions(call->arena, &page));
}

bool page_plan_versions(struct call *call, struct error *err)
{
    return show_versions(call, NO_SLICE, err);
}

bool do_plan_version(struct call *call, struct error *err)
{
    struct plan_view view;
    const struct parameters *form = &call->request->form;
    struct version_making making = {
        .name = parameters_get(form, S("name")),
        .title = parameters_get(form, S("title")),
        .reason = parameters_get(form, S("reason")),
        .seen = parameters_get(form, S("seen")),
    };
    if (!plan_asked_now(call, &view, err))
        return false;
    if (version_freeze(view.plan, call->session, &making, call->arena, err))
        return call_redirect(call, url_path(call->arena, "/plans/%/versions?done=frozen", view.plan->name));
    if (err->code != ERROR_INPUT && err->code != ERROR_CONFLICT && err->code != ERROR_HELD)
        return false;
    struct error problem = *err;
    *err = NO_ERROR;
    return show_versions(call, words_of_error(call->arena, &problem), err);
}

/* ---- What moved ---- */

/* "" is the plan as it stands, "2026-11-27" a past day, anything else a version. */
static bool open_state(struct call *call, struct slice state, const struct open_plan **ret, struct slice *ret_words,
                       struct error *err)
{
    struct plan_wanted wanted = {.name = request_value(call->request, S("name"))};
    struct date_form day = {.order = DATE_DMY};
    if (!state.len)
        *ret_words = S("the plan as it stands");
    else if (date_read(state, &day, &wanted.day))
        *ret_words = arena_format(call->arena, "the end of %.*s", PRINT(date_words(call->arena, wanted.day)));
    else {
        wanted.version = state;
        *ret_words = arena_format(call->arena, "version %.*s", PRINT(state));
    }
    return plans_open(call->web->plans, call->session, &wanted, call->arena, ret, err);
}

bool plan_compare_asked(struct call *call, struct plan_view *view, struct plan_compared *ret, struct error *err)
{
    struct plan_headline headline;
    if (!plan_asked_now(call, view, err))
        return false;
    plan_headline(view, call->arena, &headline);
    ret->headline = headline;
    ret->cell = request_value(call->request, S("cell"));
    ret->from = parameters_get(&call->request->query, S("from"));
    ret->to = parameters_get(&call->request->query, S("to"));
    if (!version_list(call->session, view->plan->name, call->arena, &ret->versions, &ret->version_count, err))
        return false;
    if (!parameters_has(&call->request->query, S("from")) && ret->version_count)
        ret->from = ret->versions[ret->version_count - 1].name;
    if (!ret->cell.len && headline.table)
        ret->cell = plan_cell_name(view->model, headline.cells[headline.first], call->arena);
    return open_state(call, ret->from, &ret->before, &ret->from_words, err) &&
           open_state(call, ret->to, &ret->after, &ret->to_words, err) &&
           (!ret->cell.len || compare_cell(ret->before, ret->after, ret->cell, call->arena, &ret->moved, err));
}

static void put_states(struct call *call, const struct plan_compared *compared, struct page_plan_changes *page)
{
    struct page_plan_changes_state *states =
        arena_array(call->arena, struct page_plan_changes_state, compared->version_count + 3);
    states[page->states_count++] =
        (struct page_plan_changes_state){NO_SLICE, S("The plan as it stands"), !compared->from.len, !compared->to.len};
    for (size_t i = 0; i < compared->version_count; i++) {
        struct slice name = compared->versions[i].name;
        states[page->states_count++] = (struct page_plan_changes_state){
            name, compared->versions[i].title, slice_equal(name, compared->from), slice_equal(name, compared->to)};
    }
    const struct slice asked[] = {compared->from, compared->to};
    for (size_t i = 0; i < 2; i++) {
        bool known = !asked[i].len || (i && slice_equal(asked[0], asked[1]));
        for (size_t k = 0; k < compared->version_count; k++)
            known = known || slice_equal(asked[i], compared->versions[k].name);
        if (!known)
            states[page->states_count++] = (struct page_plan_changes_state){
                asked[i], asked[i], slice_equal(asked[i], compared->from), slice_equal(asked[i], compared->to)};
    }
    page->states = states;
}

static void put_figures(struct call *call, const struct plan_view *view, const struct plan_compared *compared,
                        struct page_plan_changes *page)
{
    const struct plan_headline *headline = &compared->headline;
    struct page_plan_changes_figure *figures =
        arena_array(call->arena, struct page_plan_changes_figure, headline->count + 1);
    bool known = false;
    for (size_t i = 0; i < headline->count; i++) {
        struct slice name = plan_cell_name(view->model, headline->cells[i], call->arena);
        bool selected = slice_equal(name, compared->cell);
        known = known || selected;
        figures[page->figures_count++] = (struct page_plan_changes_figure){
            name, plan_cell_title(view->model, headline->cells[i], call->arena), selected};
    }
    if (!known && compared->cell.len)
        figures[page->figures_count++] = (struct page_plan_changes_figure){compared->cell, compared->cell, true};
    page->figures = figures;
}

static void put_picture(struct call *call, const struct plan_view *view, const struct plan_compared *compared,
                        struct page_plan_changes *page)
{
    const struct compare *moved = &compared->moved;
    struct error ignored = NO_ERROR;
    struct plan_bridge bridge = {.before = moved->before, .after = moved->after, .step_count = moved->step_count};
    if (!moved->has_before || !moved->has_after || !moved->step_count ||
        !plan_cell_read(view->model, compared->cell, &bridge.cell, &ignored))
        return;
    bridge.steps = arena_array(call->arena, struct plan_bridge_step, moved->step_count);
    for (size_t i = 0; i < moved->step_count; i++)
        bridge.steps[i] = (struct plan_bridge_step){
            .title = moved->steps[i].title, .change = moved->steps[i].change, .cells = moved->steps[i].cells};
    page->picture = plan_moved_picture(call, view->model, &bridge, page->figure_title);
}

static void put_steps(struct call *call, const struct plan_view *view, const struct plan_compared *compared,
                      struct page_plan_changes *page)
{
    const struct compare *moved = &compared->moved;
    struct error ignored = NO_ERROR;
    plan_cell cell;
    const struct plan_unit *unit = &view->model->unit;
    page->figure_title = compared->cell;
    if (compared->cell.len && plan_cell_read(view->model, compared->cell, &cell, &ignored)) {
        unit = plan_unit_of(view->model, cell);
        page->figure_title = plan_cell_title(view->model, cell, call->arena);
    }
    struct page_plan_changes_step *steps = arena_array(call->arena, struct page_plan_changes_step, moved->step_count);
    for (size_t i = 0; i < moved->step_count; i++) {
        struct slice change = plan_shown(unit, moved->steps[i].change, call->arena);
        steps[i] = (struct page_plan_changes_step){
            .title = moved->steps[i].title,
            .change =
                number_sign(moved->steps[i].change) > 0 ? arena_format(call->arena, "+%.*s", PRINT(change)) : change,
        };
    }
    page->steps = steps;
    page->steps_count = moved->step_count;
    put_picture(call, view, compared, page);
    page->unit = plan_unit_words(unit);
    page->before = moved->has_before ? plan_shown(unit, moved->before, call->arena) : S("no value");
    page->after = moved->has_after ? plan_shown(unit, moved->after, call->arena) : S("no value");
}

bool page_plan_changes(struct call *call, struct error *err)
{
    struct plan_view view;
    struct plan_compared compared = {0};
    struct compare_row *rows;
    size_t count;
    if (!plan_compare_asked(call, &view, &compared, err))
        return false;
    struct page_plan_changes page = {
        .top = part_of_plan(call, &view, "What moved"),
        .action = url_path(call->arena, "/plans/%/changes", view.plan->name),
        .from_words = compared.from_words,
        .to_words = compared.to_words,
    };
    put_states(call, &compared, &page);
    put_figures(call, &view, &compared, &page);
    put_steps(call, &view, &compared, &page);
    compare_rows(compared.before, compared.after, call->arena, &rows, &count);
    struct page_plan_changes_row *out = arena_array(call->arena, struct page_plan_changes_row, count);
    for (size_t i = 0; i < count; i++)
        out[i] =
            (struct page_plan_changes_row){arena_format(call->arena, "%.*s %.*s: %.*s", PRINT(rows[i].register_name),
                                                        PRINT(rows[i].id), PRINT(rows[i].title)),
                                           !rows[i].before.len  ? S("Added")
                                           : !rows[i].after.len ? S("Gone")
                                                                : S("Changed"),
                                           rows[i].before, rows[i].after};
    page.rows = out;
    page.rows_count = count;
    return call_page(call, S("What moved"), render_plan_changes(call->arena, &page));
}

/* ---- Journal ---- */

enum { ENTRIES_A_PAGE = 50 };

static struct slice what_of(const struct journal_entry *entry, struct arena *arena)
{
    if (slice_equal(entry->register_name, S(JOURNAL_LOCKS)))
        return arena_format(arena, "Register of %.*s %s", PRINT(entry->subject),
                            slice_equal(entry->body, S("open")) ? "opened" : "locked");
    if (slice_equal(entry->register_name, S(JOURNAL_VERSIONS)))
        return arena_format(arena, "Version %.*s approved and frozen", PRINT(entry->subject));
    if (slice_equal(entry->register_name, S(JOURNAL_CHALLENGES)))
        return arena_format(arena, "Budget challenge %.*s: %.*s", PRINT(entry->subject), PRINT(entry->body));
    if (slice_equal(entry->register_name, S(JOURNAL_SCENARIOS)))
        return arena_format(arena, "Scenario %.*s", PRINT(entry->subject));
    return arena_format(arena, "%.*s %.*s", PRINT(words_with_capital(arena, entry->register_name)),
                        PRINT(entry->subject));
}

static struct url entry_to(struct call *call, const struct plan_view *view, const struct journal_entry *entry)
{
    struct slice name = view->plan->name;
    if (row_register(entry->register_name) != PLAN_REGISTERS)
        return url_path(call->arena, "/plans/%/registers/%/%", name, entry->register_name, entry->subject);
    if (slice_equal(entry->register_name, S(JOURNAL_SCENARIOS)))
        return url_path(call->arena, "/plans/%/scenarios?scenario=%", name, entry->subject);
    if (slice_equal(entry->register_name, S(JOURNAL_VERSIONS)))
        return url_path(call->arena, "/plans/%?version=%", name, entry->subject);
    return (struct url){NO_SLICE};
}

bool plan_journal_asked(struct call *call, struct plan_view *view, struct plan_journal *ret, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct transaction *transaction;
    bool done = plan_asked_now(call, view, err) &&
                request_integer_or(call->request, S("before"), INT64_MAX, &ret->before, err) &&
                guard_read_begin(call->session, USE_SHOW, scratch, &transaction, err) &&
                journal_check(transaction, &ret->chain, err);
    arena_free(scratch);
    if (!done)
        return false;
    ret->end = view->plan->journal->count;
    while (ret->end && view->plan->journal->entries[ret->end - 1].id >= ret->before)
        ret->end--;
    ret->start = ret->end > ENTRIES_A_PAGE ? ret->end - ENTRIES_A_PAGE : 0;
    return true;
}

bool page_plan_journal(struct call *call, struct error *err)
{
    struct plan_view view;
    struct plan_journal journal;
    if (!plan_journal_asked(call, &view, &journal, err))
        return false;
    struct page_plan_journal_entry *out =
        arena_array(call->arena, struct page_plan_journal_entry, journal.end - journal.start);
    struct page_plan_journal page = {
        .top = part_of_plan(call, &view, "Journal"),
        .broken = journal.chain.broken != 0,
        .entries = out,
        .chain = journal.chain.broken
                     ? arena_format(call->arena,
                                    "Entry %lld does not fit the one before it: it was changed, moved or taken out.",
                                    (long long)journal.chain.broken)
                     : arena_format(call->arena, "All %lld entries of the county's plans fit the one before them.",
                                    (long long)journal.chain.entries),
    };
    for (size_t i = journal.end; i-- > journal.start;) {
        const struct journal_entry *e = &view.plan->journal->entries[i];
        out[page.entries_count++] = (struct page_plan_journal_entry){
            e->id, time_words(call->arena, e->at), e->by, what_of(e, call->arena), entry_to(call, &view, e), e->reason};
    }
    if (journal.start)
        page.more = url_path(call->arena, "/plans/%/journal?before=%", view.plan->name,
                             text_of_integer(call->arena, view.plan->journal->entries[journal.start].id));
    return call_page(call, S("Journal"), render_plan_journal(call->arena, &page));
}
