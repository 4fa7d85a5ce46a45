/* similar.c: Jaro-Winkler with the matched places kept as bits of one word, which the 64-byte cut makes possible; and
 * the one-edit test as a walk from both ends. */
#include "link/similar.h"

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

double similar_jaro_winkler(struct slice a, struct slice b)
{
    a.len = smaller(a.len, 64);
    b.len = smaller(b.len, 64);
    if (a.len == 0 || b.len == 0)
        return 0;
    size_t longer = a.len > b.len ? a.len : b.len, window = longer / 2 > 0 ? longer / 2 - 1 : 0;
    uint64_t taken_a = 0, taken_b = 0;
    size_t matches = 0;
    for (size_t i = 0; i < a.len; i++) {
        size_t from = i > window ? i - window : 0, to = smaller(i + window + 1, b.len);
        for (size_t j = from; j < to; j++)
            if (!(taken_b >> j & 1) && a.at[i] == b.at[j]) {
                taken_a |= 1ull << i;
                taken_b |= 1ull << j;
                matches++;
                break;
            }
    }
    if (matches == 0)
        return 0;
    size_t half_swaps = 0;
    for (uint64_t left = taken_a, right = taken_b; left; left &= left - 1, right &= right - 1)
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
