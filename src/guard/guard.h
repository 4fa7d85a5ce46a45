/* guard.h: who is asking, as what, for what: the session that every reader of personal data must show.
 *
 * A `struct guard` is made once a program and shared by all threads. A `struct guard_session` can be made only here: by
 * signing in, by resuming a token, or, for the hub's own processing (linking, landing), by guard_system_session, which
 * needs an agreement in force like anybody else. Every function of the rooms above that reads personal data takes a
 * `const struct guard_session *` and opens its transaction with guard_read_begin; an audit entry (audit.h) goes before
 * the answer leaves.
 *
 *     if (!guard_resume(guard, &(struct guard_visit){.token = cookie, .place = S("web GET /people/{id}"), …}, arena,
 * &session, err) || !guard_needs(session, ABILITY_VIEW, err) || !guard_read_begin(session, USE_SHOW, arena,
 * &transaction, err)) …
 *
 * A session lives in the request's arena and belongs to its thread. It is one look at the session as it stood: role,
 * purpose and grant are compiled from the catalogue of that moment, so a withdrawn agreement bites at the next request.
 * The catalogue is taken from the accessor and given back when the arena ends.
 *
 * Tokens: 256 random bits; the store holds only a keyed digest. A session ends after 30 minutes without a request and
 * 12 hours after sign-in. A throttled or failed sign-in says the same words and takes the same time whether or not the
 * name exists. */
#ifndef STAITHE_GUARD_GUARD_H
#define STAITHE_GUARD_GUARD_H

#include "base/log.h"
#include "catalogue/catalogue.h"
#include "guard/grant.h"
#include "store/store.h"

struct guard;
struct guard_session;
struct audit;

/* The catalogue of the moment. take may be called from any thread; what it gives stays whole until given back. */
struct guard_catalogue {
    const struct catalogue *(*take)(void *context);
    void (*give)(void *context, const struct catalogue *catalogue);
    void *context;
};
/* An accessor over one catalogue that never changes: for commands and tests. The catalogue outlives the guard. */
struct guard_catalogue guard_fixed_catalogue(const struct catalogue *catalogue);

struct guard_options {
    struct store *store;       /* the hub's (STORE_HUB); outlives the guard, as all of these */
    struct store *audit_store; /* STORE_AUDIT; NULL: reading is refused (a guard for `init` and accounts only) */
    struct guard_catalogue catalogue;
    const struct host *host;
    const struct log *log;     /* may be NULL */
    struct slice folder;       /* the hub's data folder: guard.key and audit.head stand there, made when absent */
    bool cheap_passwords;      /* Argon2id at its smallest cost: tests only */
    int64_t idle_ms, whole_ms; /* 0: 30 minutes, 12 hours */
};

/* Reads or makes the key, starts the audit's writer. ERROR_INPUT for a key file of the wrong size. */
bool guard_open(const struct guard_options *options, struct guard **ret, struct error *err) MUST_USE;
/* Waits for the audit's queue to drain. All sessions must have ended. NULL is fine. */
void guard_close(struct guard *guard);
struct store *guard_store(const struct guard *guard);
const struct host *guard_host(const struct guard *guard);
/* Today (UTC) by the host's clock. */
struct date guard_today(const struct guard *guard);

/* ---- Sessions ---- */

/* How somebody comes: for the audit and the throttle. */
struct guard_visit {
    struct slice token;  /* the cookie, or the token file's content */
    struct slice place;  /* "web GET /people/{id}", "command line find": the route or command, never a person's words */
    struct slice client; /* address of the client, as the trusted proxy gives it; "local" on the command line */
};

/* Who it is, for showing and for the audit. Slices live as long as the session. */
struct guard_who {
    int64_t account;           /* id */
    struct slice name, shown;  /* "sam.social", "Sam Tidewell" */
    struct slice agency;       /* name in the catalogue */
    const struct slice *roles; /* that the account has */
    size_t role_count;
    struct slice role, purpose;  /* chosen; empty until then */
    unsigned abilities;          /* of the chosen role (enum ability); 0 until then */
    bool caller_check;           /* of the chosen role */
    struct slice caller_checked; /* the subject whose caller was identified: "LINKAGE:ENTITY", or empty */
    struct slice csrf;           /* what a form must carry */
    struct slice place;
    bool demonstration, system;
    int64_t made_at, ends_at; /* host_now times; ends_at is the absolute end */
};

/* ERROR_NOT_SIGNED_IN with the same words for an unknown name, a wrong password and a disabled account; ERROR_TOO_MANY
 * when throttled, by name or by client (the sentence says for how long); ERROR_BUSY when too many wait for hashing.
 * Blocks for the hash (about 0.7 s), one at a time. *ret_token is the text for the cookie: it is nowhere else. With one
 * role and one purpose these are chosen already. visit->token, if it is that of a live session, is ended: a session is
 * never carried over a sign-in. */
bool guard_sign_in(struct guard *guard, struct slice name, struct slice password, const struct guard_visit *visit,
                   struct arena *arena, struct slice *ret_token, struct guard_session **ret,
                   struct error *err) MUST_USE;
/* ERROR_NOT_SIGNED_IN for a token that is malformed, forged, expired, signed out, or whose account was disabled, with
 * one sentence for all. */
