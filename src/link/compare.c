/* compare.c: levels, their frequencies, and the memo of value pairs.
 *
 * Values are worth comparing once for each pair of distinct values, not once for each pair of records. What is equal is
 * known from the codes; what is not is looked up in a direct-mapped memo for each comparison, by (code, code). */
#include "link/compare.h"

#include "base/text.h"
#include "link/agree.h"

#include <math.h>
#include <stdlib.h>

enum { MEMO_BITS = 14, WIDE_MEMO_BITS = 14, WIDE_COLUMNS = 4 };

/* Of comparisons that read several columns: all codes of both records, the lesser record's first. */
struct wide_slot {
    uint32_t codes[2 * WIDE_COLUMNS];
    uint8_t level;
    int8_t frequency;
    bool used;
};

struct memo {
    struct wide_slot *wide[LINK_FIELDS_MAX];
    uint64_t *fields[LINK_FIELDS_MAX], *inner[2 * LINK_FIELDS_MAX];
    struct token_memo *tokens[LINK_COLUMNS_MAX];
};

/* Nothing to remember where equality is all that is asked. */
static bool only_equality(const struct link_comparison *comparison)
{
    return comparison->method == LINK_METHOD_LEVELS && comparison->level_count == 1 &&
           comparison->levels[0].test == LINK_TEST_EQUAL;
}

static uint64_t *field_memo(const struct link_comparison *comparison, struct arena *arena)
{
    if (comparison->method == LINK_METHOD_JOINT || comparison->column_count > 1 || only_equality(comparison))
        return NULL;
    return arena_array(arena, uint64_t, 1u << MEMO_BITS);
}

struct memo *memo_make(const struct link_spec *spec, struct arena *arena)
{
    struct memo *memo = arena_alloc(arena, sizeof *memo, 1, 64);
    for (size_t f = 0; f < spec->comparison_count; f++) {
        const struct link_comparison *comparison = &spec->comparisons[f];
        memo->fields[f] = field_memo(comparison, arena);
        if (comparison->method == LINK_METHOD_LEVELS && comparison->column_count > 1)
            memo->wide[f] = arena_array(arena, struct wide_slot, 1u << WIDE_MEMO_BITS);
        if (comparison->method == LINK_METHOD_TOKENS && !memo->tokens[comparison->columns[0]])
            memo->tokens[comparison->columns[0]] = token_memo_make(arena);
    }
    for (size_t f = 0; f < spec->inner_count; f++)
        memo->inner[f] = field_memo(&spec->inner[f], arena);
    return memo;
}

/* ---- What the model knows of values ---- */

void comparer_start(struct comparer *comparer, const struct link_records *records, const struct link_model *model)
{
    *comparer = (struct comparer){.records = records, .model = model, .spec = records->spec};
    for (size_t c = 0; c < comparer->spec->column_count; c++)
        if (model->values[c].used && model->values[c].equal > 0)
            comparer->average[c] = (float)-log2(model->values[c].equal);
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
        if (pair->token) {
            comparer->partners[pair->column][a] |= compare_partner(b);
            comparer->partners[pair->column][b] |= compare_partner(a);
        }
    }
    for (size_t c = 0; c < comparer->spec->column_count; c++)
        if (most[c][1])
            mark_learned(comparer, c);
}

static int8_t steps(float bits)
{
    return (int8_t)lrintf(bits * COMPARE_STEPS);
}

