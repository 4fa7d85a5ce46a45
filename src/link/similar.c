/* similar.c: Jaro-Winkler with places as bits of one word, which the 64-byte cut makes possible: where a letter of the
 * one stands in the other is one comparison of sixteen bytes at a time, where the processor has such (SSE2), and the
 * place taken is the lowest bit of what is left of that within the window. The one-edit test is a walk from both ends.
 */
#include "link/similar.h"

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

#if defined __SSE2__
#include <emmintrin.h>

/* The bytes of a text, and zeros up to a multiple of sixteen. */
struct letters {
    __m128i blocks[4];
    size_t count;
};

static inline struct letters letters_of(struct slice s)
{
    UNINITIALIZED struct letters letters;
    letters.count = (s.len + 15) / 16;
    letters.blocks[letters.count - 1] = _mm_setzero_si128();
    memcpy(letters.blocks, s.at, s.len);
    return letters;
}

static inline uint64_t places_of(const struct letters *letters, char letter)
{
    const __m128i wanted = _mm_set1_epi8(letter);
    uint64_t places = 0;
    for (size_t i = 0; i < letters->count; i++)
        places |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(letters->blocks[i], wanted)) << 16 * i;
    return places;
}

#else

struct letters {
    struct slice text;
};

static inline struct letters letters_of(struct slice s)
{
    return (struct letters){s};
}

static inline uint64_t places_of(const struct letters *letters, char letter)
{
    uint64_t places = 0;
    for (size_t i = 0; i < letters->text.len; i++)
        places |= (uint64_t)(letters->text.at[i] == letter) << i;
    return places;
}

#endif

/* The lowest n bits. */
static inline uint64_t low_bits(size_t n)
{
    return n >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << n) - 1;
}

double similar_jaro_winkler(struct slice a, struct slice b)
{
    a.len = smaller(a.len, 64);
    b.len = smaller(b.len, 64);
    if (a.len == 0 || b.len == 0)
        return 0;
    size_t longer = a.len > b.len ? a.len : b.len, window = longer / 2 > 0 ? longer / 2 - 1 : 0;
    struct letters letters = letters_of(b);
    uint64_t taken_a = 0, left_b = low_bits(b.len);
    size_t matches = 0;
    for (size_t i = 0; i < a.len; i++) {
        uint64_t within = low_bits(i + window + 1) & ~low_bits(i > window ? i - window : 0);
        uint64_t free = places_of(&letters, a.at[i]) & within & left_b;
        left_b &= ~(free & (0 - free));
        taken_a |= (uint64_t)(free != 0) << i;
        matches += free != 0;
    }
    if (matches == 0)
        return 0;
    size_t half_swaps = 0;
    for (uint64_t left = taken_a, right = low_bits(b.len) & ~left_b; left; left &= left - 1, right &= right - 1)
        half_swaps += a.at[__builtin_ctzll(left)] != b.at[__builtin_ctzll(right)];
    double m = (double)matches;
    double jaro = (m / (double)a.len + m / (double)b.len + (m - (double)half_swaps / 2) / m) / 3;
    size_t prefix = 0;
    while (prefix < 4 && prefix < a.len && prefix < b.len && a.at[prefix] == b.at[prefix])
        prefix++;
    return jaro + (double)prefix * 0.1 * (1 - jaro);
}

bool similar_one_edit(struct slice a, struct slice b)
{
    if (a.len > b.len) {
        struct slice swap = a;
        a = b;
        b = swap;
    }
    if (b.len - a.len > 1)
        return false;
    size_t front = 0, back = 0;
    while (front < a.len && a.at[front] == b.at[front])
        front++;
    while (back < a.len - front && a.at[a.len - 1 - back] == b.at[b.len - 1 - back])
        back++;
    size_t left_a = a.len - front - back, left_b = b.len - front - back;
    if (left_a <= 1 && left_b <= 1)
        return true;
    return left_a == 2 && left_b == 2 && a.at[front] == b.at[front + 1] && a.at[front + 1] == b.at[front];
}
