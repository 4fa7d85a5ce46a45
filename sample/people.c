/* people.c: households drawn by the shares of Census 2021 for Norfolk.
 *
 * Kinds of households follow ONS table TS003 (household composition); ages are drawn so that the county's pyramid comes
 * out as TS007A within two points for each ten years; social renting follows TS054, care homes and hostels TS048,
 * people from abroad TS012; all rounded. Deaths follow the ONS national life tables by age band; about 9% move in a
 * year.
 *
 * The order of drawing inside a block is fixed; nothing depends on another block, except that an old home is one of
 * another block's, made again from its number. */
#include "sample/people.h"

#include <stdio.h>
#include <string.h>

const char *const tag_names[TAG_COUNT] = {
#define X(name, text) [TAG_##name] = (text),
    TAGS(X)
#undef X
};

/* ---- NHS numbers ---- */

struct nhs_numbers {
    uint32_t *prefixes; /* the last six of nine digits, those with a check digit below 10 */
    size_t count;
    uint64_t offset;
};

enum { NHS_STRIDE = 561829 };

static unsigned nhs_check_digit(uint32_t nine)
{
    unsigned sum = 0;
    for (unsigned weight = 2; weight <= 10; weight++, nine /= 10)
        sum += weight * (nine % 10);
    unsigned digit = 11 - sum % 11;
    return digit == 11 ? 0 : digit;
}

struct nhs_numbers *nhs_numbers_make(struct arena *arena, uint64_t seed)
{
    struct nhs_numbers *numbers = arena_new(arena, struct nhs_numbers);
    numbers->prefixes = arena_array(arena, uint32_t, 1000000);
    for (uint32_t n = 0; n < 1000000; n++)
        if (nhs_check_digit(999000000u + n) < 10)
            numbers->prefixes[numbers->count++] = n;
    must(numbers->count % NHS_STRIDE != 0 && numbers->count < 1000000);
    numbers->offset = rng_mix(seed, 999) % numbers->count;
    return numbers;
}

size_t nhs_numbers_count(const struct nhs_numbers *numbers)
{
    return numbers->count;
}

uint64_t nhs_numbers_at(const struct nhs_numbers *numbers, size_t index)
{
    /* A prime that does not divide the count, so the walk meets each number once. */
    uint32_t nine = 999000000u + numbers->prefixes[(index * (uint64_t)NHS_STRIDE + numbers->offset) % numbers->count];
    return (uint64_t)nine * 10 + nhs_check_digit(nine);
}

/* ---- One block ---- */

struct maker {
    const struct county *county;
    struct block_people *block;
    struct rng rng;
    uint16_t wanted;
    bool town, norwich;
};

static int32_t birth_at_age(struct maker *m, int age)
{
    return m->county->today - (int32_t)((int64_t)age * 3652425 / 10000) - rng_between(&m->rng, 1, 364);
}

static enum heritage draw_heritage(struct maker *m)
{
    /* Of 1,000 households; Census 2021 TS012 (country of birth) and TS004, rounded: Breckland, Great Yarmouth, King's
     * Lynn and Norwich have most from abroad. */
    static const uint16_t by_district[7][HERITAGE_COUNT] = {
        {905, 24, 17, 24, 12, 9, 5, 4}, {970, 5, 2, 2, 3, 10, 4, 4}, {916, 12, 13, 24, 17, 9, 5, 4},
        {918, 22, 29, 7, 11, 7, 3, 3},  {975, 6, 4, 2, 4, 4, 2, 3},  {865, 21, 10, 14, 18, 37, 22, 13},
        {965, 8, 3, 3, 5, 9, 4, 3},
    };
    return (enum heritage)rng_weighted(&m->rng, by_district[world_district(m->county->world, m->block->block)],
                                       HERITAGE_COUNT, 1000);
}

static bool full(const struct maker *m)
{
    return m->block->people_count >= m->wanted;
}

static bool has_accent(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return true;
    return false;
}

