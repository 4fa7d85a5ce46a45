/* views.c: the faults. Rates are each agency's (extracts_*.c); here stands what each fault does. */
#include "sample/views.h"

#include "base/date.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char *const fault_names[FAULT_COUNT] = {
#define X(name, text) [FAULT_##name] = (text),
    FAULTS(X)
#undef X
};

static bool plain_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void mistype(struct rng *rng, char *text)
{
    /* Neighbours on a British keyboard. */
    static const char *const near[26] = {"qwsz",   "vghn", "xdfv",   "serfcx", "wsdr",   "drtgvc", "ftyhbv",
                                         "gyujnb", "ujko", "huikmn", "jiolm",  "kop",    "njk",    "bhjm",
                                         "iklp",   "ol",   "wa",     "edft",   "awedxz", "rfgy",   "yhji",
                                         "cfgb",   "qase", "zsdc",   "tghu",   "asx"};
    size_t length = strlen(text);
    if (length < 3)
        return;
    for (int tries = 0; tries < 12; tries++) {
        size_t at = 1 + rng_below(rng, (uint32_t)(length - 1));
        if (!plain_letter(text[at]))
            continue;
        switch (rng_below(rng, 4)) {
        case 0: {
            const char *keys = near[(text[at] | 32) - 'a'];
            char key = keys[rng_below(rng, (uint32_t)strlen(keys))];
            text[at] = isupper((unsigned char)text[at]) ? (char)(key - 32) : key;
            return;
        }
        case 1:
            if (at + 1 < length && plain_letter(text[at + 1]) && text[at] != text[at + 1] && at > 0) {
                char swap = text[at];
                text[at] = text[at + 1];
                text[at + 1] = swap;
                return;
            }
            break;
        case 2:
            if (length > 3) {
                memmove(text + at, text + at + 1, length - at);
                return;
            }
            break;
        default:
            memmove(text + at + 1, text + at, length - at + 1);
            return;
        }
    }
}

static void mistype_digit(struct rng *rng, char *text)
{
    size_t digits[16], count = 0;
    for (size_t i = 0; text[i] && count < countof(digits); i++)
        if (text[i] >= '0' && text[i] <= '9')
            digits[count++] = i;
    if (!count)
        return;
    char *digit = &text[digits[rng_below(rng, (uint32_t)count)]];
    *digit = (char)('0' + (*digit - '0' + 1 + (int)rng_below(rng, 8)) % 10);
}

void address_line(const struct home *home, enum address_style style, char out[200])
{
    const char *flat = home->flat, *locality = home->locality, *town = home->town;
    char short_street[48];
    const char *street = home->street;
    if (style == ADDRESS_FREE) {
        static const char *const shorter[][2] = {{" Road", " Rd"},     {" Street", " St"}, {" Avenue", " Ave"},
                                                 {" Lane", " Ln"},     {" Close", " Cl"},  {" Drive", " Dr"},
                                                 {" Gardens", " Gdns"}};
        for (size_t i = 0; i < countof(shorter); i++) {
            size_t end = strlen(shorter[i][0]), length = strlen(street);
            if (length > end && strcmp(street + length - end, shorter[i][0]) == 0) {
                words_put(short_street, sizeof short_street, "%.*s%s", (int)(length - end), street, shorter[i][1]);
                street = short_street;
                break;
            }
        }
        words_put(out, 200, "%s%s%s %s%s%s", flat, flat[0] ? " " : "", home->building, street, " ",
                  locality[0] ? locality : town);
        return;
    }
    bool number = home->building[0] >= '0' && home->building[0] <= '9';
    words_put(out, 200, "%s%s%s%s%s%s%s%s%s", flat, flat[0] ? ", " : "", home->building, number ? " " : ", ", street,
              locality[0] ? ", " : "", locality, style == ADDRESS_FULL ? ", " : "", style == ADDRESS_FULL ? town : "");
}

const char *view_title(const struct person *person, struct rng *rng, int32_t day)
{
    unsigned draw = rng_below(rng, 1000);
    if (age_at(person, day) < 16)
        return person->sex == MALE ? "Master" : "Miss";
    if (draw < 8)
        return "Dr";
    if (draw < 11)
        return "Rev";
    if (person->sex == MALE)
        return "Mr";
    bool wife = person->previous_family[0] != 0;
    return wife ? (draw < 850 ? "Mrs" : "Ms") : (draw < 600 ? "Miss" : "Ms");
}

void telephone_style(struct rng *rng, const char *digits, char out[24])
{
    unsigned way = rng_below(rng, 100);
    if (!digits[0])
        out[0] = 0;
    else if (way < 45)
        words_put(out, 24, "%.5s %s", digits, digits + 5);
    else if (way < 85)
        words_put(out, 24, "%s", digits);
    else if (way < 93)
        words_put(out, 24, "+44 %.4s %s", digits + 1, digits + 5);
    else
        words_put(out, 24, "%.5s-%.3s-%s", digits, digits + 5, digits + 8);
}

