/* landing_write.c: the thread that writes what the pass has read.
 *
 * Rows travel in three batches that go round: the pass fills one while another is written. A batch owns its bytes:
 * values are copied into one block, so that a row costs no allocation. Within a batch first go versions into `record`,
 * then the same into the source's table, then quarantine, then single actions: each table gets one bulk (one COPY on
 * PostgreSQL).
 *
 * A pass that finds little to write hands over small batches (writer_at_once), so that they are written while it reads
 * on and not all at its end. A transaction is committed every few batches, and by the clock: it bounds the log of the
 * database, and lets other writers in between.
 * Nothing of this is seen before the landing's one last change. Ids of versions are reserved a batch ahead, so that the
 * pass can name a version before it is written; they rise with the row, which makes every insert an append. */
#include "ingest/landing_inside.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define BATCH_TEXT    ((size_t)384 * 1024)
#define BATCH_FAULTS  ((size_t)2048)
#define BATCH_ACTIONS ((size_t)8192)
#define ROWS_A_COMMIT ((size_t)250000)
#define OPEN_NS       ((int64_t)1000000000) /* the longest that a transaction stays open */
#define IDLE_NS       50000000              /* and with nothing to write */

struct version {
    int64_t anchor, line, offset, length;
    struct slice key;
    uint64_t hash[2];
};

struct batch_fault {
    int64_t line;
    struct slice column, reason, sealed, key;
    const char *rule;
};

struct batch_action {
    enum action_kind kind;
    int64_t id, other;
};

struct batch {
    int64_t first_id;
    size_t ids, ids_next; /* reserved from there on; how many to reserve for its next turn */
    size_t rows, fault_count, action_count;
    struct version *versions;
    struct value *values;
    struct batch_fault *faults;
    struct batch_action *actions;
    char *text;
    size_t text_used, text_capacity;
};

struct writer {
    struct writer_options o;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    struct batch batches[BATCH_COUNT];
    uint64_t filled, written; /* batches so far: number n lies in batches[n % BATCH_COUNT] */
    bool ending, abandon, failed, ended;
    struct error err;
    struct batch *filling; /* the pass's own */
    int64_t last_id;
    size_t at_once; /* rows after which a batch is handed over */
    size_t since_commit;
    struct arena *scratch; /* of the pass: sealing */
    struct slice table_name;
};

/* ---- The thread's side ---- */

struct writing {
    struct writer *w;
    struct arena *life;  /* of one transaction */
    struct arena *batch; /* of one batch */
    struct transaction *t;
    int64_t begun; /* of the transaction, by host_monotonic */
};

static bool write_records(struct writing *x, const struct batch *b, struct error *err)
{
    static const struct bulk_column columns[] = {
        {"id", VALUE_INTEGER},   {"source", VALUE_INTEGER},      {"anchor", VALUE_INTEGER},
        {"key", VALUE_TEXT},     {"hash", VALUE_BYTES},          {"from_landing", VALUE_INTEGER},
        {"line", VALUE_INTEGER}, {"file_offset", VALUE_INTEGER}, {"file_length", VALUE_INTEGER}};
    struct bulk *bulk;
    const struct writer *w = x->w;
    if (!bulk_open(x->t, "record", columns, countof(columns), x->batch, &bulk, err))
        return false;
    for (size_t i = 0; i < b->rows; i++) {
        const struct version *v = &b->versions[i];
        int64_t id = b->first_id + (int64_t)i;
        struct value row[] = {value_integer(id),
                              value_integer(w->o.source_id),
                              value_integer(v->anchor),
                              value_text(v->key),
                              value_bytes(v->hash, sizeof v->hash),
                              value_integer(w->o.landing),
                              value_integer(v->line),
                              value_integer(v->offset),
                              value_integer(v->length)};
        if (!bulk_add(bulk, row, err))
            return false;
    }
    return bulk_close(bulk, err);
}

static bool write_values(struct writing *x, const struct batch *b, struct error *err)
{
    static const enum value_kind kinds[] = {
        [COLUMN_TEXT] = VALUE_TEXT, [COLUMN_INTEGER] = VALUE_INTEGER, [COLUMN_REAL] = VALUE_REAL};
    const struct source_table *table = x->w->o.table;
    struct bulk_column *columns = arena_array(x->batch, struct bulk_column, table->count + 1);
    struct value *row = arena_array(x->batch, struct value, table->count + 1);
    struct bulk *bulk;
    columns[0] = (struct bulk_column){"record", VALUE_INTEGER};
    for (size_t i = 0; i < table->count; i++)
        columns[i + 1] =
            (struct bulk_column){arena_cstr(x->batch, table->columns[i].name), kinds[table->columns[i].storage]};
    if (!bulk_open(x->t, arena_cstr(x->batch, x->w->table_name), columns, table->count + 1, x->batch, &bulk, err))
        return false;
    for (size_t i = 0; i < b->rows; i++) {
        row[0] = value_integer(b->first_id + (int64_t)i);
        memcpy(row + 1, b->values + i * table->count, table->count * sizeof *row);
        if (!bulk_add(bulk, row, err))
            return false;
    }
    return bulk_close(bulk, err);
}

