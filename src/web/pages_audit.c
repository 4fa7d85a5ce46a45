/* pages_audit.c: my own recent looks, the audit of everybody's, and the record of changes. */
#include "web/asked.h"
#include "web/deeds.h"
#include "web/pages.h"
#include "web/parts.h"

static int64_t words_in(struct slice text)
{
    int64_t count = 0;
    struct slice rest = text, piece;
    while (slice_cut(&rest, ' ', &piece))
        count += piece.len > 0;
    return count;
}

static struct slice role_words(struct call *call, struct slice name)
{
    const struct role *role = catalogue_role(call->catalogue, name);
    return role ? role->title : name;
}

static struct slice purpose_words(struct call *call, struct slice name)
{
    const struct purpose *purpose = catalogue_purpose(call->catalogue, name);
    return purpose ? purpose->title : name;
}

/* People are opened by their own page, and in the audit by all looks at them: whoever reads it opens nobody. */
static struct page_looks_row look_of(struct call *call, const struct deed_reader *reader, bool audit,
                                     const struct audit_entry *e)
{
    struct digest hash = e->hash;
    struct deed_subject subjects[DEED_SUBJECTS];
    size_t count = deed_subjects(e, reader, call->arena, subjects);
    struct page_looks_one *rows = arena_array(call->arena, struct page_looks_one, count);
    for (size_t i = 0; i < count; i++)
        rows[i] = (struct page_looks_one){subjects[i].words, i > 0, audit ? subjects[i].looks : subjects[i].to};
    return (struct page_looks_row){
        .id = text_of_integer(call->arena, e->id),
        .at = time_words(call->arena, e->at),
        .account = e->account,
        .role = role_words(call, e->role),
        .purpose = purpose_words(call, e->purpose),
        .did = deed_of_look(e),
        .whom = rows,
        .whom_count = count,
        .fields = e->fields,
        .field_total = e->fields.len ? words_of_count(call->arena, words_in(e->fields), "field", "fields") : NO_SLICE,
        .records = words_of_count(call->arena, words_in(e->anchors), "record", "records"),
        .clauses = words_of_clauses(call, e->agreements),
        .place = deed_place(e->place, call->arena),
        .hash = slice_part(digest_hex(call->arena, &hash), 0, 16),
    };
}

static bool put_looks(struct call *call, const struct audit_filter *filter, const char *next, struct slice carry,
                      struct page_looks *page, struct error *err)
{
    struct audit_entry *entries;
    size_t count;
    bool more;
    if (!audit_list(call->session, filter, call->arena, &entries, &count, &more, err))
        return false;
    struct deed_reader reader = {call->catalogue, 0, call_may(call, ABILITY_VIEW), call_may(call, ABILITY_LIST)};
    if (reader.views && !hub_linkage(&call->hub, call->session, call->arena, &reader.linkage, err))
        return false;
    struct page_looks_row *rows = arena_array(call->arena, struct page_looks_row, count);
    for (size_t i = 0; i < count; i++)
        rows[i] = look_of(call, &reader, page->is_audit, &entries[i]);
    page->rows = rows;
    page->rows_count = count;
    if (more && count) {
        struct part_pager *pager = arena_new(call->arena, struct part_pager);
        struct slice before = text_of_integer(call->arena, entries[count - 1].id);
        pager->next.text = arena_format(call->arena, "%s?before=%.*s%.*s", next, PRINT(before), PRINT(carry));
        page->pager = pager;
    }
    return true;
}

bool concerns_mine_asked(struct call *call, struct concern_page *ret, struct error *err)
{
    *ret = (struct concern_page){0};
    return !call_may(call, ABILITY_VIEW) ||
           hub_concerns_mine(&call->hub, call->session, 50, call->arena, &ret->lines, &ret->count, err);
}

bool page_my_looks(struct call *call, struct error *err)
{
    struct audit_filter filter = {.account = call->who->name};
    struct page_looks page = {.title = S("My recent looks"),
                              .about = S("Every look that you took at people's records, as it stands in the audit.")};
    struct concern_page mine;
    if (!request_integer_or(call->request, S("before"), 0, &filter.before, err) ||
        !put_looks(call, &filter, "/my-looks", NO_SLICE, &page, err) || !concerns_mine_asked(call, &mine, err))
        return false;
    struct page_looks_concern *rows = arena_array(call->arena, struct page_looks_concern, mine.count);
    for (size_t i = 0; i < mine.count; i++)
        rows[i] = (struct page_looks_concern){mine.lines[i].words, mine.lines[i].source_title,
                                              time_words(call->arena, mine.lines[i].said_at), mine.lines[i].answer,
                                              mine.lines[i].open};
    page.concerns = rows;
    page.concerns_count = mine.count;
    return call_page(call, page.title, render_looks(call->arena, &page));
}

