/* Tables: each formula of a row or column becomes a hidden row over the sets that its columns and lines bind, so that
 * every figure is a cell. A formula that is no more than the name of a row with the same sets shows that row itself. */
#include "plan/build.h"

struct table_building {
    struct builder *b;
    struct plan_table *table;
    size_t columns_capacity, rows_capacity, printed_capacity, anomalies_capacity;
    uint32_t column_set;       /* of member columns: the base set, or PLAN_NONE */
    bool formulas;             /* columns have formulas */
    struct plan_region region; /* years of the columns; members of the columns' set */
};

static struct plan_table_column *add_column(struct table_building *t, struct plan_place place, struct error *err)
{
    if (t->table->column_count == PLAN_COLUMNS_MAX) {
        (void)build_fault(t->b, place, err, "a table has at most %d columns", PLAN_COLUMNS_MAX);
        return NULL;
    }
    ARENA_GROW(t->b->arena, t->table->columns, t->table->column_count, t->columns_capacity);
    struct plan_table_column *column = &t->table->columns[t->table->column_count++];
    *column = (struct plan_table_column){.set = PLAN_NONE, .member = PLAN_NONE, .row = PLAN_NONE};
    return column;
}

static bool year_column(struct table_building *t, int32_t year, struct plan_place place, struct error *err)
{
    struct plan_table_column *column = add_column(t, place, err);
    if (!column)
        return false;
    column->kind = PLAN_COLUMN_YEAR;
    column->year = year;
    column->label = t->b->model->years[year];
    return true;
}

static bool total_column(struct table_building *t, const struct plan_statement *s, struct plan_place place,
                         struct error *err)
{
    struct plan_table_column *column = add_column(t, place, err);
    if (!column)
        return false;
    column->kind = PLAN_COLUMN_TOTAL;
    column->label = s->title.len ? s->title : S("Total");
    column->printed = s->flags[0];
    return true;
}

static bool member_columns(struct table_building *t, const struct plan_statement *s, const struct plan_word *word,
                           struct error *err)
{
    const struct plan_model *m = t->b->model;
    uint32_t set = plan_names_find(&t->b->names, NAME_SET, 0, word->text);
    int32_t from, to;
    if (set == NAME_UNKNOWN)
        return build_unknown(t->b, word->place, NAME_SET, 0, word->text, "set", err);
    if (t->column_set != PLAN_NONE)
        return build_fault(t->b, word->place, err, "a table's columns are of one set");
    if (!build_span(t->b, &s->span, &from, &to, err))
        return false;
    if (from != to)
        return build_fault(t->b, word->place, err, "columns of a set are of one year; write `in %.*s` behind them",
                           PRINT(m->years[0]));
    t->column_set = m->sets[set].base;
    for (size_t i = 0; i < m->sets[set].count; i++) {
        struct plan_table_column *column = add_column(t, word->place, err);
        if (!column)
            return false;
        column->kind = PLAN_COLUMN_MEMBER;
        column->set = t->column_set;
        column->member = m->sets[set].list[i];
        column->year = from;
        column->label = m->sets[set].members[column->member].title;
    }
    t->region.members[0] = m->sets[set].list;
    t->region.holds[0] = m->sets[set].holds;
    t->region.counts[0] = m->sets[set].count;
    return true;
}

static bool columns(struct table_building *t, const struct plan_statement *s, struct error *err)
{
    for (size_t i = 0; i < s->word_count; i++) {
        const struct plan_word *word = &s->words[i];
        int32_t year = plan_year_find(t->b->model, word->text), last;
        bool done = true;
        if (slice_equal(word->text, S("total")))
            done = total_column(t, s, word->place, err);
        else if (slice_equal(word->text, S("to")) && i > 0 && i + 1 < s->word_count) {
            done = build_year(t->b, &s->words[i - 1], &year, err) && build_year(t->b, &s->words[++i], &last, err);
            for (year++; done && year <= last; year++)
                done = year_column(t, year, word->place, err);
        } else if (year >= 0)
            done = year_column(t, year, word->place, err);
        else if (word->text.at[0] >= '0' && word->text.at[0] <= '9')
            done = build_year(t->b, word, &year, err);
        else
            done = member_columns(t, s, word, err);
        if (!done)
            return false;
    }
    return true;
}