/* A new person of the household; NULL when the block is full. */
static struct person *add_person(struct maker *m, struct household *h, enum sex sex, int age, enum heritage heritage,
                                 const char *family)
{
    if (full(m))
        return NULL;
    struct block_people *b = m->block;
    uint16_t index = b->people_count++;
    struct person *p = &b->people[index];
    memset(p, 0, sizeof *p);
    p->id = b->block * 512 + index;
    p->sex = sex;
    p->heritage = heritage;
    p->birth = birth_at_age(m, age);
    int year = 1970 + (int)((int64_t)p->birth * 10000 / 3652425);
    words_put(p->given, sizeof p->given, "%s", names_given(m->county->names, &m->rng, sex, year, heritage));
    if (rng_chance(&m->rng, heritage == HERITAGE_BRITISH ? 820 : 300)) {
        words_put(p->middle, sizeof p->middle, "%s", names_given(m->county->names, &m->rng, sex, year - 25, heritage));
        if (strcmp(p->middle, p->given) == 0)
            p->middle[0] = 0;
    }
    words_put(p->family, sizeof p->family, "%s", family);
    p->household = (uint16_t)(h - b->households);
    h->count++;
    return p;
}

static void family_of(struct maker *m, enum heritage heritage, char out[NAME_SIZE])
{
    names_family(m->county->names, &m->rng, heritage, out);
    if (heritage == HERITAGE_BRITISH && rng_chance(&m->rng, 18)) {
        char other[NAME_SIZE];
        names_family(m->county->names, &m->rng, heritage, other);
        if (strlen(out) + strlen(other) < 30) {
            size_t length = strlen(out);
            words_put(out + length, NAME_SIZE - length, "-%s", other);
        }
    }
}

/* A woman who has been married bears her husband's name, most often. */
static void take_name(struct maker *m, struct person *wife, const char *family, bool recent)
{
    names_family(m->county->names, &m->rng, wife->heritage, wife->previous_family);
    names_feminine(&m->rng, wife->heritage, false, wife->previous_family);
    unsigned way = rng_below(&m->rng, 100);
    if (way < 6) { /* keeps her own */
        memcpy(wife->family, wife->previous_family, NAME_SIZE);
        wife->previous_family[0] = 0;
        return;
    }
    if (way < 10 && strlen(family) + strlen(wife->previous_family) < 30 && !strchr(family, '-')) {
        words_put(wife->family, sizeof wife->family, "%s-%s", wife->previous_family, family);
    } else {
        words_put(wife->family, sizeof wife->family, "%s", family);
        names_feminine(&m->rng, wife->heritage, true, wife->family);
    }
    int32_t grown = wife->birth + 7300; /* twenty years old */
    if (recent && grown < m->county->today - 2200)
        wife->married = m->county->today - rng_between(&m->rng, 40, 2190);
    else {
        wife->married = grown + rng_between(&m->rng, 0, 5000);
        if (wife->married > m->county->today - 2190)
            wife->married = m->county->today - 2190 - rng_between(&m->rng, 1, 900);
    }
}

static struct household *add_household(struct maker *m, enum household_kind kind, unsigned home)
{
    struct block_people *b = m->block;
    struct household *h = &b->households[b->household_count++];
    memset(h, 0, sizeof *h);
    h->kind = kind;
    h->first = b->people_count;
    h->home = (uint16_t)home;
    return h;
}

