/* views.h: a person as one record of one agency has them: the truth, bent.
 *
 * Which faults a record has is drawn once from the record's own number, so that both months show the same faults and a
 * row that nothing happened to is the same text in both. Most records have no fault or one, few have two, none has more
 * in name and date. */
#ifndef STAITHE_SAMPLE_VIEWS_H
#define STAITHE_SAMPLE_VIEWS_H

#include "sample/people.h"
#include "sample/sheet.h"

#define FAULTS(X)                                                                                                      \
    X(MISTYPED, "mistyped")                                                                                            \
    X(MISHEARD, "misheard")                                                                                            \
    X(SHORT_NAME, "short_name")                                                                                        \
    X(INITIAL, "initial")                                                                                              \
    X(MIDDLE_NAME, "middle_name") /* stands as the given name */                                                       \
    X(SWAPPED, "swapped")         /* given and family name */                                                          \
    X(PREVIOUS_NAME, "previous_name")                                                                                  \
    X(HALF_NAME, "half_name") /* one half of a double-barrelled name */                                                \
    X(TITLE_IN_NAME, "title_in_name")                                                                                  \
    X(MISDATED, "misdated")         /* a digit, a year, or day and month changed round */                              \
    X(DEFAULT_DATE, "default_date") /* 1 January of the year */                                                        \
    X(NO_DATE, "no_date")                                                                                              \
    X(HALF_BLANK, "half_blank")                                                                                        \
    X(OLD_ADDRESS, "old_address")                                                                                      \
    X(ADDRESS_MISTYPED, "address_mistyped")                                                                            \
    X(POSTCODE_WRONG, "postcode_wrong")                                                                                \
    X(NO_POSTCODE, "no_postcode")                                                                                      \
    X(OTHERS_NUMBER, "others_number") /* the NHS number of somebody else in the household */                           \
    X(DUPLICATE, "duplicate")         /* a second record of the same person in the same source */                      \
    X(REPEATED, "repeated")           /* the row stands twice in the file */                                           \
    X(FAILS_CONTRACT, "fails_contract")

enum fault {
#define X(name, text) FAULT_##name,
    FAULTS(X)
#undef X
        FAULT_COUNT,
};
#define FAULT(name) (1u << FAULT_##name)
extern const char *const fault_names[FAULT_COUNT];

/* How carefully an agency writes: of 1,000 records. */
struct care {
    uint16_t mistyped, misheard, initial, middle_name, swapped, misdated, default_date, no_date;
    uint16_t short_name;    /* of those who go by one */
    uint16_t previous_name; /* of those who took another lately */
    uint16_t half_name;     /* of the double-barrelled */
    uint16_t title_in_name, half_blank;
    uint16_t old_address; /* of those who moved */
    uint16_t address_mistyped, postcode_wrong, no_postcode;
    uint16_t corrected; /* of the faulty: put right in the second month */
};

struct view {
    char given[NAME_SIZE + 8], family[NAME_SIZE + 8];
    int32_t birth; /* NO_DAY: not known */
    const struct home *home;
    char address[200], postcode[12];       /* the address on one line, as this agency writes it; without the postcode */
    char building[60], street[48];         /* in parts */
    const char *landline, *mobile, *email; /* "" when not known */
    unsigned faults;                       /* bits of enum fault */
    struct rng rng;                        /* for what else the record needs: starts the same for both months */
};

enum address_style {
    ADDRESS_FULL,    /* Flat 2, Wensum Court, Mill Road, Acle, Norwich */
    ADDRESS_NO_TOWN, /* … without the post town */
    ADDRESS_FREE,    /* as a crew writes: 14 Mill Rd Acle */
};

/* The record `number` (unique over the county) of a person at the day of an extract. `last`: this is the second month,
 * where corrections show. */
void view_make(struct view *ret, const struct county *county, const struct block_people *block,
               const struct person *person, const struct care *care, uint64_t number, int32_t day, bool last,
               enum address_style style);

/* "Mr", "Mrs", "Miss", "Ms", "Master", now and then "Dr" or "Rev". */
const char *view_title(const struct person *person, struct rng *rng, int32_t day);
void address_line(const struct home *home, enum address_style style, char out[200]);
/* One slip of the keyboard: a neighbouring key, two letters changed round, one left out or doubled. In place; room for
 * one more byte. */
void mistype(struct rng *rng, char *text);
/* "01603 012345", "+44 1603 012345", "01603012345": as this record has it. */
void telephone_style(struct rng *rng, const char *digits, char out[24]);

#endif
