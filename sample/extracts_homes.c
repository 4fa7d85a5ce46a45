/* extracts_homes.c: the lists that begin from a home: the gazetteer, housing tenancies, council tax, fire safety
 * visits.
 *
 * About one household in six rents from the council or a housing association (Census 2021 TS054, Norfolk, rounded);
 * each occupied home has one council tax account; one home in twelve has had a fire safety visit in five years, more
 * where older people live. */
#include "sample/extracts.h"

#include <stdio.h>
#include <string.h>

static const struct care housing_care = {
    .mistyped = 42,
    .misheard = 30,
    .initial = 28,
    .middle_name = 20,
    .swapped = 8,
    .misdated = 42,
    .default_date = 12,
    .no_date = 26,
    .short_name = 520,
    .previous_name = 480,
    .half_name = 260,
    .title_in_name = 6,
    .half_blank = 14,
    .old_address = 0,
    .address_mistyped = 14,
    .postcode_wrong = 8,
    .no_postcode = 14,
    .corrected = 50,
};
static const struct care council_tax_care = {
    .mistyped = 22,
    .misheard = 12,
    .middle_name = 8,
    .short_name = 120,
    .previous_name = 450,
    .half_name = 250,
    .address_mistyped = 6,
    .postcode_wrong = 3,
    .no_postcode = 6,
    .corrected = 30,
};
static const struct care fire_care = {
    .mistyped = 40,
    .misheard = 60,
    .short_name = 500,
    .half_name = 300,
    .address_mistyped = 50,
    .postcode_wrong = 25,
    .no_postcode = 300,
};

void write_gazetteer(struct job *job)
{
    struct sheet *sheet = &job->sheets[SOURCE_GAZETTEER][0];
    const struct block_people *people = &job->people;
    unsigned sure = people->home_count > BLOCK_SURE ? people->home_count : BLOCK_SURE;
    static const char *const kinds[] = {"Dwelling", "Flat", "Care home", "Hostel", "Student house"},
                             *const classes[] = {"RD04", "RD06", "RI01", "RI02", "RH01"};
    for (unsigned i = 0; i < BLOCK_PLACES; i++) {
        const struct home *home = &people->homes[i];
        if (!home->there || (i < BLOCK_HOMES && i >= sure))
            continue;
        struct rng rng = record_rng(job, home->uprn);
        char key[24], usrn[12], line[240];
        words_put(key, sizeof key, "%llu", (unsigned long long)home->uprn);
        words_put(usrn, sizeof usrn, "%u", home->usrn);
        address_line(home, ADDRESS_FULL, line);
        size_t length = strlen(line);
        words_put(line + length, sizeof line - length, ", %s", home->postcode);
        bool detached = home->kind == HOME_DWELLING && rng_chance(&rng, 400);
        sheet->spoil = rng_rare(&rng, 300) ? SPOIL_CODE : SPOIL_NOTHING;
        unsigned faults = sheet->spoil ? FAULT(FAILS_CONTRACT) : 0;
        sheet_text(sheet, key);
        sheet_text(sheet, usrn);
        sheet_text(sheet, home->flat);
        sheet_text(sheet, home->building);
        sheet_text(sheet, home->street);
        sheet_text(sheet, home->locality);
        sheet_text(sheet, home->town);
        sheet_text(sheet, home->postcode);
        sheet_text(sheet, line);
        sheet_text(sheet, home->parish_name);
        sheet_text(sheet, home->district);
        sheet_code(sheet, kinds[home->kind]);
        sheet_text(sheet, detached                                             ? "RD02"
                          : home->kind == HOME_DWELLING && home->usrn % 3 == 0 ? "RD03"
                                                                               : classes[home->kind]);
        sheet_event_date(sheet, job->county->today - rng_between(&rng, 400, 8000));
        sheet_end(sheet);
        truth_record(job, SOURCE_GAZETTEER, key, NULL, home->uprn, 1, faults);
    }
}

/* ---- Housing ---- */