/* The row that a bare name stands for, when its sets are exactly those wanted; else PLAN_NONE. */
static uint32_t bare_row(const struct builder *b, const struct plan_formula *f, const uint32_t *sets, size_t set_count)
{
    if (f->kind != PLAN_NAME || f->more)
        return PLAN_NONE;
    uint32_t number = plan_names_find(&b->names, NAME_ROW, 0, f->name);
    if (number == NAME_UNKNOWN || b->model->rows[number].set_count != set_count || b->model->rows[number].always)
        return PLAN_NONE;
    for (size_t i = 0; i < set_count; i++)
        if (b->model->rows[number].sets[i] != sets[i])
            return PLAN_NONE;
    return number;
}

static bool figure_row(struct table_building *t, const struct plan_formula *f, uint32_t set, struct slice title,
                       const struct plan_region *years, uint32_t *ret, struct error *err)
{
    uint32_t sets[2];
    size_t count = 0;
    struct plan_region region = {.from = years->from, .to = years->to};
    if (t->column_set != PLAN_NONE) {
        region.members[0] = t->region.members[0];
        region.holds[0] = t->region.holds[0];
        region.counts[0] = t->region.counts[0];
        sets[count++] = t->column_set;
    }
    if (set != PLAN_NONE) {
        const struct plan_set *s = &t->b->model->sets[set];
        if (count && s->base == sets[0])
            return build_fault(t->b, f->place, err, "columns and lines are both of %.*s", PRINT(s->name));
        region.members[count] = s->list;
        region.holds[count] = s->holds;
        region.counts[count] = s->count;
        sets[count++] = s->base;
    }
    *ret = bare_row(t->b, f, sets, count);
    if (*ret != PLAN_NONE)
        return true;
    struct slice name = arena_format(t->b->arena, " table %.*s, %.*s", PRINT(t->table->name), PRINT(title));
    return build_hidden(t->b, name, sets, count, &region, f, title, ret, err);
}

static bool formula_column(struct table_building *t, const struct plan_statement *s, uint32_t lines_set,
                           struct error *err)
{
    if (slice_equal(s->role, S("total")))
        return total_column(t, s, s->place, err);
    struct plan_table_column *column = add_column(t, s->place, err);
    struct plan_region years = {0};
    if (!column)
        return false;
    size_t number = t->table->column_count - 1;
    column->kind = PLAN_COLUMN_FORMULA;
    column->label = s->title.len ? s->title : build_text(t->b, s->formula);
    if (!build_span(t->b, &s->span, &years.from, &years.to, err))
        return false;
    if (years.from != years.to)
        return build_fault(t->b, s->place, err, "a column with a formula is of one year; write `in %.*s` behind it",
                           PRINT(t->b->model->years[0]));
    column->year = years.from;
    uint32_t row;
    struct slice label = column->label;
    if (!figure_row(t, s->formula, lines_set, label, &years, &row, err))
        return false;
    t->table->columns[number].row = row;
    t->table->columns[number].unit = t->b->model->rows[row].unit;
    return true;
}

/* ---- Rows ---- */

static struct plan_table_row *add_row(struct table_building *t, const struct plan_statement *s)
{
    ARENA_GROW(t->b->arena, t->table->rows, t->table->row_count, t->rows_capacity);
    struct plan_table_row *row = &t->table->rows[t->table->row_count++];
    *row = (struct plan_table_row){.label = s->title,
                                   .row = PLAN_NONE,
                                   .total_row = PLAN_NONE,
                                   .set = PLAN_NONE,
                                   .member = PLAN_NONE,
                                   .unit = t->b->model->unit,
                                   .place = s->place};
    return row;
}

/* The columns where the rule is the other one. */
static bool exceptions(struct table_building *t, const struct plan_statement *s, struct plan_table_row *row,
                       struct error *err)
{
    for (size_t i = 0; i < s->word_count; i++) {
        bool found = false;
        for (size_t c = 0; c < t->table->column_count; c++)
            if (slice_equal(t->table->columns[c].label, s->words[i].text))
                found = row->printed_in[c] = true;
        if (!found)
            return build_fault(t->b, s->words[i].place, err, "the table has no column %.*s", PRINT(s->words[i].text));
    }
    return true;
}

