/* PostgreSQL behind the store, by libpq.
 *
 * Arguments and results travel as text (bytes as binary arguments): every type has one form that both sides read
 * exactly, and the server infers each argument's type from where it stands. Statements are prepared once a connection,
 * composed ones too, of which the one used longest ago gives way: to plan one that walks a dozen tables takes longer
 * than to run it. Rows that are wanted one by one come through a cursor, a thousand at a
 * time, so that memory is bounded and other statements may run between (single-row mode would have forbidden that, and
 * costs a result for each row).
 *
 * A bulk gathers rows in COPY's binary form and sends them as one COPY whenever it has gathered enough: so several
 * bulks may be open at once, and statements may run between.
 *
 * One writer at a time: a write transaction holds the advisory lock of its schema. Rights are a role for each content
 * of rights, named by its digest, granted the listed columns and nothing else, and taken on within the transaction. */
#include "store/driver.h"

#include "base/hash.h"

#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#define WRITER_LOCK     0x57a17e01 /* the first half of the advisory lock; the second is the schema */
#define ROLE_LOCK       0x57a17e02
#define BULK_FLUSH      ((size_t)512 << 10)
#define FETCH           1000
#define KEPT_STATEMENTS 72

/* Type numbers of the server's catalogue that have a form of ours. */
enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
    OID_NUMERIC = 1700
};

/* A composed statement that is prepared under the name k<its number>. */
struct kept_statement {
    char *text;
    size_t len;
    uint64_t used; /* the connection's clock at the last use */
};

struct postgresql_connection {
    struct connection base;
    PGconn *link;
    bool prepared[STATEMENT_COUNT];
    struct kept_statement kept[KEPT_STATEMENTS];
    uint64_t clock;
    unsigned cursors; /* open ones: each has a name of its own */
    char role[64];
    long long shape; /* of the tables of sources, when the role was last given its columns */
};

struct postgresql_bulk {
    struct bulk base;
    struct slice copy; /* the COPY command */
    char *at;          /* rows gathered, malloced and kept until the end */
    size_t len, capacity;
};

/* ---- Errors ---- */

static const char *schema_words(enum store_schema schema)
{
    return schema == STORE_HUB ? "staithe_hub" : "staithe_audit";
}

static bool gone_error(struct postgresql_connection *c, struct error *err)
{
    c->base.broken = true;
    return error_set(err, ERROR_BUSY,
                     "the PostgreSQL server is away, and what was not committed is undone; when it is back, do it "
                     "again");
}

/* Says the failure of `result` (or of the link when there is no more than that). */
static bool postgresql_error(struct postgresql_connection *c, const PGresult *result, struct error *err)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *said = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    if (!said)
        said = "no reason given";
    if (PQstatus(c->link) == CONNECTION_BAD || !state)
        return gone_error(c, err);
    if (strncmp(state, "57P", 3) == 0 || strncmp(state, "08", 2) == 0)
        return gone_error(c, err);
    if (strncmp(state, "23", 2) == 0)
        return error_set(err, ERROR_CONFLICT,
                         "the store has this already or does not allow it (%s); look at what is there and try "
                         "again",
                         said);
    if (strcmp(state, "53100") == 0)
        return error_set(err, ERROR_FULL, "the disk of the PostgreSQL server is full; free some space and try again");
    if (strncmp(state, "53", 2) == 0)
        return error_set(err, ERROR_BUSY, "the PostgreSQL server has no more to give (%s); try again in a moment",
                         said);
    if (strcmp(state, "55P03") == 0 || strcmp(state, "57014") == 0 || strncmp(state, "40", 2) == 0)
        return error_set(err, ERROR_BUSY,
                         "somebody else is writing to the store for longer than %d seconds; try again when that "
                         "has ended",
                         c->base.store->wait_ms / 1000);
    if (strcmp(state, "42501") == 0 || strcmp(state, "25006") == 0) {
        /* The grants may be older than the table's newest column: the next connection grants afresh. */
        if (c->base.kept) {
            c->base.broken = true;
            return error_set(err, ERROR_DENIED,
                             "the rights of this session do not reach what was asked for (%s); choose a purpose "
                             "whose agreement does",
                             said);
        }
        return error_set(err, ERROR_STORE, "the store's account on the PostgreSQL server lacks a right (%s); grant it",
                         said);
    }
    if (strncmp(state, "58", 2) == 0 || strcmp(state, "XX001") == 0 || strcmp(state, "XX002") == 0)
        return error_set(err, ERROR_IO, "the PostgreSQL server failed to read or write its files (%s); look at its log",
                         said);
    if (strcmp(state, "54000") == 0)
        return error_set(err, ERROR_TOO_BIG, "a value is too long for the store (%s); shorten it", said);
    return error_set(err, ERROR_STORE, "the store refused a statement: %s", said);
}

