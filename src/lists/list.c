#include "lists/list.h"

#include "base/csv.h"
#include "hub/entry.h"
#include "hub/reading.h"
#include "lists/kept.h"
#include "lists/work.h"

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

/* Which entries are about whom: by entity, the newest first. */
struct about {
    int64_t entity;
    size_t entry;
};

struct recorded {
    const struct entry_line *entries; /* newest first */
    size_t count;
    struct about *about;
    size_t about_count;
};

static int by_entity_newest(const void *left, const void *right)
{
    const struct about *a = left, *b = right;
    if (a->entity != b->entity)
        return a->entity < b->entity ? -1 : 1;
    return a->entry < b->entry ? -1 : a->entry > b->entry;
}

static struct recorded recorded_of(const struct work *work, const struct entry_line *entries, size_t count)
{
    struct recorded out = {.entries = entries, .count = count};
    size_t most = 0;
    for (size_t i = 0; i < count; i++)
        most += entries[i].anchor_count;
    out.about = arena_array(work->arena, struct about, most);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < entries[i].anchor_count; k++) {
            int64_t entity = work_entity_of(work, entries[i].anchors[k]);
            if (entity)
                out.about[out.about_count++] = (struct about){entity, i};
        }
    array_sort(out.about, out.about_count, sizeof *out.about, by_entity_newest);
    return out;
}

/* The first of those about this person; about_count when there is none. */
static size_t first_about(const struct recorded *recorded, int64_t entity)
{
    size_t low = 0, high = recorded->about_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (recorded->about[middle].entity < entity)
            low = middle + 1;
        else
            high = middle;
    }
    return low < recorded->about_count && recorded->about[low].entity == entity ? low : recorded->about_count;
}

/* The newest taking or giving back, or NULL when an outcome has ended it: who comes back on the list is nobody's. */
static const struct entry_line *newest_of(const struct recorded *recorded, int64_t entity)
{
    size_t at = first_about(recorded, entity);
    if (at == recorded->about_count)
        return NULL;
    const struct entry_line *newest = &recorded->entries[recorded->about[at].entry];
    return newest->kind == ENTRY_OUTCOME ? NULL : newest;
}

/* Any outcome that is recent enough: one recorded late, of an earlier day, takes nothing from another. Where the
 * declaration says so it stands for the home: one visit serves everybody who lives there, one refusal does not. */
static bool holds_off(const struct work *work, const struct entry_line *entry, bool *ret_home)
{
    const struct list_outcome *outcome = list_outcome(work->list, entry->outcome);
    *ret_home = outcome && outcome->of_home;
    return entry->kind == ENTRY_OUTCOME && outcome &&
           date_days(work->day) - date_days(entry->on_date) < outcome->off_for_days;
}

