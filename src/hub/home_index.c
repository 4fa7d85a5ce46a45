/* Addresses into homes.
 *
 * An address is a bag of numbers ("14", "14a", flats marked "f2") and words. Within a postcode, which in Britain has
 * some fifteen homes, the numbers nearly always tell the home; the words guard against a wrong postcode. So: same
 * postcode, same numbers, a word in common, and no other home that fits as well. Homes with a name instead of a number
 * are told by their words. With no usable postcode the key is (numbers, a word of the street) over the whole gazetteer,
 * and then all must fit; for homes with a name it is the first two words of it.
 *
 * Words that only name a place (town, district) are told apart by the gazetteer's own columns, not by a list of ours.
 */
#include "hub/homes.h"

#include "base/hash.h"
#include "base/text.h"

#include <stdlib.h>

struct parts {
    struct slice numbers; /* sorted, joined by spaces */
    struct slice *words;
    size_t count;
};

struct home {
    uint32_t entry;
    struct slice postcode; /* without its space */
    struct slice numbers;
    struct slice *words, *places;
    uint32_t word_count, place_count;
};

struct place_key {
    uint64_t hash;
    uint32_t home;
};

struct home_index {
    struct home *homes; /* by postcode, then entry */
    size_t count;
    struct place_key *keys; /* by hash, then home */
    size_t key_count;
};

static const char *const short_forms[][2] = {
    {"rd", "road"},        {"street", "st"},    {"saint", "st"},        {"str", "st"},      {"ave", "avenue"},
    {"av", "avenue"},      {"ln", "lane"},      {"la", "lane"},         {"cl", "close"},    {"clo", "close"},
    {"dr", "drive"},       {"drv", "drive"},    {"cres", "crescent"},   {"cr", "crescent"}, {"ct", "court"},
    {"crt", "court"},      {"gdns", "gardens"}, {"gdn", "gardens"},     {"pl", "place"},    {"sq", "square"},
    {"ter", "terrace"},    {"terr", "terrace"}, {"hse", "house"},       {"ho", "house"},    {"cott", "cottage"},
    {"cotts", "cottages"}, {"fm", "farm"},      {"grn", "green"},       {"gr", "grove"},    {"gro", "grove"},
    {"pk", "park"},        {"wk", "walk"},      {"apartment", "flat"},  {"apt", "flat"},    {"flt", "flat"},
    {"mt", "mount"},       {"nth", "north"},    {"sth", "south"},       {"gt", "great"},    {"lt", "little"},
    {"upr", "upper"},      {"lwr", "lower"},    {"bldgs", "buildings"}, {"rm", "room"},
};
static const char *const dropped[] = {"the", "and", "no", "number", "norfolk", "of", "england", "uk"};

static struct slice full_form(struct slice word)
{
    for (size_t i = 0; i < countof(short_forms); i++)
        if (slice_equal(word, slice_of(short_forms[i][0])))
            return slice_of(short_forms[i][1]);
    return word;
}

static bool is_dropped(struct slice word)
{
    for (size_t i = 0; i < countof(dropped); i++)
        if (slice_equal(word, slice_of(dropped[i])))
            return true;
    return false;
}

static bool starts_with_digit(struct slice s)
{
    return s.len && s.at[0] >= '0' && s.at[0] <= '9';
}

static bool holds(const struct slice *words, size_t count, struct slice word)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(words[i], word))
            return true;
    return false;
}

size_t address_words(struct arena *arena, struct slice address, struct slice **ret_words)
{
    struct slice *tokens;
    size_t count = text_tokens(arena, text_fold(arena, address), &tokens), out = 0;
    struct slice *words = arena_array(arena, struct slice, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct slice word = full_form(tokens[i]), next = i + 1 < count ? tokens[i + 1] : NO_SLICE;
        if (is_dropped(word))
            continue;
        if ((slice_equal(word, S("flat")) || slice_equal(word, S("room")) || slice_equal(word, S("unit"))) &&
            next.len && (starts_with_digit(next) || next.len == 1)) {
            word = arena_format(arena, "f%.*s", PRINT(next));
            i++;
        } else if (starts_with_digit(word) && next.len == 1 && next.at[0] >= 'a' && next.at[0] <= 'h') {
            word = arena_format(arena, "%.*s%.*s", PRINT(word), PRINT(next)); /* "14 a" */
            i++;
        }
        if (!holds(words, out, word))
            words[out++] = word;
    }
    *ret_words = words;
    return out;
}

