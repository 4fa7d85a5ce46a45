/* address_inside.h: what the sources of address.h share: an address in parts, the index's layout, a comparison. */
#ifndef STAITHE_LINK_ADDRESS_INSIDE_H
#define STAITHE_LINK_ADDRESS_INSIDE_H

#include "link/address.h"

enum {
    ADDRESS_WORDS = 64, /* of an address; a bit each in a uint64_t */
    ADDRESS_NUMBERS = 8,
    ADDRESS_POSTCODES = 4,
    ADDRESS_HOME_WORDS = 32, /* of a home; a bit each in a uint32_t */
    ADDRESS_BYTES = 4096,
};

enum address_part { PART_ANY, PART_ORGANISATION, PART_UNIT, PART_BUILDING, PART_STREET, PART_PLACE };

/* A number's role: of a flat, room or unit; of the building; or not known ("10 Wensum Court, 5 Mill Road": the 10). */
enum address_role { ROLE_FREE, ROLE_UNIT, ROLE_HOUSE };

enum address_unit { UNIT_PLAIN, UNIT_FLAT, UNIT_ROOM, UNIT_UNIT, UNIT_PITCH };

/* "12", "12A", "12-14", "12A-C"; a letter alone has low 0; "B4" is low 4 with a prefix. 0: not there. */
struct address_number {
    uint32_t low, high;
    char letter, high_letter, prefix;
};

enum address_floor {
    FLOOR_NONE,
    FLOOR_BASEMENT,
    FLOOR_GROUND,
    FLOOR_FIRST,
    FLOOR_SECOND,
    FLOOR_THIRD,
    FLOOR_FOURTH,
    FLOOR_TOP
};

struct address_numeral {
    struct address_number value;
    uint8_t role, unit, part, segment;
    uint8_t word; /* words before it */
    struct slice text;
};

struct address_parts {
    struct slice words[ADDRESS_WORDS]; /* in their plain form */
    uint8_t part[ADDRESS_WORDS], segment[ADDRESS_WORDS];
    size_t word_count;
    struct address_numeral numbers[ADDRESS_NUMBERS];
    size_t number_count;
    uint64_t postcodes[ADDRESS_POSTCODES]; /* address_postcode_pack */
    size_t postcode_count;
    uint64_t harmless; /* words that say nothing about the home: who it is in care of */
    uint8_t floor;     /* enum address_floor */
    bool flat;         /* a flat without a number: "The Flat", "flat above" */
    uint8_t segments;
};

/* ---- address_words.c: tables ---- */

enum address_word_kind {
    WORD_PLAIN,
    WORD_STREET_KIND,   /* road, lane … */
    WORD_DWELLING_KIND, /* cottage, farm … */
    WORD_DROPPED,       /* the, and, of */
    WORD_BESIDE,        /* land, adjacent: not the home itself */
    WORD_HARMLESS,      /* a county or country, "occupier": said or not, it changes nothing */
};
struct slice address_full_form(struct slice word);
enum address_word_kind address_word_kind(struct slice word);
/* UNIT_PLAIN when the word is no designator. `bare`: it means a flat even without a number. */
enum address_unit address_designator(struct slice word, bool *ret_bare);

/* ---- address_parse.c ---- */

/* Adds one text, which stands in this part of the address (PART_ANY: not known). The texts live as long as arena. */
void address_parse(struct address_parts *parts, struct slice text, enum address_part part, struct arena *arena);
/* Gives roles to numbers without a designator; after the last address_parse. */
void address_parse_end(struct address_parts *parts);
/* The postcode as a number that sorts by area, district, sector; 0 when it is none. Slips of O and 0, I and 1, S and 5
 * are put right. */
uint64_t address_postcode_pack(struct slice postcode);
#define ADDRESS_SECTOR(packed)   ((packed) >> 16)
#define ADDRESS_DISTRICT(packed) ((packed) >> 24)

static inline enum address_part address_part_of(uint8_t part)
{
    return (enum address_part)(part & 0x7fu);
}
static inline bool address_number_there(struct address_number n)
{
    return n.low || n.letter;
}
static inline bool address_number_equal(struct address_number a, struct address_number b)
{
    return a.low == b.low && a.high == b.high && a.letter == b.letter && a.high_letter == b.high_letter &&
           a.prefix == b.prefix;
}

