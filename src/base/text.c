/* Most names and addresses are ASCII, and folding is done for every field of a million rows: so each function first
 * looks whether the text is ASCII, eight bytes at a time, and only else walks through utf8proc.
 *
 * The distance keeps three rows of the table on the stack for words up to 128 bytes, after the common start and end
 * are taken off, and gives up on the first row that lies above the limit throughout. */
#include "base/text.h"

#include <utf8proc.h>

/* ---- Encodings ---- */

size_t text_ascii(struct slice s)
{
    size_t i = 0;
    for (; i + 8 <= s.len; i += 8) {
        if (slice_word(s.at + i) & 0x8080808080808080u)
            break;
    }
    while (i < s.len && (unsigned char)s.at[i] < 0x80)
        i++;
    return i;
}

/* Bytes of the valid character at p, 0 when it is none; *ret_cut when only its end is missing. RFC 3629: no overlong
 * forms, no surrogates, nothing past U+10FFFF. */
static size_t character_length(const unsigned char *p, size_t left, bool *ret_cut)
{
    unsigned char c = p[0], low = 0x80, high = 0xbf;
    size_t len;
    *ret_cut = false;
    if (c < 0x80)
        return 1;
    if (c < 0xc2 || c > 0xf4)
        return 0;
    if (c < 0xe0) {
        len = 2;
    } else if (c < 0xf0) {
        len = 3;
        low = c == 0xe0 ? 0xa0 : low;
        high = c == 0xed ? 0x9f : high;
    } else {
        len = 4;
        low = c == 0xf0 ? 0x90 : low;
        high = c == 0xf4 ? 0x8f : high;
    }
    for (size_t i = 1; i < len; i++) {
        if (i == left) {
            *ret_cut = true;
            return 0;
        }
        if (p[i] < low || p[i] > high)
            return 0;
        low = 0x80;
        high = 0xbf;
    }
    return len;
}

size_t text_valid_utf8(struct slice s)
{
    const unsigned char *p = (const unsigned char *)s.at;
    size_t i = 0;
    while (i < s.len) {
        i += text_ascii((struct slice){s.at + i, s.len - i});
        while (i < s.len && p[i] >= 0x80) {
            bool cut;
            size_t len = character_length(p + i, s.len - i, &cut);
            if (len == 0)
                return i;
            i += len;
        }
    }
    return i;
}

enum text_encoding text_guess(struct slice start, bool whole, size_t *ret_mark)
{
    *ret_mark = 0;
    if (slice_starts(start, S("\xef\xbb\xbf"))) {
        *ret_mark = 3;
        return TEXT_UTF8;
    }
    if (slice_starts(start, S("\xff\xfe"))) {
        *ret_mark = 2;
        return TEXT_UTF16_LE;
    }
    if (slice_starts(start, S("\xfe\xff"))) {
        *ret_mark = 2;
        return TEXT_UTF16_BE;
    }
    /* UTF-16 of Latin letters has a NUL in every other byte, always the same one of the two. */
    size_t nuls[2] = {0, 0}, pairs = start.len / 2;
    for (size_t i = 0; i < 2 * pairs; i++)
        nuls[i & 1] += start.at[i] == '\0';
    if (pairs >= 2 && nuls[1] * 2 > pairs && nuls[0] * 20 < nuls[1])
        return TEXT_UTF16_LE;
    if (pairs >= 2 && nuls[0] * 2 > pairs && nuls[1] * 20 < nuls[0])
        return TEXT_UTF16_BE;
    /* A few broken characters among many good ones are broken UTF-8; Windows-1252 almost never looks like good ones. */
    size_t good = 0, bad = 0;
    for (size_t i = 0; i < start.len;) {
        i += text_ascii(slice_part(start, i, start.len));
        if (i == start.len)
            break;
        bool cut;
        size_t len = character_length((const unsigned char *)start.at + i, start.len - i, &cut);
        good += len > 0;
        bad += len == 0 && (whole || !cut);
        i += len ? len : 1;
    }
    return bad * 10 <= good ? TEXT_UTF8 : TEXT_WINDOWS_1252;
}

/* Windows-1252 differs from Latin-1 in these 32 only. */
static const uint16_t windows_1252[32] = {0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
                                          0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd,
                                          0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
                                          0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178};

