#include "lists/list.h"

#include "base/csv.h"
#include "hub/entry.h"
#include "hub/reading.h"
#include "lists/work.h"

#include <stdlib.h>

enum { PEOPLE_AT_MOST = 10000, PEOPLE_AT_ONCE = 200 };

static bool may(const struct guard_session *session, const struct list *list, enum ability ability, struct error *err)
{
    const struct guard_who *who = guard_who(session);
    if (!guard_needs(session, ability, err))
        return false;
    if (!slice_equal(who->purpose, list->purpose))
        return error_set(err, ERROR_DENIED, "the list \"%.*s\" is for the purpose %.*s; choose that purpose first",
                         PRINT(list->title), PRINT(list->purpose));
    for (size_t i = 0; i < list->role_count; i++)
        if (slice_equal(list->roles[i], who->role))
            return true;
    return error_set(err, ERROR_DENIED, "the list \"%.*s\" is not for your role; sign in as one of the roles it names",
                     PRINT(list->title));
}

/* ---- What was recorded here ---- */

static bool is_about(const struct work *work, const struct entry_line *entry, const struct work_person *person)
{
    for (size_t i = 0; i < entry->anchor_count; i++)
        if (work_entity_of(work, entry->anchors[i]) == person->entity)
            return true;
    return false;
}

/* The newest taking or giving back, or NULL when an outcome has ended it: who comes back on the list is nobody's. */
static const struct entry_line *newest_of(const struct work *work, const struct entry_line *entries, size_t count,
                                          const struct work_person *person)
{
    for (size_t i = 0; i < count; i++) /* newest first */
        if (is_about(work, &entries[i], person))
            return entries[i].kind == ENTRY_OUTCOME ? NULL : &entries[i];
    return NULL;
}

/* Any outcome that is recent enough: one recorded late, of an earlier day, takes nothing from another. Where the
 * declaration says so it stands for the home: one visit serves everybody who lives there, one refusal does not. */
static bool off_the_list(const struct work *work, const struct entry_line *entries, size_t count,
                         const struct work_person *person)
{
    for (size_t i = 0; i < count; i++) {
        const struct list_outcome *outcome = list_outcome(work->list, entries[i].outcome);
        if (entries[i].kind != ENTRY_OUTCOME || !outcome ||
            date_days(work->day) - date_days(entries[i].on_date) >= outcome->off_for_days)
            continue;
        if ((outcome->of_home && person->uprn.len && slice_equal(entries[i].uprn, person->uprn)) ||
            is_about(work, &entries[i], person))
            return true;
    }
    return false;
}

static void leave_out_recorded(struct work *work, const struct entry_line *entries, size_t count)
{
    size_t kept = 0;
    struct list_left_out *left_out = &work->left_out[work->list->leave_out_count];
    left_out->reason = S("An outcome was recorded here for the person or the home");
    for (size_t i = 0; i < work->person_count; i++)
        if (off_the_list(work, entries, count, &work->people[i]))
            left_out->people++;
        else
            work->people[kept++] = work->people[i];
    work->person_count = kept;
}

/* ---- Order ---- */

struct sorting {
    struct work_person person;
    struct slice address;
    const struct list *list;
};

static int compare_numbers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int in_order(const void *left, const void *right)
{
    const struct sorting *a = left, *b = right;
    for (size_t i = 0; i < a->list->order_count; i++) {
        int order = 0;
        switch (a->list->order[i]) {
        case LIST_BY_POINTS:
            order = compare_numbers(b->person.points, a->person.points);
            break;
        case LIST_BY_OLDEST: /* whose birth date is not known comes last */
            order = compare_numbers(!date_known(a->person.born), !date_known(b->person.born));
            order = order ? order : date_compare(a->person.born, b->person.born);
            break;
        case LIST_BY_ADDRESS:
            order = slice_compare(a->address, b->address);
            break;
        }
        if (order)
            return order;
    }
    return compare_numbers(a->person.entity, b->person.entity);
}

static bool home_words(struct work *work, struct slice uprn, struct slice *ret_address, struct slice *ret_postcode,
                       struct error *err)
{
    struct result home = {0};
    *ret_address = *ret_postcode = NO_SLICE;
    if (!uprn.len)
        return true;
    if (!store_query(work->transaction, STATEMENT_LISTS_HOME, ARGS(value_text(uprn)), work->arena, &home, err))
        return false;
    if (home.rows) {
        *ret_address = cell_text(&home.cells[0]);
        *ret_postcode = cell_text(&home.cells[1]);
    }
    return true;
}