static bool is_number(struct slice word)
{
    return starts_with_digit(word) ||
           (word.len >= 2 && word.at[0] == 'f' && (starts_with_digit(slice_part(word, 1, word.len)) || word.len == 2));
}

static int by_text(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

static struct slice bare_postcode(struct arena *arena, struct slice postcode)
{
    struct slice read;
    if (!text_postcode(arena, slice_trim(postcode), &read))
        return NO_SLICE;
    char *at = arena_array(arena, char, read.len);
    size_t len = 0;
    for (size_t i = 0; i < read.len; i++)
        if (read.at[i] != ' ')
            at[len++] = read.at[i];
    return slice_from(at, len);
}

/* Takes out the two words of a postcode that stand inside the address. */
static struct parts address_parts(struct arena *arena, struct slice address, struct slice postcode)
{
    struct slice *words;
    size_t count = address_words(arena, address, &words), number_count = 0;
    struct parts parts = {.words = words};
    struct slice *numbers = arena_array(arena, struct slice, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (postcode.len > 3 && i + 1 < count && words[i].len == postcode.len - 3 && words[i + 1].len == 3 &&
            slice_equal_nocase(words[i], slice_part(postcode, 0, postcode.len - 3)) &&
            slice_equal_nocase(words[i + 1], slice_part(postcode, postcode.len - 3, postcode.len))) {
            i++;
            continue;
        }
        if (slice_equal_nocase(words[i], postcode))
            continue;
        if (is_number(words[i]))
            numbers[number_count++] = words[i];
        else
            parts.words[parts.count++] = words[i];
    }
    qsort(numbers, number_count, sizeof *numbers, by_text);
    parts.numbers = arena_join(arena, numbers, number_count, S(" "));
    return parts;
}

static uint64_t place_hash(struct slice numbers, struct slice word)
{
    return hash64(word, hash64(numbers, 7));
}

/* Homes with a name instead of a number: by the first two words. */
static uint64_t name_hash(const struct slice *words)
{
    return hash64(words[1], hash64(words[0], 8));
}

static int by_postcode(const void *a, const void *b)
{
    const struct home *x = a, *y = b;
    int order = slice_compare(x->postcode, y->postcode);
    return order ? order : (x->entry > y->entry) - (x->entry < y->entry);
}

static int by_hash(const void *a, const void *b)
{
    const struct place_key *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->home > y->home) - (x->home < y->home);
}

/* The address without the parts at its end that only name the place or are the postcode: "2 Dereham Road, Dereham,
 * NR19 1AA" gives "2 Dereham Road". */
static struct slice without_place(struct slice address, struct slice postcode, const struct slice *places,
                                  size_t place_count, struct arena *arena)
{
    for (;;) {
        size_t cut = address.len;
        while (cut > 0 && address.at[cut - 1] != ',')
            cut--;
        if (cut == 0)
            return address;
        struct parts last = address_parts(arena, slice_part(address, cut, address.len), postcode);
        for (size_t i = 0; i < last.count; i++)
            if (!holds(places, place_count, last.words[i]))
                return address;
        if (last.numbers.len)
            return address;
        address = slice_part(address, 0, cut - 1);
    }
}

static void home_read(struct home *home, uint32_t number, const struct home_entry *entry, struct arena *arena)
{
    home->entry = number;
    home->postcode = bare_postcode(arena, entry->postcode);
    struct slice *places;
    home->place_count = (uint32_t)address_words(arena, entry->place, &places);
    home->places = places;
    struct slice core =
        without_place(arena_copy(arena, entry->address), home->postcode, places, home->place_count, arena);
    struct parts parts = address_parts(arena, core, home->postcode);
    home->numbers = parts.numbers;
    home->words = parts.words;
    home->word_count = (uint32_t)parts.count;
}

struct home_index *home_index_make(const struct home_entry *entries, size_t count, struct arena *arena)
{
    must(count < UINT32_MAX);
    struct home_index *index = arena_new(arena, struct home_index);
    index->homes = arena_array(arena, struct home, count + 1);
    index->count = count;
    size_t keys = 0;
    for (size_t i = 0; i < count; i++) {
        home_read(&index->homes[i], (uint32_t)i, &entries[i], arena);
        keys += index->homes[i].word_count + 1;
    }
    qsort(index->homes, count, sizeof *index->homes, by_postcode);
    index->keys = arena_array(arena, struct place_key, keys + 1);
    for (size_t i = 0; i < count; i++) {
        const struct home *home = &index->homes[i];
        for (size_t w = 0; w < home->word_count && home->numbers.len; w++)
            index->keys[index->key_count++] =
                (struct place_key){place_hash(home->numbers, home->words[w]), (uint32_t)i};
        if (home->numbers.len == 0 && home->word_count > 1)
            index->keys[index->key_count++] = (struct place_key){name_hash(home->words), (uint32_t)i};
    }
    qsort(index->keys, index->key_count, sizeof *index->keys, by_hash);
    return index;
}

