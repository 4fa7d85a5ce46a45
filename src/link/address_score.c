/* address_score.c: one address against one home, in bits.
 *
 * Numbers come first, as they decide most homes: what differs there ends the comparison. Then words by their numbers in
 * the dictionary, and only where `fine` is asked for by their letters. The weights below are log2 odds by judgement,
 * not trained: a postcode has some 15 homes, one address in a hundred has a wrong postcode, one word in thirty is
 * mistyped, one in ten of the words that a gazetteer has is left out. They were set on written examples of British
 * addresses, not on the sample county. */
#include "link/address_inside.h"

#include "base/text.h"

#include <math.h>

static const struct {
    double house, house_range, unit, floor, flat, by_meaning;
    double street_missing, street_unsaid, street_differs, another_street, kind_missing, kind_differs, name_missing,
        name_unsaid;
    double most_word, mistyped, most_left_over, complete;
    double postcode_homes, one_letter_off, other_postcode, other_place, other_village;
} bits = {
    .house = 6,
    .house_range = 3,
    .unit = 5,
    .floor = 5,
    .flat = 3,
    .by_meaning = -2,
    .street_missing = -3,
    .street_unsaid = -1,
    .street_differs = -4,
    .another_street = -5,
    .kind_missing = -1,
    .kind_differs = -7,
    .name_missing = -4,
    .name_unsaid = -0.5,
    .most_word = 10,
    .mistyped = -4,
    .most_left_over = -12,
    .complete = 3,
    .postcode_homes = 4,
    .one_letter_off = -6,
    .other_postcode = -6,
    .other_place = -2.5,
    .other_village = -6,
};

void address_question_read(const struct address_index *index, struct slice address, struct slice postcode,
                           struct arena *arena, struct address_question *ret)
{
    struct address_parts *parts = &ret->parts;
    *parts = (struct address_parts){0};
    uint64_t packed = address_postcode_pack(postcode);
    if (packed)
        parts->postcodes[parts->postcode_count++] = packed;
    address_parse(parts, address, PART_ANY, arena);
    address_parse_end(parts);
    ret->unit = false;
    for (size_t i = 0; i < parts->number_count; i++)
        ret->unit |= parts->numbers[i].role == ROLE_UNIT;
    for (size_t i = 0; i < parts->word_count; i++) {
        uint32_t id = ret->ids[i] = address_word_find(index, parts->words[i]);
        const struct address_word *word = id == NO_WORD ? NULL : &index->words[id];
        enum address_word_kind kind = word ? (enum address_word_kind)word->kind : address_word_kind(parts->words[i]);
        ret->kinds[i] = (uint8_t)kind;
        float cost = -1.0F;
        if (kind == WORD_HARMLESS || parts->harmless >> i & 1)
            cost = 0;
        else if (word && word->core && !word->place && kind == WORD_PLAIN)
            cost = -3.0F;
        else if (word && word->place)
            cost = -0.7F;
        ret->left_over[i] = cost;
    }
}

/* ---- Numbers ---- */

struct matching {
    const struct address_index *index;
    const struct address_question *question;
    const struct address_home *home;
    struct address_score *score;
    double weight;
    bool place_unsaid;  /* a word of the home's place is not in the address */
    bool all_met;       /* every word of building and street, or nearly */
    bool unit_by_house; /* the number, not said to be a flat's, is taken for the flat's: "5 Wensum Court" */
    bool name_would_do; /* the number that is missing is forgiven when the building's name is there */
};

static void use(struct matching *m, size_t number)
{
    m->score->numbers_used |= (uint8_t)(1u << number);
}
static bool used(const struct matching *m, size_t number)
{
    return m->score->numbers_used >> number & 1;
}

static bool covers(struct address_number range, struct address_number one)
{
    return range.high > range.low && !one.high && !one.letter && one.low >= range.low && one.low <= range.high &&
           ((range.low ^ range.high) & 1 || !((one.low ^ range.low) & 1));
}

/* Letter or number that usually stands for a floor: A or 1 for the ground floor, B or 2 for the first. */
static bool floor_means(uint8_t floor, struct address_number unit)
{
    if (floor < FLOOR_GROUND || floor > FLOOR_FOURTH || unit.high || unit.prefix)
        return false;
    unsigned order = (unsigned)floor - FLOOR_GROUND;
    return unit.low ? unit.low == order + 1 && !unit.letter : unit.letter == (char)('a' + order);
}

