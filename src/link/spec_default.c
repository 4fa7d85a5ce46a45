/* spec_default.c: what a specification leaves out, chosen from the kinds of its columns; and the whole written back.
 *
 * The default comparisons follow what was measured on the historical and FEBRL data (reference/linkage.md): names as
 * one bag of tokens, because titles, swapped and missing parts break "first" and "last"; postcode and place as one
 * joint comparison, because they depend on each other; addresses as one bag whose tokens count by their rarity. */
#include "link/spec.h"

#include "base/text.h"

#include <stdio.h>

void spec_default_column(struct link_spec *spec, size_t column)
{
    static const uint32_t keep[LINK_KINDS] = {
        [LINK_GIVEN_NAME] = 2, [LINK_FAMILY_NAME] = 2, [LINK_FULL_NAME] = 2,   [LINK_DATE] = 8,   [LINK_POSTCODE] = 8,
        [LINK_ADDRESS] = 8,    [LINK_PLACE] = 2,       [LINK_IDENTIFIER] = 20, [LINK_EMAIL] = 20, [LINK_TELEPHONE] = 20,
        [LINK_CATEGORY] = 1,   [LINK_NUMBER] = 4,      [LINK_TEXT] = 4};
    spec->keep[column] = keep[spec->columns[column].kind];
    spec->common[column] = 40;
}

static void add_level(struct link_comparison *comparison, enum link_test test, double argument)
{
    must(comparison->level_count < LINK_LEVELS_MAX);
    comparison->levels[comparison->level_count++] =
        (struct link_level){.test = test, .argument = argument, .column = comparison->columns[0]};
}

void spec_default_levels(const struct link_spec *spec, struct link_comparison *comparison)
{
    (void)spec;
    comparison->method = LINK_METHOD_LEVELS;
    comparison->level_count = 0;
    comparison->different_max = 1;
    add_level(comparison, LINK_TEST_EQUAL, 0);
    switch (comparison->kind) {
    case LINK_GIVEN_NAME:
        comparison->different_max = 0.08;
        add_level(comparison, LINK_TEST_NICKNAME, 0);
        add_level(comparison, LINK_TEST_LEARNED, 0);
        add_level(comparison, LINK_TEST_INITIAL, 0);
        add_level(comparison, LINK_TEST_CONTAINS, 0);
        add_level(comparison, LINK_TEST_EDITS, 1);
        add_level(comparison, LINK_TEST_JARO, 0.9);
        add_level(comparison, LINK_TEST_JARO, 0.8);
        break;
    case LINK_FAMILY_NAME:
        comparison->different_max = 0.1;
        add_level(comparison, LINK_TEST_CONTAINS, 0);
        add_level(comparison, LINK_TEST_LEARNED, 0);
        add_level(comparison, LINK_TEST_EDITS, 1);
        add_level(comparison, LINK_TEST_JARO, 0.9);
        add_level(comparison, LINK_TEST_SOUNDEX, 0);
        break;
    case LINK_FULL_NAME:
        comparison->different_max = 0.1;
        comparison->method = LINK_METHOD_TOKENS;
        comparison->level_count = 0;
        break;
    case LINK_DATE:
        comparison->different_max = 0.1;
        add_level(comparison, LINK_TEST_SWAPPED, 0);
        add_level(comparison, LINK_TEST_DIGIT, 0);
        add_level(comparison, LINK_TEST_PARTIAL, 0);
        add_level(comparison, LINK_TEST_YEAR, 0);
        add_level(comparison, LINK_TEST_DAY_MONTH, 0);
        add_level(comparison, LINK_TEST_YEARS, 2);
        break;
    case LINK_POSTCODE:
        add_level(comparison, LINK_TEST_EDITS, 1);
        add_level(comparison, LINK_TEST_SECTOR, 0);
        add_level(comparison, LINK_TEST_DISTRICT, 0);
        add_level(comparison, LINK_TEST_AREA, 0);
        break;
    case LINK_ADDRESS:
    case LINK_TEXT:
        comparison->method = LINK_METHOD_TOKENS;
        comparison->level_count = 0;
        break;
    case LINK_PLACE:
        add_level(comparison, LINK_TEST_JARO, 0.92);
        add_level(comparison, LINK_TEST_LEARNED, 0);
        break;
    case LINK_IDENTIFIER:
        comparison->different_max = 0.05;
        add_level(comparison, LINK_TEST_EDITS, 1);
        add_level(comparison, LINK_TEST_EDITS, 2);
        break;
    case LINK_EMAIL:
        add_level(comparison, LINK_TEST_LOCAL_PART, 0);
        add_level(comparison, LINK_TEST_JARO, 0.92);
        break;
    case LINK_TELEPHONE:
        add_level(comparison, LINK_TEST_EDITS, 1);
        break;
    case LINK_NUMBER: /* a price of another day, a weight with its box */
        add_level(comparison, LINK_TEST_EDITS, 1);
        add_level(comparison, LINK_TEST_NEAR, 0.05);
        add_level(comparison, LINK_TEST_NEAR, 0.2);
        break;
    case LINK_CATEGORY:
        add_level(comparison, LINK_TEST_LEARNED, 0);
        break;
    }
}

