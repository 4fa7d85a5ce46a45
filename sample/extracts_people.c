/* extracts_people.c: the lists of people: the GP list, adult social care clients, bus passes.
 *
 * Shares: 97% of residents are registered; of people over 65 some 15% are known to social care, more of the oldest and
 * nearly all in care homes; three in four from pension age hold a pass. How carefully each agency writes stands in its
 * `struct care`, of 1,000 records. */
#include "sample/extracts.h"

#include <stdio.h>
#include <string.h>

static const struct care gp_care = {
    .mistyped = 17,
    .misheard = 11,
    .initial = 2,
    .middle_name = 8,
    .swapped = 2,
    .misdated = 12,
    .default_date = 2,
    .short_name = 90,
    .previous_name = 420,
    .half_name = 60,
    .old_address = 260,
    .address_mistyped = 12,
    .postcode_wrong = 6,
    .no_postcode = 6,
    .corrected = 90,
};
static const struct care social_care = {
    .mistyped = 36,
    .misheard = 30,
    .initial = 5,
    .middle_name = 18,
    .swapped = 6,
    .misdated = 36,
    .default_date = 9,
    .no_date = 14,
    .short_name = 450,
    .previous_name = 500,
    .half_name = 200,
    .title_in_name = 8,
    .half_blank = 16,
    .old_address = 230,
    .address_mistyped = 25,
    .postcode_wrong = 14,
    .no_postcode = 25,
    .corrected = 70,
};
static const struct care bus_care = {
    .mistyped = 44,
    .misheard = 22,
    .initial = 20,
    .middle_name = 24,
    .swapped = 7,
    .misdated = 34,
    .default_date = 4,
    .no_date = 6,
    .short_name = 600,
    .previous_name = 300,
    .half_name = 220,
    .title_in_name = 6,
    .half_blank = 8,
    .old_address = 420,
    .address_mistyped = 22,
    .postcode_wrong = 10,
    .no_postcode = 12,
    .corrected = 40,
};

static const char *phone_of(struct view *v, bool mobile_first, char out[24])
{
    const char *digits = mobile_first && v->mobile[0] ? v->mobile : v->landline[0] ? v->landline : v->mobile;
    telephone_style(&v->rng, digits, out);
    return out;
}

void write_gp(struct job *job, const struct person *p)
{
    if (!p->nhs_number)
        return;
    uint64_t number = record_number(p, SOURCE_GP, 0);
    struct rng rng = record_rng(job, number);
    enum spoil spoil = draw_spoil(&rng);
    bool spoil_lasts = rng_chance(&rng, 600), ghost = rng_chance(&rng, 30), says_died = rng_chance(&rng, 800);
    bool knows_previous = rng_chance(&rng, 620), all_forenames = rng_chance(&rng, 880),
         says_phone = rng_chance(&rng, 780), mobile = rng_chance(&rng, 550);
    bool wrong_digit = spoil == SPOIL_REQUIRED || (spoil == SPOIL_CODE && rng_chance(&rng, 400));
    bool other_sex = rng_rare(&rng, 4000);
    char key[24], old[24] = "", practice[64], forenames[2 * NAME_SIZE + 8], phone[24];
    uint64_t written = p->nhs_number;
    if (wrong_digit && spoil_lasts)
        written = written / 10 * 10 + (written % 10 + 1) % 10;
    words_put(key, sizeof key, "%llu", (unsigned long long)written);
    if (p->superseded_nhs_number)
        words_put(old, sizeof old, "%llu", (unsigned long long)p->superseded_nhs_number);
    world_practice(job->county->world, job->people.block, &rng, practice);
    int32_t registered = job->people.households[p->household].since + rng_between(&rng, 0, 60);
    unsigned months = 0, faults = 0;
    uint64_t uprn = 0;
    struct view v;
    for (unsigned month = 0; month < MONTHS; month++) {
        int32_t day = month_day(job, month);
        if (!is_here(p, day) || (p->died && p->died <= day - 35 && !ghost))
            continue;
        view_make(&v, job->county, &job->people, p, &gp_care, number, day, month == 1, ADDRESS_FULL);
        bool spoiled = spoil && (spoil_lasts || month == 0) && !(wrong_digit && !spoil_lasts);
        struct sheet *sheet = &job->sheets[SOURCE_GP][month];
        sheet->spoil = spoiled && !wrong_digit ? spoil : SPOIL_NOTHING;
        sheet_text(sheet, key);
        sheet_text(sheet, old);
        sheet_required(sheet, v.family);
        bool middle = all_forenames && p->middle[0] && strcmp(p->middle, v.given) != 0 && !(v.faults & FAULT(INITIAL));
        words_put(forenames, sizeof forenames, "%s%s%s", v.given, middle ? " " : "", middle ? p->middle : "");
        sheet_name(sheet, forenames);
        sheet_name(sheet, knows_previous && !(v.faults & FAULT(PREVIOUS_NAME)) ? p->previous_family : "");
        sheet_date(sheet, v.birth);
        sheet_event_date(sheet, p->died && p->died <= day && says_died && !ghost ? p->died : NO_DAY);
        sheet_code(sheet, (p->sex == MALE) != other_sex ? "M" : "F");
        sheet_name(sheet, practice);
        sheet_event_date(sheet, registered <= day ? registered : day);
        sheet_name(sheet, v.address);
        sheet_text(sheet, v.postcode);
        sheet_text(sheet, says_phone ? phone_of(&v, mobile, phone) : "");
        sheet_name(sheet, p->communication);
        sheet_end(sheet);
        months |= 1u << month;
        faults |= v.faults | (spoiled ? FAULT(FAILS_CONTRACT) : 0);
        uprn = v.home->uprn;
    }
    truth_record(job, SOURCE_GP, key, p, uprn, months, faults);
}

