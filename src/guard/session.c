/* Signing in, resuming, choosing: the only places where a session is made.
 *
 * The throttle counts failures of a name and of a client over a day. The first few are free; after them each must wait
 * twice as long as the one before, up to a quarter of an hour. It is looked at inside the queue for hashing, so that
 * many attempts at once do not slip through together, and before the hash, so that a flood costs little. It knows names
 * only as keyed digests of what was typed, whether or not they exist.
 *
 * A request should not wait for the writer only to say "seen": the time of the last request is written when it is older
 * than a sixth of what is allowed, and a writer that is busy is no reason to turn anybody away. */
#include "base/text.h"
#include "guard/change.h"
#include "guard/inside.h"

#include <sodium.h>

#define TOKEN_LENGTH   43 /* 32 bytes in URL-safe base64 without padding */
#define FREE_BY_NAME   5
#define FREE_BY_CLIENT 20
#define LONGEST_WAIT_S 900
#define DAY_MS         ((int64_t)24 * 3600 * 1000)

static bool wrong(struct error *err)
{
    return error_set(err, ERROR_NOT_SIGNED_IN, "the name or the password is not right; try again");
}

static bool ended(struct error *err)
{
    return error_set(err, ERROR_NOT_SIGNED_IN, "you are not signed in, or your session has ended; sign in again");
}

/* ---- The catalogue of the moment, held for the arena's life ---- */

struct held_catalogue {
    struct guard *guard;
    const struct catalogue *catalogue;
};

static void give_catalogue(void *handle)
{
    struct held_catalogue *held = handle;
    held->guard->catalogue.give(held->guard->catalogue.context, held->catalogue);
}

const struct catalogue *guard_take_catalogue(struct guard *guard, struct arena *arena)
{
    struct held_catalogue *held = arena_new(arena, struct held_catalogue);
    held->guard = guard;
    held->catalogue = guard->catalogue.take(guard->catalogue.context);
    arena_defer(arena, give_catalogue, held);
    return held->catalogue;
}

/* ---- Asking ---- */

const struct guard_who *guard_who(const struct guard_session *session)
{
    must(session->magic == SESSION_MAGIC);
    return &session->who;
}

const struct grant *guard_grant(const struct guard_session *session)
{
    must(session->magic == SESSION_MAGIC);
    return session->grant;
}

const struct catalogue *guard_catalogue(const struct guard_session *session)
{
    must(session->magic == SESSION_MAGIC);
    return session->catalogue;
}

struct guard *guard_of(const struct guard_session *session)
{
    must(session->magic == SESSION_MAGIC);
    return session->guard;
}

size_t split_words(struct slice words, struct arena *arena, struct slice **ret)
{
    struct slice *list = NULL, rest = words, part;
    size_t count = 0, capacity = 0;
    while (slice_cut(&rest, ' ', &part)) {
        if (!part.len)
            continue;
        ARENA_GROW(arena, list, count, capacity);
        list[count++] = part;
    }
    *ret = list;
    return count;
}

static bool has_role(const struct guard_who *who, struct slice role)
{
    for (size_t i = 0; i < who->role_count; i++)
        if (slice_equal(who->roles[i], role))
            return true;
    return false;
}

/* Compiles the grant of a choice into the session; false, with the session unchanged, when it may not be. */
static bool session_grant(struct guard_session *session, struct slice role, struct slice purpose, struct arena *arena,
                          struct error *err)
{
    const struct grant_request request = {session->who.agency, role, purpose, guard_today(session->guard)};
    const struct grant *grant;
    if (!kept_grant(session->guard, session->catalogue, &request, arena, &grant, err))
        return false;
    session->grant = grant;
    session->who.role = grant->role->name;
    session->who.purpose = grant->purpose->name;
    session->who.abilities = grant->role->abilities;
    session->who.caller_check = grant->role->caller_check;
    return true;
}

/* ---- The throttle ---- */

static struct slice client_name(const struct guard *guard, struct slice client, struct arena *arena)
{
    return guard_keyed(guard, arena_format(arena, "client %.*s", PRINT(client)), arena);
}

static bool is_local(struct slice client)
{
    return client.len == 0 || slice_equal(client, S("local"));
}