/* Columns by what they are for; -1 where there is none. */
struct cast {
    int name, given, family, place, postcode, address, date;
    int whole; /* all parts of the name, middle names and second surnames too, as one */
};

static struct cast cast_columns(struct link_spec *spec)
{
    struct cast cast = {-1, -1, -1, -1, -1, -1, -1, -1};
    uint16_t address[6], names[6];
    size_t address_count = 0, name_count = 0;
    for (size_t i = 0; i < spec->input_count; i++) {
        int *slot = NULL;
        if (spec->columns[i].kind <= LINK_FAMILY_NAME && name_count < countof(names))
            names[name_count++] = (uint16_t)i;
        switch (spec->columns[i].kind) {
        case LINK_FULL_NAME:
            slot = &cast.name;
            break;
        case LINK_GIVEN_NAME:
            slot = &cast.given;
            break;
        case LINK_FAMILY_NAME:
            slot = &cast.family;
            break;
        case LINK_PLACE:
            slot = &cast.place;
            break;
        case LINK_POSTCODE:
            slot = &cast.postcode;
            break;
        case LINK_DATE:
            slot = &cast.date;
            break;
        case LINK_ADDRESS:
            if (address_count < countof(address))
                address[address_count++] = (uint16_t)i;
            break;
        default:
            break;
        }
        if (slot && *slot < 0)
            *slot = (int)i;
    }
    if (address_count == 1)
        cast.address = address[0];
    else if (address_count > 1)
        cast.address = spec_join(spec, address, address_count);
    bool in_parts = cast.name >= 0 && cast.given >= 0 && cast.family >= 0;
    if (in_parts) { /* of some files the whole name, of others its parts */
        int joined = spec_join(spec, names, name_count);
        int either = joined < 0 ? -1 : spec_either(spec, (uint16_t)cast.name, (uint16_t)joined);
        cast.whole = cast.name = either < 0 ? cast.name : either;
        return cast;
    }
    if (cast.name < 0 && cast.given >= 0 && cast.family >= 0)
        cast.name = spec_join(spec, (uint16_t[]){(uint16_t)cast.given, (uint16_t)cast.family}, 2);
    else if (cast.name < 0)
        cast.name = cast.given >= 0 ? cast.given : cast.family;
    bool parts =
        cast.name >= 0 && spec->columns[cast.name].kind == LINK_FULL_NAME && (size_t)cast.name >= spec->input_count;
    cast.whole = parts && name_count > 2 ? spec_join(spec, names, name_count) : cast.name;
    return cast;
}

static bool add_comparison(struct link_spec *spec, struct link_comparison *list, size_t *count, int column)
{
    if (column < 0 || spec->comparison_count == LINK_FIELDS_MAX)
        return false;
    struct link_comparison *comparison = &list[(*count)++];
    *comparison = (struct link_comparison){.name = spec->columns[column].name,
                                           .kind = spec->columns[column].kind,
                                           .columns = {(uint16_t)column},
                                           .column_count = 1,
                                           .fuzzy = true,
                                           .frequency = true,
                                           .train = true};
    spec_default_levels(spec, comparison);
    return true;
}

