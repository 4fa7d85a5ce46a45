/* Values come apart by the members that they stand under: one line for each combination, in the order in which they
 * first stand, a reprofiling apart from the sums that it moves. */
#include "plans/row.h"

#include "base/text.h"

static const struct {
    const char *keyword, *title;
} registers[PLAN_REGISTERS] = {
    [PLAN_BIDS] = {"bid", "Growth bids"},         [PLAN_SAVINGS] = {"saving", "Savings"},
    [PLAN_VIREMENTS] = {"virement", "Virements"}, [PLAN_SCHEMES] = {"scheme", "Capital schemes"},
    [PLAN_RESERVES] = {"reserve", "Reserves"},
};

/* What the language takes as a bare word: everything else is written in quotes. */
static const struct {
    const char *key;
    const char *words[7];
} choices[] = {
    {"rag", {"green", "amber", "red", "blue"}},
    {"eqia", {"needed", "drafted", "running", "done", "not-needed"}},
    {"consultation", {"needed", "drafted", "running", "done", "not-needed"}},
    {"business-case", {"needed", "drafted", "running", "done", "not-needed"}},
    {"business-case", {"needed", "drafted", "running", "done", "not-needed"}},
    {"state", {"draft", "proposed", "approved", "delivered", "failed", "withdrawn"}},
};

const char *row_keyword(enum plan_register kind)
{
    return registers[kind].keyword;
}

const char *row_register_title(enum plan_register kind)
{
    return registers[kind].title;
}

enum plan_register row_register(struct slice word)
{
    for (int i = 0; i < PLAN_REGISTERS; i++)
        if (slice_equal(word, slice_of(plan_register_words[i])))
            return (enum plan_register)i;
    return PLAN_REGISTERS;
}

/* ---- From the computed plan ---- */

/* A value as it was typed: 1.99 in a row of per cent, and with the unit's decimals where these hold it. */
static struct slice figure_of(const struct plan_unit *unit, struct number value, struct arena *arena)
{
    if (unit->kind == PLAN_UNIT_PLAIN && unit->power)
        value = number_shift(arena, value, -unit->power);
    if (number_equal(number_round_places(arena, value, unit->places), value))
        return number_shown(arena, value, unit->places, false);
    return number_text(arena, value);
}

static bool same_members(const struct row_line *line, const struct slice *members, size_t count, bool reprofile)
{
    bool same = line->member_count == count && line->reprofile == reprofile;
    for (size_t i = 0; same && i < count; i++)
        same = slice_equal(line->members[i], members[i]);
    return same;
}

static void put_value(const struct plan_model *model, const struct plan_entry *entry,
                      const struct plan_entry_value *value, struct row *row, struct arena *arena)
{
    struct slice members[PLAN_SETS_MAX];
    size_t count = value->member_count < PLAN_SETS_MAX ? value->member_count : PLAN_SETS_MAX, at = 0;
    for (size_t i = 0; i < count; i++)
        members[i] = value->members[i].text;
    while (at < row->line_count && !same_members(&row->lines[at], members, count, value->reprofile))
        at++;
    struct row_line *line = &row->lines[at];
    if (at == row->line_count) {
        row->line_count++;
        *line = (struct row_line){.member_count = count, .reprofile = value->reprofile};
        memcpy(line->members, members, count * sizeof *members);
        line->figures = arena_array(arena, struct slice, (size_t)model->year_count);
    }
    line->figures[value->year] = figure_of(&entry->unit, value->value, arena);
}

