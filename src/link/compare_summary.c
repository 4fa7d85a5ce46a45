/* compare_summary.c: what two different values' codes tell of their level.
 *
 * A field of two records is mostly missing, equal, or quite different, and what is different was looked up in a memo, a
 * place in memory for each two values, and compared where another two stood there: a third of all postcodes. But a
 * value by itself needs few bits to say all that the levels of dates and postcodes ask, and to say of other texts that
 * none of their levels can hold: which letters stand in it and how many there are. So each distinct value has a word of
 * these by its code. One record meets many others, so of each two words one is at hand; and none of the ways below
 * branches by what it finds, so that the compiler does four or eight pairs at a time where the processor has AVX2.
 *
 * A date: eight digits of four bits, 14 bits of year, 7 of month, 7 of day, a bit that it is one.
 * A postcode: its letters from the lowest byte, at most seven; then the lengths of its area (2 bits), district (3) and
 * sector (3).
 * A text: 40 bits of letters, 6 of length, 6 for each of its first two letters, and flags. */
#include "link/compare_inside.h"

#include "link/similar_inside.h"

enum {
    YEAR_AT = 32,
    MONTH_AT = 46,
    DAY_AT = 53,
    IS_DATE_AT = 60,
    AREA_AT = 56,
    DISTRICT_AT = 58,
    SECTOR_AT = 61,
    LENGTH_AT = 40,
    FIRST_AT = 46,
    SECOND_AT = 52,
    LENGTH_MOST = 62,
    SPACE = 36,
    NO_LETTER = 63,
};

enum date_truth {
    IS_SWAPPED = 1,
    IS_DIGIT = 2,
    IS_PARTIAL = 4,
    IS_PARTS = 8,
    IS_DAY_MONTH = 16,
    IS_YEAR = 32,
    IS_YEARS = 64,
};

enum postcode_truth { IS_EDIT = 1, IS_SECTOR = 2, IS_DISTRICT = 4, IS_AREA = 8 };

/* ---- Plans ---- */

/* What a test reads in the truth of a date or a postcode; 0: no summary tells it. */
static unsigned truth_of(enum summary_way way, const struct link_level *level)
{
    static const uint8_t of_date[LINK_TESTS] = {
        [LINK_TEST_SWAPPED] = IS_SWAPPED, [LINK_TEST_DIGIT] = IS_DIGIT,         [LINK_TEST_PARTIAL] = IS_PARTIAL,
        [LINK_TEST_PARTS] = IS_PARTS,     [LINK_TEST_DAY_MONTH] = IS_DAY_MONTH, [LINK_TEST_YEAR] = IS_YEAR,
        [LINK_TEST_YEARS] = IS_YEARS};
    static const uint8_t of_postcode[LINK_TESTS] = {
        [LINK_TEST_SECTOR] = IS_SECTOR, [LINK_TEST_DISTRICT] = IS_DISTRICT, [LINK_TEST_AREA] = IS_AREA};
    if (way == SUMMARY_DATE)
        return of_date[level->test];
    return level->test == LINK_TEST_EDITS && level->argument < 2 ? IS_EDIT : of_postcode[level->test];
}

static bool asks_truth(const struct link_comparison *comparison, struct summary_plan *plan)
{
    for (unsigned l = 1; l < comparison->level_count; l++) {
        const struct link_level *level = &comparison->levels[l];
        unsigned truth = truth_of(plan->way, level);
        if (!truth)
            return false;
        if (plan->way == SUMMARY_DATE && truth == IS_YEARS) {
            if (plan->years >= 0 && plan->years != (int)level->argument)
                return false; /* two tests of years */
            plan->years = (int)level->argument;
        }
    }
    for (unsigned held = 0; held < countof(plan->level_of); held++) {
        unsigned l = 1;
        while (l < comparison->level_count && !(held & truth_of(plan->way, &comparison->levels[l])))
            l++;
        plan->level_of[held] = (uint8_t)(l + 1);
    }
    return true;
}

/* The least sum of the shares of letters that match, of both texts, with which such a similarity can be had where so
 * many letters begin both; a little less, for rounding. */
static float jaro_least(double similarity, unsigned prefix)
{
    double share = 0.1 * prefix;
    return (float)(3 * (similarity - share) / (1 - share) - 1 - 1e-4);
}

