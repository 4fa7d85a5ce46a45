/* landing_run.c: the states of a landing, and the transactions that move it from one to the next.
 *
 *   begin   one transaction: checking, the ids reserved, the source's tables as the contract wants them
 *   pass    many, by the writer's thread: rows that nobody sees
 *   finish  one: the counts, the state, and source.current_landing, by which all of it appears
 *
 * Whatever ends the program between begin and finish leaves a landing in `checking` whose rows are unseen. The source's
 * lock (a file, held by the system for as long as its holder lives) tells an interrupted landing from one at work: who
 * has the lock may undo it. Undoing goes in bounded steps, each of which may be repeated. */
#include "base/json.h"

#include "base/lock.h"
#include "guard/change.h"
#include "ingest/landing_inside.h"
#include "ingest/source_state.h"

#define UNDO_STEP 20000

bool landing_lock(const struct intake *intake, struct arena *arena, struct file_lock **ret, struct error *err)
{
    struct slice folder = arena_format(arena, "%.*s/locks", PRINT(intake->folder));
    return host_make_folder(intake->host, folder, err) &&
           file_lock(arena_format(arena, "%.*s/landing-%.*s", PRINT(folder), PRINT(intake->source->name)), false, arena,
                     ret, err);
}

bool landing_change(struct intake *intake, struct transaction *transaction, const struct landing *landing,
                    struct error *err)
{
    struct arena *arena = arena_make(0);
    struct buffer detail = buffer_make(arena);
    struct json json = json_to(&detail);
    json_object(&json);
    json_pair_integer(&json, "landing", landing->id);
    json_pair_text(&json, "state", landing_state_name(landing->state));
    json_pair_text(&json, "digest", digest_hex(arena, &landing->digest));
    json_pair_integer(&json, "rows_in", landing->counts.rows_in);
    json_end(&json);
    bool done =
        intake->session
            ? change_write(transaction, intake->session, S("landing"), intake->source->name, buffer_slice(&detail), err)
            : change_write_as(transaction, intake->by, S("landing"), intake->source->name, buffer_slice(&detail), err);
    arena_free(arena);
    return done;
}

/* ---- Undoing ---- */

/* One step in a transaction of its own. */
typedef bool undo_step(struct transaction *t, void *context, int64_t *ret_changed, struct error *err);

struct undoing {
    struct intake *intake;
    struct source_table table;
    int64_t landing, from, until;
    struct arena *arena;
};

static bool undo_records(struct transaction *t, void *context, int64_t *ret_changed, struct error *err)
{
    struct undoing *u = context;
    struct sql sql;
    int64_t last = u->from + UNDO_STEP - 1;
    source_table_delete(&u->table, store_dialect(u->intake->store), u->arena, &sql);
    if (!store_execute_sql(t, &sql, ARGS(value_integer(u->from), value_integer(last), value_integer(u->landing)), NULL,
                           err) ||
        !store_execute(t, STATEMENT_INGEST_UNDO_RECORDS,
                       ARGS(value_integer(u->from), value_integer(last), value_integer(u->landing)), NULL, err))
        return false;
    u->from = last + 1;
    *ret_changed = u->from <= u->until;
    return true;
}

static bool undo_closed(struct transaction *t, void *context, int64_t *ret_changed, struct error *err)
{
    struct undoing *u = context;
    return store_execute(t, STATEMENT_INGEST_UNDO_CLOSED, ARGS(value_integer(u->landing)), ret_changed, err);
}

static bool undo_quarantine(struct transaction *t, void *context, int64_t *ret_changed, struct error *err)
{
    struct undoing *u = context;
    return store_execute(t, STATEMENT_INGEST_UNDO_QUARANTINE, ARGS(value_integer(u->landing)), ret_changed, err);
}

static bool undo_corrected(struct transaction *t, void *context, int64_t *ret_changed, struct error *err)
{
    struct undoing *u = context;
    return store_execute(t, STATEMENT_INGEST_UNDO_CORRECTED, ARGS(value_integer(u->landing)), ret_changed, err);
}

