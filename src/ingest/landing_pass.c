/* landing_pass.c: one pass over the source's old records, one over the file.
 *
 * The old records come as a stream (landing_old.c). When the contract is the same as before, they and the file's rows
 * are matched as both are read (landing_step.c), which settles nearly all of a file that changed little. What follows
 * is the long way, for all the rest.
 *
 * Each old record gives one entry to sort, and its hashes to a filter. So, when a row of the file is read, it is known
 * at once whether it can be unchanged: if the filter has not its hash, it is new or changed for certain, and its
 * version is written there and then, while the next rows are read. If the filter has it, the row is put by until the
 * merge, which nearly always finds it unchanged; the rare mistake of the filter is read again from the kept file.
 *
 * Two hashes, two shortcuts. A row whose fields stand as they stood (raw) under the same contract was good then and is
 * good now: only its key is read. A row whose fields differ but whose checked values do not (typed), as when the sender
 * writes dates another way, is unchanged too, after being checked in full.
 *
 * Rows in quarantine with a readable key go into the sort as well: a record is only closed when nothing in the file has
 * its key. */
#include "ingest/landing_filter.h"
#include "ingest/landing_inside.h"

#include <stdio.h>

#define PUT_BY_KEYS ((uint64_t)1 << 16) /* about as many as can wait: 128 KiB */
#define TYPED_SALT  0x7459706564000001u /* so that a raw hash is never taken for a typed one */

static inline uint64_t raw_mark(const uint64_t key[2], uint64_t raw)
{
    return key[0] ^ raw;
}

static inline uint64_t typed_mark(const uint64_t key[2], uint64_t typed)
{
    return (key[1] ^ typed) + TYPED_SALT;
}

bool pass_watch(struct pass *pass, uint64_t done, struct error *err)
{
    const struct landing_watch *watch = pass->watch;
    if (!watch)
        return true;
    if (watch->cancelled && watch->cancelled(watch->context))
        return error_set(err, ERROR_CANCELLED,
                         "the landing of %.*s was stopped; its file is kept, and landing it again goes on",
                         PRINT(pass->intake->source->name));
    int64_t now = host_monotonic(pass->intake->host);
    if (watch->progress && now - pass->last_told > 100000000) {
        watch->progress(watch->context, done, (uint64_t)pass->row->landing.file_size, pass->counts.rows_in);
        pass->last_told = now;
    }
    return true;
}

/* ---- The old records ---- */

bool pass_old_entry(struct pass *pass, const struct row_entry *entry, struct error *err)
{
    if ((entry->order & 0xff) == OLD_CURRENT) {
        pass->open_before++;
        filter_add(pass->filter, typed_mark(entry->key, entry->typed));
        if (pass->may_skip)
            filter_add(pass->filter, raw_mark(entry->key, entry->raw));
    }
    return row_sort_add(pass->old, entry, err);
}

static bool old_quarantine(void *context, const struct value *cells, size_t columns, struct error *err)
{
    struct pass *pass = context;
    must(columns == 2);
    struct row_entry entry = {.order = (uint64_t)cell_integer(&cells[0]) << 8 | OLD_QUARANTINE};
    checker_key_hash(cell_text(&cells[1]), entry.key);
    if (pass->put_by) {
        filter_add_key(pass->put_by, entry.key);
        pass->any_put_by = true;
    }
    return row_sort_add(pass->old, &entry, err);
}

/* The ranges of ids, and the filters by their size. */
static void old_ranges(struct pass *pass, const struct result *rows)
{
    uint64_t about = 0;
    pass->range_count = rows->rows;
    pass->ranges = arena_array(pass->arena, struct id_range, rows->rows);
    for (size_t i = 0; i < rows->rows; i++) {
        const struct value *row = result_row(rows, i);
        pass->ranges[i] = (struct id_range){cell_integer(&row[0]), cell_integer(&row[1])};
        about += (uint64_t)(pass->ranges[i].last - pass->ranges[i].first + 1);
    }
    if (!rows->rows)
        return;
    pass->filter = filter_make(2 * about, pass->arena);
    /* A delta says of some rows that their record is gone: those are not looked for by key alone. */
    if (pass->may_skip && !pass->intake->source->removed_column.len && rows->rows <= OLD_RANGES_MOST) {
        pass->put_by = filter_make(PUT_BY_KEYS, pass->arena);
        pass->matched = filter_make(2 * about, pass->arena);
        pass->asked = filter_make(0, pass->arena);
    }
}

bool pass_old(struct pass *pass, struct error *err)
{
    struct transaction *t;
    struct result ranges;
    struct arena *scratch = arena_make(0);
    bool good =
        store_begin(pass->intake->store, TRANSACTION_READ, NULL, scratch, &t, err) &&
        store_query(t, STATEMENT_INGEST_RANGES, ARGS(value_integer(pass->row->source_id)), scratch, &ranges, err);
    if (good)
        old_ranges(pass, &ranges);
    good = good && store_each(t, STATEMENT_INGEST_OPEN_QUARANTINE, ARGS(value_integer(pass->row->source_id)),
                              old_quarantine, pass, err);
    arena_free(scratch);
    return good;
}

