/* An entry is written in one transaction: the entry, the anchors that it holds on to, and its entry in the record of
 * changes. What it may be is asked of the grant: the built-in source must be shown to the writer, for what one may not
 * see one may not write. */
#include "hub/entry.h"

#include "base/json.h"
#include "guard/change.h"
#include "hub/household.h"
#include "hub/linked.h"
#include "hub/reading.h"

#include <inttypes.h>

static const struct slice kind_words[] = {[ENTRY_TAKEN] = S_INIT("taken"),
                                          [ENTRY_GIVEN_BACK] = S_INIT("given_back"),
                                          [ENTRY_OUTCOME] = S_INIT("outcome"),
                                          [ENTRY_CONTACT_NOTE] = S_INIT("contact_note")};

static struct slice source_of(enum entry_kind kind)
{
    return kind == ENTRY_CONTACT_NOTE ? S(SOURCE_CONTACT_NOTES) : S(SOURCE_RECORDED_VISITS);
}

static bool check(const struct entry_new *entry, struct date day, struct date today, struct error *err)
{
    if (entry->kind == ENTRY_CONTACT_NOTE && slice_trim(entry->words).len == 0)
        return error_set(err, ERROR_INPUT, "the note is empty; write what was said");
    if (entry->words.len > 4000)
        return error_set(err, ERROR_INPUT, "the note is %zu bytes long; shorten it to 4,000", entry->words.len);
    if (entry->outcome.len > 200 || entry->list.len > 200)
        return error_set(err, ERROR_INPUT, "the outcome or list has too long a name; choose one of those shown");
    if (date_compare(day, today) > 0)
        return error_set(err, ERROR_INPUT, "the day lies in the future; enter the day on which it happened");
    if (!date_whole(day) || day.year < 1900)
        return error_set(err, ERROR_INPUT, "the day is not whole or lies before 1900; enter day, month and year");
    if (!entry->entity && entry->uprn.len == 0)
        return error_set(err, ERROR_INPUT, "the entry names neither a person nor a home; open one first");
    for (size_t i = 0; i < entry->uprn.len; i++)
        if (entry->uprn.at[i] < '0' || entry->uprn.at[i] > '9')
            return error_set(err, ERROR_INPUT, "the UPRN has something else than digits; open the home from the list");
    return true;
}

/* Inside the one writing transaction, so that of two who do the same thing at once one is told: a list's item is
 * somebody else's when the newest entry of it is a taking by another, and a day has one account's outcome. Giving back
 * is anybody's, for who took it may be away. Somebody else of the same home is another item. */
static bool check_free(struct transaction *t, const struct guard_session *session, const struct entry_new *entry,
                       struct date day, const int64_t *anchors, size_t anchor_count, struct arena *arena,
                       struct error *err)
{
    struct result rows;
    if ((entry->kind != ENTRY_TAKEN && entry->kind != ENTRY_OUTCOME) || entry->list.len == 0)
        return true;
    if (!store_query(
            t, STATEMENT_HUB_ENTRIES_OF,
            ARGS(id_list(t, anchors, anchor_count, arena), value_maybe_text(entry->entity ? NO_SLICE : entry->uprn)),
            arena, &rows, err))
        return false;
    bool newest = true;
    for (size_t i = 0; i < rows.rows; i++) {
        const struct value *row = result_row(&rows, i);
        struct slice kind = cell_text(&row[1]), by = cell_text(&row[8]);
        bool others = !slice_equal(by, guard_who(session)->name);
        if (!slice_equal(cell_text(&row[3]), entry->list))
            continue;
        if (newest && others && slice_equal(kind, kind_words[ENTRY_TAKEN]))
            return error_set(err, ERROR_CONFLICT,
                             "%.*s has taken this already; choose another, or ask them to give it back", PRINT(by));
        newest = false;
        if (entry->kind == ENTRY_OUTCOME && others && slice_equal(kind, kind_words[ENTRY_OUTCOME]) &&
            date_compare(read_iso(cell_text(&row[5])), day) == 0)
            return error_set(err, ERROR_CONFLICT,
                             "%.*s has recorded an outcome of that day already; open the list again", PRINT(by));
    }
    return true;
}

