/* Order is total: date (newest first, unknown last), then source, then record, then entry. */
#include "hub/timeline.h"

static int by_day(const void *a, const void *b)
{
    const struct view_event *x = a, *y = b;
    int day = date_compare(y->date, x->date);
    if (day)
        return day;
    int source = slice_compare(x->source_title, y->source_title);
    if (source)
        return source;
    if (x->record != y->record)
        return x->record < y->record ? -1 : 1;
    if (x->entry != y->entry)
        return x->entry > y->entry ? -1 : 1;
    return slice_compare(x->what, y->what);
}

static struct slice joined(struct slice first, struct slice second, struct arena *arena)
{
    return second.len ? arena_format(arena, "%.*s: %.*s", PRINT(first), PRINT(second)) : first;
}

static struct slice value_of(const struct view_record *record, enum attribute attribute)
{
    const struct view_field *field = record_field(record, attribute);
    return field ? field->value : NO_SLICE;
}

/* "alarms_fitted", as a list names an outcome, in words. */
static struct slice outcome_words(struct slice name, struct arena *arena)
{
    char *words = arena_cstr(arena, name);
    for (size_t i = 0; i < name.len; i++)
        if (words[i] == '_')
            words[i] = ' ';
    return slice_from(words, name.len);
}

static struct slice entry_words(const struct entry_line *entry, struct arena *arena)
{
    switch (entry->kind) {
    case ENTRY_TAKEN:
        return S("Taken from the list, to be done");
    case ENTRY_GIVEN_BACK:
        return S("Given back to the list");
    case ENTRY_OUTCOME:
        return joined(S("Recorded visit"), outcome_words(entry->outcome, arena), arena);
    case ENTRY_CONTACT_NOTE:
        break;
    }
    return S("Contact note");
}

void timeline_make(const struct reading *r, const struct view_record *records, size_t count,
                   const struct entry_line *entries, size_t entry_count, struct view_event **ret, size_t *ret_count)
{
    struct arena *arena = r->arena;
    struct view_event *events = arena_array(arena, struct view_event, 4 * count + entry_count + 1);
    size_t event_count = 0;
    bool death_told = false;
    for (size_t i = 0; i < count; i++) {
        const struct view_record *record = &records[i];
        struct slice title = record->evidence.row_title, source = record->evidence.source_title;
        const struct view_field *event = record_field(record, ATTRIBUTE_EVENT_DATE);
        const struct view_field *from = record_field(record, ATTRIBUTE_RESIDENCE_FROM),
                                *until = record_field(record, ATTRIBUTE_RESIDENCE_UNTIL);
        const struct view_field *death = record_field(record, ATTRIBUTE_PERSON_DEATH_DATE);
        if (event) {
            struct slice kind = value_of(record, ATTRIBUTE_EVENT_KIND),
                         status = value_of(record, ATTRIBUTE_SERVICE_STATUS);
            struct slice what = joined(title, kind, arena);
            if (status.len && !slice_equal(status, kind))
                what = kind.len ? arena_format(arena, "%.*s, %.*s", PRINT(what), PRINT(status))
                                : joined(title, status, arena);
            events[event_count++] =
                (struct view_event){read_iso(event->raw), what, value_of(record, ATTRIBUTE_EVENT_TEXT),    source,
                                    (int64_t)i,           0,    value_of(record, ATTRIBUTE_SERVICE_WORKER)};
        }
        if (from)
            events[event_count++] = (struct view_event){read_iso(from->raw),
                                                        arena_format(arena, "%.*s began", PRINT(title)),
                                                        NO_SLICE,
                                                        source,
                                                        (int64_t)i,
                                                        0,
                                                        NO_SLICE};
        if (until)
            events[event_count++] = (struct view_event){read_iso(until->raw),
                                                        arena_format(arena, "%.*s ended", PRINT(title)),
                                                        NO_SLICE,
                                                        source,
                                                        (int64_t)i,
                                                        0,
                                                        NO_SLICE};
        if (death && !death_told) {
            events[event_count++] =
                (struct view_event){read_iso(death->raw), S("Died"), NO_SLICE, source, (int64_t)i, 0, NO_SLICE};
            death_told = true;
        }
    }
    for (size_t i = 0; i < entry_count; i++)
        events[event_count++] = (struct view_event){entries[i].on_date,
                                                    entry_words(&entries[i], arena),
                                                    entries[i].words,
                                                    built_in_title(entries[i].source),
                                                    -1,
                                                    entries[i].id,
                                                    entries[i].written_by};
    array_sort(events, event_count, sizeof *events, by_day);
    *ret = events;
    *ret_count = event_count;
}
