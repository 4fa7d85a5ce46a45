/* extracts_notes.c: what people write: case notes of social care, and the police's vulnerability notices.
 *
 * A note is three to six sentences from a list for its kind, with the client's own name, needs and home in them, so
 * that reading it agrees with the other records. Names in the notes' columns are the client system's own for most
 * clients; for others the note was typed elsewhere and has faults of its own. */
#include "sample/extracts.h"

#include <stdio.h>
#include <string.h>

static const struct care note_care = {
    .mistyped = 24,
    .misheard = 28,
    .initial = 8,
    .middle_name = 6,
    .swapped = 4,
    .misdated = 26,
    .default_date = 5,
    .no_date = 50,
    .short_name = 640,
    .previous_name = 520,
    .half_name = 250,
    .title_in_name = 4,
    .old_address = 260,
    .postcode_wrong = 8,
    .no_postcode = 80,
};
static const struct care police_care = {
    .mistyped = 36,
    .misheard = 105,
    .initial = 4,
    .middle_name = 14,
    .swapped = 12,
    .misdated = 56,
    .default_date = 22,
    .no_date = 320,
    .short_name = 680,
    .previous_name = 350,
    .half_name = 350,
    .old_address = 240,
    .address_mistyped = 70,
    .postcode_wrong = 30,
    .no_postcode = 380,
};

enum note_kind {
    NOTE_ASSESSMENT,
    NOTE_REVIEW,
    NOTE_VISIT,
    NOTE_CALL,
    NOTE_SAFEGUARDING,
    NOTE_THERAPY,
    NOTE_CARER,
    NOTE_DISCHARGE,
    NOTE_KINDS
};
static const char *const note_kinds[NOTE_KINDS] = {
    "Assessment",           "Review",        "Home visit",        "Telephone call", "Safeguarding enquiry",
    "Occupational therapy", "Carer contact", "Hospital discharge"};

/* {n} the name used, {t} title and family name, {s} he or she, {S} He or She, {h} his or her, {o} him or her, {d} a
 * number of days. */
static const char *const sentences[NOTE_KINDS][9] = {
    {"Care Act assessment completed with {n} at home.",
     "{S} says the main difficulty is getting washed and dressed before the carers come.",
     "{S} wants to stay in {h} own home, \"as long as I can manage the stairs\".",
     "Outcomes agreed: nutrition, personal hygiene, keeping the home safe.",
     "Eligible needs found in three outcomes; support plan to follow within {d} days.",
     "{n} was able to take part fully and retain the information.", "Financial assessment form left with {t}.",
     "Advocate offered and declined.", "Family not present, with {n}'s agreement."},
    {"Annual review held with {n}.", "The present package meets {h} needs; no change.",
     "{S} asked for the morning call to be half an hour later.",
     "{n} has lost weight since the last review; GP asked to see {o}.", "Pendant alarm tested, works.",
     "Care agency reports two missed calls in the last month; taken up with them.",
     "{t} is pleased with the regular carer and would not want another.",
     "Next review in twelve months, or sooner if things change.", "Direct payment considered and declined."},
    {"Visited {n} at home; {s} was up and dressed.", "House warm, kitchen clean, little food in the fridge.",
     "{S} had slipped in the bathroom on Tuesday, no injury.", "Smoke alarm in the hall was chirping; battery low.",
     "We talked about the day centre; {s} will think about it.",
     "{n} did not recognise me at first and became upset, settled over a cup of tea.",
     "No answer at first; neighbour has the key.", "Post piled up behind the door, some of it final demands.",
     "{S} keeps the front door on the latch at night."},
    {"{n} rang to ask when the equipment will come.", "Returned a call from {t}; no reply, message left.",
     "Daughter rang, worried about {n}'s memory.", "{S} is out of medication until Friday; pharmacy will deliver.",
     "Carer did not arrive this morning; agency says the car broke down.",
     "{n} asked for large print letters in future.",
     "Call from the surgery: blood results need a visit within {d} days.",
     "{S} sounded breathless on the telephone; advised to ring 111.", "Spoke to {n} about the bus pass renewal."},
    {"Concern raised by the care agency about money missing from the home.", "{n} does not wish to involve the police.",
     "Section 42 criteria met; enquiry opened.", "{S} says {h} nephew \"borrows\" the bank card.",
     "Interim plan: card kept by the bank, two visits a week.", "Spoke to {t} alone and in private.",
     "{S} has capacity to decide about contact with family.",
     "Strategy discussion within {d} days with police and the surgery.",
     "Outcome: risk reduced, {n} satisfied with what was done."},
    {"Moving and handling assessment in the home.", "Bath lift no longer safe; level access shower recommended.",
     "Grab rails ordered for the front step and the toilet.", "{n} managed the transfer with one person and a frame.",
     "Chair raisers fitted, height right.", "Bed too low for {o}; hospital bed requested.",
     "Ramp at the back door would be needed for the wheelchair.", "{S} practised with the turner and felt safe.",
     "Follow-up in {d} days."},
    {"Carer is tired and not sleeping; up three times a night.", "Carer's assessment offered.",
     "Respite week discussed for the spring.", "Carer asked what happens \"if I go into hospital\".",
     "Emergency plan written and left on the fridge.", "Sitting service for two hours on Wednesdays agreed.",
     "Carer has given up part-time work.", "Told about Carers Matter and the helpline.",
     "{n} finds it hard when the carer goes out."},
    {"{n} is ready for discharge from the Norfolk and Norwich; home first.",
     "Four calls a day for {d} days, then review.", "{S} walks with a frame and one person.",
     "Key safe number given to the agency.", "Medication changed: list sent to the surgery.",
     "Ward says {s} was confused at night.", "Transport booked for the afternoon.",
     "Reablement started on the day of discharge.", "Heating checked by the neighbour before {n} came home."},
};