static void match_house(struct matching *m)
{
    const struct address_parts *parts = &m->question->parts;
    struct address_number house = m->home->house;
    int found = -1, range = -1, letter = -1;
    bool any = false;
    for (size_t i = 0; i < parts->number_count; i++) {
        const struct address_numeral *n = &parts->numbers[i];
        if (used(m, i) || (n->role == ROLE_UNIT && (n->unit != UNIT_PLAIN || !m->score->numbers_used)))
            continue;
        any = true;
        if (address_number_equal(n->value, house)) {
            if (found < 0 || n->role == ROLE_HOUSE)
                found = (int)i;
        } else if (covers(house, n->value) || covers(n->value, house)) {
            range = (int)i;
        } else if (n->value.low == house.low && !n->value.high && !house.high && !house.letter && n->value.letter &&
                   m->home->unit.low == 0 && m->home->unit.letter == n->value.letter) {
            letter = (int)i; /* "10A" for flat A of number 10 */
        } else if (n->value.high && n->value.high <= n->value.low && n->value.low == house.low &&
                   m->home->unit.low == n->value.high) {
            letter = (int)i; /* "10/2" for flat 2 of number 10 */
        } else if (n->value.low == house.low && !n->value.high && !house.high && house.letter && !n->value.letter &&
                   !address_number_there(m->home->unit)) {
            for (size_t k = 0; k < parts->number_count; k++)
                if (parts->numbers[k].role == ROLE_UNIT && parts->numbers[k].value.low == 0 &&
                    parts->numbers[k].value.letter == house.letter) {
                    use(m, k);
                    letter = (int)i; /* "Flat A, 10" for 10A */
                }
        }
    }
    if (found >= 0) {
        use(m, (size_t)found);
        m->weight += bits.house + (house.letter ? 1 : 0);
    } else if (letter >= 0 || range >= 0) {
        use(m, (size_t)(letter >= 0 ? letter : range));
        m->weight += letter >= 0 ? bits.house + bits.by_meaning : bits.house_range;
        m->score->inexact = true;
    } else if (any) {
        m->score->conflicts |= CONFLICT_NUMBER;
    } else {
        m->score->conflicts |= CONFLICT_UNSAID;
        m->name_would_do = true;
    }
}

static bool unit_found(struct matching *m)
{
    const struct address_parts *parts = &m->question->parts;
    bool house = address_number_there(m->home->house);
    for (size_t i = 0; i < parts->number_count; i++) {
        const struct address_numeral *n = &parts->numbers[i];
        if (used(m, i) || !address_number_equal(n->value, m->home->unit))
            continue;
        if (n->role == ROLE_HOUSE && (house || m->question->unit))
            continue;
        use(m, i);
        m->unit_by_house = n->role == ROLE_HOUSE;
        bool other = n->unit && m->home->unit_kind && n->unit != m->home->unit_kind;
        m->weight += bits.unit - (other ? 1 : 0);
        return true;
    }
    return false;
}

static void match_unit(struct matching *m)
{
    const struct address_parts *parts = &m->question->parts;
    const struct address_home *home = m->home;
    uint8_t conflict = 0;
    if (address_number_there(home->unit)) {
        if (unit_found(m))
            return;
        bool with_house = address_number_there(home->house) && m->score->inexact;
        for (size_t i = 0; i < parts->number_count && with_house; i++)
            if (used(m, i) && (home->unit.low ? parts->numbers[i].value.high == home->unit.low
                                              : parts->numbers[i].value.letter == home->unit.letter))
                return; /* "10A" or "10/2" again */
        if (parts->floor && !m->question->unit && floor_means(parts->floor, home->unit)) {
            m->weight += bits.floor + bits.by_meaning - 1;
            m->score->inexact = true;
            return;
        }
        conflict = m->question->unit || parts->floor ? CONFLICT_UNIT : CONFLICT_NO_UNIT;
    } else if (home->floor) {
        if (parts->floor == home->floor) {
            m->weight += bits.floor;
            return;
        }
        for (size_t i = 0; i < parts->number_count && !parts->floor; i++)
            if (!used(m, i) && parts->numbers[i].role == ROLE_UNIT &&
                floor_means(home->floor, parts->numbers[i].value)) {
                use(m, i);
                m->weight += bits.floor + bits.by_meaning - 1;
                m->score->inexact = true;
                return;
            }
        conflict = m->question->unit || parts->floor ? CONFLICT_UNIT : CONFLICT_NO_UNIT;
    } else if (home->flat) {
        if (!m->question->unit && parts->flat) {
            m->weight += bits.flat + (parts->floor ? bits.by_meaning : 0);
            m->score->inexact |= parts->floor != FLOOR_NONE;
            return;
        }
        conflict = m->question->unit ? CONFLICT_UNIT : CONFLICT_NO_UNIT;
    } else if (parts->flat || parts->floor) {
        conflict = CONFLICT_UNIT; /* a flat, where the gazetteer has the house alone */
    }
    m->score->conflicts |= conflict;
}

