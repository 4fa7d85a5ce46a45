/* Reading about people and homes on the command line, under the session of `staithe login`, as the pages do. */
#include "cli/app.h"
#include "cli/commands.h"

#include "guard/guard_json.h"
#include "hub/answer_json.h"
#include "lists/list.h"

#include <stdio.h>

void print_out(const struct buffer *out)
{
    if (out->len)
        fwrite(out->at, 1, out->len, stdout);
}

static bool begin(struct invocation *invocation, struct app **ret_app, struct guard_session **ret_session,
                  struct error *err)
{
    return app_open(invocation, false, ret_app, err) && app_session(invocation, *ret_app, ret_session, err);
}

bool run_find(struct invocation *invocation, struct error *err)
{
    struct arena *arena = invocation->arena;
    struct app *app;
    struct guard_session *session;
    struct search_answer *answer;
    int64_t limit = 0;
    if (!option_integer(invocation, "limit", 1, 100, &limit, err) || !begin(invocation, &app, &session, err))
        return false;
    struct search_question question = {.words = arena_join(arena, invocation->words, invocation->word_count, S(" ")),
                                       .birth_date = option_text(invocation, "born", ""),
                                       .postcode = option_text(invocation, "postcode", ""),
                                       .limit = (int)limit};
    if (!guard_needs(session, ABILITY_SEARCH, err) || !hub_search(&app->hub, session, &question, arena, &answer, err))
        return false;
    struct buffer out = buffer_make(arena);
    if (invocation->json) {
        struct json json = json_to(&out);
        search_json(&json, answer, arena);
        buffer_add(&out, S("\n"));
    } else {
        buffer_format(&out, "Read as: %.*s\n%s", PRINT(answer->read_as), answer->in_part ? SEARCH_IN_PART ".\n" : "");
        for (size_t i = 0; i < answer->hit_count; i++) {
            const struct search_hit *hit = &answer->hits[i];
            struct slice which = hit->entity ? arena_format(arena, "%lld", (long long)hit->entity)
                                             : arena_format(arena, "uprn:%.*s", PRINT(hit->uprn));
            buffer_format(&out, "%-18.*s %.*s%s%.*s%s%.*s\n", PRINT(which), PRINT(hit->name),
                          date_known(hit->born) ? ", born " : "",
                          PRINT(date_known(hit->born) ? date_words(arena, hit->born) : NO_SLICE),
                          hit->address.len ? ", " : "", PRINT(hit->address));
            for (size_t k = 0; k < hit->reason_count; k++)
                buffer_format(&out, "%-18s %.*s\n", "", PRINT(hit->reasons[k].words));
        }
        if (answer->hit_count == 0)
            buffer_add(&out, S("Nobody and nothing fits; try fewer words, or a year of birth.\n"));
        if (answer->more || answer->too_common)
            buffer_add(&out, S("There are more; add a word.\n"));
    }
    print_out(&out);
    return true;
}

static struct slice said_by(const struct person_view *view, const struct view_value *value, struct arena *arena)
{
    const struct evidence *e = &view->records[value->record].evidence;
    return arena_format(arena, "%.*s, %.*s", PRINT(e->source_title), PRINT(evidence_words_in_full(e, arena)));
}

static void print_freshness(const struct freshness *freshness, size_t count, struct arena *arena, struct buffer *out)
{
    buffer_add(out, S("How fresh this is:\n"));
    for (size_t i = 0; i < count; i++)
        buffer_format(out, "  %.*s: %.*s%s\n", PRINT(freshness[i].source->title),
                      PRINT(freshness_words(freshness[i].as_at, freshness[i].received_at, arena)),
                      freshness[i].stale ? ", " STALE_WORDS : "");
}

