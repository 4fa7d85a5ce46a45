/* From what was written to a model, in steps, so that the order of statements does not matter: first what is declared
 * (years, units, sources, sets, rows), then what is given, then formulas, then what stands upon rows (scenarios,
 * checks, tables, risks). */
#include "plan/build.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

bool build_fault(const struct builder *b, struct plan_place place, struct error *err, const char *format, ...)
{
    char words[600];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    words[text_valid_utf8(slice_of(words))] = '\0';
    struct slice path = place.file < b->syntax->file_count ? b->syntax->files[place.file].path : NO_SLICE;
    return error_set_at(err, ERROR_INPUT, path, place.line, place.column, "%s", words);
}

bool build_unknown(const struct builder *b, struct plan_place place, enum name_kind kind, uint32_t within,
                   struct slice name, const char *what, struct error *err)
{
    struct slice near = plan_names_nearest(&b->names, kind, within, name);
    name = slice_part(name, 0, 100);
    if (near.len)
        return build_fault(b, place, err, "there is no %s %.*s; did you mean %.*s?", what, PRINT(name), PRINT(near));
    return build_fault(b, place, err, "there is no %s %.*s; declare it, or check its spelling", what, PRINT(name));
}

bool build_year(const struct builder *b, const struct plan_word *word, int32_t *ret, struct error *err)
{
    int32_t year = plan_year_find(b->model, word->text);
    if (year < 0)
        return build_fault(b, word->place, err, "the year %.*s is not in the plan, which runs from %.*s to %.*s",
                           PRINT(word->text), PRINT(b->model->years[0]),
                           PRINT(b->model->years[b->model->year_count - 1]));
    *ret = year;
    return true;
}

bool build_span(const struct builder *b, const struct plan_span *span, int32_t *ret_from, int32_t *ret_to,
                struct error *err)
{
    *ret_from = 0;
    *ret_to = b->model->year_count - 1;
    if (span->from.text.len && !build_year(b, &span->from, ret_from, err))
        return false;
    if (span->to.text.len && !build_year(b, &span->to, ret_to, err))
        return false;
    if (*ret_from > *ret_to)
        return build_fault(b, span->to.place, err, "the year %.*s is before %.*s; write the earlier one first",
                           PRINT(span->to.text), PRINT(span->from.text));
    return true;
}

bool build_origin(const struct builder *b, const struct plan_source_use *use, struct plan_place place,
                  struct plan_origin *ret, struct error *err)
{
    *ret = (struct plan_origin){.source = PLAN_NONE, .line = place.line, .where = use->where};
    if (place.file < b->syntax->file_count)
        ret->file = b->syntax->files[place.file].path;
    if (!use->id.text.len)
        return true;
    ret->source = plan_names_find(&b->names, NAME_SOURCE, 0, use->id.text);
    if (ret->source == NAME_UNKNOWN)
        return build_unknown(b, use->id.place, NAME_SOURCE, 0, use->id.text, "source", err);
    return true;
}

/* ---- Years, sources, sets ---- */

static bool declare_years(struct builder *b, struct error *err)
{
    const struct plan_statement *years = NULL;
    for (const struct plan_statement *s = b->syntax->statements; s; s = s->next) {
        if (s->kind == PLAN_MODEL) {
            if (b->model->name.len)
                return build_fault(b, s->place, err, "the plan is named twice; keep one `model`");
            b->model->name = s->name.text;
            b->model->title = s->title.len ? s->title : s->name.text;
        }
        if (s->kind != PLAN_YEARS)
            continue;
        if (years)
            return build_fault(b, s->place, err, "the years stand twice; keep one of them");
        years = s;
    }
    if (!years)
        return error_set_at(err, ERROR_INPUT, b->syntax->files[0].path, 0, 0,
                            "the plan has no years; write `years 2024-25 to 2028-29`");
    b->model->years = arena_array(b->arena, struct slice, years->word_count);
    for (size_t i = 0; i < years->word_count; i++) {
        if (i && slice_compare(years->words[i - 1].text, years->words[i].text) >= 0)
            return build_fault(b, years->words[i].place, err, "the year %.*s does not come after %.*s",
                               PRINT(years->words[i].text), PRINT(years->words[i - 1].text));
        b->model->years[i] = years->words[i].text;
        plan_names_add(&b->names, NAME_YEAR, 0, years->words[i].text, (uint32_t)i, NULL);
    }
    b->model->year_count = (int32_t)years->word_count;
    return true;
}

