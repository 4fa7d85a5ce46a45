/* model.c: a model's parts that do not depend on records: frequencies, sets of keys, weights. */
#include "link/model.h"

#include "base/hash.h"

#include <math.h>

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

const char *const near_words[LINK_NEAR] = {"family", "neighbours"};

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

float model_word_bits(const struct link_model *model, uint16_t column, struct slice a, struct slice b)
{
    const struct word_pairs *words = &model->words;
    if (words->count == 0)
        return 0;
    uint64_t key = model_pair_key(column, true, a, b);
    for (size_t slot = key & (words->slot_count - 1); words->keys[slot]; slot = (slot + 1) & (words->slot_count - 1))
        if (words->keys[slot] == key)
            return words->bits[slot];
    return 0;
}

void model_index_words(struct link_model *model)
{
    struct word_pairs *words = &model->words;
    words->slot_count = 16;
    while (words->slot_count < words->count * 2 + 2)
        words->slot_count *= 2;
    words->keys = arena_array(model->arena, uint64_t, words->slot_count);
    words->bits = arena_array(model->arena, float, words->slot_count);
    for (size_t i = 0; i < words->count; i++) {
        uint64_t key = model_pair_key(words->pairs[i].column, true, words->pairs[i].a, words->pairs[i].b);
        size_t slot = key & (words->slot_count - 1);
        while (words->keys[slot])
            slot = (slot + 1) & (words->slot_count - 1);
        words->keys[slot] = key;
        words->bits[slot] = (float)words->pairs[i].bits;
    }
}

void model_finish(struct link_model *model)
{
    for (size_t f = 0; f < model->spec->comparison_count; f++) {
        unsigned count = spec_level_count(model->spec, &model->spec->comparisons[f]);
        struct levels *levels = &model->levels[f];
        levels->weight[0] = 0;
        for (unsigned l = 1; l <= count; l++)
            levels->weight[l] = fmax(-14, fmin(40, log2(levels->m[l] / levels->u[l])));
        for (unsigned n = 0; n < LINK_NEAR; n++)
            for (unsigned l = 1; l <= count && model->near[n] > 0; l++)
                levels->near[n][l] = fmax(-14, fmin(40, log2(levels->r[n][l] / levels->u[l])));
    }
    model->prior = log2(model->lambda / (1 - model->lambda));
    model->knows_near = false;
    for (unsigned n = 0; n < LINK_NEAR; n++)
        if (model->near[n] > 0) {
            model->near_prior[n] = log2(model->near[n] / (1 - model->near[n]));
            model->knows_near = true;
        }
    for (size_t r = 0; r < model->spec->rule_count; r++) {
        key_set_start(&model->common_sets[r], model->common_count[r], model->arena);
        for (size_t i = 0; i < model->common_count[r]; i++)
            key_set_add(&model->common_sets[r], model->common[r][i].key);
    }
    if (!model->words.keys)
        model_index_words(model);
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

bool link_model_one_to_one(const struct link_model *model)
{
    return model->one_to_one;
}

double link_model_floor(const struct link_model *model)
{
    return model->floor;
}
