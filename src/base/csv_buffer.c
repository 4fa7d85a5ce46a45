/* The buffer holds one row whole. It starts at 128 KiB, doubles when a row takes more than half of it, and stops at
 * max_row and 64 KiB. It is malloc's, not the arena's, because an arena keeps the old blocks when something grows.
 *
 * UTF-16 is turned into UTF-8 as it enters the buffer; the place in the file is found by counting back: two bytes for
 * each character, four for those past U+FFFF. */
#include "base/csv_reader.h"

#include <stdlib.h>
#if defined __SSE2__
#include <emmintrin.h>
#endif

void csv_free(void *reader)
{
    struct csv_reader *r = reader;
    must(r->magic == CSV_MAGIC);
    r->magic = 0;
    free(r->at);
    free(r->raw);
    free(r->side);
}

bool csv_grow(char **memory, size_t size, struct error *err)
{
    char *larger = realloc(*memory, size);
    if (!larger)
        return error_set(err, ERROR_TOO_BIG, "there is no memory for a row of this file; close other programs");
    *memory = larger;
    return true;
}

static uint32_t unit(const struct csv_reader *r, size_t i)
{
    unsigned char a = (unsigned char)r->raw[i], b = (unsigned char)r->raw[i + 1];
    return r->encoding == TEXT_UTF16_LE ? (uint32_t)b << 8 | a : (uint32_t)a << 8 | b;
}

/* Turns a run of ASCII, eight units at a time where that is possible; gives the number of units. */
static size_t ascii_units(struct csv_reader *r, size_t from)
{
    size_t count = 0, room = r->capacity - r->end - 4, left = (r->raw_len - from) / 2;
    size_t most = room < left ? room : left;
    const char *in = r->raw + from;
    char *out = r->at + r->end;
#if defined __SSE2__
    bool little = r->encoding == TEXT_UTF16_LE;
    for (; count + 8 <= most; count += 8) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(in + 2 * count));
        v = little ? v : _mm_or_si128(_mm_slli_epi16(v, 8), _mm_srli_epi16(v, 8));
        __m128i beyond = _mm_and_si128(v, _mm_set1_epi16((short)0xff80));
        if (_mm_movemask_epi8(_mm_cmpeq_epi8(beyond, _mm_setzero_si128())) != 0xffff)
            break;
        _mm_storel_epi64((__m128i *)(void *)(out + count), _mm_packus_epi16(v, v));
    }
#endif
    for (; count < most; count++) {
        uint32_t c = unit(r, from + 2 * count);
        if (c >= 0x80)
            break;
        out[count] = (char)c;
    }
    return count;
}

/* Turns what it can of raw[] into text; each unit needs three bytes at most. */
static void turn_utf16(struct csv_reader *r)
{
    size_t i = 0;
    while (i + 1 < r->raw_len && r->capacity - r->end >= 4) {
        size_t plain = ascii_units(r, i);
        r->end += plain;
        i += 2 * plain;
        if (i + 1 >= r->raw_len || r->capacity - r->end < 4)
            break;
        uint32_t c = unit(r, i);
        size_t used = 2;
        if (c >= 0xd800 && c < 0xdc00) {
            if (i + 3 >= r->raw_len && !r->ended)
                break;
            uint32_t low = i + 3 < r->raw_len ? unit(r, i + 2) : 0;
            if (low >= 0xdc00 && low < 0xe000) {
                c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                used = 4;
            } else {
                c = 0xfffd;
            }
        } else if (c >= 0xdc00 && c < 0xe000) {
            c = 0xfffd;
        }
        r->end += text_put_character(r->at + r->end, c);
        i += used;
    }
    if (r->ended && i + 1 == r->raw_len && r->capacity - r->end >= 4) {
        r->end += text_put_character(r->at + r->end, 0xfffd);
        r->odd_end = true;
        i++;
    }
    memmove(r->raw, r->raw + i, r->raw_len - i);
    r->raw_len -= i;
}

bool csv_pull(struct csv_reader *r, char *out, size_t size, size_t *ret_read, struct error *err)
{
    if (!r->source(r->context, out, size, ret_read, err))
        return false;
    must(*ret_read <= size);
    r->ended = *ret_read == 0;
    return true;
}

bool csv_fill(struct csv_reader *r, struct error *err)
{
    r->base = NO_BLOCK;
    if (!csv_is_utf16(r)) {
        while (!r->ended && r->end < r->capacity) {
            size_t got;
            if (!csv_pull(r, r->at + r->end, r->capacity - r->end, &got, err))
                return false;
            r->end += got;
        }
    } else {
        for (;;) {
            size_t before = r->raw_len;
            turn_utf16(r);
            if (r->capacity - r->end < 4 || (r->ended && (r->raw_len == 0 || r->raw_len == before)))
                break;
            size_t got;
            if (!r->ended) {
                if (!csv_pull(r, r->raw + r->raw_len, TAIL - r->raw_len, &got, err))
                    return false;
                r->raw_len += got;
            }
        }
    }
    memset(r->at + r->end, 0, PADDING);
    return true;
}

bool csv_refill(struct csv_reader *r, struct error *err)
{
    size_t unread = r->end - r->position;
    memmove(r->at, r->at + r->position, unread);
    r->dropped += r->position;
    r->position = 0;
    r->end = unread;
    if (unread > r->capacity / 2 && r->capacity < r->max_row + TAIL) {
        size_t capacity = r->capacity * 2 < r->max_row + TAIL ? r->capacity * 2 : r->max_row + TAIL;
        if (!csv_grow(&r->at, capacity + PADDING, err))
            return false;
        r->capacity = capacity;
    }
    return csv_fill(r, err);
}

uint64_t csv_file_bytes(const struct csv_reader *r, size_t from, size_t to)
{
    if (!csv_is_utf16(r))
        return to - from;
    uint64_t bytes = 0;
    for (size_t i = from; i < to; i++) {
        size_t plain = text_ascii(slice_from(r->at + i, to - i));
        bytes += 2 * plain;
        i += plain;
        if (i == to)
            break;
        unsigned char c = (unsigned char)r->at[i];
        bytes += (c & 0xc0) != 0x80 ? (c >= 0xf0 ? 4 : 2) : 0;
    }
    return bytes - (r->odd_end && to == r->end && to > from && r->raw_len == 0);
}
