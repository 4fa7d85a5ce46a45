/* model_read.c: a model from its JSON. Whatever is not as model_write.c writes it is refused: half a model would link
 * wrongly without a sign of it. (Apart from the writing because jansson and base/json.h share names.) */
#include "link/model.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct model_reader {
    struct slice file;
    struct error *err;
    struct link_model *model;
};

static bool damaged(const struct model_reader *reader, const char *what)
{
    return error_set_at(reader->err, ERROR_INPUT, reader->file, 0, 0,
                        "the model is damaged: %s is missing or not what it should be; train it again", what);
}

static bool take_real(const struct model_reader *reader, const json_t *object, const char *key, double low, double high,
                      double *ret)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value) || !(json_number_value(value) >= low && json_number_value(value) <= high))
        return damaged(reader, key);
    *ret = json_number_value(value);
    return true;
}

static struct slice text_of(const json_t *value)
{
    return json_is_string(value) ? slice_from(json_string_value(value), json_string_length(value)) : NO_SLICE;
}

static bool read_frequencies(const struct model_reader *reader, const json_t *object, struct frequencies *frequencies,
                             bool wanted)
{
    struct arena *arena = reader->model->arena;
    dictionary_start(&frequencies->values, arena);
    frequencies->rest = 1;
    if (!wanted)
        return true;
    double filled = 0;
    if (!json_is_object(object))
        return damaged(reader, "a column's counts");
    if (!take_real(reader, object, "filled", 0, 1e15, &filled) ||
        !take_real(reader, object, "agree_by_chance", 0, 1, &frequencies->equal) ||
        !take_real(reader, object, "count_of_others", 1e-3, 1e15, &frequencies->rest))
        return false;
    frequencies->used = true;
    frequencies->filled = (uint64_t)filled;
    const json_t *counts = json_object_get(object, "counts");
    if (!json_is_array(counts))
        return damaged(reader, "counts");
    frequencies->counts = arena_array(arena, uint32_t, json_array_size(counts) + 1);
    for (size_t i = 0; i < json_array_size(counts); i++) {
        const json_t *pair = json_array_get(counts, i);
        struct slice text = text_of(json_array_get(pair, 0));
        json_int_t count = json_integer_value(json_array_get(pair, 1));
        if (slice_empty(text) || count < 1 || count > UINT32_MAX)
            return damaged(reader, "a count");
        uint32_t code = dictionary_add(&frequencies->values, text);
        if (code != i + 1)
            return damaged(reader, "a value that stands twice");
        frequencies->counts[code] = (uint32_t)count;
    }
    return true;
}

static bool read_columns(const struct model_reader *reader, const json_t *root)
{
    const json_t *list = json_object_get(root, "columns");
    const struct link_spec *spec = reader->model->spec;
    if (json_array_size(list) != spec->column_count)
        return damaged(reader, "columns");
    for (size_t c = 0; c < spec->column_count; c++) {
        const json_t *item = json_array_get(list, c);
        if (!slice_equal(text_of(json_object_get(item, "name")), spec->columns[c].name))
            return damaged(reader, "a column");
        if (!read_frequencies(reader, json_object_get(item, "values"), &reader->model->values[c],
                              model_uses_values(spec, c)) ||
            !read_frequencies(reader, json_object_get(item, "tokens"), &reader->model->tokens[c],
                              model_uses_tokens(spec, c)))
            return false;
    }
    return true;
}

static bool read_comparisons(const struct model_reader *reader, const json_t *root)
{
    const json_t *list = json_object_get(root, "comparisons");
    const struct link_spec *spec = reader->model->spec;
    if (json_array_size(list) != spec->comparison_count)
        return damaged(reader, "comparisons");
    for (size_t f = 0; f < spec->comparison_count; f++) {
        const json_t *levels = json_object_get(json_array_get(list, f), "levels");
        unsigned count = spec_level_count(spec, &spec->comparisons[f]);
        if (json_array_size(levels) != count)
            return damaged(reader, "levels");
        for (unsigned l = 1; l <= count; l++) {
            const json_t *level = json_array_get(levels, l - 1);
            if (!take_real(reader, level, "m", 1e-12, 1, &reader->model->levels[f].m[l]) ||
                !take_real(reader, level, "u", 1e-18, 1, &reader->model->levels[f].u[l]))
                return false;
            for (unsigned n = 0; n < LINK_NEAR; n++)
                if (reader->model->near[n] > 0 &&
                    !take_real(reader, level, near_words[n], 1e-18, 1, &reader->model->levels[f].r[n][l]))
                    return false;
        }
    }
    return true;
}

static bool read_learned(const struct model_reader *reader, const json_t *root)
{
    const json_t *list = json_object_get(root, "learned_pairs");
    struct link_model *model = reader->model;
    if (!json_is_array(list))
        return damaged(reader, "learned_pairs");
    model->learned = arena_array(model->arena, struct learned_pair, json_array_size(list) + 1);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        int column = link_spec_find(model->spec, text_of(json_array_get(item, 0)));
        struct slice a = text_of(json_array_get(item, 2)), b = text_of(json_array_get(item, 3));
        const json_t *token = json_array_get(item, 1), *bits = json_array_get(item, 4);
        if (column < 0 || slice_empty(a) || slice_empty(b) || !json_is_boolean(token) || !json_is_number(bits))
            return damaged(reader, "a learned pair");
        model->learned[model->learned_count++] =
            (struct learned_pair){(uint16_t)column, json_is_true(token), arena_copy(model->arena, a),
                                  arena_copy(model->arena, b), json_number_value(bits)};
    }
    return true;
}

