/* records.c: fills the table, codes it, and puts the records in an order of their own.
 *
 * The canonical key of a record is 40 bits of a hash of its plain values and its source's name, then 24 bits of a hash
 * of its id: so ties break by content first, and the order of adding plays no part anywhere. */
#include "link/records.h"

#include "base/hash.h"
#include "base/text.h"
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
    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < inputs; c++)
            records->raw[records->count * inputs + c] = codes[c * stride + i];
        add_row(records, source, ids[i]);
    }
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
        sum += arena_used(column->arena) + dictionary_memory(&column->raw) + dictionary_memory(&column->plain) +
               dictionary_memory(&column->tokens);
    }
    return sum + records->count * (sizeof *records->ids + sizeof *records->source_of) +
           (records->raw_on_disk ? 0 : records_raw_memory(records));
}

void records_forget_raw(struct link_records *records)
{
    uint64_t row = records->spec->input_count * sizeof *records->raw;
    records->raw = arena_let_go(records->arena, records->raw, records->raw_capacity * row);
    records->raw_count = 0;
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

/* ---- Preparing ---- */

/* Room for what is known to come first; what comes later doubles, from a million on it takes a quarter more. */
#define RESERVE(arena, array, capacity, wanted)                                                                        \
    ((capacity) ? (void)0                                                                                              \
                : (void)((array) = arena_regrow((arena), NULL, 0, (wanted) * sizeof *(array)), (capacity) = (wanted)))
#define GROW(arena, array, count, capacity)                                                                            \
    ((count) < (capacity) ? (void)0                                                                                    \
                          : (void)((array) = grown((arena), (array), (count) + 1, &(capacity), sizeof *(array))))

static void *grown(struct arena *arena, void *array, size_t wanted, size_t *capacity, size_t size)
{
    size_t room = *capacity;
    while (room < wanted)
        room += room < 1u << 20 ? room + 8 : room / 4;
    array = arena_regrow(arena, array, *capacity * size, room * size);
    *capacity = room;
    return array;
}

static bool has_tokens(enum link_kind kind)
{
    return kind <= LINK_FULL_NAME || kind == LINK_ADDRESS || kind == LINK_PLACE || kind == LINK_TEXT;
}

/* Plain codes of the raw texts of a column of the files; of those that are new. Most are plain as they are written. */
static void code_plain(struct link_records *records, size_t c, struct arena *scratch)
{
    struct column *column = &records->columns[c];
    RESERVE(column->arena, column->plain_of, column->plain_of_capacity, column->raw.count);
    dictionary_reserve(&column->plain, column->raw.count);
    while (column->plain_of_count < column->raw.count) {
        size_t code = column->plain_of_count;
        uint32_t plain_code = 0;
        if (code > 0) {
            struct slice raw = column->raw.texts[code];
            struct slice plain = plain_form(records->spec->columns[c].kind, records->spec->date_order, raw, scratch);
            plain_code =
                slice_equal(plain, raw) ? dictionary_keep(&column->plain, raw) : dictionary_add(&column->plain, plain);
        }
        GROW(column->arena, column->plain_of, column->plain_of_count, column->plain_of_capacity);
        column->plain_of[column->plain_of_count++] = plain_code;
        if (arena_used(scratch) > 1u << 20)
            arena_reset(scratch);
    }
}

/* A made column's text of a record, in `room` where two or more parts are joined. */
static struct slice made_text(const struct link_records *records, const struct link_made *made, uint32_t r,
                              struct arena *room)
{
    const uint32_t *row = &records->plain[r * records->spec->column_count];
    struct slice parts[6];
    size_t count = 0, length = 0;
    for (size_t p = 0; p < made->part_count; p++) {
        uint32_t code = row[made->parts[p]];
        if (code && !(made->either && count)) {
            parts[count] = records->columns[made->parts[p]].plain.texts[code];
            length += parts[count++].len + 1;
        }
    }
    if (count < 2)
        return count ? parts[0] : NO_SLICE;
    char *text = arena_alloc(room, 1, length, 1), *at = text;
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            *at++ = ' ';
        memcpy(at, parts[i].at, parts[i].len);
        at += parts[i].len;
    }
    return slice_from(text, length - 1);
}

