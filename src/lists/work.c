/* Three passes, each linear in what it reads: rows that meet a rule are asked of the database column by column (an
 * index is rarely of use: half of all people are over some age); members and residences are read once into sorted
 * arrays; then everything is a merge of sorted arrays. Joining in the database instead was slower on both and would
 * have needed SQL composed from declarations outside the one generator. */
#include "lists/work.h"

#include "ingest/source_state.h"

enum { ANCHORS_AT_ONCE = 400 };

/* ---- Loading ---- */

struct loading {
    struct work *work;
    size_t capacity;
};

static bool load_member(void *context, const struct value *cells, size_t columns, struct error *err)
{
    (void)columns;
    (void)err;
    struct loading *loading = context;
    struct work *work = loading->work;
    ARENA_GROW(work->arena, work->members, work->member_count, loading->capacity);
    work->members[work->member_count++] = (struct work_member){cell_integer(&cells[0]), cell_integer(&cells[1])};
    return true;
}

static bool load_residence(void *context, const struct value *cells, size_t columns, struct error *err)
{
    (void)columns;
    (void)err;
    struct loading *loading = context;
    struct work *work = loading->work;
    ARENA_GROW(work->arena, work->residences, work->residence_count, loading->capacity);
    work->residences[work->residence_count++] = (struct work_residence){
        cell_integer(&cells[0]), arena_copy(work->arena, cell_text(&cells[1])), cell_integer(&cells[2]) != 0};
    return true;
}

static int by_entity(const void *left, const void *right)
{
    const struct work_member *a = left, *b = right;
    if (a->entity != b->entity)
        return a->entity < b->entity ? -1 : 1;
    return a->anchor < b->anchor ? -1 : a->anchor > b->anchor;
}

static bool load(struct work *work, struct error *err)
{
    struct loading members = {.work = work}, residences = {.work = work};
    struct slice today = date_iso(work->arena, work->day);
    if (!store_each(work->transaction, STATEMENT_LISTS_MEMBERS, ARGS(value_integer(work->linkage)), load_member,
                    &members, err) ||
        !store_each(work->transaction, STATEMENT_LISTS_RESIDENCES, ARGS(value_text(today)), load_residence, &residences,
                    err))
        return false;
    work->by_entity = arena_array(work->arena, struct work_member, work->member_count);
    if (work->member_count)
        memcpy(work->by_entity, work->members, work->member_count * sizeof *work->members);
    array_sort(work->by_entity, work->member_count, sizeof *work->by_entity, by_entity);
    return true;
}

int64_t work_entity_of(const struct work *work, int64_t anchor)
{
    size_t low = 0, high = work->member_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (work->members[middle].anchor < anchor)
            low = middle + 1;
        else
            high = middle;
    }
    return low < work->member_count && work->members[low].anchor == anchor ? work->members[low].entity : 0;
}

