/* extracts.c: the shapes of the nine extracts, the truth, and the order of the work in a block. */
#include "sample/extracts.h"

#include "base/date.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
const struct source_form source_forms[SOURCES] = {
    [SOURCE_GAZETTEER] = {"gazetteer", "LLPG_HOMES_%.csv", DATES_YYYYMMDD, true,
        {',', SHEET_UTF8, SHEET_AS_IT_IS, DATES_ISO, true, "",
         "UPRN|USRN|SAO|PAO|STREET_DESCRIPTOR|LOCALITY|TOWN_NAME|POSTCODE|SINGLE_LINE_ADDRESS|PARISH|ADMINISTRATIVE_AREA|PROPERTY_KIND|BLPU_CLASS|ENTRY_DATE"}},
    [SOURCE_GP] = {"gp_list", "REGISTERED_PATIENTS_%.csv", DATES_YYYYMMDD, false,
        {',', SHEET_UTF8, SHEET_CAPITALS, DATES_YYYYMMDD, false, "",
         "NHS_NUMBER|OLD_NHS_NUMBER|SURNAME|FORENAMES|PREV_SURNAME|DOB|DOD|SEX|PRACTICE|DATE_REG|ADDRESS|POSTCODE|TEL|COMM_NEED"}},
    [SOURCE_CARE] = {"adult_social_care_clients", "ASC_CLIENTS_%.csv", DATES_YYYYMMDD, false,
        {',', SHEET_UTF8, SHEET_AS_IT_IS, DATES_SLASHES, false, "\xEF\xBB\xBF",
         "CLIENT_ID|TITLE|FIRST_NAME|LAST_NAME|KNOWN_AS|DOB|DOD|GENDER|ETHNICITY|NHS_NO|ADDRESS|TOWN|POSTCODE|UPRN|TELEPHONE|EMAIL|PRIMARY_SUPPORT_REASON|"
         "MOBILITY|LIVES_ALONE|HOME_OXYGEN|HOIST|SMOKER|HOARDING|EQUIPMENT|COMMUNICATION_NEED|STAFF_SAFETY|CARER|CARE_PACKAGE|STATUS|START_DATE|END_DATE|KEY_WORKER|TEAM"}},
    [SOURCE_NOTES] = {"adult_social_care_notes", "ASC_CASE_NOTES_%.csv", DATES_YYYYMMDD, false,
        {',', SHEET_UTF8, SHEET_AS_IT_IS, DATES_SLASHES, false, "\xEF\xBB\xBF",
         "NOTE_ID|CLIENT_ID|FIRST_NAME|LAST_NAME|DOB|POSTCODE|NOTE_DATE|NOTE_TYPE|AUTHOR|NOTE_TEXT"}},
    [SOURCE_HOUSING] = {"housing_tenancies", "tenants_all_districts_%.txt", DATES_MONTH_NAMES, false,
        {'|', SHEET_WINDOWS_1252, SHEET_AS_IT_IS, DATES_MONTH_NAMES, false, "",
         "TENANT ID|TENANCY REF|LANDLORD|TITLE|FORENAME|SURNAME|D.O.B.|TEL NO|EMAIL|UPRN|HOUSE|STREET|TOWN|POST CODE|DISTRICT|TENURE|PROPERTY TYPE|"
         "NO IN HOUSEHOLD|START DATE|END DATE"}},
    [SOURCE_COUNCIL_TAX] = {"council_tax", "CTAX_accounts_%.txt", DATES_YYYYMMDD, false,
        {'\t', SHEET_WINDOWS_1252, SHEET_CAPITALS, DATES_DOTS, false, "",
         "AccountRef|LiableName|JointName|UPRN|PropertyAddress|PropertyPostcode|BillingAuthority|Band|Discount|CTReduction|Email|LiableFrom|LiableTo"}},
    [SOURCE_FIRE] = {"fire_safety_visits", "HFSV log to %.csv", DATES_ISO, false,
        {',', SHEET_UTF8, SHEET_PLAIN, DATES_SLASHES, false, "",
         "Visit Ref|Date|Type|Crew|Occupier|Address|Postcode|UPRN|Phone|Occupants|Alarms Found|Alarms Fitted|Smoker|Oxygen|Clutter|Tenure|Outcome|Remarks"}},
    [SOURCE_POLICE] = {"police_vulnerability_notices", "PVP_notices_%.txt", DATES_YYYYMMDD, false,
        {'\t', SHEET_UTF16, SHEET_PLAIN, DATES_SLASHES, false, "\xFF\xFE",
         "Notice|Date|Surname|Forename|Also Known As|DOB|Approx Age|Sex|Address Stated|Postcode|Contact No|Vulnerability|Risk|Officer Safety|Narrative|Officer"}},
    [SOURCE_BUS] = {"bus_passes", "concessionary_passes_%.csv", DATES_ISO, false,
        {',', SHEET_UTF8, SHEET_AS_IT_IS, DATES_ISO, false, "",
         "pass_number|pass_type|title|first_name|last_name|date_of_birth|address|postcode|email|phone|issued|expires|status"}},
};
/* clang-format on */