/* Seconds that are left to wait, 0 for none. */
static bool throttled(struct guard *guard, struct transaction *transaction, struct slice name, int64_t free_failures,
                      struct arena *arena, int64_t *ret_wait, struct error *err)
{
    int64_t now = host_now(guard->host);
    const struct value *row;
    if (!store_query_one(transaction, STATEMENT_SIGNIN_FAILURE_COUNT,
                         ARGS(value_text(name), value_integer(now - DAY_MS)), arena, "", &row, err))
        return false;
    int64_t past = cell_integer(&row[0]) - free_failures, wait = 0;
    if (past >= 0) {
        int64_t delay = past < 10 ? (int64_t)1 << past : LONGEST_WAIT_S;
        int64_t left = cell_integer(&row[1]) + (delay < LONGEST_WAIT_S ? delay : LONGEST_WAIT_S) * 1000 - now;
        wait = left > 0 ? (left + 999) / 1000 : 0;
        if (wait > LONGEST_WAIT_S)
            wait = LONGEST_WAIT_S; /* a clock that jumped back */
    }
    *ret_wait = wait;
    return true;
}

bool throttle_look(struct guard *guard, struct transaction *transaction, struct slice name, struct slice client,
                   struct arena *arena, struct error *err)
{
    int64_t wait = 0, client_wait = 0;
    if (!throttled(guard, transaction, name, FREE_BY_NAME, arena, &wait, err))
        return false;
    if (!is_local(client) &&
        !throttled(guard, transaction, client_name(guard, client, arena), FREE_BY_CLIENT, arena, &client_wait, err))
        return false;
    int64_t longer = wait > client_wait ? wait : client_wait;
    if (longer)
        return error_set(err, ERROR_TOO_MANY, "there were too many failed attempts; wait %lld second%s and try again",
                         (long long)longer, longer == 1 ? "" : "s");
    return true;
}

/* (Writing goes into arenas of its own, so that a failure gives the writer back at once.) */
bool throttle_note(struct guard *guard, struct slice name, struct slice client, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct transaction *transaction;
    struct value now = value_integer(host_now(guard->host));
    bool done =
        store_begin(guard->store, TRANSACTION_WRITE, NULL, scratch, &transaction, err) &&
        store_execute(transaction, STATEMENT_SIGNIN_FAILURE_INSERT, ARGS(value_text(name), now), NULL, err) &&
        (is_local(client) || store_execute(transaction, STATEMENT_SIGNIN_FAILURE_INSERT,
                                           ARGS(value_text(client_name(guard, client, scratch)), now), NULL, err)) &&
        transaction_commit(transaction, err);
    arena_free(scratch);
    return done;
}

/* ---- Signing in ---- */

