/* index_file.c: a snapshot, and the log of what changed since.
 *
 * An entry of the log is its length, a checksum and what it says. The checksum is seeded with that of the entry before
 * it, the first one's with the snapshot's number: so an entry that a power failure left standing behind a gap, or that
 * is of another log, is never taken for one of this. Memory is changed first, then the log: what the log cannot take,
 * the next opening has not seen. */
#include "link/index_file.h"

#include "base/hash.h"
#include "base/lock.h"
#include "link/arrange.h"
#include "link/index_inside.h"
#include "link/index_snapshot.h"

#include <inttypes.h>

enum { ENTRY_PUT = 1, ENTRY_REMOVE, ENTRY_MARK, ENTRY_HEAD = 12, ENTRY_MOST = 1 << 28, FLUSH_AT = 1 << 20 };

struct index_file {
    const struct host *host;
    struct arena *arena;
    struct slice folder, note;
    struct snapshot at; /* what the snapshot says; its position is kept up to date */
    struct file_lock *lock;
    struct host_file *log; /* NULL: opened for reading */
    struct arena *log_arena;
    uint64_t log_size, chain;
    struct arena *pending_arena;
    struct {
        char *at;
        size_t len, capacity;
    } pending; /* entries that are not written yet */
    bool failed;
};

static struct slice path_in(struct arena *arena, struct slice folder, const char *name)
{
    return arena_format(arena, "%.*s/%s", PRINT(folder), name);
}

static struct slice log_path(const struct index_file *file, struct arena *arena)
{
    return arena_format(arena, "%.*s/log-%" PRIu64, PRINT(file->folder), file->at.sequence);
}

static uint64_t first_chain(const struct index_file *file)
{
    return hash64(S("an index's log"), file->at.sequence);
}

/* ---- What an entry says ---- */

static char *put_number(char *to, uint64_t number)
{
    for (; number > 127; number >>= 7)
        *to++ = (char)(number | 128);
    *to++ = (char)number;
    return to;
}

static char *put_text(char *to, struct slice text)
{
    to = put_number(to, text.len);
    if (text.len)
        memcpy(to, text.at, text.len);
    return to + text.len;
}

static bool get_number(struct slice *rest, uint64_t *ret)
{
    uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && rest->len > 0; shift += 7) {
        uint8_t byte = (uint8_t)rest->at[0];
        *rest = slice_part(*rest, 1, rest->len);
        number |= (uint64_t)(byte & 127) << shift;
        if (!(byte & 128)) {
            *ret = number;
            return true;
        }
    }
    return false;
}

static bool get_text(struct slice *rest, struct slice *ret)
{
    uint64_t length;
    if (!get_number(rest, &length) || length > rest->len)
        return false;
    *ret = slice_part(*rest, 0, (size_t)length);
    *rest = slice_part(*rest, (size_t)length, rest->len);
    return true;
}

/* An entry is put together where it will be written from: room for its head and what it says, so many bytes at most,
 * from where begin_entry points; and then the head. */
static char *begin_entry(struct index_file *file, size_t most)
{
    size_t needed = file->pending.len + ENTRY_HEAD + most, wider = 1u << 16;
    while (wider < needed)
        wider *= 2;
    if (needed > file->pending.capacity) {
        file->pending.at = arena_regrow(file->pending_arena, file->pending.at, file->pending.capacity, wider);
        file->pending.capacity = wider;
    }
    return file->pending.at + file->pending.len + ENTRY_HEAD;
}

static void end_entry(struct index_file *file, const char *end)
{
    char *head = file->pending.at + file->pending.len;
    struct slice said = slice_from(head + ENTRY_HEAD, (size_t)(end - head) - ENTRY_HEAD);
    uint32_t length = (uint32_t)said.len;
    file->chain = hash64(said, file->chain);
    memcpy(head, &length, sizeof length);
    memcpy(head + sizeof length, &file->chain, sizeof file->chain);
    file->pending.len += ENTRY_HEAD + said.len;
}

/* Its room is used again, but for that of a record of megabytes. */
static void empty_pending(struct index_file *file)
{
    file->pending.len = 0;
    if (file->pending.capacity > (size_t)4 * FLUSH_AT) {
        file->pending.at = arena_let_go(file->pending_arena, file->pending.at, file->pending.capacity);
        file->pending.capacity = 0;
    }
}

