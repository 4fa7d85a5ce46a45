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

enum { TOKEN_MEMO_BITS = 13 };

struct token_slot {
    uint32_t a, b; /* 0, 0: free */
    float factor;
};

struct token_memo {
    struct token_slot slots[1u << TOKEN_MEMO_BITS];
};

struct token_memo *token_memo_make(struct arena *arena)
{
    return arena_new(arena, struct token_memo);
}

/* Written out, because without an instruction of its own for it the compiler calls a function. */
static unsigned bits_set(uint64_t x)
{
    x -= x >> 1 & 0x5555555555555555ull;
    x = (x & 0x3333333333333333ull) + (x >> 2 & 0x3333333333333333ull);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0full;
    return (unsigned)(x * 0x0101010101010101ull >> 56);
}

/* The share of the smaller token's bits that this pair's agreement brings; 0 when they do not agree. */
static float spelling_factor(const struct token *a, const struct token *b)
{
    struct slice x = a->text, y = b->text;
    if (slice_compare(x, y) > 0) {
        struct slice swap = x;
        x = y;
        y = swap;
    }
    size_t shorter = x.len < y.len ? x.len : y.len;
    if (shorter >= 4 && similar_one_edit(x, y))
        return 0.75f;
    double jaro = similar_jaro_winkler(x, y);
    return jaro >= 0.9 ? 0.65f : jaro >= 0.84 ? 0.45f : 0;
}

/* Of two different tokens, neither with a digit. */
static float token_factor(const struct comparer *comparer, struct token_memo *memo, size_t column, uint32_t a,
                          uint32_t b)
{
    const struct column *store = &comparer->records->columns[column];
    const struct token *token_a = &store->token_features[a], *token_b = &store->token_features[b];
    if (compare_learned(comparer, column, true, a, b) || agree_nickname_tokens(token_a, token_b))
        return 0.8f;
    if (2 * bits_set(token_a->letters & token_b->letters) < bits_set(token_a->letters | token_b->letters))
        return 0;
    if (!memo)
        return spelling_factor(token_a, token_b);
    uint32_t lesser = a < b ? a : b, greater = a < b ? b : a;
    struct token_slot *slot = &memo->slots[compare_slot(lesser, greater, TOKEN_MEMO_BITS)];
    if (slot->a != lesser || slot->b != greater)
        *slot = (struct token_slot){lesser, greater, spelling_factor(token_a, token_b)};
    return slot->factor;
}

/* The bits that two different tokens bring. */
static float token_gain(const struct comparer *comparer, struct token_memo *memo, size_t column, uint32_t a, uint32_t b,
                        float least)
{
    const struct column *store = &comparer->records->columns[column];
    const struct token *token_a = &store->token_features[a], *token_b = &store->token_features[b];
    if (token_a->digits || token_b->digits)
        return 0;
    if (token_a->text.len > 1 && token_b->text.len > 1)
        return least * token_factor(comparer, memo, column, a, b);
    bool initial = comparer->spec->columns[column].kind <= LINK_FULL_NAME && token_a->text.at[0] == token_b->text.at[0];
    return initial ? compare_clamp(least * 0.75f, 0, 3) : 0;
}

static float company_bits(const struct comparer *comparer, size_t column, uint32_t a, uint32_t b)
{
    const uint8_t *in_company = comparer->in_company[column];
    if (in_company && !(in_company[a] && in_company[b]))
        return 0;
    const struct slice *texts = comparer->records->columns[column].tokens.texts;
    return model_word_bits(comparer->model, (uint16_t)column, texts[a], texts[b]);
}