/* A number that is a word of the home: "5, 100 Acre Lane". */
static void match_digits(struct matching *m)
{
    const struct address_parts *parts = &m->question->parts;
    for (size_t i = 0; i < parts->number_count; i++)
        for (size_t k = 0; k < m->home->word_count && parts->numbers[i].text.len; k++)
            if (slice_equal(m->index->words[m->index->home_words[m->home->words + k]].text, parts->numbers[i].text)) {
                use(m, i);
                m->score->met |= 1u << k;
            }
}

/* Numbers of the address that the home has not taken. */
static void left_numbers(struct matching *m)
{
    const struct address_parts *parts = &m->question->parts;
    const struct address_home *home = m->home;
    for (size_t i = 0; i < parts->number_count; i++) {
        const struct address_numeral *n = &parts->numbers[i];
        if (used(m, i))
            continue;
        if (n->role == ROLE_UNIT) {
            if (n->unit == UNIT_ROOM && !address_number_there(home->unit)) {
                use(m, i); /* a room of a care home or hostel, which has one UPRN */
                m->weight += bits.by_meaning;
                m->score->inexact = true;
            } else if (!(m->score->conflicts & CONFLICT_UNIT)) {
                m->score->conflicts |= CONFLICT_UNIT;
            }
        } else if (address_number_there(home->house)) {
            m->score->conflicts |= CONFLICT_EXTRA;
        } else {
            m->score->conflicts |= CONFLICT_NUMBER;
            m->name_would_do = true;
            m->weight += bits.by_meaning;
            m->score->inexact = true;
        }
    }
}

/* ---- Words ---- */

static bool spelt_alike(struct slice home, struct slice said, bool known)
{
    if (slice_equal(home, S("st")))
        home = S("street");
    if (home.len < (known ? 4 : 3) || said.len < 3)
        return false;
    if (!known && said.len >= 5 && slice_starts(home, said))
        return true; /* "wymond", but Green is not Greenfield */
    unsigned limit = home.len >= 8 || (home.len == 7 && !known) ? 2 : 1;
    size_t longer = home.len > said.len ? home.len - said.len : said.len - home.len;
    if (longer > limit)
        return false;
    return text_distance(home, said, limit) <= limit;
}

static bool joined(struct slice whole, struct slice a, struct slice b)
{
    return whole.len == a.len + b.len && whole.len >= 5 && slice_starts(whole, a) && slice_ends(whole, b);
}

static struct slice home_text(const struct matching *m, size_t i)
{
    return m->index->words[m->index->home_words[m->home->words + i]].text;
}

static bool same_part(const struct matching *m, size_t a, size_t b)
{
    const uint8_t *parts = m->index->home_parts + m->home->words;
    return a < m->home->word_count && b < m->home->word_count && address_part_of(parts[a]) == address_part_of(parts[b]);
}

static bool said_at(const struct matching *m, size_t at, uint32_t word)
{
    return at < m->question->parts.word_count && m->question->ids[at] == word;
}

/* May the home's word be the one that is said there? A word of the building or street that also names a place, or
 * stands in both, is only met where its neighbours are: the Norwich at the end of "55 Low Road, Norwich" is not that of
 * Norwich Road. */