static bool flush(struct index_file *file, struct error *err)
{
    if (file->pending.len == 0)
        return true;
    bool done = host_write(file->log, file->pending.at, file->pending.len, err);
    file->log_size += file->pending.len;
    file->failed |= !done;
    empty_pending(file);
    return done;
}

static bool may_write(const struct index_file *file, struct error *err)
{
    if (!file->log)
        return error_set(err, ERROR_CONFLICT, "the index %.*s was opened for reading", PRINT(file->folder));
    if (file->failed)
        return error_set(err, ERROR_CONFLICT, "the index %.*s could not be written to; open it again",
                         PRINT(file->folder));
    return true;
}

static void log_row(struct index_file *file, char type, const struct index_row *row, size_t values)
{
    enum { NUMBER_MOST = 10 };
    size_t most = 1 + (values + 2) * NUMBER_MOST + row->source.len + row->id.len;
    for (size_t c = 0; c < values; c++)
        most += row->values[c].len;
    char *to = begin_entry(file, most);
    *to++ = type;
    to = put_text(put_text(to, row->source), row->id);
    for (size_t c = 0; c < values; c++)
        to = put_text(to, row->values[c]);
    end_entry(file, to);
}

/* ---- Changing the index ---- */

/* The rows by number of their source, and the record that each names, NONE: none. */
static bool name_records(struct index_file *file, const struct index_row *rows, size_t count, struct arena *scratch,
                         struct link_row **ret_rows, uint32_t **ret_records, struct error *err)
{
    enum { AHEAD = 8 };
    const struct link_index *index = file->at.index;
    struct link_row *named = arena_array(scratch, struct link_row, count + 1);
    uint32_t *records = arena_array(scratch, uint32_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        named[i] = (struct link_row){.id = rows[i].id, .values = rows[i].values};
        if (i > 0 && slice_equal(rows[i].source, rows[i - 1].source))
            named[i].source = named[i - 1].source;
        else if (!link_index_source(file->at.index, rows[i].source, &named[i].source, err))
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (i + AHEAD < count)
            index_name_fetch(index, named[i + AHEAD].source, named[i + AHEAD].id);
        records[i] = link_index_record(index, named[i].source, named[i].id);
    }
    *ret_rows = named;
    *ret_records = records;
    return true;
}

/* Of one id named twice the last counts. */
static size_t last_of_each(const struct index_row *rows, size_t count, struct index_row *ret, struct arena *scratch)
{
    size_t slots = 16, kept = 0;
    while (slots < 2 * count)
        slots *= 2;
    uint32_t *at = arena_array(scratch, uint32_t, slots);
    for (size_t i = 0; i < count; i++) {
        size_t slot = hash64(rows[i].id, hash64(rows[i].source, 3)) & (slots - 1);
        for (; at[slot]; slot = (slot + 1) & (slots - 1)) {
            struct index_row *other = &ret[at[slot] - 1];
            if (slice_equal(other->id, rows[i].id) && slice_equal(other->source, rows[i].source))
                break;
        }
        if (!at[slot])
            at[slot] = (uint32_t)++kept;
        ret[at[slot] - 1] = rows[i];
    }
    return kept;
}

/* Whether a record holds these values already. */
static bool same_values(const struct link_index *index, uint32_t record, const struct slice *values,
                        struct arena *scratch)
{
    const struct link_spec *spec = index->records->spec;
    for (size_t c = 0; c < spec->input_count; c++) {
        struct slice plain = plain_form(spec->columns[c].kind, spec->date_order, slice_trim(values[c]), scratch);
        if (!slice_equal(plain, index->records->columns[c].plain.texts[record_code(index->records, record, c)]))
            return false;
    }
    return true;
}

static bool apply_put(struct index_file *file, const struct index_row *rows, size_t count,
                      const struct link_options *options, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct index_row *own = arena_array(scratch, struct index_row, count + 1);
    struct link_row *named;
    uint32_t *there, first;
    size_t kept = 0, gone = 0;
    count = last_of_each(rows, count, own, scratch);
    bool done = name_records(file, own, count, scratch, &named, &there, err);
    for (size_t i = 0; done && i < count; i++) {
        if (there[i] != NONE && same_values(file->at.index, there[i], named[i].values, scratch))
            continue; /* it would change nothing */
        if (there[i] != NONE)
            there[gone++] = there[i];
        named[kept++] = named[i];
    }
    done = done && link_index_replace(file->at.index, there, gone, named, kept, options, &first, err);
    arena_free(scratch);
    return done;
}