/* Looks at a result's state and clears it. */
static bool finished(struct postgresql_connection *c, PGresult *result, struct error *err)
{
    ExecStatusType status = PQresultStatus(result);
    bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY ||
                postgresql_error(c, result, err);
    PQclear(result);
    return good;
}

static bool postgresql_script(struct connection *base, const char *sql, struct error *err)
{
    struct postgresql_connection *c = (struct postgresql_connection *)base;
    return finished(c, PQexec(c->link, sql), err);
}

/* ---- Arguments and cells ---- */

struct arguments {
    struct arena *arena;
    const char **values;
    int *lengths, *formats;
};

static struct arguments arguments_make(struct arena *arena, const struct value *args, size_t count)
{
    struct arguments a = {arena, arena_array(arena, const char *, count), arena_array(arena, int, count),
                          arena_array(arena, int, count)};
    for (size_t i = 0; i < count; i++) {
        char number[40];
        switch (args[i].kind) {
        case VALUE_NULL:
            break;
        case VALUE_INTEGER:
            snprintf(number, sizeof number, "%" PRId64, args[i].integer);
            a.values[i] = arena_cstr(arena, slice_of(number));
            break;
        case VALUE_REAL:
            snprintf(number, sizeof number, "%.17g", args[i].real);
            a.values[i] = arena_cstr(arena, slice_of(number));
            break;
        case VALUE_TEXT:
            a.values[i] = arena_cstr(arena, args[i].text);
            break;
        case VALUE_BYTES:
            must(args[i].text.len < INT32_MAX);
            a.values[i] = args[i].text.len ? args[i].text.at : "";
            a.lengths[i] = (int)args[i].text.len;
            a.formats[i] = 1;
            break;
        }
    }
    return a;
}

static unsigned hex_digit(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
}

/* `bytes` is where a bytea is decoded: at least half as long as its text. */
static struct value cell_of(const PGresult *result, int row, int column, char *bytes)
{
    if (PQgetisnull(result, row, column))
        return value_null();
    struct slice text = slice_from(PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column));
    int64_t integer = 0;
    switch (PQftype(result, column)) {
    case OID_BOOL:
        return value_integer(text.at[0] == 't');
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
        must(slice_integer(text, &integer));
        return value_integer(integer);
    case OID_NUMERIC: /* sums of whole numbers are this */
        if (slice_integer(text, &integer))
            return value_integer(integer);
        return value_real(strtod(text.at, NULL));
    case OID_FLOAT4:
    case OID_FLOAT8:
        return value_real(strtod(text.at, NULL));
    case OID_BYTEA: {
        must(slice_starts(text, S("\\x")));
        size_t len = (text.len - 2) / 2;
        for (size_t i = 0; i < len; i++)
            bytes[i] = (char)(hex_digit(text.at[2 + 2 * i]) << 4 | hex_digit(text.at[3 + 2 * i]));
        return value_bytes(bytes, len);
    }
    default:
        return value_text(text);
    }
}