struct row row_of_entry(const struct plan_model *model, const struct plan_entry *entry, struct arena *arena)
{
    struct row row = {.kind = entry->kind, .id = entry->id, .title = entry->title, .note = entry->note};
    if (!slice_equal(entry->unit.name, model->unit.name))
        row.unit = entry->unit.name;
    if (entry->origin.source != PLAN_NONE) {
        row.source = model->sources[entry->origin.source].name;
        row.where = entry->origin.where;
    }
    for (size_t i = 0; i < entry->attribute_count; i++) {
        ARENA_GROW(arena, row.attributes, row.attribute_count, row.attribute_capacity);
        row.attributes[row.attribute_count++] =
            (struct row_attribute){entry->attributes[i].key.text, entry->attributes[i].value.text};
    }
    row.lines = arena_array(arena, struct row_line, entry->value_count);
    row.line_years = (size_t)model->year_count;
    for (size_t i = 0; i < entry->value_count; i++)
        put_value(model, entry, &entry->values[i], &row, arena);
    return row;
}

struct slice row_get(const struct row *row, const char *key)
{
    for (size_t i = 0; i < row->attribute_count; i++)
        if (slice_equal(row->attributes[i].key, slice_of(key)))
            return row->attributes[i].value;
    return NO_SLICE;
}

void row_set(struct row *row, const char *key, struct slice value, struct arena *arena)
{
    size_t at = 0;
    while (at < row->attribute_count && !slice_equal(row->attributes[at].key, slice_of(key)))
        at++;
    if (at < row->attribute_count && !value.len) {
        row->attribute_count--;
        for (; at < row->attribute_count; at++)
            row->attributes[at] = row->attributes[at + 1];
    } else if (at < row->attribute_count) {
        row->attributes[at].value = value;
    } else if (value.len) {
        ARENA_GROW(arena, row->attributes, row->attribute_count, row->attribute_capacity);
        row->attributes[row->attribute_count++] = (struct row_attribute){slice_of(key), value};
    }
}

/* ---- Checking ---- */

static struct slice cleaned(struct slice text, struct arena *arena)
{
    text = slice_trim(text);
    char *copy = arena_cstr(arena, text);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)copy[i];
        copy[i] = c == '"' ? '\'' : c < 32 || c == 127 ? ' ' : copy[i];
    }
    return slice_from(copy, text.len);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(struct slice text)
{
    bool fine = text.len > 0 && is_letter(text.at[0]) && text.at[text.len - 1] != '-';
    for (size_t i = 0; fine && i < text.len; i++) {
        char c = text.at[i];
        fine = is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }
    return fine;
}

static bool check_id(const struct row *row, struct error *err)
{
    if (row->id.len > ROW_NAME_MAX)
        return error_set(err, ERROR_INPUT, "the reference is longer than %d letters; shorten it", ROW_NAME_MAX);
    return is_word(row->id) ||
           error_set(err, ERROR_INPUT,
                     "the reference \"%.*s\" is not one; write letters, digits and hyphens, a letter first, as in "
                     "S-ASC-1",
                     PRINT(row->id));
}

static bool check_attribute(struct row_attribute *attribute, struct arena *arena, struct error *err)
{
    attribute->value = cleaned(attribute->value, arena);
    if (attribute->value.len > ROW_TEXT_MAX)
        return error_set(err, ERROR_INPUT, "the %.*s is longer than %d letters; shorten it", PRINT(attribute->key),
                         ROW_TEXT_MAX);
    struct number number;
    if (slice_starts(attribute->key, S("score-")) && !number_read(attribute->value, arena, &number))
        return error_set(err, ERROR_INPUT, "\"%.*s\" is no number; give %.*s in digits", PRINT(attribute->value),
                         PRINT(attribute->key));
    for (size_t i = 0; i < countof(choices); i++) {
        if (!slice_equal(attribute->key, slice_of(choices[i].key)))
            continue;
        bool known = false;
        for (size_t k = 0; k < countof(choices[i].words) && choices[i].words[k]; k++)
            known = known || slice_equal(attribute->value, slice_of(choices[i].words[k]));
        if (!known)
            return error_set(err, ERROR_INPUT, "%.*s cannot be \"%.*s\"; choose one of those offered",
                             PRINT(attribute->key), PRINT(attribute->value));
    }
    return true;
}