static bool asks_text(const struct link_comparison *comparison, struct summary_plan *plan)
{
    double similarity = 2;
    for (unsigned l = 1; l < comparison->level_count; l++) {
        const struct link_level *level = &comparison->levels[l];
        switch (level->test) {
        case LINK_TEST_EQUAL:
            break;
        case LINK_TEST_NICKNAME:
            plan->both |= SUMMARY_LINES;
            break;
        case LINK_TEST_LEARNED:
            plan->both |= SUMMARY_LEARNED;
            break;
        case LINK_TEST_SWAPPED:
            plan->both |= SUMMARY_SEVERAL;
            break;
        case LINK_TEST_INITIAL:
            plan->initial = SUMMARY_INITIAL;
            break;
        case LINK_TEST_CONTAINS:
            plan->contains = true;
            break;
        case LINK_TEST_EDITS: {
            unsigned edits = level->argument < 2 ? 1 : (unsigned)level->argument;
            plan->edits = edits + 1 > plan->edits ? edits + 1 : plan->edits;
            break;
        }
        case LINK_TEST_JARO:
            similarity = level->argument < similarity ? level->argument : similarity;
            break;
        case LINK_TEST_SOUNDEX:
            plan->first_letter = true;
            break;
        case LINK_TEST_PREFIX:
            plan->first_known = true;
            break;
        case LINK_TEST_LOCAL_PART:
            plan->two_letters = true;
            break;
        default:
            return false;
        }
    }
    for (unsigned i = 0; i < countof(plan->jaro_least); i++)
        plan->jaro_least[i] = similarity > 1 ? 100 : jaro_least(similarity, i < 2 ? i : 4);
    return true;
}

struct summary_plan summary_plan(const struct link_spec *spec, const struct link_comparison *comparison)
{
    struct summary_plan plan = {.way = SUMMARY_TEXT, .years = -1, .different = (uint8_t)(comparison->level_count + 1)};
    enum link_kind kind = spec->columns[comparison->columns[0]].kind;
    plan.asks = SUMMARY_ASKS_NOTHING;
    for (unsigned l = 1; l < comparison->level_count && plan.asks != SUMMARY_ASKS_MORE; l++)
        plan.asks = comparison->levels[l].test == LINK_TEST_LEARNED ? SUMMARY_ASKS_LEARNED : SUMMARY_ASKS_MORE;
    bool fits = comparison->method == LINK_METHOD_LEVELS && comparison->column_count == 1 &&
                comparison->levels[0].test == LINK_TEST_EQUAL;
    if (fits && (kind == LINK_DATE || kind == LINK_POSTCODE)) {
        plan.way = kind == LINK_DATE ? SUMMARY_DATE : SUMMARY_POSTCODE;
        fits = asks_truth(comparison, &plan);
    } else if (fits) {
        fits = asks_text(comparison, &plan);
    }
    for (unsigned l = 1; fits && l < comparison->level_count; l++) {
        enum link_test test = comparison->levels[l].test;
        plan.frequency_of[l + 1] = comparison->frequency && (test == LINK_TEST_DIGIT || test == LINK_TEST_EDITS);
    }
    if (!fits)
        plan.way = SUMMARY_NONE;
    return plan;
}

/* ---- Summaries ---- */

static uint64_t summary_of_date(const struct value *value)
{
    uint64_t digits = 0;
    if (!value->date || (value->day && !value->month)) /* a day of no month: which of two has it tells in tests */
        return 0;
    for (size_t i = 0; i < 8; i++)
        digits = digits << 4 | (unsigned)(value->text.at[i] - '0');
    return digits | (uint64_t)value->year << YEAR_AT | (uint64_t)value->month << MONTH_AT |
           (uint64_t)value->day << DAY_AT | 1ull << IS_DATE_AT;
}

static uint64_t summary_of_postcode(const struct value *value)
{
    uint64_t letters = 0;
    if (value->text.len > 7)
        return 0;
    for (size_t i = 0; i < value->text.len; i++) {
        letters |= (uint64_t)(unsigned char)value->text.at[i] << 8 * i;
        if (value->text.at[i] == '\0')
            return 0;
    }
    return letters | (uint64_t)value->area << AREA_AT | (uint64_t)value->district << DISTRICT_AT |
           (uint64_t)value->sector << SECTOR_AT;
}

static unsigned letter_of(char byte)
{
    unsigned char c = (unsigned char)byte;
    if (c >= 'a' && c <= 'z')
        return c - 'a';
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= '0' && c <= '9')
        return 26u + c - '0';
    return c == ' ' ? SPACE : SPACE + 1u + c % 3u;
}

