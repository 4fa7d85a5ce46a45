/* Compiling agreements to grants.
 *
 * The walk is source by source over all clauses: a county has tens of each, so that there is nothing to index.
 * (kept_grant.c keeps what was compiled as long as catalogue and day stay the same.) Everything is found in byte order,
 * so the same catalogue gives the same grant and the same names of rights in every program that shares the database.
 *
 * A clause that names a source gives one of four uses. Uses add up over clauses, each with the ages that its clause is
 * for; nothing takes away. That the supply agreement must be in force too is the one condition that lies outside the
 * clause. */
#include "guard/grant.h"

#include "store/source_table.h"

static const struct slice recorded_visit_columns[] = {
    S_INIT("list"), S_INIT("on_date"), S_INIT("outcome"), S_INIT("uprn"), S_INIT("words"), S_INIT("written_by"),
};
static const struct slice contact_note_columns[] = {
    S_INIT("on_date"), S_INIT("outcome"), S_INIT("uprn"), S_INIT("words"), S_INIT("written_by"),
};

static const struct slice plan_columns[] = {S_INIT("figures"), S_INIT("registers")};

const struct slice *built_in_columns(struct slice source, size_t *ret_count)
{
    if (slice_equal(source, S(SOURCE_RECORDED_VISITS))) {
        *ret_count = countof(recorded_visit_columns);
        return recorded_visit_columns;
    }
    if (slice_equal(source, S(SOURCE_CONTACT_NOTES))) {
        *ret_count = countof(contact_note_columns);
        return contact_note_columns;
    }
    if (slice_equal(source, S(SOURCE_PLANS))) {
        *ret_count = countof(plan_columns);
        return plan_columns;
    }
    *ret_count = 0;
    return NULL;
}

struct slice built_in_title(struct slice source)
{
    return slice_equal(source, S(SOURCE_RECORDED_VISITS)) ? S("Visits recorded here")
           : slice_equal(source, S(SOURCE_CONTACT_NOTES)) ? S("Contact notes")
           : slice_equal(source, S(SOURCE_PLANS))         ? S("Plans and budgets")
                                                          : source;
}

/* ---- Ages ---- */

enum age_group age_group_of(const struct date *births, size_t count, struct date day)
{
    enum age_group group = 0;
    for (size_t i = 0; i < count; i++) {
        struct date birth = births[i];
        if (!date_known(birth))
            continue;
        int oldest = date_age(birth, day);
        struct date last = birth;
        if (!last.month)
            last.month = 12;
        for (last.day = birth.day ? birth.day : 31; !date_valid(last); last.day--)
            must(last.day > 28);
        int youngest = date_age(last, day);
        enum age_group here = youngest >= 18 ? AGE_ADULT : oldest < 18 ? AGE_CHILD : AGE_UNKNOWN;
        if (here == AGE_UNKNOWN || (group && group != here))
            return AGE_UNKNOWN;
        group = here;
    }
    return group ? group : AGE_UNKNOWN;
}

static unsigned ages_of(enum subjects subjects)
{
    return subjects == SUBJECTS_ADULTS ? AGE_ADULT : subjects == SUBJECTS_CHILDREN ? AGE_CHILD : (unsigned)AGE_ANY;
}

/* ---- Which clauses give ---- */

static bool among(struct slice name, const struct slice *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(name, names[i]))
            return true;
    return false;
}

static bool clause_for(const struct agreement *agreement, const struct clause *clause, struct slice role,
                       struct slice purpose)
{
    return among(role, clause->roles, clause->role_count) &&
           among(purpose, agreement->purposes, agreement->purpose_count) &&
           (clause->purpose_count == 0 || among(purpose, clause->purposes, clause->purpose_count));
}

static bool clause_shows(const struct clause *clause)
{
    return clause->show_all || clause->show_count > 0;
}

