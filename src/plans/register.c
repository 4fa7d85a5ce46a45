/* Two looks make a change safe against another: the row's digest that the form carried is held against the row as the
 * plan was opened (a changed file of the county is noticed too), and inside the one writing transaction the journal
 * must not have another entry about that row than it had then. */
#include "plans/register.h"

#include "base/text.h"
#include "plan/register.h"

/* ---- Reading ---- */

static struct slice subject_of_round(enum plan_register kind, struct slice id, int64_t round, struct arena *arena)
{
    return arena_format(arena, "%s/%.*s/%d", plan_register_words[kind], PRINT(id), (int)round);
}

static struct register_row row_of(const struct open_plan *plan, const struct plan_entry *entry, struct arena *arena)
{
    const struct plan_model *model = plan->model;
    struct register_row row = {.entry = entry, .row = row_of_entry(model, entry, arena)};
    struct digest digest = hash_sha256(row_text(&row.row, model, arena));
    row.seen = slice_part(digest_hex(arena, &digest), 0, 20);
    row.written = journal_find(plan->journal, slice_of(plan_register_words[entry->kind]), entry->id);
    if (entry->place.file != 0) { /* of the county's own texts: what was written here was left out, or there is none */
        row.file = texts_name(model->syntax->files[entry->place.file].path);
        row.line = entry->place.line;
    }
    for (int64_t i = 0; i < CHALLENGE_ROUNDS; i++)
        row.challenges[i] =
            journal_find(plan->journal, S(JOURNAL_CHALLENGES), subject_of_round(entry->kind, entry->id, i + 1, arena));
    return row;
}

void register_rows(const struct open_plan *plan, enum plan_register kind, struct arena *arena,
                   struct register_row **ret, size_t *ret_count)
{
    const struct plan_model *model = plan->model;
    struct register_row *rows = arena_array(arena, struct register_row, model->entry_count);
    *ret_count = 0;
    for (size_t i = 0; i < model->entry_count; i++)
        if (model->entries[i].kind == kind)
            rows[(*ret_count)++] = row_of(plan, &model->entries[i], arena);
    *ret = rows;
}

static const struct plan_entry *find_entry(const struct plan_model *model, enum plan_register kind, struct slice id)
{
    for (size_t i = 0; i < model->entry_count; i++)
        if (model->entries[i].kind == kind && slice_equal(model->entries[i].id, id))
            return &model->entries[i];
    return NULL;
}

bool register_find(const struct open_plan *plan, enum plan_register kind, struct slice id, struct arena *arena,
                   struct register_row *ret, struct error *err)
{
    const struct plan_entry *entry = find_entry(plan->model, kind, id);
    if (!entry)
        return error_set(err, ERROR_NOT_FOUND, "the register of %s has no row of this name; choose one of its rows",
                         plan_register_words[kind]);
    *ret = row_of(plan, entry, arena);
    return true;
}

const struct journal_entry *register_locked(const struct journal *journal, enum plan_register kind)
{
    const struct journal_entry *entry = journal_find(journal, S(JOURNAL_LOCKS), slice_of(plan_register_words[kind]));
    return entry && slice_equal(entry->body, S("locked")) ? entry : NULL;
}

/* ---- Writing ---- */

bool reason_check(struct slice *reason, struct error *err)
{
    *reason = slice_trim(*reason);
    if (!reason->len)
        return error_set(err, ERROR_INPUT, "a reason is needed; say in a few words why, for others to read");
    return reason->len <= REASON_MAX ||
           error_set(err, ERROR_INPUT, "the reason is longer than %d letters; shorten it", REASON_MAX);
}

static bool changed_by(const struct journal_entry *entry, struct arena *arena, struct error *err)
{
    return error_set(err, ERROR_CONFLICT, "%.*s changed %.*s on %.*s: %.*s", PRINT(entry->by), PRINT(entry->subject),
                     PRINT(time_words(arena, entry->at)), PRINT(slice_part(entry->reason, 0, 200)));
}

/* The journal as it is now, with the entry behind it. */
static struct journal with_entry(const struct journal *journal, const struct journal_entry *entry, struct arena *arena)
{
    struct journal_entry *entries = arena_array(arena, struct journal_entry, journal->count + 1);
    for (size_t i = 0; i < journal->count; i++)
        entries[i] = journal->entries[i];
    entries[journal->count] = *entry;
    return (struct journal){entries, journal->count + 1};
}

static bool still_stands(const struct open_plan *plan, const struct journal *now, const struct journal_entry *entry,
                         struct arena *arena, struct error *err)
{
    const struct journal_entry *newest = journal_find(now, entry->register_name, entry->subject);
    const struct journal_entry *seen = journal_find(plan->journal, entry->register_name, entry->subject);
    if (newest && (!seen || newest->id != seen->id))
        return changed_by(newest, arena, err);
    enum plan_register kind = row_register(entry->register_name);
    const struct journal_entry *lock = kind == PLAN_REGISTERS ? NULL : register_locked(now, kind);
    if (lock)
        return error_set(err, ERROR_HELD, "the register of %s is locked by %.*s since %.*s: %.*s",
                         plan_register_words[kind], PRINT(lock->by), PRINT(time_words(arena, lock->at)),
                         PRINT(slice_part(lock->reason, 0, 200)));
    return true;
}