static int8_t equal_steps(const struct comparer *comparer, size_t column, float bits)
{
    return steps(compare_clamp(bits - comparer->average[column], -8, 8));
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

/* The number under which the model names a text of the records, 0 where it does not: most are told the same then. */
static uint32_t named(const struct frequencies *frequencies, const struct dictionary *texts, size_t code)
{
    return dictionary_find_hashed(&frequencies->values, texts->texts[code], texts->hashes[code]);
}

static void bind_values(struct comparer *comparer, size_t c, struct arena *arena)
{
    const struct frequencies *frequencies = &comparer->model->values[c];
    const struct dictionary *plain = &comparer->records->columns[c].plain;
    float *bits = comparer->value_bits[c] = arena_array(arena, float, plain->count);
    int8_t *equal = comparer->equal_steps[c] = arena_array(arena, int8_t, plain->count);
    double *counts = comparer->value_counts[c] =
        comparer->spec->guard_count > 0 ? arena_array(arena, double, plain->count) : NULL;
    float rest_bits = bits_of_count(frequencies, frequencies->rest);
    int8_t rest_equal = equal_steps(comparer, c, rest_bits);
    for (size_t code = 1; code < plain->count; code++) {
        uint32_t name = named(frequencies, plain, code);
        double count = name ? frequencies->counts[name] : frequencies->rest;
        bits[code] = name ? bits_of_count(frequencies, count) : rest_bits;
        equal[code] = name ? equal_steps(comparer, c, bits[code]) : rest_equal;
        if (counts)
            counts[code] = count;
    }
}

static void bind_tokens(struct comparer *comparer, size_t c, struct arena *arena)
{
    const struct frequencies *frequencies = &comparer->model->tokens[c];
    const struct column *column = &comparer->records->columns[c];
    struct arena *scratch = arena_make(0);
    struct word *words = arena_array(scratch, struct word, column->tokens.count);
    float rest_bits = bits_of_count(frequencies, frequencies->rest);
    for (uint32_t code = 1; code < column->tokens.count; code++) {
        uint32_t name = named(frequencies, &column->tokens, code);
        float bits = name ? bits_of_count(frequencies, frequencies->counts[name]) : rest_bits;
        words[code] = compare_word(comparer, c, code, bits);
    }
    comparer->words[c] = arena_array(arena, struct word, column->token_id_count + 1);
    for (size_t place = 0; place < column->token_id_count; place++)
        comparer->words[c][place] = words[column->token_ids[place]];
    arena_free(scratch);
}

void comparer_bind_values(struct comparer *comparer, struct arena *arena)
{
    for (size_t c = 0; c < comparer->spec->column_count; c++) {
        if (comparer->model->values[c].used)
            bind_values(comparer, c, arena);
        if (comparer->model->tokens[c].used)
            comparer->in_company[c] = arena_array(arena, uint8_t, comparer->records->columns[c].tokens.count);
    }
    bind_company(comparer);
    for (size_t c = 0; c < comparer->spec->column_count; c++)
        if (comparer->model->tokens[c].used)
            bind_tokens(comparer, c, arena);
    comparer->bound = true;
}

void comparer_bind(struct comparer *comparer, struct arena *arena)
{
    comparer_bind_values(comparer, arena);
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
static int8_t level_frequency(const struct comparer *comparer, const struct link_level *level, uint32_t code_a,
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
        return steps(compare_clamp(rarer_bits(comparer, column, code_a, code_b) - average, -4, 6));
    case LINK_TEST_NICKNAME:
    case LINK_TEST_LEARNED:
    case LINK_TEST_CONTAINS:
    case LINK_TEST_EDITS:
    case LINK_TEST_JARO:
    case LINK_TEST_SOUNDEX:
        return steps(compare_clamp((rarer_bits(comparer, column, code_a, code_b) - average) / 2, -3, 3));
    default:
        return 0;
    }
}

/* The first level whose test holds. Level 0 when every column it reads is missing on one side or the other. */
static uint8_t first_level(const struct comparer *comparer, const struct link_comparison *comparison, uint32_t a,
                           uint32_t b, int8_t *ret_frequency)
{
    bool any = false;
    uint32_t code_a = 0, code_b = 0;
    *ret_frequency = 0;
    for (unsigned l = 0; l < comparison->level_count; l++) {
        const struct link_level *level = &comparison->levels[l];
        if (l == 0 || level->column != comparison->levels[l - 1].column) {
            code_a = record_code(comparer->records, a, level->column);
            code_b = record_code(comparer->records, b, level->column);
            if (code_a && code_b && code_a != code_b)
                column_order(&comparer->records->columns[level->column], &code_a, &code_b);
        }
        if (!code_a || !code_b)
            continue;
        any = true;
        if (test_holds(comparer, level, code_a, code_b)) {
            if (comparison->frequency)
                *ret_frequency = level_frequency(comparer, level, code_a, code_b);
            return (uint8_t)(l + 1);
        }
    }
    return any ? (uint8_t)(comparison->level_count + 1) : 0;
}

/* A field of a pair that has not been compared yet. */
enum { OPEN = 255 };

static bool reads_several(const struct link_comparison *comparison)
{
    return comparison->method == LINK_METHOD_LEVELS && comparison->column_count > 1;
}

/* What is equal at the first level is told by the codes alone; all else of the field stays open. */
static void settle_wide(const struct comparer *comparer, size_t f, const struct link_pair *pairs, size_t count,
                        struct compared *ret)
{
    const struct link_comparison *comparison = &comparer->spec->comparisons[f];
    const struct link_level *level = &comparison->levels[0];
    for (size_t i = 0; i < count; i++) {
        uint32_t code = record_code(comparer->records, pairs[i].a, level->column);
        bool equal =
            level->test == LINK_TEST_EQUAL && code && code == record_code(comparer->records, pairs[i].b, level->column);
        ret[i].level[f] = equal ? 1 : OPEN;
        ret[i].frequency[f] = equal && comparison->frequency ? level_frequency(comparer, level, code, code) : 0;
    }
}

/* Case notes and tenancies repeat a person's whole name and address, so the same two sets of codes come again and
 * again. */
struct wide_batch {
    uint32_t codes[COMPARE_BATCH][2 * WIDE_COLUMNS];
    uint32_t slot[COMPARE_BATCH];
    uint8_t of[COMPARE_BATCH]; /* place in the batch */
    size_t count;
};

static void look_up_wide(const struct comparer *comparer, const struct wide_slot *slots,
                         const struct link_comparison *comparison, struct link_pair pair, size_t at,
                         struct wide_batch *open)
{
    uint32_t codes[2][WIDE_COLUMNS] = {{0}}, *ordered = open->codes[open->count];
    for (unsigned c = 0; c < comparison->column_count; c++) {
        codes[0][c] = record_code(comparer->records, pair.a, comparison->columns[c]);
        codes[1][c] = record_code(comparer->records, pair.b, comparison->columns[c]);
    }
    bool turned = memcmp(codes[0], codes[1], sizeof codes[0]) > 0;
    memcpy(ordered, codes[turned], sizeof codes[0]);
    memcpy(ordered + WIDE_COLUMNS, codes[!turned], sizeof codes[0]);
    uint64_t key = 0;
    for (unsigned i = 0; i < 2 * WIDE_COLUMNS; i++)
        key = (key ^ ordered[i]) * 0x9e3779b97f4a7c15ull;
    open->of[open->count] = (uint8_t)at;
    open->slot[open->count] = (uint32_t)(key >> (64 - WIDE_MEMO_BITS));
    __builtin_prefetch(&slots[open->slot[open->count++]]);
}

/* What is open of a field that reads several columns. */
static void compare_wide(const struct comparer *comparer, const struct memo *memo, size_t f,
                         const struct link_pair *pairs, size_t count, struct compared *ret)
{
    const struct link_comparison *comparison = &comparer->spec->comparisons[f];
    UNINITIALIZED struct wide_batch open;
    must(comparison->column_count <= WIDE_COLUMNS);
    open.count = 0;
    for (size_t i = 0; i < count; i++) {
        if (ret[i].level[f] != OPEN)
            continue;
        if (memo)
            look_up_wide(comparer, memo->wide[f], comparison, pairs[i], i, &open);
        else
            ret[i].level[f] = first_level(comparer, comparison, pairs[i].a, pairs[i].b, &ret[i].frequency[f]);
    }
    for (size_t i = 0; i < open.count; i++) {
        struct wide_slot *slot = &memo->wide[f][open.slot[i]];
        size_t at = open.of[i];
        if (!slot->used || memcmp(slot->codes, open.codes[i], sizeof slot->codes) != 0) {
            slot->level = first_level(comparer, comparison, pairs[at].a, pairs[at].b, &slot->frequency);
            memcpy(slot->codes, open.codes[i], sizeof slot->codes);
            slot->used = true;
        }
        ret[at].level[f] = slot->level;
        ret[at].frequency[f] = slot->frequency;
    }
}

/* Of two different codes, neither missing. */
static uint8_t compare_values(const struct comparer *comparer, struct memo *memo,
                              const struct link_comparison *comparison, struct link_pair pair, uint32_t code_a,
                              uint32_t code_b, int8_t *ret_frequency)
{
    size_t column = comparison->columns[0];
    if (comparison->method == LINK_METHOD_LEVELS)
        return first_level(comparer, comparison, pair.a, pair.b, ret_frequency);
    struct bag bag =
        compare_bags(comparer, memo ? memo->tokens[column] : NULL, column, comparison->fuzzy, code_a, code_b);
    float bits;
    uint8_t level = compare_bag_level(bag, &bits);
    *ret_frequency = comparison->frequency ? steps(bits) : 0;
    return level;
}

/* One field of a batch of pairs, in rounds. The first settles what is missing or equal, which is most, from the codes
 * alone. The others go to the memo; what it does not know is compared last. Each round calls for the memory that the
 * next one wants, so that none waits for one place after another. */
struct field_batch {
    uint8_t level[COMPARE_BATCH];
    int8_t frequency[COMPARE_BATCH];
};

struct open_pairs {
    uint32_t a[COMPARE_BATCH], b[COMPARE_BATCH]; /* codes, the lesser first */
    uint64_t mixed[COMPARE_BATCH];               /* compare_mixed of them, where there is a memo */
    uint8_t of[COMPARE_BATCH];                   /* place in the batch */
    size_t count;
};

static void settle_plain(const struct comparer *comparer, const struct link_comparison *comparison,
                         const struct link_pair *pairs, size_t count, struct field_batch *batch,
                         struct open_pairs *open)
{
    size_t column = comparison->columns[0], columns = comparer->spec->column_count;
    const uint32_t *codes = comparer->records->plain + column;
    bool first = comparison->method == LINK_METHOD_LEVELS && comparison->levels[0].test == LINK_TEST_EQUAL;
    bool frequency = first && comparison->frequency && comparer->model->values[column].used &&
                     comparer->model->values[column].equal > 0;
    const int8_t *steps_of = frequency ? comparer->equal_steps[column] : NULL;
    bool settled = only_equality(comparison);
    open->count = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t a = codes[pairs[i].a * columns], b = codes[pairs[i].b * columns];
        bool missing = !a || !b, equal = a == b;
        batch->level[i] = missing ? 0 : equal ? 1 : 2;
        batch->frequency[i] = 0;
        if (missing || (equal && first)) {
            if (steps_of && !missing)
                batch->frequency[i] = steps_of[a];
            else if (frequency && !missing)
                batch->frequency[i] = level_frequency(comparer, &comparison->levels[0], a, b);
            continue;
        }
        open->a[open->count] = a < b ? a : b;
        open->b[open->count] = a < b ? b : a;
        open->of[open->count] = (uint8_t)i;
        open->count += !settled;
    }
}

