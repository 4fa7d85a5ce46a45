/* compare.c: what a model knows of values, and the levels of two of them.
 *
 * A model names values by their text, records by their codes. A value is compared many times, so each is looked up once
 * and what is known of it put in arrays by code. */
#include "link/compare_inside.h"

#include "base/text.h"
#include "link/agree.h"
#include "link/threads.h"

#include <math.h>
#include <stdlib.h>

#define STEP(n)    ((double)(n) / COMPARE_STEPS)
#define FOUR(n)    STEP(n), STEP((n) + 1), STEP((n) + 2), STEP((n) + 3)
#define SIXTEEN(n) FOUR(n), FOUR((n) + 4), FOUR((n) + 8), FOUR((n) + 12)
#define EIGHTY(n)  SIXTEEN(n), SIXTEEN((n) + 16), SIXTEEN((n) + 32), SIXTEEN((n) + 48), SIXTEEN((n) + 64)
const double compare_bits_of_steps[256] = {EIGHTY(-128), EIGHTY(-48), EIGHTY(32), SIXTEEN(112)};

/* ---- What the model knows of values ---- */

void comparer_start(struct comparer *comparer, const struct link_records *records, const struct link_model *model)
{
    *comparer = (struct comparer){.records = records, .model = model, .spec = records->spec};
    for (size_t c = 0; c < comparer->spec->column_count; c++)
        if (model->values[c].used && model->values[c].equal > 0)
            comparer->average[c] = (float)-log2(model->values[c].equal);
    compare_guards_start(comparer);
}

static float bits_of_count(const struct frequencies *frequencies, double count)
{
    double filled = frequencies->filled > 0 ? (double)frequencies->filled : 1;
    return (float)log2(filled / count);
}

static float bits_of(const struct frequencies *frequencies, struct slice text)
{
    return bits_of_count(frequencies, model_count(frequencies, text));
}

/* One number for one pair, spread over all bits: codes are small, and the set goes by the lowest. */
static uint64_t code_pair(uint32_t a, uint32_t b)
{
    uint64_t pair = (a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a) * 0x9e3779b97f4a7c15ull;
    return pair ^ pair >> 32;
}

static void bind_company(struct comparer *comparer)
{
    for (size_t i = 0; i < comparer->model->words.count; i++) {
        const struct word_pair *pair = &comparer->model->words.pairs[i];
        const struct dictionary *tokens = &comparer->records->columns[pair->column].tokens;
        if (comparer->in_company[pair->column]) /* code 0 takes the words that no record holds */
            comparer->in_company[pair->column][dictionary_find(tokens, pair->a)] =
                comparer->in_company[pair->column][dictionary_find(tokens, pair->b)] = 1;
    }
}

static void mark_learned(struct comparer *comparer, size_t c)
{
    struct word *words = comparer->words[c];
    for (size_t place = 0; words && place < comparer->records->columns[c].token_id_count; place++)
        if (comparer->partners[c][words[place].token])
            words[place].letters |= WORD_LEARNED;
}

void comparer_bind_learned(struct comparer *comparer, struct arena *arena)
{
    const struct link_model *model = comparer->model;
    size_t most[LINK_COLUMNS_MAX][2] = {{0}};
    for (size_t i = 0; i < model->learned_count; i++)
        most[model->learned[i].column][model->learned[i].token]++;
    for (size_t c = 0; c < comparer->spec->column_count; c++) {
        if (most[c][0])
            key_set_start(&comparer->learned_values[c], most[c][0], arena);
        if (most[c][1]) {
            key_set_start(&comparer->learned_tokens[c], most[c][1], arena);
            comparer->partners[c] = arena_array(arena, uint64_t, comparer->records->columns[c].tokens.count);
        }
    }
    for (size_t i = 0; i < model->learned_count; i++) {
        const struct learned_pair *pair = &model->learned[i];
        const struct column *column = &comparer->records->columns[pair->column];
        const struct dictionary *texts = pair->token ? &column->tokens : &column->plain;
        uint32_t a = dictionary_find(texts, pair->a), b = dictionary_find(texts, pair->b);
        if (!a || !b)
            continue;
        key_set_add(pair->token ? &comparer->learned_tokens[pair->column] : &comparer->learned_values[pair->column],
                    code_pair(a, b));
        if (!pair->token)
            summary_mark_learned(comparer, pair->column, a, b);
        if (pair->token) {
            comparer->partners[pair->column][a] |= compare_partner(b);
            comparer->partners[pair->column][b] |= compare_partner(a);
        }
    }
    for (size_t c = 0; c < comparer->spec->column_count; c++)
        if (most[c][1])
            mark_learned(comparer, c);
}

static int8_t equal_steps(const struct comparer *comparer, size_t column, float bits)
{
    return compare_steps(compare_clamp(bits - comparer->average[column], -8, 8));
}

