/* records.c: fills the table, and adds to it later what is to be added. */
#include "link/prepare.h"

#include "base/hash.h"
#include "link/spill.h"
#include "link/threads.h"

struct link_records *link_records_make(const struct link_spec *spec, struct arena *arena)
{
    struct link_records *records = arena_new(arena, struct link_records);
    records->spec = spec;
    records->arena = arena;
    for (size_t c = 0; c < spec->column_count; c++) {
        struct column *column = &records->columns[c];
        column->arena = arena_child(arena);
        dictionary_start(&column->raw, column->arena);
        dictionary_start(&column->plain, column->arena);
        dictionary_start(&column->tokens, column->arena);
    }
    return records;
}

bool link_records_source(struct link_records *records, struct slice name, uint32_t *ret, struct error *err)
{
    for (size_t i = 0; i < records->source_count; i++)
        if (slice_equal(records->sources[i].name, name)) {
            *ret = (uint32_t)i;
            return true;
        }
    if (records->source_count == countof(records->sources))
        return error_set(err, ERROR_TOO_BIG, "there are more than %zu sources", countof(records->sources));
    struct source *source = &records->sources[records->source_count];
    *source = (struct source){.name = arena_copy(records->arena, name),
                              .key = hash64(name, 11),
                              .no_duplicates = records->spec->all_without_duplicates};
    for (size_t i = 0; i < records->spec->no_duplicate_count; i++)
        source->no_duplicates |= slice_equal(records->spec->no_duplicates[i], name);
    *ret = (uint32_t)records->source_count++;
    return true;
}

bool link_records_add(struct link_records *records, uint32_t source, struct slice id, const struct slice *values,
                      struct error *err)
{
    uint32_t codes[LINK_COLUMNS_MAX];
    if (!records->prepared)
        for (size_t c = 0; c < records->spec->input_count; c++)
            codes[c] = dictionary_add(&records->columns[c].raw, slice_trim(values[c]));
    return records_add_coded(records, source, &id, codes, 1, 1, err);
}

void records_code(struct link_records *records, size_t column, const struct slice *values, size_t count,
                  uint32_t *ret_codes)
{
    dictionary_add_all(&records->columns[column].raw, values, count, ret_codes);
}

static void make_row_room(struct link_records *records, size_t more)
{
    size_t capacity = records->capacity ? records->capacity : 1024;
    if (records->count + more <= records->capacity)
        return;
    while (capacity < records->count + more)
        capacity *= 2;
    records->ids = arena_regrow(records->arena, records->ids, records->capacity * sizeof *records->ids,
                                capacity * sizeof *records->ids);
    records->source_of =
        arena_regrow(records->arena, records->source_of, records->capacity * sizeof *records->source_of,
                     capacity * sizeof *records->source_of);
    records->capacity = capacity;
}

static void add_row(struct link_records *records, uint32_t source, struct slice id)
{
    records->ids[records->count] = arena_copy(records->arena, id);
    records->source_of[records->count] = (uint16_t)source;
    records->count++;
}

/* Their ids in one piece. */
static void add_rows(struct link_records *records, uint32_t source, const struct slice *ids, size_t count)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++)
        length += ids[i].len;
    char *at = arena_array(records->arena, char, length);
    for (size_t i = 0; i < count; i++) {
        records->ids[records->count] = slice_from(at, ids[i].len);
        records->source_of[records->count++] = (uint16_t)source;
        if (ids[i].len)
            memcpy(at, ids[i].at, ids[i].len);
        at += ids[i].len;
    }
}

static void make_raw_room(struct link_records *records)
{
    size_t row = records->spec->input_count * sizeof *records->raw;
    if (records->raw_capacity == records->capacity)
        return;
    records->raw = arena_regrow(records->arena, records->raw, records->raw_capacity * row, records->capacity * row);
    records->raw_capacity = records->capacity;
}

bool records_add_coded(struct link_records *records, uint32_t source, const struct slice *ids, const uint32_t *codes,
                       size_t stride, size_t count, struct error *err)
{
    must(source < records->source_count);
    if (records->prepared)
        return error_set(err, ERROR_CONFLICT, "the table of records is closed; make a new one to add records");
    if (count > UINT32_MAX - 1 - records->count)
        return error_set(err, ERROR_TOO_BIG, "there are more than 4,000 million records");
    size_t inputs = records->spec->input_count;
    make_row_room(records, count);
    make_raw_room(records);
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < inputs; c++)
            records->raw[(records->count + i) * inputs + c] = codes[c * stride + i];
    add_rows(records, source, ids, count);
    records->raw_count = records->count;
    return true;
}

uint32_t link_records_count(const struct link_records *records)
{
    return records->count;
}