static bool apply_remove(struct index_file *file, const struct index_row *rows, size_t count,
                         const struct link_options *options, size_t *ret_removed, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct index_row *own = arena_array(scratch, struct index_row, count + 1);
    struct link_row *named;
    uint32_t *there;
    size_t gone = 0;
    count = last_of_each(rows, count, own, scratch);
    bool done = name_records(file, own, count, scratch, &named, &there, err);
    for (size_t i = 0; done && i < count; i++)
        if (there[i] != NONE)
            there[gone++] = there[i];
    done = done && link_index_remove_many(file->at.index, there, gone, options, err);
    arena_free(scratch);
    if (done)
        *ret_removed = gone;
    return done;
}

bool index_file_put(struct index_file *file, const struct index_row *rows, size_t count,
                    const struct link_options *options, struct error *err)
{
    if (!may_write(file, err))
        return false;
    if (!apply_put(file, rows, count, options, err)) {
        file->failed = true;
        return false;
    }
    file->at.ahead |= count > 0;
    for (size_t i = 0; i < count; i++) {
        log_row(file, ENTRY_PUT, &rows[i], link_spec_columns(file->at.spec));
        if (file->pending.len > FLUSH_AT && !flush(file, err))
            return false;
    }
    return true;
}

bool index_file_remove(struct index_file *file, const struct index_row *rows, size_t count,
                       const struct link_options *options, size_t *ret_removed, struct error *err)
{
    if (!may_write(file, err))
        return false;
    if (!apply_remove(file, rows, count, options, ret_removed, err)) {
        file->failed = true;
        return false;
    }
    file->at.ahead |= count > 0;
    for (size_t i = 0; i < count; i++) {
        log_row(file, ENTRY_REMOVE, &rows[i], 0);
        if (file->pending.len > FLUSH_AT && !flush(file, err))
            return false;
    }
    return true;
}

bool index_file_mark(struct index_file *file, int64_t position, struct error *err)
{
    if (!may_write(file, err))
        return false;
    char *to = begin_entry(file, 1 + sizeof position);
    *to++ = ENTRY_MARK;
    memcpy(to, &position, sizeof position);
    end_entry(file, to + sizeof position);
    file->at.position = position;
    file->at.ahead = false;
    return true;
}

bool index_file_sync(struct index_file *file, struct error *err)
{
    if (!may_write(file, err) || !flush(file, err))
        return false;
    file->failed = !host_sync(file->log, err);
    return !file->failed;
}

/* ---- Playing the log ---- */

struct playing {
    struct index_file *file;
    const struct link_options *options;
    struct arena *scratch;
    struct index_row *rows;
    size_t count, capacity;
    char type; /* of rows */
};

static bool play_rows(struct playing *work, struct error *err)
{
    size_t removed;
    bool done =
        work->count == 0 ||
        (work->type == ENTRY_PUT ? apply_put(work->file, work->rows, work->count, work->options, err)
                                 : apply_remove(work->file, work->rows, work->count, work->options, &removed, err));
    work->count = 0;
    arena_reset(work->scratch);
    work->rows = NULL;
    work->capacity = 0;
    return done;
}

/* *ret_sound: whether this is an entry at all. */
static bool play_entry(struct playing *work, struct slice said, bool *ret_sound, struct error *err)
{
    size_t columns = link_spec_columns(work->file->at.spec);
    char type = said.len ? said.at[0] : 0;
    struct slice rest = slice_part(said, 1, said.len);
    struct index_row row;
    *ret_sound = false;
    if (type == ENTRY_MARK) {
        *ret_sound = rest.len == sizeof work->file->at.position;
        if (*ret_sound) {
            memcpy(&work->file->at.position, rest.at, rest.len);
            work->file->at.ahead = false;
        }
        return true;
    }
    if ((type != ENTRY_PUT && type != ENTRY_REMOVE) || !get_text(&rest, &row.source) || !get_text(&rest, &row.id))
        return true;
    if ((type != work->type || work->count >= 1u << 16) && !play_rows(work, err))
        return false;
    work->type = type;
    struct slice *values = arena_array(work->scratch, struct slice, columns + 1);
    for (size_t c = 0; c < columns && type == ENTRY_PUT; c++)
        if (!get_text(&rest, &values[c]))
            return true;
    if (rest.len > 0)
        return true;
    row.values = values;
    ARENA_GROW(work->scratch, work->rows, work->count, work->capacity);
    work->rows[work->count++] = row;
    work->file->at.ahead = true;
    *ret_sound = true;
    return true;
}