/* A built-in source is the hub's own, and needs no supply. */
static bool supply_in_force(const struct catalogue *catalogue, const struct source *source, struct date day,
                            const struct agreement **ret_supply)
{
    *ret_supply = NULL;
    if (!source)
        return true;
    *ret_supply = catalogue_agreement(catalogue, source->agreement);
    return *ret_supply && agreement_in_force(*ret_supply, day);
}

static int compare_slices(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

/* Names of all sources, the hub's own too, in byte order. */
static struct slice *source_names(const struct catalogue *catalogue, struct arena *arena, size_t *ret_count)
{
    struct slice *names = arena_array(arena, struct slice, catalogue->source_count + 3);
    size_t count = 0;
    for (size_t i = 0; i < catalogue->source_count; i++)
        names[count++] = catalogue->sources[i].name;
    names[count++] = S(SOURCE_RECORDED_VISITS);
    names[count++] = S(SOURCE_CONTACT_NOTES);
    names[count++] = S(SOURCE_PLANS);
    array_sort(names, count, sizeof *names, compare_slices);
    *ret_count = count;
    return names;
}

/* ---- Words ---- */

/* "Fire safety officer" inside a sentence is "a fire safety officer"; "NHS list" keeps its capitals. */
static struct slice lower_first(struct slice title, struct arena *arena)
{
    char *text = arena_cstr(arena, title);
    bool capital = title.len > 0 && text[0] >= 'A' && text[0] <= 'Z';
    bool next = title.len > 1 && text[1] >= 'A' && text[1] <= 'Z';
    if (capital && !next)
        text[0] = (char)(text[0] + 32);
    return slice_from(text, title.len);
}

static struct slice with_article(struct slice title, struct arena *arena)
{
    struct slice low = lower_first(title, arena);
    if (slice_starts(low, S("the ")))
        return low;
    bool vowel = low.len > 0 && slice_find(S("aeiou"), low.at[0]) < 5;
    return arena_format(arena, "%s %.*s", vowel ? "an" : "a", PRINT(low));
}

/* "ended on 30 September 2026": why an agreement is not in force. */
static struct slice not_in_force(const struct agreement *agreement, struct date day, struct arena *arena)
{
    if (date_known(agreement->withdrawn) && date_compare(agreement->withdrawn, day) <= 0)
        return arena_format(arena, "was withdrawn on %.*s", PRINT(date_words(arena, agreement->withdrawn)));
    if (date_compare(day, agreement->from) < 0)
        return arena_format(arena, "begins on %.*s", PRINT(date_words(arena, agreement->from)));
    return arena_format(arena, "ended on %.*s", PRINT(date_words(arena, agreement->until)));
}

/* ---- Compiling ---- */

struct compiling {
    const struct catalogue *catalogue;
    const struct grant_request *request;
    const struct role *role;
    const struct purpose *purpose;
    const struct agency *agency;
    struct arena *arena;
};

static void clause_add(struct arena *arena, struct grant_clause **list, size_t *count, size_t *capacity,
                       struct grant_clause clause)
{
    ARENA_GROW(arena, *list, *count, *capacity);
    (*list)[(*count)++] = clause;
}

/* The columns of the source with the ages and clauses of those that show them. */
static void compile_columns(const struct compiling *c, struct grant_source *out)
{
    size_t count = 0;
    struct slice *names;
    if (out->source) {
        count = out->source->column_count;
        names = arena_array(c->arena, struct slice, count);
        for (size_t i = 0; i < count; i++)
            names[i] = out->source->columns[i].name;
    } else {
        const struct slice *fixed = built_in_columns(out->name, &count);
        names = arena_array(c->arena, struct slice, count);
        memcpy(names, fixed, count * sizeof *names);
    }
    array_sort(names, count, sizeof *names, compare_slices);
    struct grant_column *columns = arena_array(c->arena, struct grant_column, count);
    for (size_t i = 0; i < count; i++) {
        struct grant_column column = {.name = names[i]};
        struct grant_clause *clauses = NULL;
        size_t clause_count = 0, capacity = 0;
        for (size_t k = 0; k < out->clause_count; k++) {
            const struct clause *clause = out->clauses[k].clause;
            if (!clause->show_all && !among(names[i], clause->show, clause->show_count))
                continue;
            column.ages |= ages_of(clause->subjects);
            clause_add(c->arena, &clauses, &clause_count, &capacity, out->clauses[k]);
        }
        if (!column.ages)
            continue;
        column.clauses = clauses;
        column.clause_count = clause_count;
        columns[out->column_count++] = column;
    }
    out->columns = columns;
}

/* Gathers what is given of one source; false when nothing is. */
static bool compile_source(const struct compiling *c, struct slice name, struct grant_source *out)
{
    const struct source *source = catalogue_source(c->catalogue, name);
    const struct agreement *supply;
    *out = (struct grant_source){.name = name, .source = source};
    out->title = source ? source->title : built_in_title(name);
    if (!supply_in_force(c->catalogue, source, c->request->day, &supply))
        return false;
    struct grant_clause *clauses = NULL;
    size_t capacity = 0;
    for (size_t i = 0; i < c->catalogue->agreement_count; i++) {
        const struct agreement *agreement = &c->catalogue->agreements[i];
        if (!agreement_in_force(agreement, c->request->day) ||
            !among(c->agency->name, agreement->parties, agreement->party_count))
            continue;
        for (size_t k = 0; k < agreement->clause_count; k++) {
            const struct clause *clause = &agreement->clauses[k];
            if (!slice_equal(clause->source, name) || !clause_for(agreement, clause, c->role->name, c->purpose->name) ||
                !(clause->match || clause->count || clause_shows(clause)))
                continue;
            clause_add(c->arena, &clauses, &out->clause_count, &capacity, (struct grant_clause){agreement, clause});
            unsigned ages = ages_of(clause->subjects);
            out->match |= clause->match ? ages : 0;
            out->count |= clause->count ? ages : 0;
        }
    }
    out->clauses = clauses;
    if (out->clause_count)
        compile_columns(c, out);
    return out->clause_count > 0;
}

/* Why nothing of a source is shown. `used` is what the grant has of it, or NULL. */
static struct grant_excluded compile_reason(const struct compiling *c, struct slice name,
                                            const struct grant_source *used)
{
    struct arena *arena = c->arena;
    struct date day = c->request->day;
    const struct source *source = catalogue_source(c->catalogue, name);
    struct grant_excluded out = {.name = name, .title = source ? source->title : built_in_title(name)};
    struct slice who = with_article(c->role->title, arena);
    struct slice purpose = lower_first(c->purpose->title, arena);
    const struct agreement *supply;
    if (!supply_in_force(c->catalogue, source, day, &supply)) {
        out.agreement = supply;
        out.reason = supply ? arena_format(arena, "the agreement \"%.*s\", under which it is supplied, %.*s",
                                           PRINT(supply->title), PRINT(not_in_force(supply, day, arena)))
                            : S("no agreement governs its supply");
        return out;
    }
    if (used) {
        const struct grant_clause *first = used->clauses;
        out.agreement = first->agreement;
        out.matched = used->match != 0;
        out.reason = arena_format(arena, "the agreement \"%.*s\" (clause %.*s) lets %.*s %s, and shows nothing of it",
                                  PRINT(first->agreement->title), PRINT(first->clause->name), PRINT(who),
                                  out.matched ? "find and join people by it" : "count it");
        return out;
    }
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < c->catalogue->agreement_count; i++) {
            const struct agreement *agreement = &c->catalogue->agreements[i];
            bool party = among(c->agency->name, agreement->parties, agreement->party_count);
            bool in_force = agreement_in_force(agreement, day);
            if (pass == 0 ? !party || in_force : party || !in_force)
                continue;
            for (size_t k = 0; k < agreement->clause_count; k++) {
                const struct clause *clause = &agreement->clauses[k];
                if (!slice_equal(clause->source, name) || !clause_shows(clause) ||
                    !clause_for(agreement, clause, c->role->name, c->purpose->name))
                    continue;
                out.agreement = agreement;
                out.reason = pass == 0
                                 ? arena_format(arena, "the agreement \"%.*s\" that let %.*s use it for %.*s %.*s",
                                                PRINT(agreement->title), PRINT(who), PRINT(purpose),
                                                PRINT(not_in_force(agreement, day, arena)))
                                 : arena_format(arena, "%.*s is not a party to the agreement \"%.*s\"",
                                                PRINT(c->agency->title), PRINT(agreement->title));
                return out;
            }
        }
    }
    out.reason = arena_format(arena, "no agreement in force lets %.*s use \"%.*s\" for %.*s", PRINT(who),
                              PRINT(out.title), PRINT(purpose));
    return out;
}

