/* frequency.c: how often each value and token stands in the training records.
 *
 * Only values of at least `keep` records are named in the model: rare addresses and identifiers would make it a copy of
 * the data. All others share one count: what a record with such a value sees on average, which is the count that makes
 * chance agreement come out right. */
#include "link/train.h"

#include "base/hash.h"

#include <math.h>

static void count_up(const struct dictionary *texts, const uint32_t *counts, uint32_t keep, uint64_t filled,
                     struct frequencies *frequencies, struct arena *arena)
{
    double squares = 0, rest_squares = 0, rest = 0;
    *frequencies = (struct frequencies){.used = true, .filled = filled};
    dictionary_start(&frequencies->values, arena);
    size_t named = 1;
    for (size_t code = 1; code < texts->count; code++)
        named += counts[code] >= keep;
    frequencies->counts = arena_array(arena, uint32_t, named + 1);
    for (size_t code = 1; code < texts->count; code++) {
        double count = counts[code];
        squares += count * (count - 1);
        if (counts[code] >= keep) {
            frequencies->counts[dictionary_add(&frequencies->values, texts->texts[code])] = counts[code];
        } else {
            rest += count;
            rest_squares += count * count;
        }
    }
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

/* Only common words: the parts of a rare name go together because they are one person's, which is what linking is
 * after. */
static void count_company(const struct link_records *records, size_t c, const uint32_t *counts,
                          const uint32_t *token_counts, uint64_t filled, struct link_model *model,
                          struct arena *scratch, size_t *capacity)
{
    const struct column *column = &records->columns[c];
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
        ARENA_GROW(model->arena, model->words.pairs, model->words.count, *capacity);
        model->words.pairs[model->words.count++] =
            (struct word_pair){(uint16_t)c, arena_copy(model->arena, order ? a : b),
                               arena_copy(model->arena, order ? b : a), round(bits * 1000) / 1000};
    }
}

void frequency_count(const struct link_records *records, struct link_model *model)
{
    const struct link_spec *spec = records->spec;
    struct arena *scratch = arena_make(0);
    size_t capacity = 0;
    for (size_t c = 0; c < spec->column_count; c++) {
        const struct column *column = &records->columns[c];
        dictionary_start(&model->values[c].values, model->arena);
        dictionary_start(&model->tokens[c].values, model->arena);
        model->values[c].rest = model->tokens[c].rest = 1;
        bool values = model_uses_values(spec, c), tokens = model_uses_tokens(spec, c);
        if (!values && !tokens)
            continue;
        uint32_t *counts = arena_array(scratch, uint32_t, column->plain.count);
        uint64_t filled = 0;
        for (uint32_t r = 0; r < records->count; r++) {
            uint32_t code = record_code(records, r, c);
            bool counts_here = !record_follows(records, r);
            counts[code] += counts_here;
            filled += code != 0 && counts_here;
        }
        if (values)
            count_up(&column->plain, counts, spec->keep[c], filled, &model->values[c], model->arena);
        if (tokens) {
            uint32_t *token_counts = arena_array(scratch, uint32_t, column->tokens.count);
            for (size_t code = 1; code < column->plain.count; code++)
                for (unsigned t = 0; t < column->values[code].token_count; t++)
                    token_counts[column->token_ids[column->values[code].token_at + t]] += counts[code];
            count_up(&column->tokens, token_counts, 2, filled, &model->tokens[c], model->arena);
            count_company(records, c, counts, token_counts, filled, model, scratch, &capacity);
        }
        arena_reset(scratch);
    }
    array_sort(model->words.pairs, model->words.count, sizeof *model->words.pairs, compare_word_pairs);
    arena_free(scratch);
}