static bool may_be(const struct matching *m, size_t word, size_t said)
{
    const struct address_question *q = m->question;
    const uint32_t *words = m->index->home_words + m->home->words;
    const uint8_t *parts = m->index->home_parts + m->home->words;
    if (parts[word] == PART_PLACE || parts[word] & KIND_HERE)
        return true;
    bool in_place = false, again = false, repeated = false;
    for (size_t i = word + 1; i < m->home->word_count; i++)
        if (words[i] == words[word])
            *(parts[i] == PART_PLACE ? &in_place : &again) = true;
    if (!m->index->words[words[word]].place && !again)
        return true;
    for (size_t i = 0; i < q->parts.number_count; i++)
        if (q->parts.numbers[i].word == said)
            return true;
    for (size_t j = 0; j < q->parts.word_count; j++)
        repeated |= j != said && q->ids[j] == words[word];
    bool next = same_part(m, word, word + 1), before = word > 0 && same_part(m, word, word - 1);
    if (next && said_at(m, said + 1, words[word + 1]))
        return true;
    if (in_place && !repeated)
        return false;
    return (!next && !before) || (before && said > 0 && said_at(m, said - 1, words[word - 1]));
}

static void match_exact(struct matching *m)
{
    const struct address_question *q = m->question;
    const uint32_t *words = m->index->home_words + m->home->words;
    for (size_t i = 0; i < m->home->word_count; i++)
        for (size_t j = 0; j < q->parts.word_count; j++)
            if (q->ids[j] == words[i] && !(m->score->used >> j & 1) && !(m->score->met >> i & 1)) {
                if (!may_be(m, i, j))
                    continue;
                m->score->used |= (uint64_t)1 << j;
                m->score->met |= 1u << i;
                break;
            }
}

static void match_fine(struct matching *m)
{
    const struct address_parts *parts = &m->question->parts;
    struct address_score *score = m->score;
    for (size_t i = 0; i < m->home->word_count; i++) {
        if (score->met >> i & 1 || score->nearly >> i & 1)
            continue;
        struct slice wanted = home_text(m, i);
        bool next = i + 1 < m->home->word_count && !(score->met >> (i + 1) & 1);
        for (size_t j = 0; j < parts->word_count; j++) {
            if (score->used >> j & 1)
                continue;
            struct slice said = parts->words[j];
            bool pair = j + 1 < parts->word_count && !(score->used >> (j + 1) & 1);
            if (pair && joined(wanted, said, parts->words[j + 1])) {
                score->used |= (uint64_t)3 << j;
                score->nearly |= 1u << i;
            } else if (next && joined(said, wanted, home_text(m, i + 1))) {
                score->used |= (uint64_t)1 << j;
                score->nearly |= 3u << i;
            } else if (!slice_equal(wanted, said) && spelt_alike(wanted, said, m->question->ids[j] != NO_WORD)) {
                score->used |= (uint64_t)1 << j;
                score->nearly |= 1u << i;
            } else {
                continue;
            }
            break;
        }
    }
}

static double word_bits(const struct matching *m, uint32_t homes)
{
    double rare = m->index->size - log2((double)homes + 1);
    return rare > bits.most_word ? bits.most_word : rare < 0.3 ? 0.3 : rare;
}

/* A kind of street or dwelling is left over where the home has another: Mill Road is not Mill Lane. */
static bool kind_left_over(const struct matching *m, enum address_word_kind kind)
{
    const struct address_question *q = m->question;
    for (size_t j = 0; j < q->parts.word_count; j++)
        if (!(m->score->used >> j & 1) && q->kinds[j] == kind)
            return true;
    return false;
}

/* Something of the address is left over that may be another street's name. */
static bool street_left_over(const struct matching *m)
{
    const struct address_question *q = m->question;
    for (size_t j = 0; j < q->parts.word_count; j++) {
        bool place = q->ids[j] != NO_WORD && m->index->words[q->ids[j]].place;
        bool kind_next = j + 1 < q->parts.word_count && q->kinds[j + 1] == WORD_STREET_KIND &&
                         q->parts.segment[j + 1] == q->parts.segment[j];
        if (!(m->score->used >> j & 1) && q->left_over[j] < 0 && (!place || kind_next))
            return true;
    }
    return false;
}