static bool old_stream(struct pass *pass, struct error *err)
{
    return old_stream_open(pass->intake->store, pass->row->source_id, pass->ranges, pass->range_count, pass->arena,
                           &pass->old_stream, err);
}

/* Either all of them now, or step by step with the file. */
static bool old_begin(struct pass *pass, struct error *err)
{
    const struct row_entry *entries;
    size_t count = 0;
    if (!pass->range_count)
        return true;
    if (!old_stream(pass, err))
        return false;
    if (pass->matched) {
        step_start(pass);
        return true;
    }
    do {
        if (!pass_watch(pass, 0, err) || !old_stream_next(pass->old_stream, &entries, &count, err))
            return false;
        for (size_t i = 0; i < count; i++)
            if (!pass_old_entry(pass, &entries[i], err))
                return false;
    } while (count);
    return true;
}

/* The old records of the keys that were asked for, once more: see landing_step.c. */
static bool old_again(struct pass *pass, struct error *err)
{
    const struct row_entry *entries;
    size_t count;
    old_stream_close(pass->old_stream);
    if (!old_stream(pass, err))
        return false;
    do {
        if (!pass_watch(pass, (uint64_t)pass->row->landing.file_size, err) ||
            !old_stream_next(pass->old_stream, &entries, &count, err))
            return false;
        for (size_t i = 0; i < count; i++) {
            struct row_entry entry = entries[i];
            if ((entry.order & 0xff) != OLD_CURRENT || !filter_has_key(pass->asked, entry.key))
                continue;
            entry.order = (entry.order & ~(uint64_t)0xff) | OLD_MATCHED;
            if (!row_sort_add(pass->old, &entry, err))
                return false;
        }
    } while (count);
    return true;
}

/* ---- The file ---- */

bool pass_writer_gone(struct error *err)
{
    /* Whoever ends the writer gets its own words; these are never shown. */
    return error_set(err, ERROR_STORE, "the thread that writes has stopped");
}

/* Whether the first row of this key was perhaps matched with its record already; the merge is told, if so. */
static bool perhaps_matched(struct pass *pass, const uint64_t key[2])
{
    if (!pass->matched || !filter_has_key(pass->matched, key))
        return false;
    filter_add_key(pass->asked, key);
    pass->any_asked = true;
    return true;
}

static bool bad_row(struct pass *pass, const struct csv_row *row, const struct checked_row *checked, struct error *err)
{
    pass->counts.quarantined++;
    if (!writer_faults(pass->writer, pass->intake->keeper, row->line, checked))
        return pass_writer_gone(err);
    if (!checked->key_read) {
        pass->unreadable++;
        return true;
    }
    struct row_entry entry = {.key = {checked->key_hash[0], checked->key_hash[1]},
                              .order = row->line << 8 | (checked->key_doubtful ? ROW_BAD_DOUBTFUL : ROW_BAD)};
    (void)perhaps_matched(pass, entry.key);
    return row_sort_add(pass->rows, &entry, err);
}

/* The columns that say `unique`: each value with its row, to be sorted by value. */
static bool note_unique(struct pass *pass, const struct csv_row *row, const struct checked_row *checked,
                        struct error *err)
{
    const struct source *source = pass->intake->source;
    for (size_t i = 0; i < source->column_count; i++) {
        const struct value *value = &checked->values[i];
        if (!(source->columns[i].checks & CHECK_UNIQUE) || value->kind == VALUE_NULL)
            continue;
        struct row_entry entry = {
            .order = row->line << 8, .typed = checked->key_hash[0], .raw = checked->key_hash[1], .place = i};
        if (value->kind == VALUE_TEXT)
            hash128(value->text, entry.key);
        else
            hash128(slice_from(&value->integer, sizeof value->integer), entry.key);
        entry.key[1] += i * 0x9e3779b97f4a7c15u;
        if (!row_sort_add(pass->unique, &entry, err))
            return false;
    }
    return true;
}

static bool good_row(struct pass *pass, const struct csv_row *row, const struct checked_row *checked, struct error *err)
{
    struct row_entry entry = {
        .key = {checked->key_hash[0], checked->key_hash[1]}, .typed = checked->typed, .raw = checked->raw};
    if (pass->unique && !note_unique(pass, row, checked, err))
        return false;
    if (checked->removal) {
        entry.order = row->line << 8 | ROW_REMOVAL;
        entry.place = row->offset;
    } else if (perhaps_matched(pass, entry.key) ||
               (pass->filter && filter_has(pass->filter, typed_mark(entry.key, entry.typed)))) {
        entry.order = row->line << 8 | ROW_SAME_TYPED;
        entry.place = row->offset;
    } else {
        int64_t id;
        if (!writer_version(pass->writer, row, checked, 0, &id))
            return pass_writer_gone(err);
        entry.order = row->line << 8 | ROW_WRITTEN;
        entry.place = (uint64_t)id;
    }
    return row_sort_add(pass->rows, &entry, err);
}