static bool declare_sources(struct builder *b, struct error *err)
{
    struct plan_model *m = b->model;
    for (const struct plan_statement *s = b->syntax->statements; s; s = s->next) {
        if (s->kind != PLAN_SOURCE)
            continue;
        if (!plan_names_add(&b->names, NAME_SOURCE, 0, s->name.text, (uint32_t)m->source_count, NULL))
            return build_fault(b, s->name.place, err, "the source %.*s is declared twice; keep one of them",
                               PRINT(s->name.text));
        ARENA_GROW(b->arena, m->sources, m->source_count, b->sources_capacity);
        m->sources[m->source_count++] = (struct plan_source){.name = s->name.text,
                                                             .title = s->title.len ? s->title : s->name.text,
                                                             .rounded = s->flags[0],
                                                             .fitted = s->flags[1],
                                                             .step = s->number,
                                                             .place = s->place};
    }
    return true;
}

static bool add_set(struct builder *b, const struct plan_statement *s, uint32_t *ret, struct error *err)
{
    struct plan_model *m = b->model;
    if (parse_is_reserved(s->name.text) || slice_equal(s->name.text, S("years")))
        return build_fault(b, s->name.place, err, "%.*s is a word of the language; name the set otherwise",
                           PRINT(s->name.text));
    if (!plan_names_add(&b->names, NAME_SET, 0, s->name.text, (uint32_t)m->set_count, NULL))
        return build_fault(b, s->name.place, err, "the set %.*s is declared twice; keep one of them",
                           PRINT(s->name.text));
    ARENA_GROW(b->arena, m->sets, m->set_count, b->sets_capacity);
    *ret = (uint32_t)m->set_count;
    m->sets[m->set_count++] = (struct plan_set){
        .name = s->name.text, .title = s->title.len ? s->title : s->name.text, .base = *ret, .place = s->place};
    if (!s->body)
        return build_fault(b, s->name.place, err, "the set %.*s has no members; write one on each line below it",
                           PRINT(s->name.text));
    return true;
}

/* What a member is called besides, by `also` or in a part of the set, so that files may say it. */
static bool other_titles(struct builder *b, uint32_t base, const struct plan_statement *member, uint32_t number,
                         struct error *err)
{
    for (size_t i = 0; i < member->word_count; i++) {
        uint32_t other = number;
        plan_names_add(&b->names, NAME_MEMBER_TITLE, base, member->words[i].text, number, &other);
        if (other != number)
            return build_fault(b, member->words[i].place, err, "“%.*s” is the title of %.*s; tell them apart",
                               PRINT(member->words[i].text), PRINT(b->model->sets[base].members[other].name));
    }
    return true;
}

static bool base_set(struct builder *b, const struct plan_statement *s, struct error *err)
{
    uint32_t number, other;
    if (!add_set(b, s, &number, err))
        return false;
    struct plan_set *set = &b->model->sets[number];
    size_t capacity = 0;
    for (const struct plan_statement *member = s->body; member; member = member->next) {
        ARENA_GROW(b->arena, set->members, set->count, capacity);
        struct plan_member *m = &set->members[set->count];
        *m = (struct plan_member){.name = member->name.text,
                                  .title = member->title.len ? member->title : member->name.text,
                                  .place = member->name.place};
        if (!plan_names_add(&b->names, NAME_MEMBER, number, m->name, (uint32_t)set->count, NULL))
            return build_fault(b, m->place, err, "%.*s stands twice in the set %.*s; keep one of them", PRINT(m->name),
                               PRINT(set->name));
        if (!plan_names_add(&b->names, NAME_MEMBER_TITLE, number, m->title, (uint32_t)set->count, &other))
            return build_fault(b, m->place, err, "%.*s and %.*s have the same title; tell them apart",
                               PRINT(set->members[other].name), PRINT(m->name));
        if (!other_titles(b, number, member, (uint32_t)set->count, err))
            return false;
        set->count++;
    }
    uint32_t *list = arena_array(b->arena, uint32_t, set->count);
    bool *holds = arena_array(b->arena, bool, set->count);
    for (size_t i = 0; i < set->count; i++) {
        list[i] = (uint32_t)i;
        holds[i] = true;
    }
    set->list = list;
    set->holds = holds;
    return true;
}

