/* frequency.c: how often each value and token stands in the training records.
 *
 * Only values of at least `keep` records are named in the model: rare addresses and identifiers would make it a copy of
 * the data. All others share one count: what a record with such a value sees on average, which is the count that makes
 * chance agreement come out right. */
#include "link/train.h"

#include "base/hash.h"

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
    frequencies->equal = n > 1 ? (squares + 1) / (n * (n - 1) + 1) : 1;
    frequencies->rest = rest > 0 ? rest_squares / rest : 1;
}

void frequency_count(const struct link_records *records, struct link_model *model)
{
    const struct link_spec *spec = records->spec;
    struct arena *scratch = arena_make(0);
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
            counts[code]++;
            filled += code != 0;
        }
        if (values)
            count_up(&column->plain, counts, spec->keep[c], filled, &model->values[c], model->arena);
        if (tokens) {
            uint32_t *token_counts = arena_array(scratch, uint32_t, column->tokens.count);
            for (size_t code = 1; code < column->plain.count; code++)
                for (unsigned t = 0; t < column->values[code].token_count; t++)
                    token_counts[column->token_ids[column->values[code].token_at + t]] += counts[code];
            count_up(&column->tokens, token_counts, 2, filled, &model->tokens[c], model->arena);
        }
        arena_reset(scratch);
    }
    arena_free(scratch);
}
