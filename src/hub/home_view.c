/* A home is public knowledge (the gazetteer); who lives there is not. Residents come through residents_load, which
 * counts only records whose place the grant may show. */
#include "hub/entry.h"
#include "hub/homes.h"
#include "hub/household.h"
#include "hub/linked.h"
#include "hub/reading.h"
#include "hub/timeline.h"

enum { RESIDENTS_MAX = 100 };

static int by_name(const void *a, const void *b)
{
    const struct home_resident *x = a, *y = b;
    if (x->current != y->current)
        return x->current ? -1 : 1;
    int order = slice_compare(x->name, y->name);
    return order ? order : (x->entity > y->entity) - (x->entity < y->entity);
}

/* Attributes that say something of the home, beside its address. */
static bool about_home(const struct view_record *record)
{
    return record_field(record, ATTRIBUTE_EVENT_DATE) || record_field(record, ATTRIBUTE_PLACE_TENURE) ||
           record_field(record, ATTRIBUTE_RESIDENCE_FROM);
}

static bool load_residents(struct reading *r, struct home_view *view, struct loaded *loaded, struct error *err)
{
    struct resident *residents;
    size_t count;
    if (!residents_load(r, view->uprn, &residents, &count, err))
        return false;
    int64_t *entities = arena_array(r->arena, int64_t, RESIDENTS_MAX);
    size_t entity_count = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < count; i++) {
            if (residents[i].current != (pass == 0))
                continue;
            if (entity_count < RESIDENTS_MAX)
                entities[entity_count++] = residents[i].entity;
            else
                view->more_residents = true;
        }
    struct load_options options = {.evidence = true};
    if (!people_load(r, entities, entity_count, &options, loaded, err))
        return false;
    view->residents = arena_array(r->arena, struct home_resident, loaded->person_count + 1);
    for (size_t i = 0; i < loaded->person_count; i++) {
        struct person_head head = person_head(loaded, &loaded->people[i], r->arena);
        struct home_resident resident = {.entity = loaded->people[i].entity, .name = head.name, .born = head.born};
        for (size_t k = 0; k < count; k++)
            if (residents[k].entity == resident.entity) {
                resident.from = residents[k].from;
                resident.until = residents[k].current ? NO_DATE : residents[k].until;
                resident.current = residents[k].current && !head.died;
                resident.sources = residents[k].sources;
                resident.source_count = residents[k].source_count;
            }
        view->residents[view->resident_count++] = resident;
    }
    array_sort(view->residents, view->resident_count, sizeof *view->residents, by_name);
    return true;
}

/* Records of residents that put them into this home and tell of it. */
static bool load_records(struct reading *r, const struct loaded *loaded, struct home_view *view, struct error *err)
{
    int64_t *anchors = arena_array(r->arena, int64_t, loaded->record_count + 1);
    struct result rows;
    for (size_t i = 0; i < loaded->record_count; i++)
        anchors[i] = loaded->records[i].evidence.anchor;
    if (!store_query(r->transaction, STATEMENT_HUB_RESIDENCES_OF,
                     ARGS(id_list(r->transaction, anchors, loaded->record_count, r->arena)), r->arena, &rows, err))
        return false;
    view->records = arena_array(r->arena, struct view_record, loaded->record_count + 1);
    for (size_t i = 0; i < loaded->record_count; i++) {
        bool here = false;
        for (size_t k = 0; k < rows.rows && !here; k++)
            here = cell_integer(&result_row(&rows, k)[0]) == anchors[i] &&
                   slice_equal(cell_text(&result_row(&rows, k)[1]), view->uprn);
        if (here && about_home(&loaded->records[i]))
            view->records[view->record_count++] = loaded->records[i];
    }
    return true;
}

bool hub_home(const struct hub *hub, const struct guard_session *session, struct slice uprn, struct arena *arena,
              struct home_view **ret, struct error *err)
{
    struct reading *r;
    const struct value *row;
    struct loaded loaded;
    if (!hub_read_begin(hub, session, USE_SHOW, arena, &r, err))
        return false;
    if (!r->homes)
        return error_set(err, ERROR_DENIED,
                         "no agreement in force lets this role use the gazetteer of homes for this purpose");
    if (!store_query_one(r->transaction, STATEMENT_HUB_HOME, ARGS(value_text(uprn)), arena,
                         "there is no home of that UPRN; search for its address", &row, err))
        return false;
    struct home_view *view = arena_new(arena, struct home_view);
    *view = (struct home_view){.uprn = cell_text(&row[0]),
                               .entity = cell_integer(&row[1]),
                               .kind = cell_text(&row[2]),
                               .address = cell_text(&row[3]),
                               .postcode = cell_text(&row[4]),
                               .locality = cell_text(&row[5]),
                               .town = cell_text(&row[6]),
                               .district = cell_text(&row[7]),
                               .grant = r->grant};
    view->shared = home_is_shared(view->kind);
    freshness_of(r, true, &view->freshness, &view->freshness_count);
    /* Who must be identified before details appear is a person; without that, a home opens without its people
     * and without what was written about them. */
    if (!r->grant->role->caller_check) {
        if (!load_residents(r, view, &loaded, err) || !load_records(r, &loaded, view, err))
            return false;
        for (size_t i = 0; i < loaded.record_count; i++)
            for (size_t k = 0; k < head_attribute_count; k++)
                if (record_field(&loaded.records[i], head_attributes[k]))
                    reading_note(r, loaded.records[i].evidence.anchor, loaded.records[i].evidence.source->name,
                                 record_field(&loaded.records[i], head_attributes[k])->column->name);
        for (size_t i = 0; i < view->record_count; i++)
            reading_note_record(r, &view->records[i]);
    }
    struct entry_line *entries = NULL;
    size_t entry_count = 0;
    if (r->notes && !r->grant->role->caller_check &&
        !hub_entries_of(r->transaction, session, NULL, 0, view->uprn, arena, &entries, &entry_count, err))
        return false;
    timeline_make(r, view->records, view->record_count, entries, entry_count, &view->timeline, &view->event_count);
    for (size_t i = 0; i < entry_count; i++)
        reading_note(r, 0, entries[i].source, S("words"));
    if (!hub_read_end(r, S("home"), view->uprn, err))
        return false;
    *ret = view;
    return true;
}
