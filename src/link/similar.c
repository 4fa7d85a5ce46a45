/* similar.c: Jaro-Winkler with places as bits of one word, which the 64-byte cut makes possible: where a letter of the
 * one stands in the other is found for eight bytes of a word at a time, and the place taken is the lowest bit of what
 * is left of that within the window. The one-edit test is a walk from both ends.
 *
 * Where the processor has AVX2 both are done 32 bytes at a time (similar_avx2.c); which is asked of the processor
 * itself, so that one program serves old and new ones. */
#include "link/similar_inside.h"

double similar_jaro_winkler(struct slice a, struct slice b)
{
    return similar_has_avx2() ? similar_jaro_winkler_avx2(a, b) : similar_jaro_winkler_portable(a, b);
}

bool similar_one_edit(struct slice a, struct slice b)
{
    return similar_has_avx2() ? similar_one_edit_avx2(a, b) : similar_one_edit_portable(a, b);
}

enum { WORD = 8 };

/* The places, from 0 to 7, of a letter in a word of eight bytes, the first lowest. A byte of `other` is 0 where it
 * stands; exactly there no bit of it is set, nor carried up to its highest by 0x7f. */
static uint64_t places_in(uint64_t word, unsigned char letter)
{
    const uint64_t ones = 0x0101010101010101ull, low = 0x7f7f7f7f7f7f7f7full;
    uint64_t other = word ^ (ones * letter), none = ~(((other & low) + low) | other | low) >> 7;
    return none * 0x0102040810204080ull >> 56;
}

double similar_jaro_winkler_portable(struct slice a, struct slice b)
{
    a.len = a.len < SIMILAR_LONGEST ? a.len : SIMILAR_LONGEST;
    b.len = b.len < SIMILAR_LONGEST ? b.len : SIMILAR_LONGEST;
    if (a.len == 0 || b.len == 0)
        return 0;
    uint64_t words[SIMILAR_LONGEST / WORD] = {0}, taken_a = 0, left_b = similar_low_bits(b.len);
    for (size_t i = 0; i < b.len; i++)
        words[i / WORD] |= (uint64_t)(unsigned char)b.at[i] << WORD * (i % WORD);
    size_t window = similar_reach(a, b);
    for (size_t i = 0; i < a.len; i++) {
        uint64_t places = 0;
        for (size_t w = 0; w * WORD < b.len; w++)
            places |= places_in(words[w], (unsigned char)a.at[i]) << w * WORD;
        uint64_t free = places & similar_window(i, window) & left_b;
        left_b &= ~(free & (0 - free));
        taken_a |= (uint64_t)(free != 0) << i;
    }
    return similar_from_places(a, b, taken_a, similar_low_bits(b.len) & ~left_b);
}

bool similar_one_edit_portable(struct slice a, struct slice b)
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