/* Steps until one changes nothing more. */
static bool steps(struct undoing *u, undo_step *step, struct error *err)
{
    for (int64_t changed = 1; changed > 0;) {
        struct arena *arena = arena_make(0);
        struct transaction *t;
        u->arena = arena;
        bool good = store_begin(u->intake->store, TRANSACTION_WRITE, NULL, arena, &t, err) &&
                    step(t, u, &changed, err) && transaction_commit(t, err);
        arena_free(arena);
        if (!good)
            return false;
    }
    return true;
}

static bool look(struct intake *intake, int64_t landing, struct arena *arena, struct landing_row_all *ret_all,
                 struct source_table *ret_table, int64_t *ret_last, struct error *err)
{
    struct transaction *t;
    const struct value *row;
    if (!store_begin(intake->store, TRANSACTION_READ, NULL, arena, &t, err))
        return false;
    bool done =
        landing_read(t, landing, arena, ret_all, err) && source_table_of(t, intake->source, arena, ret_table, err) &&
        store_query_one(t, STATEMENT_INGEST_RECORD_LAST, NO_ARGS, arena, "the table record is not there", &row, err);
    if (done)
        *ret_last = cell_integer(&row[0]);
    transaction_rollback(t);
    return done;
}

/* Of a landing that a person refused, the quarantine stays, to show what was wrong; of an interrupted one it goes,
 * since it is made again. */
bool landing_undo(struct intake *intake, int64_t landing, struct slice state, struct slice reason, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct undoing u = {.intake = intake, .landing = landing};
    struct landing_row_all all;
    struct transaction *t;
    bool good = look(intake, landing, arena, &all, &u.table, &u.until, err);
    must(!good || !all.landing.is_current);
    u.from = good ? all.record_first : 0;
    bool again = slice_equal(state, S("kept"));
    if (good && u.from > 0)
        good = (u.from > u.until || steps(&u, undo_records, err)) && steps(&u, undo_closed, err) &&
               steps(&u, undo_corrected, err) && (!again || steps(&u, undo_quarantine, err));
    good = good && store_begin(intake->store, TRANSACTION_WRITE, NULL, arena, &t, err) &&
           store_execute(t, STATEMENT_INGEST_LANDING_BACK,
                         ARGS(value_integer(landing), value_text(state), value_maybe_text(reason)), NULL, err) &&
           transaction_commit(t, err);
    arena_free(arena);
    return good;
}

bool landing_clean(struct intake *intake, int64_t source_id, int64_t *ret_cleaned, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct transaction *t;
    struct result rows = {0};
    bool good = store_begin(intake->store, TRANSACTION_READ, NULL, arena, &t, err) &&
                store_query(t, STATEMENT_INGEST_LANDING_IN_STATE,
                            ARGS(value_integer(source_id), value_text(S("checking"))), arena, &rows, err);
    if (good)
        transaction_rollback(t);
    for (size_t i = 0; good && i < rows.rows; i++) {
        /* One that a person refused, and whose rows were not out yet, is refused still. */
        int64_t id = cell_integer(&result_row(&rows, i)[0]);
        struct landing landing;
        good = landing_load(intake->store, id, arena, &landing, err) &&
               landing_undo(intake, id, landing.decided_by.len ? S("refused") : S("kept"),
                            landing.decided_by.len ? landing.reason : NO_SLICE, err);
    }
    if (good && ret_cleaned)
        *ret_cleaned += (int64_t)rows.rows;
    arena_free(arena);
    return good;
}