static void add_children(struct maker *m, struct household *h, const struct person *mother, const struct person *father,
                         unsigned count, int youngest, int oldest, const char *family)
{
    bool twins = count >= 2 && rng_chance(&m->rng, 45);
    struct person *before = NULL;
    int mother_age = mother ? age_at(mother, m->county->today) : 60;
    if (oldest > mother_age - 19)
        oldest = mother_age - 19;
    if (youngest == 0) /* few were born to mothers past 42 */
        youngest = mother_age < 42 ? 0 : mother_age - 42;
    if (youngest > oldest)
        youngest = oldest < 0 ? 0 : oldest;
    if (oldest < youngest)
        oldest = youngest;
    enum heritage heritage = mother ? mother->heritage : father ? father->heritage : HERITAGE_BRITISH;
    for (unsigned i = 0; i < count; i++) {
        enum sex sex = rng_chance(&m->rng, 512) ? MALE : FEMALE;
        if (twins && i == 1 && before && rng_chance(&m->rng, 700))
            sex = before->sex;
        struct person *child = add_person(m, h, sex, rng_between(&m->rng, youngest, oldest), heritage, family);
        if (!child)
            return;
        if (sex == FEMALE)
            names_feminine(&m->rng, heritage, false, child->family);
        child->child = age_at(child, m->county->today) < 18;
        if (twins && i == 1 && before) {
            child->birth = before->birth;
            /* Parents like pairs: one in four twins begins with the letter of the other. */
            for (int tries = 0; tries < 12; tries++) {
                if (strcmp(child->given, before->given) != 0 &&
                    (tries > 8 || child->given[0] == before->given[0] || rng_chance(&m->rng, 250)))
                    break;
                words_put(child->given, sizeof child->given, "%s",
                          names_given(m->county->names, &m->rng, sex, 1970 + child->birth / 366, heritage));
            }
            uint16_t a = (uint16_t)(before - m->block->people), b = (uint16_t)(child - m->block->people);
            child->twin = (uint16_t)(a + 1);
            before->twin = (uint16_t)(b + 1);
            child->tags |= 1u << TAG_TWIN;
            before->tags |= 1u << TAG_TWIN;
        } else {
            for (unsigned k = h->first; k + 1 < m->block->people_count; k++) /* no two children of one name */
                while (m->block->people[k].sex == sex && &m->block->people[k] != child &&
                       strcmp(m->block->people[k].given, child->given) == 0)
                    words_put(child->given, sizeof child->given, "%s",
                              names_given(m->county->names, &m->rng, sex, 1970 + child->birth / 366, heritage));
        }
        if (sex == MALE && father && !father->namesake && i == 0 && rng_chance(&m->rng, child->child ? 15 : 70)) {
            memcpy(child->given, father->given, NAME_SIZE);
            struct person *dad = &m->block->people[father - m->block->people];
            child->namesake = (uint16_t)(dad - m->block->people + 1);
            dad->namesake = (uint16_t)(child - m->block->people + 1);
            child->tags |= 1u << TAG_FATHER_SON;
            dad->tags |= 1u << TAG_FATHER_SON;
        }
        before = child;
    }
}

/* A man and a woman, most often; 3 in 100 couples of one sex. Returns the woman (or second) in *ret_second. */
static struct person *add_couple(struct maker *m, struct household *h, int age, enum heritage heritage,
                                 const char *family, struct person **ret_second)
{
    bool same_sex = rng_chance(&m->rng, 15);
    enum sex second_sex = same_sex ? MALE : FEMALE;
    int other_age = age + rng_between(&m->rng, -5, 3);
    if (other_age < 18)
        other_age = 18;
    struct person *first = add_person(m, h, MALE, age, heritage, family);
    struct person *second = add_person(m, h, second_sex, other_age, heritage, family);
    if (second && second_sex == FEMALE) {
        bool married = rng_chance(&m->rng, age > 60 ? 930 : age > 35 ? 760 : 500);
        if (married) {
            take_name(m, second, family, rng_chance(&m->rng, age < 45 ? 280 : 40));
        } else {
            names_family(m->county->names, &m->rng, heritage, second->family);
            names_feminine(&m->rng, heritage, false, second->family);
        }
    }
    *ret_second = second;
    return first;
}

static void older_single(struct maker *m, struct household *h, int age)
{
    enum heritage heritage = rng_chance(&m->rng, 960) ? HERITAGE_BRITISH : draw_heritage(m);
    enum sex sex = rng_chance(&m->rng, age > 80 ? 330 : 400) ? MALE : FEMALE;
    char family[NAME_SIZE];
    family_of(m, heritage, family);
    struct person *p = add_person(m, h, sex, age, heritage, family);
    if (p && sex == FEMALE && rng_chance(&m->rng, 850))
        take_name(m, p, family, false);
}

