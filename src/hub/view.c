/* One pass: members and their records through the grant (reading.c), then what follows from them in memory (facts.c),
 * then homes, the household and what was written in the hub. Where a record lives is shown only if the record's own
 * place may be. */
#include "hub/view.h"

#include "base/text.h"
#include "hub/entry.h"
#include "hub/facts.h"
#include "hub/household.h"
#include "hub/linked.h"
#include "hub/reading.h"
#include "hub/timeline.h"

#include <inttypes.h>
#include <stdlib.h>

struct slice subject_of(int64_t linkage, int64_t entity, struct arena *arena)
{
    return arena_format(arena, "%" PRId64 ":%" PRId64, linkage, entity);
}

/* The entity itself, or the one that it was joined into. */
static bool follow_joins(struct reading *r, int64_t *entity, struct error *err)
{
    for (int steps = 0; steps < 20; steps++) {
        struct result rows;
        if (!store_query(r->transaction, STATEMENT_HUB_MEMBERS_OF,
                         ARGS(value_integer(r->linkage), value_integer(*entity)), r->arena, &rows, err))
            return false;
        if (rows.rows)
            return true;
        if (!store_query(r->transaction, STATEMENT_HUB_ENTITY_WENT,
                         ARGS(value_integer(r->linkage), value_integer(*entity)), r->arena, &rows, err))
            return false;
        if (rows.rows == 0)
            break;
        *entity = cell_integer(&result_row(&rows, 0)[0]);
    }
    return error_set(err, ERROR_NOT_FOUND, "there is no such person for this purpose; search again");
}

static bool load_changes(struct reading *r, struct person_view *view, struct error *err)
{
    struct result rows;
    if (!store_query(r->transaction, STATEMENT_HUB_EVENTS_OF,
                     ARGS(value_integer(view->linkage), value_integer(view->entity)), r->arena, &rows, err))
        return false;
    view->changes = arena_array(r->arena, struct view_change, rows.rows + 1);
    for (size_t i = 0; i < rows.rows; i++) {
        const struct value *row = result_row(&rows, i);
        view->changes[view->change_count++] =
            (struct view_change){cell_integer(&row[0]), cell_text(&row[1]), cell_text(&row[3]), cell_integer(&row[2])};
    }
    return true;
}

static bool load_concerns(struct reading *r, const struct loaded_person *person, struct person_view *view,
                          struct error *err)
{
    struct result rows;
    if (!store_query(r->transaction, STATEMENT_HUB_CONCERNS_OPEN_AT,
                     ARGS(id_list(r->transaction, person->anchors, person->anchor_count, r->arena)), r->arena, &rows,
                     err))
        return false;
    view->open_concerns = (size_t)cell_integer(&result_row(&rows, 0)[0]);
    return true;
}

void freshness_of(const struct reading *r, bool shown_only, struct freshness **ret, size_t *ret_count)
{
    struct freshness *list = arena_array(r->arena, struct freshness, r->source_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < r->source_count; i++) {
        const struct reading_source *own = &r->sources[i];
        if (shown_only && (!own->granted || own->granted->column_count == 0))
            continue;
        list[count++] = (struct freshness){own->source, own->current_landing, own->received_at,
                                           own->as_at,  own->age.days,        own->age.stale};
    }
    *ret = list;
    *ret_count = count;
}

/* Before the caller is identified the name alone is shown: of which record, and under which clause, is audited. */
static void note_name(struct reading *r, const struct loaded_person *person, const struct person_head *head)
{
    static const enum attribute names[] = {ATTRIBUTE_PERSON_GIVEN_NAME, ATTRIBUTE_PERSON_FAMILY_NAME,
                                           ATTRIBUTE_PERSON_FULL_NAME};
    const struct view_record *by = head->named_by;
    reading_note(r, by ? by->evidence.anchor : person->anchors[0], NO_SLICE, NO_SLICE);
    for (size_t i = 0; by && i < countof(names); i++) {
        const struct view_field *field = record_field(by, names[i]);
        if (field)
            reading_note(r, by->evidence.anchor, by->evidence.source->name, field->column->name);
    }
}

static bool view_fill(struct reading *r, const struct loaded *loaded, struct person_view *view, struct error *err)
{
    const struct loaded_person *person = &loaded->people[0];
    struct person_head head = person_head(loaded, person, r->arena);
    view->name = head.name;
    view->records = loaded->records + person->first;
    view->record_count = view->records_held = person->count;
    if (!guard_caller_known(r->session, subject_of(view->linkage, view->entity, r->arena))) {
        view->caller_check_needed = true;
        note_name(r, person, &head);
        view->records = NULL;
        view->record_count = 0;
        return true;
    }
    for (size_t i = 0; i < view->record_count; i++)
        reading_note_record(r, &view->records[i]);
    markers_make(view->records, view->record_count, r->arena, &view->markers, &view->marker_count);
    facts_make(view->records, view->record_count, r->today, r->arena, &view->facts, &view->fact_count);
    struct slice uprn = NO_SLICE;
    if (!homes_load(r, person, view, &uprn, err) || !household_load(r, person, uprn, view, err))
        return false;
    struct entry_line *entries = NULL;
    size_t entry_count = 0;
    if (r->notes && !hub_entries_of(r->transaction, r->session, person->anchors, person->anchor_count, uprn, r->arena,
                                    &entries, &entry_count, err))
        return false;
    timeline_make(r, view->records, view->record_count, entries, entry_count, &view->timeline, &view->event_count);
    for (size_t i = 0; i < entry_count; i++)
        reading_note(r, person->anchors[0], entries[i].source, S("words"));
    return load_changes(r, view, err) && load_concerns(r, person, view, err);
}

