/* Full names come as each agency types them. The rules below were written against British council tax and fire
 * service habits: titles anywhere, "&" between two liable people, family name first before a comma, or first before
 * initials
 * ("SMITH J P"). A particle (van, de, O') stays with the family name. */
#include "hub/person_form.h"

#include "base/text.h"

#include <inttypes.h>

static const char *const titles[] = {"mr",        "mrs",      "miss",   "ms",   "mx",   "dr",      "rev",
                                     "revd",      "reverend", "sir",    "lady", "lord", "dame",    "prof",
                                     "professor", "master",   "messrs", "hon",  "capt", "captain", "major",
                                     "col",       "fr",       "jr",     "snr",  "jnr",  "esq",     "mstr"};
static const char *const no_person[] = {"occupier", "occupiers",   "occupant", "resident", "residents",
                                        "ltd",      "limited",     "plc",      "council",  "housing",
                                        "trust",    "association", "unknown",  "void",     "empty",
                                        "landlord", "executors",   "estate",   "homes"};
static const char *const particles[] = {"van", "von", "de",  "da", "der", "den", "del", "della",
                                        "di",  "du",  "la",  "le", "st",  "mac", "mc",  "o",
                                        "al",  "el",  "bin", "ap", "ter", "ten", "dos", "das"};

static bool among(struct slice word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal_nocase(word, slice_of(words[i])))
            return true;
    return false;
}

bool person_title(struct slice word)
{
    while (word.len && word.at[word.len - 1] == '.')
        word.len--;
    return among(word, titles, countof(titles));
}

static struct slice without_dots(struct slice word)
{
    while (word.len && (word.at[word.len - 1] == '.' || word.at[word.len - 1] == ','))
        word.len--;
    while (word.len && (word.at[0] == '.' || word.at[0] == ','))
        word.at++, word.len--;
    return word;
}

/* "J", "J.P.", "JP" in capitals without a vowel: initials. */
static bool is_initials(struct slice word)
{
    if (word.len == 1)
        return true;
    bool dots = false;
    for (size_t i = 0; i < word.len; i++)
        dots = dots || word.at[i] == '.';
    return dots && word.len <= 6;
}

enum { NAME_WORDS_MAX = 12 };

static size_t name_words(struct slice text, struct arena *arena, struct slice *words)
{
    size_t count = 0;
    struct slice rest = text, word;
    char *plain = arena_cstr(arena, text);
    for (size_t i = 0; i < text.len; i++)
        if (plain[i] == '\t' || plain[i] == '/')
            plain[i] = ' ';
    rest = slice_from(plain, text.len);
    while (count < NAME_WORDS_MAX && slice_cut(&rest, ' ', &word)) {
        word = without_dots(word);
        if (word.len && !among(word, titles, countof(titles)))
            words[count++] = word;
    }
    return count;
}