/* "−1,234.5" with a true minus sign and commas at the thousands gives "-1234.5". */
static bool check_figure(struct slice *figure, struct arena *arena, struct error *err)
{
    struct slice text = slice_trim(*figure);
    struct buffer out = buffer_make(arena);
    struct number number;
    if (slice_starts(text, S("\xe2\x88\x92"))) {
        buffer_add_byte(&out, '-');
        text = slice_part(text, 3, text.len);
    }
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != ',')
            buffer_add_byte(&out, text.at[i]);
    if (text.len && (out.len > ROW_FIGURE_MAX || !number_read(buffer_slice(&out), arena, &number)))
        return error_set(err, ERROR_INPUT, "\"%.*s\" is no figure; write it in digits, as -1.250",
                         PRINT(text_first_letters(*figure, 20).len ? text_first_letters(*figure, 20) : *figure));
    *figure = buffer_slice(&out);
    return true;
}

bool row_check(struct row *row, struct arena *arena, struct error *err)
{
    row->id = slice_trim(row->id);
    row->title = cleaned(row->title, arena);
    row->note = cleaned(row->note, arena);
    row->where = cleaned(row->where, arena);
    if (!check_id(row, err))
        return false;
    if (!row->title.len || row->title.len > ROW_TEXT_MAX)
        return error_set(err, ERROR_INPUT, "a title of at most %d letters is needed; say in a few words what it is",
                         ROW_TEXT_MAX);
    for (size_t i = 0; i < row->attribute_count; i++)
        if (!check_attribute(&row->attributes[i], arena, err))
            return false;
    for (size_t i = 0; i < row->line_count; i++)
        for (size_t year = 0; year < row->line_years; year++)
            if (!check_figure(&row->lines[i].figures[year], arena, err))
                return false;
    return true;
}

/* ---- As text ---- */

static void put_attributes(const struct row *row, struct buffer *out)
{
    for (size_t i = 0; i < row->attribute_count; i++) {
        const struct row_attribute *a = &row->attributes[i];
        bool bare = slice_starts(a->key, S("score-")) || slice_equal(a->key, S("difficulty"));
        for (size_t k = 0; k < countof(choices); k++)
            bare = bare || slice_equal(a->key, slice_of(choices[k].key));
        struct number number;
        if (bare && !is_word(a->value) && !number_read(a->value, out->arena, &number))
            bare = false;
        buffer_format(out, bare ? "  %.*s %.*s\n" : "  %.*s \"%.*s\"\n", PRINT(a->key), PRINT(a->value));
    }
}

static bool has_figures(const struct row_line *line, size_t years)
{
    bool any = false;
    for (size_t year = 0; year < years; year++)
        any = any || line->figures[year].len;
    return any;
}

static void put_line(const struct row_line *line, const struct plan_model *model, struct buffer *out)
{
    buffer_add(out, line->reprofile ? S("  reprofile") : S(" "));
    for (size_t i = 0; i < line->member_count; i++)
        if (line->members[i].len)
            buffer_format(out, " %.*s", PRINT(line->members[i]));
    const char *before = " ";
    for (int32_t year = 0; year < model->year_count; year++)
        if (line->figures[year].len) {
            buffer_format(out, "%s%.*s %.*s", before, PRINT(model->years[year]), PRINT(line->figures[year]));
            before = ", ";
        }
    buffer_add_byte(out, '\n');
}

struct slice row_text(const struct row *row, const struct plan_model *model, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    buffer_format(&out, "%s %.*s \"%.*s\"", row_keyword(row->kind), PRINT(row->id), PRINT(row->title));
    if (row->unit.len)
        buffer_format(&out, " %.*s", PRINT(row->unit));
    buffer_add_byte(&out, '\n');
    put_attributes(row, &out);
    if (row->note.len)
        buffer_format(&out, "  note \"%.*s\"\n", PRINT(row->note));
    for (size_t i = 0; i < row->line_count; i++)
        if (has_figures(&row->lines[i], row->line_years))
            put_line(&row->lines[i], model, &out);
    if (row->source.len)
        buffer_format(&out, "  source %.*s %.*s\n", PRINT(row->source), PRINT(row->where));
    return buffer_slice(&out);
}

