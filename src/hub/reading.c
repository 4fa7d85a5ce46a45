/* Age groups: a grant with clauses for adults or children only needs to know whose record it is before it shows
 * anything. The birth dates of all records that it may match on are read with what may be shown (the rights include
 * just those columns), one statement a source; then what is not for the person's age is left out. */
#include "hub/reading.h"

#include "base/text.h"
#include "hub/linked.h"

#include <inttypes.h>
#include <stdlib.h>

struct date read_iso(struct slice text)
{
    struct date date;
    if (text.len == 10 && text.at[4] == '-' && text.at[7] == '-') { /* as the store has them */
        static const int8_t at[] = {0, 1, 2, 3, 5, 6, 8, 9};
        int number = 0;
        bool digits = true;
        for (size_t i = 0; digits && i < countof(at); i++) {
            digits = text.at[at[i]] >= '0' && text.at[at[i]] <= '9';
            number = number * 10 + (text.at[at[i]] - '0');
        }
        date = (struct date){(int16_t)(number / 10000), (uint8_t)(number / 100 % 100), (uint8_t)(number % 100)};
        if (digits && date.month && date.day && date_valid(date))
            return date;
    }
    struct date_form form = {.order = DATE_YMD, .partial = true};
    return date_read(text, &form, &date) ? date : NO_DATE;
}

static bool find_sources(struct reading *r, struct error *err)
{
    struct result rows;
    if (!store_query(r->transaction, STATEMENT_HUB_SOURCES, NO_ARGS, r->arena, &rows, err))
        return false;
    r->source_count = r->catalogue->source_count;
    r->sources = arena_array(r->arena, struct reading_source, r->source_count + 1);
    for (size_t i = 0; i < r->source_count; i++) {
        struct reading_source *own = &r->sources[i];
        own->source = &r->catalogue->sources[i];
        own->granted = grant_source(r->grant, own->source->name);
        for (size_t k = 0; k < rows.rows; k++) {
            const struct value *row = result_row(&rows, k);
            if (!slice_equal(cell_text(&row[0]), own->source->name))
                continue;
            own->id = cell_integer(&row[1]);
            own->current_landing = cell_integer(&row[2]);
            own->received_at = cell_integer(&row[3]);
            own->as_at = cell_null(&row[4]) ? NO_DATE : read_iso(cell_text(&row[4]));
        }
        own->age = source_age(own->source, own->current_landing != 0, own->as_at, own->received_at, r->today);
        own->table = source_table_shape(own->source, own->id, r->arena);
        own->noted = arena_array(r->arena, bool, own->source->column_count);
        r->homes =
            r->homes || (own->source->gazetteer && own->granted && (own->granted->match || own->granted->column_count));
    }
    for (size_t i = 0; i < r->grant->source_count; i++)
        r->notes = r->notes || (!r->grant->sources[i].source && r->grant->sources[i].column_count);
    return true;
}

static bool find_linkage(struct reading *r, struct error *err)
{
    struct result rows;
    if (r->grant->match_sources.len == 0)
        return true;
    if (!store_query(r->transaction, STATEMENT_HUB_LINKAGE_FIND,
                     ARGS(value_text(S("person")), value_text(r->grant->match_sources)), r->arena, &rows, err))
        return false;
    if (rows.rows && !cell_null(&result_row(&rows, 0)[1])) {
        r->linkage = cell_integer(&result_row(&rows, 0)[0]);
        r->linked_at = cell_integer(&result_row(&rows, 0)[1]);
    }
    return true;
}

bool hub_read_begin(const struct hub *hub, const struct guard_session *session, enum use use, struct arena *arena,
                    struct reading **ret, struct error *err)
{
    struct reading *r = arena_new(arena, struct reading);
    *r = (struct reading){.hub = hub, .session = session, .arena = arena};
    if (!guard_read_begin(session, use, arena, &r->transaction, err))
        return false;
    r->grant = guard_grant(session);
    r->catalogue = guard_catalogue(session);
    r->today = guard_today(guard_of(session));
    if (!find_sources(r, err) || !find_linkage(r, err))
        return false;
    *ret = r;
    return true;
}

