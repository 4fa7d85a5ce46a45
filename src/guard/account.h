/* account.h: the people who sign in.
 *
 * A name is folded and is letters, digits, dots and hyphens (2 to 60); a password is 12 to 256 bytes, not the name, not
 * one of the well-known ones. It is kept as Argon2id (libsodium, moderate limits). Roles are those of county.yaml.
 * Everything that changes an account writes the record of changes in the same transaction, and ends that account's
 * sessions when it takes something away.
 *
 * Who may: a session whose role may administer. At set-up, while there is no account at all,
 * account_first_administrator needs none. Threads: any. Cost: making or setting a password blocks for one hash in the
 * queue. */
#ifndef STAITHE_GUARD_ACCOUNT_H
#define STAITHE_GUARD_ACCOUNT_H

#include "guard/guard.h"

struct account {
    int64_t id;
    struct slice name, shown, agency;
    struct slice roles; /* names joined by spaces */
    bool demonstration, disabled;
    int64_t made_at;
};

struct account_options {
    struct slice name, shown, agency;
    const struct slice *roles;
    size_t role_count;
    struct slice password;
};

/* ERROR_CONFLICT when there is an account already. Its role must be one that may administer. */
bool account_first_administrator(struct guard *guard, const struct account_options *options,
                                 struct error *err) MUST_USE;
/* ERROR_CONFLICT when the name is taken; ERROR_INPUT for a bad name, password, role or agency. */
bool account_make(const struct guard_session *session, const struct account_options *options,
                  struct error *err) MUST_USE;
bool account_list(const struct guard_session *session, struct arena *arena, struct account **ret, size_t *ret_count,
                  struct error *err) MUST_USE;
bool account_find(const struct guard_session *session, struct slice name, struct arena *arena, struct account *ret,
                  struct error *err) MUST_USE;
/* Disabling ends its sessions. The last administrator who is not disabled cannot be disabled, nor lose that role:
 * ERROR_CONFLICT. */
bool account_disable(const struct guard_session *session, struct slice name, bool disabled, struct error *err) MUST_USE;
bool account_set_roles(const struct guard_session *session, struct slice name, const struct slice *roles, size_t count,
                       struct error *err) MUST_USE;
/* By an administrator, or one's own with the old password (`old` is not asked of an administrator for another). Ends
 * the account's other sessions. */
bool account_set_password(const struct guard_session *session, struct slice name, struct slice old,
                          struct slice password, struct error *err) MUST_USE;
/* For somebody at the machine itself with the data folder in hand (`staithe user reset`), when no administrator can
 * sign in. */
bool account_reset(struct guard *guard, struct slice name, struct slice password, struct error *err) MUST_USE;
/* Ends all other sessions of one's own account: a machine that was left signed in. An administrator ends those of
 * another by disabling the account or setting its password. */
bool account_sign_out_elsewhere(const struct guard_session *session, struct error *err) MUST_USE;

/* ---- Demonstration accounts: one for each role that people can have, made by `staithe init --demo` ---- */

/* The password that they share; printed by `staithe init --demo` and `make run`. */
#define ACCOUNT_DEMONSTRATION_PASSWORD "wherry-staithe-reed"

/* Makes those whose role and agency the county has; those that are there are left. *ret lists them all. While they are
 * there the server keeps to loopback (guard_may_listen). */
bool account_demonstration(struct guard *guard, struct arena *arena, struct account **ret, size_t *ret_count,
                           struct error *err) MUST_USE;
/* Those that are there, for whoever starts the server or stands at its sign-in page on loopback: their names are no
 * secret, and none of them opens anything beyond this machine. */
bool account_demonstration_there(struct guard *guard, struct arena *arena, struct account **ret, size_t *ret_count,
                                 struct error *err) MUST_USE;
/* Removes all of them and their sessions. */
bool account_remove_demonstration(const struct guard_session *session, struct error *err) MUST_USE;

#endif