static int older_age(struct maker *m)
{
    int age = 66 + (int)rng_below(&m->rng, 13) + (int)rng_below(&m->rng, 14);
    return rng_chance(&m->rng, 110) ? age + rng_between(&m->rng, 3, 12) : age;
}

static void fill_household(struct maker *m, struct household *h)
{
    struct rng *rng = &m->rng;
    enum heritage heritage = draw_heritage(m);
    char family[NAME_SIZE];
    struct person *man = NULL, *woman = NULL;
    static const uint16_t families[4] = {420, 435, 115, 30};
    family_of(m, heritage, family);
    switch (h->kind) {
    case HOUSEHOLD_ONE_OLDER:
        older_single(m, h, older_age(m));
        break;
    case HOUSEHOLD_ONE: {
        int age = rng_chance(rng, 400) ? rng_between(rng, 20, 44) : rng_between(rng, 45, 66);
        enum sex sex = rng_chance(rng, 570) ? MALE : FEMALE;
        struct person *p = add_person(m, h, sex, age, heritage, family);
        if (p && sex == FEMALE && age > 35 && rng_chance(rng, 500))
            take_name(m, p, family, false);
        else if (p && sex == FEMALE)
            names_feminine(rng, heritage, false, p->family);
        /* Back to the maiden name after a divorce. */
        if (p && sex == FEMALE && p->previous_family[0] && rng_chance(rng, 120)) {
            char swap[NAME_SIZE];
            memcpy(swap, p->family, NAME_SIZE);
            memcpy(p->family, p->previous_family, NAME_SIZE);
            memcpy(p->previous_family, swap, NAME_SIZE);
            p->married = m->county->today - rng_between(rng, 60, 2100);
        }
        break;
    }
    case HOUSEHOLD_COUPLE_OLDER:
        man = add_couple(m, h, 66 + (int)rng_below(rng, 8) + (int)rng_below(rng, 12),
                         rng_chance(rng, 950) ? HERITAGE_BRITISH : heritage, family, &woman);
        break;
    case HOUSEHOLD_COUPLE:
        man = add_couple(m, h, rng_chance(rng, 640) ? rng_between(rng, 52, 67) : rng_between(rng, 21, 52), heritage,
                         family, &woman);
        break;
    case HOUSEHOLD_COUPLE_CHILDREN:
        man = add_couple(m, h, rng_between(rng, 27, 54), heritage, family, &woman);
        add_children(m, h, woman, man, 1 + rng_weighted(rng, families, 4, 1000), 0, 18, family);
        break;
    case HOUSEHOLD_COUPLE_GROWN:
        man = add_couple(m, h, rng_between(rng, 48, 70), heritage, family, &woman);
        add_children(m, h, woman, man, 1 + (rng_below(rng, 100) < 32), 18, 34, family);
        break;
    case HOUSEHOLD_LONE_CHILDREN:
    case HOUSEHOLD_LONE_GROWN: {
        bool grown = h->kind == HOUSEHOLD_LONE_GROWN;
        bool mother = rng_chance(rng, 860);
        struct person *parent =
            add_person(m, h, mother ? FEMALE : MALE, grown ? rng_between(rng, 46, 88) : rng_between(rng, 23, 54),
                       heritage, family);
        if (!parent)
            break;
        if (mother && rng_chance(rng, 450))
            take_name(m, parent, family, false);
        else if (mother)
            names_feminine(rng, heritage, false, parent->family);
        add_children(m, h, parent, mother ? NULL : parent, grown ? 1 : 1 + rng_weighted(rng, families, 3, 970),
                     grown ? 18 : 0, grown ? 60 : 18, family);
        break;
    }
    default: {
        unsigned way = rng_below(rng, 100);
        if (way < 45) { /* young people sharing */
            unsigned count = 2 + rng_below(rng, 3);
            for (unsigned i = 0; i < count; i++) {
                enum heritage own = draw_heritage(m);
                char name[NAME_SIZE];
                family_of(m, own, name);
                (void)add_person(m, h, rng_chance(rng, 530) ? MALE : FEMALE, rng_between(rng, 19, 36), own, name);
            }
        } else if (way < 75) { /* three generations */
            man = add_couple(m, h, rng_between(rng, 30, 52), heritage, family, &woman);
            add_children(m, h, woman, man, 1 + rng_weighted(rng, families, 3, 970), 0, 20, family);
            struct person *old = add_person(m, h, FEMALE, rng_between(rng, 70, 92), heritage, family);
            if (old)
                take_name(m, old, family, false);
        } else { /* brothers and sisters grown old together, some of them twins */
            int age = rng_between(rng, 60, 86);
            enum sex sex = rng_chance(rng, 400) ? MALE : FEMALE;
            struct person *a = add_person(m, h, sex, age, HERITAGE_BRITISH, family);
            struct person *b = add_person(m, h, rng_chance(rng, 700) ? sex : FEMALE, age - rng_between(rng, 0, 5),
                                          HERITAGE_BRITISH, family);
            if (a && b && strcmp(a->given, b->given) != 0 && rng_chance(rng, 250)) {
                b->birth = a->birth;
                a->twin = (uint16_t)(b - m->block->people + 1);
                b->twin = (uint16_t)(a - m->block->people + 1);
                a->tags |= 1u << TAG_TWIN;
                b->tags |= 1u << TAG_TWIN;
            }
        }
    }
    }
    if (man && woman && strcmp(man->given, woman->given) == 0)
        words_put(woman->given, sizeof woman->given, "%s", woman->middle[0] ? woman->middle : "Jo");
}

