/* compare_bag.c: two values as bags of tokens.
 *
 * Tokens are aligned greedily by the bits that their agreement brings (-log2 of the token's share of records; less for
 * an initial, a nickname, a slip), so a rare surname counts more than a common forename without any rule about which is
 * which; what is left over on both sides is the conflict.
 *
 * Equal tokens bring all their bits, so no slip can be worth more to either of them: they are aligned first, and the
 * few that are left are all that is spelt out. Whether two of those are near is asked of their letters first, which
 * says no to most, and then of a memo. */
#include "link/agree.h"
#include "link/compare.h"

enum { TOKEN_MEMO_BITS = 13, FACTOR_BITS = 2 };
static const float factors[1u << FACTOR_BITS] = {0, 0.45f, 0.65f, 0.75f};

/* As compare_batch.c remembers values: what tells two tokens apart from others of their slot, and the number of their
 * factor. */
struct token_memo {
    uint64_t slots[1u << TOKEN_MEMO_BITS];
};

struct token_memo *token_memo_make(struct arena *arena)
{
    return arena_new(arena, struct token_memo);
}

struct word compare_word(const struct comparer *comparer, size_t column, uint32_t token, float bits)
{
    const struct token *features = &comparer->records->columns[column].token_features[token];
    const uint8_t *in_company = comparer->in_company[column];
    uint64_t letters = features->letters & ~(0x3ffull << 26);
    letters |= features->digits ? WORD_DIGITS : 0;
    letters |= features->text.len == 1 ? WORD_SINGLE : 0;
    letters |= features->line_count > 0 ? WORD_LINES : 0;
    letters |= !in_company || in_company[token] ? WORD_COMPANY : 0;
    return (struct word){token, bits, letters};
}

/* Written out, because without an instruction of its own for it the compiler calls a function. */
static unsigned bits_set(uint64_t x)
{
    x -= x >> 1 & 0x5555555555555555ull;
    x = (x & 0x3333333333333333ull) + (x >> 2 & 0x3333333333333333ull);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0full;
    return (unsigned)(x * 0x0101010101010101ull >> 56);
}

/* The number of the share of the smaller token's bits that this pair's agreement brings; 0 when they do not agree. */
static unsigned spelling_factor(const struct token *a, const struct token *b)
{
    struct slice x = a->text, y = b->text;
    if (slice_compare(x, y) > 0) {
        struct slice swap = x;
        x = y;
        y = swap;
    }
    size_t shorter = x.len < y.len ? x.len : y.len;
    if (shorter >= 4 && similar_one_edit(x, y))
        return 3;
    double jaro = similar_jaro_winkler(x, y);
    return jaro >= 0.9 ? 2 : jaro >= 0.84 ? 1 : 0;
}

static bool both(const struct word *a, const struct word *b, enum word_flag flag)
{
    return (a->letters & b->letters & flag) != 0;
}

/* Of two different tokens of two letters or more, without digits. */
static float token_factor(const struct comparer *comparer, struct token_memo *memo, size_t column, const struct word *a,
                          const struct word *b)
{
    const struct token *features = comparer->records->columns[column].token_features;
    const uint64_t letters = ~(uint64_t)WORD_FLAGS;
    if ((both(a, b, WORD_LEARNED) && compare_learned(comparer, column, true, a->token, b->token)) ||
        (both(a, b, WORD_LINES) && agree_nickname_tokens(&features[a->token], &features[b->token])))
        return 0.8f;
    if (2 * bits_set(a->letters & b->letters & letters) < bits_set((a->letters | b->letters) & letters))
        return 0;
    if (!memo)
        return factors[spelling_factor(&features[a->token], &features[b->token])];
    uint64_t mixed = a->token < b->token ? compare_mixed(a->token, b->token) : compare_mixed(b->token, a->token);
    uint64_t *slot = &memo->slots[mixed >> (64 - TOKEN_MEMO_BITS)];
    if (*slot >> TOKEN_MEMO_BITS != (mixed & ~0ull >> TOKEN_MEMO_BITS))
        *slot = mixed << TOKEN_MEMO_BITS | spelling_factor(&features[a->token], &features[b->token]);
    return factors[*slot & (countof(factors) - 1)];
}

/* The bits that two different tokens bring. */
static float token_gain(const struct comparer *comparer, struct token_memo *memo, size_t column, const struct word *a,
                        const struct word *b)
{
    uint64_t either = a->letters | b->letters;
    float least = a->bits < b->bits ? a->bits : b->bits;
    if (either & WORD_DIGITS)
        return 0;
    if (!(either & WORD_SINGLE))
        return least * token_factor(comparer, memo, column, a, b);
    if (comparer->spec->columns[column].kind > LINK_FULL_NAME)
        return 0;
    const struct token *features = comparer->records->columns[column].token_features;
    bool initial = features[a->token].text.at[0] == features[b->token].text.at[0];
    return initial ? compare_clamp(least * 0.75f, 0, 3) : 0;
}

static float company_bits(const struct comparer *comparer, size_t column, const struct word *a, const struct word *b)
{
    if (!both(a, b, WORD_COMPANY))
        return 0;
    const struct slice *texts = comparer->records->columns[column].tokens.texts;
    return model_word_bits(comparer->model, (uint16_t)column, texts[a->token], texts[b->token]);
}