bool hub_linkage(const struct hub *hub, const struct guard_session *session, struct arena *arena, int64_t *ret,
                 struct error *err)
{
    struct reading *r;
    *ret = 0;
    if (!hub_read_begin(hub, session, USE_MATCH, arena, &r, err)) {
        bool closed = err->code == ERROR_DENIED;
        if (closed)
            *err = NO_ERROR;
        return closed;
    }
    transaction_rollback(r->transaction);
    *ret = r->linkage;
    return true;
}

bool reading_needs_linkage(const struct reading *r, struct error *err)
{
    return r->linkage ||
           error_set(err, ERROR_NOT_FOUND,
                     r->grant->match_sources.len
                         ? "the hub was not linked since this agreement came up; run staithe link"
                         : "no agreement in force lets this role find people for this purpose; choose another purpose");
}

bool reading_turn(struct reading *r, enum use use, struct error *err)
{
    transaction_rollback(r->transaction);
    return guard_read_begin(r->session, use, r->arena, &r->transaction, err);
}

void reading_note(struct reading *r, int64_t anchor, struct slice source, struct slice column)
{
    bool known = r->anchor_count && r->anchors[r->anchor_count - 1] == anchor;
    for (size_t i = 0; !known && i < r->anchor_count; i++)
        known = r->anchors[i] == anchor;
    if (!known && anchor) {
        ARENA_GROW(r->arena, r->anchors, r->anchor_count, r->anchor_capacity);
        r->anchors[r->anchor_count++] = anchor;
    }
    if (column.len == 0)
        return;
    for (size_t i = 0; i < r->field_count; i++) {
        struct slice field = r->fields[i];
        if (field.len == source.len + 1 + column.len && slice_starts(field, source) && field.at[source.len] == '.' &&
            slice_ends(field, column))
            return;
    }
    ARENA_GROW(r->arena, r->fields, r->field_count, r->field_capacity);
    r->fields[r->field_count++] = arena_format(r->arena, "%.*s.%.*s", PRINT(source), PRINT(column));
}

/* (By number, for a view has hundreds of fields.) */
void reading_note_record(struct reading *r, const struct view_record *record)
{
    const struct source *source = record->evidence.source;
    const struct reading_source *own = source ? reading_source_of(r, source->name) : NULL;
    reading_note(r, record->evidence.anchor, NO_SLICE, NO_SLICE);
    for (size_t i = 0; own && i < record->field_count; i++) {
        size_t number = (size_t)(record->fields[i].column - own->source->columns);
        must(number < own->source->column_count);
        if (own->noted[number])
            continue;
        own->noted[number] = true;
        ARENA_GROW(r->arena, r->fields, r->field_count, r->field_capacity);
        r->fields[r->field_count++] =
            arena_format(r->arena, "%.*s.%.*s", PRINT(source->name), PRINT(record->fields[i].column->name));
    }
}

bool hub_read_end(struct reading *r, struct slice action, struct slice subject, struct error *err)
{
    transaction_rollback(r->transaction);
    if (arena_over(r->arena))
        return error_set(err, ERROR_TOO_BIG, "the answer is larger than one request may be; ask for less");
    struct audit_reading reading = {action,          r->linkage, subject,       r->anchors,
                                    r->anchor_count, r->fields,  r->field_count};
    return audit_read(r->session, &reading, err);
}

const struct reading_source *reading_source_of(const struct reading *r, struct slice name)
{
    for (size_t i = 0; i < r->source_count; i++)
        if (slice_equal(r->sources[i].source->name, name))
            return &r->sources[i];
    return NULL;
}

const struct reading_source *reading_source_by_id(const struct reading *r, int64_t id)
{
    for (size_t i = 0; i < r->source_count; i++)
        if (r->sources[i].id == id && id)
            return &r->sources[i];
    return NULL;
}

