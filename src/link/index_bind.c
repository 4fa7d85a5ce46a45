/* index_bind.c: bits and counts of words, as comparer_bind gives them, for a table whose words still come and go.
 *
 * The arrays follow the dictionaries; pairs of learned words are asked of the model by their texts, as few words are in
 * any. */
#include "link/index_inside.h"

#include <math.h>

static double filled_of(const struct frequencies *frequencies)
{
    return frequencies->filled > 0 ? (double)frequencies->filled : 1;
}

static void bind_values(struct link_index *index, size_t c)
{
    const struct column *column = &index->records->columns[c];
    const struct frequencies *frequencies = &index->model->values[c];
    struct index_bound *bound = &index->bound[c];
    struct comparer *comparer = &index->comparer;
    bool guarded = comparer->spec->guard_count > 0;
    for (; bound->values < column->plain.count; bound->values++) {
        size_t capacity = bound->value_capacity;
        INDEX_GROW(index->arena, comparer->value_bits[c], bound->values, capacity);
        if (guarded)
            INDEX_GROW(index->arena, comparer->value_counts[c], bound->values, bound->value_capacity);
        bound->value_capacity = capacity;
        double count = model_count(frequencies, column->plain.texts[bound->values]);
        comparer->value_bits[c][bound->values] = (float)log2(filled_of(frequencies) / count);
        if (guarded)
            comparer->value_counts[c][bound->values] = count;
    }
}

static void bind_tokens(struct link_index *index, size_t c)
{
    const struct column *column = &index->records->columns[c];
    const struct frequencies *frequencies = &index->model->tokens[c];
    struct index_bound *bound = &index->bound[c];
    struct comparer *comparer = &index->comparer;
    for (; bound->tokens < column->tokens.count; bound->tokens++) {
        size_t capacity = bound->token_capacity;
        INDEX_GROW(index->arena, bound->bits_of_token, bound->tokens, capacity);
        INDEX_GROW(index->arena, comparer->in_company[c], bound->tokens, bound->token_capacity);
        struct slice text = column->tokens.texts[bound->tokens];
        bound->bits_of_token[bound->tokens] = (float)log2(filled_of(frequencies) / model_count(frequencies, text));
        comparer->in_company[c][bound->tokens] = dictionary_find(&bound->company, text) != 0;
    }
    for (; bound->places < column->token_id_count; bound->places++) {
        INDEX_GROW(index->arena, comparer->token_bits[c], bound->places, bound->place_capacity);
        comparer->token_bits[c][bound->places] = bound->bits_of_token[column->token_ids[bound->places]];
    }
}

/* The words of the model that keep company, by column. */
static void list_company(struct link_index *index)
{
    for (size_t c = 0; c < index->records->spec->column_count; c++)
        dictionary_start(&index->bound[c].company, index->arena);
    for (size_t i = 0; i < index->model->words.count; i++) {
        const struct word_pair *pair = &index->model->words.pairs[i];
        (void)dictionary_add(&index->bound[pair->column].company, pair->a);
        (void)dictionary_add(&index->bound[pair->column].company, pair->b);
    }
}

void index_bind_new(struct link_index *index)
{
    if (!index->bound[0].company.arena)
        list_company(index);
    for (size_t c = 0; c < index->records->spec->column_count; c++) {
        if (index->model->values[c].used)
            bind_values(index, c);
        if (index->model->tokens[c].used)
            bind_tokens(index, c);
    }
}

void index_bind_back(struct link_index *index)
{
    for (size_t c = 0; c < index->records->spec->column_count; c++) {
        const struct column *column = &index->records->columns[c];
        struct index_bound *bound = &index->bound[c];
        bound->values = bound->values < column->plain.count ? bound->values : column->plain.count;
        bound->tokens = bound->tokens < column->tokens.count ? bound->tokens : column->tokens.count;
        bound->places = bound->places < column->token_id_count ? bound->places : column->token_id_count;
    }
}