static bool put_in_order(struct work *work, struct error *err)
{
    struct sorting *sorting = arena_array(work->arena, struct sorting, work->person_count);
    bool by_address = false;
    for (size_t i = 0; i < work->list->order_count; i++)
        by_address = by_address || work->list->order[i] == LIST_BY_ADDRESS;
    for (size_t i = 0; i < work->person_count; i++) {
        struct slice postcode;
        sorting[i] = (struct sorting){.person = work->people[i], .list = work->list};
        if (by_address && !home_words(work, work->people[i].uprn, &sorting[i].address, &postcode, err))
            return false;
    }
    qsort(sorting, work->person_count, sizeof *sorting, in_order);
    for (size_t i = 0; i < work->person_count; i++)
        work->people[i] = sorting[i].person;
    return true;
}

/* ---- The page ---- */

static const struct column *hit_column(const struct work *work, const struct work_hit *hit)
{
    const struct source *source = &work->hub->catalogue->sources[hit->source];
    const struct list_condition *c = &work->list->reasons[hit->rule].conditions[0];
    return c->attribute != ATTRIBUTE_NONE ? source_attribute(source, c->attribute) : source_column(source, c->column);
}

static int most_points_first(const void *left, const void *right)
{
    const struct list_reason *a = left, *b = right;
    int order = compare_numbers(b->rule->points, a->rule->points);
    return order ? order : a->rule < b->rule ? -1 : a->rule > b->rule;
}

static void give_reasons(struct work *work, const struct work_person *person, struct list_item *item)
{
    item->reasons = arena_array(work->arena, struct list_reason, person->hit_count);
    for (size_t h = person->first_hit; h < person->first_hit + person->hit_count; h++) {
        const struct work_hit *hit = &work->hits[h];
        const struct list_rule *rule = &work->list->reasons[hit->rule];
        if (item->reason_count && item->reasons[item->reason_count - 1].rule == rule) {
            item->reasons[item->reason_count - 1].records++;
            continue;
        }
        const struct source *source = &work->hub->catalogue->sources[hit->source];
        item->reasons[item->reason_count++] = (struct list_reason){.rule = rule,
                                                                   .source = source->name,
                                                                   .source_title = source->title,
                                                                   .column_title = hit_column(work, hit)->title,
                                                                   .value = hit->value,
                                                                   .anchor = hit->anchor,
                                                                   .records = 1};
    }
    qsort(item->reasons, item->reason_count, sizeof *item->reasons, most_points_first);
}

static struct slice reason_column(const struct list_reason *reason, const struct source *source)
{
    const struct list_condition *c = &reason->rule->conditions[0];
    return c->attribute != ATTRIBUTE_NONE ? source_attribute(source, c->attribute)->name : c->column;
}

/* A person as the view heads them, with the reasons; what is handed out is noted for the audit. */
static bool make_item(struct work *work, struct reading *r, const struct work_person *person,
                      const struct loaded *loaded, const struct loaded_person *shown, const struct entry_line *entries,
                      size_t count, struct list_item *item, struct error *err)
{
    *item = (struct list_item){
        .entity = person->entity, .name = NAME_NOT_SHOWN, .uprn = person->uprn, .points = person->points};
    if (!home_words(work, person->uprn, &item->address, &item->postcode, err))
        return false;
    if (shown) {
        struct person_head head = person_head(loaded, shown, work->arena);
        item->name = head.name;
        item->born = head.born;
        for (size_t i = shown->first; i < shown->first + shown->count; i++)
            reading_note_record(r, &loaded->records[i]);
    }
    give_reasons(work, person, item);
    for (size_t i = 0; i < item->reason_count; i++) {
        const struct list_reason *reason = &item->reasons[i];
        reading_note(r, reason->anchor, reason->source,
                     reason_column(reason, catalogue_source(work->hub->catalogue, reason->source)));
    }
    const struct entry_line *taken = newest_of(work, entries, count, person);
    if (taken && taken->kind == ENTRY_TAKEN) {
        item->taken_by = taken->written_by;
        item->taken_at = taken->written_at;
    }
    return true;
}

/* Names are loaded for many people at once. */
static bool make_items(struct work *work, struct reading *r, const struct work_person *const *people, size_t count,
                       const struct entry_line *entries, size_t entry_count, struct list_page *page, struct error *err)
{
    struct load_options options = {.only = head_attributes, .only_count = head_attribute_count};
    for (size_t from = 0; from < count; from += PEOPLE_AT_ONCE) {
        size_t n = count - from < PEOPLE_AT_ONCE ? count - from : PEOPLE_AT_ONCE, at = 0;
        int64_t entities[PEOPLE_AT_ONCE];
        struct loaded loaded;
        for (size_t i = 0; i < n; i++)
            entities[i] = people[from + i]->entity;
        if (!people_load(r, entities, n, &options, &loaded, err))
            return false;
        for (size_t i = 0; i < n; i++) {
            bool shown = at < loaded.person_count && loaded.people[at].entity == entities[i];
            if (!make_item(work, r, people[from + i], &loaded, shown ? &loaded.people[at] : NULL, entries, entry_count,
                           &page->items[page->count++], err))
                return false;
            at += shown;
        }
    }
    return true;
}