static bool row_set(struct table_building *t, const struct plan_statement *s, uint32_t *ret, struct error *err)
{
    *ret = PLAN_NONE;
    if (!s->of.text.len)
        return true;
    *ret = plan_names_find(&t->b->names, NAME_SET, 0, s->of.text);
    return *ret != NAME_UNKNOWN || build_unknown(t->b, s->of.place, NAME_SET, 0, s->of.text, "set", err);
}

static bool table_row(struct table_building *t, const struct plan_statement *s, struct error *err)
{
    const struct plan_model *m = t->b->model;
    uint32_t set, number = PLAN_NONE, total_row = PLAN_NONE;
    struct plan_table_row like = {.printed = slice_equal(s->style, S("printed")),
                                  .role = slice_equal(s->role, S("total"))      ? PLAN_TABLE_TOTAL
                                          : slice_equal(s->role, S("subtotal")) ? PLAN_TABLE_SUBTOTAL
                                                                                : PLAN_TABLE_LINE};
    if (!row_set(t, s, &set, err))
        return false;
    struct slice label = s->title;
    if (s->formula) {
        if (t->formulas)
            return build_fault(t->b, s->formula->place, err,
                               "the columns have formulas here, so a line has none; write `each for` and a set");
        if (!label.len)
            label = set == PLAN_NONE ? build_text(t->b, s->formula) : m->sets[set].title;
        if (!figure_row(t, s->formula, set, label, &t->region, &number, err))
            return false;
        if (!s->title.len && set == PLAN_NONE && !m->rows[number].hidden)
            label = m->rows[number].title;
    } else if (like.role == PLAN_TABLE_LINE && !(t->formulas && set != PLAN_NONE))
        return build_fault(t->b, s->place, err, "this line has no formula");
    if (s->second && !figure_row(t, s->second, set, arena_format(t->b->arena, "%.*s, for its total", PRINT(label)),
                                 &t->region, &total_row, err))
        return false;
    like.adds_up = !s->formula && like.role != PLAN_TABLE_LINE;
    size_t count = set == PLAN_NONE ? 1 : m->sets[set].count;
    for (size_t i = 0; i < count; i++) {
        struct plan_table_row *row = add_row(t, s);
        row->label = label.len ? label : S("Total");
        row->printed = like.printed;
        row->role = like.role;
        row->adds_up = like.adds_up;
        row->row = number;
        row->total_row = total_row;
        if (number != PLAN_NONE)
            row->unit = m->rows[number].unit;
        if (set != PLAN_NONE) {
            row->set = m->sets[set].base;
            row->member = m->sets[set].list[i];
            row->label = m->sets[set].members[row->member].title;
        }
        if (!exceptions(t, s, row, err))
            return false;
    }
    return true;
}

/* ---- What the source prints ---- */

static bool find_row(const struct table_building *t, struct slice label, uint32_t *ret)
{
    for (uint32_t i = 0; i < t->table->row_count; i++) {
        const struct plan_table_row *row = &t->table->rows[i];
        bool member = row->member != PLAN_NONE && plan_member_find(t->b->model, row->set, label) == row->member;
        if (row->role != PLAN_TABLE_TITLE && (member || slice_equal(row->label, label))) {
            *ret = i;
            return true;
        }
    }
    return false;
}

static bool find_column(const struct table_building *t, struct slice label, uint32_t *ret)
{
    for (uint32_t i = 0; i < t->table->column_count; i++) {
        const struct plan_table_column *column = &t->table->columns[i];
        bool member =
            column->member != PLAN_NONE && plan_member_find(t->b->model, column->set, label) == column->member;
        if (member || slice_equal_nocase(column->label, label)) {
            *ret = i;
            return true;
        }
    }
    return false;
}

static const struct plan_unit *unit_at(const struct table_building *t, uint32_t row, uint32_t column)
{
    const struct plan_table_column *c = &t->table->columns[column];
    return c->kind == PLAN_COLUMN_FORMULA ? &c->unit : &t->table->rows[row].unit;
}

