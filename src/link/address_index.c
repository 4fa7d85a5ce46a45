/* address_index.c: the gazetteer laid out for address_match.
 *
 * Homes are sorted by postcode, so that a postcode, a sector and a district are each one range, found by a binary
 * search, and their homes lie side by side in memory. Behind them stand three lists that are asked only when the
 * postcode has no answer: number with word, the homes of each word, and the words with one letter left out (by which a
 * mistyped word finds the right ones: two words one edit apart share such a shortened form). All are flat arrays sorted
 * by hash. */
#include "link/address_inside.h"

#include "base/hash.h"

#include <math.h>

enum { LEAST_SIZE = 15, TRIM_SEGMENTS = 8 };

uint32_t address_word_find(const struct address_index *index, struct slice word)
{
    for (uint64_t at = hash64(word, 1);; at++) {
        uint32_t slot = index->word_slots[at & index->slot_mask];
        if (!slot)
            return NO_WORD;
        if (slice_equal(index->words[slot - 1].text, word))
            return slot - 1;
    }
}

uint64_t address_pair_hash(uint32_t number, uint32_t word)
{
    uint32_t key[2] = {number, word};
    return hash64(slice_from(key, sizeof key), 2);
}

uint64_t address_names_hash(uint32_t first, uint32_t second)
{
    uint32_t key[2] = {first, second};
    return hash64(slice_from(key, sizeof key), 4);
}

uint64_t address_short_hash(struct slice word, size_t without)
{
    char text[32];
    size_t len = word.len < sizeof text ? word.len : sizeof text, used = 0;
    for (size_t i = 0; i < len; i++)
        if (i != without)
            text[used++] = word.at[i];
    return hash64(slice_from(text, used), 3);
}