/* The first residence of an anchor, or the place where it would stand. */
static size_t residence_of(const struct work *work, int64_t anchor)
{
    size_t low = 0, high = work->residence_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (work->residences[middle].anchor < anchor)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- Gathering the rows that meet a rule ---- */

static struct date years_before(struct date day, int64_t years)
{
    struct date earlier = day;
    earlier.year = (int16_t)(day.year - years);
    if (!date_valid(earlier)) /* 29 February */
        earlier.day = 28;
    return earlier;
}

static struct value word_value(const struct column *column, struct slice word)
{
    int64_t number;
    if (column->type == TYPE_INTEGER && slice_integer(word, &number))
        return value_integer(number);
    if (column->type == TYPE_BOOLEAN)
        return value_integer(slice_equal_nocase(word, S("true")) || slice_equal_nocase(word, S("yes")));
    return value_text(word);
}

/* One condition of a list is one or two of the store's. */
static size_t translate(const struct work *work, const struct list_condition *c, const struct column *column,
                        struct condition *out)
{
    struct arena *arena = work->arena;
    struct value *values = arena_array(arena, struct value, c->word_count + 2);
    for (size_t i = 0; i < c->word_count; i++)
        values[i] = word_value(column, c->words[i]);
    struct condition first = {.column = column->name, .values = values, .count = 1};
    struct condition second = {.column = column->name, .values = values + 1, .count = 1};
    switch (c->test) {
    case LIST_IS:
        first.operator= CONDITION_EQUAL;
        break;
    case LIST_IN:
        first.operator= CONDITION_IN;
        first.count = c->word_count;
        break;
    case LIST_CONTAINS:
        first.operator= CONDITION_CONTAINS;
        break;
    case LIST_AT_LEAST:
        first.operator= CONDITION_AT_LEAST;
        values[0] = value_integer(c->low);
        break;
    case LIST_AT_MOST:
        first.operator= CONDITION_AT_MOST;
        values[0] = value_integer(c->high);
        break;
    case LIST_PRESENT:
    case LIST_ABSENT:
        first.operator= c->test == LIST_PRESENT ? CONDITION_PRESENT : CONDITION_ABSENT;
        first.count = 0;
        break;
    case LIST_WITHIN_DAYS:
        first.operator= CONDITION_AT_LEAST;
        values[0] = value_text(date_iso(arena, date_from_days(date_days(work->day) - c->high)));
        break;
    case LIST_AGE:
        first.operator= CONDITION_AT_MOST;
        values[0] = value_text(date_iso(arena, years_before(work->day, c->low)));
        if (c->high == INT64_MAX)
            break;
        second.operator= CONDITION_AT_LEAST;
        values[1] = value_text(date_iso(arena, date_from_days(date_days(years_before(work->day, c->high)) + 1)));
        out[1] = second;
        out[0] = first;
        return 2;
    }
    out[0] = first;
    return 1;
}

struct gathering {
    struct work *work;
    const struct source *source;
    const struct column *column;
    uint16_t rule, number;
    bool of_home, uprn_given; /* the second column is the row's own UPRN: a gazetteer */
};

static void add_hit(struct work *work, struct work_hit hit)
{
    ARENA_GROW(work->arena, work->hits, work->hit_count, work->hit_capacity);
    work->hits[work->hit_count++] = hit;
}

static struct slice cell_words(struct arena *arena, const struct column *column, const struct value *cell)
{
    if (cell->kind == VALUE_INTEGER)
        return column->type == TYPE_BOOLEAN ? (cell->integer ? S("Yes") : S("No"))
                                            : arena_format(arena, "%lld", (long long)cell->integer);
    if (cell->kind == VALUE_REAL)
        return arena_format(arena, "%.10g", cell->real);
    if (cell->kind != VALUE_TEXT)
        return NO_SLICE;
    struct date date;
    if (column->type == TYPE_DATE && date_read(cell->text, &(struct date_form){.partial = true}, &date))
        return date_words(arena, date);
    return arena_copy(arena, cell->text);
}

static bool gather_row(void *context, const struct value *cells, size_t columns, struct error *err)
{
    (void)columns;
    (void)err;
    struct gathering *g = context;
    struct work *work = g->work;
    struct work_hit hit = {.anchor = cell_integer(&cells[1]), .rule = g->rule, .source = g->number};
    if (!g->of_home) {
        hit.entity = work_entity_of(work, hit.anchor);
        if (hit.entity == 0)
            return true;
        hit.value = cell_words(work->arena, g->column, &cells[4]);
        add_hit(work, hit);
        return true;
    }
    if (g->uprn_given) {
        hit.uprn = arena_copy(work->arena, cell_text(&cells[5]));
        if (hit.uprn.len)
            add_hit(work, hit);
        return true;
    }
    for (size_t i = residence_of(work, hit.anchor);
         i < work->residence_count && work->residences[i].anchor == hit.anchor; i++) {
        hit.uprn = work->residences[i].uprn;
        add_hit(work, hit);
    }
    return true;
}

static bool gather_source(struct work *work, const struct list_rule *rule, uint16_t number, const struct source *source,
                          bool *ret_used, struct error *err)
{
    struct condition *conditions = arena_array(work->arena, struct condition, rule->condition_count * 2);
    size_t count = 0;
    const struct column *first = NULL;
    *ret_used = false;
    for (size_t i = 0; i < rule->condition_count; i++) {
        const struct list_condition *c = &rule->conditions[i];
        const struct column *column =
            c->attribute != ATTRIBUTE_NONE ? source_attribute(source, c->attribute) : source_column(source, c->column);
        if (!column || !grant_column(work->grant, source->name, column->name))
            return true;
        first = first ? first : column;
        count += translate(work, c, column, conditions + count);
    }
    must(first); /* a reason has at least one condition */
    const struct column *uprn = source->subject == SUBJECT_HOME ? source_attribute(source, ATTRIBUTE_PLACE_UPRN) : NULL;
    bool uprn_given = rule->of_home && uprn && grant_column(work->grant, source->name, uprn->name);
    struct source_table table;
    if (!source_table_of(work->transaction, source, work->arena, &table, err))
        return false;
    *ret_used = true;
    if (table.source_id == 0) /* never landed */
        return true;
    struct gathering g = {.work = work,
                          .source = source,
                          .column = first,
                          .rule = number,
                          .number = (uint16_t)(source - work->hub->catalogue->sources),
                          .of_home = rule->of_home,
                          .uprn_given = uprn_given};
    struct slice columns[2] = {first->name, uprn_given ? uprn->name : NO_SLICE};
    struct source_read read = {.table = &table,
                               .columns = columns,
                               .column_count = uprn_given ? 2 : 1,
                               .conditions = conditions,
                               .condition_count = count};
    struct sql sql;
    const struct value *args;
    size_t arg_count;
    source_table_select(&read, store_dialect(work->hub->store), work->arena, &sql, &args, &arg_count);
    return store_each_sql(work->transaction, &sql, args, arg_count, gather_row, &g, err);
}

static bool among(const struct slice *names, size_t count, struct slice name)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(names[i], name))
            return true;
    return count == 0;
}