/* ---- The second line of defence ---- */

/* What holds no personal values: ids, landings, links, and what people decided about them. */
static const char *const common_tables[] = {
    "source",    "landing",      "record",   "linkage", "member",          "edge", "linking", "model",
    "residence", "entity_event", "decision", "concern", "linking_landing",
};

struct rights_making {
    struct buffer content;
    const char **open;
    size_t open_count;
    struct store_right *tables;
    size_t count;
};

static void rights_open(struct rights_making *making, const char *table)
{
    making->open[making->open_count++] = table;
    buffer_format(&making->content, "open %s\n", table);
}

static void rights_table(struct rights_making *making, struct slice table, const struct slice *columns, size_t count)
{
    making->tables[making->count++] = (struct store_right){table, columns, count};
    buffer_format(&making->content, "%.*s", PRINT(table));
    for (size_t i = 0; i < count; i++)
        buffer_format(&making->content, " %.*s", PRINT(columns[i]));
    buffer_add_byte(&making->content, '\n');
}

static bool tells_age(const struct column *column)
{
    return column->attribute == ATTRIBUTE_PERSON_BIRTH_DATE;
}

static struct store_rights make_rights(const struct grant *grant, bool for_match, struct arena *arena)
{
    static const struct slice search_columns[] = {S_INIT("attribute"), S_INIT("token"), S_INIT("anchor")};
    size_t most_open = countof(common_tables) + 12;
    struct rights_making making = {
        .content = buffer_make(arena),
        .open = arena_array(arena, const char *, most_open),
        .tables = arena_array(arena, struct store_right, 2 * grant->source_count),
    };
    bool ageless = grant_ageless(grant), written = false, homes = false, plans = false;
    for (size_t i = 0; i < countof(common_tables); i++)
        rights_open(&making, common_tables[i]);
    for (size_t i = 0; i < grant->source_count; i++) {
        const struct grant_source *source = &grant->sources[i];
        if (!source->source) {
            bool planned = slice_equal(source->name, S(SOURCE_PLANS));
            plans = plans || (planned && source->column_count > 0);
            written = written || (!planned && source->column_count > 0);
            continue;
        }
        homes = homes || (source->source->gazetteer && (source->match || source->column_count));
        const struct source *contract = source->source;
        struct slice *columns = arena_array(arena, struct slice, contract->column_count + 1);
        size_t count = 0;
        for (size_t k = 0; k < contract->column_count; k++) {
            const struct column *column = &contract->columns[k];
            if (grant_column(grant, source->name, column->name) ||
                (source->match && for_match && column->attribute != ATTRIBUTE_NONE) ||
                (source->match && !ageless && tells_age(column)))
                columns[count++] = column->name;
        }
        if (count) {
            columns[count++] = S("record");
            array_sort(columns, count, sizeof *columns, compare_slices);
            rights_table(&making, source_table_name(arena, source->name), columns, count);
        }
        if (source->match && for_match)
            rights_table(&making, search_table_name(arena, source->name), search_columns, countof(search_columns));
    }
    if (homes)
        rights_open(&making, "home");
    if (written) {
        rights_open(&making, "entry");
        rights_open(&making, "entry_anchor");
    }
    if (plans) {
        rights_open(&making, "plan_entry");
        rights_open(&making, "plan_version");
        rights_open(&making, "plan_version_text");
    }
    if (grant->role->abilities & ABILITY_STEWARD)
        rights_open(&making, "doubt");
    if (grant->role->abilities & ABILITY_LAND)
        rights_open(&making, "quarantine");
    must(making.open_count < most_open);
    making.open[making.open_count] = NULL;
    struct digest digest = hash_sha256(buffer_slice(&making.content));
    struct slice hex = digest_hex(arena, &digest);
    struct store_rights rights = {
        .name = arena_format(arena, "grant_%.*s", PRINT(slice_part(hex, 0, 32))),
        .open_tables = making.open,
        .tables = making.tables,
        .count = making.count,
    };
    rights.key = store_rights_key(&rights, arena);
    return rights;
}

