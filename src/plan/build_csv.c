/* Givens from a CSV file: long (one value a row of the file) or wide (a column for each year). */
#include "plan/build.h"

#include "base/csv.h"

#define NO_COLUMN SIZE_MAX

struct csv_given {
    struct builder *b;
    const struct plan_from *from;
    uint32_t row;
    struct plan_region region;
    struct plan_origin origin;
    struct number half_step;
    struct slice path;
    size_t set_column[PLAN_SETS_MAX], year_column, value_column;
    size_t *wide; /* for each year of the plan */
    bool is_wide;
    size_t *where; /* for each condition */
    bool *seen, *years_seen;
    uint64_t line;
};

static bool csv_fault(const struct csv_given *g, struct error *err, struct slice sentence)
{
    return error_set_at(err, ERROR_INPUT, g->path, g->line, 0, "%.*s", PRINT(sentence));
}

static size_t column_of(const struct csv_row *header, struct slice name)
{
    for (size_t i = 0; i < header->count; i++)
        if (slice_equal(slice_trim(header->fields[i]), name))
            return i;
    return NO_COLUMN;
}

static bool wanted(const struct csv_given *g, const struct csv_row *header, struct slice name, struct plan_place place,
                   struct slice set, size_t *ret, struct error *err)
{
    *ret = column_of(header, name);
    if (*ret != NO_COLUMN)
        return true;
    struct slice near = text_nearest(name, header->fields, header->count);
    if (near.len)
        return build_fault(g->b, place, err, "%.*s has no column %.*s; did you mean %.*s?", PRINT(g->from->file.text),
                           PRINT(name), PRINT(near));
    return build_fault(g->b, place, err, "%.*s has no column %.*s; say which it is, as in `, %.*s is COLUMN`",
                       PRINT(g->from->file.text), PRINT(name), PRINT(set));
}

/* What the statement says of a key, or the key itself. */
static struct plan_word said(const struct plan_from *from, struct slice key)
{
    for (size_t i = 0; i < from->column_count; i++)
        if (slice_equal(from->columns[i].key.text, key))
            return from->columns[i].value;
    return (struct plan_word){.text = key, .place = from->file.place};
}

static bool keys_known(const struct csv_given *g, struct error *err)
{
    const struct plan_row *row = &g->b->model->rows[g->row];
    for (size_t k = 0; k < g->from->column_count; k++) {
        const struct plan_word *key = &g->from->columns[k].key;
        bool known = slice_equal(key->text, S("value")) || slice_equal(key->text, S("year"));
        for (size_t i = 0; i < row->set_count; i++)
            known |= slice_equal(key->text, g->b->model->sets[row->sets[i]].name);
        if (!known)
            return build_fault(g->b, key->place, err, "%.*s is none of the row's sets, nor year nor value",
                               PRINT(key->text));
    }
    return true;
}

static bool year_columns(struct csv_given *g, const struct csv_row *header, struct error *err)
{
    const struct plan_model *m = g->b->model;
    struct plan_word year = said(g->from, S("year"));
    g->year_column = column_of(header, year.text);
    if (g->year_column != NO_COLUMN)
        return true;
    g->wide = arena_array(g->b->arena, size_t, (size_t)m->year_count);
    for (int32_t y = 0; y < m->year_count; y++) {
        g->wide[y] = column_of(header, m->years[y]);
        g->is_wide |= g->wide[y] != NO_COLUMN;
    }
    return g->is_wide || wanted(g, header, year.text, year.place, S("year"), &g->year_column, err);
}

static bool read_header(struct csv_given *g, const struct csv_row *header, struct error *err)
{
    const struct plan_row *row = &g->b->model->rows[g->row];
    if (!keys_known(g, err))
        return false;
    for (size_t i = 0; i < row->set_count; i++) {
        g->set_column[i] = NO_COLUMN;
        struct slice name = g->b->model->sets[row->sets[i]].name;
        struct plan_word word = said(g->from, name);
        if (g->region.counts[i] == 1 && column_of(header, word.text) == NO_COLUMN)
            continue; /* the index says which */
        if (!wanted(g, header, word.text, word.place, name, &g->set_column[i], err))
            return false;
    }
    g->year_column = NO_COLUMN;
    if (!row->always && !g->from->span.given && !year_columns(g, header, err))
        return false;
    struct plan_word value = said(g->from, S("value"));
    return g->is_wide || wanted(g, header, value.text, value.place, S("value"), &g->value_column, err);
}