static void tenant(struct job *job, const struct household *h, const struct person *p, unsigned number_in_tenancy,
                   bool former)
{
    uint64_t number = record_number(p, SOURCE_HOUSING, former);
    struct rng rng = record_rng(job, number),
               shared = record_rng(job, ((uint64_t)job->people.block * 512 + h->first) * 8 + 5);
    enum spoil spoil = draw_spoil(&rng);
    bool spoil_lasts = rng_chance(&rng, 600), repeated = rng_rare(&rng, 900);
    static const char *const tenures[] = {"Social rent", "Affordable rent", "Sheltered", "Shared ownership",
                                          "Temporary accommodation"};
    static const uint16_t shares[] = {720, 150, 60, 50, 20};
    unsigned tenure = rng_weighted(&shared, shares, 5, 1000);
    if (h->kind == HOUSEHOLD_ONE_OLDER && rng_chance(&shared, 350))
        tenure = 2;
    bool association = rng_chance(&shared, 560), bungalow = rng_chance(&shared, 300), has_uprn = rng_chance(&rng, 900);
    unsigned district = world_district(job->county->world, job->people.block);
    char ref[24], key[32], landlord[80], uprn_text[24], occupants[8] = "", phone[24];
    words_put(ref, sizeof ref, "T%08u",
              scattered(job, SOURCE_HOUSING, (((uint64_t)job->people.block * 512 + h->first) * 2 + former)));
    words_put(key, sizeof key, "%s/%u", ref, number_in_tenancy);
    static const char *const associations[] = {"Fenland Homes", "Broads Housing Trust", "Wherry Homes Association",
                                               "Saltmarsh Housing"};
    words_put(landlord, sizeof landlord, "%s%s",
              association ? rng_pick(&shared, associations) : world_district_name(district),
              association ? "" : " Council");
    if (rng_chance(&rng, 850))
        words_put(occupants, sizeof occupants, "%u", h->count);
    bool mail = rng_chance(&rng, 460), call = rng_chance(&rng, 800), died_known = rng_chance(&rng, 640);
    const struct home *home = former ? &h->old_home : &job->people.homes[h->home];
    unsigned months = 0, faults = 0;
    struct view v;
    for (unsigned month = 0; month < MONTHS; month++) {
        int32_t day = month_day(job, month), start = former ? h->since - 800 - (int32_t)(number % 900) : h->since;
        if (start > day)
            continue;
        view_make(&v, job->county, &job->people, p, &housing_care, number, former ? h->since - 1 : day, month == 1,
                  ADDRESS_FULL);
        bool spoiled = spoil && (spoil_lasts || month == 0);
        int32_t end = former && h->since <= day                      ? h->since
                      : p->died && p->died + 28 <= day && died_known ? p->died + 28
                                                                     : NO_DAY;
        struct sheet *sheet = &job->sheets[SOURCE_HOUSING][month];
        size_t from = sheet->out->len;
        bool blank = v.building[0] == 0;
        sheet->spoil = spoiled ? spoil : SPOIL_NOTHING;
        sheet_text(sheet, key);
        sheet_text(sheet, ref);
        sheet_text(sheet, landlord);
        sheet_text(sheet, view_title(p, &v.rng, day));
        sheet_text(sheet, v.given);
        sheet_required(sheet, v.family);
        sheet_date(sheet, v.birth);
        telephone_style(&v.rng, call ? (v.mobile[0] ? v.mobile : v.landline) : "", phone);
        sheet_text(sheet, phone);
        sheet_text(sheet, mail ? v.email : "");
        words_put(uprn_text, sizeof uprn_text, "%llu", (unsigned long long)home->uprn);
        sheet_text(sheet, has_uprn && !blank ? uprn_text : "");
        sheet_text(sheet, v.building);
        sheet_text(sheet, v.street);
        sheet_text(sheet, blank ? "" : home->locality[0] ? home->locality : home->town);
        sheet_text(sheet, v.postcode);
        sheet_text(sheet, home->district);
        sheet_code(sheet, tenures[tenure]);
        sheet_code(sheet, home->kind == HOME_FLAT ? "Flat" : bungalow ? "Bungalow" : "House");
        sheet_text(sheet, occupants);
        sheet_event_date(sheet, start);
        sheet_event_date(sheet, end);
        sheet_end(sheet);
        if (repeated && !spoiled)
            repeat_row(sheet, from);
        months |= 1u << month;
        faults |=
            (v.faults & ~FAULT(OLD_ADDRESS)) | (spoiled ? FAULT(FAILS_CONTRACT) : 0) | (repeated ? FAULT(REPEATED) : 0);
    }
    truth_record(job, SOURCE_HOUSING, key, p, home->uprn, months, faults);
}

/* The grown-ups who sign for a home: the first, and a partner; children and grandmothers do not. */
static unsigned signers(const struct job *job, const struct household *h, const struct person *ret[2])
{
    unsigned count = 0;
    int first_age = 0;
    for (unsigned i = 0; i < h->count && count < 2; i++) {
        const struct person *p = &job->people.people[h->first + i];
        int age = age_at(p, job->county->today);
        if (age < 18 || (count == 1 && (age + 16 < first_age || age > first_age + 16)))
            continue;
        if (count == 0)
            first_age = age;
        ret[count++] = p;
    }
    return count;
}

