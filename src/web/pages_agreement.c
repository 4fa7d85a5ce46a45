/* pages_agreement.c: the register of agreements, one agreement, and who can see what under which clause. Nobody's data.
 */
#include "web/asked.h"
#include "web/pages.h"
#include "web/parts.h"

static struct slice agency_title(struct call *call, struct slice name)
{
    const struct agency *agency = catalogue_agency(call->catalogue, name);
    return agency ? agency->title : name;
}

static struct slice purpose_title(struct call *call, struct slice name)
{
    const struct purpose *purpose = catalogue_purpose(call->catalogue, name);
    return purpose ? purpose->title : name;
}

static struct slice role_title(struct call *call, struct slice name)
{
    const struct role *role = catalogue_role(call->catalogue, name);
    return role ? role->title : name;
}

static struct slice source_title(struct call *call, struct slice name)
{
    const struct source *source = catalogue_source(call->catalogue, name);
    return source ? source->title : source_is_built_in(name) ? built_in_title(name) : name;
}

static struct slice titles(struct call *call, const struct slice *names, size_t count,
                           struct slice (*title)(struct call *, struct slice))
{
    struct slice *pieces = arena_array(call->arena, struct slice, count);
    for (size_t i = 0; i < count; i++)
        pieces[i] = title(call, names[i]);
    return arena_join(call->arena, pieces, count, S(", "));
}

static struct slice state_of(struct call *call, const struct agreement *agreement, struct slice *ret_colour)
{
    struct date today = guard_today(call->web->options.guard);
    if (agreement_in_force(agreement, today)) {
        bool late = date_known(agreement->review) && date_compare(agreement->review, today) < 0;
        *ret_colour = late ? S("yellow") : S("green");
        return late ? S("In force, review is overdue") : S("In force");
    }
    *ret_colour = S("grey");
    if (date_known(agreement->withdrawn) && date_compare(agreement->withdrawn, today) <= 0)
        return S("Withdrawn");
    return date_known(agreement->from) && date_compare(today, agreement->from) < 0 ? S("Not begun") : S("Ended");
}

static struct slice day(struct call *call, struct date date, const char *otherwise)
{
    return date_known(date) ? date_words(call->arena, date) : slice_of(otherwise);
}

bool page_agreements(struct call *call, struct error *err)
{
    (void)err;
    const struct catalogue *catalogue = call->catalogue;
    struct page_agreements_row *rows = arena_array(call->arena, struct page_agreements_row, catalogue->agreement_count);
    for (size_t i = 0; i < catalogue->agreement_count; i++) {
        const struct agreement *a = &catalogue->agreements[i];
        rows[i] = (struct page_agreements_row){
            .title = a->title,
            .to = url_path(call->arena, "/agreements/%", a->name),
            .parties = titles(call, a->parties, a->party_count, agency_title),
            .purposes = titles(call, a->purposes, a->purpose_count, purpose_title),
            .from = day(call, a->from, "always"),
            .until = day(call, a->until, "further notice"),
            .review = day(call, a->review, ""),
        };
        rows[i].state = state_of(call, a, &rows[i].colour);
    }
    struct page_agreements page = {.rows = rows, .rows_count = catalogue->agreement_count};
    return call_page(call, S("Agreements"), render_agreements(call->arena, &page));
}

static struct slice subjects_words(enum subjects subjects)
{
    return subjects == SUBJECTS_ADULTS ? S("Adults") : subjects == SUBJECTS_CHILDREN ? S("Children") : S("Everybody");
}

static struct page_agreement_clause clause_of(struct call *call, const struct clause *c)
{
    const struct source *source = catalogue_source(call->catalogue, c->source);
    struct slice *columns = arena_array(call->arena, struct slice, c->show_count);
    for (size_t i = 0; i < c->show_count; i++) {
        const struct column *column = source ? source_column(source, c->show[i]) : NULL;
        columns[i] = column ? column->title : c->show[i];
    }
    return (struct page_agreement_clause){
        .name = c->name,
        .source = source_title(call, c->source),
        .roles = titles(call, c->roles, c->role_count, role_title),
        .purposes =
            c->purpose_count ? titles(call, c->purposes, c->purpose_count, purpose_title) : S("All of the agreement's"),
        .match = c->match,
        .show = c->show_all     ? S("Everything")
                : c->show_count ? arena_join(call->arena, columns, c->show_count, S(", "))
                                : S("Nothing"),
        .count = c->count,
        .subjects = subjects_words(c->subjects),
    };
}

bool agreement_asked(struct call *call, const struct agreement **ret, struct error *err)
{
    *ret = catalogue_agreement(call->catalogue, request_value(call->request, S("name")));
    return *ret || error_set(err, ERROR_NOT_FOUND, "there is no agreement of this name; choose one from the register");
}

