/* block.c: the pairs of the blocks.
 *
 * Pairs are given record by record: those that stand behind it in any of its blocks, once each, which a bit for each
 * record tells. So no set of pairs is ever kept, the memory that is asked for at random is an eighth of a byte a
 * record, and what all pairs of a record need of it stays at hand. (Before, rule by rule, with the block numbers of the
 * earlier rules compared: two cache misses a pair, half of the time.) Work is cut into tasks by record number, by the
 * data alone. */
#include "link/block.h"

#include "link/spill.h"

enum { AHEAD = 4, BEFORE_REST = 256, ROOM_LEAST = 64 };

struct block_seen {
    struct arena *arena;
    uint64_t *bits; /* by record: stands in `list` */
    uint32_t *list; /* whom a record meets */
    size_t count, capacity;
};

struct block_seen *block_seen_make(const struct blocks *blocks, struct arena *arena)
{
    struct block_seen *seen = arena_alloc(arena, sizeof *seen, 1, 64);
    seen->arena = arena;
    seen->bits = arena_alloc(arena, sizeof *seen->bits, (size_t)blocks->records->count / 64 + 1, 64);
    return seen;
}

/* Room for so many more. */
static void make_room(struct block_seen *seen, size_t more)
{
    size_t wanted = seen->count + more;
    if (wanted <= seen->capacity)
        return;
    size_t capacity = wanted < 2 * seen->capacity ? 2 * seen->capacity : wanted + ROOM_LEAST;
    seen->list =
        arena_regrow(seen->arena, seen->list, seen->capacity * sizeof *seen->list, capacity * sizeof *seen->list);
    seen->capacity = capacity;
}

/* Adds those of these ascending ones, from the last, that are above a number and not there yet. Half of what stands in
 * blocks is there: no branch could be foretold. */
static void see_above(struct block_seen *seen, const uint32_t *records, size_t count, uint32_t above)
{
    make_room(seen, count);
    uint64_t *bits = seen->bits;
    uint32_t *list = seen->list;
    size_t at = seen->count;
    for (size_t i = count; i > 0 && records[i - 1] > above; i--) {
        uint32_t y = records[i - 1];
        uint64_t word = bits[y >> 6];
        list[at] = y;
        at += ~(word >> (y & 63)) & 1;
        bits[y >> 6] = word | 1ull << (y & 63);
    }
    seen->count = at;
}

static void see(struct block_seen *seen, uint32_t y)
{
    uint64_t bit = 1ull << (y & 63);
    if (seen->bits[y >> 6] & bit)
        return;
    seen->bits[y >> 6] |= bit;
    make_room(seen, 1);
    seen->list[seen->count++] = y;
}

static void forget(struct block_seen *seen)
{
    for (size_t i = 0; i < seen->count; i++)
        seen->bits[seen->list[i] >> 6] = 0;
    seen->count = 0;
}

static void fetch_blocks(const struct blocks *blocks, uint32_t x)
{
    for (size_t rule = 0; rule < blocks->rule_count; rule++)
        if (blocks->groups[rule][x])
            __builtin_prefetch(&blocks->members[rule][blocks->groups[rule][x]]);
}

/* The block of x by a rule: how many records it has, then these; NULL when x meets nobody there. */
static const uint32_t *block_of(const struct blocks *blocks, size_t rule, uint32_t x)
{
    uint32_t group = blocks->groups[rule][x];
    const uint32_t *block = group ? &blocks->members[rule][group] : NULL;
    return block && blocks->largest && *block > blocks->largest ? NULL : block;
}

/* Records of higher number that x meets. */
static void meet_higher(const struct blocks *blocks, uint32_t x, struct block_seen *seen)
{
    uint32_t above = x < blocks->from ? blocks->from - 1 : x;
    for (size_t rule = 0; rule < blocks->rule_count; rule++) {
        const uint32_t *block = block_of(blocks, rule, x);
        if (!block)
            continue;
        see_above(seen, block + 1, *block, above);
    }
}

/* Records of higher key that x meets. */
static void meet_later(const struct blocks *blocks, uint32_t x, struct block_seen *seen)
{
    const uint64_t *keys = blocks->records->keys;
    for (size_t rule = 0; rule < blocks->rule_count; rule++) {
        uint32_t group = blocks->groups[rule][x];
        if (!group)
            continue;
        const uint32_t *block = &blocks->members[rule][group];
        for (uint32_t j = 1; j <= *block; j++)
            if (keys[block[j]] > keys[x] || (keys[block[j]] == keys[x] && block[j] > x))
                see(seen, block[j]);
    }
}

