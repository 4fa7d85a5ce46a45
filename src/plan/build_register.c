/* Registers: lines of bids, savings, virements, schemes and reserves, and the rows that add them up. */
#include "plan/build.h"

static const struct {
    const char *key;
    const char *words[10];
} choices[] = {
    {"rag", {"green", "amber", "red", "blue"}},
    {"eqia", {"needed", "drafted", "running", "done", "not-needed"}},
    {"consultation", {"needed", "drafted", "running", "done", "not-needed"}},
    {"business-case", {"needed", "drafted", "running", "done", "not-needed"}},
    {"state", {"draft", "proposed", "approved", "delivered", "failed", "withdrawn"}},
};

static bool check_attribute(struct builder *b, const struct plan_attribute *a, struct error *err)
{
    for (size_t i = 0; i < countof(choices); i++) {
        if (!slice_equal(a->key.text, slice_of(choices[i].key)))
            continue;
        struct buffer list = buffer_make(b->arena);
        for (size_t w = 0; choices[i].words[w]; w++) {
            if (slice_equal(a->value.text, slice_of(choices[i].words[w])))
                return true;
            buffer_format(&list, "%s%s", w ? ", " : "", choices[i].words[w]);
        }
        return build_fault(b, a->value.place, err, "%.*s is no state of %s; write one of %.*s", PRINT(a->value.text),
                           choices[i].key, PRINT(buffer_slice(&list)));
    }
    return true;
}

static bool check_attributes(struct builder *b, const struct plan_statement *s, struct error *err)
{
    for (size_t i = 0; i < s->attribute_count; i++) {
        const struct plan_attribute *a = &s->attributes[i];
        if (!check_attribute(b, a, err))
            return false;
        for (size_t j = 0; j < i; j++)
            if (slice_equal(a->key.text, s->attributes[j].key.text) && !slice_equal(a->key.text, S("replaces")))
                return build_fault(b, a->key.place, err, "%.*s stands twice; keep one of them", PRINT(a->key.text));
    }
    return true;
}

static bool known_member(const struct builder *b, const struct plan_word *word, struct error *err)
{
    struct slice near = NO_SLICE;
    for (uint32_t i = 0; i < b->model->set_count; i++) {
        if (b->model->sets[i].base != i)
            continue;
        if (plan_member_find(b->model, i, word->text) != PLAN_NONE)
            return true;
        if (!near.len)
            near = plan_names_nearest(&b->names, NAME_MEMBER, i, word->text);
    }
    return build_fault(b, word->place, err, "%.*s is a member of no set%s%.*s%s", PRINT(word->text),
                       near.len ? "; did you mean " : "", PRINT(near), near.len ? "?" : "");
}

struct entry_values {
    struct plan_entry_value *values;
    size_t count, capacity;
};

static bool entry_line(struct builder *b, const struct plan_statement *s, const struct plan_values *v,
                       struct entry_values *list, struct error *err)
{
    int32_t from, to;
    if (!build_span(b, &v->span, &from, &to, err))
        return false;
    size_t wanted = v->span.given ? (size_t)(to - from) + 1 : v->years ? v->year_count : (size_t)b->model->year_count;
    bool spread = v->count == 1 && v->span.given;
    if (v->count != wanted && !spread)
        return build_fault(b, v->place, err, "%zu values stand here for %zu years", v->count, wanted);
    size_t count = s->word_count + v->member_count;
    struct plan_word *members = arena_array(b->arena, struct plan_word, count + 1);
    if (s->word_count)
        memcpy(members, s->words, s->word_count * sizeof *members);
    for (size_t i = 0; i < v->member_count; i++)
        members[s->word_count + i] = v->members[i];
    for (size_t i = 0; i < count; i++)
        if (!known_member(b, &members[i], err))
            return false;
    for (size_t i = 0; i < v->count; i++) {
        int32_t year = v->span.given ? from + (int32_t)i : (int32_t)i, last;
        if (!v->present[i])
            continue;
        if (!v->span.given && v->years && !build_year(b, &v->years[i], &year, err))
            return false;
        last = spread ? to : year;
        for (; year <= last; year++) {
            ARENA_GROW(b->arena, list->values, list->count, list->capacity);
            list->values[list->count++] = (struct plan_entry_value){.members = members,
                                                                    .member_count = count,
                                                                    .year = year,
                                                                    .value = v->values[i],
                                                                    .reprofile = v->reprofile,
                                                                    .line = v->place.line};
        }
    }
    return true;
}