static void default_comparisons(struct link_spec *spec, const struct cast *cast)
{
    add_comparison(spec, spec->comparisons, &spec->comparison_count, cast->whole);
    if (cast->postcode >= 0 && cast->place >= 0) {
        struct link_comparison *joint = &spec->comparisons[spec->comparison_count++];
        int first = (int)spec->inner_count;
        add_comparison(spec, spec->inner, &spec->inner_count, cast->postcode);
        add_comparison(spec, spec->inner, &spec->inner_count, cast->place);
        *joint = (struct link_comparison){.name = arena_format(spec->arena, "%.*s × %.*s",
                                                               PRINT(spec->columns[cast->postcode].name),
                                                               PRINT(spec->columns[cast->place].name)),
                                          .method = LINK_METHOD_JOINT,
                                          .kind = LINK_POSTCODE,
                                          .columns = {(uint16_t)cast->postcode, (uint16_t)cast->place},
                                          .column_count = 2,
                                          .frequency = true,
                                          .train = true,
                                          .different_max = 1,
                                          .first = first,
                                          .second = first + 1};
    } else {
        add_comparison(spec, spec->comparisons, &spec->comparison_count, cast->postcode);
        add_comparison(spec, spec->comparisons, &spec->comparison_count, cast->place);
    }
    add_comparison(spec, spec->comparisons, &spec->comparison_count, cast->address);
    for (size_t i = 0; i < spec->input_count; i++) {
        enum link_kind kind = spec->columns[i].kind;
        bool done = kind <= LINK_FULL_NAME || kind == LINK_ADDRESS || (int)i == cast->postcode || (int)i == cast->place;
        if (!done)
            add_comparison(spec, spec->comparisons, &spec->comparison_count, (int)i);
    }
}

/* Where nobody has a name, the first text is what a thing is called: other things of one maker, author or series agree
 * in all the rest. */
static void name_things(struct link_spec *spec, const struct cast *cast)
{
    for (size_t i = 0; i < spec->comparison_count && cast->name < 0; i++)
        if (spec->comparisons[i].kind == LINK_TEXT) {
            spec->comparisons[i].different_max = 0.1;
            return;
        }
}

static void add_rule(struct link_spec *spec, uint32_t cap, const char *format, int first, int second, int third)
{
    /* Each %n in the format is replaced by a column's name: 1 the first, 2 the second, 3 the third. */
    int columns[] = {first, second, third};
    struct buffer text = buffer_make(spec->arena);
    for (const char *at = format; *at; at++) {
        if (*at != '%') {
            buffer_add_byte(&text, *at);
            continue;
        }
        int column = columns[*++at - '1'];
        if (column < 0)
            return;
        const struct link_made *made = &spec->made[column];
        if ((size_t)column >= spec->input_count && !made->either)
            for (size_t p = 0; p < made->part_count; p++)
                buffer_format(&text, "%s%.*s", p ? ", " : "", PRINT(spec->columns[made->parts[p]].name));
        else
            buffer_add(&text, spec->columns[column].name);
    }
    if (spec->rule_count == LINK_RULES_MAX)
        return;
    struct yaml node = {.kind = YAML_SCALAR, .file = spec->file, .text = buffer_slice(&text)};
    struct error ignored = NO_ERROR;
    struct link_rule rule;
    if (!spec_rule_read(&node, spec, &rule, &ignored))
        return;
    rule.cap = cap;
    spec->rules[spec->rule_count++] = rule;
}

/* Titles, descriptions, trade names: two of one thing share words, which ones nobody knows. A person's texts meet
 * beside the name; one that stands before all else is what a thing is called, and whoever made it may be missing. */
static void text_rules(struct link_spec *spec, uint32_t cap, int name)
{
    size_t texts = 0;
    for (size_t i = 0; i < spec->input_count && texts < 3; i++) {
        if (spec->columns[i].kind != LINK_TEXT)
            continue;
        texts++;
        if (name >= 0) {
            add_rule(spec, cap, "last(%1) + drawn(%2, 1)", name, (int)i, -1);
            add_rule(spec, cap, "last(%1) + drawn(%2, 2)", name, (int)i, -1);
        }
        if (name >= 0 && i > 0)
            continue;
        static const char *const rules[] = {"sorted(%1)",
                                            "drawn(%1, 1) + drawn(%1, 2)",
                                            "drawn(%1, 3) + drawn(%1, 4)",
                                            "drawn(%1, 5) + drawn(%1, 6)",
                                            "drawn(%1, 1)",
                                            "drawn(%1, 2)",
                                            "drawn(%1, 3)",
                                            "drawn(%1, 4)",
                                            "drawn(%1, 5)",
                                            "drawn(%1, 6)"};
        for (size_t r = 0; r < countof(rules); r++)
            add_rule(spec, cap, rules[r], (int)i, -1, -1);
    }
}

/* Without a name, an amount, a day or a class narrows down what words alone leave too wide, and two of them may do
 * without words. */