/* Whether the rule looks into this source at all: reasons are asked of the sources whose people may stand on the list;
 * what leaves a person out, of all. */
static bool rule_asks(const struct work *work, const struct list_rule *rule, bool reason, const struct source *source)
{
    const struct list_condition *c = &rule->conditions[0];
    return c->attribute != ATTRIBUTE_NONE
               ? source->subject == SUBJECT_PERSON &&
                     (!reason || among(work->list->people_in, work->list->people_in_count, source->name))
               : slice_equal(c->source, source->name);
}

/* Whether the rule reads this source under the grant for an age group in which the grant does not count it. */
static bool reads_uncounted(const struct work *work, const struct list_rule *rule, bool reason,
                            const struct source *source)
{
    const struct list_condition *c = &rule->conditions[0];
    const struct column *column =
        c->attribute != ATTRIBUTE_NONE ? source_attribute(source, c->attribute) : source_column(source, c->column);
    if (!column || !rule_asks(work, rule, reason, source))
        return false;
    for (unsigned age = AGE_ADULT; age <= AGE_UNKNOWN; age <<= 1)
        if (grant_shows(work->grant, source->name, column->name, age) && !grant_counts(work->grant, source->name, age))
            return true;
    return false;
}

struct slice work_uncounted(const struct work *work, const struct list_rule *rules, size_t count, bool reasons,
                            struct arena *arena)
{
    const struct catalogue *catalogue = work->hub->catalogue;
    struct slice *titles = arena_array(arena, struct slice, catalogue->source_count);
    size_t title_count = 0;
    for (size_t i = 0; i < catalogue->source_count; i++) {
        bool uncounted = false;
        for (size_t k = 0; k < count && !uncounted; k++)
            uncounted = reads_uncounted(work, &rules[k], reasons, &catalogue->sources[i]);
        if (uncounted)
            titles[title_count++] = catalogue->sources[i].title;
    }
    return arena_join(arena, titles, title_count, S(", "));
}

static bool gather_rule(struct work *work, const struct list_rule *rule, uint16_t number, bool reason,
                        struct error *err)
{
    const struct catalogue *catalogue = work->hub->catalogue;
    bool used_anywhere = false;
    for (size_t i = 0; i < catalogue->source_count; i++) {
        const struct source *source = &catalogue->sources[i];
        bool used = false;
        if (rule_asks(work, rule, reason, source) && !gather_source(work, rule, number, source, &used, err))
            return false;
        used_anywhere = used_anywhere || used;
    }
    if (!used_anywhere)
        work->unusable[work->unusable_count++] = (struct list_unusable){
            rule, S("no agreement in force lets this role see what it rests on for this purpose")};
    return true;
}

/* ---- Selecting ---- */

static int by_person_and_rule(const void *left, const void *right)
{
    const struct work_hit *a = left, *b = right;
    if (a->entity != b->entity)
        return a->entity < b->entity ? -1 : 1;
    if (a->rule != b->rule)
        return a->rule < b->rule ? -1 : 1;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    return a->anchor < b->anchor ? -1 : a->anchor > b->anchor;
}