/* ---- Values ---- */

struct slice value_words(const struct column *column, struct slice raw, struct arena *arena)
{
    if (column->type == TYPE_DATE) {
        struct date date = read_iso(raw);
        return date_known(date) ? date_words(arena, date) : raw;
    }
    if (column->type == TYPE_BOOLEAN)
        return slice_equal(raw, S("1")) ? S("Yes") : S("No");
    if (raw.len == 10 && (column->attribute == ATTRIBUTE_PERSON_NHS_NUMBER ||
                          column->attribute == ATTRIBUTE_PERSON_SUPERSEDED_NHS_NUMBER))
        return arena_format(arena, "%.3s %.3s %.4s", raw.at, raw.at + 3, raw.at + 6);
    return raw;
}

const struct view_field *record_field(const struct view_record *record, enum attribute attribute)
{
    for (size_t i = 0; i < record->field_count; i++)
        if (record->fields[i].column->attribute == attribute)
            return &record->fields[i];
    return NULL;
}

bool reading_shows_place(const struct reading *r, struct slice source, enum age_group age)
{
    const struct reading_source *own = reading_source_of(r, source);
    if (!own || !own->granted)
        return false;
    for (size_t i = 0; i < own->source->column_count; i++) {
        const struct column *column = &own->source->columns[i];
        if ((column->attribute == ATTRIBUTE_PLACE_UPRN || column->attribute == ATTRIBUTE_PLACE_ADDRESS ||
             column->attribute == ATTRIBUTE_PLACE_STREET) &&
            grant_shows(r->grant, source, column->name, age))
            return true;
    }
    return false;
}

/* ---- Loading ---- */

struct member_of {
    int64_t anchor;
    size_t person, source; /* numbers */
};

static int by_anchor(const void *a, const void *b)
{
    const struct member_of *x = a, *y = b;
    return (x->anchor > y->anchor) - (x->anchor < y->anchor);
}

static const struct member_of *member_find(const struct member_of *members, size_t count, int64_t anchor)
{
    struct member_of wanted = {.anchor = anchor};
    return bsearch(&wanted, members, count, sizeof *members, by_anchor);
}

static bool wanted_column(const struct column *column, const struct load_options *options)
{
    if (!options->only)
        return true;
    for (size_t i = 0; i < options->only_count; i++)
        if (options->only[i] == column->attribute)
            return true;
    return false;
}

/* The columns of a source that may be shown of some age group, in the contract's order. */
static size_t shown_columns(const struct reading *r, const struct reading_source *own,
                            const struct load_options *options, const struct column **ret)
{
    size_t count = 0;
    for (size_t i = 0; i < own->source->column_count; i++) {
        const struct column *column = &own->source->columns[i];
        if (grant_column(r->grant, own->source->name, column->name) && wanted_column(column, options))
            ret[count++] = column;
    }
    return count;
}

static void fill_fields(const struct reading *r, const struct reading_source *own, const struct column *const *columns,
                        size_t count, const struct value *cells, enum age_group age, struct view_record *record)
{
    record->fields = arena_array(r->arena, struct view_field, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct slice raw = cell_plain(&cells[i], r->arena);
        if (raw.len == 0 || !grant_shows(r->grant, own->source->name, columns[i]->name, age))
            continue;
        record->fields[record->field_count++] =
            (struct view_field){columns[i], value_words(columns[i], raw, r->arena), raw};
    }
}

static void fill_evidence(const struct reading *r, const struct reading_source *own, struct view_record *record)
{
    struct evidence *e = &record->evidence;
    e->confirmed = NO_DATE;
    const struct agency *agency = catalogue_agency(r->catalogue, own->source->agency);
    e->source = own->source;
    e->source_title = own->source->title;
    e->agency_title = agency ? agency->title : own->source->agency;
    e->row_title = own->source->row_title.len ? own->source->row_title : own->source->title;
    e->stale = own->age.stale;
    if (own->granted && own->granted->column_count) {
        const struct grant_column *column = &own->granted->columns[0];
        if (record->field_count) {
            const struct grant_column *first =
                grant_column(r->grant, own->source->name, record->fields[0].column->name);
            column = first ? first : column;
        }
        if (column->clause_count) {
            e->agreement = column->clauses[0].agreement->name;
            e->clause = column->clauses[0].clause->name;
        }
    }
}