size_t address_keys_find(const struct address_key *keys, size_t count, uint64_t hash, size_t *ret_until)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (keys[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    high = low;
    while (high < count && keys[high].hash == hash)
        high++;
    *ret_until = high;
    return low;
}

static size_t lower_bound(const struct address_index *index, uint64_t prefix, unsigned shift)
{
    size_t low = 0, high = index->home_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->homes[middle].postcode >> shift < prefix)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t address_homes_find(const struct address_index *index, uint64_t prefix, unsigned shift, size_t *ret_until)
{
    *ret_until = lower_bound(index, prefix + 1, shift);
    return lower_bound(index, prefix, shift);
}

/* ---- Making ---- */

struct maker {
    struct address_index *index;
    struct arena *arena;
    size_t word_capacity, home_word_capacity, home_part_capacity, home_word_count;
};

static uint32_t word_add(struct maker *m, struct slice text)
{
    struct address_index *index = m->index;
    uint32_t found = address_word_find(index, text);
    if (found != NO_WORD)
        return found;
    if ((index->word_count + 1) * 2 > index->slot_mask) {
        size_t mask = index->slot_mask * 2 + 1;
        index->word_slots = arena_array(m->arena, uint32_t, mask + 1);
        index->slot_mask = mask;
        for (size_t w = 0; w < index->word_count; w++) {
            uint64_t at = hash64(index->words[w].text, 1);
            while (index->word_slots[at & mask])
                at++;
            index->word_slots[at & mask] = (uint32_t)w + 1;
        }
    }
    ARENA_GROW(m->arena, index->words, index->word_count, m->word_capacity);
    index->words[index->word_count] =
        (struct address_word){.text = arena_copy(m->arena, text), .kind = (uint8_t)address_word_kind(text)};
    uint64_t at = hash64(text, 1);
    while (index->word_slots[at & index->slot_mask])
        at++;
    index->word_slots[at & index->slot_mask] = (uint32_t)++index->word_count;
    return (uint32_t)index->word_count - 1;
}

static bool holds(const struct address_parts *parts, struct slice word)
{
    for (size_t i = 0; i < parts->word_count; i++)
        if (slice_equal(parts->words[i], word))
            return true;
    return false;
}

/* The parts of an address on one line: trailing segments that only name the place (by the entry's own place, else what
 * follows the street), the street, and what is before it. */
static void part_line(struct address_parts *line, const struct address_parts *place)
{
    unsigned core = line->segments, street = UINT8_MAX;
    if (place->word_count)
        for (; core > 1; core--) {
            bool only = true, any = false;
            for (size_t i = 0; i < line->word_count && only; i++)
                if (line->segment[i] == core - 1) {
                    any = true;
                    only = holds(place, line->words[i]);
                }
            for (size_t i = 0; i < line->number_count; i++)
                only = only && line->numbers[i].segment != core - 1;
            if (!only && any)
                break;
        }
    size_t number_word = 0;
    bool numbered = false;
    for (size_t i = 0; i < line->number_count; i++)
        if (line->numbers[i].role == ROLE_HOUSE && line->numbers[i].segment < core) {
            street = line->numbers[i].segment;
            number_word = line->numbers[i].word;
            numbered = true;
        }
    /* A number alone in its segment: the street is the next. */
    if (numbered) {
        bool follows = false;
        for (size_t i = number_word; i < line->word_count; i++)
            follows |= line->segment[i] == street;
        if (!follows)
            street++;
    }
    size_t last_kind = line->word_count;
    for (size_t i = 0; i < line->word_count; i++)
        if (address_word_kind(line->words[i]) == WORD_STREET_KIND && i > 0 && line->segment[i] < core &&
            (!numbered || line->segment[i] >= street))
            if (last_kind == line->word_count || place->word_count)
                last_kind = i;
    if (!numbered)
        street = last_kind < line->word_count ? line->segment[last_kind] : core > 1 ? core - 1 : UINT8_MAX;
    for (size_t i = 0; i < line->word_count; i++) {
        enum address_part part = PART_BUILDING;
        if (line->segment[i] >= core)
            part = PART_PLACE;
        else if (line->segment[i] > street || (!place->word_count && numbered && i > last_kind))
            part = place->word_count && line->segment[i] > street ? PART_STREET : PART_PLACE;
        else if (line->segment[i] == street && i >= number_word)
            part = PART_STREET;
        line->part[i] = (uint8_t)part;
    }
}

static void home_read(struct address_home *home, const struct address_entry *entry, struct address_parts *parts,
                      struct arena *scratch)
{
    *parts = (struct address_parts){0};
    home->postcode = address_postcode_pack(entry->postcode);
    if (entry->building.len || entry->street.len) {
        address_parse(parts, entry->unit, PART_UNIT, scratch);
        address_parse(parts, entry->building, PART_BUILDING, scratch);
        address_parse(parts, entry->street, PART_STREET, scratch);
        address_parse(parts, entry->organisation, entry->building.len ? PART_ORGANISATION : PART_BUILDING, scratch);
        address_parse_end(parts);
        address_parse(parts, entry->place, PART_PLACE, scratch);
    } else {
        struct address_parts *place = arena_new(scratch, struct address_parts);
        address_parse(place, entry->place, PART_PLACE, scratch);
        address_parse(parts, entry->line, PART_ANY, scratch);
        address_parse_end(parts);
        part_line(parts, place);
        address_parse(parts, entry->place, PART_PLACE, scratch);
    }
    if (!home->postcode && parts->postcode_count)
        home->postcode = parts->postcodes[parts->postcode_count - 1];
    home->floor = parts->floor;
    home->flat = parts->flat;
    for (size_t i = 0; i < parts->number_count; i++) {
        const struct address_numeral *n = &parts->numbers[i];
        if (n->part == PART_ORGANISATION)
            continue;
        if (n->role == ROLE_HOUSE && !address_number_there(home->house)) {
            home->house = n->value;
        } else if (!address_number_there(home->unit)) {
            home->unit = n->value;
            home->unit_kind = n->unit;
        }
    }
}

/* The last word of a street or building when it is a kind and not the only one; in Welsh the first ("Heol y Bont"). */
static void mark_kinds(const struct maker *m, const struct address_home *home)
{
    const uint32_t *words = m->index->home_words + home->words;
    uint8_t *parts = m->index->home_parts + home->words;
    for (size_t i = 0; i < home->word_count;) {
        size_t end = i + 1;
        while (end < home->word_count && parts[end] == parts[i])
            end++;
        uint8_t part = parts[i], kind = part == PART_STREET ? WORD_STREET_KIND : WORD_DWELLING_KIND;
        if (end - i > 1 && (part == PART_STREET || part == PART_BUILDING)) {
            if (m->index->words[words[end - 1]].kind == kind)
                parts[end - 1] |= KIND_HERE;
            else if (m->index->words[words[i]].kind == kind)
                parts[i] |= KIND_HERE;
        }
        i = end;
    }
}

/* Each word once: in the part nearer to the home. */
static void words_keep(struct maker *m, struct address_home *home, const struct address_parts *parts)
{
    struct address_index *index = m->index;
    static const uint8_t order[] = {PART_UNIT, PART_BUILDING, PART_STREET, PART_ORGANISATION, PART_PLACE};
    home->words = (uint32_t)m->home_word_count;
    bool name = false;
    for (size_t o = 0; o < countof(order); o++)
        for (size_t i = 0; i < parts->word_count && home->word_count < ADDRESS_HOME_WORDS; i++) {
            if (parts->part[i] != order[o])
                continue;
            uint32_t word = word_add(m, parts->words[i]);
            bool again = false;
            for (size_t k = 0; k < home->word_count; k++)
                again |= index->home_words[home->words + k] == word &&
                         (index->home_parts[home->words + k] == order[o] || order[o] == PART_ORGANISATION ||
                          (order[o] == PART_PLACE && index->home_parts[home->words + k] == PART_PLACE));
            if (again)
                continue;
            ARENA_GROW(m->arena, index->home_parts, m->home_word_count, m->home_part_capacity);
            ARENA_GROW(m->arena, index->home_words, m->home_word_count, m->home_word_capacity);
            index->home_words[m->home_word_count] = word;
            index->home_parts[m->home_word_count++] = order[o];
            home->word_count++;
            name |= order[o] == PART_BUILDING || order[o] == PART_UNIT;
            home->digits |= parts->words[i].at[0] >= '0' && parts->words[i].at[0] <= '9';
        }
    mark_kinds(m, home);
    home->name_only = name && !address_number_there(home->house) && !address_number_there(home->unit) &&
                      home->floor == FLOOR_NONE && !home->flat;
}

static int by_postcode(const void *a, const void *b)
{
    const struct address_home *x = a, *y = b;
    if (x->postcode != y->postcode)
        return x->postcode < y->postcode ? -1 : 1;
    return (x->entry > y->entry) - (x->entry < y->entry);
}

static int by_hash(const void *a, const void *b)
{
    const struct address_key *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->home > y->home) - (x->home < y->home);
}