bool landing_recover(struct store *store, struct slice folder, const struct catalogue *catalogue,
                     int64_t *ret_recovered, struct error *err)
{
    int64_t recovered = 0;
    for (size_t i = 0; i < catalogue->source_count; i++) {
        struct arena *arena = arena_make(0);
        struct intake *intake;
        struct file_lock *lock;
        struct transaction *t;
        struct result rows = {0};
        bool good =
            intake_make(store, &catalogue->sources[i], folder, S("hub"), arena, &intake, err) &&
            store_begin(store, TRANSACTION_READ, NULL, arena, &t, err) &&
            store_query(t, STATEMENT_INGEST_SOURCE, ARGS(value_text(catalogue->sources[i].name)), arena, &rows, err);
        if (good) {
            transaction_rollback(t);
            good = landing_lock(intake, arena, &lock, err);
            if (good && lock && rows.rows)
                good = landing_clean(intake, cell_integer(&result_row(&rows, 0)[0]), &recovered, err);
        }
        arena_free(arena);
        if (!good)
            return false;
    }
    *ret_recovered = recovered;
    return true;
}

/* ---- Begin ---- */

static bool begin_in(struct intake *intake, struct transaction *t, struct landing_row_all *all, int64_t *ret_first,
                     struct arena *arena, struct error *err)
{
    struct source_table table;
    struct landing *l = &all->landing;
    struct result held;
    if (l->state != LANDING_KEPT)
        return error_set(err, ERROR_CONFLICT,
                         "landing %lld is %.*s, and only a kept one can be checked; look at it anew", (long long)l->id,
                         PRINT(landing_state_name(l->state)));
    if (!store_query(t, STATEMENT_INGEST_LANDING_IN_STATE, ARGS(value_integer(all->source_id), value_text(S("held"))),
                     arena, &held, err))
        return false;
    if (held.rows)
        return error_set(err, ERROR_HELD,
                         "landing %lld of %.*s waits for a person's word; accept or refuse it first, on its page or "
                         "with staithe land %.*s --accept %lld",
                         (long long)cell_integer(&held.cells[0]), PRINT(l->source), PRINT(l->source),
                         (long long)cell_integer(&held.cells[0]));
    if (!store_next_ids(t, "record", WRITER_IDS, ret_first, err) ||
        !source_table_of(t, intake->source, arena, &table, err) || !source_table_ensure(t, &table, err))
        return false;
    if (!date_known(l->as_at))
        l->as_at = intake->today;
    all->record_first = *ret_first;
    return store_execute(t, STATEMENT_INGEST_LANDING_START,
                         ARGS(value_integer(l->id), value_text(date_iso(arena, l->as_at)), value_integer(*ret_first)),
                         NULL, err);
}

/* What of the source decides how this landing is read. */
struct before {
    bool same_contract;
    struct date as_at; /* of the current landing; NO_DATE when there is none */
};

static bool look_before(struct intake *intake, struct transaction *t, const struct landing_row_all *all,
                        struct before *ret, struct arena *arena, struct error *err)
{
    struct result source;
    struct before before = {.as_at = NO_DATE};
    struct landing_row_all current;
    if (!store_query(t, STATEMENT_INGEST_SOURCE, ARGS(value_text(intake->source->name)), arena, &source, err))
        return false;
    must(source.rows == 1);
    struct slice digest = cell_text(&source.cells[1]);
    before.same_contract = digest.len == sizeof intake->source->digest.bytes &&
                           memcmp(digest.at, intake->source->digest.bytes, digest.len) == 0;
    if (all->current_landing) {
        if (!landing_read(t, all->current_landing, arena, &current, err))
            return false;
        before.as_at = current.landing.as_at;
    }
    *ret = before;
    return true;
}

/* ---- Finish ---- */

