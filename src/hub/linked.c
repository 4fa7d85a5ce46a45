/* Two walks a source: the keys and hashes from `record`, and the mapped columns from the source's table, both in
 * order of anchor, zipped together. Texts are copied into the arena as they stream by. */
#include "hub/linked.h"

#include "base/hash.h"
#include "base/text.h"
#include "ingest/source_state.h"
#include "link/address.h"

#include <inttypes.h>
#include <stdlib.h>

struct value id_list(const struct transaction *transaction, const int64_t *ids, size_t count, struct arena *arena)
{
    bool json = store_dialect(transaction_store(transaction)) == STORE_SQLITE;
    struct buffer out = buffer_make(arena);
    buffer_add_byte(&out, json ? '[' : '{');
    for (size_t i = 0; i < count; i++) {
        if (i)
            buffer_add_byte(&out, ',');
        buffer_add_number(&out, ids[i]);
    }
    buffer_add_byte(&out, json ? ']' : '}');
    return value_text(buffer_slice(&out));
}

struct value digits_list(const struct transaction *transaction, const struct slice *texts, size_t count,
                         struct arena *arena)
{
    bool json = store_dialect(transaction_store(transaction)) == STORE_SQLITE;
    struct buffer out = buffer_make(arena);
    buffer_add_byte(&out, json ? '[' : '{');
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < texts[i].len; k++)
            must(texts[i].at[k] >= '0' && texts[i].at[k] <= '9');
        buffer_format(&out, "%s\"%.*s\"", i ? "," : "", PRINT(texts[i]));
    }
    buffer_add_byte(&out, json ? ']' : '}');
    return value_text(buffer_slice(&out));
}

/* ---- Reading one source ---- */

struct source_reading {
    struct arena *arena;
    const struct source *source;
    struct linked_record *records;
    size_t count, capacity, at;
    const struct column *const *columns;
    size_t column_count;
    struct value *kept; /* one row's; its texts stay, the values are read into a form */
    uint32_t source_number;
    bool past; /* versions that stand no more */
    struct {
        int64_t received_at;
        struct slice as_at, words;
    } day; /* the last one: a landing's versions stand side by side */
};

static struct slice day_of(struct source_reading *reading, const struct value *received_at, const struct value *as_at)
{
    int64_t received = cell_integer(received_at);
    struct slice said = cell_null(as_at) ? NO_SLICE : cell_text(as_at);
    if (!reading->day.words.len || received != reading->day.received_at || !slice_equal(said, reading->day.as_at)) {
        said = arena_copy(reading->arena, said);
        reading->day.received_at = received;
        reading->day.as_at = said;
        reading->day.words = said.len ? said : date_iso(reading->arena, date_of_time(received));
    }
    return reading->day.words;
}

/* The list is of hundreds of megabytes in a county: it grows without being copied. */
static struct linked_record *next_record(struct source_reading *reading)
{
    if (reading->count == reading->capacity) {
        size_t wider = reading->capacity ? reading->capacity + reading->capacity / 2 : 1024;
        reading->records = arena_regrow(reading->arena, reading->records, reading->capacity * sizeof *reading->records,
                                        wider * sizeof *reading->records);
        reading->capacity = wider;
    }
    return &reading->records[reading->count++];
}

static bool take_key(void *context, const struct value *cells, size_t columns, struct error *err)
{
    struct source_reading *reading = context;
    (void)columns;
    (void)err;
    struct linked_record *record = next_record(reading);
    *record = (struct linked_record){
        .anchor = cell_integer(&cells[0]),
        .key = arena_copy(reading->arena, cell_text(&cells[1])),
        .source = reading->source_number,
        .seen = day_of(reading, &cells[3], &cells[4]),
    };
    if (cells[2].text.len == sizeof record->hash)
        memcpy(record->hash, cells[2].text.at, sizeof record->hash);
    return true;
}

