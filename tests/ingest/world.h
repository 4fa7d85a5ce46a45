/* world.h: a small source landed in a test: contracts as text, files as text, and what is seen of them afterwards. */
#ifndef STAITHE_TESTS_INGEST_WORLD_H
#define STAITHE_TESTS_INGEST_WORLD_H

#include "ingest/landing_inside.h"
#include "ingest/source_state.h"
#include "store/both.h"

/* A snapshot of people: number (key), name (required), born (dd/mm/yyyy, not in the future), kind (A, B or C), score
 * (integer 0 to 10). */
extern const char people_contract[];

struct world {
    struct both *both;
    struct arena *arena;
    struct store *store;
    struct source source;
    struct intake *intake;
    int files;
};

/* In both->folder; the source is read from the contract, with the first `from` in it replaced by `to` unless NULL. */
void world_make(struct both *both, const char *contract, const char *from, const char *to, struct world *ret);
/* Another contract of the same name from now on. */
void world_contract(struct world *world, const char *contract, const char *from, const char *to);
/* A file of this content; its path lives in the arena. */
struct slice world_file(struct world *world, struct slice text);
/* Accepts and runs; the test fails when either does. `name` NULL: one of its own. */
struct landing world_land(struct world *world, const char *text);
struct landing world_land_as(struct world *world, struct slice text, const char *name, struct date as_at, bool again);
/* Accepts and runs, and gives back whether both went well. */
bool world_try(struct world *world, struct slice text, struct date as_at, bool again, struct landing *ret,
               struct error *err);
/* What landing_rows gives, the first ten. */
size_t world_rows(struct world *world, const struct landing *landing, enum row_fate fate, struct landing_row **ret);
/* What is seen: "number|name|born|kind|score;" for each current record in the order of keys. */
struct slice world_seen(struct world *world);
/* The invariants that hold after anything: no row of a landing that is not shown is in the tables but of held ones,
 * each current record has its values, … */
void world_sound(struct world *world);
void assert_counts(const struct landing *landing, int64_t in, int64_t added, int64_t changed, int64_t unchanged,
                   int64_t quarantined, int64_t repeated, int64_t closed);
void assert_says(struct slice text, const char *piece);

#endif