/* The street is only a kind, "The Street", but the address has a name before it: "High Street". */
static bool another_street(const struct matching *m)
{
    const struct address_question *q = m->question;
    const uint8_t *parts = m->index->home_parts + m->home->words;
    for (size_t i = 0; i < m->home->word_count; i++) {
        uint32_t word = m->index->home_words[m->home->words + i];
        if (address_part_of(parts[i]) != PART_STREET)
            continue;
        if (m->index->words[word].kind != WORD_STREET_KIND)
            return false;
        for (size_t j = 1; j < q->parts.word_count; j++)
            if (q->ids[j] == word && !(m->score->used >> (j - 1) & 1) && q->left_over[j - 1] < 0 &&
                q->parts.segment[j - 1] == q->parts.segment[j])
                return text_distance(q->parts.words[j - 1], S("the"), 1) > 1;
        return false;
    }
    return false;
}

static void weigh_street(struct matching *m, bool met, double lost)
{
    if (met) {
        m->weight += lost + (another_street(m) ? bits.another_street : 0);
    } else if (lost < 0) {
        double most = 2 * bits.street_missing,
               differs = m->score->postcode < 2 ? 2 * bits.street_differs : bits.street_differs;
        m->weight += street_left_over(m) ? (lost < most ? most : lost) + differs : bits.street_unsaid;
    }
}

static void weigh_words(struct matching *m)
{
    const struct address_index *index = m->index;
    struct address_score *score = m->score;
    double place = 0, street_lost = 0, name_lost = 0;
    bool trade_there = false, trade_met = true, unit_unsaid = false;
    bool street_met = false, name_met = false, name_there = false, name_short = false, all = true, all_nearly = true;
    for (size_t i = 0; i < m->home->word_count; i++) {
        const struct address_word *word = &index->words[index->home_words[m->home->words + i]];
        enum address_part part = address_part_of(index->home_parts[m->home->words + i]);
        bool met = score->met >> i & 1, nearly = score->nearly >> i & 1;
        double rare = word_bits(m, part == PART_PLACE ? word->place : word->core);
        if (nearly)
            rare = rare + bits.mistyped > 0.3 ? rare + bits.mistyped : 0.3;
        if (part == PART_PLACE) {
            m->place_unsaid |= !met && !nearly;
            if (met || nearly) {
                place = place > rare ? place + 0.5 : rare + (place > 0 ? 0.5 : 0);
                score->place_met = true;
            }
            continue;
        }
        if (part == PART_ORGANISATION) {
            m->weight += met || nearly ? rare / 2 : 0;
            trade_there |= word->kind == WORD_PLAIN;
            trade_met = trade_met && (met || nearly || word->kind != WORD_PLAIN);
            continue;
        }
        bool name = part == PART_BUILDING || part == PART_UNIT,
             kind = index->home_parts[m->home->words + i] & KIND_HERE;
        name_there |= name;
        all = all && met;
        all_nearly = all_nearly && (met || nearly);
        if (met || nearly) {
            m->weight += rare;
            street_met |= !name && (!kind || nearly);
            name_met |= name && !kind;
        } else if (name) {
            bool other = kind && kind_left_over(m, WORD_DWELLING_KIND), harmless = word->kind == WORD_HARMLESS;
            name_lost += other ? bits.kind_differs : harmless ? bits.name_unsaid : bits.name_missing;
            name_short |= (!kind && !harmless) || other;
            unit_unsaid |= part == PART_UNIT && !harmless;
        } else if (kind) {
            street_lost += kind_left_over(m, WORD_STREET_KIND) ? bits.kind_differs : bits.kind_missing;
        } else {
            street_lost += bits.street_missing;
        }
    }
    weigh_street(m, street_met, street_lost);
    bool house = address_number_there(m->home->house) && !(score->conflicts & CONFLICT_UNSAID);
    if (house && name_lost < 0)
        name_lost = name_met ? bits.name_unsaid : bits.name_missing; /* but for a home that has no name to say */
    if (unit_unsaid && !address_number_there(m->home->unit) && !m->home->flat && !m->home->floor)
        score->conflicts |= CONFLICT_NO_UNIT; /* "The Annexe, 14 Mill Road" */
    m->weight += name_lost;
    if (m->home->name_only && (name_short || (!name_met && name_lost < bits.name_unsaid)))
        score->conflicts |= CONFLICT_NAME;
    if (m->name_would_do && ((name_there && name_met && !name_short) || (trade_there && trade_met))) {
        score->conflicts &= (uint8_t) ~(CONFLICT_UNSAID | CONFLICT_NUMBER);
        score->inexact = true;
    }
    if (m->unit_by_house && name_there && !name_met)
        score->conflicts |= CONFLICT_UNIT;
    static const double share[] = {1, 1, 0.5, 0.25, 0.1, 0};
    m->weight += place * share[score->postcode] + (place > 0 ? 0.3 : 0);
    score->exact = all;
    m->all_met = all_nearly && !m->score->conflicts;
}