/* Each of a value's tokens can bring all its bits and no more. */
void comparer_bind_weights(struct comparer *comparer, struct arena *arena)
{
    for (size_t f = 0; f < comparer->spec->comparison_count; f++) {
        const struct link_comparison *comparison = &comparer->spec->comparisons[f];
        if (comparison->method != LINK_METHOD_TOKENS)
            continue;
        size_t c = comparison->columns[0];
        const struct column *column = &comparer->records->columns[c];
        struct bag_limits limits;
        compare_bag_limits(comparer->model->levels[f].weight, comparison->frequency, &limits);
        comparer->bag_most[f] = arena_array(arena, float, column->plain.count);
        for (size_t code = 1; code < column->plain.count; code++) {
            const struct value *value = &column->values[code];
            float bits = 0.2f; /* what is added to each against ties, and the roundings */
            for (unsigned t = 0; t < value->token_count; t++)
                bits += compare_clamp(comparer->words[c][value->token_at + t].bits, 0, 100);
            comparer->bag_most[f][code] = compare_bag_most(&limits, bits) + 0.1f;
        }
    }
}

/* Texts of the records looked up, in order of their codes, among those that the model names. */
struct naming {
    const struct frequencies *frequencies;
    const struct dictionary *texts;
    bool counted; /* the model counted these very records: it named in the same order, and nothing else */
    uint32_t next;
};

/* The number under which the model names a text, 0 where it does not: most are told the same then. */
static uint32_t named(struct naming *naming, size_t code)
{
    const struct dictionary *names = &naming->frequencies->values, *texts = naming->texts;
    if (!naming->counted)
        return dictionary_find_hashed(names, texts->texts[code], texts->hashes[code]);
    uint32_t next = naming->next;
    if (next == names->count || names->hashes[next] != texts->hashes[code] ||
        !slice_equal(names->texts[next], texts->texts[code]))
        return 0;
    return naming->next++;
}

static void bind_values(struct comparer *comparer, size_t c, bool counted, struct arena *arena)
{
    const struct frequencies *frequencies = &comparer->model->values[c];
    const struct dictionary *plain = &comparer->records->columns[c].plain;
    float *bits = comparer->value_bits[c] = arena_array(arena, float, plain->count);
    int8_t *equal = comparer->equal_steps[c] = arena_array(arena, int8_t, plain->count);
    double *counts = comparer->value_counts[c] =
        comparer->spec->guard_count > 0 ? arena_array(arena, double, plain->count) : NULL;
    float rest_bits = bits_of_count(frequencies, frequencies->rest);
    int8_t rest_equal = equal_steps(comparer, c, rest_bits);
    struct naming naming = {frequencies, plain, counted, 1};
    for (size_t code = 1; code < plain->count; code++) {
        uint32_t name = named(&naming, code);
        double count = name ? frequencies->counts[name] : frequencies->rest;
        bits[code] = name ? bits_of_count(frequencies, count) : rest_bits;
        equal[code] = name ? equal_steps(comparer, c, bits[code]) : rest_equal;
        if (counts)
            counts[code] = count;
    }
}

static void bind_tokens(struct comparer *comparer, size_t c, bool counted, struct arena *arena)
{
    const struct frequencies *frequencies = &comparer->model->tokens[c];
    const struct column *column = &comparer->records->columns[c];
    struct arena *scratch = arena_make(0);
    struct word *words = arena_array(scratch, struct word, column->tokens.count);
    float rest_bits = bits_of_count(frequencies, frequencies->rest);
    struct naming naming = {frequencies, &column->tokens, counted, 1};
    for (uint32_t code = 1; code < column->tokens.count; code++) {
        uint32_t name = named(&naming, code);
        float bits = name ? bits_of_count(frequencies, frequencies->counts[name]) : rest_bits;
        words[code] = compare_word(comparer, c, code, bits);
    }
    comparer->words[c] = arena_array(arena, struct word, column->token_id_count + 1);
    for (size_t place = 0; place < column->token_id_count; place++)
        comparer->words[c][place] = words[column->token_ids[place]];
    arena_free(scratch);
}

struct binding {
    struct comparer *comparer;
    bool counted;
    struct arena *arenas[2 * LINK_COLUMNS_MAX]; /* by chunk */
};

/* Tokens of a column, or values. */
static void bind_some(void *context, size_t chunk, unsigned thread)
{
    (void)thread;
    const struct binding *binding = context;
    const struct link_model *model = binding->comparer->model;
    size_t c = chunk / 2;
    if (chunk % 2 == 0 && model->tokens[c].used)
        bind_tokens(binding->comparer, c, binding->counted, binding->arenas[chunk]);
    else if (chunk % 2 == 1 && model->values[c].used)
        bind_values(binding->comparer, c, binding->counted, binding->arenas[chunk]);
    if (chunk % 2 == 1)
        comparer_bind_summaries(binding->comparer, c, binding->arenas[chunk]);
}