static bool off_the_list(const struct work *work, const struct recorded *recorded, const struct slice *homes,
                         size_t home_count, const struct work_person *person)
{
    bool of_home;
    for (size_t i = first_about(recorded, person->entity);
         i < recorded->about_count && recorded->about[i].entity == person->entity; i++)
        if (holds_off(work, &recorded->entries[recorded->about[i].entry], &of_home))
            return true;
    size_t low = 0, high = home_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (slice_compare(homes[middle], person->uprn) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return person->uprn.len && low < home_count && slice_equal(homes[low], person->uprn);
}

static int by_text(const void *left, const void *right)
{
    return slice_compare(*(const struct slice *)left, *(const struct slice *)right);
}

static void leave_out_recorded(struct work *work, const struct recorded *recorded)
{
    size_t kept = 0, home_count = 0;
    bool of_home;
    struct list_left_out *left_out = &work->left_out[work->list->leave_out_count];
    struct slice *homes = arena_array(work->arena, struct slice, recorded->count);
    for (size_t i = 0; i < recorded->count; i++)
        if (holds_off(work, &recorded->entries[i], &of_home) && of_home && recorded->entries[i].uprn.len)
            homes[home_count++] = recorded->entries[i].uprn;
    array_sort(homes, home_count, sizeof *homes, by_text);
    left_out->reason = S("An outcome was recorded here for the person or the home");
    for (size_t i = 0; i < work->person_count; i++)
        if (off_the_list(work, recorded, homes, home_count, &work->people[i]))
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

static bool home_words(struct transaction *t, struct slice uprn, struct arena *arena, struct slice *ret_address,
                       struct slice *ret_postcode, struct error *err)
{
    struct result home = {0};
    *ret_address = *ret_postcode = NO_SLICE;
    if (!uprn.len)
        return true;
    if (!store_query(t, STATEMENT_LISTS_HOME, ARGS(value_text(uprn)), arena, &home, err))
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
        if (by_address &&
            !home_words(work->transaction, work->people[i].uprn, work->arena, &sorting[i].address, &postcode, err))
            return false;
    }
    array_sort(sorting, work->person_count, sizeof *sorting, in_order);
    for (size_t i = 0; i < work->person_count; i++)
        work->people[i] = sorting[i].person;
    return true;
}

/* ---- What is kept of it ---- */

static struct slice kept_copy(struct arena *arena, struct slice text)
{
    return text.len ? arena_copy(arena, text) : NO_SLICE;
}

/* The people and what they stand there for, without the county that they were found in. */
static struct worked *distil(const struct work *work, const struct recorded *recorded)
{
    struct arena *arena = arena_make(0);
    struct worked *out = arena_new(arena, struct worked);
    const struct list *list = work->list;
    size_t hit_count = 0;
    out->arena = arena;
    for (size_t i = 0; i < work->person_count; i++)
        hit_count += work->people[i].hit_count;
    out->people = arena_array(arena, struct worked_person, work->person_count);
    out->hits = arena_array(arena, struct work_hit, hit_count);
    hit_count = 0;
    for (size_t i = 0; i < work->person_count; i++) {
        const struct work_person *person = &work->people[i];
        const struct entry_line *taken = newest_of(recorded, person->entity);
        struct worked_person *own = &out->people[out->person_count++];
        *own = (struct worked_person){
            person->entity, person->points, hit_count, person->hit_count, kept_copy(arena, person->uprn), NO_SLICE, 0};
        if (taken && taken->kind == ENTRY_TAKEN) {
            own->taken_by = kept_copy(arena, taken->written_by);
            own->taken_at = taken->written_at;
        }
        for (size_t h = person->first_hit; h < person->first_hit + person->hit_count; h++) {
            out->hits[hit_count] = work->hits[h];
            out->hits[hit_count].uprn = NO_SLICE;
            out->hits[hit_count++].value = kept_copy(arena, work->hits[h].value);
        }
    }
    out->uncounted = work_uncounted(work, list->reasons, list->reason_count, true, arena);
    out->left_out_count = list->leave_out_count + 1;
    out->left_out = arena_array(arena, struct list_left_out, out->left_out_count);
    for (size_t i = 0; i < out->left_out_count; i++) {
        struct slice uncounted = NO_SLICE;
        if (i < list->leave_out_count)
            uncounted = work_uncounted(work, &list->leave_out[i], 1, false, arena);
        else if (!grant_counts(work->grant, S(SOURCE_RECORDED_VISITS), AGE_ANY))
            uncounted = built_in_title(S(SOURCE_RECORDED_VISITS));
        out->left_out[i] = (struct list_left_out){kept_copy(arena, work->left_out[i].reason), uncounted,
                                                  uncounted.len ? 0 : work->left_out[i].people};
    }
    out->unusable = arena_array(arena, struct worked_unusable, work->unusable_count);
    for (size_t i = 0; i < work->unusable_count; i++) {
        const struct list_rule *rule = work->unusable[i].rule;
        bool reason = list->reason_count && rule >= list->reasons && rule < list->reasons + list->reason_count;
        out->unusable[out->unusable_count++] =
            (struct worked_unusable){!reason, (size_t)(rule - (reason ? list->reasons : list->leave_out)),
                                     kept_copy(arena, work->unusable[i].why)};
    }
    return out;
}

/* Everything that the working out rests on, read in the transaction that it would run in. */
static bool key_of(const struct reading *r, const struct list *list, struct arena *arena, struct kept_key *ret,
                   struct error *err)
{
    const struct grant *grant = r->grant;
    struct result decided, written = {0};
    if (!store_query(r->transaction, STATEMENT_LISTS_DECIDED, NO_ARGS, arena, &decided, err) ||
        (r->notes && !store_query(r->transaction, STATEMENT_LISTS_WRITTEN, NO_ARGS, arena, &written, err)))
        return false;
    struct buffer what = buffer_make(arena), state = buffer_make(arena);
    struct slice grant_hex = digest_hex(arena, &grant->digest), county = digest_hex(arena, &grant->catalogue->digest),
                 declared = digest_hex(arena, &list->digest);
    buffer_format(&what, "%.*s of %.*s as %.*s for %.*s", PRINT(list->name), PRINT(grant->agency),
                  PRINT(grant->role->name), PRINT(grant->purpose->name));
    buffer_format(&state, "%.*s %.*s %.*s %.*s linkage %lld of %lld decided %lld %lld written %lld", PRINT(grant_hex),
                  PRINT(county), PRINT(declared), PRINT(date_iso(arena, r->today)), (long long)r->linkage,
                  (long long)r->linked_at, (long long)cell_integer(&decided.cells[0]),
                  (long long)cell_integer(&decided.cells[1]),
                  (long long)(written.rows ? cell_integer(&written.cells[0]) : 0));
    for (size_t i = 0; i < r->source_count; i++)
        buffer_format(&state, " %lld", (long long)r->sources[i].current_landing);
    *ret = (struct kept_key){buffer_slice(&what), buffer_slice(&state)};
    return true;
}

/* ---- The page ---- */

static const struct column *hit_column(const struct hub *hub, const struct list *list, const struct work_hit *hit)
{
    const struct source *source = &hub->catalogue->sources[hit->source];
    const struct list_condition *c = &list->reasons[hit->rule].conditions[0];
    return c->attribute != ATTRIBUTE_NONE ? source_attribute(source, c->attribute) : source_column(source, c->column);
}

static int most_points_first(const void *left, const void *right)
{
    const struct list_reason *a = left, *b = right;
    int order = compare_numbers(b->rule->points, a->rule->points);
    return order ? order : a->rule < b->rule ? -1 : a->rule > b->rule;
}

static void give_reasons(struct reading *r, const struct list *list, const struct worked *worked,
                         const struct worked_person *person, struct list_item *item)
{
    item->reasons = arena_array(r->arena, struct list_reason, person->hit_count);
    for (size_t h = person->first_hit; h < person->first_hit + person->hit_count; h++) {
        const struct work_hit *hit = &worked->hits[h];
        const struct list_rule *rule = &list->reasons[hit->rule];
        const struct source *source = &r->hub->catalogue->sources[hit->source];
        const struct column *column = hit_column(r->hub, list, hit);
        if (item->reason_count && item->reasons[item->reason_count - 1].rule == rule) {
            item->reasons[item->reason_count - 1].records++;
            continue;
        }
        item->reasons[item->reason_count++] = (struct list_reason){.rule = rule,
                                                                   .source = source->name,
                                                                   .source_title = source->title,
                                                                   .column_title = column->title,
                                                                   .value = hit->value,
                                                                   .anchor = hit->anchor,
                                                                   .records = 1};
        reading_note(r, hit->anchor, source->name, column->name);
    }
    array_sort(item->reasons, item->reason_count, sizeof *item->reasons, most_points_first);
}

/* A person as the view heads them, with the reasons; what is handed out is noted for the audit. */
static bool make_item(struct reading *r, const struct list *list, const struct worked *worked,
                      const struct worked_person *person, const struct loaded *loaded,
                      const struct loaded_person *shown, struct list_item *item, struct error *err)
{
    *item = (struct list_item){.entity = person->entity,
                               .name = NAME_NOT_SHOWN,
                               .uprn = person->uprn,
                               .points = person->points,
                               .taken_by = person->taken_by,
                               .taken_at = person->taken_at};
    if (!home_words(r->transaction, person->uprn, r->arena, &item->address, &item->postcode, err))
        return false;
    if (shown) {
        struct person_head head = person_head(loaded, shown, r->arena);
        item->name = head.name;
        item->born = head.born;
        for (size_t i = shown->first; i < shown->first + shown->count; i++)
            reading_note_record(r, &loaded->records[i]);
    }
    give_reasons(r, list, worked, person, item);
    return true;
}

/* Names are loaded for many people at once. */
static bool make_items(struct reading *r, const struct worked *worked, const struct worked_person *const *people,
                       size_t count, struct list_page *page, struct error *err)
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
            if (!make_item(r, page->list, worked, people[from + i], &loaded, shown ? &loaded.people[at] : NULL,
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

static bool work_anew(struct reading *r, const struct list *list, struct arena *arena, struct worked **ret,
                      struct error *err)
{
    struct work work = {.hub = r->hub,
                        .grant = r->grant,
                        .list = list,
                        .arena = arena,
                        .transaction = r->transaction,
                        .linkage = r->linkage,
                        .day = r->today};
    struct entry_line *entries;
    size_t entry_count;
    if (!work_out(&work, err) ||
        !hub_entries_of_list(work.transaction, r->session, list->name, arena, &entries, &entry_count, err))
        return false;
    struct recorded recorded = recorded_of(&work, entries, entry_count);
    leave_out_recorded(&work, &recorded);
    if (!put_in_order(&work, err))
        return false;
    *ret = distil(&work, &recorded);
    return true;
}

/* The whole county passes through when it is worked out: in memory of its own, past the request's limit. */
static bool worked_list(struct reading *r, const struct list *list, struct kept_lists *kept, struct arena *request,
                        const struct worked **ret, struct error *err)
{
    struct kept_key key;
    if (!key_of(r, list, request, &key, err))
        return false;
    *ret = kept_lists_find(kept, &key, request);
    if (*ret)
        return true;
    struct arena *scratch = arena_make(0);
    struct worked *worked;
    bool done = work_anew(r, list, scratch, &worked, err);
    arena_free(scratch);
    if (!done)
        return false;
    kept_lists_add(kept, &key, worked, request);
    *ret = worked;
    return true;
}

bool list_open(const struct hub *hub, const struct guard_session *session, const struct list *list,
               const struct list_question *question, struct arena *request, struct list_page **ret, struct error *err)
{
    if (!may(session, list, ABILITY_LIST, err) || (question->export && !guard_needs(session, ABILITY_EXPORT, err)))
        return false;
    /* An export of thousands is past the request's limit too. */
    struct arena *arena = arena_make(0);
    arena_defer(request, free_scratch, arena);
    struct reading *r;
    const struct worked *worked;
    if (!hub_read_begin(hub, session, USE_SHOW, arena, &r, err) || !reading_needs_linkage(r, err) ||
        !worked_list(r, list, question->kept, request, &worked, err))
        return false;
    struct list_page *page = arena_new(arena, struct list_page);
    size_t limit = question->limit ? question->limit : 25, chosen = 0;
    if (limit > PEOPLE_AT_MOST)
        limit = PEOPLE_AT_MOST;
    if (question->export && limit == PEOPLE_AT_MOST && worked->person_count > PEOPLE_AT_MOST)
        return error_set(err, ERROR_TOO_BIG,
                         "more people stand on the list than the %d that an export holds; have the list ask for more "
                         "points (at_least), or open it page by page",
                         PEOPLE_AT_MOST);
    *page = (struct list_page){.list = list,
                               .first = question->first,
                               .total = worked->person_count,
                               .uncounted = worked->uncounted,
                               .left_out = worked->left_out,
                               .left_out_count = worked->left_out_count,
                               .unusable = arena_array(arena, struct list_unusable, worked->unusable_count)};
    for (size_t i = 0; i < worked->unusable_count; i++) {
        const struct worked_unusable *own = &worked->unusable[i];
        page->unusable[page->unusable_count++] =
            (struct list_unusable){(own->leave_out ? list->leave_out : list->reasons) + own->rule, own->why};
    }
    const struct worked_person **people = arena_array(arena, const struct worked_person *, limit);
    for (size_t i = question->entity ? 0 : question->first; i < worked->person_count && chosen < limit; i++)
        if (!question->entity || worked->people[i].entity == question->entity)
            people[chosen++] = &worked->people[i];
    page->items = arena_array(arena, struct list_item, chosen);
    if (!make_items(r, worked, people, chosen, page, err) ||
        !hub_read_end(r, question->export ? S("export") : S("list"), list->name, err))
        return false;
    *ret = page;
    return true;
}

static bool find_item(const struct hub *hub, const struct guard_session *session, const struct list *list,
                      const struct list_act *act, struct arena *arena, struct list_item **ret, struct error *err)
{
    struct list_page *page;
    struct list_question question = {.entity = act->entity, .limit = 1, .kept = act->kept};
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

bool list_take(const struct hub *hub, const struct guard_session *session, const struct list *list,
               const struct list_act *act, struct arena *arena, struct error *err)
{
    struct list_item *item;
    return find_item(hub, session, list, act, arena, &item, err) &&
           write_entry(hub, session, list, item, (struct entry_new){.kind = ENTRY_TAKEN}, arena, err);
}

bool list_give_back(const struct hub *hub, const struct guard_session *session, const struct list *list,
                    const struct list_act *act, struct arena *arena, struct error *err)
{
    struct list_item *item;
    return find_item(hub, session, list, act, arena, &item, err) &&
           write_entry(hub, session, list, item, (struct entry_new){.kind = ENTRY_GIVEN_BACK}, arena, err);
}

bool list_record(const struct hub *hub, const struct guard_session *session, const struct list *list,
                 const struct list_act *act, struct arena *arena, struct error *err)
{
    struct list_item *item;
    if (!list_outcome(list, act->outcome))
        return error_set(err, ERROR_INPUT, "choose an outcome that the list \"%.*s\" declares", PRINT(list->title));
    return find_item(hub, session, list, act, arena, &item, err) &&
           write_entry(
               hub, session, list, item,
               (struct entry_new){
                   .kind = ENTRY_OUTCOME, .outcome = act->outcome, .on_date = act->on_date, .words = act->words},
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

void list_item_json(struct json *json, const struct list_item *item, struct arena *arena)
{
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

void list_json(struct json *json, const struct list_page *page, struct arena *arena)
{
    json_object(json);
    json_pair_text(json, "list", page->list->name);
    json_pair_text(json, "title", page->list->title);
    json_pair_text(json, "order", page->list->order_words);
    if (!page->uncounted.len)
        json_pair_integer(json, "total", (int64_t)page->total);
    json_maybe_text(json, "not_counted", page->uncounted);
    json_key(json, "people");
    json_array(json);
    for (size_t i = 0; i < page->count; i++)
        list_item_json(json, &page->items[i], arena);
    json_end(json);
    json_key(json, "left_out");
    json_array(json);
    for (size_t i = 0; i < page->left_out_count; i++) {
        json_object(json);
        json_pair_text(json, "reason", page->left_out[i].reason);
        if (!page->left_out[i].uncounted.len)
            json_pair_integer(json, "people", (int64_t)page->left_out[i].people);
        json_maybe_text(json, "not_counted", page->left_out[i].uncounted);
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
