/* A residence is one record's word that its person lives at a UPRN. It counts here only when the grant may show where
 * that source says that people live; so a home or a housemate that only a hidden source knows of is not there. */
#include "hub/household.h"

#include "hub/facts.h"
#include "hub/linked.h"

bool home_is_shared(struct slice kind)
{
    return slice_equal_nocase(kind, S("Care home")) || slice_equal_nocase(kind, S("Hostel")) ||
           slice_equal_nocase(kind, S("Student house"));
}

static bool is_current(struct slice how, struct date until, struct date today)
{
    return !slice_equal(how, S("before")) && (!date_known(until) || date_compare(until, today) >= 0);
}

static bool earlier(struct date a, struct date b)
{
    return date_known(a) && (!date_known(b) || date_compare(a, b) < 0);
}

struct home_days {
    struct view_home home;
    struct date day; /* the latest record that says so speaks of */
};

static int by_currency(const void *a, const void *b)
{
    const struct home_days *x = a, *y = b;
    if (x->home.current != y->home.current)
        return x->home.current ? -1 : 1;
    int day = date_compare(y->day, x->day);
    return day ? day : slice_compare(x->home.uprn, y->home.uprn);
}

static const struct view_record *record_of(const struct person_view *view, int64_t anchor, size_t *ret_number)
{
    for (size_t i = 0; i < view->record_count; i++)
        if (view->records[i].evidence.anchor == anchor) {
            *ret_number = i;
            return &view->records[i];
        }
    return NULL;
}

bool homes_load(struct reading *r, const struct loaded_person *person, struct person_view *view, struct slice *ret_uprn,
                struct error *err)
{
    struct result rows, homes;
    *ret_uprn = NO_SLICE;
    if (!r->homes)
        return true;
    if (!store_query(r->transaction, STATEMENT_HUB_RESIDENCES_OF,
                     ARGS(id_list(r->transaction, person->anchors, person->anchor_count, r->arena)), r->arena, &rows,
                     err))
        return false;
    struct home_days *list = arena_array(r->arena, struct home_days, rows.rows + 1);
    size_t count = 0;
    for (size_t i = 0; i < rows.rows; i++) {
        const struct value *row = result_row(&rows, i);
        size_t number;
        const struct view_record *record = record_of(view, cell_integer(&row[0]), &number);
        if (!record || !reading_shows_place(r, record->evidence.source->name, person->age))
            continue;
        struct slice uprn = cell_text(&row[1]), how = cell_text(&row[4]);
        struct date from = read_iso(cell_text(&row[2])), until = read_iso(cell_text(&row[3])),
                    day = record_day(record, r->today);
        bool current = is_current(how, until, r->today);
        struct home_days *own = NULL;
        for (size_t k = 0; k < count && !own; k++)
            if (slice_equal(list[k].home.uprn, uprn))
                own = &list[k];
        if (!own) {
            own = &list[count++];
            own->home = (struct view_home){.uprn = uprn, .from = from, .until = until, .record = number};
            own->home.how = slice_equal(how, S("uprn"))      ? S("by its UPRN")
                            : slice_equal(how, S("address")) ? S("by its address")
                                                             : S("by an earlier version of the record");
        }
        if (earlier(from, own->home.from))
            own->home.from = from;
        if (date_compare(until, own->home.until) > 0)
            own->home.until = until;
        if (current && (!own->home.current || date_compare(day, own->day) > 0))
            own->home.record = number;
        own->home.current = own->home.current || current;
        if (date_compare(day, own->day) > 0)
            own->day = day;
    }
    struct slice *uprns = arena_array(r->arena, struct slice, count + 1);
    for (size_t i = 0; i < count; i++)
        uprns[i] = list[i].home.uprn;
    if (count == 0)
        return true;
    if (!store_query(r->transaction, STATEMENT_HUB_HOMES_AT, ARGS(digits_list(r->transaction, uprns, count, r->arena)),
                     r->arena, &homes, err))
        return false;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < homes.rows; k++) {
            const struct value *row = result_row(&homes, k);
            if (!slice_equal(cell_text(&row[0]), list[i].home.uprn))
                continue;
            list[i].home.kind = cell_text(&row[1]);
            list[i].home.address = cell_text(&row[2]);
            list[i].home.postcode = cell_text(&row[3]);
        }
    array_sort(list, count, sizeof *list, by_currency);
    view->homes = arena_array(r->arena, struct view_home, count);
    view->home_count = count;
    for (size_t i = 0; i < count; i++) {
        view->homes[i] = list[i].home;
        if (i > 0 &&
            view->homes[i].current) /* one lives in one home: the freshest word; the others are said to be it too */
            view->homes[i].current = date_compare(list[i].day, list[0].day) == 0;
        if (view->homes[i].current)
            view->homes[i].until = NO_DATE;
    }
    if (view->homes[0].current)
        *ret_uprn = view->homes[0].uprn;
    return true;
}