static bool alike(struct slice a, struct slice b)
{
    if (slice_equal(a, b))
        return true;
    unsigned limit = a.len >= 5 && b.len >= 5 ? 1 : 0;
    return limit && text_distance(a, b, limit) <= limit;
}

/* How many of the home's words the address has. */
static size_t words_met(const struct home *home, const struct parts *parts)
{
    size_t met = 0;
    for (size_t i = 0; i < home->word_count; i++)
        for (size_t k = 0; k < parts->count; k++)
            if (alike(home->words[i], parts->words[k])) {
                met++;
                break;
            }
    return met;
}

static bool place_met(const struct home *home, const struct parts *parts)
{
    for (size_t i = 0; i < home->place_count; i++)
        if (holds(parts->words, parts->count, home->places[i]))
            return true;
    return false;
}

/* Of the homes [from, until) the one that fits best, when it is alone. */
static int64_t best_of(const struct home_index *index, size_t from, size_t until, const struct parts *parts)
{
    int64_t best = -1;
    size_t best_met = 0;
    bool tie = false;
    for (size_t i = from; i < until; i++) {
        const struct home *home = &index->homes[i];
        if (!slice_equal(home->numbers, parts->numbers))
            continue;
        size_t met = words_met(home, parts);
        /* By name alone: every word of the home must be met, for "Rose Cottage" is not "Rose Farm". */
        if (met == 0 || (home->numbers.len == 0 && met < home->word_count))
            continue;
        if (best < 0 || met > best_met) {
            best = (int64_t)i, best_met = met, tie = false;
        } else if (met == best_met) {
            tie = true;
        }
    }
    return tie ? -1 : best;
}

static bool same_district(struct slice a, struct slice b)
{
    return a.len > 3 && b.len > 3 && slice_equal(slice_part(a, 0, a.len - 3), slice_part(b, 0, b.len - 3));
}

/* Goes through the homes under this key; false when a second one fits. */
static bool fits_under(const struct home_index *index, uint64_t hash, const struct parts *parts, struct slice postcode,
                       int64_t *found)
{
    size_t low = 0, high = index->key_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->keys[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < index->key_count && index->keys[low].hash == hash; low++) {
        const struct home *home = &index->homes[index->keys[low].home];
        if (!slice_equal(home->numbers, parts->numbers) || words_met(home, parts) < home->word_count)
            continue;
        bool near = postcode.len
                        ? same_district(home->postcode, postcode) || text_distance(home->postcode, postcode, 1) <= 1
                        : place_met(home, parts);
        if (!near)
            continue;
        int64_t number = index->keys[low].home;
        if (*found >= 0 && *found != number)
            return false;
        *found = number;
    }
    return true;
}

static int64_t best_anywhere(const struct home_index *index, const struct parts *parts, struct slice postcode)
{
    int64_t found = -1;
    for (size_t w = 0; w < parts->count; w++)
        if (parts->numbers.len
                ? !fits_under(index, place_hash(parts->numbers, parts->words[w]), parts, postcode, &found)
                : w + 1 < parts->count && !fits_under(index, name_hash(&parts->words[w]), parts, postcode, &found))
            return -1;
    return found;
}

int64_t home_index_find(const struct home_index *index, struct slice address, struct slice postcode,
                        struct arena *scratch)
{
    struct slice bare = bare_postcode(scratch, postcode);
    struct parts parts = address_parts(scratch, address, bare);
    if (parts.count == 0)
        return -1;
    int64_t found = -1;
    if (bare.len) {
        struct home wanted = {.postcode = bare};
        size_t low = 0, high = index->count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (slice_compare(index->homes[middle].postcode, wanted.postcode) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        size_t until = low;
        while (until < index->count && slice_equal(index->homes[until].postcode, bare))
            until++;
        found = best_of(index, low, until, &parts);
    }
    if (found < 0)
        found = best_anywhere(index, &parts, bare);
    return found < 0 ? -1 : (int64_t)index->homes[found].entry;
}