/* A slot is one word. Of what two codes are mixed to, the highest bits are its number, and the others, which stand in
 * it with the level and the frequency, then tell the codes. At eight bytes a slot the memos of five fields stay in the
 * nearer caches. */
static uint64_t *slot_of(uint64_t *slots, uint64_t mixed)
{
    return &slots[mixed >> (64 - MEMO_BITS)];
}

static void remember(uint64_t *slots, uint64_t mixed, uint8_t level, int8_t frequency)
{
    *slot_of(slots, mixed) = mixed << MEMO_BITS | (uint64_t)level << 8 | (uint8_t)frequency;
}

/* What the memo knows is taken out of the open ones. */
static void settle_known(const struct column *column, uint64_t *slots, struct field_batch *batch,
                         struct open_pairs *open)
{
    size_t left = 0;
    for (size_t i = 0; i < open->count; i++) {
        open->mixed[i] = compare_mixed(open->a[i], open->b[i]);
        __builtin_prefetch(slot_of(slots, open->mixed[i]));
    }
    for (size_t i = 0; i < open->count; i++) {
        uint32_t a = open->a[i], b = open->b[i];
        uint64_t mixed = open->mixed[i], slot = *slot_of(slots, mixed);
        if (slot >> MEMO_BITS == (mixed & ~0ull >> MEMO_BITS)) {
            batch->level[open->of[i]] = slot >> 8 & 63;
            batch->frequency[open->of[i]] = (int8_t)(slot & 255);
            continue;
        }
        __builtin_prefetch(&column->values[a]);
        __builtin_prefetch(&column->values[b]);
        open->a[left] = a;
        open->b[left] = b;
        open->mixed[left] = mixed;
        open->of[left++] = open->of[i];
    }
    open->count = left;
}