/* Plays whole entries; *ret_whole is where the last one ends. */
static bool play(struct index_file *file, struct slice log, const struct link_options *options, uint64_t *ret_whole,
                 struct error *err)
{
    struct playing work = {.file = file, .options = options, .scratch = arena_make(0)};
    uint64_t at = 0;
    bool done = true, sound = true;
    while (done && sound && log.len - at >= ENTRY_HEAD) {
        uint32_t length;
        uint64_t hash;
        memcpy(&length, log.at + at, sizeof length);
        memcpy(&hash, log.at + at + sizeof length, sizeof hash);
        if (length > ENTRY_MOST || length > log.len - at - ENTRY_HEAD)
            break;
        struct slice said = slice_from(log.at + at + ENTRY_HEAD, length);
        if (hash64(said, file->chain) != hash)
            break;
        done = play_entry(&work, said, &sound, err);
        if (done && sound) {
            file->chain = hash;
            at += ENTRY_HEAD + length;
        }
    }
    done = done && play_rows(&work, err);
    arena_free(work.scratch);
    *ret_whole = at;
    return done;
}

static bool read_log(struct index_file *file, const struct link_options *options, struct error *err)
{
    struct arena *own = arena_make(0);
    struct slice path = log_path(file, own), log = NO_SLICE;
    uint64_t whole = 0;
    bool done = !host_exists(path) || host_read_file(file->host, path, UINT64_MAX / 2, own, &log, err);
    file->chain = first_chain(file);
    done = done && play(file, log, options, &whole, err);
    file->log_size = whole;
    if (done && whole < log.len)
        file->note = arena_format(file->arena,
                                  "the last %" PRIu64 " bytes of the index's log were no whole change, as after a "
                                  "power failure, and were left out; what came before stands",
                                  (uint64_t)log.len - whole);
    arena_free(own);
    return done;
}

/* ---- Opening and making ---- */

static bool open_log(struct index_file *file, struct error *err)
{
    file->log_arena = arena_make(0);
    if (!host_open(file->host, log_path(file, file->arena), HOST_APPEND, file->log_arena, &file->log, err))
        return false;
    return host_sync_folder(file->host, file->folder, err);
}

/* What a crash may have left: files half written, and the log of the snapshot before. */
static bool sweep(const struct index_file *file, struct error *err)
{
    struct arena *own = arena_make(0);
    struct slice *names, keep = arena_format(own, "log-%" PRIu64, file->at.sequence);
    size_t count = 0;
    bool done = host_list_folder(file->folder, own, &names, &count, err);
    for (size_t i = 0; done && i < count; i++)
        if (slice_starts(names[i], S("snapshot.new-")) ||
            (slice_starts(names[i], S("log-")) && !slice_equal(names[i], keep)))
            done = host_delete(file->host, path_in(own, file->folder, arena_cstr(own, names[i])), err);
    arena_free(own);
    return done;
}

static void release(void *handle)
{
    struct index_file *file = handle;
    arena_free(file->log_arena);
    arena_free(file->pending_arena);
    file_unlock(file->lock);
}

static bool start(const struct host *host, struct slice folder, bool for_writing, struct arena *arena,
                  struct index_file **ret, struct error *err)
{
    struct index_file *file = arena_new(arena, struct index_file);
    *file = (struct index_file){.host = host, .arena = arena, .folder = arena_copy(arena, folder)};
    file->pending_arena = arena_make(0);
    arena_defer(arena, release, file);
    *ret = file;
    if (!for_writing)
        return true;
    if (!file_lock(path_in(arena, folder, "lock"), false, arena, &file->lock, err))
        return false;
    return file->lock || error_set(err, ERROR_BUSY, "another process writes to the index %.*s; try again when it ends",
                                   PRINT(folder));
}

bool index_file_exists(struct slice folder, struct arena *scratch)
{
    return host_exists(path_in(scratch, folder, "snapshot"));
}

