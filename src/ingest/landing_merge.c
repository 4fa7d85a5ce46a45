/* landing_merge.c: the old records and the file's rows, both in order of their keys, walked side by side.
 *
 * For each key there is at most one current version, and any number of rows of the file. The first good row counts;
 * what the others are follows from it. Nothing is decided by memory: a key with a million rows passes through as a
 * stream.
 *
 * What has to change in the database (a version ends, a version belongs to an older anchor) is not done at once, since
 * keys are in the order of their hashes, and the database would be touched all over. It is sorted once more, by id, and
 * then done from front to back. The records that a snapshot no longer has are kept apart until the end, when it is
 * known whether they may be closed at all. */
#include "ingest/landing_inside.h"

struct stream {
    struct row_sort *sort;
    struct row_entry now;
    bool have;
};

struct merge {
    struct pass *pass;
    struct stream old, rows;
    struct row_sort *changes, *closing; /* key[0]: id of a version; order: enum action_kind; place: the anchor */
    /* of the key that is looked at: */
    bool have_old, old_open, matched;
    struct row_entry last; /* its newest version; order: its id */
    bool have_first, first_removal, present;
    struct row_entry first;
    bool first_written;
};

static bool advance(struct stream *s, struct error *err)
{
    const struct row_entry *entry;
    if (!row_sort_next(s->sort, &entry, err))
        return false;
    s->have = entry != NULL;
    if (entry)
        s->now = *entry;
    return true;
}

static bool same_key(const struct row_entry *a, const uint64_t key[2])
{
    return a->key[0] == key[0] && a->key[1] == key[1];
}

static bool is_written(int kind)
{
    return kind == ROW_WRITTEN || kind == ROW_WRITTEN_ON;
}

static bool note(struct row_sort *sort, int64_t id, enum action_kind kind, int64_t anchor, struct error *err)
{
    struct row_entry entry = {.key = {(uint64_t)id, 0}, .order = (uint64_t)kind, .place = (uint64_t)anchor};
    return row_sort_add(sort, &entry, err);
}

/* ---- Rows read a second time: those that were put by and did not turn out unchanged ---- */

struct again {
    struct arena *arena;
    struct csv_row row;
    struct checked_row checked;
};

static bool read_again(struct pass *pass, const struct row_entry *entry, struct again *ret, struct error *err)
{
    struct csv_reader *csv;
    const struct csv_row *row;
    kept_seek(pass->kept, entry->place);
    if (!csv_open(kept_csv, pass->kept, &pass->form, ret->arena, &csv, err) || !csv_read(csv, &row, err))
        return false;
    must(row); /* It was there when the file was passed over. */
    ret->row = *row;
    ret->row.line = entry->order >> 8;
    ret->row.offset = entry->place;
    checker_row(pass->checker, &ret->row, &ret->checked);
    return true;
}

/* Into quarantine with one fault of the whole row. */
static bool quarantine(struct pass *pass, const struct row_entry *entry, const struct column *column, const char *rule,
                       struct slice reason, struct error *err)
{
    struct again again = {.arena = arena_make(0)};
    bool good = read_again(pass, entry, &again, err);
    if (good) {
        struct fault fault = {.column = column, .rule = rule, .reason = reason};
        if (column) {
            const struct value *value = &again.checked.values[column - pass->intake->source->columns];
            fault.value = value->kind == VALUE_TEXT ? value->text : NO_SLICE;
        }
        again.checked.faults = &fault;
        again.checked.fault_count = 1;
        good =
            writer_faults(pass->writer, pass->intake->keeper, again.row.line, &again.checked) || pass_writer_gone(err);
    }
    arena_free(again.arena);
    return good;
}

static bool out_of_the_way(struct merge *m, const struct row_entry *entry, const struct column *column,
                           const char *rule, struct slice reason, struct error *err)
{
    struct pass *pass = m->pass;
    int kind = (int)(entry->order & 0xff);
    pass->counts.quarantined++;
    m->present = true;
    if (!is_written(kind))
        return quarantine(pass, entry, column, rule, reason, err);
    if (!column)
        return writer_action(pass->writer, ACTION_DUPLICATE, (int64_t)entry->place, (int64_t)(entry->order >> 8)) ||
               pass_writer_gone(err);
    return writer_action(pass->writer, ACTION_REMOVE, (int64_t)entry->place, 0) || pass_writer_gone(err);
}

/* ---- One key ---- */

static bool unchanged(const struct merge *m, const struct row_entry *entry)
{
    int kind = (int)(entry->order & 0xff);
    return m->have_old && m->old_open &&
           ((kind == ROW_SAME_RAW && entry->raw == m->last.raw) ||
            (kind != ROW_SAME_RAW && entry->typed == m->last.typed));
}