static void evidence_row(const struct value *row, struct evidence *e, struct arena *arena)
{
    e->anchor = cell_integer(&row[0]);
    e->version = cell_integer(&row[1]);
    e->landing = cell_integer(&row[3]);
    e->line = cell_integer(&row[4]);
    e->file_name = cell_text(&row[5]);
    if (row[6].text.len == sizeof(struct digest)) {
        struct digest digest;
        memcpy(digest.bytes, row[6].text.at, sizeof digest.bytes);
        e->file_digest = digest_hex(arena, &digest);
    }
    e->received_at = cell_integer(&row[7]);
    e->as_at = cell_null(&row[8]) ? NO_DATE : read_iso(cell_text(&row[8]));
}

/* A snapshot holds all that stands: what it left as it was, it confirms. A delta is silent about that. */
static void confirm(const struct reading_source *own, struct evidence *e)
{
    struct date day = date_known(own->as_at) ? own->as_at : date_of_time(own->received_at);
    struct date since = date_known(e->as_at) ? e->as_at : date_of_time(e->received_at);
    if (own->source->delivery == DELIVERY_SNAPSHOT && e->landing != own->current_landing &&
        date_compare(since, day) < 0)
        e->confirmed = day;
}

static int by_person(const void *a, const void *b)
{
    const struct view_record *x = a, *y = b;
    if (x->entity != y->entity)
        return x->entity < y->entity ? -1 : 1;
    int order = slice_compare(x->evidence.source->name, y->evidence.source->name);
    return order ? order : (x->evidence.anchor > y->evidence.anchor) - (x->evidence.anchor < y->evidence.anchor);
}

/* What was read of one source: its rows, and where in them what stands. */
struct source_rows {
    const struct column **columns; /* that may be shown, in the contract's order */
    size_t column_count;
    size_t birth; /* which cell tells a person's age; 0: none */
    struct result rows;
};

static bool read_source(struct reading *r, size_t s, const struct member_of *members, size_t count,
                        const struct load_options *options, struct source_rows *out, struct error *err)
{
    const struct reading_source *own = &r->sources[s];
    if (!own->granted || !own->id)
        return true;
    const struct column *birth = own->granted->match && !grant_ageless(r->grant)
                                     ? source_attribute(own->source, ATTRIBUTE_PERSON_BIRTH_DATE)
                                     : NULL;
    out->columns = arena_array(r->arena, const struct column *, own->source->column_count + 1);
    if (own->granted->column_count)
        out->column_count = shown_columns(r, own, options, out->columns);
    if (out->column_count == 0 && !birth)
        return true;
    int64_t *anchors = arena_array(r->arena, int64_t, count + 1);
    size_t anchor_count = 0;
    for (size_t i = 0; i < count; i++)
        if (members[i].source == s)
            anchors[anchor_count++] = members[i].anchor;
    if (anchor_count == 0)
        return true;
    struct slice *names = arena_array(r->arena, struct slice, out->column_count + 2);
    size_t name_count = 0;
    for (; name_count < out->column_count; name_count++) {
        names[name_count] = out->columns[name_count]->name;
        if (out->columns[name_count] == birth)
            out->birth = 4 + name_count;
    }
    if (birth && !out->birth) {
        out->birth = 4 + name_count;
        names[name_count++] = birth->name;
    }
    struct source_read read = {.table = &own->table,
                               .columns = names,
                               .column_count = name_count,
                               .anchors = anchors,
                               .anchor_count = anchor_count};
    struct sql sql;
    const struct value *args;
    size_t arg_count;
    source_table_select(&read, store_dialect(transaction_store(r->transaction)), r->arena, &sql, &args, &arg_count);
    return store_query_sql(r->transaction, &sql, args, arg_count, r->arena, &out->rows, err);
}