void comparer_bind_values(struct comparer *comparer, bool counted, unsigned threads, struct arena *arena)
{
    const struct link_options quiet = {.threads = threads};
    size_t columns = comparer->spec->column_count;
    struct error err = NO_ERROR;
    struct binding binding = {.comparer = comparer, .counted = counted};
    for (size_t chunk = 0; chunk < 2 * columns; chunk++)
        binding.arenas[chunk] = arena_child(arena);
    for (size_t c = 0; c < columns; c++)
        if (comparer->model->tokens[c].used)
            comparer->in_company[c] = arena_array(arena, uint8_t, comparer->records->columns[c].tokens.count);
    bind_company(comparer);
    comparer_bind_plans(comparer, arena);
    must(threads_run(&quiet, "binding", 2 * columns, bind_some, &binding, &err));
    comparer->bound = true;
}

void comparer_bind(struct comparer *comparer, unsigned threads, struct arena *arena)
{
    comparer_bind_values(comparer, false, threads, arena);
    comparer_bind_learned(comparer, arena);
    comparer_bind_weights(comparer, arena);
}

float compare_value_bits(const struct comparer *comparer, size_t column, uint32_t code)
{
    if (comparer->value_bits[column])
        return comparer->value_bits[column][code];
    return bits_of(&comparer->model->values[column], comparer->records->columns[column].plain.texts[code]);
}

float compare_token_bits(const struct comparer *comparer, size_t column, size_t place)
{
    const struct column *store = &comparer->records->columns[column];
    if (comparer->words[column])
        return comparer->words[column][place].bits;
    if (comparer->token_bits[column])
        return comparer->token_bits[column][place];
    return bits_of(&comparer->model->tokens[column], store->tokens.texts[store->token_ids[place]]);
}

double compare_value_count(const struct comparer *comparer, size_t column, uint32_t code)
{
    if (comparer->value_counts[column])
        return comparer->value_counts[column][code];
    return model_count(&comparer->model->values[column], comparer->records->columns[column].plain.texts[code]);
}

bool compare_learned(const struct comparer *comparer, size_t column, bool token, uint32_t a, uint32_t b)
{
    if (comparer->model->learned_count == 0)
        return false;
    if (comparer->bound && token && !(comparer->partners[column] && comparer->partners[column][a] & compare_partner(b)))
        return false;
    if (comparer->bound)
        return key_set_has(token ? &comparer->learned_tokens[column] : &comparer->learned_values[column],
                           code_pair(a, b));
    const struct column *store = &comparer->records->columns[column];
    const struct slice *texts = token ? store->tokens.texts : store->plain.texts;
    return key_set_has(&comparer->model->learned_set, model_pair_key((uint16_t)column, token, texts[a], texts[b]));
}

static bool has_learned_tokens(const struct comparer *comparer, size_t column, const struct value *a,
                               const struct value *b)
{
    const uint32_t *tokens = comparer->records->columns[column].token_ids;
    const uint64_t *partners = comparer->partners[column];
    uint64_t others = 0;
    for (unsigned j = 0; j < b->token_count; j++)
        others |= compare_partner(tokens[b->token_at + j]);
    for (unsigned i = 0; i < a->token_count; i++)
        for (unsigned j = 0; partners[tokens[a->token_at + i]] & others && j < b->token_count; j++)
            if (compare_learned(comparer, column, true, tokens[a->token_at + i], tokens[b->token_at + j]))
                return true;
    return false;
}

bool compare_has_learned(const struct comparer *comparer, uint32_t a, uint32_t b)
{
    for (size_t c = 0; c < comparer->spec->column_count; c++) {
        const struct value *values = comparer->records->columns[c].values;
        uint32_t code_a = record_code(comparer->records, a, c), code_b = record_code(comparer->records, b, c);
        if (!code_a || !code_b || code_a == code_b)
            continue;
        if (comparer->learned_values[c].count && compare_learned(comparer, c, false, code_a, code_b))
            return true;
        if (comparer->partners[c] && has_learned_tokens(comparer, c, &values[code_a], &values[code_b]))
            return true;
    }
    return false;
}

/* ---- Levels ---- */

