/* little.h: a little county of its own for the tests of this room, on both databases: four sources of people and a
 * gazetteer, 240 people in the background (so that the model has something to learn from), a few whom the tests know by
 * name, and accounts.
 *
 * Told apart:
 *   Margaret Osgood, born 3 February 1952, 4 Heron Way: care (as Peggy, with a staff-safety marker), GP list, council
 * tax, police Albert Osgood, born 12 May 1949: her husband, GP list and council tax: same home Clive and Colin Rudd,
 * twins born 9 September 1980, 8 Heron Way: care and GP list, Clive with two police notices Sources: care (council), gp
 * (board; verified), tax (council), police (force), homes (council). Roles: worker (assess: care, gp, tax), officer
 * (prevent: gp names only, tax), contact (answer: care), steward (stewarding: all). */
#ifndef STAITHE_TESTS_HUB_LITTLE_H
#define STAITHE_TESTS_HUB_LITTLE_H

#include "guard/account.h"
#include "guard/audit.h"
#include "hub/county_loader.h"
#include "hub/linking.h"
#include "store/both.h"

#define LITTLE_NOON INT64_C(1795780800000) /* 2026-11-27T12:00:00Z */

struct little {
    struct both *both;
    struct arena *arena; /* the test's */
    struct store *audit_store;
    struct host host;
    struct slice folder, county;
    const struct catalogue *catalogue;
    struct guard *guard;
    struct hub hub;
    int64_t now; /* what the hub takes for the time; a test may move it on */
};

int little_set_up(void **state);
int little_tear_down(void **state);
struct little *little_of(void **state);
#define LITTLE_ON_BOTH(test)                                                                                           \
    {#test " on SQLite", test, little_set_up, little_tear_down, (void *)&both_sqlite},                                 \
    {                                                                                                                  \
#test " on PostgreSQL", test, little_set_up, little_tear_down, (void *)&both_postgresql                        \
    }

/* Loads all sources in this order of names (NULL-terminated; NULL: homes, care, gp, tax, police). */
void little_load(struct little *little, const char *const *order);
/* Loads rows beside those of the background, as a later landing of the whole source. */
void little_reload(struct little *little, const char *source, const struct loader_row *extra, size_t count,
                   const char *as_at);
struct hub_link_result little_link(struct little *little, unsigned threads);
struct hub_link_result little_link_with(struct little *little, const struct hub_link_options *options);
/* The rows that little_load loads of a source. */
enum { LITTLE_ROWS_MAX = 480 };
size_t little_rows(struct little *little, const char *source, struct loader_row *ret);
/* Writes `instead` for a piece of a file of the county, and has the hub go by the county as it is then. */
void little_rewrite(struct little *little, const char *name, const char *piece, const char *instead);
/* ada.steward and ben.steward (stewarding), sam.worker and sue.worker (assess), fay.officer (prevent), con.contact
 * (answer) */
struct guard_session *little_sign_in(struct little *little, const char *name);
/* The one entity that this search finds first. */
int64_t little_find(struct little *little, const struct guard_session *session, const char *words);
/* The person's view as JSON. */
struct slice little_view(struct little *little, const struct guard_session *session, int64_t entity);
int64_t little_anchor(struct little *little, const char *source, const char *key);
/* How many entries the audit has. */
int64_t little_audited(struct little *little);

#endif