uint32_t text_windows_1252_character(unsigned char byte)
{
    return byte >= 0x80 && byte < 0xa0 ? windows_1252[byte - 0x80] : byte;
}

size_t text_put_character(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = len - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    out[0] = (char)((0xf0 << (4 - len)) | c);
    return len;
}

struct slice text_from_windows_1252(struct arena *arena, struct slice bytes)
{
    if (text_ascii(bytes) == bytes.len)
        return arena_copy(arena, bytes);
    must(bytes.len < SIZE_MAX / 3);
    char *out = arena_alloc(arena, 1, bytes.len * 3 + 1, 1);
    size_t used = 0;
    for (size_t i = 0; i < bytes.len; i++)
        used += text_put_character(out + used, text_windows_1252_character((unsigned char)bytes.at[i]));
    return slice_from(out, used);
}

/* ---- Folding ---- */

static char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* Letters of European names that Unicode does not take apart, written as a county's systems without them would. */
static const struct {
    uint32_t letter;
    const char *plain;
} plain_letters[] = {
    {0xe6, "ae"},   {0xf0, "d"},    {0xf8, "o"},    {0xfe, "th"},  {0x111, "d"},  {0x127, "h"},   {0x131, "i"},
    {0x138, "k"},   {0x142, "l"},   {0x14b, "n"},   {0x153, "oe"}, {0x167, "t"},  {0x180, "b"},   {0x19a, "l"},
    {0x2018, "'"},  {0x2019, "'"},  {0x201a, "'"},  {0x201b, "'"}, {0x2032, "'"}, {0x2bc, "'"},   {0x2b9, "'"},
    {0xb4, "'"},    {0x60, "'"},    {0x2bb, "'"},   {0x2bd, "'"},  {0xff07, "'"}, {0x201c, "\""}, {0x201d, "\""},
    {0x201e, "\""}, {0x201f, "\""}, {0x2033, "\""}, {0xab, "\""},  {0xbb, "\""},  {0x2010, "-"},  {0x2011, "-"},
    {0x2012, "-"},  {0x2013, "-"},  {0x2014, "-"},  {0x2015, "-"}, {0x2212, "-"}, {0xfe58, "-"},  {0xfe63, "-"},
};

static const char *plain_form(uint32_t c)
{
    for (size_t i = 0; i < countof(plain_letters); i++)
        if (plain_letters[i].letter == c)
            return plain_letters[i].plain;
    return NULL;
}

static bool is_white(uint32_t c)
{
    if (c <= 0x20 || c == 0x7f)
        return true;
    if (c < 0x80)
        return false;
    switch (utf8proc_category((utf8proc_int32_t)c)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
        return true;
    default:
        return false;
    }
}

/* Zero-width and direction marks: seen by nobody, so compared by nobody. */
static bool is_invisible(uint32_t c)
{
    return c == 0xad || (c >= 0x80 && utf8proc_category((utf8proc_int32_t)c) == UTF8PROC_CATEGORY_CF);
}

struct folded {
    char *at;
    size_t len;
    bool space; /* one is due before the next visible character */
};

static void fold_one(struct folded *out, uint32_t c)
{
    if (is_white(c)) {
        out->space = out->len > 0;
        return;
    }
    if (is_invisible(c))
        return;
    if (out->space)
        out->at[out->len++] = ' ';
    out->space = false;
    const char *plain = plain_form(c);
    if (plain)
        while (*plain)
            out->at[out->len++] = *plain++;
    else
        out->len += text_put_character(out->at + out->len, c);
}