/* ---- Comparing ---- */

static bool same_figure(struct slice a, struct slice b)
{
    struct arena *scratch = arena_make(0);
    struct number left, right;
    bool same = slice_equal(a, b) ||
                (number_read(a, scratch, &left) && number_read(b, scratch, &right) && number_equal(left, right));
    arena_free(scratch);
    return same;
}

/* Each line with a figure in it has its like among the other's. */
static bool covers(const struct row *a, const struct row *b)
{
    for (size_t i = 0; i < a->line_count; i++) {
        const struct row_line *line = &a->lines[i];
        bool found = !has_figures(line, a->line_years);
        for (size_t k = 0; k < b->line_count && !found; k++) {
            found = same_members(&b->lines[k], line->members, line->member_count, line->reprofile);
            for (size_t year = 0; found && year < a->line_years; year++)
                found = same_figure(line->figures[year], b->lines[k].figures[year]);
        }
        if (!found)
            return false;
    }
    return true;
}

bool row_same_figures(const struct row *a, const struct row *b)
{
    return slice_equal(a->unit, b->unit) && a->line_years == b->line_years && covers(a, b) && covers(b, a);
}

bool row_same(const struct row *a, const struct row *b)
{
    bool same = slice_equal(a->title, b->title) && slice_equal(a->note, b->note) && slice_equal(a->source, b->source) &&
                slice_equal(a->where, b->where) && a->attribute_count == b->attribute_count && row_same_figures(a, b);
    for (size_t i = 0; same && i < a->attribute_count; i++) {
        size_t k = 0;
        while (k < b->attribute_count && !(slice_equal(a->attributes[i].key, b->attributes[k].key) &&
                                           slice_equal(a->attributes[i].value, b->attributes[k].value)))
            k++;
        same = k < b->attribute_count;
    }
    return same;
}

/* ---- What a line may be for ---- */

static bool add_set(uint32_t set, uint32_t ret[PLAN_SETS_MAX], size_t *count)
{
    if (set == PLAN_NONE)
        return false;
    for (size_t i = 0; i < *count; i++)
        if (ret[i] == set)
            return false;
    if (*count < PLAN_SETS_MAX)
        ret[(*count)++] = set;
    return true;
}

static bool adds_up(const struct plan_statement *s, enum plan_register kind)
{
    for (size_t i = 0; i < s->from_count; i++)
        if (slice_equal(s->froms[i].register_name.text, slice_of(plan_register_words[kind])))
            return true;
    return false;
}

size_t row_sets(const struct plan_model *model, enum plan_register kind, uint32_t ret[PLAN_SETS_MAX])
{
    size_t count = 0;
    for (const struct plan_statement *s = model->syntax->statements; s; s = s->next)
        for (size_t i = 0; s->kind == PLAN_GIVEN && adds_up(s, kind) && i < s->index_count; i++) {
            uint32_t set = plan_set_find(model, s->index[i].text);
            (void)add_set(set == PLAN_NONE ? set : model->sets[set].base, ret, &count);
        }
    for (size_t i = 0; !count && i < model->entry_count; i++)
        for (size_t k = 0; model->entries[i].kind == kind && k < model->entries[i].value_count; k++)
            for (size_t m = 0; m < model->entries[i].values[k].member_count; m++)
                for (uint32_t set = 0; set < model->set_count; set++)
                    if (model->sets[set].base == set &&
                        plan_member_find(model, set, model->entries[i].values[k].members[m].text) != PLAN_NONE &&
                        add_set(set, ret, &count))
                        break;
    return count;
}