static void fill_in(const char *pattern, const struct person *p, const char *name, unsigned days, char *out,
                    size_t *length, size_t size)
{
    bool he = p->sex == MALE;
    for (const char *at = pattern; *at && *length + 80 < size; at++) {
        char word[80];
        if (*at != '{' || at[1] == 0 || at[2] != '}') {
            out[(*length)++] = *at;
            continue;
        }
        switch (at[1]) {
        case 'n':
            words_put(word, sizeof word, "%s", name);
            break;
        case 't':
            words_put(word, sizeof word, "%s %s", he ? "Mr" : p->previous_family[0] ? "Mrs" : "Ms", p->family);
            break;
        case 's':
            words_put(word, sizeof word, "%s", he ? "he" : "she");
            break;
        case 'S':
            words_put(word, sizeof word, "%s", he ? "He" : "She");
            break;
        case 'h':
            words_put(word, sizeof word, "%s", he ? "his" : "her");
            break;
        case 'o':
            words_put(word, sizeof word, "%s", he ? "him" : "her");
            break;
        default:
            words_put(word, sizeof word, "%u", days);
        }
        size_t count = strlen(word);
        memcpy(out + *length, word, count);
        *length += count;
        at += 2;
    }
    out[*length] = 0;
}

static void note_text(const struct person *p, enum note_kind kind, struct rng *rng, char *out, size_t size)
{
    const char *name = p->known_as ? p->known_as : p->given;
    size_t length = 0;
    unsigned count = 3 + rng_below(rng, 3), at = rng_below(rng, 7), days = 3 + rng_below(rng, 25);
    out[0] = 0;
    for (unsigned i = 0; i < count; i++, at += 2) {
        if (length)
            out[length++] = i == 2 && rng_chance(rng, 400) ? '\n' : ' ';
        fill_in(sentences[kind][i == 0 ? rng_below(rng, 2) : 2 + at % 7], p, name, days, out, &length, size);
    }
    static const struct {
        const char *text;
        unsigned chance;
    } asides[] = {
        {" Oxygen in use in the living room; no smoking sign on the door.", 500},
        {" Hoarding: stairs blocked with newspapers, one chair free.", 650},
        {" {S} smokes in bed; burn marks on the blanket.", 260},
        {" Hoist used with two carers.", 300},
        {" {S} forgets that the cooker is on.", 260},
    };
    const bool there[] = {p->oxygen, p->hoarding, p->smoker, p->hoist, p->dementia};
    for (size_t i = 0; i < countof(asides); i++)
        if (there[i] && rng_chance(rng, asides[i].chance))
            fill_in(asides[i].text, p, name, days, out, &length, size);
}