void full_name_split(struct slice full_name, struct arena *arena, struct slice *ret_given, struct slice *ret_family)
{
    *ret_given = *ret_family = NO_SLICE;
    full_name = slice_trim(full_name);
    size_t comma = slice_find(full_name, ',');
    struct slice words[NAME_WORDS_MAX];
    size_t count;
    if (comma < full_name.len) {
        struct slice before = slice_part(full_name, 0, comma), after = slice_part(full_name, comma + 1, full_name.len);
        struct slice family[NAME_WORDS_MAX];
        size_t family_count = name_words(before, arena, family);
        count = name_words(after, arena, words);
        for (size_t i = 0; i < count; i++)
            if (slice_equal(words[i], S("&")) || slice_equal_nocase(words[i], S("and"))) {
                count = i;
                break;
            }
        *ret_family = arena_join(arena, family, family_count, S(" "));
        *ret_given = arena_join(arena, words, count, S(" "));
        return;
    }
    count = name_words(full_name, arena, words);
    for (size_t i = 0; i < count; i++)
        if (among(words[i], no_person, countof(no_person)))
            return;
    /* Of two people the first; the family name stands at the end, for both. */
    for (size_t i = 1; i < count; i++) {
        if (!slice_equal(words[i], S("&")) && !slice_equal_nocase(words[i], S("and")))
            continue;
        if (i > 1 && !is_initials(words[i - 1])) {
            count = i; /* "John Smith & Mary Jones" */
        } else {
            words[i] = words[count - 1]; /* "J & M Smith" */
            count = i + 1;
        }
        break;
    }
    if (count == 0)
        return;
    if (count == 1) {
        *ret_family = arena_copy(arena, words[0]);
        return;
    }
    if (is_initials(words[count - 1]) && !is_initials(words[0])) { /* "SMITH J P" */
        size_t family = 1;
        while (family < count && !is_initials(words[family]))
            family++;
        *ret_family = arena_join(arena, words, family, S(" "));
        *ret_given = arena_join(arena, words + family, count - family, S(" "));
        return;
    }
    size_t first = count - 1;
    while (first > 1 && among(words[first - 1], particles, countof(particles)))
        first--;
    *ret_given = arena_join(arena, words, first, S(" "));
    *ret_family = arena_join(arena, words + first, count - first, S(" "));
}

/* What the title says, when the name is of one person. */
static struct slice sex_of_title(struct slice full_name)
{
    static const char *const men[] = {"mr", "master", "mstr", "sir", "lord"};
    static const char *const women[] = {"mrs", "miss", "ms", "lady", "dame"};
    struct slice rest = full_name, word, sex = NO_SLICE;
    while (slice_cut(&rest, ' ', &word)) {
        word = without_dots(word);
        if (slice_equal(word, S("&")) || slice_equal_nocase(word, S("and")) || slice_find(word, '/') < word.len)
            return NO_SLICE;
        if (sex.len == 0 && among(word, men, countof(men)))
            sex = S("M");
        else if (sex.len == 0 && among(word, women, countof(women)))
            sex = S("F");
    }
    return sex;
}

struct slice cell_plain(const struct value *cell, struct arena *arena)
{
    switch (cell->kind) {
    case VALUE_TEXT:
        return cell->text;
    case VALUE_INTEGER:
        return arena_format(arena, "%" PRId64, cell->integer);
    case VALUE_REAL:
        return arena_format(arena, "%.15g", cell->real);
    case VALUE_NULL:
    case VALUE_BYTES:
        break;
    }
    return NO_SLICE;
}

/* The cells of a record as they are gathered; what of them is put together is made last. */
struct gathered {
    struct person_form form;
    struct slice full, building, street, parish;
};

/* Where the value of a column goes, plus one; 0: nowhere. */
#define PLACE(field) (1 + offsetof(struct gathered, field))
static const size_t place_of[] = {
    [ATTRIBUTE_PERSON_GIVEN_NAME] = PLACE(form.given),
    [ATTRIBUTE_PERSON_MIDDLE_NAMES] = PLACE(form.middle),
    [ATTRIBUTE_PERSON_FAMILY_NAME] = PLACE(form.family),
    [ATTRIBUTE_PERSON_FULL_NAME] = PLACE(full),
    [ATTRIBUTE_PERSON_PREVIOUS_FAMILY_NAME] = PLACE(form.previous_family),
    [ATTRIBUTE_PERSON_KNOWN_AS] = PLACE(form.known_as),
    [ATTRIBUTE_PERSON_BIRTH_DATE] = PLACE(form.birth),
    [ATTRIBUTE_PERSON_SEX] = PLACE(form.sex),
    [ATTRIBUTE_PERSON_NHS_NUMBER] = PLACE(form.nhs_number),
    [ATTRIBUTE_PERSON_SUPERSEDED_NHS_NUMBER] = PLACE(form.superseded),
    [ATTRIBUTE_PERSON_TELEPHONE] = PLACE(form.telephone),
    [ATTRIBUTE_PERSON_EMAIL] = PLACE(form.email),
    [ATTRIBUTE_PERSON_AGENCY_ID] = PLACE(form.agency_id),
    [ATTRIBUTE_PLACE_UPRN] = PLACE(form.uprn),
    [ATTRIBUTE_PLACE_ADDRESS] = PLACE(form.address_line),
    [ATTRIBUTE_PLACE_BUILDING] = PLACE(building),
    [ATTRIBUTE_PLACE_STREET] = PLACE(street),
    [ATTRIBUTE_PLACE_LOCALITY] = PLACE(form.locality),
    [ATTRIBUTE_PLACE_TOWN] = PLACE(form.town),
    [ATTRIBUTE_PLACE_POSTCODE] = PLACE(form.postcode),
    [ATTRIBUTE_PLACE_DISTRICT] = PLACE(form.district),
    [ATTRIBUTE_PLACE_PARISH] = PLACE(parish),
    [ATTRIBUTE_PLACE_KIND] = PLACE(form.kind),
    [ATTRIBUTE_RESIDENCE_FROM] = PLACE(form.residence_from),
    [ATTRIBUTE_RESIDENCE_UNTIL] = PLACE(form.residence_until),
};

