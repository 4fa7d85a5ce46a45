/* The steward's list and one doubt of it. Names are those that the steward's grant shows; a doubt on a source that it
 * may not match on is not there for this steward. */
#include "hub/component.h"
#include "hub/household.h"
#include "hub/linked.h"
#include "hub/reading.h"
#include "hub/steward.h"

/* Loads the people of these entities and finds the record of an anchor among them. */
static const struct view_record *record_of(const struct loaded *loaded, int64_t anchor)
{
    for (size_t i = 0; i < loaded->record_count; i++)
        if (loaded->records[i].evidence.anchor == anchor)
            return &loaded->records[i];
    return NULL;
}

static struct slice record_name(const struct view_record *record, struct arena *arena)
{
    const struct view_field *given = record ? record_field(record, ATTRIBUTE_PERSON_GIVEN_NAME) : NULL;
    const struct view_field *family = record ? record_field(record, ATTRIBUTE_PERSON_FAMILY_NAME) : NULL;
    const struct view_field *full = record ? record_field(record, ATTRIBUTE_PERSON_FULL_NAME) : NULL;
    if (given && family)
        return arena_format(arena, "%.*s %.*s", PRINT(given->value), PRINT(family->value));
    return full ? full->value : family ? family->value : given ? given->value : NAME_NOT_SHOWN;
}

static bool pair_loaded(struct reading *r, const int64_t *anchors, size_t count, const struct load_options *options,
                        struct loaded *ret, struct error *err)
{
    struct result rows;
    if (!store_query(r->transaction, STATEMENT_HUB_ENTITIES_OF_ANCHORS,
                     ARGS(value_integer(r->linkage), id_list(r->transaction, anchors, count, r->arena)), r->arena,
                     &rows, err))
        return false;
    int64_t *entities = arena_array(r->arena, int64_t, rows.rows + 1);
    size_t entity_count = 0;
    for (size_t i = 0; i < rows.rows; i++) {
        bool known = false;
        for (size_t k = 0; k < entity_count; k++)
            known = known || entities[k] == cell_integer(&result_row(&rows, i)[1]);
        if (!known)
            entities[entity_count++] = cell_integer(&result_row(&rows, i)[1]);
    }
    return people_load(r, entities, entity_count, options, ret, err);
}

static bool source_titles(struct reading *r, const int64_t *anchors, size_t count, struct result *ret,
                          struct error *err)
{
    return store_query(r->transaction, STATEMENT_HUB_VERSIONS, ARGS(id_list(r->transaction, anchors, count, r->arena)),
                       r->arena, ret, err);
}

static struct slice title_of(const struct reading *r, const struct result *versions, int64_t anchor)
{
    for (size_t i = 0; i < versions->rows; i++)
        if (cell_integer(&result_row(versions, i)[0]) == anchor) {
            const struct reading_source *own = reading_source_of(r, cell_text(&result_row(versions, i)[2]));
            return own ? own->source->title : cell_text(&result_row(versions, i)[2]);
        }
    return NO_SLICE;
}

bool hub_doubts(const struct hub *hub, const struct guard_session *session, int64_t skip, int limit,
                struct arena *arena, struct doubt_page *ret, struct error *err)
{
    struct reading *r;
    struct result rows, count, versions;
    int64_t most = limit > 0 && limit <= 200 ? limit : 25;
    if (!guard_needs(session, ABILITY_STEWARD, err) || !hub_read_begin(hub, session, USE_SHOW, arena, &r, err) ||
        !reading_needs_linkage(r, err) ||
        !store_query(r->transaction, STATEMENT_HUB_DOUBTS_COUNT, NO_ARGS, arena, &count, err))
        return false;
    if (!store_query(r->transaction, STATEMENT_HUB_DOUBTS_PAGE,
                     ARGS(value_integer(most + 1), value_integer(skip > 0 ? skip : 0)), arena, &rows, err))
        return false;
    struct doubt_page page = {.lines = arena_array(arena, struct doubt_line, rows.rows + 1),
                              .total = cell_integer(&result_row(&count, 0)[0]),
                              .more = rows.rows > (size_t)most};
    size_t shown = page.more ? (size_t)most : rows.rows;
    int64_t *anchors = arena_array(arena, int64_t, 2 * shown + 1);
    for (size_t i = 0; i < shown; i++) {
        anchors[2 * i] = cell_integer(&result_row(&rows, i)[0]);
        anchors[2 * i + 1] = cell_integer(&result_row(&rows, i)[1]);
    }
    struct loaded loaded;
    struct load_options options = {.only = head_attributes, .only_count = head_attribute_count};
    if (!pair_loaded(r, anchors, 2 * shown, &options, &loaded, err) ||
        !source_titles(r, anchors, 2 * shown, &versions, err))
        return false;
    for (size_t i = 0; i < shown; i++) {
        const struct value *row = result_row(&rows, i);
        const struct view_record *a = record_of(&loaded, anchors[2 * i]), *b = record_of(&loaded, anchors[2 * i + 1]);
        page.lines[page.count++] = (struct doubt_line){.a = anchors[2 * i],
                                                       .b = anchors[2 * i + 1],
                                                       .weight = cell_real(&row[2]),
                                                       .why = cell_text(&row[3]),
                                                       .found_at = cell_integer(&row[4]),
                                                       .alike = cell_integer(&row[5]),
                                                       .name_a = record_name(a, arena),
                                                       .name_b = record_name(b, arena),
                                                       .source_a = title_of(r, &versions, anchors[2 * i]),
                                                       .source_b = title_of(r, &versions, anchors[2 * i + 1])};
        if (a)
            reading_note_record(r, a);
        if (b)
            reading_note_record(r, b);
    }
    page.next = (skip > 0 ? skip : 0) + (int64_t)page.count;
    if (!hub_read_end(r, S("doubts"), S("list"), err))
        return false;
    *ret = page;
    return true;
}