static void plain_rules(struct link_spec *spec, uint32_t cap)
{
    int text = -1;
    for (size_t i = spec->input_count; i-- > 0;)
        text = spec->columns[i].kind == LINK_TEXT ? (int)i : text;
    for (size_t i = 0; i < spec->input_count; i++) {
        enum link_kind kind = spec->columns[i].kind;
        if (kind != LINK_NUMBER && kind != LINK_DATE && kind != LINK_CATEGORY && kind != LINK_PLACE)
            continue;
        add_rule(spec, cap, "%1", (int)i, -1, -1);
        if (text >= 0) {
            add_rule(spec, cap, "drawn(%1, 1) + %2", text, (int)i, -1);
            add_rule(spec, cap, "drawn(%1, 2) + %2", text, (int)i, -1);
        }
        for (size_t j = 0; j < i; j++)
            if (spec->columns[j].kind == LINK_NUMBER || spec->columns[j].kind == LINK_DATE)
                add_rule(spec, cap, "%1 + %2", (int)j, (int)i, -1);
    }
}

static void default_rules(struct link_spec *spec, const struct cast *cast)
{
    uint32_t cap = spec->rules[0].cap;
    spec->rules[0] = (struct link_rule){0};
    int n = cast->name, d = cast->date, p = cast->postcode, l = cast->place, a = cast->address;
    int uk = p;
    for (size_t i = 0; i < spec->input_count; i++) {
        enum link_kind kind = spec->columns[i].kind;
        if (kind == LINK_IDENTIFIER || kind == LINK_EMAIL || kind == LINK_TELEPHONE)
            add_rule(spec, cap, "%1", (int)i, -1, -1);
    }
    add_rule(spec, cap, "%1", p, -1, -1);
    add_rule(spec, cap, "%1", d, -1, -1);
    if (a >= 0)
        add_rule(spec, cap, "sorted(%1)", a, -1, -1);
    if (n >= 0) {
        add_rule(spec, cap, "sorted(%1)", n, -1, -1);
        add_rule(spec, cap, "longest(%1) + %2", n, l, -1);
        add_rule(spec, cap, "first(%1) + last(%1)", n, -1, -1);
        add_rule(spec, cap, "soundex(longest(%1)) + year(%2)", n, d, -1);
        add_rule(spec, cap, "first(%1) + %2", n, l, -1);
    }
    add_rule(spec, cap, "sector(%1) + year(%2)", uk, d, -1);
    add_rule(spec, cap, "%1 + year(%2)", l, d, -1);
    if (n >= 0) {
        add_rule(spec, cap, "soundex(longest(%1)) + %2", n, l, -1);
        add_rule(spec, cap, "first(%1) + year(%2)", n, d, -1);
        add_rule(spec, cap, "soundex(longest(%1)) + prefix(%2, 3)", n, p, -1);
        add_rule(spec, cap, "first(%1) + district(%2)", n, p, -1);
        add_rule(spec, cap, "soundex(last(%1)) + day_month(%2)", n, d, -1);
        add_rule(spec, cap, "soundex(longest(%1)) + soundex(first(%1))", n, -1, -1);
        add_rule(spec, cap, "longest(%1)", n, -1, -1);
        add_rule(spec, cap, "last(%1)", n, -1, -1);
        add_rule(spec, cap, "soundex(last(%1))", n, -1, -1);
        add_rule(spec, cap, "longest(%1) + first(%2)", n, a, -1);
        add_rule(spec, cap, "longest(%1) + longest(%2)", a, n, -1);
    }
    text_rules(spec, cap, n);
    if (n < 0)
        plain_rules(spec, cap);
    if (spec->rule_count == 0)
        for (size_t i = 0; i < spec->input_count; i++)
            add_rule(spec, cap, "%1", (int)i, -1, -1);
}

bool spec_defaults(struct link_spec *spec, bool rules_given, bool comparisons_given, struct error *err)
{
    struct cast cast = {-1, -1, -1, -1, -1, -1, -1, -1};
    if (!rules_given || !comparisons_given)
        cast = cast_columns(spec);
    if (!comparisons_given) {
        default_comparisons(spec, &cast);
        name_things(spec, &cast);
    }
    if (!rules_given)
        default_rules(spec, &cast);
    if (spec->comparison_count == 0 || spec->rule_count == 0)
        return error_set_at(
            err, ERROR_INPUT, spec->file, 0, 0,
            "nothing can be compared or blocked on; name more columns or write comparisons and blocking");
    for (size_t i = 0; i < spec->comparison_count; i++)
        must(spec_level_count(spec, &spec->comparisons[i]) < LINK_PATTERN_LEVELS);
    for (size_t i = 0; i < spec->comparison_count; i++)
        for (size_t j = 0; j < i; j++)
            if (slice_equal(spec->comparisons[i].name, spec->comparisons[j].name))
                return error_set_at(err, ERROR_INPUT, spec->file, 0, 0,
                                    "two comparisons are called %.*s; give one of them another name",
                                    PRINT(spec->comparisons[i].name));
    return true;
}