static void weigh_left_over(struct matching *m)
{
    const struct address_question *q = m->question;
    double lost = 0;
    bool elsewhere = false;
    for (size_t j = 0; j < q->parts.word_count; j++) {
        if (m->score->used >> j & 1 || q->left_over[j] >= 0)
            continue;
        bool again = false;
        for (size_t k = 0; k < q->parts.word_count && !again; k++)
            again = k != j && m->score->used >> k & 1 && q->ids[k] == q->ids[j] && q->ids[j] != NO_WORD;
        if (again)
            continue;
        bool place = q->ids[j] != NO_WORD && m->index->words[q->ids[j]].place;
        elsewhere |= place && m->score->postcode < 2;
        lost += place && m->score->postcode < 2 ? bits.other_place : (double)q->left_over[j];
        m->score->exact = false;
        if (q->kinds[j] == WORD_BESIDE)
            m->score->conflicts |= CONFLICT_NAME; /* "land adjacent to 14 Mill Road" */
    }
    if (elsewhere && m->place_unsaid)
        m->weight += bits.other_village;
    m->weight += lost < bits.most_left_over ? bits.most_left_over : lost;
    if (lost == 0 && m->all_met)
        m->weight += bits.complete;
}

/* ---- Postcodes ---- */

static bool one_off(uint64_t a, uint64_t b)
{
    uint64_t differ = a ^ b;
    unsigned low = (unsigned)__builtin_ctzll(differ) & ~7u, high = 63u - (unsigned)__builtin_clzll(differ);
    if (high - low < 8)
        return true;
    if (high - low >= 16)
        return false;
    uint64_t x = a >> low & 0xffff, y = b >> low & 0xffff;
    return (x >> 8 | (x & 0xff) << 8) == y;
}

static void match_postcode(struct matching *m)
{
    const struct address_parts *parts = &m->question->parts;
    uint64_t home = m->home->postcode;
    if (!home)
        return;
    for (size_t i = 0; i < parts->postcode_count; i++) {
        uint64_t said = parts->postcodes[i];
        uint8_t how = said == home                                       ? 5
                      : one_off(said, home)                              ? 4
                      : ADDRESS_SECTOR(said) == ADDRESS_SECTOR(home)     ? 3
                      : ADDRESS_DISTRICT(said) == ADDRESS_DISTRICT(home) ? 2
                                                                         : 1;
        m->score->postcode = how > m->score->postcode ? how : m->score->postcode;
    }
    double same = m->index->size - bits.postcode_homes;
    switch (m->score->postcode) {
    case 5:
        m->weight += same;
        break;
    case 4:
        m->weight += same + bits.one_letter_off;
        break;
    case 3:
        m->weight += same + bits.one_letter_off - 3;
        break;
    case 2:
        m->weight += same + bits.one_letter_off - 4;
        break;
    case 1:
        m->weight += bits.other_postcode;
        break;
    default:
        break;
    }
}

void address_score(const struct address_index *index, const struct address_question *question, uint32_t home, bool fine,
                   struct address_score *ret)
{
    *ret = (struct address_score){.home = home};
    struct matching m = {.index = index, .question = question, .home = &index->homes[home], .score = ret};
    if (m.home->digits)
        match_digits(&m);
    if (address_number_there(m.home->house))
        match_house(&m);
    if (!(ret->conflicts & CONFLICT_NUMBER) || fine)
        match_unit(&m);
    if (!(ret->conflicts & (CONFLICT_NUMBER | CONFLICT_UNIT)) || fine)
        left_numbers(&m);
    match_postcode(&m);
    bool lost =
        ret->conflicts & (CONFLICT_UNIT | CONFLICT_EXTRA) || (ret->conflicts & CONFLICT_NUMBER && !m.name_would_do);
    if (!lost || fine) {
        match_exact(&m);
        if (fine)
            match_fine(&m);
        weigh_words(&m);
        weigh_left_over(&m);
    }
    ret->weight = m.weight;
    ret->exact = ret->exact && !ret->conflicts && !ret->inexact && ret->postcode == 5;
}