void extract_path(enum source_number source, int32_t as_at, char out[96])
{
    static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                         "jul", "aug", "sep", "oct", "nov", "dec"};
    const struct source_form *form = &source_forms[source];
    struct date d = date_from_days(as_at);
    char day[24];
    if (form->file_dates == DATES_ISO)
        words_put(day, sizeof day, "%04d-%02d-%02d", d.year, d.month, d.day);
    else if (form->file_dates == DATES_MONTH_NAMES)
        words_put(day, sizeof day, "%s%02d", months[d.month - 1], d.year % 100);
    else
        words_put(day, sizeof day, "%04d%02d%02d", d.year, d.month, d.day);
    const char *mark = strchr(form->file, '%');
    must(mark != NULL);
    words_put(out, 96, "%04d-%02d/%.*s%s%s", d.year, d.month, (int)(mark - form->file), form->file, day, mark + 1);
}

struct rng record_rng(const struct job *job, uint64_t number)
{
    return rng_make(world_seed(job->county->world) ^ 0x7265636f, number);
}

uint32_t scattered(const struct job *job, enum source_number source, uint64_t number)
{
    uint64_t prime = source == SOURCE_NOTES ? 999999937u : 99999989u;
    uint64_t factor = rng_mix(world_seed(job->county->world), source) % (prime - 2) + 2; /* prime to a prime */
    return (uint32_t)((number % prime * factor + rng_mix(source, 7) % prime) % prime);
}

enum spoil draw_spoil(struct rng *rng)
{
    enum spoil spoil = (enum spoil)(1 + rng_below(rng, SPOIL_KINDS - 1));
    return rng_rare(rng, 3000) ? spoil : SPOIL_NOTHING;
}

void repeat_row(struct sheet *sheet, size_t from)
{
    struct out *out = sheet->out;
    size_t length = out->len - from;
    char copy[8192];
    if (length > sizeof copy)
        return;
    memcpy(copy, out->at + from, length);
    out_add(out, copy, length);
    sheet->rows++;
}

static void truth_line(struct out *out, const char *format, ...) PRINTF_LIKE(2, 3);
static void truth_line(struct out *out, const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    size_t length = words_vput(line, sizeof line, format, arguments);
    va_end(arguments);
    must(length < sizeof line - 1); /* nothing was cut */
    out_add(out, line, length);
}

void truth_record(struct job *job, enum source_number source, const char *key, const struct person *person,
                  uint64_t uprn, unsigned months, unsigned faults)
{
    if (!months)
        return;
    char words[320];
    size_t length = 0;
    words[0] = 0;
    for (unsigned i = 0; i < FAULT_COUNT; i++)
        if (faults & (1u << i))
            length +=
                (size_t)snprintf(words + length, sizeof words - length, "%s%s", length ? " " : "", fault_names[i]);
    char who[16] = "", home[24] = "";
    if (person)
        words_put(who, sizeof who, "P%08u", person->id);
    if (uprn)
        words_put(home, sizeof home, "%llu", (unsigned long long)uprn);
    truth_line(&job->truth_records, "%s,%s,%s,%s,%u,%u,%s\r\n", source_forms[source].name, key, who, home,
               months & 1 ? 1u : 2u, months & 2 ? 2u : 1u, words);
    job->records++;
}