static void fill_communal(struct maker *m, enum household_kind kind, unsigned home, unsigned count)
{
    /* Each resident is a household of one, so that each moved in on a day of their own. */
    for (unsigned i = 0; i < count && !full(m); i++) {
        struct household *h = add_household(m, kind, home);
        if (kind == HOUSEHOLD_CARE_HOME) {
            older_single(m, h,
                         rng_chance(&m->rng, 60) ? rng_between(&m->rng, 40, 70)
                                                 : 74 + (int)rng_below(&m->rng, 14) + (int)rng_below(&m->rng, 12));
        } else {
            enum heritage heritage = draw_heritage(m);
            char family[NAME_SIZE];
            family_of(m, heritage, family);
            enum sex sex = rng_chance(&m->rng, 700) ? MALE : FEMALE;
            struct person *p = add_person(m, h, sex, rng_between(&m->rng, 18, 60), heritage, family);
            if (p && sex == FEMALE)
                names_feminine(&m->rng, heritage, false, p->family);
        }
    }
}

static void fill_students(struct maker *m, unsigned home)
{
    struct household *h = add_household(m, HOUSEHOLD_STUDENTS, home);
    unsigned count = 4 + rng_below(&m->rng, 3);
    for (unsigned i = 0; i < count; i++) {
        enum heritage heritage = rng_chance(&m->rng, 120) ? HERITAGE_CHINESE : draw_heritage(m);
        char family[NAME_SIZE];
        family_of(m, heritage, family);
        (void)add_person(m, h, rng_chance(&m->rng, 460) ? MALE : FEMALE, rng_between(&m->rng, 18, 23), heritage,
                         family);
    }
}

/* ---- What happens to them ---- */

