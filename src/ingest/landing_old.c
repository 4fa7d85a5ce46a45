/* landing_old.c: the old records of a source as a stream, read by a thread of its own while the file is read by
 * another.
 *
 * A source's versions lie in the ranges of ids that its landings name, and each range is in the order of its file. The
 * ranges are merged by the line that each version had, so that the stream runs in the order in which an agency writes
 * its file, however many landings its records are spread over: that is what lets the file's rows be matched with it
 * side by side (landing_step.c).
 *
 * Reading is cut into many short transactions, so that the log of the database need not be kept for as long as a
 * landing lasts. Between two of them nothing changes that is still to be read: the source's lock keeps other landings
 * out, and this one ends only versions that have come by. */
#include "ingest/landing_inside.h"

#include <pthread.h>

#define BLOCK         ((size_t)1024)
#define BLOCKS        ((size_t)4)
#define AHEAD_OF_ALL  ((size_t)32768) /* entries read ahead, of all ranges together */
#define AHEAD_OF_ONE  ((size_t)4096)
#define A_TRANSACTION ((int64_t)65536) /* ids read in one */

struct old_version {
    struct row_entry entry;
    int64_t line;
};

struct range {
    int64_t at, until; /* ids still to be read */
    struct old_version *ahead;
    size_t next, count;
};

struct old_stream {
    struct arena *arena;
    struct store *store;
    int64_t source;
    struct old_version *all; /* memory of all ranges */
    struct range *ranges, **heap;
    size_t range_count, heap_count, ahead;
    /* Of the thread: */
    struct arena *life; /* of one transaction */
    struct transaction *t;
    int64_t since;
    struct range *filling;
    /* Shared: */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    struct row_entry (*blocks)[BLOCK];
    size_t counts[BLOCKS];
    uint64_t filled, taken; /* blocks so far: number n lies in blocks[n % BLOCKS] */
    bool started, ended, stopping, failed;
    struct error err;
    bool reading; /* the caller holds a block */
};

/* ---- The thread's side ---- */

static bool old_version(void *context, const struct value *cells, size_t columns, struct error *err)
{
    (void)err;
    struct old_stream *s = context;
    must(columns == 6 && s->filling->count < s->ahead);
    struct old_version *v = &s->filling->ahead[s->filling->count++];
    struct slice hash = cell_text(&cells[3]);
    must(hash.len == 16);
    checker_key_hash(cell_text(&cells[2]), v->entry.key);
    memcpy(&v->entry.typed, hash.at, 8);
    memcpy(&v->entry.raw, hash.at + 8, 8);
    v->entry.place = (uint64_t)cell_integer(&cells[1]);
    v->entry.order = (uint64_t)cell_integer(&cells[0]) << 8 | (cell_null(&cells[4]) ? OLD_CURRENT : OLD_CLOSED);
    v->line = cell_integer(&cells[5]);
    return true;
}

/* The next versions of a range; none when it has no more. */
static bool fill(struct old_stream *s, struct range *r, struct error *err)
{
    r->next = r->count = 0;
    while (r->count == 0 && r->at <= r->until) {
        if (s->t && s->since > A_TRANSACTION) {
            transaction_rollback(s->t);
            arena_reset(s->life);
            s->t = NULL;
        }
        if (!s->t) {
            if (!store_begin(s->store, TRANSACTION_READ, NULL, s->life, &s->t, err))
                return false;
            s->since = 0;
        }
        int64_t last = r->until - r->at < (int64_t)s->ahead ? r->until : r->at + (int64_t)s->ahead - 1;
        s->filling = r;
        if (!store_each(s->t, STATEMENT_INGEST_SCAN,
                        ARGS(value_integer(r->at), value_integer(last), value_integer(s->source)), old_version, s, err))
            return false;
        s->since += last - r->at + 1;
        r->at = last + 1;
    }
    return true;
}

static inline bool range_before(const struct range *a, const struct range *b)
{
    int64_t one = a->ahead[a->next].line, two = b->ahead[b->next].line;
    return one != two ? one < two : a < b;
}

static void sift_down(struct old_stream *s, size_t at)
{
    for (;;) {
        size_t least = at, left = 2 * at + 1, right = left + 1;
        if (left < s->heap_count && range_before(s->heap[left], s->heap[least]))
            least = left;
        if (right < s->heap_count && range_before(s->heap[right], s->heap[least]))
            least = right;
        if (least == at)
            return;
        struct range *swap = s->heap[at];
        s->heap[at] = s->heap[least];
        s->heap[least] = swap;
        at = least;
    }
}