static struct digest content_digest(const struct grant *grant, struct arena *arena)
{
    struct buffer content = buffer_make(arena);
    for (size_t i = 0; i < grant->source_count; i++) {
        const struct grant_source *source = &grant->sources[i];
        buffer_format(&content, "%.*s match %u count %u", PRINT(source->name), source->match, source->count);
        for (size_t k = 0; k < source->column_count; k++)
            buffer_format(&content, " %.*s=%u", PRINT(source->columns[k].name), source->columns[k].ages);
        buffer_add_byte(&content, '\n');
    }
    return hash_sha256(buffer_slice(&content));
}

bool grant_compile(const struct catalogue *catalogue, const struct grant_request *request, struct arena *arena,
                   const struct grant **ret, struct error *err)
{
    struct compiling c = {
        .catalogue = catalogue,
        .request = request,
        .role = catalogue_role(catalogue, request->role),
        .purpose = catalogue_purpose(catalogue, request->purpose),
        .agency = catalogue_agency(catalogue, request->agency),
        .arena = arena,
    };
    if (!c.role)
        return error_set(err, ERROR_DENIED, "the county has no role %.*s; choose another", PRINT(request->role));
    if (!c.agency)
        return error_set(err, ERROR_DENIED,
                         "the county has no agency %.*s; ask an administrator to correct the account",
                         PRINT(request->agency));
    if (!c.purpose || !among(request->purpose, c.role->purposes, c.role->purpose_count))
        return error_set(err, ERROR_DENIED, "%.*s may not work for the purpose %.*s; choose another",
                         PRINT(with_article(c.role->title, arena)), PRINT(request->purpose));
    struct grant *grant = arena_new(arena, struct grant);
    *grant = (struct grant){
        .catalogue = catalogue,
        .agency = c.agency->name,
        .role = c.role,
        .purpose = c.purpose,
        .day = request->day,
    };
    size_t name_count;
    struct slice *names = source_names(catalogue, arena, &name_count);
    struct grant_source *sources = arena_array(arena, struct grant_source, name_count);
    struct grant_excluded *excluded = arena_array(arena, struct grant_excluded, name_count);
    struct slice *matched = arena_array(arena, struct slice, name_count);
    size_t matched_count = 0;
    for (size_t i = 0; i < name_count; i++) {
        struct grant_source *out = &sources[grant->source_count];
        bool used = compile_source(&c, names[i], out);
        if (used) {
            grant->source_count++;
            if (out->match && out->source && out->source->subject == SUBJECT_PERSON)
                matched[matched_count++] = names[i];
        }
        if (slice_equal(names[i], S(SOURCE_PLANS)))
            continue; /* nothing about anybody is missing from a view without the plans */
        if (!used || !out->column_count)
            excluded[grant->excluded_count++] = compile_reason(&c, names[i], used ? out : NULL);
    }
    grant->sources = sources;
    grant->excluded = excluded;
    grant->match_sources = arena_join(arena, matched, matched_count, S(" "));
    grant->agreements = grant_agreements(grant, NULL, 0, arena);
    grant->show_rights = make_rights(grant, false, arena);
    grant->match_rights = make_rights(grant, true, arena);
    grant->digest = content_digest(grant, arena);
    *ret = grant;
    return true;
}

