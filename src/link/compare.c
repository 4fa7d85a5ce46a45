/* compare.c: the tests of levels, bags of tokens, and the memo of value pairs.
 *
 * Names are worth comparing once for each pair of distinct values, not once for each pair of records: a direct-mapped
 * memo for each comparison (code a, code b) gives most answers. Bags: tokens are aligned greedily by the bits that
 * their agreement brings (-log2 of the token's share of records; less for an initial, a nickname, a slip), so a rare
 * surname counts more than a common forename without any rule about which is which; what is left over on both sides is
 * the conflict. */
#include "link/compare.h"

#include "base/hash.h"
#include "base/text.h"
#include "link/similar.h"

#include <math.h>
#include <stdlib.h>

enum { MEMO_BITS = 15, TOKEN_MEMO_BITS = 15, WIDE_MEMO_BITS = 14, WIDE_COLUMNS = 4 };

struct memo_slot {
    uint32_t a, b;
    float frequency;
    uint8_t level;
    bool used;
};

struct token_slot {
    uint32_t a, b; /* 0, 0: free */
    float factor;
};

/* Of comparisons that read several columns: all codes of both records, the lesser record's first. */
struct wide_slot {
    uint32_t codes[2 * WIDE_COLUMNS];
    float frequency;
    uint8_t level;
    bool used;
};

struct memo {
    struct wide_slot *wide[LINK_FIELDS_MAX];
    struct memo_slot *fields[LINK_FIELDS_MAX], *inner[2 * LINK_FIELDS_MAX];
    struct token_slot *tokens[LINK_COLUMNS_MAX];
};

struct memo *memo_make(const struct link_spec *spec, struct arena *arena)
{
    struct memo *memo = arena_alloc(arena, sizeof *memo, 1, 64);
    for (size_t f = 0; f < spec->comparison_count; f++) {
        if (spec->comparisons[f].method != LINK_METHOD_JOINT && spec->comparisons[f].column_count == 1)
            memo->fields[f] = arena_array(arena, struct memo_slot, 1u << MEMO_BITS);
        if (spec->comparisons[f].method == LINK_METHOD_LEVELS && spec->comparisons[f].column_count > 1)
            memo->wide[f] = arena_array(arena, struct wide_slot, 1u << WIDE_MEMO_BITS);
        if (spec->comparisons[f].method == LINK_METHOD_TOKENS && !memo->tokens[spec->comparisons[f].columns[0]])
            memo->tokens[spec->comparisons[f].columns[0]] =
                arena_array(arena, struct token_slot, 1u << TOKEN_MEMO_BITS);
    }
    for (size_t f = 0; f < spec->inner_count; f++)
        if (spec->inner[f].column_count == 1)
            memo->inner[f] = arena_array(arena, struct memo_slot, 1u << MEMO_BITS);
    return memo;
}

static uint32_t pair_slot(uint32_t a, uint32_t b, unsigned bits)
{
    uint64_t x = ((uint64_t)a << 32 | b) * 0x9e3779b97f4a7c15ull;
    return (uint32_t)(x >> (64 - bits));
}

/* ---- Frequencies ---- */