/* A virement adds up to nothing in each year, the reprofilings of a scheme across the years. */
static bool balanced(struct builder *b, const struct plan_entry *entry, struct error *err)
{
    for (int32_t year = 0; year < b->model->year_count; year++) {
        struct number sum = NUMBER_ZERO;
        for (size_t i = 0; i < entry->value_count; i++)
            if (entry->kind == PLAN_VIREMENTS ? entry->values[i].year == year : entry->values[i].reprofile)
                sum = number_add(b->arena, sum, entry->values[i].value);
        if (number_sign(sum) == 0)
            continue;
        struct slice left = number_text(b->arena, sum);
        if (entry->kind == PLAN_VIREMENTS)
            return build_fault(b, entry->place, err,
                               "the virement %.*s does not add up to nothing in %.*s: %.*s is left over",
                               PRINT(entry->id), PRINT(b->model->years[year]), PRINT(left));
        return build_fault(b, entry->place, err,
                           "the reprofiling of %.*s does not add up to nothing across its years: %.*s is left over",
                           PRINT(entry->id), PRINT(left));
    }
    return true;
}

static bool add_entry(struct builder *b, const struct plan_statement *s, enum plan_register kind, struct error *err)
{
    struct plan_model *m = b->model;
    struct plan_unit unit = m->unit;
    struct entry_values list = {0};
    if (s->unit.text.len && !build_unit(b, s->unit.text, s->unit.place, &unit, err))
        return false;
    if (!plan_names_add(&b->names, NAME_ENTRY, kind, s->name.text, (uint32_t)m->entry_count, NULL))
        return build_fault(b, s->name.place, err, "%.*s stands twice in the register of %s; keep one of them",
                           PRINT(s->name.text), plan_register_words[kind]);
    if (!check_attributes(b, s, err))
        return false;
    for (size_t i = 0; i < s->value_count; i++)
        if (!entry_line(b, s, &s->values[i], &list, err))
            return false;
    ARENA_GROW(b->arena, m->entries, m->entry_count, b->entries_capacity);
    struct plan_entry *entry = &m->entries[m->entry_count++];
    *entry = (struct plan_entry){.kind = kind,
                                 .id = s->name.text,
                                 .title = s->title.len ? s->title : s->name.text,
                                 .unit = unit,
                                 .attributes = s->attributes,
                                 .attribute_count = s->attribute_count,
                                 .values = list.values,
                                 .value_count = list.count,
                                 .note = s->note,
                                 .place = s->place};
    if (!build_origin(b, &s->source, s->place, &entry->origin, err))
        return false;
    return (kind != PLAN_VIREMENTS && kind != PLAN_SCHEMES) || balanced(b, entry, err);
}

bool build_entries(struct builder *b, struct error *err)
{
    for (const struct plan_statement *s = b->syntax->statements; s; s = s->next)
        if (s->kind >= PLAN_BID && s->kind <= PLAN_RESERVE &&
            !add_entry(b, s, (enum plan_register)(s->kind - PLAN_BID), err))
            return false;
    return true;
}

/* ---- Rows from a register ---- */

struct share { /* of a register's line in a cell */
    plan_cell cell;
    uint32_t entry;
    struct number value;
};

struct gathering {
    struct builder *b;
    const struct plan_from *from;
    uint32_t row;
    struct share *shares;
    size_t count, capacity;
    bool *where_used;
};

static bool counts(const struct plan_entry *entry, const struct plan_from *from, bool *used)
{
    struct slice state = plan_entry_get(entry, S("state"));
    if (slice_equal(state, S("withdrawn")) || slice_equal(state, S("failed")))
        return false;
    for (size_t i = 0; i < from->where_count; i++) {
        struct slice value = plan_entry_get(entry, from->where[i].key.text);
        used[i] |= value.len > 0;
        if (slice_equal(value, from->where[i].value.text) == from->where[i].is_not)
            return false;
    }
    return true;
}

/* Which member of each of the row's sets a value belongs to: by its names, or by the attribute called like the set. */
static bool place_of(const struct gathering *g, const struct plan_entry *entry, const struct plan_entry_value *v,
                     uint32_t *members, struct error *err)
{
    const struct plan_model *m = g->b->model;
    const struct plan_row *row = &m->rows[g->row];
    for (size_t i = 0; i < row->set_count; i++) {
        members[i] = PLAN_NONE;
        for (size_t w = v->member_count; w-- > 0 && members[i] == PLAN_NONE;)
            members[i] = plan_member_find(m, row->sets[i], v->members[w].text);
        struct slice set = m->sets[row->sets[i]].name;
        if (members[i] == PLAN_NONE)
            members[i] = plan_member_find(m, row->sets[i], plan_entry_get(entry, set));
        if (members[i] == PLAN_NONE)
            return build_fault(g->b, entry->place, err,
                               "%.*s does not say for which %.*s it is, which the row %.*s needs; write `for` and one",
                               PRINT(entry->id), PRINT(set), PRINT(row->name));
    }
    return true;
}