static bool take_values(void *context, const struct value *cells, size_t columns, struct error *err)
{
    struct source_reading *reading = context;
    int64_t anchor = cell_integer(&cells[1]);
    while (reading->at < reading->count && reading->records[reading->at].anchor < anchor)
        reading->at++;
    if (reading->past && reading->at < reading->count &&
        reading->records[reading->at].version != cell_integer(&cells[0]))
        return true;
    if (reading->at == reading->count || reading->records[reading->at].anchor != anchor)
        return error_set(err, ERROR_STORE, "the record %" PRId64 " of %.*s has a row but no version; run staithe check",
                         anchor, PRINT(reading->source->name));
    struct value *kept = reading->kept;
    must(columns == reading->column_count + 4);
    for (size_t i = 0; i < reading->column_count; i++) {
        kept[i] = cells[i + 4];
        if (kept[i].kind == VALUE_TEXT)
            kept[i].text = arena_copy(reading->arena, kept[i].text);
    }
    struct person_form *form = &reading->records[reading->at].form;
    person_form_read(reading->columns, reading->column_count, kept, reading->arena, form);
    if (form->agency_id.len)
        form->agency_id =
            arena_format(reading->arena, "%.*s %.*s", PRINT(reading->source->agency), PRINT(form->agency_id));
    return true;
}

static bool read_values(struct transaction *t, struct source_reading *reading, int64_t id, const int64_t *anchors,
                        size_t anchor_count, struct error *err)
{
    struct source_table table = source_table_shape(reading->source, id, reading->arena);
    const struct column **columns;
    reading->column_count = person_form_columns(reading->source, reading->arena, &columns);
    reading->columns = columns;
    reading->kept = arena_array(reading->arena, struct value, reading->column_count + 1);
    struct slice *names = arena_array(reading->arena, struct slice, reading->column_count + 1);
    for (size_t i = 0; i < reading->column_count; i++)
        names[i] = columns[i]->name;
    struct source_read read = {.table = &table,
                               .columns = names,
                               .column_count = reading->column_count,
                               .anchors = anchors,
                               .anchor_count = anchor_count,
                               .all_versions = reading->past};
    struct sql sql;
    const struct value *args;
    size_t count;
    source_table_select(&read, store_dialect(transaction_store(t)), reading->arena, &sql, &args, &count);
    return store_each_sql(t, &sql, args, count, take_values, reading, err);
}

static bool verifies(const struct source *source)
{
    const struct column *column = source_attribute(source, ATTRIBUTE_PERSON_NHS_NUMBER);
    return column && column->verified;
}

const struct value *linked_source_row(const struct result *sources, struct slice name)
{
    for (size_t i = 0; i < sources->rows; i++)
        if (slice_equal(cell_text(&result_row(sources, i)[0]), name))
            return result_row(sources, i);
    return NULL;
}

static bool read_homes(struct transaction *t, const struct source *source, int64_t id, struct linked *linked,
                       struct arena *arena, struct error *err)
{
    struct source_reading reading = {.arena = arena, .source = source};
    if (!store_each(t, STATEMENT_HUB_CURRENT_KEYS, ARGS(value_integer(id)), take_key, &reading, err) ||
        !read_values(t, &reading, id, NULL, 0, err))
        return false;
    linked->homes = arena_array(arena, struct linked_home, reading.count + 1);
    for (size_t i = 0; i < reading.count; i++) {
        struct slice uprn;
        if (text_uprn(arena, reading.records[i].form.uprn, &uprn))
            linked->homes[linked->home_count++] = (struct linked_home){uprn, reading.records[i].form};
    }
    return true;
}

static int by_uprn(const void *a, const void *b)
{
    return slice_compare(((const struct linked_home *)a)->uprn, ((const struct linked_home *)b)->uprn);
}

bool linked_read(const struct guard_session *session, struct arena *arena, struct linked *ret, struct error *err)
{
    const struct catalogue *catalogue = guard_catalogue(session);
    const struct grant *grant = guard_grant(session);
    struct transaction *t;
    struct result sources;
    if (!guard_read_begin(session, USE_MATCH, arena, &t, err) ||
        !store_query(t, STATEMENT_HUB_SOURCES, NO_ARGS, arena, &sources, err))
        return false;
    struct linked linked = {.sources = arena_array(arena, struct linked_source, catalogue->source_count + 1)};
    struct source_reading reading = {.arena = arena};
    for (size_t i = 0; i < catalogue->source_count; i++) {
        const struct source *source = &catalogue->sources[i];
        const struct value *row = linked_source_row(&sources, source->name);
        if (!row || cell_integer(&row[2]) == 0 || !grant_matches(grant, source->name))
            continue;
        int64_t id = cell_integer(&row[1]);
        if (source->subject == SUBJECT_HOME) {
            if (source->gazetteer && !read_homes(t, source, id, &linked, arena, err))
                return error_wrap(err, "reading %.*s", PRINT(source->name));
            continue;
        }
        uint32_t first = (uint32_t)reading.count;
        reading.source = source;
        reading.source_number = (uint32_t)linked.source_count;
        reading.at = first;
        if (!store_each(t, STATEMENT_HUB_CURRENT_KEYS, ARGS(value_integer(id)), take_key, &reading, err) ||
            !read_values(t, &reading, id, NULL, 0, err))
            return error_wrap(err, "reading %.*s", PRINT(source->name));
        linked.sources[linked.source_count++] =
            (struct linked_source){source, id, first, (uint32_t)reading.count - first, verifies(source)};
    }
    transaction_rollback(t);
    if (reading.count >= UINT32_MAX)
        return error_set(err, ERROR_TOO_BIG, "there are more than 4,000 million records; link them in parts");
    linked.records = reading.records;
    linked.count = reading.count;
    /* a county without a gazetteer has none */
    array_sort(linked.homes, linked.home_count, sizeof *linked.homes, by_uprn);
    *ret = linked;
    linked_order(ret, arena);
    return true;
}