/* ---- Adult social care ---- */

static const char *support_reason(const struct person *p, struct rng *rng)
{
    unsigned draw = rng_below(rng, 1000);
    if (p->learning_disability)
        return "Learning disability";
    if (p->dementia && draw < 750)
        return "Memory and cognition";
    if (p->communication && draw < 250)
        return "Sensory support";
    if (p->mobility != MOBILITY_INDEPENDENT)
        return "Physical support";
    return draw < 550 ? "Mental health" : draw < 800 ? "Social support" : "Physical support";
}

static void equipment_text(const struct person *p, struct rng *rng, char out[200])
{
    size_t length = 0;
    out[0] = 0;
    const struct {
        const char *name;
        bool there;
    } things[] = {
        {"Home oxygen concentrator", p->oxygen && rng_chance(rng, 900)},
        {"Ceiling hoist", p->hoist && rng_chance(rng, 450)},
        {"Mobile hoist", p->hoist && rng_chance(rng, 500)},
        {"Hospital bed", p->mobility >= MOBILITY_TRANSFER && rng_chance(rng, 600)},
        {"Air-flow mattress", p->mobility == MOBILITY_BED && rng_chance(rng, 600)},
        {"Stairlift", p->mobility == MOBILITY_AID && rng_chance(rng, 180)},
        {"Walking frame", p->mobility == MOBILITY_AID && rng_chance(rng, 500)},
        {"Wheelchair", p->mobility == MOBILITY_WHEELCHAIR && rng_chance(rng, 800)},
        {"Pendant alarm", rng_chance(rng, 380)},
        {"Key safe", rng_chance(rng, 330)},
        {"Falls sensor", rng_chance(rng, 90)},
        {"Door sensor", p->dementia && rng_chance(rng, 250)},
    };
    for (size_t i = 0; i < countof(things); i++)
        if (things[i].there && length < 160)
            length += (size_t)snprintf(out + length, 200 - length, "%s%s", length ? "; " : "", things[i].name);
}

static const char *ethnicity(const struct person *p, struct rng *rng)
{
    static const char *const words[HERITAGE_COUNT] = {"White - British",
                                                      "White - Other",
                                                      "White - Other",
                                                      "White - Other",
                                                      "White - Other",
                                                      "Asian or Asian British",
                                                      "Black or Black British - African",
                                                      "Asian - Chinese"};
    return rng_chance(rng, 70) ? "Not stated" : words[p->heritage];
}

/* The NHS number as a worker typed it: most often right, at times the husband's or wife's, the old one after a new was
 * given. */
