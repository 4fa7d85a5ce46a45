/* names.c: drawing names, and bending them as people and clerks do.
 *
 * A published ranking without counts becomes weights by 1 / (rank + shift): the shift grows with the decade, since the
 * commonest names of 1924 were borne by one in 20 and those of 2022 by one in 50. A share that also grows falls to a
 * list of rare names. Family names: the 500 or so listed take 45% of people in the same manner (Smith about 1.1%); the
 * rest are composed of English morphemes (Ash + ley, Thorn + ham + s), skewed so that some are common and most are
 * borne by a handful: about 20,000 different ones in a county of a million. A nationality's own names come as lists,
 * Polish and Lithuanian ones lengthened by their suffixes. */
#include "sample/names.h"

#include "base/slice.h"
#include "sample/name_tables.h"

#include <stdio.h>
#include <string.h>

struct list {
    const char **words;
    uint32_t *upto; /* cumulative weights */
    unsigned count;
};

struct names {
    struct list girls[NAME_DECADES], boys[NAME_DECADES], rare[2], surnames;
    struct list abroad[HERITAGE_COUNT][3];
    struct list short_names;  /* sorted full forms */
    struct list *short_forms; /* of each */
    size_t short_count;
    struct list sound_names; /* sorted names of any group */
    unsigned *sound_group;   /* of each, an index of sound_groups */
    struct list *sound_groups;
};

static char *put_number(char *out, char *end, unsigned long long number, unsigned width)
{
    char digits[24];
    unsigned count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number || count < width);
    while (count && out < end)
        *out++ = digits[--count];
    return out;
}

/* vsnprintf for the few conversions that this program writes: it took a third of the whole time before. */
size_t words_vput(char *out, size_t size, const char *format, va_list arguments)
{
    char *at = out, *end = out + size - 1;
    for (; *format && at < end; format++) {
        if (*format != '%') {
            *at++ = *format;
            continue;
        }
        format++;
        unsigned width = 0;
        size_t longest = SIZE_MAX;
        if (*format == '0')
            for (; *format >= '0' && *format <= '9'; format++)
                width = width * 10 + (unsigned)(*format - '0');
        if (*format == '.' && *++format == '*') {
            longest = (size_t)va_arg(arguments, int);
            format++;
        } else if (format[-1] == '.') {
            for (longest = 0; *format >= '0' && *format <= '9'; format++)
                longest = longest * 10 + (size_t)(*format - '0');
        }
        if (*format == 's') {
            const char *text = va_arg(arguments, const char *);
            size_t length = strnlen(text, longest < (size_t)(end - at) ? longest : (size_t)(end - at));
            memcpy(at, text, length);
            at += length;
        } else if (*format == 'c') {
            int c = va_arg(arguments, int);
            if (!c)
                break;
            *at++ = (char)c;
        } else if (*format == 'u') {
            at = put_number(at, end, va_arg(arguments, unsigned), width);
        } else if (*format == 'd') {
            int number = va_arg(arguments, int);
            must(number >= 0);
            at = put_number(at, end, (unsigned)number, width);
        } else {
            must(format[0] == 'l' && format[1] == 'l' && format[2] == 'u');
            format += 2;
            at = put_number(at, end, va_arg(arguments, unsigned long long), width);
        }
    }
    *at = 0;
    return (size_t)(at - out);
}

void words_put(char *out, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)words_vput(out, size, format, arguments);
    va_end(arguments);
}

static struct list list_of_words(struct arena *arena, struct slice text, char separator, uint32_t shift)
{
    struct list list = {0};
    size_t capacity = 0;
    struct slice word;
    while (slice_cut(&text, separator, &word)) {
        if (slice_empty(word))
            continue;
        ARENA_GROW(arena, list.words, list.count, capacity);
        list.words[list.count++] = arena_cstr(arena, word);
    }
    list.upto = arena_array(arena, uint32_t, list.count + 1);
    uint32_t sum = 0;
    for (unsigned i = 0; i < list.count; i++)
        list.upto[i] = sum += 4000000u / (i + 1 + shift) + 1;
    return list;
}

static const char *list_draw(const struct list *list, struct rng *rng)
{
    uint32_t at = rng_below(rng, list->upto[list->count - 1]);
    unsigned low = 0, high = list->count - 1;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (list->upto[middle] > at)
            high = middle;
        else
            low = middle + 1;
    }
    return list->words[low];
}