/* What the versions say of one source's records; of these the values are read. */
static void take_versions(const struct result *versions, struct source_reading *reading)
{
    for (size_t k = 0; k < versions->rows; k++) {
        const struct value *version = result_row(versions, k);
        if (!slice_equal(cell_text(&version[2]), reading->source->name))
            continue;
        struct linked_record *record = next_record(reading);
        *record = (struct linked_record){.anchor = cell_integer(&version[0]),
                                         .version = cell_integer(&version[1]),
                                         .key = cell_text(&version[3]),
                                         .source = reading->source_number,
                                         .seen = day_of(reading, &version[5], &version[6])};
        if (version[4].text.len == sizeof record->hash)
            memcpy(record->hash, version[4].text.at, sizeof record->hash);
    }
}

static int by_record_anchor(const void *a, const void *b)
{
    const struct linked_record *x = a, *y = b;
    return (x->anchor > y->anchor) - (x->anchor < y->anchor);
}

/* Each record's home: the residence that has not ended by an address since changed. */
static void take_residences(const struct result *residences, struct linked *linked, struct arena *arena)
{
    linked->homes = arena_array(arena, struct linked_home, residences->rows + 1);
    for (size_t i = 0; i < residences->rows; i++) {
        const struct value *row = result_row(residences, i);
        int64_t record = linked_find(linked, cell_integer(&row[0]));
        struct slice how = cell_text(&row[4]);
        if (record < 0 || slice_equal(how, S("before")))
            continue;
        linked->records[record].home = (uint32_t)linked->home_count;
        linked->records[record].placed = slice_equal(how, S("uprn")) ? PLACED_BY_UPRN : PLACED_BY_ADDRESS;
        linked->homes[linked->home_count++] = (struct linked_home){.uprn = cell_text(&row[1])};
    }
}

/* The versions that were found, with their values, in canonical order. */
static bool read_versions(struct transaction *t, const struct catalogue *catalogue, const struct result *versions,
                          bool past, struct arena *arena, struct linked *ret, struct error *err)
{
    struct result sources;
    if (!store_query(t, STATEMENT_HUB_SOURCES, NO_ARGS, arena, &sources, err))
        return false;
    struct linked linked = {.sources = arena_array(arena, struct linked_source, catalogue->source_count + 1)};
    struct source_reading reading = {.arena = arena, .past = past};
    for (size_t i = 0; i < catalogue->source_count; i++) {
        const struct source *source = &catalogue->sources[i];
        const struct value *row = linked_source_row(&sources, source->name);
        if (!row || source->subject == SUBJECT_HOME)
            continue;
        uint32_t first = (uint32_t)reading.count;
        reading.source = source;
        reading.source_number = (uint32_t)linked.source_count;
        reading.at = first;
        take_versions(versions, &reading);
        size_t own_count = reading.count - first;
        if (own_count == 0)
            continue;
        int64_t *own = arena_array(arena, int64_t, own_count + 1);
        /* take_values walks along in order of anchor. */
        array_sort(reading.records + first, own_count, sizeof *reading.records, by_record_anchor);
        for (size_t k = 0; k < own_count; k++)
            own[k] = reading.records[first + k].anchor;
        if (!read_values(t, &reading, cell_integer(&row[1]), own, own_count, err))
            return error_wrap(err, "reading %.*s", PRINT(source->name));
        linked.sources[linked.source_count++] =
            (struct linked_source){source, cell_integer(&row[1]), first, (uint32_t)own_count, verifies(source)};
    }
    linked.records = reading.records;
    linked.count = reading.count;
    *ret = linked;
    linked_order(ret, arena);
    return true;
}