/* What is compared next: the words of bags, the texts of others. */
static void fetch_next(const struct comparer *comparer, const struct link_comparison *comparison,
                       const struct open_pairs *open)
{
    size_t column = comparison->columns[0];
    const struct value *values = comparer->records->columns[column].values;
    const struct word *words = comparer->words[column];
    bool bags = comparison->method == LINK_METHOD_TOKENS && words;
    for (size_t i = 0; i < open->count; i++)
        for (unsigned side = 0; side < 2; side++) {
            const struct value *value = &values[side ? open->b[i] : open->a[i]];
            if (!bags) {
                __builtin_prefetch(value->text.at);
                continue;
            }
            __builtin_prefetch(&words[value->token_at]);
            if (value->token_count > 1)
                __builtin_prefetch(&words[value->token_at + value->token_count - 1u]);
        }
}

static void compare_field(const struct comparer *comparer, struct memo *memo, uint64_t *slots,
                          const struct link_comparison *comparison, const struct link_pair *pairs, size_t count,
                          struct field_batch *batch)
{
    if (comparison->column_count > 1) {
        for (size_t i = 0; i < count; i++)
            batch->level[i] = first_level(comparer, comparison, pairs[i].a, pairs[i].b, &batch->frequency[i]);
        return;
    }
    UNINITIALIZED struct open_pairs open;
    settle_plain(comparer, comparison, pairs, count, batch, &open);
    if (slots)
        settle_known(&comparer->records->columns[comparison->columns[0]], slots, batch, &open);
    fetch_next(comparer, comparison, &open);
    for (size_t i = 0; i < open.count; i++) {
        uint32_t a = open.a[i], b = open.b[i];
        size_t at = open.of[i];
        batch->level[at] = compare_values(comparer, memo, comparison, pairs[at], a, b, &batch->frequency[at]);
        if (slots)
            remember(slots, open.mixed[i], batch->level[at], batch->frequency[at]);
    }
}

