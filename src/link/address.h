/* address.h: free-text addresses of the United Kingdom to homes of a gazetteer.
 *
 * A gazetteer is a list of homes and other premises, each with its UPRN (unique property reference number), in parts or
 * on one line. An address, as somebody typed it, is compared with those homes that can be meant: of its postcode first;
 * then, where none of them fits, of the postcodes beside it, of the same number and street, and of its rarest words.
 * A home's weight is the sum, in bits (log2 of odds), of what agrees by its rarity less what does not. Numbers are held
 * to their role: flat 2 of number 10 is never flat 10 of number 2, 12A never 12; a number that differs forbids the home
 * whatever else agrees. A word may be mistyped, cut short, joined with its neighbour or missing, at a price. Where
 * several homes are near, a second pass weighs again what tells these apart.
 *
 * The answer is one home only when it is better than all others together, and than "a home that is not in this
 * gazetteer", by a margin; and when a postcode (also its district) or a place of the address agrees: a street and
 * number alone may lie in any county.
 *
 * Several entries may have one UPRN (other spellings, a Welsh and an English form, an old name): each is compared, they
 * never compete. Answers depend on the gazetteer and the address alone.
 *
 * An index is made once and never changes: any number of threads may ask it. Cost: some 200 bytes a home and 3 µs to
 * make; an answer takes about 10 µs with a postcode that is right and up to some hundred without. Of an address the
 * first 64 words (4 KiB) count. */
#ifndef STAITHE_LINK_ADDRESS_H
#define STAITHE_LINK_ADDRESS_H

#include "base/arena.h"

struct address_index;

/* One entry of the gazetteer. Either parts or `line`; parts that are not held stay empty. */
struct address_entry {
    struct slice uprn;
    struct slice organisation; /* who trades there: helps, never needed */
    struct slice unit;         /* within the building: "Flat 2", "Ground Floor Flat", "A" */
    struct slice building;     /* its number, range or name: "12-14", "14A", "The Old Rectory", "Rose Cottage 3" */
    struct slice street;
    struct slice place;    /* locality, town, parish, district, county, joined by commas: words that tell no two homes
                              of one street apart */
    struct slice postcode; /* also looked for at the end of `line` */
    struct slice line;     /* the whole address on one line; read when building and street are both empty */
};

/* Over all entries; texts are copied into the arena. */
struct address_index *address_index_make(const struct address_entry *entries, size_t count,
                                         struct arena *arena) MUST_USE;

/* The entry's address as a person reads it; lives as long as the index. */
struct slice address_shown(const struct address_index *index, uint32_t entry);

enum address_class {
    ADDRESS_NONE,      /* no home fits */
    ADDRESS_AMBIGUOUS, /* two or more do, or a building of which the address does not say the part */
    ADDRESS_NEAR,      /* one home, though not all agrees */
    ADDRESS_EXACT,     /* one home: its numbers, words and postcode, and nothing left over */
};
extern const char *const address_class_names[4]; /* "none", … */

struct address_candidate {
    uint32_t entry; /* number of the gazetteer's entry */
    double weight;  /* bits */
};

enum { ADDRESS_CANDIDATES = 5 };

struct address_comparison; /* what the reason is made from; lives in the scratch arena of address_match */

struct address_answer {
    enum address_class class;
    int64_t entry; /* of the home, for exact and near; else -1 */
    double bits;   /* for exact and near: log2 of the odds that it is this home; for ambiguous the same of the best; 0
                      for none */
    struct address_candidate candidates[ADDRESS_CANDIDATES]; /* the best, each UPRN once, heaviest first */
    size_t candidate_count;
    const struct address_comparison *comparison;
};

/* Which home? `postcode` may be empty, mistyped, or stand in the address too. Nothing is refused: what cannot be an
 * address has no home. */
void address_match(const struct address_index *index, struct slice address, struct slice postcode,
                   struct arena *scratch, struct address_answer *ret);

/* Why: which parts agreed, which nearly, what of the address was left over, what of the home was missing, as words for
 * a person: "flat 2, number 14, high st, postcode agree; mispelt: derehm; left over: annexe". */
struct address_reason {
    struct slice *agreed, *nearly, *left_over, *missing;
    size_t agreed_count, nearly_count, left_over_count, missing_count;
    struct slice sentence;
};
void address_reason(const struct address_index *index, const struct address_answer *answer, struct arena *arena,
                    struct address_reason *ret);

/* The words and numbers that an address is searched by, each once in the order of the text, without those that say
 * nothing ("the", "Norfolk"): "Flat 2, 14 St. John's Rd" gives "f2", "14", "st", "johns", "road" (street and saint are
 * both "st"). */
size_t address_words(struct arena *arena, struct slice address, struct slice **ret_words);

#endif