bool page_agreement(struct call *call, struct error *err)
{
    const struct agreement *a;
    if (!agreement_asked(call, &a, err))
        return false;
    struct page_agreement_clause *clauses = arena_array(call->arena, struct page_agreement_clause, a->clause_count);
    for (size_t i = 0; i < a->clause_count; i++)
        clauses[i] = clause_of(call, &a->clauses[i]);
    /* The file's own name, without the folder of this machine. */
    struct slice file = a->file, part;
    for (struct slice rest = a->file; slice_cut(&rest, '/', &part);)
        file = part;
    struct page_agreement page = {
        .title = a->title,
        .about = a->about,
        .parties = titles(call, a->parties, a->party_count, agency_title),
        .purposes = titles(call, a->purposes, a->purpose_count, purpose_title),
        .basis = a->lawful_basis,
        .special = a->special_category,
        .from = day(call, a->from, "always"),
        .until = day(call, a->until, "further notice"),
        .review = day(call, a->review, ""),
        .withdrawn = day(call, a->withdrawn, ""),
        .file = file,
        .digest = digest_hex(call->arena, &a->digest),
        .clauses = clauses,
        .clauses_count = a->clause_count,
        .text = a->text,
    };
    page.state = state_of(call, a, &page.colour);
    return call_page(call, a->title, render_agreement(call->arena, &page));
}

/* ---- Who can see what ---- */

static struct slice uses_words(struct call *call, unsigned uses)
{
    const struct slice pieces[] = {uses & USE_MATCH ? S("find and join") : NO_SLICE,
                                   uses & USE_SHOW ? S("show") : NO_SLICE, uses & USE_COUNT ? S("count") : NO_SLICE};
    return words_joined(call->arena, pieces, 3, S(", "));
}

static void put_choice(struct call *call, const struct source *chosen, struct slice column, struct page_who_sees *page)
{
    const struct catalogue *catalogue = call->catalogue;
    struct page_who_sees_source *sources =
        arena_array(call->arena, struct page_who_sees_source, catalogue->source_count);
    for (size_t i = 0; i < catalogue->source_count; i++)
        sources[i] = (struct page_who_sees_source){catalogue->sources[i].name, catalogue->sources[i].title,
                                                   &catalogue->sources[i] == chosen};
    page->sources = sources;
    page->sources_count = catalogue->source_count;
    if (!chosen)
        return;
    struct page_who_sees_column *columns = arena_array(call->arena, struct page_who_sees_column, chosen->column_count);
    for (size_t i = 0; i < chosen->column_count; i++)
        columns[i] = (struct page_who_sees_column){chosen->columns[i].name, chosen->columns[i].title,
                                                   slice_equal(chosen->columns[i].name, column)};
    page->columns = columns;
    page->columns_count = chosen->column_count;
}

bool seers_asked(struct call *call, struct seers *ret, struct error *err)
{
    struct slice name = request_value(call->request, S("source"));
    *ret = (struct seers){.source = catalogue_source(call->catalogue, name),
                          .column = request_value(call->request, S("column"))};
    if (!slice_empty(name) && !ret->source)
        return error_set(err, ERROR_NOT_FOUND, "there is no source of this name; choose one");
    if (!ret->source || !source_column(ret->source, ret->column))
        ret->column = NO_SLICE;
    if (ret->source)
        grant_who_sees(call->catalogue, guard_today(call->web->options.guard), ret->source->name, ret->column,
                       call->arena, &ret->seers, &ret->count);
    return true;
}

bool page_who_sees(struct call *call, struct error *err)
{
    struct seers asked;
    if (!seers_asked(call, &asked, err))
        return false;
    const struct source *source = asked.source;
    struct slice column = asked.column;
    struct page_who_sees page = {0};
    put_choice(call, source, column, &page);
    if (source) {
        const struct grant_seer *seers = asked.seers;
        size_t count = asked.count;
        struct page_who_sees_row *rows = arena_array(call->arena, struct page_who_sees_row, count);
        for (size_t i = 0; i < count; i++)
            rows[i] = (struct page_who_sees_row){
                .role = role_title(call, seers[i].role),
                .agency = agency_title(call, seers[i].agency),
                .purpose = purpose_title(call, seers[i].purpose),
                .uses = uses_words(call, seers[i].uses),
                .subjects = subjects_words(seers[i].subjects),
                .clause = arena_format(call->arena, "%.*s, clause %.*s", PRINT(seers[i].agreement->title),
                                       PRINT(seers[i].clause->name)),
                .to = url_path(call->arena, "/agreements/%", seers[i].agreement->name),
            };
        page.rows = rows;
        page.rows_count = count;
        page.chosen = slice_empty(column) ? source->title
                                          : arena_format(call->arena, "%.*s: %.*s", PRINT(source->title),
                                                         PRINT(source_column(source, column)->title));
    }
    return call_page(call, S("Who can see what?"), render_who_sees(call->arena, &page));
}
