/* both.h: a fresh store on each of the two databases, for every scenario test.
 *
 *     static void a_thing_holds(void **state)
 *     {
 *         struct both *both = both_of(state);     // skips, with the reason, where PostgreSQL cannot run
 *         struct transaction *t = both_begin(both, TRANSACTION_WRITE);
 *         …
 *     }
 *     const struct CMUnitTest tests[] = {ON_BOTH(a_thing_holds)};
 *
 * SQLite's file lies in a fresh temporary folder; PostgreSQL's database is a fresh one in the private server that
 * tests/run.py starts (STAITHE_TEST_POSTGRESQL). Both are removed at the end. The arena and the transactions in it end
 * before the store. */
#ifndef STAITHE_TESTS_STORE_BOTH_H
#define STAITHE_TESTS_STORE_BOTH_H

#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct both {
    struct store *store;
    struct arena *arena;  /* for the test; it ends before the store */
    struct arena *life;   /* ends after it */
    struct slice address; /* to open the same store again */
    struct slice folder;  /* an empty folder for the test's files */
    const char *missing;  /* why there is no store: PostgreSQL is not here */
    enum store_dialect dialect;
    enum store_schema schema;
};

#define ON_SQLITE(test)                                                                                                \
    {                                                                                                                  \
#test " on SQLite", test, both_set_up, both_tear_down, (void *)&both_sqlite                                    \
    }
#define ON_POSTGRESQL(test)                                                                                            \
    {                                                                                                                  \
#test " on PostgreSQL", test, both_set_up, both_tear_down, (void *)&both_postgresql                            \
    }
#define ON_BOTH(test) ON_SQLITE(test), ON_POSTGRESQL(test)
/* The same with the audit's tables. */
#define AUDIT_ON_BOTH(test)                                                                                            \
    {#test " on SQLite", test, both_set_up, both_tear_down, (void *)&both_sqlite_audit},                               \
    {                                                                                                                  \
#test " on PostgreSQL", test, both_set_up, both_tear_down, (void *)&both_postgresql_audit                      \
    }

struct both_kind {
    enum store_dialect dialect;
    enum store_schema schema;
};
extern const struct both_kind both_sqlite, both_postgresql, both_sqlite_audit, both_postgresql_audit;

/* The store of this test, or skip() with the reason. */
struct both *both_of(void **state);
/* A transaction in both->arena; the test fails when it cannot begin. */
struct transaction *both_begin(struct both *both, enum transaction_kind kind);
void both_commit(struct transaction *transaction);
/* One statement of SQL written by hand, where a test needs what no named statement does. $1 or ?1 is the caller's. */
void both_execute(struct transaction *transaction, const char *sql);
/* The single integer that a statement written by hand gives. */
int64_t both_integer(struct both *both, struct transaction *transaction, const char *sql);
/* Closes and opens again, as a restart does. */
void both_reopen(struct both *both);
/* A fresh, empty database or file beside the test's own; removed with it. The empty slice where PostgreSQL is not here.
 */
struct slice both_fresh_address(struct both *both, enum store_dialect dialect);
/* Fails the test with the error's sentence unless `done`. */
void both_good(bool done, const struct error *err, const char *file, int line);
#define GOOD(call) both_good(call, &err, __FILE__, __LINE__) /* uses the local variable `err` */

int both_set_up(void **state);
int both_tear_down(void **state);

#endif