void write_housing(struct job *job, const struct household *h)
{
    if (h->kind >= HOUSEHOLD_KINDS)
        return;
    const struct person *who[2];
    unsigned count = signers(job, h, who);
    struct rng rng = record_rng(job, ((uint64_t)job->people.block * 512 + h->first) * 8 + 6);
    bool joint = rng_chance(&rng, 800), was_social = rng_chance(&rng, 160);
    if (h->social)
        for (unsigned i = 0; i < count && (i == 0 || joint); i++)
            tenant(job, h, who[i], i + 1, false);
    if (h->moved && was_social) /* the tenancy that they left */
        for (unsigned i = 0; i < count && (i == 0 || joint); i++)
            tenant(job, h, who[i], i + 1, true);
}

/* ---- Council tax ---- */

static void initials_of(const struct view *v, const struct person *p, bool middle, char out[12])
{
    char given[NAME_SIZE + 8], second[NAME_SIZE];
    sheet_plain(v->given, given);
    sheet_plain(p->middle, second);
    words_put(out, 12, "%c%s%c", given[0], middle && second[0] ? " " : "", middle && second[0] ? second[0] : 0);
}

static void account(struct job *job, const struct household *h, bool former)
{
    const struct person *who[2];
    unsigned count = signers(job, h, who);
    if (!count)
        return;
    const struct person *p = who[0];
    uint64_t number = record_number(p, SOURCE_COUNCIL_TAX, former);
    struct rng rng = record_rng(job, number);
    int32_t today = job->county->today;
    enum spoil spoil = draw_spoil(&rng);
    if (spoil == SPOIL_DATE || spoil == SPOIL_FUTURE)
        spoil = SPOIL_CODE;
    bool spoil_lasts = rng_chance(&rng, 600), middle = rng_chance(&rng, 350),
         joint = count == 2 && rng_chance(&rng, 700), has_uprn = rng_chance(&rng, 965);
    unsigned way = rng_below(&rng, 100), band = 0;
    static const uint16_t bands[] = {210, 240, 190, 150, 110, 60, 35, 5};
    const struct home *home = former ? &h->old_home : &job->people.homes[h->home];
    struct rng of_home = record_rng(job, home->uprn ^ 77);
    band = rng_weighted(&of_home, bands, 8, 1000);
    unsigned grown = 0;
    for (unsigned i = 0; i < h->count; i++)
        grown += age_at(&job->people.people[h->first + i], today) >= 18 && !job->people.people[h->first + i].died;
    bool single = grown == 1 && rng_chance(&rng, 940), reduction = rng_chance(&rng, h->social ? 480 : 70),
         mail = rng_chance(&rng, 420);
    bool exors_known = rng_chance(&rng, 560), impaired = p->dementia && rng_chance(&rng, 150);
    int32_t start = former ? h->since - 700 - (int32_t)rng_below(&rng, 2500) : h->since + (int32_t)rng_below(&rng, 12);
    char key[24], letters[12], name[200], other[120], uprn_text[24], band_text[2] = {(char)('A' + band), 0};
    /* Old systems write eight digits and a check letter. */
    uint32_t reference = scattered(job, SOURCE_COUNCIL_TAX, (uint64_t)p->id * 4 + former);
    words_put(key, sizeof key, "%08u%c", reference, "ABCDEFGHJKLMNPQRTUVWXYZ"[reference % 23]);
    unsigned months = 0, faults = 0;
    struct view v;
    for (unsigned month = 0; month < MONTHS; month++) {
        int32_t day = month_day(job, month);
        if (start > day)
            continue;
        view_make(&v, job->county, &job->people, p, &council_tax_care, number, former ? h->since - 1 : day, month == 1,
                  ADDRESS_FULL);
        bool spoiled = spoil && (spoil_lasts || month == 0), dead = p->died && p->died + 30 <= day && exors_known;
        struct sheet *sheet = &job->sheets[SOURCE_COUNCIL_TAX][month];
        const char *title = view_title(p, &v.rng, day);
        initials_of(&v, p, middle, letters);
        if (way < 36)
            words_put(name, sizeof name, "%s%s %s %s", dead ? "Exors of " : "", title, letters, v.family);
        else if (way < 52)
            words_put(name, sizeof name, "%s%s %s", dead ? "Exors of " : "", letters, v.family);
        else if (way < 60)
            words_put(name, sizeof name, "%s, %s%s", v.family, letters, dead ? " (decd)" : "");
        else if (way < 85)
            words_put(name, sizeof name, "%s%s %s %s", dead ? "Exors of " : "", title, v.given, v.family);
        else
            words_put(name, sizeof name, "%s%s%s%s%s %s", dead ? "Exors of " : "", v.given, p->middle[0] ? " " : "",
                      p->middle, "", v.family);
        other[0] = 0;
        if (joint) {
            struct view second = v;
            words_put(second.given, sizeof second.given, "%s", who[1]->given);
            initials_of(&second, who[1], false, letters);
            words_put(other, sizeof other, "%s %s %s",
                      who[1]->sex == MALE          ? "Mr"
                      : who[1]->previous_family[0] ? "Mrs"
                                                   : "Ms",
                      letters, who[1]->family);
        }
        sheet->spoil = spoiled ? spoil : SPOIL_NOTHING;
        sheet_text(sheet, key);
        sheet_required(sheet, name);
        sheet_name(sheet, other);
        words_put(uprn_text, sizeof uprn_text, "%llu", (unsigned long long)home->uprn);
        sheet_text(sheet, has_uprn ? uprn_text : "");
        sheet_name(sheet, v.address);
        sheet_text(sheet, v.postcode);
        sheet_text(sheet, home->district);
        sheet_code(sheet, band_text);
        sheet_code(sheet, h->kind == HOUSEHOLD_STUDENTS && !former ? "Student exempt"
                          : impaired                               ? "Severe mental impairment"
                          : single                                 ? "Single person 25%"
                                                                   : "None");
        sheet_yes_no(sheet, reduction);
        sheet_text(sheet, mail ? v.email : "");
        sheet_event_date(sheet, start);
        sheet_event_date(sheet, former && h->since <= day ? h->since : NO_DAY);
        sheet_end(sheet);
        months |= 1u << month;
        faults |=
            (v.faults & ~FAULT(OLD_ADDRESS)) | (spoiled ? FAULT(FAILS_CONTRACT) : 0) | (way < 60 ? FAULT(INITIAL) : 0);
    }
    truth_record(job, SOURCE_COUNCIL_TAX, key, p, home->uprn, months, faults);
}