void staff_name(const struct job *job, struct rng *rng, char out[64])
{
    char family[NAME_SIZE];
    names_family(job->county->names, rng, HERITAGE_BRITISH, family);
    const char *given = names_given(job->county->names, rng, rng_chance(rng, 760) ? FEMALE : MALE,
                                    rng_between(rng, 1964, 1998), HERITAGE_BRITISH);
    words_put(out, 64, "%.28s %.30s", given, family);
}

static void write_truth(struct job *job, const struct person *p)
{
    char tags[320], birth[16] = "", died[16] = "";
    size_t length = 0;
    tags[0] = 0;
    for (unsigned i = 0; i < TAG_COUNT; i++)
        if (p->tags & (1u << i))
            length += (size_t)snprintf(tags + length, sizeof tags - length, "%s%s", length ? " " : "", tag_names[i]);
    struct date b = date_from_days(p->birth), d = date_from_days(p->died);
    words_put(birth, sizeof birth, "%04d-%02d-%02d", b.year, b.month, b.day);
    if (p->died)
        words_put(died, sizeof died, "%04d-%02d-%02d", d.year, d.month, d.day);
    const struct household *h = &job->people.households[p->household];
    truth_line(&job->truth_people, "P%08u,%s,%s,%s,%s,%llu,%s,%s\r\n", p->id, p->given, p->family, birth,
               p->sex == MALE ? "M" : "F", (unsigned long long)job->people.homes[h->home].uprn, died, tags);
    const struct person *people = job->people.people;
    if (p->twin && &people[p->twin - 1] > p)
        truth_line(&job->truth_cases, "twin,P%08u,P%08u\r\n", p->id, people[p->twin - 1].id);
    if (p->namesake && &people[p->namesake - 1] > p)
        truth_line(&job->truth_cases, "father_son,P%08u,P%08u\r\n", p->id, people[p->namesake - 1].id);
    for (unsigned i = 0; i < TAG_COUNT; i++)
        if ((p->tags & (1u << i)) && i != TAG_TWIN && i != TAG_FATHER_SON)
            truth_line(&job->truth_cases, "%s,P%08u,\r\n", tag_names[i], p->id);
}

void job_start(struct job *job, const struct county *county)
{
    *job = (struct job){.county = county};
    for (unsigned s = 0; s < SOURCES; s++)
        for (unsigned m = 0; m < MONTHS; m++)
            job->sheets[s][m] = (struct sheet){.out = &job->text[s][m], .form = &source_forms[s].form};
}

void job_run(struct job *job, uint32_t block)
{
    struct block_people *people = &job->people;
    for (unsigned s = 0; s < SOURCES; s++)
        for (unsigned m = 0; m < MONTHS; m++) {
            job->text[s][m].len = 0;
            job->sheets[s][m].rows = 0;
        }
    job->truth_people.len = job->truth_records.len = job->truth_cases.len = 0;
    job->records = 0;
    people_make(job->county, block, people);
    write_gazetteer(job);
    for (unsigned i = 0; i < people->household_count; i++) {
        const struct household *h = &people->households[i];
        if (!h->count)
            continue;
        write_housing(job, h);
        write_council_tax(job, h);
        write_fire(job, h);
    }
    for (unsigned i = 0; i < people->people_count; i++) {
        const struct person *p = &people->people[i];
        write_truth(job, p);
        write_gp(job, p);
        write_care(job, p);
        write_police(job, p);
        write_bus(job, p);
    }
}

void job_free(struct job *job)
{
    for (unsigned s = 0; s < SOURCES; s++)
        for (unsigned m = 0; m < MONTHS; m++)
            out_free(&job->text[s][m]);
    out_free(&job->truth_people);
    out_free(&job->truth_records);
    out_free(&job->truth_cases);
}
