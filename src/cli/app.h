/* app.h: the hub in a data folder, opened for one command.
 *
 * `staithe init` makes the folder: staithe.yaml says which store and which county folder, beside it lie hub.db and
 * audit.db (with SQLite), keys/, kept/ and the token of `staithe login`. The folder is of mode 0700: whoever may read
 * it is the operator. Everything opened here hangs on the invocation's arena and is closed with it, the newest first.
 *
 * Landing and linking are the operator's: they run under the hub's own session for that purpose, which needs an
 * agreement in force, and the record of changes names the operator. Reading about people needs `staithe login`. */
#ifndef STAITHE_CLI_APP_H
#define STAITHE_CLI_APP_H

#include "cli/command.h"
#include "guard/guard.h"
#include "hub/hub.h"

struct app {
    struct slice data;    /* the folder */
    struct slice address; /* of the store */
    const struct catalogue *catalogue;
    struct store *store, *audit_store;
    struct guard *guard;
    struct hub hub;
    struct slice token_path;
    struct slice account; /* the name of the operating system's account */
};

/* What is written in staithe.yaml. */
struct app_settings {
    struct slice data, store, county; /* store: an address, or the path of a SQLite file; county: a folder */
    struct guard_catalogue watched;   /* not written: the accessor to use when the county folder is watched */
};
/* From the options, the environment and staithe.yaml; ERROR_NOT_FOUND when the folder holds no hub. */
bool app_settings_read(const struct invocation *invocation, struct app_settings *ret, struct error *err) MUST_USE;
bool app_settings_write(const struct invocation *invocation, const struct app_settings *settings,
                        struct error *err) MUST_USE;

/* As they are written there: paths are made whole, since a relative one in staithe.yaml is relative to its folder and
 * not to where the command was run. ERROR_NOT_FOUND when there is no such county folder. */
struct slice app_store_address(struct arena *arena, struct slice given);
bool app_county_folder(struct arena *arena, struct slice given, struct slice *ret, struct error *err) MUST_USE;

/* Opens all of it; `create` makes or migrates the databases. */
bool app_open(struct invocation *invocation, bool create, struct app **ret, struct error *err) MUST_USE;
/* As app_open, with the settings given: for init. */
bool app_open_with(struct invocation *invocation, const struct app_settings *settings, bool create, struct app **ret,
                   struct error *err) MUST_USE;
/* The session of `staithe login`, for the command's name as place; ERROR_NOT_SIGNED_IN says to log in. */
bool app_session(struct invocation *invocation, struct app *app, struct guard_session **ret,
                 struct error *err) MUST_USE;
/* The hub's own session for a purpose. */
bool app_system_session(struct invocation *invocation, struct app *app, struct slice purpose,
                        struct guard_session **ret, struct error *err) MUST_USE;
/* "command line find": the place named in the audit. */
struct slice app_place(const struct invocation *invocation);

#endif