static bool kept(const struct csv_given *g, const struct csv_row *row)
{
    for (size_t i = 0; i < g->from->where_count; i++) {
        struct slice field = g->where[i] < row->count ? slice_trim(row->fields[g->where[i]]) : NO_SLICE;
        if (slice_equal(field, g->from->where[i].value.text) == g->from->where[i].is_not)
            return false;
    }
    return true;
}

static struct slice field(const struct csv_row *row, size_t column)
{
    return column < row->count ? slice_trim(row->fields[column]) : NO_SLICE;
}

static bool give(struct csv_given *g, const uint32_t *members, int32_t year, struct slice text, struct error *err)
{
    const struct plan_row *row = &g->b->model->rows[g->row];
    if (text.len == 0 || slice_equal(text, S(".")) || slice_equal(text, S("-")))
        return true;
    struct buffer digits = buffer_make(g->b->arena);
    for (size_t i = 0; i < text.len; i++)
        if (text.at[i] != ',')
            buffer_add_byte(&digits, text.at[i]);
    bool percent = slice_ends(buffer_slice(&digits), S("%"));
    struct number value;
    if (!number_read(slice_part(buffer_slice(&digits), 0, digits.len - percent), g->b->arena, &value) ||
        !build_value(g->b, &row->unit, value, percent, g->from->place, &value, err))
        return csv_fault(
            g, err,
            arena_format(g->b->arena, "“%.*s” is no number; write it as in -1234.50", PRINT(slice_part(text, 0, 60))));
    plan_cell cell = plan_cell_at(g->b->model, g->row, members, year);
    struct plan_origin origin = g->origin;
    origin.file = g->path;
    origin.line = (uint32_t)g->line;
    if (g->seen[cell - row->first])
        return csv_fault(g, err,
                         arena_format(g->b->arena,
                                      "%.*s has a value on an earlier line already; keep one, or leave rows out with "
                                      "`where`",
                                      PRINT(plan_cell_name(g->b->model, cell, g->b->arena))));
    g->seen[cell - row->first] = true;
    g->years_seen[row->always ? 0 : year] = true;
    build_give(g->b, cell, value, &origin, 1, g->from->place)->half_step = g->half_step;
    return true;
}

static bool members_of(const struct csv_given *g, const struct csv_row *line, uint32_t *members, struct error *err)
{
    const struct plan_row *row = &g->b->model->rows[g->row];
    for (size_t i = 0; i < row->set_count; i++) {
        if (g->set_column[i] == NO_COLUMN) {
            members[i] = g->region.members[i][0];
            continue;
        }
        struct slice name = field(line, g->set_column[i]);
        members[i] = plan_member_find(g->b->model, row->sets[i], name);
        if (members[i] == PLAN_NONE || !g->region.holds[i][members[i]]) {
            struct slice set = g->b->model->sets[row->sets[i]].name,
                         near = plan_names_nearest(&g->b->names, NAME_MEMBER_TITLE, row->sets[i], name);
            return csv_fault(g, err,
                             arena_format(g->b->arena,
                                          "“%.*s” is no member of %.*s%s%.*s%s leave the row out with `where`, or add "
                                          "the member",
                                          PRINT(name), PRINT(set), near.len ? "; did you mean “" : "", PRINT(near),
                                          near.len ? "”? Else" : ";"));
        }
    }
    return true;
}

static bool read_line(struct csv_given *g, const struct csv_row *line, struct error *err)
{
    const struct plan_model *m = g->b->model;
    uint32_t members[PLAN_SETS_MAX];
    if (!members_of(g, line, members, err))
        return false;
    if (g->is_wide) {
        for (int32_t y = 0; y < m->year_count; y++)
            if (g->wide[y] != NO_COLUMN && !give(g, members, y, field(line, g->wide[y]), err))
                return false;
        return true;
    }
    struct slice value = field(line, g->value_column);
    if (g->year_column != NO_COLUMN) {
        struct slice label = field(line, g->year_column);
        int32_t year = plan_year_find(m, label);
        if (year < 0)
            return csv_fault(g, err,
                             arena_format(g->b->arena,
                                          "“%.*s” is no year of the plan; leave the row out, as in `where %.*s is not "
                                          "%.*s`",
                                          PRINT(label), PRINT(said(g->from, S("year")).text), PRINT(label)));
        return give(g, members, year, value, err);
    }
    int32_t from = 0, to = 0;
    if (!m->rows[g->row].always && !build_span(g->b, &g->from->span, &from, &to, err))
        return false;
    for (int32_t y = from; y <= to; y++)
        if (!give(g, members, y, value, err))
            return false;
    return true;
}