static void add_printed(struct table_building *t, uint32_t row, uint32_t column, struct number value,
                        const struct plan_origin *origin)
{
    struct plan_table *table = t->table;
    ARENA_GROW(t->b->arena, table->printed, table->printed_count, t->printed_capacity);
    table->printed[table->printed_count++] =
        (struct plan_printed){.row = row, .column = column, .value = value, .origin = *origin};
}

static bool printed_line(struct table_building *t, const struct plan_statement *s, struct error *err)
{
    const struct plan_values *v = &s->values[0];
    struct plan_origin origin;
    if (t->table->row_count == 0)
        return build_fault(t->b, s->place, err, "no line stands above this one");
    uint32_t row = (uint32_t)t->table->row_count - 1;
    if (v->member_count || v->years || v->always || v->span.given)
        return build_fault(t->b, v->place, err, "prints lists one figure for each column, a dot where there is none");
    if (v->count != t->table->column_count)
        return build_fault(t->b, v->place, err, "%zu figures stand here for %zu columns", v->count,
                           t->table->column_count);
    if (!build_origin(t->b, &v->source, v->place, &origin, err))
        return false;
    for (uint32_t i = 0; i < v->count; i++) {
        struct number value;
        if (!v->present[i])
            continue;
        if (!build_value(t->b, unit_at(t, row, i), v->values[i], v->percent[i], v->places[i], &value, err))
            return false;
        add_printed(t, row, i, value, &origin);
    }
    return true;
}

static struct slice column_name(const struct plan_from *from, const char *key, const char *otherwise)
{
    for (size_t i = 0; i < from->column_count; i++)
        if (slice_equal(from->columns[i].key.text, slice_of(key)))
            return from->columns[i].value.text;
    return slice_of(otherwise);
}

/* A label of the file that the table has not. */
static bool no_label(struct table_building *t, const struct plan_csv_cell *cell, bool row, struct error *err)
{
    return error_set_at(err, ERROR_INPUT, cell->path, cell->line, 0,
                        "the table %.*s has no %s “%.*s”; leave the row out with `where`, or label it so",
                        PRINT(t->table->name), row ? "line" : "column", PRINT(row ? cell->row : cell->column));
}

static bool printed_cell(void *context, const struct plan_csv_cell *cell, struct error *err)
{
    struct table_building *t = context;
    uint32_t row, column;
    struct number value;
    if (!find_row(t, cell->row, &row))
        return no_label(t, cell, true, err);
    if (!find_column(t, cell->column, &column))
        return no_label(t, cell, false, err);
    if (!build_value(t->b, unit_at(t, row, column), cell->value, false, t->table->place, &value, err))
        return false;
    add_printed(t, row, column, value,
                &(struct plan_origin){.source = t->table->origin.source,
                                      .where = t->table->origin.where,
                                      .file = cell->path,
                                      .line = cell->line});
    return true;
}

static bool prints(struct table_building *t, const struct plan_statement *s, struct error *err)
{
    if (!s->from_count)
        return printed_line(t, s, err);
    return build_csv_cells(t->b, &s->froms[0], column_name(&s->froms[0], "row", "row"),
                           column_name(&s->froms[0], "column", "column"), column_name(&s->froms[0], "value", "value"),
                           printed_cell, t, err);
}

static bool anomaly(struct table_building *t, const struct plan_statement *s, struct error *err)
{
    struct plan_table *table = t->table;
    struct plan_anomaly a = {.reason = s->title, .place = s->place};
    if (!find_row(t, s->name.text, &a.row))
        return build_fault(t->b, s->name.place, err, "the table has no line “%.*s”", PRINT(s->name.text));
    if (!find_column(t, s->words[0].text, &a.column))
        return build_fault(t->b, s->words[0].place, err, "the table has no column “%.*s”", PRINT(s->words[0].text));
    const struct plan_unit *unit = unit_at(t, a.row, a.column);
    if (!build_value(t->b, unit, s->number, false, s->place, &a.prints, err) ||
        !build_value(t->b, unit, s->numbers[0], false, s->place, &a.within, err))
        return false;
    for (size_t i = 0; i < table->anomaly_count; i++)
        if (table->anomalies[i].row == a.row && table->anomalies[i].column == a.column)
            return build_fault(t->b, s->place, err, "this anomaly stands twice; keep one of them");
    ARENA_GROW(t->b->arena, table->anomalies, table->anomaly_count, t->anomalies_capacity);
    table->anomalies[table->anomaly_count++] = a;
    for (size_t i = 0; i < table->printed_count; i++) {
        if (table->printed[i].row != a.row || table->printed[i].column != a.column)
            continue;
        if (number_equal(table->printed[i].value, a.prints))
            return true;
        struct slice said = number_text(t->b->arena, table->printed[i].value);
        return build_fault(t->b, s->place, err, "the table says that the source prints %.*s here", PRINT(said));
    }
    struct plan_origin origin = table->origin;
    origin.line = s->place.line;
    add_printed(t, a.row, a.column, a.prints, &origin);
    return true;
}

