/* spec.h: the shape of a linkage specification, shared by the files of this room; others see it through link.h.
 *
 * Columns 0 … input_count-1 are what the caller gives; those after are made by joining others ("join"), or by taking
 * the first that is filled ("either"). */
#ifndef STAITHE_LINK_SPEC_H
#define STAITHE_LINK_SPEC_H

#include "base/date.h"
#include "base/yaml.h"
#include "link/link.h"

/* ---- Keys of blocking rules: functions of one column's plain value ---- */

enum link_function {
    LINK_FN_SOUNDEX,   /* soundex(name): of the text as it stands; soundex(longest(name)) is the usual */
    LINK_FN_YEAR,      /* year(date) */
    LINK_FN_MONTH,     /* month(date) */
    LINK_FN_DAY,       /* day(date) */
    LINK_FN_DAY_MONTH, /* day_month(date): both, the smaller first, so that swapped ones meet */
    LINK_FN_PREFIX,    /* prefix(x, n): the first n characters */
    LINK_FN_SUFFIX,    /* suffix(x, n) */
    LINK_FN_FIRST,     /* first(name): the first token */
    LINK_FN_LAST,      /* last(name) */
    LINK_FN_LONGEST,   /* longest(name): the longest token, the first in byte order of those */
    LINK_FN_SORTED,    /* sorted(name): the tokens in byte order */
    LINK_FN_DRAWN,  /* drawn(text, n): the token that the lot n falls on; two texts of mostly the same draw the same */
    LINK_FN_DIGITS, /* digits(x): only the digits */
    LINK_FN_AREA,   /* area(postcode): NR */
    LINK_FN_DISTRICT, /* district(postcode): NR1 */
    LINK_FN_SECTOR,   /* sector(postcode): NR13 */
    LINK_FUNCTIONS
};

struct link_call {
    enum link_function function;
    unsigned argument;
};

enum { LINK_CALLS_MAX = 4, LINK_TERMS_MAX = 5 };

struct link_term {
    uint16_t column;
    uint8_t call_count; /* applied from the first to the last */
    struct link_call calls[LINK_CALLS_MAX];
};

struct link_rule {
    struct slice text; /* as written */
    uint8_t term_count;
    struct link_term terms[LINK_TERMS_MAX];
    uint32_t cap; /* a key of more records than this, in training, is too common to block on; 0: none is */
};

/* ---- Comparisons ---- */

enum link_test {
    LINK_TEST_EQUAL,
    LINK_TEST_NICKNAME,  /* a known short or other form of the name */
    LINK_TEST_INITIAL,   /* one is the other's first letter */
    LINK_TEST_CONTAINS,  /* all tokens of one stand in the other */
    LINK_TEST_EDITS,     /* at most n edits (optimal string alignment) */
    LINK_TEST_JARO,      /* Jaro-Winkler similarity of at least x */
    LINK_TEST_SOUNDEX,   /* equal soundex */
    LINK_TEST_LEARNED,   /* a value pair that the model learned */
    LINK_TEST_SWAPPED,   /* dates: day and month swapped; names: the same words in another order */
    LINK_TEST_DIGIT,     /* dates: one digit differs, or two neighbours are swapped */
    LINK_TEST_PARTIAL,   /* dates: what both give agrees, and one gives less */
    LINK_TEST_DAY_MONTH, /* same day and month */
    LINK_TEST_YEAR,      /* same year */
    LINK_TEST_YEARS,     /* years at most n apart */
    LINK_TEST_SECTOR,    /* postcodes: NR1 3 */
    LINK_TEST_DISTRICT,  /* NR1 */
    LINK_TEST_AREA,      /* NR */
    LINK_TEST_PREFIX,    /* the first n characters are equal */
    LINK_TEST_PARTS, /* dates: the year and one other part agree, or one stands for the year; or all but a year or two,
                        a decade or a century */
    LINK_TEST_LOCAL_PART, /* e-mail: the same before the @ */
    LINK_TEST_NEAR,       /* numbers: apart by at most this share of the greater */
    LINK_TESTS
};

struct link_level {
    enum link_test test;
    double argument;
    uint16_t column; /* the column that the test reads */
};

enum link_method {
    LINK_METHOD_LEVELS, /* the first level whose test holds; else "different" */
    LINK_METHOD_TOKENS, /* bags of tokens: bits of matched information × conflict of what is left over */
    LINK_METHOD_JOINT,  /* two comparisons as one, for fields that depend on each other */
};

enum { LINK_LEVELS_MAX = 12, LINK_BINS = 10, LINK_CONFLICTS = 3, LINK_PATTERN_LEVELS = 64 };

struct link_comparison {
    struct slice name;
    enum link_method method;
    enum link_kind kind; /* of its first column */
    uint16_t columns[4]; /* that it reads */
    uint8_t column_count;
    uint8_t level_count; /* written levels; "different" comes after them */
    struct link_level levels[LINK_LEVELS_MAX];
    bool fuzzy;           /* tokens: spelling may differ */
    bool frequency;       /* term-frequency adjustment */
    bool train;           /* m is learned; else the default m stays */
    double different_max; /* bound on m of "different": keeps the EM from taking households for persons */
    int first, second;    /* joint: the two comparisons' numbers among `inner` */
};