/* The age group of each person, by all birth dates that were read. */
static void find_ages(const struct reading *r, const struct source_rows *sources, const struct member_of *members,
                      size_t count, struct loaded_person *people, size_t person_count)
{
    size_t most = 0, birth_count = 0, own_count;
    for (size_t s = 0; s < r->source_count; s++)
        most += sources[s].birth ? sources[s].rows.rows : 0;
    struct date *births = arena_array(r->arena, struct date, most), *own = arena_array(r->arena, struct date, most);
    size_t *of = arena_array(r->arena, size_t, most);
    for (size_t s = 0; s < r->source_count; s++)
        for (size_t i = 0; sources[s].birth && i < sources[s].rows.rows; i++) {
            const struct value *row = result_row(&sources[s].rows, i);
            const struct member_of *member = member_find(members, count, cell_integer(&row[1]));
            births[birth_count] = read_iso(cell_text(&row[sources[s].birth]));
            if (!member || !date_known(births[birth_count]))
                continue;
            of[birth_count++] = member->person;
        }
    for (size_t p = 0; p < person_count; p++) {
        own_count = 0;
        for (size_t i = 0; i < birth_count; i++)
            if (of[i] == p)
                own[own_count++] = births[i];
        people[p].age = age_group_of(own, own_count, r->today);
    }
}

/* The records of one source, of those whom the grant admits. */
static void add_records(const struct reading *r, size_t s, const struct source_rows *source,
                        const struct member_of *members, size_t count, const struct loaded_person *people,
                        struct loaded *out)
{
    const struct reading_source *own = &r->sources[s];
    for (size_t i = 0; source->column_count && i < source->rows.rows; i++) {
        const struct value *row = result_row(&source->rows, i);
        const struct member_of *member = member_find(members, count, cell_integer(&row[1]));
        must(member && out->record_count < count);
        const struct loaded_person *person = &people[member->person];
        if (!grant_admits(r->grant, person->age))
            continue;
        struct view_record record = {.entity = person->entity};
        fill_fields(r, own, source->columns, source->column_count, row + 4, person->age, &record);
        fill_evidence(r, own, &record);
        record.evidence.version = cell_integer(&row[0]);
        record.evidence.anchor = member->anchor;
        record.evidence.landing = cell_integer(&row[2]);
        record.evidence.line = cell_integer(&row[3]);
        if (record.field_count)
            out->records[out->record_count++] = record;
    }
}

static bool read_evidence(struct reading *r, struct loaded *out, struct error *err)
{
    int64_t *anchors = arena_array(r->arena, int64_t, out->record_count + 1);
    struct result rows;
    for (size_t i = 0; i < out->record_count; i++)
        anchors[i] = out->records[i].evidence.anchor;
    if (out->record_count == 0)
        return true;
    if (!store_query(r->transaction, STATEMENT_HUB_EVIDENCE,
                     ARGS(id_list(r->transaction, anchors, out->record_count, r->arena)), r->arena, &rows, err))
        return false;
    for (size_t i = 0; i < rows.rows; i++)
        for (size_t k = 0; k < out->record_count; k++)
            if (out->records[k].evidence.anchor == cell_integer(&result_row(&rows, i)[0])) {
                struct evidence *evidence = &out->records[k].evidence;
                evidence_row(result_row(&rows, i), evidence, r->arena);
                confirm(reading_source_of(r, evidence->source->name), evidence);
            }
    return true;
}