struct slice link_records_id(const struct link_records *records, uint32_t record)
{
    must(record < records->count);
    return records->ids[record];
}

uint32_t link_records_source_of(const struct link_records *records, uint32_t record)
{
    must(record < records->count);
    return records->source_of[record];
}

struct slice link_records_source_name(const struct link_records *records, uint32_t source)
{
    must(source < records->source_count);
    return records->sources[source].name;
}

size_t link_records_sources(const struct link_records *records)
{
    return records->source_count;
}

struct slice link_records_value(const struct link_records *records, uint32_t record, size_t column)
{
    must(record < records->count && column < records->spec->column_count);
    if (column >= records->spec->input_count || record >= records->raw_count)
        return records->prepared ? record_value(records, record, column)->text : NO_SLICE;
    const uint32_t *raw = records->raw_on_disk ? records->raw_there : records->raw;
    size_t added = record_added(records, record);
    return records->columns[column].raw.texts[raw[added * records->spec->input_count + column]];
}

/* ---- Memory ---- */

uint64_t records_raw_memory(const struct link_records *records)
{
    return (uint64_t)records->raw_count * records->spec->input_count * sizeof *records->raw;
}

/* What is small is counted by its arena. */
static uint64_t large(size_t count, size_t size)
{
    return count * size >= 1u << 20 ? count * size : 0;
}

/* Room that is not used yet takes none. */
uint64_t records_memory(const struct link_records *records)
{
    uint64_t sum = arena_used(records->arena) + large(records->plain_capacity, sizeof *records->plain) +
                   large(records->key_capacity, sizeof *records->keys);
    for (size_t c = 0; c < records->spec->column_count; c++) {
        const struct column *column = &records->columns[c];
        sum += large(column->plain_of_count, sizeof *column->plain_of) +
               large(column->value_count, sizeof *column->values) +
               large(column->token_id_count, sizeof *column->token_ids) +
               large(column->feature_count, sizeof *column->token_features);
        sum += arena_used(column->arena) + (column->joined ? arena_used(column->joined) : 0);
        sum += dictionary_memory(&column->raw) + dictionary_memory(&column->plain) + dictionary_memory(&column->tokens);
    }
    return sum + records->count * (sizeof *records->ids + sizeof *records->source_of) +
           (records->raw_on_disk ? 0 : records_raw_memory(records));
}

void records_forget_raw(struct link_records *records)
{
    uint64_t row = records->spec->input_count * sizeof *records->raw;
    records->raw = arena_let_go(records->arena, records->raw, records->raw_capacity * row);
    records->raw_count = 0;
    for (size_t c = 0; c < records->spec->input_count; c++) {
        struct column *column = &records->columns[c];
        dictionary_drop(&column->raw);
        column->plain_of =
            arena_let_go(column->arena, column->plain_of, column->plain_of_capacity * sizeof *column->plain_of);
        column->plain_of_count = column->plain_of_capacity = 0;
    }
}

bool records_spill_raw(struct link_records *records, const struct link_options *options, struct error *err)
{
    struct spill *spill = spill_make(options, 0, records->arena);
    const void *there = NULL;
    uint64_t row = records->spec->input_count * sizeof *records->raw;
    if (!spill_add(spill, records->raw, (size_t)records_raw_memory(records), err) || !spill_end(spill, &there, err))
        return false;
    records->raw_there = there;
    records->raw_on_disk = spill;
    records->raw = arena_let_go(records->arena, records->raw, records->raw_capacity * row);
    return true;
}

/* ---- Records that come later ---- */

struct append_work {
    struct link_records *records;
    const struct link_row *rows;
    uint32_t first;
    size_t count;
    struct arena *scratch[LINK_THREADS_MAX];
};

static void append_column(void *context, size_t c, unsigned thread)
{
    enum { SOME = 256, FAR = 16, NEAR = 8 };
    const struct append_work *work = context;
    const struct link_spec *spec = work->records->spec;
    struct slice texts[SOME];
    uint32_t codes[SOME];
    for (size_t from = 0, some; from < work->count; from += some) {
        some = work->count - from < SOME ? work->count - from : SOME;
        for (size_t i = 0; i < some; i++) {
            const struct link_row *row = &work->rows[from + i];
            if (from + i + FAR < work->count) {
                __builtin_prefetch(&row[FAR].values[c]);
                __builtin_prefetch(row[NEAR].values[c].at);
            }
            texts[i] =
                plain_form(spec->columns[c].kind, spec->date_order, slice_trim(row->values[c]), work->scratch[thread]);
        }
        dictionary_add_all(&work->records->columns[c].plain, texts, some, codes);
        for (size_t i = 0; i < some; i++)
            work->records->plain[(work->first + from + i) * spec->column_count + c] = codes[i];
        arena_reset(work->scratch[thread]);
    }
}