bool residents_load(struct reading *r, struct slice uprn, struct resident **ret, size_t *ret_count, struct error *err)
{
    struct result rows;
    *ret = NULL;
    *ret_count = 0;
    if (!r->linkage)
        return true;
    if (!store_query(r->transaction, STATEMENT_HUB_RESIDENTS, ARGS(value_integer(r->linkage), value_text(uprn)),
                     r->arena, &rows, err))
        return false;
    struct resident *list = arena_array(r->arena, struct resident, rows.rows + 1);
    size_t count = 0;
    for (size_t i = 0; i < rows.rows; i++) {
        const struct value *row = result_row(&rows, i);
        int64_t entity = cell_integer(&row[0]);
        const struct reading_source *own = reading_source_of(r, cell_text(&row[5]));
        /* Whether it may be shown of people of their age is asked again when they are loaded. */
        if (!own || !(reading_shows_place(r, own->source->name, AGE_ADULT) ||
                      reading_shows_place(r, own->source->name, AGE_CHILD) ||
                      reading_shows_place(r, own->source->name, AGE_UNKNOWN)))
            continue;
        if (count == 0 || list[count - 1].entity != entity)
            list[count++] = (struct resident){.entity = entity,
                                              .sources = arena_array(r->arena, struct slice, r->source_count + 1)};
        struct resident *resident = &list[count - 1];
        struct date from = read_iso(cell_text(&row[2])), until = read_iso(cell_text(&row[3]));
        if (earlier(from, resident->from))
            resident->from = from;
        if (date_compare(until, resident->until) > 0)
            resident->until = until;
        resident->current = resident->current || is_current(cell_text(&row[4]), until, r->today);
        bool known = false;
        for (size_t k = 0; k < resident->source_count; k++)
            known = known || slice_equal(resident->sources[k], own->source->title);
        if (!known && resident->source_count < r->source_count)
            resident->sources[resident->source_count++] = own->source->title;
    }
    *ret = list;
    *ret_count = count;
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct view_housemate *x = a, *y = b;
    int order = slice_compare(x->name, y->name);
    return order ? order : (x->entity > y->entity) - (x->entity < y->entity);
}

enum { HOUSEHOLD_MAX = 30 };

bool household_load(struct reading *r, const struct loaded_person *person, struct slice uprn, struct person_view *view,
                    struct error *err)
{
    struct resident *residents;
    size_t count;
    if (uprn.len == 0)
        return true;
    if (!residents_load(r, uprn, &residents, &count, err))
        return false;
    int64_t *entities = arena_array(r->arena, int64_t, HOUSEHOLD_MAX);
    size_t entity_count = 0, current = 0;
    for (size_t i = 0; i < count; i++) {
        current += residents[i].current;
        if (residents[i].current && residents[i].entity != person->entity && entity_count < HOUSEHOLD_MAX)
            entities[entity_count++] = residents[i].entity;
    }
    view->household_shared = home_is_shared(view->homes[0].kind) || current > HOUSEHOLD_MAX;
    struct loaded loaded;
    struct load_options options = {.only = head_attributes, .only_count = head_attribute_count};
    if (!people_load(r, entities, entity_count, &options, &loaded, err))
        return false;
    view->household = arena_array(r->arena, struct view_housemate, loaded.person_count + 1);
    for (size_t i = 0; i < loaded.person_count; i++) {
        struct person_head head = person_head(&loaded, &loaded.people[i], r->arena);
        struct view_housemate mate = {loaded.people[i].entity, head.name, head.born, NO_DATE};
        for (size_t k = 0; k < count; k++)
            if (residents[k].entity == mate.entity)
                mate.from = residents[k].from;
        if (head.died)
            continue;
        view->household[view->household_count++] = mate;
        for (size_t k = loaded.people[i].first; k < loaded.people[i].first + loaded.people[i].count; k++)
            reading_note_record(r, &loaded.records[k]);
    }
    array_sort(view->household, view->household_count, sizeof *view->household, by_name);
    return true;
}