bool people_load(struct reading *r, const int64_t *entities, size_t count, const struct load_options *options,
                 struct loaded *ret, struct error *err)
{
    struct loaded out = {.people = arena_array(r->arena, struct loaded_person, count + 1)};
    struct result rows;
    *ret = out;
    if (count == 0 || r->linkage == 0)
        return true;
    if (!store_query(r->transaction, STATEMENT_HUB_MEMBERS_OF_ENTITIES,
                     ARGS(value_integer(r->linkage), id_list(r->transaction, entities, count, r->arena)), r->arena,
                     &rows, err))
        return false;
    struct member_of *members = arena_array(r->arena, struct member_of, rows.rows + 1);
    struct loaded_person *people = arena_array(r->arena, struct loaded_person, count + 1);
    size_t member_count = 0;
    for (size_t p = 0; p < count; p++) {
        size_t first = 0, end; /* rows are by entity */
        while (first < rows.rows && cell_integer(&result_row(&rows, first)[0]) != entities[p])
            first++;
        for (end = first; end < rows.rows && cell_integer(&result_row(&rows, end)[0]) == entities[p];)
            end++;
        people[p] = (struct loaded_person){
            .entity = entities[p], .age = AGE_UNKNOWN, .anchors = arena_array(r->arena, int64_t, end - first)};
        for (size_t i = first; i < end; i++) {
            const struct value *row = result_row(&rows, i);
            people[p].anchors[people[p].anchor_count++] = cell_integer(&row[1]);
            const struct reading_source *own = reading_source_by_id(r, cell_integer(&row[2]));
            if (own && member_count < rows.rows)
                members[member_count++] = (struct member_of){cell_integer(&row[1]), p, (size_t)(own - r->sources)};
        }
    }
    array_sort(members, member_count, sizeof *members, by_anchor);
    struct source_rows *sources = arena_array(r->arena, struct source_rows, r->source_count + 1);
    for (size_t s = 0; s < r->source_count; s++)
        if (!read_source(r, s, members, member_count, options, &sources[s], err))
            return false;
    if (!grant_ageless(r->grant))
        find_ages(r, sources, members, member_count, people, count);
    out.records = arena_array(r->arena, struct view_record, member_count + 1);
    for (size_t s = 0; s < r->source_count; s++)
        add_records(r, s, &sources[s], members, member_count, people, &out);
    array_sort(out.records, out.record_count, sizeof *out.records, by_person);
    if (options->evidence && !read_evidence(r, &out, err))
        return false;
    for (size_t p = 0; p < count; p++) {
        if (people[p].anchor_count == 0 || !grant_admits(r->grant, people[p].age))
            continue;
        for (size_t i = 0; i < out.record_count; i++)
            if (out.records[i].entity == people[p].entity && people[p].count++ == 0)
                people[p].first = i;
        out.people[out.person_count++] = people[p];
    }
    *ret = out;
    return true;
}

bool versions_load(struct reading *r, const struct reading_source *own, int64_t anchor, enum age_group age,
                   struct view_record **ret, size_t *ret_count, struct error *err)
{
    const struct column **columns = arena_array(r->arena, const struct column *, own->source->column_count + 1);
    struct load_options options = {0};
    size_t column_count = own->granted ? shown_columns(r, own, &options, columns) : 0;
    struct slice *names = arena_array(r->arena, struct slice, column_count + 1);
    for (size_t i = 0; i < column_count; i++)
        names[i] = columns[i]->name;
    struct source_read read = {.table = &own->table,
                               .columns = names,
                               .column_count = column_count,
                               .anchors = &anchor,
                               .anchor_count = 1,
                               .all_versions = true};
    struct sql sql;
    const struct value *args;
    size_t arg_count;
    struct result rows, evidence;
    *ret = NULL;
    *ret_count = 0;
    if (column_count == 0)
        return true;
    source_table_select(&read, store_dialect(transaction_store(r->transaction)), r->arena, &sql, &args, &arg_count);
    if (!store_query_sql(r->transaction, &sql, args, arg_count, r->arena, &rows, err) ||
        !store_query(r->transaction, STATEMENT_HUB_EVIDENCE_VERSIONS, ARGS(value_integer(anchor)), r->arena, &evidence,
                     err))
        return false;
    struct view_record *records = arena_array(r->arena, struct view_record, evidence.rows + 1);
    size_t count = 0;
    for (size_t i = 0; i < evidence.rows; i++)
        for (size_t k = 0; k < rows.rows; k++) {
            const struct value *row = result_row(&rows, k);
            if (cell_integer(&row[0]) != cell_integer(&result_row(&evidence, i)[1]))
                continue;
            struct view_record record = {0};
            fill_fields(r, own, columns, column_count, row + 4, age, &record);
            fill_evidence(r, own, &record);
            evidence_row(result_row(&evidence, i), &record.evidence, r->arena);
            if (cell_integer(&result_row(&evidence, i)[9]))
                confirm(own, &record.evidence);
            if (record.field_count)
                records[count++] = record;
        }
    *ret = records;
    *ret_count = count;
    return true;
}

