/* model_write.c: a model as readable JSON.
 *
 * Written in a fixed order, so that one model is one text: its columns in the specification's order, values in byte
 * order, keys by number. Numbers are written so that they read back the same. Weights are not written: they follow from
 * m and u. */
#include "link/model.h"

#include "base/json.h"

#include <inttypes.h>

struct named_count {
    struct slice text;
    uint32_t count;
};

static int compare_named(const void *a, const void *b)
{
    return slice_compare(((const struct named_count *)a)->text, ((const struct named_count *)b)->text);
}

static void write_frequencies(struct json *json, const char *key, const struct frequencies *frequencies,
                              struct arena *arena)
{
    if (!frequencies->used)
        return;
    size_t count = frequencies->values.count - 1;
    struct named_count *named = arena_array(arena, struct named_count, count + 1);
    for (size_t i = 0; i < count; i++)
        named[i] = (struct named_count){frequencies->values.texts[i + 1], frequencies->counts[i + 1]};
    array_sort(named, count, sizeof *named, compare_named);
    json_key(json, key);
    json_object(json);
    json_pair_integer(json, "filled", (int64_t)frequencies->filled);
    json_pair_real(json, "agree_by_chance", frequencies->equal);
    json_pair_real(json, "count_of_others", frequencies->rest);
    json_key(json, "counts");
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        json_array(json);
        json_text(json, named[i].text);
        json_integer(json, named[i].count);
        json_end(json);
    }
    json_end(json);
    json_end(json);
}

static void write_comparisons(struct json *json, const struct link_model *model, struct arena *arena)
{
    json_key(json, "comparisons");
    json_array(json);
    for (size_t f = 0; f < model->spec->comparison_count; f++) {
        const struct link_comparison *comparison = &model->spec->comparisons[f];
        json_object(json);
        json_pair_text(json, "name", comparison->name);
        json_key(json, "levels");
        json_array(json);
        for (unsigned l = 1; l <= spec_level_count(model->spec, comparison); l++) {
            json_object(json);
            json_pair_text(json, "level", spec_level_words(model->spec, comparison, l, arena));
            json_pair_real(json, "m", model->levels[f].m[l]);
            json_pair_real(json, "u", model->levels[f].u[l]);
            for (unsigned n = 0; n < LINK_NEAR; n++)
                if (model->near[n] > 0)
                    json_pair_real(json, near_words[n], model->levels[f].r[n][l]);
            json_end(json);
        }
        json_end(json);
        json_end(json);
    }
    json_end(json);
}

static void write_common(struct json *json, const struct link_model *model, struct arena *arena)
{
    json_key(json, "too_common_to_block_on");
    json_array(json);
    for (size_t r = 0; r < model->spec->rule_count; r++) {
        json_object(json);
        json_pair_text(json, "rule", model->spec->rules[r].text);
        json_key(json, "keys");
        json_array(json);
        for (size_t i = 0; i < model->common_count[r]; i++) {
            json_array(json);
            json_text(json, arena_format(arena, "%016" PRIx64, model->common[r][i].key));
            json_text(json, model->common[r][i].text);
            json_integer(json, model->common[r][i].records);
            json_end(json);
        }
        json_end(json);
        json_end(json);
    }
    json_end(json);
}

struct slice link_model_write(const struct link_model *model, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    struct json json = json_to(&out);
    struct arena *scratch = arena_make(0);
    const struct link_spec *spec = model->spec;
    json_object(&json);
    json_pair_text(&json, "what", S("staithe linkage model"));
    json_pair_integer(&json, "version", LINK_MODEL_VERSION);
    json_pair_text(&json, "specification", arena_format(scratch, "%016" PRIx64, spec->digest));
    json_pair_integer(&json, "records", (int64_t)model->records);
    json_pair_real(&json, "universe", model->universe);
    json_pair_real(&json, "share_of_matches", model->lambda);
    for (unsigned n = 0; n < LINK_NEAR; n++)
        if (model->near[n] > 0)
            json_pair_real(&json, near_words[n], model->near[n]);
    json_pair_real(&json, "join", model->join);
    json_pair_real(&json, "review", model->review);
    json_pair_real(&json, "floor", model->floor);
    if (spec->one_to_one_open)
        json_pair_bool(&json, "one_to_one", model->one_to_one);
    write_comparisons(&json, model, scratch);
    json_key(&json, "words_that_go_together");
    json_array(&json);
    for (size_t i = 0; i < model->words.count; i++) {
        const struct word_pair *pair = &model->words.pairs[i];
        json_array(&json);
        json_text(&json, spec->columns[pair->column].name);
        json_text(&json, pair->a);
        json_text(&json, pair->b);
        json_real(&json, pair->bits);
        json_end(&json);
    }
    json_end(&json);
    json_key(&json, "learned_pairs");
    json_array(&json);
    for (size_t i = 0; i < model->learned_count; i++) {
        const struct learned_pair *pair = &model->learned[i];
        json_array(&json);
        json_text(&json, spec->columns[pair->column].name);
        json_bool(&json, pair->token);
        json_text(&json, pair->a);
        json_text(&json, pair->b);
        json_real(&json, pair->bits);
        json_end(&json);
    }
    json_end(&json);
    json_key(&json, "columns");
    json_array(&json);
    for (size_t c = 0; c < spec->column_count; c++) {
        json_object(&json);
        json_pair_text(&json, "name", spec->columns[c].name);
        write_frequencies(&json, "values", &model->values[c], scratch);
        write_frequencies(&json, "tokens", &model->tokens[c], scratch);
        json_end(&json);
    }
    json_end(&json);
    write_common(&json, model, scratch);
    json_end(&json);
    buffer_add_byte(&out, '\n');
    arena_free(scratch);
    return buffer_slice(&out);
}