/* code_a and code_b are not missing, and in the column's order. */
static bool test_holds(const struct comparer *comparer, const struct link_level *level, uint32_t code_a,
                       uint32_t code_b)
{
    const struct column *column = &comparer->records->columns[level->column];
    const struct value *a = &column->values[code_a], *b = &column->values[code_b];
    switch (level->test) {
    case LINK_TEST_EQUAL:
        return code_a == code_b;
    case LINK_TEST_NICKNAME:
        return code_a == code_b || agree_nickname(column, a, b);
    case LINK_TEST_INITIAL:
        return agree_initial(a->text, b->text);
    case LINK_TEST_CONTAINS:
        return agree_contains(column, a, b);
    case LINK_TEST_EDITS:
        if (level->argument < 2)
            return similar_one_edit(a->text, b->text);
        return text_distance(a->text, b->text, (unsigned)level->argument) <= (unsigned)level->argument;
    case LINK_TEST_JARO:
        return code_a == code_b ||
               (similar_jaro_winkler(a->text, b->text) >= level->argument &&
                (comparer->spec->columns[level->column].kind != LINK_EMAIL || agree_digits(a->text, b->text)));
    case LINK_TEST_SWAPPED:
        if (comparer->spec->columns[level->column].kind != LINK_DATE)
            return agree_swapped_names(column, a, b);
        return agree_dates(level->test, level->argument, a, b);
    case LINK_TEST_SOUNDEX:
        return agree_soundex(a->text, b->text);
    case LINK_TEST_LEARNED:
        return compare_learned(comparer, level->column, false, code_a, code_b);
    case LINK_TEST_SECTOR:
        return agree_prefix(a->text, a->sector, b->text, b->sector);
    case LINK_TEST_DISTRICT:
        return agree_prefix(a->text, a->district, b->text, b->district);
    case LINK_TEST_AREA:
        return agree_prefix(a->text, a->area, b->text, b->area);
    case LINK_TEST_PREFIX: {
        struct slice first = text_first_letters(a->text, (size_t)level->argument);
        return first.len > 0 && slice_equal(first, text_first_letters(b->text, (size_t)level->argument));
    }
    case LINK_TEST_NEAR:
        return agree_near(a->text, b->text, level->argument);
    case LINK_TEST_LOCAL_PART: {
        size_t at_a = slice_find(a->text, '@'), at_b = slice_find(b->text, '@');
        return at_a > 2 && at_a == at_b && memcmp(a->text.at, b->text.at, at_a) == 0;
    }
    default:
        return agree_dates(level->test, level->argument, a, b);
    }
}

static float rarer_bits(const struct comparer *comparer, size_t column, uint32_t code_a, uint32_t code_b)
{
    float a = compare_value_bits(comparer, column, code_a), b = compare_value_bits(comparer, column, code_b);
    return a < b ? a : b;
}

/* Half of what full agreement would bring for spellings that are near, by the commoner of the two values. */
int8_t compare_level_frequency(const struct comparer *comparer, const struct link_level *level, uint32_t code_a,
                               uint32_t code_b)
{
    size_t column = level->column;
    float average = comparer->average[column];
    if (!comparer->model->values[column].used || comparer->model->values[column].equal <= 0)
        return 0;
    switch (level->test) {
    case LINK_TEST_EQUAL:
        return comparer->bound ? comparer->equal_steps[column][code_a]
                               : equal_steps(comparer, column, compare_value_bits(comparer, column, code_a));
    case LINK_TEST_DIGIT: /* dates that stand for a year have many neighbours, others few */
        return compare_steps(compare_clamp(rarer_bits(comparer, column, code_a, code_b) - average, -4, 6));
    case LINK_TEST_NICKNAME:
    case LINK_TEST_LEARNED:
    case LINK_TEST_CONTAINS:
    case LINK_TEST_EDITS:
    case LINK_TEST_JARO:
    case LINK_TEST_SOUNDEX:
        return compare_steps(compare_clamp((rarer_bits(comparer, column, code_a, code_b) - average) / 2, -3, 3));
    default:
        return 0;
    }
}

uint8_t compare_first_level(const struct comparer *comparer, const struct link_comparison *comparison, uint32_t a,
                            uint32_t b, int8_t *ret_frequency)
{
    bool any = false, in_order = true;
    uint32_t code_a = 0, code_b = 0;
    *ret_frequency = 0;
    for (unsigned l = 0; l < comparison->level_count; l++) {
        const struct link_level *level = &comparison->levels[l];
        if (l == 0 || level->column != comparison->levels[l - 1].column) {
            code_a = record_code(comparer->records, a, level->column);
            code_b = record_code(comparer->records, b, level->column);
            in_order = code_a == code_b;
        }
        if (!code_a || !code_b)
            continue;
        any = true;
        if (level->test == LINK_TEST_EQUAL && code_a != code_b)
            continue; /* their values need not be looked at */
        if (!in_order)
            column_order(&comparer->records->columns[level->column], &code_a, &code_b);
        in_order = true;
        if (test_holds(comparer, level, code_a, code_b)) {
            if (comparison->frequency)
                *ret_frequency = compare_level_frequency(comparer, level, code_a, code_b);
            return (uint8_t)(l + 1);
        }
    }
    return any ? (uint8_t)(comparison->level_count + 1) : 0;
}