static uint64_t stated_nhs_number(struct job *job, const struct person *p, struct rng *rng, unsigned *faults)
{
    unsigned draw = rng_below(rng, 1000);
    if (draw < 6) {
        const struct household *h = &job->people.households[p->household];
        const struct person *other = &job->people.people[h->first + rng_below(rng, h->count)];
        if (other != p && other->nhs_number) {
            *faults |= FAULT(OTHERS_NUMBER);
            return other->nhs_number;
        }
    }
    if (p->superseded_nhs_number && draw < 700)
        return p->superseded_nhs_number;
    return draw < 560 ? p->nhs_number : 0;
}

static void care_record(struct job *job, const struct person *p, unsigned which, bool writes_notes)
{
    static const char *const genders[2] = {"Female", "Male"};
    static const char *const mobilities[] = {"Independent", "Walks with aid", "Wheelchair user",
                                             "Needs help to transfer", "Cared for in bed"};
    const struct household *h = &job->people.households[p->household];
    uint64_t number = record_number(p, SOURCE_CARE, which);
    struct rng rng = record_rng(job, number);
    int32_t today = job->county->today;
    bool care_home = h->kind == HOUSEHOLD_CARE_HOME;
    enum spoil spoil = draw_spoil(&rng);
    bool spoil_lasts = rng_chance(&rng, 600), repeated = rng_rare(&rng, 1500);
    int32_t start = today - rng_between(&rng, 5, 2400);
    if (start < p->arrived)
        start = p->arrived + 20;
    bool closed = which > 0 || rng_chance(&rng, 260), open = !closed && !p->died;
    int32_t ended = start + 30 + (int32_t)rng_below(&rng, (uint32_t)(today - start > 60 ? today - start - 40 : 10));
    bool says_died = rng_chance(&rng, 780), has_uprn = rng_chance(&rng, 620);
    unsigned own_faults = which ? FAULT(DUPLICATE) : 0;
    uint64_t stated = stated_nhs_number(job, p, &rng, &own_faults);
    char key[24], nhs[24] = "", equipment[200], worker[64], carer[120] = "", team[80], package[80] = "",
                  uprn_text[24] = "";
    words_put(key, sizeof key, "AS%08u", scattered(job, SOURCE_CARE, (uint64_t)p->id * 4 + which));
    if (stated)
        words_put(nhs, sizeof nhs, "%llu", (unsigned long long)stated);
    equipment_text(p, &rng, equipment);
    staff_name(job, &rng, worker);
    const char *reason = support_reason(p, &rng), *white = ethnicity(p, &rng);
    static const char *const ties[2][4] = {{"daughter", "niece", "neighbour", "sister"},
                                           {"son", "nephew", "neighbour", "brother"}};
    if (h->count > 1 && h->kind < HOUSEHOLD_KINDS && rng_chance(&rng, 700)) {
        const struct person *other = &job->people.people[h->first + (&job->people.people[h->first] == p ? 1 : 0)];
        words_put(carer, sizeof carer, "%s %s (%s)", other->known_as ? other->known_as : other->given, other->family,
                  other->child || age_at(other, today) + 16 < age_at(p, today) ? "child" : "partner");
    } else if (rng_chance(&rng, 500)) {
        char family[NAME_SIZE];
        names_family(job->county->names, &rng, HERITAGE_BRITISH, family);
        enum sex sex = rng_chance(&rng, 650) ? FEMALE : MALE;
        const char *given = names_given(job->county->names, &rng, sex, 1970, HERITAGE_BRITISH);
        words_put(carer, sizeof carer, "%s %s (%s)", given, rng_chance(&rng, 450) ? p->family : family,
                  rng_pick(&rng, ties[sex]));
    }
    words_put(team, sizeof team, "%s locality team",
              world_district_name(world_district(job->county->world, job->people.block)));
    if (care_home)
        words_put(package, sizeof package, "%s", rng_chance(&rng, 300) ? "Nursing care" : "Residential care");
    else if (open && rng_chance(&rng, 720))
        words_put(package, sizeof package, "Home care, %d hours a week", rng_between(&rng, 3, 28));
    int smokes = rng_chance(&rng, 620) ? p->smoker : -1;
    bool alone_known = rng_chance(&rng, 900), known_as_said = rng_chance(&rng, 450),
         gender_unknown = rng_rare(&rng, 12000), accents_lost = rng_chance(&rng, 350);
    bool mail = rng_chance(&rng, 220), phone_said = rng_chance(&rng, 820), mobile = rng_chance(&rng, 350);
    unsigned months = 0, faults = 0;
    uint64_t uprn = 0;
    struct view v;
    for (unsigned month = 0; month < MONTHS; month++) {
        int32_t day = month_day(job, month);
        if (start > day || (p->died && p->died < day - 365))
            continue;
        view_make(&v, job->county, &job->people, p, &social_care, number, day, month == 1, ADDRESS_NO_TOWN);
        bool spoiled = spoil && (spoil_lasts || month == 0), dead = p->died && p->died <= day && says_died,
             blank = v.faults & FAULT(HALF_BLANK);
        struct sheet *sheet = &job->sheets[SOURCE_CARE][month];
        size_t from = sheet->out->len;
        char phone[24], name[2 * NAME_SIZE];
        sheet->spoil = spoiled ? spoil : SPOIL_NOTHING;
        sheet_text(sheet, key);
        sheet_text(sheet, blank ? "" : view_title(p, &v.rng, day));
        if (accents_lost)
            sheet_plain(v.given, name);
        sheet_text(sheet, accents_lost ? name : v.given);
        if (accents_lost)
            sheet_plain(v.family, name);
        sheet_required(sheet, accents_lost ? name : v.family);
        sheet_text(sheet, p->known_as && known_as_said && !(v.faults & FAULT(SHORT_NAME)) ? p->known_as : "");
        sheet_date(sheet, v.birth);
        sheet_event_date(sheet, dead ? p->died : NO_DAY);
        sheet_code(sheet, gender_unknown ? "Unknown" : genders[p->sex]);
        sheet_text(sheet, blank ? "" : white);
        sheet_text(sheet, blank ? "" : nhs);
        sheet_text(sheet, v.address);
        sheet_text(sheet, v.address[0] ? v.home->town : "");
        sheet_text(sheet, v.postcode);
        words_put(uprn_text, sizeof uprn_text, "%llu", (unsigned long long)v.home->uprn);
        sheet_text(sheet, has_uprn && v.address[0] ? uprn_text : "");
        sheet_text(sheet, phone_said ? phone_of(&v, mobile, phone) : "");
        sheet_text(sheet, mail ? v.email : "");
        sheet_code(sheet, reason);
        sheet_code(sheet, blank ? "" : mobilities[p->mobility]);
        sheet_yes_no(sheet, alone_known && !blank ? (h->count == 1 && !care_home) : -1);
        sheet_yes_no(sheet, blank ? -1 : p->oxygen);
        sheet_yes_no(sheet, blank ? -1 : p->hoist);
        sheet_yes_no(sheet, blank ? -1 : smokes);
        sheet_yes_no(sheet, blank ? -1 : p->hoarding);
        sheet_text(sheet, blank ? "" : equipment);
        sheet_text(sheet, p->communication);
        sheet_text(sheet, p->staff_safety);
        sheet_text(sheet, carer);
        sheet_text(sheet, dead ? "" : package);
        sheet_code(sheet, dead || (closed && ended <= day) ? "Closed"
                          : start > day - 60               ? "Assessment"
                          : start % 7 == 0                 ? "Review due"
                                                           : "Open");
        sheet_event_date(sheet, start);
        sheet_event_date(sheet, dead ? p->died : closed && ended <= day ? ended : NO_DAY);
        sheet_text(sheet, worker);
        sheet_text(sheet, team);
        sheet_end(sheet);
        if (repeated && !spoiled)
            repeat_row(sheet, from);
        months |= 1u << month;
        faults |= v.faults | own_faults | (spoiled ? FAULT(FAILS_CONTRACT) : 0) | (repeated ? FAULT(REPEATED) : 0);
        uprn = v.home->uprn;
    }
    truth_record(job, SOURCE_CARE, key, p, uprn, months, faults);
    if (months && writes_notes)
        write_notes(job, p, number, key, open);
}