static void print_person(const struct person_view *view, struct arena *arena, struct buffer *out)
{
    buffer_format(out, "%.*s\n", PRINT(view->name));
    if (view->caller_check_needed) {
        buffer_add(out, S("Identify the caller first; details are shown after that.\n"));
        return;
    }
    for (size_t i = 0; i < view->marker_count; i++)
        buffer_format(out, "! %.*s (%.*s)\n", PRINT(view->markers[i].value.value),
                      PRINT(said_by(view, &view->markers[i].value, arena)));
    for (size_t i = 0; i < view->fact_count; i++) {
        const struct view_fact *fact = &view->facts[i];
        buffer_format(out, "  %-24.*s %.*s  [%.*s; %.*s]\n", PRINT(fact->title), PRINT(fact->best.value),
                      PRINT(said_by(view, &fact->best, arena)), PRINT(fact->rule));
        for (size_t k = 0; k < fact->other_count; k++)
            buffer_format(out, "  %-24s %.*s  [%.*s]\n", "  also", PRINT(fact->others[k].value),
                          PRINT(said_by(view, &fact->others[k], arena)));
    }
    for (size_t i = 0; i < view->home_count; i++)
        buffer_format(out, "  %-24s %.*s (UPRN %.*s)\n", view->homes[i].current ? "Lives at" : "Lived at",
                      PRINT(view->homes[i].address), PRINT(view->homes[i].uprn));
    for (size_t i = 0; i < view->household_count; i++)
        buffer_format(out, "  %-24s %.*s (%lld)\n", i ? "" : "Household", PRINT(view->household[i].name),
                      (long long)view->household[i].entity);
    for (size_t i = 0; i < view->event_count; i++)
        buffer_format(out, "  %-24.*s %.*s  [%.*s]\n", PRINT(date_words(arena, view->timeline[i].date)),
                      PRINT(view->timeline[i].what), PRINT(view->timeline[i].source_title));
    buffer_add(out, S("Records:\n"));
    for (size_t i = 0; i < view->record_count; i++) {
        const struct evidence *e = &view->records[i].evidence;
        buffer_format(out, "  %lld %.*s, %.*s: %.*s line %lld, under %.*s clause %.*s\n", (long long)e->anchor,
                      PRINT(e->source_title), PRINT(evidence_words_in_full(e, arena)), PRINT(e->file_name),
                      (long long)e->line, PRINT(e->agreement), PRINT(e->clause));
    }
    print_freshness(view->freshness, view->freshness_count, arena, out);
    buffer_add(out, S("Not shown, whether or not they hold anything about this person:\n"));
    for (size_t i = 0; i < view->grant->excluded_count; i++)
        buffer_format(out, "  %.*s: %.*s\n", PRINT(view->grant->excluded[i].title),
                      PRINT(view->grant->excluded[i].reason));
}

static void print_home(const struct home_view *view, struct arena *arena, struct buffer *out)
{
    buffer_format(out, "%.*s, %.*s (UPRN %.*s, %.*s)\n", PRINT(view->address), PRINT(view->postcode), PRINT(view->uprn),
                  PRINT(view->kind));
    for (size_t i = 0; i < view->resident_count; i++)
        buffer_format(out, "  %-10s %.*s (%lld)\n", view->residents[i].current ? "Lives here" : "Lived here",
                      PRINT(view->residents[i].name), (long long)view->residents[i].entity);
    for (size_t i = 0; i < view->event_count; i++)
        buffer_format(out, "  %-24.*s %.*s  [%.*s]\n", PRINT(date_words(arena, view->timeline[i].date)),
                      PRINT(view->timeline[i].what), PRINT(view->timeline[i].source_title));
    print_freshness(view->freshness, view->freshness_count, arena, out);
}

void print_why_link(const struct why_view *why, const struct why_link *link, struct buffer *out)
{
    buffer_format(out, "%.*s %lld and %.*s %lld: %.1f bits, probability %.6f\n",
                  PRINT(why->records[link->a].source_title), (long long)why->records[link->a].anchor,
                  PRINT(why->records[link->b].source_title), (long long)why->records[link->b].anchor, link->total,
                  link->probability);
    buffer_format(out, "  %-28s %7.1f\n", "before comparing", link->prior);
    for (size_t k = 0; k < link->part_count; k++) {
        const struct why_part *part = &link->parts[k];
        buffer_format(out, "  %-28.*s %7.1f  %.*s", PRINT(part->field), part->weight, PRINT(part->level));
        if (part->shown && (part->a.len || part->b.len))
            buffer_format(out, ": %.*s | %.*s\n", PRINT(part->a), PRINT(part->b));
        else
            buffer_format(
                out, "%s\n",
                part->shown || slice_equal(part->level, S("missing")) ? "" : " (values not shown under this purpose)");
    }
    if (link->said.len)
        buffer_format(out, "  %.*s\n", PRINT(link->said));
}