static bool write_faults(struct writing *x, const struct batch_fault *faults, size_t count, struct error *err)
{
    static const struct bulk_column columns[] = {
        {"id", VALUE_INTEGER}, {"landing", VALUE_INTEGER}, {"line", VALUE_INTEGER},       {"column_name", VALUE_TEXT},
        {"rule", VALUE_TEXT},  {"reason", VALUE_TEXT},     {"value_sealed", VALUE_BYTES}, {"key", VALUE_TEXT}};
    struct bulk *bulk;
    int64_t first;
    if (!store_next_ids(x->t, "quarantine", (int64_t)count, &first, err) ||
        !bulk_open(x->t, "quarantine", columns, countof(columns), x->batch, &bulk, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct batch_fault *f = &faults[i];
        struct value row[] = {value_integer(first + (int64_t)i),
                              value_integer(x->w->o.landing),
                              value_integer(f->line),
                              value_maybe_text(f->column),
                              value_text(slice_of(f->rule)),
                              value_text(f->reason),
                              f->sealed.len ? value_bytes(f->sealed.at, f->sealed.len) : value_null(),
                              value_maybe_text(f->key)};
        if (!bulk_add(bulk, row, err))
            return false;
    }
    return bulk_close(bulk, err);
}

/* A version that was written before it was known not to count. */
static bool take_out(struct writing *x, const struct batch_action *a, struct error *err)
{
    struct sql sql;
    struct writer *w = x->w;
    int64_t changed;
    if (a->kind == ACTION_DUPLICATE) {
        const struct value *row;
        if (!store_query_one(x->t, STATEMENT_INGEST_RECORD_KEY, ARGS(value_integer(a->id)), x->batch,
                             "a version that was just written is not there", &row, err))
            return false;
        struct batch_fault fault = {.line = a->other,
                                    .rule = "unique key",
                                    .reason = S("has the key of an earlier row in this file, and other values"),
                                    .key = cell_text(&row[0])};
        if (!write_faults(x, &fault, 1, err))
            return false;
    }
    source_table_delete(w->o.table, store_dialect(w->o.store), x->batch, &sql);
    return store_execute_sql(x->t, &sql, ARGS(value_integer(a->id), value_integer(a->id), value_integer(w->o.landing)),
                             NULL, err) &&
           store_execute(x->t, STATEMENT_INGEST_UNDO_RECORDS,
                         ARGS(value_integer(a->id), value_integer(a->id), value_integer(w->o.landing)), &changed, err);
}

static bool act(struct writing *x, const struct batch_action *a, struct error *err)
{
    int64_t landing = x->w->o.landing;
    switch (a->kind) {
    case ACTION_ANCHOR:
        return store_execute(x->t, STATEMENT_INGEST_RECORD_ANCHOR, ARGS(value_integer(a->id), value_integer(a->other)),
                             NULL, err);
    case ACTION_CLOSE:
        return store_execute(x->t, STATEMENT_INGEST_RECORD_CLOSE, ARGS(value_integer(a->id), value_integer(landing)),
                             NULL, err);
    case ACTION_CORRECT:
        return store_execute(x->t, STATEMENT_INGEST_QUARANTINE_CORRECT,
                             ARGS(value_integer(a->id), value_integer(landing)), NULL, err);
    case ACTION_REMOVE:
    case ACTION_DUPLICATE:
        return take_out(x, a, err);
    }
    never("an action of enum action_kind");
    return false;
}

static bool commit(struct writing *x, struct error *err)
{
    bool done = !x->t || transaction_commit(x->t, err);
    x->t = NULL;
    arena_reset(x->life);
    x->w->since_commit = 0;
    return done;
}

static bool write_batch(struct writing *x, struct batch *b, struct error *err)
{
    struct writer *w = x->w;
    arena_reset(x->batch);
    if (!x->t) {
        if (!store_begin(w->o.store, TRANSACTION_WRITE, NULL, x->life, &x->t, err))
            return false;
        x->begun = host_monotonic(store_host(w->o.store));
    }
    if (b->rows && (!write_records(x, b, err) || !write_values(x, b, err)))
        return false;
    if (b->fault_count && !write_faults(x, b->faults, b->fault_count, err))
        return false;
    for (size_t i = 0; i < b->action_count; i++)
        if (!act(x, &b->actions[i], err))
            return false;
    if (b->rows) {
        if (!store_next_ids(x->t, "record", (int64_t)b->ids_next, &b->first_id, err))
            return false;
        b->ids = b->ids_next;
    }
    w->since_commit += b->rows + b->fault_count + b->action_count;
    return (w->since_commit < ROWS_A_COMMIT && host_monotonic(store_host(w->o.store)) - x->begun < OPEN_NS) ||
           commit(x, err);
}

/* Waits for a batch, or the end. With nothing at hand for a while the writer's place is given up: a pass that finds
 * little to write must not keep others out. Called with the lock. */
static bool wait_for_batch(struct writing *x, struct error *err)
{
    struct writer *w = x->w;
    while (w->written == w->filled && !w->ending) {
        if (!x->t) {
            pthread_cond_wait(&w->moved, &w->lock);
            continue;
        }
        struct timespec until;
        must(clock_gettime(CLOCK_MONOTONIC, &until) == 0);
        until.tv_nsec += IDLE_NS;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        if (pthread_cond_clockwait(&w->moved, &w->lock, CLOCK_MONOTONIC, &until) != ETIMEDOUT)
            continue;
        pthread_mutex_unlock(&w->lock);
        bool committed = commit(x, err);
        pthread_mutex_lock(&w->lock);
        if (!committed)
            return false;
    }
    return true;
}

static void *write_along(void *context)
{
    struct writer *w = context;
    struct writing x = {.w = w, .life = arena_make(0), .batch = arena_make(0)};
    struct error err = NO_ERROR;
    bool good = true;
    for (;;) {
        pthread_mutex_lock(&w->lock);
        good = wait_for_batch(&x, &err);
        bool more = good && w->written < w->filled && !w->abandon, abandon = w->abandon;
        struct batch *b = &w->batches[w->written % BATCH_COUNT];
        pthread_mutex_unlock(&w->lock);
        if (!more) {
            good = good && (abandon || commit(&x, &err));
            break;
        }
        good = write_batch(&x, b, &err);
        if (!good)
            break;
        pthread_mutex_lock(&w->lock);
        b->rows = b->fault_count = b->action_count = b->text_used = 0;
        w->written++;
        pthread_cond_signal(&w->moved);
        pthread_mutex_unlock(&w->lock);
    }
    arena_free(x.batch);
    arena_free(x.life); /* rolls back what was not committed */
    pthread_mutex_lock(&w->lock);
    w->failed = !good;
    w->err = err;
    w->ended = true;
    pthread_cond_signal(&w->moved);
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* ---- The pass's side ---- */

static void let_go(void *handle)
{
    struct writer *w = handle;
    struct error ignored;
    if (w->thread)
        (void)!writer_end(w, true, &ignored);
    for (size_t i = 0; i < BATCH_COUNT; i++) {
        free(w->batches[i].versions);
        free(w->batches[i].values);
        free(w->batches[i].faults);
        free(w->batches[i].actions);
        free(w->batches[i].text);
    }
    arena_free(w->scratch);
}

bool writer_start(const struct writer_options *options, struct arena *arena, struct writer **ret, struct error *err)
{
    struct writer *w = arena_new(arena, struct writer);
    *w = (struct writer){
        .o = *options, .lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER, .scratch = arena_make(0)};
    w->at_once = BATCH_ROWS;
    w->table_name = source_table_name(arena, options->source->name);
    arena_defer(arena, let_go, w);
    for (size_t i = 0; i < BATCH_COUNT; i++) {
        struct batch *b = &w->batches[i];
        b->first_id = options->first_id + (int64_t)(i * BATCH_ROWS);
        b->ids = BATCH_ROWS;
        b->versions = malloc(BATCH_ROWS * sizeof *b->versions);
        b->values = malloc(BATCH_ROWS * options->table->count * sizeof *b->values);
        b->faults = malloc(BATCH_FAULTS * sizeof *b->faults);
        b->actions = malloc(BATCH_ACTIONS * sizeof *b->actions);
        b->text = malloc(BATCH_TEXT);
        must(b->versions && b->values && b->faults && b->actions && b->text);
        b->text_capacity = BATCH_TEXT;
    }
    if (pthread_create(&w->thread, NULL, write_along, w) != 0) {
        w->thread = 0;
        return error_set(err, ERROR_BUSY, "the system gives no thread for writing; try again later");
    }
    *ret = w;
    return true;
}

/* The batch to fill, with room for so much; NULL once the writer has failed. */
static struct batch *room(struct writer *w, size_t rows, size_t faults, size_t actions, size_t text)
{
    struct batch *b = w->filling;
    size_t most = b && b->ids < w->at_once ? b->ids : w->at_once;
    if (b && (b->rows + rows > most || b->fault_count + faults > BATCH_FAULTS ||
              b->action_count + actions > BATCH_ACTIONS || b->text_used + text > b->text_capacity)) {
        b->ids_next = w->at_once;
        pthread_mutex_lock(&w->lock);
        w->filled++;
        pthread_cond_signal(&w->moved);
        pthread_mutex_unlock(&w->lock);
        w->filling = b = NULL;
    }
    if (!b) {
        pthread_mutex_lock(&w->lock);
        while (w->filled - w->written >= BATCH_COUNT && !w->ended)
            pthread_cond_wait(&w->moved, &w->lock);
        bool ended = w->ended;
        pthread_mutex_unlock(&w->lock);
        if (ended)
            return NULL;
        w->filling = b = &w->batches[w->filled % BATCH_COUNT];
        if (text > b->text_capacity) { /* It is empty: nothing points into it. */
            b->text = realloc(b->text, text);
            must(b->text);
            b->text_capacity = text;
        }
    }
    return b;
}

static struct slice copy(struct batch *b, struct slice s)
{
    char *at = b->text + b->text_used;
    if (s.len)
        memcpy(at, s.at, s.len);
    b->text_used += s.len;
    return slice_from(at, s.len);
}

bool writer_version(struct writer *w, const struct csv_row *row, const struct checked_row *checked, int64_t anchor,
                    int64_t *ret_id)
{
    size_t columns = w->o.table->count, text = checked->key.len;
    for (size_t i = 0; i < columns; i++)
        if (checked->values[i].kind == VALUE_TEXT)
            text += checked->values[i].text.len;
    struct batch *b = room(w, 1, 0, 0, text);
    if (!b)
        return false;
    int64_t id = b->first_id + (int64_t)b->rows;
    struct value *values = b->values + b->rows * columns;
    b->versions[b->rows] = (struct version){.anchor = anchor ? anchor : id,
                                            .line = (int64_t)row->line,
                                            .offset = (int64_t)row->offset,
                                            .length = (int64_t)row->length,
                                            .key = copy(b, checked->key),
                                            .hash = {checked->typed, checked->raw}};
    memcpy(values, checked->values, columns * sizeof *values);
    for (size_t i = 0; i < columns; i++)
        if (values[i].kind == VALUE_TEXT)
            values[i].text = copy(b, values[i].text);
    b->rows++;
    w->last_id = id;
    *ret_id = id;
    return true;
}

bool writer_faults(struct writer *w, const struct keeper *keeper, uint64_t line, const struct checked_row *checked)
{
    struct slice key = checked->key_read && !checked->key_doubtful ? checked->key : NO_SLICE;
    for (size_t i = 0; i < checked->fault_count; i++) {
        const struct fault *f = &checked->faults[i];
        arena_reset(w->scratch);
        size_t most = f->value.len < 4000 ? f->value.len : 4000;
        while (most < f->value.len && most > 0 && ((unsigned char)f->value.at[most] & 0xc0) == 0x80)
            most--;
        struct slice sealed = most ? keeper_seal(keeper, slice_part(f->value, 0, most), w->scratch) : NO_SLICE;
        struct batch *b = room(w, 0, 1, 0, f->reason.len + sealed.len + key.len);
        if (!b)
            return false;
        b->faults[b->fault_count++] = (struct batch_fault){.line = (int64_t)line,
                                                           .column = f->column ? f->column->name : NO_SLICE,
                                                           .rule = f->rule,
                                                           .reason = copy(b, f->reason),
                                                           .sealed = copy(b, sealed),
                                                           .key = copy(b, key)};
    }
    return true;
}

bool writer_action(struct writer *w, enum action_kind kind, int64_t id, int64_t other)
{
    struct batch *b = room(w, 0, 0, 1, 0);
    if (!b)
        return false;
    b->actions[b->action_count++] = (struct batch_action){kind, id, other};
    return true;
}

void writer_at_once(struct writer *w, size_t rows)
{
    must(rows >= 1 && rows <= BATCH_ROWS);
    w->at_once = rows;
}

bool writer_end(struct writer *w, bool abandon, struct error *err)
{
    pthread_mutex_lock(&w->lock);
    if (w->filling && !abandon) {
        w->filling->ids_next = 1; /* It has no next turn. */
        w->filled++;
    }
    w->filling = NULL;
    w->ending = true;
    w->abandon = abandon;
    pthread_cond_signal(&w->moved);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    w->thread = 0;
    if (w->failed)
        *err = w->err;
    return !w->failed;
}

int64_t writer_last_id(const struct writer *w)
{
    return w->last_id;
}