bool index_file_create(const struct host *host, struct slice folder, struct slice specification,
                       struct link_records *records, const struct link_model *model, const struct link_options *options,
                       struct arena *arena, struct index_file **ret, struct error *err)
{
    struct index_file *file = NULL;
    if (index_file_exists(folder, arena))
        return error_set(err, ERROR_CONFLICT, "there is an index in %.*s already; delete the folder to make it anew",
                         PRINT(folder));
    if (!host_make_folder(host, folder, err) || !start(host, folder, true, arena, &file, err))
        return false;
    file->at = (struct snapshot){
        .sequence = 1, .specification = arena_copy(arena, specification), .model_text = link_model_write(model, arena)};
    /* Its own reading of both, so that the index rests on nothing that its caller may let go of. */
    if (!link_spec_read(file->at.specification, folder, arena, &file->at.spec, err) ||
        !link_model_read(file->at.model_text, folder, file->at.spec, arena, &file->at.model, err))
        return false;
    /* Who keeps edges alone knows records by the numbers that they were added under. */
    bool edges_only = options && options->edges_only;
    if ((!edges_only && !records_put_together(records, options, err)) ||
        !link_index_make(records, model, options, arena, &file->at.index, err) ||
        !snapshot_write(host, path_in(arena, folder, "snapshot"), &file->at, options, err) || !sweep(file, err) ||
        !open_log(file, err))
        return false;
    file->chain = first_chain(file);
    *ret = file;
    return true;
}

bool index_file_open(const struct host *host, struct slice folder, bool for_writing, const struct link_options *options,
                     struct arena *arena, struct index_file **ret, struct error *err)
{
    struct index_file *file = NULL;
    if (!index_file_exists(folder, arena))
        return error_set(err, ERROR_NOT_FOUND,
                         "there is no index in %.*s; build one there by staithe index build, or name the folder of one",
                         PRINT(folder));
    if (!start(host, folder, for_writing, arena, &file, err) ||
        !snapshot_read(host, path_in(arena, folder, "snapshot"), options, arena, &file->at, err) ||
        !read_log(file, options, err))
        return false;
    if (for_writing) {
        if (!sweep(file, err) || !open_log(file, err))
            return false;
        if (file->note.len && (!host_cut(file->log, file->log_size, err) || !host_sync(file->log, err)))
            return false;
    }
    *ret = file;
    return true;
}

bool index_file_delete(const struct host *host, struct slice folder, struct error *err)
{
    struct arena *own = arena_make(0);
    struct slice *names;
    size_t count = 0;
    /* The snapshot first: without it the rest is no index. */
    bool done = !index_file_exists(folder, own) ||
                (host_delete(host, path_in(own, folder, "snapshot"), err) && host_sync_folder(host, folder, err));
    done = done && (!host_exists(folder) || host_list_folder(folder, own, &names, &count, err));
    for (size_t i = 0; done && i < count; i++)
        if (slice_starts(names[i], S("snapshot")) || slice_starts(names[i], S("log-")))
            done = host_delete(host, path_in(own, folder, arena_cstr(own, names[i])), err);
    arena_free(own);
    return done;
}

bool index_file_compact(struct index_file *file, const struct link_options *options, struct error *err)
{
    struct arena *own = arena_make(0);
    struct snapshot next = file->at;
    struct slice old = log_path(file, own);
    next.sequence++;
    bool done =
        may_write(file, err) && snapshot_write(file->host, path_in(own, file->folder, "snapshot"), &next, options, err);
    if (done) {
        /* From here on the old log is of no snapshot. */
        arena_free(file->log_arena);
        file->log = NULL;
        empty_pending(file);
        file->at.sequence = next.sequence;
        file->chain = first_chain(file);
        file->log_size = 0;
        file->failed = true;
        done =
            open_log(file, err) && host_delete(file->host, old, err) && host_sync_folder(file->host, file->folder, err);
        file->failed = !done;
    }
    arena_free(own);
    return done;
}

struct link_index *index_file_index(const struct index_file *file)
{
    return file->at.index;
}

const struct link_spec *index_file_spec(const struct index_file *file)
{
    return file->at.spec;
}

const struct link_model *index_file_model(const struct index_file *file)
{
    return file->at.model;
}

struct slice index_file_model_text(const struct index_file *file)
{
    return file->at.model_text;
}

int64_t index_file_position(const struct index_file *file)
{
    return file->at.position;
}

bool index_file_ahead(const struct index_file *file)
{
    return file->at.ahead;
}

uint64_t index_file_log_size(const struct index_file *file)
{
    return file->log_size + file->pending.len;
}

struct slice index_file_note(const struct index_file *file)
{
    return file->note;
}