/* How many homes have each word; a word that stands in two parts of one home counts once in each. */
static void count_words(struct address_index *index)
{
    for (size_t h = 0; h < index->home_count; h++) {
        const struct address_home *home = &index->homes[h];
        for (size_t i = 0; i < home->word_count; i++) {
            struct address_word *word = &index->words[index->home_words[home->words + i]];
            if (index->home_parts[home->words + i] == PART_PLACE)
                word->place++;
            else
                word->core++;
        }
    }
}

static void fill_postings(struct address_index *index, struct arena *arena)
{
    uint32_t total = 0, *next = arena_array(arena, uint32_t, index->word_count + 1);
    for (size_t w = 0; w < index->word_count; w++) {
        next[w] = index->words[w].posting = total;
        total += index->words[w].core;
    }
    index->postings = arena_array(arena, uint32_t, (size_t)total + 1);
    index->pairs = arena_array(arena, struct address_key, 3 * (size_t)total + 1);
    for (size_t h = 0; h < index->home_count; h++) {
        const struct address_home *home = &index->homes[h];
        for (size_t i = 0; i < home->word_count; i++) {
            uint32_t word = index->home_words[home->words + i];
            if (index->home_parts[home->words + i] == PART_PLACE)
                continue;
            index->postings[next[word]++] = (uint32_t)h;
            if (index->home_parts[home->words + i] == (PART_STREET | KIND_HERE))
                continue;
            const uint32_t numbers[] = {home->house.low, home->house.high, home->unit.low};
            bool named = home->name_only && i + 1 < home->word_count &&
                         address_part_of(index->home_parts[home->words + i]) == PART_BUILDING;
            if (named)
                index->pairs[index->pair_count++] =
                    (struct address_key){address_names_hash(word, index->home_words[home->words + i + 1]), (uint32_t)h};
            for (size_t n = 0; n < countof(numbers); n++)
                if (numbers[n])
                    index->pairs[index->pair_count++] =
                        (struct address_key){address_pair_hash(numbers[n], word), (uint32_t)h};
        }
    }
    array_sort(index->pairs, index->pair_count, sizeof *index->pairs, by_hash);
}