static bool is_wanted(enum attribute attribute)
{
    return (size_t)attribute < countof(place_of) && place_of[attribute];
}

size_t person_form_columns(const struct source *source, struct arena *arena, const struct column ***ret)
{
    const struct column **columns = arena_array(arena, const struct column *, source->column_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < source->column_count; i++)
        if (is_wanted(source->columns[i].attribute))
            columns[count++] = &source->columns[i];
    *ret = columns;
    return count;
}

/* Agencies code it each in their own way: F, Female. What is neither the one nor the other ("Unknown", "U", "Not
 * known") tells nothing about whether two records are of one person. */
struct slice person_sex_word(struct slice value)
{
    struct slice word = slice_trim(value);
    if (slice_equal_nocase(word, S("f")) || slice_equal_nocase(word, S("female")))
        return S("Female");
    if (slice_equal_nocase(word, S("m")) || slice_equal_nocase(word, S("male")))
        return S("Male");
    return NO_SLICE;
}

static void address_make(struct person_form *form, struct slice building, struct slice street, struct arena *arena)
{
    form->address = form->address_line;
    if (form->address.len == 0 && (building.len || street.len)) {
        bool number = building.len && building.at[0] >= '0' && building.at[0] <= '9';
        form->address = arena_format(arena, "%.*s%s%.*s", PRINT(building),
                                     building.len && street.len ? (number ? " " : ", ") : "", PRINT(street));
        if (form->locality.len)
            form->address = arena_format(arena, "%.*s, %.*s", PRINT(form->address), PRINT(form->locality));
    }
    if (form->address.len && form->town.len)
        form->address = arena_format(arena, "%.*s, %.*s", PRINT(form->address), PRINT(form->town));
}

void person_form_read(const struct column *const *columns, size_t count, const struct value *cells, struct arena *arena,
                      struct person_form *ret)
{
    struct gathered g = {0};
    for (size_t i = 0; i < count; i++) {
        struct slice value = cell_plain(&cells[i], arena);
        enum attribute attribute = columns[i]->attribute;
        if (value.len == 0 || !is_wanted(attribute))
            continue;
        struct slice *into = (struct slice *)(void *)((char *)&g + place_of[attribute] - 1);
        if (into->len == 0) /* of two columns of one attribute the first that is filled counts */
            *into = attribute == ATTRIBUTE_PERSON_SEX ? person_sex_word(value) : value;
    }
    struct person_form *form = &g.form;
    if (g.full.len && form->family.len == 0)
        full_name_split(g.full, arena, &form->given, &form->family);
    form->title_sex = sex_of_title(g.full);
    address_make(form, g.building, g.street, arena);
    struct slice places[] = {form->locality, form->town, form->district, g.parish};
    form->place = arena_join(arena, places, countof(places), S(" "));
    *ret = *form;
}
