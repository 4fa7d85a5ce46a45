/* frequency.c: how often each value and token stands in the training records.
 *
 * Only values of at least `keep` records are named in the model: rare addresses and identifiers would make it a copy of
 * the data. All others share one count: what a record with such a value sees on average, which is the count that makes
 * chance agreement come out right. Each column is counted on whichever thread is free. */
#include "link/train.h"

#include "base/hash.h"
#include "link/threads.h"

#include <math.h>

/* Those of `keep` records or more, in order of their codes. */
static void name_values(const struct dictionary *texts, const uint32_t *counts, uint32_t keep,
                        struct frequencies *frequencies)
{
    enum { SOME = 64 };
    struct dictionary_word words[SOME];
    uint32_t counts_of[SOME];
    size_t count = 0;
    for (size_t code = 1; code <= texts->count; code++) {
        if (code < texts->count && counts[code] >= keep) {
            counts_of[count] = counts[code];
            words[count++] = (struct dictionary_word){.text = texts->texts[code], .hash = texts->hashes[code]};
        }
        if (count < SOME && code < texts->count)
            continue;
        dictionary_add_words(&frequencies->values, words, count);
        for (size_t i = 0; i < count; i++)
            frequencies->counts[words[i].code] = counts_of[i];
        count = 0;
    }
}

static void count_up(const struct dictionary *texts, const uint32_t *counts, uint32_t keep, uint64_t filled,
                     struct frequencies *frequencies, struct arena *arena)
{
    double squares = 0, rest_squares = 0, rest = 0;
    *frequencies = (struct frequencies){.used = true, .filled = filled};
    dictionary_start(&frequencies->values, arena);
    size_t named = 0;
    for (size_t code = 1; code < texts->count; code++) {
        double count = counts[code];
        squares += count * (count - 1);
        named += counts[code] >= keep;
        rest += counts[code] >= keep ? 0 : count;
        rest_squares += counts[code] >= keep ? 0 : count * count;
    }
    frequencies->counts = arena_array(arena, uint32_t, named + 2);
    dictionary_reserve(&frequencies->values, named);
    name_values(texts, counts, keep, frequencies);
    double n = (double)filled;
    /* Records hold several tokens, so their squares may add up to more than one. */
    frequencies->equal = n > 1 ? fmin(1, (squares + 1) / (n * (n - 1) + 1)) : 1;
    frequencies->rest = rest > 0 ? rest_squares / rest : 1;
}

/* ---- Words that go together ---- */

struct company {
    uint32_t a, b; /* tokens, a < b; a 0: a free place */
    uint64_t count;
};

/* By both tokens, at most half full: only common words are in it, so it stays small however many values have them. */
struct company_table {
    struct arena *arena;
    struct company *places;
    size_t count, capacity;
};

static struct company *company_place(const struct company_table *table, uint32_t a, uint32_t b)
{
    const uint32_t both[2] = {a, b};
    size_t mask = table->capacity - 1, at = hash64(slice_from(both, sizeof both), 3) & mask;
    while (table->places[at].a && (table->places[at].a != a || table->places[at].b != b))
        at = (at + 1) & mask;
    return &table->places[at];
}

static void company_add(struct company_table *table, uint32_t a, uint32_t b, uint64_t count)
{
    if (2 * table->count >= table->capacity) {
        struct company_table wider = {.arena = table->arena, .capacity = table->capacity ? 2 * table->capacity : 1024};
        wider.places = arena_array(wider.arena, struct company, wider.capacity);
        for (size_t i = 0; i < table->capacity; i++)
            if (table->places[i].a)
                *company_place(&wider, table->places[i].a, table->places[i].b) = table->places[i];
        wider.count = table->count;
        *table = wider;
    }
    struct company *place = company_place(table, a, b);
    table->count += place->a == 0;
    *place = (struct company){a, b, place->count + count};
}

static int compare_word_pairs(const void *x, const void *y)
{
    const struct word_pair *p = x, *q = y;
    if (p->column != q->column)
        return p->column < q->column ? -1 : 1;
    int order = slice_compare(p->a, q->a);
    return order ? order : slice_compare(p->b, q->b);
}

struct counting {
    const struct link_records *records;
    struct link_model *model;
    struct column_count {
        struct arena *arena; /* of the model, for this column */
        struct word_pair *pairs;
        size_t pair_count, pair_capacity;
    } columns[LINK_COLUMNS_MAX];
    struct arena *scratch[LINK_THREADS_MAX];
};

/* Only common words: the parts of a rare name go together because they are one person's, which is what linking is
 * after. */