static struct slice fresh_token(const struct guard *guard, struct arena *arena)
{
    uint8_t random[32];
    char text[TOKEN_LENGTH + 1];
    host_random(guard->host, random, sizeof random);
    sodium_bin2base64(text, sizeof text, random, sizeof random, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return arena_copy(arena, slice_from(text, TOKEN_LENGTH));
}

static struct digest token_digest(const struct guard *guard, struct slice token)
{
    return hash_keyed(guard->key, token);
}

static struct value digest_value(const struct digest *digest)
{
    return value_bytes(digest->bytes, sizeof digest->bytes);
}

static struct guard_session *session_make(struct guard *guard, struct slice place, struct arena *arena)
{
    struct guard_session *session = arena_new(arena, struct guard_session);
    session->magic = SESSION_MAGIC;
    session->guard = guard;
    session->catalogue = guard_take_catalogue(guard, arena);
    session->who.place = arena_copy(arena, place);
    return session;
}

/* With one role and one purpose there is nothing to ask. */
static void choose_the_only_one(struct guard_session *session, struct arena *arena)
{
    const struct role *only = NULL;
    for (size_t i = 0; i < session->who.role_count; i++) {
        const struct role *role = catalogue_role(session->catalogue, session->who.roles[i]);
        if (!role)
            continue;
        if (only || role->purpose_count != 1)
            return;
        only = role;
    }
    struct error ignored;
    if (only)
        (void)session_grant(session, only->name, only->purposes[0], arena, &ignored);
}

/* The new session in the store, with what is forgotten by it. */
static bool session_store(struct guard_session *session, struct slice failures, const struct guard_visit *visit,
                          struct error *err)
{
    struct guard *guard = session->guard;
    struct guard_who *who = &session->who;
    struct arena *scratch = arena_make(0);
    struct transaction *transaction;
    struct digest old = token_digest(guard, visit->token);
    bool done = store_begin(guard->store, TRANSACTION_WRITE, NULL, scratch, &transaction, err) &&
                store_execute(transaction, STATEMENT_SESSION_DELETE, ARGS(digest_value(&old)), NULL, err) &&
                store_execute(transaction, STATEMENT_SIGNIN_FAILURE_FORGET, ARGS(value_text(failures)), NULL, err) &&
                store_execute(transaction, STATEMENT_SESSION_INSERT,
                              ARGS(digest_value(&session->token), value_integer(who->account), value_text(who->role),
                                   value_text(who->purpose), value_text(who->csrf), value_integer(who->made_at),
                                   value_integer(who->ends_at)),
                              NULL, err) &&
                change_write(transaction, session, S("session"), S("sign in"), NO_SLICE, err) &&
                transaction_commit(transaction, err);
    arena_free(scratch);
    return done;
}

/* Inside the queue for hashing. */
static bool sign_in(struct guard *guard, struct slice typed, struct slice password, const struct guard_visit *visit,
                    struct arena *arena, struct slice *ret_token, struct guard_session **ret, struct error *err)
{
    struct slice name;
    bool possible = account_name(typed, arena, &name);
    struct slice failures =
        guard_keyed(guard, arena_format(arena, "name %.*s", PRINT(possible ? name : slice_part(typed, 0, 200))), arena);
    struct transaction *transaction;
    struct result rows;
    if (!store_begin(guard->store, TRANSACTION_READ, NULL, arena, &transaction, err))
        return false;
    bool looked = throttle_look(guard, transaction, failures, visit->client, arena, err) &&
                  store_query(transaction, STATEMENT_ACCOUNT_BY_NAME, ARGS(value_text(possible ? name : S("-"))), arena,
                              &rows, err);
    transaction_rollback(transaction);
    if (!looked)
        return false;
    const struct value *account = rows.rows ? result_row(&rows, 0) : NULL;
    bool fits = password_fits(guard, account ? cell_text(&account[ACCOUNT_HASH]) : NO_SLICE, password);
    if (!account || !fits || cell_integer(&account[ACCOUNT_DISABLED]))
        return throttle_note(guard, failures, visit->client, err) && wrong(err);