/* A person's subject is "LINKAGE:ENTITY", as the links of the audit have it; a list, a home or a source stands for
 * itself. */
static void read_subject(struct slice words, struct audit_filter *filter)
{
    int64_t linkage;
    filter->subject = words;
    if (slice_integer(slice_part(words, 0, slice_find(words, ':')), &linkage))
        filter->linkage = slice_find(words, ':') < words.len ? linkage : 0;
}

bool audit_filter_of(struct call *call, struct audit_filter *ret, struct error *err)
{
    const struct parameters *query = &call->request->query;
    *ret = (struct audit_filter){.account = slice_trim(parameters_get(query, S("account"))),
                                 .action = slice_trim(parameters_get(query, S("action")))};
    read_subject(slice_trim(parameters_get(query, S("subject"))), ret);
    return request_integer_or(call->request, S("before"), 0, &ret->before, err);
}

bool page_audit(struct call *call, struct error *err)
{
    const struct parameters *query = &call->request->query;
    struct audit_filter filter;
    struct slice subject = slice_trim(parameters_get(query, S("subject")));
    struct audit_head head;
    if (!audit_filter_of(call, &filter, err))
        return false;
    struct page_looks page = {
        .title = S("Audit"),
        .about = S("Who looked at which fields of whom, as what, for what purpose, and under which clause. Looking "
                   "here is written down too."),
        .is_audit = true,
        .account = filter.account,
        .subject = subject,
        .changes = {S("/changes")},
    };
    size_t deed_count;
    const struct look_deed *deeds = deeds_of_looks(&deed_count);
    struct page_looks_action *actions = arena_array(call->arena, struct page_looks_action, deed_count);
    for (size_t i = 0; i < deed_count; i++)
        actions[i] = (struct page_looks_action){slice_of(deeds[i].action), slice_of(deeds[i].words),
                                                slice_equal(slice_of(deeds[i].action), filter.action)};
    page.actions = actions;
    page.actions_count = deed_count;
    struct buffer carry = buffer_make(call->arena);
    static const char *const names[] = {"account", "action", "subject"};
    for (size_t i = 0; i < countof(names); i++) {
        struct slice value = parameters_get(query, slice_of(names[i]));
        if (slice_empty(value))
            continue;
        buffer_format(&carry, "&%s=", names[i]);
        percent_encode(&carry, value);
    }
    if (!put_looks(call, &filter, "/audit", buffer_slice(&carry), &page, err) ||
        !audit_head(call->web->options.guard, &head, err))
        return false;
    page.head = audit_head_text(&head, call->arena);
    return call_page(call, page.title, render_looks(call->arena, &page));
}

bool changes_asked(struct call *call, struct change **ret, size_t *ret_count, bool *ret_more, struct error *err)
{
    struct change_filter filter = {0};
    return request_integer_or(call->request, S("before"), 0, &filter.before, err) &&
           change_list(call->session, &filter, call->arena, ret, ret_count, ret_more, err);
}

bool page_changes(struct call *call, struct error *err)
{
    struct change *changes;
    size_t count;
    bool more;
    if (!changes_asked(call, &changes, &count, &more, err))
        return false;
    struct page_changes_row *rows = arena_array(call->arena, struct page_changes_row, count);
    for (size_t i = 0; i < count; i++) {
        struct slice subject, detail;
        const char *did = deed_of_change(&changes[i], call->catalogue, call->arena, &subject, &detail);
        rows[i] = (struct page_changes_row){
            .at = time_words(call->arena, changes[i].at),
            .account = changes[i].account,
            .role = role_words(call, changes[i].role),
            .purpose = purpose_words(call, changes[i].purpose),
            .did = did ? slice_of(did) : changes[i].what,
            .subject = subject,
            .detail = detail,
        };
    }
    struct page_changes page = {.rows = rows, .rows_count = count};
    if (more && count) {
        struct part_pager *pager = arena_new(call->arena, struct part_pager);
        pager->next = url_path(call->arena, "/changes?before=%", text_of_integer(call->arena, changes[count - 1].id));
        page.pager = pager;
    }
    return call_page(call, S("Changes"), render_changes(call->arena, &page));
}