/* ---- Heads ---- */

const enum attribute head_attributes[] = {ATTRIBUTE_PERSON_GIVEN_NAME, ATTRIBUTE_PERSON_FAMILY_NAME,
                                          ATTRIBUTE_PERSON_FULL_NAME, ATTRIBUTE_PERSON_BIRTH_DATE,
                                          ATTRIBUTE_PERSON_DEATH_DATE};
const size_t head_attribute_count = countof(head_attributes);

/* How well a record names its person: both names in full, then one of them, then a full name. */
static int naming(const struct view_record *record)
{
    const struct view_field *given = record_field(record, ATTRIBUTE_PERSON_GIVEN_NAME);
    const struct view_field *family = record_field(record, ATTRIBUTE_PERSON_FAMILY_NAME);
    bool verified = false;
    if (given && family) {
        const struct column *number = source_attribute(record->evidence.source, ATTRIBUTE_PERSON_NHS_NUMBER);
        verified = number && number->verified;
        return (verified ? 4000 : 3000) + (int)(given->raw.len < 500 ? given->raw.len : 500);
    }
    const struct view_field *full = record_field(record, ATTRIBUTE_PERSON_FULL_NAME);
    if (full)
        return 1000 + (int)(full->raw.len < 500 ? full->raw.len : 500);
    return family ? 500 : given ? 400 : 0;
}

struct person_head person_head(const struct loaded *loaded, const struct loaded_person *person, struct arena *arena)
{
    struct person_head head = {.name = NAME_NOT_SHOWN};
    const struct view_record *best = NULL;
    int most = 0;
    size_t agreeing = 0;
    for (size_t i = person->first; i < person->first + person->count; i++) {
        const struct view_record *record = &loaded->records[i];
        int own = naming(record);
        if (own > most)
            most = own, best = record;
        const struct view_field *born = record_field(record, ATTRIBUTE_PERSON_BIRTH_DATE);
        if (born) {
            size_t same = 0;
            for (size_t k = person->first; k < person->first + person->count; k++) {
                const struct view_field *other = record_field(&loaded->records[k], ATTRIBUTE_PERSON_BIRTH_DATE);
                same += other && slice_equal(other->raw, born->raw);
            }
            if (same > agreeing)
                agreeing = same, head.born = read_iso(born->raw);
        }
        const struct view_field *death = record_field(record, ATTRIBUTE_PERSON_DEATH_DATE);
        head.died = head.died || death;
    }
    if (!best)
        return head;
    const struct view_field *given = record_field(best, ATTRIBUTE_PERSON_GIVEN_NAME);
    const struct view_field *family = record_field(best, ATTRIBUTE_PERSON_FAMILY_NAME);
    const struct view_field *full = record_field(best, ATTRIBUTE_PERSON_FULL_NAME);
    head.named = true;
    head.named_by = best;
    if (given && family)
        head.name = arena_format(arena, "%.*s %.*s", PRINT(given->value), PRINT(family->value));
    else if (full || family || given)
        head.name = (full ? full : family ? family : given)->value;
    return head;
}