void blocks_drop_members(struct blocks *blocks)
{
    for (size_t rule = 0; rule < blocks->rule_count; rule++) {
        arena_undefer(blocks->arena, blocks->member_arenas[rule]);
        arena_free(blocks->member_arenas[rule]);
        blocks->members[rule] = NULL;
        blocks->member_arenas[rule] = NULL;
    }
}

size_t blocks_first_rule(const struct blocks *blocks, uint32_t a, uint32_t b)
{
    for (size_t rule = 0; rule < blocks->rule_count; rule++) {
        if (blocks->groups[rule][a] == blocks->groups[rule][b] && blocks_group(blocks, rule, a))
            return records_may_meet(blocks->records, a, b) ? rule : blocks->rule_count;
    }
    return blocks->rule_count;
}

static bool is_chosen(const struct blocks *blocks, uint32_t record, uint64_t each)
{
    return blocks->records->keys[record] * 0x9e3779b97f4a7c15ull <= UINT64_MAX / each;
}

/* Records that x, a chosen one, meets, but for chosen ones of lower number, which meet x themselves. */
static void meet_all(const struct blocks *blocks, uint32_t x, struct block_seen *seen)
{
    for (size_t rule = 0; rule < blocks->rule_count; rule++) {
        const uint32_t *block = block_of(blocks, rule, x);
        if (!block)
            continue;
        for (uint32_t j = 1; j <= *block; j++)
            if (block[j] > x || (block[j] < x && !is_chosen(blocks, block[j], blocks->each)))
                see(seen, block[j]);
    }
}

struct batch {
    const struct blocks *blocks;
    block_visit *visit;
    void *context;
    bool all_meet;
    size_t count;
    struct link_pair pairs[BLOCK_BATCH];
};

static void flush(struct batch *batch)
{
    if (batch->count > 0)
        batch->visit(batch->context, batch->pairs, batch->count);
    batch->count = 0;
}

static void give(struct batch *batch, uint32_t x, struct block_seen *seen)
{
    const struct link_records *records = batch->blocks->records;
    const uint32_t *plain = records->plain, *list = seen->list;
    size_t columns = records->spec->column_count, count = seen->count;
    bool all_meet = batch->all_meet;
    for (size_t i = 0; i < count; i++) {
        uint32_t y = list[i];
        if (!all_meet && !records_may_meet(records, x, y))
            continue;
        const uint32_t *row = plain + y * columns;
        __builtin_prefetch(row);
        __builtin_prefetch(row + columns - 1);
        batch->pairs[batch->count++] = (struct link_pair){x < y ? x : y, x < y ? y : x};
        if (batch->count == BLOCK_BATCH)
            flush(batch);
    }
    forget(seen);
}

static uint32_t task_end(const struct blocks *blocks, size_t task)
{
    uint64_t end = (task + 1) * (uint64_t)blocks->task_records;
    return end < blocks->records->count ? (uint32_t)end : blocks->records->count;
}

void blocks_visit(const struct blocks *blocks, size_t task, struct block_seen *seen, block_visit *visit, void *context)
{
    struct batch batch = {
        .blocks = blocks, .visit = visit, .context = context, .all_meet = records_all_meet(blocks->records)};
    uint32_t to = task_end(blocks, task);
    for (uint32_t x = (uint32_t)task * blocks->task_records; x < to; x++) {
        if (x + AHEAD < to && !blocks->spill)
            fetch_blocks(blocks, x + AHEAD);
        if (x % BEFORE_REST == 0)
            spill_rest(blocks->spill);
        if (blocks->each <= 1)
            meet_higher(blocks, x, seen);
        else if (is_chosen(blocks, x, blocks->each))
            meet_all(blocks, x, seen);
        give(&batch, x, seen);
    }
    flush(&batch);
}

void blocks_sample(const struct blocks *blocks, size_t task, uint64_t each, struct block_seen *seen, block_visit *visit,
                   void *context)
{
    struct batch batch = {
        .blocks = blocks, .visit = visit, .context = context, .all_meet = records_all_meet(blocks->records)};
    uint32_t to = task_end(blocks, task), chosen = 0;
    for (uint32_t x = (uint32_t)task * blocks->task_records; x < to; x++) {
        if (!is_chosen(blocks, x, each))
            continue;
        if (chosen++ % BEFORE_REST == 0)
            spill_rest(blocks->spill);
        meet_later(blocks, x, seen);
        give(&batch, x, seen);
    }
    flush(&batch);
}