void write_notes(struct job *job, const struct person *p, uint64_t client_number, const char *client_id, bool open)
{
    struct rng rng = record_rng(job, client_number ^ 0x6e6f7465);
    int32_t today = job->county->today;
    unsigned count = 2 + rng_below(&rng, 10) + (open ? rng_below(&rng, 14) : 0);
    bool own_spelling = rng_chance(&rng, 520);
    char authors[3][64];
    for (unsigned i = 0; i < 3; i++)
        staff_name(job, &rng, authors[i]);
    for (unsigned i = 0; i < count; i++) {
        /* Open cases have more of their notes lately. */
        int32_t written =
            today - 1 - (int32_t)(open ? rng_below(&rng, 40) * (1 + rng_below(&rng, 24)) : 35 + rng_below(&rng, 1000));
        unsigned month = written <= job->county->month_ago ? 0 : 1;
        static const uint16_t shares[NOTE_KINDS] = {90, 110, 250, 300, 40, 80, 70, 60};
        enum note_kind kind = (enum note_kind)rng_weighted(&rng, shares, NOTE_KINDS, 1000);
        char text[1600], key[24];
        uint64_t number = record_number(p, SOURCE_NOTES, i);
        struct rng own = record_rng(job, number ^ client_number << 20);
        note_text(p, kind, &own, text, sizeof text);
        enum spoil spoil = draw_spoil(&own);
        words_put(key, sizeof key, "N%09u",
                  scattered(job, SOURCE_NOTES, ((uint64_t)p->id * 2 + (client_number & 1)) * 32 + i));
        if ((p->died && written > p->died) || (p->arrived && written < p->arrived))
            continue;
        struct view v;
        view_make(&v, job->county, &job->people, p, &note_care,
                  own_spelling ? number : record_number(p, SOURCE_NOTES, 62), written, false, ADDRESS_NO_TOWN);
        struct sheet *sheet = &job->sheets[SOURCE_NOTES][month];
        sheet->spoil = spoil;
        sheet_text(sheet, key);
        sheet_text(sheet, client_id);
        sheet_text(sheet, v.given);
        sheet_required(sheet, v.family);
        sheet_date(sheet, v.birth);
        sheet_text(sheet, v.postcode);
        sheet_event_date(sheet, written);
        sheet_code(sheet, note_kinds[kind]);
        sheet_text(sheet, authors[rng_below(&rng, 3)]);
        sheet_text(sheet, text);
        sheet_end(sheet);
        truth_record(job, SOURCE_NOTES, key, p, v.home->uprn, 1u << month,
                     v.faults | (spoil ? FAULT(FAILS_CONTRACT) : 0));
    }
}

/* ---- Police ---- */

static const char *const vulnerabilities[] = {"Mental health",  "Self-neglect",     "Hoarding",
                                              "Domestic abuse", "Exploitation",     "Dementia, missing",
                                              "Fraud victim",   "Alcohol or drugs", "Homelessness"};
static const char *const narratives[9][2] = {
    {"Called by a passer-by. {S} said {s} had not slept for {d} days and wanted to be left alone. Crisis team "
     "informed.",
     "Welfare check after a call from family. {S} was tearful but engaged. Left with a friend."},
    {"No heating, no food in the house. {S} had not washed for some time. Officers made {o} a hot drink and called the "
     "duty social worker.",
     "Neighbour reported not seeing {o} for {d} days. Found on the settee, weak, refused ambulance."},
    {"Entry to the address difficult, belongings to ceiling height in each room. Serious fire risk if a candle is used "
     "as {s} told us.",
     "Attended with the landlord. Rooms full, cooker covered with paper. {S} was upset at any talk of clearing."},
    {"Verbal argument heard by neighbours. {S} gave an account alone. Children asleep upstairs. Risk assessment "
     "completed.",
     "Third call in {d} days to this address. {S} declined a statement. Safeguarding referral made."},
    {"Young people seen coming and going at night. {S} seems afraid of them and would not say who they are.",
     "{S} had no money left after \"friends\" stayed. Possible cuckooing."},
    {"Found in night clothes near the bus station, confused, thought it was 1974. Taken home.",
     "Reported missing by carer at 0300, found by the river within the hour, cold but unhurt."},
    {"Paid £4,000 to a man who said he was from the bank. Card handed to a courier. Bank informed.",
     "Roofers took {o} to the cash machine twice. {S} is embarrassed and asked that family not be told."},
    {"Found asleep outside a shop. Smelled strongly of drink. Had been discharged the day before.",
     "{S} said {s} uses every day and wants help. Leaflet and number given."},
    {"Sleeping in a tent by the marsh. {S} said the tenancy ended {d} days ago. Council out-of-hours rung.",
     "Asked to move on from the car park. No fixed address, gave the address of {h} sister."},
};