/* Each row of a result to the function. */
static bool give_rows(const PGresult *result, row_function *function, void *context, struct error *err)
{
    int rows = PQntuples(result), columns = PQnfields(result);
    if (rows == 0 || !function)
        return true;
    struct arena *arena = arena_make(0);
    struct value *cells = arena_array(arena, struct value, (size_t)columns);
    char **bytes = arena_array(arena, char *, (size_t)columns);
    size_t *room = arena_array(arena, size_t, (size_t)columns);
    bool good = true;
    for (int row = 0; row < rows && good; row++) {
        for (int column = 0; column < columns; column++) {
            size_t len = PQftype(result, column) == OID_BYTEA ? (size_t)PQgetlength(result, row, column) / 2 : 0;
            if (len > room[column]) {
                room[column] = len * 2;
                bytes[column] = arena_array(arena, char, room[column]);
            }
            cells[column] = cell_of(result, row, column, bytes[column]);
        }
        good = function(context, cells, (size_t)columns, err);
    }
    arena_free(arena);
    return good;
}

/* ---- Statements ---- */

static bool begins_with(struct slice text, const char *word)
{
    struct slice rest = slice_trim(text);
    return slice_equal_nocase(slice_part(rest, 0, strlen(word)), slice_of(word));
}

static bool prepare(struct postgresql_connection *c, const char *name, struct slice text, struct arena *arena,
                    struct error *err)
{
    return finished(c, PQprepare(c->link, name, arena_cstr(arena, text), 0, NULL), err);
}

/* The number of a composed statement that is prepared, or is now. */
static bool prepare_composed(struct postgresql_connection *c, struct slice text, struct arena *arena, int *ret,
                             struct error *err)
{
    int place = 0;
    for (int i = 0; i < KEPT_STATEMENTS; i++) {
        struct kept_statement *k = &c->kept[i];
        if (k->text && k->len == text.len && memcmp(k->text, text.at, text.len) == 0) {
            k->used = ++c->clock;
            *ret = i;
            return true;
        }
        if (k->used < c->kept[place].used)
            place = i;
    }
    struct kept_statement *k = &c->kept[place];
    char name[24], close[40];
    snprintf(name, sizeof name, "k%d", place);
    snprintf(close, sizeof close, "DEALLOCATE k%d", place);
    if (k->text && !finished(c, PQexec(c->link, close), err))
        return false;
    free(k->text);
    *k = (struct kept_statement){0};
    if (!prepare(c, name, text, arena, err))
        return false;
    k->text = strndup(text.at, text.len);
    must(k->text);
    k->len = text.len;
    k->used = ++c->clock;
    *ret = place;
    return true;
}

/* Statements that change tables or columns are sent whole. */
static bool is_kept(struct slice text)
{
    return begins_with(text, "SELECT") || begins_with(text, "DELETE") || begins_with(text, "UPDATE") ||
           begins_with(text, "INSERT");
}

/* The name under which the statement is prepared; empty when it is to be sent whole. */
static bool prepared_name(struct postgresql_connection *c, const struct command *command, struct arena *arena,
                          char name[24], struct error *err)
{
    int number = command->named;
    name[0] = '\0';
    if (number == STATEMENT_NONE) {
        if (!is_kept(command->text))
            return true;
        if (!prepare_composed(c, command->text, arena, &number, err))
            return false;
        snprintf(name, 24, "k%d", number);
        return true;
    }
    snprintf(name, 24, "s%d", number);
    if (!c->prepared[number] && !prepare(c, name, command->text, arena, err))
        return false;
    c->prepared[number] = true;
    return true;
}

