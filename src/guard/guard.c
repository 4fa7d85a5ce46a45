/* The guard's life, its key, and the door.
 *
 * guard.key: 32 random bytes that only this hub knows, mode 0600. Tokens of sessions, names typed at sign-in and the
 * words of searches are kept as digests under it, so that a copy of the database alone neither opens a session nor
 * tells what was typed. Who loses it loses the open sessions, nothing more. */
#include "guard/inside.h"

#include <sodium.h>

static const struct catalogue *fixed_take(void *context)
{
    return context;
}

static void fixed_give(void *context, const struct catalogue *catalogue)
{
    must(context == catalogue);
}

struct guard_catalogue guard_fixed_catalogue(const struct catalogue *catalogue)
{
    /* The context is never written through; it is void * for accessors that count. */
    return (struct guard_catalogue){fixed_take, fixed_give, (void *)(uintptr_t)catalogue};
}

static bool read_key(struct guard *guard, struct slice folder, struct error *err)
{
    struct slice path = arena_format(guard->arena, "%.*s/guard.key", PRINT(folder));
    if (!host_exists(path)) {
        uint8_t fresh[32];
        host_random(guard->host, fresh, sizeof fresh);
        if (!host_make_folder(guard->host, folder, err) ||
            !host_write_file(guard->host, path, slice_from(fresh, sizeof fresh), err))
            return error_wrap(err, "making the guard's key");
    }
    struct slice text;
    if (!host_read_file(guard->host, path, 4096, guard->arena, &text, err))
        return error_wrap(err, "reading the guard's key");
    if (text.len != sizeof guard->key)
        return error_set(err, ERROR_INPUT,
                         "%.*s should be 32 bytes and is %zu; restore it from the backup, or remove it, which ends all "
                         "sessions",
                         PRINT(path), text.len);
    memcpy(guard->key, text.at, sizeof guard->key);
    return true;
}

bool guard_open(const struct guard_options *options, struct guard **ret, struct error *err)
{
    if (sodium_init() < 0)
        return error_set(err, ERROR_IO, "the random generator of this machine does not start; see its kernel's log");
    struct arena *arena = arena_make(0);
    struct guard *guard = arena_new(arena, struct guard);
    *guard = (struct guard){
        .magic = GUARD_MAGIC,
        .arena = arena,
        .store = options->store,
        .catalogue = options->catalogue,
        .host = options->host,
        .log = options->log,
        .cheap_passwords = options->cheap_passwords,
        .idle_ms = options->idle_ms ? options->idle_ms : (int64_t)30 * 60 * 1000,
        .whole_ms = options->whole_ms ? options->whole_ms : (int64_t)12 * 3600 * 1000,
    };
    if (!read_key(guard, options->folder, err))
        goto out;
    if (options->audit_store) {
        const struct audit_options audit = {options->audit_store, options->host, options->log, options->folder};
        if (!audit_open(&audit, &guard->audit, err))
            goto out;
    }
    must(pthread_mutex_init(&guard->hashing, NULL) == 0);
    must(pthread_mutex_init(&guard->lock, NULL) == 0);
    *ret = guard;
    return true;
out:
    arena_free(arena);
    return false;
}

void guard_close(struct guard *guard)
{
    if (!guard)
        return;
    must(guard->magic == GUARD_MAGIC);
    audit_close(guard->audit);
    kept_grants_end(guard);
    pthread_mutex_destroy(&guard->hashing);
    pthread_mutex_destroy(&guard->lock);
    guard->magic = 0;
    sodium_memzero(guard->key, sizeof guard->key);
    arena_free(guard->arena);
}

struct store *guard_store(const struct guard *guard)
{
    return guard->store;
}

const struct host *guard_host(const struct guard *guard)
{
    return guard->host;
}

struct date guard_today(const struct guard *guard)
{
    return date_of_time(host_now(guard->host));
}

struct slice guard_keyed(const struct guard *guard, struct slice words, struct arena *arena)
{
    struct digest digest = hash_keyed(guard->key, words);
    return digest_hex(arena, &digest);
}

/* ---- At the door ---- */

static bool is_loopback(struct slice address)
{
    if (slice_starts(address, S("[")) && slice_ends(address, S("]")))
        address = slice_part(address, 1, address.len - 1);
    if (slice_equal_nocase(address, S("localhost")) || slice_equal(address, S("::1")))
        return true;
    if (slice_starts(address, S("::ffff:")))
        address = slice_part(address, 7, address.len);
    /* 127.x.y.z in digits only: "127.0.0.1.example" is a name, and may be anywhere. */
    struct slice rest = address, part;
    int64_t number;
    int parts = 0;
    while (slice_cut(&rest, '.', &part)) {
        if (part.len > 3 || !slice_integer(part, &number) || number < 0 || number > 255 || part.at[0] == '+' ||
            (parts == 0 && number != 127))
            return false;
        parts++;
    }
    return parts == 4;
}

bool guard_may_listen(struct guard *guard, const struct guard_listening *listening, struct error *err)
{
    bool loopback = is_loopback(listening->address);
    if (!loopback && !listening->trusted_proxy)
        return error_set(err, ERROR_DENIED,
                         "%.*s can be reached from other machines, where passwords must not travel in the clear; put a "
                         "proxy that ends TLS in front and say so with --behind-proxy, or listen on 127.0.0.1",
                         PRINT(listening->address));
    if (loopback && !listening->trusted_proxy)
        return true;
    struct arena *scratch = arena_make(0);
    struct transaction *transaction;
    const struct value *row;
    bool done = store_begin(guard->store, TRANSACTION_READ, NULL, scratch, &transaction, err) &&
                store_query_one(transaction, STATEMENT_ACCOUNT_COUNTS, NO_ARGS, scratch, "", &row, err);
    if (done && cell_integer(&row[1]) > 0)
        done =
            error_set(err, ERROR_DENIED,
                      "%lld demonstration accounts are in this hub, whose password everybody knows; remove them with "
                      "`staithe user remove-demonstration`, or listen on 127.0.0.1 without a proxy",
                      (long long)cell_integer(&row[1]));
    arena_free(scratch);
    return done;
}

/* ---- The token of `staithe login` ---- */

bool guard_token_write(const struct host *host, struct slice path, struct slice token, struct error *err)
{
    size_t slash = path.len;
    while (slash > 0 && path.at[slash - 1] != '/')
        slash--;
    if (slash > 1 && !host_make_folder(host, slice_part(path, 0, slash - 1), err))
        return false;
    struct arena *scratch = arena_make(0);
    bool done = host_write_file(host, path, arena_format(scratch, "%.*s\n", PRINT(token)), err);
    arena_free(scratch);
    return done;
}

bool guard_token_read(const struct host *host, struct slice path, struct arena *arena, struct slice *ret_token,
                      struct error *err)
{
    if (!host_exists(path))
        return error_set(err, ERROR_NOT_SIGNED_IN, "nobody is signed in; run `staithe login` first");
    struct slice text;
    if (!host_read_file(host, path, 4096, arena, &text, err))
        return false;
    *ret_token = slice_trim(text);
    return true;
}