static struct slice fold_unicode(struct arena *arena, struct slice s)
{
    const utf8proc_option_t options =
        UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK;
    struct arena *scratch = arena_make(0);
    /* U+00B4 decomposes to a space and a mark, and would fold to a space: first to an apostrophe. Bytes that are no
     * UTF-8 become U+FFFD. */
    struct buffer clean = buffer_make(scratch);
    for (size_t i = 0; i < s.len;) {
        struct slice rest = slice_part(s, i, s.len);
        size_t valid = text_valid_utf8(rest);
        for (size_t k = 0; k < valid; k++) {
            bool accent = (unsigned char)rest.at[k] == 0xc2 && (unsigned char)rest.at[k + 1] == 0xb4;
            buffer_add_byte(&clean, accent ? '\'' : rest.at[k]);
            k += accent;
        }
        if (valid < rest.len)
            buffer_add(&clean, S("\xef\xbf\xbd"));
        i += valid + 1;
    }
    struct slice in = buffer_slice(&clean);
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)in.at;
    utf8proc_ssize_t wanted = utf8proc_decompose(bytes, (utf8proc_ssize_t)in.len, NULL, 0, options);
    must(wanted >= 0);
    utf8proc_int32_t *characters = arena_array(scratch, utf8proc_int32_t, (size_t)wanted + 1);
    utf8proc_ssize_t count = utf8proc_decompose(bytes, (utf8proc_ssize_t)in.len, characters, wanted, options);
    must(count == wanted);
    count = utf8proc_normalize_utf32(characters, count, options);
    must(count >= 0);
    struct folded out = {.at = arena_alloc(arena, 5, (size_t)count + 1, 1)};
    for (utf8proc_ssize_t i = 0; i < count; i++)
        fold_one(&out, (uint32_t)characters[i]);
    arena_free(scratch);
    return slice_from(out.at, out.len);
}

struct slice text_fold(struct arena *arena, struct slice s)
{
    if (text_ascii(s) != s.len)
        return fold_unicode(arena, s);
    char *out = arena_alloc(arena, 1, s.len + 1, 1);
    size_t used = 0;
    bool space = false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (c <= ' ' || c == 0x7f) {
            space = used > 0;
            continue;
        }
        if (space)
            out[used++] = ' ';
        space = false;
        out[used++] = c == '`' ? '\'' : ascii_lower(c);
    }
    return slice_from(out, used);
}

/* The character at s.at[*at] of valid UTF-8; *at goes behind it. */
static uint32_t next_character(struct slice s, size_t *at)
{
    unsigned char first = (unsigned char)s.at[*at];
    if (first < 0x80) {
        (*at)++;
        return first;
    }
    utf8proc_int32_t c;
    utf8proc_ssize_t len = utf8proc_iterate((const utf8proc_uint8_t *)s.at + *at, (utf8proc_ssize_t)(s.len - *at), &c);
    *at += len > 0 ? (size_t)len : 1;
    return len > 0 ? (uint32_t)c : 0xfffd;
}

static bool is_letter_or_digit(uint32_t c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    switch (utf8proc_category((utf8proc_int32_t)c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
    /* In Indic scripts a spacing mark is part of the word. */
    case UTF8PROC_CATEGORY_MC:
        return true;
    default:
        return false;
    }
}

struct slice text_digits(struct arena *arena, struct slice s)
{
    char *out = arena_alloc(arena, 1, s.len + 1, 1);
    size_t used = 0;
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] >= '0' && s.at[i] <= '9')
            out[used++] = s.at[i];
    return slice_from(out, used);
}

struct slice text_letters(struct arena *arena, struct slice s)
{
    struct slice folded = text_fold(arena, s);
    char *out = arena_alloc(arena, 1, folded.len + 1, 1);
    size_t used = 0;
    for (size_t i = 0; i < folded.len;) {
        size_t start = i;
        if (is_letter_or_digit(next_character(folded, &i))) {
            memcpy(out + used, folded.at + start, i - start);
            used += i - start;
        }
    }
    return slice_from(out, used);
}

size_t text_tokens(struct arena *arena, struct slice s, struct slice **ret_tokens)
{
    struct slice folded = text_fold(arena, s);
    char *out = arena_alloc(arena, 1, folded.len + 1, 1);
    struct slice *tokens = NULL;
    size_t count = 0, capacity = 0, used = 0, start = 0;
    for (size_t i = 0; i <= folded.len;) {
        size_t from = i;
        uint32_t c = i < folded.len ? next_character(folded, &i) : (i++, ' ');
        if (is_letter_or_digit(c)) {
            memcpy(out + used, folded.at + from, i - from);
            used += i - from;
        } else if (c != '\'' && used > start) {
            ARENA_GROW(arena, tokens, count, capacity);
            tokens[count++] = slice_from(out + start, used - start);
            start = used;
        }
    }
    *ret_tokens = tokens;
    return count;
}

/* ---- Codes ---- */

/* Adds one letter to a Soundex: vowels part equal codes, h and w do not. */
static void soundex_letter(char out[5], size_t *used, char *last, char letter)
{
    static const char codes[] = "01230120022455012623010202";
    char code = codes[letter - 'a'];
    if (*used == 0)
        out[(*used)++] = (char)(letter - 32);
    else if (*used < 4 && code != '0' && code != *last)
        out[(*used)++] = code;
    if (letter != 'h' && letter != 'w')
        *last = code;
}