static void print_why(const struct why_view *why, struct buffer *out)
{
    buffer_format(out, "%.*s\n", PRINT(why->outcome));
    for (size_t i = 0; i < why->link_count; i++)
        print_why_link(why, &why->links[i], out);
}

static bool ask_why(const struct invocation *invocation, const struct app *app, const struct guard_session *session,
                    int64_t entity, struct why_view **ret, struct error *err)
{
    int64_t other = 0, a, b;
    if (option_given(invocation, "path")) {
        if (!slice_integer(option_text(invocation, "path", ""), &a) ||
            !slice_integer(option_second(invocation, "path"), &b))
            return error_set(err, ERROR_USAGE, "--path takes the numbers of two records, as --why prints them");
        return hub_why_path(&app->hub, session, entity, a, b, invocation->arena, ret, err);
    }
    if (!option_integer(invocation, "why-not", 1, INT64_MAX, &other, err))
        return false;
    return other ? hub_why_not(&app->hub, session, entity, other, invocation->arena, ret, err)
                 : hub_why(&app->hub, session, entity, invocation->arena, ret, err);
}

bool run_view(struct invocation *invocation, struct error *err)
{
    struct arena *arena = invocation->arena;
    struct slice which = invocation->words[0];
    struct app *app;
    struct guard_session *session;
    int64_t entity = 0;
    bool home = slice_starts(which, S("uprn:"));
    if (!home && (!slice_integer(which, &entity) || entity < 1))
        return error_set(err, ERROR_USAGE,
                         "name a person by number or a home as uprn:NUMBER, as `staithe find` prints them");
    if (!begin(invocation, &app, &session, err) || !guard_needs(session, ABILITY_VIEW, err))
        return false;
    struct buffer out = buffer_make(arena);
    struct json json = json_to(&out);
    if (home) {
        struct home_view *view;
        if (!hub_home(&app->hub, session, slice_part(which, 5, which.len), arena, &view, err))
            return false;
        if (invocation->json)
            home_json(&json, view, arena);
        else
            print_home(view, arena, &out);
    } else if (option_given(invocation, "why") || option_given(invocation, "why-not") ||
               option_given(invocation, "path")) {
        struct why_view *why;
        if (!ask_why(invocation, app, session, entity, &why, err))
            return false;
        if (invocation->json)
            why_json(&json, why);
        else
            print_why(why, &out);
    } else {
        struct person_view *view;
        if (!hub_view(&app->hub, session, entity, arena, &view, err))
            return false;
        if (invocation->json)
            person_json(&json, view, arena);
        else
            print_person(view, arena, &out);
    }
    if (invocation->json)
        buffer_add(&out, S("\n"));
    print_out(&out);
    return true;
}

static void print_list(const struct list_page *page, struct buffer *out)
{
    if (!page->uncounted.len)
        buffer_format(out, "%.*s: %zu %s, %.*s\n", PRINT(page->list->title), page->total,
                      page->total == 1 ? "person" : "people", PRINT(page->list->order_words));
    else
        buffer_format(out,
                      "%.*s, %.*s; how many they are in all is not told, since no agreement in force lets your role "
                      "count: %.*s\n",
                      PRINT(page->list->title), PRINT(page->list->order_words), PRINT(page->uncounted));
    for (size_t i = 0; i < page->count; i++) {
        const struct list_item *item = &page->items[i];
        buffer_format(out, "%lld %.*s, %.*s: %lld points%s%.*s\n", (long long)item->entity, PRINT(item->name),
                      PRINT(item->address), (long long)item->points, item->taken_by.len ? ", taken by " : "",
                      PRINT(item->taken_by));
        for (size_t k = 0; k < item->reason_count; k++)
            buffer_format(out, "    %lld  %.*s  [%.*s: %.*s]\n", (long long)item->reasons[k].rule->points,
                          PRINT(item->reasons[k].rule->reason), PRINT(item->reasons[k].source_title),
                          PRINT(item->reasons[k].value));
    }
    for (size_t i = 0; i < page->left_out_count; i++)
        if (!page->left_out[i].uncounted.len)
            buffer_format(out, "left out: %zu, %.*s\n", page->left_out[i].people, PRINT(page->left_out[i].reason));
        else
            buffer_format(out, "left out: not told how many, since no agreement lets your role count %.*s; %.*s\n",
                          PRINT(page->left_out[i].uncounted), PRINT(page->left_out[i].reason));
    for (size_t i = 0; i < page->unusable_count; i++)
        buffer_format(out, "not used: %.*s: %.*s\n", PRINT(page->unusable[i].rule->reason),
                      PRINT(page->unusable[i].why));
}

