/* prepare.c: plain codes and features, each made once for each distinct text.
 *
 * The canonical key of a record is 40 bits of a hash of its plain values and its source's name, then 24 bits of a hash
 * of its id: so ties break by content first, and the order of adding plays no part anywhere. */
#include "link/prepare.h"

#include "base/hash.h"
#include "link/model.h"
#include "link/threads.h"

enum { SOME = 64 }; /* texts at a time: what they need of memory is called for together */

void *prepare_grown(struct arena *arena, void *array, size_t wanted, size_t *capacity, size_t size)
{
    size_t room = *capacity;
    while (room < wanted)
        room += room < 1u << 20 ? room + 8 : room / 4;
    array = arena_regrow(arena, array, *capacity * size, room * size);
    *capacity = room;
    return array;
}

/* Words are asked for by comparisons and guards alone: a given name that is compared as part of a whole one has none.
 */
static bool has_tokens(const struct link_spec *spec, size_t c)
{
    enum link_kind kind = spec->columns[c].kind;
    return (kind <= LINK_FULL_NAME || kind == LINK_ADDRESS || kind == LINK_PLACE || kind == LINK_TEXT) &&
           (model_uses_values(spec, c) || model_uses_tokens(spec, c));
}

/* ---- Plain codes ---- */

/* Many texts are plain as they are written: they are hashed and kept already. */
static struct dictionary_word plain_word(const struct link_records *records, size_t c, size_t code,
                                         struct arena *scratch)
{
    const struct dictionary *raw = &records->columns[c].raw;
    struct slice text = raw->texts[code];
    struct slice plain = plain_form(records->spec->columns[c].kind, records->spec->date_order, text, scratch);
    if (slice_equal(plain, text))
        return (struct dictionary_word){.text = text, .hash = raw->hashes[code], .stays = true};
    return (struct dictionary_word){.text = plain, .hash = dictionary_hash(plain)};
}

/* Of the raw texts of a column of the files; of those that are new. */
static void code_plain(struct link_records *records, size_t c, struct arena *scratch)
{
    struct column *column = &records->columns[c];
    struct dictionary_word words[SOME];
    RESERVE(column->arena, column->plain_of, column->plain_of_capacity, column->raw.count);
    dictionary_reserve(&column->plain, column->raw.count - column->plain_of_count);
    while (column->plain_of_count < column->raw.count) {
        size_t left = column->raw.count - column->plain_of_count, some = left < SOME ? left : SOME;
        for (size_t i = 0; i < some; i++)
            words[i] = plain_word(records, c, column->plain_of_count + i, scratch);
        dictionary_add_words(&column->plain, words, some);
        for (size_t i = 0; i < some; i++) {
            GROW(column->arena, column->plain_of, column->plain_of_count, column->plain_of_capacity);
            column->plain_of[column->plain_of_count++] = words[i].code;
        }
        if (arena_used(scratch) > 1u << 16)
            arena_reset(scratch);
    }
}

/* ---- Features ---- */

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

static struct value value_features(const struct column *column, enum link_kind kind, size_t code)
{
    struct value value = {.text = column->plain.texts[code], .order = (uint32_t)(column->plain.hashes[code] >> 32)};
    if (kind == LINK_POSTCODE)
        plain_postcode(value.text, &value);
    if (kind == LINK_DATE)
        date_features(&value);
    return value;
}

/* The tokens of some values, which are parts of their texts; a text of one token is hashed already. */
static void add_tokens(struct column *column, size_t from, size_t some)
{
    struct dictionary_word words[SOME * LINK_TOKENS_MAX] UNINITIALIZED;
    size_t count = 0;
    must(column->token_id_count < UINT32_MAX - countof(words));
    for (size_t code = from; code < from + some; code++) {
        struct value *value = &column->values[code];
        struct slice rest = value->text, part;
        value->token_at = (uint32_t)(column->token_id_count + count);
        while (value->token_count < LINK_TOKENS_MAX && slice_cut(&rest, ' ', &part)) {
            bool whole = part.len == value->text.len;
            words[count++] = (struct dictionary_word){
                .text = part, .hash = whole ? column->plain.hashes[code] : dictionary_hash(part), .stays = true};
            value->token_count++;
        }
    }
    dictionary_add_words(&column->tokens, words, count);
    for (size_t i = 0; i < count; i++) {
        GROW(column->arena, column->token_ids, column->token_id_count, column->token_id_capacity);
        column->token_ids[column->token_id_count++] = words[i].code;
    }
}

static void make_values(struct column *column, enum link_kind kind, bool tokens, size_t count)
{
    RESERVE(column->arena, column->values, column->value_capacity, count);
    while (column->value_count < count) {
        size_t from = column->value_count, left = count - from, some = left < SOME ? left : SOME;
        for (size_t i = 0; i < some; i++) {
            GROW(column->arena, column->values, column->value_count, column->value_capacity);
            size_t code = column->value_count++;
            column->values[code] = code ? value_features(column, kind, code) : (struct value){0};
        }
        if (tokens)
            add_tokens(column, from, some);
    }
}