void write_council_tax(struct job *job, const struct household *h)
{
    if (h->kind == HOUSEHOLD_CARE_HOME || h->kind == HOUSEHOLD_HOSTEL)
        return;
    account(job, h, false);
    /* Closed accounts stay on the list for three years. */
    if (h->moved && h->since > job->county->today - 1095 && h->kind != HOUSEHOLD_STUDENTS)
        account(job, h, true);
}

/* ---- Fire safety visits ---- */

static const char *const stations[] = {"Earlham Blue watch",
                                       "Carrow Red watch",
                                       "Sprowston White watch",
                                       "King's Lynn North Green watch",
                                       "King's Lynn South Red watch",
                                       "Great Yarmouth White watch",
                                       "Gorleston Blue watch",
                                       "Thetford Green watch",
                                       "Dereham on-call",
                                       "Cromer on-call",
                                       "Fakenham on-call",
                                       "Community safety team east",
                                       "Community safety team west"};

static void visit(struct job *job, const struct household *h, const struct person *p, unsigned which, int32_t visited)
{
    uint64_t number = record_number(p, SOURCE_FIRE, which);
    struct rng rng = record_rng(job, number);
    unsigned month = visited <= job->county->month_ago ? 0 : 1, outcome = rng_below(&rng, 1000),
             found = rng_below(&rng, 4), fitted = 0;
    enum spoil spoil = draw_spoil(&rng);
    struct view v;
    view_make(&v, job->county, &job->people, p, &fire_care, number, visited, false, ADDRESS_FREE);
    char key[24], name[120] = "", address[240], phone[24] = "", uprn_text[24] = "", text[320] = "";
    words_put(key, sizeof key, "HFSV%08u", scattered(job, SOURCE_FIRE, (uint64_t)p->id * 8 + which));
    unsigned way = rng_below(&rng, 100);
    const char *title = view_title(p, &rng, visited);
    if (way < 50)
        words_put(name, sizeof name, "%s %s", title, v.family);
    else if (way < 64)
        words_put(name, sizeof name, "%s", v.family);
    else if (way < 86)
        words_put(name, sizeof name, "%s %s", v.given, v.family);
    else if (way < 95 && h->count > 1)
        words_put(name, sizeof name, "Mr & Mrs %s", v.family);
    bool in_address = v.postcode[0] && rng_chance(&rng, 550);
    words_put(address, sizeof address, "%s%s%s", v.address, in_address ? " " : "", in_address ? v.postcode : "");
    bool went = outcome < 830, fits = went && found < 2 && rng_chance(&rng, 860);
    if (fits)
        fitted = 1 + rng_below(&rng, 3);
    if (rng_chance(&rng, 140))
        words_put(uprn_text, sizeof uprn_text, "%llu", (unsigned long long)v.home->uprn);
    if (rng_chance(&rng, 360))
        telephone_style(&rng, v.landline[0] ? v.landline : v.mobile, phone);
    static const char *const remarks[] = {"Escape plan discussed.",
                                          "Overloaded sockets in the living room; extension lead replaced.",
                                          "Chip pan in use, fryer recommended.",
                                          "Kept smoking to outside after advice.",
                                          "Emollient cream used: risk explained, bedding advice left.",
                                          "Door kept locked with key removed; advised.",
                                          "Portable heater close to the curtains.",
                                          "Neighbour let us in, occupier bed-bound upstairs."};
    if (went && rng_chance(&rng, 500))
        words_put(text, sizeof text, "%s%s", rng_pick(&rng, remarks),
                  p->hoarding ? " Rooms full to waist height, only a narrow way to the door."
                  : p->oxygen ? " Oxygen cylinder in the hall."
                              : "");
    struct sheet *sheet = &job->sheets[SOURCE_FIRE][month];
    sheet->spoil = spoil == SPOIL_DATE || spoil == SPOIL_FUTURE ? SPOIL_CODE : spoil;
    unsigned faults = v.faults | (sheet->spoil ? FAULT(FAILS_CONTRACT) : 0);
    bool rag = sheet->spoil == SPOIL_REQUIRED;
    sheet_text(sheet, key);
    sheet_event_date(sheet, visited);
    sheet_code(sheet, rng_chance(&rng, 880)   ? "Home fire safety visit"
                      : rng_chance(&rng, 700) ? "Follow-up"
                                              : "After a fire");
    sheet_name(
        sheet,
        stations[(world_district(job->county->world, job->people.block) * 2 + rng_below(&rng, 2)) % countof(stations)]);
    sheet_name(sheet, name);
    sheet_name(sheet, rag ? "" : address);
    sheet_text(sheet, in_address && rng_chance(&rng, 500) ? "" : v.postcode);
    sheet_text(sheet, uprn_text);
    sheet_text(sheet, phone);
    if (went)
        sheet_number(sheet, h->count);
    else
        sheet_blank(sheet);
    if (went) {
        sheet_number(sheet, found);
        sheet_number(sheet, fitted);
    } else {
        sheet_blank(sheet);
        sheet_blank(sheet);
    }
    sheet_yes_no(sheet, went && rng_chance(&rng, 800) ? p->smoker : -1);
    sheet_yes_no(sheet, went ? p->oxygen : -1);
    if (went && (p->hoarding || rng_chance(&rng, 300)))
        sheet_number(sheet, p->hoarding ? rng_between(&rng, 5, 8) : rng_between(&rng, 1, 3));
    else
        sheet_blank(sheet);
    sheet_code(sheet, !went || rng_chance(&rng, 200) ? "Not known"
                      : h->social ? (rng_chance(&rng, 500) ? "Rented from council" : "Rented from housing association")
                      : rng_chance(&rng, 240) ? "Rented privately"
                                              : "Owned");
    sheet_code(sheet, !went    ? (outcome < 900   ? "No answer"
                                  : outcome < 970 ? "Refused"
                                                  : "Address not found")
                      : fitted ? "Visited, alarms fitted"
                               : "Visited");
    sheet_name(sheet, text);
    sheet_end(sheet);
    truth_record(job, SOURCE_FIRE, key, p, v.home->uprn, 1u << month, faults);
}

void write_fire(struct job *job, const struct household *h)
{
    if (h->kind >= HOUSEHOLD_KINDS)
        return;
    const struct person *who[2];
    unsigned count = signers(job, h, who);
    if (!count)
        return;
    struct rng rng = record_rng(job, ((uint64_t)job->people.block * 512 + h->first) * 8 + 7);
    int age = age_at(who[0], job->county->today);
    if (!rng_chance(&rng, age >= 75 ? 150 : age >= 65 ? 100 : h->social ? 90 : 45))
        return;
    int32_t today = job->county->today, visited = today - rng_between(&rng, 1, 1825);
    if (visited <= h->since)
        return;
    const struct person *p = who[rng_below(&rng, count)];
    if (p->died && p->died <= visited)
        return;
    visit(job, h, p, 0, visited);
    int32_t again = visited + rng_between(&rng, 20, 700);
    if (rng_chance(&rng, 140) && again < today && (!p->died || p->died > again))
        visit(job, h, p, 1, again);
}