static bool finish_in(struct pass *pass, struct transaction *t, enum landing_state state, struct slice reason,
                      struct arena *arena, struct error *err)
{
    struct intake *intake = pass->intake;
    struct landing *l = &pass->row->landing;
    const struct landing_counts *c = &pass->counts;
    /* The promise: no row is lost on the way. */
    must(c->rows_in == c->added + c->changed + c->unchanged + c->quarantined + c->repeated);
    bool rows = state == LANDING_CURRENT || state == LANDING_HELD;
    int64_t records = rows ? pass->open_before + c->added + pass->returned - c->closed : 0;
    l->state = state;
    l->counts = *c;
    if (!store_execute(t, STATEMENT_INGEST_LANDING_FINISH,
                       ARGS(value_integer(l->id), value_text(landing_state_name(state)),
                            value_text(date_iso(arena, l->as_at)), value_integer(c->rows_in), value_integer(c->added),
                            value_integer(c->changed), value_integer(c->unchanged), value_integer(c->quarantined),
                            value_integer(c->repeated), value_integer(c->closed), value_integer(records),
                            value_integer(rows ? writer_last_id(pass->writer) : 0), value_maybe_text(reason),
                            value_integer(host_now(intake->host))),
                       NULL, err))
        return false;
    if (state == LANDING_CURRENT &&
        !store_execute(t, STATEMENT_INGEST_SOURCE_SHOW,
                       ARGS(value_integer(pass->row->source_id), value_integer(l->id), value_text(intake->source->text),
                            value_bytes(intake->source->digest.bytes, sizeof intake->source->digest.bytes)),
                       NULL, err))
        return false;
    return landing_change(intake, t, l, err);
}

static bool finish(struct pass *pass, enum landing_state state, struct slice reason, struct error *err)
{
    struct arena *arena = arena_make(0);
    struct transaction *t;
    bool done = store_begin(pass->intake->store, TRANSACTION_WRITE, NULL, arena, &t, err) &&
                finish_in(pass, t, state, reason, arena, err) && transaction_commit(t, err);
    arena_free(arena);
    return done;
}

/* What the counts mean: shown, or held for a person's word, or refused as another file than the contract's. */
static enum landing_state judge(const struct pass *pass, struct slice *reason)
{
    const struct landing_counts *c = &pass->counts;
    const struct source *source = pass->intake->source;
    struct arena *arena = pass->arena;
    if (c->rows_in > 0 && c->quarantined == c->rows_in) {
        *reason = S("no row passed the contract's checks, so nothing was changed; look at the quarantine, then correct "
                    "the file or the contract");
        return LANDING_FAILED;
    }
    if (pass->unreadable > 0 && pass->closures > 0) {
        *reason = arena_format(arena,
                               "%lld rows have no key that can be read, so %lld records that the file no longer has "
                               "were left open; correct "
                               "those rows and land the file again",
                               (long long)pass->unreadable, (long long)pass->closures);
        return LANDING_CURRENT;
    }
    if (pass->closures > 0 && (double)pass->closures > source->hold_share * (double)pass->open_before) {
        *reason = arena_format(arena,
                               "it would close %lld of %lld records (%.1f%%), and the contract holds a snapshot that "
                               "closes more than %.1f%%",
                               (long long)pass->closures, (long long)pass->open_before,
                               100.0 * (double)pass->closures / (double)pass->open_before, 100.0 * source->hold_share);
        return LANDING_HELD;
    }
    *reason = NO_SLICE;
    return LANDING_CURRENT;
}

static struct slice told(const struct error *err, struct arena *arena)
{
    if (!err->line)
        return arena_format(arena, "%s", err->text);
    return err->column ? arena_format(arena, "line %llu, field %llu: %s", (unsigned long long)err->line,
                                      (unsigned long long)err->column, err->text)
                       : arena_format(arena, "line %llu: %s", (unsigned long long)err->line, err->text);
}

/* ---- Run ---- */

static bool unique_columns(const struct source *source)
{
    for (size_t i = 0; i < source->column_count; i++)
        if (source->columns[i].checks & CHECK_UNIQUE)
            return true;
    return false;
}