/* A year for which the file speaks must be whole. */
static bool complete(struct csv_given *g, struct error *err)
{
    struct builder *b = g->b;
    const struct plan_row *row = &b->model->rows[g->row];
    for (size_t i = 0; i < row->tuples * (size_t)row->years; i++) {
        struct plan_binding binding;
        uint32_t number;
        plan_cell cell = (plan_cell)(row->first + i);
        if (g->seen[i] || !g->years_seen[i / row->tuples])
            continue;
        plan_cell_parts(b->model, cell, &number, &binding);
        bool inside = true;
        for (size_t k = 0; k < row->set_count; k++)
            inside &= g->region.holds[k][binding.slots[k]];
        if (!inside)
            continue;
        if (!g->from->missing_given) {
            struct slice name = plan_cell_name(b->model, cell, b->arena);
            return build_fault(b, g->from->file.place, err,
                               "%.*s has no value for %.*s; add its row, or write `missing 0`",
                               PRINT(g->from->file.text), PRINT(name));
        }
        struct number value;
        if (!build_value(b, &row->unit, g->from->missing, false, g->from->place, &value, err))
            return false;
        build_give(b, cell, value, &g->origin, 1, g->from->place);
    }
    return true;
}

/* A text as the reader of CSV takes it: read whole, as all of a plan's texts are, so that whoever gives the host can
 * give other texts than the disk's. */
static bool take_bytes(void *context, void *out, size_t size, size_t *ret_read, struct error *err)
{
    struct slice *rest = context;
    (void)err;
    *ret_read = size < rest->len ? size : rest->len;
    if (*ret_read)
        memcpy(out, rest->at, *ret_read);
    *rest = slice_part(*rest, *ret_read, rest->len);
    return true;
}

/* A file, read: one plan looks into the same file for many rows, so each is read once. */
struct csv_file {
    struct csv_file *next;
    struct slice path;
    struct csv_row *rows; /* the header first */
    size_t count;
};

static struct csv_row copied(struct arena *arena, const struct csv_row *row)
{
    struct csv_row copy = *row;
    struct slice *fields = arena_array(arena, struct slice, row->count);
    size_t size = 0;
    for (size_t i = 0; i < row->count; i++)
        size += row->fields[i].len;
    char *text = arena_array(arena, char, size + 1);
    for (size_t i = 0; i < row->count; i++) {
        fields[i] = slice_from(text, row->fields[i].len);
        if (fields[i].len)
            memcpy(text, row->fields[i].at, fields[i].len);
        text += fields[i].len;
    }
    copy.fields = fields;
    return copy;
}

static bool read_rows(struct csv_given *g, struct arena *scratch, struct csv_file *file, struct error *err)
{
    struct slice *text = arena_new(scratch, struct slice);
    struct csv_reader *reader;
    const struct csv_row *row;
    size_t capacity = 0;
    if (!host_read_file(g->b->host, g->path, PLAN_FILE_MAX, scratch, text, err)) {
        struct error inner = *err;
        return build_fault(g->b, g->from->file.place, err, "%s", inner.text);
    }
    if (!csv_open(take_bytes, text, &(struct csv_options){.delimiter = 0}, scratch, &reader, err))
        return false;
    for (;;) {
        if (!csv_read(reader, &row, err))
            return false;
        if (!row)
            return true;
        ARENA_GROW(g->b->arena, file->rows, file->count, capacity);
        file->rows[file->count++] = copied(g->b->arena, row);
    }
}

/* Finds or reads the file that the statement names. */
static bool open_file(struct csv_given *g, struct arena *scratch, const struct csv_file **ret, struct error *err)
{
    g->path = g->from->file.text;
    if (g->path.len && g->path.at[0] != '/')
        g->path = arena_format(g->b->arena, "%.*s/%.*s",
                               PRINT(host_folder_of(g->b->syntax->files[g->from->place.file].path)), PRINT(g->path));
    struct csv_file *file = g->b->csv_files;
    while (file && !slice_equal(file->path, g->path))
        file = file->next;
    if (!file) {
        file = arena_new(g->b->arena, struct csv_file);
        file->path = g->path;
        if (!read_rows(g, scratch, file, err))
            return false;
        file->next = g->b->csv_files;
        g->b->csv_files = file;
    }
    *ret = file;
    return file->count || build_fault(g->b, g->from->file.place, err, "%.*s is empty", PRINT(g->from->file.text));
}