static bool add_entry(struct transaction *transaction, const struct open_plan *plan,
                      const struct guard_session *session, const char *deed, struct journal_entry *entry,
                      bool must_load, struct arena *arena, struct error *err)
{
    struct journal now;
    if (!journal_read(transaction, plan->name, INT64_MAX, arena, &now, err) ||
        !still_stands(plan, &now, entry, arena, err))
        return false;
    const struct journal_entry *before = journal_find(&now, entry->register_name, entry->subject);
    entry->replaces = before ? before->id : 0;
    struct journal after = with_entry(&now, entry, arena);
    return (!must_load || plans_try(plan, &after, arena, err)) && journal_add(transaction, session, deed, entry, err);
}

bool register_commit(const struct open_plan *plan, const struct guard_session *session, const char *deed,
                     struct journal_entry *entry, bool must_load, struct arena *arena, struct error *err)
{
    struct transaction *transaction;
    entry->plan = plan->name;
    return guard_write_begin(session, arena, &transaction, err) &&
           transaction_finish(transaction, add_entry(transaction, plan, session, deed, entry, must_load, arena, err),
                              err);
}

/* What the row may become, whoever writes it. */
static bool check_state(const struct register_row *standing, const struct row *row, struct error *err)
{
    struct slice before = standing ? row_get(&standing->row, "state") : NO_SLICE, after = row_get(row, "state");
    bool was = slice_equal(before, S("approved")) || slice_equal(before, S("delivered"));
    bool becomes = slice_equal(after, S("approved")) || slice_equal(after, S("delivered"));
    if (becomes && !was)
        return error_set(err, ERROR_HELD,
                         "a row is approved on its own page, by a role that may approve; save it as proposed");
    if (was && becomes && !row_same_figures(&standing->row, row))
        return error_set(err, ERROR_HELD,
                         "%.*s is approved, so its figures stand; to change them, propose it anew: set its state to "
                         "proposed",
                         PRINT(row->id));
    return true;
}

static bool was_left_out(const struct open_plan *plan, enum plan_register kind, struct slice id)
{
    for (size_t i = 0; i < plan->left_out_count; i++)
        if (slice_equal(plan->left_out[i].register_name, slice_of(plan_register_words[kind])) &&
            slice_equal(plan->left_out[i].subject, id))
            return true;
    return false;
}

static bool seen_stands(const struct open_plan *plan, const struct register_row *standing, struct slice seen,
                        const struct row *row, struct arena *arena, struct error *err)
{
    if (!standing)
        return !seen.len ||
               error_set(err, ERROR_CONFLICT, "the row %.*s is not in the register any more; add it as a new one",
                         PRINT(row->id));
    if (slice_equal(standing->seen, seen))
        return true;
    if (!seen.len && was_left_out(plan, row->kind, row->id))
        return true;
    if (!seen.len)
        return error_set(err, ERROR_CONFLICT, "there is a row %.*s in the register already; choose another reference",
                         PRINT(row->id));
    if (standing->written)
        return changed_by(standing->written, arena, err);
    return error_set(err, ERROR_CONFLICT, "the county's own text of %.*s was changed meanwhile (%.*s, line %u)",
                     PRINT(row->id), PRINT(standing->file), standing->line);
}

static bool commit_row(const struct open_plan *plan, const struct guard_session *session, const char *deed,
                       const struct row *row, struct slice reason, struct arena *arena, struct error *err)
{
    struct journal_entry entry = {
        .register_name = slice_of(plan_register_words[row->kind]),
        .subject = row->id,
        .body = row_text(row, plan->model, arena),
        .reason = reason,
    };
    return register_commit(plan, session, deed, &entry, true, arena, err);
}

bool register_write(const struct open_plan *plan, const struct guard_session *session, struct register_change *change,
                    struct arena *arena, struct error *err)
{
    struct register_row standing;
    struct row *row = &change->row;
    if (!plans_may(session, ABILITY_REGISTER, err) || !row_check(row, arena, err) ||
        !reason_check(&change->reason, err))
        return false;
    const struct plan_entry *entry = find_entry(plan->model, row->kind, row->id);
    if (entry)
        standing = row_of(plan, entry, arena);
    if (!seen_stands(plan, entry ? &standing : NULL, change->seen, row, arena, err) ||
        !check_state(entry ? &standing : NULL, row, err))
        return false;
    if (entry && row_same(&standing.row, row))
        return error_set(err, ERROR_INPUT, "nothing was changed; change something, or leave the row as it is");
    return commit_row(plan, session, "row", row, change->reason, arena, err);
}

/* ---- Approving ---- */

static void add_missing(struct buffer *out, struct slice words)
{
    buffer_format(out, "%s%.*s", out->len ? "; " : "", PRINT(words));
}