void text_soundex(struct slice name, char out[5])
{
    size_t used = 0;
    char last = 0;
    for (size_t i = 0; i < name.len && used < 4;) {
        if ((unsigned char)name.at[i] < 0x80) { /* nearly always */
            char letter = ascii_lower(name.at[i++]);
            if (letter >= 'a' && letter <= 'z')
                soundex_letter(out, &used, &last, letter);
            continue;
        }
        uint32_t c = next_character(name, &i);
        utf8proc_int32_t parts[32];
        int boundary = 0;
        utf8proc_ssize_t count = utf8proc_decompose_char(
            (utf8proc_int32_t)c, parts, (utf8proc_ssize_t)countof(parts),
            UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK, &boundary);
        if (count < 0 || count > (utf8proc_ssize_t)countof(parts))
            count = 0;
        for (utf8proc_ssize_t k = 0; k < count; k++) {
            char single[2] = {parts[k] < 0x80 ? ascii_lower((char)parts[k]) : 0, 0};
            const char *plain = parts[k] >= 0x80 ? plain_form((uint32_t)parts[k]) : single;
            for (; plain && *plain; plain++)
                if (*plain >= 'a' && *plain <= 'z')
                    soundex_letter(out, &used, &last, *plain);
        }
    }
    if (used > 0)
        while (used < 4)
            out[used++] = '0';
    out[used] = '\0';
}

static bool upper_in(char c, const char *letters)
{
    return c != '\0' && strchr(letters, c) != NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The forms that Royal Mail gives out: A9 A99 A9A AA9 AA99 AA9A, then 9AA, without the letters that a place never has.
 */
static bool postcode_form(const char *p, size_t len)
{
    if (len == 6 && memcmp(p, "GIR0AA", 6) == 0)
        return true;
    const char *inward = p + len - 3;
    if (!is_digit(inward[0]) || !upper_in(inward[1], "ABDEFGHJLNPQRSTUWXYZ") ||
        !upper_in(inward[2], "ABDEFGHJLNPQRSTUWXYZ"))
        return false;
    size_t outward = len - 3;
    if (!upper_in(p[0], "ABCDEFGHIJKLMNOPRSTUWYZ"))
        return false;
    if (is_digit(p[1]))
        return outward == 2 || (outward == 3 && (is_digit(p[2]) || upper_in(p[2], "ABCDEFGHJKPSTUW")));
    if (!upper_in(p[1], "ABCDEFGHKLMNOPQRSTUVWXY") || outward < 3 || !is_digit(p[2]))
        return false;
    return outward == 3 || (outward == 4 && (is_digit(p[3]) || upper_in(p[3], "ABEHMNPRVWXY")));
}

bool text_postcode(struct arena *arena, struct slice s, struct slice *ret)
{
    char p[8];
    size_t len = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (c == ' ' || c == '\t')
            continue;
        if (len == 7)
            return false;
        p[len++] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
    }
    if (len < 5 || !postcode_form(p, len))
        return false;
    char *out = arena_alloc(arena, 1, len + 2, 1);
    memcpy(out, p, len - 3);
    out[len - 3] = ' ';
    memcpy(out + len - 2, p + len - 3, 3);
    *ret = slice_from(out, len + 1);
    return true;
}

bool text_nhs_number(struct arena *arena, struct slice s, struct slice *ret)
{
    char digits[10];
    size_t len = 0;
    unsigned sum = 0;
    bool same = true;
    s = slice_trim(s);
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == ' ' || s.at[i] == '-')
            continue;
        if (len == 10 || !is_digit(s.at[i]))
            return false;
        if (len < 9)
            sum += (unsigned)(s.at[i] - '0') * (unsigned)(10 - len);
        same = same && s.at[i] == (len ? digits[0] : s.at[i]);
        digits[len++] = s.at[i];
    }
    if (len != 10 || same)
        return false;
    unsigned check = (11 - sum % 11) % 11;
    if (check != (unsigned)(digits[9] - '0')) /* A check of 10 is no digit, so such a number is never given out. */
        return false;
    *ret = arena_copy(arena, slice_from(digits, 10));
    return true;
}