static bool run_whole(struct postgresql_connection *c, const struct command *command, struct arena *arena,
                      row_function *function, void *context, int64_t *ret_changed, struct error *err)
{
    char name[24];
    if (!prepared_name(c, command, arena, name, err))
        return false;
    struct arguments a = arguments_make(arena, command->args, command->count);
    int count = (int)command->count;
    PGresult *result = name[0] ? PQexecPrepared(c->link, name, count, a.values, a.lengths, a.formats, 0)
                               : PQexecParams(c->link, arena_cstr(arena, command->text), count, NULL, a.values,
                                              a.lengths, a.formats, 0);
    ExecStatusType status = PQresultStatus(result);
    bool good = (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) || postgresql_error(c, result, err);
    if (good && status == PGRES_TUPLES_OK)
        good = give_rows(result, function, context, err);
    if (good && ret_changed) {
        int64_t changed;
        *ret_changed = slice_integer(slice_of(PQcmdTuples(result)), &changed) ? changed : 0;
    }
    PQclear(result);
    return good;
}

static bool run_cursor(struct postgresql_connection *c, const struct command *command, struct arena *arena,
                       row_function *function, void *context, struct error *err)
{
    unsigned number = c->cursors++;
    struct arguments a = arguments_make(arena, command->args, command->count);
    char *declare =
        arena_cstr(arena, arena_format(arena, "DECLARE c%u NO SCROLL CURSOR FOR %.*s", number, PRINT(command->text)));
    char fetch[60], close[40];
    snprintf(fetch, sizeof fetch, "FETCH %d FROM c%u", FETCH, number);
    snprintf(close, sizeof close, "CLOSE c%u", number);
    bool good =
        finished(c, PQexecParams(c->link, declare, (int)command->count, NULL, a.values, a.lengths, a.formats, 0), err);
    bool declared = good;
    for (int rows = FETCH; good && rows == FETCH;) {
        PGresult *result = PQexec(c->link, fetch);
        good = PQresultStatus(result) == PGRES_TUPLES_OK || postgresql_error(c, result, err);
        rows = good ? PQntuples(result) : 0;
        good = good && give_rows(result, function, context, err);
        PQclear(result);
    }
    /* When a statement failed the transaction has, and the cursor went with it. */
    if (declared && PQtransactionStatus(c->link) == PQTRANS_INTRANS) {
        struct error ignored;
        bool closed = finished(c, PQexec(c->link, close), good ? err : &ignored);
        good = good && closed;
    }
    c->cursors--;
    return good;
}

static bool postgresql_run(struct connection *base, const struct command *command, bool stream, row_function *function,
                           void *context, int64_t *ret_changed, struct error *err)
{
    struct postgresql_connection *c = (struct postgresql_connection *)base;
    bool reads = begins_with(command->text, "SELECT") || begins_with(command->text, "WITH") ||
                 begins_with(command->text, "VALUES");
    /* The role and the transaction are read only as it is; nothing but a question gets as far as them. */
    if (c->base.kept && !reads)
        return error_set(err, ERROR_DENIED,
                         "the rights of this session do not reach anything but reading; choose a purpose whose "
                         "agreement does");
    struct arena *arena = arena_make(0);
    bool good = stream && begins_with(command->text, "SELECT")
                    ? run_cursor(c, command, arena, function, context, err)
                    : run_whole(c, command, arena, function, context, ret_changed, err);
    arena_free(arena);
    if (!good && command->named != STATEMENT_NONE && err->code == ERROR_STORE)
        return error_wrap(err, "%s", statement_texts[command->named].name);
    return good;
}

/* ---- Rights: a role for each content ---- */

