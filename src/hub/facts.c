/* Values are grouped by their plain form (folded text, or the date), names and addresses also when one holds the
 * other's words; a group's face is its fullest value. Groups are then ranked; the winner is the fact, the others stand
 * below it. */
#include "hub/facts.h"

#include "base/text.h"
#include "hub/reading.h"
#include "link/address.h"

#include <stdlib.h>

struct date record_day(const struct view_record *record, struct date today)
{
    const struct view_field *event = record_field(record, ATTRIBUTE_EVENT_DATE);
    const struct view_field *until = record_field(record, ATTRIBUTE_RESIDENCE_UNTIL);
    struct date day = event ? read_iso(event->raw) : NO_DATE;
    if (!date_known(day) && until) {
        day = read_iso(until->raw);
        if (date_compare(day, today) >= 0)
            day = NO_DATE;
    }
    if (date_known(day))
        return day;
    if (date_known(record->evidence.confirmed))
        return record->evidence.confirmed;
    return date_known(record->evidence.as_at) ? record->evidence.as_at : date_of_time(record->evidence.received_at);
}

enum ranking { RANK_AGREED, RANK_FRESHEST };

/* Attributes of the summary; what is told elsewhere in the view (markers, events, homes) or of one service only is left
 * out. */
static bool in_summary(enum attribute attribute, enum ranking *ret)
{
    switch (attribute) {
    case ATTRIBUTE_PERSON_TELEPHONE:
    case ATTRIBUTE_PERSON_EMAIL:
    case ATTRIBUTE_PERSON_CARER:
    case ATTRIBUTE_PLACE_UPRN:
    case ATTRIBUTE_PLACE_ADDRESS:
    case ATTRIBUTE_PLACE_POSTCODE:
    case ATTRIBUTE_PLACE_TENURE:
        *ret = RANK_FRESHEST;
        return true;
    case ATTRIBUTE_PERSON_TITLE:
    case ATTRIBUTE_PERSON_GIVEN_NAME:
    case ATTRIBUTE_PERSON_MIDDLE_NAMES:
    case ATTRIBUTE_PERSON_FAMILY_NAME:
    case ATTRIBUTE_PERSON_FULL_NAME:
    case ATTRIBUTE_PERSON_PREVIOUS_FAMILY_NAME:
    case ATTRIBUTE_PERSON_KNOWN_AS:
    case ATTRIBUTE_PERSON_BIRTH_DATE:
    case ATTRIBUTE_PERSON_DEATH_DATE:
    case ATTRIBUTE_PERSON_SEX:
    case ATTRIBUTE_PERSON_ETHNICITY:
    case ATTRIBUTE_PERSON_NHS_NUMBER:
    case ATTRIBUTE_PERSON_SUPERSEDED_NHS_NUMBER:
        *ret = RANK_AGREED;
        return true;
    default:
        return false;
    }
}

struct group {
    struct slice plain; /* of its face */
    struct view_value face;
    size_t records;
    struct slice *sources; /* distinct names: fifteen notes of one service are one voice */
    size_t source_count;
    bool verified;
    struct date day;     /* the latest */
    struct slice source; /* of the face */
};

static struct slice plain_form(enum attribute attribute, struct slice raw, struct arena *arena)
{
    if (attribute == ATTRIBUTE_PLACE_ADDRESS) {
        struct slice *words;
        size_t count = address_words(arena, raw, &words);
        return arena_join(arena, words, count, S(" "));
    }
    if (attribute == ATTRIBUTE_PERSON_SEX) {
        struct slice letters = text_letters(arena, raw);
        return slice_part(letters, 0, 1); /* F, Female */
    }
    if (attribute == ATTRIBUTE_PERSON_TELEPHONE || attribute == ATTRIBUTE_PLACE_POSTCODE)
        return text_letters(arena, raw);
    return text_fold(arena, raw);
}

/* Is `shorter` the beginning of `longer`, at a word's end? */
static bool begins(struct slice longer, struct slice shorter)
{
    return slice_starts(longer, shorter) && (longer.len == shorter.len || longer.at[shorter.len] == ' ');
}

static bool same_group(enum attribute attribute, struct slice a, struct slice b)
{
    if (slice_equal(a, b))
        return true;
    if (attribute == ATTRIBUTE_PERSON_GIVEN_NAME || attribute == ATTRIBUTE_PLACE_ADDRESS)
        return begins(a, b) || begins(b, a);
    return false;
}

/* Above 0: a is better. */
static int compare_groups(const struct group *a, const struct group *b, enum ranking ranking)
{
    if (a->verified != b->verified)
        return a->verified ? 1 : -1;
    int day = date_compare(a->day, b->day);
    int count = (a->source_count > b->source_count) - (a->source_count < b->source_count);
    if (count == 0)
        count = (a->records > b->records) - (a->records < b->records);
    int first = ranking == RANK_FRESHEST ? day : count, second = ranking == RANK_FRESHEST ? count : day;
    if (first || second)
        return first ? first : second;
    int source = slice_compare(b->source, a->source);
    return source ? source : slice_compare(b->plain, a->plain);
}

struct said {
    size_t records;
    struct slice *sources;
    size_t source_count;
};

static void add_source(struct slice *sources, size_t *count, struct slice source)
{
    for (size_t i = 0; i < *count; i++)
        if (slice_equal(sources[i], source))
            return;
    sources[(*count)++] = source;
}