static bool decided_words(struct reading *r, int64_t a, int64_t b, struct doubt_detail *detail, struct error *err)
{
    struct result rows;
    if (!store_query(r->transaction, STATEMENT_HUB_DECISION_IN_FORCE, ARGS(value_integer(a), value_integer(b)),
                     r->arena, &rows, err))
        return false;
    if (rows.rows == 0)
        return true;
    const struct value *row = result_row(&rows, 0);
    detail->decision = cell_integer(&row[0]);
    detail->decided =
        arena_format(r->arena, "%s by %.*s on %.*s: %.*s",
                     slice_equal(cell_text(&row[1]), S("join")) ? "Joined" : "Kept apart", PRINT(cell_text(&row[2])),
                     PRINT(date_words(r->arena, date_of_time(cell_integer(&row[3])))), PRINT(cell_text(&row[4])));
    return true;
}

bool hub_doubt(const struct hub *hub, const struct guard_session *session, int64_t a, int64_t b, struct arena *arena,
               struct doubt_detail **ret, struct error *err)
{
    struct reading *r;
    struct result rows, entities;
    struct loaded loaded;
    struct load_options options = {.evidence = true};
    if (a > b) {
        int64_t swap = a;
        a = b, b = swap;
    }
    int64_t anchors[2] = {a, b};
    struct doubt_detail *detail = arena_new(arena, struct doubt_detail);
    *detail = (struct doubt_detail){.a = a, .b = b};
    if (!guard_needs(session, ABILITY_STEWARD, err) ||
        !hub_why_pair(hub, session, a, b, arena, &detail->waterfall, err) ||
        !hub_read_begin(hub, session, USE_SHOW, arena, &r, err) || !reading_needs_linkage(r, err) ||
        !store_query(r->transaction, STATEMENT_HUB_DOUBT, ARGS(value_integer(a), value_integer(b)), arena, &rows,
                     err) ||
        !store_query(r->transaction, STATEMENT_HUB_ENTITIES_OF_ANCHORS,
                     ARGS(value_integer(r->linkage), id_list(r->transaction, anchors, 2, arena)), arena, &entities,
                     err) ||
        !pair_loaded(r, anchors, 2, &options, &loaded, err) || !decided_words(r, a, b, detail, err))
        return false;
    detail->waiting = rows.rows > 0;
    detail->weight = rows.rows ? cell_real(&result_row(&rows, 0)[0]) : detail->waterfall->links[0].total;
    detail->why = rows.rows ? cell_text(&result_row(&rows, 0)[1]) : NO_SLICE;
    for (size_t i = 0; i < entities.rows; i++) {
        const struct value *row = result_row(&entities, i);
        *(cell_integer(&row[0]) == a ? &detail->entity_a : &detail->entity_b) = cell_integer(&row[1]);
    }
    const struct view_record *first = record_of(&loaded, a), *second = record_of(&loaded, b);
    if (first) {
        detail->record_a = *first;
        reading_note_record(r, first);
    }
    if (second) {
        detail->record_b = *second;
        reading_note_record(r, second);
    }
    if (!hub_read_end(r, S("doubt"),
                      arena_format(arena, "%.*s and %.*s", PRINT(subject_of(r->linkage, detail->entity_a, arena)),
                                   PRINT(subject_of(r->linkage, detail->entity_b, arena))),
                      err))
        return false;
    *ret = detail;
    return true;
}