/* Where the entity's records begin in by_entity. */
static size_t first_member(const struct work *work, int64_t entity)
{
    size_t low = 0, high = work->member_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (work->by_entity[middle].entity < entity)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The home that most of a person's records give now; empty when none does. */
static struct slice home_of(const struct work *work, const struct work_person *person)
{
    struct slice best = NO_SLICE;
    size_t best_count = 0;
    for (size_t i = 0; i < person->member_count; i++)
        for (size_t r = residence_of(work, work->by_entity[person->first_member + i].anchor);
             r < work->residence_count &&
             work->residences[r].anchor == work->by_entity[person->first_member + i].anchor;
             r++) {
            if (!work->residences[r].now)
                continue;
            size_t count = 0;
            for (size_t k = 0; k < person->member_count; k++)
                for (size_t o = residence_of(work, work->by_entity[person->first_member + k].anchor);
                     o < work->residence_count &&
                     work->residences[o].anchor == work->by_entity[person->first_member + k].anchor;
                     o++)
                    count += work->residences[o].now && slice_equal(work->residences[o].uprn, work->residences[r].uprn);
            if (count > best_count || (count == best_count && slice_compare(work->residences[r].uprn, best) < 0)) {
                best = work->residences[r].uprn;
                best_count = count;
            }
        }
    return best;
}

/* Those who reach the points; hits are by entity and rule. A reason counts once, however many records say so. */
static void add_up(struct work *work)
{
    size_t capacity = 0;
    for (size_t i = 0; i < work->hit_count;) {
        struct work_person person = {.entity = work->hits[i].entity, .first_hit = i};
        size_t end = i;
        for (; end < work->hit_count && work->hits[end].entity == person.entity; end++)
            if (end == i || work->hits[end].rule != work->hits[end - 1].rule)
                person.points += work->list->reasons[work->hits[end].rule].points;
        person.hit_count = end - i;
        if (person.points >= work->list->at_least) {
            person.first_member = first_member(work, person.entity);
            for (size_t m = person.first_member; m < work->member_count && work->by_entity[m].entity == person.entity;
                 m++)
                person.member_count++;
            person.uprn = home_of(work, &person);
            ARENA_GROW(work->arena, work->people, work->person_count, capacity);
            work->people[work->person_count++] = person;
        }
        i = end;
    }
}

struct births {
    struct work *work;
    struct work_person *people; /* by entity */
    size_t count;
    struct date (*dates)[4];
    uint8_t *known;
};

static struct work_person *person_of(struct work_person *people, size_t count, int64_t entity)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (people[middle].entity < entity)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && people[low].entity == entity ? &people[low] : NULL;
}

static bool note_birth(void *context, const struct value *cells, size_t columns, struct error *err)
{
    (void)columns;
    (void)err;
    struct births *births = context;
    struct date date;
    if (cells[4].kind != VALUE_TEXT || !date_read(cells[4].text, &(struct date_form){.partial = true}, &date))
        return true;
    int64_t entity = work_entity_of(births->work, cell_integer(&cells[1]));
    struct work_person *person = person_of(births->people, births->count, entity);
    if (!person)
        return true;
    size_t p = (size_t)(person - births->people);
    if (births->known[p] < 4)
        births->dates[p][births->known[p]++] = date;
    return true;
}

/* The shown birth dates of these records, source by source. */
static bool read_births(struct work *work, const int64_t *anchors, size_t count, struct births *births,
                        struct error *err)
{
    const struct catalogue *catalogue = work->hub->catalogue;
    for (size_t i = 0; i < catalogue->source_count; i++) {
        const struct source *source = &catalogue->sources[i];
        const struct column *column = source_attribute(source, ATTRIBUTE_PERSON_BIRTH_DATE);
        struct source_table table;
        if (!column || source->subject != SUBJECT_PERSON || !grant_column(work->grant, source->name, column->name))
            continue;
        if (!source_table_of(work->transaction, source, work->arena, &table, err))
            return false;
        for (size_t from = 0; table.source_id && from < count; from += ANCHORS_AT_ONCE) {
            struct source_read read = {.table = &table,
                                       .columns = &column->name,
                                       .column_count = 1,
                                       .anchors = anchors + from,
                                       .anchor_count = count - from < ANCHORS_AT_ONCE ? count - from : ANCHORS_AT_ONCE};
            struct sql sql;
            const struct value *args;
            size_t arg_count;
            source_table_select(&read, store_dialect(work->hub->store), work->arena, &sql, &args, &arg_count);
            if (!store_each_sql(work->transaction, &sql, args, arg_count, note_birth, births, err))
                return false;
        }
    }
    return true;
}

/* The birth date that most of up to four records give; the earlier on a tie. */
static struct date agreed(const struct date *dates, size_t count)
{
    struct date best = NO_DATE;
    size_t most = 0;
    for (size_t i = 0; i < count; i++) {
        size_t same = 0;
        for (size_t k = 0; k < count; k++)
            same += date_compare(dates[i], dates[k]) == 0;
        if (same > most || (same == most && date_compare(dates[i], best) < 0)) {
            best = dates[i];
            most = same;
        }
    }
    return best;
}