    struct guard_session *session = session_make(guard, visit->place, arena);
    struct slice token = fresh_token(guard, arena);
    struct slice *roles;
    int64_t now = host_now(guard->host);
    session->token = token_digest(guard, token);
    size_t role_count = split_words(cell_text(&account[ACCOUNT_ROLES]), arena, &roles);
    struct slice place = session->who.place;
    session->who = (struct guard_who){
        .account = cell_integer(&account[ACCOUNT_ID]),
        .name = cell_text(&account[ACCOUNT_NAME]),
        .shown = cell_text(&account[ACCOUNT_SHOWN]),
        .agency = cell_text(&account[ACCOUNT_AGENCY]),
        .roles = roles,
        .role_count = role_count,
        .csrf = fresh_token(guard, arena),
        .place = place,
        .demonstration = cell_integer(&account[ACCOUNT_DEMONSTRATION]) != 0,
        .made_at = now,
        .ends_at = now + guard->whole_ms,
    };
    choose_the_only_one(session, arena);
    if (!session_store(session, failures, visit, err))
        return false;
    *ret_token = token;
    *ret = session;
    return true;
}

bool guard_sign_in(struct guard *guard, struct slice name, struct slice password, const struct guard_visit *visit,
                   struct arena *arena, struct slice *ret_token, struct guard_session **ret, struct error *err)
{
    must(guard->magic == GUARD_MAGIC);
    if (!password_enter(guard, err))
        return false;
    bool done = sign_in(guard, name, password, visit, arena, ret_token, ret, err);
    password_leave(guard);
    pthread_mutex_lock(&guard->lock);
    int64_t now = host_now(guard->host);
    bool due = now - guard->swept_at > 60000 || now < guard->swept_at;
    if (due)
        guard->swept_at = now;
    pthread_mutex_unlock(&guard->lock);
    struct error swept;
    if (due && !guard_sweep(guard, &swept) && guard->log)
        log_line(guard->log, LOG_WARNING, "ended sessions could not be swept: %s", swept.text);
    return done;
}

/* ---- Resuming ---- */

static void session_seen(struct guard *guard, const struct digest *token, int64_t now)
{
    struct arena *scratch = arena_make(0);
    struct transaction *transaction;
    struct error ignored;
    bool done = store_begin(guard->store, TRANSACTION_WRITE, NULL, scratch, &transaction, &ignored) &&
                store_execute(transaction, STATEMENT_SESSION_SEEN, ARGS(digest_value(token), value_integer(now)), NULL,
                              &ignored) &&
                transaction_commit(transaction, &ignored);
    if (!done && guard->log)
        log_line(guard->log, LOG_WARNING, "a session's last request could not be written: %s", ignored.text);
    arena_free(scratch);
}

/* Columns of session_by_token. */
enum {
    ROW_ACCOUNT,
    ROW_ROLE,
    ROW_PURPOSE,
    ROW_CSRF,
    ROW_MADE_AT,
    ROW_SEEN_AT,
    ROW_ENDS_AT,
    ROW_CALLER,
    ROW_NAME,
    ROW_SHOWN,
    ROW_AGENCY,
    ROW_ROLES,
    ROW_DEMONSTRATION,
    ROW_DISABLED
};

bool guard_resume(struct guard *guard, const struct guard_visit *visit, struct arena *arena, struct guard_session **ret,
                  struct error *err)
{
    must(guard->magic == GUARD_MAGIC);
    if (visit->token.len != TOKEN_LENGTH)
        return ended(err);
    struct digest token = token_digest(guard, visit->token);
    struct transaction *transaction;
    struct result rows;
    if (!store_begin(guard->store, TRANSACTION_READ, NULL, arena, &transaction, err))
        return false;
    bool done = store_query(transaction, STATEMENT_SESSION_BY_TOKEN, ARGS(digest_value(&token)), arena, &rows, err);
    transaction_rollback(transaction);
    if (!done)
        return false;
    if (!rows.rows)
        return ended(err);
    const struct value *row = result_row(&rows, 0);
    int64_t now = host_now(guard->host), seen = cell_integer(&row[ROW_SEEN_AT]);
    if (cell_integer(&row[ROW_DISABLED]) || now >= cell_integer(&row[ROW_ENDS_AT]) || now - seen >= guard->idle_ms)
        return ended(err);
    if (now - seen >= guard->idle_ms / 6)
        session_seen(guard, &token, now);