/* ---- Asking ---- */

const struct grant_source *grant_source(const struct grant *grant, struct slice source)
{
    for (size_t i = 0; i < grant->source_count; i++)
        if (slice_equal(grant->sources[i].name, source))
            return &grant->sources[i];
    return NULL;
}

const struct grant_column *grant_column(const struct grant *grant, struct slice source, struct slice column)
{
    const struct grant_source *found = grant_source(grant, source);
    size_t low = 0, high = found ? found->column_count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = slice_compare(column, found->columns[middle].name);
        if (order == 0)
            return &found->columns[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

bool grant_shows(const struct grant *grant, struct slice source, struct slice column, enum age_group age)
{
    const struct grant_column *found = grant_column(grant, source, column);
    return found && (found->ages & age) != 0;
}

bool grant_matches(const struct grant *grant, struct slice source)
{
    const struct grant_source *found = grant_source(grant, source);
    return found && found->match != 0;
}

bool grant_matches_age(const struct grant *grant, struct slice source, enum age_group age)
{
    const struct grant_source *found = grant_source(grant, source);
    return found && (found->match & age) != 0;
}

bool grant_counts(const struct grant *grant, struct slice source, enum age_group age)
{
    const struct grant_source *found = grant_source(grant, source);
    return found && (found->count & age) != 0;
}

/* Of people: the gazetteer tells of homes, and what was written here is about people who are found by other sources. */
static bool of_people(const struct grant_source *source)
{
    return source->source && source->source->subject == SUBJECT_PERSON;
}

bool grant_admits(const struct grant *grant, enum age_group age)
{
    for (size_t i = 0; i < grant->source_count; i++)
        if (of_people(&grant->sources[i]) && (grant->sources[i].match & age))
            return true;
    return false;
}

bool grant_ageless(const struct grant *grant)
{
    for (size_t i = 0; i < grant->source_count; i++) {
        const struct grant_source *source = &grant->sources[i];
        if ((source->match && source->match != AGE_ANY) || (source->count && source->count != AGE_ANY))
            return false;
        for (size_t k = 0; k < source->column_count; k++)
            if (source->columns[k].ages != AGE_ANY)
                return false;
    }
    return true;
}

/* ---- Clauses in words ---- */

struct clause_names {
    struct slice *names;
    size_t count, capacity;
};

static void names_add(struct clause_names *list, const struct grant_clause *clauses, size_t count, struct arena *arena)
{
    for (size_t i = 0; i < count; i++) {
        struct slice name =
            arena_format(arena, "%.*s:%.*s", PRINT(clauses[i].agreement->name), PRINT(clauses[i].clause->name));
        if (among(name, list->names, list->count))
            continue;
        ARENA_GROW(arena, list->names, list->count, list->capacity);
        list->names[list->count++] = name;
    }
}

struct slice grant_agreements(const struct grant *grant, const struct slice *fields, size_t count, struct arena *arena)
{
    struct clause_names list = {0};
    if (!count)
        for (size_t i = 0; i < grant->source_count; i++)
            names_add(&list, grant->sources[i].clauses, grant->sources[i].clause_count, arena);
    for (size_t i = 0; i < count; i++) {
        size_t dot = slice_find(fields[i], '.');
        struct slice source = slice_part(fields[i], 0, dot), column = slice_part(fields[i], dot + 1, fields[i].len);
        const struct grant_column *shown = grant_column(grant, source, column);
        const struct grant_source *used = grant_source(grant, source);
        if (shown)
            names_add(&list, shown->clauses, shown->clause_count, arena);
        else if (used)
            names_add(&list, used->clauses, used->clause_count, arena);
    }
    array_sort(list.names, list.count, sizeof *list.names, compare_slices);
    return arena_join(arena, list.names, list.count, S(" "));
}

/* ---- Over everybody ---- */

bool grant_distinct(const struct catalogue *catalogue, struct date day, struct arena *arena, const struct grant ***ret,
                    size_t *ret_count, struct error *err)
{
    const struct grant **grants = NULL;
    size_t count = 0, capacity = 0;
    for (size_t a = 0; a < catalogue->agency_count; a++) {
        for (size_t r = 0; r < catalogue->role_count; r++) {
            const struct role *role = &catalogue->roles[r];
            for (size_t p = 0; p < role->purpose_count; p++) {
                const struct grant_request request = {catalogue->agencies[a].name, role->name, role->purposes[p], day};
                const struct grant *grant = NULL;
                if (!grant_compile(catalogue, &request, arena, &grant, err))
                    return false;
                must(grant);
                bool known = grant->source_count == 0;
                for (size_t i = 0; i < count && !known; i++)
                    known = digest_equal(&grants[i]->digest, &grant->digest);
                if (known)
                    continue;
                ARENA_GROW(arena, grants, count, capacity); /* NOLINT(bugprone-sizeof-expression): of pointers */
                grants[count++] = grant;
            }
        }
    }
    *ret = grants;
    *ret_count = count;
    return true;
}

bool grant_match_sets(const struct catalogue *catalogue, struct date day, struct arena *arena, struct slice **ret_sets,
                      size_t *ret_count, struct error *err)
{
    const struct grant **grants;
    size_t grant_count, count = 0;
    if (!grant_distinct(catalogue, day, arena, &grants, &grant_count, err))
        return false;
    struct slice *sets = arena_array(arena, struct slice, grant_count ? grant_count : 1);
    for (size_t i = 0; i < grant_count; i++)
        if (grants[i]->match_sources.len && !among(grants[i]->match_sources, sets, count))
            sets[count++] = grants[i]->match_sources;
    array_sort(sets, count, sizeof *sets, compare_slices);
    *ret_sets = sets;
    *ret_count = count;
    return true;
}

void grant_who_sees(const struct catalogue *catalogue, struct date day, struct slice source, struct slice column,
                    struct arena *arena, const struct grant_seer **ret, size_t *ret_count)
{
    struct grant_seer *seers = NULL;
    size_t count = 0, capacity = 0;
    const struct source *contract = catalogue_source(catalogue, source);
    const struct agreement *supply;
    bool supplied = supply_in_force(catalogue, contract, day, &supply);
    const struct column *mapped = contract && column.len ? source_column(contract, column) : NULL;
    for (size_t i = 0; supplied && i < catalogue->agreement_count; i++) {
        const struct agreement *agreement = &catalogue->agreements[i];
        if (!agreement_in_force(agreement, day))
            continue;
        for (size_t k = 0; k < agreement->clause_count; k++) {
            const struct clause *clause = &agreement->clauses[k];
            if (!slice_equal(clause->source, source))
                continue;
            bool shows =
                column.len ? clause->show_all || among(column, clause->show, clause->show_count) : clause_shows(clause);
            bool matches = clause->match && (!column.len || (mapped && mapped->attribute != ATTRIBUTE_NONE));
            unsigned uses = (matches ? (unsigned)USE_MATCH : 0) | (shows ? (unsigned)USE_SHOW : 0) |
                            (clause->count ? (unsigned)USE_COUNT : 0);
            if (!uses)
                continue;
            for (size_t r = 0; r < catalogue->role_count; r++) {
                const struct role *role = &catalogue->roles[r];
                for (size_t p = 0; p < role->purpose_count; p++) {
                    if (!clause_for(agreement, clause, role->name, role->purposes[p]))
                        continue;
                    for (size_t a = 0; a < agreement->party_count; a++) {
                        ARENA_GROW(arena, seers, count, capacity);
                        seers[count++] = (struct grant_seer){
                            agreement->parties[a], role->name, role->purposes[p], agreement, clause, uses,
                            clause->subjects};
                    }
                }
            }
        }
    }
    *ret = seers;
    *ret_count = count;
}