static bool write_entry(struct transaction *t, const struct guard_session *session, const struct entry_new *entry,
                        struct date day, const int64_t *anchors, size_t anchor_count, struct slice agreement,
                        struct arena *arena, int64_t *ret_id, struct error *err)
{
    const struct guard_who *who = guard_who(session);
    int64_t id;
    if (!store_next_ids(t, "entry", 1, &id, err) ||
        !store_execute(t, STATEMENT_HUB_ENTRY_INSERT,
                       ARGS(value_integer(id), value_text(kind_words[entry->kind]), value_text(source_of(entry->kind)),
                            value_maybe_text(entry->list), value_maybe_text(entry->outcome),
                            value_text(date_iso(arena, day)), value_text(entry->words), value_maybe_text(entry->uprn),
                            value_text(who->name), value_text(who->role), value_text(who->purpose),
                            value_text(agreement), value_integer(host_now(guard_host(guard_of(session))))),
                       NULL, err))
        return false;
    for (size_t i = 0; i < anchor_count; i++)
        if (!store_execute(t, STATEMENT_HUB_ENTRY_ANCHOR_INSERT, ARGS(value_integer(id), value_integer(anchors[i])),
                           NULL, err))
            return false;
    struct buffer detail = buffer_make(arena);
    struct json json = json_to(&detail);
    json_object(&json);
    json_pair_text(&json, "kind", kind_words[entry->kind]);
    if (entry->list.len)
        json_pair_text(&json, "list", entry->list);
    if (entry->outcome.len)
        json_pair_text(&json, "outcome", entry->outcome);
    json_end(&json);
    *ret_id = id;
    return change_write(t, session, S("entry"), arena_format(arena, "%" PRId64, id), buffer_slice(&detail), err);
}

bool hub_entry_write(const struct hub *hub, const struct guard_session *session, const struct entry_new *entry,
                     struct arena *arena, int64_t *ret_id, struct error *err)
{
    const struct grant *grant = guard_grant(session);
    if (!grant)
        return error_set(err, ERROR_DENIED, "choose a role and a purpose first");
    struct slice source = source_of(entry->kind);
    const struct grant_source *granted = grant_source(grant, source);
    if (!granted || granted->column_count == 0 || granted->clause_count == 0)
        return error_set(err, ERROR_DENIED, "no agreement in force lets a %.*s write %.*s for this purpose",
                         PRINT(grant->role->title), PRINT(built_in_title(source)));
    struct date today = guard_today(guard_of(session)), day = date_known(entry->on_date) ? entry->on_date : today;
    struct reading *r;
    struct loaded loaded = {0};
    struct load_options options = {.only = head_attributes, .only_count = head_attribute_count};
    if (!check(entry, day, today, err) || !hub_read_begin(hub, session, USE_SHOW, arena, &r, err))
        return false;
    if (entry->entity) {
        if (!guard_caller_known(session, subject_of(r->linkage, entry->entity, arena)))
            return error_set(err, ERROR_DENIED, "identify the caller first; then the note can be written");
        if (!reading_needs_linkage(r, err) || !people_load(r, &entry->entity, 1, &options, &loaded, err))
            return false;
        if (loaded.person_count == 0)
            return error_set(err, ERROR_NOT_FOUND, "there is no such person for this purpose; search again");
    }
    transaction_rollback(r->transaction); /* nothing of it is handed out */
    const int64_t *anchors = loaded.person_count ? loaded.people[0].anchors : NULL;
    size_t anchor_count = loaded.person_count ? loaded.people[0].anchor_count : 0;
    struct transaction *t;
    int64_t id;
    struct slice agreement = arena_format(arena, "%.*s:%.*s", PRINT(granted->clauses[0].agreement->name),
                                          PRINT(granted->clauses[0].clause->name));
    if (!guard_write_begin(session, arena, &t, err) ||
        !transaction_finish(t,
                            check_free(t, session, entry, day, anchors, anchor_count, arena, err) &&
                                write_entry(t, session, entry, day, anchors, anchor_count, agreement, arena, &id, err),
                            err))
        return false;
    *ret_id = id;
    return true;
}