static void settle(struct maker *m, struct household *h)
{
    struct rng *rng = &m->rng;
    int32_t today = m->county->today;
    /* Of 1,000, in the last five years. */
    static const uint16_t movers[] = {150, 430, 130, 300, 360, 180, 420, 200, 500, 900, 980, 1000};
    bool recent = rng_chance(rng, movers[h->kind]);
    if (recent && h->kind == HOUSEHOLD_STUDENTS)
        h->since = today - rng_between(rng, 40, 800);
    else if (recent && h->kind == HOUSEHOLD_HOSTEL)
        h->since = today - rng_between(rng, 2, 500);
    else if (recent)
        h->since = today - rng_between(rng, 1, 1825);
    else
        h->since = today - rng_between(rng, 1826, 1826 + 9000);
    bool communal_old = h->kind == HOUSEHOLD_CARE_HOME;
    if (recent && rng_chance(rng, h->kind == HOUSEHOLD_STUDENTS ? 250 : communal_old ? 850 : 760)) {
        struct home homes[BLOCK_PLACES];
        world_homes(m->county->world, world_neighbour(m->county->world, rng, m->block->block), homes);
        h->old_home = homes[rng_below(rng, BLOCK_SURE)];
        h->moved = h->old_home.uprn != m->block->homes[h->home].uprn;
    }
    h->social = h->kind < HOUSEHOLD_KINDS && rng_chance(rng, h->kind == HOUSEHOLD_LONE_CHILDREN ? 420
                                                             : h->kind == HOUSEHOLD_ONE         ? 250
                                                             : h->kind == HOUSEHOLD_ONE_OLDER   ? 190
                                                                                                : 110);
    unsigned district = world_district(m->county->world, m->block->block);
    /* Local parts begin with 0 or 1, which no real number does. */
    static const char *const codes[7][2] = {{"01362", "01842"}, {"01603", "01603"}, {"01493", "01493"},
                                            {"01553", "01366"}, {"01263", "01692"}, {"01603", "01603"},
                                            {"01953", "01379"}};
    bool older = h->count > 0 && age_at(&m->block->people[h->first], today) > 64;
    if (h->kind < HOUSEHOLD_KINDS && rng_chance(rng, older ? 900 : 480)) {
        uint32_t number = (uint32_t)(((uint64_t)m->block->block * 160 + h->home) * 7919u % 100000u);
        words_put(h->landline, sizeof h->landline, "%s%c%05u", codes[district][m->block->block & 1],
                  district == 5 ? '0' : '1', number);
    }
    if (h->kind == HOUSEHOLD_CARE_HOME)
        words_put(h->landline, sizeof h->landline, "%s0%05u", codes[district][0], m->block->block % 100000u);
}