bool records_append(struct link_records *records, const struct link_row *rows, size_t count, unsigned threads,
                    struct error *err)
{
    const struct link_options own = {.threads = threads};
    must(records->prepared);
    if (count > UINT32_MAX - 1 - records->count)
        return error_set(err, ERROR_TOO_BIG, "there are more than 4,000 million records");
    struct append_work work = {.records = records, .rows = rows, .first = records->count, .count = count};
    make_row_room(records, count);
    for (size_t i = 0; i < count; i++)
        add_row(records, rows[i].source, rows[i].id);
    prepare_room(records);
    for (unsigned t = 0; t < threads; t++)
        work.scratch[t] = arena_make(0);
    bool done = threads_run(&own, "coding", records->spec->input_count, append_column, &work, err);
    for (unsigned t = 0; t < threads; t++)
        arena_free(work.scratch[t]);
    return done && prepare_new(records, &own, err);
}

void records_reserve(struct link_records *records, size_t count)
{
    must(records->count == 0);
    make_row_room(records, count);
    RESERVE(records->arena, records->keys, records->key_capacity, count);
    RESERVE(records->arena, records->plain, records->plain_capacity, count * records->spec->column_count + 1);
}

void records_put(struct link_records *records, uint32_t source, struct slice id, const uint32_t *codes)
{
    size_t columns = records->spec->column_count;
    must(records->count < records->capacity && ((size_t)records->count + 1) * columns < records->plain_capacity);
    memcpy(&records->plain[records->count * columns], codes, records->spec->input_count * sizeof *codes);
    add_row(records, source, id);
}

static void lend_words(struct link_records *records, struct arena *arena)
{
    for (size_t c = 0; c < records->spec->column_count; c++)
        records->columns[c].plain.lent = records->columns[c].tokens.lent = arena;
}

bool records_lend(struct link_records *records, const struct link_row *row, struct arena *scratch,
                  struct records_mark *ret, struct error *err)
{
    *ret = (struct records_mark){0};
    for (size_t c = 0; c < records->spec->column_count; c++) {
        const struct column *column = &records->columns[c];
        ret->columns[c].plain = column->plain.count;
        ret->columns[c].tokens = column->tokens.count;
        ret->columns[c].token_ids = column->token_id_count;
    }
    lend_words(records, scratch);
    bool done = records_append(records, row, 1, 1, err);
    lend_words(records, NULL);
    for (size_t c = 0; c < records->spec->column_count; c++)
        ret->new_words |= records->columns[c].plain.count > ret->columns[c].plain;
    return done;
}

void records_take_back(struct link_records *records, const struct records_mark *mark)
{
    must(records->prepared && records->count > 0);
    records->prepared_count = --records->count;
    for (size_t c = 0; c < records->spec->column_count; c++) {
        struct column *column = &records->columns[c];
        dictionary_cut(&column->plain, mark->columns[c].plain);
        dictionary_cut(&column->tokens, mark->columns[c].tokens);
        column->value_count = mark->columns[c].plain;
        column->feature_count = mark->columns[c].tokens;
        column->token_id_count = mark->columns[c].token_ids;
    }
}

double records_universe(const struct link_records *records)
{
    double n = records->prepared ? records->order_count : records->count, all = n * (n - 1) / 2;
    double within[countof(records->sources)] = {0};
    if (records_all_meet(records))
        return all;
    for (uint32_t r = 0; r < records->count; r++)
        within[records->source_of[r]] += !record_follows(records, r);
    for (size_t s = 0; s < records->source_count; s++)
        if (records->spec->type == LINK_LINK || records->sources[s].no_duplicates)
            all -= within[s] * (within[s] - 1) / 2;
    return all;
}

bool records_all_meet(const struct link_records *records)
{
    for (size_t s = 0; s < records->source_count; s++)
        if (records->sources[s].no_duplicates)
            return false;
    return records->spec->type != LINK_LINK;
}

bool records_may_meet(const struct link_records *records, uint32_t a, uint32_t b)
{
    if (records->source_of[a] != records->source_of[b])
        return true;
    return records->spec->type != LINK_LINK && !records->sources[records->source_of[a]].no_duplicates;
}

uint64_t *link_records_codes(const struct link_records *records, size_t column, struct arena *arena)
{
    must(records->prepared && column < records->spec->column_count);
    uint64_t *codes = arena_array(arena, uint64_t, (size_t)records->count + 1);
    for (uint32_t r = 0; r < records->count; r++)
        codes[r] = record_code(records, r, column);
    return codes;
}

const uint64_t *link_records_keys(const struct link_records *records)
{
    must(records->prepared);
    return records->keys;
}
