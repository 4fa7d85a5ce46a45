/* What stands between the contact centre and guessing: how often a caller was checked, and which facts were typed into
 * a search before. Both are kept among the failures of signing in, as keyed digests that no typed name can have. */
#include "guard/inside.h"

bool guard_try_caller(const struct guard_session *session, struct slice subject, struct error *err)
{
    enum { TRIES = 5, WITHIN_MS = 15 * 60 * 1000 };
    must(session->magic == SESSION_MAGIC);
    struct guard *guard = session->guard;
    struct arena *scratch = arena_make(0);
    struct transaction *transaction;
    const struct value *row;
    int64_t now = host_now(guard->host);
    struct slice name = guard_keyed(
        guard, arena_format(scratch, "caller %.*s %.*s", PRINT(session->who.name), PRINT(subject)), scratch);
    bool done = false;
    if (!store_begin(guard->store, TRANSACTION_WRITE, NULL, scratch, &transaction, err) ||
        !store_query_one(transaction, STATEMENT_SIGNIN_FAILURE_COUNT,
                         ARGS(value_text(name), value_integer(now - WITHIN_MS)), scratch, "", &row, err))
        goto out;
    if (cell_integer(&row[0]) >= TRIES) {
        error_set(err, ERROR_TOO_MANY,
                  "this caller was checked %d times in a quarter of an hour; wait that long, or call back on a number "
                  "that is on record",
                  TRIES);
        goto out;
    }
    done = store_execute(transaction, STATEMENT_SIGNIN_FAILURE_INSERT, ARGS(value_text(name), value_integer(now)), NULL,
                         err) &&
           transaction_commit(transaction, err);
out:
    arena_free(scratch);
    return done;
}

static struct slice searched_name(const struct guard_session *session, struct slice fact, struct arena *arena)
{
    return guard_keyed(session->guard, arena_format(arena, "searched %.*s %.*s", PRINT(session->who.name), PRINT(fact)),
                       arena);
}

bool guard_note_searched(const struct guard_session *session, struct slice fact, struct error *err)
{
    must(session->magic == SESSION_MAGIC);
    struct guard *guard = session->guard;
    struct arena *scratch = arena_make(0);
    struct transaction *transaction;
    bool done =
        store_begin(guard->store, TRANSACTION_WRITE, NULL, scratch, &transaction, err) &&
        store_execute(transaction, STATEMENT_SIGNIN_FAILURE_INSERT,
                      ARGS(value_text(searched_name(session, fact, scratch)), value_integer(host_now(guard->host))),
                      NULL, err) &&
        transaction_commit(transaction, err);
    arena_free(scratch);
    return done;
}

bool guard_was_searched(const struct guard_session *session, struct slice fact, bool *ret, struct error *err)
{
    must(session->magic == SESSION_MAGIC);
    struct guard *guard = session->guard;
    struct arena *scratch = arena_make(0);
    struct transaction *transaction;
    const struct value *row;
    int64_t since = host_now(guard->host) - guard->whole_ms;
    bool done = store_begin(guard->store, TRANSACTION_READ, NULL, scratch, &transaction, err) &&
                store_query_one(transaction, STATEMENT_SIGNIN_FAILURE_COUNT,
                                ARGS(value_text(searched_name(session, fact, scratch)), value_integer(since)), scratch,
                                "", &row, err);
    if (done)
        *ret = cell_integer(&row[0]) > 0;
    arena_free(scratch);
    return done;
}
