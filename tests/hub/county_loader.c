
#include "hub/county_loader.h"

#include "base/csv.h"
#include "base/hash.h"
#include "ingest/checker.h"
#include "store/source_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct kept {
    struct slice key;
    uint64_t hash[2];
    int64_t anchor, id, line, offset, length;
    struct value *values;
    bool removal, seen;
};

struct loading {
    const struct source *source;
    struct arena *arena;
    struct kept *rows;
    size_t count, capacity;
};

static int by_key(const void *a, const void *b)
{
    const struct kept *x = a, *y = b;
    int order = slice_compare(x->key, y->key);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static enum column_storage storage_of(const struct column *column)
{
    return column->type == TYPE_INTEGER || column->type == TYPE_BOOLEAN ? COLUMN_INTEGER
           : column->type == TYPE_DECIMAL                               ? COLUMN_REAL
                                                                        : COLUMN_TEXT;
}

static struct source_table table_of(const struct source *source, int64_t id, struct arena *arena)
{
    struct source_table_column *columns = arena_array(arena, struct source_table_column, source->column_count + 1);
    for (size_t i = 0; i < source->column_count; i++)
        columns[i] = (struct source_table_column){source->columns[i].name, storage_of(&source->columns[i])};
    return (struct source_table){source->name, id, columns, source->column_count};
}

static void keep_row(struct loading *l, const struct checked_row *row, const struct csv_row *csv)
{
    ARENA_GROW(l->arena, l->rows, l->count, l->capacity);
    struct kept *kept = &l->rows[l->count++];
    *kept = (struct kept){.key = arena_copy(l->arena, row->key),
                          .hash = {row->typed, row->typed},
                          .line = (int64_t)csv->line,
                          .offset = (int64_t)csv->offset,
                          .length = (int64_t)csv->length,
                          .removal = row->removal,
                          .values = arena_array(l->arena, struct value, l->source->column_count + 1)};
    for (size_t i = 0; i < l->source->column_count; i++) {
        kept->values[i] = row->values[i];
        if (kept->values[i].kind == VALUE_TEXT)
            kept->values[i].text = arena_copy(l->arena, kept->values[i].text);
    }
}

static bool run(struct transaction *t, struct arena *arena, struct error *err, const struct value *args, size_t count,
                const char *text)
{
    struct sql sql = {slice_of(text)};
    (void)arena;
    return store_execute_sql(t, &sql, args, count, NULL, err);
}

static bool source_row(struct transaction *t, const struct source *source, struct arena *arena, int64_t *ret,
                       struct error *err)
{
    struct result rows;
    if (!store_query(t, STATEMENT_HUB_SOURCES, NO_ARGS, arena, &rows, err))
        return false;
    for (size_t i = 0; i < rows.rows; i++)
        if (slice_equal(cell_text(&result_row(&rows, i)[0]), source->name)) {
            *ret = cell_integer(&result_row(&rows, i)[1]);
            return true;
        }
    bool sqlite = store_dialect(transaction_store(t)) == STORE_SQLITE;
    return store_next_ids(t, "source", 1, ret, err) &&
           run(t, arena, err,
               ARGS(value_integer(*ret), value_text(source->name), value_text(S("")),
                    value_bytes(source->digest.bytes, sizeof source->digest.bytes)),
               sqlite ? "INSERT INTO source (id, name, contract, contract_digest, current_landing) VALUES (?1, ?2, ?3, "
                        "?4, 0)"
                      : "INSERT INTO source (id, name, contract, contract_digest, current_landing) VALUES ($1, $2, $3, "
                        "$4, 0)");
}

struct present {
    struct arena *arena;
    struct kept *rows;
    size_t count, capacity;
};

static bool take_present(void *context, const struct value *c, size_t columns, struct error *err)
{
    struct present *p = context;
    (void)columns;
    (void)err;
    ARENA_GROW(p->arena, p->rows, p->count, p->capacity);
    struct kept *kept = &p->rows[p->count++];
    *kept = (struct kept){
        .anchor = cell_integer(&c[0]), .key = arena_copy(p->arena, cell_text(&c[1])), .id = cell_integer(&c[3])};
    memcpy(kept->hash, c[2].text.at, sizeof kept->hash);
    return true;
}

static bool write_rows(struct loading *l, struct store *store, struct slice name, struct digest digest,
                       struct slice as_at, struct error *err)
{
    struct arena *arena = l->arena;
    struct transaction *t;
    int64_t source_id, landing, first = 0;
    if (!store_begin(store, TRANSACTION_WRITE, NULL, arena, &t, err) ||
        !source_row(t, l->source, arena, &source_id, err) || !store_next_ids(t, "landing", 1, &landing, err))
        return false;
    bool sqlite = store_dialect(store) == STORE_SQLITE;
    struct source_table table = table_of(l->source, source_id, arena);
    if (!source_table_ensure(t, &table, err))
        return false;
    struct present present = {.arena = arena};
    struct sql all = {slice_of(sqlite ? "SELECT r.anchor, r.key, r.hash, r.id FROM record r WHERE r.source = ?1 AND "
                                        "r.to_landing IS NULL ORDER BY r.key"
                                      : "SELECT r.anchor, r.key, r.hash, r.id FROM record r WHERE r.source = $1 AND "
                                        "r.to_landing IS NULL ORDER BY r.key")};
    if (!store_each_sql(t, &all, ARGS(value_integer(source_id)), take_present, &present, err))
        return false;
    if (l->count)
        qsort(l->rows, l->count, sizeof *l->rows, by_key);
    struct kept **come = arena_array(arena, struct kept *, l->count + 1);
    int64_t *end = arena_array(arena, int64_t, present.count + 1);
    size_t coming = 0, ending = 0, at = 0;
    for (size_t i = 0; i < l->count; i++) {
        struct kept *row = &l->rows[i];
        if (i && slice_equal(row->key, l->rows[i - 1].key))
            continue;
        while (at < present.count && slice_compare(present.rows[at].key, row->key) < 0)
            at++;
        bool there = at < present.count && slice_equal(present.rows[at].key, row->key);
        if (there) {
            present.rows[at].seen = true;
            if (!row->removal && memcmp(present.rows[at].hash, row->hash, sizeof row->hash) == 0)
                continue;
            row->anchor = present.rows[at].anchor;
            end[ending++] = present.rows[at].id;
        }
        if (!row->removal)
            come[coming++] = row;
    }
    for (size_t i = 0; i < present.count && l->source->delivery == DELIVERY_SNAPSHOT; i++)
        if (!present.rows[i].seen)
            end[ending++] = present.rows[i].id;
    if (coming && !store_next_ids(t, "record", (int64_t)coming, &first, err))
        return false;
    if (!run(t, arena, err,
             ARGS(value_integer(landing), value_integer(source_id), value_bytes(digest.bytes, sizeof digest.bytes),
                  value_text(name), value_integer(INT64_C(1793000000000)), value_text(as_at),
                  value_integer((int64_t)l->count), value_integer(first),
                  value_integer(coming ? first + (int64_t)coming - 1 : 0)),
             sqlite ? "INSERT INTO landing (id, source, file_digest, file_name, file_size, received_at, received_by, "
                      "as_at, state, rows_in, rows_new, rows_changed, rows_unchanged, rows_quarantined, rows_repeated, "
                      "rows_closed, records, record_first, record_last) VALUES (?1, ?2, ?3, ?4, 1, ?5, 'loader', ?6, "
                      "'current', ?7, 0, 0, 0, 0, 0, 0, 0, ?8, ?9)"
                    : "INSERT INTO landing (id, source, file_digest, file_name, file_size, received_at, received_by, "
                      "as_at, state, rows_in, rows_new, rows_changed, rows_unchanged, rows_quarantined, rows_repeated, "
                      "rows_closed, records, record_first, record_last) VALUES ($1, $2, $3, $4, 1, $5, 'loader', $6, "
                      "'current', $7, 0, 0, 0, 0, 0, 0, 0, $8, $9)"))
        return false;
    for (size_t i = 0; i < ending; i++)
        if (!run(t, arena, err, ARGS(value_integer(landing), value_integer(end[i])),
                 sqlite ? "UPDATE record SET to_landing = ?1 WHERE id = ?2"
                        : "UPDATE record SET to_landing = $1 WHERE id = $2"))
            return false;
    static const struct bulk_column record_columns[] = {
        {"id", VALUE_INTEGER},   {"source", VALUE_INTEGER},      {"anchor", VALUE_INTEGER},
        {"key", VALUE_TEXT},     {"hash", VALUE_BYTES},          {"from_landing", VALUE_INTEGER},
        {"line", VALUE_INTEGER}, {"file_offset", VALUE_INTEGER}, {"file_length", VALUE_INTEGER}};
    struct bulk *bulk;
    if (!bulk_open(t, "record", record_columns, countof(record_columns), arena, &bulk, err))
        return false;
    for (size_t i = 0; i < coming; i++) {
        come[i]->id = first + (int64_t)i;
        struct value values[] = {value_integer(come[i]->id),
                                 value_integer(source_id),
                                 value_integer(come[i]->anchor ? come[i]->anchor : come[i]->id),
                                 value_text(come[i]->key),
                                 value_bytes(come[i]->hash, sizeof come[i]->hash),
                                 value_integer(landing),
                                 value_integer(come[i]->line),
                                 value_integer(come[i]->offset),
                                 value_integer(come[i]->length)};
        if (!bulk_add(bulk, values, err))
            return false;
    }
    if (!bulk_close(bulk, err))
        return false;
    static const enum value_kind kinds[] = {
        [COLUMN_TEXT] = VALUE_TEXT, [COLUMN_INTEGER] = VALUE_INTEGER, [COLUMN_REAL] = VALUE_REAL};
    struct bulk_column *columns = arena_array(arena, struct bulk_column, table.count + 1);
    struct value *values = arena_array(arena, struct value, table.count + 1);
    columns[0] = (struct bulk_column){"record", VALUE_INTEGER};
    for (size_t i = 0; i < table.count; i++)
        columns[i + 1] =
            (struct bulk_column){arena_cstr(arena, table.columns[i].name), kinds[table.columns[i].storage]};
    if (!bulk_open(t, arena_cstr(arena, source_table_name(arena, l->source->name)), columns, table.count + 1, arena,
                   &bulk, err))
        return false;
    for (size_t i = 0; i < coming; i++) {
        values[0] = value_integer(come[i]->id);
        for (size_t c = 0; c < table.count; c++)
            values[c + 1] = come[i]->values[c];
        if (!bulk_add(bulk, values, err))
            return false;
    }
    return bulk_close(bulk, err) &&
           run(t, arena, err, ARGS(value_integer(landing), value_integer(source_id)),
               sqlite ? "UPDATE source SET current_landing = ?1 WHERE id = ?2"
                      : "UPDATE source SET current_landing = $1 WHERE id = $2") &&
           transaction_commit(t, err);
}

static bool load_csv(struct store *store, const struct source *source, struct slice path, struct slice name,
                     struct slice as_at, struct arena *arena, struct error *err)
{
    struct loading l = {.source = source, .arena = arena};
    struct host_file *file;
    struct csv_reader *reader;
    const struct csv_row *row;
    struct date day;
    struct date_form form = {.order = DATE_YMD};
    struct csv_options options = {.delimiter = source->delimiter};
    if (!date_read(as_at, &form, &day))
        return error_set(err, ERROR_INPUT, "the as-at day is no date");
    struct checker *checker = checker_make(source, day, arena);
    if (!host_open(host_real(), path, HOST_READ, arena, &file, err) ||
        !csv_open_file(file, &options, arena, &reader, err) || !csv_read(reader, &row, err))
        return false;
    if (row && !checker_headings(checker, row, path, err))
        return false;
    for (;;) {
        struct checked_row checked;
        if (!csv_read(reader, &row, err))
            return false;
        if (!row)
            break;
        checker_row(checker, row, &checked);
        if (checked.good)
            keep_row(&l, &checked, row);
    }
    return write_rows(&l, store, name, hash_sha256(name), as_at, err);
}

bool load_extract(struct store *store, const struct source *source, struct slice path, struct slice as_at,
                  struct error *err)
{
    struct arena *arena = arena_make(0);
    size_t from = path.len;
    while (from && path.at[from - 1] != '/')
        from--;
    bool done = load_csv(store, source, path, slice_part(path, from, path.len), as_at, arena, err);
    arena_free(arena);
    return done || error_wrap(err, "loading %.*s", PRINT(path));
}

bool load_rows(struct store *store, const struct source *source, const struct loader_row *rows, size_t count,
               struct slice as_at, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct buffer text = buffer_make(arena);
    struct slice fields[32];
    must(source->column_count <= countof(fields));
    for (size_t i = 0; i < source->column_count; i++)
        fields[i] = source->columns[i].header;
    csv_write_row(&text, fields, source->column_count, false);
    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < source->column_count; c++)
            fields[c] = slice_of(rows[i].fields[c]);
        csv_write_row(&text, fields, source->column_count, false);
    }
    char path[] = "/tmp/staithe-rows-XXXXXX";
    int fd = mkstemp(path);
    must(fd >= 0);
    struct host_file *file;
    struct source plain = *source;
    plain.delimiter = ',';
    bool done = host_open(host_real(), slice_of(path), HOST_OVERWRITE, arena, &file, err) &&
                host_write(file, buffer_slice(&text).at, buffer_slice(&text).len, err);
    if (done)
        done = load_csv(store, &plain, slice_of(path), S("rows.csv"), as_at, arena, err);
    (void)remove(path);
    arena_free(arena);
    return done;
}

bool load_county(struct store *store, const struct catalogue *catalogue, struct slice folder, const char *const *order,
                 struct error *err)
{
    struct arena *arena = arena_make(0);
    struct slice text, line;
    bool done = host_read_file(host_real(), arena_format(arena, "%.*s/extracts.csv", PRINT(folder)), 1 << 20, arena,
                               &text, err);
    for (size_t pass = 0; done; pass++) {
        struct slice wanted = order ? slice_of(order[pass]) : NO_SLICE, rest = text;
        if (order && !order[pass])
            break;
        (void)slice_cut(&rest, '\n', &line);
        while (done && slice_cut(&rest, '\n', &line)) {
            struct slice name, path, as_at, fields = slice_trim(line);
            if (!slice_cut(&fields, ',', &name) || !slice_cut(&fields, ',', &path) || !slice_cut(&fields, ',', &as_at))
                continue;
            if (order && !slice_equal(name, wanted))
                continue;
            const struct source *source = catalogue_source(catalogue, name);
            must(source);
            done =
                load_extract(store, source, arena_format(arena, "%.*s/%.*s", PRINT(folder), PRINT(path)), as_at, err);
        }
        if (!order)
            break;
    }
    arena_free(arena);
    return done;
}
