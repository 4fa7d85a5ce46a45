/* memory_plan.c: bytes by record and by rule, as the arrays of the other files are made; held against the most that
 * processes came to hold in bench/memory.py. */
#include "link/memory_plan.h"

#include "link/threads.h"

#include <inttypes.h>
#include <pthread.h>

enum {
    OF_PROCESS = 24 << 20, /* the program, its libraries, nicknames, samples */
    OF_THREAD = 16 << 20,  /* memos, edges of the task at hand */
    WINDOW = 16 << 20,     /* what is read of files before it is let go */
    OF_KEY = 20,           /* a key, and it with its record, while they are sorted */
    OF_CLUSTERING = 96,    /* of a record: its place, component and cluster in all orders, and its line in the output */
    OF_LEARNING = 48, /* of a record: its component, its place among those that teach, and twice the least of all */
    OF_LEARNED = 16,  /* of a text or word of the column at hand */
    OF_BLOCKED = 8,   /* of a record under a rule: its block, its place there */
};

static bool bounded(const struct link_options *options)
{
    return options && options->memory && options->host;
}

/* The most texts or words that a column has. */
static uint64_t most_texts(const struct link_records *records)
{
    uint64_t most = 0;
    for (size_t c = 0; c < records->spec->column_count; c++) {
        const struct column *column = &records->columns[c];
        uint64_t texts = column->plain.count > column->tokens.count ? column->plain.count : column->tokens.count;
        most = texts > most ? texts : most;
    }
    return most;
}

void memory_plan_make(const struct link_records *records, const struct link_options *options, struct memory_plan *ret)
{
    uint64_t n = records->count, threads = threads_count(options);
    uint64_t rows = n * records->spec->column_count * sizeof *records->plain;
    uint64_t sorting = n * OF_KEY; /* on all threads; of few records on each, which is little */
    *ret = (struct memory_plan){
        .table = records_memory(records) + OF_PROCESS + threads * OF_THREAD,
        .raw = records->raw_on_disk ? 0 : records_raw_memory(records),
        .blocks = n * OF_BLOCKED * records->spec->rule_count,
        .making = sorting > rows ? sorting : rows,
        .learning = records->spec->learn ? n * OF_LEARNING + threads * most_texts(records) * OF_LEARNED : 0,
        .clustering = n * OF_CLUSTERING};
}