/* The first row of its key that is not at fault: *ret_first turns out false when, read again, it is. */
static bool first_row(struct merge *m, struct row_entry entry, bool *ret_first, struct error *err)
{
    struct pass *pass = m->pass;
    int kind = (int)(entry.order & 0xff);
    *ret_first = true;
    m->first_removal = kind == ROW_REMOVAL;
    m->first_written = is_written(kind);
    if (kind == ROW_SAME_RAW && unchanged(m, &entry))
        entry.typed = m->last.typed;
    m->first = entry;
    if (is_written(kind) || kind == ROW_REMOVAL || unchanged(m, &entry))
        return true;
    struct again again = {.arena = arena_make(0)};
    bool good = read_again(pass, &entry, &again, err);
    if (good && !again.checked.good) {
        pass->counts.quarantined++;
        m->present = true;
        *ret_first = false;
        good =
            writer_faults(pass->writer, pass->intake->keeper, again.row.line, &again.checked) || pass_writer_gone(err);
    } else if (good) {
        m->first.typed = again.checked.typed;
        m->first.order = (entry.order & ~(uint64_t)0xff) | ROW_SAME_TYPED;
        if (!unchanged(m, &m->first)) {
            int64_t id;
            good = writer_version(pass->writer, &again.row, &again.checked, 0, &id) || pass_writer_gone(err);
            m->first_written = true;
            if (good)
                m->first.place = (uint64_t)id;
        }
    }
    arena_free(again.arena);
    return good;
}

static bool later_row(struct merge *m, const struct row_entry *entry, struct error *err)
{
    int kind = (int)(entry->order & 0xff);
    uint64_t typed = kind == ROW_SAME_RAW && m->have_old && m->last.raw == entry->raw ? m->last.typed : entry->typed;
    bool same = entry->raw == m->first.raw || (typed && typed == m->first.typed);
    if ((kind == ROW_REMOVAL) != m->first_removal)
        same = false;
    if (!same)
        return out_of_the_way(m, entry, NULL, "unique key",
                              S("has the key of an earlier row in this file, and other values"), err);
    m->pass->counts.repeated++;
    return !is_written(kind) || writer_action(m->pass->writer, ACTION_REMOVE, (int64_t)entry->place, 0) ||
           pass_writer_gone(err);
}

static bool rows_of_key(struct merge *m, const uint64_t key[2], struct error *err)
{
    struct pass *pass = m->pass;
    while (m->rows.have && same_key(&m->rows.now, key)) {
        struct row_entry entry = m->rows.now;
        int kind = (int)(entry.order & 0xff);
        const struct column *not_unique = NULL;
        if (!advance(&m->rows, err))
            return false;
        while (m->rows.have && same_key(&m->rows.now, key) && m->rows.now.order >> 8 == entry.order >> 8) {
            must((m->rows.now.order & 0xff) == ROW_NOT_UNIQUE);
            not_unique = &pass->intake->source->columns[m->rows.now.place];
            if (!advance(&m->rows, err))
                return false;
        }
        bool good = true, first = true;
        if (kind == ROW_BAD) {
            m->present = true;
        } else if (kind == ROW_BAD_DOUBTFUL) {
            if (m->have_old && m->old_open)
                m->present = true;
            else
                pass->unreadable++;
        } else if (not_unique) {
            good = out_of_the_way(m, &entry, not_unique, "unique",
                                  S("stands in an earlier row of this file too, and must stand once"), err);
        } else if (m->have_first) {
            good = later_row(m, &entry, err);
        } else {
            good = first_row(m, entry, &first, err);
            m->have_first = good && first;
        }
        if (!good)
            return false;
    }
    return true;
}

static bool verdict(struct merge *m, struct error *err)
{
    struct landing_counts *counts = &m->pass->counts;
    int64_t old_id = (int64_t)m->last.order, anchor = (int64_t)m->last.place, id = (int64_t)m->first.place;
    bool open = m->have_old && m->old_open;
    if (m->first_removal) {
        if (!open) {
            counts->unchanged++; /* It is gone already. */
            return true;
        }
        counts->changed++;
        counts->closed++;
        return note(m->changes, old_id, ACTION_CLOSE, 0, err);
    }
    if (!m->first_written) {
        counts->unchanged++;
        return true;
    }
    if (!m->have_old) {
        counts->added++;
        return true;
    }
    counts->changed++;
    if ((m->first.order & 0xff) == ROW_WRITTEN_ON) {
        must(open);
        return true;
    }
    if (!open)
        m->pass->returned++;
    return (!open || note(m->changes, old_id, ACTION_CLOSE, 0, err)) &&
           note(m->changes, id, ACTION_ANCHOR, anchor, err);
}

