/* inside.h: what the files of this room share and nobody else may touch: the fields of a guard and of a session. */
#ifndef STAITHE_GUARD_INSIDE_H
#define STAITHE_GUARD_INSIDE_H

#include "guard/audit.h"
#include "guard/guard.h"

#include <pthread.h>

#define GUARD_MAGIC   0x67756172u
#define SESSION_MAGIC 0x73657373u

struct guard {
    uint32_t magic;
    struct arena *arena;
    struct store *store;
    struct audit *audit; /* NULL: no reading */
    struct guard_catalogue catalogue;
    const struct host *host;
    const struct log *log;
    uint8_t key[32];
    bool cheap_passwords;
    int64_t idle_ms, whole_ms;
    pthread_mutex_t hashing;  /* held while one password is hashed */
    pthread_mutex_t lock;     /* of what stands below */
    unsigned waiting_to_hash; /* and the one at work */
    int64_t swept_at;
    struct kept_grant *grants; /* newest first */
};

struct guard_session {
    uint32_t magic;
    struct guard *guard;
    struct guard_who who;
    const struct grant *grant;
    const struct catalogue *catalogue;
    struct digest token; /* of a system session: all zero */
};

/* The row of an account as the statements give it. */
enum {
    ACCOUNT_ID,
    ACCOUNT_NAME,
    ACCOUNT_SHOWN,
    ACCOUNT_AGENCY,
    ACCOUNT_ROLES,
    ACCOUNT_HASH,
    ACCOUNT_DEMONSTRATION,
    ACCOUNT_DISABLED,
    ACCOUNT_MADE_AT
};

/* "sam.social" of what was typed; false when it can be no account's name. */
bool account_name(struct slice typed, struct arena *arena, struct slice *ret) MUST_USE;

/* ---- password.c ---- */

#define PASSWORD_LONGEST 256

/* The queue for hashing: enter blocks until it is one's turn, and refuses with ERROR_BUSY when too many wait. */
bool password_enter(struct guard *guard, struct error *err) MUST_USE;
void password_leave(struct guard *guard);
/* Both inside the queue. `kept` empty: no such account; the same work is done and false comes back. */
bool password_fits(const struct guard *guard, struct slice kept, struct slice password);
bool password_hash(const struct guard *guard, struct slice password, struct arena *arena, struct slice *ret,
                   struct error *err) MUST_USE;
/* ERROR_INPUT for one that is too short, too long, the name itself or well known. */
bool password_check(struct slice name, struct slice password, struct error *err) MUST_USE;

/* ---- kept_grant.c ---- */

/* As grant_compile, but one that is kept when there is one; it lives as long as the arena. `catalogue` is held by the
 * caller. */
bool kept_grant(struct guard *guard, const struct catalogue *catalogue, const struct grant_request *request,
                struct arena *arena, const struct grant **ret, struct error *err) MUST_USE;
void kept_grants_end(struct guard *guard);

/* ---- session.c ---- */

/* The throttle of failed passwords, counted over a day under a keyed name. Looked at and noted inside the queue for
 * hashing, so that tries at once count one after the other. `client` may be "local": then only the name counts. */
bool throttle_look(struct guard *guard, struct transaction *transaction, struct slice name, struct slice client,
                   struct arena *arena, struct error *err) MUST_USE; /* ERROR_TOO_MANY, with the seconds to wait */
bool throttle_note(struct guard *guard, struct slice name, struct slice client, struct error *err) MUST_USE;

/* Takes the catalogue of the moment until the arena ends. */
const struct catalogue *guard_take_catalogue(struct guard *guard, struct arena *arena);
/* Some agreement in force gives this session something. */
bool session_in_force(const struct guard_session *session, struct error *err) MUST_USE;
/* Words that are separated by spaces. */
size_t split_words(struct slice words, struct arena *arena, struct slice **ret);

#endif