/* ---- address_index.c ---- */

#define NO_WORD   UINT32_MAX
#define KIND_HERE 0x80u

struct address_home {
    uint64_t postcode;
    uint32_t entry, words; /* words: first of its words in the index's arrays */
    struct address_number house, unit;
    uint8_t word_count, unit_kind, floor;
    bool flat;
    bool name_only; /* no number: told by its building's name */
    bool digits;    /* one of its words is a number: 100 Acre Lane */
};

struct address_key {
    uint64_t hash;
    uint32_t home;
};

struct address_word {
    struct slice text;
    uint32_t core, place; /* homes that have it in their own part of the address, and in the place */
    uint32_t posting;     /* first of `core` homes */
    uint8_t kind;
};

struct address_index {
    const struct address_entry *entries; /* copies: uprn and the text to show */
    struct slice *lines;                 /* by entry */
    size_t entry_count;
    struct address_home *homes; /* by postcode, then entry */
    size_t home_count;
    uint32_t *home_words;
    uint8_t
        *home_parts; /* enum address_part, with KIND_HERE where the word only says what kind: the road of Mill Road */
    struct address_word *words;
    size_t word_count;
    uint32_t *word_slots; /* open addressing: number of word + 1 */
    size_t slot_mask;
    uint32_t *postings;        /* homes by word */
    struct address_key *pairs; /* number with word, and two words of a name, by hash */
    size_t pair_count;
    struct address_key *shorter; /* words with one letter left out: for mistyped ones; `home` is a word here */
    size_t shorter_count;
    double size; /* log2 of the number of homes, at least 2^15 */
};

uint32_t address_word_find(const struct address_index *index, struct slice word);
uint64_t address_pair_hash(uint32_t number, uint32_t word);
/* Two words of a named home side by side. */
uint64_t address_names_hash(uint32_t first, uint32_t second);
uint64_t address_short_hash(struct slice word, size_t without);
/* Keys [*, *) with this hash. */
size_t address_keys_find(const struct address_key *keys, size_t count, uint64_t hash, size_t *ret_until);
/* Homes [*, ret_until) whose postcode shifted by `shift` bits is this. */
size_t address_homes_find(const struct address_index *index, uint64_t prefix, unsigned shift, size_t *ret_until);

/* ---- address_score.c ---- */

enum {
    CONFLICT_NUMBER = 1,   /* another number */
    CONFLICT_UNIT = 2,     /* another flat, or a flat of a home that has none */
    CONFLICT_NAME = 4,     /* a named home whose name is not there */
    CONFLICT_UNSAID = 8,   /* the address has no number, the home has */
    CONFLICT_NO_UNIT = 16, /* the home is a flat, the address does not say which */
    CONFLICT_EXTRA = 32,   /* a number is left over */
};

struct address_question {
    struct address_parts parts;
    uint32_t ids[ADDRESS_WORDS];    /* NO_WORD: not in the gazetteer */
    uint8_t kinds[ADDRESS_WORDS];   /* enum address_word_kind */
    float left_over[ADDRESS_WORDS]; /* what it costs when the home has not this word */
    bool unit;                      /* a number of a flat, room or unit is said */
};

struct address_score {
    uint32_t home;
    double weight, apart; /* apart: the part of the weight that the second pass gave */
    uint64_t used;        /* words of the address that the home has */
    uint32_t met, nearly; /* words of the home that the address has, has nearly (or joined) */
    uint8_t conflicts;
    uint8_t numbers_used;    /* bits of the address's numbers */
    uint8_t postcode;        /* 0 not compared, 1 other, 2 district, 3 sector, 4 one letter off, 5 the same */
    bool place_met, inexact; /* inexact: a number or floor that agrees only in meaning */
    bool exact;              /* nothing missing, nothing left over */
};

struct address_comparison {
    const struct address_question *question;
    struct address_score best; /* home NO_WORD: nothing was near */
    bool cut;
};

void address_question_read(const struct address_index *index, struct slice address, struct slice postcode,
                           struct arena *arena, struct address_question *ret);
/* `fine`: words are also compared by their letters. */
void address_score(const struct address_index *index, const struct address_question *question, uint32_t home, bool fine,
                   struct address_score *ret);

#endif