void write_care(struct job *job, const struct person *p)
{
    struct rng rng = record_rng(job, record_number(p, SOURCE_CARE, 63));
    const struct household *h = &job->people.households[p->household];
    int age = age_at(p, job->county->today);
    uint32_t chance = h->kind == HOUSEHOLD_CARE_HOME ? 780
                      : h->kind == HOUSEHOLD_HOSTEL  ? 260
                      : age < 18                     ? 0
                      : age < 65                     ? 14
                      : age < 75                     ? 60
                      : age < 85                     ? 170
                                                     : 400;
    if (p->mobility || p->dementia)
        chance = chance * 3 / 2 + 60;
    if (p->learning_disability && age >= 18)
        chance += 500;
    else if (p->hoarding || p->oxygen)
        chance += 120;
    if (age < 18 || !rng_chance(&rng, chance))
        return;
    bool twice = rng_chance(&rng, 18);
    care_record(job, p, 0, true);
    if (twice)
        care_record(job, p, 1, rng_chance(&rng, 400));
}

/* ---- Concessionary bus passes ---- */

static void bus_pass(struct job *job, const struct person *p, unsigned which, bool disabled, bool replaced)
{
    uint64_t number = record_number(p, SOURCE_BUS, which);
    struct rng rng = record_rng(job, number);
    int32_t today = job->county->today;
    enum spoil spoil = draw_spoil(&rng);
    if (spoil == SPOIL_REQUIRED && rng_chance(&rng, 500))
        spoil = SPOIL_CODE;
    bool spoil_lasts = rng_chance(&rng, 600), says_died = rng_chance(&rng, 520), companion = rng_chance(&rng, 150),
         lapsed = rng_chance(&rng, 45);
    int32_t issued = today - rng_between(&rng, 3, 1700);
    if (which == 0 && replaced)
        issued -= 300;
    if (issued < p->arrived)
        issued = p->arrived + 15;
    char key[24], phone[24];
    words_put(key, sizeof key, "633597%08u", scattered(job, SOURCE_BUS, (uint64_t)p->id * 4 + which));
    bool mail = rng_chance(&rng, 640), call = rng_chance(&rng, 700), mobile = rng_chance(&rng, 500),
         no_title = rng_chance(&rng, 200);
    unsigned months = 0, faults = 0;
    uint64_t uprn = 0;
    struct view v;
    for (unsigned month = 0; month < MONTHS; month++) {
        int32_t day = month_day(job, month);
        if (!is_here(p, day) || issued > day || (p->died && p->died < issued))
            continue;
        view_make(&v, job->county, &job->people, p, &bus_care, number, day, month == 1, ADDRESS_FULL);
        bool spoiled = spoil && (spoil_lasts || month == 0), dead = p->died && p->died <= day - 14 && says_died;
        struct sheet *sheet = &job->sheets[SOURCE_BUS][month];
        sheet->spoil = spoiled ? spoil : SPOIL_NOTHING;
        sheet_text(sheet, key);
        sheet_code(sheet, !disabled   ? "Older person"
                          : companion ? "Disabled person with companion"
                                      : "Disabled person");
        sheet_text(sheet, no_title ? "" : view_title(p, &v.rng, day));
        sheet_text(sheet, v.given);
        sheet_required(sheet, v.family);
        sheet_date(sheet, v.birth);
        sheet_text(sheet, v.address);
        sheet_text(sheet, v.postcode);
        sheet_text(sheet, mail ? v.email : "");
        sheet_text(sheet, call ? phone_of(&v, mobile, phone) : "");
        sheet_event_date(sheet, issued);
        sheet_event_date(sheet, issued + 1826);
        sheet_code(sheet, dead                     ? "Holder deceased"
                          : which == 0 && replaced ? "Hotlisted"
                          : lapsed                 ? "Expired"
                                                   : "Active");
        sheet_end(sheet);
        months |= 1u << month;
        faults |= v.faults | (spoiled ? FAULT(FAILS_CONTRACT) : 0) | (which ? FAULT(DUPLICATE) : 0);
        uprn = v.home->uprn;
    }
    truth_record(job, SOURCE_BUS, key, p, uprn, months, faults);
}

void write_bus(struct job *job, const struct person *p)
{
    struct rng rng = record_rng(job, record_number(p, SOURCE_BUS, 63));
    const struct household *h = &job->people.households[p->household];
    int age = age_at(p, job->county->today);
    bool older = age >= 66, care = h->kind == HOUSEHOLD_CARE_HOME;
    bool disabled = !older && age >= 5 && (p->learning_disability || p->mobility >= MOBILITY_WHEELCHAIR);
    if (!rng_chance(&rng, older ? (care ? 240 : 790) : disabled ? 560 : age >= 18 ? 12 : 0))
        return;
    bool replaced = rng_chance(&rng, 45);
    bus_pass(job, p, 0, !older, replaced);
    if (replaced)
        bus_pass(job, p, 1, !older, true);
}