static void live(struct maker *m, struct household *h, struct person *p)
{
    struct rng *rng = &m->rng;
    int32_t today = m->county->today;
    int age = age_at(p, today);
    bool care = h->kind == HOUSEHOLD_CARE_HOME;
    if (h->moved)
        p->tags |= 1u << TAG_MOVED;
    else if (h->since > today - 1825 && h->since > p->birth && h->kind != HOUSEHOLD_STUDENTS) {
        p->arrived = h->since;
        if (p->arrived > m->county->month_ago)
            p->tags |= 1u << TAG_NEWCOMER;
    }
    if (p->birth > m->county->month_ago)
        p->tags |= 1u << TAG_NEWBORN;
    /* Of 1,000 in 14 months; ONS national life tables, rounded. */
    uint32_t dying = care        ? 230
                     : age >= 90 ? 150
                     : age >= 85 ? 95
                     : age >= 80 ? 55
                     : age >= 75 ? 32
                     : age >= 65 ? 14
                     : age >= 45 ? 4
                                 : 0;
    if (rng_chance(rng, dying)) {
        p->died = today - rng_between(rng, 1, 420);
        if (p->died < h->since)
            p->died = h->since + (today - h->since) / 2;
        p->tags |= 1u << TAG_DIED;
    }
    const char *short_form = names_short(m->county->names, rng, p->given);
    if (short_form && rng_chance(rng, 540)) {
        p->known_as = short_form;
        p->tags |= 1u << TAG_SHORT_NAME;
    }
    if (p->married > today - 2190)
        p->tags |= 1u << TAG_MARRIED;
    if (strchr(p->family, '-'))
        p->tags |= 1u << TAG_DOUBLE_BARRELLED;
    if (has_accent(p->given) || has_accent(p->family))
        p->tags |= 1u << TAG_ACCENTS;
    if (care)
        p->tags |= 1u << TAG_CARE_HOME;
    if (h->kind == HOUSEHOLD_HOSTEL)
        p->tags |= 1u << TAG_HOSTEL;
    if (h->kind == HOUSEHOLD_STUDENTS)
        p->tags |= 1u << TAG_STUDENT_HOUSE;
    if (age >= 14 && !care && rng_chance(rng, age > 84 ? 450 : age > 74 ? 720 : 960))
        words_put(p->mobile, sizeof p->mobile, "071%08u", rng_below(rng, 100000000));
    if (age >= 16 && !care && rng_chance(rng, age > 84 ? 250 : age > 74 ? 520 : 900)) {
        static const char *const hosts[] = {"post.example", "mail.example",   "example.com", "example.org",
                                            "example.net",  "broads.example", "fens.example"};
        char given[NAME_SIZE], family[NAME_SIZE];
        size_t g = 0, f = 0;
        for (const char *c = p->known_as ? p->known_as : p->given; *c; c++)
            if ((*c | 32) >= 'a' && (*c | 32) <= 'z')
                given[g++] = (char)(*c | 32);
        for (const char *c = p->family; *c; c++)
            if ((*c | 32) >= 'a' && (*c | 32) <= 'z')
                family[f++] = (char)(*c | 32);
        given[g] = family[f] = 0;
        words_put(p->email, sizeof p->email, "%s%s%.20s%u@%s", given, rng_chance(rng, 500) ? "." : "", family,
                  rng_below(rng, 1000), rng_pick(rng, hosts));
    }
    /* Needs. */
    unsigned frail = care ? 700 : age >= 85 ? 420 : age >= 75 ? 190 : age >= 65 ? 80 : age >= 40 ? 30 : 8;
    if (rng_chance(rng, frail)) {
        static const uint16_t ways[] = {560, 190, 160, 90};
        p->mobility = (enum mobility)(1 + rng_weighted(rng, ways, 4, 1000));
        if (!care && p->mobility == MOBILITY_BED && rng_chance(rng, 600))
            p->mobility = MOBILITY_AID;
    }
    p->hoist = p->mobility >= MOBILITY_TRANSFER && rng_chance(rng, 550);
    p->oxygen = age >= 50 && rng_chance(rng, age >= 70 ? 14 : 5);
    p->smoker = age >= 18 && rng_chance(rng, h->social || h->kind == HOUSEHOLD_HOSTEL ? 260 : age > 70 ? 80 : 125);
    p->hoarding = age >= 40 && !care && rng_chance(rng, 12);
    p->dementia = age >= 65 && rng_chance(rng, care ? 620 : age >= 85 ? 210 : age >= 75 ? 70 : 15);
    p->learning_disability = rng_chance(rng, 9);
    static const char *const languages[HERITAGE_COUNT] = {NULL,
                                                          "Interpreter: Polish",
                                                          "Interpreter: Lithuanian",
                                                          "Interpreter: Portuguese",
                                                          "Interpreter: Romanian",
                                                          "Interpreter: Bengali",
                                                          "Interpreter: French",
                                                          "Interpreter: Cantonese"};
    static const char *const needs[] = {"Hard of hearing: speak clearly, face to face",
                                        "Large print letters",
                                        "British Sign Language",
                                        "Easy read",
                                        "Lip-reads",
                                        "Hearing aid, uses text message",
                                        "Registered blind: telephone, do not write",
                                        "Needs time to answer after a stroke"};
    if (p->heritage != HERITAGE_BRITISH && age > 25 && rng_chance(rng, 160))
        p->communication = languages[p->heritage];
    else if (p->learning_disability)
        p->communication = "Easy read";
    else if (rng_chance(rng, age >= 85 ? 240 : age >= 70 ? 90 : 12))
        p->communication = rng_pick(rng, needs);
    static const char *const markers[] = {"Do not visit alone",
                                          "Large dog: ask for it to be shut away before entering",
                                          "Has threatened staff; two workers, daytime only",
                                          "Verbally aggressive to male staff",
                                          "Another person at the address has threatened staff",
                                          "Needles seen in the home",
                                          "Do not enter if the son is at home",
                                          "Throws objects when distressed"};
    if (age >= 16 && rng_chance(rng, h->kind == HOUSEHOLD_HOSTEL ? 70 : 9))
        p->staff_safety = rng_pick(rng, markers);
}