static bool table_columns(struct table_building *t, const struct plan_statement *s, struct error *err)
{
    uint32_t lines_set = PLAN_NONE;
    for (const struct plan_statement *line = s->body; line; line = line->next) {
        if (line->kind == PLAN_TABLE_ROW && line->of.text.len && lines_set == PLAN_NONE &&
            !row_set(t, line, &lines_set, err))
            return false;
        t->formulas |= line->kind == PLAN_TABLE_COLUMN && line->formula;
    }
    for (const struct plan_statement *line = s->body; line; line = line->next) {
        if (line->kind == PLAN_TABLE_COLUMNS && !columns(t, line, err))
            return false;
        if (line->kind == PLAN_TABLE_COLUMN && !formula_column(t, line, lines_set, err))
            return false;
    }
    for (int32_t y = 0; t->table->column_count == 0 && y < t->b->model->year_count;)
        for (; y < t->b->model->year_count; y++)
            if (!year_column(t, y, s->place, err))
                return false;
    t->region.from = t->b->model->year_count;
    t->region.to = -1;
    for (size_t i = 0; i < t->table->column_count; i++) {
        int32_t year = t->table->columns[i].year;
        if (t->table->columns[i].kind == PLAN_COLUMN_TOTAL)
            continue;
        t->region.from = year < t->region.from ? year : t->region.from;
        t->region.to = year > t->region.to ? year : t->region.to;
    }
    return t->region.to >= 0 || build_fault(t->b, s->place, err, "the table has no columns but totals");
}

static bool build_table(struct builder *b, const struct plan_statement *s, struct error *err)
{
    struct plan_model *m = b->model;
    if (!plan_names_add(&b->names, NAME_TABLE, 0, s->name.text, (uint32_t)m->table_count, NULL))
        return build_fault(b, s->name.place, err, "the table %.*s stands twice; keep one of them", PRINT(s->name.text));
    ARENA_GROW(b->arena, m->tables, m->table_count, b->tables_capacity);
    struct plan_table *table = &m->tables[m->table_count++];
    *table = (struct plan_table){
        .name = s->name.text, .title = s->title.len ? s->title : s->name.text, .note = s->note, .place = s->place};
    struct table_building t = {.b = b, .table = table, .column_set = PLAN_NONE};
    if (!build_origin(b, &s->source, s->place, &table->origin, err) || !table_columns(&t, s, err))
        return false;
    for (const struct plan_statement *line = s->body; line; line = line->next) {
        if (line->kind == PLAN_TABLE_HEADING)
            add_row(&t, line)->role = PLAN_TABLE_TITLE;
        if (line->kind == PLAN_TABLE_ROW && !table_row(&t, line, err))
            return false;
        if (line->kind == PLAN_TABLE_PRINTS && !line->from_count && !prints(&t, line, err))
            return false;
    }
    for (const struct plan_statement *line = s->body; line; line = line->next)
        if ((line->kind == PLAN_TABLE_PRINTS && line->from_count && !prints(&t, line, err)) ||
            (line->kind == PLAN_ANOMALY && !anomaly(&t, line, err)))
            return false;
    return table->row_count > 0 || build_fault(b, s->place, err, "the table %.*s has no lines", PRINT(table->name));
}

bool build_tables(struct builder *b, struct error *err)
{
    for (const struct plan_statement *s = b->syntax->statements; s; s = s->next)
        if (s->kind == PLAN_TABLE && !build_table(b, s, err))
            return false;
    return true;
}
