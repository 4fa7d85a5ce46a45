/* landing.c: who may land, a file accepted, a held landing decided.
 *
 * The order in landing_accept is the promise: what can be refused without the file's bytes is refused first; then the
 * file is kept and synced; then the row is committed; then, and only then, it returns. */
#include "ingest/landing.h"

#include "base/lock.h"
#include "ingest/landing_inside.h"

bool intake_make(struct store *store, const struct source *source, struct slice folder, struct slice by,
                 struct arena *arena, struct intake **ret, struct error *err)
{
    struct intake *intake = arena_new(arena, struct intake);
    struct keeper *keeper;
    *intake = (struct intake){.arena = arena,
                              .store = store,
                              .host = store_host(store),
                              .source = source,
                              .folder = arena_copy(arena, folder),
                              .by = arena_copy(arena, by),
                              .today = date_of_time(host_now(store_host(store)))};
    if (!keeper_open(intake->host, intake->folder, arena, &keeper, err))
        return false;
    intake->keeper = keeper;
    *ret = intake;
    return true;
}

bool intake_open(const struct intake_options *options, struct arena *arena, struct intake **ret, struct error *err)
{
    const struct guard_session *session = options->session;
    const struct catalogue *catalogue = guard_catalogue(session);
    const struct guard_who *who = guard_who(session);
    if (!guard_needs(session, ABILITY_LAND, err))
        return false;
    const struct source *source = catalogue_source(catalogue, options->source);
    if (!source)
        return error_set(err, ERROR_NOT_FOUND,
                         "there is no source %.*s in this county; `staithe source list` names them",
                         PRINT(slice_part(options->source, 0, 60)));
    const struct agency *owner = catalogue_agency(catalogue, source->agency);
    if (!slice_equal(who->agency, source->agency) && !slice_equal(who->agency, S("hub")))
        return error_set(err, ERROR_DENIED, "\"%.*s\" is landed by its own agency alone; ask the data steward of %.*s",
                         PRINT(source->title), PRINT(owner ? owner->title : source->agency));
    const struct agreement *agreement = catalogue_agreement(catalogue, source->agreement);
    must(agreement); /* The catalogue has checked. */
    if (!agreement_in_force(agreement, guard_today(guard_of(session))))
        return error_set(err, ERROR_DENIED,
                         "the agreement %.*s, under which %.*s is landed, is not in force today; renew it first",
                         PRINT(agreement->name), PRINT(source->name));
    if (!intake_make(guard_store(guard_of(session)), source, options->folder, who->name, arena, ret, err))
        return false;
    (*ret)->session = session;
    return true;
}

/* ---- Accepting ---- */

/* "gp_list_20261001.csv", "tenancies 2026-10-01.csv": the first day that stands in the name. */
static struct date day_in_name(struct slice name)
{
    for (size_t i = 0; i + 8 <= name.len; i++) {
        if (i > 0 && name.at[i - 1] >= '0' && name.at[i - 1] <= '9')
            continue;
        char digits[8];
        size_t n = 0, k = i;
        for (; k < name.len && n < 8; k++) {
            if (name.at[k] >= '0' && name.at[k] <= '9')
                digits[n++] = name.at[k];
            else if (!((n == 4 || n == 6) && (name.at[k] == '-' || name.at[k] == '_')))
                break;
        }
        if (n < 8 || (k < name.len && name.at[k] >= '0' && name.at[k] <= '9'))
            continue;
        struct date d;
        if (date_read(slice_from(digits, 8), &(struct date_form){.order = DATE_YMD}, &d) && date_whole(d) &&
            d.year >= 1990 && d.year < 2100)
            return d;
    }
    return NO_DATE;
}

struct accepting {
    struct intake *intake;
    const struct landing_file *file;
    struct slice name;
    struct date as_at;
    int64_t source_id, current;
    bool same_contract;
    struct landing_row_all current_row;
    struct arena *arena;
};

/* The source as it stands; its row is made when this is its first file. */
static bool source_row(struct accepting *a, struct transaction *t, struct error *err)
{
    const struct source *source = a->intake->source;
    struct result rows;
    if (!store_query(t, STATEMENT_INGEST_SOURCE, ARGS(value_text(source->name)), a->arena, &rows, err))
        return false;
    a->source_id = a->current = 0;
    if (!rows.rows)
        return true;
    a->source_id = cell_integer(&rows.cells[0]);
    struct slice digest = cell_text(&rows.cells[1]);
    a->same_contract = digest.len == 32 && memcmp(digest.at, source->digest.bytes, 32) == 0;
    a->current = cell_integer(&rows.cells[2]);
    return !a->current || landing_read(t, a->current, a->arena, &a->current_row, err);
}