/* The two parts depend on each other, so only one of their frequencies may speak: the first's, where it agrees. */
static void compare_joint(const struct comparer *comparer, struct memo *memo, const struct link_comparison *joint,
                          const struct link_pair *pairs, size_t count, struct field_batch *batch)
{
    const struct link_spec *spec = comparer->spec;
    UNINITIALIZED struct field_batch second;
    unsigned levels = spec_level_count(spec, &spec->inner[joint->second]) + 1;
    compare_field(comparer, memo, memo ? memo->inner[joint->first] : NULL, &spec->inner[joint->first], pairs, count,
                  batch);
    compare_field(comparer, memo, memo ? memo->inner[joint->second] : NULL, &spec->inner[joint->second], pairs, count,
                  &second);
    for (size_t i = 0; i < count; i++) {
        if (batch->level[i] != 1)
            batch->frequency[i] = second.frequency[i];
        batch->level[i] = (uint8_t)(batch->level[i] * levels + second.level[i]);
    }
}

void compare_one(const struct comparer *comparer, struct memo *memo, size_t f, const struct link_pair *pairs,
                 size_t count, struct compared *ret)
{
    const struct link_comparison *comparison = &comparer->spec->comparisons[f];
    UNINITIALIZED struct field_batch batch;
    if (reads_several(comparison)) {
        settle_wide(comparer, f, pairs, count, ret);
        compare_wide(comparer, memo, f, pairs, count, ret);
        return;
    }
    if (comparison->method == LINK_METHOD_JOINT)
        compare_joint(comparer, memo, comparison, pairs, count, &batch);
    else
        compare_field(comparer, memo, memo ? memo->fields[f] : NULL, comparison, pairs, count, &batch);
    for (size_t i = 0; i < count; i++) {
        ret[i].level[f] = batch.level[i];
        ret[i].frequency[f] = batch.frequency[i];
    }
}

void compare_batch(const struct comparer *comparer, struct memo *memo, const struct link_pair *pairs, size_t count,
                   struct compared *ret)
{
    must(count <= COMPARE_BATCH);
    for (size_t f = 0; f < comparer->spec->comparison_count; f++)
        compare_one(comparer, memo, f, pairs, count, ret);
}

