/* model.c: a model's parts that do not depend on records: frequencies, sets of keys, weights; and its form as JSON.
 *
 * The JSON is written in a fixed order, so that one model is one text: its columns in the specification's order, values in byte order, keys by number. Numbers are
 * written so that they read back the same. Weights are not written: they follow from m and u. */
#include "link/model.h"

#include "base/hash.h"
#include "base/json.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>

void key_set_start(struct key_set *set, size_t most, struct arena *arena)
{
    size_t slots = 16;
    while (slots < most * 2 + 2)
        slots *= 2;
    *set = (struct key_set){arena_array(arena, uint64_t, slots), slots, 0};
}

void key_set_add(struct key_set *set, uint64_t key)
{
    must(key != 0 && set->count * 2 < set->slot_count);
    size_t slot = key & (set->slot_count - 1);
    while (set->slots[slot] && set->slots[slot] != key)
        slot = (slot + 1) & (set->slot_count - 1);
    set->count += set->slots[slot] != key;
    set->slots[slot] = key;
}

bool model_uses_values(const struct link_spec *spec, size_t column)
{
    for (size_t i = 0; i < spec->comparison_count + spec->inner_count; i++) {
        const struct link_comparison *comparison =
            i < spec->comparison_count ? &spec->comparisons[i] : &spec->inner[i - spec->comparison_count];
        if (comparison->method != LINK_METHOD_LEVELS)
            continue;
        for (size_t l = 0; l < comparison->level_count; l++)
            if (comparison->levels[l].column == column)
                return true;
    }
    for (size_t i = 0; i < spec->guard_count; i++) {
        const struct link_guard *guard = &spec->guards[i];
        for (size_t c = 0; c < (size_t)guard->when_count + guard->unless_count; c++) {
            const struct link_condition *condition =
                c < guard->when_count ? &guard->when[c] : &guard->unless[c - guard->when_count];
            if (condition->column == column)
                return true;
        }
    }
    return false;
}

bool model_uses_tokens(const struct link_spec *spec, size_t column)
{
    for (size_t i = 0; i < spec->comparison_count; i++)
        if (spec->comparisons[i].method == LINK_METHOD_TOKENS && spec->comparisons[i].columns[0] == column)
            return true;
    return false;
}

double model_count(const struct frequencies *frequencies, struct slice text)
{
    uint32_t code = dictionary_find(&frequencies->values, text);
    return code ? frequencies->counts[code] : frequencies->rest;
}

uint64_t model_pair_key(uint16_t column, bool token, struct slice a, struct slice b)
{
    if (slice_compare(a, b) > 0) {
        struct slice swap = a;
        a = b;
        b = swap;
    }
    uint64_t parts[3] = {hash64(a, 31), hash64(b, 32), (uint64_t)column * 2 + token};
    uint64_t key = hash64(slice_from(parts, sizeof parts), 33);
    return key ? key : 1;
}

void model_finish(struct link_model *model)
{
    for (size_t f = 0; f < model->spec->comparison_count; f++) {
        unsigned count = spec_level_count(model->spec, &model->spec->comparisons[f]);
        struct levels *levels = &model->levels[f];
        levels->weight[0] = 0;
        for (unsigned l = 1; l <= count; l++)
            levels->weight[l] = fmax(-14, fmin(40, log2(levels->m[l] / levels->u[l])));
    }
    model->prior = log2(model->lambda / (1 - model->lambda));
    for (size_t r = 0; r < model->spec->rule_count; r++) {
        key_set_start(&model->common_sets[r], model->common_count[r], model->arena);
        for (size_t i = 0; i < model->common_count[r]; i++)
            key_set_add(&model->common_sets[r], model->common[r][i].key);
    }
    key_set_start(&model->learned_set, model->learned_count, model->arena);
    for (size_t i = 0; i < model->learned_count; i++)
        key_set_add(&model->learned_set, model_pair_key(model->learned[i].column, model->learned[i].token,
                                                        model->learned[i].a, model->learned[i].b));
}

double link_model_join(const struct link_model *model)
{
    return model->join;
}

double link_model_review(const struct link_model *model)
{
    return model->review;
}

double link_model_floor(const struct link_model *model)
{
    return model->floor;
}

/* ---- Writing ---- */

struct named_count {
    struct slice text;
    uint32_t count;
};

static int compare_named(const void *a, const void *b)
{
    return slice_compare(((const struct named_count *)a)->text, ((const struct named_count *)b)->text);
}

static void write_frequencies(struct json *json, const char *key, const struct frequencies *frequencies, struct arena *arena)
{
    if (!frequencies->used)
        return;
    size_t count = frequencies->values.count - 1;
    struct named_count *named = arena_array(arena, struct named_count, count + 1);
    for (size_t i = 0; i < count; i++)
        named[i] = (struct named_count){frequencies->values.texts[i + 1], frequencies->counts[i + 1]};
    qsort(named, count, sizeof *named, compare_named);
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
    json_pair_real(&json, "join", model->join);
    json_pair_real(&json, "review", model->review);
    json_pair_real(&json, "floor", model->floor);
    write_comparisons(&json, model, scratch);
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

/* ---- Reading ---- */

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
        if (!read_frequencies(reader, json_object_get(item, "values"), &reader->model->values[c], model_uses_values(spec, c)) ||
            !read_frequencies(reader, json_object_get(item, "tokens"), &reader->model->tokens[c], model_uses_tokens(spec, c)))
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
    return read_comparisons(reader, root) && read_learned(reader, root) && read_columns(reader, root) &&
           read_common(reader, root);
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