void prepare_features(struct link_records *records, size_t c, size_t count)
{
    struct column *column = &records->columns[c];
    enum link_kind kind = records->spec->columns[c].kind;
    make_values(column, kind, has_tokens(records->spec, c), count);
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

/* ---- Rows ---- */

void prepare_room(struct link_records *records)
{
    size_t codes = (size_t)records->count * records->spec->column_count + 1, keys = (size_t)records->count + 1;
    RESERVE(records->arena, records->plain, records->plain_capacity, codes);
    RESERVE(records->arena, records->keys, records->key_capacity, keys);
    if (codes > records->plain_capacity)
        records->plain =
            prepare_grown(records->arena, records->plain, codes, &records->plain_capacity, sizeof *records->plain);
    if (keys > records->key_capacity)
        records->keys =
            prepare_grown(records->arena, records->keys, keys, &records->key_capacity, sizeof *records->keys);
}

enum { ROWS_CHUNK = 1 << 14 };

struct prepare_work {
    struct link_records *records;
    size_t columns[LINK_COLUMNS_MAX]; /* of the files, those of most texts first */
    struct arena *scratch[LINK_THREADS_MAX];
};

static void prepare_column(void *context, size_t place, unsigned thread)
{
    struct prepare_work *work = context;
    size_t column = work->columns[place];
    dictionary_end_search(&work->records->columns[column].raw);
    code_plain(work->records, column, work->scratch[thread]);
    dictionary_close(&work->records->columns[column].raw);
    prepare_features(work->records, column, work->records->columns[column].plain.count);
    arena_reset(work->scratch[thread]);
}

/* Column by column, so that no record waits for the memory that another one needs. */
static void prepare_some(struct link_records *records, uint32_t from, uint32_t some)
{
    size_t inputs = records->spec->input_count, columns = records->spec->column_count;
    uint64_t content[SOME] UNINITIALIZED;
    for (uint32_t i = 0; i < some; i++)
        content[i] = records->sources[records->source_of[from + i]].key;
    for (size_t c = 0; c < inputs; c++) {
        const struct column *column = &records->columns[c];
        uint32_t *codes = &records->plain[(size_t)from * columns + c];
        for (uint32_t i = 0; i < some && from + i < records->raw_count; i++)
            codes[i * columns] = column->plain_of[records->raw[(size_t)(from + i) * inputs + c]];
        for (uint32_t i = 0; i < some; i++)
            __builtin_prefetch(&column->plain.hashes[codes[i * columns]]);
        for (uint32_t i = 0; i < some; i++) {
            uint32_t code = codes[i * columns];
            content[i] = hash64_two(content[i], code ? column->plain.hashes[code] : c, 12);
        }
    }
    for (uint32_t i = 0; i < some; i++)
        records->keys[from + i] = (content[i] & ~0xffffffull) | (hash64(records->ids[from + i], 13) & 0xffffff);
}

static void prepare_rows(void *context, size_t chunk, unsigned thread)
{
    (void)thread;
    struct link_records *records = ((struct prepare_work *)context)->records;
    uint32_t from = records->prepared_count + (uint32_t)chunk * ROWS_CHUNK;
    uint32_t to = records->count - from > ROWS_CHUNK ? from + ROWS_CHUNK : records->count;
    for (uint32_t r = from; r < to; r += SOME)
        prepare_some(records, r, to - r < SOME ? to - r : SOME);
}

/* The column that takes longest is begun first. */
static void plan_columns(struct prepare_work *work)
{
    for (size_t c = 0; c < work->records->spec->input_count; c++) {
        size_t at = c;
        for (; at > 0 && work->records->columns[work->columns[at - 1]].raw.count < work->records->columns[c].raw.count;
             at--)
            work->columns[at] = work->columns[at - 1];
        work->columns[at] = c;
    }
}

bool prepare_new(struct link_records *records, const struct link_options *options, struct error *err)
{
    const struct link_spec *spec = records->spec;
    struct arena *scratch = arena_make(0);
    struct prepare_work work = {.records = records};
    for (unsigned t = 0; t < threads_count(options); t++)
        work.scratch[t] = arena_child(scratch);
    prepare_room(records);
    plan_columns(&work);
    size_t chunks = (records->count - records->prepared_count + ROWS_CHUNK - 1) / ROWS_CHUNK;
    bool done = threads_run(options, "coding", spec->input_count, prepare_column, &work, err) &&
                threads_run(options, "coding", chunks, prepare_rows, &work, err);
    arena_free(scratch);
    for (size_t c = spec->input_count; done && c < spec->column_count; c++)
        done = made_code(records, c, options, err);
    if (done)
        records->prepared_count = records->count;
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
    records->prepared = order_make(records, options, err);
    return records->prepared;
}