static bool read_words(const struct model_reader *reader, const json_t *root)
{
    const json_t *list = json_object_get(root, "words_that_go_together");
    struct link_model *model = reader->model;
    if (!json_is_array(list))
        return damaged(reader, "words_that_go_together");
    model->words.pairs = arena_array(model->arena, struct word_pair, json_array_size(list) + 1);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i), *bits = json_array_get(item, 3);
        int column = link_spec_find(model->spec, text_of(json_array_get(item, 0)));
        struct slice a = text_of(json_array_get(item, 1)), b = text_of(json_array_get(item, 2));
        if (column < 0 || slice_empty(a) || slice_empty(b) || !json_is_number(bits))
            return damaged(reader, "a pair of words");
        model->words.pairs[model->words.count++] = (struct word_pair){
            (uint16_t)column, arena_copy(model->arena, a), arena_copy(model->arena, b), json_number_value(bits)};
    }
    return true;
}

static bool read_common(const struct model_reader *reader, const json_t *root)
{
    const json_t *list = json_object_get(root, "too_common_to_block_on");
    struct link_model *model = reader->model;
    if (json_array_size(list) != model->spec->rule_count)
        return damaged(reader, "too_common_to_block_on");
    for (size_t r = 0; r < model->spec->rule_count; r++) {
        const json_t *keys = json_object_get(json_array_get(list, r), "keys");
        if (!json_is_array(keys))
            return damaged(reader, "keys");
        model->common[r] = arena_array(model->arena, struct common_key, json_array_size(keys) + 1);
        for (size_t i = 0; i < json_array_size(keys); i++) {
            const json_t *item = json_array_get(keys, i);
            struct slice hex = text_of(json_array_get(item, 0));
            char *end = NULL, digits[17] = {0};
            if (hex.len != 16)
                return damaged(reader, "a key");
            memcpy(digits, hex.at, 16);
            uint64_t key = strtoull(digits, &end, 16);
            json_int_t records = json_integer_value(json_array_get(item, 2));
            if (*end || key == 0 || records < 0 || records > UINT32_MAX)
                return damaged(reader, "a key");
            model->common[r][model->common_count[r]++] =
                (struct common_key){key, arena_copy(model->arena, text_of(json_array_get(item, 1))), (uint32_t)records};
        }
    }
    return true;
}

static bool read_model(const struct model_reader *reader, const json_t *root)
{
    struct link_model *model = reader->model;
    double records = 0;
    if (!slice_equal(text_of(json_object_get(root, "what")), S("staithe linkage model")))
        return error_set_at(reader->err, ERROR_INPUT, reader->file, 0, 0, "this is no linkage model");
    json_int_t version = json_integer_value(json_object_get(root, "version"));
    if (version != LINK_MODEL_VERSION)
        return error_set_at(reader->err, ERROR_INPUT, reader->file, 0, 0,
                            "the model is of version %lld and this program reads version %d; train it again",
                            (long long)version, LINK_MODEL_VERSION);
    char digest[17];
    (void)snprintf(digest, sizeof digest, "%016" PRIx64, model->spec->digest);
    if (!slice_equal(text_of(json_object_get(root, "specification")), slice_of(digest)))
        return error_set_at(reader->err, ERROR_CONFLICT, reader->file, 0, 0,
                            "the model was trained under another specification than %.*s; train it again",
                            PRINT(model->spec->file));
    if (!take_real(reader, root, "records", 0, 1e15, &records) ||
        !take_real(reader, root, "universe", 1, 1e18, &model->universe) ||
        !take_real(reader, root, "share_of_matches", 1e-18, 0.999, &model->lambda) ||
        !take_real(reader, root, "join", -1000, 1000, &model->join) ||
        !take_real(reader, root, "review", -1000, 1000, &model->review) ||
        !take_real(reader, root, "floor", -1000, 1000, &model->floor))
        return false;
    model->records = (uint64_t)records;
    model->one_to_one =
        model->spec->one_to_one || (model->spec->one_to_one_open && json_is_true(json_object_get(root, "one_to_one")));
    for (unsigned n = 0; n < LINK_NEAR; n++)
        if (json_object_get(root, near_words[n]) &&
            !take_real(reader, root, near_words[n], 1e-18, 0.5, &model->near[n]))
            return false;
    return read_comparisons(reader, root) && read_learned(reader, root) && read_words(reader, root) &&
           read_columns(reader, root) && read_common(reader, root);
}

bool link_model_read(struct slice text, struct slice file, const struct link_spec *spec, struct arena *arena,
                     struct link_model **ret, struct error *err)
{
    json_error_t fault;
    json_t *root = json_loadb(text.at ? text.at : "", text.len, JSON_REJECT_DUPLICATES, &fault);
    if (!root)
        return error_set_at(err, ERROR_INPUT, file, fault.line > 0 ? (uint64_t)fault.line : 0,
                            fault.column > 0 ? (uint64_t)fault.column : 0, "the model is no JSON: %s", fault.text);
    struct link_model *model = arena_new(arena, struct link_model);
    model->spec = spec;
    model->arena = arena;
    struct model_reader reader = {file, err, model};
    bool done = read_model(&reader, root);
    json_decref(root);
    if (!done)
        return false;
    model_finish(model);
    *ret = model;
    return true;
}