/* ---- Conditions of rules and guards ---- */

/* Classes of agreement of one column, by its kind (compare_class.c). Bits, so that a condition may allow several. */
enum link_class {
    LINK_IS_MISSING = 1,
    LINK_IS_SAME = 2,
    LINK_IS_CLOSE = 4,   /* a nickname, an initial, a spelling slip, a swapped or partial date */
    LINK_IS_SIMILAR = 8, /* names spelt alike that are both well known: Jack and Jake */
    LINK_IS_DIFFERENT = 16,
    LINK_IS_COMMON = 32,  /* beside same: the value is of many records, as a care home's address is */
    LINK_IS_INITIAL = 64, /* beside close: only an initial stands on one side */
    LINK_IS_WITHIN = 128, /* beside close: given names, all of one, in full, among the other's */
};

enum { LINK_CONDITIONS_MAX = 10 };

struct link_condition {
    uint16_t column;
    uint8_t classes;
};

struct link_guard {
    struct slice name;
    enum link_verdict then;
    uint8_t when_count, unless_count; /* all of when; none of unless: each of the unless conditions lifts the guard */
    struct link_condition when[LINK_CONDITIONS_MAX], unless[LINK_CONDITIONS_MAX];
};

struct link_made {
    struct slice name;
    enum link_kind kind;
    bool either; /* first filled one; else joined */
    uint8_t part_count;
    uint16_t parts[6];
};

struct link_spec {
    struct arena *arena;
    struct slice file;
    enum link_type type;
    struct slice *id_headers; /* the first of them that a file has names its records; none: the row's number does */
    size_t id_header_count;
    size_t input_count, column_count;
    struct link_column columns[LINK_COLUMNS_MAX];
    struct link_made made[LINK_COLUMNS_MAX]; /* of columns input_count and above */
    uint32_t common[LINK_COLUMNS_MAX];       /* records from which a value counts as common */
    uint32_t keep[LINK_COLUMNS_MAX];         /* values of fewer records than this are not named in the model */
    enum date_order date_order;
    size_t rule_count;
    struct link_rule rules[LINK_RULES_MAX];
    size_t comparison_count;
    struct link_comparison comparisons[LINK_FIELDS_MAX];
    size_t inner_count;
    struct link_comparison inner[2 * LINK_FIELDS_MAX];
    size_t guard_count;
    struct link_guard guards[LINK_GUARDS_MAX];
    double join, review, floor, margin;
    bool one_to_one, all_without_duplicates, learn, attach;
    bool one_to_one_open; /* not said: across files alone it is found when a model is trained */
    bool relatives;       /* weigh that family and neighbours agree in much too */
    bool components;      /* whatever is linked, through however many others, is one cluster */
    double random_pairs;
    struct slice *no_duplicates;
    size_t no_duplicate_count;
    struct slice truth_column, truth_until;
    int64_t truth_times;
    uint64_t digest;   /* of the whole, defaults filled in */
    struct slice note; /* columns that the default comparisons leave out; empty: none */
};

extern const char *const link_kind_words[];
extern const char *const link_function_words[];
extern const char *const link_test_words[];

/* spec_kind.c: the kind that such a word means (dob: date); NULL where nothing is known of it. */
const char *spec_kind_meant(struct slice word);

/* spec_rules.c: reads one blocking rule such as "soundex(longest(name)) + year(dob)"; several columns in a term, as in
 * sorted(given_name, family_name), make a joined column. */
bool spec_rule_read(const struct yaml *node, struct link_spec *spec, struct link_rule *ret, struct error *err) MUST_USE;
/* The number of a column made by joining these, made when new; -1 when there are too many columns. */
int spec_join(struct link_spec *spec, const uint16_t *parts, size_t count);
/* And where the first is empty the second. */
int spec_either(struct link_spec *spec, uint16_t first, uint16_t second);

/* spec_default.c: what is left out. */
void spec_default_column(struct link_spec *spec, size_t column);
void spec_default_levels(const struct link_spec *spec, struct link_comparison *comparison);
bool spec_defaults(struct link_spec *spec, bool rules_given, bool comparisons_given, struct error *err) MUST_USE;

/* spec_print.c: what link_spec_note says; and as link_spec_print, with that as a comment before it. */
struct slice spec_note(const struct link_spec *spec);
void link_spec_show(const struct link_spec *spec, struct buffer *out);

/* Whether records of one source may be kept apart by it. */
static inline bool spec_keeps_apart(const struct link_spec *spec)
{
    return spec->one_to_one || spec->all_without_duplicates || spec->no_duplicate_count > 0;
}

/* Levels that a comparison can give: 1 … this; level 0 is missing. */
unsigned spec_level_count(const struct link_spec *spec, const struct link_comparison *comparison);
/* "equal", "at most 1 edit", … for people. */
struct slice spec_level_words(const struct link_spec *spec, const struct link_comparison *comparison, unsigned level,
                              struct arena *arena);

#endif
