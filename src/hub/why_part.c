/* A comparison of the specification is called after one of its columns or has a name of its own; the columns that the
 * hub gives are few, so which attributes stand behind a comparison is one table. A comparison that is not in it shows
 * no values. */
#include "hub/why_part.h"

#include "hub/linked.h"

int tree_edge_order(const void *a, const void *b)
{
    const struct tree_edge *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

struct behind {
    const char *field, *title;
    enum attribute attributes[8];
};

static const struct behind fields[] = {
    {"given name",
     "Given name",
     {ATTRIBUTE_PERSON_GIVEN_NAME, ATTRIBUTE_PERSON_MIDDLE_NAMES, ATTRIBUTE_PERSON_KNOWN_AS, ATTRIBUTE_PERSON_FULL_NAME,
      ATTRIBUTE_NONE}},
    {"family name",
     "Family name",
     {ATTRIBUTE_PERSON_FAMILY_NAME, ATTRIBUTE_PERSON_PREVIOUS_FAMILY_NAME, ATTRIBUTE_PERSON_FULL_NAME, ATTRIBUTE_NONE}},
    {"home",
     "Home",
     {ATTRIBUTE_PLACE_UPRN, ATTRIBUTE_PLACE_ADDRESS, ATTRIBUTE_PLACE_BUILDING, ATTRIBUTE_PLACE_STREET,
      ATTRIBUTE_PLACE_POSTCODE, ATTRIBUTE_NONE}},
    {"birth date", "Date of birth", {ATTRIBUTE_PERSON_BIRTH_DATE, ATTRIBUTE_NONE}},
    /* Where no column says it, the title within a full name does. */
    {"sex", "Sex", {ATTRIBUTE_PERSON_SEX, ATTRIBUTE_PERSON_FULL_NAME, ATTRIBUTE_NONE}},
    {"NHS number", "NHS number", {ATTRIBUTE_PERSON_NHS_NUMBER, ATTRIBUTE_NONE}},
    {"telephone", "Telephone", {ATTRIBUTE_PERSON_TELEPHONE, ATTRIBUTE_NONE}},
    {"e-mail", "E-mail", {ATTRIBUTE_PERSON_EMAIL, ATTRIBUTE_NONE}},
    /* Comparisons that have no name of their own are called after their column. */
    {"given_name", "Given name", {ATTRIBUTE_PERSON_GIVEN_NAME, ATTRIBUTE_PERSON_FULL_NAME, ATTRIBUTE_NONE}},
    {"middle_names", "Middle names", {ATTRIBUTE_PERSON_MIDDLE_NAMES, ATTRIBUTE_NONE}},
    {"known_as", "Known as", {ATTRIBUTE_PERSON_KNOWN_AS, ATTRIBUTE_NONE}},
    {"family_name", "Family name", {ATTRIBUTE_PERSON_FAMILY_NAME, ATTRIBUTE_PERSON_FULL_NAME, ATTRIBUTE_NONE}},
    {"previous_family_name", "Previous family name", {ATTRIBUTE_PERSON_PREVIOUS_FAMILY_NAME, ATTRIBUTE_NONE}},
    {"birth_date", "Date of birth", {ATTRIBUTE_PERSON_BIRTH_DATE, ATTRIBUTE_NONE}},
    {"nhs_number", "NHS number", {ATTRIBUTE_PERSON_NHS_NUMBER, ATTRIBUTE_NONE}},
    {"agency_id", "Agency's own number", {ATTRIBUTE_PERSON_AGENCY_ID, ATTRIBUTE_NONE}},
    {"email", "E-mail", {ATTRIBUTE_PERSON_EMAIL, ATTRIBUTE_NONE}},
    {"address",
     "Address",
     {ATTRIBUTE_PLACE_ADDRESS, ATTRIBUTE_PLACE_BUILDING, ATTRIBUTE_PLACE_STREET, ATTRIBUTE_PLACE_TOWN, ATTRIBUTE_NONE}},
    {"postcode", "Postcode", {ATTRIBUTE_PLACE_POSTCODE, ATTRIBUTE_NONE}},
};

/* The title of "home × postcode" is "Home and postcode". */
static struct slice field_title(struct slice field, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    struct slice rest = field;
    while (rest.len) {
        size_t end = slice_search(rest, S(" × "));
        struct slice part = slice_part(rest, 0, end), title = part;
        rest = slice_part(rest, end + sizeof " × " - 1, rest.len);
        for (size_t i = 0; i < countof(fields); i++)
            if (slice_equal(part, slice_of(fields[i].field)))
                title = slice_of(fields[i].title);
        if (out.len) {
            buffer_add(&out, S(" and "));
            char first = title.len && title.at[0] >= 'A' && title.at[0] <= 'Z' && !slice_equal(title, S("NHS number"))
                             ? (char)(title.at[0] + 32)
                             : 0;
            if (first) {
                buffer_add_byte(&out, first);
                title = slice_part(title, 1, title.len);
            }
        }
        buffer_add(&out, title);
    }
    return buffer_slice(&out);
}

/* Every mapped column behind the field may be shown of this source. Notes them when `note` is set. */
static bool field_shown(struct reading *r, struct slice field, struct slice source_name, int64_t anchor,
                        enum age_group age, bool note)
{
    const struct reading_source *own = reading_source_of(r, source_name);
    struct slice rest = field;
    while (own && rest.len) {
        size_t end = slice_search(rest, S(" × "));
        struct slice part = slice_part(rest, 0, end);
        rest = slice_part(rest, end + sizeof " × " - 1, rest.len);
        const struct behind *behind = NULL;
        for (size_t i = 0; i < countof(fields); i++)
            if (slice_equal(part, slice_of(fields[i].field)))
                behind = &fields[i];
        if (!behind)
            return false;
        for (size_t a = 0; behind->attributes[a] != ATTRIBUTE_NONE; a++) {
            const struct column *column = source_attribute(own->source, behind->attributes[a]);
            if (column && !grant_shows(r->grant, source_name, column->name, age))
                return false;
            if (column && note)
                reading_note(r, anchor, source_name, column->name);
        }
    }
    return own != NULL;
}

/* Of the record's own age group: what its own birth date says, for a grant that asks. */
static enum age_group age_of(const struct reading *r, const struct component *c, uint32_t record)
{
    if (grant_ageless(r->grant))
        return AGE_UNKNOWN;
    /* All records of the component that share a cluster would tell more; the record's own date is the careful reading.
     */
    struct date birth = read_iso(c->linked.records[record].form.birth);
    return age_group_of(&birth, date_known(birth) ? 1 : 0, r->today);
}

bool why_records(struct reading *r, const struct component *c, struct why_view *view, struct error *err)
{
    (void)err;
    view->records = arena_array(r->arena, struct why_record, c->linked.count + 1);
    for (size_t i = 0; i < c->linked.count; i++) {
        const struct linked_record *record = &c->linked.records[i];
        const struct source *source = c->linked.sources[record->source].source;
        const struct agency *agency = catalogue_agency(r->catalogue, source->agency);
        enum age_group age = age_of(r, c, (uint32_t)i);
        struct slice name = NAME_NOT_SHOWN;
        if (field_shown(r, S("given_name"), source->name, record->anchor, age, false) &&
            field_shown(r, S("family_name"), source->name, record->anchor, age, false) &&
            (record->form.given.len || record->form.family.len)) {
            struct slice both[] = {record->form.given, record->form.family};
            name = slice_trim(arena_join(r->arena, both, 2, S(" ")));
            (void)field_shown(r, S("given_name"), source->name, record->anchor, age, true);
            (void)field_shown(r, S("family_name"), source->name, record->anchor, age, true);
        }
        reading_note(r, record->anchor, source->name, NO_SLICE);
        view->records[view->record_count++] =
            (struct why_record){record->anchor, source->title, agency ? agency->title : source->agency,
                                source->row_title.len ? source->row_title : source->title, name};
    }
    return true;
}

static bool steward_said(struct reading *r, int64_t a, int64_t b, struct why_link *link, struct error *err)
{
    struct result rows;
    if (!store_query(r->transaction, STATEMENT_HUB_DECISION_IN_FORCE,
                     ARGS(value_integer(a < b ? a : b), value_integer(a < b ? b : a)), r->arena, &rows, err))
        return false;
    if (rows.rows == 0)
        return true;
    const struct value *row = result_row(&rows, 0);
    bool join = slice_equal(cell_text(&row[1]), S("join"));
    link->by_steward = true;
    link->said = arena_format(r->arena, "%s by %.*s on %.*s", join ? "joined" : "kept apart", PRINT(cell_text(&row[2])),
                              PRINT(date_words(r->arena, date_of_time(cell_integer(&row[3])))));
    if (r->grant->role->abilities & ABILITY_STEWARD)
        link->said = arena_format(r->arena, "%.*s: %.*s", PRINT(link->said), PRINT(cell_text(&row[4])));
    return true;
}

bool why_link_make(struct reading *r, const struct component *c, uint32_t a, uint32_t b, struct why_link *ret,
                   struct error *err)
{
    struct link_explanation explanation;
    const struct linked_record *first = &c->linked.records[a], *second = &c->linked.records[b];
    struct slice source_a = c->linked.sources[first->source].source->name,
                 source_b = c->linked.sources[second->source].source->name;
    enum age_group age_a = age_of(r, c, a), age_b = age_of(r, c, b);
    link_explain(c->records, c->model, a, b, r->arena, &explanation);
    struct why_link link = {
        .a = a, .b = b, .prior = explanation.prior, .total = explanation.total, .probability = explanation.probability};
    link.parts = arena_array(r->arena, struct why_part, explanation.part_count + 1);
    for (size_t i = 0; i < explanation.part_count; i++) {
        const struct link_part *from = &explanation.parts[i];
        struct why_part *part = &link.parts[link.part_count++];
        *part = (struct why_part){.field = field_title(from->field, r->arena),
                                  .dates = slice_equal(from->field, S("birth date")) ||
                                           slice_equal(from->field, S("birth_date")),
                                  .level = from->level,
                                  .weight = from->weight,
                                  .frequency = from->frequency,
                                  .m = from->m,
                                  .u = from->u};
        part->shown = field_shown(r, from->field, source_a, first->anchor, age_a, false) &&
                      field_shown(r, from->field, source_b, second->anchor, age_b, false);
        if (part->shown) {
            part->a = from->a;
            part->b = from->b;
            if (part->a.len)
                (void)field_shown(r, from->field, source_a, first->anchor, age_a, true);
            if (part->b.len)
                (void)field_shown(r, from->field, source_b, second->anchor, age_b, true);
        }
    }
    if (explanation.verdict != LINK_BY_WEIGHT && explanation.guard.len) {
        static const char *const words[] = {[LINK_BY_WEIGHT] = "",
                                            [LINK_JOIN] = "joined by the rule",
                                            [LINK_REVIEW] = "not joined by weight alone",
                                            [LINK_QUIET] = "not joined by weight alone",
                                            [LINK_APART] = "kept apart"};
        link.said = arena_format(r->arena, "%s: %.*s", words[explanation.verdict], PRINT(explanation.guard));
    }
    if (!steward_said(r, first->anchor, second->anchor, &link, err))
        return false;
    *ret = link;
    return true;
}

struct slice why_numbers_differ(const struct why_view *view)
{
    const struct why_link *link = &view->links[0];
    for (size_t i = 0; i < link->part_count; i++)
        if (link->parts[i].shown && slice_equal_nocase(link->parts[i].field, S("NHS number")))
            return S("their verified NHS numbers differ");
    return S("an identifier that is each person's own differs");
}

struct slice why_outcome(const struct component *c, const struct why_view *view, struct arena *arena)
{
    const struct why_link *link = &view->links[0];
    if (link->by_steward)
        return arena_format(arena, "%s: a steward %.*s.", view->together ? "One person here" : "Two people here",
                            PRINT(link->said));
    uint64_t *codes = verified_codes(&c->linked,
                                     arena_format(arena, "%.*s %.*s",
                                                  PRINT(c->linked.sources[c->linked.records[0].source].source->name),
                                                  PRINT(c->linked.sources[c->linked.records[1].source].source->name)),
                                     arena);
    if (!view->together && codes[0] && codes[1] && codes[0] != codes[1])
        return arena_format(arena, "Two people here: %.*s.", PRINT(why_numbers_differ(view)));
    if (view->together)
        return link->total >= view->join
                   ? arena_format(arena, "One person here: their weight of %.1f bits is above %.1f.", link->total,
                                  view->join)
                   : S("One person here: they are joined through other records of the same person.");
    if (link->said.len)
        return arena_format(arena, "Two people here, %.*s.", PRINT(link->said));
    if (link->total < view->review)
        return arena_format(arena, "Two people here: their weight of %.1f bits is below %.1f.", link->total,
                            view->review);
    return link->total < view->join
               ? arena_format(arena,
                              "Two people here, until a steward decides: their weight of %.1f bits is below %.1f.",
                              link->total, view->join)
               : S("Two people here: they weigh enough, but other records of theirs do not fit together.");
}