/* What can be refused before the file is read. */
static bool may_come(struct accepting *a, struct transaction *t, struct error *err)
{
    struct result held;
    const struct source *source = a->intake->source;
    if (!source_row(a, t, err))
        return false;
    if (!a->source_id)
        return true;
    if (!store_query(t, STATEMENT_INGEST_LANDING_IN_STATE, ARGS(value_integer(a->source_id), value_text(S("held"))),
                     a->arena, &held, err))
        return false;
    if (held.rows)
        return error_set(err, ERROR_HELD,
                         "landing %lld of %.*s waits for a person's word; accept or refuse it first, on its page or "
                         "with staithe land %.*s --accept %lld",
                         (long long)cell_integer(&held.cells[0]), PRINT(source->name), PRINT(source->name),
                         (long long)cell_integer(&held.cells[0]));
    if (!a->file->again && a->current && date_known(a->as_at) &&
        date_compare(a->as_at, a->current_row.landing.as_at) < 0)
        return error_set(err, ERROR_CONFLICT,
                         "the extract speaks of %.*s, and what is shown of %.*s is of %.*s; ask to take it "
                         "again (--again) if the older one is meant",
                         PRINT(date_iso(a->arena, a->as_at)), PRINT(source->name),
                         PRINT(date_iso(a->arena, a->current_row.landing.as_at)));
    return true;
}

/* Whether these bytes were here before. *ret_id: the landing that they belong to already; 0: they make a new one. */
static bool known_before(struct accepting *a, struct transaction *t, const struct kept *kept, int64_t *ret_id,
                         bool *ret_same, struct error *err)
{
    struct result rows;
    *ret_id = 0;
    *ret_same = false;
    if (!a->source_id)
        return true;
    if (!store_query(t, STATEMENT_INGEST_LANDING_BY_DIGEST,
                     ARGS(value_bytes(kept->digest.bytes, sizeof kept->digest.bytes), value_integer(a->source_id)),
                     a->arena, &rows, err))
        return false;
    for (size_t i = 0; i < rows.rows; i++) {
        const struct value *row = result_row(&rows, i);
        int64_t id = cell_integer(&row[0]);
        struct slice state = cell_text(&row[1]);
        if (id == a->current) {
            /* Under a new contract the same bytes can mean something else. */
            *ret_same = !(a->file->again && !a->same_contract);
            *ret_id = *ret_same ? id : 0;
            return true;
        }
        if ((slice_equal(state, S("kept")) || slice_equal(state, S("checking"))) && id > a->current) {
            *ret_id = id;
            return true;
        }
    }
    for (size_t i = 0; i < rows.rows; i++) {
        const struct value *row = result_row(&rows, i);
        if (!a->file->again && !slice_equal(cell_text(&row[1]), S("failed")) &&
            !slice_equal(cell_text(&row[1]), S("kept")))
            return error_set(
                err, ERROR_CONFLICT,
                "this file was landed before, on %.*s (landing %lld); ask to take it again (--again) if that is meant",
                PRINT(date_words(a->arena, date_of_time(cell_integer(&row[2])))), (long long)cell_integer(&row[0]));
    }
    return true;
}

static bool record_it(struct accepting *a, struct transaction *t, const struct kept *kept, int64_t *ret_id,
                      struct error *err)
{
    struct intake *intake = a->intake;
    const struct source *source = intake->source;
    struct slice as_at = date_known(a->as_at) ? date_iso(a->arena, a->as_at) : NO_SLICE;
    int64_t id;
    if (!a->source_id &&
        (!store_next_ids(t, "source", 1, &a->source_id, err) ||
         !store_execute(t, STATEMENT_INGEST_SOURCE_NEW,
                        ARGS(value_integer(a->source_id), value_text(source->name), value_text(source->text),
                             value_bytes(source->digest.bytes, sizeof source->digest.bytes)),
                        NULL, err)))
        return false;
    if (!store_next_ids(t, "landing", 1, &id, err) ||
        !store_execute(t, STATEMENT_INGEST_LANDING_NEW,
                       ARGS(value_integer(id), value_integer(a->source_id),
                            value_bytes(kept->digest.bytes, sizeof kept->digest.bytes), value_text(a->name),
                            value_integer((int64_t)kept->size), value_integer(host_now(intake->host)),
                            value_text(intake->by), value_maybe_text(as_at)),
                       NULL, err))
        return false;
    struct landing landing = {.id = id, .state = LANDING_KEPT, .digest = kept->digest};
    *ret_id = id;
    return landing_change(intake, t, &landing, err);
}

/* The decision and the row in one transaction: two who bring the same file at once get one landing. */
static bool commit_it(struct accepting *a, const struct kept *kept, int64_t *ret_id, bool *ret_same, struct error *err)
{
    struct transaction *t;
    struct landing_row_all all;
    if (!store_begin(a->intake->store, TRANSACTION_WRITE, NULL, a->arena, &t, err))
        return false;
    if (!may_come(a, t, err) || !known_before(a, t, kept, ret_id, ret_same, err))
        return false;
    if (*ret_id) {
        bool there = landing_read(t, *ret_id, a->arena, &all, err);
        transaction_rollback(t);
        return there;
    }
    return record_it(a, t, kept, ret_id, err) && transaction_commit(t, err);
}