/* The first row of this key was matched and counted as unchanged while the file was read; what comes here are later
 * ones. (An old record of which that is not so has come here itself, just before.) */
static void matched(struct merge *m, uint64_t id)
{
    m->have_old = m->old_open = m->have_first = m->matched = true;
    m->last = m->old.now;
    m->last.order = id;
    m->first = m->last;
}

static bool one_key(struct merge *m, struct arena *scratch, struct error *err)
{
    uint64_t key[2];
    bool from_old =
        m->old.have && (!m->rows.have || m->old.now.key[0] < m->rows.now.key[0] ||
                        (m->old.now.key[0] == m->rows.now.key[0] && m->old.now.key[1] <= m->rows.now.key[1]));
    memcpy(key, from_old ? m->old.now.key : m->rows.now.key, sizeof key);
    m->have_old = m->old_open = m->matched = false;
    m->have_first = m->first_removal = m->first_written = m->present = false;
    int64_t *waiting = NULL;
    size_t count = 0, capacity = 0;
    while (m->old.have && same_key(&m->old.now, key)) {
        int kind = (int)(m->old.now.order & 0xff);
        uint64_t id = m->old.now.order >> 8;
        if (kind == OLD_QUARANTINE) {
            ARENA_GROW(scratch, waiting, count, capacity);
            waiting[count++] = (int64_t)id;
        } else if (kind == OLD_MATCHED) {
            if (!m->have_old || id > m->last.order)
                matched(m, id);
        } else if (!m->have_old || id > m->last.order) {
            m->have_old = true;
            m->old_open = kind == OLD_CURRENT;
            m->last = m->old.now;
            m->last.order = id;
        }
        if (!advance(&m->old, err))
            return false;
    }
    if (!rows_of_key(m, key, err) || (m->have_first && !m->matched && !verdict(m, err)))
        return false;
    if (m->have_first && !m->first_removal)
        for (size_t i = 0; i < count; i++)
            if (!writer_action(m->pass->writer, ACTION_CORRECT, waiting[i], 0))
                return pass_writer_gone(err);
    if (m->have_old && m->old_open && !m->have_first && !m->present &&
        m->pass->intake->source->delivery == DELIVERY_SNAPSHOT) {
        m->pass->closures++;
        return note(m->closing, (int64_t)m->last.order, ACTION_CLOSE, 0, err);
    }
    return true;
}

static bool carry_out(struct merge *m, struct row_sort *sort, struct error *err)
{
    const struct row_entry *entry;
    if (!row_sort_finish(sort, err))
        return false;
    for (uint64_t n = 0;; n++) {
        if (!row_sort_next(sort, &entry, err))
            return false;
        if (!entry)
            return true;
        if (n % 4096 == 0 && !pass_watch(m->pass, (uint64_t)m->pass->row->landing.file_size, err))
            return false;
        if (!writer_action(m->pass->writer, (enum action_kind)entry->order, (int64_t)entry->key[0],
                           (int64_t)entry->place))
            return pass_writer_gone(err);
    }
}

bool pass_merge(struct pass *pass, struct error *err)
{
    struct merge *m = arena_new(pass->arena, struct merge);
    struct arena *scratch = arena_make(0);
    const struct host *host = pass->intake->host;
    m->pass = pass;
    m->old.sort = pass->old;
    m->rows.sort = pass->rows;
    m->changes = row_sort_make(host, pass->intake->folder, 0, pass->arena);
    m->closing = row_sort_make(host, pass->intake->folder, 0, pass->arena);
    bool good = advance(&m->old, err) && advance(&m->rows, err);
    for (uint64_t n = 0; good && (m->old.have || m->rows.have); n++) {
        good = one_key(m, scratch, err);
        if (n % 4096 == 0) {
            arena_reset(scratch);
            good = good && pass_watch(pass, (uint64_t)pass->row->landing.file_size, err);
        }
    }
    good = good && carry_out(m, m->changes, err);
    /* A row whose key nobody can read may be of any of those that seem to be gone; and a file of which no row passed
     * says nothing. */
    bool all_bad = pass->counts.rows_in > 0 && pass->counts.quarantined == pass->counts.rows_in;
    if (good && pass->unreadable == 0 && !all_bad) {
        pass->counts.closed += pass->closures;
        good = carry_out(m, m->closing, err);
    }
    arena_free(scratch);
    return good;
}