static void code_made(struct link_records *records, size_t c, struct arena *scratch)
{
    enum { SOME = 256 };
    size_t columns = records->spec->column_count;
    struct slice texts[SOME];
    uint32_t codes[SOME];
    for (uint32_t from = records->prepared_count, some; from < records->count; from += some) {
        some = records->count - from < SOME ? records->count - from : SOME;
        for (uint32_t i = 0; i < some; i++)
            texts[i] = made_text(records, &records->spec->made[c], from + i, scratch);
        dictionary_add_all(&records->columns[c].plain, texts, some, codes);
        for (uint32_t i = 0; i < some; i++)
            records->plain[(from + i) * columns + c] = codes[i];
        if (arena_used(scratch) > 1u << 18)
            arena_reset(scratch);
    }
}

static struct token token_features(struct slice text)
{
    struct token token = {.text = text};
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c >= 'a' && c <= 'z')
            token.letters |= 1ull << (c - 'a');
        else if (c >= '0' && c <= '9') {
            token.letters |= 1ull << (26 + c - '0');
            token.digits = true;
        } else {
            token.letters |= 1ull << (36 + c % 28);
        }
    }
    return token;
}

static void date_features(struct value *value)
{
    unsigned number = 0;
    value->date = value->text.len == 8;
    for (size_t i = 0; i < value->text.len && value->date; i++) {
        char c = value->text.at[i];
        value->date = c >= '0' && c <= '9';
        number = number * 10 + (unsigned)(c - '0');
    }
    if (!value->date)
        return;
    value->year = (uint16_t)(number / 10000);
    value->month = (uint8_t)(number / 100 % 100);
    value->day = (uint8_t)(number % 100);
}

static struct value value_features(struct link_records *records, size_t c, size_t code)
{
    struct column *column = &records->columns[c];
    enum link_kind kind = records->spec->columns[c].kind;
    struct value value = {.text = column->plain.texts[code], .order = (uint32_t)(column->plain.hashes[code] >> 32)};
    if (kind == LINK_POSTCODE)
        plain_postcode(value.text, &value);
    if (kind == LINK_DATE)
        date_features(&value);
    if (!has_tokens(kind))
        return value;
    must(column->token_id_count < UINT32_MAX);
    value.token_at = (uint32_t)column->token_id_count;
    struct slice rest = value.text, part;
    while (value.token_count < LINK_TOKENS_MAX && slice_cut(&rest, ' ', &part)) {
        uint32_t token = dictionary_keep(&column->tokens, part); /* a part of the value's text */
        GROW(column->arena, column->token_ids, column->token_id_count, column->token_id_capacity);
        column->token_ids[column->token_id_count++] = token;
        value.token_count++;
    }
    return value;
}

/* Of values and tokens that are new. */
static void make_features(struct link_records *records, size_t c)
{
    struct column *column = &records->columns[c];
    enum link_kind kind = records->spec->columns[c].kind;
    RESERVE(column->arena, column->values, column->value_capacity, column->plain.count);
    while (column->value_count < column->plain.count) {
        GROW(column->arena, column->values, column->value_count, column->value_capacity);
        size_t code = column->value_count++;
        column->values[code] = code ? value_features(records, c, code) : (struct value){0};
    }
    RESERVE(column->arena, column->token_features, column->feature_capacity, column->tokens.count);
    while (column->feature_count < column->tokens.count) {
        GROW(column->arena, column->token_features, column->feature_count, column->feature_capacity);
        size_t code = column->feature_count++;
        struct token *token = &column->token_features[code];
        *token = code ? token_features(column->tokens.texts[code]) : (struct token){0};
        if (code && kind <= LINK_FULL_NAME)
            token->line_count = (uint8_t)nicknames_lines(records->nicknames, column->tokens.texts[code], token->lines);
        if (code && kind == LINK_GIVEN_NAME && token->line_count == 0 && records->spec->guard_count > 0)
            token->near_count = (uint8_t)nicknames_near(records->nicknames, column->tokens.texts[code], token->lines);
    }
}