static void fill_shorter(struct address_index *index, struct arena *arena)
{
    size_t all = 0;
    for (size_t w = 0; w < index->word_count; w++)
        all += index->words[w].text.len + 1;
    index->shorter = arena_array(arena, struct address_key, all + 1);
    for (size_t w = 0; w < index->word_count; w++) {
        struct slice text = index->words[w].text;
        if (text.len < 4 || index->words[w].core == 0)
            continue;
        for (size_t i = 0; i <= text.len; i++)
            index->shorter[index->shorter_count++] = (struct address_key){address_short_hash(text, i), (uint32_t)w};
    }
    array_sort(index->shorter, index->shorter_count, sizeof *index->shorter, by_hash);
}

static struct slice line_of(const struct address_entry *entry, struct arena *arena)
{
    if (entry->line.len)
        return arena_copy(arena, entry->line);
    const struct slice parts[] = {entry->organisation, entry->unit,  entry->building,
                                  entry->street,       entry->place, entry->postcode};
    struct buffer line = buffer_make(arena);
    for (size_t i = 0; i < countof(parts); i++) {
        struct slice part = slice_trim(parts[i]);
        if (!part.len)
            continue;
        bool number = i == 3 && parts[2].len && parts[2].at[parts[2].len - 1] < 'a' && parts[2].at[0] >= '0' &&
                      parts[2].at[0] <= '9';
        if (line.len)
            buffer_add(&line, number ? S(" ") : S(", "));
        buffer_add(&line, part);
    }
    return buffer_slice(&line);
}

struct slice address_shown(const struct address_index *index, uint32_t entry)
{
    return index->lines[entry];
}

struct address_index *address_index_make(const struct address_entry *entries, size_t count, struct arena *arena)
{
    must(count < UINT32_MAX);
    struct address_index *index = arena_new(arena, struct address_index);
    struct maker maker = {.index = index, .arena = arena};
    index->slot_mask = 1023;
    index->word_slots = arena_array(arena, uint32_t, index->slot_mask + 1);
    index->homes = arena_array(arena, struct address_home, count + 1);
    index->home_count = index->entry_count = count;
    index->lines = arena_array(arena, struct slice, count + 1);
    struct address_entry *copies = arena_array(arena, struct address_entry, count + 1);
    index->entries = copies;
    struct arena *scratch = arena_make(0);
    struct address_parts *parts = arena_new(arena, struct address_parts);
    for (size_t i = 0; i < count; i++) {
        index->homes[i].entry = (uint32_t)i;
        home_read(&index->homes[i], &entries[i], parts, scratch);
        words_keep(&maker, &index->homes[i], parts);
        copies[i].uprn = arena_copy(arena, entries[i].uprn);
        index->lines[i] = line_of(&entries[i], arena);
        arena_reset(scratch);
    }
    arena_free(scratch);
    array_sort(index->homes, count, sizeof *index->homes, by_postcode);
    count_words(index);
    fill_postings(index, arena);
    fill_shorter(index, arena);
    double size = log2((double)count + 1);
    index->size = size < LEAST_SIZE ? LEAST_SIZE : size;
    return index;
}
