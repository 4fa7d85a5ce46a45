/* similar_avx2.c: similar.c's functions where the processor has AVX2, 32 bytes at a time.
 *
 * A text is read into a register by a few reads that overlap, as its length allows: never a byte past its end, and no
 * call for the copy, which took as long as what came after it. The compiler is told of the processor for these
 * functions alone, so the rest of the program runs anywhere. */
#include "link/similar_inside.h"

#if defined __x86_64__
#include <immintrin.h>

#define WITH_AVX2 __attribute__((target("avx2,bmi,bmi2")))

enum { WIDTH = 32 };

/* At most eight bytes, zeros above. */
static uint64_t read_few(const char *at, size_t len)
{
    if (len >= 4)
        return slice_half_word(at) | (len > 4 ? (uint64_t)slice_half_word(at + len - 4) << 8 * (len - 4) : 0);
    uint64_t word = 0;
    for (size_t i = 0; i < len; i++)
        word |= (uint64_t)(unsigned char)at[i] << 8 * i;
    return word;
}

/* At most sixteen bytes, zeros above. */
WITH_AVX2 static inline __m128i read_half(const char *at, size_t len)
{
    if (len == 16)
        return _mm_loadu_si128((const __m128i *)(const void *)at);
    if (len <= 8)
        return _mm_cvtsi64_si128((long long)(len == 8 ? slice_word(at) : read_few(at, len)));
    /* Of the last eight bytes those that the first eight do not hold. */
    return _mm_set_epi64x((long long)(slice_word(at + len - 8) >> 8 * (16 - len)), (long long)slice_word(at));
}

/* At most 32 bytes, zeros above. */
WITH_AVX2 static inline __m256i read_text(const char *at, size_t len)
{
    if (len >= WIDTH)
        return _mm256_loadu_si256((const __m256i *)(const void *)at);
    __m128i low = read_half(at, len < 16 ? len : 16);
    return _mm256_set_m128i(len > 16 ? read_half(at + 16, len - 16) : _mm_setzero_si128(), low);
}

WITH_AVX2 static inline uint64_t places_of(__m256i text, __m256i letter)
{
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(text, letter));
}

WITH_AVX2 double similar_jaro_winkler_avx2(struct slice a, struct slice b)
{
    a.len = a.len < SIMILAR_LONGEST ? a.len : SIMILAR_LONGEST;
    b.len = b.len < SIMILAR_LONGEST ? b.len : SIMILAR_LONGEST;
    if (a.len == 0 || b.len == 0)
        return 0;
    __m256i low = read_text(b.at, b.len);
    __m256i high = b.len > WIDTH ? read_text(b.at + WIDTH, b.len - WIDTH) : _mm256_setzero_si256();
    uint64_t taken_a = 0, left_b = similar_low_bits(b.len);
    size_t window = similar_reach(a, b);
    for (size_t i = 0; i < a.len; i++) {
        __m256i letter = _mm256_set1_epi8(a.at[i]);
        uint64_t places = places_of(low, letter);
        if (b.len > WIDTH)
            places |= places_of(high, letter) << WIDTH;
        uint64_t free = places & similar_window(i, window) & left_b;
        left_b &= ~(free & (0 - free));
        taken_a |= (uint64_t)(free != 0) << i;
    }
    return similar_from_places(a, b, taken_a, similar_low_bits(b.len) & ~left_b);
}

/* Places of the first `len` where two texts differ. */
WITH_AVX2 static inline uint64_t differ(__m256i a, __m256i b, size_t len)
{
    return ~places_of(a, b) & similar_low_bits(len);
}

WITH_AVX2 bool similar_one_edit_avx2(struct slice a, struct slice b)
{
    if (a.len > b.len) {
        struct slice swap = a;
        a = b;
        b = swap;
    }
    if (b.len - a.len > 1)
        return false;
    if (b.len > WIDTH)
        return similar_one_edit_portable(a, b);
    __m256i left = read_text(a.at, a.len);
    uint64_t differs = differ(left, read_text(b.at, b.len), a.len);
    if (differs == 0)
        return true;
    if (a.len < b.len) /* from the first difference on, each letter stands one place further on in b */
        return differ(left, read_text(b.at + 1, a.len), a.len) >> __builtin_ctzll(differs) == 0;
    size_t first = (size_t)__builtin_ctzll(differs);
    if (differs == 1ull << first)
        return true;
    return differs == 3ull << first && a.at[first] == b.at[first + 1] && a.at[first + 1] == b.at[first];
}

#else

double similar_jaro_winkler_avx2(struct slice a, struct slice b)
{
    return similar_jaro_winkler_portable(a, b);
}

bool similar_one_edit_avx2(struct slice a, struct slice b)
{
    return similar_one_edit_portable(a, b);
}

#endif