    struct guard_session *session = session_make(guard, visit->place, arena);
    struct slice *roles, place = session->who.place;
    size_t role_count = split_words(cell_text(&row[ROW_ROLES]), arena, &roles);
    session->token = token;
    session->who = (struct guard_who){
        .account = cell_integer(&row[ROW_ACCOUNT]),
        .name = cell_text(&row[ROW_NAME]),
        .shown = cell_text(&row[ROW_SHOWN]),
        .agency = cell_text(&row[ROW_AGENCY]),
        .roles = roles,
        .role_count = role_count,
        .caller_checked = cell_text(&row[ROW_CALLER]),
        .csrf = cell_text(&row[ROW_CSRF]),
        .place = place,
        .demonstration = cell_integer(&row[ROW_DEMONSTRATION]) != 0,
        .made_at = cell_integer(&row[ROW_MADE_AT]),
        .ends_at = cell_integer(&row[ROW_ENDS_AT]),
    };
    /* A role that was taken away since, or a purpose that the role has no more, is as if it had never been chosen. */
    struct slice role = cell_text(&row[ROW_ROLE]);
    struct error ignored;
    if (role.len && has_role(&session->who, role))
        (void)session_grant(session, role, cell_text(&row[ROW_PURPOSE]), arena, &ignored);
    *ret = session;
    return true;
}

/* ---- What is done with a session ---- */

/* One statement and its record, in one transaction of the session. */
static bool session_change(const struct guard_session *session, enum statement statement, const struct value *args,
                           size_t count, struct slice what, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct transaction *transaction;
    bool done = store_begin(session->guard->store, TRANSACTION_WRITE, NULL, scratch, &transaction, err) &&
                store_execute(transaction, statement, args, count, NULL, err) &&
                change_write(transaction, session, S("session"), what, NO_SLICE, err) &&
                transaction_commit(transaction, err);
    arena_free(scratch);
    return done;
}

bool guard_choose(struct guard_session **session, struct slice role, struct slice purpose, struct arena *arena,
                  struct error *err)
{
    const struct guard_session *old = *session;
    must(old->magic == SESSION_MAGIC);
    if (old->who.system)
        return error_set(err, ERROR_DENIED, "the hub's own processing keeps to its purpose; sign in to choose another");
    if (!has_role(&old->who, role))
        return error_set(err, ERROR_DENIED, "%.*s has not the role %.*s; choose one of those offered",
                         PRINT(old->who.shown), PRINT(role));
    struct guard_session *fresh = arena_new(arena, struct guard_session);
    *fresh = *old;
    fresh->who.caller_checked = NO_SLICE;
    if (!session_grant(fresh, role, purpose, arena, err) ||
        !session_change(fresh, STATEMENT_SESSION_CHOOSE,
                        ARGS(digest_value(&fresh->token), value_text(fresh->who.role), value_text(fresh->who.purpose)),
                        S("choose"), err))
        return false;
    *session = fresh;
    return true;
}

bool guard_sign_out(struct guard_session *session, struct error *err)
{
    must(session->magic == SESSION_MAGIC && !session->who.system);
    return session_change(session, STATEMENT_SESSION_DELETE, ARGS(digest_value(&session->token)), S("sign out"), err);
}

bool guard_system_session(struct guard *guard, struct slice purpose, struct slice for_whom, struct slice place,
                          struct arena *arena, struct guard_session **ret, struct error *err)
{
    must(guard->magic == GUARD_MAGIC);
    struct guard_session *session = session_make(guard, place, arena);
    int64_t now = host_now(guard->host);
    session->who.name = arena_copy(arena, for_whom);
    session->who.shown = session->who.name;
    session->who.agency = S("hub");
    session->who.system = true;
    session->who.made_at = now;
    session->who.ends_at = INT64_MAX;
    for (size_t i = 0; i < session->catalogue->role_count; i++) {
        const struct role *role = &session->catalogue->roles[i];
        for (size_t k = 0; k < role->purpose_count; k++) {
            if (!slice_equal(role->purposes[k], purpose))
                continue;
            if (!session_grant(session, role->name, purpose, arena, err))
                return false;
            if (session->grant->source_count > 0) {
                *ret = session;
                return true;
            }
        }
    }
    return error_set(
        err, ERROR_DENIED,
        "no agreement in force lets the hub itself process anything for the purpose %.*s; an agreement with "
        "`hub` among its parties must say so",
        PRINT(purpose));
}

bool guard_sweep(struct guard *guard, struct error *err)
{
    struct arena *scratch = arena_make(0);
    struct transaction *transaction;
    int64_t now = host_now(guard->host);
    bool done =
        store_begin(guard->store, TRANSACTION_WRITE, NULL, scratch, &transaction, err) &&
        store_execute(transaction, STATEMENT_SESSION_SWEEP,
                      ARGS(value_integer(now), value_integer(now - guard->idle_ms)), NULL, err) &&
        store_execute(transaction, STATEMENT_SIGNIN_FAILURE_SWEEP, ARGS(value_integer(now - DAY_MS)), NULL, err) &&
        transaction_commit(transaction, err);
    arena_free(scratch);
    return done;
}

bool guard_choices(const struct guard_session *session, struct arena *arena, struct guard_choice **ret,
                   size_t *ret_count, struct error *err)
{
    struct guard_choice *choices = NULL;
    size_t count = 0, capacity = 0;
    for (size_t i = 0; i < session->who.role_count; i++) {
        const struct role *role = catalogue_role(session->catalogue, session->who.roles[i]);
        for (size_t k = 0; role && k < role->purpose_count; k++) {
            const struct grant_request request = {session->who.agency, role->name, role->purposes[k],
                                                  guard_today(session->guard)};
            const struct grant *grant;
            if (!kept_grant(session->guard, session->catalogue, &request, arena, &grant, err))
                return false;
            ARENA_GROW(arena, choices, count, capacity);
            choices[count++] = (struct guard_choice){role, grant->purpose, grant->source_count > 0};
        }
    }
    *ret = choices;
    *ret_count = count;
    return true;
}

bool guard_needs(const struct guard_session *session, enum ability ability, struct error *err)
{
    static const struct {
        enum ability ability;
        const char *words;
    } abilities[] = {
        {ABILITY_SEARCH, "search for people and homes"},
        {ABILITY_VIEW, "open a view"},
        {ABILITY_LAND, "land extracts"},
        {ABILITY_STEWARD, "decide about links"},
        {ABILITY_LIST, "work on lists"},
        {ABILITY_NOTE, "write contact notes"},
        {ABILITY_AUDIT, "read the audit"},
        {ABILITY_ADMINISTER, "manage accounts"},
        {ABILITY_EXPORT, "export"},
        {ABILITY_PLAN, "open plans"},
        {ABILITY_REGISTER, "change the registers of plans"},
        {ABILITY_APPROVE, "approve what is planned"},
    };
    must(session->magic == SESSION_MAGIC);
    if ((session->who.abilities & (unsigned)ability) == (unsigned)ability)
        return true;
    if (!session->grant)
        return error_set(err, ERROR_DENIED, "no role and purpose are chosen yet; choose them first");
    const char *words = "do this";
    for (size_t i = 0; i < countof(abilities); i++)
        if (abilities[i].ability == ability)
            words = abilities[i].words;
    return error_set(err, ERROR_DENIED, "the role \"%.*s\" may not %s; choose another role, or ask an administrator",
                     PRINT(session->grant->role->title), words);
}

bool guard_csrf(const struct guard_session *session, struct slice given, struct error *err)
{
    struct slice kept = session->who.csrf;
    if (kept.len == TOKEN_LENGTH && given.len == kept.len && sodium_memcmp(kept.at, given.at, kept.len) == 0)
        return true;
    return error_set(err, ERROR_DENIED, "this form is not of your present session; open the page again and resend it");
}

bool guard_note_caller(const struct guard_session *session, struct slice subject, struct error *err)
{
    must(session->magic == SESSION_MAGIC && !session->who.system);
    return session_change(session, STATEMENT_SESSION_CALLER,
                          ARGS(digest_value(&session->token), value_maybe_text(subject)), S("caller identified"), err);
}

bool guard_caller_known(const struct guard_session *session, struct slice subject)
{
    must(session->magic == SESSION_MAGIC);
    return !session->who.caller_check ||
           (session->who.caller_checked.len > 0 && slice_equal(session->who.caller_checked, subject));
}

/* ---- Transactions ---- */

bool session_in_force(const struct guard_session *session, struct error *err)
{
    must(session->magic == SESSION_MAGIC);
    const struct grant *grant = session->grant;
    if (!grant)
        return error_set(err, ERROR_DENIED, "no role and purpose are chosen yet; choose them first");
    if (grant->source_count > 0)
        return true;
    struct slice agency = catalogue_agency(grant->catalogue, grant->agency)->title;
    return error_set(
        err, ERROR_DENIED,
        "no agreement in force today lets the role \"%.*s\" of %.*s use anything for the purpose \"%.*s\"; "
        "ask the information governance lead",
        PRINT(grant->role->title), PRINT(agency), PRINT(grant->purpose->title));
}

bool guard_read_begin(const struct guard_session *session, enum use use, struct arena *arena, struct transaction **ret,
                      struct error *err)
{
    if (!session_in_force(session, err))
        return false;
    if (!session->guard->audit)
        return error_set(err, ERROR_IO, "the audit of reads is not open, so nothing is read; open it with the hub");
    const struct store_rights *rights = use == USE_MATCH ? &session->grant->match_rights : &session->grant->show_rights;
    return store_begin(session->guard->store, TRANSACTION_READ, rights, arena, ret, err);
}

bool guard_write_begin(const struct guard_session *session, struct arena *arena, struct transaction **ret,
                       struct error *err)
{
    return session_in_force(session, err) &&
           store_begin(session->guard->store, TRANSACTION_WRITE, NULL, arena, ret, err);
}