static bool read_kind(struct slice word, enum entry_kind *ret)
{
    for (size_t i = 0; i < countof(kind_words); i++)
        if (slice_equal(kind_words[i], word)) {
            *ret = (enum entry_kind)i;
            return true;
        }
    return false;
}

/* anchors: (entry, anchor), by entry descending, as the rows are. */
static void read_entries(const struct result *rows, const struct result *anchors, const struct grant *grant,
                         struct arena *arena, struct entry_line **ret, size_t *ret_count)
{
    struct entry_line *lines = arena_array(arena, struct entry_line, rows->rows + 1);
    size_t count = 0, at = 0;
    for (size_t i = 0; i < rows->rows; i++) {
        const struct value *row = result_row(rows, i);
        struct entry_line line = {.id = cell_integer(&row[0]),
                                  .source = cell_text(&row[2]),
                                  .list = cell_text(&row[3]),
                                  .outcome = cell_text(&row[4]),
                                  .on_date = read_iso(cell_text(&row[5])),
                                  .words = cell_text(&row[6]),
                                  .uprn = cell_text(&row[7]),
                                  .written_by = cell_text(&row[8]),
                                  .role = cell_text(&row[9]),
                                  .purpose = cell_text(&row[10]),
                                  .agreement = cell_text(&row[11]),
                                  .written_at = cell_integer(&row[12])};
        const struct grant_source *granted = grant_source(grant, line.source);
        int64_t *own = arena_array(arena, int64_t, anchors->rows + 1);
        while (at < anchors->rows && cell_integer(&result_row(anchors, at)[0]) > line.id)
            at++;
        for (; at < anchors->rows && cell_integer(&result_row(anchors, at)[0]) == line.id; at++)
            own[line.anchor_count++] = cell_integer(&result_row(anchors, at)[1]);
        line.anchors = own;
        if (granted && granted->column_count && read_kind(cell_text(&row[1]), &line.kind))
            lines[count++] = line;
    }
    *ret = lines;
    *ret_count = count;
}

bool hub_entries_of_list(struct transaction *t, const struct guard_session *session, struct slice list,
                         struct arena *arena, struct entry_line **ret, size_t *ret_count, struct error *err)
{
    struct result rows, anchors;
    if (!store_query(t, STATEMENT_HUB_ENTRIES_OF_LIST, ARGS(value_text(list)), arena, &rows, err) ||
        !store_query(t, STATEMENT_HUB_ENTRY_ANCHORS_OF_LIST, ARGS(value_text(list)), arena, &anchors, err))
        return false;
    read_entries(&rows, &anchors, guard_grant(session), arena, ret, ret_count);
    return true;
}

bool hub_entries_of(struct transaction *t, const struct guard_session *session, const int64_t *anchors,
                    size_t anchor_count, struct slice uprn, struct arena *arena, struct entry_line **ret,
                    size_t *ret_count, struct error *err)
{
    struct result rows, held;
    if (!store_query(t, STATEMENT_HUB_ENTRIES_OF,
                     ARGS(id_list(t, anchors, anchor_count, arena), value_maybe_text(uprn)), arena, &rows, err))
        return false;
    int64_t *ids = arena_array(arena, int64_t, rows.rows + 1);
    for (size_t i = 0; i < rows.rows; i++)
        ids[i] = cell_integer(&result_row(&rows, i)[0]);
    if (!store_query(t, STATEMENT_HUB_ENTRY_ANCHORS_AT, ARGS(id_list(t, ids, rows.rows, arena)), arena, &held, err))
        return false;
    read_entries(&rows, &held, guard_grant(session), arena, ret, ret_count);
    return true;
}