bool guard_resume(struct guard *guard, const struct guard_visit *visit, struct arena *arena, struct guard_session **ret,
                  struct error *err) MUST_USE;
/* Sets role and purpose of the session, also in the store. ERROR_DENIED when the account has not the role or the role
 * not the purpose. *session turns into the new one. A caller who was checked is forgotten. */
bool guard_choose(struct guard_session **session, struct slice role, struct slice purpose, struct arena *arena,
                  struct error *err) MUST_USE;
/* Ends it everywhere. */
bool guard_sign_out(struct guard_session *session, struct error *err) MUST_USE;
/* The hub's own processing: purpose "linking" (role linker) or "stewarding" (role data_steward), in the agency hub.
 * `for_whom` is the account's name for the record of changes ("admin", or "hub" when nobody asked). ERROR_DENIED when
 * no agreement in force lets it. */
bool guard_system_session(struct guard *guard, struct slice purpose, struct slice for_whom, struct slice place,
                          struct arena *arena, struct guard_session **ret, struct error *err) MUST_USE;
/* Deletes expired sessions and failures older than a day; guard_sign_in does so too, at most once a minute. */
bool guard_sweep(struct guard *guard, struct error *err) MUST_USE;

const struct guard_who *guard_who(const struct guard_session *session);
/* NULL until role and purpose are chosen. */
const struct grant *guard_grant(const struct guard_session *session);
/* The catalogue as this session sees it. */
const struct catalogue *guard_catalogue(const struct guard_session *session);
struct guard *guard_of(const struct guard_session *session);

/* What the account may choose: each role with each of its purposes. */
struct guard_choice {
    const struct role *role;
    const struct purpose *purpose;
    bool in_force; /* some agreement gives something today */
};
bool guard_choices(const struct guard_session *session, struct arena *arena, struct guard_choice **ret,
                   size_t *ret_count, struct error *err) MUST_USE;

/* ERROR_DENIED with a sentence that names the role when it may not. */
bool guard_needs(const struct guard_session *session, enum ability ability, struct error *err) MUST_USE;
/* A form's token against the session's, in constant time; ERROR_DENIED. */
bool guard_csrf(const struct guard_session *session, struct slice given, struct error *err) MUST_USE;

/* The contact centre: notes that the caller was identified as this subject ("LINKAGE:ENTITY"); forgotten at the next
 * choice of purpose, or when another is noted. The session itself keeps showing the old state. */
bool guard_note_caller(const struct guard_session *session, struct slice subject, struct error *err) MUST_USE;
/* Counts one try of the check: five in fifteen minutes for each account and subject, then ERROR_TOO_MANY. Signing in
 * again does not give more. Call it before the answers are compared. */
bool guard_try_caller(const struct guard_session *session, struct slice subject, struct error *err) MUST_USE;
/* Notes that the account searched by this fact, "postcode NR13AA": kept as a keyed digest for as long as a session can
 * last, and of the account, so that signing in again forgets nothing. What was typed into a search comes from whoever
 * searched, not from the caller. */
bool guard_note_searched(const struct guard_session *session, struct slice fact, struct error *err) MUST_USE;
bool guard_was_searched(const struct guard_session *session, struct slice fact, bool *ret, struct error *err) MUST_USE;
/* True when the role needs no check, or the subject is the one that was checked. */
bool guard_caller_known(const struct guard_session *session, struct slice subject);

/* ---- Transactions ---- */

/* A reading transaction with the grant's rights for USE_SHOW or USE_MATCH (see grant.h), in the session's name.
 * ERROR_DENIED when no purpose is chosen, or no agreement in force today gives anything; ERROR_IO when the guard
 * was opened without an audit. */
bool guard_read_begin(const struct guard_session *session, enum use use, struct arena *arena, struct transaction **ret,
                      struct error *err) MUST_USE;
/* The one writing transaction, for what people decide and write; it can read everything, so read only what the change
 * needs. Write what was done with change_write (change.h) and end it with transaction_finish, which gives the writer
 * back at once also when something failed, not only when the arena ends. Needs an agreement in force just so. */
bool guard_write_begin(const struct guard_session *session, struct arena *arena, struct transaction **ret,
                       struct error *err) MUST_USE;

/* ---- At the door ---- */

struct guard_listening {
    struct slice address; /* host or address to bind: "127.0.0.1", "::1", "localhost", "0.0.0.0", … */
    bool trusted_proxy;   /* a proxy that ends TLS stands in front and was named */
};
/* Beyond loopback the server needs a proxy that it is told to trust, and no demonstration account. ERROR_DENIED with
 * the sentence. */
bool guard_may_listen(struct guard *guard, const struct guard_listening *listening, struct error *err) MUST_USE;

/* The token of `staithe login`: a file of mode 0600 with one line. */
bool guard_token_write(const struct host *host, struct slice path, struct slice token, struct error *err) MUST_USE;
bool guard_token_read(const struct host *host, struct slice path, struct arena *arena, struct slice *ret_token,
                      struct error *err) MUST_USE;

/* A keyed digest in hex, of what must be told apart but not written down (a searcher's words, a name typed at sign-in).
 */
struct slice guard_keyed(const struct guard *guard, struct slice words, struct arena *arena);

#endif
