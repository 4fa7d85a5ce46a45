/* scene.h: a small county, its two stores and its guard, for the tests of this room; on both databases.
 *
 *     struct scene *scene = scene_of(state);   // skips where PostgreSQL cannot run
 *
 * The clock is the scene's own and stands still at noon of 27 November 2026 until a test moves it. Agreements are files
 * in the scene's county folder; scene_agreement writes one, and scene_catalogue reads the folder again, as the server
 * does when it changed. */
#ifndef STAITHE_TESTS_GUARD_SCENE_H
#define STAITHE_TESTS_GUARD_SCENE_H

#include "guard/account.h"
#include "guard/audit.h"
#include "guard/change.h"
#include "guard/guard.h"
#include "store/both.h"

#define NOON        INT64_C(1795780800000) /* 2026-11-27T12:00:00Z */
#define MINUTE      INT64_C(60000)
#define HOUR        (60 * MINUTE)
#define DAY         (24 * HOUR)
#define SCENE_WORD  "three words together"
#define SCENE_TODAY ((struct date){2026, 11, 27})

struct scene {
    struct both *both;
    struct arena *arena; /* the test's */
    struct store *audit_store;
    struct slice audit_address;
    struct host host;
    int64_t now;
    bool disk_fails; /* every write of the scene's host fails while this is set */
    struct slice folder, county;
    const struct catalogue *catalogue; /* what the accessor gives */
    int taken;                         /* catalogues that were not given back */
    struct guard *guard;
};

int scene_set_up(void **state);
int scene_tear_down(void **state);
struct scene *scene_of(void **state);

#define SCENE_ON_BOTH(test)                                                                                            \
    {#test " on SQLite", test, scene_set_up, scene_tear_down, (void *)&both_sqlite},                                   \
    {                                                                                                                  \
#test " on PostgreSQL", test, scene_set_up, scene_tear_down, (void *)&both_postgresql                          \
    }
#define SCENE_ON_SQLITE(test)                                                                                          \
    {                                                                                                                  \
#test " on SQLite", test, scene_set_up, scene_tear_down, (void *)&both_sqlite                                  \
    }

/* The small county written into a folder: agencies council, board, fire, hub; sources care and gp (people), homes. */
void scene_write_county(struct slice folder, struct arena *arena);
void scene_write(struct slice folder, const char *name, const char *text, struct arena *arena);
/* Reads it; the test fails on a fault. */
const struct catalogue *scene_read_county(struct slice folder, struct arena *arena);
/* Reads the scene's folder again and lets the guard see it. */
void scene_catalogue(struct scene *scene);
void scene_agreement(struct scene *scene, const char *name, const char *text);

/* The guard closed and opened again, the audit's store too. */
void scene_reopen(struct scene *scene);
void scene_close(struct scene *scene);
bool scene_open(struct scene *scene, struct error *err);

/* An administrator "ada.admin"; and accounts made by it. All have the password SCENE_WORD. */
void scene_administrator(struct scene *scene);
void scene_account(struct scene *scene, const char *name, const char *agency, const char *roles);
struct guard_session *scene_sign_in(struct scene *scene, const char *name, struct slice *ret_token);
/* false with err set, instead of failing. */
bool scene_try(struct scene *scene, const char *name, const char *password, const char *client, struct error *err);
struct guard_session *scene_resume(struct scene *scene, struct slice token);

/* The small county's agreements. */
extern const char scene_assessing[], scene_supply_care[], scene_supply_gp[], scene_supply_homes[], scene_linking[],
    scene_oversight[];

#endif