/* Hands over the block that was filled and gives the next; NULL when nobody wants more. */
static struct row_entry *next_block(struct old_stream *s, size_t count)
{
    pthread_mutex_lock(&s->lock);
    if (count) {
        s->counts[s->filled % BLOCKS] = count;
        s->filled++;
        pthread_cond_signal(&s->moved);
    }
    while (s->filled - s->taken >= BLOCKS && !s->stopping)
        pthread_cond_wait(&s->moved, &s->lock);
    struct row_entry *block = s->stopping ? NULL : s->blocks[s->filled % BLOCKS];
    pthread_mutex_unlock(&s->lock);
    return block;
}

static bool read_all(struct old_stream *s, struct error *err)
{
    for (size_t i = 0; i < s->range_count; i++) {
        if (!fill(s, &s->ranges[i], err))
            return false;
        if (s->ranges[i].count)
            s->heap[s->heap_count++] = &s->ranges[i];
    }
    for (size_t i = s->heap_count; i-- > 0;)
        sift_down(s, i);
    size_t count = 0;
    struct row_entry *block = next_block(s, 0);
    while (block && s->heap_count) {
        struct range *r = s->heap[0];
        block[count++] = r->ahead[r->next++].entry;
        if (r->next == r->count) {
            if (!fill(s, r, err))
                return false;
            if (!r->count)
                s->heap[0] = s->heap[--s->heap_count];
        }
        sift_down(s, 0);
        if (count == BLOCK) {
            block = next_block(s, count);
            count = 0;
        }
    }
    if (block && count)
        (void)next_block(s, count);
    return true;
}

static void *read_along(void *context)
{
    struct old_stream *s = context;
    struct error err = NO_ERROR;
    s->life = arena_make(0);
    bool good = read_all(s, &err);
    arena_free(s->life); /* ends the transaction */
    pthread_mutex_lock(&s->lock);
    s->failed = !good;
    s->err = err;
    s->ended = true;
    pthread_cond_signal(&s->moved);
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* ---- The pass's side ---- */

static void stop(void *handle)
{
    struct old_stream *s = handle;
    if (s->started) {
        pthread_mutex_lock(&s->lock);
        s->stopping = true;
        pthread_cond_signal(&s->moved);
        pthread_mutex_unlock(&s->lock);
        pthread_join(s->thread, NULL);
        s->started = false;
    }
    if (s->all)
        arena_give_back(s->arena, s->all);
    s->all = NULL;
}

bool old_stream_open(struct store *store, int64_t source, const struct id_range *ranges, size_t count,
                     struct arena *arena, struct old_stream **ret, struct error *err)
{
    struct old_stream *s = arena_new(arena, struct old_stream);
    *s = (struct old_stream){.arena = arena,
                             .store = store,
                             .source = source,
                             .range_count = count,
                             .lock = PTHREAD_MUTEX_INITIALIZER,
                             .moved = PTHREAD_COND_INITIALIZER};
    s->ahead = count ? AHEAD_OF_ALL / count : 0;
    s->ahead = s->ahead > AHEAD_OF_ONE ? AHEAD_OF_ONE : s->ahead < 16 ? 16 : s->ahead;
    s->ranges = arena_array(arena, struct range, count);
    s->heap = arena_array(arena, struct range *, count);
    s->all = arena_large(arena, count * s->ahead * sizeof *s->all);
    s->blocks = (struct row_entry(*)[BLOCK])arena_array(arena, struct row_entry, BLOCKS * BLOCK);
    for (size_t i = 0; i < count; i++) {
        s->ranges[i] = (struct range){.at = ranges[i].first, .until = ranges[i].last, .ahead = s->all + i * s->ahead};
    }
    arena_defer(arena, stop, s);
    if (pthread_create(&s->thread, NULL, read_along, s) != 0)
        return error_set(err, ERROR_BUSY, "the system gives no thread for reading; try again later");
    s->started = true;
    *ret = s;
    return true;
}

bool old_stream_next(struct old_stream *s, const struct row_entry **ret, size_t *ret_count, struct error *err)
{
    pthread_mutex_lock(&s->lock);
    if (s->reading) {
        s->reading = false;
        s->taken++;
        pthread_cond_signal(&s->moved);
    }
    while (s->taken == s->filled && !s->ended)
        pthread_cond_wait(&s->moved, &s->lock);
    bool more = s->taken < s->filled, failed = s->failed;
    if (more) {
        s->reading = true;
        *ret = s->blocks[s->taken % BLOCKS];
        *ret_count = s->counts[s->taken % BLOCKS];
    }
    pthread_mutex_unlock(&s->lock);
    if (more)
        return true;
    *ret_count = 0;
    if (failed)
        *err = s->err;
    return !failed;
}

void old_stream_close(struct old_stream *s)
{
    stop(s);
}
