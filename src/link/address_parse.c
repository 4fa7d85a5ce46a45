/* address_parse.c: an address into words, numbers with their roles, and postcodes.
 *
 * One pass over the bytes makes tokens of letters and digits in lower case, in one piece of memory; a second goes over
 * the tokens with the next ones in sight. Commas and line ends part segments; nothing relies on them, as half of all
 * addresses come without. What a word is for (name, street, town) is not guessed here: the homes of the gazetteer know
 * it of theirs, and a word of the address takes the meaning of the word that it meets there. */
#include "link/address_inside.h"

#include "base/text.h"

enum { TOKENS = 128 };

struct token {
    struct slice text;
    uint8_t segment;
    char before; /* '-' or '/' when it stands directly between this token and the one before, with or without spaces */
};

struct tokens {
    struct token at[TOKENS];
    size_t count;
    bool segment_used;
    uint8_t segment;
    struct address_parts *parts;
    enum address_part part;
    uint8_t care_of; /* segment + 1 of which the words are a person's */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static bool is_alpha(char c)
{
    return c >= 'a' && c <= 'z';
}

/* ---- Postcodes ---- */

static char as_digit(char c)
{
    switch (c) {
    case 'o':
        return '0';
    case 'i':
    case 'l':
        return '1';
    case 's':
        return '5';
    case 'z':
        return '2';
    case 'b':
        return '8';
    default:
        return c;
    }
}
static char as_letter(char c)
{
    switch (c) {
    case '0':
        return 'o';
    case '1':
        return 'i';
    case '5':
        return 's';
    case '8':
        return 'b';
    default:
        return c;
    }
}

static bool outward_fits(const char *out, size_t len)
{
    if (len < 2 || len > 4 || !is_alpha(out[0]))
        return false;
    size_t area = is_alpha(out[1]) ? 2 : 1;
    if (len == area || !is_digit(out[area]))
        return false;
    return len - area == 1 || (len - area == 2 && (is_digit(out[area + 1]) || is_alpha(out[area + 1])));
}

/* Of 5 to 7 lower-case letters and digits. With `slips` put right where the form leaves no other reading. */
static uint64_t pack(const char *text, size_t len, bool slips)
{
    if (len < 5 || len > 7)
        return 0;
    char code[7];
    size_t out = len - 3;
    memcpy(code, text, len);
    if (slips) {
        code[out] = as_digit(code[out]);
        code[out + 1] = as_letter(code[out + 1]);
        code[out + 2] = as_letter(code[out + 2]);
        code[0] = as_letter(code[0]);
        if (!outward_fits(code, out) && out >= 3)
            code[2] = as_digit(code[2]);
        if (!outward_fits(code, out))
            code[out - 1] = as_digit(code[out - 1]);
        if (out == 4 && (code[3] == 'o' || code[3] == 'i'))
            code[3] = as_digit(code[3]);
        if (out == 3 && is_digit(code[1]) && (code[2] == 'o' || code[2] == 'i'))
            code[2] = as_digit(code[2]);
    }
    if (!outward_fits(code, out) || !is_digit(code[out]) || !is_alpha(code[out + 1]) || !is_alpha(code[out + 2]))
        return 0;
    uint64_t packed = 0;
    for (size_t i = 0; i < 4; i++)
        packed = packed << 8 | (unsigned char)(i < out ? code[i] : ' ');
    for (size_t i = out; i < len; i++)
        packed = packed << 8 | (unsigned char)code[i];
    return packed;
}

uint64_t address_postcode_pack(struct slice postcode)
{
    char code[8];
    size_t len = 0;
    for (size_t i = 0; i < postcode.len; i++) {
        char c = postcode.at[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (!is_digit(c) && !is_alpha(c)) {
            if (c > ' ' && c != '-' && c != '.' && c != ',')
                return 0;
            continue;
        }
        if (len == 7)
            return 0;
        code[len++] = c;
    }
    return pack(code, len, true);
}

static void add_postcode(struct address_parts *parts, uint64_t packed)
{
    for (size_t i = 0; i < parts->postcode_count; i++)
        if (parts->postcodes[i] == packed)
            return;
    if (parts->postcode_count < ADDRESS_POSTCODES)
        parts->postcodes[parts->postcode_count++] = packed;
}

/* Takes one or two tokens at i when they are a postcode. At the end of the text slips are put right. */
static size_t take_postcode(const struct tokens *t, size_t i)
{
    struct slice a = t->at[i].text, b = i + 1 < t->count ? t->at[i + 1].text : NO_SLICE;
    uint64_t packed = 0;
    size_t taken = 1;
    if (b.len == 3 && a.len >= 2 && a.len <= 4) {
        char both[7];
        memcpy(both, a.at, a.len);
        memcpy(both + a.len, b.at, 3);
        packed = pack(both, a.len + 3, false);
        if (!packed && i + 2 == t->count && i > 0 && (is_digit(b.at[0]) || is_digit(a.at[a.len - 1])))
            packed = pack(both, a.len + 3, true);
        taken = 2;
    }
    if (!packed && a.len >= 5 && a.len <= 7) {
        packed = pack(a.at, a.len, false);
        if (!packed && i + 1 == t->count && i > 0 && (is_digit(a.at[a.len - 3]) || is_digit(a.at[a.len - 4])))
            packed = pack(a.at, a.len, true);
        taken = 1;
    }
    if (!packed)
        return 0;
    add_postcode(t->parts, packed);
    return taken;
}

/* ---- Tokens ---- */

static void end_segment(struct tokens *t)
{
    if (t->segment_used && t->segment < UINT8_MAX)
        t->segment++;
    t->segment_used = false;
}

/* `out` has room for as many bytes as the text. */
static void tokenise(struct tokens *t, struct slice text, char *out)
{
    size_t used = 0, start = 0;
    char before = 0;
    for (size_t i = 0; i <= text.len && t->count < TOKENS; i++) {
        char c = i < text.len ? text.at[i] : ',';
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (is_alpha(c) || is_digit(c) || (unsigned char)c >= 0x80) {
            out[used++] = c;
            continue;
        }
        bool in_word = used > start;
        if ((c == '\'' || c == '`') && in_word)
            continue;
        if (in_word) {
            size_t len = used - start > 32 ? 32 : used - start;
            t->at[t->count++] = (struct token){slice_from(out + start, len), t->segment, before};
            t->segment_used = true;
            start = used;
            before = 0;
        }
        if (c == '-' || c == '/')
            before = c;
        if (c == ',' || c == ';' || c == '\n' || c == '\r' || c == '|' || c == '\t')
            end_segment(t);
    }
}

/* ---- Words and numbers ---- */

static void add_word(struct tokens *t, struct slice word, uint8_t segment)
{
    struct address_parts *parts = t->parts;
    if (parts->word_count == ADDRESS_WORDS || word.len == 0)
        return;
    if (t->care_of == segment + 1)
        parts->harmless |= (uint64_t)1 << parts->word_count;
    parts->part[parts->word_count] = (uint8_t)t->part;
    parts->segment[parts->word_count] = segment;
    parts->words[parts->word_count++] = word;
}

/* One letter alone after a digit, which then belongs to it: "12 A". Of other letters only where nothing follows. */
static bool letter_follows(const struct tokens *t, size_t i)
{
    if (i + 1 >= t->count || t->at[i + 1].text.len != 1 || t->at[i + 1].segment != t->at[i].segment ||
        !is_alpha(t->at[i + 1].text.at[0]) || t->at[i + 1].before == '/')
        return false;
    return t->at[i + 1].text.at[0] <= 'h' || i + 2 >= t->count || t->at[i + 2].segment != t->at[i].segment;
}

/* "12", "12a": whole token; also with a letter typed for a digit, "1O" and "l2". */
static bool read_plain(struct slice s, uint32_t *ret_low, char *ret_letter)
{
    char slip[4];
    if (s.len >= 2 && s.len <= 4 &&
        ((s.at[0] == 'l' && is_digit(s.at[1])) || (is_digit(s.at[0]) && s.at[s.len - 1] == 'o'))) {
        for (size_t i = 0; i < s.len; i++)
            slip[i] = s.at[i] == 'o' ? '0' : s.at[i] == 'l' ? '1' : s.at[i];
        s.at = slip;
    }
    size_t digits = 0;
    uint32_t value = 0;
    while (digits < s.len && is_digit(s.at[digits]))
        value = digits < 6 ? value * 10 + (uint32_t)(s.at[digits++] - '0') : UINT32_MAX, digits += value == UINT32_MAX;
    if (digits == 0 || digits > 6 || value == UINT32_MAX || s.len > digits + 1 || value == 0 ||
        (s.at[0] == '0' && digits > 4))
        return false;
    *ret_low = value;
    *ret_letter = s.len > digits ? s.at[digits] : 0;
    return s.len == digits || is_alpha(s.at[digits]);
}

/* A number or range that begins with token i; how many tokens it takes, 0: none. */
static size_t read_number(const struct tokens *t, size_t i, bool unit, struct address_number *ret)
{
    struct address_number n = {0};
    struct slice s = t->at[i].text;
    size_t taken = 1;
    if (!read_plain(s, &n.low, &n.letter)) {
        /* "b4", of units only; a road is "a47". */
        if (!unit || s.len < 2 || !is_alpha(s.at[0]) || !read_plain(slice_part(s, 1, s.len), &n.low, &n.letter))
            return 0;
        n.prefix = s.at[0];
        *ret = n;
        return 1;
    }
    if (!n.letter && letter_follows(t, i)) {
        n.letter = t->at[i + 1].text.at[0];
        taken = 2;
    }
    size_t next = i + taken;
    if (next < t->count && t->at[next].segment == t->at[i].segment) {
        bool dash = t->at[next].before == '-', slash = t->at[next].before == '/';
        if (!dash && !slash && slice_equal(t->at[next].text, S("to")) && next + 1 < t->count) {
            dash = true;
            next++;
        }
        uint32_t high;
        char letter;
        if ((dash || slash) && read_plain(t->at[next].text, &high, &letter) &&
            (high > n.low || (high == n.low && letter > n.letter && n.letter)) && high - n.low <= (dash ? 200u : 40u)) {
            n.high = high;
            n.high_letter = letter;
            taken = next + 1 - i;
        } else if ((slash || (dash && unit)) && read_plain(t->at[next].text, &high, &letter)) {
            n.high = high; /* "2/1", as Scottish flats are numbered; also "10/2", flat 2 of 10 */
            n.high_letter = letter;
            taken = next + 1 - i;
        } else if (dash && n.letter && t->at[next].text.len == 1 && t->at[next].text.at[0] > n.letter) {
            n.high = n.low;
            n.high_letter = t->at[next].text.at[0];
            taken = next + 1 - i;
        }
    }
    *ret = n;
    return taken;
}

static void add_number(struct tokens *t, struct address_number value, enum address_role role, enum address_unit unit,
                       size_t from, size_t taken)
{
    struct address_parts *parts = t->parts;
    if (parts->number_count == ADDRESS_NUMBERS)
        return;
    parts->numbers[parts->number_count++] = (struct address_numeral){
        .value = value,
        .role = (uint8_t)role,
        .unit = (uint8_t)unit,
        .part = (uint8_t)t->part,
        .segment = t->at[from].segment,
        .word = (uint8_t)parts->word_count,
        .text = taken == 1 ? t->at[from].text : NO_SLICE,
    };
}

/* "Flat One". */
static uint32_t number_word(struct slice s)
{
    static const char *const words[] = {"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"};
    for (uint32_t i = 0; i < countof(words); i++)
        if (slice_equal(s, slice_of(words[i])))
            return i + 1;
    return 0;
}

/* "flat 2", "flat no 2b", "unit b4", "flat a", "flat2"; how many tokens. */
static size_t take_unit(struct tokens *t, size_t i)
{
    bool bare;
    struct slice word = address_full_form(t->at[i].text);
    enum address_unit unit = address_designator(word, &bare);
    struct address_number n = {0};
    if (unit == UNIT_PLAIN) {
        /* "flat2": letters, then a number. */
        size_t letters = 0;
        while (letters < word.len && is_alpha(word.at[letters]))
            letters++;
        if (letters < 3 || letters == word.len)
            return 0;
        unit = address_designator(address_full_form(slice_part(word, 0, letters)), &bare);
        if (unit == UNIT_PLAIN || !read_plain(slice_part(word, letters, word.len), &n.low, &n.letter))
            return 0;
        add_number(t, n, ROLE_UNIT, unit, i, 1);
        return 1;
    }
    size_t next = i + 1, taken = 0;
    if (next + 1 < t->count && (slice_equal(t->at[next].text, S("no")) || slice_equal(t->at[next].text, S("number"))))
        next++;
    if (next < t->count) {
        taken = read_number(t, next, true, &n);
        struct slice s = t->at[next].text;
        if (!taken && bare && (n.low = number_word(s)))
            taken = 1;
        /* "lodge 4" is a unit, but "The Lodge, 4 Mill Lane" is not. */
        if (taken && t->at[next].segment != t->at[i].segment)
            taken = 0;
        if (!taken && s.len == 1 && is_alpha(s.at[0]) && t->at[next].segment == t->at[i].segment) {
            n = (struct address_number){.letter = s.at[0]};
            taken = 1;
        }
    }
    /* "Flat 12-14 High Street": a flat of 12-14, not flats. */
    if (taken && n.high > n.low && bare) {
        t->parts->flat = true;
        add_number(t, n, ROLE_FREE, UNIT_PLAIN, next, taken);
        return next + taken - i;
    }
    if (taken) {
        add_number(t, n, ROLE_UNIT, unit, next, taken);
        return next + taken - i;
    }
    if (!bare)
        return 0;
    t->parts->flat = true;
    return 1;
}

static enum address_floor floor_word(struct slice word)
{
    static const struct {
        const char *word;
        uint8_t floor;
    } floors[] = {{"basement", FLOOR_BASEMENT}, {"ground", FLOOR_GROUND}, {"first", FLOOR_FIRST},
                  {"second", FLOOR_SECOND},     {"third", FLOOR_THIRD},   {"fourth", FLOOR_FOURTH},
                  {"lower", FLOOR_GROUND},      {"top", FLOOR_TOP},       {"attic", FLOOR_TOP},
                  {"upper", FLOOR_FIRST}};
    for (size_t i = 0; i < countof(floors); i++)
        if (slice_equal(word, slice_of(floors[i].word)))
            return floors[i].floor;
    return FLOOR_NONE;
}

static bool token_is(const struct tokens *t, size_t i, struct slice word)
{
    return i < t->count && slice_equal(address_full_form(t->at[i].text), word);
}

/* "ground floor flat", "1st floor", "gff", "basement flat"; how many tokens. "First Avenue" is none. */
static size_t take_floor(struct tokens *t, size_t i)
{
    struct slice s = t->at[i].text;
    enum address_floor floor = FLOOR_NONE;
    size_t taken = 0;
    bool lower = false;
    if (s.len == 3 && s.at[1] == 'f' && s.at[2] == 'f') {
        floor = s.at[0] == 'g'   ? FLOOR_GROUND
                : s.at[0] == 'f' ? FLOOR_FIRST
                : s.at[0] == 's' ? FLOOR_SECOND
                : s.at[0] == 't' ? FLOOR_TOP
                                 : FLOOR_NONE;
        taken = 1;
    } else {
        lower = token_is(t, i, S("lower")) && token_is(t, i + 1, S("ground"));
        size_t at = lower ? i + 1 : i;
        floor = floor_word(address_full_form(t->at[at].text));
        bool said = token_is(t, at + 1, S("floor")) || token_is(t, at + 1, S("flr"));
        if (!said && !token_is(t, at + 1, S("flat")))
            return 0;
        taken = at + 1 + said - i;
    }
    if (floor == FLOOR_NONE)
        return 0;
    if (t->parts->floor == FLOOR_NONE)
        t->parts->floor = (uint8_t)(lower ? FLOOR_BASEMENT : floor);
    /* "… flat", but "first floor flat 2" has a number. */
    if (token_is(t, i + taken, S("flat"))) {
        struct address_number n;
        size_t next = i + taken + 1;
        bool numbered = next < t->count && t->at[next].segment == t->at[i].segment && read_number(t, next, true, &n) &&
                        t->part == PART_UNIT;
        if (!numbered)
            taken++;
    }
    t->parts->flat = true;
    return taken;
}

static size_t take_one(struct tokens *t, size_t i)
{
    struct slice s = t->at[i].text;
    bool first = t->parts->word_count == 0 && t->parts->number_count == 0;
    if (s.len == 1 && is_alpha(s.at[0]) && t->part == PART_ANY && i + 1 < t->count && t->at[i + 1].before == '/' &&
        t->at[i + 1].text.len == 1 && is_alpha(t->at[i + 1].text.at[0])) {
        if (s.at[0] == 'c' && t->at[i + 1].text.at[0] == 'o')
            t->care_of = (uint8_t)(t->at[i].segment + 1);
        return 2; /* c/o, r/o, n/o: care of, rear of, north of */
    }
    size_t taken = t->part == PART_ANY ? take_postcode(t, i) : 0;
    if (!taken && t->part != PART_STREET && t->part != PART_PLACE) {
        taken = take_floor(t, i);
        if (!taken)
            taken = take_unit(t, i);
    }
    if (taken)
        return taken;
    struct address_number n;
    if (t->part != PART_STREET && t->part != PART_PLACE && (taken = read_number(t, i, t->part == PART_UNIT, &n)) > 0) {
        add_number(t, n, t->part == PART_UNIT ? ROLE_UNIT : ROLE_FREE, UNIT_PLAIN, i, taken);
        if (t->care_of)
            t->care_of = 0;
        return taken;
    }
    /* A letter alone in its segment is a flat: "A, 10 High Street". */
    if (s.len == 1 && is_alpha(s.at[0]) && (t->part == PART_UNIT || first) && t->part != PART_STREET &&
        t->part != PART_PLACE && (i + 1 == t->count || t->at[i + 1].segment != t->at[i].segment)) {
        add_number(t, (struct address_number){.letter = s.at[0]}, ROLE_UNIT, UNIT_PLAIN, i, 1);
        return 1;
    }
    struct slice word = address_full_form(s);
    if (address_word_kind(word) != WORD_DROPPED)
        add_word(t, word, t->at[i].segment);
    return 1;
}

void address_parse(struct address_parts *parts, struct slice text, enum address_part part, struct arena *arena)
{
    text = slice_part(text, 0, ADDRESS_BYTES);
    if (text_ascii(text) != text.len)
        text = slice_part(text_fold(arena, text), 0, ADDRESS_BYTES);
    struct tokens t;
    t.count = 0;
    t.segment_used = false;
    t.segment = parts->segments;
    t.parts = parts;
    t.part = part;
    t.care_of = 0;
    tokenise(&t, text, arena_alloc(arena, 1, text.len + 1, 1));
    for (size_t i = 0; i < t.count;)
        i += take_one(&t, i);
    parts->segments = t.segment;
}

void address_parse_end(struct address_parts *parts)
{
    bool unit = false, house = false;
    for (size_t i = 0; i < parts->number_count; i++)
        unit |= parts->numbers[i].role == ROLE_UNIT;
    for (size_t i = parts->number_count; i-- > 0;) {
        struct address_numeral *n = &parts->numbers[i], *next = n + 1;
        if (n->role != ROLE_FREE)
            continue;
        if (!house) {
            n->role = ROLE_HOUSE;
            house = true;
        } else if (!unit && i + 1 < parts->number_count && next->role == ROLE_HOUSE && next->word == n->word) {
            n->role = ROLE_UNIT; /* "2, 10 High Street" */
            unit = true;
        }
    }
}