static int32_t misdate(struct rng *rng, int32_t birth, int32_t day)
{
    struct date d = date_from_days(birth);
    for (int tries = 0; tries < 12; tries++) {
        struct date wrong = d;
        switch (rng_below(rng, 5)) {
        case 0: /* day and month changed round */
            wrong.day = d.month;
            wrong.month = d.day;
            break;
        case 1: /* the year one off */
            wrong.year = (int16_t)(d.year + (rng_chance(rng, 500) ? 1 : -1));
            break;
        case 2: /* two digits of the year changed round */
            wrong.year = (int16_t)(d.year / 100 * 100 + d.year % 10 * 10 + d.year / 10 % 10);
            break;
        case 3: /* a digit of the day */
            wrong.day = (uint8_t)(rng_chance(rng, 700) ? d.day / 10 * 10 + (int)rng_below(rng, 10)
                                                       : (int)rng_below(rng, 3) * 10 + d.day % 10);
            break;
        default:
            wrong.month = (uint8_t)(1 + rng_below(rng, 12));
        }
        if (wrong.day == 0 || wrong.month == 0 || wrong.month > 12 || !date_valid(wrong) ||
            date_compare(wrong, d) == 0 || wrong.year < 1905)
            continue;
        int32_t found = (int32_t)date_days(wrong);
        if (found <= day - 31)
            return found;
    }
    return birth;
}

/* Draws the faults of the record; at most two of name and date. */
static unsigned draw_faults(struct rng *rng, const struct care *care, const struct person *person, int32_t day)
{
    unsigned faults = 0, wrong = 0;
    const struct {
        uint16_t rate;
        uint8_t fault;
        bool possible;
    } ways[] = {
        {care->short_name, FAULT_SHORT_NAME, person->known_as != NULL},
        {care->previous_name, FAULT_PREVIOUS_NAME, person->previous_family[0] && person->married > day - 2250},
        {care->half_name, FAULT_HALF_NAME, strchr(person->family, '-') != NULL},
        {care->mistyped, FAULT_MISTYPED, true},
        {care->misheard, FAULT_MISHEARD, true},
        {care->misdated, FAULT_MISDATED, true},
        {care->initial, FAULT_INITIAL, true},
        {care->middle_name, FAULT_MIDDLE_NAME, person->middle[0] != 0},
        {care->swapped, FAULT_SWAPPED, true},
        {care->default_date, FAULT_DEFAULT_DATE, true},
        {care->no_date, FAULT_NO_DATE, true},
        {care->title_in_name, FAULT_TITLE_IN_NAME, true},
    };
    for (size_t i = 0; i < countof(ways); i++) /* every draw is made, so that one rate does not move the others */
        if (rng_chance(rng, ways[i].rate) && ways[i].possible && wrong < 2) {
            faults |= 1u << ways[i].fault;
            wrong++;
        }
    if (faults & (FAULT(INITIAL) | FAULT(SWAPPED)))
        faults &= ~(FAULT(MISDATED) | FAULT(DEFAULT_DATE) | FAULT(NO_DATE) | FAULT(MIDDLE_NAME));
    if (faults & FAULT(SHORT_NAME))
        faults &= ~FAULT(MIDDLE_NAME);
    if (faults & FAULT(NO_DATE))
        faults &= ~(FAULT(MISDATED) | FAULT(DEFAULT_DATE));
    if (rng_chance(rng, care->address_mistyped))
        faults |= FAULT(ADDRESS_MISTYPED);
    if (rng_chance(rng, care->postcode_wrong))
        faults |= FAULT(POSTCODE_WRONG);
    if (rng_chance(rng, care->no_postcode))
        faults |= FAULT(NO_POSTCODE);
    /* Half the columns empty; but then what stands is right, or nobody could tell who is meant. */
    if (rng_chance(rng, care->half_blank) && wrong == 0)
        faults |= FAULT(HALF_BLANK);
    return faults;
}

static void apply_to_names(struct view *v, const struct county *county, const struct person *p, struct rng *rng)
{
    words_put(v->given, sizeof v->given, "%s", p->given);
    words_put(v->family, sizeof v->family, "%s", p->family);
    if (v->faults & FAULT(SHORT_NAME))
        words_put(v->given, sizeof v->given, "%s", p->known_as);
    if (v->faults & FAULT(MIDDLE_NAME))
        words_put(v->given, sizeof v->given, "%s", p->middle);
    if (v->faults & FAULT(PREVIOUS_NAME))
        words_put(v->family, sizeof v->family, "%s", p->previous_family);
    if (v->faults & FAULT(HALF_NAME)) {
        char *hyphen = strchr(v->family, '-');
        if (hyphen && rng_chance(rng, 500))
            *hyphen = 0;
        else if (hyphen && rng_chance(rng, 400))
            *hyphen = ' ';
        else if (hyphen)
            memmove(v->family, hyphen + 1, strlen(hyphen));
    }
    if (v->faults & FAULT(MISHEARD)) {
        char heard[NAME_SIZE];
        bool of_family = rng_chance(rng, 600);
        char *first = of_family ? v->family : v->given, *second = of_family ? v->given : v->family;
        if (names_misheard(county->names, rng, first, heard))
            words_put(first, NAME_SIZE, "%s", heard);
        else if (names_misheard(county->names, rng, second, heard))
            words_put(second, NAME_SIZE, "%s", heard);
        else
            v->faults &= ~FAULT(MISHEARD);
    }
    if (v->faults & FAULT(MISTYPED))
        mistype(rng, rng_chance(rng, 560) ? v->family : v->given);
    if (v->faults & FAULT(INITIAL))
        v->given[(unsigned char)v->given[0] < 0x80 ? 1 : 2] = 0;
    if (v->faults & FAULT(SWAPPED)) {
        char swap[sizeof v->given];
        memcpy(swap, v->given, sizeof swap);
        memcpy(v->given, v->family, sizeof v->given);
        memcpy(v->family, swap, sizeof swap);
    }
    if (v->faults & FAULT(TITLE_IN_NAME)) {
        char name[NAME_SIZE];
        words_put(name, sizeof name, "%s", v->given);
        words_put(v->given, sizeof v->given, "%s %s",
                  p->sex == MALE          ? "Mr"
                  : p->previous_family[0] ? "Mrs"
                                          : "Miss",
                  name);
    }
}