void write_police(struct job *job, const struct person *p)
{
    struct rng rng = record_rng(job, record_number(p, SOURCE_POLICE, 63));
    const struct household *h = &job->people.households[p->household];
    int32_t today = job->county->today;
    int age = age_at(p, today);
    uint32_t chance = h->kind == HOUSEHOLD_HOSTEL ? 240 : h->kind == HOUSEHOLD_CARE_HOME ? 12 : age < 12 ? 3 : 18;
    if (p->hoarding || p->learning_disability || p->staff_safety)
        chance += 110;
    if (p->dementia && h->kind < HOUSEHOLD_KINDS)
        chance += 70;
    if (!rng_chance(&rng, chance))
        return;
    unsigned count = 1 + (rng_chance(&rng, 240) ? 1 + rng_below(&rng, 2) : 0);
    for (unsigned i = 0; i < count; i++) {
        int32_t when = today - rng_between(&rng, 1, 1000);
        uint64_t number = record_number(p, SOURCE_POLICE, i);
        struct rng own = record_rng(job, number);
        if (!is_here(p, when) || (p->died && p->died <= when))
            continue;
        unsigned kind = p->hoarding && rng_chance(&own, 600)                   ? 2
                        : p->dementia && rng_chance(&own, 650)                 ? 5
                        : h->kind == HOUSEHOLD_HOSTEL && rng_chance(&own, 400) ? 8
                                                                               : rng_below(&own, 9);
        unsigned month = when <= job->county->month_ago ? 0 : 1;
        if (kind == 2 && !p->hoarding)
            kind = 0;
        if (kind == 5 && !p->dementia)
            kind = 6;
        struct view v;
        view_make(&v, job->county, &job->people, p, &police_care, number, when, false, ADDRESS_FREE);
        enum spoil spoil = draw_spoil(&own);
        char key[32], text[900], phone[24] = "", officer[40];
        size_t length = 0;
        words_put(key, sizeof key, "36/%08u/%02d", scattered(job, SOURCE_POLICE, (uint64_t)p->id * 8 + i),
                  (int)(1970 + when / 366) % 100);
        fill_in(narratives[kind][rng_below(&own, 2)], p, v.given, 2 + rng_below(&own, 9), text, &length, sizeof text);
        if (rng_chance(&own, 350))
            telephone_style(&own, v.mobile[0] ? v.mobile : v.landline, phone);
        words_put(officer, sizeof officer, "PC %u", 100 + rng_below(&own, 1900));
        int guess = age_at(p, when);
        bool dated = v.birth != NO_DAY, aka = p->known_as && !(v.faults & FAULT(SHORT_NAME)) && rng_chance(&own, 300),
             sex_known = rng_chance(&own, 960);
        guess = dated ? guess : (guess + (int)rng_below(&own, 11) - 5 + 2) / 5 * 5;
        bool partial = !dated && rng_chance(&own, 250), no_place = rng_chance(&own, 90),
             address_only = rng_chance(&own, 500);
        struct sheet *sheet = &job->sheets[SOURCE_POLICE][month];
        sheet->spoil = spoil;
        sheet_text(sheet, key);
        sheet_event_date(sheet, when);
        sheet_required(sheet, v.family);
        sheet_name(sheet, v.given);
        sheet_name(sheet, aka ? p->known_as : "");
        if (partial && sheet->spoil == SPOIL_NOTHING)
            sheet_number(sheet, 1970 + p->birth / 365 - (p->birth < 0)); /* only the year, as given */
        else
            sheet_date(sheet, v.birth);
        if (guess < 0 || (dated && rng_chance(&own, 600)))
            sheet_blank(sheet);
        else
            sheet_number(sheet, guess);
        sheet_code(sheet, !sex_known ? "Not known" : p->sex == MALE ? "Male" : "Female");
        sheet_name(sheet, no_place ? "" : v.address);
        sheet_text(sheet, no_place || address_only ? "" : v.postcode);
        sheet_text(sheet, phone);
        sheet_code(sheet, vulnerabilities[kind]);
        sheet_code(sheet, rng_chance(&own, 620) ? "Standard" : rng_chance(&own, 700) ? "Medium" : "High");
        sheet_name(sheet, p->staff_safety && rng_chance(&own, 600) ? p->staff_safety : "");
        sheet_text(sheet, text);
        sheet_text(sheet, officer);
        sheet_end(sheet);
        truth_record(job, SOURCE_POLICE, key, p, v.home->uprn, 1u << month,
                     v.faults | (spoil ? FAULT(FAILS_CONTRACT) : 0));
    }
}