static float bag_most(const struct comparer *comparer, size_t f, struct link_pair pair)
{
    size_t column = comparer->spec->comparisons[f].columns[0];
    uint32_t a = record_code(comparer->records, pair.a, column), b = record_code(comparer->records, pair.b, column);
    if (!a || !b)
        return 0;
    float most_a = comparer->bag_most[f][a], most_b = comparer->bag_most[f][b];
    return most_a < most_b ? most_a : most_b;
}

/* The most that a level's frequency adds (level_frequency). */
static double most_frequency(const struct link_level *level)
{
    return level->test == LINK_TEST_EQUAL ? 8 : level->test == LINK_TEST_DIGIT ? 6 : 3;
}

/* The most that a field which reads several columns brings where its first level does not hold. */
static double most_of(const struct comparer *comparer, size_t f)
{
    const struct link_comparison *comparison = &comparer->spec->comparisons[f];
    const double *weight = comparer->model->levels[f].weight;
    double most = fmax(weight[0], weight[comparison->level_count + 1]);
    for (size_t l = comparison->levels[0].test == LINK_TEST_EQUAL; l < comparison->level_count; l++)
        most = fmax(most, weight[l + 1] + (comparison->frequency ? most_frequency(&comparison->levels[l]) : 0));
    return most;
}

void compare_above_start(struct compare_above *above, const struct comparer *comparer, double floor, bool rules)
{
    *above = (struct compare_above){.floor = floor, .rules = rules};
    for (size_t f = 0; f < comparer->spec->comparison_count; f++)
        if (reads_several(&comparer->spec->comparisons[f])) {
            above->most[f] = most_of(comparer, f);
            above->any = true;
        }
}

/* Those pairs that may reach the floor yet, or that a rule may join, to the front. */
static size_t keep_above(const struct comparer *comparer, const struct compare_above *above, struct link_pair *pairs,
                         size_t count, struct compared *ret)
{
    size_t fields = comparer->spec->comparison_count, kept = 0;
    for (size_t i = 0; i < count; i++) {
        double most = comparer->model->prior;
        for (size_t f = 0; f < fields; f++)
            if (ret[i].level[f] != OPEN)
                most += comparer->model->levels[f].weight[ret[i].level[f]] + compare_frequency(ret[i].frequency[f]);
            else
                most += comparer->bag_most[f] ? (double)bag_most(comparer, f, pairs[i]) : above->most[f];
        if ((float)most < (float)above->floor && /* as weights are kept */
            !(above->rules && compare_rule_possible(comparer, pairs[i].a, pairs[i].b)))
            continue;
        pairs[kept] = pairs[i];
        ret[kept++] = ret[i];
    }
    return kept;
}

static void leave_open(size_t f, size_t count, struct compared *ret)
{
    for (size_t i = 0; i < count; i++)
        ret[i].level[f] = OPEN;
}

size_t compare_batch_above(const struct comparer *comparer, struct memo *memo, const struct compare_above *above,
                           struct link_pair *pairs, size_t count, struct compared *ret)
{
    must(count <= COMPARE_BATCH);
    size_t fields = comparer->spec->comparison_count;
    for (size_t f = 0; f < fields; f++) {
        if (comparer->bag_most[f])
            leave_open(f, count, ret);
        else if (reads_several(&comparer->spec->comparisons[f]))
            settle_wide(comparer, f, pairs, count, ret);
        else
            compare_one(comparer, memo, f, pairs, count, ret);
    }
    if (above->any)
        count = keep_above(comparer, above, pairs, count, ret);
    for (size_t f = 0; f < fields; f++)
        if (reads_several(&comparer->spec->comparisons[f]))
            compare_wide(comparer, memo, f, pairs, count, ret);
    for (size_t f = 0; f < fields; f++)
        if (comparer->bag_most[f]) {
            count = keep_above(comparer, above, pairs, count, ret);
            compare_one(comparer, memo, f, pairs, count, ret);
        }
    return count;
}

void compare_records(const struct comparer *comparer, struct memo *memo, uint32_t a, uint32_t b, struct compared *ret)
{
    compare_batch(comparer, memo, &(struct link_pair){a, b}, 1, ret);
}