static void apply_to_address(struct view *v, enum address_style style, struct rng *rng)
{
    words_put(v->building, sizeof v->building, "%s%s%s", v->home->flat, v->home->flat[0] ? ", " : "",
              v->home->building);
    words_put(v->street, sizeof v->street, "%s", v->home->street);
    words_put(v->postcode, sizeof v->postcode, "%s", v->home->postcode);
    if (v->faults & FAULT(ADDRESS_MISTYPED)) {
        struct home wrong = *v->home;
        if (rng_chance(rng, 350))
            mistype_digit(rng, wrong.building);
        else
            mistype(rng, wrong.street);
        words_put(v->building, sizeof v->building, "%s%s%s", wrong.flat, wrong.flat[0] ? ", " : "", wrong.building);
        words_put(v->street, sizeof v->street, "%s", wrong.street);
        address_line(&wrong, style, v->address);
    } else {
        address_line(v->home, style, v->address);
    }
    if (v->faults & FAULT(POSTCODE_WRONG)) {
        size_t at = strlen(v->postcode) - 1 - rng_below(rng, 2);
        static const char letters[] = "ABDEFGHJLNPQRSTUWXYZ";
        v->postcode[at] = letters[(unsigned)(v->postcode[at] * 7 + 3 + (int)rng_below(rng, 5)) % 20];
    }
    if (v->faults & FAULT(NO_POSTCODE))
        v->postcode[0] = 0;
}

void view_make(struct view *ret, const struct county *county, const struct block_people *block, const struct person *p,
               const struct care *care, uint64_t number, int32_t day, bool last, enum address_style style)
{
    struct rng rng = rng_make(world_seed(county->world) ^ 0x76696577, number);
    const struct household *h = &block->households[p->household];
    memset(ret, 0, sizeof *ret);
    ret->faults = draw_faults(&rng, care, p, county->today);
    bool corrected = rng_chance(&rng, care->corrected), stale = rng_chance(&rng, care->old_address);
    if (corrected && last)
        ret->faults &= FAULT(SHORT_NAME) | FAULT(HALF_BLANK) | FAULT(NO_POSTCODE);
    /* Streams of their own for names, dates, the address and the rest: what changes in one moves none of the others. */
    struct rng name_rng = rng_make(rng.state, 1), date_rng = rng_make(rng.state, 2),
               address_rng = rng_make(rng.state, 3);
    ret->rng = rng_make(rng.state, 4);
    apply_to_names(ret, county, p, &name_rng);
    ret->birth = p->birth;
    if (ret->faults & FAULT(MISDATED))
        ret->birth = misdate(&date_rng, p->birth, county->month_ago);
    if (ret->faults & FAULT(DEFAULT_DATE)) {
        struct date first = date_from_days(p->birth);
        first.month = first.day = 1;
        ret->birth = (int32_t)date_days(first);
    }
    if (ret->faults & (FAULT(NO_DATE)))
        ret->birth = NO_DAY;
    ret->home = &block->homes[h->home];
    if (h->moved && (h->since > day || stale)) {
        ret->home = &h->old_home;
        ret->faults |= h->since <= day ? FAULT(OLD_ADDRESS) : 0;
    }
    apply_to_address(ret, style, &address_rng);
    ret->landline = h->landline;
    ret->mobile = p->mobile;
    ret->email = p->email;
    if (ret->home != &block->homes[h->home] && h->landline[0] && h->kind != HOUSEHOLD_CARE_HOME)
        ret->landline = ""; /* the number belongs to the new home */
    if (ret->faults & FAULT(HALF_BLANK)) {
        ret->landline = ret->mobile = ret->email = "";
        if (rng_chance(&address_rng, 500)) {
            ret->postcode[0] = ret->address[0] = ret->building[0] = ret->street[0] = 0;
        } else {
            ret->birth = NO_DAY;
        }
    }
}