static void give_numbers(struct maker *m)
{
    const struct county *c = m->county;
    uint32_t blocks = world_blocks(c->world), block = m->block->block;
    size_t all = nhs_numbers_count(c->numbers), first = all * block / blocks, end = all * (block + 1) / blocks;
    /* The range holds 909,091 valid numbers: above some 920,000 residents fewer than 97% can have one. */
    uint64_t wanted = 1000000u, each = (uint64_t)m->wanted * 1010;
    uint64_t possible = (uint64_t)(end - first) * 1000000u * 1000u / each;
    if (possible < wanted)
        wanted = possible;
    for (unsigned i = 0; i < m->block->people_count; i++) {
        struct person *p = &m->block->people[i];
        if (!rng_rare(&m->rng, (uint32_t)(wanted * 975 / 1000)) || first >= end)
            continue;
        p->nhs_number = nhs_numbers_at(c->numbers, first++);
        if (rng_rare(&m->rng, 3000) && first < end)
            p->superseded_nhs_number = nhs_numbers_at(c->numbers, first++);
    }
}

void people_make(const struct county *county, uint32_t block, struct block_people *ret)
{
    uint32_t blocks = world_blocks(county->world);
    struct maker maker = {.county = county,
                          .block = ret,
                          .rng = rng_make(world_seed(county->world) ^ 0x70656f70, block)},
                 *m = &maker;
    m->wanted = (uint16_t)(county->residents * (block + 1) / blocks - county->residents * block / blocks);
    must(m->wanted <= BLOCK_PEOPLE);
    m->norwich = world_is_norwich(county->world, block);
    m->town = world_is_town(county->world, block);
    ret->block = block;
    ret->people_count = ret->household_count = ret->home_count = 0;
    world_homes(county->world, block, ret->homes);
    if (ret->homes[BLOCK_CARE].there)
        fill_communal(m, HOUSEHOLD_CARE_HOME, BLOCK_CARE, 30 + rng_below(&m->rng, 31));
    if (ret->homes[BLOCK_HOSTEL].there)
        fill_communal(m, HOUSEHOLD_HOSTEL, BLOCK_HOSTEL, 12 + rng_below(&m->rng, 19));
    /* Of 1,000 households: Census 2021 TS003, Norfolk, rounded; towns have more of one person and of lone parents. */
    static const uint16_t country[HOUSEHOLD_KINDS] = {155, 140, 150, 220, 150, 66, 44, 36, 39},
                          town[HOUSEHOLD_KINDS] = {155, 175, 112, 200, 150, 60, 64, 38, 46};
    while (!full(m)) {
        if (ret->home_count == BLOCK_HOMES) { /* hardly ever: the last household takes in the rest */
            struct household *last = &ret->households[ret->household_count - 1];
            (void)add_person(m, last, FEMALE, 20, HERITAGE_BRITISH, ret->people[last->first].family);
            continue;
        }
        unsigned home = ret->home_count++;
        if (ret->homes[home].kind == HOME_STUDENT) {
            fill_students(m, home);
            continue;
        }
        if (home < BLOCK_SURE && rng_chance(&m->rng, 15))
            continue; /* empty */
        enum household_kind kind =
            (enum household_kind)rng_weighted(&m->rng, m->town ? town : country, HOUSEHOLD_KINDS, 1000);
        fill_household(m, add_household(m, kind, home));
    }
    for (unsigned i = 0; i < ret->household_count; i++) {
        struct household *h = &ret->households[i];
        settle(m, h);
        for (unsigned k = 0; k < h->count; k++)
            live(m, h, &ret->people[h->first + k]);
    }
    /* A twin's second name is never the other's first: nothing at all would tell such two apart. */
    for (unsigned i = 0; i < ret->people_count; i++) {
        struct person *p = &ret->people[i];
        if (p->twin && strcmp(p->middle, ret->people[p->twin - 1].given) == 0)
            p->middle[0] = 0;
    }
    give_numbers(m);
}