/* "s.t'x" -> a quoted literal; names are plain already, so this is for the record only. */
static void grant_columns(struct buffer *sql, const char *schema, const struct store_right *right, const char *role)
{
    /* What is not there (yet) is not granted; `record` comes with a source's table. */
    buffer_format(
        sql,
        "FOR columns IN SELECT string_agg(quote_ident(a.attname), ', ') FROM pg_catalog.pg_attribute a "
        "JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = '%s' AND c.relname = '%.*s' AND a.attnum > 0 AND NOT a.attisdropped AND a.attname IN "
        "('record'",
        schema, PRINT(right->table));
    for (size_t i = 0; i < right->count; i++)
        buffer_format(sql, ", '%.*s'", PRINT(right->columns[i]));
    buffer_format(sql,
                  ") LOOP IF columns IS NOT NULL THEN EXECUTE 'GRANT SELECT (' || columns || ') ON %s.\"%.*s\" TO %s'; "
                  "END IF; END LOOP; ",
                  schema, PRINT(right->table), role);
}

static struct slice grant_script(const struct postgresql_connection *c, struct arena *arena)
{
    const char *schema = schema_words(c->base.store->schema);
    const struct store_rights *rights = &c->base.kept->rights;
    struct buffer sql = buffer_make(arena);
    buffer_format(
        &sql,
        "BEGIN; SELECT pg_advisory_xact_lock(%d, 0); DO $do$ DECLARE columns text; BEGIN "
        "IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = '%s') THEN CREATE ROLE %s NOLOGIN; GRANT %s TO "
        "CURRENT_USER; GRANT USAGE ON SCHEMA %s TO %s; END IF; ",
        ROLE_LOCK, c->role, c->role, c->role, schema, c->role);
    for (const char *const *table = rights->open_tables; *table; table++)
        buffer_format(&sql, "IF to_regclass('%s.\"%s\"') IS NOT NULL THEN GRANT SELECT ON %s.\"%s\" TO %s; END IF; ",
                      schema, *table, schema, *table, c->role);
    for (size_t i = 0; i < rights->count; i++)
        grant_columns(&sql, schema, &rights->tables[i], c->role);
    buffer_add(&sql, S("END $do$; COMMIT"));
    return buffer_slice(&sql);
}

static bool take_role(struct postgresql_connection *c, struct error *err)
{
    struct arena *arena = arena_make(0);
    /* Roles are of the whole server: the database's name is part of what the role is named by. */
    struct slice whole = arena_format(arena, "%s\n%s\n%.*s", PQdb(c->link), schema_words(c->base.store->schema),
                                      PRINT(c->base.kept->key));
    struct digest digest = hash_sha256(whole);
    snprintf(c->role, sizeof c->role, "staithe_%.32s", digest_hex(arena, &digest).at);
    PGresult *result = PQexec(c->link, arena_cstr(arena, grant_script(c, arena)));
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    bool good;
    if (state && strcmp(state, "42501") == 0) {
        good = error_set(err, ERROR_STORE,
                         "the account of the store on the PostgreSQL server may not make roles, which guard what "
                         "each purpose reads; run ALTER ROLE \"%s\" CREATEROLE there",
                         PQuser(c->link));
        PQclear(result);
    } else {
        good = finished(c, result, err);
    }
    if (!good) {
        struct error ignored;
        (void)finished(c, PQexec(c->link, "ROLLBACK"), &ignored);
    }
    arena_free(arena);
    return good;
}

/* Begins a reading transaction under the role. A table or a column of a source may have been made since the role was
 * given its columns: then it is given them anew. (source_table_ensure counts such changes in `counter`.) */