/* "eqia is needed, not done" as people say it. */
static struct slice need_in_words(struct slice need, struct arena *arena)
{
    static const struct {
        const char *key, *words;
    } needs[] = {{"eqia ", "equality impact assessment (EqIA) "},
                 {"consultation ", "public consultation "},
                 {"business-case ", "business case "},
                 {"rag ", "RAG status "}};
    for (size_t i = 0; i < countof(needs); i++)
        if (slice_starts(need, slice_of(needs[i].key)))
            return arena_format(arena, "its %s%.*s", needs[i].words,
                                PRINT(slice_part(need, strlen(needs[i].key), need.len)));
    return arena_format(arena, "its %.*s", PRINT(need));
}

struct slice register_missing(const struct open_plan *plan, const struct register_row *row, struct arena *arena)
{
    struct buffer out = buffer_make(arena);
    for (size_t i = 0; i < plan->model->gate_count; i++) {
        const struct plan_gate *gate = &plan->model->gates[i];
        struct slice needs = NO_SLICE, need;
        if (gate->kind == row->row.kind)
            needs = plan_gate_refuses(gate, row->entry, arena);
        while (needs.len && slice_cut(&needs, ';', &need))
            add_missing(&out, need_in_words(slice_trim(need), arena));
    }
    for (int i = 0; i < CHALLENGE_ROUNDS; i++) {
        const struct journal_entry *round = row->challenges[i];
        if (!round)
            add_missing(&out, arena_format(arena, "round %d of the budget challenge is not recorded", i + 1));
        else if (slice_equal(round->body, S("rejected")))
            add_missing(&out, arena_format(arena, "round %d of the budget challenge rejected it", i + 1));
    }
    return buffer_slice(&out);
}

bool register_approve(const struct open_plan *plan, const struct guard_session *session, enum plan_register kind,
                      struct slice id, struct slice seen, struct slice reason, struct arena *arena, struct error *err)
{
    struct register_row row;
    if (!plans_may(session, ABILITY_APPROVE, err) || !register_find(plan, kind, id, arena, &row, err) ||
        !seen_stands(plan, &row, seen, &row.row, arena, err))
        return false;
    struct slice state = row_get(&row.row, "state");
    if (slice_equal(state, S("approved")) || slice_equal(state, S("delivered")) || slice_equal(state, S("withdrawn")))
        return error_set(err, ERROR_HELD, "%.*s is %.*s already", PRINT(id), PRINT(state));
    struct slice missing = register_missing(plan, &row, arena);
    if (missing.len)
        return error_set(err, ERROR_HELD, "%.*s cannot be approved: %.*s", PRINT(id), PRINT(missing));
    row_set(&row.row, "state", S("approved"), arena);
    return reason_check(&reason, err) && commit_row(plan, session, "approved", &row.row, reason, arena, err);
}

bool register_challenged(const struct open_plan *plan, const struct guard_session *session,
                         const struct register_round *round, struct arena *arena, struct error *err)
{
    static const char *const outcomes[] = {"accepted", "changed", "rejected"};
    struct register_row row;
    struct slice words = round->words;
    bool known = false;
    if (!(guard_who(session)->abilities & ABILITY_APPROVE) && !plans_may(session, ABILITY_REGISTER, err))
        return false;
    if (!plans_may(session, ABILITY_PLAN, err) || !register_find(plan, round->kind, round->id, arena, &row, err))
        return false;
    for (size_t i = 0; i < countof(outcomes); i++)
        known = known || slice_equal(round->outcome, slice_of(outcomes[i]));
    if (round->round < 1 || round->round > CHALLENGE_ROUNDS)
        return error_set(err, ERROR_INPUT, "choose the first or the second round of the budget challenge");
    if (!known)
        return error_set(err, ERROR_INPUT, "choose what came of it: accepted, changed or rejected");
    if (round->round == 2 && !row.challenges[0])
        return error_set(err, ERROR_HELD, "the first round is not recorded yet; record it before the second");
    struct journal_entry entry = {
        .register_name = S(JOURNAL_CHALLENGES),
        .subject = subject_of_round(round->kind, round->id, round->round, arena),
        .body = round->outcome,
    };
    if (!reason_check(&words, err))
        return false;
    entry.reason = words;
    return register_commit(plan, session, "challenge", &entry, false, arena, err);
}

bool register_lock(const struct open_plan *plan, const struct guard_session *session, enum plan_register kind,
                   bool locked, struct slice reason, struct arena *arena, struct error *err)
{
    if (!plans_may(session, ABILITY_APPROVE, err) || !reason_check(&reason, err))
        return false;
    if ((register_locked(plan->journal, kind) != NULL) == locked)
        return error_set(err, ERROR_CONFLICT, "the register of %s is %s already", plan_register_words[kind],
                         locked ? "locked" : "open");
    struct journal_entry entry = {
        .register_name = S(JOURNAL_LOCKS),
        .subject = slice_of(plan_register_words[kind]),
        .body = locked ? S("locked") : S("open"),
        .reason = reason,
    };
    return register_commit(plan, session, locked ? "locked" : "opened", &entry, false, arena, err);
}