/* Insertion sort: some 400 words, once. */
static void sort_with(const char **words, unsigned *other, unsigned count)
{
    for (unsigned i = 1; i < count; i++) {
        const char *word = words[i];
        unsigned number = other[i], j = i;
        for (; j > 0 && strcmp(words[j - 1], word) > 0; j--) {
            words[j] = words[j - 1];
            other[j] = other[j - 1];
        }
        words[j] = word;
        other[j] = number;
    }
}

static bool find_word(const char *const *words, unsigned count, const char *word, unsigned *ret_index)
{
    unsigned low = 0, high = count;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        int order = strcmp(words[middle], word);
        if (order == 0) {
            *ret_index = middle;
            return true;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static void read_short_forms(struct names *names, struct arena *arena)
{
    struct slice rest = slice_of(name_short_forms), entry;
    size_t words = 0, lists = 0;
    struct list found = {0};
    struct list *forms = NULL;
    while (slice_cut(&rest, ';', &entry)) {
        struct slice full;
        must(slice_cut(&entry, ':', &full));
        ARENA_GROW(arena, found.words, found.count, words);
        ARENA_GROW(arena, forms, found.count, lists);
        found.words[found.count] = arena_cstr(arena, full);
        forms[found.count] = list_of_words(arena, entry, ',', 1);
        names->short_count += forms[found.count].count;
        found.count++;
    }
    unsigned *order = arena_array(arena, unsigned, found.count);
    for (unsigned i = 0; i < found.count; i++)
        order[i] = i;
    sort_with(found.words, order, found.count);
    names->short_forms = arena_array(arena, struct list, found.count);
    for (unsigned i = 0; i < found.count; i++)
        names->short_forms[i] = forms[order[i]];
    names->short_names = found;
}

static void read_sound_alike(struct names *names, struct arena *arena)
{
    struct slice rest = slice_of(name_sound_alike), entry;
    struct list all = {0};
    size_t words = 0, numbers = 0, lists = 0;
    unsigned groups = 0, counted = 0;
    while (slice_cut(&rest, ';', &entry)) {
        ARENA_GROW(arena, names->sound_groups, groups, lists);
        struct list group = list_of_words(arena, entry, ' ', 4);
        names->sound_groups[groups] = group;
        for (unsigned i = 0; i < group.count; i++) {
            ARENA_GROW(arena, all.words, all.count, words);
            ARENA_GROW(arena, names->sound_group, counted, numbers);
            all.words[all.count++] = group.words[i];
            names->sound_group[counted++] = groups;
        }
        groups++;
    }
    sort_with(all.words, names->sound_group, all.count);
    names->sound_names = all;
}

struct names *names_make(struct arena *arena)
{
    struct names *names = arena_new(arena, struct names);
    for (unsigned i = 0; i < NAME_DECADES; i++) {
        names->girls[i] = list_of_words(arena, slice_of(name_girls[i]), ' ', 8 + 2 * i);
        names->boys[i] = list_of_words(arena, slice_of(name_boys[i]), ' ', 7 + 2 * i);
    }
    names->rare[FEMALE] = list_of_words(arena, slice_of(name_rare_girls), ' ', 500);
    names->rare[MALE] = list_of_words(arena, slice_of(name_rare_boys), ' ', 500);
    names->surnames = list_of_words(arena, slice_of(name_surnames), ' ', 9);
    for (unsigned h = 1; h < HERITAGE_COUNT; h++)
        for (unsigned k = 0; k < 3; k++)
            names->abroad[h][k] = list_of_words(arena, slice_of(name_abroad[h][k]), ' ', 12);
    read_short_forms(names, arena);
    read_sound_alike(names, arena);
    return names;
}

const char *names_given(const struct names *names, struct rng *rng, enum sex sex, int birth_year,
                        enum heritage heritage)
{
    /* People of other heritages born here since 1990 bear the country's names half the time. */
    if (heritage != HERITAGE_BRITISH && !(birth_year > 1990 && rng_chance(rng, 350)))
        return list_draw(&names->abroad[heritage][sex == FEMALE ? 0 : 1], rng);
    int decade = (birth_year + rng_between(rng, -5, 4) - 1919) / 10;
    decade = decade < 0 ? 0 : decade >= NAME_DECADES ? NAME_DECADES - 1 : decade;
    if (rng_chance(rng, (uint32_t)(50 + 12 * decade)))
        return list_draw(&names->rare[sex], rng);
    return list_draw(sex == FEMALE ? &names->girls[decade] : &names->boys[decade], rng);
}

static const char *const first_parts[] = {
    "Ash",    "Ald",    "Am",    "Apple", "Arm",    "Bar",     "Beck",   "Ben",  "Bick",  "Birch", "Black", "Bland",
    "Bol",    "Brad",   "Bram",  "Bran",  "Broad",  "Brock",   "Brom",   "Buck", "Bul",   "Bur",   "Cal",   "Can",
    "Carl",   "Castle", "Chal",  "Char",  "Chat",   "Chester", "Chil",   "Clay", "Cliff", "Clop",  "Col",   "Copper",
    "Cran",   "Craw",   "Cress", "Crom",  "Cul",    "Dal",     "Dan",    "Dar",  "Den",   "Der",   "Din",   "Dray",
    "Dun",    "East",   "Edge",  "El",    "Elm",    "Far",     "Fen",    "Fern", "Fleet", "Ford",  "Gar",   "Gel",
    "Glen",   "Gold",   "Gran",  "Green", "Hack",   "Had",     "Hal",    "Ham",  "Han",   "Har",   "Hart",  "Has",
    "Hather", "Haw",    "Hazel", "Heath", "Hem",    "Hen",     "Hey",    "High", "Hil",   "Hol",   "Hor",   "Hum",
    "Ick",    "Ing",    "Ken",   "Kers",  "Kil",    "King",    "Kirk",   "Lang", "Lang",  "Law",   "Led",   "Lin",
    "Lit",    "Lock",   "Long",  "Lud",   "Lyn",    "Mar",     "Mart",   "Med",  "Mel",   "Mer",   "Mil",   "Mor",
    "Nether", "New",    "Nor",   "Oak",   "Old",    "Or",      "Os",     "Over", "Ox",    "Pad",   "Park",  "Pem",
    "Pen",    "Pick",   "Pin",   "Plum",  "Pres",   "Quar",    "Rad",    "Ram",  "Raven", "Red",   "Ring",  "Rock",
    "Rose",   "Rother", "Rud",   "Rush",  "Ruther", "Sax",     "Scar",   "Sea",  "Sel",   "Shar",  "Shel",  "Ship",
    "Silver", "Skel",   "Slay",  "Snel",  "South",  "Spar",    "Stan",   "Stav", "Stock", "Stone", "Strat", "Sut",
    "Swain",  "Tan",    "Tarl",  "Ten",   "Thack",  "Thorn",   "Til",    "Tor",  "Tun",   "Under", "Up",    "Wade",
    "Wal",    "Wan",    "War",   "Wat",   "Wel",    "Wes",     "Wether", "Whar", "Wheat", "Whit",  "Wil",   "Win",
    "Wing",   "Wood",   "Wool",  "Wor",   "Wy",     "Yar",     "Yel",
};
static const char *const last_parts[] = {
    "ley",     "ton",   "ham",   "worth", "field", "wick", "by",    "croft",  "ford",  "bridge", "well",
    "bury",    "well",  "stead", "brook", "combe", "den",  "don",   "gate",   "grave", "hurst",  "land",
    "low",     "man",   "mere",  "more",  "mouth", "over", "ridge", "row",    "shaw",  "stone",  "thorpe",
    "thwaite", "tree",  "wall",  "ward",  "water", "way",  "wood",  "worthy", "yard",  "bourne", "cote",
    "dale",    "ditch", "ell",   "er",    "ers",   "ett",  "hill",  "house",  "ing",   "ings",   "ington",
    "ingham",  "kin",   "kins",  "ling",  "lock",  "son",  "ster",  "ville",  "win",   "wright", "ard",
};
static const char *const roots[] = {
    "Adam", "Alan", "Bart", "Bate",  "Daw",    "Dick",   "Dod",    "Ed",     "Ellis", "Gib",         "Gill", "Good",
    "Hick", "Hob",  "Hodg", "Hutch", "Jack",   "Jeff",   "Jenk",   "Jos",    "Lamb",  "Law",         "Mat",  "Nel",
    "Nich", "Pat",  "Per",  "Phil",  "Rich",   "Rob",    "San",    "Sim",    "Steph", "Tim",         "Tom",  "Wat",
    "Wil",  "Pear", "Har",  "Morri", "Tomlin", "Parkin", "Hawkin", "Robert", "Peter", "Christopher",
};
static const char *const root_ends[] = {"son", "s",   "kins", "kinson", "cock", "ett",
                                        "ott", "ing", "man",  "es",     "kin",  "cox"};
static const char *const polish_roots[] = {
    "Adam",  "Bor",  "Bielaw", "Bogda", "Brzez", "Chmiel", "Czarn", "Domb",  "Gaj", "Glow", "Jasi",
    "Kalin", "Karp", "Kos",    "Krasn", "Lip",   "Mak",    "Mal",   "Milew", "Orl", "Os",   "Pietr",
    "Rad",   "Rog",  "Sad",    "Sob",   "Staw",  "Tom",    "Urb",   "Wal",   "Zal", "Zaw",
};
static const char *const polish_ends[] = {"owski", "iński", "ecki", "czyk", "iak", "ewicz", "ak", "icki"};
static const char *const lithuanian_roots[] = {
    "Adom", "Bal",  "Bart", "Dain", "Gaid", "Gir", "Jon", "Kal", "Kar", "Lauk",
    "Mack", "Mark", "Mat",  "Mik",  "Nor",  "Pal", "Rim", "Sim", "Tam", "Vait",
};
static const char *const lithuanian_ends[] = {"auskas", "evičius", "aitis", "ūnas", "onis", "kus"};

/* Small numbers much oftener than large ones: the least of two draws, thrice. */
static uint32_t skewed(struct rng *rng, uint32_t n)
{
    uint32_t a = rng_below(rng, n);
    for (int i = 0; i < 2; i++) {
        uint32_t b = rng_below(rng, n);
        a = b < a ? b : a;
    }
    return a;
}

static void composed(struct rng *rng, char *out)
{
    /* One number of a shuffled order names the pair of parts, so that the skew falls on names, not on parts. */
    enum { PAIRS = countof(first_parts) * countof(last_parts) };
    if (rng_chance(rng, 120)) {
        words_put(out, NAME_SIZE, "%s%s", rng_pick(rng, roots), rng_pick(rng, root_ends));
        return;
    }
    uint32_t number = skewed(rng, PAIRS), place = (uint32_t)(((uint64_t)number * 7919u + 4057u) % PAIRS);
    const char *first = first_parts[place % countof(first_parts)], *last = last_parts[place / countof(first_parts)];
    size_t length = strlen(first);
    if (first[length - 1] == last[0]) /* Wil + ling, but not Ash + hham */
        last++;
    if (rng_chance(rng, 60))
        words_put(out, NAME_SIZE, "%s%s%s", first, last, last[strlen(last) - 1] == 's' ? "" : "s");
    else if (rng_chance(rng, 40))
        words_put(out, NAME_SIZE, "%s%s%s", first, last, last[strlen(last) - 1] == 'e' ? "" : "e");
    else
        words_put(out, NAME_SIZE, "%s%s", first, last);
}

void names_family(const struct names *names, struct rng *rng, enum heritage heritage, char *out)
{
    if (heritage == HERITAGE_BRITISH) {
        if (rng_chance(rng, 450))
            words_put(out, NAME_SIZE, "%s", list_draw(&names->surnames, rng));
        else
            composed(rng, out);
    } else if (heritage == HERITAGE_POLISH && rng_chance(rng, 400)) {
        words_put(out, NAME_SIZE, "%s%s", rng_pick(rng, polish_roots), rng_pick(rng, polish_ends));
    } else if (heritage == HERITAGE_LITHUANIAN && rng_chance(rng, 400)) {
        words_put(out, NAME_SIZE, "%s%s", rng_pick(rng, lithuanian_roots), rng_pick(rng, lithuanian_ends));
    } else {
        words_put(out, NAME_SIZE, "%s", list_draw(&names->abroad[heritage][2], rng));
    }
}

static bool replace_end(char *text, const char *end, const char *with)
{
    size_t length = strlen(text), cut = strlen(end);
    if (length < cut || strcmp(text + length - cut, end) != 0 || length - cut + strlen(with) >= NAME_SIZE)
        return false;
    memcpy(text + length - cut, with, strlen(with) + 1);
    return true;
}

void names_feminine(struct rng *rng, enum heritage heritage, bool wife, char *family)
{
    (void)rng;
    if (heritage == HERITAGE_POLISH)
        (void)(replace_end(family, "ski", "ska") || replace_end(family, "cki", "cka") ||
               replace_end(family, "dzki", "dzka"));
    else if (heritage == HERITAGE_LITHUANIAN && wife)
        (void)(replace_end(family, "ius", "ienė") || replace_end(family, "us", "uvienė") ||
               replace_end(family, "as", "ienė") || replace_end(family, "is", "ienė"));
    else if (heritage == HERITAGE_LITHUANIAN)
        (void)(replace_end(family, "ius", "iūtė") || replace_end(family, "us", "utė") ||
               replace_end(family, "as", "aitė") || replace_end(family, "is", "ytė"));
}

const char *names_short(const struct names *names, struct rng *rng, const char *given)
{
    unsigned at;
    if (!find_word(names->short_names.words, names->short_names.count, given, &at))
        return NULL;
    return list_draw(&names->short_forms[at], rng);
}

bool names_misheard(const struct names *names, struct rng *rng, const char *name, char *out)
{
    unsigned at;
    if (find_word(names->sound_names.words, names->sound_names.count, name, &at)) {
        const struct list *group = &names->sound_groups[names->sound_group[at]];
        unsigned first = rng_below(rng, group->count);
        for (unsigned i = 0; i < group->count; i++) {
            const char *other = group->words[(first + i) % group->count];
            if (strcmp(other, name) != 0) {
                words_put(out, NAME_SIZE, "%s", other);
                return true;
            }
        }
    }
    /* Spellings of one sound in English; the first that fits, from a random start. */
    static const char *const sounds[][2] = {
        {"ph", "f"},  {"ck", "k"},  {"ie", "ei"}, {"ei", "ie"}, {"y", "ie"},   {"ss", "s"},   {"ll", "l"},
        {"tt", "t"},  {"nn", "n"},  {"ea", "ee"}, {"ee", "ea"}, {"ou", "ow"},  {"ow", "ou"},  {"ai", "ay"},
        {"ay", "ai"}, {"s", "z"},   {"c", "k"},   {"gh", "g"},  {"ham", "am"}, {"ley", "ly"}, {"ton", "ten"},
        {"er", "a"},  {"or", "er"}, {"v", "f"},   {"th", "ff"}, {"wh", "w"},   {"dge", "ge"},
    };
    unsigned start = rng_below(rng, countof(sounds));
    for (unsigned i = 0; i < countof(sounds); i++) {
        const char *const *sound = sounds[(start + i) % countof(sounds)];
        const char *found = name[0] ? strstr(name + 1, sound[0]) : NULL;
        if (!found || strlen(name) < 4)
            continue;
        words_put(out, NAME_SIZE, "%.*s%s%s", (int)(found - name), name, sound[1], found + strlen(sound[0]));
        return true;
    }
    return false;
}

size_t names_short_count(const struct names *names)
{
    return names->short_count;
}

size_t names_given_count(const struct names *names)
{
    size_t count = 0;
    const struct list *lists[2 * NAME_DECADES + 2] = {NULL};
    unsigned filled = 0;
    for (unsigned i = 0; i < NAME_DECADES; i++) {
        lists[filled++] = &names->girls[i];
        lists[filled++] = &names->boys[i];
    }
    lists[filled++] = &names->rare[FEMALE];
    lists[filled++] = &names->rare[MALE];
    for (unsigned l = 0; l < filled; l++)
        for (unsigned w = 0; w < lists[l]->count; w++) {
            bool seen = false;
            for (unsigned k = 0; k <= l && !seen; k++)
                for (unsigned v = 0; v < (k == l ? w : lists[k]->count) && !seen; v++)
                    seen = strcmp(lists[k]->words[v], lists[l]->words[w]) == 0;
            count += !seen;
        }
    return count;
}