/* What equal tokens bring: the rarest all its bits, each next one less by what it tells of those before. */
static float equal_bits(const struct comparer *comparer, size_t column, const struct word *words, unsigned equal)
{
    float sum = 0;
    UNINITIALIZED const struct word *counted[LINK_TOKENS_MAX];
    unsigned count = 0;
    while (equal) {
        unsigned best = (unsigned)__builtin_ctz(equal);
        for (unsigned x = equal; x; x &= x - 1)
            if (words[__builtin_ctz(x)].bits > words[best].bits)
                best = (unsigned)__builtin_ctz(x);
        equal &= ~(1u << best);
        float less = 0;
        for (unsigned m = 0; m < count && comparer->model->words.count > 0; m++) {
            float company = company_bits(comparer, column, counted[m], &words[best]);
            less = company > less ? company : less;
        }
        float all = words[best].bits + 0.01f;
        sum += all - (less < all ? less : all);
        counted[count++] = &words[best];
    }
    return sum;
}

struct side {
    const struct word *words;
    unsigned left; /* a bit for each that is not aligned yet */
};

/* `room` is for those of a comparer that has none at hand. */
static struct side side_of(const struct comparer *comparer, size_t column, const struct value *value, struct word *room)
{
    const uint32_t *tokens = comparer->records->columns[column].token_ids;
    struct side side = {.words = room, .left = (1u << value->token_count) - 1};
    if (comparer->words[column])
        side.words = &comparer->words[column][value->token_at];
    else
        for (size_t i = 0, at = value->token_at; i < value->token_count; i++, at++) {
            room[i] = compare_word(comparer, column, tokens[at], compare_token_bits(comparer, column, at));
            room[i].letters |= WORD_LEARNED;
        }
    return side;
}

/* Two different words, and what they bring. */
struct near_words {
    float gain;
    uint8_t a, b;
};

static float align_spellings(const struct comparer *comparer, struct token_memo *memo, size_t column, struct side *a,
                             struct side *b)
{
    UNINITIALIZED struct near_words near[LINK_TOKENS_MAX * LINK_TOKENS_MAX];
    size_t count = 0;
    float matched = 0;
    for (unsigned x = a->left; x; x &= x - 1)
        for (unsigned y = b->left; y; y &= y - 1) {
            unsigned i = (unsigned)__builtin_ctz(x), j = (unsigned)__builtin_ctz(y);
            float gain = token_gain(comparer, memo, column, &a->words[i], &b->words[j]);
            near[count] = (struct near_words){gain, (uint8_t)i, (uint8_t)j};
            count += gain > 0;
        }
    for (;;) {
        struct near_words best = {0, 0, 0};
        for (size_t i = 0; i < count; i++)
            if (near[i].gain > best.gain && a->left >> near[i].a & b->left >> near[i].b & 1)
                best = near[i];
        if (best.gain <= 0)
            return matched;
        matched += best.gain;
        a->left &= ~(1u << best.a);
        b->left &= ~(1u << best.b);
    }
}

/* Without a branch for each two: which are equal cannot be foretold. */
static unsigned align_equal(struct side *a, unsigned count_a, struct side *b, unsigned count_b)
{
    unsigned equal = 0;
    for (unsigned i = 0; i < count_a; i++) {
        unsigned same = 0;
        for (unsigned j = 0; j < count_b; j++)
            same |= (unsigned)(a->words[i].token == b->words[j].token) << j;
        same &= b->left;
        b->left &= ~(same & (0 - same));
        equal |= (unsigned)(same != 0) << i;
    }
    a->left &= ~equal;
    return equal;
}

static float bits_left(const struct side *side)
{
    float over = 0;
    for (unsigned x = side->left; x; x &= x - 1)
        over += compare_clamp(side->words[__builtin_ctz(x)].bits, 0, 12);
    return over;
}

struct bag compare_bags(const struct comparer *comparer, struct token_memo *memo, size_t column, bool fuzzy,
                        uint32_t code_a, uint32_t code_b)
{
    const struct column *store = &comparer->records->columns[column];
    column_order(store, &code_a, &code_b);
    UNINITIALIZED struct word words_a[LINK_TOKENS_MAX], words_b[LINK_TOKENS_MAX];
    struct side a = side_of(comparer, column, &store->values[code_a], words_a);
    struct side b = side_of(comparer, column, &store->values[code_b], words_b);
    unsigned equal = align_equal(&a, store->values[code_a].token_count, &b, store->values[code_b].token_count);
    struct bag bag = {equal_bits(comparer, column, a.words, equal), 0};
    if (fuzzy && a.left && b.left)
        bag.matched += align_spellings(comparer, memo, column, &a, &b);
    float over_a = bits_left(&a), over_b = bits_left(&b);
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
    *ret_frequency = bin == 0 ? 0 : compare_clamp(bag.matched - (float)compare_bin_middle(bin), -3, 8);
    return (uint8_t)(1 + bin * LINK_CONFLICTS + conflict);
}

static float bin_most(const double *weights, bool frequency, unsigned bin, float matched)
{
    float more = frequency && bin > 0 ? compare_clamp(matched - (float)compare_bin_middle(bin), -3, 8) : 0,
          most = -1000;
    for (unsigned conflict = 0; conflict < LINK_CONFLICTS; conflict++) {
        float weight = (float)weights[1 + bin * LINK_CONFLICTS + conflict] + more;
        most = weight > most ? weight : most;
    }
    return most;
}

void compare_bag_limits(const double *weights, bool frequency, struct bag_limits *ret)
{
    *ret = (struct bag_limits){.weights = weights, .frequency = frequency, .below[0] = -1000};
    for (unsigned bin = 0; bin < LINK_BINS; bin++) {
        float most = bin_most(weights, frequency, bin, bin_from[bin + 1]);
        ret->below[bin + 1] = most > ret->below[bin] ? most : ret->below[bin];
    }
}

float compare_bag_most(const struct bag_limits *limits, float bits)
{
    unsigned bin = 0;
    while (bin + 1 < LINK_BINS && bits >= bin_from[bin + 1])
        bin++;
    float most = bin_most(limits->weights, limits->frequency, bin, bits);
    return most > limits->below[bin] ? most : limits->below[bin];
}