bool linked_read_some(struct transaction *t, const struct catalogue *catalogue, const int64_t *anchors, size_t count,
                      struct arena *arena, struct linked *ret, struct error *err)
{
    struct result versions, residences;
    struct value list = id_list(t, anchors, count, arena);
    if (!store_query(t, STATEMENT_HUB_VERSIONS, ARGS(list), arena, &versions, err) ||
        !store_query(t, STATEMENT_HUB_RESIDENCES_OF, ARGS(list), arena, &residences, err) ||
        !read_versions(t, catalogue, &versions, false, arena, ret, err))
        return false;
    take_residences(&residences, ret, arena);
    return true;
}

bool linked_read_at(struct transaction *t, const struct catalogue *catalogue, int64_t linking, const int64_t *anchors,
                    size_t count, struct arena *arena, struct linked *ret, struct error *err)
{
    struct result versions;
    return store_query(t, STATEMENT_HUB_VERSIONS_AT, ARGS(id_list(t, anchors, count, arena), value_integer(linking)),
                       arena, &versions, err) &&
           read_versions(t, catalogue, &versions, true, arena, ret, err);
}

/* ---- Order and places ---- */

static int by_key(const void *a, const void *b)
{
    const struct linked_record *x = a, *y = b;
    int order = slice_compare(x->key, y->key);
    return order ? order : (x->anchor > y->anchor) - (x->anchor < y->anchor);
}

static int by_anchor(const void *a, const void *b)
{
    const struct anchor_place *x = a, *y = b;
    return (x->anchor > y->anchor) - (x->anchor < y->anchor);
}

void linked_order(struct linked *linked, struct arena *arena)
{
    for (size_t i = 0; i < linked->source_count; i++)
        array_sort(linked->records + linked->sources[i].first, linked->sources[i].count, sizeof *linked->records,
                   by_key);
    linked->by_anchor = arena_array(arena, struct anchor_place, linked->count + 1);
    for (size_t i = 0; i < linked->count; i++)
        linked->by_anchor[i] = (struct anchor_place){linked->records[i].anchor, (uint32_t)i};
    array_sort(linked->by_anchor, linked->count, sizeof *linked->by_anchor, by_anchor);
}

int64_t linked_find(const struct linked *linked, int64_t anchor)
{
    size_t low = 0, high = linked->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (linked->by_anchor[middle].anchor < anchor)
            low = middle + 1;
        else
            high = middle;
    }
    return low < linked->count && linked->by_anchor[low].anchor == anchor ? (int64_t)linked->by_anchor[low].record : -1;
}

static bool place_at_uprn(const struct linked *linked, struct linked_record *record, struct arena *scratch)
{
    struct linked_home wanted;
    if (!linked->home_count || !text_uprn(scratch, record->form.uprn, &wanted.uprn))
        return false;
    const struct linked_home *home =
        bsearch(&wanted, linked->homes, linked->home_count, sizeof *linked->homes, by_uprn);
    if (!home)
        return false;
    record->home = (uint32_t)(home - linked->homes);
    record->placed = PLACED_BY_UPRN;
    return true;
}

void linked_place(struct linked *linked, struct arena *arena)
{
    struct address_entry *entries = arena_array(arena, struct address_entry, linked->home_count + 1);
    for (size_t i = 0; i < linked->home_count; i++) {
        const struct person_form *form = &linked->homes[i].form;
        entries[i] = (struct address_entry){.uprn = linked->homes[i].uprn,
                                            .postcode = form->postcode,
                                            .line = form->address_line.len ? form->address_line : form->address,
                                            .place = form->place};
    }
    struct arena *scratch = arena_make(0);
    const struct address_index *index = address_index_make(entries, linked->home_count, arena);
    for (size_t i = 0; i < linked->count; i++) {
        struct linked_record *record = &linked->records[i];
        record->placed = PLACED_NOWHERE;
        if (!place_at_uprn(linked, record, scratch) && record->form.address.len) {
            struct address_answer answer;
            address_match(index, record->form.address, record->form.postcode, scratch, &answer);
            if (answer.entry >= 0) {
                record->home = (uint32_t)answer.entry;
                record->placed = PLACED_BY_ADDRESS;
            }
        }
        arena_reset(scratch);
    }
    arena_free(scratch);
}