static struct slice rule_words(const struct group *best, size_t groups, const struct said *said, enum ranking ranking,
                               struct arena *arena)
{
    if (best->verified)
        return S("verified by its owner");
    if (said->records == 1)
        return S("the only record that says so");
    if (groups == 1 && said->source_count == 1)
        return said->records == 2 ? S("both records of the only source agree")
                                  : arena_format(arena, "all %zu records of the only source agree", said->records);
    if (groups == 1 && said->source_count == 2)
        return S("both sources agree");
    if (groups == 1)
        return arena_format(arena, "all %zu sources agree", said->source_count);
    if (ranking == RANK_FRESHEST)
        return S("the freshest");
    if (said->source_count == 1)
        return arena_format(arena, "%zu of %zu records of the only source say so", best->records, said->records);
    return arena_format(arena, "%zu of %zu sources say so", best->source_count, said->source_count);
}

static size_t attribute_groups(const struct view_record *records, size_t count, enum attribute attribute,
                               struct date today, struct arena *arena, struct group *groups, struct said *ret_said)
{
    size_t group_count = 0;
    *ret_said = (struct said){.sources = arena_array(arena, struct slice, count + 1)};
    for (size_t i = 0; i < count; i++)
        for (size_t f = 0; f < records[i].field_count; f++) {
            const struct view_field *field = &records[i].fields[f];
            if (field->column->attribute != attribute)
                continue;
            struct slice plain = plain_form(attribute, field->raw, arena);
            struct date day = record_day(&records[i], today);
            struct group *group = NULL;
            struct slice source = records[i].evidence.source->name;
            ret_said->records++;
            add_source(ret_said->sources, &ret_said->source_count, source);
            for (size_t g = 0; g < group_count && !group; g++)
                if (same_group(attribute, groups[g].plain, plain))
                    group = &groups[g];
            if (!group) {
                group = &groups[group_count++];
                *group = (struct group){.plain = plain,
                                        .face = {field->value, i, f},
                                        .sources = arena_array(arena, struct slice, count + 1),
                                        .day = NO_DATE,
                                        .source = source};
            } else if (plain.len > group->plain.len || (field->column->verified && !group->verified)) {
                group->plain = plain;
                group->face = (struct view_value){field->value, i, f};
                group->source = source;
            }
            group->records++;
            add_source(group->sources, &group->source_count, source);
            group->verified = group->verified || field->column->verified;
            if (date_compare(day, group->day) > 0)
                group->day = day;
        }
    return group_count;
}

void facts_make(const struct view_record *records, size_t count, struct date today, struct arena *arena,
                struct view_fact **ret, size_t *ret_count)
{
    struct view_fact *facts = arena_array(arena, struct view_fact, ATTRIBUTE_COUNT);
    size_t fact_count = 0, fields = 1;
    bool named = false;
    for (size_t i = 0; i < count; i++)
        fields += records[i].field_count;
    struct group *groups = arena_array(arena, struct group, fields);
    for (int a = 0; a < ATTRIBUTE_COUNT; a++) {
        enum attribute attribute = (enum attribute)a;
        enum ranking ranking;
        struct said said;
        if (!in_summary(attribute, &ranking))
            continue;
        size_t group_count = attribute_groups(records, count, attribute, today, arena, groups, &said);
        if (group_count == 0)
            continue;
        named = named || attribute == ATTRIBUTE_PERSON_FAMILY_NAME;
        if (attribute == ATTRIBUTE_PERSON_FULL_NAME && named)
            continue; /* "MR J SMITH" beside the names in full adds nothing; it stands with its record */
        size_t best = 0;
        for (size_t g = 1; g < group_count; g++)
            if (compare_groups(&groups[g], &groups[best], ranking) > 0)
                best = g;
        struct view_fact *fact = &facts[fact_count++];
        *fact = (struct view_fact){.attribute = attribute,
                                   .title = attribute_title(attribute),
                                   .best = groups[best].face,
                                   .rule = rule_words(&groups[best], group_count, &said, ranking, arena),
                                   .agreeing = groups[best].records,
                                   .others = arena_array(arena, struct view_value, group_count)};
        for (size_t g = 0; g < group_count; g++)
            if (g != best)
                fact->others[fact->other_count++] = groups[g].face;
    }
    *ret = facts;
    *ret_count = fact_count;
}

static bool says_none(struct slice raw)
{
    static const char *const words[] = {"no",  "none",       "0",        "n", "false", "no known risk",
                                        "nil", "none known", "not known"};
    for (size_t i = 0; i < countof(words); i++)
        if (slice_equal_nocase(slice_trim(raw), slice_of(words[i])))
            return true;
    return raw.len == 0;
}

void markers_make(const struct view_record *records, size_t count, struct arena *arena, struct view_marker **ret,
                  size_t *ret_count)
{
    static const enum attribute attributes[] = {ATTRIBUTE_PERSON_DEATH_DATE, ATTRIBUTE_PERSON_STAFF_SAFETY,
                                                ATTRIBUTE_PERSON_COMMUNICATION};
    static const enum view_marker_kind kinds[] = {MARKER_DEATH, MARKER_STAFF_SAFETY, MARKER_COMMUNICATION};
    size_t fields = 1, marker_count = 0;
    for (size_t i = 0; i < count; i++)
        fields += records[i].field_count;
    struct view_marker *markers = arena_array(arena, struct view_marker, fields);
    for (size_t k = 0; k < countof(attributes); k++)
        for (size_t i = 0; i < count; i++)
            for (size_t f = 0; f < records[i].field_count; f++) {
                const struct view_field *field = &records[i].fields[f];
                bool known = field->column->attribute != attributes[k] || says_none(field->raw);
                for (size_t m = 0; m < marker_count && !known; m++)
                    known = markers[m].kind == kinds[k] && slice_equal_nocase(markers[m].value.value, field->value);
                if (!known)
                    markers[marker_count++] = (struct view_marker){kinds[k], {field->value, i, f}};
            }
    *ret = markers;
    *ret_count = marker_count;
}