static struct slice last_part(struct slice path)
{
    size_t start = path.len;
    while (start > 0 && path.at[start - 1] != '/' && path.at[start - 1] != '\\')
        start--;
    return slice_part(path, start, path.len);
}

/* A name as it may be shown and stored: valid text of bounded length. */
static struct slice clean_name(struct arena *arena, struct slice name)
{
    char *out = arena_cstr(arena, slice_part(name, 0, 200));
    size_t len = 0;
    for (size_t i = 0; i < name.len && i < 200; i++)
        out[len++] = (unsigned char)name.at[i] < 32 || name.at[i] == 127 ? '_' : name.at[i];
    return slice_from(out, text_valid_utf8(slice_from(out, len)));
}

bool landing_accept(struct intake *intake, const struct landing_file *file, struct arena *arena, struct landing *ret,
                    struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct accepting a = {.intake = intake, .file = file, .arena = scratch};
    struct transaction *t;
    struct kept kept;
    int64_t id = 0;
    bool same = false;
    *err = NO_ERROR;
    intake->again = file->again;
    a.name = clean_name(scratch, file->name.len ? last_part(file->name) : last_part(file->path));
    if (!a.name.len)
        a.name = S("file");
    a.as_at = date_known(file->as_at) ? file->as_at : intake->source->as_at_column.len ? NO_DATE : day_in_name(a.name);
    bool good = store_begin(intake->store, TRANSACTION_READ, NULL, scratch, &t, err);
    if (good) {
        good = may_come(&a, t, err);
        transaction_rollback(t);
    }
    good = good && keeper_keep(intake->keeper, file->path, &kept, err) && commit_it(&a, &kept, &id, &same, err);
    arena_free(scratch);
    if (!good || !landing_load(intake->store, id, arena, ret, err))
        return false;
    ret->same_again = same;
    return true;
}

/* ---- Deciding ---- */

static bool decide_in(struct intake *intake, struct transaction *t, const struct landing_row_all *all, bool accept,
                      struct slice reason, struct error *err)
{
    struct landing landing = all->landing;
    int64_t changed;
    landing.state = accept ? LANDING_CURRENT : LANDING_REFUSED;
    /* A refused one stays `held` until its rows are out; landing_undo moves it then. */
    if (!store_execute(t, STATEMENT_INGEST_LANDING_DECIDE,
                       ARGS(value_integer(landing.id), value_text(accept ? S("current") : S("checking")),
                            value_maybe_text(reason), value_text(intake->by), value_integer(host_now(intake->host))),
                       &changed, err))
        return false;
    if (changed != 1)
        return error_set(err, ERROR_CONFLICT, "landing %lld is no longer held; look at it anew", (long long)landing.id);
    const struct source *source = intake->source;
    if (accept &&
        !store_execute(t, STATEMENT_INGEST_SOURCE_SHOW,
                       ARGS(value_integer(all->source_id), value_integer(landing.id), value_text(source->text),
                            value_bytes(source->digest.bytes, sizeof source->digest.bytes)),
                       NULL, err))
        return false;
    return landing_change(intake, t, &landing, err);
}

static bool decide_locked(struct intake *intake, int64_t landing, bool accept, struct slice reason, struct arena *arena,
                          struct error *err)
{
    struct transaction *t;
    struct landing_row_all all;
    if (!store_begin(intake->store, TRANSACTION_WRITE, NULL, arena, &t, err) ||
        !landing_read(t, landing, arena, &all, err))
        return false;
    if (!slice_equal(all.landing.source, intake->source->name))
        return error_set(err, ERROR_NOT_FOUND, "landing %lld is of %.*s, not of %.*s", (long long)landing,
                         PRINT(all.landing.source), PRINT(intake->source->name));
    struct slice kept_reason = reason.len ? reason : all.landing.reason;
    if (!decide_in(intake, t, &all, accept, kept_reason, err) || !transaction_commit(t, err))
        return false;
    return accept || landing_undo(intake, landing, S("refused"), kept_reason, err);
}

bool landing_decide(struct intake *intake, int64_t landing, bool accept, struct slice reason, struct arena *arena,
                    struct landing *ret, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct file_lock *lock;
    *err = NO_ERROR;
    bool good = landing_lock(intake, scratch, &lock, err);
    if (good && !lock)
        good = error_set(err, ERROR_BUSY, "a landing of %.*s is at work; try again when it has ended",
                         PRINT(intake->source->name));
    good = good && decide_locked(intake, landing, accept, reason, scratch, err);
    arena_free(scratch);
    return good && landing_load(intake->store, landing, arena, ret, err);
}