static bool begin_as_role(struct postgresql_connection *c, struct error *err)
{
    for (int again = 0; again < 3; again++) {
        /* The snapshot is taken here. */
        PGresult *result = PQexec(c->link, c->base.store->schema == STORE_HUB
                                               ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
                                                 "SELECT COALESCE(MAX(next), 0) FROM counter WHERE name = 'shape'"
                                               : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 0");
        bool good = PQresultStatus(result) == PGRES_TUPLES_OK;
        long long shape = good ? strtoll(PQgetvalue(result, 0, 0), NULL, 10) : 0;
        if (!finished(c, result, err))
            return false;
        if (shape == c->shape) {
            char take[100];
            snprintf(take, sizeof take, "SET LOCAL ROLE %s", c->role);
            return postgresql_script(&c->base, take, err);
        }
        if (!postgresql_script(&c->base, "ROLLBACK; SET default_transaction_read_only = off", err) ||
            !take_role(c, err) || !postgresql_script(&c->base, "SET default_transaction_read_only = on", err))
            return false;
        c->shape = shape;
    }
    return error_set(err, ERROR_BUSY, "tables of sources are being made at this moment; try again when that has ended");
}

/* ---- Connections ---- */

static void postgresql_close(struct connection *base)
{
    struct postgresql_connection *c = (struct postgresql_connection *)base;
    PQfinish(c->link);
    for (size_t i = 0; i < KEPT_STATEMENTS; i++)
        free(c->kept[i].text);
    free(c);
}

/* Notices ("relation exists already") are nobody's business here. */
static void ignore_notice(void *context, const PGresult *result)
{
    (void)context, (void)result;
}

static bool connect_to(struct store *store, struct postgresql_connection *c, struct error *err)
{
    const char *const words[] = {"dbname", "connect_timeout", "client_encoding", "fallback_application_name", NULL};
    const char *const values[] = {store->address, "10", "UTF8", "staithe", NULL};
    c->link = PQconnectdbParams(words, values, 1);
    if (PQstatus(c->link) != CONNECTION_OK) {
        /* libpq adds a question on a line of its own. */
        struct slice said = slice_trim(slice_of(PQerrorMessage(c->link)));
        said = slice_part(said, 0, slice_find(said, '\n'));
        return error_set(
            err, ERROR_BUSY,
            "no connection to the PostgreSQL server (%.*s); see that it runs and that the address is right",
            PRINT(said));
    }
    PQsetNoticeReceiver(c->link, ignore_notice, NULL);
    if (PQserverVersion(c->link) < 150000)
        return error_set(err, ERROR_STORE, "the PostgreSQL server is older than 15; use a newer one");
    return true;
}

static bool postgresql_open(struct store *store, bool writer, struct kept_rights *kept, struct connection **ret,
                            struct error *err)
{
    struct postgresql_connection *c = calloc(1, sizeof *c);
    must(c);
    c->base = (struct connection){.store = store, .writer = writer, .kept = kept};
    char settings[700];
    snprintf(
        settings, sizeof settings,
        "SET search_path = %s; SET lock_timeout = %d; SET idle_in_transaction_session_timeout = 0; "
        "SET cursor_tuple_fraction = 1.0; SET extra_float_digits = 1; SET bytea_output = 'hex'; SET datestyle = 'ISO'; "
        "SET standard_conforming_strings = on; SET synchronous_commit = %s; SET default_transaction_read_only = %s",
        schema_words(store->schema), store->wait_ms, "on", "off");
    if (!connect_to(store, c, err) || !postgresql_script(&c->base, settings, err) || (kept && !take_role(c, err)) ||
        (!writer && !postgresql_script(&c->base, "SET default_transaction_read_only = on", err))) {
        postgresql_close(&c->base);
        return false;
    }
    *ret = &c->base;
    return true;
}

static bool postgresql_begin(struct connection *base, enum transaction_kind kind, struct error *err)
{
    struct postgresql_connection *c = (struct postgresql_connection *)base;
    char begin[200];
    if (kind == TRANSACTION_WRITE)
        snprintf(begin, sizeof begin,
                 "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT pg_advisory_xact_lock(%d, %d)", WRITER_LOCK,
                 (int)c->base.store->schema);
    else
        /* The snapshot is taken by the first statement. */
        snprintf(begin, sizeof begin, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1");
    if (c->role[0] ? begin_as_role(c, err) : postgresql_script(base, begin, err))
        return true;
    struct error ignored;
    if (!c->base.broken && !postgresql_script(base, "ROLLBACK", &ignored))
        c->base.broken = true;
    return false;
}

static bool postgresql_commit(struct connection *base, struct error *err)
{
    struct postgresql_connection *c = (struct postgresql_connection *)base;
    PGresult *result = PQexec(c->link, "COMMIT");
    /* A failed transaction answers COMMIT with ROLLBACK, which is no error to the server. */
    bool undone = PQresultStatus(result) == PGRES_COMMAND_OK && strcmp(PQcmdStatus(result), "COMMIT") != 0;
    bool good = finished(c, result, err);
    if (good && undone)
        return error_set(err, ERROR_STORE,
                         "the change was not made because a part of it failed; nothing of it is kept");
    if (!good && c->base.broken)
        return error_set(err, ERROR_BUSY,
                         "the PostgreSQL server went away while the change was being made durable; when it is back, "
                         "look whether the change is there before doing it again");
    return good;
}

static void postgresql_rollback(struct connection *base)
{
    struct postgresql_connection *c = (struct postgresql_connection *)base;
    struct error ignored;
    if (PQstatus(c->link) == CONNECTION_BAD ||
        (PQtransactionStatus(c->link) != PQTRANS_IDLE && !postgresql_script(base, "ROLLBACK", &ignored)))
        c->base.broken = true;
}

/* ---- Bulk ---- */

static const char copy_head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0"; /* the signature's own NUL, flags, no extension */
#define COPY_HEAD ((size_t)19)

static void bulk_free(void *handle)
{
    struct postgresql_bulk *bulk = handle;
    free(bulk->at);
    bulk->at = NULL;
}

static bool postgresql_bulk_open(struct connection *base, const char *table, const struct bulk_column *columns,
                                 size_t count, struct arena *arena, struct bulk **ret, struct error *err)
{
    (void)base, (void)err;
    struct postgresql_bulk *bulk = arena_new(arena, struct postgresql_bulk);
    struct buffer text = buffer_make(arena);
    buffer_format(&text, "COPY \"%s\" (", table);
    for (size_t i = 0; i < count; i++)
        buffer_format(&text, "%s\"%s\"", i ? ", " : "", columns[i].name);
    buffer_add(&text, S(") FROM STDIN (FORMAT binary)"));
    bulk->copy = buffer_slice(&text);
    arena_defer(arena, bulk_free, bulk);
    *ret = &bulk->base;
    return true;
}

static char *bulk_room(struct postgresql_bulk *bulk, size_t more)
{
    if (bulk->capacity - bulk->len < more) {
        bulk->capacity = (bulk->len + more) * 2 > 2 * BULK_FLUSH ? (bulk->len + more) * 2 : 2 * BULK_FLUSH;
        bulk->at = realloc(bulk->at, bulk->capacity);
        must(bulk->at);
    }
    char *at = bulk->at + bulk->len;
    bulk->len += more;
    return at;
}

static void put32(char *at, uint32_t number)
{
    number = __builtin_bswap32(number);
    memcpy(at, &number, 4);
}

static void put_cell(struct postgresql_bulk *bulk, const struct value *cell)
{
    uint64_t bits;
    char *at;
    switch (cell->kind) {
    case VALUE_NULL:
        put32(bulk_room(bulk, 4), UINT32_MAX);
        return;
    case VALUE_INTEGER:
    case VALUE_REAL:
        memcpy(&bits, &cell->integer, sizeof bits); /* the same place in the union */
        bits = __builtin_bswap64(bits);
        at = bulk_room(bulk, 12);
        put32(at, 8);
        memcpy(at + 4, &bits, 8);
        return;
    case VALUE_TEXT:
    case VALUE_BYTES:
        must(cell->text.len < INT32_MAX);
        at = bulk_room(bulk, 4 + cell->text.len);
        put32(at, (uint32_t)cell->text.len);
        if (cell->text.len)
            memcpy(at + 4, cell->text.at, cell->text.len);
        return;
    }
}

/* Sends what has been gathered as one COPY. */
static bool bulk_flush(struct postgresql_bulk *bulk, struct error *err)
{
    if (bulk->len <= COPY_HEAD)
        return true;
    struct postgresql_connection *c = (struct postgresql_connection *)bulk->base.connection;
    PGresult *result = PQexec(c->link, bulk->copy.at);
    if (PQresultStatus(result) != PGRES_COPY_IN)
        return finished(c, result, err) || error_set(err, ERROR_STORE, "the server did not take a COPY");
    PQclear(result);
    memcpy(bulk_room(bulk, 2), "\377\377", 2);
    bool sent = true;
    for (size_t at = 0; at < bulk->len && sent;) {
        size_t piece = bulk->len - at > BULK_FLUSH ? BULK_FLUSH : bulk->len - at;
        sent = PQputCopyData(c->link, bulk->at + at, (int)piece) == 1;
        at += piece;
    }
    sent = PQputCopyEnd(c->link, sent ? NULL : "the sender gave up") == 1 && sent;
    bool good = true;
    while ((result = PQgetResult(c->link)))
        good = finished(c, result, good ? err : &(struct error){0}) && good;
    bulk->len = 0;
    return sent ? good : gone_error(c, err);
}

static bool postgresql_bulk_add(struct bulk *base, const struct value *row, struct error *err)
{
    struct postgresql_bulk *bulk = (struct postgresql_bulk *)base;
    if (bulk->len == 0)
        memcpy(bulk_room(bulk, COPY_HEAD), copy_head, COPY_HEAD);
    char *at = bulk_room(bulk, 2);
    at[0] = (char)(base->columns >> 8);
    at[1] = (char)(base->columns & 0xff);
    for (size_t i = 0; i < base->columns; i++)
        put_cell(bulk, &row[i]);
    return bulk->len < BULK_FLUSH || bulk_flush(bulk, err);
}

static bool postgresql_bulk_close(struct bulk *base, struct error *err)
{
    struct postgresql_bulk *bulk = (struct postgresql_bulk *)base;
    bool good = bulk_flush(bulk, err);
    bulk_free(bulk);
    bulk->len = bulk->capacity = 0;
    return good;
}

/* ---- The database ---- */

static bool postgresql_ready(struct store *store, bool create, struct error *err)
{
    struct postgresql_connection c = {.base = {.store = store}};
    bool good = connect_to(store, &c, err);
    PGresult *result = NULL;
    if (good) {
        result = PQexec(c.link, "SELECT pg_catalog.getdatabaseencoding()");
        if (PQresultStatus(result) != PGRES_TUPLES_OK)
            good = postgresql_error(&c, result, err);
        else if (strcmp(PQgetvalue(result, 0, 0), "UTF8") != 0)
            good = error_set(err, ERROR_STORE, "the database %s is encoded in %s; make one with ENCODING 'UTF8'",
                             PQdb(c.link), PQgetvalue(result, 0, 0));
    }
    PQclear(result);
    if (good && create) {
        char make[120];
        snprintf(make, sizeof make,
                 "BEGIN; SELECT pg_advisory_xact_lock(%d, 0); CREATE SCHEMA IF NOT EXISTS %s; COMMIT", ROLE_LOCK,
                 schema_words(store->schema));
        good = finished(&c, PQexec(c.link, make), err);
    }
    PQfinish(c.link);
    return good;
}

const struct driver postgresql_driver = {
    .dialect = STORE_POSTGRESQL,
    .prepare = postgresql_ready,
    .open = postgresql_open,
    .close = postgresql_close,
    .begin = postgresql_begin,
    .commit = postgresql_commit,
    .rollback = postgresql_rollback,
    .run = postgresql_run,
    .script = postgresql_script,
    .bulk_open = postgresql_bulk_open,
    .bulk_add = postgresql_bulk_add,
    .bulk_close = postgresql_bulk_close,
};