/* What equal tokens bring: the rarest all its bits, each next one less by what it tells of those before. */
static float equal_bits(const struct comparer *comparer, size_t column, const uint32_t *tokens, const float *bits,
                        unsigned equal)
{
    float sum = 0;
    UNINITIALIZED uint32_t counted[LINK_TOKENS_MAX];
    unsigned count = 0;
    while (equal) {
        unsigned best = (unsigned)__builtin_ctz(equal);
        for (unsigned x = equal; x; x &= x - 1)
            if (bits[__builtin_ctz(x)] > bits[best])
                best = (unsigned)__builtin_ctz(x);
        equal &= ~(1u << best);
        float less = 0;
        for (unsigned m = 0; m < count && comparer->model->words.count > 0; m++) {
            float company = company_bits(comparer, column, counted[m], tokens[best]);
            less = company > less ? company : less;
        }
        float all = bits[best] + 0.01f;
        sum += all - (less < all ? less : all);
        counted[count++] = tokens[best];
    }
    return sum;
}

struct side {
    const uint32_t *tokens;
    const float *bits;
    unsigned left; /* a bit for each token that is not aligned yet */
};

/* `bits` is room for those of a comparer that is not bound. */
static struct side side_of(const struct comparer *comparer, size_t column, const struct value *value, float *bits)
{
    struct side side = {.tokens = &comparer->records->columns[column].token_ids[value->token_at],
                        .bits = bits,
                        .left = (1u << value->token_count) - 1};
    if (comparer->token_bits[column])
        side.bits = &comparer->token_bits[column][value->token_at];
    else
        for (unsigned i = 0; i < value->token_count; i++)
            bits[i] = compare_token_bits(comparer, column, value->token_at + i);
    return side;
}

static float align_spellings(const struct comparer *comparer, struct token_memo *memo, size_t column, struct side *a,
                             struct side *b)
{
    UNINITIALIZED float gain[LINK_TOKENS_MAX][LINK_TOKENS_MAX];
    float matched = 0;
    for (unsigned x = a->left; x; x &= x - 1)
        for (unsigned y = b->left; y; y &= y - 1) {
            unsigned i = (unsigned)__builtin_ctz(x), j = (unsigned)__builtin_ctz(y);
            gain[i][j] = token_gain(comparer, memo, column, a->tokens[i], b->tokens[j],
                                    a->bits[i] < b->bits[j] ? a->bits[i] : b->bits[j]);
        }
    for (;;) {
        float best = 0;
        unsigned best_i = 0, best_j = 0;
        for (unsigned x = a->left; x; x &= x - 1)
            for (unsigned y = b->left; y; y &= y - 1) {
                unsigned i = (unsigned)__builtin_ctz(x), j = (unsigned)__builtin_ctz(y);
                if (gain[i][j] > best) {
                    best = gain[i][j];
                    best_i = i;
                    best_j = j;
                }
            }
        if (best <= 0)
            return matched;
        matched += best;
        a->left &= ~(1u << best_i);
        b->left &= ~(1u << best_j);
    }
}

/* Without a branch for each two: which are equal cannot be foretold. */
static unsigned align_equal(struct side *a, unsigned count_a, struct side *b, unsigned count_b)
{
    unsigned equal = 0;
    for (unsigned i = 0; i < count_a; i++) {
        unsigned same = 0;
        for (unsigned j = 0; j < count_b; j++)
            same |= (unsigned)(a->tokens[i] == b->tokens[j]) << j;
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
        over += compare_clamp(side->bits[__builtin_ctz(x)], 0, 12);
    return over;
}

struct bag compare_bags(const struct comparer *comparer, struct token_memo *memo, size_t column, bool fuzzy,
                        uint32_t code_a, uint32_t code_b)
{
    const struct column *store = &comparer->records->columns[column];
    column_order(store, &code_a, &code_b);
    UNINITIALIZED float bits_a[LINK_TOKENS_MAX], bits_b[LINK_TOKENS_MAX];
    struct side a = side_of(comparer, column, &store->values[code_a], bits_a);
    struct side b = side_of(comparer, column, &store->values[code_b], bits_b);
    unsigned equal = align_equal(&a, store->values[code_a].token_count, &b, store->values[code_b].token_count);
    struct bag bag = {equal_bits(comparer, column, a.tokens, a.bits, equal), 0};
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
