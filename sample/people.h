/* people.h: the residents of one block, household by household, as they truly are.
 *
 * Everything here is truth; what agencies make of it is views.h and extracts.h. Days are days since 1970-01-01, 0 for
 * none (nothing that may be unknown happened on that day). */
#ifndef STAITHE_SAMPLE_PEOPLE_H
#define STAITHE_SAMPLE_PEOPLE_H

#include "sample/names.h"
#include "sample/places.h"

enum { BLOCK_PEOPLE = 256, BLOCK_HOUSEHOLDS = 256 };

enum household_kind {
    HOUSEHOLD_ONE_OLDER,
    HOUSEHOLD_ONE,
    HOUSEHOLD_COUPLE_OLDER,
    HOUSEHOLD_COUPLE,
    HOUSEHOLD_COUPLE_CHILDREN,
    HOUSEHOLD_COUPLE_GROWN,
    HOUSEHOLD_LONE_CHILDREN,
    HOUSEHOLD_LONE_GROWN,
    HOUSEHOLD_OTHER,
    HOUSEHOLD_KINDS,
    HOUSEHOLD_CARE_HOME = HOUSEHOLD_KINDS,
    HOUSEHOLD_HOSTEL,
    HOUSEHOLD_STUDENTS,
};

/* Hard cases, named in truth/people.csv and truth/hard_cases.csv. */
#define TAGS(X)                                                                                                        \
    X(TWIN, "twin")                                                                                                    \
    X(FATHER_SON, "father_son")                                                                                        \
    X(MARRIED, "married") /* took another family name within six years */                                              \
    X(MOVED, "moved")     /* within five years */                                                                      \
    X(DIED, "died")                                                                                                    \
    X(SHORT_NAME, "short_name") /* goes by a short form */                                                             \
    X(CARE_HOME, "care_home")                                                                                          \
    X(HOSTEL, "hostel")                                                                                                \
    X(STUDENT_HOUSE, "student_house")                                                                                  \
    X(DOUBLE_BARRELLED, "double_barrelled")                                                                            \
    X(ACCENTS, "accents")                                                                                              \
    X(NEWBORN, "newborn")                                                                                              \
    X(NEWCOMER, "newcomer")

enum tag {
#define X(name, text) TAG_##name,
    TAGS(X)
#undef X
        TAG_COUNT,
};
extern const char *const tag_names[TAG_COUNT];

enum mobility { MOBILITY_INDEPENDENT, MOBILITY_AID, MOBILITY_WHEELCHAIR, MOBILITY_TRANSFER, MOBILITY_BED };

struct person {
    uint32_t id; /* block * 512 + index */
    enum sex sex;
    enum heritage heritage;
    int32_t birth, died, married, arrived;
    char given[NAME_SIZE], middle[NAME_SIZE], family[NAME_SIZE], previous_family[NAME_SIZE];
    const char *known_as; /* a short form, or NULL */
    uint16_t household;
    uint16_t twin, namesake;                    /* index in the block + 1; 0: none */
    uint32_t tags;                              /* 1 << tag */
    bool child;                                 /* of the household: under 18 */
    uint64_t nhs_number, superseded_nhs_number; /* 0: none */
    char mobile[12], email[72];
    /* What a visitor would find, whoever writes it down. */
    enum mobility mobility;
    bool oxygen, hoist, smoker, hoarding, dementia, learning_disability;
    const char *communication, *staff_safety; /* NULL: none */
};

struct household {
    enum household_kind kind;
    uint16_t first, count; /* of the block's people */
    uint16_t home;         /* of the block's homes */
    int32_t since;         /* moved in */
    bool moved;            /* and lived at old_home before */
    struct home old_home;
    bool social; /* rents from the council or a housing association */
    char landline[13];
};

struct block_people {
    uint32_t block;
    uint16_t people_count, household_count,
        home_count; /* homes in use: 0 … home_count - 1, beside care home and hostel */
    struct person people[BLOCK_PEOPLE];
    struct household households[BLOCK_HOUSEHOLDS];
    struct home homes[BLOCK_PLACES];
};

/* NHS numbers in a shuffled order, from which each block takes its own. */
struct nhs_numbers;
struct nhs_numbers *nhs_numbers_make(struct arena *arena, uint64_t seed);
size_t nhs_numbers_count(const struct nhs_numbers *numbers);
uint64_t nhs_numbers_at(const struct nhs_numbers *numbers, size_t index);

struct county {
    const struct world *world;
    const struct names *names;
    const struct nhs_numbers *numbers;
    uint64_t residents;
    int32_t today, month_ago; /* the as-at days of both months' extracts */
};

/* Makes the residents of a block, residents * (block + 1) / blocks - residents * block / blocks of them. */
void people_make(const struct county *county, uint32_t block, struct block_people *ret);

static inline int age_at(const struct person *person, int32_t day)
{
    return (int)(((int64_t)day - person->birth) * 10000 / 3652425);
}

#endif