/* ---- Canonical order ---- */

struct keyed_item {
    uint64_t key;
    uint32_t item;
};

static int compare_keyed(const void *a, const void *b)
{
    const struct keyed_item *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->item < y->item ? -1 : x->item > y->item;
}

enum { DIGIT_BITS = 11, DIGITS = 3 };

/* By the upper bits, which tell most keys apart, from the last of three digits to the first. */
static void sort_by_digits(struct keyed_item *items, struct keyed_item *other, size_t count)
{
    size_t at[1u << DIGIT_BITS];
    struct keyed_item *from = items, *to = other;
    for (unsigned digit = DIGITS; digit > 0; digit--) {
        unsigned shift = 64 - digit * DIGIT_BITS;
        size_t sum = 0;
        memset(at, 0, sizeof at);
        for (size_t i = 0; i < count; i++)
            at[from[i].key >> shift & (countof(at) - 1)]++;
        for (size_t d = 0; d < countof(at); d++) {
            size_t here = at[d];
            at[d] = sum;
            sum += here;
        }
        for (size_t i = 0; i < count; i++)
            to[at[from[i].key >> shift & (countof(at) - 1)]++] = from[i];
        struct keyed_item *swap = from;
        from = to;
        to = swap;
    }
    memcpy(items, other, count * sizeof *items); /* three digits: what is sorted lies in the other */
}

void records_sort_by_key(const uint64_t *keys, uint32_t *items, size_t count)
{
    struct arena *scratch = arena_make(0);
    struct keyed_item *keyed = arena_array(scratch, struct keyed_item, count + 1);
    for (size_t i = 0; i < count; i++)
        keyed[i] = (struct keyed_item){keys[items[i]], items[i]};
    if (count > 1u << DIGIT_BITS)
        sort_by_digits(keyed, arena_array(scratch, struct keyed_item, count + 1), count);
    else
        array_sort(keyed, count, sizeof *keyed, compare_keyed);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1;
             end < count && keyed[end].key >> (64 - DIGITS * DIGIT_BITS) == keyed[i].key >> (64 - DIGITS * DIGIT_BITS);
             end++)
            ;
        array_sort(keyed + i, end - i, sizeof *keyed, compare_keyed);
    }
    for (size_t i = 0; i < count; i++)
        items[i] = keyed[i].item;
    arena_free(scratch);
}

static uint64_t content_key(const struct link_records *records, uint32_t r)
{
    uint64_t content = records->sources[records->source_of[r]].key;
    for (size_t c = 0; c < records->spec->input_count; c++) {
        uint32_t code = record_code(records, r, c);
        uint64_t both[2] = {content, code ? records->columns[c].plain.hashes[code] : c};
        content = hash64(slice_from(both, sizeof both), 12);
    }
    return (content & ~0xffffffull) | (hash64(records->ids[r], 13) & 0xffffff);
}

static void order_records(struct link_records *records)
{
    records->order = arena_array(records->arena, uint32_t, (size_t)records->count + 1);
    for (uint32_t r = 0; r < records->count; r++)
        records->order[r] = r;
    records->order_count = records->count;
    records_sort_by_key(records->keys, records->order, records->count);
}

static void make_room(struct link_records *records)
{
    size_t wanted = (size_t)records->count * records->spec->column_count + 1;
    RESERVE(records->arena, records->plain, records->plain_capacity, wanted);
    if (wanted > records->plain_capacity)
        records->plain =
            grown(records->arena, records->plain, wanted, &records->plain_capacity, sizeof *records->plain);
}