static void count_company(const struct counting *work, size_t c, const uint32_t *counts, const uint32_t *token_counts,
                          uint64_t filled, struct column_count *ret, struct arena *scratch)
{
    const struct column *column = &work->records->columns[c];
    uint32_t least = filled > 50000 ? (uint32_t)(filled / 500) : 100;
    struct company_table table = {.arena = scratch};
    for (size_t code = 1; code < column->plain.count; code++) {
        const struct value *value = &column->values[code];
        const uint32_t *ids = &column->token_ids[value->token_at];
        for (unsigned i = 0; i < value->token_count; i++)
            for (unsigned j = 0; j < i && token_counts[ids[i]] >= least; j++)
                if (token_counts[ids[j]] >= least && ids[i] != ids[j])
                    company_add(&table, ids[i] < ids[j] ? ids[i] : ids[j], ids[i] < ids[j] ? ids[j] : ids[i],
                                counts[code]);
    }
    for (size_t i = 0; i < table.capacity; i++) {
        const struct company *company = &table.places[i];
        if (company->count < least)
            continue;
        double bits = log2((double)company->count * (double)filled /
                           ((double)token_counts[company->a] * token_counts[company->b]));
        if (bits < 1.5)
            continue;
        struct slice a = column->tokens.texts[company->a], b = column->tokens.texts[company->b];
        bool order = slice_compare(a, b) <= 0;
        ARENA_GROW(ret->arena, ret->pairs, ret->pair_count, ret->pair_capacity);
        ret->pairs[ret->pair_count++] =
            (struct word_pair){(uint16_t)c, arena_copy(ret->arena, order ? a : b),
                               arena_copy(ret->arena, order ? b : a), round(bits * 1000) / 1000};
    }
}

/* By code; gives the number of records that have the column. */
static uint64_t count_values(const struct link_records *records, size_t c, uint32_t *counts)
{
    uint64_t filled = 0;
    for (uint32_t r = 0; r < records->count; r++) {
        uint32_t code = record_code(records, r, c);
        bool counts_here = !record_follows(records, r);
        counts[code] += counts_here;
        filled += code != 0 && counts_here;
    }
    return filled;
}

/* Columns that are made of others have the most values: the last are begun first. */
static void count_column(void *context, size_t chunk, unsigned thread)
{
    struct counting *work = context;
    const struct link_spec *spec = work->records->spec;
    size_t c = spec->column_count - 1 - chunk;
    const struct column *column = &work->records->columns[c];
    struct link_model *model = work->model;
    struct column_count *own = &work->columns[c];
    struct arena *scratch = work->scratch[thread];
    dictionary_start(&model->values[c].values, own->arena);
    dictionary_start(&model->tokens[c].values, own->arena);
    model->values[c].rest = model->tokens[c].rest = 1;
    bool values = model_uses_values(spec, c), tokens = model_uses_tokens(spec, c);
    if (!values && !tokens)
        return;
    uint32_t *counts = arena_array(scratch, uint32_t, column->plain.count);
    uint64_t filled = count_values(work->records, c, counts);
    if (values)
        count_up(&column->plain, counts, spec->keep[c], filled, &model->values[c], own->arena);
    if (tokens) {
        uint32_t *token_counts = arena_array(scratch, uint32_t, column->tokens.count);
        for (size_t code = 1; code < column->plain.count; code++)
            for (unsigned t = 0; t < column->values[code].token_count; t++)
                token_counts[column->token_ids[column->values[code].token_at + t]] += counts[code];
        count_up(&column->tokens, token_counts, 2, filled, &model->tokens[c], own->arena);
        count_company(work, c, counts, token_counts, filled, own, scratch);
    }
    arena_reset(scratch);
}

static void gather_words(const struct counting *work, struct link_model *model)
{
    size_t count = 0;
    for (size_t c = 0; c < work->records->spec->column_count; c++)
        count += work->columns[c].pair_count;
    model->words.pairs = arena_array(model->arena, struct word_pair, count + 1);
    for (size_t c = 0; c < work->records->spec->column_count; c++)
        for (size_t i = 0; i < work->columns[c].pair_count; i++)
            model->words.pairs[model->words.count++] = work->columns[c].pairs[i];
    array_sort(model->words.pairs, model->words.count, sizeof *model->words.pairs, compare_word_pairs);
}

bool frequency_count(const struct link_records *records, const struct link_options *options, struct link_model *model,
                     struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct counting work = {.records = records, .model = model};
    for (size_t c = 0; c < records->spec->column_count; c++)
        work.columns[c].arena = arena_child(model->arena);
    for (unsigned t = 0; t < threads_count(options); t++)
        work.scratch[t] = arena_child(scratch);
    bool done = threads_run(options, "counting", records->spec->column_count, count_column, &work, err);
    if (done)
        gather_words(&work, model);
    arena_free(scratch);
    return done;
}