void comparer_start(struct comparer *comparer, const struct link_records *records, const struct link_model *model)
{
    *comparer = (struct comparer){.records = records, .model = model, .spec = records->spec};
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

void comparer_bind(struct comparer *comparer, struct arena *arena)
{
    for (size_t c = 0; c < comparer->spec->column_count; c++) {
        const struct column *column = &comparer->records->columns[c];
        if (comparer->model->values[c].used) {
            const struct frequencies *frequencies = &comparer->model->values[c];
            bool guarded = comparer->spec->guard_count > 0;
            comparer->value_bits[c] = arena_array(arena, float, column->plain.count);
            comparer->value_counts[c] = guarded ? arena_array(arena, double, column->plain.count) : NULL;
            for (size_t code = 1; code < column->plain.count; code++) {
                double count = model_count(frequencies, column->plain.texts[code]);
                comparer->value_bits[c][code] = bits_of_count(frequencies, count);
                if (guarded)
                    comparer->value_counts[c][code] = count;
            }
        }
        if (comparer->model->tokens[c].used) {
            comparer->token_bits[c] = arena_array(arena, float, column->tokens.count);
            for (size_t code = 1; code < column->tokens.count; code++)
                comparer->token_bits[c][code] = bits_of(&comparer->model->tokens[c], column->tokens.texts[code]);
            comparer->in_company[c] = arena_array(arena, uint8_t, column->tokens.count);
        }
    }
    bind_company(comparer);
}

static float value_bits(const struct comparer *comparer, size_t column, uint32_t code)
{
    if (comparer->value_bits[column])
        return comparer->value_bits[column][code];
    return bits_of(&comparer->model->values[column], comparer->records->columns[column].plain.texts[code]);
}

static float token_bits(const struct comparer *comparer, size_t column, uint32_t token)
{
    if (comparer->token_bits[column])
        return comparer->token_bits[column][token];
    return bits_of(&comparer->model->tokens[column], comparer->records->columns[column].tokens.texts[token]);
}

static float clamp(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

/* ---- Bags of tokens ---- */

static bool learned(const struct comparer *comparer, size_t column, bool token, struct slice a, struct slice b)
{
    return comparer->model->learned_count > 0 &&
           key_set_has(&comparer->model->learned_set, model_pair_key((uint16_t)column, token, a, b));
}

static bool nickname_tokens(const struct token *a, const struct token *b)
{
    for (unsigned i = 0; i < a->line_count; i++)
        for (unsigned j = 0; j < b->line_count; j++)
            if (a->lines[i] == b->lines[j])
                return true;
    return false;
}

/* A slip in a short form: "Magie" for Margaret. Of the two at least one must be in no line itself. */
static bool near_nickname(const struct column *column, const struct value *a, const struct value *b)
{
    if (a->token_count == 0 || b->token_count == 0)
        return false;
    const struct token *x = &column->token_features[column->token_ids[a->token_at]];
    const struct token *y = &column->token_features[column->token_ids[b->token_at]];
    if (x->near_count == 0 && y->near_count == 0)
        return false;
    for (unsigned i = 0; i < x->line_count + x->near_count; i++)
        for (unsigned j = 0; j < y->line_count + y->near_count; j++)
            if (x->lines[i] == y->lines[j])
                return true;
    return false;
}

/* Of whole values: their first names are forms of one name, and one of them gives no more than that. */
static bool nickname_values(const struct column *column, const struct value *a, const struct value *b)
{
    if (a->token_count == 0 || b->token_count == 0 || (a->token_count > 1 && b->token_count > 1))
        return false;
    uint32_t first_a = column->token_ids[a->token_at], first_b = column->token_ids[b->token_at];
    return first_a != first_b && nickname_tokens(&column->token_features[first_a], &column->token_features[first_b]);
}

/* The share of the smaller token's bits that this pair's agreement brings; 0 when they do not agree. */
static float token_factor(const struct comparer *comparer, size_t column, uint32_t a, uint32_t b)
{
    const struct column *store = &comparer->records->columns[column];
    const struct token *token_a = &store->token_features[a], *token_b = &store->token_features[b];
    struct slice text_a = store->tokens.texts[a], text_b = store->tokens.texts[b];
    if (token_a->digits || token_b->digits)
        return 0;
    enum link_kind kind = comparer->spec->columns[column].kind;
    if (text_a.len == 1 || text_b.len == 1) /* an initial: the caller knows what it is worth */
        return kind <= LINK_FULL_NAME && text_a.at[0] == text_b.at[0] ? -1 : 0;
    if (learned(comparer, column, true, text_a, text_b) || nickname_tokens(token_a, token_b))
        return 0.8f;
    int shared = __builtin_popcountll(token_a->letters & token_b->letters);
    int most = __builtin_popcountll(token_a->letters | token_b->letters);
    if (shared * 2 < most)
        return 0;
    size_t shorter = text_a.len < text_b.len ? text_a.len : text_b.len;
    if (shorter >= 4 && similar_one_edit(text_a, text_b))
        return 0.75f;
    double jaro = similar_jaro_winkler(text_a, text_b);
    return jaro >= 0.9 ? 0.65f : jaro >= 0.84 ? 0.45f : 0;
}

static float token_pair(const struct comparer *comparer, struct memo *memo, size_t column, uint32_t a, uint32_t b)
{
    const struct column *store = &comparer->records->columns[column];
    if (slice_compare(store->tokens.texts[a], store->tokens.texts[b]) > 0) {
        uint32_t swap = a;
        a = b;
        b = swap;
    }
    if (!memo || !memo->tokens[column])
        return token_factor(comparer, column, a, b);
    struct token_slot *slot = &memo->tokens[column][pair_slot(a, b, TOKEN_MEMO_BITS)];
    if (slot->a != a || slot->b != b)
        *slot = (struct token_slot){a, b, token_factor(comparer, column, a, b)};
    return slot->factor;
}

static float word_bits(const struct comparer *comparer, size_t column, uint32_t a, uint32_t b)
{
    if (comparer->model->words.count == 0)
        return 0;
    const uint8_t *in_company = comparer->in_company[column];
    if (in_company && !(in_company[a] && in_company[b]))
        return 0;
    const struct slice *texts = comparer->records->columns[column].tokens.texts;
    return model_word_bits(comparer->model, (uint16_t)column, texts[a], texts[b]);
}

struct bag compare_bags(const struct comparer *comparer, struct memo *memo, size_t column, bool fuzzy, uint32_t code_a,
                        uint32_t code_b)
{
    const struct column *store = &comparer->records->columns[column];
    const struct value *a = &store->values[code_a], *b = &store->values[code_b];
    if (slice_compare(a->text, b->text) > 0) {
        const struct value *swap = a;
        a = b;
        b = swap;
    }
    const uint32_t *tokens_a = &store->token_ids[a->token_at], *tokens_b = &store->token_ids[b->token_at];
    float gain[LINK_TOKENS_MAX][LINK_TOKENS_MAX], bits_a[LINK_TOKENS_MAX], bits_b[LINK_TOKENS_MAX];
    for (unsigned i = 0; i < a->token_count; i++)
        bits_a[i] = token_bits(comparer, column, tokens_a[i]);
    for (unsigned j = 0; j < b->token_count; j++)
        bits_b[j] = token_bits(comparer, column, tokens_b[j]);
    for (unsigned i = 0; i < a->token_count; i++)
        for (unsigned j = 0; j < b->token_count; j++) {
            float least = bits_a[i] < bits_b[j] ? bits_a[i] : bits_b[j];
            if (tokens_a[i] == tokens_b[j]) {
                gain[i][j] = least + 0.01f;
            } else if (!fuzzy) {
                gain[i][j] = 0;
            } else {
                float factor = token_pair(comparer, memo, column, tokens_a[i], tokens_b[j]);
                gain[i][j] = factor < 0 ? clamp(least * 0.75f, 0, 3) : factor * least;
            }
        }
    unsigned left_a = (1u << a->token_count) - 1, left_b = (1u << b->token_count) - 1;
    struct bag bag = {0, 0};
    uint32_t same[LINK_TOKENS_MAX];
    unsigned same_count = 0;
    for (;;) {
        float best = 0;
        unsigned best_i = 0, best_j = 0;
        for (unsigned x = left_a; x; x &= x - 1)
            for (unsigned y = left_b; y; y &= y - 1) {
                unsigned i = (unsigned)__builtin_ctz(x), j = (unsigned)__builtin_ctz(y);
                if (gain[i][j] > best) {
                    best = gain[i][j];
                    best_i = i;
                    best_j = j;
                }
            }
        if (best <= 0)
            break;
        bag.matched += best;
        if (tokens_a[best_i] == tokens_b[best_j]) {
            /* A word that goes with one that agreed already tells less. */
            float less = 0;
            for (unsigned m = 0; m < same_count; m++) {
                float bits = word_bits(comparer, column, same[m], tokens_a[best_i]);
                less = bits > less ? bits : less;
            }
            bag.matched -= less < best ? less : best;
            same[same_count++] = tokens_a[best_i];
        }
        left_a &= ~(1u << best_i);
        left_b &= ~(1u << best_j);
    }
    float over_a = 0, over_b = 0;
    for (unsigned x = left_a; x; x &= x - 1)
        over_a += clamp(bits_a[__builtin_ctz(x)], 0, 12);
    for (unsigned y = left_b; y; y &= y - 1)
        over_b += clamp(bits_b[__builtin_ctz(y)], 0, 12);
    bag.conflict = over_a < over_b ? over_a : over_b;
    return bag;
}

static const float bin_from[LINK_BINS + 1] = {0, 2, 6, 9, 12, 15, 18, 21, 25, 30, 36};

double compare_bin_middle(unsigned bin)
{
    return bin == 0 ? 0 : ((double)bin_from[bin] + (double)bin_from[bin + 1]) / 2;
}

uint8_t compare_bag_level(struct bag bag, float *ret_frequency)
{
    unsigned bin = 0, conflict = bag.conflict < 2 ? 0 : bag.conflict < 9 ? 1 : 2;
    while (bin + 1 < LINK_BINS && bag.matched >= bin_from[bin + 1])
        bin++;
    *ret_frequency = bin == 0 ? 0 : clamp(bag.matched - (float)compare_bin_middle(bin), -3, 8);
    return (uint8_t)(1 + bin * LINK_CONFLICTS + conflict);
}

/* ---- Tests of levels ---- */

static bool contains_tokens(const struct column *column, const struct value *a, const struct value *b)
{
    if (a->token_count > b->token_count) {
        const struct value *swap = a;
        a = b;
        b = swap;
    }
    if (a->token_count == 0)
        return false;
    for (unsigned i = 0; i < a->token_count; i++) {
        bool found = false;
        for (unsigned j = 0; j < b->token_count; j++)
            found |= column->token_ids[a->token_at + i] == column->token_ids[b->token_at + j];
        if (!found)
            return false;
    }
    return true;
}

/* All words of the one, none of them an initial, among those of the other. */
static bool within_tokens(const struct column *column, const struct value *a, const struct value *b)
{
    const struct value *fewer = a->token_count < b->token_count ? a : b;
    if (!contains_tokens(column, a, b))
        return false;
    for (unsigned i = 0; i < fewer->token_count; i++)
        if (column->tokens.texts[column->token_ids[fewer->token_at + i]].len < 2)
            return false;
    return true;
}

/* Forms of one word: a nickname, a slip. */
static bool token_near(const struct column *column, uint32_t a, uint32_t b)
{
    struct slice x = column->tokens.texts[a], y = column->tokens.texts[b];
    return a == b || nickname_tokens(&column->token_features[a], &column->token_features[b]) ||
           (x.len >= 4 && y.len >= 4 && similar_one_edit(x, y));
}

/* The same words in another order; of two words, one may be another form: "Webb Jacqueline" and "Jackie Webb". */
static bool swapped_names(const struct column *column, const struct value *a, const struct value *b)
{
    if (a->token_count < 2 || a->token_count != b->token_count)
        return false;
    if (a->token_count > 2)
        return contains_tokens(column, a, b);
    const uint32_t *x = &column->token_ids[a->token_at], *y = &column->token_ids[b->token_at];
    return (x[0] == y[1] && token_near(column, x[1], y[0])) || (x[1] == y[0] && token_near(column, x[0], y[1]));
}

static bool initial_agrees(struct slice a, struct slice b)
{
    size_t first_a = slice_find(a, ' '), first_b = slice_find(b, ' ');
    return (first_a == 1 || first_b == 1) && a.at[0] == b.at[0];
}

static int number_at(struct slice s, size_t from, size_t digits)
{
    int number = 0;
    for (size_t i = from; i < from + digits; i++)
        number = number * 10 + (s.at[i] - '0');
    return number;
}

static bool date_test(enum link_test test, double argument, struct slice a, struct slice b)
{
    if (a.len != 8 || b.len != 8)
        return false;
    int year_a = number_at(a, 0, 4), year_b = number_at(b, 0, 4);
    int month_a = number_at(a, 4, 2), month_b = number_at(b, 4, 2);
    int day_a = number_at(a, 6, 2), day_b = number_at(b, 6, 2);
    switch (test) {
    case LINK_TEST_SWAPPED:
        return year_a == year_b && month_a == day_b && day_a == month_b && day_a > 0;
    case LINK_TEST_DIGIT:
        return day_a && day_b && similar_one_edit(a, b);
    case LINK_TEST_PARTIAL:
        return (!day_a || !day_b) && year_a == year_b && (!month_a || !month_b || month_a == month_b);
    case LINK_TEST_PARTS:
        if (!day_a || !day_b)
            return false;
        if (month_a == month_b && day_a == day_b)
            return abs(year_a - year_b) <= 2 || abs(year_a - year_b) == 100 || abs(year_a - year_b) == 10;
        return year_a == year_b &&
               (month_a == month_b || day_a == day_b || (month_a == 1 && day_a == 1) || (month_b == 1 && day_b == 1));
    case LINK_TEST_DAY_MONTH:
        return day_a && day_a == day_b && month_a == month_b;
    case LINK_TEST_YEAR:
        return year_a == year_b;
    default:
        return abs(year_a - year_b) <= (int)argument;
    }
}

/* Only a year on one side, and one off: as reckoned from an age. */
static bool year_from_age(struct slice a, struct slice b)
{
    return a.len == 8 && b.len == 8 && (number_at(a, 4, 4) == 0 || number_at(b, 4, 4) == 0) &&
           abs(number_at(a, 0, 4) - number_at(b, 0, 4)) == 1;
}

static bool same_prefix(struct slice a, unsigned length_a, struct slice b, unsigned length_b)
{
    return length_a > 0 && length_a == length_b && memcmp(a.at, b.at, length_a) == 0;
}

static bool soundex_agrees(struct slice a, struct slice b)
{
    char code_a[5], code_b[5];
    text_soundex(a, code_a);
    text_soundex(b, code_b);
    return code_a[0] && memcmp(code_a, code_b, 4) == 0;
}

/* code_a and code_b are not missing, and in byte order of their texts. */
static bool test_holds(const struct comparer *comparer, const struct link_level *level, uint32_t code_a,
                       uint32_t code_b)
{
    const struct column *column = &comparer->records->columns[level->column];
    const struct value *a = &column->values[code_a], *b = &column->values[code_b];
    switch (level->test) {
    case LINK_TEST_EQUAL:
        return code_a == code_b;
    case LINK_TEST_NICKNAME:
        return code_a == code_b || nickname_values(column, a, b);
    case LINK_TEST_INITIAL:
        return initial_agrees(a->text, b->text);
    case LINK_TEST_CONTAINS:
        return contains_tokens(column, a, b);
    case LINK_TEST_EDITS:
        if (level->argument < 2)
            return similar_one_edit(a->text, b->text);
        return text_distance(a->text, b->text, (unsigned)level->argument) <= (unsigned)level->argument;
    case LINK_TEST_JARO:
        return code_a == code_b || similar_jaro_winkler(a->text, b->text) >= level->argument;
    case LINK_TEST_SWAPPED:
        if (comparer->spec->columns[level->column].kind != LINK_DATE)
            return swapped_names(column, a, b);
        return date_test(level->test, level->argument, a->text, b->text);
    case LINK_TEST_SOUNDEX:
        return soundex_agrees(a->text, b->text);
    case LINK_TEST_LEARNED:
        return learned(comparer, level->column, false, a->text, b->text);
    case LINK_TEST_SECTOR:
        return same_prefix(a->text, a->sector, b->text, b->sector);
    case LINK_TEST_DISTRICT:
        return same_prefix(a->text, a->district, b->text, b->district);
    case LINK_TEST_AREA:
        return same_prefix(a->text, a->area, b->text, b->area);
    case LINK_TEST_PREFIX: {
        size_t length = (size_t)level->argument;
        return a->text.len >= length && b->text.len >= length && memcmp(a->text.at, b->text.at, length) == 0;
    }
    case LINK_TEST_LOCAL_PART: {
        size_t at_a = slice_find(a->text, '@'), at_b = slice_find(b->text, '@');
        return at_a > 2 && at_a == at_b && memcmp(a->text.at, b->text.at, at_a) == 0;
    }
    default:
        return date_test(level->test, level->argument, a->text, b->text);
    }
}

/* Half of what full agreement would bring for spellings that are near, by the commoner of the two values. */
static float level_frequency(const struct comparer *comparer, const struct link_level *level, uint32_t code_a,
                             uint32_t code_b)
{
    const struct frequencies *frequencies = &comparer->model->values[level->column];
    if (!frequencies->used || frequencies->equal <= 0)
        return 0;
    float average = (float)-log2(frequencies->equal);
    switch (level->test) {
    case LINK_TEST_EQUAL:
        return clamp(value_bits(comparer, level->column, code_a) - average, -8, 8);
    case LINK_TEST_DIGIT: { /* dates that stand for a year have many neighbours, others few */
        float bits_a = value_bits(comparer, level->column, code_a),
              bits_b = value_bits(comparer, level->column, code_b);
        return clamp((bits_a < bits_b ? bits_a : bits_b) - average, -4, 6);
    }
    case LINK_TEST_NICKNAME:
    case LINK_TEST_LEARNED:
    case LINK_TEST_CONTAINS:
    case LINK_TEST_EDITS:
    case LINK_TEST_JARO:
    case LINK_TEST_SOUNDEX: {
        float bits_a = value_bits(comparer, level->column, code_a),
              bits_b = value_bits(comparer, level->column, code_b);
        return clamp(((bits_a < bits_b ? bits_a : bits_b) - average) / 2, -3, 3);
    }
    default:
        return 0;
    }
}

static void in_byte_order(const struct column *column, uint32_t *a, uint32_t *b)
{
    if (*a != *b && slice_compare(column->plain.texts[*a], column->plain.texts[*b]) > 0) {
        uint32_t swap = *a;
        *a = *b;
        *b = swap;
    }
}

/* The first level whose test holds. Level 0 when every column it reads is missing on one side or the other. */
static uint8_t first_level(const struct comparer *comparer, const struct link_comparison *comparison, uint32_t a,
                           uint32_t b, float *ret_frequency)
{
    bool any = false;
    *ret_frequency = 0;
    for (unsigned l = 0; l < comparison->level_count; l++) {
        const struct link_level *level = &comparison->levels[l];
        uint32_t code_a = record_code(comparer->records, a, level->column);
        uint32_t code_b = record_code(comparer->records, b, level->column);
        if (!code_a || !code_b)
            continue;
        any = true;
        in_byte_order(&comparer->records->columns[level->column], &code_a, &code_b);
        if (test_holds(comparer, level, code_a, code_b)) {
            if (comparison->frequency)
                *ret_frequency = level_frequency(comparer, level, code_a, code_b);
            return (uint8_t)(l + 1);
        }
    }
    return any ? (uint8_t)(comparison->level_count + 1) : 0;
}

/* Case notes and tenancies repeat a person's whole name and address, so the same two sets of codes come again and
 * again.
 */
static uint8_t compare_wide(const struct comparer *comparer, struct wide_slot *slots,
                            const struct link_comparison *comparison, uint32_t a, uint32_t b, float *ret_frequency)
{
    uint32_t codes[2][WIDE_COLUMNS] = {{0}}, ordered[2 * WIDE_COLUMNS];
    must(comparison->column_count <= WIDE_COLUMNS);
    for (unsigned c = 0; c < comparison->column_count; c++) {
        codes[0][c] = record_code(comparer->records, a, comparison->columns[c]);
        codes[1][c] = record_code(comparer->records, b, comparison->columns[c]);
    }
    bool turned = memcmp(codes[0], codes[1], sizeof codes[0]) > 0;
    memcpy(ordered, codes[turned], sizeof codes[0]);
    memcpy(ordered + WIDE_COLUMNS, codes[!turned], sizeof codes[0]);
    uint64_t key = 0;
    for (unsigned i = 0; i < 2 * WIDE_COLUMNS; i++)
        key = (key ^ ordered[i]) * 0x9e3779b97f4a7c15ull;
    struct wide_slot *slot = &slots[key >> (64 - WIDE_MEMO_BITS)];
    if (!slot->used || memcmp(slot->codes, ordered, sizeof ordered) != 0) {
        slot->level = first_level(comparer, comparison, a, b, &slot->frequency);
        memcpy(slot->codes, ordered, sizeof ordered);
        slot->used = true;
    }
    *ret_frequency = slot->frequency;
    return slot->level;
}

static uint8_t compare_simple(const struct comparer *comparer, struct memo *memo, struct memo_slot *slots,
                              const struct link_comparison *comparison, uint32_t a, uint32_t b, float *ret_frequency)
{
    size_t column = comparison->columns[0];
    if (comparison->column_count > 1)
        return first_level(comparer, comparison, a, b, ret_frequency);
    uint32_t code_a = record_code(comparer->records, a, column), code_b = record_code(comparer->records, b, column);
    *ret_frequency = 0;
    if (!code_a || !code_b)
        return 0;
    if (code_a > code_b) {
        uint32_t swap = code_a;
        code_a = code_b;
        code_b = swap;
    }
    struct memo_slot *slot = slots ? &slots[pair_slot(code_a, code_b, MEMO_BITS)] : NULL;
    if (slot && slot->used && slot->a == code_a && slot->b == code_b) {
        *ret_frequency = slot->frequency;
        return slot->level;
    }
    uint8_t level;
    if (comparison->method == LINK_METHOD_TOKENS) {
        struct bag bag = compare_bags(comparer, memo, column, comparison->fuzzy, code_a, code_b);
        level = compare_bag_level(bag, ret_frequency);
        if (!comparison->frequency)
            *ret_frequency = 0;
    } else {
        level = first_level(comparer, comparison, a, b, ret_frequency);
    }
    if (slot)
        *slot = (struct memo_slot){code_a, code_b, *ret_frequency, level, true};
    return level;
}

void compare_records(const struct comparer *comparer, struct memo *memo, uint32_t a, uint32_t b, struct compared *ret)
{
    const struct link_spec *spec = comparer->spec;
    for (size_t f = 0; f < spec->comparison_count; f++) {
        const struct link_comparison *comparison = &spec->comparisons[f];
        if (memo && memo->wide[f]) {
            ret->level[f] = compare_wide(comparer, memo->wide[f], comparison, a, b, &ret->frequency[f]);
            continue;
        }
        if (comparison->method != LINK_METHOD_JOINT) {
            ret->level[f] =
                compare_simple(comparer, memo, memo ? memo->fields[f] : NULL, comparison, a, b, &ret->frequency[f]);
            continue;
        }
        const struct link_comparison *first = &spec->inner[comparison->first],
                                     *second = &spec->inner[comparison->second];
        float frequency_one, frequency_two;
        unsigned one =
            compare_simple(comparer, memo, memo ? memo->inner[comparison->first] : NULL, first, a, b, &frequency_one);
        unsigned two =
            compare_simple(comparer, memo, memo ? memo->inner[comparison->second] : NULL, second, a, b, &frequency_two);
        ret->level[f] = (uint8_t)(one * (spec_level_count(spec, second) + 1) + two);
        /* The two depend on each other, so only one of their frequencies may speak: the first's, where it agrees. */
        ret->frequency[f] = one == 1 ? frequency_one : frequency_two;
    }
}

/* ---- Rules and guards ---- */

static double value_count(const struct comparer *comparer, size_t column, uint32_t code)
{
    if (comparer->value_counts[column])
        return comparer->value_counts[column][code];
    return model_count(&comparer->model->values[column], comparer->records->columns[column].plain.texts[code]);
}

/* Three letters or more that begin or end the other: Lyn and Marilyn. */
static bool short_form(struct slice a, struct slice b)
{
    struct slice shorter = a.len < b.len ? a : b, longer = a.len < b.len ? b : a;
    return shorter.len >= 3 && (slice_starts(longer, shorter) || slice_ends(longer, shorter));
}

/* Whether both are names that people bear, rather than one a slip of the other: they stand in the table of nicknames,
 * or in five records and more, and not forty times less often than the other, as "Robat" does beside Robert. */
static bool both_known(const struct comparer *comparer, size_t column, uint32_t code_a, uint32_t code_b)
{
    const struct column *store = &comparer->records->columns[column];
    double count[2] = {value_count(comparer, column, code_a), value_count(comparer, column, code_b)};
    for (unsigned side = 0; side < 2; side++) {
        const struct value *value = &store->values[side ? code_b : code_a];
        bool listed = value->token_count && store->token_features[store->token_ids[value->token_at]].line_count;
        if (!listed && (count[side] < 5 || count[side] * 40 < count[!side]))
            return false;
    }
    return true;
}

static unsigned given_class(const struct comparer *comparer, size_t column, uint32_t code_a, uint32_t code_b)
{
    const struct column *store = &comparer->records->columns[column];
    struct slice a = store->plain.texts[code_a], b = store->plain.texts[code_b];
    if (initial_agrees(a, b))
        return LINK_IS_CLOSE | LINK_IS_INITIAL;
    const struct value *value_a = &store->values[code_a], *value_b = &store->values[code_b];
    if (within_tokens(store, value_a, value_b))
        return LINK_IS_CLOSE | LINK_IS_WITHIN;
    if (nickname_values(store, value_a, value_b) || contains_tokens(store, value_a, value_b) || short_form(a, b))
        return LINK_IS_CLOSE;
    bool known = both_known(comparer, column, code_a, code_b);
    if (!known && near_nickname(store, value_a, value_b))
        return LINK_IS_CLOSE;
    if (!similar_one_edit(a, b) && similar_jaro_winkler(a, b) < (known ? 0.88 : 0.8))
        return LINK_IS_DIFFERENT;
    return known ? LINK_IS_SIMILAR : LINK_IS_CLOSE;
}

unsigned compare_class(const struct comparer *comparer, size_t column, uint32_t a, uint32_t b)
{
    uint32_t code_a = record_code(comparer->records, a, column), code_b = record_code(comparer->records, b, column);
    const struct column *store = &comparer->records->columns[column];
    if (!code_a || !code_b)
        return LINK_IS_MISSING;
    if (code_a == code_b) {
        bool common = comparer->model->values[column].used &&
                      value_count(comparer, column, code_a) >= comparer->spec->common[column];
        bool initial = comparer->spec->columns[column].kind == LINK_GIVEN_NAME && store->plain.texts[code_a].len == 1;
        return LINK_IS_SAME | (common ? LINK_IS_COMMON : 0u) | (initial ? LINK_IS_INITIAL : 0u);
    }
    in_byte_order(store, &code_a, &code_b);
    struct slice text_a = store->plain.texts[code_a], text_b = store->plain.texts[code_b];
    switch (comparer->spec->columns[column].kind) {
    case LINK_GIVEN_NAME:
        return given_class(comparer, column, code_a, code_b);
    case LINK_FAMILY_NAME:
        if (contains_tokens(store, &store->values[code_a], &store->values[code_b]) ||
            similar_one_edit(text_a, text_b) || similar_jaro_winkler(text_a, text_b) >= 0.9)
            return LINK_IS_CLOSE;
        return LINK_IS_DIFFERENT;
    case LINK_DATE:
        if (date_test(LINK_TEST_SWAPPED, 0, text_a, text_b) || date_test(LINK_TEST_DIGIT, 0, text_a, text_b) ||
            date_test(LINK_TEST_PARTIAL, 0, text_a, text_b) || date_test(LINK_TEST_PARTS, 0, text_a, text_b) ||
            year_from_age(text_a, text_b))
            return LINK_IS_CLOSE;
        return LINK_IS_DIFFERENT;
    case LINK_FULL_NAME:
        if (swapped_names(store, &store->values[code_a], &store->values[code_b]))
            return LINK_IS_CLOSE;
        /* fallthrough */
    case LINK_ADDRESS:
        if (comparer->model->tokens[column].used)
            return compare_bags(comparer, NULL, column, true, code_a, code_b).conflict < 2 ? LINK_IS_CLOSE
                                                                                           : LINK_IS_DIFFERENT;
        return contains_tokens(store, &store->values[code_a], &store->values[code_b]) ? LINK_IS_CLOSE
                                                                                      : LINK_IS_DIFFERENT;
    case LINK_PLACE:
    case LINK_TEXT:
        return similar_jaro_winkler(text_a, text_b) >= 0.9 ? LINK_IS_CLOSE : LINK_IS_DIFFERENT;
    case LINK_CATEGORY:
        return LINK_IS_DIFFERENT;
    default:
        return similar_one_edit(text_a, text_b) ? LINK_IS_CLOSE : LINK_IS_DIFFERENT;
    }
}

/* The classes of one pair, each found once for all guards. */
struct pair_classes {
    uint16_t of[LINK_COLUMNS_MAX]; /* 0: not asked for yet; no class is 0 */
};

static bool conditions_hold(const struct comparer *comparer, struct pair_classes *classes,
                            const struct link_condition *conditions, size_t count, uint32_t a, uint32_t b, bool all)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t code_a = record_code(comparer->records, a, conditions[i].column);
        uint32_t code_b = record_code(comparer->records, b, conditions[i].column);
        bool only_same = (conditions[i].classes & ~(LINK_IS_SAME | LINK_IS_COMMON)) == 0;
        bool holds = !(only_same && code_a != code_b);
        if (holds) {
            uint16_t *class = &classes->of[conditions[i].column];
            if (!*class)
                *class = (uint16_t)compare_class(comparer, conditions[i].column, a, b);
            holds = (*class & conditions[i].classes) != 0;
        }
        if (holds != all)
            return !all;
    }
    return all;
}

enum link_verdict compare_verdict(const struct comparer *comparer, uint32_t a, uint32_t b, uint8_t *ret_guard)
{
    static const uint8_t strength[] = {
        [LINK_BY_WEIGHT] = 0, [LINK_QUIET] = 1, [LINK_REVIEW] = 2, [LINK_JOIN] = 3, [LINK_APART] = 4};
    enum link_verdict verdict = LINK_BY_WEIGHT;
    struct pair_classes classes = {0};
    *ret_guard = 0;
    for (size_t i = 0; i < comparer->spec->guard_count; i++) {
        const struct link_guard *guard = &comparer->spec->guards[i];
        if (strength[guard->then] > strength[verdict] &&
            conditions_hold(comparer, &classes, guard->when, guard->when_count, a, b, true) &&
            !conditions_hold(comparer, &classes, guard->unless, guard->unless_count, a, b, false)) {
            verdict = guard->then;
            *ret_guard = (uint8_t)(i + 1);
        }
    }
    return verdict;
}