/* ---- The doors ---- */

static void free_scratch(void *scratch)
{
    arena_free(scratch);
}

bool list_open(const struct hub *hub, const struct guard_session *session, const struct list *list,
               const struct list_question *question, struct arena *request, struct list_page **ret, struct error *err)
{
    if (!may(session, list, ABILITY_LIST, err) || (question->export && !guard_needs(session, ABILITY_EXPORT, err)))
        return false;
    /* The whole county passes through here: in memory of its own, for the life of the request, past the request's
     * limit. */
    struct arena *arena = arena_make(0);
    arena_defer(request, free_scratch, arena);
    struct reading *r;
    if (!hub_read_begin(hub, session, USE_SHOW, arena, &r, err) || !reading_needs_linkage(r, err))
        return false;
    struct work work = {.hub = hub,
                        .grant = r->grant,
                        .list = list,
                        .arena = arena,
                        .transaction = r->transaction,
                        .linkage = r->linkage,
                        .day = r->today};
    struct entry_line *entries;
    size_t entry_count;
    if (!work_out(&work, err) ||
        !hub_entries_of_list(work.transaction, session, list->name, arena, &entries, &entry_count, err))
        return false;
    leave_out_recorded(&work, entries, entry_count);
    if (!put_in_order(&work, err))
        return false;
    struct list_page *page = arena_new(arena, struct list_page);
    size_t limit = question->limit ? question->limit : 25, chosen = 0;
    if (limit > PEOPLE_AT_MOST)
        limit = PEOPLE_AT_MOST;
    if (question->export && limit == PEOPLE_AT_MOST && work.person_count > PEOPLE_AT_MOST)
        return error_set(err, ERROR_TOO_BIG,
                         "%zu people stand on the list and an export holds %d at most; have the list ask for more "
                         "points (at_least), or open it page by page",
                         work.person_count, PEOPLE_AT_MOST);
    *page = (struct list_page){.list = list,
                               .first = question->first,
                               .total = work.person_count,
                               .left_out = work.left_out,
                               .left_out_count = list->leave_out_count + 1,
                               .unusable = work.unusable,
                               .unusable_count = work.unusable_count};
    const struct work_person **people = arena_array(arena, const struct work_person *, limit);
    for (size_t i = question->entity ? 0 : question->first; i < work.person_count && chosen < limit; i++)
        if (!question->entity || work.people[i].entity == question->entity)
            people[chosen++] = &work.people[i];
    page->items = arena_array(arena, struct list_item, chosen);
    if (!make_items(&work, r, people, chosen, entries, entry_count, page, err) ||
        !hub_read_end(r, question->export ? S("export") : S("list"), list->name, err))
        return false;
    *ret = page;
    return true;
}

static bool find_item(const struct hub *hub, const struct guard_session *session, const struct list *list,
                      int64_t entity, struct arena *arena, struct list_item **ret, struct error *err)
{
    struct list_page *page;
    struct list_question question = {.entity = entity, .limit = 1};
    if (!list_open(hub, session, list, &question, arena, &page, err))
        return false;
    if (page->count == 0)
        return error_set(err, ERROR_NOT_FOUND,
                         "this person is not on the list \"%.*s\" (any more); open the list again", PRINT(list->title));
    *ret = &page->items[0];
    return true;
}

static bool write_entry(const struct hub *hub, const struct guard_session *session, const struct list *list,
                        const struct list_item *item, struct entry_new entry, struct arena *arena, struct error *err)
{
    int64_t id;
    entry.entity = item->entity;
    entry.uprn = item->uprn;
    entry.list = list->name;
    return hub_entry_write(hub, session, &entry, arena, &id, err);
}

bool list_take(const struct hub *hub, const struct guard_session *session, const struct list *list, int64_t entity,
               struct arena *arena, struct error *err)
{
    struct list_item *item;
    return find_item(hub, session, list, entity, arena, &item, err) &&
           write_entry(hub, session, list, item, (struct entry_new){.kind = ENTRY_TAKEN}, arena, err);
}