static uint64_t summary_of_text(const struct column *column, const struct value *value)
{
    uint64_t summary = (uint64_t)value->text.len << LENGTH_AT;
    struct slice text = value->text;
    if (text.len > LENGTH_MOST)
        return 0;
    for (size_t i = 0; i < text.len; i++)
        summary |= 1ull << letter_of(text.at[i]);
    summary |= (uint64_t)letter_of(text.at[0]) << FIRST_AT;
    summary |= (uint64_t)(text.len > 1 ? letter_of(text.at[1]) : NO_LETTER) << SECOND_AT;
    summary |= text.len == 1 || text.at[1] == ' ' ? SUMMARY_INITIAL : 0;
    summary |= value->token_count > 1 ? SUMMARY_SEVERAL : 0;
    summary |= value->token_count == LINK_TOKENS_MAX ? SUMMARY_CUT : 0;
    if (value->token_count > 0 && column->token_features[column->token_ids[value->token_at]].line_count > 0)
        summary |= SUMMARY_LINES;
    return summary;
}

uint64_t summary_of(const struct column *column, enum link_kind kind, const struct value *value)
{
    if (slice_empty(value->text))
        return 0;
    return kind == LINK_DATE       ? summary_of_date(value)
           : kind == LINK_POSTCODE ? summary_of_postcode(value)
                                   : summary_of_text(column, value);
}

static const struct summary_plan *bind_plan(struct comparer *comparer, const struct link_comparison *comparison,
                                            struct arena *arena)
{
    struct summary_plan plan = summary_plan(comparer->spec, comparison);
    if (plan.way == SUMMARY_NONE)
        return NULL;
    struct summary_plan *kept = arena_new(arena, struct summary_plan);
    *kept = plan;
    return kept;
}

void comparer_bind_plans(struct comparer *comparer, struct arena *arena)
{
    for (size_t f = 0; f < comparer->spec->comparison_count; f++)
        comparer->plans[f] = bind_plan(comparer, &comparer->spec->comparisons[f], arena);
    for (size_t f = 0; f < comparer->spec->inner_count; f++)
        comparer->inner_plans[f] = bind_plan(comparer, &comparer->spec->inner[f], arena);
}

static bool asks_column(const struct summary_plan *plan, const struct link_comparison *comparison, size_t column)
{
    return plan && plan->asks != SUMMARY_ASKS_NOTHING && comparison->columns[0] == column;
}

void comparer_bind_summaries(struct comparer *comparer, size_t c, struct arena *arena)
{
    const struct link_spec *spec = comparer->spec;
    const struct column *column = &comparer->records->columns[c];
    bool asked = false;
    for (size_t f = 0; f < spec->comparison_count; f++)
        asked |= asks_column(comparer->plans[f], &spec->comparisons[f], c);
    for (size_t f = 0; f < spec->inner_count; f++)
        asked |= asks_column(comparer->inner_plans[f], &spec->inner[f], c);
    if (!asked)
        return;
    uint64_t *summaries = comparer->summaries[c] = arena_array(arena, uint64_t, column->plain.count);
    for (size_t code = 1; code < column->plain.count; code++)
        summaries[code] = summary_of(column, spec->columns[c].kind, &column->values[code]);
}

void summary_mark_learned(struct comparer *comparer, size_t column, uint32_t a, uint32_t b)
{
    enum link_kind kind = comparer->spec->columns[column].kind;
    uint64_t *summaries = comparer->summaries[column];
    if (!summaries || kind == LINK_DATE || kind == LINK_POSTCODE)
        return;
    summaries[a] |= summaries[a] ? SUMMARY_LEARNED : 0;
    summaries[b] |= summaries[b] ? SUMMARY_LEARNED : 0;
}

/* ---- Levels ---- */

/* All bits where a condition holds, else none: what the compiler makes of it is never a branch. */
INLINED uint32_t if_true(bool holds, uint32_t truth)
{
    return (0u - (uint32_t)holds) & truth;
}

/* Two of eight digits differ in one, or in two neighbours that are swapped; none differing is one too. */
INLINED bool one_digit(uint32_t a, uint32_t b)
{
    uint32_t x = a ^ b, differ = (x | x >> 1 | x >> 2 | x >> 3) & 0x11111111u, lowest = differ & (0 - differ);
    uint32_t digit = lowest * 15u, turned = ((a ^ b >> 4) | (a >> 4 ^ b)) & digit;
    return (differ == lowest) | ((differ == (lowest | lowest << 4)) & (turned == 0));
}