/* Birth dates order the list, and tell whom a clause for adults or children only admits. */
static bool find_births(struct work *work, struct error *err)
{
    size_t anchor_count = 0;
    for (size_t i = 0; i < work->person_count; i++)
        anchor_count += work->people[i].member_count;
    int64_t *anchors = arena_array(work->arena, int64_t, anchor_count);
    size_t n = 0;
    for (size_t i = 0; i < work->person_count; i++)
        for (size_t m = 0; m < work->people[i].member_count; m++)
            anchors[n++] = work->by_entity[work->people[i].first_member + m].anchor;
    struct births births = {.work = work,
                            .people = work->people,
                            .count = work->person_count,
                            .dates = arena_alloc(work->arena, sizeof(struct date[4]), work->person_count, 8),
                            .known = arena_array(work->arena, uint8_t, work->person_count)};
    if (!read_births(work, anchors, anchor_count, &births, err))
        return false;
    for (size_t i = 0; i < work->person_count; i++) {
        work->people[i].born = agreed(births.dates[i], births.known[i]);
        work->people[i].age = age_group_of(births.dates[i], births.known[i], work->day);
    }
    return true;
}

/* Takes away reasons that rest on a column which is shown for another age group only; then who no longer reaches the
 * points. */
static void keep_to_ages(struct work *work)
{
    if (grant_ageless(work->grant))
        return;
    size_t kept = 0;
    for (size_t i = 0; i < work->person_count; i++) {
        struct work_person person = work->people[i];
        size_t out = person.first_hit;
        person.points = 0;
        for (size_t h = person.first_hit; h < person.first_hit + person.hit_count; h++) {
            struct work_hit hit = work->hits[h];
            const struct source *source = &work->hub->catalogue->sources[hit.source];
            const struct list_condition *c = &work->list->reasons[hit.rule].conditions[0];
            const struct column *column = c->attribute != ATTRIBUTE_NONE ? source_attribute(source, c->attribute)
                                                                         : source_column(source, c->column);
            if (!column || !grant_shows(work->grant, source->name, column->name, person.age))
                continue;
            if (out == person.first_hit || work->hits[out - 1].rule != hit.rule)
                person.points += work->list->reasons[hit.rule].points;
            work->hits[out++] = hit;
        }
        person.hit_count = out - person.first_hit;
        if (person.points >= work->list->at_least && grant_admits(work->grant, person.age))
            work->people[kept++] = person;
    }
    work->person_count = kept;
}

static int by_home(const void *left, const void *right)
{
    const struct work_hit *a = left, *b = right;
    return slice_compare(a->uprn, b->uprn);
}

static bool hit_of_home(const struct work_hit *hits, size_t count, struct slice uprn)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (slice_compare(hits[middle].uprn, uprn) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return uprn.len && low < count && slice_equal(hits[low].uprn, uprn);
}

static bool hit_of_person(const struct work_hit *hits, size_t count, int64_t entity)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (hits[middle].entity < entity)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && hits[low].entity == entity;
}

/* Each leave_out rule in turn gathers anew behind the reasons' hits, and takes people away. */
static bool leave_out(struct work *work, struct error *err)
{
    size_t reasons_end = work->hit_count;
    for (size_t r = 0; r < work->list->leave_out_count; r++) {
        const struct list_rule *rule = &work->list->leave_out[r];
        work->hit_count = reasons_end;
        if (!gather_rule(work, rule, (uint16_t)r, false, err))
            return false;
        struct work_hit *hits = work->hits + reasons_end;
        size_t count = work->hit_count - reasons_end, kept = 0;
        array_sort(hits, count, sizeof *hits, rule->of_home ? by_home : by_person_and_rule);
        work->left_out[r].reason = rule->reason;
        for (size_t i = 0; i < work->person_count; i++) {
            const struct work_person *person = &work->people[i];
            if (rule->of_home ? hit_of_home(hits, count, person->uprn) : hit_of_person(hits, count, person->entity))
                work->left_out[r].people++;
            else
                work->people[kept++] = *person;
        }
        work->person_count = kept;
    }
    work->hit_count = reasons_end;
    return true;
}

bool work_out(struct work *work, struct error *err)
{
    const struct list *list = work->list;
    work->unusable = arena_array(work->arena, struct list_unusable, list->reason_count + list->leave_out_count);
    work->left_out = arena_array(work->arena, struct list_left_out, list->leave_out_count + 1);
    if (!load(work, err))
        return false;
    for (size_t r = 0; r < list->reason_count; r++)
        if (!gather_rule(work, &list->reasons[r], (uint16_t)r, true, err))
            return false;
    array_sort(work->hits, work->hit_count, sizeof *work->hits, by_person_and_rule);
    add_up(work);
    if (!find_births(work, err))
        return false;
    keep_to_ages(work);
    return leave_out(work, err);
}