bool hub_view(const struct hub *hub, const struct guard_session *session, int64_t entity, struct arena *arena,
              struct person_view **ret, struct error *err)
{
    struct reading *r;
    struct loaded loaded;
    struct load_options options = {.evidence = true};
    if (!hub_read_begin(hub, session, USE_SHOW, arena, &r, err) || !reading_needs_linkage(r, err) ||
        !people_load(r, &entity, 1, &options, &loaded, err))
        return false;
    if (loaded.person_count == 0 &&
        (!follow_joins(r, &entity, err) || !people_load(r, &entity, 1, &options, &loaded, err)))
        return false;
    if (loaded.person_count == 0)
        return error_set(err, ERROR_NOT_FOUND, "there is no such person for this purpose; search again");
    struct person_view *view = arena_new(arena, struct person_view);
    *view = (struct person_view){.linkage = r->linkage, .entity = entity, .grant = r->grant};
    freshness_of(r, true, &view->freshness, &view->freshness_count);
    if (!view_fill(r, &loaded, view, err))
        return false;
    if (!hub_read_end(r, S("view"), subject_of(view->linkage, entity, arena), err))
        return false;
    *ret = view;
    return true;
}

bool hub_record(const struct hub *hub, const struct guard_session *session, int64_t anchor, struct arena *arena,
                struct view_record **ret_versions, size_t *ret_count, struct error *err)
{
    struct reading *r;
    struct result rows;
    struct loaded loaded;
    struct load_options options = {.only = head_attributes, .only_count = head_attribute_count};
    if (!hub_read_begin(hub, session, USE_SHOW, arena, &r, err) || !reading_needs_linkage(r, err) ||
        !store_query(r->transaction, STATEMENT_HUB_MEMBER, ARGS(value_integer(r->linkage), value_integer(anchor)),
                     arena, &rows, err))
        return false;
    int64_t entity = rows.rows ? cell_integer(&result_row(&rows, 0)[0]) : 0;
    struct slice subject = subject_of(r->linkage, entity, arena);
    if (rows.rows == 0 || !people_load(r, &entity, 1, &options, &loaded, err))
        return rows.rows
                   ? false
                   : error_set(err, ERROR_NOT_FOUND, "there is no such record for this purpose; open the person again");
    if (!guard_caller_known(session, subject))
        return error_set(err, ERROR_DENIED, "identify the caller first; then their records can be opened");
    struct view_record *versions = NULL;
    size_t count = 0;
    if (!store_query(r->transaction, STATEMENT_HUB_EVIDENCE_VERSIONS, ARGS(value_integer(anchor)), arena, &rows, err))
        return false;
    const struct reading_source *own = rows.rows ? reading_source_of(r, cell_text(&result_row(&rows, 0)[2])) : NULL;
    if (own && loaded.person_count && !versions_load(r, own, anchor, loaded.people[0].age, &versions, &count, err))
        return false;
    if (count == 0)
        return error_set(err, ERROR_NOT_FOUND, "nothing of this record may be shown for this purpose");
    for (size_t i = 0; i < count; i++) {
        versions[i].entity = entity;
        reading_note_record(r, &versions[i]);
    }
    if (!hub_read_end(r, S("record"), subject, err))
        return false;
    *ret_versions = versions;
    *ret_count = count;
    return true;
}

bool hub_freshness(const struct hub *hub, struct arena *arena, struct freshness **ret, size_t *ret_count,
                   struct error *err)
{
    struct transaction *t;
    struct result rows;
    if (!store_begin(hub->store, TRANSACTION_READ, NULL, arena, &t, err) ||
        !store_query(t, STATEMENT_HUB_SOURCES, NO_ARGS, arena, &rows, err))
        return false;
    transaction_rollback(t);
    struct date today = date_of_time(host_now(hub->host));
    size_t count = hub->catalogue->source_count;
    struct freshness *list = arena_array(arena, struct freshness, count + 1);
    for (size_t i = 0; i < count; i++) {
        list[i] = (struct freshness){.source = &hub->catalogue->sources[i], .as_at = NO_DATE};
        for (size_t k = 0; k < rows.rows; k++) {
            const struct value *row = result_row(&rows, k);
            if (!slice_equal(cell_text(&row[0]), list[i].source->name))
                continue;
            list[i].landing = cell_integer(&row[2]);
            list[i].received_at = cell_integer(&row[3]);
            list[i].as_at = cell_null(&row[4]) ? NO_DATE : read_iso(cell_text(&row[4]));
        }
        struct source_age age =
            source_age(list[i].source, list[i].landing != 0, list[i].as_at, list[i].received_at, today);
        list[i].age_days = age.days;
        list[i].stale = age.stale;
    }
    *ret = list;
    *ret_count = count;
    return true;
}