static bool part_set(struct builder *b, const struct plan_statement *s, struct error *err)
{
    uint32_t number, base = plan_names_find(&b->names, NAME_SET, 0, s->of.text);
    if (base == NAME_UNKNOWN)
        return build_unknown(b, s->of.place, NAME_SET, 0, s->of.text, "set", err);
    if (b->model->sets[base].base != base)
        return build_fault(b, s->of.place, err, "%.*s is itself a part of %.*s; write `set %.*s of %.*s`",
                           PRINT(s->of.text), PRINT(b->model->sets[b->model->sets[base].base].name),
                           PRINT(s->name.text), PRINT(b->model->sets[b->model->sets[base].base].name));
    if (!add_set(b, s, &number, err))
        return false;
    struct plan_set *set = &b->model->sets[number];
    const struct plan_set *whole = &b->model->sets[base];
    set->base = base;
    set->members = whole->members;
    uint32_t *list = arena_array(b->arena, uint32_t, whole->count);
    bool *holds = arena_array(b->arena, bool, whole->count);
    for (const struct plan_statement *member = s->body; member; member = member->next) {
        uint32_t m = plan_member_find(b->model, base, member->name.text);
        if (m == PLAN_NONE)
            return build_unknown(b, member->name.place, NAME_MEMBER, base, member->name.text, "member", err);
        if (holds[m])
            return build_fault(b, member->name.place, err, "%.*s stands twice; keep one of them",
                               PRINT(member->name.text));
        if (member->title.len && set->members == whole->members) {
            set->members = arena_array(b->arena, struct plan_member, whole->count);
            memcpy(set->members, whole->members, whole->count * sizeof *whole->members);
        }
        if (member->title.len)
            set->members[m].title = member->title;
        if (!other_titles(b, base, member, m, err))
            return false;
        holds[m] = true;
        list[set->count++] = m;
    }
    set->list = list;
    set->holds = holds;
    return true;
}

static bool declare_sets(struct builder *b, struct error *err)
{
    for (int part = 0; part < 2; part++)
        for (const struct plan_statement *s = b->syntax->statements; s; s = s->next)
            if (s->kind == PLAN_SET && (s->of.text.len > 0) == part &&
                !(part ? part_set(b, s, err) : base_set(b, s, err)))
                return false;
    return true;
}

/* ---- Regions, clauses ---- */

void build_choose(struct builder *b, uint32_t row, size_t position, const struct choice *choice,
                  struct plan_region *region)
{
    const struct plan_set *base = &b->model->sets[b->model->rows[row].sets[position]];
    if (choice->set != PLAN_NONE) {
        const struct plan_set *set = &b->model->sets[choice->set];
        region->members[position] = set->list;
        region->holds[position] = set->holds;
        region->counts[position] = set->count;
        return;
    }
    bool *holds = arena_array(b->arena, bool, base->count);
    holds[choice->member] = true;
    region->members[position] = &base->list[choice->member];
    region->holds[position] = holds;
    region->counts[position] = 1;
}

bool build_region(struct builder *b, uint32_t number, const struct plan_word *index, size_t count,
                  struct plan_place place, struct plan_region *ret, struct error *err)
{
    const struct plan_row *row = &b->model->rows[number];
    bool taken[PLAN_SETS_MAX] = {false};
    *ret = (struct plan_region){.to = row->years - 1};
    for (size_t i = 0; i < row->set_count; i++)
        build_choose(b, number, i, &(struct choice){.set = row->sets[i]}, ret);
    if (count > row->set_count)
        return build_fault(b, index[row->set_count].place, err, "%.*s has %zu sets, but %zu words stand in brackets",
                           PRINT(row->name), row->set_count, count);
    for (size_t w = 0; w < count; w++) {
        bool found = false;
        for (size_t i = 0; i < row->set_count && !found; i++) {
            struct choice choice;
            if (taken[i] || !build_choice(b, row->sets[i], index[w].text, &choice))
                continue;
            build_choose(b, number, i, &choice, ret);
            found = taken[i] = true;
        }
        if (found)
            continue;
        struct slice near = NO_SLICE;
        for (size_t i = 0; i < row->set_count && !near.len; i++)
            if (!taken[i])
                near = plan_names_nearest(&b->names, NAME_MEMBER, row->sets[i], index[w].text);
        if (near.len)
            return build_fault(b, index[w].place, err, "%.*s has no %.*s; did you mean %.*s?", PRINT(row->name),
                               PRINT(index[w].text), PRINT(near));
        return build_fault(b, index[w].place, err, "%.*s has no %.*s among its members", PRINT(row->name),
                           PRINT(index[w].text));
    }
    (void)place;
    return true;
}