bool list_give_back(const struct hub *hub, const struct guard_session *session, const struct list *list, int64_t entity,
                    struct arena *arena, struct error *err)
{
    struct list_item *item;
    return find_item(hub, session, list, entity, arena, &item, err) &&
           write_entry(hub, session, list, item, (struct entry_new){.kind = ENTRY_GIVEN_BACK}, arena, err);
}

bool list_record(const struct hub *hub, const struct guard_session *session, const struct list *list,
                 const struct list_result *result, struct arena *arena, struct error *err)
{
    struct list_item *item;
    if (!list_outcome(list, result->outcome))
        return error_set(err, ERROR_INPUT, "choose an outcome that the list \"%.*s\" declares", PRINT(list->title));
    return find_item(hub, session, list, result->entity, arena, &item, err) &&
           write_entry(hub, session, list, item,
                       (struct entry_new){.kind = ENTRY_OUTCOME,
                                          .outcome = result->outcome,
                                          .on_date = result->on_date,
                                          .words = result->words},
                       arena, err);
}

/* ---- Out ---- */

static struct slice reasons_text(const struct list_item *item, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    for (size_t i = 0; i < item->reason_count; i++)
        buffer_format(&out, "%s%.*s (%.*s: %.*s)", i ? "; " : "", PRINT(item->reasons[i].rule->reason),
                      PRINT(item->reasons[i].source_title), PRINT(item->reasons[i].value));
    return buffer_slice(&out);
}

void list_csv(const struct list_page *page, struct buffer *out)
{
    struct arena *arena = out->arena;
    const struct slice headings[] = {S("person"), S("name"),   S("date_of_birth"), S("address"), S("postcode"),
                                     S("uprn"),   S("points"), S("reasons"),       S("taken_by")};
    csv_write_row(out, headings, countof(headings), true);
    for (size_t i = 0; i < page->count; i++) {
        const struct list_item *item = &page->items[i];
        const struct slice fields[] = {arena_format(arena, "%lld", (long long)item->entity),
                                       item->name,
                                       date_known(item->born) ? date_iso(arena, item->born) : NO_SLICE,
                                       item->address,
                                       item->postcode,
                                       item->uprn,
                                       arena_format(arena, "%lld", (long long)item->points),
                                       reasons_text(item, arena),
                                       item->taken_by};
        csv_write_row(out, fields, countof(fields), true);
    }
}

void list_json(struct json *json, const struct list_page *page, struct arena *arena)
{
    json_object(json);
    json_pair_text(json, "list", page->list->name);
    json_pair_text(json, "title", page->list->title);
    json_pair_text(json, "order", page->list->order_words);
    json_pair_integer(json, "total", (int64_t)page->total);
    json_key(json, "people");
    json_array(json);
    for (size_t i = 0; i < page->count; i++) {
        const struct list_item *item = &page->items[i];
        json_object(json);
        json_pair_integer(json, "person", item->entity);
        json_pair_text(json, "name", item->name);
        if (date_known(item->born))
            json_pair_text(json, "born", date_iso(arena, item->born));
        json_pair_text(json, "uprn", item->uprn);
        json_pair_text(json, "address", item->address);
        json_pair_text(json, "postcode", item->postcode);
        json_pair_integer(json, "points", item->points);
        json_key(json, "reasons");
        json_array(json);
        for (size_t r = 0; r < item->reason_count; r++) {
            const struct list_reason *reason = &item->reasons[r];
            json_object(json);
            json_pair_text(json, "reason", reason->rule->reason);
            json_pair_integer(json, "points", reason->rule->points);
            json_pair_text(json, "source_title", reason->source_title);
            json_pair_text(json, "column_title", reason->column_title);
            json_pair_text(json, "value", reason->value);
            json_pair_integer(json, "record", reason->anchor);
            json_pair_integer(json, "records", (int64_t)reason->records);
            json_end(json);
        }
        json_end(json);
        if (item->taken_by.len)
            json_pair_text(json, "taken_by", item->taken_by);
        json_end(json);
    }
    json_end(json);
    json_key(json, "left_out");
    json_array(json);
    for (size_t i = 0; i < page->left_out_count; i++) {
        json_object(json);
        json_pair_text(json, "reason", page->left_out[i].reason);
        json_pair_integer(json, "people", (int64_t)page->left_out[i].people);
        json_end(json);
    }
    json_end(json);
    json_key(json, "not_used");
    json_array(json);
    for (size_t i = 0; i < page->unusable_count; i++) {
        json_object(json);
        json_pair_text(json, "reason", page->unusable[i].rule->reason);
        json_pair_text(json, "why", page->unusable[i].why);
        json_end(json);
    }
    json_end(json);
    json_end(json);
}