bool run_list(struct invocation *invocation, struct error *err)
{
    struct arena *arena = invocation->arena;
    struct app *app;
    struct guard_session *session;
    struct lists lists;
    struct buffer out = buffer_make(arena);
    if (!app_open(invocation, false, &app, err) || !lists_read(app->catalogue, arena, &lists, err))
        return false;
    if (invocation->word_count == 0) {
        for (size_t i = 0; i < lists.count; i++)
            buffer_format(&out, "%-28.*s %.*s (for %.*s)\n", PRINT(lists.lists[i].name), PRINT(lists.lists[i].title),
                          PRINT(lists.lists[i].purpose));
        print_out(&out);
        return true;
    }
    const struct list *list = lists_find(&lists, invocation->words[0]);
    const struct list_fault *fault = list ? NULL : lists_fault(&lists, invocation->words[0]);
    if (fault) {
        *err = fault->fault;
        return false;
    }
    if (!list)
        return error_set(err, ERROR_NOT_FOUND, "the county declares no list \"%.*s\"; `staithe list` names them",
                         PRINT(invocation->words[0]));
    bool csv = option_given(invocation, "csv");
    int64_t limit = csv ? 10000 : 25;
    if (!option_integer(invocation, "limit", 1, 10000, &limit, err) || !app_session(invocation, app, &session, err))
        return false;
    struct list_question question = {.limit = (size_t)limit, .export = csv};
    struct list_page *page;
    if (!list_open(&app->hub, session, list, &question, arena, &page, err))
        return false;
    if (csv)
        list_csv(page, &out);
    else if (invocation->json) {
        struct json json = json_to(&out);
        list_json(&json, page, arena);
        buffer_add(&out, S("\n"));
    } else {
        print_list(page, &out);
    }
    print_out(&out);
    return true;
}

static void print_entry(const struct audit_entry *entry, struct arena *arena, struct buffer *out)
{
    buffer_format(out, "%lld %.*s %.*s as %.*s for %.*s: %.*s %.*s [%.*s] %.*s\n", (long long)entry->id,
                  PRINT(time_iso(arena, entry->at)), PRINT(entry->account), PRINT(entry->role), PRINT(entry->purpose),
                  PRINT(entry->action), PRINT(entry->subject), PRINT(entry->agreements), PRINT(entry->fields));
}

bool run_audit(struct invocation *invocation, struct error *err)
{
    struct arena *arena = invocation->arena;
    struct app *app;
    struct guard_session *session;
    struct audit_filter filter = {.account = option_text(invocation, "account", ""), .limit = 50};
    if (!option_integer(invocation, "limit", 1, 1000, &filter.limit, err) || !begin(invocation, &app, &session, err))
        return false;
    if (option_given(invocation, "mine"))
        filter.account = guard_who(session)->name;
    struct audit_entry *entries;
    size_t count;
    bool more;
    if (!audit_list(session, &filter, arena, &entries, &count, &more, err))
        return false;
    struct buffer out = buffer_make(arena);
    struct json json = json_to(&out);
    if (invocation->json)
        json_array(&json);
    for (size_t i = 0; i < count; i++)
        if (invocation->json)
            audit_entry_json(&json, &entries[i], arena);
        else
            print_entry(&entries[i], arena, &out);
    if (invocation->json) {
        json_end(&json);
        buffer_add(&out, S("\n"));
    }
    print_out(&out);
    return true;
}