/* ---- Levels for people ---- */

unsigned spec_level_count(const struct link_spec *spec, const struct link_comparison *comparison)
{
    switch (comparison->method) {
    case LINK_METHOD_TOKENS:
        return LINK_BINS * LINK_CONFLICTS;
    case LINK_METHOD_JOINT:
        return (spec_level_count(spec, &spec->inner[comparison->first]) + 1) *
                   (spec_level_count(spec, &spec->inner[comparison->second]) + 1) -
               1;
    default:
        return comparison->level_count + 1u;
    }
}

static void put_words(struct buffer *out, struct slice name)
{
    for (size_t i = 0; i < name.len; i++)
        buffer_add_byte(out, name.at[i] == '_' ? ' ' : name.at[i]);
}

/* A column as a reader of the explanation knows it: one that the specification makes is called by what it is made of.
 */
static struct slice column_words(const struct link_spec *spec, size_t column, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    const struct link_made *made = column < spec->input_count ? NULL : &spec->made[column];
    for (size_t p = 0; made && p < made->part_count; p++) {
        if (p)
            buffer_add(&out, p + 1 < made->part_count ? S(", ") : made->either ? S(" or ") : S(" and "));
        put_words(&out, spec->columns[made->parts[p]].name);
    }
    if (!made)
        put_words(&out, spec->columns[column].name);
    return buffer_slice(&out);
}

static struct slice test_words(const struct link_spec *spec, const struct link_comparison *comparison,
                               const struct link_level *level, struct arena *arena)
{
    static const char *const words[LINK_TESTS] = {"equal",
                                                  "short or other form of the name",
                                                  "initial agrees",
                                                  "one holds the other",
                                                  "",
                                                  "",
                                                  "sounds alike",
                                                  "pair that the model learned",
                                                  "swapped",
                                                  "one digit differs",
                                                  "agrees as far as known",
                                                  "same day and month",
                                                  "same year",
                                                  "",
                                                  "same postcode sector",
                                                  "same postcode district",
                                                  "same postcode area",
                                                  "",
                                                  "two of its three parts agree",
                                                  "same before the @",
                                                  ""};
    struct slice said = slice_of(words[level->test]);
    if (level->test == LINK_TEST_EDITS)
        said = arena_format(arena, level->argument == 1 ? "one letter apart" : "at most %.0f letters apart",
                            level->argument);
    else if (level->test == LINK_TEST_JARO)
        said = arena_format(arena, "similar (Jaro-Winkler at least %.2f)", level->argument);
    else if (level->test == LINK_TEST_YEARS)
        said = arena_format(arena, "years at most %.0f apart", level->argument);
    else if (level->test == LINK_TEST_NEAR)
        said = arena_format(arena, "at most %.3g %% apart", 100 * level->argument);
    else if (level->test == LINK_TEST_PREFIX)
        said = arena_format(arena, "first %.0f letters equal", level->argument);
    if (level->column != comparison->columns[0])
        said = arena_format(arena, "%.*s: %.*s", PRINT(column_words(spec, level->column, arena)), PRINT(said));
    return said;
}

struct slice spec_level_words(const struct link_spec *spec, const struct link_comparison *comparison, unsigned level,
                              struct arena *arena)
{
    static const char *const conflicts[LINK_CONFLICTS] = {"nothing against", "something against", "much against"};
    if (level == 0)
        return S("missing");
    if (comparison->method == LINK_METHOD_TOKENS) {
        unsigned bin = (level - 1) / LINK_CONFLICTS;
        return arena_format(arena, "%s, %s",
                            bin == 0              ? "no words agree"
                            : bin < LINK_BINS / 3 ? "common words agree"
                            : bin < 6             ? "words agree"
                                                  : "rare words agree",
                            conflicts[(level - 1) % LINK_CONFLICTS]);
    }
    if (comparison->method == LINK_METHOD_JOINT) {
        const struct link_comparison *first = &spec->inner[comparison->first],
                                     *second = &spec->inner[comparison->second];
        unsigned seconds = spec_level_count(spec, second) + 1;
        struct slice one = spec_level_words(spec, first, level / seconds, arena);
        struct slice two = spec_level_words(spec, second, level % seconds, arena);
        return arena_format(arena, "%.*s: %.*s; %.*s: %.*s", PRINT(first->name), PRINT(one), PRINT(second->name),
                            PRINT(two));
    }
    if (level > comparison->level_count)
        return S("different");
    return test_words(spec, comparison, &comparison->levels[level - 1], arena);
}