struct plan_clause *build_clause(struct builder *b, uint32_t row)
{
    struct plan_model *m = b->model;
    ARENA_GROW(b->arena, m->clauses, m->clause_count, b->clauses_capacity);
    struct plan_clause *clause = &m->clauses[m->clause_count++];
    *clause = (struct plan_clause){.row = row, .origin = {.source = PLAN_NONE}};
    return clause;
}

struct slice build_text(struct builder *b, const struct plan_formula *formula)
{
    struct slice raw = slice_part(b->syntax->files[formula->place.file].text, formula->first, formula->last);
    struct buffer out = buffer_make(b->arena);
    bool space = false, comment = false;
    for (size_t i = 0; i < raw.len; i++) {
        comment = raw.at[i] == '#' || (comment && raw.at[i] != '\n');
        if (comment || raw.at[i] == ' ' || raw.at[i] == '\n' || raw.at[i] == '\r' || raw.at[i] == '\t') {
            space = true;
            continue;
        }
        if (space && out.len)
            buffer_add_byte(&out, ' ');
        space = false;
        buffer_add_byte(&out, raw.at[i]);
    }
    return buffer_slice(&out);
}

static bool regions_meet(const struct builder *b, uint32_t row, const struct plan_region *x,
                         const struct plan_region *y)
{
    if (x->from > y->to || y->from > x->to)
        return false;
    for (size_t i = 0; i < b->model->rows[row].set_count; i++) {
        bool meet = false;
        for (size_t k = 0; k < x->counts[i] && !meet; k++)
            meet = y->holds[i][x->members[i][k]];
        if (!meet)
            return false;
    }
    return true;
}

static bool add_calc(struct builder *b, const struct plan_statement *s, struct error *err)
{
    uint32_t row = plan_names_find(&b->names, NAME_ROW, 0, s->name.text);
    struct plan_region region;
    if (!build_region(b, row, s->index, s->index_count, s->place, &region, err))
        return false;
    if (!b->model->rows[row].always && !build_span(b, &s->span, &region.from, &region.to, err))
        return false;
    if (b->model->rows[row].always && s->span.given)
        return build_fault(b, s->span.from.place, err, "%.*s is `always`, so it has no years", PRINT(s->name.text));
    struct clause_list *list = &b->row_clauses[row];
    for (size_t i = 0; i < list->count; i++)
        if (regions_meet(b, row, &region, &b->model->clauses[list->clauses[i]].region))
            return build_fault(b, s->name.place, err,
                               "%.*s has another formula for some of these figures on line %u; give each its own "
                               "members or years",
                               PRINT(s->name.text), b->model->clauses[list->clauses[i]].place.line);
    ARENA_GROW(b->arena, list->clauses, list->count, list->capacity);
    list->clauses[list->count++] = (uint32_t)b->model->clause_count;
    struct plan_clause *clause = build_clause(b, row);
    clause->region = region;
    clause->formula = s->formula;
    clause->place = s->place;
    clause->text = build_text(b, s->formula);
    return build_origin(b, &s->source, s->place, &clause->origin, err);
}

static bool compile_calcs(struct builder *b, struct error *err)
{
    for (size_t i = 0; i < b->model->clause_count; i++) {
        struct plan_clause *clause = &b->model->clauses[i];
        struct plan_unit unit;
        if (!compile_formula(b, clause, clause->formula, false, &unit, err))
            return false;
        const struct plan_row *row = &b->model->rows[clause->row];
        if (unit.kind == PLAN_UNIT_ANY || build_unit_same(&unit, &row->unit))
            continue;
        if (unit.kind == PLAN_UNIT_MONEY && row->unit.kind == PLAN_UNIT_MONEY)
            return build_fault(b, clause->formula->place, err,
                               "%.*s is in %.*s but its formula in %.*s; write (…) in %.*s", PRINT(row->name),
                               PRINT(row->unit.name), PRINT(unit.name), PRINT(row->unit.name));
        struct slice words = build_unit_words(&unit);
        return build_fault(b, clause->formula->place, err,
                           "%.*s is in %.*s but its formula gives %.*s; write the unit behind the row's name",
                           PRINT(row->name), PRINT(row->unit.name), PRINT(words));
    }
    return true;
}