/* The pass itself, after begin; leaves the landing finished, or an error. */
static bool work(struct pass *pass, const struct before *before, int64_t first_id, struct error *err)
{
    struct intake *intake = pass->intake;
    struct arena *arena = pass->arena;
    struct slice reason;
    bool unique = unique_columns(intake->source);
    pass->old = row_sort_make(intake->host, intake->folder, 0, arena);
    pass->rows = row_sort_make(intake->host, intake->folder, 0, arena);
    pass->unique = unique ? row_sort_make(intake->host, intake->folder, 0, arena) : NULL;
    /* A check of uniqueness needs all values; a day that goes back makes `not in the future` stricter than it was. */
    pass->not_before = intake->again ? NO_DATE : before->as_at;
    pass->may_skip = before->same_contract && !unique && date_compare(pass->row->landing.as_at, before->as_at) >= 0;
    struct writer_options options = {.store = intake->store,
                                     .source_id = pass->row->source_id,
                                     .landing = pass->row->landing.id,
                                     .source = intake->source,
                                     .table = &pass->table,
                                     .first_id = first_id};
    if (!keeper_read(intake->keeper, &pass->row->landing.digest, arena, &pass->kept, err) || !pass_old(pass, err) ||
        !writer_start(&options, arena, &pass->writer, err))
        return false;
    bool passed = pass_file(pass, err);
    if (pass->old_stream)
        old_stream_close(pass->old_stream);
    passed = passed && pass_merge(pass, err);
    struct error writing = NO_ERROR;
    bool written = writer_end(pass->writer, !passed, &writing);
    if (!written) {
        *err = writing;
        return false;
    }
    if (passed)
        return finish(pass, judge(pass, &reason), reason, err);
    if (!pass->misfit)
        return false;
    reason = told(err, arena);
    *err = NO_ERROR;
    pass->counts = (struct landing_counts){0};
    return finish(pass, LANDING_FAILED, reason, err);
}

static bool run_locked(struct intake *intake, int64_t landing, const struct landing_watch *watch, struct arena *arena,
                       struct error *err)
{
    struct landing_row_all all;
    struct transaction *t;
    struct before before = {0};
    int64_t first_id = 0;
    if (!store_begin(intake->store, TRANSACTION_READ, NULL, arena, &t, err))
        return false;
    bool good = landing_read(t, landing, arena, &all, err);
    transaction_rollback(t);
    if (!good)
        return false;
    if (!slice_equal(all.landing.source, intake->source->name))
        return error_set(err, ERROR_NOT_FOUND, "landing %lld is of %.*s, not of %.*s", (long long)landing,
                         PRINT(all.landing.source), PRINT(intake->source->name));
    if (!landing_clean(intake, all.source_id, NULL, err) ||
        !store_begin(intake->store, TRANSACTION_WRITE, NULL, arena, &t, err))
        return false;
    if (!landing_read(t, landing, arena, &all, err))
        return false;
    if (all.landing.state == LANDING_KEPT && landing < all.current_landing) {
        struct slice reason = arena_format(
            arena,
            "landing %lld was shown before this one was checked; land the file anew if it is wanted all the same",
            (long long)all.current_landing);
        return store_execute(t, STATEMENT_INGEST_LANDING_BACK,
                             ARGS(value_integer(landing), value_text(S("refused")), value_text(reason)), NULL, err) &&
               transaction_commit(t, err);
    }
    if (!look_before(intake, t, &all, &before, arena, err) || !begin_in(intake, t, &all, &first_id, arena, err))
        return false;
    struct pass *pass = arena_new(arena, struct pass);
    *pass = (struct pass){.intake = intake, .row = &all, .watch = watch, .arena = arena};
    if (!source_table_of(t, intake->source, arena, &pass->table, err) || !transaction_commit(t, err))
        return false;
    if (work(pass, &before, first_id, err))
        return true;
    /* Back to what it was, as far as the machine lets us; if not now, then before the next landing. */
    struct error ignored;
    (void)!landing_undo(intake, landing, S("kept"), NO_SLICE, &ignored);
    return error_wrap(err, "landing %.*s", PRINT(intake->source->name));
}

bool landing_run(struct intake *intake, int64_t landing, const struct landing_watch *watch, struct arena *arena,
                 struct landing *ret, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct file_lock *lock;
    *err = NO_ERROR;
    bool good = landing_lock(intake, scratch, &lock, err);
    if (good && !lock)
        good = error_set(err, ERROR_BUSY, "another landing of %.*s is at work; try again when it has ended",
                         PRINT(intake->source->name));
    good = good && run_locked(intake, landing, watch, scratch, err);
    arena_free(scratch);
    return good && landing_load(intake->store, landing, arena, ret, err);
}