bool text_uprn(struct arena *arena, struct slice s, struct slice *ret)
{
    s = slice_trim(s);
    if (s.len == 0 || s.len > 12)
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (!is_digit(s.at[i]))
            return false;
    while (s.len > 0 && s.at[0] == '0')
        s = slice_part(s, 1, s.len);
    if (s.len == 0)
        return false;
    *ret = arena_copy(arena, s);
    return true;
}

/* ---- Distance ---- */

static unsigned smaller(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned distance_in(struct slice a, struct slice b, unsigned limit, unsigned *rows)
{
    unsigned *before = rows, *last = rows + b.len + 1, *row = rows + 2 * (b.len + 1);
    for (size_t j = 0; j <= b.len; j++)
        last[j] = (unsigned)j;
    for (size_t i = 1; i <= a.len; i++) {
        unsigned least = row[0] = (unsigned)i;
        for (size_t j = 1; j <= b.len; j++) {
            unsigned cost = last[j - 1] + (a.at[i - 1] != b.at[j - 1]);
            cost = smaller(cost, smaller(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1])
                cost = smaller(cost, before[j - 2] + 1);
            row[j] = cost;
            least = smaller(least, cost);
        }
        /* A swap reaches back two rows, so both must lie above before there is no way down. */
        unsigned least_last = limit + 1;
        for (size_t j = 0; least > limit && j <= b.len; j++)
            least_last = smaller(least_last, last[j]);
        if (least > limit && least_last > limit)
            return limit + 1;
        unsigned *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return smaller(last[b.len], limit + 1);
}

unsigned text_distance(struct slice a, struct slice b, unsigned limit)
{
    must(limit < UINT32_MAX / 2);
    while (a.len && b.len && a.at[0] == b.at[0]) {
        a = slice_part(a, 1, a.len);
        b = slice_part(b, 1, b.len);
    }
    while (a.len && b.len && a.at[a.len - 1] == b.at[b.len - 1]) {
        a.len--;
        b.len--;
    }
    size_t longer = a.len > b.len ? a.len : b.len, shorter = a.len + b.len - longer;
    if (longer - shorter > limit)
        return limit + 1;
    if (shorter == 0)
        return (unsigned)longer;
    unsigned rows[3 * 33]; /* small: it is zeroed at each call */
    if (b.len <= 32)
        return distance_in(a, b, limit, rows);
    struct arena *scratch = arena_make(0);
    unsigned distance = distance_in(a, b, limit, arena_array(scratch, unsigned, 3 * (b.len + 1)));
    arena_free(scratch);
    return distance;
}

struct slice text_nearest(struct slice wanted, const struct slice *candidates, size_t count)
{
    char low[64], other[64];
    if (wanted.len == 0 || wanted.len > sizeof low)
        return NO_SLICE;
    for (size_t i = 0; i < wanted.len; i++)
        low[i] = ascii_lower(wanted.at[i]);
    unsigned best = wanted.len < 3 ? 1 : (unsigned)(wanted.len / 3);
    struct slice nearest = NO_SLICE;
    for (size_t k = 0; k < count; k++) {
        struct slice c = candidates[k];
        if (c.len > sizeof other)
            continue;
        for (size_t i = 0; i < c.len; i++)
            other[i] = ascii_lower(c.at[i]);
        unsigned distance = text_distance(slice_from(low, wanted.len), slice_from(other, c.len), best);
        if (distance <= best && (distance < best || !nearest.at)) {
            best = distance;
            nearest = c;
        }
    }
    return nearest;
}

static bool begins_letter(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80;
}

struct slice text_first_letters(struct slice s, size_t count)
{
    size_t at = 0;
    for (; count > 0 && at < s.len; count--)
        for (at++; at < s.len && !begins_letter(s.at[at]); at++)
            ;
    return count == 0 ? slice_part(s, 0, at) : NO_SLICE;
}

struct slice text_at_most(struct slice s, size_t count)
{
    struct slice first = text_first_letters(s, count);
    return slice_empty(first) ? s : first;
}

struct slice text_last_letters(struct slice s, size_t count)
{
    size_t at = s.len;
    for (; count > 0 && at > 0; count--)
        for (at--; at > 0 && !begins_letter(s.at[at]); at--)
            ;
    return count == 0 ? slice_part(s, at, s.len) : NO_SLICE;
}