static bool add_calcs(struct builder *b, struct error *err)
{
    for (const struct plan_statement *s = b->syntax->statements; s; s = s->next)
        if (s->kind == PLAN_CALC && !add_calc(b, s, err))
            return false;
    return compile_calcs(b, err);
}

bool build_hidden(struct builder *b, struct slice name, const uint32_t *sets, size_t set_count,
                  const struct plan_region *region, const struct plan_formula *formula, struct slice title,
                  uint32_t *ret, struct error *err)
{
    uint32_t number = build_row(b, name, sets, set_count, formula->place);
    struct plan_row *row = &b->model->rows[number];
    row->hidden = true;
    row->title = title;
    *ret = number;
    if (!build_cells(b, number, err))
        return false;
    struct clause_list *list = &b->row_clauses[number];
    ARENA_GROW(b->arena, list->clauses, list->count, list->capacity);
    uint32_t clause_number = (uint32_t)b->model->clause_count;
    list->clauses[list->count++] = clause_number;
    struct plan_clause *clause = build_clause(b, number);
    clause->region = *region;
    clause->formula = formula;
    clause->place = formula->place;
    clause->text = build_text(b, formula);
    clause->origin.file = b->syntax->files[formula->place.file].path;
    clause->origin.line = formula->place.line;
    struct plan_unit unit;
    if (!compile_formula(b, clause, formula, false, &unit, err))
        return false;
    if (unit.kind == PLAN_UNIT_ANY)
        unit = b->model->unit;
    b->model->rows[number].unit = unit;
    return true;
}

/* ---- The list of which formula reads which row ---- */

static void list_uses(struct builder *b)
{
    struct plan_model *m = b->model;
    uint32_t *first = arena_array(b->arena, uint32_t, m->row_count + 2);
    for (size_t c = 0; c < m->clause_count; c++)
        for (size_t r = 0; r < m->clauses[c].program.reference_count; r++)
            first[m->clauses[c].program.references[r].row + 1]++;
    for (size_t i = 0; i < m->row_count; i++)
        first[i + 1] += first[i];
    struct plan_use *uses = arena_array(b->arena, struct plan_use, first[m->row_count] + 1);
    uint32_t *next = arena_array(b->arena, uint32_t, m->row_count + 1);
    memcpy(next, first, (m->row_count + 1) * sizeof *next);
    for (uint32_t c = 0; c < m->clause_count; c++)
        for (uint32_t r = 0; r < m->clauses[c].program.reference_count; r++)
            uses[next[m->clauses[c].program.references[r].row]++] =
                (struct plan_use){.row = m->clauses[c].row, .clause = c, .reference = r};
    m->uses = uses;
    m->first_use = first;
}

static void hand_over(struct builder *b)
{
    struct plan_model *m = b->model;
    for (size_t i = 0; i < m->row_count; i++) {
        m->rows[i].clauses = b->row_clauses[i].clauses;
        m->rows[i].clause_count = b->row_clauses[i].count;
    }
    plan_cell *first_cells = arena_array(b->arena, plan_cell, m->row_count + 1);
    for (size_t i = 0; i < m->row_count; i++)
        first_cells[i] = m->rows[i].first;
    m->first_cells = first_cells;
    list_uses(b);
}

bool plan_resolve(const struct host *host, const struct plan_syntax *syntax, struct arena *arena,
                  struct plan_model **ret, struct error *err)
{
    struct builder *b = arena_new(arena, struct builder);
    *b = (struct builder){.arena = arena, .host = host, .syntax = syntax, .names = plan_names_make(arena)};
    b->model = arena_new(arena, struct plan_model);
    b->model->arena = arena;
    b->model->syntax = syntax;
    b->model->names = &b->names;
    bool done = declare_years(b, err) && build_units(b, err) && declare_sources(b, err) && declare_sets(b, err) &&
                build_rows(b, err) && build_entries(b, err) && build_givens(b, err) && add_calcs(b, err) &&
                build_overlays(b, err) && build_checks(b, err) && build_tables(b, err) && build_rest(b, err);
    if (!done)
        return false;
    hand_over(b);
    *ret = b->model;
    return true;
}

bool plan_load(const struct host *host, struct slice path, struct arena *arena, struct plan_model **ret,
               const struct plan_syntax **ret_syntax, struct error *err)
{
    struct plan_syntax *syntax = NULL;
    bool parsed = plan_parse(host, path, arena, &syntax, err);
    if (ret_syntax)
        *ret_syntax = syntax;
    return parsed && plan_resolve(host, syntax, arena, ret, err);
}