/* The next row that `where` keeps; *ret is NULL behind the last. */
static bool next_row(struct csv_given *g, const struct csv_file *file, size_t *at, const struct csv_row **ret,
                     struct error *err)
{
    for (*ret = NULL; *at < file->count;) {
        const struct csv_row *row = &file->rows[(*at)++];
        g->line = row->line;
        if (row->unclosed || row->too_long)
            return csv_fault(g, err, S("this row cannot be read: a quote is not closed, or it is too long"));
        if (!kept(g, row))
            continue;
        *ret = row;
        return true;
    }
    return true;
}

static bool where_columns(struct csv_given *g, const struct csv_row *header, struct error *err)
{
    g->where = arena_array(g->b->arena, size_t, g->from->where_count + 1);
    for (size_t i = 0; i < g->from->where_count; i++)
        if (!wanted(g, header, g->from->where[i].key.text, g->from->where[i].key.place, g->from->where[i].key.text,
                    &g->where[i], err))
            return false;
    return true;
}

static bool read_file(struct csv_given *g, struct arena *scratch, struct error *err)
{
    const struct csv_file *file;
    const struct csv_row *row;
    size_t at = 1;
    if (!open_file(g, scratch, &file, err) || !where_columns(g, &file->rows[0], err) ||
        !read_header(g, &file->rows[0], err))
        return false;
    for (;;) {
        if (!next_row(g, file, &at, &row, err))
            return false;
        if (!row)
            return complete(g, err);
        if (!read_line(g, row, err))
            return false;
    }
}

bool build_from_csv(struct builder *b, const struct plan_statement *s, const struct plan_from *from, uint32_t number,
                    struct error *err)
{
    const struct plan_row *row = &b->model->rows[number];
    struct csv_given g = {.b = b, .from = from, .row = number};
    if (!build_region(b, number, s->index, s->index_count, s->place, &g.region, err) ||
        !build_origin(b, from->source.id.text.len ? &from->source : &s->source, from->place, &g.origin, err))
        return false;
    if (g.origin.source != PLAN_NONE && b->model->sources[g.origin.source].rounded && row->unit.kind == PLAN_UNIT_MONEY)
        g.half_step = number_multiply(b->arena, b->model->sources[g.origin.source].step, number_of(5, 1));
    g.seen = arena_array(b->arena, bool, row->tuples *(size_t)row->years);
    g.years_seen = arena_array(b->arena, bool, (size_t)row->years);
    struct arena *scratch = arena_make(0);
    bool done = read_file(&g, scratch, err);
    arena_free(scratch);
    return done;
}

static bool read_cells(struct csv_given *g, const struct slice columns[3], struct arena *scratch,
                       bool (*take)(void *context, const struct plan_csv_cell *cell, struct error *err), void *context,
                       struct error *err)
{
    const struct csv_file *file;
    const struct csv_row *row;
    size_t places[3], at = 1;
    if (!open_file(g, scratch, &file, err) || !where_columns(g, &file->rows[0], err))
        return false;
    for (size_t i = 0; i < 3; i++)
        if (!wanted(g, &file->rows[0], columns[i], g->from->file.place, columns[i], &places[i], err))
            return false;
    for (;;) {
        if (!next_row(g, file, &at, &row, err))
            return false;
        if (!row)
            return true;
        struct plan_csv_cell cell = {
            .path = g->path, .row = field(row, places[0]), .column = field(row, places[1]), .line = (uint32_t)g->line};
        if (!number_read(field(row, places[2]), g->b->arena, &cell.value))
            return csv_fault(g, err,
                             arena_format(g->b->arena, "“%.*s” is no number; write it as in -1234.50",
                                          PRINT(slice_part(field(row, places[2]), 0, 60))));
        if (!take(context, &cell, err))
            return false;
    }
}

bool build_csv_cells(struct builder *b, const struct plan_from *from, struct slice row_column,
                     struct slice column_column, struct slice value_column,
                     bool (*take)(void *context, const struct plan_csv_cell *cell, struct error *err), void *context,
                     struct error *err)
{
    struct csv_given g = {.b = b, .from = from};
    struct arena *scratch = arena_make(0);
    bool done =
        read_cells(&g, (const struct slice[3]){row_column, column_column, value_column}, scratch, take, context, err);
    arena_free(scratch);
    return done;
}