INLINED uint32_t date_truth(uint64_t a, uint64_t b, uint32_t most)
{
    uint32_t rest_a = (uint32_t)(a >> 32), rest_b = (uint32_t)(b >> 32);
    uint32_t year_a = rest_a & 0x3fff, year_b = rest_b & 0x3fff;
    uint32_t month_a = rest_a >> 14 & 127, month_b = rest_b >> 14 & 127;
    uint32_t day_a = rest_a >> 21 & 127, day_b = rest_b >> 21 & 127;
    uint32_t years = year_a > year_b ? year_a - year_b : year_b - year_a;
    bool year = years == 0, month = month_a == month_b, day = day_a == day_b;
    bool days = (day_a != 0) & (day_b != 0), both = month & day;
    bool january = ((month_a == 1) & (day_a == 1)) | ((month_b == 1) & (day_b == 1));
    bool off = (years <= 2) | (years == 10) | (years == 100);
    return if_true(year & (month_a == day_b) & (day_a == month_b) & (day_a != 0), IS_SWAPPED) |
           if_true(days & one_digit((uint32_t)a, (uint32_t)b), IS_DIGIT) |
           if_true(!days & year & ((month_a == 0) | (month_b == 0) | month), IS_PARTIAL) |
           if_true(days & ((both & off) | (!both & year & (month | day | january))), IS_PARTS) |
           if_true(days & both, IS_DAY_MONTH) | if_true(year, IS_YEAR) | if_true(years <= most, IS_YEARS);
}

INLINED void date_levels(const struct summary_plan *plan, const uint64_t *a, const uint64_t *b, size_t count,
                         uint8_t *ret_levels)
{
    UNINITIALIZED uint32_t truth[COMPARE_BATCH];
    uint32_t most = plan->years < 0 ? 0 : (uint32_t)plan->years;
    for (size_t i = 0; i < count; i++)
        truth[i] = date_truth(a[i], b[i], most) | if_true((a[i] == 0) | (b[i] == 0), 1u << 7);
    for (size_t i = 0; i < count; i++)
        ret_levels[i] = truth[i] >> 7 ? COMPARE_OPEN : plan->level_of[truth[i]];
}

INLINED uint32_t postcode_truth(uint64_t a, uint64_t b)
{
    const uint64_t letters = (1ull << 56) - 1, ones = 0x0101010101010101ull & letters, high = ones << 7;
    uint64_t x = a & letters, y = b & letters, differ = x ^ y;
    uint64_t bytes = (((differ & ~high) + ~high) | differ) & high; /* the highest bit of each byte that differs */
    uint64_t lowest = bytes & (0 - bytes), from = 0 - (lowest >> 7), byte = (lowest << 1) - (lowest >> 7);
    bool left_out = (((x >> 8 ^ y) & from) == 0) | (((y >> 8 ^ x) & from) == 0);
    bool turned = (bytes == (lowest | lowest << 8)) & ((((x ^ y >> 8) | (x >> 8 ^ y)) & byte) == 0);
    uint64_t before = (lowest >> 7) - 1; /* letters that are the same before the first that differs */
    uint32_t ends_a = (uint32_t)(a >> AREA_AT), ends_b = (uint32_t)(b >> AREA_AT);
    uint32_t area = ends_a & 3, district = ends_a >> 2 & 7, sector = ends_a >> 5;
    bool same_area = ((ends_a ^ ends_b) & 3) == 0, same_district = ((ends_a ^ ends_b) >> 2 & 7) == 0,
         same_sector = ((ends_a ^ ends_b) >> 5) == 0;
    return if_true((bytes == lowest) | left_out | turned, IS_EDIT) |
           if_true(same_sector & (sector != 0) & ((((1ull << 8 * sector) - 1) & ~before) == 0), IS_SECTOR) |
           if_true(same_district & (district != 0) & ((((1ull << 8 * district) - 1) & ~before) == 0), IS_DISTRICT) |
           if_true(same_area & (area != 0) & ((((1ull << 8 * area) - 1) & ~before) == 0), IS_AREA);
}

INLINED void postcode_levels(const struct summary_plan *plan, const uint64_t *a, const uint64_t *b, size_t count,
                             uint8_t *ret_levels)
{
    UNINITIALIZED uint32_t truth[COMPARE_BATCH];
    for (size_t i = 0; i < count; i++)
        truth[i] = postcode_truth(a[i], b[i]) | if_true((a[i] == 0) | (b[i] == 0), 1u << 7);
    for (size_t i = 0; i < count; i++)
        ret_levels[i] = truth[i] >> 7 ? COMPARE_OPEN : plan->level_of[truth[i]];
}