bool pass_row(struct pass *pass, const struct csv_row *row, struct error *err)
{
    struct checked_row checked;
    pass->counts.rows_in++;
    if (pass->may_skip && pass->filter && checker_key(pass->checker, row, &checked) &&
        filter_has(pass->filter, raw_mark(checked.key_hash, checked.raw))) {
        struct row_entry entry = {.key = {checked.key_hash[0], checked.key_hash[1]},
                                  .order = row->line << 8 | ROW_SAME_RAW,
                                  .raw = checked.raw,
                                  .place = row->offset};
        (void)perhaps_matched(pass, entry.key);
        return row_sort_add(pass->rows, &entry, err);
    }
    checker_row(pass->checker, row, &checked);
    return checked.good ? good_row(pass, row, &checked, err) : bad_row(pass, row, &checked, err);
}

/* Values that stand twice in a column that says `unique`: the later row's entry in the sort of keys is marked. */
static bool unique_done(struct pass *pass, struct error *err)
{
    const struct row_entry *now;
    uint64_t last[2] = {0};
    bool any = false;
    if (!pass->unique)
        return true;
    if (!row_sort_finish(pass->unique, err))
        return false;
    for (;;) {
        if (!row_sort_next(pass->unique, &now, err))
            return false;
        if (!now)
            return true;
        if (any && now->key[0] == last[0] && now->key[1] == last[1]) {
            struct row_entry mark = {
                .key = {now->typed, now->raw}, .order = now->order | ROW_NOT_UNIQUE, .place = now->place};
            if (!row_sort_add(pass->rows, &mark, err))
                return false;
        }
        last[0] = now->key[0];
        last[1] = now->key[1];
        any = true;
    }
}

/* The as-at day: what the landing has, or the first row's date in the contract's column. */
static void as_at_from_row(struct pass *pass, const struct csv_row *row, struct date *as_at)
{
    const struct source *source = pass->intake->source;
    if (source->as_at_column.len && row)
        (void)!checker_date(pass->checker, row, source_column(source, source->as_at_column), as_at);
}

static bool misfit(struct pass *pass)
{
    pass->misfit = true;
    return false;
}

bool pass_file(struct pass *pass, struct error *err)
{
    const struct source *source = pass->intake->source;
    struct slice name = pass->row->landing.file_name;
    struct csv_reader *csv;
    const struct csv_row *row;
    pass->form = (struct csv_options){
        .delimiter = source->delimiter, .encoding_given = source->encoding_given, .encoding = source->encoding};
    if (!csv_open(kept_csv, pass->kept, &pass->form, pass->arena, &csv, err) || !csv_read(csv, &row, err)) {
        pass->misfit = err->code == ERROR_INPUT; /* bytes that are no delimited text at all */
        return false;
    }
    pass->form =
        (struct csv_options){.delimiter = csv_delimiter(csv), .encoding_given = true, .encoding = csv_encoding(csv)};
    if (!row) {
        (void)error_set_at(err, ERROR_INPUT, name, 0, 0, "the file is empty; ask the sender for it again");
        return misfit(pass);
    }
    struct date as_at = pass->row->landing.as_at;
    if (!source->headless) {
        pass->checker = checker_make(source, as_at, pass->arena);
        if (!checker_headings(pass->checker, row, name, err))
            return misfit(pass);
        if (!csv_read(csv, &row, err))
            return false;
        as_at_from_row(pass, row, &as_at);
        if (date_compare(as_at, pass->row->landing.as_at) != 0)
            checker_as_at(pass->checker, as_at);
    } else {
        pass->checker = checker_make(source, as_at, pass->arena);
        as_at_from_row(pass, row, &as_at);
        checker_as_at(pass->checker, as_at);
    }
    pass->row->landing.as_at = as_at;
    if (source->as_at_column.len && date_known(pass->not_before) && date_compare(as_at, pass->not_before) < 0) {
        (void)error_set_at(err, ERROR_CONFLICT, name, row ? row->line : 0, 0,
                           "the extract speaks of %.*s, and what is shown is of %.*s; ask to take it again (--again) "
                           "if the older one is meant",
                           PRINT(date_iso(pass->arena, as_at)), PRINT(date_iso(pass->arena, pass->not_before)));
        return misfit(pass);
    }
    if (!old_begin(pass, err))
        return false;
    for (uint64_t n = 0; row; n++) {
        if (!(pass->step ? step_row(pass, row, err) : pass_row(pass, row, err)) ||
            (n % 4096 == 0 && !pass_watch(pass, csv_offset(csv), err)) || !csv_read(csv, &row, err))
            return false;
    }
    return (!pass->step || step_end(pass, err)) && (!pass->any_asked || old_again(pass, err)) &&
           row_sort_finish(pass->old, err) && unique_done(pass, err) && row_sort_finish(pass->rows, err);
}