static void make_key_room(struct link_records *records)
{
    size_t wanted = (size_t)records->count + 1;
    RESERVE(records->arena, records->keys, records->key_capacity, wanted);
    if (wanted > records->key_capacity)
        records->keys = grown(records->arena, records->keys, wanted, &records->key_capacity, sizeof *records->keys);
}

enum { ROWS_CHUNK = 1 << 14 };

struct prepare_work {
    struct link_records *records;
    struct arena *scratch[LINK_THREADS_MAX];
};

static void prepare_input(void *context, size_t column, unsigned thread)
{
    struct prepare_work *work = context;
    dictionary_close(&work->records->columns[column].raw);
    code_plain(work->records, column, work->scratch[thread]);
    make_features(work->records, column);
    arena_reset(work->scratch[thread]);
}

static void prepare_made(void *context, size_t made, unsigned thread)
{
    struct prepare_work *work = context;
    size_t column = work->records->spec->input_count + made;
    code_made(work->records, column, work->scratch[thread]);
    make_features(work->records, column);
    arena_reset(work->scratch[thread]);
}

static void prepare_rows(void *context, size_t chunk, unsigned thread)
{
    (void)thread;
    struct link_records *records = ((struct prepare_work *)context)->records;
    size_t inputs = records->spec->input_count, columns = records->spec->column_count;
    uint32_t from = records->prepared_count + (uint32_t)chunk * ROWS_CHUNK;
    uint32_t to = records->count - from > ROWS_CHUNK ? from + ROWS_CHUNK : records->count;
    for (uint32_t r = from; r < to && r < records->raw_count; r++)
        for (size_t c = 0; c < inputs; c++)
            records->plain[r * columns + c] = records->columns[c].plain_of[records->raw[r * inputs + c]];
    for (uint32_t r = from; r < to; r++)
        records->keys[r] = content_key(records, r);
}

/* Codes the records that are not coded yet: the columns of the files, then the rows, then the columns made of them. */
static bool prepare_new(struct link_records *records, const struct link_options *options, struct error *err)
{
    const struct link_spec *spec = records->spec;
    struct arena *scratch = arena_make(0);
    struct prepare_work work = {.records = records};
    for (unsigned t = 0; t < threads_count(options); t++)
        work.scratch[t] = arena_child(scratch);
    make_room(records);
    make_key_room(records);
    size_t chunks = (records->count - records->prepared_count + ROWS_CHUNK - 1) / ROWS_CHUNK;
    bool done = threads_run(options, "coding", spec->input_count, prepare_input, &work, err) &&
                threads_run(options, "coding", chunks, prepare_rows, &work, err) &&
                threads_run(options, "coding", spec->column_count - spec->input_count, prepare_made, &work, err);
    if (done)
        records->prepared_count = records->count;
    arena_free(scratch);
    return done;
}

bool records_finish(struct link_records *records, const struct link_options *options, struct error *err)
{
    if (!records->nicknames)
        records->nicknames = nicknames_make(records->arena);
    records->prepared = prepare_new(records, options, err);
    return records->prepared;
}

bool link_prepare(struct link_records *records, const struct link_options *options, struct error *err)
{
    if (records->prepared)
        return true;
    if (!records_finish(records, options, err))
        return false;
    order_records(records);
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
    enum { SOME = 256 };
    struct append_work *work = context;
    const struct link_spec *spec = work->records->spec;
    struct slice texts[SOME];
    uint32_t codes[SOME];
    for (size_t from = 0, some; from < work->count; from += some) {
        some = work->count - from < SOME ? work->count - from : SOME;
        for (size_t i = 0; i < some; i++)
            texts[i] = plain_form(spec->columns[c].kind, spec->date_order, slice_trim(work->rows[from + i].values[c]),
                                  work->scratch[thread]);
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
    make_room(records);
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