/* ---- Places of a few ---- */

static bool says_the_same_place(const struct person_form *a, const struct person_form *b)
{
    return slice_equal(a->uprn, b->uprn) && slice_equal(a->address, b->address) &&
           slice_equal(a->postcode, b->postcode);
}

/* Those that say another place than before, or are new: copies, with the places where they came from. */
static struct linked moved_of(struct linked *linked, const struct linked *before, size_t **ret_from,
                              struct arena *arena)
{
    struct linked moved = {.records = arena_array(arena, struct linked_record, linked->count + 1)};
    *ret_from = arena_array(arena, size_t, linked->count + 1);
    for (size_t i = 0; i < linked->count; i++) {
        struct linked_record *record = &linked->records[i];
        int64_t was = linked_find(before, record->anchor);
        if (was >= 0 && says_the_same_place(&record->form, &before->records[was].form))
            continue;
        (*ret_from)[moved.count] = i;
        moved.records[moved.count] = *record;
        moved.records[moved.count++].placed = PLACED_NOWHERE;
    }
    return moved;
}

/* By UPRN alone, with the hub's own table of homes; *ret_all: nobody is left whose address might say more. */
static bool place_by_uprn(struct transaction *t, struct linked *moved, struct arena *arena, bool *ret_all,
                          struct error *err)
{
    struct result homes;
    struct slice *uprns = arena_array(arena, struct slice, moved->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < moved->count; i++)
        count += text_uprn(arena, moved->records[i].form.uprn, &uprns[count]);
    if (!store_query(t, STATEMENT_HUB_HOMES_AT, ARGS(digits_list(t, uprns, count, arena)), arena, &homes, err))
        return false;
    moved->homes = arena_array(arena, struct linked_home, homes.rows + 1);
    moved->home_count = homes.rows;
    for (size_t i = 0; i < homes.rows; i++)
        moved->homes[i] = (struct linked_home){.uprn = cell_text(&result_row(&homes, i)[0])};
    *ret_all = true;
    for (size_t i = 0; i < moved->count; i++)
        if (!place_at_uprn(moved, &moved->records[i], arena) && moved->records[i].form.address.len)
            *ret_all = false;
    return true;
}

static bool place_by_gazetteer(struct transaction *t, const struct catalogue *catalogue, struct linked *moved,
                               struct arena *arena, struct error *err)
{
    struct result sources;
    if (!store_query(t, STATEMENT_HUB_SOURCES, NO_ARGS, arena, &sources, err))
        return false;
    moved->homes = NULL;
    moved->home_count = 0;
    for (size_t i = 0; i < catalogue->source_count; i++) {
        const struct source *source = &catalogue->sources[i];
        const struct value *row = linked_source_row(&sources, source->name);
        if (row && cell_integer(&row[2]) && source->subject == SUBJECT_HOME && source->gazetteer &&
            !read_homes(t, source, cell_integer(&row[1]), moved, arena, err))
            return error_wrap(err, "reading %.*s", PRINT(source->name));
    }
    array_sort(moved->homes, moved->home_count, sizeof *moved->homes, by_uprn);
    linked_place(moved, arena);
    return true;
}

bool linked_place_some(struct transaction *t, const struct catalogue *catalogue, struct linked *linked,
                       const struct linked *before, struct arena *arena, struct error *err)
{
    size_t *from;
    bool all = true;
    struct linked moved = moved_of(linked, before, &from, arena);
    if (moved.count == 0)
        return true;
    if (!place_by_uprn(t, &moved, arena, &all, err) || (!all && !place_by_gazetteer(t, catalogue, &moved, arena, err)))
        return false;
    struct linked_home *homes = arena_array(arena, struct linked_home, linked->home_count + moved.count + 1);
    if (linked->home_count)
        memcpy(homes, linked->homes, linked->home_count * sizeof *homes);
    linked->homes = homes;
    for (size_t i = 0; i < moved.count; i++) {
        struct linked_record *record = &linked->records[from[i]];
        record->placed = moved.records[i].placed;
        if (record->placed == PLACED_NOWHERE)
            continue;
        record->home = (uint32_t)linked->home_count;
        homes[linked->home_count++] = moved.homes[moved.records[i].home];
    }
    return true;
}