static bool gather(struct gathering *g, uint32_t number, struct error *err)
{
    struct builder *b = g->b;
    const struct plan_entry *entry = &b->model->entries[number];
    const struct plan_row *row = &b->model->rows[g->row];
    if (!build_unit_same(&entry->unit, &row->unit) &&
        (entry->unit.kind != PLAN_UNIT_MONEY || row->unit.kind != PLAN_UNIT_MONEY))
        return build_fault(b, entry->place, err, "%.*s is in %.*s, but the row %.*s in %.*s", PRINT(entry->id),
                           PRINT(entry->unit.name), PRINT(row->name), PRINT(row->unit.name));
    struct number delivers = NUMBER_ONE;
    for (size_t i = 0; i < entry->attribute_count; i++)
        if (slice_equal(entry->attributes[i].key.text, S("delivers")) && entry->attributes[i].is_number)
            delivers = entry->attributes[i].number;
    for (size_t i = 0; i < entry->value_count; i++) {
        const struct plan_entry_value *v = &entry->values[i];
        uint32_t members[PLAN_SETS_MAX];
        if (!place_of(g, entry, v, members, err))
            return false;
        struct number value = number_multiply(b->arena, v->value, delivers);
        if (row->unit.kind == PLAN_UNIT_MONEY)
            value = number_shift(b->arena, value, entry->unit.power - row->unit.power);
        ARENA_GROW(b->arena, g->shares, g->count, g->capacity);
        g->shares[g->count++] =
            (struct share){.cell = plan_cell_at(b->model, g->row, members, v->year), .entry = number, .value = value};
    }
    return true;
}

static int by_cell(const void *a, const void *b)
{
    const struct share *x = a, *y = b;
    if (x->cell != y->cell)
        return x->cell < y->cell ? -1 : 1;
    return x->entry < y->entry ? -1 : x->entry > y->entry;
}

/* Every cell of the row gets a value: what the lines add up to, or 0. */
static void give_shares(struct gathering *g, const struct plan_origin *origin, int32_t from, int32_t to)
{
    struct plan_model *m = g->b->model;
    const struct plan_row *row = &m->rows[g->row];
    array_sort(g->shares, g->count, sizeof *g->shares, by_cell);
    size_t at = 0;
    for (size_t i = 0; i < row->tuples * (size_t)row->years; i++) {
        plan_cell cell = (plan_cell)(row->first + i);
        int32_t year = (int32_t)(i / row->tuples);
        uint32_t first = (uint32_t)m->part_count;
        struct number sum = NUMBER_ZERO;
        for (; at < g->count && g->shares[at].cell == cell; at++) {
            sum = number_add(g->b->arena, sum, g->shares[at].value);
            ARENA_GROW(g->b->arena, m->parts, m->part_count, g->b->parts_capacity);
            m->parts[m->part_count++] = (struct plan_part){g->shares[at].entry, g->shares[at].value};
        }
        if (year < from || year > to)
            continue;
        struct plan_given *given = build_give(g->b, cell, sum, origin, SIZE_MAX, g->from->place);
        given->first_entry = first;
        given->entry_count = (uint32_t)m->part_count - first;
    }
}

bool build_from_register(struct builder *b, const struct plan_statement *s, const struct plan_from *from, uint32_t row,
                         struct error *err)
{
    struct gathering g = {.b = b, .from = from, .row = row};
    struct plan_origin origin;
    int32_t first, last;
    enum plan_register kind = PLAN_BIDS;
    while (!slice_equal(slice_of(plan_register_words[kind]), from->register_name.text))
        kind++;
    if (b->model->rows[row].always)
        return build_fault(b, from->place, err, "a register has years, but %.*s is `always`",
                           PRINT(b->model->rows[row].name));
    g.where_used = arena_array(b->arena, bool, from->where_count + 1);
    if (!build_origin(b, from->source.id.text.len ? &from->source : &s->source, from->place, &origin, err) ||
        !build_span(b, &from->span, &first, &last, err))
        return false;
    size_t lines = 0;
    for (uint32_t i = 0; i < b->model->entry_count; i++) {
        if (b->model->entries[i].kind != kind)
            continue;
        lines++;
        if (counts(&b->model->entries[i], from, g.where_used) && !gather(&g, i, err))
            return false;
    }
    for (size_t i = 0; lines && i < from->where_count; i++)
        if (!g.where_used[i])
            return build_fault(b, from->where[i].key.place, err, "no line of the register says its %.*s",
                               PRINT(from->where[i].key.text));
    give_shares(&g, &origin, first, last);
    return true;
}