/* Without a product of 64 bits, which four lanes have not. */
INLINED uint32_t bits_set(uint64_t x)
{
    x -= x >> 1 & 0x5555555555555555ull;
    x = (x & 0x3333333333333333ull) + (x >> 2 & 0x3333333333333333ull);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0full;
    x += x >> 8;
    x += x >> 16;
    return (uint32_t)(x + (x >> 32)) & 127;
}

/* Each letter that stands in one text and not in the other is an edit at least, and matches nothing. */
INLINED bool text_may_agree(const struct summary_plan *plan, uint64_t a, uint64_t b, const float *shares)
{
    const uint64_t letters = (1ull << LENGTH_AT) - 1;
    uint64_t only_a = a & ~b & letters, only_b = b & ~a & letters, first = (a ^ b) >> FIRST_AT;
    uint32_t length_a = a >> LENGTH_AT & 63, length_b = b >> LENGTH_AT & 63;
    uint32_t more_a = bits_set(only_a), more_b = bits_set(only_b);
    uint32_t match_a = length_a - more_a, match_b = length_b - more_b, match = match_a < match_b ? match_a : match_b;
    bool same_first = (first & 63) == 0, same_two = (first & 4095) == 0;
    float share = (float)(int32_t)match * (shares[length_a] + shares[length_b]);
    float least = same_two ? plan->jaro_least[2] : same_first ? plan->jaro_least[1] : plan->jaro_least[0];
    uint32_t apart = length_a > length_b ? length_a - length_b : length_b - length_a;
    bool is_letter = ((a >> FIRST_AT & 63) < 26) & ((b >> FIRST_AT & 63) < 26);
    bool within = (only_a == 0) | (only_b == 0) | (((a | b) & SUMMARY_CUT) != 0);
    return (share >= least) | ((apart < plan->edits) & (more_a < plan->edits) & (more_b < plan->edits)) |
           ((a & b & plan->both) != 0) | ((((a | b) & plan->initial) != 0) & same_first) | (plan->contains & within) |
           (plan->first_letter & (same_first | !is_letter)) | (plan->first_known & same_first) |
           (plan->two_letters & same_two);
}

INLINED void text_levels(const struct summary_plan *plan, const uint64_t *a, const uint64_t *b, size_t count,
                         uint8_t *ret_levels)
{
    static const float shares[LENGTH_MOST + 1] = {
#define SHARE(n) (1.0f / (n))
#define EIGHT(n)                                                                                                       \
    SHARE(n), SHARE((n) + 1), SHARE((n) + 2), SHARE((n) + 3), SHARE((n) + 4), SHARE((n) + 5), SHARE((n) + 6),          \
        SHARE((n) + 7)
        0,         SHARE(1),  SHARE(2),  SHARE(3),  SHARE(4),  SHARE(5),  SHARE(6),
        SHARE(7),  EIGHT(8),  EIGHT(16), EIGHT(24), EIGHT(32), EIGHT(40), EIGHT(48),
        SHARE(56), SHARE(57), SHARE(58), SHARE(59), SHARE(60), SHARE(61), SHARE(62)};
    for (size_t i = 0; i < count; i++) {
        bool open = (a[i] == 0) | (b[i] == 0) | text_may_agree(plan, a[i], b[i], shares);
        ret_levels[i] = open ? COMPARE_OPEN : plan->different;
    }
}

INLINED void levels_of(const struct summary_plan *plan, const uint64_t *a, const uint64_t *b, size_t count,
                       uint8_t *ret_levels)
{
    must(count <= COMPARE_BATCH && plan->way != SUMMARY_NONE);
    if (plan->way == SUMMARY_DATE)
        date_levels(plan, a, b, count, ret_levels);
    else if (plan->way == SUMMARY_POSTCODE)
        postcode_levels(plan, a, b, count, ret_levels);
    else
        text_levels(plan, a, b, count, ret_levels);
}

void summary_levels_portable(const struct summary_plan *plan, const uint64_t *a, const uint64_t *b, size_t count,
                             uint8_t *ret_levels)
{
    levels_of(plan, a, b, count, ret_levels);
}

#if defined __x86_64__
__attribute__((target("avx2,bmi,bmi2")))
#endif
void summary_levels_avx2(const struct summary_plan *plan, const uint64_t *a, const uint64_t *b, size_t count,
                         uint8_t *ret_levels)
{
    levels_of(plan, a, b, count, ret_levels);
}

void summary_levels(const struct summary_plan *plan, const uint64_t *a, const uint64_t *b, size_t count,
                    uint8_t *ret_levels)
{
    if (similar_has_avx2())
        summary_levels_avx2(plan, a, b, count, ret_levels);
    else
        summary_levels_portable(plan, a, b, count, ret_levels);
}