static uint64_t greater(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* What is made, and given back, before pairs are kept. */
static uint64_t before(const struct memory_plan *plan)
{
    return greater(plan->making, plan->learning);
}

uint64_t memory_needed(const struct memory_plan *plan, uint64_t edges)
{
    return plan->table + plan->blocks + greater(before(plan), edges + plan->clustering);
}

/* What is read of files at a time. */
static uint64_t window(const struct memory_plan *plan)
{
    return plan->blocks / 4 < WINDOW ? plan->blocks / 4 : WINDOW;
}

uint64_t memory_least(const struct memory_plan *plan)
{
    return plan->table - plan->raw + window(plan) + greater(before(plan), plan->clustering);
}

/* ---- What goes to disk ---- */

bool memory_spills_blocks(const struct link_records *records, const struct link_options *options)
{
    struct memory_plan plan;
    if (!bounded(options))
        return false;
    memory_plan_make(records, options, &plan);
    return plan.table + plan.blocks + greater(before(&plan), plan.clustering) > options->memory;
}

bool memory_spills_raw(const struct link_records *records, const struct link_options *options)
{
    struct memory_plan plan;
    if (!bounded(options) || records->raw_on_disk)
        return false;
    memory_plan_make(records, options, &plan);
    return plan.table + window(&plan) + greater(before(&plan), plan.clustering) > options->memory;
}

uint64_t memory_for_edges(const struct blocks *blocks, const struct link_options *options)
{
    struct memory_plan plan;
    if (!bounded(options))
        return UINT64_MAX;
    memory_plan_make(blocks->records, options, &plan);
    uint64_t taken = plan.table + (blocks->spill ? window(&plan) : plan.blocks) + plan.clustering;
    return taken < options->memory ? options->memory - taken : 0;
}

uint64_t memory_for_learning(const struct link_records *records, const struct link_options *options)
{
    struct memory_plan plan;
    if (!bounded(options))
        return UINT64_MAX;
    memory_plan_make(records, options, &plan);
    bool spilt = memory_spills_blocks(records, options);
    uint64_t taken = plan.table + (spilt ? window(&plan) : plan.blocks) + plan.learning;
    return taken < options->memory ? options->memory - taken : 0;
}

uint64_t memory_for_component(const struct link_records *records, uint64_t edges, const struct link_options *options)
{
    struct memory_plan plan;
    if (!records || !bounded(options))
        return UINT64_MAX;
    memory_plan_make(records, options, &plan);
    uint64_t taken = plan.table + plan.clustering + edges;
    return taken < options->memory ? options->memory - taken : 0;
}

/* ---- A room that threads share ---- */

struct memory_room {
    uint64_t whole, left;
    pthread_mutex_t lock;
    pthread_cond_t given;
};

struct memory_room *memory_room_make(uint64_t bytes, struct arena *arena)
{
    struct memory_room *room = arena_new(arena, struct memory_room);
    room->whole = room->left = bytes;
    must(pthread_mutex_init(&room->lock, NULL) == 0 && pthread_cond_init(&room->given, NULL) == 0);
    return room;
}

uint64_t memory_room_whole(const struct memory_room *room)
{
    return room->whole;
}

uint64_t memory_room_take(struct memory_room *room, uint64_t bytes)
{
    if (room->whole == UINT64_MAX || bytes == 0)
        return 0;
    if (bytes > room->whole)
        bytes = room->whole;
    must(pthread_mutex_lock(&room->lock) == 0);
    while (room->left < bytes)
        must(pthread_cond_wait(&room->given, &room->lock) == 0);
    room->left -= bytes;
    must(pthread_mutex_unlock(&room->lock) == 0);
    return bytes;
}

void memory_room_give(struct memory_room *room, uint64_t bytes)
{
    if (bytes == 0)
        return;
    must(pthread_mutex_lock(&room->lock) == 0);
    room->left += bytes;
    must(room->left <= room->whole);
    must(pthread_cond_broadcast(&room->given) == 0);
    must(pthread_mutex_unlock(&room->lock) == 0);
}

bool memory_suffices(const struct link_records *records, const struct link_options *options, double part,
                     struct error *err)
{
    enum { MB = 1 << 20 };
    struct memory_plan plan;
    if (!bounded(options))
        return true;
    memory_plan_make(records, options, &plan);
    uint64_t least = memory_least(&plan);
    if (least <= options->memory)
        return true;
    const struct slice folder = options->temporary;
    double fixed = OF_PROCESS + (double)threads_count(options) * OF_THREAD;
    if (records->count == 0 || (double)options->memory < fixed)
        return error_set(err, ERROR_TOO_BIG,
                         "%" PRIu64 " MB of memory are allowed, and %.0f MB are needed before a record is read: give "
                         "more by --memory",
                         options->memory / MB, fixed / MB + 1);
    if (part < 1)
        return error_set(err, ERROR_TOO_BIG,
                         "the memory allowed, %" PRIu64 " MB, is full when %.0f %% of the files are read (%u records); "
                         "the whole needs more than %.0f MB even with all that can lie on disk: give --memory so much "
                         "and a half more, or link fewer records or columns",
                         options->memory / MB, 100 * part, records->count,
                         (fixed + ((double)least - fixed) / part) / MB);
    return error_set(err, ERROR_TOO_BIG,
                     "%u records need %" PRIu64 " MB of memory even with all that can lie on disk (%.*s), and %" PRIu64
                     " MB are allowed: give --memory %" PRIu64 "M, or link fewer records or columns",
                     records->count, least / MB + 1, PRINT(folder.len ? folder : S("/tmp")), options->memory / MB,
                     least / MB + 1);
}
